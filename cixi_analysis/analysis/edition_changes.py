"""What differs today from an earlier edition of the same year: verdicts, corrected cells with who and why, and counts."""

import pandas as pd

from cixi_analysis.analysis.causes import verdict_changes
from cixi_analysis.analysis.changes import COLUMNS, tallies_of, tally_lines
from cixi_analysis.analysis.records import records
from cixi_analysis.analysis.revision_log import (
    at_edition,
    cell_changes,
    in_words,
    log,
    place_of,
    signed_for,
    told,
    year_rows,
)
from cixi_analysis.assessment import assess
from cixi_analysis.plan.dataset import Plan


def edition_changes(plan: Plan, year: int, edition: int = 1) -> pd.DataFrame:
    """In the columns of ``cixi diff``; a cell that was corrected twice is one line, with both reasons.

    Raises :class:`cixi_analysis.analysis.revision_log.NoEdition`.
    """
    plan.require_year(year)
    old = at_edition(plan, year, edition)
    before, after = assess(old, year), assess(plan, year)
    lines: list[tuple[object, ...]] = [
        ("verdict", r.indicator, r.item_id, r.level, r.before, r.after, r.cause,
         f"【第{edition}版】{r.before_reason}【今】{r.after_reason}")
        for r in records(verdict_changes(before, after))
    ]  # fmt: skip
    signed: dict[tuple[object, ...], list[str]] = {}
    for row in records(log(plan, [year]).query("edition > @edition")):
        signed.setdefault((row.item_id, row.level, row.what), []).append(signed_for(row))
    for part, kind, key, place, column, was, now in cell_changes(year_rows(old, year), year_rows(plan, year)):
        if told(part, column):
            number, subject, level, what = place_of(plan, part, kind, key, place, column)
            why = "，".join(filter(None, (what, "；".join(signed.get((subject, level, what), ())))))
            lines.append(("revision", number, subject, level, in_words(column, was), in_words(column, now), "", why))
    lines += tally_lines(tallies_of(before, after))
    return pd.DataFrame(lines, columns=COLUMNS).astype({"indicator": "Int64"})
