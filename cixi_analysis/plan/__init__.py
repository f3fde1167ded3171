"""The project folder's ``data/``: where it is, schema, loading, checks, atomic writing; date and provenance of a build."""

import os
import re
from collections.abc import Hashable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cixi_analysis.errors import CixiError, DataError, Problem

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
#: Folders below ``data/`` with one file ``<year>.csv`` for each year.
OBSERVATIONS = "observations"
PROGRESS = "progress"
EVIDENCE = "evidence"
RECEIPTS = "receipts"
SIGNATURES = "signatures"
#: All of them; here, because a build that has nothing to do needs no more of the schema.
FOLDERS = (OBSERVATIONS, PROGRESS, EVIDENCE, RECEIPTS, SIGNATURES)
#: The log of corrections, a table that the program writes; it may be missing.
REVISIONS = "revisions.csv"
#: Names of what is no file of ours: lock files of office programs (on Windows nobody else can read them), and what file
#: managers of Windows and macOS leave in a folder or an archive.
_LEFT = re.compile(r"~\$.*|\.~lock\..*|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL)


def is_left(name: str) -> bool:
    """Whether a file of this name (without its folder) was left by another program, so that it belongs to nothing here."""
    return _LEFT.fullmatch(name) is not None


def is_passed_over(name: str) -> bool:
    """Whether a file of this name among data, evidence or templates is not read: a hidden one, or :func:`is_left`."""
    return name.startswith(".") or is_left(name)


def find_root(start: Path) -> Path:
    """The nearest folder upward from ``start`` with ``_config.yml`` and ``data/``. Raises :class:`DataError`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "data").is_dir():
            return folder
    expected = "含有 _config.yml 和 data/ 的文件夹（或用 --root 指明）"
    raise DataError([Problem(str(start), None, None, "找不到项目文件夹", expected)])


#: The convention of reproducible-builds.org: seconds since 1970. The same commit built with the same value gives the
#: same bytes.
DATE_VARIABLE = "SOURCE_DATE_EPOCH"
#: The dates that a ZIP entry can hold.
_EARLIEST, _LATEST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)


class WrongDate(CixiError):
    """``SOURCE_DATE_EPOCH`` is no number of seconds."""


def build_date() -> datetime | None:
    """The date of everything that is built, in UTC; None where none is given. The clock is never read.

    Raises :class:`WrongDate`.
    """
    given = os.environ.get(DATE_VARIABLE, "").strip()
    if not given:
        return None
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        example = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
        expected = f"自1970年1月1日起的秒数，如 {example}，或者不设"
        raise WrongDate(f"环境变量 {DATE_VARIABLE} 现为“{given}”；应为{expected}。") from None


def zip_date(given: datetime | None) -> tuple[int, int, int, int, int, int]:
    """A date as a ZIP entry holds it, without a time zone, here UTC; the earliest possible one where none is given."""
    return min(max(given.timetuple()[:6], _EARLIEST), _LATEST) if given else _EARLIEST


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Key → the values that are paired with it; both in the order of the pairs."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
