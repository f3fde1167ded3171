"""The files of evidence, in ``evidence/YEAR/`` of the project folder: not committed, hashed and never opened otherwise.

A file is found in the folder's own list of names, never by joining a name to a path: no name leads out of the folder.
"""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cixi_analysis.errors import CixiError, quoted, reason, writing
from cixi_analysis.plan import EVIDENCE, is_passed_over
from cixi_analysis.plan.csvfile import read_table, rows_csv
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.filing_rows import Evidence, numbered
from cixi_analysis.plan.journal import recover, replace_files

#: Below the project folder: the folders of the years.
FOLDER = "evidence"
#: Bytes of a file that is hashed, and of the files of a year that a site carries.
MOST_BYTES, MOST_PUBLISHED = 512 * 2**20, 16 * 2**20


class NotRecorded(CixiError):
    """No hash was written; the message (Chinese) says why."""


class WrongFolder(CixiError):
    """The folder of a year is a link out of the project; the message (Chinese) names its target."""


@dataclass(frozen=True)
class EvidenceFile:
    """A file in a year's folder. ``sha256``: None where not requested, or unreadable (``flaw`` says why, Chinese)."""

    path: Path
    sha256: str | None = None
    flaw: str = ""


@dataclass(frozen=True)
class PublishedFile:
    """A file that the site carries under ``name``, beside the downloads of its year. ``path``: below the project folder."""

    name: str
    number: str
    row: Evidence
    path: str
    size: int
    sha256: str


def evidence_files(root: Path, year: int, hashed: Iterable[str]) -> dict[str, EvidenceFile]:
    """Name (:func:`same_name`) → file in the folder of ``year``; ``hashed`` are the names whose hash is wanted.

    Raises :class:`WrongFolder` for a folder that is a link.
    """
    folder, wanted = root / FOLDER / str(year), {same_name(name) for name in hashed}
    real = root.resolve() / FOLDER / str(year)
    if os.path.normcase(folder.resolve()) != os.path.normcase(real):
        raise WrongFolder(f"{folder} 是通往别处的链接。应为项目中的文件夹，文件直接放在里面。")
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WrongFolder(f"不能读取 {folder}：{reason(error)}。") from error
    own = (entry for entry in entries if not is_passed_over(entry.name))
    return {same_name(entry.name): _examined(entry, same_name(entry.name) in wanted) for entry in own}


def same_name(name: str) -> str:
    """A name as it is compared: macOS may store its characters decomposed."""
    return unicodedata.normalize("NFC", name)


def _examined(entry: "os.DirEntry[str]", hashed: bool) -> EvidenceFile:
    path = Path(entry.path)
    if not entry.is_file(follow_symlinks=False):
        return EvidenceFile(path, flaw="不是普通文件（是文件夹或链接）")
    if not hashed:
        return EvidenceFile(path)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):  # replaced since
                return EvidenceFile(path, flaw="不是普通文件")
            if not found.st_size:  # a copy that failed, or a file that is only in the cloud
                return EvidenceFile(path, flaw="是空文件（0 字节）")
            if found.st_size > MOST_BYTES:
                return EvidenceFile(path, flaw=f"超过 {MOST_BYTES // 2**20} MB")
            return EvidenceFile(path, hashlib.file_digest(stream, "sha256").hexdigest())
    except OSError as error:
        return EvidenceFile(path, flaw=reason(error))


def recorded(
    root: Path, year: int, rows: Iterable[Evidence], before: Iterable[Evidence], accepted: Iterable[str] = ()
) -> tuple[Evidence, ...]:
    """The rows with the hash of each file: that recorded before under its name, else that of the file, if it is there.
    ``accepted``: names whose hash is taken anew.
    """
    rows = tuple(rows)
    again = {same_name(name) for name in accepted}
    known = {same_name(row.file): row.sha256 for row in before if row.file and row.sha256}
    wanted = {same_name(row.file) for row in rows if row.file} - (known.keys() - again)
    found = evidence_files(root, year, wanted) if wanted else {}
    hashes = known | {name: file.sha256 for name, file in found.items() if file.sha256}
    return tuple(row.model_copy(update={"sha256": hashes.get(same_name(row.file or ""))}) for row in rows)


def record_files(plan: Plan, year: int, accepted: Collection[str]) -> tuple[Plan, int]:
    """Write the hashes of the files of ``year`` that have none recorded, and of those ``accepted``; returns the plan with
    them, and how many files there were.

    Raises :class:`NotRecorded` for an accepted name that is not declared or not there, and when data cannot be written.
    """
    old = plan.evidence.get(year, ())
    declared = {same_name(row.file): row.file for row in old if row.file}
    names = dict.fromkeys(same_name(name) for name in accepted)
    files = evidence_files(plan.root, year, names.keys() & declared.keys())
    wrong = []
    if unknown := [quoted(name) for name in names if name not in declared]:
        there = "、".join(declared.values()) or "（没有文件）"
        wrong.append(f"{year} 年的目录里没有{'、'.join(unknown)}，有的是：{there}。")
    absent = EvidenceFile(Path(), flaw=f"不在 {FOLDER}/{year}/ 里")
    asked = [(name, files.get(name, absent)) for name in names if name in declared]
    wrong += [f"{quoted(name)}{file.flaw}。" for name, file in asked if file.sha256 is None]
    if wrong:
        raise NotRecorded("\n".join(["没有登记：" + wrong[0], *wrong[1:]]))
    new = recorded(plan.root, year, old, old, names)
    if new == old:
        return plan, 0
    data = plan.root / "data"
    with writing(data / EVIDENCE / f"{year}.csv", NotRecorded):
        recover(data)
        if load_plan(plan.root) != plan:
            raise NotRecorded("没有登记：data/ 刚才又有改动。请再运行一次。")
        replace_files(data, {f"{EVIDENCE}/{year}.csv": rows_csv(Evidence, new)})
    return load_plan(plan.root), len({row.file for row, was in zip(new, old, strict=True) if row != was})


def published_files(root: Path, only: int | None = None) -> tuple[PublishedFile, ...]:
    """The files that a site carries (``only``: of this year)."""
    return tuple(one for one in _declared_public(root, only) if isinstance(one, PublishedFile))


def left_out(root: Path) -> tuple[str, ...]:
    """Why (Chinese) files that a site should carry are left out: one that is not what was recorded, or that would make the
    site too large.
    """
    return tuple(one for one in _declared_public(root) if isinstance(one, str))


def _declared_public(root: Path, only: int | None = None) -> Iterator[PublishedFile | str]:
    """Each file that is declared as public, once; or why it is left out. Damaged data declares nothing."""
    for path in sorted((root / "data" / EVIDENCE).glob("20[0-9][0-9].csv")):
        year, total = int(path.stem), 0
        if only not in (None, year):
            continue
        rows: dict[str, tuple[str, Evidence]] = {}
        for number, row in numbered(read_table(path.name, path.read_bytes(), Evidence, [], None).rows.values()).items():
            if row.file and row.publish:
                rows.setdefault(same_name(row.file), (number, row))
        try:
            files, flaw = evidence_files(root, year, rows) if rows else {}, "文件不在"
        except WrongFolder as error:
            files, flaw = {}, str(error)
        for name, (number, row) in rows.items():
            file = files.get(name) or EvidenceFile(path, flaw=flaw)
            size = file.path.stat().st_size if file.sha256 else 0
            why = file.flaw
            if file.sha256 and file.sha256 != row.sha256:
                why = "文件与登记的不同" if row.sha256 else "文件没有登记"
            elif total + size > MOST_PUBLISHED:
                why = f"这一年公开的文件合计超过 {MOST_PUBLISHED // 2**20} MB"
            if why or file.sha256 is None:
                yield f"{year} 年要公开的佐证材料“{row.file}”没有放进网站：{why}（见 cixi evidence {year}）。"
                continue
            total += size
            carried = f"evidence-{number}{file.path.suffix.lower()}"
            yield PublishedFile(carried, number, row, file.path.relative_to(root).as_posix(), size, file.sha256)
