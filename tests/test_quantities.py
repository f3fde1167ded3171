"""A number with its unit, and how far two are apart: written once, the same in every sentence."""

import pytest
from tiny import observation, tiny_plan

from cixi_analysis.analysis.actions import actions
from cixi_analysis.analysis.flips import flips
from cixi_analysis.analysis.table1 import status_text
from cixi_analysis.analysis.trend import margins, trends
from cixi_analysis.assessment import assess
from cixi_analysis.plan.quantities import HIGHER, apart, with_unit
from cixi_analysis.presentation import formatting
from cixi_analysis.presentation.action_list import gap
from cixi_analysis.presentation.charts.bullet_charts import limits


@pytest.mark.parametrize(
    ("value", "unit", "sentence", "cell"),
    [
        (40.7, "%", "40.7%", "40.7%"), ("0.10", "千克/亩", "0.10千克/亩", "0.10千克/亩"), (84.07, "-", "84.07", "84.07"),
        (0.1 + 0.2, None, "0.3", "0.3"), (66342, "米", "66342米", "66,342米"), (-1234.5, "", "-1234.5", "−1,234.5"),
        (-0.5, "", "-0.5", "−0.5"), (5e12, "吨", "5000000000000吨", "5,000,000,000,000吨"), (2, "类", "Ⅱ类", "Ⅱ类"),
        ("劣Ⅴ", "类", "劣Ⅴ类", "劣Ⅴ类"),
    ],
)  # fmt: skip
def test_a_quantity_has_its_digits_and_its_unit(value: float | str, unit: str, sentence: str, cell: str) -> None:
    """All that are written; a cell of a table has them in groups, with the sign −."""
    assert (with_unit(value, unit), formatting.cell_with_unit(value, unit)) == (sentence, cell)


def test_a_difference_has_every_digit() -> None:
    """No noise, no rounding; percentage points of percentages."""
    assert apart(86.8 - 83.3, "%", HIGHER) == "高3.5个百分点"
    assert apart(-1654.3275, "吨", HIGHER) == "低1654.3275吨"
    assert apart(0.00001234567, "-") == "0.00001234567"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("优良比例为26%", "优良比例为26%"), ("3月26日公报：有所改善", "26；3月26日公报：有所改善"),
        ("2026年监测", "26；2026年监测"), ("26年监测", "26；26年监测"), ("26.5%以下", "26；26.5%以下"),
        ("变化为-26", "26；变化为-26"), ("为24-26", "为24-26"), ("达26.", "达26."), ("为26.0%", "为26.0%"), ("26.5年", "26；26.5年"),
    ],
)  # fmt: skip
def test_a_statement_stands_alone_only_where_it_has_the_number(statement: str, told: str) -> None:
    """A day, a year or another number is not the value."""
    assert status_text(tiny_plan(), "2.1", observation("2.1", 26, statement=statement), 2022) == told


def test_all_sentences_tell_the_same_difference() -> None:
    """The reason, what to change, what to do and the charts: 12345.6785 is 12315.6785 above 30."""
    plan = tiny_plan(observations={2022: (observation("2.2", "12345.6785"),)})
    reasons = assess(plan, 2022).items.set_index(["item_id", "level"])["reason"]
    action = next(one for one in actions(plan, 2022) if one.item.item_id == "2.2")
    told = [reasons["2.2", "provincial"], flips(plan, 2022, "2.2", "provincial")[0].sentence]
    told += [gap(plan, action.shortfalls), *limits(plan, 2022, margins(plan, 2022), trends(plan, 2022))["short"]]
    assert len(told) == 5 and all("12315.6785微克/立方米" in one for one in told), told
