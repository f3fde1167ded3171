"""Links between commitments, indicators, projects, responsible units (责任单位), domains and findings of the audit.

``data/links.csv`` holds judged links, each with a reason. Links that the plan prints (a project's responsible units and
category, the chapter of a commitment) are derived here from the other files. Nothing is linked by similar names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import AuditRow, Commitment, Indicator, Link, Project
from cixi_analysis.words import Entity, Relation

COLUMNS = tuple(Link.columns())


def every_link(plan: Plan) -> pd.DataFrame:
    """All links, those of ``data/links.csv`` first; columns ``from_kind, from_id, to_kind, to_id, relation, reason``."""
    rows = [tuple(getattr(row, column) for column in COLUMNS) for row in plan.links]
    for project in plan.projects:
        rows += _printed(plan, project)
    rows += [
        (Entity.COMMITMENT, c.commitment_id, Entity.DOMAIN, c.domain, Relation.BELONGS, f"写在{c.place}")
        for c in plan.commitments
        if c.domain
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)


def _printed(plan: Plan, project: Project) -> list[tuple[object, ...]]:
    """The links of a project that Table 3 prints."""
    own, row = (Entity.PROJECT, str(project.number)), f"表三序号{project.number}"
    units: list[tuple[object, ...]] = [
        (*own, Entity.UNIT, unit, Relation.RESPONSIBLE, f"{row}的责任单位") for unit in project.responsible
    ]
    domains = dict.fromkeys(i.domain for i in plan.items if project.category == f"{i.domain}体系")
    return units + [(*own, Entity.DOMAIN, d, Relation.BELONGS, f"{row}的类别“{project.category}”") for d in domains]


def commitments_of_item(plan: Plan, item_id: str) -> tuple[tuple[Commitment, Link], ...]:
    """The commitments that bear on an item, with the link that says how."""
    return tuple((plan.commitment(row.from_id), row) for row in _to(plan, Entity.COMMITMENT, Entity.ITEM, item_id))


def projects_of_item(plan: Plan, item_id: str) -> tuple[tuple[Project, Link], ...]:
    """The projects that bear on an item, with the link that says how."""
    return tuple((plan.project(int(row.from_id)), row) for row in _to(plan, Entity.PROJECT, Entity.ITEM, item_id))


def commitments_of_project(plan: Plan, number: int) -> tuple[tuple[Commitment, Link], ...]:
    """The commitments that a project carries out or states once more, with the link that says so."""
    rows = _to(plan, Entity.COMMITMENT, Entity.PROJECT, str(number))
    return tuple((plan.commitment(row.from_id), row) for row in rows)


def items_of(plan: Plan, origin: Commitment | Project) -> tuple[tuple[Indicator, Link], ...]:
    """The items that a commitment or a project bears on, with the link that says how."""
    return tuple((plan.item(row.to_id), row) for row in _from(plan, origin, Entity.ITEM))


def projects_of(plan: Plan, origin: Commitment) -> tuple[tuple[Project, Link], ...]:
    """The projects that carry a commitment out or state it once more, with the link that says so."""
    return tuple((plan.project(int(row.to_id)), row) for row in _from(plan, origin, Entity.PROJECT))


def findings_of(plan: Plan, kind: Entity, names: Iterable[str]) -> tuple[AuditRow, ...]:
    """The findings of the audit that concern any of these items, projects or commitments, in the audit's order."""
    wanted = set(names)
    ids = {
        row.from_id
        for row in plan.links
        if row.from_kind is Entity.FINDING and row.to_kind is kind and row.to_id in wanted
    }
    return tuple(row for row in plan.audit if row.audit_id in ids)


def _from(plan: Plan, origin: Commitment | Project, to: Entity) -> list[Link]:
    if isinstance(origin, Commitment):
        kind, own = Entity.COMMITMENT, origin.commitment_id
    else:
        kind, own = Entity.PROJECT, str(origin.number)
    return [row for row in plan.links if (row.from_kind, row.from_id, row.to_kind) == (kind, own, to)]


def _to(plan: Plan, origin: Entity, kind: Entity, own: str) -> list[Link]:
    return [row for row in plan.links if (row.from_kind, row.to_kind, row.to_id) == (origin, kind, own)]


@dataclass(frozen=True)
class Unit:
    """A responsible unit, which the plan names only in Table 3; every tuple in the plan's order, without repetition.

    ``items`` and ``commitments`` are those that its projects are linked to: what its work bears on, not what it was
    ordered to reach.
    """

    name: str
    projects: tuple[Project, ...]
    #: the projects for which no other unit answers
    sole: tuple[Project, ...]
    items: tuple[Indicator, ...]
    commitments: tuple[Commitment, ...]

    @property
    def money(self) -> Totals:
        """Its projects' budgets; a project with two units counts in full for both, so units must not be summed."""
        return totals(self.projects)


def units(plan: Plan) -> tuple[Unit, ...]:
    """Every unit of Table 3, in the order in which the plan first names it."""
    names = dict.fromkeys(name for project in plan.projects for name in project.responsible)
    return tuple(_unit(plan, name) for name in names)


def _unit(plan: Plan, name: str) -> Unit:
    own = tuple(p for p in plan.projects if name in p.responsible)
    items = {item.item_id for p in own for item, _ in items_of(plan, p)}
    promises = {promise.commitment_id for p in own for promise, _ in commitments_of_project(plan, p.number)}
    return Unit(
        name=name,
        projects=own,
        sole=tuple(p for p in own if p.responsible == (name,)),
        items=tuple(i for i in plan.items if i.item_id in items),
        commitments=tuple(c for c in plan.commitments if c.commitment_id in promises),
    )
