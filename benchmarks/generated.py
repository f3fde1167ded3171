"""Generated panels: as many made-up regions and years as asked for, shaped like the county's own observations.

Nothing here is data. Every region is called 生成区 and a number, and every row's source says that it was drawn at random.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.yardstick import clauses
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation
from cixi_analysis.requirement.tree import AssignedTarget, Bound, ChangeBenchmark, Leaf, LevelBenchmark
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, Absence

#: The source of every generated row, so that it is not mistaken for data.
GENERATED = "随机生成，不是数据"
YEARS = tuple(range(2021, 2031))
#: Shares of the rows without a value, without an assigned target, and with a clause that the statement attests.
MISSING, UNASSIGNED, ATTESTED = 0.1, 0.2, 0.7
_MIDDLE = 50.0
_TEXTS = ("measure", "unit", "polarity", "value", "absence", "assigned_target", "benchmark_kind", "attests")

Cells = npt.NDArray[Any]


def generated_panel(plan: Plan, regions: int, years: Sequence[int] = YEARS, seed: int = 0) -> pd.DataFrame:
    """A tidy table with one row a region, year and item, in that order; numbers are texts, texts are categories."""
    random = np.random.default_rng(seed)
    shape = (regions, len(years))
    items = {item.item_id: _Draw(plan, item, random, shape).columns() for item in plan.items}
    names = [f"生成区{number:06d}" for number in range(1, regions + 1)]
    table: dict[str, Any] = {
        "region": pd.Categorical.from_codes(np.repeat(np.arange(regions), len(years) * len(items)), names),
        "year": np.tile(np.repeat(np.asarray(years, dtype=np.int16), len(items)), regions),
        "item_id": pd.Categorical.from_codes(np.tile(np.arange(len(items)), regions * len(years)), list(items)),
    }
    for name in _TEXTS:
        table[name] = _categories([columns.pop(name, None) for columns in items.values()], shape)
    averages = [columns.pop("benchmark", np.full(shape, np.nan)) for columns in items.values()]
    table["benchmark"] = np.stack(averages, axis=-1).ravel()
    table["statement"] = table["attests"]
    table["source"] = pd.Categorical.from_codes(np.zeros(len(table["year"]), dtype=np.int8), [GENERATED])
    return pd.DataFrame(table)


class _Draw:
    """The columns of one item for every region and year, drawn around what the county reports."""

    def __init__(self, plan: Plan, item: Indicator, random: np.random.Generator, shape: tuple[int, int]) -> None:
        self.item, self.random, self.shape = item, random, shape
        self.like = plan.observation(item.item_id, plan.frame.base_year) or Observation.model_construct()
        self.asked: tuple[Leaf, ...] = clauses(plan, item.item_id)

    def columns(self) -> dict[str, Cells]:
        if self.like.value is None and not self._asks(Bound):
            return self._told()
        there = ~self._some(MISSING)
        columns = {name: np.where(there, str(own), None) for name, own in self._own().items()}
        columns["absence"] = np.where(there, None, str(Absence.NO_DATA))
        values, targets = self._classes() if self.like.unit == CLASS_UNIT else self._numbers(columns, there)
        columns["value"] = np.where(there, values, None)
        if self._asks(AssignedTarget):
            columns["assigned_target"] = np.where(self._some(UNASSIGNED), NOT_ASSIGNED, targets)
        return columns

    def _told(self) -> dict[str, Cells]:
        """An item stated in words: a clause of its own that the statement attests, or nothing."""
        clause = next((str(leaf) for leaf in self.asked if "with" not in str(leaf)), None)
        attests = np.where(self._some(ATTESTED), clause, None)
        return {"attests": attests, "absence": np.where(np.equal(attests, None), str(Absence.NO_DATA), None)}

    def _classes(self) -> tuple[Cells, Cells]:
        classes = np.array(WATER_CLASSES, dtype=object)
        return classes[self.random.integers(0, len(classes), self.shape)], classes[
            self.random.integers(1, 4, self.shape)
        ]

    def _numbers(self, columns: dict[str, Cells], there: Cells) -> tuple[Cells, Cells]:
        """Each region begins near the county and wanders; the province's average is the regions'."""
        known = self.like.value is not None and self.like.value not in WATER_CLASSES
        middle = float(self.like.value) if known and self.like.value else _MIDDLE
        begins = middle * (1 + 0.1 * self.random.standard_normal((self.shape[0], 1)))
        steps = 0.02 * middle * self.random.standard_normal(self.shape)
        numbers = np.maximum(begins + steps.cumsum(axis=1), 0)
        if self.item.unit == "%" and self.like.unit is None:
            numbers = np.minimum(numbers, 100)
        if self._asks(LevelBenchmark, ChangeBenchmark):
            changes = self._asks(ChangeBenchmark)
            average = np.broadcast_to((steps if changes else numbers).mean(axis=0), self.shape)
            columns["benchmark"] = np.where(there, average.round(2), np.nan)
            columns["benchmark_kind"] = np.where(there, "change" if changes else "level", None)
        targets = middle * (1 + 0.1 * self.random.standard_normal(self.shape))
        return np.char.mod("%.2f", numbers).astype(object), np.char.mod("%.1f", targets).astype(object)

    def _own(self) -> dict[str, str]:
        """What the county's row says of what was measured, where that is not the item itself."""
        own = {name: getattr(self.like, name, None) for name in ("measure", "unit", "polarity")}
        return {name: str(value) for name, value in own.items() if value is not None}

    def _asks(self, *kinds: type[Leaf]) -> bool:
        return any(isinstance(leaf, kinds) for leaf in self.asked)

    def _some(self, share: float) -> npt.NDArray[np.bool_]:
        return self.random.random(self.shape) < share


def _categories(columns: Sequence[Cells | None], shape: tuple[int, int]) -> "pd.Categorical[Any]":
    """One column from those of the items, the item varying fastest."""
    names: dict[str, int] = {}
    codes = np.full((*shape, len(columns)), -1, dtype=np.int32)
    for number, column in enumerate(columns):
        if column is not None:
            own, distinct = pd.factorize(column.ravel())
            places = np.array([*(names.setdefault(str(text), len(names)) for text in distinct), -1])
            codes[..., number] = places[own].reshape(shape)
    return pd.Categorical.from_codes(codes.ravel(), pd.Index(list(names)))
