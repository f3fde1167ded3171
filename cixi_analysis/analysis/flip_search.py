"""The search for the smallest changes by which an item would be met, with the one evaluator.

What a finding lacks names the cells of an observation that may change; contents are tried as regions of one panel, many
at a time, and what the evaluator calls met is kept. No rule is known here: a limit is found by trying, down to one step of
the printed precision.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from itertools import chain, islice, pairwise, product
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from cixi_analysis.assessment import measured, observed_level, unstated
from cixi_analysis.assessment.evaluation import Finding, LeafFinding
from cixi_analysis.assessment.judgement import Judgement, judge_item
from cixi_analysis.assessment.numbers import DEFAULT_YEARS, MET, NO_DATA, Lack
from cixi_analysis.assessment.observed import quotations
from cixi_analysis.assessment.panel import COLUMNS, Flags, Panel
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.schema import Observation, clause_pairs
from cixi_analysis.requirement import terms, tree
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, WATER_CLASSES, BenchmarkKind

T = TypeVar("T")
#: More combinations than these are not tried.
_MOST = 64
#: How many numbers are tried between two.
_POINTS = 16
#: Beyond every number that is tried.
_FAR = "1000000000000"


class Cell(NamedTuple):
    """A cell of the item's observation in a year; ``of``: an entry of ``attests`` or ``denies``, the kind of an average,
    or the one content that is tried.
    """

    year: int
    column: str
    of: str = ""

    @property
    def is_number(self) -> bool:
        return self.column in ("value", "benchmark") or (self.column == "assigned_target" and not self.of)


#: What is tried: cells with their contents; None takes an entry away.
Draft = Mapping[Cell, str | None]


class Way(NamedTuple):
    """Changes that turn the verdict, and between which numbers a filled-in one may lie ("" at an open end)."""

    draft: dict[Cell, str | None]
    limits: dict[Cell, tuple[str, str]]


_Steps = Generator[Sequence[Draft], Sequence[bool], T]
#: Cells that change together, each once, in the order of the wording.
_Cells = tuple[Cell, ...]


class FlipSearch:
    """The search for one item at one level in one year; a value filled in measures ``kind``. ``base``: what is known, judged
    up to the year.
    """

    def __init__(self, plan: Plan, year: int, base: Judgement, kind: Asked) -> None:
        self.item, self.level, self.year, self.kind = base.item, base.level, year, kind
        self.plan, self.observed = plan.only((self.item,)), observed_level(plan, self.level)
        seen = ((y, plan.observation(self.item.item_id, y, self.observed)) for y in plan.years if y <= year)
        self.rows = {y: row for y, row in seen if row}
        self.value, self.finding = Cell(year, "value"), self._finding(base)
        #: cell → the clauses that lack it
        self.lacking: dict[Cell, list[str]] = {}
        #: the numbers that the findings use
        self._marks: set[Decimal] = set()
        self._limits: set[Decimal] = set()

    def ways(self) -> list[Way]:
        """Every way to be met that was found, each smallest and once."""
        leaves = [*self.finding.leaves()]
        numbers, words = self._by_numbers(leaves), self._by_words(leaves)
        of = {id(leaf): [*numbers[n], *words[n]] for n, leaf in enumerate(leaves)}
        tried = {frozenset(cells): cells for cells in islice(_combined(self.finding, of), _MOST)}
        settled = self._together([self._settle(cells) for cells in tried.values()], self._met)
        found = [way for way in settled if way]
        if (row := self.rows.get(self.year)) and (row.attests or row.denies):
            self._take_back(found)
        least = self._together([self._least(way) for way in found], self.holds)
        once: dict[frozenset[Cell], Way] = {}
        for way in least:
            if way:
                once.setdefault(frozenset(way.draft), way)
        return sorted(once.values(), key=lambda way: sum(not cell.is_number for cell in way.draft))

    # --- judging -----------------------------------------------------------------------------------------------

    def edited(self, year: int, draft: Draft) -> dict[str, Any] | None:
        """The columns of the item's row in ``year`` by a draft; None where there is no row."""
        row, own = self.rows.get(year), [cell for cell in draft if cell.year == year]
        if row is None and not own:
            return None
        cells = dict.fromkeys(Observation.columns()) | (
            dict(row) if row else {"absence": self.plan.missing_reason(year)}
        )
        cells |= {"item_id": self.item.item_id, "level": None}
        for cell in own:
            cells = edit(cells, cell, draft[cell], self.beside(cell))
        return cells

    def beside(self, cell: Cell) -> dict[str, Any]:
        """Other columns of the row that go with a cell: what a value measures."""
        if cell.column != "value":
            return {}
        own = measured(self.plan.asked(self.item, self.observed, cell.year), None, None, None)
        must = {*unstated(self.plan, self.item, self.observed, cell.year), *(["unit"] if self.of_class else [])}
        pairs = (("measure", self.kind.name, own.name), ("unit", self.kind.unit, own.unit))
        stated = {column: mine if mine != theirs or column in must else None for column, mine, theirs in pairs}
        return {**stated, "polarity": self.kind.polarity if self.kind.polarity != own.polarity else None}

    def judge(self, drafts: Sequence[Draft]) -> Judgement:
        """The drafts as regions of one panel, of which the year is the last."""
        years = range(min([self.year, *self.rows, *(cell.year for draft in drafts for cell in draft)]), self.year + 1)
        tried = ((str(n), y, self.edited(y, draft)) for n, draft in enumerate(drafts) for y in years)
        table = pd.DataFrame([(n, y, *row.values()) for n, y, row in tried if row], columns=list(COLUMNS), dtype=object)
        panel = Panel(self.plan, [*map(str, range(len(drafts)))], years, table)
        return judge_item(self.plan, panel, self.item, self.level)

    def _finding(self, judged: Judgement) -> Finding:
        return cast(Finding, judged.in_force(self.year)[1])  # the wording is read

    def _met(self, drafts: Sequence[Draft]) -> Flags:
        flags: Flags = self.judge(drafts).verdict[:, -1] == MET
        return flags

    def holds(self, drafts: Sequence[Draft]) -> Flags:
        """Which drafts are met, words and numbers not contradicting each other."""
        judged = self.judge(drafts)
        flags: Flags = judged.verdict[:, -1] == MET
        for _, here in judged.contradicted():
            flags &= ~here[:, -1]
        return flags

    def _together(self, searches: Sequence[_Steps[T]], judge: Callable[[Sequence[Draft]], Flags]) -> list[T]:
        """The results of searches that run side by side: one panel for what all of them try next."""
        results: dict[int, T] = {}
        answers: dict[int, Sequence[bool] | None] = dict.fromkeys(range(len(searches)))
        while answers:
            asked: dict[int, Sequence[Draft]] = {}
            for n, answer in answers.items():
                try:
                    asked[n] = next(searches[n]) if answer is None else searches[n].send(answer)
                except StopIteration as stop:
                    results[n] = stop.value
            flags = iter(judge([draft for drafts in asked.values() for draft in drafts]).tolist() if asked else ())
            answers = {n: [*islice(flags, len(drafts))] for n, drafts in asked.items()}
        return [results[n] for n in range(len(searches))]

    # --- which cells may change --------------------------------------------------------------------------------

    def _by_numbers(self, leaves: Sequence[LeafFinding]) -> list[list[_Cells]]:
        """For each leaf the cells by which its numbers decide: what they lack, filled in one after the other."""
        drafts: list[dict[Cell, str | None] | None] = [{} for _ in leaves]
        now, places, waiting = self.finding, [0] * len(leaves), True
        while waiting:
            waiting = False
            for n, leaf in enumerate(now.leaves()):
                draft, at = drafts[n], (places[n], -1)
                for name, array in leaf.numbers.used.items():
                    if name not in ("rate", "own", "years") and np.isfinite(array[at]):
                        self._marks.add(mark := Decimal(f"{array[at]:.12g}"))
                        self._limits |= {mark} if name in ("limit", "benchmark") else set()
                if draft is None or leaf.parts or leaf.numbers.verdict[at] != NO_DATA:
                    continue
                cell = self._lacked(leaf, at, draft)
                drafts[n] = None if cell is None else draft | {cell: self._example(cell)}
                if cell:
                    self.lacking.setdefault(cell, []).append(said(leaf.node))
                    waiting = True
            if waiting:
                now, places = self._finding(self.judge([draft or {} for draft in drafts])), [*range(len(leaves))]
        return [
            [] if draft is None or leaf.parts or leaf.verdict[0, -1] == MET else [_Cells(draft or (self.value,))]
            for leaf, draft in zip(leaves, drafts, strict=True)
        ]

    def _lacked(self, leaf: LeafFinding, at: tuple[int, int], draft: Draft) -> Cell | None:
        """The empty cell that would fill what a leaf's numbers lack; None where none would."""
        row, node, cell = self.rows.get(self.year), leaf.node, None
        match leaf.lack(at):
            case Lack.VALUE | Lack.UNIT:
                cell = self.value
            case Lack.ASSIGNED if row is None or row.assigned_target is None:
                cell = Cell(self.year, "assigned_target")
            case Lack.BENCHMARK if isinstance(node, tree.LevelBenchmark | tree.ChangeBenchmark):
                kind = BenchmarkKind.LEVEL if isinstance(node, tree.LevelBenchmark) else BenchmarkKind.CHANGE
                cell = Cell(self.year, "benchmark", f"{kind}{node.scope}")
            case Lack.EARLIER:
                named = (getattr(one.node, "years", 0) for one in self.finding.leaves())
                since, back = getattr(node, "since", 0), max(DEFAULT_YEARS, *named)
                years = [since] if since else range(self.year - 1, self.year - back, -1)
                empty = (Cell(y, "value") for y in years if not (y in self.rows and self.rows[y].value is not None))
                cell = next((one for one in empty if one not in draft), None)
        return None if cell in draft else cell

    def _by_words(self, leaves: Sequence[LeafFinding]) -> list[list[_Cells]]:
        """For each leaf the words that decide it: a statement that attests it, or that no target was assigned."""
        parts = {id(part) for leaf in leaves for part in leaf.parts}
        row, tried = self.rows.get(self.year), list[tuple[int, _Cells]]()
        for n, leaf in enumerate(leaves):
            if id(leaf) not in parts and leaf.verdict[0, -1] != MET:
                attested = Cell(self.year, "attests", f"{leaf.node}={said(leaf.node)}")
                tried.append((n, (attested, *self._entries(leaf.node, "denies"))))
                if isinstance(leaf.node, tree.AssignedTarget) and not (row and row.assigned_target):
                    tried.append((n, (Cell(self.year, "assigned_target", NOT_ASSIGNED),)))
        found: list[list[_Cells]] = [[] for _ in leaves]
        judged = self._finding(self.judge([{}, *({cell: self.content(cell) for cell in way} for _, way in tried)]))
        now = [*judged.leaves()]
        for at, (n, way) in enumerate(tried, 1):
            wrong = now[n].contradicts
            if now[n].verdict[at, -1] == MET and (wrong is None or not wrong[at, -1]):
                found[n].append(way)
        return found

    def content(self, cell: Cell) -> str | None:
        """What a cell that is no number would hold; None for an entry of the statement that has to go."""
        if cell.column == "assigned_target":
            return cell.of
        row = self.rows.get(cell.year)
        return None if row and cell.of in _entries(getattr(row, cell.column)) else clause_pairs(cell.of)[0][1]

    def _entries(self, node: tree.Node, *columns: str) -> Iterator[Cell]:
        """The entries of the year's statement that speak of a clause."""
        row, units = self.rows.get(self.year), self.plan.units(self.item, self.year)
        for column in columns if row else ():
            for text in _entries(getattr(row, column)):
                if node in quotations(text, units, terms(self.plan)):
                    yield Cell(self.year, column, text)

    def _take_back(self, ways: Sequence[Way]) -> None:
        """Add to each way the entries of the statement that contradict its numbers: they have to go."""
        for leaf, here in self.judge([way.draft for way in ways]).contradicted() if ways else ():
            for n in np.flatnonzero(here[:, -1]).tolist():
                ways[n].draft.update(dict.fromkeys(self._entries(leaf.node, "attests", "denies")))

    # --- which numbers -----------------------------------------------------------------------------------------

    def _settle(self, changing: _Cells, moved: bool = False) -> _Steps[Way | None]:
        """The cells with the numbers nearest to what is known; None where there are none."""
        found = Way({cell: self.content(cell) for cell in changing if not cell.is_number}, {})
        order = ("value", "assigned_target", "benchmark")
        cells = sorted((c for c in changing if c.is_number), key=lambda c: (order.index(c.column), -c.year))
        for n, cell in enumerate(cells):
            later = cells[n + 1 :]
            scenarios = [dict(zip(later, one, strict=True)) for one in product(*map(self._extremes, later))]
            known: dict[int, bool] = {}
            tried = self._first(cell, found.draft, ends=not later)
            while tried:
                texts = {k: self._text(cell, k) for k in tried}
                flags = iter((yield [found.draft | {cell: texts[k]} | more for k in tried for more in scenarios]))
                known |= {k: any([*islice(flags, len(scenarios))]) for k in tried}
                tried = [k for pair in pairwise(sorted(known)) for k in _between(*pair, known)]
            if (chosen := self._chosen(cell, known, found)) is None:
                if moved or self.value in changing or self.known is None:
                    return None
                return (yield from self._settle((self.value, *changing), moved=True))
            found.draft[cell] = self._text(cell, chosen)
        return found

    def _first(self, cell: Cell, draft: Draft, ends: bool) -> list[int]:
        """The numbers that are tried first: those that findings use, a step beside them, and some over the whole range."""
        if self._is_class(cell):
            return [*range(1, len(WATER_CLASSES) + 1)]
        marks = self._marks | {Decimal(draft[c] or 0) for c in draft if c.is_number}
        far = (max(map(abs, marks), default=Decimal(0)) + 1) * 10
        share = self.kind.unit == "%" and max(marks, default=0) <= 100
        below = min(marks, default=0) < 0 or cell.of.startswith(BenchmarkKind.CHANGE)
        low, high = (self._floor(one) for one in (-far if below else 0, 100 if share else far))
        near = {self._floor(mark) + k for mark in marks for k in (-1, 0, 1, 2)}
        spread = {*map(int, np.linspace(low, high, _POINTS))}
        return sorted(k for k in near | (spread if ends else spread - {low, high}) if low <= k <= high)

    def _chosen(self, cell: Cell, known: Mapping[int, bool], found: Way) -> int | None:
        """Of the numbers that are met the one nearest to what is known; of an empty cell the end of those in a row."""
        points = sorted(known)
        if not any(known.values()):
            return None
        near = self.known if cell == self.value and self.known else self._example(cell)
        start = min((k for k in points if known[k]), key=lambda k: abs(k - self._floor(self.rank(near))))
        if cell == self.value and self.known:
            return start
        low = high = points.index(start)
        while low > 0 and known[points[low - 1]]:
            low -= 1
        while high < len(points) - 1 and known[points[high + 1]]:
            high += 1
        is_open = low == 0, high == len(points) - 1
        ends = [("" if end else self._text(cell, points[at])) for end, at in zip(is_open, (low, high), strict=True)]
        found.limits[cell] = (ends[0], ends[1])
        return points[low] if ends[0] else points[high] if ends[1] else start

    def _least(self, way: Way) -> _Steps[Way | None]:
        """The way without the changes that it can do without; None where it is not met."""
        draft = way.draft
        if not (yield [draft])[0]:
            return None
        while len(draft) > 1:
            smaller = [{other: draft[other] for other in draft if other != cell} for cell in draft]
            flags = yield smaller
            if not any(flags):
                break
            draft = next(one for one, met in zip(smaller, flags, strict=True) if met)
        return way._replace(draft=draft)

    @property
    def known(self) -> str | None:
        """The year's value, where it measures what is asked for here."""
        row = self.rows.get(self.year)
        if row is None or row.value is None:
            return None
        asked = self.plan.asked(self.item, self.observed, self.year)
        return row.value if measured(asked, row.measure, row.unit, row.polarity) == self.kind else None

    @property
    def of_class(self) -> bool:
        """Whether a water class is measured."""
        return self.kind.unit == CLASS_UNIT

    def _is_class(self, cell: Cell) -> bool:
        return self.of_class and cell.column != "benchmark"

    def _extremes(self, cell: Cell) -> Sequence[str]:
        """Contents beyond all others: whether some content would do."""
        if self._is_class(cell):
            return WATER_CLASSES[0], WATER_CLASSES[-1]
        return {"value": (f"-{_FAR}", "0.000000001", _FAR), "assigned_target": ("0", _FAR)}.get(
            cell.column, (f"-{_FAR}", _FAR)
        )

    def _example(self, cell: Cell) -> str:
        """Any content: it matters only that there is one."""
        if self._is_class(cell):
            return WATER_CLASSES[len(WATER_CLASSES) // 2]
        values = [row.value for row in self.rows.values() if row.value and row.value not in WATER_CLASSES]
        numbers = [*map(Decimal, reversed(values)), *sorted(self._marks), Decimal(50)]
        return f"{next(number for number in numbers if number > 0):f}"

    @cached_property
    def _step(self) -> int:
        """Decimals of a printed number: those of the value; where there is none, of the other years and the limits."""
        if self.known:
            return _decimals(self.known)
        values = [row.value for row in self.rows.values() if row.value and row.value not in WATER_CLASSES]
        return max(map(_decimals, [*values, *(f"{mark.normalize():f}" for mark in self._limits)]), default=0)

    @staticmethod
    def rank(text: str) -> Decimal:
        return Decimal(WATER_CLASSES.index(text) + 1 if text in WATER_CLASSES else text)

    def _floor(self, number: Decimal | int) -> int:
        """A number in steps of the printed precision."""
        if self.of_class:
            return int(number)
        return int(Decimal(number).scaleb(self._step).to_integral_value(ROUND_FLOOR))

    def _text(self, cell: Cell, steps: int) -> str:
        return WATER_CLASSES[steps - 1] if self._is_class(cell) else f"{Decimal(steps).scaleb(-self._step):f}"


def edit(row: Mapping[str, Any], cell: Cell, needed: str | None, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row with one cell changed."""
    match cell.column:
        case "value":
            return {**row, "value": needed, "absence": None, **beside}
        case "benchmark":
            return {**row, "benchmark": float(needed or 0), "benchmark_kind": cell.of}
        case "assigned_target":
            return {**row, "assigned_target": needed}
    kept = [text for text in _entries(row[cell.column]) if text != cell.of]
    entries = "；".join(kept if needed is None else [*kept, cell.of])
    return {**row, cell.column: entries or None, "statement": row["statement"] or needed}


def _combined(finding: Finding, ways: Mapping[int, Sequence[_Cells]]) -> Iterator[_Cells]:
    """The cells by which a node might be met: of an AND those of every part that is not, of an OR those of one part."""
    if finding.verdict[0, -1] == MET:
        yield ()
    elif isinstance(finding.node, tree.AnyOf):
        for part in finding.parts:
            yield from _combined(part, ways)
    else:
        for parts in product(*([*_combined(part, ways)] for part in finding.parts)) if finding.parts else ():
            yield _Cells(dict.fromkeys(chain(*parts)))
        yield from ways.get(id(finding), ())


def _between(low: int, high: int, known: Mapping[int, bool]) -> list[int]:
    """Numbers between two that differ."""
    if known[low] == known[high]:
        return []
    return sorted({int(k) for k in np.linspace(low, high, _POINTS + 2)} - {low, high})


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _entries(cell: str | None) -> list[str]:
    return [f"{clause}={quote}" for clause, quote in clause_pairs(cell or "")]


def said(node: tree.Node) -> str:
    """A clause as a sentence quotes it."""
    return str(node).replace(" with ", "，且")
