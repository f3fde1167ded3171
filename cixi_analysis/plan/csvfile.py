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
    table, before, seen = CsvTable(name), len(problems), dict[tuple[object, ...], int]()
    records = _records(name, content, problems)
    if records is None:
        return table
    expected = list(model.columns())
    header = records[0] if records else []
    if header != expected:
        problems.append(Problem(name, 1, None, f"列名 {_header_difference(header, expected)}", f"{','.join(expected)}"))
        return table
    for number, record in enumerate(records[1:], start=2):
        if len(record) != len(expected):
            problems.append(Problem(name, number, None, f"{len(record)} 个单元格", f"{len(expected)} 个单元格"))
            continue
        cells = dict(zip(expected, record, strict=True))
        try:
            row = model.model_validate(cells)
        except ValidationError as error:
            problems += row_problems(name, number, model, cells, error)
            continue
        key = tuple(getattr(row, column) for column in model.KEY)
        if key in seen:
            problems.append(Problem(name, number, "、".join(model.KEY), f"与第{seen[key]}行重复", "各行互不相同"))
            continue
        seen[key] = number
        table.rows[number] = row
    table.complete = len(problems) == before
    return table


def _records(name: str, content: Content, problems: list[Problem]) -> list[list[str]] | None:
    """The cells, without blank lines at the end; None where the file is no CSV file."""
    if not isinstance(content, bytes):
        missing = issubclass(content, FileNotFoundError)
        found, expected = (
            ("没有这个文件", "一个 CSV 文件") if missing else (f"无法打开（{content.__name__}）", "可以读取的文件")
        )
    else:
        try:
            records = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
            while records and not any(records[-1]):
                records.pop()
            return records
        except UnicodeDecodeError as error:
            found = f"第 {error.start + 1} 个字节起不是 UTF-8 文字"
            expected = "UTF-8 编码的 CSV 文件（在 Excel 中另存为“CSV UTF-8”）"
        except csv.Error:
            found, expected = "引号不成对或含有非法字符", "CSV 文件：含逗号、引号或换行的单元格用双引号括起"
    problems.append(Problem(name, None, None, found, expected))
    return None


def _header_difference(header: list[str], expected: list[str]) -> str:
    missing = [c for c in expected if c not in header]
    unknown = [c for c in header if c not in expected]
    parts = [f"缺少 {'、'.join(missing)}"] if missing else []
    parts += [f"多出 {'、'.join(unknown)}"] if unknown else []
    return "，".join(parts) or "顺序或重复有误"


#: Column → how its text is written, where a pattern says so.
_FORMS = {
    "item_id": "子项编号，如 38 或 9.1",
    "mark": "*、** 或空",
    "years": "实施年限，如 2021-2025 或 2025",
    "kind": "数据字典所列的类别之一",
}

#: pydantic's error types → what would be right, in Chinese; the fields in braces are pydantic's ``ctx``.
_EXPECTED = {
    "string_too_short": "非空的文字",
    "enum": "{expected} 之一",
    "int_parsing": "整数",
    "float_parsing": "数",
    "string_pattern_mismatch": "{form}",
    "greater_than_equal": "不小于 {ge:g} 的数",
    "less_than_equal": "不大于 {le:g} 的数",
}


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
