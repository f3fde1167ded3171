"""The counts of a year by domain."""

from functools import partial
from itertools import accumulate

import altair as alt
import pandas as pd

from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.presentation.figure import Panels, as_is, beside, choice, finished, hover, kept, responsive, tooltip
from cixi_analysis.presentation.looks import LOOKS
from cixi_analysis.words import Status, Verdict

#: The pieces of a bar, from its foot.
_PIECES = (Status.MET, Status.NO_DATA, Status.NOT_FILLED_IN, Status.UNMET)


def paint(status: Status) -> tuple[str, str, str]:
    """Fill, edge, ink: only unmet is dark; no data has a dark edge; not filled in is empty."""
    look = LOOKS[status]
    if status is Status.UNMET:
        return look.ink, look.ink, "#ffffff"
    fill = "#ffffff" if status is Status.NOT_FILLED_IN else look.back
    return fill, look.ink if status in (Status.NOT_FILLED_IN, Status.NO_DATA) else fill, look.ink


def progress_by_domain(assessment: Assessment) -> Panels:
    """Indicators met, without data, not filled in and unmet in each domain, a panel for each level."""
    return responsive(partial(_progress, assessment))


def _progress(assessment: Assessment, narrow: bool) -> Panels:
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
        axis = alt.Axis(labels=narrow or not panels, minExtent=64)
        y = alt.Y("domain:N", sort=order, title=None, axis=axis)
        base = alt.Chart(drawn).transform_filter(f"datum.level == '{level}'").encode(y=y, x=x)
        bars = base.mark_bar(size=24, cornerRadius=2).properties(name=str(level))
        bars = bars.encode(x2=alt.X2("end:Q"), **colors, opacity=kept(pointed, chosen), tooltip=tooltip(**told))
        labels = base.mark_text(fontWeight="bold")
        labels = labels.encode(x=alt.X("middle:Q"), text=alt.Text("text:N"), color=as_is(alt.Color, "ink"))
        heading = alt.Title(f"{level.chinese}：{met} / {applicable} 项达标", fontSize=13, offset=8)
        panels.append(
            (bars + labels).properties(
                width=280 if narrow else 530 // len(assessment.plan.levels), height=210, title=heading
            )
        )
    signs = "　".join(LOOKS[s].text for s in _PIECES if s is not Status.NOT_FILLED_IN or s in set(drawn["verdict"]))
    subtitle = f"格中为指标数：{signs}；本级不要求的指标不计。"
    title, name = f"{assessment.year}年各领域达标情况", f"progress-by-domain-{assessment.year}"
    chart = beside(*panels, narrow=narrow, spacing=24).add_params(pointed, chosen)
    return finished(chart, name, title, told, subtitle=subtitle)


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
