"""What moved between two years: every kind of change, each with its reason, and nothing that did not move."""

from dataclasses import replace

import pandas as pd
import pytest
from tiny import item, observation, requirement, revision, tiny_plan

from cixi_analysis.analysis.changes import COLUMNS, Changes, changes
from cixi_analysis.assessment import assess, tally
from cixi_analysis.errors import UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation

FORM = f"2022.xlsx sha256:{'0' * 64}"


def with_2023(*rows: Observation) -> Plan:
    plan = tiny_plan()
    return replace(plan, observations={**plan.observations, 2023: rows})


def lines(found: Changes, kind: str) -> list[list[str]]:
    """The printed rows of one kind, without the kind and the cause, which only verdicts have."""
    table = found.table[found.table["kind"] == kind].astype(object)
    causes = set(table.pop("cause"))
    assert causes <= ({"county"} if kind == "verdict" else {""})  # the wordings of these plans stay: `test_standards`
    return table.where(table.notna(), "").iloc[:, 1:].to_numpy().tolist()


WHOLE = (
    observation("1", statement="已建立制度", attests="建立=已建立制度"),
    observation("2.1", 91),
    observation("2.2", 32.5),
    observation("3", 79),
)


def test_every_kind() -> None:
    """2023 of the tiny plan: 2.1 rises past 90, 2.2 gets worse, 3 is measured for the first time."""
    found = changes(with_2023(*WHOLE), 2023)
    assert (found.year, found.other) == (2023, 2022)
    assert list(found.table) == list(COLUMNS)
    assert [line[:5] for line in lines(found, "verdict")] == [
        [2, "2.1", "provincial", "unmet", "met"],
        [3, "3", "national", "no_data", "unmet"],
        [3, "", "national", "no_data", "unmet"],
    ]
    assert lines(found, "verdict")[0][5] == (
        "【2022年】优良比例86%，比要求的90%低4个百分点，未达标。依据：要求“≥90”，按2022年的数据判定，未达标。"
        "【2023年】优良比例91%，比要求的90%高1个百分点，达标。依据：要求“≥90”，按2023年的数据判定，达标。"
    )
    assert lines(found, "value") == [
        [2, "2.1", "", "86", "91", "变化+5（%），改善"],
        [2, "2.2", "", "32", "32.5", "变化+0.5（微克/立方米），变差"],
    ]
    assert lines(found, "available") == [[3, "3", "", "暂无数据", "79", "2022年暂无数据，2023年有数值"]]
    assert lines(found, "missing") == []
    assert lines(found, "tally") == [
        ["", "", "national", "0", "1", "结论为“未达标”的指标：转入 3"],
        ["", "", "national", "1", "0", "结论为“无数据”的指标：转出 3"],
    ]
    assert lines(found, "revision") == []


def test_what_did_not_move_is_not_listed() -> None:
    """The same year again: equal values are in ``values``, and nothing is printed."""
    found = changes(with_2023(*tiny_plan().observations[2022]), 2023)
    assert found.table.empty
    assert found.values["change"].to_list() == [0, 0]
    assert set(found.values["direction"]) == {"flat"}


def test_not_filled_in_is_told_from_no_data() -> None:
    """A draft: what nobody has entered is missing as 未填报, what is known to be absent with its reason."""
    found = changes(with_2023(observation("2.1", absence="未开展测算")), 2023)
    assert [line[1:] for line in lines(found, "missing")] == [
        ["1", "", "已建立制度", "未填报", "2022年只有文字，2023年未填报"],
        ["2.1", "", "86", "未开展测算", "2022年有数值，2023年未开展测算"],
        ["2.2", "", "32", "未填报", "2022年有数值，2023年未填报"],
    ]


def test_tallies_of_a_draft_count_what_is_not_filled_in() -> None:
    """未填报 comes and goes apart from 无数据; the verdict is 无数据 all the same, and its status says which."""
    found = changes(with_2023(observation("2.1", 91), observation("2.2", absence="暂无数据")), 2023)
    assert lines(found, "tally") == [
        ["", "", "national", "2", "1", "结论为“达标”的指标：转出 1"],
        ["", "", "national", "1", "0", "结论为“无数据”的指标：转出 3"],
        ["", "", "national", "0", "2", "未填报的指标：转入 1、3"],
        ["", "", "provincial", "1", "0", "结论为“达标”的指标：转出 1"],
        ["", "", "provincial", "1", "0", "结论为“未达标”的指标：转出 2"],
        ["", "", "provincial", "0", "1", "结论为“无数据”的指标：转入 2"],
        ["", "", "provincial", "0", "1", "未填报的指标：转入 1"],
    ]
    whole = found.verdicts[found.verdicts["item_id"] == ""]
    assert whole[["indicator", "level", "after", "before_status", "after_status"]].to_numpy().tolist() == [
        [1, "national", "no_data", "met", "not_filled_in"],
        [1, "provincial", "no_data", "met", "not_filled_in"],
        [2, "provincial", "no_data", "unmet", "no_data"],
    ]


def test_a_number_where_there_were_words_is_newly_available() -> None:
    """Nothing < words < a number or class; each step up is available, each step down missing."""
    found = changes(with_2023(observation("1", 5, statement="已建立制度")), 2023)
    assert lines(found, "available") == [[1, "1", "", "已建立制度", "5", "2022年只有文字，2023年有数值"]]
    back = changes(with_2023(observation("1", 5, statement="已建立制度")), 2022, 2023)
    assert lines(back, "missing")[0] == [1, "1", "", "5", "已建立制度", "2023年有数值，2022年只有文字"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"measure": "面积"}, "不可比：2022年实测的是优良比例（%），2023年实测的是面积（%）"),
        ({"unit": "天"}, {}, "不可比：2022年实测的是优良比例（天），2023年实测的是优良比例（%）"),
        ({"measure": "面积", "unit": "公顷"}, {"measure": "面积", "unit": "公顷"}, "变化+5（公顷），改善"),
    ],
)
def test_only_like_is_compared(before: dict[str, str], after: dict[str, str], told: str) -> None:
    """The same measure in the same unit, or the reason why there is no comparison."""
    plan = tiny_plan(observations={2022: (observation("2.1", 86, **before),), 2023: (observation("2.1", 91, **after),)})
    found = changes(plan, 2023)
    assert [line[5] for line in lines(found, "value")] == [told]
    assert pd.isna(found.values["change"][0]) == told.startswith("不可比")


def test_water_classes_are_ordered_and_never_subtracted() -> None:
    """Ⅳ to Ⅲ is better where less is better, and no number."""
    rows = [observation("2.2", c, measure="断面类别", unit="类") for c in ("Ⅳ", "Ⅲ")]
    found = changes(tiny_plan(observations={2022: (rows[0],), 2023: (rows[1],)}), 2023)
    assert lines(found, "value") == [[2, "2.2", "", "Ⅳ", "Ⅲ", "类别变化，改善"]]


def test_no_direction_where_the_plan_takes_no_side() -> None:
    """The change is shown, better or worse is not; differences are of the figures as written, in decimals."""
    plan = tiny_plan(observations={2022: (observation("1", "83.83"),), 2023: (observation("1", "80.83"),)})
    assert lines(changes(plan, 2023), "value") == [[1, "1", "", "83.83", "80.83", "变化-3"]]


def test_levels_that_measure_different_things() -> None:
    """A row for one level is held against what the other year knows at that level, by the name of that level."""
    named = item("3", name="林草覆盖率", attribute="reference")
    items = (*tiny_plan().items[:3], named)
    plan = tiny_plan(
        items=items,
        requirements=(*tiny_plan().requirements, requirement("3", "provincial", "≥60", measure="森林覆盖率")),
        observations={
            2022: (observation("3", 60),),
            2023: (observation("3", 62, level="provincial"), observation("3", absence="暂无数据", level="national")),
        },
    )
    found = changes(plan, 2023)
    assert lines(found, "value") == [[3, "3", "provincial", "60", "62", "变化+2（%），改善"]]
    assert lines(found, "missing") == [[3, "3", "national", "60", "暂无数据", "2022年有数值，2023年暂无数据"]]


def test_a_level_that_asked_nothing_is_not_unfilled() -> None:
    """Of 3 the province asks something from 2024 on: nobody failed to fill in its number of 2023."""
    plan = tiny_plan(
        requirements=(*tiny_plan().requirements, requirement("3", "provincial", "≥60", from_year=2024)),
        observations={2023: (observation("1", 5),), 2024: (observation("3", 62, level="provincial"),)},
    )
    found = lines(changes(plan, 2024), "available")
    assert found == [[3, "3", "provincial", "没有要求", "62", "2023年没有要求，2024年有数值"]]


def test_the_tallies_are_those_of_the_assessments(plan_2023: Plan) -> None:
    """Real data: each count is the tally's, and what came and went accounts for the difference."""
    found = changes(plan_2023, 2023)
    for when, year in (("before", 2022), ("after", 2023)):
        counts = tally(assess(plan_2023, year)).set_index("level")
        assert set(found.tallies["counted"]) == set(counts)
        for row in found.tallies.itertuples():
            assert getattr(row, when) == counts.loc[row.level, row.counted]
    for row in found.tallies.itertuples():
        assert row.after - row.before == len(row.gained) - len(row.lost)
    assert {number for numbers in found.tallies["lost"] for number in numbers} == {3, 5, 23, 29, 38, 47}


def test_verdicts_are_those_of_the_assessments(plan_2023: Plan) -> None:
    """Real data: exactly the rows of `cixi assess` whose verdict differs, in its order."""
    before, after = assess(plan_2023, 2022).table, assess(plan_2023, 2023).table
    differing = after[(after["verdict"] != before["verdict"]).to_numpy()]
    found = changes(plan_2023, 2023).verdicts
    for column in ("indicator", "item_id", "level"):
        assert found[column].to_list() == differing[column].to_list()
    assert found["after"].to_list() == differing["verdict"].to_list()
    assert found["after_reason"].map(str).to_list() == differing["reason"].to_list()
    assert {3, 5, 29, 38} <= set(found["indicator"])


@pytest.mark.parametrize(("year", "other"), [(2022, 2021), (2021, 2020), (2021, 2022)])
def test_against_a_retrospect_neither_verdicts_nor_counts_are_compared(plan: Plan, year: int, other: int) -> None:
    """Single figures are all that is known of it: values, and data that came or went; no verdict, no count."""
    found = changes(plan, year, other)
    assert found.retrospect
    assert (len(found.verdicts), len(found.hidden), len(found.tallies)) == (0, 0, 0)
    assert set(found.table["kind"]) <= {"value", "available", "missing"}


def test_what_can_be_compared_of_the_base_year(plan: Plan) -> None:
    """2022 against 2021: six figures in both years, four better, two the same; three are no longer known."""
    found = changes(plan, 2022)
    assert found.values["item_id"].to_list() == ["8", "10.1", "28.2", "33", "34", "49"]
    assert found.values["direction"].value_counts().to_dict() == {"improving": 4, "flat": 2}
    assert found.missing["item_id"].to_list() == ["11", "24", "28.1"]
    assert len(found.available) == 45


def test_revisions_of_earlier_years() -> None:
    """Cells of earlier years that an import changed after the year was closed: who, when and why; not the program's own."""
    log = (
        revision(2022, 2, "2.1", "84", "86", role="市统计局"),
        revision(2022, 2, "2.1", "定稿", "初稿", column="stage"),
        revision(2023, 2, "2.1", "88", "89"),
    )
    plan = replace(with_2023(*WHOLE), revisions=log)
    assert lines(changes(plan, 2023), "revision") == [
        [2, "2.1", "", "84", "86", "2022年，现状值，第2版，2024-06-01，张某（市统计局）：统计局更正"]
    ]
    assert changes(plan, 2022).revisions.empty


def test_years_without_data() -> None:
    """Neither year may be unknown, and the first has nothing before it."""
    with pytest.raises(UnknownYear, match="没有 2024 年的数据"):
        changes(tiny_plan(), 2024)
    with pytest.raises(UnknownYear, match="没有 2020 年的数据"):
        changes(tiny_plan(), 2022, 2020)
    with pytest.raises(UnknownYear, match="2021 年以前没有数据"):
        changes(tiny_plan(), 2021)
