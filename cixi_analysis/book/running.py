"""The runs of notebooks, several at a time: in warm processes where the platform has them, else in ordinary kernels."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.iorw import local_file_io_cwd

from cixi_analysis.book import workers
from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.pages import Run
from cixi_analysis.book.template import tidied
from cixi_analysis.book.workers import Died, Done


@dataclass(frozen=True)
class Failure:
    """Why a run failed: for the message, and for the log."""

    lines: tuple[str, ...]
    log: str


def run_all(root: Path, runs: Sequence[Run], notebooks: Sequence[NotebookNode], folder: Path) -> Iterator[Run]:
    """Run the notebooks and write them, executed, below ``folder`` (in ``root``); yields each run as it is done.

    Raises :class:`BuildError` for the first that fails, and keeps what there is of it in `_build/logs`.
    """
    # Papermill fills braces in a file's name, and the project folder's may hold some: names start from that folder.
    calls = [
        (root, run, nbformat.writes(notebook), folder.relative_to(root) / run.output)  # type: ignore[no-untyped-call]
        for run, notebook in zip(runs, notebooks, strict=True)
    ]
    for done in workers.each(in_warm_process, calls) if workers.available() else _in_kernels(calls):
        run = runs[done.number]
        match done.result:
            case Died() as died:
                raise BuildError(_kept(root, run, folder / run.output, Failure((f"错误：{died}",), str(died))))
            case Failure() as failure:
                raise BuildError(_kept(root, run, folder / run.output, failure))
        yield run


def in_warm_process(root: Path, run: Run, notebook: str, output: Path) -> Failure | None:
    """Run ``notebook`` (its JSON) in this process, which is there for nothing else."""
    from cixi_analysis.book.engine import ENGINE  # noqa: PLC0415  # where processes cannot fork nobody needs a kernel here

    with chdir(root):
        return run_notebook(run, notebook, output, ENGINE)


def run_notebook(run: Run, notebook: str, output: Path, engine: str | None) -> Failure | None:
    """Run ``notebook`` (its JSON) with papermill and write the page; returns why it failed.

    The working directory is the project folder.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # kernels: no word about frozen modules
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        executed = papermill.execute_notebook(
            nbformat.reads(notebook, as_version=4),  # type: ignore[no-untyped-call]
            output,
            parameters=run.parameters,
            kernel_name="python3",
            engine_name=engine,
            progress_bar=False,
            start_timeout=300,  # a busy machine may take its time
            extra_arguments=["--log-level=CRITICAL"],  # of the kernel program; cells report themselves
        )
    except PapermillExecutionError as error:
        cell = [f"出错的单元 In [{error.exec_count}]：", *(f"    {line}" for line in error.source.splitlines())]
        return Failure((*cell, f"错误：{error.ename}: {error.evalue}"), str(error))
    # A dead kernel is a RuntimeError, one that cannot start a KeyError or OSError.
    except (PapermillException, RuntimeError, KeyError, OSError) as error:
        return Failure((f"错误：{type(error).__name__}: {error}",), str(error))
    nbformat.write(tidied(executed), output)  # type: ignore[no-untyped-call]
    return None


def _in_kernels(calls: Sequence[tuple[Path, Run, str, Path]]) -> Iterator[Done[Failure | None]]:
    """The same two at a time in kernels of their own: most of such a run is waiting for its kernel to start.

    All have the same working directory, so that no thread changes it under another. Papermill also remembers, for the
    whole process, which folder output names start from; it is set once here, so that one thread cannot reset it for
    the other.
    """
    print("本系统不能复制进程，改用普通的 Jupyter 内核，生成会慢一些。", file=sys.stderr)  # noqa: T201
    with chdir(calls[0][0]), local_file_io_cwd(), ThreadPoolExecutor(max_workers=2) as pool:
        try:
            numbers = {pool.submit(run_notebook, *call[1:], None): number for number, call in enumerate(calls)}
            for result in as_completed(numbers):
                yield Done(numbers[result], result.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _kept(root: Path, run: Run, output: Path, failure: Failure) -> str:
    """Keep what there is of a failed run, and say where."""
    number = "" if run.indicator is None else f"-{run.indicator}"
    kept = Path("_build", "logs", f"{run.year}-{run.page.template}{number}")
    log, notebook = kept.with_suffix(".log"), kept.with_suffix(".ipynb")
    (root / log).write_text(f"{run}\n{failure.log}\n", encoding="utf-8")
    lines = [f"{run}：笔记本运行失败，网站保持原样。", *failure.lines, f"记录：{log.as_posix()}"]
    if output.is_file():
        shutil.copy(output, root / notebook)
        lines += [f"运行到出错处的笔记本：{notebook.as_posix()}"]
    return "\n".join(lines)
