"""Damage to valid forms, in hundreds of random ways: accepted with what can be seen in the cells, or refused where the
damage is; never a traceback, never a silent change.
"""

import datetime
import io
import os
import random
import re
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from filling import ODD, counted, packed, sheets, unpacked, with_shared_strings
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet
from tiny import frame

from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form.checking import Checked, FormError
from cixi_analysis.form.layout import CHOICES, FIRST_ROW, GUIDE, HEADER_ROW, INPUTS, FormRow, Kind, domain_columns
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Observation
from cixi_analysis.words import NOT_ASSIGNED

try:
    import resource
except ImportError:  # Windows has no such figures
    resource = None  # type: ignore[assignment]

Parts = dict[str, bytes]
COLUMNS = domain_columns(frame())
AT = {column.key: number for number, column in enumerate(COLUMNS, start=1)}
FORMATS = (
    "General",
    "@",
    "0",
    "0.00",
    "0%",
    "0.0%",
    "yyyy-mm-dd",
    "h:mm",
    "#,##0",
    "0.0,",
    '0!.0,"万"',
    "[Red]0",
    ";;;",
    '0.0"万"',
    "0.0‰",
    '"≥"0.0',
    "-0.0",
    '0.0;-0.0;"—"',
    "0.00_ ;[Red]\\-0.00\\ ",
    "#,##0.00_);[Red]\\(#,##0.00\\)",
    "[DBNum1]0",
    'e"年"',
    "0.0E+00",
)


@dataclass(frozen=True)
class Form:
    """A valid form with what the check reads from it undamaged."""

    plan: Plan
    content: bytes
    undamaged: Checked

    @cached_property
    def sheets(self) -> dict[str, tuple[FormRow, ...]]:
        return sheets(self.plan)

    def book(self) -> Workbook:
        return load_workbook(io.BytesIO(self.content))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module", params=["2022, as the data has it", "2023, half filled in"])
def form(request: pytest.FixtureRequest, plan: Plan, folder: Path) -> Form:
    year, known = 2022, plan
    if request.param.startswith("2023"):
        # A few projects and commitments, whose sheets are damaged elsewhere (test_form_progress): half of a form's size.
        few = {"projects": plan.projects[:3], "commitments": plan.commitments[:3], "progress": {}, "links": ()}
        known = plan = replace(plan, **few)
        # Every other row of 2022, hardly any with words that are judged; checked against a plan that has no 2023.
        rows = [o for o in plan.observations[2022] if o.item_id == "1" or not (o.attests or o.denies)][::2]
        year, known = 2023, replace(plan, observations={**plan.observations, 2023: tuple(rows)})
    content = workbook_bytes(form_workbook(known, year))
    undamaged = checked(plan, content, folder)
    assert isinstance(undamaged, Checked)
    assert undamaged.problems == ()
    assert len(undamaged.rows) > 20
    return Form(plan, content, undamaged)


#: For damage that does not ask which form it is: the other one in the long run; and how many random ways are tried.
ONE_FORM = pytest.mark.parametrize(
    "form", ["2023, half filled in", pytest.param("2022, as the data has it", marks=pytest.mark.long)], indirect=True
)
SEEDS = pytest.mark.parametrize("seeds", [1, pytest.param(10, marks=pytest.mark.long)])


def dice(seed: int) -> random.Random:
    """The same damage every time."""
    return random.Random(seed)  # noqa: S311  # no secrets here


def checked(plan: Plan, content: bytes, folder: Path) -> Checked | FormError:
    """The check's answer. Any other exception than a FormError is a failure of the test."""
    path = folder / "form.xlsx"
    path.write_bytes(content)
    try:
        return check_forms(plan, [path])
    except FormError as error:
        return error


class MustRefuse(Exception):
    """A cell whose meaning cannot be seen by looking at it."""


def seen(cell: Cell, kind: Kind, key: str) -> str | None:
    """What a person sees in an input cell, as the data's text: a second, much simpler reading than the check's."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, CellRichText):
        if any(isinstance(run, TextBlock) and run.font.strike for run in value):
            raise MustRefuse
        value = str(value)
    if value == "":
        return None
    if cell.font.strike or (isinstance(value, str) and ";;;" in cell.number_format):
        raise MustRefuse
    if isinstance(value, bool) or cell.data_type in "fed" or not isinstance(value, (int, float, str)):
        raise MustRefuse
    if isinstance(value, str):
        if any(c in value for c in "\xa0\u200b\ufeff\t") or value != value.strip() or len(value) > 2000:
            raise MustRefuse
        value = re.sub("_x0041_", "A", value)
        if kind is Kind.CHOICE:
            return {**CHOICES[key], "未填报": "未填报"}[value] if value in CHOICES[key] else refuse()
        if kind is Kind.TEXT or (kind in (Kind.QUANTITY, Kind.TARGET) and value in WATER_CLASSES):
            return value
        return value if kind is Kind.TARGET and (value == NOT_ASSIGNED or value.startswith("任务：")) else refuse()
    if kind is Kind.CHOICE or not shows_the_number(cell.number_format, value):
        raise MustRefuse
    return format(Decimal(f"{value:.12g}"), "f")


def shows_the_number(number_format: str, value: float) -> bool:
    """A much simpler reading of formats than the check's: digits, padding and colours in the section that applies."""
    sections = number_format.split(";")
    section = sections[1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0]
    bare = re.sub(r"_.|\\ |\[Red\]", "", section).removeprefix("-" if section is not sections[0] else "\0")
    return bare in ("General", "@") or re.fullmatch(r"(#,##)?[0#]*0(\.[0#]*)?", bare) is not None


def refuse() -> str:
    raise MustRefuse


def seen_row(sheet: Worksheet, number: int) -> dict[str, str]:
    """Input column → what is seen in it, filled ones only."""
    texts = ((c.key, seen(sheet.cell(number, AT[c.key]), c.kind, c.key)) for c in INPUTS)
    return {key: text for key, text in texts if text is not None}


def said(observed: Observation) -> dict[str, str]:
    """The same of an observation, with the comparator and the target in one."""
    cells = {c.key: getattr(observed, c.key) for c in INPUTS if c.key in Observation.columns()}
    return {
        k: format(Decimal(f"{v:.12g}"), "f") if isinstance(v, float) else str(v)
        for k, v in cells.items()
        if v is not None
    }


def item_and_level(row: FormRow) -> tuple[str, str | None]:
    return row.identity["item_id"], row.identity["level"] or None


def judge(form: Form, book: Workbook, answer: Checked | FormError, what: str) -> None:
    """Every row of the form: read as it is seen, or refused in that row."""
    assert isinstance(answer, Checked), f"{what}: {answer}"
    blamed = {(p.sheet, int(re.sub(r"\D", "", p.cell) or 0)) for p in answer.problems}
    rows = {(o.item_id, o.level): o for o in answer.rows}
    for domain, form_rows in form.sheets.items():
        if blamed & {(domain, 0), (domain, HEADER_ROW)}:  # the sheet is lost, or its columns are not in place
            continue
        for number, row in enumerate(form_rows, FIRST_ROW):
            if (domain, number) in blamed:
                continue
            place = f"{what}: {domain} {number}: {[str(p) for p in answer.problems]}"
            try:
                cells = seen_row(book[domain], number)
            except MustRefuse:
                pytest.fail(f"not refused: {place}")
            observed = rows.get(item_and_level(row))
            if cells.keys() <= {"responsible"}:  # who answers for it fills in no row
                assert observed is None, place
                continue
            assert observed is not None, place
            if "comparator" in cells:
                cells["assigned_target"] = cells.pop("comparator") + cells["assigned_target"]
            assert said(observed) == cells, place


def random_input(chance: random.Random, book: Workbook, form: Form) -> Cell:
    """An input cell, the value's more often than others; two times in three of a row that is filled in, or most damage
    would fall into the void.
    """
    domain, rows = chance.choice(list(form.sheets.items()))
    numbers = range(FIRST_ROW, FIRST_ROW + len(rows))
    if chance.random() < 2 / 3:
        filled = {(o.item_id, o.level) for o in form.undamaged.rows}
        numbers = [n for n, row in zip(numbers, rows, strict=True) if item_and_level(row) in filled] or numbers
    return book[domain].cell(chance.choice(numbers), AT[chance.choice([*(c.key for c in INPUTS), *["value"] * 5])])


def type_into(cell: Cell, value: Any) -> None:
    """A text is text, as it is in a cell that was formatted as text; a formula is made by ``formula``."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def strange(chance: random.Random, cell: Cell, other: Cell) -> None:
    type_into(cell, chance.choice(ODD))


def number(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell.value = chance.choice([0, 1, -1, 100, 0.1 + 0.2, 83.3, chance.uniform(0, 100), chance.randrange(10**6), 1e-7])


def other_type(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell.value = chance.choice([True, False, datetime.datetime(2023, 8, 3), datetime.time(8, 3), datetime.timedelta(3)])


def formula(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell.value = chance.choice(["=1+1", "=J3", '=HYPERLINK("x")', "=[1]a!A1", "=1/0", "#DIV/0!", "#N/A", "#REF!"])


def clear(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell.value = None


def shape(chance: random.Random, cell: Cell, other: Cell) -> None:
    """A number that its format shows as something else; Excel formats a cell by what is typed into it."""
    cell.value = cell.value if isinstance(cell.value, (int, float)) else 0.833
    cell.number_format = chance.choice(FORMATS)


def swap(chance: random.Random, cell: Cell, other: Cell) -> None:
    mine, theirs = (cell.value, cell.data_type), (other.value, other.data_type)
    cell.value, other.value = None, None
    (cell._value, cell.data_type), (other._value, other.data_type) = theirs, mine


def copy(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell._value, cell.data_type = other.value, other.data_type


def odd_character(chance: random.Random, cell: Cell, other: Cell) -> None:
    text = str(cell.value or "")
    at = chance.randrange(len(text) + 1)
    type_into(cell, text[:at] + chance.choice("\xa0\u200b\ufeff\t 　0，甲") + text[at:])


def remark(chance: random.Random, cell: Cell, other: Cell) -> None:
    cell.comment = Comment("请核对", "某人")


DAMAGES = (strange, strange, number, number, other_type, formula, clear, shape, swap, copy, odd_character, remark)


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 12))])
def test_damaged_cells(form: Form, folder: Path, block: int) -> None:
    """Cells typed over, swapped, copied, formatted, cleared: 24 damages in each form, six at a time; 288 in the long run."""
    book = form.book()
    for seed in range(block * 4, block * 4 + 4):
        chance = dice(seed)
        before: dict[tuple[str, str], tuple[Any, str, str]] = {}
        told = []
        for _ in range(6):
            cell, other = random_input(chance, book, form), random_input(chance, book, form)
            for one in (cell, other):
                state = (one.value, one.data_type, one.number_format)
                before.setdefault((one.parent.title, one.coordinate), state)
            damage = chance.choice(DAMAGES)
            damage(chance, cell, other)
            told.append(f"{damage.__name__} {cell.parent.title} {cell.coordinate} {cell.value!r}")
        answer = checked(form.plan, workbook_bytes(book), folder)
        judge(form, book, answer, f"seed {seed}: {told}")
        for (title, address), (value, data_type, number_format) in before.items():
            cell = book[title][address]
            cell.value, cell.comment = None, None
            cell._value, cell.data_type, cell.number_format = value, data_type, number_format


def a_row(chance: random.Random, sheet: Worksheet, form: Form) -> int:
    return chance.randrange(FIRST_ROW, FIRST_ROW + len(form.sheets[sheet.title]))


def locked_cell(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    column = chance.choice([c for c in COLUMNS if c.kind is Kind.SHOWN and c.key != "last"])
    cell = sheet.cell(a_row(chance, sheet, form), AT[column.key])
    type_into(cell, chance.choice([f"{cell.value}。", f" {cell.value or ''}", "另一段文字"]))


def delete_rows(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.delete_rows(a_row(chance, sheet, form), chance.choice((1, 1, 3)))


def insert_rows(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.insert_rows(a_row(chance, sheet, form), chance.choice((1, 2)))


def repeat_row(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    source, target = a_row(chance, sheet, form), sheet.max_row + 1
    for at in range(1, len(COLUMNS) + 1):
        sheet.cell(target, at).value = sheet.cell(source, at).value


def swap_rows(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    first = a_row(chance, sheet, form)
    second = chance.choice([n for n in range(FIRST_ROW, sheet.max_row + 1) if n != first])
    for at in range(1, len(COLUMNS) + 1):
        swap(chance, sheet.cell(first, at), sheet.cell(second, at))


def sort_rows(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    numbers = list(range(FIRST_ROW, sheet.max_row + 1))
    rows = [[sheet.cell(n, at).value for at in range(1, len(COLUMNS) + 1)] for n in numbers]
    for number_, row in zip(numbers, reversed(rows), strict=True):
        for at, value in enumerate(row, start=1):
            type_into(sheet.cell(number_, at), value)


def delete_column(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.delete_cols(chance.randrange(1, len(COLUMNS) + 1))


def insert_column(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.insert_cols(chance.randrange(1, len(COLUMNS) + 1))


def shift_cells(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    """Cells of one column deleted with the rest of the column moving up: the key column, so that it can be seen."""
    number_ = a_row(chance, sheet, form)
    sheet.cell(number_, 1).value = None
    sheet.move_range(f"A{number_ + 1}:A{sheet.max_row + 1}", rows=-1)


def merge(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    number_, at = a_row(chance, sheet, form), chance.randrange(1, len(COLUMNS))
    sheet.merge_cells(start_row=number_, end_row=number_ + 1, start_column=at, end_column=at + chance.choice((0, 1)))


def hide_row(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.row_dimensions[a_row(chance, sheet, form)].hidden = True


def hide_column(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.column_dimensions[chance.choice("ABCDEFGHIJKLMNOPQRSTUVWX")].hidden = True


def rename(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.title = chance.choice([f"{sheet.title} ", f"{sheet.title}2", "Sheet1", "生态"])


def hide_sheet(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.sheet_state = chance.choice(["hidden", "veryHidden"])


def remove_sheet(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.parent.remove(sheet)


def repeat_sheet(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    sheet.parent.copy_worksheet(sheet)


def write_outside(chance: random.Random, sheet: Worksheet, form: Form) -> None:
    where = chance.choice([(sheet.max_row + 5, 2), (4, 30), (1, 9), (1048576, 16384)])
    sheet.cell(*where).value = chance.choice(["备注", 5, "=1+1"])


STRUCTURAL = (
    locked_cell, delete_rows, insert_rows, repeat_row, swap_rows, sort_rows, delete_column, insert_column, shift_cells, merge,
    hide_row, hide_column, rename, hide_sheet, remove_sheet, repeat_sheet, write_outside,
)  # fmt: skip


@pytest.mark.slow
@ONE_FORM
@SEEDS
@pytest.mark.parametrize("damage", STRUCTURAL)
def test_damaged_sheets(
    form: Form, folder: Path, damage: Callable[[random.Random, Worksheet, Form], None], seeds: int
) -> None:
    """Rows, columns and sheets: the sheet is named, and the others are read as if nothing had happened."""
    for seed in range(seeds):
        chance = dice(seed)
        book = form.book()
        domain = chance.choice(list(form.sheets))
        sheet = book[domain]
        damage(chance, sheet, form)
        answer = checked(form.plan, workbook_bytes(book), folder)
        assert isinstance(answer, Checked), f"seed {seed}: {answer}"
        named = {problem.sheet for problem in answer.problems}
        assert named & {domain, sheet.title, sheet.title.replace(" ", "␣"), f"{domain} Copy"}, f"seed {seed}"
        own = {row.identity["item_id"] for row in form.sheets[domain]}
        others = [row for row in form.undamaged.rows if row.item_id not in own]
        assert [row for row in answer.rows if row.item_id not in own] == others, f"seed {seed}"


def harmless(book: Workbook) -> Iterator[Callable[[], Any]]:
    """What people may do to a form without changing what it says."""
    sheet = book.worksheets[2]
    yield lambda: setattr(sheet.column_dimensions["B"], "width", 60)
    yield lambda: setattr(sheet.row_dimensions[4], "height", 80)
    yield lambda: setattr(sheet, "freeze_panes", "A1")
    yield sheet.protection.disable
    yield lambda: setattr(sheet.data_validations, "dataValidation", [])
    yield lambda: book.move_sheet(sheet, offset=3)
    yield lambda: setattr(sheet["J3"], "style", "Normal")
    yield lambda: setattr(sheet["A60000"], "number_format", "0.00")
    yield lambda: setattr(sheet, "auto_filter", sheet.auto_filter)
    yield lambda: book[GUIDE].__setitem__("A60", "已读")


@ONE_FORM
@pytest.mark.parametrize("at_once", [True, pytest.param(False, marks=pytest.mark.long)])
def test_harmless_changes(form: Form, folder: Path, at_once: bool) -> None:
    """Accepted with the same meaning, all together and, in the long run, each alone."""
    for number_ in [slice(10)] if at_once else [slice(n, n + 1) for n in range(10)]:
        book = form.book()
        for change in list(harmless(book))[number_]:
            change()
        assert checked(form.plan, workbook_bytes(book), folder) == form.undamaged, number_


def flip(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def drop(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.choice((1, 2, 512, 4096)) :]


def insert(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 16, 512))) + content[at:]


def zeros(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


def flip_directory(chance: random.Random, content: bytes) -> bytes:
    """In the ZIP's own list of its parts, which no check sum covers."""
    start = content.rindex(b"xl/workbook.xml") - 2000
    return content[:start] + flip(chance, content[start:])


@pytest.mark.slow
@ONE_FORM
@SEEDS
@pytest.mark.parametrize("damage", [flip, cut, drop, insert, zeros, flip_directory])
def test_damaged_bytes(form: Form, folder: Path, damage: Callable[[random.Random, bytes], bytes], seeds: int) -> None:
    """A damaged file is refused, or it is not damaged where anything is said."""
    for seed in range(5 * seeds):
        answer = checked(form.plan, damage(dice(seed), form.content), folder)
        assert isinstance(answer, FormError) or answer == form.undamaged, f"seed {seed}"


def altered(chance: random.Random, part: bytes) -> bytes:
    """A sheet's XML with an element, an attribute or a number changed: what a faulty program writes."""
    pattern, new = chance.choice(
        [
            (rb"<c [^>]*/>", b""),
            (rb"<c [^>]*>.*?</c>", b""),
            (rb"<row [^>]*>", b"<row>"),
            (rb' t="n"', b' t="b"'),
            (rb' t="n"', b' t="str"'),
            (rb' t="n"', b' t="e"'),
            (rb' t="s"', b' t="n"'),
            (rb' t="s"', b""),
            (rb' t="s"', b' t="d"'),
            (rb"<v>[^<]*</v>", b"<v>99999</v>"),
            (rb"<v>[^<]*</v>", b"<v>NaN</v>"),
            (rb"<v>[^<]*</v>", b"<v>1E999</v>"),
            (rb"<v>[^<]*</v>", b"<v>-1</v>"),
            (rb"<v>[^<]*</v>", b"<f>1+1</f>"),
            (rb' s="\d+"', b' s="9999"'),
            (rb' s="\d+"', b' s="-1"'),
            (rb' r="[A-Z]+\d+"', b' r="A3"'),
            (rb' r="[A-Z]+\d+"', b' r="ZZZZ9"'),
            (rb' r="[A-Z]+\d+"', b""),
            (rb"</sheetData>", b""),
            (rb"<sheetData>", b'<sheetData><row r="99999999999"><c r="XFD99999999999"><v>1</v></c></row>'),
        ]
    )
    places = list(re.finditer(pattern, part))
    if not places:
        return part
    place = chance.choice(places)
    return part[: place.start()] + new + part[place.end() :]


@pytest.mark.slow
@ONE_FORM
@SEEDS
def test_damaged_xml(form: Form, folder: Path, seeds: int) -> None:
    """A sound file whose sheets are oddly written is read as openpyxl shows it, or refused."""
    with zipfile.ZipFile(io.BytesIO(form.content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    names = [name for name in parts if re.fullmatch(r"xl/worksheets/sheet[2-7]\.xml", name)]
    for seed in range(5 * seeds):
        chance = dice(seed)
        name = chance.choice(names)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            for part, content in parts.items():
                package.writestr(part, altered(chance, content) if part == name else content)
        answer = checked(form.plan, stream.getvalue(), folder)
        if isinstance(answer, Checked):
            judge(form, load_workbook(stream), answer, f"seed {seed}")


def pick(chance: random.Random, parts: Parts) -> str:
    """A part: those that say how the others are to be read more often."""
    heavy = [n for n in parts if re.search(r"styles|Strings|Content|rels$|workbook\.xml", n)]
    return chance.choice([*parts, *heavy, *heavy])


def lose_part(chance: random.Random, parts: Parts) -> None:
    del parts[pick(chance, parts)]


def swap_parts(chance: random.Random, parts: Parts) -> None:
    one, other = pick(chance, parts), pick(chance, parts)
    parts[one], parts[other] = parts[other], parts[one]


def copy_part(chance: random.Random, parts: Parts) -> None:
    parts[pick(chance, parts)] = parts[pick(chance, parts)]


def rename_part(chance: random.Random, parts: Parts) -> None:
    name = pick(chance, parts)
    parts[chance.choice([name.upper(), f"xl/{chance.randrange(9)}.dat", f"../{name}", f"{name}.xml"])] = parts.pop(name)


def spoil_part(chance: random.Random, parts: Parts) -> None:
    name = pick(chance, parts)
    parts[name] = chance.choice([flip, cut, drop, insert, zeros, lambda _, content: b""])(chance, parts[name])


def recode_part(chance: random.Random, parts: Parts) -> None:
    name = pick(chance, parts)
    text = re.sub(r"^<\?xml[^>]*>", "", parts[name].decode("utf-8", "replace"))
    parts[name] = text.encode(chance.choice(["utf-16", "utf-8-sig", "gb18030", "utf-32"]))


VALUE = re.compile(rb'(?<==")[^"<>]*(?=")')
ELEMENT = re.compile(rb"<([A-Za-z:]+)( [^<>]*)?(/>|>[^<>]*</\1>)")


def spoil_attribute(chance: random.Random, parts: Parts) -> None:
    """Ids, types, targets, references, formats: another of the same part, or none that is right."""
    name = pick(chance, parts)
    places = list(VALUE.finditer(parts[name]))
    if places:
        place = chance.choice(places)
        odd = [
            b"",
            b"0",
            b"1",
            b"-1",
            b"27",
            b"57",
            b"165",
            b"999999999999",
            b"x",
            b"A1:XFD1048576",
            b"../a",
            *map(escaped, FORMATS),
        ]
        new = chance.choice([chance.choice(places)[0], chance.choice(odd)])
        parts[name] = parts[name][: place.start()] + new + parts[name][place.end() :]


def escaped(text: str) -> bytes:
    return text.replace("&", "&amp;").replace('"', "&quot;").encode()


SNIPPETS = [
    b"<strike/>", b'<strike val="0"/>', b"<rPh sb='0' eb='1'><t>x</t></rPh>", b"<r><rPr><strike/></rPr><t>y</t></r>", b"<t>z</t>",
    b"<f>1+1</f>", b"<v>5</v>", b'<c r="J3"><v>5</v></c>', b'<row r="5"/>', b'<mergeCell ref="A1:XFD1048576"/>', b"<font><strike/></font>",
    b'<numFmt numFmtId="164" formatCode="0.0&quot;x&quot;"/>', b'<xf numFmtId="30"/>', b"<!-- x -->", b"<x>" * 200, b"<si><t>x</t></si>",
]  # fmt: skip


def spoil_element(chance: random.Random, parts: Parts) -> None:
    """An element lost, repeated, moved, or another one in its place or before it."""
    name = pick(chance, parts)
    places = list(ELEMENT.finditer(parts[name]))
    if places:
        place, other = chance.choice(places), chance.choice(places)[0]
        snippet = chance.choice(SNIPPETS)
        new = chance.choice([b"", place[0] * 2, place[0] * 6000, other, other + place[0], snippet, snippet + place[0]])
        parts[name] = parts[name][: place.start()] + new + parts[name][place.end() :]


PACKAGE_DAMAGES = (
    lose_part, swap_parts, copy_part, rename_part, spoil_part, recode_part, *[spoil_attribute] * 6, *[spoil_element] * 6,
)  # fmt: skip


def try_a_damaged_package(form: Form, shared: Parts, folder: Path, seed: int) -> None:
    """One damage of any kind. An accepted value is what the undamaged form shows, or what is seen by another reading."""
    chance = dice(seed)
    parts = dict(shared if chance.random() < 2 / 3 else unpacked(form.content))
    damages = chance.choices(PACKAGE_DAMAGES, k=chance.choice((1, 1, 2)))
    for damage in damages:
        damage(chance, parts)
    content = packed(parts)
    what = f"seed {seed}: {[damage.__name__ for damage in damages]}"
    answer, calls = counted(lambda: checked(form.plan, content, folder))
    assert calls < 10_000_000, what
    if isinstance(answer, Checked) and (answer.rows, answer.year) != (form.undamaged.rows, form.undamaged.year):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(io.BytesIO(content), rich_text=True)
        except Exception:  # openpyxl reads parts that no form needs
            known = {(o.item_id, o.level): o for o in form.undamaged.rows}
            assert all(known.get((o.item_id, o.level)) == o for o in answer.rows), what
        else:
            judge(form, book, answer, what)


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 4))])
def test_damaged_packages(form: Form, folder: Path, block: int) -> None:
    """Parts, relationships, content types, styles and strings."""
    shared = with_shared_strings(unpacked(form.content))
    assert checked(form.plan, packed(shared), folder) == form.undamaged
    for seed in range(block * 6, block * 6 + 6):
        try_a_damaged_package(form, shared, folder, seed)


@pytest.mark.long
def test_damaged_packages_for_long(form: Form, folder: Path) -> None:
    """For ``CIXI_MUTATION_SECONDS`` (20 minutes) from the seed on that pytest's header names; a failure names its own."""
    seed, end = (
        int(os.environ["CIXI_MUTATION_SEED"]),
        time.monotonic() + float(os.environ.get("CIXI_MUTATION_SECONDS", "1200")),
    )
    shared = with_shared_strings(unpacked(form.content))
    while time.monotonic() < end:
        try_a_damaged_package(form, shared, folder, seed)
        seed += 1
    most = 2**30 if sys.platform == "darwin" else 2**20  # in bytes on macOS, in kilobytes elsewhere
    assert resource is None or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < most


def test_levels_are_told_apart(form: Form) -> None:
    """The forms that are damaged here have rows of both levels as well as common ones to be mistaken for each other."""
    assert any(row.identity["level"] == "national" for rows in form.sheets.values() for row in rows)
