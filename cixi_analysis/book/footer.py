"""A Sphinx extension (``_config.yml`` names it): what every page says of itself.

The footer tells the year and the standard that a page is judged by; two ``meta`` elements tell the citation script the
book and the year; the site carries ``provenance.json``. The edition stands in ``_static/edition.js``, not in the pages:
there, any change would change every page.
"""

import json
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.config import Config

from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.provenance import FILE, provenance
from cixi_analysis.words import PLAN_TITLE

#: What the book is cited as.
BOOK_TITLE = f"{PLAN_TITLE}评估报告书"
_SCOPE = "范围不含杭州湾新区。"


def standards(plan: Plan, year: int) -> tuple[str, ...]:
    """The standards that the requirements in force in a year come from."""
    asked = dict.fromkeys((r.item_id, r.level) for r in plan.requirements)
    return tuple(dict.fromkeys(plan.requirement(item, level, year).standard for item, level in asked))


def imprint(plan: Plan, year: int | None) -> str:
    """Year and standard of a page, or (None) of the whole book."""
    years = plan.report_years
    shown = f"{year}年" if year else f"{years[0]}—{years[-1]}年"
    found = dict.fromkeys(s for y in ((year,) if year else years) for s in standards(plan, y))
    return f"{shown}。依据{PLAN_TITLE}表一所列的国家级、省级要求；标准：{'；'.join(found)}。{_SCOPE}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx. The imprints are a setting, so that Sphinx writes every page again when they change."""
    app.add_config_value("cixi_imprints", {}, "html", [dict])
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _sign)
    app.connect("build-finished", _leave_provenance)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _configure(app: Sphinx, config: Config) -> None:
    plan = load_plan(Path(app.srcdir))
    config.cixi_imprints = {year: imprint(plan, year) for year in (None, *plan.report_years)}


def _sign(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    found = re.match(r"book/(\d{4})/", page)
    year = int(found[1]) if found else None
    imprints = app.config.cixi_imprints
    line, about = imprints.get(year, imprints[None]), context["pathto"]("book/provenance")
    context["theme_extra_footer"] = Markup('{} <a href="{}">数据与版本</a>').format(line, about)
    known = {"cixi-title": BOOK_TITLE, "cixi-year": str(year or "")}
    metas = (Markup('<meta name="{}" content="{}"/>').format(*pair) for pair in known.items())
    context["metatags"] = "\n".join((context.get("metatags", ""), *metas))


def _leave_provenance(app: Sphinx, failed: Exception | None) -> None:
    if failed is None and app.builder.format == "html":
        site, known = Path(app.outdir), provenance(Path(app.srcdir))
        (site / FILE).write_text(known.as_json(), encoding="utf-8", newline="\n")
        script = f"window.cixiEdition = {json.dumps(known.edition, ensure_ascii=False)};\n"
        (site / "_static" / "edition.js").write_text(script, encoding="utf-8", newline="\n")
