"""What is asked of each item: requirements by level, or targets by year, read into trees."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from math import isnan

from cixi_analysis.assessment.observed import read_assigned
from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import OBSERVATIONS, Indicator, Observation, Requirement, Target
from cixi_analysis.requirement import Refusal, read
from cixi_analysis.requirement.tree import Leaf, Node, demanded_bounds, leaves
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, NOT_ASSIGNED, TARGET_YEARS, Level

#: The yardsticks, as `cixi assess --against` names them.
REQUIREMENT, TARGET = "requirement", "target"


@dataclass(frozen=True)
class Wording:
    """One wording with the tree it is read as; ``node`` is None for "/"."""

    row: Requirement | Target
    node: Node | None
    from_year: int


@dataclass(frozen=True)
class Asked:
    """All that is asked of one item."""

    unit: str | None
    #: level, or target year as text → the rows
    rows: dict[str, list[Requirement | Target]] = field(default_factory=dict)
    #: the distinct clauses of all its readable wordings, in the order of the files
    leaves: dict[Leaf, None] = field(default_factory=dict)
    #: a requirement is or demands a limit, so that silence about the number is a gap
    limits: list[Node] = field(default_factory=list)


def read_wording(row: Requirement | Target, unit: str | None) -> Node | None:
    """The tree of a row's wording, or of its explicit reading. None for "/". Raises ``Refusal``."""
    if row.wording == NOT_APPLICABLE_MARK:
        return None
    return read(row.reading or row.wording, unit=unit)


@lru_cache(maxsize=64)
def asked(plan: Plan) -> dict[str, Asked]:
    """item_id → what is asked of it. Wordings that cannot be read are left to :func:`check_readings`."""
    found = {item.item_id: Asked(item.unit) for item in plan.items}
    rows: tuple[Requirement | Target, ...] = (*plan.requirements, *plan.targets)
    for row in rows:
        if (own := found.get(row.item_id)) is None:
            continue
        own.rows.setdefault(row.level if isinstance(row, Requirement) else str(row.year), []).append(row)
        with suppress(Refusal):
            if node := read_wording(row, own.unit):
                own.leaves.update(dict.fromkeys(leaves(node)))
                own.limits.extend(demanded_bounds(node) if isinstance(row, Requirement) else ())
    return found


def levels(against: str) -> tuple[str, ...]:
    """The level column of a yardstick: national, provincial; or the target years."""
    return tuple(Level) if against == REQUIREMENT else tuple(map(str, TARGET_YEARS))


def observed_level(level: str) -> Level:
    """The level whose observation is judged. Targets are held against what the provincial level measures: where the
    levels differ (11), the plan's target repeats the provincial wording.
    """
    return Level.NATIONAL if level == Level.NATIONAL else Level.PROVINCIAL


def wordings(plan: Plan, item: Indicator, level: str, until: int | None = None) -> tuple[Wording, ...]:
    """The wordings of one item at one level (or target year), by the year they hold from; the first one looks back.

    Those of a standard that holds only after ``until`` are left out: nothing of a later year stops an earlier one.
    Raises ``Refusal``.
    """
    own = sorted(asked(plan)[item.item_id].rows.get(level, []), key=_start)
    kept = [*own[:1], *(row for row in own[1:] if until is None or _start(row) <= until)]
    return tuple(Wording(row, read_wording(row, item.unit), _start(row) if n else 0) for n, row in enumerate(kept))


def _start(row: Requirement | Target) -> int:
    """The year from which a wording holds; a target stands from the beginning."""
    return row.from_year if isinstance(row, Requirement) else 0


def check_readings(plan: Plan, until: int | None = None, *, observations: bool = True) -> None:
    """Raise :class:`DataError` with every wording, attested clause and assigned target that cannot be read, and with
    every missing number. ``until``: only those that matter up to that year. Without ``observations``: wordings only.
    """
    if problems := _problems(plan, until, observations):
        raise DataError(problems)


@lru_cache(maxsize=64)
def _problems(plan: Plan, until: int | None, observations: bool) -> list[Problem]:
    problems, units = [], {item.item_id: item.unit for item in plan.items}
    files: dict[str, Sequence[Requirement | Target]] = {
        "requirements.csv": plan.requirements, "targets.csv": plan.targets,
    }  # fmt: skip
    for file, rows in files.items():
        for number, row in enumerate(rows, start=2):
            if until is not None and _start(row) > until:
                continue
            try:
                read_wording(row, units[row.item_id])
            except Refusal as refusal:
                column = "reading 读法" if row.reading else "wording 原文"
                expected = f"要求语言能解读的文字。{refusal}"
                problems.append(Problem(file, number, column, f"“{row.reading or row.wording}”", expected))
    for year, observed in plan.observations.items() if observations else ():
        if until is None or year <= until:
            problems += observation_problems(plan, f"{OBSERVATIONS}/{year}.csv", enumerate(observed, start=2))
    return problems


def observation_problems(plan: Plan, file: str, rows: Iterable[tuple[int, Observation]]) -> Iterator[Problem]:
    """Why these rows, each with its number in ``file``, cannot be held against the wordings."""
    for number, row in rows:
        own = asked(plan).get(row.item_id)
        if own is None:
            continue  # a plan of one indicator keeps the rows of the others, so that row numbers stay true
        target = row.assigned_target
        if own.limits and row.value is None and row.absence is None and row.attests is None and row.denies is None:
            expected = "一个数；没有时写明缺失原因（该子项的要求有数值界限）"
            yield Problem(file, number, "value 现状值", "空，也没有缺失原因", expected)
        assigned = read_assigned(target)
        if assigned is None:
            expected = f"数（与现状值同单位，不写单位）、水质类别、“任务：……”或“{NOT_ASSIGNED}”"
            yield Problem(file, number, "assigned_target 下达目标", f"“{target}”", expected)
        elif row.value and not isnan(assigned.limit) and assigned.is_class != (row.unit == CLASS_UNIT):
            expected = "与现状值同类的目标：类别对类别，数对数"
            yield Problem(file, number, "assigned_target 下达目标", f"“{target}”而现状值为“{row.value}”", expected)
        for column, (clause, _) in ((c, pair) for c in ("attests", "denies") for pair in row.clauses(c)):
            if expected := _wrong_clause(clause, own):
                title = f"{column} {Observation.columns()[column].title}"
                yield Problem(file, number, title, f"“{clause}”", expected)


def _wrong_clause(clause: str, own: Asked) -> str:
    """What would be right for a clause that the item's wordings do not have; "" where they do."""
    try:
        known = read(clause, unit=own.unit) in own.leaves
    except Refusal as refusal:
        return f"要求语言里的一个条款。{refusal}"
    return "" if known else f"该子项的要求或规划值中的一个条款（{'、'.join(map(str, own.leaves))}）"
