"""A table of many regions as it comes from outside: checked by the same rules as the plan's own files.

Millions of rows differ in few ways, so of each way one row is checked: rows of one *pattern* differ in their numbers
only. A fault tells the first row that has it and how many there are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from cixi_analysis.assessment.assigned import is_assigned_target, read_assigned
from cixi_analysis.assessment.coding import distinct_rows, taken_twice
from cixi_analysis.assessment.panel import COLUMNS
from cixi_analysis.assessment.yardstick import observation_problems
from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan.checks import quotation_problems
from cixi_analysis.plan.csvfile import row_problems
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.schema import WATER_CLASSES, Observation

#: What a table must have; any other column of ``COLUMNS`` may be left out, and is then empty.
REQUIRED = ("region", "year", "item_id")
FILE = "面板"
_YEARS = [str(year) for year in range(2000, 2101)]
_CHECKED = (
    "item_id", "level", "unit", "polarity", "value", "absence", "assigned_target", "benchmark", "benchmark_kind",
    "statement", "attests", "denies",
)  # fmt: skip
_QUOTING = ["attests", "denies", "statement"]


@dataclass(frozen=True)
class Fault:
    """A problem that ``rows`` rows of a table share; ``place`` is the first of them."""

    problem: Problem
    place: str
    rows: int

    def told(self) -> Problem:
        where = f"{self.place}，共 {self.rows} 行" if self.rows > 1 else self.place
        return replace(self.problem, found=f"{self.problem.found}（{where}）")


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raise :class:`DataError` with every fault, those that differ only in their rows as one."""
    merged: dict[Problem, Fault] = {}
    for fault in faults:
        known = merged.get(fault.problem)
        merged[fault.problem] = fault if known is None else replace(known, rows=known.rows + fault.rows)
    if merged:
        raise DataError([fault.told() for fault in merged.values()])


def prepared(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all of ``COLUMNS``, numbers as numbers and texts as categories.

    Raises :class:`DataError` for what makes it no table of observations, whatever stands in its cells.
    """
    names = [str(name) for name in table.columns]
    missing, unknown = [c for c in REQUIRED if c not in names], [c for c in names if c not in COLUMNS]
    problems = []
    if missing or unknown or len(set(names)) < len(names):
        parts = [f"缺少 {'、'.join(missing)}"] if missing else []
        parts += [f"多出 {'、'.join(unknown)}"] if unknown else []
        expected = f"{'、'.join(REQUIRED)}，其余列可有可无：{'、'.join(c for c in COLUMNS if c not in REQUIRED)}"
        problems.append(Problem(FILE, None, None, f"列名 {'，'.join(parts) or '有重复'}", expected))
    elif not len(table):
        problems.append(Problem(FILE, None, None, "没有一行", "每个地区、年份、子项一行"))
    else:
        problems += _column_problems(table)
    if problems:
        raise DataError(problems)
    whole = table.reindex(columns=COLUMNS)
    for column in COLUMNS:
        if column == "benchmark" or (column == "value" and pd.api.types.is_numeric_dtype(whole[column])):
            whole[column] = _numbers(whole[column])
        elif column == "year":
            whole[column] = whole[column].astype(np.int32)
        elif not isinstance(whole[column].dtype, pd.CategoricalDtype):
            codes, texts = pd.factorize(whole[column])
            whole[column] = pd.Categorical.from_codes(codes, pd.Index(texts))
    return whole


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """The column as numbers, NaN for what is none."""
    if pd.api.types.is_numeric_dtype(column):  # millions of numbers stay as they lie
        return column.astype(np.float64)
    return pd.to_numeric(column.astype(object), errors="coerce").astype(np.float64)


def _column_problems(table: pd.DataFrame) -> Iterator[Problem]:
    for column in REQUIRED:
        if empty := int(table[column].isna().sum()):
            yield Problem(FILE, None, column, f"{empty} 行为空", "每行都有")
    for column in ("region", "item_id"):
        texts = pd.unique(table[column].dropna())
        if wrong := [v for v in texts if not isinstance(v, str)]:
            expected = "文字（读 CSV 时写 dtype={'item_id': str, 'region': str}）"
            yield Problem(FILE, None, column, f"{wrong[0]}（{type(wrong[0]).__name__}）", expected)
    years = pd.unique(table["year"].dropna())
    if wrong := [year for year in years if str(year) not in _YEARS]:
        yield Problem(FILE, None, "year", f"{wrong[0]}", f"{_YEARS[0]}–{_YEARS[-1]} 的整数")
    if "benchmark" in table:
        averages = table["benchmark"].dropna()
        if (bad := ~np.isfinite(_numbers(averages))).any():
            found = f"“{averages[bad].iloc[0]}”（共 {int(bad.sum())} 行）"
            yield Problem(FILE, None, f"benchmark {Observation.columns()['benchmark'].title}", found, "数")


def faults(plan: Plan, table: pd.DataFrame) -> Iterator[Fault]:
    """Everything wrong with the rows of a prepared table."""
    again = taken_twice(table)
    if len(again):
        problem = Problem(FILE, None, "item_id 子项编号", "又一行", "每个地区、年份、子项（及级别）一行")
        yield Fault(problem, _place(table, again[0]), len(again))
    number, first = distinct_rows(pd.Series(_pattern(table[column])) for column in _CHECKED)
    yield from _located(table, first, number, _row_problems(plan, _records(table.iloc[first])))
    quoting = np.flatnonzero(table["attests"].notna() | table["denies"].notna())
    number, first = distinct_rows(table[column].iloc[quoting] for column in _QUOTING)
    quotations = [Observation.model_construct(**row) for row in _records(table[_QUOTING].iloc[quoting[first]])]
    problems = (problem for n, row in enumerate(quotations) for problem in quotation_problems(FILE, n, row))
    yield from _located(table, quoting[first], number, problems)


def _located(
    table: pd.DataFrame, first: npt.NDArray[np.int64], number: npt.NDArray[np.int64], problems: Iterable[Problem]
) -> Iterator[Fault]:
    """Problems told by the number of a pattern, as faults of the rows that have it."""
    rows = np.bincount(number)
    for problem in problems:
        assert problem.row is not None  # noqa: S101  # a rule for rows tells which
        yield Fault(replace(problem, row=None), _place(table, first[problem.row]), int(rows[problem.row]))


def _row_problems(plan: Plan, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """What the schema and the plan's wordings have against these rows, told by their number."""
    known = {item.item_id for item in plan.items}
    valid: list[tuple[int, Observation]] = []
    for number, cells in enumerate(rows):
        texts = {column: _text(cells[column]) for column in Observation.columns()}
        try:
            row = Observation.model_validate(texts | {"source": FILE})
        except ValidationError as error:
            yield from row_problems(FILE, number, Observation, texts, error)
            continue
        if row.item_id in known:
            valid.append((number, row))
        else:
            found, expected = f"“{row.item_id}”", "indicators.csv 中已有的子项编号"
            yield Problem(FILE, number, "item_id 子项编号", found, expected)
    yield from observation_problems(plan, FILE, valid)


def _text(cell: Any) -> str:
    """A cell as the plan's own files write it."""
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-")
    return "" if cell is None else str(cell)


def _pattern(column: "pd.Series[Any]") -> "pd.Categorical[Any]":
    """The column with every number written as 0, and a statement as the fact that there is one."""
    if pd.api.types.is_float_dtype(column):
        numbers = column.to_numpy(dtype=np.float64)
        codes = np.select([np.isnan(numbers), np.isfinite(numbers)], [-1, 0], 1)
        return pd.Categorical.from_codes(codes, pd.Index(["0", "inf"]))
    of = _PATTERNS.get(str(column.name), str)
    codes, distinct = pd.factorize(column)
    simple, met = pd.factorize(np.array([of(str(text)) for text in distinct], dtype=object))
    return pd.Categorical.from_codes(np.append(simple, -1)[codes], pd.Index(met))


def _target(text: str) -> str:
    if not is_assigned_target(text):
        return text
    target = read_assigned(text)
    if target.is_class:
        return WATER_CLASSES[0]
    return text if np.isnan(target.limit) else "0"


_PATTERNS: dict[str, Callable[[str], str]] = {
    "value": lambda text: "0" if is_number(text) else text,
    "assigned_target": _target,
    "statement": lambda _: "文字",
}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object)
    return plain.where(plain.notna(), None).to_dict("records")  # type: ignore[return-value]  # the names are text


def _place(table: pd.DataFrame, row: np.int64 | np.intp) -> str:
    region, year, item_id = table[["region", "year", "item_id"]].iloc[row]
    return f"{region} {year} 年 {item_id}"
