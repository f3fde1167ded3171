"""Checking a filled-in form: all problems and warnings at once, each with sheet and cell, and the rows of data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from cixi_analysis.assessment import REQUIREMENT, TARGET, check_observations, contradictions, county_panel, judge_panel
from cixi_analysis.assessment.yardstick import wrong_clause
from cixi_analysis.errors import DataError, Problem, quoted
from cixi_analysis.form.filled_rows import FilledRow, FormProblem
from cixi_analysis.form.layout import SINCE
from cixi_analysis.form.opening import FormError, open_form
from cixi_analysis.form.receiving import FiledForm
from cixi_analysis.form.sheets import form_sheets
from cixi_analysis.form.signing import signature_doubts
from cixi_analysis.form.structure import find_rows
from cixi_analysis.plan.checks import observation_problems, unknown_subject
from cixi_analysis.plan.csvfile import CsvTable
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.schema import EVIDENCE, PROGRESS, SIGNATURES, Evidence, Observation, Progress, Signature
from cixi_analysis.words import Stage

MOST_PROBLEMS = 5000  # a form has about as many cells; more lines would take a terminal minutes
_FIRST = 2  # row number of a file's first row, below the header


@dataclass(frozen=True)
class Checked:
    """The filled-in rows of a form in the plan's order, with its problems and warnings in the order of sheets and cells.

    With ``problems``, ``rows`` and ``reports`` may be incomplete and must not be used. A remark in a row's own column
    answers its ``warnings``: they are left out. ``reports``, ``evidence`` and ``signatures`` are None for a form without
    sheets for them.
    """

    year: int
    rows: tuple[Observation, ...]
    problems: tuple[FormProblem, ...]
    warnings: tuple[FormProblem, ...]
    reports: tuple[Progress, ...] | None
    evidence: tuple[Evidence, ...] | None = None
    signatures: tuple[Signature, ...] | None = None
    #: what was handed in; of units' forms, ``rows``, ``reports`` and ``evidence`` are those of the whole year with them
    forms: tuple[FiledForm, ...] = field(default=(), compare=False)


class Placed(Protocol):
    """Where a row stands: in a form or, of a row that no form changes, in the data."""

    def tell(self, column: str, found: str, expected: str) -> FormProblem: ...


def check_form(
    plan: Plan, path: Path, *, year: int | None = None, today: str | None = None,
    opened: tuple[Workbook, int, int] | None = None,
) -> Checked:  # fmt: skip
    """Check the form at ``path`` against the plan; with ``year``, it has to be the form of that year; with ``today``
    (2024-03-15), no date should be later. ``opened``: what :func:`open_form` gave, if it is open already.

    Raises :class:`FormError` for a file that is no readable form of this plan and year, and
    :class:`~cixi_analysis.errors.DataError` when other years' observations cannot be held against the wordings.
    """
    book, found_year, layout = opened or open_form(path, plan.frame)
    if year not in (None, found_year):
        raise FormError(f"{path.name} 是 {found_year} 年的填报表，应为 {year} 年的。")
    year = found_year
    others = {y: rows for y, rows in plan.observations.items() if y != year}
    check_observations(replace(plan.as_of(year), observations=others), year)
    sheets = form_sheets(plan, year, layout)
    rows, problems = find_rows(book, sheets)
    for row in rows:
        problems += row.read()
    observed = [(row, row.data) for row in rows if isinstance(row.data, Observation)]
    problems += disagreements(plan, year, observed)
    listed = [(row, row.data) for row in rows if isinstance(row.data, Evidence)]
    signed = [(row, row.data) for row in rows if isinstance(row.data, Signature)]
    problems += [*unlistable(plan, year, listed, "title"), *unlistable(plan, year, signed, "name")]
    doubts = [doubt for row in rows if row.form.remarks[-1] not in row.texts for doubt in row.warnings()]
    doubts += signature_doubts(plan, year, signed, today)
    reports = tuple(row.data for row in rows if isinstance(row.data, Progress)) if layout >= SINCE[PROGRESS] else None
    evidence = tuple(data for _, data in listed) if layout >= SINCE[EVIDENCE] else None
    signatures = tuple(data for _, data in signed) if layout >= SINCE[SIGNATURES] else None
    order = [("", name) for name in (*(sheet.name for sheet in sheets), *book.sheetnames)]
    found, doubtful = listable(path.name, in_order(problems, order)), in_order(doubts, order)
    forms = (FiledForm.of(path, None, sum(row.data is not None for row in rows)),)
    data = tuple(one for _, one in observed)
    return Checked(year, data, found, doubtful, reports, evidence, signatures, forms)


def in_order(problems: Iterable[FormProblem], order: Sequence[tuple[str, str]]) -> tuple[FormProblem, ...]:
    """Each problem once, by its place: file and sheet as in ``order``, row and column; a whole sheet before its cells."""

    def place(one: FormProblem) -> tuple[int, tuple[int, int]]:
        at = order.index((one.file, one.sheet)) if (one.file, one.sheet) in order else len(order)
        return at, coordinate_to_tuple(one.cell) if one.cell else (0, 0)

    return tuple(sorted(dict.fromkeys(problems), key=place))


def listable(name: str, found: tuple[FormProblem, ...]) -> tuple[FormProblem, ...]:
    """The problems found, unless they are too many to be read."""
    if len(found) > MOST_PROBLEMS:
        begin = f"{name} 有 {len(found)} 处问题，多于 {MOST_PROBLEMS} 处，不逐一列出"
        raise FormError(f"{begin}。请重新生成填报表，把数据抄过去。第一处：{found[0]}")
    return found


def unlistable(
    plan: Plan,
    year: int,
    listed: Sequence[tuple[FilledRow, Evidence]] | Sequence[tuple[FilledRow, Signature]],
    names: str,
) -> Iterator[FormProblem]:
    """Numbered rows about something that the plan does not have, or that stand in the list twice; the column that
    ``names`` them is the cell to look at.
    """
    seen: dict[tuple[object, ...], FilledRow] = {}
    for row, one in listed:
        if one.kind is not None and one.id is not None and not plan.defines(one.kind, one.id):
            problem = unknown_subject("", row.number, one)
            yield row.tell("id", problem.found, problem.expected)
        elif isinstance(one, Evidence) and one.clause and (expected := wrong_clause(plan, one.id, one.clause, year)):
            yield row.tell("clause", quoted(one.clause), f"空（各条），或{expected}")
        first = seen.setdefault(tuple(getattr(one, column) for column in one.KEY), row)
        if first is not row:
            found, expected = "相同", "同一人的同一次签署只写一行"
            if isinstance(one, Evidence):
                found, expected = "是同一处材料", "同一对象的同一处材料只写一行"
            yield row.tell(names, f"与第{first.number}行{found}", expected)


def disagreements(plan: Plan, year: int, observed: Sequence[tuple[Placed, Observation]]) -> Iterator[FormProblem]:
    """What no cell shows by itself: rows against each other, against the requirement language and their own words."""
    rows = tuple(one for _, one in observed)
    found = [*observation_problems(CsvTable("", dict(enumerate(rows, _FIRST)), complete=True), plan.levels)]
    try:
        check_observations(replace(plan.as_of(year), observations={year: rows}), year)
    except DataError as error:
        found += error.problems
    bad = [(problem.row or _FIRST) - _FIRST for problem in found]
    for at, problem in zip(bad, found, strict=True):
        own, one = observed[at]
        # Rows of levels that exclude each other may be in several forms, or one of them in the data only.
        all_rows = (row for row, other in observed if other.item_id == one.item_id)
        level = (problem.column or "").startswith("level")
        places = {row.file: row for row in (*all_rows, own) if level and isinstance(row, FilledRow)}
        yield from (_in_form(row, problem) for row in places.values() or [own])
    for row, one in observed:
        # A statement that is only a number is the value itself. Corrected in one place, it must be in the other too.
        figures = [text for text in (one.value, one.statement) if text and is_number(text)]
        if len({float(figure) for figure in figures}) == 2:
            found_text = f"“{one.statement}”，而现状值为“{one.value}”"
            yield row.tell("statement", found_text, "与现状值相同的数，或改正现状值")
    yield from _contradictions(plan, year, [pair for at, pair in enumerate(observed) if at not in bad])


def _contradictions(plan: Plan, year: int, observed: Sequence[tuple[Placed, Observation]]) -> Iterator[FormProblem]:
    """Statements against numbers: of this year and, where a year is corrected, of the years that look back at it."""
    after = {**plan.observations, year: tuple(one for _, one in observed)}
    years = sorted(y for y, rows in after.items() if y >= year and rows)
    quoting = {o.item_id for y in years for o in after[y] if o.attests or o.denies}
    # A row that the data has already, word for word, makes nothing worse.
    known, now = (
        {o.model_copy(update={"stage": Stage.DRAFT, "form": None}) for o in p.get(year, ())}
        for p in (plan.observations, after)
    )
    ids = quoting & {o.item_id for o in now - known}
    if not ids:
        return
    # Only these items: judging is the slowest part of a check.
    judged = replace(plan, observations=after).only(tuple(item for item in plan.items if item.item_id in ids))
    panel = county_panel(judged)
    judgements = [j for against in (REQUIREMENT, TARGET) for j in judge_panel(judged, panel, against)]
    for y in years:
        for problem in contradictions(judged, judgements, y):
            stated = after[y][(problem.row or _FIRST) - _FIRST]
            own = {one.level: row for row, one in observed if one.item_id == stated.item_id}
            row = own.get(stated.level) or next(iter(own.values()))
            found, expected = f"与 {y} 年的现状原文不符：{problem.found}", f"与 {y} 年一致的数，或改正 {y} 年的数据"
            yield _in_form(row, problem) if y == year else row.tell("value", found, expected)


def _in_form(row: Placed, problem: Problem) -> FormProblem:
    """A problem of a row of data, in the cell of the form that holds the column."""
    column = (problem.column or "").partition(" ")[0]
    inputs = [one.key for one in row.form.inputs] if isinstance(row, FilledRow) else []
    return row.tell(column if column in inputs else "key", problem.found, problem.expected)
