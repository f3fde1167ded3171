"""The last pass over a rendered document: values become content controls, pictures drawings; tables fit.

A template's loop over cells leaves the widths of the template's own columns.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from io import BytesIO
from typing import Any

from docx.document import Document
from docx.opc.oxml import serialize_part_xml
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Twips
from lxml import etree

from cixi_analysis.errors import quoted
from cixi_analysis.report.issue import END, START, Issue, ReportError
from cixi_analysis.report.tagged_text import BOOKMARK
from cixi_analysis.report.word_fields import bookmark

_TOKEN = re.compile(f"{START}([^{END}]*){END}")
#: The part of a page's height that a picture may take: its caption stands below it.
_TALLEST = 0.86
_TEXT, _RUN, _PROPERTIES = qn("w:t"), qn("w:r"), qn("w:rPr")
_FOOTNOTES = "footnotes+xml"
_HOLDERS = [qn(f"w:{name}") for name in ("tc", "txbxContent", "hdr", "ftr", "footnote")]
_NO_END = (qn("w:tcPr"), qn("w:tbl"))
#: Text outside of text elements, which Word does not show.
_AROUND = ("body", "tbl", "tr", "tc", "p", "r", "sdtContent", "hdr", "ftr", "footnote")
_STRAY = etree.XPath(
    f"//*[{' or '.join(f'self::w:{name}' for name in _AROUND)}]/text()[normalize-space()]", namespaces=nsmap
)
#: What programs read that do not know the newer form beside it: a text box is stored in both.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: The id of the first bookmark of a value, beyond those of headings and of a template.
_FIRST_BOOKMARK = 100_000
#: The order that the standard gives to a cell's properties; docxtpl puts spans and colours first.
_ORDER = [
    qn(f"w:{name}")
    for name in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
                 "tcFitText", "vAlign", "hideMark")
]  # fmt: skip


def finish(document: Document, issue: Issue) -> list[str]:
    """Replace the tokens of values and pictures, in text, tables, headers, footers and footnotes. Returns the keys."""
    keys: list[str] = []
    room, body = _room(document), document.part
    for part in sorted(body.package.iter_parts(), key=lambda part: (part is not body, str(part.partname))):
        is_footnotes = part.content_type.endswith(_FOOTNOTES)
        root: Any = parse_xml(part.blob) if is_footnotes else getattr(part, "element", None)
        if root is None:
            continue
        _fill_up(root)
        for text in [t for t in root.iter(_TEXT) if _TOKEN.search(t.text or "")]:
            run, is_copy = text.getparent(), next(text.iterancestors(_FALLBACK), None) is not None
            if run.tag == _RUN and (parent := run.getparent()) is not None:  # else a run with several, done already
                made = partial(_control_or_drawing, part=part, issue=issue, room=room, keys=None if is_copy else keys)
                at = parent.index(run)
                parent[at : at + 1] = list(_pieces(run, made))
        if left := _TOKEN.search(etree.tostring(root, encoding="unicode")):
            what = issue.values[left[1]].about if left[1] in issue.values else "图"
            where = "它在图形的属性里，或写成了 {{p … }}、{{r … }} 等。请写成 {{ … }}，放在普通的文字里"
            raise ReportError(f"模板里有不能填写的占位符（{what}）：{where}。")
        if stray := _STRAY(root):
            told = "请写成 {{ … }}，不要写成 {{p … }}、{{tr … }} 等"
            raise ReportError(f"模板里有填在文字以外、看不见的占位符（{quoted(stray[0].strip())}）：{told}。")
        if is_footnotes:
            part._blob = serialize_part_xml(root)
    return keys


def _fill_up(root: Any) -> None:
    """Remove rows and tables that are left empty by a loop over nothing, and end a cell, header or note with a paragraph:
    Word opens no file without.
    """
    for kind, inside in ((qn("w:tr"), qn("w:tc")), (qn("w:tbl"), qn("w:tr"))):
        for one in [e for e in root.iter(kind) if next(e.iter(inside), None) is None]:
            one.getparent().remove(one)
    for one in root.iter(*_HOLDERS):
        if not len(one) or one[-1].tag in _NO_END:
            one.append(OxmlElement("w:p"))


def _room(document: Document) -> tuple[int, int]:
    """The width and height that a picture may have on every page, in EMU; of A4 where a page does not say."""
    widths, heights = [], []
    for section in document.sections:
        sides, ends = (section.left_margin, section.right_margin), (section.top_margin, section.bottom_margin)
        widths.append((section.page_width or Mm(210)) - sum(side or Mm(25) for side in sides))
        heights.append((section.page_height or Mm(297)) - sum(end or Mm(25) for end in ends))
    return min(widths), int(heights[0] * _TALLEST)


def _pieces(run: Any, made: Callable[[str, Any], Any]) -> Iterator[Any]:
    """The contents of a run in their order: runs, and what is ``made`` of each token and the run's properties."""
    properties = run.find(_PROPERTIES)
    current = _new_run(properties)
    least = len(current)
    for child in [c for c in run if c is not properties]:
        if child.tag != _TEXT:
            current.append(child)
            continue
        for at, text in enumerate(_TOKEN.split(child.text or "")):
            if at % 2:  # the name of a token
                if len(current) > least:
                    yield current
                    current = _new_run(properties)
                yield made(text, properties)
            elif text:
                current.add_t(text)
    if len(current) > least:
        yield current


def _new_run(properties: Any) -> Any:
    run = OxmlElement("w:r")
    if properties is not None:
        run.append(deepcopy(properties))
    return run


def _control_or_drawing(
    name: str, properties: Any, part: Part, issue: Issue, room: tuple[int, int], keys: list[str] | None
) -> Any:
    """A content control in the line, with the format of the placeholder that it takes the place of; or a picture.

    Without ``keys`` the text alone, in the second copy of a text box: one control cannot be edited in two places.
    """
    if name in issue.pictures:
        return _drawing(name, part, issue, room)
    value, run = issue.values[name], _new_run(properties)
    run.text = str(value)
    if keys is None:
        return run
    control, about, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for kind, text in (("w:alias", value.about), ("w:tag", value.key)):
        about.append(OxmlElement(kind, {qn("w:val"): text[:64]}))
    # A bookmark with the text's number remains where the tag is lost.
    start, end = bookmark(_FIRST_BOOKMARK + len(keys), BOOKMARK.format(len(keys)))
    content.extend((start, run, end))
    control.extend((about, content))
    keys.append(name)
    return control


def _drawing(name: str, part: Any, issue: Issue, room: tuple[int, int]) -> Any:
    """A run with the picture, as wide as it is on the screen unless the page has less room; with alternative text."""
    if not hasattr(part, "new_pic_inline"):
        raise ReportError("模板里有不能填写的占位符（图）：图只能放在正文里，不能放在页眉、页脚和脚注里。")
    drawn = issue.pictures[name]()
    width, height = Mm(drawn.width), Mm(drawn.height)
    share = min(1.0, room[0] / width, room[1] / height)
    inline = part.new_pic_inline(BytesIO(drawn.png), int(width * share), int(height * share))
    for side in "TBLR":  # where they are not given, LibreOffice takes 3 mm
        inline.set(f"dist{side}", "0")
    about = inline.docPr
    about.set("descr", drawn.label)
    about.set("name", name)
    inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("name", name)
    run = _new_run(None)
    run.add_drawing(inline)
    return run


def fit_tables(document: Document) -> None:
    """Give each table whose grid is not that of its first whole row that row's widths, scaled to the table's own."""
    body = document.element.body
    for properties in body.iter(qn("w:tcPr")):
        properties[:] = sorted(properties, key=lambda one: _ORDER.index(one.tag) if one.tag in _ORDER else len(_ORDER))
    for table in body.iter(qn("w:tbl")):
        grid = [column.w or Twips(0) for column in table.tblGrid.gridCol_lst]
        if len({sum(cell.grid_span for cell in row.tc_lst) for row in table.tr_lst}) > 1:
            continue  # rows that begin or end elsewhere
        whole = (row.tc_lst for row in table.tr_lst if all(cell.grid_span == 1 for cell in row.tc_lst))
        given = [cell.width or 0 for cell in next(whole, [])]
        if not given or 0 in given:
            continue
        own = table.xpath("w:tblPr/w:tblW[@w:type='dxa']/@w:w")
        wanted = int(own[0]) if own else sum(width.twips for width in grid)
        widths = [Twips(width * wanted // sum(given)) for width in given]
        if grid == widths:
            continue
        table.tblGrid[:] = []
        for width in widths:
            table.tblGrid.add_gridCol().w = width
        for row in table.tr_lst:
            at = 0
            for cell in row.tc_lst:
                cell.width = sum(widths[at : at + cell.grid_span])
                at += cell.grid_span
