"""Signing a year off through its form: what new signatures do to the stages of rows, and the log of corrections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cixi_analysis.analysis.revision_log import CELL, WRITTEN, YearRows, cell_changes, covered, edition_of, year_rows
from cixi_analysis.form.filled_rows import FilledRow, FormProblem
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Revision, Signature
from cixi_analysis.words import Entity, Stage, Step


def signature_doubts(
    plan: Plan, year: int, signed: Sequence[tuple[FilledRow, Signature]], today: str | None
) -> Iterator[FormProblem]:
    """New signatures that are possible but doubtful. A note in 理由 answers them, except of a correction, which must
    have one.
    """
    known = {_content(one) for one in plan.signatures.get(year, ())}
    for row, one in signed:
        if _content(one) in known or (one.reason is not None and one.step is not Step.CORRECTED):
            continue
        if today is not None and one.date > today:
            yield row.tell("date", f"“{one.date}”", f"不晚于今天（{today}）的日期")
        if one.step is Step.CORRECTED and not edition_of(plan, year):
            yield row.tell("step", f"“{one.step.chinese}”，而{year}年还没有定稿", "定稿以后才有更正；定稿以前直接改正")
        filled = [other for _, other in signed if other.step is Step.FILLED and _overlap(one, other)]
        if one.step in (Step.REVIEWED, Step.FINAL) and filled:
            if one.date < (last := max(other.date for other in filled)):
                yield row.tell("date", f"“{one.date}”", f"不早于填报（{last}）的日期；无误时在“理由”里说明")
            if one.step is Step.REVIEWED and one.name in (other.name for other in filled):
                yield row.tell("name", f"“{one.name}”，也是填报的人", "另一个人复核；无误时在“理由”里说明")


def _overlap(one: Signature, other: Signature) -> bool:
    return None in (one.kind, other.kind) or (one.kind, one.id) == (other.kind, other.id)


@dataclass(frozen=True)
class SignOff:
    """The signatures that come with an import."""

    plan: Plan
    year: int
    #: those that the data does not have
    new: tuple[Signature, ...]
    #: for corrections: those of the form that are new, and whatever was given beside it
    corrections: tuple[Signature, ...]
    #: whether the whole year is closed
    final: bool

    def stage(self, row: Any, stage: Stage) -> Stage:
        """The stage of a row with the new signatures; ``stage`` is what it has without them."""
        steps = {one.step for one in self.new if one.covers(row.kind, row.id)}
        if self.final or Step.FINAL in steps:
            return Stage.FINAL
        return Stage.REVIEWED if Step.REVIEWED in steps and stage is Stage.DRAFT else stage

    def signatures(self, rows: YearRows) -> tuple[Signature, ...]:
        """All signatures of the year, the new ones for these rows."""
        signed = (one.model_copy(update={"content": covered(rows, one)}) for one in self.new)
        return (*self.plan.signatures.get(self.year, ()), *signed)

    def lapsed(self, rows: YearRows) -> tuple[Signature, ...]:
        """The reviews and closings of the data that cover it as it is, and not with these rows any more."""
        before = year_rows(self.plan, self.year)
        known = (s for s in self.plan.signatures.get(self.year, ()) if s.step in (Step.REVIEWED, Step.FINAL))
        return tuple(s for s in known if s.content == covered(before, s) != covered(rows, s))

    def corrected(self, rows: YearRows, form: str) -> tuple[tuple[Revision, ...], tuple[tuple[Entity, str], ...]]:
        """The new lines of the log, and the subjects whose change nobody explains; none of a year that was never closed."""
        edition = edition_of(self.plan, self.year)
        found = [dict(zip(CELL, one, strict=True)) for one in cell_changes(year_rows(self.plan, self.year), rows)]
        if not edition or all(one["column"] in WRITTEN for one in found):
            return (), ()
        lines: list[Revision] = []
        unexplained: dict[tuple[Entity, str], None] = {}
        for one in found:
            subject = one["kind"], one["id"]
            why = sorted((c for c in self.corrections if c.covers(*subject)), key=lambda c: c.kind is None)
            if not why:
                if one["column"] not in WRITTEN:
                    unexplained[subject] = None
                continue
            signed = why[0].model_dump(include={"date", "name", "role", "reason"})
            given = {"year": self.year, "edition": edition + 1, "form": form} | one | signed
            lines.append(Revision.model_validate(given))
        return tuple(lines), tuple(unexplained)


def sign_off(
    plan: Plan, year: int, signed: Sequence[Signature], given: Sequence[Signature] = (), *, final: bool = False
) -> SignOff:
    """The sign-off of an import with the signatures of the form and those ``given`` beside it."""
    known = {_content(one) for one in plan.signatures.get(year, ())}
    own = {_content(one): one for one in (*signed, *given) if _content(one) not in known}
    corrections = dict.fromkeys((*own.values(), *given))
    closes = any(one.step is Step.FINAL and one.kind is None for one in own.values())
    corrected = tuple(one for one in corrections if one.step is Step.CORRECTED)
    return SignOff(plan, year, tuple(own.values()), corrected, final or closes)


def _content(one: Signature) -> tuple[object, ...]:
    return tuple(getattr(one, column) for column in one.KEY)
