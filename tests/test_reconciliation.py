"""Printed against recomputed: each kind of statement on a tiny plan, both ways, then the plan's own statements."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from tiny import SOURCE, TITLE, past, project, published, tiny_plan, write

from cixi_analysis.analysis.reconciliation import COLUMNS, NOT_COMPUTABLE, reconcile
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.words import Verdict
from cixi_analysis.words import printed as printed_word

#: The verdicts of the tiny plan's docstring: (indicator, level) → verdict.
TINY = {
    (1, "national"): "met",
    (1, "provincial"): "met",
    (2, "national"): "met",
    (2, "provincial"): "unmet",
    (3, "national"): "no_data",
    (3, "provincial"): "not_applicable",
}


def assessed(verdicts: dict[tuple[int, str], str]) -> pd.DataFrame:
    """The verdicts as rows of an assessment, with a row of an item before each, which reconciliation must ignore."""
    rows = [
        {"indicator": i, "item_id": item_id, "level": level, "verdict": v, "basis": None, "reason": "…"}
        for (i, level), verdict in verdicts.items()
        for item_id, v in ((f"{i}.1", "not_applicable"), ("", verdict))
    ]
    return pd.DataFrame(rows, columns=["indicator", "item_id", "level", "verdict", "basis", "reason"])


def test_the_tiny_plan_agrees_with_itself() -> None:
    found = reconcile(tiny_plan(), assessed(TINY))
    assert tuple(found.columns) == COLUMNS
    assert found[["check", "stated", "computed", "agrees"]].to_numpy().tolist() == [
        ["指标1 国家级结论", "是", "是", "yes"],
        ["指标1 省级结论", "是", "是", "yes"],
        ["指标2 国家级结论", "是", "是", "yes"],
        ["指标2 省级结论", "否", "否", "yes"],
        ["指标3 国家级结论", "无数据", "无数据", "yes"],
        ["指标3 省级结论", "/", "/", "yes"],
        ["全部指标数", "3", "3", "yes"],
        ["约束性指标数", "2", "2", "yes"],
        ["国家级 涉及指标数", "3", "3", "yes"],
        ["国家级 达标指标数", "2", "2", "yes"],
        ["国家级 点名 指标3 满意度", "满意度：无数据", "满意度：无数据", "yes"],
        ["省级 点名 指标2 环境质量", "环境质量：否", "环境质量：否", "yes"],
        ["2018-2022年重点工程 生态经济 总数", "7", "7", "yes"],
        ["2018-2022年重点工程 已完成 项数", "4", "4", "yes"],
        ["2018-2022年重点工程 各实施情况之和", "10", "4+1+2+3=10", "yes"],
        ["表三 项目数", "4", "4", "yes"],
        ["表三 新增1项与续建项目之和", "4", "1+1+2=4", "explained"],
        ["表三 投资概算合计（万元，无概算的项目不计）", "10500", "10500", "yes"],
        ["表三 投资概算合计（亿元，无概算的项目不计）", "1.1", "1.1", "yes"],
        ["国家级 无数据 点名的指标", "3", "3", "yes"],
        ["省级 否 点名的指标", "2", "2", "yes"],
    ]
    assert found["check"].is_unique


@pytest.mark.parametrize(
    ("row", "computed", "agrees"),
    [
        (published("budget", None, "1.05", unit="亿元"), "1.05", "yes"),
        (published("budget", None, "1.1", unit="亿元"), "1.1", "yes"),  # 1.05 rounds up
        (published("budget", None, "1.0", unit="亿元"), "1.1", "no"),
        (published("budget", None, "1.050", unit="亿元"), "1.050", "yes"),
        (published("budget", None, "10501", unit="万元"), "10500", "no"),
        (published("budget", None, "10,500.0", unit="万元"), "10500.0", "yes"),  # thousands in groups, as printed
        (published("budget", None, "1,0500", unit="万元"), "10500.0", "no"),
        (published("budget", None, "10500", unit="元"), NOT_COMPUTABLE, "no"),
        (published("budget", None, "约1亿", unit="亿元"), "1.05", "no"),
        (published("budget", None, "NaN", unit="亿元"), "1.05", "no"),
        (published("past_sum", None, "11"), "4+1+2+3=10", "no"),
        (published("past_type", "合计", "10"), "10", "yes"),
        (published("past_type", "生态生活", "0"), NOT_COMPUTABLE, "no"),
        (published("past_outcome", "abandoned", "0"), NOT_COMPUTABLE, "no"),
        (published("project_origin", "2", "4"), "2+1+2=5", "no"),
        (published("project_origin", "2", "4", explanation="两项合并"), "2+1+2=5", "no"),
        (published("project_origin", "若干", "4"), NOT_COMPUTABLE, "no"),
        (published("indicators", "reference", "1"), "1", "yes"),
        (published("indicators", "optional", "1"), NOT_COMPUTABLE, "no"),
        (published("tally", "unmet", "1", level="provincial"), "1", "yes"),
        (published("tally", "applicable", "2", level="provincial"), "2", "yes"),
        (published("tally", "no_data", "1", level="provincial"), "0", "no"),
        (published("tally", "maybe", "1", level="provincial"), NOT_COMPUTABLE, "no"),
        (published("verdict", "1", "否", level="national"), "是", "no"),
        (published("verdict", "9", "否", level="national"), NOT_COMPUTABLE, "no"),
        (published("verdict", "1", "否", level="national", explanation="印误"), "是", "no"),
        (published("verdict", "1", "是", level="national", explanation="存疑"), "是", "explained"),
    ],
)
def test_each_kind_both_ways(row: object, computed: str, agrees: str) -> None:
    found = reconcile(tiny_plan(published=(row,)), assessed(TINY)).iloc[0]
    assert (found["computed"], found["agrees"]) == (computed, agrees)


@pytest.mark.parametrize(
    ("name", "stated", "explanation", "computed", "agrees"),
    [
        ("优良比例", "否", None, "优良比例：否", "yes"),  # the name of an item
        ("环境质量", "否", None, "环境质量：否", "yes"),  # the name of the indicator
        ("环境质量", "无数据", None, "环境质量：否", "no"),
        ("大气质量", "否", None, "表一作“环境质量”“优良比例”“浓度”：否", "no"),
        ("大气质量", "否", "正文用旧名", "表一作“环境质量”“优良比例”“浓度”：否", "no"),
        ("大气质量", "否", "“大气质量”即表一的“环境质量”", "表一作“环境质量”“优良比例”“浓度”：否", "explained"),
        ("大气质量", "是", "“大气质量”即表一的“环境质量”", "表一作“环境质量”“优良比例”“浓度”：否", "no"),
    ],
)
def test_a_named_indicator_must_have_its_name_and_its_verdict(
    name: str, stated: str, explanation: str | None, computed: str, agrees: str
) -> None:
    row = published("named", "2", stated, level="provincial", name=name, explanation=explanation)
    found = reconcile(tiny_plan(published=(row,)), assessed(TINY)).iloc[0]
    assert (found["computed"], found["agrees"]) == (computed, agrees)


@pytest.mark.parametrize(
    ("verdicts", "computed", "agrees"),
    [
        ({}, "2", "yes"),
        ({(1, "provincial"): "unmet"}, "1、2", "no"),
        ({(2, "provincial"): "met"}, "（没有）", "no"),
        ({(1, "national"): "unmet"}, "2", "yes"),  # another level's list
    ],
)
def test_a_list_of_names_must_be_complete(verdicts: dict[tuple[int, str], str], computed: str, agrees: str) -> None:
    row = published("named", "2", "否", level="provincial", name="环境质量")
    found = reconcile(tiny_plan(published=(row,)), assessed(TINY | verdicts)).iloc[-1]
    assert (found["check"], found["stated"], found["computed"], found["agrees"]) == (
        "省级 否 点名的指标",
        "2",
        computed,
        agrees,
    )


def test_an_explanation_ends_the_source() -> None:
    row = published("projects", None, str(len(tiny_plan().projects)), explanation="一项已并入")
    found = reconcile(tiny_plan(published=(row,)), assessed(TINY)).iloc[0]
    assert (found["agrees"], found["source"]) == ("explained", f"{SOURCE}；说明：一项已并入")


def test_statements_in_two_places_are_told_apart() -> None:
    places = ("表二 合计行", "四（一）重点项目", "四（一）重点项目 脚注")
    rows = tuple(published("past_outcome", "completed", "4", source=TITLE + place) for place in places)
    assert reconcile(tiny_plan(published=rows), assessed(TINY))["check"].tolist() == [
        "2018-2022年重点工程 已完成 项数（表二）",
        "2018-2022年重点工程 已完成 项数（四（一）重点项目）（四（一）重点项目）",
        "2018-2022年重点工程 已完成 项数（四（一）重点项目）（四（一）重点项目 脚注）",
    ]


def test_a_table_that_the_plan_does_not_have_is_named_in_words() -> None:
    """The plan prints counts of projects of which the data hold no table."""
    known = tiny_plan().frame
    tables = known.tables.model_copy(update={"past_projects": None, "projects": None})
    frame = known.model_copy(update={"tables": tables})
    rows = (published("past_sum", None, "10"), published("projects", None, "4"))
    made = tiny_plan(frame=frame, past_projects=(), projects=(), published=rows)
    assert reconcile(made, assessed(TINY))["check"].tolist() == ["以往的项目 各实施情况之和", "项目表 项目数"]


def test_a_budget_without_a_unit_is_named_in_words() -> None:
    """``unit`` may be empty; the check was called 投资概算合计（None，…）."""
    found = reconcile(tiny_plan(published=(published("budget", None, "10500"),)), assessed(TINY)).iloc[0]
    assert found["check"] == "表三 投资概算合计（没有写单位，无概算的项目不计）"
    assert found["computed"] == NOT_COMPUTABLE


def test_a_project_without_a_budget_adds_nothing() -> None:
    plan = tiny_plan(
        projects=(project(1, "2021", 10), project(2, "2021", None)),
        published=(published("budget", None, "10", unit="万元"),),
    )
    assert reconcile(plan, assessed(TINY))["agrees"].tolist() == ["yes"]


def test_nothing_printed_is_an_empty_table() -> None:
    assert tuple(reconcile(tiny_plan(published=()), assessed(TINY)).columns) == COLUMNS


def test_the_tiny_plan_is_valid_data(tmp_path: Path) -> None:
    """What unit tests are built on passes every check that real data passes."""
    plan = tiny_plan()
    assert replace(load_plan(write(plan, tmp_path)), root=plan.root) == plan


# --- the plan itself --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).parents[1])


@pytest.fixture(scope="module")
def printed(plan: Plan) -> dict[tuple[int, str], str]:
    """The printed verdicts as if computed: that they are is the assessment's own test."""
    words = {printed_word(verdict): verdict.value for verdict in Verdict}
    rows = [row for row in plan.published if row.kind == "verdict"]
    return {(int(row.subject or 0), str(row.level)): words[row.stated] for row in rows}


def test_nothing_disagrees(plan: Plan, printed: dict[tuple[int, str], str]) -> None:
    found = reconcile(plan, assessed(printed))
    assert found[found["agrees"] == "no"]["check"].tolist() == []
    assert found["check"].is_unique
    assert len(found) == len(plan.published) + 4
    explained = found[found["agrees"] == "explained"]["source"]
    assert explained.str.contains("；说明：").all()


@pytest.mark.parametrize(
    ("check", "stated", "computed"),
    [
        ("指标9 国家级结论", "否", "否"),
        ("国家级 涉及指标数", "37", "37"),
        ("省级 涉及指标数", "48", "48"),
        ("约束性指标数", "28", "28"),
        ("参考性指标数", "22", "22"),
        ("国家级 无数据 点名的指标", "11、12、27、28、29、32", "11、12、27、28、29、32"),
        ("2018-2022年重点工程 合计 总数（表二）", "49", "49"),
        ("2018-2022年重点工程 各实施情况之和", "49", "20+3+17+9=49"),
        ("表三 新增27项与续建项目之和", "47", "27+3+17=47"),
        ("表三 投资概算合计（万元，无概算的项目不计）", "7099622", "7099622"),
        ("表三 投资概算合计（亿元，无概算的项目不计）", "709.96", "709.96"),
    ],
)
def test_what_the_plan_states(
    plan: Plan, printed: dict[tuple[int, str], str], check: str, stated: str, computed: str
) -> None:
    found = reconcile(plan, assessed(printed)).set_index("check").loc[check]
    assert (found["stated"], found["computed"]) == (stated, computed)


def test_one_changed_verdict_changes_what_rests_on_it(plan: Plan, printed: dict[tuple[int, str], str]) -> None:
    before = reconcile(plan, assessed(printed))
    after = reconcile(plan, assessed(printed | {(38, "national"): "met"}))
    assert after[after["computed"] != before["computed"]]["check"].tolist() == [
        "指标38 国家级结论",
        "国家级 达标指标数",
        "国家级 未达标指标数",
        "国家级 点名 指标38 农村生活污水治理率",
        "国家级 否 点名的指标",
    ]


def test_one_changed_count_changes_what_rests_on_it(plan: Plan, printed: dict[tuple[int, str], str]) -> None:
    kept = tuple(p for p in plan.past_projects if p.project_type != "生态文化")
    before = reconcile(plan, assessed(printed))
    after = reconcile(replace(plan, past_projects=(*kept, *past("生态文化", 1, 0, 1, 1))), assessed(printed))
    assert after[after["agrees"] != before["agrees"]]["check"].str.removeprefix("2018-2022年重点工程 ").tolist() == [
        "生态文化 总数",
        "合计 总数（表二）",
        "已完成 项数（表二）",
        "合计 总数（四（一）重点项目）",
        "已完成 项数（四（一）重点项目）",
        "各实施情况之和",
    ]


def test_what_is_not_printed_is_not_compared() -> None:
    """A plan that prints one verdict has one row, whatever else it asks at that level."""
    found = reconcile(tiny_plan(published=(published("verdict", "2", "是", level="national"),)), assessed(TINY))
    assert found[["check", "agrees"]].to_numpy().tolist() == [["指标2 国家级结论", "yes"]]


def test_a_transcribed_total_is_not_a_type() -> None:
    """Wherever the row 合计 of Table 2 stands, it is summed like any other, and the difference shows."""
    whole, own = past("合计", 4, 1, 2, 3), past("生态安全", 4, 1, 2, 3)
    for rows in (whole + own, own + whole):
        made = tiny_plan(past_projects=rows, published=(published("past_sum", None, "10"),))
        found = reconcile(made, assessed(TINY)).iloc[0]
        assert (found["computed"], found["agrees"]) == ("8+2+4+6=20", "no")
