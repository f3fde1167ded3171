"""The project folder: where it is, which modules its pages import, and what Git knows of it (None without Git)."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from cixi_analysis.errors import DataError, Problem

#: Modules that a page may import: patterns below the project folder.
MODULES = ("*.py", "notebooks/*.py")


def find_root(start: Path) -> Path:
    """The nearest folder upward from ``start`` with ``_config.yml`` and ``data/``. Raises :class:`DataError`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "data").is_dir():
            return folder
    raise DataError(
        [Problem(str(start), None, None, "找不到项目文件夹", "含有 _config.yml 和 data/ 的文件夹（或用 --root 指明）")]
    )


def commit(root: Path) -> str | None:
    """The commit of ``root``, if a repository begins there and not in a parent folder."""
    return _git(root, "rev-parse", "HEAD") if _git(root, "rev-parse", "--show-prefix") == "" else None


def modified(root: Path, places: Sequence[str]) -> tuple[str, ...]:
    """Files below ``places`` that differ from the commit, untracked ones too, with slashes."""
    changed = _git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *places) or ""
    return tuple(sorted(entry[3:] for entry in changed.split("\0") if entry))


def own_files(root: Path) -> tuple[str, ...] | None:
    """The project's own files: tracked, or untracked and not ignored."""
    if commit(root) is None:
        return None
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
    return tuple(sorted(name for name in listed.split("\0") if name and (root / name).is_file()))


def git_folder(root: Path) -> Path | None:
    """The repository's ``.git`` folder; as ``GIT_DIR`` it serves a copy of the files elsewhere."""
    found = _git(root, "rev-parse", "--absolute-git-dir") if commit(root) else None
    return Path(found) if found else None


def _git(root: Path, *arguments: str) -> str | None:
    """Git's output, or None when Git fails or is missing."""
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)  # noqa: S603  # our own words
    except OSError:
        return None
    return done.stdout.strip("\n") if done.returncode == 0 else None
