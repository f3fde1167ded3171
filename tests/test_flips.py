"""The smallest changes that turn a verdict to 是, each proven by feeding it back to the evaluator."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from cixi_analysis.analysis.flips import CellChange, Flip, applied, flips
from cixi_analysis.assessment import REQUIREMENT, TARGET, assess
from cixi_analysis.errors import DataError
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import WATER_CLASSES, Verdict


def alone(plan: Plan, item_id: str) -> Plan:
    """The plan with one item and nothing but what judges it; a year without it keeps a row, so that it remains a year."""
    seen = {y: tuple(r for r in rows if r.item_id == item_id) or rows[:1] for y, rows in plan.observations.items()}
    empty = dict.fromkeys(("published", "past_projects", "projects", "commitments", "background", "audit", "links"), ())
    return replace(plan.only((plan.item(item_id),)), observations=seen, progress={}, left_out=(), **empty)


def verdict(plan: Plan, flip: Flip, changes: tuple[CellChange, ...]) -> str:
    """The verdict of the question with some changes made, by the assessment of the whole year; "contradiction" where
    words and numbers contradict each other.
    """
    fed = applied(plan, replace(flip, changes=changes))
    try:
        table = assess(fed, flip.year, against=REQUIREMENT if flip.level in plan.levels else TARGET).items
    except DataError as error:
        assert "文字与数字矛盾" in str(error)
        return "contradiction"
    return str(table.loc[table["level"] == flip.level, "verdict"].item())


def less(change: CellChange) -> Iterator[CellChange]:
    """The change with one step of its printed precision less, at each end that it has."""
    for end, side in ((change.needed, change.side), (change.upto, "≤")):
        if not end or not side:
            continue
        if end in WATER_CLASSES:
            at = WATER_CLASSES.index(end) + (1 if side == "≤" else -1)
            yield from [replace(change, needed=WATER_CLASSES[at])] if 0 <= at < len(WATER_CLASSES) else []
        else:
            step = Decimal(1).scaleb(-len(end.partition(".")[2])) * (1 if side == "≤" else -1)
            yield replace(change, needed=f"{Decimal(end) + step:f}")


def prove(plan: Plan, found: tuple[Flip, ...]) -> None:
    """Fed back, each flip turns the verdict; one step less, or any change left out, does not."""
    assert len({frozenset(c.cell for c in flip.changes) for flip in found}) == len(found)
    for flip in found:
        assert verdict(plan, flip, flip.changes) == Verdict.MET, flip
        for n, change in enumerate(flip.changes):
            others = flip.changes[:n] + flip.changes[n + 1 :]
            assert verdict(plan, flip, others) != Verdict.MET, (flip, change)
            for smaller in less(change):
                assert verdict(plan, flip, (*others, smaller)) != Verdict.MET, (flip, smaller)


@pytest.mark.parametrize("year", [2020, 2021, 2022])
def test_every_answer_of_the_plan_flips(plan: Plan, year: int) -> None:
    """Whatever is not met in a year, at a level or against a target, has an answer, and each answer is the smallest."""
    asked = {against: assess(plan, year, against=against).items for against in (REQUIREMENT, TARGET)}
    for table in asked.values():
        for item_id, level, word in table[["item_id", "level", "verdict"]].itertuples(index=False, name=None):
            own = alone(plan, item_id)
            found = flips(own, year, item_id, level)
            assert bool(found) == (word in (Verdict.UNMET, Verdict.NO_DATA)), (item_id, level)
            assert all(flip.changes for flip in found), (item_id, level)
            prove(own, found)
