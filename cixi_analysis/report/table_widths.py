"""The cells and columns of a rendered table: a template's loop over cells leaves the widths of the template's own columns."""

from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

_WIDTH, _SPAN = qn("w:w"), qn("w:gridSpan")
#: The order that the standard gives to a cell's properties; docxtpl puts spans and colours first.
_ORDER = [
    qn(f"w:{name}")
    for name in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
                 "tcFitText", "vAlign", "hideMark")
]  # fmt: skip


def fit(document: Document) -> None:
    """Give each table whose grid is not that of its first whole row that row's widths, scaled to the table's own."""
    for properties in document.element.body.iter(qn("w:tcPr")):
        ordered = sorted(properties, key=lambda one: _ORDER.index(one.tag) if one.tag in _ORDER else len(_ORDER))
        properties[:] = ordered
    for table in document.element.body.iter(qn("w:tbl")):
        grid = table.find(qn("w:tblGrid"))
        rows = [row for row in table.findall(qn("w:tr")) if not any(_span(c) > 1 for c in row.findall(qn("w:tc")))]
        whole = [_width(cell) for cell in rows[0].findall(qn("w:tc"))] if rows else []
        if grid is None or not whole or 0 in whole:
            continue
        wanted = _own_width(table) or sum(int(column.get(_WIDTH) or 0) for column in grid)
        widths = [width * wanted // sum(whole) for width in whole]
        if [int(column.get(_WIDTH) or 0) for column in grid] == widths:
            continue
        for column in list(grid):
            grid.remove(column)
        for width in widths:
            grid.append(grid.makeelement(qn("w:gridCol"), {_WIDTH: str(width)}))
        for row in table.findall(qn("w:tr")):
            at = 0
            for cell in row.findall(qn("w:tc")):
                span = _span(cell)
                if (own := cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")) is not None:
                    own.set(_WIDTH, str(sum(widths[at : at + span])))
                    own.set(qn("w:type"), "dxa")
                at += span


def _span(cell: Any) -> int:
    found = cell.find(f"{qn('w:tcPr')}/{_SPAN}")
    return 1 if found is None else int(found.get(qn("w:val")))


def _width(cell: Any) -> int:
    found = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    return int(found.get(_WIDTH)) if found is not None and found.get(qn("w:type")) == "dxa" else 0


def _own_width(table: Any) -> int:
    found = table.find(f"{qn('w:tblPr')}/{qn('w:tblW')}")
    return int(found.get(_WIDTH)) if found is not None and found.get(qn("w:type")) == "dxa" else 0
