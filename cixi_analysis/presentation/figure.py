"""A chart on a page: caption, drawing, data table and specification.

The drawing is inline SVG, visible at once, without JavaScript, and on paper. Below it, folded, stands the chart's data as
a table. The specification follows as JSON *without* the figures of that table, so that nothing is on the page twice: the
script ``book/_static/figures.js`` reads them from the table when the reader first reaches for the chart.

A chart names the columns of its table in ``usermeta={"columns": {field: Chinese heading}}``; the first data set that has
all these fields is shown. Its ``name`` is the id on the page, its ``title`` (with a subtitle) the caption, its
``description`` the alternative text.
"""

import hashlib
import json
import re
from collections.abc import MutableMapping
from importlib import metadata
from typing import Any

import vl_convert
from markupsafe import Markup

from cixi_analysis.presentation.formatting import missing
from cixi_analysis.presentation.html import render

#: Fonts of Windows, macOS and Linux; the last one is the browser's own.
FONTS = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
#: A drawing wider than this many pixels scrolls on a phone instead of shrinking.
_WIDE = 560
#: vl-convert resolves relative links against this address.
_LINK_BASE = "https://vega.github.io/vega-datasets/"
_Rows = list[dict[str, Any]]


def figure(spec: dict[str, Any], theme: dict[str, Any]) -> Markup:
    """A chart's specification as ``<figure>``; a page must not show one ``name`` twice.

    ``theme`` is left out of the page, since the site's chart script brings it. Raises ValueError for a chart whose
    ``usermeta`` names no columns of one of its data sets.
    """
    spec = dict(spec)
    name = spec.get("name", "chart")
    title = spec.pop("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    text, note = ("".join(title.get(key) or "") for key in ("text", "subtitle"))  # a string, or a list of lines
    label = spec.pop("description", None) or f"{text}。{note}"
    columns: dict[str, str] = spec.pop("usermeta", {}).get("columns", {})
    drawing = svg(spec, name, label)
    width = float(re.search(r'<svg[^>]* width="([\d.]+)"', drawing)[1])  # type: ignore[index]  # vega writes it
    datasets: dict[str, _Rows] = spec.pop("datasets", {})
    shown = _shown(name, datasets, columns)
    if spec.get("config") == theme:
        del spec["config"]
    spec.pop("$schema", None)
    spec["datasets"] = {
        key: {f: [row[f] for row in rows] for f in _fields(rows) if key != shown or f not in columns}
        for key, rows in datasets.items()
    }
    own = datasets[shown]
    numeric = {f for f in _fields(own) if all(_is_number(row[f]) for row in own)}
    return render(
        "figure",
        id=name,
        title=text,
        note=note,
        svg=Markup(drawing),  # noqa: S704  # our own drawing
        linked="<a " in drawing,
        wide=width > _WIDE,
        columns=columns,
        rows=[[(_cell(row[field]), field in numeric) for field in columns] for row in own],
        numeric=numeric,
        shown=shown,
        spec=_script(spec),
    )


def _fields(rows: _Rows) -> list[str]:
    return list(rows[0]) if rows else []


def _shown(name: str, datasets: dict[str, _Rows], columns: dict[str, str]) -> str:
    """The key of the data set with the columns of the table."""
    for key, rows in datasets.items():
        if columns and columns.keys() <= set(_fields(rows)):
            return key
    given = "、".join(sorted({field for rows in datasets.values() for field in _fields(rows)}))
    raise ValueError(
        f"图 {name}：usermeta['columns'] 应列出数据表的列（字段→中文列名），且都在同一数据集中；"
        f"所给 {list(columns)}，数据中有 {given}。"
    )


def _is_number(value: object) -> bool:
    return missing(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: object) -> str:
    """The value with all its digits, without groups of thousands: the script reads it back."""
    return "" if missing(value) else f"{value:.12g}" if isinstance(value, float) else str(value)


def _script(spec: dict[str, Any]) -> Markup:
    """JSON in which no text can end the script element."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704  # no markup is left in it


_VERSION = metadata.version("vl-convert-python")
#: Drawings by the content of their specification. A build puts a mapping here that keeps them on disk.
drawings: MutableMapping[str, str] = {}


def _drawn(spec: dict[str, Any]) -> str:
    """The drawing of a specification, made once: vl-convert needs 10 ms and more for each long Chinese label."""
    content = json.dumps([_VERSION, spec], ensure_ascii=False, sort_keys=True)
    key = hashlib.sha256(content.encode()).hexdigest()
    try:
        return drawings[key]
    except KeyError:
        drawing: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
        drawings[key] = drawing
        return drawing


def svg(spec: dict[str, Any], prefix: str, label: str) -> str:
    """The drawing as SVG, its ids made from ``prefix`` alone, with ``label`` as alternative text."""
    drawing = _drawn(spec)
    drawing = drawing.replace(f'xlink:href="{_LINK_BASE}', 'href="')
    # vl-convert numbers clip paths and gradients through the process; here each drawing starts again.
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))
    for number, old in enumerate(ids, start=1):
        drawing = re.sub(rf'(\bid="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{prefix}-{number}", drawing)
    drawing = re.sub(r' (font-family|role|aria-roledescription)="[^"]*"', "", drawing)  # set once, below
    role = "group" if "<a " in drawing else "img"  # an image cannot contain links
    attributes = Markup(' role="{}" aria-label="{}" font-family="{}" overflow="visible"').format(role, label, FONTS)
    return drawing.replace("<svg", f"<svg{attributes}", 1)
