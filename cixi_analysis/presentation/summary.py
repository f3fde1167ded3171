"""The pages 首页, 年度总览 and 回看: sentences and counts, reasons of the verdicts, how much is known."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import causes
from cixi_analysis.analysis.changes import year_before
from cixi_analysis.analysis.outputs import outputs
from cixi_analysis.analysis.records import columns_of, records
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import TARGET, Assessment, assess, held, refusals, tally, tally_without_each_convention
from cixi_analysis.plan.dataset import Plan, absence_reason
from cixi_analysis.plan.schema import Target
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import (
    Html,
    Text,
    bullets,
    cards,
    joined,
    link,
    noted,
    paragraph,
    prose,
    render,
    stack,
)
from cixi_analysis.presentation.looks import LOOKS, badge, basis_word
from cixi_analysis.presentation.titles import href, item_link, item_title, short_source
from cixi_analysis.words import Absence, Attribute, Basis, Convention, Status, Verdict

#: Column of a tally → heading; 未填报 without its sign, for which a tenth column leaves no room.
_COUNTS = {"applicable": "适用", **{str(s): LOOKS[s].text for s in (Status.MET, Status.UNMET, Status.NO_DATA)}}
_COUNTS[Status.NOT_FILLED_IN] = Status.NOT_FILLED_IN.chinese


def year_banner(plan: Plan, year: int) -> Html:
    """回看 before the base year, 初稿 while a later year is incomplete; else empty."""
    known = coverage(plan, year)
    return prose("banner", known=known) if known.is_retrospect or known.is_draft else Html(Markup(), "本年数据已齐")


def headline(assessment: Assessment, pages: str = "") -> Html:
    """“2022年，国家级适用指标37项，其中29项达标、2项未达标（…）、6项无数据。” for both levels; 未填报 if there are any."""
    table, first = assessment.indicators, {i.indicator: i for i in reversed(assessment.plan.items)}
    levels = []
    for row in records(tally(assessment)):
        unmet = table[(table["level"] == row.level) & (table["verdict"] == Verdict.UNMET)]["indicator"]
        named = [link(first[n].indicator_name, href(first[n], pages)) for n in unmet]
        levels.append((assessment.plan.level(row.level), row, named))
    return prose("headline", year=assessment.year, levels=levels)


def by_last_standard(plan: Plan, year: int) -> Html:
    """The counts of the year by the requirements of the year before; empty where they are the same."""
    other = year_before(plan, year)
    old = causes.by_last_standard(plan, year, other) if other else None
    if old is None:
        return Html(Markup(), "要求与上一年相同")
    levels = [(plan.level(row.level), row) for row in records(tally(old))]
    return prose("by_last_standard", year=year, other=other, levels=levels)


def refused(plan: Plan, year: int, pages: str = "") -> Html:
    """The wordings in force that cannot be read, each with its item, place and reason; empty where all can."""
    told = []
    for row, why in refusals(plan).items():
        item = plan.item(row.item_id)
        if isinstance(row, Target):
            place = f"{row.year}年规划值"
        elif plan.requirement(row.item_id, row.level, year) is row:
            place = f"{plan.level(row.level).chinese}要求，{row.from_year}年起"
        else:  # another wording has taken its place
            continue
        told.append((link(item_title(item), href(item, pages)), place, f"“{why.marked}”，{why.reason}"))
    return prose("refused", refused=told) if told else Html(Markup(), "要求都能解读")


def attribute_of_unmet(assessment: Assessment) -> Html:
    """Whether the unmet indicators are 约束性 or 参考性."""
    table = assessment.indicators
    unmet = table[table["verdict"] == Verdict.UNMET]["indicator"].unique()
    attributes = {i.indicator: i.attribute for i in assessment.plan.items}
    counts = [(a.chinese, n) for a in Attribute if (n := sum(attributes[u] is a for u in unmet))]
    return prose("attribute_of_unmet", year=assessment.year, total=len(unmet), counts=counts)


def plan_in_numbers(plan: Plan) -> Html:
    """How many indicators, items and projects the plan has."""
    plan = plan.as_of(plan.frame.base_year)
    attributes = list({i.indicator: i.attribute for i in plan.items}.values())
    counts, domains = [(a.chinese, attributes.count(a)) for a in Attribute], len({i.domain for i in plan.items})
    return prose("plan_in_numbers", plan=plan, attributes=counts, domains=domains)


def targets(plan: Plan) -> Html:
    """How to read an assessment against the plan's targets."""
    return prose("targets", frame=plan.frame)


def scope(plan: Plan) -> Html:
    """What the plan covers."""
    return paragraph(plan.frame.scope or f"范围为{plan.frame.region}。")


def downloads(plan: Plan, year: int) -> Text:
    """Links to the files of a year: the workbook, and machine-readable tables."""
    files = {f"-{name}": output.title for name, output in outputs(plan, year).items()} | {"-dictionary": "数据字典"}
    tables = "、".join(f"[{title}](cixi-{year}{name}.csv)" for name, title in files.items())
    return Text(
        f"- [{year} 年工作簿（Excel）](cixi-{year}.xlsx)：规划的各表、指标结论、结论依据、分级统计、趋势与进度等；"
        "计数、合计与差值是公式，点击单元格可见。\n"
        f"- 机器可读：全部各表与数据字典 [JSON](cixi-{year}.json)；逐表 CSV {tables}。\n\n"
        "CSV 中以 = + - @ 开头的文字前有一个撇号，以免被当作公式；JSON 中没有。"
    )


def years_of_the_book(plan: Plan) -> Html:
    """Links from the home page to the years, newest first."""
    years = [coverage(plan, year) for year in sorted(plan.report_years, reverse=True)]
    return prose("years_of_the_book", years=years, early=[y for y in plan.years if y < plan.frame.first_report_year])


def count_cards(assessment: Assessment, pages: str = "") -> Html:
    """The counts of each level (未填报 only if there are any), linked to the lists."""
    groups = []
    for row in records(tally(assessment)):
        shown = [
            (f"{row.met} / {row.applicable}", Status.MET, "达标", f"{pages}table1.html"),
            (row.unmet, Status.UNMET, "未达标", "#unmet"),
            (row.no_data, Status.NO_DATA, "无数据", "#no-data"),
            (row.not_filled_in, Status.NOT_FILLED_IN, "未填报", "#no-data"),
        ][: None if row.not_filled_in else -1]
        level = assessment.plan.level(row.level).chinese
        groups.append(cards(*((n, f"{level}　{LOOKS[s].symbol} {word}", to) for n, s, word, to in shown)))
    return stack(*groups, name="计数")


def reasons(assessment: Assessment, verdict: Verdict, pages: str = "") -> Html:
    """Every indicator with this verdict: its reasons, its sources and a link to its dossier."""
    entries = list(_entries(assessment, verdict, pages))
    anchor = {Verdict.UNMET: "unmet", Verdict.NO_DATA: "no-data"}.get(verdict, str(verdict))
    anchor += "" if assessment.against != TARGET else "-targets"
    markup = render("reasons", anchor=anchor, entries=entries, nothing=f"没有结论为“{LOOKS[verdict].word}”的指标。")
    return Html(markup, f"{LOOKS[verdict].word}：{len(entries)}项")


def _entries(assessment: Assessment, verdict: Verdict, pages: str) -> Iterator[tuple[object, ...]]:
    """(first item, address, grounds, sources) of each indicator; a ground: levels, basis, reason."""
    plan, table, of_items = assessment.plan, assessment.indicators, assessment.items
    for number, rows in table[table["verdict"] == verdict].groupby("indicator", sort=False):
        items = [i for i in plan.items if i.indicator == number]
        own = of_items[of_items["level"].isin(rows["level"]) & (of_items["verdict"] == verdict)]
        deciding = [i for i in items if (own["item_id"] == i.item_id).any()] or items
        grounds = []
        for reason, same in rows.groupby("reason", sort=False):
            badges = (Markup("{} {}").format(_level(plan, v), badge(verdict)) for v in same["level"])
            grounds.append((joined(badges, " "), basis_word(same.iloc[0]["basis"]), reason))
        seen = [next(iter(plan.observed(i.item_id, assessment.year)), None) for i in deciding]
        none = f"{assessment.year}年没有这一子项的记录"
        sources = dict.fromkeys(short_source(plan, row.source) if row else none for row in seen)
        yield items[0], href(deciding[0], pages), grounds, "；".join(sources)


def open_items(assessment: Assessment, pages: str = "") -> Html:
    """The items without data by the reason of absence (未填报 first), or that words do not decide."""
    plan, table = assessment.plan, assessment.items
    groups: dict[str, list[Markup]] = {}
    for item in plan.items:
        own = table[(table["item_id"] == item.item_id) & (table["verdict"] == Verdict.NO_DATA)]
        if own.empty:
            continue
        level = plan.level(own.iloc[0]["level"]) if len(own) == 1 else None
        reason = absence_reason(plan, item.item_id, assessment.year, level)
        shown = item_title(item) + (f"（{level.chinese}）" if level else "")
        key = reason.value if reason else "有现状值或文字，但不足以判定"
        wordings = (held(plan, item, v, assessment.year) for v in own["level"])
        if any(wording and wording.refusal for wording in wordings):
            key = "要求无法解读"
        groups.setdefault(key, []).append(link(shown, href(item, pages)))
    point = Markup("<strong>{}</strong>（{}项）：{}").format
    keys = sorted(groups, key=lambda key: key != Absence.NOT_FILLED_IN)
    points = [point(key, len(groups[key]), joined(groups[key])) for key in keys]
    return bullets(*(points or [Markup("没有无数据的子项。")]), anchor="no-data")


def tally_table(assessment: Assessment, by: str | None = None) -> Html:
    """Counts by level, or by ``domain``, ``attribute`` or ``basis`` with the levels side by side."""
    counts, shown = tally(assessment, by), list(_COUNTS)
    title = {None: "按级别", "domain": "按领域", "attribute": "按指标属性", "basis": "按依据"}[by]
    caption = f"{assessment.year}年指标数，{title}"
    if by is None:
        head, shown = "级别" if assessment.against != TARGET else "规划值", _occurring(counts, shown)
        rows = [(_level(assessment.plan, level), *cells) for level, *cells in columns_of(counts, "level", *shown)]
        columns = {head: "short", **dict.fromkeys((_COUNTS[name] for name in shown), "number")}
        return tables.table(rows, columns, caption=caption)
    if by == "basis":
        shown = ["met", "unmet"]  # without data there is no basis
    chinese = {str(v): v.chinese for kind in (Attribute, Basis) for v in kind}
    return _side_by_side(assessment.plan, counts, by, title[1:], chinese, shown, caption=caption)


def convention_tallies(plan: Plan, year: int) -> Html:
    """The counts with each convention switched off, and with all of them."""
    counts, caption = tally_without_each_convention(plan, year), f"{year}年指标数：约定的作用"
    chinese = {"": "全部约定都用", "all": "全部约定都不用"} | {str(c): f"不用“{c.chinese}”" for c in Convention}
    return _side_by_side(
        plan, counts, "convention", "情形", chinese, list(_COUNTS)[1:], caption=caption, sortable=False
    )


def _occurring(counts: pd.DataFrame, names: list[str]) -> list[str]:
    """The columns of counts to show: 未填报 only if something is not filled in."""
    return [name for name in names if name != Status.NOT_FILLED_IN or counts[name].any()]


def _side_by_side(
    plan: Plan, counts: pd.DataFrame, by: str, head: str, chinese: dict[str, str], shown: list[str], **options: Any
) -> Html:
    """A row for each value of ``by``, the levels side by side; 0 where a level has no count."""
    fields = [(level, name) for level in dict.fromkeys(counts["level"]) for name in _occurring(counts, shown)]
    cells = {(getattr(r, by), r.level, name): getattr(r, name) for r in records(counts) for name in shown}
    keys = dict.fromkeys(counts[by])
    rows = [(chinese.get(key, key), *(cells.get((key, *field), 0) for field in fields)) for key in keys]
    heads = (Markup("{}<br>{}").format(_level(plan, level), _COUNTS[name]) for level, name in fields)
    return tables.table(rows, {head: "short", **dict.fromkeys(heads, "number")}, **options)


def _level(plan: Plan, level: str) -> str:
    return plan.level(level).chinese if level in plan.levels else f"{level}年"


def target_tally(plan: Plan, year: int) -> Html:
    """The year against the plan's targets: counts, then the unmet ones."""
    against = assess(plan, year, against=TARGET)
    return stack(tally_table(against), reasons(against, Verdict.UNMET), name="与规划值对照")


def observed_items(plan: Plan, year: int) -> Html:
    """The items with data in a year, what was measured, and the source."""
    known = [plan.item(item_id) for item_id in coverage(plan, year).with_data]
    rows = [
        (item_link(plan, item, level=row.level),
         row.measure or (plan.asked(item, row.level, year).name if row.level else item.name),
         row.value, plan.unit_of(row, year), row.statement, short_source(plan, row.source))
        for item in known for row in plan.observed(item.item_id, year)
    ]  # fmt: skip
    columns = {"子项": "name", "实测对象": "text", "数值": "right", "单位": "short", "原文": "long", "出处": "short"}
    return tables.table(rows, columns, caption=f"{year}年有数据的子项", empty="原表没有单位，或没有数值")


def decided(assessment: Assessment) -> Html:
    """The items with a verdict, and why."""
    table, plan = assessment.items, assessment.plan
    own = table[table["verdict"].isin([Verdict.MET, Verdict.UNMET])]
    rows = [
        (item_link(plan, plan.item(i), level=v), _level(plan, v), noted(badge(verdict), basis_word(basis)), reason)
        for i, v, verdict, basis, reason in columns_of(own, "item_id", "level", "verdict", "basis", "reason")
    ]
    columns = {"子项": "name merged", "级别": "short", "结论": "short", "理由": "long"}
    return tables.table(rows, columns, caption=f"{assessment.year}年能判定的子项")
