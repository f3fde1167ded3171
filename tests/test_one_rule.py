"""What was measured, in which unit, and which way a change goes: verdicts, margins, trends, changes, dossiers and
exports hold to one rule each.

The expected values are derived anew from rows and wordings here, or from verdicts, never from the code under test.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_flips import alone
from tiny import item, observation, requirement, target, tiny_plan

from cixi_analysis.analysis.changes import changes
from cixi_analysis.analysis.dossier import dossier, facts
from cixi_analysis.analysis.flips import missing_data
from cixi_analysis.analysis.trend import margins, trends
from cixi_analysis.assessment import assess, read_wordings, wordings
from cixi_analysis.errors import DataError
from cixi_analysis.export import write_json
from cixi_analysis.export.figures import Figures
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.sheets import domain_sheets
from cixi_analysis.form.writing import write_form
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Requirement, Term
from cixi_analysis.presentation.trend_tables import water_classes
from cixi_analysis.requirement.tree import AllOf, AssignedTarget, Bound, demanded_bounds
from cixi_analysis.words import WATER_CLASSES

YEAR = 2022
PROVINCIAL_NAME = "农村饮用水达标人口覆盖率"
Verdicts = dict[tuple[str, str], tuple[str, str]]


def verdicts(plan: Plan, year: int, against: str = "requirement") -> Verdicts:
    """(item, level) → (verdict, basis)."""
    rows = assess(plan, year, against=against).items
    return {(r.item_id, str(r.level)): (r.verdict, r.basis) for r in rows.itertuples()}


def with_row(plan: Plan, item_id: str, **columns: Any) -> Plan:
    """The plan with other cells in an item's row of 2022."""
    rows = tuple(o.model_copy(update=columns) if o.item_id == item_id else o for o in plan.observations[YEAR])
    return replace(plan, observations={**plan.observations, YEAR: rows})


def expected_margins(plan: Plan, year: int) -> list[tuple[str, str, str, float]]:
    """(item, level, bound, margin), from the rows and the wordings alone."""
    found = []
    for one in plan.items:
        for level in plan.levels:
            row = plan.observation(one.item_id, year, level)
            asked = plan.requirement(one.item_id, level, year)
            node = read_wordings(plan)[asked].node if asked else None
            if row is None or row.value is None or row.value in WATER_CLASSES or node is None:
                continue
            own = asked.measure or one.name
            unit, polarity = row.unit or one.unit or "", row.polarity or one.polarity
            for bound in demanded_bounds(node):
                side = {"≥": 1, ">": 1, "≤": -1, "<": -1, "": {"more": 1, "less": -1, "none": 0}[polarity]}
                if row.measure in (None, own) and unit == (bound.unit or one.unit or "") and side[bound.comparator]:
                    over = round(side[bound.comparator] * (float(row.value) - bound.limit), 9)
                    found.append((one.item_id, str(level), str(bound), over))
            given = re.fullmatch(r"([≥≤]?)(\d+(?:\.\d+)?)", row.assigned_target or "")
            demanded = node.parts if isinstance(node, AllOf) else (node,)
            if given and any(isinstance(part, AssignedTarget) for part in demanded):
                side = {"≥": 1, "≤": -1, "": {"more": 1, "less": -1}[polarity]}
                over = round(side[given[1]] * (float(row.value) - float(given[2])), 9)
                found.append((one.item_id, str(level), f"下达目标{row.assigned_target}", over))
    return found


def check_margins(plan: Plan, year: int) -> None:
    """A margin exists exactly where the bound is decided by the number, and its sign is the verdict's."""
    frame = margins(plan, year)
    own = [(r.item_id, r.level, r.bound, round(r.margin, 9)) for r in frame.itertuples()]
    assert own == expected_margins(plan, year)
    judged = verdicts(plan, year)
    for one in plan.items:
        for level in plan.levels:
            node = next((wording.node for wording in wordings(plan, one, level) if year in wording.years), None)
            if not isinstance(node, Bound | AssignedTarget):
                continue
            rows = frame[(frame["item_id"] == one.item_id) & (frame["level"] == level)]
            verdict, basis = judged[one.item_id, level]
            assert (basis == "measured") == (len(rows) == 1), (one.item_id, level)
            if len(rows):
                over = rows["margin"].item()
                assert (
                    (verdict == "met")
                    == rows["met"].item()
                    == (over > 0 if node.comparator in (">", "<") else over >= 0)
                )


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022])
def test_margins_are_those_of_the_verdicts(plan: Plan, year: int) -> None:
    """Real data, every item and level."""
    check_margins(plan, year)


@pytest.mark.parametrize(
    ("columns", "national", "provincial"),
    [
        ({"value": "96"}, ("unmet", [-4.0]), ("met", [1.0])),
        # the provincial level's own name is not the national one's, and the other way round
        ({"value": "96", "measure": PROVINCIAL_NAME}, ("no_data", []), ("met", [1.0])),
        ({"value": "96", "measure": "村镇饮用水卫生合格率"}, ("unmet", [-4.0]), ("no_data", [])),
        ({"value": "96", "measure": "别的量"}, ("no_data", []), ("no_data", [])),
        ({"value": "96", "unit": "个"}, ("no_data", []), ("no_data", [])),
        ({"value": "96", "level": "provincial"}, ("no_data", []), ("met", [1.0])),
        ({"value": "96", "level": "national"}, ("unmet", [-4.0]), ("no_data", [])),
    ],
)
def test_the_item_itself_depends_on_the_level(
    plan: Plan, columns: dict[str, Any], national: tuple[str, list[float]], provincial: tuple[str, list[float]]
) -> None:
    """36 has a name for each level: verdicts, margins, pace, dossier and export agree on what was measured."""
    plan = alone(with_row(plan, "36", **columns), "36")
    check_margins(plan, YEAR)
    found = dossier(plan, 36, YEAR)
    for level, (verdict, over) in (("national", national), ("provincial", provincial)):
        assert verdicts(plan, YEAR)["36", level][0] == verdict
        for frame in (margins(plan, YEAR), found.margins):
            assert frame[(frame["item_id"] == "36") & (frame["level"] == level)]["margin"].tolist() == over
        told = found.verdicts.query("year == @YEAR and item_id == '36' and level == @level")
        assert told["verdict"].tolist() == [verdict]
    # the targets are held against what the provincial level measures
    compared = provincial[0] != "no_data"
    assert (verdicts(plan, YEAR, "target")["36", "2025"][1] == "measured") == compared
    with TemporaryDirectory() as folder:
        write_json(Figures(plan, YEAR), Path(folder) / "all.json")
        exported = json.loads((Path(folder) / "all.json").read_text("utf-8"))["trend"]
    for rows in (trends(plan, YEAR), found.trends, pd.DataFrame(exported)):
        own = rows[rows["item_id"] == "36"]
        assert own["target_year"].notna().any() == compared
        assert own["target_year"].isna().all() != compared


@pytest.mark.parametrize("year", [2020, 2021, 2022])
def test_a_target_is_reached_where_the_assessment_says_so(plan: Plan, year: int) -> None:
    """Real data: pace of each numeric target against the verdict of the series' last year."""
    compared = set()
    for row in trends(plan, year).dropna(subset="target_year").itertuples():
        (asked,) = (t for t in plan.targets if (t.item_id, t.year) == (row.item_id, row.target_year))
        if isinstance(read_wordings(plan)[asked].node, Bound):
            verdict, basis = verdicts(plan, row.last_year, "target")[row.item_id, str(row.target_year)]
            assert (basis, verdict == "met") == ("measured", row.pace == "reached"), row
            compared.add((row.item_id, str(row.target_year)))
    measured = {
        (t.item_id, str(t.year))
        for t in plan.targets
        if isinstance(read_wordings(plan)[t].node, Bound)
        and verdicts(plan, year, "target")[t.item_id, str(t.year)][1] == "measured"
    }
    assert measured or year < YEAR
    assert measured <= compared


# --- the direction of a change -----------------------------------------------------------------------------------


def by_level(wording: str) -> tuple[Requirement, ...]:
    """Item 1 is measured by a name of its own at the provincial level."""
    return requirement("1", "national", wording), requirement("1", "provincial", wording, measure="省级名称")


numbers = st.sampled_from([0.1 + 0.2, 0.3, 0.0, 80.83, 83.83, 83.83 + 1e-13, 90.0, -5.0, 1e9])
classes = st.sampled_from([*WATER_CLASSES])
OTHER = st.sampled_from([{}, {"measure": "子项1"}, {"measure": "省级名称"}, {"measure": "别的量"}, {"unit": "个"}])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.tuples(numbers, numbers) | st.tuples(classes, classes),
    st.tuples(OTHER, OTHER),
    st.sampled_from(["more", "less", "none"]),
    st.booleans(),
)
@example((0.1 + 0.2, 0.3), ({}, {}), "more", False)  # equal but for the noise of binary arithmetic
@example((83.83, 83.83 + 1e-13), ({}, {}), "less", True)
@example(("Ⅳ", "Ⅲ"), ({}, {}), "less", True)
@example((1e9, 0.0), ({}, {"measure": "省级名称"}), "more", False)  # alike at one level only
def test_direction_is_that_of_the_verdicts(
    values: tuple[Any, Any], cells: tuple[dict[str, Any], ...], polarity: str, own_direction: bool
) -> None:
    """优于上年 and 保持稳定 tell better, equal and worse apart: changes and series say the same, or nothing."""
    of_class = isinstance(values[0], str)
    rows = {
        year: (
            observation("1", value, **own | ({"unit": "类"} if of_class else {}) | ({"polarity": polarity} if own_direction else {})),
        )
        for year, value, own in zip((2021, YEAR), values, cells, strict=True)
    }  # fmt: skip
    one = item("1", polarity="more" if own_direction else polarity)

    def plan(wording: str) -> Plan:
        return tiny_plan(
            items=(one,),
            requirements=by_level(wording),
            targets=tuple(target("1", year, "建立") for year in (2025, 2030)),
            conventions=(),
            observations=rows,
        )

    verdict = [assess(plan(wording), YEAR).items["verdict"] for wording in ("优于上年", "保持稳定或持续改善")]
    words = {("met", "met"): "improving", ("unmet", "met"): "flat", ("unmet", "unmet"): "worsening"}
    national, provincial = (words.get(pair, "") for pair in zip(*verdict, strict=True))
    expected = national if national == provincial else ""  # like at one level only: not compared
    value = changes(plan("建立"), YEAR).values.iloc[0]
    assert value["direction"] == expected
    if polarity != "none":
        assert (value["incomparable"] != "") == (expected == "")
    if not of_class:
        line = trends(plan("建立"), YEAR).fillna({"direction": ""}).iloc[0]
        assert (line["direction"], line["points"]) == (expected, 1 if value["incomparable"] else 2)


def test_the_words_of_what_cannot_be_compared() -> None:
    """The levels' names, units and directions as they differ."""
    plan = tiny_plan(items=(item("1"),), requirements=by_level("≥5"), targets=())
    for before, after, expected in (
        ({}, {"measure": "子项1"}, "2021年实测的是省级名称（%），2022年实测的是子项1（%）"),
        ({}, {"measure": "省级名称"}, "2021年实测的是子项1（%），2022年实测的是省级名称（%）"),
        ({}, {"unit": "个"}, "2021年实测的是子项1（%），2022年实测的是子项1（个）"),
        ({}, {"polarity": "less"}, "2021年实测的是子项1（%），2022年实测的是子项1（%），方向不同"),
        ({"measure": "别"}, {"measure": "别"}, ""),
    ):
        rows = {2021: (observation("1", 1, **before),), YEAR: (observation("1", 2, **after),)}
        assert changes(replace(plan, observations=rows), YEAR).values["incomparable"].tolist() == [expected]


def one_item(wording: str, observed: dict[int, dict[str, Any]], **columns: Any) -> Plan:
    """Item 1, at the national level, with an observation a year."""
    rows = {year: (observation("1", **cells),) for year, cells in observed.items()}
    own = {"items": (item("1", **columns),), "requirements": (requirement("1", "national", wording),)}
    return tiny_plan(**own, targets=(), conventions=(), links=(), observations=rows)


def test_a_unit_that_the_project_adds_is_one_unit_everywhere() -> None:
    """里程数 stands for 公里 in this project: for limits, for changes, for trends."""
    plan = one_item("≥9公里且不下降", {2021: {"value": 10, "unit": "里程数"}, YEAR: {"value": 12}}, unit="公里")
    term = Term.model_validate({"kind": "unit", "word": "里程数", "stands_for": "公里", "source": "本县"})
    for known, verdict, points in (((), "no_data", 1), ((term,), "met", 2)):
        own = replace(plan, vocabulary=known)
        assert verdicts(own, YEAR)["1", "national"][0] == verdict
        assert trends(own, YEAR)["points"].tolist() == [points]
        assert changes(own, YEAR).values["change"].notna().tolist() == [points == 2]


@pytest.mark.parametrize(
    ("before", "after", "polarity", "told"),
    [
        ({}, {}, "less", "（子项1）：2021年Ⅳ类，2022年Ⅲ类，＋ 改善。"),
        ({}, {}, "none", "（子项1）：2021年Ⅳ类，2022年Ⅲ类，＋ 改善。"),
        ({}, {}, "more", "（子项1）：2021年Ⅳ类，2022年Ⅲ类，＋ 改善。"),
        (
            {"measure": "甲断面"},
            {"measure": "乙断面"},
            "less",
            "（乙断面）：2022年Ⅲ类，只有一个年份，谈不上变化；到2021年为止另测的是甲断面（类），不与此相连。",
        ),
    ],
)
def test_water_classes_are_compared_as_numbers_are(
    before: dict[str, Any], after: dict[str, Any], polarity: str, told: str
) -> None:
    """Ⅰ is best whatever the item's direction. What was measured at two rivers makes no change, neither in the list of
    classes nor in the changes.
    """
    observed = {2021: {"value": "Ⅳ", "unit": "类"} | before, YEAR: {"value": "Ⅲ", "unit": "类"} | after}
    plan = one_item("Ⅲ类", observed, unit="类", polarity=polarity)
    assert told in water_classes(plan, YEAR)._repr_html_()
    assert (changes(plan, YEAR).values["incomparable"].item() != "") == ("只有一个年份" in told)


def test_what_a_level_measures_is_called_by_its_name() -> None:
    """Where the provincial level's own figure cannot be compared, it is named as that level names it."""
    rows = (observation("1", 5, level="provincial", unit="个"),)
    plan = tiny_plan(items=(item("1"),), requirements=by_level("≥5"), targets=(), conventions=(), links=())
    told = [*missing_data(replace(plan, observations={YEAR: rows}), YEAR)]
    assert told == ["1 子项1：2022年所测的是省级名称（个），不能与所要求的相比；国家级要求、省级要求要用"]


def test_levels_that_write_a_unit_differently_ask_for_one_number() -> None:
    """公里 at one level and km at the other: one row does for both, in the data and in the form."""
    asked = (requirement("1", "national", "≥20"), requirement("1", "provincial", "≥30", unit="km"))
    plan = replace(one_item("≥20", {YEAR: {"value": 25}}, unit="公里"), requirements=asked)
    found = {key: verdict for key, (verdict, _) in verdicts(plan, YEAR).items()}
    assert found == {("1", "national"): "met", ("1", "provincial"): "unmet"}
    assert [row.shown["key"] for sheet in domain_sheets(plan, YEAR) for row in sheet.rows] == ["1"]


@pytest.mark.parametrize(
    ("own", "unit", "told"),
    [
        ("%", "％", []),
        ("公里", "kｍ", []),
        ("公里", "㎞", []),
        ("kg", "KG", ["observations/2022.csv 第2行 “unit 实测单位”列：现为“KG”；应为空，或该子项的单位“kg”，写法相同"]),
        (
            "公里",
            "KM",
            ["observations/2022.csv 第2行 “unit 实测单位”列：现为“KM”；应为空，或该子项的单位“公里”，写法相同"],
        ),
        (
            "%",
            "（%）",
            ["observations/2022.csv 第2行 “unit 实测单位”列：现为“（%）”；应为空，或该子项的单位“%”，写法相同"],
        ),
    ],
)
def test_a_unit_in_other_characters(own: str, unit: str, told: list[str], tmp_path: Path) -> None:
    """What the data may hold, the form made of it may; a unit that the rules would take for another one is refused in both."""
    plan = one_item("≥9", {YEAR: {"value": 10, "unit": unit}}, unit=own)
    found = []
    try:
        assert verdicts(plan, YEAR)["1", "national"] == ("met", "measured")
    except DataError as error:
        found = [str(problem) for problem in error.problems]
    assert found == told
    path = tmp_path / "form.xlsx"
    write_form(plan, YEAR, path)
    in_form = [f"生态安全 M3：{one.partition('：')[2]}" for one in told]
    assert [str(problem) for problem in check_forms(plan, [path]).problems] == in_form


def test_a_small_number_has_no_exponent() -> None:
    """Margins, changes and what was assigned are written as the plan writes numbers."""
    plan = one_item(
        "完成上级下达的年度目标", {2021: {"value": "0.00003"}, YEAR: {"value": "0.00005", "assigned_target": "0.00004"}}
    )
    assert margins(plan, YEAR)["bound"].tolist() == ["下达目标0.00004"]
    told = facts(dossier(plan, 1, YEAR))
    assert told[told["part"] == "margin"]["content"].tolist() == ["+0.00001"]
    assert "变化+0.00002（%）" in changes(plan, YEAR).table["why"].item()
