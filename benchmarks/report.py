"""The measurements as tables: for the terminal, and for ``benchmarks/README.md`` between its two marks."""

import datetime
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.measure import Cost, median

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
_PACKAGES = ("cixi-analysis", "numpy", "pandas", "papermill", "ipykernel", "jupyter-book", "sphinx")
#: What is compared: (what, ours, against, baseline, at least so many times as fast).
RATIOS = (
    ("all notebook runs", "our runs", "`papermill` command per page", "papermill command", 20),
    ("all notebook runs", "our runs", "`papermill.execute_notebook`, one process, in sequence", "in sequence", 8),
    ("whole cold build", "our cold build", "`papermill` per page + `jupyter-book build`", "baseline build", 12),
    ("the same without `os.fork`", "our cold build without fork", "the same", "baseline build", 12),
    ("rebuild, nothing changed", "our rebuild", "the same", "baseline build", 25),
    ("rebuild, one observation changed", "our rebuild after a change", "the same", "baseline build", 40),
    ("the same without `os.fork`", "our rebuild after a change without fork", "the same", "baseline build", 40),
    ("the same by `cixi build --watch`", "our rebuild while watching", "the same", "baseline build", 40),
)
#: The commands whose start-up is timed, and what an interpreter that does nothing needs.
STARTS = ("python", "cixi --help", "cixi assess", "cixi requirement")
_TEN_TIMES = 11
Results = Mapping[str, Sequence[Cost]]


def ratios(results: Results) -> list[str]:
    """Ours against the baseline, both medians, with the ratio asked for."""
    lines = ["| | ours | against | | ratio | asked |", "| --- | --- | --- | --- | --- | --- |"]
    for what, ours, against, theirs, least in RATIOS:
        if ours in results and theirs in results:
            one, other = median(results[ours]).seconds, median(results[theirs]).seconds
            spread = f"{_seconds(results[ours])} | {against} | {_seconds(results[theirs])}"
            lines.append(f"| {what} | {spread} | **{other / one:.1f} ×** | ≥ {least} × |")
    return lines if len(lines) > 2 else []


def panels(panels_: Mapping[int, Sequence[Mapping[str, float]]]) -> list[str]:
    """Each size with its speed and memory, and how these grow from the size before."""
    lines = [
        "| regions | verdicts | time | processor time | verdicts a processor second | memory, with the table | of it the table "
        "| growth of processor time | of memory |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    before: tuple[float, float] | None = None
    for regions, runs in sorted(panels_.items()):
        middle = {key: sorted(run[key] for run in runs)[len(runs) // 2] for key in runs[0]}
        seconds, memory = middle["cpu"], middle["megabytes"]
        grown = [
            f"{now / then:.1f} × (≤ {_TEN_TIMES})" for now, then in zip((seconds, memory), before or (), strict=False)
        ]
        speed = f"{middle['verdicts'] / seconds / 1e6:.2f} million"
        cells = [
            f"{regions:,}",
            f"{middle['verdicts']:,.0f}",
            f"{middle['seconds']:.2f} s",
            f"{seconds:.2f} s",
            speed,
            f"{memory:,.0f} MB",
        ]
        lines.append("| " + " | ".join([*cells, f"{middle['table']:,.0f} MB", *(grown or ["", ""])]) + " |")
        before = seconds, memory
    return lines if len(lines) > 2 else []


def starts(results: Results) -> list[str]:
    """Whole processes, from start to end."""
    found = [name for name in STARTS if name in results]
    lines = ["| command | time | memory |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {_seconds(results[name])} | {median(results[name]).megabytes:.0f} MB |" for name in found]
    return lines if found else []


def machine(rounds: int) -> str:
    """The machine and the versions of the measurement."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in _PACKAGES)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, {_processor()}, {cores} cores, {platform.system()}, "
        f"Python {platform.python_version()}; {versions}. Medians of {rounds} rounds, least and "
        "most in brackets; baseline and ours in turn within each round."
    )


def written(text: str, results: str) -> str:
    """The page with the results between its marks."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise LookupError(f"{BEGIN} … {END} not found")
    return f"{head}{BEGIN}\n\n{results.strip()}\n\n{END}{tail}"


def _seconds(costs: Sequence[Cost]) -> str:
    seconds = sorted(cost.seconds for cost in costs)
    return f"{median(costs).seconds:.2f} s ({seconds[0]:.2f}–{seconds[-1]:.2f})"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = cpuinfo.read_text().split("model name") if cpuinfo.is_file() else []
    return names[1].partition(":")[2].splitlines()[0].strip() if len(names) > 1 else platform.processor()
