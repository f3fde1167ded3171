"""Links between commitments, indicators, projects, responsible units (责任单位), domains and findings of the audit.

``data/links.csv`` holds judged links, each with a reason. Links that the plan prints (a project's responsible units and
category, the chapter of a commitment) are derived here from the other files. Nothing is linked by similar names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import pandas as pd

from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import AuditRow, Commitment, Indicator, Link, Project, Row
from cixi_analysis.words import Entity, Relation

COLUMNS = tuple(Link.columns())
_ENTITIES: dict[type[Row], Entity] = {
    Indicator: Entity.ITEM, Project: Entity.PROJECT, Commitment: Entity.COMMITMENT, AuditRow: Entity.FINDING,
}  # fmt: skip
R = TypeVar("R", bound=Row)


def every_link(plan: Plan) -> pd.DataFrame:
    """All links, those of ``data/links.csv`` first; columns ``from_kind, from_id, to_kind, to_id, relation, reason``."""
    rows: list[tuple[object, ...]] = [tuple(getattr(row, column) for column in COLUMNS) for row in plan.links]
    for project in plan.projects:
        own, place = (Entity.PROJECT, str(project.number)), f"表三序号{project.number}"
        rows += [(*own, Entity.UNIT, u, Relation.RESPONSIBLE, f"{place}的责任单位") for u in project.responsible]
        domains = dict.fromkeys(i.domain for i in plan.items if project.category == f"{i.domain}体系")
        reason = f"{place}的类别“{project.category}”"
        rows += [(*own, Entity.DOMAIN, domain, Relation.BELONGS, reason) for domain in domains]
    rows += [
        (Entity.COMMITMENT, c.commitment_id, Entity.DOMAIN, c.domain, Relation.BELONGS, f"写在{c.place}")
        for c in plan.commitments
        if c.domain
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)


def linked(plan: Plan, origin: Row, model: type[R]) -> tuple[tuple[R, Link], ...]:
    """The rows of another ``model`` that are linked with ``origin``, each with the link that says how, in their order.

    Items, projects, commitments and findings of the audit are linked; which of two rows a link starts from does not
    matter.
    """
    own, kind = (_ENTITIES[type(origin)], str(getattr(origin, origin.KEY[0]))), _ENTITIES[model]
    return tuple((plan.row(model, other), row) for at, other, row in _by_end(plan).get(own, ()) if at is kind)


@lru_cache(maxsize=4)
def _by_end(plan: Plan) -> dict[tuple[Entity, str], list[tuple[Entity, str, Link]]]:
    """Kind and id of one end → kind and id of the other end, and the link."""
    found: dict[tuple[Entity, str], list[tuple[Entity, str, Link]]] = {}
    for row in plan.links:
        found.setdefault((row.from_kind, row.from_id), []).append((row.to_kind, row.to_id, row))
        found.setdefault((row.to_kind, row.to_id), []).append((row.from_kind, row.from_id, row))
    return found


def findings_of(plan: Plan, items: Iterable[Indicator]) -> tuple[AuditRow, ...]:
    """The findings of the audit that concern any of these items, in the audit's order."""
    ids = {finding.audit_id for item in items for finding, _ in linked(plan, item, AuditRow)}
    return tuple(row for row in plan.audit if row.audit_id in ids)


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
    found = []
    for name in dict.fromkeys(name for project in plan.projects for name in project.responsible):
        own = tuple(p for p in plan.projects if name in p.responsible)
        items = {item.item_id for p in own for item, _ in linked(plan, p, Indicator)}
        promises = {promise.commitment_id for p in own for promise, _ in linked(plan, p, Commitment)}
        found.append(Unit(
            name=name,
            projects=own,
            sole=tuple(p for p in own if p.responsible == (name,)),
            items=tuple(i for i in plan.items if i.item_id in items),
            commitments=tuple(c for c in plan.commitments if c.commitment_id in promises),
        ))  # fmt: skip
    return tuple(found)
