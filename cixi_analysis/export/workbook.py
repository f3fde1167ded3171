"""Shared by all exported files: text that stays text, the styles of a workbook, reproducible bytes.

Text from data is made printable: unwritable characters are shown, and nothing becomes a formula in Excel or CSV.
"""

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from html import escape
from pathlib import Path
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from cixi_analysis.errors import CixiError, reason
from cixi_analysis.plan import build_date, zip_date
from cixi_analysis.plan.journal import write_whole

#: A font of every Chinese Windows; elsewhere the program substitutes its own Chinese font.
FONT = "Microsoft YaHei"
LINE = Side(style="thin", color="808080")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD = PatternFill("solid", fgColor="E7EEF3")
WRAP = Alignment(wrap_text=True, vertical="center")
CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
#: Points: the height of one line of text, and the greatest that Excel gives a row.
_LINE_HEIGHT, HIGHEST_ROW = 16, 409
#: Characters that a cell holds; openpyxl silently cuts off the rest.
_LONGEST = 32_767
#: Characters that XML cannot hold → their replacement: ``␀`` for NUL and so on, ``�`` for half a surrogate pair and for
#: the two non-characters.
_SHOWN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: ord("␡")}
_SHOWN |= dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), ord("\ufffd"))
#: Excel reads ``_x0041_`` in a cell as the character of that code; ``_x005F_`` stands for the underscore itself.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: The first characters of a formula for a spreadsheet program that opens a CSV file (injection), half or full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
#: A formula as openpyxl writes it: without a value.
_WRITTEN_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"([^>]*)>(<f>[^<]*</f>)<v ?(?:/>|></v>)')


#: Name of a look and the style that it was given on top of → the resulting style, for the cells of one workbook.
Looks = dict[tuple[object, ...], StyleArray]


class ExportError(CixiError):
    """The file could not be written; the message (Chinese) says why."""


def printable(text: str) -> str:
    """``text`` with visible replacements for characters that XML cannot hold, and line feeds as line breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_SHOWN)


def excel_text(text: str) -> str:
    """``text`` for an Excel cell: printable, truncated with a note, escaped so that it is read back unchanged."""
    text, most = printable(text), _LONGEST - 40  # room for the note
    if len(text) > most:
        text = f"{text[:most]}……（以下{len(text) - most}字见JSON文件）"
    return _ESCAPE.sub("_x005F_", text)


def csv_text(text: str) -> str:
    """``text`` for a CSV cell: with a visible apostrophe, which the JSON file does not have, before what a spreadsheet
    program would interpret as a formula. Numbers and single signs (the unit ``-``) are none.
    """
    text = printable(text)
    plain = len(text.strip()) == 1 or _NUMBER.fullmatch(text)
    return f"'{text}" if _FORMULA.match(text) and not plain else text


def new_workbook(title: str) -> Workbook:
    """A workbook without sheets, with properties that do not depend on the clock."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.title = "cixi_analysis", title
    book.properties.created = book.properties.modified = properties_date()
    return book


def properties_date() -> datetime:
    """The date in a file's properties, which hold no time zone: of the build, else a fixed one, never the clock's."""
    given = build_date()
    return given.replace(tzinfo=None) if given else datetime(2023, 1, 1)


def put(cell: Cell, value: str | float) -> None:
    """Set a cell; a string is text whatever it begins with or looks like, see :func:`excel_text`."""
    cell.value = excel_text(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", value[:1] in ("=", "+", "-", "@") and len(value) > 1


def style(cell: Cell, looks: Looks, name: object, **look: object) -> None:
    """Apply the look called ``name`` on top of a cell's style. The resulting style is cached for each workbook, since
    openpyxl's look-up of fonts and borders for each cell takes longer than writing the file.
    """
    key = name, *(cell._style or ())
    if key not in looks:
        for attribute, value in look.items():
            setattr(cell, attribute, value)
        looks[key] = cell._style
    cell._style = copy(looks[key])


def wrapped_lines(text: str, room: float) -> int:
    """Lines of a text in a cell that is ``room`` characters wide; a Chinese character counts as two."""
    widths = (sum(2 if east_asian_width(char) in "WFA" else 1 for char in line) for line in text.split("\n"))
    return sum(max(1, math.ceil(width / room)) for width in widths)


class _Fitted(RowDimension):  # type: ignore[misc]  # openpyxl ships no types
    """A row with an automatic height: a spreadsheet program fits it again when text is typed into it."""

    customHeight = False  # noqa: N815  # openpyxl's name; openpyxl marks every height as custom


def fit_row(cells: Sequence[Cell], *, least: int = 1) -> None:
    """Set the height of these cells' row to fit their text, at least ``least`` lines: not every program does so."""
    sheet, row = cells[0].parent, cells[0].row
    rooms = ((cell.value, sheet.column_dimensions[cell.column_letter].width - 1) for cell in cells)
    need = max(least, *(wrapped_lines(str(value or ""), room) for value, room in rooms))
    sheet.row_dimensions[row] = _Fitted(sheet, index=row, ht=min(_LINE_HEIGHT * need + 3, HIGHEST_ROW))


def print_setup(sheet: Worksheet, *, pages_wide: int = 1) -> None:
    """A4 landscape, ``pages_wide`` pages across and as many as needed down, numbered."""
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    setup.fitToWidth, setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = pages_wide, 0, True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7, header=0.3, footer=0.35)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def save_bytes(content: bytes, path: Path, kind: type[CixiError] = ExportError) -> None:
    """Write atomically. Raises an error of this ``kind`` where that fails; an older file stays."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise kind(f"不能写入 {path}：{reason(error)}。请检查文件夹是否存在、文件是否正被打开。") from error


class _InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl ships no types
    """Writes sheets without openpyxl's temporary files: the disk that holds these may be full, and a kill leaves them."""

    def write_worksheet(self, ws: Worksheet) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        writer = WorksheetWriter(ws, written := io.BytesIO())
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], written.getvalue())
        self.manifest.append(ws)


def workbook_bytes(book: Workbook, values: Mapping[tuple[str, str], str | float] | None = None) -> bytes:
    """The file's bytes, without the clock that ``Workbook.save`` puts into the properties and every ZIP entry.

    ``values``: (sheet, cell) → the value of the formula there, for every formula. Excel, WPS and LibreOffice recalculate
    on opening; a preview, a phone and Excel's protected view show stored values.
    """
    written = io.BytesIO()
    _InMemory(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    with zipfile.ZipFile(written) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    if values:
        for number, sheet in enumerate(book.worksheets, start=1):
            name = f"xl/worksheets/sheet{number}.xml"
            parts[name] = _with_values(parts[name].decode(), sheet.title, values).encode()
    return zipped(parts, build_date())


def _with_values(xml: str, sheet: str, values: Mapping[tuple[str, str], str | float]) -> str:
    def store(found: re.Match[str]) -> str:
        at, attributes, formula = found.groups()
        value = values[sheet, at]
        kind, shown = (' t="str"', escape(value)) if isinstance(value, str) else ("", repr(value))
        return f'<c r="{at}"{attributes}{kind}>{formula}<v>{shown}</v>'

    filled, count = _WRITTEN_FORMULA.subn(store, xml)
    if count != xml.count("<f>"):
        raise AssertionError(f"{sheet}: openpyxl writes formulas in another form than {_WRITTEN_FORMULA.pattern}")
    return filled


def zipped(files: Mapping[str, bytes], date: datetime | None) -> bytes:
    """A ZIP file that depends on neither the clock nor the operating system."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, zip_date(date))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3  # Unix
            target.writestr(entry, content)
    return made.getvalue()
