"""One notebook, run by papermill."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillException, PapermillExecutionError

from cixi_analysis.book.template import tidied


@dataclass(frozen=True)
class Failure:
    """Why a run failed: for the message, and for the log."""

    lines: tuple[str, ...]
    log: str


def run_notebook(
    parameters: Mapping[str, int], notebook: str, output: Path, *, engine: str | None = None, folder: Path | None = None
) -> Failure | None:
    """Run ``notebook`` (its JSON) with papermill and write the page to ``output``; returns why it failed.

    The working directory is the project folder, or the kernel is told to start in it (``folder``): changing the
    directory of a process that runs several at a time would move them all.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # kernels: no word about frozen modules
    page = output.absolute()  # a page may change this process's working directory
    page.parent.mkdir(parents=True, exist_ok=True)
    try:
        executed = papermill.execute_notebook(
            nbformat.reads(notebook, as_version=4),  # type: ignore[no-untyped-call]
            output,
            parameters=dict(parameters),
            kernel_name="python3",
            engine_name=engine,
            progress_bar=False,
            request_save_on_cell_execute=False,  # papermill would write the whole page before and after every cell
            autosave_cell_every=0,  # a page that fails is written all the same
            start_timeout=300,  # a busy machine may take its time
            extra_arguments=["--log-level=CRITICAL"],  # of the kernel program; cells report themselves
            **({"resources": {"metadata": {"path": str(folder)}}} if folder else {}),
        )
    except PapermillExecutionError as error:
        cell = [f"出错的单元 In [{error.exec_count}]：", *(f"    {line}" for line in error.source.splitlines())]
        return Failure((*cell, f"错误：{error.ename}: {error.evalue}"), str(error))
    # A dead kernel is a RuntimeError, one that cannot start a KeyError or OSError.
    except (PapermillException, RuntimeError, KeyError, OSError) as error:
        return Failure((f"错误：{type(error).__name__}: {error}",), str(error))
    nbformat.write(tidied(executed), page)  # type: ignore[no-untyped-call]
    return None
