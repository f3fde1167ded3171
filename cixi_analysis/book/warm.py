"""What the server of warm processes imports before the first page: the libraries of pages and what they build once.

Nothing here depends on the project's files, starts a thread or keeps a file open.
"""

import gc
import os

os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # what kernels import would speak of frozen modules

import altair as alt
import ipykernel.debugger  # noqa: F401  # every kernel imports it, and it is large
import IPython.core.completerlib  # what a shell imports when it begins
import IPython.core.logger
import IPython.core.oinspect  # noqa: F401
import nbformat
import pandas as pd

import cixi_analysis.analysis.changes
import cixi_analysis.analysis.dossier
import cixi_analysis.book.running
import cixi_analysis.export
import cixi_analysis.presentation.audit_page
import cixi_analysis.presentation.changes_page
import cixi_analysis.presentation.charts
import cixi_analysis.presentation.commitment_page
import cixi_analysis.presentation.dictionary
import cixi_analysis.presentation.dossier_page
import cixi_analysis.presentation.method
import cixi_analysis.presentation.project_page
import cixi_analysis.presentation.provenance_page
import cixi_analysis.presentation.summary
import cixi_analysis.presentation.table1_page
import cixi_analysis.presentation.trend_tables  # noqa: F401
from cixi_analysis.book import engine  # noqa: F401
from cixi_analysis.plan.arithmetic import relation
from cixi_analysis.presentation.html import compile_templates
from cixi_analysis.requirement import read

read("100")  # builds the grammar's tables
relation("1 = 1")  # likewise
compile_templates()
nbformat.validate(nbformat.v4.new_notebook())  # type: ignore[no-untyped-call]  # compiles the schema of notebooks
alt.Chart(pd.DataFrame({"x": [1]})).mark_point().encode(x="x").to_dict()  # reads the schema of charts
gc.collect()
gc.freeze()  # what is here stays: a page's process need not look through it
