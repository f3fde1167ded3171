"""The effect of a Word file's styles: which paragraphs are headings, which runs are hidden."""

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree.ElementTree import Element

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
#: Properties of a run: hidden or struck out, and above or below the line.
HIDDEN, RAISED = ("vanish", "strike", "dstrike"), ("vertAlign", "position")


def value_of(element: Element | None) -> str | None:
    """The ``w:val`` of an element; None without one."""
    return None if element is None else element.get(f"{W}val")


def count(element: Element | None, default: int) -> int:
    """The ``w:val`` of an element as a number up to 999; ``default`` for anything else."""
    given = value_of(element) or ""
    return int(given) if re.fullmatch("[0-9]{1,3}", given) else default


class Styles:
    """The styles of a document as to headings and hidden text, including the styles that they are based on."""

    def __init__(self, styles: Element | None) -> None:
        self._styles = {} if styles is None else {s.get(f"{W}styleId", ""): s for s in styles.iter(f"{W}style")}

    def _with_bases(self, style: str | None) -> Iterator[Element]:
        seen = set[str]()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = value_of(self._styles[style].find(f"{W}basedOn"))

    def of(self, paragraph: Element) -> Iterator[Element]:
        """The style of a paragraph and that style's bases."""
        return self._with_bases(value_of(paragraph.find(f"{W}pPr/{W}pStyle")))

    def heading(self, paragraph: Element) -> int | None:
        """The level of a heading, from 0: its own outline level, or that of its style, or by the style's name."""
        levels = [value_of(paragraph.find(f"{W}pPr/{W}outlineLvl"))]
        for style in self.of(paragraph):
            named = _HEADING.fullmatch(value_of(style.find(f"{W}name")) or "")
            levels.append(str(int(named[1]) - 1) if named else value_of(style.find(f"{W}pPr/{W}outlineLvl")))
        own = next((level for level in levels if level is not None), "")
        return int(own) if own.isdecimal() else None

    def give(self, run: Element, paragraph: str | None, kinds: Sequence[str]) -> bool:
        """Whether a run has one of these properties, by itself or by the style of its characters or of its paragraph."""
        own = run.find(f"{W}rPr")
        of_run = None if own is None else value_of(own.find(f"{W}rStyle"))
        given = [own, *(s.find(f"{W}rPr") for name in (of_run, paragraph) for s in self._with_bases(name))]
        for kind in kinds:
            found = (one.find(f"{W}{kind}") for one in given if one is not None)
            first = next((one for one in found if one is not None), None)
            if first is not None and first.get(f"{W}val", "1") not in ("0", "false", "off", "baseline"):
                return True
        return False


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
    for one in (paragraph, *styles.of(paragraph)):
        if found := value_of(one.find(f"{W}pPr/{W}numPr/{W}numId")):
            return found, count(one.find(f"{W}pPr/{W}numPr/{W}ilvl"), 0)
    return "", 0


def _shown(number: int, kind: str) -> str:
    """``12`` as 十二 where numbers are Chinese."""
    if not kind.startswith(("chinese", "taiwanese", "japanese", "ideograph")) or number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones or not tens else ''}"
