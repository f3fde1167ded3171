"""How verdicts moved: every change has a name, and the indicators that made it theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis.changes import Changes
from cixi_analysis.analysis.records import records
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.html import Html, link, render
from cixi_analysis.presentation.looks import verdict_badge
from cixi_analysis.words import Level, Status

_DECIDED, _ALL = (Status.MET, Status.UNMET), tuple(Status)
#: What a change of a verdict is called, from one of these to one of those; the first name that fits.
_MOVES: dict[str, tuple[tuple[Status, ...], tuple[Status, ...]]] = {
    "由达标变为未达标": ((Status.MET,), (Status.UNMET,)),
    "由未达标变为达标": ((Status.UNMET,), (Status.MET,)),
    "由无数据变为有结论": ((Status.NO_DATA,), _DECIDED),
    "由未填报变为有结论": ((Status.NOT_FILLED_IN,), _DECIDED),
    "由有结论变为无数据": (_DECIDED, (Status.NO_DATA,)),
    "由有结论变为未填报": (_DECIDED, (Status.NOT_FILLED_IN,)),
    "由不作要求变为有要求": ((Status.NOT_APPLICABLE,), _ALL),
    "由有要求变为不作要求": (_ALL, (Status.NOT_APPLICABLE,)),
}
TURNED = tuple(_MOVES)[:2]


def moves(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, rows) of each kind of change that occurs; every row is in one."""
    names = [
        next(name for name, (before, after) in _MOVES.items() if r.before_status in before and r.after_status in after)
        for r in records(rows)
    ]
    for name in _MOVES:
        if name in names:
            yield name, rows[[n == name for n in names]]


@dataclass(frozen=True)
class VerdictMove:
    """A verdict that moved, for the levels at which it did so for the same reasons."""

    name: Markup
    levels: tuple[str, ...]
    #: from what to what, as labels
    change: Markup
    #: (year, reason) of either year
    reasons: tuple[tuple[int, str], ...]


def move_list(found: Changes, rows: pd.DataFrame, names: Iterable[Markup], caption: str = "") -> Html:
    """The rows by their names, with the reasons of both years."""
    merged: dict[tuple[Markup, Markup, tuple[tuple[int, str], ...]], list[str]] = {}
    for row, name in zip(records(rows), names, strict=True):
        change = Markup("{} → {}").format(verdict_badge(row.before_status), verdict_badge(row.after_status))
        reasons = ((found.other, row.before_reason), (found.year, row.after_reason))
        merged.setdefault((name, change, reasons), []).append(Level(row.level).chinese)
    shown = [VerdictMove(name, tuple(levels), change, reasons) for (name, change, reasons), levels in merged.items()]
    return Html(render("moves", caption=caption, moves=shown), f"{caption or '结论的变化'}（{len(rows)}个）")


def listed(plan: Plan, rows: pd.DataFrame) -> list[Markup]:
    """Each indicator once, linked, with the levels that the rows are of."""
    names = {i.indicator: i.indicator_name for i in plan.items}
    levels: dict[int, list[str]] = {}
    for row in records(rows):
        levels.setdefault(row.indicator, []).append(Level(row.level).chinese)
    return [Markup("{}（{}）").format(indicator_link(n, names[n]), "、".join(own)) for n, own in levels.items()]


def indicator_link(indicator: int, text: object) -> Markup:
    """``text`` linked to an indicator's rows of Table 1."""
    return link(text, f"table1.html#indicator-{indicator}")
