"""Results from the plan and its assessment, one module a subject."""

from collections.abc import Iterator
from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[Any]:
    """The rows, each with its cells as attributes."""
    return list(frame.itertuples(index=False))


def columns_of(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row."""
    return zip(*(frame[name].to_list() for name in names), strict=True)
