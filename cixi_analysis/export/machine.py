"""The machine-readable files of a year: one CSV a table, and one JSON file with all tables and the data dictionary."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from cixi_analysis.analysis.audit import findings
from cixi_analysis.analysis.commitments import ledger
from cixi_analysis.analysis.links import every_link
from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.analysis.projects import outcomes
from cixi_analysis.analysis.table1 import HEADINGS, table1
from cixi_analysis.export.escaping import csv_text, printable
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.saving import save_bytes
from cixi_analysis.plan.schema import Row
from cixi_analysis.words import PLAN_TITLE, REGION

#: The name of the table that describes the columns of the others.
DICTIONARY = "dictionary"
Record = dict[str, str | int | float | None]


def csv_name(year: int, table: str) -> str:
    """The file name of a table of a year."""
    return f"cixi-{year}-{table}.csv"


def json_name(year: int) -> str:
    """The file name of all tables of a year."""
    return f"cixi-{year}.json"


def machine_tables(figures: Figures) -> dict[str, list[Record]]:
    """Name → rows of every table of the year, the last one the data dictionary of the others; None for empty.

    What the plan's text says, and the reconciliation, only from the base year on: a year looked back at has no page of
    them either.
    """
    plan = figures.plan
    frames: dict[str, Iterable[Record]] = {
        "table1": _table1(figures),
        "table2": _records(outcomes(plan)),
        "table3": _rows(plan.projects),
        "observations": _rows(plan.observations[figures.year]),
        "assessment": _records(figures.assessment.table),
        "trend": _records(figures.trends),
    }
    if figures.reconciliation is not None:  # from the base year on
        frames |= {
            "commitments": _records(ledger(plan, figures.year)),
            "progress": _rows(plan.progress.get(figures.year, ())),
            "audit": _records(findings(plan)),
            "links": _records(every_link(plan)),
            "background": _rows(plan.background),
            "reconciliation": _records(figures.reconciliation),
        }
    tables = {name: list(_ordered(name, rows)) for name, rows in frames.items()}
    return tables | {DICTIONARY: list(_dictionary(tables))}


def write_csv(figures: Figures, folder: Path) -> tuple[Path, ...]:
    """One CSV a table: UTF-8 with a byte-order mark, so that Excel and WPS show Chinese. Returns the files."""
    files = []
    for name, rows in machine_tables(figures).items():
        files.append(folder / csv_name(figures.year, name))
        save_bytes(_csv(rows, _columns(name)).encode("utf-8-sig"), files[-1])
    return tuple(files)


def write_json(figures: Figures, path: Path) -> None:
    """All tables as lists of objects with the CSV's names, null for empty, under what they are of."""
    about = {"title": PLAN_TITLE, "region": REGION, "year": figures.year, "status": figures.status}
    content = json.dumps(about | machine_tables(figures), ensure_ascii=False, indent=1, allow_nan=False)
    save_bytes(f"{content}\n".encode(), path)


def _table1(figures: Figures) -> Iterator[Record]:
    """Each row whole: a merged cell stands in every row that it covers."""
    above: dict[str, str] = {}
    for row in table1(figures.assessment):
        above |= {column: cell.text for column, cell in row.cells.items()}
        yield {"item_id": row.item.item_id, **{c: above[c] for c in HEADINGS}, "indicator": row.item.indicator}


def _rows(rows: Iterable[Row]) -> Iterator[Record]:
    return (row.model_dump(mode="json") for row in rows)


def _records(table: pd.DataFrame) -> Iterator[Record]:
    for row in table.astype(object).where(table.notna(), None).to_dict("records"):
        yield {str(column): value for column, value in row.items()}


def _ordered(name: str, rows: Iterable[Record]) -> Iterator[Record]:
    """The columns that the dictionary describes, in its order."""
    for row in rows:
        yield {column: _plain(row[column]) for column in OUTPUTS[name].columns}


def _plain(value: Any) -> str | int | float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return printable(value)
    return value.item() if hasattr(value, "item") else value  # type: ignore[no-any-return]  # a frame's cell


def _columns(name: str) -> list[str]:
    return ["table", "column", "title", "description"] if name == DICTIONARY else list(OUTPUTS[name].columns)


def _dictionary(tables: Iterable[str]) -> Iterator[Record]:
    for name in tables:
        for column, described in OUTPUTS[name].columns.items():
            yield {"table": name, "column": column, "title": described.title, "description": described.description}


def _csv(rows: Iterable[Record], columns: list[str]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return stream.getvalue()


def _cell(value: str | float | None) -> str:
    return "" if value is None else csv_text(value) if isinstance(value, str) else f"{value:.12g}"
