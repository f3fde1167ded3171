"""A profile of a cold build's time, beside its lower bound.

As a program, ``python -m benchmarks.profile cells FOLDER`` runs the cells of every notebook in one warm process and
prints the seconds they take: the lower bound, without the cost of kernels, imports and messages.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.baseline import JUPYTER_BOOK
from benchmarks.measure import CIXI, REPOSITORY, command

#: What Sphinx prints as it begins a stage → the stage.
_STAGES = {
    "reading sources": "Sphinx: reads the pages",
    "looking for now-outdated": "Sphinx: checks and resolves",
    "writing output": "Sphinx: writes the pages",
    "generating indices": "Sphinx: search index, static files",
    "build succeeded": "Sphinx: ends",
}


def profile(root: Path) -> list[str]:
    """Lines of a table; ``root`` is a fresh copy, which is built."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cold = command([*CIXI, "--root", root, "build"], root).seconds
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.profile", "cells", str(root)],
        cwd=root, env=_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    cells = float(json.loads(done.stdout.splitlines()[-1]))
    runs = command([sys.executable, "-m", "benchmarks.library", "runs", root], root).seconds
    attachments = command([sys.executable, "-m", "benchmarks.library", "attachments", root], root).seconds
    imports = command(
        [sys.executable, "-c", "import cixi_analysis.export, cixi_analysis.assessment, altair"], root
    ).seconds
    stages = _sphinx(root)
    sphinx = sum(stages.values())
    floor = cells / cores + stages.get(_STAGES["writing output"], 0.0)
    rows = {
        "whole cold build (`cixi build`)": cold,
        "all notebook runs, a process of its own": runs,
        f"floor of these: cells in a warm process {cells:.2f} s ÷ {cores} cores": cells / cores,
        "files for download, a process of its own": attachments,
        "of it: imports": imports,
        "`jupyter-book build` of the executed pages": sphinx,
        **{f"of it: {name}": seconds for name, seconds in stages.items()},
        "**floor of a cold build**: cells ÷ cores + Sphinx's writing": floor,
        "cold build above the floor": cold - floor,
    }
    return ["| | time |", "| --- | --- |", *(f"| {what} | {seconds:.2f} s |" for what, seconds in rows.items())]


def run_cells(root: Path) -> float:
    """The seconds that the code cells of all notebooks take when everything is imported already."""
    os.chdir(root)
    from IPython.core.interactiveshell import InteractiveShell

    from benchmarks.library import notebooks

    shell = InteractiveShell.instance(colors="nocolor")
    total = 0.0
    with open(os.devnull, "w") as nowhere:
        sys.stdout, screen = nowhere, sys.stdout
        try:
            for timed in (False, True):  # the first time imports
                for notebook in notebooks(root):
                    shell.reset(new_session=False)
                    begun = time.perf_counter()
                    for cell in notebook.content.cells:
                        if cell.cell_type == "code":
                            parameters = "\n".join(f"{name} = {value}" for name, value in notebook.parameters.items())
                            given = "parameters" in cell.metadata.get("tags", [])
                            shell.run_cell(f"{cell.source}\n{parameters}" if given else cell.source).raise_error()
                    total += timed * (time.perf_counter() - begun)
        finally:
            sys.stdout = screen
    return total


def _sphinx(root: Path) -> dict[str, float]:
    """The seconds of each stage of ``jupyter-book build``, by when it prints that it begins."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*JUPYTER_BOOK, "build", "--all", "--path-output", str(root / "_profile"), str(root)],
        cwd=root, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    stages, stage, ahead = {}, "start and imports", list(_STAGES)  # in their order: "writing output" comes early, too
    assert process.stdout is not None
    for line in process.stdout:
        if ahead and ahead[0] in line:
            now = time.perf_counter()
            stages[stage], stage, begun = now - begun, _STAGES[ahead.pop(0)], now
    process.wait()
    stages[stage] = time.perf_counter() - begun
    return stages


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


if __name__ == "__main__":
    seconds = run_cells(Path(sys.argv[2]).resolve())
    print(json.dumps(seconds))
