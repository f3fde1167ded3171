"""The assessment of many regions over many years, by the evaluator that judges the county.

``assess_panel`` judges a tidy table; ``explain_region`` gives the reasons of one region in one year, for what is
shown. A table is judged in blocks of regions, which need nothing of each other: they fit the processor's cache, time
and memory grow with the number of regions and no faster, and any ``concurrent.futures`` executor can run them.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cixi_analysis.assessment.intake import FILE, Fault, faults, prepared, raise_faults
from cixi_analysis.assessment.judgement import BASES, VERDICTS, Judgement, judge_indicator, judge_panel, reasoned
from cixi_analysis.assessment.panel import Panel
from cixi_analysis.assessment.series import Codes
from cixi_analysis.assessment.yardstick import REQUIREMENT, check_wordings, levels
from cixi_analysis.errors import Problem, UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import Convention

#: Regions in a block. Their arrays fit the processor's cache; far fewer, and each block's own cost shows.
BLOCK = 1024
#: (indicator, item_id, level); item_id is "" for an indicator as a whole.
Question = tuple[int, str, str]


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
    Nothing is an empty cell (None, NaN). Rows may come in any order; regions keep the order in which they first appear,
    and the years run from the first to the last without a gap: a place without a row is without data. Texts as
    categories are fastest.

    ``executor`` runs blocks of ``block`` regions elsewhere, say in processes or on a cluster; the result is the same.
    Raises :class:`DataError` with everything wrong at once: columns, cells that the schema refuses, unreadable targets
    and clauses, rows that meet in one place, statements that contradict the numbers.
    """
    table = prepared(table)
    years = tuple(range(int(table["year"].min()), int(table["year"].max()) + 1))
    check_wordings(plan, until=years[-1])
    judge = partial(_judged, plan, years, against, tuple(without))
    if executor is None:
        blocks = [judge(rows) for rows in _blocks(table, block)]
    else:
        waiting = [executor.submit(judge, rows) for rows in _blocks(table, block)]
        blocks = [future.result() for future in waiting]
    raise_faults(fault for one in blocks for fault in one.faults)
    return PanelAssessment(
        tuple(region for one in blocks for region in one.regions),
        years,
        _questions(plan, against),
        np.concatenate([one.verdict for one in blocks]),
        np.concatenate([one.basis for one in blocks]),
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
        raise UnknownYear(f"{FILE}里没有“{region}”{year} 年的数据。")
    own = prepared(own)
    check_wordings(plan, until=int(own["year"].max()))
    raise_faults(faults(plan, own))
    panel = Panel((region,), tuple(range(int(own["year"].min()), int(own["year"].max()) + 1)), own)
    judgements = tuple(judge_panel(plan, panel, against, without))
    raise_faults(fault for one in judgements for fault in _contradicting(one, panel))
    return reasoned(plan, judgements, (0, panel.years.index(year)), year, without)


def _words(codes: npt.NDArray[Any], words: Iterable[str]) -> "pd.Categorical[Any]":
    return pd.Categorical.from_codes(codes, pd.Index(list(words)))


@dataclass(frozen=True)
class _Block:
    """The answers for some of the regions; or what is wrong with their rows."""

    regions: tuple[str, ...]
    verdict: Codes
    basis: Codes
    faults: tuple[Fault, ...] = ()


def _blocks(table: pd.DataFrame, size: int) -> Iterator[pd.DataFrame]:
    """The rows of ``size`` regions at a time."""
    region, names = pd.factorize(table["region"])
    if (np.diff(region) < 0).any():
        order = np.argsort(region, kind="stable")
        table, region = table.iloc[order], region[order]
    starts = np.searchsorted(region, range(0, len(names), size))
    for start, end in zip(starts, [*starts[1:], len(table)], strict=True):
        yield table.iloc[start:end]


def _judged(
    plan: Plan, years: tuple[int, ...], against: str, without: tuple[Convention, ...], table: pd.DataFrame
) -> _Block:
    regions = tuple(table["region"].unique())
    wrong = tuple(faults(plan, table))
    shape = (len(_questions(plan, against)), len(regions), len(years))
    verdict, basis = np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int8)
    if wrong:
        return _Block(regions, verdict, basis, wrong)
    verdict, basis = np.empty(shape, dtype=np.int8), np.empty(shape, dtype=np.int8)
    at = {question: number for number, question in enumerate(_questions(plan, against))}
    panel = Panel(regions, years, table)
    contradicting: list[Fault] = []
    for indicator, group in groupby(judge_panel(plan, panel, against, without), key=lambda j: j.item.indicator):
        judgements = list(group)
        for one in judgements:
            number = at[indicator, one.item.item_id, one.level]
            verdict[number], basis[number] = one.verdict, one.basis
            contradicting += _contradicting(one, panel)
        for level in levels(against):
            number = at[indicator, "", level]
            verdict[number], basis[number] = judge_indicator([j for j in judgements if j.level == level])
    return _Block(regions, np.moveaxis(verdict, 0, -1), np.moveaxis(basis, 0, -1), tuple(contradicting))


def _contradicting(judgement: Judgement, panel: Panel) -> Iterator[Fault]:
    for finding, flags in judgement.contradicted():
        found = f"文字与数字矛盾：“{finding.node}”"
        problem = Problem(FILE, None, "statement 现状原文", found, "文字与数字一致，或改正其中有误的一项")
        region, year = np.argwhere(flags)[0]
        place = f"{panel.regions[region]} {panel.years[year]} 年 {judgement.item.item_id}"
        yield Fault(problem, place, int(flags.sum()))


def _questions(plan: Plan, against: str) -> tuple[Question, ...]:
    asked = levels(against)
    items = [(item.indicator, item.item_id, level) for item in plan.items for level in asked]
    return (*items, *((n, "", level) for n in dict.fromkeys(i.indicator for i in plan.items) for level in asked))
