"""The page 趋势与目标差距: level, gap and pace apart; water classes are ordered only."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.trend import SERIES, ratio_digits, series, strength
from cixi_analysis.assessment.numbers import direction
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.formatting import cell_with_unit, missing, number, percent, rounded
from cixi_analysis.presentation.html import Html, bullets, cards, noted, paragraph, prose, stack
from cixi_analysis.presentation.looks import LOOKS, badge
from cixi_analysis.presentation.titles import item_link, short_source
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, Pace


def _at(year: int, value: float | str, unit: str) -> Markup:
    """A year and the value below it."""
    return noted(f"{year}年", cell_with_unit(value, unit))


def _end(plan: Plan, row: Any, year: int, value: float) -> Markup:
    """The first or last year of a series and the value as it is printed."""
    return _at(year, plan.printed(row.item_id, year, value), row.unit)


def trend_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """The series of two or more years: ends, mean yearly change, direction, evidence."""
    own = rows[rows["points"] > 1].drop_duplicates(SERIES)
    cells = [
        (item_link(plan, plan.item(r.item_id), r.measure),
         _end(plan, r, r.first_year, r.first_value), _end(plan, r, r.last_year, r.last_value),
         noted(rounded(r.mean_change, signed=True), percent(r.mean_rate, 2, signed=True)),
         r.direction, strength(r.points, r.first_year, r.last_year))
        for r in records(own)
    ]  # fmt: skip
    columns = {"子项": "name", "首年": "right", "末年": "right", noted("年均变化", "按单位／复合变化率"): "right"}
    columns |= {"方向": "direction", "证据强度": "text"}
    none = f"截至{year}年，没有一个子项有两个以上年份的数值，所以没有变化可列，也没有图。"
    caption = f"截至{year}年，有两个以上年份的子项"
    return tables.table(cells, columns, caption=caption, empty="规划未表明方向，或不能计算", none=none)


def pace_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """Each numeric target with the last value, the gap and the pace; those reached are folded."""
    columns = {"子项": "name merged", noted("水平", "最近值"): "right merged", "规划值": "right", "差距": "signed"}
    columns |= {"进度": "text", noted("年均变化", "已有／所需"): "right"}
    columns |= {noted("速度之比", "线性／复合"): "right", noted("今后", "每年尚需"): "rate"}
    empty = "不能计算，或不再需要（已达到、只有一个年份、首年已达到，见“进度”下的小字）"
    targets, pieces = rows[rows["target_year"].notna()], []
    for reached, words in ((False, "尚未达到"), (True, "已达到")):
        cells = [
            (item_link(plan, plan.item(r.item_id), r.measure),
             _end(plan, r, r.last_year, r.last_value),
             _at(r.target_year, r.target_value, r.unit), r.gap,
             noted(badge(r.pace), "" if missing(r.note) else r.note),
             noted(rounded(r.observed_change, signed=True), rounded(r.needed_change, signed=True)),
             noted(_ratio(r.ratio_linear), _ratio(r.ratio_compound)), r.needed_rate)
            for r in records(targets[(targets["pace"] == Pace.REACHED) == reached])
        ]  # fmt: skip
        if cells or not reached:
            caption = f"截至{year}年{words}的数值规划值：{len(cells)}个（差距＝规划值−最近值）"
            none = f"截至{year}年，没有{words}的数值规划值。"
            fold = f"{words}的{len(cells)}个数值规划值" if reached else ""
            pieces.append(tables.table(cells, columns, caption=caption, empty=empty, none=none, fold=fold))
    return stack(*pieces)


def _ratio(value: float) -> str:
    return number(value, None if missing(value) else ratio_digits(value))


def without_target(plan: Plan, rows: pd.DataFrame) -> Html:
    """The items with numbers whose targets are words: last value and the wordings, folded."""
    wordings = {(t.item_id, t.year): t.wording for t in plan.targets}
    years = sorted({t.year for t in plan.targets})
    cells = [
        (item_link(plan, plan.item(r.item_id), r.measure),
         f"{r.last_year}年 {cell_with_unit(plan.printed(r.item_id, r.last_year, r.last_value), r.unit)}",
         *(wordings.get((r.item_id, y), NOT_APPLICABLE_MARK) for y in years), r.note)
        for r in records(rows[rows["target_year"].isna()].drop_duplicates(SERIES))
    ]  # fmt: skip
    columns = {"子项": "name", "最近值": "right"} | {f"规划值{y}年（原文）": "text" for y in years}
    columns["说明"] = "text"
    caption, none = f"有数值、但规划值不是数的{len(cells)}个子项", "没有只有文字规划值的子项。"
    return tables.table(cells, columns, caption=caption, empty="没有需要说明的", none=none, fold=True)


def margin_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """Every value beside every bound that must hold, folded; a positive margin is better than required."""
    cells = [
        (item_link(plan, plan.item(r.item_id), level=r.level), plan.level(r.level).chinese,
         cell_with_unit(plan.printed(r.item_id, year, r.value), r.unit),
         r.bound, r.margin)
        for r in records(rows)
    ]  # fmt: skip
    if not cells:
        return Html()
    columns = {"子项": "name merged", "级别": "short", f"{year}年现状值": "right", "要求": "right"}
    columns["差值（正为优于要求）"] = "signed"
    return tables.table(cells, columns, caption=f"{year}年现状值与数值要求之差（{len(cells)}条）", fold=True)


def pace_counts(rows: pd.DataFrame) -> Html:
    """The number of numeric targets by pace, as cards."""
    counts = rows[rows["target_year"].notna()]["pace"].value_counts()
    return cards(*((counts[p], f"{LOOKS[p].text}（个规划值）") for p in Pace if p in counts.index))


def water_classes(plan: Plan, year: int) -> Html:
    """The series of water classes with their direction; classes are never subtracted."""
    points, point = [], Markup("{}（{}）：{}，{}。<small>出处：{}</small>")
    for one in series(plan, year, classes=True).values():
        told = "，".join(f"{y}年{cell_with_unit(rank, CLASS_UNIT)}" for y, rank in one.points)
        (_, first), (last_year, last) = one.points[0], one.points[-1]
        moved = direction(first, last, one.polarity)
        verdict = "只有一个年份，谈不上变化" if not one.span else LOOKS[moved].text if moved else "规划未表明方向"
        verdict += one.apart and f"；{one.apart}"
        latest = plan.observation(one.item_id, last_year, one.level)
        source = short_source(plan, latest.source if latest else "")
        measure = f"{one.level.chinese}，{one.measure}" if one.level else one.measure
        points.append(point.format(item_link(plan, plan.item(one.item_id)), measure, told, verdict, source))
    return bullets(*points) if points else paragraph("没有以水质类别表示的数据。")


def evidence(rows: pd.DataFrame, year: int) -> Html:
    """How many series there are, and how many have two and three years or more."""
    own = rows.drop_duplicates(SERIES)
    several, three = (own["points"] > 1).sum(), (own["points"] > 2).sum()
    return prose("evidence", year=year, total=len(own), several=several, three=three)
