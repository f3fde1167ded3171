"""The cells of an item's observation that may change, and judging candidates by the one evaluator. The candidates of
all searches share one panel a step, since making a panel costs more than judging it.
"""

from collections.abc import Generator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import cache, cached_property
from itertools import accumulate, chain, islice, pairwise, product
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from cixi_analysis.assessment import measured_at, observed_level, one_number, unstated
from cixi_analysis.assessment.judgement import Judgement, judge_item
from cixi_analysis.assessment.panel import COLUMNS, Panel
from cixi_analysis.assessment.yardstick import observation_problems
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.schema import Indicator, Observation, clause_pairs
from cixi_analysis.words import CLASS_UNIT, WATER_CLASSES, BenchmarkKind

T = TypeVar("T")
#: How many numbers are tried between two neighbours.
POINTS = 16
#: Sentinel: larger than every number that is tried.
_FAR = "1000000000000"


class Cell(NamedTuple):
    """A cell of the item's observation in a year; ``of``: an entry of ``attests`` or ``denies``, the kind of an average,
    or the fixed content to try.
    """

    year: int
    column: str
    of: str = ""

    @property
    def is_number(self) -> bool:
        return self.column in ("value", "benchmark") or (self.column == "assigned_target" and not self.of)


#: A candidate: cells with their contents, in the order of the wording. None removes an entry, or is a number to be found.
Draft = dict[Cell, str | None]


class Trials:
    """One item at one level in one year; a value that is filled in measures ``kind``."""

    def __init__(self, plan: Plan, item: Indicator, level: str, year: int, kind: Asked) -> None:
        self.item, self.level, self.year, self.kind = item, level, year, kind
        self.plan, self.observed = plan, observed_level(plan, level)
        seen = ((y, plan.observation(item.item_id, y, self.observed)) for y in plan.years if y <= year)
        self.rows = {y: row for y, row in seen if row}
        self._cells: dict[int, dict[str, Any]] = {y: {**dict(row), "level": None} for y, row in self.rows.items()}
        #: numbers that findings use; the limits and averages among them
        self.marks: set[Decimal] = set()
        self.limits: set[Decimal] = set()
        self.beside, self.blank = cache(self._beside), cache(self._blank)

    def edited(self, year: int, draft: Draft) -> dict[str, Any] | None:
        """The item's row in ``year`` with a draft applied, column → cell; None where there is no row."""
        cells = self._cells.get(year)
        for cell in draft:
            if cell.year == year:
                cells = edit(cells or self.blank(year), cell, draft[cell], self.beside(cell))
        return cells

    def _blank(self, year: int) -> dict[str, Any]:
        """A row of a year that has none."""
        own = {"item_id": self.item.item_id, "absence": self.plan.missing_reason(year)}
        return dict.fromkeys(Observation.columns()) | own

    def is_valid(self, draft: Draft) -> bool:
        """Whether the rows with a draft applied pass the data's own validation."""
        rows = []
        for year in {cell.year for cell in draft}:
            apart = any(row.level for row in self.plan.observed(self.item.item_id, year))
            level = None if one_number(self.plan, self.item, year) and not apart else self.observed
            rows.append((0, year, Observation.model_construct(**{**(self.edited(year, draft) or {}), "level": level})))
        refused = any(any(row.contradictions()) for *_, row in rows)
        return not refused and not any(observation_problems(self.plan, "", rows))

    def _beside(self, cell: Cell) -> dict[str, Any]:
        """Dependent columns that are set together with a cell: what a value measures."""
        if cell.column != "value":
            return {}
        own = measured_at(self.plan, self.item, self.observed, cell.year)[self.observed]
        must = {*unstated(self.plan, self.item, self.observed, cell.year), *(["unit"] if self.of_class else [])}
        pairs = (("measure", self.kind.name, own.name), ("unit", self.kind.unit, own.unit))
        stated = {column: mine if mine != theirs or column in must else None for column, mine, theirs in pairs}
        return {**stated, "polarity": self.kind.polarity if self.kind.polarity != own.polarity else None}

    def first(self, cell: Cell, draft: Draft, ends: bool) -> list[int]:
        """The initial sample: the numbers that findings use, their neighbours, and some over the whole range."""
        if self.is_class(cell):
            return [*range(1, len(WATER_CLASSES) + 1)]
        marks = self.marks | {Decimal(draft[c] or 0) for c in draft if c.is_number}
        far = (max(map(abs, marks), default=Decimal(0)) + 1) * 10
        share = self.kind.unit == "%" and max(marks, default=0) <= 100
        below = min(marks, default=0) < 0 or cell.of.startswith(BenchmarkKind.CHANGE)
        low, high = (self.floor(one) for one in (-far if below else 0, 100 if share else far))
        near = {self.floor(mark) + k for mark in marks for k in (-1, 0, 1, 2)}
        spread = {*map(int, np.linspace(low, high, POINTS))}
        return sorted(k for k in near | (spread if ends else spread - {low, high}) if low <= k <= high)

    @property
    def known(self) -> str | None:
        """The year's value, where it measures what the wording asks for."""
        row = self.rows.get(self.year)
        if row is None or row.value is None:
            return None
        own = measured_at(self.plan, self.item, self.observed, self.year, row)[self.observed]
        return row.value if own == self.kind else None

    @property
    def of_class(self) -> bool:
        """Whether a water class is measured."""
        return self.kind.unit == CLASS_UNIT

    def is_class(self, cell: Cell) -> bool:
        """Whether a cell holds a water class."""
        return self.of_class and cell.column != "benchmark"

    def scenarios(self, cells: Sequence[Cell], steps: int) -> list[dict[Cell, str | None]]:
        """Trial contents of the cells that are settled later: extremes, and near ``steps``; one that is met is enough."""
        ends = {"assigned_target": ["0", _FAR], "benchmark": [f"-{_FAR}", _FAR]}
        contents = list[Sequence[str]]()
        for n, cell in enumerate(cells, 1):  # a series that moves by a step a year is n steps away
            near = {steps + k for k in (-n, -1, 0, 1, n)} | {round(steps * share) for share in (0.97, 1.03)}
            numbers = [f"-{_FAR}", "0.000000001", _FAR, *(f"{Decimal(k).scaleb(-self._step):f}" for k in near)]
            of_class = WATER_CLASSES[:: len(WATER_CLASSES) - 1] if self.is_class(cell) else None
            contents.append(of_class or ends.get(cell.column, numbers))
        return [dict(zip(cells, one, strict=True)) for one in product(*contents)]

    def example(self, cell: Cell, slope: int = 0) -> str:
        """A placeholder content, of a constant, rising or falling series: it only has to be there."""
        years = slope * (self.year - cell.year)
        if self.is_class(cell):
            return WATER_CLASSES[min(max(3 - years, 0), 5)]
        values = [row.value for row in self.rows.values() if row.value and row.value not in WATER_CLASSES]
        numbers = [*map(Decimal, reversed(values)), *sorted(self.marks), Decimal(60)]
        return f"{next(number for number in numbers if number > 0) * (1 - years * Decimal('0.1')):f}"

    @cached_property
    def _step(self) -> int:
        """Decimals of a printed number: those of the value; where there is none, of the other years and the limits."""
        if self.known:
            return _decimals(self.known)
        values = [row.value for row in self.rows.values() if row.value and row.value not in WATER_CLASSES]
        return max(map(_decimals, [*values, *(f"{mark.normalize():f}" for mark in self.limits)]), default=0)

    def floor(self, number: Decimal | int) -> int:
        """A number rounded down to an integer count of steps of the printed precision."""
        if self.of_class:
            return int(number)
        return int(Decimal(number).scaleb(self._step).to_integral_value(ROUND_FLOOR))

    def text(self, cell: Cell, steps: int) -> str:
        """A count of steps as the printed number (or water class)."""
        return WATER_CLASSES[steps - 1] if self.is_class(cell) else f"{Decimal(steps).scaleb(-self._step):f}"


#: A search as a coroutine: it yields the drafts to judge next, of one item or several, and is sent their judgements.
Steps = Generator[Sequence[tuple[Trials, Sequence[Draft]]], list[Judgement], T]


def together(searches: Sequence[Steps[T]]) -> Steps[list[T]]:
    """Run searches in lockstep: their drafts are yielded together. Returns their results in order."""
    results: dict[int, T] = {}
    answers: dict[int, Any] = dict.fromkeys(range(len(searches)))
    while answers:
        asked = {}
        for n, answer in answers.items():
            try:
                asked[n] = searches[n].send(answer)
            except StopIteration as stop:
                results[n] = stop.value
        judged = iter((yield [*chain(*asked.values())]) if asked else ())
        answers = {n: [*islice(judged, len(own))] for n, own in asked.items()}
    return [results[n] for n in range(len(searches))]


def done(plan: Plan, year: int, searches: Sequence[Steps[T]]) -> list[T]:
    """Run searches of ``year`` to the end; returns their results. Each step is one panel, a region for each draft."""
    whole, judged = together(searches), cast(list[Judgement], None)
    while True:
        try:
            asked = whole.send(judged)
        except StopIteration as stop:
            return cast(list[T], stop.value)
        tried = [(of, draft) for of, drafts in asked for draft in drafts]
        first = min([year, *(cell.year for _, draft in tried for cell in draft), *chain(*(of.rows for of, _ in asked))])
        rows = ((str(n), y, of.edited(y, draft)) for n, (of, draft) in enumerate(tried) for y in range(first, year + 1))
        table = pd.DataFrame([(n, y, *row.values()) for n, y, row in rows if row], columns=list(COLUMNS), dtype=object)
        panel, ends = Panel(plan, [*map(str, range(len(tried)))], range(first, year + 1), table), [0]
        ends += accumulate(len(drafts) for _, drafts in asked)
        parts = (panel.part(*between) for between in pairwise(ends))
        judged = [judge_item(plan, part, of.item, of.level) for (of, _), part in zip(asked, parts, strict=True)]


def rank(text: str) -> Decimal:
    """A number; a water class by its order."""
    return Decimal(WATER_CLASSES.index(text) + 1 if text in WATER_CLASSES else text)


def edit(row: Mapping[str, Any], cell: Cell, needed: str | None, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row with one cell changed."""
    match cell.column:
        case "value":
            return {**row, "value": needed, "absence": None, **beside}
        case "benchmark":
            return {**row, "benchmark": float(needed or 0), "benchmark_kind": BenchmarkKind(cell.of)}
        case "assigned_target":
            return {**row, "assigned_target": needed}
    kept = [text for text in entries(row[cell.column]) if text != cell.of]
    told = "；".join(kept if needed is None else [*kept, cell.of])
    return {**row, cell.column: told or None, "statement": row["statement"] or needed}


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def entries(cell: str | None) -> list[str]:
    """The entries of ``attests`` or ``denies``, each with its words."""
    return [f"{clause}={quote}" for clause, quote in clause_pairs(cell or "")]
