"""The ledger of commitments: deadlines, how a promise can be measured, and what is reported of it."""

import pytest

from cixi_analysis.analysis.commitments import COLUMNS, deadline, due, ledger, measured_by, next_due_year, promised
from cixi_analysis.words import Due, MeasuredBy
from tests.tiny import commitment, link, milestone, progress, tiny_plan

BEFORE = {"mode": "before", "end_year": 2025}
FROM = {"mode": "from", "start_year": 2023, "end_year": None}
AFTER = {"mode": "after", "start_year": 2023, "end_year": None}
DURING = {"mode": "during", "start_year": 2023, "end_year": 2025}


@pytest.mark.parametrize(
    ("columns", "year", "expected"),
    [
        ({}, 2024, Due.AHEAD),
        ({}, 2025, Due.DUE),
        ({}, 2026, Due.PAST),
        (BEFORE, 2023, Due.AHEAD),
        (BEFORE, 2024, Due.DUE),  # X年以前: its last day is the end of the year before
        (BEFORE, 2025, Due.PAST),
        (FROM, 2022, Due.AHEAD),
        (FROM, 2023, Due.RUNNING),
        (FROM, 2040, Due.RUNNING),
        (AFTER, 2023, Due.AHEAD),  # X年以后: its first day is in the year after
        (AFTER, 2024, Due.RUNNING),
        (DURING, 2022, Due.AHEAD),
        (DURING, 2024, Due.RUNNING),
        (DURING, 2025, Due.DUE),
        (DURING, 2026, Due.PAST),
        ({"mode": None, "end_year": None}, 2025, Due.UNDATED),
    ],
)
def test_where_a_commitment_stands_in_the_calendar(columns: dict[str, object], year: int, expected: Due) -> None:
    """Each mode of deadline, on both sides of its year."""
    assert due(commitment("C001", **columns), year) is expected


@pytest.mark.parametrize(
    ("columns", "quantity", "time"),
    [
        ({}, "≥90%", "2025年"),
        ({"comparator": "=", "value": "10", "unit": "个"}, "10个", "2025年"),
        ({"stated": "approximate", "comparator": "=", "value": "20", "unit": "个"}, "约20个", "2025年"),
        ({"comparator": "=", "value": "5", "value_to": "6", "unit": "年"}, "5–6年", "2025年"),
        ({"value": "13.0", "comparator": "≤", "unit": None}, "≤13.0", "2025年"),
        (BEFORE, "≥90%", "2025年以前"),
        (FROM, "≥90%", "2023年起"),
        (AFTER, "≥90%", "2023年以后"),
        (DURING, "≥90%", "2023–2025年"),
        ({"mode": None, "end_year": None}, "≥90%", ""),
    ],
)
def test_how_a_promise_is_told(columns: dict[str, object], quantity: str, time: str) -> None:
    """The printed number as it is printed, with its sign, and the deadline in words."""
    promise = commitment("C001", **columns)
    assert (promised(promise), deadline(promise)) == (quantity, time)


def test_a_milestone_has_no_quantity() -> None:
    """Nothing is printed where the plan promises a thing, not a number."""
    assert promised(milestone("C003")) == ""


def test_how_a_commitment_can_be_measured() -> None:
    """An item that measures the same quantity comes before a project; one it only contributes to measures nothing."""
    plan = tiny_plan()
    assert [measured_by(plan, c) for c in plan.commitments] == [
        MeasuredBy.ITEM, MeasuredBy.NOTHING, MeasuredBy.NOTHING, MeasuredBy.NOTHING, MeasuredBy.PROJECT,
    ]  # fmt: skip
    contributing = tiny_plan(links=(link("commitment C002", "contributes", "item 2.1"),))
    assert measured_by(contributing, contributing.commitment("C002")) is MeasuredBy.NOTHING


def test_the_ledger_of_a_year() -> None:
    """Every commitment in the order of the text; what was reported for that year and for no other."""
    plan = tiny_plan(progress={2023: (progress("commitment", "C003", "done", percent="100", note="已建成"),)})
    table = ledger(plan, 2023)
    assert list(table.columns) == list(COLUMNS)
    assert table["commitment_id"].tolist() == ["C001", "C002", "C003", "C004", "C005"]
    assert table["due"].tolist() == ["ahead", "ahead", "due", "undated", "running"]
    assert table["items"].tolist() == ["2.1", "", "", "", ""]
    assert table["projects"].tolist() == ["", "", "", "", "1"]
    reported = table[table["state"].notna()]
    assert reported[["commitment_id", "state", "percent", "note"]].values.tolist() == [
        ["C003", "done", 100.0, "已建成"]
    ]
    assert ledger(plan, 2024)["state"].isna().all()  # never carried forward


def test_what_falls_due_next() -> None:
    """The first year after the given one with a deadline."""
    plan = tiny_plan()
    assert [next_due_year(plan, year) for year in (2022, 2023, 2025, 2030)] == [2023, 2025, 2030, None]
