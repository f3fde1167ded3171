"""Progress of projects and commitments at the end of a year, as analysts report it (``data/progress/<year>.csv``).

What is not reported is counted as 未填报; nothing is guessed or carried over from another year.
"""

from dataclasses import dataclass

import pandas as pd

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Progress
from cixi_analysis.words import Absence, Entity, ProgressState

#: The state of a project or commitment without a row.
NOT_REPORTED = Absence.NOT_FILLED_IN.value


@dataclass(frozen=True)
class Spending:
    """The money spent on the projects by the end of a year, as far as it is reported."""

    #: 万元, of the projects that report it; ``None`` where none does
    spent: float | None
    #: how many projects report it, and how many there are
    reported: int
    projects: int
    #: 万元, the budgets of those that report it
    budget: float


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
    return Spending(sum(known.values()) if known else None, len(known), len(plan.projects), budget)
