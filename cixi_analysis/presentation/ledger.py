"""The page 承诺台账: every commitment with its deadline, how it can be measured, what it bears on, and what is reported."""

from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import links, progress
from cixi_analysis.analysis.commitments import deadline, due, ledger, measured_by, next_due_year, promised
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Link, Progress
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, joined, link, stack
from cixi_analysis.presentation.titles import item_href, item_title, project_href, short_source
from cixi_analysis.words import CommitmentKind, Due, Entity, MeasuredBy, Stated


def counts(plan: Plan, year: int) -> Html:
    """How many commitments there are, what falls due, and how many can be measured at all."""
    table = ledger(plan, year)
    coming = next_due_year(plan, year)
    ahead = sum(due(c, coming) is Due.DUE for c in plan.commitments) if coming else 0
    measured = int((table["measured_by"] != MeasuredBy.NOTHING.value).sum())
    reported = len(progress.reports(plan, year, Entity.COMMITMENT))
    return tables.cards(
        tables.Card(str(len(table)), "条有数量或期限的承诺"),
        tables.Card(str(int((table["due"] == Due.DUE.value).sum())), f"条{year}年到期", "#due"),
        tables.Card(str(ahead), f"条{coming}年到期（下一批）" if coming else "条以后到期", "#next"),
        tables.Card(f"{measured} / {len(table)}", "条有衡量的办法"),
        tables.Card(f"{reported} / {len(table)}", f"条已填报{year}年进展"),
    )


def kinds(plan: Plan, year: int) -> Html:
    """Commitments by kind, and by how they can be measured."""
    known = [(c.kind, measured_by(plan, c)) for c in plan.commitments]
    rows = [
        (kind.chinese, *(known.count((kind, way)) for way in MeasuredBy), sum(k is kind for k, _ in known))
        for kind in CommitmentKind
    ]
    ways = {way.name: tables.number(way.chinese) for way in MeasuredBy}
    frame = pd.DataFrame(rows, columns=["kind", *ways, "total"])
    columns = {"kind": tables.text("类型", "nowrap"), **ways, "total": tables.number("合计")}
    told = (
        "指标现状值：该承诺就是某一子项所测的数量；项目进展：有项目落实它；只能填报：两者都没有，只能由责任单位填报。"
    )
    caption = f"承诺的类型与衡量办法（{len(known)}条）"
    return stack(tables.table(frame, columns, caption=caption, keyed=False), tables.paragraph(told))


def deadlines(plan: Plan) -> Html:
    """Commitments by their deadline as the plan sets it (到2025年, 2023–2025年), and those without one."""
    named = dict.fromkeys(sorted(deadline(c) for c in plan.commitments if c.mode is not None))
    rows = [(when, sum(deadline(c) == when for c in plan.commitments)) for when in named]
    rows.append(("未写期限", sum(c.mode is None for c in plan.commitments)))
    columns = {"when": tables.text("期限", "nowrap"), "count": tables.number("承诺数")}
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption="承诺的期限", keyed=False)


def due_now(plan: Plan, year: int) -> Html:
    """What falls due in the year."""
    own = [c for c in plan.commitments if due(c, year) is Due.DUE]
    shown = commitment_table(
        plan, year, own, f"{year}年到期的承诺（{len(own)}条）", f"{year}年没有到期的承诺。", linked=True
    )
    return Html(Markup('<div id="due">{}</div>').format(shown), shown.name)


def due_next(plan: Plan, year: int) -> Html:
    """What falls due next: the commitments of the first year after this one that has any."""
    coming = next_due_year(plan, year)
    own = [c for c in plan.commitments if coming and due(c, coming) is Due.DUE]
    caption = f"接下来是{coming}年：{len(own)}条"
    shown = commitment_table(plan, year, own, caption, f"{year}年以后没有到期的承诺。", linked=True)
    return Html(Markup('<div id="next">{}</div>').format(shown), shown.name)


def every_commitment(plan: Plan, year: int) -> Html:
    """The whole ledger; each row has an address of its own (``#C001``)."""
    return commitment_table(
        plan, year, plan.commitments, f"全部承诺（{len(plan.commitments)}条，按原文次序）", "没有承诺。"
    )


def commitment_table(
    plan: Plan, year: int, own: Sequence[Commitment], caption: str, none: str, *, linked: bool = False
) -> Html:
    """Some commitments, a row each, as of ``year``. ``linked``: the ids lead to the ledger instead of being its rows."""
    known = progress.reports(plan, year, Entity.COMMITMENT)
    rows = [
        {
            "id": link(c.commitment_id, f"#{c.commitment_id}") if linked else c.commitment_id,
            "metric": metric(c),
            "promised": promised(c),
            "deadline": deadline(c),
            "domain": c.domain,
            "kind": c.kind.chinese,
            "due": due(c, year).chinese,
            "bears": bearings(plan, c),
            "measured": measured_by(plan, c).chinese,
            "state": report_of(known.get(c.commitment_id)),
            "quotation": Markup("“{}”<br><small>{}</small>").format(c.quotation, c.place),
        }
        for c in own
    ]
    columns = {
        "id": tables.text("编号", "nowrap"), "metric": tables.name("承诺事项"), "promised": tables.text("数量", "nowrap"),
        "deadline": tables.text("期限", "nowrap"), "quotation": tables.text("原文与出处", "long"),
        "bears": tables.name("有关指标与项目"), "state": tables.text("进展", width="5rem"),
        "due": tables.text(f"{year}年底", "nowrap"), "measured": tables.text("衡量办法", "nowrap"),
        "domain": tables.text("领域", "nowrap"), "kind": tables.text("类型", "nowrap"),
    }  # fmt: skip
    anchors = [c.commitment_id for c in own]
    empty = "没有数量、没有写期限、就全局而言，或没有关联"
    frame = pd.DataFrame(rows, columns=list(columns))
    if linked:
        return tables.table(frame, columns, caption=caption, none=none, empty=empty)
    find = [f"{c.commitment_id} {c.metric}" for c in own]
    filters = ["deadline", "domain", "kind", "due", "measured"]
    return tables.table(
        frame, columns, caption=caption, anchors=anchors, find=find, filters=filters, none=none, empty=empty
    )


def metric(promise: Commitment) -> Markup:
    """What is promised, with its scope and how the figure stands in the text."""
    notes = [promise.scope] if promise.scope != "全市" else []
    notes += [Stated.IMPLIED.chinese] if promise.stated is Stated.IMPLIED else []
    shown = Markup("{}").format(promise.metric)
    return shown + Markup("<br><small>{}</small>").format("；".join(notes)) if notes else shown


def bearings(plan: Plan, promise: Commitment) -> Markup:
    """The items and projects that a commitment is linked to, each with the reason as a title."""
    pieces = [titled(item_title(item), item_href(item.item_id), row) for item, row in links.items_of(plan, promise)]
    pieces += [
        titled(f"项目{project.number} {project.name}", project_href(project.number), row)
        for project, row in links.projects_of(plan, promise)
    ]
    return joined(pieces, "；")


def titled(text: str, href: str, row: Link) -> Markup:
    """A link of the page that tells in its title why the data links the two."""
    return Markup('<a href="{}" title="{}：{}">{}</a>').format(href, row.relation.chinese, row.reason, text)


def report_of(report: Progress | None) -> Markup:
    """What was reported: the state, percent, money, note and source; 未填报 where nothing was."""
    if report is None:
        return Markup('<span class="status status-not_applicable">· {}</span>').format(progress.NOT_REPORTED)
    parts = [report.state.chinese]
    parts += [f"{report.percent:.12g}%"] if report.percent is not None else []
    parts += [f"{report.spent:.12g}万元"] if report.spent is not None else []
    told = "；".join(part for part in (report.note, f"出处：{short_source(report.source)}") if part)
    return Markup("{}<br><small>{}</small>").format(" ".join(parts), told)


def states(plan: Plan, year: int) -> Html:
    """How many commitments and projects are in which state; what nobody reported is counted as that."""
    promises, projects = (progress.states(plan, year, kind) for kind in (Entity.COMMITMENT, Entity.PROJECT))
    frame = promises.rename(columns={"count": "commitments"}).merge(projects.rename(columns={"count": "projects"}))
    columns = {
        "state": tables.text("状态", "nowrap"), "commitments": tables.number("承诺"), "projects": tables.number("项目"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"{year}年底的进展（按填报）", keyed=False)
