"""The words of one leaf: its figures compared with the limit, its quotation, or the missing data."""

import re

import numpy as np

from cixi_analysis.assessment.evaluation import LeafFinding
from cixi_analysis.assessment.numbers import ATTESTED, DEEMED, MEASURED, MET, UNMET, Lack, difference, upward
from cixi_analysis.assessment.panel import BENCHMARK_KINDS, COMPARATORS
from cixi_analysis.plan.dataset import Asked
from cixi_analysis.plan.quantities import HIGHER, apart, unit_word, with_unit
from cixi_analysis.requirement import tree
from cixi_analysis.words import CLASS_UNIT, BenchmarkKind, Polarity

#: Region and year in a finding's arrays.
Place = tuple[int, int]
#: Characters of a name in a sentence.
NAME = 28
#: Openings of a quotation and of a missing one; words for more and less between two years.
STATED, UNSTATED, _MOVES, _LEVEL = "原文载明", "现状原文没有写明", ("上升", "下降"), "持平"


def clipped(text: str, room: int) -> str:
    """``text``, cut where it is longer than ``room``, though not within a number, of which 12.404 would leave 12."""
    return text if len(text) <= room else re.sub("[-0-9.]+$", "", text[: room - 1]) + "…"


def grounds(finding: LeafFinding, at: Place, asked: str, year: int) -> str:
    """All that decided a leaf: figures, the words in full, the convention's reason, or what is missing."""
    basis = finding.basis[at]
    if basis == ATTESTED:
        fall = finding.numbers.verdict[at] == UNMET
        worse = f"；数据略有变差（{_figures(finding, at, asked, year)}），在可视为稳定的幅度以内" if fall else ""
        return f"{STATED}“{finding.series.quote(finding.node, at)}”{worse}"
    if basis == DEEMED:
        row = finding.conventions[finding.convention[at]]
        return f"{row.reason.rstrip('。')}，按约定“{row.convention.chinese}”视同"
    if basis == MEASURED:
        return _figures(finding, at, asked, year)
    return lacking(finding, at) + ("" if finding.lack(at) == Lack.WORDS else "，现状原文也没有写明")


def _figures(finding: LeafFinding, at: Place, asked: str, year: int) -> str:
    """The figures that decided, with their year, and their name where it is not the item's."""
    name, (value, compared) = finding.series.measured(at).name, comparison(finding, at, asked)
    told = named("" if name == finding.series.item.name else name, value)
    return f"{year}年{told}，{compared}" if value else f"{told and f'{told}：'}{compared}"


def named(name: str, value: str) -> str:
    """A value after its name: △EQI-0.5 would be a difference, PM2.526 another number."""
    name = clipped(name, NAME)
    return f"{name}{'为' if name and value and (value[0] == '-' or name[-1].isascii()) else ''}{value}"


def _against(value: float, limit: float, kind: Asked, what: str, met: bool, up: bool | None) -> str:
    """A value compared with a limit (``what``), where more (``up``) or less is asked for. Where the plan takes no side (pH
    6.5–8.5), less than the upper limit is not better.
    """
    unit, by = kind.unit, difference(value, limit)
    told = what + with_unit(limit, unit)
    if by == 0:
        reached = f"达到{told}" if up or unit == CLASS_UNIT else f"没有超过{told}"
        return reached if met else f"等于{told}，而要求{'优于' if unit == CLASS_UNIT else '高于' if up else '低于'}它"
    if unit == CLASS_UNIT:
        return f"{'优于' if by < 0 else '差于'}{told}"
    better = met and by < 0 and kind.polarity is not Polarity.NONE
    return f"{f'优于{told}，' if better else f'比{told}'}{apart(by, unit, HIGHER)}"


def comparison(finding: LeafFinding, at: Place, asked: str) -> tuple[str, str]:
    """The value of the year, and its comparison; the value is "" where the comparison is a series that ends in it."""
    node, series, year = finding.node, finding.series, int(finding.series.years[at[1]])
    used = {name: float(array[at]) for name, array in finding.numbers.used.items()}
    kind, met, now = series.measured(at), finding.numbers.verdict[at] == MET, used["value"]
    unit, of = kind.unit, f"{asked}的" if asked == "要求" else asked
    value = with_unit(series.printed(at) or now, unit)
    match node:
        case tree.Bound():
            up = upward(node.comparator, kind.polarity)
            return value, _against(now, used["limit"], kind, of if up else f"{of}上限", met, up)
        case tree.ClassBound():
            return value, _against(now, used["limit"], kind, of, met, up=False)
        case tree.AssignedTarget():
            given = COMPARATORS[series.comparator[at]]
            up = upward(given if node.comparator is tree.Comparator.REACH else node.comparator, kind.polarity)
            return value, _against(now, used["limit"], kind, "下达目标", met, up)
        case tree.Change():
            return _change(node, used, unit, year, met)
        case tree.Rate():
            before, moved = with_unit(used["earlier_1"], unit), _moved(used["rate"], node.unit, node.amount)
            if node.yearly:
                told = f"由{before}起{used['years']:.0f}年间年均{moved}"
            else:
                told = _since(f"{node.since}年" if node.since else "上年", before, moved)
            return value, f"{told}，{'' if met else '不'}符合“{node}”"
        case tree.ChangeBenchmark():
            as_rate = BENCHMARK_KINDS[series.benchmark_kind[at]].startswith(BenchmarkKind.RATE)
            own, mean = used["own"], used["benchmark"]
            moves = [apart(by, unit, _MOVES) if by else _LEVEL for by in (own, mean)]
            if as_rate:
                moves = [_moved(own, "%", abs(mean)), _moved(mean, "%")]
            told = _since("上年", with_unit(used["earlier_1"], unit), moves[0])
            return value, f"{told}，{node.scope.chinese}平均{moves[1]}"
        case tree.LevelBenchmark():
            up = upward(node.comparator, kind.polarity)
            return value, _against(now, used["benchmark"], kind, f"{node.scope.chinese}平均", met, up)
    return value, f"{'' if met else '不'}符合“{node}”"


def _moved(by: float, unit: str, other: float = 0.0) -> str:
    """``上升3.5%``; with more digits where four would make it seem equal to ``other``."""
    close = float(f"{abs(by):.4g}") == other
    return f"{_MOVES[by < 0]}{abs(by):.{8 if close else 4}g}{unit}" if by else _LEVEL


def _since(before: str, value: str, moved: str) -> str:
    return f"{'与' if moved == _LEVEL else '比'}{before}的{value}{moved}"


def _change(node: tree.Change, used: dict[str, float], unit: str, year: int, met: bool) -> tuple[str, str]:
    """A change since the year before (or the year named), or over the years of a series."""
    back = {0: used["value"]} | {int(name[8:]): v for name, v in used.items() if name.startswith("earlier_")}
    known = sorted((node.since if n and node.since else year - n, v) for n, v in back.items() if not np.isnan(v))
    several = node.window is tree.Window.YEARLY
    wanted = f"{'' if met else '没有'}{node.adverb if several else ''}{node.move.value}"
    if len(known) > 2:
        listed = "、".join(f"{y}年{with_unit(v, unit)}" for y, v in known)
        return "", f"{listed}，{f'近{node.years}年' if node.years else ''}{wanted}"
    (earlier_year, earlier), (_, now) = known
    before = f"{earlier_year}年" if node.since else "上年"
    only = "（只有两年数据）" if several and not node.years else ""
    by = difference(now, earlier)
    if by == 0:
        compared = f"与{before}持平" + ("" if met else f"，{wanted}")
    elif unit == CLASS_UNIT:
        compared = f"{'优于' if by < 0 else '差于'}{before}的{with_unit(earlier, unit)}"
    else:
        compared = f"比{before}的{with_unit(earlier, unit)}{apart(by, unit, _MOVES)}"
    return with_unit(now, unit), compared + only


def lacking(finding: LeafFinding, at: Place) -> str:
    """The missing data because of which the numbers do not decide."""
    node, series = finding.node, finding.series
    year, absent, average = int(series.years[at[1]]), series.why_absent(at), series.benchmark_kind[at]
    value = f"{year}年的数值" + (f"（{absent}）" if absent else "")
    match finding.lack(at):
        case Lack.WORDS:
            return f"缺{year}年的现状（{absent}）" if absent else f"{UNSTATED}“{node}”"
        case Lack.VALUE:
            return f"缺{value}"
        case Lack.UNIT:
            kind = series.measured(at)
            unit = unit_word(kind.unit)
            return f"实测的是{clipped(kind.name, NAME)}{unit and f'（{unit}）'}，与要求的量或单位不同"
        case Lack.EARLIER:
            several = (isinstance(node, tree.Change) and node.years) or (isinstance(node, tree.Rate) and node.yearly)
            earlier = getattr(node, "since", 0) or year - 1
            return f"缺{'以前各年' if several else f'{earlier}年'}可比的数值"
        case Lack.NOT_LATER:
            return f"{year}年不晚于要求所比的{getattr(node, 'since', 0)}年"
        case Lack.ASSIGNED:
            given = "上级未下达目标" if series.none_assigned[at] else "缺上级下达的目标"
            return given if series.known[at] else f"{given}，也缺{value}"
        case Lack.BENCHMARK if average >= 0:
            known = BENCHMARK_KINDS[average]
            return f"已知的是{known.chinese}，与要求所比的不同"
        case Lack.BENCHMARK if isinstance(node, (tree.LevelBenchmark, tree.ChangeBenchmark)):
            return f"缺{node.scope.chinese}平均"
        case Lack.DIRECTION if series.is_class[at]:
            return "水质类别只有优劣，没有升降"
        case Lack.DIRECTION:
            return "规划没有说明这个数越大还是越小为好"
        case Lack.CEILING:
            return "已达100%，不能再高"
        case Lack.OPPOSED:
            return f"下达目标写作“{COMPARATORS[series.comparator[at]]}”，与要求的方向相反"
    return "基数为零或负，算不出变化率"
