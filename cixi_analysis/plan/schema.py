"""The schema of ``data/``: which file holds which rows, and the rows of the plan's Tables 1-3.

One frozen pydantic model for each file, one field for each column, in the file's order; a field's ``title`` is its
Chinese name, its ``description`` what stands in it. Loading, messages, the data-dictionary page and the forms are made
from these models; nothing else describes a column.
"""

import re
from collections.abc import Iterator

from cixi_analysis import words
from cixi_analysis.plan import EVIDENCE, FOLDERS, OBSERVATIONS, PROGRESS, RECEIPTS, REVISIONS, SIGNATURES
from cixi_analysis.plan.fields import Amount, ItemId, LevelId, Maybe, Row, Source, TargetYear, Text, Year, column
from cixi_analysis.plan.filing_rows import Evidence, Receipt, Responsible, separate_units
from cixi_analysis.plan.narrative_rows import AuditRow, Commitment, Figure, LeftOut, Link
from cixi_analysis.plan.yearly_rows import Observation, Progress, Revision, Signature, absence_words, clause_pairs
from cixi_analysis.words import WATER_CLASSES, Absence, Convention, Outcome, Verdict, listed, printed

__all__ = [
    "EVIDENCE", "OBSERVATIONS", "PROGRESS", "RECEIPTS", "REVISIONS", "SIGNATURES", "TABLES", "WATER_CLASSES", "YEARLY",
    "AuditRow", "Commitment", "ConventionRow", "Evidence", "Figure", "Indicator", "LeftOut", "Link", "Observation", "PastProjects", "Progress",
    "Project", "Published", "Receipt", "Requirement", "Responsible", "Revision", "Row", "Signature", "Target", "Term",
    "absence_words", "clause_pairs",
]  # fmt: skip

#: Wordings that ask nothing; the requirement language lists them too (a test compares both).
_NOTHING = re.compile(r"[\W_]*|不(涉及|适用|要求|作要求|做要求|考核)|无要求")
_BOTH = "“读法”与“读法理由”应同时填写或同时留空"


class Indicator(Row):
    """``indicators.csv``: one row an item (子项), in the plan's order."""

    KEY = ("item_id",)
    item_id: ItemId = column("子项编号", "不分子项的指标为其序号（38），分子项的为“序号.子项”（9.1 即 9①）。")
    indicator: int = column("序号", "指标的序号。", ge=1)
    domain: Text = column("领域", "指标所属的领域，照录。")
    task: Text = column("任务", "指标所属的任务，照录。")
    indicator_name: Text = column("指标名称", "指标的名称，照录。")
    name: Text = column("子项名称", "所测对象的名称；某一级或自某年起另有名称的，见 requirements.csv。")
    unit: Maybe[str] = column("单位", "照录；空＝原表空白。")
    attribute: words.Attribute = column("指标属性", listed(words.Attribute))
    polarity: words.Polarity = column("方向", "more 越多越好，less 越少越好，none 规划未表明方向。")
    merged: Maybe[str] = column(
        "合并单元格", "原表空白、经判断与上一行合并的列（分号分隔）；空＝没有。这是判断，故列为数据。"
    )
    source: Source

    @property
    def part_mark(self) -> str:
        """①, ② … of a divided indicator's item; "" for an undivided one."""
        _, _, part = self.item_id.partition(".")
        return "①②③④⑤⑥⑦⑧⑨"[int(part) - 1] if part else ""

    @property
    def label(self) -> str:
        """``9①``, ``38``."""
        return f"{self.indicator}{self.part_mark}"

    @property
    def merged_columns(self) -> tuple[str, ...]:
        """The headings below which the cell is blank and merged with the one above."""
        return tuple((self.merged or "").split(";"))


class Requirement(Row):
    """``requirements.csv``: what a level asks of one item from a year on; without a row nothing is asked."""

    KEY = ("item_id", "level", "from_year")
    item_id: ItemId = column("子项编号", "见 indicators.csv。")
    level: LevelId = column("级别", "提出要求的级别，编号见 plan.toml。")
    from_year: Year = column("起始年", "自该年起适用，直至同一子项同一级别的下一行；子项自其最早的一行起存在。")
    to_year: Maybe[Year] = column("终止年", "适用的最后一年；空＝没有终止，或由下一行接替。")
    wording: Text = column("要求原文", "照录；“/”一类的记号＝自该年起本级对该子项没有要求。")
    reading: Maybe[str] = column("读法", "仅当原文有两种读法、或不能解读时填写；空＝按原文直接解读。")
    reading_reason: Maybe[str] = column("读法理由", "为何取这一读法；空＝没有另定读法。")
    measure: Maybe[str] = column(
        "所测", "该级自该年起所测的名称，与子项名称不同时填写；空＝相同。名称不同的数不连成一个序列。"
    )
    unit: Maybe[str] = column("单位", "所测的单位，与子项的单位不同时填写；空＝相同。")
    polarity: Maybe[words.Polarity] = column("方向", "所测的方向，与子项的方向不同时填写；空＝相同。")
    standard: Text = column("依据标准", "要求出自哪一标准；规划没有写明的，照实说明。")
    source: Source

    @property
    def only_ends(self) -> bool:
        """Whether the row only ends a requirement (/, 不涉及): no digit, no measure of its own."""
        return self.measure is self.unit is None and bool(_NOTHING.fullmatch(self.wording))

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.reading is None) != (self.reading_reason is None):
            yield "reading reading_reason", _BOTH
        if self.to_year is not None and self.to_year < self.from_year:
            yield "from_year to_year", "终止年不早于起始年"


class Target(Row):
    """``targets.csv``: the plan's own wording for a target year (规划值)."""

    KEY = ("item_id", "year")
    item_id: ItemId = column("子项编号", "见 indicators.csv。")
    year: TargetYear = column("目标年", "有规划值的年份，见 plan.toml。")
    wording: Text = column("规划值原文", "照录，与指标要求用同一种语言解读。")
    reading: Maybe[str] = column("读法", "仅当原文有两种读法、或不能解读时填写；空＝按原文直接解读。")
    reading_reason: Maybe[str] = column("读法理由", "为何取这一读法；空＝没有另定读法。")
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.reading is None) != (self.reading_reason is None):
            yield "reading reading_reason", _BOTH


class ConventionRow(Row):
    """``conventions.csv``: where a named convention may make an undecided leaf count as met."""

    KEY = ("convention", "item_id", "level", "year")
    convention: Convention = column("约定", "约定的名称，定义见方法页。")
    item_id: Maybe[ItemId] = column("子项编号", "适用的子项；空＝凡符合条件者。")
    level: Maybe[LevelId] = column("级别", "适用的级别；空＝各级及规划值。")
    year: Maybe[Year] = column("年份", "适用的年份；空＝各年。")
    reason: Text = column("理由", "为何可以这样认定。")
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.convention is Convention.PLAN_CONCLUDES and (self.item_id is None or self.year is None):
            yield "item_id year", "“依规划结论”须写明子项编号和年份：规划只对它所判的那一年作了结论"
        if self.convention is Convention.NOTHING_THERE and self.item_id is None:
            yield "item_id", "“无此对象”须写明子项编号"


_PRINTED = "^(verdict|indicators|tally|named|past_type|past_outcome|past_sum|projects|project_origin|budget)$"


class Published(Row):
    """``published.csv``: what the plan printed as verdict, count or sum; compared with, never computed from."""

    KEY = ("kind", "subject", "level", "source")
    kind: str = column(
        "类别", "所印的是什么：verdict 达标结论，indicators 指标数，tally 分级计数，named 点名的指标，"
        "past_* 以往工程表的合计，projects/project_origin 项目数，budget 投资。",
        pattern=_PRINTED,
    )  # fmt: skip
    subject: Maybe[str] = column("对象", "指标序号、计数的项目、项目类型等；空＝全体。")
    level: Maybe[LevelId] = column("级别", "空＝与级别无关。")
    name: Maybe[str] = column("原文用名", "正文点名时所用的名称，照录；空＝不涉及名称。")
    stated: Text = column("所印", "规划所印的结论、数或和，照录。")
    unit: Maybe[str] = column("单位", "空＝个（项）或结论。")
    explanation: Maybe[str] = column("说明", "所印与复算的关系需要解释时的说明；空＝不需要。")
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        words = sorted(printed(verdict) for verdict in Verdict)
        if self.kind in {"verdict", "named"} and self.stated not in words:
            yield "stated", f"{'、'.join(words)} 之一"


class Term(Row):
    """``vocabulary.csv``: a word that the project adds to the requirement language."""

    KEY = ("kind", "word")
    kind: Text = column("种类", "词表的种类之一，见程序所附的词表。")
    word: Text = column("词", "照要求原文所写。")
    stands_for: Maybe[str] = column("同", "与词表中哪一个词意思相同；空＝就是它自己。")
    source: Source


class PastProjects(Row):
    """``past_projects.csv``: Table 2, one row a project type and outcome."""

    KEY = ("project_type", "outcome")
    project_type: Text = column("项目类型", "照录。")
    outcome: Outcome = column("实施情况", f"以往工程表的列：{listed(Outcome)}")
    count: int = column("项目数", "项。", ge=0)
    source: Source


class Project(Row):
    """``projects.csv``: Table 3, one row a project."""

    KEY = ("number",)
    number: int = column("序号", "工程表里的项目序号。", ge=1)
    category: Text = column("类别", "照录。")
    name: Text = column("项目名称", "照录。")
    content: Text = column("主要内容", "照录。")
    years: str = column("实施年限", "照录，如 2021-2025 或 2025。", pattern="^20[0-9]{2}(-20[0-9]{2})?$")
    budget: Maybe[Amount] = column("投资概算", "万元；空＝没有概算（原因见下一列），不是 0。")
    budget_absence: Maybe[Absence] = column("概算缺失原因", "原表为“/”的写“原文未列”；空＝有概算。")
    units: Text = column("责任单位", "照录；多个单位以“、”分隔（括号内的“、”不分隔）。")
    source: Source

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if (self.budget is None) == (self.budget_absence is None):
            yield "budget budget_absence", "投资概算与概算缺失原因应恰有一个"
        elif self.start_year > self.end_year:
            yield "years", "实施年限的起始年不应晚于结束年"

    @property
    def start_year(self) -> int:
        return int(self.years[:4])

    @property
    def end_year(self) -> int:
        return int(self.years[-4:])

    @property
    def responsible(self) -> tuple[str, ...]:
        return separate_units(self.units)


#: File (below ``data/``) → the model of its rows.
TABLES: dict[str, type[Row]] = {
    "indicators.csv": Indicator, "requirements.csv": Requirement, "targets.csv": Target,
    "conventions.csv": ConventionRow, "published.csv": Published,
    "past_projects.csv": PastProjects, "projects.csv": Project,
    "commitments.csv": Commitment, "background.csv": Figure, "left_out.csv": LeftOut,
    "audit.csv": AuditRow, "links.csv": Link, "vocabulary.csv": Term, "responsible.csv": Responsible,
    REVISIONS: Revision,
}  # fmt: skip
#: Folder (below ``data/``) with one file ``<year>.csv`` for each year → the model of their rows.
YEARLY: dict[str, type[Row]] = dict(zip(FOLDERS, (Observation, Progress, Evidence, Receipt, Signature), strict=True))
