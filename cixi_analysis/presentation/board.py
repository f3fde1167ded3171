"""The status board: every indicator of a year as a cell that links to its dossier, those that need action first."""

from collections import Counter
from typing import Any

from cixi_analysis.analysis import grouped, records
from cixi_analysis.assessment import Assessment, tally
from cixi_analysis.presentation.html import Html, render
from cixi_analysis.presentation.looks import LOOKS
from cixi_analysis.presentation.titles import indicator_href
from cixi_analysis.words import Status

#: The groups that come before those of the domains. An indicator stands in the first one that it has at any level.
_FIRST = (Status.UNMET, Status.NO_DATA, Status.NOT_FILLED_IN)


def board(assessment: Assessment, pages: str = "") -> Html:
    """Unmet indicators, then those without data, then the others by domain with the domain's counts: number, name and
    the status at each level. ``pages``: relative path from this page to those of the year, e.g. ``2022/``.
    """
    plan, tallies = assessment.plan, records(tally(assessment, by="domain"))
    counts = grouped((r.domain, f"{plan.level(r.level).short} {r.met}/{r.applicable}") for r in tallies)
    groups: dict[str, list[tuple[Any, ...]]] = {s: [] for s in _FIRST} | {i.domain: [] for i in plan.items}
    for number in plan.indicators:
        item = plan.indicator_items(number)[0]
        signs = grouped((assessment.status(number, level), level.short) for level in plan.levels)
        group = next((status for status in _FIRST if status in signs), item.domain)
        told = [(LOOKS[status], "、".join(levels)) for status, levels in signs.items()]
        groups[group].append((item, indicator_href(number, pages), told))
    moved = Counter(item.domain for group in _FIRST for item, *_ in groups[group])
    before = {domain: f"（另{n}项列在前面）" for domain, n in moved.items()}
    shown = [
        (group, LOOKS[group].text, f"{len(tiles)}项", "", tiles) if group in _FIRST
        else ("domain", group, f"{len(tiles)}项", "　".join(counts.get(group, ())) + before.get(group, ""), tiles)
        for group, tiles in groups.items() if tiles
    ]  # fmt: skip
    key = "，".join(f"{level.short}＝{level.chinese}" for level in plan.levels)
    return render("board", groups=shown, key=key)
