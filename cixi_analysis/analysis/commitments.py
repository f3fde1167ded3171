"""The ledger of commitments (承诺台账), and the reported progress of commitments and projects.

A commitment is a dated or quantified promise of the plan's text, outside Tables 1-3. An observation of the linked
indicator or a report (``data/progress/<year>.csv``) tells whether it was kept, never the calendar; without a report it
counts as 未填报.
"""

import pandas as pd

from cixi_analysis.analysis import links
from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Progress
from cixi_analysis.words import Absence, Deadline, Due, Entity, MeasuredBy, ProgressState, Relation, Stated

#: The columns of ``cixi commitments`` and their types: the data's own, derived, reported.
_OWN = [name for name in Commitment.columns() if name not in ("quotation", "source")]
_ADDED = ["due", "measured_by", "items", "projects", "state", "percent", "note", "quotation", "source"]
COLUMNS = dict.fromkeys([*_OWN, *_ADDED], "str") | {"start_year": "Int64", "end_year": "Int64", "percent": "float64"}
#: The state of a project or commitment without a report.
NOT_REPORTED = Absence.NOT_FILLED_IN.value
_DEADLINES = {
    Deadline.BY: "{0.end_year}年",
    Deadline.BEFORE: "{0.end_year}年以前",
    Deadline.FROM: "{0.start_year}年起",
    Deadline.AFTER: "{0.start_year}年以后",
    Deadline.DURING: "{0.start_year}–{0.end_year}年",
}


def due(promise: Commitment, year: int) -> Due:
    """Where a commitment stands in the calendar at the end of ``year``.

    Before X falls due at the end of the year before X. A span is running within its years and due in its last one. What
    begins in a year is ahead until then, and running from then on; after X begins with the year after X.
    """
    if promise.mode is None:
        return Due.UNDATED
    last = promise.due_year
    if promise.first_year is not None and year < promise.first_year:
        return Due.AHEAD
    if last is None or (promise.mode is Deadline.DURING and year < last):
        return Due.RUNNING
    return Due.DUE if last == year else Due.PAST if last < year else Due.AHEAD


def measured_by(plan: Plan, promise: Commitment) -> MeasuredBy:
    """An indicator that measures the same quantity, else a project that carries it out, else nothing."""
    if any(row.relation is Relation.SAME_QUANTITY for _, row in links.items_of(plan, promise)):
        return MeasuredBy.ITEM
    return MeasuredBy.PROJECT if links.projects_of(plan, promise) else MeasuredBy.NOTHING


def promised(promise: Commitment) -> str:
    """The promised quantity in a few characters: ``≥80%``, ``约20个``, ``5–6年``; "" without one."""
    if promise.value is None or promise.comparator is None:
        return ""
    about = "约" if promise.stated is Stated.APPROXIMATE else ""
    sign = "" if promise.comparator == "=" else promise.comparator.value
    span = f"–{promise.value_to}" if promise.value_to else ""
    return f"{about}{sign}{promise.value}{span}{promise.unit or ''}"


def deadline(promise: Commitment) -> str:
    """The time of a commitment: ``2025年``, ``2023–2025年``, ``2023年起``, ``2025年以前``; or ""."""
    return _DEADLINES[promise.mode].format(promise) if promise.mode else ""


def ledger(plan: Plan, year: int) -> pd.DataFrame:
    """One row a commitment, in the order of the text, with columns :data:`COLUMNS`. Any year is valid.

    ``due`` is the calendar at the end of ``year``; ``items`` and ``projects`` are the linked ids, separated by ``；``;
    ``state``, ``percent`` and ``note`` are what was reported for that year, empty without a report.
    """
    plan, known, rows = plan.as_of(year), reports(plan, year, Entity.COMMITMENT), []
    for promise in plan.commitments:
        report = known.get(promise.commitment_id)
        rows.append({
            **promise.model_dump(mode="json"),
            "due": due(promise, year).value,
            "measured_by": measured_by(plan, promise).value,
            "items": "；".join(item.item_id for item, _ in links.items_of(plan, promise)),
            "projects": "；".join(str(project.number) for project, _ in links.projects_of(plan, promise)),
            **(report.model_dump(mode="json", include={"state", "percent", "note"}) if report else {}),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def next_due_year(plan: Plan, year: int) -> int | None:
    """The first year after ``year`` in which a commitment falls due; ``None`` when none does."""
    ends = (p.due_year for p in plan.commitments)
    return min((end for end in ends if end is not None and end > year), default=None)


def reports(plan: Plan, year: int, kind: Entity) -> dict[str, Progress]:
    """The year's reports of one kind (project or commitment) by the id."""
    return {row.id: row for row in plan.progress.get(year, ()) if row.kind is kind}


def states(plan: Plan, year: int, kind: Entity) -> pd.DataFrame:
    """Projects (or commitments) by state, 未填报 last; columns ``state`` (Chinese), ``count``."""
    known = [row.state for row in reports(plan, year, kind).values()]
    total = len(plan.projects if kind is Entity.PROJECT else plan.commitments)
    counts = [(state.chinese, known.count(state)) for state in ProgressState]
    return pd.DataFrame([*counts, (NOT_REPORTED, total - len(known))], columns=["state", "count"])


def spending(plan: Plan, year: int) -> tuple[float, Totals]:
    """Money reported as spent on projects by the end of ``year`` (万元), and the same projects with their budgets."""
    spent = {id_: row.spent for id_, row in reports(plan, year, Entity.PROJECT).items() if row.spent is not None}
    return sum(spent.values()), totals(p for p in plan.projects if str(p.number) in spent)
