"""Sums over the plan's printed figures, parsed and evaluated: ``34 = 7 + 26 + 1``.

A relation is a side, a sign (``=``, ``≠``, ``<``, ``≤``, ``>``, ``≥``) and a side. A side consists of printed numbers
with ``+ - × ÷`` and brackets, and of ``count(甲|乙|丙)``, the number of names listed. An equality holds at the printed
precision: both sides are rounded half up to the decimals of the left side's most precise number.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

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
    """The text cannot be parsed; the message (Chinese) gives an example."""


@dataclass(frozen=True)
class Equation:
    """A parsed relation: whether it holds, and its numbers and names as written."""

    holds: bool
    numbers: tuple[str, ...]
    names: tuple[str, ...]


def relation(text: str) -> Equation:
    """Parse and evaluate ``text``. Raises :class:`BadRelation`."""
    try:
        tree = _PARSER.parse(text)
        holds: bool = _Values().transform(tree)
        tokens = list(tree.scan_values(lambda value: isinstance(value, Token)))
        return Equation(
            holds=holds,
            numbers=tuple(str(t) for t in tokens if t.type == "NUMBER"),
            names=tuple(str(t).strip() for t in tokens if t.type == "NAME"),
        )
    except LarkError:  # a division by zero is wrapped in one
        raise BadRelation("由数字、+ - × ÷、括号与 count(甲|乙) 写成的算式，如 34 = 7 + 26 + 1") from None


class _Amount(NamedTuple):
    value: Decimal
    places: int  # decimals of the most precise number in it


def _combined(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, _Amount, _Amount], _Amount]:
    return lambda _, a, b: _Amount(operation(a.value, b.value), max(a.places, b.places))


_COMPARISONS = {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge}


@v_args(inline=True)
class _Values(Transformer[Token, Any]):
    """Syntax tree → amounts, and at the root whether the relation holds."""

    plus = _combined(operator.add)
    minus = _combined(operator.sub)
    times = _combined(operator.mul)
    by = _combined(operator.truediv)

    def number(self, token: Token) -> _Amount:
        return _Amount(Decimal(token), len(token.partition(".")[2]))

    def count(self, *names: Token) -> _Amount:
        return _Amount(Decimal(len(names)), 0)

    def start(self, left: _Amount, sign: Token, right: _Amount) -> bool:
        if sign in _COMPARISONS:
            return bool(_COMPARISONS[sign](left.value, right.value))
        step = Decimal(1).scaleb(-left.places)
        equal = left.value.quantize(step, ROUND_HALF_UP) == right.value.quantize(step, ROUND_HALF_UP)
        return equal is (sign == "=")
