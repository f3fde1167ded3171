"""What an assigned target (上级下达的年度目标) says: a number or a class to reach, a task, or that none was given."""

import re
from dataclasses import dataclass

import numpy as np

from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.requirement import read
from cixi_analysis.requirement.tree import Bound, ClassBound, Comparator
from cixi_analysis.words import NOT_ASSIGNED

_BARE = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")


@dataclass(frozen=True)
class Assigned:
    """An assigned target; ``limit`` is a number in the unit of the value or the rank of a class, nan for a task."""

    limit: float = np.nan
    comparator: Comparator = Comparator.REACH
    none: bool = False
    is_class: bool = False


def read_assigned(text: str | None) -> Assigned:
    """The target that stands in the data. Raises ``ValueError`` (a ``Refusal`` is one) where it cannot be read."""
    if text is None or text.startswith("任务："):
        return Assigned()
    if text == NOT_ASSIGNED:
        return Assigned(none=True)
    if text in WATER_CLASSES:
        return Assigned(WATER_CLASSES.index(text) + 1, is_class=True)
    if _BARE.fullmatch(text):  # nearly all targets of a large panel; the grammar would say the same, slowly
        return Assigned(float(text))
    node = read(text)
    if isinstance(node, ClassBound):
        return Assigned(node.rank, Comparator.LT if node.strict else Comparator.LE, is_class=True)
    if isinstance(node, Bound) and not node.unit:  # in the unit of the value, or it could not be compared
        return Assigned(node.limit, node.comparator)
    raise ValueError(text)


def is_assigned_target(text: str) -> bool:
    """Whether ``text`` can stand in the assigned-target column."""
    try:
        read_assigned(text)
    except ValueError:
        return False
    return True


def is_class_target(text: str) -> bool | None:
    """Whether an assigned target is a water class (True) or a number (False); None where it is neither."""
    target = read_assigned(text)
    return None if np.isnan(target.limit) else target.is_class
