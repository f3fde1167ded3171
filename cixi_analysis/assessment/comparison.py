"""Two numbers beside each other: equality, difference, direction, and the side of a limit, for the whole library."""

from fractions import Fraction

import numpy as np

from cixi_analysis.assessment.observed import SIGN
from cixi_analysis.assessment.panel import COMPARATORS, Codes, Flags, Floats
from cixi_analysis.requirement.tree import Comparator
from cixi_analysis.words import Direction, Polarity

#: Numbers that differ by less than this share (of 1 where they are smaller) differ by noise of binary arithmetic only.
_NOISE = 1e-9
#: Code of a comparator → the side of the limit that holds (0: the item's own), and whether the limit itself does not.
_SIDES = {"≥": (1, False), "≤": (-1, False), ">": (1, True), "<": (-1, True), "": (0, False)}
SIDE = np.array([_SIDES[c][0] for c in COMPARATORS], dtype=np.int8)
_STRICT = np.array([_SIDES[c][1] for c in COMPARATORS])


def exact(value: float) -> Fraction:
    """The number as it was written (12 significant digits), so that 83.83 − 80.83 is 3 and 0.1 + 0.2 is 0.3."""
    return Fraction(f"{value:.12g}")


def plain(value: Fraction | float | None) -> float | None:
    """A float without the noise of binary arithmetic: 12 significant digits."""
    return None if value is None else float(f"{float(value):.12g}")


def exceeds(difference: Floats, scale: Floats | float, strict: Flags | bool) -> Flags:
    """Where a difference of numbers as large as ``scale`` is above 0, or (not ``strict``) not below 0.

    Numbers whose difference is only noise of binary arithmetic are equal.
    """
    noise = _NOISE * np.maximum(1.0, np.abs(scale))
    flags: Flags = np.where(strict, difference > noise, difference >= -noise)
    return flags


def difference(value: float, other: float) -> float:
    """``value - other`` as of the numbers that were written (12 significant digits); 0 where they are equal."""
    if abs(value - other) <= _NOISE * max(1.0, abs(other)):
        return 0.0
    return float(f"{float(exact(value) - exact(other)):.12g}")


def direction(earlier: float, later: float, polarity: Polarity) -> Direction | None:
    """Which way a change goes for the item; None where the plan takes no side. A water class counts as its rank."""
    better = difference(later, earlier) * SIGN[polarity]
    if polarity is Polarity.NONE:
        return None
    return Direction.FLAT if better == 0 else Direction.IMPROVING if better > 0 else Direction.WORSENING


def upward(comparator: Comparator, polarity: Polarity) -> bool | None:
    """Whether more is asked for; None where neither the comparator nor the plan says."""
    return {1: True, -1: False, 0: None}[_SIDES[comparator][0] or SIGN[polarity]]


def holds(value: Floats, comparator: Codes | int | Comparator, limit: Floats | float, polarity: Codes) -> Flags:
    """``value`` against ``limit``; an open comparator goes the item's way."""
    code = COMPARATORS.index(comparator) if isinstance(comparator, Comparator) else comparator
    side = SIDE[code]
    wanted = np.where(side == 0, np.where(polarity > 0, 1, -1), side)
    return exceeds((value - limit) * wanted, limit, _STRICT[code])
