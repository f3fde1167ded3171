"""Writing the form of a year: a guide, then its sheets, with what is known of the year already filled in."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export import workbook
from cixi_analysis.export.workbook import BOX, CENTRE, FONT, HEAD, LINE, WRAP, fit_row, new_workbook, print_setup, put
from cixi_analysis.form.guide_sheet import CLOSED, INPUT, INPUT_HEAD, write_guide
from cixi_analysis.form.layout import CHOICES, FIRST_ROW, GUIDE, HEADER_ROW, TITLE_ROW, FormColumn, Kind
from cixi_analysis.form.progress_sheets import progress_tables
from cixi_analysis.form.shown import domain_tables
from cixi_analysis.form.table import Inputs, Table
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import REGION

#: Behind the locked cells of every other group, so that the rows of one group are seen to belong together.
_BAND = PatternFill("solid", fgColor="F3F6F8")
_GROUP_LINE = Side(style="medium", color="404040")
_GROUP_FONT = InlineFont(rFont=FONT, sz=9, b=True, color="1F4E79")
_CENTRED = {
    *("key", "level", "unit", "value", "absence", "measured_unit", "polarity", "comparator", "assigned_target"),
    *("benchmark", "benchmark_kind", "years", "budget", "promised", "deadline", "state", "percent", "spent"),
}
#: Typed text stays text: in a cell of this format Excel makes no date of 3-4 and no formula of =1.
_AS_TEXT = "@"
#: Columns on one page across; more would be too small to read. Number and name repeat on the second page.
_MOST_COLUMNS = 14
_Prompts = dict[tuple[str, str], list[Cell]]


def write_form(plan: Plan, year: int, path: Path) -> None:
    """Write the form of ``year`` to ``path``: complete or not there.

    Raises :class:`~cixi_analysis.export.workbook.ExportError` when the place cannot be written.
    """
    workbook.save_bytes(workbook.workbook_bytes(form_workbook(plan, year)), path)


def form_workbook(plan: Plan, year: int) -> Workbook:
    """The form of ``year``, filled in where the year has observations. Text from data is text, never a formula."""
    book = new_workbook(f"{REGION}生态文明建设年度填报表（{year}年）")
    write_guide(book.create_sheet(GUIDE), year)
    tables: tuple[Table[Any], ...] = (*domain_tables(plan, year), *progress_tables(plan, year))
    for table in tables:
        _table(book.create_sheet(table.name), table)
    for sheet in book.worksheets:
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", f"{year}年填报表"
        # Without a password: it guards against slips; columns and rows may be widened.
        sheet.protection.enable()
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    return book


def _table(sheet: Worksheet, table: Table[Any]) -> None:
    _headings(sheet, table)
    prompts: _Prompts = defaultdict(list)
    group, band = "", False
    for number, key in enumerate(table.shown, start=FIRST_ROW):
        first = table.groups[key] != group
        group, band = table.groups[key], band ^ first
        _locked(sheet, number, table, key, group if first else "", _BAND if band else None)
        _inputs(sheet, number, table, table.inputs(key), prompts)
        if first:
            for cell in sheet[number]:
                cell.border = Border(left=LINE, right=LINE, top=_GROUP_LINE, bottom=LINE)
        fit_row(sheet, number, least=2)
    _validations(sheet, table, prompts)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 3)
    sheet.print_title_rows, sheet.print_title_cols = f"{TITLE_ROW}:{HEADER_ROW}", "A:B"
    print_setup(sheet, pages_wide=1 if len(table.columns) <= _MOST_COLUMNS else 2)


def _headings(sheet: Worksheet, table: Table[Any]) -> None:
    title = sheet.cell(TITLE_ROW, 1)
    put(title, table.title)
    title.font = Font(name=FONT, bold=True, size=14)
    legend = sheet.cell(TITLE_ROW, 3)
    put(legend, f"浅黄格填写，灰格用不到，其余供对照。选中一格即显示填法；详见“{GUIDE}”。")
    legend.font = Font(name=FONT, size=10)
    sheet.row_dimensions[TITLE_ROW].height, sheet.row_dimensions[HEADER_ROW].height = 26, 34
    for at, column in enumerate(table.columns, start=1):
        cell = sheet.cell(HEADER_ROW, at)
        put(cell, column.title)
        cell.font, cell.alignment, cell.border = Font(name=FONT, size=10, bold=True), CENTRE, BOX
        cell.fill = HEAD if column.kind is Kind.SHOWN else INPUT_HEAD
        sheet.column_dimensions[get_column_letter(at)].width = column.width


def _locked(sheet: Worksheet, row: int, table: Table[Any], key: object, group: str, band: PatternFill | None) -> None:
    texts = table.shown[key]
    for at, column in enumerate(table.columns, start=1):
        if column.kind is Kind.SHOWN:
            cell = sheet.cell(row, at)
            put(cell, texts[column.key])
            if column.key == "name" and group:
                # The group stands in front of its first row's name: a row of its own would shift the keys.
                cell.value = CellRichText(TextBlock(_GROUP_FONT, f"{group}\n"), texts["name"])
            cell.font, cell.border = Font(name=FONT, size=10), BOX
            cell.alignment = _alignment(column)
            if band:
                cell.fill = band


def _inputs(sheet: Worksheet, row: int, table: Table[Any], inputs: Inputs, prompts: _Prompts) -> None:
    for at, column in enumerate(table.columns, start=1):
        if column.kind is Kind.SHOWN:
            continue
        cell = sheet.cell(row, at)
        is_open = column.key in inputs.opened
        as_text = column.kind in (Kind.TEXT, Kind.CHOICE)
        cell.number_format = _AS_TEXT if as_text else inputs.formats.get(column.key, "General")
        if column.key in inputs.content:
            put(cell, inputs.content[column.key])
        cell.font, cell.border, cell.fill = Font(name=FONT, size=10), BOX, INPUT if is_open else CLOSED
        cell.alignment = _alignment(column)
        cell.protection = Protection(locked=not is_open)
        prompts[column.key, inputs.prompts[column.key]].append(cell)


def _alignment(column: FormColumn) -> Alignment:
    return CENTRE if column.key in _CENTRED else WRAP


def _validations(sheet: Worksheet, table: Table[Any], prompts: _Prompts) -> None:
    """A prompt on every input cell, a drop-down where there is a choice. Numbers are left to the check, which can say
    more than a refusal: a value cell may hold Ⅲ.
    """
    titles = {column.key: column.title for column in table.columns}
    for (key, text), cells in prompts.items():
        choices = CHOICES.get(key) if not cells[0].protection.locked else None
        validation = DataValidation(
            type="list" if choices else None,
            formula1=f'"{",".join(choices)}"' if choices else None,
            allow_blank=True,
            showInputMessage=True,
            promptTitle=titles[key],
            prompt=text,
        )
        if choices:
            validation.showErrorMessage = True
            validation.errorTitle, validation.error = titles[key], "请从下拉列表中选一个，或留空。"
        for cell in cells:
            validation.add(cell)
        sheet.add_data_validation(validation)
