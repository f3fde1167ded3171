"""A page as an errand for any machine: it takes the notebook and the data along, and brings a notebook back.

Nothing is assumed of where it runs: no shared folder, no path, only this library in the same version.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cixi_analysis.book.notebook import Failure, run_notebook
from cixi_analysis.plan.folder import MODULES
from cixi_analysis.plan.journal import JOURNAL, TAKEN

#: What a page reads of the project folder.
_READ = ("_config.yml", "data/**/*", *MODULES)


@dataclass(frozen=True)
class Errand:
    """One notebook to run."""

    name: str  # where the page lies in the book, as 2022/table1.ipynb
    notebook: str  # its JSON
    parameters: Mapping[str, int]
    project: bytes  # what it reads: `packed(root)`


@dataclass(frozen=True)
class Returned:
    """A notebook that was run."""

    name: str
    notebook: str  # its JSON with outputs; after a failure as far as it came, or ""
    failure: Failure | None = None


def run_errands(errands: Sequence[Errand], executor: Executor) -> Iterator[Returned]:
    """Run the errands on any executor and yield each page as it comes back.

    Whoever stops asking cancels what has not begun.
    """
    pending = [executor.submit(run, errand) for errand in errands]
    try:
        for done in as_completed(pending):
            yield done.result()
    finally:
        for future in pending:
            future.cancel()


def run(errand: Errand) -> Returned:
    """Run one notebook in an ordinary kernel, in a folder of its own that holds what it reads."""
    with TemporaryDirectory(prefix="cixi-") as folder:
        zipfile.ZipFile(io.BytesIO(errand.project)).extractall(folder)
        output = Path(folder, "executed.ipynb")
        failure = run_notebook(errand.parameters, errand.notebook, output, folder=Path(folder))
        executed = output.read_text(encoding="utf-8") if output.is_file() else ""
    return Returned(errand.name, executed, failure)


def packed(root: Path) -> bytes:
    """What pages read of the project folder, for a machine that does not have it. The same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (found for pattern in _READ for found in sorted(root.glob(pattern))):
            if path.is_file() and (not path.name.startswith(".") or path.name in (JOURNAL, TAKEN)):
                entry = zipfile.ZipInfo(path.relative_to(root).as_posix())
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
