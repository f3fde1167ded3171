"""The list 佐证材料 of the form: what people type, what a spreadsheet program makes of it, and what the import records."""

import datetime
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from conftest import LISTS, cixi
from filling import Edit, edited, formatted, formula, put, told
from openpyxl import load_workbook
from tiny import evidence, tiny_plan, write

from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import apply_import, plan_import
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.dataset import Plan, load_plan

SHEET = "佐证材料"
#: A value, and a right row of evidence for it.
VALUE = put("生态安全", J3=86, V3="年报")
RIGHT = {"B3": "指标子项", "C3": "2.1", "D3": "来源文件", "E3": "数值", "G3": "《公报》"}


@cache
def blank() -> bytes:
    return workbook_bytes(form_workbook(tiny_plan(), 2023))


def form(folder: Path, *edits: Edit) -> Path:
    path = folder / "form.xlsx"
    path.write_bytes(edited(blank(), *edits))
    return path


def check(folder: Path, *edits: Edit) -> Checked:
    return check_forms(tiny_plan(), [form(folder, *edits)])


_TEXT = "先把单元格格式改为“文本”，再重新键入"


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        (put(SHEET, C3="2①"), []),
        (put(SHEET, C3=2.1), []),
        (put(SHEET, C3="２.1"), ["佐证材料 C3：现为“２.1”；应为已有的指标子项编号"]),
        (put(SHEET, C3="2③"), ["佐证材料 C3：现为“2.3”；应为已有的指标子项编号"]),
        (put(SHEET, B3="项目", C3="2.1"), ["佐证材料 C3：现为“2.1”；应为已有的项目编号"]),
        (put(SHEET, J3="2024-03-15", K3=12), []),
        (put(SHEET, J3="2024-03"), []),
        (put(SHEET, J3=2024), []),
        (put(SHEET, J3=datetime.datetime(2024, 3, 15)), [f"佐证材料 J3：现为日期或时间（2024-03-15）；应为文字：{_TEXT}"]),
        (formatted(SHEET, "K3", 0.12, "0%"), ["佐证材料 K3：现为“12%”（百分比格式的单元格，存的是 0.12）；应为文字"]),
        (formatted(SHEET, "K3", 12, '"第"0"页"'), [f"佐证材料 K3：现为数 12（显示为“第12页”）；应为文字：{_TEXT}"]),
        (formula(SHEET, "K3", "=6+6"), ["佐证材料 K3：现为公式（=6+6，没有保存计算结果）；应为文字：请复制这一格，再“选择性粘贴”为“数值”"]),
        (put(SHEET, J3="2024年3月"), ["佐证材料 J3：现为“2024年3月”；应为"]),
        (put(SHEET, D3="B"), ["佐证材料 D3：现为“B”；应为下拉列表中的一项（自有材料、来源文件、年鉴与统计）"]),
        (put(SHEET, E3=None), ["佐证材料 E3：现为空；应为下拉列表中的一项（数值、条款、下达目标、平均值、参考（其他时段或范围，不作判定））"]),
        (put(SHEET, G3=None), ["佐证材料 G3：现为空；应为非空的文字"]),
        (put(SHEET, E3="条款", F3="≥80"), []),
        (put(SHEET, E3="条款", F3="建立"), ["佐证材料 F3：现为“建立”；应为空（各条），或该子项的要求或规划值中的一个条款（≥80、≥90、100）"]),
        (put(SHEET, F3="≥80"), ["佐证材料 F3：现为“≥80”；应为空：所证不是条款"]),
        (put(SHEET, M3="88.8–95.6%"), ["佐证材料 M3：现为“88.8–95.6%”；应为空：参考的数、时段、范围只用于所证为 context 参考的材料"]),
        (put(SHEET, E3="参考（其他时段或范围，不作判定）", M3="88.8–95.6%", N3="1–4月", O3="全市含新区"), []),
        (put(SHEET, P3="报告.pdf", Q3="公开"), []),
        (put(SHEET, P3="资料/报告.pdf"), ["佐证材料 P3：现为“资料/报告.pdf”；应为evidence/年份/ 中的文件名，不带文件夹"]),
        (put(SHEET, J3="昨天", P3="../报告.pdf"),
         ["佐证材料 J3：现为“昨天”；应为日期，如 2024-03-15", "佐证材料 P3：现为“../报告.pdf”；应为evidence/年份/ 中的文件名"]),
        (put(SHEET, P3="页.html", Q3="公开"), ["佐证材料 Q3：现为“公开”；应为空，或公开的是 .pdf"]),
        (put(SHEET, Q3="公开"), ["佐证材料 Q3：现为“公开”；应为空：没有文件可以公开"]),
        (put(SHEET, **{f"{cell[0]}9": value for cell, value in RIGHT.items()}),
         ["佐证材料 G9：现为与第3行是同一处材料；应为同一对象的同一处材料只写一行"]),
        (put(SHEET, **{f"{cell[0]}9": value for cell, value in RIGHT.items()}, K9="13"), []),
    ],
)  # fmt: skip
def test_a_row(tmp_path: Path, edit: Edit, problems: list[str]) -> None:
    """What is typed, pasted or formatted is either taken as it is meant or refused in its cell, with what would be right."""
    found = told(check(tmp_path, put(SHEET, **RIGHT), edit))
    assert len(found) == len(problems)
    assert all(line.startswith(start) for line, start in zip(found, problems, strict=True)), found


@pytest.mark.slow
def test_more_than_sixty_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A form has a hundred rows; one with that many in the data has a hundred more."""
    cells = {f"{cell[0]}{row}": value for row in range(3, 103) for cell, value in {**RIGHT, "K3": str(row)}.items()}
    monkeypatch.setattr("cixi_analysis.form.sheets._LISTS", LISTS)
    path = tmp_path / "form.xlsx"
    path.write_bytes(edited(workbook_bytes(form_workbook(tiny_plan(), 2023)), put(SHEET, **cells)))
    checked = check_forms(tiny_plan(), [path])
    assert (told(checked), len(checked.evidence or ())) == ([], 100)
    book = form_workbook(replace(tiny_plan(), evidence={2023: checked.evidence or ()}), 2023)
    assert book[SHEET].max_row == 202


def typed(root: Path, path: Path, *edits: Edit) -> Plan:
    """Edit the form at ``path`` and import it; the data afterwards."""
    book = load_workbook(path)
    for edit in edits:
        edit(book)
    book.save(path)
    plan = load_plan(root)
    apply_import(plan, plan_import(plan, check_forms(plan, [path])))
    return load_plan(root)


@pytest.mark.slow
def test_an_import_records_the_files(tmp_path: Path) -> None:
    """The hash of a file that is there, at once or when it has come; it stays when the file changes or the row does, and
    begins anew with another file.
    """
    root = write(tiny_plan(), tmp_path / "project")
    folder, path = root / "evidence" / "2023", form(tmp_path, VALUE, put(SHEET, **RIGHT, P3="一.pdf"))
    (row,) = typed(root, path).evidence[2023]
    assert (row.file, row.sha256) == ("一.pdf", None)
    folder.mkdir(parents=True)
    (folder / "一.pdf").write_bytes(b"one")
    (first,) = typed(root, path).evidence[2023]
    assert first.sha256 == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    (folder / "一.pdf").write_bytes(b"changed")
    (row,) = typed(root, path, put(SHEET, G3="《另题》", L3="原话")).evidence[2023]
    assert (row.title, row.quoted, row.sha256) == ("《另题》", "原话", first.sha256)
    assert cixi("evidence", "2023", root=root).returncode == 1
    (folder / "二.pdf").write_bytes(b"two")
    (row,) = typed(root, path, put(SHEET, P3="二.pdf")).evidence[2023]
    assert row.sha256 == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
    (row,) = typed(root, path, put(SHEET, P3=None)).evidence[2023]
    assert (row.file, row.sha256) == (None, None)


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    """What is recorded stays, cell by cell."""
    known = (evidence("1", proves="clause", file="一.pdf", sha256="0" * 64), evidence("2.1", page="3"))
    plan = load_plan(write(tiny_plan(evidence={2022: known}), tmp_path / "project"))
    path = tmp_path / "2022.xlsx"
    path.write_bytes(workbook_bytes(form_workbook(plan, 2022)))
    assert not plan_import(plan, check_forms(plan, [path])).files
