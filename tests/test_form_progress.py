"""The sheets of progress: written from the plan, checked cell by cell, imported beside the observations."""

import csv
import datetime
import io
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from conftest import cixi
from filling import NUMBERED, ODD, Edit, edited, formatted, formula, on, put, told
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet
from tiny import progress, signature, tiny_plan, write

from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import apply_import, plan_import
from cixi_analysis.form.layout import (
    COLUMNS,
    COMMITMENT_COLUMNS,
    FIRST_ROW,
    GUIDE,
    HEADER_ROW,
    LAYOUT_CELL,
    PROJECT_COLUMNS,
    FormColumn,
)
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.sheets import progress_sheets
from cixi_analysis.form.writing import LONGEST_PROMPT, form_workbook
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.schema import Progress

PROJECTS, COMMITMENTS = "项目进展", "承诺进展"
LAST_YEAR = (
    progress("project", "1", "under_way", percent="60", spent="3000"),
    progress("project", "2", "done", note="字" * 300),
    progress("commitment", "C001", "under_way", percent="33.3"),
)


@cache
def plan() -> Plan:
    """The tiny plan with some progress of 2022. Rows 3 to 6 are its projects, rows 3 to 7 its commitments."""
    return tiny_plan(progress={2022: LAST_YEAR})


@cache
def blank(year: int = 2023) -> bytes:
    return workbook_bytes(form_workbook(plan(), year))


def form(folder: Path, *edits: Edit) -> Path:
    path = folder / "form.xlsx"
    path.write_bytes(edited(blank(), *edits))
    return path


def check(folder: Path, *edits: Edit) -> Checked:
    return check_forms(plan(), [form(folder, *edits)])


#: A row that is right: project 3, of which nothing was reported last year.
RIGHT = put(PROJECTS, H5="进行中", I5=40, J5=800.5, L5="年报")


# Written


def test_a_row_for_each(tmp_path: Path) -> None:
    """Projects by their number, commitments by their id, with what the plan says of them and last year's report."""
    book = load_workbook(form(tmp_path))
    projects, commitments = (
        [[c.value for c in row] for row in book[s].iter_rows(min_row=2)] for s in (PROJECTS, COMMITMENTS)
    )
    assert projects[0] == [column.title for column in PROJECT_COLUMNS]
    assert commitments[0] == [column.title for column in COMMITMENT_COLUMNS]
    assert [row[:7] for row in projects[1:]] == [
        ["1", "生态安全体系\n工程1", "内容", "2021-2024", "8000", "市水利局", "进行中，60%，3000万元（2022年）"],
        ["2", "工程2", "内容", "2022", "500", "市水利局、各镇（街道、园区）", "已完成（2022年）"],
        ["3", "生态生活体系\n工程3", "内容", "2024-2025", "2000", "市住建局", "未填报（2022年）"],
        ["4", "生态文化体系\n工程4", "内容", "2021-2025", "原文未列", "市委宣传部", "未填报（2022年）"],
    ]  # fmt: skip
    assert [row[:7] for row in commitments[1:]] == [
        ["C001", "事项C001", "≥90%", "2025年", "全市", "三（二）1", "进行中，33.3%（2022年）"],
        ["C002", "事项C002", "100%", "2025年", "中心城区", "三（二）1", "未填报（2022年）"],
        ["C003", "事项C003", None, "2023年", "全市", "三（二）1", "未填报（2022年）"],
        ["C004", "事项C004", None, None, "全市", "三（二）1", "未填报（2022年）"],
        ["C005", "事项C005", "≥15家", "2023–2030年", "全市", "三（二）1", "未填报（2022年）"],
    ]  # fmt: skip
    assert {cell for row in (*projects[1:], *commitments[1:]) for cell in row[7:]} == {None}


def test_open_cells_and_choices(tmp_path: Path) -> None:
    """What is to be filled in is open, has a prompt within Excel's limits, and the states are a drop-down."""
    book = load_workbook(form(tmp_path))
    for table in progress_sheets(plan(), 2023):
        sheet = book[table.name]
        inputs = {column.key for column in table.inputs}
        for row in sheet.iter_rows(min_row=FIRST_ROW):
            opened = {c.key for c, cell in zip(table.columns, row, strict=True) if not cell.protection.locked}
            assert opened == inputs
        validations = sheet.data_validations.dataValidation
        assert all(0 < len(v.prompt) <= LONGEST_PROMPT for v in validations)
        lists = {v.formula1 for v in validations if v.type == "list"}
        assert lists == {'"未开始,进行中,已完成,内容调整,已终止"'}
    assert (book[PROJECTS].freeze_panes, book[PROJECTS].page_setup.fitToWidth) == ("C3", 1)


def test_the_guide_explains_them(tmp_path: Path) -> None:
    """Every column that is filled in, and that nothing has to be."""
    lines = [row for row in load_workbook(form(tmp_path))[GUIDE].iter_rows(values_only=True) if row[0]]
    assert {column.title for column in COLUMNS["progress"]} <= {row[0] for row in lines}
    assert any("没有资料的行整行留空，即为未填报，不算错，也不影响定稿" in str(row[1]) for row in lines)


def test_a_plan_without_commitments_has_no_sheet_for_them() -> None:
    """Nothing to fill in, no sheet."""
    assert form_workbook(replace(plan(), commitments=()), 2023).sheetnames[-len(NUMBERED) - 1] == PROJECTS


# Checked


def test_what_is_right_comes_through(tmp_path: Path) -> None:
    """States by their Chinese words; rows without content, or with nothing but who answers for it, are no reports."""
    checked = check(
        tmp_path,
        RIGHT,
        put(PROJECTS, H3="已完成", I3=100, K3="进展\n顺利", L3="年报", M3="市水利局", M4="市水利局"),
        put(COMMITMENTS, H7="内容调整", K7="年报"),
    )
    assert (told(checked), checked.warnings, checked.rows) == ([], (), ())
    assert checked.reports == (
        progress("project", "1", "done", percent="100", note="进展\n顺利", source="年报", responsible="市水利局"),
        progress("project", "3", "under_way", percent="40", spent="800.5", source="年报"),
        progress("commitment", "C005", "adjusted", source="年报"),
    )


_STATES = "下拉列表中的一项（未开始、进行中、已完成、内容调整、已终止）"
_NUMBER = "数值：请复制这一格，再“选择性粘贴”为“数值”"
#: (what is typed into a form whose row 5 of 项目进展 is right, the problems reported)
CELLS: list[tuple[Edit, list[str]]] = [
    (put(PROJECTS, H5=None), [f"项目进展 H5：现为空，而这一行填了“完成比例（%）”、“累计投资（万元）”、“出处”；应为{_STATES}"]),
    (put(PROJECTS, L5=None), ["项目进展 L5：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(PROJECTS, H3="进行中"), ["项目进展 L3：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(PROJECTS, K3="不详"),
     [f"项目进展 H3：现为空，而这一行填了“说明”；应为{_STATES}",
      "项目进展 L3：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(PROJECTS, H5="在建"), [f"项目进展 H5：现为“在建”；应为{_STATES}"]),
    (put(PROJECTS, H5="进行中 "), ["项目进展 H5：现为“进行中␣”（首尾有空格或空行）；应为“进行中”"]),
    (put(PROJECTS, I5="40"), ["项目进展 I5：现为“40”（文本格式的数字）；应为数 40：先把单元格格式改为“常规”，再重新键入"]),
    (put(PROJECTS, I5="40%"), ["项目进展 I5：现为“40%”（带百分号）；应为数 40，不带百分号"]),
    (put(PROJECTS, I5="４０％"), ["项目进展 I5：现为“４０％”（全角字符，带百分号）；应为半角的数 40，不带百分号"]),
    (formatted(PROJECTS, "I5", 0.4, "0%"),
     ["项目进展 I5：现为“40%”（百分比格式的单元格，存的是 0.4）；应为数 40：先把单元格格式改为“常规”，再键入，不带百分号"]),
    (put(PROJECTS, I5="-"), ["项目进展 I5：现为“-”（可指没有数据，也可指零或没有这一项）；应为数；不知道时留空；数值是零时写 0"]),
    (put(PROJECTS, I5="约40"), ["项目进展 I5：现为“约40”（带“约”）；应为数"]),
    (put(PROJECTS, I5=-1), ["项目进展 I5：现为“-1”；应为不小于 0 的数"]),
    (put(PROJECTS, I5=100.5), ["项目进展 I5：现为“100.5”；应为不大于 100 的数"]),
    (put(PROJECTS, H5="在建", I5=101, L5=None),
     [f"项目进展 H5：现为“在建”；应为{_STATES}",
      "项目进展 I5：现为“101”；应为不大于 100 的数",
      "项目进展 L5：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(PROJECTS, I5=datetime.datetime(2023, 4, 1)),
     ["项目进展 I5：现为日期或时间（2023-04-01）；应为数：先把单元格格式改为“常规”，再重新键入"]),
    (formula(PROJECTS, "J5", "=400*2"), [f"项目进展 J5：现为公式（=400*2，没有保存计算结果）；应为{_NUMBER}"]),
    (put(PROJECTS, J5="800万元"), ["项目进展 J5：现为“800万元”（带单位“万元”）；应为数 800，不写单位"]),
    (put(PROJECTS, J5="0.08亿元"), ["项目进展 J5：现为“0.08亿元”（带文字“亿元”）；应为按单位“万元”填写的数，不写单位和百分号"]),
    (put(PROJECTS, J5="1,800"), ["项目进展 J5：现为“1,800”（带千位分隔符）；应为数 1800"]),
    (put(PROJECTS, J5="800\u200b"),
     ["项目进展 J5：现为“800〔U+200B〕”（含有看不见的字符 U+200B，文本格式的数字）；应为数 800：先把单元格格式改为“常规”，再重新键入"]),
    (put(PROJECTS, J5=-1), ["项目进展 J5：现为“-1”；应为不小于 0 的数"]),
    (put(PROJECTS, H5="已完成"), ["项目进展 I5：现为“40”，而状态为“已完成”；应为完成比例为 100 或留空（状态为已完成）"]),
    (put(PROJECTS, H5="未开始"), ["项目进展 I5：现为“40”，而状态为“未开始”；应为完成比例为 0 或留空（状态为未开始）"]),
    (put(PROJECTS, K5=datetime.datetime(2023, 5, 1)),
     ["项目进展 K5：现为日期或时间（2023-05-01）；应为文字：先把单元格格式改为“文本”，再重新键入"]),
    (put(COMMITMENTS, I3=50), [f"承诺进展 H3：现为空，而这一行填了“完成比例（%）”；应为{_STATES}",
                               "承诺进展 K3：现为空；应为文件名称、章节、表、行：填了一行，就要写明出处"]),
    (put(PROJECTS, E3="9000"), ["项目进展 E3：现为“9000”；应为“8000”（供对照的格，不要改动）"]),
    (put(PROJECTS, B3="工程1"), []),
    (put(PROJECTS, B4="另一个工程"), ["项目进展 B4：现为“另一个工程”；应为“工程2”（供对照的格，不要改动）"]),
    (put(COMMITMENTS, C3="≥80%"), ["承诺进展 C3：现为“≥80%”；应为“≥90%”（供对照的格，不要改动）"]),
    (put(COMMITMENTS, H2="情况"), ["承诺进展 H2：现为列名“情况”；应为列名“状态”"]),
    (put(COMMITMENTS, N9="顺便一说"), ["承诺进展 N9：现为表格以外的内容“顺便一说”；应为空；要说明的写在“说明”里"]),
    (on(COMMITMENTS, lambda s: s.delete_rows(4)),
     ["承诺进展 A4：现为没有编号“C002”的一行；应为各行齐全，可从重新生成的填报表中补回"]),
    (on(PROJECTS, lambda s: s.delete_cols(9)),
     ["项目进展 I2：现为列名“累计投资（万元）”；应为列名“完成比例（%）”（有列被删除、插入或移动；恢复以后再检查这张表）"]),
    (on(PROJECTS, lambda s: setattr(s.column_dimensions["J"], "hidden", True)),
     ["项目进展 J2：现为隐藏的列“累计投资（万元）”；应为显示的列"]),
    (on(PROJECTS, lambda s: setattr(s, "title", "项目")), ["项目：现为改了名的工作表；应为名为“项目进展”的工作表"]),
    (lambda book: book.remove(book[COMMITMENTS]), ["承诺进展：现为没有这张工作表；应为名为“承诺进展”的工作表"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "problems"), CELLS)
def test_a_wrong_cell(edit: Edit, problems: list[str], tmp_path: Path) -> None:
    """Sheet, cell, what was found, what would be right: with the care that the sheets of the domains take."""
    assert told(check(tmp_path, RIGHT, edit)) == problems


def test_rows_that_changed_places(tmp_path: Path) -> None:
    """Sorted rows are reported, and each is still read by its id."""

    def swap(sheet: Worksheet) -> None:
        first, second = ([sheet.cell(row, at).value for at in range(1, 13)] for row in (3, 4))
        for row, values in ((3, second), (4, first)):
            for at, value in enumerate(values, start=1):
                sheet.cell(row, at).value = value

    checked = check(tmp_path, put(COMMITMENTS, H3="进行中", K3="年报"), on(COMMITMENTS, swap))
    assert told(checked) == ["承诺进展 A4：现为编号“C001”的一行，不在原来的位置；应为这一行在第一行"]
    assert checked.reports == (progress("commitment", "C001", "under_way", source="年报"),)


_N = "无误时在“说明”里说明"
#: (what is typed into a form whose row 5 of 项目进展 is right, the warnings reported)
DOUBTS: list[tuple[Edit, list[str]]] = [
    (put(PROJECTS, J5=2000), []),
    (put(PROJECTS, J5=2000.5), [f"项目进展 J5：现为“2000.5”，投资概算为“2000”；应为不超过投资概算的数；{_N}"]),
    (put(PROJECTS, J5=2000.5, K5="概算调整"), []),
    (put(PROJECTS, H6="进行中", J6=10**6, L6="年报"), []),  # without a budget
    (put(PROJECTS, I5=0.4), [f"项目进展 I5：现为“0.4”，单位为%；应为百分数（60%写60，不写0.6）；{_N}"]),
    (put(PROJECTS, H5="已完成", I5=100), [f"项目进展 H5：现为“已完成”，而实施年限为“2024-2025”；应为核对过的状态；{_N}"]),
    (put(PROJECTS, H3="进行中", I3=60, J3=3000, L3="年报"), []),
    (put(PROJECTS, H3="进行中", I3=50, J3=2999.5, L3="年报"),
     [f"项目进展 I3：现为“50”，上年为“60”；应为不低于上年的数；{_N}",
      f"项目进展 J3：现为“2999.5”，上年为“3000”；应为不低于上年的数；{_N}"]),
    (put(PROJECTS, H4="未开始", L4="年报"),
     [f"项目进展 H4：现为“未开始”，而实施年限为“2022”；应为核对过的状态；{_N}",
      f"项目进展 H4：现为“未开始”，上年为“已完成”；应为核对过的状态；{_N}"]),
    (put(PROJECTS, H3="未开始", L3="年报"), []),
    (put(COMMITMENTS, H5="未开始", K5="年报"), [f"承诺进展 H5：现为“未开始”，而期限为“2023年”；应为核对过的状态；{_N}"]),
    (put(COMMITMENTS, H5="已完成", H7="已完成", K5="年报", K7="年报"), []),
    (put(COMMITMENTS, H3="进行中", I3=30, K3="年报"), [f"承诺进展 I3：现为“30”，上年为“33.3”；应为不低于上年的数；{_N}"]),
    (put(COMMITMENTS, G3="进行中"), ["承诺进展 G3：现为“进行中”；应为“进行中，33.3%（2022年）”（数据中的上年填报）"]),
    (on(PROJECTS, lambda s: setattr(s["I5"], "comment", Comment("核对过", "某人"))),
     ["项目进展 I5：现为批注“核对过”；应为没有批注：批注不随数据保存，要留的写在“说明”里"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "warnings"), DOUBTS)
def test_a_doubtful_cell(edit: Edit, warnings: list[str], tmp_path: Path) -> None:
    """A warning is no problem: the row is read; a word in 说明 silences it."""
    checked = check(tmp_path, RIGHT, edit)
    assert (told(checked), [str(w) for w in checked.warnings]) == ([], warnings)
    assert checked.reports


#: As many projects as there are odd contents.
ODD_CONTENTS = (*ODD, 5, -5, 1e13, 0.5, True, datetime.time(8, 3), "=1+1")


@cache
def crowded() -> tuple[Plan, bytes]:
    numbers = range(1, len(ODD_CONTENTS) + 1)
    many = replace(plan(), projects=tuple(plan().projects[0].model_copy(update={"number": n}) for n in numbers))
    return many, workbook_bytes(form_workbook(many, 2023))


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS["progress"], ids=lambda column: column.key)
def test_odd_contents(column: FormColumn, tmp_path: Path) -> None:
    """Whatever people and programs leave in a cell: read as it is seen, or refused in that cell; never a traceback."""
    letter = progress_sheets(plan(), 2023)[0].letters[column.key]
    (many, blank_form), path = crowded(), tmp_path / "form.xlsx"
    typed = dict(enumerate(ODD_CONTENTS, FIRST_ROW))

    def edit(book: Workbook) -> None:
        for row, content in typed.items():
            put(PROJECTS, **{f"H{row}": "进行中", f"L{row}": "年报"})(book)
            cell = book[PROJECTS][f"{letter}{row}"]
            cell.value = content
            if isinstance(content, str) and content != "=1+1":
                cell.data_type = "s"

    path.write_bytes(edited(blank_form, edit))
    checked = check_forms(many, [path])
    blamed = {problem.cell for problem in checked.problems}
    assert blamed <= {f"{letter}{row}" for row in typed}
    reports = {int(report.id) + HEADER_ROW: report for report in checked.reports or ()}
    for row, content in typed.items():
        if f"{letter}{row}" not in blamed:
            read = str(getattr(reports[row], column.key)).removesuffix(".0")
            assert read == ("A" if content == "_x0041_" else str(content))


# Imported


def as_before(book: Workbook) -> None:
    """The form as it was made before it had sheets of progress."""
    for name in (PROJECTS, COMMITMENTS, *NUMBERED):
        book.remove(book[name])
    book[GUIDE][LAYOUT_CELL].value = 1


def test_a_form_from_before(tmp_path: Path) -> None:
    """Taken as it is, and it says nothing of progress; sheets of progress do not belong into it."""
    checked = check(tmp_path, as_before, put("生态安全", J3=86, V3="年报"))
    assert (told(checked), len(checked.rows), checked.reports) == ([], 1, None)
    typed_over = check(tmp_path, put(GUIDE, **{LAYOUT_CELL: 1}))
    assert [(p.sheet, p.found) for p in typed_over.problems] == [
        (PROJECTS, "多出的工作表"),
        (COMMITMENTS, "多出的工作表"),
        *((name, "多出的工作表") for name in NUMBERED),
    ]


def test_a_form_without_a_list_of_evidence(tmp_path: Path) -> None:
    """A form of layout 2 has progress and no list of evidence, which stays as it is."""

    def of_layout_2(book: Workbook) -> None:
        for name in NUMBERED:
            book.remove(book[name])
        book[GUIDE][LAYOUT_CELL].value = 2

    checked = check(tmp_path, of_layout_2, put("生态安全", J3=86, V3="年报"))
    assert (told(checked), len(checked.rows), checked.reports, checked.evidence) == ([], 1, (), None)


def test_from_data_to_form_and_back(tmp_path: Path) -> None:
    """The form of a year that has reports holds them; read back, nothing changes; emptied, they are gone."""
    known: tuple[Progress, ...] = (
        progress("project", "1", "under_way", percent="33.3333333333333", spent="1234567.5", note="=1+1\n二", responsible="某局"),
        progress("project", "4", "stopped", percent="0"),
        progress("commitment", "C001", "done", percent="100"),
        progress("commitment", "C004", "not_started"),
    )  # fmt: skip
    given = load_plan(write(tiny_plan(progress={2022: known}), tmp_path / "project"))
    path = tmp_path / "2022.xlsx"
    path.write_bytes(workbook_bytes(form_workbook(given, 2022)))
    checked = check_forms(given, [path])
    assert (told(checked), len(checked.reports or ())) == ([], 4)
    assert not plan_import(given, checked).files
    book = load_workbook(path)
    for name in (PROJECTS, COMMITMENTS):
        for column in "HIJKLM":
            for row in range(FIRST_ROW, book[name].max_row + 1):
                book[name][f"{column}{row}"].value = None
    book.save(path)
    why = signature("corrected", "张某", "2024-06-01", reason="填错了表")
    apply_import(given, plan_import(given, check_forms(given, [path]), signed=[why]))
    assert load_plan(given.root).progress[2022] == ()


@pytest.mark.slow
def test_on_the_command_line(tmp_path: Path) -> None:
    """Make, fill in, check, look, import, look again: the words that an analyst meets."""
    root = write(tiny_plan(), tmp_path / "project")
    path = tmp_path / "f.xlsx"
    assert cixi("workbook", "2023", "-o", str(path), root=root).returncode == 0
    book = load_workbook(path)
    RIGHT(book)
    put(COMMITMENTS, H3="进行中", I3=50, K3="年报")(book)
    put("生态安全", J3=86, V3="年报")(book)
    book.save(path)
    assert cixi("check", str(path), root=root).stderr == "f.xlsx（2023 年）：已填1行，进展2行，问题0处，提示0处。\n"
    dry = cixi("import", str(path), "--dry-run", "--format", "csv", root=root)
    assert dry.stdout.splitlines() == [
        "kind,year,indicator,item_id,level,field,before,after,why",
        "new,2023,2,2.1,,,,86,",
        "new,2023,,project 3,,,,进行中，40%，800.5万元,",
        "new,2023,,commitment C001,,,,进行中，50%,",
    ]
    assert not (root / "data" / "progress" / "2023.csv").exists()
    done = cixi("import", str(path), root=root)
    assert "2023 年的进展：新增2行、改动0行、不变0行、删除0行。\n" in done.stderr
    ledger = csv.DictReader(io.StringIO(cixi("commitments", "--year", "2023", "--format", "csv", root=root).stdout))
    assert [(r["commitment_id"], r["state"], r["percent"]) for r in ledger][:2] == [
        ("C001", "under_way", "50.0"),
        ("C002", "", ""),
    ]
    assert [r.id for r in load_plan(root).progress[2023]] == ["3", "C001"]
    again = cixi("import", str(path), root=root)
    assert again.stderr.startswith("2023 年：与现有数据相同，没有改动。\n")


@pytest.mark.slow
def test_headings_stand_where_the_form_says(tmp_path: Path) -> None:
    """The real plan: every project has its row, none of its cells is too long to be seen."""
    real = load_plan(Path(__file__).parent.parent)
    sheet = form_workbook(real, 2023)[PROJECTS]
    assert [sheet.cell(HEADER_ROW + n, 1).value for n in range(1, 48)] == [str(n) for n in range(1, 48)]
    assert all(sheet.row_dimensions[row].height < 409 for row in range(HEADER_ROW, HEADER_ROW + 48))
