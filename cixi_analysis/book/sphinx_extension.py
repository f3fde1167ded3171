"""The book's Sphinx extension (``_config.yml`` names it): search, the charts' script, what each page says of itself.

It writes scripts, because a page opened from a folder may load nothing else: ``charts.js`` is Vega-Lite with the charts'
theme (``figures.js`` loads it when the reader first reaches for a chart); ``names.js`` lists each page's title and
``data-find`` names, so that the search finds whole names and any part of them; ``edition.js`` holds the edition, which in
the pages would change every page. Each page gets its code folded at the foot, a footer with year and standard, and ``meta`` elements with book and
year for the citation script. The site carries ``provenance.json``.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterator
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any

import vl_convert
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.search.zh import SearchChinese
from sphinx.transforms.post_transforms import SphinxPostTransform

from cixi_analysis.analysis.table1 import standards
from cixi_analysis.book.cache import Drawings, drawings
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.provenance import FILE, provenance
from cixi_analysis.presentation.glossary import linked
from cixi_analysis.presentation.looks import config as theme

_TAG = re.compile(r"<[a-z][a-z0-9]*\b[^>]*\bdata-find=[^>]*>")
_YEAR = re.compile(r"/(\d{4})/")
_INDEX = ("Search.setIndex(", ")")
#: The page that explains the book's words, and pages that use them as names of columns and functions.
_GLOSSARY, _ABOUT_CODE = "book/method", ("book/api", "book/dictionary")
_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


class _Terms(set[str]):
    """Sphinx's list of Latin words as a set: Sphinx looks it up for every word of the book."""

    extend = set.update


class Search(SearchChinese):
    """Sphinx's Chinese search with its results remembered: the same words in the same index."""

    latin_terms = _Terms()  # type: ignore[assignment]  # a list there

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self.split, self.stem = cache(self.split), cache(self.stem)  # type: ignore[method-assign]


class CodeAtTheFoot(SphinxPostTransform):
    """The code of all cells of a page in one fold at its foot, instead of a fold at each cell."""

    default_priority = 200  # MyST-NB has folded each cell's
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Move the folds' content into the first of them."""
        from myst_nb.sphinx_ import HideCodeCellNode  # noqa: PLC0415  # slow, and only Sphinx needs it

        folds = list(self.document.findall(HideCodeCellNode))
        for fold in folds:
            fold.parent.remove(fold)
        for fold in folds[1:]:
            folds[0].extend(fold.children)
        if folds:
            self.document.append(nodes.container("", folds[0], classes=["cell"]))  # as MyST-NB's styles expect it


def imprint(plan: Plan, year: int | None) -> str:
    """Year and standard of a page, or (None) of the whole book, and what a source names by default."""
    frame, years = plan.frame, plan.report_years
    shown = f"{year}年" if year else f"{years[0]}—{years[-1]}年"
    found = dict.fromkeys(s for y in ((year,) if year else years) for s in standards(plan, y))
    asked, table = f"{'、'.join(level.chinese for level in plan.levels)}要求", frame.tables.indicators.name
    rest = f"{frame.scope or ''}出处未另注明的，均为该规划，只写表、序号与栏目。"
    if set(found) <= set(standards(plan, frame.base_year)):
        return f"{shown}。依据{frame.title}{table}所列的{asked}；标准：{'；'.join(found)}。{rest}"
    return f"{shown}。{asked}按各年适用的标准：{'；'.join(found)}；规划值依据{frame.title}{table}。{rest}"


def book_title(plan: Plan) -> str:
    """What the book is cited as."""
    return f"{plan.frame.title}评估报告书"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx. The imprints are a setting, so that Sphinx writes every page again when they change."""
    app.add_search_language(Search)
    app.add_post_transform(CodeAtTheFoot)
    app.add_config_value("cixi_imprints", {}, "html", [dict])
    app.add_config_value("cixi_title", "", "html", [str])
    app.connect("config-inited", _configure)
    app.connect("env-get-outdated", _changed)
    app.connect("html-page-context", _adjust, priority=900)  # after the theme's own
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _configure(app: Sphinx, config: Config) -> None:
    for unused in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):  # they do not say that they are safe
        app.extensions[unused].parallel_read_safe = True
    plan = load_plan(Path(app.srcdir))
    config.cixi_title = book_title(plan)
    config.cixi_imprints = {year: imprint(plan, year) for year in (None, *plan.report_years)}


def bundle(root: Path) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script. It takes a second: it is kept beside the drawings."""
    kept, name = Drawings(drawings(root)), f"vega-{metadata.version('vl-convert-python')}"
    try:
        return kept[name]
    except KeyError:
        script = kept[name] = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
        return script


def _changed(app: Sphinx, env: BuildEnvironment, added: set[str], *_: set[str]) -> list[str]:
    """The pages whose content changed since Sphinx read them, whatever their files' times say.

    The first page is always one of them: without any, Sphinx would not copy styles and scripts.
    """
    contents = {name: hashlib.sha256(Path(env.doc2path(name)).read_bytes()).hexdigest() for name in env.found_docs}
    before: dict[str, str] = getattr(env, "cixi_contents", {})
    env.cixi_contents = contents  # type: ignore[attr-defined]  # pickled with the environment
    other = {name for name, content in contents.items() if before.get(name, content) != content}
    return sorted((other | {app.config.root_doc}) - added)


def _adjust(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Sign a page; link its words to their explanation; load the names on the search page only, and pictures when the reader comes near them."""
    if page == "search":
        app.add_js_file("names.js")
    context["pagetitle"] = html.escape(context.get("pagetitle", ""), quote=False)  # the theme prints it as markup
    if "body" in context:
        context["body"] = context["body"].replace("<img ", '<img loading="lazy" ')
        if _GLOSSARY in app.env.found_docs and page not in (_GLOSSARY, *_ABOUT_CODE):
            context["body"] = linked(context["body"], context["pathto"](_GLOSSARY))
    year = int(found[1]) if (found := re.match(r"book/(\d{4})/", page)) else None
    imprints, about = app.config.cixi_imprints, context["pathto"]("book/provenance")
    line = imprints.get(year, imprints[None])
    context["theme_extra_footer"] = Markup('{} <a href="{}">数据与版本</a>').format(line, about)
    known = {"cixi-title": app.config.cixi_title, "cixi-year": str(year or "")}
    metas = (Markup('<meta name="{}" content="{}"/>').format(*pair) for pair in known.items())
    context["metatags"] = "\n".join((context.get("metatags", ""), *metas))


def _finish(app: Sphinx, failed: Exception | None) -> None:
    """Write scripts and provenance, drop the themes' templates, and the words that no page has any more from the index.

    An incremental build keeps those words.
    """
    if failed or app.builder.format != "html":
        return
    site, known = Path(app.outdir), provenance(Path(app.srcdir))
    # The charts' script in one function scope, with the theme.
    charts = f"(() => {{\n{bundle(Path(app.srcdir))}\nwindow.cixiTheme = {_json(theme())};\n}})();\n"
    (site / "_static" / "charts.js").write_bytes(charts.encode())
    for template in (site / "_static").glob("*macros.html"):  # the themes' own; it asks for files that do not exist
        template.unlink()
    (site / FILE).write_bytes(known.as_json().encode())
    (site / "_static" / "edition.js").write_bytes(f"window.cixiEdition = {_json(known.edition)};\n".encode())
    (site / "_static" / "names.js").write_bytes(f"window.cixiNames = {_json(_names(app))};\n".encode())
    (start, end), script = _INDEX, site / "searchindex.js"
    index = json.loads(script.read_text(encoding="utf-8").removeprefix(start).removesuffix(end))
    for terms in ("terms", "titleterms"):
        index[terms] = {word: pages for word, pages in index[terms].items() if pages != []}
    text = json.dumps(index, separators=(",", ":"), sort_keys=True)
    script.write_bytes(f"{start}{text}{end}".encode())


def _names(app: Sphinx) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Page by page: its address, its title, and the names on it with their anchors."""
    pages, seen = [], set[tuple[str, str]]()
    for name in sorted(app.env.found_docs, key=_newest_first):
        same_page = _YEAR.sub("/", name)  # of the pages that each year has, the newest year's stand for all
        own = []
        for word, anchor in names_of(Path(app.outdir, f"{name}.html").read_text(encoding="utf-8")):
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
