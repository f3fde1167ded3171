"""What is kept of earlier builds in `_build/cache`: products under the hash of all they were made of.

Deleting the folder is always safe, and so is damage: an entry that is not what was written is as good as none. The key
holds the library's own files, so what another version has left is never found.
"""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cixi_analysis.book import fingerprint
from cixi_analysis.plan.journal import write_whole


class Store:
    """Products under their keys: a product is a folder of files."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "_build" / "cache"
        self._products = self.folder / "products"

    def take(self, key: str, folder: Path) -> bool:
        """Put the product of ``key`` into ``folder``; whether there was one."""
        content = read_sealed(self._products / key)
        if content is None:
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as product:
            product.extractall(folder)
        return True

    def put(self, key: str, folder: Path, files: Iterable[Path]) -> None:
        """Keep ``files`` (below ``folder``) as the product of ``key``."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as product:
            for path in sorted(files):
                product.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
        write_sealed(self._products / key, packed.getvalue())

    def keep_only(self, keys: Iterable[str]) -> None:
        """Drop every product that the last build had no use for."""
        wanted = set(keys)
        for path in self._products.glob("*"):
            if path.name not in wanted:
                path.unlink()

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Record:
    """What the last whole build was made of and what it made: with both as they were, there is nothing to do."""

    inputs: str
    book: str
    site: str

    @classmethod
    def now(cls, root: Path, inputs: str) -> "Record":
        """The record of a build of ``inputs`` whose results are in place."""
        return cls(inputs, fingerprint.of_tree(root / "book"), fingerprint.of_tree(root / "_build" / "html"))

    @classmethod
    def last(cls, root: Path) -> "Record | None":
        """The record that the last build left, if it did."""
        content = read_sealed(_record(root))
        known = {} if content is None else json.loads(content)
        return cls(**known) if known.keys() == {field.name for field in fields(cls)} else None

    def write(self, root: Path) -> None:
        """Leave this record for the next build."""
        write_sealed(_record(root), json.dumps(asdict(self)).encode())


def forget(root: Path) -> None:
    """From now on the site is not known to be up to date."""
    _record(root).unlink(missing_ok=True)


def up_to_date(root: Path, inputs: str) -> Path | None:
    """The site's first page, if a build of ``inputs`` would change nothing."""
    last = Record.last(root)
    page = root / "_build" / "html" / "index.html"
    known = last is not None and last.inputs == inputs and page.is_file() and last == Record.now(root, inputs)
    return page if known else None


def _record(root: Path) -> Path:
    return root / "_build" / "cache" / "last"


def read_sealed(path: Path) -> bytes | None:
    """What :func:`write_sealed` wrote there; None if nothing was, or if it is no longer that."""
    try:
        stored = path.read_bytes()
    except OSError:
        return None
    digest, content = stored[:32], stored[32:]
    return content if hashlib.sha256(content).digest() == digest else None


def write_sealed(path: Path, content: bytes) -> None:
    """Write ``content`` with its hash before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, hashlib.sha256(content).digest() + content)
