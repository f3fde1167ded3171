"""The tables at the terminal: the essential columns of each command, with Chinese headings and words (``answers.csv``).

A row with a ``word`` translates that content of a cell; the words of :mod:`cixi_analysis.words` have their translation
already. ``item`` is an item's number, ``title`` its number and name, ``subject`` the title of the subject of evidence,
``document`` title and page; ``promised`` and ``deadline`` combine columns of a commitment.
"""

import re
from typing import TYPE_CHECKING, Any

from cixi_analysis.plan.csvfile import packaged
from cixi_analysis.words import AuditResult, Direction, Due, Entity, EvidenceState, Pace, ProgressState, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from cixi_analysis.plan.dataset import Plan

_ROWS = list(packaged("cixi_analysis.cli", "answers.csv"))
_WORDS = {
    str(word): word.chinese
    for kind in (Verdict, Pace, Direction, Due, AuditResult, ProgressState, EvidenceState)
    for word in kind
}
#: Columns of sentences, of which the first one is shown; of two reasons the first of each.
_SENTENCES = {"reason", "detail", "why", "reasoning"}
#: The beginning of the reason before and of the reason after.
_PART = re.compile(r"(?=【(?:\d{4}年|按\d{4}年的要求|导入[前后]|第\d+版|今)】)")
#: Columns whose cells are a word, or a figure or text in its place.
_OF_WORDS = {"verdict", "before", "after", "content", "pace", "direction", "due", "state", "result"}


def answering(table: "pd.DataFrame", name: str, plan: "Plan | None" = None) -> "pd.DataFrame":
    """The essential columns of a command's table, in Chinese; empty columns are left out."""
    import pandas as pd

    from cixi_analysis.assessment.proofs import page

    heads = {row["column"]: row["title"] for row in _ROWS if row["table"] == name and not row["word"]}
    words = {(row["column"], row["word"]): row["title"] for row in _ROWS if row["table"] == name and row["word"]}
    promises = {c.commitment_id: c for c in plan.commitments} if plan else {}

    def cell(row: Any, column: str) -> object:
        if column in ("item", "title") and "item_id" in table.columns:
            return _named(plan, row.item_id, getattr(row, "indicator", None), full=column == "title")
        if column == "subject":
            kind = "" if row.kind in ("", Entity.ITEM) else Entity(row.kind).chinese
            return kind + row.id if kind else _named(plan, row.id, "", full=False)
        if column == "document":
            return f"{row.title}{page(row)}"
        if column in ("promised", "deadline"):
            from cixi_analysis.analysis import commitments

            return str(getattr(commitments, column)(promises[row.commitment_id]))
        value = getattr(row, column)
        text = value if isinstance(value, str) else ""
        if column == "level" and plan and text:
            return plan.level_name(text)
        if column in _SENTENCES:
            return "".join(part[: part.find("。") + 1] or part for part in _PART.split(text))
        return words.get((column, text)) or (_WORDS.get(text, value) if column in _OF_WORDS else value)

    if plan and name in ("diff", "import"):
        table = without_repeats(plan, table)
    rows = list(table.astype(object).where(table.notna(), "").itertuples(index=False))
    columns = {head: [cell(row, column) for row in rows] for column, head in heads.items()}
    shown = {head: cells for head, cells in columns.items() if not rows or any(value != "" for value in cells)}
    return pd.DataFrame(shown, index=range(len(rows)))


def without_repeats(plan: "Plan", changes: "pd.DataFrame") -> "pd.DataFrame":
    """Changes without the verdicts of undivided indicators, which are those of their items."""
    repeated = {item.indicator for item in plan.items if not item.part_mark}
    is_whole = (changes["item_id"] == "") & changes["indicator"].isin(repeated)
    return changes[~(is_whole & (changes["kind"] == "verdict"))]


def _named(plan: "Plan | None", item_id: str, indicator: object, *, full: bool) -> str:
    """``9①``, ``9①、优良天数比例``; of a row of the whole indicator ``9（整项）``, ``9、环境空气质量``. No space: a line ends there."""
    items = {item.item_id: item for item in plan.items} if plan else {}
    if item_id in items:
        item = items[item_id]
        return item.label + (f"、{item.name}" if full else "")
    if item_id or indicator in ("", None):
        kind, _, key = item_id.partition(" ")  # "project 3"
        return Entity(kind).chinese + key if key and kind in list(Entity) else item_id
    names = [item.indicator_name for item in items.values() if item.indicator == indicator]
    return f"{indicator}、{names[0]}" if full and names else f"{indicator}（整项）"
