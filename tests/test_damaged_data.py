"""Damaged data files: whatever happens to a file of ``data/``, its meaning stays or the damage is reported where it is."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from tiny import progress, tiny_plan, write

from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan import dataset
from cixi_analysis.plan.data_files import read_files
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import FILE

Rows = list[list[str]]
Damage = Callable[[random.Random, Rows], bytes]


def _bytes(rows: Rows, end: str = "\n", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding, "replace")


def _any(chance: random.Random, rows: Rows) -> tuple[int, int]:
    """A cell below the header."""
    row = chance.randrange(1, len(rows))
    return row, chance.randrange(len(rows[row]))


def _with(chance: random.Random, rows: Rows, change: Callable[[str], str]) -> bytes:
    row, column = _any(chance, rows)
    rows[row][column] = change(rows[row][column])
    return _bytes(rows)


def _cut(chance: random.Random, rows: Rows) -> bytes:
    whole = _bytes(rows)
    at = chance.randrange(len(whole))
    return whole[: at - 1 if whole[:at].endswith(b"\n") else at]  # cut in a row: whole rows may also have been deleted


def _without(chance: random.Random, rows: Rows) -> bytes:
    column = chance.randrange(len(rows[0]))
    return _bytes([row[:column] + row[column + 1 :] for row in rows])


def _renamed(chance: random.Random, rows: Rows) -> bytes:
    rows[0][chance.randrange(len(rows[0]))] += chance.choice(["2", " ", "\u200b", "（新）"])
    return _bytes(rows)


def _swapped_headers(chance: random.Random, rows: Rows) -> bytes:
    a, b = chance.sample(range(len(rows[0])), 2)
    rows[0][a], rows[0][b] = rows[0][b], rows[0][a]
    return _bytes(rows)


def _ragged(chance: random.Random, rows: Rows) -> bytes:
    row, column = _any(chance, rows)
    rows[row][column : column + 1] = chance.choice([[], [rows[row][column], "多"]])
    return _bytes(rows)


def _twice(chance: random.Random, rows: Rows) -> bytes:
    return _bytes([*rows, rows[_any(chance, rows)[0]]])


def _unclosed(chance: random.Random, rows: Rows) -> bytes:
    row, column = _any(chance, rows)
    cells = ['"' * (n == column) + cell.replace('"', '""').replace("\n", " ") for n, cell in enumerate(rows[row])]
    return _bytes(rows[:row]) + ",".join(cells).encode() + b"\n" + _bytes(rows[row + 1 :])


def _stray_byte(chance: random.Random, rows: Rows) -> bytes:
    whole = _bytes(rows)
    at = chance.randrange(len(whole))
    return whole[:at] + bytes([chance.choice([0xFF, 0x80, 0xC0])]) + whole[at:]


#: What leaves the meaning as it is.
HARMLESS: dict[str, Damage] = {
    "CRLF": lambda _, rows: _bytes(rows, "\r\n"),
    "CRLF in cells too": lambda _, rows: _bytes(rows).replace(b"\n", b"\r\n"),
    "CR": lambda _, rows: _bytes(rows).replace(b"\n", b"\r"),
    "byte order mark": lambda _, rows: _bytes(rows, encoding="utf-8-sig"),
    "blank lines at the end": lambda _, rows: _bytes(rows) + b"\n\n" + b"," * (len(rows[0]) - 1) + b"\n",
    "everything quoted": lambda _, rows: b"".join(
        b",".join(b'"' + cell.replace('"', '""').encode() + b'"' for cell in row) + b"\n" for row in rows
    ),
}
#: What has to be reported.
HARMFUL: dict[str, Damage] = {
    "deleted column": _without,
    "renamed header": _renamed,
    "headers swapped": _swapped_headers,
    "cell lost or added": _ragged,
    "extra column": lambda _, rows: _bytes([[*row, ""] for row in rows]),
    "cut off": _cut,
    "a row twice": _twice,
    "quote never closed": _unclosed,
    "a stray byte": _stray_byte,
    "GBK": lambda _, rows: _bytes(rows, encoding="gbk"),
    "UTF-16": lambda _, rows: _bytes(rows, encoding="utf-16"),
    "UTF-16 without mark": lambda _, rows: _bytes(rows, encoding="utf-16-le"),
    "two byte order marks": lambda _, rows: b"\xef\xbb\xbf" + _bytes(rows, encoding="utf-8-sig"),
    "NUL": lambda chance, rows: _with(chance, rows, lambda cell: f"{cell}\0"),
    "invisible": lambda chance, rows: _with(chance, rows, lambda cell: f"\u200b{cell}"),
    "empty": lambda _, rows: b"",
    "line breaks alone": lambda _, rows: b"\n\r\n",
    "headers alone": lambda _, rows: _bytes(rows[:1]),
}


def answer(root: Path, name: str, content: bytes) -> Plan | tuple[Problem, ...]:
    """What loading says where the file ``name`` has this content."""
    files = tuple((n, content if n == name else c) for n, c in read_files(root / "data", {}))
    try:
        return dataset._parse.__wrapped__(root, files)
    except DataError as error:
        return error.problems


def check(root: Path, name: str, kind: str, seed: object) -> None:
    """One case: the same meaning, or reported: the damaged file first, with row and column where there is one."""
    chance = random.Random(f"{seed} {name} {kind}")  # noqa: S311
    whole = (root / "data" / name).read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(whole, newline="")))
    if len(rows) == 1 and kind not in HARMLESS:
        return  # a year that nobody has filled in has nothing to lose
    content = (HARMLESS | HARMFUL)[kind](chance, [list(row) for row in rows])
    found, case = answer(root, name, content), (kind, name, seed)
    if kind in HARMLESS or content == whole.encode():
        assert found == dataset.load_plan(root), case
        return
    if kind == "headers alone" and "/" in name:
        return  # a year that nobody has filled in
    if kind == "quote never closed" and isinstance(found, Plan):
        assert found == dataset.load_plan(root), case  # the last cell of the last row: the quote closed after it
        return
    assert not isinstance(found, Plan), case
    first = found[0]
    assert first.file == name, (case, str(first))
    assert first.row is not None or kind in ("empty", "line breaks alone"), (case, str(first))
    if kind in ("cell lost or added", "a row twice", "NUL", "invisible", "cut off", "a stray byte") and first.row != 1:
        assert first.column or "引号" in first.found or "只有列名" in first.found, (case, str(first))
    for problem in found:
        assert str(problem).isprintable(), (case, str(problem))
        assert len(str(problem)) < 1000, case


def tables(root: Path) -> list[str]:
    """The CSV files that are read."""
    return [name for name, content in read_files(root / "data", {}) if name != FILE and isinstance(content, bytes)]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = tiny_plan(
        progress={2022: (progress("project", "1", "under_way", note="一\n二"), progress("commitment", "C001", "done"))}
    )
    return write(plan, tmp_path_factory.mktemp("damaged"))


@pytest.mark.parametrize("kind", [*HARMLESS, *HARMFUL])
def test_damage_of_every_file(small: Path, kind: str) -> None:
    """Every kind of damage to every file of the tiny plan."""
    for name in tables(small):
        check(small, name, kind, 1)


@pytest.mark.long
def test_much_damage() -> None:
    """Over a thousand cases with the real data; a failure names its seed."""
    start = random.randrange(10**6)  # noqa: S311
    for seed in range(start, start + 3):
        for kind in (*HARMLESS, *HARMFUL):
            for name in tables(ROOT):
                check(ROOT, name, kind, seed)
