"""A static page for each chart of the book, at an address of its own, to be embedded elsewhere or printed.

It has no scripts, and consists of parts of the chart's page: caption, drawings, source.
"""

import posixpath
import re
from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cixi_analysis.presentation.looks import FONTS

#: The folder below the site.
FOLDER = "figures"
#: A chart on a built page, as presentation/templates/figure.html.j2 writes it.
_FIGURE = re.compile(
    r'<figure class="cixi-figure" id="([^"]+)"[^>]*>\s*<figcaption>(.*?)</figcaption>\s*'
    r'<div class="cixi-drawing"[^>]*>(.*?)</div>\s*<details class="cixi-data">',
    re.DOTALL,
)
_TEMPLATES = Environment(loader=PackageLoader("cixi_analysis.book", "."), autoescape=True, undefined=StrictUndefined)


def address(page: str, figure: str) -> str:
    """The file below the site for a chart of a page: ``figures/2022-trend-gaps-2022.html``."""
    return f"{FOLDER}/{page.removeprefix('book/').replace('/', '-')}-{figure}.html"


def addressed(body: str, page: str) -> str:
    """The page with the address of each chart, which its menu offers (book/_static/figures.js)."""
    above = "../" * page.count("/")
    return re.sub(
        r'(?<=<figure class="cixi-figure" id=")([^"]+)"',
        lambda found: f'{found[0]} data-alone="{above}{address(page, found[1])}"',
        body,
    )


def figure_pages(page: str, html: str, title: str, book: str, imprint: str) -> Iterator[tuple[str, str]]:
    """(File, content) for each chart of the built page ``page`` (``book/2022/trend``)."""
    for figure, caption, drawing in _FIGURE.findall(html):
        heading, _, note = re.sub(r"</?(?:a|strong)\b[^>]*>", "", caption).partition("<br>")
        yield (
            address(page, figure),
            _TEMPLATES.get_template("figure_page.html.j2").render(
                heading=Markup(heading), note=Markup(note), drawing=Markup(drawing), fonts=Markup(FONTS),  # noqa: S704  # parts of our own page
                back=posixpath.relpath(f"{page}.html#{figure}", FOLDER), title=title, book=book, imprint=imprint,
            ),
        )  # fmt: skip
