"""Charts: functions from results to Altair charts, or to a sentence (``Html``) where there is nothing to draw.

``year`` is the year of the page; ``margins`` and ``trends`` are the tables that these functions return for it.
"""

from cixi_analysis.presentation.charts.bar_charts import (
    money_by_category,
    money_by_unit,
    past_outcomes,
    progress_by_domain,
    schedule,
    yearly_budget,
)
from cixi_analysis.presentation.charts.bullet_charts import bullets, gaps, unmet_bullets
from cixi_analysis.presentation.charts.series_charts import item_series

__all__ = [
    "bullets", "gaps", "item_series", "money_by_category", "money_by_unit", "past_outcomes", "progress_by_domain", "schedule",
    "unmet_bullets", "yearly_budget",
]  # fmt: skip
