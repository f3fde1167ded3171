"""What a year is handed out as: a workbook that looks like the plan's own tables, and machine-readable files.

``figures``         every result of a year, computed once
``plan_tables``     表一, 表二, 表三
``verdict_sheets``, ``tallies``, ``trend_sheet``, ``reconciliation_sheet``, ``guide``   the other sheets
``sheet``, ``values``   cells, formulas and the values they are stored with
``machine``         CSV and JSON with a data dictionary
``text``            text from data as Excel and CSV may hold it
"""

from pathlib import Path

from openpyxl import Workbook

from cixi_analysis.export import machine
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.notes_sheet import guide_sheet
from cixi_analysis.export.plan_tables import table1_sheet, table2_sheet, table3_sheet
from cixi_analysis.export.reconciliation_sheet import reconciliation_sheet
from cixi_analysis.export.saving import ExportError, save_bytes
from cixi_analysis.export.sheet import Report
from cixi_analysis.export.tallies import tally_sheet
from cixi_analysis.export.trend_sheet import trend_sheet
from cixi_analysis.export.values import report_bytes
from cixi_analysis.export.verdict_sheets import indicator_sheet, reason_sheet
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import PLAN_TITLE

__all__ = [
    "ExportError",
    "attachments",
    "report",
    "workbook",
    "workbook_name",
    "write_csv",
    "write_json",
    "write_machine_readable",
    "write_workbook",
]


def workbook_name(year: int) -> str:
    """The file name under which the book offers a year's workbook."""
    return f"cixi-{year}.xlsx"


def attachments(plan: Plan, year: int, folder: Path) -> tuple[Path, ...]:
    """Write every file that the pages of ``year`` offer for download into ``folder``. Returns the files."""
    figures = Figures(plan, plan.require_year(year))
    path = folder / workbook_name(year)
    save_bytes(report_bytes(_report(figures)), path)
    return (path, *_machine_readable(figures, folder))


def write_workbook(plan: Plan, year: int, path: Path) -> None:
    """Write the workbook of ``year`` to ``path``.

    The file is complete or not there: it is written beside its place first. Raises :class:`ExportError` when the
    place cannot be written, :class:`~cixi_analysis.errors.UnknownYear` for a year without observations.
    """
    save_bytes(report_bytes(report(plan, year)), path)


def write_machine_readable(plan: Plan, year: int, folder: Path) -> tuple[Path, ...]:
    """Write the CSV files and the JSON file of ``year`` into ``folder``; raises as :func:`write_workbook` does."""
    return _machine_readable(Figures(plan, plan.require_year(year)), folder)


def write_csv(plan: Plan, year: int, folder: Path) -> tuple[Path, ...]:
    """Write one CSV a table into ``folder``; raises as :func:`write_workbook` does. Returns the files."""
    return machine.write_csv(Figures(plan, plan.require_year(year)), folder)


def write_json(plan: Plan, year: int, path: Path) -> None:
    """Write all tables of ``year`` to ``path``; raises as :func:`write_workbook` does."""
    machine.write_json(Figures(plan, plan.require_year(year)), path)


def workbook(plan: Plan, year: int) -> Workbook:
    """The workbook of ``year``: what :func:`write_workbook` writes, its formulas without their values."""
    return report(plan, year).book


def report(plan: Plan, year: int) -> Report:
    """The workbook with what its formulas give. Text from data is text: only our own formulas are formulas."""
    return _report(Figures(plan, plan.require_year(year)))


def _report(figures: Figures) -> Report:
    made = Report.new(f"{PLAN_TITLE}{figures.year}年评估")
    table1_sheet(made, figures)
    table2_sheet(made, figures.plan)
    table3_sheet(made, figures.plan)
    for sheet in (indicator_sheet, reason_sheet, tally_sheet, trend_sheet, reconciliation_sheet, guide_sheet):
        sheet(made, figures)
    return made


def _machine_readable(figures: Figures, folder: Path) -> tuple[Path, ...]:
    path = folder / machine.json_name(figures.year)
    files = machine.write_csv(figures, folder)
    machine.write_json(figures, path)
    return (*files, path)
