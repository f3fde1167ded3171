"""Reading ``data/``: every file against the one schema, every problem of all files at once, or a :class:`Plan`."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from cixi_analysis.consistency import Table, cross_check
from cixi_analysis.folder import find_root
from cixi_analysis.problem import DataError, Problem, UnknownYear, reason
from cixi_analysis.replacement import NOTE, restore
from cixi_analysis.schema import (
    OBSERVATIONS,
    PROGRESS,
    TABLES,
    YEARLY,
    AuditRow,
    Commitment,
    ConventionRow,
    Figure,
    Indicator,
    LeftOut,
    Link,
    Observation,
    PastProjects,
    Progress,
    Project,
    Published,
    Requirement,
    Row,
    Target,
)
from cixi_analysis.words import BASE_YEAR, FIRST_REPORT_YEAR, Absence, Level


@dataclass(frozen=True)
class Plan:
    """The plan and what was observed: tuples of rows, each in its file's order (the plan's order)."""

    root: Path
    items: tuple[Indicator, ...]
    requirements: tuple[Requirement, ...]
    targets: tuple[Target, ...]
    conventions: tuple[ConventionRow, ...]
    published: tuple[Published, ...]
    past_projects: tuple[PastProjects, ...]
    projects: tuple[Project, ...]
    commitments: tuple[Commitment, ...]
    background: tuple[Figure, ...]
    left_out: tuple[LeftOut, ...]
    audit: tuple[AuditRow, ...]
    links: tuple[Link, ...]
    #: year → the observations of that year
    observations: dict[int, tuple[Observation, ...]] = field(repr=False)
    #: year → what was reported of projects and commitments; a year nobody has filled in has no rows
    progress: dict[int, tuple[Progress, ...]] = field(repr=False)

    @property
    def years(self) -> tuple[int, ...]:
        """Years with observations, ascending."""
        return tuple(sorted(year for year, rows in self.observations.items() if rows))

    @property
    def report_years(self) -> tuple[int, ...]:
        """Years that get pages of their own."""
        return tuple(year for year in self.years if year >= FIRST_REPORT_YEAR)

    def item(self, item_id: str) -> Indicator:
        """The item with this id. Raises ``KeyError`` for an unknown one."""
        return next(i for i in self.items if i.item_id == item_id)

    def require_year(self, year: int) -> int:
        """``year``, or :class:`UnknownYear` when nothing was observed in it."""
        if year not in self.years:
            message = f"没有 {year} 年的数据。已有数据的年份：{'、'.join(map(str, self.years))}。"
            if year > BASE_YEAR:
                message += (
                    f"新增年份：运行 cixi workbook {year} 得到填报工作簿，填写后依次运行 cixi check 和 cixi import。"
                )
            raise UnknownYear(message)
        return year

    def requirement(self, item_id: str, level: Level, year: int) -> Requirement:
        """The wording in force in ``year``; before the first one, the first (a retrospect looks back with it)."""
        rows = [r for r in self.requirements if r.item_id == item_id and r.level == level]
        in_force = [r for r in rows if r.from_year <= year]
        return max(in_force, key=lambda r: r.from_year) if in_force else min(rows, key=lambda r: r.from_year)

    def observation(self, item_id: str, year: int, level: Level | None = None) -> Observation | None:
        """What was observed of an item in a year, for a level where the levels measure different things."""
        rows = [o for o in self.observations.get(year, ()) if o.item_id == item_id and o.level in (None, level)]
        return rows[-1] if rows else None

    def project(self, number: int) -> Project:
        """The project with this number in Table 3. Raises ``KeyError`` for an unknown one."""
        return next(p for p in self.projects if p.number == number)

    def commitment(self, commitment_id: str) -> Commitment:
        """The commitment with this id. Raises ``KeyError`` for an unknown one."""
        return next(c for c in self.commitments if c.commitment_id == commitment_id)

    def indicator_items(self, indicator: int) -> tuple[Indicator, ...]:
        """The items of an indicator, in the plan's order; none for an unknown number."""
        return tuple(i for i in self.items if i.indicator == indicator)

    @property
    def indicators(self) -> tuple[int, ...]:
        """The indicators' numbers, in the plan's order."""
        return tuple(dict.fromkeys(i.indicator for i in self.items))

    def only(self, indicator: int) -> "Plan":
        """The plan with the items of one indicator and what is asked of them; everything else stays as it is.

        Raises ``KeyError`` for a number that Table 1 does not have.
        """
        items = self.indicator_items(indicator)
        if not items:
            raise KeyError(indicator)
        ids = {item.item_id for item in items}
        return replace(
            self,
            items=items,
            requirements=tuple(r for r in self.requirements if r.item_id in ids),
            targets=tuple(t for t in self.targets if t.item_id in ids),
        )

    def files(self) -> Iterator[tuple[str, type[Row], tuple[Row, ...]]]:
        """Every file below ``data/`` with the model of its rows and the rows, in the order of the schema."""
        for name, model in TABLES.items():
            yield name, model, getattr(self, FIELDS[name])
        for folder, model in YEARLY.items():
            for year, rows in getattr(self, folder).items():
                yield f"{folder}/{year}.csv", model, rows

    def frame(self, rows: Iterable[Row]) -> pd.DataFrame:
        """Rows as a table with the schema's columns, for display."""
        return pd.DataFrame([row.model_dump(mode="json") for row in rows])


#: File (below ``data/``) → the field of :class:`Plan` that holds its rows.
FIELDS = dict(
    zip(
        TABLES,
        (
            *("items", "requirements", "targets", "conventions", "published", "past_projects", "projects"),
            *("commitments", "background", "left_out", "audit", "links"),
        ),
        strict=True,
    )
)


def missing_reason(year: int) -> Absence:
    """Why an item without a row in ``observations/<year>.csv`` has no value.

    The years before the base year hold what the plan prints and nothing else; a later year is still being filled in.
    """
    return Absence.NOT_LISTED if year < BASE_YEAR else Absence.NOT_FILLED_IN


def absence_reason(plan: Plan, item_id: str, year: int, level: Level | None = None) -> Absence | None:
    """Why an item has no value in a year; None where it has one or is told in words."""
    row = plan.observation(item_id, year, level)
    return missing_reason(year) if row is None else row.absence


def load_plan(root: Path | str | None = None) -> Plan:
    """Read and validate everything under ``root``/data (default: the project around the working directory).

    Raises :class:`DataError` with every problem of every file: unreadable files, wrong headers, ragged rows, values
    outside the schema, duplicate keys, ids that nothing defines, missing rows. An import that was cut short between
    two files is undone first.
    """
    folder = Path(root) if root is not None else find_root(Path.cwd())
    data = folder / "data"
    problems: list[Problem] = []
    _undo(data)
    tables = {name: _read(data / name, name, model, problems) for name, model in TABLES.items()}
    years = {kind: _read_years(data, kind, model, problems) for kind, model in YEARLY.items()}
    if not years[OBSERVATIONS]:
        problems.append(Problem(OBSERVATIONS, None, None, "没有任何年份的数据", "至少一个“年份.csv”"))
    problems += cross_check(tables, years[OBSERVATIONS], years[PROGRESS])
    if problems:
        raise DataError(problems)
    fields: dict[str, Any] = {FIELDS[name]: tuple(table.rows.values()) for name, table in tables.items()}
    for kind, found in years.items():
        fields[kind] = {year: tuple(table.rows.values()) for year, table in found.items()}
    return Plan(root=folder, **fields)


def _undo(data: Path) -> None:
    try:
        restore(data)
    except OSError as error:
        found = f"上一次导入中断，还不能恢复原来的数据（{reason(error)}）"
        expected = "data/ 可以写入，其中的文件没有正被 Excel 打开；然后再运行一次"
        raise DataError([Problem(NOTE, None, None, found, expected)]) from None
    except ValueError:
        found, expected = "无法读取的中断记录", "没有改动过的记录；核对 data/ 中该年的数据以后，可以删去这个文件"
        raise DataError([Problem(NOTE, None, None, found, expected)]) from None


def _read_years(data: Path, folder: str, model: type[Row], problems: list[Problem]) -> dict[int, Table]:
    """The files ``<year>.csv`` of a folder; the folder itself may be missing."""
    years = {}
    for path in sorted((data / folder).glob("*")):
        name = f"{folder}/{path.name}"
        if path.name.startswith((".", "~$")):
            continue  # what a file manager or Excel leaves while a file is open
        if not re.fullmatch(r"20\d\d\.csv", path.name):
            problems.append(Problem(name, None, None, "不认识的文件名", "“年份.csv”，如 2023.csv"))
            continue
        years[int(path.stem)] = _read(path, name, model, problems)
    return years


def _read(path: Path, name: str, model: type[Row], problems: list[Problem]) -> Table:
    table = Table(name, {}, complete=False)
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
