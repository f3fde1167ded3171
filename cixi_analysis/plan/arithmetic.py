"""Sums over the plan's printed figures, parsed and evaluated: ``34 = 7 + 26 + 1``.

A relation is a side, a sign (``=``, ``≠``, ``<``, ``≤``, ``>``, ``≥``) and a side. A side consists of printed numbers
with ``+ - × ÷`` and brackets, and of ``count(甲|乙|丙)``, the number of names listed. An equality holds at the printed
precision: both sides are rounded half up to the decimals of the left side's most precise number.
"""

import operator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, cast

from lark import Lark, Token, Transformer, Tree, v_args
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
_COMPARISONS = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge,
}  # fmt: skip


class BadRelation(ValueError):
    """The text cannot be parsed; the message (Chinese) gives an example."""


class Equation(NamedTuple):
    """A parsed relation: whether it holds, and its numbers and names as written."""

    holds: bool
    numbers: tuple[str, ...]
    names: tuple[str, ...]


@v_args(inline=True)
class _Values(Transformer[Token, Decimal]):
    """Syntax tree of a side → its value."""

    plus, minus, times, by, number = operator.add, operator.sub, operator.mul, operator.truediv, Decimal

    def count(self, *names: Token) -> Decimal:
        return Decimal(len(names))


def relation(text: str) -> Equation:
    """Parse and evaluate ``text``. Raises :class:`BadRelation`."""
    try:
        tree = _PARSER.parse(text)
        left, sign, right = cast(Any, tree.children)
        a, b = (_Values().transform(side) for side in (left, right))
        if sign in ("=", "≠"):
            step = Decimal(1).scaleb(-max((len(n.partition(".")[2]) for n in _words(left, "NUMBER")), default=0))
            a, b = a.quantize(step, ROUND_HALF_UP), b.quantize(step, ROUND_HALF_UP)
        return Equation(_COMPARISONS[sign](a, b), _words(tree, "NUMBER"), _words(tree, "NAME"))
    except (LarkError, ArithmeticError):  # a division by zero is wrapped in a LarkError
        raise BadRelation("由数字、+ - × ÷、括号与 count(甲|乙) 写成的算式，如 34 = 7 + 26 + 1") from None


def _words(tree: Tree[Token], kind: str) -> tuple[str, ...]:
    return tuple(t.strip() for t in tree.scan_values(lambda t: isinstance(t, Token) and t.type == kind))
