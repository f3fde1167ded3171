"""The key projects (重点工程): what became of those of 2018-2022 (Table 2) and what this plan lists (Table 3).

Money is 投资概算 in 万元, counts are 项, shares are fractions 0..1. A project without a budget (无概算) is not a project of
0: ``without_budget`` counts such projects beside every sum. A missing sum or share is NA.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import pandas as pd

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Project
from cixi_analysis.words import Outcome

#: The label of the row that sums a table.
TOTAL = "合计"
#: What :func:`yearly_budget` assumes; to be printed wherever its figures are.
ASSUMPTION = "规划只给出每个项目的投资概算与实施年限，没有分年计划；这里假定概算在实施年限内逐年平均。"


class ScheduleState(StrEnum):
    """A project's schedule against the calendar; it does not tell the project's progress."""

    AHEAD = "未开始"
    RUNNING = "实施期内"
    OVER = "已到期"


class Totals(NamedTuple):
    """Count and money of some projects, each counted once."""

    projects: int
    without_budget: int
    #: 万元; ``None`` where there are projects and none has a budget.
    budget: float | None


@dataclass(frozen=True)
class Concentration:
    """How much of the money is in how few projects."""

    totals: Totals
    #: None without budgets, or where several are the largest
    largest: Project | None
    largest_share: float | None
    top5_share: float | None


def outcomes(plan: Plan) -> pd.DataFrame:
    """Table 2: a row a project type, then 合计; the outcomes, their ``total``, ``completion_rate`` (of the total; NA of 0)."""
    rows = [(row.project_type, row.outcome.value, row.count) for row in plan.past_projects]
    counts = pd.DataFrame(rows, columns=["project_type", "outcome", "count"])
    counts = counts.pivot_table(index="project_type", columns="outcome", values="count", aggfunc="sum", sort=False)
    counts = counts.reindex(columns=[outcome.value for outcome in Outcome]).fillna(0).astype("int64")
    counts.loc[TOTAL] = counts.sum()
    counts["total"] = counts.sum(axis=1)
    counts["completion_rate"] = counts[Outcome.COMPLETED.value] / counts["total"].where(counts["total"] > 0)
    return counts.rename_axis(index="project_type", columns=None).reset_index()


def totals(projects: Iterable[Project]) -> Totals:
    """Count and money of some projects (``plan.projects``: of all)."""
    budgets = [project.budget for project in projects]
    known = [budget for budget in budgets if budget is not None]
    return Totals(len(budgets), budgets.count(None), sum(known) if known or not budgets else None)


def by_category(plan: Plan) -> pd.DataFrame:
    """Table 3 by 类别, in the plan's order; columns sum up, since a project has one category. ``category, projects,
    without_budget, budget, share_of_money`` (without those that have none)``, share_of_projects``.
    """
    sums, whole = _sums(_table(plan).groupby("category", sort=False)).reset_index(), totals(plan.projects)
    money = sums["budget"] / (whole.budget or float("nan"))
    return sums.assign(share_of_money=money, share_of_projects=sums["projects"] / max(whole.projects, 1))


def schedule(plan: Plan, year: int) -> pd.DataFrame:
    """Table 3 against the calendar at the end of ``year``, one row for each project.

    ``elapsed_share`` is the share of the schedule's whole years that have gone by (0..1), not of the work that is done;
    已到期 means that the last year is over, not that the project is.
    """
    table = _table(plan)
    gone, length = year - table["start_year"] + 1, table["end_year"] - table["start_year"] + 1
    table["state"] = ScheduleState.RUNNING.value
    table.loc[gone <= 0, "state"] = ScheduleState.AHEAD.value
    table.loc[gone >= length, "state"] = ScheduleState.OVER.value
    table["elapsed_share"] = (gone / length).clip(0, 1)
    return table[["number", "category", "name", "start_year", "end_year", "state", "budget", "elapsed_share"]]


def yearly_budget(plan: Plan) -> pd.DataFrame:
    """The money by year and category over all schedules, under :data:`ASSUMPTION`.

    ``year, category, projects, without_budget, budget``. ``projects`` counts those whose schedule covers the year (never
    sum it over years); ``budget`` sums up to the total, NA where a category has projects but none with a budget.
    """
    table = _table(plan)
    table["year"] = [range(p.start_year, p.end_year + 1) for p in plan.projects]
    table["budget"] /= table["end_year"] - table["start_year"] + 1
    years = range(min(table["start_year"], default=0), max(table["end_year"], default=-1) + 1)
    every = pd.MultiIndex.from_product([years, table["category"].unique()], names=["year", "category"])
    sums = _sums(table.explode("year").groupby(["year", "category"], sort=False))
    return sums.reindex(every, fill_value=0).reset_index()


def concentration(plan: Plan) -> Concentration:
    """The shares of the largest project and of the five largest in the money; None without any money."""
    whole = totals(plan.projects)
    ranked = sorted((p for p in plan.projects if p.budget is not None), key=lambda p: p.budget or 0, reverse=True)
    largest = next((p for p in ranked[:1] if all(p.budget != other.budget for other in ranked[1:2])), None)
    shares = ((totals(own).budget or 0) / whole.budget if whole.budget else None for own in (ranked[:1], ranked[:5]))
    return Concentration(whole, largest, *shares)


def _table(plan: Plan) -> pd.DataFrame:
    columns = ["number", "category", "name", "start_year", "end_year", "budget"]
    rows = [[getattr(p, column) for column in columns] for p in plan.projects]
    return pd.DataFrame(rows, columns=columns).astype({"start_year": "int64", "end_year": "int64", "budget": "float64"})


def _sums(groups: Any) -> pd.DataFrame:
    """``projects, without_budget, budget`` of each group of rows; NA where no project of a group has a budget."""
    size, known = groups["budget"].size(), groups["budget"].count()
    # Python's sum: pandas rounds the last digit of yearly shares otherwise.
    money = groups["budget"].agg(lambda budget: sum(budget.dropna())).where(known > 0)
    return pd.DataFrame({"projects": size, "without_budget": size - known, "budget": money.astype("float64")})
