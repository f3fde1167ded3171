"""One CSV file: bytes → rows or problems (Chinese), and rows → bytes."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import resources
from itertools import zip_longest
from typing import Any

from pydantic import ValidationError

from cixi_analysis.errors import Problem, quoted
from cixi_analysis.plan.fields import Row

#: The bytes of a file; None where there is none; why (Chinese) it cannot be read.
Content = bytes | str | None


@dataclass
class CsvTable:
    """The valid rows of a file."""

    file: str
    #: row number in the file → row, of the file's model
    rows: dict[int, Any] = field(default_factory=dict)
    complete: bool = False  # no problem was found

    def wrong(self, number: int, column: str, expected: str, found: str = "") -> Problem:
        """The problem of a cell: what stands there (default: its content), and what should."""
        row = self.rows[number]
        return Problem(self.file, number, row.named(column), found or f"“{getattr(row, column)}”", expected)


def read_table(
    name: str, content: Content, model: type[Row], problems: list[Problem], frame: object = None
) -> CsvTable:
    """Parse and validate the file that messages call ``name``; its problems are appended to ``problems``. ``frame``: the
    levels and target years that are valid.
    """
    table = CsvTable(name)
    found = list(_fill(table, content, model, frame))
    table.complete = not found
    problems += found
    return table


def _fill(table: CsvTable, content: Content, model: type[Row], frame: object) -> Iterator[Problem]:
    """Put the valid rows into ``table`` and yield the problems of the others."""
    name, expected, seen = table.file, list(model.columns()), dict[tuple[object, ...], int]()
    records: list[list[str]] = []
    if problem := _read(name, content, model, records):
        yield problem
        return
    header, columns = records[0], expected
    if header == columns[: len(header)] and {*columns[len(header) :]} <= model.ADDED:
        expected = header
    else:
        yield Problem(name, 1, None, f"列名 {_header_difference(header, expected)}", f"{','.join(expected)}")
        return
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(expected):
            at = expected[min(len(record), len(expected) - 1)]
            more = f"，其后多出{quoted(','.join(record[len(expected) :]))}" if len(record) > len(expected) else ""
            yield Problem(name, number, model.named(at), f"{len(record)} 个单元格{more}", f"{len(expected)} 个单元格")
            continue
        cells = dict.fromkeys(columns, "") | dict(zip(expected, record, strict=True))
        try:
            row = model.model_validate(cells, context=frame)
        except ValidationError as error:
            yield from row_problems(name, number, model, cells, error)
            continue
        first = seen.setdefault(row.key, number)
        if first != number:
            yield Problem(name, number, "、".join(model.KEY), f"与第{first}行重复", "各行互不相同")
        else:
            table.rows[number] = row


def unreadable(name: str, why: str | None, wanted: str) -> Problem:
    """The problem of a file that cannot be read, or (None) is missing; ``wanted``: the kind of file that is expected."""
    if why is None:
        return Problem(name, None, None, "没有这个文件", wanted)
    return Problem(name, None, None, f"无法打开（{why}）", "可以读取的文件")


def _read(name: str, content: Content, model: type[Row], records: list[list[str]]) -> Problem | None:
    """Append the file's cells to ``records``, without blank lines at the end; returns why it is no whole CSV file."""
    if not isinstance(content, bytes):
        return unreadable(name, content, "一个 CSV 文件")
    damage = None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text, damage = error.object[: error.start].decode() + "?", f"第 {error.start + 1} 个字节起不是 UTF-8 文字"
    try:
        records.extend(csv.reader(io.StringIO(text, newline=None), strict=damage is None))  # CRLF and CR become LF
    except csv.Error:
        expected = "CSV 文件：含逗号、引号或换行的单元格用双引号括起"
        return Problem(name, len(records) + 1, None, "引号不成对，或一格的文字过长", expected)
    if damage:
        return Problem(name, *_end(records, model), damage, "UTF-8 编码的 CSV 文件（在 Excel 中另存为“CSV UTF-8”）")
    while records and not any(records[-1]):
        records.pop()
    if not records:
        return Problem(name, None, None, "空文件", f"一个 CSV 文件，第1行为列名 {','.join(model.columns())}")
    if not text.endswith(("\n", "\r")):
        expected = "完整的文件（可能没有传输或保存完整；核对后在末尾加一个换行）"
        return Problem(name, *_end(records, model), "文件末尾没有换行", expected)
    return None


def _end(records: list[list[str]], model: type[Row]) -> tuple[int, str | None]:
    """The row and the column in which the records break off."""
    here = list(model.columns())[len(records[-1]) - 1 :]
    return len(records), model.named(here[0]) if here and len(records) > 1 else None


def _header_difference(header: list[str], expected: list[str]) -> str:
    differing = (("缺少", [c for c in expected if c not in header]), ("多出", [c for c in header if c not in expected]))
    # A heading may be blank, or have a space at its end.
    shown = ((word, [quoted(name)[1:-1] or "空" for name in names]) for word, names in differing if names)
    if told := "，".join(f"{word} {'、'.join(names)}" for word, names in shown):
        return told
    at = next(n for n, pair in enumerate(zip_longest(header, expected)) if pair[0] != pair[1])
    return f"顺序或重复有误，第{at + 1}列为{quoted(header[at])}"


#: Column → how its text is written, where a pattern says so.
_FORMS = {
    "item_id": "子项编号，如 38 或 9.1（序号至多 99，子项至多 9）", "years": "实施年限，如 2021-2025 或 2025",
    "commitment_id": "承诺编号，如 C001", "figure_id": "编号，如 B001", "audit_id": "核对编号，如 A001",
    "kind": "数据字典所列的类别之一", "date": "日期，如 2024-03-15", "received": "日期，如 2024-03-15",
    "part": "数据字典所列的表之一", "sha256": "64个十六进制数字（0-9、a-f）", "content": "64个十六进制数字（0-9、a-f）",
}  # fmt: skip

#: pydantic's error types → what is expected, in Chinese; the fields in braces are pydantic's ``ctx``.
_EXPECTED = {
    "string_too_short": "非空的文字", "enum": "{expected} 之一", "int_parsing": "整数", "float_parsing": "数",
    "string_pattern_mismatch": "{form}", "greater_than_equal": "不小于 {ge:g} 的数",
    "less_than_equal": "不大于 {le:g} 的数", "literal_error": "{expected} 之一", "int_type": "一个整数，不加引号",
    "tuple_type": "方括号里的几项", "model_type": "{{ }} 里的各项",
}  # fmt: skip


def row_problems(
    name: str, number: int, model: type[Row], cells: Mapping[str, str], error: ValidationError
) -> Iterator[Problem]:
    """Pydantic's errors of one row as problems."""
    for detail in error.errors():
        columns = [str(detail["loc"][0])] if detail["loc"] else list(dict.fromkeys(detail["ctx"]["error"].args[1]))
        found = "、".join(quoted(cells[column]) if cells[column] else "空" for column in columns)
        yield Problem(name, number, model.named(*columns), found, expectation(detail, columns[0]))


def expectation(detail: Mapping[str, Any], column: str) -> str:
    """What is expected (Chinese), for an entry of pydantic's ``errors()``."""
    context = {**detail.get("ctx", {}), "form": _FORMS.get(column, "另一种写法")}
    if detail["type"] == "value_error":
        return str(context["error"].args[0])
    return str(_EXPECTED.get(detail["type"], detail["msg"])).format(**context).replace(" or ", ", ")


def packaged(package: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file that lies beside the code of ``package``: column → cell."""
    return csv.DictReader(resources.files(package).joinpath(name).read_text(encoding="utf-8").splitlines())


def rows_csv(model: type[Row], rows: Iterable[Row]) -> bytes:
    """Rows as a file in the schema's columns: UTF-8, LF, minimal quotes. Same rows, same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(model.columns())
    writer.writerows(written_cells(row).values() for row in rows)
    return text.getvalue().encode("utf-8")


def csv_line(cells: Iterable[str]) -> str:
    """Cells as one unambiguous text, the same on every Python: ``csv`` quotes line breaks since 3.13, not before."""
    return ",".join('"{}"'.format(cell.replace('"', '""')) if {*cell} & {*',"'} else cell for cell in cells)


def written_cells(row: Row) -> dict[str, str]:
    """Column → text of the cell as it is written; validated again, they give the same row."""
    return {column: _text(cell) for column, cell in row.model_dump(mode="json").items()}


def _text(cell: str | float | None) -> str:
    return all_digits(cell) if isinstance(cell, float) else "" if cell is None else str(cell)


def all_digits(value: float) -> str:
    """The shortest digits that give the same number, never with an exponent, which schema and requirements refuse."""
    return f"{Decimal(repr(value)).normalize():f}"
