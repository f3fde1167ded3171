"""Verdicts of items and indicators: of a panel; of the county in a year, with reasons and counts."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from cixi_analysis.assessment.evaluation import Finding, LeafFinding, combined, evaluate
from cixi_analysis.assessment.explanation import Explanation, explain, explain_indicator, explain_nothing
from cixi_analysis.assessment.numbers import BASES, DEEMED, MEASURED, MET, NO_BASIS, NO_DATA, NOT_APPLICABLE, VERDICTS
from cixi_analysis.assessment.panel import NONE, Codes, Flags, ItemSeries, Panel, county_panel
from cixi_analysis.assessment.proofs import NO_PROOFS, Proofs, proofs
from cixi_analysis.assessment.yardstick import (
    REQUIREMENT,
    Wording,
    asked_in,
    check_observations,
    levels,
    observed_level,
    wordings,
)
from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan import grouped
from cixi_analysis.plan.dataset import Plan, absence_reason
from cixi_analysis.plan.quantities import digits
from cixi_analysis.plan.schema import OBSERVATIONS, Indicator
from cixi_analysis.requirement.tree import AllOf
from cixi_analysis.words import LAST_YEAR, Absence, Attribute, Basis, Convention, Status

#: In the order they are tried.
CONVENTIONS = tuple(Convention)
#: The contract's columns of ``cixi assess``.
COLUMNS = ("indicator", "item_id", "level", "verdict", "basis", "reason")
#: (indicator, item_id, level); item_id is "" for an indicator as a whole.
Question = tuple[int, str, str]


@dataclass(frozen=True)
class Judgement:
    """One item at one level over a panel: verdict and basis, of shape (regions, years), and the findings behind them."""

    item: Indicator
    level: str
    years: range
    verdict: Codes
    basis: Codes
    wordings: tuple[Wording, ...]
    #: one for each wording; None where nothing is asked, or the wording is refused
    findings: tuple[Finding | None, ...]
    #: where an earlier year's wordings judge an item that the year neither asks for nor observed
    gone: Flags | None = None

    def __post_init__(self) -> None:
        for array in (self.verdict, self.basis):  # judgements are remembered
            array.setflags(write=False)

    def place(self, year: int, region: int = 0) -> tuple[int, int]:
        """The index of a region and year in the arrays."""
        return region, year - self.years[0]

    def in_force(self, year: int) -> tuple[Wording | None, Finding | None]:
        """The wording in force in ``year``, if any, and its finding."""
        held = (pair for pair in zip(self.wordings, self.findings, strict=True) if year in pair[0].years)
        return next(held, (None, None))

    def held(self) -> Flags:
        """Where it is met, statement and numbers not contradicting each other."""
        flags: Flags = self.verdict == MET
        for _, here in self.contradicted():
            flags &= ~here
        return flags

    def contradicted(self) -> Iterator[tuple[LeafFinding, Flags]]:
        """The findings in force whose statement and numbers contradict each other, and where."""
        for wording, finding in zip(self.wordings, self.findings, strict=True):
            for leaf in finding.leaves() if finding else ():
                if leaf.contradicts is not None:
                    here = leaf.contradicts & wording.holds(leaf.series.years)
                    if here.any():
                        yield leaf, here


def judge_item(
    plan: Plan, panel: Panel, item: Indicator, level: str, without: Collection[Convention] = (), by: int | None = None
) -> Judgement:
    """The verdicts of one item at one level for every region and year of the panel; ``by``: by the wordings of that year."""
    own = asked = wordings(plan, item, level)
    if by is not None:
        asked = tuple(replace(w, from_year=0, to_year=LAST_YEAR) for w in own if by in w.years)
    rows = (r for r in plan.conventions if r.item_id in (None, item.item_id) and r.level in (None, level))
    # The most specific row comes first: its reason is shown.
    conventions = sorted(
        (r for r in rows if r.convention not in without),
        key=lambda r: (CONVENTIONS.index(r.convention), r.item_id is None, r.level is None, r.year is None),
    )
    observed = observed_level(plan, level)
    findings = tuple(
        None if w.node is None else evaluate(w.node, ItemSeries(panel, plan, item, observed, w.asked), conventions)
        for w in asked
    )
    shape = (len(panel.regions), len(panel.years))
    verdict, basis = np.full(shape, NOT_APPLICABLE, np.int8), np.full(shape, NO_BASIS, np.int8)
    for wording, finding in zip(asked, findings, strict=True):
        here = wording.holds(panel.year_numbers)
        otherwise = NO_DATA if wording.refusal else NOT_APPLICABLE
        verdict = np.where(here, finding.verdict if finding else otherwise, verdict)
        basis = np.where(here, finding.basis if finding else NO_BASIS, basis)
    gone = None
    if by is not None:  # an item that the year neither asks for nor observed
        asks = np.zeros(len(panel.years), dtype=bool)
        for wording in (w for w in own if w.node or w.refusal):
            asks |= wording.holds(panel.year_numbers)
        gone = (panel.row[panel.levels.index(observed), panel.index[item.item_id]] == NONE) & ~asks
    return Judgement(item, level, panel.years, verdict, basis, asked, findings, gone)


def judge_panel(
    plan: Plan, panel: Panel, against: str = REQUIREMENT, without: Collection[Convention] = (), by: int | None = None
) -> Iterator[Judgement]:
    """Every item at every level, in the plan's order, one at a time: findings of a panel are large.

    Raises ``ValueError`` for an unknown yardstick or convention.
    """
    without = [Convention(word) for word in without]
    for item in plan.items:
        for level in levels(plan, against):
            yield judge_item(plan, panel, item, level, without, by)


def judge_indicator(items: Collection[Judgement]) -> tuple[Codes, Codes]:
    """Verdict and basis of an indicator at one level: the AND of its applicable items."""
    if len(items) == 1:
        return next((one.verdict, one.basis) for one in items)
    verdicts, bases = np.array([j.verdict for j in items]), np.array([j.basis for j in items])
    asked = verdicts != NOT_APPLICABLE
    verdict, basis = combined(AllOf, np.where(asked, verdicts, MET), np.where(asked, bases, MEASURED))
    nowhere = ~asked.any(axis=0)
    verdict[nowhere], basis[nowhere] = NOT_APPLICABLE, NO_BASIS
    return verdict, basis


@dataclass(frozen=True)
class Assessment:
    """The county in one year. ``table``: columns ``indicator, item_id, level, verdict, basis, reason``, a row an item and
    level, then a row an indicator and level (``item_id`` empty); ``reasons``: the reason of each row as a tree.
    """

    plan: Plan
    year: int
    against: str
    table: pd.DataFrame
    reasons: tuple[Explanation, ...]

    @property
    def items(self) -> pd.DataFrame:
        """The rows of items, with the reason's tree in the column ``why``."""
        return self._rows(self.table["item_id"] != "")

    @property
    def indicators(self) -> pd.DataFrame:
        """The rows of indicators, with the reason's tree in the column ``why``."""
        return self._rows(self.table["item_id"] == "")

    def _rows(self, here: "pd.Series[bool]") -> pd.DataFrame:
        return self.table.assign(why=pd.Series(self.reasons, dtype=object))[here].reset_index(drop=True)

    @cached_property
    def statuses(self) -> dict[Question, Status]:
        """The verdict of each row of the table, in its order, with 未填报 distinguished from other 无数据: an item without
        a row, or whose row says so; an indicator all of whose items without data are not filled in.
        """
        found: dict[Question, Status] = {}
        missing: dict[tuple[int, str], set[Status]] = {}
        rows = self.table[["indicator", "item_id", "level", "verdict"]].itertuples(index=False, name=None)
        for number, item_id, level, verdict in rows:  # items come before indicators
            status = Status(verdict)
            if status is Status.NO_DATA and item_id:
                absence = absence_reason(self.plan, item_id, self.year, observed_level(self.plan, level))
                status = Status.NOT_FILLED_IN if absence is Absence.NOT_FILLED_IN else status
                missing.setdefault((number, level), set()).add(status)
            elif status is Status.NO_DATA and Status.NO_DATA not in missing[number, level]:
                status = Status.NOT_FILLED_IN
            found[number, item_id, level] = status
        return found

    def status(self, indicator: int, level: str, item_id: str = "") -> Status:
        """The status of an indicator, or of an item, at a level (or target year). Raises ``KeyError`` for an unknown one."""
        return self.statuses[indicator, item_id, level]


def assess(
    plan: Plan,
    year: int,
    *,
    against: str = REQUIREMENT,
    without: Collection[Convention] = (),
    until: int | None = None,
    by: int | None = None,
) -> Assessment:
    """Judge every item and indicator in ``year`` against the requirements, or (``against="target"``) the plan's targets.

    The rules are those of the page 方法. ``without`` switches conventions off. ``until``: a later year up to which the
    same pass evaluates, to assess several years at the cost of one; it changes no verdict. ``by``: the year whose wordings
    judge (default: the year's own). A wording that cannot be parsed is no_data with its reason.

    Raises :class:`UnknownYear` for a year without observations, and :class:`DataError` for observations that do not fit
    the wordings and for statements that contradict the numbers.
    """
    plan.require_year(year)
    until = max(until or year, year)
    check_observations(plan.as_of(max(until, by or year)), until)
    plan = plan.as_of(max(year, by or year))
    table, why = _answers(plan, year, until, against, tuple(sorted(set(without))), by)
    return Assessment(plan, year, against, table.copy(), why)  # a shallow copy's arrays could be written to


@lru_cache(maxsize=64)
def judgements(
    plan: Plan, until: int, against: str, without: tuple[Convention, ...], by: int | None = None
) -> tuple[Judgement, ...]:
    """The county's judgements for all years up to ``until``. Neither observations nor contradictions are checked."""
    return tuple(judge_panel(plan, county_panel(plan, until), against, without, by))


@lru_cache(maxsize=256)
def _answers(
    plan: Plan, year: int, until: int, against: str, without: tuple[Convention, ...], by: int | None
) -> tuple[pd.DataFrame, tuple[Explanation, ...]]:
    judged = judgements(plan, until, against, without, by)
    if by is None and (problems := contradictions(plan, judged, year)):
        raise DataError(problems)
    return reasoned(plan, judged, year, proofs(plan, year))


def reasoned(
    plan: Plan, judged: Collection[Judgement], year: int, proven: Mapping[str, Proofs] | None = None
) -> tuple[pd.DataFrame, tuple[Explanation, ...]]:
    """The columns of :class:`Assessment` for a panel's first region and a year; the reasons, row by row.
    ``proven``: item_id → the evidence, where the region has some.
    """
    rows: list[tuple[object, ...]] = []
    reasons: list[Explanation] = []
    printed = {item.item_id for item in asked_in(plan, plan.frame.base_year)}
    for one in judged:
        item, place, (wording, finding) = one.item, one.place(year), one.in_force(year)
        if wording and (finding or wording.refusal):
            why = explain(wording, finding, place, (proven or {}).get(item.item_id, NO_PROOFS))
        else:
            since = max((w.to_year + 1 for w in one.wordings if w.to_year < year), default=0)
            in_table = item.item_id in printed and one.level in (plan.table_levels or ())
            never = in_table and not plan.requirements_of(item.item_id, one.level)
            merged = any(v == one.level and v.asks in item.merged_columns for v in plan.levels)
            why = explain_nothing(one.level in plan.levels, never, merged, since)
        rows.append((item.indicator, item.item_id, one.level, VERDICTS[int(one.verdict[place])].value,
                     str(BASES[int(one.basis[place])])))  # fmt: skip
        reasons.append(why)
    explained = zip(judged, reasons, strict=True)
    together = grouped(((one.item.indicator, one.level), (one, why)) for one, why in explained)
    for (number, level), own in together.items():
        place = own[0][0].place(year)
        # An item of which nothing is asked any more does not make the others less known.
        there = [pair for pair in own if pair[0].gone is None or not pair[0].gone[place]]
        if all(one.verdict[place] == NOT_APPLICABLE for one, _ in there):  # the later year split the indicator
            there = own
        verdicts, bases = judge_indicator([one for one, _ in there])
        verdict, basis = VERDICTS[int(verdicts[place])], str(BASES[int(bases[place])])
        deemed = [one.item.part_mark for one, _ in there if one.basis[place] == DEEMED]
        rows.append((number, "", level, verdict.value, basis))
        reasons.append(explain_indicator(verdict, [(one.item, why) for one, why in there], deemed))
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    return table.assign(reason=[str(why) for why in reasons]), tuple(reasons)


def contradictions(plan: Plan, judged: Collection[Judgement], year: int) -> list[Problem]:
    """Where statements of ``year`` contradict the numbers. ``judged``: of the county's panel."""
    problems = []
    for one in judged:
        for finding, flags in one.contradicted():
            at = one.place(year)
            if not flags[at]:
                continue
            used = "、".join(digits(v[at]) for v in finding.numbers.used.values() if not np.isnan(v[at]))
            row = plan.observation(one.item.item_id, year, observed_level(plan, one.level))
            number = None if row is None else plan.observations[year].index(row) + 2  # below the header
            found = f"文字与数字矛盾：“{finding.node}”（所用数字 {used or '无'}）"
            expected = "文字与数字一致，或改正其中有误的一项"
            problems.append(Problem(f"{OBSERVATIONS}/{year}.csv", number, "statement 现状原文", found, expected))
    return list(dict.fromkeys(problems))


def tally(assessment: Assessment, by: str | None = None) -> pd.DataFrame:
    """Indicators counted by level and status; columns level, [by,] applicable, met, unmet, no_data, not_filled_in.

    ``by``: ``domain``, ``attribute`` or ``basis`` (with basis, met and unmet only: the others have none).
    An indicator that a level does not ask of is in neither numerator nor denominator.
    """
    of, counted = {i.indicator: i for i in assessment.plan.items}, dict[tuple[str, ...], Counter[Status]]()
    answers = zip(assessment.statuses.items(), assessment.table["basis"], strict=True)
    for ((number, item_id, level), status), basis in answers:
        if item_id or status is Status.NOT_APPLICABLE or (by == "basis" and not basis):
            continue
        part = (basis,) if by == "basis" else (str(getattr(of[number], by)),) if by else ()
        counted.setdefault((level, *part), Counter())[status] += 1
    order = {str(word): n for n, word in enumerate([*Attribute, *Basis])}
    shown = [status for status in Status if status is not Status.NOT_APPLICABLE]
    known = levels(assessment.plan, assessment.against)
    rows = sorted(counted.items(), key=lambda row: (order.get(row[0][-1], -1), known.index(row[0][0])))
    table = [(*key, counts.total(), *(counts[status] for status in shown)) for key, counts in rows]
    return pd.DataFrame(table, columns=["level", *([by] if by else []), "applicable", *map(str, shown)])


def tally_without_each_convention(plan: Plan, year: int) -> pd.DataFrame:
    """The tally without each convention in turn, and without all: convention, then the tally's columns."""
    cases = {"": (), **{str(one): (one,) for one in CONVENTIONS}, "all": CONVENTIONS}
    table = pd.concat([tally(assess(plan, year, without=off)).assign(convention=name) for name, off in cases.items()])
    return table[["convention", *table.columns.drop("convention")]].reset_index(drop=True)
