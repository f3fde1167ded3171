"""The last pass over a rendered document: values become content controls, pictures drawings."""

import re
from collections.abc import Iterator
from copy import deepcopy
from io import BytesIO
from typing import Any

from docx.document import Document
from docx.opc.oxml import serialize_part_xml
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm

from cixi_analysis.report.tagged_text import BOOKMARK
from cixi_analysis.report.values import END, PICTURE, PICTURE_END, START, Issue, Value
from cixi_analysis.report.word_fields import bookmark

_TOKEN = re.compile(f"({START}[^{END}]*{END}|{PICTURE}[^{PICTURE_END}]*{PICTURE_END})")
#: The part of a page's height that a picture may take: its caption stands below it.
_TALLEST = 0.86
_TEXT, _RUN, _PROPERTIES = qn("w:t"), qn("w:r"), qn("w:rPr")
_FOOTNOTES = "footnotes+xml"
#: The id of the first bookmark of a value, beyond those of headings and of a template.
_FIRST_BOOKMARK = 100_000


def finish(document: Document, issue: Issue) -> list[str]:
    """Replace what stands for values and pictures, in text, tables, headers, footers and footnotes. Returns the keys."""
    keys: list[str] = []
    room, body = _room(document), document.part
    for part in sorted(body.package.iter_parts(), key=lambda part: (part is not body, str(part.partname))):
        root = getattr(part, "element", None)
        if is_footnotes := part.content_type.endswith(_FOOTNOTES):
            root = parse_xml(part.blob)
        for key, control in () if root is None else _finish(root, part, issue, room):
            content = control.find(qn("w:sdtContent"))
            # A bookmark with the text's number stays where the tag is lost.
            start, end = bookmark(_FIRST_BOOKMARK + len(keys), BOOKMARK.format(len(keys)))
            content.insert(0, start)
            content.append(end)
            keys.append(key)
        if is_footnotes:
            part._blob = serialize_part_xml(root)
    return keys


def _room(document: Document) -> tuple[int, int]:
    """The width and height that a picture may have on every page, in EMU; of A4 where a page does not say."""
    widths, heights = [], []
    for section in document.sections:
        sides, ends = (section.left_margin, section.right_margin), (section.top_margin, section.bottom_margin)
        widths.append((section.page_width or Mm(210)) - sum(side or Mm(25) for side in sides))
        heights.append((section.page_height or Mm(297)) - sum(end or Mm(25) for end in ends))
    return min(widths), int(heights[0] * _TALLEST)


def _finish(root: Any, part: Part, issue: Issue, room: tuple[int, int]) -> Iterator[tuple[str, Any]]:
    for run in [t.getparent() for t in root.iter(_TEXT) if _TOKEN.search(t.text or "")]:
        if run.tag != _RUN or run.getparent() is None:  # a run with several is done already
            continue
        at, parent = run.getparent().index(run), run.getparent()
        pieces = list(_pieces(run, part, issue, room))
        parent.remove(run)
        for n, (piece, key) in enumerate(pieces):
            parent.insert(at + n, piece)
            if key:
                yield key, piece


def _pieces(run: Any, part: Part, issue: Issue, room: tuple[int, int]) -> Iterator[tuple[Any, str]]:
    """(run or control, key) in the order of a run's contents."""
    properties = run.find(_PROPERTIES)
    current = _new_run(properties)
    for child in [c for c in run if c is not properties]:
        if child.tag != _TEXT:
            current.append(child)
            continue
        for text in _TOKEN.split(child.text or ""):
            if not text:
                continue
            if text[0] not in (START, PICTURE):
                current.add_t(text)
                continue
            if len(current) > (properties is not None):
                yield current, ""
                current = _new_run(properties)
            name = text[1:-1]
            if text[0] == START:
                yield _control(issue.values[name], properties), name
            else:
                yield _drawing(name, part, issue, room), ""
    if len(current) > (properties is not None):
        yield current, ""


def _new_run(properties: Any) -> Any:
    run = OxmlElement("w:r")
    if properties is not None:
        run.append(deepcopy(properties))
    return run


def _control(value: Value, properties: Any) -> Any:
    """A content control in the line, with the format of the placeholder that it takes the place of."""
    control, about, content = OxmlElement("w:sdt"), OxmlElement("w:sdtPr"), OxmlElement("w:sdtContent")
    for name, text in (("w:alias", value.about), ("w:tag", value.key)):
        about.append(OxmlElement(name, {qn("w:val"): text[:64]}))
    run = _new_run(properties)
    run.text = str(value)
    content.append(run)
    control.extend((about, content))
    return control


def _drawing(name: str, part: Any, issue: Issue, room: tuple[int, int]) -> Any:
    """A run with the picture, as wide as it is on the screen unless the page has less room; with alternative text."""
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
