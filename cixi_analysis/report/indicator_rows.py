"""Parts of the report: the counts, and the indicators by domain with values, requirements, verdicts and evidence."""

from types import SimpleNamespace
from typing import Any

from cixi_analysis.analysis import grouped, records, table1, trend
from cixi_analysis.analysis.evidence import evidence_list
from cixi_analysis.assessment import TARGET, assess, tally, unobserved
from cixi_analysis.assessment.proofs import page
from cixi_analysis.export import Figures
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.presentation import charts
from cixi_analysis.presentation.formatting import EMPTY, cell_with_unit
from cixi_analysis.presentation.looks import LOOKS, basis_word
from cixi_analysis.presentation.method import ALL_MEANINGS
from cixi_analysis.presentation.titles import item_title, short_source, title
from cixi_analysis.report.issue import Issue, Value
from cixi_analysis.words import (
    CELL_BREAK,
    NOT_APPLICABLE_MARK,
    NOT_ASSIGNED,
    Basis,
    Convention,
    Entity,
    EvidenceState,
    Proves,
    Status,
    Verdict,
)

#: Columns of a tally, as names of a template.
_COUNTED = {"applicable": "适用"} | {str(s): s.chinese for s in Status if s is not Status.NOT_APPLICABLE}
#: Status → its highlight in a table, as a Word colour.
_BACKS = {s: LOOKS[s].back.strip("#").upper() for s in (Status.UNMET, Status.NO_DATA, Status.NOT_FILLED_IN)}


def years(year: int) -> range:
    """The years whose values stand side by side."""
    return range(year - 2, year + 1)


def _counts(issue: Issue, key: str, about: str, row: object) -> dict[str, Value]:
    """The counts of a row of a tally: ``applicable``, ``met`` …"""
    return {
        name: issue.value(f"{key}.{name}", getattr(row, name), f"{about}{word}的指标数")
        for name, word in _COUNTED.items()
    }


def level_counts(figures: Figures, issue: Issue) -> list[SimpleNamespace]:
    """The counts of each level, and the names of the indicators that it finds unmet or without data."""
    found, assessment = [], figures.assessment
    for row in records(tally(assessment)):
        level = figures.plan.level(row.level)
        named = {}
        for name, status in (("unmet_names", Status.UNMET), ("no_data_names", Status.NO_DATA)):
            own = [n for n in figures.plan.indicators if assessment.status(n, level) is status]
            told = "、".join(f"{n} {figures.plan.indicator_items(n)[0].indicator_name}" for n in own)
            named[name] = issue.value(f"names.{level}.{status}", told, f"{level.chinese}{status.chinese}的指标")
        counts = _counts(issue, f"count.{level}", level.chinese, row)
        found.append(SimpleNamespace(name=level.chinese, short=level.short, **counts, **named))
    return found


def targets(plan: Plan, year: int, issue: Issue) -> list[SimpleNamespace]:
    """The year against the targets of each target year."""
    rows = records(tally(assess(plan, year, against=TARGET)))
    return [SimpleNamespace(year=r.level, **_counts(issue, f"count.{r.level}", f"{r.level}年规划值", r)) for r in rows]


def bases(figures: Figures, issue: Issue) -> list[SimpleNamespace]:
    """The number of verdicts by basis, and the meaning of the basis; in the order of ``levels``."""
    counted = {(row.basis, row.level): row.applicable for row in records(tally(figures.assessment, by="basis"))}

    def count(basis: Basis, level: Level) -> Value:
        about = f"{level.chinese}{basis.chinese}的指标数"
        return issue.value(f"count.{level}.{basis}", counted.get((basis, level), 0), about)

    return [
        SimpleNamespace(name=b.chinese, meaning=ALL_MEANINGS[b], counts=[count(b, v) for v in figures.plan.levels])
        for b in Basis
    ]


def conventions(plan: Plan) -> list[SimpleNamespace]:
    """The conventions that the plan's data name."""
    used = {row.convention for row in plan.conventions}
    return [SimpleNamespace(name=c.chinese, meaning=ALL_MEANINGS[c]) for c in Convention if c in used]


def domains(figures: Figures, issue: Issue) -> list[SimpleNamespace]:
    """The domains in the plan's order: counts by level, items, chart."""
    plan, year = figures.plan, figures.year
    tallied = grouped((row.domain, row) for row in records(tally(figures.assessment, by="domain")))
    margins = trend.margins(plan, year)
    judged = grouped((row.item_id, row) for row in records(figures.assessment.items))
    proofs, found = evidence_cells(plan, year), []
    for at, (domain, items) in enumerate(grouped((item.domain, item) for item in plan.items).items(), 1):
        key, own = f"domain.{at}", [t[t["item_id"].isin([i.item_id for i in items])] for t in (margins, figures.trends)]
        counts = [
            SimpleNamespace(name=plan.level(r.level).chinese, **_counts(issue, f"count.{key}.{r.level}", domain, r))
            for r in tallied.get(domain, ())
        ]
        rows = [_item(figures, issue, item, judged[item.item_id], proofs.get(item.item_id, "")) for item in items]
        chart = issue.figure(key, charts.bullets(plan, year, *own))
        found.append(SimpleNamespace(name=domain, levels=counts, items=rows, figure=chart))
    return found


def _item(figures: Figures, issue: Issue, item: Indicator, judged: list[Any], evidence: str) -> SimpleNamespace:
    """A row of the tables of indicators; the first item of several brings the row of the whole indicator (``group``)."""
    plan, year, key = figures.plan, figures.year, f"item.{item.item_id}"
    named, texts = item_title(item), table1.texts(figures.assessment, item, year)
    first, *others = plan.indicator_items(item.indicator)
    of_indicator = [_level(figures, issue, item, level) for level in plan.levels]
    group = SimpleNamespace(name=item.indicator_name, verdicts=of_indicator) if others and item == first else None
    names = dict.fromkeys(plan.asked(item, level, year).name for level in plan.levels)
    return SimpleNamespace(
        label=item.label, indicator=item.indicator, name=" / ".join(names), title=named, task=item.task,
        unit=texts["unit"].replace("\n", "、").replace("-", "—"), attribute=texts["attribute"],
        group=group,
        values=[issue.value(f"{key}.value" + (f".{y}" if y != year else ""), short_status(plan, item, y), f"{named}，{y}年")
                for y in years(year)],
        status=issue.value(f"{key}.status", texts["status"], f"{named}，{year}年现状"),
        verdicts=[_level(figures, issue, item, v, texts[v]) for v in plan.levels],
        targets=[issue.value(f"{key}.target.{y}", texts[f"target_{y}"], f"{named}，{y}年规划值")
                 for y in plan.frame.target_years],
        basis=issue.value(f"{key}.basis", _bases(plan, judged), f"{named}，依据"),
        findings=_findings(plan, issue, item, judged),
        evidence=issue.value(f"{key}.evidence", evidence, f"{named}，佐证"),
    )  # fmt: skip


def _level(figures: Figures, issue: Issue, item: Indicator, level: Level, asked: str = "") -> SimpleNamespace:
    """The verdict at a level of an item of which this is ``asked``; without it, of the whole indicator."""
    status = figures.assessment.status(item.indicator, level, item.item_id if asked else "")
    key = f"item.{item.item_id}" if asked else f"indicator.{item.indicator}"
    text = NOT_APPLICABLE_MARK if status is Status.NOT_APPLICABLE else status.chinese
    named = item_title(item) if asked else f"{item.indicator} {item.indicator_name}"
    verdict = issue.value(f"{key}.verdict.{level}", text, f"{named}，{level.chinese}结论")
    told = issue.value(f"{key}.requirement.{level}", asked, f"{named}，{level.chinese}要求") if asked else None
    return SimpleNamespace(level=level.chinese, requirement=told, verdict=verdict, colour=_BACKS.get(status, "auto"))


def _bases(plan: Plan, judged: list[Any]) -> str:
    """The bases of an item's verdicts, with the levels where they differ."""
    own = {row.level: basis_word(row.basis) for row in judged if row.basis}
    if len(set(own.values())) < 2:
        return next(iter(own.values()), "")
    return "\n".join(f"{plan.level(level).short}：{word}" for level, word in own.items())


def _findings(plan: Plan, issue: Issue, item: Indicator, judged: list[Any]) -> list[SimpleNamespace]:
    """The reasons of an item's verdicts, a sentence each; levels with the same reason share it."""
    found, key, name = [], f"sentence.{item.item_id}", item_title(item)
    asked = (row for row in judged if row.verdict != Verdict.NOT_APPLICABLE)
    for why, levels in grouped((row.why, plan.level(row.level)) for row in asked).items():
        told = [issue.value(f"{key}.{level}", why.sentence, f"{name}，{level.chinese}理由") for level in levels]
        found.append(SimpleNamespace(levels="、".join(level.chinese for level in levels), sentence=told[0]))
    return found


def short_status(plan: Plan, item: Indicator, year: int) -> str:
    """A year's status in a few characters: the figures with their unit where it is not the item's, the reason of absence,
    or the clauses that the words attest.
    """
    texts = dict.fromkeys(_brief(plan, item, row, year) for row in plan.observed(item.item_id, year))
    return "\n".join(texts) or unobserved(plan, item.item_id, year)


def _brief(plan: Plan, item: Indicator, row: Observation, year: int) -> str:
    if row.value is not None:
        unit = plan.unit_of(row, year)
        return cell_with_unit(row.value, "" if unit in plan.units(item, year) else unit)
    if row.absence:
        return NOT_ASSIGNED if row.assigned_target == NOT_ASSIGNED else str(row.absence)
    clauses = [clause for clause, _ in row.clauses("attests")]
    return "、".join(clauses) or (row.statement or "").replace("\n", CELL_BREAK)


#: Cell of an item without a numbered document.
_WITHOUT = {EvidenceState.PLAN: "规划", EvidenceState.UNPROVEN: "无佐证", EvidenceState.MISSING: "缺"}


def evidence_cells(plan: Plan, year: int) -> dict[str, str]:
    """item_id → the numbers of its evidence, a line each, else why there is none."""
    own = (row for row in records(evidence_list(plan, year)) if row.kind == Entity.ITEM)
    found = grouped((row.id, row.number or _WITHOUT[row.state]) for row in own)
    return {item_id: "\n".join(dict.fromkeys(told)) for item_id, told in found.items()}


def evidence(plan: Plan, year: int, issue: Issue) -> list[SimpleNamespace]:
    """The list: number, subject, what it proves, the document, and what is missing."""
    return [_row(plan, issue, row) for row in records(evidence_list(plan, year)) if row.kind]


def _row(plan: Plan, issue: Issue, row: Any) -> SimpleNamespace:
    document = [short_source(plan, row.title), row.issuer, row.document_number, row.date]
    state = EvidenceState(row.state).chinese if row.state else ""
    missing = "：".join(filter(None, (state, row.detail)))
    proves = "：".join(filter(None, (Proves(row.proves).chinese.partition("（")[0] if row.proves else "", row.clause)))
    key = row.number or ".".join(filter(None, (row.kind, row.id, row.state, row.proves)))
    return SimpleNamespace(
        number=row.number or EMPTY, subject=title(plan.subjects[row.kind, row.id]), proves=proves,
        document="，".join(filter(None, document)) + page(row),
        state=issue.value(f"evidence.{key}", missing, "佐证的情况") if missing else None,
    )  # fmt: skip
