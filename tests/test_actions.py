"""What to act on: which items, in which order, how far and how fast, who answers for them."""

from dataclasses import replace

import pytest
from tiny import item, link, observation, requirement, target, tiny_plan

from cixi_analysis.analysis.actions import Action, Shortfall, Urgency, actions
from cixi_analysis.analysis.flips import flips
from cixi_analysis.analysis.trend import margins, trends
from cixi_analysis.assessment import assess
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import action_list
from cixi_analysis.presentation.charts import bullet_charts
from cixi_analysis.words import Status

UNMET, TARGET, NO_DATA, EMPTY = Urgency


def listed(plan: Plan, year: int = 2022) -> list[tuple[Urgency, str]]:
    return [(one.urgency, one.item.item_id) for one in actions(plan, year)]


def of(plan: Plan, item_id: str, year: int = 2022) -> Action:
    return next(one for one in actions(plan, year) if one.item.item_id == item_id)


@pytest.mark.slow
def test_the_order_of_the_base_year(plan: Plan) -> None:
    """Unmet, then short of a target, then without data; binding first, then the larger share of the limit."""
    assert listed(plan) == [
        (UNMET, "38"), (UNMET, "9.1"),
        (TARGET, "28.2"), (TARGET, "31.2"), (TARGET, "31.1"),
        (NO_DATA, "28.1"), (NO_DATA, "11"), (NO_DATA, "27.1"), (NO_DATA, "27.2"),
        (NO_DATA, "12"), (NO_DATA, "13"), (NO_DATA, "24"), (NO_DATA, "29"), (NO_DATA, "32.1"),
    ]  # fmt: skip


@pytest.mark.slow
def test_nothing_unmet_and_nothing_unknown_is_left_out(plan: Plan) -> None:
    """Of the base year and of retrospects: every item that some level finds unmet or without data, and no other met one."""
    for year in plan.report_years:
        asked, planned = (assess(plan, year, against=which).items for which in ("requirement", "target"))
        open_ones = {*asked[asked["verdict"].isin(["unmet", "no_data"])]["item_id"]}
        open_ones |= {*planned[planned["verdict"] == "unmet"]["item_id"]}
        assert sorted(item_id for _, item_id in listed(plan, year)) == sorted(open_ones)


@pytest.mark.slow
def test_gaps_and_steps_of_the_two_unmet_indicators(plan: Plan) -> None:
    """38 lacks 9.3 and 54.3 points, and 59.3 to the targets: 19.77 a year to 2025. 9① lacks 3.5 to what was assigned."""
    told = [(s.against, s.limit, s.gap, s.assigned, s.due, round(s.step or 0, 4)) for s in of(plan, "38").shortfalls]
    assert told == [
        ("2025", 100, 59.3, False, 2025, 19.7667),
        ("2030", 100, 59.3, False, 2030, 7.4125),
        ("national", 50, 9.3, False, 2025, 3.1),
        ("provincial", 95, 54.3, False, 2025, 18.1),
    ]
    air = of(plan, "9.1")
    assert [(s.against, s.limit, s.gap, s.assigned, s.due, round(s.step or 0, 4)) for s in air.shortfalls] == [
        (level, 86.8, 3.5, True, 2025, 1.1667) for level in plan.levels
    ]
    assert [(flip.level, flip.sentence) for flip in air.flips] == [
        (flip.level, flip.sentence) for level in plan.levels for flip in flips(plan, 2022, "9.1", level)
    ]
    assert (air.units, air.money.budget) == (("宁波生态环境局慈溪分局", "市交通局", "慈溪交通集团"), 49750)


def test_the_tiny_plan() -> None:
    """2① is 14 of 100 too low for 2030, 2② 2 of 30 too high: the larger share first. 3 has no data. 1 is met."""
    low, high, unknown = actions(tiny_plan(), 2022)
    assert listed(tiny_plan()) == [(UNMET, "2.1"), (UNMET, "2.2"), (NO_DATA, "3")]
    assert high.shortfalls == (
        Shortfall("2025", 2022, 32, 30, False, "微克/立方米", -2, 2025, -0.666666666667),
        Shortfall("provincial", 2022, 32, 30, False, "微克/立方米", -2, 2025, -0.666666666667),
    )
    assert (high.units, high.money.budget, [p.number for p in high.projects]) == (("市水利局",), 8000, [1])
    assert low.statuses == {"national": Status.MET, "provincial": Status.UNMET}
    assert (low.targets, low.units, low.projects) == ((2025, 2030), (), ())
    assert unknown.flips == flips(tiny_plan(), 2022, "3", "national")
    assert unknown.flips[0].sentence == "补上2022年的数值，须不低于80%。"


def test_a_gap_names_what_it_is_of() -> None:
    """The levels measure different things and the target follows the province: each figure names its own."""
    own = {"measure": "质量指数", "unit": "-", "polarity": "more"}
    plan = tiny_plan(
        items=(item("1", name="指数"),), published=(), links=(),
        requirements=(requirement("1", "national", "≥60"), requirement("1", "provincial", "≥55", **own)),
        targets=(target("1", 2025, "≥62"),),
        observations={2022: (observation("1", 59, level="national"), observation("1", 60, level="provincial", **own))},
    )  # fmt: skip
    (action,) = actions(plan, 2022)
    told = action_list.gap(plan, action.shortfalls), action_list.step(plan, action)
    assert told == (
        "2022年指数59%，比国家级要求的60%低1个百分点，2022年质量指数60，比2025年规划值62低2",
        "+0.6667（质量指数到2025年达到62）",
    )


def test_binding_comes_before_reference_and_unmet_before_no_data() -> None:
    """Whatever the gaps: a small one of a binding item comes before a large one of a reference item."""
    items = (
        item("1", attribute="reference"), item("2", attribute="binding"), item("3", attribute="reference"),
        item("4", attribute="binding"), item("5", attribute="binding"),
    )  # fmt: skip
    plan = tiny_plan(
        items=items, requirements=tuple(requirement(i.item_id, "national", "≥50") for i in items), links=(), audit=(),
        targets=(target("5", 2025, "≥99"),), published=(), commitments=(),
        observations={2022: (observation("1", 10), observation("2", 49), observation("3", absence="暂无数据"),
                             observation("4", absence="暂无数据"), observation("5", 60))},
    )  # fmt: skip
    assert listed(plan) == [(UNMET, "2"), (UNMET, "1"), (TARGET, "5"), (NO_DATA, "4"), (NO_DATA, "3")]


def test_without_projects_links_or_targets_ahead() -> None:
    """No project, no unit; after the last target year there is no step, and the gap stays."""
    plan = tiny_plan(projects=(), links=(), targets=(target("2.1", 2025, "≥90"),), commitments=(), audit=())
    assert {(one.units, one.projects) for one in actions(plan, 2022)} == {((), ())}
    late = replace(plan, observations={**plan.observations, 2030: plan.observations[2022]})
    found = of(late, "2.1", 2030)
    assert [(s.against, s.gap, s.due, s.step) for s in found.shortfalls] == [
        ("2025", 4, None, None), ("provincial", 4, None, None)
    ]  # fmt: skip


def test_what_is_not_filled_in_comes_last() -> None:
    """Of a draft: an item nobody has entered is not one without data, and nothing says how to meet it."""
    plan = tiny_plan()
    draft = replace(plan, observations={**plan.observations, 2023: (observation("3", absence="未开展测算"),)})
    assert listed(draft, 2023) == [(NO_DATA, "3"), (EMPTY, "2.1"), (EMPTY, "2.2"), (EMPTY, "1")]
    assert of(draft, "1", 2023).flips == ()


def test_a_wording_that_cannot_be_read_is_to_be_understood_first() -> None:
    """The item has a number, and is on the list all the same."""
    plan = tiny_plan(requirements=(*tiny_plan().requirements[:-1], requirement("3", "national", "力争世界领先")))
    plan = replace(plan, observations={2022: (*plan.observations[2022][:-1], observation("3", 81))})
    (flip,) = of(plan, "3").flips
    assert flip.sentence == "要求的文字无法解读，须先明确要求，才能说明怎样达标。"


def test_a_project_linked_twice_counts_once() -> None:
    """Two links of a project with an item are one project, and its money once."""
    plan = tiny_plan(
        links=(link("project 1", "contributes", "item 2.2"), link("project 1", "same_quantity", "item 2.2"))
    )
    assert of(plan, "2.2").money.budget == 8000


def test_a_strict_limit_that_is_only_touched_is_missed_by_no_amount() -> None:
    """超过20% with 20%: unmet, with its flip; the limit does not count itself, so no gap of 0 and no step of 0 is named."""
    plan = tiny_plan(
        items=(item("1"),), requirements=(requirement("1", "national", "超过20%"),), links=(), audit=(), published=(),
        targets=(target("1", 2025, "超过20%"),), commitments=(), observations={2022: (observation("1", 20),)},
    )  # fmt: skip
    [found] = actions(plan, 2022)
    assert (found.urgency, found.targets) == (UNMET, (2025,))
    assert [(one.against, one.gap, one.step) for one in found.shortfalls] == [("2025", 0, None), ("national", 0, None)]
    assert found.flips[0].sentence == "2022年的数值须由20%提高到21%，相差1个百分点。"
    facts = action_list.facts(plan, found)
    assert facts["离规划值"] == "2022年20%，只到2025年规划值20%，而这一界限本身不算达到"
    assert action_list.gap(plan, found.shortfalls[1:]) == "2022年20%，只到国家级要求的20%，而这一界限本身不算达到"
    assert "每年需" not in facts
    table = bullet_charts.limits(plan, 2022, margins(plan, 2022), trends(plan, 2022))
    assert [*table["short"]] == ["只到国家级要求>20%的界限", "只到2025年规划值20的界限"]
    assert "还差" not in str(bullet_charts.gaps(plan, 2022, trends(plan, 2022)).to_dict())
