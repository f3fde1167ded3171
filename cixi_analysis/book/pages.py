"""The table of pages, and the runs that a book of certain years needs.

`PAGES` is the only list of pages. `_toc.yml` finds years and single pages by pattern; a page called `index` in a folder
of its own lists that folder's other pages, in the order of `PAGES`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from functools import cached_property
from pathlib import Path


class Scope(Flag):
    """How often a page is made."""

    ONCE = auto()  # one page of the book, run with the newest year
    INDICATOR = auto()  # a page of each indicator, run with the newest year
    ASSESSED = auto()  # a page of each year from the baseline on
    RETROSPECT = auto()  # a page of each year before the baseline
    EVERY_YEAR = ASSESSED | RETROSPECT


@dataclass(frozen=True)
class Page:
    """One kind of page."""

    template: str  # notebooks/<template>.ipynb
    output: str  # book/<output>.ipynb; {year} and {indicator} stand for the run's
    title: str  # in messages; the reader sees the template's own heading
    scope: Scope
    of_the_build: bool = False  # shows what the book is made of: any change of that is a change of the page

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that the template's cell of parameters must give a value to."""
        return ("year", "indicator") if self.scope is Scope.INDICATOR else ("year",)

    def makes(self, path: str) -> bool:
        """Whether ``path`` (below `book/`, without ending) is a page of this kind, of whatever year or indicator."""
        pattern = re.escape(self.output).replace(r"\{year\}", r"20\d\d").replace(r"\{indicator\}", r"[1-9]\d*")
        return re.fullmatch(pattern, path) is not None


PAGES = (
    Page("home", "index", "首页", Scope.ONCE),
    Page("overview", "{year}/index", "年度总览", Scope.ASSESSED),
    Page("retrospect", "{year}/index", "回看", Scope.RETROSPECT),
    Page("table1", "{year}/table1", "表一 指标评估", Scope.EVERY_YEAR),
    Page("trend", "{year}/trend", "趋势与目标差距", Scope.EVERY_YEAR),
    Page("changes", "{year}/changes", "与上年相比", Scope.ASSESSED),
    Page("projects", "{year}/projects", "表二、表三 重点工程", Scope.ASSESSED),
    Page("commitments", "{year}/commitments", "承诺台账", Scope.ASSESSED),
    Page("units", "{year}/units", "责任单位", Scope.ASSESSED),
    Page("reconciliation", "{year}/reconciliation", "数据核对", Scope.ASSESSED),
    Page("indicators", "indicators/index", "指标档案", Scope.ONCE),
    Page("indicator", "indicators/{indicator}", "指标档案", Scope.INDICATOR),
    Page("audit", "audit", "规划核对", Scope.ONCE),
    Page("method", "method", "方法", Scope.ONCE),
    Page("dictionary", "dictionary", "数据字典", Scope.ONCE),
    Page("provenance", "provenance", "数据与版本", Scope.ONCE, of_the_build=True),
)


@dataclass(frozen=True)
class Run:
    """One execution of a page's template."""

    page: Page
    year: int
    indicator: int | None = None
    name: str = ""  # of the indicator
    siblings: tuple[str, ...] = ()  # pages that an index lists below itself

    @property
    def parameters(self) -> dict[str, int]:
        """What papermill sets."""
        return {"year": self.year} | ({} if self.indicator is None else {"indicator": self.indicator})

    @property
    def words(self) -> dict[str, str]:
        """What stands for ``{…}`` in the template's text: Sphinx must find headings filled in."""
        return {name: str(value) for name, value in self.parameters.items()} | (
            {"name": self.name} if self.name else {}
        )

    @cached_property
    def output(self) -> Path:
        """Where the executed notebook goes, below `book/`."""
        return Path(self.page.output.format(**self.parameters) + ".ipynb")

    @property
    def template(self) -> Path:
        """Where the template lies, below the project folder."""
        return Path("notebooks", f"{self.page.template}.ipynb")

    @property
    def label(self) -> str:
        """What the progress bar calls it."""
        return f"{self.year} {self.page.title}" + ("" if self.indicator is None else f" {self.indicator}")

    def __str__(self) -> str:
        number = "" if self.indicator is None else f" {self.indicator}"
        return f"{self.year} 年 {self.page.title}{number}（{self.template.as_posix()}）"


def runs_of(pages: Sequence[Page], years: Sequence[int], baseline: int, indicators: Mapping[int, str]) -> list[Run]:
    """All pages of the book: those made once, those of indicators, then year by year, the newest first."""
    newest_first = sorted(set(years), reverse=True)
    newest = newest_first[0]
    runs = [Run(page, newest) for page in pages if page.scope is Scope.ONCE]
    runs += [
        Run(page, newest, n, name) for page in pages if page.scope is Scope.INDICATOR for n, name in indicators.items()
    ]
    for year in newest_first:
        kind = Scope.ASSESSED if year >= baseline else Scope.RETROSPECT
        runs += [Run(page, year) for page in pages if kind in page.scope]
    return [_with_siblings(run, runs) for run in runs]


def _with_siblings(run: Run, runs: Sequence[Run]) -> Run:
    folder = run.output.parent
    if run.output.stem != "index" or folder == Path():
        return run
    siblings = tuple(r.output.stem for r in runs if r.output.parent == folder and r is not run)
    return Run(run.page, run.year, run.indicator, run.name, siblings)
