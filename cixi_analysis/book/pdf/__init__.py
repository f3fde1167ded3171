"""The report of a year as one PDF, printed by the system's own Chromium from the built pages.

``assembly``   the year's pages as one document: no navigation, no code, links inside it
``chromium``   finds the browser and prints
``copying``    text that can be copied and found
``report.html.j2``, ``report.css``   cover, contents, page

The contents need page numbers that only printing tells, so the document is printed until they stand still: twice, as
a rule.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader, StrictUndefined
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit, NameObject, TextStringObject

from cixi_analysis.analysis.coverage import coverage
from cixi_analysis.book.footer import BOOK_TITLE, imprint
from cixi_analysis.book.pdf.assembly import Section, sections
from cixi_analysis.book.pdf.chromium import PdfError, find, print_pdf, told
from cixi_analysis.book.pdf.copying import correct
from cixi_analysis.export.saving import save_bytes
from cixi_analysis.plan import edition, provenance
from cixi_analysis.plan.dataset import Plan

__all__ = ["PdfError", "belongs_to", "make_pdf", "pdf_name"]

#: Printings until the page numbers of the contents stand still.
_MOST = 4
#: Where the file says which edition it was printed from.
_EDITION = "/CixiEdition"
_TEMPLATES = Environment(
    loader=PackageLoader("cixi_analysis.book.pdf", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def pdf_name(year: int) -> str:
    """The file's name."""
    return f"cixi-{year}.pdf"


def make_pdf(plan: Plan, year: int, site: Path, folder: Path) -> Path:
    """Print the pages of ``year`` of the built ``site`` into ``folder``; returns the file.

    The same site, browser and fonts give the same bytes. Raises :class:`PdfError` without a browser that can do it.
    """
    browser = find()
    found = sections(plan.root, site, year)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as name:  # some browsers may not read /tmp
        page, printed = Path(name, "report.html"), Path(name, "report.pdf")
        pages: Mapping[str, int] = {}
        for _ in range(_MOST):
            page.write_text(document(plan, year, site, found, pages), encoding="utf-8")
            print_pdf(browser, page, printed)
            before, pages = pages, _pages(printed, found)
            if pages == before:
                break
        else:
            raise PdfError(f"{year}年的 PDF：印了{_MOST}次，目录的页码仍在变动。")
        save_bytes(_finished(printed, plan, year, site, found), folder / pdf_name(year))
    return folder / pdf_name(year)


def belongs_to(pdf: Path, site: Path) -> bool:
    """Was the PDF printed from this site, as it is now?"""
    return told(pdf, _EDITION) == _fingerprint(site)


def _fingerprint(site: Path) -> str:
    return hashlib.sha256((site / provenance.FILE).read_bytes()).hexdigest()


def _title(plan: Plan, year: int) -> str:
    return f"{year}年{'回看' if coverage(plan, year).is_retrospect else '度评估报告'}"


def document(plan: Plan, year: int, site: Path, found: tuple[Section, ...], pages: Mapping[str, int]) -> str:
    """The report as the browser prints it; ``pages`` are the page numbers of its contents."""
    return _TEMPLATES.get_template("report.html.j2").render(
        book=BOOK_TITLE,
        title=_title(plan, year),
        draft=coverage(plan, year).is_draft,
        date=_day(edition.date()),
        imprint=imprint(plan, year),
        edition=json.loads((site / provenance.FILE).read_text(encoding="utf-8"))["edition"],
        statics=(site / "_static").resolve().as_uri(),
        sections=found,
        pages=pages,
    )


def _day(date: datetime | None) -> str:
    return f"{date.year}年{date.month}月{date.day}日" if date else ""


def _pages(printed: Path, found: tuple[Section, ...]) -> dict[str, int]:
    """Heading → page, from 1."""
    reader = PdfReader(printed)
    named = reader.named_destinations
    numbers = {}
    for anchor in (heading.anchor for section in found for heading in section.headings):
        number = reader.get_destination_page_number(named[f"/{anchor}"]) if f"/{anchor}" in named else None
        if number is None:
            raise PdfError(f"PDF 的目录里找不到“{anchor}”所在的页，请换用较新的 Chromium。")
        numbers[anchor] = number + 1
    return numbers


def _finished(printed: Path, plan: Plan, year: int, site: Path, found: tuple[Section, ...]) -> bytes:
    """The file with bookmarks, a title, our date instead of the clock's, and the mark of its edition."""
    writer = PdfWriter(clone_from=printed)
    date = edition.date()
    known = {
        "/Title": f"{BOOK_TITLE} {_title(plan, year)}",
        "/Subject": imprint(plan, year),
        "/Producer": told(printed, "/Producer"),
        _EDITION: _fingerprint(site),
        **(dict.fromkeys(("/CreationDate", "/ModDate"), f"D:{date:%Y%m%d%H%M%S}Z") if date else {}),
    }
    writer.metadata = {NameObject(name): TextStringObject(text) for name, text in known.items()}
    correct(writer)
    _bookmark(writer, printed, found)
    writer.page_mode = "/UseOutlines"
    writer.pdf_header = PdfReader(printed).pdf_header
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _bookmark(writer: PdfWriter, printed: Path, found: tuple[Section, ...]) -> None:
    """A bookmark for each line of the contents. Chromium's own say a heading twice where it begins a page."""
    pages, named = _pages(printed, found), PdfReader(printed).named_destinations
    for section in found:
        above = None
        for heading in section.headings:
            place = Fit.xyz(left=0, top=named[f"/{heading.anchor}"].top)
            number = pages[heading.anchor] - 1
            mark = writer.add_outline_item(
                title=heading.title, page_number=number, parent=above if heading.level > 1 else None, fit=place
            )
            above = above or mark
