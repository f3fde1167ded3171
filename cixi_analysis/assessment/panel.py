"""Observations of many regions and years as arrays for the evaluator. One county is a panel of one region.

Every distinct text of the table is read once; its rows refer to it by a code.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.observed import SIGN, Assigned, Measured, measured, quantity, quotations, read_assigned
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.requirement.tree import Comparator, Leaf, Node
from cixi_analysis.words import CLASS_UNIT, REGION, Absence, BenchmarkKind, Level

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

#: Codes are indices into these; NONE, the code of what is missing, also fetches the last entry of a column.
ABSENCES, COMPARATORS, BENCHMARK_KINDS, LEVELS = tuple(Absence), tuple(Comparator), tuple(BenchmarkKind), tuple(Level)
NONE = -1

#: Columns of a panel's table: region and year beside the columns of an observation.
COLUMNS = ("region", "year", *Observation.columns())
_KIND = ("measure", "unit", "polarity")


class Panel:
    """A table of observations, addressed by level, item, region and year.

    ``table``: one row a region, year, item (and level where the levels differ), columns :data:`COLUMNS`, any missing
    value where a cell is empty. ``years`` are consecutive. Raises ``ValueError`` for a row that has no place, and for
    two rows in one place.
    """

    def __init__(self, items: Sequence[Indicator], regions: Sequence[str], years: range, table: pd.DataFrame) -> None:
        self.regions, self.years = tuple(regions), years
        self.index = {item.item_id: number for number, item in enumerate(items)}
        self.year_numbers = np.array(years, dtype=np.int64)
        #: level, item, region, year → the number of the row, or NONE
        self.row = self._rows(table)
        pattern, first = patterns(table, columns := ["item_id", *_KIND, "attests", "denies"])
        #: row → index into ``texts``: what the statement attests and denies
        self.words = np.append(pattern, NONE)
        by_id = {item.item_id: item for item in items}
        distinct = table[columns].iloc[first].astype(object)
        records = distinct.where(distinct.notna(), None).to_dict("records")
        found = [(by_id[one["item_id"]], one) for one in records]
        self.texts: list[list[Mapping[Node, str]]] = [
            [quotations(one[c], item.unit) for c in ("attests", "denies")] for item, one in found
        ]
        #: item_id → clause → the indices of the texts that attest it, and of those that deny it
        self.speaking: dict[str, dict[Node, tuple[list[int], list[int]]]] = {i: {} for i in by_id}
        for number, ((item, _), texts) in enumerate(zip(found, self.texts, strict=True)):
            for way, text in enumerate(texts):
                for clause in text:
                    self.speaking[item.item_id].setdefault(clause, ([], []))[way].append(number)
        kinds: dict[Measured, int] = {}
        #: level → row → index into ``kinds``
        self.kind: dict[Level, Places] = {}
        for level in LEVELS:
            every = (measured(item, level, *(one[c] for c in _KIND)) for item, one in found)
            codes = [*(kinds.setdefault(kind, len(kinds)) for kind in every), NONE]
            self.kind[level] = np.array(codes, dtype=np.int32)[self.words]
        self.kinds: Sequence[Measured] = tuple(kinds)
        self.units = {kind.unit: number for number, kind in enumerate(kinds)}
        self.unit_of_kind = np.array([*(self.units[kind.unit] for kind in kinds), NONE])
        self.sign_of_kind = np.array([*(SIGN[kind.polarity] for kind in kinds), 0], dtype=np.int8)
        self.own_kind = np.array([*(kind.own for kind in kinds), False])
        self.value = _column(table["value"], quantity, np.nan, np.float64)
        self.absence = _column(table["absence"], ABSENCES.index, NONE, np.int8)
        self.benchmark = _column(table["benchmark"], float, np.nan, np.float64)
        self.benchmark_kind = _column(table["benchmark_kind"], BENCHMARK_KINDS.index, NONE, np.int8)
        target, distinct_targets = pd.factorize(table["assigned_target"])
        #: row → index into the three arrays behind it
        self.target = np.append(target, NONE)
        given = [*(read_assigned(text) or Assigned() for text in distinct_targets), Assigned()]
        self.limits = np.array([one.limit for one in given])
        self.comparators = np.array([COMPARATORS.index(one.comparator) for one in given], dtype=np.int8)
        self.none_assigned = np.array([one.none for one in given])

    def _rows(self, table: pd.DataFrame) -> Places:
        codes = []
        for column, known in (("item_id", [*self.index]), ("region", self.regions), ("year", self.years)):
            code = pd.Index(known).get_indexer(pd.Index(table[column]))
            if (code == NONE).any():
                stranger = table[column].iloc[int(np.argmax(code == NONE))]
                raise ValueError(f"面板里没有“{column}”为 {stranger} 的位置，表中却有这样的行")
            codes.append(code)
        shape = (len(self.index), len(self.regions), len(self.years))
        place = np.ravel_multi_index(codes, shape) if len(table) else np.empty(0, dtype=np.int64)
        rows = np.full((len(LEVELS), int(np.prod(shape))), NONE, dtype=np.int32)
        for number, level in enumerate(LEVELS):
            held = np.flatnonzero(table["level"].isna() | (table["level"] == level))
            again = pd.Index(place[held]).duplicated()
            if again.any():
                region, year, item_id = table[["region", "year", "item_id"]].iloc[held[again][0]]
                raise ValueError(f"{region} {year} 年 {item_id} 有两行")
            rows[number, place[held]] = held
        return rows.reshape(len(LEVELS), *shape)

    def series(self, item: Indicator, level: Level) -> "ItemSeries":
        """The arrays of one item at one level."""
        return ItemSeries(self, item, level)


def county_panel(plan: Plan, until: int | None = None) -> Panel:
    """The plan's own observations of its items (up to ``until``) as a panel of one region."""
    table = county_table(plan, until)
    years = [year for year in plan.years if until is None or year <= until]
    return Panel(plan.items, (REGION,), range(min(years), max(years) + 1), table)


def county_table(plan: Plan, until: int | None = None) -> pd.DataFrame:
    """The plan's own observations of its items (up to ``until``) as a table with the columns :data:`COLUMNS`."""
    ids = {item.item_id for item in plan.items}
    years = [year for year in plan.years if until is None or year <= until]
    rows = [
        (REGION, year, *row.__dict__.values())
        for year in years
        for row in plan.observations[year]
        if row.item_id in ids
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def patterns(table: pd.DataFrame, columns: Collection[str]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """For each row the number of the combination of what these columns hold, and for each combination its first row."""
    number = table.groupby(list(columns), sort=False, observed=True, dropna=False).ngroup().to_numpy()
    return number, np.unique(number, return_index=True)[1]


def _column(column: "pd.Series[Any]", of: Callable[[Any], float], missing: float, dtype: type) -> npt.NDArray[Any]:
    """The column as numbers or codes, ``of`` applied once to each distinct value, and one more entry for no row."""
    if pd.api.types.is_numeric_dtype(column):
        return np.append(column.to_numpy(dtype=dtype), np.array(missing, dtype=dtype))
    codes, distinct = pd.factorize(column)
    return np.array([*map(of, distinct), missing], dtype=dtype).take(np.append(codes, NONE))


class ItemSeries:
    """One item at one level: arrays of shape (regions, years), taken from the panel when a rule first needs them."""

    def __init__(self, panel: Panel, item: Indicator, level: Level) -> None:
        self.panel, self.item, self.level = panel, item, level
        self.years = panel.year_numbers
        self.row: Places = panel.row[LEVELS.index(level), panel.index[item.item_id]]
        self.texts = panel.speaking[item.item_id]

    @cached_property
    def value(self) -> Floats:
        """NaN where there is none; a water class is its rank 1-6."""
        return self.panel.value[self.row]

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.value)

    @cached_property
    def kind(self) -> Places:
        """Index into the panel's ``kinds``; NONE where there is no row."""
        return self.panel.kind[self.level][self.row]

    @cached_property
    def polarity(self) -> Codes:
        """+1 more is better, -1 less is better, 0 neither."""
        return self.panel.sign_of_kind[self.kind]

    @cached_property
    def is_own(self) -> Flags:
        """Where the item itself was measured."""
        return self.panel.own_kind[self.kind]

    @cached_property
    def is_class(self) -> Flags:
        return self.in_unit(CLASS_UNIT)

    @cached_property
    def is_full(self) -> Flags:
        """A share of 100 %, where more is better: there is no more to ask for."""
        full: Flags = (self.value == 100) & (self.polarity == 1) & self.in_unit("%")
        return full

    @cached_property
    def absence(self) -> Codes:
        """Index into ABSENCES; NONE where there is a value or the item is told in words."""
        unfilled = [ABSENCES.index(missing_reason(year)) for year in self.panel.years]
        return np.where(self.row == NONE, np.array(unfilled, dtype=np.int8), self.panel.absence[self.row])

    @cached_property
    def target(self) -> npt.NDArray[np.int64]:
        return self.panel.target[self.row]

    @cached_property
    def none_assigned(self) -> Flags:
        return self.panel.none_assigned[self.target]

    @cached_property
    def benchmark(self) -> Floats:
        return self.panel.benchmark[self.row]

    @cached_property
    def benchmark_kind(self) -> Codes:
        """Index into BENCHMARK_KINDS; NONE where there is no average."""
        return self.panel.benchmark_kind[self.row]

    def in_unit(self, unit: str) -> Flags:
        same: Flags = self.panel.unit_of_kind[self.kind] == self.panel.units.get(unit, NONE - 1)
        return same

    def before(self, years: int) -> tuple[Floats, Flags]:
        """The value ``years`` earlier, and whether both are known and of the same kind."""
        value, kind = np.full_like(self.value, np.nan), np.full_like(self.kind, NONE)
        if years < self.value.shape[1]:
            value[:, years:], kind[:, years:] = self.value[:, :-years], self.kind[:, :-years]
        return value, ~np.isnan(value) & self.known & (kind == self.kind)

    def says(self, leaf: Leaf) -> tuple[Flags, Flags] | None:
        """Where the statement attests the leaf, and where it denies it; None where no statement speaks of it."""
        if leaf not in self.texts:
            return None
        words, flags = self.panel.words[self.row], np.zeros((2, len(self.panel.texts) + 1), dtype=bool)
        for way, texts in enumerate(self.texts[leaf]):
            flags[way, texts] = True
        return flags[0, words], flags[1, words]

    def measured(self, at: tuple[int, int]) -> Measured:
        """What was measured in a place that has a row."""
        return self.panel.kinds[int(self.kind[at])]

    def quote(self, leaf: Node, at: tuple[int, int]) -> str | None:
        """The words of the statement that attest or deny the leaf."""
        words = int(self.panel.words[self.row[at]])
        attests, denies = self.panel.texts[words] if words != NONE else ({}, {})
        return attests.get(leaf) or denies.get(leaf)
