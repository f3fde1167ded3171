"""Verdict, basis and reason of every kind of leaf, of AND and OR, of conventions, versions and panels."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import item, observation, requirement, target, tiny_plan

from cixi_analysis.assessment import (
    REQUIREMENT,
    assess,
    county_panel,
    county_table,
    judge_panel,
    judgements,
    refusals,
    tally,
    tally_without_each_convention,
)
from cixi_analysis.assessment.evaluation import Finding, combined
from cixi_analysis.assessment.explanation import Explanation
from cixi_analysis.assessment.judgement import Judgement, judge_indicator, judge_item
from cixi_analysis.assessment.numbers import ATTESTED, DEEMED, MEASURED, MET, NO_BASIS, NO_DATA, NOT_APPLICABLE, UNMET
from cixi_analysis.assessment.panel import COLUMNS, Panel
from cixi_analysis.errors import DataError, UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import ConventionRow, Observation
from cixi_analysis.requirement import read
from cixi_analysis.requirement.tree import AllOf, AnyOf, State
from cixi_analysis.words import Convention, Polarity, Verdict, printed

# --- AND and OR --------------------------------------------------------------------------------------------------

NODE = State("建立")
#: every verdict with every basis it can have
STATES = [(UNMET, MEASURED), (UNMET, ATTESTED), (NO_DATA, NO_BASIS), (MET, MEASURED), (MET, ATTESTED), (MET, DEEMED)]
states = st.sampled_from(STATES)


def finding(state: tuple[int, int]) -> Finding:
    verdict, basis = state
    return Finding(NODE, np.array([[verdict]], dtype=np.int8), np.array([[basis]], dtype=np.int8), ())


def joined(kind: type[AllOf] | type[AnyOf], *parts: tuple[int, int]) -> tuple[int, int]:
    findings = [finding(p) for p in parts]
    verdict, basis = combined(kind, [f.verdict for f in findings], [f.basis for f in findings])
    return int(verdict[0, 0]), int(basis[0, 0])


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (UNMET, UNMET, UNMET, UNMET),
        (UNMET, NO_DATA, UNMET, NO_DATA),
        (UNMET, MET, UNMET, MET),
        (NO_DATA, NO_DATA, NO_DATA, NO_DATA),
        (NO_DATA, MET, NO_DATA, MET),
        (MET, MET, MET, MET),
    ],
)
def test_strong_kleene(a: int, b: int, both: int, either: int) -> None:
    """Strong Kleene, unmet < no_data < met: AND is the minimum, OR the maximum."""
    bases = {UNMET: MEASURED, NO_DATA: NO_BASIS, MET: MEASURED}
    assert joined(AllOf, (a, bases[a]), (b, bases[b]))[0] == both
    assert joined(AnyOf, (a, bases[a]), (b, bases[b]))[0] == either


@pytest.mark.parametrize(
    ("kind", "parts", "result"),
    [
        # all are needed: the weakest
        (AllOf, [(MET, MEASURED), (MET, ATTESTED)], (MET, ATTESTED)),
        (AllOf, [(MET, MEASURED), (MET, DEEMED), (MET, ATTESTED)], (MET, DEEMED)),
        (AnyOf, [(UNMET, MEASURED), (UNMET, ATTESTED)], (UNMET, ATTESTED)),
        # one is enough: the strongest
        (AnyOf, [(MET, MEASURED), (MET, DEEMED)], (MET, MEASURED)),
        (AnyOf, [(MET, DEEMED), (UNMET, MEASURED)], (MET, DEEMED)),
        (AllOf, [(UNMET, MEASURED), (UNMET, ATTESTED)], (UNMET, MEASURED)),
        (AllOf, [(UNMET, ATTESTED), (MET, DEEMED), (NO_DATA, NO_BASIS)], (UNMET, ATTESTED)),
        # nothing decided, no basis
        (AllOf, [(MET, MEASURED), (NO_DATA, NO_BASIS)], (NO_DATA, NO_BASIS)),
        (AnyOf, [(UNMET, MEASURED), (NO_DATA, NO_BASIS)], (NO_DATA, NO_BASIS)),
    ],
)
def test_basis_is_the_weakest_deciding_part(
    kind: type[AllOf] | type[AnyOf], parts: list[tuple[int, int]], result: tuple[int, int]
) -> None:
    """Where all parts are needed the weakest basis counts, where one is enough the strongest of those that decide."""
    assert joined(kind, *parts) == result


@given(st.sampled_from([AllOf, AnyOf]), st.lists(states, min_size=2, max_size=5), st.randoms())
def test_order_of_parts_does_not_matter(
    kind: type[AllOf] | type[AnyOf], parts: list[tuple[int, int]], random: Any
) -> None:
    """AND and OR are commutative, in verdict and basis."""
    shuffled = random.sample(parts, len(parts))
    assert joined(kind, *parts) == joined(kind, *shuffled)


@given(st.sampled_from([AllOf, AnyOf]), states, states, states)
def test_grouping_of_parts_does_not_matter(kind: type[AllOf] | type[AnyOf], a: Any, b: Any, c: Any) -> None:
    """AND and OR are associative, in verdict and basis."""
    assert joined(kind, a, joined(kind, b, c)) == joined(kind, joined(kind, a, b), c) == joined(kind, a, b, c)


@given(st.lists(states, min_size=2, max_size=5))
def test_minimum_and_maximum(parts: list[tuple[int, int]]) -> None:
    """AND is the minimum and OR the maximum of the verdicts; the basis is one of the deciding parts'."""
    verdicts = [v for v, _ in parts]
    for kind, expected in ((AllOf, min(verdicts)), (AnyOf, max(verdicts))):
        verdict, basis = joined(kind, *parts)
        assert verdict == expected
        assert basis in {b for v, b in parts if v == verdict}


@given(st.lists(states | st.just((NOT_APPLICABLE, NO_BASIS)), min_size=1, max_size=4))
def test_an_indicator_is_the_and_of_its_applicable_items(parts: list[tuple[int, int]]) -> None:
    """What a level does not ask is left out; with nothing asked at all the indicator is "/" too."""
    items = [
        Judgement(item("1"), "national", range(2022, 2023), finding(p).verdict, finding(p).basis, (), ()) for p in parts
    ]
    verdict, basis = judge_indicator(items)
    asked = [p for p in parts if p[0] != NOT_APPLICABLE]
    expected = (NOT_APPLICABLE, NO_BASIS) if not asked else asked[0] if len(asked) == 1 else joined(AllOf, *asked)
    assert (int(verdict[0, 0]), int(basis[0, 0])) == expected


# --- one leaf, a made-up series ----------------------------------------------------------------------------------

YEAR = 2022


def convention(name: str, **columns: Any) -> ConventionRow:
    """A row of conventions.csv; the two that must name their item speak of item 1 (and of YEAR)."""
    given_ = {
        "convention": name,
        "item_id": "1" if name in ("nothing-there", "plan-concludes") else None,
        "level": None,
        "year": YEAR if name == "plan-concludes" else None,
        "reason": f"理由：{name}",
        "source": "表一",
    }
    return ConventionRow.model_validate(given_ | columns)


def one_item(
    wording: str,
    rows: Mapping[int, Mapping[str, Any]],
    *,
    conventions: tuple[ConventionRow, ...] = (),
    target_wording: str = "建立",
    **columns: Any,
) -> Plan:
    """A plan of one item with one national requirement; ``rows``: year → columns of its observation."""
    observations = {
        year: (observation("1", row.get("value"), **{k: v for k, v in row.items() if k != "value"}),)
        for year, row in rows.items()
    }
    return tiny_plan(
        items=(item("1", **columns),),
        requirements=(requirement("1", "national", wording),),
        targets=(target("1", 2025, target_wording), target("1", 2030, "建立")),
        conventions=conventions,
        published=(),
        observations=observations,
    )


def judged(plan: Plan, year: int = YEAR, level: str = "national") -> tuple[str, str, str]:
    """(verdict, basis, reason) of the one item."""
    table = assess(plan, year).table
    row = table[(table["item_id"] == "1") & (table["level"] == level)].iloc[0]
    return row["verdict"], row["basis"], row["reason"]


def series(*values: float | str | None) -> dict[int, dict[str, Any]]:
    """The last value is of 2022; None leaves the year out."""
    start = YEAR + 1 - len(values)
    return {start + n: {"value": v} for n, v in enumerate(values) if v is not None}


M, U, N = ("met", "measured"), ("unmet", "measured"), ("no_data", "")


@pytest.mark.parametrize(
    ("wording", "columns", "value", "expected"),
    [
        # the number itself counts for ≥ ≤ 以上 以下 以内, not for > < 超过 低于 不满
        ("≥20", {}, 20, M), ("≥20", {}, 19.999, U), ("20以上", {}, 20, M), ("20以上", {}, 19.999, U),
        ("≤20", {}, 20, M), ("≤20", {}, 20.001, U), ("20以下", {}, 20, M), ("20以内", {}, 20.001, U),
        (">20", {}, 20, U), ("超过20", {}, 20.001, M), ("<20", {}, 20, U), ("低于20", {}, 19.999, M),
        ("不满20", {}, 20, U), ("不超过20", {}, 20, M),
        # equality is free of floating-point noise
        ("≥0.3", {}, 0.1 + 0.2, M), ("≤0.3", {}, 0.1 + 0.2, M), (">0.3", {}, 0.1 + 0.2, U), ("<0.3", {}, 0.1 + 0.2, U),
        # a large number is as exact as a small one: 300000000000 was said to reach 300000000001
        ("≥300000000001", {}, 300000000000, U), ("≤300000000000", {}, 300000000001, U), ("≥300000000001", {}, 300000000001, M),
        ("≥25370000.02", {}, 25370000.01, U), ("≤999999999998", {}, 999999999999, U), ("≥25370000.3", {}, 25370000.1 + 0.2, M),
        # a bare number goes the item's way
        ("100", {"polarity": "more"}, 100, M), ("100", {"polarity": "more"}, 99.99, U),
        ("0", {"polarity": "less"}, 0, M), ("0", {"polarity": "less"}, 0.01, U),
        ("0", {"polarity": "more"}, 5, M), ("100", {"polarity": "none"}, 100, N), ("≥100", {"polarity": "none"}, 100, M),
        # a value in another unit than the requirement's is never compared with it
        ("≥20公里", {"unit": "公里"}, 20, M), ("≥20公里", {"unit": "%"}, 20, N), ("≥20%", {"unit": "%"}, 20, M),
        ("≥20%", {"unit": "-"}, 20, N),
    ],
)  # fmt: skip
def test_bound(wording: str, columns: dict[str, Any], value: float, expected: tuple[str, str]) -> None:
    """A bound holds or does not by the number alone, on both sides of its edge."""
    assert judged(one_item(wording, series(value), **columns))[:2] == expected


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ({"value": 31030, "unit": "米"}, N),
        ({"value": 20, "unit": "%"}, M),
        ({"value": 19, "unit": "%"}, U),
        ({"value": "Ⅲ", "unit": "类"}, N),
    ],
)
def test_observed_in_another_unit(observed: dict[str, Any], expected: tuple[str, str]) -> None:
    """What was measured in another unit (25 in metres, a water class) is not held against the bound."""
    assert judged(one_item("≥20", {YEAR: observed}, unit="%"))[:2] == expected


@pytest.mark.parametrize(
    ("wording", "observed", "expected"),
    [
        ("Ⅲ类", "Ⅲ", M), ("Ⅲ类", "Ⅱ", M), ("Ⅲ类", "Ⅳ", U), ("优于Ⅲ类", "Ⅱ", M), ("优于Ⅲ类", "Ⅲ", U), ("优于劣Ⅴ类", "Ⅴ", M),
        ("优于劣Ⅴ类", "劣Ⅴ", U), ("达到或优于Ⅴ类", "劣Ⅴ", U),
    ],
)  # fmt: skip
def test_water_class(wording: str, observed: str, expected: tuple[str, str]) -> None:
    """Classes are ordered, Ⅰ best and 劣Ⅴ worst; 达到 includes the class, 优于 does not."""
    assert judged(one_item(wording, {YEAR: {"value": observed, "unit": "类", "polarity": "less"}}))[:2] == expected


def test_a_number_is_not_a_water_class() -> None:
    """A number is never held against a class."""
    assert judged(one_item("Ⅲ类", series(2)))[:2] == N


def test_the_class_of_another_river_is_not_compared() -> None:
    """A limit is on the item itself, a class as a number: what another level names, or a substitute, says nothing of it."""
    rows = {YEAR: {"value": "Ⅱ", "unit": "类", "measure": "乙断面"}}
    plan = one_item("Ⅲ类", rows, unit="类", name="甲断面", target_wording="Ⅲ类")
    assert judged(plan)[0] == assess(plan, YEAR, against="target").items["verdict"][0] == "no_data"
    named = (requirement("1", "national", "Ⅲ类", measure="乙断面"),)
    assert judged(replace(plan, requirements=named))[:2] == M


@pytest.mark.parametrize(
    ("wording", "observed", "columns", "expected"),
    [
        # a missing comparator goes the item's way
        ("完成上级下达的年度目标", {"value": 86.8, "assigned_target": "86.8"}, {}, M),
        ("完成上级下达的年度目标", {"value": 83.3, "assigned_target": "86.8"}, {}, U),
        ("完成上级下达的年度目标", {"value": 83.3, "assigned_target": "86.8"}, {"polarity": "less"}, M),
        ("完成上级下达的年度目标", {"value": 86.8, "assigned_target": "86.8"}, {"polarity": "none"}, N),
        # the target's own comparator
        ("完成上级下达的年度目标", {"value": 31, "assigned_target": "≤31"}, {}, M),
        ("完成上级下达的年度目标", {"value": 31.1, "assigned_target": "≤31"}, {}, U),
        ("完成上级下达的年度目标", {"value": 31, "assigned_target": "<31"}, {}, U),
        # the wording's comparator
        ("不超过控制目标值", {"value": 31, "assigned_target": "31"}, {}, M),
        ("不超过控制目标值", {"value": 32, "assigned_target": "31"}, {}, U),
        ("低于控制目标值", {"value": 31, "assigned_target": "31"}, {}, U),
        ("低于控制目标值", {"value": 31, "assigned_target": "≤31"}, {}, U),
        # the two contradict each other
        ("不超过控制目标值", {"value": 32, "assigned_target": "≥31"}, {}, N),
        ("不低于控制目标值", {"value": 32, "assigned_target": "<31"}, {}, N),
        # classes
        ("完成考核任务", {"value": "Ⅲ", "unit": "类", "polarity": "less", "assigned_target": "Ⅲ"}, {}, M),
        ("完成考核任务", {"value": "Ⅳ", "unit": "类", "polarity": "less", "assigned_target": "Ⅲ"}, {}, U),
        ("完成考核任务", {"value": "Ⅲ", "unit": "类", "polarity": "less", "assigned_target": "优于Ⅲ类"}, {}, U),
        # ≥ Ⅲ would be Ⅲ or worse
        ("不低于控制目标值", {"value": "Ⅳ", "unit": "类", "assigned_target": "Ⅲ"}, {}, N),
        ("不低于控制目标值", {"value": "Ⅱ", "unit": "类", "assigned_target": "Ⅲ"}, {}, N),
        # not known, in words, not assigned
        ("完成上级下达的年度目标", {"value": 86.8}, {}, N),
        ("完成上级下达的年度目标", {"value": 86.8, "assigned_target": "任务：完成河道整治"}, {}, N),
        ("完成上级下达的年度目标", {"value": 86.8, "assigned_target": "上级未下达"}, {}, N),
    ],
)  # fmt: skip
def test_assigned_target(
    wording: str, observed: dict[str, Any], columns: dict[str, Any], expected: tuple[str, str]
) -> None:
    """The year's value against the year's target, when both are known."""
    assert judged(one_item(wording, {YEAR: observed}, **columns))[:2] == expected


@pytest.mark.parametrize(
    ("wording", "values", "expected"),
    [
        # compared with the year before: a flat series is stable and does not rise
        ("不下降", (80, 80), M), ("不下降", (80, 79.9), U), ("不下降", (80, 80.1), M), ("不下降", (80,), N),
        ("不下降", (80, None, 80), N), ("不上升", (80, 80), M), ("不上升", (80, 80.1), U),
        ("保持稳定或持续改善", (80, 80), M), ("保持稳定", (80, 79), U), ("较上年保持稳定或持续提升", (70, 90, 80), U),
        ("高于上年", (80, 80), U), ("高于上年", (80, 80.1), M), ("不低于上年", (80, 80), M), ("低于上年", (80, 79), M),
        ("较上年提高", (90, 80, 81), M), ("优于上年", (80, 81), M), ("优于上年", (80, 80), U),
        # 逐年, 持续, 稳步: every step of the last three years, of two where there are only two
        ("逐年上升", (1, 2, 3), M), ("逐年上升", (2, 2, 3), U), ("逐年上升", (3, 2, 3), U), ("逐年上升", (1, 2, 2), U),
        ("逐年上升", (9, 1, 2, 3), M), ("逐年上升", (2, 3), M), ("逐年上升", (3, 2), U), ("逐年上升", (3,), N),
        ("逐年上升", (1, None, 3), N), ("逐年上升", (1, 2, None), N), ("稳步提升", (1, 2, 3), M), ("持续下降", (3, 2, 1), M),
        ("持续改善", (1, 2, 3), M), ("持续改善", (3, 2, 1), U), ("逐年上升", (0.631, 0.632, 0.632), U),
        # a named number of years needs them all, but a step known to fail decides
        ("近三年逐年上升", (1, 2, 3), M), ("近三年逐年上升", (2, 3), N), ("近三年逐年上升", (3, 2), U),
        ("近三年逐年上升", (3, 1, 2, 3), M), ("近两年逐年上升", (2, 1, 2), M), ("近四年逐年上升", (2, 1, 2, 3), U),
        ("近四年逐年上升", (1, 2, 3), N),
        # floating-point noise is no change
        ("逐年上升", (0.1 + 0.2, 0.3), U), ("不下降", (0.1 + 0.2, 0.3), M),
        ("逐年上升", (25370000.01, 25370000.02), M), ("不下降", (300000000001, 300000000000), U),
    ],
)  # fmt: skip
def test_change(wording: str, values: tuple[float | None, ...], expected: tuple[str, str]) -> None:
    """Windows and their edges; a missing year stays missing."""
    rows = series(*values)
    rows.setdefault(YEAR, {"absence": "暂无数据"})
    assert judged(one_item(wording, rows))[:2] == expected


@pytest.mark.parametrize(
    ("wording", "polarity", "values", "expected"),
    [
        ("持续改善", "less", (3, 2, 1), M), ("持续改善", "less", (1, 2, 3), U), ("持续改善", "none", (1, 2, 3), N),
        ("保持稳定或持续改善", "less", (1, 1), M), ("保持稳定或持续改善", "less", (1, 2), U), ("保持稳定", "none", (1, 1), N),
        ("逐年上升", "less", (1, 2, 3), M), ("逐年上升", "none", (1, 2, 3), M),
    ],
)  # fmt: skip
def test_change_and_polarity(wording: str, polarity: str, values: tuple[float, ...], expected: tuple[str, str]) -> None:
    """改善 and 稳定 go the item's way, 上升 and 下降 the number's."""
    assert judged(one_item(wording, series(*values), polarity=polarity))[:2] == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [("Ⅳ", "Ⅲ", M), ("Ⅲ", "Ⅲ", M), ("Ⅲ", "Ⅳ", U)],
)
def test_change_of_water_class(before: str, now: str, expected: tuple[str, str]) -> None:
    """A class gets better or worse; it does not rise or fall."""
    rows = {y: {"value": v, "unit": "类", "polarity": "less"} for y, v in ((2021, before), (2022, now))}
    assert judged(one_item("保持稳定或持续改善", rows))[:2] == expected
    assert judged(one_item("不下降", rows))[:2] == N


@pytest.mark.parametrize("polarity", Polarity)
@pytest.mark.parametrize("unit", ["%", "类"])
def test_the_order_of_classes_is_no_ones_choice(unit: str, polarity: Polarity) -> None:
    """Ⅰ is best, whatever way the item's own numbers go: a row of a share (10①, more is better) may hold a class."""
    rows = {y: {"value": v, "unit": "类", "assigned_target": "Ⅲ"} for y, v in ((2021, "Ⅲ"), (2022, "Ⅳ"))}
    for wording in ("保持稳定或持续改善", "完成考核任务"):
        assert judged(one_item(wording, rows, unit=unit, polarity=polarity))[:2] == U
        rows[2022]["value"], was = "Ⅱ", rows[2022]["value"]
        assert judged(one_item(wording, rows, unit=unit, polarity=polarity))[:2] == M
        rows[2022]["value"] = was


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, M), ({"unit": "%"}, M), ({"measure": "子项1"}, M), ({"measure": "另一种"}, N), ({"unit": "公里"}, N)],
)
def test_only_like_is_compared_with_like(change: dict[str, Any], expected: tuple[str, str]) -> None:
    """Another measure or unit than last year's is not compared; spelling out the item's own makes no difference."""
    assert judged(one_item("逐年上升", {2021: {"value": 1}, 2022: {"value": 2} | change}))[:2] == expected


@pytest.mark.parametrize(
    ("wording", "unit", "values", "expected"),
    [
        # points: a difference, free of noise (83.4 - 82.4 = 1.0000000000000142)
        ("提高幅度≥1个百分点", "%", (82.4, 83.4), M), ("提高幅度≥1个百分点", "%", (82.4, 83.39), U),
        ("提高≤1个百分点", "%", (82.4, 83.4), M), ("提高超过1个百分点", "%", (82.4, 83.4), U),
        ("提高幅度≥1个百分点", "%", (83.4,), N), ("下降幅度≥1个百分点", "%", (83.4, 82.4), M),
        # percent: compound over the window of three years, of two where there are only two
        ("年均下降幅度≥3.5%", "吨", (100, 1, 93.1225), M), ("年均下降幅度≥3.5%", "吨", (100, 1, 93.123), U),
        ("年均下降幅度≥3.5%", "吨", (100, 96.5), M), ("年均下降幅度≥3.5%", "吨", (100, 96.6), U),
        ("年均下降幅度≥3.5%", "吨", (100,), N), ("年均上升≥3.5%", "吨", (100, 103.5), M),
        ("下降幅度≥3.5%", "吨", (1000, 100, 96.5), M), ("下降幅度≥3.5%", "吨", (0, 96.5), N),
        # with the change it measures: one condition, over the change's window
        ("持续下降且年均下降幅度≥3.5%", "吨", (100, 96.5, 93.1225), M), ("持续下降且年均下降幅度≥3.5%", "吨", (100, 100, 90), U),
        ("持续下降且年均下降幅度≥3.5%", "吨", (100, 99, 98), U), ("持续下降且年均下降幅度≥3.5%", "吨", (100, 96.5), M),
        ("近三年持续下降且年均下降幅度≥3.5%", "吨", (100, 96.5), N), ("较上年下降且年均下降幅度≥3.5%", "吨", (1, 100, 96.5), M),
    ],
)  # fmt: skip
def test_rate(wording: str, unit: str, values: tuple[float, ...], expected: tuple[str, str]) -> None:
    """Points are differences of a percentage, percentages are compound; both sides of the edge."""
    assert judged(one_item(wording, series(*values), unit=unit))[:2] == expected


def test_percent_of_a_percentage_is_not_computed() -> None:
    """Observed as a percentage, "3.5 %" could be percent or points: not decided."""
    rows = {y: {"value": v, "unit": "%"} for y, v in ((2021, 100), (2022, 90))}
    assert judged(one_item("年均下降幅度≥3.5%", rows, unit="吨"))[:2] == N


@pytest.mark.parametrize(
    ("wording", "benchmark", "kind", "values", "expected"),
    [
        ("高于全省平均值", 80, "level", (80.1,), M), ("高于全省平均值", 80, "level", (80,), U),
        ("不低于全省平均值", 80, "level", (80,), M), ("低于全省平均值", 80, "level", (79,), M),
        ("达到全省平均水平", 80, "level", (80,), M), ("达到全省平均水平", 80, "level", (79,), U),
        ("优于全省平均", 80, "level", (80,), U), ("优于全省平均", 80, "level", (81,), M),
        ("高于全省平均值", 80, "change", (90,), N), ("高于全省平均值", None, None, (90,), N),
        ("增长幅度高于全省平均", 1, "change", (80, 81.1), M), ("增长幅度高于全省平均", 1, "change", (80, 81), U),
        ("增长幅度达到全省平均", 1, "change", (80, 81), M), ("增长幅度高于全省平均", 1, "rate", (80, 81), M),
        ("增长幅度高于全省平均", 1.25, "rate", (80, 81), U), ("增长幅度高于全省平均", 1, "level", (80, 85), N),
        ("增长幅度高于全省平均", 1, "change", (81,), N), ("下降幅度高于全省平均", -1, "change", (80, 78), M),
        ("下降幅度高于全省平均", -1, "change", (80, 79.5), U), ("增长幅度高于全省平均", 1, "rate", (0, 81), N),
        ("逐年提高且提高幅度大于全省平均值", 1, "change", (78, 80, 82), M),
        ("逐年提高且提高幅度大于全省平均值", 1, "change", (82, 80, 82), U),
        ("逐年提高且提高幅度大于全省平均值", None, None, (78, 80, 82), N),
        # an unknown average does not hide a rise, and a flat series alone does not refute
        ("高于全省平均值，或逐年上升", None, None, (78, 80, 82), M), ("高于全省平均值，或逐年上升", None, None, (80, 80), N),
        ("增长幅度高于全省平均或逐年上升", None, None, (0.631, 0.632, 0.632), N),
    ],
)  # fmt: skip
def test_provincial_average(
    wording: str, benchmark: float | None, kind: str | None, values: tuple[float, ...], expected: tuple[str, str]
) -> None:
    """An average of levels for levels, of changes (or rates) for changes; never one for the other."""
    rows = series(*values)
    rows[YEAR] |= {"benchmark": None if benchmark is None else str(benchmark), "benchmark_kind": kind}
    assert judged(one_item(wording, rows))[:2] == expected


@pytest.mark.parametrize(
    ("wording", "kind", "substitute", "expected"),
    [
        ("高于全省平均值", "level", {"measure": "别的量"}, N), ("高于全省平均值", "level", {"unit": "公里"}, N),
        ("增长幅度高于全省平均", "change", {"unit": "公里"}, N), ("增长幅度高于全省平均", "rate", {"unit": "公里"}, M),
        # the change of a share, of an item that is its increase (33)
        ("增长幅度高于全省平均", "change", {"measure": "别的量"}, M),
    ],
)  # fmt: skip
def test_an_average_is_of_the_item_in_its_unit(
    wording: str, kind: str, substitute: dict[str, str], expected: tuple[str, str]
) -> None:
    """An average level is that of the item; an average change is in its unit. No substitute's is held against them."""
    rows = {y: {"value": v, **substitute} for y, v in ((2021, 80), (YEAR, 90))}
    rows[YEAR] |= {"benchmark": "5", "benchmark_kind": kind}
    assert judged(one_item(wording, rows))[:2] == expected


@pytest.mark.parametrize("polarity", ["more", "less"])
def test_reaching_the_average_goes_the_items_way(polarity: str) -> None:
    """达到 and 优于 are upward where more is better, downward where less is."""
    rows = {YEAR: {"value": 79, "benchmark": "80", "benchmark_kind": "level"}}
    for wording in ("达到全省平均水平", "优于全省平均"):
        assert judged(one_item(wording, rows, polarity=polarity))[:2] == (U if polarity == "more" else M)


# --- what the statement says -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wording", "observed", "expected"),
    [
        ("建立", {"statement": "已建立制度", "attests": "建立=已建立制度"}, ("met", "attested")),
        ("建立", {"statement": "建立"}, N),
        ("建立", {"statement": "尚未建立制度", "denies": "建立=尚未建立"}, ("unmet", "attested")),
        ("建立", {"value": 100}, N),
        ("≥90", {"statement": "达到要求", "attests": "≥90=达到要求"}, ("met", "attested")),
        ("≥90", {"value": 95, "statement": "达到要求", "attests": "≥90=达到要求"}, M),
        ("逐年上升", {"value": 95, "statement": "逐年上升", "attests": "逐年上升"}, ("met", "attested")),
        ("完成年度目标任务", {"value": 5, "statement": "未完成", "denies": "完成任务=未完成"}, ("unmet", "attested")),
        ("面积不减小、建立", {"statement": "面积不减少", "attests": "面积不减少"}, N),
        ("面积不减小或建立", {"statement": "面积不减少", "attests": "面积不减少"}, ("met", "attested")),
        (
            "持续下降且年均下降幅度≥3.5%",
            {"statement": "达标", "attests": "持续下降 with 年均下降≥3.5%=达标"},
            ("met", "attested"),
        ),
    ],
)  # fmt: skip
def test_words_decide_where_numbers_cannot(wording: str, observed: dict[str, Any], expected: tuple[str, str]) -> None:
    """Numbers first, then what the statement attests or denies, whatever the kind of leaf."""
    assert judged(one_item(wording, {YEAR: observed}, unit="吨"))[:2] == expected


def test_a_denied_change_is_explained_by_its_words() -> None:
    """The statement may deny the change alone: the reason quotes the words and has the rate apart."""
    plan = one_item(
        "≤5或持续下降且年均下降幅度≥3.5%",
        {YEAR: {"value": 6, "statement": "不降反升", "denies": "持续下降=不降反升"}},
        target_wording="持续下降",
        unit="吨",
    )
    assert judged(plan) == (
        "unmet",
        "attested",
        "子项1为6吨，比要求的上限5吨高1吨，原文载明“不降反升”，未达标。"
        "依据：要求“≤5或持续下降且年均下降幅度≥3.5%”，满足一项即可，未达标（"
        "“≤5”：2022年6吨，比要求的上限5吨高1吨，未达标；"
        "“持续下降，且年均下降≥3.5%”，各项须同时满足，未达标（“持续下降”：原文载明“不降反升”，未达标；"
        "“年均下降≥3.5%”：缺以前各年可比的数值，现状原文也没有写明，无数据））。",
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [((100, 95), ("met", "attested")), ((100, 94.9), None), ((100, 100), M), ((100, 101), M)],
)
def test_a_small_fall_may_be_attested_as_stable(values: tuple[float, float], expected: tuple[str, str] | None) -> None:
    """A fall up to 5 % may be attested as stable, and both are then shown; a larger one contradicts the statement."""
    rows = series(*values)
    rows[YEAR] |= {"statement": "保持稳定", "attests": "保持稳定"}
    plan = one_item("保持稳定或持续改善", rows, unit="吨")
    if expected is None:
        with pytest.raises(DataError) as error:
            assess(plan, YEAR)
        assert str(error.value) == (
            "数据有1处问题：\nobservations/2022.csv 第2行 “statement 现状原文”列："
            "现为文字与数字矛盾：“较上年保持稳定或改善”（所用数字 94.9、100）；应为文字与数字一致，或改正其中有误的一项"
        )
        return
    verdict, basis, reason = judged(plan)
    assert (verdict, basis) == expected
    if basis == "attested":
        assert reason == (
            "子项1：原文载明“保持稳定”，达标。依据：要求“保持稳定或持续改善”：原文载明“保持稳定”；"
            "数据略有变差（2022年95吨，比上年的100吨下降5吨），在可视为稳定的幅度以内，达标。"
        )


def test_a_small_fall_alone_is_a_fall() -> None:
    """Without the statement, the smallest fall is one."""
    assert judged(one_item("保持稳定", series(100, 99.99)))[:2] == U


@pytest.mark.parametrize(
    ("wording", "observed"),
    [
        ("≥90", {"value": 80, "statement": "达到要求", "attests": "≥90=达到要求"}),
        ("≥90", {"value": 95, "statement": "未达到", "denies": "≥90=未达到"}),
        ("建立", {"statement": "已建立，未建立", "attests": "建立=已建立", "denies": "建立=未建立"}),
        ("逐年上升", {"value": 1, "statement": "逐年上升", "attests": "逐年上升"}),
        ("保持稳定", {"value": 1.95, "statement": "稳定，不稳", "attests": "保持稳定=稳定", "denies": "保持稳定=不稳"}),
    ],
)
def test_a_contradiction_is_an_error_in_the_data(wording: str, observed: dict[str, Any]) -> None:
    """Words against numbers, or words against words, are reported and never judged."""
    with pytest.raises(DataError, match="文字与数字矛盾"):
        assess(one_item(wording, {2021: {"value": 2}, YEAR: observed}, unit="吨"), YEAR)


@pytest.mark.parametrize(
    ("observed", "found", "right"),
    [
        (
            {"value": 5, "assigned_target": "很多"},
            "“assigned_target 下达目标”列：现为“很多”",
            "数（与现状值同单位，不写单位）、水质类别、“任务：……”或“上级未下达”",
        ),
        (
            {"value": 5, "assigned_target": "≤3.5%"},
            "“assigned_target 下达目标”列：现为“≤3.5%”",
            "数（与现状值同单位，不写单位）、水质类别、“任务：……”或“上级未下达”",
        ),
        (
            {"value": 86, "assigned_target": "Ⅲ"},
            "“assigned_target 下达目标”列：现为“Ⅲ”而现状值为“86”",
            "与现状值同类的目标：类别对类别，数对数",
        ),
        (
            {"statement": "建立", "attests": "建设=建立"},
            "“attests 载明达到”列：现为“建设”",
            "要求语言里的一个条款。无法解读“【建设】”：不认识这里的说法。此处可以是：数值（≥20、20%以上）；"
            "水质类别（优于Ⅲ类）；上级目标（完成上级下达的年度目标）；变化（逐年上升、保持稳定或持续改善、高于上年、"
            "年均下降幅度≥3.5%）；全省平均（高于全省平均值）；状态（制定实施、面积不减少、无黑臭水体）。",
        ),
        (
            {"statement": "实施", "denies": "实施"},
            "“denies 载明未达到”列：现为“实施”",
            "该子项的要求或规划值中的一个条款（建立、完成上级下达目标）",
        ),
    ],
)
def test_clauses_and_assigned_targets_are_checked(observed: dict[str, Any], found: str, right: str) -> None:
    """A target or clause that cannot be used is reported with its place, and no verdict is given."""
    with pytest.raises(DataError) as error:
        assess(one_item("建立；完成任务", {YEAR: observed}), YEAR)
    assert str(error.value) == f"数据有1处问题：\nobservations/2022.csv 第2行 {found}；应为{right}"


def test_an_unreadable_wording_is_told() -> None:
    """It is a finding of its item, and in the list of all that cannot be read."""
    plan = one_item("力争领先", series(1), target_wording="90左右")
    verdict, basis, reason = judged(plan)
    assert (verdict, basis) == ("no_data", "")
    assert reason.startswith("子项1：要求的文字无法解读，无数据。依据：“【力争领先】”：")
    assert [(row.wording, refusal.marked) for row, refusal in refusals(plan).items()] == [
        ("力争领先", "【力争领先】"),
        ("90左右", "90【左右】"),
    ]
    own = assess(plan, YEAR, against="target").items
    assert own.drop(columns="why").iloc[0].to_dict() == {
        "indicator": 1, "item_id": "1", "level": "2025", "verdict": "no_data", "basis": "",
        "reason": "子项1：规划值的文字无法解读，无数据。依据：“90【左右】”：“左右”“约”没有确定的界限。",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wording", ["60—80", "60%～80%", "６０％～８０％", "60%－80%", "60%至80%", "60%-80%；逐年上升", "建立或60%-80%"]
)
def test_a_range_alone_of_an_item_with_a_direction(wording: str) -> None:
    """It may be one of its ends that is to be reached, however the range is written and whatever stands beside it."""
    assert judged(one_item(wording, series(85)))[:2] == N
    [refusal] = refusals(one_item(wording, series(85))).values()
    assert refusal.reason == "有方向的指标只写一个范围：可指须在范围之内，也可指达到其中一端"
    assert not refusals(one_item(wording, series(85), polarity="none"))
    assert not refusals(one_item("保持在60%至80%", series(85)))


@pytest.mark.parametrize(
    ("wording", "unit", "expected"),
    [
        ("下降18%以上", "吨", "no_data"), ("持续下降且下降幅度≥18%", "吨", "no_data"), ("提高5个百分点以上", "%", "no_data"),
        ("较2022年下降18%以上", "吨", "met"), ("较2022年下降，且较2022年下降幅度≥18%", "吨", "met"),
        ("有所下降", "吨", "no_data"), ("保持稳定或有所下降", "吨", "no_data"), ("较上年有所下降", "吨", "met"),
        ("较上年下降10%以上", "吨", "met"), ("同比下降10%以上", "吨", "met"), ("年均下降7%以上", "吨", "met"),
    ],
)  # fmt: skip
def test_an_amount_of_change_in_a_target(wording: str, unit: str, expected: str) -> None:
    """A requirement is asked of each year: 下降18%以上 is since last year. A target is of one year, and the amount may be
    that since any other; only an explicit reading decides.
    """
    rows = {YEAR: {"value": 100}, 2023: {"value": 95}, 2024: {"value": 90}, 2025: {"value": 80}}
    plan = one_item("下降5%以上" if unit == "吨" else "建立", rows, unit=unit, polarity="less", target_wording=wording)
    assert assess(plan, 2025, against="target").items["verdict"][0] == expected
    assert [refusal.reason for refusal in refusals(plan).values()] == (
        ["没有写明与哪一年相比，请写“较20XX年……”或“较上年……”"] if expected == "no_data" else []
    )
    chosen = target("1", 2025, wording, reading="较2022年下降≥20%", reading_reason="规划自2022年起")
    if unit == "吨" and expected == "no_data":
        assert not refusals(replace(plan, targets=(chosen,)))


# --- conventions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "wording", "observed", "expected"),
    [
        # the higher level assigned no target: the whole requirement counts as met, but not a limit of its own
        ("none-assigned", "完成上级管控目标", {"absence": "原文未列", "assigned_target": "上级未下达"}, ("met", "deemed")),
        (
            "none-assigned",
            "完成上级管控目标；保持稳定或持续改善",
            {"absence": "原文未列", "assigned_target": "上级未下达"},
            ("met", "deemed"),
        ),
        ("none-assigned", "完成上级管控目标；≥5", {"absence": "原文未列", "assigned_target": "上级未下达"}, N),
        ("none-assigned", "完成上级管控目标；≥5", {"value": 6, "assigned_target": "上级未下达"}, ("met", "deemed")),
        ("none-assigned", "完成上级管控目标；≥5", {"value": 4, "assigned_target": "上级未下达"}, U),
        ("none-assigned", "完成上级管控目标；年均提高≥1个百分点", {"absence": "原文未列", "assigned_target": "上级未下达"}, N),
        ("none-assigned", "完成上级管控目标；提高≥1个百分点", {"value": 6, "assigned_target": "上级未下达"}, N),
        ("none-assigned", "建立", {"absence": "原文未列", "assigned_target": "上级未下达"}, N),
        ("none-assigned", "完成上级管控目标", {"absence": "原文未列"}, N),
        # nothing to protect or remove
        ("nothing-there", "不降低", {"absence": "未发现"}, ("met", "deemed")),
        ("nothing-there", "不降低", {"absence": "暂无数据"}, N),
        # a share of 100 %
        ("full", "开展", {"value": 100}, ("met", "deemed")),
        ("full", "完成任务", {"value": 100}, ("met", "deemed")),
        ("full", "开展", {"value": 99.9}, N),
        ("full", "≥90", {"value": 100}, M),
        ("full", "开展", {"value": 100, "unit": "公里"}, N),
        ("full", "开展", {"value": 100, "polarity": "less"}, N),
        ("full", "≥20公里", {"value": 100}, N),
        ("full", "Ⅲ类", {"value": 100}, N),
        # the plan judges more than it states
        ("plan-concludes", "建立", {"statement": "优秀"}, ("met", "deemed")),
        # words come before a convention
        ("plan-concludes", "建立", {"statement": "未建立", "denies": "建立=未建立"}, ("unmet", "attested")),
        ("full", "开展", {"value": 100, "statement": "开展", "attests": "开展"}, ("met", "attested")),
    ],
)  # fmt: skip
def test_convention_on_and_off(name: str, wording: str, observed: dict[str, Any], expected: tuple[str, str]) -> None:
    """A named convention alone makes an undecided leaf count as met; switched off, the leaf is undecided again."""
    plan = one_item(wording, {YEAR: observed}, conventions=(convention(name),), unit="%")
    assert judged(plan)[:2] == expected
    without = assess(plan, YEAR, without=(Convention(name),)).items.iloc[0]
    assert (without["verdict"], without["basis"]) == (N if "deemed" in expected else expected)
    assert judged(one_item(wording, {YEAR: observed}, unit="%"))[:2] == (N if "deemed" in expected else expected)


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        ({}, True),
        ({"item_id": "2"}, False),
        ({"level": "national"}, True),
        ({"level": "provincial"}, False),
        ({"year": 2022}, True),
        ({"year": 2021}, False),
    ],
)
def test_a_convention_holds_where_its_row_says(scope: dict[str, Any], holds: bool) -> None:
    """Item, level and year of a convention's row limit it; an empty level does not."""
    plan = one_item("建立", {YEAR: {"statement": "优秀"}}, conventions=(convention("plan-concludes", **scope),))
    assert judged(plan)[:2] == (("met", "deemed") if holds else N)


def test_the_reason_of_a_convention_is_the_one_for_the_place() -> None:
    """Of several rows of a convention the reason comes from the one that speaks of this item, level and year."""
    rows = (
        convention("plan-concludes", item_id="1", level="national", reason="国家级的理由"),
        convention("plan-concludes", item_id="1", level="provincial", reason="省级的理由"),
        convention("plan-concludes", item_id="2", reason="别处的理由"),
    )
    plan = one_item("建立", {YEAR: {"statement": "优秀"}}, conventions=rows)
    assert judged(plan)[2] == (
        "子项1：依规划的结论，视同达标。依据：要求“建立”：国家级的理由，按约定“依规划结论”视同达标。"
    )


MEASURED_IN_2022 = "，按2022年的数据判定"


@pytest.mark.parametrize(
    ("wording", "observed", "answer", "derivation"),
    [
        ("≥90", {"value": 90}, "为90%，达到要求的90%，达标", MEASURED_IN_2022),
        ("≥95", {"value": 40.7}, "为40.7%，比要求的95%低54.3个百分点，未达标", MEASURED_IN_2022),
        ("≤50", {"value": 40.7}, "为40.7%，优于要求的上限50%，低9.3个百分点，达标", MEASURED_IN_2022),
        ("≤40", {"value": 40.7}, "为40.7%，比要求的上限40%高0.7个百分点，未达标", MEASURED_IN_2022),
        (">90", {"value": 90}, "为90%，等于要求的90%，而要求高于它，未达标", MEASURED_IN_2022),
        ("Ⅲ类", {"value": "Ⅳ", "unit": "类", "polarity": "less"}, "为Ⅳ类，差于要求的Ⅲ类，未达标", MEASURED_IN_2022),
        ("≥90", {"absence": "暂无数据"}, "：缺2022年的数值（暂无数据），无数据", None),
        ("≥20", {"value": 90, "measure": "别的量"}, "：实测的是别的量（%），与要求的量或单位不同，无数据", None),
        ("≥20公里", {"value": 90}, "：实测的是子项1（%），与要求的量或单位不同，无数据", None),
        ("不下降", {"value": 90}, "：缺2021年可比的数值，无数据", None),
        ("近三年逐年上升", {"value": 90}, "：缺以前各年可比的数值，无数据", None),
        ("高于全省平均", {"value": 90}, "：缺全省平均，无数据", None),
        (
            "高于全省平均",
            {"value": 90, "benchmark": "1", "benchmark_kind": "change"},
            "：已知的是年变化量的全省平均（与指标同单位），与要求所比的不同，无数据",
            None,
        ),
        (
            "高于上年",
            {"value": "Ⅲ", "unit": "类", "polarity": "less"},
            "：水质类别只有优劣，没有升降，无数据",
            None,
        ),
        ("100", {"value": 100, "polarity": "none"}, "：规划没有说明这个数越大还是越小为好，无数据", None),
        ("完成任务", {"value": 90}, "：缺上级下达的目标，无数据", None),
        ("完成任务", {"absence": "暂无数据"}, "：缺上级下达的目标，也缺2022年的数值（暂无数据），无数据", None),
        ("完成任务", {"value": 90, "assigned_target": "上级未下达"}, "：上级未下达目标，无数据", None),
        ("完成任务", {"value": 90, "assigned_target": "≤86.8"}, "为90%，比下达目标86.8%高3.2个百分点，未达标", MEASURED_IN_2022),
        ("建立", {"statement": "优秀"}, "：现状原文没有写明“建立”，无数据", "：现状原文没有写明“建立”"),
        ("建立", {"absence": "未填报"}, "：缺2022年的现状（未填报），无数据", "：缺2022年的现状（未填报）"),
        ("建立", {"statement": "已建立", "attests": "建立=已建立"}, "：原文载明“已建立”，达标", "：原文载明“已建立”"),
    ],
)  # fmt: skip
def test_reason(wording: str, observed: dict[str, Any], answer: str, derivation: str | None) -> None:
    """The first sentence says what was measured, quoted or missing, against what and by how much, and ends in the
    verdict; the derivation names the wording and what decided it (None: what is missing, and that no words stand for it).
    """
    told, word = judged(one_item(wording, {YEAR: observed}))[2], answer.rpartition("，")[2]
    missing = answer.rpartition("，")[0] + "，现状原文也没有写明"
    derived = missing if derivation is None else derivation
    assert told == f"子项1{answer}。依据：要求“{wording}”{derived}，{word}。"


@pytest.mark.parametrize(
    ("wording", "observed", "answer"),
    [
        ("6.5-8.5", {"value": 7}, "7，比要求的6.5高0.5，比要求的上限8.5低1.5，达标"),
        ("<20", {"value": 15}, "15，比要求的上限20低5，达标"),
        ("低于全省平均", {"value": 15, "benchmark": "20", "benchmark_kind": "level"}, "15，比全省平均20低5，达标"),
        ("不超过控制目标值", {"value": 15, "assigned_target": "20"}, "15，比下达目标20低5，达标"),
    ],
)  # fmt: skip
def test_less_is_not_better_where_the_plan_takes_no_side(wording: str, observed: dict[str, Any], answer: str) -> None:
    """A pH below the upper limit was said to be better than it, though it may be below the lower one too."""
    told = judged(one_item(wording, {YEAR: observed}, unit="-", polarity="none", name="pH值"))[2]
    assert told.partition("。")[0] == f"pH值{answer}"


def test_figures_that_are_cut_are_told_in_the_derivation() -> None:
    """A long series was cut in the first sentence, within a number too, and told nowhere: neither the year nor its change."""
    name, unit = "规模以上工业企业单位工业增加值综合能源消耗总量", "吨标准煤/万元"
    rows = series(12.5131, 12.4572, 12.404, 12.3, 12.31)
    told = judged(one_item("近五年逐年下降", rows, unit=unit, polarity="less", name=name))[2]
    whole = "、".join(f"{year}年{row['value']}{unit}" for year, row in rows.items())
    assert told == (
        f"{name}：2018年12.5131{unit}、2019年12.4572{unit}、2020年…，未达标。"
        f"依据：要求“近五年逐年下降”：{whole}，近5年没有逐年下降，未达标。"
    )


SINCE = {2020: {"value": 80}, 2021: {"value": 90}, YEAR: {"value": 84}}


@pytest.mark.parametrize(
    ("wording", "unit", "expected", "reason"),
    [
        # the named year, not the year before
        ("不低于2020年水平", "公里", M, "为84公里，比2020年的80公里上升4公里"),
        ("较2020年下降", "公里", U, None), ("不高于2020年水平", "公里", U, None), ("较2020年提高", "公里", M, None),
        ("较2020年提高5%", "公里", M, "为84公里，比2020年的80公里上升5%，符合“较2020年上升≥5%”"),
        ("较2020年提高5.1%以上", "公里", U, None), ("较2020年累计提高4%以上", "公里", M, None),
        ("较2020年提高4个百分点", "%", M, None), ("较2020年提高4.1个百分点", "%", U, None),
        ("较2020年提高，提高幅度≥5%", "公里", M, None), ("较2020年提高，提高幅度≥6%", "公里", U, None),
        # nothing known of that year, or not later than it
        ("较2019年提高", "公里", N, "：缺2019年可比的数值"),
        ("较1999年提高5%", "公里", N, "：缺1999年可比的数值"),
        ("不低于2022年水平", "公里", N, "：2022年不晚于要求所比的2022年"),
        ("较2025年提高5%", "公里", N, "：2022年不晚于要求所比的2025年"),
        # percent of what has no unit
        ("较2020年提高5%", None, N, None),
    ],
)  # fmt: skip
def test_change_since_a_year(wording: str, unit: str | None, expected: tuple[str, str], reason: str | None) -> None:
    """A change since a named year compares with the value of that year, of the same measure and unit."""
    verdict, basis, told = judged(one_item(wording, SINCE, unit=unit))
    assert (verdict, basis) == expected
    if reason:
        assert told.startswith(f"子项1{reason}，{Verdict(verdict).chinese}。")


def test_change_since_a_year_of_another_measure() -> None:
    """Another measure, or another unit, in the year that is compared with: nothing to compare."""
    for other in ({"measure": "别的量"}, {"unit": "米"}):
        rows = {2020: {"value": 80, **other}, YEAR: {"value": 84}}
        assert judged(one_item("不低于2020年水平", rows, unit="公里"))[:2] == N


@pytest.mark.parametrize(
    ("wording", "kind", "value", "expected"),
    [
        ("高于全国平均值", "level_national", 80, M), ("高于全国平均值", "level_national", 95, U), ("高于全国平均值", "level", 80, N),
        ("高于全国平均值", "level_city", 80, N), ("高于全省平均值", "level_national", 80, N), ("高于全市平均", "level_city", 80, M),
        ("高于全市平均", "change_city", 80, N), ("增长幅度高于全国平均", "change_national", 5, M), ("增长幅度高于全国平均", "rate_national", 5, M),
        ("增长幅度高于全国平均", "rate_national", 13, U), ("增长幅度高于全国平均", "change", 5, N), ("增长幅度高于全省平均", "rate_city", 5, N),
    ],
)  # fmt: skip
def test_average_of_another_scope(wording: str, kind: str, value: float, expected: tuple[str, str]) -> None:
    """Only the average over what the wording names is compared; the reason names it."""
    rows = {2021: {"value": 80}, YEAR: {"value": 90, "benchmark": str(value), "benchmark_kind": kind}}
    verdict, basis, reason = judged(one_item(wording, rows, unit="公里"))
    assert (verdict, basis) == expected
    scope = wording[wording.index("全") :][:2]
    assert f"{scope}平均" in reason if expected != N else "，与要求所比的不同，无数据。" in reason
    bare = {2021: {"value": 80}, YEAR: {"value": 90}}
    assert judged(one_item(wording, bare, unit="公里"))[2].startswith(f"子项1：缺{scope}平均，无数据。")


@pytest.mark.parametrize(
    ("wording", "name", "expected"),
    [
        ("△EQI>-1", "△EQI", M), ("△EQI>-1", "ΔEQI（较上年）", M), ("△EQI>-1", "生态质量指数变化（△EQI）", M), ("△EQI>-1", "EQI", N),
        ("△EQI>-1", "生态质量指数", N), ("△EQI>-1", None, N), ("△EQI>1", "△EQI", U), ("EQI≥-1", "EQI", M), ("EQI≥-1", "生态质量指数（EQI）", M),
        ("EQI≥-1", "△EQI", N), ("EQI≥-1", "EQI变化", N), ("EQI≥-1", "EQI（较上年变化）", N), ("EQI≥-1", "生态质量变化幅度（EQI）", N),
        ("PM2.5≤25", "PM2.5浓度", M), ("PM2.5≤25", "PM25浓度", N), ("△EQI>-1%", "△EQI", N),
    ],
)  # fmt: skip
def test_named_quantity(wording: str, name: str | None, expected: tuple[str, str]) -> None:
    """A limit on a quantity that is named holds or not only where just that was measured; no change is computed for it."""
    rows = {2021: {"value": 1}, YEAR: {"value": 0.5, "measure": name}}
    assert judged(one_item(wording, rows, unit="-"))[:2] == expected


@pytest.mark.parametrize("unit", ["-", "－", "–", "—", "——", "/"])
def test_marks_of_no_unit(unit: str) -> None:
    """Standards print them where no unit is: it may be a percentage, so that a change by % is not read; no mark is shown."""
    for wording in ("较2021年下降10%以上", "年均下降10%以上", "持续下降且年均下降幅度≥10%"):
        assert judged(one_item(wording, series(100, 85), unit=unit, polarity="less"))[:2] == N
    assert judged(one_item("≥80", series(100, 85), unit=unit))[2].startswith("子项1为85，比要求的80高5，达标。")


@pytest.mark.parametrize("unit", ["%", "％", "﹪"])
def test_every_form_of_the_percent_sign(unit: str) -> None:
    """Of a percentage a change is read in points, not in %, however its unit is written."""
    assert judged(one_item("较2021年提高5个百分点", series(80, 85), unit=unit))[:2] == M
    [refusal] = refusals(one_item("较2021年提高5%", series(80, 85), unit=unit)).values()
    assert refusal.reason == "指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点"


def test_units_in_two_ways_of_writing() -> None:
    """公里 and km are one unit; 万亩 is not 亩."""
    for unit, wording, expected in (
        ("km", "≥20公里", M),
        ("公里", "≥20km", M),
        ("μg/m³", "≥20微克/立方米", M),
        ("亩", "≥20万亩", N),
    ):
        assert judged(one_item(wording, series(20), unit=unit))[:2] == expected


def test_two_years_instead_of_three_are_told() -> None:
    """With only two years the reason says so."""
    assert judged(one_item("逐年上升", series(1, 2), unit="公里"))[2] == (
        "子项1为2公里，比上年的1公里上升1公里（只有两年数据），达标。依据：要求“逐年上升”，按2022年的数据判定，达标。"
    )


# --- levels, versions, years, targets ----------------------------------------------------------------------------


def test_levels_that_measure_different_things() -> None:
    """An observation for one level counts for that level alone."""
    plan = tiny_plan(
        items=(item("1"),),
        requirements=(requirement("1", "national", "≥60"), requirement("1", "provincial", "≥60")),
        targets=(target("1", 2025, "≥60"), target("1", 2030, "≥70")),
        observations={YEAR: (observation("1", 61, level="provincial"),)},
    )
    assert judged(plan, level="national")[:2] == N
    assert judged(plan, level="provincial")[:2] == M
    both = tiny_plan(
        items=plan.items,
        requirements=plan.requirements,
        targets=plan.targets,
        observations={YEAR: (observation("1", 50, level="national"), observation("1", 61, level="provincial"))},
    )
    assert (judged(both, level="national")[0], judged(both, level="provincial")[0]) == ("unmet", "met")
    # The targets repeat the provincial wording where the levels differ.
    assert assess(both, YEAR, against="target").items["verdict"].tolist() == ["met", "unmet"]


def test_a_later_requirement_holds_from_its_year_on() -> None:
    """Each year is judged by the wording in force; years before the base year, by that of the base year."""
    plan = tiny_plan(
        items=(item("1"),),
        requirements=(
            requirement("1", "national", "≥90", from_year=2024),
            requirement("1", "national", "≥80", from_year=2022),
            requirement("1", "provincial", "≥80", from_year=2023),
        ),
        targets=(target("1", 2025, "≥90"), target("1", 2030, "100")),
        observations={year: (observation("1", 85),) for year in (2020, 2021, 2022, 2023, 2024, 2025)},
    )
    assert [judged(plan, year)[0] for year in plan.years] == ["met"] * 4 + ["unmet"] * 2
    assert [judged(plan, year, "provincial")[0] for year in plan.years] == ["not_applicable"] * 3 + ["met"] * 3
    assert "依据：要求“≥90”，" in judged(plan, 2024)[2]


def test_a_year_without_observations_is_refused() -> None:
    """An unknown year says which years exist and how to add one."""
    with pytest.raises(UnknownYear) as error:
        assess(tiny_plan(), 2029)
    assert str(error.value) == (
        "没有 2029 年的数据。已有数据的年份：2021、2022。新增年份：运行 cixi workbook 2029 得到填报工作簿，"
        "填写后依次运行 cixi check 和 cixi import。"
    )


def test_an_item_without_a_row_is_told_by_year() -> None:
    """Before the base year a missing row is 原文未列, from then on 未填报."""
    plan = tiny_plan(observations={2021: (observation("2.1", 84),), 2023: (observation("2.1", 84),)})
    for year, word in ((2021, "原文未列"), (2023, "未填报")):
        table = assess(plan, year).items
        assert word in table.loc[table["item_id"] == "2.2", "reason"].iloc[1]


def test_the_tiny_plan() -> None:
    """Items first, then indicators, in the plan's order; basis empty exactly for no_data and not_applicable."""
    table = assess(tiny_plan(), YEAR).table
    assert table[["indicator", "item_id", "level", "verdict", "basis"]].to_numpy().tolist() == [
        [1, "1", "national", "met", "attested"],
        [1, "1", "provincial", "met", "attested"],
        [2, "2.1", "national", "met", "measured"],
        [2, "2.1", "provincial", "unmet", "measured"],
        [2, "2.2", "national", "not_applicable", ""],
        [2, "2.2", "provincial", "unmet", "measured"],
        [3, "3", "national", "no_data", ""],
        [3, "3", "provincial", "not_applicable", ""],
        [1, "", "national", "met", "attested"],
        [1, "", "provincial", "met", "attested"],
        [2, "", "national", "met", "measured"],
        [2, "", "provincial", "unmet", "measured"],
        [3, "", "national", "no_data", ""],
        [3, "", "provincial", "not_applicable", ""],
    ]
    assert (table["reason"] != "").all()
    assert list(table.columns) == ["indicator", "item_id", "level", "verdict", "basis", "reason"]


def test_tally() -> None:
    """Indicators by level and verdict, nothing not filled in; "/" is in neither numerator nor denominator."""
    table = tally(assess(tiny_plan(), YEAR))
    assert list(table) == ["level", "applicable", "met", "unmet", "no_data", "not_filled_in"]
    assert table.to_numpy().tolist() == [
        ["national", 3, 2, 0, 1, 0],
        ["provincial", 2, 1, 1, 0, 0],
    ]
    by = tally(assess(tiny_plan(), YEAR), by="attribute").to_numpy().tolist()
    assert by == [
        ["national", "binding", 2, 2, 0, 0, 0],
        ["provincial", "binding", 2, 1, 1, 0, 0],
        ["national", "reference", 1, 0, 0, 1, 0],
    ]
    off = tally_without_each_convention(tiny_plan(), YEAR)
    assert off["convention"].unique().tolist() == ["", *map(str, Convention), "all"]
    assert (off.loc[off["level"] == "national", ["met", "unmet", "no_data"]] == [2, 0, 1]).all(axis=None)


NOBODY = {"absence": "未填报"}


@pytest.mark.parametrize(
    ("rows", "items", "indicator"),
    [
        ({"2.1": {"value": 91}}, {"2.1": "met", "2.2": "not_filled_in"}, "not_filled_in"),
        ({}, {"2.1": "not_filled_in", "2.2": "not_filled_in"}, "not_filled_in"),
        ({"2.1": NOBODY, "2.2": NOBODY}, {"2.1": "not_filled_in", "2.2": "not_filled_in"}, "not_filled_in"),
        ({"2.1": {"absence": "暂无数据"}}, {"2.1": "no_data", "2.2": "not_filled_in"}, "no_data"),
        ({"2.1": {"value": 70}}, {"2.1": "unmet", "2.2": "not_filled_in"}, "unmet"),
    ],
)
def test_status(rows: dict[str, dict[str, Any]], items: dict[str, str], indicator: str) -> None:
    """无数据 is 未填报 where nobody has entered the item; of an indicator where all its items without data are."""
    own = (observation("1", statement="建立", attests="建立"), *(observation(i, **r) for i, r in rows.items()))
    plan = tiny_plan(observations={YEAR: tiny_plan().observations[YEAR], 2023: own})
    assessment = assess(plan, 2023)
    assert {i: str(assessment.status(2, "provincial", i)) for i in items} == items
    assert assessment.status(2, "provincial") == indicator
    assert assessment.status(3, "provincial") == "not_applicable"
    counted = tally(assessment).set_index("level").loc["provincial"]
    assert counted.drop("applicable").sum() == counted["applicable"] == 2
    assert counted[indicator] == 1 + (indicator == "met")


def test_nothing_is_not_filled_in_before_the_base_year() -> None:
    """What the plan does not print of an earlier year is 无数据: nobody was asked to fill it in."""
    assert (tally(assess(tiny_plan(), 2021))["not_filled_in"] == 0).all()


# --- panels ------------------------------------------------------------------------------------------------------

#: Everything that can decide: numbers with gaps, words, absences, targets, averages.
PANEL_PLAN = tiny_plan(
    items=(
        item("1"),
        item("2", unit="吨", polarity="less"),
        item("3", unit="-", polarity="none"),
        item("4"),
    ),
    requirements=(
        requirement("1", "national", "≥80且逐年上升"),
        requirement("1", "provincial", "高于全省平均值，或逐年上升"),
        requirement("2", "national", "≤25.4或持续下降且年均下降幅度≥3.5%"),
        requirement("2", "provincial", "完成上级下达的年度目标；保持稳定或持续改善"),
        requirement("3", "national", "建立"),
        requirement("3", "provincial", "建立", from_year=2022),
        requirement("3", "provincial", "/", from_year=2023),
        requirement("4", "national", "Ⅲ类"),
        requirement("4", "provincial", "保持稳定或持续改善"),
    ),
    targets=tuple(target(i, y, "建立") for i in "1234" for y in (2025, 2030)),
    conventions=(convention("none-assigned"), convention("full"), convention("nothing-there", item_id="3")),
)
YEARS = range(2020, 2024)
REGIONS = ("甲县", "乙县", "丙县")

observed_numbers = st.sampled_from([None, 20, 25.4, 25.5, 79.9, 80, 81, 100])
rows_of_items = {
    "1": st.fixed_dictionaries({"value": observed_numbers, "benchmark": st.sampled_from([None, "80"])}),
    "2": st.fixed_dictionaries({"value": observed_numbers, "assigned_target": st.sampled_from([None, "≤25.4", "上级未下达"])}),
    "3": st.sampled_from([{"attests": "建立"}, {"denies": "建立"}, {"absence": "未发现"}, {"absence": "暂无数据"}]),
    "4": st.fixed_dictionaries({"value": st.sampled_from([None, "Ⅱ", "Ⅲ", "Ⅳ"])}),
}  # fmt: skip


@st.composite
def counties(draw: st.DrawFn) -> dict[int, tuple[Observation, ...]]:
    """The observations of one made-up region."""
    years: dict[int, tuple[Observation, ...]] = {}
    for year in YEARS:
        rows = []
        for item_id, row in rows_of_items.items():
            columns: dict[str, Any] = dict(draw(row))
            value = columns.pop("value", None)
            if value is None and draw(st.booleans()):
                continue  # no row at all
            if columns.get("benchmark"):
                columns["benchmark_kind"] = "level"
            if isinstance(value, str):
                columns |= {"unit": "类", "polarity": "less"}
            elif value is None and "absence" not in columns:
                columns |= {"statement": "建立"}
            rows.append(observation(item_id, value, **columns))
        years[year] = tuple(rows)
    return years


def panel_of(counties_: dict[str, dict[int, tuple[Observation, ...]]], shuffled: Any = None) -> Panel:
    records = [
        (region, year, *row.model_dump().values())
        for region, years in counties_.items()
        for year, rows in years.items()
        for row in rows
    ]
    if shuffled:
        shuffled.shuffle(records)
    table = pd.DataFrame(records, columns=list(COLUMNS), dtype=object)
    return Panel(PANEL_PLAN, tuple(counties_), YEARS, table)


def outcome(panel: Panel) -> dict[tuple[str, str], tuple[list[list[int]], list[list[int]]]]:
    return {(j.item.item_id, j.level): (j.verdict.tolist(), j.basis.tolist()) for j in judge_panel(PANEL_PLAN, panel)}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.tuples(counties(), counties(), counties()), st.randoms())
def test_a_panel_is_its_counties_one_by_one(drawn: tuple[Any, ...], random: Any) -> None:
    """Many regions and years at once give what each region gives alone, whatever the order of the rows."""
    regions = dict(zip(REGIONS, drawn, strict=True))
    result = outcome(panel_of(regions))
    for number, (region, years) in enumerate(regions.items()):
        alone = outcome(panel_of({region: years}))
        for key, (verdicts, bases) in result.items():
            assert ([verdicts[number]], [bases[number]]) == alone[key]
    assert outcome(panel_of(regions, random)) == result


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(counties())
def test_a_county_is_a_panel_of_one(years: dict[int, tuple[Observation, ...]]) -> None:
    """``assess`` and a panel of one region say the same of every year that has observations."""
    plan = tiny_plan(
        **{f: getattr(PANEL_PLAN, f) for f in ("items", "requirements", "targets", "conventions")}, observations=years
    )
    result = outcome(panel_of({plan.frame.region: years}))
    words = {UNMET: "unmet", NO_DATA: "no_data", MET: "met", NOT_APPLICABLE: "not_applicable"}
    for year in plan.years:
        try:
            table = assess(plan, year).items
        except DataError:
            continue  # words against numbers
        at = YEARS.index(year)
        for row in table.itertuples():
            assert row.verdict == words[result[row.item_id, row.level][0][0][at]]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(counties(), st.sampled_from(["子项", "“千吨万人”以上集中式饮用水水源地水质优良比例", "长" * 60]))
def test_sentences_of_generated_findings(years: dict[int, tuple[Observation, ...]], name: str) -> None:
    """Whatever is known, each first sentence has at most 80 characters and the verdict in words; each part of the
    derivation ends in its own, and the verdict follows from those of the parts.
    """
    items = tuple(one.model_copy(update={"name": name}) for one in PANEL_PLAN.items)
    columns = {f: getattr(PANEL_PLAN, f) for f in ("requirements", "targets", "conventions")}
    plan = tiny_plan(**columns, items=items, observations=years)
    for year in plan.years:
        try:
            assessment = assess(plan, year)
        except DataError:
            continue  # words against numbers
        for why, verdict in zip(assessment.reasons, assessment.table["verdict"], strict=True):
            assert why.verdict == verdict
            assert len(why.sentence) <= 80
            check_parts(why)


def check_parts(why: Explanation) -> None:
    assert why.sentence.endswith(why.verdict.chinese) or why.sentence == "原表为“/”"
    order = [Verdict.UNMET, Verdict.NO_DATA, Verdict.MET]
    if len(why.parts) > 1:
        weakest = max if "满足一项即可" in why.sentence else min
        assert why.verdict is weakest((part.verdict for part in why.parts), key=order.index)
    elif why.parts:
        assert why.parts[0].verdict is why.verdict
    for part in why.parts:
        check_parts(part)


def test_years_outside_the_window_do_not_matter() -> None:
    """A verdict needs only its window: later years never change it."""
    plan = tiny_plan()
    longer = tiny_plan(observations={**plan.observations, 2023: (observation("2.1", 1), observation("2.2", 99))})
    assert assess(plan, YEAR).table.equals(assess(longer, YEAR).table)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("甲县", 2022, "1"), ("乙县", 2022, "1")], "面板里没有“region”为 乙县 的位置，表中却有这样的行"),
        ([("甲县", 2019, "1")], "面板里没有“year”为 2019 的位置，表中却有这样的行"),
        ([("甲县", 2022, "1"), ("甲县", 2022, "1")], "甲县 2022 年 1 有两行"),
    ],
)
def test_a_panel_refuses_rows_it_cannot_place(rows: list[tuple[str, int, str]], message: str) -> None:
    """No row lands in another region's or year's place, and none replaces another."""
    table = pd.DataFrame(rows, columns=["region", "year", "item_id"], dtype=object).reindex(columns=COLUMNS)
    with pytest.raises(ValueError, match=message):
        Panel(tiny_plan(items=(item("1"),)), ("甲县",), YEARS, table)


def test_a_panel_takes_any_way_of_writing_nothing() -> None:
    """None and NaN are both nothing, whatever types pandas inferred."""
    plan = tiny_plan()
    inferred = pd.DataFrame(county_table(plan).to_dict("list"))
    panel = Panel(plan, (plan.frame.region,), range(2021, 2023), inferred)
    for each, level in itertools.product(plan.items, plan.levels):
        one = judge_item(plan, panel, each, level)
        other = judge_item(plan, county_panel(plan), each, level)
        assert (one.verdict == other.verdict).all()


def test_verdict_words() -> None:
    """Every verdict that can come out has its word, and the one that the plan's table prints."""
    assert {v.chinese: printed(v) for v in Verdict} == {
        "达标": "是", "未达标": "否", "无数据": "无数据", "不适用": "/",
    }  # fmt: skip
    assert read("建立") == NODE


@pytest.mark.parametrize(
    ("wording", "rows", "expected"),
    [
        # 100 after 100, or after 98 and 100: a rise can no longer be asked
        ("持续提高", {2021: {"value": 100}, 2022: {"value": 100}}, ("met", "deemed")),
        ("持续提高", {2020: {"value": 98}, 2021: {"value": 100}, 2022: {"value": 100}}, ("met", "deemed")),
        ("高于全省平均", {2022: {"value": 100, "benchmark": 100, "benchmark_kind": "level"}}, ("met", "deemed")),
        # just below, the numbers decide
        ("持续提高", {2021: {"value": 99.9}, 2022: {"value": 99.9}}, ("unmet", "measured")),
        # a demand for less is none that 100 % satisfies
        ("持续下降", {2021: {"value": 100}, 2022: {"value": 100}}, ("unmet", "measured")),
        ("持续下降", {2022: {"value": 100}}, ("no_data", "")),
        ("低于全省平均", {2022: {"value": 100}}, ("no_data", "")),
        ("增长幅度≤2个百分点", {2021: {"value": 90}, 2022: {"value": 100}}, ("unmet", "measured")),
        # a fall of no more than so much is none for less
        ("下降幅度≤2个百分点", {2022: {"value": 100}}, ("met", "deemed")),
        # a limit on something else neither
        ("EQI≥40", {2022: {"value": 100}}, ("no_data", "")),
        # 100 % of something else says nothing of a limit
        ("≥90", {2022: {"value": 100, "measure": "别的量"}}, ("no_data", "")),
        # and decides nothing where target and wording contradict each other
        ("不低于控制目标值", {2022: {"value": 100, "assigned_target": "≤90"}}, ("no_data", "")),
    ],
)
def test_at_100_percent_no_more_can_be_asked(
    wording: str, rows: dict[int, dict[str, Any]], expected: tuple[str, str]
) -> None:
    """A share of 100 % satisfies any demand for more; without the convention the numbers cannot decide."""
    plan = one_item(wording, rows, conventions=(convention("full"),), target_wording=wording)
    assert judged(plan)[:2] == expected
    if expected == ("met", "deemed"):
        bare = one_item(wording, rows, target_wording=wording)
        assert judged(bare)[0] == "no_data"
        lacking = "已达100%，不能再高" if len(rows) > 1 or "benchmark" in rows[2022] else "缺2021年可比的数值"
        assert f"：{lacking}，现状原文也没有写明，无数据" in judged(bare)[2]


def test_a_clause_may_begin_with_ascii_signs() -> None:
    """The first = of an entry that is no part of >= or <= separates the clause from the words."""
    said = {"statement": "满意度超过八成", "attests": ">=80=满意度超过八成；<=90"}
    assert observation("1", **said).clauses("attests") == [(">=80", "满意度超过八成"), ("<=90", "<=90")]
    assert judged(one_item(">=80", {2022: said | {"attests": ">=80=满意度超过八成"}}))[:2] == ("met", "attested")


def test_a_later_standard_stops_no_earlier_year() -> None:
    """A wording of 2024 that nobody can read is a finding of 2024, not of 2022."""
    plan = one_item("≥90", {2022: {"value": 95}, 2024: {"value": 95}})
    later = requirement("1", "national", "力争世界领先", from_year=2024)
    plan = replace(plan, requirements=(*plan.requirements, later))
    assert judged(plan)[0] == "met"
    assert judged(plan, 2024)[0] == "no_data"
    assert "力争世界领先" in judged(plan, 2024)[2]


def test_a_limit_needs_a_number_or_a_reason() -> None:
    """Where a requirement has a limit, an empty value without a reason is a gap that is reported."""
    plan = one_item("≥90", {2022: {"statement": "情况良好"}})
    with pytest.raises(DataError, match=r"observations/2022\.csv 第2行 “value 现状值”列：现为空，也没有缺失原因"):
        assess(plan, 2022)


def test_the_unit_of_an_average_rate_is_told() -> None:
    """A benchmark that is a rate is shown in percent, one that is a change in the item's unit."""
    rows = {2021: {"value": 50}, 2022: {"value": 51, "benchmark": 0.5, "benchmark_kind": "rate"}}
    assert "比上年的50元上升2%，全省平均上升0.5%" in judged(one_item("增长幅度高于全省平均", rows, unit="元"))[2]
    rows[2022] |= {"benchmark_kind": "change"}
    assert "比上年的50元上升1元，全省平均上升0.5元" in judged(one_item("增长幅度高于全省平均", rows, unit="元"))[2]


@pytest.mark.parametrize(
    ("wording", "values", "average", "words"),
    [
        ("增长幅度高于全省平均", (50, 50), -0.6, "与上年的50吨持平，全省平均下降0.6%"),
        ("增长幅度高于全省平均", (50, 51), 0, "比上年的50吨上升2%，全省平均持平"),
        # four digits would not show why
        ("增长幅度高于全省平均", (100000, 101900.1), 1.9, "上升1.9001%，全省平均上升1.9%"),
        ("年均下降幅度<1.9%", (100000, 98100.1), 0, "年均下降1.8999%，符合"),
        ("年均上升≥3%", (50, 50), 0, "由50吨起1年间年均持平，不符合"),
        ("较上年上升≥3%", (50, 50), 0, "与上年的50吨持平，不符合"),
    ],
)
def test_a_change_in_percent_is_told_as_it_was_compared(
    wording: str, values: tuple[float, float], average: float, words: str
) -> None:
    """No change is called a rise, and no rounding makes a change seem equal to what it is compared with."""
    rows = {YEAR - 1: {"value": values[0]}, YEAR: {"value": values[1], "benchmark": average, "benchmark_kind": "rate"}}
    assert words in judged(one_item(wording, rows, unit="吨"))[2]


@pytest.mark.parametrize("into", ["array", "values", "to_numpy"])
def test_what_is_remembered_cannot_be_changed(into: str) -> None:
    """Pages of one process share what is remembered: writing into a table changes that table alone."""
    plan = tiny_plan()
    first = assess(plan, YEAR).table
    cells = getattr(first["verdict"], into)
    (cells() if callable(cells) else cells)[:] = "?"
    assert set(first["verdict"]) == {"?"}
    assert "?" not in set(assess(plan, YEAR).table["verdict"])
    with pytest.raises(ValueError, match="read-only"):
        judgements(plan, YEAR, REQUIREMENT, ())[0].verdict[:] = 0


@pytest.mark.parametrize("until", [2020, 2021, 2022])
def test_years_judged_in_one_pass(plan: Plan, until: int) -> None:
    """``until`` changes no verdict, an earlier year neither."""
    pd.testing.assert_frame_equal(assess(plan, 2021, until=until).table, assess(plan, 2021).table)
