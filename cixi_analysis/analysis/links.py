"""Links between commitments, indicators, projects, responsible units (责任单位), domains and findings of the audit.

``data/links.csv`` holds judged links, each with a reason. Links that the plan prints (a project's responsible units and
category, the chapter of a commitment) are derived here from the other files. Nothing is linked by similar names.
"""

import difflib
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from cixi_analysis.analysis import grouped
from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.plan.dataset import Plan, R
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.plan.schema import Commitment, Indicator, Link, Project, Row
from cixi_analysis.words import Entity, Relation

COLUMNS = tuple(Link.columns())
_ENTITIES: dict[type[Row], Entity] = {Indicator: Entity.ITEM, Commitment: Entity.COMMITMENT, Project: Entity.PROJECT}


def every_link(plan: Plan) -> pd.DataFrame:
    """All links, those of ``data/links.csv`` first, with its columns."""
    rows: list[tuple[object, ...]] = [tuple(row.__dict__.values()) for row in plan.links]
    name = plan.frame.tables.projects.name if plan.frame.tables.projects else ""
    domains = {f"{item.domain}体系": item.domain for item in plan.items}
    for p in plan.projects:
        own, printed = (Entity.PROJECT, p.number), f"{name}序号{p.number}的"
        rows += [(*own, Entity.UNIT, unit, Relation.RESPONSIBLE, f"{printed}责任单位") for unit in p.responsible]
        if p.category in domains:
            rows.append((*own, Entity.DOMAIN, domains[p.category], Relation.BELONGS, f"{printed}类别“{p.category}”"))
    for c in plan.commitments:
        if c.domain:
            reason = f"写在{c.place}"
            rows.append((Entity.COMMITMENT, c.commitment_id, Entity.DOMAIN, c.domain, Relation.BELONGS, reason))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)


def items_of(plan: Plan, end: Commitment | Project) -> list[tuple[Indicator, Link]]:
    """The items that a commitment or a project bears on, with the link that says how."""
    return _linked(plan, end, Indicator)


def projects_of(plan: Plan, end: Indicator | Commitment) -> list[tuple[Project, Link]]:
    """The projects that bear on an item or carry out a commitment, with the link that says so."""
    return _linked(plan, end, Project)


def commitments_of(plan: Plan, end: Indicator | Project) -> list[tuple[Commitment, Link]]:
    """The commitments that bear on an item or that a project carries out, with the link that says so."""
    return _linked(plan, end, Commitment)


def _linked(plan: Plan, end: Indicator | Commitment | Project, kind: type[R]) -> list[tuple[R, Link]]:
    """The rows of ``kind`` that are linked with ``end``, either way round, each with its link."""
    own = (_ENTITIES[type(end)], str(getattr(end, end.KEY[0])))
    return [(plan.row(kind, other), row) for at, other, row in _by_end(plan).get(own, ()) if at is _ENTITIES[kind]]


@lru_cache(maxsize=4)
def _by_end(plan: Plan) -> dict[tuple[Entity, str], list[tuple[Entity, str, Link]]]:
    """Kind and id of one end → kind and id of the other end, and the link."""
    ends = (((row.from_kind, row.from_id), (row.to_kind, row.to_id), row) for row in plan.links)
    return grouped(pair for one, other, row in ends for pair in ((one, (*other, row)), (other, (*one, row))))


@dataclass(frozen=True)
class Unit:
    """A responsible unit, which the plan names only in Table 3; every tuple in the plan's order, without repetition.

    ``items`` and ``commitments`` are those that its projects bear on, ``sole`` the projects that have no other
    unit. A project with two units counts in full for both: the ``money`` of units must not be added up.
    """

    name: str
    projects: tuple[Project, ...]
    sole: tuple[Project, ...]
    items: tuple[Indicator, ...]
    commitments: tuple[Commitment, ...]
    money: Totals


def units(plan: Plan) -> tuple[Unit, ...]:
    """Every unit of Table 3, in the order in which the plan first names it."""
    found = []
    for name in dict.fromkeys(name for project in plan.projects for name in project.responsible):
        own = tuple(p for p in plan.projects if name in p.responsible)
        sole = tuple(p for p in own if p.responsible == (name,))
        bears_on = {item.item_id for p in own for item, _ in items_of(plan, p)}
        carries_out = {promise.commitment_id for p in own for promise, _ in commitments_of(plan, p)}
        items = tuple(i for i in plan.items if i.item_id in bears_on)
        commitments = tuple(c for c in plan.commitments if c.commitment_id in carries_out)
        found.append(Unit(name, own, sole, items, commitments, totals(own)))
    return tuple(found)


#: The unit's name in the form of the subjects without a responsible unit.
NOBODY = "未定单位"


def responsible_units(plan: Plan, kind: Entity, key: str, year: int) -> tuple[str, ...]:
    """The units responsible for an item, a project or a commitment, by the first source that names any:
    ``responsible.csv``; the latest earlier year's rows; for a project, the plan's Table 3. Empty without any.
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


@lru_cache(maxsize=4)
def answering(plan: Plan, year: int) -> dict[str, list[tuple[Entity, str]]]:
    """Unit → the subjects that it is responsible for, both in the plan's order; last "" → those without a unit, or of
    which the data say in words that it is undecided.
    """
    printed = (unit for project in plan.projects for unit in project.responsible)
    found = grouped(
        ("" if unit == NOBODY else unit, (kind, key))
        for kind, key in plan.subjects
        for unit in responsible_units(plan, kind, key, year) or ("",)
    )
    order = dict.fromkeys((*printed, *filter(None, found), ""))
    return {unit: found[unit] for unit in order if unit in found}


def strange_units(plan: Plan, year: int) -> dict[str, str]:
    """Units missing from the plan's table of projects → the closest name there, or ""."""
    printed = list(dict.fromkeys(unit for project in plan.projects for unit in project.responsible))
    strange = [unit for unit in answering(plan, year) if unit and printed and unit not in printed]
    return {unit: next(iter(difflib.get_close_matches(unit, printed, n=1, cutoff=0.7)), "") for unit in strange}
