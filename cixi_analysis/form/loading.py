"""Loading a workbook with openpyxl's parsers: the cells as displayed, and the parts that the check of a form needs.

``load_workbook`` would also read charts, tables, pivots and names, create every cell of a merged range, translate
shared formulas, and join the runs of a text without reporting which are struck out.
"""

import io
import re
import warnings
from contextlib import redirect_stdout, suppress
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl import Workbook
from openpyxl.comments.comment_sheet import CommentSheet
from openpyxl.packaging.relationship import RelationshipList, get_dependents, get_rels_path
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser, WorksheetReader
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.xml.constants import COMMENTS_NS, REL_NS, SHARED_STRINGS, SHEET_DRAWING_NS, SHEET_MAIN_NS
from openpyxl.xml.functions import fromstring

#: How a workbook stores a character that XML cannot hold.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[+-]?[0-9.]+([Ee][+-]?[0-9]+)?", re.ASCII)
_DRAWING = f"{REL_NS}/drawing"
_TYPES = {"n", "s", "str", "inlineStr", "b", "e", "d"}


class AlteredText(str):
    """A text whose display differs from its content: ``flaw`` is the formatting that alters it, and what is expected."""

    flaw: tuple[str, str]


#: The flaws, of a text or a whole cell.
STRUCK = "加了删除线", "没有删除线：划掉的删去，不划掉的取消删除线"
RAISED = "排成上标或下标", "没有上下标，如 10的5次方"


class TypedFormula(str):
    """A formula as written (only ``=…`` where another cell's is shared), with its saved result."""

    saved: object = None


def load_book(content: bytes) -> Workbook:
    """The workbook. Raises whatever openpyxl raises for a damaged one."""
    reader = ExcelReader(io.BytesIO(content), keep_links=False)
    # openpyxl warns about contents that it drops, and prints a message about a missing style.
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        reader.read_manifest()
        reader.read_workbook()
        book = reader.wb
        apply_stylesheet(reader.archive, book)
        # Excel's built-in formats of other languages, which openpyxl does not know, are dates (27–36, 50–58, 71–81).
        for at, style in enumerate(book._cell_styles):
            if not 0 <= style.fontId < len(book._fonts):
                raise ValueError(f"no font {style.fontId}")
            if style.numFmtId < BUILTIN_FORMATS_MAX_SIZE and style.numFmtId not in BUILTIN_FORMATS:
                book._date_formats.add(at)
        _load_sheets(reader, _shared_strings(reader))
    return book


def _load_sheets(reader: ExcelReader, strings: list[str]) -> None:
    book, archive, read = reader.wb, reader.archive, set[str]()
    for listed, relation in reader.parser.find_sheets():
        part = relation.target
        if part in read:
            raise ValueError(f"{part} is two sheets")
        read.add(part)
        is_chart = "chartsheet" in relation.Type
        sheet = (book.create_chartsheet if is_chart else book.create_sheet)(listed.name)
        sheet.sheet_state = listed.state
        if is_chart:
            continue
        with archive.open(part) as source:
            filler = WorksheetReader(sheet, source, strings, data_only=True, rich_text=False)
            formats = book._date_formats, book._timedelta_formats
            filler.parser = _SheetParser(source, strings, True, book.epoch, *formats)
            filler.bind_cells()
            filler.bind_formatting()
            filler.bind_col_dimensions()
            filler.bind_row_dimensions()
            filler.bind_properties()
            if merged := filler.parser.merged_cells:
                sheet.merged_cells = MultiCellRange(merged.mergeCell)
        relations = get_rels_path(part)
        known = get_dependents(archive, relations) if relations in reader.valid_files else RelationshipList()
        for comments in {relation.target for relation in known.find(COMMENTS_NS)}:
            for address, comment in CommentSheet.from_tree(fromstring(archive.read(comments))).comments:
                sheet.cell(*coordinate_to_tuple(address)).comment = comment
        #: the cells in which pictures, text boxes and embedded files begin
        sheet.drawn = []
        for drawing in {one.target for one in known.find(_DRAWING)}:
            with suppress(KeyError, SyntaxError, ValueError):  # a damaged one leaves the cells readable
                sheet.drawn += [_place(shape) for shape in fromstring(archive.read(drawing))]


def _place(shape: Element) -> str:
    row, column = (int(shape.findtext(f".//{{{SHEET_DRAWING_NS}}}{name}") or 0) + 1 for name in ("row", "col"))
    return f"{get_column_letter(column)}{row}"


def _shared_strings(reader: ExcelReader) -> list[str]:
    texts: list[str] = []
    if part := reader.package.find(SHARED_STRINGS):
        with reader.archive.open(part.PartName[1:]) as source:
            for _, element in iterparse(source):  # noqa: S314  # entities are refused before
                if element.tag == _tag("si"):
                    texts.append(_text(element))
                    element.clear()
    return texts


def _tag(name: str) -> str:
    return f"{{{SHEET_MAIN_NS}}}{name}"


def _text(element: Element) -> str:
    """The displayed text of a string item: its runs, without phonetic guides."""
    runs = element.findall(_tag("r")) or [element]
    texts = [run.findall(_tag("t")) for run in runs]
    if any(len(text) > 1 for text in texts) or (runs != [element] and element.find(_tag("t")) is not None):
        raise ValueError("a text twice, of which programs show one or the other")
    parts = [text[0].text or "" if text else "" for text in texts]
    text = unescaped("".join(parts))
    strikes = (strike for run in runs for strike in run.findall(f"{_tag('rPr')}/{_tag('strike')}"))
    struck = any(strike.get("val") not in ("0", "false") for strike in strikes)
    # A raised or lowered figure beside a figure, 10⁵, would read 105.
    raised = any(
        run.find(f"{_tag('rPr')}/{_tag('vertAlign')}") is not None
        and re.search(r"\d$", before)
        and re.match(r"\d", part)
        for run, before, part in zip(runs[1:], parts, parts[1:], strict=False)
    )
    if not struck and not raised:
        return text
    altered = AlteredText(text)
    altered.flaw = STRUCK if struck else RAISED
    return altered


def unescaped(text: str) -> str:
    """The text as a spreadsheet program shows it: escapes resolved, line breaks unified."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


class _SheetParser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """Refuses cells that no spreadsheet program writes, where openpyxl would take one of two meanings."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        kind, content = element.get("t", "n"), element.findtext(_tag("v")) or ""
        # A negative index would count from the end; Python's numbers may have underscores and any script's digits.
        odd = kind not in _TYPES or element.get("s", "0").startswith("-") or (kind == "s" and not content.isdecimal())
        if odd or (kind == "n" and content.strip() and not _NUMBER.fullmatch(content.strip())):
            raise ValueError(f"odd cell {element.attrib}")
        cell: dict[str, Any] = super().parse_cell(element)
        if kind == "inlineStr" and (inline := element.find(_tag("is"))) is not None:
            cell["value"] = _text(inline)
        elif kind == "str" and cell["value"]:
            cell["value"] = unescaped(cell["value"])
        if (written := element.find(_tag("f"))) is not None:
            formula = TypedFormula(f"={written.text or '…'}")
            formula.saved = cell["value"]
            cell |= {"value": formula, "data_type": "f"}
        place = cell["row"], cell["column"]
        if cell["row"] != self.row_counter or place in self.seen:
            raise ValueError(f"cell {place} in another row, or twice")
        self.seen.add(place)
        return cell

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seen: set[tuple[int, int]] = set()
