"""The plan held against itself."""

from cixi_analysis.analysis.reconciliation import AUDIT_COLUMNS, findings
from tests.tiny import audit_row, link, tiny_plan


def test_sums_are_computed_and_words_are_read() -> None:
    """A sum decides by itself; a reading says what it found; a sum that fails may be left open with a reason."""
    plan = tiny_plan(
        audit=(
            audit_row("A001", "4 = 3 + 1"),
            audit_row("A002", "4 = 5"),
            audit_row("A003", "4 = 5", result="unclear"),
            audit_row("A004", None, result="contradicts"),
        )
    )
    assert findings(plan)["result"].tolist() == ["agrees", "contradicts", "unclear", "contradicts"]


def test_what_a_finding_concerns() -> None:
    """The linked ids, by kind, in the order of the links."""
    concerns = (
        link("finding A002", "concerns", "item 2.1"),
        link("finding A002", "concerns", "item 3"),
        link("finding A002", "concerns", "project 4"),
        link("finding A003", "concerns", "commitment C001"),
    )
    table = findings(tiny_plan(links=concerns))
    assert list(table.columns) == list(AUDIT_COLUMNS)
    assert table[["items", "projects", "commitments"]].values.tolist() == [
        ["", "", ""],
        ["2.1；3", "4", ""],
        ["", "", "C001"],
    ]


def test_empty_cells_are_empty() -> None:
    """A reading has no sum: the cell is empty, not a word for nothing."""
    assert findings(tiny_plan())["check"].tolist() == ["4 = 3 + 1", "4 = 5", ""]
