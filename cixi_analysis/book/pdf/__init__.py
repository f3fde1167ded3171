"""The report of a year as one PDF: the year's built pages as one document, without navigation and code, links inside it.

``printing`` finds the browser, prints and finishes the file; ``report.html.j2`` and ``report.css`` are cover, contents and
page. The page numbers of the contents are known only after printing, so the document is printed until they no longer
change: twice, as a rule.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urldefrag

from bs4 import BeautifulSoup
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from pypdf import PdfReader

from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import assess
from cixi_analysis.book.pages import read_pages
from cixi_analysis.book.pdf.printing import Heading, PdfError, find_browser, info, places, print_pdf, with_bookmarks
from cixi_analysis.book.sphinx_extension import book_title, imprint
from cixi_analysis.errors import writing
from cixi_analysis.export.workbook import save_bytes
from cixi_analysis.plan import build_date, provenance
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import summary_page
from cixi_analysis.words import Verdict

#: The most printings until the page numbers of the contents no longer change.
_MOST = 4
#: The sizes of the summary, in percent, of which the first is taken that fits on one page.
_SIZES = range(100, 51, -6)
#: The property of the file with the edition that it was printed from.
_EDITION = "/CixiEdition"
#: Selectors of navigation, code and interactive elements. ``d-print-none`` is a class of the theme.
_NOT_PRINTED = (
    "script, button, input, .headerlink, .cell_input, details.hide, .toctree-wrapper, .d-print-none, .cixi-data"
)
#: The annex: registers of the year, then pages that every year has.
_REGISTERS, _APPENDED = ("units", "commitments", "reconciliation"), ("method", "provenance")
#: The part of the report before the contents.
_SUMMARY = "摘要"
#: Pages with tables of many columns of text: printed in landscape.
_ACROSS = ("table1", "projects", "commitments")
#: Attributes that hold ids.
_NAMING = ("id", "for", "headers", "aria-labelledby", "aria-describedby", "aria-controls")
_TEMPLATES = Environment(
    loader=PackageLoader("cixi_analysis.book.pdf", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True)
class PrintedPage:
    """A page of the book in the printed report."""

    name: str
    html: Markup
    headings: tuple[Heading, ...]
    across: bool  # printed in landscape
    part: str = ""  # of the report, over its first section in the contents


def make_pdf(plan: Plan, year: int, site: Path, folder: Path) -> Path:
    """Print the pages of ``year`` of the built ``site`` into ``folder``; returns the file.

    The same site, browser and fonts give the same bytes. Raises :class:`PdfError` without a browser that can do it.
    """
    browser, found, target = find_browser(), sections(plan, site, year), folder / f"cixi-{year}.pdf"
    headings = [heading for section in found for heading in section.headings]
    folder.mkdir(parents=True, exist_ok=True)
    # Below the folder, since some browsers may not read /tmp.
    with writing(folder, PdfError), TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as name:
        page, pages = Path(name, "report.html"), dict[str, int]()

        def print_(these: tuple[PrintedPage, ...], size: int) -> PdfReader:
            page.write_text(document(plan, year, site, these, pages, size), encoding="utf-8")
            return print_pdf(browser, page, Path(name, "report.pdf"))

        opening = tuple(section for section in found if section.part == _SUMMARY)
        for size in _SIZES:
            if not opening or len(print_(opening, size).pages) <= 3:  # cover, summary, contents
                break
        for _ in range(_MOST):
            printed = print_(found, size)
            before, pages = pages, {anchor: number for anchor, (number, _) in places(printed, headings).items()}
            if pages == before:
                break
        else:
            raise PdfError(f"{year}年的 PDF：印了{_MOST}次，目录的页码仍在变动。")
        properties = {
            "/Title": f"{book_title(plan)} {_title(plan, year)}", "/Subject": imprint(plan, year),
            "/Producer": info(printed, "/Producer"), _EDITION: _fingerprint(site),
        }  # fmt: skip
        if date := build_date():  # instead of the clock's
            properties |= dict.fromkeys(("/CreationDate", "/ModDate"), f"D:{date:%Y%m%d%H%M%S}Z")
        save_bytes(with_bookmarks(printed, headings, properties), target)
    return target


def belongs_to(pdf: Path, site: Path) -> bool:
    """Whether the PDF was printed from this site as it is now; not a damaged one."""
    try:
        return info(PdfReader(pdf), _EDITION) == _fingerprint(site)
    except Exception:  # pypdf raises errors of many kinds
        return False


def document(
    plan: Plan, year: int, site: Path, found: tuple[PrintedPage, ...], pages: Mapping[str, int], size: int = 100
) -> str:
    """The report as the browser prints it; ``pages``: anchor of a heading → the page number in the contents; ``size``: of
    the summary, in percent.
    """
    date, known = build_date(), coverage(plan, year)
    return _TEMPLATES.get_template("report.html.j2").render(
        book=book_title(plan), title=_title(plan, year), imprint=imprint(plan, year),
        stage="" if known.is_retrospect else known.stage,
        unit=plan.frame.compiled_by or "",
        date=f"{date.year}年{date.month}月{date.day}日" if date else "",
        edition=json.loads((site / provenance.FILE).read_text(encoding="utf-8"))["edition"],
        statics=(site / "_static").resolve().as_uri(), pages=pages, sections=found, size=size,
        opening=[section for section in found if section.part == _SUMMARY],
    )  # fmt: skip


def _title(plan: Plan, year: int) -> str:
    return f"{year}年{'回看' if coverage(plan, year).is_retrospect else '度评估报告'}"


def _fingerprint(site: Path) -> str:
    return hashlib.sha256((site / provenance.FILE).read_bytes()).hexdigest()


def sections(plan: Plan, site: Path, year: int) -> tuple[PrintedPage, ...]:
    """The year's pages in the order of the book; for the newest year the dossiers of what is unmet or has no data, as
    dossiers are of that year; then the annex.
    """
    names = [page.output.format(year=year) for page in read_pages(plan.root) if page.each.yearly]
    registers = [name for name in names if Path(name).name in _REGISTERS]
    table, newest = assess(plan, year).indicators, year == max(plan.report_years)
    numbers = (n for one in (Verdict.UNMET, Verdict.NO_DATA) for n in table[table["verdict"] == one]["indicator"])
    dossiers = [f"indicators/{number}" for number in numbers if newest]
    parts = {
        _SUMMARY: [] if coverage(plan, year).is_retrospect else [f"{year}/summary"],
        "": [name for name in names if name not in registers],
        "未达标与无数据指标的档案": dossiers,
        "附件": [*registers, *_APPENDED],
    }
    where = {f"book/{name}.html": part for part, own in reversed(parts.items()) for name in own}
    pages = [f"book/{name}.html" for own in parts.values() for name in dict.fromkeys(own)]
    pages = [page for page in dict.fromkeys(pages) if where[page] == _SUMMARY or (site / page).is_file()]
    return tuple(
        _section(site, page, pages, where[page], _summary(plan, year) if where[page] == _SUMMARY else None)
        for page in pages
    )


def _summary(plan: Plan, year: int) -> Markup:
    """The answers and the board as a page of the book, which has none of its own: the home page is of the newest year."""
    page = Markup('<article class="bd-article"><section id="id1"><h1>{}年一页摘要</h1>{}</section></article>')
    return page.format(year, summary_page.one_page(plan, year))


def _section(site: Path, page: str, pages: list[str], kind: str, made: Markup | None) -> PrintedPage:
    """A page of the site, or one that is ``made`` here, which the overview need not repeat."""
    text = made or (site / page).read_text(encoding="utf-8")
    article = BeautifulSoup(text, "html.parser", multi_valued_attributes=None).select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{page} has no article")  # the theme has changed; a test fails first
    for part in article.select(
        _NOT_PRINTED if made else f"{_NOT_PRINTED}, .cixi-tiles, section section:has(.cixi-board)"
    ):
        part.decompose()
    for link in article.select("a.download"):  # offered in a section of its own, or else in a sentence
        offer = None if link.decomposed else link.find_parent("section")
        if offer is not None and offer.find_parent("section") is None:
            offer = link.find_parent("p")
        if offer is not None:
            offer.decompose()
    for folded in article.select("details"):
        folded["open"] = ""
    name, folder = Path(page).stem, posixpath.dirname(page)
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
                target = posixpath.normpath(posixpath.join(folder, path)) if path else page
                if target in pages:
                    element[attribute] = f"#{Path(target).stem}" + (f"--{anchor}" if anchor else "")
                else:
                    del element[attribute]
    for picture in article.select("img[src]"):
        picture["src"] = (site / folder / str(picture["src"])).resolve().as_uri()
    headings = tuple(
        Heading(int(heading.name[1]), str(section["id"]), heading.get_text(" ", strip=True))
        for heading in article.select("h1" if page.startswith("book/indicators/") else "h1, h2")
        if (section := heading.find_parent("section", id=True))
    )
    return PrintedPage(name, Markup(article.decode_contents()), headings, name in _ACROSS, kind)  # noqa: S704  # our own page
