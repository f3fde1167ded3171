"""Pieces of a page. Text from data is escaped, by the templates (autoescape) and by ``Markup.format``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cixi_analysis.assessment.explanation import Explanation
from cixi_analysis.presentation.formatting import EMPTY, number, percent, yi

_TEMPLATES = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATES.loader = PackageLoader("cixi_analysis.presentation")
_TEMPLATES.filters |= {"number": number, "percent": percent, "yi": yi}


@dataclass(frozen=True)
class Html:
    """HTML that a notebook shows as the value of a cell. ``name`` is its plain-text form."""

    markup: Markup
    name: str = "HTML"

    def _repr_html_(self) -> str:
        return str(self.markup)

    def __html__(self) -> Markup:
        return self.markup

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass(frozen=True)
class MarkdownText:
    """Markdown that a notebook shows: its links to files make Jupyter Book copy them into the site."""

    markdown: str

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __repr__(self) -> str:
        return "<Markdown>"


def render(template: str, **values: object) -> Markup:
    """``templates/<template>.html.j2`` with ``values``; everything but markup is escaped."""
    return Markup(_TEMPLATES.get_template(f"{template}.html.j2").render(**values))  # noqa: S704  # escaped by Jinja


def explained(why: Explanation) -> Markup:
    """The reason of a verdict: its sentence; folded below it, its derivation."""
    return render("reason", why=why)


def lines(text: str) -> Markup:
    """``text`` with its line breaks as ``<br>``."""
    return Markup("<br>").join(text.split("\n"))


def link(text: object, href: str) -> Markup:
    """``text`` linked to ``href``."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def joined(pieces: Iterable[object], separator: str = "、") -> Markup:
    """The pieces with a separator between them."""
    return escape(separator).join(escape(piece) for piece in pieces)


def noted(text: object, note: object) -> Markup:
    """``text`` and a small note in the line below it; an empty one is left out, two dashes become one."""
    if not text or not note or text == note == EMPTY:
        return escape(text or note)
    return Markup("{}<br><small>{}</small>").format(text, note)


def stack(*pieces: Html, name: str = "HTML") -> Html:
    """Pieces one below the other."""
    return Html(Markup("\n").join(piece.markup for piece in pieces), name)


def anchored(anchor: str, piece: Html) -> Html:
    """``piece`` inside a ``<div>`` with an id."""
    return Html(Markup('<div id="{}">{}</div>').format(anchor, piece), piece.name)


def folded(summary: str, inner: Html) -> Html:
    """``inner`` inside a closed ``<details>``."""
    markup = Markup("<details>\n<summary>{}</summary>\n{}\n</details>").format(summary, inner)
    return Html(markup, f"{summary}（折叠）")


def paragraph(*sentences: str | Markup) -> Html:
    """Sentences as one paragraph."""
    whole = joined(sentences, "")
    return Html(Markup("<p>{}</p>").format(whole), whole.striptags())


def prose(name: str, **values: object) -> Html:
    """A paragraph of ``templates/prose.html.j2``: its macro ``name`` with ``values``."""
    told: Markup = getattr(_TEMPLATES.get_template("prose.html.j2").module, name)(**values)
    return Html(told, told.striptags())


def bullets(*points: str | Markup, anchor: str = "") -> Html:
    """Points as a list, with an id where something links to it."""
    return Html(render("bullets", points=points, anchor=anchor), f"{len(points)}点")


def cards(*items: tuple[object, str] | tuple[object, str, str]) -> Html:
    """A row of cards: a big number, what it counts and, optionally, the address that a click opens."""
    shown = [(*item, "")[:3] for item in items]
    return Html(render("cards", cards=shown), "数字：" + "；".join(f"{label} {number}" for number, label, _ in shown))


def grid(*charts: Any) -> Html:
    """Charts, or the sentences in their place, side by side as far as the page is wide."""
    figures = [
        one if isinstance(one, Html) else Markup(one._repr_mimebundle_()["text/html"])  # noqa: S704  # our own figures
        for one in charts
    ]
    return Html(render("grid", figures=figures), f"{len(charts)}张图")
