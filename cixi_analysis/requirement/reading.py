"""Wording → syntax tree, or a refusal that marks the place. The book's method page states the rules of reading.

A refusal is good; a wrong tree is the worst bug this project can have. So nothing is skipped and nothing guessed: the
grammar accounts for every character of the wording, and an ambiguous wording is refused with both readings.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from lark import Lark
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from cixi_analysis.errors import CixiError
from cixi_analysis.requirement.parsing import BRACKETS, Build, Stop
from cixi_analysis.requirement.tree import Node
from cixi_analysis.requirement.vocabulary import FORMS, NAMES, NO_TERMS, Terms, grammar, vocabulary
from cixi_analysis.words import CELL_BREAK

#: More than any wording needs; a tree that is too deep overflows the stack.
_MOST_BRACKETS = 50

#: Names of the kinds of clauses for messages, instead of every terminal that may begin one.
_CLAUSES = (
    "数值（≥20、20%以上）", "水质类别（优于Ⅲ类）", "上级目标（完成上级下达的年度目标）",
    "变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）",
    "全省平均（高于全省平均值）", "状态（制定实施、面积不减少、无黑臭水体）",
)  # fmt: skip


@dataclass(eq=False, repr=False)
class Refusal(CixiError, ValueError):
    """A wording outside the language: the place ``text[start:end]``; what is expected there; every tree if ambiguous."""

    text: str
    start: int
    end: int
    reason: str
    expected: tuple[str, ...] = ()
    readings: tuple[Node, ...] = ()

    @property
    def marked(self) -> str:
        """The wording with the place marked inside it: ``≤25.4或【力争领先】``."""
        text = f"{self.text[: self.start]}【{self.text[self.start : self.end]}】{self.text[self.end :]}"
        return text.replace("\n", CELL_BREAK)

    def __str__(self) -> str:
        parts = [f"无法解读“{self.marked}”：{self.reason}"]
        if self.readings:
            count = "两" if len(self.readings) == 2 else len(self.readings)
            parts.append(f"{count}种读法：" + "；".join(map(str, self.readings)))
            parts.append("请在数据的“读法”列写明取哪一种，并写明理由")
        if self.expected:
            parts.append("此处可以是：" + "；".join(self.expected))
        return "。".join(parts) + "。"


@cache
def read(
    text: str, *, unit: str | None = None, terms: Terms = NO_TERMS, ranges: bool = True, yearly: bool = True
) -> Node:
    """Parse ``text`` into a syntax tree, whose ``str`` is the canonical text. The page 方法 states the rules of reading.

    A percentage of change is accepted only where the item's ``unit`` is known not to be % (percent or points?).
    ``terms``: the project's own words, its kinds of region (which select a case), and the year that 现状 means.
    ``ranges``: whether two numbers alone (85—90) are a range, as they surely are only of an item without a direction.
    ``yearly``: whether it is asked of every year, so that 下降≥5% and 有所下降 alone are since last year.
    Raises :class:`Refusal` with the place, the reason and, of an ambiguous wording, every reading.
    """
    text = unicodedata.normalize("NFC", text)  # not NFKC, which would turn Ⅲ into III
    normal, places = _normalise(text)
    if normal.count("(") > _MOST_BRACKETS:
        raise Refusal(text, 0, len(text), f"括号超过{_MOST_BRACKETS}层")
    try:
        return _builder(unit, terms, ranges, yearly).transform(_parser(terms.words).parse(normal))
    except VisitError as error:
        if not isinstance(stop := error.orig_exc, Stop):
            raise
        start, end = stop.span
        raise Refusal(text, places[start], places[end - 1] + 1, stop.reason, (), stop.readings) from None
    except UnexpectedInput as error:
        raise _refusal(text, normal, places, error, terms) from None


def _refusal(text: str, normal: str, places: list[int], error: UnexpectedInput, terms: Terms) -> Refusal:
    """The parser's error in the words of the requirement language."""
    with suppress(UnexpectedInput):
        if "\n" in normal and _parser(terms.words).parse(normal.replace("\n", "")):
            return Refusal(text, 0, len(text), "换行断开了一句话：同一句里的换行请删去，另起一句的请写“；”")
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    start = len(normal) if is_end or error.pos_in_stream is None else min(error.pos_in_stream, len(normal))
    rest = re.match(r"[^；\n，、]*", normal[start:])
    end = start + max(rest.end() if rest else 0, 1 if start < len(normal) else 0)
    allowed = next(filter(None, (getattr(error, name, None) for name in ("allowed", "accepts", "expected"))), ())
    known = {terminal: name for terminal, name in NAMES.items() if terminal in allowed}
    expected = _CLAUSES if {"STATE", "NUMBER"} <= known.keys() else tuple(dict.fromkeys(known.values()))
    found, words = normal[start:end], vocabulary(terms.words)
    reasons = [reason for word, reason in words["refused"].items() if reason and re.search(word, found)]
    if any(word in found or normal.startswith(word, end) for word in words["region"]):
        reasons.append("按地区类型分别提出的要求，请写“山区≥60；丘陵≥40”一类")
    clause = re.split(r"[；\n，、且并或]", normal[:start])[-1] + found
    reasons += [advice for phrase, advice in words["advice"].items() if re.search(phrase, clause)]
    if reasons or re.search(r"[][()〔〕【】]", found):
        return Refusal(text, places[start], places[end - 1] + 1, [*reasons, BRACKETS][0])
    if start >= len(normal):
        return Refusal(text, len(text), len(text), "没有写完" if normal.strip("；\n") else "没有内容", expected)
    if normal[start] in ", ":
        number = next(m for m in re.finditer(r"[0-9., \n]+", normal) if m.start() <= start < m.end())
        reason = "两个数字之间的逗号、顿号、空格或换行可有两种理解（一个数，或两个数）"
        return Refusal(text, places[number.start()], places[number.end() - 1] + 1, reason)
    return Refusal(text, places[start], places[end - 1] + 1, "不认识这里的说法", expected)


def _normalise(text: str) -> tuple[str, list[int]]:
    """The text in the grammar's characters, and where in ``text`` each of them and the end is."""
    normal = re.sub(r"[^\S\n]", " ", text.translate(FORMS))
    # Spaces are left out; only those between two digits may stand for anything: one is left in, and so refused.
    places = [found.start() for found in re.finditer(r"[^ ]|(?<=[0-9.]) (?= *[0-9.])", normal)]
    kept = [normal[place] for place in places]
    # A comma or line break between two digits is a thousands separator, a broken number or a list; left as ",", which the
    # grammar does not know. Only in a canonical text, AND(≥20, 100), does a comma with a space after it surely separate.
    text = "".join(kept)
    grouped = re.search(r"(?<![DR])\(", text)
    for found in re.finditer(r"(?<=[0-9.])[，、\n]+(?=[0-9.])", text):
        i = found.start()
        spaced = found[0] == "，" and places[i + 1] > places[i] + 1
        if not spaced or grouped or text.count("(", 0, i) <= text.count(")", 0, i):
            kept[i] = ","
    return "".join(kept), [*places, len(text)]


@cache
def _parser(added: tuple[tuple[str, ...], ...]) -> Lark:
    return Lark(grammar(added), parser="lalr", lexer="contextual", maybe_placeholders=False, propagate_positions=True)


_builder = cache(Build)
