"""What a text states, so that an edited text can be compared with the one that was issued.

A figure or a verdict states its characters, whatever their width and the spaces between them. A sentence may be worded
anew: it states its numbers with sign, comparison and unit, its verdicts and its quotations, in their order, and how often
it denies and which way it turns.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import IntEnum
from functools import cache

from cixi_analysis.errors import is_invisible
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.requirement import terms
from cixi_analysis.requirement.vocabulary import normal, vocabulary
from cixi_analysis.words import NOT_ASSIGNED, WATER_CLASSES, Absence, Basis, Direction, Pace, Status

#: A sentence, as :func:`folded` writes it; names, lists of names and a few words are none.
_SENTENCE = re.compile("(?=.*[，；:。]).{20,}|.*。")
#: Chinese numerals in front of what they count: 两项, 三年; not those of words (统一, 一致).
_COUNTED = (
    "[〇零一二两三四五六七八九十百千万亿半几]+(?:[项个年次倍成季月日天类处条家批座级]|分之[一二三四五六七八九十百]+)"
)
#: Characters that deny or say which way: 未开展, 不下降, 高于, 减少.
_TURNS = re.compile("[未不无没非否高低升降增减超逾快慢]")
_AROUND = "以[上下内外前后]|左右"
_FORMS = str.maketrans({**dict.fromkeys("“”„‟＂", '"'), **dict.fromkeys("‘’‚‛", "'"), "—": "-"})


class Likeness(IntEnum):
    """How near two texts are."""

    OTHER = 0
    REWORDED = 1
    SAME = 2


def folded(text: str) -> str:
    """The text without spaces and invisible characters, in half-width forms, numbers without groups."""
    plain = "".join(char for char in normal(text).translate(_FORMS) if not (char.isspace() or is_invisible(char)))
    return re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", "", plain)


def likeness(issued: str, found: str, plan: Plan, *, sentence: bool | None = None) -> Likeness:
    """How near ``found`` is to what was issued; what is no ``sentence`` (None: the text shows it) is the same or another."""
    before, after = folded(issued), folded(found)
    if before == after:
        return Likeness.SAME
    if not (_SENTENCE.fullmatch(before) if sentence is None else sentence):
        return Likeness.OTHER
    telling = _telling(terms(plan).words, tuple(level.chinese for level in plan.levels))
    stated = [(telling.findall(text), Counter(_TURNS.findall(telling.sub("", text)))) for text in (before, after)]
    return Likeness.REWORDED if stated[0] == stated[1] else Likeness.OTHER


@cache
def _telling(words: tuple[tuple[str, ...], ...], levels: tuple[str, ...]) -> re.Pattern[str]:
    """Quotations; numbers with sign, comparison and unit; levels, water classes, the words for verdicts and for absence."""
    units, per = vocabulary(words)["unit"], vocabulary(words)["per"]
    unit = f"%|‰|℃|个百分点|(?:{_any(units)})(?:/(?:{_any([*units, *per])}))*|(?!{_AROUND})[^\\W\\d_]"
    quantity = f"(?:[≥≤<>=±≈]|(?<![\\d%‰])-)*\\d+(?:\\.\\d+)?(?:{unit})?(?:{_AROUND})?"
    in_a_name = r"(?<=[A-Za-z])\d+(?:\.\d+)?"  # PM2.5
    states = [word.chinese for kind in (Status, Basis, Pace, Direction) for word in kind]
    known = _any([*levels, *states, *Absence, NOT_ASSIGNED, *WATER_CLASSES])
    return re.compile(f'"[^"]*"|{known}|{in_a_name}|{quantity}|{_COUNTED}|[①-⑳]')


def _any(words: Iterable[str]) -> str:
    """A pattern of any of the words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
