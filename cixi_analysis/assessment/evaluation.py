"""The one evaluator: a tree and a series of observations → a finding for every node, over all regions and years.

Verdicts are three-valued (strong Kleene): ``UNMET < NO_DATA < MET``; AND is the minimum, OR the maximum. A leaf is
decided by numbers where they can, else by what the statement attests, else by a named convention, else it is NO_DATA.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cixi_analysis.assessment.numbers import DEFAULT_YEARS, MET, NO_DATA, UNMET, Lack, Numbers, numbers_of
from cixi_analysis.assessment.panel import ABSENCES, Codes, Flags, ItemSeries
from cixi_analysis.plan.schema import ConventionRow
from cixi_analysis.requirement.tree import (
    AllOf,
    AnyOf,
    AssignedTarget,
    Bound,
    Change,
    ClassBound,
    Leaf,
    Node,
    Rate,
    Window,
    leaves,
)
from cixi_analysis.words import Absence, Convention

DEEMED, ATTESTED, MEASURED = 0, 1, 2
NO_BASIS = -1
CONVENTIONS = tuple(Convention)


@dataclass(frozen=True)
class Finding:
    """The verdict of one node and of its parts; arrays of shape (regions, years)."""

    node: Node
    verdict: Codes
    basis: Codes
    parts: tuple["Finding", ...]

    def leaves(self) -> Iterator["LeafFinding"]:
        """The findings of the leaves; a change with its rate is a leaf, followed by its two parts."""
        if isinstance(self, LeafFinding):
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class LeafFinding(Finding):
    """The finding of a leaf with all that explains it."""

    series: ItemSeries
    #: what the numbers alone say
    numbers: Numbers
    #: index into CONVENTIONS where the basis is DEEMED, else -1
    convention: Codes
    #: statement and numbers contradict each other: an error in the data
    contradicts: Flags | None

    def lack(self, place: tuple[int, int]) -> Lack:
        """What the numbers lacked to decide; NOTHING where they did."""
        return Lack(int(self.numbers.lack[place]))


def combined(kind: type[AllOf] | type[AnyOf], verdicts: Codes, bases: Codes) -> tuple[Codes, Codes]:
    """Verdict and basis of an AND or OR; the parts lie along the first axis.

    The basis is the weakest of the parts that the verdict needs. AND is met, and OR unmet, by all parts together: the
    weakest of them. AND is unmet, and OR met, by one part alone: the strongest such part.
    """
    verdict = verdicts.max(axis=0) if kind is AnyOf else verdicts.min(axis=0)
    needs_all = verdict == (UNMET if kind is AnyOf else MET)
    strongest = np.where(verdicts == verdict, bases, NO_BASIS).max(axis=0)
    basis = np.where(needs_all, bases.min(axis=0), strongest)
    basis[verdict == NO_DATA] = NO_BASIS
    return verdict, basis


def combine(node: AllOf | AnyOf, parts: Sequence[Finding]) -> Finding:
    """The finding of an AND or OR from those of its parts."""
    return Finding(node, *combined(type(node), *_stacked(parts)), tuple(parts))


def _stacked(parts: Sequence[Finding]) -> tuple[Codes, Codes]:
    return np.array([p.verdict for p in parts]), np.array([p.basis for p in parts])


def conventions_for(
    rows: Sequence[ConventionRow], item_id: str, level: str, without: Collection[Convention] = ()
) -> list[ConventionRow]:
    """The rows of conventions that hold for an item at a level, in the order in which conventions are tried."""
    own = (row for row in rows if row.item_id in (None, item_id) and row.level in (None, level))
    return sorted((r for r in own if r.convention not in without), key=lambda r: CONVENTIONS.index(r.convention))


def evaluate(node: Node, series: ItemSeries, rows: Sequence[ConventionRow]) -> Finding:
    """The finding of a whole tree. ``rows``: the conventions that hold, see :func:`conventions_for`."""
    conventions: dict[Convention, Flags] = {}
    for row in rows:
        here = _applies(row.convention, node, series)
        if row.year is not None:
            here = here & (series.years == row.year)
        if here.any():
            conventions[row.convention] = conventions.get(row.convention, False) | here
    return _evaluate(node, series, conventions)


def _applies(convention: Convention, node: Node, series: ItemSeries) -> Flags:
    """Where a convention's own condition holds (``data/conventions.csv`` gives the reasons)."""
    match convention:
        case Convention.NONE_ASSIGNED:
            return series.none_assigned & any(isinstance(leaf, AssignedTarget) for leaf in leaves(node))
        case Convention.NOTHING_THERE:
            nothing: Flags = series.absence == ABSENCES.index(Absence.NOT_FOUND)
            return nothing
        case Convention.FULL:
            return series.is_full
        case Convention.PLAN_CONCLUDES:
            return np.ones_like(series.known)


def _evaluate(node: Node, series: ItemSeries, conventions: Mapping[Convention, Flags]) -> Finding:
    if isinstance(node, (AllOf, AnyOf)):
        return combine(node, [_evaluate(part, series, conventions) for part in node.parts])
    if not isinstance(node, Change) or node.rate is None:
        return _decide(node, numbers_of(node, series), series, conventions)
    # A change with its rate is one condition: both must hold; a statement may attest the two together.
    span = 2 if node.window is Window.PREVIOUS else node.years or DEFAULT_YEARS
    window = {"span": span, "named": node.years > 0} if isinstance(node.rate, Rate) else {}
    bare = replace(node, rate=None)
    parts = (
        _decide(bare, numbers_of(bare, series), series, conventions),
        _decide(node.rate, numbers_of(node.rate, series, **window), series, conventions),
    )
    verdict, basis = combined(AllOf, *_stacked(parts))
    numbers = Numbers(verdict.copy(), np.zeros_like(verdict), {})
    contradicts = _attest(node, verdict, basis, series)
    return LeafFinding(node, verdict, basis, parts, series, numbers, np.full_like(basis, -1), contradicts)


def _decide(node: Leaf, numbers: Numbers, series: ItemSeries, conventions: Mapping[Convention, Flags]) -> LeafFinding:
    """Numbers, else words, else a convention."""
    verdict = numbers.verdict.copy()
    basis = np.where(verdict == NO_DATA, np.int8(NO_BASIS), np.int8(MEASURED))
    contradicts = _attest(node, verdict, basis, series, numbers.small_fall)
    convention = np.full_like(basis, -1)
    for name, flags in conventions.items():
        here = flags & (verdict == NO_DATA)
        if isinstance(node, (Bound, ClassBound)):
            if name is Convention.NONE_ASSIGNED:
                continue  # a limit of its own stands whether or not a target was assigned
            if name is Convention.FULL:
                here &= series.is_own  # 100 % of something else says nothing of this limit
        verdict[here], basis[here], convention[here] = MET, DEEMED, CONVENTIONS.index(name)
    return LeafFinding(node, verdict, basis, (), series, numbers, convention, contradicts)


def _attest(
    node: Leaf, verdict: Codes, basis: Codes, series: ItemSeries, forgiven: Flags | None = None
) -> Flags | None:
    """Set verdict and basis by the statement where the numbers do not decide (or where it may call a small fall
    stable: ``forgiven``). Returns where statement and numbers contradict each other.
    """
    said = series.says(node)
    if said is None:
        return None
    attested, denied = said
    overruled = attested & (False if forgiven is None else forgiven)
    speaks = (verdict == NO_DATA) | overruled
    contradicts: Flags = (
        (attested & (verdict == UNMET) & ~overruled) | (denied & (verdict == MET)) | (attested & denied)
    )
    for says, word in ((attested, MET), (denied, UNMET)):
        here = speaks & says
        verdict[here], basis[here] = word, ATTESTED
    return contradicts
