"""Changes between two years: verdicts, values, newly available and missing data, tallies, and revisions.

Two assessments and two years' observations are compared; nothing is judged here. Values are compared only where the
same thing was measured in the same unit. A retrospect (回看) has only single figures, so neither verdicts nor counts
are compared with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from cixi_analysis.analysis import causes, grouped, records, revision_log
from cixi_analysis.analysis.causes import by_last_standard, verdict_changes
from cixi_analysis.assessment import Assessment, asking, assess, measured_at, unobserved
from cixi_analysis.assessment.numbers import difference, direction
from cixi_analysis.assessment.observed import quantity
from cixi_analysis.errors import UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.quantities import digits, unit_word, with_its_unit
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.words import CLASS_UNIT, Cause, Direction, Status

#: The columns of ``cixi diff``.
COLUMNS = ["kind", "indicator", "item_id", "level", "before", "after", "cause", "why"]
_KEY = ["indicator", "item_id", "level"]
VALUE_COLUMNS = [*_KEY, "measure", "unit", "before", "after", "change", "direction", "incomparable"]
DATA_COLUMNS = [*_KEY, "before", "after", "why", "is_step"]
TALLY_COLUMNS = ["level", "counted", "before", "after", "gained", "lost", "by_old"]
#: Count of the indicators of a level → its Chinese name.
_COUNTS = {
    "applicable": "适用的指标",
    **{str(s): f"结论为“{s.chinese}”的指标" for s in Status if s is not Status.NOT_APPLICABLE},
    str(Status.NOT_FILLED_IN): f"{Status.NOT_FILLED_IN.chinese}的指标",
}
#: Extent of the data → Chinese; for 0 the reason of absence is shown instead.
_EXTENT = {1: "只有文字", 2: "有数值"}


@dataclass(frozen=True)
class Changes:
    """From ``other`` (before) to ``year`` (after), in the plan's order; texts are as in the data.

    ``retrospect``: one of the years is a retrospect; ``verdicts``, ``hidden`` and ``tallies`` are empty.
    ``verdicts``: items, then whole indicators (no ``item_id``), whose verdict differs, with the cause; ``hidden``: those
    whose verdict would differ by the earlier wordings (:data:`causes.COLUMNS`); the statuses tell 未填报 apart.
    ``values``: items with a number or class in both years. ``change`` is after − before in ``unit``, empty for water
    classes and where ``incomparable`` says why; ``direction`` is empty where the plan takes no side.
    ``available``, ``missing``: items of which more, or less, is known: nothing < words < a figure; ``is_step`` between
    the last two.
    ``tallies``: indicators by level and status (``counted``), those that came and went, and (``by_old``) how many there
    would be by the earlier wordings, None where these are the same. ``revisions``: the corrections of
    closed years before ``year`` (:data:`revision_log.LOG_COLUMNS`); a change by hand leaves no trace in ``data/``.
    """

    year: int
    other: int
    retrospect: bool
    verdicts: pd.DataFrame
    hidden: pd.DataFrame
    values: pd.DataFrame
    available: pd.DataFrame
    missing: pd.DataFrame
    tallies: pd.DataFrame
    revisions: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """As ``cixi diff`` prints it, columns :data:`COLUMNS`; without values and tallies that stayed."""
        return pd.DataFrame(list(self._rows()), columns=COLUMNS).astype({"indicator": "Int64"})

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for row in records(pd.concat([self.verdicts, self.hidden])):
            old = f"【按{self.other}年的要求】{row.old_reason}" if row.old_reason else ""
            why = f"{row.sentence}【{self.other}年】{row.before_reason}【{self.year}年】{row.after_reason}{old}"
            yield "verdict", row.indicator, row.item_id, row.level, row.before, row.after, row.cause, why
        for row in records(self.values):
            if row.incomparable or row.change != 0:
                yield "value", row.indicator, row.item_id, row.level, row.before, row.after, "", _moved(row)
        for kind, table in (("available", self.available), ("missing", self.missing)):
            for row in records(table):
                yield kind, row.indicator, row.item_id, row.level, row.before, row.after, "", row.why
        yield from tally_lines(self.tallies, f"按{self.other}年的要求为")
        for row in records(self.revisions):
            why = f"{row.year}年，{row.what}，{revision_log.signed_for(row)}"
            yield "revision", row.indicator, row.item_id, row.level, row.before, row.after, "", why


def changes(plan: Plan, year: int, other: int | None = None) -> Changes:
    """What differs in ``year`` from ``other`` (default: the latest earlier year with data).

    Raises :class:`UnknownYear`, also where there is no earlier year, and what ``assess`` raises.
    """
    plan.require_year(year)
    other = year_before(plan, year) if other is None else other
    if other is None:
        raise UnknownYear(f"{year} 年以前没有数据，没有可以比较的年份。")
    plan.require_year(other)
    moved, tallies = pd.DataFrame(columns=causes.COLUMNS), pd.DataFrame(columns=TALLY_COLUMNS)
    if not (retrospect := min(year, other) < plan.frame.base_year):
        before, after, old = assess(plan, other), assess(plan, year), by_last_standard(plan, year, other)
        moved, tallies = verdict_changes(before, after, old), tallies_of(before, after, old)
    plan = plan.as_of(max(year, other))
    known = grouped(_known(plan, year, other))
    values, available, missing = (
        pd.DataFrame(known.get(name, []), columns=columns)
        for name, columns in (("values", VALUE_COLUMNS), ("available", DATA_COLUMNS), ("missing", DATA_COLUMNS))
    )
    revisions = revision_log.log(plan, [earlier for earlier in plan.years if earlier < year])
    stayed = moved["cause"] == Cause.HIDDEN
    return Changes(
        year, other, retrospect, moved[~stayed], moved[stayed], values, available, missing, tallies, revisions
    )


def edition_changes(plan: Plan, year: int, edition: int = 1) -> pd.DataFrame:
    """What differs today from an earlier edition of the same year: verdicts, corrected cells with who and why, and counts;
    in the columns of ``cixi diff``. A cell that was corrected twice is one line, with both reasons.

    Raises :class:`cixi_analysis.analysis.revision_log.NoEdition`.
    """
    plan.require_year(year)
    old = revision_log.at_edition(plan, year, edition)
    before, after = assess(old, year), assess(plan, year)
    lines: list[tuple[object, ...]] = [
        ("verdict", r.indicator, r.item_id, r.level, r.before, r.after, r.cause,
         f"【第{edition}版】{r.before_reason}【今】{r.after_reason}")
        for r in records(verdict_changes(before, after))
    ]  # fmt: skip
    later = records(revision_log.log(plan, [year]).query("edition > @edition"))
    signed = grouped(((row.item_id, row.level, row.what), revision_log.signed_for(row)) for row in later)
    cells = revision_log.cell_changes(*(revision_log.year_rows(one, year) for one in (old, plan)))
    for number, subject, level, what, was, now in chain(*(revision_log.cell_in_words(plan, *cell) for cell in cells)):
        why = "，".join(filter(None, (what, "；".join(signed.get((subject, level, what), ())))))
        lines.append(("revision", number, subject, level, was, now, "", why))
    lines += tally_lines(tallies_of(before, after))
    return pd.DataFrame(lines, columns=COLUMNS).astype({"indicator": "Int64"})


def year_before(plan: Plan, year: int) -> int | None:
    """The latest earlier year with data that can be assessed; None where there is none."""
    return max((y for y in plan.years if y < year and plan.frame.wording_year(y) >= plan.frame.base_year), default=None)


def _known(plan: Plan, year: int, other: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    """(table, row) of each item whose data are comparable in the two years, or differ in extent."""
    for item in plan.items:
        years = (other, year)
        apart = {o.level for y in years for o in plan.observed(item.item_id, y) if o.level}
        asked = {v for y in years for v in asking(plan, item.item_id, max(y, plan.frame.base_year))}
        told: list[tuple[object, ...]] = []
        for level in [v for v in plan.levels if v in apart | asked] if apart else [None]:
            before, after = (plan.observation(item.item_id, y, level) for y in (other, year))
            key = (item.indicator, item.item_id, level or "")
            extent = [row.extent if row else 0 for row in (before, after)]
            if before and after and extent == [2, 2]:
                compared = _compared(plan, item, level, before, after, year, other)
                if compared not in told:  # levels that measure the same
                    yield "values", (*key, *compared)
                told.append(compared)
            elif extent[0] != extent[1]:
                rows = ((before, other), (after, year))
                texts = [shown(row) if row else unobserved(plan, item.item_id, y, level) for row, y in rows]
                known = zip((other, year), extent, texts, strict=True)
                why = "，".join(f"{y}年{_EXTENT.get(much, text)}" for y, much, text in known)
                yield "available" if extent[0] < extent[1] else "missing", (*key, *texts, why, 0 not in extent)


def shown(row: Observation) -> str:
    """A row as text: the value, else the reason of absence, else the statement."""
    return row.value or row.absence or row.statement or ""


def _compared(
    plan: Plan, item: Indicator, level: Level | None, before: Observation, after: Observation, year: int, other: int
) -> tuple[object, ...]:
    """The cells of :data:`VALUE_COLUMNS` after the key; both observations have a number or class."""
    was, now = measured_at(plan, item, level, other, before), measured_at(plan, item, level, year, after)
    what = now[level or plan.first_asking(item, year)]
    first, last = before.value or "", after.value or ""
    apart = next(((was[one], now[one]) for one in now if was[one] != now[one]), None)
    if apart:
        both = zip((other, year), apart, strict=True)
        told = [f"{y}年实测的是{with_its_unit(kind.name, kind.unit)}" for y, kind in both]
        if apart[0].polarity is not apart[1].polarity:
            told.append("方向不同")
        return what.name, what.unit, first, last, None, "", "，".join(told)
    moved = difference(quantity(last), quantity(first))
    subtracted = moved == 0 or what.unit != CLASS_UNIT
    way = direction(quantity(first), quantity(last), what.polarity)
    return what.name, what.unit, first, last, moved if subtracted else None, str(way or ""), ""


def _moved(row: Any) -> str:
    if row.incomparable:
        return f"不可比：{row.incomparable}"
    told = "类别变化"
    if not pd.isna(row.change):
        told = f"变化{digits(row.change, '+')}" + (f"（{row.unit}）" if unit_word(row.unit) else "")
    return f"{told}，{Direction(row.direction).chinese}" if row.direction else told


def tally_lines(tallies: pd.DataFrame, by_old: str = "") -> Iterator[tuple[object, ...]]:
    """The counts that moved, as ``cixi diff`` prints them; ``by_old`` leads to the count by the earlier wordings."""
    for row in records(tallies):
        if row.before != row.after or row.gained or row.lost or row.by_old not in (None, row.after):
            numbers = {"转入": row.gained, "转出": row.lost}
            moved = [f"{word} {'、'.join(map(str, own))}" for word, own in numbers.items() if own]
            more = [] if row.by_old is None else [f"{by_old} {row.by_old}"]
            why = f"{_COUNTS[row.counted]}：{'；'.join(moved + more)}"
            yield "tally", None, "", row.level, str(row.before), str(row.after), "", why


def tallies_of(before: Assessment, after: Assessment, old: Assessment | None = None) -> pd.DataFrame:
    """The counts of both years, the indicators ``gained`` and ``lost``, and the counts by the earlier wordings."""
    rows = []
    for level in after.plan.levels:
        for count in _COUNTS:
            was, now = (_members(a, level, count) for a in (before, after))
            gained, lost = tuple(n for n in now if n not in was), tuple(n for n in was if n not in now)
            by_old = None if old is None else len(_members(old, level, count))
            rows.append((str(level), count, len(was), len(now), gained, lost, by_old))
    return pd.DataFrame(rows, columns=TALLY_COLUMNS).astype({"by_old": object})


def _members(assessment: Assessment, level: str, count: str) -> list[int]:
    own = {n: s for (n, item_id, v), s in assessment.statuses.items() if v == level and not item_id}
    return [n for n, s in own.items() if (s is not Status.NOT_APPLICABLE if count == "applicable" else s == count)]
