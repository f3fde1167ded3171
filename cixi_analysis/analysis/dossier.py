"""Everything known about one indicator (指标档案), and the reading of every wording of the plan.

A dossier is composed of what the library computes for the whole plan; nothing is judged here.
``data/readings.csv`` is the committed list of readings; a test regenerates it and compares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import index

import pandas as pd

from cixi_analysis.analysis import links, records
from cixi_analysis.analysis.causes import by_last_standard, verdict_changes
from cixi_analysis.analysis.changes import year_before
from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.evidence import evidence_of, partial_fact, proven
from cixi_analysis.analysis.flips import Flip, flips, missing_data
from cixi_analysis.analysis.reconciliation import result
from cixi_analysis.analysis.trend import margins, trends
from cixi_analysis.assessment import REQUIREMENT, TARGET, assess, check_observations, read_wordings
from cixi_analysis.assessment.yardstick import Wording
from cixi_analysis.errors import UnknownIndicator
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import digits, with_unit
from cixi_analysis.plan.schema import AuditRow, Commitment, Evidence, Link, Observation, Project, Target
from cixi_analysis.requirement import in_words
from cixi_analysis.words import CELL_BREAK, NOT_APPLICABLE_MARK, Entity, Verdict

#: The columns of ``cixi indicator``.
FACT_COLUMNS = ("part", "item_id", "level", "year", "content", "basis", "detail", "source")


@dataclass(frozen=True)
class Dossier:
    """One indicator as it stands in ``year``. ``plan`` is the plan with this indicator's items only.

    ``wordings``: ``level`` may be a target year, ``explicit`` is the data's reason for a reading of its own.
    ``verdicts``: the columns of ``cixi assess``, ``year``, ``status`` (未填报 apart), ``why`` (the reason as a tree), for
    every year with pages, oldest first; ``towards``: the same against the targets. ``margins``, ``trends``: the rows of
    this indicator, columns and units as in :func:`~cixi_analysis.margins` and :func:`~cixi_analysis.trends`.
    """

    plan: Plan
    indicator: int
    year: int
    wordings: pd.DataFrame
    #: (year, row), oldest first
    observations: tuple[tuple[int, Observation], ...]
    #: (year, number, row), the newest year first
    evidence: tuple[tuple[int, str, Evidence], ...]
    verdicts: pd.DataFrame
    towards: pd.DataFrame
    margins: pd.DataFrame
    trends: pd.DataFrame
    #: with the link that says how they bear on the indicator; one that bears on two items occurs twice
    commitments: tuple[tuple[Commitment, Link], ...]
    projects: tuple[tuple[Project, Link], ...]
    findings: tuple[AuditRow, ...]
    #: what changed in the requirements since the year before and in the verdicts by it, a sentence each
    turned: tuple[str, ...]
    #: the flips to 达标 of each item at each level and target year that is not met
    flips: tuple[Flip, ...]
    #: the missing data of the year, a sentence each
    missing: tuple[str, ...]


def dossier(plan: Plan, indicator: int, year: int) -> Dossier:
    """The dossier of an indicator as of ``year``. Raises :class:`UnknownIndicator`, and what ``assess`` raises."""
    plan.require_year(year)
    plan = plan.as_of(year)
    if index(indicator) not in (known := plan.indicators):
        unbroken = len(known) == known[-1] - known[0] + 1
        numbers = f"{known[0]}–{known[-1]}" if unbroken else "、".join(map(str, known))
        raise UnknownIndicator(f"没有序号为 {indicator} 的指标。指标序号：{numbers}。")
    check_observations(plan, until=year)  # of the whole plan, so that messages name the rows of the files
    own = plan.only(plan.indicator_items(indicator))
    ids = [item.item_id for item in own.items]
    concerns = (Entity.FINDING, Entity.ITEM)
    concerning = {row.from_id for row in plan.links if (row.from_kind, row.to_kind) == concerns and row.to_id in ids}
    years = [y for y in dict.fromkeys((*plan.report_years, year)) if y <= year]
    questions = (*plan.levels, *map(str, plan.frame.target_years))
    return Dossier(
        plan=own,
        indicator=indicator,
        year=year,
        wordings=_wordings(own),
        observations=tuple((y, o) for y in plan.years if y <= year for o in plan.observations[y] if o.item_id in ids),
        evidence=tuple(
            (y, number, row)
            for y in sorted((y for y in plan.evidence if y <= year), reverse=True)
            for number, row in evidence_of(own, y).items()
            if row.kind is Entity.ITEM
        ),
        verdicts=pd.concat([_verdicts(own, y, year, REQUIREMENT) for y in years], ignore_index=True),
        towards=_verdicts(own, year, year, TARGET),
        margins=margins(own, year),
        trends=trends(own, year),
        commitments=tuple(pair for item in own.items for pair in links.commitments_of(plan, item)),
        projects=tuple(pair for item in own.items for pair in links.projects_of(plan, item)),
        findings=tuple(row for row in plan.audit if row.audit_id in concerning),
        turned=tuple(_turned(own, year)),
        flips=tuple(
            flip for item in own.items for level in questions for flip in flips(own, year, item.item_id, level)
        ),
        missing=tuple(missing_data(own, year)),
    )


def _turned(own: Plan, year: int) -> Iterator[str]:
    other = year_before(own, year)
    if other and (old := by_last_standard(own, year, other)):
        for row in records(verdict_changes(assess(own, other), assess(own, year), old)):
            if row.item_id == "" and row.sentence:
                was, now = (Verdict(verdict).chinese for verdict in (row.before, row.after))
                moved = f"仍为“{now}”" if was == now else f"由“{was}”变为“{now}”"
                yield f"{own.level(row.level).chinese}结论{moved}。{row.sentence}"


def read_of_years(plan: Plan, indicator: int) -> list[object]:
    """The cache key of a dossier: the years, and the rows of the yearly files that it reads."""
    ids = {item.item_id for item in plan.indicator_items(indicator)}
    yearly = ((year, row) for part in (plan.observations, plan.evidence) for year, rows in part.items() for row in rows)
    own = ((year, row) for year, row in yearly if row.kind is Entity.ITEM and row.id in ids)
    return [plan.years, *((year, row.model_dump_json()) for year, row in own)]


def _verdicts(own: Plan, year: int, until: int, against: str) -> pd.DataFrame:
    assessed = assess(own, year, against=against, until=until)
    statuses = [str(status) for status in assessed.statuses.values()]
    return assessed.table.assign(year=year, status=statuses, why=pd.Series(assessed.reasons, dtype=object))


def _wordings(own: Plan) -> pd.DataFrame:
    found, read = list[tuple[object, ...]](), read_wordings(own)
    for item in own.items:
        for level in own.levels:
            for row in own.requirements_of(item.item_id, level):
                place = (item.item_id, str(level), row.from_year, row.to_year, row.measure, row.standard, row.wording)
                found.append((*place, *_reading(read[row]), row.reading_reason, row.source))
            if not own.requirements_of(item.item_id, level):
                empty, merged = (None,) * 4, "（原表空白，与上一行合并）" if level.asks in item.merged_columns else ""
                cell = f"{NOT_APPLICABLE_MARK}{merged}"
                found.append((item.item_id, str(level), *empty, cell, None, None, None, item.source))
        for target in (row for row in own.targets if row.item_id == item.item_id):
            at = (item.item_id, str(target.year), target.year, None, None, None, target.wording)
            found.append((*at, *_reading(read[target]), target.reading_reason, target.source))
    columns = ["item_id", "level", "from_year", "to_year", "measure", "standard"]
    columns += ["wording", "tree", "meaning", "explicit", "source"]
    return pd.DataFrame(found, columns=columns, dtype=object)


def readings(plan: Plan) -> pd.DataFrame:
    """One row a distinct wording (and reading, direction of the item where it matters, refusal) of requirements and
    targets, in order of first appearance.

    ``reading`` is the canonical text, ``meaning`` the same in Chinese, ``explicit`` the data's reason for a reading of its
    own, ``refusal`` why it cannot be read, ``used_by`` the items with levels and target years.
    """
    found: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for row, wording in read_wordings(plan).items():
        text, told = _reading(wording, unit=False)
        meaning = "" if wording.refusal else told or "没有要求"
        cells = (row.wording, text or "", meaning, row.reading_reason or "", str(wording.refusal or ""))
        if isinstance(row, Target):
            place = str(row.year)
        else:
            later = row.from_year > plan.frame.base_year
            place = plan.level(row.level).chinese + (f"{row.from_year}年起" if later else "")
        found.setdefault(cells, {}).setdefault(row.item_id, []).append(place)
    used = [(*cells, "；".join(f"{i}（{'、'.join(own)}）" for i, own in by.items())) for cells, by in found.items()]
    return pd.DataFrame(used, columns=["wording", "reading", "meaning", "explicit", "refusal", "used_by"])


def _reading(wording: Wording, unit: bool = True) -> tuple[str | None, str | None]:
    """The canonical text of a wording and its meaning in Chinese (``unit``: with the item's unit), or the refusal;
    (None, None) where nothing is asked.
    """
    node, asked = wording.node, wording.asked
    if node is None:
        return None, str(wording.refusal) if wording.refusal else None
    return str(node), in_words(node, asked.polarity, asked.unit if unit else "")


def facts(found: Dossier) -> pd.DataFrame:
    """The dossier as one table, a fact a row, its kind in ``part``; columns :data:`FACT_COLUMNS`, empty where not applicable."""
    frame = pd.DataFrame(list(_facts(found)), columns=list(FACT_COLUMNS))
    return frame.astype({**dict.fromkeys(FACT_COLUMNS, "str"), "year": "Int64"})


def _facts(found: Dossier) -> Iterator[tuple[object, ...]]:
    for item in found.plan.items:
        kind = (item.domain, item.task, item.attribute.chinese, f"单位 {item.unit or '（无）'}", item.polarity.chinese)
        name = " / ".join(found.plan.names(item, found.year))
        yield "name", item.item_id, None, None, name, None, "；".join(kind), item.source
    for row in records(found.wordings):
        yield "wording", row.item_id, row.level, row.from_year, row.wording, None, row.tree, row.source
    for year, seen in found.observations:
        told = value_text(found.plan, seen, year)
        more = (
            seen.measure and f"实测 {seen.measure}",
            *yardsticks(found.plan, seen, year),
            seen.statement and f"原文 {seen.statement}".replace("\n", CELL_BREAK),
        )
        held = "；".join(filter(None, more))
        yield "observation", seen.item_id, seen.level, year, told, None, held, seen.source
    for year, number, proof in found.evidence:
        held = "；".join(filter(None, (proof.clause, proof.quoted, proof.figure and partial_fact(proof))))
        content, held = f"{number} {proof.title}", f"{proven(proof.proves)}　{held}".strip()
        yield "evidence", proof.id, None, year, content, None, held, proof.page
    for part, table in (("verdict", found.verdicts), ("target", found.towards)):
        for row in records(table):
            yield part, row.item_id, row.level, row.year, row.verdict, row.basis, row.reason, None
    for row in records(found.margins):
        held = f"{found.plan.printed(row.item_id, found.year, row.value)} 对 {row.bound}"
        yield "margin", row.item_id, row.level, found.year, digits(row.margin, "+"), None, held, None
    for row in records(found.trends.dropna(subset="target_year")):
        held = f"规划值 {digits(row.target_value)}，差距 {digits(row.gap, '+')}"
        yield "pace", row.item_id, None, row.target_year, row.pace, None, held, None
    for flip in found.flips:
        held = "；".join(
            f"{c.cell.year} {c.cell.column} {c.found or '（空）'} → {c.text or '（删去）'}{'' if c.clauses else c.unit}"
            for c in flip.changes
        )
        yield "flip", flip.item_id, flip.level, flip.year, flip.sentence, None, held, None
    for promise, link in found.commitments:
        told = f"{promise.commitment_id} {promise.metric} {promised(promise)}".strip()
        held = f"{deadline(promise) or '未写期限'}；{link.relation.chinese}：{link.reason}"
        yield "commitment", link.to_id, None, promise.due_year, told, None, held, promise.source
    for project, link in found.projects:
        told, held = f"{project.number} {project.name}", f"{link.relation.chinese}：{link.reason}"
        yield "project", link.to_id, None, project.end_year, told, None, held, project.source
    for finding in found.findings:
        told, held = f"{finding.audit_id} {finding.title}", f"{result(finding).chinese}：{finding.reasoning}"
        yield "audit", None, None, None, told, None, held, f"{finding.place_a}；{finding.place_b}"
    for part, sentences in (("change", found.turned), ("missing", found.missing)):
        for sentence in sentences:
            yield part, None, None, found.year, sentence, None, None, None


def value_text(plan: Plan, seen: Observation, year: int) -> str:
    """The value with its unit; else the reason of absence; else that the data is a statement."""
    if seen.value is None:
        return seen.why_absent or "以文字说明"
    return with_unit(seen.value, plan.unit_of(seen, year))


def yardsticks(plan: Plan, seen: Observation, year: int) -> Iterator[str]:
    """The observation's own yardsticks for the value: assigned target, average."""
    if seen.assigned_target:
        yield f"上级下达：{plan.assigned(seen, year)}"
    if seen.benchmark is not None and seen.benchmark_kind is not None:
        yield f"{seen.benchmark_kind.chinese}：{digits(seen.benchmark)}"
