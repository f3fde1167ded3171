"""Values against their limits (bullet charts), and the gaps to the numeric targets."""

import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cixi_analysis.analysis import grouped, records, trend
from cixi_analysis.assessment import Assessment
from cixi_analysis.assessment.leaf_texts import named
from cixi_analysis.assessment.numbers import difference
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import HIGHER, apart, unit_word
from cixi_analysis.presentation.figure import Layered, as_is, finished, hover, kept, legend, responsive, tooltip
from cixi_analysis.presentation.formatting import a_year, cell_with_unit, missing, number
from cixi_analysis.presentation.html import Html, paragraph
from cixi_analysis.presentation.looks import ACCENT, LINE, LOOKS, MUTED
from cixi_analysis.presentation.tables import ems
from cixi_analysis.presentation.titles import item_title
from cixi_analysis.words import Pace, Verdict

OBSERVED, REQUIRED, ASSIGNED, TARGET = "现状值", "要求", "下达目标", "规划值"
#: The marks of limits: colour, shape (the first one is a vertical line) and size.
MARKS = {
    REQUIRED: ("#a86b00", "M0,-1L0,1", 480), ASSIGNED: ("#8a4f7d", "triangle-down", 90), TARGET: ("#4c5f8a", "diamond", 110),
}  # fmt: skip
#: Of a drawing in pixels: the wide one, the one for a phone.
_WIDTHS = (660, 340)
_HEADS = {"item": "子项", "kind": "类别", "told": "内容", "value": "数值"}
_GAP_HEADS = {"item": "子项", "last": "最近值", "target": "规划值", "gap": "差距", "rate": "每年需", "word": "进度"}


def limits(plan: Plan, year: int, margins: pd.DataFrame, trends: pd.DataFrame) -> pd.DataFrame:
    """A row for each value and limit of the two tables (``cixi_analysis.analysis.trend``): ``item`` (with the measure;
    items of one indicator with the same value share it), ``value``, ``unit``, ``year``, ``kind``, ``told`` (the limit in
    words), ``limit``, ``at`` (its target year, if any), ``short`` (the gap in words, or ""), ``far`` (gap as a share
    of the limit), ``shown`` (the value as it is printed, with its unit).
    """
    rows = []
    for r in records(margins.fillna({"unit": ""})):
        level = plan.level(r.level)
        bound = f"{r.bound}{unit_word(r.unit)}" if r.bound[-1].isdigit() else r.bound  # the wording may have the unit
        kind, told, than = (ASSIGNED, r.bound, bound) if r.assigned else (
            REQUIRED, f"{level.short}{r.bound}", f"{level.chinese}要求{bound}"
        )  # fmt: skip
        short, far = "", max(-r.margin / (abs(r.limit) or 1), 0.0)
        if r.margin < 0:
            short = f"比{than}{apart(difference(r.value, r.limit), r.unit, HIGHER)}"
        elif not r.met:  # the limit itself does not count
            short, far = f"只到{than}的界限", 1e-9
        start = max((row.from_year for row in plan.requirements_of(r.item_id, r.level)), default=0)
        told += f"（{start}年起）" if start > plan.frame.base_year else ""
        at = year if r.assigned else None
        rows.append((r.item_id, r.measure, r.value, r.unit, year, kind, told, r.limit, at, short, far))
    for r in records(trends[trends["target_year"].notna()].fillna({"unit": ""})):
        told = f"{plan.questions(str(r.target_year))}{number(r.target_value)}"
        missed = f"离{told}还差{apart(r.gap, r.unit)}" if r.gap else f"只到{told}的界限"
        short = "" if r.pace == Pace.REACHED else missed
        goal = TARGET, told, r.target_value, r.target_year
        rows.append((r.item_id, r.measure, r.last_value, r.unit, r.last_year, *goal, short, 0.0))
    columns = ["item_id", "measure", "value", "unit", "year", "kind", "told", "limit", "at", "short", "far"]
    table = pd.DataFrame(rows, columns=columns).astype({"at": "Int64"})
    table["shown"] = [cell_with_unit(plan.printed(r.item_id, r.year, r.value), r.unit) for r in records(table)]
    keys = [(plan.item(row[0]).indicator, *row[1:4]) for row in rows]
    labels = grouped((key, plan.item(row[0]).label) for key, row in zip(keys, rows, strict=True))
    names = [f"{'、'.join(dict.fromkeys(labels[key]))} {key[1]}" for key in keys]
    values = grouped(zip(names, keys, strict=True))  # the levels may have values of their own
    shown = zip(names, table["shown"], strict=True)
    table["item"] = [f"{name}（{value}）" if len(set(values[name])) > 1 else name for name, value in shown]
    return table.drop_duplicates(["item", "kind", "told"], ignore_index=True)


def state(limits: pd.DataFrame) -> str:
    """The gaps to the limits of an item in words, those of the requirement first; or that all are reached."""
    missed = limits[limits["short"] != ""]
    if not missed.empty:
        return "、".join(dict.fromkeys(missed[missed["far"] > 0]["short"] if missed["far"].any() else missed["short"]))
    kinds, years = set(limits["kind"]), "、".join(f"{at}年" for at in limits[limits["kind"] == TARGET]["at"])
    words = {REQUIRED: "达到数值要求", ASSIGNED: "已完成下达目标", TARGET: f"已达到{years}规划值"}
    return "，".join(words[kind] for kind in MARKS if kind in kinds)


def bullets(plan: Plan, year: int, margins: pd.DataFrame, trends: pd.DataFrame) -> Layered | Html:
    """The items of the two tables, those farthest from their requirements first: each value with the required bounds,
    the assigned target and the numeric targets, on an axis from 0. A share of 0 or 100 % that satisfies every limit is
    only named; where nothing is left to draw, a sentence says so.
    """
    rows, done = list[tuple[Any, ...]](), list[str]()
    messages, missed, names = list[str](), list[str](), list[str]()
    table = limits(plan, year, margins, trends)
    table = table.assign(most=table.groupby("item")["far"].transform("max"))
    for item, own in table.sort_values("most", ascending=False, kind="stable").groupby("item", sort=False):
        first, unmet = next(iter(records(own))), bool(own["most"].max() > 0)
        value = first.shown + ("" if first.year == year else f"（{first.year}年）")
        messages.append(f"{named(first.measure, value)}，{state(own)}")
        missed += messages[-1:] * unmet
        names += [first.measure] * unmet
        if first.unit == "%" and first.value in (0, 100) and not own["short"].any():
            done.append(str(item).split(" ")[0])
            continue
        top = max(abs(number) for number in (first.value, *own["limit"]))
        whole = 100.0 if first.unit == "%" and top <= 100 else top * 1.1 or 1.0
        ink = LOOKS[Verdict.UNMET].ink if unmet else ACCENT
        texts = f"{item}　{value}", "，".join(own["told"]), ink
        rows.append((item, OBSERVED, value, first.value, first.value / whole, 0, *texts))
        rows += [(item, r.kind, r.told, r.limit, r.limit / whole, MARKS[r.kind][2], "", "", "") for r in records(own)]
    done = [*dict.fromkeys(done)]
    others = f"另有{len(done)}个子项为100%或0，数值要求与规划值都已达到，不画：{'、'.join(done)}。" if done else ""
    if not rows:
        none = f"{year}年没有可以比较的数值要求或规划值。"
        return paragraph(f"{messages[0]}。" if len(messages) == 1 else others or none)
    few = missed if 0 < len(missed) <= 2 and len(messages) <= 3 else messages[:1] if len(messages) == 1 else []
    title = "；".join(few)
    if not few:
        total = len({label for item in table["item"] for label in item.split(" ")[0].split("、")})
        title = f"{total}个子项有数值可比，{_outcome(table, names)}"
    dated = "（另注年份的除外）" if (table["year"] != year).any() else ""
    subtitle = f"条为{year}年现状值{dated}，未达到要求的为红色；每行从0起，各用自己的刻度（百分比到100%）。{others}"
    columns = ["item", "kind", "told", "value", "at", "size", "name", "words", "ink"]
    return _bullets(pd.DataFrame(rows, columns=columns), f"bullets-{year}", title, subtitle)


def _outcome(limits: pd.DataFrame, missed: Sequence[str]) -> str:
    """How several items stand by what is asked of them; where only targets are compared, by the targets."""
    if missed:
        return f"{len(missed)}个未达到要求：{'、'.join(missed)}"
    asked = limits[limits["kind"] != TARGET]["item"]
    if len(asked):
        return "都达到数值要求" if set(asked) == set(limits["item"]) else "有数值要求的都已达到"
    short = limits[limits["short"] != ""].drop_duplicates("item")["measure"]
    return f"{len(short)}个未达到规划值：{'、'.join(short)}" if len(short) else "都达到规划值"


@responsive
def _bullets(narrow: bool, rows: pd.DataFrame, *names: str) -> Layered:
    base = _base(narrow, rows)
    value, limit = (base.transform_filter(f"datum.kind {sign} '{OBSERVED}'") for sign in ("==", "!="))
    x = alt.X("at:Q", axis=None, scale=alt.Scale(domain=[min(0.0, rows["at"].min()), 1], nice=False))
    key = alt.Legend(values=[kind for kind in MARKS if kind in set(rows["kind"])])
    colors, shapes, _ = (alt.Scale(domain=[*MARKS], range=[*of]) for of in zip(*MARKS.values(), strict=True))
    pointed, picked, told = hover("item"), legend("kind"), tooltip(item="子项", kind="类别", told="内容")
    shape = alt.Shape("kind:N", scale=shapes, legend=key)
    marks = limit.encode(x=x, shape=shape, size=alt.Size("size:Q", scale=None))
    color = alt.Color("kind:N", scale=colors, legend=key)
    bar = value.mark_bar(size=12).encode(x=x, x2=alt.X2Datum(0), fill=as_is(alt.Fill, "ink"), tooltip=told)
    layers = [
        value.mark_bar(size=12, color=LINE).encode(x=alt.XDatum(0, axis=None), x2=alt.X2Datum(1)),
        bar.encode(opacity=kept(pointed)).properties(name="bars").add_params(pointed, picked),
        marks.mark_point(filled=False, strokeWidth=6, stroke="#ffffff", opacity=1),  # sets them off from the bar
        marks.mark_point(filled=False, strokeWidth=2.5)
        .encode(color=color, tooltip=told, opacity=kept(picked)).properties(name="limits"),
    ]  # fmt: skip
    return _lines(narrow, value, layers, _HEADS, *names)


def unmet_bullets(assessment: Assessment) -> Layered | Html:
    """The bullets of the items that are unmet at some level, of those that miss a number: what ought to rise and falls may
    reach every number, and would stand there as met. Empty where there is none.
    """
    plan, year, items = assessment.plan, assessment.year, assessment.items
    margins, unmet = trend.margins(plan, year), items[items["verdict"] == Verdict.UNMET]["item_id"]
    missed = margins[~margins["met"] & margins["item_id"].isin(unmet)]["item_id"]
    drawn = bullets(plan, year, *(t[t["item_id"].isin(missed)] for t in (margins, trend.trends(plan, year))))
    return Html() if isinstance(drawn, Html) else drawn


def gaps(plan: Plan, year: int, trends: pd.DataFrame) -> Layered | Html:
    """The numeric targets that the last values do not reach, the farthest first: the gap as a share of the target, and
    the change a year that is still needed. A sentence where there is none.
    """
    rows = []
    for r in records(trends[trends["target_year"].notna() & (trends["pace"] != Pace.REACHED)].fillna({"unit": ""})):
        item, look = f"{item_title(plan.item(r.item_id), r.measure)}（{r.target_year}年）", LOOKS[r.pace]
        last = f"{cell_with_unit(r.last_value, r.unit)}（{r.last_year}年）"
        target = cell_with_unit(r.target_value, r.unit)
        gap, needed = apart(r.gap, r.unit), r.needed_rate
        rate = a_year(needed, r.unit) if needed and not missing(needed) else ""
        words = f"{f'还差{gap}' if r.gap else '只到界限'}{f'，每年需{rate}' if rate else ''}　{look.text}"
        share = round(abs(r.gap) / (abs(r.target_value) or 1) * 100, 4)
        name = f"{item}　{number(r.last_value)}→{target}"
        of = r.item_id, r.measure
        rows.append((item, last, target, gap, rate, look.word, share, name, words, look.ink, of, r.target_value))
    columns = [*_GAP_HEADS, "share", "name", "words", "ink", "of", "goal"]
    table = pd.DataFrame(rows, columns=columns).sort_values("share", ascending=False, kind="stable", ignore_index=True)
    if table.empty:
        return paragraph(f"截至{year}年，没有未达到的数值规划值。")
    first = next(iter(records(table)))
    title = f"{len(table)}个数值规划值尚未达到"
    most = "之一" if table[table["share"] == first.share]["of"].nunique() > 1 else ""
    title += f"，差得最多的{most}是{first.item}：每年需{first.rate}" if first.rate else ""
    zero = "（规划值为0的，以1计）" if table["goal"].eq(0).any() else ""
    subtitle = (
        f"条为差距占规划值的百分比{zero}，差得最多的在前；每年需要的变化从最近一年的数值算到目标年。颜色与符号为进度。"
    )
    return _gaps(table.drop(columns=["of", "goal"]), f"gaps-{year}", title, subtitle)


@responsive
def _gaps(narrow: bool, rows: pd.DataFrame, *names: str) -> Layered:
    base = _base(narrow, rows)
    x = alt.X("share:Q", axis=None, scale=alt.Scale(domain=[0, max(100.0, rows["share"].max())], nice=False))
    bar = base.mark_bar(size=12).encode(x=x, fill=as_is(alt.Fill, "ink"), tooltip=tooltip(**_GAP_HEADS))
    track = base.mark_bar(size=12, color=LINE).encode(x=alt.XDatum(0, axis=None), x2=alt.X2Datum(100))
    return _lines(narrow, base, [track, bar.properties(name="bars")], _GAP_HEADS, *names)


def _base(narrow: bool, rows: pd.DataFrame) -> alt.Chart:
    fitted = rows.assign(name=[_fitted(name, _WIDTHS[narrow] / 12 + 2) for name in rows["name"]])
    return alt.Chart(fitted).encode(y=alt.Y("item:N", sort=None, axis=None))


def _lines(
    narrow: bool, base: alt.Chart, layers: list[alt.Chart], heads: dict[str, str], name: str, title: str, subtitle: str
) -> Layered:
    """A bar a line, its ``name`` and ``words`` above it: in one line, or in two where one line of them has no room."""
    width = _WIDTHS[narrow]
    two = narrow or max(12 * ems(r.name) + 11.5 * ems(r.words) for r in records(base.data)) > width - 24
    words: dict[str, Any] = {"align": "left", "dy": -14} if two else {"align": "right", "dy": -18}
    texts = [
        base.mark_text(align="left", dy=-29 if two else -18, fontWeight="bold").encode(x=alt.XValue(0), text=alt.Text("name:N")),
        base.mark_text(**words, color=MUTED, fontSize=11.5).encode(x=alt.XValue(0 if two else width), text=alt.Text("words:N")),
    ]  # fmt: skip
    chart = alt.layer(*layers, *texts, width=width, height=alt.Step(66 if two else 46))
    return finished(chart, name, title, heads, subtitle=subtitle)


def _fitted(name: str, room: float) -> str:
    """A line's item and value, the item cut where both are wider than ``room`` ems, lest the whole drawing be scaled down.
    The year or value in brackets at its end stays: it tells lines of one item apart.
    """
    if ems(name) <= room:
        return name
    item, told = re.findall(r"(?s)^(.*?)((?:（[^（）]{1,12}）)?　[^　]*)$", name)[0]
    while len(item) > 1 and ems(f"{item}…{told}") > room:
        item = item[:-1]
    return f"{item}…{told}"
