"""Wording → syntax tree, or a refusal that marks the place. The book's method page tells the rules of reading.

A refusal is good; a wrong tree is the worst bug this project can have. So nothing is skipped, nothing is guessed:
every character of the wording is accounted for by the grammar, and a wording with two readings is refused with both.
"""

import unicodedata
from functools import cache
from importlib import resources

from lark import Lark
from lark.exceptions import UnexpectedInput, VisitError

from cixi_analysis.requirement.parsing import Build, Stop
from cixi_analysis.requirement.refusal import Refusal, refusal_from
from cixi_analysis.requirement.tree import Node

_FULL_WIDTH = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
#: Character → the form the grammar knows. One character each, so that places in the wording stay places.
_FORMS = _FULL_WIDTH | {
    ",": "，", "，": "，", ";": "；", "；": "；", "−": "-", "﹣": "-", "％": "%", "﹪": "%", "⩾": "≥", "⩽": "≤", "≧": "≥", "≦": "≤",
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
}  # fmt: skip
#: Far more than any wording needs; a tree that is too deep cannot be walked.
_MOST_BRACKETS = 50


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
        return Build(unit).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, Stop):
            stop = error.orig_exc
            start, end = stop.span or (0, len(normal))
            raise Refusal(
                text, places[start], places[end - 1] + 1 if end else len(text), stop.reason, (), stop.readings
            ) from None
        raise
    except UnexpectedInput as error:
        raise refusal_from(text, normal, places, error) from None


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
