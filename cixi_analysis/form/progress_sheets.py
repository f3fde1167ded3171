"""The two sheets of progress: a row for each project of Table 3 and for each commitment. Empty rows are no error."""

from collections.abc import Sequence

from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.progress import NOT_REPORTED, reports
from cixi_analysis.form.input_cells import decimal_text
from cixi_analysis.form.layout import COMMITMENT_COLUMNS, PROGRESS_INPUTS, PROJECT_COLUMNS, FormRow, FormSheet
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Progress, Project
from cixi_analysis.words import Entity


def progress_sheets(plan: Plan, year: int) -> tuple[FormSheet, ...]:
    """The sheets of progress in the form of ``year``; none for a kind of which the plan has nothing."""
    kinds = (
        ("项目进展", PROJECT_COLUMNS, Entity.PROJECT, plan.projects),
        ("承诺进展", COMMITMENT_COLUMNS, Entity.COMMITMENT, plan.commitments),
    )
    return tuple(
        FormSheet(name, year, columns, _rows(plan, year, kind, subjects), Progress, ("note",))
        for name, columns, kind, subjects in kinds
        if subjects
    )


def _rows(plan: Plan, year: int, kind: Entity, subjects: Sequence[Project | Commitment]) -> tuple[FormRow, ...]:
    known, before = reports(plan, year, kind), reports(plan, year - 1, kind)
    rows = []
    for subject in subjects:
        shown = _project(subject) if isinstance(subject, Project) else _commitment(subject)
        key = shown["key"]
        last = summary(before[key]) if key in before else NOT_REPORTED
        rows.append(
            FormRow(
                subject=subject,
                identity={"kind": kind, "id": key},
                shown=shown | {"last": f"{last}（{year - 1}年）"},
                group=subject.category if isinstance(subject, Project) else "",
                unit="",
                known=known.get(key),
                before=before.get(key),
                opened=frozenset(column.key for column in PROGRESS_INPUTS),
            )
        )
    return tuple(rows)


def _project(project: Project) -> dict[str, str]:
    return {
        "key": str(project.number),
        "name": project.name,
        "content": project.content,
        "years": project.years,
        "budget": project.budget_absence or "" if project.budget is None else decimal_text(project.budget),
        "units": project.units,
    }


def _commitment(promise: Commitment) -> dict[str, str]:
    return {
        "key": promise.commitment_id,
        "name": promise.metric,
        "promised": promised(promise),
        "deadline": deadline(promise),
        "scope": promise.scope,
        "place": promise.place,
    }


def summary(report: Progress) -> str:
    """A report in a few characters: ``进行中，60%，3000万元``."""
    parts = [report.state.chinese]
    parts += [] if report.percent is None else [f"{decimal_text(report.percent)}%"]
    parts += [] if report.spent is None else [f"{decimal_text(report.spent)}万元"]
    return "，".join(parts)
