"""The cause of a change of verdict: item by item, and only as far as the earlier wording can judge the data."""

from dataclasses import replace
from typing import Any

import pytest
from tiny import item, observation, requirement, target, tiny_plan

from cixi_analysis.analysis.changes import changes
from cixi_analysis.analysis.dossier import dossier
from cixi_analysis.analysis.trend import series
from cixi_analysis.assessment import assess, tally
from cixi_analysis.errors import DataError
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import _NOTHING, ConventionRow
from cixi_analysis.presentation import changes_page
from cixi_analysis.requirement.vocabulary import vocabulary

N, P = "national", "provincial"
ONE, TWO = (item("1"),), (item("1.1"), item("1.2"))


def later(item_id: str, level: str, wording: str, **columns: Any) -> Any:
    return requirement(item_id, level, wording, from_year=2024, **columns)


def plan(items: Any, requirements: Any, observed: dict[int, Any]) -> Plan:
    own = {
        "items": items,
        "requirements": tuple(requirements),
        "observations": observed,
        "conventions": (),
        "links": (),
    }
    return tiny_plan(targets=tuple(target(i.item_id, y, "/") for i in items for y in (2025, 2030)), **own)


def causes(made: Plan, year: int = 2024) -> dict[tuple[str, str], str]:
    table = changes(made, year).table
    table = table[table["kind"] == "verdict"]
    return {(i, v): cause for i, v, cause in zip(table["item_id"], table["level"], table["cause"], strict=True)}


WORDS = {"statement": "已制定实施", "attests": "制定实施"}, {"statement": "有效实施", "attests": "有效实施"}
#: name → items, requirements, observations of 2023 and 2024, (item or "", level) → cause
CASES: dict[str, tuple[Any, list[Any], Any, Any, dict[tuple[str, str], str]]] = {
    "another measure, not filled in": (
        ONE, [requirement("1", N, "≥80"), later("1", N, "≥85", measure="新率")],
        [observation("1", 90)], [observation("1", absence="未填报")], {("1", N): "county", ("", N): "county"},
    ),
    "one item measured otherwise, the other without data": (
        TWO, [requirement("1.1", N, "≥80"), later("1.1", N, "≥85", measure="新率"), requirement("1.2", N, "≥50")],
        [observation("1.1", 90), observation("1.2", 60)],
        [observation("1.1", 90, measure="新率"), observation("1.2", absence="暂无数据")],
        {("1.1", N): "hidden", ("1.2", N): "county", ("", N): "county"},
    ),
    "an unmet item is dropped": (
        TWO, [requirement("1.1", N, "≥80", to_year=2023), requirement("1.2", N, "≥50")],
        [observation("1.1", 70), observation("1.2", 60)], [observation("1.2", 60)],
        {("1.1", N): "yardstick", ("", N): "yardstick"},
    ),
    "a met item is dropped": (
        TWO, [requirement("1.1", N, "≥80", to_year=2023), requirement("1.2", N, "≥50")],
        [observation("1.1", 90), observation("1.2", 60)], [observation("1.2", 60)], {("1.1", N): "yardstick"},
    ),
    "one is dropped, the other rises by itself": (
        TWO, [requirement("1.1", N, "≥80", to_year=2023), requirement("1.2", N, "≥50")],
        [observation("1.1", 90), observation("1.2", 40)], [observation("1.2", 60)],
        {("1.1", N): "yardstick", ("1.2", N): "county", ("", N): "county"},
    ),
    "another water body": (
        (item("1", unit="类", polarity="less"),),
        [requirement("1", N, "达到或优于Ⅲ类"), later("1", N, "达到或优于Ⅱ类", measure="入境断面")],
        [observation("1", "Ⅱ", unit="类")], [observation("1", "Ⅳ", unit="类", measure="入境断面")],
        {("1", N): "yardstick", ("", N): "yardstick"},
    ),
    "it rose, and less is asked for: neither would be enough": (
        ONE, [requirement("1", N, "≥80"), later("1", N, "≥70")], [observation("1", 60)], [observation("1", 75)],
        {("1", N): "both", ("", N): "both"},
    ),
    "less is asked for, and that is enough, although it rose": (
        ONE, [requirement("1", N, "≥80"), later("1", N, "≥70")], [observation("1", 72)], [observation("1", 75)],
        {("1", N): "yardstick", ("", N): "yardstick"},
    ),
    "one rose by itself, of the other less is asked for": (
        TWO, [requirement("1.1", N, "≥80"), requirement("1.2", N, "≥80"), later("1.2", N, "≥60")],
        [observation("1.1", 70), observation("1.2", 70)], [observation("1.1", 90), observation("1.2", 70)],
        {("1.1", N): "county", ("1.2", N): "yardstick", ("", N): "both"},
    ),
    "words gave way to a number, and the number rose to it": (
        ONE, [requirement("1", N, "制定实施"), later("1", N, "≥70")], [observation("1", 60)], [observation("1", 95)],
        {("1", N): "both", ("", N): "both"},
    ),
    "one rose as its requirement did, of the other less is asked for": (
        TWO, [requirement("1.1", N, "≥70"), later("1.1", N, "≥80"), requirement("1.2", N, "≥80"), later("1.2", N, "≥60")],
        [observation("1.1", 75), observation("1.2", 70)], [observation("1.1", 85), observation("1.2", 70)],
        {("1.2", N): "yardstick", ("", N): "both"},
    ),
    "a new item is not met, and the old one is as it was": (
        TWO, [requirement("1.1", N, "≥80"), later("1.2", N, "≥60")],
        [observation("1.1", 85)], [observation("1.1", 85), observation("1.2", 50)],
        {("1.2", N): "yardstick", ("", N): "yardstick"},
    ),
    "a new item has no data, the old one rose, of which less is asked for": (
        TWO, [requirement("1.1", N, "≥80"), later("1.1", N, "≥70"), later("1.2", N, "≥60")],
        [observation("1.1", 60)], [observation("1.1", 72), observation("1.2", absence="暂无数据")],
        {("1.1", N): "both", ("1.2", N): "yardstick", ("", N): "both"},
    ),
    "the direction turns": (
        ONE, [requirement("1", N, "80"), later("1", N, "20", polarity="less")],
        [observation("1", 90)], [observation("1", 15)], {("1", N): "hidden", ("", N): "hidden"},
    ),
    "other words for the same": (
        ONE, [requirement("1", N, "≥80%"), later("1", N, "≥ 80%；")], [observation("1", 90)], [observation("1", 91)], {},
    ),
    "a state worded otherwise": (
        (item("1", unit="-", polarity="none"),), [requirement("1", N, "制定实施"), later("1", N, "有效实施")],
        [observation("1", **WORDS[0])], [observation("1", **WORDS[1])], {("1", N): "hidden", ("", N): "hidden"},
    ),
    "cannot be read": (
        ONE, [requirement("1", N, "≥80"), later("1", N, "力争领先")], [observation("1", 90)], [observation("1", 90)],
        {("1", N): "yardstick", ("", N): "yardstick"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_cause(name: str) -> None:
    """The verdicts that moved, or would have, each with its cause; the pages can be made."""
    items, rows, before, after, expected = CASES[name]
    made = plan(items, rows, {2023: tuple(before), 2024: tuple(after)})
    assert causes(made) == expected
    told = changes(made, 2024).table
    assert not told["why"].str.contains("现状变了：按2023年的要求为“无数据”").any()
    assert dossier(made, 1, 2024).year == 2024  # later clauses do not stop it


def test_a_joint_number_is_not_two_quantities() -> None:
    """A later standard has a level measure something else: one number cannot answer both."""
    rows = [requirement("1", N, "≥60"), requirement("1", P, "≥50"), later("1", N, "△EQI>-1", measure="△EQI")]
    made = plan(ONE, rows, {2023: (observation("1", 60),), 2024: (observation("1", 60.4),)})
    with pytest.raises(DataError, match="各级所测的不同（国家级 △EQI，省级 子项1）"):
        assess(made, 2024)


def test_a_joint_row_is_called_by_the_level_that_asks() -> None:
    """The national level ended; the provincial one asks for days of which fewer are better."""
    rows = [
        requirement("1", N, "≥80", to_year=2023),
        later("1", P, "≤30", measure="超标天数", unit="天", polarity="less"),
    ]
    days = {"measure": "超标天数", "unit": "天"}
    seen = {2023: (observation("1", 90),), 2024: (observation("1", 25, **days),), 2025: (observation("1", 20, **days),)}
    made = plan(ONE, rows, seen)
    (one,) = series(made, 2025).values()
    assert (one.measure, one.unit, one.polarity, len(one.points)) == ("超标天数", "天", "less", 2)
    (value,) = changes(made, 2025).values.itertuples()
    assert (value.measure, value.unit, value.direction) == ("超标天数", "天", "improving")


def test_a_mark_ends_no_series() -> None:
    """A level that asks nothing any more measures what it measured."""
    rows = [requirement("1", v, "≥80", measure="甲率") for v in (N, P)] + [later("1", N, "/")]
    made = plan(ONE, rows, {y: (observation("1", 80 + y - 2020),) for y in (2022, 2023, 2024)})
    (one,) = series(made, 2024).values()
    assert (one.measure, len(one.points), one.other) == ("甲率", 3, None)


def test_units_written_differently_are_one() -> None:
    rows = [requirement("1", N, "逐年上升"), later("1", N, "逐年上升", unit="km")]
    made = plan((item("1", unit="公里"),), rows, {y: (observation("1", y - 2021),) for y in (2022, 2023, 2024)})
    (one,) = series(made, 2024).values()
    assert (one.unit, len(one.points)) == ("公里", 3)
    assert assess(made, 2024).items["verdict"].to_list()[0] == "met"


def test_a_range_on_an_item_with_a_direction_is_refused() -> None:
    """95 is above 85–90 % of something of which more is better: nobody knows what was meant."""
    made = plan(ONE, [requirement("1", N, "85%-90%")], {2022: (observation("1", 95),)})
    assert assess(made, 2022).items["reason"].to_list()[0].startswith("子项1：要求的文字无法解读，无数据。")
    made = plan((item("1", polarity="none"),), [requirement("1", N, "6.5–8.5")], {2022: (observation("1", 7),)})
    assert assess(made, 2022).items["verdict"].to_list()[0] == "met"


def test_marks_of_nothing_asked_are_the_same_everywhere() -> None:
    """The rows of the plan and the requirement language know the same marks."""
    marks = vocabulary()["nothing_asked"]
    assert [mark for mark in marks if not _NOTHING.fullmatch(mark)] == []
    others = (
        word for kind, words in vocabulary().items() if kind in ("state", "subject", "rise", "fall") for word in words
    )
    assert [word for word in others if word and _NOTHING.fullmatch(word) and word not in marks] == []


def test_by_last_years_wordings_an_item_that_is_gone_is_counted_and_asks_nothing_of_the_others() -> None:
    """A whole indicator dropped is not filled in; an item dropped beside another leaves the indicator to that one."""
    rows = [requirement("1", N, "≥80", to_year=2023), requirement("2", N, "≥50")]
    seen = {2023: (observation("1", 90), observation("2", 60)), 2024: (observation("2", 60),)}
    by_old = assess(plan((item("1"), item("2")), rows, seen), 2024, by=2023)
    (counts,) = tally(by_old)[["applicable", "met", "not_filled_in"]].itertuples(index=False)
    assert tuple(counts) == (2, 1, 1)
    rows = [requirement("1.1", N, "≥80", to_year=2023), requirement("1.2", N, "≥50")]
    seen = {2023: (observation("1.1", 90), observation("1.2", 60)), 2024: (observation("1.2", 60),)}
    table = assess(plan(TWO, rows, seen), 2024, by=2023).table.set_index(["item_id", "level"])
    assert table.loc[("1.1", N), "verdict"] == "no_data"
    assert table.loc[("", N), "verdict"] == "met"
    assert "无数据" not in table.loc[("", N), "reason"]


def test_a_change_that_only_the_old_wording_shows_is_told_of_a_year_that_is_not_filled_in() -> None:
    """With its reasons, although the year is 未填报: they are all that such a row has to say."""
    asked = [requirement("1.1", N, "≥80"), later("1.1", N, "≥60"), requirement("1.2", N, "≥50")]
    before = tuple(observation(one, absence="暂无数据") for one in ("1.1", "1.2"))
    made = plan(TWO, asked, {2023: before, 2024: (observation("1.1", 70),)})
    shown = str(changes_page.verdicts(made, changes(made, 2024)))
    assert shown.count("按2023年的要求为“未达标”") == 2  # of the indicator, and of its item


def test_the_sentence_shows_what_differs_where_only_the_direction_does() -> None:
    """“80” and “80” are no change; from the later year on the lower number is the better one."""
    rows = [requirement("1", N, "80"), later("1", N, "80", polarity="less")]
    made = plan(ONE, rows, {2023: (observation("1", 90),), 2024: (observation("1", 90),)})
    told = changes(made, 2024).verdicts["sentence"].iloc[0]
    assert told.startswith("要求变了：2023年“80”，2024年“80”（子项1，%，越少越好）。")


def test_a_convention_of_one_year_is_no_change_of_the_county() -> None:
    """What the plan concludes of 2023 alone does not hold in 2024: the county's words are the same, and so is the wording."""
    words = observation("1", statement="综合评价优秀")
    made = plan(ONE, [requirement("1", N, "制定实施")], dict.fromkeys((2022, 2023, 2024), (words,)))
    row = {
        "convention": "plan-concludes",
        "item_id": "1",
        "level": N,
        "year": "2023",
        "reason": "表一判“是”",
        "source": "表一",
    }
    made = replace(made, conventions=(ConventionRow.model_validate(row),))
    expected = {("1", N): "convention", ("", N): "convention"}
    assert causes(made) == expected and causes(made, 2023) == expected  # it ends, it begins
    denied = observation("1", statement="尚未制定实施", denies="制定实施")
    assert causes(replace(made, observations={**made.observations, 2024: (denied,)})) == {
        ("1", N): "county",
        ("", N): "county",
    }


def test_a_convention_that_alone_would_not_do_is_not_the_only_cause() -> None:
    """The convention begins in the year in which the share reaches 100 %: either alone would leave 无数据."""
    row = {"convention": "full", "item_id": None, "level": None, "year": "2024", "reason": "已达100%", "source": "表一"}
    made = plan(ONE, [requirement("1", N, "开展")], {2023: (observation("1", 99),), 2024: (observation("1", 100),)})
    made = replace(made, conventions=(ConventionRow.model_validate(row),))
    assert causes(made) == {("1", N): "county", ("", N): "county"}
    made = replace(made, observations={**made.observations, 2023: (observation("1", 100),)})
    assert causes(made) == {("1", N): "convention", ("", N): "convention"}
