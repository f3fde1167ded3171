"""Charts on a page: how each is displayed, its parts, and the parameters and encodings that charts share.

Importing this module sets the Altair theme and makes every chart of the session show itself as a ``<figure>``, in the book
and in JupyterLab. The same chart gives the same bytes on every run.

The drawing is inline SVG, visible at once, without JavaScript, and on paper. Below it, folded, stands the chart's data as
a table. The specification follows as JSON *without* the figures of that table, so that nothing is on the page twice: the
script ``book/_static/figures.js`` reads them from the table when the reader first reaches for the chart.

A chart names the columns of its table in ``usermeta={"columns": {field: Chinese heading}}``; the first data set that has
all these fields is shown. Its ``name`` is the id on the page, its ``title`` (with a subtitle) the caption, its
``description`` the alternative text. A chart that would be illegible on a phone has a narrow drawing there, made by
:func:`responsive`.
"""

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce, wraps
from importlib import metadata
from inspect import signature
from operator import and_
from pathlib import Path
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import altair as alt
import vl_convert
from altair.utils import schemapi
from markupsafe import Markup

from cixi_analysis.presentation.formatting import missing
from cixi_analysis.presentation.html import render
from cixi_analysis.presentation.looks import FONTS, config
from cixi_analysis.presentation.tables import widths

#: The type of a layered chart.
Layered = alt.LayerChart | alt.FacetChart
#: … of charts side by side, or one below the other.
Panels = alt.HConcatChart | alt.VConcatChart
_Chart = TypeVar("_Chart", bound=alt.TopLevelMixin)
_P = ParamSpec("_P")


def _show(chart: alt.TopLevelMixin, *_: object, **__: object) -> dict[str, str]:
    """The MIME bundle of a chart, for Jupyter. Altair's own method validates the specification every time."""
    return {"text/html": str(figure(chart.to_dict(validate=schemapi.DEBUG_MODE)))}


alt.theme.register("cixi", enable=True)(lambda: {"config": config()})
# Specifications are validated in the tests, which switch the debug mode on, and not in each build.
schemapi.disable_debug_mode()
alt.TopLevelMixin._repr_mimebundle_ = _show  # type: ignore[method-assign, assignment]
# Panels side by side share one parameter, so that a mark pointed at in one stands out in both.
warnings.filterwarnings("ignore", message="Automatically deduplicated selection parameter")


def figure(spec: dict[str, Any]) -> Markup:
    """A chart's specification as ``<figure>``; a page must not show one ``name`` twice.

    The theme is left out of the page, since the site's chart script brings it. Raises ValueError for a chart whose
    ``usermeta`` names no columns of one of its data sets.
    """
    spec, text, note, label = _told(spec)
    name, meta = spec.get("name", "chart"), spec.pop("usermeta", {})
    columns: dict[str, str] = meta.get("columns", {})
    drawings = [svg(spec, name, label)]
    if narrow := meta.get("narrow"):
        drawings.append(svg(narrow, f"{name}-narrow", label))
    datasets: dict[str, list[dict[str, Any]]] = spec.pop("datasets", {})
    fields = {key: list(rows[0]) if rows else [] for key, rows in datasets.items()}
    shown = next((key for key, own in fields.items() if columns and columns.keys() <= set(own)), None)
    if shown is None:
        raise ValueError(
            f"图 {name}：usermeta['columns'] 应列出数据表的列（字段→中文列名），且都在同一数据集中；"
            f"所给 {list(columns)}，数据中有 {'、'.join(sorted({f for own in fields.values() for f in own}))}。"
        )
    spec.pop("$schema", None)
    if spec.get("config") == config():
        del spec["config"]
    spec["datasets"] = {
        key: {f: [row[f] for row in rows] for f in fields[key] if key != shown or f not in columns}
        for key, rows in datasets.items()
    }
    numeric = {f for f in fields[shown] if all(_is_number(row[f]) for row in datasets[shown])}
    rows = [[_cell(row[field]) for field in columns] for row in datasets[shown]]
    least, wide = widths([(8, columns[f], [row[n] for row in rows]) for n, f in enumerate(columns)])
    heads = [(f, columns[f], f in numeric, own) for f, own in zip(columns, least, strict=True)]
    script = json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    script = script.replace("<", "\\u003c").replace("&", "\\u0026")  # no text can end the script element
    table = {"heads": heads, "rows": rows, "shown": shown, "cards": wide}
    marked = {"drawings": [*map(Markup, drawings)], "spec": Markup(script)}  # noqa: S704  # ours; no markup in the script
    return render("figure", id=name, title=text, note=note, **table, **marked)


def _told(spec: dict[str, Any]) -> tuple[dict[str, Any], str, str, str]:
    """The specification without title and description; these as title, note and alternative text."""
    spec = dict(spec)
    title = spec.pop("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    text, note = ("".join(title.get(key) or "") for key in ("text", "subtitle"))  # a string, or a list of lines
    return spec, text, note, spec.pop("description", None) or f"{text}。{note}"


class Picture(NamedTuple):
    """A chart as it is printed: PNG, which every word processor shows, in the fonts of this machine."""

    png: bytes
    #: millimetres, at the size for the screen
    width: float
    height: float
    label: str


#: Pixels a pixel of the screen, of which there are 96 to an inch: printed at 240 to an inch.
_SCALE = 2.5


def titles_of(chart: alt.TopLevelMixin) -> tuple[str, str]:
    """The title of a :func:`finished` chart, and the note below it."""
    return _told({"title": chart.title.to_dict(validate=False)})[1:3]  # type: ignore[attr-defined]


def picture(chart: alt.TopLevelMixin) -> Picture:
    """The drawing of a chart, without its title."""
    spec, _, _, label = _told(chart.to_dict(validate=schemapi.DEBUG_MODE))
    spec.pop("usermeta", None)
    png = vl_convert.svg_to_png(svg(spec, "picture", ""), scale=_SCALE)
    width, height = (int.from_bytes(png[at : at + 4], "big") / _SCALE / 96 * 25.4 for at in (16, 20))
    return Picture(png, width, height, label)


def _is_number(value: object) -> bool:
    return missing(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: object) -> str:
    """The value with all its digits, without groups of thousands: the script reads it back."""
    return "" if missing(value) else f"{value:.12g}" if isinstance(value, float) else str(value)


#: The font that a drawing is laid out with, widths only, so that it is the same on every machine (tests/metrics.py).
METRICS, METRICS_FOLDER = "Cixi Metrics", Path(__file__).with_name("metrics")
_TOOLS = [metadata.version("vl-convert-python"), *(f.read_bytes().hex() for f in sorted(METRICS_FOLDER.iterdir()))]
#: Drawings by the content of their specification. A build puts a mapping here that keeps them on disk.
drawings: MutableMapping[str, str] = {}


def _drawn(spec: dict[str, Any]) -> str:
    """The drawing of a specification, made once."""
    content = json.dumps(spec, ensure_ascii=False, sort_keys=True)
    key = hashlib.sha256("\n".join([content, *_TOOLS]).encode()).hexdigest()
    try:
        return drawings[key]
    except KeyError:
        vl_convert.register_font_directory(str(METRICS_FOLDER))  # does nothing the second time
        drawing: str = vl_convert.vegalite_to_svg(content.replace(FONTS, METRICS), allowed_base_urls=[])
        drawings[key] = drawing
        return drawing


_PLACES = re.compile(r' (d|transform|x2|y2)="[^"]*"')
#: Attributes that Vega writes without an effect on the drawing.
_IDLE = re.compile(
    r'<path class="(back|fore)ground"[^>]*/>|<title/>|'
    r' (class="(mark-|role-)[^"]*"|opacity="1"|aria-hidden="true"|pointer-events="none"|text-anchor="start"|stroke-width="1")'
)


def svg(spec: dict[str, Any], prefix: str, label: str) -> str:
    """The drawing as SVG, its ids made from ``prefix`` alone, with ``label`` as alternative text."""
    drawing = _drawn(spec)
    # vl-convert numbers clip paths and gradients through the process; here each drawing starts again.
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))
    for number, old in enumerate(ids, start=1):
        drawing = re.sub(rf'(\bid="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{prefix}-{number}", drawing)
    drawing = re.sub(r' (font-family|role|aria-roledescription)="[^"]*"', "", drawing)  # set once, below
    drawing = _IDLE.sub("", drawing)
    drawing = _PLACES.sub(lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), drawing)  # a hundredth of a pixel
    attributes = Markup(' role="img" aria-label="{}" font-family="{}" overflow="visible"').format(label, FONTS)
    return drawing.replace("<svg", f"<svg{attributes}", 1)


_is_on_paper = ContextVar("_is_on_paper", default=False)


@contextmanager
def on_paper() -> Iterator[None]:
    """Context manager: charts made inside are for paper and get no narrow drawing."""
    before = _is_on_paper.set(True)
    try:
        yield
    finally:
        _is_on_paper.reset(before)


def responsive(make: Callable[Concatenate[bool, _P], _Chart]) -> Callable[_P, _Chart]:
    """Decorator of a function that makes a chart and has ``narrow`` as its first argument: the chart gets a narrow
    drawing for phones, at most 360 pixels wide.
    """

    @wraps(make)
    def both(*args: _P.args, **kwargs: _P.kwargs) -> _Chart:
        chart = make(False, *args, **kwargs)
        if not _is_on_paper.get():
            narrow = make(True, *args, **kwargs).to_dict(validate=schemapi.DEBUG_MODE)
            meta: dict[str, Any] = chart.usermeta  # type: ignore[attr-defined]  # Altair's mixin does not declare it
            meta["narrow"] = {key: value for key, value in narrow.items() if key not in ("title", "usermeta")}
        return chart

    of = signature(make)  # the API page shows the signature without ``narrow``
    both.__signature__ = of.replace(parameters=[*of.parameters.values()][1:])  # type: ignore[attr-defined]
    return both


def beside(*panels: Layered, narrow: bool, spacing: int) -> Panels:
    """Panels side by side, or one below the other where the drawing is narrow."""
    return alt.vconcat(*panels, spacing=16) if narrow else alt.hconcat(*panels, spacing=spacing)


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
    return conditional(alt.OpacityValue, reduce(and_, choices), full, faded)


def conditional(channel: Any, predicate: Any, then: object, otherwise: object) -> Any:
    """A value channel with one value where ``predicate`` holds, else another.

    It is an instance of the channel's class: Altair's look-up of the class for a string or dictionary takes longer than
    everything else about a channel.
    """
    return channel(otherwise, condition=alt.condition(predicate, alt.value(then), alt.value(otherwise))["condition"])


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
    told = {"name": name, "title": caption, "usermeta": {"columns": dict(columns)}, **properties}
    for key, value in told.items():
        setattr(chart, key, value)  # ``properties`` would copy every layer and validate
    return chart
