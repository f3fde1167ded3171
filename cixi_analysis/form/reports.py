"""One row of a progress sheet → a report, with everything that is wrong or doubtful in its cells."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from cixi_analysis.analysis.commitments import deadline, due
from cixi_analysis.analysis.progress import reports
from cixi_analysis.form.contents import FilledRow, Results, read_contents, source_missing
from cixi_analysis.form.input_cells import Complaint, wanted
from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.progress_sheets import Subject
from cixi_analysis.form.structure import FoundRow
from cixi_analysis.plan.csvfile import expectation
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Progress, Project
from cixi_analysis.words import Due, ProgressState

_UNITS = {"percent": "%", "spent": "万元"}
_NOTE = "无误时在“说明”里说明"


@dataclass
class ReadReport(FilledRow[Subject]):
    """A row with content. ``report`` is None when something in it is wrong."""

    report: Progress | None = None


def read_report(place: FoundRow[Subject], results: Results) -> ReadReport | None:
    """Read the input cells of a row; None where nobody has filled in any."""
    contents = read_contents(place, _UNITS, results)
    if contents is None:
        return None
    row = ReadReport(place)
    for column, content in contents.items():
        if isinstance(content, Complaint):
            row.problems.append(row.tell(column, content.found, content.expected))
        else:
            row.texts[column] = content
    row.problems += [row.tell(*one) for one in _missing(row, contents.keys())]
    _validate(row)
    return row


def _missing(row: ReadReport, has: Collection[str]) -> Iterator[tuple[str, str, str]]:
    if "state" not in has:
        titles = "、".join(f"“{column.title}”" for column in row.place.table.input_columns if column.key in has)
        yield "state", f"空，而这一行填了{titles}", wanted(row.place.table.column("state"))
    yield from source_missing(has)


def _validate(row: ReadReport) -> None:
    """Also where something is missing or wrong: what stands in for it says nothing about the other cells."""
    subject, stand_in = row.place.key, {"state": ProgressState.UNDER_WAY, "source": "？"}
    cells = dict.fromkeys(Progress.columns(), "") | stand_in | row.texts
    try:
        report = Progress.model_validate(cells | {"kind": subject.kind, "id": str(subject)})
        row.report = None if row.problems else report
    except ValidationError as error:
        for detail in error.errors():
            # What is said of the whole row is said of its state and percentage together.
            of_row = not detail["loc"]
            column = "percent" if of_row else str(detail["loc"][0])
            found = quoted(row.texts.get(column, ""))
            if of_row:
                found += f"，而状态为“{ProgressState(row.texts['state']).chinese}”"
            row.problems.append(row.tell(column, found, expectation(dict(detail), column)))


def report_doubts(plan: Plan, year: int, row: ReadReport) -> Iterator[tuple[str, str, str]]:
    """(column, found, expected) of what is possible but doubtful in a row: against the plan, and against last year."""
    report, subject = row.report, row.place.key
    if report is None:
        return
    texts = row.texts
    yield from _against_the_plan(subject, year, report, texts.get("spent", ""))
    before = reports(plan, year - 1, subject.kind).get(str(subject))
    if report.percent is not None and 0 < report.percent < 1:
        yield "percent", f"“{texts['percent']}”，单位为%", f"百分数（60%写60，不写0.6）；{_NOTE}"
    if before is None:
        return
    for column in ("percent", "spent"):
        now, was = getattr(report, column), getattr(before, column)
        if now is not None and was is not None and now < was:
            yield column, f"“{texts[column]}”，上年为“{was:.12g}”", f"不低于上年的数；{_NOTE}"
    if before.state is ProgressState.DONE and report.state is not ProgressState.DONE:
        yield "state", f"“{report.state.chinese}”，上年为“{before.state.chinese}”", f"核对过的状态；{_NOTE}"


def _against_the_plan(subject: Subject, year: int, report: Progress, spent: str) -> Iterator[tuple[str, str, str]]:
    one, start = subject.of, subject.of.start_year
    if isinstance(one, Project):
        over, when = one.end_year <= year, f"实施年限为“{one.years}”"
        if report.spent is not None and one.budget is not None and report.spent > one.budget:
            yield "spent", f"“{spent}”，投资概算为“{one.budget:.12g}”", f"不超过投资概算的数；{_NOTE}"
    else:
        over, when = due(one, year) in (Due.DUE, Due.PAST), f"期限为“{deadline(one)}”"
    done_early = report.state is ProgressState.DONE and start is not None and year < start
    if done_early or (report.state is ProgressState.NOT_STARTED and over):
        yield "state", f"“{report.state.chinese}”，而{when}", f"核对过的状态；{_NOTE}"
