"""The types of cells, and the base class of every row model.

A cell is text in the file; these types validate and convert it. An empty cell means one thing in each column.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from cixi_analysis.errors import LONGEST_TEXT, clear_text
from cixi_analysis.words import WATER_CLASSES

T = TypeVar("T")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
#: Numbers are computed and printed with 12 significant digits: whole numbers of more would be cut.
LARGEST = 1e12
#: Columns that the program joins from texts (names of forms, the cells of a key): as long as they come.
_JOINED = ("form", "place", "before", "after")


def is_number(text: str) -> bool:
    """Whether a text is a number as the data writes them: no unit, exponent, sign ``+``, leading zero or thousands
    separator.
    """
    return _NUMBER.fullmatch(text) is not None


def _decimal_text(text: Any) -> Any:
    if re.fullmatch("-?0[0-9]+([.][0-9]+)?", str(text)):  # 05.5 may be 5.5 or 0.55
        raise ValueError("前面没有多余的 0 的数")
    if not is_number(str(text)):
        raise ValueError("阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）")
    if abs(float(text)) >= LARGEST:
        raise ValueError("不这样大的数")
    return text


def _quantity(text: Any) -> Any:
    return text if str(text) in WATER_CLASSES else _decimal_text(text)


def _in_frame(name: str) -> AfterValidator:
    """The cell is one of the frame's ``name``; the frame is the context of validation, where there is one."""

    def check(cell: Any, info: ValidationInfo) -> Any:
        known = getattr(info.context, name, None)
        if known is not None and cell not in known:
            raise ValueError(f"{'、'.join(map(str, known))} 之一（见 plan.toml）")
        return cell

    return AfterValidator(check)


def column(title: str, description: str, **limits: Any) -> Any:
    """A field of a row: the column's Chinese name, its description, and pydantic's limits (``ge``, ``pattern``)."""
    return Field(title=title, description=description, **limits)


#: A cell that may be empty (``None``).
Maybe = Annotated[T | None, BeforeValidator(lambda text: None if text == "" else text)]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, BeforeValidator(_decimal_text)]
#: An amount that cannot be negative, and a share in %.
Amount = Annotated[Number, Field(ge=0)]
Percent = Annotated[Number, Field(ge=0, le=100)]
#: A number kept as it is printed (13.0), and a number or a water class, kept as written.
Decimal = Annotated[str, BeforeValidator(_decimal_text), WithJsonSchema({"type": "number"})]
_QUANTITY = rf"^({_NUMBER.pattern}|{'|'.join(WATER_CLASSES)})$"
Quantity = Annotated[str, BeforeValidator(_quantity), WithJsonSchema({"type": "string", "pattern": _QUANTITY})]
ItemId = Annotated[str, Field(pattern=r"^[1-9][0-9]?(\.[1-9])?$")]
Year = Annotated[int, Field(ge=2000, le=2100)]
LevelId = Annotated[Text, _in_frame("levels")]
TargetYear = Annotated[Year, _in_frame("target_years")]
Source = Annotated[Text, column("出处", "数字或文字的来源：文件名称、章节、表、行。")]
ImportedFrom = Annotated[
    Maybe[str], column("填报工作簿", "这一行由哪个工作簿导入：文件名与 SHA-256；空＝不是由工作簿导入。")
]


def allowed(column: FieldInfo) -> tuple[dict[str, Any], bool]:
    """The allowed content of a column's cells as JSON Schema without null, and whether a cell may be empty."""
    adapter = TypeAdapter[Any](column.rebuild_annotation())
    schema = adapter.json_schema()
    kind = {**schema, **schema.get("anyOf", [{}])[0]}  # the other one is null: an empty cell
    kind |= next(iter(schema.get("$defs", {}).values()), {})  # the closed list that a $ref names
    try:
        adapter.validate_python("")
    except ValidationError:
        return kind, False
    return kind, True


class Row(BaseModel):
    """A row of facts. ``KEY`` names the fields that identify it within its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)
    KEY: ClassVar[tuple[str, ...]]
    #: The last columns, which files of an earlier version do not have; they are empty there.
    ADDED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def columns(cls) -> dict[str, FieldInfo]:
        """The columns in the file's order; a field's ``title`` is its Chinese name."""
        return cls.model_fields

    @classmethod
    def named(cls, *columns: str) -> str:
        """Columns as messages name them: ``item_id 子项编号``."""
        return "、".join(f"{column} {cls.columns()[column].title}" for column in columns)

    @property
    def key(self) -> tuple[Any, ...]:
        """The cells that identify the row."""
        return tuple(getattr(self, column) for column in self.KEY)

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Conflicts between cells that are valid by themselves: their columns, and the rule that is broken (Chinese)."""
        yield from ()

    @field_validator("*", mode="before")
    @classmethod
    def _clear(cls, cell: Any, info: ValidationInfo) -> Any:
        joined = info.field_name in _JOINED
        if isinstance(cell, str) and (expected := clear_text(cell, len(cell) if joined else LONGEST_TEXT)):
            raise ValueError(expected)
        return cell

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if found := list(self.contradictions()):
            raise ValueError("；".join(rule for _, rule in found), " ".join(columns for columns, _ in found).split())
        return self
