"""The jobs of a build, several at a time: in warm processes where the platform has them, else in ordinary kernels, or
pages on other machines.
"""

import gc
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import chdir
from itertools import chain
from pathlib import Path

import vl_convert
from papermill.iorw import local_file_io_cwd

from cixi_analysis.book import workers
from cixi_analysis.book.drawing import begin, draw, drawn_above
from cixi_analysis.book.errands import Errand, packed, run_errands
from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.jobs import Job, PageJob
from cixi_analysis.book.notebook import Failure, run_notebook
from cixi_analysis.book.workers import Died, Done
from cixi_analysis.export.saving import ExportError


def run_all(root: Path, jobs: Sequence[Job], folder: Path, executor: Executor | None = None) -> Iterator[Job]:
    """Do the jobs, which leave what they make below ``folder`` (in ``root``); yields each as it is done.

    ``executor`` runs the pages elsewhere, but for those that tell what this very build is made of. Raises
    :class:`BuildError` for the first that fails, and keeps what there is of a failed page in `_build/logs`.
    """
    away = [job for job in jobs if executor and isinstance(job, PageJob) and not job.run.page.of_the_build]
    here = [job for job in jobs if job not in away]
    both = chain(_results_from_here(root, here, folder), _results_from(executor, root, away, folder))
    for job, result in both:
        if result is not None:
            failure = Failure((f"错误：{result}",), str(result)) if isinstance(result, Died) else result
            raise BuildError(_told(root, job, folder, failure))
        yield job


Result = tuple[Job, Failure | Died | None]


def _results_from_here(root: Path, jobs: Sequence[Job], folder: Path) -> Iterator[Result]:
    if not jobs:
        return
    # Papermill fills braces in a file's name, and the project folder's may hold some: names start from that folder.
    calls = [(root, job, folder.relative_to(root)) for job in jobs]
    if workers.available():
        workers.start()
        begin()  # while the workers' libraries are imported
    for done in workers.each(_in_warm_process, calls, draw) if workers.available() else _in_kernels(calls):
        yield jobs[done.number], done.result


def _results_from(executor: Executor | None, root: Path, jobs: Sequence[PageJob], folder: Path) -> Iterator[Result]:
    if not jobs or executor is None:
        return
    project = packed(root)
    errands = {
        job.run.output.as_posix(): Errand(job.run.output.as_posix(), job.notebook, job.run.parameters, project)
        for job in jobs
    }
    of = dict(zip(errands, jobs, strict=True))
    for returned in run_errands(list(errands.values()), executor):
        page = folder / returned.name
        page.parent.mkdir(parents=True, exist_ok=True)
        if returned.notebook:
            page.write_text(returned.notebook, encoding="utf-8", newline="\n")
        yield of[returned.name], returned.failure


def _in_warm_process(root: Path, job: Job, folder: Path) -> Failure | None:
    """Do the job in this process, which is there for nothing else."""
    from cixi_analysis.book.engine import ENGINE  # noqa: PLC0415  # where processes cannot fork nobody needs a kernel here

    gc.disable()  # one page and the process ends: looking for garbage costs a fifth of its time
    vl_convert.vegalite_to_svg = drawn_above  # type: ignore[assignment]  # what pages use of it
    with chdir(root):
        return _do(job, folder, ENGINE)


def _do(job: Job, folder: Path, engine: str | None) -> Failure | None:
    """Do the job in the project folder, which is the working directory."""
    if isinstance(job, PageJob):
        return run_notebook(job.run.parameters, job.notebook, folder / job.run.output, engine=engine)
    place = folder / str(job.year)
    place.mkdir(parents=True, exist_ok=True)
    try:
        job.attach(job.year, place)
    except ExportError as error:
        return Failure((f"错误：{error}",), str(error))
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
