"""How much of a year is known: which items have data, and which of the others nobody has filled in yet."""

from dataclasses import dataclass

from cixi_analysis.assessment import Assessment
from cixi_analysis.dataset import Plan, missing_reason
from cixi_analysis.words import BASE_YEAR, Absence, Level, Verdict


@dataclass(frozen=True)
class Coverage:
    """The items of one year, each in one of three lists, in the plan's order."""

    year: int
    #: with a number, a water class, or words that tell the state of affairs
    with_data: tuple[str, ...]
    #: entered without a number, with a reason such as 暂无数据 or 未发现
    without_value: tuple[str, ...]
    #: not entered: 未填报 from the base year on, 原文未列 before it
    not_entered: tuple[str, ...]

    @property
    def items(self) -> int:
        return len(self.with_data) + len(self.without_value) + len(self.not_entered)

    @property
    def is_retrospect(self) -> bool:
        """A year before the base year: only what the plan prints of it."""
        return self.year < BASE_YEAR

    @property
    def is_draft(self) -> bool:
        """A year being filled in: after the base year, with items nobody has entered."""
        return self.year > BASE_YEAR and bool(self.not_entered)


def coverage(plan: Plan, year: int) -> Coverage:
    """What is known of ``year``."""
    lists: tuple[list[str], list[str], list[str]] = ([], [], [])
    for item in plan.items:
        rows = [o for o in plan.observations.get(year, ()) if o.item_id == item.item_id]
        known = any(o.value is not None or o.absence is None for o in rows)
        entered = any(o.absence is not missing_reason(year) for o in rows)
        lists[0 if known else 1 if entered else 2].append(item.item_id)
    return Coverage(year, *map(tuple, lists))


def absence_reason(plan: Plan, item_id: str, year: int, level: Level | None = None) -> Absence | None:
    """Why an item has no value in a year; None where it has one or is told in words."""
    row = plan.observation(item_id, year, level)
    return missing_reason(year) if row is None else row.absence


def item_not_filled_in(plan: Plan, item_id: str, year: int, level: Level) -> bool:
    """Whether nobody has entered an item yet (未填报), which is not the same as 暂无数据."""
    return absence_reason(plan, item_id, year, level) is Absence.NOT_FILLED_IN


def not_filled_in(assessment: Assessment, indicator: int, level: Level) -> bool:
    """Whether an indicator has no data at a level only because items of it were not filled in."""
    table = assessment.table
    own = table[(table["indicator"] == indicator) & (table["level"] == level) & (table["verdict"] == Verdict.NO_DATA)]
    whole, items = (own[(own["item_id"] == "") == is_whole] for is_whole in (True, False))
    return not whole.empty and all(
        item_not_filled_in(assessment.plan, item_id, assessment.year, level) for item_id in items["item_id"]
    )
