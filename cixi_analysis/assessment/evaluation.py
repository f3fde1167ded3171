"""The one evaluator: a tree and a series of observations → a finding for every node, over all regions and years.

Verdicts are three-valued (strong Kleene): ``UNMET < NO_DATA < MET``; AND is the minimum, OR the maximum. A leaf is
decided by numbers where they can, else by what the statement attests, else by a named convention, else it is NO_DATA.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cixi_analysis.assessment.numbers import (
    DEFAULT_YEARS,
    MET,
    NO_DATA,
    UNMET,
    Numbers,
    at_ceiling,
    ceiled,
    change,
    change_benchmark,
    numbers_of,
    rate,
)
from cixi_analysis.assessment.series import ABSENCES, Codes, Flags, Floats, ItemSeries
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
    series: ItemSeries | None = None


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


def evaluate(node: Node, series: ItemSeries, rules: Rules) -> Finding:
    """The finding of a whole tree."""
    return _evaluate(node, series, _conventions(node, series, rules))


def _evaluate(node: Node, series: ItemSeries, conventions: Mapping[Convention, Flags]) -> Finding:
    if isinstance(node, (AllOf, AnyOf)):
        return combine(node, [_evaluate(part, series, conventions) for part in node.parts])
    if isinstance(node, Change) and node.rate is not None:
        return _qualified(node, series, conventions)
    return _decide(node, numbers_of(node, series), series, conventions)


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


def _qualified(node: Change, series: ItemSeries, conventions: Mapping[Convention, Flags]) -> Finding:
    """A change with its rate is one condition: both must hold; a statement may attest the two together."""
    amount = node.rate
    assert amount is not None  # noqa: S101  # narrowed for the type checker
    bare = Change(node.move, node.strict, node.window, node.years, None, node.adverb)
    span = 2 if node.window is Window.PREVIOUS else node.years or DEFAULT_YEARS
    numbers = (
        rate(amount, series, span, node.years > 0) if isinstance(amount, Rate) else change_benchmark(amount, series)
    )
    both = combine(AllOf((bare, amount)), [
        _decide(bare, change(bare, series), series, conventions),
        _decide(amount, numbers, series, conventions),
    ])  # fmt: skip
    attested, denied = series.says(node)
    undecided = both.verdict == NO_DATA
    verdict = np.where(undecided & attested, MET, np.where(undecided & denied, UNMET, both.verdict)).astype(np.int8)
    basis = np.where(undecided & (attested | denied), ATTESTED, both.basis).astype(np.int8)
    contradicts = (attested & (both.verdict == UNMET)) | (denied & (both.verdict == MET)) | (attested & denied)
    return Finding(node, verdict, basis, both.parts, contradicts=contradicts, series=series)


def _decide(node: Leaf, numbers: Numbers, series: ItemSeries, conventions: Mapping[Convention, Flags]) -> Finding:
    """Numbers, else words, else a convention."""
    attested, denied = series.says(node)
    numbers = ceiled(node, numbers, series)
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
        if name is Convention.FULL and isinstance(node, (Bound, ClassBound)):
            here &= series.is_own  # 100 % of something else says nothing of this limit
        verdict[here], basis[here], convention[here] = MET, DEEMED, CONVENTIONS.index(name)
    return Finding(
        node, verdict, basis, (), numbers.used, numbers.lack, convention, numbers.verdict, contradicts, series
    )  # fmt: skip


def _conventions(node: Node, series: ItemSeries, rules: Rules) -> dict[Convention, Flags]:
    """Where each convention's own condition holds (``data/conventions.csv`` gives the reasons)."""
    conditions = {
        Convention.NONE_ASSIGNED: series.none_assigned & any(isinstance(leaf, AssignedTarget) for leaf in leaves(node)),
        Convention.NOTHING_THERE: series.absence == ABSENCES.index(Absence.NOT_FOUND),
        Convention.FULL: at_ceiling(series),
        Convention.PLAN_CONCLUDES: np.ones_like(series.known),
    }
    return {name: flags & rules.covers(name, series.item.item_id, series.years) for name, flags in conditions.items()}
