"""How far a year is filled in: the items with data, and the progress of projects and commitments that analysts report.

Reports are in ``data/progress/<year>.csv``. What is not reported is counted as 未填报; nothing is guessed or carried over
from another year.
"""

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Progress
from cixi_analysis.words import BASE_YEAR, Absence, Entity, ProgressState, Stage

#: The state of a project or commitment without a row.
NOT_REPORTED = Absence.NOT_FILLED_IN.value


@dataclass(frozen=True)
class Coverage:
    """The items of one year, each in one of three lists, in the plan's order."""

    year: int
    #: with a number, a water class, or a statement
    with_data: tuple[str, ...]
    #: entered without a number, with a reason such as 暂无数据 or 未发现
    without_value: tuple[str, ...]
    #: not entered: 未填报 from the base year on, 原文未列 before it
    not_entered: tuple[str, ...]
    #: entered, and not closed yet (初稿)
    in_draft: tuple[str, ...]

    @property
    def items(self) -> int:
        return len(self.with_data) + len(self.without_value) + len(self.not_entered)

    @property
    def is_retrospect(self) -> bool:
        """A year before the base year: only what the plan prints of it."""
        return self.year < BASE_YEAR

    @property
    def is_draft(self) -> bool:
        """A year being filled in: after the base year, with items nobody has entered or rows that are not closed."""
        return self.year > BASE_YEAR and bool(self.not_entered or self.in_draft)


def coverage(plan: Plan, year: int) -> Coverage:
    """What is known of ``year``."""
    lists: tuple[list[str], list[str], list[str]] = ([], [], [])
    for item in plan.items:
        rows = plan.observed(item.item_id, year)
        known = any(o.value is not None or o.absence is None for o in rows)
        entered = any(o.absence is not missing_reason(year) for o in rows)
        lists[0 if known else 1 if entered else 2].append(item.item_id)
    drafts = {o.item_id for o in plan.observations.get(year, ()) if o.stage is Stage.DRAFT}
    in_draft = tuple(i.item_id for i in plan.items if i.item_id in drafts and i.item_id not in lists[2])
    return Coverage(year, tuple(lists[0]), tuple(lists[1]), tuple(lists[2]), in_draft)


class Spending(NamedTuple):
    """The money spent on the projects by the end of a year, as far as it is reported."""

    spent: float | None  # 万元, of the projects that report it; None where none does
    reported: int  # how many projects report it
    budget: float  # 万元, the budgets of those that report it


def reports(plan: Plan, year: int, kind: Entity) -> dict[str, Progress]:
    """The year's rows of one kind (project or commitment) by their id."""
    return {row.id: row for row in plan.progress.get(year, ()) if row.kind is kind}


def states(plan: Plan, year: int, kind: Entity) -> pd.DataFrame:
    """How many projects (or commitments) are in each state, 未填报 last; columns ``state`` (Chinese), ``count``."""
    known = reports(plan, year, kind)
    total = len(plan.projects) if kind is Entity.PROJECT else len(plan.commitments)
    counts = [(s.chinese, sum(row.state is s for row in known.values())) for s in ProgressState]
    return pd.DataFrame([*counts, (NOT_REPORTED, total - len(known))], columns=["state", "count"])


def spending(plan: Plan, year: int) -> Spending:
    """The money reported as spent by the end of ``year``, and the budgets of the same projects."""
    known = {number: row.spent for number, row in reports(plan, year, Entity.PROJECT).items() if row.spent is not None}
    budget = sum(p.budget or 0 for p in plan.projects if str(p.number) in known)
    return Spending(sum(known.values()) if known else None, len(known), budget)
