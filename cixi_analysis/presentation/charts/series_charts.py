"""Values over the years, and their distance from the required bounds."""

from typing import Any

import altair as alt
import pandas as pd

from cixi_analysis.analysis.records import records
from cixi_analysis.analysis.trend import Series, series
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.figure import Layered, as_is, conditional, finished, hover, kept, tooltip
from cixi_analysis.presentation.formatting import missing, number, with_unit
from cixi_analysis.presentation.html import Html, paragraph
from cixi_analysis.presentation.looks import INK, LOOKS
from cixi_analysis.presentation.titles import item_label
from cixi_analysis.words import Verdict

_OBSERVED, _REQUIRED, _TARGET = "现状值", "要求", "规划值"
_COLORS = {_REQUIRED: "#a86b00", _TARGET: "#4c5f8a"}
#: Years that fit below a chart with a label each.
_FIT = 7
_SERIES_HEADS = {"kind": "类别", "year": "年份", "value": "数值", "label": "图中文字"}
_MARGIN_HEADS = {
    "item": "子项", "level_word": "级别", "value": "现状值", "bound": "要求", "margin": "差值", "share": "差值占要求的 %",
}  # fmt: skip
#: Bars end at this share of the bound; the label still gives the number.
_CUT = 60.0


def item_series(plan: Plan, year: int, margins: pd.DataFrame, trends: pd.DataFrame) -> list[Layered]:
    """A chart for each series of two or more years: its points, and the bounds and targets that are numbers.

    Items with the same measured values (9② and 9③) share a chart. ``margins`` and ``trends`` are the tables of the same
    year (``cixi_analysis.analysis.trend``).
    """
    groups: dict[tuple[object, ...], list[Series]] = {}
    for one in series(plan, year).values():
        if one.span:
            groups.setdefault((one.measure, one.unit, one.points), []).append(one)
    return [_chart(plan, year, same, bounds(plan, same, margins, trends)) for same in groups.values()]


def points(one: Series) -> pd.DataFrame:
    """One row a year with a value. Lines join only the points of one ``run`` of consecutive years; ``below``: the label
    stands below its point, clear of a line that comes from above. ``end``: the first or last point.
    """
    rows, run, values = [], 0, [value for _, value in one.points]
    for n, (year, value) in enumerate(one.points):
        run += n > 0 and year - one.points[n - 1][0] > 1
        beside = values[max(n - 1, 0) : n + 2]
        end = n in (0, len(values) - 1)
        rows.append((str(year), value, run, number(value), value == min(beside) < max(beside), end))
    return pd.DataFrame(rows, columns=["year", "value", "run", "label", "below", "end"])


def bounds(plan: Plan, same: list[Series], margins: pd.DataFrame, trends: pd.DataFrame) -> pd.DataFrame:
    """The bounds of one chart: ``kind``, ``year`` ("" for requirements), ``value``, ``label``."""
    ids = [one.item_id for one in same]
    labels: dict[tuple[str, str, float], list[str]] = {}
    for row in records(margins[margins["item_id"].isin(ids)]):
        if same[0].level in (None, row.level):
            labels.setdefault((_REQUIRED, "", row.limit), []).append(
                f"{plan.level(row.level).chinese}{row.bound}{_since(plan, row.item_id, row.level)}"
            )
    for row in records(trends[trends["item_id"].isin(ids) & trends["target_year"].notna()]):
        key = (_TARGET, str(row.target_year), float(row.target_value))
        labels.setdefault(key, []).append(f"{_TARGET} {number(row.target_value)}")
    rows = [(kind, at, value, "、".join(dict.fromkeys(texts))) for (kind, at, value), texts in labels.items()]
    return pd.DataFrame(rows, columns=["kind", "year", "value", "label"])


def _since(plan: Plan, item_id: str, level: str) -> str:
    """From which year a bound holds, where not from the base year on: the line is drawn through all years."""
    start = max((row.from_year for row in plan.requirements_of(item_id, level)), default=0)
    return f"（{start}年起）" if start > plan.frame.base_year else ""


def _chart(plan: Plan, year: int, same: list[Series], asked: pd.DataFrame) -> Layered:
    one, data = same[0], points(same[0])
    targets, requirements = (asked[asked["kind"] == kind] for kind in (_TARGET, _REQUIRED))
    years = [str(y) for y in range(one.points[0][0], max([year, *(int(y) for y in targets["year"])]) + 1)]
    crowded = len(years) > _FIT
    shown = [y for y in years if not crowded or y in {*data["year"][data["end"]], *targets["year"]}]
    axis, ticks = alt.Axis(labelAngle=0, grid=False, values=shown), alt.Axis(tickCount=4, minExtent=44, maxExtent=44)
    x = alt.X("year:O", title=None, scale=alt.Scale(domain=years), axis=axis)
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=False, padding=26), axis=ticks)
    all_rows = pd.concat([data.assign(kind=_OBSERVED), asked], ignore_index=True)
    drawn = alt.Chart(all_rows.astype({"run": "Int64", "below": "boolean", "end": "boolean"}))
    observed, required, goal = (drawn.transform_filter(f"datum.kind == '{k}'") for k in (_OBSERVED, _REQUIRED, _TARGET))
    base, rule, goal = observed.encode(x=x, y=y), required.encode(y=y), goal.encode(x=x, y=y)
    labelled = (base.transform_filter("datum.end") if crowded else base).encode(text=alt.Text("label:N"))
    told, pointed = tooltip(kind="类别", year="年份", label="数值"), hover(empty=False)
    size = conditional(alt.SizeValue, pointed, 190, 70)
    layers: list[alt.Chart] = [
        base.mark_line().encode(detail=alt.Detail("run:N")),
        base.mark_point(opacity=1).encode(size=size, tooltip=told).properties(name="points").add_params(pointed),
    ]
    below = data[data["end"]]["below"] if crowded else data["below"]
    for side, where, dy in ((False, "!datum.below", -13), (True, "datum.below", 15)):
        if (below == side).any():  # the browser warns of the extent of an empty layer
            layers.append(labelled.transform_filter(where).mark_text(dy=dy, fontWeight="bold"))
    if not requirements.empty:
        color = _COLORS[_REQUIRED]
        line = rule.mark_rule(strokeDash=[5, 3], strokeWidth=1.5, color=color)
        layers.insert(0, line.encode(tooltip=tooltip(kind="类别", label="数值")))
        text = rule.mark_text(align="right", dy=-9, color=color, fontSize=11)
        layers.append(text.encode(text=alt.Text("label:N"), x=alt.value("width")))
    if not targets.empty:
        color = _COLORS[_TARGET]
        diamond = goal.mark_point(shape="diamond", size=110, filled=False, strokeWidth=2, color=color, opacity=1)
        text = goal.mark_text(dy=15, fontSize=11, color=color)
        layers += [diamond.encode(tooltip=told), text.encode(text=alt.Text("label:N"))]
    unit = f"（{one.unit}）" if one.unit not in ("", "-") else ""
    title = f"{'、'.join(item_label(plan.item(s.item_id)) for s in same)} {one.measure}{unit}"
    values = "，".join(f"{y}年{number(value)}" for y, value in one.points)
    name = f"series-{one.item_id.replace('.', '-')}-{year}"
    shape: dict[str, Any] = {"description": f"{title}：{values}", "width": 330, "height": 165}
    return finished(alt.layer(*layers), name, title, _SERIES_HEADS, subtitle=values, **shape)


def margin_rows(plan: Plan, margins: pd.DataFrame) -> pd.DataFrame:
    """``margins`` with the share of the bound in %, words and colour; without bounds of 0."""
    rows = []
    for row in records(margins):
        limit = row.limit
        if limit == 0:
            continue
        share = row.margin / abs(limit) * 100
        look = LOOKS[Verdict.MET if row.margin >= 0 else Verdict.UNMET]
        item = plan.item(row.item_id)
        value = with_unit(row.value, None if missing(row.unit) else row.unit)
        label = f"{look.symbol} {value} 对 {row.bound}（{number(row.margin, signed=True)}）"
        drawn = max(min(share, _CUT), -_CUT)
        shown = (plan.level(row.level).chinese, value, row.bound, row.margin, round(share, 2))
        rows.append((f"{item_label(item)} {item.name}", row.level, *shown, drawn, max(drawn, 0.0), label, look.ink))
    columns = ["item", "level", "level_word", "value", "bound", "margin", "share", "drawn", "text_at", "label", "ink"]
    return pd.DataFrame(rows, columns=columns)


def distance(plan: Plan, year: int, margins: pd.DataFrame) -> alt.HConcatChart | Html:
    """The distance of each value from its bound, in % of the bound: right of the line is better than required. A level
    without such a bound has no panel, which the subtitle explains; without any panel only that is returned.
    """
    rows = margin_rows(plan, margins)
    shown = [level for level in plan.levels if level in set(rows["level"])]
    lacking = "、".join(level.chinese for level in plan.levels if level not in shown)
    why = f"没有一项的{lacking}要求是必须满足的数值界限，所以没有{lacking}的图。"
    why = f"{year}年有数值的子项中，{why}" if lacking else ""
    if not shown:
        return paragraph(why)
    order = list(rows.groupby("item", sort=False)["share"].min().sort_values(kind="stable").index)
    pointed, panels = hover("item"), []
    shares = alt.Axis(values=[-60, -40, -20, 0, 20, 40, 60], titleAnchor="start")
    x = alt.X("drawn:Q", title="差值占要求的 %", scale=alt.Scale(domain=[-_CUT, _CUT + 70], nice=False), axis=shares)
    for level in shown:
        labels = level is shown[0]
        axis = alt.Axis(labels=labels, minExtent=235 if labels else 0, labelLimit=233)
        y = alt.Y("item:N", sort=order, title=None, scale=alt.Scale(domain=order), axis=axis)
        base = alt.Chart(rows).transform_filter(f"datum.level == '{level}'").encode(y=y, color=as_is(alt.Color, "ink"))
        bars, told = base.mark_bar(size=11).properties(name=str(level)), tooltip(**_MARGIN_HEADS)
        layers = alt.layer(
            bars.encode(x=x, x2=alt.X2Datum(0), opacity=kept(pointed), tooltip=told),
            base.transform_filter("datum.drawn == 0").mark_tick(thickness=3, size=11).encode(x=x),
            alt.Chart(pd.DataFrame({"drawn": [0]})).mark_rule(color=INK).encode(x=x),
            base.mark_text(align="left", dx=6, fontSize=11).encode(x=alt.X("text_at:Q"), text=alt.Text("label:N")),
        )
        panels.append(layers.properties(width=255, height=alt.Step(21), title=alt.Title(level.chinese, fontSize=13)))
    items, short = rows["item"].nunique(), rows[rows["share"] < 0]["item"].nunique()
    title = f"{year}年现状值与数值要求的距离：{items}个子项中{short}个未达到"
    subtitle = (
        "线右为优于要求，线左为未达到，由最差到最好排列；标注为现状值对要求，括号内为差值（正为优于要求）。"
        f"只列必须满足的数值界限；界限为 0 的不能折算成百分比，见下表。{why}"
    )
    chart = alt.hconcat(*panels, spacing=18).add_params(pointed)
    return finished(chart, f"distance-{year}", title, _MARGIN_HEADS, subtitle=subtitle)
