"""What stands where in the sheets of the domains: the one description that writing and checking share.

One sheet a domain, one row a key: an item, or an item at one level where the plan names it twice (then the common
row or the two level rows are filled in, not both). Columns of ``schema.Observation`` that people fill in are input
columns; the rest shows what they need to know and is locked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from cixi_analysis.assessment import observed_level, wordings
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Indicator
from cixi_analysis.requirement.tree import (
    AssignedTarget,
    Change,
    ChangeBenchmark,
    Comparator,
    Leaf,
    LevelBenchmark,
    State,
    leaves,
)
from cixi_analysis.words import TARGET_YEARS, Absence, BenchmarkKind, Level, Polarity, ProgressState

#: Told in the form, so that a form of another plan or of an older layout is recognised.
PLAN_ID = "慈溪市生态文明建设规划（修编）2023-2030"
LAYOUT = 2
#: Forms of this layout have no sheets of progress; they are taken as they are, and leave the progress of their year.
LAYOUT_WITHOUT_PROGRESS = 1
GUIDE = "填表说明"
#: Cells of the guide sheet that tell what the form is.
PLAN_CELL, YEAR_CELL, LAYOUT_CELL = "B3", "B4", "B5"
TITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3


class Kind(Enum):
    """What may stand in a column's cells."""

    SHOWN = "shown"  # locked: what people need to know
    TEXT = "text"
    NUMBER = "number"
    QUANTITY = "quantity"  # a number or a water class
    TARGET = "target"  # a number, a water class, 上级未下达, or 任务：……
    CHOICE = "choice"


@dataclass(frozen=True)
class FormColumn:
    """A column of a sheet. ``field`` is the column of the data's row that an input column fills."""

    key: str
    title: str
    width: int
    kind: Kind
    field: str = ""
    hint: str = ""


COLUMNS = (
    FormColumn("key", "编号", 8, Kind.SHOWN),
    FormColumn("name", "指标名称", 30, Kind.SHOWN),
    FormColumn("level", "级别", 7, Kind.SHOWN),
    FormColumn("unit", "单位", 9, Kind.SHOWN),
    FormColumn("national", "国家级要求", 20, Kind.SHOWN),
    FormColumn("provincial", "省级要求", 20, Kind.SHOWN),
    FormColumn("target_2025", "规划值2025年", 16, Kind.SHOWN),
    FormColumn("target_2030", "规划值2030年", 16, Kind.SHOWN),
    FormColumn("last", "上年现状值", 20, Kind.SHOWN),
    FormColumn("value", "现状值", 11, Kind.QUANTITY, "value", "只写数，不带单位和百分号：83.3%写83.3。水质类别写Ⅲ。没有数值时留空并选缺失原因。"),
    FormColumn("absence", "缺失原因", 12, Kind.CHOICE, "absence", "没有数值时选一个；有数值时留空。"),
    FormColumn("measure", "实测对象", 16, Kind.TEXT, "measure", "实际测得的不是该指标本身时填写，如省控断面水质类别。"),
    FormColumn("measured_unit", "实测单位", 10, Kind.TEXT, "unit", "与左侧单位不同时填写；水质类别写“类”。"),
    FormColumn("polarity", "实测方向", 10, Kind.CHOICE, "polarity", "实测对象的方向与指标不同时选：越多越好、越少越好、无方向。"),
    FormColumn("comparator", "目标比较符", 9, Kind.CHOICE, "", "上级下达目标的比较符；目标是一个数而没有写明比较时留空。"),
    FormColumn("assigned_target", "下达目标", 14, Kind.TARGET, "assigned_target", "上级下达的当年目标：数、水质类别，或“任务：……”；当年没有下达写“上级未下达”；不知道留空。"),
    FormColumn("benchmark", "全省平均", 10, Kind.NUMBER, "benchmark", "全省平均值；为变化量或变化率时带符号。"),
    FormColumn("benchmark_kind", "平均的含义", 14, Kind.CHOICE, "benchmark_kind", "填了全省平均时必选。"),
    FormColumn("statement", "现状原文", 40, Kind.TEXT, "statement", "照录来源中的文字。"),
    FormColumn("attests", "载明达到的条款", 26, Kind.TEXT, "attests", "写作“条款=原文中的字句”，多个以；分隔；字句须出现在现状原文中。"),
    FormColumn("denies", "载明未达到的条款", 26, Kind.TEXT, "denies", "写法同左。"),
    FormColumn("source", "出处", 30, Kind.TEXT, "source", "文件名称、章节、表、行。填了这一行就必须填。"),
    FormColumn("responsible", "填报单位", 16, Kind.TEXT, "responsible", "谁对这一行负责。"),
    FormColumn("acknowledgment", "提示说明", 26, Kind.TEXT, "acknowledgment", "检查提示可疑而数字无误时，在此说明，说明随数据保留。"),
)  # fmt: skip
INPUTS = tuple(column for column in COLUMNS if column.kind is not Kind.SHOWN)
#: Input column of kind CHOICE → what its drop-down shows → the word of the data. 未填报 is what an untouched row means.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "absence": {reason.value: reason for reason in Absence if reason is not Absence.NOT_FILLED_IN},
    "polarity": {polarity.chinese: polarity for polarity in Polarity},
    "comparator": {comparator.value: comparator for comparator in Comparator if comparator.value},
    "benchmark_kind": {kind.chinese: kind for kind in BenchmarkKind},
    "state": {state.chinese: state for state in ProgressState},
}


@dataclass(frozen=True)
class Key:
    """A row of the form: an item, for both levels (``level`` None) or for one."""

    item: Indicator
    level: Level | None = None

    def __str__(self) -> str:
        return self.item.item_id + ("" if self.level is None else {"national": "国", "provincial": "省"}[self.level])


def sheets(plan: Plan) -> dict[str, tuple[Key, ...]]:
    """Domain → the keys of its sheet, in the plan's order."""
    found: dict[str, list[Key]] = {}
    for item in plan.items:
        found.setdefault(item.domain, []).extend(keys(item))
    return {domain: tuple(rows) for domain, rows in found.items()}


def keys(item: Indicator) -> Iterator[Key]:
    """The rows of an item: one, and two more where the plan names it once for each level."""
    yield Key(item)
    if item.provincial_name:
        yield from (Key(item, level) for level in Level)


def open_inputs(plan: Plan, key: Key, year: int) -> frozenset[str]:
    """The input columns that the item's requirements and targets can use; the others are locked in the form."""
    leaves_asked = asked(plan, key, year)
    closed = set()
    if not any(isinstance(leaf, AssignedTarget) for leaf in leaves_asked):
        closed |= {"comparator", "assigned_target"}
    if not any(needs_benchmark(leaf) for leaf in leaves_asked):
        closed |= {"benchmark", "benchmark_kind"}
    # Where only words can attest what is asked, a number is of no use; except where one has been kept all along (22).
    if all(isinstance(leaf, State) for leaf in leaves_asked) and not _has_numbers(plan, key.item.item_id):
        closed |= {"value", "measure", "measured_unit", "polarity"}
    return frozenset(column.key for column in INPUTS) - closed


def _has_numbers(plan: Plan, item_id: str) -> bool:
    return any(o.value is not None for rows in plan.observations.values() for o in rows if o.item_id == item_id)


def needs_benchmark(leaf: Leaf) -> bool:
    if isinstance(leaf, Change):
        return isinstance(leaf.rate, ChangeBenchmark)
    return isinstance(leaf, (ChangeBenchmark, LevelBenchmark))


def asked(plan: Plan, key: Key, year: int) -> tuple[Leaf, ...]:
    """What the requirements in force in ``year`` and the plan's targets ask of a row, each once, in their order."""
    levels: tuple[Level, ...] = (key.level,) if key.level else tuple(Level)
    judged = [*levels, *(str(y) for y in TARGET_YEARS if observed_level(str(y)) in levels)]
    nodes = ([w.node for w in wordings(plan, key.item, level) if w.from_year <= year][-1] for level in judged)
    return tuple(dict.fromkeys(leaf for node in nodes if node is not None for leaf in leaves(node)))
