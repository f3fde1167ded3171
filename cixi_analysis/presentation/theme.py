"""How a chart looks: one Altair theme, and the few ways in which charts answer to a reader.

Importing this module makes every chart of the session show itself as a ``<figure>`` (``presentation.figure``), in the
book as in JupyterLab. The same chart gives the same bytes on every run.
"""

import warnings
from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

import altair as alt

from cixi_analysis.presentation.figure import FONTS, figure

INK, MUTED, LINE = "#26302c", "#5a6660", "#d9e0dc"
ACCENT, ACCENT_SOFT = "#1f6f54", "#b9d3c8"
#: Domains and systems of projects; apart in hue and in lightness.
CATEGORIES = ["#4c5f8a", "#1f6f54", "#c99a2e", "#8a4f7d", "#5aa3a8", "#b5653a"]
#: What a layered chart is to the type checker.
Layered = alt.LayerChart | alt.FacetChart


@alt.theme.register("cixi", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    return {"config": config()}


def config() -> Any:
    """The theme as Vega-Lite's ``config``."""
    axis = {"gridColor": LINE, "domainColor": "#9aa8a1", "tickColor": "#9aa8a1"}
    words = {"labelFont": FONTS, "titleFont": FONTS, "labelColor": INK, "titleColor": MUTED, "labelLimit": 0}
    sizes = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
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


def _show(spec: dict[str, Any], **_: object) -> dict[str, str]:
    """Altair's renderer: the bundle of a chart's specification."""
    return {"text/html": str(figure(spec, config()))}


alt.renderers.register("cixi", _show)
alt.renderers.enable("cixi")
# Panels side by side share one parameter, so that a mark pointed at in one stands out in both.
warnings.filterwarnings("ignore", message="Automatically deduplicated selection parameter")


def hover(fields: Sequence[str] = (), *, empty: bool = True) -> alt.Parameter:
    """The mark below the pointer, or all that share its ``fields``; ``empty``: pointing at nothing is pointing at all."""
    of = list(fields) or alt.Undefined
    return alt.selection_point(name="hover", on="pointerover", clear="pointerout", fields=of, empty=empty)


def choice(field: str, options: Sequence[str], label: str) -> alt.Parameter:
    """A list below the chart that keeps one value of ``field`` and fades the rest; a keyboard and a thumb can use it."""
    bind = alt.binding_select(options=[None, *options], labels=["全部", *options], name=label)
    return alt.selection_point(name="choice", fields=[field], bind=bind)


def legend(field: str) -> alt.Parameter:
    """A click on an entry of the legend keeps it and fades the rest; with Shift several are kept."""
    return alt.selection_point(name="legend", fields=[field], bind="legend")


def kept(*choices: alt.Parameter, full: float = 1.0, faded: float = 0.15) -> Any:
    """Opacity: ``full`` for what every one of the choices keeps."""
    return alt.condition(reduce(and_, choices), alt.value(full), alt.value(faded))


def tooltip(**fields: str) -> list[alt.Tooltip]:
    """What is shown beside a mark: field → Chinese heading."""
    return [alt.Tooltip(field, title=title) for field, title in fields.items()]
