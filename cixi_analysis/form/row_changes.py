"""The changes of an import to the rows of data (new, changed, closed, unchanged, removed), its signatures and log entries.

Equal cells stay exactly as they are in the data, so an import is idempotent.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cixi_analysis.analysis.revision_log import (
    CELL,
    UNLOGGED,
    WRITTEN,
    YearRows,
    cell_changes,
    covered,
    edition_of,
    sealed,
    year_rows,
)
from cixi_analysis.form.layout import LIMIT
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Revision, Row, Signature
from cixi_analysis.words import Entity, RowFate, Stage, Step

#: Columns compared as numbers: 0.10 in the data and 0.1 from a cell are equal.
_NUMBERS = ("value", "assigned_target", "benchmark", "percent", "spent")


@dataclass(frozen=True)
class RowChange:
    """The change of one row, an observation or a report: ``old`` is None for a new row, ``new`` for a removed one."""

    kind: RowFate
    old: Row | None
    new: Row | None
    #: the columns that differ, of a changed row
    columns: tuple[str, ...] = ()


def row_changes(
    order: Iterable[tuple[object, ...]],
    old: Iterable[Row],
    new: Iterable[Row],
    *,
    form: str,
    signed: Callable[[Row, Stage], Stage],
) -> tuple[RowChange, ...]:
    """The change of every row, old or new, in the ``order`` of the keys; others follow in their own.

    ``form`` is the provenance of new and changed rows that do not have their own; these rows become 初稿, others keep
    their stage. ``signed``: row and this stage → the stage with the new signatures.
    """  # fmt: skip
    before, after = ({row.key: row for row in rows} for rows in (old, new))

    def change(was: Row | None, now: Row | None) -> RowChange:
        if now is None:
            return RowChange(RowFate.REMOVED, was, None)
        origin = getattr(now, "form", None) or form
        if was is None:
            return RowChange(RowFate.NEW, None, _written(now, stage=signed(now, Stage.DRAFT), form=origin))
        content = (c for c in now.columns() if c not in WRITTEN)
        cells = {c: getattr(now, c) for c in content if form_value(was, c) != form_value(now, c)}
        if not cells:
            stage = signed(was, known := getattr(was, "stage", Stage.DRAFT))
            same = was if stage is known else _written(was, stage=stage)
            fate = RowFate.FINAL if stage is Stage.FINAL else RowFate.REVIEWED
            return RowChange(RowFate.UNCHANGED if same == was else fate, was, same)
        cells |= {"stage": signed(was, Stage.DRAFT), "form": origin}
        return RowChange(RowFate.CHANGED, was, _written(was, **cells), tuple(c for c in cells if c not in WRITTEN))

    keys = (key for key in dict.fromkeys((*order, *after, *before)) if key in before or key in after)
    return tuple(change(before.get(key), after.get(key)) for key in keys)


def _written(row: Row, **cells: object) -> Row:
    """The row with these cells, of those that it has; only observations have a stage."""
    return row.model_copy(update={c: cell for c, cell in cells.items() if c in row.columns()})


def fingerprint(row: Row | None) -> str:
    """A short hash of a row's content; "" for no row. A unit's form stores it for each row: a form's row with the same hash
    was not edited, and data with another hash have changed since the form was made.
    """
    if row is None:
        return ""
    said = (f"{c}={cell_text(form_value(row, c))}" for c in row.columns() if c not in (*WRITTEN, "sha256"))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:8]


def form_value(row: Row, column: str) -> object:
    """A cell of a row: a number, with its comparator, at the precision of the form; any other one unchanged."""
    cell: object = getattr(row, column)
    match = LIMIT.fullmatch(cell_text(cell)) if column in _NUMBERS else None
    return f"{match[1]}{float(match[2]) + 0.0:.12g}" if match else cell


def cell_text(cell: object) -> str:
    """A cell of data for display; "" for an empty one."""
    return "" if cell is None else f"{cell:.12g}" if isinstance(cell, float) else str(cell)


class SignOff:
    """The signatures that come with an import: those of the form, and those ``given`` beside it."""

    def __init__(
        self, plan: Plan, year: int, signed: Sequence[Signature], given: Sequence[Signature], *, final: bool
    ) -> None:
        self.plan, self.year = plan, year
        known = {one.key for one in plan.signatures.get(year, ())}
        own = {one.key: one for one in signed if one.key not in known} | {one.key: one for one in given}
        #: Those that the data does not have, and those given beside the form, which are renewed.
        self.new = tuple(own.values())
        #: Those that give the reasons of corrections.
        self.corrections = [one for one in self.new if one.step is Step.CORRECTED]
        #: Whether the whole year is closed.
        self.final = final or any(one.step is Step.FINAL and one.kind is None for one in self.new)

    def stage(self, row: Any, stage: Stage) -> Stage:
        """The stage of a row with the new signatures; ``stage`` is what it has without them."""
        steps = {one.step for one in self.new if one.covers(row.kind, row.id)}
        if self.final or Step.FINAL in steps:
            return Stage.FINAL
        return Stage.REVIEWED if Step.REVIEWED in steps and stage is Stage.DRAFT else stage

    def signatures(self, rows: YearRows) -> tuple[Signature, ...]:
        """All signatures of the year, the new ones for these rows. Whoever signs again on the same day signs for these rows."""
        after = self.plan.with_year(self.year, **rows)
        signed = {one.key: sealed(after, self.year, one) for one in self.new}
        known = (one for one in self.plan.signatures.get(self.year, ()) if signed.get(one.key, one) == one)
        return tuple(dict.fromkeys((*known, *signed.values())))

    def lapsed(self, rows: YearRows) -> tuple[Signature, ...]:
        """The reviews and closings that cover the present data and would not cover these rows."""
        before = year_rows(self.plan, self.year)
        known = (s for s in self.plan.signatures.get(self.year, ()) if s.step in (Step.REVIEWED, Step.FINAL))
        renewed = {one.key for one in self.new}
        return tuple(s for s in known if s.key not in renewed and s.content == covered(before, s) != covered(rows, s))

    def corrected(self, rows: YearRows, form: str) -> tuple[tuple[Revision, ...], tuple[tuple[Entity, str], ...]]:
        """The new lines of the log, and the subjects whose change has no reason; none for a year that was never closed."""
        edition = edition_of(self.plan, self.year)
        found = [dict(zip(CELL, one, strict=True)) for one in cell_changes(year_rows(self.plan, self.year), rows)]
        if not edition or all(one["column"] in UNLOGGED for one in found):
            return (), ()
        lines, unexplained = list[Revision](), list[tuple[Entity, str]]()
        for one in found:
            subject = one["kind"], one["id"]
            own = (c for c in self.corrections if c.covers(*subject))
            if why := min(own, key=lambda c: c.kind is None, default=None):
                signed = why.model_dump(include={"date", "name", "role", "reason"})
                given = {"year": self.year, "edition": edition + 1, "form": form} | one | signed
                lines.append(Revision.model_validate(given))
            elif one["column"] not in UNLOGGED:
                unexplained.append(subject)
        return tuple(lines), tuple(dict.fromkeys(unexplained))
