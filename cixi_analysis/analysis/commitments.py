"""The ledger of commitments (承诺台账): what is promised, when it falls due, how it can be measured, what is reported.

A commitment is a dated or quantified promise of the plan's text, outside Tables 1-3. Whether it was kept follows from an
observation of the linked indicator or from a report, never from the calendar.
"""

import pandas as pd

from cixi_analysis.analysis import progress
from cixi_analysis.analysis.links import linked
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Indicator, Project
from cixi_analysis.words import Deadline, Due, Entity, MeasuredBy, Relation, Stated

#: The columns of ``cixi commitments``, each with its type.
COLUMNS: dict[str, str] = {
    **dict.fromkeys(("commitment_id", "section", "box", "domain", "metric", "kind", "comparator", "value"), "str"),
    **dict.fromkeys(("value_to", "unit", "stated", "mode"), "str"),
    **dict.fromkeys(("start_year", "end_year"), "Int64"),
    **dict.fromkeys(("scope", "due", "measured_by", "items", "projects", "state"), "str"),
    "percent": "float64",
    **dict.fromkeys(("note", "quotation", "source"), "str"),
}


def due(promise: Commitment, year: int) -> Due:
    """Where a commitment stands in the calendar at the end of ``year``.

    X年以前 (before) falls due at the end of the year before X. A span (during) is running within its years and falls
    due in its last one. What begins in a year (from) is running from then on, and ahead until then.
    """
    if promise.mode is None:
        return Due.UNDATED
    last = promise.due_year
    if promise.start_year is not None and year < promise.start_year:
        return Due.AHEAD
    if last is None or (promise.mode is Deadline.DURING and year < last):
        return Due.RUNNING
    return Due.DUE if last == year else Due.PAST if last < year else Due.AHEAD


def measured_by(plan: Plan, promise: Commitment) -> MeasuredBy:
    """By an indicator that measures the same quantity, else by a project that carries it out or states it, else nothing."""
    if any(row.relation is Relation.SAME_QUANTITY for _, row in linked(plan, promise, Indicator)):
        return MeasuredBy.ITEM
    return MeasuredBy.PROJECT if linked(plan, promise, Project) else MeasuredBy.NOTHING


def promised(promise: Commitment) -> str:
    """The promised quantity in a few characters: ``≥80%``, ``约20个``, ``5–6年``; "" without one."""
    if promise.value is None or promise.comparator is None:
        return ""
    about = "约" if promise.stated is Stated.APPROXIMATE else ""
    sign = "" if promise.comparator == "=" else promise.comparator.value
    span = f"–{promise.value_to}" if promise.value_to else ""
    return f"{about}{sign}{promise.value}{span}{promise.unit or ''}"


_DEADLINES = {
    Deadline.BY: "{0.end_year}年", Deadline.BEFORE: "{0.end_year}年以前", Deadline.FROM: "{0.start_year}年起",
    Deadline.DURING: "{0.start_year}–{0.end_year}年",
}  # fmt: skip


def deadline(promise: Commitment) -> str:
    """The time of a commitment in words: ``2025年``, ``2023–2025年``, ``2023年起``, ``2025年以前``; "" without one."""
    return _DEADLINES[promise.mode].format(promise) if promise.mode else ""


def ledger(plan: Plan, year: int) -> pd.DataFrame:
    """One row a commitment, in the order of the text, with columns :data:`COLUMNS`.

    ``due`` is the calendar at the end of ``year``; ``items`` and ``projects`` are the linked ids, separated by ``；``;
    ``state``, ``percent`` and ``note`` are what was reported for that year, empty without a report. Any year is valid.
    """
    known = progress.reports(plan, year, Entity.COMMITMENT)
    rows = []
    for promise in plan.commitments:
        report = known.get(promise.commitment_id)
        rows.append({
            **promise.model_dump(mode="json"),
            "due": due(promise, year).value,
            "measured_by": measured_by(plan, promise).value,
            "items": "；".join(link.to_id for _, link in linked(plan, promise, Indicator)),
            "projects": "；".join(link.to_id for _, link in linked(plan, promise, Project)),
            "state": report and report.state.value,
            "percent": report and report.percent,
            "note": report and report.note,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def next_due_year(plan: Plan, year: int) -> int | None:
    """The first year after ``year`` in which a commitment falls due; ``None`` when none does."""
    ends = (p.due_year for p in plan.commitments)
    return min((end for end in ends if end is not None and end > year), default=None)
