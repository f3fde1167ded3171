"""Wording → syntax tree, or a refusal that marks the place. The rules of reading are DESIGN section 4's.

A refusal is good; a wrong tree is the worst bug this project can have. So nothing is skipped, nothing is guessed:
every character of the wording is accounted for by the grammar, and a wording with two readings is refused with both.
"""

import re
import unicodedata
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
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
from cixi_analysis.schema import WATER_CLASSES

#: Terminal → what a reader of a message calls it, with an example. Several terminals may share one name.
_NAMES = {
    "GE": "比较（≥、不低于）",
    "LE": "比较（≤、不超过）",
    "GT": "比较（>、高于）",
    "LT": "比较（<、低于）",
    "AND_ABOVE": "以上",
    "AND_BELOW": "以下、以内",
    "REACH": "达到",
    "REACH_OR_BETTER": "达到或优于",
    "REACH_OR_HIGHER": "达到或高于",
    "BETTER": "优于",
    "NOT_WORSE": "不劣于",
    "SHARE": "比例",
    "SHARE_IS": "比例为",
    "CONTROLLED": "控制在",
    "NUMBER": "数",
    "PERCENT": "%",
    "POINTS": "个百分点",
    "UNIT": "单位",
    "WATER_CLASS": "水质类别（Ⅲ类）",
    "WATER_QUALITY": "水质、标准",
    "ASSIGNED": "完成上级下达的目标",
    "CONTROL_TARGET": "控制目标值",
    "STEADY": "保持稳定或持续改善",
    "NOT_MOVE": "不下降、不降低",
    "SINCE_LAST_YEAR": "较上年",
    "LAST_YEAR": "上年",
    "RECENT_YEARS": "近三年",
    "ADVERB": "逐年、持续、稳步",
    "MOVE": "上升、下降、改善",
    "YEARLY_MEAN": "年均",
    "AMPLITUDE": "幅度",
    "AVERAGE": "全省平均",
    "STATE": "状态（制定实施、开展、建立、无黑臭水体……）",
    "SUBJECT": "面积、功能、性质、强度、生态、边界",
    "SUBJECT_AND": "和",
    "NOT_STATE": "不减小、不改变、不突破……",
    "AND": "且、并、逗号、顿号",
    "OR": "或",
    "_SEPARATOR": "分号、换行",
    "CALL": "AND(、OR(",
    "WITH": "with",
}

#: What a clause may begin with, told by kind instead of by word.
_CLAUSES = (
    "数值（≥20、20%以上）",
    "水质类别（优于Ⅲ类）",
    "上级目标（完成上级下达的年度目标）",
    "变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）",
    "全省平均（高于全省平均值）",
    "状态（制定实施、面积不减少、无黑臭水体）",
)

#: Wordings that are known and refused, with the reason; looked for where the reading stopped.
_REFUSED = (
    (r"左右|大约|约", "“左右”“约”没有确定的界限"),
    (r"稳中有升|稳中向好|稳中有进", "“稳中有升”可指保持稳定，也可指必须上升"),
    (r"山区|丘陵|平原|沿海|内陆|城区|干旱|半湿润|湿润", "按地区类型分别提出的要求，要求语言不能表达是哪一类地区"),
    (r"连续", "“连续N年”可指N个年份，也可指N次变化；请写“近N年逐年……”"),
    (r"全国平均|全市平均", "数据里的平均值只有全省平均"),
    (r"[()]", "要求语言不认识这里的括号，括号里的条件可能改变含义"),
)

_FULL_WIDTH = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
#: Character → the form the grammar knows. One character each, so that places in the wording stay places.
_FORMS = _FULL_WIDTH | {
    ",": "，", "，": "，", ";": "；", "；": "；", "−": "-", "﹣": "-", "％": "%", "﹪": "%", "⩾": "≥", "⩽": "≤", "≧": "≥", "≦": "≤",
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
}  # fmt: skip

_MOVES = {
    Move.RISE: ("提升", "提高", "上升", "增长", "增加"),
    Move.FALL: ("下降", "降低", "减少"),
    Move.IMPROVE: ("改善", "好转"),
}
_MOVE = {word: move for move, words in _MOVES.items() for word in words}
_COMPARATORS = {"GE": Comparator.GE, "LE": Comparator.LE, "GT": Comparator.GT, "LT": Comparator.LT}
#: Far more than any wording needs; a tree that is too deep cannot be walked.
_MOST_BRACKETS = 50
_CHINESE_DIGITS = "零一二三四五六七八九十"
#: 不减小, 不减少 and 不缩小 say the same of an area, 不降低 and 不减退 of a function; one canonical word each.
_NOT_STATE = {"不减小": "不减少", "不缩小": "不减少", "不减退": "不降低"}


class Refusal(ValueError):
    """A wording outside the language: ``text`` with ``start:end`` the place, the ``reason``, what would have been understood.

    ``readings`` names the trees when the wording has more than one reading.
    """

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        reason: str,
        expected: tuple[str, ...] = (),
        readings: tuple[Node, ...] = (),
    ) -> None:
        self.text, self.start, self.end, self.reason, self.expected, self.readings = (
            text,
            start,
            end,
            reason,
            expected,
            readings,
        )
        super().__init__(text, reason)

    @property
    def marked(self) -> str:
        """The wording with the place marked inside it: ``≤25.4或【力争领先】``."""
        text = f"{self.text[: self.start]}【{self.text[self.start : self.end]}】{self.text[self.end :]}"
        return text.replace("\n", "⏎")

    def __str__(self) -> str:
        parts = [f"无法解读“{self.marked}”：{self.reason}"]
        if self.readings:
            parts.append("两种读法：" + "；".join(str(r) for r in self.readings))
            parts.append("请在数据的“读法”列写明取哪一种，并写明理由")
        if self.expected:
            parts.append("此处可以是：" + "；".join(self.expected))
        return "。".join(parts) + "。"


def read(text: str, *, unit: str | None = None) -> Node:
    """The tree that ``text`` is read as.

    ``unit`` is the item's unit where it is known: a plain percentage of change is read only when the quantity is
    known not to be a percentage itself (percent or points?). Raises :class:`Refusal`.
    """
    return _read(text, unit)


@cache
def _read(text: str, unit: str | None) -> Node:
    text = unicodedata.normalize("NFC", text)  # not NFKC, which would turn Ⅲ into III
    normal, places = _normalise(text)
    if normal.count("(") > _MOST_BRACKETS:
        raise Refusal(text, 0, len(text), f"括号超过{_MOST_BRACKETS}层")
    try:
        tree = _parser().parse(normal)
        return _Build(unit).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, _Stop):
            stop = error.orig_exc
            start, end = stop.span or (0, len(normal))
            raise Refusal(
                text, places[start], places[end - 1] + 1 if end else len(text), stop.reason, (), stop.readings
            ) from None
        raise
    except UnexpectedInput as error:
        raise _refusal(text, normal, places, error) from None


def _normalise(text: str) -> tuple[str, list[int]]:
    """The text in the grammar's forms, and for each of its characters the place in ``text`` (plus the end)."""
    kept: list[tuple[str, int]] = []
    for place, char in enumerate(text):
        if char.isspace() and _FORMS.get(char, char) != "\n":
            # A space between two digits may stand for anything; it is left in, and so refused.
            before, after = text[place - 1 : place], text[place + 1 : place + 2]
            if _digit(before) and _digit(after):
                kept.append((" ", place))
            continue
        kept.append((_FORMS.get(char, char), place))
    # A comma between two digits is a thousands separator or a list; left as ",", which the grammar does not know.
    # Only in a canonical text, AND(≥20, 100), does a comma with a space after it surely separate.
    depth = 0
    for i in range(1, len(kept) - 1):
        char, place = kept[i]
        depth += (char == "(") - (char == ")")
        separates = depth > 0 and char == "，" and kept[i + 1][1] > place + 1
        if char in "，、" and _digit(kept[i - 1][0]) and _digit(kept[i + 1][0]) and not separates:
            kept[i] = (",", place)
    return "".join(c for c, _ in kept), [p for _, p in kept] + [len(text)]


def _digit(char: str) -> bool:
    return bool(char) and _FORMS.get(char, char) in "0123456789."


@cache
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False, propagate_positions=True)


def _refusal(text: str, normal: str, places: list[int], error: UnexpectedInput) -> Refusal:
    start = min(error.pos_in_stream if error.pos_in_stream is not None else len(normal), len(normal))
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        start = len(normal)
    rest = re.match(r"[^；\n，、]*", normal[start:])
    end = start + max(rest.end() if rest else 0, 1 if start < len(normal) else 0)
    allowed = (
        error.allowed
        if isinstance(error, UnexpectedCharacters)
        else getattr(error, "accepts", None) or getattr(error, "expected", ())
    )
    known = {terminal: name for terminal, name in _NAMES.items() if terminal in (allowed or ())}
    expected = _CLAUSES if {"STATE", "NUMBER"} <= known.keys() else tuple(dict.fromkeys(known.values()))
    for pattern, reason in _REFUSED:
        if re.search(pattern, normal[start:end]):
            return Refusal(text, places[start], places[end - 1] + 1, reason)
    if start >= len(normal):
        return Refusal(text, len(text), len(text), "没有写完" if normal.strip("；\n") else "没有内容", expected)
    if normal[start] in ", ":
        number = next(m for m in re.finditer(r"[0-9., ]+", normal) if m.start() <= start < m.end())
        reason = "两个数字之间的逗号、顿号或空格可有两种理解（千位分隔，或两个数）"
        return Refusal(text, places[number.start()], places[number.end() - 1] + 1, reason)
    return Refusal(text, places[start], places[end - 1] + 1, "不认识这里的说法", expected)


class _Stop(Exception):
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


class _Build(Transformer[Token, Node]):
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
                    raise _Stop("“保持稳定”没有幅度：这里的幅度可只指变化，也可指两者", span)
                if before.move is clause.move:
                    clauses[i - 1 : i + 1] = [replace(before, rate=clause)]
                    del joints[i - 1]
                    continue
                if Move.IMPROVE not in (before.move, clause.move):
                    raise _Stop(f"“{before.move.value}”之后的幅度却是“{clause.move.value}”", span)
                if before.years:
                    reason = f"“{before.move.value}”之后的幅度是“{clause.move.value}”，看不出是否也看近{before.years}年"
                    raise _Stop(reason, span)
            i += 1
        kinds = {joint.type for joint in joints}
        if len(kinds) > 1:
            and_first = _join(AnyOf, [_join(AllOf, part) for part in _split(clauses, joints, "OR")])
            or_first = _join(AllOf, [_join(AnyOf, part) for part in _split(clauses, joints, "AND")])
            raise _Stop("同一组里既有“且”又有“或”，有两种读法", span, (and_first, or_first))
        return _join(AnyOf if kinds == {"OR"} else AllOf, clauses)

    def call(self, children: list[Node | Token]) -> Node:
        function = children[0]
        joints = [c for c in children if isinstance(c, Token) and c.type == "AND"]
        for joint in joints:
            if joint != "，":
                raise _Stop("AND( ) 与 OR( ) 的各项只能以逗号分隔", _span(joint))
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
            raise _Stop("“达到”与“以下”不能连用", _span(tokens["REACH"], tokens["AND_BELOW"]))
        return Bound(comparator, limit, unit)

    def class_bound(self, tokens: list[Token]) -> ClassBound:
        types = {t.type: t for t in tokens}
        if "GE" in types and types["GE"] != "不低于":
            raise _Stop("水质类别请写“达到或优于”“优于”，不用大小符号", _span(types["GE"], types["WATER_CLASS"]))
        if "BETTER" in types and "AND_ABOVE" in types:
            raise _Stop("“优于”与“以上”不能连用", _span(types["BETTER"], types["AND_ABOVE"]))
        numeral = types["WATER_CLASS"][:-1]
        for latin, roman in (("III", "Ⅲ"), ("II", "Ⅱ"), ("IV", "Ⅳ"), ("V", "Ⅴ"), ("I", "Ⅰ")):
            numeral = numeral.replace(latin, roman)
        if numeral == WATER_CLASSES[-1] and "BETTER" not in types:
            raise _Stop("劣Ⅴ类是最差的一类，任何水体都“达到”，不成为要求", _span(*tokens))
        return ClassBound(WATER_CLASSES.index(numeral) + 1, "BETTER" in types)

    def assigned(self, tokens: list[Token]) -> AssignedTarget:
        return AssignedTarget(_comparator({t.type: t for t in tokens}))

    def change(self, children: list[Node | Token]) -> Change:
        change = cast(Change, children[0])
        if len(children) == 1:
            return change
        rate = cast(Rate | ChangeBenchmark, children[2])
        if change.move is not rate.move:
            raise _Stop("with 之后的幅度与变化方向不同", _span(cast(Token, children[1])))
        return replace(change, rate=rate)

    def since_last_year(self, tokens: list[Token]) -> Change:
        types = {t.type: t for t in tokens}
        if "MOVE" in types:
            if types.get("ADVERB") == "逐年":
                raise _Stop("“较上年”与“逐年”所看的年份不同", _span(*tokens))
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
        if unit is AmountUnit.PERCENT and (self.unit == "%" or (self.unit is None and not yearly)):
            raise _Stop("指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点", _span(*tokens))
        if unit is AmountUnit.POINTS and self.unit not in (None, "%"):
            raise _Stop(f"“个百分点”只用于百分比，该指标的单位是“{self.unit}”", _span(*tokens))
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
                raise _Stop("这一主语后面缺少“不减小”“不改变”一类的说法", _span(tokens[0], token))
        verb = tokens[-1]
        if verb in ("不上升", "不恶化", "不下降"):
            raise _Stop(f"“{subjects[-1]}{verb}”不是要求语言里的说法", _span(subjects[0], verb))
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
