"""The pages of a year as the sections of one document: what a reader of paper can use, and nothing else of the pages."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from cixi_analysis.book.pages import read_pages

#: Navigation, code and what only a screen can do. ``d-print-none`` is the theme's own word for it.
_NOT_PRINTED = (
    "script, button, input, .headerlink, .cell_input, details.hide, .toctree-wrapper, .d-print-none, .cixi-data"
)
#: Pages made once that belong behind every year's own.
_APPENDED = ("method", "provenance")
#: Pages with tables of many columns of text: printed across.
_ACROSS = ("table1", "projects", "commitments")
#: Attributes that name an id, or several.
_NAMING = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls")


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
    """The year's pages in the order of the book, then how verdicts come about and what the book is made of."""
    yearly = (f"book/{page.output.format(year=year)}.html" for page in read_pages(root) if page.each.yearly)
    once = (f"book/{name}.html" for name in _APPENDED)
    pages = [page for page in dict.fromkeys((*yearly, *once)) if (site / page).is_file()]
    return tuple(_section(site, page, pages) for page in pages)


def _section(site: Path, page: str, pages: list[str]) -> Section:
    soup = BeautifulSoup((site / page).read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{page} has no article")  # the theme changed; a test meets this first
    for part in article.select(_NOT_PRINTED):
        part.decompose()
    _drop_downloads(article)
    for folded in article.select("details"):
        folded["open"] = ""
    _rename(article, page, pages)
    for picture in article.select("img[src]"):
        picture["src"] = (site / posixpath.dirname(page) / str(picture["src"])).resolve().as_uri()
    name = _name(page)
    return Section(name, Markup(article.decode_contents()), tuple(_headings(article)), name in _ACROSS)  # noqa: S704  # our own page


def _name(page: str) -> str:
    return Path(page).stem


def _drop_downloads(article: Tag) -> None:
    """A file cannot be fetched from paper: neither the sections that offer files nor the sentences."""
    for link in article.select("section section a.download"):
        if link.parent is not None and (part := link.find_parent("section")) is not None:
            part.decompose()
    for link in article.select("a.download"):
        if link.parent is not None and (sentence := link.find_parent("p")) is not None:
            sentence.decompose()


def _rename(article: Tag, page: str, pages: list[str]) -> None:
    """Ids of one page must not meet those of another; a link leads to a place in the document, or nowhere."""
    name = _name(page)
    for element in article.find_all(True):
        for attribute, value in list(element.attrs.items()):
            text = " ".join(value) if isinstance(value, list) else str(value)
            if attribute == "id":
                element[attribute] = f"{name}--{text}"
            elif attribute in _NAMING:
                element[attribute] = " ".join(f"{name}--{word}" for word in text.split())
            elif "url(#" in text:
                element[attribute] = text.replace("url(#", f"url(#{name}--")
            elif attribute in ("href", "xlink:href"):
                _relink(element, attribute, text, page, pages)


def _relink(element: Tag, attribute: str, target: str, page: str, pages: list[str]) -> None:
    if re.match(r"(https?|mailto):", target):
        return
    path, anchor = urldefrag(target)
    leads_to = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if leads_to in pages:
        element[attribute] = f"#{_name(leads_to)}--{anchor}" if anchor else f"#{_name(leads_to)}"
    else:
        del element[attribute]


def _headings(article: Tag) -> Iterator[Heading]:
    for heading in article.select("h1, h2"):
        section = heading.find_parent("section", id=True)
        if section is not None:
            yield Heading(int(heading.name[1]), str(section["id"]), heading.get_text(" ", strip=True))
