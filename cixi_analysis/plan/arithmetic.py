"""Sums that the plan's own figures make: ``34 = 7 + 26 + 1`` read and checked.

A relation has a side, a sign (``=``, ``≠``, ``<``, ``≤``, ``>``, ``≥``) and a side; a side is made of printed numbers
with ``+ - × ÷`` and brackets, and of ``count(甲|乙|丙)``, the number of names listed. An equality is judged at the
printed precision: the right side is rounded half up to the decimals of the left side's most precise number.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

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


class BadRelation(ValueError):
    """The text is no relation; the message (Chinese) says what one looks like."""


@dataclass(frozen=True)
class Equation:
    """A relation that was read: whether it holds, and the numbers and names it is made of, as written."""

    holds: bool
    numbers: tuple[str, ...]
    names: tuple[str, ...]


def relation(text: str) -> Equation:
    """The relation ``text``. Raises :class:`BadRelation`."""
    try:
        tree = _PARSER.parse(text)
        holds: bool = _Values().transform(tree)
        tokens = list(tree.scan_values(lambda value: isinstance(value, Token)))
        return Equation(
            holds=holds,
            numbers=tuple(str(t) for t in tokens if t.type == "NUMBER"),
            names=tuple(str(t).strip() for t in tokens if t.type == "NAME"),
        )
    except LarkError:  # a division by zero comes wrapped in one
        raise BadRelation("由数字、+ - × ÷、括号与 count(甲|乙) 写成的算式，如 34 = 7 + 26 + 1") from None


@dataclass(frozen=True)
class _Amount:
    value: Decimal
    #: decimals of the most precise number in it
    places: int = 0


@v_args(inline=True)
class _Values(Transformer[Token, Any]):
    """Syntax tree → amounts, and at its top whether the relation holds."""

    def start(self, left: _Amount, sign: Token, right: _Amount) -> bool:
        return _holds(left, str(sign), right)

    def number(self, token: Token) -> _Amount:
        return _Amount(Decimal(str(token)), len(str(token).partition(".")[2]))

    def count(self, *names: Token) -> _Amount:
        return _Amount(Decimal(len(names)))

    def plus(self, a: _Amount, b: _Amount) -> _Amount:
        return _Amount(a.value + b.value, max(a.places, b.places))

    def minus(self, a: _Amount, b: _Amount) -> _Amount:
        return _Amount(a.value - b.value, max(a.places, b.places))

    def times(self, a: _Amount, b: _Amount) -> _Amount:
        return _Amount(a.value * b.value, max(a.places, b.places))

    def by(self, a: _Amount, b: _Amount) -> _Amount:
        return _Amount(a.value / b.value, max(a.places, b.places))


def _holds(left: _Amount, sign: str, right: _Amount) -> bool:
    a, b = left.value, right.value
    if sign in "=≠":
        step = Decimal(1).scaleb(-left.places)
        equal = a.quantize(step, ROUND_HALF_UP) == b.quantize(step, ROUND_HALF_UP)
        return equal == (sign == "=")
    return {"<": a < b, "≤": a <= b, ">": a > b, "≥": a >= b}[sign]
