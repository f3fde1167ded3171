"""The page 与上年相比: what the library found to have moved (:mod:`cixi_analysis.analysis.changes`), in sentences and tables."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import changes as library
from cixi_analysis.analysis.changes import Changes
from cixi_analysis.analysis.coverage import coverage
from cixi_analysis.analysis.records import records
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.formatting import with_unit
from cixi_analysis.presentation.html import Html, joined, stack
from cixi_analysis.presentation.looks import STATUSES
from cixi_analysis.presentation.titles import item_link
from cixi_analysis.presentation.verdict_moves import TURNED, indicator_link, listed, move_list, moves
from cixi_analysis.words import Absence, Direction, Level, Status

#: More rows than this that only say that there is data, or none yet, are folded.
_MANY = 12
_HASH = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")


def since_last_year(plan: Plan, year: int) -> Changes | None:
    """What moved since the latest earlier year with data; None where there is no such year."""
    return None if library.year_before(plan, year) is None else library.changes(plan, year)


def _or_nothing(section: Callable[[Plan, Changes], Html]) -> Callable[[Plan, Changes | None], Html]:
    """A section of the page; without an earlier year it says that there is nothing to compare with."""

    @wraps(section)
    def shown(plan: Plan, found: Changes | None) -> Html:
        nothing = "此前没有任何年份的数据，无从比较。"
        return tables.paragraph(nothing) if found is None else section(plan, found)

    return shown


@_or_nothing
def summary(plan: Plan, found: Changes) -> Html:
    """Two lines: how many verdicts changed, and how, with the names of those that turned; values and data."""
    told = []
    for move, rows in moves(_of_indicators(found)):
        named = Markup("：{}").format(joined(listed(plan, rows))) if move in TURNED else ""
        told.append(Markup("{}{}个{}").format(move, len(rows), named))
    known = coverage(plan, found.other)
    retrospect = f"{found.other}年是回看，{known.items}个子项中只有{len(known.with_data)}项有数据。"
    unfilled = _unfilled(found.missing).sum()
    return stack(
        tables.paragraph(
            f"与{found.other}年相比，指标的结论（每一级算一个）：", joined(told, "；") if told else "没有改变", "。",
            retrospect if known.is_retrospect else "",
        ),
        tables.paragraph(
            f"两年都有数值的{len(found.values)}项，{_directions(found.values)}；新有数据{len(found.available)}项，"
            f"不再有数据{len(found.missing)}项", f"（其中{unfilled}项未填报）" if unfilled else "", "。",
        ),
        name=f"与{found.other}年相比",
    )  # fmt: skip


@_or_nothing
def verdicts(plan: Plan, found: Changes) -> Html:
    """The indicators whose verdict changed, by the kind of change, with both reasons; then the items behind them."""
    first = {i.indicator: i.indicator_name for i in plan.items}
    pieces = []
    for move, rows in moves(_of_indicators(found)):
        caption = f"{move}的指标：{len(rows)}个结论"
        if (rows["after_status"] == Status.NOT_FILLED_IN).all():  # there is nothing else to say of them
            pieces.append(tables.folded(caption, tables.paragraph(joined(listed(plan, rows)), "。")))
            continue
        names = [indicator_link(n, f"{n} {first[n]}") for n in rows["indicator"]]
        new = coverage(plan, found.other).is_retrospect and (rows["before_status"] == Status.NO_DATA).all()
        fold = new and len(rows) > _MANY
        told = move_list(found, rows, names, "" if fold else caption)
        pieces.append(tables.folded(caption, told) if fold else told)
    items = found.verdicts[(found.verdicts["item_id"] != "") & (found.verdicts["after_status"] != Status.NOT_FILLED_IN)]
    items = items[[sum(i.indicator == n for i in plan.items) > 1 for n in items["indicator"]]]
    if len(items):
        names = [item_link(plan.item(i), level=Level(v)) for i, v in zip(items["item_id"], items["level"], strict=True)]
        caption = f"分子项的指标中，结论改变的子项：{len(items)}个结论"
        pieces.append(tables.folded(caption, move_list(found, items, names)))
    return stack(*pieces, name="结论的变化") if pieces else tables.paragraph("没有指标的结论改变。")


@_or_nothing
def values(plan: Plan, found: Changes) -> Html:
    """The items with a figure in both years: what changed, then, folded, what did not."""
    if found.values.empty:
        return tables.paragraph("没有两年都有数值的子项。")
    frame = found.values.assign(
        name=[item_link(plan.item(r.item_id), r.measure, _level(r.level)) for r in records(found.values)],
        **{when: [_figure(getattr(r, when), r) for r in records(found.values)] for when in ("before", "after")},
    )
    columns = {
        "name": tables.name("子项"), "before": tables.text(f"{found.other}年", "number"),
        "after": tables.text(f"{found.year}年", "number"), "change": tables.rate("变化（按单位）"),
        "direction": tables.direction("方向"), "incomparable": tables.text("不可比的原因"),
    }  # fmt: skip
    if not frame["incomparable"].any():
        del columns["incomparable"]
    same = frame["change"] == 0
    moved, stayed = (
        tables.table(
            frame[rows], columns, caption=f"{words}：{rows.sum()}项", empty="水质类别不相减；规划未表明方向；或不可比"
        )
        for rows, words in ((~same, "有变化的数值"), (same, "没有变化的数值"))
    )
    pieces = [tables.paragraph(f"两年都有数值的{len(frame)}项，{_directions(found.values)}。")]
    pieces += [moved] if (~same).any() else []
    pieces += [tables.folded(f"没有变化的数值：{same.sum()}项", stayed)] if same.any() else []
    return stack(*pieces, name="数值的变化")


@_or_nothing
def data(plan: Plan, found: Changes) -> Html:
    """The items of which more, or less, is known than before; those not filled in yet are folded."""
    unfilled = _unfilled(found.missing)
    groups = {
        "新有数据": found.available, "不再有数据": found.missing[~unfilled], f"{found.year}年还没有填报": found.missing[unfilled],
    }  # fmt: skip
    columns = {
        "name": tables.name("子项"), "before": tables.text(f"{found.other}年", "long"),
        "after": tables.text(f"{found.year}年", "long"),
    }  # fmt: skip
    pieces = []
    for words, rows in groups.items():
        caption = f"{words}的子项：{len(rows)}个"
        names = [item_link(plan.item(r.item_id), level=_level(r.level)) for r in records(rows)]
        if len(rows) == 0:
            continue
        table = tables.table(rows.assign(name=names), columns, caption=caption)
        fold = len(rows) > _MANY or _unfilled(rows).all()
        pieces.append(tables.folded(caption, table) if fold else table)
    return stack(*pieces, name="数据的变化") if pieces else tables.paragraph("两年有数据的子项相同。")


@_or_nothing
def tallies(plan: Plan, found: Changes) -> Html:
    """The counts of both years, and the indicators that came and went, by their numbers."""
    rows = found.tallies
    rows = rows[(rows["counted"] != Status.NOT_FILLED_IN) | (rows["before"] != 0) | (rows["after"] != 0)]
    words = {str(s): look.text for s, look in STATUSES.items()} | {"applicable": "适用"}
    frame = rows.assign(
        level=[Level(v).chinese for v in rows["level"]],
        counted=[words[c] for c in rows["counted"]],
        difference=rows["after"] - rows["before"],
        gained=[_numbers(numbers) for numbers in rows["gained"]],
        lost=[_numbers(numbers) for numbers in rows["lost"]],
    )
    columns = {
        "level": tables.text("级别", "nowrap"), "counted": tables.text("指标数", "nowrap"),
        "before": tables.number(f"{found.other}年"), "after": tables.number(f"{found.year}年"),
        "difference": tables.number("增减", signed=True), "gained": tables.text("转入的指标（序号）"),
        "lost": tables.text("转出的指标（序号）"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"{found.other}年与{found.year}年的指标数", keyed=False)


@_or_nothing
def revisions(plan: Plan, found: Changes) -> Html:
    """What imports changed in closed years before this one."""
    rows = found.revisions
    if rows.empty:
        return tables.paragraph(f"{found.year}年以前的各年，定稿后没有经导入更正过。")
    names = [item_link(plan.item(r.item_id), level=_level(r.level), pages=f"../{r.year}/") for r in records(rows)]
    frame = rows.assign(name=names, form=[_HASH.sub(r"\1…", f) for f in rows["form"]])
    columns = {
        "year": tables.year("年份"), "name": tables.name("子项"), "before": tables.text("原来"), "after": tables.text("现在"),
        "form": tables.text("依据的工作簿与更正的栏目", "long"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"定稿后更正过的行：{len(rows)}行", keyed=False)


def _of_indicators(found: Changes) -> pd.DataFrame:
    return found.verdicts[found.verdicts["item_id"] == ""]


def _level(level: str) -> Level | None:
    return Level(level) if level else None


def _unfilled(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows have no data now because nobody has filled them in."""
    return rows["after"] == Absence.NOT_FILLED_IN.value


def _directions(rows: pd.DataFrame) -> str:
    """How many figures got better or worse; the rest by why that is not told."""
    counts = {d.chinese: int((rows["direction"] == d).sum()) for d in Direction}
    counts["不可比"] = int((rows["incomparable"] != "").sum())
    counts["规划未表明方向"] = len(rows) - sum(counts.values())
    return "、".join(f"{word}{n}项" for word, n in counts.items() if n) or "没有可比的"


def _figure(text: str, row: Any) -> str:
    """A figure with its unit; of another measure or unit than this year's, as it is."""
    if text in WATER_CLASSES:
        return f"{text}类"
    return text if row.incomparable else with_unit(float(text), row.unit)


def _numbers(numbers: tuple[int, ...]) -> Markup:
    return joined(indicator_link(n, n) for n in numbers)
