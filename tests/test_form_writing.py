"""The form as written: every row in its place, locked but for what people fill in, last year in sight."""

import errno
import os
from pathlib import Path

import pytest
from filling import NUMBERED, sheets
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from tiny import frame, observation, requirement, tiny_plan

from cixi_analysis.errors import CixiError
from cixi_analysis.export.workbook import ExportError
from cixi_analysis.form.layout import (
    CHOICES,
    FIRST_ROW,
    GUIDE,
    HEADER_ROW,
    INPUTS,
    LAYOUT,
    LAYOUT_CELL,
    PLAN_CELL,
    YEAR_CELL,
    FormRow,
    Kind,
    domain_columns,
)
from cixi_analysis.form.sheets import progress_sheets
from cixi_analysis.form.writing import LONGEST_PROMPT, form_workbook, write_form
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Observation
from cixi_analysis.words import BenchmarkKind

COLUMNS = domain_columns(frame())
AT = {column.key: number for number, column in enumerate(COLUMNS, start=1)}


def saved(plan: Plan, year: int, folder: Path) -> Workbook:
    path = folder / f"{year}.xlsx"
    write_form(plan, year, path)
    return load_workbook(path)


@pytest.fixture(scope="module")
def form_2022(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return saved(plan, 2022, tmp_path_factory.mktemp("form"))


@pytest.fixture(scope="module")
def form_2023(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return saved(plan, 2023, tmp_path_factory.mktemp("form"))


def row_of(book: Workbook, key: str) -> dict[str, Cell]:
    """The cells of a key's row, by column."""
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=FIRST_ROW):
            if row[0].value == key:
                return {column: row[number - 1] for column, number in AT.items()}
    raise LookupError(key)


def validation(cell: Cell) -> tuple[str | None, str | None, str]:
    """(type, list, prompt) of the one data validation of a cell."""
    sheet: Worksheet = cell.parent
    found = [v for v in sheet.data_validations.dataValidation if cell.coordinate in v.sqref]
    assert len(found) == 1, cell.coordinate
    return found[0].type, found[0].formula1, found[0].prompt


def test_every_key_in_its_row(form_2023: Workbook, plan: Plan) -> None:
    """The guide, then a sheet a domain; the n-th key stands in row FIRST_ROW + n; columns as the layout has them."""
    assert form_2023.sheetnames == [
        GUIDE,
        *sheets(plan),
        *(table.name for table in progress_sheets(plan, 2023)),
        *NUMBERED,
    ]
    for domain, rows in sheets(plan).items():
        sheet = form_2023[domain]
        assert [c.value for c in sheet[HEADER_ROW]] == [column.title for column in COLUMNS]
        assert [c.value for c in sheet["A"][FIRST_ROW - 1 :]] == [row.shown["key"] for row in rows]


def test_the_guide_tells_what_the_form_is(form_2023: Workbook, plan: Plan) -> None:
    """Plan, year and layout stand in the agreed cells, each with its label to the left."""
    guide = form_2023[GUIDE]
    told = [guide[cell].value for cell in (PLAN_CELL, YEAR_CELL, LAYOUT_CELL)]
    assert told == [plan.frame.short_title, 2023, LAYOUT]
    assert [guide[cell].offset(column=-1).value for cell in (PLAN_CELL, YEAR_CELL, LAYOUT_CELL)] == [
        "规划", "年份", "表式版本",
    ]  # fmt: skip


def test_the_guide_explains_every_input(form_2023: Workbook) -> None:
    """Each input column is in the guide with its hint and an example; so are the commands."""
    lines = [row for row in form_2023[GUIDE].iter_rows(values_only=True) if row[0]]
    for column in INPUTS:
        assert any(line[:2] == (column.title, column.hint) and line[2] for line in lines)
    assert {"cixi check", "cixi import", "cixi build"} <= {row[0] for row in lines}


def test_task_stands_in_front_of_its_first_name(form_2023: Workbook, plan: Plan) -> None:
    """A task is named once, in its first row, and moves no row."""
    names = [c.value for domain in sheets(plan) for c in form_2023[domain]["B"][FIRST_ROW - 1 :]]
    for task in dict.fromkeys(item.task for item in plan.items):
        assert sum(name.startswith(f"{task}\n") for name in names) == 1
    assert row_of(form_2023, "9.1")["name"].value == "（二）生态环境质量改善\n环境空气质量：\n①优良天数比例"


#: key → name, level, unit, national, provincial, 2025, last year's value
SHOWN = {
    "3": ("生态文明建设工作占党政实绩考核的比例", "两级", "%", "≥20", "≥25", "保持稳定", "27%（2022年）"),
    "4": ("河长制*", "国家级", "-", "全面实施", "/", "全面实施", "已印发实施“河长制”工作考核实施办法、工作督查办法、会议制度、建立验……（2022年）"),
    "10.1": ("水环境质量：\n①水质达到或优于Ⅲ类比例提高幅度*", "国家级", "%", "完成上级规定的考核任务；保持稳定或持续改善；", "/",
             "完成上级规定的考核任务；保持稳定或持续改善；比例为100%", "Ⅲ类（2022年，省控浒山东断面水质类别）"),
    "11国": ("生态环境状况指数", "国家级", "%", "≥60", None, None, "暂无数据（2022年）"),
    "11省": ("生态质量指数（EQI）", "省级", "%", None, "完成上级考核任务", "完成上级考核任务",
             "暂无数据（2022年）\n60.9（2021年，生态质量指数（EQI））"),
    "12": ("林草覆盖率*\n森林覆盖率**", "两级合填", "%", "≥18", "不下降", "不下降", "暂无数据（2022年）"),
    "32.3": ("③农药施用强度(折百量)**", "省级", "千克/亩", "/", "≤0.17", "持续下降", "0.10 千克/亩（2022年）"),
    "47": ("一体化智能化公共数据平台综合评价**", "省级", None, "/", "达到全省平均水平且持续提升",
           "达到全省平均水平且持续提升", "综合评价结果优秀（2022年）"),
    "49": ("公众对生态文明建设的满意度", "两级", "-", "≥80", "高于全省平均值，或逐年上升",
           "≥80且高于全省平均值，或逐年上升", "84.07（2022年）"),
}  # fmt: skip


@pytest.mark.parametrize("key", SHOWN)
def test_what_people_need_to_know(form_2023: Workbook, key: str) -> None:
    """Wordings verbatim, "/" where a level asks nothing, last year's value with its year and unit."""
    cells = row_of(form_2023, key)
    columns = ("name", "level", "item_unit", "national", "provincial", "target_2025", "last")
    # "" is written as an empty cell
    assert tuple(cells[c].value or None for c in columns) == SHOWN[key]


def test_protected_without_password(form_2023: Workbook) -> None:
    """Every sheet is protected, nobody needs a password, columns and rows may be resized."""
    for sheet in form_2023.worksheets:
        guard = sheet.protection
        assert (guard.sheet, guard.password, guard.formatColumns, guard.formatRows) == (True, None, False, False)


def test_only_open_inputs_are_unlocked(form_2023: Workbook, plan: Plan) -> None:
    """A cell is unlocked just when it is an input that the row's requirements can use."""
    for domain, rows in sheets(plan).items():
        sheet = form_2023[domain]
        for number, row in enumerate(rows, start=FIRST_ROW):
            opened = {column for column, at in AT.items() if not sheet.cell(number, at).protection.locked}
            assert opened == row.opened
        assert all(c.protection.locked for row in sheet.iter_rows(max_row=HEADER_ROW) for c in row)
    assert all(c.protection.locked for row in form_2023[GUIDE].iter_rows() for c in row)


@pytest.mark.parametrize(
    ("key", "target", "benchmark"),
    [
        ("38", False, False),
        ("9.1", True, False),
        ("19", True, False),  # only the plan's target asks for the assigned target
        ("13", False, True),
        ("28.2", False, True),
        ("49", False, True),
        ("11国", False, False),
        ("11省", True, False),
    ],
)
def test_openness(form_2023: Workbook, key: str, target: bool, benchmark: bool) -> None:
    """Assigned target and provincial average are open where a requirement or target of the row speaks of them."""
    cells = row_of(form_2023, key)
    for columns, is_open in ((("comparator", "assigned_target"), target), (("benchmark", "benchmark_kind"), benchmark)):
        assert {not cells[c].protection.locked for c in columns} == {is_open}
        assert {cells[c].fill.fgColor.rgb for c in columns} == {"00FFF8DC" if is_open else "00D9D9D9"}


@pytest.mark.parametrize(("key", "is_open"), [("1", False), ("18", False), ("22.1", True), ("38", True), ("45", False)])
def test_a_number_is_asked_where_it_can_be_used(form_2023: Workbook, key: str, is_open: bool) -> None:
    """What only words can attest has no cell for a number, unless numbers are kept for it (22: areas)."""
    assert row_of(form_2023, key)["value"].protection.locked is not is_open


def test_openness_is_of_the_year() -> None:
    """A standard that speaks of the provincial average from 2026 on opens the column in 2026, not before."""
    plan = tiny_plan()
    later = requirement("2.1", "national", "高于全省平均值", from_year=2026)
    plan = tiny_plan(requirements=(*plan.requirements, later))
    rows = (sheets(plan, year)["生态安全"][0] for year in (2022, 2025, 2026, 2027))
    assert [(row.shown["key"], "benchmark" in row.opened) for row in rows] == [
        ("2.1", False), ("2.1", False), ("2.1", True), ("2.1", True),
    ]  # fmt: skip


def test_drop_downs(form_2023: Workbook) -> None:
    """Closed lists are drop-downs in Chinese; 未填报 is no choice; a locked cell has none."""
    cells = row_of(form_2023, "9.1")
    lists = {
        column: validation(cells[column])[:2]
        for column in CHOICES
        if column in cells and not cells[column].protection.locked
    }
    assert lists == {
        "absence": ("list", '"暂无数据,未开展测算,未发现,原文未列"'),
        "polarity": ("list", '"越多越好,越少越好,无方向"'),
        "comparator": ("list", '"≥,≤,>,<"'),
    }
    kinds = f'"{",".join(kind.chinese for kind in BenchmarkKind)}"'
    assert validation(row_of(form_2023, "49")["benchmark_kind"])[:2] == ("list", kinds)
    assert validation(cells["benchmark_kind"])[0] is None


def test_prompts(form_2023: Workbook, plan: Plan) -> None:
    """Every input cell has a prompt within Excel's limits, and none but a drop-down rejects what is typed."""
    count = 0
    for domain in sheets(plan):
        for found in form_2023[domain].data_validations.dataValidation:
            assert 0 < len(found.prompt) <= LONGEST_PROMPT
            assert len(found.promptTitle) <= 32
            assert found.showInputMessage
            assert found.type in (None, "list")
            assert len(found.formula1 or "") <= 255
            count += sum(len(list(part.cells)) for part in found.sqref.ranges)
    assert count == len(INPUTS) * sum(map(len, sheets(plan).values()))


@pytest.mark.parametrize(
    ("key", "column", "prompt"),
    [
        ("38", "value", "只写数，不带单位和百分号：83.3%写83.3。水质类别写Ⅲ。没有数值时留空并选缺失原因。\n单位：%。"),
        ("38", "assigned_target", "这一行的要求用不到这一列，不必填写。"),
        ("49", "benchmark", "全省平均值；为变化量或变化率时带符号。\n这一行需要水平值的全省平均。"),
        ("13", "benchmark_kind", "填了全省平均时必选。\n这一行需要年变化量或年变化率的全省平均。"),
        ("10.1", "measure", "实际测得的不是该指标本身时填写，如省控断面水质类别。\n2022年：省控浒山东断面水质类别"),
        ("47", "statement", "照录来源中的文字。\n2022年：综合评价结果优秀"),
        ("22.2", "denies", "写法同左。\n这一行可写的条款：严格遵守、面积不减少。"),
    ],
)
def test_what_prompts_say(form_2023: Workbook, key: str, column: str, prompt: str) -> None:
    """The hint, what this row needs, what last year said."""
    assert validation(row_of(form_2023, key)[column])[2] == prompt


def test_last_years_target_in_the_prompt(form_2023: Workbook) -> None:
    """The assigned target of last year is shown verbatim, with its comparator."""
    assert validation(row_of(form_2023, "9.3")["assigned_target"])[2].endswith("\n2022年：≤31")


def read_back(cells: dict[str, Cell], row: FormRow) -> dict[str, object] | None:
    """The row as the observation's columns, None when nothing is filled in; numbers as numbers."""
    content = {column.key: cells[column.key].value for column in INPUTS}
    if all(value is None for value in content.values()):
        return None
    for column, words in CHOICES.items():
        if content.get(column) is not None:
            content[column] = words[content[column]]
    comparator, target = content.pop("comparator"), content["assigned_target"]
    content["assigned_target"] = None if target is None else (comparator or "", target)
    return content | row.identity | {"level": row.identity["level"] or None}


def as_numbers(row: Observation) -> dict[str, object]:
    """The observation's own columns in the shape of :func:`read_back`."""
    number = row.value is not None and row.value not in WATER_CLASSES
    target = row.assigned_target
    sign = target[:1] if target and target[0] in "≥≤><" else ""
    rest = target[len(sign) :] if target else None
    plain = rest is not None and rest.replace(".", "").isdecimal()
    columns = {c: getattr(row, c) for c in Observation.columns() if c not in ("stage", "form")}
    return columns | {
        "value": float(row.value) if number and row.value else row.value,
        "assigned_target": None if target is None else (sign, float(rest) if plain and rest else rest),
    }


@pytest.mark.slow
@pytest.mark.parametrize("year", [2018, 2021, 2022])
def test_what_is_known_is_filled_in(plan: Plan, year: int, tmp_path: Path) -> None:
    """Every field of every observation stands in its cell, and nothing else does."""
    book = saved(plan, year, tmp_path)
    found = []
    for domain, rows in sheets(plan).items():
        for number, row in enumerate(rows, start=FIRST_ROW):
            cells = {column: book[domain].cell(number, at) for column, at in AT.items()}
            found.append(read_back(cells, row))
    assert [row for row in found if row] == [as_numbers(o) for o in plan.observations[year]]


def test_a_new_year_is_empty(form_2023: Workbook, plan: Plan) -> None:
    """No figure is carried forward: without data no input cell has content."""
    for domain in sheets(plan):
        for column in INPUTS:
            at = AT[column.key]
            assert {c.value for (c,) in form_2023[domain].iter_rows(min_row=FIRST_ROW, min_col=at, max_col=at)} == {
                None
            }


def test_numbers_keep_their_decimals(form_2022: Workbook) -> None:
    """0.10 is shown as printed; what is typed over it is shown in full; a number is a number, a class a text."""
    cell = row_of(form_2022, "32.3")["value"]
    assert (cell.value, cell.data_type, cell.number_format) == (0.1, "n", "0.00########")
    assert row_of(form_2022, "38")["value"].number_format == "General"
    assert row_of(form_2022, "10.1")["value"].data_type == "s"


def test_typed_text_stays_text(form_2023: Workbook) -> None:
    """Cells for text have the text format, so that Excel makes neither dates nor formulas of what is typed."""
    cells = row_of(form_2023, "9.1")
    formats = {column.key: cells[column.key].number_format for column in INPUTS}
    assert formats == {c.key: "@" if c.kind in (Kind.TEXT, Kind.CHOICE) else "General" for c in INPUTS}


@pytest.mark.slow
@pytest.mark.parametrize("column", ["statement", "source", "measure", "responsible", "acknowledgment"])
def test_text_is_never_a_formula(column: str, tmp_path: Path) -> None:
    """What begins with = in the data is text in the form, this year's and last year's."""
    evil = '=HYPERLINK("http://example.org","看")'
    given = {"statement": "文字", "source": "来源", column: evil}
    plan = tiny_plan(observations={2022: (observation("2.1", **given),)})
    book = saved(plan, 2022, tmp_path)
    cell = row_of(book, "2.1")[column]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (evil, "s", True)
    kinds = {c.data_type for b in (book, saved(plan, 2023, tmp_path)) for s in b.worksheets for r in s.rows for c in r}
    assert "f" not in kinds


def test_what_the_data_has_can_be_changed(tmp_path: Path) -> None:
    """An assigned target in the data is shown in an open cell, even where no requirement asks for one."""
    plan = tiny_plan(observations={2022: (observation("3", 81, assigned_target="任务：调查两次"),)})
    cell = row_of(saved(plan, 2022, tmp_path), "3")["assigned_target"]
    assert (cell.value, cell.protection.locked) == ("任务：调查两次", False)


@pytest.mark.slow
def test_each_level_in_its_row(plan: Plan, tmp_path: Path) -> None:
    """What only one level measures stands in that level's row (11 in 2021: EQI, provincial)."""
    book = saved(plan, 2021, tmp_path)
    assert [row_of(book, key)["value"].value for key in ("11", "11国", "11省")] == [None, None, 60.9]
    rows = [row for own in sheets(plan).values() for row in own if row.identity["item_id"] == "11"]
    assert [row.shown["key"] for row in rows] == ["11", "11国", "11省"]
    assert [row.identity["level"] for row in rows] == ["", *plan.levels]


def test_print_and_panes(form_2023: Workbook, plan: Plan) -> None:
    """A4 landscape, headings and names repeated on every page; the same stay in sight on the screen."""
    for domain in sheets(plan):
        sheet = form_2023[domain]
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$2", "$A:$B")
        assert sheet.freeze_panes == "C3"
        assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"
        assert not sheet.merged_cells.ranges
        assert all(sheet.row_dimensions[n].height >= 30 for n in range(HEADER_ROW, sheet.max_row + 1))


@pytest.mark.slow
def test_same_data_same_form(plan: Plan, tmp_path: Path) -> None:
    """Writing twice gives the same bytes."""
    for name in ("a.xlsx", "b.xlsx"):
        write_form(plan, 2022, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_whole_or_not_there(plan: Plan, tmp_path: Path) -> None:
    """A folder that does not exist: a message, no traceback, nothing left behind."""
    with pytest.raises(ExportError, match=r"^不能写入 .*missing.x\.xlsx：没有这个文件夹或文件。"):
        write_form(plan, 2022, tmp_path / "missing" / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_form_that_excel_holds_open(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to replace an open file: a message that says so, and the old file stays."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path = tmp_path / "x.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ExportError) as refused:
        write_form(plan, 2022, path)
    assert isinstance(refused.value, CixiError)
    assert str(refused.value) == f"不能写入 {path}：没有权限。请检查文件夹是否存在、文件是否正被打开。"
    assert (list(tmp_path.iterdir()), path.read_bytes()) == ([path], b"old")


def test_any_plan_has_a_form() -> None:
    """The tiny plan: two domains, four rows, the year in the title."""
    book = form_workbook(tiny_plan(), 2023)
    assert book.sheetnames == [GUIDE, "生态制度", "生态安全", "项目进展", "承诺进展", *NUMBERED]
    assert book["生态安全"]["A1"].value == "生态安全（2023年）"
