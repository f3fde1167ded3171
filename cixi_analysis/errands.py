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

import nbformat
import papermill
from papermill.exceptions import PapermillException, PapermillExecutionError

#: What a page reads of the project folder.
_READ = ("_config.yml", "data")


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
    failure: tuple[str, ...] = ()  # lines (Chinese) that say why it failed
    log: str = ""  # the failure's traceback


def run_all(errands: Sequence[Errand], executor: Executor) -> Iterator[Returned]:
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
        failure: tuple[str, ...] = ()
        log = ""
        try:
            papermill.execute_notebook(
                nbformat.reads(errand.notebook, as_version=4),  # type: ignore[no-untyped-call]
                output,
                parameters=dict(errand.parameters),
                kernel_name="python3",
                progress_bar=False,
                start_timeout=300,  # a busy machine may take its time
                extra_arguments=["--log-level=CRITICAL"],  # of the kernel program; cells report themselves
                resources={"metadata": {"path": folder}},  # `cwd` would move every thread of this process
            )
        except PapermillExecutionError as error:
            cell = [f"出错的单元 In [{error.exec_count}]：", *(f"    {line}" for line in error.source.splitlines())]
            failure, log = (*cell, f"错误：{error.ename}: {error.evalue}"), str(error)
        # A dead kernel is a RuntimeError, one that cannot start a KeyError or OSError.
        except (PapermillException, RuntimeError, KeyError, OSError) as error:
            failure, log = (f"错误：{type(error).__name__}: {error}",), str(error)
        return Returned(errand.name, _executed(output, errand.name), failure, log)


def _executed(path: Path, name: str) -> str:
    """The notebook as it would be had it been run where its page lies."""
    if not path.is_file():
        return ""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.metadata.papermill.output_path = name
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text


def packed(root: Path) -> bytes:
    """What pages read of the project folder, for a machine that does not have it. The same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _READ:
            top = root / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and not path.name.startswith("."):
                    archive.writestr(
                        zipfile.ZipInfo(path.relative_to(root).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
                    )
    return buffer.getvalue()
