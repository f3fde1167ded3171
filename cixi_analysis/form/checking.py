"""Checking a filled-in form: all of its problems at once, each with sheet and cell, and the observations it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from cixi_analysis.dataset import Plan
from cixi_analysis.form.agreement import disagreements, refuse_unreadable
from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.layout import INPUTS, sheets
from cixi_analysis.form.opening import open_form
from cixi_analysis.form.plausibility import doubts
from cixi_analysis.form.problem import FormError, FormProblem
from cixi_analysis.form.rows import read_row
from cixi_analysis.form.structure import FoundRow, examine
from cixi_analysis.schema import Observation

__all__ = ["Checked", "FormError", "FormProblem", "check_form"]


@dataclass(frozen=True)
class Checked:
    """What a form says. With ``problems``, ``rows`` may be incomplete and nobody may use them."""

    year: int
    #: one a filled-in row, in the plan's order
    rows: tuple[Observation, ...]
    #: what must be corrected, in the order of sheets and cells
    problems: tuple[FormProblem, ...]
    #: what should be looked at and is not explained in 提示说明
    warnings: tuple[FormProblem, ...]


def check_form(plan: Plan, path: Path, *, year: int | None = None) -> Checked:
    """Check the form at ``path`` against the plan; with ``year``, it has to be the form of that year.

    Raises :class:`FormError` for a file that is no readable form of this plan and year, and
    :class:`~cixi_analysis.problem.DataError` when the plan's own wordings cannot be read.
    """
    opened = open_form(path)
    if year not in (None, opened.year):
        raise FormError(f"{path.name} 是 {opened.year} 年的填报表，应为 {year} 年的。")
    refuse_unreadable(plan, opened.year)
    structure = examine(plan, opened.year, opened.book)

    def results() -> Workbook:
        return opened.results

    found = ((place, read_row(plan, opened.year, place, results)) for place in structure.rows)
    read = {place: row for place, row in found if row is not None}
    problems = [*structure.problems, *(problem for row in read.values() for problem in row.problems)]
    problems += disagreements(plan, opened.year, list(read.values()))
    warnings = [*structure.warnings, *(comment for place in structure.rows for comment in _comments(place))]
    for row in read.values():
        warnings += [row.tell(*doubt) for doubt in doubts(plan, opened.year, row)]
    explained = {(p.sheet_name, p.number) for p, row in read.items() if "acknowledgment" in row.texts}
    warnings = [w for w in warnings if (w.sheet, _cell(w.cell)[0]) not in explained]
    order = [*sheets(plan), *opened.book.sheetnames]
    return Checked(
        opened.year,
        tuple(row.observation for row in read.values() if row.observation is not None),
        _sorted(problems, order),
        _sorted(warnings, order),
    )


def _comments(place: FoundRow) -> Iterable[FormProblem]:
    expected = "没有批注：批注不随数据保存，要留的写在“提示说明”里"
    for column in INPUTS:
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
