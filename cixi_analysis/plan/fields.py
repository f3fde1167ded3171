"""What may stand in a cell, and what every row model shares.

Every field is text in the file; the types here give it its meaning. An empty cell has one meaning a column.
"""

import re
from math import isinf
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

from cixi_analysis.words import (
    WATER_CLASSES,
    Absence,
    AuditResult,
    BenchmarkKind,
    Comparison,
    Deadline,
    Level,
    Polarity,
    Stated,
)

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def is_number(text: str) -> bool:
    """Whether a text is written as a number is in the data."""
    return _NUMBER.fullmatch(text) is not None


def _none_if_empty(text: Any) -> Any:
    return None if text == "" else text


def _decimal_text(text: Any) -> Any:
    if text is not None and not is_number(str(text)):
        raise ValueError("阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）")
    if text is not None and isinf(float(text)):
        raise ValueError("不这样大的数")
    return text


def _quantity(text: Any) -> Any:
    """A number or a water class, kept as written."""
    if text is not None and str(text) not in WATER_CLASSES:
        return _decimal_text(text)
    return text


def _maybe(*validators: Any) -> Any:
    return BeforeValidator(lambda v: _chain(v, validators))


def _chain(value: Any, validators: tuple[Any, ...]) -> Any:
    value = _none_if_empty(value)
    for validator in validators:
        value = validator(value)
    return value


Text = Annotated[str, Field(min_length=1)]
OptionalText = Annotated[str | None, _maybe()]
OptionalNumber = Annotated[float | None, _maybe(_decimal_text)]
OptionalQuantity = Annotated[str | None, _maybe(_quantity)]
#: A share in %, and an amount that cannot be negative.
OptionalPercent = Annotated[Annotated[float, Field(ge=0, le=100)] | None, _maybe(_decimal_text)]
OptionalAmount = Annotated[Annotated[float, Field(ge=0)] | None, _maybe(_decimal_text)]
#: A number kept as it is printed (13.0).
OptionalDecimal = Annotated[str | None, _maybe(_decimal_text)]
OptionalLevel = Annotated[Level | None, _maybe()]
OptionalPolarity = Annotated[Polarity | None, _maybe()]
OptionalAbsence = Annotated[Absence | None, _maybe()]
OptionalBenchmarkKind = Annotated[BenchmarkKind | None, _maybe()]
OptionalComparison = Annotated[Comparison | None, _maybe()]
OptionalStated = Annotated[Stated | None, _maybe()]
OptionalDeadline = Annotated[Deadline | None, _maybe()]
OptionalResult = Annotated[AuditResult | None, _maybe()]
ItemId = Annotated[str, Field(pattern=r"^[1-9]\d?(\.[1-9])?$")]
OptionalItemId = Annotated[ItemId | None, _maybe()]
Year = Annotated[int, Field(ge=2000, le=2100)]
OptionalYear = Annotated[Year | None, _maybe()]
Count = Annotated[int, Field(ge=0)]


def source_field() -> Any:
    return Field(title="出处", description="数字或文字的来源：文件名称、章节、表、行。", min_length=1)


class Row(BaseModel):
    """A row of facts. ``key`` names the fields that tell it from every other row of its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    @classmethod
    def key(cls) -> tuple[str, ...]:
        raise NotImplementedError

    @classmethod
    def columns(cls) -> dict[str, FieldInfo]:
        return cls.model_fields
