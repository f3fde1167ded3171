"""What is asked of each item: requirements by level, or targets by year, read into trees."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import zip_longest
from math import isnan
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cixi_analysis.assessment.observed import measured, measured_at, read_assigned
from cixi_analysis.assessment.panel import Flags
from cixi_analysis.errors import DataError, Problem, quoted
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.schema import OBSERVATIONS, Indicator, Observation, Requirement, Target
from cixi_analysis.requirement import Refusal, Terms, nothing_asked, read, terms
from cixi_analysis.requirement.tree import Leaf, Node, demanded_bounds, leaves
from cixi_analysis.requirement.vocabulary import unit_name
from cixi_analysis.words import CLASS_UNIT, LAST_YEAR, NOT_ASSIGNED, Entity, Polarity

#: The yardsticks, as `cixi assess --against` names them.
REQUIREMENT, TARGET = "requirement", "target"


@dataclass(frozen=True)
class Wording:
    """One wording with the tree it is read as and the years it holds, both inclusive.

    ``node`` is None where nothing is asked, and where the wording is refused.
    """

    row: Requirement | Target
    asked: Asked
    node: Node | None
    from_year: int
    to_year: int
    refusal: Refusal | None = None

    @property
    def years(self) -> range:
        return range(self.from_year, self.to_year + 1)

    def holds(self, years: npt.NDArray[np.int64]) -> Flags:
        """In which of the years it holds."""
        flags: Flags = (years >= self.from_year) & (years <= self.to_year)
        return flags


@lru_cache(maxsize=64)
def read_wordings(plan: Plan) -> Mapping[Requirement | Target, Wording]:
    """Every wording of the plan with its tree, or its refusal, in the order of the files; it holds for all years."""
    found = {}
    rows: tuple[Requirement | Target, ...] = (*plan.requirements, *plan.targets)
    for row in rows:
        item, node, refusal = plan.item(row.item_id), None, None
        asked = plan.planned(item) if isinstance(row, Target) else plan.asked(item, row.level, row.from_year)
        try:
            node = _tree(row, asked, terms(plan))
        except Refusal as error:
            refusal = error
        found[row] = Wording(row, asked, node, 0, LAST_YEAR, refusal)
    return MappingProxyType(found)


def _tree(row: Requirement | Target, asked: Asked, known: Terms) -> Node | None:
    """The tree of a row's wording, or of its explicit reading. None where nothing is asked. Raises ``Refusal``."""
    text = row.wording
    if nothing_asked(text, known):
        return None
    own = partial(read, unit=asked.unit, terms=known)
    as_printed = partial(own, text, ranges=asked.polarity is Polarity.NONE, yearly=isinstance(row, Requirement))
    if not row.reading:
        return as_printed()
    chosen = own(row.reading)
    try:
        readings: tuple[Node, ...] = (as_printed(),)
    except Refusal as refusal:
        readings = refusal.readings
    if readings and chosen not in readings:
        raise Refusal(text, 0, len(text), f"另定的读法“{row.reading}”不是它的一种读法", (), readings)
    return chosen


def asking(plan: Plan, item_id: str, year: int) -> list[Level]:
    """The levels that ask something of an item in ``year``."""
    rows = ((level, plan.requirement(item_id, level, year)) for level in plan.levels)
    return [level for level, row in rows if row and not nothing_asked(row.wording, terms(plan))]


def asked_in(plan: Plan, year: int) -> tuple[Indicator, ...]:
    """The items of which some level asks something in ``year``."""
    return tuple(item for item in plan.items if asking(plan, item.item_id, year))


def one_number(plan: Plan, item: Indicator, year: int) -> bool:
    """Whether one number may be entered for all levels that ask in ``year``: for the plan's own wordings, which print one
    value below two names (36), and where all levels ask for the same.
    """
    rows = [plan.requirement(item.item_id, level, year) for level in asking(plan, item.item_id, year)]
    asked = measured_at(plan, item, None, year)
    kinds = {(asked[row.level].name, asked[row.level].unit) for row in rows if row}
    later = any(row and row.from_year > plan.frame.base_year for row in rows)
    return len({unit for _, unit in kinds}) <= 1 and (len(kinds) <= 1 or not later)


def unstated(plan: Plan, item: Indicator, level: str | None, year: int) -> dict[str, tuple[str, str]]:
    """Column of an observation → (content by the base year's wording, by that of ``year``), where they differ.

    The observation must fill in these columns: a number entered before the later wording measured another quantity.
    """
    found: dict[str, tuple[str, str]] = {}
    if item.item_id not in plan.remeasured:
        return found
    for one in [plan.level(level)] if level else asking(plan, item.item_id, year):
        was, now = (plan.asked(item, one, y) for y in (plan.frame.base_year, year))
        apart = measured(terms(plan), was).unit != measured(terms(plan), now).unit
        found |= {"measure": (was.name, now.name)} if was.name != now.name else {}
        found |= {"unit": (was.unit, now.unit)} if apart else {}
    return found


def held(plan: Plan, item: Indicator, level: str, year: int) -> Wording | None:
    """The wording in force at a level in ``year``; None where nothing is asked."""
    found = (w for w in wordings(plan, item, level) if year in w.years and (w.node or w.refusal))
    return next(found, None)


def unobserved(plan: Plan, item_id: str, year: int, level: str | None = None) -> str:
    """Text for a missing observation, of one level or of all: why it is missing, or that nothing was asked. Before the base
    year, from which wordings hold, what that year asks decides.
    """
    asked = asking(plan, item_id, max(year, plan.frame.base_year))
    return str(plan.missing_reason(year)) if (level in asked if level else asked) else "没有要求"


def clauses(plan: Plan, item_id: str) -> tuple[Leaf, ...]:
    """The distinct clauses of an item's readable wordings, in the order of the files."""
    nodes = (wording.node for row, wording in read_wordings(plan).items() if row.item_id == item_id)
    return tuple(dict.fromkeys(leaf for node in nodes if node for leaf in leaves(node)))


def refusals(plan: Plan) -> dict[Requirement | Target, Refusal]:
    """The wordings that cannot be read, in the order of the files, and why. Each is a finding of its item."""
    return {row: wording.refusal for row, wording in read_wordings(plan).items() if wording.refusal}


def levels(plan: Plan, against: str) -> tuple[str, ...]:
    """The level column of a yardstick: national, provincial; or the target years. Raises ``ValueError`` for another one."""
    if against not in (REQUIREMENT, TARGET):
        raise ValueError(f"against is {against!r}; it must be {REQUIREMENT!r} or {TARGET!r}")
    return plan.levels if against == REQUIREMENT else tuple(map(str, plan.frame.target_years))


def observed_level(plan: Plan, level: str) -> Level:
    """The level whose observation is judged; for a target year, the level that the frame declares."""
    return plan.level(level if level in plan.levels else plan.frame.targets_follow)


def wordings(plan: Plan, item: Indicator, level: str) -> tuple[Wording, ...]:
    """The wordings of one item at one level (or target year), by the year they hold from. A target holds from the year
    in which anything is asked of its item.
    """
    if level not in plan.levels:
        begun = min((w.from_year for v in plan.levels for w in wordings(plan, item, v)), default=0)
        own = (read_wordings(plan)[t] for t in plan.targets if (t.item_id, str(t.year)) == (item.item_id, level))
        return tuple(replace(wording, from_year=begun) for wording in own)
    found, rows = [], plan.requirements_of(item.item_id, level)
    for row, later in zip_longest(rows, rows[1:]):
        # The wording that judges a retrospect applies to the years before its own too.
        looks_back = row.from_year == plan.frame.retrospect_wordings
        end = min(row.to_year or LAST_YEAR, later.from_year - 1 if later else LAST_YEAR)
        found.append(replace(read_wordings(plan)[row], from_year=0 if looks_back else row.from_year, to_year=end))
    return tuple(found)


def check_observations(plan: Plan, until: int) -> None:
    """Raise :class:`DataError` with every attested clause and assigned target up to ``until`` that cannot be read, and
    with every missing number.
    """
    if problems := [problem for year in plan.observations if year <= until for problem in _problems(plan, year)]:
        raise DataError(problems)


@lru_cache(maxsize=256)
def _problems(plan: Plan, year: int) -> tuple[Problem, ...]:
    rows = ((number, year, row) for number, row in enumerate(plan.observations[year], start=2))
    return tuple(observation_problems(plan, f"{OBSERVATIONS}/{year}.csv", rows))


def observation_problems(plan: Plan, file: str, rows: Iterable[tuple[int, int, Observation]]) -> Iterator[Problem]:
    """Why these rows, each with its number in ``file`` and its year, cannot be held against the wordings."""
    for number, year, row in rows:
        if not plan.defines(Entity.ITEM, row.item_id):
            continue  # `Plan.only` keeps the other items' rows, so that row numbers stay correct
        target = row.assigned_target
        silent = row.value is None and row.absence is None and row.attests is None and row.denies is None
        asked = (plan.requirement(row.item_id, v, year) for v in ([row.level] if row.level else plan.levels))
        nodes = (read_wordings(plan)[one].node for one in asked if one)
        if silent and any(bound for node in nodes if node for bound in demanded_bounds(node)):
            expected = "一个数；没有时写明缺失原因（该子项的要求有数值界限）"
            yield Problem(file, number, row.named("value"), "空，也没有缺失原因", expected)
        if row.value:
            for column, found, expected in _unclear(plan, row, year):
                yield Problem(file, number, row.named(column), found, expected)
        assigned = read_assigned(target)
        if assigned is None:
            expected = f"数（与现状值同单位，不写单位）、水质类别、“任务：……”或“{NOT_ASSIGNED}”"
            yield Problem(file, number, row.named("assigned_target"), f"“{target}”", expected)
        elif row.value and not isnan(assigned.limit) and assigned.is_class != (row.unit == CLASS_UNIT):
            found, expected = f"“{target}”而现状值为“{row.value}”", "与现状值同类的目标：类别对类别，数对数"
            yield Problem(file, number, row.named("assigned_target"), found, expected)
        for column, (clause, _) in ((c, pair) for c in ("attests", "denies") for pair in row.clauses(c)):
            if expected := wrong_clause(plan, row.item_id, clause, year):
                yield Problem(file, number, row.named(column), f"“{clause}”", expected)


def _unclear(plan: Plan, row: Observation, year: int) -> Iterator[tuple[str, str, str]]:
    """Column, what was found, what would be right: where it is not clear what the row's number measures."""
    item, levels = plan.item(row.item_id), asking(plan, row.item_id, year)
    if row.level is None and row.unit is None:
        asked = {level.chinese: plan.asked(item, level, year) for level in levels}
        if len({measured(terms(plan), own).unit for own in asked.values()}) > 1:  # one number cannot be in both
            found = f"空，而各级的单位不同（{'，'.join(f'{level} {own.unit}' for level, own in asked.items())}）"
            yield "unit", found, "写明实测单位，或在“级别”列各级一行"
            return
        if row.measure is None and not one_number(plan, item, year):
            found = f"空，而各级所测的不同（{'，'.join(f'{level} {own.name}' for level, own in asked.items())}）"
            yield "measure", found, "写明实测对象，或在“级别”列各级一行"
            return
    own_units = [plan.asked(item, level, year).unit for level in levels if row.unit and row.level in (None, level)]
    for own in dict.fromkeys(own_units):
        name = partial(unit_name, added=terms(plan).words)
        pair = own, row.unit or ""
        # KM or （公里） for 公里 is a slip of the pen, and no other unit.
        plain = (re.sub(r"[\s()^]", "", unicodedata.normalize("NFKC", unit).casefold()) for unit in pair)
        if len({*map(name, plain)}) == 1 and len({*map(name, pair)}) == 2:
            yield "unit", quoted(row.unit or ""), f"空，或该子项的单位{quoted(own)}，写法相同"
    for column, (was, now) in unstated(plan, item, row.level, year).items():
        if getattr(row, column) is None:
            found = f"空，而这一年的要求所测的是“{now}”，规划原来的要求所测的是“{was}”"
            yield column, found, "写明这个数所测的是哪一个"


def wrong_clause(plan: Plan, item_id: str, clause: str, year: int) -> str:
    """What would be right for a clause that the item's wordings do not have; "" where they do."""
    if any(row.item_id == item_id for row in refusals(plan)):  # it may be a clause of that wording
        return ""
    known = clauses(plan, item_id)
    wrong = f"该子项的要求或规划值中的一个条款（{'、'.join(map(str, known))}）"
    for unit in plan.units(plan.item(item_id), year):
        try:
            if read(clause, unit=unit, terms=terms(plan)) in known:
                return ""
        except Refusal as refusal:
            wrong = f"要求语言里的一个条款。{refusal}"
    return wrong
