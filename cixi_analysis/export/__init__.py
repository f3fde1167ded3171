"""The files of a year: a workbook that looks like the plan's own tables, and machine-readable tables.

``figures``    every result of a year, computed once; CSV and JSON with a data dictionary
``data_package``   the CSV files described for programs
``plan_sheets``, ``assessment_sheets``   the sheets, made of columns, cells and formulas with their values (``sheet``)
``workbook``   shared with the form's workbook: text that Excel can hold, styles, atomic writes, reproducible bytes
"""

from collections.abc import Iterator
from pathlib import Path

from cixi_analysis.analysis.table1 import standards
from cixi_analysis.export.assessment_sheets import EVIDENCE_SHEET, RESULTS
from cixi_analysis.export.data_package import write_package
from cixi_analysis.export.figures import Figures, write_csv, write_json
from cixi_analysis.export.plan_sheets import reconciliation_sheet, table1_sheet, table2_sheet, table3_sheet
from cixi_analysis.export.sheet import Header, Report, Sheet, emphasise
from cixi_analysis.export.workbook import WRAP, ExportError, save_bytes, workbook_bytes
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.evidence_files import published_files

__all__ = [
    "ExportError",
    "Figures",
    "attachments",
    "report",
    "write_csv",
    "write_json",
    "write_package",
    "write_workbook",
]

_PRINTED = "所印的结论、计数与合计，与复算对照；回看年份没有这一张。"
#: Fixed lines of the guide sheet of every workbook, below those of the plan.
_GUIDE = {
    "未填报": "还没有填写，与“无数据”（已填写而不足以判定）分开计数；只在初稿中出现。",
    "公式": "计数、合计、完成率、差距与差值都是公式，点击单元格可见所用的区域；打开文件时自动重算，所存的值就是程序算得的值。"
    "现状、结论、依据、理由、走向、进度与点名的指标不由公式算出：在工作簿里改了数，它们不变，应改数据，再导出。",
    "文字": "来自数据的文字一律按文字保存，以 = + - @ 开头的也不是公式；工作簿不能保存的控制字符，以可见的符号代替。",
    "同名文件": "cixi-年份-….csv 与 cixi-年份.json 是同样内容的机器可读文件，各列的含义见其中的数据字典。",
}


def attachments(plan: Plan, year: int, folder: Path) -> tuple[Path, ...]:
    """Write every file that the pages of ``year`` offer into ``folder``. Returns the files."""
    figures = Figures(plan, year)
    workbook, tables = (folder / f"cixi-{year}.{kind}" for kind in ("xlsx", "json"))
    write_workbook(figures, workbook)
    write_json(figures, tables)
    return (workbook, *write_csv(figures, folder), tables, *_published(plan, year, folder))


def _published(plan: Plan, year: int, folder: Path) -> Iterator[Path]:
    """Copy the files of evidence that are public and unchanged since they were recorded."""
    for one in published_files(plan.root, year):
        save_bytes((plan.root / one.path).read_bytes(), folder / one.name)
        yield folder / one.name


def write_workbook(figures: Figures, path: Path) -> None:
    """Write the workbook atomically. Raises :class:`ExportError` when the file cannot be written."""
    made = report(figures)
    save_bytes(workbook_bytes(made.book, made.computed), path)


def report(figures: Figures) -> Report:
    """The workbook with the values of its formulas. Text from data never becomes a formula."""
    made = Report(figures)
    # In this order: the formulas of a sheet refer to the sheets before it.
    for sheet in (table1_sheet, table2_sheet, table3_sheet, *RESULTS, reconciliation_sheet, _guide_sheet):
        sheet(made)
    return made


def _guide_sheet(made: Report) -> None:
    """The subject of the workbook, and the contents of its sheets."""
    figures, plan, year = made.figures, made.plan, made.figures.year
    frame, tables = plan.frame, plan.frame.tables
    wordings = "要求与规划值照录"
    if any(figures.of_plan.values()):
        wordings = "名称、单位与要求是该年适用的，与规划所列不同的两者都写（现行、规划所列）；规划值照录"
    past, planned = tables.past_projects, tables.projects
    lines = {
        "依据": frame.title, "年份": f"{year}年", "标准": "；".join(standards(plan, year)), "数据状况": figures.stage,
        tables.indicators.name: f"规划的指标体系：栏目、次序、合并单元格与规划相同，{wordings}；现状与结论是本年的。"
        f"{tables.indicators.note or ''}",
        **({past.name: "上一轮的重点工程，各年相同；完成率是本书加的一栏。"} if past else {}),
        **({planned.name: "规划的重点工程，各年相同。没有概算的项目写“/”，不计入合计。"} if planned else {}),
        "指标结论": "一行一个指标，不合并单元格，可筛选。",
        "结论依据": "一行一个子项与级别：结论、依据、理由、现状出处。",
        "分级统计": "按级别、领域、指标属性、依据的指标数，以及不用某一约定时的指标数。",
        "趋势与进度": "有数值的子项：水平与趋势、差距、进度。",
        **({EVIDENCE_SHEET: "该年的佐证材料，按指标；其下是还缺的。"} if "evidence" in figures.outputs else {}),
        **({"数据核对": f"{frame.title}{_PRINTED}"} if plan.has("published") else {}),
        **_GUIDE,
    }  # fmt: skip
    sheet = Sheet(made, "说明", "说明", [Header("项目", 16, WRAP), Header("内容", 100, WRAP)])
    for number, line in enumerate(lines.items(), start=sheet.first):
        sheet.row(number, line)
        emphasise(sheet.cells.cell(number, 1))
    sheet.finish()
