"""The plan and the observations as one immutable object, and loading it from ``data/``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from operator import attrgetter, index
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from cixi_analysis.errors import DataError, Problem, UnknownYear
from cixi_analysis.plan import find_root, grouped, schema
from cixi_analysis.plan.data_files import FIELDS, Files, parsed, read_files
from cixi_analysis.plan.filing_rows import SUBJECTS
from cixi_analysis.plan.frame import FILE, Frame, Level
from cixi_analysis.plan.quantities import with_unit
from cixi_analysis.plan.schema import TABLES, YEARLY, Row
from cixi_analysis.words import LAST_YEAR, NOT_ASSIGNED, WATER_CLASSES, Absence, Entity, Polarity

#: The subjects of a year's data.
Subject = schema.Indicator | schema.Project | schema.Commitment
R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Asked:
    """The quantity that the wording in force asks for, of an item at a level."""

    name: str
    #: "" where the plan names none
    unit: str
    polarity: Polarity


@dataclass(frozen=True)
class Plan:
    """The plan and the observations: tuples of rows, each in its file's order (the plan's order).

    Immutable and hashable, so results are cached by it; ``dataclasses.replace`` makes a changed copy.
    """

    root: Path
    frame: Frame
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
    vocabulary: tuple[schema.Term, ...]
    responsible: tuple[schema.Responsible, ...]
    #: what was corrected in years after they were closed, the oldest correction first
    revisions: tuple[schema.Revision, ...]
    #: year → the observations of that year
    observations: Mapping[int, tuple[schema.Observation, ...]] = field(repr=False)
    #: year → what was reported of projects and commitments; no rows for a year without reports
    progress: Mapping[int, tuple[schema.Progress, ...]] = field(repr=False)
    #: year → the evidence for that year's data
    evidence: Mapping[int, tuple[schema.Evidence, ...]] = field(repr=False)
    #: year → the forms that were imported
    receipts: Mapping[int, tuple[schema.Receipt, ...]] = field(repr=False)
    #: year → who signed for that year's data
    signatures: Mapping[int, tuple[schema.Signature, ...]] = field(repr=False)
    #: the levels of the plan's own table, of all its items: a later standard may bring another; None: of the requirements
    table_levels: frozenset[str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.table_levels is None:
            own = (row.level for row in self.requirements if row.from_year <= self.frame.base_year)
            object.__setattr__(self, "table_levels", frozenset(own))
        for name in YEARLY:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Callable[..., "Plan"], tuple[Any, ...]]:
        values = (getattr(self, column.name) for column in fields(self))  # read-only mappings cannot be pickled
        return _unpickled, tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years with observations, ascending."""
        return tuple(sorted(year for year, rows in self.observations.items() if rows))

    @cached_property
    def report_years(self) -> tuple[int, ...]:
        """Years that get pages of their own."""
        return tuple(year for year in self.years if year >= self.frame.first_report_year)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that set requirements, in the frame's order."""
        return self.frame.levels

    def has(self, *parts: str) -> bool:
        """Whether the plan has rows of any of these optional tables; without a name, True."""
        return self.frame.has(parts)

    def level(self, level: str) -> Level:
        """The level with this id. Raises ``StopIteration`` for an unknown one."""
        return next(one for one in self.levels if one == level)

    def level_name(self, level: str) -> str:
        """The name of a level or target year: ``国家级``, ``2025年``."""
        return self.level(level).chinese if level in self.levels else f"{level}年"

    def yardstick(self, level: str) -> str:
        """What the item is held against at a level (要求), or in a target year (规划值)."""
        return "要求" if level in self.levels else "规划值"

    def questions(self, *levels: str) -> str:
        """The requirements of levels and the targets of years: ``国家级要求、2025年、2030年规划值``."""
        names = "、".join(self.level_name(level) + self.yardstick(level) for level in levels)
        return names.replace("规划值、", "、")  # the last year's is enough

    @cached_property
    def indicators(self) -> tuple[int, ...]:
        """The indicators' numbers, in the plan's order."""
        return tuple(dict.fromkeys(i.indicator for i in self.items))

    def require_year(self, year: int | None = None) -> int:
        """``year``, or the newest. Raises :class:`UnknownYear` for a year without observations or without wordings,
        ``TypeError`` for what is no integer.
        """
        if year is None:
            year = self.years[-1] if self.years else self.frame.base_year
        if index(year) not in self.years:
            how = f"新增年份：运行 cixi workbook {year} 得到填报工作簿，填写后依次运行 cixi check 和 cixi import。"
            known = f"没有 {year} 年的数据。已有数据的年份：{'、'.join(map(str, self.years)) or '还没有'}。"
            raise UnknownYear(known + how if self.frame.base_year <= year <= self.frame.last_year else known)
        if self.frame.wording_year(year) < self.frame.base_year:
            begun = f"{year} 年没有适用的要求：规划的要求自 {self.frame.base_year} 年起适用，"
            raise UnknownYear(f"{begun}{FILE} 没有写明以前各年怎样回看（retrospect_wordings）。")
        return year

    def missing_reason(self, year: int) -> Absence:
        """Why an item without a row in ``observations/<year>.csv`` has no value.

        The years before the base year hold what the plan prints and nothing else; a later year is still being filled in.
        """
        return Absence.NOT_LISTED if year < self.frame.base_year else Absence.NOT_FILLED_IN

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

    @cached_property
    def subjects(self) -> Mapping[tuple[Entity, str], Subject]:
        """Kind and id → item, project or commitment, in the plan's order."""
        kinds: tuple[tuple[Subject, ...], ...] = self.items, self.projects, self.commitments
        named = ((kind, row) for kind, rows in zip(SUBJECTS, kinds, strict=True) for row in rows)
        return {(kind, str(getattr(row, row.KEY[0]))): row for kind, row in named}

    def defines(self, kind: Entity, key: str) -> bool:
        """Whether there is an item, a project or a commitment with this id."""
        return (kind, key) in self.subjects

    def subject_order(self, row: Any) -> int:
        """Sorts rows about items (observations too), projects and commitments in the plan's order."""
        return self._subject_order[row.kind, row.id]

    def requirement(self, item_id: str, level: str, year: int) -> schema.Requirement | None:
        """The wording in force in ``year`` (in a retrospect, that of the year it is judged by); None: nothing is asked."""
        at = self.frame.wording_year(year)
        begun = [row for row in self.requirements_of(item_id, level) if row.from_year <= at]
        return begun[-1] if begun and at <= (begun[-1].to_year or at) else None

    def requirements_of(self, item_id: str, level: str) -> Sequence[schema.Requirement]:
        """The rows of an item at a level, the earliest first."""
        return self._requirements.get((item_id, level), ())

    def asked(self, item: schema.Indicator, level: str, year: int = LAST_YEAR) -> Asked:
        """The quantity asked of an item at a level in ``year`` (default: the latest), by the latest requirement that has
        begun: of the level, else of the first level that asks something; before all of them, by the level's first.
        """
        at = max(year, self.frame.base_year)
        if (question := (item.item_id, level, at)) not in self._asked:
            of = [self.requirements_of(item.item_id, v) for v in (level, *self.levels)]
            # A row that only ends a requirement does not change the quantity.
            begun = (one for rows in of for one in reversed(rows) if one.from_year <= at and not one.only_ends)
            row = next(begun, of[0][0] if of[0] else item)
            name = getattr(row, "measure", None) or item.name
            self._asked[question] = Asked(name, row.unit or item.unit or "", Polarity(row.polarity or item.polarity))
        return self._asked[question]

    def names(self, item: schema.Indicator, year: int = LAST_YEAR) -> tuple[str, ...]:
        """The item's own name and those it has at a level in ``year``, each once."""
        return tuple(dict.fromkeys((item.name, *(self.asked(item, level, year).name for level in self.levels))))

    def unit(self, item: schema.Indicator, year: int = LAST_YEAR) -> str:
        """The unit of what is measured of an item for all levels in ``year``."""
        return self.asked(item, self.first_asking(item, year), year).unit

    def units(self, item: schema.Indicator, year: int) -> tuple[str, ...]:
        """The units in which the levels ask for an item in ``year``, each once."""
        return tuple(dict.fromkeys(self.asked(item, level, year).unit for level in self.levels))

    def first_asking(self, item: schema.Indicator, year: int) -> Level:
        """The first level with a wording in force in ``year``, else in any year: it names a joint row's quantity."""
        now = (v for v in self.levels if self.requirement(item.item_id, v, min(year, self.frame.last_year)))
        ever = (v for v in self.levels if self.requirements_of(item.item_id, v))
        return next(now, next(ever, self.levels[0]))

    def unit_of(self, row: schema.Observation, year: int) -> str:
        """The unit of an observation's value in ``year``: its own, else that of what was asked then; "" where none is named."""
        item = self.item(row.item_id)
        return row.unit or (self.asked(item, row.level, year).unit if row.level else self.unit(item, year))

    def assigned(self, row: schema.Observation, year: int) -> str:
        """The assigned target of an observation as text: a limit in the value's unit, a task, or that none was assigned."""
        target = row.assigned_target or NOT_ASSIGNED
        in_words = target == NOT_ASSIGNED or target.startswith("任务：")
        return target if in_words else with_unit(target, self.unit_of(row, year))

    def printed(self, item_id: str, year: int, value: float) -> str:
        """A value of an item as it is written in the observations of ``year`` (``0.10``)."""
        texts = (row.value for row in self.observed(item_id, year) if row.value not in (None, *WATER_CLASSES))
        return next((text for text in texts if float(text or 0) == value), f"{value:.12g}")

    def planned(self, item: schema.Indicator) -> Asked:
        """The quantity that the plan's targets of an item are about."""
        return self.asked(item, self.frame.targets_follow, self.frame.base_year)

    @cached_property
    def remeasured(self) -> frozenset[str]:
        """The ids of the items whose wordings ask for different quantities over the years."""
        years: dict[str, set[int]] = {item.item_id: {self.frame.base_year} for item in self.items}
        for row in self.requirements:
            years[row.item_id].add(row.from_year)
        kinds = ((i.item_id, {self.asked(i, v, y) for y in years[i.item_id]}) for i in self.items for v in self.levels)
        return frozenset(item_id for item_id, own in kinds if len(own) > 1)

    def as_of(self, year: int) -> "Plan":
        """The plan as it stands in ``year``: without the wordings that begin later, and the items that they bring."""
        at = self.frame.wording_year(year)
        kept = tuple(row for row in self.requirements if row.from_year <= at)
        if len(kept) == len(self.requirements):
            return self
        if len(kept) not in self._views:
            ids = {row.item_id for row in kept}
            links = tuple(link for link in self.links if link.to_kind is not Entity.ITEM or link.to_id in ids)
            own = self.only(tuple(item for item in self.items if item.item_id in ids))
            self._views[len(kept)] = replace(own, requirements=kept, links=links)
        return self._views[len(kept)]

    def observed(self, item_id: str, year: int) -> Sequence[schema.Observation]:
        """The rows of an item in a year: one for both levels, or one for each level that was observed."""
        return self._observations.get((item_id, year), ())

    def observation(self, item_id: str, year: int, level: str | None = None) -> schema.Observation | None:
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

    def with_year(self, year: int, **rows: Sequence[Row]) -> "Plan":
        """The plan with other rows of a year: folder of :data:`~cixi_analysis.plan.schema.YEARLY` → the rows.
        Without rows before and after, none: no file is not an empty one.
        """
        changed: dict[str, Any] = {}
        for folder, own in rows.items():
            years = getattr(self, folder)
            if own or year in years:
                changed[folder] = {**years, year: tuple(own)}
        return replace(self, **changed)

    def files(self) -> Iterator[tuple[str, type[Row], tuple[Row, ...]]]:
        """Every file below ``data/`` with the model of its rows and the rows, in the order of the schema."""
        for name, model in TABLES.items():
            if rows := getattr(self, FIELDS[name]):
                yield name, model, rows
        for folder, model in YEARLY.items():
            for year, rows in getattr(self, folder).items():
                yield f"{folder}/{year}.csv", model, rows

    @cached_property
    def _views(self) -> dict[int, "Plan"]:
        """Number of wordings that have begun → the plan as it stands then; one object each, so that caches find it."""
        return {}

    @cached_property
    def _asked(self) -> dict[tuple[str, str, int], Asked]:
        """Answers of :meth:`asked`, which a year's assessment asks a thousand times."""
        return {}

    @cached_property
    def _hash(self) -> int:
        return hash((self.root, self.frame, *((name, rows) for name, _, rows in sorted(self.files()))))

    @cached_property
    def _rows(self) -> dict[tuple[type[Row], str], Any]:
        rows: tuple[Row, ...] = (*self.items, *self.projects, *self.commitments, *self.audit)
        return {(type(row), str(getattr(row, row.KEY[0]))): row for row in reversed(rows)}

    @cached_property
    def _subject_order(self) -> dict[tuple[Entity, str], int]:
        return {subject: at for at, subject in enumerate(self.subjects)}

    @cached_property
    def _requirements(self) -> dict[tuple[str, str], list[schema.Requirement]]:
        in_order = sorted(self.requirements, key=attrgetter("from_year"))
        return grouped(((row.item_id, row.level), row) for row in in_order)

    @cached_property
    def _observations(self) -> dict[tuple[str, int], list[schema.Observation]]:
        return grouped(((row.item_id, year), row) for year, rows in self.observations.items() for row in rows)


def absence_reason(plan: Plan, item_id: str, year: int, level: str | None = None) -> Absence | None:
    """Why an item has no value in a year; None where it has one or only a statement."""
    row = plan.observation(item_id, year, level)
    return plan.missing_reason(year) if row is None else row.absence


def load_plan(root: Path | str | None = None, new: Mapping[str, bytes] | None = None) -> Plan:
    """Read and validate everything under ``root``/data (default: the project around the working directory).

    Writes nothing: where an import was cut short, its journal stands in for the files that it replaced. ``new`` holds
    the content of years' files (name below ``data/`` → bytes) that is read instead of what is there. The bytes are
    read at each call; while they are the same, the same :class:`Plan` is returned from a cache in the process.

    Raises :class:`DataError` with every problem of every file: unreadable files, wrong headers, ragged rows, values
    outside the schema, duplicate keys, ids that nothing defines, missing rows; also where there is no project.
    """
    folder = find_root(Path.cwd()) if root is None else Path(root)
    if not (folder / "data").is_dir():
        found = "其中没有 data/" if folder.is_dir() else "没有这个文件夹"
        raise DataError([Problem(str(folder), None, None, found, "项目文件夹，其中有 data/")])
    files: Files = ()
    # Repeat until two readings agree: while files are replaced, some may be read before and some after.
    while (again := read_files(folder / "data", new or {})) != files:
        files = again
    return _parse(folder, files)


#: The plans of this process, by hash, as long as something uses them.
_plans: WeakValueDictionary[int, Plan] = WeakValueDictionary()


def _shared(plan: Plan) -> Plan:
    """The plan, or the equal one that the process has: caches keyed by plan would compare both row by row each time."""
    known = _plans.setdefault(hash(plan), plan)
    return known if known == plan else plan


def _unpickled(*values: Any) -> Plan:
    """A plan that another process sent, as it does with each of its tasks."""
    return _shared(Plan(*values))


@lru_cache(maxsize=4)
def _parse(root: Path, files: Files) -> Plan:
    frame, rows = parsed(files)
    return _shared(Plan(root=root, frame=frame, **rows))
