"""The rows that every year has: observations of the items, and progress of projects and commitments."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator

from cixi_analysis import words
from cixi_analysis.plan.fields import (
    Amount,
    ItemId,
    LevelId,
    Maybe,
    Number,
    Percent,
    Quantity,
    Row,
    Source,
    Text,
    column,
)
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, WATER_CLASSES, Entity, ProgressState, Stage, listed


class Observation(Row):
    """``observations/<year>.csv``: what is known of one item in one year."""

    KEY = ("item_id", "level")
    item_id: ItemId = column("子项编号", "见 indicators.csv。")
    level: Maybe[LevelId] = column("级别", "仅当各级所测不同时填写；空＝各级通用。")
    measure: Maybe[str] = column("实测对象", "实际测得的是什么；空＝就是该子项本身。")
    unit: Maybe[str] = column("实测单位", "空＝与子项单位相同；水质类别为“类”。与要求单位不同的值从不与要求比较。")
    polarity: Maybe[words.Polarity] = column("实测方向", "空＝与子项方向相同。")
    value: Maybe[Quantity] = column("现状值", "数，或水质类别 Ⅰ–劣Ⅴ；空＝没有数值（见缺失原因或原文）。")
    absence: Maybe[words.Absence] = column(
        "缺失原因", "没有数值的原因：暂无数据、未开展测算、未发现（对象不存在或未发现）、原文未列、未填报；"
        "空＝有数值，或该子项本来只以文字说明。",
    )  # fmt: skip
    assigned_target: Maybe[str] = column(
        "下达目标", f"上级下达的年度目标：数（可带比较符，如 ≤31）、水质类别，或“任务：……”；“{NOT_ASSIGNED}”＝当年没有下达；空＝原文未列。",
    )  # fmt: skip
    benchmark: Maybe[Number] = column(
        "全省平均", "要求所比的平均值，通常是全省的；为变化量或变化率时带符号，上升为正、下降为负；空＝未知。"
    )
    benchmark_kind: Maybe[words.BenchmarkKind] = column(
        "平均的含义", f"什么的、哪里的平均：{listed(words.BenchmarkKind)}空＝没有平均值。"
    )
    statement: Maybe[str] = column("现状原文", "现状值一栏的文字，照录；空＝原文没有这一年的文字。")
    attests: Maybe[str] = column(
        "载明达到", "原文载明已做到的条款，写作“条款=原文中的字句”，以分号（；）分隔；字句与条款相同时可只写条款；空＝没有。",
    )  # fmt: skip
    denies: Maybe[str] = column("载明未达到", "原文载明没有做到的条款，写法同上；空＝没有。")
    source: Source
    responsible: Maybe[str] = column("填报单位", "谁对这个数负责；空＝未写明（规划所载各年）。")
    acknowledgment: Maybe[str] = column(
        "提示说明", "对检查所提示的可疑之处（如与上年相差悬殊）的说明；空＝没有提示或未加说明。"
    )
    stage: Annotated[Stage, BeforeValidator(lambda v: v or Stage.DRAFT)] = column(
        "阶段", "初稿＝还会改动；复核稿＝已有人复核，还没有定稿；定稿＝已定；空＝初稿。"
    )
    form: Maybe[str] = column(
        "填报工作簿", "这一行由哪个工作簿导入：文件名与 SHA-256；空＝不是由工作簿导入。",
    )  # fmt: skip

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.value is not None and self.absence is not None:
            yield "value absence", "现状值与缺失原因只能有一个"
        if self.value is None and self.absence is None and self.statement is None:
            yield "value absence statement", "没有现状值时，应给出缺失原因或原文"
        if self.value is not None and (self.value in WATER_CLASSES) != (self.unit == CLASS_UNIT):
            yield "value unit", f"水质类别的单位应为“{CLASS_UNIT}”，数的单位不应为“{CLASS_UNIT}”"
        if (self.benchmark is None) != (self.benchmark_kind is None):
            yield "benchmark benchmark_kind", "全省平均与其含义应同时填写或同时留空"

    @property
    def kind(self) -> Entity:
        """What the row is about, as progress and evidence have it in a column."""
        return Entity.ITEM

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item_id

    @property
    def why_absent(self) -> str:
        """Why there is no value, in the statement's own words where it says so; "" where no reason is given."""
        return absence_words(self.absence, self.statement)

    def clauses(self, column: str) -> list[tuple[str, str]]:
        """(clause, quoted words) pairs of ``attests`` or ``denies``."""
        return clause_pairs(getattr(self, column) or "")


def absence_words(absence: str | None, statement: str | None) -> str:
    """The clause of the statement that gives the reason of absence (of two rates, which one), else the reason itself.
    A clause that begins with its year goes without it.
    """
    clauses = re.split(r"[，；。\n]", statement or "")
    return next((re.sub(r"^\d{4}年", "", one) for one in clauses if absence and absence in one), absence or "")


def clause_pairs(entries: str) -> list[tuple[str, str]]:
    """``条款=字句；条款`` → (clause, quoted words) pairs; the words are the clause's own where none are given."""
    parts = (entry.partition("=") for entry in entries.split("；") if entry.strip())
    return [(clause.strip(), quote.strip() or clause.strip()) for clause, _, quote in parts]


class Progress(Row):
    """``progress/<year>.csv``: one project or commitment a row, as an analyst reports it; without a row: 未填报."""

    KEY = ("kind", "id")
    kind: Entity = column("类别", "project 项目，commitment 承诺。")
    id: Text = column("编号", "工程表的项目序号，或承诺编号。")
    state: ProgressState = column("状态", f"该年底的状态：{listed(ProgressState)}")
    percent: Maybe[Percent] = column("完成比例", "%，0–100，截至该年底；空＝未填。")
    spent: Maybe[Amount] = column("累计投资", "万元，截至该年底累计完成；空＝未填，不是 0；承诺不填。")
    note: Maybe[str] = column("说明", "进展、困难、调整的情况；空＝没有。")
    source: Source
    responsible: Maybe[str] = column("填报单位", "谁对这一行负责；空＝未写明。")
    form: Maybe[str] = column("填报工作簿", "这一行由哪个工作簿导入：文件名与 SHA-256；空＝不是由工作簿导入。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in (Entity.PROJECT, Entity.COMMITMENT):
            yield "kind", "类别应为 project 或 commitment"
        if self.kind is Entity.COMMITMENT and self.spent is not None:
            yield "spent", "承诺不填累计投资（资金属于项目）"
        if self.state is ProgressState.DONE and self.percent not in (None, 100):
            yield "percent state", "完成比例为 100 或留空（状态为已完成）"
        if self.state is ProgressState.NOT_STARTED and self.percent not in (None, 0):
            yield "percent state", "完成比例为 0 或留空（状态为未开始）"
