"""What becomes of the data's rows when a form is taken in: new, changed, unchanged, removed.

A row that says the same as before stays as it is, to the letter; so importing twice changes nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cixi_analysis.analysis.changes import REVISED
from cixi_analysis.form.progress_sheets import Subject
from cixi_analysis.plan.schema import Observation, Progress, Row
from cixi_analysis.words import Stage

R = TypeVar("R", bound=Row)
#: What people fill in: neither the key nor what the import itself writes.
_CONTENT = tuple(c for c in Observation.columns() if c not in ("item_id", "level", "stage", "form"))
#: Columns compared as numbers: 0.10 in the data and 0.1 from a cell are the same figure.
_NUMBERS = ("value", "assigned_target", "benchmark", "percent", "spent")
_NUMBER = re.compile(r"([≤≥<>=]?)(-?\d+(?:\.\d+)?)")


class RowFate(StrEnum):
    """What an import does to a row."""

    NEW = "new"
    CHANGED = "changed"
    FINAL = "final"  # says the same, and is now 定稿
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowChange(Generic[R]):
    """What becomes of one row: ``old`` is None for a new one, ``new`` for a removed one."""

    kind: RowFate
    old: R | None
    new: R | None
    #: the columns whose content differs, of a changed row
    columns: tuple[str, ...] = ()

    @property
    def row(self) -> R:
        row = self.new or self.old
        assert row is not None  # noqa: S101  # one of the two is given
        return row


def observation_change(
    old: Observation | None, row: Observation, form: str, *, final: bool, closed: bool
) -> RowChange[Observation]:
    """A form's row beside the data's: what is equal is kept as the data has it."""
    stage = Stage.FINAL if final else Stage.DRAFT
    if old is None:
        form += f"{REVISED}新增的行" if closed else ""
        return RowChange(RowFate.NEW, None, row.model_copy(update={"stage": stage, "form": form}))
    columns = tuple(c for c in _CONTENT if not _same(c, getattr(old, c), getattr(row, c)))
    if not columns:
        to_close = final and old.stage is not Stage.FINAL
        kept = old.model_copy(update={"stage": stage}) if to_close else old
        return RowChange(RowFate.FINAL if to_close else RowFate.UNCHANGED, old, kept)
    written = {c: getattr(row, c) for c in columns} | {"stage": stage, "form": form + _revision(old, columns)}
    return RowChange(RowFate.CHANGED, old, old.model_copy(update=written), columns)


def _same(column: str, old: object, new: object) -> bool:
    if column in _NUMBERS and old is not None and new is not None:
        return _number(old) == _number(new)
    return old == new


def _number(cell: object) -> str:
    """A figure at the precision at which a form shows it, with its comparator; other text as it is."""
    match = _NUMBER.fullmatch(cell_text(cell))
    return f"{match[1]}{float(match[2]) + 0.0:.12g}" if match else str(cell)


def cell_text(cell: object) -> str:
    return "" if cell is None else f"{cell:.12g}" if isinstance(cell, float) else str(cell)


def _revision(old: Observation, columns: Sequence[str]) -> str:
    """What the provenance says of a row that was closed before it changed; earlier corrections are kept."""
    _, _, known = (old.form or "").partition(REVISED)
    if old.stage is not Stage.FINAL and not known:
        return ""
    figure = f"现状值（原为{old.value or old.absence or '文字说明'}）"
    entries = [figure] if {"value", "absence"} & set(columns) else []
    entries += [str(Observation.columns()[c].title) for c in columns if c not in ("value", "absence")]
    had = {entry.partition("（")[0] for entry in known.split("、")}
    entries = [entry for entry in entries if entry.partition("（")[0] not in had]
    return REVISED + "、".join([*([known] if known else []), *entries])


def report_changes(
    subjects: Iterable[Subject], before: Iterable[Progress], rows: Iterable[Progress]
) -> tuple[RowChange[Progress], ...]:
    """What becomes of a year's progress, in the plan's order. It has no stages, and a change leaves no note."""
    old, new = ({(row.kind, row.id): row for row in these} for these in (before, rows))
    order = [(subject.kind, str(subject)) for subject in subjects]
    return tuple(_report_change(old.get(key), new.get(key)) for key in order if key in old or key in new)


def _report_change(old: Progress | None, new: Progress | None) -> RowChange[Progress]:
    if old is None or new is None:
        return RowChange(RowFate.NEW if old is None else RowFate.REMOVED, old, new)
    columns = tuple(c for c in Progress.columns() if not _same(c, getattr(old, c), getattr(new, c)))
    return RowChange(RowFate.CHANGED, old, new, columns) if columns else RowChange(RowFate.UNCHANGED, old, old)
