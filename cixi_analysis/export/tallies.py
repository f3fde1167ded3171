"""The sheet 分级统计: indicators counted by level, domain, attribute and basis, and with each convention off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import pandas as pd
from openpyxl.utils import get_column_letter

from cixi_analysis.analysis.records import records
from cixi_analysis.assessment import tally
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.plan_tables import VERDICT_COLUMN, table1_places
from cixi_analysis.export.sheet import PERCENT, Report, Sheet, place
from cixi_analysis.export.verdict_sheets import verdict_and_basis_places
from cixi_analysis.words import Attribute, Basis, Convention, Level, Status

TALLIES = "分级统计"
_FIRST = 4
#: Level → how many have each status that is counted.
_Counts = Mapping[Level, Sequence[int]]


@dataclass(frozen=True)
class _Row:
    """A group of indicators. ``formula``: level and status → what counts them; without one, the figures stand there."""

    label: str
    counts: _Counts
    formula: Callable[[Level, Status], str] | None = None


@dataclass(frozen=True)
class _Columns:
    """What is counted: at each level 适用, then a column a status, then the share of 是."""

    counted: tuple[Status, ...]

    @property
    def last(self) -> int:
        """The number of the last column."""
        return self.first(Level.PROVINCIAL) + len(self.counted) + 1

    def first(self, level: Level) -> int:
        """The number of a level's first column, 适用."""
        return 2 + list(Level).index(level) * (len(self.counted) + 2)

    def letter(self, level: Level, status: Status | None = None) -> str:
        """The column of a status, or (None) of 适用."""
        letter: str = get_column_letter(self.first(level) + (0 if status is None else 1 + self.counted.index(status)))
        return letter


def tally_sheet(report: Report, figures: Figures) -> None:
    """One row a group, the levels side by side, sections one below the other."""
    columns = _Columns(figures.counted)
    sheet = report.sheet(TALLIES)
    sheet.title(f"分级统计（{figures.year}年，指标数）", columns.last)
    sheet.widths((34, *(9,) * (columns.last - 1)))
    sheet.head(2, 1, "分组", rows=2)
    for level in Level:
        sheet.head(2, columns.first(level), level.chinese, columns=len(columns.counted) + 2)
        texts = ("适用", *(status.chinese for status in columns.counted), "是÷适用")
        for column, text in enumerate(texts, start=columns.first(level)):
            sheet.head(3, column, text)
    rows = count(_FIRST)
    for heading, groups in _sections(figures, columns, _FIRST):
        if heading:
            at = next(rows)
            sheet.emphasise(sheet.put(at, 1, heading))
            sheet.merge(at, 1, columns=columns.last)
        for group in groups:
            _write(sheet, columns, next(rows), group)
    sheet.finish(columns.last, heads="2:3", freeze="B4")


def tally_place(figures: Figures, level: Level, status: Status | None = None) -> str:
    """The cell with the count of a status among all indicators of a level, or (None) of those it asks of."""
    return place(TALLIES, _Columns(figures.counted).letter(level, status), _FIRST)


def _write(sheet: Sheet, columns: _Columns, row: int, group: _Row) -> None:
    sheet.put(row, 1, group.label)
    for level in Level:
        start = columns.first(level)
        total, first, last = (columns.letter(level, s) for s in (None, columns.counted[0], columns.counted[-1]))
        counts = group.counts[level]
        sheet.formula(row, start, f"SUM({first}{row}:{last}{row})", sum(counts))
        for column, (status, number) in enumerate(zip(columns.counted, counts, strict=True), start=start + 1):
            if group.formula is None:
                sheet.put(row, column, number, centre=True)
            else:
                sheet.formula(row, column, group.formula(level, status), number)
        if sum(counts):
            share = counts[0] / sum(counts)
            sheet.formula(row, start + len(counts) + 1, f"{first}{row}/{total}{row}", share, form=PERCENT)


def _sections(figures: Figures, columns: _Columns, first: int) -> Iterator[tuple[str, list[_Row]]]:
    """(heading, rows) pairs; the first has no heading and begins in row ``first``."""
    plan, assessment = figures.plan, figures.assessment

    def counts(rows: pd.DataFrame) -> _Counts:
        """Of a tally's rows, at most one a level; a level without a row counts none."""
        found = {row.level: [int(getattr(row, status)) for status in columns.counted] for row in records(rows)}
        return {level: found.get(level.value, [0] * len(columns.counted)) for level in Level}

    def of_domain(domain: str | None) -> Callable[[Level, Status], str]:
        return lambda level, status: "+".join(
            f'COUNTIF({cells},"{status.chinese}")' for cells in table1_places(plan, VERDICT_COLUMN[level], domain)
        )

    def of_attribute(attribute: Attribute) -> Callable[[Level, Status], str]:
        [kinds] = table1_places(plan, "attribute")
        return lambda level, status: (
            f'COUNTIFS({kinds},"{attribute.chinese}",'
            f'{table1_places(plan, VERDICT_COLUMN[level])[0]},"{status.chinese}")'
        )

    def of_basis(basis: Basis) -> Callable[[Level, Status], str]:
        def formula(level: Level, status: Status) -> str:
            verdicts, bases = verdict_and_basis_places(plan, level)
            return f'COUNTIFS({bases},"{basis.chinese}",{verdicts},"{status.chinese}")'

        return formula

    whole = counts(tally(assessment))

    yield "", [_Row("全部指标", whole, of_domain(None))]
    domains = list(dict.fromkeys(item.domain for item in plan.items))
    by = tally(assessment, "domain")
    start = first + 2  # below the whole and the heading

    def of_all_domains(level: Level, status: Status) -> str:
        column = columns.letter(level, status)
        return f"SUM({column}{start}:{column}{start + len(domains) - 1})"

    yield (
        "按领域",
        [
            *(_Row(domain, counts(by[by["domain"] == domain]), of_domain(domain)) for domain in domains),
            _Row("各领域之和", whole, of_all_domains),
        ],
    )
    by = tally(assessment, "attribute")
    yield "按指标属性", [_Row(a.chinese, counts(by[by["attribute"] == a]), of_attribute(a)) for a in Attribute]
    by = tally(assessment, "basis")
    yield (
        "按依据（“无数据”没有依据，不在其内）",
        [_Row(b.chinese, counts(by[by["basis"] == b]), of_basis(b)) for b in Basis],
    )
    by = figures.tallies_without_conventions
    cases = {"": "全部约定都用", **{c.value: f"不用“{c.chinese}”" for c in Convention}, "all": "全部约定都不用"}
    yield (
        "约定的作用：不用某一约定时的指标数（由程序重新评估，计数不是公式）",
        [_Row(label, counts(by[by["convention"] == case])) for case, label in cases.items()],
    )
