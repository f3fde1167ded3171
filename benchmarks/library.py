"""The only module here that uses the library's internals: which notebooks a build runs, and how to run only them.

As a program, ``python -m benchmarks.library runs|attachments ROOT`` or ``inputs ROOT FOLDER`` does one of these things
and nothing else.
"""

import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

from benchmarks.baseline import LIST
from cixi_analysis.book.kernels import Failure, Kernel, Pool, Result
from cixi_analysis.book.pages import Run, read_pages, runs_of
from cixi_analysis.plan.dataset import load_plan


@dataclass(frozen=True)
class Notebook:
    """One notebook of the book, ready to run."""

    output: Path  # below book/
    parameters: dict[str, int]
    content: NotebookNode


def notebooks(root: Path) -> list[Notebook]:
    """Every notebook that `cixi build` runs in ``root``, in its order."""
    return [Notebook(run.output, run.parameters, run.notebook) for run in _runs(root)]


def run_all(root: Path) -> None:
    """Run every notebook as `cixi build` does when it has none yet, and nothing else."""

    def work(run: Run, kernel: Kernel) -> Result:
        return kernel.run_page(run.notebook, run.parameters)

    with TemporaryDirectory(dir=root) as folder, Pool(root, Path(folder)) as kernels:
        for done in [kernels.submit(partial(work, run)) for run in _runs(root)]:
            if isinstance(result := done.result(), Failure):
                raise SystemExit(result.log)


def _runs(root: Path) -> list[Run]:
    plan = load_plan(root)
    names = {item.indicator: item.indicator_name for item in plan.items}
    return runs_of(read_pages(root), plan.report_years, plan.frame, names)


def write_attachments(root: Path) -> None:
    """The files that the pages of each year offer for download."""
    from cixi_analysis.export import attachments  # not a part of the other task

    plan = load_plan(root)
    with TemporaryDirectory() as folder:
        for year in plan.report_years:
            attachments(plan, year, Path(folder))


def write_inputs(root: Path, folder: Path) -> None:
    """The notebooks as files below ``folder``, for those who run them one by one, and the list of them as JSON."""
    listed = []
    for notebook in notebooks(root):
        path = folder / notebook.output
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook.content, path)
        listed.append((notebook.output.as_posix(), notebook.parameters))
    (folder / LIST).write_text(json.dumps(listed), encoding="utf-8")


if __name__ == "__main__":
    tasks = {"runs": run_all, "attachments": write_attachments, "inputs": write_inputs}
    tasks[sys.argv[1]](*(Path(argument).resolve() for argument in sys.argv[2:]))
