"""The plan and the observations as one immutable object, and loading it from ``data/``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from cixi_analysis.errors import DataError, Problem, UnknownYear
from cixi_analysis.plan import find_root, schema
from cixi_analysis.plan.checks import cross_check
from cixi_analysis.plan.csvfile import Content, CsvTable, read_table
from cixi_analysis.plan.journal import read_journal
from cixi_analysis.plan.schema import OBSERVATIONS, TABLES, YEARLY, Row
from cixi_analysis.words import BASE_YEAR, FIRST_REPORT_YEAR, TARGET_YEARS, Absence, Level

R = TypeVar("R", bound=Row)
#: File of ``TABLES`` → the field of :class:`Plan` with its rows.
_FIELDS = {name: name.removesuffix(".csv") for name in TABLES} | {
    "indicators.csv": "items", "projects_2018_2022.csv": "past_projects",
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The plan and what was observed: tuples of rows, each in its file's order (the plan's order).

    Immutable and hashable, so results may be cached by it; ``dataclasses.replace`` makes a changed copy.
    """

    root: Path
    items: tuple[schema.Indicator, ...]
    requirements: tuple[schema.Requirement, ...]
    targets: tuple[schema.Target, ...]
    conventions: tuple[schema.ConventionRow, ...]
    published: tuple[schema.Published, ...]
    past_projects: tuple[schema.PastProjects, ...]
    projects: tuple[schema.Project, ...]
    commitments: tuple[schema.Commitment, ...]
    background: tuple[schema.Figure, ...]
    left_out: tuple[schema.LeftOut, ...]
    audit: tuple[schema.AuditRow, ...]
    links: tuple[schema.Link, ...]
    #: year → the observations of that year
    observations: Mapping[int, tuple[schema.Observation, ...]] = field(repr=False)
    #: year → what was reported of projects and commitments; a year nobody has filled in has no rows
    progress: Mapping[int, tuple[schema.Progress, ...]] = field(repr=False)

    def __post_init__(self) -> None:
        for name in YEARLY:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[type["Plan"], tuple[Any, ...]]:
        values = (getattr(self, column.name) for column in fields(self))  # read-only mappings cannot be pickled
        return Plan, tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years with observations, ascending."""
        return tuple(sorted(year for year, rows in self.observations.items() if rows))

    @cached_property
    def report_years(self) -> tuple[int, ...]:
        """Years that get pages of their own."""
        return tuple(year for year in self.years if year >= FIRST_REPORT_YEAR)

    @cached_property
    def indicators(self) -> tuple[int, ...]:
        """The indicators' numbers, in the plan's order."""
        return tuple(dict.fromkeys(i.indicator for i in self.items))

    def require_year(self, year: int) -> int:
        """``year``. Raises :class:`UnknownYear` when nothing was observed in it."""
        if year not in self.years:
            how = f"新增年份：运行 cixi workbook {year} 得到填报工作簿，填写后依次运行 cixi check 和 cixi import。"
            known = f"没有 {year} 年的数据。已有数据的年份：{'、'.join(map(str, self.years))}。"
            raise UnknownYear(known + how if BASE_YEAR < year <= TARGET_YEARS[-1] else known)
        return year

    def row(self, model: type[R], key: str) -> R:
        """The item, project, commitment or finding of the audit with this id. Raises ``KeyError`` for an unknown one."""
        row: R = self._rows[model, key]
        return row

    def item(self, item_id: str) -> schema.Indicator:
        """The item with this id. Raises ``KeyError`` for an unknown one."""
        return self.row(schema.Indicator, item_id)

    def project(self, number: int) -> schema.Project:
        """The project with this number in Table 3. Raises ``KeyError`` for an unknown one."""
        return self.row(schema.Project, str(number))

    def commitment(self, commitment_id: str) -> schema.Commitment:
        """The commitment with this id. Raises ``KeyError`` for an unknown one."""
        return self.row(schema.Commitment, commitment_id)

    def requirement(self, item_id: str, level: Level, year: int) -> schema.Requirement:
        """The wording in force in ``year``; before the first one, the first (a retrospect looks back with it).

        Raises ``KeyError`` for an item and level without a row.
        """
        rows, start = self._requirements[item_id, level], attrgetter("from_year")
        return max((row for row in rows if row.from_year <= year), key=start, default=min(rows, key=start))

    def observed(self, item_id: str, year: int) -> Sequence[schema.Observation]:
        """The rows of an item in a year: one for both levels, or one for each level that was observed."""
        return self._observations.get((item_id, year), ())

    def observation(self, item_id: str, year: int, level: Level | None = None) -> schema.Observation | None:
        """What was observed of an item in a year, for a level where the levels measure different things."""
        return next((o for o in reversed(self.observed(item_id, year)) if o.level in (None, level)), None)

    def indicator_items(self, indicator: int) -> tuple[schema.Indicator, ...]:
        """The items of an indicator, in the plan's order; none for an unknown number."""
        return tuple(i for i in self.items if i.indicator == indicator)

    def only(self, items: tuple[schema.Indicator, ...]) -> "Plan":
        """The plan with these items and what is asked of them; everything else stays as it is."""
        ids = {item.item_id for item in items}
        requirements = tuple(r for r in self.requirements if r.item_id in ids)
        targets = tuple(t for t in self.targets if t.item_id in ids)
        return replace(self, items=items, requirements=requirements, targets=targets)

    def files(self) -> Iterator[tuple[str, type[Row], tuple[Row, ...]]]:
        """Every file below ``data/`` with the model of its rows and the rows, in the order of the schema."""
        for name, model in TABLES.items():
            yield name, model, getattr(self, _FIELDS[name])
        for folder, model in YEARLY.items():
            for year, rows in getattr(self, folder).items():
                yield f"{folder}/{year}.csv", model, rows

    @cached_property
    def _hash(self) -> int:
        return hash((self.root, *((name, rows) for name, _, rows in sorted(self.files()))))

    @cached_property
    def _rows(self) -> dict[tuple[type[Row], str], Any]:
        rows: tuple[Row, ...] = (*self.items, *self.projects, *self.commitments, *self.audit)
        return {(type(row), str(getattr(row, row.KEY[0]))): row for row in reversed(rows)}

    @cached_property
    def _requirements(self) -> dict[tuple[str, Level], list[schema.Requirement]]:
        found: dict[tuple[str, Level], list[schema.Requirement]] = {}
        for row in self.requirements:
            found.setdefault((row.item_id, row.level), []).append(row)
        return found

    @cached_property
    def _observations(self) -> dict[tuple[str, int], list[schema.Observation]]:
        found: dict[tuple[str, int], list[schema.Observation]] = {}
        for year, row in ((year, row) for year, rows in self.observations.items() for row in rows):
            found.setdefault((row.item_id, year), []).append(row)
        return found


def missing_reason(year: int) -> Absence:
    """Why an item without a row in ``observations/<year>.csv`` has no value.

    The years before the base year hold what the plan prints and nothing else; a later year is still being filled in.
    """
    return Absence.NOT_LISTED if year < BASE_YEAR else Absence.NOT_FILLED_IN


def absence_reason(plan: Plan, item_id: str, year: int, level: Level | None = None) -> Absence | None:
    """Why an item has no value in a year; None where it has one or only a statement."""
    row = plan.observation(item_id, year, level)
    return missing_reason(year) if row is None else row.absence


def load_plan(root: Path | str | None = None, new: Mapping[str, bytes] | None = None) -> Plan:
    """Read and validate everything under ``root``/data (default: the project around the working directory).

    Writes nothing: where an import was cut short, its journal stands in for the files that it replaced. ``new`` holds
    the content of years' files (name below ``data/`` → bytes) that is read instead of what is there. The bytes are
    read at each call; while they are the same, the same :class:`Plan` is returned from a cache in the process.

    Raises :class:`DataError` with every problem of every file: unreadable files, wrong headers, ragged rows, values
    outside the schema, duplicate keys, ids that nothing defines, missing rows.
    """
    folder = find_root(Path.cwd()) if root is None else Path(root)
    files: tuple[tuple[str, Content], ...] = ()
    # Until two readings are the same: of files that are replaced meanwhile, some may be read before, some after.
    while (again := _read(folder / "data", new or {})) != files:
        files = again
    return _parse(folder, files)


def _read(data: Path, new: Mapping[str, bytes]) -> tuple[tuple[str, Content], ...]:
    """Name below ``data`` → content, before a replacement that was cut short; years in ascending order."""
    journal = {**(read_journal(data) or {}), **new}
    contents: dict[str, Content] = {name: _content(data / name) for name in TABLES}
    for folder in YEARLY:
        found = {f"{folder}/{path.name}" for path in (data / folder).glob("*")}
        names = {name for name in found if not name.startswith((f"{folder}/.", f"{folder}/~$"))}  # or opened in Excel
        for name in sorted(names | {name for name in journal if name.startswith(f"{folder}/")}):
            content = journal[name] if name in journal else _content(data / name)
            if content is not None:
                contents[name] = content
    return tuple(contents.items())


def _content(path: Path) -> Content:
    try:
        return path.read_bytes()
    except OSError as error:
        return type(error)


@lru_cache(maxsize=4)
def _parse(root: Path, files: tuple[tuple[str, Content], ...]) -> Plan:
    problems: list[Problem] = []
    tables: dict[str, CsvTable] = {}
    years: dict[str, dict[int, CsvTable]] = {folder: {} for folder in YEARLY}
    for name, content in files:
        folder, _, file = name.rpartition("/")
        if not folder:
            tables[name] = read_table(name, content, TABLES[name], problems, may_be_empty=False)
        elif re.fullmatch(r"20\d\d\.csv", file):
            years[folder][int(file[:4])] = read_table(name, content, YEARLY[folder], problems)
        else:
            problems.append(Problem(name, None, None, "不认识的文件名", "“年份.csv”，如 2023.csv"))
    if not years[OBSERVATIONS]:
        problems.append(Problem(OBSERVATIONS, None, None, "没有任何年份的数据", "至少一个“年份.csv”"))
    problems += cross_check(tables, years)
    if problems:
        raise DataError(problems)
    fields: dict[str, Any] = {_FIELDS[name]: tuple(table.rows.values()) for name, table in tables.items()}
    for folder, found in years.items():
        fields[folder] = {year: tuple(table.rows.values()) for year, table in found.items()}
    return Plan(root=root, **fields)
