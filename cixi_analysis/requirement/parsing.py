"""Parse tree of ``grammar.lark`` → nodes, and what is refused although the grammar has it."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import cast

from lark import Token, Transformer, v_args
from lark.tree import Meta

from cixi_analysis.requirement import tree
from cixi_analysis.requirement.tree import AllOf, AnyOf, Change, Comparator, Move, Node, Rate, State, Window
from cixi_analysis.words import WATER_CLASSES

_MOVE = {
    **dict.fromkeys(("提升", "提高", "上升", "增长", "增加"), Move.RISE),
    **dict.fromkeys(("下降", "降低", "减少"), Move.FALL),
    **dict.fromkeys(("改善", "好转"), Move.IMPROVE),
}
#: Terminal → comparator: a sign or word before the number or the average, or 以上/以内 after the number.
_COMPARATORS = {kind: Comparator[kind] for kind in ("GE", "LE", "GT", "LT")} | {
    "AND_ABOVE": Comparator.GE, "AND_BELOW": Comparator.LE, "REACH_OR_HIGHER": Comparator.GE,
}  # fmt: skip
_CHINESE_DIGITS = "零一二三四五六七八九十"
#: 不减小, 不减少 and 不缩小 say the same of an area, 不降低 and 不减退 of a function; one canonical word each.
_NOT_STATE = {"不减小": "不减少", "不缩小": "不减少", "不减退": "不降低"}


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


class Build(Transformer[Token, Node]):
    """Grammar → nodes. Children that are terminals come as tokens, found by type."""

    def __init__(self, unit: str | None) -> None:
        super().__init__()
        self.unit = unit

    def start(self, groups: list[Node]) -> Node:
        return _join(AllOf, groups)

    @v_args(meta=True)
    def group(self, meta: Meta, children: list[Node | Token]) -> Node:
        span = (meta.start_pos, meta.end_pos)
        clauses, joints = [cast(Node, children[0])], list[str]()
        for joint, clause in zip(cast(list[Token], children[1::2]), cast(list[Node], children[2::2]), strict=True):
            if joint.type == "AND" and (qualified := _qualified(clauses[-1], clause, span)):
                clauses[-1] = qualified
            else:
                clauses.append(clause)
                joints.append(joint.type)
        if {"AND", "OR"} <= set(joints):
            and_first = _join(AnyOf, [_join(AllOf, part) for part in _split(clauses, joints, "OR")])
            or_first = _join(AllOf, [_join(AnyOf, part) for part in _split(clauses, joints, "AND")])
            raise Stop("同一组里既有“且”又有“或”，有两种读法", span, (and_first, or_first))
        return _join(AnyOf if "OR" in joints else AllOf, clauses)

    def call(self, children: list[Node | Token]) -> Node:
        for joint in children:
            if isinstance(joint, Token) and joint.type == "AND" and joint != "，":
                raise Stop("AND( ) 与 OR( ) 的各项只能以逗号分隔", _span(joint))
        parts = (child for child in children if not isinstance(child, Token))
        return _join(AllOf if children[0] == "AND(" else AnyOf, parts)

    def bound(self, tokens: list[Token]) -> tree.Bound:
        types = _by_type(tokens)
        if "REACH" in types and "AND_BELOW" in types:
            raise Stop("“达到”与“以下”不能连用", _span(types["REACH"], types["AND_BELOW"]))
        unit = types.get("UNIT") or types.get("PERCENT") or ""
        return tree.Bound(_comparator(types), float(types["NUMBER"]), str(unit))

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
        if change.move is not rate.move:
            raise Stop("with 之后的幅度与变化方向不同", _span(cast(Token, children[1])))
        return replace(change, rate=rate)

    def since_last_year(self, tokens: list[Token]) -> Change:
        types = _by_type(tokens)
        if "MOVE" in types:
            if types.get("ADVERB") == "逐年":
                raise Stop("“较上年”与“逐年”所看的年份不同", _span(*tokens))
            return Change(_MOVE[types["MOVE"]], True, Window.PREVIOUS)
        word = types.get("NOT_MOVE") or types["STEADY"][-2:]
        not_moved = {"不上升": Move.FALL, "不下降": Move.RISE, "不降低": Move.RISE}
        return Change({**_MOVE, **not_moved}.get(word, Move.IMPROVE), False, Window.PREVIOUS)

    def years(self, tokens: list[Token]) -> Change:
        types = _by_type(tokens)
        digits = types["RECENT_YEARS"][1:-1] if "RECENT_YEARS" in types else "0"
        years = int(digits) if digits.isdecimal() else _CHINESE_DIGITS.index(digits.replace("两", "二"))
        return Change(_MOVE[types["MOVE"]], True, Window.YEARLY, years, adverb=str(types["ADVERB"]))

    def compared(self, tokens: list[Token]) -> Change:
        kind = tokens[0].type
        move = {"BETTER": Move.IMPROVE, "GE": Move.RISE, "GT": Move.RISE}.get(kind, Move.FALL)
        return Change(move, kind in ("GT", "LT", "BETTER"), Window.PREVIOUS)

    def rate(self, tokens: list[Token]) -> Rate:
        types = _by_type(tokens)
        unit = tree.AmountUnit.POINTS if "POINTS" in types else tree.AmountUnit.PERCENT
        yearly = "YEARLY_MEAN" in types
        # "-" is no unit: 满意度 is printed with it, and is a percentage all the same.
        unknown = self.unit in (None, "", "-")
        if unit is tree.AmountUnit.PERCENT and (self.unit == "%" or (unknown and not yearly)):
            raise Stop("指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点", _span(*tokens))
        if unit is tree.AmountUnit.POINTS and self.unit != "%" and not unknown:
            raise Stop(f"“个百分点”只用于百分比，该指标的单位是“{self.unit}”", _span(*tokens))
        return Rate(_MOVE[types["MOVE"]], _comparator(types), float(types["NUMBER"]), unit, yearly)

    def change_benchmark(self, tokens: list[Token]) -> tree.ChangeBenchmark:
        types = _by_type(tokens)
        # An amount of change is reached from below, whatever the item's polarity: 达到 is ≥.
        return tree.ChangeBenchmark(_MOVE[types["MOVE"]], Comparator.GE if "REACH" in types else _comparator(types))

    def level_benchmark(self, tokens: list[Token]) -> tree.LevelBenchmark:
        types = _by_type(tokens)
        return tree.LevelBenchmark(_comparator(types), better="BETTER" in types)

    def state(self, tokens: list[Token]) -> Node:
        if tokens[0].type == "STATE":
            return State(tokens[0].replace("劣V", "劣Ⅴ"))
        subjects = [t for t in tokens if t.type == "SUBJECT"]
        for token in tokens:
            if token.type == "AND" and token.value != "、":
                raise Stop("这一主语后面缺少“不减小”“不改变”一类的说法", _span(tokens[0], token))
        verb = tokens[-1]
        if verb in ("不上升", "不恶化", "不下降"):
            raise Stop(f"“{subjects[-1]}{verb}”不是要求语言里的说法", _span(subjects[0], verb))
        return _join(AllOf, [State(f"{subject}{_NOT_STATE.get(verb, str(verb))}") for subject in subjects])


def _comparator(tokens: dict[str, Token]) -> Comparator:
    """The comparator of a clause; open where it names none."""
    return next((comparator for kind, comparator in _COMPARATORS.items() if kind in tokens), Comparator.REACH)


def _qualified(change: Node, rate: Node, span: tuple[int, int]) -> Change | None:
    """A change and the rate right after it as one condition; None where they are two."""
    if not isinstance(change, Change) or change.rate is not None or not isinstance(rate, (Rate, tree.ChangeBenchmark)):
        return None
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
    """The clauses in runs: a joint of kind ``at`` begins a new one."""
    cuts = [0, *(place for place, joint in enumerate(joints, 1) if joint == at), len(clauses)]
    return [clauses[start:end] for start, end in pairwise(cuts)]
