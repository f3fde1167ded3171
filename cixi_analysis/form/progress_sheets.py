"""The two sheets of progress: one row a project of Table 3, one row a commitment, to be filled in or left empty."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.progress import NOT_REPORTED, reports
from cixi_analysis.form.input_cells import decimal_text
from cixi_analysis.form.layout import FormColumn, Kind
from cixi_analysis.form.table import LONGEST_PROMPT, Inputs, Table, shortened
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Progress, Project
from cixi_analysis.words import Entity

_STATE = FormColumn("state", "状态", 10, Kind.CHOICE, "state", "该年底的状态。没有资料的，整行留空。")
_PERCENT = FormColumn(
    "percent", "完成比例（%）", 10, Kind.NUMBER, "percent", "截至该年底完成了百分之几，只写数：60%写60。不知道留空。"
)
_SPENT = FormColumn(
    "spent", "累计投资（万元）", 16, Kind.NUMBER, "spent", "截至该年底累计完成的投资，万元，只写数。不知道留空，不写0。"
)
_NOTE = FormColumn(
    "note", "说明", 30, Kind.TEXT, "note", "进展、困难、调整的情况；检查提示可疑而填写无误时，也在此说明。"
)
_SOURCE = FormColumn("source", "出处", 24, Kind.TEXT, "source", "文件名称、章节、表、行。填了这一行就必须填。")
_RESPONSIBLE = FormColumn("responsible", "填报单位", 14, Kind.TEXT, "responsible", "谁对这一行负责。")
_LAST = FormColumn("last", "上年填报", 16, Kind.SHOWN)

PROJECT_COLUMNS = (
    FormColumn("key", "序号", 6, Kind.SHOWN),
    FormColumn("name", "项目名称", 24, Kind.SHOWN),
    FormColumn("content", "主要内容", 38, Kind.SHOWN),
    FormColumn("years", "实施年限", 11, Kind.SHOWN),
    FormColumn("budget", "概算（万元）", 13, Kind.SHOWN),
    FormColumn("units", "责任单位", 20, Kind.SHOWN),
    _LAST,
    *(_STATE, _PERCENT, _SPENT, _NOTE, _SOURCE, _RESPONSIBLE),
)
COMMITMENT_COLUMNS = (
    FormColumn("key", "编号", 7, Kind.SHOWN),
    FormColumn("name", "承诺事项", 36, Kind.SHOWN),
    FormColumn("promised", "承诺的数量", 14, Kind.SHOWN),
    FormColumn("deadline", "期限", 13, Kind.SHOWN),
    FormColumn("scope", "范围", 14, Kind.SHOWN),
    FormColumn("place", "规划中的位置", 16, Kind.SHOWN),
    _LAST,
    *(_STATE, _PERCENT, _NOTE, _SOURCE, _RESPONSIBLE),
)
#: What people may fill in, of projects and of commitments.
INPUT_COLUMNS = (_STATE, _PERCENT, _SPENT, _NOTE, _SOURCE, _RESPONSIBLE)


@dataclass(frozen=True)
class Subject:
    """What a row of progress is about."""

    kind: Entity
    of: Project | Commitment

    def __str__(self) -> str:
        return str(self.of.number) if isinstance(self.of, Project) else self.of.commitment_id


def subjects(plan: Plan) -> tuple[Subject, ...]:
    """Every project, then every commitment, in the plan's order."""
    projects = (Subject(Entity.PROJECT, project) for project in plan.projects)
    return (*projects, *(Subject(Entity.COMMITMENT, promise) for promise in plan.commitments))


def progress_tables(plan: Plan, year: int) -> tuple[Table[Subject], ...]:
    """The sheets of progress in the form of ``year``; none of a kind of which the plan has nothing."""
    kinds = ((Entity.PROJECT, "项目进展", PROJECT_COLUMNS), (Entity.COMMITMENT, "承诺进展", COMMITMENT_COLUMNS))
    found = []
    for kind, name, columns in kinds:
        now, before = reports(plan, year, kind), reports(plan, year - 1, kind)
        own = [subject for subject in subjects(plan) if subject.kind is kind]
        shown = {subject: _shown(subject, before.get(str(subject)), year - 1) for subject in own}

        def inputs(
            subject: Subject,
            columns: tuple[FormColumn, ...] = columns,
            now: Mapping[str, Progress] = now,
            before: Mapping[str, Progress] = before,
        ) -> Inputs:
            return _inputs(columns, now.get(str(subject)), before.get(str(subject)), year - 1)

        groups = {subject: subject.of.category if isinstance(subject.of, Project) else "" for subject in own}
        if own:
            found.append(Table(name, year, columns, shown, groups, inputs, remarks=("note",)))
    return tuple(found)


def summary(report: Progress) -> str:
    """A report in a few characters: ``进行中，60%，3000万元``."""
    parts = [report.state.chinese]
    parts += [] if report.percent is None else [f"{decimal_text(report.percent)}%"]
    parts += [] if report.spent is None else [f"{decimal_text(report.spent)}万元"]
    return "，".join(parts)


def _shown(subject: Subject, before: Progress | None, last_year: int) -> dict[str, str]:
    one = subject.of
    last = {"key": str(subject), "last": f"{summary(before) if before else NOT_REPORTED}（{last_year}年）"}
    if isinstance(one, Project):
        budget = one.budget_absence or "" if one.budget is None else decimal_text(one.budget)
        about = {"name": one.name, "content": one.content, "years": one.years, "budget": budget, "units": one.units}
    else:
        about = {"name": one.metric, "promised": promised(one), "deadline": deadline(one), "scope": one.scope}
        about["place"] = one.place
    return about | last


def _inputs(columns: tuple[FormColumn, ...], now: Progress | None, before: Progress | None, last_year: int) -> Inputs:
    inputs = [column for column in columns if column.kind is not Kind.SHOWN]
    last = dict(_entries(before)) if before else {}

    def prompt(column: FormColumn) -> str:
        was = last.get(column.key)
        shown = was if was is None or isinstance(was, str) else decimal_text(was)
        return column.hint if shown is None else shortened(f"{column.hint}\n{last_year}年：{shown}", LONGEST_PROMPT)

    return Inputs(
        content=dict(_entries(now)) if now else {},
        opened=frozenset(column.key for column in inputs),
        prompts={column.key: prompt(column) for column in inputs},
    )


def _entries(report: Progress) -> Iterator[tuple[str, str | float]]:
    """Input column → content, filled ones only."""
    for column in INPUT_COLUMNS:
        content = getattr(report, column.field)
        if content is not None:
            yield column.key, report.state.chinese if column.key == "state" else content
