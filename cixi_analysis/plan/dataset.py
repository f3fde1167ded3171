"""Reading ``data/``: every file against the one schema, every problem of all files at once, or a :class:`Plan`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from cixi_analysis.errors import DataError, Problem, UnknownYear, reason
from cixi_analysis.plan.checks import cross_check
from cixi_analysis.plan.csvfile import CsvTable, read_file
from cixi_analysis.plan.folder import find_root
from cixi_analysis.plan.journal import NOTE, restore
from cixi_analysis.plan.schema import (
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
from cixi_analysis.words import BASE_YEAR, FIRST_REPORT_YEAR, LAST_YEAR, Absence, Level


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
            if BASE_YEAR < year <= LAST_YEAR:
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
        """The project with this number in CsvTable 3. Raises ``KeyError`` for an unknown one."""
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

        Raises ``KeyError`` for a number that CsvTable 1 does not have.
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
    tables = {name: read_file(data / name, name, model, problems) for name, model in TABLES.items()}
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


def _read_years(data: Path, folder: str, model: type[Row], problems: list[Problem]) -> dict[int, CsvTable]:
    """The files ``<year>.csv`` of a folder; the folder itself may be missing."""
    years = {}
    for path in sorted((data / folder).glob("*")):
        name = f"{folder}/{path.name}"
        if path.name.startswith((".", "~$")):
            continue  # what a file manager or Excel leaves while a file is open
        if not re.fullmatch(r"20\d\d\.csv", path.name):
            problems.append(Problem(name, None, None, "不认识的文件名", "“年份.csv”，如 2023.csv"))
            continue
        years[int(path.stem)] = read_file(path, name, model, problems)
    return years
