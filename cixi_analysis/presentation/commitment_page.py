"""The page 承诺台账: commitments, deadlines, measures, linked items and projects, progress."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from cixi_analysis.analysis import commitments
from cixi_analysis.analysis.commitments import deadline, due, measured_by, next_due_year, promised
from cixi_analysis.analysis.links import items_of, projects_of
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import digits
from cixi_analysis.plan.schema import Commitment, Progress
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, cards, joined, link, noted, prose, stack
from cixi_analysis.presentation.titles import related, short_source, title
from cixi_analysis.words import CommitmentKind, Due, Entity, MeasuredBy, Stated


def _due_in(plan: Plan, year: int | None) -> list[Commitment]:
    return [c for c in plan.commitments if year and due(c, year) is Due.DUE]


def counts(plan: Plan, year: int) -> Html:
    """How many commitments there are, fall due, can be measured and are reported."""
    whole, coming = len(plan.commitments), next_due_year(plan, year)
    measured = sum(measured_by(plan, c) is not MeasuredBy.NOTHING for c in plan.commitments)
    return cards(
        (whole, "条有数量或期限的承诺"),
        (len(_due_in(plan, year)), f"条{year}年到期", "#due"),
        (len(_due_in(plan, coming)), f"条{coming}年到期（下一批）" if coming else "条以后到期", "#next"),
        (f"{measured} / {whole}", "条有衡量的办法"),
        (f"{len(commitments.reports(plan, year, Entity.COMMITMENT))} / {whole}", f"条已填报{year}年进展"),
    )


def kinds(plan: Plan) -> Html:
    """The number of commitments by kind and by how they are measured."""
    known = [(c.kind, measured_by(plan, c)) for c in plan.commitments]
    counts = {kind: [known.count((kind, way)) for way in MeasuredBy] for kind in CommitmentKind}
    rows = [(kind.chinese, *own, sum(own)) for kind, own in counts.items()]
    columns = {"类型": "short", **{way.chinese: "number" for way in MeasuredBy}, "合计": "number"}
    caption = f"承诺的类型与衡量办法（{len(known)}条）"
    return stack(tables.table(rows, columns, caption=caption), prose("ways_of_measuring"))


def deadlines(plan: Plan) -> Html:
    """The number of commitments by deadline (到2025年, 2023–2025年), and of those without one."""
    named = Counter(sorted(deadline(c) for c in plan.commitments if c.mode is not None))
    rows = [*named.items(), ("未写期限", len(plan.commitments) - named.total())]
    return tables.table(rows, {"期限": "short", "承诺数": "number"}, caption="承诺的期限")


def states(plan: Plan, year: int) -> Html:
    """The number of commitments and projects in each state; those without a report count as 未填报."""
    promises, projects = (commitments.states(plan, year, kind) for kind in (Entity.COMMITMENT, Entity.PROJECT))
    rows = list(zip(promises["state"], promises["count"], projects["count"], strict=True))
    columns = {"状态": "short", "承诺": "number", "项目": "number"}
    return tables.table(rows, columns, caption=f"{year}年底的进展（按填报）")


def due_in(plan: Plan, year: int, *, following: bool = False) -> Html:
    """The commitments that fall due in ``year``, or (``following``) in the next year in which any does."""
    coming = next_due_year(plan, year) if following else year
    own = _due_in(plan, coming)
    caption = f"接下来是{coming}年：{len(own)}条" if following else f"{year}年到期的承诺（{len(own)}条）"
    none = f"{year}年{'以后' if following else ''}没有到期的承诺。"
    return Html('<div id="{}">{}</div>').format("next" if following else "due", _table(plan, year, own, caption, none))


def every_commitment(plan: Plan, year: int) -> Html:
    """All commitments; each row has an id (``#C001``), to which the other tables link."""
    caption = f"全部承诺（{len(plan.commitments)}条，按原文次序）"
    return _table(plan, year, plan.commitments, caption, "没有承诺。", full=True)


def _table(plan: Plan, year: int, own: Sequence[Commitment], caption: str, none: str, *, full: bool = False) -> Html:
    """Some commitments. ``full``: their ids are ids of the rows, not links to the full list."""
    plan, known = plan.as_of(year), commitments.reports(plan, year, Entity.COMMITMENT)
    rows = [
        (
            _metric(c, full), related([*items_of(plan, c), *projects_of(plan, c)]),
            noted(promised(c), tables.value(deadline(c), "期限")), quotation(c),
            noted(report_of(plan, known.get(c.commitment_id)), tables.value(due(c, year).chinese, f"{year}年底")),
            noted(tables.value(c.domain, "领域"), joined([
                tables.value(c.kind.chinese, "类型"), tables.value(measured_by(plan, c).chinese, "衡量办法")
            ], "；")),
        )
        for c in own
    ]  # fmt: skip
    kind = "short filter" if full else "short"
    columns = {"承诺事项": "name", "有关指标与项目": "text", "数量与期限": kind, "原文与出处": "long"}
    columns |= {"进展与到期": kind, "领域、类型、衡量办法": kind}
    anchors, find = ([c.commitment_id for c in own], [title(c) for c in own]) if full else ((), ())
    empty = "没有写数量和期限，或没有关联"
    return tables.table(rows, columns, caption=caption, anchors=anchors, find=find, none=none, empty=empty)


def _metric(promise: Commitment, full: bool) -> Markup:
    """The metric, with its id, its scope and a remark where the text only implies the figure."""
    scope = "" if promise.scope == "全市" else promise.scope
    implied = Stated.IMPLIED.chinese if promise.stated is Stated.IMPLIED else ""
    own = promise.commitment_id if full else link(promise.commitment_id, f"#{promise.commitment_id}")
    return noted(promise.metric, joined(filter(None, (own, scope, implied)), "；"))


def quotation(promise: Commitment) -> Markup:
    """The quotation with its place in the plan."""
    return noted(f"“{promise.quotation}”", promise.place)


def report_of(plan: Plan, report: Progress | None) -> Markup:
    """Reported progress: state, percent, money, note and source; 未填报 without a report."""
    if report is None:
        return Markup('<span class="status status-not_applicable">· {}</span>').format(commitments.NOT_REPORTED)
    figures = ((report.percent, "%"), (report.spent, "万元"))
    parts = [report.state.chinese, *(f"{digits(value)}{unit}" for value, unit in figures if value is not None)]
    told = "；".join(filter(None, (report.note, f"出处：{short_source(plan, report.source)}")))
    return noted(" ".join(parts), told)
