"""The structure of a filled-in form: every sheet, column and row in its place, visible, and its context unchanged."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby, product
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.errors import quoted
from cixi_analysis.form.filled_rows import FilledRow, FormProblem
from cixi_analysis.form.input_cells import cleaned, or_empty, shortened, text_of
from cixi_analysis.form.layout import FIRST_ROW, GUIDE, HEADER_ROW, STAMP, TITLE_ROW, FormSheet, Kind

_UNTOUCHED = "（供对照的格，不要改动）"
#: Records a problem: cell address, found, expected.
_Tell = Callable[[str, str, str], None]


def find_rows(book: Workbook, sheets: Sequence[FormSheet]) -> tuple[list[FilledRow], list[FormProblem]]:
    """The rows of a form, in the plan's order, and the structural problems. ``sheets``: those that it must contain."""
    rows: list[FilledRow] = []
    problems: list[FormProblem] = []
    known = (GUIDE, *(sheet.name for sheet in sheets))
    by_name = {sheet.title: sheet for sheet in book.worksheets}
    others = [name for name in book.sheetnames if name not in known]
    for form in sheets:
        titled = (n for n in others if n in by_name and text_of(by_name[n].cell(TITLE_ROW, 1)) == form.title)
        name = form.name if form.name in by_name else next(titled, None)
        if name != form.name:
            what = "没有这张工作表" if name is None else "改了名的工作表"
            problems.append(FormProblem(quoted(name or form.name)[1:-1], "", what, f"名为“{form.name}”的工作表"))
        if name is not None:
            others = [other for other in others if other != name]
            rows += _sheet_rows(form, by_name[name], problems)
    listed = f"只有这些工作表：{'、'.join(known)}"
    problems += [FormProblem(quoted(name)[1:-1], "", "多出的工作表", listed) for name in others]
    hidden = (sheet.title for sheet in book.worksheets if sheet.sheet_state != Worksheet.SHEETSTATE_VISIBLE)
    problems += [FormProblem(quoted(name)[1:-1], "", "隐藏的工作表", "显示的工作表") for name in hidden]
    return rows, problems


def _sheet_rows(form: FormSheet, sheet: Worksheet, problems: list[FormProblem]) -> list[FilledRow]:
    def tell(address: str, found: str, expected: str) -> None:
        problems.append(FormProblem(quoted(sheet.title)[1:-1], address, found, expected))

    _compare(sheet.cell(TITLE_ROW, 1), [form.title], tell)
    for merged in sheet.merged_cells.ranges:
        tell(merged.coord.partition(":")[0], f"合并的单元格 {merged.coord}", "不合并的单元格，每一格各填各的")
    for rules in sheet.conditional_formatting:
        if any(map(_changes_display, rules.rules)):
            address = str(rules.sqref).partition(" ")[0].partition(":")[0]
            tell(address, f"条件格式 {shortened(str(rules.sqref), 40)}，改变所显示的数或加删除线", "没有这样的条件格式")
    if not _columns_in_place(form, sheet, tell):
        return []
    # Not by iterating over ranges: that would create every cell up to the farthest one.
    filled = [cell for _, cell in sorted(sheet._cells.items()) if text_of(cell)]
    # Each text once: a long one may be in very many cells.
    visible_texts = {text for text in {text_of(cell) for cell in filled} if cleaned(text)}
    visible = [cell for cell in filled if text_of(cell) in visible_texts]
    keys = {cell.row: text_of(cell) for cell in filled if cell.column == 1 and cell.row >= FIRST_ROW}
    names = {row.shown["key"]: row.names for row in form.rows}
    places, last = _row_numbers(sheet, names, keys, {cell.row for cell in visible}, tell)
    columns = range(1, len(form.columns) + 1)
    # The title row has content in two columns: the title, and the meaning of the colours.
    outside = [c for c in visible if c.row > last or c.column not in ((1, 3) if c.row == TITLE_ROW else columns)]
    if outside:
        more = f"，这样的格共有 {len(outside)} 个" if len(outside) > 1 else ""
        expected = f"空；要说明的写在{'或'.join(f'“{form.column(key).title}”' for key in form.remarks)}里"
        tell(outside[0].coordinate, f"表格以外的内容{quoted(text_of(outside[0]))}{more}", expected)
    _nothing_hidden(form, sheet, places.values(), tell)
    rows = [FilledRow(sheet, form, row, places[row.shown["key"]]) for row in form.rows if row.shown["key"] in places]
    # Data may have been revised since the form was written: of last year a warning, see ``filled_rows``; see ``merging``.
    free = ("key", "last", STAMP.key)
    fixed = [one.key for one in form.columns if one.kind is Kind.SHOWN and one.key not in free]
    for row, key in product(rows, fixed):
        _compare(row.cell(key), row.spec.names if key == "name" else [row.spec.shown[key]], tell)
    return rows


def _changes_display(rule: Any) -> bool:
    """Whether a conditional format alters the displayed number, hides it, or strikes it out."""
    bars = (bar for bar in (rule.dataBar, rule.iconSet) if bar is not None)
    dxf = rule.dxf
    return any(bar.showValue is False for bar in bars) or bool(dxf and (dxf.numFmt or (dxf.font and dxf.font.strike)))


def _compare(cell: Any, expected: Sequence[str], tell: _Tell) -> None:
    found = text_of(cell)
    if found not in expected:
        tell(cell.coordinate, or_empty(found), or_empty(expected[0]) + _UNTOUCHED)


def _columns_in_place(form: FormSheet, sheet: Worksheet, tell: _Tell) -> bool:
    """Whether each column is the expected one. A heading that was merely typed over moves no column."""
    titles = [column.title for column in form.columns]
    headings = [text_of(sheet.cell(HEADER_ROW, at)) for at in range(1, len(titles) + 1)]
    wrong = [at for at, title in enumerate(titles) if headings[at] != title]
    displaced = any(headings[at] in titles for at in wrong)
    for at in wrong[:1] if displaced else wrong:
        expected = f"列名“{titles[at]}”" + ("（有列被删除、插入或移动；恢复以后再检查这张表）" if displaced else "")
        tell(f"{get_column_letter(at + 1)}{HEADER_ROW}", f"列名{or_empty(headings[at])}", expected)
    return not displaced


def _row_numbers(
    sheet: Worksheet, names: Mapping[str, Sequence[str]], texts: Mapping[int, str], filled: Set[int], tell: _Tell
) -> tuple[dict[str, int], int]:
    """(key → row number, last row of the form); records every row that is not where the form put it.

    ``names``: key → the texts that its name cell may hold; ``texts``: row number → text of its key cell; ``filled``:
    the rows in which something can be seen.
    """
    at = {key: number for number, key in enumerate(names, FIRST_ROW) if texts.get(number) == key}
    for number, key in enumerate(names, FIRST_ROW):
        # A key cell typed over or emptied, in a row whose name is in place; unless the text is another row's key that
        # has no row yet: then that row was moved here.
        moved = names.keys() - at.keys() - {key}
        if key not in at and text_of(sheet.cell(number, 2)) in names[key] and texts.get(number, "") not in moved:
            tell(f"A{number}", or_empty(texts.get(number, "")), f"“{key}”{_UNTOUCHED}")
            at[key] = number
    free = {number: text for number, text in texts.items() if number not in at.values()}
    strays = [n for n, text in free.items() if text not in names or at.setdefault(text, n) != n]
    last = max(at.values(), default=HEADER_ROW)
    for number in strays:
        if texts[number] in names:
            tell(f"A{number}", f"与第{at[texts[number]]}行重复的编号“{texts[number]}”", "各行编号互不相同")
        elif number <= last:
            tell(f"A{number}", f"不认识的编号{quoted(texts[number])}", "本表原有的编号，不要增加行")
    present = [key for key in names if key in at]
    steady = _longest_ascending(at[key] for key in present)
    for before, key in zip(("", *present), present, strict=False):
        if at[key] not in steady:
            place = f"接在编号“{before}”之后" if before else "在第一行"
            tell(f"A{at[key]}", f"编号“{key}”的一行，不在原来的位置", f"这一行{place}")
    gaps: set[int] = set()  # the rows where the missing keys would be
    row = HEADER_ROW
    for key in names:
        row = at.get(key, row + 1)
        if key not in at:
            gaps.add(row)
            tell(f"A{row}", f"没有编号“{key}”的一行", "各行齐全，可从重新生成的填报表中补回")
    rest = {*range(FIRST_ROW, last)}.difference(at.values(), strays, gaps)
    for first, span in _spans(sorted(rest - filled)):
        tell(f"A{first}", f"多出的空行（{span}）", "没有空行")
    for number in rest & filled:
        tell(f"A{number}", "没有编号却有内容的一行", "没有这一行，内容都在有编号的行里")
    return at, max(last, *gaps, *(n for n in strays if texts[n] in names), HEADER_ROW)


def _longest_ascending(numbers: Iterable[int]) -> set[int]:
    """The members of a longest ascending subsequence: the rows that count as not moved."""
    longest: list[tuple[int, ...]] = [()]  # ending in each number
    for number in numbers:
        before = (one for one in reversed(longest) if not one or one[-1] < number)
        longest.append((*max(before, key=len), number))
    steady = max(reversed(longest), key=len)
    return set(steady)


def _nothing_hidden(form: FormSheet, sheet: Worksheet, rows: Collection[int], tell: _Tell) -> None:
    heights = {number: sheet.row_dimensions.get(number) for number in sorted({HEADER_ROW, *rows})}
    none_shown = bool(sheet.sheet_format.zeroHeight)  # rows without a height of their own
    hidden_rows = (n for n, d in heights.items() if (none_shown if d is None else d.hidden or d.height == 0))
    for first, span in _spans(hidden_rows):
        tell(f"A{first}", f"隐藏的行（{span}）", "显示的行")
    for d in (d for d in sheet.column_dimensions.values() if d.hidden or d.width == 0):
        for at in range(d.min or 1, min(d.max or d.min or 1, len(form.columns)) + 1):
            tell(f"{get_column_letter(at)}{HEADER_ROW}", f"隐藏的列“{form.columns[at - 1].title}”", "显示的列")


def _spans(numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
    """(first number, span in words) of each run of consecutive row numbers."""
    for _, group in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], f"第{run[0]}行" if len(run) == 1 else f"第{run[0]}至{run[-1]}行"
