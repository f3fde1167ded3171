"""The page 佐证材料目录: a year's evidence, what is missing, the files that the site carries; its parts on other pages."""

from typing import Any

from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.dossier import Dossier
from cixi_analysis.analysis.evidence import LACKS, counted, evidence_list, evidence_of, partial_fact, proven
from cixi_analysis.assessment import assess
from cixi_analysis.assessment.proofs import needed, page
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.evidence_files import published_files
from cixi_analysis.plan.schema import Evidence
from cixi_analysis.presentation import tables, titles
from cixi_analysis.presentation.html import Html, MarkdownText, joined, link, noted, paragraph, prose, stack
from cixi_analysis.presentation.looks import badge
from cixi_analysis.words import Entity, EvidenceClass, EvidenceState, Proves, Status, Verdict


def counts(plan: Plan, year: int, pages: str | None = None) -> Html:
    """Counts of a year's evidence and of what is missing; ``pages``: relative path to its page, None on it."""
    found = counted(evidence_list(plan, year))
    lacks = [(what.chinese, found[f"{EvidenceState.MISSING} {what}"]) for what in Proves]
    return prose(
        "evidence_counts", year=year, needed=needed(plan, year), page=None if pages is None else f"{pages}evidence.html",
        total=sum(found[grade] for grade in EvidenceClass), grades=[(g.chinese, found[g]) for g in EvidenceClass],
        partial=found[Proves.CONTEXT], unproven=found[EvidenceState.UNPROVEN], lacks=[(w, n) for w, n in lacks if n],
        whole=_whole(plan, year),
    )  # fmt: skip


def listed(plan: Plan, year: int) -> Html:
    """The evidence by indicator, then by project and commitment."""
    own = evidence_of(plan, year)
    rows = [
        (number, titles.subject_link(plan, row.kind, row.id), EvidenceClass(row.grade).chinese, *_cells(row))
        for number, row in own.items()
    ]  # fmt: skip
    columns = {"编号": "short", "对象": "name merged", "类别": "short filter", "所证": "short filter", "材料": "long"}
    columns |= {"原文字句": "long"}
    find = [f"{number} {row.title}" for number, row in own.items()]
    return tables.table(
        rows, columns, caption=f"{year}年佐证材料", empty="没有摘录", anchors=list(own), find=find,
        none=f"{year}年的目录里还没有材料。",
    )  # fmt: skip


def missing(plan: Plan, year: int) -> Html:
    """The missing evidence, attested clauses that verdicts depend on first."""
    found = sorted(records(evidence_list(plan, year)), key=lambda row: row.state != EvidenceState.UNPROVEN)
    rows = [(titles.subject_link(plan, row.kind, row.id), *_lack(row)) for row in found if not row.number]
    columns = {"对象": "name", "缺什么": "short filter", "说明": "long"}
    return tables.table(rows, columns, caption=f"还缺的佐证（{len(rows)}处）", none=_whole(plan, year))


def _whole(plan: Plan, year: int) -> str:
    """What to say where nothing is missing. What a convention deems met needs no document, and may have none."""
    rows = (row for row in evidence_of(plan, year).values() if row.proves is not Proves.CONTEXT)
    proven_ids = {row.id for row in rows if row.kind is Entity.ITEM}  # a project may have the number of an item
    judged = records(assess(plan, year).items) if needed(plan, year) and year in plan.years else ()
    decided = {row.item_id for row in judged if row.verdict in (Verdict.MET, Verdict.UNMET)}
    return "有结论和数值的都有佐证。" if decided and decided <= proven_ids else "没有还缺的佐证。"


def published(plan: Plan, year: int) -> Html | MarkdownText:
    """Links to the files that the site carries; the build reports why others are left out."""
    files = published_files(plan.root, year)
    if not files:
        return paragraph("没有公开的文件。")
    return MarkdownText("\n".join(f"- [{one.number} {_plain(one.row.title)}]({one.name})" for one in files))


def of_indicator(found: Dossier) -> Html:
    """The evidence of an indicator, newest year first, with quoted words and partial facts; what is missing of the year."""
    rows = [
        (year, link(number, f"../{year}/evidence.html#{number}") if needed(found.plan, year) else number,
         titles.item_title(found.plan.item(row.id)), *_cells(row))
        for year, number, row in found.evidence
    ]  # fmt: skip
    columns = {"年份": "year merged", "编号": "short", "子项": "name merged", "所证": "short", "材料": "long"}
    columns |= {"原文字句": "long"}
    base = found.plan.frame.base_year
    told = paragraph(f"{base}年及以前的数据出自规划，规划即佐证，出处见“各年的观测”。")
    pieces = [tables.table(rows, columns, caption="佐证材料", empty="没有摘录")] if rows else []
    every = records(evidence_list(found.plan, found.year))
    if lacks := [(titles.item_title(found.plan.item(r.id)), *_lack(r)) for r in every if r.state in LACKS]:
        columns, caption = {"子项": "name", "缺什么": "short", "说明": "long"}, f"{found.year}年还缺的佐证"
        pieces.append(tables.table(lacks, columns, caption=caption))
    return stack(told, *pieces)


def _cells(row: Evidence) -> tuple[Markup, Markup, str]:
    """What it proves; title and page, below who issued it, its number and date; its figure of another period or area and
    the words quoted from it.
    """
    document = noted(f"{row.title}{page(row)}", joined(filter(None, (row.issuer, row.document_number, row.date)), "，"))
    partial = partial_fact(row) if row.proves is Proves.CONTEXT else ""
    words = "\n".join(filter(None, (partial, row.quoted and titles.in_quotes(row.quoted))))
    return noted(proven(row.proves), row.clause), document, words


def _lack(row: Any) -> tuple[str | Markup, str]:
    """The kind of the missing evidence, and what needs it."""
    if row.state == EvidenceState.UNPROVEN:
        return badge(Status.UNMET, EvidenceState.UNPROVEN.chinese), row.detail
    return f"{proven(row.proves)}的佐证", row.detail


def _plain(text: str) -> str:
    """A title inside a link of Markdown."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]<>&~|$#!^" else char for char in text.replace("\n", " "))
