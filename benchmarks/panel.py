"""One panel, in a process of its own: ``python -m benchmarks.panel generate|assess REGIONS FILE``.

Generating is not measured: the table is written by one process and assessed by another, which prints as JSON the
seconds, the number of verdicts, and the memory of the process before (with the table) and at its peak.
"""

import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.generated import generated_panel
from benchmarks.measure import REPOSITORY
from cixi_analysis.assessment import assess_panel
from cixi_analysis.plan.dataset import load_plan


def assess(file: Path) -> dict[str, float]:
    plan = load_plan(REPOSITORY)
    empty = _megabytes()
    table = pd.read_pickle(file)  # our own, written a moment ago
    begun, cpu = time.perf_counter(), time.process_time()
    assessment = assess_panel(plan, table)
    seconds, busy = time.perf_counter() - begun, time.process_time() - cpu
    verdicts = sum(1 for _, item_id, _ in assessment.questions if item_id) * assessment.verdict[..., 0].size
    return {
        "regions": len(assessment.regions),
        "verdicts": verdicts,
        "seconds": seconds,
        "cpu": busy,
        "table": float(table.memory_usage().sum() / 1024**2),
        "megabytes": _megabytes() - empty,
    }


def _megabytes() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    task, regions, file = sys.argv[1:]
    if task == "generate":
        generated_panel(load_plan(REPOSITORY), int(regions)).to_pickle(file)
    else:
        print(json.dumps(assess(Path(file))))
