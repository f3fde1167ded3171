"""Atomic writes: one file by a rename, several files of ``data/`` by renames under a rollback journal.

The journal holds the content of the files before the replacement; it is written first and removed last, and its removal
is the commit. A journal that is found later belongs to a replacement that was cut short (a kill, a power failure).
Readers then take the old content from the journal (:func:`read_journal`) and write nothing; the next command that
writes rolls the replacement back (:func:`recover`). So the data is the old one until the commit and the new one after it.
"""

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from cixi_analysis.errors import DataError, Problem, reason

#: Prefix of scratch files in ``data/``. Loading ignores names with a leading dot.
SCRATCH = ".importing-"
#: In ``data/``: the journal, JSON: file name → text before the replacement, null for no file.
JOURNAL = ".before-import.json"
#: The journal while a rollback follows it. Its renaming decides a race: without a journal, a replacement cannot commit.
TAKEN = f"{JOURNAL}.taken"


def write_whole(path: Path, content: bytes, prefix: str = "tmp") -> None:
    """Write ``content`` to a scratch file beside ``path`` and rename it to ``path``; a symbolic link stays one.

    A file that is replaced keeps its mode, its access lists and, where the system allows it, its owner; a new one gets
    the mode of the umask. Raises ``OSError`` that names the file; the old file is then untouched.
    """
    path = Path(os.path.realpath(path))
    scratch = path.with_name(f"{prefix}{secrets.token_hex(8)}")  # no suffix: not a CSV or Excel file yet
    try:
        old = path.stat() if path.exists() else None
        if old is not None and not stat.S_ISREG(old.st_mode):  # a device would be replaced by a file
            raise OSError(errno.EISDIR if path.is_dir() else errno.ENODEV, "not a regular file")
        mode = 0o666 if old is None else 0o600  # until it has the old file's access rights
        with open(scratch, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if old is not None:
            for user in (old.st_uid, -1) if hasattr(os, "chown") else ():  # not on Windows
                with contextlib.suppress(OSError):  # only root may give it away, but anyone to another group of theirs
                    os.chown(scratch, user, old.st_gid)
                    break
            shutil.copystat(path, scratch)
            os.utime(scratch)
        scratch.replace(path)
    except OSError as error:
        error.filename = str(path)  # a failed write names no file
        raise
    finally:
        with contextlib.suppress(OSError):
            scratch.chmod(0o600)  # Windows removes no file that is read-only, as the old one may be
            scratch.unlink(missing_ok=True)


def replace_files(data: Path, contents: Mapping[str, bytes]) -> None:
    """Replace the files of these names below ``data``, all or none; call :func:`recover` before.

    Raises ``OSError``; then nothing has changed.
    """
    before: dict[str, bytes | None] = {}
    try:
        if len(contents) > 1:
            before = {name: _content(data / name) for name in contents}
            texts = {name: None if old is None else old.decode("utf-8") for name, old in before.items()}
            _replace(data / JOURNAL, json.dumps(texts, ensure_ascii=False, indent=1).encode("utf-8"))
        for name, content in contents.items():
            _replace(data / name, content)
        if before:
            (data / JOURNAL).unlink()  # fails where another process rolls this replacement back
    except BaseException:  # KeyboardInterrupt too
        with contextlib.suppress(OSError):  # what cannot be rolled back now is left to `recover`
            _put_back(data, before)
        raise
    _sync(data)


def read_journal(data: Path) -> dict[str, bytes | None] | None:
    """File name → content (None: no file) before a replacement that was cut short; None where none was.

    Raises :class:`DataError` for a journal that cannot be read or that :func:`replace_files` has not written.
    """
    for journal in (data / TAKEN, data / JOURNAL):
        try:
            texts = json.loads(journal.read_bytes())
            if not all(re.fullmatch(r"(\w+/)?\w+\.csv", name) for name in texts):
                raise ValueError(texts)
            return {name: None if text is None else text.encode("utf-8") for name, text in texts.items()}
        except FileNotFoundError:
            continue
        except OSError as error:
            found = f"上一次导入中断，还不能恢复原来的数据（{reason(error)}）"
            expected = "data/ 可以写入，其中的文件没有正被 Excel 打开；然后再运行一次"
        except (ValueError, TypeError, AttributeError, RecursionError):
            found, expected = "无法读取的中断记录", "没有改动过的记录；核对 data/ 中该年的数据以后，可以删去这个文件"
        raise DataError([Problem(JOURNAL, None, None, found, expected)])
    return None


def recover(data: Path) -> None:
    """Remove scratch files and roll back a replacement that was cut short.

    Raises ``OSError`` where that is not possible, and what :func:`read_journal` raises.
    """
    for path in (*data.glob(f"{SCRATCH}*"), *data.glob(f"*/{SCRATCH}*")):
        with contextlib.suppress(OSError):
            path.unlink()
    if read_journal(data) is None:  # a damaged journal raises and stays where it is
        return
    if not (data / TAKEN).exists():
        try:
            (data / JOURNAL).replace(data / TAKEN)  # from here on the replacement, if it still runs, cannot commit
        except FileNotFoundError:
            return  # it has committed since
    _put_back(data, read_journal(data) or {})


def _put_back(data: Path, before: Mapping[str, bytes | None]) -> None:
    for name, content in before.items():
        if content is None:
            (data / name).unlink(missing_ok=True)
        elif _content(data / name) != content:
            _replace(data / name, content)
    for journal in (JOURNAL, TAKEN):
        (data / journal).unlink(missing_ok=True)
    _sync(data)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content, prefix=SCRATCH)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Flush the folder's entries, so that a rename survives a power failure; not possible on Windows."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
