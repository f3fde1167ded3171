"""The assessment of many regions over many years: a tidy table is validated, then judged by the county's evaluator.

A table is judged in blocks of regions, which need nothing of each other: time and memory grow with the number of
regions and no faster, and any ``concurrent.futures`` executor can run them.
"""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise

import numpy as np
import pandas as pd

from cixi_analysis.assessment.judgement import (
    BASES,
    VERDICTS,
    Judgement,
    Question,
    judge_indicator,
    judge_panel,
    reasoned,
)
from cixi_analysis.assessment.panel import Codes, Panel, categories
from cixi_analysis.assessment.validation import FILE, Fault, faults, prepared, raise_faults
from cixi_analysis.assessment.yardstick import REQUIREMENT, check_wordings, levels
from cixi_analysis.errors import Problem, UnknownYear
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import Convention

#: Regions in a block. Their arrays fit the processor's cache; far fewer, and each block's own cost shows.
BLOCK = 1024


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
    same words and units: ``value`` is a number in the item's unit, or in ``unit`` where that is given, or a water class.
    An empty cell is None or NaN. Rows may come in any order; regions keep the order in which they first appear, and the
    years run from the first to the last without a gap: a place without a row is without data. Texts as categories are
    fastest.

    ``executor`` runs blocks of ``block`` regions elsewhere, say in processes or on a cluster; the result is the same.
    Raises :class:`DataError` with everything wrong at once: columns, cells that the schema refuses, unreadable targets
    and clauses, rows that meet in one place, statements that contradict the numbers.
    """
    table = prepared(table)
    years = range(int(table["year"].min()), int(table["year"].max()) + 1)
    check_wordings(plan, until=years[-1])
    asked = levels(against)
    questions = [(item.indicator, item.item_id, level) for item in plan.items for level in asked]
    questions += [(number, "", level) for number in plan.indicators for level in asked]
    judge = partial(_judged, plan, years, against, tuple(without), {q: n for n, q in enumerate(questions)})
    region, names = pd.factorize(table["region"])
    order = np.argsort(region, kind="stable")
    ends = np.searchsorted(region[order], range(0, len(names) + block, block))
    rows = (table.iloc[order[start:end]] for start, end in pairwise(ends))
    if executor is None:
        blocks = [judge(own) for own in rows]
    else:  # not `executor.map`, which Dask's refuses for an iterator
        blocks = [future.result() for future in [executor.submit(judge, own) for own in rows]]
    verdicts, bases, wrong = zip(*blocks, strict=True)
    raise_faults(fault for own in wrong for fault in own)
    return PanelAssessment(
        tuple(names), tuple(years), tuple(questions), np.concatenate(verdicts), np.concatenate(bases)
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
    panel = Panel(plan.items, (region,), range(int(own["year"].min()), int(own["year"].max()) + 1), own)
    judged = tuple(judge_panel(plan, panel, against, without))
    raise_faults(_contradicting(judged, panel))
    return reasoned(judged, year)


def _judged(
    plan: Plan,
    years: range,
    against: str,
    without: tuple[Convention, ...],
    questions: dict[Question, int],
    table: pd.DataFrame,
) -> tuple[Codes, Codes, list[Fault]]:
    """Verdicts and bases (regions, years, questions) of a block, or what is wrong with its rows."""
    regions = tuple(table["region"].unique())
    verdict, basis = np.zeros((2, len(questions), len(regions), len(years)), dtype=np.int8)
    found = list(faults(plan, table))
    if not found:
        panel = Panel(plan.items, regions, years, table)
        judged = judge_panel(plan, panel, against, without)
        for indicator, group in groupby(judged, key=lambda one: one.item.indicator):
            items = list(group)
            found += _contradicting(items, panel)
            for one in items:
                at = questions[indicator, one.item.item_id, one.level]
                verdict[at], basis[at] = one.verdict, one.basis
            for level in levels(against):
                at = questions[indicator, "", level]
                verdict[at], basis[at] = judge_indicator([one for one in items if one.level == level])
    return np.moveaxis(verdict, 0, -1), np.moveaxis(basis, 0, -1), found


def _contradicting(judged: Iterable[Judgement], panel: Panel) -> Iterator[Fault]:
    for one in judged:
        for finding, flags in one.contradicted():
            found = f"文字与数字矛盾：“{finding.node}”"
            problem = Problem(FILE, None, "statement 现状原文", found, "文字与数字一致，或改正其中有误的一项")
            region, year = np.argwhere(flags)[0]
            place = f"{panel.regions[region]} {panel.years[year]} 年 {one.item.item_id}"
            yield (problem, place, int(flags.sum()))
