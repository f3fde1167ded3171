"""The book's Sphinx extension (``_config.yml`` names it): search index, charts' script, footer and metadata of pages.

It writes scripts, because a page opened from a folder (``file://``) may load nothing else: ``charts.js`` is Vega-Lite
with the charts' theme (``figures.js`` loads it at the first interaction with a chart); ``passages.js`` is the search
index, in place of Sphinx's, which finds neither parts of a Chinese name nor passages; ``edition.js`` holds the edition,
which inside the pages would change every page. Each page gets its code folded at the foot, a footer with year and
standard, and ``meta`` elements with book and year for the citation script. The site carries ``provenance.json``, and
``datapackage.json``, which describes the CSV files of all years at one address, by paths to the pages' downloads.
"""

import hashlib
import html
import json
import re
import shutil
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import vl_convert
from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.logging import getLogger

from cixi_analysis.analysis.table1 import coverage, standards
from cixi_analysis.book.cache import Drawings, drawings
from cixi_analysis.book.figure_pages import FOLDER, addressed, figure_pages
from cixi_analysis.book.passages import newest_first, passages_of, synonyms
from cixi_analysis.export import data_package
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.provenance import FILE, provenance
from cixi_analysis.presentation.glossary import linked
from cixi_analysis.presentation.looks import config as theme

#: The page that explains the book's words, and pages that use them as names of columns and functions.
_GLOSSARY, _ABOUT_CODE = "book/method", ("book/api", "book/dictionary")
#: What a browser fetches with a page and that does not come with the site.
_FROM_A_HOST = re.compile(
    r"<(?:script|link(?=[^>]*(?:stylesheet|icon|load|manifest))|img|iframe|source|video|audio|embed|object)\b[^>]*?\s"
    r"""(?:src|href|data)=["']?((?:https?:)?//[^"'\s>]+)""",
    re.IGNORECASE,
)
_LOG = getLogger(__name__)
_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))


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
    """Year and standard of a page, or (None) of the whole book, and the document that sources refer to by default. What is
    not closed is called 初稿 or 复核稿: a chart's own page says so nowhere else.
    """
    frame, years = plan.frame, plan.report_years
    stages = {y: known.stage for y in years if (known := coverage(plan, y)).is_draft}
    shown = f"{year}年" if year else f"{years[0]}—{years[-1]}年"
    if not_closed := [stage if year else f"{y}年为{stage}" for y, stage in stages.items() if year in (None, y)]:
        shown += f"（{'、'.join(not_closed)}）"
    found = dict.fromkeys(s for y in ((year,) if year else years) for s in standards(plan, y))
    asked, table = f"{'、'.join(level.chinese for level in plan.levels)}要求", frame.tables.indicators.name
    rest = f"{frame.scope or ''}出处未另注明的，均为该规划，只写表、序号与栏目。"
    if set(found) <= set(standards(plan, frame.base_year)):
        return f"{shown}。依据{frame.title}{table}所列的{asked}；标准：{'；'.join(found)}。{rest}"
    return f"{shown}。{asked}按各年适用的标准：{'；'.join(found)}；规划值依据{frame.title}{table}。{rest}"


#: The page that leads to the first one, with a name and a link where nothing is followed by itself.
_START = Markup("""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{0}</title>
<meta http-equiv="refresh" content="0; url={1}">
</head>
<body><h1><a href="{1}">{0}</a></h1></body>
</html>
""")


def book_title(plan: Plan) -> str:
    """The title by which the book is cited."""
    return f"{plan.frame.title}评估报告书"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx. The imprints are a setting, so that Sphinx writes every page again when they change."""
    app.add_post_transform(CodeAtTheFoot)
    app.add_config_value("cixi_imprints", {}, "html", [dict])
    app.add_config_value("cixi_title", "", "html", [str])
    app.connect("config-inited", _configure)
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))
    app.connect("env-get-outdated", _changed)
    app.connect("html-page-context", _adjust, priority=900)  # after the theme's own
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _configure(app: Sphinx, config: Config) -> None:
    for unused in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):  # they do not declare parallel_read_safe
        app.extensions[unused].parallel_read_safe = True
    plan = load_plan(Path(app.srcdir))
    config.templates_path = [*config.templates_path, str(Path(__file__).with_name("theme"))]
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}
    config.cixi_title = book_title(plan)
    config.cixi_imprints = {year: imprint(plan, year) for year in (None, *plan.report_years)}


def bundle(root: Path) -> str:
    """Vega, Vega-Lite and Vega-Embed as one script, which takes a second to make: it is cached beside the drawings."""
    kept, name = Drawings(drawings(root)), f"vega-{metadata.version('vl-convert-python')}"
    try:
        return kept[name]
    except KeyError:
        script = kept[name] = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
        return script


def _changed(app: Sphinx, env: BuildEnvironment, added: set[str], *_: set[str]) -> list[str]:
    """The pages whose content changed since Sphinx read them, whatever their times of modification.

    The first page is always one of them: without any, Sphinx would not copy styles and scripts.
    """
    contents = {name: hashlib.sha256(Path(env.doc2path(name)).read_bytes()).hexdigest() for name in env.found_docs}
    before: dict[str, str] = getattr(env, "cixi_contents", {})
    env.cixi_contents = contents  # type: ignore[attr-defined]  # pickled with the environment
    other = {name for name, content in contents.items() if before.get(name, content) != content}
    return sorted((other | {app.config.root_doc}) - added)


def _adjust(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Add footer and metadata to a page; link its words to the glossary; make its pictures load lazily."""
    context["pagetitle"] = html.escape(context.get("pagetitle", ""), quote=False)  # the theme prints it as markup
    if "body" in context:
        context["body"] = addressed(context["body"].replace("<img ", '<img loading="lazy" '), page)
        if _GLOSSARY in app.env.found_docs and page not in (_GLOSSARY, *_ABOUT_CODE):
            context["body"] = linked(context["body"], context["pathto"](_GLOSSARY))
    year, about = _year_of(page), context["pathto"]("book/provenance")
    line = _imprint_of(app, page)
    context["theme_extra_footer"] = Markup('{} <a href="{}">数据与版本</a>').format(line, about)
    known = {"cixi-title": app.config.cixi_title, "cixi-year": str(year or "")}
    metas = (Markup('<meta name="{}" content="{}"/>').format(*pair) for pair in known.items())
    context["metatags"] = "\n".join((context.get("metatags", ""), *metas))


def _year_of(page: str) -> int | None:
    return int(found[1]) if (found := re.match(r"book/(\d{4})/", page)) else None


def _imprint_of(app: Sphinx, page: str) -> str:
    imprints: dict[int | None, str] = app.config.cixi_imprints
    return imprints.get(_year_of(page), imprints[None])


def _finish(app: Sphinx, failed: Exception | None) -> None:
    """Write scripts, provenance, the data package and the pages of single charts, drop the themes' templates."""
    if failed or app.builder.format != "html":
        return
    site, known = Path(app.outdir), provenance(Path(app.srcdir))
    start = _START.format(app.config.html_title, f"{app.config.root_doc}.html")
    (site / "index.html").write_bytes(start.encode())
    # The charts' script in one function scope, with the theme.
    charts = f"(() => {{\n{bundle(Path(app.srcdir))}\nwindow.cixiTheme = {_json(theme())};\n}})();\n"
    (site / "_static" / "charts.js").write_bytes(charts.encode())
    for template in (site / "_static").glob("*macros.html"):  # the themes' own; it asks for files that do not exist
        template.unlink()
    (site / FILE).write_bytes(known.as_json().encode())
    offered = {f"_downloads/{place}" for _, place in app.env.dlfiles.values()}
    tables = {name: (site / name).read_bytes() for name in offered if name.endswith(".csv")}
    if package := data_package.data_package(load_plan(Path(app.srcdir)), tables, known.edition):
        (site / data_package.FILE).write_bytes(package.encode())
    (site / "_static" / "edition.js").write_bytes(f"window.cixiEdition = {_json(known.edition)};\n".encode())
    shutil.rmtree(site / FOLDER, ignore_errors=True)  # of the last build, from whose site this one began
    (site / FOLDER).mkdir()
    found = []
    for name in sorted(app.env.found_docs, key=newest_first):
        page, title = (site / f"{name}.html").read_text(encoding="utf-8"), app.env.titles[name].astext()
        for host in dict.fromkeys(_FROM_A_HOST.findall(page)):
            _LOG.warning(
                "这一页要从网络取 %s，而网站应不联网也能读：公式请写成文字，图片、脚本请放进项目。", host, location=name
            )
        found.append((name, title, passages_of(page)))
        for file, content in figure_pages(name, page, title, app.config.cixi_title, _imprint_of(app, name)):
            (site / file).write_bytes(content.encode())
    script = f"window.cixiPassages = {_json(found)};\nwindow.cixiSynonyms = {_json([*synonyms()])};\n"
    (site / "_static" / "passages.js").write_bytes(script.encode())
