"""``python -m benchmarks``: baseline and ours in turn, several rounds, medians and ratios."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks import report
from benchmarks.baseline import Baseline
from benchmarks.measure import CIXI, REPOSITORY, Cost, Failed, command
from benchmarks.profile import profile
from benchmarks.workspace import change_one_observation, fresh_copy, watched

PARTS = ("book", "panel", "start")
REGIONS = (284, 2_844, 28_440)
_ROUNDS = 5
_PAGE = Path(__file__).with_name("README.md")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=_ROUNDS, help=f"rounds to take the medians of (default {_ROUNDS})"
    )
    parser.add_argument("--quick", action="store_true", help="one round, and no panel of 28,440 regions")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this part (repeatable)")
    parser.add_argument("--profile", action="store_true", help="where a cold build's time goes, and nothing else")
    parser.add_argument("--write", action="store_true", help="write the results into benchmarks/README.md")
    options = parser.parse_args(arguments)
    rounds = 1 if options.quick or options.profile else options.rounds
    with tempfile.TemporaryDirectory(prefix="cixi-benchmarks-") as name:
        folder = Path(name)
        try:
            if options.profile:
                sections = [["Where a cold build's time goes:"], profile(fresh_copy(folder / "profile"))]
            else:
                sections = measured(folder, options.only or PARTS, rounds, REGIONS[:-1] if options.quick else REGIONS)
        except Failed as failed:
            sys.stderr.write(f"{failed}\n")
            return 1
    text = "\n\n".join("\n".join(lines) for lines in [[report.machine(rounds)], *sections] if lines)
    print(text)
    if options.write:
        _PAGE.write_text(report.written(_PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0


def measured(folder: Path, parts: list[str], rounds: int, sizes: tuple[int, ...]) -> list[list[str]]:
    """The tables of the parts that were asked for."""
    results: dict[str, list[Cost]] = defaultdict(list)
    panels: dict[int, list[dict[str, float]]] = defaultdict(list)
    tables = {size: folder / f"{size}.pickle" for size in sizes if "panel" in parts}
    for size, file in tables.items():
        _tell(f"generating a panel of {size} regions")
        command([sys.executable, "-m", "benchmarks.panel", "generate", str(size), file], folder)
    for number in range(1, rounds + 1):
        _tell(f"round {number} of {rounds}")
        if "book" in parts:
            for name, cost in book(folder / f"round-{number}", backwards=number % 2 == 0).items():
                results[name].append(cost)
        if "start" in parts:
            for name, arguments in STARTS.items():
                results[name].append(command(arguments, REPOSITORY))
        for size, file in tables.items():
            panels[size].append(panel(size, file))
    return [report.ratios(results), report.panels(panels), report.starts(results)]


#: The command line where processes cannot fork, as on Windows.
WITHOUT_FORK = [CIXI[0], "-c", f"import os; del os.fork; {CIXI[-1]}"]
STARTS = {
    "python": [sys.executable, "-c", "pass"],
    "cixi --help": [*CIXI, "--help"],
    "cixi assess": [*CIXI, "assess", "2022", "--format", "csv"],
    "cixi requirement": [*CIXI, "requirement", "≤25.4或持续下降且年均下降幅度≥3.5%"],
}


def book(folder: Path, *, backwards: bool) -> dict[str, Cost]:
    """One round: the notebook runs and the builds, the usual way and ours, ``backwards`` ours first."""
    costs: dict[str, Cost] = {}

    def usual() -> None:
        baseline = Baseline(fresh_copy(folder / "usual"), folder / "notebooks")
        costs["in sequence"] = baseline.in_sequence()
        costs["papermill command"] = baseline.papermill_command()
        costs["baseline build"] = costs["papermill command"] + baseline.jupyter_book()

    def ours() -> None:
        root = fresh_copy(folder / "runs")
        costs["our runs"] = command([sys.executable, "-m", "benchmarks.library", "runs", root], root)
        for name, cixi in (("", CIXI), (" without fork", WITHOUT_FORK)):
            root = fresh_copy(folder / f"ours{name}")
            build = [*cixi, "--root", root, "build"]
            costs[f"our cold build{name}"] = command(build, root)
            costs[f"our rebuild{name}"] = command(build, root)
            change_one_observation(root)
            costs[f"our rebuild after a change{name}"] = command(build, root)
        costs["our rebuild while watching"] = watched(fresh_copy(folder / "watched"))

    steps: list[Callable[[], None]] = [ours, usual] if backwards else [usual, ours]
    for step in steps:
        step()
    return costs


def panel(regions: int, file: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.panel", "assess", str(regions), str(file)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(done.stderr)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
