"""Charts: functions from results to Altair charts. Importing this package sets the theme and how charts are displayed."""

from cixi_analysis.presentation import theme as theme  # imported for its effect
from cixi_analysis.presentation.charts import board, project_charts, series_charts

progress_by_domain, status_board = board.progress_by_domain, board.status_board
distance, item_series = series_charts.distance, series_charts.item_series
money_by_category, money_by_unit = project_charts.money_by_category, project_charts.money_by_unit
past_outcomes, schedule = project_charts.past_outcomes, project_charts.schedule
yearly_budget = project_charts.yearly_budget
