"""A sheet of the report: declared columns, cells with one look, formulas with their values."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from types import EllipsisType
from typing import NamedTuple

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from cixi_analysis.export import workbook
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.workbook import CENTRE, FONT, WRAP
from cixi_analysis.presentation.formatting import percent

#: Characters that Excel refuses in the name of a sheet, which may be the plan's (the quote would end it in a formula),
#: and its greatest length, with room for the number that openpyxl appends to a duplicate.
_NO_NAME, _LONGEST_NAME = re.compile(r"[\\*?:/\[\]']"), 28
#: Points of height of one line of text.
_LINE_HEIGHT = 15
_PLAIN, _BOLD = Font(name=FONT, size=10), Font(name=FONT, size=10, bold=True)
_TITLE, _SMALL = Font(name=FONT, size=14, bold=True), Font(name=FONT, size=9)
PERCENT, MONEY = "0.0%", "#,##0"


def percent_form(share: float) -> str:
    """The format of a share, with the decimals that pages give it: 2999 of 3000 are not 100.0%."""
    return PERCENT.replace("0%", "0" * len(percent(share).partition(".")[2][:-1]) + "%")


class Formula(NamedTuple):
    """A formula without ``=``, made of our own words and of places, never of data; its value; its format."""

    text: str
    value: str | float
    form: str = "General"


def computed_or_blank(text: str) -> str:
    """A formula that is blank, as the library's figure is, where it cannot be computed or one of its cells has no number."""
    cells = dict.fromkeys(re.findall(r"[A-Z]+\d+", text))
    return f'IFERROR(IF(COUNT({",".join(cells)})={len(cells)},{text},""),"")'


class Header(NamedTuple):
    """A column. Neighbours with the same ``group`` have one heading above their titles."""

    title: str
    width: float
    align: Alignment = CENTRE
    form: str = "General"
    group: str = ""


CellContent = str | float | Formula | None


class Report:
    """The workbook of a year, the values of its formulas, and the places of its figures."""

    def __init__(self, figures: Figures) -> None:
        self.figures, self.plan = figures, figures.plan
        self.book = workbook.new_workbook(f"{figures.plan.frame.title}{figures.year}年评估")
        self.book.calculation.fullCalcOnLoad = True
        #: (sheet, cell) → the value of the formula there, as the library computed it.
        self.computed: dict[tuple[str, str], str | float] = {}
        #: Key → the cells or ranges of that figure, for the formulas of later sheets.
        self.places: dict[tuple[object, ...], list[str]] = {}
        self.looks: workbook.Looks = {}


class Sheet:
    """One sheet: the title in row 1, then one or two header rows, then the data. Rows and columns count from 1. The
    headings, and the columns before ``freeze``, stay in view; the headings are printed on each page.
    """

    def __init__(
        self, report: Report, name: str, title: str, columns: Sequence[Header], *, head_row: int = 2, freeze: str = ""
    ) -> None:
        self.report, self.columns = report, columns
        self.cells = report.book.create_sheet(_NO_NAME.sub(" ", name)[:_LONGEST_NAME].strip())
        self._lines: list[tuple[int, int, int]] = []  # first row, last row, lines of text of a cell
        self._heads = (head_row, head_row + any(column.group for column in columns))
        #: The first row of data.
        self.first = self._heads[1] + 1
        for at, column in enumerate(columns, start=1):
            self.cells.column_dimensions[get_column_letter(at)].width = column.width
        self.put(1, 1, title, columns=len(columns)).font = _TITLE
        self.cells.freeze_panes = f"{freeze}{self.first}" if freeze else None
        self.cells.print_title_rows = "{}:{}".format(*self._heads)
        workbook.print_setup(self.cells)
        for group, found in groupby(enumerate(columns, start=1), key=lambda column: column[1].group):
            members, top = list(found), self._heads[1] if group else head_row
            heads = [self.put(head_row, members[0][0], group, columns=len(members))] if group else []
            heads += [self.put(top, at, column.title, rows=self.first - top) for at, column in members]
            for cell in heads:
                cell.font, cell.fill = _BOLD, workbook.HEAD

    def put(
        self, row: int, column: int, value: CellContent, align: Alignment = CENTRE, form: str = "General", *,
        rows: int = 1, columns: int = 1,
    ) -> Cell:  # fmt: skip
        """Write a cell over some rows and columns. A string is text whatever it begins with."""
        cell = self.cells.cell(row, column)
        shown = value
        if isinstance(value, Formula):
            cell.value, form = f"={value.text}", value.form
            shown = self.report.computed[self.cells.title, cell.coordinate] = value.value
        elif value is not None:
            workbook.put(cell, value)
        if isinstance(shown, str):  # a number is never wrapped
            room = sum(one.width for one in self.columns[column - 1 : column - 1 + columns]) - 1
            self._lines.append((row, row + rows - 1, workbook.wrapped_lines(shown, room)))
        look = (align is WRAP, form)
        workbook.style(cell, self.report.looks, look, alignment=align, font=_PLAIN, number_format=form)
        if rows * columns > 1:  # Excel reports a merged range of one cell as damage
            self.cells.merge_cells(None, row, column, row + rows - 1, column + columns - 1)
        return cell

    def row(self, row: int, values: Iterable[CellContent | EllipsisType]) -> None:
        """Write a row as its columns are declared; ``...`` leaves a cell untouched."""
        for at, (column, value) in enumerate(zip(self.columns, values, strict=True), start=1):
            if not isinstance(value, EllipsisType):
                self.put(row, at, value, column.align, column.form)

    def place(self, column: int, first: int, last: int | None = None) -> str:
        """The absolute reference of a cell, or of a range down to row ``last``."""
        letter = get_column_letter(column)
        return f"'{self.cells.title}'!${letter}${first}" + (f":${letter}${last}" if last is not None else "")

    def finish(self, *notes: str, filtered: bool = False) -> None:
        """Draw borders, fit the heights, add a filter, and write notes below. Spreadsheet programs do not fit rows to
        merged cells: the missing height is added to the last row of such a cell.
        """
        last = self.cells.max_row
        for cell in chain.from_iterable(self.cells.iter_rows(min_row=2, max_row=last, max_col=len(self.columns))):
            workbook.style(cell, self.report.looks, "boxed", border=workbook.BOX)
        lines = dict.fromkeys(range(1, last + 1), 1)
        for top, bottom, need in sorted(self._lines, key=lambda cell: cell[0] < cell[1]):
            lines[bottom] += max(0, need - sum(lines[row] for row in range(top, bottom + 1)))
        for number, count in lines.items():
            height = 28 if number == 1 else min(_LINE_HEIGHT * count + 3, workbook.HIGHEST_ROW)
            self.cells.row_dimensions[number].height = height
        if filtered:
            self.cells.auto_filter.ref = f"A{self._heads[1]}:{get_column_letter(len(self.columns))}{last}"
        for number, text in enumerate(notes, start=last + 1):
            cell = self.cells.cell(number, 1)
            workbook.put(cell, text)
            cell.font = _SMALL


def emphasise(cell: Cell, colour: str = "") -> None:
    """Bold, on a colour (``#e2f2e8``) if one is given; the word in the cell says the same."""
    cell.font = _BOLD
    if colour:
        cell.fill = PatternFill("solid", fgColor=colour.removeprefix("#"))
