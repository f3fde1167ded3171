"""Printed against recomputed: every row of ``published.csv`` beside what the other data and the verdicts give.

``published.csv`` holds what the plan itself states; it is compared here and is an input of nothing. Figures are
compared at the printed precision.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

import pandas as pd

from cixi_analysis.analysis.projects import TOTAL
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Published
from cixi_analysis.words import PLAN_TITLE, Attribute, Level, Outcome, Verdict

COLUMNS = ("check", "stated", "computed", "agrees", "source")
#: What stands under ``computed`` where the data holds nothing to compute a printed figure from.
NOT_COMPUTABLE = "无从复算"

_VERDICTS = {verdict.value: verdict for verdict in Verdict}
#: (indicator, level) → its verdict
_Verdicts = dict[tuple[int, str], Verdict]
#: The computed side of a row: the number (``None``: not computable) and how it is shown ("" = as the number).
_Number = tuple[Decimal | None, str]


def reconcile(plan: Plan, verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row a row of ``published.csv``, then one a list of named indicators: columns :data:`COLUMNS`, all text.

    ``verdicts`` is the assessment of the base year against the requirements, with the columns ``indicator``,
    ``item_id`` ("" in the rows of whole indicators, the only ones used), ``level`` and ``verdict``.
    ``agrees`` is ``explained`` where what agrees has an explanation in ``published.csv`` (it then ends ``source``), else
    ``yes`` or ``no``. What the plan prints and ``published.csv`` lacks is a row of its own, which says ``no``.
    """
    known: _Verdicts = {
        (int(indicator), str(level)): _VERDICTS[verdict]
        for indicator, item_id, level, verdict in zip(
            verdicts["indicator"], verdicts["item_id"], verdicts["level"], verdicts["verdict"], strict=True
        )
        if pd.isna(item_id) or item_id == ""
    }
    rows = [_compared(row, plan, known) for row in plan.published]
    labels = _distinct([label for label, *_ in rows], [row.source for row in plan.published])
    cells = [
        (label, stated, computed, _agrees(equal, row.explanation), _source(row))
        for label, (_, stated, computed, equal), row in zip(labels, rows, plan.published, strict=True)
    ]
    return pd.DataFrame([*cells, *_named_lists(plan, known), *_missing(plan)], columns=list(COLUMNS), dtype="str")


def _agrees(equal: bool, explanation: str | None) -> str:
    """An explanation says how what agrees is to be understood; it never covers a figure that does not agree."""
    return "no" if not equal else "explained" if explanation else "yes"


def _source(row: Published) -> str:
    return f"{row.source}；说明：{row.explanation}" if row.explanation else row.source


def _distinct(labels: list[str], sources: list[str]) -> list[str]:
    """What is stated in two places is told apart by the place."""
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
    label, compute = _FIGURES[row.kind]
    number, shown = compute(row, plan, known)
    subject = _SUBJECTS.get(row.subject or "", row.subject or "")
    stated = _decimal(row.stated)
    if number is not None and stated is not None:
        number = _round_like(number, stated)
    computed = NOT_COMPUTABLE if number is None else shown or f"{number:f}"
    check = label.format(level=level, subject=subject, unit=row.unit)
    return check, row.stated, computed, number is not None and number == stated


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
    # Another name is explained by words that quote both: the text's and Table 1's.
    told = row.explanation or ""
    right_name = row.name in names or (str(row.name) in told and any(f"“{name}”" in told for name in names))
    return label, f"{row.name}：{row.stated}", f"{found}：{verdict}", right_name and verdict == row.stated


def _named_lists(plan: Plan, known: _Verdicts) -> Iterable[tuple[str, ...]]:
    """Is each list of named indicators complete: for each level and verdict of which the text names any."""
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
    """What the plan prints, by the shape of its tables, and nobody copied."""
    indicators = dict.fromkeys(str(item.indicator) for item in plan.items)
    expected: list[tuple[str, str | None, Level | None]] = [
        ("verdict", n, level) for n in indicators for level in Level
    ]
    expected += [("tally", subject, level) for level in Level for subject in ("applicable", "met", "unmet", "no_data")]
    expected += [("indicators", subject, None) for subject in ("total", *map(str, Attribute))]
    expected += [
        ("past_type", name, None) for name in (*dict.fromkeys(p.project_type for p in plan.past_projects), TOTAL)
    ]
    expected += [("past_outcome", str(outcome), None) for outcome in Outcome]
    expected += [(kind, None, None) for kind in ("past_sum", "projects", "budget")]
    have = {(row.kind, row.subject, row.level) for row in plan.published}
    for kind, subject, level in expected:
        if (kind, subject, level) not in have:
            what = " ".join(filter(None, (level.chinese if level else "", _KINDS[kind], subject)))
            yield f"规划所印：{what}", "（published.csv 中缺少）", NOT_COMPUTABLE, "no", f"{PLAN_TITLE}"


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


def _round_like(number: Decimal, printed: Decimal) -> Decimal:
    """``number`` with as many decimals as were printed."""
    return number.quantize(Decimal(1).scaleb(int(printed.as_tuple().exponent)), ROUND_HALF_UP)


def _indicators(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    attributes = {item.indicator: item.attribute.value for item in plan.items}
    if row.subject == "total":
        return Decimal(len(attributes)), ""
    return (Decimal(list(attributes.values()).count(row.subject)), "") if row.subject in set(Attribute) else (None, "")


def _tally(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    at_level = [verdict.value for (_, level), verdict in known.items() if level == row.level]
    if row.subject == "applicable":
        return Decimal(len(at_level) - at_level.count(Verdict.NOT_APPLICABLE.value)), ""
    return (Decimal(at_level.count(row.subject)), "") if row.subject in set(Verdict) else (None, "")


def _past_type(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    counts = [p.count for p in plan.past_projects if row.subject in (p.project_type, TOTAL)]
    return (Decimal(sum(counts)), "") if counts else (None, "")


def _past_outcome(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    return (Decimal(_outcome(plan, row.subject)), "") if row.subject in set(Outcome) else (None, "")


def _past_sum(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    return _written_sum(_outcome(plan, outcome) for outcome in Outcome)


def _projects(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    return Decimal(len(plan.projects)), ""


def _project_origin(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    """New projects (``subject``, as printed) and those carried over, as planned or adjusted."""
    if not (row.subject and row.subject.isdecimal()):
        return None, ""
    return _written_sum((int(row.subject), *(_outcome(plan, o) for o in (Outcome.AS_PLANNED, Outcome.ADJUSTED))))


def _budget(row: Published, plan: Plan, known: _Verdicts) -> _Number:
    """The sum of those projects that have a budget; the table prints "/" for the others and adds nothing."""
    total = sum((Decimal(repr(p.budget)) for p in plan.projects if p.budget is not None), Decimal(0))
    divisor = {"万元": 1, "亿元": 10_000}.get(row.unit or "")
    return (total / divisor, "") if divisor else (None, "")


def _outcome(plan: Plan, outcome: str | None) -> int:
    return sum(p.count for p in plan.past_projects if p.outcome == outcome)


def _written_sum(parts: Iterable[int]) -> _Number:
    terms = list(parts)
    return Decimal(sum(terms)), f"{'+'.join(map(str, terms))}={sum(terms)}"


#: kind → the label of the check and what computes the figure.
_FIGURES: dict[str, tuple[str, Callable[[Published, Plan, _Verdicts], _Number]]] = {
    "indicators": ("{subject}指标数", _indicators),
    "tally": ("{level} {subject}指标数", _tally),
    "past_type": ("2018-2022年重点工程 {subject} 总数", _past_type),
    "past_outcome": ("2018-2022年重点工程 {subject} 项数", _past_outcome),
    "past_sum": ("2018-2022年重点工程 各实施情况之和", _past_sum),
    "projects": ("表三 项目数", _projects),
    "project_origin": ("表三 新增{subject}项与续建项目之和", _project_origin),
    "budget": ("表三 投资概算合计（{unit}，无概算的项目不计）", _budget),
}
#: The words of ``subject`` as a reader knows them.
_SUBJECTS = {
    "total": "全部",
    "applicable": "涉及",
    Verdict.MET.value: "达标",
    Verdict.UNMET.value: "未达标",
    Verdict.NO_DATA.value: "无数据",
    **{attribute.value: attribute.chinese for attribute in Attribute},
    **{outcome.value: outcome.chinese for outcome in Outcome},
}
