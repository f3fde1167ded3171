"""The project's folder: where it lies, and what in it a page may read."""

from pathlib import Path

from cixi_analysis.errors import DataError, Problem

#: Beside ``data/``: modules that a page may import (patterns below the folder).
MODULES = ("*.py", "notebooks/*.py")


def find_root(start: Path) -> Path:
    """The nearest folder upward from ``start`` with ``_config.yml`` and ``data/``."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "_config.yml").is_file() and (folder / "data").is_dir():
            return folder
    raise DataError(
        [Problem(str(start), None, None, "找不到项目文件夹", "含有 _config.yml 和 data/ 的文件夹（或用 --root 指明）")]
    )
