"""The syntax tree of a requirement, as frozen nodes, and the meaning of a node in plain Chinese.

A node's ``str`` is its canonical text, which is in the language itself: parsing it gives the same tree. So it serves as
the explicit ``reading`` that data may carry for an ambiguous wording.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

from cixi_analysis.plan.csvfile import all_digits
from cixi_analysis.plan.quantities import unit_word
from cixi_analysis.words import CLASS_UNIT, WATER_CLASSES, AverageScope, Polarity


class Comparator(StrEnum):
    """How a value is compared with a limit. ``REACH``: in the item's direction (a bare number)."""

    GE = "≥"
    LE = "≤"
    GT = ">"
    LT = "<"
    REACH = ""


#: Comparator → how it reads in a sentence, of the assigned target, of an average.
_READS = {
    Comparator.GE: ("不低于", "不低于控制目标值", "不低于{}平均值"),
    Comparator.LE: ("不高于", "不超过控制目标值", "不高于{}平均值"),
    Comparator.GT: ("高于", "超过控制目标值", "高于{}平均值"),
    Comparator.LT: ("低于", "低于控制目标值", "低于{}平均值"),
    Comparator.REACH: ("达到", "完成上级下达目标", "达到{}平均水平"),
}


class Move(Enum):
    """The direction of a change: of the number, or for the better (by the item's polarity)."""

    RISE = "上升"
    FALL = "下降"
    IMPROVE = "改善"


class Window(Enum):
    """The years that a change compares."""

    PREVIOUS = "较上年"
    YEARLY = "逐年"


class AmountUnit(StrEnum):
    """The unit of an amount of change."""

    PERCENT = "%"
    POINTS = "个百分点"


@dataclass(frozen=True)
class Bound:
    """A limit on the value: ``≥20``, ``20%以上``, a bare ``100``. ``unit`` is "" where the wording names none.
    ``quantity``: the measured quantity that the wording names (△EQI>-1), "" for the item itself. ``bare``: whether the
    wording begins with the number (20%以上), for reading what stands before it only.
    """

    comparator: Comparator
    limit: float
    unit: str = ""
    quantity: str = ""
    bare: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.quantity}{self.comparator}{all_digits(self.limit)}{self.unit}"


@dataclass(frozen=True)
class ClassBound:
    """A limit on the water class. ``rank`` 1 (Ⅰ) to 6 (劣Ⅴ); ``strict``: better than the class."""

    rank: int
    strict: bool

    def __str__(self) -> str:
        return f"{'优于' if self.strict else '达到或优于'}{WATER_CLASSES[self.rank - 1]}类"


@dataclass(frozen=True)
class AssignedTarget:
    """The year's assigned target is met; ``comparator`` where the wording fixes it (不超过控制目标值)."""

    comparator: Comparator = Comparator.REACH

    def __str__(self) -> str:
        return _READS[self.comparator][1]


@dataclass(frozen=True)
class Rate:
    """An amount of change: 年均下降幅度≥3.5% (``yearly``: a mean over the window; percent is compound). ``amount`` is
    in ``unit``: percent of the earlier value, or percentage points (a difference of a share). ``since``: the year it is
    compared with (较2020年下降≥15%), 0 for last year or the window. ``stated``: whether the wording itself says which (较上年),
    for reading what stands beside it only.
    """

    move: Move
    comparator: Comparator
    amount: float
    unit: AmountUnit
    yearly: bool
    since: int = 0
    stated: bool = field(default=True, compare=False)

    def __str__(self) -> str:
        of = "年均" if self.yearly else f"较{self.since}年" if self.since else ""
        return f"{of}{self.move.value}{self.comparator}{all_digits(self.amount)}{self.unit}"


@dataclass(frozen=True)
class ChangeBenchmark:
    """The yearly change against the average of the change: 增长幅度高于全省平均."""

    move: Move
    comparator: Comparator
    scope: AverageScope = AverageScope.PROVINCE

    def __str__(self) -> str:
        return f"{self.move.value}幅度{_READS[self.comparator][2].format(self.scope.chinese)}"


@dataclass(frozen=True)
class LevelBenchmark:
    """The value against an average. ``REACH``: in the item's direction (达到全省平均水平)."""

    comparator: Comparator
    better: bool = False  # 优于全省平均: strictly better, in the item's direction
    scope: AverageScope = AverageScope.PROVINCE

    def __str__(self) -> str:
        return ("优于{}平均值" if self.better else _READS[self.comparator][2]).format(self.scope.chinese)


@dataclass(frozen=True)
class Change:
    """A change over time, with the rate that qualifies it.

    ``strict``: it must move that way (逐年上升); else it must not move the other way (不下降, 保持稳定).
    ``years``: the number of yearly values the wording names (近三年 → 3); 0 where it names none. ``since``: the year that
    takes the place of last year (较2020年不下降); 0 where it is last year.
    ``adverb`` is the wording's own (逐年, 持续, 稳步), for display only.
    """

    move: Move
    strict: bool
    window: Window
    years: int = 0
    rate: Rate | ChangeBenchmark | None = None
    adverb: str = field(default="逐年", compare=False)
    since: int = 0

    def __str__(self) -> str:
        if self.window is Window.YEARLY:
            text = f"{f'近{self.years}年' if self.years else ''}{self.adverb}{self.move.value}"
        else:
            text = f"较{f'{self.since}年' if self.since else '上年'}{self.move.value if self.strict else _STEADY[self.move][0]}"
        return f"{text} with {self.rate}" if self.rate else text


#: Move of a change that is not strict → its canonical text; what did not happen.
_STEADY = {Move.IMPROVE: ("保持稳定或改善", "变差"), Move.RISE: ("不下降", "下降"), Move.FALL: ("不上升", "上升")}


@dataclass(frozen=True)
class State:
    """A state of affairs, which only a statement can attest: 制定实施, 面积不减少, 无黑臭水体."""

    text: str

    def __str__(self) -> str:
        return self.text


Leaf = Bound | ClassBound | AssignedTarget | Rate | ChangeBenchmark | LevelBenchmark | Change | State


@dataclass(frozen=True)
class AllOf:
    """All parts must hold. Two parts or more, none of them an ``AllOf``."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return f"AND({', '.join(map(str, self.parts))})"


@dataclass(frozen=True)
class AnyOf:
    """One part is enough. Two parts or more, none of them an ``AnyOf``."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return f"OR({', '.join(map(str, self.parts))})"


Node = Leaf | AllOf | AnyOf


def leaves(node: Node) -> Iterator[Leaf]:
    """The leaves, left to right."""
    if isinstance(node, (AllOf, AnyOf)):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def demanded(node: Node) -> tuple[Node, ...]:
    """What must hold in any case: the root itself, or the parts of its AND."""
    return node.parts if isinstance(node, AllOf) else (node,)


def demanded_bounds(node: Node) -> Iterator[Bound]:
    """The numeric bounds that must hold in any case."""
    yield from (part for part in demanded(node) if isinstance(part, Bound))


def _than(since: int) -> str:
    return f"比{since}年" if since else "比上一年"


#: The years of a change or a yearly mean that names none.
_SPAN = "近三年（数据只有两年时看两年）"
#: Which way an item goes → its words, of a bare number, of an average to beat, of an improvement.
_WAYS = {Polarity.MORE: ("不低于", "高于", Move.RISE), Polarity.LESS: ("不高于", "低于", Move.FALL)}


def meaning(node: Node, polarity: Polarity | None = None, unit: str = "") -> str:
    """One node as a Chinese sentence, its parts left to the caller. ``polarity`` and ``unit`` are the item's, where one is
    known.
    """
    compared = _READS[node.comparator][0] if isinstance(node, Bound | Rate | ChangeBenchmark | LevelBenchmark) else ""
    open_way = "规划没有说明方向" if polarity else "方向随指标"
    reached, beats, move = _WAYS.get(polarity, ("", "", None)) if polarity else ("", "", None)
    if isinstance(node, Bound | LevelBenchmark) and node.comparator is Comparator.REACH:
        compared = reached or f"达到（{open_way}）"
    match node:
        case AllOf():
            return "以下各项都要满足"
        case AnyOf():
            return "以下各项满足一项即可"
        case Bound():
            limit = str(replace(node, comparator=Comparator.REACH, quantity="", unit=node.unit or unit_word(unit)))
            return f"{node.quantity or '现状值'}{compared}{limit}"
        case ClassBound():
            return f"水质类别{node}{'（不含该类）' if node.strict else ''}"
        case AssignedTarget():
            return "完成上级下达的当年目标" if node.comparator is Comparator.REACH else f"现状值{node}"
        case Rate():
            per = f"{_SPAN}年均" if node.yearly else _than(node.since)
            how = "（复合）" if node.yearly and node.unit == "%" else ""
            return f"{per}{node.move.value}幅度{how}{compared}{node.amount:.12g}{node.unit}"
        case ChangeBenchmark():
            return f"{node.move.value}的幅度{compared}{node.scope.chinese}平均{node.move.value}幅度"
        case LevelBenchmark():
            if node.better and not beats:
                return f"现状值{node}（{open_way}）"
            return f"现状值{beats if node.better else compared}{node.scope.chinese}平均值"
        case Change(rate=Rate() | ChangeBenchmark() as rate):
            told = meaning(rate, polarity, unit).replace(_SPAN, "同期")
            return f"{meaning(replace(node, rate=None), polarity, unit)}，且{told}"
        case Change(window=Window.YEARLY, years=years):
            span = f"近{years}年（{years}个年份都须有数据）" if years else _SPAN
            way = f"（{move.value}）" if move and node.move is Move.IMPROVE and unit != CLASS_UNIT else ""
            return f"{span}逐年{'都有' if node.move is Move.IMPROVE else ''}{node.move.value}{way}"
        case Change():
            way = move.value if move and node.move is Move.IMPROVE and unit != CLASS_UNIT else ""
            if node.strict:
                return f"{_than(node.since)}{node.move.value}{way and f'（{way}）'}"
            against = {"上升": "下降", "下降": "上升"}.get(way, "")
            return f"{_than(node.since)}没有{_STEADY[node.move][1]}{against and f'（没有{against}）'}"
        case State():
            return f"现状原文写明“{node}”"


def in_words(node: Node, polarity: Polarity | None = None, unit: str = "") -> str:
    """The meaning of a whole tree as one sentence; what belongs together stands in brackets."""
    if not isinstance(node, (AllOf, AnyOf)):
        return meaning(node, polarity, unit)
    told = [
        f"（{text}）" if isinstance(part, (AllOf, AnyOf)) or getattr(part, "rate", None) else text
        for part in node.parts
        if (text := in_words(part, polarity, unit))
    ]
    if isinstance(node, AnyOf):
        return "，或者".join(told)
    return "，并且".join(told).replace("”，并且现状原文写明“", "”“")
