"""The rows of a year: observations of the items, progress of projects and commitments, signatures, and the log of
corrections after the year was closed.
"""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from cixi_analysis import words
from cixi_analysis.plan import EVIDENCE, OBSERVATIONS, PROGRESS, fields
from cixi_analysis.plan.fields import ImportedFrom, ItemId, LevelId, Maybe, Row, Source, Text, Year, column
from cixi_analysis.plan.filing_rows import FILED, SHA256, SUBJECTS, Day, Evidence
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, WATER_CLASSES, Entity, ProgressState, Stage, Step, listed


class Observation(Row):
    """``observations/<year>.csv``: the data of one item in one year."""

    KEY = ("item_id", "level")
    item_id: ItemId = column("子项编号", "不分子项的指标为其序号（38），分子项的为“序号.子项”（9.1 即 9①）。")
    level: Maybe[LevelId] = column("级别", "仅当各级所测不同时填写；空＝各级通用。")
    measure: Maybe[str] = column("实测对象", "实际测得的是什么；空＝就是该子项本身。")
    unit: Maybe[str] = column("实测单位", "空＝与子项单位相同；水质类别为“类”。与要求单位不同的值从不与要求比较。")
    polarity: Maybe[words.Polarity] = column("实测方向", "空＝与子项方向相同；水质类别总是Ⅰ类最好。")
    value: Maybe[fields.Quantity] = column("现状值", "数，或水质类别 Ⅰ–劣Ⅴ；空＝没有数值（见缺失原因或原文）。")
    absence: Maybe[words.Absence] = column(
        "缺失原因", "没有数值的原因：暂无数据、未开展测算、未发现（对象不存在或未发现）、原文未列、未填报；"
        "空＝有数值，或该子项本来只以文字说明。",
    )  # fmt: skip
    assigned_target: Maybe[str] = column(
        "下达目标", f"上级下达的年度目标：数（与现状值同单位，可带比较符，如 ≤31）、水质类别，或“任务：……”；“{NOT_ASSIGNED}”＝当年没有下达；空＝原文未列。",
    )  # fmt: skip
    benchmark: Maybe[fields.Number] = column(
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
    form: ImportedFrom

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
        """The kind of the row's subject, which rows of progress and evidence have as a column."""
        return Entity.ITEM

    @property
    def id(self) -> str:
        return self.item_id

    @property
    def extent(self) -> int:
        """How much is known: 0 nothing, 1 words, 2 a number or water class."""
        return 2 if self.value is not None else int(self.absence is None)

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
    parts = (re.split("(?<![<>])=", entry, maxsplit=1) for entry in entries.split("；") if entry.strip())  # not >=80
    return [(clause.strip(), "".join(quote).strip() or clause.strip()) for clause, *quote in parts]


class Progress(Row):
    """``progress/<year>.csv``: one project or commitment a row, as an analyst reports it; without a row: 未填报."""

    KEY = ("kind", "id")
    kind: Entity = column("类别", "project 项目，commitment 承诺。")
    id: Text = column("编号", "工程表的项目序号，或承诺编号。")
    state: ProgressState = column("状态", f"该年底的状态：{listed(ProgressState)}")
    percent: Maybe[fields.Percent] = column("完成比例", "%，0–100，截至该年底；空＝未填。")
    spent: Maybe[fields.Amount] = column("累计投资", "万元，截至该年底累计完成；空＝未填，不是 0；承诺不填。")
    note: Maybe[str] = column("说明", "进展、困难、调整的情况；空＝没有。")
    source: Source
    responsible: Maybe[str] = column("填报单位", "谁对这一行负责；空＝未写明。")
    form: ImportedFrom

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in (Entity.PROJECT, Entity.COMMITMENT):
            yield "kind", "类别应为 project 或 commitment"
        if self.kind is Entity.COMMITMENT and self.spent is not None:
            yield "spent", "承诺不填累计投资（资金属于项目）"
        if self.state is ProgressState.DONE and self.percent not in (None, 100):
            yield "percent state", "完成比例为 100 或留空（状态为已完成）"
        if self.state is ProgressState.NOT_STARTED and self.percent not in (None, 0):
            yield "percent state", "完成比例为 0 或留空（状态为未开始）"


#: Folder of yearly data that is signed for and whose corrections are logged → its name in the log.
SIGNED = {OBSERVATIONS: "现状值", PROGRESS: "进展", EVIDENCE: "佐证材料"}
#: In the log, the number of a piece of evidence: its place in the list, which no column holds.
NUMBER = "number"
_LOGGED = {
    OBSERVATIONS: [*Observation.columns()], PROGRESS: [*Progress.columns()], EVIDENCE: [*Evidence.columns(), NUMBER],
}  # fmt: skip


#: What people write in the place of a name where nobody signed.
_NOBODY = re.compile(r"[\W\d_]*|无|没有|空缺?|暂?缺|略|同上|待定|N/?A", re.IGNORECASE)


def name_of_a_person(name: str) -> str:
    """The name. Raises :class:`ValueError` for a mark or a word that stands for nobody."""
    if _NOBODY.fullmatch(name):
        raise ValueError("签署人的姓名；没有人签署就不写这一行")
    return name


Name = Annotated[Text, AfterValidator(name_of_a_person)]


class Signature(Row):
    """``signatures/<year>.csv``: one signature for a year's data, or for that of one item, project or commitment."""

    KEY = ("step", "kind", "id", "name", "role", "date", "reason")
    ADDED = frozenset({"verdicts"})
    step: Step = column("环节", listed(Step))
    kind: Maybe[Entity] = column("对象", f"{FILED[:-1]}；空＝全年。")
    id: Maybe[str] = column("编号", "所签的子项编号、工程表的项目序号，或承诺编号；空＝全年。")
    name: Name = column("姓名", "谁签署。")
    role: Maybe[str] = column("职务", "签署人的单位和职务；空＝未写明。")
    date: Day = column("日期", "签署的日期，写作 2024-03-15。")
    reason: Maybe[str] = column("理由", "更正的理由，更正必填；其他环节可作说明；空＝没有。")
    content: Maybe[str] = column(
        "所签内容的 SHA-256", "签署时所签的现状值、进展与佐证材料，由程序写入；空＝没有登记。", pattern=SHA256
    )
    verdicts: Maybe[str] = column(
        "结论的 SHA-256", "签署时所签各子项的结论，由程序写入；空＝没有登记，或所签的不是子项。", pattern=SHA256
    )

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in (None, *SUBJECTS):
            yield "kind", f"{FILED[:-1]} 之一，或空（全年）"
        if (self.kind is None) != (self.id is None):
            yield "id kind", "对象与编号同时填写，或同时留空（全年）"
        if self.step is Step.CORRECTED and self.reason is None:
            yield "reason", "更正的理由"

    @property
    def words(self) -> str:
        """``2024-03-10 李四（科长）复核全年``."""
        of = "全年" if self.kind is None else f"{self.kind.chinese}{self.id}"
        return f"{self.date} {signer(self)}{self.step.chinese}{of}"

    def covers(self, kind: Entity, key: str) -> bool:
        """Whether it is for the whole year, or for this item, project or commitment."""
        return self.kind is None or (self.kind, self.id) == (kind, key)


described = column  # a column of the log is called `column`


class Revision(Row):
    """``revisions.csv``: one cell that an import changed after the year was closed; written by the program."""

    KEY = ("year", "edition", "part", "kind", "id", "place", "column")
    year: Year = described("年份", "哪一年的数据。")
    edition: int = described("版次", "这次更正形成的第几版；定稿的是第1版。", ge=2)
    date: Day = described("日期", "更正的日期。")
    part: str = described(
        "表", "，".join(f"{part} {word}" for part, word in SIGNED.items()) + "。", pattern=f"^({'|'.join(SIGNED)})$"
    )
    kind: Entity = described("对象", FILED)
    id: Text = described("编号", "子项编号、工程表的项目序号，或承诺编号。")
    place: Maybe[str] = described(
        "其余标识", "现状值为级别；佐证材料为所证、条款、材料名称、页码、时段，以逗号分隔；空＝没有。"
    )
    column: Text = described("列", "改动的列；增加或删去一行的，每一列一行；number＝佐证材料的编号。")
    before: Maybe[str] = described("原来", "改动以前；空＝空，或没有这一行。")
    after: Maybe[str] = described("现在", "改动以后；空＝空，或这一行已删去。")
    name: Text = described("姓名", "谁更正的。")
    role: Maybe[str] = described("职务", "更正人的单位和职务；空＝未写明。")
    reason: Text = described("理由", "为什么更正。")
    form: Text = described("填报工作簿", "由哪个工作簿导入：文件名与 SHA-256。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in SUBJECTS:
            yield "kind", f"{FILED[:-1]} 之一"
        if self.column not in _LOGGED[self.part]:
            yield "column", f"{SIGNED[self.part]}的一列（{'、'.join(_LOGGED[self.part])}）"
        if self.before == self.after:
            yield "after", "与原来不同"


def signer(row: Signature | Revision) -> str:
    """``李四（科长）``."""
    return f"{row.name}（{row.role}）" if row.role else row.name
