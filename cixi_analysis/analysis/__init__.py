"""Results from the plan and its assessment, one module a subject."""

from collections import namedtuple
from functools import lru_cache
from typing import Any

import pandas as pd

from cixi_analysis.plan import grouped

__all__ = ["grouped", "records"]


def records(frame: pd.DataFrame) -> list[Any]:
    """The rows, each with its cells as attributes."""
    # Not `itertuples`, which makes a class each time and addresses the columns one by one: four times as long.
    cells = (column.tolist() for _, column in frame.items())
    return [*map(_row(tuple(frame))._make, zip(*cells, strict=True))]


@lru_cache(maxsize=512)
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("_row", columns, rename=True)
