"""The page 与上年相比: changed verdicts, values, data and counts as tables and lists."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import changes as library
from cixi_analysis.analysis import grouped, records
from cixi_analysis.analysis.changes import Changes
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import asked_in
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.formatting import cell_with_unit
from cixi_analysis.presentation.html import (
    Html,
    bullets,
    explained,
    folded,
    joined,
    link,
    noted,
    paragraph,
    prose,
    render,
    stack,
)
from cixi_analysis.presentation.looks import LOOKS, badge
from cixi_analysis.presentation.sign_off import corrections
from cixi_analysis.presentation.titles import item_link
from cixi_analysis.words import Absence, Cause, Direction, Status

#: Longer lists of new or missing data give only names.
_MANY = 12
_DECIDED, _ALL = (Status.MET, Status.UNMET), tuple(Status)
#: Name of a change → the statuses before and after. Every change of a verdict has exactly one name.
_MOVES: dict[str, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    "由达标变为未达标": ((Status.MET,), (Status.UNMET,)),
    "由未达标变为达标": ((Status.UNMET,), (Status.MET,)),
    "由无数据变为有结论": ((Status.NO_DATA,), _DECIDED),
    "由未填报变为有结论": ((Status.NOT_FILLED_IN,), _DECIDED),
    "由有结论变为无数据": (_DECIDED, (Status.NO_DATA,)),
    "由有结论变为未填报": (_DECIDED, (Status.NOT_FILLED_IN,)),
    "由不作要求变为有要求": ((Status.NOT_APPLICABLE,), _ALL),
    "由有要求变为不作要求": (_ALL, (Status.NOT_APPLICABLE,)),
}
_TURNED = tuple(_MOVES)[:2]


def since_last_year(plan: Plan, year: int) -> Changes | None:
    """The changes since the latest earlier year with data; None without such a year."""
    return None if library.year_before(plan, year) is None else library.changes(plan, year)


def _or_nothing(section: Callable[[Plan, Changes], Html]) -> Callable[[Plan, Changes | None], Html]:
    """Decorator of a section of the page: without an earlier year it shows a sentence instead."""
    nothing = paragraph("此前没有任何年份的数据，无从比较。")
    return wraps(section)(lambda plan, found: nothing if found is None else section(plan, found))


@_or_nothing
def summary(plan: Plan, found: Changes) -> Html:
    """The changes, a line each, with the effect of changed requirements; the figures known in both years."""
    told, since = points(plan, found), f"与{found.other}年相比："
    return stack(paragraph(since), bullets(*told)) if told[1:] else paragraph(since, *told, "。")


def points(plan: Plan, found: Changes) -> list[Markup | str]:
    """The lines of the summary."""
    told = pd.concat([found.verdicts, found.hidden]).query(
        "item_id == '' and cause != 'county' and after_status != 'not_filled_in'"
    )
    sentence = Markup("{}（{}）：{}{}").format
    return [
        *(Markup("{}{}{}").format(n, words, named(names)) for n, _, words, names in moved_verdicts(plan, found)),
        *(sentence(_indicator_link(plan, r.indicator, "{name}"), plan.level(r.level).chinese,
                  r.sentence or f"{Cause(r.cause).chinese}，", _turn(r))
          for r in records(told)),
        "，".join([f"{len(found.values)}项两年都有数值（{_directions(found.values)}）",
                  *(f"{n}{words}" for n, _, words, _ in moved_data(plan, found))]),
    ]  # fmt: skip


#: Count, status for its look, words for the change, the names where each is listed.
_Moved = tuple[int, str, str, list[Markup]]


def moved_verdicts(plan: Plan, found: Changes, pages: str = "") -> Iterator[_Moved]:
    """The indicators whose verdict changed, the worst first; ``pages``: relative path to the pages of the year."""
    for move, rows in moves(found.verdicts.query("item_id == ''")):
        lost = rows.iloc[0]["before_status"] in _DECIDED  # else it is no change for better or worse
        status = rows.iloc[0]["after_status"] if lost else Status.NOT_APPLICABLE
        yield len(rows), status, f"个结论{move}", _listed(plan, rows, pages) if move in _TURNED else []


def moved_data(plan: Plan, found: Changes, pages: str = "") -> list[_Moved]:
    """The items that lost data although a level asks for them, those not filled in, and those that gained data."""
    lost, _, worded, gained, figures = _data_groups(plan, found).values()
    names = [_named(plan, r, pages=pages) for r in records(lost)]
    moved: list[_Moved] = [
        (len(lost), Status.NO_DATA, "项不再有数据", names),
        (len(_waiting(plan, found)), Status.NOT_FILLED_IN, "项还没有填报", []),
        (len(gained), Direction.IMPROVING, "项新有数据", []),
        (len(worded), Status.NOT_APPLICABLE, "项由数值改为文字", []),
        (len(figures), Status.NOT_APPLICABLE, "项由文字改为数值", []),
    ]
    return [one for one in moved if one[0]]


def _data_groups(plan: Plan, found: Changes) -> dict[str, pd.DataFrame]:
    """Words → the rows of the items whose data came, went or changed their kind; without those not filled in."""
    worded, figures = (rows["is_step"].astype(bool) for rows in (found.missing, found.available))
    less, more = found.missing[~worded], found.available[~figures]
    asked = less["item_id"].isin([item.item_id for item in asked_in(plan, found.year)])
    return {
        "不再有数据": less[asked & (less["after"] != Absence.NOT_FILLED_IN.value)],
        "没有要求、也不再有数据": less[~asked],
        "由数值改为文字": found.missing[worded], "新有数据": more, "由文字改为数值": found.available[figures],
    }  # fmt: skip


def _waiting(plan: Plan, found: Changes) -> list[Markup]:
    """The items not filled in, whether they had data before or not: as many as the banner of the year counts."""
    known = coverage(plan, found.year)
    return [] if known.is_retrospect else [item_link(plan, plan.item(item_id)) for item_id in known.not_entered]


def named(names: Sequence[Markup], most: int | None = None) -> Markup:
    """The first names after a colon; nothing where there are none."""
    cut = most is not None and len(names) > most
    return Markup("：{}{}").format(joined(names[:most]), "等" * cut) if names else Markup()


@_or_nothing
def verdicts(plan: Plan, found: Changes) -> Html:
    """The indicators by change of verdict, with both reasons; then the items behind them; then the counts."""
    if found.retrospect:
        return prose("not_compared", known=coverage(plan, found.other), year=found.year)
    pieces, hidden = [], found.hidden.query("item_id == ''")
    for move, rows in (*moves(found.verdicts.query("item_id == ''")), (Cause.HIDDEN.chinese, hidden)):
        caption = f"{move}的指标：{len(rows)}个结论"
        if rows["after_status"].ne(Status.NOT_FILLED_IN).any() or (len(rows) and rows is hidden):
            pieces.append(_move_list(plan, found, rows, caption))
        elif len(rows):  # no reason to show
            pieces.append(folded(caption, paragraph(joined(_listed(plan, rows)), "。")))
    known = found.verdicts.query("after_status != 'not_filled_in'")
    items = pd.concat([known, found.hidden]).query("item_id != ''")
    items = items[[len(plan.indicator_items(n)) > 1 for n in items["indicator"]]]
    if len(items):
        caption = f"分子项的指标中，结论改变（或只因要求变了而没有改变）的子项：{len(items)}个结论"
        pieces.append(folded(caption, _move_list(plan, found, items)))
    pieces = pieces or [paragraph("没有指标的结论改变。")]
    return stack(*pieces, _tallies(plan, found))


@_or_nothing
def values(plan: Plan, found: Changes) -> Html:
    """The items with a figure in both years: those that changed, then, folded, those that did not."""
    rows: list[tuple[Any, ...]] = [
        (_named(plan, r, r.measure), figure_text(r.before, r), figure_text(r.after, r), r.change, r.direction, r.incomparable)
        for r in records(found.values)
    ]  # fmt: skip
    if not rows:
        return paragraph("没有两年都有数值的子项。")
    columns = {"子项": "name", f"{found.other}年": "right", f"{found.year}年": "right", "变化（按单位）": "rate"}
    columns |= {"方向": "direction", "不可比的原因": "text"}
    if not found.values["incomparable"].any():
        columns.popitem()
        rows = [r[:-1] for r in rows]
    empty = "水质类别不相减；规划未表明方向；或不可比"
    pieces = []
    changed = "有变化或不可比的数值" if found.values["incomparable"].any() else "有变化的数值"
    for same, words in ((False, changed), (True, "没有变化的数值")):
        if own := [r for r in rows if bool(r[3] == 0) is same]:
            pieces.append(tables.table(own, columns, caption=f"{words}：{len(own)}项", empty=empty, fold=same))
    return stack(*pieces)


@_or_nothing
def data(plan: Plan, found: Changes) -> Html:
    """The items that lost data and those with new data; long lists, and items not filled in, only by name."""
    columns = {"子项": "name", f"{found.other}年": "long", f"{found.year}年": "long"}
    pieces = []
    for words, rows in _data_groups(plan, found).items():
        caption = f"{words}的子项：{len(rows)}个"
        cells = [
            (_named(plan, r), _seen(plan, r, found.other, r.before), _seen(plan, r, found.year, r.after))
            for r in records(rows)
        ]
        if len(cells) > _MANY:
            pieces.append(folded(caption, paragraph(joined(name for name, *_ in cells), "。")))
        elif cells:
            pieces.append(tables.table(cells, columns, caption=caption))
    if waiting := _waiting(plan, found):
        caption = f"{found.year}年还没有填报的子项：{len(waiting)}个"
        pieces.append(folded(caption, paragraph(joined(waiting), "。")))
    return stack(*pieces) if pieces else paragraph("两年有数据的子项相同。")


def _seen(plan: Plan, row: Any, year: int, told: str) -> str:
    """What was known of a row's item in a year: a figure with its unit, else as told."""
    seen = plan.observation(row.item_id, year, row.level or None)
    return cell_with_unit(seen.value, plan.unit_of(seen, year)) if seen and seen.value else told


def _tallies(plan: Plan, found: Changes) -> Html:
    """The counts of both years, and the numbers of the indicators that were gained and lost."""
    rows = [
        (plan.level(r.level).chinese, "适用" if r.counted == "applicable" else LOOKS[r.counted].text, r.before, r.after,
         r.by_old, r.after - r.before,
         *(joined(_indicator_link(plan, n, "{number}") for n in numbers) for numbers in (r.gained, r.lost)))
        for r in records(found.tallies) if r.counted != Status.NOT_FILLED_IN or r.before or r.after or r.by_old
    ]  # fmt: skip
    columns = {"级别": "short merged", "指标数": "short", f"{found.other}年": "number", f"{found.year}年": "number"}
    columns |= {noted(f"{found.year}年", f"按{found.other}年的要求"): "number optional", "增减": "signed"}
    columns |= {"转入的指标（序号）": "text", "转出的指标（序号）": "text"}
    return tables.table(rows, columns, caption=f"{found.other}年与{found.year}年的指标数")


@_or_nothing
def revisions(plan: Plan, found: Changes) -> Html:
    """The corrections that imports made to closed years before this one."""
    if found.revisions.empty:
        return paragraph(f"{found.year}年以前的各年，定稿后没有经导入更正过。")
    return corrections(plan, found.revisions, other_years=True)


def moves(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, rows) of each kind of change that occurs; every row is in exactly one."""
    for name, (before, after) in _MOVES.items():
        own = rows[rows["before_status"].isin(before) & rows["after_status"].isin(after)]
        if len(own):
            yield name, own


def _move_list(plan: Plan, found: Changes, rows: pd.DataFrame, caption: str = "") -> Html:
    """The rows by name, with the reasons of both years; levels with the same reasons share an entry."""
    merged: dict[tuple[object, ...], list[str]] = {}
    for row in records(rows):
        name = _named(plan, row) if row.item_id else _indicator_link(plan, row.indicator)
        change = Markup("{} → {}").format(badge(row.before_status), badge(row.after_status))
        reasons = [(f"{found.other}年", explained(row.before_reason)), (f"{found.year}年", explained(row.after_reason))]
        if row.old_reason:
            reasons.append((f"{found.year}年，按{found.other}年的要求", explained(row.old_reason)))
        merged.setdefault((name, change, row.sentence, tuple(reasons)), []).append(plan.level(row.level).chinese)
    return render("moves", caption=caption, moves=merged)


def _turn(row: Any) -> str:
    was, now = (LOOKS[status].word for status in (row.before_status, row.after_status))
    return f"结论仍为“{now}”。" if was == now else f"结论由“{was}”变为“{now}”。"


def _listed(plan: Plan, rows: pd.DataFrame, pages: str = "") -> list[Markup]:
    """Each indicator once, linked, with the levels of its rows."""
    levels = grouped((row.indicator, plan.level(row.level).chinese) for row in records(rows))
    told = Markup("{}（{}）").format
    return [told(_indicator_link(plan, n, pages=pages), "、".join(own)) for n, own in levels.items()]


def _indicator_link(plan: Plan, number: int, shown: str = "{number} {name}", pages: str = "") -> Markup:
    name = plan.indicator_items(number)[0].indicator_name
    return link(shown.format(number=number, name=name), f"{pages}table1.html#indicator-{number}")


def _named(plan: Plan, row: Any, measure: str = "", pages: str = "") -> Markup:
    return item_link(plan, plan.item(row.item_id), measure, row.level, pages)


def _directions(rows: pd.DataFrame) -> str:
    """How many figures improved, worsened, stayed; the rest by why it has no direction."""
    counts = {d.chinese: int((rows["direction"] == d).sum()) for d in Direction}
    counts["不可比"] = int((rows["incomparable"] != "").sum())
    counts["规划未表明方向"] = len(rows) - sum(counts.values())
    return "、".join(f"{word}{n}项" for word, n in counts.items() if n) or "没有可比的"


def figure_text(text: str, row: Any) -> str:
    """A figure with its unit; without one where measure or unit differ between the years."""
    return cell_with_unit(text, "" if row.incomparable else row.unit)
