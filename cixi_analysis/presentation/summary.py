"""The pages 首页, 年度总览 and 回看 except their summary: counts, the effect of a year's wordings, the extent of the data."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import causes, records
from cixi_analysis.analysis.changes import year_before
from cixi_analysis.analysis.outputs import outputs
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import Assessment, measured_at, refusals, tally, tally_without_each_convention
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Target
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, MarkdownText, explained, link, noted, paragraph, prose
from cixi_analysis.presentation.looks import LOOKS, badge, basis_word
from cixi_analysis.presentation.titles import href, item_link, item_title, short_source
from cixi_analysis.words import Attribute, Basis, Convention, Status, Verdict

#: Column of a tally → heading; 未填报 without its sign, for which a tenth column leaves no room.
_COUNTS = {"applicable": "适用", **{str(s): LOOKS[s].text for s in (Status.MET, Status.UNMET, Status.NO_DATA)}}
_COUNTS[Status.NOT_FILLED_IN] = Status.NOT_FILLED_IN.chinese


def year_banner(plan: Plan, year: int) -> Html:
    """回看 before the base year, 初稿 or 复核稿 while a later year is not closed; else empty."""
    known = coverage(plan, year)
    return prose("banner", known=known) if known.is_retrospect or known.is_draft else Html()


def verdict_counts(assessment: Assessment) -> Html:
    """“2022年，国家级适用指标37项，其中29项达标、2项未达标（…）、6项无数据。” for both levels; 未填报 if there are any."""
    table, first = assessment.indicators, {i.indicator: i for i in reversed(assessment.plan.items)}
    levels = []
    for row in records(tally(assessment)):
        unmet = table[(table["level"] == row.level) & (table["verdict"] == Verdict.UNMET)]["indicator"]
        named = [link(first[n].indicator_name, href(first[n])) for n in unmet]
        levels.append((assessment.plan.level(row.level), row, named))
    return prose("verdict_counts", year=assessment.year, levels=levels)


def by_last_standard(plan: Plan, year: int) -> Html:
    """The counts of the year by the requirements of the year before; empty where they are the same."""
    other = year_before(plan, year)
    old = causes.by_last_standard(plan, year, other) if other else None
    if old is None:
        return Html()
    levels = [(plan.level(row.level), row) for row in records(tally(old))]
    return prose("by_last_standard", year=year, other=other, levels=levels)


def refused(plan: Plan, year: int, pages: str = "") -> Html:
    """The wordings in force that cannot be read, each with its item, place and reason; empty where all can."""
    told = []
    for row, why in refusals(plan).items():
        item = plan.item(row.item_id)
        if isinstance(row, Target):
            place = plan.questions(str(row.year))
        elif plan.requirement(row.item_id, row.level, year) is row:
            place = f"{plan.questions(row.level)}，{row.from_year}年起"
        else:  # replaced by another wording
            continue
        told.append((link(item_title(item), href(item, pages)), place, f"“{why.marked}”，{why.reason}"))
    return prose("refused", refused=told) if told else Html()


def plan_in_numbers(plan: Plan) -> Html:
    """How many indicators, items and projects the plan has."""
    plan = plan.as_of(plan.frame.base_year)
    attributes = list({i.indicator: i.attribute for i in plan.items}.values())
    counts, domains = [(a.chinese, attributes.count(a)) for a in Attribute], len({i.domain for i in plan.items})
    return prose("plan_in_numbers", plan=plan, attributes=counts, domains=domains)


def scope(plan: Plan) -> Html:
    """What the plan covers."""
    return paragraph(plan.frame.scope or f"范围为{plan.frame.region}。")


def downloads(plan: Plan, year: int) -> MarkdownText:
    """Links to the files of a year: the workbook, and machine-readable tables."""
    files = {f"-{name}": output.title for name, output in outputs(plan, year).items()} | {"-dictionary": "数据字典"}
    tables = "、".join(f"[{title}](cixi-{year}{name}.csv)" for name, title in files.items())
    report = ""
    if year >= plan.frame.base_year:
        report = f"- [{year} 年自评估报告（Word）](cixi-{year}.docx)：各章、指标完成情况汇总表、图与附表，可在 Word 中修改。\n"
    return MarkdownText(
        f"{report}- [{year} 年工作簿（Excel）](cixi-{year}.xlsx)：规划的各表、指标结论、结论依据、分级统计、趋势与进度等；"
        "计数、合计与差值是公式，点击单元格可见。\n"
        f"- 机器可读：全部各表与数据字典 [JSON](cixi-{year}.json)；逐表 CSV {tables}。\n"
        '- 供程序读取：<a href="../../datapackage.json">datapackage.json</a>（Frictionless Data Package），'
        "列出各年各表的地址、列的类型与约束、字节数与 SHA-256。\n\n"
        "CSV 中以 = + - @ 开头的文字前有一个撇号，以免被当作公式；JSON 中没有。"
    )


def years_of_the_book(plan: Plan) -> Html:
    """Links from the home page to the years, newest first."""
    years = [coverage(plan, year) for year in sorted(plan.report_years, reverse=True)]
    return prose("years_of_the_book", years=years, early=[y for y in plan.years if y < plan.frame.first_report_year])


def tally_table(assessment: Assessment, by: str) -> Html:
    """Counts by ``domain``, ``attribute`` or ``basis``, the levels side by side."""
    title = {"domain": "领域", "attribute": "指标属性", "basis": "依据"}[by]
    shown = ["met", "unmet"] if by == "basis" else list(_COUNTS)  # without data there is no basis
    chinese = {str(v): v.chinese for kind in (Attribute, Basis) for v in kind}
    caption = f"{assessment.year}年指标数，按{title}"
    return _side_by_side(assessment.plan, tally(assessment, by), by, title, chinese, shown, caption=caption)


def convention_tallies(plan: Plan, year: int) -> Html:
    """The counts with each convention switched off, and with all of them."""
    counts, caption = tally_without_each_convention(plan, year), f"{year}年指标数：约定的作用"
    chinese = {"": "全部约定都用", "all": "全部约定都不用"} | {str(c): f"不用“{c.chinese}”" for c in Convention}
    return _side_by_side(
        plan, counts, "convention", "情形", chinese, list(_COUNTS)[1:], caption=caption, sortable=False
    )


def _side_by_side(
    plan: Plan, counts: pd.DataFrame, by: str, head: str, chinese: dict[str, str], shown: list[str], **options: Any
) -> Html:
    """A row for each value of ``by``, the levels side by side; 0 where a level has no count, no 未填报 where all is filled in."""
    shown = [name for name in shown if name != Status.NOT_FILLED_IN or counts[name].any()]
    fields = [(level, name) for level in dict.fromkeys(counts["level"]) for name in shown]
    cells = {(getattr(r, by), r.level, name): getattr(r, name) for r in records(counts) for name in shown}
    keys = dict.fromkeys(counts[by])
    rows = [(chinese.get(key, key), *(cells.get((key, *field), 0) for field in fields)) for key in keys]
    heads = (Markup("{}<br>{}").format(plan.level(level).chinese, _COUNTS[name]) for level, name in fields)
    return tables.table(rows, {head: "short", **dict.fromkeys(heads, "number")}, **options)


def observed_items(plan: Plan, year: int) -> Html:
    """The items with data in a year, what was measured, and the source."""
    known = [plan.item(item_id) for item_id in coverage(plan, year).with_data]
    rows = [
        (item_link(plan, item, level=row.level),
         measured_at(plan, item, row.level, year, row)[row.level or plan.first_asking(item, year)].name,
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
        (item_link(plan, plan.item(r.item_id), level=r.level), plan.level(r.level).chinese,
         noted(badge(r.verdict), basis_word(r.basis)), explained(r.why))
        for r in records(own)
    ]  # fmt: skip
    columns = {"子项": "name merged", "级别": "short", "结论": "short", "理由": "long"}
    return tables.table(rows, columns, caption=f"{assessment.year}年能判定的子项")
