"""The page 表二、表三: what became of the earlier projects, and the 47 of this plan as printed."""

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import links, progress, projects
from cixi_analysis.analysis.records import records, row
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Project
from cixi_analysis.presentation import formatting, tables
from cixi_analysis.presentation.html import Html, joined
from cixi_analysis.presentation.ledger import report_of, titled
from cixi_analysis.presentation.titles import commitment_href, item_href, item_title, short_source
from cixi_analysis.words import Entity, Outcome

_NO_BUDGET = "没有概算（不是 0）"


def outcomes_table(plan: Plan) -> Html:
    """Table 2, with the share of completed projects."""
    columns = {
        "project_type": tables.text("项目类型", "nowrap"),
        **{o.value: tables.number(o.chinese) for o in Outcome},
        "total": tables.number("项目总数"), "completion_rate": tables.percent("完成率"),
    }  # fmt: skip
    return tables.table(
        projects.outcomes(plan),
        columns,
        caption="表二 2018-2022年重点工程实施情况（项）",
        empty="没有项目",
        sortable=False,  # 合计 is the last row
    )


def outcomes_prose(plan: Plan) -> Html:
    """Table 2 in a sentence."""
    table = records(projects.outcomes(plan))
    whole, types = table[-1], table[:-1]
    parts = "、".join(f"{o.chinese}{getattr(whole, o.value)}项" for o in Outcome)
    best, worst = (pick(types, key=lambda one: one.completion_rate) for pick in (max, min))
    return tables.paragraph(
        f"{whole.total}项中，{parts}。完成率{formatting.percent(whole.completion_rate)}；"
        f"最高的是{best.project_type}（{formatting.percent(best.completion_rate)}），"
        f"最低的是{worst.project_type}（{formatting.percent(worst.completion_rate)}，共{worst.total}项）。"
        "完成率只计“已完成”，“按原计划推进”和“内容调整”的项目不算完成。"
    )


def money_cards(plan: Plan, year: int) -> Html:
    """The projects of Table 3 in five numbers."""
    whole = projects.concentration(plan)
    states = projects.schedule(plan, year)["state"]
    running = int((states == projects.ScheduleState.RUNNING.value).sum())
    return tables.cards(
        tables.Card(str(whole.totals.projects), "个重点项目"),
        tables.Card(formatting.yi(whole.totals.budget), f"亿元投资概算（{whole.totals.without_budget}项没有概算）"),
        tables.Card(formatting.percent(whole.largest_share), f"最大一项占资金：{whole.largest.name if whole.largest else ''}"),
        tables.Card(formatting.percent(whole.top5_share), "最大五项占资金"),
        tables.Card(str(running), f"项到{year}年底在实施期内"),
    )  # fmt: skip


def concentration_prose(plan: Plan) -> Html:
    """What money and count say differently."""
    whole = projects.concentration(plan)
    shares = records(whole.by_category.fillna({"share_of_money": 0}))
    by_money = max(shares, key=lambda one: one.share_of_money)
    by_count = max(shares, key=lambda one: one.share_of_projects)
    told = [
        f"按资金看，{by_money.category}最多（{formatting.percent(by_money.share_of_money)}）；"
        f"按项目数看，{by_count.category}最多（{formatting.percent(by_count.share_of_projects)}）。"
    ]
    if whole.largest and whole.largest.budget and whole.totals.budget:
        rest = whole.totals.budget - whole.largest.budget
        own = row(projects.by_category(plan), category=whole.largest.category).budget - whole.largest.budget
        told.append(
            f"最大的一项“{whole.largest.name}”（{formatting.yi(whole.largest.budget)}亿元）占全部资金的"
            f"{formatting.percent(whole.largest_share)}，单独决定了资金的分布；不计这一项，{whole.largest.category}"
            f"占其余{formatting.yi(rest)}亿元的{formatting.percent(own / rest)}。"
        )
    return tables.paragraph(*told)


def category_table(plan: Plan) -> Html:
    """By category: count and money, and the share of either."""
    frame = projects.by_category(plan).merge(
        projects.concentration(plan).by_category.drop(columns="without_budget"), on="category"
    )
    columns = {
        "category": tables.text("类别", "nowrap"), "projects": tables.number("项目数"),
        "share_of_projects": tables.percent("占项目数"), "budget": tables.money("概算（亿元）"),
        "share_of_money": tables.percent("占资金"), "without_budget": tables.number("没有概算的项目数"),
    }  # fmt: skip
    return tables.table(frame, columns, caption="表三按类别", empty=_NO_BUDGET)


def unit_table(plan: Plan) -> Html:
    """By responsible unit; the sums of these columns mean nothing."""
    frame = projects.by_unit(plan).sort_values("involved_budget", ascending=False, kind="stable", na_position="last")
    columns = {
        "unit": tables.text("责任单位"), "involved_projects": tables.number("参与项目数"),
        "sole_projects": tables.number("其中单独负责"), "involved_budget": tables.money("参与项目的概算（亿元）"),
        "without_budget": tables.number("没有概算的项目数"),
    }  # fmt: skip
    whole = projects.totals(plan.projects)
    caption = f"表三按责任单位（各行不能相加；全部{whole.projects}项每项只计一次为{formatting.yi(whole.budget)}亿元）"
    return tables.folded(
        f"{len(frame)}个责任单位的明细",
        tables.table(
            frame,
            columns,
            caption=caption,
            empty=_NO_BUDGET,
        ),
    )


def project_table(plan: Plan, year: int) -> Html:
    """Table 3 as printed, with the share of the schedule that has gone by; each project's source is its number."""
    printed = pd.DataFrame([p.model_dump(mode="json") for p in plan.projects])
    frame = printed.merge(projects.schedule(plan, year)[["number", "state", "elapsed_share"]], on="number")
    sources = [short_source(s) for s in frame["source"]]
    usual = [f"表三 序号{n}" for n in frame["number"]]
    frame["source"] = [None if s == u else s for s, u in zip(sources, usual, strict=True)]
    small = Markup("{}<br><small>{}</small>").format
    find = [name.replace("\n", "") for name in frame["name"]]
    frame["units"] = [p.responsible for p in plan.projects]
    frame["years"] = [
        small(r.years, f"{r.state}，已过{formatting.percent(r.elapsed_share, 0)}" if r.elapsed_share else r.state)
        for r in records(frame)
    ]
    known = progress.reports(plan, year, Entity.PROJECT)
    frame["bears"] = [_bearings(plan, p) for p in plan.projects]
    frame["progress"] = [report_of(known.get(str(p.number))) for p in plan.projects]
    columns = {
        "number": tables.number("序号"), "name": tables.name("项目名称"), "category": tables.text("类别", "nowrap"),
        "content": tables.text("主要内容", width="13rem"),
        "years": tables.text(small("实施年限", f"到{year}年底"), "nowrap"),
        "budget": tables.number(small("投资概算", "万元")), "units": tables.members("责任单位"),
        "bears": tables.name("有关指标与承诺"), "progress": tables.text(f"{year}年进展", width="6rem"),
    }  # fmt: skip
    if frame["source"].notna().any():
        columns["source"] = tables.text("另注的出处")
    anchors = [f"project-{n}" for n in frame["number"]]
    caption = f"表三 重点项目（{len(frame)}项；出处为表三同一序号）"
    empty = f"{_NO_BUDGET}，或没有关联"
    return tables.table(
        frame, columns, caption=caption, empty=empty, anchors=anchors, find=find, filters=["category", "units"]
    )


def _bearings(plan: Plan, project: Project) -> Markup:
    """The items a project bears on and the commitments it carries out, each with the reason as a title."""
    pieces = [titled(item_title(item), item_href(item.item_id), row) for item, row in links.items_of(plan, project)] + [
        titled(f"{promise.commitment_id} {promise.metric}", commitment_href(promise.commitment_id), row)
        for promise, row in links.commitments_of_project(plan, project.number)
    ]
    return joined(pieces, "；")


def progress_prose(plan: Plan, year: int) -> Html:
    """What was reported of the projects by the end of the year, in a sentence."""
    counts = records(progress.states(plan, year, Entity.PROJECT))
    told = "、".join(f"{one.state}{one.count}项" for one in counts if one.count)
    money = progress.spending(plan, year)
    spent = (
        "没有项目填报累计投资。"
        if money.spent is None
        else f"{money.reported}项填报了累计投资，合计{formatting.yi(money.spent)}亿元，同一批项目的概算为{formatting.yi(money.budget)}亿元。"
    )
    return tables.paragraph(f"{year}年底，按填报：{told}。{spent}没有填报的不推测。")


def yearly_table(plan: Plan) -> Html:
    """The budget by year under the assumption, summed over categories."""
    rows = projects.yearly_budget(plan)
    frame = rows.groupby("year", as_index=False)[["projects", "without_budget", "budget"]].sum(min_count=1)
    columns = {
        "year": tables.year("年份"), "projects": tables.number("实施期内项目数"),
        "without_budget": tables.number("其中没有概算"), "budget": tables.money("分摊概算（亿元）"),
    }  # fmt: skip
    return tables.folded(
        "分年明细", tables.table(frame, columns, caption=f"概算按年分摊。{projects.ASSUMPTION}", empty=_NO_BUDGET)
    )
