"""Search for the smallest changes of an observation that make an item's verdict met, using the one evaluator.

The candidates are the cells whose content a finding lacks; values are tried, and those that the evaluator judges met are
kept. No rule is duplicated here: a limit is found by a search over numbers, down to one step of the printed precision.
The candidates of all searches share one panel a step, since making a panel costs more than judging it.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from functools import cache, cached_property
from itertools import accumulate, chain, compress, islice, pairwise, product
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from cixi_analysis.assessment import measured_at, observed_level, one_number, unstated
from cixi_analysis.assessment.evaluation import Finding, LeafFinding
from cixi_analysis.assessment.judgement import Judgement, judge_item
from cixi_analysis.assessment.numbers import DEFAULT_YEARS, MET, NO_DATA, Lack
from cixi_analysis.assessment.observed import quotations
from cixi_analysis.assessment.panel import COLUMNS, Panel
from cixi_analysis.assessment.yardstick import observation_problems
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.schema import Observation, clause_pairs
from cixi_analysis.requirement import terms, tree
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, WATER_CLASSES, BenchmarkKind

T = TypeVar("T")
#: How many numbers are tried between two neighbours.
POINTS = 16
#: More combinations than these are not tried.
_MOST = 64
#: Sentinel: larger than every number that is tried.
_FAR = "1000000000000"


class Cell(NamedTuple):
    """A cell of an observation; ``of``: an entry of ``attests``/``denies``, an average's kind, or the fixed content."""

    year: int
    column: str
    of: str = ""

    @property
    def is_number(self) -> bool:
        return self.column in ("value", "benchmark") or (self.column == "assigned_target" and not self.of)


#: A candidate: cells with their contents, in the order of the wording. None removes an entry, or is a number to be found.
Draft = dict[Cell, str | None]


class Way(NamedTuple):
    """Changes that make the verdict met; ``limits``: the range that a number may lie in ("" at an open end)."""

    draft: Draft
    limits: dict[Cell, tuple[str, str]]


#: A search as a coroutine: it yields the drafts to judge next, of one item or several, and is sent their judgements.
Steps = Generator[Sequence[tuple["FlipSearch", Sequence[Draft]]], list[Judgement], T]


class FlipSearch:
    """The search for one item, level, year. ``base``: the known, judged; ``kind``: what a filled-in value measures."""

    def __init__(self, plan: Plan, base: Judgement, year: int, kind: Asked) -> None:
        self.plan, self.item, self.level, self.year, self.kind = plan, base.item, base.level, year, kind
        self.observed = observed_level(plan, base.level)
        self.finding = _finding(base, year)
        self.leaves = [*self.finding.leaves()]
        seen = ((y, plan.observation(base.item.item_id, y, self.observed)) for y in plan.years if y <= year)
        self.rows = {y: row for y, row in seen if row}
        self.row, self.value = self.rows.get(year), Cell(year, "value")
        self._cells: dict[int, dict[str, Any]] = {y: {**dict(row), "level": None} for y, row in self.rows.items()}
        #: what is measured is a water class; the values that are numbers
        self.of_class = kind.unit == CLASS_UNIT
        self.numbers = [row.value for row in self.rows.values() if row.value and row.value not in WATER_CLASSES]
        #: cell → the clauses that lack it
        self.lacking: dict[Cell, list[str]] = {}
        #: cells → the clauses, each list enough by itself, for whose sake they change
        self.serves: dict[frozenset[Cell], list[list[str]]] = {}
        #: numbers that findings use; the limits and averages among them
        self.marks: set[Decimal] = set()
        self.limits: set[Decimal] = set()
        self.beside = cache(self._beside)

    def ways(self) -> Steps[list[Way]]:
        """All ways found by which the item is met, minimal, also several of the same cells; empty where it is met already."""
        numbers = yield from self._by_numbers()
        if self.finding.verdict[0, -1] == MET:
            return []
        words = yield from self._by_words()
        of = {id(leaf): [*numbers[n], *words[n]] for n, leaf in enumerate(self.leaves)}
        tried: dict[frozenset[Cell], Draft] = {}
        for draft, clauses in islice(_combined(self.finding, of), _MOST):
            tried[frozenset(draft)] = draft
            self.serves.setdefault(frozenset(draft), []).append(clauses)
        found = yield from together([self._way(draft) for draft in tried.values()])
        return [way for way in found if way]

    def _way(self, draft: Draft) -> Steps[Way | None]:
        """The minimal way by changes to the cells of a draft; None where none of their contents is enough."""
        if (way := (yield from self._settle(draft))) is None:
            return None
        if self.row and (self.row.attests or self.row.denies):  # what they say against the numbers no longer holds
            for leaf, here in (yield from self._judged([way.draft])).contradicted():
                way.draft.update(self._without(leaf.node, "attests", "denies") if here[0, -1] else {})
        return (yield from self._least(way))

    def served(self, way: Way) -> list[list[str]]:
        """The clauses for whose sake the cells of a way change, as in ``serves``: those of no smaller way among them."""
        inside = [cells for cells in self.serves if cells <= way.draft.keys()]
        return [one for cells in inside if not any(cells < more for more in inside) for one in self.serves[cells]]

    def lacks(self) -> tuple[Cell, ...]:
        """The empty cells that its clauses need, whether or not something else decides them; words where nothing does."""
        unsaid = (one for one in self.leaves if one.lack((0, -1)) is Lack.WORDS and one.verdict[0, -1] == NO_DATA)
        return (*self.lacking, *(Cell(self.year, "attests", said(leaf.node)) for leaf in unsaid))

    def _judged(self, drafts: Iterable[Draft]) -> Steps[Judgement]:
        """The judgement of a panel with one region for each draft."""
        [judged] = yield [(self, [*drafts])]
        return judged

    # --- which cells may change --------------------------------------------------------------------------------

    def _by_numbers(self) -> Steps[list[list[Draft]]]:
        """For each leaf the cells that its numbers need: the missing ones, filled in one after the other. A number that
        is not met may mask another missing one, so a constant, a rising and a falling series are tried.
        """
        filled: list[tuple[Cell, ...] | None] = [()] * len(self.leaves)
        slopes, now, first, waiting = (0, 1, -1), self.leaves, [[0]] * len(self.leaves), True
        while waiting:
            waiting = False
            for n, (leaf, regions) in enumerate(zip(now, first, strict=True)):
                self._note(leaf, regions)
                verdicts = {int(leaf.numbers.verdict[at, -1]): (at, -1) for at in reversed(regions)}
                cells = filled[n]
                if cells is None or leaf.parts or MET in verdicts or NO_DATA not in verdicts:
                    continue
                cell = self._lacked(leaf, verdicts[NO_DATA], cells)
                filled[n] = None if cell is None else (*cells, cell)
                if cell:
                    self.lacking.setdefault(cell, []).append(said(leaf.node))
                    waiting = True
            if waiting:
                some: list[Draft] = [
                    {cell: self.example(cell, k) for cell in cells or ()} for cells in filled for k in slopes
                ]
                now = [*_finding((yield from self._judged(some)), self.year).leaves()]
                first = [[n * len(slopes) + k for k in range(len(slopes))] for n in range(len(self.leaves))]
        return [
            [] if cells is None or leaf.parts or leaf.verdict[0, -1] == MET else [dict.fromkeys(cells or (self.value,))]
            for leaf, cells in zip(self.leaves, filled, strict=True)
        ]

    def _note(self, leaf: LeafFinding, regions: Sequence[int]) -> None:
        """Keep the numbers that a finding uses: its limit may be one of them."""
        for name, array in leaf.numbers.used.items():
            found = {Decimal(f"{number:.12g}") for number in array[regions, -1] if np.isfinite(number)}
            self.marks |= found if name not in ("rate", "own", "years") else set()
            self.limits |= found if name in ("limit", "benchmark") else set()

    def _lacked(self, leaf: LeafFinding, at: tuple[int, int], filled: Sequence[Cell]) -> Cell | None:
        """The empty cell whose content a leaf's numbers lack; None where no cell would supply it."""
        row, node, cell = self.row, leaf.node, None
        match leaf.lack(at):
            case Lack.VALUE | Lack.UNIT:
                cell = self.value
            case Lack.ASSIGNED if row is None or row.assigned_target is None:
                cell = Cell(self.year, "assigned_target")
            case Lack.BENCHMARK if isinstance(node, tree.LevelBenchmark | tree.ChangeBenchmark):
                kind = BenchmarkKind.LEVEL if isinstance(node, tree.LevelBenchmark) else BenchmarkKind.CHANGE
                cell = Cell(self.year, "benchmark", f"{kind}{node.scope}")
            case Lack.EARLIER:
                named = (getattr(one.node, "years", 0) for one in self.leaves)
                since, back = getattr(node, "since", 0), max(DEFAULT_YEARS, *named)
                years = [since] if since else range(self.year - 1, self.year - back, -1)
                rows = self.rows
                empty = (Cell(y, "value") for y in years if not (y in rows and rows[y].value is not None))
                # Last: what was measured instead of the item, where the earlier years have the item's own values.
                substitute = () if leaf.series.own[at] else (self.value,)
                cell = next((one for one in (*empty, *substitute) if one not in filled), None)
        return None if cell in filled else cell

    def _by_words(self) -> Steps[list[list[Draft]]]:
        """For each leaf the words that decide it: a statement that attests it, or that no target was assigned."""
        parts = {id(part) for leaf in self.leaves for part in leaf.parts}
        row, tried = self.row, list[tuple[int, Draft]]()
        for n, leaf in enumerate(self.leaves):
            if id(leaf) not in parts and leaf.verdict[0, -1] != MET:
                words = said(leaf.node)
                attested = Cell(self.year, "attests", f"{leaf.node}={words}")
                tried.append((n, {attested: words, **self._without(leaf.node, "denies")}))
                if isinstance(leaf.node, tree.AssignedTarget) and not (row and row.assigned_target):
                    tried.append((n, {Cell(self.year, "assigned_target", NOT_ASSIGNED): NOT_ASSIGNED}))
        judged = yield from self._judged(draft for _, draft in tried)
        now, found = [*_finding(judged, self.year).leaves()], [list[Draft]() for _ in self.leaves]
        for at, (n, draft) in enumerate(tried):
            wrong = now[n].contradicts
            if now[n].verdict[at, -1] == MET and (wrong is None or not wrong[at, -1]):
                found[n].append(draft)
        return found

    def _without(self, node: tree.Node, *columns: str) -> Draft:
        """The removal of the year's entries about a clause."""
        plan, year = self.plan, self.year
        units, known = plan.units(self.item, year), terms(plan)
        own = ((column, text) for column in columns if self.row for text in entries(getattr(self.row, column)))
        return {Cell(year, column, text): None for column, text in own if node in quotations(text, units, known)}

    # --- which numbers -----------------------------------------------------------------------------------------

    def _settle(self, changing: Draft, moved: bool = False) -> Steps[Way | None]:
        """The draft with the satisfying numbers nearest to what is known; None where no number satisfies."""
        found = Way({cell: content for cell, content in changing.items() if not cell.is_number}, {})
        order = ("value", "assigned_target", "benchmark")
        cells = sorted((c for c in changing if c.is_number), key=lambda c: (order.index(c.column), -c.year))
        for n, cell in enumerate(cells):
            later = cells[n + 1 :]
            known: dict[int, bool] = {}
            tried = self.first(cell, found.draft, ends=not later)
            while tried:
                drafts = {k: found.draft | {cell: self.text(cell, k)} for k in tried}
                whole = {k: [draft | more for more in self.scenarios(later, k)] for k, draft in drafts.items()}
                judged = yield from self._judged(chain(*whole.values()))
                flags = iter((judged.verdict[:, -1] == MET).tolist())  # whatever the words say beside the numbers
                known |= {k: any([*islice(flags, len(whole[k]))]) for k in tried}
                tried = [k for pair in pairwise(sorted(known)) for k in _between(*pair, known)]
            if (chosen := self._chosen(cell, known, found)) is None:
                if moved or self.value in changing or self.known is None:
                    return None
                return (yield from self._settle({self.value: None, **changing}, moved=True))
            found.draft[cell] = self.text(cell, chosen)
        return found

    def _chosen(self, cell: Cell, known: Mapping[int, bool], found: Way) -> int | None:
        """The satisfying number nearest to the known value; for an empty cell, the end of its run of such numbers."""
        points = sorted(known)
        if not any(known.values()):
            return None
        now = self.known if cell == self.value else None
        near = self.floor(rank(now or self.example(cell)))
        start = min((k for k in points if known[k]), key=lambda k: abs(k - near))
        if now:
            needed = self.text(cell, start)
            found.limits[cell] = (needed, "") if start > near else ("", needed)
            return start
        at = points.index(start)
        low = max((n for n in range(at) if not known[points[n]]), default=-1) + 1
        high = min((n for n in range(at, len(points)) if not known[points[n]]), default=len(points)) - 1
        at_least = self.text(cell, points[low]) if low > 0 else ""
        at_most = self.text(cell, points[high]) if high < len(points) - 1 else ""
        found.limits[cell] = at_least, at_most
        return points[low] if at_least else points[high] if at_most else start

    def _least(self, way: Way) -> Steps[Way | None]:
        """The way without redundant changes; None where the item is not met by it."""
        draft = way.draft
        if not (yield from self._judged([draft])).held()[0, -1]:
            return None
        while len(draft) > 1:
            smaller = [{other: draft[other] for other in draft if other != cell} for cell in draft]
            less = next(compress(smaller, (yield from self._judged(smaller)).held()[:, -1]), None)
            if less is None:
                break
            draft = less
        return way._replace(draft=draft)

    # --- the cells, and numbers in them -------------------------------------------------------------------------

    def edited(self, year: int, draft: Draft) -> dict[str, Any] | None:
        """The item's row in ``year`` with a draft applied, column → cell; None where there is no row."""
        cells = self._cells.get(year)
        for cell in (cell for cell in draft if cell.year == year):
            told = {"item_id": self.item.item_id, "absence": self.plan.missing_reason(year)}
            blank = dict.fromkeys(Observation.columns()) | told
            cells = edit(cells or blank, cell, draft[cell], self.beside(cell))
        return cells

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
        if self.row is None or self.row.value is None:
            return None
        own = measured_at(self.plan, self.item, self.observed, self.year, self.row)[self.observed]
        return self.row.value if own == self.kind else None

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
        numbers = [*map(Decimal, reversed(self.numbers)), *sorted(self.marks), Decimal(60)]
        return f"{next(number for number in numbers if number > 0) * (1 - years * Decimal('0.1')):f}"

    @cached_property
    def _step(self) -> int:
        """Decimals of a printed number: those of the value; where there is none, of the other years and the limits."""
        others = [*self.numbers, *(f"{mark.normalize():f}" for mark in self.limits)]
        return max((len(text.partition(".")[2]) for text in ([self.known] if self.known else others)), default=0)

    def floor(self, number: Decimal | int) -> int:
        """A number rounded down to an integer count of steps of the printed precision."""
        if self.of_class:
            return int(number)
        return int(Decimal(number).scaleb(self._step).to_integral_value(ROUND_FLOOR))

    def text(self, cell: Cell, steps: int) -> str:
        """A count of steps as the printed number (or water class)."""
        return WATER_CLASSES[steps - 1] if self.is_class(cell) else f"{Decimal(steps).scaleb(-self._step):f}"


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


def entries(cell: str | None) -> list[str]:
    """The entries of ``attests`` or ``denies``, each with its words."""
    return [f"{clause}={quote}" for clause, quote in clause_pairs(cell or "")]


def _combined(finding: Finding, ways: Mapping[int, Sequence[Draft]]) -> Iterator[tuple[Draft, list[str]]]:
    """Changes by which a node might be met, the clauses that would be: of an AND all unmet parts', of an OR one's."""
    if finding.verdict[0, -1] == MET:
        yield {}, []
    elif isinstance(finding.node, tree.AnyOf):
        for part in finding.parts:
            yield from _combined(part, ways)
    else:
        for parts in product(*([*_combined(part, ways)] for part in finding.parts)) if finding.parts else ():
            yield dict(chain(*(draft.items() for draft, _ in parts))), [*chain(*(own for _, own in parts))]
        yield from ((draft, [said(finding.node)]) for draft in ways.get(id(finding), ()))


def _between(low: int, high: int, known: Mapping[int, bool]) -> list[int]:
    """Numbers to try between two neighbours of which one is met and the other is not; none where both agree."""
    if known[low] == known[high]:
        return []
    return sorted({int(k) for k in np.linspace(low, high, POINTS + 2)} - {low, high})


def _finding(judged: Judgement, year: int) -> Finding:
    """The finding of the year's wording, which must be readable."""
    return cast(Finding, judged.in_force(year)[1])


def said(node: tree.Node) -> str:
    """A clause as a sentence quotes it."""
    return str(node).replace(" with ", "，且")
