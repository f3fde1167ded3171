"""Names and relative addresses; ``pages`` is the relative path to a year's pages, "" within the year."""

import re
from collections.abc import Iterable
from posixpath import normpath

from markupsafe import Markup

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Indicator, Link, Project
from cixi_analysis.presentation.html import joined, link, noted
from cixi_analysis.words import CELL_BREAK, Entity


def item_title(item: Indicator, name: str = "") -> str:
    """``9① 优良天数比例``, ``38 农村生活污水治理率``; ``name``: its name at a level."""
    return f"{item.label} {name or item.name}"


def level_name(plan: Plan, item: Indicator, level: str) -> str:
    """The name of an item at a level, or in the targets of a year."""
    return (plan.asked(item, level) if level in plan.levels else plan.planned(item)).name


def level_title(plan: Plan, item: Indicator, level: str) -> str:
    """``11 生态质量指数（EQI）``: the item's title by its name at a level, or by the targets of a year."""
    return item_title(item, level_name(plan, item, level))


def item_anchor(item_id: str) -> str:
    """The id of an item in Table 1 and in its dossier: ``item-9-1``."""
    return f"item-{item_id.replace('.', '-')}"


def indicator_href(indicator: int, pages: str = "") -> str:
    """The address of an indicator's dossier."""
    return normpath(f"{pages}../indicators/{indicator}.html")


def href(row: Indicator | Project | Commitment, pages: str = "") -> str:
    """The address of an item in its dossier, of a project in Table 3, of a commitment."""
    if isinstance(row, Indicator):
        return f"{indicator_href(row.indicator, pages)}#{item_anchor(row.item_id)}"
    if isinstance(row, Project):
        return f"{pages}projects.html#project-{row.number}"
    return f"{pages}commitments.html#{row.commitment_id}"


def unit_anchor(name: str) -> str:
    """The id of a responsible unit on the page 责任单位."""
    return "unit-" + re.sub(r"\W+", "-", name)


def unit_link(name: str, pages: str = "") -> Markup:
    """The name of a responsible unit, linked to its place on the year's page 责任单位."""
    return link(name, f"{pages}units.html#{unit_anchor(name)}")


def table1_href(item_id: str, pages: str = "") -> str:
    """The address of an item's row in Table 1 of a year."""
    return f"{pages}table1.html#{item_anchor(item_id)}"


def item_link(
    plan: Plan, item: Indicator, measure: str | None = None, level: str | None = None, pages: str = ""
) -> Markup:
    """The item's title, by its name at ``level`` or by that of the ``measure`` where one level asks for that, linked to its
    dossier; below it ``measure``, if that is not the item itself.
    """
    name = measure if measure in plan.names(item) else plan.asked(item, level).name if level in plan.levels else ""
    return noted(link(item_title(item, name or ""), href(item, pages)), measured_note(plan, item, measure))


def measured_note(plan: Plan, item: Indicator, measure: str | None) -> str:
    """``实测：…`` where something else than the item was measured, else ""."""
    return f"实测：{measure}" if measure and measure not in plan.names(item) else ""


def title(row: Indicator | Project | Commitment) -> str:
    """``9① 优良天数比例``, ``项目12 …`` with the name, ``C001 …`` with the metric."""
    if isinstance(row, Indicator):
        return item_title(row)
    return f"项目{row.number} {row.name}" if isinstance(row, Project) else f"{row.commitment_id} {row.metric}"


def subject_link(plan: Plan, kind: Entity, key: str, level: str = "", pages: str = "") -> str | Markup:
    """The title of an item, a project or a commitment, linked; an item's by its name at ``level``."""
    row = plan.subjects.get((kind, key))
    if row is None:
        return f"{kind.chinese}{key}"
    named = level_title(plan, row, level) if level and isinstance(row, Indicator) else title(row)
    return link(named, href(row, pages))


def related(pairs: Iterable[tuple[Indicator | Project | Commitment, Link]]) -> Markup:
    """Links to items, projects and commitments; relation and reason of the data's link are the tooltip."""
    told = Markup('<a href="{}" title="{}：{}">{}</a>').format
    return joined((told(href(row), why.relation.chinese, why.reason, title(row)) for row, why in pairs), "；")


def in_quotes(text: str) -> str:
    """Words of the plan as they are quoted in a line: “…”, with a mark for the line break inside a printed cell."""
    return f"“{text.replace(chr(10), CELL_BREAK)}”"


def short_source(plan: Plan, source: str) -> str:
    """A source without the plan's title, which the page states once."""
    return source.removeprefix(plan.frame.title).strip() or source
