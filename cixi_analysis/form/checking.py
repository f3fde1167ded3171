"""Validation of a filled-in form: all problems and warnings at once, each with sheet and cell, and the rows of data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from cixi_analysis.analysis.revision_log import edition_of
from cixi_analysis.assessment import REQUIREMENT, TARGET, check_observations, contradictions, county_panel, judge_panel
from cixi_analysis.assessment.yardstick import wrong_clause
from cixi_analysis.errors import DataError, Problem, quoted
from cixi_analysis.form.filled_rows import FilledRow, FormProblem, KeptRow
from cixi_analysis.form.input_cells import text_of
from cixi_analysis.form.layout import STAMP, FormSheet
from cixi_analysis.form.opening import FiledForm, FormError
from cixi_analysis.form.structure import find_rows
from cixi_analysis.plan.csvfile import CsvTable
from cixi_analysis.plan.data_files import unknown_subject, year_problems
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.schema import Evidence, Observation, Progress, Row, Signature
from cixi_analysis.words import Stage, Step

MOST_PROBLEMS = 5000  # a form has 8,000 cells; more lines would take a terminal minutes
R = TypeVar("R", bound=Row)
#: The place of a row: in a form or, of a row that no form changes, in the data.
Placed = FilledRow | KeptRow
_NOT_KEPT = "没有：它们不随数据保存，要留的文字写在表里，材料放进 evidence/年份/"
_FIRST = 2  # row number of a file's first row, below the header


@dataclass(frozen=True)
class Checked:
    """The filled-in rows of a form in the plan's order, with its problems and warnings in the order of sheets and cells.

    With ``problems``, ``rows`` and ``reports`` may be incomplete and must not be used. A remark in a row's own column
    answers its ``warnings``: they are left out. ``reports``, ``evidence`` and ``signatures`` are None for a form of an
    earlier layout, without sheets for them. Of units' forms, which have no signatures, the rows are those of
    the whole year, merged.
    """

    year: int
    rows: tuple[Observation, ...]
    problems: tuple[FormProblem, ...]
    warnings: tuple[FormProblem, ...]
    reports: tuple[Progress, ...] | None
    evidence: tuple[Evidence, ...] | None = None
    signatures: tuple[Signature, ...] | None = None
    forms: tuple[FiledForm, ...] = field(default=(), compare=False)


def read_rows(
    plan: Plan, year: int, book: Workbook, sheets: Sequence[FormSheet], file: str, unit: str | None
) -> tuple[list[FilledRow], list[FormProblem], list[FormProblem]]:
    """The rows of a form, the problems that each sheet shows by itself, and the warnings."""
    rows, structural = find_rows(book, sheets)
    problems = [replace(one, file=file) for one in structural]
    for row in rows:
        row.file, row.unit, row.stamp = file, unit, text_of(row.cell(STAMP.key)) if unit else ""
        problems += row.read()
    problems += _unlistable(plan, year, rows)
    doubts = [doubt for row in rows if row.form.remarks[-1] not in row.texts for doubt in row.warnings()]
    for sheet in book.worksheets:
        name, drawn = quoted(sheet.title)[1:-1], f"图片、图表、文本框或嵌入的文件（{len(sheet.drawn)}个）"
        doubts += [FormProblem(name, at, drawn, _NOT_KEPT, file) for at in sheet.drawn[:1]]
    return rows, problems, doubts


def having(rows: Iterable[FilledRow], model: type[R]) -> list[tuple[FilledRow, R]]:
    """The rows that were read as rows of this model, each with its data."""
    return [(row, row.data) for row in rows if isinstance(row.data, model)]


def unique(
    names: str, problems: Iterable[FormProblem], doubts: Iterable[FormProblem], order: Sequence[tuple[str, str]]
) -> tuple[tuple[FormProblem, ...], tuple[FormProblem, ...]]:
    """Problems and warnings without duplicates, sorted by place: file and sheet as in ``order``, row and column; a whole
    sheet before its cells. Raises :class:`FormError` where the problems of the files (``names``) are too many to list.
    """

    def place(one: FormProblem) -> tuple[int, tuple[int, int]]:
        at = order.index((one.file, one.sheet)) if (one.file, one.sheet) in order else len(order)
        return at, coordinate_to_tuple(one.cell) if one.cell else (0, 0)

    found, doubtful = (tuple(sorted(dict.fromkeys(some), key=place)) for some in (problems, doubts))
    if len(found) > MOST_PROBLEMS:
        begin = f"{names} 有 {len(found)} 处问题，多于 {MOST_PROBLEMS} 处，不逐一列出"
        raise FormError(f"{begin}。请重新生成填报表，把数据抄过去。第一处：{found[0]}")
    return found, doubtful


def _unlistable(plan: Plan, year: int, rows: Sequence[FilledRow]) -> Iterator[FormProblem]:
    """Problems of numbered rows about an undefined subject, or that occur in the list twice."""
    seen: dict[tuple[object, ...], FilledRow] = {}
    listed: list[tuple[FilledRow, Evidence | Signature]] = [*having(rows, Evidence), *having(rows, Signature)]
    for row, one in listed:
        if one.kind is not None and one.id is not None and not plan.defines(one.kind, one.id):
            problem = unknown_subject("", row.number, one)
            yield row.tell("id", problem.found, problem.expected)
        elif isinstance(one, Evidence) and one.clause and (expected := wrong_clause(plan, one.id, one.clause, year)):
            yield row.tell("clause", quoted(one.clause), f"空（各条），或{expected}")
        if (first := seen.setdefault(one.key, row)) is not row:
            found, expected, column = "相同", "同一人的同一次签署只写一行；改动以后当天又签的，在“理由”里说明", "name"
            if isinstance(one, Evidence):
                found, expected, column = "是同一处材料", "同一对象的同一处材料只写一行", "title"
            yield row.tell(column, f"与第{first.number}行{found}", expected)


def disagreements(plan: Plan, year: int, observed: Sequence[tuple[Placed, Observation]]) -> Iterator[FormProblem]:
    """Cross-checks: rows against each other, against the requirement language and against their own statements."""
    rows = tuple(one for _, one in observed)
    found = [*year_problems(CsvTable("", dict(enumerate(rows, _FIRST)), complete=True), plan.levels)]
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
    """Contradictions between statements and numbers, of this year and, in a correction, of later years that use it."""
    after = {**plan.observations, year: tuple(one for _, one in observed)}
    years = sorted(y for y, rows in after.items() if y >= year and rows)
    quoting = {o.item_id for y in years for o in after[y] if o.attests or o.denies}
    # A row that is already in the data, word for word, is no new contradiction.
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


def _person(one: Signature) -> str:
    """The name without the spaces that align names in a table."""
    return "".join(one.name.split())


def signature_doubts(
    plan: Plan, year: int, signed: Sequence[tuple[FilledRow, Signature]], today: str | None
) -> Iterator[FormProblem]:
    """Warnings about new signatures that are possible but doubtful. A note in 理由 answers them, except for a
    correction, where it is mandatory.
    """
    known = {one.key: one for one in plan.signatures.get(year, ())}
    closings = (one.date for one in known.values() if one.step is Step.FINAL and one.kind is None)
    closed = min(closings, default="")
    for row, one in signed:
        if one.key in known or (one.reason is not None and one.step is not Step.CORRECTED):
            continue
        if today is not None and one.date > today:
            yield row.tell("date", f"“{one.date}”", f"不晚于今天（{today}）的日期")
        begins = f"{year}-01-01" if one.step is Step.FILLED else f"{year + 1}-01-01"
        if one.step is Step.CORRECTED and one.date < closed:
            yield row.tell("date", f"“{one.date}”", f"不早于定稿（{closed}）的日期")
        elif one.date < begins:
            yield row.tell("date", f"“{one.date}”", f"不早于 {begins} 的日期；无误时在“理由”里说明")
        if one.step is Step.CORRECTED and not edition_of(plan, year):
            yield row.tell("step", f"“{one.step.chinese}”，而{year}年还没有定稿", "定稿以后才有更正；定稿以前直接改正")
        filled = [other for _, other in signed if other.step is Step.FILLED]
        filled = [other for other in filled if other.kind is None or one.covers(other.kind, str(other.id))]
        if one.step in (Step.REVIEWED, Step.FINAL) and filled:
            if one.date < (last := max(other.date for other in filled)):
                yield row.tell("date", f"“{one.date}”", f"不早于填报（{last}）的日期；无误时在“理由”里说明")
            if one.step is Step.REVIEWED and _person(one) in map(_person, filled):
                yield row.tell("name", f"“{one.name}”，也是填报的人", "另一个人复核；无误时在“理由”里说明")
