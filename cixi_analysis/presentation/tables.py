"""HTML tables. A cell is text unless it is markup made by this package."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.presentation import formatting
from cixi_analysis.presentation.formatting import EMPTY
from cixi_analysis.presentation.html import Html, folded, joined, lines, paragraph, render
from cixi_analysis.presentation.looks import direction_word, verdict_badge

#: Characters of a heading that fit into one line.
_LONG = 9


@dataclass(frozen=True)
class Column:
    """A column: Chinese title, how a value is shown, CSS class of its cells, least width, list of values to filter by."""

    title: str | Markup
    show: Callable[[Any], str | Markup] = lambda value: value if isinstance(value, Markup) else lines(str(value))
    css: str = ""
    width: str = ""
    filtered: bool = False


#: Columns by field of a table of results, or in the order of the cells of rows; a string is a column of text.
Columns = Mapping[str, Column | str] | Sequence[Column | str]


def text(title: str | Markup, css: str = "", width: str = "", *, filtered: bool = False) -> Column:
    """Text; ``css``: ``long`` for sentences, ``nowrap`` for short codes, ``number`` to align right."""
    return Column(title, css=css, width=width, filtered=filtered)


def short(title: str | Markup, *, filtered: bool = False) -> Column:
    """Short text that stays in one line."""
    return Column(title, css="nowrap", filtered=filtered)


def long(title: str) -> Column:
    """Sentences."""
    return Column(title, css="long")


def name(title: str | Markup) -> Column:
    """Names of items or projects, with a least width so that they do not break into single characters."""
    return Column(title, width="9.5rem")


def members(title: str) -> Column:
    """Several names in a cell (责任单位): shown as a list, filtered one by one."""
    each = Markup("<span data-value>{}</span>")
    return Column(title, lambda names: joined(each.format(one) for one in names), "long", filtered=True)


def number(title: str | Markup, *, signed: bool = False) -> Column:
    """Numbers, right-aligned; a long heading gets a width at which it breaks into lines."""
    width = "7.5rem" if len(title) > _LONG and not isinstance(title, Markup) else ""
    return Column(title, lambda value: formatting.number(value, signed=signed), "number", width)


def rate(title: str | Markup) -> Column:
    """Computed changes with four significant digits and their sign."""
    width = "" if isinstance(title, Markup) else "6rem"
    return Column(title, lambda value: formatting.rounded(value, signed=True), "number", width)


def year(title: str) -> Column:
    """Years: numbers without groups of thousands."""
    return Column(title, lambda value: str(int(value)), "number")


def percent(title: str) -> Column:
    """Fractions as percentages with one decimal, right-aligned."""
    return Column(title, formatting.percent, "number")


def money(title: str) -> Column:
    """万元 shown as 亿元, right-aligned."""
    return Column(title, formatting.yi, "number")


def verdict(title: str) -> Column:
    """Verdicts as badges."""
    return Column(title, verdict_badge, "nowrap")


def direction(title: str) -> Column:
    """Directions as sign and word."""
    return Column(title, direction_word, "nowrap")


def table(
    rows: pd.DataFrame | Sequence[Sequence[Any]],
    columns: Columns,
    *,
    caption: str = "",
    empty: str = "没有",
    anchors: Sequence[str] = (),
    find: Sequence[str] = (),
    sortable: bool = True,
    keyed: bool = True,
    none: str = "",
    fold: bool | str = False,
) -> Html:
    """A table of results (its named columns) or of rows (a cell a column); the sentence ``none`` if there are no rows.

    An empty cell is shown as “—”, which ``empty`` explains below the table. ``anchors`` holds an id for each row,
    ``find`` the name under which the site's search lists it. ``sortable=False`` keeps a click on a heading from sorting
    the rows. ``keyed`` keeps the first column in view when the table is scrolled sideways. ``fold`` closes the table
    below its caption, or below the words given.
    """
    if isinstance(rows, pd.DataFrame):
        rows = list(rows[list(columns)].astype(object).itertuples(index=False, name=None))
    if not rows:
        return paragraph(none or f"{caption}{'：' if caption else ''}没有。")
    given = columns.values() if isinstance(columns, Mapping) else columns
    heads = [Column(head) if isinstance(head, str) else head for head in given]
    cells = [[(_cell(head, value), head.css) for head, value in zip(heads, row, strict=True)] for row in rows]
    any_empty = any(cell == EMPTY for row in cells for cell, _ in row)
    markup = render(
        "table",
        caption=caption,
        heads=heads,
        sortable=sortable,
        rows=[(anchors[n] if anchors else "", find[n] if find else "", row) for n, row in enumerate(cells)],
        note=f"“{EMPTY}”：{empty}。" if any_empty else "",
        keyed=keyed,
    )
    shown = Html(markup, f"表：{caption}" if caption else "表")
    return folded(caption if fold is True else fold, shown) if fold else shown


def _cell(column: Column, value: object) -> str | Markup:
    return EMPTY if formatting.missing(value) else column.show(value)
