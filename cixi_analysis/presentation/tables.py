"""HTML tables. A cell is text unless it is markup made by this package."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from cixi_analysis.presentation import formatting
from cixi_analysis.presentation.formatting import EMPTY, missing
from cixi_analysis.presentation.html import Html, folded, joined, lines, paragraph, render
from cixi_analysis.presentation.looks import LOOKS, badge

#: The place of a table on the page of a common screen (1280 pixels), in rem; columns that need no more than ``_SHORT``
#: keep their width there.
_PLACE, _SHORT = 60.0, 6.5
#: A table that needs no more than this, in rem, stays a table on a phone; any other shows each row as a card there.
_PHONE = 21.0


def _text(value: object) -> str | Markup:
    return value if isinstance(value, Markup) else lines(str(value))


class Column(NamedTuple):
    """How a column is shown: text of a value, CSS class, the width in rem beyond which its text may break, a list to
    filter by, repeated cells merged.
    """

    show: Callable[[Any], str | Markup] = _text
    css: str = ""
    room: float = 8
    filtered: bool = False
    merged: bool = False


#: The kinds of columns.
_KINDS = {
    "text": Column(),
    "short": Column(room=7.5),  # in one line, where there is room
    "long": Column(room=15),  # sentences
    "name": Column(css="name", room=9.5),  # of items or projects: what a row is about
    # several names in a cell, filtered one by one
    "members": Column(
        lambda names: joined(map(Markup("<span data-value>{}</span>").format, names)), room=9, filtered=True
    ),
    "right": Column(css="number"),  # text, aligned as numbers are
    "number": Column(formatting.number, "number"),
    "signed": Column(partial(formatting.number, signed=True), "number"),
    "rate": Column(partial(formatting.rounded, signed=True), "number"),  # computed changes, four significant digits
    "year": Column(lambda value: str(int(value)), "number"),  # without groups of thousands
    "percent": Column(formatting.percent, "number"),  # fractions
    "money": Column(formatting.yi, "number"),  # 万元, shown as 亿元
    "verdict": Column(badge, room=6),
    "direction": Column(lambda value: LOOKS[value].text, room=6),
}


def value(text: str | None, kind: str) -> Markup:
    """A value inside a cell that readers can filter by, in a list named ``kind``; the column has ``filter``."""
    return Markup() if not text else Markup('<span data-value="{}">{}</span>').format(kind, text)


def _column(kind: str) -> Column:
    name, *options = kind.split()
    column = _KINDS[name]
    return column._replace(filtered=column.filtered or "filter" in options, merged="merged" in options)


def ems(text: str) -> float:
    """The width of a line of text, in its font size."""
    return sum(1 if c > "\xff" else 0.56 for c in text)


def _width(cell: str) -> float:
    """The width in rem of a cell whose text does not break; CSS sets .875rem and the padding, a badge's too."""
    marked = escape(cell).split("<br>")
    return max(ems(text.striptags()) + ("status" in text) for text in marked) * 0.875 + 1.1


def widths(columns: Sequence[tuple[float, str, Iterable[str]]]) -> tuple[list[str], bool]:
    """The least widths of columns as CSS, and whether the table is too wide for a phone.

    ``columns``: the most room that the text needs, heading, cells. Together the widths are never more than the place of
    the table, so that no table is wider than its page.
    """
    least = [
        max(min(room, max(map(_width, cells), default=0)), min(_width(head) + 1, 5.5)) for room, head, cells in columns
    ]
    whole = sum(least)
    if whole > _PLACE and (long := sum(own for own in least if own > _SHORT)):
        squeezed = max(1 - (whole - _PLACE) / long, 0.5)
        least = [own * squeezed if own > _SHORT else own for own in least]
        whole = sum(least)
    return [f"--least:{own:.3g}rem;--share:{own / whole * 100:.3g}cqi" for own in least], whole > _PHONE


def table(
    rows: Iterable[Sequence[Any]],
    columns: Mapping[str, str],
    *,
    caption: str = "",
    empty: str = "没有",
    anchors: Sequence[str] = (),
    find: Sequence[str] = (),
    sortable: bool = True,
    none: str = "",
    fold: bool | str = False,
) -> Html:
    """Rows of cells as a table, or the sentence ``none`` if there are no rows.

    ``columns``: heading → a name of ``_KINDS``, then optionally ``filter`` for a list of values to filter by, and
    ``merged``: cells that repeat the one above become one cell, as far as the merged columns before it do. An empty cell
    is shown as “—”, which ``empty`` explains below the table. ``anchors`` holds an id for each row, ``find`` the name
    under which the site's search lists it. A click on a heading sorts the rows where ``sortable``. ``fold`` closes the
    table below its caption, or below the words given.
    """
    heads = {title: _column(kind) for title, kind in columns.items()}
    texts = [
        [EMPTY if missing(value) else head.show(value) for head, value in zip(heads.values(), row, strict=True)]
        for row in rows
    ]
    if not texts:
        return paragraph(none or f"{caption}{'：' if caption else ''}没有。")
    kinds, note = list(heads.values()), f"“{EMPTY}”：{empty}。" if any(EMPTY in row for row in texts) else ""
    columns_of_texts = zip(kinds, heads, zip(*texts, strict=True), strict=True)
    least, wide = widths([(kind.room, head, column) for kind, head, column in columns_of_texts])
    name = next((n for n, kind in enumerate(kinds) if kind.css == "name"), 0)  # what a card is headed with
    css = [f"{kind.css} title".strip() if wide and n == name else kind.css for n, kind in enumerate(kinds)]
    labels = [
        "" if not wide or n == name else escape(head).replace("<br>", " ").striptags() for n, head in enumerate(heads)
    ]
    cells = [
        list(zip(row, spans, css, labels, strict=True)) for row, spans in zip(texts, _spans(texts, kinds), strict=True)
    ]
    shown = {"caption": caption, "heads": list(zip(heads, kinds, least, strict=True)), "note": note}
    named = list(zip_longest(anchors, find, cells, fillvalue=""))
    markup = render("table", **shown, rows=named, sortable=sortable, wide=wide)
    piece = Html(markup, f"表：{caption}" if caption else "表")
    return folded(caption if fold is True else fold, piece) if fold else piece


def _spans(texts: Sequence[Sequence[str]], kinds: Sequence[Column]) -> list[list[int]]:
    """The number of rows that each cell covers: 0 for one that a merged cell above covers."""
    spans = [[1] * len(kinds) for _ in texts]
    for at in range(len(texts) - 1, 0, -1):
        for n, kind in enumerate(kinds):
            if kind.merged:
                if texts[at][n] != texts[at - 1][n]:
                    break
                spans[at - 1][n], spans[at][n] = spans[at][n] + 1, 0
    return spans
