"""The pages of dossiers, commitments, audit and units: what they show, where they lead, and that data stays text."""

import re
from dataclasses import replace

import pytest
from test_presentation import text as spaced
from tiny import progress, tiny_plan

from cixi_analysis.analysis.dossier import dossier, facts
from cixi_analysis.analysis.trend import series, trends
from cixi_analysis.assessment import assess
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import (
    audit_page,
    commitment_page,
    dossier_page,
    project_page,
    table1_page,
    trend_tables,
)
from cixi_analysis.presentation.titles import href, item_link, level_title, table1_href
from cixi_analysis.words import AuditResult

EVIL = '<script>alert("x")</script>'


def text(piece: object) -> str:
    """The words a reader sees, without the spaces that stand for tags and without those between Chinese words."""
    return re.sub(r"\s+", "", spaced(piece))


def words(told: str) -> str:
    return re.sub(r"\s+", "", told)


@pytest.mark.parametrize(
    ("kind", "key", "pages", "expected"),
    [
        ("item", "9.2", "", "../indicators/9.html#item-9-2"),
        ("item", "38", "2022/", "indicators/38.html#item-38"),
        ("item", "38", "../2021/", "../indicators/38.html#item-38"),
        ("project", 12, "../2022/", "../2022/projects.html#project-12"),
        ("commitment", "C001", "", "commitments.html#C001"),
    ],
)
def test_addresses(plan: Plan, kind: str, key: object, pages: str, expected: str) -> None:
    """From a page of a year, from the home page, from another year, from a dossier."""
    assert href(getattr(plan, kind)(key), pages) == expected


def test_address_of_a_row_of_table1() -> None:
    """From a page that is not in the year's folder."""
    assert table1_href("9.2", "../2022/") == "../2022/table1.html#item-9-2"


def test_a_dossier_shows_everything() -> None:
    """Wordings with their meaning, observations with sources, verdicts with reasons, links with reasons."""
    found = dossier(tiny_plan(), 2, 2022)
    assert words("①优良比例 单位：%；越多越好；表一中的行：2022年、2021年") in text(
        dossier_page.head(found, (2021, 2022))
    )
    assert 'id="item-2-2"' in dossier_page.head(found, (2022,))._repr_html_()
    assert words("省级 ✗ 未达标（数据判定）") in text(dossier_page.verdict_list(found))
    wordings = text(dossier_page.wording_table(found))
    assert words("2② 浓度 国家级要求 / 本级没有要求") in wordings
    assert words("2025年规划值 ≥90 现状值不低于90%") in wordings
    observed = text(dossier_page.observation_table(found))
    assert observed.index("2022") < observed.index("2021")
    assert words("2① 优良比例 86%") in observed
    verdicts = text(dossier_page.verdict_table(found))
    assert words("2022 2 环境质量（整项） 国家级 ✓ 达标 数据判定") in verdicts
    assert words("2025年 2① 优良比例 ✗ 未达标") in text(dossier_page.towards(found))
    ways = text(dossier_page.ways(found))
    assert words("2① 优良比例 省级要求：2022年的数值须由86%提高到90%，相差4个百分点。") in ways
    assert words("2② 浓度 2025年规划值：2025年须达到30微克/立方米，比2022年的32微克/立方米降低2微克/立方米。") in ways
    assert words("同一数量 理由") in text(dossier_page.commitments(found, "../2022/"))
    assert 'href="../2022/projects.html#project-1"' in dossier_page.projects(found, "../2022/")._repr_html_()
    assert words("A002 核对A002 ≠ 不一致：一句话。") in text(dossier_page.findings(found))
    assert 'href="../audit.html#A002"' in dossier_page.findings(found)._repr_html_()


def test_a_dossier_without_anything_says_so() -> None:
    """No empty tables: a sentence each."""
    found = dossier(tiny_plan(targets=()), 1, 2022)
    assert text(dossier_page.commitments(found, "")) == "没有关联到这项指标的承诺。"
    assert text(dossier_page.projects(found, "")) == "没有关联到这项指标的项目。"
    assert words("不作图") in text(dossier_page.series(found))
    assert words("没有可以比较的数值要求") in text(dossier_page.distance(found))
    assert text(dossier_page.ways(found)) == words("有要求和规划值的都已达标。")
    assert words("都有") in text(dossier_page.missing(found))


def test_the_list_of_dossiers_leads_to_each() -> None:
    """One row an indicator, with its verdicts."""
    html = dossier_page.dossier_list(assess(tiny_plan(), 2022))._repr_html_()
    assert re.findall(r'href="\.\./indicators/(\d+)\.html"', html) == ["1", "2", "3"]


def test_the_ledger_counts_and_lists() -> None:
    """What falls due, what comes next, what can be measured, and 未填报 for what nobody reported."""
    plan = tiny_plan()
    assert text(commitment_page.counts(plan, 2023)) == words(
        " 5条有数量或期限的承诺 1条2023年到期 2条2025年到期（下一批） 2 / 5条有衡量的办法 0 / 5条已填报2023年进展 "
    )
    whole = commitment_page.every_commitment(plan, 2023)._repr_html_()
    assert [f'id="C00{n}"' in whole for n in range(1, 6)] == [True] * 5
    assert whole.count("未填报") == 5
    assert 'title="同一数量：理由"' in whole
    assert words("没有到期的承诺") in text(commitment_page.due_in(plan, 2024))


def test_reported_progress_is_shown_with_its_source() -> None:
    """State, percent, money, note and source; everything else stays 未填报."""
    rows = (
        progress("commitment", "C003", "done", note="已建成"),
        progress("project", "1", "under_way", percent="40", spent="3000"),
    )
    plan = tiny_plan(progress={2022: rows})
    assert words("已完成已建成；出处：填报") in text(commitment_page.every_commitment(plan, 2022))
    table = text(project_page.project_table(plan, 2022))
    assert words("进行中 40% 3000万元出处：填报") in table
    assert table.count("未填报") == 3
    told = text(project_page.progress_prose(plan, 2022))
    assert told == words(
        "2022年底，按填报：进行中1项、未填报3项。1项填报了累计投资，合计0.30亿元，同一批项目的概算为0.80亿元。没有填报的不推测。"
    )
    assert words("没有项目填报累计投资。") in text(project_page.progress_prose(tiny_plan(), 2022))


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("", ""),
        ("34 = 7 + 26 + 1", "34等于7 + 26 + 1"),
        ("74 = 50", "一处为74，另一处为50"),
        ("2 = count(甲|乙)", "2等于所列的2个（甲、乙）"),
        ("3 = count(甲|乙)", "3不等于所列的2个（甲、乙）"),
        ("2023 = 2023", "两处均为2023"),
        ("13.0 = 13", "一处为13.0，另一处为13"),
        ("83.3 ≥ 86.8", "83.3小于86.8"),
        ("74 ≤ 13 + 5", "74大于13 + 5"),
        ("709.96 = 7099622 ÷ 10000", "709.96等于7099622 ÷ 10000（按所印精度）"),
        ("12 ≠ 12.4", "12等于12.4（按所印精度）"),
        ("count(甲|乙) = count(甲|乙|丙)", "所列的2个（甲、乙）不等于所列的3个（甲、乙、丙）"),
    ],
)
def test_a_sum_is_told_in_words(check: str, expected: str) -> None:
    """In words: what is counted is listed, and what does not hold is stated as it is."""
    assert audit_page.sum_text(check) == expected


def test_the_audit_shows_both_places() -> None:
    """Every finding with both quotations and the sum; only contradictions are not folded."""
    plan = tiny_plan()
    contradicting = audit_page.finding_list(plan, AuditResult.CONTRADICTS)
    assert words(
        "核对A002 A002 ≠ 不一致 一处为4，另一处为5 “共4个，其中甲类3个、乙类1个” 三（二）1 “建设5个” 表三 第1行 一句话。"
    ) in text(contradicting)
    assert 'href="indicators/2.html#item-2-1"' in contradicting._repr_html_()
    assert 'data-grade="不一致" data-chapters="三（二） 表三"' in contradicting._repr_html_()
    agreeing = audit_page.finding_list(plan, AuditResult.AGREES)._repr_html_()
    assert agreeing.startswith("<details>\n<summary>一致：1处</summary>") and 'id="A001"' in agreeing
    assert "<details" not in contradicting._repr_html_()
    assert words("两两对照3处：2处由程序按所印的数字计算，1处对读文字。不一致1处，不能确定1处，一致1处。") in text(
        audit_page.conclusion(plan)
    )
    assert words("38微克/立方米 2018") in text(audit_page.background(plan))
    assert words("道路编号") in text(audit_page.left_out(plan))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("三（五）3“深化农业面源污染防治”段", "三（五）"),
        ("专栏11（三（五）1）", "三（五）"),
        ("一（一）2（1）", "一（一）"),
        ("表一 序号31② 现状值", "表一"),
        ("前言", "前言"),
        ("附录二“甲（乙）”", "附录二"),
    ],
)
def test_chapters_of_places(place: str, expected: str) -> None:
    """A chapter with its section, or a table; a box belongs to the chapter it stands in."""
    assert audit_page.chapter(place) == expected


def test_units_show_projects_items_and_commitments() -> None:
    """A section a unit, with an address of its own; most money first, in the contents and below it."""
    page = project_page.unit_sections(assess(tiny_plan(), 2022))
    assert page._repr_html_().count("<section id=") == 4
    assert words("市水利局市水利局：2个项目，概算0.85亿元") in text(page)
    assert words("2② 浓度 – 不适用 ✗ 未达标") in text(page)
    assert words("C005 事项C005") in text(page)
    assert words("其项目没有直接关联到指标") in text(page)
    contents = project_page.unit_contents(tiny_plan())._repr_html_()
    places = re.findall(r'href="units.html#([^"]*)"', contents)
    assert places == re.findall(r'<section id="([^"]*)"', page._repr_html_())
    assert places[0] == "unit-市水利局"


def evil() -> Plan:
    """The tiny plan with markup wherever the new files hold free text."""
    plan = tiny_plan()
    words = {"metric": EVIL, "scope": EVIL, "quotation": EVIL, "source": EVIL, "unit": EVIL}
    quoted = {"title": EVIL, "quotation_b": EVIL, "place_a": EVIL, "reasoning": EVIL}
    return replace(
        plan,
        commitments=tuple(c.model_copy(update=words) for c in plan.commitments),
        background=tuple(f.model_copy(update={"subject": EVIL, "quotation": EVIL}) for f in plan.background),
        left_out=tuple(x.model_copy(update={"quotation": EVIL, "reason": EVIL}) for x in plan.left_out),
        audit=tuple(a.model_copy(update=quoted) for a in plan.audit),
        links=tuple(row.model_copy(update={"reason": f'"{EVIL}'}) for row in plan.links),
        projects=tuple(p.model_copy(update={"name": EVIL, "units": EVIL}) for p in plan.projects),
        progress={2022: (progress("project", "1", "done", note=EVIL),)},
    )


def test_data_never_becomes_markup() -> None:
    """Whatever stands in a cell is text on every one of these pages, in attributes too."""
    plan = evil()
    assessment, found = assess(plan, 2022), dossier(plan, 2, 2022)
    pieces = [
        commitment_page.every_commitment(plan, 2022), commitment_page.due_in(plan, 2022, following=True),
        *(audit_page.finding_list(plan, result) for result in AuditResult),
        audit_page.background(plan), audit_page.left_out(plan),
        project_page.unit_contents(plan), project_page.unit_table(plan), project_page.unit_sections(assessment), project_page.project_table(plan, 2022),
        dossier_page.commitments(found, ""), dossier_page.projects(found, ""), dossier_page.findings(found),
    ]  # fmt: skip
    for piece in pieces:
        html = piece._repr_html_()
        assert "<script" not in html
        assert 'title="同一数量："' not in html  # a quotation mark ends no attribute


def test_quotations_keep_the_line_breaks_of_a_cell(plan: Plan) -> None:
    """A mark stands for the break in every quotation of the audit, in lists and tables alike; data keep the break."""
    broken = [q for row in plan.audit for q in (row.quotation_a, row.quotation_b) if "\n" in q]
    page = "".join(audit_page.finding_list(plan, one)._repr_html_() for one in AuditResult)
    assert "≤13\n完成上级规定的目标任务；持续改善" in broken
    for quotation in broken:
        assert f"“{quotation.replace(chr(10), '⏎')}”" in page
    reasons = assess(plan, 2022, against="target").items["reason"]
    assert reasons.str.contains("规划值“≤13⏎完成上级规定的目标任务；持续改善”", regex=False).sum() == 1


def test_two_measures_of_one_item_never_share_a_title(plan: Plan) -> None:
    """What a level calls otherwise has that name wherever it is shown alone: a series, a wording, a verdict."""
    titles: dict[str, set[str]] = {}
    for one in series(plan, 2022).values():
        title = spaced(item_link(plan, plan.item(one.item_id), one.measure)).strip()
        assert title not in titles.setdefault(one.item_id, set())
        titles[one.item_id].add(title)
    assert titles["11"] == {"11 生态质量指数（EQI）"}
    for item in plan.items:
        names = {plan.asked(item, level).name for level in plan.levels}
        assert len({level_title(plan, item, level) for level in plan.levels}) == len(names)


def test_an_index_is_shown_without_a_unit(plan: Plan) -> None:
    """The EQI of 2021 is 60.9, and never 60.9%, on the pages of its year and of the next, and on the command line."""
    found = dossier(plan, 11, 2022)
    pages = [
        trend_tables.without_target(plan, trends(plan, 2022)),
        table1_page.table1(assess(plan, 2021)),
        dossier_page.observation_table(found),
    ]
    for shown in (*(page._repr_html_() for page in pages), facts(found).to_csv()):
        assert re.search("生态质量指数（EQI）", shown)
        assert "60.9" in shown
        assert "60.9%" not in shown
