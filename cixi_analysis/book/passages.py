"""The index of the site's search: the passages of each page, and synonyms.

A passage has an address: a section under its heading, a row of a table or another element with an id and a name to be
found by (``data-find``). A row without an id belongs to the row above it. Code and charts' own tables are left out.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml.html import HtmlElement, HTMLParser, document_fromstring

SYNONYMS = Path(__file__).with_name("synonyms.csv")
_YEAR = re.compile(r"/(\d{4})/")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INLINE = {"a", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
_SILENT = {"script", "style", "svg", "button", "template"}
_SILENT_CLASSES = {"headerlink", "cell_input", "hide", "onlyprint", "cixi-data"}
_PARSER = HTMLParser(remove_comments=True, remove_pis=True)


@dataclass
class Passage:
    """A piece of a page: id of its element ("" for the page's beginning), its name or heading, its words."""

    anchor: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words, with line ends between cells, paragraphs and lines."""
        found = (" ".join(line.split()) for line in "".join(self.pieces).split("\n"))
        return "\n".join(filter(None, found))


class _PassageReader:
    """Extracts the passages of a page's article."""

    def __init__(self) -> None:
        self.passages = [Passage("")]
        self._row = self.passages[0]

    def read(self, element: HtmlElement, outside: Passage, heading: bool = False) -> None:
        """Read the words of an element; those in no passage of their own belong to the one ``outside``."""
        tag, known, passage = element.tag, element.attrib, outside
        if block := tag not in _INLINE:
            outside.pieces.append("\n")
        if tag in _SILENT or not _SILENT_CLASSES.isdisjoint(known.get("class", "").split()):
            return
        anchor, name = known.get("id", ""), known.get("data-find", "")
        if tag == "table":
            self._row = passage
        elif anchor and (name or (tag == "section" and self.passages[0].name)):
            passage = Passage(anchor, name)
            self.passages.append(passage)
            self._row = passage if tag == "tr" else self._row
        elif tag == "tr":
            passage = self._row
        heading = heading or (tag in _HEADINGS and not passage.name)
        self._take(element.text, passage, heading)
        for child in element:
            self.read(child, passage, heading)
            self._take(child.tail, passage, heading)
        if block:
            outside.pieces.append("\n")

    def _take(self, text: str | None, passage: Passage, heading: bool) -> None:
        if heading:
            passage.name += text or ""
        else:
            passage.pieces.append((text or "").replace("\n", " "))


def passages_of(page: str) -> list[tuple[str, str, str]]:
    """Anchor, name and text of each passage of a page, in its order; the first is the page's beginning."""
    reader = _PassageReader()
    for article in document_fromstring(page, parser=_PARSER).iter("article"):
        reader.read(article, reader.passages[0])
    found = [
        (one.anchor, name := " ".join(one.name.split()), one.text.removeprefix(f"{name}\n")) for one in reader.passages
    ]
    return found[:1] + [one for one in found[1:] if one[1] or one[2]]


def newest_first(page: str) -> tuple[int, str]:
    """Sort key: pages made once, then the years from the newest."""
    year = _YEAR.search(page)
    return (-int(year[1]) if year else -9999, page)


def synonyms() -> Iterator[tuple[str, str]]:
    """Search terms and their synonyms in the book ("" for stop words)."""
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["typed"], row["meant"]
