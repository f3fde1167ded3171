"""Writing the form of a year: the guide sheet and the input sheets, prefilled with what the data has of the year.

The guide names the plan, the year and the layout version, and says how to fill in, check and import the form.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export import workbook
from cixi_analysis.export.workbook import BOX, CENTRE, FONT, HEAD, LINE, WRAP, fit_row, new_workbook, print_setup, put
from cixi_analysis.form import layout
from cixi_analysis.form.input_cells import decimal_text, shortened
from cixi_analysis.form.layout import GUIDE, HEADER_ROW, TITLE_ROW, FormColumn, FormRow, FormSheet, Kind, prefill
from cixi_analysis.form.sheets import domain_sheets, progress_sheets
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Progress
from cixi_analysis.words import NOT_ASSIGNED, Absence, ProgressState, Stage

#: Characters that Excel allows in an input prompt.
LONGEST_PROMPT = 255
_INPUT, _CLOSED, _INPUT_HEAD = (PatternFill("solid", fgColor=colour) for colour in ("FFF8DC", "D9D9D9", "FFE699"))
#: Fill of the locked cells of every other group, so that the rows of a group can be seen to belong together.
_BAND = PatternFill("solid", fgColor="F3F6F8")
_LEFT = Alignment(vertical="center", horizontal="left")
_GROUP_LINE = Side(style="medium", color="404040")
_GROUP_FONT = InlineFont(rFont=FONT, sz=9, b=True, color="1F4E79")
_CENTRED = {
    *("key", "level", "item_unit", "value", "absence", "unit", "polarity", "comparator", "assigned_target"),
    *("benchmark", "benchmark_kind", "years", "budget", "promised", "deadline", "state", "percent", "spent"),
}
#: A number whose last decimal is a zero; its decimals.
_DECIMALS = re.compile(r"[^.]*\.(.*0)")
#: Most columns that are readable on one page across. With more, number and name repeat on a second page.
_MOST_COLUMNS = 14
#: Input column → example. The examples are independent of each other, not one row.
EXAMPLES = {
    "value": "83.3　　Ⅲ　　劣Ⅴ", "absence": Absence.NO_DATA, "measure": "省控断面水质类别",
    "unit": "微克/立方米　　类", "polarity": "越少越好", "comparator": "≤",
    "assigned_target": f"31　　Ⅲ　　任务：完成整治3处　　{NOT_ASSIGNED}",
    "benchmark": "84.5　　-1.2", "benchmark_kind": "水平值的全省平均",
    "statement": "目标为86.8%，实际为83.3%，未完成上级下达的年度目标", "attests": "建立=已建立相关制度；面积不减少",
    "denies": "完成上级下达的年度目标=未完成上级下达的年度目标", "source": "《{year}年生态环境状况公报》二（一）",
    "responsible": "市水利局", "acknowledgment": "统计口径自本年起改变，数已与部门核对",
}  # fmt: skip
#: The same for the progress sheets.
_PROGRESS_EXAMPLES = {
    "state": "　　".join(state.chinese for state in ProgressState), "percent": "60", "spent": "3000",
    "note": "已建成30套，其余{next}年上半年完成", "source": "《{year}年重点工程进展情况表》序号1", "responsible": "市水利局",
}  # fmt: skip
#: Headings of a section → its lines, cell by cell. Names in braces are replaced by what :func:`_terms` has for them; a
#: line or a section with one that is empty is left out.
_SECTIONS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("怎样填", ""): (
        ("1", "一个领域一张表，表名在下方标签上；一行是一个指标或子项，按规划{table}的次序排列。只在浅黄色格内填写。"),
        ("2", "先看左边：各级要求、规划值和上年现状值都在同一行。选中一个浅黄色格，会显示这一格怎样填、上年填了什么。"),
        ("3", "有数值的，在“现状值”写数，单位见“单位”一列；没有数值的，选“缺失原因”；以文字说明的，在“现状原文”照录。"),
        ("4", "填了一行，就要写明“出处”。没有资料的行整行留空，不要填0、-或/。"),
        ("5", "不要增删、移动行和列，不要改表名，不要合并单元格。列宽和行高可以调整。表未设密码，保护只为防止误改。"),
        ("6", "{levels}所测不同的指标，另有各级的行：所测相同时只填写明“合填”的一行，不同时只填各级的行。"),
    ),
    ("颜色", ""): (
        ("填写", "浅黄：填写。标题为深黄。"),
        ("用不到", "灰：这一行的要求用不到，已锁定，不必填写。"),
        ("供对照", "白、浅灰蓝：供对照，已锁定。两种底色只为区分任务；任务名称写在其第一行的指标名称之前。"),
    ),
    ("没有数时", ""): (
        (Absence.NO_DATA, "这一年还没有数，或主管部门尚未公布。"),
        (Absence.NOT_CALCULATED, "没有测算方法，或没有开展测算。"),
        (Absence.NOT_FOUND, "对象不存在或未发现，如没有黑臭水体。"),
        (Absence.NOT_LISTED, "所依据的文件没有列出。"),
        (NOT_ASSIGNED, "写在“下达目标”：上级当年没有下达目标。与“不知道”不同，不知道时留空。"),
        (Absence.NOT_FILLED_IN, f"整行留空即是，不必写。全年定稿之前，这一年标为“{Stage.DRAFT}”。"),
    ),
    ("各列", "填法", "例"): tuple((c.title, c.hint, EXAMPLES[c.key]) for c in layout.INPUTS),
    ("{progress}", ""): (
        ("项目进展", "{projects}的项目，一行一个，填该年底的状态、完成比例和累计投资。"),
        ("承诺进展", "{commitments}的承诺，一行一条，填该年底的状态和完成比例。“完成比例”是承诺完成了百分之几，不是指标值。"),
        ("可填可不填", "没有资料的行整行留空，即为未填报，不算错，也不影响定稿。填了一行，就要填“状态”和“出处”。"),
        ("整年替换", "导入时，{sheets}替换该年已有的进展；没有初稿、定稿之分，更正的由来写在“说明”里。"),
    ),
    ("{columns}", "填法", "例"): tuple((c.title, c.hint, _PROGRESS_EXAMPLES[c.key]) for c in layout.PROGRESS_INPUTS),
    ("检查与导入", ""): (
        ("cixi check", "后接文件名。一次列出全部问题：哪张表、哪一格、现为什么、应为什么。只检查，不改动任何数据。"),
        ("cixi import", "后接文件名。先检查，再写入数据；加--dry-run只显示将有的变化。改正后可再次导入；整年齐备后加--final，标为定稿。"),
        ("cixi build", "重新生成报告书，其中即有{year}年。"),
        ("整年为准", "本表是整年的数据：已导入的一行若在表中清空，再导入时这一行就从数据中删去。可以先填一部分，以后再补。"),
    ),
}  # fmt: skip
#: Text of a cell → its fill, a sample of the colour that the line explains.
_SAMPLES = {"填写": _INPUT, "用不到": _CLOSED}


def write_form(plan: Plan, year: int, path: Path) -> None:
    """Write the form of ``year`` to ``path``; the write is atomic.

    Raises :class:`~cixi_analysis.export.workbook.ExportError` when ``path`` cannot be written.
    """
    workbook.save_bytes(workbook.workbook_bytes(form_workbook(plan, year)), path)


def form_workbook(plan: Plan, year: int) -> Workbook:
    """The form of ``year``, prefilled where the data has the year. Text from the data never becomes a formula."""
    title = f"{plan.frame.region}生态文明建设年度填报表（{year}年）"
    book, forms = new_workbook(title), (*domain_sheets(plan, year), *progress_sheets(plan, year))
    _write_guide(book.create_sheet(GUIDE), title, plan, year, _terms(plan, year, forms))
    for form in forms:
        _write_sheet(book.create_sheet(form.name), form)
    for sheet in book.worksheets:
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", f"{year}年填报表"
        # Without a password, against slips only; columns and rows may be resized.
        sheet.protection.enable()
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    return book


def _terms(plan: Plan, year: int, forms: Sequence[FormSheet]) -> dict[str, str]:
    """Name in the texts of the guide → what stands for it in this form; "" for what the form does not have."""
    progress, tables = [form.name for form in forms if form.model is Progress], plan.frame.tables
    return {
        "year": f"{year}", "next": f"{year + 1}", "table": tables.indicators.name,
        "levels": "、".join(level.chinese for level in plan.levels) if len(plan.levels) > 1 else "",
        "progress": "、".join(progress), "columns": "进展各列" if progress else "",
        "sheets": "这两张表" if len(progress) > 1 else "这张表", "commitments": "规划正文" if plan.commitments else "",
        "projects": tables.projects.name if tables.projects else "",
    }  # fmt: skip


def _write_guide(sheet: Worksheet, title: str, plan: Plan, year: int, terms: Mapping[str, str]) -> None:
    for letter, width in (("A", 16), ("B", 96), ("C", 56)):
        sheet.column_dimensions[letter].width = width
    put(sheet["A1"], title)
    sheet["A1"].font = Font(name=FONT, bold=True, size=16)
    sheet.row_dimensions[1].height = 30
    for address, label, content in (
        (layout.PLAN_CELL, "规划", plan.frame.short_title),
        (layout.YEAR_CELL, "年份", year),
        (layout.LAYOUT_CELL, "表式版本", layout.LAYOUT),
    ):
        cell = sheet[address]
        heading = cell.offset(column=-1)
        heading.fill = HEAD
        for one, text in ((heading, label), (cell, content)):
            put(one, text)
            one.font, one.border, one.alignment = Font(name=FONT, size=10), BOX, _LEFT

    def said(line: Sequence[str]) -> bool:
        return all(terms[name] for name in re.findall(r"{(\w+)}", "".join(line)))

    for titles, lines in ((titles, lines) for titles, lines in _SECTIONS.items() if said(titles)):
        for row, line in enumerate((titles, *filter(said, lines)), start=sheet.max_row + 2):
            for at, text in enumerate(line, start=1):
                cell = sheet.cell(row, at)
                put(cell, text.format_map(terms))
                cell.border = BOX
                if line is titles:
                    cell.font, cell.fill = Font(name=FONT, size=11, bold=True), HEAD
                    continue
                cell.font, cell.alignment = Font(name=FONT, size=10), CENTRE if at == 1 else WRAP
                if text in _SAMPLES:
                    cell.fill = _SAMPLES[text]
            if line is not titles:
                fit_row(sheet, row)
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    print_setup(sheet)


def _write_sheet(sheet: Worksheet, form: FormSheet) -> None:
    legend = f"浅黄格填写，灰格用不到，其余供对照。选中一格即显示填法；详见“{GUIDE}”。"
    for cell, text, size in ((sheet.cell(TITLE_ROW, 1), form.title, 14), (sheet.cell(TITLE_ROW, 3), legend, 10)):
        put(cell, text)
        cell.font = Font(name=FONT, bold=text == form.title, size=size)
    sheet.row_dimensions[TITLE_ROW].height, sheet.row_dimensions[HEADER_ROW].height = 26, 34
    for column in form.columns:
        letter = form.letters[column.key]
        cell = sheet[f"{letter}{HEADER_ROW}"]
        put(cell, column.title)
        cell.font, cell.alignment, cell.border = Font(name=FONT, size=10, bold=True), CENTRE, BOX
        cell.fill = HEAD if column.kind is Kind.SHOWN else _INPUT_HEAD
        sheet.column_dimensions[letter].width = column.width
    validations: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    group, banded = "", False
    for number, row in enumerate(form.rows, start=layout.FIRST_ROW):
        is_first = row.group != group
        group, banded = row.group, banded ^ is_first
        content = prefill(row.known, form.inputs)
        for at, column in enumerate(form.columns, start=1):
            cell = sheet.cell(number, at)
            cell.font, cell.border = Font(name=FONT, size=10), BOX
            cell.alignment = CENTRE if column.key in _CENTRED else WRAP
            if column.kind is not Kind.SHOWN:
                is_open = column.key in row.opened
                if column.kind in (Kind.TEXT, Kind.CHOICE):
                    cell.number_format = "@"  # as text: Excel then makes neither a date of 3-4 nor a formula of =1
                elif column.key == "value" and (zeros := _DECIMALS.fullmatch(getattr(row.known, "value", None) or "")):
                    # A value keeps its decimals (0.10); what is typed over it is shown in full.
                    cell.number_format = f"0.{'0' * len(zeros[1])}{'#' * 8}"
                if column.key in content:
                    put(cell, content[column.key])
                cell.fill, cell.protection = _INPUT if is_open else _CLOSED, Protection(locked=not is_open)
                validations[column.key, _prompt(form, row, column)].append(cell)
                continue
            put(cell, row.shown[column.key])
            if column.key == "name" and is_first and group:
                # A row of its own for the group's name would shift the keys.
                cell.value = CellRichText(TextBlock(_GROUP_FONT, f"{group}\n"), row.shown["name"])
            if banded:
                cell.fill = _BAND
        if is_first:
            for cell in sheet[number]:
                cell.border = Border(left=LINE, right=LINE, top=_GROUP_LINE, bottom=LINE)
        fit_row(sheet, number, least=2)
    for (key, prompt), cells in validations.items():
        _validate(sheet, form.column(key), prompt, cells)
    sheet.freeze_panes = sheet.cell(layout.FIRST_ROW, 3)
    sheet.print_title_rows, sheet.print_title_cols = f"{TITLE_ROW}:{HEADER_ROW}", "A:B"
    print_setup(sheet, pages_wide=1 if len(form.columns) <= _MOST_COLUMNS else 2)


def _prompt(form: FormSheet, row: FormRow, column: FormColumn) -> str:
    """The prompt of an input cell: how to fill it in, what this row needs, last year's content."""
    if column.key not in row.opened:
        return "这一行的要求用不到这一列，不必填写。"
    # Last year's value has its own column; the comparator is part of last year's target.
    last = None if column.key == "value" else getattr(row.before, column.key, None)
    last = decimal_text(last) if isinstance(last, float) else getattr(last, "chinese", last)
    lines = [column.hint, row.notes.get(column.key, ""), f"{form.year - 1}年：{last}" if last else ""]
    return shortened("\n".join(line for line in lines if line), LONGEST_PROMPT)


def _validate(sheet: Worksheet, column: FormColumn, prompt: str, cells: list[Cell]) -> None:
    """Add a data validation: the prompt, and a drop-down for a choice. Excel must not refuse a number in another way,
    because a value cell may hold Ⅲ and the check explains more.
    """
    validation = DataValidation(allow_blank=True, showInputMessage=True, promptTitle=column.title, prompt=prompt)
    if column.kind is Kind.CHOICE and not cells[0].protection.locked:
        validation.type, validation.formula1 = "list", f'"{",".join(layout.CHOICES[column.key])}"'
        validation.showErrorMessage, validation.errorTitle = True, column.title
        validation.error = "请从下拉列表中选一个，或留空。"
    for cell in cells:
        validation.add(cell)
    sheet.add_data_validation(validation)
