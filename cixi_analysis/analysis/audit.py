"""The plan compared with itself (规划核对): places that speak of the same thing, and whether they agree.

Where the figures form a sum, it is computed here; a comparison of words has its result in ``data/audit.csv``. The audit
corrects nothing, and no assessment uses it.
"""

import pandas as pd

from cixi_analysis.plan.arithmetic import relation
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import AuditRow
from cixi_analysis.words import AuditResult, Entity

#: The columns of ``cixi audit``.
COLUMNS = (
    *("audit_id", "title", "method", "check", "result", "place_a", "quotation_a", "place_b", "quotation_b"),
    *("reasoning", "items", "projects", "commitments"),
)


def result(row: AuditRow) -> AuditResult:
    """The result of a finding: as entered, or computed from the figures."""
    if row.result is not None:
        return row.result
    return AuditResult.AGREES if relation(row.check or "").holds else AuditResult.CONTRADICTS


def findings(plan: Plan) -> pd.DataFrame:
    """One row for each finding, in the file's order, columns :data:`COLUMNS`; ``items`` … are the ids it concerns."""
    concerned: dict[tuple[str, Entity], list[str]] = {}
    for row in plan.links:
        if row.from_kind is Entity.FINDING:
            concerned.setdefault((row.from_id, row.to_kind), []).append(row.to_id)
    rows = [
        {
            **{name: cell or "" for name, cell in row.model_dump(mode="json").items()},
            "result": result(row).value,
            **{
                f"{kind.value}s": "；".join(concerned.get((row.audit_id, kind), ()))
                for kind in (Entity.ITEM, Entity.PROJECT, Entity.COMMITMENT)
            },
        }
        for row in plan.audit
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
