"""Charts: functions from results to Altair charts."""

from cixi_analysis.presentation.charts.bullet_charts import bullets, gaps, unmet_bullets
from cixi_analysis.presentation.charts.project_charts import (
    money_by_category,
    money_by_unit,
    past_outcomes,
    schedule,
    yearly_budget,
)
from cixi_analysis.presentation.charts.series_charts import item_series
from cixi_analysis.presentation.charts.tally_chart import progress_by_domain

__all__ = [
    "bullets", "gaps", "item_series", "money_by_category", "money_by_unit", "past_outcomes", "progress_by_domain", "schedule",
    "unmet_bullets", "yearly_budget",
]  # fmt: skip
