"""一页摘要: four answers as tiles and the board; on the home page, in the year's overview, first in the PDF."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from cixi_analysis.analysis import records
from cixi_analysis.analysis.actions import Action, Urgency, actions
from cixi_analysis.analysis.changes import Changes
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.analysis.trend import trends
from cixi_analysis.assessment import TARGET, Assessment, assess, tally
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.action_list import NO_PROJECT, URGENT, shortage, step
from cixi_analysis.presentation.board import board
from cixi_analysis.presentation.changes_page import moved_data, moved_verdicts, named, since_last_year
from cixi_analysis.presentation.html import Html, joined, link, render, stack
from cixi_analysis.presentation.looks import LOOKS
from cixi_analysis.presentation.titles import href, item_title, unit_link
from cixi_analysis.words import Attribute, Direction, Pace, Status, Verdict

#: The most names in a line of a tile.
_NAMED = 4
_COUNTED = (Status.UNMET, Status.MET, Status.NO_DATA, Status.NOT_FILLED_IN)
_WORST_FIRST = (Direction.WORSENING, Direction.IMPROVING, Direction.FLAT)
_UNMET = LOOKS[Status.UNMET]
#: Statuses and paces that make a tile red.
_BAD = (Status.UNMET, Status.NO_DATA)
_NOT_REACHED = (Pace.MOVING_AWAY, Pace.TOO_SLOW, Pace.NEARLY, Pace.ON_TRACK, Pace.TOO_LITTLE_DATA)


@dataclass(frozen=True)
class Tile:
    """One of the four answers. ``bad``: it is shown in red."""

    question: str
    answer: Markup
    lines: tuple[Markup | str, ...] = ()
    bad: bool = False


def one_page(plan: Plan, year: int) -> Html:
    """The answers and the board, which fit on one sheet."""
    return stack(tiles(plan, year), board(assess(plan, year)))


def tiles(plan: Plan, year: int, pages: str = "") -> Html:
    """现状, 变化, the target years, 与上年: each with the answer first; ``pages``: relative path to those of the year."""
    assessment = assess(plan, year)
    plan = assessment.plan
    found = since_last_year(plan, year)
    shown = [_state(assessment, pages), _better(plan, found), _in_time(plan, year), _changed(plan, found, pages)]
    return render("tiles", tiles=shown)


def _count(n: int, status: str, words: str = "") -> Markup:
    """A number between the sign and, unless others are given, the word of what it counts."""
    look = LOOKS[status]
    told = Markup('<span class="count {}">{} <strong>{}</strong> {}</span>')
    return told.format(look.css, look.symbol, n, words or look.word)


def _counted(row: Any) -> Markup:
    """The counts of a row of a tally, the unmet first; counts of 0 are left out, except of the met."""
    every = ((getattr(row, status), status) for status in _COUNTED)
    return joined((_count(n, s) for n, s in every if n or s is Status.MET), " ")


def _state(assessment: Assessment, pages: str) -> Tile:
    """Unmet indicators, the counts of each level, the unmet items with gap, yearly step and units."""
    plan, year, table = assessment.plan, assessment.year, assessment.indicators
    unmet = table[table["verdict"] == Verdict.UNMET]["indicator"].unique()
    of = {i.indicator: i.attribute for i in plan.items}
    kinds = [f"{a.chinese}{n}项" for a in Attribute if (n := sum(of[number] is a for number in unmet))]
    none = "没有未达标的指标" if (table["verdict"] == Verdict.MET).any() else "还没有一项指标有结论"
    answer = joined((_count(len(unmet), Status.UNMET), "、".join(kinds)), " ") if kinds else escape(none)
    level = Markup('<span class="level">{}{}项 {}</span>').format
    rows = [level(plan.level(r.level).chinese, r.applicable, _counted(r)) for r in records(tally(assessment))]
    own = actions(plan, year)
    pressing = [action for action in own if action.urgency is Urgency.REQUIREMENT_UNMET][:_NAMED]
    lines = [joined(rows, " "), *(_line(assessment, action, pages) for action in pressing)]
    rest = Counter(action.urgency for action in own)
    rest[Urgency.REQUIREMENT_UNMET] -= len(pressing)
    if more := [f"{rest[urgency]}个子项{words}" for urgency, (words, *_) in URGENT.items() if rest[urgency]]:
        lines.append(link(f"下一步{'还有' if pressing else ''}：{'，'.join(more)}", "#next"))
    known = coverage(plan, year)
    draft = f"（{known.stage}）" if known.is_draft else ""
    return Tile(f"{year}年的现状{draft}", answer, tuple(lines), bool(len(unmet)))


def _line(assessment: Assessment, action: Action, pages: str) -> Markup:
    """An unmet item in a sentence: gap, yearly change needed, responsible units."""
    plan, item = assessment.plan, action.item
    named = link(item_title(item), href(item, pages)) + (f"（{item.indicator_name}）" if item.part_mark else "")
    needed, units = step(plan, action), joined(unit_link(unit, pages) for unit in action.units)
    told = [
        shortage(assessment, action, targets=False),
        f"每年需{needed}" if needed else "",
        Markup("有关单位：{}").format(units) if units else NO_PROJECT if plan.projects else "",
    ]
    sentence = Markup('<span class="count {}">{}</span> {}：{}。')
    return sentence.format(_UNMET.css, _UNMET.symbol, named, joined(filter(None, told), "；"))


def _better(plan: Plan, found: Changes | None) -> Tile:
    """Of the figures known in both years: better, worse, the same."""
    question = "是否在变好"
    if found is None:
        return Tile(question, Markup("没有可比的年份"))
    own = found.values[found.values["incomparable"] == ""]
    counts = own["direction"].value_counts()
    answer = joined((_count(counts[d], d) for d in _WORST_FIRST if d in counts), " ")
    unclear = int((own["direction"] == "").sum())
    aside = f"（其中{unclear}项规划没有表明方向）" if unclear else ""
    lines = [f"{found.other}年和{found.year}年都有数值、可以比较的{len(own)}项{aside}"]
    for way in _WORST_FIRST[:2]:
        names = [item_title(plan.item(r.item_id), r.measure) for r in records(own[own["direction"] == way])]
        if names := list(dict.fromkeys(names)):
            lines.append(f"{way.chinese}的：{'、'.join(names[:_NAMED])}{'等' * (len(names) > _NAMED)}")
    return Tile(question, answer or Markup("没有可比的数值"), tuple(lines), Direction.WORSENING in counts)


def _in_time(plan: Plan, year: int) -> Tile:
    """The year against the plan's targets; the pace towards the numeric ones not reached, of the next target year."""
    rows = records(tally(assess(plan, year, against=TARGET)))
    counts = [Markup("{} {}").format(plan.level_name(row.level), _counted(row)) for row in rows]
    known = trends(plan, year)
    due = plan.frame.next_target_year(year)
    ahead = known[known["target_year"].eq(due).fillna(False)]["pace"].value_counts() if due else pd.Series()
    lines = [f"{LOOKS[p].text}{ahead[p]}个" for p in _NOT_REACHED if p in ahead]
    told = f"{due}年的数值规划值中还没有达到的，照已有的速度：{'、'.join(lines)}" if lines else ""
    notes = [f"{plan.level_name(row.level)}已过，这里对照的是{year}年的现状" for row in rows if int(row.level) < year]
    if due and any(row.unmet for row in rows if int(row.level) > year):
        begun = due > plan.frame.target_years[0]
        notes.append(f"{plan.level_name(str(due)) if begun else '目标年'}没有到，没有达到只说明还有距离")
    answer = joined(counts, Markup("<br>")) if counts else escape("没有规划值")
    return Tile("能否按时达到规划值", answer, (told, "；".join(notes)), any(row.unmet for row in rows))


def _changed(plan: Plan, found: Changes | None, pages: str) -> Tile:
    """Changed verdicts, lost data, new data; no verdicts against a retrospect."""
    if found is None:
        return Tile("与上年相比", Markup("没有可比的年份"))
    moved = [*moved_verdicts(plan, found, pages), *moved_data(plan, found, pages)]
    told = [_count(n, status, words) + named(names, _NAMED) for n, status, words, names in moved]
    same = f"{len(found.missing)}项没有要求、也不再有数据" if len(found.missing) else "有数据的子项相同"
    told = told or [escape(f"{'' if found.retrospect else '结论没有变化，'}{same}")]
    why = (f"{found.other}年是回看，规划只印有个别数字，不比较结论和计数",) if found.retrospect else ()
    return Tile(f"与{found.other}年相比", told[0], (*told[1:], *why), any(status in _BAD for _, status, *_ in moved))
