"""Sentences from findings. Nothing is judged here: every word is read off a finding."""

from collections.abc import Callable, Sequence

import numpy as np

from cixi_analysis.assessment.evaluation import ATTESTED, CONVENTIONS, DEEMED, MEASURED, Finding
from cixi_analysis.assessment.numbers import MET, NO_DATA, UNMET, Lack
from cixi_analysis.assessment.series import ABSENCES, BENCHMARK_KINDS, COMPARATORS, ItemSeries
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator
from cixi_analysis.requirement.tree import (
    AllOf,
    AnyOf,
    AssignedTarget,
    Bound,
    Change,
    ChangeBenchmark,
    ClassBound,
    LevelBenchmark,
    Rate,
    Window,
)
from cixi_analysis.words import CLASS_UNIT, BenchmarkKind, Convention, Verdict

_WORD = {UNMET: Verdict.UNMET.chinese, NO_DATA: Verdict.NO_DATA.chinese, MET: Verdict.MET.chinese}
#: Text of a convention's reason, for an item.
ReasonOf = Callable[[Convention], str]
At = tuple[int, int]


def explain(wording: str, finding: Finding | None, at: At, year: int, reason_of: ReasonOf) -> str:
    """Why an item has its verdict: the wording's parts, each with its verdict and what decided it."""
    if finding is None:
        return "本级对该子项没有要求（原表为“/”）"
    shown = wording.replace("\n", "；").rstrip("；")
    return f"要求“{shown}”：{_explain(finding, at, year, reason_of)}"


def explain_indicator(verdict: Verdict, parts: Sequence[tuple[Indicator, Verdict, str]]) -> str:
    """Why an indicator has its verdict: its own item's reason, or the items that decide it."""
    if verdict is Verdict.NOT_APPLICABLE:
        return "本级对该指标没有要求（原表为“/”）"
    if len(parts) == 1:
        return parts[0][2]
    asked = [(item, word, text) for item, word, text in parts if word is not Verdict.NOT_APPLICABLE]
    summary = "、".join(f"{item.part_mark}{item.name}{word.chinese}" for item, word, _ in asked)
    if verdict is Verdict.MET:
        details = "；".join(f"{item.part_mark}{text}" for item, _, text in asked)
        return f"适用的{len(asked)}个子项均达到（{summary}）：{details}"
    deciding = "；".join(f"{item.part_mark}{text}" for item, word, text in asked if word is verdict)
    return f"各子项须全部达到（{summary}）：{deciding}"


def _explain(finding: Finding, at: At, year: int, reason_of: ReasonOf) -> str:
    if isinstance(finding.node, (AllOf, AnyOf)):
        rule = "须同时满足" if isinstance(finding.node, AllOf) else "满足一项即可"
        parts = "；".join(_labelled(part, at, year, reason_of) for part in finding.parts)
        return f"{rule}——{parts}"
    return _why(finding, at, year, reason_of)


def _labelled(finding: Finding, at: At, year: int, reason_of: ReasonOf) -> str:
    word = _WORD[int(finding.verdict[at])]
    if isinstance(finding.node, (AllOf, AnyOf)):
        return f"{word}（{_explain(finding, at, year, reason_of)}）"
    label = str(finding.node).replace(" with ", "，且")  # a word of the canonical text, not of a Chinese sentence
    return f"“{label}”{word}（{_why(finding, at, year, reason_of)}）"


def _why(finding: Finding, at: At, year: int, reason_of: ReasonOf) -> str:
    series = finding.series
    assert series is not None  # noqa: S101  # leaves carry their series
    basis = int(finding.basis[at])
    words = series.texts[series.words[at]] if series.words[at] >= 0 else None
    quote = words and (words.attests.get(finding.node) or words.denies.get(finding.node))
    # A change with its rate has parts, and the statement may speak of the whole or of a part.
    if finding.parts and not (basis == ATTESTED and quote):
        return "；".join(_labelled(part, at, year, reason_of) for part in finding.parts)
    if basis == MEASURED:
        return _measured(finding, series, at, year)
    if basis == ATTESTED:
        text = f"原文载明“{quote}”"
        if finding.measured is not None and finding.measured[at] == UNMET:
            text += f"；数字略有变差：{_measured(finding, series, at, year)}"
        return text
    if basis == DEEMED and finding.convention is not None:
        convention = CONVENTIONS[finding.convention[at]]
        return f"按约定“{convention.chinese}”视同达到：{reason_of(convention)}"
    return _lacking(finding, series, at, year)


def _quantity(value: float, unit: str) -> str:
    if unit == CLASS_UNIT:
        return f"{WATER_CLASSES[int(value) - 1]}类"
    return f"{value:.12g}{_quantity_unit(unit)}"


def _quantity_unit(unit: str) -> str:
    """The unit as it is written behind a number; "-" is none."""
    return "" if unit == "-" else unit


def _measured(finding: Finding, series: ItemSeries, at: At, year: int) -> str:
    node, used = finding.node, {name: float(array[at]) for name, array in finding.numbers.items()}
    kind = series.kinds[series.kind[at]]
    unit = kind.unit
    what = "" if kind.measure == series.item.name else kind.measure
    value = f"{year}年{what}{_quantity(used['value'], unit)}"
    word = "达到" if finding.verdict[at] == MET else "未达到"
    if finding.basis[at] == ATTESTED:
        word = "数字上未达到"
    match node:
        case Bound():
            difference = _difference(used["value"], used["limit"])
            return f"{value}，要求{node}，{word}（{difference}）"
        case ClassBound():
            return f"{value}，要求{node}，{word}"
        case AssignedTarget():
            assigned = _quantity(used["limit"], unit)
            sign = {"REACH": ""}.get(node.comparator.name, node.comparator.value) or _assigned_sign(series, at)
            difference = "" if unit == CLASS_UNIT else f"（{_difference(used['value'], used['limit'])}）"
            return f"{value}，上级下达目标{sign}{assigned}，{'完成' if finding.verdict[at] == MET else '未完成'}{difference}"
        case Change():
            return f"{_years(node, used, unit, what, year)}，{word.replace('达到', '符合')}“{node}”"
        case Rate():
            mean = f"年均（{used['years']:.0f}年）" if node.yearly else "比上年"
            change = f"{mean}变化{used['rate']:+.4g}{node.unit}"
            return f"由{_quantity(used['earlier_1'], unit)}到{_quantity(used['value'], unit)}，{change}，要求{node}，{word}"
        case ChangeBenchmark():
            by = "%" if BENCHMARK_KINDS[series.benchmark_kind[at]] is BenchmarkKind.RATE else _quantity_unit(unit)
            moved = f"变化{used['own']:+.4g}{by}，全省平均变化{used['benchmark']:+.4g}{by}"
            return f"{value}，上年{_quantity(used['earlier_1'], unit)}，{moved}，{word}"
        case LevelBenchmark():
            return f"{value}，全省平均{_quantity(used['benchmark'], unit)}，{word}"
        case _:
            return f"{value}，{word}"


def _assigned_sign(series: ItemSeries, at: At) -> str:
    return str(COMPARATORS[series.assigned_comparator[at]].value)


def _difference(value: float, limit: float) -> str:
    difference = round(value - limit, 9)
    if difference == 0:
        return "恰好相等"
    return f"{'高出' if difference > 0 else '低'}{abs(difference):.12g}"


def _years(node: Change, used: dict[str, float], unit: str, what: str, year: int) -> str:
    back = sorted(
        int(name.split("_")[1]) for name, v in used.items() if name.startswith("earlier_") and not np.isnan(v)
    )
    values = [*(used[f"earlier_{b}"] for b in reversed(back)), used["value"]]
    years = [*(year - b for b in reversed(back)), year]
    text = "、".join(f"{y}年{_quantity(v, unit)}" for y, v in zip(years, values, strict=True))
    short = node.window is Window.YEARLY and not node.years and len(back) == 1
    return f"{what}{text}" + ("（只有两年数据，只看两年）" if short else "")


def _lacking(finding: Finding, series: ItemSeries, at: At, year: int) -> str:
    lack = Lack(int(finding.lack[at])) if finding.lack is not None else Lack.WORDS
    absence = series.absence[at]
    kind = series.kinds[series.kind[at]] if series.kind[at] >= 0 else None
    silent = "，原文也没有载明"
    match lack:
        case Lack.VALUE:
            why = f"（{ABSENCES[absence]}）" if absence >= 0 else ""
            return f"{year}年没有数值{why}{silent}"
        case Lack.UNIT:
            unit = kind.unit if kind else ""
            return f"实测的是{kind.measure if kind else ''}（{unit}），与要求的量或单位不同，不作比较{silent}"
        case Lack.EARLIER:
            node = finding.node
            several = (isinstance(node, Change) and node.years) or (isinstance(node, Rate) and node.yearly)
            span = "所需各年" if several else f"{year - 1}年"
            return f"{span}没有可比的数值，看不出变化{silent}"
        case Lack.ASSIGNED if series.none_assigned[at]:
            return f"{year}年上级未下达目标{silent}"
        case Lack.ASSIGNED:
            return f"上级下达的目标未知{silent}"
        case Lack.BENCHMARK if series.benchmark_kind[at] >= 0:
            return f"已知的全省平均是{BENCHMARK_KINDS[series.benchmark_kind[at]].chinese}，与要求所比的不同{silent}"
        case Lack.BENCHMARK:
            return f"全省平均未知{silent}"
        case Lack.DIRECTION if series.is_class[at]:
            return f"水质类别只有优劣，没有升降{silent}"
        case Lack.DIRECTION:
            return f"该指标没有规定方向，数字不能判定{silent}"
        case Lack.CEILING:
            return f"已达100%，没有更高可求，数字不能判定{silent}"
        case Lack.BASE:
            return f"基数为零或负，不能计算变化率{silent}"
        case _:
            why = f"{year}年{ABSENCES[absence]}，" if absence >= 0 else ""
            return f"{why}原文没有载明"
