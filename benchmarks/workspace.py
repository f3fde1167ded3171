"""Fresh copies of the project in a temporary folder: nothing here touches the user's ``book/`` or ``_build/``."""

import csv
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import CIXI, REPOSITORY, Cost, Failed

_NEEDED = ("_config.yml", "_toc.yml", "data", "notebooks", "book")
#: Seconds between two corrections of an analyst, at the least.
_REST = 10
_ALMOST_ALL = 99


def fresh_copy(folder: Path) -> Path:
    """The project as a clone has it: no executed notebook, no site, no cache. ``folder`` must not exist."""
    folder.mkdir(parents=True)
    for name in _NEEDED:
        source = REPOSITORY / name
        if source.is_dir():
            made = shutil.ignore_patterns(
                "*.ipynb_checkpoints", "20[0-9][0-9]", ".*", *(["*.ipynb"] if name == "book" else [])
            )
            shutil.copytree(source, folder / name, ignore=made)
        else:
            shutil.copy(source, folder / name)
    return folder


@dataclass(frozen=True)
class Edit:
    """What was changed: one value of one observation."""

    file: Path
    item_id: str
    before: str
    after: str


def change_one_observation(root: Path) -> Edit:
    """Correct one figure of the newest year by a tenth, as an analyst would in the CSV."""
    file = max((root / "data" / "observations").glob("20??.csv"))
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    at = {name: header.index(name) for name in ("item_id", "value", "assigned_target", "attests", "denies")}
    for row in rows:
        told = any(row[at[name]] for name in ("assigned_target", "attests", "denies"))  # words might contradict it
        if not told and row[at["value"]].replace(".", "").isdigit():
            before = row[at["value"]]
            row[at["value"]] = after = f"{float(before) + (0.1 if float(before) < _ALMOST_ALL else -0.1):.12g}"
            break
    else:
        raise LookupError(f"{file}: no plain figure to change")
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return Edit(file, row[at["item_id"]], before, after)


def watched(root: Path) -> Cost:
    """From the change of one observation until ``cixi build --watch`` has the new book.

    The memory is not measured. Raises :class:`Failed`.
    """
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}
    watching = subprocess.Popen(
        [*CIXI, "--root", str(root), "build", "--watch"],
        cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip
    try:
        for built in range(2):
            begun = time.perf_counter()
            lines = iter(watching.stdout or ())
            while not (line := next(lines, "错误")).endswith("index.html\n"):
                if "错误" in line:
                    raise Failed(f"cixi build --watch: {line}")
            seconds = time.perf_counter() - begun
            if not built:
                time.sleep(_REST)
                change_one_observation(root)
        return Cost(seconds, 0)
    finally:
        watching.terminate()
        watching.wait()
