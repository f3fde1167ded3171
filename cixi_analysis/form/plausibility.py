"""What is possible but doubtful in a filled-in row: told as a warning, silenced by a note in 提示说明."""

import re
from collections.abc import Iterator

from cixi_analysis.assessment import measured
from cixi_analysis.form.rows import ReadRow
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.words import CLASS_UNIT

#: A figure is out of proportion to last year's when it is more than this many times as large or as small, …
TIMES = 2
#: … or, of a share in per cent, when it moved by more than this many points, or, of a water class, by as many classes.
POINTS = 30
CLASSES = 2
_PERCENT = "%"
_ALL = 100


def doubts(plan: Plan, year: int, row: ReadRow) -> Iterator[tuple[str, str, str]]:
    """(column, found, expected) of what is doubtful in a row. Only the same measure in the same unit is compared."""
    observed = row.observation
    if observed is None or observed.value is None:
        return
    item, level = row.place.key.item, row.place.key.level
    before = plan.observation(item.item_id, year - 1, level)
    what = measured(item, level, observed.measure, observed.unit, observed.polarity)
    unit = what.unit
    if before is not None and before.value is not None:
        told = measured(item, level, before.measure, before.unit, before.polarity)
        if (told.measure, told.unit) != (what.measure, unit):
            yield (
                "measure",
                f"“{what.measure}（{unit}）”，上年为“{told.measure}（{told.unit}）”",
                f"与上年相同的实测对象和单位；{_NOTE}",
            )
        elif reason := _disproportion(before.value, observed.value, unit):
            yield "value", f"“{observed.value}”，上年为“{before.value}”，{reason}", f"核对过的数；{_NOTE}"
    yield from _share(observed.value, unit, before is not None and before.value is not None)
    figures = re.findall(r"\d+(?:\.\d+)?", observed.statement or "")
    if unit != CLASS_UNIT and figures and float(observed.value) not in {float(f) for f in figures}:
        yield "statement", f"“{observed.statement}”，其中没有现状值“{observed.value}”", f"含有现状值的原文；{_NOTE}"


_NOTE = "无误时在“提示说明”里说明"


def _share(value: str, unit: str, compared: bool) -> Iterator[tuple[str, str, str]]:
    """A share is between 0 and 100; below 1 it may be a fraction, unless last year's figure says otherwise."""
    if unit != _PERCENT:
        return
    number = float(value)
    if 0 < number < 1 and not compared:
        yield "value", f"“{value}”，单位为%", "百分数（83.3%写83.3，不写0.833）；确是百分之零点几时在“提示说明”里说明"
    if not 0 <= number <= _ALL:
        yield "value", f"“{value}”，单位为%", f"0至100之间的数；{_NOTE}"


def _disproportion(before: str, now: str, unit: str) -> str:
    if unit == CLASS_UNIT:
        apart = abs(WATER_CLASSES.index(before) - WATER_CLASSES.index(now))
        return f"相差{apart}类" if apart >= CLASSES else ""
    old, new = float(before), float(now)
    if old * new < 0:
        return "正负不同"
    small, large = sorted((abs(old), abs(new)))
    if small and large > TIMES * small:
        return f"超过其{TIMES}倍" if large == abs(new) else f"不足其1/{TIMES}"
    if unit == _PERCENT and abs(new - old) > POINTS:
        return f"相差{POINTS}个百分点以上"
    return ""
