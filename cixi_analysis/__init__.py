"""慈溪市生态文明建设规划（修编）2023-2030 的年度评估: the plan's indicators, judged every year from their wording.

The menu: :func:`~cixi_analysis.plan.dataset.load_plan` reads ``data/``;
:func:`~cixi_analysis.assessment.assess` judges a year; :func:`~cixi_analysis.analysis.trend.trends` looks along the years;
:func:`~cixi_analysis.analysis.reconciliation.reconcile` holds the plan's printed figures against recomputed ones;
:func:`~cixi_analysis.requirement.read` reads a requirement wording.
"""

__version__ = "0.1.0"
