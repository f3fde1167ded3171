"""What every workbook has in common: text that stays text, fonts and lines, widths of Chinese text, print setup."""

import datetime
import math
import unicodedata

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export.saving import ExportError
from cixi_analysis.plan import edition

#: On every Windows with Chinese; elsewhere the program takes its own Chinese font.
FONT = "Microsoft YaHei"
LINE = Side(style="thin", color="808080")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD = PatternFill("solid", fgColor="E7EEF3")
WRAP = Alignment(wrap_text=True, vertical="center")
CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
#: The date of a workbook without one: made twice from the same data it is the same; the hour says nothing.
_UNDATED = datetime.datetime(2023, 1, 1)  # Excel's properties hold no time zone
#: Points of height of one line of text, and the most that Excel gives a row.
_LINE_HEIGHT, _HIGHEST = 16, 409
#: Characters of a cell; openpyxl would cut the rest off without a word.
_LONGEST = 32767


def new_workbook(title: str) -> Workbook:
    """A workbook without sheets, with properties that do not depend on when and by whom it is made."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "cixi_analysis"
    book.properties.title = title
    given = edition.date()
    book.properties.created = book.properties.modified = given.replace(tzinfo=None) if given else _UNDATED
    return book


def put(cell: Cell, value: str | float) -> None:
    """Give a cell its value. A string is text whatever it begins with: "=1+1" from data is no formula.

    Raises :class:`~cixi_analysis.export.saving.ExportError` for a text that no workbook can hold.
    """
    if isinstance(value, str):
        refused = ILLEGAL_CHARACTERS_RE.search(value)
        if refused:
            shown, code = ILLEGAL_CHARACTERS_RE.sub("□", value)[:60], ord(refused.group())
            raise ExportError(f"数据中的“{shown}”含有工作簿不能保存的控制字符（□处，U+{code:04X}），请先从数据中删去。")
        if len(value) > _LONGEST:
            raise ExportError(f"数据中的“{value[:60]}……”有 {len(value)} 个字符，工作簿的一个单元格至多 {_LONGEST} 个。")
        cell.value, cell.data_type, cell.quotePrefix = value, "s", value[:1] in ("=", "+", "-", "@") and len(value) > 1
    else:
        cell.value = value


def width(text: str) -> int:
    """Columns of a fixed-width font: a Chinese character is two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


class _Fitted(RowDimension):  # type: ignore[misc]  # openpyxl ships no types
    """A row with a height that nobody chose: a program fits it anew when text is typed into it."""

    customHeight = False  # noqa: N815  # openpyxl's name; it takes every height for a chosen one


def fit_row(sheet: Worksheet, row: int, *, least: int = 1) -> None:
    """Make a row as high as its text needs, ``least`` lines or more: not every program does it when it opens a file."""
    need = least
    for cell in sheet[row]:
        room = sheet.column_dimensions[get_column_letter(cell.column)].width - 1
        need = max(need, sum(max(1, math.ceil(width(text) / room)) for text in str(cell.value or "").split("\n")))
    sheet.row_dimensions[row] = _Fitted(sheet, index=row, ht=min(_LINE_HEIGHT * need + 3, _HIGHEST))


def print_setup(sheet: Worksheet, *, pages_wide: int = 1) -> None:
    """A4 landscape, ``pages_wide`` pages across and as many as needed down, numbered."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7, header=0.3, footer=0.35)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
