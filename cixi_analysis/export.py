"""Tables 1-3 of a year as an Excel workbook that looks like the plan's own tables."""

import datetime
import math
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.assessment import Assessment, assess
from cixi_analysis.dataset import Plan
from cixi_analysis.projects import outcomes
from cixi_analysis.table1 import HEADINGS, table1
from cixi_analysis.words import PLAN_TITLE, REGION, Basis, Level, Outcome, Verdict

_WIDTHS = {
    "domain": 6, "task": 12, "indicator": 6, "name": 28, "unit": 9, "national": 20, "provincial": 20, "attribute": 8,
    "status": 38, "verdict_national": 9, "verdict_provincial": 9, "target_2025": 20, "target_2030": 20,
}  # fmt: skip
_CENTRED = {"domain", "indicator", "unit", "attribute", "verdict_national", "verdict_provincial"}
#: Points of height of one line of text.
_LINE_HEIGHT = 15
#: On every Windows with Chinese; elsewhere the program takes its own Chinese font.
_FONT = "Microsoft YaHei"
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="E7EEF3")
_WRAP = Alignment(wrap_text=True, vertical="center")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
#: A workbook made twice from the same data is the same; the moment of writing says nothing.
_WRITTEN = datetime.datetime(2023, 1, 1)  # Excel's properties hold no time zone


class ExportError(Exception):
    """The workbook could not be written; the message (Chinese) says why."""


def workbook_name(year: int) -> str:
    """The file name under which the book offers a year's workbook."""
    return f"cixi-{year}.xlsx"


def write_workbook(plan: Plan, year: int, path: Path) -> None:
    """Write Tables 1-3 with the status, verdicts and reasons of ``year`` to ``path``.

    The file is complete or not there: it is written beside its place first. Raises :class:`ExportError` when the
    place cannot be written, :class:`~cixi_analysis.dataset.UnknownYear` for a year without observations.
    """
    book = workbook(plan, year)
    try:
        handle, scratch = tempfile.mkstemp(suffix=".xlsx", dir=path.parent)
        os.close(handle)
        try:
            book.save(scratch)
            Path(scratch).chmod(0o644)
            Path(scratch).replace(path)
        finally:
            Path(scratch).unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(
            f"不能写入 {path}：{error.strerror or error}。请检查文件夹是否存在、文件是否正被打开。"
        ) from error


def workbook(plan: Plan, year: int) -> Workbook:
    """The workbook with the sheets 表一, 表二, 表三 and 结论依据. Text from data is text: nothing in a cell is a formula."""
    assessment = assess(plan, year)
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "cixi_analysis"
    book.properties.title = f"{PLAN_TITLE}{year}年评估"
    book.properties.created = book.properties.modified = _WRITTEN
    _table1(book.create_sheet("表一"), assessment)
    _table2(book.create_sheet("表二"), plan)
    _table3(book.create_sheet("表三"), plan)
    _reasons(book.create_sheet("结论依据"), assessment)
    for sheet in book.worksheets:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    return book


def _table1(sheet: Worksheet, assessment: Assessment) -> None:
    """The plan's own thirteen columns under two header rows, merged as the plan merges them."""
    plan, year = assessment.plan, assessment.year
    at = {column: number for number, column in enumerate(HEADINGS, start=1)}
    _title(sheet, f"表一 {REGION}生态文明建设示范区指标体系（{year}年评估）", len(at))
    second = {"status": f"{year}年", "target_2025": "2025年", "target_2030": "2030年"}
    second |= {column: HEADINGS[column] for column in ("verdict_national", "verdict_provincial")}
    for over, first, last in (("现状值", "status", "verdict_provincial"), ("规划值", "target_2025", "target_2030")):
        _put(sheet, 2, at[first], over, head=True)
        sheet.merge_cells(start_row=2, end_row=2, start_column=at[first], end_column=at[last])
    for column, number in at.items():
        if column in second:
            _put(sheet, 3, number, second[column], head=True)
        else:
            _put(sheet, 2, number, HEADINGS[column], head=True)
            sheet.merge_cells(start_row=2, end_row=3, start_column=number, end_column=number)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[column]
    for number, row in enumerate(table1(plan, year, assessment.table), start=4):
        for column, cell in row.cells.items():
            value: str | int = int(cell.text) if column == "indicator" else cell.text
            _put(sheet, number, at[column], value, centre=column in _CENTRED)
            if cell.rowspan > 1:
                end = number + cell.rowspan - 1
                sheet.merge_cells(start_row=number, end_row=end, start_column=at[column], end_column=at[column])
    _outline(sheet, 2, len(at))
    _fit(sheet, 2)
    sheet.freeze_panes = sheet.cell(4, at["unit"])
    sheet.print_title_rows = "2:3"
    note = "注：*指标为国家级特有指标，**指标为省级特有指标，未标注的为国家级、省级共有指标。结论由现状与要求原文计算得出，见“结论依据”。"
    sheet.cell(sheet.max_row + 1, 1, note).font = Font(name=_FONT, size=9)


def _reasons(sheet: Worksheet, assessment: Assessment) -> None:
    """Why each item has its verdict at each level, and where its status comes from."""
    plan, year = assessment.plan, assessment.year
    headings = ["序号", "子项", "名称", "级别", "结论", "依据", "理由", "现状出处"]
    _title(sheet, f"结论依据（{year}年评估）", len(headings))
    _header(sheet, headings, (6, 7, 30, 9, 9, 13, 80, 50))
    items = {item.item_id: item for item in plan.items}
    for number, row in enumerate(assessment.items.to_dict("records"), start=3):
        item, level = items[str(row["item_id"])], Level(str(row["level"]))
        name = (item.provincial_name if level is Level.PROVINCIAL else None) or item.name
        observed = plan.observation(item.item_id, year, level)
        basis = Basis(str(row["basis"])).chinese if row["basis"] else ""
        cells: list[str | float] = [
            item.indicator,
            item.part_mark,
            name,
            level.chinese,
            Verdict(str(row["verdict"])).chinese,
            basis,
        ]
        cells += [str(row["reason"]), observed.source if observed else ""]
        for column, value in enumerate(cells, start=1):
            _put(sheet, number, column, value, centre=column in (1, 2, 4, 5, 6))
    _outline(sheet, 2, len(headings))
    _fit(sheet, 2)
    sheet.freeze_panes = "D3"
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(headings))}{sheet.max_row}"
    sheet.print_title_rows = "2:2"


def _table2(sheet: Worksheet, plan: Plan) -> None:
    headings = ["项目类型", "项目总数", *(o.chinese for o in Outcome)]
    _title(sheet, "表二 2018-2022年重点工程实施情况", len(headings))
    _header(sheet, headings, (14, 10, 10, 14, 20, 26))
    for number, row in enumerate(outcomes(plan).to_dict("records"), start=3):
        cells: list[str | float] = [str(row["project_type"]), *(int(str(row[c])) for c in ("total", *Outcome))]
        for column, value in enumerate(cells, start=1):
            _put(sheet, number, column, value, centre=True)
    _outline(sheet, 2, len(headings))
    _fit(sheet, 2)


def _table3(sheet: Worksheet, plan: Plan) -> None:
    headings = ["类别", "序号", "项目名称", "主要内容", "实施年限", "投资概算（万元）", "责任单位"]
    _title(sheet, "表三 重点项目", len(headings))
    _header(sheet, headings, (10, 6, 28, 70, 12, 14, 30))
    first = 3
    for number, project in enumerate(plan.projects, start=first):
        budget = "/" if project.budget is None else project.budget
        cells: list[str | float] = [
            project.category,
            project.number,
            project.name,
            project.content,
            project.years,
            budget,
            project.units,
        ]
        for column, value in enumerate(cells, start=1):
            _put(sheet, number, column, value, centre=column in (1, 2, 5))
        sheet.cell(number, 6).number_format = "#,##0"
    last = first + len(plan.projects) - 1
    _merge_equal(sheet, first, last, [p.category for p in plan.projects])
    _put(sheet, last + 1, 1, "合计", centre=True)
    for column in range(2, len(headings) + 1):
        _put(sheet, last + 1, column, "")
    total = sheet.cell(last + 1, 6, sum(p.budget for p in plan.projects if p.budget is not None))
    total.number_format, total.font, total.alignment = "#,##0", Font(name=_FONT, size=10, bold=True), _WRAP
    _outline(sheet, 2, len(headings))
    _fit(sheet, 2)
    sheet.freeze_panes = "D3"
    sheet.print_title_rows = "2:2"


def _title(sheet: Worksheet, text: str, columns: int) -> None:
    cell = sheet.cell(1, 1, text)
    cell.font, cell.alignment = Font(name=_FONT, bold=True, size=14), _CENTRE
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=columns)
    sheet.row_dimensions[1].height = 28


def _header(sheet: Worksheet, headings: Sequence[str], widths: Sequence[int]) -> None:
    for column, (text, width) in enumerate(zip(headings, widths, strict=True), start=1):
        _put(sheet, 2, column, text, head=True)
        sheet.column_dimensions[get_column_letter(column)].width = width


def _put(
    sheet: Worksheet, row: int, column: int, value: str | float, *, head: bool = False, centre: bool = False
) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        # Written as a string whatever it begins with: "=1+1" from data is text, not a formula.
        cell.value, cell.data_type, cell.quotePrefix = value, "s", value[:1] in ("=", "+", "-", "@") and len(value) > 1
    else:
        cell.value = value
    cell.alignment = _CENTRE if head or centre else _WRAP
    cell.font = Font(name=_FONT, size=10, bold=head)
    if head:
        cell.fill = _HEAD


def _merge_equal(sheet: Worksheet, first: int, last: int, texts: Sequence[str]) -> None:
    start = first
    for row in range(first + 1, last + 2):
        if row > last or texts[row - first] != texts[start - first]:
            sheet.merge_cells(start_row=start, end_row=row - 1, start_column=1, end_column=1)
            start = row


def _outline(sheet: Worksheet, first: int, columns: int) -> None:
    for row in sheet.iter_rows(min_row=first, max_row=sheet.max_row, max_col=columns):
        for cell in row:
            cell.border = _BOX


def _fit(sheet: Worksheet, first: int) -> None:
    """Rows as high as their text needs: spreadsheet programs do not do it for merged cells."""
    spans = {(r.min_row, r.min_col): r.max_row for r in sheet.merged_cells.ranges if r.min_col == r.max_col}
    lines = dict.fromkeys(range(first, sheet.max_row + 1), 1)
    merged: list[tuple[int, int, int]] = []
    for row in sheet.iter_rows(min_row=first):
        for cell in row:
            width = sheet.column_dimensions[get_column_letter(cell.column)].width
            need = sum(max(1, math.ceil(_width(line) / (width - 1))) for line in str(cell.value or "").split("\n"))
            last = spans.get((cell.row, cell.column), cell.row)
            if last == cell.row:
                lines[cell.row] = max(lines[cell.row], need)
            else:
                merged.append((cell.row, last, need))
    for top, last, need in merged:
        lines[last] += max(0, need - sum(lines[row] for row in range(top, last + 1)))
    for number, count in lines.items():
        sheet.row_dimensions[number].height = _LINE_HEIGHT * count + 3


def _width(text: str) -> int:
    """Columns of a fixed-width font: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)
