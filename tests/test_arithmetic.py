"""Sums that the plan's figures make."""

import pytest

from cixi_analysis.plan.quantities import BadRelation, relation


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("34 = 7 + 26 + 1", True),
        ("34 = 7 + 26", False),
        ("75 = 15 × 5", True),
        ("8.50 = 4.5 + 4.0", True),
        ("1.17 = 0.85 + 0.32", True),
        ("1.17 = 0.85 + 0.33", False),
        ("100.0 = 3.6 + 55.1 + 41.3", True),
        ("17 = 49 - (20 + 9 + 3)", True),
        ("3.5 = 7 ÷ 2", True),
        ("0.7 = 2 ÷ 3", True),  # at the printed precision of the left side
        ("0.67 = 2 ÷ 3", True),
        ("0.66 = 2 ÷ 3", False),
        ("2.5 = 5 ÷ 2", True),
        ("3 = 5 ÷ 2", True),  # half up
        ("2 = count(浒山街道|古塘街道)", True),
        ("3 = count(浒山街道|古塘街道)", False),
        ("13 = 13.4", True),  # of two printed numbers the coarser is the other one rounded, in both directions
        ("13.4 = 13", True),
        ("13.6 = 13", False),
        ("13 = 13.6", False),
        ("13.4 = 13.5", False),
        ("13.0 = 13", True),
        ("0.85 + 0.32 = 1.2", True),
        ("2 ÷ 3 = 0.67", True),
        ("2 ÷ 3 = 0.9", False),
        ("26 < 31", True),
        ("31 < 26", False),
        ("26 ≤ 26", True),
        ("5 > 4.9", True),
        ("4 ≥ 4.1", False),
        ("7 ÷ 3 × 3 ≥ 7", True),  # no digit is lost on the way
        ("74 ≠ 50", True),
        ("74 ≠ 74", False),
    ],
)
def test_whether_a_relation_holds(text: str, holds: bool) -> None:
    """Exact numbers; an equality at the precision of the number that a side is, or printed on its left."""
    assert relation(text).holds is holds


def test_what_a_relation_is_made_of() -> None:
    """The numbers and names are given back as they were written."""
    made = relation("8.50 = 4.5 + count(甲|乙 丙)")
    assert (made.numbers, made.names) == (("8.50", "4.5"), ("甲", "乙 丙"))


@pytest.mark.parametrize(
    "text", ["", "34", "34 = ", "34 == 7", "三 = 3", "1 = 2 = 3", "1 = 1 ÷ 0", "__import__('os') = 1"]
)
def test_what_is_no_relation(text: str) -> None:
    """Refused, with an example of one."""
    with pytest.raises(BadRelation, match="由数字、"):
        relation(text)
