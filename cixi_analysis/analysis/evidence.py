"""佐证材料: the list of evidence of a year, each piece under its number, and what is missing in it."""

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import numbered
from cixi_analysis.plan.schema import Evidence
from cixi_analysis.words import Entity


def evidence_of(plan: Plan, year: int) -> dict[str, Evidence]:
    """Number → evidence of a year, in the plan's order, of each item, project or commitment by class."""
    numbers = numbered(plan.evidence.get(year, ()))
    own = (pair for pair in numbers.items() if plan.defines(pair[1].kind, pair[1].id))  # of a plan with some items only
    return dict(sorted(own, key=lambda pair: (plan.subject_order(pair[1]), pair[1].grade)))


def numbers_cell(plan: Plan, year: int, indicator: int) -> str:
    """The numbers of an indicator's evidence as they stand in a cell: ``38-A-1、38-B-1``; "" where there is none."""
    ids = {item.item_id for item in plan.indicator_items(indicator)}
    own = (number for number, row in evidence_of(plan, year).items() if row.kind is Entity.ITEM and row.id in ids)
    return "、".join(own)
