"""Publish the site as one archive, and verify a published site: build it again elsewhere and compare byte by byte.

The archive opens anywhere: a start page at its top, the site and the printed reports beside it.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import TypeAdapter

from cixi_analysis.book import cache
from cixi_analysis.book.pdf import belongs_to
from cixi_analysis.book.sphinx_extension import book_title
from cixi_analysis.errors import CixiError, writing
from cixi_analysis.export.workbook import save_bytes, zipped
from cixi_analysis.plan import DATE_VARIABLE, is_left, provenance
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.evidence_files import published_files

T = TypeVar("T")
#: The folder of the site in the archive, and the page beside it that leads there.
_SITE, _START = "site", "index.html"
#: Bytes of an archive, and of a site; a book of nine years has a tenth of that.
MOST_BYTES, MOST_UNPACKED = 64 * 2**20, 256 * 2**20
#: Sphinx writes these for its own next run.
_NOT_PUBLISHED = (".buildinfo",)
_MADE = shutil.ignore_patterns("_build", ".*", "__pycache__", "*.egg-info", "20[0-9][0-9]", "build", "dist")
#: Reads ``provenance.json``; raises ``ValueError`` for anything else.
_PROVENANCE = TypeAdapter(provenance.Provenance)
#: The message for a folder or file that is not a site of the book: place and reason.
_NOT_OURS = "{}：不是本书的网站（{}）。"
_TEMPLATES = Environment(loader=PackageLoader("cixi_analysis.book", "."), autoescape=True, undefined=StrictUndefined)


class NotPublished(CixiError):
    """There is no site that could be published; the message (Chinese) says why and what to do."""


class NotReproduced(CixiError):
    """The site cannot be compared, or differs; the message (Chinese) says where."""


@dataclass(frozen=True)
class PublishedSite:
    """A site below ``site/`` with an archive's other files (start page, reports): name → bytes, sorted by name.

    ``left``: the names of what other programs left among them, which belongs to no site.
    """

    place: Path
    files: dict[str, bytes]
    left: tuple[str, ...]
    #: whether it is an archive, or the folder that one was unpacked to
    is_archive: bool

    @property
    def reports(self) -> list[str]:
        return [name for name in self.files if re.fullmatch(r"[^/]+\.pdf", name)]

    @property
    def made_of(self) -> provenance.Provenance:
        """The provenance that the site carries. Raises :class:`NotReproduced` for a missing or damaged one."""
        stored = self.files.get(f"{_SITE}/{provenance.FILE}")
        if stored is None:
            elsewhere = [name for name in self.files if name.endswith(provenance.FILE)]  # of a folder packed again
            why = f"没有 {provenance.FILE}"
            if elsewhere:
                why = f"{elsewhere[0]} 不在 {_SITE}/ 中，请解压后核对它所在的文件夹"
            raise NotReproduced(_NOT_OURS.format(self.place, why))
        try:
            known = _PROVENANCE.validate_json(stored)
            if known.date:
                known.date.timestamp()  # 0001-01-01 has none
        except (ValueError, OverflowError, OSError):  # the last on Windows, for one before 1970
            raise NotReproduced(_NOT_OURS.format(self.place, f"{provenance.FILE} 已损坏")) from None
        return known


def published(place: Path, printed: Path | None = None) -> PublishedSite:
    """Read a site from a folder, with the reports of the folder ``printed`` that were printed from it, or from an archive,
    also from the folder that it was unpacked to.

    Raises :class:`NotReproduced` for a file that is no archive of ``cixi publish --zip``, or a damaged one.
    """
    if place.is_dir():
        is_unpacked = (place / _SITE / provenance.FILE).is_file()
        if not is_unpacked and not (place / provenance.FILE).is_file():  # some other folder, whose files are not read
            raise NotReproduced(_NOT_OURS.format(place, f"没有 {provenance.FILE}"))
        reports = [path for path in sorted(printed.glob("*.pdf")) if belongs_to(path, place)] if printed else []
        paths = sorted((path.relative_to(place).as_posix(), path) for path in place.rglob("*"))
        if odd := [name for name, path in paths if path.is_symlink() or not (path.is_file() or path.is_dir())]:
            raise NotReproduced(_NOT_OURS.format(place, f"{odd[0]} 不是普通的文件或文件夹"))  # served, but not compared
        own = {name: path for name, path in paths if path.is_file() and name not in _NOT_PUBLISHED}
        kept, left = _without_left(own)
        files = {path.name: path for path in reports}
        files |= {name if is_unpacked else f"{_SITE}/{name}": path for name, path in kept.items()}
        return PublishedSite(place, {name: path.read_bytes() for name, path in files.items()}, left, is_unpacked)
    if not place.is_file() or not zipfile.is_zipfile(place):  # reading a pipe would block
        raise NotReproduced(f"{place}：既不是网站的文件夹，也不是 cixi publish --zip 生成的压缩包。")
    try:
        return PublishedSite(place, *_without_left(_unpacked(place)), is_archive=True)
    except NotReproduced:
        raise
    except Exception:  # damaged bytes raise errors of zipfile, zlib, lzma, struct and others
        raise NotReproduced(_NOT_OURS.format(place, "压缩包已损坏")) from None


def _without_left(files: Mapping[str, T]) -> tuple[dict[str, T], tuple[str, ...]]:
    """The files that are ours, and the names of those that other programs left."""
    left = tuple(name for name in files if is_left(name.rpartition("/")[2]))
    return {name: files[name] for name in files if name not in left}, left


def _is_published(file: Path) -> bool:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(file) as found:
        return f"{_SITE}/{provenance.FILE}" in found.namelist()
    return False


def _unpacked(place: Path) -> dict[str, bytes]:
    """All files of an archive, by name. Raises :class:`NotReproduced` before anything oversized or odd is read."""
    most = f"超过了本书网站的大小（压缩包 {MOST_BYTES // 2**20} MB，展开后 {MOST_UNPACKED // 2**20} MB）"
    if place.stat().st_size > MOST_BYTES:
        raise NotReproduced(_NOT_OURS.format(place, most))
    with zipfile.ZipFile(place) as file:
        entries = {entry.filename: entry for entry in file.infolist() if not entry.is_dir()}
        for wrong, why in (
            (sum(entry.file_size for entry in entries.values()) > MOST_UNPACKED, most),
            (any(entry.flag_bits & 1 for entry in entries.values()), "压缩包加了密码"),
            (len(file.namelist()) != len(set(file.namelist())), "压缩包里有重名的文件"),
        ):
            if wrong:
                raise NotReproduced(_NOT_OURS.format(place, why))
        return {name: file.read(entries[name]) for name in sorted(entries)}


def archive(root: Path, target: Path) -> Path:
    """Write the built site of the project folder ``root`` into the ZIP file ``target``; returns it.

    The same site gives the same bytes. Raises :class:`NotPublished` when there is no site, or when its inputs have
    changed since it was built.
    """
    html, pdf = (root / "_build" / name for name in ("html", "pdf"))
    if target.is_file() and not _is_published(target):
        raise NotPublished(f"{target} 已经存在，不是 cixi publish 生成的。请用 -o 另取文件名，或先移走它。")
    if not (html / provenance.FILE).is_file() or not (html / "index.html").is_file():
        raise NotPublished("还没有生成网站（没有 _build/html）。请先运行 cixi build。")
    site = published(html, pdf)
    known = site.made_of
    if changed := _changed(known, provenance.provenance(root)):
        more = f"等{len(changed)}处" if len(changed) > 1 else ""
        raise NotPublished(f"网站生成以后有改动：{changed[0]}{more}。请先运行 cixi build，再发布。")
    if cache.up_to_date(root, cache.inputs(root)) is None:
        why = "上一次只重新生成了个别年份，或 book/、_build/ 后来有改动"
        raise NotPublished(f"网站里有的页面可能比数据旧（{why}）。请先运行 cixi build，再发布。")
    if published(html, pdf) != site:  # swapped while it was read: part old, part new
        raise NotPublished("网站刚才又重新生成了。请再发布一次。")
    save_bytes(zipped(_with_start(root, site), known.date), target)
    return target


def _with_start(root: Path, site: PublishedSite) -> dict[str, bytes]:
    """The files of an archive: the site's, and before them the page that leads to it."""
    title = book_title(load_plan(root))
    start = _TEMPLATES.get_template("start.html.j2").render(title=title, site=_SITE, reports=site.reports)
    return {_START: start.encode()} | site.files


def verify(root: Path, site: PublishedSite) -> int:
    """Build the site again from ``root`` and compare; returns the number of files.

    Raises :class:`NotReproduced` with the first file that differs.
    """
    known, now = site.made_of, provenance.provenance(root)
    commit = known.program.commit
    hint = f"请先检出提交 {commit}" if commit else "请用生成它的那一份项目"
    if changed := _changed(known, now):
        raise NotReproduced(f"{site.place} 是由另外的输入生成的，第一处不同：{changed[0]}。{hint}。")
    if (commit, known.program.modified) != (now.program.commit, now.program.modified):
        raise NotReproduced(f"{site.place} 是 {known.edition} 版，这里是 {now.edition} 版。{hint}。")
    years = sorted(int(stem[-4:]) for stem in (Path(name).stem for name in site.reports) if stem[-4:].isdecimal())
    with (
        writing("临时文件夹", NotReproduced),
        TemporaryDirectory(prefix="cixi-verify-", ignore_cleanup_errors=True) as name,
    ):
        again = _again(root, Path(name) / "again", known.date, years)
    made = _with_start(root, again) if site.is_archive else again.files
    both = ({n: _without_pictures(n, c) for n, c in each.items()} for each in (site.files, made))
    if found := first_difference(*both):
        raise NotReproduced(f"重新生成的与 {site.place} 不同：{found}{_circumstances(known, now)}")
    return len(again.files)


def _without_pictures(name: str, content: bytes) -> bytes:
    """The content to compare: of a report in Word not the pictures, which each machine draws in its own fonts."""
    if not name.endswith(".docx"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = [name for name in file.namelist() if not name.startswith("word/media/")]
            return b"\n".join(name.encode() + file.read(name) for name in parts)
    except Exception:  # damaged bytes raise errors of zipfile, zlib, lzma, struct and others
        return content


def _changed(known: provenance.Provenance, now: provenance.Provenance) -> list[str]:
    """The inputs whose contents differ, by name, and the program if it differs."""
    contents = [{one.path: one.sha256 for one in each.inputs} for each in (known, now)]
    program = [] if known.program.sha256 == now.program.sha256 else ["程序 cixi_analysis"]
    return [*_differing(*contents), *program]


def _differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """The names with other values in ``other``, or that only one of them has, sorted."""
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def first_difference(one: dict[str, bytes], other: dict[str, bytes]) -> str:
    """The first difference of two sets of files, in words; "" when they are the same."""
    if not (names := _differing(one, other)):
        return ""
    name = names[0]
    if name not in other:
        return f"{name} 没有重新生成出来"
    if name not in one:
        return f"{name} 只在重新生成的里有"
    pairs = enumerate(zip(one[name], other[name], strict=False))
    at = next((n for n, (a, b) in pairs if a != b), min(len(one[name]), len(other[name])))
    row = one[name].count(b"\n", 0, at) + 1
    line = "" if b"\0" in one[name] else f"，第{row}行"
    return f"{name}{line}，第{at + 1}个字节起"


def _circumstances(known: provenance.Provenance, now: provenance.Provenance) -> str:
    """Differences of the environment, which may be the cause."""
    before, here = (
        {"python": each.python, "system": each.system} | {one.name: one.version for one in each.packages}
        for each in (known, now)
    )
    names = sorted(_differing(before, here), key=lambda name: name not in ("python", "system"))
    told = [f"{name} {before.get(name, '无')} → {here.get(name, '无')}" for name in names]
    return f"\n环境也不同，可能是原因：{'；'.join(told)}" if told else ""


def _again(root: Path, copy: Path, date: datetime | None, years: list[int]) -> PublishedSite:
    """Build a copy of the project without the results of earlier builds, with the date of the site."""
    own = provenance.own_files(root)
    if own is None:
        shutil.copytree(root, copy, ignore=_MADE)
        for page in (copy / "book").rglob("*.ipynb"):
            page.unlink()
    public = (one.path for one in published_files(root))  # not among the project's own files: Git ignores them
    for name in (*(own or ()), *public):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy / name)
    program = [sys.executable, "-c", "from cixi_analysis.cli import main; main()"]
    options = ["--pdf", *(word for year in years for word in ("--year", str(year)))] if years else []
    environment = {name: value for name, value in os.environ.items() if name != DATE_VARIABLE}
    if date:
        environment[DATE_VARIABLE] = str(int(date.timestamp()))
    if git := provenance.git_folder(root):
        environment |= {"GIT_DIR": str(git), "GIT_WORK_TREE": str(copy)}
    # A session of its own: a Ctrl-C in the terminal would be followed by a kill before it has cleaned up.
    with subprocess.Popen(  # noqa: S603  # our own words and paths
        [*program, "--root", str(copy), "build", "--force", *options],
        cwd=copy, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace", start_new_session=True,
    ) as building:  # fmt: skip
        try:
            _, printed = building.communicate()
        except KeyboardInterrupt:
            building.terminate()
            building.communicate()
            raise
    if building.returncode:
        told = [line for line in printed.splitlines() if "%|" not in line]  # without the progress bar
        raise NotReproduced("\n".join(["没有能够重新生成：", *told]))
    return published(copy / "_build" / "html", copy / "_build" / "pdf")
