"""Charts: functions from results to Altair charts."""

from cixi_analysis.presentation.charts.project_charts import (
    money_by_category,
    money_by_unit,
    past_outcomes,
    schedule,
    yearly_budget,
)
from cixi_analysis.presentation.charts.series_charts import distance, item_series
from cixi_analysis.presentation.charts.tally_chart import progress_by_domain

__all__ = [
    "distance", "item_series", "money_by_category", "money_by_unit", "past_outcomes", "progress_by_domain", "schedule",
    "yearly_budget",
]  # fmt: skip
