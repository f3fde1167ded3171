"""Series, targets and margins: the rules on made-up rows, then on the plan's own data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import item, observation, requirement, target, tiny_plan

from cixi_analysis.analysis.actions import actions
from cixi_analysis.analysis.trend import (
    COLUMNS,
    CONTRACT_COLUMNS,
    Series,
    change,
    classify,
    growth,
    margins,
    progress,
    ratio_digits,
    series,
    strength,
    trends,
)
from cixi_analysis.assessment import assess
from cixi_analysis.assessment.numbers import direction, plain
from cixi_analysis.errors import DataError, UnknownYear
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.schema import Observation
from cixi_analysis.requirement.tree import Bound, Comparator
from cixi_analysis.words import Direction, Pace, Polarity

GE, LE, GT, LT, REACH = Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT, Comparator.REACH
MORE, LESS, NEUTRAL = Polarity.MORE, Polarity.LESS, Polarity.NONE


def number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


# --- one series and one target ---------------------------------------------------------------------------------

PACE_CASES = [
    # points, polarity, bound, target year → pace, ratio_linear; needed is 10 a year where nothing else is said
    ("exactly 0.95 is on track", [(2020, 50), (2022, 69)], MORE, Bound(GE, 100), 2025, Pace.ON_TRACK, 0.95),
    ("just below 0.95 is nearly", [(2020, 50), (2022, 68.9)], MORE, Bound(GE, 100), 2025, Pace.NEARLY, 0.945),
    ("exactly 0.60 is nearly", [(2020, 50), (2022, 62)], MORE, Bound(GE, 100), 2025, Pace.NEARLY, 0.6),
    ("just below 0.60 is too slow", [(2020, 50), (2022, 61.9)], MORE, Bound(GE, 100), 2025, Pace.TOO_SLOW, 0.595),
    ("standing still is too slow", [(2020, 50), (2022, 50)], MORE, Bound(GE, 100), 2025, Pace.TOO_SLOW, 0),
    ("the smallest step away", [(2020, 50), (2022, 49.9)], MORE, Bound(GE, 100), 2025, Pace.MOVING_AWAY, -0.005),
    ("less is better", [(2020, 50), (2022, 40)], LESS, Bound(LE, 25), 2025, Pace.ON_TRACK, 1),
    ("less is better, but it rose", [(2020, 50), (2022, 51)], LESS, Bound(LE, 25), 2025, Pace.MOVING_AWAY, -0.1),
    ("a bare number, more", [(2020, 0.631), (2022, 0.632)], MORE, Bound(REACH, 0.64), 2025, Pace.TOO_SLOW, 0.277777777778),
    ("a bare number, less", [(2020, 30), (2022, 20)], LESS, Bound(REACH, 5), 2025, Pace.ON_TRACK, 1),
    ("reached exactly", [(2020, 50), (2022, 100)], MORE, Bound(GE, 100), 2025, Pace.REACHED, 2.5),
    ("0.1 + 0.2 reaches 0.3", [(2020, 0.1), (2022, 0.1 + 0.2)], LESS, Bound(LE, 0.3), 2025, Pace.REACHED, None),
    ("a strict bound is not reached by touching it", [(2020, 50), (2022, 100)], MORE, Bound(GT, 100), 2025, Pace.ON_TRACK, 2.5),
    ("strict, less", [(2020, 50), (2022, 24.9)], LESS, Bound(LT, 25), 2025, Pace.REACHED, 2.51),
    ("met at first and still", [(2020, 90), (2022, 85)], MORE, Bound(GE, 80), 2025, Pace.REACHED, None),
    ("met at first and lost since", [(2020, 90), (2022, 79)], MORE, Bound(GE, 80), 2025, Pace.MOVING_AWAY, None),
    ("on the bound at first and lost since", [(2020, 80), (2022, 79)], MORE, Bound(GE, 80), 2025, Pace.MOVING_AWAY, None),
    ("strict and touched at first, still there", [(2020, 80), (2022, 80)], MORE, Bound(GT, 80), 2025, Pace.TOO_SLOW, None),
    ("strict and touched at first, off since", [(2020, 80), (2022, 79)], MORE, Bound(GT, 80), 2025, Pace.MOVING_AWAY, None),
    ("one point, not there", [(2022, 96)], MORE, Bound(GE, 97), 2025, Pace.TOO_LITTLE_DATA, None),
    ("one point, there", [(2022, 97)], MORE, Bound(GE, 97), 2025, Pace.REACHED, None),
    ("target year over, missed", [(2020, 50), (2026, 80)], MORE, Bound(GE, 100), 2025, Pace.TOO_SLOW, 0.5),
    ("a series younger than the target", [(2025, 50), (2026, 80)], MORE, Bound(GE, 100), 2025, Pace.TOO_LITTLE_DATA, None),
    ("between first and last, only the ends count", [(2020, 50), (2021, 90), (2022, 60)], MORE, Bound(GE, 100), 2030, Pace.ON_TRACK, 1),
    ("an explicit comparator needs no polarity", [(2020, 50), (2022, 60)], NEUTRAL, Bound(GE, 100), 2030, Pace.ON_TRACK, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "polarity", "bound", "year", "pace", "ratio"),
    [c[1:] for c in PACE_CASES],
    ids=[c[0] for c in PACE_CASES],
)
def test_pace(
    points: list[tuple[int, float]], polarity: Polarity, bound: Bound, year: int, pace: Pace, ratio: float | None
) -> None:
    """Eurostat's classes by the linear ratio, both sides of each edge."""
    found, _ = progress(tuple(points), polarity, bound, year)
    assert (found["pace"], found["ratio_linear"]) == (pace, ratio)


@pytest.mark.parametrize(
    ("ratio", "pace"),
    [
        (0.95, Pace.ON_TRACK),
        (0.95 - 1e-12, Pace.ON_TRACK),  # noise
        (0.9499, Pace.NEARLY),
        (0.6, Pace.NEARLY),
        (0.5999, Pace.TOO_SLOW),
        (0.0, Pace.TOO_SLOW),
        (-1e-12, Pace.TOO_SLOW),  # noise
        (-0.0001, Pace.MOVING_AWAY),
    ],
)
def test_classes_have_closed_lower_ends(ratio: float, pace: Pace) -> None:
    assert classify(ratio) is pace


def test_the_numbers_of_a_target() -> None:
    """50 → 69 in two years; 100 in 2025: gap 31, 9.5 a year of the 10 needed, 31/3 a year from here."""
    found, _ = progress(((2020, 50.0), (2022, 69.0)), MORE, Bound(GE, 100), 2025)
    assert (found["gap"], found["needed_change"], found["needed_rate"]) == (31, 10, 10.3333333333)
    # compound: (69/50)^(1/2) − 1 = 0.174734 of 2^(1/5) − 1 = 0.148698
    assert found["ratio_compound"] == pytest.approx(1.17509, abs=1e-5)


NOTE_CASES = [
    ([(2020, 10), (2022, 36)], MORE, Bound(GE, 100), 2025, Pace.NEARLY, Pace.ON_TRACK, ("线性与复合速度的判断不同（线性：进度略慢，复合：进度足够）",)),
    ([(2020, 0), (2022, 50)], MORE, Bound(GE, 100), 2025, Pace.ON_TRACK, None, ()),
    ([(2020, 50), (2022, 30)], LESS, Bound(LE, 0), 2025, Pace.ON_TRACK, None, ("目标不大于0，没有复合率",)),
    ([(2020, 90), (2022, 79)], MORE, Bound(GE, 80), 2025, Pace.MOVING_AWAY, Pace.MOVING_AWAY, ("目标在首年已达到，此后失去",)),
    ([(2020, 90), (2022, 91)], MORE, Bound(GE, 80), 2025, Pace.REACHED, Pace.REACHED, ("首年已达到目标，不计速度之比",)),
    ([(2020, 50), (2025, 80)], MORE, Bound(GE, 100), 2025, Pace.NEARLY, Pace.NEARLY, ("目标年已到，尚未达到",)),
    ([(2025, 50), (2026, 80)], MORE, Bound(GE, 100), 2025, Pace.TOO_LITTLE_DATA, Pace.TOO_LITTLE_DATA, ("序列始于目标年或更晚，算不出所需的速度", "目标年已到，尚未达到")),
    ([(2020, 80), (2022, 80)], MORE, Bound(GT, 80), 2025, Pace.TOO_SLOW, Pace.TOO_SLOW, ("首值恰为界限而目标不含界限，没有速度之比",)),
]  # fmt: skip


@pytest.mark.parametrize(("points", "polarity", "bound", "year", "pace", "compound", "remarks"), NOTE_CASES)
def test_what_a_reader_is_told(
    points: list[tuple[int, float]],
    polarity: Polarity,
    bound: Bound,
    year: int,
    pace: Pace,
    compound: Pace | None,
    remarks: tuple[str, ...],
) -> None:
    found, told = progress(tuple(points), polarity, bound, year)
    assert (found["pace"], found["pace_compound"], tuple(told)) == (pace, compound, remarks)


def test_a_bare_number_without_a_direction_is_no_target() -> None:
    with pytest.raises(ValueError, match="no direction for the bare number 100"):
        progress(((2020, 50.0), (2022, 60.0)), NEUTRAL, Bound(REACH, 100), 2025)


def test_rates() -> None:
    assert change(2020, 80.83, 2022, 84.07) == change(0, 0, 1, 1.62)
    assert plain(growth(2018, 38, 2022, 26)) == pytest.approx((26 / 38) ** 0.25 - 1, rel=1e-11)
    assert growth(2018, 38, 2022, 0) is None
    assert growth(2018, 0, 2022, 1) is None
    assert growth(2022, 1, 2022, 1) is None
    assert growth(2020, 1, 2021, 1e-20) == -1  # a fall below what a float can tell from 1


#: decimals of at most two places, as the plan prints them
_values = st.integers(1, 100_000).map(lambda n: n / 100)
_bounds = st.builds(Bound, st.sampled_from([GE, LE, GT, LT]), _values)
_points = st.lists(_values, min_size=1, max_size=4).map(lambda vs: tuple((2020 + i, v) for i, v in enumerate(vs)))


@given(_points, _bounds, st.sampled_from([0.001, 0.5, 10.0, 10_000.0]), st.sampled_from([2025, 2030]))
def test_scaling_the_unit_changes_no_class(
    points: tuple[tuple[int, float], ...], bound: Bound, scale: float, year: int
) -> None:
    scaled, told = progress(
        tuple((y, v * scale) for y, v in points), MORE, Bound(bound.comparator, bound.limit * scale), year
    )
    one, remarks = progress(points, MORE, bound, year)
    assert (scaled["pace"], scaled["pace_compound"], told) == (one["pace"], one["pace_compound"], remarks)
    assert scaled["ratio_linear"] == pytest.approx(one["ratio_linear"]) if one["ratio_linear"] else True


@given(_points, _values, st.sampled_from([2025, 2030]))
def test_mirrored_numbers_have_the_same_pace(points: tuple[tuple[int, float], ...], limit: float, year: int) -> None:
    """Numbers v → 1000 − v with ≥ turned into ≤ is the same story (compound rates are not linear and may differ)."""
    one, _ = progress(points, MORE, Bound(REACH, limit), year)
    mirrored, _ = progress(tuple((y, 1000 - v) for y, v in points), LESS, Bound(REACH, 1000 - limit), year)
    assert (one["pace"], one["ratio_linear"]) == (mirrored["pace"], mirrored["ratio_linear"])


@given(_points)
def test_mirrored_polarity_mirrors_the_direction(points: tuple[tuple[int, float], ...]) -> None:
    mirror = {Direction.IMPROVING: Direction.WORSENING, Direction.WORSENING: Direction.IMPROVING}
    more, less = (direction(points[0][1], points[-1][1], polarity) for polarity in (MORE, LESS))
    assert less == (more and mirror.get(more, more))
    assert direction(points[0][1], points[-1][1], NEUTRAL) is None


@given(_points, _bounds, st.sampled_from([2025, 2030]))
def test_a_reached_target_needs_nothing_more(points: tuple[tuple[int, float], ...], bound: Bound, year: int) -> None:
    found, _ = progress(points, MORE, bound, year)
    assert (found["needed_rate"] is None) == (found["pace"] is Pace.REACHED)


# --- series -----------------------------------------------------------------------------------------------------


def test_series_of_the_tiny_plan() -> None:
    found = series(tiny_plan(), 2022)
    assert list(found) == [("2.1", None), ("2.2", None)]
    assert found["2.2", None] == Series("2.2", None, "浓度", "微克/立方米", LESS, ((2021, 35.0), (2022, 32.0)))
    assert [len(s.points) for s in series(tiny_plan(), 2021).values()] == [1, 1]
    assert series(tiny_plan(), 2020) == {}


def test_only_like_is_compared_with_like() -> None:
    """A year in which something else was measured, or in another unit, is no point; "" means the item's own."""
    plan = one_item(
        {
            2018: [observation("1", 1, measure="别的")],
            2019: [observation("1", 2, unit="米")],
            2020: [observation("1", 3, measure="子项1", unit="%")],
            2022: [observation("1", 4)],
        }
    )
    assert series(plan, 2022)["1", None].points == ((2020, 3.0), (2022, 4.0))
    assert series(plan, 2019)["1", None].points == ((2019, 2.0),)


def test_the_latest_observation_declares_unit_and_direction() -> None:
    plan = one_item(
        {
            2021: [observation("1", 38, unit="微克", polarity="less")],
            2022: [observation("1", 26, unit="微克", polarity="less")],
        }
    )
    found = series(plan, 2022)["1", None]
    assert (found.unit, found.polarity) == ("微克", LESS)
    assert direction(found.points[0][1], found.points[-1][1], LESS) is Direction.IMPROVING
    assert change(*found.points[0], *found.points[-1]) == -12


def test_rows_that_the_assessment_refuses_make_no_trend() -> None:
    """One number for levels that ask in different units: it was a point in the unit of one of them, and the target reached."""
    plan = tiny_plan()
    other = requirement("2.1", "provincial", "≥1", from_year=2023, measure="别的", unit="米")
    years = {**plan.observations, 2023: (observation("2.1", 99),)}
    changed = replace(plan, requirements=(*plan.requirements, other), observations=years)
    with pytest.raises(DataError, match="各级的单位不同"):
        trends(changed, 2023)
    trends(changed, 2022)  # the rows of a later year are not its concern


def test_water_classes_are_not_numbers() -> None:
    plan = one_item({2021: [observation("1", "Ⅳ", unit="类")], 2022: [observation("1", "Ⅲ", unit="类")]})
    assert series(plan, 2022) == {}


def test_a_level_has_its_own_series_where_the_observations_say_so() -> None:
    rows = {2021: [observation("1", 60.9, level="provincial")], 2022: [observation("1", absence="暂无数据")]}
    plan = one_item(rows, measure="省级名称")
    assert series(plan, 2022) == {
        ("1", "provincial"): Series("1", plan.level("provincial"), "省级名称", "%", MORE, ((2021, 60.9),))
    }


def one_item(
    observations: Mapping[int, Sequence[Observation]],
    wording: str = "持续提高",
    provincial: str | None = None,
    by_2030: str | None = None,
    measure: str | None = None,
    **columns: object,
) -> Plan:
    """A plan of item 1 alone, with ``wording`` as every target and requirement that is not given apart.

    ``provincial`` "" asks nothing at that level; ``measure`` is what it measures.
    """
    asked = wording if provincial is None else provincial
    by_level = [requirement("1", "national", wording)]
    by_level += [requirement("1", "provincial", asked, measure=measure)] if asked else []
    return tiny_plan(
        items=(item("1", **columns),),
        requirements=tuple(by_level),
        targets=(target("1", 2025, wording), target("1", 2030, by_2030 or wording)),
        observations={year: tuple(rows) for year, rows in observations.items()},
    )


# --- the table --------------------------------------------------------------------------------------------------


def test_trends_of_the_tiny_plan() -> None:
    """2.1: 84 → 86; 90 in 2025 needs 1.5 a year, 100 in 2030 needs 16/9. 2.2: 35 → 32; ≤30 in 2025 needs −1.25."""
    frame = trends(tiny_plan(), 2022)
    assert list(frame.columns) == list(COLUMNS)
    assert frame[["item_id", "target_year", "pace"]].to_numpy().tolist() == [
        ["2.1", 2025, "on_track"],
        ["2.1", 2030, "on_track"],
        ["2.2", 2025, "on_track"],
    ]
    first = frame.iloc[0]
    assert [
        number(first[c])
        for c in ("mean_change", "gap", "observed_change", "needed_change", "ratio_linear", "needed_rate")
    ] == [
        2,
        4,
        2,
        1.5,
        1.33333333333,
        1.33333333333,
    ]
    assert [number(frame.iloc[2][c]) for c in ("mean_change", "gap", "needed_change", "ratio_linear")] == [
        -3,
        -2,
        -1.25,
        2.4,
    ]
    assert frame["direction"].tolist() == ["improving"] * 3


def test_the_contract_columns() -> None:
    """The columns that scripts rely on, word for word."""
    assert ",".join(CONTRACT_COLUMNS) == (
        "item_id,unit,first_year,first_value,last_year,last_value,points,mean_change,mean_rate,direction,target_year,"
        "target_value,gap,observed_change,needed_change,ratio_linear,ratio_compound,pace"
    )


def test_an_item_without_a_numeric_target_has_one_row_with_empty_target_columns() -> None:
    plan = one_item({2022: [observation("1", 50)]})
    (row,) = trends(plan, 2022).to_dict("records")
    filled = {column for column, value in row.items() if not pd.isna(value)}
    assert filled == {"item_id", "unit", "first_year", "first_value", "last_year", "last_value", "points", "pace", "pace_compound", "measure", "polarity", "note"}  # fmt: skip
    assert (row["pace"], row["note"]) == ("no_target", "只有一个年份，不足以说明趋势")


@pytest.mark.parametrize(
    ("wording", "columns", "cells", "note"),
    [
        ("≥90", {}, {"unit": "米"}, "2025年规划值≥90不参与比较：其单位为“%”，实测单位为“米”"),
        ("≥90米", {}, {"unit": "米"}, None),
        ("≥90%", {"unit": "-"}, {}, "2025年规划值≥90%不参与比较：其单位为“%”，实测单位为“-”"),
        ("≥90%", {"unit": None}, {}, "2025年规划值≥90%不参与比较：其单位为“%”，实测单位为“（无）”"),
        ("≥90", {"unit": None}, {}, None),
        ("≥90", {}, {"measure": "别的量"}, "2025年规划值≥90不参与比较：实测的是别的量"),
        ("90", {"polarity": "none"}, {}, "2025年规划值90不参与比较：规划未表明该子项的方向"),
        ("≥90", {"polarity": "none"}, {}, None),
        ("≥90或≥95", {}, {}, None),
        # targets are held against what the provincial level measures
        ("≥90", {"measure": "省级名称"}, {"measure": "省级名称"}, None),
        ("≥90", {"measure": "省级名称"}, {"measure": "子项1"}, "2025年规划值≥90不参与比较：实测的是子项1"),
        ("≥90", {}, {"level": "provincial"}, None),
        ("≥90", {}, {"level": "national"}, "2025年规划值≥90不参与比较：规划值只与省级所测的相比"),
    ],
)
def test_what_cannot_be_compared_is_no_target(
    wording: str, columns: dict[str, Any], cells: dict[str, Any], note: str | None
) -> None:
    rows = {y: [observation("1", v, **cells)] for y, v in ((2021, 50), (2022, 60))}
    frame = trends(one_item(rows, wording, by_2030="持续提高", **columns), 2022)
    comparable = note is None and "或" not in wording
    assert frame["target_year"].tolist() == ([2025] if comparable else [pd.NA])
    assert (frame["pace"].item() == "no_target") == (not comparable)
    assert (None if pd.isna(frame["note"].item()) else frame["note"].item()) == note


def test_each_demanded_bound_is_a_target() -> None:
    plan = one_item({2021: [observation("1", 50)], 2022: [observation("1", 60)]}, "≥90且≤100", by_2030="持续提高")
    assert trends(plan, 2022)[["target_value", "pace"]].to_numpy().tolist() == [[90.0, "on_track"], [100.0, "reached"]]


def test_a_series_that_ends_early_says_so() -> None:
    plan = one_item(
        {2020: [observation("1", 5)], 2021: [observation("1", 6)], 2022: [observation("1", absence="暂无数据")]}
    )
    assert trends(plan, 2022)["note"].tolist() == ["最近的数据是2021年的"]


@pytest.mark.parametrize(
    ("unit", "polarity", "wording", "limit", "margin", "pace"),
    [
        ("吨", "less", "较2020年下降18%", 82, -8, "on_track"), ("吨", "less", "较2020年下降5%以上", 95, 5, "reached"),
        ("吨", "less", "较2020年下降超过10%", 90, 0, "on_track"), ("吨", "less", "较2020年下降20%以内", 80, 10, "reached"),
        ("吨", "less", "较2020年改善18%", 82, -8, "on_track"), ("吨", "more", "较2020年上升2%", 102, -12, "moving_away"),
        ("%", "less", "较2020年下降12.5个百分点", 87.5, -2.5, "on_track"),
        # of that year there is nothing to compare with, or the amount does not decide
        ("吨", "less", "较2019年下降18%", None, None, "no_target"), ("吨", "less", "较2024年下降8%", None, None, "no_target"),
        ("吨", "none", "较2020年改善18%", None, None, "no_target"), ("-", "less", "较2020年下降18%", None, None, "no_target"),
        ("吨", "less", "较2020年下降18%或≤70", None, None, "no_target"), ("吨", "less", "较上年下降18%", None, None, "no_target"),
    ],
)  # fmt: skip
def test_a_change_since_a_named_year_is_a_limit(
    unit: str, polarity: str, wording: str, limit: float | None, margin: float | None, pace: str
) -> None:
    """Where that year's value is known: with gap, pace and step of a target, and the margin of a requirement. 100 → 90."""
    plan = tiny_plan(
        items=(item("1", unit=unit, polarity=polarity),), requirements=(requirement("1", "provincial", wording),), links=(),
        targets=(target("1", 2025, wording),), observations={2020: (observation("1", 100),), 2022: (observation("1", 90),)},
        commitments=(),
    )  # fmt: skip
    (row,) = trends(plan, 2022).to_dict("records")
    (verdict, _) = assess(plan, 2022, against="target").items["verdict"]
    steps = [one.step for action in actions(plan, 2022) for one in action.shortfalls if one.against == "2025"]
    rows = margins(plan, 2022)
    assert (row["pace"], number(row["target_value"])) == (pace, limit)
    assert [*zip(rows["limit"], rows["margin"], strict=True)] == ([] if limit is None else [(limit, margin)])
    if limit is not None:
        assert re.fullmatch(rf"规划值“较2020年.*”即[≤≥<>]{limit}{unit}(；.*)?", row["note"])
        assert rows["bound"].str.fullmatch(rf"较2020年.*（[≤≥<>]{limit}{unit}）").all()  # with its unit, as every limit
        assert verdict == ("met" if pace == "reached" else "unmet")
        assert steps == ([] if pace == "reached" else [pytest.approx((limit - 90) / 3) if margin else None])


def test_a_change_since_a_year_without_data_says_what_is_missing() -> None:
    """Its target is a number that nobody knows yet; “较上年” is none in any case."""
    seen = {2020: [observation("1", 100)], 2022: [observation("1", 90)]}
    (row,) = trends(one_item(seen, "较2019年下降18%", by_2030="较上年下降3%", unit="吨"), 2022).to_dict("records")
    assert (row["pace"], row["note"]) == ("no_target", "2025年规划值“较2019年下降≥18%”无从换算：没有2019年可比的数值")
    seen[2019] = [observation("1", 0)]  # known, but no share of it can be told
    assert not trends(one_item(seen, "较2019年下降18%", unit="吨"), 2022)["note"].str.contains("没有2019年").any()


def test_no_target_of_a_year_gone_by_is_ahead_of_an_older_value() -> None:
    """In 2026 nothing can be done a year "until 2025", although the last value is of 2022; until 2030 it can."""
    plan = tiny_plan(observations={**tiny_plan().observations, 2026: (observation("2.1", absence="未开展测算"),)})
    frame = trends(plan, 2026).query("item_id == '2.1'").set_index("target_year")
    assert [number(rate) for rate in frame["needed_rate"]] == [None, 1.75]
    assert frame["note"].to_dict() == {
        2025: "最近的数据是2022年的；目标年已到，还没有那一年起的数据", 2030: "最近的数据是2022年的"
    }  # fmt: skip
    (due,) = (one.due for one in actions(plan, 2026)[0].shortfalls if one.against == "2025")
    assert due is None


def test_a_zero_has_no_compound_rate() -> None:
    plan = one_item({2021: [observation("1", 5)], 2022: [observation("1", 0)]})
    row = trends(plan, 2022).iloc[0]
    assert (row["mean_change"], number(row["mean_rate"]), row["note"]) == (-5, None, "首值或末值不大于0，没有复合率")


def test_no_target_is_dropped_by_a_missing_year() -> None:
    with pytest.raises(UnknownYear, match="没有 2023 年的数据"):
        trends(tiny_plan(), 2023)


def test_empty_tables_keep_their_columns() -> None:
    plan = one_item({2022: [observation("1", absence="暂无数据")]})
    assert list(trends(plan, 2022).columns) == list(COLUMNS)
    assert margins(plan, 2022).empty


# --- margins ----------------------------------------------------------------------------------------------------


def test_margins_of_the_tiny_plan() -> None:
    assert margins(tiny_plan(), 2022).to_numpy().tolist() == [
        ["2.1", "national", "%", 86.0, "≥80", 6.0, True, 80.0, False, "优良比例"],
        ["2.1", "provincial", "%", 86.0, "≥90", -4.0, False, 90.0, False, "优良比例"],
        ["2.2", "provincial", "微克/立方米", 32.0, "≤30", -2.0, False, 30.0, False, "浓度"],
    ]


def test_a_margin_needs_a_value_of_the_very_year() -> None:
    plan = one_item({2021: [observation("1", 6)], 2022: [observation("1", absence="暂无数据")]}, "≥5")
    assert margins(plan, 2022).empty
    assert margins(plan, 2021)["margin"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("wording", "polarity", "expected"),
    [
        ("≥90", "more", [-4.0]),
        (">90", "none", [-4.0]),
        ("≤90", "more", [4.0]),
        ("90", "less", [4.0]),
        ("90", "none", []),
        ("≥90米", "more", []),
        ("≥86", "more", [0.0]),
        ("≥80且≤90", "more", [6.0, 4.0]),
        ("≥80或≤90", "more", []),
    ],
)
def test_margins_are_positive_where_better(wording: str, polarity: str, expected: list[float]) -> None:
    plan = one_item({2022: [observation("1", 86)]}, wording, provincial="", polarity=polarity)
    assert margins(plan, 2022)["margin"].tolist() == expected


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ((1, 2022, 2022), "仅2022年一个年份，不足以说明趋势"),
        ((2, 2021, 2022), "2个年份（2021—2022，首末相隔1年）；两点只是方向，不是趋势"),
        ((2, 2018, 2022), "2个年份（2018—2022，首末相隔4年，其间缺3年）；两点只是方向，不是趋势"),
        ((3, 2020, 2022), "3个年份（2020—2022，首末相隔2年）"),
    ],
)
def test_strength_of_the_evidence(args: tuple[int, int, int], text: str) -> None:
    assert strength(*args) == text


# --- the plan itself --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).parents[1])


@pytest.mark.parametrize(
    ("item_id", "year", "cells"),
    [
        ("28.2", 2025, {"pace": "too_slow", "observed_change": 0.0005, "needed_change": 0.0018, "points": 3}),
        ("28.1", 2025, {"pace": "on_track", "last_year": 2021, "observed_change": -2, "needed_change": -0.42}),
        ("49", 2025, {"pace": "reached", "mean_change": 1.62, "gap": -4.07, "direction": "improving"}),
        ("49", 2030, {"pace": "reached", "target_value": 80}),
        ("9.3", None, {"pace": "no_target", "first_year": 2018, "mean_change": -3, "direction": "improving"}),
        ("9.2", None, {"unit": "微克/立方米", "mean_change": -3, "direction": "improving", "polarity": "less"}),
        ("38", 2025, {"pace": "too_little_data", "gap": 59.3, "points": 1}),
        ("10.2", 2025, {"pace": "reached", "target_value": 100}),
        ("10.3", 2030, {"pace": "reached", "target_value": 0, "gap": 0}),
        ("31.1", 2025, {"pace": "too_little_data", "gap": 0.04}),
        ("24", None, {"last_year": 2021, "mean_change": 0.14}),
        ("33", None, {"direction": "flat", "measure": "一般工业固体废物综合利用率"}),
        ("34", None, {"mean_change": 3286, "direction": "improving"}),
        ("11", None, {"last_year": 2021, "last_value": 60.9, "measure": "生态质量指数（EQI）"}),
        ("25", None, {"unit": "米", "pace": "no_target"}),
    ],
)  # fmt: skip
def test_trends_of_2022(plan: Plan, item_id: str, year: int | None, cells: dict[str, object]) -> None:
    frame = trends(plan, 2022)
    own = frame[
        (frame["item_id"] == item_id) & (frame["target_year"].isna() if year is None else frame["target_year"] == year)
    ]
    assert {c: own[c].item() for c in cells} == cells


def test_water_classes_have_no_row(plan: Plan) -> None:
    assert "10.1" not in set(trends(plan, 2022)["item_id"])


def test_rows_are_in_the_plans_order(plan: Plan) -> None:
    ids = list(dict.fromkeys(trends(plan, 2022)["item_id"]))
    assert ids == [i.item_id for i in plan.items if i.item_id in set(ids)]


@pytest.mark.parametrize(
    ("item_id", "level", "margin"),
    [
        ("38", "national", -9.3),
        ("38", "provincial", -54.3),
        ("31.3", "provincial", 0),
        ("32.3", "provincial", 0.07),
        ("49", "national", 4.07),
        ("31.1", "provincial", 1.96),
    ],
)
def test_margins_of_2022(plan: Plan, item_id: str, level: str, margin: float) -> None:
    frame = margins(plan, 2022)
    assert frame[(frame["item_id"] == item_id) & (frame["level"] == level)]["margin"].tolist() == [margin]


def test_only_9_and_38_fall_short_in_2022(plan: Plan) -> None:
    """38 of bounds, 9① of the number assigned for the year, which PM2.5 keeps; 25 was assigned a task, no number."""
    frame = margins(plan, 2022)
    assert set(frame[frame["margin"] < 0]["item_id"]) == {"9.1", "38"}
    assigned = frame[frame["assigned"]]
    assert list(zip(assigned["item_id"], assigned["bound"], assigned["margin"], strict=True)) == [
        *[("9.1", "下达目标86.8", -3.5)] * 2, ("9.2", "下达目标≤31", 5), ("9.3", "下达目标≤31", 5),
    ]  # fmt: skip
    assert not {"28.1", "25", "11", "10.1"} & set(frame["item_id"])


def test_the_retrospect_of_2020(plan: Plan) -> None:
    """Nothing later than the year is used."""
    frame = trends(plan, 2020)
    assert frame["last_year"].max() == 2020
    assert frame[frame["item_id"] == "28.1"]["pace"].tolist() == ["too_little_data"]


@pytest.mark.parametrize(
    ("ratio", "digits"),
    [(0.95, 2), (0.947, 3), (0.9496, 4), (0.945, 3), (0.944, 2), (0.5999, 4), (0.6, 2), (-0.001, 3), (0.001, 2), (-2.5, 2)],
)  # fmt: skip
def test_a_ratio_is_not_rounded_into_another_class(ratio: float, digits: int) -> None:
    """0.947 is 进度略慢; printed as 0.95 it would say 进度足够, which begins at 0.95."""
    assert ratio_digits(ratio) == digits
