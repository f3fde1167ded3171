"""Responsible units (责任单位): what each answers for.

The plan names units only in Table 3. A unit's indicators and commitments are those that its projects are linked to, so
they say what its work bears on, not what it was ordered to reach.
"""

from dataclasses import dataclass

from cixi_analysis.analysis import links
from cixi_analysis.analysis.projects import Totals, totals
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Indicator, Project


@dataclass(frozen=True)
class Unit:
    """A responsible unit; every tuple in the plan's order, without repetition."""

    name: str
    projects: tuple[Project, ...]
    #: the projects for which no other unit answers
    sole: tuple[Project, ...]
    items: tuple[Indicator, ...]
    commitments: tuple[Commitment, ...]

    @property
    def money(self) -> Totals:
        """Its projects' budgets; a project with two units counts in full for both, so never add units up."""
        return totals(self.projects)


def units(plan: Plan) -> tuple[Unit, ...]:
    """Every unit of Table 3, in the order in which the plan first names it."""
    names = dict.fromkeys(name for project in plan.projects for name in project.responsible)
    return tuple(_unit(plan, name) for name in names)


def _unit(plan: Plan, name: str) -> Unit:
    own = tuple(p for p in plan.projects if name in p.responsible)
    items = {item.item_id for p in own for item, _ in links.items_of(plan, p)}
    promises = {promise.commitment_id for p in own for promise, _ in links.commitments_of_project(plan, p.number)}
    return Unit(
        name=name,
        projects=own,
        sole=tuple(p for p in own if p.responsible == (name,)),
        items=tuple(i for i in plan.items if i.item_id in items),
        commitments=tuple(c for c in plan.commitments if c.commitment_id in promises),
    )
