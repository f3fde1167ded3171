"""Writing the form of a year: a guide, then a sheet a domain, with what is known of the year already filled in."""

from collections import defaultdict
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.cells import BOX, CENTRE, FONT, HEAD, LINE, WRAP, fit_row, new_workbook, print_setup, put
from cixi_analysis.dataset import Plan
from cixi_analysis.form.entries import entries, number_format
from cixi_analysis.form.guide import CLOSED, INPUT, INPUT_HEAD, write_guide
from cixi_analysis.form.layout import (
    CHOICES,
    COLUMNS,
    FIRST_ROW,
    GUIDE,
    HEADER_ROW,
    INPUTS,
    TITLE_ROW,
    Key,
    Kind,
    open_inputs,
    sheet_title,
    sheets,
)
from cixi_analysis.form.shown import prompt, shown
from cixi_analysis.saving import save_workbook
from cixi_analysis.schema import Observation
from cixi_analysis.words import REGION

#: Behind the locked cells of every other task, so that the rows of one task are seen to belong together.
_BAND = PatternFill("solid", fgColor="F3F6F8")
_TASK_LINE = Side(style="medium", color="404040")
_TASK_FONT = InlineFont(rFont=FONT, sz=9, b=True, color="1F4E79")
_CENTRED = {
    "key",
    "level",
    "unit",
    "value",
    "absence",
    "measured_unit",
    "polarity",
    "comparator",
    "assigned_target",
} | {
    "benchmark",
    "benchmark_kind",
}
#: Typed text stays text: in a cell of this format Excel makes no date of 3-4 and no formula of =1.
_AS_TEXT = "@"
#: 24 columns on one page across would be too small to read; number and name repeat on the second.
_PAGES_WIDE = 2
_Prompts = dict[tuple[str, str], list[Cell]]


def write_form(plan: Plan, year: int, path: Path) -> None:
    """Write the form of ``year`` to ``path``: complete or not there.

    Raises :class:`~cixi_analysis.saving.ExportError` when the place cannot be written.
    """
    save_workbook(form_workbook(plan, year), path)


def form_workbook(plan: Plan, year: int) -> Workbook:
    """The form of ``year``, filled in where the year has observations. Text from data is text, never a formula."""
    book = new_workbook(f"{REGION}生态文明建设年度填报表（{year}年）")
    write_guide(book.create_sheet(GUIDE), year)
    for domain, keys in sheets(plan).items():
        _domain(book.create_sheet(domain), plan, year, domain, keys)
    for sheet in book.worksheets:
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", f"{year}年填报表"
        # Without a password: it guards against slips; columns and rows may be widened.
        sheet.protection.enable()
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    return book


def _domain(sheet: Worksheet, plan: Plan, year: int, domain: str, keys: tuple[Key, ...]) -> None:
    _headings(sheet, year, domain)
    observed = {(o.item_id, o.level): o for o in plan.observations.get(year, ())}
    prompts: _Prompts = defaultdict(list)
    task, band = "", False
    for number, key in enumerate(keys, start=FIRST_ROW):
        first = key.item.task != task
        task, band = key.item.task, band ^ first
        _locked(sheet, number, shown(plan, key, year), task if first else "", _BAND if band else None)
        _inputs(sheet, number, plan, key, year, observed.get((key.item.item_id, key.level)), prompts)
        if first:
            for cell in sheet[number]:
                cell.border = Border(left=LINE, right=LINE, top=_TASK_LINE, bottom=LINE)
        fit_row(sheet, number, least=2)
    _validations(sheet, prompts)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 3)
    sheet.print_title_rows, sheet.print_title_cols = f"{TITLE_ROW}:{HEADER_ROW}", "A:B"
    print_setup(sheet, pages_wide=_PAGES_WIDE)


def _headings(sheet: Worksheet, year: int, domain: str) -> None:
    title = sheet.cell(TITLE_ROW, 1)
    put(title, sheet_title(domain, year))
    title.font = Font(name=FONT, bold=True, size=14)
    legend = sheet.cell(TITLE_ROW, 3)
    put(legend, f"浅黄格填写，灰格用不到，其余供对照。选中一格即显示填法；详见“{GUIDE}”。")
    legend.font = Font(name=FONT, size=10)
    sheet.row_dimensions[TITLE_ROW].height, sheet.row_dimensions[HEADER_ROW].height = 26, 34
    for at, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(HEADER_ROW, at)
        put(cell, column.title)
        cell.font, cell.alignment, cell.border = Font(name=FONT, size=10, bold=True), CENTRE, BOX
        cell.fill = HEAD if column.kind is Kind.SHOWN else INPUT_HEAD
        sheet.column_dimensions[get_column_letter(at)].width = column.width


def _locked(sheet: Worksheet, row: int, texts: dict[str, str], task: str, band: PatternFill | None) -> None:
    for at, column in enumerate(COLUMNS, start=1):
        if column.kind is Kind.SHOWN:
            cell = sheet.cell(row, at)
            put(cell, texts[column.key])
            if column.key == "name" and task:
                # The task stands in front of its first row's name: a row of its own would shift the keys.
                cell.value = CellRichText(TextBlock(_TASK_FONT, f"{task}\n"), texts["name"])
            cell.font, cell.border = Font(name=FONT, size=10), BOX
            cell.alignment = CENTRE if column.key in _CENTRED else WRAP
            if band:
                cell.fill = band


def _inputs(
    sheet: Worksheet, row: int, plan: Plan, key: Key, year: int, observation: Observation | None, prompts: _Prompts
) -> None:
    content = entries(observation) if observation else {}
    # What the data has is shown where it can be changed, even where no requirement asks for it.
    opened = open_inputs(plan, key, year) | content.keys()
    for at, column in enumerate(COLUMNS, start=1):
        if column not in INPUTS:
            continue
        cell = sheet.cell(row, at)
        is_open = column.key in opened
        cell.number_format = _AS_TEXT if column.kind in (Kind.TEXT, Kind.CHOICE) else "General"
        if column.key in content:
            put(cell, content[column.key])
        if observation and column.key == "value":
            cell.number_format = number_format(observation.value)
        cell.font, cell.border, cell.fill = Font(name=FONT, size=10), BOX, INPUT if is_open else CLOSED
        cell.alignment = CENTRE if column.key in _CENTRED else WRAP
        cell.protection = Protection(locked=not is_open)
        prompts[column.key, prompt(plan, key, year, column, is_open=is_open)].append(cell)


def _validations(sheet: Worksheet, prompts: _Prompts) -> None:
    """A prompt on every input cell, a drop-down where there is a choice. Numbers are left to the check, which can say
    more than a refusal: a value cell may hold Ⅲ.
    """
    titles = {column.key: column.title for column in INPUTS}
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
