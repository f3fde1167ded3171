"""Quantities in words and sums: a number with its unit, by how much two differ, and sums over the plan's printed figures.

A relation is a side, a sign (``=``, ``≠``, ``<``, ``≤``, ``>``, ``≥``) and a side. A side consists of printed numbers
with ``+ - × ÷`` and brackets, and of ``count(甲|乙|丙)``, the number of names listed. An equality holds at the printed
precision: both sides are rounded half up to the decimals of the side that is one number, of the coarser where both are,
else to those of the left side's most precise number.
"""

import operator
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple, cast

from lark import Lark, Token, Transformer, Tree, v_args
from lark.exceptions import LarkError

from cixi_analysis.words import CLASS_UNIT, WATER_CLASSES

#: The marks of plans and standards for a quantity without unit, and that of the data where nothing is printed.
NO_UNIT = "-", "－", "–", "—", "——", "/", "无", "无量纲", "无单位", ""
_SIGNS = str.maketrans("−－–．", "---.")
_FIGURE = re.compile(r"(?:(?<![\d.%])-)?(?<![\d.A-Za-z])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\.?\d|[年月日])")
#: More and less, of two values.
HIGHER = "高", "低"


def digits(value: float, sign: str = "") -> str:
    """A number without the noise of binary arithmetic: 12 significant digits, never an exponent; ``sign`` ``+``: always
    with its sign.
    """
    return f"{Decimal(f'{value + 0.0:.12g}'):{sign}f}"  # -0.0 is 0


def at_precision(number: Decimal, decimals: int) -> Decimal:
    """Rounded half up, as the plan's figures are printed (62.5 → 63; Python rounds half to even). Two figures are equal at
    the printed precision where these are.
    """
    every_digit = Context(prec=400)  # of the largest float
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, every_digit)


def unit_word(unit: str | None) -> str:
    """A unit as it is written after a number: "" for none."""
    return "" if unit is None or unit in NO_UNIT else unit


def with_its_unit(name: str, unit: str | None) -> str:
    """What is measured, with the unit of its values: ``优良比例（%）``."""
    return f"{name}（{unit_word(unit) or '无单位'}）"


def with_unit(value: float | str, unit: str | None) -> str:
    """``40.7%``, ``26微克/立方米``, ``84.07``, ``Ⅱ类`` (also by its rank). A number given as text keeps its digits: ``0.10``."""
    if not isinstance(value, str):
        value = WATER_CLASSES[int(value) - 1] if unit == CLASS_UNIT else digits(value)
    return f"{value}{CLASS_UNIT if value in WATER_CLASSES else unit_word(unit)}"


def difference_unit(unit: str | None) -> str:
    """The unit of a difference of two values: percentage points of percentages."""
    return "个百分点" if unit == "%" else unit_word(unit)


def apart(by: float, unit: str | None, words: tuple[str, str] = ("", "")) -> str:
    """By how much two values differ: ``3.5个百分点``, after the first of ``words`` where it is more, else the second."""
    return f"{words[by < 0]}{digits(abs(by))}{difference_unit(unit)}"


def ungrouped(text: str) -> str:
    """A text with ``7099622`` where it prints ``7,099,622``."""
    return re.sub(r"(?<![\d,.])\d{1,3}(,\d{3})+(?![\d,])", lambda found: found[0].replace(",", ""), text)


def figures(text: str) -> set[float]:
    """The numbers in a text, other than those of dates (2026年, 26日) and names (PM2.5, m3); the dash in 84-86 is no sign."""
    return {float(n.replace(",", "")) for n in _FIGURE.findall(text.translate(_SIGNS))}


_GRAMMAR = r"""
    start: side SIGN side
    ?side: product | side "+" product -> plus | side "-" product -> minus
    ?product: atom | product "×" atom -> times | product "÷" atom -> by
    ?atom: NUMBER -> number | "(" side ")" | "count(" NAME ("|" NAME)* ")" -> count
    SIGN: "=" | "≠" | "<" | "≤" | ">" | "≥"
    NUMBER: /\d+(\.\d+)?/
    NAME: /[^|()]+/
    %ignore " "
"""
_PARSER = Lark(_GRAMMAR, parser="lalr")
_COMPARISONS = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge,
}  # fmt: skip


class BadRelation(ValueError):
    """The text cannot be parsed; the message (Chinese) gives an example."""


class Equation(NamedTuple):
    """A parsed relation: whether it holds, also without rounding, and its numbers and names as written."""

    holds: bool
    exactly: bool
    numbers: tuple[str, ...]
    names: tuple[str, ...]


@v_args(inline=True)
class _Values(Transformer[Token, Fraction]):
    """Syntax tree of a side → its value."""

    plus, minus, times, by, number = operator.add, operator.sub, operator.mul, operator.truediv, Fraction

    def count(self, *names: Token) -> Fraction:
        return Fraction(len(names))


def relation(text: str) -> Equation:
    """Parse and evaluate ``text``. Raises :class:`BadRelation`."""
    try:
        tree = _PARSER.parse(text)
        left, sign, right = cast(Any, tree.children)
        sides: list[Any] = [_Values().transform(side) for side in (left, right)]
        exactly = _COMPARISONS[sign](*sides)
        if sign in ("=", "≠"):
            decimals_of = [
                max((len(n.partition(".")[2]) for n in _words(one, "NUMBER")), default=0) for one in (left, right)
            ]
            alone = [d for one, d in zip((left, right), decimals_of, strict=True) if one.data == "number"]
            decimals = min(alone, default=decimals_of[0])
            sides = [at_precision(Decimal(one.numerator) / one.denominator, decimals) for one in sides]
        return Equation(_COMPARISONS[sign](*sides), exactly, _words(tree, "NUMBER"), _words(tree, "NAME"))
    except (LarkError, ArithmeticError):  # a division by zero is wrapped in a LarkError
        raise BadRelation("由数字、+ - × ÷、括号与 count(甲|乙) 写成的算式，如 34 = 7 + 26 + 1") from None


def _words(tree: Tree[Token], kind: str) -> tuple[str, ...]:
    return tuple(t.strip() for t in tree.scan_values(lambda t: isinstance(t, Token) and t.type == kind))
