"""What is possible but doubtful in a filled-in row: a warning, which a remark in the row's own column answers."""

import re
from collections.abc import Iterator

from cixi_analysis.analysis.commitments import deadline, due
from cixi_analysis.assessment import measured
from cixi_analysis.form.filled_rows import FilledRow, Finding
from cixi_analysis.form.input_cells import or_empty, quoted, text_of
from cixi_analysis.plan.schema import WATER_CLASSES, Commitment, Indicator, Observation, Progress, Project
from cixi_analysis.words import CLASS_UNIT, Due, ProgressState

#: A value is out of proportion to last year's when it is more than so many times as large or as small, …
TIMES = 2
#: … or, in per cent, when it moved by more than so many points, or, a water class, by as many classes.
POINTS = 30
CLASSES = 2


def warnings(row: FilledRow) -> Iterator[Finding]:
    """The warnings of a row, filled in or not: changed context, comments that get lost, implausible content."""
    remark = row.form.column(row.form.remarks[-1]).title
    # Last year's data may have been revised since the form was written. No input depends on it: no problem.
    if (was := text_of(row.cell("last"))) != (now := row.spec.shown["last"]):
        yield "last", or_empty(was), f"{or_empty(now)}（数据中的{row.form.column('last').title}）"
    for column in row.form.inputs:
        if comment := row.cell(column.key).comment:
            expected = f"没有批注：批注不随数据保存，要留的写在“{remark}”里"
            yield column.key, f"批注{quoted(str(comment.text))}", expected
    note = f"无误时在“{remark}”里说明"
    subject, before = row.spec.subject, row.spec.before
    if isinstance(row.data, Observation) and isinstance(subject, Indicator):
        yield from _figure(subject, row.data, before if isinstance(before, Observation) else None, note)
    if isinstance(row.data, Progress) and not isinstance(subject, Indicator):
        yield from _report(row, subject, row.data, before if isinstance(before, Progress) else None, note)


def _figure(item: Indicator, observed: Observation, before: Observation | None, note: str) -> Iterator[Finding]:
    value = observed.value
    if value is None:
        return
    measure, unit = _measured(item, observed)
    last = before.value if before else None
    if before and last is not None:
        was, was_unit = _measured(item, before)
        if (was, was_unit) != (measure, unit):  # only the same measure in the same unit is compared
            found = f"“{measure}（{unit}）”，上年为“{was}（{was_unit}）”"
            yield "measure", found, f"与上年相同的实测对象和单位；{note}"
        elif reason := _disproportion(last, value, unit):
            yield "value", f"“{value}”，上年为“{last}”，{reason}", f"核对过的数；{note}"
    if unit == "%" and last is None and 0 < float(value) < 1:
        expected = "百分数（83.3%写83.3，不写0.833）；确是百分之零点几时在“提示说明”里说明"
        yield "value", f"“{value}”，单位为%", expected
    if unit == "%" and not 0 <= float(value) <= 100:
        yield "value", f"“{value}”，单位为%", f"0至100之间的数；{note}"
    figures = {float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", observed.statement or "")}
    if unit != CLASS_UNIT and figures and float(value) not in figures:
        yield "statement", f"“{observed.statement}”，其中没有现状值“{value}”", f"含有现状值的原文；{note}"


def _measured(item: Indicator, observed: Observation) -> tuple[str, str]:
    what = measured(item, observed.level, observed.measure, observed.unit, observed.polarity)
    return what.measure, what.unit


def _disproportion(before: str, now: str, unit: str) -> str:
    if unit == CLASS_UNIT:
        apart = abs(WATER_CLASSES.index(before) - WATER_CLASSES.index(now))
        return f"相差{apart}类" if apart >= CLASSES else ""
    old, new = float(before), float(now)
    if old * new < 0:
        return "正负不同"
    small, large = sorted((abs(old), abs(new)))
    if small and large > TIMES * small:
        return f"超过其{TIMES}倍" if large == abs(new) else f"不足其1/{TIMES}"
    return f"相差{POINTS}个百分点以上" if unit == "%" and abs(new - old) > POINTS else ""


def _report(
    row: FilledRow, subject: Project | Commitment, report: Progress, before: Progress | None, note: str
) -> Iterator[Finding]:
    """A report against the plan (budget, percentage, years) and against last year's: progress does not go back."""
    year, texts = row.form.year, row.texts
    if isinstance(subject, Project):
        over, when = subject.end_year <= year, f"实施年限为“{subject.years}”"
        if report.spent is not None and subject.budget is not None and report.spent > subject.budget:
            found = f"“{texts['spent']}”，投资概算为“{subject.budget:.12g}”"
            yield "spent", found, f"不超过投资概算的数；{note}"
    else:
        over, when = due(subject, year) in (Due.DUE, Due.PAST), f"期限为“{deadline(subject)}”"
    early = report.state is ProgressState.DONE and subject.start_year is not None and year < subject.start_year
    if early or (report.state is ProgressState.NOT_STARTED and over):
        yield "state", f"“{report.state.chinese}”，而{when}", f"核对过的状态；{note}"
    if report.percent is not None and 0 < report.percent < 1:
        yield "percent", f"“{texts['percent']}”，单位为%", f"百分数（60%写60，不写0.6）；{note}"
    for column in ("percent", "spent"):
        now, was = getattr(report, column), getattr(before, column, None)
        if now is not None and was is not None and now < was:
            yield column, f"“{texts[column]}”，上年为“{was:.12g}”", f"不低于上年的数；{note}"
    if before and before.state is ProgressState.DONE and report.state is not ProgressState.DONE:
        yield "state", f"“{report.state.chinese}”，上年为“{before.state.chinese}”", f"核对过的状态；{note}"
