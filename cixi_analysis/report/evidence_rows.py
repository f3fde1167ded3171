"""Of the report: the list of evidence (佐证材料目录), and the numbers of an item's evidence beside its verdicts."""

from types import SimpleNamespace
from typing import Any

from cixi_analysis.analysis.evidence import evidence_list
from cixi_analysis.analysis.records import records
from cixi_analysis.assessment.proofs import page
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Indicator, Project
from cixi_analysis.presentation.formatting import EMPTY
from cixi_analysis.presentation.titles import short_source, title
from cixi_analysis.report.values import Issue
from cixi_analysis.words import Entity, EvidenceState, Proves

#: What stands beside an item without a numbered document.
_WITHOUT = {EvidenceState.PLAN: "规划", EvidenceState.UNPROVEN: "无佐证", EvidenceState.MISSING: "缺"}

_SUBJECTS: dict[str, type[Any]] = {Entity.ITEM: Indicator, Entity.PROJECT: Project, Entity.COMMITMENT: Commitment}


def evidence_cells(plan: Plan, year: int) -> dict[str, str]:
    """item_id → the numbers of its evidence, a line each, else what is the matter with it."""
    found: dict[str, dict[str, None]] = {}
    for row in records(evidence_list(plan, year)):
        if row.kind == Entity.ITEM and (told := row.number or _WITHOUT.get(row.state, "")):
            found.setdefault(row.id, {})[told] = None
    return {item_id: "\n".join(told) for item_id, told in found.items()}


def evidence_rows(plan: Plan, year: int, issue: Issue) -> list[SimpleNamespace]:
    """The list: number, subject, what it proves, the document, and what is missing."""
    return [_row(plan, issue, row) for row in records(evidence_list(plan, year)) if row.kind]


def _row(plan: Plan, issue: Issue, row: Any) -> SimpleNamespace:
    document = [short_source(plan, row.title), row.issuer, row.document_number, row.date]
    state = EvidenceState(row.state).chinese if row.state else ""
    missing = "：".join(filter(None, (state, row.detail)))
    proves = "：".join(filter(None, (Proves(row.proves).chinese.partition("（")[0] if row.proves else "", row.clause)))
    key = row.number or ".".join(filter(None, (row.kind, row.id, row.state, row.proves)))
    return SimpleNamespace(
        number=row.number or EMPTY, subject=title(plan.row(_SUBJECTS[row.kind], row.id)), proves=proves,
        document="，".join(filter(None, document)) + page(row),
        state=issue.value(f"evidence.{key}", missing, "佐证的情况") if missing else None,
    )  # fmt: skip
