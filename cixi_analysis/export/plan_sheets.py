"""The sheets of the plan's own tables, and 数据核对 against recomputed figures."""

from itertools import groupby, zip_longest

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation

from cixi_analysis.analysis import projects, reconciliation, records, table1
from cixi_analysis.export.sheet import MONEY, CellContent, Formula, Header, Report, Sheet, emphasise, percent_form
from cixi_analysis.export.workbook import CENTRE, WRAP
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.quantities import digits, ungrouped
from cixi_analysis.plan.schema import Published
from cixi_analysis.presentation.audit_page import AGREEMENT
from cixi_analysis.presentation.looks import LOOKS
from cixi_analysis.presentation.titles import short_source
from cixi_analysis.words import Attribute, Outcome, Status, printed

#: Columns of Table 1 → width; the others hold wordings.
_WIDTHS = {"domain": 6, "task": 12, "indicator": 6, "name": 28, "unit": 9, "attribute": 8, "status": 38}
_VERDICT, _WORDING = 9, 20
#: Verdicts that stand out, by the word in the cell.
_COLOURS = {printed(s): LOOKS[s].back for s in (Status.UNMET, Status.NO_DATA, Status.NOT_FILLED_IN)}


def table1_sheet(report: Report) -> None:
    """The plan's own columns under two header rows, merged as the plan merges them."""
    figures, plan, places = report.figures, report.plan, report.places
    targets, levels = {f"target_{year}": f"{year}年" for year in plan.frame.target_years}, table1.verdict_columns(plan)
    titles = table1.headings(plan) | {"status": f"{figures.year}年"} | targets
    widths = dict.fromkeys(titles, _WORDING) | _WIDTHS | dict.fromkeys(levels, _VERDICT)
    groups = dict.fromkeys(("status", *levels), "现状值") | dict.fromkeys(targets, "规划值")
    centred = {"domain", "indicator", "unit", "attribute", *levels}
    columns = [
        Header(title, widths[name], CENTRE if name in centred else WRAP, group=groups.get(name, ""))
        for name, title in titles.items()
    ]
    at = {name: number for number, name in enumerate(titles, start=1)}
    stage, is_incomplete, _ = figures.stage.partition("：")  # 回看, 初稿 or 复核稿
    stage = f"，{stage}" if is_incomplete else ""
    own = plan.frame.tables.indicators
    title = f"{own.name} {own.title}（{figures.year}年评估{stage}）"
    sheet = Sheet(report, own.name, title, columns, freeze="E")
    rows = list(enumerate(table1.table1(figures.assessment), start=sheet.first))
    for number, row in rows:
        for name, cell in row.cells.items():
            value = int(cell.text) if name == "indicator" else figures.table1_text(row, name) or None
            written = sheet.put(number, at[name], value, columns[at[name] - 1].align, rows=cell.rowspan)
            if level := levels.get(name):
                places.setdefault(("verdict", row.item.indicator, level), [sheet.place(at[name], number)])
                if cell.text in _COLOURS:
                    emphasise(written, _COLOURS[cell.text])
    # For formulas of other sheets: whole columns; the verdicts also by domain, a range a block of rows.
    whole = {name: sheet.place(column, rows[0][0], rows[-1][0]) for name, column in at.items()}
    places["indicators",] = [whole["indicator"]]
    for name, level in levels.items():
        places[Attribute, level], places["verdicts", level, None] = [whole["attribute"], whole[name]], [whole[name]]
        for domain, group in groupby(rows, key=lambda row: row[1].item.domain):
            numbers = [number for number, _ in group]
            block = sheet.place(at[name], numbers[0], numbers[-1])
            places.setdefault(("verdicts", level, domain), []).append(block)
    # Another word would silently drop out of every count.
    known = ",".join(printed(status) for status in (*figures.counted, Status.NOT_APPLICABLE))
    wrong = f"结论只能是 {known} 之一，其他字样不计入各项计数。"
    choice = DataValidation("list", f'"{known}"', showErrorMessage=True, error=wrong)
    choice.sqref = MultiCellRange([whole[name].rpartition("!")[2].replace("$", "") for name in levels])
    sheet.cells.add_data_validation(choice)
    marks = "".join(
        f"{'*' * number}指标为{level.chinese}特有指标，" for number, level in enumerate(plan.levels, start=1)
    )
    everyone = "、".join(level.chinese for level in plan.levels)
    sheet.finish(
        *([f"注：{marks}未标注的为{everyone}共有指标。"] if len(plan.levels) > 1 else ()),
        "结论由现状与要求原文计算得出，用原表的字样：是即达标，否即未达标，“/”即不适用。理由见“指标结论”与“结论依据”。",
        "结论不是公式：在这里改了现状、要求或规划值，结论不会变；应改数据，再导出。",
        *([figures.stage] if stage else ()),
    )


def table2_sheet(report: Report) -> None:
    """Table 2, if the plan has one, with the sums and completion rates as formulas."""
    printed = report.plan.frame.tables.past_projects
    if printed is None or not report.plan.past_projects:
        return
    names = ("project_type", "total", *Outcome, "completion_rate")
    widths = (14, 10, 10, 14, 20, 26, 10)
    titles = report.figures.outputs["table2"].columns
    columns = [Header(str(titles[name].title), width) for name, width in zip(names, widths, strict=True)]
    sheet = Sheet(report, printed.name, f"{printed.name} {printed.title}", columns)
    rows = records(projects.outcomes(report.plan))
    letters = {outcome: get_column_letter(number) for number, outcome in enumerate(Outcome, start=3)}
    first, *_, last = letters.values()
    for number, row in enumerate(rows, start=sheet.first):
        cells: list[CellContent] = [row.project_type, Formula(f"SUM({first}{number}:{last}{number})", int(row.total))]
        for outcome, letter in letters.items():
            count = int(getattr(row, outcome))
            summed = f"SUM({letter}{sheet.first}:{letter}{sheet.first + len(rows) - 2})"
            cells.append(Formula(summed, count) if row.project_type == projects.TOTAL else count)
        rate = f"{letters[Outcome.COMPLETED]}{number}/B{number}"
        share = float(row.completion_rate)
        cells.append(Formula(rate, share, percent_form(share)) if row.total else None)
        sheet.row(number, cells)
        for column, outcome in enumerate((None, *Outcome), start=2):
            report.places["past", row.project_type, outcome] = [sheet.place(column, number)]
    sheet.finish()


def table3_sheet(report: Report) -> None:
    """Table 3, if the plan has one, with the sum of the budgets as a formula; "/" is text and adds nothing."""
    printed, planned = report.plan.frame.tables.projects, report.plan.projects
    if printed is None or not planned:
        return
    decimals = max(len(digits(project.budget or 0).partition(".")[2]) for project in planned)
    money = f"{MONEY}.{'0' * decimals}" if decimals else MONEY
    columns = [
        Header("类别", 10), Header("序号", 6), Header("项目名称", 28, WRAP), Header("主要内容", 70, WRAP),
        Header("实施年限", 12), Header("投资概算（万元）", 14, form=money), Header("责任单位", 30, WRAP),
    ]  # fmt: skip
    sheet = Sheet(report, printed.name, f"{printed.name} {printed.title}", columns, freeze="D")
    for category, group in groupby(enumerate(planned, start=sheet.first), key=lambda row: row[1].category):
        rows = list(group)
        sheet.put(rows[0][0], 1, category, rows=len(rows))
        for number, project in rows:
            budget = "/" if project.budget is None else project.budget
            cells = (..., project.number, project.name, project.content, project.years, budget, project.units)
            sheet.row(number, cells)
    total = sheet.first + len(planned)
    sheet.put(total, 1, projects.TOTAL)
    budgets = Formula(f"SUM(F{sheet.first}:F{total - 1})", projects.totals(planned).budget or 0, money)
    emphasise(sheet.put(total, 6, budgets))
    report.places["projects",] = [sheet.place(2, sheet.first, total - 1)]
    report.places["budget",] = [sheet.place(6, total)]
    sheet.finish()


def reconciliation_sheet(report: Report) -> None:
    """From the base year on, if the plan prints figures; one that stands in another sheet is a formula that refers to it."""
    if report.figures.reconciliation is None:
        return
    plan, frame = report.plan, report.plan.frame
    titles = {name: str(column.title) for name, column in report.figures.outputs["reconciliation"].columns.items()}
    columns = [
        Header(titles["check"], 46, WRAP), Header(titles["stated"], 22), Header(titles["computed"], 34),
        Header("差（复算－所印）", 17), Header(titles["agrees"], 11), Header(titles["source"], 64, WRAP),
    ]  # fmt: skip
    title = f"数据核对：{frame.title}所印与{frame.base_year}年复算"
    sheet = Sheet(report, "数据核对", title, columns, head_row=3, freeze="B")
    rows = records(report.figures.reconciliation)
    # The first rows are the printed figures, in the order of the data.
    for number, (row, figure) in enumerate(zip_longest(rows, plan.published), start=sheet.first):
        stated, computed = _number(row.stated), _number(row.computed)
        formula = _formula(report, figure) if figure and row.computed != reconciliation.NOT_COMPUTABLE else None
        found = Formula(formula, computed) if formula else computed
        agrees: CellContent = AGREEMENT[row.agrees]
        if formula and (stated == computed) is (row.agrees != "no"):  # else the formula would say something else
            equal = AGREEMENT["explained" if figure and figure.explanation else "yes"]
            agrees = Formula(f'IF(C{number}=B{number},"{equal}","{AGREEMENT["no"]}")', AGREEMENT[row.agrees])
        sheet.row(number, (row.check, stated, found, ..., agrees, short_source(plan, row.source)))
        if not isinstance(stated, str) and not isinstance(computed, str):
            sheet.put(number, 4, Formula(f"C{number}-B{number}", computed - stated))
    agreements = sheet.place(5, sheet.first, sheet.first + len(rows) - 1)
    for column, (agrees, word) in zip((1, 3, 5), AGREEMENT.items(), strict=True):
        sheet.put(2, column, f"{word}（项）", WRAP)
        counted = Formula(f'COUNTIF({agreements},"{word}")', sum(row.agrees == agrees for row in rows))
        sheet.put(2, column + 1, counted)
    sheet.finish(filtered=True)


def _number(text: str) -> str | float:
    """The text as a number if it is one, with or without separators of thousands, else the text."""
    plain = ungrouped(text)
    return text if not is_number(plain) else float(plain) if "." in plain else int(plain)


def _formula(report: Report, row: Published) -> str | None:
    """The reference to the figure, or the formula that computes it; None where only words are compared. The plan speaks
    of its base year; the sheets of another year hold other verdicts, and may hold indicators of a later standard.
    """
    figures, plan, places, subject = report.figures, report.plan, report.places, row.subject or ""
    base = figures.year == plan.frame.base_year
    same_items = plan.items == plan.as_of(plan.frame.base_year).items
    match row.kind:
        case "verdict" if row.level and subject and base:
            unfilled = figures.assessment.status(int(subject), row.level) is Status.NOT_FILLED_IN  # 无数据 to the plan
            place = places["verdict", int(subject), row.level][0]
            return None if unfilled else f'IF({place}="","",{place})'  # an empty cell would be 0
        case "tally" if row.level and base and subject != Status.NOT_APPLICABLE:
            counted = [None if subject == "applicable" else Status(subject)]
            if subject == Status.NO_DATA and Status.NOT_FILLED_IN in figures.counted:
                counted.append(Status.NOT_FILLED_IN)  # the plan knows no 未填报
            return "+".join(places["tally", row.level, status][0] for status in counted)
        case "indicators" if subject == "total" and same_items:
            return f"COUNT({places['indicators',][0]})"
        case "indicators" if same_items:
            return f'COUNTIF({places[Attribute, plan.levels[0]][0]},"{Attribute(subject).chinese}")'
        case "past_type":
            return places["past", subject or projects.TOTAL, None][0]
        case "past_outcome":
            return places["past", projects.TOTAL, Outcome(subject)][0]
        case "projects":
            return f"COUNT({places['projects',][0]})"
        case "budget":
            decimals = len(row.stated.partition(".")[2])
            return f"ROUND({places['budget',][0]}/{reconciliation.MONEY[row.unit or '万元']},{decimals})"
    return None
