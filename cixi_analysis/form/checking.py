"""Checking a filled-in form: all of its problems at once, each with sheet and cell, and the rows of data it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from cixi_analysis.form.agreement import disagreements, refuse_unreadable
from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.layout import LAYOUT_WITHOUT_PROGRESS, Key
from cixi_analysis.form.opening import open_form
from cixi_analysis.form.plausibility import doubts
from cixi_analysis.form.problem import FormError, FormProblem
from cixi_analysis.form.progress_sheets import progress_tables
from cixi_analysis.form.reports import ReadReport, read_report, report_doubts
from cixi_analysis.form.rows import ReadRow, read_row
from cixi_analysis.form.shown import domain_tables
from cixi_analysis.form.structure import FoundRow, examine
from cixi_analysis.form.table import Table
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation, Progress

__all__ = ["Checked", "FormError", "FormProblem", "check_form"]


@dataclass(frozen=True)
class Checked:
    """What a form says. With ``problems``, ``rows`` may be incomplete and nobody may use them."""

    year: int
    #: one a filled-in row, in the plan's order
    rows: tuple[Observation, ...]
    #: what must be corrected, in the order of sheets and cells
    problems: tuple[FormProblem, ...]
    #: what should be looked at and is not explained in the column for it
    warnings: tuple[FormProblem, ...]
    #: one a filled-in row of progress, in the plan's order; None of a form that has no sheets for it
    reports: tuple[Progress, ...] | None


def check_form(plan: Plan, path: Path, *, year: int | None = None) -> Checked:
    """Check the form at ``path`` against the plan; with ``year``, it has to be the form of that year.

    Raises :class:`FormError` for a file that is no readable form of this plan and year, and
    :class:`~cixi_analysis.errors.DataError` when the plan's own wordings cannot be read.
    """
    opened = open_form(path)
    if year not in (None, opened.year):
        raise FormError(f"{path.name} 是 {opened.year} 年的填报表，应为 {year} 年的。")
    refuse_unreadable(plan, opened.year)
    with_progress = opened.layout != LAYOUT_WITHOUT_PROGRESS
    tables: tuple[Table[Any], ...] = domain_tables(plan, opened.year)
    if with_progress:
        tables += progress_tables(plan, opened.year)
    structure = examine(tables, opened.book)

    def results() -> Workbook:
        return opened.results

    read = [read_row(plan, opened.year, place, results) for place in structure.rows if isinstance(place.key, Key)]
    rows = [row for row in read if row is not None]
    told = [read_report(place, results) for place in structure.rows if not isinstance(place.key, Key)]
    reports = [row for row in told if row is not None]
    filled: list[ReadRow | ReadReport] = [*rows, *reports]
    problems = [*structure.problems, *(problem for row in filled for problem in row.problems)]
    problems += disagreements(plan, opened.year, rows)
    warnings = [*structure.warnings, *(comment for place in structure.rows for comment in _comments(place))]
    warnings += [row.tell(*doubt) for row in rows for doubt in doubts(plan, opened.year, row)]
    warnings += [row.tell(*doubt) for row in reports for doubt in report_doubts(plan, opened.year, row)]
    explained = {(row.place.sheet_name, row.place.number) for row in filled if _is_explained(row)}
    warnings = [w for w in warnings if (w.sheet, _cell(w.cell)[0]) not in explained]
    order = [*(table.name for table in tables), *opened.book.sheetnames]
    return Checked(
        opened.year,
        tuple(row.observation for row in rows if row.observation is not None),
        _sorted(problems, order),
        _sorted(warnings, order),
        tuple(row.report for row in reports if row.report is not None) if with_progress else None,
    )


def _is_explained(row: ReadRow | ReadReport) -> bool:
    return row.place.table.remarks[-1] in row.texts


def _comments(place: FoundRow[Any]) -> Iterable[FormProblem]:
    table = place.table
    expected = f"没有批注：批注不随数据保存，要留的写在“{table.column(table.remarks[-1]).title}”里"
    for column in table.input_columns:
        comment = place.cell(column.key).comment
        if comment is not None:
            found = f"批注{quoted(str(comment.text))}"
            yield FormProblem(place.sheet_name, place.address(column.key), found, expected)


def _sorted(problems: Iterable[FormProblem], order: Sequence[str]) -> tuple[FormProblem, ...]:
    """By sheet, row and column; what is said of a whole sheet first."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (_place(p.sheet, order), _cell(p.cell))))


def _place(sheet: str, order: Sequence[str]) -> int:
    return order.index(sheet) if sheet in order else len(order)


def _cell(address: str) -> tuple[int, int]:
    return coordinate_to_tuple(address) if address else (0, 0)
