"""The assessment of many regions over many years: a tidy table is validated, then judged by the county's evaluator.

Blocks of regions need nothing of each other: time and memory grow with the number of regions and no faster, and any
``concurrent.futures`` executor can run them.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from operator import index

import numpy as np
import pandas as pd

from cixi_analysis.assessment.judgement import Judgement, Question, judge_indicator, judge_panel, reasoned
from cixi_analysis.assessment.numbers import BASES, VERDICTS
from cixi_analysis.assessment.panel import Codes, Panel, categories
from cixi_analysis.assessment.validation import FILE, Fault, faults, prepared, raise_faults
from cixi_analysis.assessment.yardstick import REQUIREMENT, levels
from cixi_analysis.errors import Problem, UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import Convention

#: Regions in a block: few enough for the processor's cache, enough to amortise the overhead of a block.
BLOCK = 1024


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
