"""What a book is made of, as hashes of contents: times and places say nothing.

Whatever could change a page is in here: the library's files, the data, modules beside the notebooks, the interpreter
and the installed versions. A page reads all data and may use any, but for pages of which the caller knows better.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from cixi_analysis.plan import edition
from cixi_analysis.plan.folder import MODULES
from cixi_analysis.plan.provenance import provenance

LIBRARY = Path(__file__).resolve().parents[1]
#: What leaves no trace in a page: caches of the interpreter and of JupyterLab.
_IGNORED = {"__pycache__", ".ipynb_checkpoints"}


def of(*parts: object) -> str:
    """The hash of plain values."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def of_files(folder: Path, paths: Iterable[Path]) -> str:
    """The hash of files' names (below ``folder``) and contents; a file that is not there counts as such."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(folder).as_posix()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "-"
        whole.update(f"{name}\n{content}\n".encode())
    return whole.hexdigest()


def of_tree(folder: Path, without: Sequence[str] = ()) -> str:
    """The hash of all files below ``folder``, but for those in its folders ``without``."""
    files = (p for p in folder.rglob("*") if p.is_file() and _IGNORED.isdisjoint(p.parts))
    return of_files(folder, (p for p in files if p.relative_to(folder).parts[0] not in without))


def tools() -> str:
    """The hash of the interpreter and of every installed distribution's version."""
    installed = {p.name for place in map(Path, sys.path) if place.is_dir() for p in place.glob("*.dist-info")}
    return of(sys.version, platform.platform(), sorted(installed))


def world(root: Path, without: Sequence[str] = ()) -> str:
    """The hash of all that a page depends on beside its own template and parameters; ``without`` folders of data/."""
    beside = [path for pattern in MODULES for path in root.glob(pattern)]
    date = edition.date()
    return of(
        tools(), of_tree(LIBRARY), of_tree(root / "data", without), of_files(root, beside), date and date.timestamp()
    )


def made_of(root: Path) -> str:
    """The hash of what the book says of itself: every input, the commit, the packages, the date."""
    return of(provenance(root).as_json())


def settings(root: Path) -> str:
    """The hash of the book's settings and contents."""
    return of_files(root, [root / "_config.yml", root / "_toc.yml"])


def inputs(root: Path) -> str:
    """The hash of all that a book depends on, but for the pages in `book/`."""
    return of(world(root), of_tree(root / "notebooks"), settings(root), made_of(root))
