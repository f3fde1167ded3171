"""Observations of many regions and years as arrays for the evaluator. One county is a panel of one region.

Every distinct text of the table is read once; its rows refer to it by a code.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
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
        self.unfilled = np.array([ABSENCES.index(missing_reason(year)) for year in years], dtype=np.int8)
        #: level, item, region, year → the number of the row, or NONE
        self.row = self._rows(table)
        by_id = {item.item_id: item for item in items}
        pattern, first = patterns(table, columns := ["item_id", *_KIND, "attests", "denies"])
        distinct = table[columns].iloc[first].astype(object)
        found = [(by_id[one[0]], one) for one in distinct.where(distinct.notna(), None).itertuples(index=False)]
        #: pattern → what the statement attests and denies
        self.texts = [[quotations(one[c], item.unit) for c in (-2, -1)] for item, one in found]
        #: item_id → clause → the patterns that attest it, and those that deny it
        self.speaking: dict[str, dict[Node, tuple[list[int], list[int]]]] = {i: {} for i in by_id}
        for number, ((item, _), texts) in enumerate(zip(found, self.texts, strict=True)):
            for way, text in enumerate(texts):
                for clause in text:
                    self.speaking[item.item_id].setdefault(clause, ([], []))[way].append(number)
        targets, texts_of_targets = pd.factorize(table["assigned_target"])
        given = [*(read_assigned(text) or Assigned() for text in texts_of_targets), Assigned()]
        target, pattern = np.append(targets, NONE), np.append(pattern, NONE)
        common = {
            "words": pattern,
            "value": _column(table["value"], quantity, np.nan, np.float64),
            "written_absence": _column(table["absence"], ABSENCES.index, NONE, np.int8),
            "limit": np.array([one.limit for one in given])[target],
            "comparator": np.array([COMPARATORS.index(one.comparator) for one in given], dtype=np.int8)[target],
            "none_assigned": np.array([one.none for one in given])[target],
            "benchmark": _column(table["benchmark"], float, np.nan, np.float64),
            "benchmark_kind": _column(table["benchmark_kind"], BENCHMARK_KINDS.index, NONE, np.int8),
        }
        #: what was measured, and unit → code
        self.kinds: list[Measured] = []
        self.units: dict[str, int] = {}
        #: level → name → the column, with one more entry for a place without a row
        self.columns: dict[Level, dict[str, npt.NDArray[Any]]] = {}
        for level in LEVELS:
            kinds = [measured(item, level, *one[1:4]) for item, one in found]
            codes, own = pd.factorize(np.array([*kinds, None], dtype=object)[:-1])
            code = np.append(codes, NONE)[pattern]
            unit = [self.units.setdefault(kind.unit, len(self.units)) for kind in own]
            self.columns[level] = common | {
                "kind": np.where(code == NONE, NONE, code + len(self.kinds)),
                "unit": np.array([*unit, NONE])[code],
                "polarity": np.array([*(SIGN[kind.polarity] for kind in own), 0], dtype=np.int8)[code],
                "is_own": np.array([*(kind.own for kind in own), False])[code],
            }
            self.kinds.extend(own)

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


def categories(codes: npt.NDArray[Any], texts: Iterable[str]) -> "pd.Categorical[Any]":
    return pd.Categorical.from_codes(codes, pd.Index(list(texts)))


class ItemSeries:
    """One item at one level: arrays of shape (regions, years), taken from the panel's columns when a rule needs them."""

    #: NaN where there is none; a water class is its rank 1-6
    value: Floats
    #: index into the panel's ``kinds``; NONE where there is no row
    kind: Places
    unit: Places
    #: +1 more is better, -1 less is better, 0 neither
    polarity: Codes
    #: the item itself was measured
    is_own: Flags
    written_absence: Codes
    #: the assigned target: limit, comparator (index into COMPARATORS), and whether none was assigned
    limit: Floats
    comparator: Codes
    none_assigned: Flags
    benchmark: Floats
    #: index into BENCHMARK_KINDS; NONE where there is no average
    benchmark_kind: Codes
    #: index into the panel's ``texts``
    words: Places

    def __init__(self, panel: Panel, item: Indicator, level: Level) -> None:
        self.panel, self.item, self.level = panel, item, level
        self.years = panel.year_numbers
        self.row: Places = panel.row[LEVELS.index(level), panel.index[item.item_id]]
        self.texts = panel.speaking[item.item_id]

    def __getattr__(self, name: str) -> Any:
        """Take a column when it is first asked for; the next time it is an attribute like any other."""
        try:
            column = self.panel.columns[self.level][name]
        except KeyError:
            raise AttributeError(name) from None
        array = self.__dict__[name] = column[self.row]
        return array

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.value)

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
        """Index into ABSENCES; NONE where there is a value or only words."""
        return np.where(self.row == NONE, self.panel.unfilled, self.written_absence)

    def in_unit(self, unit: str) -> Flags:
        same: Flags = self.unit == self.panel.units.get(unit, NONE - 1)
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
        flags = np.zeros((2, len(self.panel.texts) + 1), dtype=bool)
        for way, texts in enumerate(self.texts[leaf]):
            flags[way, texts] = True
        return flags[0, self.words], flags[1, self.words]

    def measured(self, at: tuple[int, int]) -> Measured:
        """What was measured in a place that has a row."""
        return self.panel.kinds[int(self.kind[at])]

    def quote(self, leaf: Node, at: tuple[int, int]) -> str | None:
        """The words of the statement that attest or deny the leaf."""
        words = int(self.words[at])
        attests, denies = self.panel.texts[words] if words != NONE else ({}, {})
        return attests.get(leaf) or denies.get(leaf)
