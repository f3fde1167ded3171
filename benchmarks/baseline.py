"""The baseline, as in every tutorial: papermill for each page, then ``jupyter-book build``.

As a program, ``python -m benchmarks.baseline sequence INPUTS OUTPUTS`` runs the notebooks with
``papermill.execute_notebook``, one after the other in one process.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from benchmarks.measure import Cost, command

JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
LIST = "notebooks.json"


class Baseline:
    """The notebooks of a project's copy, and what was made of them by the usual means."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self.root, self.inputs, self.outputs = root, scratch / "in", scratch / "out"
        self.inputs.mkdir(parents=True)
        # In a subprocess: the memory of a large parent process would count for the commands that it measures.
        command([sys.executable, "-m", "benchmarks.library", "inputs", root, self.inputs], root)
        self.notebooks = json.loads((self.inputs / LIST).read_text(encoding="utf-8"))

    def papermill_command(self) -> Cost:
        """The ``papermill`` command once for each page."""
        self._clear()
        total = Cost(0, 0)
        for path, parameters in self.notebooks:
            given = [text for name, value in parameters.items() for text in ("-p", name, str(value))]
            call = [sys.executable, "-m", "papermill", "--no-progress-bar", self.inputs / path, self.outputs / path]
            total += command([*call, *given], self.root)
        return total

    def in_sequence(self) -> Cost:
        """``papermill.execute_notebook`` for each page, in one process."""
        self._clear()
        return command([sys.executable, "-m", "benchmarks.baseline", "sequence", self.inputs, self.outputs], self.root)

    def jupyter_book(self) -> Cost:
        """``jupyter-book build`` of the executed notebooks, from scratch."""
        shutil.rmtree(self.root / "_build", ignore_errors=True)
        shutil.copytree(self.outputs, self.root / "book", dirs_exist_ok=True)
        return command([*JUPYTER_BOOK, "build", self.root], self.root)

    def _clear(self) -> None:
        shutil.rmtree(self.outputs, ignore_errors=True)
        for path, _ in self.notebooks:
            (self.outputs / path).parent.mkdir(parents=True, exist_ok=True)


def run_in_sequence(inputs: Path, outputs: Path) -> None:
    import papermill  # its import is part of what is measured

    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    for name, parameters in json.loads((inputs / LIST).read_text(encoding="utf-8")):
        papermill.execute_notebook(inputs / name, outputs / name, parameters=parameters, progress_bar=False)


if __name__ == "__main__":
    run_in_sequence(Path(sys.argv[2]), Path(sys.argv[3]))
