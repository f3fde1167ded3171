"""Pieces of a page. Every piece is made by a template with autoescape on, so text from data stays text."""

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

_TEMPLATES = Environment(
    loader=PackageLoader("cixi_analysis.presentation"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def compile_templates() -> None:
    """Make every template ready: what else each process does for the templates that it uses."""
    for name in _TEMPLATES.list_templates():
        _TEMPLATES.get_template(name)


@dataclass(frozen=True)
class Html:
    """A piece of HTML that a notebook shows as the last value of a cell. ``name`` is what a plain-text view says."""

    markup: Markup
    name: str = "HTML"

    def _repr_html_(self) -> str:
        return str(self.markup)

    def __html__(self) -> Markup:
        return self.markup

    def __repr__(self) -> str:
        return f"<{self.name}>"


def render(template: str, **values: object) -> Markup:
    """The template ``templates/<template>.html.j2`` filled with ``values``, all of them escaped unless markup."""
    return Markup(_TEMPLATES.get_template(f"{template}.html.j2").render(**values))  # noqa: S704  # escaped by Jinja


def lines(text: str) -> Markup:
    """Text as it is, its line breaks kept."""
    return Markup("<br>").join(text.split("\n"))


def link(text: object, href: str) -> Markup:
    """``text`` linked to ``href``."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def joined(pieces: Iterable[object], separator: str = "、") -> Markup:
    """The pieces, escaped unless markup, with a separator between."""
    return escape(separator).join(escape(piece) for piece in pieces)


def stack(*pieces: Html, name: str = "HTML") -> Html:
    """Pieces one below the other."""
    return Html(Markup("\n").join(piece.markup for piece in pieces), name)
