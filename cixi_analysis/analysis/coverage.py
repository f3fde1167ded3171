"""Coverage of a year: which items have data, which have a reason for none, which are not filled in yet."""

from dataclasses import dataclass

from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.words import BASE_YEAR, Stage


@dataclass(frozen=True)
class Coverage:
    """The items of one year, each in one of three lists, in the plan's order."""

    year: int
    #: with a number, a water class, or a statement
    with_data: tuple[str, ...]
    #: entered without a number, with a reason such as 暂无数据 or 未发现
    without_value: tuple[str, ...]
    #: not entered: 未填报 from the base year on, 原文未列 before it
    not_entered: tuple[str, ...]
    #: entered, and not closed yet (初稿)
    in_draft: tuple[str, ...]

    @property
    def items(self) -> int:
        return len(self.with_data) + len(self.without_value) + len(self.not_entered)

    @property
    def is_retrospect(self) -> bool:
        """A year before the base year: only what the plan prints of it."""
        return self.year < BASE_YEAR

    @property
    def is_draft(self) -> bool:
        """A year being filled in: after the base year, with items nobody has entered or rows that are not closed."""
        return self.year > BASE_YEAR and bool(self.not_entered or self.in_draft)


def coverage(plan: Plan, year: int) -> Coverage:
    """What is known of ``year``."""
    lists: dict[str, list[str]] = {"with_data": [], "without_value": [], "not_entered": [], "in_draft": []}
    for item in plan.items:
        rows = plan.observed(item.item_id, year)
        known = any(o.value is not None or o.absence is None for o in rows)
        entered = any(o.absence is not missing_reason(year) for o in rows)
        lists["with_data" if known else "without_value" if entered else "not_entered"].append(item.item_id)
        if (known or entered) and any(o.stage is Stage.DRAFT for o in rows):
            lists["in_draft"].append(item.item_id)
    return Coverage(year, **{name: tuple(ids) for name, ids in lists.items()})
