"""Grammar → nodes: what the words of ``grammar.lark`` mean, and which of their combinations are refused."""

from dataclasses import replace
from typing import cast

from lark import Token, Transformer, v_args
from lark.tree import Meta

from cixi_analysis.requirement.tree import (
    AllOf,
    AmountUnit,
    AnyOf,
    AssignedTarget,
    Bound,
    Change,
    ChangeBenchmark,
    ClassBound,
    Comparator,
    LevelBenchmark,
    Move,
    Node,
    Rate,
    State,
    Window,
)
from cixi_analysis.words import WATER_CLASSES

_MOVES = {
    Move.RISE: ("提升", "提高", "上升", "增长", "增加"),
    Move.FALL: ("下降", "降低", "减少"),
    Move.IMPROVE: ("改善", "好转"),
}
_MOVE = {word: move for move, words in _MOVES.items() for word in words}
_COMPARATORS = {"GE": Comparator.GE, "LE": Comparator.LE, "GT": Comparator.GT, "LT": Comparator.LT}
_CHINESE_DIGITS = "零一二三四五六七八九十"
#: 不减小, 不减少 and 不缩小 say the same of an area, 不降低 and 不减退 of a function; one canonical word each.
_NOT_STATE = {"不减小": "不减少", "不缩小": "不减少", "不减退": "不降低"}


class Stop(Exception):
    """Raised while building: the text is in the grammar, but not in the language."""

    def __init__(self, reason: str, span: tuple[int, int] | None = None, readings: tuple[Node, ...] = ()) -> None:
        self.reason, self.span, self.readings = reason, span, readings
        super().__init__(reason)


def _span(*tokens: Token) -> tuple[int, int]:
    return cast(int, tokens[0].start_pos), cast(int, tokens[-1].end_pos)


def _join(kind: type[AllOf] | type[AnyOf], parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
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
        clauses = [cast(Node, c) for c in children[::2]]
        joints = [cast(Token, c) for c in children[1::2]]
        # A rate right after the change it measures is one condition with it.
        i = 1
        while i < len(clauses):
            before, clause, joint = clauses[i - 1], clauses[i], joints[i - 1]
            if (
                joint.type == "AND"
                and isinstance(before, Change)
                and before.rate is None
                and isinstance(clause, (Rate, ChangeBenchmark))
            ):
                if before.move is clause.move and not before.strict:
                    raise Stop("“保持稳定”没有幅度：这里的幅度可只指变化，也可指两者", span)
                if before.move is clause.move:
                    clauses[i - 1 : i + 1] = [replace(before, rate=clause)]
                    del joints[i - 1]
                    continue
                if Move.IMPROVE not in (before.move, clause.move):
                    raise Stop(f"“{before.move.value}”之后的幅度却是“{clause.move.value}”", span)
                if before.years:
                    reason = f"“{before.move.value}”之后的幅度是“{clause.move.value}”，看不出是否也看近{before.years}年"
                    raise Stop(reason, span)
            i += 1
        kinds = {joint.type for joint in joints}
        if len(kinds) > 1:
            and_first = _join(AnyOf, [_join(AllOf, part) for part in _split(clauses, joints, "OR")])
            or_first = _join(AllOf, [_join(AnyOf, part) for part in _split(clauses, joints, "AND")])
            raise Stop("同一组里既有“且”又有“或”，有两种读法", span, (and_first, or_first))
        return _join(AnyOf if kinds == {"OR"} else AllOf, clauses)

    def call(self, children: list[Node | Token]) -> Node:
        function = children[0]
        joints = [c for c in children if isinstance(c, Token) and c.type == "AND"]
        for joint in joints:
            if joint != "，":
                raise Stop("AND( ) 与 OR( ) 的各项只能以逗号分隔", _span(joint))
        parts = [c for c in children if not isinstance(c, Token)]
        return _join(AllOf if function == "AND(" else AnyOf, parts)

    @v_args(inline=True)
    def comparator(self, token: Token) -> Token:
        return token

    @v_args(inline=True)
    def quantity(self, number: Token, unit: Token | None = None) -> tuple[float, str]:
        return float(number), str(unit or "")

    def bound(self, children: list[Token | tuple[float, str]]) -> Bound:
        tokens = {c.type: c for c in children if isinstance(c, Token)}
        limit, unit = next(c for c in children if not isinstance(c, Token))
        comparator = _comparator(tokens)
        if "REACH" in tokens and "AND_BELOW" in tokens:
            raise Stop("“达到”与“以下”不能连用", _span(tokens["REACH"], tokens["AND_BELOW"]))
        return Bound(comparator, limit, unit)

    def class_bound(self, tokens: list[Token]) -> ClassBound:
        types = {t.type: t for t in tokens}
        if "GE" in types and types["GE"] != "不低于":
            raise Stop("水质类别请写“达到或优于”“优于”，不用大小符号", _span(types["GE"], types["WATER_CLASS"]))
        if "BETTER" in types and "AND_ABOVE" in types:
            raise Stop("“优于”与“以上”不能连用", _span(types["BETTER"], types["AND_ABOVE"]))
        numeral = types["WATER_CLASS"][:-1]
        for latin, roman in (("III", "Ⅲ"), ("II", "Ⅱ"), ("IV", "Ⅳ"), ("V", "Ⅴ"), ("I", "Ⅰ")):
            numeral = numeral.replace(latin, roman)
        if numeral == WATER_CLASSES[-1] and "BETTER" not in types:
            raise Stop("劣Ⅴ类是最差的一类，任何水体都“达到”，不成为要求", _span(*tokens))
        return ClassBound(WATER_CLASSES.index(numeral) + 1, "BETTER" in types)

    def assigned(self, tokens: list[Token]) -> AssignedTarget:
        return AssignedTarget(_comparator({t.type: t for t in tokens}))

    def change(self, children: list[Node | Token]) -> Change:
        change = cast(Change, children[0])
        if len(children) == 1:
            return change
        rate = cast(Rate | ChangeBenchmark, children[2])
        if change.move is not rate.move:
            raise Stop("with 之后的幅度与变化方向不同", _span(cast(Token, children[1])))
        return replace(change, rate=rate)

    def since_last_year(self, tokens: list[Token]) -> Change:
        types = {t.type: t for t in tokens}
        if "MOVE" in types:
            if types.get("ADVERB") == "逐年":
                raise Stop("“较上年”与“逐年”所看的年份不同", _span(*tokens))
            return Change(_MOVE[types["MOVE"]], True, Window.PREVIOUS)
        if "NOT_MOVE" in types:
            move = {"不上升": Move.FALL, "不恶化": Move.IMPROVE}.get(types["NOT_MOVE"], Move.RISE)
            return Change(move, False, Window.PREVIOUS)
        return Change(_MOVE.get(types["STEADY"][-2:], Move.IMPROVE), False, Window.PREVIOUS)

    def years(self, tokens: list[Token]) -> Change:
        types = {t.type: t for t in tokens}
        digits = types["RECENT_YEARS"][1:-1] if "RECENT_YEARS" in types else "0"
        years = int(digits) if digits.isdecimal() else _CHINESE_DIGITS.index(digits.replace("两", "二"))
        return Change(_MOVE[types["MOVE"]], True, Window.YEARLY, years, adverb=str(types["ADVERB"]))

    def compared(self, tokens: list[Token]) -> Change:
        kind = tokens[0].type
        move = Move.IMPROVE if kind == "BETTER" else Move.RISE if kind in ("GE", "GT") else Move.FALL
        return Change(move, kind in ("GT", "LT", "BETTER"), Window.PREVIOUS)

    def rate(self, tokens: list[Token]) -> Rate:
        types = {t.type: t for t in tokens}
        unit = AmountUnit.POINTS if "POINTS" in types else AmountUnit.PERCENT
        yearly = "YEARLY_MEAN" in types
        # "-" is no unit: 满意度 is printed with it, and is a percentage all the same.
        unknown = self.unit in (None, "", "-")
        if unit is AmountUnit.PERCENT and (self.unit == "%" or (unknown and not yearly)):
            raise Stop("指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点", _span(*tokens))
        if unit is AmountUnit.POINTS and self.unit != "%" and not unknown:
            raise Stop(f"“个百分点”只用于百分比，该指标的单位是“{self.unit}”", _span(*tokens))
        return Rate(_MOVE[types["MOVE"]], _comparator(types), float(types["NUMBER"]), unit, yearly)

    def change_benchmark(self, tokens: list[Token]) -> ChangeBenchmark:
        types = {t.type: t for t in tokens}
        # An amount of change is reached from below, whatever the item: 达到 is ≥.
        comparator = Comparator.GE if "REACH" in types else _comparator(types)
        return ChangeBenchmark(_MOVE[types["MOVE"]], comparator)

    def level_benchmark(self, tokens: list[Token]) -> LevelBenchmark:
        kind = tokens[0].type
        if kind == "BETTER":
            return LevelBenchmark(Comparator.REACH, better=True)
        if kind == "REACH_OR_HIGHER":
            return LevelBenchmark(Comparator.GE)
        return LevelBenchmark(_COMPARATORS.get(kind, Comparator.REACH))

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
    """The comparator of a clause: a sign or word before the number, or 以上/以内 after it; else open."""
    for kind in ("GE", "LE", "GT", "LT"):
        if kind in tokens:
            return _COMPARATORS[kind]
    if "AND_ABOVE" in tokens:
        return Comparator.GE
    return Comparator.LE if "AND_BELOW" in tokens else Comparator.REACH


def _split(clauses: list[Node], joints: list[Token], at: str) -> list[list[Node]]:
    parts: list[list[Node]] = [[clauses[0]]]
    for joint, clause in zip(joints, clauses[1:], strict=True):
        if joint.type == at:
            parts.append([clause])
        else:
            parts[-1].append(clause)
    return parts
