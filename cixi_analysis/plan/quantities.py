"""Quantities in sentences: a number with its unit, and by how much two of them differ, both with every digit they have."""

from decimal import Decimal

from cixi_analysis.words import CLASS_UNIT, WATER_CLASSES

#: How the plan prints that a quantity has no unit, and how data has it where nothing is printed.
NO_UNIT = "-", ""
#: More and less, of two values.
HIGHER = "高", "低"


def digits(value: float) -> str:
    """A number without the noise of binary arithmetic: 12 significant digits, never an exponent."""
    return f"{Decimal(f'{value:.12g}'):f}"


def unit_word(unit: str | None) -> str:
    """A unit as it stands after a number: "" where it has none."""
    return "" if unit is None or unit in NO_UNIT else unit


def with_unit(value: float | str, unit: str | None) -> str:
    """``40.7%``, ``26微克/立方米``, ``84.07``, ``Ⅱ类`` (also by its rank). A number that is written keeps its digits: ``0.10``."""
    if not isinstance(value, str):
        value = WATER_CLASSES[int(value) - 1] if unit == CLASS_UNIT else digits(value)
    return f"{value}{CLASS_UNIT if value in WATER_CLASSES else unit_word(unit)}"


def difference_unit(unit: str | None) -> str:
    """The unit of a difference of two values: percentage points of percentages."""
    return "个百分点" if unit == "%" else unit_word(unit)


def apart(by: float, unit: str | None, words: tuple[str, str] = ("", "")) -> str:
    """By how much two values differ: ``3.5个百分点``, after the first of ``words`` where it is more, else the second."""
    return f"{words[by < 0]}{digits(abs(by))}{difference_unit(unit)}"
