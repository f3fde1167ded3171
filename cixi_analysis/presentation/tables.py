"""HTML tables, cards and banners. Every cell is text unless it is markup made here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from cixi_analysis.presentation import formatting
from cixi_analysis.presentation.html import Html, joined, lines, render
from cixi_analysis.presentation.looks import direction_word, pace_badge, verdict_badge

#: Characters of a heading that still stand in one line.
_LONG = 9


@dataclass(frozen=True)
class Column:
    """A column of a table: its Chinese title, how a value is shown, and the class of its cells."""

    title: str | Markup
    show: Callable[[Any], str | Markup] = lambda value: value if isinstance(value, Markup) else lines(str(value))
    css: str = ""
    #: least width, for words that would otherwise break into single characters
    width: str = ""


def text(title: str | Markup, css: str = "", width: str = "") -> Column:
    """Text as it is; ``css``: ``long`` for sentences, ``nowrap`` for short codes."""
    return Column(title, css=css, width=width)


def name(title: str | Markup) -> Column:
    """The name of an item or project: wraps, but not to a thread."""
    return Column(title, width="9.5rem")


def members(title: str) -> Column:
    """Several names in one cell (责任单位): shown as a list, filtered one by one."""
    each = Markup("<span data-value>{}</span>")
    return Column(title, lambda names: joined(each.format(one) for one in names), "long")


def number(title: str | Markup, digits: int | None = None, *, signed: bool = False) -> Column:
    """Numbers, right-aligned; a long heading is broken into lines."""
    width = "7.5rem" if len(title) > _LONG and not isinstance(title, Markup) else ""
    return Column(title, lambda value: formatting.number(value, digits, signed=signed), "number", width)


def rate(title: str | Markup) -> Column:
    """Computed changes, four significant digits, with their sign."""
    width = "" if isinstance(title, Markup) else "6rem"
    return Column(title, lambda value: formatting.rounded(value, signed=True), "number", width)


def year(title: str) -> Column:
    """Years: numbers without groups of thousands."""
    return Column(title, lambda value: str(int(value)), "number")


def percent(title: str, digits: int = 1, *, signed: bool = False) -> Column:
    """Fractions as percentages, right-aligned."""
    return Column(title, lambda value: formatting.percent(value, digits, signed=signed), "number")


def money(title: str) -> Column:
    """万元 shown as 亿元, right-aligned."""
    return Column(title, formatting.yi, "number")


def verdict(title: str) -> Column:
    """Verdicts as labels."""
    return Column(title, verdict_badge, "nowrap")


def pace(title: str) -> Column:
    """Paces as labels."""
    return Column(title, pace_badge, "nowrap")


def direction(title: str) -> Column:
    """Directions in words."""
    return Column(title, direction_word, "nowrap")


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    caption: str = "",
    empty: str = "没有",
    anchors: Sequence[str] = (),
    find: Sequence[str] = (),
    filters: Sequence[str] = (),
    sortable: bool = True,
    keyed: bool = True,
    none: str = "",
) -> Html:
    """The named columns of a table of results, in that order; without rows, the sentence ``none`` instead.

    An empty cell is shown as “—”; ``empty`` says below the table what that means. ``anchors``: an id for each row;
    ``find``: the name under which the site's search finds it. A reader sorts the rows by a click on a heading, unless
    ``sortable`` is false because their order is the statement, and searches them where they are many; ``filters`` are
    columns that also get a list of their values.
    ``keyed``: the first column stays in view when the table is scrolled sideways.
    """
    if frame.empty:
        return paragraph(none or f"{caption}{'：' if caption else ''}没有。")
    records = frame[list(columns)].astype(object).to_dict("records")
    rows = [[_cell(column, record[name]) for name, column in columns.items()] for record in records]
    any_empty = any(cell == formatting.EMPTY for row in rows for cell, _ in row)
    markup = render(
        "table",
        caption=caption,
        heads=list(columns.values()),
        filters=[columns[column] for column in filters],
        sortable=sortable,
        rows=[(anchors[n] if anchors else "", find[n] if find else "", row) for n, row in enumerate(rows)],
        note=f"“{formatting.EMPTY}”：{empty}。" if any_empty else "",
        keyed=keyed,
    )
    return Html(markup, f"表：{caption}" if caption else "表")


def _cell(column: Column, value: object) -> tuple[str | Markup, str]:
    return (formatting.EMPTY if formatting.missing(value) else column.show(value)), column.css


@dataclass(frozen=True)
class Card:
    """A big number, what it counts, and where a click leads ("" for nowhere)."""

    number: str
    label: str
    href: str = ""


def cards(*items: Card) -> Html:
    """Cards in a row."""
    return Html(render("cards", cards=items), "数字：" + "；".join(f"{c.label} {c.number}" for c in items))


def banner(message: str | Markup, kind: str = "") -> Html:
    """A notice above the page; ``kind`` ``retrospect`` for a year looked back at."""
    return Html(render("banner", message=message, kind=kind), str(message))


def folded(summary: str, inner: Html) -> Html:
    """Something to be unfolded."""
    return Html(render("folded", summary=summary, inner=inner.markup), f"{summary}（折叠）")


def grid(*charts: Any) -> Html:
    """Charts side by side as far as the page is wide."""
    figures = [Markup(chart._repr_mimebundle_()["text/html"]) for chart in charts]  # noqa: S704  # our own figures
    return Html(render("grid", figures=figures), f"{len(charts)}张图")


def paragraph(*sentences: str | Markup) -> Html:
    """Sentences as one paragraph."""
    whole = Markup("").join(escape(s) for s in sentences)
    return Html(Markup("<p>{}</p>").format(whole), whole.striptags())


def bullets(*points: str | Markup, anchor: str = "") -> Html:
    """Points as a list, with an id if it is linked to."""
    return Html(render("bullets", points=points, anchor=anchor), f"{len(points)}点")
