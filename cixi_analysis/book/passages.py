"""What the site's search finds: the passages of each page, and the words that stand for others.

A passage is what an address leads to: a section under its heading, a row of a table or another element with an id and a
name to find it by (``data-find``). A row without an id belongs to the row above it. Code and charts' own tables are left out.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

SYNONYMS = Path(__file__).with_name("synonyms.csv")
_YEAR = re.compile(r"/(\d{4})/")
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_INLINE = {"a", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"}
_SILENT = {"script", "style", "svg", "button", "template"}
_SILENT_CLASSES = {"headerlink", "cell_input", "hide", "onlyprint", "cixi-data"}


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


@dataclass
class _Open:
    """An element that has begun: the passage and silence outside of it."""

    tag: str
    passage: Passage
    silent: bool


class _Reader(HTMLParser):
    """Takes the passages out of a page's article."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = [Passage("")]
        self._passage, self._row, self._silent = self.passages[0], Passage(""), True
        self._open: list[_Open] = []
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag not in _INLINE:
            self._passage.pieces.append("\n")
        if tag in _VOID:
            return
        self._open.append(_Open(tag, self._passage, self._silent))
        if tag == "article":
            self._silent = False
        elif tag in _SILENT or _SILENT_CLASSES & set(known.get("class", "").split()):
            self._silent = True
        anchor, name = known.get("id", ""), known.get("data-find", "")
        if tag == "table":
            self._row = self._passage
        elif anchor and not self._silent and (name or (tag == "section" and self.passages[0].name)):
            self._passage = Passage(anchor, name)
            self.passages.append(self._passage)
            self._row = self._passage if tag == "tr" else self._row
        elif tag == "tr":
            self._passage = self._row
        self._heading = self._heading or (tag in _HEADINGS and not self._silent and not self._passage.name)

    def handle_endtag(self, tag: str) -> None:
        while any(one.tag == tag for one in self._open):
            last = self._open.pop()
            self._passage, self._silent = last.passage, last.silent
            if last.tag == tag:
                break
        self._heading = self._heading and tag not in _HEADINGS
        if tag not in _INLINE:
            self._passage.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._heading:
            self._passage.name += data
        else:
            self._passage.pieces.append(data.replace("\n", " "))


def passages_of(page: str) -> list[tuple[str, str, str]]:
    """Anchor, name and text of each passage of a page, in its order; the first is the page's beginning."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = [
        (one.anchor, name := " ".join(one.name.split()), one.text.removeprefix(f"{name}\n")) for one in reader.passages
    ]
    return found[:1] + [one for one in found[1:] if one[1] or one[2]]


def newest_first(page: str) -> tuple[int, str]:
    """Sort key: pages made once, then the years from the newest."""
    year = _YEAR.search(page)
    return (-int(year[1]) if year else -9999, page)


def synonyms() -> Iterator[tuple[str, str]]:
    """What people type, and what it means in the book ("" for words that mean nothing by themselves)."""
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["typed"], row["meant"]
