"""The rows of the plan's text outside Tables 1-3: commitments, background figures, the audit, and links.

Quotations are verbatim and stand in one paragraph of the plan; a test compares each with the plan's text.
"""

from collections.abc import Iterator
from typing import Annotated

from cixi_analysis import words
from cixi_analysis.plan.fields import Decimal, Maybe, Row, Source, Text, Year, column
from cixi_analysis.words import AuditMethod, AuditResult, CommitmentKind, Deadline, Entity, Relation, listed

Section = Annotated[Text, column("节", "规划的节号，如 三（二）2 或 二（五）2（1）。")]
Quotation = Annotated[Text, column("原文", "规划原文，照录。")]
_CELL = "规划原文，照录；表格一格之内的换行也照录，页上印作“⏎”。"
_ENDING = {Deadline.BY, Deadline.BEFORE, Deadline.DURING}
_STARTING = {Deadline.FROM, Deadline.AFTER, Deadline.DURING}


class Commitment(Row):
    """``commitments.csv``: one dated or quantified promise of the plan's text (措施中的量化目标) a row."""

    KEY = ("commitment_id",)
    commitment_id: str = column("承诺编号", "C 加三位数，一经使用不再改动；各行按原文次序。", pattern="^C[0-9]{3}$")
    section: Section
    box: Maybe[str] = column("专栏", "所在的专栏，如 专栏10；空＝不在专栏里。")
    domain: Maybe[str] = column("领域", "规划的领域之一，照 indicators.csv；空＝就全局而言。")
    metric: Text = column("承诺事项", "所承诺的是什么，用我们自己的短语。")
    kind: CommitmentKind = column(
        "类型", "target 达到某一数量，maintain 保持，full_coverage 全覆盖，milestone 完成某事（没有数量），yearly_rate 每年完成若干。",
    )  # fmt: skip
    comparator: Maybe[words.Comparison] = column("比较", "≥、>、≤、<、=；空＝没有数量。")
    value: Maybe[Decimal] = column("数量", "所承诺的数；空＝没有数量。")
    value_to: Maybe[Decimal] = column("数量上端", "原文写成范围（5-6年）时的上端；空＝不是范围。")
    unit: Maybe[str] = column("单位", "照录；空＝没有数量，或该数量没有单位。")
    stated: Maybe[words.Stated] = column(
        "明示与否", "stated 原文所印，implied 由原文推出而没有印数（全覆盖为100%，不再增长为≤0），approximate 约数；空＝没有数量。",
    )  # fmt: skip
    mode: Maybe[Deadline] = column(
        "期限方式", "by 到该年，before 该年以前（不含该年），from 自该年起，after 该年以后（不含该年），during 期间；"
        "期限管到句号为止，以年份开头的段落管整段，近期目标为到第一个目标年；空＝原文未写期限。",
    )  # fmt: skip
    start_year: Maybe[Year] = column("起始年", "from、after 与 during 的年份；空＝不适用。")
    end_year: Maybe[Year] = column("到期年", "by、before 与 during 的年份；空＝不适用。")
    scope: Text = column("范围", "全市、中心城区、围垦区等，照原文；原文未写的为全市。")
    quotation: Quotation
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind is not CommitmentKind.MAINTAIN and (self.value is None) != (self.kind is CommitmentKind.MILESTONE):
            yield "kind value", "完成某事（milestone）没有数量，达到、全覆盖、每年完成都有数量"
        if len({self.value is None, self.comparator is None, self.stated is None}) > 1:
            yield "comparator value stated", "数量、比较与明示与否应同时填写或同时留空"
        if self.value is None and (self.unit is not None or self.value_to is not None):
            yield "value value_to unit", "没有数量时，单位与数量上端应为空"
        if self.value_to is not None and not float(self.value_to) > float(self.value or 0):
            yield "value value_to", "数量上端应大于数量"
        ends, starts = self.mode in _ENDING, self.mode in _STARTING
        if ends != (self.end_year is not None) or starts != (self.start_year is not None):
            rule = "by、before 只填到期年，from、after 只填起始年，during 两个都填，没有期限的都不填"
            yield "mode start_year end_year", rule
        if self.start_year and self.end_year and self.start_year > self.end_year:
            yield "start_year end_year", "起始年不应晚于到期年"

    @property
    def first_year(self) -> int | None:
        """The year with which it begins: X年以后 begins with the year after X. ``None`` where none is given."""
        return None if self.start_year is None else self.start_year + (self.mode is Deadline.AFTER)

    @property
    def due_year(self) -> int | None:
        """The year at whose end it falls due: X年以前 is over with the year before X. ``None`` where no year ends it."""
        return None if self.end_year is None else self.end_year - (self.mode is Deadline.BEFORE)

    @property
    def place(self) -> str:
        """Section and box: ``三（五）1 专栏10``."""
        return f"{self.section} {self.box}" if self.box else self.section


class Figure(Row):
    """``background.csv``: one figure or award of section 一（一） (工作基础) a row."""

    KEY = ("figure_id",)
    figure_id: str = column("编号", "B 加三位数，一经使用不再改动；各行按原文次序。", pattern="^B[0-9]{3}$")
    section: Section
    kind: words.FigureKind = column("类型", listed(words.FigureKind))
    subject: Text = column("对象", "说的是什么，用我们自己的短语。")
    value: Maybe[Decimal] = column("数值", "空＝没有数（荣誉）。")
    unit: Maybe[str] = column("单位", "照录；空＝没有数或没有单位。")
    stated: Maybe[words.Stated] = column("明示与否", "stated 原文所印，implied 推出，approximate 约数；空＝没有数。")
    start_year: Maybe[Year] = column("起始年", "累计自哪一年起；空＝原文未写或不适用。")
    year: Maybe[Year] = column("年份", "数值所属的年份或累计到的年份；空＝原文未写年份。")
    award_year: Maybe[Year] = column("授予年", "荣誉在哪一年获得；空＝原文未写或不适用。")
    rated_year: Maybe[Year] = column("所评年度", "荣誉评的是哪一年；空＝原文未写或不适用。")
    quotation: Quotation
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.value is None) != (self.stated is None):
            yield "value stated", "数值与明示与否应同时填写或同时留空"
        elif self.value is None and self.kind is not words.FigureKind.AWARD:
            yield "kind value", "只有荣誉可以没有数值"


class LeftOut(Row):
    """``left_out.csv``: a number of the plan's text that is no quantity of a promise, and why."""

    KEY = ("section", "box", "figure", "quotation")
    section: Section
    box: Maybe[str] = column("专栏", "所在的专栏；空＝不在专栏里。")
    figure: Text = column("数字", "所印的数字，照录。")
    quotation: Quotation
    reason: Text = column("理由", "为何不作为承诺收录。")


class AuditRow(Row):
    """``audit.csv``: two places of the plan about the same subject, compared."""

    KEY = ("audit_id",)
    audit_id: str = column("核对编号", "A 加三位数，一经使用不再改动。", pattern="^A[0-9]{3}$")
    title: Text = column("核对什么", "用我们自己的短语。")
    method: AuditMethod = column("方法", listed(AuditMethod))
    check: Maybe[str] = column(
        "算式", "由所引的数字写成，程序据此计算：如 34 = 7 + 26 + 1；count(甲|乙|丙) 为所列名称的个数；空＝对读。"
    )
    result: Maybe[AuditResult] = column(
        "结果", "agrees 一致（两处相同，或一处包含另一处），contradicts 不一致（照字面不能同时成立），unclear 不能确定"
        "（是否同一事、同一范围、同一起止没有写明，或加上原文没有的前提才能同时成立）；计算的由程序得出，留空，"
        "算式不成立、而原文又不足以断定不一致的写 unclear。",
    )  # fmt: skip
    place_a: Text = column("甲处", "节与段落，或表、行、列。")
    quotation_a: Text = column("甲处原文", _CELL)
    place_b: Text = column("乙处", "同上。")
    quotation_b: Text = column("乙处原文", _CELL)
    reasoning: Text = column("说明", "一句话：为何一致、不一致或不能确定。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.method is AuditMethod.ARITHMETIC) != (self.check is not None):
            yield "method check", "计算的写算式，对读的不写"
        elif self.method is AuditMethod.WORDING and self.result is None:
            yield "result", "对读的应写明结果"
        elif self.method is AuditMethod.ARITHMETIC and self.result not in (None, AuditResult.UNCLEAR):
            yield "result", "计算的结果由程序得出，应留空（不能确定的写 unclear）"


class Link(Row):
    """``links.csv``: related subjects, each pair with a reason. What Table 3 prints (责任单位, 类别) is not repeated here."""

    KEY = ("from_kind", "from_id", "to_kind", "to_id")
    from_kind: Entity = column("由（类）", "commitment 承诺，project 项目，finding 核对。")
    from_id: Text = column("由（编号）", "承诺编号、项目序号或核对编号。")
    to_kind: Entity = column("至（类）", "item 指标子项，project 项目，commitment 承诺。")
    to_id: Text = column("至（编号）", "子项编号、项目序号或承诺编号。")
    relation: Relation = column(
        "关系", "same_quantity 同一数量，contributes 有助于，carried_out_by 由其落实，concerns 涉及。"
    )
    reason: Text = column("理由", "一句话说明关联的理由。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.relation, self.from_kind, self.to_kind) not in _LINKS:
            known = "；".join(f"{a.value} {r.value} {b.value}" for r, a, b in _LINKS)
            yield "from_kind to_kind relation", f"以下关系之一：{known}"
        elif (self.from_kind, self.from_id) == (self.to_kind, self.to_id):
            yield "from_id to_id", "两个不同的编号"


_C, _P, _F, _I = Entity.COMMITMENT, Entity.PROJECT, Entity.FINDING, Entity.ITEM
#: Which kinds each relation may join.
_LINKS = [
    *((Relation.SAME_QUANTITY, a, b) for a, b in ((_C, _I), (_P, _I), (_C, _P), (_C, _C))),
    *((Relation.CONTRIBUTES, a, _I) for a in (_C, _P)),
    (Relation.CARRIED_OUT_BY, _C, _P),
    *((Relation.CONCERNS, _F, b) for b in (_I, _P, _C)),
]
