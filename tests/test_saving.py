"""Saving: a file that is whole or not there, the same bytes for the same workbook, text that stays text."""

import io
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydantic import ValidationError
from tiny import observation

from cixi_analysis.errors import reason
from cixi_analysis.export.workbook import ExportError, fit_row, new_workbook, put, save_bytes, workbook_bytes


def test_whole_or_not_there(tmp_path: Path) -> None:
    """A place that cannot be written: a message, nothing left behind."""
    book = new_workbook("试")
    book.create_sheet("表")
    path = tmp_path / "missing" / "x.xlsx"
    with pytest.raises(ExportError) as refused:
        save_bytes(workbook_bytes(book), path)
    assert str(refused.value) == f"不能写入 {path}：没有这个文件夹或文件。请检查文件夹是否存在、文件是否正被打开。"
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last step fails, what stood there is untouched and no scratch file remains."""
    book = new_workbook("试")
    book.create_sheet("表")
    path = tmp_path / "x.xlsx"
    path.write_text("旧", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "没有权限")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ExportError, match="没有权限"):
        save_bytes(workbook_bytes(book), path)
    assert path.read_text(encoding="utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("number", [5, 32, 33])
def test_a_file_that_another_program_holds_on_windows(number: int) -> None:
    """Windows reports a missing right where Excel has the file open: both are told."""
    error = PermissionError(13, "Access is denied")
    error.winerror = number
    assert reason(error) == "没有权限，或正被别的程序（如 Excel）打开"


def test_no_clock_in_the_file(tmp_path: Path) -> None:
    """The same workbook gives the same bytes whenever it is written."""
    book = new_workbook("试")
    book.create_sheet("表")
    save_bytes(workbook_bytes(book), tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = file.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", properties)) == {"2023-01-01T"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", '=HYPERLINK("x")'])
def test_text_is_never_a_formula(text: str, tmp_path: Path) -> None:
    """A string is text whatever it begins with, and Excel keeps it so when the cell is edited."""
    book = new_workbook("试")
    put(book.create_sheet("表")["A1"], text)
    save_bytes(workbook_bytes(book), tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx")["表"]["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


@pytest.mark.parametrize(
    ("text", "message"),
    [("共\x0b三处", r"没有看不见的字符（U\+000B）的文字"), ("长" * 32768, "不超过 2000 字的文字")],
)
def test_what_no_cell_can_hold_is_refused(text: str, message: str) -> None:
    """By the data: what a form is made of is neither cut off nor changed in silence."""
    with pytest.raises(ValidationError, match=message):
        observation("1", statement=text)


def test_rows_fit_and_may_grow(tmp_path: Path) -> None:
    """A row is high enough for its text, at most what Excel allows, and not fixed: it grows when people type."""
    book = new_workbook("试")
    sheet = book.create_sheet("表")
    sheet.column_dimensions["A"].width = 11
    for row, text in enumerate(("短", "一二三四五" * 3, "长" * 1000), start=1):
        put(sheet.cell(row, 1), text)
        fit_row(sheet[row], least=2)
    heights = [sheet.row_dimensions[row].height for row in (1, 2, 3)]
    assert heights == [35, 51, 409]
    save_bytes(workbook_bytes(book), tmp_path / "x.xlsx")
    xml = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert 'ht="35"' in xml
    assert 'customHeight="1"' not in xml


def test_a_workbook_needs_no_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of temporary files may be full, and what a kill leaves there stays for ever."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    book = new_workbook("试")
    put(book.create_sheet("表")["A1"], "文")
    assert load_workbook(io.BytesIO(workbook_bytes(book)))["表"]["A1"].value == "文"
