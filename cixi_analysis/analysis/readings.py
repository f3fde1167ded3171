"""Every distinct wording of the plan with the reading it is given: a list to check without reading any code.

``data/readings.csv`` is this list, committed; the tests make it again and compare.
"""

import pandas as pd

from cixi_analysis.assessment import check_readings, read_wording
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Requirement, Target
from cixi_analysis.requirement import meaning
from cixi_analysis.requirement.tree import AllOf, AnyOf, Node

COLUMNS = ("wording", "reading", "meaning", "explicit", "used_by")


def readings(plan: Plan) -> pd.DataFrame:
    """One row a distinct wording (and explicit reading) of requirements and targets, in order of first appearance.

    ``reading`` is the canonical text and ``meaning`` the same in plain Chinese; ``explicit`` is the reason where the
    data carries a reading of its own, else empty; ``used_by`` names the items with their levels and target years.
    Raises :class:`DataError` for wordings that cannot be read.
    """
    check_readings(plan)
    units = {item.item_id: item.unit for item in plan.items}
    rows: dict[tuple[str, str | None], list[str]] = {}
    users: dict[tuple[str, str | None], dict[str, list[str]]] = {}
    asked: tuple[Requirement | Target, ...] = (*plan.requirements, *plan.targets)
    for row in asked:
        key = row.wording, row.reading
        node = read_wording(row, units[row.item_id])
        rows.setdefault(key, [row.wording, *_read_as(node), row.reading_reason or ""])
        users.setdefault(key, {}).setdefault(row.item_id, []).append(_place(plan, row))
    table = [
        (*cells, "；".join(f"{item_id}（{'、'.join(places)}）" for item_id, places in users[key].items()))
        for key, cells in rows.items()
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def _read_as(node: Node | None) -> tuple[str, str]:
    return ("", "没有要求") if node is None else (str(node), in_words(node))


def in_words(node: Node) -> str:
    """The meaning of a whole tree, its parts in brackets."""
    if isinstance(node, (AllOf, AnyOf)):
        return f"{meaning(node)}（{'；'.join(map(in_words, node.parts))}）"
    return meaning(node)


def _place(plan: Plan, row: Requirement | Target) -> str:
    if isinstance(row, Target):
        return str(row.year)
    first = min(r.from_year for r in plan.requirements if (r.item_id, r.level) == (row.item_id, row.level))
    return row.level.chinese + ("" if row.from_year == first else f"{row.from_year}年起")
