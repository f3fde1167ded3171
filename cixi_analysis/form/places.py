"""In which row of a sheet does each key stand? Rows that are missing, moved, repeated, unknown or without a key."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from cixi_analysis.form.input_cells import shown_value
from cixi_analysis.form.invisible import cleaned, plain, quoted
from cixi_analysis.form.layout import FIRST_ROW, HEADER_ROW
from cixi_analysis.form.table import K

#: Tells of a problem: address, what was found, what is expected.
Tell = Callable[[str, str, str], None]


def find_places(sheet: Worksheet, names: Mapping[K, Sequence[str]], tell: Tell) -> tuple[dict[K, int], int]:
    """(key → row number, the last row that is the form's), telling of every row that is not where the form put it.

    ``names``: the keys in their order, with the texts that the name cell of each may hold.
    """
    texts = {
        cell.row: text
        for cell in cells(sheet)
        if cell.column == 1 and cell.row >= FIRST_ROW and (text := text_of(cell))
    }
    at = {key: number for number, key in enumerate(names, FIRST_ROW) if texts.get(number) == str(key)}
    _overwritten(sheet, names, texts, at, tell)
    by_text, strays = {str(key): key for key in names}, []
    for number, text in texts.items():
        if number in at.values():
            continue
        known = by_text.get(text)
        if known is not None and known not in at:
            at[known] = number
        else:
            strays.append(number)
    last = max(at.values(), default=HEADER_ROW)
    for number in strays:
        text = texts[number]
        if text in by_text:
            tell(f"A{number}", f"与第{at[by_text[text]]}行重复的编号“{text}”", "各行编号互不相同")
        elif number <= last:
            tell(f"A{number}", f"不认识的编号{quoted(text)}", "本表原有的编号，不要增加行")
    places = {key: at[key] for key in names if key in at}
    _moved(places, tell)
    gaps = _missing(names, at, tell)
    filled = {cell.row for cell in filled_cells(sheet)}
    rest = [n for n in range(FIRST_ROW, last) if n not in {*at.values(), *strays, *gaps}]
    for run in runs([n for n in rest if n not in filled]):
        tell(f"A{run[0]}", f"多出的空行（{rows_text(run)}）", "没有空行")
    for number in (n for n in rest if n in filled):
        tell(f"A{number}", "没有编号却有内容的一行", "没有这一行，内容都在有编号的行里")
    return places, max(last, *gaps, *(n for n in strays if texts[n] in by_text), HEADER_ROW)


def _overwritten(
    sheet: Worksheet, names: Mapping[K, Sequence[str]], texts: Mapping[int, str], at: dict[K, int], tell: Tell
) -> None:
    """Key cells that were typed over or emptied, in rows whose name shows that they are still in place."""
    for number, key in enumerate(names, FIRST_ROW):
        # A key that has no row of its own yet is that of a row that moved here, not a cell typed over.
        moved = {str(other) for other in names if other not in at and other != key}
        if key not in at and text_of(sheet.cell(number, 2)) in names[key] and texts.get(number, "") not in moved:
            found = quoted(texts[number]) if number in texts else "空"
            tell(f"A{number}", found, f"“{key}”（供对照的格，不要改动）")
            at[key] = number


def _moved(places: Mapping[K, int], tell: Tell) -> None:
    steady = _longest_ascending(list(places.values()))
    before: K | None = None
    for key, number in places.items():
        if number not in steady:
            place = f"接在编号“{before}”之后" if before else "在第一行"
            tell(f"A{number}", f"编号“{key}”的一行，不在原来的位置", f"这一行{place}")
        before = key


def _missing(names: Mapping[K, Sequence[str]], at: Mapping[K, int], tell: Tell) -> set[int]:
    """The rows where the missing keys would stand."""
    gaps: set[int] = set()
    row = HEADER_ROW
    for key in names:
        if key in at:
            row = at[key]
            continue
        row += 1
        gaps.add(row)
        tell(f"A{row}", f"没有编号“{key}”的一行", "各行齐全，可从重新生成的填报表中补回")
    return gaps


def _longest_ascending(numbers: Sequence[int]) -> set[int]:
    """The members of a longest ascending part of ``numbers``: the rows that may be said to have stayed."""
    tails: list[int] = []
    places = []
    for number in numbers:
        places.append(bisect_left(tails, number))
        tails[places[-1] : places[-1] + 1] = [number]
    steady, wanted, bound = set(), len(tails) - 1, float("inf")
    for number, place in zip(reversed(numbers), reversed(places), strict=True):
        if place == wanted and number < bound:
            steady.add(number)
            wanted, bound = wanted - 1, number
    return steady


def runs(numbers: Iterable[int]) -> list[list[int]]:
    """Ascending numbers, cut where one is missing."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def rows_text(run: Sequence[int]) -> str:
    return f"第{run[0]}行" if len(run) == 1 else f"第{run[0]}至{run[-1]}行"


def text_of(cell: Any) -> str:
    """A cell's content as text, for comparing; "" for an empty one."""
    if cell.value is None:
        return ""
    return plain(cell.value) if isinstance(cell.value, str) else shown_value(getattr(cell.value, "text", cell.value))


def cells(sheet: Worksheet) -> Iterator[Any]:
    """The cells that the file holds, by row and column. Walking over ranges would make cells up to the farthest one."""
    yield from (cell for _, cell in sorted(sheet._cells.items()))


def filled_cells(sheet: Worksheet) -> list[Any]:
    """The cells in which something can be seen."""
    return [cell for cell in cells(sheet) if cleaned(text_of(cell))]
