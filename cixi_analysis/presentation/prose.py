"""Sentences whose numbers are computed. Names in them are text from data, so they come as escaped HTML."""

from markupsafe import Markup

from cixi_analysis.analysis.coverage import coverage
from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.html import Html, joined, link
from cixi_analysis.presentation.tables import paragraph
from cixi_analysis.presentation.titles import item_href
from cixi_analysis.words import BASE_YEAR, FIRST_REPORT_YEAR, PLAN_TITLE, TARGET_YEARS, Attribute, Level, Verdict


def headline(assessment: Assessment, pages: str = "") -> Html:
    """“2022年，国家级适用指标37项，其中29项达标、2项未达标（…）、6项无数据。” for both levels; 未填报 where there are any."""
    parts = []
    for row in records(tally(assessment)):
        unmet = _linked(assessment, Level(row.level), pages)
        named = Markup("（{}）").format(joined(unmet)) if unmet else Markup()
        unfilled = f"、{row.not_filled_in}项未填报" if row.not_filled_in else ""
        parts.append(Markup("{}适用指标{}项，其中{}项达标、{}项未达标{}、{}项无数据{}").format(
            Level(row.level).chinese, row.applicable, row.met, row.unmet, named, row.no_data, unfilled))  # fmt: skip
    return paragraph(f"{assessment.year}年，", joined(parts, "；"), "。")


def _linked(assessment: Assessment, level: Level, pages: str) -> list[Markup]:
    table = assessment.indicators
    rows = table[(table["level"] == level) & (table["verdict"] == Verdict.UNMET)]
    first = {i.indicator: i for i in reversed(assessment.plan.items)}
    return [link(first[n].indicator_name, item_href(first[n].item_id, pages)) for n in rows["indicator"]]


def attribute_of_unmet(assessment: Assessment) -> Html:
    """Are the unmet ones binding: told from the data."""
    table = assessment.indicators
    unmet = table[table["verdict"] == Verdict.UNMET]["indicator"].unique()
    attributes = {i.indicator: i.attribute for i in assessment.plan.items}
    counts = {a: sum(attributes[n] is a for n in unmet) for a in Attribute}
    if not len(unmet):
        return paragraph(f"{assessment.year}年没有未达标的指标。")
    kinds = [a for a in Attribute if counts[a]]
    if len(kinds) == 1:
        return paragraph(f"任一级别未达标的指标共{len(unmet)}项，全部是{kinds[0].chinese}指标。")
    told = "、".join(f"{a.chinese}{counts[a]}项" for a in kinds)
    return paragraph(f"任一级别未达标的指标共{len(unmet)}项，其中{told}。")


def plan_in_numbers(plan: Plan) -> Html:
    """How many indicators and items the plan has, and how many are binding."""
    attributes = {i.indicator: i.attribute for i in plan.items}
    counts = "、".join(f"{a.chinese}{list(attributes.values()).count(a)}项" for a in Attribute)
    domains = len({i.domain for i in plan.items})
    return paragraph(
        f"{PLAN_TITLE}表一列有{len(attributes)}项指标（{counts}），分属{domains}个领域，分为{len(plan.items)}个子项逐一判定；"
        f"表三列有{len(plan.projects)}个重点项目。规划基准年为{BASE_YEAR}年，规划值定在{'、'.join(map(str, TARGET_YEARS))}年。"
    )


def targets() -> Html:
    """What it means to hold a year against the plan's targets."""
    years = "、".join(f"{year}年" for year in TARGET_YEARS)
    return paragraph(
        f"规划值（{years}）是国家级、省级要求之外的第三把尺。目标年未到时，“未达到”只说明还有距离，不是考核结论；"
        "规划值中的“持续提高”一类要求没有比较年份的数据时，判为无数据。"
    )


def source_note() -> Html:
    """The plan's title once a page; sources below give only table and row."""
    return paragraph(f"出处未另注明的，均为{PLAN_TITLE}，只写表、序号与栏目。")


def years_of_the_book(plan: Plan) -> Html:
    """Which years there are to read, newest first, with links from the first page."""
    links = []
    for year in sorted(plan.report_years, reverse=True):
        known = coverage(plan, year)
        kind = "回看" if known.is_retrospect else "初稿" if known.is_draft else "年度评估"
        links.append(
            link(f"{year}年（{kind}，{len(known.with_data)}/{known.items}个子项有数据）", f"{year}/index.html")
        )
    early = [y for y in plan.years if y < FIRST_REPORT_YEAR]
    note = f"{'、'.join(map(str, early))}年只有个别数字，用于趋势，不单独成页。" if early else ""
    return paragraph("已有年份：", joined(links), "。", note)
