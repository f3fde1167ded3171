"""A year from the first form to the signed report: the commands of the manual's 一年从头到尾, in their order, on the real plan."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, cixi
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.words import Stage

FORMS, FORM, REPORT = Path("cixi-2023-forms"), Path("cixi-2023-form.xlsx"), Path("2023.docx")
OTHER_SHEETS = ("填表说明", "佐证材料", "签署", "项目进展", "承诺进展")
DOCUMENT = "年报.pdf"


def commands() -> list[str]:
    """The lines of the manual's block, without what a line explains."""
    section = (ROOT / "book" / "manual.md").read_text("utf-8").partition("## 一年从头到尾")[2]
    block = re.search(r"```\{code-block\} text\n(?::caption: [^\n]*\n)?\n?(.*?)```", section, re.S)
    assert block
    return [line.partition("#")[0].strip() for line in block[1].splitlines()]


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[2] if cell.value}


def fill_in(path: Path) -> None:
    """Every row of a unit's form: no figure yet, with its source; words where only words are asked for; work under way."""
    book = load_workbook(path, rich_text=True)
    for sheet in (one for one in book.worksheets if one.title.endswith("进展")):
        at = columns(sheet)
        for row in range(3, sheet.max_row + 1):
            sheet.cell(row, at["状态"]).value, sheet.cell(row, at["出处"]).value = "进行中", "示例"
    for sheet in (one for one in book.worksheets if one.title not in OTHER_SHEETS):
        at = columns(sheet)
        joint: set[str] = set()
        for row in range(3, sheet.max_row + 1):
            key = re.match(r"[\d.]+", str(sheet.cell(row, at["编号"]).value))
            assert key
            if "合填" in str(sheet.cell(row, at["级别"]).value):
                joint.add(key[0])
            elif key[0] in joint:
                continue
            numeric = not sheet.cell(row, at["现状值"]).protection.locked
            sheet.cell(row, at["缺失原因" if numeric else "现状原文"]).value = (
                "暂无数据" if numeric else "示例：照录的原文"
            )
            sheet.cell(row, at["出处"]).value = "示例"
    book.save(path)


def units_fill_in() -> None:
    for path in FORMS.iterdir():
        fill_in(path)


def bureau_lists_and_signs(*steps: str) -> Callable[[], None]:
    """One document of evidence for 优良天数比例, which replaces 暂无数据 by a figure, and signatures of the whole year."""

    def edit() -> None:
        book = load_workbook(FORM, rich_text=True)
        listed, signed = book["佐证材料"], book["签署"]
        at = columns(listed)
        for title, text in {
            "对象": "指标子项", "编号": "9①", "类别": "来源文件", "所证": "数值", "材料名称": "《示例年报》", "文件名": DOCUMENT,
        }.items():  # fmt: skip
            listed.cell(3, at[title]).value = text
        at = columns(signed)
        for row, step in enumerate(steps, start=3):
            for title, text in {"环节": step, "姓名": f"某{step}", "职务": "科长", "日期": f"2024-03-0{row}"}.items():
                signed.cell(row, at[title]).value = text
        air = book["生态安全"]
        row = next(n for n in range(3, air.max_row + 1) if str(air.cell(n, 1).value) == "9.1")
        at = columns(air)
        air.cell(row, at["缺失原因"]).value, air.cell(row, at["现状值"]).value = None, 88.8
        book.save(FORM)

    return edit


def file_comes() -> None:
    folder = next(Path.cwd().glob("project")) / "evidence" / "2023"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DOCUMENT).write_bytes(b"%PDF-1.4 a report")


#: Command of the manual → (what people do before it, its exit status).
STEPS: dict[str, tuple[Callable[[], None], int]] = {
    "cixi workbook 2023 --by-unit": (lambda: None, 0),
    "cixi check cixi-2023-forms --letters 催填": (units_fill_in, 0),
    "cixi import cixi-2023-forms": (lambda: None, 0),
    "cixi workbook 2023": (lambda: None, 0),
    "cixi check cixi-2023-form.xlsx": (bureau_lists_and_signs("填报", "复核"), 0),
    "cixi import cixi-2023-form.xlsx": (lambda: None, 0),
    "cixi evidence 2023 --record": (file_comes, 0),
    "cixi import cixi-2023-form.xlsx --final --by 王某 --role 局长": (lambda: None, 0),
    "cixi diff 2023": (lambda: None, 0),
    "cixi report 2023 -o 2023.docx": (lambda: None, 0),
    "cixi report --check 2023.docx": (lambda: None, 0),
}


@pytest.mark.slow
def test_the_year_of_the_manual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command in its turn does what the manual says; at the end the year is closed and the report agrees with it."""
    root = tmp_path / "project"
    for name in ("data", "notebooks", "book"):
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("20*", "*.png") if name == "book" else None
        )
    for name in ("_config.yml", "_toc.yml", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    monkeypatch.chdir(tmp_path)
    assert [line for line in commands() if line != "cixi build"] == list(STEPS)
    for command, (before, status) in STEPS.items():
        before()
        done = cixi(*shlex.split(command)[1:], root=root)
        assert (command, done.returncode, done.stdout if done.returncode else "", done.stderr if done.returncode else "") == (
            command, status, "", "",
        )  # fmt: skip
    plan = load_plan(root)
    assert coverage(plan, 2023).stage is Stage.FINAL
    assert {row.file for row in plan.receipts[2023]} == {*(path.name for path in FORMS.iterdir()), FORM.name}
    assert len(plan.progress[2023]) == len(plan.projects) + len(plan.commitments)
    assert [row.sha256 is not None for row in plan.evidence[2023]] == [True]
    assert {row.step.chinese for row in plan.signatures[2023]} == {"填报", "复核", "定稿"}


@pytest.mark.slow
def test_a_figure_that_was_changed_by_hand_is_found(tmp_path: Path) -> None:
    """The end of the same section: an official types another number into the report."""
    path = tmp_path / "2022.docx"
    assert cixi("report", "2022", "-o", str(path)).returncode == 0
    document = Document(str(path))
    control = next(
        one
        for one in document.element.body.iter(qn("w:sdt"))
        if one.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == "item.38.value"
    )
    next(control.iter(qn("w:t"))).text = "50.7"
    document.save(str(path))
    done = cixi("report", "--check", str(path), "--format", "csv")
    assert done.returncode == 1
    assert [line.split(",")[:2] for line in done.stdout.splitlines()[1:]] == [["changed", "item.38.value"]]
