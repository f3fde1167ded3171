"""The cache between builds, in ``_build/cache``: every cache key is a hash of the content that the entry was made from.

``manifest``   the cache key and hash of each file that the last build put into ``book/``; hashes of its inputs and results
``drawings/``  charts as SVG, by their specification
``sphinx/``    doctrees of the last site

Deleting the folder is always safe. Entries carry their checksum: a damaged one counts as missing.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cixi_analysis.plan import FOLDERS, build_date, is_left
from cixi_analysis.plan.journal import JOURNAL, write_whole
from cixi_analysis.plan.provenance import provenance, public_evidence

if TYPE_CHECKING:
    from cixi_analysis.book.pages import Run

LIBRARY = Path(__file__).resolve().parents[1]
#: Caches of the interpreter and of JupyterLab, which no build depends on.
_IGNORED = {"__pycache__", ".ipynb_checkpoints"}
#: Hidden files, as an editor keeps one of an open file; a journal is one that is read.
_HIDDEN = rf"(?:.*/)?\.(?!{re.escape(JOURNAL[1:])})[^/]*$"
#: Executed notebooks and files for download in ``book/``; the rest was written by hand.
_GENERATED = r"20\d\d/|.*\.ipynb$"
#: Parts of a site that Sphinx writes anew each time.
_REWRITTEN = ("_downloads", "_static")
#: Drawings kept; a book has about forty.
_MOST_DRAWINGS = 300


def of(*parts: object) -> str:
    """The hash of plain values."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()  # ASCII, since a file name may be undecodable


def of_files(folder: Path, paths: Iterable[Path]) -> str:
    """The hash of the names (below ``folder``) and contents of files."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "-"
        whole.update(os.fsencode(path.relative_to(folder).as_posix()) + f"\n{content}\n".encode())
    return whole.hexdigest()


def of_tree(folder: Path, without: str = "$") -> str:
    """The hash of all files below ``folder``, except those whose path begins like the pattern ``without``."""
    own = (p for p in folder.rglob("*") if _IGNORED.isdisjoint(p.parts) and not is_left(p.name))
    files = (p for p in own if p.is_file())
    return of_files(folder, (p for p in files if not re.match(without, p.relative_to(folder).as_posix())))


def of_inputs(folder: Path, without: str = "$") -> str:
    """The hash of a folder that people work in: like :func:`of_tree`, without hidden files."""
    return of_tree(folder, f"{without}|{_HIDDEN}")


def program(root: Path) -> str:
    """The hash of everything but data and templates that an executed page depends on: the interpreter, the installed
    distributions by version, the library, modules beside the data, what lies beside the templates, the date.
    """
    installed = {p.name for place in map(Path, sys.path) if place.is_dir() for p in place.glob("*.dist-info")}
    date = build_date()
    beside = of_files(root, root.glob("*.py")), of_inputs(root / "notebooks", without=r".*\.ipynb$")
    tools = (sys.version, platform.platform(), sorted(installed))
    return of(*tools, of_tree(LIBRARY), beside, date and date.timestamp())


def data_until(root: Path, year: int) -> str:
    """The hash of undated data, of the years' files up to ``year``, and of the public files of evidence of ``year``."""
    data = root / "data"
    files = [path for folder in FOLDERS for path in (data / folder).glob("*.csv") if path.stem <= str(year)]
    return of(undated(root), of_files(data, files), _public(root, year))


def _public(root: Path, year: int | None = None) -> list[tuple[str, str]]:
    """Name and hash of the files of evidence that a site carries (of ``year``, or of all)."""
    return [(one.name, one.sha256) for one in public_evidence(root, year)]


def undated(root: Path) -> str:
    """The hash of the data that belongs to no year."""
    return of_inputs(root / "data", without="|".join(f"{folder}/" for folder in FOLDERS))


def by_hand(root: Path) -> str:
    """The hash of the book's settings, contents list and templates and of the hand-written files in ``book/``."""
    settings = of_files(root, [root / "_config.yml", root / "_toc.yml"])
    return of(settings, of_inputs(root / "notebooks"), of_inputs(root / "book", without=_GENERATED))


def sources(root: Path) -> str:
    """The hash of all that people edit in a project, and of the program."""
    return of(of_inputs(root / "data"), by_hand(root), program(root), _public(root))


def inputs(root: Path) -> str:
    """The hash of all inputs of a book: commit, packages and date too."""
    return of(sources(root), provenance(root).as_json())


def frame(root: Path, runs: "Sequence[Run]") -> str:
    """The hash of the dependencies of every page's HTML: contents list, theme, scripts, hand-written pages."""
    headings = [(run.output.as_posix(), run.label, run.siblings) for run in runs]
    return of(str(root), program(root), by_hand(root), headings)  # Sphinx keeps absolute paths


@dataclass
class Manifest:
    """The results of the last build, with the cache keys of their inputs."""

    #: file below ``book/`` → the cache key of the page or downloads that it belongs to, and its own hash
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: inputs, ``book/`` and site of a whole build, as one hash; "" after one that failed or renewed single years
    whole: str = ""
    #: frame, site and doctrees, as one hash
    doctrees: str = ""

    @classmethod
    def read(cls, root: Path) -> "Manifest":
        """The manifest of the last build; an empty one where there is none or it is damaged."""
        content = read_sealed(_folder(root) / "manifest")
        try:
            known = cls(**json.loads(content or b"{}"))
            known.files = {name: (key, made) for name, (key, made) in known.files.items()}
        except (TypeError, ValueError, AttributeError, RecursionError):
            return cls()  # of another version of the library
        return known

    def write(self, root: Path) -> None:
        """Store it for the next build."""
        write_sealed(_folder(root) / "manifest", json.dumps(asdict(self), ensure_ascii=False).encode())

    def has(self, key: str, book: Path) -> bool:
        """Whether the files made under ``key`` are in ``book`` as they were made."""
        own = [name for name, (known, _) in self.files.items() if known == key]
        return bool(own) and all(self.made(name, book) for name in own)

    def made(self, name: str, book: Path) -> bool:
        """Whether this file is in ``book`` as the last build made it."""
        return name in self.files and of_files(book, [book / name]) == self.files[name][1]


def _folder(root: Path) -> Path:
    return root / "_build" / "cache"


def drawings(root: Path) -> Path:
    """The folder of the cached drawings."""
    return _folder(root) / "drawings"


def clear(root: Path) -> None:
    """Delete the cache."""
    shutil.rmtree(_folder(root), ignore_errors=True)


def prune(root: Path) -> None:
    """Evict the least recently used drawings."""
    by_age = sorted(drawings(root).glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_age[_MOST_DRAWINGS:]:
        path.unlink()


class Drawings(dict[str, str]):
    """Drawings by the hash of their specification, cached in a folder; for :data:`presentation.figure.drawings`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __missing__(self, key: str) -> str:
        kept = read_sealed(self._folder / key)
        if kept is None:
            raise KeyError(key)
        with contextlib.suppress(OSError):  # only its age is at stake
            os.utime(self._folder / key)
        super().__setitem__(key, kept.decode())
        return self[key]

    def __setitem__(self, key: str, drawing: str) -> None:
        super().__setitem__(key, drawing)
        with contextlib.suppress(OSError):  # drawn again next time
            write_sealed(self._folder / key, drawing.encode())


def whole(root: Path, inputs: str, book: str | None = None) -> str:
    """The hash of a build's inputs and results as they are now (``book``: its hash when Jupyter Book read it)."""
    return of(inputs, book or of_inputs(root / "book"), of_tree(root / "_build" / "html"))


def up_to_date(root: Path, inputs: str) -> Path | None:
    """The site's first page, if a build from ``inputs`` would change nothing."""
    page = root / "_build" / "html" / "index.html"
    return page if page.is_file() and Manifest.read(root).whole == whole(root, inputs) else None


def take_doctrees(root: Path, manifest: Manifest, frame: str, site: Path, into: Path) -> None:
    """Seed ``into``, where Jupyter Book works, with the last doctrees and site if frame and hashes are unchanged.

    The doctrees are moved, not copied: after a failed build the next one starts from scratch.
    """
    kept = _folder(root) / "sphinx"
    if manifest.doctrees == of(frame, of_tree(site), of_tree(kept)):
        kept.rename(into)
        shutil.copytree(site, into / site.name, ignore=lambda at, _: _REWRITTEN if Path(at) == site else ())
    shutil.rmtree(kept, ignore_errors=True)


def leave_doctrees(root: Path, frame: str, site: Path, of_build: Path) -> str:
    """Move Jupyter Book's doctrees from ``of_build`` to the cache; returns the hash of frame, ``site`` and doctrees."""
    kept = _folder(root) / "sphinx"
    kept.parent.mkdir(parents=True, exist_ok=True)
    of_build.rename(kept)
    return of(frame, of_tree(site), of_tree(kept))


def read_sealed(path: Path) -> bytes | None:
    """The content that :func:`write_sealed` wrote; None where there is no file or its checksum does not match."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    digest, content = stored[:32], stored[32:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_sealed(path: Path, content: bytes) -> None:
    """Write ``content`` atomically, with its checksum before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, hashlib.sha256(content).digest() + content)
