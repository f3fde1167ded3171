"""Search for the smallest changes of an observation that make an item's verdict met, using the one evaluator.

The candidates are the cells whose content a finding lacks; values are tried, and those that the evaluator judges met are
kept. No rule is duplicated here: a limit is found by a search over numbers, down to one step of the printed precision.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, compress, islice, pairwise, product
from typing import NamedTuple, cast

import numpy as np

from cixi_analysis.analysis.flip_trials import POINTS, Cell, Draft, Steps, Trials, entries, rank, together
from cixi_analysis.assessment.evaluation import Finding, LeafFinding
from cixi_analysis.assessment.judgement import Judgement
from cixi_analysis.assessment.numbers import DEFAULT_YEARS, MET, NO_DATA, Lack
from cixi_analysis.assessment.observed import quotations
from cixi_analysis.requirement import terms, tree
from cixi_analysis.words import NOT_ASSIGNED, BenchmarkKind

#: More combinations than these are not tried.
_MOST = 64


class Way(NamedTuple):
    """Changes that make the verdict met; ``limits``: the range that a number may lie in ("" at an open end)."""

    draft: Draft
    limits: dict[Cell, tuple[str, str]]


class FlipSearch:
    """The search for one item at one level in one year. ``base``: what is known, judged up to the year."""

    def __init__(self, trials: Trials, base: Judgement) -> None:
        self.trials, self.finding = trials, _finding(base, trials.year)
        self.leaves = [*self.finding.leaves()]
        self.row, self.value = trials.rows.get(trials.year), Cell(trials.year, "value")
        #: cell → the clauses that lack it
        self.lacking: dict[Cell, list[str]] = {}
        #: cells → the clauses, each list enough by itself, for whose sake they change
        self.serves: dict[frozenset[Cell], list[list[str]]] = {}

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
        return (*self.lacking, *(Cell(self.trials.year, "attests", said(leaf.node)) for leaf in unsaid))

    def _judged(self, drafts: Iterable[Draft]) -> Steps[Judgement]:
        """The judgement of a panel with one region for each draft."""
        [judged] = yield [(self.trials, [*drafts])]
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
                    {cell: self.trials.example(cell, k) for cell in cells or ()} for cells in filled for k in slopes
                ]
                now = [*_finding((yield from self._judged(some)), self.trials.year).leaves()]
                first = [[n * len(slopes) + k for k in range(len(slopes))] for n in range(len(self.leaves))]
        return [
            [] if cells is None or leaf.parts or leaf.verdict[0, -1] == MET else [dict.fromkeys(cells or (self.value,))]
            for leaf, cells in zip(self.leaves, filled, strict=True)
        ]

    def _note(self, leaf: LeafFinding, regions: Sequence[int]) -> None:
        """Keep the numbers that a finding uses: its limit may be one of them."""
        for name, array in leaf.numbers.used.items():
            found = {Decimal(f"{number:.12g}") for number in array[regions, -1] if np.isfinite(number)}
            self.trials.marks |= found if name not in ("rate", "own", "years") else set()
            self.trials.limits |= found if name in ("limit", "benchmark") else set()

    def _lacked(self, leaf: LeafFinding, at: tuple[int, int], filled: Sequence[Cell]) -> Cell | None:
        """The empty cell whose content a leaf's numbers lack; None where no cell would supply it."""
        row, node, cell = self.row, leaf.node, None
        match leaf.lack(at):
            case Lack.VALUE | Lack.UNIT:
                cell = self.value
            case Lack.ASSIGNED if row is None or row.assigned_target is None:
                cell = Cell(self.trials.year, "assigned_target")
            case Lack.BENCHMARK if isinstance(node, tree.LevelBenchmark | tree.ChangeBenchmark):
                kind = BenchmarkKind.LEVEL if isinstance(node, tree.LevelBenchmark) else BenchmarkKind.CHANGE
                cell = Cell(self.trials.year, "benchmark", f"{kind}{node.scope}")
            case Lack.EARLIER:
                named = (getattr(one.node, "years", 0) for one in self.leaves)
                since, back = getattr(node, "since", 0), max(DEFAULT_YEARS, *named)
                years = [since] if since else range(self.trials.year - 1, self.trials.year - back, -1)
                rows = self.trials.rows
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
                attested = Cell(self.trials.year, "attests", f"{leaf.node}={words}")
                tried.append((n, {attested: words, **self._without(leaf.node, "denies")}))
                if isinstance(leaf.node, tree.AssignedTarget) and not (row and row.assigned_target):
                    tried.append((n, {Cell(self.trials.year, "assigned_target", NOT_ASSIGNED): NOT_ASSIGNED}))
        judged = yield from self._judged(draft for _, draft in tried)
        now, found = [*_finding(judged, self.trials.year).leaves()], [list[Draft]() for _ in self.leaves]
        for at, (n, draft) in enumerate(tried):
            wrong = now[n].contradicts
            if now[n].verdict[at, -1] == MET and (wrong is None or not wrong[at, -1]):
                found[n].append(draft)
        return found

    def _without(self, node: tree.Node, *columns: str) -> Draft:
        """The removal of the year's entries about a clause."""
        plan, year = self.trials.plan, self.trials.year
        units, known = plan.units(self.trials.item, year), terms(plan)
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
            tried = self.trials.first(cell, found.draft, ends=not later)
            while tried:
                drafts = {k: found.draft | {cell: self.trials.text(cell, k)} for k in tried}
                whole = {k: [draft | more for more in self.trials.scenarios(later, k)] for k, draft in drafts.items()}
                judged = yield from self._judged(chain(*whole.values()))
                flags = iter((judged.verdict[:, -1] == MET).tolist())  # whatever the words say beside the numbers
                known |= {k: any([*islice(flags, len(whole[k]))]) for k in tried}
                tried = [k for pair in pairwise(sorted(known)) for k in _between(*pair, known)]
            if (chosen := self._chosen(cell, known, found)) is None:
                if moved or self.value in changing or self.trials.known is None:
                    return None
                return (yield from self._settle({self.value: None, **changing}, moved=True))
            found.draft[cell] = self.trials.text(cell, chosen)
        return found

    def _chosen(self, cell: Cell, known: Mapping[int, bool], found: Way) -> int | None:
        """The satisfying number nearest to the known value; for an empty cell, the end of its run of such numbers."""
        points = sorted(known)
        if not any(known.values()):
            return None
        now = self.trials.known if cell == self.value else None
        near = self.trials.floor(rank(now or self.trials.example(cell)))
        start = min((k for k in points if known[k]), key=lambda k: abs(k - near))
        if now:
            needed = self.trials.text(cell, start)
            found.limits[cell] = (needed, "") if start > near else ("", needed)
            return start
        low = high = points.index(start)
        while low > 0 and known[points[low - 1]]:
            low -= 1
        while high < len(points) - 1 and known[points[high + 1]]:
            high += 1
        at_least = self.trials.text(cell, points[low]) if low > 0 else ""
        at_most = self.trials.text(cell, points[high]) if high < len(points) - 1 else ""
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


def _combined(finding: Finding, ways: Mapping[int, Sequence[Draft]]) -> Iterator[tuple[Draft, list[str]]]:
    """The changes by which a node might be met, and the clauses that would be: of an AND those of every part that is not,
    of an OR those of one part.
    """
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
