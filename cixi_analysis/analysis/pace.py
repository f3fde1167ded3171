"""Is the observed rate enough to reach a target in time: the arithmetic and the classes, for one series.

The method is Eurostat's for indicators with a quantitative target: the rate observed from the
first to the last point, over the rate needed from that first point to the target in the target year; 0.95 and more
is on track, 0.60 nearly, 0 too slow, below 0 moving away. A target the last value satisfies is reached, whatever
the rate. The linear ratio decides; the compound one is shown beside it, with the class it would give.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cixi_analysis.assessment.comparison import exact, holds, plain, upward
from cixi_analysis.assessment.observed import SIGN
from cixi_analysis.requirement.tree import Bound, Comparator
from cixi_analysis.words import Pace, Polarity

#: Lower ends of the classes of the ratio (Eurostat).
CLASSES = ((0.95, Pace.ON_TRACK), (0.60, Pace.NEARLY), (0.0, Pace.TOO_SLOW))


@dataclass(frozen=True)
class Pacing:
    """A series held against one target; without arguments, the one that has no numeric target."""

    pace: Pace = Pace.NO_TARGET
    #: The class by the compound ratio; ``None`` where the class depends on a ratio and there is no compound one.
    pace_compound: Pace | None = Pace.NO_TARGET
    target_year: int | None = None
    target_value: float | None = None
    #: Target − last value, in the series' unit.
    gap: float | None = None
    #: From the first point to the target in the target year, in the unit a year; ``None`` when no year lies between.
    needed_change: float | None = None
    #: From the last point to the target, in the unit a year; ``None`` when reached or the target year is not ahead.
    needed_rate: float | None = None
    ratio_linear: float | None = None
    ratio_compound: float | None = None
    #: What a reader should know about these numbers, in Chinese.
    remarks: tuple[str, ...] = ()


def change(first_year: int, first: float, last_year: int, last: float) -> Fraction | None:
    """Mean change a year; ``None`` when no year lies between."""
    years = last_year - first_year
    return (exact(last) - exact(first)) / years if years > 0 else None


def growth(first_year: int, first: float, last_year: int, last: float) -> float | None:
    """Mean change a year, compound, as a fraction; ``None`` when no year lies between or an end is not above 0."""
    years = last_year - first_year
    if years <= 0 or first <= 0 or last <= 0:
        return None
    ratio = exact(last) / exact(first)
    # log1p keeps the digits of a small change, log those of a very large fall
    return math.expm1((math.log1p(float(ratio - 1)) if ratio > Fraction(1, 2) else math.log(ratio)) / years)


def _satisfies(value: float, comparator: Comparator, limit: float, polarity: Polarity) -> bool:
    """By the evaluator's own comparison: a target is reached when an assessment against it would say so."""
    return bool(holds(np.asarray(value), comparator, limit, np.asarray(SIGN[polarity], dtype=np.int8)))


def classify(ratio: float) -> Pace:
    """The class of a ratio; compared at 9 digits, so that noise decides nothing at an edge."""
    return next((pace for lower, pace in CLASSES if round(ratio, 9) >= lower), Pace.MOVING_AWAY)


def progress(points: tuple[tuple[int, float], ...], polarity: Polarity, bound: Bound, target_year: int) -> Pacing:
    """Hold a series (ascending (year, value) points, at least one) against a bound to be met in ``target_year``.

    The bound is in the unit of the points. Raises ``ValueError`` for a bare number without a direction.
    """
    if upward(bound.comparator, polarity) is None:
        raise ValueError(f"no direction for the bare number {bound}: give a comparator or a polarity")
    (first_year, first), (last_year, last) = points[0], points[-1]
    limit = bound.limit
    met_first, met_last = (_satisfies(value, bound.comparator, limit, polarity) for value in (first, last))
    observed, needed = change(first_year, first, last_year, last), change(first_year, first, target_year, limit)
    pace, ratio, remarks = _pace(observed, needed, met_first, met_last)
    compound = _compound_ratio(points, limit, target_year) if ratio is not None else None
    pace_compound: Pace | None = pace
    if ratio is not None and not met_last:
        pace_compound = None if compound is None else classify(compound)
        if pace_compound is None and limit <= 0 < min(first, last):
            remarks.append("目标不大于0，没有复合率")
        if pace_compound is not None and pace_compound is not pace:
            remarks.append(f"线性与复合速度的判断不同（线性：{pace.chinese}，复合：{pace_compound.chinese}）")
    ahead = change(last_year, last, target_year, limit)
    if ahead is None and not met_last:
        remarks.append("目标年已到，尚未达到")
    return Pacing(
        pace=pace,
        pace_compound=pace_compound,
        target_year=target_year,
        target_value=plain(limit),
        gap=plain(exact(limit) - exact(last)),
        needed_change=plain(needed),
        needed_rate=None if met_last else plain(ahead),
        ratio_linear=plain(ratio),
        ratio_compound=plain(compound),
        remarks=tuple(remarks),
    )


def _pace(
    observed: Fraction | None, needed: Fraction | None, met_first: bool, met_last: bool
) -> tuple[Pace, Fraction | None, list[str]]:
    """The class, the ratio it rests on if any, and remarks.

    A target met at the first point needs no change, so it has no ratio. A strict bound (超过80) that the first value
    only touches needs none either and is not met: standing still is too slow, any other way leads off.
    """
    if met_last and met_first:
        return Pace.REACHED, None, ["首年已达到目标，不计速度之比"] if observed is not None else []
    if met_first:
        return Pace.MOVING_AWAY, None, ["目标在首年已达到，此后失去"]
    ratio = observed / needed if observed is not None and needed else None
    if met_last:
        return Pace.REACHED, ratio, []
    if observed is None:
        return Pace.TOO_LITTLE_DATA, None, []
    if needed is None:
        return Pace.TOO_LITTLE_DATA, None, ["序列始于目标年或更晚，算不出所需的速度"]
    if ratio is None:
        return (Pace.MOVING_AWAY if observed else Pace.TOO_SLOW), None, ["首值恰为界限而目标不含界限，没有速度之比"]
    return classify(float(ratio)), ratio, []


def _compound_ratio(points: tuple[tuple[int, float], ...], limit: float, target_year: int) -> float | None:
    """Compound rate observed over compound rate needed; ``None`` where either is undefined."""
    observed, needed = growth(*points[0], *points[-1]), growth(*points[0], target_year, limit)
    return observed / needed if observed is not None and needed else None
