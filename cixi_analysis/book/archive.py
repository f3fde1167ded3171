"""The site as one archive that opens anywhere: a start page at its top, the site and the printed reports beside it."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cixi_analysis.book import cache
from cixi_analysis.book.footer import BOOK_TITLE
from cixi_analysis.book.pdf import belongs_to
from cixi_analysis.errors import CixiError
from cixi_analysis.export.saving import save_bytes, zip_entry
from cixi_analysis.plan import provenance

#: Where the site lies in the archive.
SITE = "site"
#: What Sphinx leaves for its own next run.
NOT_PUBLISHED = (".buildinfo",)
_TEMPLATES = Environment(loader=PackageLoader("cixi_analysis.book", "."), autoescape=True, undefined=StrictUndefined)


class NotPublished(CixiError):
    """There is nothing that could be published; the message (Chinese) says why and what to do."""


def archive(root: Path, target: Path) -> Path:
    """Write the built site of the project folder ``root`` into the ZIP file ``target``; returns it.

    The same site gives the same bytes. Raises :class:`NotPublished` when there is no site, or when what it is made of
    has changed since.
    """
    site = root / "_build" / "html"
    known = _fresh(root, site)
    printed = reports(site, root / "_build" / "pdf")
    start = _TEMPLATES.get_template("start.html.j2").render(
        title=BOOK_TITLE, site=SITE, reports=[path.name for path in printed]
    )
    contents = {"index.html": start.encode()}
    contents |= {path.name: path.read_bytes() for path in printed}
    contents |= {f"{SITE}/{name}": (site / name).read_bytes() for name in site_files(site)}
    date = datetime.fromisoformat(known["date"]) if known["date"] else None
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, content in contents.items():
            file.writestr(zip_entry(name, date), content)
    save_bytes(written.getvalue(), target)
    return target


def site_files(site: Path) -> Iterator[str]:
    """What is published of a built site, by name."""
    names = (path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return (name for name in sorted(names) if name not in NOT_PUBLISHED)


def _fresh(root: Path, site: Path) -> dict[str, Any]:
    """What the site says it was made of, if all of its pages were made of that and it is what is there now."""
    made_of = site / provenance.FILE
    if not made_of.is_file() or not (site / "index.html").is_file():
        raise NotPublished("还没有生成网站（没有 _build/html）。请先运行 cixi build。")
    known: dict[str, Any] = json.loads(made_of.read_text(encoding="utf-8"))
    if changed := changes(known, provenance.provenance(root)):
        more = f"等{len(changed)}处" if len(changed) > 1 else ""
        raise NotPublished(f"网站生成以后有改动：{changed[0]}{more}。请先运行 cixi build，再发布。")
    if cache.up_to_date(root, cache.inputs(root)) is None:
        raise NotPublished(
            "网站里有的页面可能比数据旧（上一次只重新生成了个别年份，或 book/、_build/ 后来有改动）。请先运行 cixi build，再发布。"
        )
    return known


def reports(site: Path, folder: Path) -> list[Path]:
    """The printed reports in ``folder`` that were printed from this very site."""
    return [path for path in sorted(folder.glob("*.pdf")) if belongs_to(path, site)]


def changes(known: dict[str, Any], now: provenance.Provenance) -> list[str]:
    """What of the inputs and the program is not as a site's ``provenance.json`` has it, in words."""
    before = {one["path"]: one["sha256"] for one in known["inputs"]}
    after = {one.path: one.sha256 for one in now.inputs}
    told = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if known["program"]["sha256"] != now.program.sha256:
        told.append("程序 cixi_analysis")
    return told
