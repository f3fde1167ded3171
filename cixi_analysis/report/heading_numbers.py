"""What Word writes before a heading by itself (一、 and （一）), for the contents list and for messages."""

import re
from collections.abc import Callable
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

_VALUE, _DIGITS = qn("w:val"), "〇一二三四五六七八九"


def heading_numbers(document: Document) -> Callable[[Paragraph], str]:
    """A function that gives the number before a paragraph; to be called for each in the document's order."""
    lists, counted = _lists(document), dict[tuple[str, int], int]()

    def number(paragraph: Paragraph) -> str:
        found, level = _place(paragraph, lists)
        if level not in lists.get(found, {}):
            return ""
        counted[found, level] = counted.get((found, level), 0) + 1
        for of, deeper in list(counted):
            if of == found and deeper > level:
                del counted[of, deeper]
        kinds, (_, text, gap) = lists[found], lists[found][level]
        shown = re.sub(
            r"%(\d)", lambda m: _shown(counted.get((found, int(m[1]) - 1), 1), kinds.get(int(m[1]) - 1, ("",))[0]), text
        )
        return shown + gap

    return number


def _lists(document: Document) -> dict[str, dict[int, tuple[str, str, str]]]:
    """List → level → (kind of number, text around it, what follows it)."""
    try:
        root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element  # type: ignore[attr-defined]
    except KeyError:
        return {}
    abstract = {one.get(qn("w:abstractNumId")): one for one in root.iter(qn("w:abstractNum"))}
    found: dict[str, dict[int, tuple[str, str, str]]] = {}
    for one in root.iter(qn("w:num")):
        of = abstract.get(_of(one, "abstractNumId"))
        for level in of.iter(qn("w:lvl")) if of is not None else ():
            told = _of(level, "numFmt"), _of(level, "lvlText"), "" if _of(level, "suff") == "nothing" else " "
            found.setdefault(one.get(qn("w:numId")), {})[int(level.get(qn("w:ilvl")))] = told
    return found


def _of(element: Any, name: str) -> str:
    child = element.find(qn(f"w:{name}"))
    return "" if child is None else child.get(_VALUE) or ""


def _place(paragraph: Paragraph, lists: dict[str, dict[int, tuple[str, str, str]]]) -> tuple[str, int]:
    """The list and level of a paragraph: its own, else its style's; ("", 0) for none."""
    style: Any = paragraph.style
    places = [paragraph._p.pPr]
    while style is not None:
        places.append(style.element.pPr)
        style = style.base_style
    for properties in places:
        place = None if properties is None else properties.find(qn("w:numPr"))
        if place is not None and (found := _of(place, "numId")):
            return (found, int(_of(place, "ilvl") or 0)) if found in lists else ("", 0)
    return "", 0


def _shown(number: int, kind: str) -> str:
    """``12`` as 十二 where numbers are Chinese."""
    if not kind.startswith(("chinese", "japanese", "ideograph")) or number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones or not tens else ''}"
