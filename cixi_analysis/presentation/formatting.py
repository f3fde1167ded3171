"""Numbers as printed on pages: decimal, not binary, digits; the sign −; thousands in groups."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import pandas as pd

from cixi_analysis.words import difference_unit

#: Stands for an empty value; every table explains it below.
EMPTY = "—"
MINUS = "−"


def missing(value: object) -> bool:
    """None, NaN, NA or the empty string."""
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, digits: int | None = None, *, signed: bool = False) -> str:
    """``value`` with ``digits`` decimals (default: all it has), ``66,342``, ``−54.3``; "—" for none."""
    if value is None or missing(value):
        return EMPTY
    plain = float(f"{float(value):.12g}")
    if digits is not None:
        text = f"{_half_up(plain, digits):,.{digits}f}"
    else:  # money beyond a million has two decimals
        text = f"{plain:,.{12 if abs(plain) < 1e6 else 2}f}".rstrip("0").rstrip(".") or "0"
    if signed and plain > 0:
        text = f"+{text}"
    return text.replace("-", MINUS)


def rounded(value: float | None, *, signed: bool = False) -> str:
    """A computed figure with four significant digits: ``1.393``; whole digits stay: ``63,286``."""
    if value is None or missing(value):
        return EMPTY
    shown = 3 - Decimal(f"{float(value):.12g}").adjusted() if value else 0  # decimals that are significant
    return number(float(_half_up(value, max(shown, 0))), signed=signed)


def _half_up(value: float, digits: int) -> Decimal:
    """Rounds half up (62.5 → 63); Python rounds half to even (62)."""
    every_digit = Context(prec=400)  # of the largest float
    return Decimal(f"{float(value):.12g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, every_digit)


def percent(share: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as a percentage: 0.4648 → ``46.5%``."""
    if share is None or missing(share):
        return EMPTY
    return f"{number(float(share) * 100, digits, signed=signed)}%"


def with_unit(value: float | str | None, unit: str | None) -> str:
    """``40.7%``, ``26微克/立方米``, ``84.07``: a number with its unit, if it has one. A number that is written keeps its
    digits (``0.10``).
    """
    digits = len(value.partition(".")[2]) if isinstance(value, str) else None
    return number(None if missing(value) else float(value or 0), digits) + (
        "" if unit in (None, "", "-") or missing(value) else str(unit)
    )


def apart(value: float | None, unit: str, *, signed: bool = False) -> str:
    """How far two values are apart, computed, with its unit: ``3.5个百分点``, ``−0.025立方米/万元``."""
    return EMPTY if missing(value) else rounded(value, signed=signed) + difference_unit(unit)


def yi(ten_thousands: float | None) -> str:
    """万元 as 亿元: 7099622 → ``709.96``."""
    return EMPTY if ten_thousands is None or missing(ten_thousands) else number(ten_thousands / 1e4, 2)
