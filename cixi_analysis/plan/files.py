"""A file that is written is whole or not there, and what stood in its place stays until then."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, prefix: str = "tmp") -> None:
    """Write ``content`` beside ``path`` (under a name that begins with ``prefix``), and then into its place.

    Raises ``OSError``; what stood there before is then untouched.
    """
    handle, name = tempfile.mkstemp(prefix=prefix, dir=path.parent)  # without a suffix: it is not yet such a file
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
