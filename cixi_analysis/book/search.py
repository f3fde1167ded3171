"""What the site has besides its pages, made while Sphinx builds it (an extension named in ``_config.yml``).

``_static/charts.js`` is Vega-Lite with the charts' theme. No page loads it; ``figures.js`` does, once, when the reader
first reaches for a chart. ``_static/names.js`` lists every page title and every ``data-find`` name of the pages with
the way to it, and lets the search page answer with whole names and any part of them. Both are scripts and not JSON,
because a page opened from a folder may load a script and nothing else.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.zh import SearchChinese

from cixi_analysis.presentation.theme import config

_TAG = re.compile(r"<[a-z][a-z0-9]*\b[^>]*\bdata-find=[^>]*>")
_YEAR = re.compile(r"/(\d{4})/")


class _Terms(set[str]):
    """What Sphinx asks of its list of Latin words, without reading the list through for every word of the book."""

    extend = set.update


class Search(SearchChinese):
    """Sphinx's Chinese search, quicker: the same words in the same index."""

    latin_terms = _Terms()  # type: ignore[assignment]  # a list there


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_search_language(Search)
    app.connect("builder-inited", write_charts)
    app.connect("env-get-outdated", _changed)
    app.connect("html-page-context", _dress)
    app.connect("html-collect-pages", _forget_words)
    app.connect("build-finished", write_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


@cache
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script: about a second's work, the same for every site."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script


def write_charts(app: Sphinx) -> None:
    """Vega, Vega-Lite and Vega-Embed in one function scope, so that their names meet nobody else's."""
    theme = json.dumps(config(), ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "charts.js"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"(() => {{\n{bundle()}\nwindow.cixiTheme = {theme};\n}})();\n", encoding="utf-8", newline="\n")


def _changed(app: Sphinx, env: BuildEnvironment, added: set[str], *_: set[str]) -> list[str]:
    """The pages whose content is another than when Sphinx read them last, whatever their files' times say.

    The first page is always one of them: without any, Sphinx would not bring styles and scripts.
    """
    contents = {name: hashlib.sha256(Path(env.doc2path(name)).read_bytes()).hexdigest() for name in env.found_docs}
    before: dict[str, str] = getattr(env, "cixi_contents", {})
    env.cixi_contents = contents  # type: ignore[attr-defined]  # kept with all that Sphinx keeps there
    other = {name for name, content in contents.items() if before.get(name, content) != content}
    return sorted((other | {app.config.root_doc}) - added)


def _dress(app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Only the search loads the names, and pictures wait until the reader comes near them."""
    if pagename == "search":
        app.add_js_file("names.js")
    if "body" in context:
        context["body"] = context["body"].replace("<img ", '<img loading="lazy" ')


def _forget_words(app: Sphinx) -> tuple[()]:
    """Where Sphinx goes on with the index of an earlier build, it keeps words that no page has any more."""
    index = app.builder.indexer  # type: ignore[attr-defined]  # the builder of HTML has one
    for pages_of in (index._mapping, index._title_mapping):  # no public way
        for word in [word for word, pages in pages_of.items() if not pages]:
            del pages_of[word]
    return ()


def write_names(app: Sphinx, failed: Exception | None) -> None:
    """Page by page: its address, its title, and the names on it with their anchors."""
    if failed or app.builder.format != "html":
        return
    pages: list[tuple[str, str, list[tuple[str, str]]]] = []
    seen: set[tuple[str, str]] = set()
    for name in sorted(app.env.found_docs, key=_newest_first):
        same_page = _YEAR.sub("/", name)  # of the pages that each year has, the newest year's stand for all
        written = (Path(app.outdir) / f"{name}.html").read_text(encoding="utf-8")
        own: list[tuple[str, str]] = []
        for word, anchor in names_of(written):
            if (word, same_page) not in seen:
                seen.add((word, same_page))
                own.append((word, anchor))
        pages.append((name, app.env.titles[name].astext(), own))
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "names.js"
    target.write_text(f"window.cixiNames = {text};\n", encoding="utf-8", newline="\n")


def _newest_first(name: str) -> tuple[int, str]:
    """Pages made once, then the years from the newest."""
    year = _YEAR.search(name)
    return (-int(year[1]) if year else -9999, name)


def names_of(page: str) -> Iterator[tuple[str, str]]:
    """Every ``data-find`` of a page with the ``id`` of the same element."""
    for tag in _TAG.findall(page):
        attributes = dict(re.findall(r'\b(data-find|id)="([^"]*)"', tag))
        if attributes.get("id"):
            yield html.unescape(attributes["data-find"]), html.unescape(attributes["id"])
