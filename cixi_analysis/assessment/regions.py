"""The assessment of many regions over many years: a tidy table is validated, then judged by the county's evaluator.

A table is judged in blocks of regions, which need nothing of each other: time and memory grow with the number of
regions and no faster, and any ``concurrent.futures`` executor can run them. Millions of rows differ in few ways, so one
row of each way is validated: rows of one *pattern* differ in their numbers only.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError

from cixi_analysis.assessment.judgement import BASES, VERDICTS, Question, judge_indicator, judge_panel, reasoned
from cixi_analysis.assessment.observed import read_assigned
from cixi_analysis.assessment.panel import COLUMNS, LEVELS, Codes, Panel, patterns
from cixi_analysis.assessment.yardstick import REQUIREMENT, check_wordings, levels, observation_problems
from cixi_analysis.errors import DataError, Problem, UnknownYear
from cixi_analysis.plan.checks import quotation_problems
from cixi_analysis.plan.csvfile import row_problems
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.schema import WATER_CLASSES, Observation
from cixi_analysis.words import Convention

#: Regions in a block. Their arrays fit the processor's cache; far fewer, and each block's own cost shows.
BLOCK = 1024
#: What a table must have; any other column of ``COLUMNS`` may be left out, and is then empty.
REQUIRED = ("region", "year", "item_id")
_FILE = "面板"
_YEARS = [str(year) for year in range(2000, 2101)]
_CHECKED = (
    "item_id", "level", "unit", "polarity", "value", "absence", "assigned_target", "benchmark", "benchmark_kind",
    "statement", "attests", "denies",
)  # fmt: skip


@dataclass(frozen=True)
class PanelAssessment:
    """Verdict and basis of every question, for every region and year.

    ``verdict`` and ``basis`` have the shape (regions, years, questions) and hold the codes of ``VERDICTS`` and
    ``BASES``; ``questions`` are the rows of ``cixi assess``, in its order: items first, then indicators.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    questions: tuple[Question, ...]
    verdict: Codes
    basis: Codes

    @property
    def table(self) -> pd.DataFrame:
        """One row a region, year and question: region, year, indicator, item_id, level, verdict, basis.

        Texts are categories; ``basis`` is "" where there is none.
        """
        regions, years, questions = self.verdict.shape
        indicator, item_id, level = (list(column) for column in zip(*self.questions, strict=True))
        again = np.tile(np.arange(questions), regions * years)
        return pd.DataFrame({
            "region": _words(np.repeat(np.arange(regions), years * questions), self.regions),
            "year": np.tile(np.repeat(np.array(self.years, dtype=np.int16), questions), regions),
            "indicator": np.array(indicator, dtype=np.int16)[again],
            "item_id": _words(*pd.factorize(np.array(item_id))).take(again),
            "level": _words(*pd.factorize(np.array(level))).take(again),
            "verdict": _words(self.verdict.ravel(), [str(VERDICTS[code]) for code in sorted(VERDICTS)]),
            "basis": _words(self.basis.ravel() - min(BASES), [str(BASES[code]) for code in sorted(BASES)]),
        })  # fmt: skip


def _words(codes: npt.NDArray[Any], words: Iterable[str]) -> "pd.Categorical[Any]":
    return pd.Categorical.from_codes(codes, pd.Index(list(words)))


def assess_panel(
    plan: Plan,
    table: pd.DataFrame,
    *,
    against: str = REQUIREMENT,
    without: Collection[Convention] = (),
    executor: Executor | None = None,
    block: int = BLOCK,
) -> PanelAssessment:
    """Judge every item and indicator of every region and year of a tidy table against the plan's requirements, or
    (``against="target"``) its targets.

    ``table`` has one row a region, year and item (two where the levels measure different things), with the columns
    ``region`` (text), ``year`` (integer), ``item_id`` (text) and any of those of ``observations/<year>.csv``, in the
    same words and units: ``value`` is a number in the item's unit, or in ``unit`` where that is given, or a water class.
    An empty cell is None or NaN. Rows may come in any order; regions keep the order in which they first appear, and the
    years run from the first to the last without a gap: a place without a row is without data. Texts as categories are
    fastest.

    ``executor`` runs blocks of ``block`` regions elsewhere, say in processes or on a cluster; the result is the same.
    Raises :class:`DataError` with everything wrong at once: columns, cells that the schema refuses, unreadable targets
    and clauses, rows that meet in one place, statements that contradict the numbers.
    """
    table = prepared(table)
    years = range(int(table["year"].min()), int(table["year"].max()) + 1)
    check_wordings(plan, until=years[-1])
    asked = levels(against)
    questions = [(item.indicator, item.item_id, level) for item in plan.items for level in asked]
    questions += [(number, "", level) for number in plan.indicators for level in asked]
    judge = partial(_judged, plan, years, against, tuple(without), {q: n for n, q in enumerate(questions)})
    region, names = pd.factorize(table["region"])
    order = np.argsort(region, kind="stable")
    ends = np.searchsorted(region[order], range(0, len(names) + block, block))
    rows = (table.iloc[order[start:end]] for start, end in pairwise(ends))
    blocks = [judge(own) for own in rows] if executor is None else [*executor.map(judge, rows)]
    verdicts, bases, faults = zip(*blocks, strict=True)
    _raise(fault for own in faults for fault in own)
    return PanelAssessment(
        tuple(names), tuple(years), tuple(questions), np.concatenate(verdicts), np.concatenate(bases)
    )


def explain_region(
    plan: Plan,
    table: pd.DataFrame,
    region: str,
    year: int,
    *,
    against: str = REQUIREMENT,
    without: Collection[Convention] = (),
) -> pd.DataFrame:
    """The rows of ``cixi assess``, reasons included, for one region of a table and one year: what a page would show.

    Raises :class:`UnknownYear` for a place without a row and :class:`DataError` for what :func:`assess_panel` refuses
    in this region's rows.
    """
    own = table[table["region"] == region]
    if not (own["year"] == year).any():
        raise UnknownYear(f"{_FILE}里没有“{region}”{year} 年的数据。")
    own = prepared(own)
    check_wordings(plan, until=int(own["year"].max()))
    _raise(_faults(plan, own))
    panel = Panel(plan.items, (region,), range(int(own["year"].min()), int(own["year"].max()) + 1), own)
    judged = tuple(judge_panel(plan, panel, against, without))
    _raise(_contradicting(judged, panel))
    return reasoned(judged, year)


def _judged(
    plan: Plan,
    years: range,
    against: str,
    without: tuple[Convention, ...],
    questions: dict[Question, int],
    table: pd.DataFrame,
) -> tuple[Codes, Codes, list["Fault"]]:
    """Verdicts and bases (regions, years, questions) of a block, or what is wrong with its rows."""
    regions = tuple(table["region"].unique())
    verdict, basis = np.zeros((2, len(questions), len(regions), len(years)), dtype=np.int8)
    faults = list(_faults(plan, table))
    if not faults:
        panel = Panel(plan.items, regions, years, table)
        judged = judge_panel(plan, panel, against, without)
        for indicator, group in groupby(judged, key=lambda one: one.item.indicator):
            items = list(group)
            faults += _contradicting(items, panel)
            for one in items:
                at = questions[indicator, one.item.item_id, one.level]
                verdict[at], basis[at] = one.verdict, one.basis
            for level in levels(against):
                at = questions[indicator, "", level]
                verdict[at], basis[at] = judge_indicator([one for one in items if one.level == level])
    return np.moveaxis(verdict, 0, -1), np.moveaxis(basis, 0, -1), faults


# --- validation ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A problem that ``rows`` rows of a table share; ``place`` is the first of them."""

    problem: Problem
    place: str
    rows: int


def _raise(faults: Iterable[Fault]) -> None:
    """Raise :class:`DataError` with every fault; those that differ only in their rows are one."""
    merged: dict[Problem, Fault] = {}
    for fault in faults:
        known = merged.get(fault.problem)
        merged[fault.problem] = fault if known is None else replace(known, rows=known.rows + fault.rows)
    problems = []
    for fault in merged.values():
        where = f"{fault.place}，共 {fault.rows} 行" if fault.rows > 1 else fault.place
        problems.append(replace(fault.problem, found=f"{fault.problem.found}（{where}）"))
    if problems:
        raise DataError(problems)


def prepared(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all of ``COLUMNS``, numbers as numbers and texts as categories.

    Raises :class:`DataError` for what makes it no table of observations, whatever stands in its cells.
    """
    if problems := list(_column_problems(table)):
        raise DataError(problems)
    whole = table.reindex(columns=COLUMNS)
    for column in COLUMNS:
        numeric = pd.api.types.is_numeric_dtype(whole[column])  # millions of numbers stay as they lie
        if column == "benchmark" or (column == "value" and numeric):
            whole[column] = _numbers(whole[column])
        elif column == "year":
            whole[column] = whole[column].astype(np.int32)
        elif not isinstance(whole[column].dtype, pd.CategoricalDtype):
            codes, texts = pd.factorize(whole[column])
            whole[column] = _words(codes, texts)
    return whole


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """The column as numbers, NaN for what is none."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)
    return pd.to_numeric(column.astype(object), errors="coerce").astype(np.float64)


def _column_problems(table: pd.DataFrame) -> Iterator[Problem]:
    names = [str(name) for name in table.columns]
    missing, unknown = [c for c in REQUIRED if c not in names], [c for c in names if c not in COLUMNS]
    if missing or unknown or len(set(names)) < len(names):
        parts = [f"缺少 {'、'.join(missing)}"] if missing else []
        parts += [f"多出 {'、'.join(unknown)}"] if unknown else []
        expected = f"{'、'.join(REQUIRED)}，其余列可有可无：{'、'.join(c for c in COLUMNS if c not in REQUIRED)}"
        yield Problem(_FILE, None, None, f"列名 {'，'.join(parts) or '有重复'}", expected)
        return
    if table.empty:
        yield Problem(_FILE, None, None, "没有一行", "每个地区、年份、子项一行")
    for column in REQUIRED:
        if empty := int(table[column].isna().sum()):
            yield Problem(_FILE, None, column, f"{empty} 行为空", "每行都有")
    for column in ("region", "item_id"):
        texts = pd.unique(table[column].dropna())
        if wrong := [v for v in texts if not isinstance(v, str)]:
            expected = "文字（读 CSV 时写 dtype={'item_id': str, 'region': str}）"
            yield Problem(_FILE, None, column, f"{wrong[0]}（{type(wrong[0]).__name__}）", expected)
    years = pd.unique(table["year"].dropna())
    if wrong := [year for year in years if str(year) not in _YEARS]:
        yield Problem(_FILE, None, "year", f"{wrong[0]}", f"{_YEARS[0]}–{_YEARS[-1]} 的整数")
    if "benchmark" in table:
        averages = table["benchmark"].dropna()
        if (bad := ~np.isfinite(_numbers(averages))).any():
            found = f"“{averages[bad].iloc[0]}”（共 {int(bad.sum())} 行）"
            yield Problem(_FILE, None, f"benchmark {Observation.columns()['benchmark'].title}", found, "数")


def _faults(plan: Plan, table: pd.DataFrame) -> Iterator[Fault]:
    """Everything wrong with the rows of a prepared table."""
    again = np.zeros(len(table), dtype=bool)
    for level in LEVELS:  # a row for both levels and one for a single level meet in one place
        held = (table["level"].isna() | (table["level"] == level)).to_numpy()
        again[held] |= table.loc[held, [*REQUIRED]].duplicated().to_numpy()
    if again.any():
        problem = Problem(_FILE, None, "item_id 子项编号", "又一行", "每个地区、年份、子项（及级别）一行")
        yield Fault(problem, _place(table, int(np.argmax(again))), int(again.sum()))
    simple = pd.DataFrame({column: _pattern(table[column]) for column in _CHECKED})
    number, first = patterns(simple, _CHECKED)
    yield from _located(table, number, _row_problems(plan, _records(table.iloc[first])))
    quoting = table[table["attests"].notna() | table["denies"].notna()]
    number, first = patterns(quoting, ("attests", "denies", "statement"))
    quotations = [Observation.model_construct(**row) for row in _records(quoting.iloc[first])]
    problems = (problem for n, row in enumerate(quotations) for problem in quotation_problems(_FILE, n, row))
    yield from _located(quoting, number, problems)


def _located(table: pd.DataFrame, number: npt.NDArray[np.int64], problems: Iterable[Problem]) -> Iterator[Fault]:
    """Problems found in the row of a pattern (``problem.row``), as faults of the rows that have it."""
    for problem in problems:
        rows = np.flatnonzero(number == problem.row)
        yield Fault(replace(problem, row=None), _place(table, int(rows[0])), len(rows))


def _row_problems(plan: Plan, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """What the schema and the plan's wordings have against these rows, by their number."""
    known = {item.item_id for item in plan.items}
    valid: list[tuple[int, Observation]] = []
    for number, cells in enumerate(rows):
        texts = {column: _text(cells[column]) for column in Observation.columns()}
        try:
            row = Observation.model_validate(texts | {"source": _FILE})
        except ValidationError as error:
            yield from row_problems(_FILE, number, Observation, texts, error)
            continue
        if row.item_id in known:
            valid.append((number, row))
        else:
            found, expected = f"“{row.item_id}”", "indicators.csv 中已有的子项编号"
            yield Problem(_FILE, number, "item_id 子项编号", found, expected)
    yield from observation_problems(plan, _FILE, valid)


def _text(cell: Any) -> str:
    """A cell as the plan's own files write it."""
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-")
    return "" if cell is None else str(cell)


def _pattern(column: "pd.Series[Any]") -> "pd.Categorical[Any]":
    """The column with texts that are valid in the same way as one, and every number as 0."""
    if pd.api.types.is_float_dtype(column):
        numbers = column.to_numpy(dtype=np.float64)
        return _words(np.select([np.isnan(numbers), np.isfinite(numbers)], [-1, 0], 1), ["0", "inf"])
    same = _SAME.get(str(column.name), str)
    simple, texts = pd.factorize(np.array([same(str(text)) for text in column.cat.categories], dtype=object))
    return _words(np.append(simple, -1)[column.cat.codes], texts)


def _target(text: str) -> str:
    target = read_assigned(text)
    if target is None or np.isnan(target.limit):
        return text
    return WATER_CLASSES[0] if target.is_class else "0"


#: Text columns whose texts do not matter one by one → what stands for all texts that are valid in the same way.
_SAME: dict[str, Callable[[str], str]] = {
    "value": lambda text: "0" if is_number(text) else text,
    "assigned_target": _target,
    "statement": lambda _: "文字",
}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object)
    return plain.where(plain.notna(), None).to_dict("records")  # type: ignore[return-value]  # the names are text


def _place(table: pd.DataFrame, row: int) -> str:
    region, year, item_id = table[[*REQUIRED]].iloc[row]
    return f"{region} {year} 年 {item_id}"


def _contradicting(judged: Iterable[Any], panel: Panel) -> Iterator[Fault]:
    for one in judged:
        for finding, flags in one.contradicted():
            found = f"文字与数字矛盾：“{finding.node}”"
            problem = Problem(_FILE, None, "statement 现状原文", found, "文字与数字一致，或改正其中有误的一项")
            region, year = np.argwhere(flags)[0]
            place = f"{panel.regions[region]} {panel.years[year]} 年 {one.item.item_id}"
            yield Fault(problem, place, int(flags.sum()))
