"""The one description of every column in ``data/``.

One frozen pydantic model a file, one field a column, in the file's order: loading and its messages, the
data-dictionary page and every form are made from these models and from nothing else. A field's ``title`` is its
Chinese name, its ``description`` what stands in it.

``plan``         the plan's Tables 1-3 and what it printed about them
``observation``  what is known of the items in a year
``narrative``    the plan's text: commitments, background figures, audit, links
``progress``     how far projects and commitments have come
``cells``        what may stand in a cell
"""

from cixi_analysis.plan.fields import Row
from cixi_analysis.plan.narrative_rows import AuditRow, Commitment, Figure, LeftOut, Link
from cixi_analysis.plan.observation_rows import Observation, clause_pairs
from cixi_analysis.plan.plan_rows import ConventionRow, Indicator, PastProjects, Project, Published, Requirement, Target
from cixi_analysis.plan.progress_rows import Progress
from cixi_analysis.words import WATER_CLASSES

__all__ = [
    "OBSERVATIONS",
    "PROGRESS",
    "TABLES",
    "WATER_CLASSES",
    "YEARLY",
    "AuditRow",
    "Commitment",
    "ConventionRow",
    "Figure",
    "Indicator",
    "LeftOut",
    "Link",
    "Observation",
    "PastProjects",
    "Progress",
    "Project",
    "Published",
    "Requirement",
    "Row",
    "Target",
    "clause_pairs",
]

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
#: Folder (below ``data/``) with one file a year → the model of their rows.
YEARLY: dict[str, type[Row]] = {OBSERVATIONS: Observation, PROGRESS: Progress}
