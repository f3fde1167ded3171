"""How a chart looks and how it is shown: one Altair theme, and SVG inside the page.

Importing this module makes every chart of the session show itself as a ``<figure>``: caption above, inline SVG, no
JavaScript and nothing fetched, in the book as in JupyterLab. The same chart gives the same bytes on every run. A
chart's ``name`` is its id on the page, its ``title`` (with a subtitle) the caption, its ``description`` the text for
those who do not see it.
"""

import re
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cixi_analysis.presentation.html import render

#: Fonts of Windows, macOS and Linux, in this order; the last word is the browser's.
FONTS = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
INK, MUTED, LINE = "#26302c", "#5a6660", "#d9e0dc"
ACCENT, ACCENT_SOFT = "#1f6f54", "#b9d3c8"
#: Domains and systems of projects; apart in hue and in lightness.
CATEGORIES = ["#4c5f8a", "#1f6f54", "#c99a2e", "#8a4f7d", "#5aa3a8", "#b5653a"]
#: A drawing wider than this scrolls on a phone instead of shrinking.
WIDE = 560
#: What a layered chart is to the type checker.
Layered = alt.LayerChart | alt.FacetChart
#: vl-convert resolves a relative link against this address.
_LINK_BASE = "https://vega.github.io/vega-datasets/"


@alt.theme.register("cixi", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    axis = {"gridColor": LINE, "domainColor": "#9aa8a1", "tickColor": "#9aa8a1"}
    words = {"labelFont": FONTS, "titleFont": FONTS, "labelColor": INK, "titleColor": MUTED, "labelLimit": 0}
    sizes = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    config: Any = {
        "font": FONTS,
        "background": "transparent",
        "aria": False,  # the figure has one description; hundreds of marks read aloud help nobody
        "padding": 4,
        "view": {"stroke": None},
        "axis": {**words, **sizes, **axis, "titleLimit": 0},
        "axisY": {"domain": False, "ticks": False},
        "legend": {**words, **sizes, "orient": "top", "title": None, "columnPadding": 18},
        "title": {"font": FONTS, "subtitleFont": FONTS, "anchor": "start", "color": INK, "limit": 0},
        "text": {"font": FONTS, "fontSize": 12, "color": INK},
        "bar": {"color": ACCENT},
        "line": {"color": ACCENT, "strokeWidth": 2},
        "point": {"color": ACCENT, "filled": True, "size": 60},
        "range": {"category": CATEGORIES},
    }
    return {"config": config}


def _show(spec: dict[str, Any], **_: object) -> dict[str, str]:
    """Altair's renderer: the bundle of a chart's specification."""
    return {"text/html": str(figure(spec))}


alt.renderers.register("cixi", _show)
alt.renderers.enable("cixi")


def figure(spec: dict[str, Any]) -> Markup:
    """A chart's specification as ``<figure>``. It needs a ``name``; a page must not show one name twice."""
    spec = dict(spec)
    name = spec.get("name", "chart")
    title = spec.pop("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    text, subtitle = (_plain(title.get(key)) for key in ("text", "subtitle"))
    drawing = svg(spec, name, spec.get("description") or text)
    width = float(re.search(r'<svg[^>]* width="([\d.]+)"', drawing)[1])  # type: ignore[index]  # vega writes it
    return render(
        "figure", id=name, title=text, note=subtitle, svg=Markup(drawing), wide=width > WIDE  # noqa: S704  # our own drawing
    )  # fmt: skip


def _plain(text: str | list[str] | None) -> str:
    return "".join(text) if isinstance(text, list) else text or ""


def svg(spec: dict[str, Any], prefix: str, label: str) -> str:
    """The drawing, with ids that depend on nothing but ``prefix`` and a text for those who do not see it."""
    drawing: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    drawing = drawing.replace(f'xlink:href="{_LINK_BASE}', 'href="')
    # vl-convert counts clip paths and gradients through the process; here they are counted from the drawing's start.
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))
    for number, old in enumerate(ids, start=1):
        drawing = re.sub(rf'(\bid="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{prefix}-{number}", drawing)
    drawing = re.sub(r' (font-family|role|aria-roledescription)="[^"]*"', "", drawing)  # said once, below
    role = "group" if "<a " in drawing else "img"  # an image could not hold links
    attributes = Markup(' role="{}" aria-label="{}" font-family="{}" overflow="visible"').format(role, label, FONTS)
    return drawing.replace("<svg", f"<svg{attributes}", 1)
