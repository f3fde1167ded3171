"""The machine-readable files of a year: one CSV a table, and one JSON file with all tables and the data dictionary."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from cixi_analysis.analysis.commitments import ledger
from cixi_analysis.analysis.links import every_link
from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.analysis.projects import outcomes
from cixi_analysis.analysis.reconciliation import findings
from cixi_analysis.analysis.table1 import HEADINGS, table1
from cixi_analysis.export.escaping import csv_text, printable
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.saving import save_bytes
from cixi_analysis.plan.schema import Row
from cixi_analysis.words import PLAN_TITLE, REGION

_Record = dict[str, str | int | float | None]


def save_csv(figures: Figures, folder: Path) -> tuple[Path, ...]:
    """Write one CSV a table: UTF-8 with a byte-order mark, so that Excel and WPS show Chinese. Returns the files."""
    files = []
    for name, table in _tables(figures).items():
        files.append(folder / f"cixi-{figures.year}-{name}.csv")
        content = table.map(_csv_cell).to_csv(index=False, lineterminator="\n")
        save_bytes(content.encode("utf-8-sig"), files[-1])
    return tuple(files)


def save_json(figures: Figures, path: Path) -> None:
    """Write all tables as lists of objects with the CSV's names, null for empty, below what they are of."""
    about = {"title": PLAN_TITLE, "region": REGION, "year": figures.year, "status": figures.status}
    tables = {name: table.to_dict("records") for name, table in _tables(figures).items()}
    content = json.dumps(about | tables, ensure_ascii=False, indent=1, allow_nan=False)
    save_bytes(f"{content}\n".encode(), path)


def _tables(figures: Figures) -> dict[str, pd.DataFrame]:
    """Name → every table of the year, the last one the data dictionary of the others; None for empty.

    The tables about the plan's text start with the base year, like the pages about it.
    """
    plan = figures.plan
    found: dict[str, Iterable[_Record]] = {
        "table1": _table1(figures),
        "table2": _records(outcomes(plan)),
        "table3": _rows(plan.projects),
        "observations": _rows(plan.observations[figures.year]),
        "assessment": _records(figures.assessment.table),
        "trend": _records(figures.trends),
    }
    if figures.reconciliation is not None:  # from the base year on
        found |= {
            "commitments": _records(ledger(plan, figures.year)),
            "progress": _rows(plan.progress.get(figures.year, ())),
            "audit": _records(findings(plan)),
            "links": _records(every_link(plan)),
            "background": _rows(plan.background),
            "reconciliation": _records(figures.reconciliation),
        }
    described: Iterable[_Record] = (
        {"table": name, "column": column, "title": one.title, "description": one.description}
        for name in found
        for column, one in OUTPUTS[name].columns.items()
    )
    tables = {name: _table(rows, OUTPUTS[name].columns) for name, rows in found.items()}
    return tables | {"dictionary": _table(described, ("table", "column", "title", "description"))}


def _table1(figures: Figures) -> Iterator[_Record]:
    """Whole rows: the text of a merged cell is in every row that it covers."""
    above: dict[str, str] = {}
    for row in table1(figures.assessment):
        above |= {column: cell.text for column, cell in row.cells.items()}
        yield {"item_id": row.item.item_id, **{c: above[c] for c in HEADINGS}, "indicator": row.item.indicator}


def _rows(rows: Iterable[Row]) -> Iterator[_Record]:
    return (row.model_dump(mode="json") for row in rows)


def _records(table: pd.DataFrame) -> list[_Record]:
    return table.astype(object).where(table.notna(), None).to_dict("records")  # type: ignore[return-value]


def _table(rows: Iterable[_Record], columns: Iterable[str]) -> pd.DataFrame:
    """These columns in their order; text as every file can hold it."""
    plain = [{n: (printable(v) or None) if isinstance(v, str) else v for n, v in row.items()} for row in rows]
    return pd.DataFrame(plain, columns=list(columns), dtype=object)


def _csv_cell(value: str | float | None) -> str:
    return "" if value is None else csv_text(value) if isinstance(value, str) else f"{value:.12g}"
