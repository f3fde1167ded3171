"""Results from the plan and its assessment, one module a subject."""

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

import pandas as pd

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def records(frame: pd.DataFrame) -> list[Any]:
    """The rows, each with its cells as attributes."""
    return list(frame.itertuples(index=False))


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Key → the values that are paired with it; both in the order of the pairs."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
