"""The one description of every column in ``data/``.

One frozen pydantic model a file, one field a column, in the file's order: loading and its messages, the
data-dictionary page and every form are made from these models and from nothing else. A field's ``title`` is its
Chinese name, its ``description`` what stands in it. Every field is text in the file; the model gives it its type.
An empty cell has one meaning a column, and the description says which.
"""

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from cixi_analysis.words import (
    CLASS_UNIT,
    NOT_ASSIGNED,
    TARGET_YEARS,
    Absence,
    Attribute,
    BenchmarkKind,
    Convention,
    Level,
    Outcome,
    Polarity,
    Stage,
    Verdict,
)
from cixi_analysis.words import (
    WATER_CLASSES as WATER_CLASSES,  # noqa: PLC0414  # part of the schema, and known to the language without it
)

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _none_if_empty(text: Any) -> Any:
    return None if text == "" else text


def _decimal_text(text: Any) -> Any:
    if text is not None and not _NUMBER.fullmatch(str(text)):
        raise ValueError("阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）")
    return text


def _quantity(text: Any) -> Any:
    """A number or a water class, kept as written."""
    if text is not None and str(text) not in WATER_CLASSES:
        return _decimal_text(text)
    return text


def _maybe(*validators: Any) -> Any:
    return BeforeValidator(lambda v: _chain(v, validators))


def _chain(value: Any, validators: tuple[Any, ...]) -> Any:
    value = _none_if_empty(value)
    for validator in validators:
        value = validator(value)
    return value


Text = Annotated[str, Field(min_length=1)]
OptionalText = Annotated[str | None, _maybe()]
OptionalNumber = Annotated[float | None, _maybe(_decimal_text)]
OptionalQuantity = Annotated[str | None, _maybe(_quantity)]
OptionalLevel = Annotated[Level | None, _maybe()]
OptionalPolarity = Annotated[Polarity | None, _maybe()]
OptionalAbsence = Annotated[Absence | None, _maybe()]
OptionalBenchmarkKind = Annotated[BenchmarkKind | None, _maybe()]
ItemId = Annotated[str, Field(pattern=r"^[1-9]\d?(\.[1-9])?$")]
OptionalItemId = Annotated[ItemId | None, _maybe()]
Year = Annotated[int, Field(ge=2000, le=2100)]
OptionalYear = Annotated[Year | None, _maybe()]
Count = Annotated[int, Field(ge=0)]


def _source() -> Any:
    return Field(title="出处", description="数字或文字的来源：文件名称、章节、表、行。", min_length=1)


class Row(BaseModel):
    """A row of facts. ``key`` names the fields that tell it from every other row of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    @classmethod
    def key(cls) -> tuple[str, ...]:
        raise NotImplementedError

    @classmethod
    def columns(cls) -> dict[str, FieldInfo]:
        return cls.model_fields


class Indicator(Row):
    """``indicators.csv``: one row an item (子项), in the plan's order."""

    item_id: ItemId = Field(
        title="子项编号", description="不分子项的指标为其序号（38），分子项的为“序号.子项”（9.1 即 9①）。"
    )
    indicator: Annotated[int, Field(ge=1)] = Field(title="序号", description="表一的指标序号 1–50。")
    domain: Text = Field(title="领域", description="六大领域之一。")
    task: Text = Field(title="任务", description="十项任务之一，照录。")
    indicator_name: Text = Field(title="指标名称", description="指标的名称；两级名称不同时为国家级名称。")
    name: Text = Field(title="子项名称", description="所测对象的名称；两级名称不同时为国家级名称。")
    provincial_name: OptionalText = Field(
        title="省级名称", description="仅当原表另印一个省级（**）名称时填写；空＝与子项名称相同。"
    )
    mark: Annotated[str, Field(pattern=r"^\*{0,2}$")] = Field(
        title="级别标记", description="* 国家级特有，** 省级特有，空＝两级共有（或两级各有名称）。"
    )
    unit: OptionalText = Field(title="单位", description="照录；空＝原表空白（仅 47）。")
    attribute: Attribute = Field(title="指标属性", description="binding 约束性，reference 参考性。")
    polarity: Polarity = Field(title="方向", description="more 越多越好，less 越少越好，none 规划未表明方向。")
    merged: OptionalText = Field(
        title="合并单元格", description="原表空白、经判断与上一行合并的列（分号分隔）；空＝没有。这是判断，故列为数据。"
    )
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("item_id",)

    @property
    def part_mark(self) -> str:
        """①, ② … of a divided indicator's item; "" for an undivided one."""
        _, _, part = self.item_id.partition(".")
        return "①②③④⑤⑥⑦⑧⑨"[int(part) - 1] if part else ""


class Requirement(Row):
    """``requirements.csv``: the official wording for one item and level, valid from a year on."""

    item_id: ItemId = Field(title="子项编号", description="见 indicators.csv。")
    level: Level = Field(title="级别", description="national 国家级，provincial 省级。")
    from_year: Year = Field(
        title="起始年", description="自该年起适用，直至同一子项同一级别的下一行；更早的年份用最早的一行回看。"
    )
    wording: Text = Field(title="要求原文", description="照录；“/”＝本级对该子项没有要求。")
    reading: OptionalText = Field(title="读法", description="仅当原文有两种读法时填写；空＝按原文直接解读。")
    reading_reason: OptionalText = Field(title="读法理由", description="为何取这一读法；空＝没有另定读法。")
    standard: Text = Field(title="依据标准", description="要求出自哪一标准；规划没有写明的，照实说明。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("item_id", "level", "from_year")

    @model_validator(mode="after")
    def _check(self) -> Self:
        _need_reason(self.reading, self.reading_reason)
        return self


class Target(Row):
    """``targets.csv``: the plan's own wording for 2025 and 2030 (规划值)."""

    item_id: ItemId = Field(title="子项编号", description="见 indicators.csv。")
    year: Year = Field(title="目标年", description="2025 或 2030。")
    wording: Text = Field(title="规划值原文", description="照录，与指标要求用同一种语言解读。")
    reading: OptionalText = Field(title="读法", description="仅当原文有两种读法时填写；空＝按原文直接解读。")
    reading_reason: OptionalText = Field(title="读法理由", description="为何取这一读法；空＝没有另定读法。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("item_id", "year")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.year not in TARGET_YEARS:
            raise ValueError(f"目标年应为 {' 或 '.join(map(str, TARGET_YEARS))}")
        _need_reason(self.reading, self.reading_reason)
        return self


def _need_reason(reading: str | None, reason: str | None) -> None:
    if (reading is None) != (reason is None):
        raise ValueError("“读法”与“读法理由”应同时填写或同时留空")


class Observation(Row):
    """``observations/<year>.csv``: what is known of one item in one year."""

    item_id: ItemId = Field(title="子项编号", description="见 indicators.csv。")
    level: OptionalLevel = Field(title="级别", description="仅当两级所测不同（如 11）时填写；空＝两级通用。")
    measure: OptionalText = Field(title="实测对象", description="实际测得的是什么；空＝就是该子项本身。")
    unit: OptionalText = Field(
        title="实测单位", description="空＝与子项单位相同；水质类别为“类”。与要求单位不同的值从不与要求比较。"
    )
    polarity: OptionalPolarity = Field(title="实测方向", description="空＝与子项方向相同。")
    value: OptionalQuantity = Field(
        title="现状值", description="数，或水质类别 Ⅰ–劣Ⅴ；空＝没有数值（见缺失原因或原文）。"
    )
    absence: OptionalAbsence = Field(
        title="缺失原因",
        description="没有数值的原因：暂无数据、未开展测算、未发现（对象不存在或未发现）、原文未列、未填报；"
        "空＝有数值，或该子项本来只以文字说明。",
    )
    assigned_target: OptionalText = Field(
        title="下达目标",
        description=f"上级下达的年度目标：数（可带比较符，如 ≤31）、水质类别，或“任务：……”；“{NOT_ASSIGNED}”＝当年没有下达；空＝原文未列。",
    )
    benchmark: OptionalNumber = Field(
        title="全省平均", description="全省平均值；为变化量或变化率时带符号，上升为正、下降为负；空＝未知。"
    )
    benchmark_kind: OptionalBenchmarkKind = Field(
        title="平均的含义",
        description="level 水平值，change 年变化量（与指标同单位），rate 年变化率（%）；空＝没有全省平均。",
    )
    statement: OptionalText = Field(title="现状原文", description="现状值一栏的文字，照录；空＝原文没有这一年的文字。")
    attests: OptionalText = Field(
        title="载明达到",
        description="原文载明已做到的条款，写作“条款=原文中的字句”，以分号（；）分隔；字句与条款相同时可只写条款；空＝没有。",
    )
    denies: OptionalText = Field(title="载明未达到", description="原文载明没有做到的条款，写法同上；空＝没有。")
    source: str = _source()
    responsible: OptionalText = Field(title="填报单位", description="谁对这个数负责；空＝未写明（规划所载各年）。")
    acknowledgment: OptionalText = Field(
        title="提示说明", description="对检查所提示的可疑之处（如与上年相差悬殊）的说明；空＝没有提示或未加说明。"
    )
    stage: Annotated[Stage, BeforeValidator(lambda v: v or Stage.DRAFT)] = Field(
        title="阶段", description="初稿＝该年尚未定稿，还会改动；定稿＝已定；空＝初稿。"
    )
    form: OptionalText = Field(
        title="填报工作簿",
        description="这一行由哪个工作簿导入：文件名与 SHA-256；定稿以后才改动的，其后写明更正了哪些列；空＝不是由工作簿导入。",
    )

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("item_id", "level")

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = []
        if self.value is not None and self.absence is not None:
            problems.append("现状值与缺失原因只能有一个")
        if self.value is None and self.absence is None and self.statement is None:
            problems.append("没有现状值时，应给出缺失原因或原文")
        if self.value is not None and (self.value in WATER_CLASSES) != (self.unit == CLASS_UNIT):
            problems.append(f"水质类别的单位应为“{CLASS_UNIT}”，数的单位不应为“{CLASS_UNIT}”")
        if (self.benchmark is None) != (self.benchmark_kind is None):
            problems.append("全省平均与其含义应同时填写或同时留空")
        if problems:
            raise ValueError("；".join(problems))
        return self

    def clauses(self, column: str) -> list[tuple[str, str]]:
        """(clause, quoted words) pairs of ``attests`` or ``denies``."""
        return clause_pairs(getattr(self, column) or "")


def clause_pairs(entries: str) -> list[tuple[str, str]]:
    """``条款=字句；条款`` → (clause, quoted words) pairs; the words are the clause's own where none are given."""
    parts = (entry.partition("=") for entry in entries.split("；") if entry.strip())
    return [(clause.strip(), quote.strip() or clause.strip()) for clause, _, quote in parts]


class ConventionRow(Row):
    """``conventions.csv``: where a named convention may make an undecided leaf count as met."""

    convention: Convention = Field(title="约定", description="约定的名称，定义见方法页。")
    item_id: OptionalItemId = Field(title="子项编号", description="适用的子项；空＝凡符合条件者。")
    level: OptionalLevel = Field(title="级别", description="适用的级别；空＝各级及规划值。")
    year: OptionalYear = Field(title="年份", description="适用的年份；空＝各年。")
    reason: Text = Field(title="理由", description="为何可以这样认定。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("convention", "item_id", "level", "year")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.convention is Convention.PLAN_CONCLUDES and (self.item_id is None or self.year is None):
            raise ValueError("“依规划结论”须写明子项编号和年份：规划只对它所判的那一年作了结论")
        if self.convention is Convention.NOTHING_THERE and self.item_id is None:
            raise ValueError("“无此对象”须写明子项编号")
        return self


class Published(Row):
    """``published.csv``: what the plan printed as verdict, count or sum; compared with, never computed from."""

    kind: Annotated[
        str,
        Field(
            pattern="^(verdict|indicators|tally|named|past_type|past_outcome|past_sum|projects|project_origin|budget)$"
        ),
    ] = Field(
        title="类别",
        description="所印的是什么：verdict 达标结论，indicators 指标数，tally 分级计数，named 点名的指标，"
        "past_* 表二的合计，projects/project_origin 项目数，budget 投资。",
    )
    subject: OptionalText = Field(title="对象", description="指标序号、计数的项目、项目类型等；空＝全体。")
    level: OptionalLevel = Field(title="级别", description="空＝与级别无关。")
    name: OptionalText = Field(title="原文用名", description="正文点名时所用的名称，照录；空＝不涉及名称。")
    stated: Text = Field(title="所印", description="规划所印的结论、数或和，照录。")
    unit: OptionalText = Field(title="单位", description="空＝个（项）或结论。")
    explanation: OptionalText = Field(title="说明", description="所印与复算的关系需要解释时的说明；空＝不需要。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("kind", "subject", "level", "source")

    @model_validator(mode="after")
    def _check(self) -> Self:
        words = {v.chinese for v in Verdict}
        if self.kind in {"verdict", "named"} and self.stated not in words:
            raise ValueError(f"结论应为 {'、'.join(sorted(words))} 之一")
        return self


class PastProjects(Row):
    """``projects_2018_2022.csv``: Table 2, one row a project type and outcome."""

    project_type: Text = Field(title="项目类型", description="照录。")
    outcome: Outcome = Field(
        title="实施情况",
        description="表二的列：completed 已完成，as_planned 按原计划推进，"
        "adjusted 继续推进但内容调整，changed 因政策调整、园区整合、上级安排等变动。",
    )
    count: Count = Field(title="项目数", description="项。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("project_type", "outcome")


class Project(Row):
    """``projects.csv``: Table 3, one row a project."""

    number: Annotated[int, Field(ge=1)] = Field(title="序号", description="表三的项目序号 1–47。")
    category: Text = Field(title="类别", description="六个体系之一。")
    name: Text = Field(title="项目名称", description="照录。")
    content: Text = Field(title="主要内容", description="照录。")
    years: Annotated[str, Field(pattern=r"^20\d\d(-20\d\d)?$")] = Field(
        title="实施年限", description="照录，如 2021-2025 或 2025。"
    )
    budget: OptionalNumber = Field(title="投资概算", description="万元；空＝没有概算（原因见下一列），不是 0。")
    budget_absence: OptionalAbsence = Field(title="概算缺失原因", description="原表为“/”的写“原文未列”；空＝有概算。")
    units: Text = Field(title="责任单位", description="照录；多个单位以“、”分隔（括号内的“、”不分隔）。")
    source: str = _source()

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("number",)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.budget is None) == (self.budget_absence is None):
            raise ValueError("投资概算与概算缺失原因应恰有一个")
        if self.start_year > self.end_year:
            raise ValueError("实施年限的起始年不应晚于结束年")
        return self

    @property
    def start_year(self) -> int:
        return int(self.years[:4])

    @property
    def end_year(self) -> int:
        return int(self.years[-4:])

    @property
    def responsible(self) -> tuple[str, ...]:
        """The responsible units; ``、`` separates them only outside brackets."""
        return tuple(re.split(r"、(?![^（]*）)", self.units))


#: File (below ``data/``) → the model of its rows. Observation files share one model, one file a year.
TABLES: dict[str, type[Row]] = {
    "indicators.csv": Indicator,
    "requirements.csv": Requirement,
    "targets.csv": Target,
    "conventions.csv": ConventionRow,
    "published.csv": Published,
    "projects_2018_2022.csv": PastProjects,
    "projects.csv": Project,
}
OBSERVATIONS = "observations"
