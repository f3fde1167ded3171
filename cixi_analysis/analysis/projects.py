"""The key projects (重点工程): what became of those of 2018-2022 (Table 2) and what this plan lists (Table 3).

Money is 投资概算 in 万元, counts are 项, shares are fractions 0..1. A project without a budget is not a project of 0:
every sum says beside it how many have none (无概算). A missing sum or share is NA.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Project
from cixi_analysis.words import Outcome

#: The label of the row that sums a table.
TOTAL = "合计"
#: What :func:`yearly_budget` assumes; to be printed wherever its figures are.
ASSUMPTION = "规划只给出每个项目的投资概算与实施年限，没有分年计划；这里假定概算在实施年限内逐年平均。"


class ScheduleState(StrEnum):
    """Where the calendar stands in a project's schedule; nothing is known of its progress."""

    AHEAD = "未开始"
    RUNNING = "实施期内"
    OVER = "已到期"


@dataclass(frozen=True)
class Totals:
    """All projects, each counted once, whatever number of units answer for it."""

    projects: int
    without_budget: int
    #: 万元; ``None`` where there are projects and none has a budget.
    budget: float | None


@dataclass(frozen=True)
class Concentration:
    """How much of the money sits in how few projects. Shares of money leave out projects without a budget."""

    totals: Totals
    largest: Project | None
    largest_share: float | None
    top5_share: float | None
    #: One row a category: ``category, share_of_money, share_of_projects, without_budget``.
    by_category: pd.DataFrame


def outcomes(plan: Plan) -> pd.DataFrame:
    """Table 2: one row a project type and a last row 合计; columns ``project_type``, the four outcomes, ``total``,
    ``completion_rate`` (completed over total; NA where a type has no project).
    """
    types = dict.fromkeys(row.project_type for row in plan.past_projects)
    counts = {t: {o.value: 0 for o in Outcome} for t in (*types, TOTAL)}
    for row in plan.past_projects:
        for label in (row.project_type, TOTAL):
            counts[label][row.outcome.value] += row.count
    frame = pd.DataFrame([{"project_type": t, **c} for t, c in counts.items()])
    frame["total"] = frame[[o.value for o in Outcome]].sum(axis=1)
    frame["completion_rate"] = frame[Outcome.COMPLETED.value] / frame["total"].where(frame["total"] > 0)
    return frame


def totals(projects: Iterable[Project]) -> Totals:
    """Count and money of some projects (``plan.projects``: of all), each once."""
    budgets = [p.budget for p in projects]
    return Totals(len(budgets), budgets.count(None), _sum(budgets))


def _sum(budgets: list[float | None]) -> float | None:
    known = [b for b in budgets if b is not None]
    return sum(known) if known or not budgets else None


def by_category(plan: Plan) -> pd.DataFrame:
    """Table 3 by 类别, in the plan's order: ``category, projects, without_budget, budget``. These sum up: a project
    has one category.
    """
    categories = dict.fromkeys(p.category for p in plan.projects)
    groups = {c: totals(p for p in plan.projects if p.category == c) for c in categories}
    rows = [(c, t.projects, t.without_budget, t.budget) for c, t in groups.items()]
    return _table(rows, "category", "projects", "without_budget", budget="float64")


def by_unit(plan: Plan) -> pd.DataFrame:
    """Table 3 by 责任单位, in the order in which the plan first names them:
    ``unit, involved_projects, sole_projects, without_budget, involved_budget``.

    A project with two units belongs to both, so ``involved_…`` columns must not be summed: :func:`totals` of
    ``plan.projects`` gives the sum that counts each project once. ``sole_projects`` are those of this unit alone.
    """
    units = dict.fromkeys(u for p in plan.projects for u in p.responsible)
    rows = []
    for unit in units:
        own = [p for p in plan.projects if unit in p.responsible]
        involved, sole = totals(own), sum(len(p.responsible) == 1 for p in own)
        rows.append((unit, involved.projects, sole, involved.without_budget, involved.budget))
    columns = ("unit", "involved_projects", "sole_projects", "without_budget")
    return _table(rows, *columns, involved_budget="float64")


def schedule(plan: Plan, year: int) -> pd.DataFrame:
    """Table 3 against the calendar at the end of ``year``, one row a project:
    ``number, category, name, start_year, end_year, state, budget, elapsed_share``.

    The plan knows nothing of progress: ``elapsed_share`` is the share of the schedule's whole years that have gone
    by (0..1), not of the work that is done, and 已到期 says that the last year is over, not that the project is.
    """
    rows = []
    for p in plan.projects:
        length, gone = p.end_year - p.start_year + 1, year - p.start_year + 1
        state = ScheduleState.AHEAD if gone <= 0 else ScheduleState.RUNNING if gone < length else ScheduleState.OVER
        elapsed = min(max(gone / length, 0.0), 1.0)
        rows.append((p.number, p.category, p.name, p.start_year, p.end_year, state.value, p.budget, elapsed))
    columns = ("number", "category", "name", "start_year", "end_year", "state")
    return _table(rows, *columns, budget="float64", elapsed_share="float64")


def yearly_budget(plan: Plan) -> pd.DataFrame:
    """The money by year and category, from the first year of any schedule to the last, under :data:`ASSUMPTION`:
    ``year, category, projects, without_budget, budget``.

    ``projects`` counts those whose schedule covers the year (the same project in each of its years: never sum it over
    years); ``budget`` sums up over years and categories to the total. A year in which a category has projects but
    none with a budget has NA.
    """
    first = min((p.start_year for p in plan.projects), default=0)
    last = max((p.end_year for p in plan.projects), default=-1)
    rows = []
    for year in range(first, last + 1):
        for category in dict.fromkeys(p.category for p in plan.projects):
            live = [p for p in plan.projects if p.category == category and p.start_year <= year <= p.end_year]
            parts = [_a_year(p) for p in live]
            rows.append((year, category, len(parts), parts.count(None), _sum(parts)))
    return _table(rows, "year", "category", "projects", "without_budget", budget="float64")


def _a_year(project: Project) -> float | None:
    return None if project.budget is None else project.budget / (project.end_year - project.start_year + 1)


def concentration(plan: Plan) -> Concentration:
    """The shares of the largest project and of the five largest, and each category's by money and by count."""
    whole = totals(plan.projects)
    ranked = sorted((p for p in plan.projects if p.budget is not None), key=lambda p: p.budget or 0, reverse=True)
    categories = by_category(plan)
    shares = pd.DataFrame({
        "category": categories["category"],
        "share_of_money": categories["budget"] / (whole.budget or float("nan")),
        "share_of_projects": categories["projects"] / max(whole.projects, 1),
        "without_budget": categories["without_budget"],
    })  # fmt: skip
    return Concentration(
        totals=whole,
        largest=ranked[0] if ranked else None,
        largest_share=_share(ranked[:1], whole),
        top5_share=_share(ranked[:5], whole),
        by_category=shares,
    )


def _share(projects: list[Project], whole: Totals) -> float | None:
    part = totals(projects).budget
    return part / whole.budget if part is not None and whole.budget else None


def _table(rows: Sequence[tuple[object, ...]], *columns: str, **numbers: str) -> pd.DataFrame:
    """The rows as a table; ``numbers`` are the last columns, with types that hold even where every cell is empty."""
    return pd.DataFrame(rows, columns=[*columns, *numbers]).astype(numbers)
