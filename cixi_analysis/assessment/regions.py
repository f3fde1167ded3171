"""The assessment of many regions over many years: a tidy table is validated, then judged by the county's evaluator.

Blocks of regions need nothing of each other: time and memory grow with the number of regions and no faster, and any
``concurrent.futures`` executor can run them. The rules of validation are those of the plan's own files. Rows of one
*pattern* differ in their numbers only: one of each is validated. A fault names the first row that has it and how many do.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from operator import index
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from cixi_analysis.assessment.judgement import Judgement, Question, judge_indicator, judge_panel, reasoned
from cixi_analysis.assessment.numbers import BASES, VERDICTS
from cixi_analysis.assessment.observed import read_assigned
from cixi_analysis.assessment.panel import COLUMNS, Codes, Panel, categories, patterns
from cixi_analysis.assessment.yardstick import REQUIREMENT, levels, observation_problems
from cixi_analysis.errors import DataError, Problem, UnknownYear, clear_text, quoted
from cixi_analysis.plan import grouped
from cixi_analysis.plan.csvfile import row_problems
from cixi_analysis.plan.data_files import quotation_problems
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import LARGEST, is_number
from cixi_analysis.plan.schema import WATER_CLASSES, Observation
from cixi_analysis.words import Convention

#: Regions in a block: few enough for the processor's cache, enough to amortise the overhead of a block.
BLOCK = 1024
#: What a table must have; any other column of ``COLUMNS`` may be left out, and is then empty.
REQUIRED = ("region", "year", "item_id")
FILE = "面板"
#: A problem, the first row of the table that has it, and how many have it.
Fault = tuple[Problem, str, int]
_YEARS = [str(year) for year in range(2000, 2101)]
_CHECKED = (
    "item_id", "level", "measure", "unit", "polarity", "value", "absence", "assigned_target", "benchmark", "benchmark_kind",
    "statement", "attests", "denies",
)  # fmt: skip


@dataclass(frozen=True)
class PanelAssessment:
    """Verdict and basis of every question, for every region and year, as codes (int8) of ``VERDICTS`` and ``BASES``
    (``assessment.numbers``), which ``table`` has as words. Their shape is (regions, years, questions); questions are the
    rows of ``cixi assess``: items first, then indicators.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    questions: tuple[Question, ...]
    verdict: Codes
    basis: Codes

    @property
    def table(self) -> pd.DataFrame:
        """A row a region, year and question; the columns of ``cixi assess`` but ``reason``; texts are categories."""
        regions, years, questions = self.verdict.shape
        indicator, item_id, level = (list(column) for column in zip(*self.questions, strict=True))
        again = np.tile(np.arange(questions), regions * years)
        return pd.DataFrame({
            "region": categories(np.repeat(np.arange(regions), years * questions), self.regions),
            "year": np.tile(np.repeat(np.array(self.years, dtype=np.int16), questions), regions),
            "indicator": np.array(indicator, dtype=np.int16)[again],
            "item_id": categories(*pd.factorize(np.array(item_id))).take(again),
            "level": categories(*pd.factorize(np.array(level))).take(again),
            "verdict": categories(self.verdict.ravel(), [str(VERDICTS[code]) for code in sorted(VERDICTS)]),
            "basis": categories(self.basis.ravel() - min(BASES), [str(BASES[code]) for code in sorted(BASES)]),
        })  # fmt: skip


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
    same words and units; ``value`` is a number or a water class, an empty cell None or NaN. Rows may come in any order,
    texts fastest as categories; regions keep the order in which they first appear, the years run from the first to the
    last without a gap. A region, year and item without a row has no data.

    ``executor`` runs blocks of ``block`` regions elsewhere, say in processes or on a cluster; the result is the same.
    Raises :class:`DataError` with everything wrong at once: columns, cells that the schema refuses, unreadable targets
    and clauses, rows that meet in one place, statements that contradict the numbers; ``ValueError`` for blocks of none.
    """
    if block < 1:
        raise ValueError(f"block is {block}; it must be 1 or more")
    table = prepared(table)
    years = range(int(table["year"].min()), int(table["year"].max()) + 1)
    plan = plan.as_of(years[-1])
    asked = levels(plan, against)
    questions = [(item.indicator, item.item_id, level) for item in plan.items for level in asked]
    questions += [(number, "", level) for number in plan.indicators for level in asked]
    judge = partial(_judged, plan, years, against, tuple(without))
    region, names = pd.factorize(table["region"])
    order = np.argsort(region, kind="stable")
    ends = np.searchsorted(region[order], range(0, len(names) + block, block))
    rows = (table.iloc[order[start:end]] for start, end in pairwise(ends))
    if executor is None:
        blocks = [judge(own) for own in rows]
    else:  # not `executor.map`, which Dask's refuses for an iterator
        blocks = [future.result() for future in [executor.submit(judge, own) for own in rows]]
    raise_faults(fault for _, wrong in blocks for fault in wrong)
    verdict, basis = np.concatenate([found for found, _ in blocks], axis=1)
    return PanelAssessment(tuple(names), tuple(years), tuple(questions), verdict, basis)


def explain_region(
    plan: Plan,
    table: pd.DataFrame,
    region: str,
    year: int,
    *,
    against: str = REQUIREMENT,
    without: Collection[Convention] = (),
) -> pd.DataFrame:
    """The rows of ``cixi assess``, reasons included, for one region of a table and one year; without evidence, which only
    the county has.

    Raises :class:`UnknownYear` for a region and year without a row, and :class:`DataError` for what
    :func:`assess_panel` refuses in this region's rows.
    """
    own = table[table["region"] == region] if "region" in table else table
    if own.empty or not ((own := prepared(own))["year"] == index(year)).any():
        raise UnknownYear(f"{FILE}里没有“{region}”{year} 年的数据。")
    last, years = plan.as_of(int(own["year"].max())), range(int(own["year"].min()), int(own["year"].max()) + 1)
    raise_faults(faults(last, own))
    panel = Panel(last, (region,), years, own)
    judged = tuple(judge_panel(last, panel, against, without))
    raise_faults(_contradicting(judged, panel))
    plan = plan.as_of(year)  # as the county in that year: without the items and wordings of later ones
    ids = {item.item_id for item in plan.items}
    return reasoned(plan, [one for one in judged if one.item.item_id in ids], year)[0]


def _judged(
    plan: Plan, years: range, against: str, without: tuple[Convention, ...], table: pd.DataFrame
) -> tuple[Codes, list[Fault]]:
    """Verdicts and bases of a block, of shape (2, regions, years, questions), or what is wrong with its rows."""
    if found := list(faults(plan, table)):
        return np.empty(0, dtype=np.int8), found
    panel = Panel(plan, tuple(table["region"].unique()), years, table)
    items: list[tuple[Codes, Codes]] = []
    indicators: list[tuple[Codes, Codes]] = []
    for _, group in groupby(judge_panel(plan, panel, against, without), key=lambda one: one.item.indicator):
        own = list(group)
        found += _contradicting(own, panel)
        items += [(one.verdict, one.basis) for one in own]
        indicators += [judge_indicator([one for one in own if one.level == level]) for level in levels(plan, against)]
    return np.moveaxis(np.array(items + indicators), 0, -1), found


def _contradicting(judged: Iterable[Judgement], panel: Panel) -> Iterator[Fault]:
    for one in judged:
        for finding, flags in one.contradicted():
            found = f"文字与数字矛盾：“{finding.node}”"
            problem = Problem(FILE, None, "statement 现状原文", found, "文字与数字一致，或改正其中有误的一项")
            region, year = np.argwhere(flags)[0]
            place = f"{panel.regions[region]} {panel.years[year]} 年 {one.item.item_id}"
            yield (problem, place, int(flags.sum()))


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raise :class:`DataError` with every fault; those that differ only in their rows are one."""
    problems = []
    for problem, places in grouped((problem, (place, rows)) for problem, place, rows in faults).items():
        (place, _), rows = places[0], sum(number for _, number in places)
        where = f"{place}，共 {rows} 行" if rows > 1 else place
        problems.append(replace(problem, found=f"{problem.found}（{where}）"))
    if problems:
        raise DataError(problems)


def prepared(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all ``COLUMNS``, as numbers and categories. Raises :class:`DataError`."""
    if problems := list(_column_problems(table)):
        raise DataError(problems)
    whole = table.reindex(columns=COLUMNS)
    for column in COLUMNS:
        whole[column] = _as_written(whole[column])
        numeric = pd.api.types.is_any_real_numeric_dtype(whole[column])  # millions of numbers stay as they are
        if column == "year":
            whole[column] = whole[column].astype(np.int32)
        elif column == "benchmark" or (column == "value" and numeric):
            whole[column] = _numbers(whole[column])
        else:
            if not isinstance(whole[column].dtype, pd.CategoricalDtype):
                whole[column] = categories(*pd.factorize(whole[column]))
            if column != "value" and not all(isinstance(text, str) for text in whole[column].cat.categories):
                # Targets are numbers where they were read from a CSV file without tasks.
                texts = whole[column].astype(object).map(_text, na_action="ignore")
                whole[column] = categories(*pd.factorize(texts))
    return whole


def _as_written(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """A column of single precision as the numbers that are written alike: 86.1, not 86.0999985."""
    if isinstance(column.dtype, pd.CategoricalDtype) and pd.api.types.is_float_dtype(column.cat.categories):
        column = column.astype(column.cat.categories.dtype)
    dtype: Any = column.dtype
    if not pd.api.types.is_float_dtype(dtype) or dtype.itemsize >= np.dtype(float).itemsize:
        return column
    values = column.to_numpy(dtype=f"f{dtype.itemsize}", na_value=np.nan)
    distinct, places = np.unique(values, return_inverse=True)
    return pd.Series(distinct.astype(str).astype(np.float64)[places], index=column.index)


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """The column as numbers, NaN where a cell is not a number."""
    if not pd.api.types.is_any_real_numeric_dtype(column):
        cells = column.astype(object)
        column = pd.to_numeric(cells.mask(cells.map(pd.api.types.is_bool).astype(bool)), errors="coerce")
    return column.astype(np.float64)


def _column_problems(table: pd.DataFrame) -> Iterator[Problem]:
    names = [str(name) for name in table.columns]
    missing, unknown = [c for c in REQUIRED if c not in names], [c for c in names if c not in COLUMNS]
    if missing or unknown or len(set(names)) < len(names):
        parts = [f"缺少 {'、'.join(missing)}"] if missing else []
        parts += [f"多出 {'、'.join(unknown)}"] if unknown else []
        expected = f"{'、'.join(REQUIRED)}，其余列可有可无：{'、'.join(c for c in COLUMNS if c not in REQUIRED)}"
        yield Problem(FILE, None, None, f"列名 {'，'.join(parts) or '有重复'}", expected)
        return
    if table.empty:
        yield Problem(FILE, None, None, "没有一行", "每个地区、年份、子项一行")
    for column in REQUIRED:
        if empty := int(table[column].isna().sum()):
            yield Problem(FILE, None, column, f"{empty} 行为空", "每行都有")
    for column in ("region", "item_id"):
        texts = pd.unique(table[column].dropna())
        if wrong := [v for v in texts if not isinstance(v, str)]:
            expected = "文字（读 CSV 时写 dtype={'item_id': str, 'region': str}）"
            yield Problem(FILE, None, column, f"{wrong[0]}（{type(wrong[0]).__name__}）", expected)
        elif unclear := [v for v in texts if not v or clear_text(v)]:
            yield Problem(FILE, None, column, quoted(unclear[0]), clear_text(unclear[0]) or "看得见的文字")
    years = pd.unique(table["year"].dropna())
    if wrong := [y for y in years if str(y) not in _YEARS or not isinstance(y, int | np.integer | str)]:
        found = f"{wrong[0]}（{type(wrong[0]).__name__}）"
        yield Problem(FILE, None, "year", found, f"{_YEARS[0]}–{_YEARS[-1]} 的整数")
    if "benchmark" in table:
        averages = table["benchmark"].dropna()
        if (bad := ~np.isfinite(_numbers(averages))).any():
            found = f"“{averages[bad].iloc[0]}”（共 {int(bad.sum())} 行）"
            yield Problem(FILE, None, Observation.named("benchmark"), found, "数")


def faults(plan: Plan, table: pd.DataFrame) -> Iterator[Fault]:
    """Everything wrong with the rows of a prepared table."""
    again = np.zeros(len(table), dtype=bool)
    for level in plan.levels:  # a row for both levels and one for a single level meet in one place
        held = (table["level"].isna() | (table["level"] == level)).to_numpy()
        again[held] |= table.loc[held, [*REQUIRED]].duplicated().to_numpy()
    if again.any():
        problem = Problem(FILE, None, "item_id 子项编号", "又一行", "每个地区、年份、子项（及级别）一行")
        yield (problem, _place(table, int(np.argmax(again))), int(again.sum()))
    alike = pd.DataFrame({column: _alike(table[column]) for column in _CHECKED})
    # The year matters where a wording begins or ends.
    base = plan.frame.base_year
    changing = {row.item_id for row in plan.requirements if row.from_year != base or row.to_year}
    alike["year"] = table["year"].where(table["item_id"].isin(changing), base)
    quoting = table[table["attests"].notna() | table["denies"].notna()]
    for own, cells, check in (
        (table, alike, partial(_row_problems, plan)),
        (quoting, quoting[["attests", "denies", "statement"]], _quotation_problems),
    ):
        number, at = patterns(column for _, column in cells.items())
        first = own.iloc[at].astype(object)
        for problem in check(first.where(first.notna(), None).to_dict("records")):  # its `row` is a pattern
            rows = np.flatnonzero(number == problem.row)
            yield replace(problem, row=None), _place(own, int(rows[0])), len(rows)


def _quotation_problems(rows: list[dict[Any, Any]]) -> Iterator[Problem]:
    for number, cells in enumerate(rows):
        yield from quotation_problems(FILE, number, Observation.model_construct(**cells))


def _row_problems(plan: Plan, rows: list[dict[Any, Any]]) -> Iterator[Problem]:
    """The problems of these rows by the schema and the plan's wordings, by row number."""
    known = {item.item_id for item in plan.items}
    valid: list[tuple[int, int, Observation]] = []
    for number, cells in enumerate(rows):
        texts = {column: _text(cells[column]) for column in Observation.columns()}
        try:
            row = Observation.model_validate(texts | {"source": FILE}, context=plan.frame)
        except ValidationError as error:
            yield from row_problems(FILE, number, Observation, texts, error)
            continue
        if row.item_id in known:
            valid.append((number, int(cells["year"]), row))
        else:
            found, expected = f"“{row.item_id}”", "indicators.csv 中已有的子项编号"
            yield Problem(FILE, number, "item_id 子项编号", found, expected)
    yield from observation_problems(plan, FILE, valid)


def _text(cell: Any) -> str:
    """A cell as the plan's own files write it."""
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-")
    return "" if cell is None else str(cell)


def _alike(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """The column with equivalent contents unified: one text for those valid in the same way, 0 for every number that is
    not too large.
    """
    if pd.api.types.is_float_dtype(column):
        return column.where(~(column.abs() < LARGEST), 0.0)
    column = column.cat.remove_unused_categories()  # a block of a large table has few of all its texts
    match column.name:
        case "value":
            return column.map(_like_value, na_action="ignore")
        case "assigned_target":
            return column.map(_like_target, na_action="ignore")
        case "statement":
            return column.notna()
    return column


def _like_value(value: Any) -> Any:
    text = str(value)
    return "0" if is_number(text) and abs(float(text)) < LARGEST else value


def _like_target(text: str) -> str:
    target = read_assigned(text)
    if target is None or np.isnan(target.limit):
        return text
    return WATER_CLASSES[0] if target.is_class else "0"


def _place(table: pd.DataFrame, row: int) -> str:
    region, year, item_id = table[[*REQUIRED]].iloc[row]
    return f"{region} {year} 年 {item_id}"
