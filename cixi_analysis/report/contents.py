"""The context of a template: every value that the report of a year can show, by name. Nothing is computed here.

The names are attributes of plain namespaces; ``template.docx`` uses nearly all of them. A computed text is a
:class:`~cixi_analysis.report.issue.Value`; what the plan prints (names of items, contents of projects) is plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup, escape

from cixi_analysis.analysis import commitments, projects, records, table1
from cixi_analysis.analysis.actions import Action, Urgency, actions
from cixi_analysis.assessment import TARGET, Assessment, assess
from cixi_analysis.export import Figures
from cixi_analysis.plan import build_date
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import charts, project_page, summary
from cixi_analysis.presentation.action_list import facts, nothing_to_do, shortage
from cixi_analysis.presentation.changes_page import figure_text, points, since_last_year
from cixi_analysis.presentation.commitment_page import report_of
from cixi_analysis.presentation.figure import on_paper
from cixi_analysis.presentation.formatting import number, percent, rounded, yi
from cixi_analysis.presentation.titles import item_title
from cixi_analysis.report import indicator_rows
from cixi_analysis.report.issue import Issue, ReportError
from cixi_analysis.words import Direction, Entity, Outcome, Stage, Status


@dataclass(frozen=True)
class Contents:
    """The report of one year: the context of the template, and the values and pictures behind it."""

    names: Mapping[str, Any]
    issue: Issue


@lru_cache(maxsize=4)
def issued(plan: Plan, year: int) -> Mapping[str, str]:
    """Key → text of every value that a report of the year, made now, could show. Raises what :func:`contents` raises."""
    return {key: str(value) for key, value in contents(plan, year).issue.values.items()}


@on_paper()
def contents(plan: Plan, year: int) -> Contents:
    """Everything of the report of a year. Raises :class:`UnknownYear`, and :class:`ReportError` before the base year."""
    plan.require_year(year)
    if year < (base := plan.frame.base_year):
        only = f"{year} 年早于规划的基准年 {base} 年，规划只印有当年的个别数字，不出自评估报告。"
        raise ReportError(f"{only}已知的数字见 cixi assess {year} 和 cixi export {year}。")
    figures, issue, given = Figures(plan, year), Issue(), build_date()
    plan, frame = figures.plan, figures.plan.frame
    domains = indicator_rows.domains(figures, issue)
    names = {
        "year": year, "years": list(indicator_rows.years(year)), "title": frame.title, "region": frame.region,
        "compiled_by": frame.compiled_by or "", "base_year": frame.base_year, "target_years": list(frame.target_years),
        "date": f"{given.year}年{given.month}月{given.day}日" if given else "",
        "stage": "" if (stage := table1.coverage(plan, year).stage) is Stage.FINAL else str(stage),
        "standards": list(table1.standards(plan, year)),
        "tables": SimpleNamespace(
            indicators=frame.tables.indicators, past=frame.tables.past_projects if plan.past_projects else None,
            projects=frame.tables.projects if plan.projects else None,
        ),
        "sentence": _sentences(figures, issue), "levels": indicator_rows.level_counts(figures, issue), "domains": domains,
        "items": [item for domain in domains for item in domain.items], "bases": indicator_rows.bases(figures, issue),
        "conventions": indicator_rows.conventions(plan), "targets": indicator_rows.targets(plan, year, issue),
        "actions": actions_of(figures.assessment, issue), "changes": changes_of(plan, year, issue),
        "works": works_of(plan, year, issue), "evidence": indicator_rows.evidence(plan, year, issue),
        "figure": _figures(figures, issue),
    }  # fmt: skip
    return Contents(names, issue)


def _sentences(figures: Figures, issue: Issue) -> SimpleNamespace:
    """The book's paragraphs."""
    plan, year = figures.plan, figures.year
    return SimpleNamespace(
        stage=issue.value("sentence.stage", figures.stage, "数据状况"),
        plan=issue.sentence("plan", summary.plan_in_numbers(plan), "规划概况"),
        scope=issue.sentence("scope", summary.scope(plan), "范围"),
        headline=issue.sentence("headline", summary.verdict_counts(figures.assessment), "各级达标情况"),
        last_standard=issue.sentence("last_standard", summary.by_last_standard(plan, year), "按上一年的要求"),
        refused=issue.sentence("refused", summary.refused(plan, year), "不能解读的要求"),
    )


def _figures(figures: Figures, issue: Issue) -> SimpleNamespace:
    """The charts of the whole year; None where there is nothing to draw."""
    plan, year, assessment = figures.plan, figures.year, figures.assessment
    return SimpleNamespace(
        progress=issue.figure("progress", charts.progress_by_domain(assessment)),
        unmet=issue.figure("unmet", charts.unmet_bullets(assessment)),
        gaps=issue.figure("gaps", charts.gaps(plan, year, figures.trends)),
    )


#: Name in a template → part of the list of items to act on.
_PARTS = {
    Urgency.REQUIREMENT_UNMET: "unmet", Urgency.TARGET_UNMET: "short", Urgency.NO_DATA: "no_data",
    Urgency.NOT_FILLED_IN: "not_filled_in",
}  # fmt: skip


def without_markup(text: str | Markup) -> str:
    """Markup as text, a line break as one."""
    return "\n".join(line.striptags() for line in escape(text).split("<br>"))


def actions_of(assessment: Assessment, issue: Issue) -> SimpleNamespace:
    """The items to act on, the most urgent first, by part of the list."""
    own = actions(assessment.plan, assessment.year)
    nothing = "" if own else nothing_to_do(assess(assessment.plan, assessment.year, against=TARGET))
    found = SimpleNamespace(nothing=issue.value("sentence.nothing", nothing, "没有需要处理的"))
    for part, name in _PARTS.items():
        rows = [_action(assessment, issue, action) for action in own if action.urgency is part]
        count = issue.value(f"count.actions.{name}", len(rows), "要处理的子项数")
        vars(found).update({name: rows, f"{name}_count": count})
    return found


def _action(assessment: Assessment, issue: Issue, action: Action) -> SimpleNamespace:
    key, title, told = f"action.{action.item.item_id}", item_title(action.item), facts(assessment.plan, action)
    texts = {
        "gap": (shortage(assessment, action), "差距"), "step": (told.get("每年需", ""), "每年需"),
        "ways": (told.get("怎样达标", ""), "怎样达标"), "works": (told.get("有关项目", ""), "有关项目"),
    }  # fmt: skip
    values = {
        name: issue.value(f"{key}.{name}", without_markup(text), f"{title}，{about}") if text else None
        for name, (text, about) in texts.items()
    }
    statuses = dict.fromkeys(status.chinese for status in action.statuses.values())
    units = "、".join(action.units)
    return SimpleNamespace(
        title=title, domain=action.item.domain, attribute=action.item.attribute.chinese, units=units, **values,
        status=issue.value(f"{key}.status", "、".join(statuses), f"{title}，结论"),
    )  # fmt: skip


def changes_of(plan: Plan, year: int, issue: Issue) -> SimpleNamespace | None:
    """The changes since the year before; None without one."""
    if (found := since_last_year(plan, year)) is None:
        return None
    told = [
        issue.value(f"sentence.changes.{n}", without_markup(text), f"与{found.other}年相比")
        for n, text in enumerate(points(plan, found), 1)
    ]
    names = {item.indicator: item.indicator_name for item in plan.items}
    verdicts = [
        SimpleNamespace(
            name=f"{r.indicator} {names[r.indicator]}", level=plan.level(r.level).chinese,
            before=Status(r.before_status).chinese, sentence=issue.value(f"{key}.why", r.after_reason.sentence, "理由"),
            after=issue.value(f"{key}.after", Status(r.after_status).chinese, "变化后的结论"),
        )
        for r in records(found.verdicts.query("item_id == ''"))
        if (key := f"change.{r.indicator}.{r.level}")
    ]  # fmt: skip
    values = [_value(plan, issue, r) for r in records(found.values)]
    moved = [one for one in values if one.is_moved]
    return SimpleNamespace(
        other=found.other, is_retrospect=found.retrospect, points=told, verdicts=verdicts, values=values, moved=moved
    )


def _value(plan: Plan, issue: Issue, row: Any) -> SimpleNamespace:
    """A figure known in both years."""
    item, level = plan.item(row.item_id), f".value.{row.level}" if row.level else ""
    way = Direction(row.direction).chinese if row.direction else ""
    texts = {
        "before": figure_text(row.before, row), "after": figure_text(row.after, row),
        "change": rounded(row.change, signed=True), "direction": way or row.incomparable,
    }  # fmt: skip
    values = issue.row(f"change.{item.item_id}{level}", texts, item_title(item))
    is_moved = bool(row.incomparable) or row.change != 0  # 28.0 is 28
    return SimpleNamespace(title=item_title(item, row.measure), is_moved=is_moved, **values)


def works_of(plan: Plan, year: int, issue: Issue) -> SimpleNamespace:
    """The key projects: those of the plan before (``past``), and this plan's (``projects``); empty lists without any."""
    found = SimpleNamespace(past=[], projects=[], categories=[], outcomes=None, money=None, progress=None, figure=None)
    found.figure = SimpleNamespace(past=None, money=None, schedule=None)
    if plan.past_projects:
        found.outcomes = issue.sentence("outcomes", project_page.outcomes_prose(plan), "上一轮工程")
        found.past = [_past(issue, at, row) for at, row in enumerate(records(projects.outcomes(plan)), 1)]
        found.figure.past = issue.figure("past", charts.past_outcomes(plan))
    if plan.projects:
        whole = projects.totals(plan.projects)
        found.count = issue.value("projects.count", whole.projects, "重点项目数")
        found.budget = issue.value("projects.budget", yi(whole.budget), "投资概算（亿元）")
        found.money = issue.sentence("money", project_page.concentration_prose(plan), "投资的分布")
        found.progress = issue.sentence("progress", project_page.progress_prose(plan, year), f"{year}年的进展")
        found.categories = [_category(issue, at, row) for at, row in enumerate(records(projects.by_category(plan)), 1)]
        found.projects = _projects(plan, year, issue)
        found.figure.money = issue.figure("money", charts.money_by_category(plan))
        found.figure.schedule = issue.figure("schedule", charts.schedule(plan, year))
    return found


def _past(issue: Issue, at: int, row: Any) -> SimpleNamespace:
    counts = [issue.value(f"past.{at}.{o}", getattr(row, o.value), f"{row.project_type}，{o.chinese}") for o in Outcome]
    return SimpleNamespace(
        name=row.project_type, counts=counts,
        total=issue.value(f"past.{at}.total", row.total, "项目总数"),
        rate=issue.value(f"past.{at}.rate", percent(row.completion_rate), "完成率"),
    )  # fmt: skip


def _category(issue: Issue, at: int, row: Any) -> SimpleNamespace:
    texts = {
        "projects": number(row.projects), "share_of_projects": percent(row.share_of_projects),
        "budget": yi(row.budget), "share_of_money": percent(row.share_of_money),
        "without_budget": number(row.without_budget),
    }  # fmt: skip
    return SimpleNamespace(name=row.category, **issue.row(f"category.{at}", texts, row.category))


def _projects(plan: Plan, year: int, issue: Issue) -> list[SimpleNamespace]:
    """The projects, each with its state by the calendar, and the reported progress."""
    known, found = commitments.reports(plan, year, Entity.PROJECT), []
    for p, at in zip(plan.projects, records(projects.schedule(plan, year)), strict=True):
        passed = f"，已过{percent(at.elapsed_share, 0)}" if at.elapsed_share else ""
        budget = "/" if p.budget is None else number(p.budget)
        key, about = f"project.{p.number}", f"项目{p.number} {p.name}"
        told = without_markup(report_of(plan, known.get(str(p.number))))
        found.append(SimpleNamespace(
            number=p.number, category=p.category, name=p.name, content=p.content, units=p.units,
            years=p.years, budget=issue.value(f"{key}.budget", budget, f"{about}，投资概算（万元）"),
            schedule=issue.value(f"{key}.schedule", f"{at.state}{passed}", f"{about}，{year}年底的年限"),
            progress=issue.value(f"{key}.progress", told.removeprefix("· "), f"{about}，{year}年进展"),
        ))  # fmt: skip
    return found
