"""What Jupyter Book left of the last site: beginning with it, it reads and writes only the pages that have changed.

A page stands in a frame that all pages share: the contents list, the theme, the scripts. Sphinx does not see every
change of that, so the leftovers are used for the same frame only, and only as they were left. Whatever happens to a
build that uses them, the next one begins anew: they are taken, not copied, and left again when a site is made.
"""

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cixi_analysis.book import fingerprint
from cixi_analysis.book.pages import Run
from cixi_analysis.book.store import read_sealed, write_sealed
from cixi_analysis.plan import edition

#: Of the old site, what Sphinx brings anew each time, and looks for while it writes pages.
_BROUGHT = ("_downloads", "_static")
#: Executed notebooks and the files of a year for download; the rest of `book/` was written by hand.
_GENERATED = re.compile(r"20\d\d/|.*\.ipynb$")


def frame(root: Path, runs: Sequence[Run]) -> str:
    """The hash of all that a page's HTML depends on beside the page: another frame makes every page another one."""
    book = root / "book"
    by_hand = [p for p in book.rglob("*") if p.is_file() and not _GENERATED.match(p.relative_to(book).as_posix())]
    date = edition.date()
    return fingerprint.of(
        # Sphinx keeps absolute paths.
        str(root), fingerprint.tools(), fingerprint.of_tree(fingerprint.LIBRARY), fingerprint.settings(root),
        fingerprint.of_tree(root / "notebooks"), fingerprint.of_files(book, by_hand),
        [(run.output.as_posix(), run.words, run.siblings) for run in runs], date and date.timestamp(),
    )  # fmt: skip


@dataclass(frozen=True)
class _Left:
    frame: str
    site: str  # the site's hash
    rest: str  # of what Sphinx remembers


def take(root: Path, frame: str, site: Path, into: Path) -> None:
    """Put what is left of a site in the same frame ``into`` the folder where Jupyter Book works, if it is whole."""
    sealed = read_sealed(_note(root))
    _note(root).unlink(missing_ok=True)
    known = None if sealed is None else json.loads(sealed)
    if known == asdict(_Left(frame, fingerprint.of_tree(site), fingerprint.of_tree(_rest(root)))):
        _rest(root).rename(into)
        shutil.copytree(site, into / site.name, ignore=lambda folder, _: _BROUGHT if Path(folder) == site else ())
    shutil.rmtree(_rest(root), ignore_errors=True)


def leave(root: Path, frame: str, site: Path, of: Path) -> None:
    """Keep what is left in the folder where Jupyter Book worked, now that the ``site`` is in its place."""
    _rest(root).parent.mkdir(parents=True, exist_ok=True)
    of.rename(_rest(root))
    left = _Left(frame, fingerprint.of_tree(site), fingerprint.of_tree(_rest(root)))
    write_sealed(_note(root), json.dumps(asdict(left)).encode())


def _rest(root: Path) -> Path:
    return root / "_build" / "cache" / "sphinx"


def _note(root: Path) -> Path:
    return root / "_build" / "cache" / "left"
