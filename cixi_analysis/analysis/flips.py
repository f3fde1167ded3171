"""怎样才能达标: the smallest changes to what is known of an item by which its verdict would be 达标, a sentence each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product
from typing import Any

import pandas as pd

from cixi_analysis.analysis import grouped
from cixi_analysis.analysis.flip_search import Cell, FlipSearch, Steps, Way, done
from cixi_analysis.assessment import REQUIREMENT, TARGET, Judgement, asking, judgements, observed_level
from cixi_analysis.assessment.numbers import MET, UNMET, difference
from cixi_analysis.assessment.observed import measured, measured_at
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.quantities import apart, difference_unit, unit_word, with_its_unit, with_unit
from cixi_analysis.plan.schema import Indicator
from cixi_analysis.requirement import terms, tree
from cixi_analysis.words import CLASS_UNIT, NOT_ASSIGNED, Absence, BenchmarkKind

#: Of :func:`flip_table`; ``field``: a column of the observations of ``year``.
COLUMNS = ("item_id", "level", "alternative", "year", "field", "found", "needed", "unit", "sentence")
#: Side of a limit → how a sentence words it.
_SIDES = {"≥": "不低于", "≤": "不高于"}


@dataclass(frozen=True)
class CellChange:
    """One cell of the item's observation that changes.

    ``found``: its content, None where empty; ``needed``: the content it needs, None where words of the statement are to
    be removed; ``side``: whether more (≥) or less (≤) satisfies too; ``upto``: the other end of a closed range.
    ``clauses``: lists of clauses, of which a number has to satisfy one, together with other unknown ones; ``needed`` is
    then an example that was tried, for the proof, and no sentence shows it.
    """

    cell: Cell
    found: str | None
    needed: str | None
    unit: str = ""
    side: str = ""
    upto: str = ""
    clauses: tuple[tuple[str, ...], ...] = ()
    #: dependent columns of the row, set together with it
    beside: tuple[tuple[str, Any], ...] = ()

    @property
    def text(self) -> str:
        """``needed`` as text, without unit: ``≥50.0``; the clauses where there are any; "" where words are removed."""
        if self.clauses:
            return "或".join(dict.fromkeys("，".join(enough) for enough in self.clauses))
        return f"{self.needed}–{self.upto}" if self.upto else f"{self.side}{self.needed or ''}"


@dataclass(frozen=True)
class Flip:
    """One way to 达标: all of ``changes`` together, of which none can be left out. Without any there is no way."""

    item_id: str
    level: str
    year: int
    changes: tuple[CellChange, ...]
    sentence: str


#: The ways to 达标, and the empty cells that its clauses need.
_Found = tuple[tuple[Flip, ...], tuple[Cell, ...]]


def flips(plan: Plan, year: int, item_id: str, level: str) -> tuple[Flip, ...]:
    """The ways by which an item would be met in ``year`` at ``level`` (also a target year), each minimal: with one step of
    the printed precision less, or with one change left out, it is not met. Empty where it is met or nothing is asked; a
    single flip without changes where there is no way, which its sentence explains.

    Numbers are in the item's unit, as printed. Raises ``UnknownYear``, and ``KeyError`` for an unknown item or level.
    """
    return _searched(plan.as_of(plan.require_year(year)), year)[item_id, level][0]


def needed_cells(plan: Plan, year: int, item_id: str, level: str) -> tuple[Cell, ...]:
    """The empty cells that the clauses in force need: numbers, and words where neither numbers nor a convention decide."""
    return _searched(plan.as_of(plan.require_year(year)), year)[item_id, level][1]


@lru_cache(maxsize=16)
def _searched(plan: Plan, year: int) -> dict[tuple[str, str], _Found]:
    """The ways and the empty cells of every item at every level and for every target year: searched side by side."""
    judged = [one for yardstick in (REQUIREMENT, TARGET) for one in judgements(plan, year, yardstick, ())]
    found = done(plan, year, [_search(plan, base, year) for base in judged])
    return {(one.item.item_id, one.level): own for one, own in zip(judged, found, strict=True)}


def _search(plan: Plan, base: Judgement, year: int) -> Steps[_Found]:
    (wording, finding), item_id, level = base.in_force(year), base.item.item_id, base.level
    asked = plan.yardstick(level)
    if wording and wording.refusal:
        return (Flip(item_id, level, year, (), f"{asked}的文字无法解读，须先明确{asked}，才能说明怎样达标。"),), ()
    if finding is None:
        return (), ()
    found: dict[frozenset[Cell], Flip] = {}
    lacks: tuple[Cell, ...] | None = None
    for kind in _kinds(plan, base, year):
        search = FlipSearch(plan, base, year, kind)
        ways = yield from search.ways()
        lacks = search.lacks() if lacks is None else lacks
        if finding.verdict[0, -1] == MET:
            return (), lacks
        for way in ways:
            if (key := frozenset(way.draft)) not in found and search.is_valid(way.draft):
                changes = tuple(_changes(search, way))
                found[key] = Flip(item_id, level, year, changes, _sentence(search, changes))
        if any(cell.is_number for cells in found for cell in cells):
            break
    by_numbers = sorted(found.values(), key=lambda flip: sum(not change.cell.is_number for change in flip.changes))
    nothing = Flip(item_id, level, year, (), f"只靠补上或改动数值、下达目标、平均和原文，达不到{asked}。")
    return tuple(by_numbers) or (nothing,), lacks or ()


def by_ways(found: Iterable[Flip]) -> dict[tuple[str, ...], list[str]]:
    """Item and the sentences of its ways → the levels and target years that have these."""
    told = grouped(((flip.item_id, flip.level), flip.sentence) for flip in found)
    return grouped(((item_id, *sentences), level) for (item_id, level), sentences in told.items())


def flip_table(plan: Plan, year: int) -> pd.DataFrame:
    """Every flip of a year, a row a change; columns :data:`COLUMNS`."""
    found = (
        (number, flip, change)
        for item, level in product(plan.as_of(year).items, (*plan.levels, *map(str, plan.frame.target_years)))
        for number, flip in enumerate(flips(plan, year, item.item_id, level), 1)
        for change in flip.changes or (None,)
    )
    rows = []
    for number, flip, c in found:
        cells = (None,) * 5 if c is None else (c.cell.year, c.cell.column, c.found, c.text or None, c.unit or None)
        rows.append((flip.item_id, flip.level, number, *cells, flip.sentence))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _kinds(plan: Plan, base: Judgement, year: int) -> list[Asked]:
    """What a filled-in number may measure: what was measured in the year or last before it, and what is asked for."""
    item, observed, found = base.item, observed_level(plan, base.level), list[Asked]()
    for y in reversed([y for y in plan.years if y <= year]):
        row = plan.observation(item.item_id, y, observed)
        if row and (row.value is not None or (y == year and (row.measure or row.unit))):
            found.append(measured_at(plan, item, observed, y, row)[observed])
            break
    asked = (measured(terms(plan), one.asked) for one in base.wordings if year in one.years)
    return list(dict.fromkeys([*found, *asked]))


def _changes(search: FlipSearch, way: Way) -> Iterator[CellChange]:
    for cell, needed in sorted(way.draft.items(), key=lambda pair: (not pair[0].is_number, pair[1] is None)):
        if not cell.is_number:
            gone = needed is None
            yield CellChange(cell, cell.of.partition("=")[2] if gone else None, needed)
            continue
        known = search.row.value if search.row and cell == search.value else None
        change = cell.column == "benchmark" and cell.of.startswith(BenchmarkKind.CHANGE)  # from an earlier year
        unit = (difference_unit if change else unit_word)(search.kind.unit)
        beside = tuple(search.beside(cell).items())
        low, high = way.limits[cell]
        side, upto = ("≥" if low else "≤" if high else ""), high if low and high else ""
        beside_it = [c for c in way.draft if c.column == "value" and c.year > cell.year]
        if cell.column != "value":
            beside_it = [c for c in way.draft if c.column == "value" and (change or c == search.value)]
        own = dict.fromkeys(c for c in search.lacking.get(cell, ()) if c not in way.draft.values())
        clauses = tuple(tuple(c for c in own if c in served) for served in search.served(way))
        joint = (beside_it or not side) and any(clauses)
        yield CellChange(cell, known, needed, unit, side, upto, clauses if joint else (), beside)


def _sentence(search: FlipSearch, changes: Sequence[CellChange]) -> str:
    """The flip as a Chinese sentence."""
    numbers = [c for c in changes if c.cell.is_number and not c.clauses]
    moved = search.known is not None
    told = [_moved(search, c) if c.found is not None and moved else _bounded(search, c) for c in numbers]
    if joint := [c for c in changes if c.clauses]:
        either = dict.fromkeys(
            _quoted(dict.fromkeys(chain(*own))) for own in zip(*(c.clauses for c in joint), strict=True)
        )
        told.append(f"补上{_names(search, [c.cell for c in joint])}，且符合{'或'.join(either)}")
    if words := [c.needed for c in changes if c.cell.column == "attests" and c.needed]:
        told.append(f"有原文载明{_quoted(words)}")
    if any(c.needed == NOT_ASSIGNED for c in changes):
        told.append(f"查明{search.year}年上级没有下达目标（按约定视同达标）")
    if search.level in search.plan.levels:
        told += [f"原文所说的“{c.found}”随之不再成立" for c in changes if c.needed is None]
    return "；".join(told) + "。"


def _moved(search: FlipSearch, change: CellChange) -> str:
    """A changed value in words: from, to, and the difference."""
    found, needed = (with_unit(text or "", change.unit) for text in (change.found, change.needed))
    up = change.side == "≥"
    # Only a bound that must hold in any case asks for that value in the target year: an average is that of its own year.
    bounds = {part for part in tree.demanded(search.finding.node) if isinstance(part, tree.Bound | tree.ClassBound)}
    missed = any(leaf.node in bounds and leaf.verdict[0, -1] == UNMET for leaf in search.finding.leaves())
    later = search.level not in search.plan.levels and int(search.level) > search.year
    if change.unit == CLASS_UNIT:
        if later and missed:
            return f"{search.level}年须达到{needed}，{search.year}年为{found}"
        return f"{search.year}年须由{found}{'变为' if up else '改善到'}{needed}"
    by = apart(difference(float(change.needed or 0), float(change.found or 0)), change.unit)
    if later and missed:
        return f"{search.level}年须达到{needed}，比{search.year}年的{found}{'提高' if up else '降低'}{by}"
    return f"{search.year}年的数值须由{found}{'提高' if up else '降低'}到{needed}，相差{by}"


def _bounded(search: FlipSearch, change: CellChange) -> str:
    """A missing number in words, and the range it has to lie in."""
    filled = f"补上{_names(search, [change.cell])}"
    if change.found is not None:
        filled = f"改测{search.kind.name}（现有的{change.found}所测不同，不能相比）"
    limit, upto = (with_unit(text or "", change.unit) for text in (change.needed, change.upto))
    if not change.side:
        return filled
    if change.upto:
        return f"{filled}，须在{limit}至{upto}之间"
    if change.unit == CLASS_UNIT:
        return f"{filled}，须为{limit}或更{'优' if change.side == '≤' else '差'}"
    return f"{filled}，须{_SIDES[change.side]}{limit}"


def _names(search: FlipSearch, cells: Sequence[Cell]) -> str:
    what = "数值" if search.kind.name == search.item.name else search.kind.name
    years = sorted(cell.year for cell in cells if cell.column == "value")
    told = [f"{'、'.join(map(str, years))}年的{what}"] if years else []
    for cell in cells:
        if cell.column == "assigned_target":
            told.append(f"{cell.year}年上级下达的目标")
        elif cell.column == "benchmark":
            kind = BenchmarkKind(cell.of)
            of = "值" if kind.startswith(BenchmarkKind.LEVEL) else "变化量"
            told.append(f"{cell.year}年的{kind.scope.chinese}平均{of}")
    return "和".join(told) if len(told) < 3 else f"{'、'.join(told[:-1])}和{told[-1]}"


def _quoted(texts: Sequence[str] | dict[str, None]) -> str:
    return "".join(f"“{text}”" for text in texts)


def missing_data(own: Plan, year: int) -> Iterator[str]:
    """Sentences: the data missing to judge ``year`` by requirements and targets, and for which; else the limits of the data."""
    for item in own.items:
        if not asking(own, item.item_id, year) and any(own.requirements_of(item.item_id, v) for v in own.levels):
            continue  # nobody asks any more, or yet
        named, row = f"{item.label} {item.name}：", own.observation(item.item_id, year)
        asked = (*own.levels, *map(str, own.frame.target_years))
        needs = grouped((cell, level) for level in asked for cell in needed_cells(own, year, item.item_id, level))
        for cell, used in sorted(needs.items(), key=lambda pair: (-pair[0].year, pair[0].column != "value")):
            yield f"{named}{_lack(own, item, year, cell)}；{own.questions(*used)}要用"
        known = [y for y in own.years if y <= year and any(one.value for one in own.observed(item.item_id, y))]
        if row and row.value and known == [year] and not any(cell.column == "value" for cell in needs):
            columns = {cell.column for cell in needs}
            beside = {"上级下达的目标": "assigned_target", "平均": "benchmark"}
            unused = [name for name, at in beside.items() if getattr(row, at) is None and at not in columns]
            nothing = f"，也没有{'和'.join(unused)}可以对照" if unused else ""
            yield f"{named}只有{year}年一个数值{nothing}：看不出趋势，算不出进度"


def _lack(own: Plan, item: Indicator, year: int, cell: Cell) -> str:
    """A missing cell in words, and why it is missing."""
    rows = own.observed(item.item_id, cell.year)
    # Beside the value: the plan prints none for the years that it reports on.
    unknown = Absence.NOT_LISTED if rows and year <= own.frame.base_year else own.missing_reason(year)
    match cell.column:
        case "assigned_target":
            return f"没有{cell.year}年上级下达的目标（{unknown}）"
        case "benchmark":
            return f"没有{cell.year}年的{BenchmarkKind(cell.of).scope.chinese}平均（{unknown}）"
        case "attests":
            return f"没有载明“{cell.of}”的原文"
    if cell.year < year:
        return f"没有{cell.year}年的数值，看不出变化"
    if other := next((row for row in rows if row.value), None):
        kind = measured_at(own, item, other.level, year, other)[other.level or own.first_asking(item, year)]
        return f"{year}年所测的是{with_its_unit(kind.name, kind.unit)}，不能与所要求的相比"
    return f"没有{year}年的现状值（{next((row.absence for row in rows if row.absence), unknown)}）"
