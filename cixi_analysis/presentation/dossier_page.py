"""The page of one indicator (指标档案), and the list of all of them."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.dossier import Dossier, value_text, yardsticks
from cixi_analysis.analysis.flips import by_ways
from cixi_analysis.analysis.reconciliation import result
from cixi_analysis.assessment import Assessment, asking, wordings
from cixi_analysis.plan.schema import Observation
from cixi_analysis.presentation import charts, tables, titles
from cixi_analysis.presentation.audit_page import SIGNS
from cixi_analysis.presentation.commitment_page import quotation
from cixi_analysis.presentation.html import (
    Html,
    bullets,
    explained,
    grid,
    joined,
    lines,
    link,
    noted,
    paragraph,
    render,
    stack,
)
from cixi_analysis.presentation.looks import badge, basis_note, basis_word
from cixi_analysis.presentation.trend_tables import margin_table, pace_table
from cixi_analysis.words import LAST_YEAR


def head(found: Dossier, years: tuple[int, ...]) -> Html:
    """Domain, task, attribute; each item with unit, polarity, its rows in Table 1 of ``years``."""
    return render("dossier_head", plan=found.plan, years=years, titles=titles)


def verdict_list(found: Dossier) -> Html:
    """The verdicts of the year at each level, and why."""
    own = found.verdicts[(found.verdicts["year"] == found.year) & (found.verdicts["item_id"] == "")]
    point = Markup("{} {}{}　{}").format
    told = (
        point(found.plan.level(r.level).chinese, badge(r.status), basis_note(r.basis), explained(r.why))
        for r in records(own)
    )
    return bullets(*told, *found.turned)


def verdict_table(found: Dossier) -> Html:
    """The verdicts of every year, newest first, with basis and reason."""
    cells = _whole_first(found, found.verdicts)
    rows = [(r.year, name, found.plan.level(r.level).chinese, *more) for r, name, *more in cells]
    columns = {"年份": "year merged", "指标或子项": "name merged", "级别": "short", "结论": "short", "理由": "long"}
    back = found.plan.frame.retrospect_wordings
    caption = "各年的结论" + (f"；{back}年以前按{back}年的要求回看" if back else "")
    return tables.table(rows, columns, caption=caption, empty="无数据或没有要求")


def towards(found: Dossier) -> Html:
    """The verdicts of the year against the plan's targets."""
    rows = [(found.plan.level_name(r.level), *cells) for r, *cells in _whole_first(found, found.towards)]
    columns = {"规划值": "short merged", "指标或子项": "name", "是否已达到": "short", "理由": "long"}
    caption = f"{found.year}年的现状对照规划值"
    return tables.table(rows, columns, caption=caption, empty="无数据或没有规划值")


def _whole_first(found: Dossier, table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """(row, name, verdict and basis, reason), newest year first; the indicator, then its items if several."""
    for r in sorted(records(table), key=lambda row: (-row.year, row.item_id != "")):
        if len(found.plan.items) > 1 or r.item_id == "":
            own = found.plan.items
            named = own[0].indicator_name if len(own) > 1 else titles.level_name(found.plan, own[0], r.level)
            whole = f"{found.indicator} {named}（整项）"
            name = titles.level_title(found.plan, found.plan.item(r.item_id), r.level) if r.item_id else whole
            yield r, name, noted(badge(r.status), basis_word(r.basis)), explained(r.why)


def wording_table(found: Dossier) -> Html:
    """The wordings of requirements and targets, verbatim, with their readings."""
    rows = [
        (titles.level_title(found.plan, found.plan.item(r.item_id), r.level),
         noted(found.plan.questions(r.level), _held(found, r)),
         noted(lines(r.wording), r.measure and f"所测：{r.measure}"), _reading(r.tree, r.meaning, r.explicit),
         noted(titles.short_source(found.plan, r.source), _held(found, r) and r.standard))
        for r in records(found.wordings)
    ]  # fmt: skip
    columns = {"子项": "name merged", "要求": "short", "原文": "long", "解读": "long", "出处": "text"}
    return tables.table(rows, columns, caption="要求、规划值与解读")


def _held(found: Dossier, row: Any) -> str:
    """The years of a wording, where it is not the only one or ends; "" for a target's."""
    if row.level not in found.plan.levels:
        return ""
    plan = found.plan
    own = wordings(plan, plan.item(row.item_id), row.level)
    end = next((one.to_year for one in own if getattr(one.row, "from_year", None) == row.from_year), LAST_YEAR)
    if end == LAST_YEAR and (row.from_year or 0) <= plan.frame.base_year:
        return ""
    years = f"{row.from_year}年起" if end == LAST_YEAR else f"{row.from_year}—{end}年"
    return years.replace(f"{end}—{end}", f"{end}")


def _reading(tree: object, meaning: object, explicit: object) -> Markup:
    if not isinstance(tree, str):
        return Markup("{}").format(meaning if isinstance(meaning, str) else "本级没有要求")
    return noted(meaning, f"原文有两种读法，这样读的理由：{explicit}" if isinstance(explicit, str) else "")


def observation_table(found: Dossier) -> Html:
    """All observations, newest first, with their sources."""
    rows = []
    for year, o in reversed(found.observations):
        item = found.plan.item(o.item_id)
        named = titles.item_title(item, _name(found, o, year))
        measured = noted(named, titles.measured_note(found.plan, item, o.measure))
        beside, source = "；".join(yardsticks(found.plan, o, year)), titles.short_source(found.plan, o.source)
        rows.append((year, measured, value_text(found.plan, o, year), beside, o.statement, source))
    columns = {"年份": "year merged", "子项（实测对象）": "name", "数值": "right", "目标与平均": "text", "原文": "long"}
    columns["出处"] = "long"
    return tables.table(rows, columns, caption="各年的观测", none="没有任何年份的观测。", empty="没有")


def _name(found: Dossier, row: Observation, year: int) -> str:
    """The name of the measured quantity, where it is unique in the year; else "", for the item's own."""
    plan, item = found.plan, found.plan.item(row.item_id)
    levels = [row.level] if row.level else asking(plan, item.item_id, year)
    names = {plan.asked(item, level, year).name for level in levels}
    return names.pop() if len(names) == 1 else ""


def series(found: Dossier) -> Html:
    """A chart for each series of two or more years."""
    drawn = charts.item_series(found.plan, found.year, found.margins, found.trends)
    return grid(*drawn) if drawn else paragraph("没有两个以上年份的数值，不作图；已有数值见“各年的观测”。")


def picture(found: Dossier) -> Html:
    """The values of the year against their limits; empty where the verdicts show them already."""
    drawn = charts.bullets(found.plan, found.year, found.margins, found.trends)
    return Html() if isinstance(drawn, Html) else grid(drawn)


def distance(found: Dossier) -> Html:
    """Margins to the bounds, and the pace towards the numeric targets."""
    margins, paces = margin_table(found.plan, found.year, found.margins), Html()
    if found.trends["target_year"].notna().any():
        paces = pace_table(found.plan, found.year, found.trends)
    return stack(*filter(None, (margins, paces))) or paragraph(f"{found.year}年没有可以比较的数值要求或数值规划值。")


def commitments(found: Dossier, years: str) -> Html:
    """The linked commitments; ``years`` leads to the pages of a year."""
    rows = [
        (noted(c.metric, link(c.commitment_id, titles.href(c, years))), noted(promised(c), deadline(c)),
         noted(found.plan.item(row.to_id).label, row.relation.chinese), row.reason, quotation(c))
        for c, row in found.commitments
    ]  # fmt: skip
    columns = {"承诺事项": "name", "数量与期限": "short", "子项与关系": "short", "为何关联": "long"}
    columns["原文与出处"] = "long"
    none, empty = "没有关联到这项指标的承诺。", "没有数量或未写期限"
    return tables.table(rows, columns, caption="有关的承诺", none=none, empty=empty)


def projects(found: Dossier, years: str) -> Html:
    """The linked projects; ``years`` leads to the pages of a year."""
    rows = [
        (p.number, link(p.name, titles.href(p, years)), found.plan.item(row.to_id).label, p.years, p.budget,
         joined(titles.unit_link(name, years) for name in p.responsible), f"{row.relation.chinese}：{row.reason}")
        for p, row in found.projects
    ]  # fmt: skip
    columns = {"序号": "number", "项目": "name", "子项": "short", "实施年限": "short", "概算（万元）": "number"}
    columns |= {"责任单位": "text", "为何关联": "long"}
    none, empty = "没有关联到这项指标的项目。", "没有概算（不是 0）"
    return tables.table(rows, columns, caption="有关的项目", none=none, empty=empty)


def findings(found: Dossier) -> Html:
    """The findings of the audit that concern the indicator."""
    points = []
    for row in found.findings:
        named = link(f"{row.audit_id} {row.title}", f"../audit.html#{row.audit_id}")
        points.append(Markup("{} {} {}：{}").format(named, SIGNS[result(row)], result(row).chinese, row.reasoning))
    return bullets(*points) if points else paragraph("规划文本一致性一页没有涉及这项指标的条目。")


def ways(found: Dossier) -> Html:
    """The flips to 达标, one or several; levels and target years with the same ones share an entry."""
    points = []
    for (item_id, *sentences), levels in by_ways(found.flips).items():
        item = f"{titles.item_title(found.plan.item(item_id))}　" if len(found.plan.items) > 1 else ""
        head = Markup("<strong>{}{}</strong>：").format(item, found.plan.questions(*levels))
        several = len(sentences) > 1
        points.append(head + (Markup("做到其中一条即可{}").format(bullets(*sentences)) if several else sentences[0]))
    return bullets(*points) if points else paragraph("有要求和规划值的都已达标。")


def missing(found: Dossier) -> Html:
    """The missing data that the year's requirements and the targets need."""
    if not found.missing:
        return paragraph(f"{found.year}年的要求和规划值用到的数值、上级目标、平均和文字都有。")
    return bullets(*found.missing)


def dossier_list(assessment: Assessment) -> Html:
    """All indicators with their verdicts and a link to their dossier."""
    rows = []
    for n in assessment.plan.indicators:
        first = assessment.plan.indicator_items(n)[0]
        verdicts = (badge(assessment.status(n, v)) for v in assessment.plan.levels)
        named = link(first.indicator_name, titles.indicator_href(n, "../x/"))
        rows.append((n, named, first.domain, first.attribute.chinese, *verdicts))
    columns = {"序号": "number", "指标": "name", "领域": "short", "属性": "short"}
    columns |= {f"{assessment.year}年{level.chinese}": "short" for level in assessment.plan.levels}
    return tables.table(rows, columns, caption=f"{len(rows)}项指标的档案")
