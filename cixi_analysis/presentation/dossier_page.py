"""The page of one indicator (指标档案), and the list of all of them."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis.audit import result
from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.dossier import Dossier, value_text, yardsticks
from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import Assessment
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.presentation import charts, tables
from cixi_analysis.presentation.audit_pages import SIGNS
from cixi_analysis.presentation.html import Html, joined, lines, link, stack
from cixi_analysis.presentation.looks import basis_word, verdict_badge
from cixi_analysis.presentation.titles import (
    commitment_href,
    finding_href,
    indicator_href,
    item_anchor,
    item_label,
    item_title,
    project_href,
    short_source,
    table1_href,
)
from cixi_analysis.presentation.trend_tables import margin_table, pace_table
from cixi_analysis.words import Level

#: What the plan prints for a unit that is none.
UNITS = {None: "单位原表空白", "-": "无单位"}


def head(found: Dossier, years: tuple[int, ...]) -> Html:
    """What kind of indicator this is, its items, and the way to its rows in Table 1 of every year."""
    first = found.items[0]
    rows = [Markup("{}　{}　{}指标").format(first.domain, first.task, first.attribute.chinese)]
    for item in found.items:
        ways = joined((link(f"{year}年", table1_href(item.item_id, f"../{year}/")) for year in reversed(years)), "、")
        name = item.name + (f"（省级：{item.provincial_name}）" if item.provincial_name else "")
        about = f"{UNITS.get(item.unit, f'单位：{item.unit}')}；{item.polarity.chinese}"
        told = Markup('<span id="{}" data-find="{}"><strong>{}{}</strong>　{}；表一中的行：{}</span>')
        rows.append(told.format(item_anchor(item.item_id), _findable(item), item.part_mark, name, about, ways))
    return tables.bullets(*rows)


def _findable(item: Indicator) -> str:
    """The names by which the site's search finds an item."""
    return " / ".join(name for name in (item_title(item), item.provincial_name) if name)


def verdict_list(found: Dossier) -> Html:
    """The verdicts of the year at both levels, and why."""
    own = found.verdicts[(found.verdicts["year"] == found.year) & (found.verdicts["item_id"] == "")]
    points = [
        Markup("{} {}{}　{}").format(
            Level(row.level).chinese,
            verdict_badge(row.status),
            f"（{basis_word(row.basis)}）" if row.basis else "",
            row.reason,
        )
        for row in records(own)
    ]
    return tables.bullets(*points)


def verdict_table(found: Dossier) -> Html:
    """The verdict of every year with basis and reason: the indicator as a whole, then its items where it has several."""
    several = len(found.items) > 1
    rows = [
        (row.year, _whole_or_item(found, row.item_id), Level(row.level).chinese, row.status, basis_word(row.basis), row.reason)
        for year in reversed(found.verdicts["year"].unique())
        for row in _whole_first(found.verdicts[found.verdicts["year"] == year])
        if several or row.item_id == ""
    ]  # fmt: skip
    columns = {
        "year": tables.year("年份"), "of": tables.name("指标或子项"), "level": tables.text("级别", "nowrap"),
        "verdict": tables.verdict("结论"), "basis": tables.text("依据", "nowrap"), "reason": tables.text("理由", "long"),
    }  # fmt: skip
    caption = "各年的结论；基准年以前按最早的要求回看"
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption=caption, empty="无数据或没有要求")


def _whole_first(table: pd.DataFrame) -> list[Any]:
    return sorted(records(table), key=lambda row: row.item_id != "")


def _whole_or_item(found: Dossier, item_id: str) -> str:
    return item_title(found.plan.item(item_id)) if item_id else f"{found.indicator} {found.name}（整项）"


def wording_table(found: Dossier) -> Html:
    """What is asked, verbatim, and the tree it was read as."""
    rows = [
        (
            item_title(found.plan.item(row.item_id)), _of(row.level), lines(row.wording), _reading(row), short_source(row.source),
        )
        for row in records(found.wordings)
    ]  # fmt: skip
    columns = {
        "item": tables.name("子项"), "of": tables.text("要求", "nowrap"), "wording": tables.text("原文", "long"),
        "tree": tables.text("解读", "long"), "source": tables.text("出处"),
    }  # fmt: skip
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption="要求、规划值与解读")


def _of(level: str) -> str:
    return f"{level}年规划值" if level.isdigit() else f"{Level(level).chinese}要求"


def _reading(row: object) -> Markup:
    tree, meaning, explicit = (getattr(row, name) for name in ("tree", "meaning", "explicit"))
    if not isinstance(tree, str):
        return Markup("本级没有要求")
    told = Markup("<code>{}</code><br><small>{}</small>").format(tree, meaning)
    return told + Markup("<br><small>另定读法：{}</small>").format(explicit) if isinstance(explicit, str) else told


def observation_table(found: Dossier) -> Html:
    """Everything observed, newest first, each with its source."""
    rows = [
        (year, _measured(found.plan.item(o.item_id), o), value_text(found.plan.item(o.item_id), o), "；".join(yardsticks(o)) or None, o.statement,
         short_source(o.source))
        for year, o in reversed(found.observations)
    ]  # fmt: skip
    columns = {
        "year": tables.year("年份"), "measured": tables.name("子项（实测对象）"), "value": tables.text("数值", "number"),
        "beside": tables.text("目标与平均"), "statement": tables.text("原文", "long"), "source": tables.text("出处", "long"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns))
    return tables.table(frame, columns, caption="各年的观测", none="没有任何年份的观测。", empty="没有")


def _measured(item: Indicator, row: Observation) -> Markup:
    title = Markup("{}").format(item_title(item, row.level))
    other = row.measure not in (None, item.name, item.provincial_name)
    return title + Markup("<br><small>实测：{}</small>").format(row.measure) if other else title


def series(found: Dossier) -> Html:
    """A chart for each of its series, with requirement and target lines."""
    drawn = charts.item_series(found.plan, found.year, found.margins, found.trends)
    if not drawn:
        return tables.paragraph("没有两个以上年份的数值，画不成图；有的数值见“各年的观测”。")
    return tables.grid(*drawn)


def distance(found: Dossier) -> Html:
    """How far from the bounds, and whether the pace is enough."""
    pieces = []
    if not found.margins.empty:
        pieces.append(margin_table(found.plan, found.year, found.margins))
    if not found.trends["target_year"].isna().all():
        pieces.append(pace_table(found.plan, found.year, found.trends))
    none = f"{found.year}年没有可以比较的数值要求或数值规划值。"
    return stack(*pieces) if pieces else tables.paragraph(none)


def towards(found: Dossier) -> Html:
    """The year held against the plan's own targets."""
    several = len(found.items) > 1
    rows = [
        (f"{row.level}年", _whole_or_item(found, row.item_id), row.status, basis_word(row.basis), row.reason)
        for row in _whole_first(found.towards)
        if several or row.item_id == ""
    ]
    columns = {
        "target": tables.text("规划值", "nowrap"), "of": tables.name("指标或子项"), "verdict": tables.verdict("是否已达到"),
        "basis": tables.text("依据", "nowrap"), "reason": tables.text("理由", "long"),
    }  # fmt: skip
    caption = f"{found.year}年的现状对照规划值"
    return tables.table(
        pd.DataFrame(rows, columns=list(columns)), columns, caption=caption, empty="无数据或没有规划值", keyed=False
    )


def commitments(found: Dossier, years: str) -> Html:
    """The commitments that bear on it; ``years`` leads to the pages of a year."""
    rows = [
        (
            link(c.commitment_id, commitment_href(c.commitment_id, years)), c.metric, promised(c), deadline(c),
            item_label(found.plan.item(row.to_id)), row.relation.chinese, row.reason, Markup("“{}”<br><small>{}</small>").format(c.quotation, c.place),
        )
        for c, row in found.commitments
    ]  # fmt: skip
    columns = {
        "id": tables.text("编号", "nowrap"), "metric": tables.name("承诺事项"), "promised": tables.text("数量", "nowrap"),
        "deadline": tables.text("期限", "nowrap"), "item": tables.text("子项", "nowrap"), "relation": tables.text("关系", "nowrap"),
        "reason": tables.text("为何关联", "long"),
        "quotation": tables.text("原文与出处", "long"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns))
    return tables.table(
        frame, columns, caption="有关的承诺", none="没有关联到这项指标的承诺。", empty="没有数量或未写期限"
    )


def projects(found: Dossier, years: str) -> Html:
    """The projects that bear on it; ``years`` leads to the pages of a year."""
    rows = [
        (p.number, link(p.name, project_href(p.number, years)), item_label(found.plan.item(row.to_id)), p.years, p.budget, p.units, f"{row.relation.chinese}：{row.reason}")
        for p, row in found.projects
    ]  # fmt: skip
    columns = {
        "number": tables.number("序号"), "name": tables.name("项目"), "item": tables.text("子项", "nowrap"),
        "years": tables.text("实施年限", "nowrap"), "budget": tables.number("概算（万元）"), "units": tables.text("责任单位"), "reason": tables.text("为何关联", "long"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns))
    return tables.table(
        frame, columns, caption="有关的项目（表三）", none="没有关联到这项指标的项目。", empty="没有概算（不是 0）"
    )


def findings(found: Dossier) -> Html:
    """What the audit found that concerns it."""
    points = [
        Markup("{} {}：{}").format(
            link(f"{row.audit_id} {row.title}", finding_href(row.audit_id, "../")), f"{SIGNS[result(row)]} {result(row).chinese}", row.reasoning
        )
        for row in found.findings
    ]  # fmt: skip
    return tables.bullets(*points) if points else tables.paragraph("规划核对没有涉及这项指标的条目。")


def missing(found: Dossier) -> Html:
    """What is not known of the year."""
    if not found.missing:
        return tables.paragraph(f"{found.year}年的要求所用到的现状值、上级目标、全省平均与以前年份的数值都有。")
    return tables.bullets(*found.missing)


def dossier_list(assessment: Assessment) -> Html:
    """All indicators by domain, each with its verdicts and the way to its dossier."""
    first = {item.indicator: item for item in reversed(assessment.plan.items)}
    rows = [
        (
            n, link(first[n].indicator_name, indicator_href(n, "../x/")), first[n].domain, first[n].attribute.chinese,
            *(joined([verdict_badge(assessment.status(n, level))]) for level in Level),
        )
        for n in assessment.plan.indicators
    ]  # fmt: skip
    columns = {
        "number": tables.number("序号"), "name": tables.name("指标"), "domain": tables.text("领域", "nowrap"),
        "attribute": tables.text("属性", "nowrap"), **{v.value: tables.text(f"{assessment.year}年{v.chinese}", "nowrap") for v in Level},
    }  # fmt: skip
    caption = f"{len(rows)}项指标的档案"
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption=caption)
