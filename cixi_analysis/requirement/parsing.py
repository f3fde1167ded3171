"""Parse tree of ``grammar.lark`` → nodes of the syntax tree, and the refusals that the grammar cannot express."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, permutations
from typing import cast

from lark import Token, Transformer, v_args
from lark.tree import Meta

from cixi_analysis.plan.quantities import NO_UNIT
from cixi_analysis.requirement import tree
from cixi_analysis.requirement.tree import AllOf, AnyOf, Change, Comparator, Move, Node, Rate, State, Window
from cixi_analysis.requirement.vocabulary import Terms, unit_name, vocabulary
from cixi_analysis.words import WATER_CLASSES, AverageScope

#: Kind of words → the direction that is asked for.
_MOVES = {
    **dict.fromkeys(("rise", "not_fall"), Move.RISE), **dict.fromkeys(("fall", "fallen", "not_rise"), Move.FALL),
    **dict.fromkeys(("improve", "not_worsen"), Move.IMPROVE),
}  # fmt: skip
#: Terminal → comparator: a sign or word before the number or the average, or 以上/以内 after the number.
_COMPARATORS = {kind: Comparator[kind] for kind in ("GE", "LE", "GT", "LT")} | {
    "AND_ABOVE": Comparator.GE, "AND_BELOW": Comparator.LE, "REACH_OR_HIGHER": Comparator.GE,
    "RAISED": Comparator.GE, "LOWERED": Comparator.LE,
}  # fmt: skip
_CHINESE_DIGITS = "零一二三四五六七八九十"


_NO_YEAR = "没有写明与哪一年相比，请写“较20XX年……”或“较上年……”"
BRACKETS = "要求语言不认识这里的括号，括号里的条件可能改变含义"


class Stop(Exception):
    """Raised by :class:`Build` for a text that is in the grammar, but not in the language."""

    def __init__(self, reason: str, span: tuple[int, int], readings: tuple[Node, ...] = ()) -> None:
        self.reason, self.span, self.readings = reason, span, readings


def _span(*tokens: Token) -> tuple[int, int]:
    return cast(int, tokens[0].start_pos), cast(int, tokens[-1].end_pos)


def _by_type(tokens: Iterable[object]) -> dict[str, Token]:
    return {token.type: token for token in tokens if isinstance(token, Token)}


def _join(kind: type[AllOf] | type[AnyOf], parts: Iterable[Node]) -> Node:
    flat = [leaf for part in parts for leaf in (part.parts if isinstance(part, kind) else (part,))]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _behind(parts: Iterable[Node], span: tuple[int, int], either: bool = False) -> None:
    """Raise Stop where what stands behind a change may be its amount: 较2020年下降，15%, 提高幅度≥1个百分点或高于全省平均."""
    for one, following in pairwise(parts):
        amount = isinstance(getattr(one, "rate", None) or one, Rate | tree.ChangeBenchmark)
        moves = amount or (not either and (getattr(one, "strict", False) or hasattr(one, "scope")))
        if (moves and getattr(following, "bare", False)) or (amount and isinstance(following, tree.LevelBenchmark)):
            raise Stop("变化或平均值之后的数、平均值可指变化的幅度，也可指现状值；请把指现状值的写在前面", span)


def _facing(parts: Iterable[Node]) -> Iterator[tuple[tree.Bound, tree.Bound]]:
    """Each lower limit with each upper limit of one quantity; a bare number may be either."""
    for low, high in permutations((one for one in parts if isinstance(one, tree.Bound)), 2):
        if low.quantity == high.quantity and low.comparator in "≥>" and high.comparator in "≤<":
            yield low, high


def _all_of(parts: list[Node], span: tuple[int, int]) -> Node:
    """AND of parts that a separator joins. Two limits of one direction list those of two things: ≥80、≥90, Ⅱ类；Ⅲ类,
    年均下降≥3%，年均下降≥5%. So do those that nothing satisfies: ≥80；≤35, 逐年上升；逐年下降.
    """
    whole = _join(AllOf, parts)
    joined = whole.parts if isinstance(whole, AllOf) and len(parts) > 1 else ()
    _behind(joined, span)
    sides = [
        (*(getattr(one, name, None) for name in ("quantity", "move", "yearly", "since")), side)
        for part in joined
        for one in (part.rate if isinstance(part, Change) else part,)
        if isinstance(one, tree.Bound | tree.ClassBound | Rate)
        for side in ("≥>", "≤<")
        if getattr(one, "comparator", "") in side  # a bare number and a class have either direction
    ]
    nothing = any(low.limit > high.limit for low, high in _facing(joined))
    moves = {one.move for one in joined if isinstance(one, Change) and one.strict and not one.since}
    if nothing or {Move.RISE, Move.FALL} <= moves or len(set(sides)) < len(sides):
        raise Stop("并列的两项可指两件事，而不是同一件事的两个条件", span)
    return whole


class Build(Transformer[Token, Node]):
    """Grammar → nodes. Children that are terminals come as tokens, found by type."""

    def __init__(self, unit: str | None, terms: Terms, ranges: bool, yearly: bool) -> None:
        super().__init__()
        self.unit, self.terms, self.words = unit and unit_name(unit, terms.words), terms, vocabulary(terms.words)
        self.ranges, self.yearly = ranges, yearly
        self.moves = {word: move for kind, move in _MOVES.items() for word in self.words[kind]}

    @v_args(meta=True)
    def start(self, meta: Meta, parts: list[Node]) -> Node:
        whole = _all_of(parts, span := (meta.start_pos, meta.end_pos))
        found = [*tree.leaves(whole)]
        if rate := next((one for one in found if isinstance(one, Rate) and not one.stated), None):
            if any(getattr(one, "since", 0) for one in found):
                raise Stop("有的写明了与哪一年相比，有的幅度没有写明，请写“较20XX年……”或“较上年……”", span)
            if years := max(getattr(one, "years", 0) for one in found):
                way = rate.move.value
                both = f"“近{years}年逐年{way}且年均{way}……”或" if [*tree.demanded(whole)] == found else ""
                raise Stop(f"有的写明看近{years}年，有的幅度没有写明看哪几年，请写{both}“较上年……”", span)
        return whole

    def case(self, children: list[Node | Token]) -> tuple[str, Node]:
        return str(children[0]), cast(Node, children[1])

    @v_args(meta=True)
    def cases(self, meta: Meta, cases: list[tuple[str, Node]]) -> Node:
        """The case of the kind of region that applies."""
        span, by_kind, own = (meta.start_pos, meta.end_pos), dict(cases), self.terms.region_kinds
        if len(by_kind) < max(len(cases), 2):
            raise Stop("按地区类型分别提出的要求须写在一处，写出两类以上，每类一次", span)
        held = [node for kind, node in cases if kind in own]
        if len(held) != 1:
            reason = "按地区类型分别提出的要求，本地区须恰好属于其中一类，而规划写明的类型："
            raise Stop(reason + ("、".join(own) or "没有写明"), span, tuple(by_kind.values()))
        return held[0]

    @v_args(meta=True)
    def bracket(self, meta: Meta, children: list[Node | Token]) -> Node:
        node = next(child for child in children if not isinstance(child, Token))
        if not isinstance(node, (AllOf, AnyOf)):  # brackets that group nothing: their purpose is unknown
            raise Stop(BRACKETS, (meta.start_pos, meta.end_pos))
        return node

    @v_args(meta=True)
    def group(self, meta: Meta, children: list[Node | Token]) -> Node:
        span = (meta.start_pos, meta.end_pos)
        clauses, joints = [cast(Node, children[0])], list[str]()
        for joint, clause in zip(cast(list[Token], children[1::2]), cast(list[Node], children[2::2]), strict=True):
            if joint.type != "OR" and (qualified := _qualified(clauses[-1], clause, span)):
                clauses[-1] = qualified
            elif joint[0] == "、" and str(clauses[-1]).isdigit():
                raise Stop("“1、”可指编号，也可指数值；数值请写“≥1”一类", span)
            else:
                clauses.append(clause)
                joints.append("OR" if joint.type == "OR" else "AND")  # ；且 is 且: beside 或 it has two readings
        if {"AND", "OR"} <= set(joints):
            and_first = _join(AnyOf, [_join(AllOf, part) for part in _split(clauses, joints, "OR")])
            or_first = _join(AllOf, [_join(AnyOf, part) for part in _split(clauses, joints, "AND")])
            raise Stop("同一组里既有“且”又有“或”，有两种读法", span, (and_first, or_first))
        if "OR" not in joints:
            return _all_of(clauses, span)
        _behind(clauses, span, either=True)
        if any(low.comparator and high.comparator and low.limit <= high.limit for low, high in _facing(clauses)):
            raise Stop("任何数都满足“或”的其中一项，不成为要求；指范围的请写“且”", span)
        return _join(AnyOf, clauses)

    def call(self, children: list[Node | Token]) -> Node:
        for joint in children:
            if isinstance(joint, Token) and joint.type == "AND" and joint != "，":
                raise Stop("AND( ) 与 OR( ) 的各项只能以逗号分隔", _span(joint))
        # In a canonical text, an amount without a year is since last year.
        nodes = (child for child in children if not isinstance(child, Token))
        parts = (replace(node, stated=True) if isinstance(node, Rate) else node for node in nodes)
        return _join(AllOf if children[0] == "AND(" else AnyOf, parts)

    def bound(self, tokens: list[Token]) -> tree.Bound:
        types = _by_type(tokens)
        quantity = str(types.get("QUANTITY", ""))
        limit, bare = float(types["NUMBER"]), tokens[0].type == "NUMBER"
        return tree.Bound(_comparator(types), limit, self.unit_of(types), quantity, bare)

    def unit_of(self, tokens: dict[str, Token]) -> str:
        return unit_name(tokens["UNIT"], self.terms.words) if "UNIT" in tokens else str(tokens.get("PERCENT", ""))

    def range(self, tokens: list[Token]) -> Node:
        at = next(n for n, token in enumerate(tokens) if token.type == "RANGE")
        first, last = _by_type(tokens[:at]), _by_type(tokens[at:])
        if not self.ranges and not {"AMID", "IN", "STAY", "CONTROLLED", "AMID_END"} & {*first, *last}:
            raise Stop("有方向的指标只写一个范围：可指须在范围之内，也可指达到其中一端", _span(*tokens))
        if tokens[at] in ("和", "与") and not {"AMID", "IN", "AMID_END"} & {*first, *last}:
            raise Stop("两个数之间的“和”可指两个数，也可指范围；请写“介于……和……之间”", _span(*tokens))
        (low, unit), (high, last_unit) = ((float(one["NUMBER"]), self.unit_of(one)) for one in (first, last))
        if low < 0 or high < 0:
            raise Stop("范围里的负号可被看作“至”", _span(*tokens))
        if low >= high:
            raise Stop("范围的两端须由小到大", _span(*tokens))
        if unit not in ("", last_unit):
            raise Stop("范围两端的单位不同", _span(*tokens))
        low_end = tree.Bound(Comparator.GE, low, last_unit, bare=tokens[0].type == "NUMBER")
        return AllOf((low_end, tree.Bound(Comparator.LE, high, last_unit)))

    def class_bound(self, tokens: list[Token]) -> tree.ClassBound:
        types = _by_type(tokens)
        if "GE" in types and types["GE"] != "不低于":
            raise Stop("水质类别请写“达到或优于”“优于”，不用大小符号", _span(types["GE"], types["WATER_CLASS"]))
        if "BETTER" in types and "AND_ABOVE" in types:
            raise Stop("“优于”与“以上”不能连用", _span(types["BETTER"], types["AND_ABOVE"]))
        numeral = types["WATER_CLASS"][:-1]
        for latin, roman in (("III", "Ⅲ"), ("II", "Ⅱ"), ("IV", "Ⅳ"), ("V", "Ⅴ"), ("I", "Ⅰ")):
            numeral = numeral.replace(latin, roman)
        if numeral == WATER_CLASSES[-1] and "BETTER" not in types:
            raise Stop("劣Ⅴ类是最差的一类，任何水体都“达到”，不成为要求", _span(*tokens))
        return tree.ClassBound(WATER_CLASSES.index(numeral) + 1, "BETTER" in types)

    def assigned(self, tokens: list[Token]) -> tree.AssignedTarget:
        return tree.AssignedTarget(_comparator(_by_type(tokens)))

    def change(self, children: list[Node | Token]) -> Change:
        change = cast(Change, children[0])
        if len(children) == 1:
            return change
        rate = cast(Rate | tree.ChangeBenchmark, children[2])
        if change.move is not rate.move or change.since != getattr(rate, "since", 0):
            raise Stop("with 之后的幅度与变化的方向或年份不同", _span(cast(Token, children[1])))
        return replace(change, rate=rate)

    def year(self, tokens: dict[str, Token]) -> int:
        """The year that is named to compare with; 0 for last year."""
        if (token := tokens.get("SINCE_YEAR") or tokens.get("NAMED_YEAR")) is None:
            return 0
        if (digits := re.search("[0-9]{4}", token)) is not None:
            return int(digits[0])
        if self.terms.base_year is None:
            raise Stop("“现状”“基准年”是哪一年，须由规划写明", _span(token))
        return self.terms.base_year

    def since(self, tokens: list[Token]) -> Change:
        types = _by_type(tokens)
        if types.get("ADVERB") == "逐年":
            raise Stop("“较上年”与“逐年”所看的年份不同", _span(*tokens))
        if tokens[0].type == "SOME" and not self.yearly:
            raise Stop(_NO_YEAR, _span(*tokens))
        if "STEADY" in types:
            found = (move for word, move in self.moves.items() if types["STEADY"].endswith(word))
            move = next(found, Move.IMPROVE)
        else:
            move = self.moves[tokens[-1]]
        return Change(move, tokens[-1].type in ("MOVE", "FALLEN"), Window.PREVIOUS, since=self.year(types))

    def years(self, tokens: list[Token]) -> Change:
        types = _by_type(tokens)
        digits = types["RECENT_YEARS"][1:-1] if "RECENT_YEARS" in types else "0"
        years = int(digits) if digits.isdecimal() else _CHINESE_DIGITS.index(digits.replace("两", "二"))
        return Change(self.moves[types["MOVE"]], True, Window.YEARLY, years, adverb=str(types["ADVERB"]))

    def compared(self, tokens: list[Token]) -> Change:
        kind = tokens[0].type
        move = {"GE": Move.RISE, "GT": Move.RISE, "LE": Move.FALL, "LT": Move.FALL}.get(kind, Move.IMPROVE)
        return Change(move, kind in ("GT", "LT", "BETTER"), Window.PREVIOUS, since=self.year(_by_type(tokens)))

    def rate(self, tokens: list[Token]) -> Rate:
        types = _by_type(tokens)
        unit = tree.AmountUnit.POINTS if "POINTS" in types else tree.AmountUnit.PERCENT
        yearly, since = "YEARLY_MEAN" in types, self.year(types)
        # "-" is no unit: 满意度 is printed with it, although it is a percentage.
        unknown = self.unit in (None, *NO_UNIT)
        # Without an item's unit, a yearly mean and a change since a named year are read, but not judged of a percentage.
        open_ = self.unit is None and (yearly or since)
        if unit is tree.AmountUnit.PERCENT and (self.unit == "%" or (unknown and not open_)):
            raise Stop("指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点", _span(*tokens))
        if unit is tree.AmountUnit.POINTS and self.unit != "%" and not unknown:
            raise Stop(f"“个百分点”只用于百分比，该指标的单位是“{self.unit}”", _span(*tokens))
        stated = bool(since or "SINCE_LAST_YEAR" in types)
        if not (self.yearly or yearly or stated):
            raise Stop(_NO_YEAR, _span(*tokens))
        comparator = _comparator(types)
        if float(types["NUMBER"]) < 0:
            raise Stop("变化的幅度不写负号：“下降-18%”可指下降18%", _span(*tokens))
        if comparator is Comparator.REACH:  # an amount of change is reached from below: 下降15% is ≥ 15%
            comparator = Comparator.GE
        return Rate(self.moves[types["MOVE"]], comparator, float(types["NUMBER"]), unit, yearly, since, stated)

    def change_benchmark(self, tokens: list[Token]) -> tree.ChangeBenchmark:
        types = _by_type(tokens)
        # An amount of change is reached from below, whatever the item's polarity: 达到 is ≥.
        comparator = Comparator.GE if "REACH" in types else _comparator(types)
        return tree.ChangeBenchmark(self.moves[types["MOVE"]], comparator, self.scope(types))

    def level_benchmark(self, tokens: list[Token]) -> tree.LevelBenchmark:
        types = _by_type(tokens)
        return tree.LevelBenchmark(_comparator(types), better="BETTER" in types, scope=self.scope(types))

    def scope(self, tokens: dict[str, Token]) -> AverageScope:
        return next(scope for scope in AverageScope if scope.chinese == self.words["average"][tokens["AVERAGE"]])

    def state(self, tokens: list[Token]) -> Node:
        if tokens[0].type == "STATE":
            text = re.sub("^(符合|满足)", "达到", tokens[0]).replace("劣V", "劣Ⅴ")
            return State(self.words["state"].get(text, text))
        subjects = [t for t in tokens if t.type == "SUBJECT"]
        for token in tokens:
            if token.type == "AND" and token[0] != "、":
                raise Stop("这一主语后面缺少“不减小”“不改变”一类的说法", _span(tokens[0], token))
        verb = tokens[-1]
        if (said := self.words["subject_state"].get(verb)) is None:
            raise Stop(f"“{subjects[-1]}{verb}”不是要求语言里的说法", _span(subjects[0], verb))
        return _join(AllOf, [State(f"{subject}{said}") for subject in subjects])


def _comparator(tokens: dict[str, Token]) -> Comparator:
    """The comparator of a clause; open where it names none."""
    if "REACH" in tokens and "AND_BELOW" in tokens:
        raise Stop("“达到”与“以下”不能连用", _span(tokens["REACH"], tokens["AND_BELOW"]))
    return next((comparator for kind, comparator in _COMPARATORS.items() if kind in tokens), Comparator.REACH)


def _qualified(change: Node, rate: Node, span: tuple[int, int]) -> Change | None:
    """A change and the rate right after it as one condition; None where they are two separate conditions."""
    if not isinstance(change, Change) or change.rate is not None or not isinstance(rate, (Rate, tree.ChangeBenchmark)):
        return None
    if since := change.since:
        if not isinstance(rate, Rate) or rate.yearly or rate.since not in (0, since):
            raise Stop(f"这里的幅度与“较{since}年”的变化不在同一段年份", span)
        if rate.stated and not rate.since:  # 较上年
            return None
        rate = replace(rate, since=since)
    elif isinstance(rate, Rate) and rate.since:
        return None
    elif change.years and isinstance(rate, Rate) and not rate.yearly and not rate.stated:
        raise Stop(f"这里的幅度可指近{change.years}年的，也可指比上一年的，请写“年均……”或“较上年……”", span)
    if change.move is rate.move:
        if not change.strict:
            raise Stop("“保持稳定”没有幅度：这里的幅度可只指变化，也可指两者", span)
        return replace(change, rate=rate)
    if Move.IMPROVE not in (change.move, rate.move):
        raise Stop(f"“{change.move.value}”之后的幅度却是“{rate.move.value}”", span)
    if change.years:
        raise Stop(f"“{change.move.value}”之后的幅度是“{rate.move.value}”，看不出是否也看近{change.years}年", span)
    return None


def _split(clauses: list[Node], joints: list[str], at: str) -> list[list[Node]]:
    """The clauses split into runs: a conjunction of kind ``at`` begins a new one."""
    cuts = [0, *(place for place, joint in enumerate(joints, 1) if joint == at), len(clauses)]
    return [clauses[start:end] for start, end in pairwise(cuts)]
