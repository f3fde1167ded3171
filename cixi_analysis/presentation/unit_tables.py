"""The page 责任单位: for each unit its projects, money, indicators, and commitments."""

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import progress
from cixi_analysis.analysis.links import Unit, units
from cixi_analysis.analysis.projects import totals
from cixi_analysis.assessment import Assessment
from cixi_analysis.presentation import formatting, tables
from cixi_analysis.presentation.html import Html, joined, link, stack
from cixi_analysis.presentation.ledger import report_of
from cixi_analysis.presentation.looks import verdict_badge
from cixi_analysis.presentation.titles import commitment_href, item_href, item_title, project_href
from cixi_analysis.words import Entity, Level


def unit_overview(assessment: Assessment) -> Html:
    """A row a unit; the sums of these columns mean nothing."""
    plan = assessment.plan
    own = units(plan)
    rows = [
        (link(u.name, f"#{anchor}"), len(u.projects), len(u.sole), u.money.budget, u.money.without_budget, len(u.items), len(u.commitments))
        for u, anchor in zip(own, anchors(own), strict=True)
    ]  # fmt: skip
    columns = {
        "unit": tables.text("责任单位", width="9rem"), "projects": tables.number("参与项目数"), "sole": tables.number("其中单独负责"),
        "money": tables.money("参与项目的概算（亿元）"), "without": tables.number("没有概算的项目数"),
        "items": tables.number("有关子项"), "commitments": tables.number("有关承诺"),
    }  # fmt: skip
    whole = totals(plan.projects)
    caption = (
        f"{len(own)}个责任单位（各行不能相加；全部{whole.projects}项每项只计一次为{formatting.yi(whole.budget)}亿元）"
    )
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption=caption, empty="没有概算（不是 0）")


def anchors(own: tuple[Unit, ...]) -> list[str]:
    """An id for each unit: its place in the order in which Table 3 first names it, ``unit-1``."""
    return [f"unit-{n}" for n in range(1, len(own) + 1)]


def unit_sections(assessment: Assessment) -> Html:
    """A section a unit."""
    own = units(assessment.plan)
    return stack(*(_section(assessment, u, a) for u, a in zip(own, anchors(own), strict=True)), name="各责任单位")


def _section(assessment: Assessment, unit: Unit, anchor: str) -> Html:
    plan, year = assessment.plan, assessment.year
    known = progress.reports(plan, year, Entity.PROJECT)
    rows = [
        (p.number, link(p.name, project_href(p.number)), p.years, p.budget, joined(x for x in p.responsible if x != unit.name), report_of(known.get(str(p.number))))
        for p in unit.projects
    ]  # fmt: skip
    columns = {
        "number": tables.number("序号"), "name": tables.name("项目"), "years": tables.text("实施年限", "nowrap"),
        "budget": tables.number("概算（万元）"), "others": tables.text("共同负责"), "state": tables.text(f"{year}年进展", width="6rem"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns))
    budget = f"概算{formatting.yi(unit.money.budget)}亿元" if unit.money.budget is not None else "没有概算"
    caption = f"{unit.name}：{len(unit.projects)}个项目，{budget}"
    table = tables.table(frame, columns, caption=caption, empty="没有概算（不是 0），或单独负责", keyed=False)
    points = [*_items(assessment, unit), *_commitments(unit)]
    body = stack(table, tables.bullets(*points))
    return Html(
        Markup('<section id="{}" data-find="{}"><h3>{}</h3>\n{}</section>').format(anchor, unit.name, unit.name, body),
        unit.name,
    )


def _items(assessment: Assessment, unit: Unit) -> Iterator[Markup]:
    if not unit.items:
        yield Markup("有关指标：其项目没有直接关联到指标。")
        return
    pieces = [
        Markup("{} {}").format(
            link(item_title(i), item_href(i.item_id)),
            joined((verdict_badge(assessment.status(i.indicator, v, i.item_id)) for v in Level), " "),
        )
        for i in unit.items
    ]
    yield Markup("有关指标（其项目所关联的，国家级、省级结论）：{}").format(joined(pieces, "；"))


def _commitments(unit: Unit) -> Iterator[Markup]:
    if not unit.commitments:
        yield Markup("有关承诺：其项目没有关联到承诺。")
        return
    pieces = [link(f"{c.commitment_id} {c.metric}", commitment_href(c.commitment_id)) for c in unit.commitments]
    yield Markup("有关承诺：{}").format(joined(pieces, "；"))
