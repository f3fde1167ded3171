"""Replacing files of ``data/``: each is old or new, and of several all are old or all are new, whatever happens.

One file is replaced by one renaming, which the system does whole or not at all. Several cannot be renamed at once:
what they held before is noted first (:data:`NOTE`), and the note is removed last. Where a note lies about, the
replacement was cut short (a kill, a power failure), and :func:`restore`, which every loading of the data begins with,
puts back what it says. So from the first renaming to the removal of the note the data is the old one; from then on
it is the new one.
"""

import contextlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cixi_analysis.plan.files import write_whole

#: What a file begins with while it is being written. Loading ignores names with a leading dot, so what a killed
#: import leaves behind stops nobody.
SCRATCH = ".importing-"
#: In ``data/``: what files held before a replacement that has not come to its end; name → text, null for no file.
NOTE = ".before-import.json"
#: The note while it is being followed: whoever takes it first decides, the replacement or the loading.
TAKEN = f"{NOTE}.taken"


def replace_files(data: Path, contents: Mapping[str, bytes]) -> None:
    """Put each content in the place of the file of that name below ``data``: all of them or none.

    Raises ``OSError``; then nothing has changed.
    """
    note: dict[str, str | None] = {}
    try:
        if len(contents) > 1:
            note = {name: _text(data / name) for name in contents}
            _replace(data / NOTE, json.dumps(note, ensure_ascii=False, indent=1).encode("utf-8"))
        for name, content in contents.items():
            _replace(data / name, content)
        if note:
            (data / NOTE).unlink()  # refused where another process that loads the data has taken the note
    except BaseException:  # also when the user interrupts
        with contextlib.suppress(OSError):  # what cannot be put back now is put back by the next loading
            _put_back(data, note)
        raise
    _sync(data)


def cut_short(data: Path) -> bool:
    """Whether a replacement has not come to its end."""
    return any((data / left).exists() for left in (NOTE, TAKEN))


def restore(data: Path) -> None:
    """Put back what a replacement that was cut short has replaced.

    Raises ``OSError`` where that is not possible and ``ValueError`` for a note that nobody here has written.
    """
    if (note := _noted(data / TAKEN)) is None and (note := _noted(data / NOTE)) is not None:
        try:
            (data / NOTE).replace(data / TAKEN)  # from here on the replacement, should it still run, cannot end well
        except FileNotFoundError:
            return  # it has just ended well
    if note is not None:
        _put_back(data, note)


def _noted(path: Path) -> dict[str, str | None] | None:
    try:
        note = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    if not isinstance(note, dict) or not all(
        re.fullmatch(r"\w+/\w+\.csv", name) and isinstance(text, str | None) for name, text in note.items()
    ):
        raise ValueError(note)
    return note


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8") if path.exists() else None


def _put_back(data: Path, note: Mapping[str, str | None]) -> None:
    for name, text in note.items():
        if text is None:
            (data / name).unlink(missing_ok=True)
        elif _text(data / name) != text:
            _replace(data / name, text.encode("utf-8"))
    for left in (NOTE, TAKEN):
        (data / left).unlink(missing_ok=True)
    _sync(data)


def clean(data: Path) -> None:
    """Remove what killed replacements left behind half-written."""
    for path in (*data.glob(f"{SCRATCH}*"), *data.glob(f"*/{SCRATCH}*")):
        with contextlib.suppress(OSError):
            path.unlink()


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content, prefix=SCRATCH)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the new name last through a power failure, where the system has a way to (Windows has none)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
