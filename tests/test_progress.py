"""Reported progress: counted where it is there, 未填报 where it is not."""

from cixi_analysis.analysis.commitments import reports, spending, states
from cixi_analysis.presentation.project_page import progress_prose
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
    assert spending(plan, 2022) == (0, (0, 0, 0))


def test_states_are_counted_by_kind() -> None:
    """Projects and commitments apart; what has no row is the rest."""
    plan = tiny_plan(progress={2023: REPORTED})
    projects = dict(states(plan, 2023, Entity.PROJECT).values.tolist())
    assert projects == {"未开始": 0, "进行中": 1, "已完成": 1, "内容调整": 0, "已终止": 0, "未填报": 2}
    assert dict(states(plan, 2023, Entity.COMMITMENT).values.tolist())["已完成"] == 1
    assert list(reports(plan, 2023, Entity.COMMITMENT)) == ["C003"]


def test_money_is_held_against_the_budgets_of_those_that_report_it() -> None:
    """A project that reports no money is in neither sum."""
    assert spending(tiny_plan(progress={2023: REPORTED}), 2023) == (3000, (1, 0, 8000))


def test_a_project_without_a_budget_is_not_one_of_nothing() -> None:
    """What is spent on it stands beside no budget of 0."""
    own = progress("project", "4", "under_way", spent="300")
    for rows, told in (
        ((own,), "1项填报了累计投资，合计0.03亿元，同一批项目没有概算。"),
        ((REPORTED[0], own), "2项填报了累计投资，合计0.33亿元，同一批项目的概算为0.80亿元（其中1项没有概算）。"),
    ):
        assert told in progress_prose(tiny_plan(progress={2023: rows}), 2023)


def test_another_year_is_another_year() -> None:
    """Nothing is carried over."""
    plan = tiny_plan(progress={2023: REPORTED})
    assert states(plan, 2024, Entity.PROJECT).values.tolist()[-1] == ["未填报", 4]
