"""Observations as arrays over region × year: what the evaluator works on. One county is a panel of one region."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.dataset import Plan, missing_reason
from cixi_analysis.requirement import read
from cixi_analysis.requirement.tree import Bound, ClassBound, Comparator, Leaf
from cixi_analysis.schema import WATER_CLASSES, Indicator, Observation, clause_pairs
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, REGION, Absence, BenchmarkKind, Level, Polarity

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

#: Columns of a panel's table: region and year beside the columns of an observation.
COLUMNS = ("region", "year", *Observation.columns())
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


@dataclass(frozen=True)
class Series:
    """One item at one level: arrays of shape (regions, years), the years consecutive."""

    item: Indicator
    years: npt.NDArray[np.int64]
    #: nan where there is none; a water class is its rank 1-6
    value: Floats
    #: index into ``kinds``; -1 where nothing was measured
    kind: Codes
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
    #: index into ``texts`` of the statement and what it attests; -1 where there is none
    words: npt.NDArray[np.int32]
    texts: tuple["Words", ...]

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


@dataclass(frozen=True)
class Words:
    """A statement with the leaves it attests and denies, each with the words quoted."""

    statement: str
    attests: Mapping[Leaf, str]
    denies: Mapping[Leaf, str]


@dataclass(frozen=True)
class Panel:
    """A table of observations for many regions and years, ready to be assessed item by item.

    ``table``: one row a region, year, item (and level where the levels differ), columns ``COLUMNS``, missing = None.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Refuse a table whose rows could not be told apart, or would land in another region's or year's place."""
        if self.years != tuple(range(self.years[0], self.years[-1] + 1)):
            raise ValueError(f"年份应逐年相连：{self.years}")
        for column, known in (("region", self.regions), ("year", self.years)):
            strangers = self.table.loc[~self.table[column].isin(known), column]
            if len(strangers):
                raise ValueError(f"面板里没有“{column}”为 {strangers.iloc[0]} 的位置，表中却有这样的行")
        level = self.table["level"].astype(object).where(self.table["level"].notna(), "")
        both = self.table.assign(level=level).duplicated(["region", "year", "item_id", "level"])
        if both.any():
            region, year, item_id = self.table.loc[both, ["region", "year", "item_id"]].iloc[0]
            raise ValueError(f"{region} {year} 年 {item_id} 有两行")

    @cached_property
    def _rows(self) -> dict[str, npt.NDArray[np.int64]]:
        return self.table.groupby("item_id", sort=False).indices  # type: ignore[return-value]  # pandas types it looser

    def series(self, item: Indicator, level: Level) -> Series:
        """The arrays of one item at one level."""
        rows = self.table.iloc[self._rows.get(item.item_id, np.array([], dtype=int))]
        rows = rows[rows["level"].isna() | (rows["level"] == level)]
        region = pd.Index(self.regions).get_indexer(pd.Index(rows["region"]))
        year = rows["year"].to_numpy(dtype=np.int64) - self.years[0]
        at = (region, year)
        shape = (len(self.regions), len(self.years))

        def fill(column: npt.NDArray[Any], missing: float, dtype: Any) -> npt.NDArray[Any]:
            array: npt.NDArray[Any] = np.full(shape, missing, dtype=dtype)
            array[at] = column
            return array

        values = _coded(rows["value"], _quantity)
        kinds, distinct_kinds = _kinds(rows, item, level)
        absences = _coded(rows["absence"], lambda a: -1 if a is None else ABSENCES.index(Absence(a)))
        targets = [_assigned(t) for t in pd.unique(rows["assigned_target"])]
        target_of = pd.factorize(rows["assigned_target"], use_na_sentinel=False)[0]
        benchmark_kinds = _coded(
            rows["benchmark_kind"], lambda k: -1 if k is None else BENCHMARK_KINDS.index(BenchmarkKind(k))
        )
        words, texts = _words(rows, item)
        unfilled = np.array([[ABSENCES.index(missing_reason(y)) for y in self.years]], dtype=np.int8).repeat(
            shape[0], axis=0
        )
        unfilled[at] = absences
        return Series(
            item=item,
            years=np.array(self.years, dtype=np.int64),
            value=fill(values, np.nan, np.float64),
            kind=fill(kinds, -1, np.int8),
            kinds=distinct_kinds,
            absence=unfilled,
            assigned=fill(np.array([t[0] for t in targets])[target_of], np.nan, np.float64),
            assigned_comparator=fill(np.array([t[1] for t in targets])[target_of], 0, np.int8),
            none_assigned=fill(np.array([t[2] for t in targets])[target_of], False, np.bool_),
            benchmark=fill(rows["benchmark"].to_numpy(dtype=np.float64), np.nan, np.float64),
            benchmark_kind=fill(benchmark_kinds, -1, np.int8),
            words=fill(words, -1, np.int32),
            texts=texts,
        )


def county_panel(plan: Plan, until: int | None = None) -> Panel:
    """The plan's own observations (up to ``until``) as a panel of one region."""
    years = [year for year in plan.years if until is None or year <= until]
    records = [(REGION, year, *row.model_dump().values()) for year in years for row in plan.observations[year]]
    table = pd.DataFrame(records, columns=list(COLUMNS), dtype=object)
    return Panel((REGION,), tuple(range(min(years), max(years) + 1)), table)


def _quantity(text: str | None) -> float:
    if text is None:
        return np.nan
    return WATER_CLASSES.index(text) + 1 if text in WATER_CLASSES else float(text)


def _coded(column: "pd.Series[Any]", of: Callable[[str | None], float]) -> npt.NDArray[Any]:
    """``of`` applied once to each distinct value of a column, spread back over its rows."""
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    results = [of(None if pd.isna(v) else v) for v in distinct]
    return np.array(results)[codes] if results else np.empty(0)


def _kinds(rows: pd.DataFrame, item: Indicator, level: Level) -> tuple[npt.NDArray[Any], tuple[Measured, ...]]:
    """What each row measured; what a row leaves empty is the item's own (its name at this level, unit, polarity)."""
    own_name = (item.provincial_name if level is Level.PROVINCIAL else None) or item.name
    own = {"measure": own_name, "unit": item.unit or "", "polarity": item.polarity}
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(rows[list(own)].astype(object).fillna(own)))
    return codes, tuple(Measured(m, unit, Polarity(polarity), m == own_name) for m, unit, polarity in distinct)


def _assigned(text: str | None) -> tuple[float, int, bool]:
    """An assigned target: (number or class rank, comparator, was none assigned). A task in words has no number."""
    if text is None or pd.isna(text) or text.startswith("任务："):
        return np.nan, COMPARATORS.index(Comparator.REACH), False
    if text == NOT_ASSIGNED:
        return np.nan, COMPARATORS.index(Comparator.REACH), True
    if text in WATER_CLASSES:
        return WATER_CLASSES.index(text) + 1, COMPARATORS.index(Comparator.REACH), False
    node = read(text)
    if isinstance(node, ClassBound):
        return node.rank, COMPARATORS.index(Comparator.LT if node.strict else Comparator.LE), False
    if isinstance(node, Bound) and not node.unit:  # in the unit of the value, or it could not be compared
        return node.limit, COMPARATORS.index(node.comparator), False
    raise ValueError(text)  # unreachable after `checks.problems`


def is_assigned_target(text: str) -> bool:
    """Whether ``text`` can stand in the assigned-target column."""
    try:
        _assigned(text)
    except ValueError:  # Refusal is one
        return False
    return True


def is_class_target(text: str) -> bool | None:
    """Whether an assigned target is a water class (True) or a number (False); None where it is neither."""
    if np.isnan(_assigned(text)[0]):
        return None
    return text in WATER_CLASSES or isinstance(read(text), ClassBound)


def _words(rows: pd.DataFrame, item: Indicator) -> tuple[npt.NDArray[Any], tuple[Words, ...]]:
    texts = pd.MultiIndex.from_frame(rows[["statement", "attests", "denies"]].fillna(""))
    codes, distinct = pd.factorize(texts)
    return codes, tuple(Words(s, _leaves(a, item), _leaves(d, item)) for s, a, d in distinct)


def _leaves(entries: str, item: Indicator) -> dict[Leaf, str]:
    leaves: dict[Leaf, str] = {}
    for clause, quote in clause_pairs(entries):
        node = read(clause, unit=item.unit)
        leaves[node] = quote  # type: ignore[index]  # `checks.problems` has made sure that a clause is a leaf
    return leaves
