"""The Altair theme, how charts are displayed, and the parameters and encodings that charts share.

Importing this module makes every chart of the session show itself as a ``<figure>`` (``presentation.figure``), in the
book and in JupyterLab. The same chart gives the same bytes on every run.
"""

import warnings
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any, TypeVar

import altair as alt
from altair.utils import schemapi

from cixi_analysis.presentation.figure import FONTS, figure

INK, MUTED, LINE = "#26302c", "#5a6660", "#d9e0dc"
ACCENT, ACCENT_SOFT = "#1f6f54", "#b9d3c8"
#: Domains and categories of projects; they differ in hue and in lightness.
CATEGORIES = ["#4c5f8a", "#1f6f54", "#c99a2e", "#8a4f7d", "#5aa3a8", "#b5653a"]
#: The type of a layered chart.
Layered = alt.LayerChart | alt.FacetChart
_Chart = TypeVar("_Chart", bound=alt.TopLevelMixin)


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
        "aria": False,  # the figure has one description; screen readers need not read hundreds of marks
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


def _show(chart: alt.TopLevelMixin, *_: object, **__: object) -> dict[str, str]:
    """The MIME bundle of a chart, for Jupyter. Altair's own method validates the specification every time."""
    return {"text/html": str(figure(chart.to_dict(validate=schemapi.DEBUG_MODE), config()))}


# Specifications are validated in the tests, which switch the debug mode on, and not in each build.
schemapi.disable_debug_mode()
alt.TopLevelMixin._repr_mimebundle_ = _show  # type: ignore[method-assign, assignment]
# Panels side by side share one parameter, so that a mark pointed at in one stands out in both.
warnings.filterwarnings("ignore", message="Automatically deduplicated selection parameter")


def hover(*fields: str, empty: bool = True) -> alt.Parameter:
    """Selects the mark below the pointer, or all that share its ``fields``. ``empty``: pointing at none selects all."""
    of = list(fields) or alt.Undefined
    return alt.selection_point(name="hover", on="pointerover", clear="pointerout", fields=of, empty=empty)


def choice(field: str, options: Sequence[str], label: str) -> alt.Parameter:
    """A drop-down list below the chart that selects one value of ``field``; works with keyboard and touch."""
    bind = alt.binding_select(options=[None, *options], labels=["全部", *options], name=label)
    return alt.selection_point(name="choice", fields=[field], bind=bind)


def legend(field: str) -> alt.Parameter:
    """Selects the entry of the legend that is clicked; with Shift several."""
    return alt.selection_point(name="legend", fields=[field], bind="legend")


def kept(*choices: alt.Parameter, full: float = 1.0, faded: float = 0.15) -> Any:
    """Opacity: ``full`` for marks that all selections hold, ``faded`` for the rest."""
    return alt.condition(reduce(and_, choices), alt.value(full), alt.value(faded))


def tooltip(**fields: str) -> list[alt.Tooltip]:
    """A tooltip: field → Chinese heading. ``sum_x`` is the sum of field ``x``."""
    return [
        alt.Tooltip(f"sum({field[4:]}):Q", title=title, format=",.6~g")
        if field.startswith("sum_")
        else alt.Tooltip(field, title=title)
        for field, title in fields.items()
    ]


def as_is(channel: Any, field: str) -> Any:
    """A channel whose values are colours already."""
    return channel(f"{field}:N", scale=None)


def finished(
    chart: _Chart, name: str, title: str, columns: Mapping[str, str], *, subtitle: str = "", **properties: Any
) -> _Chart:
    """The chart with its id on the page, caption, and the columns of its data table (field → Chinese heading)."""
    caption = alt.Title(title, subtitle=subtitle or alt.Undefined)
    return chart.properties(name=name, title=caption, usermeta={"columns": dict(columns)}, **properties)
