"""What the server of warm processes imports before the first page: the libraries of pages and what they build once.

Nothing here depends on the project's files, starts a thread or keeps a file open.
"""

import gc

import altair as alt
import click  # noqa: F401  # of the command that started it all

import cixi_analysis.book.running
import cixi_analysis.changes
import cixi_analysis.export
import cixi_analysis.presentation.changes
import cixi_analysis.presentation.charts
import cixi_analysis.presentation.dictionary
import cixi_analysis.presentation.method
import cixi_analysis.presentation.project_tables
import cixi_analysis.presentation.prose
import cixi_analysis.presentation.reconciliation_tables
import cixi_analysis.presentation.summary
import cixi_analysis.presentation.table1
import cixi_analysis.presentation.trend_tables  # noqa: F401
from cixi_analysis.book import engine  # noqa: F401
from cixi_analysis.requirement import read

read("100")  # builds the grammar's tables
alt.Chart(alt.InlineData([])).mark_point().to_dict()  # reads the schema of charts
gc.collect()
gc.freeze()  # what is here stays: a page's process need not look through it
