"""One row of the form → an observation, with everything that is wrong in its cells."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from cixi_analysis.form.contents import FilledRow, Results, read_contents, source_missing
from cixi_analysis.form.entries import entries
from cixi_analysis.form.input_cells import Complaint, wanted
from cixi_analysis.form.invisible import quoted
from cixi_analysis.form.layout import INPUTS, Key, open_inputs
from cixi_analysis.form.places import text_of
from cixi_analysis.form.shown import observed_in_row
from cixi_analysis.form.structure import FoundRow
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import WATER_CLASSES, Observation
from cixi_analysis.words import CLASS_UNIT, Stage

_TITLES = {column.key: column.title for column in INPUTS}
#: Field of an observation → the input column that fills it.
COLUMN_OF = {column.field: column.key for column in INPUTS if column.field}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class ReadRow(FilledRow[Key]):
    """A row with content. ``observation`` is None when something in it is wrong."""

    observation: Observation | None = None


def read_row(plan: Plan, year: int, place: FoundRow[Key], results: Results) -> ReadRow | None:
    """Read the input cells of a row; None where nobody has filled in any."""
    unit_cell = place.cell("measured_unit").value
    unit = unit_cell if isinstance(unit_cell, str) and unit_cell else place.key.item.unit or ""
    contents = read_contents(place, dict.fromkeys((column.key for column in INPUTS), unit), results)
    if contents is None:
        return None
    row = ReadRow(place)
    known = observed_in_row(plan, place.key, year)
    # What the data has is in the form, even where no requirement asks for it.
    allowed = open_inputs(plan, place.key, year) | (entries(known).keys() if known else set())
    for column, content in contents.items():
        if column not in allowed:
            found = quoted(text_of(place.cell(column)))
            row.problems.append(row.tell(column, found, f"空：这一行的要求用不到“{_TITLES[column]}”"))
        elif isinstance(content, Complaint):
            row.problems.append(row.tell(column, content.found, content.expected))
        else:
            row.texts[column] = content
    if has := contents.keys() & allowed:
        row.problems += [row.tell(*one) for one in _conflicts(row, has)]
    if not row.problems:
        _validate(row)
    return row


def _conflicts(row: ReadRow, has: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """(column, found, expected) of cells that do not go together. ``has``: the open columns with content, right or
    wrong; a cell that is wrong by itself says so by itself.
    """
    texts = row.texts
    value, unit = texts.get("value"), texts.get("measured_unit")
    if "value" in texts and "absence" in texts:
        found = f"“{texts['absence']}”，而现状值为“{value}”"
        yield "absence", found, "二者取一：有数值时缺失原因留空，没有数值时现状值留空"
    if not {"value", "absence", "statement"} & set(has):
        other = "、".join(f"“{_TITLES[column]}”" for column in _TITLES if column in has)
        expected = "现状值；或在“缺失原因”里选一项；或在“现状原文”里照录文字"
        yield "value", f"空，而这一行填了{other}", expected
    yield from source_missing(has)
    if value in WATER_CLASSES and unit != CLASS_UNIT and ("measured_unit" in texts) == ("measured_unit" in has):
        yield "measured_unit", quoted(unit) if unit else "空", f"“{CLASS_UNIT}”：现状值“{value}”是水质类别"
    if value is not None and value not in WATER_CLASSES and unit == CLASS_UNIT:
        yield "value", f"“{value}”，而实测单位为“{CLASS_UNIT}”", "水质类别（Ⅰ至劣Ⅴ），或改正实测单位"
    own = row.place.key.item.unit
    if unit and own and unit != own and _folded(unit) == _folded(own):
        yield "measured_unit", quoted(unit), f"空，或与“单位”一列写法相同的{quoted(own)}"
    if "benchmark" in has and "benchmark_kind" not in has:
        yield "benchmark_kind", "空，而填了“全省平均”", wanted_of("benchmark_kind")
    if "benchmark_kind" in has and "benchmark" not in has:
        yield "benchmark", "空，而填了“平均的含义”", "数；不知道全省平均时，“平均的含义”也留空"
    if "comparator" in texts and "assigned_target" not in has:
        yield "assigned_target", f"空，而目标比较符为“{texts['comparator']}”", "数；没有下达目标时，“目标比较符”也留空"
    elif "comparator" in texts and "assigned_target" in texts and not _NUMBER.fullmatch(texts["assigned_target"]):
        found = f"“{texts['comparator']}”，而下达目标为{quoted(texts['assigned_target'])}"
        yield "comparator", found, "空：比较符只用于数"


def wanted_of(column: str) -> str:
    return wanted(next(c for c in INPUTS if c.key == column))


def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).casefold()


def _validate(row: ReadRow) -> None:
    cells = dict.fromkeys(Observation.columns(), "") | fields(row.texts)
    key = row.place.key
    cells |= {"item_id": key.item.item_id, "level": key.level or "", "stage": Stage.DRAFT}
    try:
        row.observation = Observation.model_validate(cells)
    except ValidationError as error:
        for detail in error.errors():
            column = COLUMN_OF.get(str(detail["loc"][0]), "value") if detail["loc"] else "value"
            found = quoted(row.texts[column]) if column in row.texts else "空"
            told = str(detail.get("ctx", {}).get("error", wanted_of(column)))
            row.problems.append(row.tell(column, found, told))


def fields(texts: Mapping[str, str]) -> dict[str, str]:
    """Input columns' texts as columns of an observation."""
    found = {column.field: texts[column.key] for column in INPUTS if column.field and column.key in texts}
    if "comparator" in texts:
        found["assigned_target"] = texts["comparator"] + texts["assigned_target"]
    return found
