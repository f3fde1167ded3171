"""A year's rows as a file: the same rows give the same bytes."""

import csv
from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace

from cixi_analysis.plan.schema import Row


def rows_csv(model: type[Row], rows: Iterable[Row]) -> bytes:
    """The rows in the schema's columns: UTF-8, LF, quotes only where needed, so that a diff shows what changed."""
    lines: list[str] = []
    # Python 3.11 quotes a line break only if it is part of the line's end; hence CRLF, which then becomes LF.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerow(model.columns())
    for row in rows:
        writer.writerow([_text(cell) for cell in row.model_dump(mode="json").values()])
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines).encode("utf-8")


def _text(cell: str | float | None) -> str:
    if isinstance(cell, float):
        # Shortest digits, never with an exponent, which the schema refuses.
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    return cell or ""
