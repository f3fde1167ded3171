"""Names and addresses of items, projects, commitments and sources on the pages.

Addresses are relative. ``pages`` leads from the page to the pages of a year (``2022/`` from the home page, "" within a year).
"""

from posixpath import normpath

from markupsafe import Markup

from cixi_analysis.plan.schema import Commitment, Indicator, Project
from cixi_analysis.presentation.html import link, noted
from cixi_analysis.words import PLAN_TITLE, Level


def item_label(item: Indicator) -> str:
    """``9①``, ``38``."""
    return f"{item.indicator}{item.part_mark}"


def item_title(item: Indicator, level: Level | None = None) -> str:
    """``9① 优良天数比例``, ``38 农村生活污水治理率``; at provincial level the province's name for it, if any."""
    own = item.provincial_name if level is Level.PROVINCIAL else None
    return f"{item_label(item)} {own or item.name}"


def item_anchor(item_id: str) -> str:
    """The id of an item in Table 1 and in its dossier: ``item-9-1``."""
    return f"item-{item_id.replace('.', '-')}"


def indicator_href(indicator: int, pages: str = "") -> str:
    """The address of an indicator's dossier."""
    return normpath(f"{pages}../indicators/{indicator}.html")


def item_href(item_id: str, pages: str = "") -> str:
    """The address of an item in the dossier of its indicator."""
    return f"{indicator_href(int(item_id.partition('.')[0]), pages)}#{item_anchor(item_id)}"


def table1_href(item_id: str, pages: str = "") -> str:
    """The address of an item's row in Table 1 of a year."""
    return f"{pages}table1.html#{item_anchor(item_id)}"


def project_href(number: int, pages: str = "") -> str:
    """The address of a project's row in Table 3."""
    return f"{pages}projects.html#project-{number}"


def commitment_href(commitment_id: str, pages: str = "") -> str:
    """The address of a commitment's row in the list of commitments."""
    return f"{pages}commitments.html#{commitment_id}"


def finding_href(audit_id: str, book: str = "") -> str:
    """The address of a finding of the audit; ``book`` leads from the page to the folder of the pages made once."""
    return f"{book}audit.html#{audit_id}"


def item_link(item: Indicator, measure: str | None = None, level: Level | None = None, pages: str = "") -> Markup:
    """The item's title linked to its dossier; below it ``measure``, if that is not the item itself."""
    return noted(link(item_title(item, level), item_href(item.item_id, pages)), measured_note(item, measure))


def measured_note(item: Indicator, measure: str | None) -> str:
    """``实测：…`` where something else than the item was measured, else ""."""
    return f"实测：{measure}" if measure and measure not in (item.name, item.provincial_name) else ""


def project_link(project: Project, pages: str = "") -> Markup:
    """The project's name linked to its row."""
    return link(project.name, project_href(project.number, pages))


def commitment_link(promise: Commitment, pages: str = "") -> Markup:
    """Id and metric of the commitment linked to its row."""
    return link(f"{promise.commitment_id} {promise.metric}", commitment_href(promise.commitment_id, pages))


def short_source(source: str) -> str:
    """A source without the plan's title, which the page states once."""
    return source.removeprefix(PLAN_TITLE).strip() or source
