"""The layout of the form: sheets, columns and rows. Writing, checking and importing all work from this description.

The form has one sheet a domain with a row for each item, two sheets of progress with a row for each project of Table 3
and for each commitment, and lists of evidence and of signatures with numbered, empty rows. A filled-in row becomes one
row of ``data/``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from openpyxl.utils import get_column_letter

from cixi_analysis.analysis import grouped
from cixi_analysis.plan.csvfile import packaged
from cixi_analysis.plan.dataset import Asked
from cixi_analysis.plan.filing_rows import SUBJECTS
from cixi_analysis.plan.frame import Frame
from cixi_analysis.plan.schema import EVIDENCE, OBSERVATIONS, PROGRESS, SIGNATURES, Commitment, Indicator, Project, Row
from cixi_analysis.requirement.tree import Comparator
from cixi_analysis.requirement.vocabulary import NO_TERMS, Terms
from cixi_analysis.words import WORDS_OF, Absence

#: Written into the guide sheet: the version of the layout.
LAYOUT = 3
#: Kind of data (:data:`cixi_analysis.plan.schema.YEARLY`) → the first layout with sheets for it. Forms of earlier layouts
#: are still imported, and leave the year's data of that kind unchanged.
SINCE: Mapping[str, int] = {OBSERVATIONS: 1, PROGRESS: 2, EVIDENCE: 3, SIGNATURES: 3}
GUIDE = "填表说明"
#: Cells of the guide sheet with the plan's short title, the year, the layout version and, of a unit's form, the unit.
PLAN_CELL, YEAR_CELL, LAYOUT_CELL, UNIT_CELL = "B3", "B4", "B5", "B6"
TITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3


class Kind(Enum):
    """The kind of content of a column's cells."""

    SHOWN = "shown"  # locked context, no input
    TEXT = "text"
    NUMBER = "number"
    QUANTITY = "quantity"  # a number or a water class
    TARGET = "target"  # a number, a water class, 上级未下达, or 任务：……
    CHOICE = "choice"  # a drop-down


@dataclass(frozen=True)
class FormColumn:
    """A column of a sheet. The ``key`` of an input column is the column of the data's row that it fills.

    The one exception is ``comparator``, which is stored in front of ``assigned_target``.
    """

    key: str
    title: str
    width: int
    kind: Kind = Kind.SHOWN
    hint: str = ""
    #: unit of the numbers in this column; "" where it is the unit of the row
    unit: str = ""


#: Kind of data or of its subject → the columns that ``columns.csv`` lists.
COLUMNS = grouped(
    (row["sheet"], FormColumn(row["key"], row["title"], int(row["width"]), Kind(row["kind"]), row["hint"], row["unit"]))
    for row in packaged("cixi_analysis.form", "columns.csv")
)
INPUTS = COLUMNS[OBSERVATIONS]
PROJECT_COLUMNS = (*COLUMNS["projects"], *COLUMNS[PROGRESS])
#: Money belongs to projects.
COMMITMENT_COLUMNS = (*COLUMNS["commitments"], *(column for column in COLUMNS[PROGRESS] if column.key != "spent"))
#: Last column of a unit's form: the :func:`~cixi_analysis.form.row_changes.fingerprint` of the data's row.
STAMP = FormColumn("stamp", "校验码", 10)


def domain_columns(frame: Frame) -> tuple[FormColumn, ...]:
    """The columns of a domain's sheet: what each level asks, the target of each year, last year's value, the inputs."""
    return (
        FormColumn("key", "编号", 8), FormColumn("name", "指标名称", 30), FormColumn("level", "级别", 7),
        FormColumn("item_unit", "单位", 9), *(FormColumn(level, f"{level.chinese}要求", 20) for level in frame.levels),
        *(FormColumn(f"target_{year}", f"规划值{year}年", 16) for year in frame.target_years),
        FormColumn("last", "上年现状值", 20), *INPUTS,
    )  # fmt: skip


#: Input column of kind CHOICE → word in the drop-down → word of the data. 未填报 is left out: an empty row means it.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "absence": {reason.value: reason for reason in Absence if reason is not Absence.NOT_FILLED_IN},
    "comparator": {comparator.value: comparator for comparator in Comparator if comparator.value},
    "kind": {kind.chinese: kind for kind in SUBJECTS},
    **{column: {word.chinese: word for word in words} for column, words in WORDS_OF.items()},
}


@dataclass(frozen=True)
class FormRow:
    """One row of a sheet: its context, its open inputs, and its prefill from the data."""

    #: None of a numbered row, whose inputs name its subject
    subject: Indicator | Project | Commitment | None
    #: columns of the data's row that no input fills: item and level, or kind and id
    identity: Mapping[str, str]
    #: locked column → text. ``key`` is unique in the sheet; rows are found by it when a form is read.
    shown: Mapping[str, str]
    #: task or category, "" for none; written above the name in the first row of the group
    group: str
    #: the data's row of the year (prefilled) and of the year before (prompts, plausibility)
    known: Row | None
    before: Row | None
    #: input columns that the row can use; the other cells are locked
    opened: frozenset[str]
    #: input column → sentence about this row in the cell's prompt; locked column → what cannot be read in it
    notes: Mapping[str, str] = field(default_factory=dict)
    #: the default quantity of a value, and the quantity of last year's value; None in progress sheets
    asked: Asked | None = None
    asked_before: Asked | None = None
    #: column → its default when left empty, where an earlier wording asked for another quantity
    stated: Mapping[str, str] = field(default_factory=dict)
    #: the plan's own unit names
    terms: Terms = NO_TERMS
    #: input column → its prefilled content in an empty form
    given: dict[str, str | float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The texts that the name cell may hold: the name alone, or with its group above."""
        name = self.shown.get("name", "")
        return (name, f"{self.group}\n{name}") if self.group else (name,)


@dataclass(frozen=True)
class FormSheet:
    """One sheet: its columns, its rows in the plan's order, and the model that a filled-in row becomes."""

    name: str
    year: int
    columns: tuple[FormColumn, ...]
    rows: tuple[FormRow, ...]
    model: type[Row]
    #: columns for free remarks; a remark in the last one answers the row's warnings
    remarks: tuple[str, ...]

    @property
    def title(self) -> str:
        """The text of the title cell. It contains the year, so a form whose year was typed over is recognised."""
        return f"{self.name}（{self.year}年）"

    @cached_property
    def letters(self) -> dict[str, str]:
        """Column key → column letter."""
        return {column.key: get_column_letter(at) for at, column in enumerate(self.columns, start=1)}

    @property
    def inputs(self) -> tuple[FormColumn, ...]:
        return tuple(column for column in self.columns if column.kind is not Kind.SHOWN)

    def column(self, key: str) -> FormColumn:
        return next(column for column in self.columns if column.key == key)


#: A number with an optional comparator, which the form holds in two cells.
LIMIT = re.compile(r"([≥≤><]?)(-?\d+(?:\.\d+)?)")


def prefill(row: Row | None, columns: Iterable[FormColumn]) -> dict[str, str | float]:
    """Input column → content of its cell: numbers as numbers, choices as in the drop-down, the rest as text."""
    found: dict[str, str | float] = {}
    for column in columns:
        content = getattr(row, column.key, None)
        if column.kind in (Kind.QUANTITY, Kind.TARGET) and (limit := LIMIT.fullmatch(content or "")):
            content = float(limit[2])
            if limit[1]:
                found["comparator"] = limit[1]
        if content is not None:
            found[column.key] = getattr(content, "chinese", content)
    return found
