"""``observations/<year>.csv``: what is known of the items in one year."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from cixi_analysis.plan.fields import (
    ItemId,
    OptionalAbsence,
    OptionalBenchmarkKind,
    OptionalLevel,
    OptionalNumber,
    OptionalPolarity,
    OptionalQuantity,
    OptionalText,
    Row,
    source_field,
)
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, WATER_CLASSES, Stage


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
    source: str = source_field()
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
