"""Is a site what this project folder makes? It is made again, from the start, in another folder, and compared by bytes."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cixi_analysis.book.archive import SITE, changes, reports, site_files
from cixi_analysis.errors import CixiError
from cixi_analysis.plan import edition, folder, provenance

_MADE = shutil.ignore_patterns("_build", ".*", "__pycache__", "*.egg-info", "20[0-9][0-9]", "build", "dist")


class NotReproduced(CixiError):
    """The site cannot be compared, or is another one; the message (Chinese) says where."""


@dataclass(frozen=True)
class PublishedSite:
    """A site with the printed reports beside it: name → bytes."""

    place: Path
    files: dict[str, bytes]

    @property
    def made_of(self) -> dict[str, Any]:
        """Its own account of what it was made of."""
        try:
            known: dict[str, Any] = json.loads(self.files[f"{SITE}/{provenance.FILE}"])
        except (KeyError, ValueError):
            raise NotReproduced(f"{self.place}：不是本书的网站（没有 {provenance.FILE}）。") from None
        return known

    @property
    def report_years(self) -> tuple[int, ...]:
        """The years of the printed reports."""
        stems = (Path(name).stem for name in self.files if name.endswith(".pdf"))
        return tuple(sorted(int(stem[-4:]) for stem in stems if stem[-4:].isdigit()))


def published(place: Path, printed: Path | None = None) -> PublishedSite:
    """A site in a folder (the reports printed from it in another), or all of it in an archive of ``cixi publish --zip``."""
    if place.is_dir():
        files = {f"{SITE}/{name}": (place / name).read_bytes() for name in site_files(place)}
        files |= {path.name: path.read_bytes() for path in reports(place, printed)} if printed else {}
        return PublishedSite(place, files)
    try:
        with zipfile.ZipFile(place) as file:
            names = [n for n in file.namelist() if n.startswith(f"{SITE}/") or n.endswith(".pdf")]
            return PublishedSite(place, {name: file.read(name) for name in sorted(names)})
    except (OSError, zipfile.BadZipFile):
        raise NotReproduced(f"{place}：既不是网站的文件夹，也不是 cixi publish --zip 生成的压缩包。") from None


def verify(root: Path, site: PublishedSite) -> int:
    """Make the site again from ``root`` and compare; returns the number of files.

    Raises :class:`NotReproduced` with the first file that differs.
    """
    known, now = site.made_of, provenance.provenance(root)
    commit = known["program"]["commit"]
    hint = f"请先检出提交 {commit}" if commit else "请用生成它的那一份项目"
    if changed := changes(known, now):
        raise NotReproduced(f"{site.place} 是由另外的输入生成的，第一处不同：{changed[0]}。{hint}。")
    if (commit, known["program"]["modified"]) != (now.program.commit, list(now.program.modified)):
        raise NotReproduced(f"{site.place} 是 {known['edition']} 版，这里是 {now.edition} 版。{hint}。")
    with TemporaryDirectory(prefix="cixi-verify-") as name:
        again = _again(root, Path(name) / "again", known, site.report_years)
        if found := first_difference(site.files, again.files):
            raise NotReproduced(f"重新生成的与 {site.place} 不同：{found}{_circumstances(known, root)}")
    return len(site.files)


def first_difference(one: dict[str, bytes], other: dict[str, bytes]) -> str:
    """Where two sets of files differ first, in words; "" when they are the same."""
    for name in sorted({*one, *other}):
        if name not in other:
            return f"{name} 没有重新生成出来"
        if name not in one:
            return f"{name} 是多出来的"
        if one[name] != other[name]:
            return f"{name}{_place(one[name], other[name])}"
    return ""


def _place(one: bytes, other: bytes) -> str:
    pairs = zip(one, other, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    before = one[:at].split(b"\n")
    line = "" if b"\0" in one else f"，第{len(before)}行"
    return f"{line}，第{at + 1}个字节起"


def _circumstances(known: dict[str, Any], root: Path) -> str:
    """What else is not as it was, and may be why."""
    now = json.loads(provenance.provenance(root).as_json())
    packages = {p["name"]: p["version"] for p in known["packages"]}
    here = {p["name"]: p["version"] for p in now["packages"]}
    told = [f"{what} {known[what]} → {now[what]}" for what in ("python", "system") if known[what] != now[what]]
    told += [f"{name} {packages.get(name, '无')} → {here.get(name, '无')}"
             for name in sorted({*packages, *here}) if packages.get(name) != here.get(name)]  # fmt: skip
    return f"\n环境也不同，可能是原因：{'；'.join(told)}" if told else ""


def _again(root: Path, copy: Path, known: dict[str, Any], years: tuple[int, ...]) -> PublishedSite:
    """Build a copy of the project with nothing of an earlier build, dated as the site is."""
    _copy(root, copy)
    program = [sys.executable, "-c", "from cixi_analysis.cli import main; main()"]
    options = ["--pdf", *(word for year in years for word in ("--year", str(year)))] if years else []
    environment = {name: value for name, value in os.environ.items() if name != edition.VARIABLE}
    if known["date"]:
        environment[edition.VARIABLE] = str(int(datetime.fromisoformat(known["date"]).timestamp()))
    if git := folder.git_folder(root):
        environment |= {"GIT_DIR": str(git), "GIT_WORK_TREE": str(copy)}
    done = subprocess.run(  # noqa: S603  # our own words and paths
        [*program, "--root", str(copy), "build", "--force", *options],
        cwd=copy, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        raise NotReproduced(f"没有能够重新生成：\n{done.stderr.strip()}")
    return published(copy / "_build" / "html", copy / "_build" / "pdf")


def _copy(root: Path, copy: Path) -> None:
    own = folder.own_files(root)
    if own is None:
        shutil.copytree(root, copy, ignore=_MADE)
        for page in (copy / "book").rglob("*.ipynb"):
            page.unlink()
        return
    for name in own:
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, target)
