"""生态文明建设规划的年度评估: a plan's indicators, judged every year from their wording.

The names an analyst needs; each is imported on first use, so that ``import cixi_analysis`` costs nothing:

``load_plan``                         reads and validates ``data/``
``assess``                            the verdicts of a year, with basis and reason
``trends``, ``margins``, ``changes``  along the years, against the limits, since an earlier year
``dossier``                           everything about one indicator
``reconcile``                         the plan's printed figures against recomputed ones
``read``                              a requirement wording as a tree
``assess_panel``, ``explain_region``  many regions and years; one of their verdicts with its reason
``charts``, ``tables``                modules that draw and lay out results
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cixi_analysis.analysis.changes import changes
    from cixi_analysis.analysis.dossier import dossier
    from cixi_analysis.analysis.reconciliation import reconcile
    from cixi_analysis.analysis.trend import margins, trends
    from cixi_analysis.assessment import assess, assess_panel, explain_region
    from cixi_analysis.plan.dataset import load_plan
    from cixi_analysis.presentation import charts, tables
    from cixi_analysis.requirement import read

__version__ = "0.1.0"
__all__ = [
    "assess", "assess_panel", "changes", "charts", "dossier", "explain_region", "load_plan", "margins", "read",
    "reconcile", "tables", "trends",
]  # fmt: skip
_MODULES = {
    **dict.fromkeys(("assess", "assess_panel", "explain_region"), "assessment"),
    **dict.fromkeys(("margins", "trends"), "analysis.trend"),
    **{"changes": "analysis.changes", "dossier": "analysis.dossier", "reconcile": "analysis.reconciliation"},
    **{"load_plan": "plan.dataset", "read": "requirement"},
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _MODULES:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return import_module(f"{__name__}.presentation.{name}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
