"""The page 趋势与目标差距: level, gap and pace in columns of their own; water classes, never subtracted, apart."""

import pandas as pd
from markupsafe import Markup, escape

from cixi_analysis.analysis.records import columns as columns_of
from cixi_analysis.analysis.trend import margins, strength, trends  # noqa: F401  # the page takes the tables from here
from cixi_analysis.assessment.comparison import direction
from cixi_analysis.assessment.observed import quantity
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.formatting import EMPTY, missing, number, percent, rounded, with_unit
from cixi_analysis.presentation.html import Html, link, stack
from cixi_analysis.presentation.looks import PACES, direction_word, pace_badge
from cixi_analysis.presentation.titles import item_href, item_link, item_title, short_source
from cixi_analysis.words import CLASS_UNIT, Level, Pace


def trend_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """The series with two or more years: first and last value, mean yearly change, direction, strength of evidence."""
    own = rows[rows["points"] > 1].drop_duplicates(["item_id", "measure"])
    frame = _named(plan, own).assign(
        first=[_pair(f"{y}年", with_unit(v, u)) for y, v, u in columns_of(own, "first_year", "first_value", "unit")],
        last=[_pair(f"{y}年", with_unit(v, u)) for y, v, u in columns_of(own, "last_year", "last_value", "unit")],
        change=[
            _pair(rounded(by, signed=True), percent(rate, 2, signed=True))
            for by, rate in columns_of(own, "mean_change", "mean_rate")
        ],
        strength=[strength(n, a, b) for n, a, b in columns_of(own, "points", "first_year", "last_year")],
    )
    columns = {
        "item": tables.name("子项"), "first": tables.text("首年", "number"), "last": tables.text("末年", "number"),
        "change": tables.text(_pair("年均变化", "按单位／复合变化率"), "number"), "direction": tables.direction("方向"),
        "strength": tables.text("证据强度", width="12rem"),
    }  # fmt: skip
    return tables.table(
        frame, columns, caption=f"截至{year}年，有两个以上年份的子项", empty="规划未表明方向，或不能计算",
        none=f"截至{year}年，没有一个子项有两个以上年份的数值，所以没有变化可列，也没有图。",
    )  # fmt: skip


def pace_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """Each numeric target: where the value stands, how far it is, and whether the observed rate is enough."""
    own = rows[rows["target_year"].notna()]
    pairs = columns_of(own, "observed_change", "needed_change", "ratio_linear", "ratio_compound")
    changes, ratios = [], []
    for observed, needed, linear, compound in pairs:
        changes.append(_pair(rounded(observed, signed=True), rounded(needed, signed=True)))
        ratios.append(_pair(number(linear, 2), number(compound, 2)))
    frame = _named(plan, own).assign(
        target=[_pair(f"{y}年", with_unit(v, u)) for y, v, u in columns_of(own, "target_year", "target_value", "unit")],
        last=[_pair(f"{y}年", with_unit(v, u)) for y, v, u in columns_of(own, "last_year", "last_value", "unit")],
        reached=own["pace"] == Pace.REACHED,
        pace=[
            pace_badge(p) + ("" if missing(note) else Markup("<br><small>{}</small>").format(note))
            for p, note in columns_of(own, "pace", "note")
        ],
        changes=changes,
        ratios=ratios,
    )
    columns = {
        "item": tables.name("子项"), "target": tables.text("规划值", "number", "5.5rem"),
        "last": tables.text(_pair("水平", "最近值"), "number"),
        "gap": tables.number("差距", signed=True), "pace": tables.text("进度", width="8rem"),
        "changes": tables.text(_pair("年均变化", "已有／所需"), "number"),
        "ratios": tables.text(_pair("速度之比", "线性／复合"), "number"),
        "needed_rate": tables.rate(_pair("今后", "每年尚需")),
    }  # fmt: skip
    empty = "不能计算，或不再需要（已达到、只有一个年份、首年已达到，见“进度”下的小字）"
    done, ahead = (
        tables.table(
            frame[rows], columns, caption=f"截至{year}年{words}的数值规划值：{rows.sum()}个（差距＝规划值−最近值）", empty=empty,
            none=f"截至{year}年，没有{words}的数值规划值。",
        )
        for rows, words in ((frame["reached"], "已达到"), (~frame["reached"], "尚未达到"))
    )  # fmt: skip
    if not frame["reached"].any():
        return ahead
    return stack(ahead, tables.folded(f"已达到的{frame['reached'].sum()}个数值规划值", done), name="差距与进度")


def _pair(first: str, second: str) -> Markup:
    """Two things of one cell, one below the other; one dash where there is neither."""
    return escape(EMPTY) if first == second == EMPTY else Markup("{}<br><small>{}</small>").format(first, second)


def without_target(plan: Plan, rows: pd.DataFrame) -> Html:
    """The items with numbers whose targets are told in words: their last value, and the wording that asks for more."""
    own = rows[rows["target_year"].isna()].drop_duplicates(["item_id", "measure"])
    wordings = {(t.item_id, t.year): t.wording for t in plan.targets}
    years = sorted({t.year for t in plan.targets})
    frame = _named(plan, own).assign(
        last=[f"{y}年 {with_unit(v, u)}" for y, v, u in columns_of(own, "last_year", "last_value", "unit")],
        **{f"target_{y}": [wordings[i, y] for i in own["item_id"]] for y in years},
    )
    columns = {"item": tables.name("子项"), "last": tables.text("最近值", "number nowrap")}
    columns |= {f"target_{y}": tables.text(f"规划值{y}年（原文）") for y in years} | {"note": tables.text("说明")}
    caption = f"有数值、但规划值不是数的{len(own)}个子项"
    if own.empty:
        return tables.paragraph("没有只有文字规划值的子项。")
    return tables.folded(caption, tables.table(frame, columns, caption=caption, empty="没有需要说明的"))


def margin_table(plan: Plan, year: int, rows: pd.DataFrame) -> Html:
    """Every value beside every bound that must hold; positive is better than required, whatever the direction."""
    frame = rows.assign(
        item=[link(item_title(plan.item(i), Level(v)), item_href(i)) for i, v in columns_of(rows, "item_id", "level")],
        level=[Level(v).chinese for v in rows["level"]],
        value=[with_unit(v, u) for v, u in columns_of(rows, "value", "unit")],
    )
    columns = {
        "item": tables.name("子项"), "level": tables.text("级别", "nowrap"), "value": tables.text(f"{year}年现状值", "number"),
        "bound": tables.text("要求", "number"), "margin": tables.number("差值（正为优于要求）", signed=True),
    }  # fmt: skip
    if rows.empty:
        return Html(Markup(), "没有可比的数值要求")
    caption = f"{year}年现状值与数值要求之差（{len(rows)}条）"
    return tables.folded(caption, tables.table(frame, columns, caption=caption))


def pace_counts(rows: pd.DataFrame) -> Html:
    """How many numeric targets stand where: one card a pace that occurs."""
    counts = rows[rows["target_year"].notna()]["pace"].value_counts()
    return tables.cards(
        *(tables.Card(str(counts[p]), f"{PACES[p].text}（个规划值）") for p in Pace if p in counts.index)
    )


def water_classes(plan: Plan, year: int) -> Html:
    """The series that are water classes: ordered, so better or worse can be told, but never subtracted."""
    found: dict[str, list[tuple[int, str, str, str]]] = {}
    for y in (y for y in plan.years if y <= year):
        for row in plan.observations[y]:
            if row.unit == CLASS_UNIT and row.value is not None:
                found.setdefault(row.item_id, []).append((y, row.value, row.measure or "", short_source(row.source)))
    points = []
    for item_id, rows in found.items():
        told = "，".join(f"{y}年{value}类" for y, value, *_ in rows)
        (_, first, *_), (_, last, measure, source) = rows[0], rows[-1]
        polarity = next(o.polarity for o in plan.observations[rows[-1][0]] if o.item_id == item_id)
        own = polarity or plan.item(item_id).polarity
        moved = direction(quantity(first), quantity(last), own) if len(rows) > 1 else None
        verdict = f"，{direction_word(moved)}" if moved else "，只有一个年份，谈不上变化"
        name = link(item_title(plan.item(item_id)), item_href(item_id))
        points.append(Markup("{}（{}）：{}{}。<small>出处：{}</small>").format(name, measure, told, verdict, source))
    return tables.bullets(*points) if points else tables.paragraph("没有以水质类别表示的数据。")


def evidence(rows: pd.DataFrame, year: int) -> Html:
    """How much there is to go by."""
    own = rows.drop_duplicates(["item_id", "measure"])
    several, three = (own["points"] > 1).sum(), (own["points"] > 2).sum()  # two points are a direction only
    share = percent(several / len(own), 0) if len(own) else percent(None)
    return tables.paragraph(
        f"截至{year}年，有数值的序列{number(len(own))}个，其中有两个以上年份的{several}个（{share}），三个以上年份的{three}个。"
        "两个点只是方向，不是趋势；缺的年份就是缺的，不补、不推。"
    )


def _named(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """With the item's linked title, and what was measured where that is something else."""
    return rows.assign(item=[item_link(plan.item(i), m) for i, m in columns_of(rows, "item_id", "measure")])
