"""What every workbook has in common: text that stays text, fonts and borders, row heights, print setup."""

import datetime
import math
from unicodedata import east_asian_width

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
#: The date in the properties where ``SOURCE_DATE_EPOCH`` gives none: the clock would make every file another one.
_UNDATED = datetime.datetime(2023, 1, 1)  # Excel's properties hold no time zone
#: Points: the height of one line of text, and the greatest that Excel gives a row.
_LINE_HEIGHT, HIGHEST_ROW = 16, 409
#: Characters that a cell holds; openpyxl silently cuts off the rest.
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
    """Set the value of a cell. A string is text whatever it begins with: "=1+1" from data is no formula.

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


def wrapped_lines(text: str, room: float) -> int:
    """Lines of a text in a cell that is ``room`` characters wide; a Chinese character counts as two."""
    widths = (sum(2 if east_asian_width(char) in "WFA" else 1 for char in line) for line in text.split("\n"))
    return sum(max(1, math.ceil(width / room)) for width in widths)


class _Fitted(RowDimension):  # type: ignore[misc]  # openpyxl ships no types
    """A row with an automatic height: a spreadsheet program fits it again when text is typed into it."""

    customHeight = False  # noqa: N815  # openpyxl's name; openpyxl marks every height as custom


def fit_row(sheet: Worksheet, row: int, *, least: int = 1) -> None:
    """Fit the height of a row to its text, at least ``least`` lines: not every program does so on opening a file."""
    need = least
    for cell in sheet[row]:
        room = sheet.column_dimensions[get_column_letter(cell.column)].width - 1
        need = max(need, wrapped_lines(str(cell.value or ""), room))
    sheet.row_dimensions[row] = _Fitted(sheet, index=row, ht=min(_LINE_HEIGHT * need + 3, HIGHEST_ROW))


def print_setup(sheet: Worksheet, *, pages_wide: int = 1) -> None:
    """A4 landscape, ``pages_wide`` pages across and as many as needed down, numbered."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7, header=0.3, footer=0.35)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
