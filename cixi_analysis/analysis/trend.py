"""Where the numbers of an item are going, and whether that is enough: series, targets, margins.

A series is what was measured in the years that have a number; years without one stay missing. Each numeric target
is held against it as in Eurostat's monitoring of the sustainable development goals (:mod:`cixi_analysis.analysis.pace`).
Water classes are ordered, never subtracted, so they make no series.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cixi_analysis.analysis.pace import Pacing, change, growth, progress
from cixi_analysis.assessment import TARGET, Judgement, judgements, measured
from cixi_analysis.assessment.comparison import difference, direction, plain, upward
from cixi_analysis.assessment.evaluation import LeafFinding
from cixi_analysis.assessment.numbers import Lack
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation
from cixi_analysis.requirement.tree import AllOf, Bound
from cixi_analysis.words import TARGET_YEARS, Direction, Level, Polarity

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
        return direction(self.points[0][1], self.points[-1][1], self.polarity) if self.span else None


def series(plan: Plan, year: int) -> dict[tuple[str, Level | None], Series]:
    """The numeric series of every item that has one up to and including ``year``, in the plan's order.

    A level has a series of its own only where the observations say so (11: provincial). What was measured may have
    changed: only the years that are like the latest number, at each level that they are of, belong together.
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
    kinds = [[measured(item, v, o.measure, o.unit, o.polarity) for v in _levels(level)] for _, o in rows]
    alike = [(y, o) for (y, o), kind in zip(rows, kinds, strict=True) if kind == kinds[-1]]
    points = tuple((y, float(o.value)) for y, o in alike if o.value is not None)
    latest = kinds[-1][0]
    return Series(item.item_id, level, latest.measure, latest.unit, latest.polarity, points)


def _levels(level: Level | None) -> tuple[Level, ...]:
    """The levels that a row is of; the first one names what was measured."""
    return tuple(Level) if level is None else (level,)


def trends(plan: Plan, year: int) -> pd.DataFrame:
    """One row per series and numeric target, or one with empty target columns; columns as in :data:`COLUMNS`.

    ``mean_change``, ``observed_change``, ``needed_change`` and ``needed_rate`` are in the series' unit a year,
    signed as the numbers move; ``mean_rate`` is a fraction a year. ``observed_change`` is the mean change once more,
    beside what it is divided by. ``needed_rate`` counts from the last observation and decides no class. A target is
    compared where the assessment's own finding of it is decided by the last value. Raises ``UnknownYear``.
    """
    plan.require_year(year)
    judged = {(one.item.item_id, one.level): one for one in judgements(plan, year, TARGET)}
    rows: list[Mapping[str, object]] = []
    for (item_id, _), one in series(plan, year).items():
        remarks, usable = _series_remarks(one, year), []
        for target_year in TARGET_YEARS:
            target = judged[item_id, str(target_year)]
            for bound, finding in _demanded(target, year):
                if reason := _incomparable(finding, bound, one, target.place(one.points[-1][0])):
                    remarks.append(f"{target_year}年规划值{bound}不参与比较：{reason}")
                else:
                    usable.append(progress(one.points, one.polarity, bound, target_year))
        rows += [_row(one, towards, remarks) for towards in usable or [Pacing()]]
    return _frame(rows, COLUMNS)


def _demanded(judged: Judgement, year: int) -> Iterator[tuple[Bound, LeafFinding]]:
    """The numeric bounds that the wording in force in ``year`` demands whatever else holds, each with its finding."""
    _, finding = judged.in_force(year)
    if finding is not None:
        parts = finding.parts if isinstance(finding.node, AllOf) else (finding,)
        for part in parts:
            if isinstance(part, LeafFinding) and isinstance(part.node, Bound):
                yield part.node, part


def _incomparable(finding: LeafFinding, bound: Bound, one: Series, place: tuple[int, int]) -> str:
    """Why the value of a series in ``place`` is not held against a target, in Chinese; "" where the assessment does."""
    if one.level not in (None, finding.series.level):
        return f"规划值只与{finding.series.level.chinese}所测的相比"
    lack = finding.lack(place)
    if lack is Lack.UNIT:
        kind, unit = finding.series.measured(place), bound.unit or finding.series.item.unit or ""
        if not kind.own:
            return f"实测的是{kind.measure}"
        return f"其单位为“{unit or '（无）'}”，实测单位为“{kind.unit or '（无）'}”"
    return "" if lack is Lack.NOTHING else "规划未表明该子项的方向"


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


def margins(plan: Plan, year: int) -> pd.DataFrame:
    """How far each value of ``year`` is from each bound its requirement demands; columns :data:`MARGIN_COLUMNS`.

    ``margin`` is in ``unit`` and positive where the value is better than required, whatever the direction; 0 is
    exactly on the bound. There is one exactly where the assessment decides the bound by the number: bounds inside an
    OR demand nothing by themselves, and a value of something else or in another unit is not compared. Raises
    ``UnknownYear``.
    """
    plan.require_year(year)
    rows: list[Mapping[str, object]] = []
    for one in judgements(plan, year):
        for bound, finding in _demanded(one, year):
            place = one.place(year)
            if finding.lack(place) is not Lack.NOTHING:
                continue
            kind, value = finding.series.measured(place), float(finding.series.value[place])
            side = 1 if upward(bound.comparator, kind.polarity) else -1
            margin = difference(value, bound.limit) * side + 0.0  # no negative zero
            cells = (one.item.item_id, str(one.level), kind.unit or None, value, str(bound), margin)
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
