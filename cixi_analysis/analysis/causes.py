"""Why a verdict moved between two years, or stayed: because the county moved, or because the yardstick did.

The earlier year's wordings judge the later year's observations, by one more call of the same evaluator. What that gives is
held beside the two verdicts; nothing is judged here.
"""

from collections.abc import Iterator

import pandas as pd

from cixi_analysis.assessment import Assessment, asking, assess
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Indicator
from cixi_analysis.words import Cause, Status, Verdict

_KEY = ["indicator", "item_id", "level"]
#: ``by_old`` is the verdict of the later year by the earlier year's wordings, ``old_reason`` why, ``sentence`` (Chinese)
#: what changed, with both wordings; all three are empty where the wordings are the same.
COLUMNS = [
    *_KEY, "before", "after", "before_reason", "after_reason", "before_status", "after_status", "cause", "by_old",
    "old_reason", "sentence",
]  # fmt: skip
#: A question of an assessment: indicator, item (or ""), level.
_Question = tuple[int, str, str]
#: Verdict and reason where a year does not know an item.
_ABSENT = (Verdict.NOT_APPLICABLE.value, "该年没有这一子项")


def by_last_standard(plan: Plan, year: int, other: int) -> Assessment | None:
    """The assessment of ``year`` by the wordings of ``other``; None where the wordings are the same."""
    return assess(plan, year, by=other) if any(_changed(plan, year, other)) else None


def _changed(plan: Plan, year: int, other: int) -> Iterator[tuple[str, str]]:
    """The items and levels of which the two years do not ask the same."""
    for item in plan.as_of(max(year, other)).items:
        for level in plan.levels:
            rows = [plan.requirement(item.item_id, level, y) for y in (other, year)]
            told = [row and (row.wording, row.reading, row.measure, row.unit, row.polarity) for row in rows]
            if told[0] != told[1]:
                yield item.item_id, level


def verdict_changes(before: Assessment, after: Assessment, old: Assessment | None = None) -> pd.DataFrame:
    """The questions of which the verdict moved, and those of which it stayed but would have moved; :data:`COLUMNS`.

    ``old``: ``after`` by the wordings of ``before``, where they differ.
    """
    was, now, by_old = ({} if one is None else _answers(one) for one in (before, after, old))
    rows = []
    for key in max(was, now, key=len):
        (verdict, reason), (later, later_reason) = was.get(key, _ABSENT), now.get(key, _ABSENT)
        old_verdict, old_reason = by_old.get(key, (later, ""))
        other = bool(old) and old_verdict == Verdict.NO_DATA and _remeasured(before, after, key)
        cause = cause_of(verdict, later, verdict if other and verdict != later else old_verdict)
        if cause is None:
            continue
        statuses = [str(one.statuses.get(key, Status.NOT_APPLICABLE)) for one in (before, after)]
        told = _sentence(before, after, key, cause, "" if other else old_verdict) if old else ""
        more = (old_verdict, old_reason) if told else ("", "")
        rows.append((*key, verdict, later, reason, later_reason, *statuses, str(cause), *more, told))
    return pd.DataFrame(rows, columns=COLUMNS)


def cause_of(before: str, after: str, by_old: str) -> Cause | None:
    """Why a verdict moved, or would have; None where neither. Where one year asks nothing, only the wording can be why.

    Of a value that the old wording does not measure it says nothing; :func:`verdict_changes` then gives ``before`` as
    ``by_old``: what is known is that the wording changed.
    """
    if before == after:
        return None if by_old == after else Cause.HIDDEN
    if Verdict.NOT_APPLICABLE in (before, after) or by_old == before:
        return Cause.YARDSTICK
    return Cause.COUNTY if by_old == after else Cause.BOTH


def _answers(assessment: Assessment) -> dict[_Question, tuple[str, str]]:
    table = assessment.table[[*_KEY, "verdict", "reason"]]
    return {(i, item, str(v)): (verdict, why) for i, item, v, verdict, why in table.itertuples(index=False, name=None)}


def _sentence(before: Assessment, after: Assessment, key: _Question, cause: Cause, old: str) -> str:
    """What changed, with both wordings (Chinese); "" where they are the same."""
    indicator, item_id, level = key
    items = [item for item in after.plan.indicator_items(indicator) if item_id in ("", item.item_id)]
    pairs = [(item, [_asked(one, item, level) for one in (before, after)]) for item in items]
    changed = [(item.part_mark if len(items) > 1 else "", *asked) for item, asked in pairs if asked[0] != asked[1]]
    if not changed:
        return ""
    earlier, later = ("、".join(f"{sign}{asked[at] or '没有要求'}" for sign, *asked in changed) for at in (0, 1))
    told = f"要求变了：{before.year}年{earlier}，{after.year}年{later}。"
    if Verdict.NOT_APPLICABLE in (old, *(one.statuses.get(key, Status.NOT_APPLICABLE) for one in (before, after))):
        return told
    if not old:
        return f"{told}所测的量不同，按{before.year}年的要求无从判定。"
    return f"{told}{cause.chinese}：按{before.year}年的要求为“{Verdict(old).chinese}”。"


def _remeasured(before: Assessment, after: Assessment, key: _Question) -> bool:
    """Whether the later wording of an item, or of one of an indicator's, measures something else."""
    indicator, item_id, level = key
    items = [item for item in after.plan.indicator_items(indicator) if item_id in ("", item.item_id)]
    return any(after.plan.asked(i, level, before.year) != after.plan.asked(i, level, after.year) for i in items)


def _asked(assessment: Assessment, item: Indicator, level: str) -> str:
    """What a level asks of an item in the year of an assessment; "" where nothing."""
    plan, year = assessment.plan, assessment.year
    row = plan.requirement(item.item_id, level, year)
    if row is None or level not in asking(plan, item.item_id, year):
        return ""
    own = plan.asked(item, level, year)
    unit = "" if own.unit in ("", "-") else f"，{own.unit}"
    measure = f"（{own.name}{unit}）" if row.measure or row.unit else ""
    return f"“{row.wording.replace(chr(10), '；')}”{measure}"
