"""Indicators counted by level and status, also with each convention switched off."""

import pandas as pd

from cixi_analysis.assessment.evaluation import CONVENTIONS
from cixi_analysis.assessment.judgement import Assessment, assess
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.words import Attribute, Basis, Convention, Status, Verdict


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
    table = pd.concat([tally(assess(plan, year, without=off)).assign(convention=name) for name, off in cases])
    return table[["convention", *table.columns.drop("convention")]].reset_index(drop=True)
