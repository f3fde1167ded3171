"""A table of observations as numbers: every distinct text is read once, and its rows refer to it by a code."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.assigned import read_assigned
from cixi_analysis.assessment.series import ABSENCES, BENCHMARK_KINDS, COMPARATORS, Codes, Flags, Floats, Places
from cixi_analysis.schema import WATER_CLASSES
from cixi_analysis.words import Absence, BenchmarkKind, Level

LEVELS = tuple(Level)
#: The code of what is missing. It also fetches the last entry of an array, which stands for a place without a row.
NONE = -1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Coding:
    """The rows of a table, those of one item together. Each array has one further entry at its end: that of no row."""

    #: row → where it stands in the table
    order: npt.NDArray[np.intp]
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
        measured, measures = _together(table, ("measure", "unit", "polarity"))
        words, texts = _together(table, ("attests", "denies"))
        targets, distinct = pd.factorize(table["assigned_target"])
        target = arranged(targets, NONE)
        given = [*map(read_assigned, distinct), read_assigned(None)]
        return cls(
            order=order,
            item=arranged(item, NONE),
            item_ids=tuple(item_ids),
            place=region * len(years) + year,
            level=each("level", lambda v: LEVELS.index(v), NONE, np.int8),
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

    def of_item(self, item_id: str, level: Level) -> slice | npt.NDArray[np.intp]:
        """The rows of an item that hold at a level."""
        code = self.item_ids.index(item_id) if item_id in self.item_ids else len(self.item_ids)
        start, end = np.searchsorted(self.item[:-1], [code, code + 1])
        return start + np.flatnonzero(np.isin(self.level[start:end], [NONE, LEVELS.index(level)]))

    def row_at(self, item_id: str, level: Level, places: int) -> npt.NDArray[np.intp]:
        """For each place the row of an item at a level, or NONE."""
        row = np.full(places, NONE, dtype=np.intp)
        rows = self.of_item(item_id, level)
        row[self.place[rows]] = rows
        return row

    def twice(self) -> int | None:
        """Where in the table a row stands whose place is taken already, at one level or the other."""
        key = (self.item * (self.place.max() + 1) + self.place)[:-1]
        for level in range(len(LEVELS)):
            held = np.flatnonzero(np.isin(self.level[:-1], [NONE, level]))
            again = pd.Series(key[held]).duplicated()
            if again.any():
                return int(self.order[held[again.argmax()]])
        return None


def distinct_of(codes: Places, make: Callable[[int], _T]) -> tuple[Places, tuple[_T, ...]]:
    """The distinct things that the codes stand for, as ``make`` makes them, and the codes into these."""
    of_code, met = pd.factorize(codes.ravel())
    things = {code: make(code) for code in met if code != NONE}
    number = {thing: n for n, thing in enumerate(dict.fromkeys(things.values()))}
    numbers = [NONE if code == NONE else number[things[code]] for code in met]
    return np.array(numbers, dtype=np.int32)[of_code].reshape(codes.shape), tuple(number)


def _read_each(
    column: "pd.Series[Any]", of: Callable[[Any], float], missing: float, dtype: type
) -> npt.NDArray[Any]:
    """``of`` applied once to each distinct value of a column, spread back over its rows."""
    codes, distinct = pd.factorize(column)
    return np.array([*map(of, distinct), missing], dtype=dtype)[codes]


def _together(table: pd.DataFrame, columns: Iterable[str]) -> tuple[Places, tuple[tuple[str | None, ...], ...]]:
    """The distinct combinations of what these columns hold, and for each row which one it has."""
    parts = [pd.factorize(table[column]) for column in columns]
    texts = [[None, *distinct] for _, distinct in parts]
    joint, met = pd.factorize(np.ravel_multi_index([codes + 1 for codes, _ in parts], [len(t) for t in texts]))
    met_codes = zip(*np.unravel_index(met, [len(t) for t in texts]), strict=True)
    return joint.astype(np.int32), tuple(tuple(t[c] for t, c in zip(texts, codes, strict=True)) for codes in met_codes)


def _quantity(value: str | float) -> float:
    return WATER_CLASSES.index(value) + 1 if value in WATER_CLASSES else float(value)
