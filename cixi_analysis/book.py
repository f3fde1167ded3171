"""From notebook templates to the published site.

`build` runs the templates in `notebooks/` through papermill, keeps the executed notebooks in `book/`
and lets Jupyter Book make `_build/html` of them. Both are made in a scratch folder first: `book/`
changes when every notebook has run, the site when the book has built. A failure or Ctrl-C before
that leaves the last good one as it was.

`PAGES` is the only list of pages. `_toc.yml` finds years and single pages by pattern, and the index
of a year lists that year's other pages, in the order of `PAGES`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.iorw import local_file_io_cwd
from tqdm import tqdm

from cixi_analysis.words import BASE_YEAR


class BuildError(Exception):
    """The book could not be made; the message (Chinese) says where it stopped and what to look at."""


class Scope(Flag):
    """How often a page is made."""

    ONCE = auto()  # one page of the book, run with the newest year
    ASSESSED = auto()  # a page of each year from the baseline on
    RETROSPECT = auto()  # a page of each year before the baseline
    EVERY_YEAR = ASSESSED | RETROSPECT


@dataclass(frozen=True)
class Page:
    """One kind of page."""

    template: str  # notebooks/<template>.ipynb
    output: str  # book/<output>.ipynb, or book/<year>/<output>.ipynb
    title: str  # in messages; the reader sees the template's own heading
    scope: Scope


PAGES = (
    Page("home", "index", "首页", Scope.ONCE),
    Page("overview", "index", "年度总览", Scope.ASSESSED),
    Page("retrospect", "index", "回看", Scope.RETROSPECT),
    Page("table1", "table1", "表一 指标评估", Scope.EVERY_YEAR),
    Page("trend", "trend", "趋势与目标差距", Scope.EVERY_YEAR),
    Page("changes", "changes", "与上年相比", Scope.ASSESSED),
    Page("projects", "projects", "表二、表三 重点工程", Scope.ASSESSED),
    Page("reconciliation", "reconciliation", "数据核对", Scope.ASSESSED),
    Page("method", "method", "方法", Scope.ONCE),
    Page("dictionary", "dictionary", "数据字典", Scope.ONCE),
    Page("provenance", "provenance", "数据与版本", Scope.ONCE),
)


@dataclass(frozen=True)
class Run:
    """One execution of a page's template."""

    page: Page
    year: int
    siblings: tuple[str, ...] = ()  # pages that an index lists below itself

    @property
    def output(self) -> Path:
        """Where the executed notebook goes, below `book/`."""
        name = f"{self.page.output}.ipynb"
        return Path(name) if Scope.ONCE in self.page.scope else Path(str(self.year), name)

    @property
    def template(self) -> Path:
        """Where the template lies, below the project folder."""
        return Path("notebooks", f"{self.page.template}.ipynb")

    def __str__(self) -> str:
        return f"{self.year} 年 {self.page.title}（{self.template.as_posix()}）"


def build(
    root: Path,
    years: Sequence[int],
    *,
    renew: Sequence[int] | None = None,
    baseline: int = BASE_YEAR,
    attach: Callable[[int, Path], object] | None = None,
    progress: bool = True,
) -> Path:
    """Run the notebooks, build the site, and return the path of its first page.

    `years` are all the years of the book; pages of any other year are removed. `renew` are the years
    to run again (default: all); a year with a page missing and the pages made once always run. Years
    before `baseline` get the pages of a retrospect. `attach(year, folder)` writes the files that a
    year's pages offer for download beside them.

    Raises `BuildError`, and leaves the last good site as it was, when a template, a notebook or the
    book has a fault.
    """
    if not years:
        raise BuildError("没有可以生成的年份。")
    root = root.resolve()
    _refuse_strangers(root / "book")
    wanted = _to_run(_runs(years, baseline), root / "book", years if renew is None else renew)
    notebooks = [_filled(root, run) for run in wanted]  # all templates are read before the first run

    scratch, logs, site = (root / "_build" / name for name in ("scratch", "logs", "html"))
    for folder in (scratch, logs):  # what an earlier build left
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    bar = tqdm(total=len(wanted) + 1, disable=not progress, unit="页", file=sys.stderr)
    try:
        with bar, chdir(root):
            (scratch / "book").mkdir()
            for year in dict.fromkeys(run.year for run in wanted if Scope.ONCE not in run.page.scope):
                folder = scratch / "book" / str(year)
                folder.mkdir()
                if attach is not None:
                    attach(year, folder)
            _run_all(wanted, notebooks, bar)
            _move_in(scratch / "book", root / "book", years)
            bar.set_postfix_str("生成网站")
            _swap(_site(root, scratch, logs / "jupyter-book.log"), site)
            bar.update()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return site / "index.html"


def _runs(years: Sequence[int], baseline: int) -> list[Run]:
    """All pages of the book, newest year first after the pages made once."""
    newest_first = sorted(set(years), reverse=True)
    runs = [Run(page, newest_first[0]) for page in PAGES if Scope.ONCE in page.scope]
    for year in newest_first:
        kind = Scope.ASSESSED if year >= baseline else Scope.RETROSPECT
        pages = [page for page in PAGES if kind in page.scope]
        others = tuple(page.output for page in pages if page.output != "index")
        runs += [Run(page, year, others if page.output == "index" else ()) for page in pages]
    return runs


def _to_run(runs: Sequence[Run], book: Path, renew: Sequence[int]) -> list[Run]:
    once = [run for run in runs if Scope.ONCE in run.page.scope]
    yearly = [run for run in runs if run not in once]
    due = {run.year for run in yearly if not (book / run.output).is_file()}.union(renew)
    return once + [run for run in yearly if run.year in due]


def _refuse_strangers(book: Path) -> None:
    """A notebook that is no page would become one; it may be somebody's work, so nothing deletes it."""
    once = {page.output for page in PAGES if Scope.ONCE in page.scope}
    yearly = {page.output for page in PAGES if Scope.ONCE not in page.scope}
    strangers = [
        path.as_posix()
        for path in sorted(path.relative_to(book) for path in book.rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts and path.stem not in (once if len(path.parts) == 1 else yearly)
    ]
    if strangers:
        raise BuildError("book/ 只放程序生成的页面，以下笔记本不是本书的页面，请先移到别处：" + "、".join(strangers))


def _filled(root: Path, run: Run) -> NotebookNode:
    """The template with the year in its text, ready to run.

    Headings must hold the year before Sphinx reads them. Code is folded away from the reader.
    """
    path = root / run.template
    if not path.is_file():
        raise BuildError(f"缺少页面模板 {run.template.as_posix()}（{run.page.title}）。")
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise BuildError(f"{run.template.as_posix()}：不是 Jupyter 笔记本（{error}）。") from error
    parameters = [cell for cell in notebook.cells if "parameters" in _tags(cell)]
    if len(parameters) != 1:
        raise BuildError(f"{run.template.as_posix()}：应恰有一个带 parameters 标签的单元，现有 {len(parameters)} 个。")
    if not re.search(r"^year\s*(:[^=\n]+)?=", parameters[0].source, re.MULTILINE):
        raise BuildError(f"{run.template.as_posix()}：带 parameters 标签的单元里没有给 year 赋值。")
    if notebook.cells[0].cell_type != "markdown":
        raise BuildError(f"{run.template.as_posix()}：第一个单元应是写有页面标题的 Markdown 单元。")
    if run.siblings:
        entries = "\n".join(run.siblings)
        notebook.cells[0].source += f"\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("{year}", str(run.year))
        elif cell.cell_type == "code":
            _fold(cell)
    return notebook


def _tags(cell: NotebookNode) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _fold(cell: NotebookNode) -> None:
    """Hide the code, or the whole cell if it does no more than set the year the page is about."""
    tags = _tags(cell)
    if {"parameters", "injected-parameters"}.intersection(tags):
        cell.metadata["tags"] = [*tags, "remove-cell"]
    elif not any(tag.startswith(("hide-", "remove-")) for tag in tags):
        cell.metadata["tags"] = [*tags, "hide-input"]


def _run_all(runs: Sequence[Run], notebooks: Sequence[NotebookNode], bar: "tqdm[None]") -> None:
    """Run two notebooks at a time: most of a run is waiting for its kernel to start.

    The working directory is the project folder already: papermill's own `cwd` would change it back
    and forth under the other thread. Papermill also remembers, for the whole process, which folder
    output names start from; it is set once here, so that one thread cannot reset it for the other.
    """
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # kernels: no word about frozen modules
    with local_file_io_cwd(), ThreadPoolExecutor(max_workers=2) as pool:
        try:
            results = [pool.submit(_run, run, nb) for run, nb in zip(runs, notebooks, strict=True)]
            for run, result in zip(runs, results, strict=True):
                bar.set_postfix_str(f"{run.year} {run.page.title}")
                result.result()
                bar.update()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _run(run: Run, notebook: NotebookNode) -> None:
    output = Path("_build", "scratch", "book") / run.output
    try:
        executed = papermill.execute_notebook(
            notebook,
            output,
            parameters={"year": run.year},
            kernel_name="python3",
            progress_bar=False,
            start_timeout=300,  # a busy machine may take its time
            extra_arguments=["--log-level=CRITICAL"],  # of the kernel program; cells report themselves
        )
    # A dead kernel is a RuntimeError, one that cannot start a KeyError or OSError.
    except (PapermillException, RuntimeError, KeyError, OSError) as error:
        raise BuildError(_failure(run, output, error)) from error
    for cell in executed.cells:
        if "injected-parameters" in _tags(cell):
            _fold(cell)
    nbformat.write(executed, output)  # type: ignore[no-untyped-call]


def _failure(run: Run, output: Path, error: Exception) -> str:
    """Keep what there is of a failed run, and say where."""
    kept = Path("_build", "logs", f"{run.year}-{run.page.template}")
    kept.with_suffix(".log").write_text(f"{run}\n{error}\n", encoding="utf-8")
    lines = [f"{run}：笔记本运行失败，网站保持原样。"]
    if isinstance(error, PapermillExecutionError):
        lines += [f"出错的单元 In [{error.exec_count}]："]
        lines += [f"    {line}" for line in error.source.splitlines()]
        lines += [f"错误：{error.ename}: {error.evalue}"]
    else:
        lines += [f"错误：{type(error).__name__}: {error}"]
    lines += [f"记录：{kept.with_suffix('.log').as_posix()}"]
    if output.is_file():
        shutil.copy(output, kept.with_suffix(".ipynb"))
        lines += [f"运行到出错处的笔记本：{kept.with_suffix('.ipynb').as_posix()}"]
    return "\n".join(lines)


def _move_in(executed: Path, book: Path, years: Sequence[int]) -> None:
    """Put the executed notebooks and their attachments in place and remove the years that are no longer in the book."""
    for path in (p for p in executed.rglob("*") if p.is_file()):
        target = book / path.relative_to(executed)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    for folder in book.glob("20[0-9][0-9]"):
        if int(folder.name) not in years:
            shutil.rmtree(folder)


def _site(root: Path, scratch: Path, log: Path) -> Path:
    """Let Jupyter Book make the site in the scratch folder; a warning is an error."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    options = ["--warningiserror", "--keep-going", "--path-output", str(scratch)]
    done = subprocess.run(  # noqa: S603  (our own words and paths)
        [*command, *options, str(root)],
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    printed = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)  # colours
    log.write_text(printed, encoding="utf-8")
    if done.returncode:
        lines = printed.replace(f"{root}{os.sep}", "").splitlines()
        reasons = [line for line in lines if re.search("WARNING|ERROR", line)] or lines[-5:]
        where = f"记录：{log.relative_to(root).as_posix()}"
        raise BuildError("\n".join(["Jupyter Book 生成网站失败，网站保持原样。", *reasons, where]))
    return scratch / "_build" / "html"


def _swap(new: Path, site: Path) -> None:
    """Put the new site in place of the old one, which comes back if that fails."""
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if site.exists():
            site.rename(old)
        new.rename(site)
    except OSError as error:
        raise BuildError(f"新网站已生成，但不能替换 {site}，请关闭正在使用该文件夹的程序后再试（{error}）。") from error
    finally:
        if old.exists() and not site.exists():
            old.rename(site)
    shutil.rmtree(old, ignore_errors=True)
