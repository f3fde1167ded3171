"""Filling in a form as people do: helpers for the tests of its check."""

import cProfile
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from openpyxl import Workbook, load_workbook
from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form import importing
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.layout import FormRow
from cixi_analysis.form.opening import FiledForm
from cixi_analysis.form.sheets import domain_sheets
from cixi_analysis.plan.dataset import Plan

#: An edit that can be undone returns what undoes it.
Edit = Callable[[Workbook], object]
Answer = TypeVar("Answer")


def sheets(plan: Plan, year: int = 2023) -> dict[str, tuple[FormRow, ...]]:
    """Domain → the rows of its sheet."""
    return {sheet.name: sheet.rows for sheet in domain_sheets(plan, year)}


#: The sheets of numbered, empty rows, in every form.
NUMBERED = ("佐证材料", "签署")
#: Texts that people and programs leave in cells.
ODD = (
    "83.3", "８３．３", "83.3%", "83.3％", "1,689", "1，689", "83.3微克", " 83.3", "83.3\xa0", "83\u200b.3", "\ufeff83.3", "-", "—", "/",
    "无", "暂无数据", "N/A", "0", "零", "≤31", "≥90", "约80", "80-90", "Ⅲ", "III", "Ⅲ类", "劣V", "劣Ⅴ", "上级未下达", "未下达", "任务：治理3处",
    "类", "%", "％", "越多越好", "水平值的全省平均", "=1+1", "@SUM(A1)", "+5", "'83.3", "<b>83.3</b>", "{{ x }}", "a\tb", "一\n二", "建立=已建立",
    "；；", "=", "条款=；=", "\u3000", " ", "\u200b", "𠮷", "_x000D_", "_x0041_", "2023-08-03", "1e5", "inf", "nan", "True", "字" * 2001,
)  # fmt: skip


#: Forms that were opened; to open one costs as much as to save it.
_opened: dict[bytes, Workbook] = {}


def provenance(path: Path) -> str:
    """``name sha256:…`` of a workbook, as the data holds it."""
    return FiledForm.of(path, path.read_bytes()).provenance


def plan_import(plan: Plan, checked: Checked, book: Path, **options: Any) -> importing.Import:
    """What importing ``checked`` changes, as if the file ``book`` said it."""
    said = [*checked.rows, *(checked.reports or ()), *(checked.evidence or ())]
    form = replace(FiledForm.of(book, book.read_bytes()), rows=len(said))
    return importing.plan_import(plan, replace(checked, forms=(form,)), **options)


def edited(form: bytes, *edits: Edit) -> bytes:
    """The form, edited and saved."""
    book = _opened.pop(form, None) or load_workbook(io.BytesIO(form))
    undoing = [edit(book) for edit in edits]
    content = workbook_bytes(book)
    if all(isinstance(one, _Restored) for one in undoing):
        for one in reversed(undoing):
            one.undo()  # type: ignore[attr-defined]
        _opened[form] = book
    return content


class _Restored:
    """Cells as they are now, to be restored."""

    def __init__(self, sheet: Worksheet, addresses: Iterable[str]) -> None:
        self._cells = sheet._cells
        places = {coordinate_to_tuple(address): address for address in addresses}
        self._before = {place: self._cells.get(place) for place in places}
        for place, cell in self._before.items():
            if cell is not None:
                self._cells[place] = own = copy(cell)
                own._style = copy(cell._style)

    def undo(self) -> None:
        for place, cell in self._before.items():
            self._cells.pop(place, None)
            if cell is not None:
                self._cells[place] = cell


def put(sheet: str, **cells: Any) -> Edit:
    """Type into cells: ``put("生态安全", J3=83.3)``. A text is text, even where it looks like a formula."""

    def edit(book: Workbook) -> _Restored:
        before = _Restored(book[sheet], cells)
        for address, value in cells.items():
            cell = book[sheet][address]
            cell.value = value
            if isinstance(value, str) and cell.data_type == "f":
                cell.data_type = "s"
        return before

    return edit


def formula(sheet: str, address: str, text: Any) -> Edit:
    def edit(book: Workbook) -> _Restored:
        before = _Restored(book[sheet], [address])
        book[sheet][address].value = text
        return before

    return edit


def formatted(sheet: str, address: str, number: float, number_format: str) -> Edit:
    def edit(book: Workbook) -> _Restored:
        before = _Restored(book[sheet], [address])
        cell = book[sheet][address]
        cell.value, cell.number_format = number, number_format
        return before

    return edit


def on(sheet: str, act: Callable[[Worksheet], object]) -> Edit:
    return lambda book: act(book[sheet])


def counted(act: Callable[[], Answer]) -> tuple[Answer, int]:
    """What ``act`` gives, and how many calls of functions it took: how much work it was, whatever the machine."""
    profile = cProfile.Profile(builtins=False)
    answer = profile.runcall(act)
    return answer, sum(one.callcount for one in profile.getstats())


def told(checked: Checked) -> list[str]:
    return [str(problem) for problem in checked.problems]


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def with_shared_strings(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts with the strings in a table of their own, as Excel and WPS write them; openpyxl leaves them in the cells."""
    strings: list[bytes] = []

    def shared(cell: re.Match[bytes]) -> bytes:
        strings.append(cell[1])
        return b't="s"><v>%d</v></c>' % (len(strings) - 1)

    inline, main = (
        re.compile(rb't="inlineStr"><is>(.*?)</is></c>', re.DOTALL),
        b"application/vnd.openxmlformats-officedocument",
    )
    new = {name: inline.sub(shared, part) for name, part in parts.items()}
    kind = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s.spreadsheetml.sharedStrings+xml"/></Types>' % main
    )
    new["[Content_Types].xml"] = new["[Content_Types].xml"].replace(b"</Types>", kind)
    items = b"".join(b"<si>%s</si>" % string for string in strings)
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    new["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (space, items)
    return new
