"""Observations of many regions and years, ready to be assessed. One county is a panel of one region."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cixi_analysis.assessment.coding import NONE, Coding, distinct_of, taken_twice
from cixi_analysis.assessment.series import ABSENCES, ItemSeries, Measured, Words
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Indicator, Observation, clause_pairs
from cixi_analysis.requirement import read
from cixi_analysis.requirement.tree import Leaf
from cixi_analysis.words import REGION, Level, Polarity

#: Columns of a panel's table: region and year beside the columns of an observation.
COLUMNS = ("region", "year", *Observation.columns())


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
            strangers = pd.Index(self.table[column].unique()).difference(pd.Index(known), sort=False)
            if len(strangers):
                raise ValueError(f"面板里没有“{column}”为 {strangers[0]} 的位置，表中却有这样的行")
        if len(again := taken_twice(self.table)):
            region, year, item_id = self.table[["region", "year", "item_id"]].iloc[again[0]]
            raise ValueError(f"{region} {year} 年 {item_id} 有两行")

    @cached_property
    def _rows(self) -> Coding:
        return Coding.of(self.table, self.regions, self.years)

    def series(self, item: Indicator, level: Level) -> ItemSeries:
        """The arrays of one item at one level."""
        rows, shape = self._rows, (len(self.regions), len(self.years))
        at = rows.row_at(item.item_id, level, shape[0] * shape[1]).reshape(shape)
        unfilled = np.array([ABSENCES.index(missing_reason(year)) for year in self.years], dtype=np.int8)
        kind, kinds = distinct_of(rows.measured[at], lambda code: _measured(rows.measures[code], item, level))
        words, texts = distinct_of(rows.words[at], lambda code: _words(rows.texts[code], item))
        return ItemSeries(
            item=item,
            years=np.array(self.years, dtype=np.int64),
            value=rows.value[at],
            kind=kind,
            kinds=kinds,
            absence=np.where(at == NONE, unfilled, rows.absence[at]),
            assigned=rows.assigned[at],
            assigned_comparator=rows.assigned_comparator[at],
            none_assigned=rows.none_assigned[at],
            benchmark=rows.benchmark[at],
            benchmark_kind=rows.benchmark_kind[at],
            words=words,
            texts=texts,
        )


def county_panel(plan: Plan, until: int | None = None) -> Panel:
    """The plan's own observations (up to ``until``) as a panel of one region."""
    years = [year for year in plan.years if until is None or year <= until]
    records = [(REGION, year, *dict(row).values()) for year in years for row in plan.observations[year]]
    table = pd.DataFrame(records, columns=list(COLUMNS), dtype=object)
    return Panel((REGION,), tuple(range(min(years), max(years) + 1)), table)


def _measured(observed: tuple[str | None, ...], item: Indicator, level: Level) -> Measured:
    """What was measured; what a row leaves empty is the item's own (its name at this level, unit, polarity)."""
    own = (item.provincial_name if level is Level.PROVINCIAL else None) or item.name
    measure, unit, polarity = observed
    return Measured(
        measure or own, unit or item.unit or "", Polarity(polarity or item.polarity), measure in (None, own)
    )


def _words(texts: tuple[str | None, ...], item: Indicator) -> Words:
    attests, denies = (_leaves(text or "", item) for text in texts)
    return Words(attests, denies)


def _leaves(entries: str, item: Indicator) -> dict[Leaf, str]:
    leaves: dict[Leaf, str] = {}
    for clause, quote in clause_pairs(entries):
        node = read(clause, unit=item.unit)
        leaves[node] = quote  # type: ignore[index]  # `check_readings` has made sure that a clause is a leaf
    return leaves
