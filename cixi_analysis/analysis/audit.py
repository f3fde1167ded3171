"""The plan compared with itself (规划核对): places that speak of the same thing, and whether they agree.

Where the figures form a sum, it is computed here; a comparison of words has its result in ``data/audit.csv``. The audit
corrects nothing, and no assessment uses it.
"""

import pandas as pd

from cixi_analysis.analysis.links import linked
from cixi_analysis.plan.arithmetic import relation
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import AuditRow, Commitment, Indicator, Project, Row
from cixi_analysis.words import AuditResult

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
    kinds: dict[str, type[Row]] = {"items": Indicator, "projects": Project, "commitments": Commitment}
    rows = []
    for row in plan.audit:
        cells = {name: cell or "" for name, cell in row.model_dump(mode="json").items()}
        ids = {kind: "；".join(link.to_id for _, link in linked(plan, row, model)) for kind, model in kinds.items()}
        rows.append(cells | {"result": result(row).value} | ids)
    return pd.DataFrame(rows, columns=list(COLUMNS))
