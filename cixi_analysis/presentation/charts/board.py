"""The status of a year: the board of all indicators, and the counts by domain."""

from typing import Any

import altair as alt
import pandas as pd

from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.presentation.looks import NOT_FILLED_IN, STATUSES, Look
from cixi_analysis.presentation.theme import LINE, MUTED, Layered, choice, hover, kept, tooltip
from cixi_analysis.presentation.titles import indicator_href
from cixi_analysis.words import Level, Status, Verdict

_SHORT = {Level.NATIONAL: "国", Level.PROVINCIAL: "省"}
#: Pixels of the board: tiles in a row, a tile with its gap, the column of domain names.
_ACROSS, _WIDE, _HIGH, _GAP, _LABEL = 5, 140, 60, 6, 74
#: The pieces of a bar, from its foot.
_PIECES = (Status.MET, Status.NO_DATA, Status.NOT_FILLED_IN, Status.UNMET)
#: Characters in a line of a tile; a name that needs more than two lines ends in ….
_CHARACTERS = 11.2


def status_board(assessment: Assessment, pages: str = "") -> Layered:
    """Every indicator as a tile, grouped by domain: number, name, and the verdict at either level.

    A tile links to its dossier; ``pages`` is the way from this page to those of the year, e.g. ``2022/``.
    """
    tiles = board_tiles(assessment, pages)
    halves, domains = board_halves(assessment, tiles), board_domains(assessment, tiles)
    frame, status = (alt.Chart(rows).encode(x2="x2:Q", y2="y2:Q", **_at("x", "y")) for rows in (tiles, halves))
    name, sign = alt.Chart(tiles).encode(**_at("text_x", "text_y")), alt.Chart(halves).encode(**_at("middle", "text_y"))
    head = alt.Chart(domains).encode(**_at("x", "y"))
    fill, stroke = alt.Fill("fill:N", scale=None), alt.Stroke("stroke:N", scale=None)
    pointed, chosen = hover(fields=["indicator"]), choice("word", sorted(set(halves["word"])), "结论：")
    told = {"indicator": "序号", "name": "指标", "domain": "领域"} | {level.value: level.chinese for level in Level}
    half = status.mark_rect(cornerRadius=3).encode(fill=fill, stroke=stroke, opacity=kept(pointed, chosen))
    # A link has a name, also where nobody sees what lies below it.
    cover = frame.mark_rect(fill="#ffffff", opacity=0, cursor="pointer", aria=True).encode(description="name:N")
    layers = [
        frame.mark_rect(fill="#ffffff", stroke=LINE, cornerRadius=4),
        name.mark_text(align="left", baseline="top", fontSize=11.5, lineHeight=14, lineBreak="\n").encode(
            text="label:N"
        ),
        half.properties(name="halves").add_params(chosen),
        sign.mark_text(fontSize=11.5, fontWeight="bold").encode(text="text:N", color=alt.Color("ink:N", scale=None)),
        head.mark_text(align="left", baseline="top", fontSize=14, fontWeight="bold").encode(text="domain:N"),
        head.mark_text(
            align="left", baseline="top", fontSize=11.5, color=MUTED, dy=20, lineHeight=15, lineBreak="\n"
        ).encode(text="counts:N"),
        cover.encode(href="href:N", tooltip=tooltip(**told)).properties(name="tiles").add_params(pointed),
    ]
    met = "，".join(f"{Level(r.level).chinese}{r.applicable}项中{r.met}项达标" for r in records(tally(assessment)))
    signs = "　".join(STATUSES[s].text for s in Status if s in {*Verdict, *assessment.statuses.values()})
    return alt.layer(*layers).properties(
        name=f"status-board-{assessment.year}",
        width=_LABEL + _ACROSS * (_WIDE + _GAP) - _GAP,
        height=float(tiles["y2"].max()),
        title=alt.Title(
            f"{assessment.year}年{len(tiles)}项指标状态板：{met}",
            subtitle=f"每格一项指标，左为国家级、右为省级：{signs}。点按一格，可看理由与出处。",
        ),
        usermeta={"columns": told},
    )


def board_tiles(assessment: Assessment, pages: str = "") -> pd.DataFrame:
    """One row an indicator: number, name, its link, and where its tile lies (pixels)."""
    indicators = list({item.indicator: item for item in assessment.plan.items}.values())
    words = {
        (n, level): STATUSES[assessment.status(n, level)].word
        for n in (i.indicator for i in indicators)
        for level in Level
    }
    rows, top, column, domain = [], 0, 0, indicators[0].domain
    for item in indicators:
        if item.domain != domain:
            domain, column, top = item.domain, 0, top + _HIGH + 2 * _GAP + 4
        elif column == _ACROSS:
            column, top = 0, top + _HIGH + _GAP
        left = _LABEL + column * (_WIDE + _GAP)
        label = _wrapped(f"{item.indicator} {item.indicator_name}")
        rows.append((item.indicator, item.indicator_name, domain, *(words[item.indicator, level] for level in Level), label, indicator_href(item.indicator, pages),
                     left, top, left + _WIDE, top + _HIGH, left + 7, top + 6))  # fmt: skip
        column += 1
    columns = [
        "indicator",
        "name",
        "domain",
        *(level.value for level in Level),
        "label",
        "href",
        "x",
        "y",
        "x2",
        "y2",
        "text_x",
        "text_y",
    ]
    return pd.DataFrame(rows, columns=columns)


def board_halves(assessment: Assessment, tiles: pd.DataFrame) -> pd.DataFrame:
    """One row an indicator and level: verdict, what is printed on it, its colours and place."""
    rows = []
    for one in records(assessment.indicators.merge(tiles[["indicator", "x", "y2"]], on="indicator")):
        level = Level(one.level)
        look = STATUSES[assessment.status(one.indicator, level)]
        left, width = one.x + 5 + (0 if level is Level.NATIONAL else _WIDE / 2 - 3), _WIDE / 2 - 7
        place = (left, one.y2 - 24, left + width, one.y2 - 5, left + width / 2, one.y2 - 14)
        gap = "" if look is NOT_FILLED_IN else " "  # its sign is as wide as a Chinese character in some fonts
        text = gap.join((_SHORT[level], look.symbol, look.word))
        rows.append((one.indicator, one.level, one.verdict, look.word, text, *paint(look), *place))
    columns = ["indicator", "level", "verdict", "word", "text", "fill", "stroke", "ink"]
    return pd.DataFrame(rows, columns=[*columns, "x", "y", "x2", "y2", "middle", "text_y"])


def board_domains(assessment: Assessment, tiles: pd.DataFrame) -> pd.DataFrame:
    """One row a domain: its name, how many are met of those asked at either level, and its place."""
    counts: dict[str, list[str]] = {}
    for one in records(tally(assessment, by="domain")):
        counts.setdefault(one.domain, []).append(f"{_SHORT[Level(one.level)]} {one.met}/{one.applicable}")
    tops = tiles.drop_duplicates("domain")
    rows = [(t.domain, "\n".join(counts.get(t.domain, [])), 0, t.y + 6) for t in records(tops)]
    return pd.DataFrame(rows, columns=["domain", "counts", "x", "y"])


def paint(look: Look) -> tuple[str, str, str]:
    """Fill, edge and text colour of a status in a chart: unmet alone is dark; no data has a dark edge, and what is not
    filled in is empty inside it.
    """
    if look is STATUSES[Status.UNMET]:
        return look.ink, look.ink, "#ffffff"
    fill = "#ffffff" if look is NOT_FILLED_IN else look.back
    return fill, look.ink if look in (NOT_FILLED_IN, STATUSES[Status.NO_DATA]) else fill, look.ink


def progress_by_domain(assessment: Assessment) -> alt.HConcatChart:
    """Indicators met, without data, not filled in and unmet in each domain, one panel a level."""
    counts = domain_counts(assessment)
    order = list(dict.fromkeys(counts["domain"]))
    panels, drawn = (
        [],
        counts[counts["count"] > 0].assign(
            level_word=[Level(v).chinese for v in counts.loc[counts["count"] > 0, "level"]]
        ),
    )
    pointed, chosen = hover(fields=["domain", "word"]), choice("word", list(dict.fromkeys(drawn["word"])), "结论：")
    for level in Level:
        own = counts[counts["level"] == level]
        applicable, met = own["count"].sum(), own.loc[own["verdict"] == Verdict.MET, "count"].sum()
        base = (
            alt.Chart(drawn)
            .transform_filter(f"datum.level == '{level}'")
            .encode(
                y=alt.Y(
                    "domain:N", sort=order, title=None, axis=alt.Axis(labels=level is Level.NATIONAL, minExtent=64)
                ),
                x=alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, counts["end"].max()], nice=False)),
            )
        )
        bars = base.mark_bar(size=24, cornerRadius=2).encode(
            x2="end:Q",
            fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("edge:N", scale=None),
            opacity=kept(pointed, chosen),
            tooltip=tooltip(level_word="级别", domain="领域", word="结论", count="指标数"),
        )
        bars = bars.properties(name=str(level))
        labels = base.mark_text(fontWeight="bold").encode(
            x="middle:Q", text="text:N", color=alt.Color("ink:N", scale=None)
        )
        title = alt.Title(f"{level.chinese}：{met} / {applicable} 项达标", fontSize=13, offset=8)
        panels.append((bars + labels).properties(width=300, height=210, title=title))
    found = set(counts.loc[counts["count"] > 0, "verdict"])
    signs = "　".join(STATUSES[s].text for s in _PIECES if s is not Status.NOT_FILLED_IN or s in found)
    return (
        alt.hconcat(*panels, spacing=24)
        .add_params(pointed, chosen)
        .properties(
            name=f"progress-by-domain-{assessment.year}",
            title=alt.Title(
                f"{assessment.year}年各领域达标情况", subtitle=f"格中为指标数：{signs}；本级不要求的指标不计。"
            ),
            usermeta={"columns": {"level_word": "级别", "domain": "领域", "word": "结论", "count": "指标数"}},
        )
    )


def domain_counts(assessment: Assessment) -> pd.DataFrame:
    """One row a level, domain and status (``verdict``): the count, where its bar starts and ends, and how it is painted."""
    rows = []
    for row in records(tally(assessment, by="domain")):
        start = 0
        for verdict in _PIECES:
            count, look = getattr(row, verdict), STATUSES[verdict]
            fill, edge, ink = paint(look)
            text, end = f"{look.symbol} {count}", start + count
            rows.append(
                (
                    row.level,
                    row.domain,
                    str(verdict),
                    look.word,
                    count,
                    start,
                    end,
                    (start + end) / 2,
                    text,
                    fill,
                    edge,
                    ink,
                )
            )
            start = end
    columns = ["level", "domain", "verdict", "word", "count", "start", "end", "middle", "text", "fill", "edge", "ink"]
    return pd.DataFrame(rows, columns=columns)


def _wrapped(name: str) -> str:
    """A name in one line, or in two of about the same length; Latin letters and digits count a bit more than half."""
    widths = [0.6 if character.isascii() else 1.0 for character in name]
    if sum(widths) <= _CHARACTERS:
        return name
    half = sum(widths) / 2
    cut = next(n for n in range(len(name)) if sum(widths[:n]) >= half)
    rest = name[cut:]
    return (
        f"{name[:cut]}\n{rest}"
        if half <= _CHARACTERS
        else f"{name[: int(_CHARACTERS)]}\n{rest[: int(_CHARACTERS) - 1]}…"
    )


def _at(x: str, y: str) -> dict[str, Any]:
    """A place in pixels."""
    return {"x": alt.X(f"{x}:Q", scale=None, axis=None), "y": alt.Y(f"{y}:Q", scale=None, axis=None)}
