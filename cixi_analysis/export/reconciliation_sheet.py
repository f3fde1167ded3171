"""The sheet 数据核对: what the plan prints beside what is recomputed, with the way to the cells it is recomputed from."""

import re

from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.analysis.projects import TOTAL
from cixi_analysis.analysis.reconciliation import NOT_COMPUTABLE
from cixi_analysis.analysis.records import records
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.plan_tables import (
    budget_place,
    project_numbers_place,
    table1_places,
    table2_place,
    verdict_place,
)
from cixi_analysis.export.sheet import Report, place
from cixi_analysis.export.tallies import tally_place
from cixi_analysis.plan.schema import Published
from cixi_analysis.presentation.audit_page import AGREEMENT
from cixi_analysis.presentation.titles import short_source
from cixi_analysis.words import BASE_YEAR, PLAN_TITLE, Attribute, Level, Outcome, Status

RECONCILIATION = "数据核对"
_FIRST = 4
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
#: Units of printed sums of money in 万元.
_MONEY = {"万元": 1, "亿元": 10_000}


def reconciliation_sheet(report: Report, figures: Figures) -> None:
    """All rows, from the base year on; a figure that stands in another sheet is a formula that leads there."""
    if figures.reconciliation is None:
        return
    plan = figures.plan
    sheet = report.sheet(RECONCILIATION)
    titles = {name: column.title for name, column in OUTPUTS["reconciliation"].columns.items()}
    headings: dict[str, float] = {
        titles["check"]: 46, titles["stated"]: 22, titles["computed"]: 34, "差（复算－所印）": 17,
        titles["agrees"]: 11, titles["source"]: 64,
    }  # fmt: skip
    sheet.title(f"数据核对：{PLAN_TITLE}所印与{BASE_YEAR}年复算", len(headings))
    sheet.header(headings, row=3)
    rows = records(figures.reconciliation)
    printed: list[Published | None] = [*plan.published, *[None] * (len(rows) - len(plan.published))]
    for number, (row, statement) in enumerate(zip(rows, printed, strict=True), start=_FIRST):
        stated, computed = _number(row.stated), _number(row.computed)
        sheet.put(number, 1, row.check)
        sheet.put(number, 2, stated, centre=True)
        computable = statement is not None and row.computed != NOT_COMPUTABLE
        formula = _formula(figures, statement) if statement and computable else None
        if formula is None:
            sheet.put(number, 3, computed, centre=True)
        else:
            sheet.formula(number, 3, formula, computed)
        if isinstance(stated, int | float) and isinstance(computed, int | float):
            sheet.formula(number, 4, f"C{number}-B{number}", computed - stated)
        sheet.put(number, 5, AGREEMENT[row.agrees], centre=True)
        sheet.put(number, 6, short_source(row.source))
    last = _FIRST + len(rows) - 1
    for column, (agrees, word) in zip((1, 3, 5), AGREEMENT.items(), strict=True):
        sheet.put(2, column, f"{word}（项）")
        found = place(RECONCILIATION, "E", _FIRST, last)
        sheet.formula(2, column + 1, f'COUNTIF({found},"{word}")', sum(row.agrees == agrees for row in rows))
    sheet.finish(len(headings), heads="3:3", freeze="B4", filter_row=3)


def _number(text: str) -> str | float:
    """The number that a text is, or the text."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _formula(figures: Figures, row: Published) -> str | None:
    """Where in the workbook the figure stands, or what computes it there; None where only words are compared.

    表一 and 分级统计 of another year hold other verdicts than those the plan speaks of.
    """
    plan, base = figures.plan, figures.year == BASE_YEAR
    if row.kind == "verdict" and row.level and row.subject and base:
        indicator = int(row.subject)
        unfilled = figures.assessment.status(indicator, row.level) is Status.NOT_FILLED_IN  # 无数据 to the plan
        return None if unfilled else verdict_place(plan, indicator, row.level)
    if row.kind == "tally" and row.level and base and row.subject != Status.NOT_APPLICABLE:
        return _count(figures, row.level, row.subject or "")
    if row.kind == "indicators":
        [numbers], [attributes] = table1_places(plan, "indicator"), table1_places(plan, "attribute")
        return f"COUNT({numbers})" if row.subject == "total" else f'COUNTIF({attributes},"{_attribute(row.subject)}")'
    if row.kind == "past_type":
        return table2_place(plan, row.subject or TOTAL)
    if row.kind == "past_outcome":
        return table2_place(plan, TOTAL, Outcome(row.subject or ""))
    if row.kind == "projects":
        return f"COUNT({project_numbers_place(plan)})"
    if row.kind == "budget":
        decimals = len(row.stated.partition(".")[2])
        return f"ROUND({budget_place(plan)}/{_MONEY[row.unit or '万元']},{decimals})"
    return None


def _count(figures: Figures, level: Level, subject: str) -> str:
    """Where a level's count stands; the plan knows no 未填报, so 无数据 is both."""
    places = [tally_place(figures, level, None if subject == "applicable" else Status(subject))]
    if subject == Status.NO_DATA and Status.NOT_FILLED_IN in figures.counted:
        places.append(tally_place(figures, level, Status.NOT_FILLED_IN))
    return "+".join(places)


def _attribute(subject: str | None) -> str:
    return Attribute(subject or "").chinese
