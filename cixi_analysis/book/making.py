"""The recipe: templates → executed notebooks in `book/` → the site in `_build/html`.

A page runs only when something that it depends on has changed; what a run gives is kept and taken again, and Jupyter
Book writes only the pages that came out otherwise. Pages and site are made in a scratch folder first: `book/` changes
when every notebook has run, the site when the book has built. A failure or Ctrl-C before that leaves the last good one
as it was.
"""

import filecmp
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from cixi_analysis.book import fingerprint, leftovers
from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.jobs import due, jobs_of
from cixi_analysis.book.pages import PAGES, Page, Run, runs_of
from cixi_analysis.book.running import run_all
from cixi_analysis.book.site import make_site, maker, swap
from cixi_analysis.book.store import Record, Store, forget
from cixi_analysis.words import BASE_YEAR


def build(
    root: Path,
    years: Sequence[int],
    *,
    renew: Sequence[int] | None = None,
    force: bool = False,
    indicators: Mapping[int, str] | None = None,
    own: Mapping[int, str] | None = None,
    pages: Sequence[Page] = PAGES,
    baseline: int = BASE_YEAR,
    attach: Callable[[int, Path], object] | None = None,
    inputs: str | None = None,
    executor: Executor | None = None,
    progress: bool = True,
) -> Path:
    """Run the notebooks whose pages could have changed, build the site, and return the path of its first page.

    `years` are all the years of the book; pages of any other year are removed. Years before `baseline` get the pages of
    a retrospect. `indicators` (number → name) are those that get a page of their own, where `pages` has one for them;
    `own` (number → hash) is what such a page reads of the years' files, without which it is taken to read them all.
    `attach(year, folder)` writes the files that a year's pages offer for download beside them; it is sent to another
    process.

    `renew` are years to run again in any case, and then other years stay as they are unless a page of theirs is
    missing; the pages made once follow their inputs as always. `force` runs everything again and takes nothing from an
    earlier build. `inputs` is :func:`~cixi_analysis.book.fingerprint.inputs` of `root`, taken before `years` and the
    rest were read from it. `executor` runs the pages, on other machines for instance; else they run here.

    Raises `BuildError`, and leaves the last good site as it was, when a template, a notebook or the book has a fault,
    the data change meanwhile, or another build of the same folder is under way.
    """
    if not years:
        raise BuildError("没有可以生成的年份。")
    root = root.resolve()
    inputs = inputs or fingerprint.inputs(root)
    _refuse_strangers(root / "book", pages)
    runs = runs_of(pages, years, baseline, indicators or {})
    jobs = jobs_of(root, runs, attach, own)
    if renew is not None:
        jobs = due(jobs, root / "book", renew)

    store = Store(root)
    site = root / "_build" / "html"
    with _scratch(root / "_build") as scratch:
        if force:
            store.clear()
        made, logs = scratch / "book", root / "_build" / "logs"
        made.mkdir()
        todo = [job for job in jobs if job.year in (renew or ()) or not store.take(job.key, made)]
        bar = tqdm(total=len(todo) + 1, disable=not progress, unit="页", file=sys.stderr)
        with bar, maker() as jupyter_book:
            for job in run_all(root, todo, made, executor):
                bar.set_postfix_str(job.label)
                bar.update()
            if fingerprint.inputs(root) != inputs:
                raise BuildError("生成期间数据、模板或程序有改动，网站保持原样，请再运行一次。")
            for job in todo:
                store.put(job.key, made, job.files(made))
            forget(root)
            _move_in(made, root / "book", runs, years)
            # As Jupyter Book finds it: what is edited from here on is noticed.
            book = fingerprint.of_tree(root / "book")
            bar.set_postfix_str("生成网站")
            frame = leftovers.frame(root, runs)
            leftovers.take(root, frame, site, into=scratch / "_build")
            swap(make_site(jupyter_book, root, scratch, logs / "jupyter-book.log"), site)
            leftovers.leave(root, frame, site, of=scratch / "_build")
            bar.update()
        if renew is None:  # else other years may be older than their inputs
            store.keep_only(job.key for job in jobs)
            Record(inputs, book, fingerprint.of_tree(site)).write(root)
    return site / "index.html"


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty scratch folder below `_build/`, for one build at a time, and gone afterwards; an empty one for logs.

    Of two builds at once each would take away what the other has made.
    """
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BuildError(f"另一次生成正在 {folder} 进行，网站保持原样。请等它结束后再运行。") from None
    scratch = folder / "scratch"
    try:
        for own in (scratch, folder / "logs"):  # what an earlier build left
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(parents=True)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()


def _notebooks(book: Path) -> list[Path]:
    paths = sorted(path.relative_to(book) for path in book.rglob("*.ipynb"))
    return [path for path in paths if ".ipynb_checkpoints" not in path.parts]


def _refuse_strangers(book: Path, pages: Sequence[Page]) -> None:
    """A notebook that is no page would become one; it may be somebody's work, so nothing deletes it."""
    strangers = [
        path.as_posix()
        for path in _notebooks(book)
        if not any(page.makes(path.with_suffix("").as_posix()) for page in pages)
    ]
    if strangers:
        raise BuildError("book/ 只放程序生成的页面，以下笔记本不是本书的页面，请先移到别处：" + "、".join(strangers))


def _move_in(executed: Path, book: Path, runs: Sequence[Run], years: Sequence[int]) -> None:
    """Put the executed notebooks and their attachments in place; what is no longer in the book goes."""
    for folder in executed.glob("20[0-9][0-9]"):  # attachments that are no longer made
        for path in (book / folder.name).glob("*"):
            if path.is_file() and not (folder / path.name).exists():
                path.unlink()
    for path in (p for p in executed.rglob("*") if p.is_file()):
        target = book / path.relative_to(executed)
        if target.is_file() and filecmp.cmp(path, target, shallow=False):
            continue  # Sphinx shall find it as old as it is
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for folder in book.glob("20[0-9][0-9]"):
        if int(folder.name) not in years:
            shutil.rmtree(folder)
    outputs = {run.output for run in runs}
    for path in _notebooks(book):
        if path not in outputs:
            (book / path).unlink()
