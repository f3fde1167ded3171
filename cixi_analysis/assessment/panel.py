"""Observations of many regions and years as arrays; one county is a panel of one region."""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.observed import SIGN, Assigned, measured, quantity, quotations, read_assigned
from cixi_analysis.plan import grouped
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.schema import Indicator, Observation, absence_words
from cixi_analysis.requirement.tree import Comparator, Leaf, Node
from cixi_analysis.requirement.vocabulary import FORMS, terms, unit_name
from cixi_analysis.words import CLASS_UNIT, LAST_YEAR, Absence, BenchmarkKind, Polarity

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

#: Codes are indices into these; NONE, of what is missing, fetches the last entry of a column.
ABSENCES, COMPARATORS, BENCHMARK_KINDS = tuple(Absence), tuple(Comparator), tuple(BenchmarkKind)
NONE = -1

#: Columns of a panel's table: region and year beside the columns of an observation.
COLUMNS = ("region", "year", *Observation.columns())
#: What was measured where there is no row.
_NOTHING = Asked("", "", Polarity.NONE)


class Panel:
    """A table of observations, addressed by level, item, region and year.

    ``table``: columns :data:`COLUMNS`, one row a place, any missing value where a cell is empty. ``years`` are
    consecutive. Raises ``ValueError`` for a row that has no place, and for two rows in one place.
    """

    def __init__(self, plan: Plan, regions: Sequence[str], years: range, table: pd.DataFrame) -> None:
        self.regions, self.years, self.levels = tuple(regions), years, plan.levels
        known = terms(plan)
        #: the units that the project adds
        self.added = known.words
        self.index = {item.item_id: number for number, item in enumerate(plan.items)}
        self.year_numbers = np.array(years, dtype=np.int64)
        self.unfilled = np.array([ABSENCES.index(plan.missing_reason(year)) for year in years], dtype=np.int8)
        #: level, item, region, year → the number of the row, or NONE
        self.row = self._rows(table)
        # An empty last row is the sentinel for a place without a row: NONE, as an index, fetches it.
        table = table.set_axis(range(len(table))).reindex(range(len(table) + 1))
        telling = table[["item_id", "measure", "unit", "polarity", "attests", "denies"]]
        # Where the wordings have always measured the same, years do not tell patterns apart.
        year = np.where(table["item_id"].isin(plan.remeasured), table["year"], LAST_YEAR)
        pattern, first = patterns([year, *(column for _, column in telling.items())])
        by_id: dict[str | None, Indicator] = {item.item_id: item for item in plan.items}
        ways = telling.iloc[first].to_numpy(dtype=object, na_value=None).tolist()  # type: ignore[arg-type]  # stubs: no None
        found = [(int(y), by_id.get(item_id), cells) for y, (item_id, *cells) in zip(year[first], ways, strict=True)]
        #: pattern → what the statement attests and denies
        self.texts = [
            [quotations(text, plan.units(item, year), known) if item and text else {} for text in cells[3:]]
            for year, item, cells in found
        ]
        #: item_id → its patterns
        self.patterns = grouped((item_id, number) for number, (item_id, *_) in enumerate(ways))
        #: column → its values, one for each row
        self.written = {name: table[name].to_numpy(dtype=object) for name in ("value", "statement")}
        target, written = pd.factorize(table["assigned_target"])
        given = [read_assigned(text) or Assigned() for text in (*written, None)]
        common = {
            "words": pattern,
            "value": _numbers(table["value"], quantity),
            "written_absence": _codes(table["absence"], ABSENCES),
            "limit": np.array([one.limit for one in given])[target],
            "comparator": np.array([COMPARATORS.index(one.comparator) for one in given], dtype=np.int8)[target],
            "none_assigned": np.array([one.none for one in given])[target],
            "benchmark": _numbers(table["benchmark"], float),
            "benchmark_kind": _codes(table["benchmark_kind"], BENCHMARK_KINDS),
        }
        #: level → pattern → what was measured
        self.kinds = {
            level: [
                measured(known, plan.asked(i, level, year), *cells[:3]) if i else _NOTHING for year, i, cells in found
            ]
            for level in plan.levels
        }
        #: level → name → the column
        self.columns: dict[str, dict[str, npt.NDArray[Any]]] = {}
        for level, kinds in self.kinds.items():
            distinct = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
            of_pattern = {
                "kind": np.array([distinct[kind] for kind in kinds]),
                "polarity": np.array([SIGN[kind.polarity] for kind in kinds], dtype=np.int8),
            }
            self.columns[level] = common | {name: values[pattern] for name, values in of_pattern.items()}

    def part(self, first: int, end: int) -> "Panel":
        """The panel of some of its regions."""
        own = copy(self)
        own.regions, own.row = self.regions[first:end], self.row[:, :, first:end]
        return own

    def _rows(self, table: pd.DataFrame) -> Places:
        codes = []
        for column, known in (("item_id", [*self.index]), ("region", self.regions), ("year", self.years)):
            code = pd.Index(known).get_indexer(pd.Index(table[column]))
            if (code == NONE).any():
                stranger = table[column].iloc[int(np.argmax(code == NONE))]
                raise ValueError(f"面板里没有“{column}”为 {stranger} 的位置，表中却有这样的行")
            codes.append(code)
        shape = (len(self.index), len(self.regions), len(self.years))
        place = np.ravel_multi_index(codes, shape) if len(table) else np.empty(0, dtype=np.int64)
        rows = np.full((len(self.levels), int(np.prod(shape))), NONE, dtype=np.int32)
        level, of_all = _codes(table["level"], self.levels), table["level"].isna().to_numpy()
        for number in range(len(self.levels)):
            held = np.flatnonzero(of_all | (level == number))
            again = pd.Index(place[held]).duplicated()
            if again.any():
                region, year, item_id = table[["region", "year", "item_id"]].iloc[held[again][0]]
                raise ValueError(f"{region} {year} 年 {item_id} 有两行")
            rows[number, place[held]] = held
        return rows.reshape(len(self.levels), *shape)


@lru_cache(maxsize=16)
def county_panel(plan: Plan, until: int = LAST_YEAR) -> Panel:
    """The plan's own observations of its items (up to ``until``) as a panel of one region."""
    years = range(plan.years[0], max(year for year in plan.years if year <= until) + 1)
    return Panel(plan, (plan.frame.region,), years, county_table(plan, until))


def county_table(plan: Plan, until: int = LAST_YEAR) -> pd.DataFrame:
    """The plan's own observations of its items (up to ``until``), columns :data:`COLUMNS`."""
    ids = {item.item_id for item in plan.items}
    observed = [(year, row) for year in plan.years if year <= until for row in plan.observations[year]]
    rows = [(plan.frame.region, year, *row.__dict__.values()) for year, row in observed if row.item_id in ids]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def patterns(columns: Iterable[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """For each row the number of its pattern, the combination of its cells in ``columns``, by first appearance; for each
    pattern its first row.
    """
    number = np.zeros(1, dtype=np.int64)
    for column in columns:
        code, distinct = pd.factorize(column)
        number = pd.factorize(number * (len(distinct) + 1) + code)[0]
    return number, np.unique(number, return_index=True)[1]


def _codes(column: "pd.Series[Any]", words: Iterable[str]) -> Codes:
    """Indices into ``words``, NONE for a cell that is none of them."""
    return pd.Index([*words], dtype=object).get_indexer(pd.Index(column)).astype(np.int8)


def _numbers(column: "pd.Series[Any]", of: Callable[[Any], float]) -> Floats:
    """The column as numbers, NaN where it is empty; ``of`` is applied once to each distinct text."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64)
    codes, distinct = pd.factorize(column)
    return np.array([*map(of, distinct), np.nan]).take(codes)


def categories(codes: npt.NDArray[Any], texts: Iterable[str]) -> "pd.Categorical[Any]":
    """A categorical column from codes, which are indices into ``texts``; -1 is missing."""
    return pd.Categorical.from_codes(codes, pd.Index(list(texts)))


class ItemSeries:
    """One item at one level for one wording: arrays of shape (regions, years), taken when a rule needs them.

    ``asked`` is what the wording asks for.
    """

    #: NaN where there is none; a water class is its rank 1-6
    value: Floats
    #: equal where the same was measured
    kind: Places
    #: +1 more is better, -1 less is better, 0 neither
    polarity: Codes
    written_absence: Codes
    #: the assigned target: limit, comparator (index into COMPARATORS), and whether none was assigned
    limit: Floats
    comparator: Codes
    none_assigned: Flags
    benchmark: Floats
    #: index into BENCHMARK_KINDS; NONE where there is no average
    benchmark_kind: Codes
    #: the pattern of the row
    words: Places

    def __init__(self, panel: Panel, plan: Plan, item: Indicator, level: Level, asked: Asked) -> None:
        self.panel, self.plan, self.item, self.level, self.asked = panel, plan, item, level, asked
        self.years = panel.year_numbers
        self.row: Places = panel.row[panel.levels.index(level), panel.index[item.item_id]]

    def __getattr__(self, name: str) -> Any:
        """Take a column on first access and cache it as an attribute."""
        if name not in self.panel.columns[self.level]:
            raise AttributeError(name)
        array = self.__dict__[name] = self.panel.columns[self.level][name][self.row]
        return array

    @cached_property
    def known(self) -> Flags:
        return ~np.isnan(self.value)

    @cached_property
    def own(self) -> Flags:
        """Where the quantity that the wording asks for was measured, and not a substitute."""
        return self._where(lambda kind: kind.name == self.asked.name)

    @cached_property
    def foreign(self) -> Flags:
        """Where a value is of a quantity that another wording asks for in that year: it is not comparable here."""
        other = np.zeros_like(self.known)
        if self.item.item_id in self.plan.remeasured:
            years = [self.plan.asked(self.item, self.level, int(year)) != self.asked for year in self.years]
            own = measured(terms(self.plan), self.asked)
            other |= np.array(years) & self._where(lambda kind: kind != own)
        return other & self.known

    @cached_property
    def is_class(self) -> Flags:
        return self.in_unit(CLASS_UNIT)

    @cached_property
    def is_full(self) -> Flags:
        """Where a share is 100 % and more is better: more is impossible."""
        full: Flags = (self.value == 100) & (self.polarity == 1)
        return full & self.in_unit("%") if full.any() else full

    @cached_property
    def absence(self) -> Codes:
        """Index into ABSENCES; NONE where there is a value or only words."""
        return np.where(self.row == NONE, self.panel.unfilled, self.written_absence)

    def in_unit(self, *units: str) -> Flags:
        """Where the value is in one of the units, however they are written (km, 公里)."""
        names = {unit_name(unit, self.panel.added) for unit in units}
        return self._where(lambda kind: unit_name(kind.unit, self.panel.added) in names)

    def of_quantity(self, name: str) -> Flags:
        """Where the quantity of that name was measured: PM2.5浓度, △EQI（较上年）, 生态质量指数（EQI）; not its change."""
        since = r"(\((较|比)上年\))?" if "△" in name else ""
        same = re.compile(rf"{re.escape(name)}(浓度|指数)?{since}|[^()]*\({re.escape(name)}\)")
        changed = re.compile("变|增|减|升|降" if "△" not in name else "(?!)")

        def is_same(kind: Asked) -> bool:
            name = kind.name.translate(FORMS)
            return bool(same.fullmatch(name)) and not changed.search(name)

        return self._where(is_same)

    def _where(self, is_so: Callable[[Asked], bool]) -> Flags:
        """Where the predicate holds of what was measured."""
        flags = np.zeros(len(self.panel.texts), dtype=bool)
        for pattern in self.panel.patterns.get(self.item.item_id, ()):
            flags[pattern] = is_so(self.panel.kinds[self.level][pattern])
        return flags[self.words]

    def before(self, years: int, since: int = 0) -> tuple[Floats, Flags]:
        """The value ``years`` earlier, or of the year ``since``; whether both are known and of the same kind."""
        value, kind = np.full_like(self.value, np.nan), np.full_like(self.kind, NONE)
        place = since - int(self.years[0])
        if since and 0 <= place < self.value.shape[1]:
            value[:, place + 1 :], kind[:, place + 1 :] = self.value[:, [place]], self.kind[:, [place]]
        elif not since and years < self.value.shape[1]:
            value[:, years:], kind[:, years:] = self.value[:, :-years], self.kind[:, :-years]
        return value, ~np.isnan(value) & self.known & (kind == self.kind)

    def says(self, leaf: Leaf) -> tuple[Flags, Flags] | None:
        """Where the statement attests and where it denies the leaf; None where no statement mentions it."""
        flags = np.zeros((2, len(self.panel.texts)), dtype=bool)
        for pattern in self.panel.patterns.get(self.item.item_id, ()):
            flags[:, pattern] = [leaf in text for text in self.panel.texts[pattern]]
        return (flags[0, self.words], flags[1, self.words]) if flags.any() else None

    def measured(self, at: tuple[int, int]) -> Asked:
        """What was measured in a place that has a row."""
        return self.panel.kinds[self.level][int(self.words[at])]

    def printed(self, at: tuple[int, int]) -> str:
        """The value as it is written (``0.10``); "" where the panel holds it as a number."""
        text = self.panel.written["value"][self.row[at]]
        return text if isinstance(text, str) else ""

    def why_absent(self, at: tuple[int, int]) -> str:
        """Why there is no value, in the statement's words where it says so; "" where there is one, or only words."""
        absence, statement = self.absence[at], self.panel.written["statement"][self.row[at]]
        told = statement if isinstance(statement, str) else None
        return absence_words(None if absence == NONE else ABSENCES[absence], told)

    def quote(self, leaf: Node, at: tuple[int, int]) -> str | None:
        """The words of the statement that attest or deny the leaf."""
        attests, denies = self.panel.texts[int(self.words[at])]
        return attests.get(leaf) or denies.get(leaf)
