"""A made-up county with a plan of its own, made by ``cixi new`` and filled in as an analyst would: files, then the form.

One level, base year 2021, targets for 2025 and 2028, 12 indicators, no table of projects, nothing printed to compare
with. A standard of 2023 asks more of 5, less of 10, something else of 9, nothing of 6 any more, and 11③ is new.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import load_workbook

from cixi_analysis.plan.schema import TABLES

NAME = "芦川县生态文明建设规划（2022-2028年）"
TITLE = f"《{NAME}》"
OLD, NEW = "《浦州市生态县建设指标（2019年版）》", "《浦州市生态县建设指标（2023年版）》"

FRAME = """
title = "{title}"
short_title = "芦川规划"
region = "芦川县"
base_year = 2021
first_report_year = 2021
target_years = [2025, 2028]
targets_follow = "{follow}"
parts = ["conventions"]
{levels}
[tables]
indicators = {{name = "附表1", title = "芦川县生态文明建设指标"}}
"""

#: id, domain, task, indicator, name, unit, attribute, polarity, wording from 2021, target 2025, target 2028.
ITEMS = (
    ("1", "生态制度", "制度建设", "生态文明建设规划", "生态文明建设规划", "-", "binding", "none", "制定实施", "制定实施", "制定实施"),
    ("2", "生态制度", "制度建设", "河湖长制", "河湖长制", "-", "binding", "none", "全面实施", "全面实施", "全面实施"),
    ("3.1", "生态安全", "环境质量", "环境空气质量", "优良天数比例", "%", "binding", "more", "完成上级下达的年度目标；保持稳定或持续改善", "≥93", "≥94"),
    ("3.2", "生态安全", "环境质量", "环境空气质量", "PM2.5浓度", "微克/立方米", "binding", "less", "≤35", "≤30", "≤28"),
    ("4.1", "生态安全", "环境质量", "水环境质量", "达到或优于Ⅲ类断面比例", "%", "binding", "more", "≥85", "≥90", "100"),
    ("4.2", "生态安全", "环境质量", "水环境质量", "出境断面水质", "类", "reference", "none", "达到或优于Ⅲ类", "优于Ⅲ类", "优于Ⅲ类"),
    ("5", "生态安全", "生态系统", "森林覆盖率", "森林覆盖率", "%", "reference", "more", "≥40", "≥42", "≥43"),
    ("6", "生态安全", "生态系统", "生物多样性调查", "生物多样性调查", "-", "reference", "none", "开展", "有效开展", "有效开展"),
    ("7", "生态经济", "资源利用", "单位GDP用水量", "单位GDP用水量", "立方米/万元", "binding", "less", "持续下降且年均下降幅度≥3%", "≤44", "≤40"),
    ("8", "生态经济", "资源利用", "秸秆综合利用率", "秸秆综合利用率", "%", "reference", "more", "≥92", "≥95", "≥96"),
    ("9", "生态经济", "资源利用", "化肥施用量", "化肥施用量", "吨", "reference", "less", "逐年下降", "≤5600", "持续下降"),
    ("10", "生态生活", "人居环境", "农村生活污水治理率", "农村生活污水治理率", "%", "binding", "more", "≥60", "≥60", "≥75"),
    ("11.1", "生态生活", "人居环境", "生活垃圾处理", "生活垃圾无害化处理率", "%", "binding", "more", "100", "100", "100"),
    ("11.2", "生态生活", "人居环境", "生活垃圾处理", "生活垃圾回收利用率", "%", "reference", "more", "≥30", "≥35", "≥45"),
    ("11.3", "生态生活", "人居环境", "生活垃圾处理", "生活垃圾分类覆盖率", "%", "reference", "more", None, None, None),
    ("12", "生态文化", "观念意识", "公众满意度", "公众满意度", "%", "reference", "more", "高于全省平均值，或逐年上升", "≥88", "≥90"),
)  # fmt: skip
#: From 2023: item, wording, columns that say what is measured where that is something else.
STANDARD = (
    ("5", "≥42", {}),
    ("9", "≤200", {"measure": "化肥施用强度", "unit": "千克/公顷"}),
    ("10", "≥35", {}),
    ("11.3", "≥80", {}),
)
ENDS = {"6": "2022"}

#: Year → item → cells of the observation; the last year is typed into the form.
OBSERVED: dict[int, dict[str, dict[str, str]]] = {
    2021: {
        "1": {"statement": "县政府印发实施规划", "attests": "制定实施=印发实施规划"},
        "2": {"statement": "全面实施河湖长制", "attests": "全面实施"},
        "3.1": {"value": "91.2", "assigned_target": "90"},
        "3.2": {"value": "31"}, "4.1": {"value": "83.3"}, "4.2": {"value": "Ⅲ", "unit": "类"}, "5": {"value": "41.3"},
        "6": {"absence": "未开展测算"}, "7": {"value": "52.4"}, "8": {"value": "90.5"}, "9": {"value": "6120"},
        "10": {"value": "38.2"}, "11.1": {"value": "100"}, "11.2": {"absence": "暂无数据"}, "12": {"value": "85.1"},
    },
    2022: {
        "1": {"statement": "规划继续实施", "attests": "制定实施=继续实施"},
        "2": {"statement": "全面实施河湖长制", "attests": "全面实施"},
        "3.1": {"value": "92.6", "assigned_target": "上级未下达"},
        "3.2": {"value": "30"}, "4.1": {"value": "83.3"}, "4.2": {"value": "Ⅱ", "unit": "类"}, "5": {"value": "41.5"},
        "6": {"statement": "开展首次调查", "attests": "开展"}, "7": {"value": "50.1"}, "8": {"value": "91.8"},
        "9": {"value": "6010"}, "10": {"value": "41.7"}, "11.1": {"value": "100"}, "11.2": {"value": "31.5"},
        "12": {"value": "84.9", "benchmark": "84.2", "benchmark_kind": "水平值的全省平均"},
    },
    2023: {
        "1": {"statement": "规划继续实施", "attests": "制定实施=继续实施"},
        "2": {"statement": "全面实施河湖长制", "attests": "全面实施"},
        "3.1": {"value": "92.9", "assigned_target": "92"},
        "3.2": {"value": "28"}, "4.1": {"value": "87.5"}, "4.2": {"value": "Ⅱ", "unit": "类"}, "5": {"value": "41.6"},
        "7": {"value": "48.3"}, "8": {"value": "93.0"}, "9": {"value": "187"}, "10": {"value": "44.9"},
        "11.1": {"value": "100"}, "11.2": {"value": "33.4"}, "11.3": {"value": "76"}, "12": {"absence": "暂无数据"},
    },
}  # fmt: skip
#: What the form calls a column.
_TYPED = {
    "value": "现状值", "absence": "缺失原因", "statement": "现状原文", "attests": "载明达到的条款",
    "assigned_target": "下达目标", "unit": "实测单位", "source": "出处", "benchmark": "全省平均", "benchmark_kind": "平均的含义",
}  # fmt: skip

ONE = (("municipal", "市级", "市"),)
THREE = (("national", "国家级", "国"), ("provincial", "省级", "省"), ("municipal", "市级", "市"))


def table(root: Path, name: str, rows: Iterable[dict[str, str]]) -> None:
    """Write rows under the header that ``cixi new`` wrote."""
    path, header = root / "data" / name, list(TABLES[name].columns())
    assert path.read_text(encoding="utf-8") == ",".join(header) + "\n"
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerows(rows)


def fill(root: Path, levels: Sequence[tuple[str, str, str]] = ONE) -> None:
    """Fill in a new project, all but what was observed. With several levels each asks the same, the last one nothing of 5."""
    sections = "".join(
        f'[[levels]]\nid = "{number}"\nname = "{name}"\nshort = "{short}"\n' for number, name, short in levels
    )
    frame = FRAME.format(title=TITLE, levels=sections, follow=levels[0][0])
    (root / "data" / "plan.toml").write_text(frame, encoding="utf-8")
    columns = ("item_id", "domain", "task", "indicator_name", "name", "unit", "attribute", "polarity")
    items, targets = [], []
    requirements: list[dict[str, str]] = []
    for item_id, *cells, wording, target, later in ITEMS:
        source = f"{TITLE}附表1 第{item_id}项"
        items.append(
            dict(zip(columns, (item_id, *cells), strict=True)) | {"indicator": item_id.split(".")[0], "source": source}
        )
        row = {"item_id": item_id, "from_year": "2021", "standard": OLD, "source": source}
        if wording:
            asking = [level for level, _, _ in levels if (item_id, level) != ("5", "municipal") or len(levels) == 1]
            requirements += [
                row | {"level": level, "wording": wording, "to_year": ENDS.get(item_id, "")} for level in asking
            ]
            targets += [
                {"item_id": item_id, "year": year, "wording": text, "source": source}
                for year, text in (("2025", target), ("2028", later))
            ]
    for item_id, wording, measured in STANDARD:
        row = {"item_id": item_id, "level": levels[0][0], "from_year": "2023", "wording": wording, "standard": NEW}
        requirements.append(row | {"source": f"{NEW}第{item_id}项"} | measured)
    reason = {"convention": "none-assigned", "reason": "市里没有下达目标的，视同完成", "source": f"{TITLE}第五章"}
    table(root, "indicators.csv", items)
    table(root, "requirements.csv", requirements)
    table(root, "targets.csv", targets)
    table(root, "conventions.csv", [reason])


def type_in(form: Path, year: int, levels: Sequence[tuple[str, str, str]] = ONE) -> None:
    """Type what was observed in ``year`` into its form, by the titles of the columns."""
    cells = dict(OBSERVED[year])
    if len(levels) > 1 and year == 2023:  # the levels ask for different things in different units
        del cells["9"]
        cells |= {f"9{short}": {"value": "5930"} for _, _, short in levels} | {f"9{levels[0][2]}": {"value": "187"}}
    book = load_workbook(form)
    for sheet in book.worksheets[1:]:
        titles: dict[str, int] = {}
        for row in sheet.iter_rows():
            if not titles and "出处" in {str(cell.value) for cell in row}:
                titles = {str(cell.value): cell.column for cell in row}
            key = str(row[0].value)
            if titles and key in cells:
                for column, text in ({"source": f"《芦川县生态环境状况公报（{year}年）》"} | cells.pop(key)).items():
                    cell = sheet.cell(row[0].row, titles[_TYPED[column]])
                    cell.value = float(text) if re.fullmatch(r"[\d.]+", text) else text
    assert not cells, f"the form has no row for {cells}"
    book.save(form)
