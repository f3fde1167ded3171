"""The pages of a year as the sections of one document: what a reader of paper can use, and nothing else of the pages."""

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag

from bs4 import BeautifulSoup
from markupsafe import Markup

from cixi_analysis.book.pages import read_pages

#: Navigation, code and what only a screen can do. ``d-print-none`` is a class of the theme.
_NOT_PRINTED = (
    "script, button, input, .headerlink, .cell_input, details.hide, .toctree-wrapper, .d-print-none, .cixi-data"
)
#: Pages made once that are appended to the pages of every year.
_APPENDED = ("method", "provenance")
#: Pages with tables of many columns of text: printed in landscape.
_ACROSS = ("table1", "projects", "commitments")
#: Attributes that hold ids.
_NAMING = ("id", "for", "headers", "aria-labelledby", "aria-describedby", "aria-controls")


@dataclass(frozen=True)
class Heading:
    """A line of the contents."""

    level: int  # 1 a page, 2 a part of it
    anchor: str
    title: str


@dataclass(frozen=True)
class Section:
    """A page of the book in the printed report."""

    name: str
    html: Markup
    headings: tuple[Heading, ...]
    across: bool


def sections(root: Path, site: Path, year: int) -> tuple[Section, ...]:
    """The year's pages in the order of the book, then the appended ones."""
    yearly = (f"book/{page.output.format(year=year)}.html" for page in read_pages(root) if page.each.yearly)
    once = (f"book/{name}.html" for name in _APPENDED)
    pages = [page for page in dict.fromkeys((*yearly, *once)) if (site / page).is_file()]
    return tuple(_section(site, page, pages) for page in pages)


def _section(site: Path, page: str, pages: list[str]) -> Section:
    text = (site / page).read_text(encoding="utf-8")
    article = BeautifulSoup(text, "html.parser", multi_valued_attributes=None).select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{page} has no article")  # the theme has changed; a test finds this first
    for part in article.select(_NOT_PRINTED):
        part.decompose()
    for link in article.select("a.download"):  # offered in a section of its own, or else in a sentence
        offer = None if link.decomposed else link.find_parent("section")
        if offer is not None and offer.find_parent("section") is None:
            offer = link.find_parent("p")
        if offer is not None:
            offer.decompose()
    for folded in article.select("details"):
        folded["open"] = ""
    name = Path(page).stem
    # Ids are made unique in the document; a link leads to a place in the document, or is removed.
    for element in article.find_all(True):
        for attribute, value in list(element.attrs.items()):
            text = str(value)
            if attribute in _NAMING:
                element[attribute] = " ".join(f"{name}--{word}" for word in text.split())
            elif "url(#" in text:
                element[attribute] = text.replace("url(#", f"url(#{name}--")
            elif attribute in ("href", "xlink:href") and not re.match(r"(https?|mailto):", text):
                path, anchor = urldefrag(text)
                target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
                if target in pages:
                    element[attribute] = f"#{Path(target).stem}" + (f"--{anchor}" if anchor else "")
                else:
                    del element[attribute]
    for picture in article.select("img[src]"):
        picture["src"] = (site / posixpath.dirname(page) / str(picture["src"])).resolve().as_uri()
    headings = tuple(
        Heading(int(heading.name[1]), str(section["id"]), heading.get_text(" ", strip=True))
        for heading in article.select("h1, h2")
        if (section := heading.find_parent("section", id=True))
    )
    return Section(name, Markup(article.decode_contents()), headings, name in _ACROSS)  # noqa: S704  # our own page
