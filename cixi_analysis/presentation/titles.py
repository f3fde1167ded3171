"""How items and sources are called on the pages."""

from posixpath import normpath

from markupsafe import Markup

from cixi_analysis.plan.schema import Indicator
from cixi_analysis.presentation.html import link
from cixi_analysis.words import PLAN_TITLE, Level


def item_label(item: Indicator) -> str:
    """``9①``, ``38``."""
    return f"{item.indicator}{item.part_mark}"


def item_title(item: Indicator, level: Level | None = None) -> str:
    """``9① 优良天数比例``, ``38 农村生活污水治理率``; with the province's own name where it has one."""
    own = item.provincial_name if level is Level.PROVINCIAL else None
    return f"{item_label(item)} {own or item.name}"


def item_anchor(item_id: str) -> str:
    """The id of an item in Table 1 and in its dossier: ``item-9-1``."""
    return f"item-{item_id.replace('.', '-')}"


def indicator_href(indicator: int, pages: str = "") -> str:
    """The way to an indicator's dossier; ``pages`` leads from the page to those of a year (``2022/``, or "")."""
    return normpath(f"{pages}../indicators/{indicator}.html")


def item_href(item_id: str, pages: str = "") -> str:
    """The way to an item in the dossier of its indicator; ``pages`` as in :func:`indicator_href`."""
    return f"{indicator_href(int(item_id.partition('.')[0]), pages)}#{item_anchor(item_id)}"


def table1_href(item_id: str, pages: str = "") -> str:
    """The way to an item's row in Table 1 of a year; ``pages`` leads from the page to those of the year."""
    return f"{pages}table1.html#{item_anchor(item_id)}"


def project_href(number: int, pages: str = "") -> str:
    """The way to a project's row in Table 3; ``pages`` leads from the page to those of the year."""
    return f"{pages}projects.html#project-{number}"


def commitment_href(commitment_id: str, pages: str = "") -> str:
    """The way to a commitment's row in the ledger; ``pages`` leads from the page to those of the year."""
    return f"{pages}commitments.html#{commitment_id}"


def finding_href(audit_id: str, book: str = "") -> str:
    """The way to a finding of the audit; ``book`` leads from the page to the folder of the pages made once."""
    return f"{book}audit.html#{audit_id}"


def item_link(item: Indicator, measure: str = "", level: Level | None = None, pages: str = "") -> Markup:
    """The item's title, linked to its dossier, and below it what was measured where that is something else."""
    title = link(item_title(item, level), item_href(item.item_id, pages))
    other = measure not in ("", item.name, item.provincial_name)
    return title + Markup("<br><small>实测：{}</small>").format(measure) if other else title


def short_source(source: str) -> str:
    """A source without the plan's title, which stands at the top of the page."""
    return source.removeprefix(PLAN_TITLE).strip() or source
