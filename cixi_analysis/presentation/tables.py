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

#: The width available to a table on a common screen (1280 pixels), in rem; columns that need no more than ``_SHORT``
#: keep their width there.
_PLACE, _SHORT = 60.0, 6.5
#: A table that needs no more than this, in rem, stays a table on a phone; any other shows each row as a card there.
_PHONE = 21.0


def _text(value: object) -> str | Markup:
    return value if isinstance(value, Markup) else lines(str(value))


class Column(NamedTuple):
    """The format of a column: value → text, CSS class, the width in rem beyond which its text may wrap, a list to
    filter by, repeated cells merged, left out where it is empty.
    """

    show: Callable[[Any], str | Markup] = _text
    css: str = ""
    room: float = 8
    filter: bool = False
    merged: bool = False
    optional: bool = False


#: The kinds of columns.
_KINDS = {
    "text": Column(),
    "short": Column(room=7.5),  # in one line, where there is room
    "long": Column(room=15),  # sentences
    "name": Column(css="name", room=9.5),  # the subject of a row: an item, a project
    # several names in a cell, filtered one by one
    "members": Column(
        lambda names: joined(map(Markup("<span data-value>{}</span>").format, names)), room=9, filter=True
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
    name, *words = kind.split()
    if not {*words} <= {"filter", "merged", "optional"}:
        raise ValueError(f"columns: {kind!r}; the options of a column are filter, merged and optional")
    options: dict[str, Any] = dict.fromkeys(words, True)
    return _KINDS[name]._replace(**options)


def ems(text: str) -> float:
    """The width of a line of text, in its font size."""
    return sum(1 if c > "\xff" else 0.56 for c in text)


def _width(cell: str) -> float:
    """The width in rem of a cell whose text does not break; CSS sets .875rem and the padding, a badge's too."""
    marked = escape(cell).split("<br>")
    return max(ems(text.striptags()) + ("status" in text) for text in marked) * 0.875 + 1.1


def widths(columns: Sequence[tuple[float, str, Iterable[str]]]) -> tuple[list[str], bool]:
    """The least widths of columns as CSS, and whether the table is too wide for a phone.

    ``columns``: the most room that the text needs in rem, heading, cells. The widths never add up to more than the
    page, so that no table is wider.
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

    ``columns``: heading → a name of ``_KINDS``, then optionally ``filter`` for a list of values to filter by, ``merged``:
    cells that repeat the one above become one cell, as far as the merged columns before it do, and ``optional``: left out
    where all its cells are empty. An empty cell is shown as “—”, which ``empty`` explains below the table. ``anchors`` holds
    an id for each row, ``find`` the name under which the site's search lists it. A click on a heading sorts the rows where
    ``sortable``. ``fold`` folds the table below its caption, or below the words given. Raises ``ValueError`` for rows
    of different length and for an unknown option, and ``KeyError`` for an unknown kind of column.
    """
    kinds, cells = {head: _column(kind) for head, kind in columns.items()}, list(zip(*rows, strict=True))
    if not cells:
        return paragraph(none or f"{caption}{'：' if caption else ''}没有。")
    texts = {
        head: [EMPTY if missing(value) else kind.show(value) for value in own]
        for (head, kind), own in zip(kinds.items(), cells, strict=True)
        if not kind.optional or not all(map(missing, own))
    }
    least, wide = widths([(kinds[head].room, head, own) for head, own in texts.items()])
    title = (
        next((head for head in texts if kinds[head].css == "name"), next(iter(texts))) if wide else None
    )  # of a card
    shown = []
    for (head, own), spans in zip(texts.items(), _spans(texts, kinds), strict=True):
        css = f"{kinds[head].css} title".strip() if head == title else kinds[head].css
        label = escape(head).replace("<br>", " ").striptags() if wide and head != title else ""
        shown.append([(text, span, css, label) for text, span in zip(own, spans, strict=True)])
    named = list(zip_longest(anchors, find, zip(*shown, strict=True), fillvalue=""))
    heads = [(head, kinds[head], own) for head, own in zip(texts, least, strict=True)]
    note = f"“{EMPTY}”：{empty}。" if any(EMPTY in own for own in texts.values()) else ""
    piece = render("table", caption=caption, heads=heads, rows=named, note=note, sortable=sortable, wide=wide)
    return folded(caption if fold is True else fold, piece) if fold else piece


def _spans(texts: Mapping[str, Sequence[str]], kinds: Mapping[str, Column]) -> list[list[int]]:
    """The number of rows that each cell of each column covers: 0 for one that a merged cell above covers."""
    spans, repeats = [], [True] * len(next(iter(texts.values())))  # whether the columns before repeat the row above
    for head, own in texts.items():
        covers = [1] * len(own)
        if kinds[head].merged:
            repeats = [n > 0 and so and own[n] == own[n - 1] for n, so in enumerate(repeats)]
            for n in reversed(range(len(own))):
                if repeats[n]:
                    covers[n - 1], covers[n] = covers[n - 1] + covers[n], 0
        spans.append(covers)
    return spans
