"""Fields of a document: Word renews them; what they show until then is written here, for programs that renew nothing."""

import re
from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from cixi_analysis.report.heading_numbers import heading_numbers

_P, _FIELD, _CODE, _TEXT = qn("w:p"), qn("w:fldChar"), qn("w:instrText"), qn("w:t")
_KIND = qn("w:fldCharType")
_SEQUENCE, _LEVELS = re.compile(r"^\s*SEQ\s+(\S+)"), re.compile(r'^\s*TOC\b.*?\\o\s+"(\d)-(\d)"')
_WHOLE = re.compile(r"^\s*TOC\b")
#: Bookmarks of headings, as Word names them.
_BOOKMARK = "_Toc9{:08}"
#: Stands in the contents list until Word renews it.
_HINT = "（页码：在 Word 中右键单击目录，选择“更新域”。）"


def renew(document: Document) -> None:
    """Number the captions in their order, and fill the contents list with the headings."""
    body = document.element.body
    counted: dict[str, int] = {}
    for code, shown in _fields(body):
        if named := _SEQUENCE.match(code):
            counted[named[1]] = counted.get(named[1], 0) + 1
            _show(shown, str(counted[named[1]]))
    for simple in body.iter(qn("w:fldSimple")):
        if named := _SEQUENCE.match(simple.get(qn("w:instr")) or ""):
            counted[named[1]] = counted.get(named[1], 0) + 1
            _show(list(simple.iter(_TEXT)), str(counted[named[1]]))
    _fill_contents(document)


def _fields(body: Any) -> Iterator[tuple[str, list[Any]]]:
    """(code, text elements of the result) of every field that is not inside another one."""
    depth, code, shown, inside = 0, "", list[Any](), False
    for element in body.iter(_FIELD, _CODE, _TEXT):
        if element.tag == _FIELD:
            kind = element.get(_KIND)
            if kind == "begin":
                depth += 1
                if depth == 1:
                    code, shown, inside = "", [], False
            elif kind == "separate" and depth == 1:
                inside = True
            elif kind == "end":
                depth -= 1
                if depth == 0:
                    yield code, shown
        elif element.tag == _CODE and depth == 1 and not inside:
            code += element.text or ""
        elif element.tag == _TEXT and depth == 1 and inside:
            shown.append(element)


def _show(shown: list[Any], text: str) -> None:
    for n, element in enumerate(shown):
        element.text = "" if n else text


def _fill_contents(document: Document) -> None:
    """The contents list: from the field's beginning to its end, a paragraph a heading, linked to it."""
    body = document.element.body
    codes = [c for c in body.iter(_CODE) if _WHOLE.match(c.text or "")]
    if not codes:
        return
    first = next(codes[0].iterancestors(_P))
    ends = [e for e in body.iter(_FIELD) if e.get(_KIND) == "end"]
    paragraphs = list(body.iter(_P))
    start, depth, last = paragraphs.index(first), 0, first
    for paragraph in paragraphs[start:]:
        for mark in paragraph.iter(_FIELD):
            depth += {"begin": 1, "end": -1}.get(mark.get(_KIND), 0)
        if depth == 0:
            last = paragraph
            break
    if not ends or depth:
        return
    levels = _LEVELS.match(codes[0].text or "")
    low, high = (int(levels[1]), int(levels[2])) if levels else (1, 3)
    entries = [
        _entry(document, number, level, text) for number, (level, text) in enumerate(_headings(document, low, high), 1)
    ]
    if not entries:
        return
    for paragraph in paragraphs[start : paragraphs.index(last) + 1]:
        if paragraph is not first:
            paragraph.getparent().remove(paragraph)
    _put(first, entries, codes[0].text or "")


def _headings(document: Document, low: int, high: int) -> Iterator[tuple[int, str]]:
    """(level, text) of the headings, each of which gets a bookmark."""
    number, numbered = 0, heading_numbers(document)
    for paragraph in document.paragraphs:
        found = re.fullmatch(r"(?:heading|标题) (\d)", paragraph.style.name.lower()) if paragraph.style else None
        text = "".join(t.text or "" for t in paragraph._p.iter(_TEXT)).strip()
        if not found or not text:
            continue
        before = numbered(paragraph)
        if not low <= int(found[1]) <= high:
            continue
        number += 1
        for kind in ("Start", "End"):
            mark = OxmlElement(f"w:bookmark{kind}")
            mark.set(qn("w:id"), str(9000 + number))
            if kind == "Start":
                mark.set(qn("w:name"), _BOOKMARK.format(number))
                at = 1 if paragraph._p.pPr is not None else 0
                paragraph._p.insert(at, mark)
            else:
                paragraph._p.append(mark)
        yield int(found[1]), before + text


def _entry(document: Document, number: int, level: int, text: str) -> Any:
    """A line of the contents list: the heading, linked; Word adds the page when it renews the list."""
    paragraph = OxmlElement("w:p")
    style = next((s for s in document.styles if (s.name or "").lower() == f"toc {level}"), None)
    if style is not None:
        properties, of = OxmlElement("w:pPr"), OxmlElement("w:pStyle")
        of.set(qn("w:val"), style.style_id)
        properties.append(of)
        paragraph.append(properties)
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), _BOOKMARK.format(number))
    link.set(qn("w:history"), "1")
    link.append(_run(text_element(text)))
    paragraph.append(link)
    return paragraph


def _put(first: Any, entries: list[Any], code: str) -> None:
    """The entries in place of ``first``: the field begins in the first of them and ends after the last."""
    instruction = OxmlElement("w:instrText")
    instruction.text = code
    instruction.set(qn("xml:space"), "preserve")
    opening = [_run(_mark("begin")), _run(instruction), _run(_mark("separate"))]
    at = 1 if entries[0].find(qn("w:pPr")) is not None else 0
    for n, piece in enumerate(opening):
        entries[0].insert(at + n, piece)
    hint = OxmlElement("w:p")
    hint.append(_run(text_element(_HINT)))
    hint.append(_run(_mark("end")))
    entries.append(hint)
    for entry in entries:
        first.addprevious(entry)
    first.getparent().remove(first)


def _mark(kind: str) -> Any:
    mark = OxmlElement("w:fldChar")
    mark.set(_KIND, kind)
    return mark


def _run(child: Any) -> Any:
    run = OxmlElement("w:r")
    run.append(child)
    return run


def text_element(text: str) -> Any:
    """The text of a run; spaces at its ends stay."""
    element = OxmlElement("w:t")
    element.text = text
    element.set(qn("xml:space"), "preserve")
    return element
