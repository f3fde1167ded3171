"""Values over the years, on a common axis of years and from 0 on, with their limits."""

from typing import Any

import altair as alt
import pandas as pd

from cixi_analysis.analysis import grouped, records
from cixi_analysis.analysis.trend import SERIES, Series, series
from cixi_analysis.assessment.numbers import direction
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import unit_word
from cixi_analysis.presentation.charts.bullet_charts import ASSIGNED, MARKS, OBSERVED, REQUIRED, TARGET, limits, state
from cixi_analysis.presentation.figure import Layered, conditional, finished, hover, tooltip
from cixi_analysis.presentation.formatting import cell_with_unit, number
from cixi_analysis.presentation.html import Html, paragraph

_WIDTH = 330
#: Years before the first and after the last one: the first value's label keeps clear of the axis. Over many years a year is
#: narrow, and the room before is a share of them.
_BEFORE, _AFTER, _SHARE = 0.75, 0.5, 1 / 16
#: Position of a limit's label: alignment, pixels to the right, pixels down where it is below its mark and where not.
_LABELS: dict[str, tuple[Any, int, tuple[int, int]]] = {
    REQUIRED: ("right", 0, (9, -8)),
    ASSIGNED: ("left", 9, (0, 0)),
    TARGET: ("center", 0, (15, -13)),
}
#: Columns of the trends that tell the series of an item in one unit apart.
_SERIES = [name for name in SERIES if name not in ("item_id", "unit")]
_HEADS = {"kind": "类别", "year": "年份", "value": "数值", "label": "图中文字"}


def item_series(plan: Plan, year: int, margins: pd.DataFrame, trends: pd.DataFrame) -> list[Layered | Html]:
    """A chart for each series of two or more years: its points, and the limits that are numbers; a sentence for one that
    stays level.

    Every chart has the same years, from the first one with a number to the last target year, and 0: most of these
    quantities are amounts, shares or indexes, so that equal heights are equal parts. Items with the same measured values
    (9② and 9③) share a chart. ``margins`` and ``trends`` are the tables of the same year.
    """
    known = series(plan, year)
    groups = grouped(((one.measure, one.unit, one.points), one) for one in known.values() if one.span)
    first = min((one.points[0][0] for one in known.values()), default=year)
    years = first, max(year, *plan.frame.target_years)
    shown = []
    for same in groups.values():
        ids, levels = {one.item_id for one in same}, {one.level for one in same}
        own, asked = (t[t["item_id"].isin(ids) & (t["unit"].fillna("") == same[0].unit)] for t in (margins, trends))
        ends = [same[0].measure, *same[0].points[0], *same[0].points[-1]]
        asked = asked[(asked[_SERIES] == ends).all(axis=1)]
        asked = limits(plan, year, own[own["level"].isin(levels)] if all(levels) else own, asked)
        shown.append(_shown(plan, year, same, asked, years))
    return sorted(shown, key=lambda one: isinstance(one, Html))  # sentences last


def points(one: Series) -> pd.DataFrame:
    """One row a year with a value: the next value and its year, ``gap``: years without a value lie between; ``label`` at
    the two ends, above the higher one and ``below`` the lower one, clear of the line.
    """
    ends, rises = {0, len(one.points) - 1}, one.points[-1][1] > one.points[0][1]
    rows = []
    for n, (year, value) in enumerate(one.points):
        after, then = one.points[n + 1] if n + 1 < len(one.points) else (None, None)
        gap = after is not None and after - year > 1
        rows.append((year, value, after, then, gap, number(value) if n in ends else "", rises == (n == 0)))
    return pd.DataFrame(rows, columns=["year", "value", "later", "then", "gap", "label", "below"])


def _shown(plan: Plan, year: int, same: list[Series], asked: pd.DataFrame, years: tuple[int, int]) -> Layered | Html:
    one, data = same[0], points(same[0])
    (_, first), (_, last) = one.points[0], one.points[-1]
    moved = direction(first, last, one.polarity)
    named = f"{'、'.join(dict.fromkeys(plan.item(s.item_id).label for s in same))} {one.measure}"
    values = "，".join(f"{y}年{number(value)}" for y, value in one.points)
    told = state(asked) or (moved.chinese if moved else "")
    if asked.empty and len({value for _, value in one.points}) == 1:
        return paragraph(f"{named}：{values}{unit_word(one.unit)}，没有变化。")
    title = f"{named} {number(first)}→{cell_with_unit(last, one.unit)}" + (f"，{told}" if told else "")
    below = (data["value"] < 0).any() or (asked["limit"] < 0).any()
    gaps = "，虚线跨过没有数值的年份" if data["gap"].any() else ""
    note = f"纵轴{'从负值起，含0' if below else '从0起'}{gaps}。"
    goals = asked.assign(year=asked["at"].astype("Int64"), value=asked["limit"])
    told_in = goals["told"].str.replace(r"^\d+年(?=规划值)", "", regex=True)  # the axis has the year
    goals[["of", "bound"]] = told_in.str.extract(r"^([^≥≤<>−\d较]*)(.*)$")
    equal = goals.groupby(["kind", "year", "value", "bound"], sort=False, dropna=False)
    goals = equal["of"].agg("、".join).reset_index()  # levels with the same limit share its label
    goals["label"] = goals["of"] + goals["bound"]
    rows = pd.concat([data.assign(kind=OBSERVED), goals[["kind", "year", "value", "label"]]], ignore_index=True)
    name = f"series-{one.item_id.replace('.', '-')}-{year}"
    rows = rows.astype({"year": "Int64", "later": "Int64", "gap": "boolean", "below": "boolean"})
    chart = _layers(rows, years, {years[0], year, *plan.frame.target_years})
    shape: dict[str, Any] = {"description": f"{title}。{values}", "width": _WIDTH, "height": 140}
    return finished(chart, name, title, _HEADS, subtitle=note, **shape)


def _below(rows: pd.DataFrame, line: float) -> list[bool]:
    """Whether each label stands below its mark: that of a required limit where a higher one is nearer than a ``line`` of
    text, that of a target always; none where the axis is so near.
    """
    low, required = min(rows["value"].min(), 0.0), rows.loc[rows["kind"] == REQUIRED, "value"]

    def below(row: Any) -> bool:
        if row.kind == REQUIRED:
            return any(0 < other - row.value < line for other in required)
        return row.kind == TARGET or (row.kind == OBSERVED and bool(row.below))

    return [row.value - low > line and below(row) for row in records(rows)]


def _layers(rows: pd.DataFrame, years: tuple[int, int], ticks: set[int]) -> Layered:
    top, low = max(rows["value"].max(), 0.0), min(rows["value"].min(), 0.0)
    rows = rows.assign(below=_below(rows, (top - low) / 8))
    axis = alt.Axis(format="d", values=sorted(ticks), grid=False, labelAngle=0)
    start, end = years[0] - max(_BEFORE, (years[1] - years[0]) * _SHARE), years[1] + _AFTER
    x = alt.X("year:Q", title=None, axis=axis, scale=alt.Scale(domain=[start, end], nice=False))
    span = alt.Scale(domain=[low * 1.2, top * 1.2 or 1], nice=False)
    y = alt.Y("value:Q", title=None, scale=span, axis=alt.Axis(tickCount=4, minExtent=44, maxExtent=44))
    base, told = alt.Chart(rows), tooltip(kind="类别", year="年份", value="数值", label="图中文字")
    observed = base.transform_filter(f"datum.kind == '{OBSERVED}'")
    dash = conditional(alt.StrokeDashValue, "datum.gap", [4, 4], [1, 0])
    line = observed.transform_filter("isValid(datum.later)").mark_rule(strokeWidth=2)
    pointed = hover(empty=False)
    size = conditional(alt.SizeValue, pointed, 190, 70)
    layers = [
        line.encode(x=x, y=y, x2=alt.X2("later:Q"), y2=alt.Y2("then:Q"), strokeDash=dash, color=alt.ColorValue("#1f6f54")),
        observed.mark_point(opacity=1).encode(x=x, y=y, size=size, tooltip=told).properties(name="points").add_params(pointed),
        *(observed.transform_filter(f"{sign}datum.below && datum.label").mark_text(dy=dy, fontWeight="bold")
          .encode(x=x, y=y, text=alt.Text("label:N")) for sign, dy in (("", 15), ("!", -13))),
    ]  # fmt: skip
    for kind in MARKS:
        if kind not in set(rows["kind"]):
            continue
        color, shape, _ = MARKS[kind]
        own = base.transform_filter(f"datum.kind == '{kind}'").encode(y=y)
        if kind == REQUIRED:
            layers.insert(0, own.mark_rule(color=color, strokeDash=[5, 3], strokeWidth=1.5).encode(tooltip=told))
            goal_at_end = ((rows["kind"] == TARGET) & (rows["year"] == years[1])).any()
            place: Any = alt.XValue(_WIDTH * (1 - _AFTER / (end - start)) - 34 if goal_at_end else _WIDTH)
        else:
            mark = own.mark_point(shape=shape, size=90, filled=False, strokeWidth=2, color=color, opacity=1)
            layers.append(mark.encode(x=x, tooltip=told))
            place = x
        align, dx, offsets = _LABELS[kind]
        layers += [
            own.transform_filter(f"{sign}datum.below").mark_text(fontSize=11, align=align, dx=dx, dy=dy, color=color)
            .encode(x=place, text=alt.Text("label:N")) for sign, dy in zip(("", "!"), offsets, strict=True)
        ]  # fmt: skip
    return alt.layer(*layers)
