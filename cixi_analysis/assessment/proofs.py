"""The evidence behind a verdict: the documents cited in its reason, and the clauses without any.

Evidence decides no verdict. It is required from the year after the base year on: before, the plan itself is the evidence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cixi_analysis.assessment.evaluation import LeafFinding
from cixi_analysis.assessment.observed import quotations
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import numbered
from cixi_analysis.plan.schema import Evidence
from cixi_analysis.requirement.vocabulary import NO_TERMS, Terms, terms
from cixi_analysis.words import Entity, Proves

#: The mark of attested clauses without a document; how many documents a reason cites.
UNPROVEN, _CITED = "无佐证", 5


@dataclass(frozen=True)
class Proofs:
    """The evidence of one item in one year, without partial facts."""

    rows: Mapping[str, Evidence] = field(default_factory=dict)
    #: whether attested clauses need evidence
    needed: bool = False
    terms: Terms = NO_TERMS

    def lacking(self, leaves: Iterable[LeafFinding]) -> tuple[str, ...]:
        """The clauses that the statement attests or denies and no document proves."""
        if not self.needed:
            return ()
        return tuple(dict.fromkeys(str(leaf.node) for leaf in leaves if not self._proves(leaf)))

    def _proves(self, leaf: LeafFinding) -> bool:
        """Whether there is a document for the item's value, for all of its clauses, or for this one."""
        for row in self.rows.values():
            read = quotations(row.clause, (leaf.series.asked.unit,), self.terms) if row.clause else {leaf.node}
            if row.proves is Proves.VALUE or (row.proves is Proves.CLAUSE and leaf.node in read):
                return True
        return False

    @property
    def cited(self) -> str:
        """The documents in a sentence: ``佐证：38-B-1《公报》第12页``; "" where there is none."""
        told = [cited(number, row) for number, row in self.rows.items()]
        more = f"等{len(told)}件" if len(told) > _CITED else ""
        return f"佐证：{'、'.join(told[:_CITED])}{more}" if told else ""


#: Of a year or a region that needs no evidence.
NO_PROOFS = Proofs()


def cited(number: str, row: Evidence) -> str:
    """``38-B-1《公报》第12页``."""
    return f"{number}{row.title}{page(row)}"


def page(row: Any) -> str:
    """``第12页``; a section, as it is written, in brackets; "" for the whole document."""
    return "" if not row.page else f"第{row.page}页" if row.page.isdecimal() else f"（{row.page}）"


def needed(plan: Plan, year: int) -> bool:
    """Whether a year's data need evidence of their own."""
    return year > plan.frame.base_year


def proofs(plan: Plan, year: int) -> Mapping[str, Proofs]:
    """item_id → its evidence in ``year``."""
    found: dict[str, dict[str, Evidence]] = {item.item_id: {} for item in plan.items}
    for number, row in numbered(plan.evidence.get(year, ())).items():
        # The plan may hold some items only (`Plan.only`).
        if row.kind is Entity.ITEM and row.id in found and row.proves is not Proves.CONTEXT:
            found[row.id][number] = row
    return {item_id: Proofs(rows, needed(plan, year), terms(plan)) for item_id, rows in found.items()}
