"""The first pages of a year: what is unmet and why, what has no data, the counts, and how much is known at all."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis.coverage import coverage
from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import TARGET, Assessment, assess, tally, tally_without_each_convention
from cixi_analysis.plan.dataset import Plan, absence_reason
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, joined, link, render, stack
from cixi_analysis.presentation.looks import STATUSES, VERDICTS, basis_word, verdict_badge
from cixi_analysis.presentation.titles import item_href, item_title, short_source
from cixi_analysis.words import Absence, Attribute, Basis, Convention, Level, Status, Verdict

#: What the first page counts, in its words.
_COUNTED = {Status.MET: "达标", Status.UNMET: "未达标", Status.NO_DATA: "无数据", Status.NOT_FILLED_IN: "未填报"}
_COUNTS = {"applicable": tables.number("适用"), **{str(s): tables.number(STATUSES[s].text) for s in _COUNTED}}
_COUNTS |= {
    str(Status.NOT_FILLED_IN): tables.number(Status.NOT_FILLED_IN.chinese)
}  # a tenth column: no room for a sign


@dataclass(frozen=True)
class Ground:
    """One reason, and the levels (or target years) for which it holds."""

    badges: Markup
    basis: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """An indicator with a verdict, the grounds of it, and where they come from."""

    title: str
    href: str
    tags: str
    grounds: tuple[Ground, ...]
    source: str


def year_banner(plan: Plan, year: int) -> Html:
    """回看 before the base year, 初稿 while a later year is being filled in, nothing for a complete year."""
    known = coverage(plan, year)
    if known.is_retrospect:
        return tables.banner(
            f"回看：{known.items}个子项中有{len(known.with_data)}项在规划中印有{year}年的数据，其余{known.items - len(known.with_data)}项原文未列。"
            "以规划的要求回看，不是当年的正式评估。", "retrospect")  # fmt: skip
    if known.is_draft and not known.not_entered:
        return tables.banner(
            f"初稿：{known.items}个子项都已填报，其中{len(known.in_draft)}项尚未定稿；定稿以前，下列数字都可能变。"
        )
    if known.is_draft:
        return tables.banner(
            f"初稿：{known.items}个子项中已填报{known.items - len(known.not_entered)}项，还有{len(known.not_entered)}项未填报。"
            "“未填报”是还没有填写，“无数据”是已查明没有数据；填齐以前，下列数字都会变。")  # fmt: skip
    return Html(Markup(), "本年数据已齐")


def count_cards(assessment: Assessment, pages: str = "") -> Html:
    """For each level the counts of met, unmet, no data and, where there are any, not filled in.

    A click leads to the list of them; ``pages`` is the way to the pages of the year.
    """
    groups = []
    for row in records(tally(assessment)):
        level = Level(row.level).chinese
        words = {s: f"{level}　{STATUSES[s].symbol} {word}" for s, word in _COUNTED.items()}
        cards = [
            tables.Card(f"{row.met} / {row.applicable}", words[Status.MET], f"{pages}table1.html"),
            tables.Card(str(row.unmet), words[Status.UNMET], "#unmet"),
            tables.Card(str(row.no_data), words[Status.NO_DATA], "#no-data"),
        ]
        if row.not_filled_in:
            cards.append(tables.Card(str(row.not_filled_in), words[Status.NOT_FILLED_IN], "#no-data"))
        groups.append(tables.cards(*cards))
    return stack(*groups, name="计数")


def reasons(assessment: Assessment, verdict: Verdict, pages: str = "") -> Html:
    """Every indicator with this verdict: its reason, its source, and the way to its row of Table 1."""
    entries = list(_entries(assessment, verdict, pages))
    anchor = {Verdict.UNMET: "unmet", Verdict.NO_DATA: "no-data"}.get(verdict, str(verdict))
    anchor += "" if assessment.against != TARGET else "-targets"
    markup = render("reasons", anchor=anchor, entries=entries, none=f"没有{VERDICTS[verdict].word}的指标。")
    return Html(markup, f"{VERDICTS[verdict].word}：{len(entries)}项")


def _entries(assessment: Assessment, verdict: Verdict, pages: str) -> Iterator[Entry]:
    plan, year = assessment.plan, assessment.year
    table = assessment.indicators
    for number, rows in table[table["verdict"] == verdict].groupby("indicator", sort=False):
        items = [i for i in plan.items if i.indicator == number]
        deciding = [i for i in items if _has(assessment, i.item_id, list(rows["level"]), verdict)] or items
        grounds = tuple(
            Ground(
                joined([Markup("{} {}").format(_level(v), verdict_badge(verdict)) for v in same["level"]], " "),
                basis_word(same.iloc[0]["basis"]), str(reason),
            )
            for reason, same in rows.groupby("reason", sort=False)
        )  # fmt: skip
        sources = dict.fromkeys(_source(plan, i.item_id, year) for i in deciding)
        yield Entry(
            title=f"{number} {items[0].indicator_name}",
            href=item_href(deciding[0].item_id, pages),
            tags=f"{items[0].attribute.chinese}　{items[0].domain}",
            grounds=grounds,
            source="；".join(sources),
        )


def _has(assessment: Assessment, item_id: str, levels: list[str], verdict: Verdict) -> bool:
    table = assessment.items
    own = table[(table["item_id"] == item_id) & table["level"].isin(levels)]
    return bool((own["verdict"] == verdict).any())


def _source(plan: Plan, item_id: str, year: int) -> str:
    row = plan.observation(item_id, year)
    return short_source(row.source) if row else f"{year}年没有这一子项的记录"


def open_items(assessment: Assessment, pages: str = "") -> Html:
    """The items behind 无数据, grouped by why they have none: 未填报, 暂无数据, 未开展测算 … or words that say nothing."""
    plan, year, table = assessment.plan, assessment.year, assessment.items
    groups: dict[str, list[Markup]] = {}
    for item in plan.items:
        own = table[(table["item_id"] == item.item_id) & (table["verdict"] == Verdict.NO_DATA)]
        if own.empty:
            continue
        level = Level(own.iloc[0]["level"]) if len(own) == 1 else None
        reason = absence_reason(plan, item.item_id, year, level)
        shown = item_title(item) + (f"（{level.chinese}）" if level else "")
        key = reason.value if reason else "有现状值或文字，但不足以判定"
        groups.setdefault(key, []).append(link(shown, item_href(item.item_id, pages)))
    first = sorted(groups, key=lambda k: k != Absence.NOT_FILLED_IN.value)
    points: list[str | Markup] = [
        Markup("<strong>{}</strong>（{}项）：{}").format(k, len(groups[k]), joined(groups[k])) for k in first
    ]
    return tables.bullets(*(points or ["没有无数据的子项。"]), anchor="no-data")


def tally_table(assessment: Assessment, by: str | None = None) -> Html:
    """Counts by level, or by ``domain``, ``attribute`` or ``basis`` with the levels side by side."""
    counts = tally(assessment, by)
    title = {None: "按级别", "domain": "按领域", "attribute": "按指标属性", "basis": "按依据"}[by]
    caption = f"{assessment.year}年指标数，{title}"
    known = _without_zero(counts)
    if by is None:
        counts["level"] = [_level(v) for v in counts["level"]]
        head = tables.text("级别" if assessment.against != TARGET else "规划值", "nowrap")
        return tables.table(counts, {"level": head, **known}, caption=caption, keyed=False)
    shown = {k: c for k, c in known.items() if by != "basis" or k in ("met", "unmet")}  # no data has no basis
    words: dict[str, type[Attribute | Basis]] = {"attribute": Attribute, "basis": Basis}
    frame, columns = _side_by_side(counts, by, shown)
    frame[by] = [words[by](v).chinese if by in words else v for v in frame[by]]
    return tables.table(frame, {by: tables.text(title[1:], "nowrap"), **columns}, caption=caption)


def _without_zero(counts: pd.DataFrame) -> dict[str, tables.Column]:
    """The columns of counts; 未填报 only where something is not filled in."""
    return {k: c for k, c in _COUNTS.items() if k != Status.NOT_FILLED_IN or counts[k].any()}


def _side_by_side(
    counts: pd.DataFrame, by: str, shown: dict[str, tables.Column]
) -> tuple[pd.DataFrame, dict[str, tables.Column]]:
    """The counts with one row a ``by`` and the levels' columns beside each other; 0 where a level counts none."""
    columns = {
        f"{level}_{name}": tables.number(Markup("{}<br>{}").format(_level(level), column.title))
        for level in dict.fromkeys(counts["level"]) for name, column in shown.items()
    }  # fmt: skip
    rows: dict[str, dict[str, object]] = {}
    for one in records(counts):
        cells = rows.setdefault(getattr(one, by), {by: getattr(one, by), **dict.fromkeys(columns, 0)})
        cells |= {f"{one.level}_{name}": getattr(one, name) for name in shown}
    return pd.DataFrame(list(rows.values()), columns=[by, *columns]), columns


def _level(level: str) -> str:
    return Level(level).chinese if level in list(Level) else f"{level}年"


def convention_tallies(plan: Plan, year: int) -> Html:
    """The counts with each convention switched off, and with all of them."""
    counts = tally_without_each_convention(plan, year)
    words = {"": "全部约定都用", "all": "全部约定都不用"} | {str(c): f"不用“{c.chinese}”" for c in Convention}
    frame, columns = _side_by_side(
        counts, "convention", {k: c for k, c in _without_zero(counts).items() if k != "applicable"}
    )
    frame["convention"] = [words[c] for c in frame["convention"]]
    head = {"convention": tables.text("情形", "nowrap")}
    return tables.table(frame, head | columns, caption=f"{year}年指标数：约定的作用", sortable=False)


def target_tally(plan: Plan, year: int) -> Html:
    """The year held against the plan's own targets: counts, then what is unmet."""
    against = assess(plan, year, against=TARGET)
    return stack(tally_table(against), reasons(against, Verdict.UNMET), name="与规划值对照")


def observed_items(plan: Plan, year: int) -> Html:
    """The items that have data in a year, with what was measured and where it comes from."""
    known = [plan.item(item_id) for item_id in coverage(plan, year).with_data]
    rows = [
        (
            link(item_title(item, row.level), item_href(item.item_id)),
            row.measure or (item.provincial_name if row.level is Level.PROVINCIAL else None) or item.name,
            row.value, row.unit or item.unit, row.statement, short_source(row.source),
        )
        for item in known for row in plan.observations[year] if row.item_id == item.item_id
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["item", "measure", "value", "unit", "statement", "source"])
    columns = {
        "item": tables.name("子项"), "measure": tables.text("实测对象"), "value": tables.text("数值", "number"),
        "unit": tables.text("单位", "nowrap"), "statement": tables.text("原文", "long"), "source": tables.text("出处", "nowrap"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"{year}年有数据的子项", empty="原表没有单位，或没有数值", keyed=False)


def decided(assessment: Assessment) -> Html:
    """The items that could be judged: the verdict, why, and the way to their rows."""
    table, plan = assessment.items, assessment.plan
    own = table[table["verdict"].isin([Verdict.MET, Verdict.UNMET])]
    frame = own.assign(
        item=[
            link(item_title(plan.item(i), Level(v)), item_href(i))
            for i, v in zip(own["item_id"], own["level"], strict=True)
        ],
        level=[_level(v) for v in own["level"]],
        basis=[basis_word(b) for b in own["basis"]],
    )
    columns = {
        "item": tables.name("子项"), "level": tables.text("级别", "nowrap"), "verdict": tables.verdict("结论"),
        "basis": tables.text("依据", "nowrap"), "reason": tables.text("理由", "long"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"{assessment.year}年能判定的子项", keyed=False)
