"""Who answers for an item, a project or a commitment in a year."""

import difflib

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.words import Entity


def responsible_units(plan: Plan, kind: Entity, key: str, year: int) -> tuple[str, ...]:
    """The units that answer for an item, a project or a commitment: those of ``responsible.csv``; else whoever filled it in in the
    latest year before; else, of a project, those that the plan prints; else nobody.
    """
    listed = next((row.units for row in plan.responsible if (row.kind, row.id) == (kind, key)), None)
    if listed:
        return separate_units(listed)
    known = plan.observations if kind is Entity.ITEM else plan.progress
    for y in sorted((y for y in known if y < year), reverse=True):
        filled = (row.responsible for row in known[y] if (row.kind, row.id) == (kind, key) and row.responsible)
        if units := tuple(dict.fromkeys(unit for units in filled for unit in separate_units(units))):
            return units
    return plan.project(int(key)).responsible if kind is Entity.PROJECT else ()


def answering(plan: Plan, year: int) -> dict[str, list[tuple[Entity, str]]]:
    """Unit → what it answers for, both in the plan's order; "" for what nobody answers for, at the end."""
    order = dict.fromkeys(unit for project in plan.projects for unit in project.responsible)
    found: dict[str, list[tuple[Entity, str]]] = {unit: [] for unit in order}
    nobody = []
    for kind, key in plan.subjects:
        units = responsible_units(plan, kind, key, year)
        for unit in units:
            found.setdefault(unit, []).append((kind, key))
        if not units:
            nobody.append((kind, key))
    return {unit: own for unit, own in {**found, "": nobody}.items() if own}


def strange_units(plan: Plan, year: int) -> dict[str, str]:
    """Units that the plan's table of projects does not name → the name there that looks like it, or ""."""
    printed = list(dict.fromkeys(unit for project in plan.projects for unit in project.responsible))
    strange = [unit for unit in answering(plan, year) if unit and printed and unit not in printed]
    return {unit: next(iter(difflib.get_close_matches(unit, printed, n=1, cutoff=0.7)), "") for unit in strange}
