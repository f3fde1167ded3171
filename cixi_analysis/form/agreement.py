"""Do the rows of a form agree with each other, with the requirement language, and with what they themselves quote?"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from cixi_analysis.assessment import REQUIREMENT, TARGET, check_readings, contradictions, county_panel, judge_panel
from cixi_analysis.errors import DataError, Problem
from cixi_analysis.form.problem import FormProblem
from cixi_analysis.form.rows import COLUMN_OF, ReadRow
from cixi_analysis.plan.checks import observation_problems
from cixi_analysis.plan.csvfile import CsvTable
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Observation, Row
from cixi_analysis.words import Stage

_FIRST = 2  # row number of a file's first row, below the header


def refuse_unreadable(plan: Plan, year: int) -> None:
    """Raise :class:`DataError` where the plan itself, without the form's year, cannot be judged by."""
    check_readings(replace(plan, observations={y: rows for y, rows in plan.observations.items() if y != year}))


def disagreements(plan: Plan, year: int, read: Sequence[ReadRow]) -> Iterator[FormProblem]:
    """What no cell shows by itself. ``read``: the rows in which every cell is right by itself."""
    rows = [row for row in read if row.observation is not None]
    bad: set[int] = set()
    for problem in (*_between_rows(rows), *_readings(plan, year, rows)):
        at = (problem.row or _FIRST) - _FIRST
        bad.add(at)
        yield _told(rows[at], problem)
    yield from _bare_statements(rows)
    yield from _contradictions(plan, year, [row for at, row in enumerate(rows) if at not in bad])


def _bare_statements(rows: Sequence[ReadRow]) -> Iterator[FormProblem]:
    """A statement that is nothing but a number is the value itself; corrected in one place, it is in the other too."""
    for row in rows:
        one = row.observation
        if one is None or one.value is None or one.value in WATER_CLASSES or not _NUMBER.fullmatch(one.statement or ""):
            continue
        if float(one.value) != float(one.statement or "nan"):
            found = f"“{one.statement}”，而现状值为“{one.value}”"
            yield row.tell("statement", found, "与现状值相同的数，或改正现状值")


_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _observations(rows: Sequence[ReadRow]) -> tuple[Observation, ...]:
    return tuple(row.observation for row in rows if row.observation is not None)


def _between_rows(rows: Sequence[ReadRow]) -> Iterator[Problem]:
    table: dict[int, Row] = dict(enumerate(_observations(rows), _FIRST))
    yield from observation_problems(CsvTable("", table, complete=True))


def _readings(plan: Plan, year: int, rows: Sequence[ReadRow]) -> Sequence[Problem]:
    try:
        check_readings(replace(plan, observations={year: _observations(rows)}))
    except DataError as error:
        return error.problems
    return ()


def _contradictions(plan: Plan, year: int, rows: Sequence[ReadRow]) -> Iterator[FormProblem]:
    """Statements against numbers, of this year and, where a year is corrected, of the years that look back at it."""
    after = {**plan.observations, year: _observations(rows)}
    years = [y for y, observed in after.items() if y >= year and observed]
    quoting = {o.item_id for y in years for o in after[y] if o.attests or o.denies}
    # A row that says what the data says already makes nothing worse.
    said = {_said(o) for o in plan.observations.get(year, ())}
    changed = {o.item_id for o in after[year] if _said(o) not in said}
    judged = _only(replace(plan, observations=after), quoting & changed)
    if not judged.items:
        return
    panel = county_panel(judged)
    judgements = [j for against in (REQUIREMENT, TARGET) for j in judge_panel(judged, panel, against)]
    for y in (y for y in sorted(years) if y in judged.years):
        for problem in contradictions(judged, judgements, y):
            observed = judged.observations[y][(problem.row or _FIRST) - _FIRST]
            row = _row_of(rows, observed)
            if y == year:
                yield _told(row, problem)
            else:
                yield row.tell(
                    "value", f"与 {y} 年的现状原文不符：{problem.found}", f"与 {y} 年一致的数，或改正 {y} 年的数据"
                )


def _said(observed: Observation) -> Observation:
    return observed.model_copy(update={"stage": Stage.DRAFT, "form": None})


def _only(plan: Plan, item_ids: Collection[str]) -> Plan:
    """The plan with these items alone: judging is the slowest part of a check."""
    return replace(
        plan,
        items=tuple(row for row in plan.items if row.item_id in item_ids),
        requirements=tuple(row for row in plan.requirements if row.item_id in item_ids),
        targets=tuple(row for row in plan.targets if row.item_id in item_ids),
        observations={y: tuple(o for o in rows if o.item_id in item_ids) for y, rows in plan.observations.items()},
    )


def _row_of(rows: Sequence[ReadRow], observed: Observation) -> ReadRow:
    own = [row for row in rows if row.place.key.item.item_id == observed.item_id]
    return next((row for row in own if row.place.key.level == observed.level), own[0])


def _told(row: ReadRow, problem: Problem) -> FormProblem:
    column = (problem.column or "").partition(" ")[0]
    return row.tell(COLUMN_OF.get(column, "key"), problem.found, problem.expected)
