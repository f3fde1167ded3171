"""Counts and money as bars: a year by domain, the key projects' schedule and budget, the outcomes of the earlier ones."""

from collections.abc import Iterator
from itertools import accumulate

import altair as alt
import pandas as pd

from cixi_analysis.analysis import projects, records
from cixi_analysis.analysis.links import units
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Project
from cixi_analysis.presentation import figure
from cixi_analysis.presentation.figure import Layered, Panels, beside, choice, finished, hover, kept, legend, tooltip
from cixi_analysis.presentation.formatting import number, percent, yi
from cixi_analysis.presentation.looks import ACCENT, ACCENT_SOFT, CATEGORIES, INK, LOOKS
from cixi_analysis.words import Outcome, Status, Verdict

#: The pieces of a bar of the year's counts, from its foot.
_PIECES = (Status.MET, Status.NO_DATA, Status.NOT_FILLED_IN, Status.UNMET)
#: Characters of a project's name beside its bar.
_NAME = 20


def paint(status: Status) -> tuple[str, str, str]:
    """Fill, edge and ink colour: only unmet is dark; no data has a dark edge; not filled in is empty."""
    look = LOOKS[status]
    if status is Status.UNMET:
        return look.ink, look.ink, "#ffffff"
    fill = "#ffffff" if status is Status.NOT_FILLED_IN else look.back
    return fill, look.ink if status in (Status.NOT_FILLED_IN, Status.NO_DATA) else fill, look.ink


@figure.responsive
def progress_by_domain(narrow: bool, assessment: Assessment) -> Panels:
    """Counts of indicators met, without data, not filled in and unmet in each domain, a panel for each level."""
    counts, levels = domain_counts(assessment), assessment.plan.levels
    order, end = list(dict.fromkeys(counts["domain"])), counts["end"].max()
    drawn = counts[counts["count"] > 0]
    drawn = drawn.assign(level_word=[assessment.plan.level(v).chinese for v in drawn["level"]])
    pointed, chosen = hover("domain", "word"), choice("word", list(dict.fromkeys(drawn["word"])), "结论：")
    heads = {"level_word": "级别", "domain": "领域", "word": "结论", "count": "指标数"}
    x = alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, end], nice=False))
    colors = {"fill": figure.as_is(alt.Fill, "fill"), "stroke": figure.as_is(alt.Stroke, "edge")}
    panels: list[Layered] = []
    for level in levels:
        own = counts[counts["level"] == level]
        applicable, met = own["count"].sum(), own.loc[own["verdict"] == Verdict.MET, "count"].sum()
        axis = alt.Axis(labels=narrow or not panels, minExtent=64)
        y = alt.Y("domain:N", sort=order, title=None, axis=axis)
        base = alt.Chart(drawn).transform_filter(f"datum.level == '{level}'").encode(y=y, x=x)
        bars = base.mark_bar(size=24, cornerRadius=2).properties(name=str(level))
        bars = bars.encode(x2=alt.X2("end:Q"), **colors, opacity=kept(pointed, chosen), tooltip=tooltip(**heads))
        labels = base.mark_text(fontWeight="bold")
        labels = labels.encode(x=alt.X("middle:Q"), text=alt.Text("text:N"), color=figure.as_is(alt.Color, "ink"))
        heading = alt.Title(f"{level.chinese}：{met} / {applicable} 项达标", fontSize=13, offset=8)
        width = 280 if narrow else 530 // len(levels)
        panels.append(alt.layer(bars, labels, width=width, height=210, title=heading))
    signs = "　".join(LOOKS[s].text for s in _PIECES if s is not Status.NOT_FILLED_IN or s in set(drawn["verdict"]))
    subtitle = f"格中为指标数：{signs}；本级不要求的指标不计。"
    title, name = f"{assessment.year}年各领域达标情况", f"progress-by-domain-{assessment.year}"
    chart = beside(*panels, narrow=narrow, spacing=24).add_params(pointed, chosen)
    return finished(chart, name, title, heads, subtitle=subtitle)


def domain_counts(assessment: Assessment) -> pd.DataFrame:
    """One row a level, domain and status (``verdict``): count, bar, text and colours."""
    rows = []
    for row in records(tally(assessment, by="domain")):
        for status, (*place, count) in zip(_PIECES, _stacked([getattr(row, s) for s in _PIECES]), strict=True):
            look = LOOKS[status]
            text = f"{look.symbol} {count}"
            rows.append((row.level, row.domain, str(status), look.word, count, *place, text, *paint(status)))
    columns = ["level", "domain", "verdict", "word", "count", "start", "end", "middle", "text", "fill", "edge", "ink"]
    return pd.DataFrame(rows, columns=columns)


def _stacked(counts: list[int]) -> Iterator[tuple[int, int, float, int]]:
    """Start, end, middle and count of each piece of a bar."""
    for count, end in zip(counts, accumulate(counts), strict=True):
        yield end - count, end, end - count / 2, count


@figure.responsive
def schedule(narrow: bool, plan: Plan, year: int) -> Layered:
    """Table 3 as a Gantt chart, by end year: a bar a project, dark up to the end of ``year``, and the share that is."""
    rows, (color, selections) = projects.schedule(plan, year), _by_category(plan, 2 if narrow else 3)
    rows = rows.sort_values(["end_year", "start_year", "number"], ignore_index=True)
    end, starts = rows["end_year"] + 1, rows["start_year"]
    gone = starts.clip(lower=year + 1).clip(upper=end)  # the end of what has passed
    share = (gone - starts) / (end - starts)
    rows = rows.assign(
        label=[f"{r.number} {r.name if len(r.name) <= _NAME else f'{r.name[: _NAME - 1]}…'}" for r in records(rows)],
        end=end, gone=gone, share=[percent(one, 0) for one in share],
        period=[f"{r.start_year}-{r.end_year}" for r in records(rows)],
    )  # fmt: skip
    first, last = int(starts.min()), int(end.max())
    names = None if narrow else alt.Axis(minExtent=260, maxExtent=260, labelLimit=258)
    y = alt.Y("label:N", sort=None, title=None, axis=names)
    axis = alt.Axis(orient="top", values=list(range(first, last + 1)), format="d", labelAngle=0, tickSize=4)
    x = alt.X("start_year:Q", title=None, scale=alt.Scale(domain=[first, last], nice=False), axis=axis)
    told = tooltip(number="序号", name="项目", category="类别", period="年限", share="已过年限", state="年底状态")
    base = alt.Chart(rows).encode(y=y, x=x, color=color, tooltip=told)
    low, size = 6 if narrow else 0, 8 if narrow else 11
    pale = kept(*selections, full=0.3, faded=0.06)
    whole = base.mark_bar(size=size, yOffset=low).encode(x2=alt.X2("end:Q"), opacity=pale)
    passed = base.transform_filter("datum.gone > datum.start_year").mark_bar(size=size, yOffset=low)
    words = alt.Chart(rows).encode(y=y, text=alt.Text("share:N"))
    line = alt.Chart(pd.DataFrame({"at": [year + 1], "text": [f"{year}年底"]})).encode(x=alt.X("at:Q"))
    layers = [
        whole.properties(name="bars").add_params(*selections),
        passed.encode(x2=alt.X2("gone:Q"), opacity=kept(*selections)),
        words.mark_text(align="left", dx=4, dy=low, fontSize=11).encode(x=alt.X("end:Q")),
        line.mark_rule(color=INK, strokeWidth=1.5),
        line.mark_text(baseline="top", dy=5, fontWeight="bold").encode(text=alt.Text("text:N"), y=alt.YValue("height")),
    ]
    if narrow:  # the name above its bar
        name = alt.Chart(rows).mark_text(align="left", dy=-6, fontSize=11)
        layers.append(name.encode(y=y, x=alt.XValue(0), text=alt.Text("label:N")))
    states = rows["state"].to_list()
    counts = "，".join(f"{state.value}{states.count(state.value)}项" for state in projects.ScheduleState)
    title = f"{len(rows)}个重点项目的实施年限与{year}年底：{counts}"
    subtitle = "按结束年排列，刻度为各年年初；深色为已过去的年限，右边是它占全部年限的比例。这是日历，不是工程进度：规划没有给出进度。"
    heads = {"number": "序号", "name": "项目", "category": "类别", "start_year": "开始年", "end_year": "结束年"}
    heads |= {"share": "已过年限", "state": f"{year}年底"}
    chart = alt.layer(*layers, width=300 if narrow else 390, height=alt.Step(28 if narrow else 18))
    return finished(chart, f"schedule-{year}", title, heads, subtitle=subtitle)


def money_by_category(plan: Plan) -> Panels:
    """Money (亿元) and count by category, side by side; the largest project is a segment of its own."""
    shares = projects.by_category(plan)
    first = max(records(shares.fillna({"share_of_money": 0})), key=lambda one: one.share_of_money)
    money = f"占资金{percent(first.share_of_money)}，" if first.share_of_money else ""
    title = f"投资与项目数按类别：{first.category}{money}占项目数{percent(first.share_of_projects)}"
    return _money(plan, [(p.category, p) for p in plan.projects], title, "money-by-category", shares=True)


def money_by_unit(plan: Plan) -> Panels:
    """Money (亿元) and count of the projects of each unit; a project of two units counts in full for both."""
    groups = [(unit, p) for p in plan.projects for unit in p.responsible]
    top = max(units(plan), key=lambda unit: unit.money.budget or 0)
    title = f"投资与项目数按责任单位：{top.name}参与{len(top.projects)}项"
    title += "" if top.money.budget is None else f"、{yi(top.money.budget)}亿元"
    return _money(plan, groups, title, "money-by-unit", shares=False)


@figure.responsive
def _money(
    narrow: bool, plan: Plan, groups: list[tuple[str, Project]], title: str, name: str, *, shares: bool
) -> Panels:
    """A panel of money and one of counts by group, one below the other where ``narrow``; ``shares`` adds the share to
    the labels.
    """
    head, whole, rows = "类别" if shares else "责任单位", projects.concentration(plan), []
    for group, p in groups:  # money in 亿元: 0 without a budget
        place, piece = (0, f"其中：{p.name}") if p is whole.largest else (1, "其余项目")
        money = round((p.budget or 0) / 1e4, 8)
        rows.append((group, p.number, p.name, piece, place, money, 1, p.budget is not None))
    data = pd.DataFrame(rows, columns=["group", "number", "name", "piece", "order", "money", "count", "known"])
    sums = data.groupby("group", sort=False)[["money", "count", "known"]].sum().reset_index()
    order = list(sums.sort_values("money", ascending=False, kind="stable")["group"])
    pieces = list(data.sort_values("order", kind="stable")["piece"].unique())
    colors = alt.Scale(domain=pieces, range=[ACCENT, ACCENT_SOFT][-len(pieces) :])
    color, pointed, picked = alt.Color("piece:N", sort=pieces, scale=colors), hover("group"), legend("piece")
    data = data.assign(money=data["money"].where(data["known"])).drop(columns="known")
    extent = 96 if shares else 130 if narrow else 190

    def panel(field: str, heading: str, total: float) -> Layered:
        left = field == "money"
        labels = [
            "无概算" if left and not r.known
            else (yi(r.money * 1e4) if left else number(r.count))
            + (f"（{percent(getattr(r, field) / total)}）" if shares and total else "")
            for r in records(sums)
        ]  # fmt: skip
        axis = alt.Axis(labels=left or narrow, minExtent=extent if left or narrow else 0, labelLimit=extent)
        y = alt.Y("group:N", sort=order, title=None, axis=axis)
        x = alt.X(f"sum({field}):Q", title=None, axis=alt.Axis(tickCount=4))
        told = tooltip(group=head, piece="项目", **{f"sum_{field}": heading})
        bars = alt.Chart(data, name=field).transform_calculate(money="datum.money || 0").mark_bar(size=15)
        bars = bars.encode(
            y=y, x=x, color=color, order=alt.Order("order:Q"), opacity=kept(pointed, picked), tooltip=told
        )
        text = alt.Chart(sums.assign(label=labels)).mark_text(align="left", dx=5, fontSize=11.5)
        text = text.encode(y=y, x=alt.X(f"{field}:Q"), text=alt.Text("label:N"))
        size = {"width": 140 if narrow else 160, "height": alt.Step(24)}
        return alt.layer(bars, text, title=alt.Title(heading, fontSize=13), **size)

    panels = [panel("money", "资金（亿元）", (whole.totals.budget or 0) / 1e4)]
    panels.append(panel("count", "项目数（项）", whole.totals.projects))
    double = "" if shares else "一个项目有几个责任单位就在几处各计一次，因此各单位不能相加。"
    told = "都没有概算"
    if whole.totals.budget is not None:
        told = f"共{yi(whole.totals.budget)}亿元（{whole.totals.without_budget}项没有概算，不计入资金）"
    if whole.largest and whole.largest_share:
        told += f"；最大的一项占{percent(whole.largest_share)}，单独以深色标出"
    subtitle = f"全部{whole.totals.projects}项{told}。{double}"
    chart = beside(*panels, narrow=narrow, spacing=84).add_params(pointed, picked)
    heads = {"group": head, "number": "序号", "name": "项目", "money": "概算（亿元）"}
    return finished(chart, name, title, heads, subtitle=subtitle)


@figure.responsive
def yearly_budget(narrow: bool, plan: Plan, year: int) -> Layered:
    """Money (亿元) by year and category, spread evenly over each schedule; ``year`` is marked."""
    rows = projects.yearly_budget(plan)
    money = (rows["budget"].fillna(0) / 1e4).round(4)
    rows = rows.assign(money=money, label=rows["year"].astype(str))[["label", "category", "projects", "money"]]
    sums = rows.groupby("label")["money"].sum().round(4).reset_index()
    sums["text"] = [yi(v * 1e4, 0 if narrow and v >= 10 else 1) for v in sums["money"]]
    peak = sums["money"].max()
    peaks = sums["label"][sums["money"] == peak].to_list()
    axis = alt.Axis(tickCount=5, grid=False, titleAngle=0, titleAlign="right", titleY=-12, titleX=-4)
    x = alt.X("label:O", title=None, axis=alt.Axis(labelAngle=-90 if narrow else 0))
    y, money_y = alt.Y("sum(money):Q", title="亿元", axis=axis), alt.Y("money:Q")
    color, selections = _by_category(plan, 2 if narrow else 3)
    told = tooltip(label="年份", category="类别", sum_money="分摊概算（亿元）")
    bars = alt.Chart(rows[rows["projects"] > 0], name="bars").mark_bar(size=18 if narrow else 26)
    bars = bars.add_params(*selections).encode(x=x, y=y, color=color, opacity=kept(*selections), tooltip=told)
    top = alt.Chart(sums)
    here = top.transform_filter(f"datum.label == '{year}'").mark_text(dy=-24, text="▼ 本年", fontWeight="bold")
    text = top.mark_text(dy=-8, fontSize=9.5 if narrow else 11.5)
    chart = alt.layer(bars, text.encode(x=x, y=money_y, text=alt.Text("text:N")), here.encode(x=x, y=money_y))
    named = f"{peaks[0]}年最多，约" if len(peaks) == 1 else f"{peaks[0]}年等{len(peaks)}年最多，各约"
    title = f"概算按年分摊：{named}{yi(peak * 1e4, 1)}亿元" if peak else "概算按年分摊"
    heads = {"label": "年份", "category": "类别", "projects": "在期项目", "money": "分摊概算（亿元）"}
    size = {"width": 310 if narrow else 620, "height": 260}
    return finished(chart, f"yearly-budget-{year}", title, heads, subtitle=projects.ASSUMPTION, **size)


@figure.responsive
def past_outcomes(narrow: bool, plan: Plan) -> Layered:
    """Table 2: the number of the last plan's projects by type and outcome."""
    *types, total = records(projects.outcomes(plan))
    rows = [
        (f"{one.project_type}（{one.total}项）", outcome.chinese, order, *piece)
        for one in types
        for order, (outcome, piece) in enumerate(
            zip(Outcome, _stacked([getattr(one, o) for o in Outcome]), strict=True)
        )
    ]
    data = pd.DataFrame(rows, columns=["type", "outcome", "order", "start", "end", "middle", "count"])
    words, heads = [o.chinese for o in Outcome], {"type": "项目类型", "outcome": "结果", "count": "项目数"}
    y = alt.Y("type:N", sort=None, title=None, axis=alt.Axis(minExtent=110))
    base = alt.Chart(data[(data["count"] > 0) | (total.total == 0)]).encode(y=y)
    scale = alt.Scale(domain=words, range=[ACCENT, "#8fbfae", "#e3c98a", "#d9dde2"])
    color = alt.Color("outcome:N", sort=words, scale=scale, legend=alt.Legend(columns=1 if narrow else 2))
    selections = hover(), legend("outcome"), choice("outcome", words, "结果：")
    x = alt.X("start:Q", title="项目数", axis=alt.Axis(tickMinStep=1))
    bars = base.mark_bar(size=26).properties(name="bars").add_params(*selections)
    bars = bars.encode(x=x, x2=alt.X2("end:Q"), color=color, opacity=kept(*selections), tooltip=tooltip(**heads))
    ink = figure.conditional(alt.ColorValue, "datum.order == 0", "#ffffff", INK)
    text = base.mark_text(fontWeight="bold").encode(x=alt.X("middle:Q"), text=alt.Text("count:Q"), color=ink)
    completed, rate = getattr(total, Outcome.COMPLETED.value), percent(total.completion_rate)
    table = plan.frame.tables.past_projects
    title = f"{table.title if table else ''}：{total.total}项中已完成{completed}项，完成率{rate}"
    chart = alt.layer(bars, text, width=210 if narrow else 480, height=alt.Step(38))
    return finished(chart, "past-outcomes", title, heads)


def _by_category(plan: Plan, columns: int) -> tuple[alt.Color, tuple[alt.Parameter, ...]]:
    """Colour and selections of a chart by the projects' categories."""
    names = list(dict.fromkeys(p.category for p in plan.projects))
    shown = alt.Legend(columns=columns, symbolOpacity=1)
    color = alt.Color("category:N", sort=names, scale=alt.Scale(domain=names, range=CATEGORIES), legend=shown)
    return color, (hover(), legend("category"), choice("category", names, "类别："))
