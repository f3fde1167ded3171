"""The report of a year as one PDF, printed by the system's own Chromium from the built pages.

``assembly``   the year's pages as one document: no navigation, no code, links inside it
``chromium``   finds the browser and prints
``finishing``  page numbers, bookmarks, properties, text that can be copied and searched
``report.html.j2``, ``report.css``   cover, contents, page

The page numbers of the contents are known only after printing, so the document is printed until they no longer change:
twice, as a rule.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader, StrictUndefined
from pypdf import PdfReader

from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.book.footer import BOOK_TITLE, imprint
from cixi_analysis.book.pdf.assembly import Section, sections
from cixi_analysis.book.pdf.chromium import PdfError, find, info, print_pdf
from cixi_analysis.book.pdf.finishing import finished, places
from cixi_analysis.export.saving import save_bytes
from cixi_analysis.plan import edition, provenance
from cixi_analysis.plan.dataset import Plan

__all__ = ["PdfError", "belongs_to", "make_pdf"]

#: The most printings until the page numbers of the contents no longer change.
_MOST = 4
#: The property of the file with the edition that it was printed from.
_EDITION = "/CixiEdition"
_TEMPLATES = Environment(
    loader=PackageLoader("cixi_analysis.book.pdf", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def make_pdf(plan: Plan, year: int, site: Path, folder: Path) -> Path:
    """Print the pages of ``year`` of the built ``site`` into ``folder``; returns the file.

    The same site, browser and fonts give the same bytes. Raises :class:`PdfError` without a browser that can do it.
    """
    browser, found, target = find(), sections(plan.root, site, year), folder / f"cixi-{year}.pdf"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as name:  # some browsers may not read /tmp
        page, pages = Path(name, "report.html"), dict[str, int]()
        for _ in range(_MOST):
            page.write_text(document(plan, year, site, found, pages), encoding="utf-8")
            printed = print_pdf(browser, page, Path(name, "report.pdf"))
            before, pages = pages, {anchor: number for anchor, (number, _) in places(printed, found).items()}
            if pages == before:
                break
        else:
            raise PdfError(f"{year}年的 PDF：印了{_MOST}次，目录的页码仍在变动。")
        properties = {
            "/Title": f"{BOOK_TITLE} {_title(plan, year)}",
            "/Subject": imprint(plan, year),
            "/Producer": info(printed, "/Producer"),
            _EDITION: _fingerprint(site),
        }
        if date := edition.date():  # instead of the clock's
            properties |= dict.fromkeys(("/CreationDate", "/ModDate"), f"D:{date:%Y%m%d%H%M%S}Z")
        save_bytes(finished(printed, found, properties), target)
    return target


def belongs_to(pdf: Path, site: Path) -> bool:
    """Whether the PDF was printed from this site as it is now."""
    return info(PdfReader(pdf), _EDITION) == _fingerprint(site)


def document(plan: Plan, year: int, site: Path, found: tuple[Section, ...], pages: Mapping[str, int]) -> str:
    """The report as the browser prints it; ``pages``: anchor of a heading → the page number in the contents."""
    date = edition.date()
    return _TEMPLATES.get_template("report.html.j2").render(
        book=BOOK_TITLE,
        title=_title(plan, year),
        draft=coverage(plan, year).is_draft,
        date=f"{date.year}年{date.month}月{date.day}日" if date else "",
        imprint=imprint(plan, year),
        edition=json.loads((site / provenance.FILE).read_text(encoding="utf-8"))["edition"],
        statics=(site / "_static").resolve().as_uri(),
        sections=found,
        pages=pages,
    )


def _title(plan: Plan, year: int) -> str:
    return f"{year}年{'回看' if coverage(plan, year).is_retrospect else '度评估报告'}"


def _fingerprint(site: Path) -> str:
    return hashlib.sha256((site / provenance.FILE).read_bytes()).hexdigest()
