"""A sheet of the form, whatever it is about: what its locked columns show and what may be filled in, row by row."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from openpyxl.utils import get_column_letter

from cixi_analysis.form.layout import FormColumn, Kind

#: What a row is about; as text it stands in the row's first cell.
K = TypeVar("K", bound=Hashable)
#: Characters that Excel allows in an input prompt.
LONGEST_PROMPT = 255
_CUT = "……"


@dataclass(frozen=True)
class Inputs:
    """The input cells of a row, each by its column's key."""

    #: what the data has, filled ones only
    content: Mapping[str, str | float]
    #: what can be of use; the other cells are locked
    opened: frozenset[str]
    prompts: Mapping[str, str]
    #: number formats that are not of the column but of the content
    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table(Generic[K]):
    """One sheet: columns, and rows in the plan's order. The first column shows the key, the second the name."""

    name: str
    year: int
    columns: tuple[FormColumn, ...]
    #: key → locked column → text
    shown: Mapping[K, Mapping[str, str]]
    #: key → the group it belongs to, "" for none; its name stands in front of the name of the group's first row
    groups: Mapping[K, str]
    inputs: Callable[[K], Inputs]
    #: the columns in which people may write what they want to say; a note in the last one answers a warning
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """What stands above the table: a form whose year was typed over is recognised by it."""
        return f"{self.name}（{self.year}年）"

    @cached_property
    def letters(self) -> dict[str, str]:
        """Column key → its letter."""
        return {column.key: get_column_letter(at) for at, column in enumerate(self.columns, start=1)}

    @property
    def input_columns(self) -> tuple[FormColumn, ...]:
        return tuple(column for column in self.columns if column.kind is not Kind.SHOWN)

    def column(self, key: str) -> FormColumn:
        return next(column for column in self.columns if column.key == key)

    def names(self, key: K) -> tuple[str, ...]:
        """The texts that the name cell of a row may hold: the name alone, or with its group in front."""
        name, group = self.shown[key]["name"], self.groups[key]
        return (name, f"{group}\n{name}") if group else (name,)


def shortened(text: str, length: int) -> str:
    """The text, or its beginning with a mark that it goes on."""
    return text if len(text) <= length else text[: length - len(_CUT)] + _CUT
