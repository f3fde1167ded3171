"""The page 方法: verdicts, bases, paces, conventions and readings."""

from collections import Counter
from enum import StrEnum

from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.dossier import readings
from cixi_analysis.analysis.trend import CLASSES
from cixi_analysis.assessment import tally_without_each_convention
from cixi_analysis.assessment.numbers import SMALL_FALL
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.glossary import MEANINGS, TERMS, anchor
from cixi_analysis.presentation.html import Html, bullets, link, prose, stack
from cixi_analysis.presentation.looks import badge
from cixi_analysis.presentation.titles import item_title, short_source, table1_href
from cixi_analysis.words import Basis, Convention, Pace, Verdict

_UPPER = ["", *(f" < {lower:g}" for lower, _ in CLASSES)]
#: Verdict, basis, pace or convention → its meaning.
ALL_MEANINGS: dict[StrEnum, str] = {
    **MEANINGS,
    Pace.REACHED: "最近值已经达到规划值",
    **{pace: f"{lower:g} ≤ 速度之比{upper}" for (lower, pace), upper in zip(CLASSES, _UPPER, strict=False)},
    Pace.MOVING_AWAY: f"速度之比 < {CLASSES[-1][0]:g}，或首年已达到而此后失去",
    Pace.NO_TARGET: "规划值不是数",
    Pace.TOO_LITTLE_DATA: "不足两个年份",
    Convention.NONE_ASSIGNED: "上级当年没有下达目标：该子项的要求中，数据与原文不能判定的各项视同达标（自带数值限值的除外）",
    Convention.NOTHING_THERE: "没有要保护或要消除的对象",
    Convention.FULL: "比例已达100%，对它的要求视同达标，要求再升、高于平均的也是（要求更低的、限值是对另一个量的除外）",
    Convention.PLAN_CONCLUDES: "现状文字没有写全、而规划已有结论的，依规划的结论",
}


def meanings(kind: type[Verdict | Basis | Pace], title: str) -> Html:
    """The words of one kind (verdicts, bases, paces) and their meaning; ``title`` heads them."""
    rows = [(word.chinese if kind is Basis else badge(word), ALL_MEANINGS[word]) for word in kind]
    return tables.table(rows, {title: "short", "含义": "text"})


def glossary() -> Html:
    """The words of the book and their meaning; each has an address."""
    term = Markup('<span id="{}">{}</span>').format
    rows = [(term(anchor(word), word), meaning) for word, meaning in TERMS.items()]
    return tables.table(rows, {"词": "short", "含义": "text"})


def small_fall() -> Html:
    """The tolerance of 保持稳定, which this project sets and the plan does not."""
    return prose("small_fall", share=SMALL_FALL)


def conventions(plan: Plan, year: int) -> Html:
    """The conventions: their meaning, then the items they hold for, with reason and source."""
    meanings = [Markup("<strong>{}</strong>：{}。").format(c.chinese, ALL_MEANINGS[c]) for c in Convention]
    rows = []
    for row in plan.conventions:
        item = plan.item(row.item_id) if row.item_id else None
        where = link(item_title(item), table1_href(item.item_id, f"{year}/")) if item else "凡符合条件的子项"
        scope = f"{plan.level(row.level).chinese if row.level else '各级'}、{f'{row.year}年' if row.year else '各年'}"
        rows.append((row.convention.chinese, where, scope, row.reason, short_source(plan, row.source)))
    columns = {"约定": "short", "适用的子项": "text", "级别与年份": "text", "理由": "long", "出处": "text"}
    return stack(bullets(*meanings), tables.table(rows, columns, caption="约定"))


def convention_effects(plan: Plan, year: int) -> Html:
    """How many indicators would no longer be met without each convention."""
    met = Counter({(r.convention, r.level): r.met for r in records(tally_without_each_convention(plan, year))})
    rows = [
        (word, *(met[key, v] for v in plan.levels), *(met[key, v] - met["", v] for v in plan.levels))
        for key, word in [*((str(c), c.chinese) for c in Convention), ("all", "全部约定")]
    ]
    columns = {"不用的约定": "short", **{f"{v.chinese}达标数": "number" for v in plan.levels}}
    columns |= {f"{v.chinese}增减": "signed" for v in plan.levels}
    whole = "、".join(f"{v.chinese}{met['', v]}项" for v in plan.levels)
    return tables.table(rows, columns, caption=f"{year}年不用某一约定时的达标数（都用时{whole}）")


def reading_table(plan: Plan) -> Html:
    """Every distinct wording with its reading and meaning, folded."""
    rows = records(readings(plan))
    columns = {"原文": "name", "读作": "name", "意思": "long", "另定读法的理由": "text"}
    columns |= {"无法解读": "text optional", "用于（子项、级别或目标年）": "name"}
    caption = f"全部{len(rows)}种要求与规划值的文字及其读法"
    empty = "按原文直接解读，没有另定读法；或没有要求"
    return tables.table(rows, columns, caption=caption, empty=empty, fold=True)


def explicit_readings(plan: Plan) -> Html:
    """The wordings that can be read two ways, with the reading chosen and its reason."""
    rows = [row for row in records(readings(plan).drop(columns="refusal")) if row.explicit]
    columns = {"原文": "name", "取定的读法": "name", "意思": "long", "理由": "long", "用于": "text"}
    return tables.table(rows, columns, caption=f"有两种读法、在数据中另行取定的{len(rows)}种文字")
