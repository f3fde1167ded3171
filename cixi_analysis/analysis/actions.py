"""下一步: the items to act on, ranked by urgency, each with gap, yearly change needed, responsible units and flips.

Nothing is judged here: gaps come from the trends and the margins, responsible units and money from the projects that
the data links to an item.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from math import isnan

from cixi_analysis.analysis import grouped, links, records
from cixi_analysis.analysis.flips import Flip, flips
from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.analysis.trend import change, margins, trends
from cixi_analysis.assessment import TARGET, assess
from cixi_analysis.assessment.numbers import difference, plain
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.quantities import unit_word
from cixi_analysis.plan.schema import Indicator, Project
from cixi_analysis.words import LAST_YEAR, Attribute, Pace, Status


class Urgency(IntEnum):
    """Why an item is on the list; the first counts most."""

    REQUIREMENT_UNMET, TARGET_UNMET, NO_DATA, NOT_FILLED_IN = range(4)


#: Status of an item at a level → the urgency of acting on it.
_URGENCIES = {
    Status.UNMET: Urgency.REQUIREMENT_UNMET,
    Status.NO_DATA: Urgency.NO_DATA,
    Status.NOT_FILLED_IN: Urgency.NOT_FILLED_IN,
}


@dataclass(frozen=True)
class Shortfall:
    """A limit that a value misses. Figures are in ``unit``, "" where there is none."""

    #: the level that asks for it, or the year of the plan's target
    against: str
    #: of the value
    year: int
    value: float
    limit: float
    #: the limit is what the higher level assigned for ``year``; what it assigns for later years is not known
    assigned: bool
    unit: str
    #: limit − value: how the number has to move; 0 where it only touches a limit that does not count itself
    gap: float
    #: the target year to reach it by, None where all have passed; the mean change a year needed until then, if any
    due: int | None
    step: float | None
    #: what the value measures, where the shortfalls of the item are of several quantities
    measure: str = ""

    @property
    def share(self) -> float:
        """The gap as a share of the limit, by which gaps in different units are ranked."""
        return abs(self.gap / self.limit) if self.limit else abs(self.gap)


@dataclass(frozen=True)
class Action:
    """An item to act on."""

    item: Indicator
    urgency: Urgency
    #: at the levels that ask something of it
    statuses: dict[Level, Status]
    #: the target years whose target is not met
    targets: tuple[int, ...]
    #: towards the targets, the earliest first, then towards the requirements
    shortfalls: tuple[Shortfall, ...]
    #: the ways by which the year would meet the requirements that it does not; none while nothing is filled in
    flips: tuple[Flip, ...]
    #: the projects that bear on the item, in the plan's order
    projects: tuple[Project, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """The units responsible for the projects, each once."""
        return tuple(dict.fromkeys(unit for project in self.projects for unit in project.responsible))

    @property
    def money(self) -> Totals:
        return totals(self.projects)

    @property
    def rank(self) -> tuple[float, ...]:
        """Unmet before no data, binding before reference, the larger gap, the earlier due year."""
        due = min((one.due for one in self.shortfalls if one.due), default=LAST_YEAR)
        binding = self.item.attribute is Attribute.BINDING
        return (self.urgency, not binding, -max((one.share for one in self.shortfalls), default=0.0), due)


def actions(plan: Plan, year: int) -> tuple[Action, ...]:
    """The items that a level's requirement or a target finds unmet or without data in ``year``, the most pressing first.

    Raises what :func:`assess` raises.
    """
    asked, planned = assess(plan, year), assess(plan, year, against=TARGET)
    plan, found = asked.plan, []
    short = grouped((*_towards_targets(plan, year), *_towards_requirements(plan, year)))
    for item in plan.items:
        statuses = {v: asked.status(item.indicator, v, item.item_id) for v in plan.levels}
        statuses = {level: status for level, status in statuses.items() if status is not Status.NOT_APPLICABLE}
        towards = ((y, planned.status(item.indicator, str(y), item.item_id)) for y in plan.frame.target_years)
        missed = tuple(y for y, status in towards if status is Status.UNMET)
        urgencies = [_URGENCIES[status] for status in statuses.values() if status in _URGENCIES]
        urgencies += [Urgency.TARGET_UNMET] if missed else []
        if urgencies:
            own = tuple(short.get(item.item_id, ()))
            if len({one.measure for one in own}) == 1:
                own = tuple(replace(one, measure="") for one in own)
            projects = {p.number: p for p, _ in links.projects_of(plan, item)}
            known = tuple(projects[number] for number in sorted(projects))
            lacking = [level for level, status in statuses.items() if status in (Status.UNMET, Status.NO_DATA)]
            ways = tuple(flip for level in lacking for flip in flips(plan, year, item.item_id, level))
            found.append(Action(item, min(urgencies), statuses, missed, own, ways, known))
    return tuple(sorted(found, key=lambda action: action.rank))


def _towards_targets(plan: Plan, year: int) -> Iterator[tuple[str, Shortfall]]:
    """By item: the numeric targets that the last value misses; those whose year is over have no step."""
    rows = trends(plan, year)
    missed = rows["target_year"].notna() & (rows["pace"] != Pace.REACHED)
    for row in records(rows[missed].fillna({"unit": ""})):
        ahead = not isnan(row.needed_rate)
        value = (str(row.target_year), int(row.last_year), row.last_value, row.target_value, False, unit_word(row.unit))
        due, step = (int(row.target_year), row.needed_rate or None) if ahead else (None, None)
        yield row.item_id, Shortfall(*value, row.gap, due, step, row.measure)


def _towards_requirements(plan: Plan, year: int) -> Iterator[tuple[str, Shortfall]]:
    """By item: the limits that a requirement demands and the value of the year misses."""
    due, rows = plan.frame.next_target_year(year), margins(plan, year)
    for row in records(rows[~rows["met"]].fillna({"unit": ""})):
        step = (plain(change(year, row.value, due, row.limit)) or None) if due else None
        value = (row.level, year, row.value, row.limit, bool(row.assigned), unit_word(row.unit))
        yield row.item_id, Shortfall(*value, difference(row.limit, row.value), due, step, row.measure)
