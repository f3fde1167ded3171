"""Printed against recomputed: every row of ``published.csv`` beside what the other data and the verdicts give.

``published.csv`` holds what the plan itself states; it is compared here and is an input of nothing. Figures are
compared at the printed precision.
"""

from collections import Counter
from collections.abc import Iterable
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
#: ``kind`` of a figure → the label of its check, and what it is called where ``published.csv`` lacks it.
_KINDS = {
    "verdict": ("指标{subject} {level}结论", "指标结论"),
    "indicators": ("{subject}指标数", "指标数"),
    "tally": ("{level} {subject}指标数", "计数"),
    "past_type": ("2018-2022年重点工程 {subject} 总数", "表二 项目类型合计"),
    "past_outcome": ("2018-2022年重点工程 {subject} 项数", "表二 实施情况合计"),
    "past_sum": ("2018-2022年重点工程 各实施情况之和", "表二 总数"),
    "projects": ("表三 项目数", "表三 项目数"),
    "project_origin": ("表三 新增{subject}项与续建项目之和", ""),
    "budget": ("表三 投资概算合计（{unit}，无概算的项目不计）", "表三 投资合计"),
}
#: ``subject`` → Chinese
_SUBJECTS = {"total": "全部", "applicable": "涉及", "met": "达标", "unmet": "未达标", "no_data": "无数据"} | {
    word.value: word.chinese for words in (Attribute, Outcome) for word in words
}
_BUDGET_UNITS = {"万元": 1, "亿元": 10_000}

#: (indicator, level) → its verdict
_Verdicts = dict[tuple[str | None, Level | None], Verdict]
#: (kind, subject, level) → the numbers whose sum the plan prints; none where the data holds nothing to compute it from
_Figures = dict[tuple[str, str | None, Level | None], list[Decimal | int]]


def reconcile(plan: Plan, verdicts: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of ``published.csv``, then one for each list of named indicators: columns :data:`COLUMNS`.

    ``verdicts`` is the assessment of the base year against the requirements, with the columns ``indicator``,
    ``item_id`` ("" in the rows of whole indicators, the only ones used), ``level`` and ``verdict``.
    ``agrees`` is ``explained`` where what agrees has an explanation in ``published.csv`` (appended to ``source``), else
    ``yes`` or ``no``. What the plan prints and ``published.csv`` lacks is a row of its own with ``no``.
    """
    whole = verdicts[verdicts["item_id"].fillna("") == ""]
    known: _Verdicts = {
        (str(i), Level(level)): Verdict(v) for i, level, v in columns(whole, "indicator", "level", "verdict")
    }
    figures = _figures(plan, known)
    rows = [_compared(row, plan, known, figures) for row in plan.published]
    labels = _distinct([label for label, *_ in rows], [row.source for row in plan.published])
    cells: list[tuple[str, ...]] = []
    for label, (_, stated, computed, equal), row in zip(labels, rows, plan.published, strict=True):
        # An explanation qualifies a figure that agrees; it never excuses one that does not.
        agrees = "no" if not equal else "explained" if row.explanation else "yes"
        source = f"{row.source}；说明：{row.explanation}" if row.explanation else row.source
        cells.append((label, stated, computed, agrees, source))
    cells += [*_named_lists(plan, known), *_missing(plan, figures)]
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype="str")


def _distinct(labels: list[str], sources: list[str]) -> list[str]:
    """Append the place to labels that occur twice: the section, or the whole source where that is not enough."""
    places = [source.removeprefix(PLAN_TITLE) for source in sources]
    for endings in ([place.split(" ")[0] for place in places], places):
        count = Counter(labels)
        labels = [f"{x}（{end}）" if count[x] > 1 else x for x, end in zip(labels, endings, strict=True)]
    return labels


def _figures(plan: Plan, known: _Verdicts) -> _Figures:
    """Every count and sum of Tables 1-3 that the plan prints beside them, in the order of the plan's tables."""
    found: _Figures = {}
    for level in Level:
        verdicts = [verdict for (_, at), verdict in known.items() if at is level]
        found["tally", "applicable", level] = [len(verdicts) - verdicts.count(Verdict.NOT_APPLICABLE)]
        found |= {("tally", str(verdict), level): [verdicts.count(verdict)] for verdict in Verdict}
    attributes = list({item.indicator: item.attribute for item in plan.items}.values())
    found["indicators", "total", None] = [len(attributes)]
    found |= {("indicators", str(attribute), None): [attributes.count(attribute)] for attribute in Attribute}
    types, outcomes = Counter[str](), Counter[str]()
    for row in plan.past_projects:
        types[row.project_type] += row.count
        outcomes[row.outcome] += row.count
    found |= {("past_type", name, None): [count] for name, count in types.items()}
    found["past_type", TOTAL, None] = [types.total()] if types else []
    found |= {("past_outcome", str(outcome), None): [outcomes[outcome]] for outcome in Outcome}
    found["past_sum", None, None] = [outcomes[outcome] for outcome in Outcome]
    found["projects", None, None] = [len(plan.projects)]
    # Of projects that have a budget; the table prints "/" for the others and adds nothing.
    budgets = (Decimal(repr(project.budget)) for project in plan.projects if project.budget is not None)
    found["budget", None, None] = [sum(budgets, Decimal(0))]
    return found


def _terms(row: Published, figures: _Figures) -> list[Decimal | int]:
    """The numbers whose sum is the printed figure; none where the data has nothing to compute it from."""
    if row.kind == "project_origin":  # new projects (``subject``, as printed) and those carried over
        carried = [figures["past_outcome", o, None][0] for o in (Outcome.AS_PLANNED, Outcome.ADJUSTED)]
        return [int(row.subject), *carried] if row.subject and row.subject.isdecimal() else []
    terms = figures.get((row.kind, row.subject, row.level), [])
    if row.kind == "budget":
        divisor = _BUDGET_UNITS.get(row.unit or "")
        return [Decimal(term) / divisor for term in terms] if divisor else []
    return terms


def _compared(row: Published, plan: Plan, known: _Verdicts, figures: _Figures) -> tuple[str, str, str, bool]:
    """(check, stated, computed, equal) of one printed statement."""
    level = row.level.chinese if row.level else ""
    judged = known.get((row.subject, row.level))
    verdict = judged.chinese if judged else NOT_COMPUTABLE
    if row.kind == "named":  # in the text, with its verdict: both the name and the verdict must be Table 1's
        items = [item for item in plan.items if str(item.indicator) == row.subject]
        names = dict.fromkeys(n for i in items for n in (i.indicator_name, i.name, i.provincial_name) if n)
        found = row.name if row.name in names else f"表一作“{'”“'.join(names)}”"
        # Another name is explained where the explanation quotes both: the text's and Table 1's.
        why = row.explanation or ""
        right_name = row.name in names or (str(row.name) in why and any(f"“{name}”" in why for name in names))
        check, stated = f"{level} 点名 指标{row.subject} {row.name}", f"{row.name}：{row.stated}"
        return check, stated, f"{found}：{verdict}", right_name and verdict == row.stated
    subject = _SUBJECTS.get(row.subject or "", row.subject or "")
    check = _KINDS[row.kind][0].format(level=level, subject=subject, unit=row.unit)
    if row.kind == "verdict":
        return check, row.stated, verdict, verdict == row.stated
    terms = _terms(row, figures)
    if not terms:
        return check, row.stated, NOT_COMPUTABLE, False
    number, stated_number = Decimal(sum(terms)), _decimal(row.stated)
    if stated_number is not None:  # as many decimals as were printed
        number = number.quantize(Decimal(1).scaleb(int(stated_number.as_tuple().exponent)), ROUND_HALF_UP)
    computed = f"{number:f}" if len(terms) == 1 else f"{'+'.join(map(str, terms))}={sum(terms)}"
    return check, row.stated, computed, number == stated_number


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _named_lists(plan: Plan, known: _Verdicts) -> Iterable[tuple[str, ...]]:
    """Whether the text names every indicator of a level and verdict, where it names any."""
    lists: dict[tuple[Level, str], list[Published]] = {}
    for row in plan.published:
        if row.kind == "named" and row.level is not None:
            lists.setdefault((row.level, row.stated), []).append(row)
    for (level, word), rows in lists.items():
        named = [row.subject or "" for row in rows]
        computed = [str(i) for (i, at), verdict in known.items() if at is level and verdict.chinese == word]
        sources = "；".join(dict.fromkeys(row.source for row in rows))
        agrees = "yes" if sorted(named) == sorted(computed) else "no"
        yield f"{level.chinese} {word} 点名的指标", "、".join(named), "、".join(computed) or "（没有）", agrees, sources


def _missing(plan: Plan, figures: _Figures) -> Iterable[tuple[str, ...]]:
    """What the plan prints, as its tables are built, and ``published.csv`` lacks."""
    verdicts = [("verdict", str(i), level) for i in plan.indicators for level in Level]
    have = {(row.kind, row.subject, row.level) for row in plan.published}
    for key in (*verdicts, *figures):
        kind, subject, level = key
        if key not in have and subject != Verdict.NOT_APPLICABLE:  # the plan counts no "/"
            what = " ".join(filter(None, (level.chinese if level else "", _KINDS[kind][1], subject)))
            yield f"规划所印：{what}", "（published.csv 中缺少）", NOT_COMPUTABLE, "no", PLAN_TITLE
