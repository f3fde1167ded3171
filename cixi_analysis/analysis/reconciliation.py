"""Printed against recomputed: every row of ``published.csv`` beside what the other data and the verdicts give.

``published.csv`` holds what the plan itself states; it is compared here and is an input of nothing. Figures are
compared at the printed precision.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import pandas as pd

from cixi_analysis.analysis.projects import TOTAL
from cixi_analysis.analysis.records import columns
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Published
from cixi_analysis.words import PLAN_TITLE, Attribute, Level, Outcome, Verdict

COLUMNS = ("check", "stated", "computed", "agrees", "source")
#: What stands under ``computed`` where the data holds nothing to compute a printed figure from.
NOT_COMPUTABLE = "无从复算"

#: (indicator, level) → its verdict
_Verdicts = dict[tuple[int, str], Verdict]


def reconcile(plan: Plan, verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of ``published.csv``, then one for each list of named indicators: columns :data:`COLUMNS`.

    ``verdicts`` is the assessment of the base year against the requirements, with the columns ``indicator``,
    ``item_id`` ("" in the rows of whole indicators, the only ones used), ``level`` and ``verdict``.
    ``agrees`` is ``explained`` where what agrees has an explanation in ``published.csv`` (appended to ``source``), else
    ``yes`` or ``no``. What the plan prints and ``published.csv`` lacks is a row of its own with ``no``.
    """
    whole = verdicts[verdicts["item_id"].fillna("") == ""]
    known = {(int(i), str(level)): Verdict(v) for i, level, v in columns(whole, "indicator", "level", "verdict")}
    rows = [_compared(row, plan, known) for row in plan.published]
    labels = _distinct([label for label, *_ in rows], [row.source for row in plan.published])
    cells = [
        (label, stated, computed, _agrees(equal, row.explanation), _source(row))
        for label, (_, stated, computed, equal), row in zip(labels, rows, plan.published, strict=True)
    ]
    return pd.DataFrame([*cells, *_named_lists(plan, known), *_missing(plan)], columns=list(COLUMNS), dtype="str")


def _agrees(equal: bool, explanation: str | None) -> str:
    """An explanation qualifies a figure that agrees; it never excuses one that does not."""
    return "no" if not equal else "explained" if explanation else "yes"


def _source(row: Published) -> str:
    return f"{row.source}；说明：{row.explanation}" if row.explanation else row.source


def _distinct(labels: list[str], sources: list[str]) -> list[str]:
    """Append the place to labels that occur twice: the section, or the whole source where that is not enough."""
    places = [source.removeprefix(PLAN_TITLE) for source in sources]
    for endings in ([place.split(" ")[0] for place in places], places):
        count = Counter(labels)
        labels = [f"{x}（{end}）" if count[x] > 1 else x for x, end in zip(labels, endings, strict=True)]
    return labels


def _compared(row: Published, plan: Plan, known: _Verdicts) -> tuple[str, str, str, bool]:
    """(check, stated, computed, equal) of one printed statement."""
    level = row.level.chinese if row.level else ""
    if row.kind == "verdict":
        verdict = _verdict(row.subject, row.level, known)
        return f"指标{row.subject} {level}结论", row.stated, verdict, verdict == row.stated
    if row.kind == "named":
        return _named(row, plan, known)
    subject = _SUBJECTS.get(row.subject or "", row.subject or "")
    check = _LABELS[row.kind].format(level=level, subject=subject, unit=row.unit)
    terms = _terms(row, plan, known)
    if terms is None:
        return check, row.stated, NOT_COMPUTABLE, False
    number, stated = Decimal(sum(terms)), _decimal(row.stated)
    if stated is not None:  # as many decimals as were printed
        number = number.quantize(Decimal(1).scaleb(int(stated.as_tuple().exponent)), ROUND_HALF_UP)
    computed = f"{number:f}" if len(terms) == 1 else f"{'+'.join(map(str, terms))}={sum(terms)}"
    return check, row.stated, computed, number == stated


def _verdict(subject: str | None, level: Level | None, known: _Verdicts) -> str:
    key = (int(subject), str(level)) if subject and subject.isdecimal() else None
    return known[key].chinese if key in known else NOT_COMPUTABLE


def _named(row: Published, plan: Plan, known: _Verdicts) -> tuple[str, str, str, bool]:
    """An indicator named in the text with its verdict: both the name and the verdict must be Table 1's."""
    items = [item for item in plan.items if str(item.indicator) == row.subject]
    names = dict.fromkeys(n for i in items for n in (i.indicator_name, i.name, i.provincial_name) if n)
    verdict = _verdict(row.subject, row.level, known)
    found = row.name if row.name in names else f"表一作“{'”“'.join(names)}”"
    label = f"{row.level.chinese if row.level else ''} 点名 指标{row.subject} {row.name}"
    # Another name is explained where the explanation quotes both: the text's and Table 1's.
    why = row.explanation or ""
    right_name = row.name in names or (str(row.name) in why and any(f"“{name}”" in why for name in names))
    return label, f"{row.name}：{row.stated}", f"{found}：{verdict}", right_name and verdict == row.stated


def _named_lists(plan: Plan, known: _Verdicts) -> Iterable[tuple[str, ...]]:
    """Whether the text names every indicator of a level and verdict, where it names any."""
    lists: dict[tuple[Level, str], list[Published]] = {}
    for row in plan.published:
        if row.kind == "named" and row.level is not None:
            lists.setdefault((row.level, row.stated), []).append(row)
    for (level, word), rows in lists.items():
        named = [row.subject or "" for row in rows]
        computed = [str(i) for (i, at), verdict in sorted(known.items()) if at == level and verdict.chinese == word]
        sources = "；".join(dict.fromkeys(row.source for row in rows))
        agrees = _agrees(sorted(named) == sorted(computed), None)
        yield f"{level.chinese} {word} 点名的指标", "、".join(named), "、".join(computed) or "（没有）", agrees, sources


def _missing(plan: Plan) -> Iterable[tuple[str, ...]]:
    """What the plan prints, as its tables are built, and ``published.csv`` lacks."""
    types = dict.fromkeys(p.project_type for p in plan.past_projects)
    expected: list[tuple[str, str | None, Level | None]] = [
        *(("verdict", str(i), level) for i in plan.indicators for level in Level),
        *(("tally", what, level) for level in Level for what in ("applicable", "met", "unmet", "no_data")),
        *(("indicators", what, None) for what in ("total", *map(str, Attribute))),
        *(("past_type", name, None) for name in (*types, TOTAL)),
        *(("past_outcome", str(outcome), None) for outcome in Outcome),
        *((kind, None, None) for kind in ("past_sum", "projects", "budget")),
    ]
    have = {(row.kind, row.subject, row.level) for row in plan.published}
    for kind, subject, level in expected:
        if (kind, subject, level) not in have:
            what = " ".join(filter(None, (level.chinese if level else "", _KINDS[kind], subject)))
            yield f"规划所印：{what}", "（published.csv 中缺少）", NOT_COMPUTABLE, "no", PLAN_TITLE


_KINDS = {
    "verdict": "指标结论", "tally": "计数", "indicators": "指标数", "past_type": "表二 项目类型合计",
    "past_outcome": "表二 实施情况合计", "past_sum": "表二 总数", "projects": "表三 项目数", "budget": "表三 投资合计",
}  # fmt: skip


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _terms(row: Published, plan: Plan, known: _Verdicts) -> Sequence[Decimal | int] | None:
    """The numbers whose sum is the printed figure; None where the data has nothing to compute it from."""

    def of(outcome: str | None) -> int:
        return sum(p.count for p in plan.past_projects if p.outcome == outcome)

    match row.kind:
        case "indicators":
            attributes = {item.indicator: item.attribute.value for item in plan.items}
            if row.subject == "total":
                return [len(attributes)]
            return [list(attributes.values()).count(row.subject)] if row.subject in set(Attribute) else None
        case "tally":
            at_level = [verdict.value for (_, level), verdict in known.items() if level == row.level]
            if row.subject == "applicable":
                return [len(at_level) - at_level.count(Verdict.NOT_APPLICABLE.value)]
            return [at_level.count(row.subject)] if row.subject in set(Verdict) else None
        case "past_type":
            counts = [p.count for p in plan.past_projects if row.subject in (p.project_type, TOTAL)]
            return [sum(counts)] if counts else None
        case "past_outcome":
            return [of(row.subject)] if row.subject in set(Outcome) else None
        case "past_sum":
            return [of(outcome) for outcome in Outcome]
        case "projects":
            return [len(plan.projects)]
        case "project_origin":  # new projects (``subject``, as printed) and those carried over, as planned or adjusted
            new = row.subject or ""
            return [int(new), of(Outcome.AS_PLANNED), of(Outcome.ADJUSTED)] if new.isdecimal() else None
        case "budget":  # of projects that have one; the table prints "/" for the others and adds nothing
            divisor = {"万元": 1, "亿元": 10_000}.get(row.unit or "")
            total = sum((Decimal(repr(p.budget)) for p in plan.projects if p.budget is not None), Decimal(0))
            return [total / divisor] if divisor else None
    return None


#: kind → the label of the check
_LABELS = {
    "indicators": "{subject}指标数",
    "tally": "{level} {subject}指标数",
    "past_type": "2018-2022年重点工程 {subject} 总数",
    "past_outcome": "2018-2022年重点工程 {subject} 项数",
    "past_sum": "2018-2022年重点工程 各实施情况之和",
    "projects": "表三 项目数",
    "project_origin": "表三 新增{subject}项与续建项目之和",
    "budget": "表三 投资概算合计（{unit}，无概算的项目不计）",
}
#: ``subject`` → Chinese
_SUBJECTS = {
    "total": "全部",
    "applicable": "涉及",
    Verdict.MET.value: "达标",
    Verdict.UNMET.value: "未达标",
    Verdict.NO_DATA.value: "无数据",
    **{attribute.value: attribute.chinese for attribute in Attribute},
    **{outcome.value: outcome.chinese for outcome in Outcome},
}
