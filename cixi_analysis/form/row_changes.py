"""What an import does to the rows of data: new, changed, closed, unchanged or removed.

What is equal stays exactly as it is in the data, cell by cell, so importing twice changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cixi_analysis.analysis.changes import REVISED
from cixi_analysis.plan.schema import Observation, Row
from cixi_analysis.words import Stage

R = TypeVar("R", bound=Row)
#: Columns that the import itself writes; no input of the form.
_WRITTEN = ("stage", "form")
#: Columns compared as numbers: 0.10 in the data and 0.1 from a cell are equal.
_NUMBERS = ("value", "assigned_target", "benchmark", "percent", "spent")
_NUMBER = re.compile(r"([≤≥<>=]?)(-?\d+(?:\.\d+)?)")


class RowFate(StrEnum):
    """What an import does to a row."""

    NEW = "new"
    CHANGED = "changed"
    FINAL = "final"  # equal, and now 定稿
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowChange(Generic[R]):
    """The change of one row: ``old`` is None for a new row, ``new`` for a removed one."""

    kind: RowFate
    old: R | None
    new: R | None
    #: the columns that differ, of a changed row
    columns: tuple[str, ...] = ()

    @property
    def row(self) -> R:
        """The new row, or the removed one."""
        row = self.new or self.old
        assert row is not None  # noqa: S101  # one of the two is given
        return row


#: (old row, differing columns) → columns that the import itself writes into the new row.
Stamp = Callable[[R | None, Sequence[str]], dict[str, object]]


def row_changes(
    order: Iterable[tuple[object, ...]], before: Iterable[R], after: Iterable[R], stamp: Stamp[R]
) -> tuple[RowChange[R], ...]:
    """The change of every row before or after, in the ``order`` of the keys."""
    old, new = ({tuple(getattr(row, c) for c in row.key()): row for row in rows} for rows in (before, after))
    return tuple(_row_change(old.get(key), new.get(key), stamp) for key in order if key in old or key in new)


def _row_change(old: R | None, new: R | None, stamp: Stamp[R]) -> RowChange[R]:
    if new is None:
        return RowChange(RowFate.REMOVED, old, None)
    if old is None:
        return RowChange(RowFate.NEW, None, new.model_copy(update=stamp(None, ())))
    content = (c for c in new.columns() if c not in _WRITTEN)
    changed = {c: getattr(new, c) for c in content if not _equal(c, getattr(old, c), getattr(new, c))}
    merged = old.model_copy(update=changed | stamp(old, tuple(changed)))
    kind = RowFate.CHANGED if changed else RowFate.UNCHANGED if merged == old else RowFate.FINAL
    return RowChange(kind, old, merged, tuple(changed))


def observation_stamp(form: str, *, final: bool, closed: bool) -> Stamp[Observation]:
    """Stage and provenance of imported observations. ``form``: their workbook; ``closed``: the year was 定稿 before."""
    stage = Stage.FINAL if final else Stage.DRAFT

    def stamp(old: Observation | None, columns: Sequence[str]) -> dict[str, object]:
        if old is None:
            return {"stage": stage, "form": form + (f"{REVISED}新增的行" if closed else "")}
        if columns:
            return {"stage": stage, "form": form + _revision(old, columns)}
        return {"stage": stage} if final else {}

    return stamp


def _equal(column: str, old: object, new: object) -> bool:
    if column in _NUMBERS and old is not None and new is not None:
        return _rounded(old) == _rounded(new)
    return old == new


def _rounded(cell: object) -> str:
    """A number at the precision of the form, with its comparator; other text unchanged."""
    match = _NUMBER.fullmatch(cell_text(cell))
    return f"{match[1]}{float(match[2]) + 0.0:.12g}" if match else str(cell)


def cell_text(cell: object) -> str:
    """A cell of data for display; "" for an empty one."""
    return "" if cell is None else f"{cell:.12g}" if isinstance(cell, float) else str(cell)


def _revision(old: Observation, columns: Sequence[str]) -> str:
    """The note on a row that was 定稿 before it changed: which columns were corrected, now and before."""
    _, _, known = (old.form or "").partition(REVISED)
    if old.stage is not Stage.FINAL and not known:
        return ""
    figure = f"现状值（原为{old.value or old.absence or '文字说明'}）"
    entries = [figure] if {"value", "absence"} & set(columns) else []
    entries += [str(Observation.columns()[c].title) for c in columns if c not in ("value", "absence")]
    had = {entry.partition("（")[0] for entry in known.split("、")}
    entries = [entry for entry in entries if entry.partition("（")[0] not in had]
    return REVISED + "、".join([*([known] if known else []), *entries])
