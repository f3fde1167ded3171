"""What the numbers alone say of a leaf: one rule a kind of leaf, over all regions and years at once.

Numbers decide where they can. Where they cannot, a :class:`Lack` says what was missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from cixi_analysis.assessment.series import BENCHMARK_KINDS, COMPARATORS, Codes, Flags, Floats, ItemSeries
from cixi_analysis.requirement.tree import (
    AmountUnit,
    AssignedTarget,
    Bound,
    Change,
    ChangeBenchmark,
    ClassBound,
    Comparator,
    Leaf,
    LevelBenchmark,
    Move,
    Rate,
    State,
    Window,
)
from cixi_analysis.words import BenchmarkKind

UNMET, NO_DATA, MET = 0, 1, 2

#: 逐年, 持续, 稳步 alone look at the last three years: two steps.
DEFAULT_YEARS = 3
#: A fall up to this share of last year's value may still be attested as 保持稳定; a larger one contradicts it.
#: The design names no figure; this one is ours, and the method page says so.
SMALL_FALL = 0.05
_NOISE = 1e-9
_WHOLE = 100


class Lack(IntEnum):
    """What the numbers lacked when they could not decide a leaf."""

    NOTHING = 0
    VALUE = 1
    UNIT = 2
    EARLIER = 3
    ASSIGNED = 4
    BENCHMARK = 5
    DIRECTION = 6
    BASE = 7
    WORDS = 8
    CEILING = 9


@dataclass(frozen=True)
class Numbers:
    """What the numbers say of a leaf."""

    verdict: Codes
    lack: Codes
    used: Mapping[str, Floats]
    small_fall: Flags | None = None


def _judge(
    holds: Flags, lacks: Sequence[tuple[Flags, Lack]], used: Mapping[str, Floats], small_fall: Flags | None = None
) -> Numbers:
    """``holds`` where nothing is lacking; the first lack that applies is the one that is told."""
    lack = np.zeros(holds.shape, dtype=np.int8)
    for flags, reason in reversed(lacks):
        lack[flags] = reason
    verdict = np.where(lack != Lack.NOTHING, NO_DATA, np.where(holds, MET, UNMET)).astype(np.int8)
    return Numbers(verdict, lack, used, small_fall)


def holds(value: Floats, comparator: Codes | Comparator, limit: Floats | float, polarity: Codes) -> Flags:
    """``value`` against ``limit``; an open comparator goes the item's way. Equality is free of floating-point noise."""
    code = np.broadcast_to(
        COMPARATORS.index(comparator) if isinstance(comparator, Comparator) else comparator, value.shape
    )  # fmt: skip
    reach = COMPARATORS.index(Comparator.REACH)
    code = np.where(code == reach, np.where(polarity > 0, _AT[Comparator.GE], _AT[Comparator.LE]), code)
    noise = _NOISE * np.maximum(1.0, np.abs(limit))
    difference = value - limit
    with np.errstate(invalid="ignore"):
        held = np.select(
            [code == _AT[c] for c in (Comparator.GE, Comparator.LE, Comparator.GT)],
            [difference >= -noise, difference <= noise, difference > noise],
            difference < -noise,
        )
    flags: Flags = held.astype(bool)
    return flags


_AT = {c: i for i, c in enumerate(COMPARATORS)}


def _open(comparator: Comparator, series: ItemSeries) -> Flags:
    """Where an open comparator has no direction to take."""
    nowhere: Flags = series.polarity == 0
    return nowhere & (comparator is Comparator.REACH)


def _bound(node: Bound, s: ItemSeries) -> Numbers:
    # A limit is on the item itself, in its unit: nothing else measured in its stead is held against it.
    comparable = s.in_unit(node.unit or s.item.unit or "") & s.is_own & ~s.is_class
    return _judge(
        holds(s.value, node.comparator, node.limit, s.polarity),
        [(~s.known, Lack.VALUE), (~comparable, Lack.UNIT), (_open(node.comparator, s), Lack.DIRECTION)],
        {"value": s.value, "limit": np.full_like(s.value, node.limit)},
    )


def _class_bound(node: ClassBound, s: ItemSeries) -> Numbers:
    return _judge(
        s.value < node.rank if node.strict else s.value <= node.rank,
        [(~s.known, Lack.VALUE), (~s.is_class, Lack.UNIT)],
        {"value": s.value, "limit": np.full_like(s.value, node.rank)},
    )


def _assigned(node: AssignedTarget, s: ItemSeries) -> Numbers:
    reach = _AT[Comparator.REACH]
    comparator = (
        s.assigned_comparator
        if node.comparator is Comparator.REACH
        else np.full_like(s.assigned_comparator, _AT[node.comparator])
    )
    return _judge(
        holds(s.value, comparator, s.assigned, s.polarity),
        [
            (np.isnan(s.assigned), Lack.ASSIGNED),
            (~s.known, Lack.VALUE),
            ((comparator == reach) & (s.polarity == 0), Lack.DIRECTION),
        ],
        {"value": s.value, "limit": s.assigned},
    )


def _sign(move: Move, s: ItemSeries) -> Codes:
    """+1 where the wanted movement makes the number rise, -1 where it makes it fall, 0 where that is unknown."""
    if move is Move.IMPROVE:
        return s.polarity
    # A class has no number that rises or falls; only better and worse.
    return np.where(s.is_class, 0, 1 if move is Move.RISE else -1).astype(np.int8)


def earlier_years(node: Change) -> int:
    """How many years before must be known: the last one, or as many as the wording names."""
    named = node.years if node.window is Window.YEARLY else 0
    return (named or 2) - 1


def change(node: Change, s: ItemSeries) -> Numbers:
    sign = _sign(node.move, s)
    named = node.years if node.window is Window.YEARLY else 0
    steps = 1 if node.window is Window.PREVIOUS else (named or DEFAULT_YEARS) - 1
    holds, lacking, used = np.ones_like(s.known), ~s.known, {"value": s.value}
    later, later_known = s.value, s.known
    failed = np.zeros_like(s.known)
    small = np.zeros_like(s.known)
    for back in range(1, steps + 1):
        earlier, comparable = s.before(back)
        known = comparable & later_known
        with np.errstate(invalid="ignore"):
            step = (later - earlier) * sign
            noise = _NOISE * np.maximum(1.0, np.abs(earlier))
            good = step > noise if node.strict else step >= -noise
            small |= known & ~good & (step >= -SMALL_FALL * np.abs(earlier))
        failed |= known & ~good
        holds &= good | ~known
        lacking |= ~known if back <= earlier_years(node) else np.zeros_like(lacking)
        used[f"earlier_{back}"] = np.where(known, earlier, np.nan)
        later, later_known = earlier, known
    # A step known to fail decides, whatever is missing elsewhere; but only where this year itself is known.
    earlier_missing = lacking & ~(failed & s.known)
    return _judge(
        holds & ~failed,
        [(~s.known, Lack.VALUE), (sign == 0, Lack.DIRECTION), (earlier_missing, Lack.EARLIER)],
        used,
        None if node.strict else small & ~s.is_class,
    )


def rate(node: Rate, s: ItemSeries, span: int = DEFAULT_YEARS, named: bool = False) -> Numbers:
    """The change over the window: compound a year (percent) or mean a year (points); without 年均, since last year."""
    earlier, comparable = s.before(1)
    years = np.ones_like(s.value)
    if node.yearly and span > 2:  # more than one step
        first, first_comparable = s.before(span - 1)
        earlier = np.where(first_comparable, first, np.nan if named else earlier)
        years = np.where(first_comparable, span - 1.0, 1.0)
        comparable = first_comparable | (comparable & (not named))
    sign = _sign(node.move, s)
    base = (earlier > 0) & (s.value >= 0) if node.unit is AmountUnit.PERCENT else np.ones_like(comparable)
    with np.errstate(invalid="ignore", divide="ignore"):
        if node.unit is AmountUnit.PERCENT:
            rate = ((s.value / earlier) ** (1 / years) - 1) * 100
        else:
            rate = (s.value - earlier) / years
    # Of a percentage, only points are clear.
    right_unit = ~s.is_class & (s.in_unit("%") == (node.unit is AmountUnit.POINTS))
    return _judge(
        holds(rate * sign, node.comparator, node.amount, s.polarity),
        [
            (~s.known, Lack.VALUE),
            (~right_unit, Lack.UNIT),
            (sign == 0, Lack.DIRECTION),
            (~comparable, Lack.EARLIER),
            (~base, Lack.BASE),
        ],
        {
            "value": s.value,
            "earlier_1": earlier,
            "rate": rate,
            "limit": np.full_like(rate, node.amount),
            "years": years,
        },
    )


def change_benchmark(node: ChangeBenchmark, s: ItemSeries) -> Numbers:
    earlier, comparable = s.before(1)
    sign = _sign(node.move, s)
    as_rate = s.benchmark_kind == BENCHMARK_KINDS.index(BenchmarkKind.RATE)
    known = (as_rate | (s.benchmark_kind == BENCHMARK_KINDS.index(BenchmarkKind.CHANGE))) & ~np.isnan(s.benchmark)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(as_rate, (s.value / earlier - 1) * 100, s.value - earlier)
    return _judge(
        holds(own * sign, node.comparator, s.benchmark * sign, s.polarity),
        [
            (~s.known, Lack.VALUE),
            (s.is_class, Lack.UNIT),
            (sign == 0, Lack.DIRECTION),
            (~comparable, Lack.EARLIER),
            (~known, Lack.BENCHMARK),
            (as_rate & ~(earlier > 0), Lack.BASE),
        ],
        {"value": s.value, "earlier_1": earlier, "own": own, "benchmark": s.benchmark},
    )


def _level_benchmark(node: LevelBenchmark, s: ItemSeries) -> Numbers:
    known = (s.benchmark_kind == BENCHMARK_KINDS.index(BenchmarkKind.LEVEL)) & ~np.isnan(s.benchmark)
    comparator: Codes | Comparator = node.comparator
    if node.better:
        comparator = np.where(s.polarity > 0, _AT[Comparator.GT], _AT[Comparator.LT]).astype(np.int8)
    return _judge(
        holds(s.value, comparator, s.benchmark, s.polarity),
        [
            (~s.known, Lack.VALUE),
            (s.is_class, Lack.UNIT),
            ((s.polarity == 0) & (node.better or node.comparator is Comparator.REACH), Lack.DIRECTION),
            (~known, Lack.BENCHMARK),
        ],
        {"value": s.value, "benchmark": s.benchmark},
    )


def _state(s: ItemSeries) -> Numbers:
    """A state of affairs has no number; only words attest it."""
    nothing = np.zeros_like(s.known)
    return _judge(nothing, [(~nothing, Lack.WORDS)], {})


def at_ceiling(s: ItemSeries) -> Flags:
    """A share of 100 %, where more is better: there is no more to ask for."""
    full: Flags = (s.value == _WHOLE) & s.in_unit("%") & (s.polarity == 1)
    return full


def ceiled(node: Leaf, numbers: Numbers, s: ItemSeries) -> Numbers:
    """At 100 % the numbers cannot say that a demand for more is not met (持续提高, 高于全省平均): there is no more."""
    match node:
        case Change(move=move) | Rate(move=move) | ChangeBenchmark(move=move):
            more = move is not Move.FALL
        case LevelBenchmark(comparator=comparator):
            more = comparator not in (Comparator.LT, Comparator.LE)
        case _:
            more = False
    beyond = (numbers.verdict == UNMET) & at_ceiling(s) & more
    verdict, lack = numbers.verdict.copy(), numbers.lack.copy()
    verdict[beyond], lack[beyond] = NO_DATA, Lack.CEILING
    return replace(numbers, verdict=verdict, lack=lack)


def numbers_of(node: Leaf, s: ItemSeries) -> Numbers:
    match node:
        case Bound():
            return _bound(node, s)
        case ClassBound():
            return _class_bound(node, s)
        case AssignedTarget():
            return _assigned(node, s)
        case Change():
            return change(node, s)
        case Rate():
            return rate(node, s)
        case ChangeBenchmark():
            return change_benchmark(node, s)
        case LevelBenchmark():
            return _level_benchmark(node, s)
        case State():
            return _state(s)
