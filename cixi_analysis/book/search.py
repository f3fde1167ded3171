"""A Sphinx extension (``_config.yml`` names it): the site's search, and the script that brings charts to life.

``_static/charts.js`` is Vega-Lite with the charts' theme; ``figures.js`` loads it when the reader first reaches for a
chart. ``_static/names.js`` lists every page title and every ``data-find`` name of the pages with its address, so that
the search finds whole names and any part of them. Both are scripts, because a page opened from a folder may load
nothing else.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import vl_convert
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.zh import SearchChinese

from cixi_analysis.book.cache import Drawings, drawings
from cixi_analysis.presentation.looks import config

_TAG = re.compile(r"<[a-z][a-z0-9]*\b[^>]*\bdata-find=[^>]*>")
_YEAR = re.compile(r"/(\d{4})/")
_INDEX = ("Search.setIndex(", ")")


class _Terms(set[str]):
    """Sphinx's list of Latin words as a set: Sphinx looks it up for every word of the book."""

    extend = set.update


class Search(SearchChinese):
    """Sphinx's Chinese search with its results remembered: the same words in the same index."""

    latin_terms = _Terms()  # type: ignore[assignment]  # a list there

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self.split, self.stem = cache(self.split), cache(self.stem)  # type: ignore[method-assign]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_search_language(Search)
    app.connect("builder-inited", _write_charts)
    app.connect("env-get-outdated", _changed)
    app.connect("html-page-context", _adjust)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_charts(app: Sphinx) -> None:
    """Vega, Vega-Lite and Vega-Embed in one function scope, with the theme. The bundle takes a second: it is kept."""
    kept, name = Drawings(drawings(Path(app.srcdir))), f"vega-{metadata.version('vl-convert-python')}"
    try:
        bundle = kept[name]
    except KeyError:
        bundle = kept[name] = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    theme = json.dumps(config(), ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "charts.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"(() => {{\n{bundle}\nwindow.cixiTheme = {theme};\n}})();\n", encoding="utf-8", newline="\n")


def _changed(app: Sphinx, env: BuildEnvironment, added: set[str], *_: set[str]) -> list[str]:
    """The pages whose content changed since Sphinx read them, whatever their files' times say.

    The first page is always one of them: without any, Sphinx would not copy styles and scripts.
    """
    contents = {name: hashlib.sha256(Path(env.doc2path(name)).read_bytes()).hexdigest() for name in env.found_docs}
    before: dict[str, str] = getattr(env, "cixi_contents", {})
    env.cixi_contents = contents  # type: ignore[attr-defined]  # pickled with the environment
    other = {name for name, content in contents.items() if before.get(name, content) != content}
    return sorted((other | {app.config.root_doc}) - added)


def _adjust(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Load the names on the search page only, and pictures when the reader comes near them."""
    if pagename == "search":
        app.add_js_file("names.js")
    if "body" in context:
        context["body"] = context["body"].replace("<img ", '<img loading="lazy" ')


def _finish(app: Sphinx, failed: Exception | None) -> None:
    """Write the names, and drop words from the index that no page has any more: an incremental build keeps them."""
    if failed or app.builder.format != "html":
        return
    site = Path(app.outdir)
    names = json.dumps(_names(app, site), ensure_ascii=False, separators=(",", ":"))
    (site / "_static" / "names.js").write_text(f"window.cixiNames = {names};\n", encoding="utf-8", newline="\n")
    (start, end), script = _INDEX, site / "searchindex.js"
    index = json.loads(script.read_text(encoding="utf-8").removeprefix(start).removesuffix(end))
    for terms in ("terms", "titleterms"):
        index[terms] = {word: pages for word, pages in index[terms].items() if pages != []}
    text = json.dumps(index, separators=(",", ":"), sort_keys=True)
    script.write_text(f"{start}{text}{end}", encoding="utf-8", newline="\n")


def _names(app: Sphinx, site: Path) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Page by page: its address, its title, and the names on it with their anchors."""
    pages = []
    seen: set[tuple[str, str]] = set()
    for name in sorted(app.env.found_docs, key=_newest_first):
        same_page = _YEAR.sub("/", name)  # of the pages that each year has, the newest year's stand for all
        own = []
        for word, anchor in names_of((site / f"{name}.html").read_text(encoding="utf-8")):
            if (word, same_page) not in seen:
                seen.add((word, same_page))
                own.append((word, anchor))
        pages.append((name, app.env.titles[name].astext(), own))
    return pages


def _newest_first(name: str) -> tuple[int, str]:
    """Sort key: pages made once, then the years from the newest."""
    year = _YEAR.search(name)
    return (-int(year[1]) if year else -9999, name)


def names_of(page: str) -> Iterator[tuple[str, str]]:
    """Every ``data-find`` of a page with the ``id`` of the same element."""
    for tag in _TAG.findall(page):
        attributes = dict(re.findall(r'\b(data-find|id)="([^"]*)"', tag))
        if attributes.get("id"):
            yield html.unescape(attributes["data-find"]), html.unescape(attributes["id"])
