"""Is every sheet, column and row where the form put it, in sight and unchanged?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.layout import GUIDE, HEADER_ROW, TITLE_ROW, Kind
from cixi_analysis.form.places import Tell, filled_cells, find_places, rows_text, runs, text_of
from cixi_analysis.form.problem import FormProblem
from cixi_analysis.form.table import K, Table

#: In the title row stand the title and, beside it, what the colours mean.
_TITLE_CELLS = (1, 3)
_UNTOUCHED = "（供对照的格，不要改动）"


@dataclass(frozen=True)
class FoundRow(Generic[K]):
    """Where the row of a key stands."""

    sheet: Worksheet
    table: Table[K]
    key: K
    number: int

    @property
    def sheet_name(self) -> str:
        return name_of(self.sheet.title)

    def address(self, column: str) -> str:
        return f"{self.table.letters[column]}{self.number}"

    def cell(self, column: str) -> Any:
        return self.sheet[self.address(column)]


@dataclass
class Structure:
    """The rows found, in the plan's order, with what is wrong (``problems``) or doubtful (``warnings``) around them."""

    rows: list[FoundRow[Any]] = field(default_factory=list)
    problems: list[FormProblem] = field(default_factory=list)
    warnings: list[FormProblem] = field(default_factory=list)


def examine(tables: Sequence[Table[Any]], book: Workbook) -> Structure:
    """Look through the sheets of an opened form, which should be the guide and these."""
    found, expected = Structure(), [table.name for table in tables]
    by_name = {sheet.title: sheet for sheet in book.worksheets}
    others = {name: by_name.get(name) for name in book.sheetnames if name not in (GUIDE, *expected)}
    for table in tables:
        name: str | None = table.name
        if table.name not in by_name:
            name = next(
                (n for n, s in others.items() if s is not None and text_of(s.cell(TITLE_ROW, 1)) == table.title), None
            )
            what = "没有这张工作表" if name is None else "改了名的工作表"
            found.problems.append(FormProblem(name_of(name or table.name), "", what, f"名为“{table.name}”的工作表"))
        if name is not None:
            others.pop(name, None)
            _examine_sheet(table, by_name[name], found)
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


def _examine_sheet(table: Table[Any], sheet: Worksheet, found: Structure) -> None:
    def tell(address: str, what: str, expected: str) -> None:
        found.problems.append(FormProblem(name_of(sheet.title), address, what, expected))

    _compare(sheet, f"A{TITLE_ROW}", [table.title], tell)
    for merged in sheet.merged_cells.ranges:
        tell(merged.coord.partition(":")[0], f"合并的单元格 {merged.coord}", "不合并的单元格，每一格各填各的")
    if not _columns_in_place(table, sheet, tell):
        return
    names = {key: table.names(key) for key in table.shown}
    places, last = find_places(sheet, names, tell)
    _nothing_outside(table, sheet, last, tell)
    _nothing_hidden(table, sheet, places.values(), tell)
    for key, number in places.items():
        row, texts = FoundRow(sheet, table, key, number), table.shown[key]
        found.rows.append(row)
        for column in table.columns:
            if column.kind is Kind.SHOWN and column.key not in ("key", "last"):
                expected = names[key] if column.key == "name" else [texts[column.key]]
                _compare(sheet, row.address(column.key), expected, tell)
        # Last year may have been revised since the form was made, and nothing that is typed depends on what it shows.
        if (was := text_of(row.cell("last"))) != (now := texts["last"]):
            expected_now = f"{_or_empty(now)}（数据中的{table.column('last').title}）"
            found.warnings.append(FormProblem(row.sheet_name, row.address("last"), _or_empty(was), expected_now))


def _compare(sheet: Worksheet, address: str, expected: Iterable[str], tell: Tell) -> None:
    texts = list(expected)
    found = text_of(sheet[address])
    if found not in texts:
        tell(address, _or_empty(found), _or_empty(texts[0]) + _UNTOUCHED)


def _or_empty(text: str) -> str:
    return quoted(text) if text else "空"


def _columns_in_place(table: Table[Any], sheet: Worksheet, tell: Tell) -> bool:
    """Whether each column is the one it should be; a heading that is merely typed over moves no column."""
    titles = [column.title for column in table.columns]
    headings = [text_of(sheet.cell(HEADER_ROW, at)) for at in range(1, len(titles) + 1)]
    wrong = [at for at, title in enumerate(titles) if headings[at] != title]
    displaced = any(headings[at] in titles for at in wrong)
    for at in wrong[:1] if displaced else wrong:
        expected = f"列名“{titles[at]}”" + ("（有列被删除、插入或移动；恢复以后再检查这张表）" if displaced else "")
        tell(f"{get_column_letter(at + 1)}{HEADER_ROW}", f"列名{_or_empty(headings[at])}", expected)
    return not displaced


def _nothing_outside(table: Table[Any], sheet: Worksheet, last: int, tell: Tell) -> None:
    outside = [
        cell
        for cell in filled_cells(sheet)
        if cell.column > len(table.columns)
        or cell.row > last
        or (cell.row == TITLE_ROW and cell.column not in _TITLE_CELLS)
    ]
    if outside:
        more = f"，这样的格共有 {len(outside)} 个" if len(outside) > 1 else ""
        expected = f"空；要说明的写在{'或'.join(f'“{table.column(key).title}”' for key in table.remarks)}里"
        tell(outside[0].coordinate, f"表格以外的内容{quoted(text_of(outside[0]))}{more}", expected)


def _nothing_hidden(table: Table[Any], sheet: Worksheet, rows: Iterable[int], tell: Tell) -> None:
    for run in runs(number for number in sorted({HEADER_ROW, *rows}) if _row_hidden(sheet, number)):
        tell(f"A{run[0]}", f"隐藏的行（{rows_text(run)}）", "显示的行")
    for at in sorted(_hidden_columns(sheet, len(table.columns))):
        tell(f"{get_column_letter(at)}{HEADER_ROW}", f"隐藏的列“{table.columns[at - 1].title}”", "显示的列")


def _row_hidden(sheet: Worksheet, number: int) -> bool:
    dimension = sheet.row_dimensions.get(number)
    if dimension is None:
        return bool(sheet.sheet_format.zeroHeight)
    return bool(dimension.hidden) or dimension.height == 0


def _hidden_columns(sheet: Worksheet, width: int) -> Iterator[int]:
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden or dimension.width == 0:
            first = dimension.min or 1
            yield from range(first, min(dimension.max or first, width) + 1)
