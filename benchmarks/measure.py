"""How long a command takes and how much memory it needs, by the operating system's account of the finished process."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
CIXI = [sys.executable, "-c", "from cixi_analysis.cli import main; main()"]


class Failed(Exception):
    """A measured command did not do its work, so its time means nothing."""


@dataclass(frozen=True)
class Cost:
    """One run: wall-clock seconds, and the peak memory of its largest process in MB."""

    seconds: float
    megabytes: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.seconds + other.seconds, max(self.megabytes, other.megabytes))


def command(arguments: Sequence[str | Path], folder: Path) -> Cost:
    """Run a command in ``folder``, from start to end, its output thrown away. Raises :class:`Failed`."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1"}
    with tempfile.TemporaryFile() as printed:
        begun = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, arguments)), cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            printed.seek(0)
            last = printed.read().decode(errors="replace").splitlines()[-15:]
            raise Failed(f"{' '.join(map(str, arguments))}: exit status {process.returncode}\n" + "\n".join(last))
    return Cost(seconds, used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))


def median(costs: Sequence[Cost]) -> Cost:
    """The median of the seconds and that of the memory."""
    return Cost(statistics.median(c.seconds for c in costs), statistics.median(c.megabytes for c in costs))
