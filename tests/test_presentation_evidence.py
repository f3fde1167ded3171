"""What pages show of evidence: the list, what is missing, the count, partial facts beside the year."""

from dataclasses import replace

import tiny

from cixi_analysis.analysis.dossier import dossier, facts, read_of_years
from cixi_analysis.assessment import assess
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import evidence_page, table1_page

PARTIAL = {"proves": "context", "figure": "88.8–95.6%", "period": "1–4月", "scope": "全市含新区", "grade": "C"}


def plan_with(*rows: dict[str, object]) -> Plan:
    plan = tiny.tiny_plan()
    observations = {**plan.observations, 2023: plan.observations[2022]}
    return tiny.tiny_plan(observations=observations, evidence={2023: tuple(tiny.evidence(**row) for row in rows)})


PLAN = plan_with(
    {"id": "1", "proves": "clause", "clause": "建立", "page": "3", "issuer": "县政府", "document_number": "〔2023〕1号",
     "date": "2023-06", "quoted": "已建立<制度>", "grade": "A"},
    {"id": "2.1"},
    {"id": "2.1", **PARTIAL},
    {"kind": "project", "id": "1"},
    {"kind": "commitment", "id": "C001"},
)  # fmt: skip


def test_the_count() -> None:
    """How much there is, what is missing, and where the list is; of the base year the plan is the evidence."""
    assert evidence_page.counts(PLAN, 2023, "").striptags() == (
        "佐证材料4件（自有材料1，来源文件3），参考1件。还缺数值1处的佐证。见佐证材料目录。"
    )
    none = evidence_page.counts(plan_with(), 2023)
    assert none.striptags() == "佐证材料0件。1个子项的结论依据文字，而无佐证；还缺数值2处的佐证。"
    assert "<strong>1个子项的结论依据文字，而无佐证</strong>" in none
    assert evidence_page.counts(PLAN, 2022, "").striptags() == "2022年的数据出自规划，规划即佐证。"
    whole = plan_with({"id": "1", "proves": "clause"}, {"id": "2.1"}, {"id": "2.2"})
    assert evidence_page.counts(whole, 2023).striptags() == "佐证材料3件（来源文件3）。有结论和数值的都有佐证。"


def test_what_a_convention_deems_is_not_said_to_be_proven() -> None:
    """None was assigned, so the requirement counts as met: no document is missing, and none is there."""
    deemed = tiny.observation("3", absence="原文未列", assigned_target="上级未下达")
    asked = tiny.requirement("3", "national", "完成上级下达的年度目标")
    known = tiny.tiny_plan()
    others = (row for row in known.requirements if row.item_id != "3")
    plan = replace(known, requirements=(*others, asked), observations={**known.observations, 2023: (deemed,)})
    assert "met" in set(assess(plan, 2023).items["verdict"])
    assert evidence_page.counts(plan, 2023).striptags() == "佐证材料0件。没有还缺的佐证。"
    assert evidence_page.missing(plan, 2023).striptags() == "没有还缺的佐证。"
    # What proves project 3 says nothing of item 3.
    begun = {2023: (tiny.progress("project", "3", "under_way", source="《公报》"),)}
    plan = replace(plan, evidence={2023: (tiny.evidence("3", kind="project"),)}, progress=begun)
    assert evidence_page.counts(plan, 2023).striptags().endswith("。没有还缺的佐证。")


def test_the_list() -> None:
    """Each piece with its subject linked, the document, the words; text is escaped."""
    html = evidence_page.listed(PLAN, 2023)
    for text in (
        'id="1-A-1"', "建立", "《公报》第3页", "县政府，〔2023〕1号，2023-06", "“已建立&lt;制度&gt;”", "参考（1–4月，全市含新区）：88.8–95.6%",
        'href="../indicators/2.html#item-2-1"', 'href="projects.html#project-1"', 'href="commitments.html#C001"',
    ):  # fmt: skip
        assert text in html
    assert "<制度>" not in html
    assert evidence_page.listed(plan_with(), 2023).striptags() == "2023年的目录里还没有材料。"


def test_what_is_missing_comes_with_the_words_first() -> None:
    html = evidence_page.missing(plan_with({"id": "2.2"}), 2023)
    assert (
        0
        < html.index("无佐证")
        < html.index("建立：国家级、省级达标")
        < html.index("数值的佐证")
        < html.index("现状值 86%")
    )
    whole = plan_with({"id": "1", "proves": "clause"}, {"id": "2.1"}, {"id": "2.2"})
    assert evidence_page.missing(whole, 2023).striptags() == "有结论和数值的都有佐证。"


def test_the_dossier() -> None:
    """The evidence of the indicator with partial facts, what is missing; the same as facts of the command line."""
    found = dossier(PLAN, 2, 2023)
    html = evidence_page.of_indicator(found)
    for text in (
        'href="../2023/evidence.html#2.1-B-1"',
        "参考（1–4月，全市含新区）：88.8–95.6%",
        "2023年还缺的佐证",
        "现状值 32微克/立方米",
    ):
        assert text in html
    told = facts(found)
    assert told[told["part"] == "evidence"]["content"].tolist() == ["2.1-B-1 《公报》", "2.1-C-1 《公报》"]
    early = evidence_page.of_indicator(dossier(PLAN, 2, 2022))
    assert early.striptags().strip() == "2022年及以前的数据出自规划，规划即佐证，出处见“各年的观测”。"


def test_a_dossier_is_made_again_for_its_own_evidence() -> None:
    """The cache key of an indicator's page follows the evidence of its items alone."""
    other = plan_with({"id": "2.1"}, {"id": "2.1", **PARTIAL})
    assert read_of_years(PLAN, 1) != read_of_years(other, 1)
    assert read_of_years(PLAN, 2) == read_of_years(other, 2)


def test_a_partial_fact_stands_beside_the_year_in_table_1() -> None:
    html = table1_page.table1(assess(PLAN, 2023))
    assert html.count("参考（1–4月，全市含新区）：88.8–95.6%") == 1
    assert "参考（" not in table1_page.table1(assess(PLAN, 2022))
