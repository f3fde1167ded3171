"""The results of a year, each computed once; a CSV a table, and a JSON file of all."""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from cixi_analysis.analysis import commitments, evidence, flips, links, projects, reconciliation, table1, trend
from cixi_analysis.analysis.outputs import DICTIONARY, outputs
from cixi_analysis.analysis.table1 import Table1Row
from cixi_analysis.assessment import assess, tally_without_each_convention
from cixi_analysis.export.workbook import csv_text, printable, save_bytes
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Row
from cixi_analysis.presentation.summary import year_banner
from cixi_analysis.words import Status

_Records = list[dict[str, str | int | float | None]]


class Figures:
    """The results of one year. Raises ``UnknownYear`` for one without observations."""

    def __init__(self, plan: Plan, year: int) -> None:
        self.year = plan.require_year(year)
        self.plan = plan = plan.as_of(year)
        #: The banner of the year's pages: ``回看：…``, ``初稿：…``, or that the year is complete.
        self.stage = year_banner(plan, year).striptags() or "本年数据已齐"
        self.assessment = assess(plan, year)
        self.trends = trend.trends(plan, year)
        self.tallies_without_conventions = tally_without_each_convention(plan, year)
        #: The statuses that tallies count: 未填报 only where something is not filled in.
        self.counted = [Status.MET, Status.UNMET, Status.NO_DATA]
        if self.tallies_without_conventions[Status.NOT_FILLED_IN.value].any():
            self.counted.append(Status.NOT_FILLED_IN)
        #: The tables in the year's downloads.
        self.outputs = outputs(self.plan, year)
        #: Of the base year's verdicts; None before the base year, and where the plan prints no figures.
        self.reconciliation: pd.DataFrame | None = None
        if "reconciliation" in self.outputs:
            self.reconciliation = reconciliation.reconcile(plan, assess(plan, plan.frame.base_year).table)

    def table1_text(self, row: Table1Row, column: str) -> str:
        """A cell of Table 1; where another name, unit or wording than the plan's own is in force, both."""
        text, of_plan = row.cells[column].text, self.of_plan[row.item.item_id].get(column)
        return f"现行：{text}\n规划所列：{of_plan}" if of_plan else text

    @cached_property
    def of_plan(self) -> dict[str, dict[str, str]]:
        """item_id → column → the plan's own text, where another one is in force."""
        return {item.item_id: table1.of_plan(self.plan, item, self.year) for item in self.plan.items}

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Name → table, None for empty, last the dictionary."""
        plan, year, rows = self.plan, self.year, table1.table1(self.assessment)
        texts = [{"item_id": row.item.item_id} | {c: self.table1_text(row, c) for c in row.cells} for row in rows]
        # The text of a merged cell is in every row that it covers.
        whole = pd.DataFrame(texts, columns=["item_id", *table1.headings(plan)]).ffill()
        found: dict[str, pd.DataFrame | Iterable[Row]] = {
            "table1": whole.assign(indicator=[row.item.indicator for row in rows]),
            "table2": projects.outcomes(plan), "table3": plan.projects, "observations": plan.observations[year],
            "assessment": self.assessment.table, "evidence": evidence.evidence_list(plan, year), "trend": self.trends,
            "commitments": commitments.ledger(plan, year), "progress": plan.progress.get(year, ()), "audit": reconciliation.findings(plan),
            "links": links.every_link(plan), "background": plan.background,
            "reconciliation": () if self.reconciliation is None else self.reconciliation,
            "signatures": plan.signatures.get(year, ()), "revisions": [r for r in plan.revisions if r.year == year],
        }  # fmt: skip
        if "flips" in self.outputs:
            found["flips"] = flips.flip_table(plan, year)
        tables = {name: _table(_records(found[name]), one.columns) for name, one in self.outputs.items()}
        described: _Records = [
            {"table": name, "column": column, "title": one.title, "description": one.description}
            for name, output in self.outputs.items()
            for column, one in output.columns.items()
        ]
        return tables | {"dictionary": _table(described, DICTIONARY.columns)}


def write_csv(figures: Figures, folder: Path) -> tuple[Path, ...]:
    """Write a CSV a table, with the byte-order mark that Excel needs. Raises ``ExportError``."""
    tables = {folder / f"cixi-{figures.year}-{name}.csv": table for name, table in figures.tables.items()}
    for path, table in tables.items():
        content = table.map(_csv_cell).to_csv(index=False, lineterminator="\n")
        save_bytes(content.encode("utf-8-sig"), path)
    return tuple(tables)


def write_json(figures: Figures, path: Path) -> None:
    """Write all tables as lists of objects, null for empty. Raises ``ExportError``."""
    frame = figures.plan.frame
    about = {"title": frame.title, "region": frame.region, "year": figures.year, "status": figures.stage}
    tables = {name: table.to_dict("records") for name, table in figures.tables.items()}
    content = json.dumps(about | tables, ensure_ascii=False, indent=1, allow_nan=False)
    save_bytes(f"{content}\n".encode(), path)


def _records(rows: pd.DataFrame | Iterable[Row]) -> _Records:
    if isinstance(rows, pd.DataFrame):
        return rows.astype(object).where(rows.notna(), None).to_dict("records")  # type: ignore[return-value]
    return [row.model_dump(mode="json") for row in rows]


def _table(rows: _Records, columns: Iterable[str]) -> pd.DataFrame:
    """These columns in their order; text printable in every format, None for empty."""
    plain = [{n: (printable(v) or None) if isinstance(v, str) else v for n, v in row.items()} for row in rows]
    return pd.DataFrame(plain, columns=list(columns), dtype=object)


def _csv_cell(value: str | float | None) -> str:
    return "" if value is None else csv_text(value) if isinstance(value, str) else f"{value:.12g}"
