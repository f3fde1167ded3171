"""A panel of many regions: each judged as if alone, in blocks, anywhere; and every fault of a table reported at once."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import item, observation, requirement, target, tiny_plan

from benchmarks.generated import GENERATED, generated_panel
from cixi_analysis.assessment import PanelAssessment, assess, assess_panel, county_table, explain_region
from cixi_analysis.assessment.observed import Assigned, read_assigned
from cixi_analysis.errors import DataError, UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.requirement import Refusal, read
from cixi_analysis.requirement.tree import Bound
from cixi_analysis.words import Convention

ANSWER = ["indicator", "item_id", "level", "verdict", "basis"]


def rows(*cells: dict[str, Any]) -> pd.DataFrame:
    """A tidy table; what a row does not say is a whole row of the tiny plan's item 2.1."""
    return pd.DataFrame([{"region": "甲县", "year": 2022, "item_id": "2.1", "value": 86.0} | own for own in cells])


def same(one: PanelAssessment, other: PanelAssessment) -> None:
    assert (one.regions, one.years, one.questions) == (other.regions, other.years, other.questions)
    pd.testing.assert_frame_equal(one.table, other.table)


def told(table: pd.DataFrame, plan: Plan | None = None) -> list[str]:
    with pytest.raises(DataError) as raised:
        assess_panel(plan or tiny_plan(), table)
    return [str(problem) for problem in raised.value.problems]


# --- the same verdicts, however they come about ------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=4, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 3), st.floats(0, 0.9), st.sampled_from(["requirement", "target"]), st.integers(0)
)
def test_every_region_is_judged_as_if_alone(
    plan: Plan, regions: int, block: int, missing: float, against: str, seed: int
) -> None:
    """Verdict and basis of each region are those of the region alone, whatever the blocks, gaps and order of rows."""
    table = generated_panel(plan, regions, seed=seed).sample(frac=1 - missing, random_state=seed % 2**32)
    together = assess_panel(plan, table, against=against, block=block)
    assert sorted(together.regions) == sorted(table["region"].unique())
    for number, region in enumerate(together.regions):
        alone = assess_panel(plan, table[table["region"] == region], against=against)
        years = [together.years.index(year) for year in alone.years]
        assert np.array_equal(together.verdict[number, years], alone.verdict[0])
        assert np.array_equal(together.basis[number, years], alone.basis[0])


@pytest.mark.slow
@pytest.mark.parametrize("against", ["requirement", "target"])
def test_the_county_is_a_panel_of_one(plan: Plan, against: str) -> None:
    """A table of the county's own observations gives what ``cixi assess`` says of every year, reasons included."""
    table = county_table(plan)
    found = assess_panel(plan, table, against=against).table
    for year in plan.years:
        expected = assess(plan, year, against=against).table
        own = found[found["year"] == year].reset_index(drop=True)
        assert own[ANSWER].astype(str).equals(expected[ANSWER].astype(str))
        assert explain_region(plan, table, plan.frame.region, year, against=against).equals(expected)


def test_a_reason_of_a_year_knows_no_later_wording() -> None:
    """What a level asks from 2023 on, of an item of the plan and of a new one, is not in the rows of 2022."""
    tiny = tiny_plan()
    later = requirement("3", "provincial", "≥90", from_year=2023), requirement("4", "national", "≥1", from_year=2023)
    plan = tiny_plan(
        items=(*tiny.items, item("4")), requirements=(*tiny.requirements, *later),
        observations={**tiny.observations, 2023: (*tiny.observations[2022], observation("4", 2))},
    )  # fmt: skip
    for year in (2021, 2022):
        found = explain_region(plan, county_table(plan), plan.frame.region, year)
        assert found.equals(assess(plan, year).table)


@pytest.mark.parametrize("against", ["requirement", "target"])
def test_an_item_of_a_later_standard_counts_from_its_first_year(against: str) -> None:
    """Its target is not held against the years before, in which the item was not there, nor against its indicator then."""
    tiny = tiny_plan()
    asked = (requirement("2.3", v, "≥80", from_year=y) for v, y in (("national", 2023), ("provincial", 2024)))
    seen = (*tiny.observations[2022], observation("2.3", 1))
    plan = tiny_plan(
        items=(*tiny.items[:3], item("2.3"), *tiny.items[3:]), requirements=(*tiny.requirements, *asked),
        targets=(*tiny.targets, target("2.3", 2025, "≥90"), target("2.3", 2030, "≤5")),
        observations=dict.fromkeys((2021, 2022, 2023, 2024), seen),
    )  # fmt: skip
    table = county_table(plan)
    found = assess_panel(plan, table, against=against).table
    own = found[(found["item_id"] == "2.3") & (found["year"] < 2023)]
    assert set(own["verdict"]) == {"not_applicable"}
    for year in plan.years:
        expected = assess(plan, year, against=against).table.replace("（无佐证）", "", regex=True)
        own = found[(found["year"] == year) & found["item_id"].isin([*expected["item_id"]])].reset_index(drop=True)
        assert own[ANSWER].astype(str).equals(expected[ANSWER].astype(str))
        assert explain_region(plan, table, plan.frame.region, year, against=against).equals(expected)


def test_conventions_can_be_switched_off(plan: Plan) -> None:
    """``without`` reaches every region."""
    table = county_table(plan)
    found = assess_panel(plan, table, without=list(Convention)).table
    assert "deemed" in set(assess_panel(plan, table).table["basis"])
    assert "deemed" not in set(found["basis"])


@pytest.mark.slow
def test_blocks_may_run_in_other_processes(plan: Plan) -> None:
    """Any executor of ``concurrent.futures`` gives the same result: order, values, types."""
    table = generated_panel(plan, 7)
    with ProcessPoolExecutor(2) as executor:
        same(assess_panel(plan, table, executor=executor, block=2), assess_panel(plan, table))


def test_the_table_is_tidy_and_small(plan: Plan) -> None:
    """One row a region, year and question in the order of ``cixi assess``; texts are categories."""
    table = assess_panel(plan, generated_panel(plan, 3)).table
    assert len(table) == 3 * 10 * (69 + 50) * 2
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        "region": "category", "year": "int16", "indicator": "int16", "item_id": "category", "level": "category",
        "verdict": "category", "basis": "category",
    }  # fmt: skip
    first = table.iloc[:238]
    assert (first["region"].unique().tolist(), first["year"].unique().tolist()) == (["生成区000001"], [2021])
    expected = assess(plan, 2022).table[ANSWER[:3]]
    assert first[ANSWER[:3]].astype(str).equals(expected.astype(str))


@pytest.mark.parametrize("values", [[86.0, 84.0], ["86", "84"], pd.Categorical(["86", "84"])])
def test_any_way_of_writing_a_number(values: Any) -> None:
    """Numbers, texts and categories say the same; columns nobody filled in may be left out."""
    table = rows({}, {"region": "乙县"}).assign(value=values)
    found = assess_panel(tiny_plan(), table).table
    own = found[(found["item_id"] == "2.1")]
    assert own["verdict"].tolist() == ["met", "unmet", "met", "unmet"]


@pytest.mark.parametrize("dtype", ["float32", "Float32", "category"])
@pytest.mark.parametrize("column", ["value", "assigned_target", "benchmark"])
def test_a_number_of_single_precision_is_the_one_that_was_written(column: str, dtype: str) -> None:
    """86.1 is no more than 86.1: as a double, the nearest single is 86.0999985, and any verdict at the limit would turn."""
    wording = {"value": "≥86.1", "assigned_target": "完成上级下达的年度目标", "benchmark": "低于全省平均值"}[column]
    plan = tiny_plan(requirements=(requirement("2.1", "national", wording),))
    cells = {"assigned_target": 86.1, "benchmark": 86.1, "benchmark_kind": "level"}
    table = rows(*({"value": 86.1, "region": name} | cells for name in ("甲县", "乙县")))
    single = table[column].astype("float32")
    found = assess_panel(plan, table.assign(**{column: single.astype(dtype)})).table
    expected = "unmet" if column == "benchmark" else "met"
    assert set(found.query("item_id == '2.1' and level == 'national'")["verdict"]) == {expected}


@pytest.mark.parametrize("target", [85, 85.0, "85", np.float32(85), pd.Categorical([85.0])[0]])
def test_any_way_of_writing_a_target(target: Any) -> None:
    """A column of targets without tasks is read from a CSV file as numbers, beside which tasks may stand."""
    plan = tiny_plan(requirements=tuple(
        row.model_copy(update={"wording": "完成上级下达的年度目标"}) if row.item_id == "2.1" else row
        for row in tiny_plan().requirements
    ))  # fmt: skip
    for others in ({}, {"assigned_target": "任务：完成整治"}):
        table = rows({"assigned_target": target}, {"region": "乙县", "assigned_target": 90, **others})
        found = explain_region(plan, table, "甲县", 2022)
        assert set(found[found["item_id"] == "2.1"]["verdict"]) == {"met"}
        assert assess_panel(plan, table).verdict.shape[0] == 2


def test_a_misspelt_yardstick_or_convention_is_refused() -> None:
    """It would be taken for the targets, or switch nothing off. Blocks of no regions judge none."""
    for judge in (
        partial(assess_panel, tiny_plan(), rows({})),
        partial(explain_region, tiny_plan(), rows({}), "甲县", 2022),
        partial(assess, tiny_plan(), 2022),
    ):
        with pytest.raises(ValueError, match="against is 'targets'; it must be 'requirement' or 'target'"):
            judge(against="targets")
        with pytest.raises(ValueError, match="'none_assigned' is not a valid Convention"):
            judge(without=["none_assigned"])
    for block in (0, -3):
        with pytest.raises(ValueError, match=f"block is {block}; it must be 1 or more"):
            assess_panel(tiny_plan(), rows({}), block=block)


def test_years_without_rows_are_without_data() -> None:
    """The years run from the first to the last; a gap is filled with nothing, not with a neighbour."""
    found = assess_panel(tiny_plan(), rows({"year": 2019}, {"year": 2022}))
    at = found.questions.index((2, "2.1", "national"))
    assert found.years == (2019, 2020, 2021, 2022)
    assert found.verdict[0, :, at].tolist() == [2, 1, 1, 2]


def test_more_kinds_than_a_byte_can_count() -> None:
    """Regions may measure in more than 127 units; none is taken for another."""
    table = pd.concat([
        rows(*({"region": f"{n}县", "year": y, "value": y - 2000.0, "unit": f"单位{n}"} for y in (2021, 2022)))
        for n in range(300)
    ])  # fmt: skip
    plan = tiny_plan(requirements=(*tiny_plan().requirements[:2], *(
        requirement("2.1", level, "较上年保持稳定或持续提升") for level in ("national", "provincial")
    ), *tiny_plan().requirements[4:]))  # fmt: skip
    found = assess_panel(plan, table)
    assert (found.verdict[:, 1, found.questions.index((2, "2.1", "national"))] == 2).all()


# --- what is wrong with a table ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (rows({}).drop(columns="region"), "面板：现为列名 缺少 region；应为region、year、item_id，其余列可有可无：level、"),
        (rows({"benchmrak": 1}), "面板：现为列名 多出 benchmrak；应为"),
        (rows({}).iloc[:0], "面板：现为没有一行；应为每个地区、年份、子项一行"),
        (rows({"region": " "}), "面板 “region”列：现为“␣”；应为首尾没有空格、空行的文字"),
        (rows({}, {"region": "甲县 "}), "面板 “region”列：现为“甲县␣”；应为首尾没有空格、空行的文字"),
        (rows({"region": "甲\u200b县"}), "面板 “region”列：现为“甲〔U+200B〕县”；应为没有看不见的字符（U+200B）的文字"),
        (rows({"region": ""}), "面板 “region”列：现为“”；应为看得见的文字"),
        (rows({"region": None}), "面板 “region”列：现为1 行为空；应为每行都有"),
        (rows({"item_id": 2.1}), "面板 “item_id”列：现为2.1（float64）；应为文字（读 CSV 时写 dtype={'item_id': str, 'region': str}）"),
        (rows({"benchmark": True}), "面板 “benchmark 全省平均”列：现为“True”（共 1 行）；应为数"),
        (rows({"benchmark": True}, {"region": "乙县", "benchmark": 80}), "面板 “benchmark 全省平均”列：现为“True”（共 1 行）；应为数"),
        (rows({"year": 2022.5}), "面板 “year”列：现为2022.5（float64）；应为2000–2100 的整数"),
        (rows({"year": pd.Period("2022", "Y")}), "面板 “year”列：现为2022（Period）；应为2000–2100 的整数"),
        (rows({"benchmark": "高", "benchmark_kind": "level"}), "面板 “benchmark 全省平均”列：现为“高”（共 1 行）；应为数"),
    ],
)  # fmt: skip
def test_what_makes_it_no_table(table: pd.DataFrame, message: str) -> None:
    """Columns and cells without which no row can be placed."""
    assert any(problem.startswith(message) for problem in told(table)), told(table)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"item_id": "99"}, "面板 “item_id 子项编号”列：现为“99”（甲县 2022 年 99）；应为indicators.csv 中已有的子项编号"),
        ({"value": "约86"}, "面板 “value 现状值”列：现为“约86”（甲县 2022 年 2.1）；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）"),
        ({"value": True}, "面板 “value 现状值”列：现为“True”（甲县 2022 年 2.1）；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）"),
        ({"assigned_target": np.inf}, "面板 “assigned_target 下达目标”列：现为“inf”（甲县 2022 年 2.1）；应为数（与现状值同单位，不写单位）、水质类别、“任务：……”或“上级未下达”"),
        ({"attests": 5}, "面板 “attests 载明达到”列：现为“5=5”（甲县 2022 年 2.1）；应为引用的字句应出现在“现状原文”中"),
        ({"value": np.inf}, "面板 “value 现状值”列：现为“inf”（甲县 2022 年 2.1）；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）"),
        ({"value": 1e12}, "面板 “value 现状值”列：现为“1000000000000”（甲县 2022 年 2.1）；应为不这样大的数"),
        ({"value": "1" + "0" * 12}, "面板 “value 现状值”列：现为“1000000000000”（甲县 2022 年 2.1）；应为不这样大的数"),
        ({"value": 10**30}, f"面板 “value 现状值”列：现为“1{'0' * 30}”（甲县 2022 年 2.1）；应为不这样大的数"),
        ({"benchmark": -1e12, "benchmark_kind": "level"}, "面板 “benchmark 全省平均”列：现为“-1000000000000”（甲县 2022 年 2.1）；应为不这样大的数"),
        ({"level": "city"}, "面板 “level 级别”列：现为“city”（甲县 2022 年 2.1）；应为national、provincial 之一（见 plan.toml）"),
        ({"polarity": "up"}, "面板 “polarity 实测方向”列：现为“up”（甲县 2022 年 2.1）；应为'more', 'less', 'none' 之一"),
        ({"absence": "暂无数据"}, "面板 “value 现状值、absence 缺失原因”列：现为“86”、“暂无数据”（甲县 2022 年 2.1）；应为现状值与缺失原因只能有一个"),
        ({"value": None, "statement": "好"}, "面板 “value 现状值”列：现为空，也没有缺失原因（甲县 2022 年 2.1）；应为一个数；没有时写明缺失原因（该子项的要求有数值界限）"),
        ({"assigned_target": "尽量"}, "面板 “assigned_target 下达目标”列：现为“尽量”（甲县 2022 年 2.1）；应为数（与现状值同单位，不写单位）、水质类别、“任务：……”或“上级未下达”"),
        ({"assigned_target": "Ⅲ"}, "面板 “assigned_target 下达目标”列：现为“Ⅲ”而现状值为“86”（甲县 2022 年 2.1）；应为与现状值同类的目标：类别对类别，数对数"),
        ({"item_id": "1", "value": None, "statement": "有", "attests": "开展=有"}, "面板 “attests 载明达到”列：现为“开展”（甲县 2022 年 1）；应为该子项的要求或规划值中的一个条款（建立、持续完善）"),
        ({"item_id": "1", "value": None, "statement": "有", "attests": "建立=建成"}, "面板 “attests 载明达到”列：现为“建立=建成”（甲县 2022 年 1）；应为引用的字句应出现在“现状原文”中"),
        ({"item_id": "3", "value": 70.0, "statement": "≥80", "attests": "≥80"}, "面板 “statement 现状原文”列：现为文字与数字矛盾：“≥80”（甲县 2022 年 3）；应为文字与数字一致，或改正其中有误的一项"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row(cells: dict[str, Any], message: str) -> None:
    """The rules of the plan's own files hold for a table from anywhere, and the first row is named."""
    assert message in told(rows(cells))


@pytest.mark.parametrize(
    ("column", "good", "wrong"),
    [("value", "86", "1" + "0" * 12), ("value", "86", "05.5"), ("value", 86.0, 1e12), ("benchmark", 85.0, -1e12)],
)
def test_a_number_that_is_no_number_of_a_plan_is_seen_behind_one_that_is(column: str, good: Any, wrong: Any) -> None:
    """Rows alike are looked at once: what is not allowed is not like what is."""
    table = rows(
        *({"region": name, column: n, "benchmark_kind": "level"} for name, n in (("甲县", good), ("乙县", wrong)))
    )
    (problem,) = told(table if column == "benchmark" else table.drop(columns="benchmark_kind"))
    assert f"“{column} " in problem and "（乙县 2022 年 2.1）" in problem


def test_all_problems_come_at_once_and_equal_ones_as_one() -> None:
    """Every fault of every block in one message; a fault that many rows share is reported once, with their number."""
    table = rows(
        {"value": "约86"},
        {"region": "乙县", "value": "约86"},
        {"region": "丙县", "value": "86", "level": "city"},
        {"region": "丁县", "value": "86"},
        {"region": "丁县", "value": "87"},
    )
    with pytest.raises(DataError) as raised:
        assess_panel(tiny_plan(), table, block=1)
    assert str(raised.value).splitlines() == [
        "数据有3处问题：",
        "面板 “value 现状值”列：现为“约86”（甲县 2022 年 2.1，共 2 行）；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）",
        "面板 “level 级别”列：现为“city”（丙县 2022 年 2.1）；应为national、provincial 之一（见 plan.toml）",
        "面板 “item_id 子项编号”列：现为又一行（丁县 2022 年 2.1）；应为每个地区、年份、子项（及级别）一行",
    ]


def test_a_row_for_both_levels_and_one_for_each() -> None:
    """A common row and a row of one level meet in one place."""
    assert told(rows({}, {"level": "national", "value": 90.0}))[0].startswith("面板 “item_id 子项编号”列：现为又一行")
    assert assess_panel(tiny_plan(), rows({"level": "national"}, {"level": "provincial"})).verdict.shape == (1, 1, 14)


def test_a_row_that_does_not_say_what_it_measured_is_refused_beside_one_that_does() -> None:
    """Where the levels ask for different quantities, what another region says of its own number tells nothing of this."""
    asked = requirement("2.1", "provincial", "≥50", from_year=2023, measure="优良断面")
    plan = tiny_plan(requirements=(*tiny_plan().requirements, asked))
    (problem,) = told(rows({"year": 2023, "measure": "优良断面"}, {"region": "乙县", "year": 2023}), plan)
    assert (
        problem.startswith("面板 “measure 实测对象”列：现为空，而各级所测的不同") and "（乙县 2023 年 2.1）" in problem
    )


def test_an_unreadable_wording_is_a_finding_of_every_region() -> None:
    """It is no_data with the same reason for each; everything else of the panel goes on."""
    tiny = tiny_plan()
    others = tuple(row for row in tiny.requirements if row.item_id != "2.2")
    plan = tiny_plan(requirements=(*others, requirement("2.2", "provincial", "力争世界领先")))
    table = rows({}, {"item_id": "2.2", "value": 20.0}, {"region": "乙县"})
    found = assess_panel(plan, table).table
    of = {item_id: set(found[found["item_id"] == item_id]["verdict"]) for item_id in ("2.1", "2.2")}
    assert of == {"2.1": {"met", "unmet"}, "2.2": {"no_data", "not_applicable"}}
    own = explain_region(plan, table, "甲县", 2022)
    (reason,) = own[(own["item_id"] == "2.2") & (own["level"] == "provincial")]["reason"]
    assert reason.startswith("浓度：要求的文字无法解读，无数据。依据：“【力争世界领先】”：")


@pytest.mark.parametrize(("region", "year"), [("乙县", 2022), ("甲县", 2021)])
def test_reasons_are_for_what_is_there(region: str, year: int) -> None:
    """A region or year that the table lacks is reported."""
    with pytest.raises(UnknownYear, match=f"面板里没有“{region}”{year} 年的数据"):
        explain_region(tiny_plan(), rows({}), region, year)


def test_reasons_are_given_where_a_verdict_is() -> None:
    """Years that were read as texts are years; what makes it no table is said as of the panel."""
    assert len(explain_region(tiny_plan(), rows({"year": "2022"}), "甲县", 2022)) == 14
    for column in ("region", "year"):
        with pytest.raises(DataError, match=f"列名 缺少 {column}"):
            explain_region(tiny_plan(), rows({}).drop(columns=column), "甲县", 2022)


def test_reasons_are_refused_where_the_panel_is() -> None:
    """A region whose words contradict its numbers has no reasons to show."""
    contradicting = rows({"item_id": "3", "value": 70.0, "statement": "≥80", "attests": "≥80"})
    with pytest.raises(DataError) as panel:
        assess_panel(tiny_plan(), contradicting)
    with pytest.raises(DataError) as region:
        explain_region(tiny_plan(), contradicting, "甲县", 2022)
    assert str(region.value) == str(panel.value)


@pytest.mark.parametrize("text", ["0", "31", "86.8", "007", "0.10", "1000000", "３１", "-5", "1e5"])
def test_a_plain_target_is_what_the_grammar_reads(text: str) -> None:
    """A bare number takes no way of its own: what the language refuses as a limit is refused as a target."""
    try:
        node = read(text)
    except Refusal:
        assert read_assigned(text) is None
    else:
        assert isinstance(node, Bound)
        assert read_assigned(text) == Assigned(node.limit, node.comparator)


# --- generated panels --------------------------------------------------------------------------------------------


def test_nobody_takes_a_generated_panel_for_data(plan: Plan) -> None:
    """Region names and sources say that it was drawn; the same seed draws the same."""
    table = generated_panel(plan, 2)
    assert set(table["source"]) == {GENERATED} == {"随机生成，不是数据"}
    assert all(region.startswith("生成区") for region in table["region"])
    assert len(table) == 2 * 10 * 69
    pd.testing.assert_frame_equal(table, generated_panel(plan, 2))


def test_a_generated_panel_tries_every_verdict_and_basis(plan: Plan) -> None:
    """What is measured at scale is not one easy case."""
    table = assess_panel(plan, generated_panel(plan, 20)).table
    assert set(table["verdict"]) == {"met", "unmet", "no_data", "not_applicable"}
    assert set(table["basis"]) == {"", "measured", "attested", "deemed"}
