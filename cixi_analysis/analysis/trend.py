"""Trends of an item's numbers and whether they suffice: series, pace towards the targets, margins to the limits.

A series holds the years that have a number; years without one stay missing. Water classes are ordered, never
subtracted, so they make no series. The pace is Eurostat's for quantitative targets: the rate observed from the first to
the last point, over the rate needed from that first point to the target. A target that the last value satisfies is
reached, whatever the rate. The linear ratio decides; the compound one stands beside it, with the class it would give.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from cixi_analysis.analysis import grouped
from cixi_analysis.assessment import REQUIREMENT, TARGET, Judgement, asking, check_observations, judgements, measured_at
from cixi_analysis.assessment.evaluation import LeafFinding
from cixi_analysis.assessment.numbers import MET, Lack, difference, direction, exact, holds, plain, upward
from cixi_analysis.assessment.observed import SIGN, quantity
from cixi_analysis.assessment.panel import COMPARATORS
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.quantities import at_precision, digits, unit_word, with_its_unit
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.requirement.tree import AllOf, AmountUnit, AssignedTarget, Bound, Comparator, Move, Rate
from cixi_analysis.words import Pace, Polarity

#: The columns of :func:`trends`, each with its type; their meaning is in ``OUTPUTS["trend"]``.
COLUMNS: dict[str, str] = {
    "item_id": "str", "unit": "str", "first_year": "Int64", "first_value": "float64", "last_year": "Int64",
    "last_value": "float64", "points": "Int64", "mean_change": "float64", "mean_rate": "float64", "direction": "str",
    "target_year": "Int64", "target_value": "float64", "gap": "float64", "observed_change": "float64",
    "needed_change": "float64", "ratio_linear": "float64", "ratio_compound": "float64", "pace": "str", "measure": "str",
    "polarity": "str", "pace_compound": "str", "needed_rate": "float64", "note": "str",
}  # fmt: skip
#: Those of ``cixi trend``; only pages and exports show the others.
CONTRACT_COLUMNS = tuple(COLUMNS)[:18]
#: Those that tell the series apart: a level's own may have the measure of another's, in another unit or place.
SERIES = ["item_id", "measure", "unit", "first_year", "first_value", "last_year", "last_value"]
#: The columns of :func:`margins`.
MARGIN_COLUMNS: dict[str, str] = {
    "item_id": "str", "level": "str", "unit": "str", "value": "float64", "bound": "str", "margin": "float64",
    "met": "bool", "limit": "float64", "assigned": "bool", "measure": "str",
}  # fmt: skip
#: Lower ends of the classes of the ratio (Eurostat).
CLASSES = ((0.95, Pace.ON_TRACK), (0.60, Pace.NEARLY), (0.0, Pace.TOO_SLOW))
#: (year, value) pairs, ascending, at least one; the years need not follow one another.
Points = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Series:
    """The numbers of one item. ``unit`` is "" where the plan names none (47); ``level`` only where levels differ."""

    item_id: str
    level: Level | None
    #: What was measured: the item's own name, or what the observation says instead.
    measure: str
    unit: str
    polarity: Polarity
    points: Points
    #: years with a number of something else, which does not belong to the series; the latest of them, and what it was
    other: tuple[int, str] | None = None

    @property
    def span(self) -> int:
        """Years from the first to the last point; 0 for a single one."""
        return self.points[-1][0] - self.points[0][0]

    @property
    def apart(self) -> str:
        """Until when something else was measured (Chinese); "" where nothing was."""
        return f"到{self.other[0]}年为止另测的是{self.other[1]}，不与此相连" if self.other else ""


def series(plan: Plan, year: int, *, classes: bool = False) -> dict[tuple[str, str | None], Series]:
    """The numeric series of every item that has one up to and including ``year``, in the plan's order; ``classes``: those
    of water classes instead, by their ranks.

    A level has a series of its own only where the observations say so (11: provincial); the years before in which all
    levels were observed together belong to it. What was measured may have changed: only the years that measured the same
    as the latest one, at each of their levels, belong together.
    """
    plan = plan.as_of(year)
    rows = grouped(
        ((row.item_id, row.level), (y, quantity(row.value), row))
        for y in plan.years if y <= year
        for row in plan.observations[y] if row.value is not None and (row.value in WATER_CLASSES) == classes
    )  # fmt: skip
    found: dict[tuple[str, str | None], Series] = {}
    for key, item, level in (
        ((i.item_id, v), i, v) for i in plan.items for v in (None, *plan.levels) if (i.item_id, v) in rows
    ):
        own, last = rows[key], rows[key][-1][0]
        levels = asking(plan, item.item_id, year)
        if level is None and levels and all(rows.get((item.item_id, v), own)[-1][0] > last for v in levels):
            continue  # continued by the levels' own series
        if level is not None:
            apart = {y for y, *_ in own}
            together = [row for row in rows.get((item.item_id, None), ()) if row[0] < last and row[0] not in apart]
            own = sorted(together + own, key=lambda row: row[0])
        kinds = [measured_at(plan, item, level, y, row) for y, _, row in own]
        points = tuple((y, value) for (y, value, _), kind in zip(own, kinds, strict=True) if kind == kinds[-1])
        at = level or plan.first_asking(item, own[-1][0])  # how a joint row is called
        others = [(y, kind[at]) for (y, _, _), kind in zip(own, kinds, strict=True) if kind != kinds[-1]]
        other = next(((y, with_its_unit(kind.name, kind.unit)) for y, kind in reversed(others)), None)
        latest = kinds[-1][at]
        found[key] = Series(item.item_id, level, latest.name, latest.unit, latest.polarity, points, other)
    return found


def change(first_year: int, first: float, last_year: int, last: float) -> Fraction | None:
    """Mean change a year; ``None`` when both ends are of the same year."""
    years = last_year - first_year
    return (exact(last) - exact(first)) / years if years > 0 else None


def growth(first_year: int, first: float, last_year: int, last: float) -> float | None:
    """Mean compound change a year as a fraction; ``None`` when both ends are of the same year or one is not above 0."""
    years = last_year - first_year
    if years <= 0 or first <= 0 or last <= 0:
        return None
    ratio = exact(last) / exact(first)
    # log1p keeps the digits of a small change, log those of a very large fall
    return math.expm1((math.log1p(float(ratio - 1)) if ratio > Fraction(1, 2) else math.log(ratio)) / years)


def classify(ratio: float) -> Pace:
    """The class of a ratio; compared at 9 digits, so that floating-point noise decides nothing at an edge."""
    return next((pace for lower, pace in CLASSES if round(ratio, 9) >= lower), Pace.MOVING_AWAY)


def ratio_digits(ratio: float) -> int:
    """The decimals, at least two, that show a ratio on its side of the classes' ends: 0.947 is not printed as 0.95."""
    exactly = Decimal(digits(ratio))
    return next(d for d in range(2, 13) if classify(float(at_precision(exactly, d))) is classify(ratio))


def progress(
    points: Points, polarity: Polarity, bound: Bound, target_year: int, year: int = 0
) -> tuple[dict[str, Any], list[str]]:
    """The cells of a row of :func:`trends` that compare a series with one target, and remarks on them (Chinese).

    ``year``: that of the report, where the last point is older. ``pace_compound`` is None where the class needs a
    compound ratio and there is none, ``needed_rate`` where the target is reached or not ahead. Raises ``ValueError`` for
    a bare number without a direction.
    """
    if upward(bound.comparator, polarity) is None:
        raise ValueError(f"no direction for the bare number {bound}: give a comparator or a polarity")
    first, last, goal = points[0], points[-1], (target_year, bound.limit)
    # The evaluator's own comparison: a target is reached when an assessment against it would say so.
    sign = np.asarray(SIGN[polarity], dtype=np.int8)
    met_first, met_last = (bool(holds(np.asarray(v), bound.comparator, bound.limit, sign)) for _, v in (first, last))
    observed, needed = change(*first, *last), change(*first, *goal)
    ahead = change(*last, *goal) if year < target_year else None
    pace, ratio, remark = _pace(observed, needed, met_first, met_last)
    remarks = [remark] if remark else []
    had, needs = growth(*first, *last), growth(*first, *goal)
    compound = had / needs if ratio is not None and had is not None and needs else None
    by_compound: Pace | None = pace
    if ratio is not None and not met_last:
        by_compound = None if compound is None else classify(compound)
    if by_compound is None and bound.limit <= 0 < min(first[1], last[1]):
        remarks.append("目标不大于0，没有复合率")
    if by_compound not in (None, pace):
        remarks.append(f"线性与复合速度的判断不同（线性：{pace.chinese}，复合：{by_compound.chinese}）")
    if ahead is None and not met_last:
        remarks.append(f"目标年已到，{'尚未达到' if last[0] >= target_year else '还没有那一年起的数据'}")
    cells = {
        "pace": pace, "pace_compound": by_compound, "target_year": target_year, "target_value": plain(bound.limit),
        "gap": plain(exact(bound.limit) - exact(last[1])), "observed_change": plain(observed),
        "needed_change": plain(needed), "needed_rate": None if met_last else plain(ahead), "ratio_linear": plain(ratio),
        "ratio_compound": plain(compound),
    }  # fmt: skip
    return cells, remarks


def _pace(
    observed: Fraction | None, needed: Fraction | None, met_first: bool, met_last: bool
) -> tuple[Pace, Fraction | None, str]:
    """The class, the ratio it rests on if any, and a remark.

    A target met at the first point needs no change, so it has no ratio. A strict bound (超过80) that the first value
    only touches needs none either and is not met: no change is too slow, any other direction moves away.
    """
    if met_first and met_last:
        return Pace.REACHED, None, "首年已达到目标，不计速度之比" if observed is not None else ""
    if met_first:
        return Pace.MOVING_AWAY, None, "目标在首年已达到，此后失去"
    ratio = observed / needed if observed is not None and needed else None
    if met_last:
        return Pace.REACHED, ratio, ""
    if observed is None:
        return Pace.TOO_LITTLE_DATA, None, ""
    if needed is None:
        return Pace.TOO_LITTLE_DATA, None, "序列始于目标年或更晚，算不出所需的速度"
    if ratio is None:
        return (Pace.MOVING_AWAY if observed else Pace.TOO_SLOW), None, "首值恰为界限而目标不含界限，没有速度之比"
    return classify(float(ratio)), ratio, ""


def trends(plan: Plan, year: int) -> pd.DataFrame:
    """One row per series and numeric target, or one with empty target columns; the page 数据字典 describes the columns.

    Values and ``gap`` (target − last value) are in ``unit``, changes in ``unit`` a year, signed as the numbers move;
    rates are fractions a year, ratios are observed ÷ needed rate. ``pace`` follows Eurostat's SDG monitoring
    (:data:`CLASSES`), by the linear ratio. ``observed_change`` repeats the mean change; ``needed_rate`` counts from the
    last observation and decides no class. A target is compared where the assessment's own finding of it is decided by
    the last value. Raises ``UnknownYear``.
    """
    plan.require_year(year)
    plan = plan.as_of(year)
    check_observations(plan, year)  # targets may all be over or none a number: then nothing else looks at the rows
    judged = {(one.item.item_id, one.level): one for one in judgements(plan, year, TARGET, ())}
    rows: list[dict[str, Any]] = []
    for (item_id, _), one in series(plan, year).items():
        (first_year, first), (last_year, last) = one.points[0], one.points[-1]
        known = {
            "item_id": item_id, "unit": one.unit or None, "measure": one.measure, "polarity": one.polarity,
            "first_year": first_year, "first_value": first, "last_year": last_year, "last_value": last,
            "points": len(one.points), "direction": direction(first, last, one.polarity) if one.span else None,
            "mean_change": plain(change(first_year, first, last_year, last)),
            "mean_rate": plain(growth(first_year, first, last_year, last)),
        }  # fmt: skip
        remarks = [f"最近的数据是{last_year}年的"] if last_year != year else []
        if one.apart:
            remarks.append(one.apart)
        if not one.span:
            remarks.append("只有一个年份，不足以说明趋势")
        elif first <= 0 or last <= 0:
            remarks.append("首值或末值不大于0，没有复合率")
        usable = []
        for target_year in plan.frame.target_years:
            target = judged[item_id, str(target_year)]
            place = target.place(last_year)
            for finding in _demanded(target, year):
                if (bound := _limit(finding, place)) is None:
                    if finding.lack(place) is Lack.EARLIER and (since := getattr(finding.node, "since", None)):
                        remarks.append(
                            f"{plan.questions(str(target_year))}“{finding.node}”无从换算：没有{since}年可比的数值"
                        )
                    continue
                if reason := _incomparable(finding, bound, one, place):
                    remarks.append(f"{plan.questions(str(target_year))}{bound}不参与比较：{reason}")
                else:
                    cells, more = progress(one.points, one.polarity, bound, target_year, year)
                    derived = [] if bound is finding.node else [f"规划值“{finding.node}”即{bound}"]
                    usable.append((cells, derived + more))
        for cells, more in usable or [({"pace": Pace.NO_TARGET, "pace_compound": Pace.NO_TARGET}, [])]:
            rows.append({**known, **cells, "note": "；".join(remarks + more) or None})
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    # Levels that measure the same have one series: it has the targets, whichever level they follow.
    twin = table.sort_values("target_year", kind="stable").duplicated([*SERIES, "polarity", "points"])
    return table[table["target_year"].notna() | ~twin].reset_index(drop=True)


def _demanded(judged: Judgement, year: int) -> list[LeafFinding]:
    """The findings of the leaves that the wording in force requires unconditionally (not inside an OR)."""
    _, finding = judged.in_force(year)
    parts = finding.parts if finding and isinstance(finding.node, AllOf) else (finding,)
    return [part for part in parts if isinstance(part, LeafFinding)]


def _limit(finding: LeafFinding, place: tuple[int, int]) -> Bound | None:
    """The limit on the value that a leaf demands: its own, or that of an amount of change since a named year, of which
    the value is known (较2020年下降≥15% of 100 is ≤85).
    """
    node, used = finding.node, finding.numbers.used
    if not isinstance(node, Rate) or not node.since or finding.lack(place) is not Lack.NOTHING:
        return node if isinstance(node, Bound) else None
    way = {Move.RISE: 1, Move.FALL: -1, Move.IMPROVE: int(finding.series.polarity[place])}[node.move]
    base = exact(used["earlier_1"][place])
    by = exact(node.amount) * (base / 100 if node.unit is AmountUnit.PERCENT else 1)
    side = node.comparator if way > 0 else Comparator(node.comparator.translate(str.maketrans("≥≤><", "≤≥<>")))
    return Bound(side, float(base + way * by), unit_word(finding.series.measured(place).unit))


def _incomparable(finding: LeafFinding, bound: Bound, one: Series, place: tuple[int, int]) -> str:
    """Why a value is not compared with a target (Chinese); "" where the assessment does."""
    if one.level not in (None, finding.series.level):
        return f"规划值只与{finding.series.level.chinese}所测的相比"
    lack = finding.lack(place)
    if lack is Lack.UNIT:
        kind, asked = finding.series.measured(place), finding.series.asked
        unit = bound.unit or asked.unit
        if kind.name != asked.name or bound.quantity:
            return f"实测的是{kind.name}"
        return f"其单位为“{unit or '（无）'}”，实测单位为“{kind.unit or '（无）'}”"
    return "" if lack is Lack.NOTHING else "规划未表明该子项的方向"


def margins(plan: Plan, year: int) -> pd.DataFrame:
    """One row per value of ``year`` and limit that its requirement demands: a bound, also by an amount of change since a
    named year, or (``assigned``) the number that the higher level assigned for the year.

    Columns ``item_id, level, unit, value, bound, margin, met, limit, assigned, measure``. ``margin`` is in ``unit``,
    positive where the value is better than required, 0 on the limit, which > and < do not let count: ``met`` says so. A
    row stands exactly where the assessment decides the limit by the number: a limit inside an OR demands nothing by
    itself, and a value of something else or in another unit is not compared. Raises ``UnknownYear``.
    """
    plan.require_year(year)
    plan, rows = plan.as_of(year), []
    for one in judgements(plan, year, REQUIREMENT, ()):
        place = one.place(year)
        for finding in _demanded(one, year):
            node, own, limit = finding.node, finding.series, _limit(finding, place)
            if assigned := isinstance(node, AssignedTarget):
                side = node.comparator or COMPARATORS[own.comparator[place]]  # an open one is ""
                limit = Bound(side, float(own.limit[place]))
            if limit is None or finding.lack(place) is not Lack.NOTHING or own.is_class[place]:
                continue
            told = f"下达目标{limit}" if assigned else str(node) if limit is node else f"{node}（{limit}）"
            kind, value = own.measured(place), float(own.value[place])
            way = 1 if upward(limit.comparator, kind.polarity) else -1
            margin = difference(value, limit.limit) * way + 0.0  # no negative zero
            key = one.item.item_id, str(one.level), kind.unit or None
            met = finding.verdict[place] == MET
            rows.append((*key, value, told, margin, met, limit.limit, assigned, kind.name))
    return pd.DataFrame(rows, columns=list(MARGIN_COLUMNS)).astype(MARGIN_COLUMNS)


def strength(points: int, first_year: int, last_year: int) -> str:
    """The strength of a series as evidence (Chinese): number of years, span, missing years."""
    if points < 2:
        return f"仅{last_year}年一个年份，不足以说明趋势"
    missing = last_year - first_year + 1 - points
    gaps = f"，其间缺{missing}年" if missing else ""
    text = f"{points}个年份（{first_year}—{last_year}，首末相隔{last_year - first_year}年{gaps}）"
    return f"{text}；两点只是方向，不是趋势" if points == 2 else text
