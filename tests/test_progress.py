"""Reported progress: counted where it is there, 未填报 where it is not."""

from cixi_analysis.analysis.progress import reports, spending, states
from cixi_analysis.words import Entity
from tests.tiny import progress, tiny_plan

REPORTED = (
    progress("project", "1", "under_way", percent="40", spent="3000"),
    progress("project", "4", "done"),
    progress("commitment", "C003", "done"),
)


def test_nothing_reported_is_not_filled_in() -> None:
    """An empty year guesses nothing."""
    plan = tiny_plan()
    assert states(plan, 2022, Entity.PROJECT).values.tolist()[-1] == ["未填报", 4]
    assert states(plan, 2022, Entity.PROJECT)["count"].sum() == 4
    assert spending(plan, 2022).spent is None


def test_states_are_counted_by_kind() -> None:
    """Projects and commitments apart; what has no row is the rest."""
    plan = tiny_plan(progress={2023: REPORTED})
    projects = dict(states(plan, 2023, Entity.PROJECT).values.tolist())
    assert projects == {"未开始": 0, "进行中": 1, "已完成": 1, "内容调整": 0, "已终止": 0, "未填报": 2}
    assert dict(states(plan, 2023, Entity.COMMITMENT).values.tolist())["已完成"] == 1
    assert list(reports(plan, 2023, Entity.COMMITMENT)) == ["C003"]


def test_money_is_held_against_the_budgets_of_those_that_report_it() -> None:
    """A project that reports no money is in neither sum."""
    money = spending(tiny_plan(progress={2023: REPORTED}), 2023)
    assert (money.spent, money.budget, money.reported) == (3000, 8000, 1)


def test_another_year_is_another_year() -> None:
    """Nothing is carried over."""
    plan = tiny_plan(progress={2023: REPORTED})
    assert states(plan, 2024, Entity.PROJECT).values.tolist()[-1] == ["未填报", 4]
