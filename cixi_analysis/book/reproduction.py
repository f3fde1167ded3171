"""Verify a site: build it again from this project folder, from scratch in another folder, and compare byte by byte."""

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cixi_analysis.book.archive import PROVENANCE, SITE, changes, reports, site_files
from cixi_analysis.errors import CixiError
from cixi_analysis.plan import edition, provenance

_MADE = shutil.ignore_patterns("_build", ".*", "__pycache__", "*.egg-info", "20[0-9][0-9]", "build", "dist")


class NotReproduced(CixiError):
    """The site cannot be compared, or differs; the message (Chinese) says where."""


@dataclass(frozen=True)
class PublishedSite:
    """A site with the printed reports beside it: name → bytes."""

    place: Path
    files: dict[str, bytes]

    @property
    def made_of(self) -> provenance.Provenance:
        """The provenance that the site carries. Raises :class:`NotReproduced` for a missing or damaged one."""
        stored = self.files.get(f"{SITE}/{provenance.FILE}")
        if stored is None:
            raise NotReproduced(f"{self.place}：不是本书的网站（没有 {provenance.FILE}）。")
        try:
            known = PROVENANCE.validate_json(stored)
            if known.date:
                known.date.timestamp()  # 0001-01-01 has none
        except (ValueError, OverflowError):
            raise NotReproduced(f"{self.place}：不是本书的网站（{provenance.FILE} 已损坏）。") from None
        return known

    @property
    def report_years(self) -> tuple[int, ...]:
        """The years of the printed reports."""
        stems = (Path(name).stem[-4:] for name in self.files if name.endswith(".pdf"))
        return tuple(sorted(int(year) for year in stems if year.isdecimal()))


def published(place: Path, printed: Path | None = None) -> PublishedSite:
    """Read a site from a folder (its reports from the folder ``printed``) or from an archive of ``cixi publish --zip``.

    Raises :class:`NotReproduced` for a file that is no such archive, or a damaged one.
    """
    if place.is_dir():
        found = reports(place, printed) if printed else ()
        return PublishedSite(place, site_files(place) | {path.name: path.read_bytes() for path in found})
    if not zipfile.is_zipfile(place):
        raise NotReproduced(f"{place}：既不是网站的文件夹，也不是 cixi publish --zip 生成的压缩包。")
    try:
        with zipfile.ZipFile(place) as file:
            names = sorted(n for n in file.namelist() if n.startswith(f"{SITE}/") or n.endswith(".pdf"))
            return PublishedSite(place, {name: file.read(name) for name in names})
    except Exception:  # damaged bytes raise errors of zipfile, zlib, lzma, struct and others
        raise NotReproduced(f"{place}：不是本书的网站（压缩包已损坏）。") from None


def verify(root: Path, site: PublishedSite) -> int:
    """Build the site again from ``root`` and compare; returns the number of files.

    Raises :class:`NotReproduced` with the first file that differs.
    """
    known, now = site.made_of, provenance.provenance(root)
    commit = known.program.commit
    hint = f"请先检出提交 {commit}" if commit else "请用生成它的那一份项目"
    if changed := changes(known, now):
        raise NotReproduced(f"{site.place} 是由另外的输入生成的，第一处不同：{changed[0]}。{hint}。")
    if (commit, known.program.modified) != (now.program.commit, now.program.modified):
        raise NotReproduced(f"{site.place} 是 {known.edition} 版，这里是 {now.edition} 版。{hint}。")
    with TemporaryDirectory(prefix="cixi-verify-") as name:
        again = _again(root, Path(name) / "again", known.date, site.report_years)
        if found := first_difference(site.files, again.files):
            raise NotReproduced(f"重新生成的与 {site.place} 不同：{found}{_circumstances(known, now)}")
    return len(site.files)


def first_difference(one: dict[str, bytes], other: dict[str, bytes]) -> str:
    """The first difference of two sets of files, in words; "" when they are the same."""
    for name in sorted({*one, *other}):
        if name not in other:
            return f"{name} 没有重新生成出来"
        if name not in one:
            return f"{name} 是多出来的"
        if one[name] != other[name]:
            pairs = enumerate(zip(one[name], other[name], strict=False))
            at = next((n for n, (a, b) in pairs if a != b), min(len(one[name]), len(other[name])))
            row = one[name].count(b"\n", 0, at) + 1
            line = "" if b"\0" in one[name] else f"，第{row}行"
            return f"{name}{line}，第{at + 1}个字节起"
    return ""


def _circumstances(known: provenance.Provenance, now: provenance.Provenance) -> str:
    """Differences of the environment, which may be the cause."""
    before, here = (
        {"python": each.python, "system": each.system} | {one.name: one.version for one in each.packages}
        for each in (known, now)
    )
    names = ("python", "system", *sorted({*before, *here} - {"python", "system"}))
    told = [f"{n} {before.get(n, '无')} → {here.get(n, '无')}" for n in names if before.get(n) != here.get(n)]
    return f"\n环境也不同，可能是原因：{'；'.join(told)}" if told else ""


def _again(root: Path, copy: Path, date: datetime | None, years: tuple[int, ...]) -> PublishedSite:
    """Build a copy of the project without the results of earlier builds, with the date of the site."""
    _copy(root, copy)
    program = [sys.executable, "-c", "from cixi_analysis.cli import main; main()"]
    options = ["--pdf", *(word for year in years for word in ("--year", str(year)))] if years else []
    environment = {name: value for name, value in os.environ.items() if name != edition.VARIABLE}
    if date:
        environment[edition.VARIABLE] = str(int(date.timestamp()))
    if git := provenance.git_folder(root):
        environment |= {"GIT_DIR": str(git), "GIT_WORK_TREE": str(copy)}
    done = subprocess.run(  # noqa: S603  # our own words and paths
        [*program, "--root", str(copy), "build", "--force", *options],
        cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotReproduced(f"没有能够重新生成：\n{done.stderr.strip()}")
    return published(copy / "_build" / "html", copy / "_build" / "pdf")


def _copy(root: Path, copy: Path) -> None:
    own = provenance.own_files(root)
    if own is None:
        shutil.copytree(root, copy, ignore=_MADE)
        for page in (copy / "book").rglob("*.ipynb"):
            page.unlink()
        return
    for name in own:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
