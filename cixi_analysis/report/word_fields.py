"""Fields of a document: Word updates them; their first results are written here, for programs that update nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from cixi_analysis.report.word_styles import Styles, heading_numbers

_P, _FIELD, _CODE, _TEXT, _SIMPLE = (qn(f"w:{name}") for name in ("p", "fldChar", "instrText", "t", "fldSimple"))
_KIND = qn("w:fldCharType")
_SEQUENCE = re.compile(r"\s*SEQ\s+(\S+)")
#: The contents list with the first and last level of its headings; ``\c`` makes a list of captions.
_CONTENTS = re.compile(r'\s*TOC\b(?!.*\\c)(?:.*\\o\s+"(\d)-(\d)")?')
#: Bookmarks of headings, as Word names them.
_BOOKMARK = "_Toc9{:08}"
#: Placeholder in the contents list until Word updates it.
_HINT = "（页码：在 Word 中右键单击目录，选择“更新域”。）"


class _Field(NamedTuple):
    code: str
    #: text elements of the result
    shown: list[Any]
    begin: Any
    end: Any


def renew(document: Document) -> None:
    """Number the captions in their order, and fill the contents list with the headings."""
    fields, counted = list(_fields(document.element.body)), Counter[str]()
    for field in fields:
        if named := _SEQUENCE.match(field.code):
            counted[named[1]] += 1
            for n, element in enumerate(field.shown):
                element.text = "" if n else str(counted[named[1]])
    if contents := next((field for field in fields if _CONTENTS.match(field.code)), None):
        _fill(document, contents)


def _fields(body: Any) -> Iterator[_Field]:
    """Every field that is not inside another one."""
    depth, inside, field = 0, False, _Field("", [], None, None)
    for element in body.iter(_FIELD, _CODE, _TEXT, _SIMPLE):
        kind = element.get(_KIND)
        if element.tag == _SIMPLE and not depth:
            yield _Field(element.get(qn("w:instr")) or "", list(element.iter(_TEXT)), element, element)
        elif kind == "begin":
            depth += 1
            if depth == 1:
                inside, field = False, _Field("", [], element, None)
        elif kind == "end":
            depth -= 1
            if depth == 0:
                yield field._replace(end=element)
        elif depth != 1:
            continue
        elif kind == "separate":
            inside = True
        elif element.tag == _CODE and not inside:
            field = field._replace(code=field.code + (element.text or ""))
        elif element.tag == _TEXT and inside:
            field.shown.append(element)


def _fill(document: Document, contents: _Field) -> None:
    """The contents list: from the field's beginning to its end, a paragraph a heading, linked to it."""
    levels = _CONTENTS.match(contents.code)
    low, high = map(int, levels.groups()) if levels and levels[1] else (1, 3)
    entries = [_entry(document, *heading) for heading in _headings(document, low, high)]
    if not entries:
        return
    first, last = (next(mark.iterancestors(_P)) for mark in (contents.begin, contents.end))
    at = 0 if entries[0].pPr is None else 1
    code = _run("w:instrText", {qn("xml:space"): "preserve"}, contents.code)
    entries[0][at:at] = [_run("w:fldChar", {_KIND: "begin"}), code, _run("w:fldChar", {_KIND: "separate"})]
    hint = OxmlElement("w:p")
    hint.add_r().text = _HINT
    hint.append(_run("w:fldChar", {_KIND: "end"}))
    for entry in (*entries, hint):
        first.addprevious(entry)
    paragraphs = list(document.element.body.iter(_P))
    for paragraph in paragraphs[paragraphs.index(first) : paragraphs.index(last) + 1]:
        paragraph.getparent().remove(paragraph)


def _headings(document: Document, low: int, high: int) -> Iterator[tuple[str, int, str]]:
    """(bookmark, level, text) of the headings, each of which gets a bookmark."""
    styles = Styles(document.styles.element)
    numbered, found = heading_numbers(document, styles), 0
    for paragraph in document.element.body.p_lst:
        level, text = styles.heading(paragraph), "".join(t.text or "" for t in paragraph.iter(_TEXT)).strip()
        if level is None or not text:
            continue
        before = numbered(paragraph)
        if low <= level + 1 <= high:
            found += 1
            name = _BOOKMARK.format(found)
            start, end = bookmark(9000 + found, name)
            paragraph.insert(0 if paragraph.pPr is None else 1, start)
            paragraph.append(end)
            yield name, level + 1, before + text


def _entry(document: Document, name: str, level: int, text: str) -> Any:
    """A line of the contents list: the heading, linked; Word adds the page when it renews the list."""
    paragraph = OxmlElement("w:p")
    if style := next((s for s in document.styles if (s.name or "").lower() == f"toc {level}"), None):
        paragraph.style = style.style_id
    link = OxmlElement("w:hyperlink", {qn("w:anchor"): name, qn("w:history"): "1"})
    link.add_r().text = text
    paragraph.append(link)
    return paragraph


def _run(name: str, attributes: dict[str, str], text: str | None = None) -> Any:
    run, child = OxmlElement("w:r"), OxmlElement(name, attributes)
    child.text = text
    run.append(child)
    return run


def bookmark(number: int, name: str) -> tuple[Any, Any]:
    """The start and the end of a bookmark."""
    of = {qn("w:id"): str(number)}
    return OxmlElement("w:bookmarkStart", {**of, qn("w:name"): name}), OxmlElement("w:bookmarkEnd", of)
