"""Generated panels: as many made-up regions and years as asked for, shaped like the county's own observations.

Nothing here is data. Every region is called 生成区 and a number, and every row's source says that it was drawn at random.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cixi_analysis.assessment import reader
from cixi_analysis.dataset import Plan
from cixi_analysis.requirement.tree import AssignedTarget, Bound, ChangeBenchmark, ClassBound, LevelBenchmark, leaves
from cixi_analysis.schema import WATER_CLASSES, Indicator, Observation
from cixi_analysis.words import BASE_YEAR, CLASS_UNIT, NOT_ASSIGNED, Absence

#: What every generated row says of itself, so that nobody takes it for data.
GENERATED = "随机生成，不是数据"
YEARS = tuple(range(2021, 2031))
_MISSING, _UNASSIGNED, _CLAUSES_TOLD = 0.1, 0.2, 0.7


def generated_panel(plan: Plan, regions: int, years: Sequence[int] = YEARS, seed: int = 0) -> pd.DataFrame:
    """A tidy table with one row a region, year and item, in that order; texts are categories, values are text."""
    random = np.random.default_rng(seed)
    names = [f"生成区{number:06d}" for number in range(1, regions + 1)]
    shape = (regions, len(years))
    columns = {item.item_id: _rows(plan, item, random, shape) for item in plan.items}
    table: dict[str, object] = {
        "region": pd.Categorical.from_codes(np.repeat(np.arange(regions), len(years) * len(columns)), names),
        "year": np.tile(np.repeat(np.asarray(years, dtype=np.int16), len(columns)), regions),
        "item_id": pd.Categorical.from_codes(np.tile(np.arange(len(columns)), regions * len(years)), list(columns)),
    }
    for name in ("measure", "unit", "polarity", "absence", "assigned_target", "benchmark_kind", "attests"):
        table[name] = _texts([columns[i].pop(name) for i in columns], shape)
    table["statement"] = table["attests"]
    table["value"] = np.stack([columns[i].pop("value") for i in columns], axis=-1).ravel()
    table["benchmark"] = np.stack([columns[i].pop("benchmark") for i in columns], axis=-1).ravel()
    table["source"] = pd.Categorical.from_codes(
        np.zeros(regions * len(years) * len(columns), dtype=np.int8), [GENERATED]
    )
    return pd.DataFrame(table)


def _rows(plan: Plan, item: Indicator, random: np.random.Generator, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """The columns of one item for every region and year, around what the county reports."""
    like = plan.observation(item.item_id, BASE_YEAR) or Observation.model_construct()
    asked = [leaf for node in map(reader(plan), _wordings(plan, item)) if node for leaf in leaves(node)]
    nothing = np.full(shape, None, dtype=object)
    columns = {
        name: nothing for name in ("measure", "unit", "polarity", "absence", "assigned_target", "benchmark_kind")
    }
    columns |= {"value": nothing, "attests": nothing, "benchmark": np.full(shape, np.nan)}
    missing = random.random(shape) < _MISSING
    is_class = like.unit == CLASS_UNIT
    told = [leaf for leaf in asked if not isinstance(leaf, (Bound, ClassBound, AssignedTarget))]
    if like.value is None and not any(isinstance(leaf, Bound) for leaf in asked):
        clause = next((str(leaf) for leaf in told if " with " not in str(leaf)), None)
        says = random.random(shape) < _CLAUSES_TOLD
        columns["attests"] = np.where(says & (clause is not None), clause, None)
        columns["absence"] = np.where(columns["attests"] == None, str(Absence.NO_DATA), None)  # noqa: E711
        return columns
    if is_class:
        drawn = np.array(WATER_CLASSES, dtype=object)[random.integers(0, len(WATER_CLASSES), shape)]
        target = np.array(WATER_CLASSES, dtype=object)[random.integers(1, 4, shape)]
    else:
        middle = float(like.value) if like.value not in (None, *WATER_CLASSES) else 50.0
        level = middle * (1 + 0.1 * random.standard_normal((shape[0], 1)))
        steps = 0.02 * middle * random.standard_normal(shape).cumsum(axis=1)
        number = np.maximum(level + steps, 0)
        if item.unit == "%" and like.unit is None:
            number = np.minimum(number, 100)
        drawn = np.char.mod("%.2f", number).astype(object)
        target = np.char.mod("%.1f", np.round(middle * (1 + 0.1 * random.standard_normal(shape)), 1)).astype(object)
        if any(isinstance(leaf, (LevelBenchmark, ChangeBenchmark)) for leaf in asked):
            change = any(isinstance(leaf, ChangeBenchmark) for leaf in asked)
            average = 0.02 * middle * random.standard_normal(shape) if change else number.mean(axis=0) + 0 * number
            columns["benchmark"] = np.where(missing, np.nan, average.round(2))
            columns["benchmark_kind"] = np.where(missing, None, "change" if change else "level")
    columns["value"] = np.where(missing, None, drawn)
    columns["absence"] = np.where(missing, str(Absence.NO_DATA), None)
    for name in ("measure", "unit", "polarity"):
        if (own := getattr(like, name)) is not None:
            columns[name] = np.where(missing, None, str(own))
    if any(isinstance(leaf, AssignedTarget) for leaf in asked):
        columns["assigned_target"] = np.where(random.random(shape) < _UNASSIGNED, NOT_ASSIGNED, target)
    return columns


def _wordings(plan: Plan, item: Indicator) -> list:
    return [row for row in (*plan.requirements, *plan.targets) if row.item_id == item.item_id]


def _texts(columns: list[np.ndarray], shape: tuple[int, int]) -> pd.Categorical:
    """One categorical column from the columns of the items, item fastest."""
    codes, names = [], {}
    for column in columns:
        own, distinct = pd.factorize(column.ravel())
        place = np.array([names.setdefault(str(text), len(names)) for text in distinct] + [-1])
        codes.append(place[own].astype(np.int32).reshape(shape))
    return pd.Categorical.from_codes(np.stack(codes, axis=-1).ravel(), list(names))
