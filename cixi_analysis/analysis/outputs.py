"""The tables in the downloads of a year.

``outputs.csv`` describes their rows and computed columns: an empty ``column`` is the table itself, ``{Pace}`` stands for
the words of :class:`cixi_analysis.words.Pace`, ``type`` is the type of cells that are not text (:data:`_TYPES`, or a
closed list ``a|b``); cells are nullable where the description says 空＝. The schema describes the other columns.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo

from cixi_analysis import words
from cixi_analysis.analysis import commitments, evidence, flips, reconciliation, trend
from cixi_analysis.analysis.table1 import headings, verdict_columns
from cixi_analysis.assessment import judgement
from cixi_analysis.assessment.proofs import needed
from cixi_analysis.plan import schema
from cixi_analysis.plan.csvfile import packaged
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import ItemId, Maybe, Text, Year, allowed, column


@dataclass(frozen=True)
class Output:
    """A table of the downloads: what a row is, and its columns in order."""

    title: str
    rows: str
    columns: dict[str, FieldInfo]
    #: The columns that identify a row; none where one of them may be empty.
    key: tuple[str, ...] = ()


_TYPES: dict[str, Any] = {
    "": Text, "year": Year, "number": float, "item": ItemId,
    "count": Annotated[int, Field(ge=0)], "share": Annotated[float, Field(ge=0, le=1)],
}  # fmt: skip


def _column(title: str, description: str, kind: Any) -> FieldInfo:
    """A computed column with the type of its cells."""
    kind = Maybe[kind] if "空＝" in description else kind  # type: ignore[misc]  # a type known only here
    return FieldInfo.from_annotated_attribute(kind, column(title, description))


def _listed(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: words.listed(getattr(words, found[1])), text)


def _type(row: dict[str, str]) -> Any:
    word = re.match(r"[^{]*\{(\w+)\}", row["description"])
    if word:
        return getattr(words, word[1])
    kind = row["type"] or ""
    return Literal[tuple(kind.split("|"))] if "|" in kind else _TYPES[kind]


#: (table, column) → title, description and type
_TEXTS = {
    (row["table"], row["column"]): (row["title"], _listed(row["description"]), _type(row))
    for row in packaged("cixi_analysis.analysis", "outputs.csv")
}
_TEXTS |= {("table2", str(outcome)): (outcome.chinese, "项目数，项。", _TYPES["count"]) for outcome in words.Outcome}
#: Tables with several rows for one of the first model that describes their columns.
_SEVERAL = {"assessment", "trend", "flips"}


def _output(table: str, title: str, names: Iterable[str], *models: type[schema.Row]) -> Output:
    """A table; without a ``title``, as ``outputs.csv`` calls it. The first model that has a column describes it."""
    known = {name: one for model in reversed(models) for name, one in model.columns().items()}
    known |= {name: _column(*told) for (of, name), told in _TEXTS.items() if of == table}
    own, rows, _ = _TEXTS[table, ""]
    columns = {name: known[name] for name in names}
    key = () if table in _SEVERAL or not models else tuple(name for name in models[0].KEY if name in columns)
    key = () if any(allowed(columns[name])[1] for name in key) else key
    return Output(title or own, rows, columns, key)


#: Tables that a retrospect does not have: those of the plan's text, and the flips.
_NOT_BACK = {"flips", "commitments", "progress", "audit", "links", "background", "reconciliation"}
#: Table → the parts of the plan (any of them) without which there is none.
_NEEDS = {
    "table2": ("past_projects",), "table3": ("projects",), "progress": ("projects", "commitments"),
    "reconciliation": ("published",), **{part: (part,) for part in ("commitments", "audit", "links", "background")},
}  # fmt: skip


def outputs(plan: Plan, year: int | None = None) -> dict[str, Output]:
    """Name of a table in the downloads (of ``year``) → what it is. The order is that of the files."""
    printed = plan.frame.tables
    like = dict.fromkeys(plan.levels, "requirement") | dict.fromkeys(verdict_columns(plan), "verdict")
    told = {name: _TEXTS.get(("table1", like.get(name, name)), _TEXTS["table1", "other"])[1] for name in headings(plan)}
    cells = {name: _column(head, told[name], Text) for name, head in headings(plan).items()}
    cells = {"item_id": schema.Indicator.columns()["item_id"]} | cells
    found = {"table1": Output(printed.indicators.name, _TEXTS["table1", ""][1], cells, schema.Indicator.KEY)}
    if printed.past_projects:
        counts = ("project_type", *map(str, words.Outcome), "total", "completion_rate")
        found["table2"] = _output("table2", printed.past_projects.name, counts, schema.PastProjects)
    if printed.projects:
        found["table3"] = _output("table3", printed.projects.name, schema.Project.columns(), schema.Project)
    for table, names, models in (
        ("observations", schema.Observation.columns(), [schema.Observation]),
        ("assessment", judgement.COLUMNS, [schema.Indicator, schema.Requirement]),
        ("evidence", evidence.COLUMNS, [schema.Evidence]),
        ("trend", trend.COLUMNS, [schema.Indicator]),
        ("flips", flips.COLUMNS, [schema.Indicator]),
        ("commitments", commitments.COLUMNS, [schema.Commitment, schema.Progress]),
        ("progress", schema.Progress.columns(), [schema.Progress]),
        ("audit", reconciliation.AUDIT_COLUMNS, [schema.AuditRow]),
        ("links", schema.Link.columns(), [schema.Link]),
        ("background", schema.Figure.columns(), [schema.Figure]),
        ("reconciliation", reconciliation.COLUMNS, []),
        ("signatures", schema.Signature.columns(), [schema.Signature]),
        ("revisions", schema.Revision.columns(), [schema.Revision]),
    ):
        found[table] = _output(table, "", names, *models)
    levels = "，".join(f"{level} {level.chinese}" for level in plan.levels)
    found["assessment"].columns["level"] = _column("级别", f"{levels}。", Literal[tuple(plan.levels)])
    left_out = set(_NOT_BACK) if year is not None and year < plan.frame.base_year else set[str]()
    corrected = {row.year for row in plan.revisions}
    for table, years in (("signatures", plan.signatures), ("revisions", corrected)):  # only where there are any
        if not years if year is None else year not in years:
            left_out.add(table)
    if year is not None and not needed(plan, year) and not plan.evidence.get(year):
        left_out.add("evidence")
    return {name: one for name, one in found.items() if name not in left_out and plan.has(*_NEEDS.get(name, ()))}


#: The table that describes the others' columns.
DICTIONARY = _output("dictionary", "", ("table", "column", "title", "description"))
