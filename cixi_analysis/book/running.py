"""The jobs of a build, several at a time: in warm processes where the platform has them, else in ordinary kernels."""

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
import vl_convert
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.iorw import local_file_io_cwd

from cixi_analysis.book import workers
from cixi_analysis.book.drawing import draw, drawn_above
from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.jobs import Job, PageJob
from cixi_analysis.book.pages import Run
from cixi_analysis.book.template import tidied
from cixi_analysis.book.workers import Died, Done
from cixi_analysis.saving import ExportError


@dataclass(frozen=True)
class Failure:
    """Why a run failed: for the message, and for the log."""

    lines: tuple[str, ...]
    log: str


def run_all(root: Path, jobs: Sequence[Job], folder: Path) -> Iterator[Job]:
    """Do the jobs, which leave what they make below ``folder`` (in ``root``); yields each as it is done.

    Raises :class:`BuildError` for the first that fails, and keeps what there is of a failed page in `_build/logs`.
    """
    if not jobs:
        return
    # Papermill fills braces in a file's name, and the project folder's may hold some: names start from that folder.
    calls = [(root, job, folder.relative_to(root)) for job in jobs]
    for done in workers.each(_in_warm_process, calls, draw) if workers.available() else _in_kernels(calls):
        job = jobs[done.number]
        result = done.result
        if isinstance(result, Died):
            result = Failure((f"错误：{result}",), str(result))
        if result is not None:
            raise BuildError(_told(root, job, folder, result))
        yield job


def _in_warm_process(root: Path, job: Job, folder: Path) -> Failure | None:
    """Do the job in this process, which is there for nothing else."""
    from cixi_analysis.book.engine import ENGINE  # noqa: PLC0415  # where processes cannot fork nobody needs a kernel here

    vl_convert.vegalite_to_svg = drawn_above  # type: ignore[assignment]  # what pages use of it
    with chdir(root):
        return _do(job, folder, ENGINE)


def _do(job: Job, folder: Path, engine: str | None) -> Failure | None:
    """Do the job in the project folder, which is the working directory."""
    if isinstance(job, PageJob):
        return run_notebook(job.run, job.notebook, folder / job.run.output, engine)
    place = folder / str(job.year)
    place.mkdir(parents=True, exist_ok=True)
    try:
        job.attach(job.year, place)
    except ExportError as error:
        return Failure((f"错误：{error}",), str(error))
    return None


def run_notebook(run: Run, notebook: str, output: Path, engine: str | None) -> Failure | None:
    """Run ``notebook`` (its JSON) with papermill and write the page; returns why it failed.

    The working directory is the project folder.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # kernels: no word about frozen modules
    page = output.absolute()  # a page may change this process's working directory
    page.parent.mkdir(parents=True, exist_ok=True)
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
    nbformat.write(tidied(executed), page)  # type: ignore[no-untyped-call]
    return None


def _in_kernels(calls: Sequence[tuple[Path, Job, Path]]) -> Iterator[Done[Failure | None]]:
    """The same two at a time with kernels of their own: most of such a run is waiting for its kernel to start.

    All have the same working directory, so that no thread changes it under another. Papermill also remembers, for the
    whole process, which folder output names start from; it is set once here, so that one thread cannot reset it for
    the other.
    """
    print("本系统不能复制进程，改用普通的 Jupyter 内核，生成会慢一些。", file=sys.stderr)  # noqa: T201
    with chdir(calls[0][0]), local_file_io_cwd(), ThreadPoolExecutor(max_workers=2) as pool:
        try:
            numbers = {pool.submit(_do, job, folder, None): number for number, (_, job, folder) in enumerate(calls)}
            for result in as_completed(numbers):
                yield Done(numbers[result], result.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _told(root: Path, job: Job, folder: Path, failure: Failure) -> str:
    """What failed and why; of a failed page, what there is of it is kept."""
    if not isinstance(job, PageJob):
        return "\n".join([f"{job.year} 年供下载的文件没有写成，网站保持原样。", *failure.lines])
    run = job.run
    number = "" if run.indicator is None else f"-{run.indicator}"
    kept = Path("_build", "logs", f"{run.year}-{run.page.template}{number}")
    log, notebook = kept.with_suffix(".log"), kept.with_suffix(".ipynb")
    (root / log).write_text(f"{run}\n{failure.log}\n", encoding="utf-8")
    lines = [f"{run}：笔记本运行失败，网站保持原样。", *failure.lines, f"记录：{log.as_posix()}"]
    if (folder / run.output).is_file():
        shutil.copy(folder / run.output, root / notebook)
        lines += [f"运行到出错处的笔记本：{notebook.as_posix()}"]
    return "\n".join(lines)
