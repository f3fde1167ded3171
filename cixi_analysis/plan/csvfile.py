"""One CSV file: bytes → rows or problems (Chinese), and rows → bytes."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from pydantic import ValidationError

from cixi_analysis.errors import Problem
from cixi_analysis.plan.fields import Row

#: The bytes of a file, or the error that kept it from being read.
Content = bytes | type[OSError]


@dataclass
class CsvTable:
    """What could be read of a file."""

    file: str
    #: row number in the file → row, of the file's model
    rows: dict[int, Any] = field(default_factory=dict)
    complete: bool = False  # no problem was found


def read_table(name: str, content: Content, model: type[Row], problems: list[Problem]) -> CsvTable:
    """Parse and validate the file that messages call ``name``; its problems are appended to ``problems``."""
    table = CsvTable(name)
    found = list(_fill(table, content, model))
    table.complete = not found
    problems += found
    return table


def _fill(table: CsvTable, content: Content, model: type[Row]) -> Iterator[Problem]:
    """Put the valid rows into ``table`` and yield the problems of the others."""
    name, expected, seen = table.file, list(model.columns()), dict[tuple[object, ...], int]()
    records = _records(content)
    if isinstance(records, tuple):
        yield Problem(name, None, None, *records)
        return
    header = records[0] if records else []
    if header != expected:
        yield Problem(name, 1, None, f"列名 {_header_difference(header, expected)}", f"{','.join(expected)}")
        return
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(expected):
            yield Problem(name, number, None, f"{len(record)} 个单元格", f"{len(expected)} 个单元格")
            continue
        cells = dict(zip(expected, record, strict=True))
        try:
            row = model.model_validate(cells)
        except ValidationError as error:
            yield from row_problems(name, number, model, cells, error)
            continue
        first = seen.setdefault(tuple(getattr(row, column) for column in model.KEY), number)
        if first != number:
            yield Problem(name, number, "、".join(model.KEY), f"与第{first}行重复", "各行互不相同")
        else:
            table.rows[number] = row


def _records(content: Content) -> list[list[str]] | tuple[str, str]:
    """The cells, without blank lines at the end; where the file is no CSV file: what was found, what would be right."""
    if not isinstance(content, bytes):
        missing = issubclass(content, FileNotFoundError)
        return ("没有这个文件", "一个 CSV 文件") if missing else (f"无法打开（{content.__name__}）", "可以读取的文件")
    try:
        records = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        expected = "UTF-8 编码的 CSV 文件（在 Excel 中另存为“CSV UTF-8”）"
        return f"第 {error.start + 1} 个字节起不是 UTF-8 文字", expected
    except csv.Error:
        return "引号不成对或含有非法字符", "CSV 文件：含逗号、引号或换行的单元格用双引号括起"
    while records and not any(records[-1]):
        records.pop()
    return records


def _header_difference(header: list[str], expected: list[str]) -> str:
    differing = (("缺少", [c for c in expected if c not in header]), ("多出", [c for c in header if c not in expected]))
    return "，".join(f"{word} {'、'.join(names)}" for word, names in differing if names) or "顺序或重复有误"


#: Column → how its text is written, where a pattern says so.
_FORMS = {
    "item_id": "子项编号，如 38 或 9.1", "mark": "*、** 或空", "years": "实施年限，如 2021-2025 或 2025",
    "kind": "数据字典所列的类别之一",
}  # fmt: skip

#: pydantic's error types → what would be right, in Chinese; the fields in braces are pydantic's ``ctx``.
_EXPECTED = {
    "string_too_short": "非空的文字", "enum": "{expected} 之一", "int_parsing": "整数", "float_parsing": "数",
    "string_pattern_mismatch": "{form}", "greater_than_equal": "不小于 {ge:g} 的数",
    "less_than_equal": "不大于 {le:g} 的数",
}  # fmt: skip


def row_problems(
    name: str, number: int, model: type[Row], cells: Mapping[str, str], error: ValidationError
) -> Iterator[Problem]:
    """Pydantic's errors of one row as problems."""
    for detail in error.errors():
        column = str(detail["loc"][0]) if detail["loc"] else None
        expected = expectation(detail, column)
        if column is None:
            key = "、".join(f"{c}={cells[c]}" for c in model.KEY if cells[c])
            yield Problem(name, number, None, f"这一行（{key}）", expected)
        else:
            found = f"“{cells[column]}”" if cells[column] else "空"
            yield Problem(name, number, f"{column} {model.columns()[column].title}", found, expected)


def expectation(detail: Mapping[str, Any], column: str | None) -> str:
    """What would be right (Chinese) instead of what an entry of pydantic's ``errors()`` complains of."""
    context = {**detail.get("ctx", {}), "form": _FORMS.get(column or "", "另一种写法")}
    if detail["type"] == "value_error":
        return str(context["error"])
    return str(_EXPECTED.get(detail["type"], detail["msg"])).format(**context).replace(" or ", ", ")


def rows_csv(model: type[Row], rows: Iterable[Row]) -> bytes:
    """Rows as a file in the schema's columns: UTF-8, LF, minimal quotes. Same rows, same bytes."""
    lines: list[str] = []
    # Python 3.11 quotes a line break only if it is part of the line terminator: hence CRLF, replaced by LF below.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerow(model.columns())
    writer.writerows(map(_text, row.model_dump(mode="json").values()) for row in rows)
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines).encode("utf-8")


def _text(cell: str | float | None) -> str:
    if isinstance(cell, float):
        # Shortest digits, never with an exponent, which the schema refuses.
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    return cell or ""
