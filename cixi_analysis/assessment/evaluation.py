"""The one evaluator: a tree and a series of observations → a finding for every node, over all regions and years.

Verdicts are three-valued (strong Kleene): ``UNMET < NO_DATA < MET``; AND is the minimum, OR the maximum. A leaf is
decided by numbers where they can, else by what the statement attests, else by a named convention, else it is NO_DATA.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cixi_analysis.assessment.numbers import (
    ATTESTED,
    DEEMED,
    DEFAULT_YEARS,
    MEASURED,
    MET,
    NO_BASIS,
    NO_DATA,
    UNMET,
    Lack,
    Numbers,
    asks_for_less,
    numbers_of,
)
from cixi_analysis.assessment.panel import ABSENCES, Codes, Flags, ItemSeries
from cixi_analysis.plan.schema import ConventionRow
from cixi_analysis.requirement import tree
from cixi_analysis.requirement.tree import AllOf, AnyOf, Leaf, Node
from cixi_analysis.words import Absence, Convention

#: The conventions that apply in some region and year, and where.
_Conventions = Sequence[tuple[ConventionRow, Flags]]


@dataclass(frozen=True)
class Finding:
    """The verdict of one node and of its parts; arrays of shape (regions, years)."""

    node: Node
    verdict: Codes
    basis: Codes
    parts: tuple["Finding", ...]

    def __post_init__(self) -> None:
        for array in (self.verdict, self.basis):  # findings are remembered
            array.setflags(write=False)

    def leaves(self) -> Iterator["LeafFinding"]:
        """The findings of the leaves; a change with its rate is a leaf, followed by its two parts."""
        if isinstance(self, LeafFinding):
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class LeafFinding(Finding):
    """The finding of a leaf with everything that its explanation needs."""

    series: ItemSeries
    #: the verdict by numbers alone
    numbers: Numbers
    #: the conventions that were tried
    conventions: Sequence[ConventionRow]
    #: index into ``conventions`` where the basis is DEEMED, else -1
    convention: Codes
    #: statement and numbers contradict each other: an error in the data
    contradicts: Flags | None

    def lack(self, place: tuple[int, int]) -> Lack:
        """What the numbers lacked to decide; NOTHING where they did."""
        return Lack(int(self.numbers.lack[place]))


def combined(
    kind: type[AllOf] | type[AnyOf], parts: Sequence[Codes] | Codes, part_bases: Sequence[Codes] | Codes
) -> tuple[Codes, Codes]:
    """Verdict and basis of an AND or OR from those of its parts.

    AND is met, and OR unmet, by all parts together: the basis is the weakest of them. AND is unmet, and OR met, by one
    part alone: the strongest such part.
    """
    verdicts, bases = np.asarray(parts), np.asarray(part_bases)
    verdict = verdicts.max(axis=0) if kind is AnyOf else verdicts.min(axis=0)
    needs_all = verdict == (UNMET if kind is AnyOf else MET)
    strongest = np.where(verdicts == verdict, bases, NO_BASIS).max(axis=0)
    basis = np.where(needs_all, bases.min(axis=0), strongest)
    basis[verdict == NO_DATA] = NO_BASIS
    return verdict, basis


def evaluate(node: Node, series: ItemSeries, rows: Sequence[ConventionRow]) -> Finding:
    """The finding of a tree. ``rows``: the conventions of its item and level, in their order."""
    tried = ((row, _applies(row, node, series)) for row in rows)
    return _evaluate(node, series, [(row, here) for row, here in tried if here.any()])


def _applies(row: ConventionRow, node: Node, series: ItemSeries) -> Flags:
    """Where a convention's own condition is satisfied (its reasons: ``data/conventions.csv``)."""
    here: Flags
    match row.convention:
        case Convention.NONE_ASSIGNED:
            here = series.none_assigned & any(isinstance(leaf, tree.AssignedTarget) for leaf in tree.leaves(node))
        case Convention.NOTHING_THERE:
            here = series.absence == ABSENCES.index(Absence.NOT_FOUND)
        case Convention.FULL:
            here = series.is_full
        case Convention.PLAN_CONCLUDES:
            here = np.ones_like(series.known)
    return here if row.year is None else here & (series.years == row.year)


def _evaluate(node: Node, series: ItemSeries, conventions: _Conventions) -> Finding:
    if isinstance(node, (AllOf, AnyOf)):
        own = tuple(_evaluate(part, series, conventions) for part in node.parts)
        return Finding(node, *combined(type(node), [p.verdict for p in own], [p.basis for p in own]), own)
    if not isinstance(node, tree.Change) or node.rate is None:
        return _decide(node, series, conventions)
    # A change with its rate is one condition: both must hold; words may attest the two together.
    span = 2 if node.window is tree.Window.PREVIOUS else node.years or DEFAULT_YEARS
    window = {"span": span, "named": node.years > 0} if isinstance(node.rate, tree.Rate) else {}
    change = _decide(replace(node, rate=None), series, conventions)
    parts = (change, _decide(node.rate, series, conventions, **window))
    verdict, basis = combined(AllOf, [p.verdict for p in parts], [p.basis for p in parts])
    numbers = Numbers(verdict.copy(), np.zeros_like(verdict), {})
    contradicts = _attest(node, verdict, basis, series)
    return LeafFinding(node, verdict, basis, parts, series, numbers, (), np.full_like(basis, -1), contradicts)


def _decide(node: Leaf, series: ItemSeries, conventions: _Conventions, **window: int) -> LeafFinding:
    """Numbers, else words, else a convention. ``window``: see :func:`numbers_of`."""
    numbers = numbers_of(node, series, **window)
    verdict = numbers.verdict.copy()
    basis = np.where(verdict == NO_DATA, np.int8(NO_BASIS), np.int8(MEASURED))
    contradicts = _attest(node, verdict, basis, series, numbers.small_fall)
    convention = np.full_like(basis, -1)
    for number, (row, flags) in enumerate(conventions):
        here = flags & (verdict == NO_DATA)
        limit = isinstance(node, (tree.Bound, tree.ClassBound))
        if row.convention is Convention.NONE_ASSIGNED and (limit or isinstance(node, tree.Rate)):
            continue  # a limit of its own applies whether or not a target was assigned
        if row.convention is Convention.FULL:
            # 100 % satisfies no limit that is undecided, since that is on another quantity, and no demand for less
            here &= (numbers.lack != Lack.OPPOSED) & (not limit and not asks_for_less(node))
        verdict[here], basis[here], convention[here] = MET, DEEMED, number
    rows = [row for row, _ in conventions]
    return LeafFinding(node, verdict, basis, (), series, numbers, rows, convention, contradicts)


def _attest(
    node: Leaf, verdict: Codes, basis: Codes, series: ItemSeries, forgiven: Flags | None = None
) -> Flags | None:
    """Set verdict and basis by the statement where the numbers do not decide (or where it may call a small fall
    stable: ``forgiven``). Returns where statement and numbers contradict each other.
    """
    if (said := series.says(node)) is None:
        return None
    attested, denied = said
    overruled = attested & (False if forgiven is None else forgiven)
    speaks = (verdict == NO_DATA) | overruled
    contradicts: Flags = attested & (denied | ((verdict == UNMET) & ~overruled)) | (denied & (verdict == MET))
    for says, word in ((attested, MET), (denied, UNMET)):
        here = speaks & says
        verdict[here], basis[here] = word, ATTESTED
    return contradicts
