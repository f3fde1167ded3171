"""An observation as the input cells of its row hold it."""

import re

from cixi_analysis.plan.schema import WATER_CLASSES, Observation

#: An assigned target that the form holds in two cells; other texts (任务：……, 上级未下达) stand in one.
_LIMIT = re.compile(r"([≥≤><]?)(-?\d+(?:\.\d+)?)")
_ZEROS = {ord(digit): "0" for digit in "123456789"}
_TEXTS = {
    "absence": "absence",
    "measure": "measure",
    "measured_unit": "unit",
    "statement": "statement",
    "attests": "attests",
    "denies": "denies",
    "source": "source",
    "responsible": "responsible",
    "acknowledgment": "acknowledgment",
}


def entries(observation: Observation) -> dict[str, str | float]:
    """Input column → content, filled ones only: numbers as numbers, drop-downs as they show, the rest as text."""
    found: dict[str, str | float | None] = {key: getattr(observation, field) for key, field in _TEXTS.items()}
    found["value"] = None if observation.value is None else quantity(observation.value)
    found["polarity"] = observation.polarity and observation.polarity.chinese
    target = observation.assigned_target
    limit = _LIMIT.fullmatch(target) if target else None
    found["comparator"], found["assigned_target"] = (limit[1] or None, quantity(limit[2])) if limit else (None, target)
    found["benchmark"] = observation.benchmark
    found["benchmark_kind"] = observation.benchmark_kind and observation.benchmark_kind.chinese
    return {key: content for key, content in found.items() if content is not None}


def quantity(text: str) -> str | float:
    """A number as a number, a water class as text."""
    return text if text in WATER_CLASSES else float(text)


def number_format(text: str | None) -> str:
    """A format that prints a number with the decimals it was given (0.10), and whatever is typed over it in full."""
    decimals = (text or "").partition(".")[2]
    return f"0.{decimals.translate(_ZEROS)}{'#' * 8}" if decimals.endswith("0") else "General"
