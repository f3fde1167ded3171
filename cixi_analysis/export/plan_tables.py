"""The plan's own three tables: 表一 with the year's status and verdicts, 表二 and 表三."""

from collections.abc import Iterator
from itertools import groupby

from openpyxl.utils import get_column_letter

from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.analysis.projects import TOTAL, outcomes, totals
from cixi_analysis.analysis.records import records
from cixi_analysis.analysis.table1 import HEADINGS, table1
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.sheet import MONEY, PERCENT, Report, place
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.looks import STATUSES
from cixi_analysis.words import REGION, Level, Outcome, Status

TABLE_1, TABLE_2, TABLE_3 = "表一", "表二", "表三"
#: The first rows below the headings.
_FIRST_1, _FIRST_2, _FIRST_3 = 4, 3, 3
_WIDTHS = {
    "domain": 6, "task": 12, "indicator": 6, "name": 28, "unit": 9, "national": 20, "provincial": 20, "attribute": 8,
    "status": 38, "verdict_national": 9, "verdict_provincial": 9, "target_2025": 20, "target_2030": 20,
}  # fmt: skip
_CENTRED = {"domain", "indicator", "unit", "attribute", "verdict_national", "verdict_provincial"}
#: Verdicts that stand out, by the word in the cell.
_COLOURS = {s.chinese: STATUSES[s].back for s in (Status.UNMET, Status.NO_DATA, Status.NOT_FILLED_IN)}
_AT = {column: get_column_letter(number) for number, column in enumerate(HEADINGS, start=1)}
#: Level → the column of 表一 with its verdicts.
VERDICT_COLUMN = {level: f"verdict_{level.value}" for level in Level}
#: Columns of 表二: one letter an outcome, after the type and the total.
OUTCOME_COLUMN = {outcome: get_column_letter(number) for number, outcome in enumerate(Outcome, start=3)}
_BUDGET = "F"


def table1_sheet(report: Report, figures: Figures) -> None:
    """The plan's own thirteen columns under two header rows, merged as the plan merges them."""
    year = figures.year
    sheet = report.sheet(TABLE_1)
    at = {column: number for number, column in enumerate(HEADINGS, start=1)}
    stage = f"，{figures.stage}" if figures.stage else ""
    sheet.title(f"表一 {REGION}生态文明建设示范区指标体系（{year}年评估{stage}）", len(at))
    second = {"status": f"{year}年", "target_2025": "2025年", "target_2030": "2030年"}
    second |= {column: HEADINGS[column] for column in VERDICT_COLUMN.values()}
    sheet.head(2, at["status"], "现状值", columns=3)
    sheet.head(2, at["target_2025"], "规划值", columns=2)
    for column, number in at.items():
        if column in second:
            sheet.head(3, number, second[column])
        else:
            sheet.head(2, number, HEADINGS[column], rows=2)
    sheet.widths(_WIDTHS.values())
    for number, row in enumerate(table1(figures.assessment), start=_FIRST_1):
        for column, cell in row.cells.items():
            value = int(cell.text) if column == "indicator" else cell.text or None
            written = sheet.put(number, at[column], value, centre=column in _CENTRED)
            if column in VERDICT_COLUMN.values() and cell.text in _COLOURS:
                sheet.emphasise(written, _COLOURS[cell.text])
            if cell.rowspan > 1:
                sheet.merge(number, at[column], rows=cell.rowspan)
    sheet.finish(len(at), heads="2:3", freeze=f"{_AT['unit']}{_FIRST_1}")
    below = sheet.cells.max_row + 1
    sheet.note(below, "注：*指标为国家级特有指标，**指标为省级特有指标，未标注的为国家级、省级共有指标。")
    sheet.note(below + 1, "结论由现状与要求原文计算得出，理由见“指标结论”与“结论依据”。")
    if stage:
        sheet.note(below + 2, figures.status)


def table1_places(plan: Plan, column: str, domain: str | None = None) -> list[str]:
    """The cells of a column of 表一, of all items or of a domain's: one range where they follow one another."""
    rows = [n for n, item in enumerate(plan.items, start=_FIRST_1) if domain in (None, item.domain)]
    return [place(TABLE_1, _AT[column], first, last) for first, last in _runs(rows)]


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each stretch of numbers that follow one another."""
    starts = [n for n in rows if n - 1 not in rows]
    ends = [n for n in rows if n + 1 not in rows]
    return zip(starts, ends, strict=True)


def verdict_place(plan: Plan, indicator: int, level: Level) -> str:
    """The cell of 表一 with an indicator's verdict: in the row of its first item."""
    first = next(n for n, item in enumerate(plan.items, start=_FIRST_1) if item.indicator == indicator)
    return place(TABLE_1, _AT[VERDICT_COLUMN[level]], first)


def table2_sheet(report: Report, plan: Plan) -> None:
    """Table 2 with the sums and completion rates as formulas."""
    columns = OUTPUTS["table2"].columns
    sheet = report.sheet(TABLE_2)
    sheet.title("表二 2018-2022年重点工程实施情况", len(columns))
    keys = ("project_type", "total", *(o.value for o in Outcome), "completion_rate")
    sheet.header(dict(zip((columns[k].title for k in keys), (14, 10, 10, 14, 20, 26, 10), strict=True)))
    rows = records(outcomes(plan))
    last = _FIRST_2 + len(rows) - 2
    completed = OUTCOME_COLUMN[Outcome.COMPLETED]
    for number, row in enumerate(rows, start=_FIRST_2):
        sheet.put(number, 1, row.project_type, centre=True)
        ends = list(OUTCOME_COLUMN.values())
        sheet.formula(number, 2, f"SUM({ends[0]}{number}:{ends[-1]}{number})", int(row.total))
        for column, (outcome, letter) in enumerate(OUTCOME_COLUMN.items(), start=3):
            count = int(getattr(row, outcome.value))
            if row.project_type == TOTAL:
                sheet.formula(number, column, f"SUM({letter}{_FIRST_2}:{letter}{last})", count)
            else:
                sheet.put(number, column, count, centre=True)
        if row.total:
            sheet.formula(number, 7, f"{completed}{number}/B{number}", float(row.completion_rate), form=PERCENT)
    sheet.finish(len(columns))


def table2_place(plan: Plan, project_type: str, outcome: Outcome | None = None) -> str:
    """The cell of 表二 with a type's count of an outcome, or its total; the type may be 合计."""
    types = list(dict.fromkeys(row.project_type for row in plan.past_projects))
    row = _FIRST_2 + ([*types, TOTAL]).index(project_type)
    return place(TABLE_2, OUTCOME_COLUMN[outcome] if outcome else "B", row)


def table3_sheet(report: Report, plan: Plan) -> None:
    """Table 3 with the sum of the budgets as a formula; "/" is text and adds nothing."""
    sheet = report.sheet(TABLE_3)
    headings = dict(
        zip(
            ("类别", "序号", "项目名称", "主要内容", "实施年限", "投资概算（万元）", "责任单位"),
            (10, 6, 28, 70, 12, 14, 30),
            strict=True,
        )
    )
    sheet.title("表三 重点项目", len(headings))
    sheet.header(headings)
    numbered = enumerate(plan.projects, start=_FIRST_3)
    for category, group in groupby(numbered, key=lambda pair: pair[1].category):
        rows = list(group)
        sheet.put(rows[0][0], 1, category, centre=True)
        sheet.merge(rows[0][0], 1, rows=len(rows))
        for number, project in rows:
            budget = "/" if project.budget is None else project.budget
            sheet.put(number, 2, project.number, centre=True)
            sheet.put(number, 3, project.name)
            sheet.put(number, 4, project.content)
            sheet.put(number, 5, project.years, centre=True)
            sheet.put(number, 6, budget, centre=True, form=MONEY)
            sheet.put(number, 7, project.units)
    last = _FIRST_3 + len(plan.projects) - 1
    sheet.put(last + 1, 1, TOTAL, centre=True)
    budget = totals(plan.projects).budget or 0
    sheet.emphasise(sheet.formula(last + 1, 6, f"SUM({_BUDGET}{_FIRST_3}:{_BUDGET}{last})", budget, form=MONEY))
    sheet.finish(len(headings), freeze="D3")


def budget_place(plan: Plan) -> str:
    """The cell of 表三 with the sum of the budgets."""
    return place(TABLE_3, _BUDGET, _FIRST_3 + len(plan.projects))


def project_numbers_place(plan: Plan) -> str:
    """The cells of 表三 with the numbers of the projects."""
    return place(TABLE_3, "B", _FIRST_3, _FIRST_3 + len(plan.projects) - 1)
