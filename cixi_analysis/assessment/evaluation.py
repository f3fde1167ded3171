"""The one evaluator: a tree and a series of observations → a finding for every node, over all regions and years.

Verdicts are three-valued (strong Kleene): ``UNMET < NO_DATA < MET``; AND is the minimum, OR the maximum. A leaf is
decided by numbers where they can, else by what the statement attests, else by a named convention, else it is NO_DATA.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from cixi_analysis.assessment.panel import ABSENCES, BENCHMARK_KINDS, COMPARATORS, Codes, Flags, Floats, Series
from cixi_analysis.requirement.tree import (
    AllOf,
    AmountUnit,
    AnyOf,
    AssignedTarget,
    Bound,
    Change,
    ChangeBenchmark,
    ClassBound,
    Comparator,
    Leaf,
    LevelBenchmark,
    Move,
    Node,
    Rate,
    State,
    Window,
    leaves,
)
from cixi_analysis.schema import ConventionRow
from cixi_analysis.words import Absence, BenchmarkKind, Convention

UNMET, NO_DATA, MET = 0, 1, 2
DEEMED, ATTESTED, MEASURED = 0, 1, 2
NO_BASIS = -1
CONVENTIONS = tuple(Convention)

#: 逐年, 持续, 稳步 alone look at the last three years: two steps.
DEFAULT_YEARS = 3
#: A fall up to this share of last year's value may still be attested as 保持稳定; a larger one contradicts it.
#: The design names no figure; this one is ours, and the method page says so.
SMALL_FALL = 0.05
_NOISE = 1e-9


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


@dataclass(frozen=True)
class Finding:
    """The verdict of one node with all that explains it; arrays of shape (regions, years).

    ``numbers`` are the figures the rule used, by name: value, limit, earlier (one array a year back), rate, own ….
    """

    node: Node
    verdict: Codes
    basis: Codes
    parts: tuple["Finding", ...] = ()
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    #: why numbers did not decide (Lack)
    lack: Codes | None = None
    #: index into CONVENTIONS where the basis is DEEMED, else -1
    convention: Codes | None = None
    #: the numbers' own verdict, where the statement overrides a small fall
    measured: Codes | None = None
    #: statement and numbers contradict each other: an error in the data
    contradicts: Flags | None = None
    series: Series | None = None


@dataclass(frozen=True)
class Rules:
    """The conventions that hold for one item at one level, as flags over the years of a panel."""

    rows: Sequence[ConventionRow]
    level: str
    without: Collection[Convention] = ()

    def covers(self, convention: Convention, item_id: str, years: npt.NDArray[np.int64]) -> Flags:
        flags = np.zeros(len(years), dtype=bool)
        for row in self._applicable(convention, item_id):
            flags |= (years == row.year) if row.year is not None else True
        return flags

    def reason(self, convention: Convention, item_id: str, year: int) -> str:
        """Why it holds there, from the row that says most about the place: item before level before year."""
        rows = [row for row in self._applicable(convention, item_id) if row.year in (None, year)]
        return max(rows, key=lambda r: (r.item_id is not None, r.level is not None, r.year is not None)).reason

    def _applicable(self, convention: Convention, item_id: str) -> list[ConventionRow]:
        return [
            row
            for row in self.rows
            if row.convention is convention
            and convention not in self.without
            and row.item_id in (None, item_id)
            and row.level in (None, self.level)
        ]


def evaluate(node: Node, series: Series, rules: Rules) -> Finding:
    """The finding of a whole tree."""
    return _evaluate(node, series, _conventions(node, series, rules))


def _evaluate(node: Node, series: Series, conventions: Mapping[Convention, Flags]) -> Finding:
    if isinstance(node, (AllOf, AnyOf)):
        return combine(node, [_evaluate(part, series, conventions) for part in node.parts])
    if isinstance(node, Change) and node.rate is not None:
        return _qualified(node, series, conventions)
    return _decide(node, _numbers(node, series), series, conventions)


def combine(node: Node, parts: Sequence[Finding]) -> Finding:
    """Strong Kleene; the basis is the weakest of the parts that the verdict needs.

    AND is met, and OR unmet, by all parts together: the weakest of them. AND is unmet, and OR met, by one part alone:
    the strongest such part.
    """
    verdicts = np.stack([p.verdict for p in parts])
    bases = np.stack([p.basis for p in parts])
    verdict = verdicts.max(axis=0) if isinstance(node, AnyOf) else verdicts.min(axis=0)
    needs_all = verdict == (UNMET if isinstance(node, AnyOf) else MET)
    strongest = np.where(verdicts == verdict, bases, NO_BASIS).max(axis=0)
    basis = np.where(needs_all, bases.min(axis=0), strongest)
    return Finding(node, verdict, np.where(verdict == NO_DATA, NO_BASIS, basis).astype(np.int8), tuple(parts))


def _qualified(node: Change, series: Series, conventions: Mapping[Convention, Flags]) -> Finding:
    """A change with its rate is one condition: both must hold; a statement may attest the two together."""
    rate = node.rate
    assert rate is not None  # noqa: S101  # narrowed for the type checker
    bare = Change(node.move, node.strict, node.window, node.years, None, node.adverb)
    span = 2 if node.window is Window.PREVIOUS else node.years or DEFAULT_YEARS
    numbers = _rate(rate, series, span, node.years > 0) if isinstance(rate, Rate) else _change_benchmark(rate, series)
    both = combine(AllOf((bare, rate)), [
        _decide(bare, _change(bare, series), series, conventions),
        _decide(rate, numbers, series, conventions),
    ])  # fmt: skip
    attested, denied = series.says(node)
    undecided = both.verdict == NO_DATA
    verdict = np.where(undecided & attested, MET, np.where(undecided & denied, UNMET, both.verdict)).astype(np.int8)
    basis = np.where(undecided & (attested | denied), ATTESTED, both.basis).astype(np.int8)
    contradicts = (attested & (both.verdict == UNMET)) | (denied & (both.verdict == MET)) | (attested & denied)
    return Finding(node, verdict, basis, both.parts, contradicts=contradicts, series=series)


@dataclass(frozen=True)
class _Numbers:
    """What the numbers say of a leaf."""

    verdict: Codes
    lack: Codes
    used: Mapping[str, Floats]
    small_fall: Flags | None = None


def _decide(node: Leaf, numbers: _Numbers, series: Series, conventions: Mapping[Convention, Flags]) -> Finding:
    """Numbers, else words, else a convention."""
    attested, denied = series.says(node)
    verdict, basis = numbers.verdict.copy(), np.where(numbers.verdict != NO_DATA, MEASURED, NO_BASIS).astype(np.int8)
    forgiven = attested & numbers.small_fall if numbers.small_fall is not None else np.zeros_like(attested)
    contradicts = (attested & (verdict == UNMET) & ~forgiven) | (denied & (verdict == MET)) | (attested & denied)
    speaks = (verdict == NO_DATA) | forgiven
    verdict[speaks & attested], basis[speaks & attested] = MET, ATTESTED
    verdict[speaks & denied], basis[speaks & denied] = UNMET, ATTESTED
    convention = np.full_like(basis, -1)
    for name, flags in conventions.items():
        if name is Convention.NONE_ASSIGNED and isinstance(node, (Bound, ClassBound)):
            continue  # a limit of its own stands whether or not a target was assigned
        here = flags & (verdict == NO_DATA)
        verdict[here], basis[here], convention[here] = MET, DEEMED, CONVENTIONS.index(name)
    return Finding(
        node, verdict, basis, (), numbers.used, numbers.lack, convention, numbers.verdict, contradicts, series
    )  # fmt: skip


def _conventions(node: Node, series: Series, rules: Rules) -> dict[Convention, Flags]:
    """Where each convention's own condition holds (``data/conventions.csv`` gives the reasons)."""
    conditions = {
        Convention.NONE_ASSIGNED: series.none_assigned & any(isinstance(leaf, AssignedTarget) for leaf in leaves(node)),
        Convention.NOTHING_THERE: series.absence == ABSENCES.index(Absence.NOT_FOUND),
        Convention.FULL: (series.value == 100) & series.in_unit("%") & (series.polarity == 1),
        Convention.PLAN_CONCLUDES: np.ones_like(series.known),
    }
    return {name: flags & rules.covers(name, series.item.item_id, series.years) for name, flags in conditions.items()}


# --- numbers decide where they can -------------------------------------------------------------------------------


def _judge(
    holds: Flags, lacks: Sequence[tuple[Flags, Lack]], used: Mapping[str, Floats], small_fall: Flags | None = None
) -> _Numbers:
    """``holds`` where nothing is lacking; the first lack that applies is the one that is told."""
    lack = np.zeros(holds.shape, dtype=np.int8)
    for flags, reason in reversed(lacks):
        lack[flags] = reason
    verdict = np.where(lack != Lack.NOTHING, NO_DATA, np.where(holds, MET, UNMET)).astype(np.int8)
    return _Numbers(verdict, lack, used, small_fall)


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


def _open(comparator: Comparator, series: Series) -> Flags:
    """Where an open comparator has no direction to take."""
    nowhere: Flags = series.polarity == 0
    return nowhere & (comparator is Comparator.REACH)


def _bound(node: Bound, s: Series) -> _Numbers:
    # A limit is on the item itself, in its unit: nothing else measured in its stead is held against it.
    comparable = s.in_unit(node.unit or s.item.unit or "") & s.is_own & ~s.is_class
    return _judge(
        holds(s.value, node.comparator, node.limit, s.polarity),
        [(~s.known, Lack.VALUE), (~comparable, Lack.UNIT), (_open(node.comparator, s), Lack.DIRECTION)],
        {"value": s.value, "limit": np.full_like(s.value, node.limit)},
    )


def _class_bound(node: ClassBound, s: Series) -> _Numbers:
    return _judge(
        s.value < node.rank if node.strict else s.value <= node.rank,
        [(~s.known, Lack.VALUE), (~s.is_class, Lack.UNIT)],
        {"value": s.value, "limit": np.full_like(s.value, node.rank)},
    )


def _assigned(node: AssignedTarget, s: Series) -> _Numbers:
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


def _sign(move: Move, s: Series) -> Codes:
    """+1 where the wanted movement makes the number rise, -1 where it makes it fall, 0 where that is unknown."""
    if move is Move.IMPROVE:
        return s.polarity
    # A class has no number that rises or falls; only better and worse.
    return np.where(s.is_class, 0, 1 if move is Move.RISE else -1).astype(np.int8)


def _change(node: Change, s: Series) -> _Numbers:
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
        # Only the first step must be known, unless the wording names the number of years.
        lacking |= ~known if back == 1 or named else np.zeros_like(lacking)
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


def _rate(node: Rate, s: Series, span: int = DEFAULT_YEARS, named: bool = False) -> _Numbers:
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


def _change_benchmark(node: ChangeBenchmark, s: Series) -> _Numbers:
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


def _level_benchmark(node: LevelBenchmark, s: Series) -> _Numbers:
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


def _state(s: Series) -> _Numbers:
    """A state of affairs has no number; only words attest it."""
    nothing = np.zeros_like(s.known)
    return _judge(nothing, [(~nothing, Lack.WORDS)], {})


def _numbers(node: Leaf, s: Series) -> _Numbers:
    match node:
        case Bound():
            return _bound(node, s)
        case ClassBound():
            return _class_bound(node, s)
        case AssignedTarget():
            return _assigned(node, s)
        case Change():
            return _change(node, s)
        case Rate():
            return _rate(node, s)
        case ChangeBenchmark():
            return _change_benchmark(node, s)
        case LevelBenchmark():
            return _level_benchmark(node, s)
        case State():
            return _state(s)
