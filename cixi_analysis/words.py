"""The closed vocabularies (enums) of the plan: every set of words that code may branch on, and nothing else.

The English values are the terms of the command line and of the data files; ``.chinese`` is the plan's or the book's word.
"""

from collections.abc import Iterable
from enum import StrEnum

#: The last valid year.
LAST_YEAR = 2100


class _Word(StrEnum):
    """A string with a Chinese word: ``NATIONAL.value`` is ``national``, ``NATIONAL.chinese`` is 国家级."""

    chinese: str

    def __new__(cls, value: str, chinese: str = "") -> "_Word":  # every member names both
        member = str.__new__(cls, value)
        member._value_ = value
        member.chinese = chinese
        return member


def listed(words: type[_Word], only: Iterable[_Word] = ()) -> str:
    """Each value, or ``only`` these, with its Chinese word, for the description of a column: ``national 国家级，provincial 省级。``."""
    told = (f"{word.value} {word.chinese}" if word.value else f"空＝{word.chinese}" for word in only or words)
    return f"{'，'.join(told)}。"


class Attribute(_Word):
    """指标属性."""

    BINDING = "binding", "约束性"
    REFERENCE = "reference", "参考性"


class Polarity(_Word):
    """Is more better? Declared for each item, never defaulted; ``none`` where the plan takes no side."""

    MORE = "more", "越多越好"
    LESS = "less", "越少越好"
    NONE = "none", "无方向"


class Verdict(_Word):
    """Whether a requirement is met, three-valued, and that a level asks nothing."""

    MET = "met", "达标"
    UNMET = "unmet", "未达标"
    NO_DATA = "no_data", "无数据"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Status(_Word):
    """A verdict as it is shown and counted: 未填报 is 无数据 because the items are not filled in yet."""

    MET = Verdict.MET.value, Verdict.MET.chinese
    UNMET = Verdict.UNMET.value, Verdict.UNMET.chinese
    NO_DATA = Verdict.NO_DATA.value, Verdict.NO_DATA.chinese
    NOT_FILLED_IN = "not_filled_in", "未填报"
    NOT_APPLICABLE = Verdict.NOT_APPLICABLE.value, Verdict.NOT_APPLICABLE.chinese


def printed(word: Verdict | Status) -> str:
    """The word of the plan's table (是否达到要求), for what is quoted from it or laid out like it."""
    return {"met": "是", "unmet": "否", "not_applicable": NOT_APPLICABLE_MARK}.get(word, word.chinese)


class Basis(_Word):
    """Why a verdict holds, strongest first."""

    MEASURED = "measured", "数据判定"
    ATTESTED = "attested", "文字载明"
    DEEMED = "deemed", "按约定视同"


class Convention(_Word):
    """The named conventions by which alone an undecided leaf may count as met (``data/conventions.csv``)."""

    NONE_ASSIGNED = "none-assigned", "上级未下达"
    NOTHING_THERE = "nothing-there", "无此对象"
    FULL = "full", "已达100%"
    PLAN_CONCLUDES = "plan-concludes", "依规划结论"


class Absence(StrEnum):
    """Why there is no value: the closed list of reasons."""

    NO_DATA = "暂无数据"
    NOT_CALCULATED = "未开展测算"
    NOT_FOUND = "未发现"
    NOT_LISTED = "原文未列"
    NOT_FILLED_IN = "未填报"


class Stage(StrEnum):
    """How far a row, and the year with it, is signed off."""

    DRAFT = "初稿"
    REVIEWED = "复核稿"
    FINAL = "定稿"


class Step(_Word):
    """The step of a signature: the data was filled in, reviewed, closed, or corrected after it was closed."""

    FILLED = "filled", "填报"
    REVIEWED = "reviewed", "复核"
    FINAL = "final", "定稿"
    CORRECTED = "corrected", "更正"


#: In the column of assigned targets: the higher level assigned none for the year.
NOT_ASSIGNED = "上级未下达"
#: The wording of a level that asks nothing of an item.
NOT_APPLICABLE_MARK = "/"
#: The mark in a quotation for the line break inside a printed cell.
CELL_BREAK = "⏎"
#: Water classes in their order, best first; a class is stored as its rank 1-6.
WATER_CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
#: The unit of a water class (Ⅰ to 劣Ⅴ): ordered, never subtracted.
CLASS_UNIT = "类"


class AverageScope(_Word):
    """The area over which an average is taken: the suffix of a benchmark's kind."""

    PROVINCE = "", "全省"
    NATION = "_national", "全国"
    CITY = "_city", "全市"


class BenchmarkKind(_Word):
    """The quantity that a benchmark averages, and the area."""

    LEVEL = "level", "水平值的全省平均"
    CHANGE = "change", "年变化量的全省平均（与指标同单位）"
    RATE = "rate", "年变化率的全省平均（%）"
    LEVEL_NATIONAL = "level_national", "水平值的全国平均"
    CHANGE_NATIONAL = "change_national", "年变化量的全国平均（与指标同单位）"
    RATE_NATIONAL = "rate_national", "年变化率的全国平均（%）"
    LEVEL_CITY = "level_city", "水平值的全市平均"
    CHANGE_CITY = "change_city", "年变化量的全市平均（与指标同单位）"
    RATE_CITY = "rate_city", "年变化率的全市平均（%）"

    @property
    def scope(self) -> AverageScope:
        return AverageScope("".join(self.partition("_")[1:]))


class Outcome(_Word):
    """The outcome of the last plan's projects (columns of Table 2)."""

    COMPLETED = "completed", "已完成"
    AS_PLANNED = "as_planned", "按原计划推进"
    ADJUSTED = "adjusted", "继续推进但内容调整"
    CHANGED = "changed", "因政策调整、园区整合、上级安排等变动"


class Direction(_Word):
    """The direction of a series, judged by its polarity."""

    IMPROVING = "improving", "改善"
    WORSENING = "worsening", "变差"
    FLAT = "flat", "持平"


class Pace(_Word):
    """Is the observed rate enough to reach the next numeric target in time (Eurostat's SDG monitoring classes)."""

    REACHED = "reached", "已达到"
    ON_TRACK = "on_track", "进度足够"
    NEARLY = "nearly", "进度略慢"
    TOO_SLOW = "too_slow", "进度过慢"
    MOVING_AWAY = "moving_away", "背离目标"
    NO_TARGET = "no_target", "无数值目标"
    TOO_LITTLE_DATA = "too_little_data", "数据不足"


class Cause(_Word):
    """The cause of a change of verdict between two years, actual or hidden."""

    COUNTY = "county", "现状变了"
    YARDSTICK = "yardstick", "只是要求变了"
    BOTH = "both", "现状和要求都变了"
    CONVENTION = "convention", "只是视同的约定不同"
    HIDDEN = "hidden", "结论没有变，按原来的要求则不然"


class CommitmentKind(_Word):
    """The kind of a commitment (措施中的量化目标)."""

    TARGET = "target", "达到某一数量"
    MAINTAIN = "maintain", "保持"
    FULL_COVERAGE = "full_coverage", "全覆盖"
    MILESTONE = "milestone", "完成某事"
    YEARLY_RATE = "yearly_rate", "每年完成"


class Comparison(_Word):
    """How a value is compared with a promised quantity."""

    AT_LEAST = "≥", "不少于"
    MORE_THAN = ">", "多于"
    AT_MOST = "≤", "不超过"
    LESS_THAN = "<", "少于"
    EXACTLY = "=", "等于"


class Stated(_Word):
    """How a figure stands in the text."""

    STATED = "stated", "原文所印"
    IMPLIED = "implied", "由原文推出（没有印数）"
    APPROXIMATE = "approximate", "约数"


class Deadline(_Word):
    """How the plan sets the time of a commitment."""

    BY = "by", "到该年"
    BEFORE = "before", "该年以前"
    FROM = "from", "自该年起"
    AFTER = "after", "该年以后"
    DURING = "during", "期间"


class Due(_Word):
    """A commitment's deadline against the calendar at the end of a year; it does not tell whether it was kept."""

    DUE = "due", "该年到期"
    PAST = "past", "此前已到期"
    AHEAD = "ahead", "以后到期"
    RUNNING = "running", "持续进行"
    UNDATED = "undated", "未写期限"


class MeasuredBy(_Word):
    """What measures whether a commitment was kept."""

    ITEM = "item", "指标现状值"
    PROJECT = "project", "项目进展"
    NOTHING = "", "只能填报"


class FigureKind(_Word):
    """The kind of a background figure of section 一（一）."""

    LEVEL = "level", "水平"
    CHANGE_POINT = "change_point", "变化的一端"
    CUMULATIVE = "cumulative", "累计"
    COUNT = "count", "个数"
    SHARE = "share", "比重"
    RATE = "rate", "变化率"
    AWARD = "award", "荣誉"


class AuditMethod(_Word):
    """How two places of the plan are compared."""

    ARITHMETIC = "arithmetic", "计算"
    WORDING = "wording", "对读"


class AuditResult(_Word):
    """The result of comparing two places of the plan."""

    CONTRADICTS = "contradicts", "不一致"
    UNCLEAR = "unclear", "不能确定"
    AGREES = "agrees", "一致"


class Entity(_Word):
    """The kinds of things that a link joins."""

    COMMITMENT = "commitment", "承诺"
    PROJECT = "project", "项目"
    FINDING = "finding", "核对"
    ITEM = "item", "指标子项"
    UNIT = "unit", "责任单位"
    DOMAIN = "domain", "领域"


class EvidenceClass(_Word):
    """The class of a document in a list of evidence."""

    OWN = "A", "自有材料"
    SOURCE = "B", "来源文件"
    STATISTICS = "C", "年鉴与统计"


class Proves(_Word):
    """What a document proves."""

    VALUE = "value", "数值"
    CLAUSE = "clause", "条款"
    TARGET = "target", "下达目标"
    AVERAGE = "average", "平均值"
    CONTEXT = "context", "参考（其他时段或范围，不作判定）"


class EvidenceState(_Word):
    """The state of a row in a list of evidence: of its file, or that evidence is missing."""

    PLAN = "plan", "规划即佐证"
    PRESENT = "present", "在"
    UNRECORDED = "unrecorded", "在，未登记"
    EXPECTED = "expected", "文件未放入"
    PAPER = "paper", "无电子文件"
    CHANGED = "changed", "文件已改动"
    GONE = "gone", "文件已不在"
    UNREADABLE = "unreadable", "文件不能读取"
    UNDECLARED = "undeclared", "未列入目录的文件"
    UNPROVEN = "unproven", "无佐证"
    MISSING = "missing", "缺"


class Publish(_Word):
    """Whether the site carries a file of evidence; an empty cell means that it does not."""

    YES = "yes", "公开"


class Relation(_Word):
    """The kind of a link."""

    SAME_QUANTITY = "same_quantity", "同一数量"
    CONTRIBUTES = "contributes", "有助于"
    CARRIED_OUT_BY = "carried_out_by", "由其落实"
    CONCERNS = "concerns", "涉及"
    RESPONSIBLE = "responsible", "责任单位"
    BELONGS = "belongs", "属于"


class ProgressState(_Word):
    """The state of a project or commitment as an analyst reports it."""

    NOT_STARTED = "not_started", "未开始"
    UNDER_WAY = "under_way", "进行中"
    DONE = "done", "已完成"
    ADJUSTED = "adjusted", "内容调整"
    STOPPED = "stopped", "已终止"


class EditKind(_Word):
    """What was done to a computed text of a report, or happened to the data behind it."""

    CHANGED = "changed", "已改动"
    DELETED = "deleted", "已删除"
    UNTAGGED = "untagged", "标记已去掉"
    ADDED = "added", "不是出具的内容"
    STALE = "stale", "与现有数据不符"
    REWORDED = "reworded", "改了措辞（数字和结论未变）"


class RowFate(_Word):
    """The change that an import makes to a row, in the order in which the changes are counted for the user."""

    NEW = "new", "新增"
    CHANGED = "changed", "改动"
    FINAL = "final", "仅改为定稿"
    UNCHANGED = "unchanged", "不变"
    REMOVED = "removed", "删除"
    REVIEWED = "reviewed", "仅改为复核稿"


#: Column of a year's data, and of the form → the words of which its cells are one.
WORDS_OF: dict[str, type[_Word]] = {
    "polarity": Polarity, "benchmark_kind": BenchmarkKind, "state": ProgressState, "grade": EvidenceClass,
    "proves": Proves, "publish": Publish, "step": Step,
}  # fmt: skip
