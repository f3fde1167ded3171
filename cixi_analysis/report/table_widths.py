"""The cells and columns of a rendered table: a template's loop over cells leaves the widths of the template's own columns."""

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Twips

#: The order that the standard gives to a cell's properties; docxtpl puts spans and colours first.
_ORDER = [
    qn(f"w:{name}")
    for name in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
                 "tcFitText", "vAlign", "hideMark")
]  # fmt: skip


def fit(document: Document) -> None:
    """Give each table whose grid is not that of its first whole row that row's widths, scaled to the table's own."""
    body = document.element.body
    for properties in body.iter(qn("w:tcPr")):
        properties[:] = sorted(properties, key=lambda one: _ORDER.index(one.tag) if one.tag in _ORDER else len(_ORDER))
    for table in body.iter(qn("w:tbl")):
        grid = [column.w or Twips(0) for column in table.tblGrid.gridCol_lst]
        whole = (row.tc_lst for row in table.tr_lst if all(cell.grid_span == 1 for cell in row.tc_lst))
        given = [cell.width or 0 for cell in next(whole, [])]
        if not given or 0 in given:
            continue
        own = table.xpath("w:tblPr/w:tblW[@w:type='dxa']/@w:w")
        wanted = int(own[0]) if own else sum(width.twips for width in grid)
        widths = [Twips(width * wanted // sum(given)) for width in given]
        if grid == widths:
            continue
        table.tblGrid[:] = []
        for width in widths:
            table.tblGrid.add_gridCol().w = width
        for row in table.tr_lst:
            at = 0
            for cell in row.tc_lst:
                cell.width = sum(widths[at : at + cell.grid_span])
                at += cell.grid_span
