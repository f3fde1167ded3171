"""Writing the form of a year: the guide sheet and the input sheets, prefilled with what the data has of the year.

The guide names the plan, the year and the layout version, and says how to fill in, check and import the form.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export import workbook
from cixi_analysis.export.workbook import BOX, CENTRE, FONT, HEAD, LINE, WRAP, fit_row, new_workbook, print_setup, put
from cixi_analysis.form import layout
from cixi_analysis.form.input_cells import shortened
from cixi_analysis.form.layout import GUIDE, HEADER_ROW, TITLE_ROW, FormColumn, FormRow, FormSheet, Kind, prefill
from cixi_analysis.form.sheets import form_sheets
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import digits
from cixi_analysis.plan.schema import Observation, Progress
from cixi_analysis.words import ProgressState

#: Characters that Excel allows in an input prompt.
LONGEST_PROMPT = 255
_INPUT, _CLOSED, _INPUT_HEAD = (PatternFill("solid", fgColor=colour) for colour in ("FFF8DC", "D9D9D9", "FFE699"))
#: Fill of the locked cells of every other group, so that the rows of a group can be seen to belong together.
_BAND, _NO_FILL = PatternFill("solid", fgColor="F3F6F8"), PatternFill()
_LEFT = Alignment(vertical="center", horizontal="left")
_GROUP_BORDER = Border(left=LINE, right=LINE, top=Side(style="medium", color="404040"), bottom=LINE)
_PLAIN = Font(name=FONT, size=10)
_GROUP_FONT = InlineFont(rFont=FONT, sz=9, b=True, color="1F4E79")
_CENTRED = {
    "key", "level", "item_unit", "value", "absence", "unit", "polarity", "comparator", "assigned_target", "benchmark",
    "benchmark_kind", "years", "budget", "promised", "deadline", "state", "percent", "spent", "kind", "id", "grade", "date",
    "publish", "step",
}  # fmt: skip
#: A number whose last decimal is a zero; its decimals.
_DECIMALS = re.compile(r"[^.]*\.(.*0)")
#: Most columns that are readable on one page across. With more, number and name repeat on a second page.
_MOST_COLUMNS = 14
_TEMPLATES = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701  # no HTML
_TEMPLATES.loader = PackageLoader("cixi_analysis.form", "")
#: Text of a cell → its fill, a sample of the colour that the line explains.
_SAMPLES = {"填写": _INPUT, "用不到": _CLOSED}


def write_form(plan: Plan, year: int, path: Path) -> None:
    """Write the form of a year atomically. Raises :class:`~cixi_analysis.export.workbook.ExportError`."""
    workbook.save_bytes(workbook.workbook_bytes(form_workbook(plan, year)), path)


def form_workbook(
    plan: Plan, year: int, unit: str | None = None, sheets: Sequence[FormSheet] | None = None
) -> Workbook:
    """The form of ``year``, prefilled where the data has the year. Text from the data never becomes a formula.

    ``unit``, ``sheets``: the unit and its sheets, where it is not the form of the whole year.
    """
    title = f"{plan.frame.region}生态文明建设年度填报表（{year}年）"
    book, forms = new_workbook(title), form_sheets(plan, year) if sheets is None else sheets
    _write_guide(book.create_sheet(GUIDE), title, plan, year, forms, unit)
    looks: workbook.Looks = {}
    for form in forms:
        _write_sheet(book.create_sheet(form.name), form, looks)
    for sheet in book.worksheets:
        sheet.oddFooter.left.text = "&A"
        sheet.oddFooter.right.text = f"{year}年填报表{f'（{unit}）' if unit else ''}".replace("&", "&&")
        # Without a password, against slips only; columns and rows may be resized.
        sheet.protection.enable()
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    return book


def _write_guide(
    sheet: Worksheet, title: str, plan: Plan, year: int, forms: Sequence[FormSheet], unit: str | None
) -> None:
    for letter, width in (("A", 16), ("B", 96), ("C", 56)):
        sheet.column_dimensions[letter].width = width
    put(sheet["A1"], title)
    sheet["A1"].font = Font(name=FONT, bold=True, size=16)
    sheet.row_dimensions[1].height = 30
    facts: list[tuple[str, str, str | int]] = [
        (layout.PLAN_CELL, "规划", plan.frame.short_title),
        (layout.YEAR_CELL, "年份", year),
        (layout.LAYOUT_CELL, "表式版本", layout.LAYOUT),
        *([(layout.UNIT_CELL, "填报单位", unit)] if unit else []),
    ]
    for address, label, fact in facts:
        cell = sheet[address]
        heading = cell.offset(column=-1)
        heading.fill = HEAD
        for one, text in ((heading, label), (cell, fact)):
            put(one, text)
            one.font, one.border, one.alignment = _PLAIN, BOX, _LEFT

    text = _TEMPLATES.get_template("guide.txt.j2").render(
        plan=plan, year=year, columns=layout.COLUMNS, states=ProgressState, unit=unit,
        progress=[form.name for form in forms if form.model is Progress],
        observed=any(form.model is Observation for form in forms),
    )  # fmt: skip
    for section in re.split("\n{2,}", text.strip()):
        for row, line in enumerate(section.split("\n"), start=sheet.max_row + 2):
            head = line.startswith("# ")
            for at, content in enumerate(line.removeprefix("# ").split(" |"), start=1):
                cell = sheet.cell(row, at)
                put(cell, shown := content.strip())
                cell.border = BOX
                if head:
                    cell.font, cell.fill = Font(name=FONT, size=11, bold=True), HEAD
                    continue
                cell.font, cell.alignment = _PLAIN, CENTRE if at == 1 else WRAP
                if shown in _SAMPLES:
                    cell.fill = _SAMPLES[shown]
            if not head:
                fit_row(sheet[row])
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    print_setup(sheet)


def _write_sheet(sheet: Worksheet, form: FormSheet, looks: workbook.Looks) -> None:
    legend = f"浅黄格填写，灰格用不到，其余供对照。选中一格即显示填法；详见“{GUIDE}”。"
    for cell, text, size in ((sheet.cell(TITLE_ROW, 1), form.title, 14), (sheet.cell(TITLE_ROW, 3), legend, 10)):
        put(cell, text)
        cell.font = Font(name=FONT, bold=text == form.title, size=size)
    sheet.row_dimensions[TITLE_ROW].height, sheet.row_dimensions[HEADER_ROW].height = 26, 34
    for column in form.columns:
        letter = form.letters[column.key]
        cell = sheet[f"{letter}{HEADER_ROW}"]
        put(cell, column.title)
        cell.font, cell.alignment, cell.border = Font(name=FONT, size=10, bold=True), CENTRE, BOX
        cell.fill = HEAD if column.kind is Kind.SHOWN else _INPUT_HEAD
        sheet.column_dimensions[letter].width = column.width
    validations: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    group, banded = "", False
    for number, row in enumerate(form.rows, start=layout.FIRST_ROW):
        is_first = row.group != group
        group, banded = row.group, banded ^ is_first
        content = row.given | prefill(row.known, form.inputs)
        cells = [sheet.cell(number, at) for at in range(1, len(form.columns) + 1)]
        for cell, column in zip(cells, form.columns, strict=True):
            number_format, locked, fill = "General", True, _BAND if banded else _NO_FILL
            if column.kind is Kind.SHOWN:
                put(cell, row.shown[column.key])
                if column.key == "name" and is_first and group:
                    # A row of its own for the group's name would shift the keys.
                    heading = TextBlock(_GROUP_FONT, workbook.excel_text(f"{group}\n"))
                    cell.value = CellRichText(heading, workbook.excel_text(row.shown["name"]))
            else:
                locked = column.key not in row.opened
                fill = _CLOSED if locked else _INPUT
                if column.kind in (Kind.TEXT, Kind.CHOICE):
                    number_format = "@"  # as text: Excel then makes neither a date of 3-4 nor a formula of =1
                elif column.key == "value" and (zeros := _DECIMALS.fullmatch(getattr(row.known, "value", None) or "")):
                    # A value keeps its decimals (0.10); what is typed over it is shown in full.
                    number_format = f"0.{'0' * len(zeros[1])}{'#' * 8}"
                if column.key in content:
                    put(cell, content[column.key])
                validations[column.key, _prompt(form, row, column)].append(cell)
            workbook.style(
                cell, looks, (column.key in _CENTRED, number_format, fill.fgColor.rgb, locked, is_first),
                font=_PLAIN, border=_GROUP_BORDER if is_first else BOX, number_format=number_format, fill=fill,
                alignment=CENTRE if column.key in _CENTRED else WRAP, protection=Protection(locked=locked),
            )  # fmt: skip
        fit_row(cells, least=2)
    for (key, prompt), cells in validations.items():
        _validate(sheet, form.column(key), prompt, cells)
    sheet.freeze_panes = sheet.cell(layout.FIRST_ROW, 3)
    sheet.print_title_rows, sheet.print_title_cols = f"{TITLE_ROW}:{HEADER_ROW}", "A:B"
    print_setup(sheet, pages_wide=1 if len(form.columns) <= _MOST_COLUMNS else 2)


def _prompt(form: FormSheet, row: FormRow, column: FormColumn) -> str:
    """The prompt of an input cell: how to fill it in, what this row needs, last year's content."""
    if column.key not in row.opened:
        return "这一行的要求用不到这一列，不必填写。"
    # Last year's value has its own column; the comparator is part of last year's target.
    last = None if column.key == "value" else getattr(row.before, column.key, None)
    last = digits(last) if isinstance(last, float) else getattr(last, "chinese", last)
    lines = [column.hint, row.notes.get(column.key, ""), f"{form.year - 1}年：{last}" if last else ""]
    return shortened("\n".join(line for line in lines if line), LONGEST_PROMPT)


def _validate(sheet: Worksheet, column: FormColumn, prompt: str, cells: list[Cell]) -> None:
    """Add a data validation: the prompt, and a drop-down for a choice. Excel must not refuse a number in another way,
    because a value cell may hold Ⅲ and the check explains more.
    """
    at = " ".join(cell.coordinate for cell in cells)
    validation = DataValidation(
        sqref=at, allow_blank=True, showInputMessage=True, promptTitle=column.title, prompt=prompt
    )
    if column.kind is Kind.CHOICE and not cells[0].protection.locked:
        validation.type, validation.formula1 = "list", f'"{",".join(layout.CHOICES[column.key])}"'
        validation.showErrorMessage, validation.errorTitle = True, column.title
        validation.error = "请从下拉列表中选一个，或留空。"
    sheet.add_data_validation(validation)
