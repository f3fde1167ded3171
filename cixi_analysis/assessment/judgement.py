"""Verdicts of items and indicators: for a whole panel, and for the county in one year with reasons."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from cixi_analysis.assessment.evaluation import (
    ATTESTED,
    CONVENTIONS,
    DEEMED,
    MEASURED,
    NO_BASIS,
    Finding,
    Rules,
    evaluate,
)
from cixi_analysis.assessment.explanation import At, explain, explain_indicator
from cixi_analysis.assessment.numbers import MET, NO_DATA, UNMET
from cixi_analysis.assessment.panel import Panel, county_panel
from cixi_analysis.assessment.series import Codes, Flags
from cixi_analysis.assessment.statuses import Key, statuses
from cixi_analysis.assessment.yardstick import REQUIREMENT, Wording, check_readings, levels, observed_level, wordings
from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import OBSERVATIONS, Indicator
from cixi_analysis.words import Attribute, Basis, Convention, Status, Verdict

NOT_APPLICABLE = 3
VERDICTS = {UNMET: Verdict.UNMET, NO_DATA: Verdict.NO_DATA, MET: Verdict.MET, NOT_APPLICABLE: Verdict.NOT_APPLICABLE}
BASES = {NO_BASIS: "", DEEMED: Basis.DEEMED, ATTESTED: Basis.ATTESTED, MEASURED: Basis.MEASURED}
#: The contract's columns of ``cixi assess``.
COLUMNS = ("indicator", "item_id", "level", "verdict", "basis", "reason")


@dataclass(frozen=True)
class Judgement:
    """One item at one level over a panel: verdict and basis of shape (regions, years), with the findings behind them."""

    item: Indicator
    level: str
    verdict: Codes
    basis: Codes
    wordings: tuple[Wording, ...]
    findings: tuple[Finding | None, ...]

    def in_force(self, year: int) -> tuple[Wording, Finding | None]:
        """The wording that holds in ``year`` and the finding made by it (None for "/")."""
        at = max(i for i, w in enumerate(self.wordings) if w.from_year <= year)
        return self.wordings[at], self.findings[at]

    def contradicted(self) -> Iterator[tuple[Finding, Flags]]:
        """The findings of the wordings in force whose statement and numbers contradict each other, and where."""
        ends = [*(w.from_year for w in self.wordings[1:]), math.inf]
        for wording, end, finding in zip(self.wordings, ends, self.findings, strict=True):
            for part in _all_findings(finding):
                if part.contradicts is not None and part.series is not None:
                    here = part.contradicts & (part.series.years >= wording.from_year) & (part.series.years < end)
                    if here.any():
                        yield part, here


def judge_item(
    plan: Plan, panel: Panel, item: Indicator, level: str, without: Collection[Convention] = ()
) -> Judgement:
    """The verdicts of one item at one level for every region and year of the panel."""
    asked = wordings(plan, item, level, until=panel.years[-1])
    series = panel.series(item, observed_level(level))
    rules = Rules(plan.conventions, level, without)
    findings = tuple(None if w.node is None else evaluate(w.node, series, rules) for w in asked)
    verdict = np.full(series.value.shape, NOT_APPLICABLE, dtype=np.int8)
    basis = np.full(series.value.shape, NO_BASIS, dtype=np.int8)
    for wording, finding in zip(asked, findings, strict=True):
        here = series.years >= wording.from_year
        verdict[:, here] = NOT_APPLICABLE if finding is None else finding.verdict[:, here]
        basis[:, here] = NO_BASIS if finding is None else finding.basis[:, here]
    return Judgement(item, level, verdict, basis, asked, findings)


def judge_panel(
    plan: Plan, panel: Panel, against: str = REQUIREMENT, without: Collection[Convention] = ()
) -> Iterator[Judgement]:
    """Every item at every level, in the plan's order, one at a time: a large panel is never held as findings at once."""
    for item in plan.items:
        for level in levels(against):
            yield judge_item(plan, panel, item, level, without)


def judge_indicator(items: Collection[Judgement]) -> tuple[Codes, Codes]:
    """Verdict and basis of an indicator at one level: the AND of its applicable items."""
    verdicts = np.stack([j.verdict for j in items])
    bases = np.stack([j.basis for j in items])
    asked = verdicts != NOT_APPLICABLE
    verdict = np.where(asked, verdicts, MET).min(axis=0)
    weakest = np.where(asked, bases, MEASURED).min(axis=0)
    strongest = np.where(verdicts == verdict, bases, NO_BASIS).max(axis=0)
    basis = np.where(verdict == MET, weakest, np.where(verdict == NO_DATA, NO_BASIS, strongest))
    nowhere = ~asked.any(axis=0)
    return (
        np.where(nowhere, NOT_APPLICABLE, verdict).astype(np.int8),
        np.where(nowhere, NO_BASIS, basis).astype(np.int8),
    )


@dataclass(frozen=True)
class Assessment:
    """The county in one year. ``table`` has the contract's columns: item rows first, then indicator rows."""

    plan: Plan
    year: int
    against: str
    table: pd.DataFrame
    judgements: tuple[Judgement, ...]

    @property
    def items(self) -> pd.DataFrame:
        return self.table[self.table["item_id"] != ""].reset_index(drop=True)

    @property
    def indicators(self) -> pd.DataFrame:
        return self.table[self.table["item_id"] == ""].reset_index(drop=True)

    @cached_property
    def statuses(self) -> dict[Key, Status]:
        """(indicator, item_id, level) → the verdict, 未填报 told apart; in the table's order."""
        return statuses(self.plan, self.year, self.table)

    def status(self, indicator: int, level: str, item_id: str = "") -> Status:
        """The status of an indicator, or of an item, at a level."""
        return self.statuses[indicator, item_id, level]

    def judgement(self, item_id: str, level: str) -> Judgement:
        return next(j for j in self.judgements if j.item.item_id == item_id and j.level == level)


def assess(plan: Plan, year: int, *, against: str = REQUIREMENT, without: Collection[Convention] = ()) -> Assessment:
    """Judge every item and indicator in ``year`` against the requirements, or (``against="target"``) the plan's targets.

    ``without`` switches conventions off. Raises :class:`UnknownYear` for a year without observations and
    :class:`DataError` for wordings that cannot be read and for statements that contradict the numbers.
    """
    plan.require_year(year)
    check_readings(plan, until=year)
    return _assessed(plan, county_panel(plan, until=year), year, against, without)


def _assessed(plan: Plan, panel: Panel, year: int, against: str, without: Collection[Convention]) -> Assessment:
    judgements = tuple(judge_panel(plan, panel, against, without))
    if problems := contradictions(plan, judgements, year):
        raise DataError(problems)
    table = reasoned(plan, judgements, (0, panel.years.index(year)), year, without)
    return Assessment(plan, year, against, table, judgements)


def reasoned(
    plan: Plan, judgements: Collection[Judgement], at: At, year: int, without: Collection[Convention] = ()
) -> pd.DataFrame:
    """The contract's columns for one region and year (``at`` in the judgements' arrays): items, then indicators."""
    rows: list[tuple[object, ...]] = []
    texts: dict[tuple[str, str], str] = {}
    for judgement in judgements:
        item = judgement.item
        wording, finding = judgement.in_force(year)
        rules = Rules(plan.conventions, judgement.level, without)
        text = explain(wording.row.wording, finding, at, year, partial(rules.reason, item_id=item.item_id, year=year))
        texts[item.item_id, judgement.level] = text
        rows.append(
            (item.indicator, item.item_id, judgement.level, *_words(judgement.verdict[at], judgement.basis[at]), text)
        )
    together: dict[tuple[int, str], list[Judgement]] = {}
    for judgement in judgements:
        together.setdefault((judgement.item.indicator, judgement.level), []).append(judgement)
    for (number, level), own in together.items():
        verdict, basis = judge_indicator(own)
        word, _ = words = _words(verdict[at], basis[at])
        parts = [(j.item, VERDICTS[int(j.verdict[at])], texts[j.item.item_id, level]) for j in own]
        rows.append((number, "", level, *words, explain_indicator(Verdict(word), parts)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _words(verdict: int, basis: int) -> tuple[str, str]:
    return str(VERDICTS[int(verdict)]), str(BASES[int(basis)])


def contradictions(plan: Plan, judgements: Collection[Judgement], year: int) -> list[Problem]:
    """Where statements of ``year`` say another thing than the numbers. ``judgements`` are of the county's panel."""
    at = (0, year - min(plan.years))
    problems = []
    for judgement in judgements:
        for finding, flags in judgement.contradicted():
            if flags[at]:
                used = "、".join(f"{v[at]:.12g}" for v in finding.numbers.values() if not np.isnan(v[at]))
                row = plan.observation(judgement.item.item_id, year, observed_level(judgement.level))
                number = None if row is None else plan.observations[year].index(row) + 2  # below the header
                problems.append(
                    Problem(
                        f"{OBSERVATIONS}/{year}.csv", number, "statement 现状原文",
                        f"文字与数字矛盾：“{finding.node}”（所用数字 {used or '无'}）", "文字与数字一致，或改正其中有误的一项",
                    )
                )  # fmt: skip
    return list(dict.fromkeys(problems))


def _all_findings(finding: Finding | None) -> Iterator[Finding]:
    if finding is not None:
        yield finding
        for part in finding.parts:
            yield from _all_findings(part)


def tally(assessment: Assessment, by: str | None = None) -> pd.DataFrame:
    """Indicators counted by level and status; columns level, [by,] applicable, met, unmet, no_data, not_filled_in.

    ``by``: ``domain``, ``attribute`` or ``basis`` (with basis, met and unmet only: the others have none).
    An indicator that a level does not ask of is in neither numerator nor denominator.
    """
    table = assessment.indicators
    table["status"] = [assessment.status(n, v) for n, v in zip(table["indicator"], table["level"], strict=True)]
    of = {i.indicator: i for i in assessment.plan.items}
    if by in ("domain", "attribute"):
        table = table.assign(**{by: [str(getattr(of[n], by)) for n in table["indicator"]]})
    table = table[table["verdict"] != Verdict.NOT_APPLICABLE]
    if by == "basis":
        table = table[table["basis"] != ""]
    keys = ["level", *([by] if by else [])]
    counts = table.groupby(keys, sort=False)["status"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[s for s in Status if s is not Status.NOT_APPLICABLE], fill_value=0)
    counts.insert(0, "applicable", counts.sum(axis=1))
    counts.columns = pd.Index([str(c) for c in counts.columns])
    order = {str(w): n for n, w in enumerate([*Attribute, *Basis])}
    return (
        counts.reset_index()
        .sort_values(keys, key=lambda c: c.map(lambda v: order.get(v, -1)), kind="stable")
        .reset_index(drop=True)
    )


def tally_without_each_convention(plan: Plan, year: int) -> pd.DataFrame:
    """The tally with each convention switched off in turn (and all of them): convention, then the tally's columns."""
    cases: list[tuple[str, tuple[Convention, ...]]] = [("", ())]
    cases += [(str(c), (c,)) for c in CONVENTIONS] + [("all", CONVENTIONS)]
    check_readings(plan, until=year)
    panel = county_panel(plan, until=year)
    tables = [tally(_assessed(plan, panel, year, REQUIREMENT, off)).assign(convention=name) for name, off in cases]
    table = pd.concat(tables, ignore_index=True)
    return table[["convention", *table.columns.drop("convention")]]
