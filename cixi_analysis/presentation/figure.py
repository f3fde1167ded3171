"""A chart on a page: caption, drawing, data and what a script needs to bring it to life.

The drawing is inline SVG: seen at once, without JavaScript, and on paper. Below it, folded, lies the chart's data as a
table. The specification follows as JSON, *without* the figures of that table: the script (``book/_static/figures.js``)
reads them from the table when the reader first reaches for the chart, so that nothing is on the page twice.

A chart says which columns its table has in ``usermeta={"columns": {field: Chinese heading}}``; the first of its data
sets that has all these fields is the one shown. Its ``name`` is its id on the page, its ``title`` (with a subtitle) the
caption, its ``description`` the text for those who do not see it.
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

#: Fonts of Windows, macOS and Linux, in this order; the last word is the browser's.
FONTS = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
#: A drawing wider than this scrolls on a phone instead of shrinking.
WIDE = 560
#: vl-convert resolves a relative link against this address.
_LINK_BASE = "https://vega.github.io/vega-datasets/"
#: A field of the data with its heading.
Columns = dict[str, str]
Rows = list[dict[str, Any]]


def figure(spec: dict[str, Any], theme: dict[str, Any]) -> Markup:
    """A chart's specification as ``<figure>``. A page must not show one ``name`` twice.

    ``theme`` is left out of the page: all charts have it, and the site's chart script brings it.
    """
    spec = dict(spec)
    name = spec.get("name", "chart")
    title = spec.pop("title", {})
    title = title if isinstance(title, dict) else {"text": title}
    text, subtitle = (_plain(title.get(key)) for key in ("text", "subtitle"))
    described = spec.pop("description", None) or f"{text}。{subtitle}"
    columns: Columns = spec.pop("usermeta", {}).get("columns", {})
    drawing = svg(spec, name, described)
    width = float(re.search(r'<svg[^>]* width="([\d.]+)"', drawing)[1])  # type: ignore[index]  # vega writes it
    datasets: dict[str, Rows] = spec.pop("datasets", {})
    shown = _shown(name, datasets, columns)
    if spec.get("config") == theme:
        del spec["config"]
    numeric = _numeric(datasets[shown])
    lean = {key: _by_field(rows, set(columns) if key == shown else set()) for key, rows in datasets.items()}
    return render(
        "figure",
        id=name,
        title=text,
        note=subtitle,
        svg=Markup(drawing),  # noqa: S704  # our own drawing
        label=described,
        linked="<a " in drawing,
        wide=width > WIDE,
        columns=columns,
        rows=[[(_cell(row[field]), field in numeric) for field in columns] for row in datasets[shown]],
        numeric=numeric,
        shown=shown,
        spec=_script({**{k: v for k, v in spec.items() if k != "$schema"}, "datasets": lean}),
    )


def _plain(text: str | list[str] | None) -> str:
    return "".join(text) if isinstance(text, list) else text or ""


def _shown(name: str, datasets: dict[str, Rows], columns: Columns) -> str:
    """The key of the data set that the table shows."""
    found = next((key for key, rows in datasets.items() if columns and rows and columns.keys() <= rows[0].keys()), None)
    if found is None:
        told = "、".join(sorted({field for rows in datasets.values() for field in (rows[0] if rows else ())}))
        raise ValueError(
            f"图 {name}：usermeta['columns'] 应列出数据表的列（字段→中文列名），且都在同一数据集中；"
            f"所给 {list(columns)}，数据中有 {told}。"
        )
    return found


def _by_field(rows: Rows, without: set[str]) -> dict[str, list[Any]]:
    """Rows as one list a field: each name once."""
    return {field: [row[field] for row in rows] for field in (rows[0] if rows else ()) if field not in without}


def _numeric(rows: Rows) -> set[str]:
    return {
        field
        for field in rows[0]
        if all(missing(v) or (isinstance(v, int | float) and not isinstance(v, bool)) for v in (r[field] for r in rows))
    }


def _cell(value: object) -> str:
    """The value in full: the drawing is made from it again. No groups of thousands, so that a number is one."""
    if missing(value):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _script(spec: dict[str, Any]) -> Markup:
    """JSON that no text can break out of."""
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
    """The drawing, with ids that depend on nothing but ``prefix`` and a text for those who do not see it."""
    drawing = _drawn(spec)
    drawing = drawing.replace(f'xlink:href="{_LINK_BASE}', 'href="')
    # vl-convert counts clip paths and gradients through the process; here they are counted from the drawing's start.
    ids = dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))
    for number, old in enumerate(ids, start=1):
        drawing = re.sub(rf'(\bid="|url\(#){re.escape(old)}(?=["\)])', rf"\g<1>{prefix}-{number}", drawing)
    drawing = re.sub(r' (font-family|role|aria-roledescription)="[^"]*"', "", drawing)  # said once, below
    role = "group" if "<a " in drawing else "img"  # an image could not hold links
    attributes = Markup(' role="{}" aria-label="{}" font-family="{}" overflow="visible"').format(role, label, FONTS)
    return drawing.replace("<svg", f"<svg{attributes}", 1)
