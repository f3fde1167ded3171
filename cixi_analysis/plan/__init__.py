"""The project folder's ``data/``: where it is, schema, loading, checks, atomic writing, and the provenance of a build."""

from pathlib import Path

from cixi_analysis.errors import DataError, Problem

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


def find_root(start: Path) -> Path:
    """The nearest folder upward from ``start`` with ``_config.yml`` and ``data/``. Raises :class:`DataError`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "data").is_dir():
            return folder
    expected = "含有 _config.yml 和 data/ 的文件夹（或用 --root 指明）"
    raise DataError([Problem(str(start), None, None, "找不到项目文件夹", expected)])
