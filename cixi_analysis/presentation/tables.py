"""HTML tables. A cell is text unless it is markup made by this package."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from markupsafe import Markup

from cixi_analysis.presentation import formatting
from cixi_analysis.presentation.formatting import EMPTY, missing
from cixi_analysis.presentation.html import Html, folded, joined, lines, paragraph, render
from cixi_analysis.presentation.looks import LOOKS, badge

#: Characters of a heading that fit into one line.
_LONG = 9


def _text(value: object) -> str | Markup:
    return value if isinstance(value, Markup) else lines(str(value))


class Column(NamedTuple):
    """How a column is shown: text of a value, CSS class, least width, a list to filter by."""

    show: Callable[[Any], str | Markup] = _text
    css: str = ""
    width: str = ""
    filtered: bool = False


#: The kinds of columns.
_KINDS = {
    "text": Column(),
    "short": Column(css="nowrap"),  # in one line
    "long": Column(css="long"),  # sentences
    "name": Column(width="9.5rem"),  # of items or projects; does not break into single characters
    # several names in a cell, filtered one by one
    "members": Column(
        lambda names: joined(map(Markup("<span data-value>{}</span>").format, names)), "long", filtered=True
    ),
    "right": Column(css="number"),  # text, aligned as numbers are
    "number": Column(formatting.number, "number"),
    "signed": Column(partial(formatting.number, signed=True), "number"),
    "rate": Column(partial(formatting.rounded, signed=True), "number"),  # computed changes, four significant digits
    "year": Column(lambda value: str(int(value)), "number"),  # without groups of thousands
    "percent": Column(formatting.percent, "number"),  # fractions
    "money": Column(formatting.yi, "number"),  # 万元, shown as 亿元
    "verdict": Column(badge, "nowrap"),
    "direction": Column(lambda value: LOOKS[value].text, "nowrap"),
}


def _column(title: str, kind: str) -> Column:
    name, *options = kind.split()
    column = _KINDS[name]
    width = column.width
    if not isinstance(title, Markup):  # markup breaks its lines itself
        width = "7.5rem" if name in ("number", "signed") and len(title) > _LONG else "6rem" if name == "rate" else width
    width = next((option for option in options if option.endswith("rem")), width)
    css = f"{column.css} nowrap" if "nowrap" in options else column.css
    return column._replace(css=css, width=width, filtered=column.filtered or "filter" in options)


def table(
    rows: Iterable[Sequence[Any]],
    columns: Mapping[str, str],
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
    """Rows of cells as a table, or the sentence ``none`` if there are no rows.

    ``columns``: heading → a name of ``_KINDS``, then optionally a least width (``6rem``), ``nowrap``, ``filter`` for a list
    of values to filter by. An empty cell is shown as “—”, which ``empty`` explains below the table. ``anchors`` holds an id
    for each row, ``find`` the name under which the site's search lists it. A click on a heading sorts the rows where
    ``sortable``. ``keyed`` keeps the first column in view when the table is scrolled sideways. ``fold`` closes the table
    below its caption, or below the words given.
    """
    heads = {title: _column(title, kind) for title, kind in columns.items()}
    cells = [
        [(EMPTY if missing(value) else head.show(value), head.css) for head, value in zip(heads.values(), row, strict=True)]
        for row in rows
    ]  # fmt: skip
    if not cells:
        return paragraph(none or f"{caption}{'：' if caption else ''}没有。")
    note = f"“{EMPTY}”：{empty}。" if any(cell == EMPTY for row in cells for cell, _ in row) else ""
    named = list(zip_longest(anchors, find, cells, fillvalue=""))
    markup = render("table", caption=caption, heads=heads, rows=named, note=note, sortable=sortable, keyed=keyed)
    shown = Html(markup, f"表：{caption}" if caption else "表")
    return folded(caption if fold is True else fold, shown) if fold else shown
