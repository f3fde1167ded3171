"""A sheet of the report: cells with the report's look, formulas that know their value, rows as high as their text."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export.escaping import excel_text
from cixi_analysis.export.workbook import BOX, CENTRE, FONT, HEAD, WRAP, new_workbook, print_setup, put, width

#: Points of height of one line of text, and the most that a row of Excel can have.
_LINE_HEIGHT, _HIGHEST = 15, 409
_PLAIN, _BOLD = Font(name=FONT, size=10), Font(name=FONT, size=10, bold=True)
_TITLE, _SMALL = Font(name=FONT, size=14, bold=True), Font(name=FONT, size=9)
PERCENT, RATIO, MONEY = "0.0%", "0.00", "#,##0"
Value = str | float | None


@dataclass(frozen=True)
class Report:
    """The workbook and what its formulas give: (sheet, cell) → value, as the library computed it."""

    book: Workbook
    computed: dict[tuple[str, str], str | float] = field(default_factory=dict)

    @classmethod
    def new(cls, title: str) -> "Report":
        book = new_workbook(title)
        book.calculation.fullCalcOnLoad = True
        return cls(book)

    def sheet(self, title: str) -> "Sheet":
        return Sheet(self.book.create_sheet(title), self.computed)


def place(sheet: str, column: str, first: int, last: int | None = None) -> str:
    """A cell or, down to row ``last``, a range of a column, as a formula on any sheet names it."""
    end = f":${column}${last}" if last is not None else ""
    return f"'{sheet}'!${column}${first}{end}"


@dataclass(frozen=True)
class Sheet:
    """One sheet. Rows and columns count from 1."""

    cells: Worksheet
    computed: dict[tuple[str, str], str | float]

    def put(self, row: int, column: int, value: Value, *, centre: bool = False, form: str = "General") -> Cell:
        """A value; text is text whatever it begins with."""
        cell = self.cells.cell(row, column)
        if value is not None:
            put(cell, excel_text(value) if isinstance(value, str) else value)
        cell.alignment, cell.font, cell.number_format = CENTRE if centre else WRAP, _PLAIN, form
        return cell

    def formula(self, row: int, column: int, text: str, value: str | float, *, form: str = "General") -> Cell:
        """A formula (without ``=``) and what it gives; ``text`` is made of our own words and places, never of data."""
        cell = self.put(row, column, None, centre=True, form=form)
        cell.value = f"={text}"
        self.computed[self.cells.title, cell.coordinate] = value
        return cell

    def title(self, text: str, columns: int) -> None:
        """The first row: what the sheet is."""
        cell = self.put(1, 1, text, centre=True)
        cell.font = _TITLE
        self.merge(1, 1, columns=columns)
        self.cells.row_dimensions[1].height = 28

    def head(self, row: int, column: int, text: str, *, rows: int = 1, columns: int = 1) -> None:
        """A heading, over some rows and columns."""
        cell = self.put(row, column, text, centre=True)
        cell.font, cell.fill = _BOLD, HEAD
        self.merge(row, column, rows=rows, columns=columns)

    def header(self, headings: Mapping[str, float], row: int = 2) -> None:
        """Headings with the widths of their columns."""
        for column, text in enumerate(headings, start=1):
            self.head(row, column, text)
        self.widths(headings.values())

    def widths(self, widths: Iterable[float]) -> None:
        for column, wide in enumerate(widths, start=1):
            self.cells.column_dimensions[get_column_letter(column)].width = wide

    def merge(self, row: int, column: int, *, rows: int = 1, columns: int = 1) -> None:
        """One cell over some rows and columns."""
        if rows == columns == 1:
            return  # Excel takes a merged cell of one for damage
        self.cells.merge_cells(
            start_row=row, end_row=row + rows - 1, start_column=column, end_column=column + columns - 1
        )

    def emphasise(self, cell: Cell, colour: str = "") -> None:
        """Bold, on a colour (``#e2f2e8``) if one is given; the word in the cell says the same."""
        cell.font = _BOLD
        if colour:
            cell.fill = PatternFill("solid", fgColor=colour.removeprefix("#"))

    def note(self, row: int, text: str) -> None:
        """Small words below a table, outside its columns' widths."""
        cell = self.cells.cell(row, 1)
        put(cell, excel_text(text))
        cell.font = _SMALL

    def finish(self, columns: int, *, heads: str = "2:2", freeze: str = "", filter_row: int = 0) -> None:
        """Lines around every cell below the title, rows as high as needed, headings frozen and printed on each page."""
        for row in self.cells.iter_rows(min_row=2, max_row=self.cells.max_row, max_col=columns):
            for cell in row:
                cell.border = BOX
        self._fit()
        self.cells.freeze_panes = freeze or None
        self.cells.print_title_rows = heads
        if filter_row:
            self.cells.auto_filter.ref = f"A{filter_row}:{get_column_letter(columns)}{self.cells.max_row}"
        print_setup(self.cells)

    def _fit(self) -> None:
        """Spreadsheet programs do not fit rows to merged cells, nor to anything before they are asked."""
        spans = {(r.min_row, r.min_col): r for r in self.cells.merged_cells.ranges}
        lines = dict.fromkeys(range(2, self.cells.max_row + 1), 1)
        merged: list[tuple[int, int, int]] = []
        for cell in (c for row in self.cells.iter_rows(min_row=2) for c in row if c.value is not None):
            span = spans.get((cell.row, cell.column))
            last_row, last_column = (span.max_row, span.max_col) if span else (cell.row, cell.column)
            need = self._lines(cell, last_column)
            if last_row == cell.row:
                lines[cell.row] = max(lines[cell.row], need)
            else:
                merged.append((cell.row, last_row, need))
        for top, last, need in merged:
            lines[last] += max(0, need - sum(lines[row] for row in range(top, last + 1)))
        for number, count in lines.items():
            self.cells.row_dimensions[number].height = min(_LINE_HEIGHT * count + 3, _HIGHEST)

    def _lines(self, cell: Cell, last_column: int) -> int:
        shown = self.computed.get((self.cells.title, cell.coordinate), cell.value)
        if not isinstance(shown, str):
            return 1  # a number is never wrapped
        columns = range(cell.column, last_column + 1)
        room = sum(self.cells.column_dimensions[get_column_letter(c)].width for c in columns) - 1
        return sum(max(1, math.ceil(width(line) / room)) for line in shown.split("\n"))
