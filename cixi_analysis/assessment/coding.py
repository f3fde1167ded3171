"""A table of observations as numbers: every distinct text is read once, and its rows refer to it by a code."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.assigned import read_assigned
from cixi_analysis.assessment.series import ABSENCES, BENCHMARK_KINDS, COMPARATORS, Codes, Flags, Floats, Places
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.words import Absence, BenchmarkKind, Level

LEVELS = tuple(Level)
#: The code of what is missing. It also fetches the last entry of an array, which stands for a place without a row.
NONE = -1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Coding:
    """The rows of a table, those of one item together. Each array has one further entry at its end: that of no row."""

    #: index into ``item_ids``
    item: npt.NDArray[np.intp]
    item_ids: tuple[str, ...]
    #: number of region and year, counted along the years
    place: npt.NDArray[np.int64]
    #: index into LEVELS; NONE where the row is of every level
    level: Codes
    value: Floats
    absence: Codes
    #: index into ``measures``: (measure, unit, polarity), None where the row leaves it empty
    measured: Places
    measures: tuple[tuple[str | None, ...], ...]
    #: index into ``texts``: (attests, denies)
    words: Places
    texts: tuple[tuple[str | None, ...], ...]
    assigned: Floats
    assigned_comparator: Codes
    none_assigned: Flags
    benchmark: Floats
    benchmark_kind: Codes

    @classmethod
    def of(cls, table: pd.DataFrame, regions: Sequence[str], years: Sequence[int]) -> Self:
        item, item_ids = pd.factorize(table["item_id"])
        order = np.argsort(item, kind="stable")

        def arranged(column: npt.NDArray[Any], missing: float) -> npt.NDArray[Any]:
            return np.append(column[order], np.array(missing, dtype=column.dtype))

        def each(column: str, of: Callable[[Any], float], missing: float, dtype: type) -> npt.NDArray[Any]:
            return arranged(_read_each(table[column], of, missing, dtype), missing)

        region = each("region", {name: n for n, name in enumerate(regions)}.__getitem__, NONE, np.int64)
        year = each("year", lambda y: int(y) - years[0], NONE, np.int64)
        measured, measures = _together(table, "measure", "unit", "polarity")
        words, texts = _together(table, "attests", "denies")
        targets, distinct = pd.factorize(table["assigned_target"])
        target = arranged(targets, NONE)
        given = [*map(read_assigned, distinct), read_assigned(None)]
        return cls(
            item=arranged(item, NONE),
            item_ids=tuple(item_ids),
            place=region * len(years) + year,
            level=each("level", LEVELS.index, NONE, np.int8),
            value=each("value", _quantity, np.nan, np.float64),
            absence=each("absence", lambda v: ABSENCES.index(Absence(v)), NONE, np.int8),
            measured=arranged(measured, NONE),
            measures=measures,
            words=arranged(words, NONE),
            texts=texts,
            assigned=np.array([t.limit for t in given])[target],
            assigned_comparator=np.array([COMPARATORS.index(t.comparator) for t in given], dtype=np.int8)[target],
            none_assigned=np.array([t.none for t in given])[target],
            benchmark=arranged(table["benchmark"].to_numpy(dtype=np.float64), np.nan),
            benchmark_kind=each("benchmark_kind", lambda v: BENCHMARK_KINDS.index(BenchmarkKind(v)), NONE, np.int8),
        )

    def row_at(self, item_id: str, level: Level, places: int) -> npt.NDArray[np.intp]:
        """For each place the row of an item that holds at a level, or NONE."""
        code = self.item_ids.index(item_id) if item_id in self.item_ids else len(self.item_ids)
        start, end = np.searchsorted(self.item[:-1], [code, code + 1])
        rows = start + np.flatnonzero(np.isin(self.level[start:end], [NONE, LEVELS.index(level)]))
        row = np.full(places, NONE, dtype=np.intp)
        row[self.place[rows]] = rows
        return row


def distinct_of(codes: Places, make: Callable[[np.int32], _T]) -> tuple[Places, tuple[_T, ...]]:
    """The distinct things that the codes stand for, as ``make`` makes them, and the codes into these."""
    of_code, met = pd.factorize(codes.ravel())
    things = {code: make(code) for code in met if code != NONE}
    number = {thing: n for n, thing in enumerate(dict.fromkeys(things.values()))}
    numbers = [NONE if code == NONE else number[things[code]] for code in met]
    return np.array(numbers, dtype=np.int32)[of_code].reshape(codes.shape), tuple(number)


def distinct_rows(columns: Iterable["pd.Series[Any]"]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each row the number of the combination of what these columns hold; for each combination its first row."""
    number = np.zeros(1, dtype=np.int64)
    for column in columns:
        codes, distinct = pd.factorize(column)
        number = np.broadcast_to(number, codes.shape)
        if len(distinct):
            number = pd.factorize(number * (len(distinct) + 1) + codes)[0]
    first = np.empty(number.max(initial=NONE) + 1, dtype=np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number, first


def taken_twice(table: pd.DataFrame) -> npt.NDArray[np.intp]:
    """The rows whose place (region, year and item) an earlier row has taken already, at one level or at both."""
    place, _ = distinct_rows(table[column] for column in ("region", "year", "item_id"))
    again = np.zeros(len(table), dtype=bool)
    for level in LEVELS:
        held = np.flatnonzero(table["level"].isna() | (table["level"] == level))
        again[held] |= pd.Series(place[held]).duplicated()
    return np.flatnonzero(again)


def _read_each(column: "pd.Series[Any]", of: Callable[[Any], float], missing: float, dtype: type) -> npt.NDArray[Any]:
    """``of`` applied once to each distinct value of a column, spread back over its rows."""
    codes, distinct = pd.factorize(column)
    return np.array([*map(of, distinct), missing], dtype=dtype)[codes]


def _together(table: pd.DataFrame, *columns: str) -> tuple[Places, tuple[tuple[str | None, ...], ...]]:
    """For each row the number of its combination of texts, and the combinations."""
    number, first = distinct_rows(table[column] for column in columns)
    texts = table[list(columns)].iloc[first].astype(object)
    return number.astype(np.int32), tuple(texts.where(texts.notna(), None).itertuples(index=False, name=None))


def _quantity(value: str | float) -> float:
    return WATER_CLASSES.index(value) + 1 if value in WATER_CLASSES else float(value)
