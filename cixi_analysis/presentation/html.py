"""Pieces of a page. Text from data is escaped, by the templates (autoescape) and by ``Markup.format``."""

import re
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cixi_analysis.assessment.explanation import Explanation
from cixi_analysis.presentation.formatting import EMPTY, number, percent, yi

_TEMPLATES = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATES.loader = PackageLoader("cixi_analysis.presentation")
_TEMPLATES.filters |= {"number": number, "percent": percent, "yi": yi}


class Html(Markup):
    """HTML that a notebook shows as the value of a cell."""

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """The beginning of its text, for a console."""
        text = " ".join(re.sub(r"<style>.*?</style>|<[^>]*(>|$)", " ", self[:2000], flags=re.DOTALL).split())
        return f"<{text[:80]}>"


class MarkdownText(str):
    """Markdown that a notebook shows: its links to files make Jupyter Book copy them into the site."""

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """Its first line, for a console."""
        return f"<{self[:80].splitlines()[0]}>" if self else "<>"


def render(template: str, **values: object) -> Html:
    """``templates/<template>.html.j2`` with ``values``; everything but markup is escaped."""
    return Html(_TEMPLATES.get_template(f"{template}.html.j2").render(**values))  # noqa: S704  # escaped by Jinja


def explained(why: Explanation) -> Html:
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


def stack(*pieces: Html) -> Html:
    """Pieces one below the other."""
    return Html("\n").join(pieces)


def folded(summary: str, inner: Html) -> Html:
    """``inner`` inside a closed ``<details>``."""
    return Html("<details>\n<summary>{}</summary>\n{}\n</details>").format(summary, inner)


def paragraph(*sentences: str | Markup) -> Html:
    """Sentences as one paragraph."""
    return Html("<p>{}</p>").format(joined(sentences, ""))


def prose(name: str, **values: object) -> Html:
    """A paragraph of ``templates/prose.html.j2``: its macro ``name`` with ``values``."""
    return Html(getattr(_TEMPLATES.get_template("prose.html.j2").module, name)(**values))  # noqa: S704  # as above


def bullets(*points: str | Markup, anchor: str = "") -> Html:
    """Points as a list, with an id where something links to it."""
    return render("bullets", points=points, anchor=anchor)


def cards(*items: tuple[object, str] | tuple[object, str, str]) -> Html:
    """A row of cards: a big number, what it counts and, optionally, the address that a click opens."""
    return render("cards", cards=[(*item, "")[:3] for item in items])


def grid(*charts: Any) -> Html:
    """Charts, or the sentences in their place, side by side as far as the page is wide."""
    figures = [
        one if isinstance(one, Html) else Html(one._repr_mimebundle_()["text/html"])  # noqa: S704  # our own figures
        for one in charts
    ]
    return render("grid", figures=figures)
