"""Reading one CSV file: its rows after the schema, or what is wrong with it, in Chinese."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cixi_analysis.errors import Problem
from cixi_analysis.plan.schema import Row


@dataclass
class CsvTable:
    """What could be read of a file."""

    file: str
    #: row number in the file → row
    rows: dict[int, Row]
    complete: bool  # whether nothing was wrong with it


def read_file(path: Path, name: str, model: type[Row], problems: list[Problem]) -> CsvTable:
    """Read the file that messages call ``name``; what is wrong with it is added to ``problems``."""
    table = CsvTable(name, {}, complete=False)
    before = len(problems)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            records = list(csv.reader(stream, strict=True))
    except FileNotFoundError:
        problems.append(Problem(name, None, None, "没有这个文件", "一个 CSV 文件"))
        return table
    except UnicodeDecodeError as error:
        found = f"第 {error.start + 1} 个字节起不是 UTF-8 文字"
        problems.append(Problem(name, None, None, found, "UTF-8 编码的 CSV 文件（在 Excel 中另存为“CSV UTF-8”）"))
        return table
    except csv.Error:
        problems.append(
            Problem(name, None, None, "引号不成对或含有非法字符", "CSV 文件：含逗号、引号或换行的单元格用双引号括起")
        )
        return table
    except OSError as error:
        problems.append(Problem(name, None, None, f"无法打开（{type(error).__name__}）", "可以读取的文件"))
        return table
    while records and not any(records[-1]):
        records.pop()  # blank lines at the end
    expected = list(model.columns())
    header = records[0] if records else []
    if header != expected:
        problems.append(Problem(name, 1, None, f"列名 {_header_difference(header, expected)}", f"{','.join(expected)}"))
        return table
    seen: dict[tuple[object, ...], int] = {}
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
        key = tuple(getattr(row, column) for column in model.key())
        if key in seen:
            problems.append(Problem(name, number, "、".join(model.key()), f"与第{seen[key]}行重复", "各行互不相同"))
            continue
        seen[key] = number
        table.rows[number] = row
    table.complete = len(problems) == before
    return table


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

#: pydantic's error types → what would be right, in Chinese; ``{ctx}`` fields are pydantic's.
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
    name: str, number: int, model: type[Row], cells: dict[str, str], error: ValidationError
) -> list[Problem]:
    """What the schema has against a row."""
    return [_problem(name, number, model, cells, detail) for detail in error.errors()]


def _problem(name: str, number: int, model: type[Row], cells: dict[str, str], detail: object) -> Problem:
    assert isinstance(detail, dict)  # noqa: S101  # pydantic's TypedDict, narrowed for the type checker
    column = str(detail["loc"][0]) if detail["loc"] else None
    expected = expectation(detail, column)
    if column is None:
        shown = {c: cells[c] for c in (*model.key(),) if cells[c]}
        found = "、".join(f"{c}={v}" for c, v in shown.items())
        return Problem(name, number, None, f"这一行（{found}）", expected)
    title = model.columns()[column].title
    return Problem(name, number, f"{column} {title}", f"“{cells[column]}”" if cells[column] else "空", expected)


def expectation(detail: Mapping[str, Any], column: str | None) -> str:
    """What would be right in place of what pydantic found wrong (an entry of its ``errors()``), in Chinese."""
    context = {**detail.get("ctx", {}), "form": _FORMS.get(column or "", "另一种写法")}
    if detail["type"] == "value_error":
        return str(context["error"])
    return str(_EXPECTED.get(detail["type"], detail["msg"])).format(**context).replace(" or ", ", ")
