"""The cells of one observation, interpreted: what was measured, the assigned target, the clauses quoted."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation, clause_pairs
from cixi_analysis.requirement import Refusal, Terms, read, terms
from cixi_analysis.requirement.tree import Bound, ClassBound, Comparator, Node
from cixi_analysis.requirement.vocabulary import NO_TERMS, unit_name
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, Polarity

_BARE = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
SIGN = {Polarity.MORE: 1, Polarity.LESS: -1, Polarity.NONE: 0}


def measured(
    known: Terms, asked: Asked, measure: str | None = None, unit: str | None = None, polarity: str | None = None
) -> Asked:
    """What an observation measured: ``asked``, overridden by the columns that the observation fills in.

    Values are compared with each other only where all fields are equal; with a limit, only where the name is that of the
    quantity asked for and not of a substitute (33: the rate, not its increase). ``known``: the plan's own unit names.
    A water class has its order in itself (Ⅰ is best), whatever way the item's own numbers go.
    """
    unit = unit_name(unit or asked.unit, known.words)
    way = Polarity.LESS if unit == CLASS_UNIT else Polarity(polarity or asked.polarity)
    return Asked(measure or asked.name, unit, way)


def measured_at(
    plan: Plan, item: Indicator, level: str | None, year: int, row: Observation | None = None
) -> dict[str, Asked]:
    """Level → what an observation of ``year`` measured there, without one what is asked for; of all levels where ``level``
    is None.
    """
    asked = {one: plan.asked(item, one, year) for one in (plan.levels if level is None else (level,))}
    cells = (row.measure, row.unit, row.polarity) if row else ()
    return {one: measured(terms(plan), own, *cells) for one, own in asked.items()}


@dataclass(frozen=True)
class Assigned:
    """An assigned target (上级下达的年度目标); ``limit`` is in the unit of the value or a class's rank, NaN for a task."""

    limit: float = np.nan
    comparator: Comparator = Comparator.REACH
    none: bool = False
    is_class: bool = False


def read_assigned(text: str | None) -> Assigned | None:
    """The target that stands in the data; None where it cannot be read."""
    if text is None or text.startswith("任务："):
        return Assigned()
    if text == NOT_ASSIGNED:
        return Assigned(none=True)
    if text in WATER_CLASSES:
        return Assigned(quantity(text), is_class=True)
    if _BARE.fullmatch(text):  # nearly all targets of a large panel; the grammar gives the same result, slowly
        return Assigned(float(text))
    with contextlib.suppress(Refusal):
        node = read(text)
        if isinstance(node, ClassBound):
            return Assigned(node.rank, Comparator.LT if node.strict else Comparator.LE, is_class=True)
        # In the unit of the value, or it could not be compared.
        if isinstance(node, Bound) and not node.unit and not node.quantity:
            return Assigned(node.limit, node.comparator)
    return None


def quantity(value: str | float) -> float:
    """A value as a number; a water class (Ⅰ–劣Ⅴ) as its rank 1-6, for its order only."""
    return WATER_CLASSES.index(value) + 1 if value in WATER_CLASSES else float(value)


@lru_cache(maxsize=4096)
def quotations(clauses: str | None, units: tuple[str, ...], terms: Terms = NO_TERMS) -> Mapping[Node, str]:
    """Clause, as it is read in each unit of a level, → the words quoted for it; ``check_observations`` reports those that
    cannot be read.
    """
    quoted: dict[Node, str] = {}
    for (clause, quote), unit in product(clause_pairs(clauses or ""), units):
        with contextlib.suppress(Refusal):
            quoted[read(clause, unit=unit, terms=terms)] = quote
    return quoted
