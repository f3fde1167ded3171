"""The sheet 趋势与进度: level, gap and pace of each item with numbers, in columns of their own, computed in place."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl.utils import get_column_letter

from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.analysis.records import records
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.sheet import PERCENT, RATIO, Report, Value
from cixi_analysis.plan.schema import Indicator
from cixi_analysis.presentation.formatting import missing
from cixi_analysis.presentation.titles import item_label
from cixi_analysis.words import Direction, Pace, Polarity

TREND = "趋势与进度"
_FIRST = 4
#: Group → its columns with their widths.
_GROUPS: dict[str, dict[str, float]] = {
    "所测": {"item_id": 7, "name": 30, "measure": 16, "unit": 10, "polarity": 9},
    "水平与趋势": {
        "first_year": 7, "first_value": 10, "last_year": 7, "last_value": 10, "points": 7,
        "mean_change": 11, "mean_rate": 10, "direction": 7,
    },
    "差距": {"target_year": 7, "target_value": 10, "gap": 10},
    "进度": {
        "needed_change": 11, "ratio_linear": 9, "ratio_compound": 9, "pace": 10, "pace_compound": 10,
        "needed_rate": 11, "note": 34,
    },
}  # fmt: skip
_COLUMNS = {name: width for group in _GROUPS.values() for name, width in group.items()}
_AT = {name: get_column_letter(number) for number, name in enumerate(_COLUMNS, start=1)}
#: Column → its formula, in the names of the other columns; written only where the library has a value.
_FORMULAS = {
    "mean_change": "({last_value}-{first_value})/({last_year}-{first_year})",
    "mean_rate": "({last_value}/{first_value})^(1/({last_year}-{first_year}))-1",
    "gap": "{target_value}-{last_value}",
    "needed_change": "({target_value}-{first_value})/({target_year}-{first_year})",
    "ratio_linear": "{mean_change}/{needed_change}",
    "ratio_compound": "{mean_rate}/(({target_value}/{first_value})^(1/({target_year}-{first_year}))-1)",
    "needed_rate": "({target_value}-{last_value})/({target_year}-{last_year})",
}
_FORMS = {"mean_rate": PERCENT, "ratio_linear": RATIO, "ratio_compound": RATIO}
_WORDS: dict[str, Callable[[Any], Value]] = {
    "polarity": lambda word: Polarity(word).chinese,
    "direction": lambda word: Direction(word).chinese,
    "pace": lambda word: Pace(word).chinese,
    "pace_compound": lambda word: Pace(word).chinese,
}
_LEFT = ("name", "measure", "note")


def trend_sheet(report: Report, figures: Figures) -> None:
    """One row a series and numeric target; what can be computed from the cells beside is a formula."""
    sheet = report.sheet(TREND)
    sheet.title(f"趋势与进度（截至{figures.year}年）", len(_COLUMNS))
    titles = {name: column.title for name, column in OUTPUTS["trend"].columns.items()}
    titles["name"] = str(Indicator.columns()["name"].title)
    at = 1
    for group, columns in _GROUPS.items():
        sheet.head(2, at, group, columns=len(columns))
        for name in columns:
            sheet.head(3, at, titles[name])
            at += 1
    sheet.widths(_COLUMNS.values())
    items = {item.item_id: item for item in figures.plan.items}
    for number, row in enumerate(records(figures.trends), start=_FIRST):
        places = {name: f"{letter}{number}" for name, letter in _AT.items()}
        for column, (name, value) in enumerate(_cells(row, items[row.item_id]), start=1):
            if name in _FORMULAS and isinstance(value, int | float):
                form = _FORMS.get(name) or _digits(value)
                sheet.formula(number, column, _FORMULAS[name].format_map(places), value, form=form)
            else:
                sheet.put(number, column, value, centre=name not in _LEFT)
    sheet.finish(len(_COLUMNS), heads="2:3", freeze="D4", filter_row=3)
    below = sheet.cells.max_row + 1
    sheet.note(
        below,
        "水平、差距、进度各列一栏，互不合并。两个点只是方向，不是趋势；缺的年份就是缺的，不补、不推。空格的含义见数据字典。",
    )


def _cells(row: Any, item: Indicator) -> Iterator[tuple[str, Value]]:
    """(column, value) pairs of a row; what was measured only where it is not the item itself."""
    for name in _COLUMNS:
        if name == "item_id":
            yield name, item_label(item)
        elif name == "name":
            yield name, item.name
        else:
            value = getattr(row, name)
            absent = missing(value) or (name == "measure" and value == item.name)
            yield name, None if absent else _WORDS.get(name, _plain)(value)


def _plain(value: Any) -> Value:
    """A frame's cell as a number or a text of Python."""
    return value.item() if hasattr(value, "item") else value  # type: ignore[no-any-return]


def _digits(value: float) -> str:
    """A number format: as written where that is short, else four significant digits."""
    if float(f"{value:.6g}") == value:
        return "General"
    return "0." + "0" * max(1, 3 - math.floor(math.log10(abs(value))))
