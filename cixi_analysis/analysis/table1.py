"""Table 1 in the plan's layout for any year; how much of a year is known (coverage)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cixi_analysis.analysis import grouped
from cixi_analysis.assessment import Assessment, asked_in, asking, unobserved
from cixi_analysis.plan.dataset import Plan, absence_reason
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.quantities import figures, with_unit
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.words import NOT_APPLICABLE_MARK, WATER_CLASSES, Absence, Attribute, Stage, printed


def headings(plan: Plan) -> dict[str, str]:
    """Column → the heading the plan prints. Two header rows: 现状值 stands over status and verdicts, 规划值 over the targets."""
    return {
        "domain": "领域", "task": "任务", "indicator": "序号", "name": "指标名称", "unit": "单位",
        **{level: level.asks for level in plan.levels}, "attribute": "指标属性", "status": "现状值",
        **{column: level.heading for column, level in verdict_columns(plan).items()},
        **{f"target_{year}": f"规划值{year}年" for year in plan.frame.target_years},
    }  # fmt: skip


def verdict_columns(plan: Plan) -> dict[str, Level]:
    """The columns of verdicts, each with its level."""
    return {f"verdict_{level}": level for level in plan.levels}


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
    """Table 1 with the verdicts of an assessment and the observations of ``year`` (default: its own), a row an item. A
    cell is merged with the one above where the plan's is (``indicators.csv``, ``merged``) and says the same.
    """
    items, columns = assessment.plan.items, headings(assessment.plan)
    rows_of = [texts(assessment, item, assessment.year if year is None else year) for item in items]
    rows = []
    spans = dict.fromkeys(columns, 1)  # from this row down, over the rows whose cell is merged with the one above
    for at, item in reversed(list(enumerate(items))):
        merged = {column for column in columns if at and _joined(items, rows_of, column, columns[column], at)}
        cells = {column: MergedCell(rows_of[at][column], spans[column]) for column in columns if column not in merged}
        rows.append(Table1Row(item, cells))
        spans = {column: spans[column] + 1 if column in merged else 1 for column in columns}
    return tuple(reversed(rows))


def printed_name(plan: Plan, item: Indicator, year: int) -> str:
    """The item's name with the plan's marks: ①, and, where not all levels ask it by the same name, stars for those that
    do, as many as the level's position (* national, ** provincial).
    """
    marks = {level: "*" * at for at, level in enumerate(plan.levels, start=1)}
    names = grouped((plan.asked(item, level, year).name, marks[level]) for level in _asking(plan, item, year))
    marked = [name + ("、".join(own) if len(own) < len(plan.levels) else "") for name, own in names.items()]
    name = f"{item.part_mark}{chr(10).join(marked)}"
    return f"{item.indicator_name}：\n{name}" if item.part_mark == "①" else name


def _asking(plan: Plan, item: Indicator, year: int) -> list[Level]:
    """The levels that ask something of an item in a year; where none does, those that do in another."""
    ever = (level for level in plan.levels if plan.requirements_of(item.item_id, level))
    return asking(plan, item.item_id, year) or [*ever]


def asked_texts(plan: Plan, item: Indicator, year: int) -> dict[str, str]:
    """The cells that say what is asked of an item in a year: its name, its unit, the wording of each level."""
    units = dict.fromkeys(plan.asked(item, level, year).unit for level in _asking(plan, item, year))
    wordings = {level: plan.requirement(item.item_id, level, year) for level in plan.levels}
    return {
        "name": printed_name(plan, item, year), "unit": "\n".join(units),
        **{level: row.wording if row else NOT_APPLICABLE_MARK for level, row in wordings.items()},
    }  # fmt: skip


def of_plan(plan: Plan, item: Indicator, year: int) -> dict[str, str]:
    """Column → what the plan itself says there, where :func:`asked_texts` of ``year`` says something else."""
    now, printed = (asked_texts(plan, item, y) for y in (year, plan.frame.base_year))
    different = {name: text or "（空白）" for name, text in printed.items() if now[name] != text}
    listed = not different or item in plan.as_of(plan.frame.base_year).items
    return different if listed else dict.fromkeys(different, "（没有这一子项）")


def status_text(plan: Plan, item_id: str, observation: Observation | None, year: int) -> str:
    """The status column: the statement, with the value where that does not print it."""
    if observation is None:
        return unobserved(plan, item_id, year)
    value, text = observation.value, observation.statement
    if text is None:
        return with_unit(value, observation.unit) if value is not None else str(observation.absence)
    if value is None or (value in text if value in WATER_CLASSES else float(value) in figures(text)):
        return text
    return f"{with_unit(value, observation.unit)}；{text}"


def texts(assessment: Assessment, item: Indicator, year: int) -> dict[str, str]:
    """The cells of an item's row, none merged: column → text."""
    plan = assessment.plan
    since = max(year, plan.frame.base_year)
    asked = asking(plan, item.item_id, since) if plan.observed(item.item_id, year) else plan.levels
    observed = [(level, plan.observation(item.item_id, year, level)) for level in plan.levels]
    statuses = dict.fromkeys(status_text(plan, item.item_id, row, year) for v, row in observed if row or v in asked)
    targets = {target.year: target.wording for target in plan.targets if target.item_id == item.item_id}
    return {
        "domain": item.domain, "task": item.task, "indicator": str(item.indicator), **asked_texts(plan, item, year),
        "attribute": Attribute(item.attribute).chinese, "status": "\n".join(statuses),
        **{name: printed(assessment.status(item.indicator, level)) for name, level in verdict_columns(plan).items()},
        **{f"target_{y}": targets.get(y, NOT_APPLICABLE_MARK) for y in plan.frame.target_years},
    }  # fmt: skip


def _joined(items: Sequence[Indicator], texts: list[dict[str, str]], column: str, heading: str, at: int) -> bool:
    """Whether a cell is merged with the cell above."""
    item, above = items[at], items[at - 1]
    same = texts[at][column] == texts[at - 1][column]
    if column in ("domain", "task"):
        return same
    if item.indicator != above.indicator:
        return False
    # These belong to the indicator as a whole: one cell over all its items.
    whole = column in ("indicator", "attribute") or column.startswith("verdict_")
    return whole or (same and heading in item.merged_columns)


@dataclass(frozen=True)
class Coverage:
    """The items of one year, each in one of three lists, in the plan's order."""

    year: int
    #: the plan's base year
    base_year: int
    #: with a number, a water class, or a statement
    with_data: tuple[str, ...]
    #: entered without a number, with a reason such as 暂无数据 or 未发现
    without_value: tuple[str, ...]
    #: not entered, at one level at least: 未填报 from the base year on; before it not at all: 原文未列
    not_entered: tuple[str, ...]
    #: entered, and not reviewed yet (初稿)
    in_draft: tuple[str, ...]
    #: reviewed, and not closed yet (复核稿)
    in_review: tuple[str, ...]

    @property
    def items(self) -> int:
        return len(self.with_data) + len(self.without_value) + len(self.not_entered)

    @property
    def is_retrospect(self) -> bool:
        """A year before the base year: only what the plan prints of it."""
        return self.year < self.base_year

    @property
    def stage(self) -> Stage:
        """How far the whole year is signed off. A year before the base year is as the plan prints it."""
        if self.year >= self.base_year and (self.not_entered or self.in_draft):
            return Stage.DRAFT
        return Stage.REVIEWED if self.year >= self.base_year and self.in_review else Stage.FINAL

    @property
    def is_draft(self) -> bool:
        """Whether the year may still change: from the base year on, with items not entered or rows not closed."""
        return self.stage is not Stage.FINAL


def standards(plan: Plan, year: int) -> tuple[str, ...]:
    """The standards that the requirements in force in a year come from."""
    asked = (plan.requirement(item.item_id, level, year) for item in plan.items for level in plan.levels)
    return tuple(dict.fromkeys(row.standard for row in asked if row))


def coverage(plan: Plan, year: int) -> Coverage:
    """What is known of ``year``, of the items of which something is asked."""
    names = ("with_data", "without_value", "not_entered", "in_draft", "in_review")
    lists: dict[str, list[str]] = {name: [] for name in names}
    for item in asked_in(plan, year):
        levels = asking(plan, item.item_id, year)
        lacking = Absence.NOT_FILLED_IN in (absence_reason(plan, item.item_id, year, level) for level in levels)
        rows = () if lacking else plan.observed(item.item_id, year)
        known = any(o.extent for o in rows)
        entered = any(o.absence is not plan.missing_reason(year) for o in rows)
        lists["with_data" if known else "without_value" if entered else "not_entered"].append(item.item_id)
        # The plan's own base year was never a draft.
        stages = {o.stage for o in rows if o.form or year != plan.frame.base_year}
        if (known or entered) and stages - {Stage.FINAL}:
            lists["in_draft" if Stage.DRAFT in stages else "in_review"].append(item.item_id)
    return Coverage(year, plan.frame.base_year, **{name: tuple(ids) for name, ids in lists.items()})
