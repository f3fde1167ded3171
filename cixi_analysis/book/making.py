"""The recipe: templates → executed notebooks in ``book/`` → the site in ``_build/html``.

Pages and site are made in a scratch folder first: ``book/`` changes when every notebook has run, the site when the book
is built. A failure or Ctrl-C before that leaves the last good one as it was. A page runs only when something that it
depends on has changed; Jupyter Book writes only the pages whose content changed.
"""

import filecmp
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from cixi_analysis.book import cache
from cixi_analysis.book.kernels import Failure, Kernel, Pool, Result, ended, packed, run_elsewhere
from cixi_analysis.book.pages import BuildError, Each, Page, Run, read_pages, runs_of
from cixi_analysis.book.site import JupyterBook, recover_site, swap
from cixi_analysis.errors import writing
from cixi_analysis.plan.frame import Frame

#: Python that writes the files which a year's pages offer for download, given ``year`` and ``folder``.
DOWNLOADS = """
from pathlib import Path
from cixi_analysis.export import attachments
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.report import attach_report
for write in (attachments, attach_report):
    write(load_plan(), {year}, Path({folder!r}))
"""


#: The worker processes of a build; several builds may reuse them, one after the other, until one fails.
Workers = tuple[Pool, JupyterBook]


@contextmanager
def workers(root: Path) -> Iterator[Workers]:
    """Context manager: the process of Jupyter Book and kernels, which start in the background."""
    with JupyterBook(root) as jupyter_book, Pool(root, cache.drawings(root)) as kernels:
        jupyter_book.start()
        kernels.start()
        yield kernels, jupyter_book


@dataclass(frozen=True)
class Job:
    """A page to run, or (without ``run``) a year's downloads to write; ``key`` is the cache key."""

    key: str
    year: int | None  # None for a page that belongs to no year
    run: Run | None = None

    @property
    def label(self) -> str:
        """The label in the progress bar."""
        return self.run.label if self.run else f"{self.year} 下载文件"

    def files(self, folder: Path) -> list[Path]:
        """The files that it made in ``folder``."""
        if self.run:
            return [folder / self.run.output]
        return [path for path in (folder / str(self.year)).iterdir() if path.suffix != ".ipynb"]


def build(
    root: Path,
    years: Sequence[int],
    frame: Frame,
    *,
    renew: Sequence[int] | None = None,
    force: bool = False,
    indicators: Mapping[int, str] | None = None,
    own: Mapping[int, str] | None = None,
    downloads: str | None = DOWNLOADS,
    inputs: str | None = None,
    executor: Executor | None = None,
    using: Workers | None = None,
    ending: AbstractContextManager[object] | None = None,
    progress: bool = True,
) -> Path:
    """Run the notebooks whose cache keys have changed, build the site, and return the path of its first page.

    ``years`` are all years of the book; pages of other years are removed. ``frame`` is the plan's: years before its
    base year get the pages of a retrospect, and pages that need a missing part are left out. ``indicators``
    (number → name) get a page for each template of an indicator; ``own`` (number → hash) is the cache key of the
    yearly data that such a page reads, else it depends on all of them. ``downloads`` is the code that writes a year's
    files for download.

    ``renew`` are years to run again; the other years then stay as they are unless a page of theirs is missing.
    ``force`` ignores and clears the cache. ``inputs`` is :func:`cache.inputs`, computed before the other arguments
    were read from ``root``. ``executor`` runs the pages elsewhere, except those made once. ``using`` are workers
    that are reused; else the build starts its own. ``ending`` is a context manager that ends with the pages and the
    site, before the scratch folder is removed: that of workers which nobody reuses, as they may be writing there.

    Raises :class:`BuildError`, and leaves the last good site, when a template, a notebook or the book has a fault, the
    inputs change meanwhile, or another build of the same folder is running.
    """
    if not years:
        raise BuildError("没有可以生成的年份。")
    root = root.resolve()
    recover_site(root)
    inputs = inputs or cache.inputs(root)
    pages, last = read_pages(root), cache.Manifest.read(root)
    _refuse_strangers(root / "book", pages, last)
    runs = runs_of(pages, years, frame, indicators or {})
    if not runs:
        raise BuildError("notebooks/ 中没有可以生成的笔记本；请补全项目的文件夹（cixi new 生成的项目里都有）。")
    jobs = _jobs(root, inputs, runs, own, frame.base_year, downloads)
    if renew is not None:
        missing = {job.year for job in jobs if job.run and not (root / "book" / job.run.output).is_file()}
        jobs = [job for job in jobs if job.year is None or job.year in missing.union(renew)]

    site = root / "_build" / "html"
    work = nullcontext(using) if using else workers(root)
    with _scratch(root, force) as scratch, ending or nullcontext(), work as (kernels, jupyter_book):
        jupyter_book.start()
        made, before = scratch / "book", last
        if force:
            last = cache.Manifest()
        todo = [job for job in jobs if job.year in (renew or ()) or not last.has(job.key, root / "book")]
        with tqdm(total=len(todo) + 1, disable=not progress, unit="页", file=sys.stderr) as bar:
            files = dict(last.files)
            for job in _run_all(root, todo, made, downloads, kernels, executor):
                for path in job.files(made):
                    files[path.relative_to(made).as_posix()] = job.key, cache.of_files(made, [path])
                bar.set_postfix_str(job.label)
                bar.update()
            if cache.inputs(root) != inputs:
                raise BuildError("生成期间数据、模板或程序有改动，网站保持原样，请再运行一次。")
            _refuse_strangers(root / "book", pages, before)  # saved there meanwhile
            _move_in(made, root / "book", runs, years)
            if renew is None:  # a year's files for download that are no longer made
                for path in (p for p in (root / "book").glob("20[0-9][0-9]/*") if p.is_file()):
                    if path.suffix != ".ipynb" and path.relative_to(root / "book").as_posix() not in files:
                        path.unlink()
            now = cache.Manifest({name: known for name, known in files.items() if (root / "book" / name).is_file()})
            now.write(root)
            book = cache.of_inputs(root / "book")  # as Jupyter Book finds it: later edits are noticed
            bar.set_postfix_str("生成网站")
            around = cache.frame(root, runs)
            cache.take_doctrees(root, last, around, site, into=scratch / "_build")
            swap(jupyter_book.build(scratch, root / "_build" / "logs" / "jupyter-book.log"), site)
            now.doctrees = cache.leave_doctrees(root, around, site, of_build=scratch / "_build")
            if renew is None:  # else other years may be older than their inputs
                now.whole = cache.whole(root, inputs, book)
            now.write(root)
            cache.prune(root)
            bar.update()
    return site / "index.html"


def _jobs(
    root: Path, inputs: str, runs: Sequence[Run], own: Mapping[int, str] | None, baseline: int, downloads: str | None
) -> list[Job]:
    """Downloads, which take longest, and then pages, each with a cache key of all its inputs.

    Jobs of a year read no later year's data, but a page may show the base year, as that of Table 1 does.
    """
    program, undated = cache.program(root), cache.undated(root)
    base = min(baseline, max(run.year for run in runs))
    until = {year: cache.data_until(root, year) for year in {base, *(run.year for run in runs)}}
    years = dict.fromkeys(run.year for run in runs if run.page.each.yearly) if downloads else {}
    jobs = [Job(cache.of("downloads", program, until[y], y, downloads), y) for y in years]
    for run in runs:
        data = until[max(run.year, base) if run.page.shows_base_year else run.year]
        if run.page.each is Each.ONCE:
            data = inputs  # it may show any input of the book
        elif run.indicator is not None and own is not None:
            data = cache.of(undated, own[run.indicator])
        own_parts = (json.dumps(run.notebook), run.output.as_posix(), run.parameters)
        jobs.append(Job(cache.of("page", program, data, *own_parts), run.year if run.page.each.yearly else None, run))
    return jobs


def _run_all(
    root: Path, jobs: Sequence[Job], folder: Path, downloads: str | None, kernels: Pool, executor: Executor | None
) -> Iterator[Job]:
    """Do the jobs, whose products go below ``folder``; yields each as it ends.

    Raises :class:`BuildError` for the first that fails, and writes the log and the failed page to ``_build/logs``.
    """

    def work(job: Job, kernel: Kernel) -> Result:
        if job.run:
            return kernel.run_page(job.run.notebook, job.run.parameters)
        return kernel.run((downloads or "").format(year=job.year, folder=str(folder / str(job.year))))

    project = packed(root) if executor else b""
    pending: dict[Future[Result], Job] = {}
    try:
        for job in jobs:
            if not job.run:
                (folder / str(job.year)).mkdir()
            if executor and job.run and job.run.page.each is not Each.ONCE:
                future = executor.submit(run_elsewhere, project, job.run.notebook, job.run.parameters)
            else:
                future = kernels.submit(partial(work, job))
            pending[future] = job
        for done in ended(pending):
            job, result = pending[done], done.result()
            if isinstance(result, Failure):
                raise BuildError(_message(root, job, result))
            if job.run:
                page = folder / job.run.output
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_text(f"{result}\n", encoding="utf-8", newline="\n")
            yield job
    finally:
        for future in pending:
            future.cancel()


def _message(root: Path, job: Job, failure: Failure) -> str:
    """The error message of a failed job; writes the log and the partially executed page."""
    if job.run is None:
        return "\n".join([f"{job.year} 年供下载的文件没有写成，网站保持原样。", *failure.lines])
    run = job.run
    number = "" if run.indicator is None else f"-{run.indicator}"
    kept = Path("_build", "logs", f"{run.year}-{run.page.template}{number}")
    log, notebook = kept.with_suffix(".log"), kept.with_suffix(".ipynb")
    (root / log).write_text(f"{run}\n{failure.log}\n", encoding="utf-8")
    lines = [f"{run}：笔记本运行失败，网站保持原样。", *failure.lines, f"记录：{log.as_posix()}"]
    if failure.notebook:
        (root / notebook).write_text(failure.notebook, encoding="utf-8")
        lines.append(f"运行到出错处的笔记本：{notebook.as_posix()}")
    return "\n".join(lines)


@contextmanager
def _scratch(root: Path, force: bool) -> Iterator[Path]:
    """An empty scratch folder below ``_build/``, removed afterwards, and an empty folder for logs, under a lock.

    ``force`` also clears the cache.
    """
    folder = root / "_build"
    scratch = folder / "scratch"
    with writing(folder, BuildError, kept="已有的网站没有损坏"):
        folder.mkdir(exist_ok=True)
        try:
            lock = FileLock(folder / ".lock").acquire(timeout=0)
        except Timeout:
            raise BuildError(f"另一次生成正在 {folder} 进行，网站保持原样。请等它结束后再运行。") from None
        with lock:
            try:
                for own in (scratch, folder / "logs"):  # of an earlier build
                    shutil.rmtree(own, ignore_errors=True)
                    own.mkdir(parents=True)
                (scratch / "book").mkdir()
                if force:
                    cache.clear(root)
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def _notebooks(book: Path) -> list[Path]:
    paths = sorted(path.relative_to(book) for path in book.rglob("*.ipynb"))
    return [path for path in paths if ".ipynb_checkpoints" not in path.parts]


def _refuse_strangers(book: Path, pages: Sequence[Page], last: cache.Manifest) -> None:
    """Refuse notebooks without a template that the last build did not make as they are: each would become a page, and may
    be a user's work, so none is deleted.
    """
    own = re.compile("|".join(page.pattern for page in pages))
    strangers = [path.as_posix() for path in _notebooks(book) if not own.fullmatch(path.with_suffix("").as_posix())]
    if strangers := [name for name in strangers if not last.made(name, book)]:
        raise BuildError("book/ 只放程序生成的页面，以下笔记本不是本书的页面，请先移到别处：" + "、".join(strangers))


def _move_in(executed: Path, book: Path, runs: Sequence[Run], years: Sequence[int]) -> None:
    """Put executed notebooks and downloads in place; pages that are no longer in the book are removed."""
    for path in (p for p in executed.rglob("*") if p.is_file()):
        target = book / path.relative_to(executed)
        if target.is_file() and filecmp.cmp(path, target, shallow=False):
            continue  # its time of modification stays for Sphinx
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for folder in book.glob("20[0-9][0-9]"):
        if int(folder.name) not in years:
            shutil.rmtree(folder)
    outputs = {run.output for run in runs}
    for path in _notebooks(book):
        if path not in outputs:
            (book / path).unlink()
