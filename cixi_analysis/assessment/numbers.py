"""Comparison of numbers; the verdict of a leaf by numbers alone, or what they lack for one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

import numpy as np

from cixi_analysis.assessment.observed import SIGN
from cixi_analysis.assessment.panel import BENCHMARK_KINDS, COMPARATORS, Codes, Flags, Floats, ItemSeries
from cixi_analysis.plan.quantities import NO_UNIT
from cixi_analysis.requirement import tree
from cixi_analysis.requirement.tree import Comparator
from cixi_analysis.words import Basis, BenchmarkKind, Direction, Polarity, Verdict

#: Codes of verdicts, in their order, and of bases, the weakest first.
UNMET, NO_DATA, MET, NOT_APPLICABLE = 0, 1, 2, 3
NO_BASIS, DEEMED, ATTESTED, MEASURED = -1, 0, 1, 2
VERDICTS = {UNMET: Verdict.UNMET, NO_DATA: Verdict.NO_DATA, MET: Verdict.MET, NOT_APPLICABLE: Verdict.NOT_APPLICABLE}
BASES = {NO_BASIS: "", DEEMED: Basis.DEEMED, ATTESTED: Basis.ATTESTED, MEASURED: Basis.MEASURED}

#: 逐年, 持续, 稳步 alone look at the last three years: two steps.
DEFAULT_YEARS = 3
#: A fall up to this share of last year's value may still be attested as 保持稳定; a larger one contradicts it.
#: The design names no figure; this one is ours, and the method page says so.
SMALL_FALL = 0.05
#: A difference below the first, or below this share of the numbers, is noise of binary arithmetic. The share is less than
#: the last of the 12 digits that numbers have.
_NOISE, _NOISE_SHARE = 1e-9, 1e-12
#: Comparator → the side of the limit that holds (0: the item's own), and whether the limit does not.
_SIDES = {"≥": (1, False), "≤": (-1, False), ">": (1, True), "<": (-1, True), "": (0, False)}
SIDE = np.array([_SIDES[c][0] for c in COMPARATORS], dtype=np.int8)
_STRICT = np.array([_SIDES[c][1] for c in COMPARATORS])


def exact(value: float) -> Fraction:
    """The number as it was written (12 significant digits), so that 83.83 − 80.83 is 3 and 0.1 + 0.2 is 0.3."""
    return Fraction(f"{value:.12g}")


def plain(value: Fraction | float | None) -> float | None:
    """A float without the noise of binary arithmetic: 12 significant digits."""
    return None if value is None else float(f"{float(value):.12g}")


def exceeds(difference: Floats, scale: Floats | float, strict: Flags | bool) -> Flags:
    """Where a difference of numbers as large as ``scale`` is above 0, or (not ``strict``) not below."""
    noise = np.maximum(_NOISE, _NOISE_SHARE * np.abs(scale))
    flags: Flags = np.where(strict, difference > noise, difference >= -noise)
    return flags


def difference(value: float, other: float) -> float:
    """``value - other`` as of the numbers that were written; 0 where they are equal."""
    if abs(value - other) <= max(_NOISE, _NOISE_SHARE * abs(other)):
        return 0.0
    return float(f"{float(exact(value) - exact(other)):.12g}")


def direction(earlier: float, later: float, polarity: Polarity) -> Direction | None:
    """Which way a change goes for the item; None where the plan takes no side."""
    better = difference(later, earlier) * SIGN[polarity]
    if polarity is Polarity.NONE:
        return None
    return Direction.FLAT if better == 0 else Direction.IMPROVING if better > 0 else Direction.WORSENING


def upward(comparator: Comparator, polarity: Polarity) -> bool | None:
    """Whether more is asked for; None where neither the comparator nor the plan says."""
    return {1: True, -1: False, 0: None}[_SIDES[comparator][0] or SIGN[polarity]]


def holds(value: Floats, comparator: Codes | int | Comparator, limit: Floats | float, polarity: Codes) -> Flags:
    """``value`` against ``limit``; an open comparator goes the item's way."""
    code = COMPARATORS.index(comparator) if isinstance(comparator, Comparator) else comparator
    side = SIDE[code]
    wanted = np.where(side == 0, np.where(polarity > 0, 1, -1), side)
    return exceeds((value - limit) * wanted, limit, _STRICT[code])


class Lack(IntEnum):
    """What the numbers lacked when they could not decide a leaf."""

    NOTHING, VALUE, UNIT, EARLIER, ASSIGNED, BENCHMARK, DIRECTION, BASE, WORDS, CEILING, NOT_LATER, OPPOSED = range(12)


@dataclass(frozen=True)
class Numbers:
    """The verdict of a leaf by numbers; arrays of shape (regions, years)."""

    verdict: Codes
    #: a Lack where the verdict is NO_DATA
    lack: Codes
    #: the figures used, by name: value, limit, earlier_1 (a year back), rate, own …
    used: Mapping[str, Floats]
    #: where a statement may call a fall stable all the same
    small_fall: Flags | None = None


def _judge(
    s: ItemSeries, held: Flags, lacks: Sequence[tuple[Flags, Lack]], small_fall: Flags | None = None, **used: Floats
) -> Numbers:
    """``held`` where nothing is lacking, neither the value nor any of ``lacks``; of several the first counts."""
    lack = np.zeros(held.shape, dtype=np.int8)
    verdict = held * np.int8(MET)
    for flags, reason in reversed([(~s.known, Lack.VALUE), *lacks]):
        lack[flags] = reason
    verdict[lack != Lack.NOTHING] = NO_DATA
    return Numbers(verdict, lack, {"value": s.value, **used}, small_fall)


def _held(s: ItemSeries, comparator: Comparator | Codes, limit: Floats | float) -> tuple[Flags, tuple[Flags, Lack]]:
    """Where the value is on the right side of a limit; where an open comparator has no direction."""
    code = COMPARATORS.index(comparator) if isinstance(comparator, Comparator) else comparator
    return holds(s.value, code, limit, s.polarity), ((SIDE[code] == 0) & (s.polarity == 0), Lack.DIRECTION)


def _bound(node: tree.Bound, s: ItemSeries) -> Numbers:
    """A limit is on the item itself, or on the quantity it names, in its unit: nothing else is compared with it."""
    measured = s.of_quantity(node.quantity) if node.quantity else s.own
    comparable = s.in_unit(node.unit or s.asked.unit) & measured & ~s.is_class
    held, nowhere = _held(s, node.comparator, node.limit)
    return _judge(s, held, [(~comparable, Lack.UNIT), nowhere], limit=np.full_like(s.value, node.limit))


def _class_bound(node: tree.ClassBound, s: ItemSeries) -> Numbers:
    held = s.value < node.rank if node.strict else s.value <= node.rank
    return _judge(s, held, [(~(s.is_class & s.own), Lack.UNIT)], limit=np.full_like(s.value, node.rank))


def _assigned(node: tree.AssignedTarget, s: ItemSeries) -> Numbers:
    """The wording's own comparator, else the target's, else the item's direction. 不低于 a class is no number's ≥; a ≥ in
    the target where the wording says 不超过 is somebody's mistake.
    """
    unknown, is_open = np.isnan(s.limit), node.comparator is Comparator.REACH
    held, nowhere = _held(s, s.comparator if is_open else node.comparator, s.limit)
    of_class = s.is_class & (not is_open)
    opposed = SIDE[s.comparator] * SIDE[COMPARATORS.index(node.comparator)] < 0
    lacks = [(unknown, Lack.ASSIGNED), nowhere, (of_class, Lack.DIRECTION), (opposed, Lack.OPPOSED)]
    found = _judge(s, held, lacks, limit=s.limit)
    found.lack[unknown] = Lack.ASSIGNED  # even where the value is missing too
    return found


def _sign(move: tree.Move, s: ItemSeries) -> Codes:
    """+1 where the number should rise, -1 where it should fall, 0 where that is unknown."""
    if move is tree.Move.IMPROVE:
        return s.polarity
    # A class has no number that rises or falls; only better and worse.
    return ~s.is_class * np.int8(1 if move is tree.Move.RISE else -1)


def earlier_years(node: tree.Change) -> int:
    """How many years before must be known: the last one, or as many as the wording names."""
    return (node.years or 2) - 1


def _change(node: tree.Change, s: ItemSeries) -> Numbers:
    """Every step goes in the required direction. A failure before any gap decides, whatever is missing earlier."""
    sign = _sign(node.move, s)
    failed, small, missing = (np.zeros_like(s.known) for _ in range(3))
    later, known, used = s.value, s.known, {}
    for back in range(1, 2 if node.window is tree.Window.PREVIOUS else node.years or DEFAULT_YEARS):
        earlier, comparable = s.before(back, node.since)
        known = known & comparable
        step = (later - earlier) * sign
        wrong = known & ~exceeds(step, earlier, node.strict)
        failed |= wrong
        small |= wrong & (step >= -SMALL_FALL * np.abs(earlier))
        if back <= earlier_years(node):
            missing |= ~known
        used[f"earlier_{back}"] = np.where(known, earlier, np.nan)
        later = earlier
    lacks = [(sign == 0, Lack.DIRECTION), _not_later(node, s), (missing & ~failed, Lack.EARLIER)]
    return _judge(s, ~failed, lacks, None if node.strict else small & ~s.is_class, **used)


def _not_later(node: tree.Change | tree.Rate, s: ItemSeries) -> tuple[Flags, Lack]:
    """Where the year is not later than the one that the wording compares it with."""
    return np.broadcast_to(s.years <= node.since, s.row.shape), Lack.NOT_LATER


def _rate(node: tree.Rate, s: ItemSeries, span: int = DEFAULT_YEARS, named: bool = False) -> Numbers:
    """The change over the window: compound a year (percent) or mean a year (points); without 年均, since last year.
    ``span`` is the number of yearly values; where they are not ``named``, two do for want of three.
    """
    earlier, comparable = s.before(1, node.since)
    years = np.ones_like(s.value)
    if node.yearly and span > 2:  # more than one step
        first, whole = s.before(span - 1)
        earlier = np.where(whole, first, np.nan if named else earlier)
        years = np.where(whole, span - 1.0, 1.0)
        comparable = whole | (comparable & (not named))
    sign = _sign(node.move, s)
    if node.unit is tree.AmountUnit.PERCENT:
        base = (earlier > 0) & (s.value >= 0)
        moved = ((s.value / earlier) ** (1 / years) - 1) * 100
    else:
        base, moved = np.ones_like(comparable), (s.value - earlier) / years
    # A change of a percentage is unambiguous only in points, and without a unit it may be one.
    points = node.unit is tree.AmountUnit.POINTS
    right_unit = s.in_unit("%") if points else ~s.is_class & ~s.in_unit("%", *NO_UNIT)
    lacks = [
        (~right_unit, Lack.UNIT), (sign == 0, Lack.DIRECTION), _not_later(node, s), (~comparable, Lack.EARLIER),
        (~base, Lack.BASE),
    ]  # fmt: skip
    held, limit = holds(moved * sign, node.comparator, node.amount, s.polarity), np.full_like(moved, node.amount)
    return _judge(s, held, lacks, earlier_1=earlier, rate=moved, limit=limit, years=years)


def _is_average(s: ItemSeries, kind: BenchmarkKind, node: tree.ChangeBenchmark | tree.LevelBenchmark) -> Flags:
    """Where the known average is of that kind and over what the wording names: no other is compared."""
    same: Flags = s.benchmark_kind == BENCHMARK_KINDS.index(BenchmarkKind(f"{kind}{node.scope}"))
    return same


def _change_benchmark(node: tree.ChangeBenchmark, s: ItemSeries) -> Numbers:
    """The own change since last year against the average change, or the average rate of change (%)."""
    earlier, comparable = s.before(1)
    sign = _sign(node.move, s)
    as_rate = _is_average(s, BenchmarkKind.RATE, node)
    known = (as_rate | _is_average(s, BenchmarkKind.CHANGE, node)) & ~np.isnan(s.benchmark)
    own = np.where(as_rate, (s.value / earlier - 1) * 100, s.value - earlier)
    unlike = s.is_class | ~(as_rate | s.in_unit(s.asked.unit))  # an average change is in the item's unit
    lacks = [
        (unlike, Lack.UNIT), (sign == 0, Lack.DIRECTION), (~comparable, Lack.EARLIER), (~known, Lack.BENCHMARK),
        (as_rate & ~(earlier > 0), Lack.BASE),
    ]  # fmt: skip
    held = holds(own * sign, node.comparator, s.benchmark * sign, s.polarity)
    return _judge(s, held, lacks, earlier_1=earlier, own=own, benchmark=s.benchmark)


def _level_benchmark(node: tree.LevelBenchmark, s: ItemSeries) -> Numbers:
    known = _is_average(s, BenchmarkKind.LEVEL, node) & ~np.isnan(s.benchmark)
    comparable = s.own & s.in_unit(s.asked.unit) & ~s.is_class  # as with any limit
    held, nowhere = _held(s, node.comparator, s.benchmark)
    if node.better:  # strictly, in the item's direction
        held = exceeds((s.value - s.benchmark) * s.polarity, s.benchmark, strict=True)
    return _judge(s, held, [(~comparable, Lack.UNIT), nowhere, (~known, Lack.BENCHMARK)], benchmark=s.benchmark)


def _state(_: tree.State, s: ItemSeries) -> Numbers:
    """A state of affairs has no number; only words attest it."""
    return Numbers(np.full(s.row.shape, NO_DATA, np.int8), np.full(s.row.shape, Lack.WORDS, np.int8), {})


_RULES: dict[type[tree.Leaf], Callable[..., Numbers]] = {
    tree.Bound: _bound, tree.ClassBound: _class_bound, tree.AssignedTarget: _assigned, tree.Change: _change,
    tree.Rate: _rate, tree.ChangeBenchmark: _change_benchmark, tree.LevelBenchmark: _level_benchmark, tree.State: _state,
}  # fmt: skip


def asks_for_less(node: tree.Leaf) -> bool:
    """Whether a lower number is wanted, or a smaller change: what 100 % cannot satisfy by being the most there is. A fall
    of no more than so much asks for no less.
    """
    below = getattr(node, "comparator", None) in (Comparator.LT, Comparator.LE)
    return below != (getattr(node, "move", None) is tree.Move.FALL)


def numbers_of(node: tree.Leaf, s: ItemSeries, **window: int) -> Numbers:
    """The verdict of a leaf by numbers; ``window`` (span, named) is that of the change which a rate qualifies. At 100 % a
    demand for more (持续提高, 高于全省平均) is never unmet by numbers, since more is impossible.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _RULES[type(node)](node, s, **window)
    if not isinstance(node, tree.State):
        found.verdict[s.foreign], found.lack[s.foreign] = NO_DATA, Lack.UNIT
    relative = isinstance(node, (tree.Change, tree.Rate, tree.ChangeBenchmark, tree.LevelBenchmark))
    if relative and not asks_for_less(node):
        beyond = (found.verdict == UNMET) & s.is_full
        found.verdict[beyond], found.lack[beyond] = NO_DATA, Lack.CEILING
    return found
