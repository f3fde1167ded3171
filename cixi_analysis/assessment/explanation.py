"""Sentences from findings. Nothing is judged here: every word is read off a finding."""

from collections.abc import Sequence

import numpy as np

from cixi_analysis.assessment.evaluation import Finding, LeafFinding
from cixi_analysis.assessment.numbers import ATTESTED, DEEMED, MEASURED, MET, UNMET, VERDICTS, Lack, difference
from cixi_analysis.assessment.panel import ABSENCES, BENCHMARK_KINDS, COMPARATORS
from cixi_analysis.assessment.yardstick import Wording
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator
from cixi_analysis.requirement import tree
from cixi_analysis.words import CLASS_UNIT, BenchmarkKind, Verdict

#: Region and year in a finding's arrays.
Place = tuple[int, int]


def explain(wording: Wording, finding: Finding | None, at: Place) -> str:
    """Why an item has its verdict: the wording's parts, each with its verdict and what decided it, or its refusal."""
    if finding is None:
        return f"要求无法解读：{str(wording.refusal).removeprefix('无法解读')}"
    shown = wording.row.wording.replace("\n", "；").rstrip("；")
    return f"要求“{shown}”：{_explain(finding, at)}"


def explain_nothing(is_level: bool, printed: bool, since: int) -> str:
    """Why nothing is asked of an item: the plan's table has "/", or the requirement ended before the year ``since``."""
    if not is_level:
        return "规划没有为该子项定规划值"
    if since:
        return f"本级自{since}年起对该子项没有要求"
    return f"本级对该子项没有要求{'（原表为“/”）' if printed else ''}"


def explain_indicator(verdict: Verdict, parts: Sequence[tuple[Indicator, Verdict, str]]) -> str:
    """Why an indicator has its verdict: its own item's reason, or the items that decide it."""
    if verdict is Verdict.NOT_APPLICABLE:
        return parts[0][2].replace("该子项", "该指标")
    if len(parts) == 1:
        return parts[0][2]
    asked = [(item, word, text) for item, word, text in parts if word is not Verdict.NOT_APPLICABLE]
    summary = "、".join(f"{item.part_mark}{item.name}{word.chinese}" for item, word, _ in asked)
    deciding = "；".join(f"{item.part_mark}{text}" for item, word, text in asked if word is verdict)
    if verdict is Verdict.MET:
        return f"适用的{len(asked)}个子项均达到（{summary}）：{deciding}"
    return f"各子项须全部达到（{summary}）：{deciding}"


def _explain(finding: Finding, at: Place) -> str:
    """What decided a node."""
    if not isinstance(finding, LeafFinding):
        rule = "须同时满足" if isinstance(finding.node, tree.AllOf) else "满足一项即可"
        return f"{rule}——{_parts(finding, at)}"
    basis, quote = finding.basis[at], finding.series.quote(finding.node, at)
    # A change with its rate has parts, and the statement may speak of the whole or of a part.
    if finding.parts and not (basis == ATTESTED and quote):
        return _parts(finding, at)
    if basis == MEASURED:
        return _measured(finding, at)
    if basis == ATTESTED:
        worse = f"；数字略有变差：{_measured(finding, at)}" if finding.numbers.verdict[at] == UNMET else ""
        return f"原文载明“{quote}”{worse}"
    if basis == DEEMED:
        row = finding.conventions[finding.convention[at]]
        return f"按约定“{row.convention.chinese}”视同达到：{row.reason}"
    return _lacking(finding, at)


def _parts(finding: Finding, at: Place) -> str:
    texts = []
    for part in finding.parts:
        # " with " is a word of the canonical text, not of a sentence.
        label = f"“{str(part.node).replace(' with ', '，且')}”" if isinstance(part, LeafFinding) else ""
        texts.append(f"{label}{VERDICTS[int(part.verdict[at])].chinese}（{_explain(part, at)}）")
    return "；".join(texts)


def _quantity(value: float, unit: str) -> str:
    """A number with its unit ("-" is none), or a water class."""
    return f"{WATER_CLASSES[int(value) - 1]}类" if unit == CLASS_UNIT else f"{value:.12g}{unit.strip('-')}"


def _measured(finding: LeafFinding, at: Place) -> str:
    """The figures that decided, what was asked, and whether it holds."""
    node, series, year = finding.node, finding.series, int(finding.series.years[at[1]])
    used = {name: float(array[at]) for name, array in finding.numbers.used.items()}
    kind, met = series.measured(at), finding.verdict[at] == MET
    unit, what = kind.unit, "" if kind.name == series.item.name else kind.name
    named = f"{what}为" if what and used["value"] < 0 else what  # △EQI-0.5 would be a difference
    value = f"{year}年{named}{_quantity(used['value'], unit)}"
    word = "数字上未达到" if finding.basis[at] == ATTESTED else "达到" if met else "未达到"
    match node:
        case tree.Bound():
            return f"{value}，要求{node}，{word}（{_difference(used['value'], used['limit'])}）"
        case tree.ClassBound():
            return f"{value}，要求{node}，{word}"
        case tree.AssignedTarget():
            given = COMPARATORS[series.comparator[at]]
            sign = (given if node.comparator is tree.Comparator.REACH else node.comparator).value
            apart = "" if unit == CLASS_UNIT else f"（{_difference(used['value'], used['limit'])}）"
            return f"{value}，上级下达目标{sign}{_quantity(used['limit'], unit)}，{'完成' if met else '未完成'}{apart}"
        case tree.Change():
            return f"{_years(node, used, unit, what, year)}，{word.replace('达到', '符合')}“{node}”"
        case tree.Rate():
            mean = f"年均（{used['years']:.0f}年）" if node.yearly else f"比{node.since}年" if node.since else "比上年"
            change = f"{mean}变化{used['rate']:+.4g}{node.unit}"
            return f"由{_quantity(used['earlier_1'], unit)}到{_quantity(used['value'], unit)}，{change}，要求{node}，{word}"
        case tree.ChangeBenchmark():
            as_rate = BENCHMARK_KINDS[series.benchmark_kind[at]].startswith(BenchmarkKind.RATE)
            by = "%" if as_rate else unit.strip("-")
            moved = f"变化{used['own']:+.4g}{by}，{node.scope.chinese}平均变化{used['benchmark']:+.4g}{by}"
            return f"{value}，上年{_quantity(used['earlier_1'], unit)}，{moved}，{word}"
        case tree.LevelBenchmark():
            return f"{value}，{node.scope.chinese}平均{_quantity(used['benchmark'], unit)}，{word}"
        case _:
            return f"{value}，{word}"


def _difference(value: float, limit: float) -> str:
    by = difference(value, limit)
    return "恰好相等" if by == 0 else f"{'高出' if by > 0 else '低'}{abs(by):.12g}"


def _years(node: tree.Change, used: dict[str, float], unit: str, what: str, year: int) -> str:
    back = {0: used["value"]} | {int(name[8:]): v for name, v in used.items() if name.startswith("earlier_")}
    known = sorted((node.since if n and node.since else year - n, v) for n, v in back.items() if not np.isnan(v))
    text = "、".join(f"{y}年{_quantity(v, unit)}" for y, v in known)
    short = node.window is tree.Window.YEARLY and not node.years and len(known) == 2
    return f"{what}{text}" + ("（只有两年数据，只看两年）" if short else "")


def _lacking(finding: LeafFinding, at: Place) -> str:
    """What was missing, so that neither numbers nor words decide."""
    node, series = finding.node, finding.series
    year, absence, average = int(series.years[at[1]]), series.absence[at], series.benchmark_kind[at]
    match finding.lack(at):
        case Lack.WORDS:
            return f"{year}年{ABSENCES[absence]}，原文没有载明" if absence >= 0 else "原文没有载明"
        case Lack.VALUE:
            text = f"{year}年没有数值" + (f"（{ABSENCES[absence]}）" if absence >= 0 else "")
        case Lack.UNIT:
            kind = series.measured(at)
            text = f"实测的是{kind.name}（{kind.unit}），与要求的量或单位不同，不作比较"
        case Lack.EARLIER:
            several = (isinstance(node, tree.Change) and node.years) or (isinstance(node, tree.Rate) and node.yearly)
            earlier = getattr(node, "since", 0) or year - 1
            text = f"{'所需各年' if several else f'{earlier}年'}没有可比的数值，看不出变化"
        case Lack.NOT_LATER:
            text = f"{year}年不晚于要求所比的{getattr(node, 'since', 0)}年，无从比较"
        case Lack.ASSIGNED:
            text = f"{year}年上级未下达目标" if series.none_assigned[at] else "上级下达的目标未知"
        case Lack.BENCHMARK if average >= 0:
            known = BENCHMARK_KINDS[average]
            text = f"已知的{known.scope.chinese}平均是{known.chinese}，与要求所比的不同"
        case Lack.BENCHMARK if isinstance(node, (tree.LevelBenchmark, tree.ChangeBenchmark)):
            text = f"{node.scope.chinese}平均未知"
        case Lack.DIRECTION if series.is_class[at]:
            text = "水质类别只有优劣，没有升降"
        case Lack.DIRECTION:
            text = "该指标没有规定方向，数字不能判定"
        case Lack.CEILING:
            text = "已达100%，没有更高可求，数字不能判定"
        case _:
            text = "基数为零或负，不能计算变化率"
    return f"{text}，原文也没有载明"
