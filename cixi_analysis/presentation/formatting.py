"""Numbers as printed on pages: decimal, not binary, digits; the sign −; thousands in groups."""

import math
import re
from decimal import Decimal

import pandas as pd

from cixi_analysis.plan import quantities

#: The mark of an empty cell; every table explains it below.
EMPTY = "—"
MINUS = "−"


def missing(value: object) -> bool:
    """None, NaN, NA or the empty string."""
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, digits: int | None = None, *, signed: bool = False) -> str:
    """``value`` with ``digits`` decimals (default: all it has), ``66,342``, ``−54.3``; "—" for none."""
    if value is None or missing(value):
        return EMPTY
    plain = Decimal(f"{float(value):.12g}")
    if digits is not None:
        text = f"{_half_up(float(plain), digits):,.{digits}f}"
    else:  # money beyond a million has two decimals
        text = f"{plain:,f}" if abs(plain) < 1_000_000 else f"{plain:,.2f}".rstrip("0").rstrip(".")
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
    return quantities.at_precision(Decimal(f"{float(value):.12g}"), digits)


def percent(share: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A fraction as a percentage: 0.4648 → ``46.5%``. With decimals, none is rounded to a 0 or 100 % that it is
    not: 0.9996 → ``99.96%``.
    """
    if share is None or missing(share):
        return EMPTY
    value = float(f"{float(share) * 100:.12g}")
    while value not in (0, 100) and _half_up(value, digits) in (0, 100) and 0 < digits < 12:
        digits += 1
    return f"{number(value, digits, signed=signed)}%"


def cell_with_unit(value: float | str | None, unit: str | None) -> str:
    """A number or water class with its unit, as a cell of a table has it: ``66,342吨``; "—" for none."""
    if value is None or missing(value):
        return EMPTY
    sign, whole, rest = re.findall(r"^(-?)(\d*)(.*)", quantities.with_unit(value, None if missing(unit) else unit))[0]
    return f"{sign and MINUS}{whole and f'{int(whole):,}'}{rest}"


def a_year(value: float | None, unit: str) -> str:
    """A change a year, computed, with its unit: ``+1.167个百分点``, ``−0.025立方米/万元``."""
    return rounded(value, signed=True) + quantities.difference_unit(unit)


def yi(ten_thousands: float | None, digits: int = 2) -> str:
    """万元 as 亿元: 7099622 → ``709.96``; below a tenth with its significant digits: 30 → ``0.003``."""
    if ten_thousands is None or missing(ten_thousands):
        return EMPTY
    small = 0 < abs(ten_thousands) < 1e3
    return rounded(ten_thousands / 1e4) if small else number(ten_thousands / 1e4, digits)
