"""The cause of a verdict's change between two years, or of its stability: the county, the yardstick or a convention.

The same evaluator judges the later year's observations by the earlier year's wordings, or conventions; this third verdict
is compared with the other two. That only the wording (or convention) changed is said where the earlier year's
observations do not say otherwise by the later one. Nothing is judged here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pandas as pd

from cixi_analysis.assessment import Assessment, assess, held, measured, measured_at
from cixi_analysis.assessment.explanation import Explanation
from cixi_analysis.assessment.judgement import Question
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import unit_word
from cixi_analysis.plan.schema import Indicator, Requirement
from cixi_analysis.requirement import terms
from cixi_analysis.words import CELL_BREAK, Cause, Status, Verdict

_KEY = ["indicator", "item_id", "level"]
#: ``by_old`` is the verdict of the later year by the earlier year's wordings, ``old_reason`` why, ``sentence`` (Chinese)
#: what changed, with both wordings; all three are empty where the wordings are the same. Reasons are trees.
COLUMNS = [
    *_KEY, "before", "after", "before_reason", "after_reason", "before_status", "after_status", "cause", "by_old",
    "old_reason", "sentence",
]  # fmt: skip
#: Verdict and reason where a year does not know an item.
_ABSENT = Verdict.NOT_APPLICABLE.value, Explanation("该年没有这一子项，不适用", Verdict.NOT_APPLICABLE)


def by_last_standard(plan: Plan, year: int, other: int) -> Assessment | None:
    """The assessment of ``year`` by the wordings of ``other``; None where the wordings are the same."""
    return assess(plan, year, by=other) if any(_changed(plan, year, other)) else None


def _by_last_conventions(before: Assessment, after: Assessment) -> Assessment | None:
    """The later year by the conventions of the earlier one, as some hold for one year only; None where they are the same."""
    earlier, later = (
        tuple(r if r.year is None else r.model_copy(update={"year": after.year}) for r in after.plan.conventions
              if r.year in (None, one.year))
        for one in (before, after)
    )  # fmt: skip
    return None if earlier == later else assess(replace(after.plan, conventions=earlier), after.year)


def _changed(plan: Plan, year: int, other: int) -> Iterator[tuple[str, str]]:
    """The items and levels whose requirements differ between the two years in meaning, not only in wording."""
    for item, level in product(plan.as_of(max(year, other)).items, plan.levels):
        asked = (held(plan, item, level, y) for y in (other, year))
        told = [w and (measured(terms(plan), w.asked), w.node, w.refusal and w.row.wording) for w in asked]
        if told[0] != told[1]:
            yield item.item_id, level


def verdict_changes(before: Assessment, after: Assessment, old: Assessment | None = None) -> pd.DataFrame:
    """The questions whose verdict changed, and those whose verdict stayed but would have changed; :data:`COLUMNS`.

    ``old``: ``after`` by the wordings of ``before``, where they differ.
    """
    plan = max(before.plan, after.plan, key=lambda one: len(one.requirements))  # the later year's knows both
    new = old and assess(plan, before.year, by=after.year)
    agreed, agreed_then = _by_last_conventions(before, after), _by_last_conventions(after, before)
    was, now, by_old, by_new, by_agreed, then_agreed = (
        {} if one is None else _answers(one) for one in (before, after, old, new, agreed, agreed_then)
    )
    changed = set(_changed(plan, after.year, before.year)) if old else set()
    rows, of_county = [], set[tuple[int, str]]()
    for key in max(was, now, key=len):  # items come before indicators
        number, item_id, level = key
        (verdict, reason), (later, later_reason) = was.get(key, _ABSENT), now.get(key, _ABSENT)
        old_verdict, old_reason = by_old.get(key, (later, None))
        items = [i for i in plan.indicator_items(number) if item_id in ("", i.item_id)]
        moved = [item for item in items if (item.item_id, level) in changed]
        cause = _cause(before.year, after, moved, level, verdict, later, old_verdict)
        by_itself = (number, level) in of_county  # an item moved, whatever the others were measured by
        said = by_new.get(key, (later,))[0]  # of the earlier data by the later wording
        # Of a part that is new there are no earlier data; but no part makes up for an unmet one.
        known = said == Verdict.UNMET or all(held(plan, item, level, before.year) for item in moved)
        otherwise = known and said != later and (said == verdict or said != Verdict.NO_DATA)
        if cause is Cause.YARDSTICK and verdict != Verdict.NOT_APPLICABLE and otherwise:
            cause = Cause.BOTH
        if not item_id and old_verdict == later != verdict and (moved or by_itself):
            cause = Cause.COUNTY if by_itself else Cause.YARDSTICK
        if cause is None:
            continue
        if cause is Cause.COUNTY and by_agreed.get(key, (later,))[0] == verdict != then_agreed.get(key, (later,))[0]:
            cause = Cause.CONVENTION
        if item_id and cause in (Cause.COUNTY, Cause.BOTH):
            of_county.add((number, level))
        statuses = [str(one.statuses.get(key, Status.NOT_APPLICABLE)) for one in (before, after)]
        signed = {"" if item_id or len(items) == 1 else item.part_mark: item for item in moved}
        told = _sentence(before, after, signed, level, cause, old_verdict) if moved else ""
        more = (old_verdict, old_reason) if told else ("", None)
        rows.append((*key, verdict, later, reason, later_reason, *statuses, str(cause), *more, told))
    return pd.DataFrame(rows, columns=COLUMNS)


def _cause(
    other: int, after: Assessment, changed: Sequence[Indicator], level: str, verdict: str, later: str, by_old: str
) -> Cause | None:
    """The cause of a change of verdict, actual or hidden; None without a change. ``changed``: items with a new wording.

    Where one year asks nothing, or the old wording cannot judge the data, the cause can only be the wording.
    """
    plan, unknown = after.plan, by_old == Verdict.NO_DATA
    rows = ((item, plan.observation(item.item_id, after.year, level)) for item in changed)
    known = [item for item, row in rows if row and row.extent]
    if verdict == later:
        return None if by_old in (later, Verdict.NOT_APPLICABLE) or (unknown and not known) else Cause.HIDDEN
    if Verdict.NOT_APPLICABLE in (verdict, later) or by_old in (verdict, Verdict.NOT_APPLICABLE):
        return Cause.YARDSTICK
    if by_old == later:
        return Cause.YARDSTICK if unknown and _remeasured(plan, known, level, other, after.year) else Cause.COUNTY
    return Cause.YARDSTICK if unknown else Cause.BOTH


def _remeasured(plan: Plan, items: Iterable[Indicator], level: str, *years: int) -> bool:
    """Whether the years' wordings measure different quantities of one of the items."""
    return any(len({measured_at(plan, item, level, year)[level] for year in years}) > 1 for item in items)


def _answers(assessment: Assessment) -> dict[Question, tuple[str, Explanation]]:
    found = zip(assessment.table["verdict"], assessment.reasons, strict=True)
    return dict(zip(assessment.statuses, found, strict=True))


def _sentence(
    before: Assessment, after: Assessment, changed: Mapping[str, Indicator], level: str, cause: Cause, old: str
) -> str:
    """What changed, with both wordings (Chinese); ``changed``: the items by their sign, "" for a single one."""
    pairs = [(sign, *(_asked(one, item, level) for one in (before, after))) for sign, item in changed.items()]
    earlier, later = ("、".join(f"{sign}{asked[at] or '没有要求'}" for sign, *asked in pairs) for at in (0, 1))
    told = f"要求变了：{before.year}年{earlier}，{after.year}年{later}。"
    if any(not (was and now) for _, was, now in pairs) or old == Verdict.NOT_APPLICABLE:
        return told
    if old != Verdict.NO_DATA:
        return f"{told}{cause.chinese}：按{before.year}年的要求为“{Verdict(old).chinese}”。"
    if cause is Cause.COUNTY:
        return f"{told}{after.year}年还没有可以判定的数据。"
    other = _remeasured(after.plan, changed.values(), level, before.year, after.year)
    return f"{told}{'所测的量不同，' if other else ''}按{before.year}年的要求无从判定。"


def _asked(assessment: Assessment, item: Indicator, level: str) -> str:
    """What a level asks of an item in the year of an assessment; "" where nothing."""
    plan, year = assessment.plan, assessment.year
    wording = held(plan, item, level, year)
    if wording is None:
        return ""
    row = wording.row
    own, measure = plan.asked(item, level, year), ""
    if isinstance(row, Requirement) and (row.measure or row.unit or row.polarity):
        way = "" if row.measure or row.unit else own.polarity.chinese  # where nothing else tells the two apart
        measure = f"（{'，'.join(filter(None, (own.name, unit_word(own.unit), way)))}）"
    return f"“{row.wording.replace(chr(10), CELL_BREAK)}”{measure}"
