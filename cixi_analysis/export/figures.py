"""The results that the files of a year hold, each computed once, when the first file needs it."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cixi_analysis.analysis.reconciliation import reconcile
from cixi_analysis.analysis.trend import trends
from cixi_analysis.assessment import Assessment, assess, tally_without_each_convention
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.summary import year_banner
from cixi_analysis.words import BASE_YEAR, Status


@dataclass(frozen=True)
class Figures:
    """The results of one year. Raises :class:`~cixi_analysis.errors.UnknownYear` for a year without observations."""

    plan: Plan
    year: int

    def __post_init__(self) -> None:
        self.plan.require_year(self.year)

    @cached_property
    def assessment(self) -> Assessment:
        return assess(self.plan, self.year)

    @cached_property
    def trends(self) -> pd.DataFrame:
        return trends(self.plan, self.year)

    @cached_property
    def tallies_without_conventions(self) -> pd.DataFrame:
        return tally_without_each_convention(self.plan, self.year)

    @cached_property
    def counted(self) -> tuple[Status, ...]:
        """The statuses that tallies count: 未填报 only where something is not filled in, so not in a complete year."""
        unfilled = self.tallies_without_conventions[Status.NOT_FILLED_IN.value].any()
        return (Status.MET, Status.UNMET, Status.NO_DATA, *((Status.NOT_FILLED_IN,) if unfilled else ()))

    @cached_property
    def reconciliation(self) -> pd.DataFrame | None:
        """The reconciliation of the base year; None for a year before it, which has no such page either."""
        if self.year < BASE_YEAR:
            return None
        base = self.assessment if self.year == BASE_YEAR else assess(self.plan, BASE_YEAR)
        return reconcile(self.plan, base.table)

    @cached_property
    def status(self) -> str:
        """The banner of the year's pages: ``回看：…``, ``初稿：…``, or that the year is complete."""
        return year_banner(self.plan, self.year).name
