"""The input cells of one row, read: what they hold, and what is wrong with each by itself."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from openpyxl import Workbook

from cixi_analysis.form.input_cells import Complaint, read_cell
from cixi_analysis.form.problem import FormProblem
from cixi_analysis.form.structure import FoundRow
from cixi_analysis.form.table import K

#: Opens the saved results of a form's formulas.
Results = Callable[[], Workbook]


@dataclass
class FilledRow(Generic[K]):
    """A row with content: column → text of what is right, and the problems."""

    place: FoundRow[K]
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[FormProblem] = field(default_factory=list)

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        return FormProblem(self.place.sheet_name, self.place.address(column), found, expected)


def read_contents(
    place: FoundRow[Any], units: Mapping[str, str], results: Results
) -> dict[str, str | Complaint] | None:
    """Input column → what its cell holds, or what is wrong with it; None where nobody has filled in the row.

    ``units``: input column → what a number in it is counted in.
    """
    found = {}
    for column in place.table.input_columns:
        address = place.address(column.key)

        def result(address: str = address) -> object:
            return results()[place.sheet.title][address].value

        content = read_cell(place.sheet[address], column, units.get(column.key, ""), result)
        if content is not None:
            found[column.key] = content
    # Who answers for a figure may be entered for all rows beforehand: that fills in none of them.
    if all(column == "responsible" and isinstance(content, str) for column, content in found.items()):
        return None
    return found


def source_missing(has: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """The complaint about a row that has content and no source."""
    if "source" not in has:
        yield "source", "空", "文件名称、章节、表、行：填了一行，就要写明出处"
