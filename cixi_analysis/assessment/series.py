"""One item at one level as arrays over region × year: what the evaluator works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cixi_analysis.plan.schema import Indicator
from cixi_analysis.requirement.tree import Comparator, Leaf
from cixi_analysis.words import CLASS_UNIT, Absence, BenchmarkKind, Polarity

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

ABSENCES = tuple(Absence)
COMPARATORS = tuple(Comparator)
BENCHMARK_KINDS = tuple(BenchmarkKind)
_SIGN = {Polarity.MORE: 1, Polarity.LESS: -1, Polarity.NONE: 0}


@dataclass(frozen=True)
class Measured:
    """What was measured, told apart from other things measured for the same item: only like is compared with like."""

    measure: str
    unit: str
    polarity: Polarity
    #: the item itself was measured, and not something that stands for it (33: the rate, not its increase)
    own: bool


@dataclass(frozen=True, eq=False)  # each stands for a text of its own
class Words:
    """The leaves that a statement attests and denies, each with the words quoted."""

    attests: Mapping[Leaf, str]
    denies: Mapping[Leaf, str]


@dataclass(frozen=True)
class ItemSeries:
    """One item at one level: arrays of shape (regions, years), the years consecutive."""

    item: Indicator
    years: npt.NDArray[np.int64]
    #: nan where there is none; a water class is its rank 1-6
    value: Floats
    #: index into ``kinds``; -1 where nothing was measured
    kind: Places
    kinds: tuple[Measured, ...]
    #: index into ABSENCES; -1 where there is a value or the item is told in words
    absence: Codes
    assigned: Floats
    #: index into COMPARATORS, of the assigned target
    assigned_comparator: Codes
    none_assigned: Flags
    benchmark: Floats
    #: index into BENCHMARK_KINDS; -1 where there is none
    benchmark_kind: Codes
    #: index into ``texts`` of what the statement attests; -1 where there is none
    words: Places
    texts: tuple[Words, ...]

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.value)

    @cached_property
    def polarity(self) -> Codes:
        """+1 more is better, -1 less is better, 0 neither."""
        return self._per_kind([_SIGN[k.polarity] for k in self.kinds], _SIGN[self.item.polarity])

    @cached_property
    def is_class(self) -> Flags:
        return self.in_unit(CLASS_UNIT)

    @cached_property
    def is_own(self) -> Flags:
        """Where the item itself was measured."""
        return self._per_kind([k.own for k in self.kinds], 0).astype(bool)

    def in_unit(self, unit: str) -> Flags:
        return self._per_kind([k.unit == unit for k in self.kinds], 0).astype(bool)

    def _per_kind(self, of_kind: Sequence[int], missing: int) -> Codes:
        return np.array([*of_kind, missing], dtype=np.int8)[self.kind]

    def before(self, years: int) -> tuple[Floats, Flags]:
        """The value ``years`` earlier, and whether it is known and of the same measure and unit as now."""
        value = np.full_like(self.value, np.nan)
        kind = np.full_like(self.kind, -2)
        if years < self.value.shape[1]:
            value[:, years:] = self.value[:, :-years]
            kind[:, years:] = self.kind[:, :-years]
        return value, ~np.isnan(value) & self.known & (kind == self.kind)

    def says(self, leaf: Leaf) -> tuple[Flags, Flags]:
        """Where the statement attests the leaf, and where it denies it."""
        attests = np.array([*(leaf in w.attests for w in self.texts), False])
        denies = np.array([*(leaf in w.denies for w in self.texts), False])
        return attests[self.words], denies[self.words]
