"""What a template may name, and every value that the report of a year can show. Nothing is computed here.

The names are attributes of plain namespaces; ``template.docx`` uses nearly all of them. A computed text is a
:class:`~cixi_analysis.report.values.Value`; what the plan prints (names of items, contents of projects) is plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from cixi_analysis.analysis import table1
from cixi_analysis.export import Figures
from cixi_analysis.plan import build_date
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import charts, summary
from cixi_analysis.presentation.figure import on_paper
from cixi_analysis.report import chapters, indicator_rows
from cixi_analysis.report.evidence_rows import evidence_rows
from cixi_analysis.report.values import Issue, ReportError
from cixi_analysis.words import Stage


@dataclass(frozen=True)
class Contents:
    """The report of one year: what a template may name, and the values and pictures behind it."""

    year: int
    #: of the plan
    title: str
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
        "stage": "" if (stage := table1.coverage(plan, year).stage) is Stage.FINAL else str(stage), "standards": list(table1.standards(plan, year)),
        "tables": SimpleNamespace(
            indicators=frame.tables.indicators, past=frame.tables.past_projects if plan.past_projects else None,
            projects=frame.tables.projects if plan.projects else None,
        ),
        "sentence": _sentences(figures, issue), "levels": indicator_rows.levels(figures, issue), "domains": domains,
        "items": [item for domain in domains for item in domain.items], "bases": indicator_rows.bases(figures, issue),
        "conventions": indicator_rows.conventions(plan), "targets": indicator_rows.targets(plan, year, issue),
        "actions": chapters.actions_of(plan, year, issue), "changes": chapters.changes_of(plan, year, issue),
        "works": chapters.works_of(plan, year, issue), "evidence": evidence_rows(plan, year, issue),
        "figure": _figures(figures, issue),
    }  # fmt: skip
    return Contents(year, frame.title, names, issue)


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
