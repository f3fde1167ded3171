"""The sheet 说明: what the workbook holds and how its numbers come about."""

from cixi_analysis.export.figures import Figures
from cixi_analysis.export.sheet import Report
from cixi_analysis.words import PLAN_TITLE

GUIDE = "说明"
_SHEETS = {
    "表一": "规划的指标体系：栏目、次序、合并单元格与规划相同，要求与规划值照录；现状与结论是本年的。"
    "原表第9、28项误印作“1”“2”的子项序号作①②。",
    "表二、表三": "规划的重点工程，各年相同；表二的完成率是本书加的一栏。没有概算的项目写“/”，不计入合计。",
    "指标结论": "一行一个指标，不合并单元格，可筛选。",
    "结论依据": "一行一个子项与级别：结论、依据、理由、现状出处。",
    "分级统计": "按级别、领域、指标属性、依据的指标数，以及不用某一约定时的指标数。",
    "趋势与进度": "有数值的子项：水平与趋势、差距、进度。",
    "数据核对": f"{PLAN_TITLE}所印的结论、计数与合计，与复算对照；回看年份没有这一张。",
}
_NOTES = {
    "未填报": "还没有填写，与“无数据”（已填写而不足以判定）分开计数；只在初稿中出现。",
    "公式": "计数、合计、完成率、差距与差值都是公式，点击单元格可见所用的区域；打开文件时自动重算，所存的值就是程序算得的值。",
    "文字": "来自数据的文字一律按文字保存，以 = + - @ 开头的也不是公式；工作簿不能保存的控制字符，以可见的符号代替。",
    "同名文件": "cixi-年份-….csv 与 cixi-年份.json 是同样内容的机器可读文件，各列的含义见其中的数据字典。",
}


def guide_sheet(report: Report, figures: Figures) -> None:
    """Last, so that the workbook opens on 表一."""
    sheet = report.sheet(GUIDE)
    sheet.title("说明", 2)
    sheet.header({"项目": 16, "内容": 100})
    rows = {"依据": PLAN_TITLE, "年份": f"{figures.year}年", "数据状况": figures.status}
    for number, (name, text) in enumerate({**rows, **_SHEETS, **_NOTES}.items(), start=3):
        sheet.emphasise(sheet.put(number, 1, name))
        sheet.put(number, 2, text)
    sheet.finish(2)
