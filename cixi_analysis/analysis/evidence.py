"""佐证材料: the list of evidence of a year, each document with its number, the missing evidence, and the state of its files.

No verdict depends on it. For the base year and earlier ones the plan itself is the evidence, and nothing is missing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pandas as pd

from cixi_analysis.analysis import grouped, records
from cixi_analysis.assessment import assess
from cixi_analysis.assessment.proofs import needed
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.evidence_files import EvidenceFile, same_name
from cixi_analysis.plan.filing_rows import numbered
from cixi_analysis.plan.quantities import digits, with_unit
from cixi_analysis.plan.schema import Evidence, Observation
from cixi_analysis.words import NOT_ASSIGNED, Entity, EvidenceState, Proves, Verdict

#: The columns of ``cixi evidence`` and of the downloads; ``detail`` says what is missing, or what is wrong with a file.
COLUMNS = ("number", *(name for name in Evidence.columns() if name != "form"), "state", "detail")
#: The states of a file that differs from what was recorded.
WRONG = (EvidenceState.CHANGED, EvidenceState.GONE)
#: What is missing, the most serious first.
LACKS = (EvidenceState.UNPROVEN, EvidenceState.MISSING)
#: Column of an observation → the kind of evidence that proves it.
_PROVEN = {"value": Proves.VALUE, "assigned_target": Proves.TARGET, "benchmark": Proves.AVERAGE}


def evidence_of(plan: Plan, year: int) -> dict[str, Evidence]:
    """Number → evidence of a year, in the plan's order, of each item, project or commitment by class."""
    numbers = numbered(plan.evidence.get(year, ()))
    own = (pair for pair in numbers.items() if plan.defines(pair[1].kind, pair[1].id))  # of a plan with some items only
    return dict(sorted(own, key=lambda pair: (plan.subject_order(pair[1]), pair[1].grade)))


def partial_fact(row: Evidence) -> str:
    """A figure of another period or area: ``参考（1–4月，全市含开发区）：88.8–95.6%``."""
    return f"参考（{'，'.join(filter(None, (row.period, row.scope)))}）：{row.figure}"


def proven(proves: str) -> str:
    """The Chinese word for what a document proves; "" for the plan's own sources."""
    return Proves(proves).chinese.partition("（")[0] if proves else ""


def evidence_list(plan: Plan, year: int, files: Mapping[str, EvidenceFile] | None = None) -> pd.DataFrame:
    """The list of a year by indicator, then by project and commitment: the documents, then the missing ones.

    ``files``: the files of the year's folder; without it the state of a file is unknown ("").
    """
    rows: list[dict[str, object]] = []
    listed = evidence_of(plan, year)
    of_subject = grouped(((row.kind, row.id), (number, row)) for number, row in listed.items())
    is_judged = needed(plan, year) and year in plan.years
    judged = grouped((row.item_id, row) for row in records(assess(plan, year).items)) if is_judged else {}
    for kind, key in plan.subjects:
        own = of_subject.get((kind, key), [])
        rows += [_listed(number, row, files) for number, row in own]
        if kind is not Entity.ITEM:
            continue
        subject: dict[str, object] = {"kind": kind, "id": key}
        if needed(plan, year):
            proven = {row.proves for _, row in own}
            rows += [subject | lack for lack in _lacks(plan, year, key, proven, judged.get(key, ()))]
        else:
            sources = dict.fromkeys(row.source for row in plan.observed(key, year))
            rows += [subject | {"title": source, "state": EvidenceState.PLAN} for source in sources]
    declared = {same_name(row.file) for row in listed.values() if row.file}
    for name in sorted((files or {}).keys() - declared):
        rows.append({"file": name, "state": EvidenceState.UNDECLARED})
    cells = [{column: str(row.get(column) or "") for column in COLUMNS} for row in rows]
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype="str")


def _listed(number: str, row: Evidence, files: Mapping[str, EvidenceFile] | None) -> dict[str, object]:
    found = None if files is None or row.file is None else files.get(same_name(row.file))
    state = "" if files is None and row.file else _state(row, found)
    partial = partial_fact(row) if row.proves is Proves.CONTEXT else ""
    return {"number": number, **row.model_dump(), "state": state, "detail": (found and found.flaw) or partial}


def _state(row: Evidence, found: EvidenceFile | None) -> EvidenceState:
    if row.file is None:
        return EvidenceState.PAPER
    if found is None:
        return EvidenceState.GONE if row.sha256 else EvidenceState.EXPECTED
    if row.sha256 is None:
        return EvidenceState.UNRECORDED if found.sha256 else EvidenceState.UNREADABLE
    return EvidenceState.PRESENT if found.sha256 == row.sha256 else EvidenceState.CHANGED


def _lacks(
    plan: Plan, year: int, item_id: str, proven: set[Proves], judged: Sequence[Any]
) -> Iterator[dict[str, object]]:
    """The missing evidence of an item: first the attested clauses that verdicts depend on, then the figures. ``judged``: its
    rows of the assessment.
    """
    if unproven := [row for row in judged if row.why.unproven]:
        clause = "；".join(dict.fromkeys(chain(*(row.why.unproven for row in unproven))))
        levels = grouped((Verdict(row.verdict).chinese, plan.level(row.level).chinese) for row in unproven)
        resting = "，".join(f"{'、'.join(own)}{verdict}" for verdict, own in levels.items())  # 国家级、省级达标
        state = {"proves": Proves.CLAUSE, "state": EvidenceState.UNPROVEN}
        yield state | {"clause": clause, "detail": f"{clause}：{resting}"}
    for column, proves in _PROVEN.items():
        seen = [row for row in plan.observed(item_id, year) if getattr(row, column) not in (None, NOT_ASSIGNED)]
        if seen and proves not in proven:
            told = "；".join(dict.fromkeys(_figure(plan, year, row, column) for row in seen))
            yield {"proves": proves, "state": EvidenceState.MISSING, "detail": told}


def _figure(plan: Plan, year: int, row: Observation, column: str) -> str:
    if column == "value":
        return f"现状值 {with_unit(row.value or '', plan.unit_of(row, year))}"
    if column == "assigned_target":
        return f"上级下达 {plan.assigned(row, year)}"
    return f"{row.benchmark_kind.chinese if row.benchmark_kind else '平均'} {digits(row.benchmark or 0)}"


def counted(table: pd.DataFrame) -> Counter[str]:
    """The number of rows by class of document, of partial facts, by state, and by kind of missing evidence
    (``missing value``, ``missing target``, …).
    """
    own, missing = table[table["number"] != ""], table[table["state"] == EvidenceState.MISSING]
    classes = own["grade"].where(own["proves"] != Proves.CONTEXT, Proves.CONTEXT.value)
    return Counter([*classes, *table["state"], *(f"{EvidenceState.MISSING} {proves}" for proves in missing["proves"])])
