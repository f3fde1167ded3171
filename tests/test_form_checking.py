"""Checking a filled-in form: every mistake is reported with sheet and cell, all at once, and what is right comes through."""

import datetime
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import filling
import pytest
from filling import NUMBERED, Edit, edited, packed, told, unpacked
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.worksheet.formula import ArrayFormula
from tiny import item, observation, requirement, target, tiny_plan

from cixi_analysis.errors import DataError
from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form.checking import Checked, FormError, FormProblem
from cixi_analysis.form.layout import GUIDE
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation
from cixi_analysis.words import Absence, BenchmarkKind, Polarity, Stage

LISTS = "、".join(NUMBERED)
SHEET = "生态安全"

#: The choices for the meaning of an average.
AVERAGES = "、".join(kind.chinese for kind in BenchmarkKind)


@cache
def plan() -> Plan:
    """The tiny plan with what a form can ask for: an assigned target, an average, two names, a water class.

    Rows of 生态安全: 3 is 2.1, 4 is 2.2, 5 is 3, 6 is 4, 7 is 4国, 8 is 4省, 9 is 5.
    """
    tiny = tiny_plan()
    items = (
        *tiny.items[:3],
        item("3", name="满意度"),
        item("4", name="国家级名称"),
        item("5", name="水质", unit="-", polarity="less"),
    )
    both = ("national", "provincial")
    requirements = (
        *(row for row in tiny.requirements if row.item_id in ("1", "2.1")),
        requirement("2.2", "national", "/"),
        requirement("2.2", "provincial", "完成上级下达的年度目标，或持续下降"),
        *(requirement("3", level, "高于全省平均值") for level in both),
        requirement("4", "national", "≥80"),
        requirement("4", "provincial", "≥80", measure="省级名称"),
        *(requirement("5", level, "完成上级规定的考核任务；保持稳定或持续改善") for level in both),
    )
    targets = (
        *(row for row in tiny.targets if row.item_id in ("1", "2.1", "2.2")),
        *(target(item_id, year, "≥90") for item_id in ("3", "4") for year in (2025, 2030)),
        *(target("5", year, "达到Ⅲ类") for year in (2025, 2030)),
    )
    observations = {
        2021: (observation("2.1", 84), observation("2.2", 35)),
        2022: (observation("2.1", 86), observation("2.2", 32), observation("5", "Ⅲ", unit="类")),
    }
    return replace(
        tiny, items=items, requirements=requirements, targets=targets, observations=observations, conventions=()
    )


@cache
def blank(year: int = 2023) -> bytes:
    return workbook_bytes(form_workbook(plan(), year))


def form(folder: Path, *edits: Edit, year: int = 2023) -> Path:
    """The form of the plan, edited and saved as people do it."""
    path = folder / "form.xlsx"
    path.write_bytes(edited(blank(year), *edits))
    return path


def check(folder: Path, *edits: Edit) -> Checked:
    return check_forms(plan(), [form(folder, *edits)])


#: Edits of 生态安全: ``put(J3=83.3)``.
put = partial(filling.put, SHEET)
formula = partial(filling.formula, SHEET)
formatted = partial(filling.formatted, SHEET)
on = partial(filling.on, SHEET)

#: A row that is right: 2.1 has 83.3 %.
RIGHT = put(J3=83.3, V3="年报")


def test_what_is_right_comes_through(tmp_path: Path) -> None:
    """Every kind of input becomes the observation's field; only filled rows are rows; they are a draft of no form."""
    checked = check(
        tmp_path,
        lambda book: book["生态制度"].__setitem__("S3", "已建立\n制度，共 2 项"),
        lambda book: book["生态制度"].__setitem__("T3", "建立=已建立"),
        lambda book: book["生态制度"].__setitem__("V3", "=文件"),
        lambda book: setattr(book["生态制度"]["V3"], "data_type", "s"),
        put(J3=0.1 + 0.2 + 83, V3="年报", X3="口径有变", W3="统计局"),
        put(J4=26, O4="≤", P4=31, V4="年报"),
        put(J5=90, Q5=-1.25, R5="年变化量的全省平均（与指标同单位）", V5="年报"),
        put(K7="暂无数据", V7="年报", J8=81, L8="另一对象", M8="个", N8="无方向", V8="年报"),
        put(J9="Ⅲ", M9="类", P9="Ⅲ", V9="年报"),
    )
    assert (checked.year, told(checked), checked.warnings) == (2023, [], ())
    rows = {(row.item_id, row.level): row for row in checked.rows}
    assert list(rows) == [("1", None), ("2.1", None), ("2.2", None), ("3", None), ("4", "national"),
                          ("4", "provincial"), ("5", None)]  # fmt: skip
    first = rows["1", None]
    assert (first.statement, first.attests, first.source) == ("已建立\n制度，共 2 项", "建立=已建立", "=文件")
    assert (rows["2.1", None].value, rows["2.1", None].acknowledgment) == ("83.3", "口径有变")
    assert rows["2.1", None].responsible == "统计局"
    assert (rows["2.2", None].value, rows["2.2", None].assigned_target) == ("26", "≤31")
    assert (rows["3", None].benchmark, rows["3", None].benchmark_kind) == (-1.25, BenchmarkKind.CHANGE)
    assert rows["4", "national"].absence is Absence.NO_DATA
    other = rows["4", "provincial"]
    assert (other.measure, other.unit, other.polarity) == ("另一对象", "个", Polarity.NONE)
    assert (rows["5", None].value, rows["5", None].unit, rows["5", None].assigned_target) == ("Ⅲ", "类", "Ⅲ")
    assert {(row.stage, row.form) for row in checked.rows} == {(Stage.DRAFT, None)}


def test_an_untouched_form_is_empty(tmp_path: Path) -> None:
    """As written: no rows, nothing to complain about."""
    assert check(tmp_path) == Checked(2023, (), (), (), (), (), ())


@pytest.mark.slow
def test_the_plans_own_form_says_what_the_data_says(plan: Plan, tmp_path: Path) -> None:
    """2022's form, filled in from the data, checks clean and reads back as the data, but for how a number is spelled."""
    path = tmp_path / "2022.xlsx"
    path.write_bytes(workbook_bytes(form_workbook(plan, 2022)))
    checked = check_forms(plan, [path])
    assert (told(checked), checked.warnings) == ([], ())

    def plain(row: Observation) -> dict[str, object]:
        value = row.value if row.value is None or not row.value[0].isdigit() else f"{float(row.value):.12g}"
        return row.model_dump(exclude={"stage", "form"}) | {"value": value}

    assert [plain(row) for row in checked.rows] == [plain(row) for row in plan.observations[2022]]


#: (what is typed into a form whose row 3 is right, the problems reported)
CELLS: list[tuple[Edit, list[str]]] = [
    (put(J3="83.3"),
     ["生态安全 J3：现为“83.3”（文本格式的数字）；应为数 83.3：先把单元格格式改为“常规”，再重新键入"]),
    (put(J3="８３．３"),
     ["生态安全 J3：现为“８３．３”（全角字符）；应为半角的数 83.3"]),
    (put(J3="83.3%"),
     ["生态安全 J3：现为“83.3%”（带百分号）；应为数 83.3，不带百分号"]),
    (put(J3="83.3％"),
     ["生态安全 J3：现为“83.3％”（全角字符，带百分号）；应为半角的数 83.3，不带百分号"]),
    (put(J3="83.3个"),
     ["生态安全 J3：现为“83.3个”（带文字“个”）；应为按单位“%”填写的数，不写单位和百分号"]),
    (put(J4="26微克", V4="年报"),
     ["生态安全 J4：现为“26微克”（带单位“微克”）；应为数 26，不写单位"]),
    (put(J3="1,689"),
     ["生态安全 J3：现为“1,689”（带千位分隔符）；应为数 1689"]),
    (put(J3="1 689"),
     ["生态安全 J3：现为“1 689”（带千位分隔符）；应为数 1689"]),
    (put(J3="8,3"),
     ["生态安全 J3：现为“8,3”（逗号或空格可有两种理解）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3="-"),
     ["生态安全 J3：现为“-”（可指没有数据，也可指零或没有这一项）；应为数或水质类别（Ⅰ至劣Ⅴ）；没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"]),
    (put(J3="/"),
     ["生态安全 J3：现为“/”（要求里的“/”是本级没有要求，不是没有数据）；应为数或水质类别（Ⅰ至劣Ⅴ）；没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"]),
    (put(J3="无"),
     ["生态安全 J3：现为“无”（可指暂无数据，也可指未发现、为零）；应为数或水质类别（Ⅰ至劣Ⅴ）；没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"]),
    (put(J3="暂无数据"),
     ["生态安全 J3：现为“暂无数据”（这是没有数值的原因）；应为空；在“缺失原因”里选“暂无数据”"]),
    (put(J3="零"),
     ["生态安全 J3：现为“零”（汉字）；应为数 0"]),
    (put(J3="≥83"),
     ["生态安全 J3：现为“≥83”（带“≥”）；应为一个确定的数；没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"]),
    (put(J3="八十三"),
     ["生态安全 J3：现为“八十三”（文字）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3="3.5e2"),
     ["生态安全 J3：现为“3.5e2”（文本格式的科学计数法）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3=" 83.3"),
     ["生态安全 J3：现为“␣83.3”（首尾有空格或空行，文本格式的数字）；应为数 83.3：先把单元格格式改为“常规”，再重新键入"]),
    (put(J3="83.3\u200b"),
     ["生态安全 J3：现为“83.3〔U+200B〕”（含有看不见的字符 U+200B，文本格式的数字）；应为数 83.3：先把单元格格式改为“常规”，再重新键入"]),
    (put(J3="\u3000"),
     ["生态安全 J3：现为“␣”（只有空格或看不见的字符）；应为空，或者数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3=True),
     ["生态安全 J3：现为逻辑值 TRUE；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3=datetime.datetime(2023, 8, 3)),
     ["生态安全 J3：现为日期或时间（2023-08-03）；应为数：先把单元格格式改为“常规”，再重新键入"]),
    (put(J3=datetime.time(8, 3)),
     ["生态安全 J3：现为日期或时间（08:03:00）；应为数：先把单元格格式改为“常规”，再重新键入"]),
    (formatted("J3", 83.3, "mm-dd"),
     ["生态安全 J3：现为日期或时间（1900-03-23 07:12:00）；应为数：先把单元格格式改为“常规”，再重新键入"]),
    (formatted("J3", 0.833, "0.0%"),
     ["生态安全 J3：现为“83.3%”（百分比格式的单元格，存的是 0.833）；应为数 83.3：先把单元格格式改为“常规”，再键入，不带百分号"]),
    (formatted("J3", 66342, '0!.0,"万"'),
     ['生态安全 J3：现为数 66342（单元格格式“0!.0,"万"”改变了显示）；应为数或水质类别（Ⅰ至劣Ⅴ）：先把单元格格式改为“常规”，再重新键入']),
    (put(J3=1e13),
     ["生态安全 J3：现为过大或过小的数（1e+13）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (formula("J3", "=SUM(A1:A2)"),
     ["生态安全 J3：现为公式（=SUM(A1:A2)，没有保存计算结果）；应为数值：请复制这一格，再“选择性粘贴”为“数值”"]),
    (formula("J3", ArrayFormula("J3", "=SUM(A1:A2)")),
     ["生态安全 J3：现为公式（=SUM(A1:A2)，没有保存计算结果）；应为数值：请复制这一格，再“选择性粘贴”为“数值”"]),
    (put(J3="#DIV/0!"),
     ["生态安全 J3：现为错误值 #DIV/0!；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J9="Ⅲ类", M9="类", V9="年报"),
     ["生态安全 J9：现为“Ⅲ类”（水质类别的写法不同）；应为“Ⅲ”，不写“类”"]),
    (put(J9="III", M9="类", V9="年报"),
     ["生态安全 J9：现为“III”（水质类别的写法不同）；应为“Ⅲ”，不写“类”"]),
    (put(J9="Ⅲ", V9="年报"),
     ["生态安全 M9：现为空；应为“类”：现状值“Ⅲ”是水质类别"]),
    (put(J9=5, M9="类", V9="年报"),
     ["生态安全 J9：现为“5”，而实测单位为“类”；应为水质类别（Ⅰ至劣Ⅴ），或改正实测单位"]),
    (put(J9="Ⅲ", M9="类 ", V9="年报"),
     ["生态安全 M9：现为“类␣”（首尾有空格或空行）；应为没有这些字符的文字"]),
    (put(J4=26, P4="≤31", V4="年报"),
     ["生态安全 P4：现为“≤31”（带“≤”）；应为数 31，比较符“≤”选在“目标比较符”一列"]),
    (put(J4=26, P4="未下达", V4="年报"),
     ["生态安全 P4：现为“未下达”；应为“上级未下达”"]),
    (put(J4=26, P4="任务:治理3处", V4="年报"),
     ["生态安全 P4：现为“任务:治理3处”；应为“任务：……”，“任务”后是全角冒号，其后写明任务"]),
    (put(J4=26, P4="/", V4="年报"),
     ["生态安全 P4：现为“/”（要求里的“/”是本级没有要求，不是没有数据）；应为数、水质类别、“任务：……”或“上级未下达”；当年没有下达写“上级未下达”，不知道时留空"]),
    (put(J4=26, P4="Ⅲ", V4="年报"),
     ["生态安全 P4：现为“Ⅲ”而现状值为“26”；应为与现状值同类的目标：类别对类别，数对数"]),
    (put(J4=26, O4="≤", V4="年报"),
     ["生态安全 P4：现为空，而目标比较符为“≤”；应为数；没有下达目标时，“目标比较符”也留空"]),
    (put(J4=26, O4="≤", P4="上级未下达", V4="年报"),
     ["生态安全 O4：现为“≤”，而下达目标为“上级未下达”；应为空：比较符只用于数"]),
    (put(J4=26, O4="<=", P4=31, V4="年报"),
     ["生态安全 O4：现为“<=”；应为下拉列表中的一项（≥、≤、>、<）"]),
    (put(J5=90, Q5="约80", R5="水平值的全省平均", V5="年报"),
     ["生态安全 Q5：现为“约80”（带“约”）；应为数"]),
    (put(J5=90, Q5="-", R5="水平值的全省平均", V5="年报"),
     ["生态安全 Q5：现为“-”（可指没有数据，也可指零或没有这一项）；应为数；不知道时留空；数值是零时写 0"]),
    (put(J5=90, Q5=80, V5="年报"),
     [f"生态安全 R5：现为空，而填了“全省平均”；应为下拉列表中的一项（{AVERAGES}）"]),
    (put(J5=90, R5="水平值的全省平均", V5="年报"),
     ["生态安全 Q5：现为空，而填了“平均的含义”；应为数；不知道全省平均时，“平均的含义”也留空"]),
    (put(J5=90, Q5=80, R5="平均值", V5="年报"),
     [f"生态安全 R5：现为“平均值”；应为下拉列表中的一项（{AVERAGES}）"]),
    (put(K3="暂无数据"),
     ["生态安全 K3：现为“暂无数据”，而现状值为“83.3”；应为二者取一：有数值时缺失原因留空，没有数值时现状值留空"]),
    (put(J3=None),
     ["生态安全 J3：现为空，而这一行填了“出处”；应为现状值；或在“缺失原因”里选一项；或在“现状原文”里照录文字"]),
    (put(V3=None),
     ["生态安全 V3：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(J3=None, K3="没有"),
     ["生态安全 K3：现为“没有”；应为下拉列表中的一项（暂无数据、未开展测算、未发现、原文未列）"]),
    (put(J3=None, K3="暂无数据 "),
     ["生态安全 K3：现为“暂无数据␣”（首尾有空格或空行）；应为“暂无数据”"]),
    (put(N3="多好"),
     ["生态安全 N3：现为“多好”；应为下拉列表中的一项（越多越好、越少越好、无方向）"]),
    (put(J3=None, V3=None, P3=90),
     ["生态安全 P3：现为“90”；应为空：这一行的要求用不到“下达目标”"]),
    (put(P3=90),
     ["生态安全 P3：现为“90”；应为空：这一行的要求用不到“下达目标”"]),
    (put(Q3="-", R3="水平值的全省平均"),
     ["生态安全 Q3：现为“-”；应为空：这一行的要求用不到“全省平均”",
      "生态安全 R3：现为“水平值的全省平均”；应为空：这一行的要求用不到“平均的含义”"]),
    (put(S3=" 年报"),
     ["生态安全 S3：现为“␣年报”（首尾有空格或空行）；应为没有这些字符的文字"]),
    (put(S3="一\u00a0二"),
     ["生态安全 S3：现为“一〔U+00A0〕二”（含有看不见的字符 U+00A0）；应为没有这些字符的文字"]),
    (put(S3="\ufeff年报\x7f"),
     ["生态安全 S3：现为“〔U+FEFF〕年报〔U+007F〕”（含有看不见的字符 U+FEFF、U+007F）；应为没有这些字符的文字"]),
    (put(S3="字" * 2001),
     ["生态安全 S3：现为“字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字……”（共 2001 字）；应为不超过 2000 字的文字"]),
    (put(S3=datetime.datetime(2023, 5, 1)),
     ["生态安全 S3：现为日期或时间（2023-05-01）；应为文字：先把单元格格式改为“文本”，再重新键入"]),
    (formatted("S3", 0.833, "0%"),
     ["生态安全 S3：现为“83.3%”（百分比格式的单元格，存的是 0.833）；应为文字"]),
    (formatted("S3", 12.5, "0.00"),
     ["生态安全 S3：现为数 12.5（显示为“12.50”）；应为文字：先把单元格格式改为“文本”，再重新键入"]),
    (put(S3=False),
     ["生态安全 S3：现为逻辑值 FALSE；应为文字"]),
    (formula("S3", "=1+1"),
     ["生态安全 S3：现为公式（=1+1，没有保存计算结果）；应为文字：请复制这一格，再“选择性粘贴”为“数值”"]),
    (put(S3="优良", T3="天气好=优良"),
     ["生态安全 T3：现为“天气好”；应为要求语言里的一个条款。无法解读“【天气好】”：不认识这里的说法。此处可以是：数值（≥20、20%以上）；水质类别（优于Ⅲ类）；上级目标（完成上级下达的年度目标）；变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）；全省平均（高于全省平均值）；状态（制定实施、面积不减少、无黑臭水体）。"]),
    (put(S3="已达到90", T3="≥90=已达到"),
     ["生态安全 S3：现为文字与数字矛盾：“≥90”（所用数字 83.3、90）；应为文字与数字一致，或改正其中有误的一项"]),
    (put(S3="已达到90", T3="≥90=超过了"),
     ["生态安全 T3：现为“≥90=超过了”；应为引用的字句应出现在“现状原文”中"]),
    (put(S3="没有达到80", U3="≥80=没有达到80"),
     ["生态安全 S3：现为文字与数字矛盾：“≥80”（所用数字 83.3、80）；应为文字与数字一致，或改正其中有误的一项"]),
    (put(S3="优良", T3="≥80且≤90=优良"),
     ["生态安全 T3：现为“≥80且≤90”；应为该子项的要求或规划值中的一个条款（≥80、≥90、100）"]),
    (put(J6=90, V6="年报", J7=91, V7="年报"),
     ["生态安全 A7：现为4 既有各级通用的一行又有 国家级 的一行；应为二者取一"]),
    (put(J3="5⁵"),
     ["生态安全 J3：现为“5⁵”（排成上标或下标）；应为数或水质类别（Ⅰ至劣Ⅴ），没有上下标，如 10的5次方"]),
    (put(J3="95①"),
     ["生态安全 J3：现为“95①”（带“①”）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(J3="=A1"),
     ["生态安全 J3：现为“=A1”（文字）；应为数或水质类别（Ⅰ至劣Ⅴ）"]),
    (put(L3="a\tb"),
     ["生态安全 L3：现为“a〔U+0009〕b”（含有看不见的字符 U+0009）；应为没有这些字符的文字"]),
    (put(W3="统计局\n"),
     ["生态安全 W3：现为“统计局⏎”（首尾有空格或空行）；应为没有这些字符的文字"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "problems"), CELLS)
def test_a_wrong_cell(edit: Edit, problems: list[str], tmp_path: Path) -> None:
    """Sheet, cell, what was found, what would be right: the whole message, and nothing about other cells."""
    assert told(check(tmp_path, RIGHT, edit)) == problems


#: (what is done to the sheets of a form whose row 3 is right, the problems reported)
SHEETS: list[tuple[Edit, list[str]]] = [
    (put(D3="个"),
     ["生态安全 D3：现为“个”；应为“%”（供对照的格，不要改动）"]),
    (put(B3="另一个名字"),
     ["生态安全 B3：现为“另一个名字”；应为“环境质量：⏎①优良比例”（供对照的格，不要改动）"]),
    (put(E3=None),
     ["生态安全 E3：现为空；应为“≥80”（供对照的格，不要改动）"]),
    (put(A3="2.9"),
     ["生态安全 A3：现为“2.9”；应为“2.1”（供对照的格，不要改动）"]),
    (put(A3=None),
     ["生态安全 A3：现为空；应为“2.1”（供对照的格，不要改动）"]),
    (put(A1="生态安全（2022年）"),
     ["生态安全 A1：现为“生态安全（2022年）”；应为“生态安全（2023年）”（供对照的格，不要改动）"]),
    (put(J2="今年"),
     ["生态安全 J2：现为列名“今年”；应为列名“现状值”"]),
    (put(Z5="顺便一说"),
     ["生态安全 Z5：现为表格以外的内容“顺便一说”；应为空；要说明的写在“现状原文”或“提示说明”里"]),
    (put(J12=5, J13=6),
     ["生态安全 J12：现为表格以外的内容“5”，这样的格共有 2 个；应为空；要说明的写在“现状原文”或“提示说明”里"]),
    (put(A12="99", J12=5),
     ["生态安全 A12：现为表格以外的内容“99”，这样的格共有 2 个；应为空；要说明的写在“现状原文”或“提示说明”里"]),
    (on(lambda s: s.delete_rows(4)),
     ["生态安全 A4：现为没有编号“2.2”的一行；应为各行齐全，可从重新生成的填报表中补回"]),
    (on(lambda s: s.delete_rows(3, 7)),
     ["生态安全 A3：现为没有编号“2.1”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A4：现为没有编号“2.2”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A5：现为没有编号“3”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A6：现为没有编号“4”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A7：现为没有编号“4国”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A8：现为没有编号“4省”的一行；应为各行齐全，可从重新生成的填报表中补回",
      "生态安全 A9：现为没有编号“5”的一行；应为各行齐全，可从重新生成的填报表中补回"]),
    (on(lambda s: s.insert_rows(4)),
     ["生态安全 A4：现为多出的空行（第4行）；应为没有空行"]),
    (on(lambda s: (s.insert_rows(4), s.__setitem__("J4", 5))),
     ["生态安全 A4：现为没有编号却有内容的一行；应为没有这一行，内容都在有编号的行里"]),
    (on(lambda s: s.delete_cols(11)),
     ["生态安全 K2：现为列名“实测对象”；应为列名“缺失原因”（有列被删除、插入或移动；恢复以后再检查这张表）"]),
    (on(lambda s: s.insert_cols(10)),
     ["生态安全 J2：现为列名空；应为列名“现状值”（有列被删除、插入或移动；恢复以后再检查这张表）"]),
    (on(lambda s: s.move_range("A3:X3", rows=20)),
     ["生态安全 A3：现为多出的空行（第3行）；应为没有空行",
      "生态安全 A10：现为多出的空行（第10至22行）；应为没有空行",
      "生态安全 A23：现为编号“2.1”的一行，不在原来的位置；应为这一行在第一行"]),
    (on(lambda s: (s.move_range("A3:X3", rows=20), s.move_range("A9:X9", rows=-6), s.move_range("A23:X23", rows=-14)) ),
     ["生态安全 A3：现为编号“5”的一行，不在原来的位置；应为这一行接在编号“4省”之后",
      "生态安全 A9：现为编号“2.1”的一行，不在原来的位置；应为这一行在第一行"]),
    (on(lambda s: [s.cell(10, c, s.cell(3, c).value) for c in range(1, 25)]),
     ["生态安全 A10：现为与第3行重复的编号“2.1”；应为各行编号互不相同"]),
    (on(lambda s: s.merge_cells("J3:J4")),
     ["生态安全 J3：现为合并的单元格 J3:J4；应为不合并的单元格，每一格各填各的"]),
    (on(lambda s: s.merge_cells("A20:C21")),
     ["生态安全 A20：现为合并的单元格 A20:C21；应为不合并的单元格，每一格各填各的"]),
    (on(lambda s: setattr(s.row_dimensions[4], "hidden", True)),
     ["生态安全 A4：现为隐藏的行（第4行）；应为显示的行"]),
    (on(lambda s: [setattr(s.row_dimensions[n], "hidden", True) for n in (4, 5, 8)]),
     ["生态安全 A4：现为隐藏的行（第4至5行）；应为显示的行",
      "生态安全 A8：现为隐藏的行（第8行）；应为显示的行"]),
    (on(lambda s: setattr(s.column_dimensions["K"], "hidden", True)),
     ["生态安全 K2：现为隐藏的列“缺失原因”；应为显示的列"]),
    (on(lambda s: s.column_dimensions.group("K", "M", hidden=True)),
     ["生态安全 K2：现为隐藏的列“缺失原因”；应为显示的列",
      "生态安全 L2：现为隐藏的列“实测对象”；应为显示的列",
      "生态安全 M2：现为隐藏的列“实测单位”；应为显示的列"]),
    (on(lambda s: setattr(s, "sheet_state", "hidden")),
     ["生态安全：现为隐藏的工作表；应为显示的工作表"]),
    (on(lambda s: setattr(s, "title", "安全")),
     ["安全：现为改了名的工作表；应为名为“生态安全”的工作表"]),
    (on(lambda s: setattr(s, "title", "生态安全 ")),
     ["生态安全␣：现为改了名的工作表；应为名为“生态安全”的工作表"]),
    (lambda book: book.remove(book["生态制度"]),
     ["生态制度：现为没有这张工作表；应为名为“生态制度”的工作表"]),
    (lambda book: book.create_sheet("Sheet1"),
     [f"Sheet1：现为多出的工作表；应为只有这些工作表：填表说明、生态制度、生态安全、项目进展、承诺进展、{LISTS}"]),
    (put(**{f"{c}4": None for c in "ABCDEFGHI"}),
     ["生态安全 A4：现为没有编号“2.2”的一行；应为各行齐全，可从重新生成的填报表中补回"]),
    (lambda book: setattr(book[GUIDE], "sheet_state", "hidden"),
     ["填表说明：现为隐藏的工作表；应为显示的工作表"]),
    (lambda book: book.create_chartsheet("图").add_chart(BarChart()),
     [f"图：现为多出的工作表；应为只有这些工作表：填表说明、生态制度、生态安全、项目进展、承诺进展、{LISTS}"]),
    (lambda book: book.copy_worksheet(book[SHEET]),
     [f"生态安全 Copy：现为多出的工作表；应为只有这些工作表：填表说明、生态制度、生态安全、项目进展、承诺进展、{LISTS}"]),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("edit", "problems"), SHEETS)
def test_a_form_taken_apart(edit: Edit, problems: list[str], tmp_path: Path) -> None:
    """Locked cells, rows, columns and sheets that are not as the form had them: where, and how they were."""
    assert told(check(tmp_path, RIGHT, edit)) == problems


def test_ten_mistakes_ten_lines(tmp_path: Path) -> None:
    """A workbook with ten different mistakes gets ten lines, each with sheet and cell, in one go and in their order."""
    checked = check(
        tmp_path,
        lambda book: book["生态制度"].__setitem__("S3", "已建立 "),
        lambda book: book["生态制度"].__setitem__("D3", "项"),
        put(J3="83.3%", V3="年报"),
        formula("J4", "=5*5"),
        put(K4="不知道", V4="年报"),
        put(J5=datetime.date(2023, 8, 3), V5="年报"),
        put(J6="—", V6="年报"),
        put(J9="劣V", M9="类", V9="年报"),
        on(lambda sheet: sheet.merge_cells("J7:J8")),
    )
    places = [(problem.sheet, problem.cell) for problem in checked.problems]
    assert len(places) == 10
    assert places == [
        ("生态制度", "D3"), ("生态制度", "S3"), ("生态制度", "V3"),
        *((SHEET, cell) for cell in ("J3", "J4", "K4", "J5", "J6", "J7", "J9")),
    ]  # fmt: skip
    assert all(str(p) == f"{p.sheet} {p.cell}：现为{p.found}；应为{p.expected}" for p in checked.problems)


def patched(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The file with some bytes of a part replaced: what openpyxl cannot write itself."""
    parts = unpacked(path.read_bytes())
    assert old in parts[part]
    path.write_bytes(packed(parts | {part: parts[part].replace(old, new, 1)}))
    return path


SHEET_PART = "xl/worksheets/sheet3.xml"


@pytest.mark.parametrize(
    ("saved", "shown"),
    [(b"<v>83.3</v>", "计算结果为 83.3"), (b"<v/>", "没有保存计算结果"), (b"", "没有保存计算结果")],
)
def test_a_formula_tells_its_saved_result(saved: bytes, shown: str, tmp_path: Path) -> None:
    """A formula is refused either way; the message has the result that Excel computed, where it was saved."""
    path = form(tmp_path, RIGHT, formula("J3", "=80+3.3"))
    patched(path, SHEET_PART, b"<f>80+3.3</f><v></v>", b"<f>80+3.3</f>" + saved)
    expected = "应为数值：请复制这一格，再“选择性粘贴”为“数值”"
    assert told(check_forms(plan(), [path])) == [f"生态安全 J3：现为公式（=80+3.3，{shown}）；{expected}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b'<row r="4" ', b'<row r="4" hidden="1" ', "生态安全 A4：现为隐藏的行（第4行）；应为显示的行"),
        (b'<col width="16" ', b'<col hidden="1" width="16" ', "生态安全 G2：现为隐藏的列“规划值2025年”；应为显示的列"),
        (b'<col width="8" ', b'<col width="0" ', "生态安全 A2：现为隐藏的列“编号”；应为显示的列"),
    ],
)
def test_hidden_in_other_ways(old: bytes, new: bytes, problem: str, tmp_path: Path) -> None:
    """What other programs write for a hidden row or column."""
    path = patched(form(tmp_path, RIGHT), SHEET_PART, old, new)
    assert told(check_forms(plan(), [path])) == [problem]


#: (what is typed, the warnings reported)
DOUBTS: list[tuple[Edit, list[str]]] = [
    (put(J3=100), []),
    (put(J3=86), []),
    (put(J3=43), ["生态安全 J3：现为“43”，上年为“86”，相差30个百分点以上；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J3=42.9), ["生态安全 J3：现为“42.9”，上年为“86”，不足其1/2；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J3=0.833), ["生态安全 J3：现为“0.833”，上年为“86”，不足其1/2；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J3=-86), ["生态安全 J3：现为“-86”，上年为“86”，正负不同；应为核对过的数；无误时在“提示说明”里说明",
                   "生态安全 J3：现为“-86”，单位为%；应为0至100之间的数；无误时在“提示说明”里说明"]),
    (put(J3=100.5), ["生态安全 J3：现为“100.5”，单位为%；应为0至100之间的数；无误时在“提示说明”里说明"]),
    (put(J3=86, S3="目标为90%，实际为83.3%"),
     ["生态安全 S3：现为“目标为90%，实际为83.3%”，其中没有现状值“86”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J3=86, S3="实际为86.0%"), []),
    (put(J5=-1.07, M5="点", V5="年报", S5="变化为-1.07"), []),
    (put(J5=26, M5="点", V5="年报", S5="3月26日为20"),
     ["生态安全 S5：现为“3月26日为20”，其中没有现状值“26”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J3=86, S3="2022年为86%，2023年为88%"),
     ["生态安全 S3：现为“2022年为86%，2023年为88%”，其中没有现状值“86”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J3=88, S3="2022年为86%，2023年为88%"), []),
    (put(J3=88, S3="2023年较2022年提高2个百分点，达到88%"), []),
    (put(J3=88, S3="2023年完成12项，比例由2022年的86%提高到88%"), []),
    (put(J3=88, S3="2021-2023年分别为85%、86%、88%"), []),
    (put(J3=86, S3="暂无数据"),
     ["生态安全 S3：现为“暂无数据”，其中没有现状值“86”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J5=66342, M5="元", V5="年报", S5="达到66,342元"), []),
    (put(J5=342, M5="元", V5="年报", S5="达到66,342元"),
     ["生态安全 S5：现为“达到66,342元”，其中没有现状值“342”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J5=3.5, M5="点", V5="年报", S5="变化为−3.5"),
     ["生态安全 S5：现为“变化为−3.5”，其中没有现状值“3.5”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J5=2.5, M5="微克/立方米", V5="年报", S5="PM2.5浓度为26μg/m3"),
     ["生态安全 S5：现为“PM2.5浓度为26μg/m3”，其中没有现状值“2.5”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J9="Ⅱ", M9="类", V9="年报", S9="考核为Ⅱ类，实际为Ⅱ类"), []),
    (put(J9="Ⅱ", M9="类", V9="年报", S9="2022年为Ⅱ类，2023年为劣Ⅴ类"),
     ["生态安全 S9：现为“2022年为Ⅱ类，2023年为劣Ⅴ类”，其中没有现状值“Ⅱ”；应为含有现状值的原文；无误时在“提示说明”里说明"]),
    (put(J3=0.833, X3="口径有变"), []),
    (put(J4=64, V4="年报"), []),
    (put(J4=64.1, V4="年报"), ["生态安全 J4：现为“64.1”，上年为“32”，超过其2倍；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J4=640, L4="总量", V4="年报"),
     ["生态安全 L4：现为“总量（微克/立方米）”，上年为“浓度（微克/立方米）”；应为与上年相同的实测对象和单位；无误时在“提示说明”里说明"]),
    (put(J4=640, M4="毫克/立方米", V4="年报"),
     ["生态安全 L4：现为“浓度（毫克/立方米）”，上年为“浓度（微克/立方米）”；应为与上年相同的实测对象和单位；无误时在“提示说明”里说明"]),
    (put(J4=31, N4="越多越好", V4="年报"),
     ["生态安全 L4：现为“浓度（微克/立方米，越多越好）”，上年为“浓度（微克/立方米，越少越好）”；应为与上年相同的实测对象和单位；无误时在“提示说明”里说明"]),
    (put(J4=640, L4="总量", V4="年报", X4="口径有变"), []),
    (put(J5=0.833, V5="年报"), ["生态安全 J5：现为“0.833”，单位为%；应为百分数（83.3%写83.3，不写0.833）；确是百分之零点几时在“提示说明”里说明"]),
    (put(J5=833, V5="年报"), ["生态安全 J5：现为“833”，单位为%；应为0至100之间的数；无误时在“提示说明”里说明"]),
    (put(J5=833, M5="个", V5="年报"), []),
    (put(J4=31, P4=31, V4="年报"), []),
    (put(J4=31, O4="≤", P4=310, V4="年报"),
     ["生态安全 P4：现为“310”，现状值为“31”，超过其2倍；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J4=31, P4=310, V4="年报", X4="上级放宽"), []),
    (put(J4=31, P4="任务：治理310处", V4="年报"), []),
    (put(J5=83.3, Q5=84.5, R5="水平值的全省平均", V5="年报"), []),
    (put(J5=83.3, Q5=0.845, R5="水平值的全省平均", V5="年报"),
     ["生态安全 Q5：现为“0.845”，现状值为“83.3”，不足其1/2；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J5=83.3, Q5=0.5, R5="年变化量的全省平均（与指标同单位）", V5="年报"), []),
    (put(J9="Ⅳ", M9="类", V9="年报"), []),
    (put(J9="Ⅱ", M9="类", P9="Ⅳ", V9="年报"),
     ["生态安全 P9：现为“Ⅳ”，现状值为“Ⅱ”，相差2类；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(J9="Ⅰ", M9="类", V9="年报"), ["生态安全 J9：现为“Ⅰ”，上年为“Ⅲ”，相差2类；应为核对过的数；无误时在“提示说明”里说明"]),
    (put(I4="30"), ["生态安全 I4：现为“30”；应为“32 微克/立方米（2022年）”（数据中的上年现状值）"]),
    (lambda book: setattr(book[SHEET]["J3"], "comment", Comment("核对过", "某人")),
     ["生态安全 J3：现为批注“核对过”；应为没有批注：批注不随数据保存，要留的写在“提示说明”里"]),
    (lambda book: setattr(book[SHEET]["B4"], "comment", Comment("由他局填", "某人")),
     ["生态安全 B4：现为批注“由他局填”；应为没有批注：批注不随数据保存，要留的写在“提示说明”里"]),
    (lambda book: [book[SHEET].add_chart(BarChart(), address) for address in ("J4", "K5")],
     ["生态安全 J4：现为图片、图表、文本框或嵌入的文件（2个）；应为没有：它们不随数据保存，要留的文字写在表里，材料放进 evidence/年份/"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "warnings"), DOUBTS)
def test_a_doubtful_cell(edit: Edit, warnings: list[str], tmp_path: Path) -> None:
    """A warning is no problem: the row is read; a note in 提示说明 silences it."""
    checked = check(tmp_path, RIGHT, edit)
    assert (told(checked), [str(w) for w in checked.warnings]) == ([], warnings)
    assert checked.rows


@pytest.mark.parametrize("damage", [None, (b"<", b""), (b"<row>", b"<row>x"), (b"<col>", b"<col>9999999")])
def test_a_damaged_picture_leaves_the_cells(damage: tuple[bytes, bytes] | None, tmp_path: Path) -> None:
    """A form whose drawing is missing or cannot be read is checked like any other."""
    path = form(tmp_path, RIGHT, lambda book: book[SHEET].add_chart(BarChart(), "J4"))
    drawing = "xl/drawings/drawing1.xml"
    if damage:
        patched(path, drawing, *damage)
    else:
        path.write_bytes(packed({name: part for name, part in unpacked(path.read_bytes()).items() if name != drawing}))
    checked = check_forms(plan(), [path])
    assert (told(checked), [*checked.warnings]) == ([], [])
    assert checked.rows


def test_contradiction_at_one_level_names_its_row(tmp_path: Path) -> None:
    """Where each level has its row, the row that contradicts itself is the one that is reported."""
    words = {"S7": "已达到80", "T7": "≥80=已达到80", "S8": "已达到80", "T8": "≥80=已达到80"}
    checked = check(tmp_path, put(J7=79, V7="年报", J8=81, V8="年报", **words))
    assert [(p.cell, p.found) for p in checked.problems] == [("S7", "文字与数字矛盾：“≥80”（所用数字 79、80）")]


def test_a_correction_that_contradicts_a_later_year(tmp_path: Path) -> None:
    """A year that is corrected must not make a liar of the statement of the year after."""
    later = observation("2.2", 31, statement="持续下降", attests="持续下降")
    known = replace(plan(), observations={**plan().observations, 2023: (later,)})
    path = form(tmp_path, put(J4=30, V4="年报"), year=2022)
    problems = check_forms(known, [path]).problems
    assert [p.cell for p in problems] == ["J4"]
    assert problems[0].found.startswith("与 2023 年的现状原文不符：文字与数字矛盾：“持续下降”")


def test_a_form_whose_year_was_typed_over(tmp_path: Path) -> None:
    """The year stands above each table too: a form of 2023 does not pass for one of 2024."""
    checked = check(tmp_path, RIGHT, lambda book: book[GUIDE].__setitem__("B4", 2024))
    assert checked.year == 2024
    assert told(checked) == [
        f"{sheet} A1：现为“{sheet}（2023年）”；应为“{sheet}（2024年）”（供对照的格，不要改动）"
        for sheet in ("生态制度", SHEET, "项目进展", "承诺进展", *NUMBERED)
    ]


def test_what_cannot_be_judged_in_another_year_is_told_as_such(tmp_path: Path) -> None:
    """A clause that no wording has, in the data of a year before, is no mistake of the form."""
    odd = observation("3", 81, statement="领先", attests="领先")
    with pytest.raises(DataError, match=r"observations/2021\.csv 第2行"):
        check_forms(replace(plan(), observations={**plan().observations, 2021: (odd,)}), [form(tmp_path, RIGHT)])


def repacked(**parts: bytes) -> bytes:
    """The blank form with parts replaced or added; ``xl__a_xml`` is ``xl/a.xml``."""
    own = unpacked(blank())
    return packed(own | {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()})


def guide(**cells: Any) -> bytes:
    return edited(blank(), filling.put(GUIDE, **cells))


def with_password() -> bytes:
    """The blank form with the flag that its entries are encrypted."""
    content = bytearray(blank())
    at = content.index(b"PK\x01\x02")
    content[at + 8 : at + 10] = struct.pack("<H", 1)
    return bytes(content)


def sheet_xml(body: bytes) -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/>'
        + body
        + b"</worksheet>"
    )


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
_SAVE = f"{_DAMAGED}；能在 Excel 或 WPS 中打开的，打开并重新保存"
_SAVE_AS = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”"
_NEW = "请用 cixi workbook 年份 重新生成填报表"
_YEAR = "应为 2022—2030（规划的最后一个目标年）中的一个年份，如 2023"
#: (the file's bytes, the reason)
NO_FORMS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "文件是空的"),
    "xls": (lambda: OLE + bytes(600), f"这是旧的 .xls 或 .et 格式，{_SAVE_AS}"),
    "encrypted": (
        lambda: OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "文件加了打开密码，请先在 Excel 或 WPS 中取消密码",
    ),
    "zip password": (with_password, "压缩包加了密码"),
    "csv": ("编号,现状值\n2.1,83.3\n".encode, "这是文本（如 .csv）文件，不是 Excel 工作簿"),
    "csv of Excel": (lambda: "编号,现状值\n2.1,83.3\n".encode("gb18030"), "这是文本（如 .csv）文件，不是 Excel 工作簿"),
    "web page": (lambda: b"<html><table>", "这是网页或 XML 文件，不是 Excel 工作簿"),
    "pdf": (lambda: b"%PDF-1.7", "这是 PDF 文件"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "这不是 Excel 工作簿（.xlsx）"),
    "cut off": (lambda: blank()[:-200], _DAMAGED),
    "a byte changed": (lambda: blank()[:400] + bytes([blank()[400] ^ 1]) + blank()[401:], _DAMAGED),
    "a plain zip": (lambda: packed({"a.txt": b"a"}), "这个压缩包里没有 Excel 工作簿"),
    "docx": (
        lambda: packed({"[Content_Types].xml": b"", "word/document.xml": b""}),
        "这是 Word 文档，不是 Excel 工作簿",
    ),
    "ods": (lambda: packed({"mimetype": b"", "content.xml": b""}), f"这是 OpenDocument 文件（.ods），{_SAVE_AS}"),
    "xlsb": (lambda: packed({"xl/workbook.bin": b""}), f"这是二进制工作簿（.xlsb），{_SAVE_AS}"),
    "strict": (
        lambda: repacked(xl__workbook_xml=b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'),
        f"这是“Strict Open XML”格式的工作簿，{_SAVE_AS}",
    ),
    "a bomb": (
        lambda: repacked(bomb=bytes(65 * 2**20)),
        "展开后有 65 MB，填报表不会超过 64 MB",
    ),
    "many parts": (
        lambda: packed({f"xl/{n}": b"" for n in range(1001)}),
        "有 1001 个部分，填报表不会超过 1000 个",
    ),
    "a huge sheet": (
        lambda: repacked(xl__worksheets__sheet3_xml=sheet_xml(b" " * (9 * 2**20))),
        "展开后有 9 MB 的 XML，填报表不会超过 8 MB",
    ),
    "entities": (
        lambda: repacked(xl__worksheets__sheet3_xml=b"<!DOCTYPE a []><a/>"),
        "其中的 XML 定义了实体，正常的工作簿没有",
    ),
    "odd reference": (
        lambda: repacked(xl__worksheets__sheet3_xml=sheet_xml(b'<mergeCells><mergeCell ref="A:B"/></mergeCells>')),
        _SAVE,
    ),
    "broken part": (lambda: repacked(xl__styles_xml=b"<styleSheet"), _SAVE),
    "a fill that only Excel reads": (
        lambda: repacked(xl__styles_xml=unpacked(blank())["xl/styles.xml"].replace(b"</fills>", b"<fill/></fills>")),
        _SAVE,
    ),
    "many sheets": (
        lambda: edited(blank(), *(lambda book: book.create_sheet() for _ in range(48))),
        "其中的工作表超过 50 个，填报表没有这么多",
    ),
    "another workbook": (
        lambda: workbook_bytes(Workbook()),
        f"没有“填表说明”这张工作表，看不出是不是本规划的填报表。{_NEW}，不要改动工作表的名称",
    ),
    "another plan": (
        lambda: guide(B3="某市规划"),
        "“填表说明”B3 为“某市规划”，不是“小县规划2022-2030”的填报表",
    ),
    "another layout": (
        lambda: guide(B5=0),
        f"“填表说明”B5 的表式版本为“0”，现在的版本是 3。{_NEW}，把数据抄过去",
    ),
    "no year": (lambda: guide(B4=None), f"“填表说明”B4 的年份为“空”，{_YEAR}"),
    "a wrong year": (lambda: guide(B4="今年"), f"“填表说明”B4 的年份为“今年”，{_YEAR}"),
    "before the plan": (lambda: guide(B4=2021), f"“填表说明”B4 的年份为“2021”，{_YEAR}"),
    "a date": (lambda: guide(B4=datetime.date(2023, 1, 1)), f"“填表说明”B4 的年份为“2023-01-01 00:00:00”，{_YEAR}"),
}


@pytest.mark.parametrize("name", NO_FORMS)
def test_what_is_no_form(name: str, tmp_path: Path) -> None:
    """Refused with its reason; nothing but a FormError, whatever the file holds."""
    content, reason = NO_FORMS[name]
    path = tmp_path / "表.xlsx"
    path.write_bytes(content())
    with pytest.raises(FormError) as error:
        check_forms(plan(), [path])
    assert str(error.value) == f"表.xlsx 不是可以读取的填报表：{reason}。"


def test_what_is_no_file(tmp_path: Path) -> None:
    """A folder, nothing at all, Excel's own scratch file."""
    reasons = {
        "没有": f"没有这个文件（{tmp_path / '没有'}）",
        ".": "这是一个文件夹，应为一个 .xlsx 文件",
        "~$表.xlsx": "这是 Excel 打开工作簿时留下的临时文件，请选择工作簿本身",
    }
    for name, reason in reasons.items():
        with pytest.raises(FormError) as error:
            check_forms(plan(), [tmp_path / name])
        assert reason in str(error.value)


def test_a_sheet_without_a_cell_is_told_without_one() -> None:
    """The message names the cell where there is one."""
    assert str(FormProblem("生态安全", "", "没有这张工作表", "在")) == "生态安全：现为没有这张工作表；应为在"


def test_who_answers_alone_fills_in_no_row(tmp_path: Path) -> None:
    """Offices may be entered for all rows beforehand; a row with nothing else is not filled in, and no problem."""
    checked = check(tmp_path, RIGHT, put(W4="统计局", W5="水利局"))
    assert (told(checked), [row.item_id for row in checked.rows]) == ([], ["2.1"])


def test_a_bare_statement_is_the_value(tmp_path: Path) -> None:
    """A statement that is only a number must be the number of the value: a correction is made in both cells."""
    checked = check(tmp_path, put(J3=52, S3="40.7", V3="年报"))
    assert told(checked) == ["生态安全 S3：现为“40.7”，而现状值为“52”；应为与现状值相同的数，或改正现状值"]
    assert told(check(tmp_path, put(J3=52, S3="52.0", V3="年报"))) == []


def test_words_out_of_a_negation_attest_nothing(tmp_path: Path) -> None:
    """未建立 does not attest 建立, though the words stand in it; said elsewhere without the negation, they do."""
    negated = filling.put("生态制度", S3="尚未建立", T3="建立", V3="年报")
    assert told(check(tmp_path, negated)) == [
        "生态制度 T3：现为“建立=建立”，而原文中这几个字前面是否定词；应为没有被否定的字句；原文说没有做到的，写在“载明未达到”"
    ]
    assert told(check(tmp_path, negated, filling.put("生态制度", S3="此前未建立，今年建立"))) == []
