"""The pages 表二、表三 重点工程 and 责任单位."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from cixi_analysis.analysis import commitments, links, projects, records
from cixi_analysis.analysis.links import Unit, units
from cixi_analysis.assessment import Assessment
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables, titles
from cixi_analysis.presentation.commitment_page import report_of
from cixi_analysis.presentation.formatting import percent, yi
from cixi_analysis.presentation.html import Html, cards, joined, link, noted, prose, render
from cixi_analysis.presentation.looks import badge
from cixi_analysis.words import Entity, Outcome

_NO_BUDGET = "没有概算（不是 0）"


def outcomes_table(plan: Plan) -> Html:
    """Table 2, with the share of completed projects."""
    columns = {"项目类型": "short", **{o.chinese: "number" for o in Outcome}, "项目总数": "number", "完成率": "percent"}
    rows = records(projects.outcomes(plan))
    table = plan.frame.tables.past_projects
    caption = f"{table.name} {table.title}（项）" if table else ""
    # Sorting would move 合计 away from the last row.
    return tables.table(rows, columns, caption=caption, empty="没有项目", sortable=False)


def outcomes_prose(plan: Plan) -> Html:
    """Table 2 in a sentence."""
    *types, whole = records(projects.outcomes(plan))
    types = [one for one in types if one.total]  # one without projects has no rate
    counts = [(o.chinese, getattr(whole, o.value)) for o in Outcome]
    best, worst = (_extreme(types, "completion_rate", pick) for pick in (max, min))
    return prose("outcomes", counts=counts, whole=whole, best=best, worst=worst)


def _extreme(rows: Sequence[Any], what: str, pick: Any = max) -> list[Any]:
    """The rows with the largest (or, by ``pick``, the smallest) value, which several may share."""
    edge = pick((getattr(row, what) for row in rows), default=None)
    return [row for row in rows if getattr(row, what) == edge]


def money_cards(plan: Plan, year: int) -> Html:
    """Table 3 in five numbers; fewer where it has little money to compare."""
    whole = projects.concentration(plan)
    running = (projects.schedule(plan, year)["state"] == projects.ScheduleState.RUNNING.value).sum()
    missing = f"{whole.totals.without_budget}项没有概算"
    known = whole.totals.budget is not None
    money = [(yi(whole.totals.budget), f"亿元投资概算（{missing}）") if known else ("无概算", missing)]
    if whole.largest_share:
        if whole.largest:
            money.append((percent(whole.largest_share), f"最大一项占资金：{whole.largest.name}"))
        if whole.totals.projects - whole.totals.without_budget > 5:
            money.append((percent(whole.top5_share), "最大五项占资金"))
    return cards((whole.totals.projects, "个重点项目"), *money, (running, f"项到{year}年底在实施期内"))


def concentration_prose(plan: Plan) -> Html:
    """The largest categories by money and by count, and the effect of the largest project."""
    whole = projects.concentration(plan)
    shares = records(projects.by_category(plan).fillna({"budget": 0, "share_of_money": 0}))
    by_money, by_count = (_extreme(shares, f"share_of_{what}") for what in ("money", "projects"))
    own = sum(one.budget for one in shares if whole.largest and one.category == whole.largest.category)
    told = {"largest": whole.largest, "share": whole.largest_share, "budget": whole.totals.budget, "of_category": own}
    return prose("concentration", **told, by_money=by_money, by_count=by_count)


def category_table(plan: Plan) -> Html:
    """Count and money by category, and the share of either."""
    columns = {"类别": "short", "项目数": "number", "占项目数": "percent", "概算（亿元）": "money", "占资金": "percent"}
    columns["没有概算的项目数"] = "number"
    fields = ["category", "projects", "share_of_projects", "budget", "share_of_money", "without_budget"]
    rows = records(projects.by_category(plan)[fields])
    return tables.table(rows, columns, caption=f"{_named(plan)[0]}按类别", empty=_NO_BUDGET)


def _named(plan: Plan) -> tuple[str, str]:
    """Name and title of the plan's table of projects."""
    table = plan.frame.tables.projects
    return (table.name, table.title) if table else ("", "")


def _by_money(plan: Plan) -> list[Unit]:
    """The responsible units, most money first; those without any last."""
    return sorted(units(plan), key=lambda u: -1 if u.money.budget is None else u.money.budget, reverse=True)


def _money(unit: Unit) -> str:
    return "没有概算" if unit.money.budget is None else f"{yi(unit.money.budget)}亿元"


def unit_contents(plan: Plan) -> Html:
    """The responsible units with projects and money, each linked to its place on the page."""
    own = _by_money(plan)
    piece = Markup("{} <small>{}项，{}</small>").format
    pieces = [piece(titles.unit_link(u.name), len(u.projects), _money(u)) for u in own]
    return render("contents", title=f"{len(own)}个责任单位，按投资概算由多到少", pieces=pieces)


def unit_table(plan: Plan) -> Html:
    """Projects, money, items and commitments by responsible unit, folded. The rows must not be added up."""
    own = _by_money(plan)
    rows = [
        (titles.unit_link(u.name), len(u.projects), len(u.sole), u.money.budget, u.money.without_budget,
         len(u.items), len(u.commitments))
        for u in own
    ]  # fmt: skip
    columns = {"责任单位": "text", "参与项目数": "number", "其中单独负责": "number"}
    columns |= {"参与项目的概算（亿元）": "money", "没有概算的项目数": "number"}
    columns |= {"有关子项": "number", "有关承诺": "number"}
    whole = projects.totals(plan.projects)
    counted_once = f"各行不能相加；全部{whole.projects}项每项只计一次为{yi(whole.budget)}亿元"
    counted_once = counted_once if whole.budget is not None else "各项都没有概算"
    caption = f"{_named(plan)[0]}按责任单位（{counted_once}）"
    return tables.table(rows, columns, caption=caption, empty=_NO_BUDGET, fold=f"{len(rows)}个责任单位的明细")


def unit_sections(assessment: Assessment) -> Html:
    """A section for each unit, most money first, with its projects, items and commitments."""
    plan, year = assessment.plan, assessment.year
    known = commitments.reports(plan, year, Entity.PROJECT)
    columns = {"序号": "number", "项目": "name", "实施年限": "short", "概算（万元）": "number", "共同负责": "text"}
    columns[f"{year}年进展"] = "text"
    shown, levels = [], "、".join(level.chinese for level in plan.levels)
    for unit in _by_money(plan):
        rows = [
            (p.number, link(p.name, titles.href(p)), p.years, p.budget,
             joined(titles.unit_link(x) for x in p.responsible if x != unit.name),
             report_of(plan, known.get(str(p.number))))
            for p in unit.projects
        ]  # fmt: skip
        budget = _money(unit) if unit.money.budget is None else f"概算{_money(unit)}"
        caption = f"{unit.name}：{len(unit.projects)}个项目，{budget}"
        table = tables.table(rows, columns, caption=caption, empty=f"{_NO_BUDGET}，或单独负责")
        items = [
            (titles.item_link(plan, i), [badge(assessment.status(i.indicator, v, i.item_id)) for v in plan.levels])
            for i in unit.items
        ]
        promises = joined((link(titles.title(c), titles.href(c)) for c in unit.commitments), "；")
        shown.append((unit, table, items, promises))
    return render("units", units=shown, levels=levels, anchor=titles.unit_anchor)


def project_table(plan: Plan, year: int) -> Html:
    """Table 3 with links beside the names, the calendar and progress; the number is the source."""
    known, (name, title), plan = commitments.reports(plan, year, Entity.PROJECT), _named(plan), plan.as_of(year)
    rows: list[tuple[object, ...]] = []
    for p, at in zip(plan.projects, records(projects.schedule(plan, year)), strict=True):
        source = titles.short_source(plan, p.source)
        when = f"{at.state}，已过{percent(at.elapsed_share, 0)}" if at.elapsed_share else at.state
        rows.append((
            p.number, noted(p.name, tables.value(p.category, "类别")),
            titles.related([*links.items_of(plan, p), *links.commitments_of(plan, p)]),
            [titles.unit_link(name) for name in p.responsible], p.content, noted(p.years, when), p.budget,
            report_of(plan, known.get(str(p.number))), "" if source == f"{name} 序号{p.number}" else source,
        ))  # fmt: skip
    columns = {"序号": "number", "项目名称": "name filter", "有关指标与承诺": "text", "责任单位": "members"}
    columns |= {"主要内容": "long", noted("实施年限", f"到{year}年底"): "short"}
    columns |= {noted("投资概算", "万元"): "number", f"{year}年进展": "text", "另注的出处": "text optional"}
    caption = f"{name} {title}（{len(rows)}项；出处为{name}同一序号）"
    anchors, find = [f"project-{p.number}" for p in plan.projects], [p.name.replace("\n", "") for p in plan.projects]
    return tables.table(rows, columns, caption=caption, empty=f"{_NO_BUDGET}，或没有关联", anchors=anchors, find=find)


def progress_prose(plan: Plan, year: int) -> Html:
    """The progress of the projects reported for the year, in a sentence."""
    counts = records(commitments.states(plan, year, Entity.PROJECT))
    states = [(one.state, one.count) for one in counts if one.count]
    spent, own = commitments.spending(plan, year)
    return prose("progress", year=year, states=states, spent=spent, own=own)


def yearly_table(plan: Plan) -> Html:
    """The budget by year, spread by :data:`projects.ASSUMPTION`, folded."""
    grouped = projects.yearly_budget(plan).groupby("year", as_index=False)
    rows = records(grouped[["projects", "without_budget", "budget"]].sum(min_count=1))
    columns = {"年份": "year", "实施期内项目数": "number", "其中没有概算": "number", "分摊概算（亿元）": "money"}
    caption = f"概算按年分摊。{projects.ASSUMPTION}"
    return tables.table(rows, columns, caption=caption, empty=_NO_BUDGET, fold="分年明细")
