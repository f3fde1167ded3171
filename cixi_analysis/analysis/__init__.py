"""Results from the plan and its assessment, one module a subject."""

from collections import namedtuple
from collections.abc import Hashable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

import pandas as pd

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def records(frame: pd.DataFrame) -> list[Any]:
    """The rows, each with its cells as attributes."""
    # Not `itertuples`, which makes a class each time and addresses the columns one by one: four times as long.
    cells = (column.tolist() for _, column in frame.items())
    return [*map(_row(tuple(frame))._make, zip(*cells, strict=True))]


@lru_cache(maxsize=512)
def _row(columns: tuple[str, ...]) -> Any:
    return namedtuple("_row", columns, rename=True)


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Key → the values that are paired with it; both in the order of the pairs."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
