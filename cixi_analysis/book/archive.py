"""The site as one archive that opens anywhere: a start page at its top, the site and the printed reports beside it."""

import io
import zipfile
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import TypeAdapter

from cixi_analysis.book import cache
from cixi_analysis.book.footer import BOOK_TITLE
from cixi_analysis.book.pdf import belongs_to
from cixi_analysis.errors import CixiError
from cixi_analysis.export.saving import save_bytes, zip_entry
from cixi_analysis.plan import provenance

#: The folder of the site in the archive.
SITE = "site"
#: Sphinx writes these for its own next run.
_NOT_PUBLISHED = (".buildinfo",)
#: Reads ``provenance.json``; raises ``ValueError`` for anything else.
PROVENANCE = TypeAdapter(provenance.Provenance)
_TEMPLATES = Environment(loader=PackageLoader("cixi_analysis.book", "."), autoescape=True, undefined=StrictUndefined)


class NotPublished(CixiError):
    """There is no site that could be published; the message (Chinese) says why and what to do."""


def archive(root: Path, target: Path) -> Path:
    """Write the built site of the project folder ``root`` into the ZIP file ``target``; returns it.

    The same site gives the same bytes. Raises :class:`NotPublished` when there is no site, or when its inputs have
    changed since it was built.
    """
    site = root / "_build" / "html"
    known = _fresh(root, site)
    printed = reports(site, root / "_build" / "pdf")
    start = _TEMPLATES.get_template("start.html.j2").render(
        title=BOOK_TITLE, site=SITE, reports=[path.name for path in printed]
    )
    contents = {"index.html": start.encode()} | {path.name: path.read_bytes() for path in printed} | site_files(site)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, content in contents.items():
            file.writestr(zip_entry(name, known.date), content)
    save_bytes(written.getvalue(), target)
    return target


def site_files(site: Path) -> dict[str, bytes]:
    """The published files of a built site: name in the archive → content."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return {f"{SITE}/{name}": (site / name).read_bytes() for name in names if name not in _NOT_PUBLISHED}


def reports(site: Path, folder: Path) -> list[Path]:
    """The printed reports in ``folder`` that were printed from this very site."""
    return [path for path in sorted(folder.glob("*.pdf")) if belongs_to(path, site)]


def changes(known: provenance.Provenance, now: provenance.Provenance) -> list[str]:
    """The inputs whose contents differ, by name, and the program if it differs."""
    before, after = ({one.path: one.sha256 for one in each.inputs} for each in (known, now))
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return changed if known.program.sha256 == now.program.sha256 else [*changed, "程序 cixi_analysis"]


def _fresh(root: Path, site: Path) -> provenance.Provenance:
    """The site's provenance, if all pages were made from the present inputs and nothing has changed since."""
    stored = site / provenance.FILE
    if not stored.is_file() or not (site / "index.html").is_file():
        raise NotPublished("还没有生成网站（没有 _build/html）。请先运行 cixi build。")
    known = PROVENANCE.validate_json(stored.read_bytes())
    if changed := changes(known, provenance.provenance(root)):
        more = f"等{len(changed)}处" if len(changed) > 1 else ""
        raise NotPublished(f"网站生成以后有改动：{changed[0]}{more}。请先运行 cixi build，再发布。")
    if cache.up_to_date(root, cache.inputs(root)) is None:
        raise NotPublished(
            "网站里有的页面可能比数据旧（上一次只重新生成了个别年份，或 book/、_build/ 后来有改动）。请先运行 cixi build，再发布。"
        )
    return known
