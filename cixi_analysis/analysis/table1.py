"""Table 1 in the plan's own layout for any year: the text of each cell and the rows it spans.

Both the page and the workbook are made from this.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cixi_analysis.assessment import Assessment
from cixi_analysis.plan.dataset import missing_reason
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.words import Attribute, Level

#: Column → the heading the plan prints. Two header rows: 现状值 stands over three columns, 规划值 over two.
HEADINGS = {
    "domain": "领域", "task": "任务", "indicator": "序号", "name": "指标名称", "unit": "单位",
    "national": "国家级指标要求", "provincial": "省级指标要求", "attribute": "指标属性", "status": "现状值",
    "verdict_national": "是否达到国家要求", "verdict_provincial": "是否达到省级要求",
    "target_2025": "规划值2025年", "target_2030": "规划值2030年",
}  # fmt: skip
#: Columns that belong to the indicator as a whole: one cell over all its items.
_OF_INDICATOR = ("indicator", "attribute", "verdict_national", "verdict_provincial")


@dataclass
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
    """Table 1 with the verdicts of an assessment and what was observed in ``year`` (default: its own), 69 rows.

    A cell is merged with the one above where the plan's is (``indicators.csv``, ``merged``) and says the same.
    """
    items = assessment.plan.items
    texts = [_texts(assessment, item, assessment.year if year is None else year) for item in items]
    rows, lowest = [], dict[str, MergedCell]()  # the lowest cell of each column so far
    for at, item in enumerate(items):
        cells = {c: MergedCell(texts[at][c]) for c in HEADINGS if not (at and _joined(items, texts, c, at))}
        lowest |= cells
        for column in HEADINGS.keys() - cells.keys():
            lowest[column].rowspan += 1
        rows.append(Table1Row(item, cells))
    return tuple(rows)


def printed_name(item: Indicator) -> str:
    """The item's name with the marks that the plan prints: ①, * (national only) and ** (provincial only)."""
    if item.provincial_name:
        return f"{item.name}*\n{item.provincial_name}**"
    name = f"{item.part_mark}{item.name}{item.mark}"
    return f"{item.indicator_name}：\n{name}" if item.part_mark == "①" else name


def status_text(observation: Observation | None, year: int) -> str:
    """What stands in the status column: the statement verbatim, with the value where the statement does not print it."""
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
    targets = {t.year: t.wording for t in plan.targets if t.item_id == item.item_id}
    observed = {level: plan.observation(item.item_id, year, level) for level in Level}
    statuses = dict.fromkeys(status_text(one, year) for one in observed.values())
    return {
        "domain": item.domain,
        "task": item.task,
        "indicator": str(item.indicator),
        "name": printed_name(item),
        "unit": item.unit or "",
        "national": plan.requirement(item.item_id, Level.NATIONAL, year).wording,
        "provincial": plan.requirement(item.item_id, Level.PROVINCIAL, year).wording,
        "attribute": Attribute(item.attribute).chinese,
        "status": "\n".join(statuses),
        **{f"verdict_{level.value}": assessment.status(item.indicator, level).chinese for level in Level},
        **{f"target_{year}": wording for year, wording in targets.items()},
    }


def _joined(items: Sequence[Indicator], texts: list[dict[str, str]], column: str, at: int) -> bool:
    """Whether a cell is merged with the cell above."""
    item, above = items[at], items[at - 1]
    same = texts[at][column] == texts[at - 1][column]
    if column in ("domain", "task"):
        return same
    if item.indicator != above.indicator:
        return False
    return column in _OF_INDICATOR or (same and HEADINGS[column] in (item.merged or "").split(";"))
