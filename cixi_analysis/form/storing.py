"""A year's observations as a file: the same rows give the same bytes, and a crash leaves the old file or the new."""

import contextlib
import csv
import os
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

from cixi_analysis.schema import Observation

#: What a file begins with while it is being written. Loading ignores names with a leading dot, so what a killed
#: import leaves behind stops nobody.
SCRATCH = ".importing-"


def observations_csv(rows: Iterable[Observation]) -> bytes:
    """The rows in the schema's columns: UTF-8, LF, quotes only where needed, so that a diff shows what changed."""
    lines: list[str] = []
    # Python 3.11 quotes a line break only if it is part of the line's end; hence CRLF, which then becomes LF.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerow(Observation.columns())
    for row in rows:
        writer.writerow([_text(cell) for cell in row.model_dump(mode="json").values()])
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines).encode("utf-8")


def _text(cell: str | float | None) -> str:
    if isinstance(cell, float):
        # Shortest digits, never with an exponent, which the schema refuses.
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    return cell or ""


def store(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``path``, all of it or nothing. Raises ``OSError``; then nothing has changed."""
    handle, name = tempfile.mkstemp(prefix=SCRATCH, dir=path.parent)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.chmod(0o644)
        scratch.replace(path)
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
    _sync(path.parent)


def clean(folder: Path) -> None:
    """Remove what killed imports left behind."""
    for path in folder.glob(f"{SCRATCH}*"):
        with contextlib.suppress(OSError):
            path.unlink()


def _sync(folder: Path) -> None:
    """Make the new name last through a power failure, where the system has a way to (Windows has none)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
