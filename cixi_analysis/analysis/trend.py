"""Where the numbers of an item are going, and whether that is enough: series, targets, margins.

A series is what was measured in the years that have a number; years without one stay missing. Each numeric target
is held against it as in Eurostat's monitoring of the sustainable development goals (:mod:`cixi_analysis.analysis.pace`).
Water classes are ordered, never subtracted, so they make no series.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cixi_analysis.analysis.pace import Pacing, change, exact, growth, plain, progress, resolve
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation, Requirement, Target
from cixi_analysis.requirement.tree import Bound, Comparator, Node, demanded_bounds
from cixi_analysis.words import Direction, Level, Polarity

#: The columns of ``cixi trend``, then those that only pages show; each with its type.
COLUMNS: dict[str, str] = {
    "item_id": "str",
    "unit": "str",
    "first_year": "Int64",
    "first_value": "float64",
    "last_year": "Int64",
    "last_value": "float64",
    "points": "Int64",
    "mean_change": "float64",
    "mean_rate": "float64",
    "direction": "str",
    "target_year": "Int64",
    "target_value": "float64",
    "gap": "float64",
    "observed_change": "float64",
    "needed_change": "float64",
    "ratio_linear": "float64",
    "ratio_compound": "float64",
    "pace": "str",
    "measure": "str",
    "polarity": "str",
    "pace_compound": "str",
    "needed_rate": "float64",
    "note": "str",
}
#: How many of them are the command's.
CONTRACT_COLUMNS = tuple(COLUMNS)[:18]

#: The columns of :func:`margins`.
MARGIN_COLUMNS: dict[str, str] = {
    **dict.fromkeys(("item_id", "level", "unit"), "str"),
    **{"value": "float64", "bound": "str", "margin": "float64"},
}


@dataclass(frozen=True)
class Series:
    """The numbers of one item. ``unit`` is "" where the plan names none (47); ``level`` only where levels differ."""

    item_id: str
    level: Level | None
    #: What was measured: the item's own name, or what the observation says instead.
    measure: str
    unit: str
    polarity: Polarity
    #: (year, value) pairs, ascending, at least one; the years need not follow one another.
    points: tuple[tuple[int, float], ...]
    #: Whether the item itself was measured: a bound is on the item, not on what was measured in its stead.
    own: bool = True

    @property
    def span(self) -> int:
        """Years from the first to the last point; 0 for a single one."""
        return self.points[-1][0] - self.points[0][0]

    @property
    def mean_change(self) -> float | None:
        """Mean yearly change in the series' unit, signed as the numbers move; ``None`` with a single point."""
        return plain(change(*self.points[0], *self.points[-1]))

    @property
    def mean_rate(self) -> float | None:
        """Mean yearly change, compound, as a fraction; ``None`` with one point or where an end is not above 0."""
        return plain(growth(*self.points[0], *self.points[-1]))

    @property
    def direction(self) -> Direction | None:
        """For the better or not; ``None`` with a single point or where the plan takes no side."""
        moved = self.mean_change
        if moved is None or self.polarity is Polarity.NONE:
            return None
        if moved == 0:
            return Direction.FLAT
        return Direction.IMPROVING if (moved > 0) == (self.polarity is Polarity.MORE) else Direction.WORSENING


def series(plan: Plan, year: int) -> dict[tuple[str, Level | None], Series]:
    """The numeric series of every item that has one up to and including ``year``, in the plan's order.

    A level has a series of its own only where the observations say so (11: provincial). What was measured may have
    changed: only the years with the measure and unit of the latest number belong together.
    """
    rows: dict[tuple[str, Level | None], list[tuple[int, Observation]]] = {}
    for y in (y for y in plan.years if y <= year):
        for row in plan.observations[y]:
            if row.value is not None and row.value not in WATER_CLASSES:
                rows.setdefault((row.item_id, row.level), []).append((y, row))
    order = [(item, level) for item in plan.items for level in (None, *Level)]
    return {
        (item.item_id, level): _series(item, level, rows[item.item_id, level])
        for item, level in order
        if (item.item_id, level) in rows
    }


def _series(item: Indicator, level: Level | None, rows: list[tuple[int, Observation]]) -> Series:
    """``rows``: (year, observation with a number), ascending, at least one."""
    latest = rows[-1][1]
    measure, unit = measured(item, latest)
    alike = [(y, o) for y, o in rows if measured(item, o) == (measure, unit)]
    points = tuple((y, float(o.value)) for y, o in alike if o.value is not None)
    own = measure in (item.name, item.provincial_name)
    return Series(item.item_id, level, measure, unit, latest.polarity or item.polarity, points, own)


def measured(item: Indicator, observation: Observation, level: Level | None = None) -> tuple[str, str]:
    """What was measured and in which unit; what the observation leaves empty is the item's, by its name at ``level``
    (default: at the level that the observation is of).
    """
    own_name = item.provincial_name if (level or observation.level) is Level.PROVINCIAL else None
    return observation.measure or own_name or item.name, observation.unit or item.unit or ""


def trends(plan: Plan, year: int, read: Callable[[Target], Node | None]) -> pd.DataFrame:
    """One row per series and numeric target, or one with empty target columns; columns as in :data:`COLUMNS`.

    ``mean_change``, ``observed_change``, ``needed_change`` and ``needed_rate`` are in the series' unit a year,
    signed as the numbers move; ``mean_rate`` is a fraction a year. ``observed_change`` is the mean change once more,
    beside what it is divided by. ``needed_rate`` counts from the last observation and decides no class.
    ``read`` gives the tree of a target's wording, ``None`` for one that asks nothing. Raises ``UnknownYear``.
    """
    plan.require_year(year)
    targets: dict[str, list[tuple[int, Bound]]] = {item.item_id: [] for item in plan.items}
    for target in sorted(plan.targets, key=lambda t: t.year):
        targets[target.item_id] += [(target.year, b) for b in _bounds(read(target))]
    rows: list[Mapping[str, object]] = []
    for (item_id, _), one in series(plan, year).items():
        remarks, usable = _series_remarks(one, year), []
        for target_year, bound in targets[item_id]:
            if reason := _incomparable(bound, one, plan.item(item_id).unit):
                remarks.append(f"{target_year}年规划值{bound}不参与比较：{reason}")
            else:
                usable.append(progress(one.points, one.polarity, bound, target_year))
        rows += [_row(one, towards, remarks) for towards in usable or [Pacing()]]
    return _frame(rows, COLUMNS)


def _bounds(node: Node | None) -> Iterable[Bound]:
    return () if node is None else demanded_bounds(node)


def _incomparable(bound: Bound, one: Series, item_unit: str | None) -> str:
    """Why the bound cannot be held against the series, in Chinese; "" where it can.

    A bound is on the item itself and, without a unit of its own, in the item's unit; nothing else is compared with it.
    """
    if not one.own:
        return f"实测的是{one.measure}"
    unit = bound.unit or item_unit or ""
    if unit != one.unit:
        return f"其单位为“{unit or '（无）'}”，实测单位为“{one.unit or '（无）'}”"
    if resolve(bound.comparator, one.polarity) is Comparator.REACH:
        return "规划未表明该子项的方向"
    return ""


def _series_remarks(one: Series, year: int) -> list[str]:
    (first_year, first), (last_year, last) = one.points[0], one.points[-1]
    remarks = []
    if last_year != year:
        remarks.append(f"最近的数据是{last_year}年的")
    if first_year == last_year:
        remarks.append("只有一个年份，谈不上趋势")
    elif first <= 0 or last <= 0:
        remarks.append("首值或末值不大于0，没有复合率")
    return remarks


def _row(one: Series, towards: Pacing, remarks: list[str]) -> dict[str, object]:
    (first_year, first), (last_year, last) = one.points[0], one.points[-1]
    return {
        "item_id": one.item_id,
        "unit": one.unit or None,
        "first_year": first_year,
        "first_value": first,
        "last_year": last_year,
        "last_value": last,
        "points": len(one.points),
        "mean_change": one.mean_change,
        "mean_rate": one.mean_rate,
        "direction": one.direction and one.direction.value,
        "target_year": towards.target_year,
        "target_value": towards.target_value,
        "gap": towards.gap,
        "observed_change": one.mean_change if towards.target_year else None,
        "needed_change": towards.needed_change,
        "ratio_linear": towards.ratio_linear,
        "ratio_compound": towards.ratio_compound,
        "pace": towards.pace.value,
        "measure": one.measure,
        "polarity": one.polarity.value,
        "pace_compound": towards.pace_compound and towards.pace_compound.value,
        "needed_rate": towards.needed_rate,
        "note": "；".join([*remarks, *towards.remarks]) or None,
    }


def margins(plan: Plan, year: int, read_requirement: Callable[[Requirement], Node | None]) -> pd.DataFrame:
    """How far each value of ``year`` is from each bound its requirement demands; columns :data:`MARGIN_COLUMNS`.

    ``margin`` is in ``unit`` and positive where the value is better than required, whatever the direction; 0 is
    exactly on the bound. Bounds inside an OR demand nothing by themselves and have no row; neither has a value in
    another unit than the bound, nor a year without a number. Raises ``UnknownYear``.
    """
    plan.require_year(year)
    now = {key: one for key, one in series(plan, year).items() if one.points[-1][0] == year}
    rows: list[Mapping[str, object]] = []
    for item in plan.items:
        for level in Level:
            one = now.get((item.item_id, level)) or now.get((item.item_id, None))
            if one is None:
                continue
            for bound in _bounds(read_requirement(plan.requirement(item.item_id, level, year))):
                if _incomparable(bound, one, item.unit):
                    continue
                over = exact(one.points[-1][1]) - exact(bound.limit)
                upward = resolve(bound.comparator, one.polarity) in (Comparator.GE, Comparator.GT)
                margin = plain(over if upward else -over)
                cells = (item.item_id, level.value, one.unit or None, one.points[-1][1], str(bound), margin)
                rows.append(dict(zip(MARGIN_COLUMNS, cells, strict=True)))
    return _frame(rows, MARGIN_COLUMNS)


def _frame(rows: list[Mapping[str, object]], columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def strength(points: int, first_year: int, last_year: int) -> str:
    """How much evidence a series is, in a few Chinese words: how many years, how far apart, how many missing."""
    if points < 2:
        return f"仅{last_year}年一个年份，谈不上趋势"
    missing = last_year - first_year + 1 - points
    gaps = f"，其间缺{missing}年" if missing else ""
    text = f"{points}个年份（{first_year}—{last_year}，首末相隔{last_year - first_year}年{gaps}）"
    return f"{text}；两点只是方向，不是趋势" if points == 2 else text
