"""The schema of ``data/``: which file holds which rows. The only description of every column.

One frozen pydantic model for each file, one field for each column, in the file's order; a field's ``title`` is its
Chinese name, its ``description`` what stands in it. Loading, messages, the data-dictionary page and the forms are made
from these models.
"""

from cixi_analysis.plan.fields import Row
from cixi_analysis.plan.narrative_rows import AuditRow, Commitment, Figure, LeftOut, Link
from cixi_analysis.plan.plan_rows import ConventionRow, Indicator, PastProjects, Project, Published, Requirement, Target
from cixi_analysis.plan.yearly_rows import Observation, Progress, clause_pairs
from cixi_analysis.words import WATER_CLASSES

__all__ = [
    "OBSERVATIONS", "PROGRESS", "TABLES", "WATER_CLASSES", "YEARLY", "AuditRow", "Commitment", "ConventionRow", "Figure",
    "Indicator", "LeftOut", "Link", "Observation", "PastProjects", "Progress", "Project", "Published", "Requirement",
    "Row", "Target", "clause_pairs",
]  # fmt: skip

#: File (below ``data/``) → the model of its rows.
TABLES: dict[str, type[Row]] = {
    "indicators.csv": Indicator,
    "requirements.csv": Requirement,
    "targets.csv": Target,
    "conventions.csv": ConventionRow,
    "published.csv": Published,
    "projects_2018_2022.csv": PastProjects,
    "projects.csv": Project,
    "commitments.csv": Commitment,
    "background.csv": Figure,
    "left_out.csv": LeftOut,
    "audit.csv": AuditRow,
    "links.csv": Link,
}
OBSERVATIONS = "observations"
PROGRESS = "progress"
#: Folder (below ``data/``) with one file ``<year>.csv`` for each year → the model of their rows.
YEARLY: dict[str, type[Row]] = {OBSERVATIONS: Observation, PROGRESS: Progress}
