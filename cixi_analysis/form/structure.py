"""Is every sheet, column and row where the form put it, in sight and unchanged?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.dataset import Plan
from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.layout import COLUMNS, GUIDE, HEADER_ROW, TITLE_ROW, Key, Kind, sheet_title, sheets
from cixi_analysis.form.places import Tell, filled_cells, find_places, rows_text, runs, text_of
from cixi_analysis.form.problem import FormProblem
from cixi_analysis.form.shown import shown

#: Column key → its letter.
LETTERS = {column.key: get_column_letter(at) for at, column in enumerate(COLUMNS, start=1)}
#: In the title row stand the title and, beside it, what the colours mean.
_TITLE_CELLS = (1, 3)
_HEADINGS = tuple(column.title for column in COLUMNS)
_WIDTH = len(COLUMNS)
_UNTOUCHED = "（供对照的格，不要改动）"


@dataclass(frozen=True)
class FoundRow:
    """Where the row of a key stands."""

    sheet: Worksheet
    key: Key
    number: int

    @property
    def sheet_name(self) -> str:
        return name_of(self.sheet.title)

    def address(self, column: str) -> str:
        return f"{LETTERS[column]}{self.number}"

    def cell(self, column: str) -> Any:
        return self.sheet[self.address(column)]


@dataclass
class Structure:
    """The rows found, in the plan's order, with what is wrong (``problems``) or doubtful (``warnings``) around them."""

    rows: list[FoundRow] = field(default_factory=list)
    problems: list[FormProblem] = field(default_factory=list)
    warnings: list[FormProblem] = field(default_factory=list)


def examine(plan: Plan, year: int, book: Workbook) -> Structure:
    """Look through the sheets of an opened form."""
    found, expected = Structure(), sheets(plan)
    by_name = {sheet.title: sheet for sheet in book.worksheets}
    others = {name: by_name.get(name) for name in book.sheetnames if name not in (GUIDE, *expected)}
    for domain, keys in expected.items():
        name: str | None = domain
        if domain not in by_name:
            title = sheet_title(domain, year)
            name = next(
                (n for n, s in others.items() if s is not None and text_of(s.cell(TITLE_ROW, 1)) == title), None
            )
            what = "没有这张工作表" if name is None else "改了名的工作表"
            found.problems.append(FormProblem(name_of(name or domain), "", what, f"名为“{domain}”的工作表"))
        if name is not None:
            others.pop(name, None)
            _examine_sheet(plan, year, by_name[name], keys, found)
    known = "、".join((GUIDE, *expected))
    for name in others:
        found.problems.append(FormProblem(name_of(name), "", "多出的工作表", f"只有这些工作表：{known}"))
    for sheet in book.worksheets:
        if sheet.sheet_state != Worksheet.SHEETSTATE_VISIBLE:
            found.problems.append(FormProblem(name_of(sheet.title), "", "隐藏的工作表", "显示的工作表"))
    return found


def name_of(title: str) -> str:
    """A sheet's name in a message."""
    return quoted(title)[1:-1]


def _examine_sheet(plan: Plan, year: int, sheet: Worksheet, keys: tuple[Key, ...], found: Structure) -> None:
    def tell(address: str, what: str, expected: str) -> None:
        found.problems.append(FormProblem(name_of(sheet.title), address, what, expected))

    _compare(sheet, f"A{TITLE_ROW}", [sheet_title(keys[0].item.domain, year)], tell)
    for merged in sheet.merged_cells.ranges:
        tell(merged.coord.partition(":")[0], f"合并的单元格 {merged.coord}", "不合并的单元格，每一格各填各的")
    if not _columns_in_place(sheet, tell):
        return
    texts = {key: shown(plan, key, year) for key in keys}
    # The first row of a task has the task's name in front of the indicator's.
    names = {key: (texts[key]["name"], f"{key.item.task}\n{texts[key]['name']}") for key in keys}
    places, last = find_places(sheet, names, tell)
    _nothing_outside(sheet, last, tell)
    _nothing_hidden(sheet, places.values(), tell)
    for key, number in places.items():
        row = FoundRow(sheet, key, number)
        found.rows.append(row)
        for column in COLUMNS:
            if column.kind is Kind.SHOWN and column.key not in ("key", "last"):
                expected = names[key] if column.key == "name" else [texts[key][column.key]]
                _compare(sheet, row.address(column.key), expected, tell)
        # Last year may have been revised since the form was made, and nothing that is typed depends on what it shows.
        if (was := text_of(row.cell("last"))) != (now := texts[key]["last"]):
            found.warnings.append(
                FormProblem(
                    row.sheet_name, row.address("last"), _or_empty(was), f"{_or_empty(now)}（数据中的上年现状值）"
                )
            )


def _compare(sheet: Worksheet, address: str, expected: Iterable[str], tell: Tell) -> None:
    texts = list(expected)
    found = text_of(sheet[address])
    if found not in texts:
        tell(address, _or_empty(found), _or_empty(texts[0]) + _UNTOUCHED)


def _or_empty(text: str) -> str:
    return quoted(text) if text else "空"


def _columns_in_place(sheet: Worksheet, tell: Tell) -> bool:
    """Whether each column is the one it should be; a heading that is merely typed over moves no column."""
    headings = [text_of(sheet.cell(HEADER_ROW, at)) for at in range(1, _WIDTH + 1)]
    wrong = [at for at in range(_WIDTH) if headings[at] != _HEADINGS[at]]
    displaced = any(headings[at] in _HEADINGS for at in wrong)
    for at in wrong[:1] if displaced else wrong:
        expected = f"列名“{_HEADINGS[at]}”" + ("（有列被删除、插入或移动；恢复以后再检查这张表）" if displaced else "")
        tell(f"{get_column_letter(at + 1)}{HEADER_ROW}", f"列名{_or_empty(headings[at])}", expected)
    return not displaced


def _nothing_outside(sheet: Worksheet, last: int, tell: Tell) -> None:
    outside = [
        cell
        for cell in filled_cells(sheet)
        if cell.column > _WIDTH or cell.row > last or (cell.row == TITLE_ROW and cell.column not in _TITLE_CELLS)
    ]
    if outside:
        more = f"，这样的格共有 {len(outside)} 个" if len(outside) > 1 else ""
        expected = "空；要说明的写在“现状原文”或“提示说明”里"
        tell(outside[0].coordinate, f"表格以外的内容{quoted(text_of(outside[0]))}{more}", expected)


def _nothing_hidden(sheet: Worksheet, rows: Iterable[int], tell: Tell) -> None:
    for run in runs(number for number in sorted({HEADER_ROW, *rows}) if _row_hidden(sheet, number)):
        tell(f"A{run[0]}", f"隐藏的行（{rows_text(run)}）", "显示的行")
    for at in sorted(_hidden_columns(sheet)):
        tell(f"{get_column_letter(at)}{HEADER_ROW}", f"隐藏的列“{_HEADINGS[at - 1]}”", "显示的列")


def _row_hidden(sheet: Worksheet, number: int) -> bool:
    dimension = sheet.row_dimensions.get(number)
    if dimension is None:
        return bool(sheet.sheet_format.zeroHeight)
    return bool(dimension.hidden) or dimension.height == 0


def _hidden_columns(sheet: Worksheet) -> Iterator[int]:
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden or dimension.width == 0:
            first = dimension.min or 1
            yield from range(first, min(dimension.max or first, _WIDTH) + 1)
