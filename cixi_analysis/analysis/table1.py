"""Table 1 in the plan's layout for any year; how much of a year is known (coverage)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cixi_analysis.assessment import Assessment
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.words import BASE_YEAR, Attribute, Level, Stage

#: Column → the heading the plan prints. Two header rows: 现状值 stands over three columns, 规划值 over two.
HEADINGS = {
    "domain": "领域", "task": "任务", "indicator": "序号", "name": "指标名称", "unit": "单位",
    "national": "国家级指标要求", "provincial": "省级指标要求", "attribute": "指标属性", "status": "现状值",
    "verdict_national": "是否达到国家要求", "verdict_provincial": "是否达到省级要求",
    "target_2025": "规划值2025年", "target_2030": "规划值2030年",
}  # fmt: skip
VERDICTS = {f"verdict_{level.value}": level for level in Level}
#: Columns that belong to the indicator as a whole: one cell over all its items.
_OF_INDICATOR = ("indicator", "attribute", *VERDICTS)


@dataclass(frozen=True)
class MergedCell:
    """The text of a cell, verbatim where it is the plan's, and the number of item rows it spans."""

    text: str
    rowspan: int = 1


@dataclass(frozen=True)
class Table1Row:
    """One item. ``cells``: column → cell, without the columns that a cell above covers."""

    item: Indicator
    cells: dict[str, MergedCell]


def table1(assessment: Assessment, year: int | None = None) -> tuple[Table1Row, ...]:
    """Table 1 with the verdicts of an assessment and what was observed in ``year`` (default: its own), 69 rows. A cell
    is merged with the one above where the plan's is (``indicators.csv``, ``merged``) and says the same.
    """
    items = assessment.plan.items
    texts = [_texts(assessment, item, assessment.year if year is None else year) for item in items]
    rows = []
    spans = dict.fromkeys(HEADINGS, 1)  # from this row down, over the rows whose cell is merged with the one above
    for at, item in reversed(list(enumerate(items))):
        merged = {column for column in HEADINGS if at and _joined(items, texts, column, at)}
        cells = {column: MergedCell(texts[at][column], spans[column]) for column in HEADINGS if column not in merged}
        rows.append(Table1Row(item, cells))
        spans = {column: spans[column] + 1 if column in merged else 1 for column in HEADINGS}
    return tuple(reversed(rows))


def printed_name(item: Indicator) -> str:
    """The item's name with the plan's marks: ①, * (national only) and ** (provincial only)."""
    if item.provincial_name:
        return f"{item.name}*\n{item.provincial_name}**"
    name = f"{item.part_mark}{item.name}{item.mark}"
    return f"{item.indicator_name}：\n{name}" if item.part_mark == "①" else name


def status_text(observation: Observation | None, year: int) -> str:
    """The status column: the statement, with the value where that does not print it."""
    if observation is None:
        return str(missing_reason(year))
    value = observation.value
    if observation.statement is None:
        return f"{value}{observation.unit or ''}" if value is not None else str(observation.absence)
    # Not 26 in 2026年 nor in 26.5: the number itself must stand there.
    if value is None or re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.]|年)", observation.statement):
        return observation.statement
    return f"{value}{observation.unit or ''}；{observation.statement}"


def _texts(assessment: Assessment, item: Indicator, year: int) -> dict[str, str]:
    plan = assessment.plan
    statuses = dict.fromkeys(status_text(plan.observation(item.item_id, year, level), year) for level in Level)
    return {
        "domain": item.domain, "task": item.task, "indicator": str(item.indicator), "name": printed_name(item),
        "unit": item.unit or "", "attribute": Attribute(item.attribute).chinese, "status": "\n".join(statuses),
        **{level.value: plan.requirement(item.item_id, level, year).wording for level in Level},
        **{column: assessment.status(item.indicator, level).chinese for column, level in VERDICTS.items()},
        **{f"target_{target.year}": target.wording for target in plan.targets if target.item_id == item.item_id},
    }  # fmt: skip


def _joined(items: Sequence[Indicator], texts: list[dict[str, str]], column: str, at: int) -> bool:
    """Whether a cell is merged with the cell above."""
    item, above = items[at], items[at - 1]
    same = texts[at][column] == texts[at - 1][column]
    if column in ("domain", "task"):
        return same
    if item.indicator != above.indicator:
        return False
    return column in _OF_INDICATOR or (same and HEADINGS[column] in (item.merged or "").split(";"))


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
        """After the base year, with items not entered or rows not closed."""
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
