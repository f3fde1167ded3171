"""What an import does to the rows of data: new, changed, closed, unchanged or removed.

What is equal stays exactly as it is in the data, cell by cell, so importing twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cixi_analysis.analysis.changes import REVISED
from cixi_analysis.form.layout import LIMIT
from cixi_analysis.plan.schema import Observation, Row
from cixi_analysis.words import Stage

#: Columns that the import itself writes; no input of the form.
_WRITTEN = ("stage", "form")
#: Columns compared as numbers: 0.10 in the data and 0.1 from a cell are equal.
_NUMBERS = ("value", "assigned_target", "benchmark", "percent", "spent")


class RowFate(StrEnum):
    """What an import does to a row."""

    NEW = "new"
    CHANGED = "changed"
    FINAL = "final"  # equal, and now 定稿
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowChange:
    """The change of one row, an observation or a report: ``old`` is None for a new row, ``new`` for a removed one."""

    kind: RowFate
    old: Row | None
    new: Row | None
    #: the columns that differ, of a changed row
    columns: tuple[str, ...] = ()


def row_changes(
    order: Iterable[tuple[object, ...]], old: Iterable[Row], new: Iterable[Row], *, form: str, final: bool, closed: bool
) -> tuple[RowChange, ...]:
    """The change of every row, old or new, in the ``order`` of the keys.

    ``form`` is the provenance of new and changed rows; ``final`` makes every row 定稿; ``closed``: the year was so before.
    """
    before, after = ({tuple(getattr(row, c) for c in row.KEY): row for row in rows} for rows in (old, new))
    stage = Stage.FINAL if final else Stage.DRAFT
    new_form = form + (f"{REVISED}新增的行" if closed else "")

    def change(was: Row | None, now: Row | None) -> RowChange:
        if now is None:
            return RowChange(RowFate.REMOVED, was, None)
        if was is None:
            return RowChange(RowFate.NEW, None, _written(now, stage=stage, form=new_form))
        content = (c for c in now.columns() if c not in _WRITTEN)
        cells = {c: getattr(now, c) for c in content if _rounded(c, getattr(was, c)) != _rounded(c, getattr(now, c))}
        if not cells:
            same = _written(was, stage=stage) if final else was
            return RowChange(RowFate.UNCHANGED if same == was else RowFate.FINAL, was, same)
        noted = form + (_revision(was, tuple(cells)) if isinstance(was, Observation) else "")
        return RowChange(RowFate.CHANGED, was, _written(was, **cells, stage=stage, form=noted), tuple(cells))

    keys = (key for key in dict.fromkeys(order) if key in before or key in after)
    return tuple(change(before.get(key), after.get(key)) for key in keys)


def _written(row: Row, **cells: object) -> Row:
    """The row with these cells, of those that it has; only observations have a stage."""
    return row.model_copy(update={c: cell for c, cell in cells.items() if c in row.columns()})


def _rounded(column: str, cell: object) -> object:
    """A number, with its comparator, at the precision of the form; any other cell unchanged."""
    match = LIMIT.fullmatch(cell_text(cell)) if column in _NUMBERS else None
    return f"{match[1]}{float(match[2]) + 0.0:.12g}" if match else cell


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
