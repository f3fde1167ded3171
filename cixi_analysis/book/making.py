"""The recipe: templates → executed notebooks in `book/` → the site in `_build/html`.

Both are made in a scratch folder first: `book/` changes when every notebook has run, the site when the book has built.
A failure or Ctrl-C before that leaves the last good one as it was.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.pages import PAGES, Page, Run, Scope, runs_of
from cixi_analysis.book.running import run_all
from cixi_analysis.book.site import make_site, swap
from cixi_analysis.book.template import filled
from cixi_analysis.words import BASE_YEAR


def build(
    root: Path,
    years: Sequence[int],
    *,
    renew: Sequence[int] | None = None,
    indicators: Mapping[int, str] | None = None,
    pages: Sequence[Page] = PAGES,
    baseline: int = BASE_YEAR,
    attach: Callable[[int, Path], object] | None = None,
    progress: bool = True,
) -> Path:
    """Run the notebooks, build the site, and return the path of its first page.

    `years` are all the years of the book; pages of any other year are removed. `renew` are the years
    to run again (default: all); a year with a page missing and the pages made once always run. Years
    before `baseline` get the pages of a retrospect. `indicators` (number → name) are those that get a page of their
    own, where `pages` has one for them. `attach(year, folder)` writes the files that a
    year's pages offer for download beside them.

    Raises `BuildError`, and leaves the last good site as it was, when a template, a notebook or the
    book has a fault.
    """
    if not years:
        raise BuildError("没有可以生成的年份。")
    root = root.resolve()
    _refuse_strangers(root / "book", pages)
    runs = runs_of(pages, years, baseline, indicators or {})
    wanted = _to_run(runs, root / "book", years if renew is None else renew)
    notebooks = [filled(root, run) for run in wanted]  # all templates are read before the first run

    scratch, logs, site = (root / "_build" / name for name in ("scratch", "logs", "html"))
    for folder in (scratch, logs):  # what an earlier build left
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    executed = scratch / "book"
    bar = tqdm(total=len(wanted) + 1, disable=not progress, unit="页", file=sys.stderr)
    try:
        with bar:
            for year in dict.fromkeys(run.year for run in wanted if run.page.scope & Scope.EVERY_YEAR):
                folder = executed / str(year)
                folder.mkdir(parents=True)
                if attach is not None:
                    attach(year, folder)
            for run in run_all(root, wanted, notebooks, executed):
                bar.set_postfix_str(run.label)
                bar.update()
            _move_in(executed, root / "book", runs, years)
            bar.set_postfix_str("生成网站")
            swap(make_site(root, scratch, logs / "jupyter-book.log"), site)
            bar.update()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return site / "index.html"


def _to_run(runs: Sequence[Run], book: Path, renew: Sequence[int]) -> list[Run]:
    yearly = [run for run in runs if run.page.scope & Scope.EVERY_YEAR]
    due = {run.year for run in yearly if not (book / run.output).is_file()}.union(renew)
    return [run for run in runs if run not in yearly or run.year in due]


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
    for path in (p for p in executed.rglob("*") if p.is_file()):
        target = book / path.relative_to(executed)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for folder in book.glob("20[0-9][0-9]"):
        if int(folder.name) not in years:
            shutil.rmtree(folder)
    outputs = {run.output for run in runs}
    for path in _notebooks(book):
        if path not in outputs:
            (book / path).unlink()
