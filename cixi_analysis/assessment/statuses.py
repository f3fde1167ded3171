"""The status of a verdict: 无数据 because nobody has filled in the items yet, told from 无数据 all the same."""

import pandas as pd

from cixi_analysis.assessment.yardstick import observed_level
from cixi_analysis.plan.dataset import Plan, absence_reason
from cixi_analysis.words import Absence, Status, Verdict

#: (indicator, item_id, level); item_id is "" for an indicator as a whole.
Key = tuple[int, str, str]


def statuses(plan: Plan, year: int, table: pd.DataFrame) -> dict[Key, Status]:
    """The status of each row of an assessment's table of ``year``, in its order.

    An item is not filled in where it is without data and nobody has entered it, which is not 暂无数据; an indicator
    where all of its items that are without data are not filled in.
    """
    found: dict[Key, Status] = {}
    missing: dict[tuple[int, str], list[Status]] = {}
    rows = table[["indicator", "item_id", "level", "verdict"]].itertuples(index=False, name=None)
    for number, item_id, level, verdict in rows:  # items come before indicators
        status = Status(verdict)
        if verdict == Verdict.NO_DATA and item_id:
            if absence_reason(plan, item_id, year, observed_level(level)) is Absence.NOT_FILLED_IN:
                status = Status.NOT_FILLED_IN
            missing.setdefault((number, level), []).append(status)
        elif verdict == Verdict.NO_DATA and Status.NO_DATA not in missing[number, level]:
            status = Status.NOT_FILLED_IN
        found[number, item_id, level] = status
    return found
