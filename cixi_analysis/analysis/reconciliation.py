"""The plan's printed figures compared with recomputed ones (数据核对), and its statements with each other (规划文本一致性).

``published.csv`` holds the verdicts, counts and sums that the plan prints; they are compared at the printed precision
and never used as input. ``audit.csv`` holds places of the plan about the same subject. Nothing is corrected.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import pandas as pd

from cixi_analysis.analysis import grouped, records
from cixi_analysis.analysis.projects import TOTAL, outcomes
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import at_precision, relation, ungrouped
from cixi_analysis.plan.schema import AuditRow, Published
from cixi_analysis.words import Attribute, AuditResult, Entity, Outcome, Verdict, printed

COLUMNS = ("check", "stated", "computed", "agrees", "source")
#: The columns of ``cixi audit``.
AUDIT_COLUMNS = (*AuditRow.columns(), "items", "projects", "commitments")
#: Placeholder in ``computed`` where the data has nothing to compute a printed figure from.
NOT_COMPUTABLE = "无从复算"
#: Units of printed sums of money in 万元.
MONEY = {"万元": 1, "亿元": 10_000}
#: kind → the label of a check of this kind
_KINDS = {
    "verdict": "指标{subject} {level}结论", "tally": "{level} {subject}指标数", "indicators": "{subject}指标数",
    "past_type": "{past} {subject} 总数", "past_outcome": "{past} {subject} 项数", "past_sum": "{past} 各实施情况之和",
    "projects": "{projects} 项目数", "budget": "{projects} 投资概算合计（{unit}，无概算的项目不计）",
    "project_origin": "{projects} 新增{subject}项与续建项目之和",
}  # fmt: skip
#: ``subject`` → Chinese
_SUBJECTS: dict[str | None, str] = {
    "total": "全部", "applicable": "涉及", "met": "达标", "unmet": "未达标", "no_data": "无数据",
    **{word.value: word.chinese for words in (Attribute, Outcome) for word in words},
}  # fmt: skip
#: (indicator, level) → its verdict, as printed
_Verdicts = dict[tuple[str | None, str | None], str]
#: (kind, subject, level) → the numbers whose sum the plan prints; none where there are none
_Figures = dict[tuple[str, str | None, str | None], list[Decimal | int]]


def reconcile(plan: Plan, verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of ``published.csv``, then one for each list of named indicators.

    Columns ``check, stated, computed, agrees, source``, all text. ``verdicts`` is the ``table`` of the base year's
    assessment against the requirements. Numbers are compared at the printed precision. ``agrees`` is ``explained`` where
    equal figures have an explanation (appended to ``source``), else ``yes`` or ``no``: it never excuses a difference.
    """
    plan = plan.as_of(plan.frame.base_year)
    whole = records(verdicts[verdicts["item_id"].fillna("") == ""])
    known: _Verdicts = {(str(r.indicator), str(r.level)): printed(Verdict(r.verdict)) for r in whole}
    figures = _figures(plan, known)
    compared = [
        _named(r, plan, known) if r.kind == "named" else _compared(r, plan, known, figures) for r in plan.published
    ]
    places = [row.source.removeprefix(plan.frame.title) for row in plan.published]
    labels = _distinct([label for label, *_ in compared], places)
    rows = []
    for label, (_, stated, computed, equal), row in zip(labels, compared, plan.published, strict=True):
        agrees = "no" if not equal else "explained" if row.explanation else "yes"
        source = f"{row.source}；说明：{row.explanation}" if row.explanation else row.source
        rows.append((label, stated, computed, agrees, source))
    return pd.DataFrame([*rows, *_named_lists(plan, known)], columns=list(COLUMNS), dtype="str")


def _distinct(labels: list[str], places: list[str]) -> list[str]:
    """Append the place to labels that occur twice: the section, or else the whole source."""
    for endings in ([place.split(" ")[0] for place in places], places):
        count = Counter(labels)
        labels = [f"{x}（{end}）" if count[x] > 1 else x for x, end in zip(labels, endings, strict=True)]
    return labels


def _figures(plan: Plan, known: _Verdicts) -> _Figures:
    """Every count and sum that the plan prints; the budget in 万元; ``carried``: the past projects that go on."""
    attributes = Counter({item.indicator: item.attribute for item in plan.items}.values())
    found: _Figures = {("indicators", "total", None): [attributes.total()]}
    found |= {("indicators", str(attribute), None): [attributes[attribute]] for attribute in Attribute}
    for level in plan.levels:
        counts = Counter(verdict for (_, own), verdict in known.items() if own == level)
        found["tally", "applicable", level] = [counts.total() - counts[printed(Verdict.NOT_APPLICABLE)]]
        found |= {("tally", str(verdict), level): [counts[printed(verdict)]] for verdict in Verdict}
    if plan.past_projects:
        types = {row.project_type: row for row in records(outcomes(plan))}
        whole: dict[Outcome, int] = {outcome: getattr(types[TOTAL], outcome) for outcome in Outcome}
        found |= {("past_type", row.project_type, None): [row.total] for row in types.values()}
        found |= {("past_outcome", str(outcome), None): [count] for outcome, count in whole.items()}
        found["past_sum", None, None] = [*whole.values()]
        found["carried", None, None] = [whole[Outcome.AS_PLANNED], whole[Outcome.ADJUSTED]]
    if plan.projects:
        # Of projects that have a budget; the table prints "/" for the others and adds nothing.
        budgets = [Decimal(repr(p.budget)) for p in plan.projects if p.budget is not None]
        found["projects", None, None] = [len(plan.projects)]
        found["budget", None, None] = [sum(budgets, Decimal(0))]
    return found


def _compared(row: Published, plan: Plan, known: _Verdicts, figures: _Figures) -> tuple[str, str, str, bool]:
    """(check, stated, computed, equal) of a printed verdict, count or sum."""
    level, subject = plan.level(row.level).chinese if row.level else "", _SUBJECTS.get(row.subject, row.subject or "")
    tables = plan.frame.tables
    of = {
        "past": tables.past_projects.subject if tables.past_projects else "以往的项目",
        "projects": tables.projects.name if tables.projects else "项目表",
    }
    check = _KINDS[row.kind].format(level=level, subject=subject, unit=row.unit or "没有写单位", **of)
    if row.kind == "verdict":
        verdict = known.get((row.subject, row.level), NOT_COMPUTABLE)
        return check, row.stated, verdict, verdict == row.stated
    terms = figures.get((row.kind, row.subject, row.level), [])
    if row.kind == "budget":
        divisor = MONEY.get(row.unit or "")
        terms = [Decimal(term) / divisor for term in terms] if divisor else []
    elif row.kind == "project_origin" and subject.isdecimal() and (carried := figures.get(("carried", None, None))):
        terms = [int(subject), *carried]  # the new ones, and those carried over
    if not terms:
        return check, row.stated, NOT_COMPUTABLE, False
    try:
        stated = Decimal(ungrouped(row.stated))
    except InvalidOperation:
        stated = Decimal("NaN")
    number = Decimal(sum(terms))
    if stated.is_finite():  # as many decimals as were printed
        number = at_precision(number, -int(stated.as_tuple().exponent))
    computed = f"{number:f}" if len(terms) == 1 else f"{'+'.join(map(str, terms))}={sum(terms)}"
    return check, row.stated, computed, number == stated


def _named(row: Published, plan: Plan, known: _Verdicts) -> tuple[str, str, str, bool]:
    """An indicator named in the text with its verdict: both the name and the verdict must be Table 1's."""
    items = [item for item in plan.items if str(item.indicator) == row.subject]
    names = dict.fromkeys(n for i in items for n in (i.indicator_name, *plan.names(i)))
    verdict = known.get((row.subject, row.level), NOT_COMPUTABLE)
    found = row.name if row.name in names else f"{plan.frame.tables.indicators.name}作“{'”“'.join(names)}”"
    label = f"{plan.level(row.level).chinese if row.level else ''} 点名 指标{row.subject} {row.name}"
    # Another name is explained where the explanation quotes both: the text's and Table 1's.
    why = row.explanation or ""
    right_name = row.name in names or (str(row.name) in why and any(f"“{name}”" in why for name in names))
    return label, f"{row.name}：{row.stated}", f"{found}：{verdict}", right_name and verdict == row.stated


def _named_lists(plan: Plan, known: _Verdicts) -> Iterator[tuple[str, ...]]:
    """Whether the text names every indicator of a level and verdict, where it names any."""
    named_at = (row for row in plan.published if row.kind == "named")
    lists = grouped(((row.level, row.stated), row) for row in named_at if row.level is not None)
    for (level, word), rows in lists.items():
        named = [row.subject or "" for row in rows]
        computed = [str(i) for i in plan.indicators if known.get((str(i), level)) == word]
        agrees = "yes" if sorted(named) == sorted(computed) else "no"
        sources = "；".join(dict.fromkeys(row.source for row in rows))
        check = f"{plan.level(level).chinese} {word} 点名的指标"
        yield check, "、".join(named), "、".join(computed) or "（没有）", agrees, sources


def result(row: AuditRow) -> AuditResult:
    """The result of a finding of the audit: as entered, or computed where its figures form a sum."""
    if row.result is not None:
        return row.result
    return AuditResult.AGREES if relation(row.check or "").holds else AuditResult.CONTRADICTS


def findings(plan: Plan) -> pd.DataFrame:
    """The audit, a row a finding, columns :data:`AUDIT_COLUMNS`. No assessment uses it."""
    rows = []
    concerned = grouped(
        ((link.from_id, link.to_kind), link.to_id) for link in plan.links if link.from_kind is Entity.FINDING
    )
    for row in plan.audit:
        cells = {name: cell or "" for name, cell in row.model_dump(mode="json").items()} | {"result": result(row).value}
        for kind in (Entity.ITEM, Entity.PROJECT, Entity.COMMITMENT):
            cells[f"{kind}s"] = "；".join(concerned.get((row.audit_id, kind), ()))
        rows.append(cells)
    return pd.DataFrame(rows, columns=list(AUDIT_COLUMNS))
