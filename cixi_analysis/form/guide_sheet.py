"""The guide, the first sheet of the form: plan, year and layout version; how to fill in, check and import the form."""

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export.workbook import BOX, CENTRE, FONT, HEAD, WRAP, fit_row, print_setup, put
from cixi_analysis.form.layout import INPUTS, LAYOUT, LAYOUT_CELL, PLAN_CELL, PLAN_ID, PROGRESS_INPUTS, YEAR_CELL
from cixi_analysis.words import NOT_ASSIGNED, REGION, Absence, ProgressState, Stage

INPUT = PatternFill("solid", fgColor="FFF8DC")
CLOSED = PatternFill("solid", fgColor="D9D9D9")
INPUT_HEAD = PatternFill("solid", fgColor="FFE699")
_LEFT = Alignment(vertical="center", horizontal="left")
_WIDTHS = {"A": 16, "B": 96, "C": 56}
_IDENTITY = {PLAN_CELL: ("规划", PLAN_ID), YEAR_CELL: ("年份", None), LAYOUT_CELL: ("表式版本", LAYOUT)}
#: Input column → example. The examples are independent of each other, not one row.
EXAMPLES = {
    "value": "83.3　　Ⅲ　　劣Ⅴ",
    "absence": Absence.NO_DATA,
    "measure": "省控浒山东断面水质类别",
    "unit": "微克/立方米　　类",
    "polarity": "越少越好",
    "comparator": "≤",
    "assigned_target": f"31　　Ⅲ　　任务：完成整治3处　　{NOT_ASSIGNED}",
    "benchmark": "84.5　　-1.2",
    "benchmark_kind": "水平值的全省平均",
    "statement": "目标为86.8%，实际为83.3%，未完成上级下达的年度目标",
    "attests": "建立=已建立相关制度；面积不减少",
    "denies": "完成上级下达的年度目标=未完成上级下达的年度目标",
    "source": "《2023年慈溪市生态环境状况公报》二（一）",
    "responsible": "慈溪市水利局",
    "acknowledgment": "统计口径自本年起改变，数已与部门核对",
}
#: The same for the progress sheets.
PROGRESS_EXAMPLES = {
    "state": "　　".join(state.chinese for state in ProgressState),
    "percent": "60",
    "spent": "3000",
    "note": "已建成30套，其余2024年上半年完成",
    "source": "《2023年重点工程进展情况表》序号1",
    "responsible": "市水利局",
}
#: Headings of a section → its lines, cell by cell. ``{year}`` is replaced by the year of the form.
_SECTIONS: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {
    ("怎样填", ""): (
        ("1", "一个领域一张表，表名在下方标签上；一行是一个指标或子项，按规划表一的次序排列。只在浅黄色格内填写。"),
        ("2", "先看左边：两级要求、规划值和上年现状值都在同一行。选中一个浅黄色格，会显示这一格怎样填、上年填了什么。"),
        ("3", "有数值的，在“现状值”写数，单位见“单位”一列；没有数值的，选“缺失原因”；以文字说明的，在“现状原文”照录。"),
        ("4", "填了一行，就要写明“出处”。没有资料的行整行留空，不要填0、-或/。"),
        ("5", "两级名称不同的指标（如11）有三行：两级所测相同时只填“两级合填”一行，不同时只填11国、11省两行。"),
        ("6", "不要增删、移动行和列，不要改表名，不要合并单元格。列宽和行高可以调整。表未设密码，保护只为防止误改。"),
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
    ("各列", "填法", "例"): tuple((c.title, c.hint, EXAMPLES[c.key]) for c in INPUTS),
    ("项目进展、承诺进展", ""): (
        ("项目进展", "表三的项目，一行一个，填该年底的状态、完成比例和累计投资。"),
        ("承诺进展", "规划正文的承诺，一行一条，填该年底的状态和完成比例。“完成比例”是承诺完成了百分之几，不是指标值。"),
        ("可填可不填", "没有资料的行整行留空，即为未填报，不算错，也不影响定稿。填了一行，就要填“状态”和“出处”。"),
        ("整年替换", "导入时，这两张表替换该年已有的进展；没有初稿、定稿之分，更正的由来写在“说明”里。"),
    ),
    ("进展各列", "填法", "例"): tuple((c.title, c.hint, PROGRESS_EXAMPLES[c.key]) for c in PROGRESS_INPUTS),
    ("检查与导入", ""): (
        ("cixi check", "后接文件名。一次列出全部问题：哪张表、哪一格、现为什么、应为什么。只检查，不改动任何数据。"),
        ("cixi import", "后接文件名。先检查，再写入数据；加--dry-run只显示将有的变化。改正后可再次导入；整年齐备后加--final，标为定稿。"),
        ("cixi build", "重新生成报告书，其中即有{year}年。"),
        ("整年为准", "本表是整年的数据：已导入的一行若在表中清空，再导入时这一行就从数据中删去。可以先填一部分，以后再补。"),
    ),
}  # fmt: skip
#: First cell of a line → its fill, a sample of the colour explained.
_FILLS = {"填写": INPUT, "用不到": CLOSED}


def write_guide(sheet: Worksheet, year: int) -> None:
    """Fill the guide sheet of the form of ``year``."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    put(sheet["A1"], f"{REGION}生态文明建设年度填报表（{year}年）")
    sheet["A1"].font = Font(name=FONT, bold=True, size=16)
    sheet.row_dimensions[1].height = 30
    for address, (label, content) in _IDENTITY.items():
        cell = sheet[address]
        put(cell.offset(column=-1), label)
        put(cell, year if content is None else content)
        for one in (cell.offset(column=-1), cell):
            one.font, one.border, one.alignment = Font(name=FONT, size=10), BOX, _LEFT
        cell.offset(column=-1).fill = HEAD
    for titles, lines in _SECTIONS.items():
        for row, line in enumerate((titles, *lines), start=sheet.max_row + 2):
            for at, text in enumerate(line, start=1):
                cell = sheet.cell(row, at)
                put(cell, text.format(year=year))
                cell.border = BOX
                if line is titles:
                    cell.font, cell.fill = Font(name=FONT, size=11, bold=True), HEAD
                else:
                    cell.font, cell.alignment = Font(name=FONT, size=10), CENTRE if at == 1 else WRAP
            if line[0] in _FILLS:
                sheet.cell(row, 1).fill = _FILLS[line[0]]
            if line is not titles:
                fit_row(sheet, row)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    print_setup(sheet)
