"""佐证材料: numbers, what is missing, reasons."""

import tiny

from cixi_analysis.analysis.evidence import evidence_of, numbers_cell
from cixi_analysis.plan.dataset import Plan


def year_plan(*rows: dict[str, object]) -> Plan:
    """The tiny plan with a year 2023 like 2022, and this evidence for it."""
    plan = tiny.tiny_plan()
    observations = {**plan.observations, 2023: plan.observations[2022]}
    return tiny.tiny_plan(observations=observations, evidence={2023: tuple(tiny.evidence(**row) for row in rows)})


def test_numbers() -> None:
    """Subject, class, and a number within both in the order of the file; the list is in the plan's order."""
    plan = year_plan(
        {"kind": "commitment", "id": "C001", "proves": "value"},
        {"id": "2.1", "grade": "B"},
        {"id": "2.2", "grade": "C", "title": "《年鉴》"},
        {"id": "2.1", "grade": "A", "title": "《一》"},
        {"id": "2.1", "grade": "B", "title": "《二》"},
        {"kind": "project", "id": "1", "proves": "value"},
    )
    assert list(evidence_of(plan, 2023)) == ["2.1-A-1", "2.1-B-1", "2.1-B-2", "2.2-C-1", "P1-B-1", "C001-B-1"]
    assert evidence_of(plan, 2023)["2.1-B-2"].title == "《二》"
    cells = [numbers_cell(plan, 2023, indicator) for indicator in plan.indicators]
    assert cells == ["", "2.1-A-1、2.1-B-1、2.1-B-2、2.2-C-1", ""]
    own = plan.only(plan.indicator_items(1))
    assert (list(evidence_of(own, 2023)), evidence_of(plan, 2022)) == (["P1-B-1", "C001-B-1"], {})
