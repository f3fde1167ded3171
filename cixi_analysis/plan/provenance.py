"""The provenance of a build: every input with its hash, the program's version, the Git commit, the packages, the date.

It holds nothing about the machine, the folder or the clock: two builds of the same commit have the same provenance.
"""

import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import cixi_analysis
from cixi_analysis.errors import CixiError, invisible, marked
from cixi_analysis.plan import EVIDENCE, build_date, is_passed_over
from cixi_analysis.plan.journal import JOURNAL, TAKEN

if TYPE_CHECKING:
    from cixi_analysis.plan.evidence_files import PublishedFile

#: The file name of the provenance in a site.
FILE = "provenance.json"
_DISTRIBUTION = "cixi-analysis"
_PROGRAM = Path(__file__).parents[1]
#: Installers take no part in a build; their versions differ between environments.
_INSTALLERS = {"pip", "setuptools", "wheel"}
#: Modules that a page may import: patterns below the project folder.
MODULES = ("*.py", "notebooks/*.py")
#: The kind of the plan's and the years' data, and that of the files of evidence that the site carries.
DATA, PUBLIC_EVIDENCE = "数据", "公开的佐证材料"
#: Kind of input → the patterns of its files below the project folder, in the order of the list.
_INPUTS = {
    DATA: ("data/**/*",),
    "页面模板": ("notebooks/*.ipynb", *MODULES),
    "手写的页面与静态文件": ("book/*.md", "book/_static/**/*"),
    "设置": ("_config.yml", "_toc.yml", "constraints.txt", "pyproject.toml"),
}


class WrongName(CixiError):
    """Names of input files cannot be decoded as text; the message (Chinese) lists them."""


@dataclass(frozen=True)
class Input:
    """A file that the book is made from."""

    kind: str  # one of `_INPUTS`, or `PUBLIC_EVIDENCE`
    path: str  # below the project folder, with slashes
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Program:
    """The library: ``sha256`` is the hash of its list of files as ``sha256sum`` prints it."""

    version: str
    files: int
    sha256: str
    commit: str | None  # of the project folder; None without a Git repository
    modified: tuple[str, ...]  # files that differ from the commit, untracked and ignored ones too, with slashes


@dataclass(frozen=True)
class Package:
    """A package that a build uses: the installed version, and the one that ``constraints.txt`` pins (None: none)."""

    name: str
    version: str
    pinned: str | None


@dataclass(frozen=True)
class Provenance:
    """All inputs of a build."""

    inputs: tuple[Input, ...]
    program: Program
    python: str
    system: str
    packages: tuple[Package, ...]
    date: datetime | None

    @property
    def edition(self) -> str:
        """Version and commit as a citation has them."""
        commit, modified = self.program.commit, self.program.modified
        told = f"（{commit[:12]}{'，有改动' if modified else ''}）" if commit else ""
        return f"{self.program.version}{told}"

    def as_json(self) -> str:
        """The content of ``provenance.json``; comparing two of them shows which inputs have changed."""
        plain = {"edition": self.edition} | asdict(self) | {"date": self.date.isoformat() if self.date else None}
        return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def provenance(root: Path) -> Provenance:
    """The provenance of a build of the project folder ``root`` if it were made now.

    Raises :class:`~cixi_analysis.plan.WrongDate` and :class:`WrongName`.
    """
    inputs = tuple(_inputs(root))
    names = (str(root.resolve()), *(one.path for one in inputs))
    if wrong := "、".join(marked(name) for name in names if not is_text(name)):
        raise WrongName(f"名称含有看不见的字符，或不是 UTF-8 文字，不能用来生成网站，请改名或移走：{wrong}")
    pins = root / "constraints.txt"
    lines = re.findall(r"^([\w.-]+)==(\S+)", pins.read_text("utf-8", "replace") if pins.is_file() else "", re.MULTILINE)
    pinned: dict[str, str] = {canonicalize_name(name): version for name, version in lines}
    packages = tuple(Package(*package, pinned.get(package[0])) for package in required_packages().items())
    python = f"{platform.python_implementation()} {platform.python_version()}"
    system = f"{platform.system()} {platform.machine()}"
    program = _program(root, {one.path for one in inputs})
    return Provenance(inputs, program, python, system, packages, build_date())


def _inputs(root: Path) -> Iterator[Input]:
    """The files that the book is made from, by kind and name."""
    for kind, patterns in _INPUTS.items():
        for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
            hidden = is_passed_over(path.name) and path.name not in (JOURNAL, TAKEN)  # journals are read
            name = path.relative_to(root).as_posix()
            unread = kind == DATA and not is_text(name)  # loading reports one among the years
            if path.is_file() and not hidden and not unread and ".ipynb_checkpoints" not in path.parts:
                content = path.read_bytes()
                yield Input(kind, name, len(content), hashlib.sha256(content).hexdigest())
    for one in public_evidence(root):
        yield Input(PUBLIC_EVIDENCE, one.path, one.size, one.sha256)


def public_evidence(root: Path, year: int | None = None) -> "tuple[PublishedFile, ...]":
    """The files of evidence that a site carries (of ``year``, or of all)."""
    if not (root / "data" / EVIDENCE).is_dir():
        return ()
    from cixi_analysis.plan.evidence_files import published_files  # noqa: PLC0415  # imports the schema, which takes a while

    return published_files(root, year)


def is_text(name: str) -> bool:
    """Whether a file's name decodes as text for a page, a script and an archive; a GBK name on Linux does not."""
    return not invisible(name) and "\n" not in name


def _program(root: Path, inputs: Container[str]) -> Program:
    paths = (path for path in _PROGRAM.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = sorted((path.relative_to(_PROGRAM.parent).as_posix(), path) for path in paths)
    listing = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in files)
    sha256, commit = hashlib.sha256(listing.encode()).hexdigest(), _commit(root)
    places = [*(f":(glob){pattern}" for patterns in _INPUTS.values() for pattern in patterns), _PROGRAM.name]
    status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored", "--", *places)
    changed = ((commit and _git(root, *status)) or "").split("\0")
    own = (entry for entry in changed if is_text(entry) and (entry[:2] != "!!" or entry[3:] in inputs))
    modified = tuple(sorted(entry[3:] for entry in own if entry))
    return Program(cixi_analysis.__version__, len(files), sha256, commit, modified)


def required_packages() -> dict[str, str]:
    """Name → installed version of the program's requirements, transitively; other installed packages are left out."""
    found: dict[str, str] = {}
    waiting = _required(_DISTRIBUTION)
    while waiting := waiting - found.keys() - _INSTALLERS:
        found |= {name: metadata.version(name) for name in waiting}
        waiting = set().union(*map(_required, waiting))
    return dict(sorted(found.items()))


def _required(name: str) -> set[str]:
    """The requirements of a package in this environment, without its extras."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    needed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name) for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})}


def _commit(root: Path) -> str | None:
    """The commit of ``root``, if a repository begins there and not in a parent folder."""
    return _git(root, "rev-parse", "HEAD") if _git(root, "rev-parse", "--show-prefix") == "" else None


def own_files(root: Path) -> tuple[str, ...] | None:
    """The project's own files: tracked, or untracked and not ignored."""
    if _commit(root) is None:
        return None
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
    return tuple(sorted(name for name in listed.split("\0") if name and (root / name).is_file()))


def git_folder(root: Path) -> Path | None:
    """The repository's ``.git`` folder; as ``GIT_DIR`` it serves a copy of the files elsewhere."""
    found = _git(root, "rev-parse", "--absolute-git-dir") if _commit(root) else None
    return Path(found) if found else None


def _git(root: Path, *arguments: str) -> str | None:
    """Git's output, or None when Git fails or is missing."""
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  # our own words
            # On Windows a process does not start while a thread reads the standard input that it would inherit.
            command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            errors="surrogateescape", check=False,
        )  # fmt: skip
    except OSError:
        return None
    return done.stdout.strip("\n") if done.returncode == 0 else None
