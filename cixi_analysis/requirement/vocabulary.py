"""The vocabulary of the requirement language (``vocabulary.csv``), a project's additions, and the grammar of both."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from typing import NamedTuple

from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan.csvfile import packaged
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import FILE
from cixi_analysis.plan.quantities import NO_UNIT
from cixi_analysis.plan.schema import Term
from cixi_analysis.words import AverageScope

#: Character → the form the language knows. One character each, so that places in the wording stay places.
FORMS = {c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)} | str.maketrans({
    ",": "，", "，": "，", ";": "；", "；": "；", "−": "-", "﹣": "-", "％": "%", "﹪": "%", "⩾": "≥", "⩽": "≤", "≧": "≥", "≦": "≤",
    **dict.fromkeys("–‐‑", "-"), **dict.fromkeys("〜∼", "~"), **dict.fromkeys("Δ∆", "△"), "µ": "μ",
    **dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"),
}) | str.maketrans("﹐﹑﹔﹕﹙﹚﹤﹥≮≯", "，、；:()<>≥≤")  # fmt: skip
_GRAMMAR = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
#: Terminal → its Chinese name in messages, from the comment behind it.
NAMES = dict(re.findall(r"^(\w+)[^:]*: .* //: (.+)$", _GRAMMAR, re.MULTILINE))
#: What a project may add: more would change how wordings are put together.
ADDED_KINDS = ("unit", "rise", "fall", "improve", "average", "state", "standard", "subject", "region", "nothing_asked")
#: Patterns for the reasons of refusals: of a word without a clear limit, and what to write instead of a phrase.
UNREAD = ("refused", "advice")
#: Characters that join, compare or count.
_STRUCTURE = re.compile(r"[且并或；，、\n\s0-9≥≤<>=()%【】“”+~]")


class Terms(NamedTuple):
    """A project's context for parsing: its own words as (kind, word) or (kind, word, synonym of), the kinds of region
    that apply, and the year that 现状 and 基准年 mean.
    """

    words: tuple[tuple[str, ...], ...] = ()
    region_kinds: tuple[str, ...] = ()
    base_year: int | None = None


def normal(text: str) -> str:
    """The text in the characters of the language. NFC, not NFKC, which would turn Ⅲ into III."""
    return unicodedata.normalize("NFC", text).translate(FORMS)


#: No project.
NO_TERMS = Terms()


@cache
def vocabulary(added: tuple[tuple[str, ...], ...] = ()) -> Mapping[str, Mapping[str, str]]:
    """Kind → word → the word it is a synonym of; for those that are not read, the reason."""
    found: dict[str, dict[str, str]] = {}
    for row in packaged("cixi_analysis.requirement", "vocabulary.csv"):
        kind, word, stands_for, note = row.values()
        found.setdefault(kind, {})[normal(word)] = stands_for or word if kind not in UNREAD else note
    for kind, word, *stands in added:
        found.setdefault(kind, {})[normal(word)] = "".join(stands) or normal(word)
    return found


@cache
def grammar(added: tuple[tuple[str, ...], ...]) -> str:
    """The grammar with its ``{kind}`` and ``{one|other}`` of words written out, longer words first."""
    words = vocabulary(added)

    def alternatives(kind: re.Match[str]) -> str:
        longest_first = sorted(chain(*(words[one] for one in kind[1].split("|"))), key=lambda word: (-len(word), word))
        return f"(?:{'|'.join(map(re.escape, longest_first))})".replace("/", r"\/")

    return re.sub(r"\{([a-z_|]+)\}", alternatives, _GRAMMAR)


@lru_cache(maxsize=1024)
def nothing_asked(text: str, terms: Terms = NO_TERMS) -> bool:
    """Whether the wording is a mark for "nothing is asked" (/, —, 不涉及)."""
    return normal(text).strip() in vocabulary(terms.words)["nothing_asked"]


@cache
def unit_name(unit: str, added: tuple[tuple[str, ...], ...] = ()) -> str:
    """The one name of a unit that is written in several ways: km → 公里, μg/m³ → 微克/立方米, 无量纲 → -."""
    if unit in NO_UNIT:
        return unit and NO_UNIT[0]  # "" is what the plan itself left blank
    words = vocabulary(added)
    over, *under = normal(unit).replace(" ", "").split("/")
    names = [words["unit"].get(over, over), *(words["unit"].get(part, words["per"].get(part, part)) for part in under)]
    return "/".join(names)


@cache
def _readable(kind: str) -> re.Pattern[str]:
    """Words of the base language one after the other, the last perhaps only begun: an added word like that would take
    the place of what is read today. Behind a number, where a unit stands, only units and the grammar's own words follow.
    """
    listed = (
        words for own, words in vocabulary().items() if own not in UNREAD and (kind != "unit" or own in ("unit", "per"))
    )
    literals = {*chain(*listed), *re.findall(r"[\u4e00-\u9fff]+", re.sub("//.*", "", _GRAMMAR))}
    begun = {word[:end] for word in literals for end in range(1, len(word) + 1)}
    [water] = re.findall("^WATER_CLASS: /(.+?)/", _GRAMMAR, re.MULTILINE)
    return re.compile(f"(?:{'|'.join(map(re.escape, literals))}|{water})*(?:{'|'.join(map(re.escape, begun))}|{water})")


def vocabulary_problems(terms: Terms) -> list[tuple[str, str, str, str]]:
    """(kind, word, column, what would be right) of each word that a project may not add: one that could be read otherwise, or
    would change the reading of the base language.
    """
    base, problems, seen = vocabulary(), [], set[str]()
    stands_for = {
        "average": [scope.chinese for scope in AverageScope], "unit": ["", *base["unit"].values()],
        "state": ["", *base["state"].values(), *base["deed"]],
    }  # fmt: skip
    for kind, word, *stands in terms.words:
        text, meant = normal(word), "".join(stands)
        vague = next((word for word in base["refused"] if re.search(word, text)), None)
        right, column = None, "word"
        if kind not in ADDED_KINDS:
            column, right = "kind", f"类别是 {'、'.join(ADDED_KINDS)} 之一"
        elif (
            not text
            or _STRUCTURE.search(text)
            or not (kind in ("unit", "nothing_asked") or re.search(r"[\u4e00-\u9fff]", text))
        ):
            right = "一个词：不含连接词（且、并、或）、标点、空格、数字、比较符和括号"
        elif vague:
            right = f"不含“{vague.partition('(')[0]}”一类没有确定界限的词"
        elif _readable(kind).fullmatch(text) or text in seen:
            right = "一个新词：它已有读法，或由已有的词（的开头）连成，加入后别的要求会读成另一种意思"
        elif meant not in (allowed := stands_for.get(kind, ("",))):
            column, right = "stands_for", f"所指的词：{'、'.join(one or '空' for one in dict.fromkeys(allowed))}之一"
        if right:
            problems.append((kind, word, column, right))
        seen.add(text)
    known = {*base["region"], *(normal(row[1]) for row in terms.words if row[0] == "region")}
    problems += [
        ("region", kind, "word", f"地区类型：{'、'.join(known)}之一")
        for kind in terms.region_kinds
        if kind not in known
    ]
    return problems


@lru_cache(maxsize=64)
def terms(plan: Plan) -> Terms:
    """What the project adds to the requirement language. Raises :class:`DataError` for words that cannot be added."""
    words = tuple((row.kind, row.word, row.stands_for or "") for row in plan.vocabulary)
    found = Terms(words, plan.frame.region_kinds, plan.frame.base_year)
    problems = []
    for kind, word, column, expected in vocabulary_problems(found):
        at = next((n for n, row in enumerate(plan.vocabulary, 2) if (row.kind, row.word) == (kind, word)), None)
        title = f"{column} {Term.columns()[column].title}"
        file, place = ("vocabulary.csv", title) if at else (FILE, "region_kinds")
        value = (getattr(plan.vocabulary[at - 2], column) or "") if at else word
        problems.append(Problem(file, at, place, f"“{value}”", expected))
    if problems:
        raise DataError(problems)
    return found
