"""What is asked of each item: requirement wordings by level, or the plan's targets by year, read into trees."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from cixi_analysis.assessment.assigned import is_assigned_target, is_class_target
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


def read_wording(row: Requirement | Target, unit: str | None) -> Node | None:
    """The tree of a row's wording, or of its explicit reading. None for "/". Raises ``Refusal``."""
    if row.wording == NOT_APPLICABLE_MARK:
        return None
    return read(row.reading or row.wording, unit=unit)


def reader(plan: Plan) -> Callable[[Requirement | Target], Node | None]:
    """:func:`read_wording` with the units of the plan's items, for those who hold only a row."""
    units = {item.item_id: item.unit for item in plan.items}
    return lambda row: read_wording(row, units[row.item_id])


def levels(against: str) -> tuple[str, ...]:
    """The level column of a yardstick: national, provincial; or the target years."""
    return tuple(Level) if against == REQUIREMENT else tuple(map(str, TARGET_YEARS))


def wordings(plan: Plan, item: Indicator, level: str, until: int | None = None) -> tuple[Wording, ...]:
    """The wordings of one item at one level (or target year), by the year they hold from; the first one looks back.

    Those of a standard that holds only after ``until`` are left out: nothing of a later year stops an earlier one.
    """
    if level not in list(Level):
        targets = [t for t in plan.targets if t.item_id == item.item_id and str(t.year) == level]
        return tuple(Wording(row, read_wording(row, item.unit), 0) for row in targets)
    own = [r for r in plan.requirements if r.item_id == item.item_id and r.level == level]
    own.sort(key=lambda r: r.from_year)
    own = own[:1] + [r for r in own[1:] if not _later(r, until)]
    starts = [0, *(r.from_year for r in own[1:])]
    return tuple(Wording(row, read_wording(row, item.unit), start) for row, start in zip(own, starts, strict=True))


def observed_level(level: str) -> Level:
    """Whose observation is held against it. The targets are judged by what the province's level measures: where the
    levels differ (11), the plan's target repeats the provincial wording.
    """
    return Level(level) if level in list(Level) else Level.PROVINCIAL


def _later(row: Requirement | Target, until: int | None) -> bool:
    return until is not None and isinstance(row, Requirement) and row.from_year > until


def check_readings(plan: Plan, until: int | None = None) -> None:
    """Raise :class:`DataError` with every wording, attested clause and assigned target that cannot be read, and with
    every missing number; ``until``: only those that matter up to that year.
    """
    problems = [*_wording_problems(plan, until), *_observation_problems(plan, until)]
    if problems:
        raise DataError(problems)


def check_wordings(plan: Plan, until: int | None = None) -> None:
    """:func:`check_readings` for those who bring observations of their own."""
    if problems := list(_wording_problems(plan, until)):
        raise DataError(problems)


def _wording_problems(plan: Plan, until: int | None) -> Iterator[Problem]:
    units = {i.item_id: i.unit for i in plan.items}
    files: dict[str, Sequence[Requirement | Target]] = {
        "requirements.csv": plan.requirements,
        "targets.csv": plan.targets,
    }
    for file, rows in files.items():
        for number, row in enumerate(rows, start=2):
            if _later(row, until):
                continue
            try:
                read_wording(row, units[row.item_id])
            except Refusal as refusal:
                column = "reading 读法" if row.reading else "wording 原文"
                yield Problem(
                    file, number, column, f"“{row.reading or row.wording}”", f"要求语言能解读的文字。{refusal}"
                )


def _observation_problems(plan: Plan, until: int | None) -> Iterator[Problem]:
    for year, rows in plan.observations.items():
        if until is None or year <= until:
            yield from observation_problems(plan, f"{OBSERVATIONS}/{year}.csv", enumerate(rows, start=2))


def observation_problems(plan: Plan, file: str, rows: Iterable[tuple[int, Observation]]) -> Iterator[Problem]:
    """What of these rows, each with its number in ``file``, cannot be held against the wordings."""
    units = {i.item_id: i.unit for i in plan.items}
    limited = {item_id for item_id, unit in units.items() if _asks_for_a_number(plan, item_id, unit)}
    asked = cache(lambda item_id: _leaves(plan, item_id, units[item_id]))
    for number, row in rows:
        if row.item_id not in units:
            continue  # a plan of one indicator keeps the rows of the others, so that row numbers stay true
        target = row.assigned_target
        silent = row.value is None and row.absence is None and row.attests is None and row.denies is None
        if row.item_id in limited and silent:
            expected = "一个数；没有时写明缺失原因（该子项的要求有数值界限）"
            yield Problem(file, number, "value 现状值", "空，也没有缺失原因", expected)
        if target and not is_assigned_target(target):
            expected = f"数（与现状值同单位，不写单位）、水质类别、“任务：……”或“{NOT_ASSIGNED}”"
            yield Problem(file, number, "assigned_target 下达目标", f"“{target}”", expected)
        elif target and row.value and is_class_target(target) not in (None, row.unit == CLASS_UNIT):
            expected = "与现状值同类的目标：类别对类别，数对数"
            yield Problem(file, number, "assigned_target 下达目标", f"“{target}”而现状值为“{row.value}”", expected)
        for column in ("attests", "denies"):
            for where, found, expected in _clause_problems(row, column, units[row.item_id], asked(row.item_id)):
                yield Problem(file, number, where, found, expected)


def _clause_problems(
    row: Observation, column: str, unit: str | None, asked: Collection[Leaf]
) -> Iterator[tuple[str, str, str]]:
    for clause, _quote in row.clauses(column):
        where = f"{column} {Observation.columns()[column].title}"
        try:
            node = read(clause, unit=unit)
        except Refusal as refusal:
            yield where, f"“{clause}”", f"要求语言里的一个条款。{refusal}"
            continue
        if node not in asked:
            known = "、".join(map(str, asked))
            yield where, f"“{clause}”", f"该子项的要求或规划值中的一个条款（{known}）"


def _asks_for_a_number(plan: Plan, item_id: str, unit: str | None) -> bool:
    """Whether a requirement of the item is or demands a limit, so that silence about the number is a gap."""
    for row in plan.requirements:
        if row.item_id == item_id:
            with contextlib.suppress(Refusal):  # told of in its own place
                node = read_wording(row, unit)
                if node is not None and any(True for _ in demanded_bounds(node)):
                    return True
    return False


def _leaves(plan: Plan, item_id: str, unit: str | None) -> dict[Leaf, None]:
    """The distinct clauses of the item's requirements and targets, in their order."""
    rows: tuple[Requirement | Target, ...] = (*plan.requirements, *plan.targets)
    found: dict[Leaf, None] = {}
    for row in rows:
        if row.item_id == item_id:
            with contextlib.suppress(Refusal):  # told of in its own place
                node = read_wording(row, unit)
                found |= dict.fromkeys(() if node is None else leaves(node))
    return found
