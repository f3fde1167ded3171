"""What Git knows of a project folder: its commit, what differs from it, which files are its own. None without Git."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


def commit(root: Path) -> str | None:
    """The commit of ``root``, if a repository begins there and not somewhere above."""
    return _git(root, "rev-parse", "HEAD") if _git(root, "rev-parse", "--show-prefix") == "" else None


def modified(root: Path, places: Sequence[str]) -> tuple[str, ...]:
    """What differs from the commit below ``places``, new files too, with slashes."""
    changed = _git(root, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *places) or ""
    return tuple(sorted(entry[3:] for entry in changed.split("\0") if entry))


def own_files(root: Path) -> tuple[str, ...] | None:
    """The files that are the project's own and not made by a build."""
    if commit(root) is None:
        return None
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
    return tuple(sorted(name for name in listed.split("\0") if name and (root / name).is_file()))


def git_folder(root: Path) -> Path | None:
    """Where the repository's own data lie; ``GIT_DIR`` names it for a copy of the files elsewhere."""
    found = _git(root, "rev-parse", "--absolute-git-dir") if commit(root) else None
    return Path(found) if found else None


def _git(root: Path, *arguments: str) -> str | None:
    """What Git prints, or None when it cannot say."""
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)  # noqa: S603  # our own words
    except OSError:
        return None
    return done.stdout.strip("\n") if done.returncode == 0 else None
