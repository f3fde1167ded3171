"""What Word writes before a heading by itself (一、 and （一）), for the contents list."""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE

from cixi_analysis.report.word_styles import Styles, W, count, value_of

_DIGITS = "〇一二三四五六七八九"
#: List → level → (kind of number, text around it, what follows it).
_Lists = dict[str, dict[int, tuple[str, str, str]]]


def heading_numbers(document: Document, styles: Styles) -> Callable[[Element], str]:
    """A function that gives the number before a paragraph; to be called for each in the document's order."""
    lists, counted = _lists(document), dict[tuple[str, int], int]()

    def number(paragraph: Element) -> str:
        found, level = _place(paragraph, styles)
        if level not in (kinds := lists.get(found, {})):
            return ""
        counted[found, level] = counted.get((found, level), 0) + 1
        for of, deeper in list(counted):
            if of == found and deeper > level:
                del counted[of, deeper]

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            return _shown(counted.get((found, at), 1), kinds.get(at, ("",))[0])

        _, text, gap = kinds[level]
        return re.sub(r"%(\d)", shown, text) + gap

    return number


def _lists(document: Document) -> _Lists:
    try:
        root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element  # type: ignore[attr-defined]
    except KeyError:
        return {}
    abstract = {one.get(f"{W}abstractNumId"): one for one in root.iter(f"{W}abstractNum")}
    found: _Lists = {}
    for one in root.iter(f"{W}num"):
        of = abstract.get(value_of(one.find(f"{W}abstractNumId")))
        for level in () if of is None else of.iter(f"{W}lvl"):
            kind, text, gap = (value_of(level.find(f"{W}{name}")) or "" for name in ("numFmt", "lvlText", "suff"))
            told = kind, text, "" if gap == "nothing" else " "
            found.setdefault(one.get(f"{W}numId"), {})[int(level.get(f"{W}ilvl"))] = told
    return found


def _place(paragraph: Element, styles: Styles) -> tuple[str, int]:
    """The list and level of a paragraph: its own, else its style's; ("", 0) for none."""
    for properties in styles.properties(paragraph):
        place = properties.find(f"{W}numPr")
        if place is not None and (found := value_of(place.find(f"{W}numId"))):
            return found, count(place.find(f"{W}ilvl"), 0)
    return "", 0


def _shown(number: int, kind: str) -> str:
    """``12`` as 十二 where numbers are Chinese."""
    if not kind.startswith(("chinese", "japanese", "ideograph")) or number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones or not tens else ''}"
