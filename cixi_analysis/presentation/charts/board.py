"""The status of a year: the board of all indicators, and the counts by domain."""

from itertools import accumulate
from typing import Any

import altair as alt
import pandas as pd

from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.figure import Layered, as_is, choice, finished, hover, kept, tooltip
from cixi_analysis.presentation.looks import LINE, LOOKS, MUTED
from cixi_analysis.presentation.titles import indicator_href
from cixi_analysis.words import Status, Verdict

#: Pixels of the board: row of tiles, least width and height of a tile, a level in it, gap, column of domain names.
_ROW, _WIDE, _HIGH, _PART, _GAP, _LABEL = 724, 140, 60, 67, 6, 74
#: The pieces of a bar, from its foot.
_PIECES = (Status.MET, Status.NO_DATA, Status.NOT_FILLED_IN, Status.UNMET)
#: Characters in a line of a tile; a name that needs more than two lines ends in ….
_CHARACTERS = 11.2


def status_board(assessment: Assessment, pages: str = "") -> Layered:
    """Every indicator as a tile, grouped by domain: number, name, and the verdict at either level. A tile links to its
    dossier; ``pages`` leads from this page to those of the year, e.g. ``2022/``.
    """
    plan, tiles = assessment.plan, board_tiles(assessment, pages)
    halves = board_halves(assessment, tiles)
    corners = {"x2": alt.X2("x2:Q"), "y2": alt.Y2("y2:Q"), **_at("x", "y")}
    frame, status = (alt.Chart(rows).encode(**corners) for rows in (tiles, halves))
    name, sign = alt.Chart(tiles).encode(**_at("text_x", "text_y")), alt.Chart(halves).encode(**_at("middle", "text_y"))
    counts: dict[str, list[str]] = {}
    for one in records(tally(assessment, by="domain")):
        counts.setdefault(one.domain, []).append(f"{plan.level(one.level).short} {one.met}/{one.applicable}")
    first = tiles.drop_duplicates("domain")
    domains = [(t.domain, "\n".join(counts.get(t.domain, [])), 0, t.y + 6) for t in records(first)]
    head = alt.Chart(pd.DataFrame(domains, columns=["domain", "counts", "x", "y"])).encode(**_at("x", "y"))
    pointed, chosen = hover("indicator"), choice("word", sorted(set(halves["word"])), "结论：")
    told = {"indicator": "序号", "name": "指标", "domain": "领域"} | {
        str(level): level.chinese for level in plan.levels
    }
    top: dict[str, Any] = {"align": "left", "baseline": "top", "fontSize": 11.5}
    colors = {"fill": as_is(alt.Fill, "fill"), "stroke": as_is(alt.Stroke, "stroke")}
    half = status.mark_rect(cornerRadius=3).encode(**colors, opacity=kept(pointed, chosen))
    # A link has a name for screen readers, although its mark is transparent.
    cover = frame.mark_rect(fill="#ffffff", opacity=0, cursor="pointer", aria=True)
    link = {"href": alt.Href("href:N"), "description": alt.Description("name:N")}
    layers = [
        frame.mark_rect(fill="#ffffff", stroke=LINE, cornerRadius=4),
        name.mark_text(**top, lineHeight=14, lineBreak="\n").encode(text=alt.Text("label:N")),
        half.properties(name="halves").add_params(chosen),
        sign.mark_text(fontSize=11.5, fontWeight="bold").encode(text=alt.Text("text:N"), color=as_is(alt.Color, "ink")),
        head.mark_text(**top | {"fontSize": 14}, fontWeight="bold").encode(text=alt.Text("domain:N")),
        head.mark_text(**top, color=MUTED, dy=20, lineHeight=15, lineBreak="\n").encode(text=alt.Text("counts:N")),
        cover.encode(**link, tooltip=tooltip(**told)).properties(name="tiles").add_params(pointed),
    ]
    met = "，".join(f"{plan.level(r.level).chinese}{r.applicable}项中{r.met}项达标" for r in records(tally(assessment)))
    signs = "　".join(LOOKS[s].text for s in Status if s in {*Verdict, *assessment.statuses.values()})
    sides = f"，由左到右为{'、'.join(level.chinese for level in plan.levels)}" if len(plan.levels) > 1 else ""
    title = f"{assessment.year}年{len(tiles)}项指标状态板：{met}"
    subtitle = f"每格一项指标{sides}：{signs}。点按一格，可看理由与出处。"
    width, height = _LABEL + _ROW, float(tiles["y2"].max())
    named = f"status-board-{assessment.year}"
    return finished(alt.layer(*layers), named, title, told, subtitle=subtitle, width=width, height=height)


def board_tiles(assessment: Assessment, pages: str = "") -> pd.DataFrame:
    """One row an indicator: number, name, verdicts, link, and the place of its tile in pixels."""
    rows, y, column, domain, wide = [], 0, 0, "", _wide(assessment.plan)
    items, domains = assessment.plan.items, list(dict.fromkeys(item.domain for item in assessment.plan.items))
    # A later standard's indicators come last in the plan's order, and may belong to any domain.
    for item in sorted({i.indicator: i for i in items}.values(), key=lambda i: domains.index(i.domain)):
        n = item.indicator
        if domain not in ("", item.domain):
            column, y = 0, y + _HIGH + 2 * _GAP + 4
        elif column == (_ROW + _GAP) // (wide + _GAP):
            column, y = 0, y + _HIGH + _GAP
        domain, x = item.domain, _LABEL + column * (wide + _GAP)
        rows.append({
            "indicator": n, "name": item.indicator_name, "domain": domain,
            **{str(level): LOOKS[assessment.status(n, level)].word for level in assessment.plan.levels},
            "label": _wrapped(f"{n} {item.indicator_name}"), "href": indicator_href(n, pages),
            "x": x, "y": y, "x2": x + wide, "y2": y + _HIGH, "text_x": x + 7, "text_y": y + 6,
        })  # fmt: skip
        column += 1
    return pd.DataFrame(rows)


def board_halves(assessment: Assessment, tiles: pd.DataFrame) -> pd.DataFrame:
    """One row an indicator and level: verdict, its words and colours, and its place."""
    rows = []
    for one in records(assessment.indicators.merge(tiles[["indicator", "x", "y2"]], on="indicator")):
        levels = assessment.plan.levels
        level = assessment.plan.level(one.level)
        status = assessment.status(one.indicator, level)
        look, (fill, stroke, ink) = LOOKS[status], paint(status)
        width = (_wide(assessment.plan) - _GAP) / len(levels) - 4
        x = one.x + 5 + levels.index(level) * (width + 4)
        gap = "" if status is Status.NOT_FILLED_IN else " "  # · is as wide as a Chinese character in some fonts
        rows.append({
            "indicator": one.indicator, "level": one.level, "verdict": one.verdict, "word": look.word,
            "text": gap.join((level.short, look.symbol, look.word)), "fill": fill, "stroke": stroke, "ink": ink,
            "x": x, "y": one.y2 - 24, "x2": x + width, "y2": one.y2 - 5, "middle": x + width / 2, "text_y": one.y2 - 14,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _wide(plan: Plan) -> int:
    """Pixels of a tile: each level's verdict is to fit into its part."""
    return max(_WIDE, _GAP + _PART * len(plan.levels))


def paint(status: Status) -> tuple[str, str, str]:
    """Fill, edge, ink: only unmet is dark; no data has a dark edge; not filled in is empty."""
    look = LOOKS[status]
    if status is Status.UNMET:
        return look.ink, look.ink, "#ffffff"
    fill = "#ffffff" if status is Status.NOT_FILLED_IN else look.back
    return fill, look.ink if status in (Status.NOT_FILLED_IN, Status.NO_DATA) else fill, look.ink


def progress_by_domain(assessment: Assessment) -> alt.HConcatChart:
    """Indicators met, without data, not filled in and unmet in each domain, a panel for each level."""
    counts = domain_counts(assessment)
    order, end = list(dict.fromkeys(counts["domain"])), counts["end"].max()
    drawn = counts[counts["count"] > 0]
    drawn = drawn.assign(level_word=[assessment.plan.level(v).chinese for v in drawn["level"]])
    pointed, chosen = hover("domain", "word"), choice("word", list(dict.fromkeys(drawn["word"])), "结论：")
    told = {"level_word": "级别", "domain": "领域", "word": "结论", "count": "指标数"}
    x = alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, end], nice=False))
    colors = {"fill": as_is(alt.Fill, "fill"), "stroke": as_is(alt.Stroke, "edge")}
    panels: list[alt.LayerChart] = []
    for level in assessment.plan.levels:
        own = counts[counts["level"] == level]
        applicable, met = own["count"].sum(), own.loc[own["verdict"] == Verdict.MET, "count"].sum()
        axis = alt.Axis(labels=not panels, minExtent=64)
        y = alt.Y("domain:N", sort=order, title=None, axis=axis)
        base = alt.Chart(drawn).transform_filter(f"datum.level == '{level}'").encode(y=y, x=x)
        bars = base.mark_bar(size=24, cornerRadius=2).properties(name=str(level))
        bars = bars.encode(x2=alt.X2("end:Q"), **colors, opacity=kept(pointed, chosen), tooltip=tooltip(**told))
        labels = base.mark_text(fontWeight="bold")
        labels = labels.encode(x=alt.X("middle:Q"), text=alt.Text("text:N"), color=as_is(alt.Color, "ink"))
        heading = alt.Title(f"{level.chinese}：{met} / {applicable} 项达标", fontSize=13, offset=8)
        panels.append((bars + labels).properties(width=600 // len(assessment.plan.levels), height=210, title=heading))
    signs = "　".join(LOOKS[s].text for s in _PIECES if s is not Status.NOT_FILLED_IN or s in set(drawn["verdict"]))
    subtitle = f"格中为指标数：{signs}；本级不要求的指标不计。"
    title, name = f"{assessment.year}年各领域达标情况", f"progress-by-domain-{assessment.year}"
    return finished(alt.hconcat(*panels, spacing=24).add_params(pointed, chosen), name, title, told, subtitle=subtitle)


def domain_counts(assessment: Assessment) -> pd.DataFrame:
    """One row a level, domain and status (``verdict``): count, bar, text and colours."""
    rows = []
    for row in records(tally(assessment, by="domain")):
        counts = [getattr(row, status) for status in _PIECES]
        for status, count, end in zip(_PIECES, counts, accumulate(counts), strict=True):
            look, (fill, edge, ink) = LOOKS[status], paint(status)
            rows.append({
                "level": row.level, "domain": row.domain, "verdict": str(status), "word": look.word, "count": count,
                "start": end - count, "end": end, "middle": end - count / 2, "text": f"{look.symbol} {count}",
                "fill": fill, "edge": edge, "ink": ink,
            })  # fmt: skip
    return pd.DataFrame(rows)


def _wrapped(name: str) -> str:
    """A name in one line, or in two of about the same length; ASCII counts 0.6 of Chinese."""
    widths = [0.6 if character.isascii() else 1.0 for character in name]
    if sum(widths) <= _CHARACTERS:
        return name
    half = sum(widths) / 2
    cut = next(n for n in range(len(name)) if sum(widths[:n]) >= half)
    rest, line = name[cut:], int(_CHARACTERS)
    return f"{name[:cut]}\n{rest}" if half <= _CHARACTERS else f"{name[:line]}\n{rest[: line - 1]}…"


def _at(x: str, y: str) -> dict[str, Any]:
    """A place in pixels."""
    return {"x": alt.X(f"{x}:Q", scale=None, axis=None), "y": alt.Y(f"{y}:Q", scale=None, axis=None)}
