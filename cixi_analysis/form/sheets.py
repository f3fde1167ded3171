"""The sheets of a year's form: their rows, with requirements, targets and last year's value or report beside the inputs.

An item of which the levels measure different things (11) has one row for all of them and one for each. People fill in
either the first or the others.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from cixi_analysis.analysis.commitments import NOT_REPORTED, deadline, promised, reports
from cixi_analysis.analysis.table1 import printed_name
from cixi_analysis.assessment import asking, measured, measured_at, one_number, unobserved, unstated, wordings
from cixi_analysis.assessment.yardstick import Wording
from cixi_analysis.form import layout
from cixi_analysis.form.input_cells import shortened
from cixi_analysis.form.layout import FormRow, FormSheet
from cixi_analysis.plan import EVIDENCE, PROGRESS, SIGNATURES
from cixi_analysis.plan.dataset import Asked, Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.quantities import digits, unit_word
from cixi_analysis.plan.schema import YEARLY, Indicator, Observation, Progress, Project, Row
from cixi_analysis.requirement import terms, tree
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, Entity

#: Characters of last year's statement that are shown where there was no value.
_LONGEST_STATEMENT = 36


def domain_sheets(plan: Plan, year: int) -> tuple[FormSheet, ...]:
    """The sheets of the domains in the form of ``year``, in the plan's order."""
    sheets: dict[str, list[FormRow]] = {}
    for item in plan.items:
        if rows := list(_rows(plan, item, year)):
            name = re.sub(r"[][:*?/\\]", " ", item.domain)[:31]  # what spreadsheet programs allow
            sheets.setdefault(name, []).extend(rows)
    columns, remarks = layout.domain_columns(plan.frame), ("statement", "acknowledgment")
    return tuple(FormSheet(name, year, columns, tuple(rows), Observation, remarks) for name, rows in sheets.items())


def _rows(plan: Plan, item: Indicator, year: int) -> Iterator[FormRow]:
    """The rows of an item; none where nothing is asked, no target lies ahead, and the data of the year has nothing."""
    held = {str(v): w for v in plan.levels for w in wordings(plan, item, v) if year in w.years}
    targets = {y: w for y in plan.frame.target_years for w in wordings(plan, item, str(y))}
    observed = [row.level for row in plan.observed(item.item_id, year)]
    ahead = any(y >= year and (w.node is not None or w.refusal) for y, w in targets.items())
    levels, follow = asking(plan, item.item_id, year), plan.level(plan.frame.targets_follow)
    kinds = {level: plan.asked(item, level, year) for level in levels}
    if ahead and item in plan.as_of(year).items:
        kinds.setdefault(follow, plan.planned(item))
    if observed and not kinds:
        kinds = {level: plan.asked(item, level, year) for level in plan.levels}
    alike = [measured(terms(plan), kind) for kind in kinds.values()]
    units, apart = {kind.unit for kind in alike}, len({(kind.name, kind.unit) for kind in alike}) > 1
    named = [v for v in plan.levels if v in (kinds if apart else levels or plan.levels)]
    names = "、".join(v.chinese for v in named)
    number = {2: "两", 3: "三"}.get(len(named), f"{len(named)}")
    joint = f"{number}级" if 1 < len(named) == len(plan.levels) else names
    choice = f"{names}所测相同时只填“{joint}合填”一行，不同时只填下面{number}行。"
    # One row for all levels where they can measure the same. Existing data must be shown where it can be edited.
    rows = {*([None] if len(units) == 1 and one_number(plan, item, year) else []), *(kinds if apart else []), *observed}
    for level in (one for one in (None, *plan.levels) if one in rows):
        first = level or next(iter(kinds))
        asked = kinds.get(first) or plan.asked(item, first, year)
        columns = {**held, **{f"target_{y}": w for y, w in targets.items()}}
        if level:
            columns = {key: w for key, w in columns.items() if level == (key if key in plan.levels else follow)}
        # A level's row has nothing of what the row for all levels has.
        known = next((row for row in plan.observed(item.item_id, year) if row.level == level), None)
        at = level or (None if apart else first)  # no longer apart: last year's value may stand at a level
        before = plan.observation(item.item_id, year - 1, at)
        was = measured_at(plan, item, first, year - 1, before)[first] if before else None
        closed, notes = _closed_and_notes(plan, item, columns, asked.unit)
        notes["value"] += choice if apart and None in rows else ""
        shown = {
            "key": item.item_id + (level.short if level else ""),
            "name": asked.name if level else printed_name(plan, item, year),
            "level": level.chinese if level else joint + ("合填" if apart else ""), "item_unit": asked.unit,
            **{v: "" if level not in (None, v) else NOT_APPLICABLE_MARK for v in plan.levels},
            **{f"target_{y}": "" for y in plan.frame.target_years}, **{key: w.row.wording for key, w in columns.items()},
            "last": _last(plan, item, first, at, year, asked),
        }  # fmt: skip
        identity = {"item_id": item.item_id, "level": str(level or "")}
        opened = frozenset(c.key for c in layout.INPUTS) - closed | layout.prefill(known, layout.INPUTS).keys()
        named_by = kinds.values() if level is None and kinds else [asked]
        stated = {
            column: now
            for column, (_, now) in unstated(plan, item, level, year).items()
            if len({kind.name if column == "measure" else kind.unit for kind in named_by}) == 1
        }
        yield FormRow(item, identity, shown, item.task, known, before, opened, notes, asked, was, stated, terms(plan))


def _closed_and_notes(
    plan: Plan, item: Indicator, held: Mapping[str, Wording], unit: str
) -> tuple[set[str], dict[str, str]]:
    """(input columns that no wording needs, column → sentence about this row)."""
    asked = tuple(dict.fromkeys(leaf for w in held.values() if w.node is not None for leaf in tree.leaves(w.node)))
    closed = set()
    if not any(isinstance(leaf, tree.AssignedTarget) for leaf in asked):
        closed |= {"comparator", "assigned_target"}
    rates = [leaf.rate if isinstance(leaf, tree.Change) else leaf for leaf in asked]
    needed = dict.fromkeys(
        f"{'水平值的' if isinstance(one, tree.LevelBenchmark) else '年变化量或年变化率的'}{one.scope.chinese}平均"
        for one in rates
        if isinstance(one, (tree.LevelBenchmark, tree.ChangeBenchmark))
    )
    if not needed:
        closed |= {"benchmark", "benchmark_kind"}
    # A State is attested by words. It needs no number, unless some year's data has one (22).
    observed = (o for rows in plan.observations.values() for o in rows if o.item_id == item.item_id)
    if all(isinstance(leaf, tree.State) for leaf in asked) and all(o.value is None for o in observed):
        closed |= {"value", "measure", "unit", "polarity"}
    refused = {key: w for key, w in held.items() if w.refusal}
    if refused or not asked:
        closed = set()  # what is needed is not known
    value = "".join(f"要求无法解读：{w.row.wording}。" for w in refused.values())
    value += f"单位：{unit}。" if unit_word(unit) else ""
    clauses = "、".join(str(leaf) for leaf in asked if not isinstance(leaf, (tree.Bound, tree.ClassBound)))
    clauses = clauses and f"这一行可写的条款：{clauses}。"
    average = f"这一行需要{'、'.join(needed)}。" if needed else ""
    notes = {"value": value, "attests": clauses, "denies": clauses, "benchmark": average, "benchmark_kind": average}
    return closed, notes | {key: f"可以解读的要求（不影响填报）。{w.refusal}" for key, w in refused.items()}


def _last(plan: Plan, item: Indicator, level: Level, at: Level | None, year: int, asked: Asked) -> str:
    """Last year's value with year and unit. Without a value: the reason, then the latest value before."""
    found = plan.observation(item.item_id, year - 1, at)
    if found is None and plan.observed(item.item_id, year - 1):
        return ""  # the item's other rows have it

    def status(row: Observation, y: int) -> str:
        if row.value is None:
            return f"{row.absence or shortened(row.statement or '', _LONGEST_STATEMENT)}（{y}年）"
        was = measured_at(plan, item, level, y, row)[level]
        unit = was.unit if was.unit in ("%", CLASS_UNIT) else f" {unit_word(was.unit)}".rstrip()
        return f"{row.value}{unit}（{y}年{f'，{was.name}' if row.measure or was.name != asked.name else ''}）"

    lines = [status(found, year - 1)] if found else []
    if found is None and year - 1 in (*plan.years, *range(plan.frame.base_year, year)):  # not before all that is known
        lines = [f"{unobserved(plan, item.item_id, year - 1, at)}（{year - 1}年）"]
    if found is None or found.value is None:
        known = ((y, plan.observation(item.item_id, y, at)) for y in reversed(plan.years) if y < year - 1)
        lines += [status(row, y) for y, row in known if row is not None and row.value is not None][:1]
    return "\n".join(lines)


def progress_sheets(plan: Plan, year: int) -> tuple[FormSheet, ...]:
    """The sheets of progress in the form of ``year``; none for a kind of which the plan has nothing."""
    columns = {Entity.PROJECT: layout.PROJECT_COLUMNS, Entity.COMMITMENT: layout.COMMITMENT_COLUMNS}
    sheets = ((f"{kind.chinese}进展", own, tuple(_progress_rows(plan, year, kind))) for kind, own in columns.items())
    return tuple(FormSheet(name, year, own, rows, Progress, ("note",)) for name, own, rows in sheets if rows)


#: Kind of data that is a list → its sheet, the column for remarks; its rows: a multiple, and empty ones.
_LISTS = {EVIDENCE: ("佐证材料", "note", 100, 40), SIGNATURES: ("签署", "reason", 30, 10)}


def list_sheet(kind: str, known: Sequence[Row], year: int) -> FormSheet:
    """A list of numbered rows: those of the data, and at least as many empty ones as its kind has."""
    name, remarks, step, least = _LISTS[kind]
    columns = tuple(layout.COLUMNS[kind])
    opened = frozenset(column.key for column in columns)
    whole = step * (1 + (len(known) + least) // step)
    numbered = enumerate((*known, *[None] * (whole - len(known))), start=1)
    rows = tuple(FormRow(None, {}, {"key": str(number)}, "", row, None, opened) for number, row in numbered)
    return FormSheet(name, year, columns, rows, YEARLY[kind], (remarks,))


def form_sheets(plan: Plan, year: int, version: int = layout.LAYOUT) -> tuple[FormSheet, ...]:
    """The input sheets of a form of this layout, by kind of data."""
    sheets = list(domain_sheets(plan, year))
    if layout.SINCE[PROGRESS] <= version:
        sheets += progress_sheets(plan, year)
    lists = (kind for kind in _LISTS if layout.SINCE[kind] <= version)
    return (*sheets, *(list_sheet(kind, getattr(plan, kind).get(year, ()), year) for kind in lists))


def _progress_rows(plan: Plan, year: int, kind: Entity) -> Iterator[FormRow]:
    known, before = reports(plan, year, kind), reports(plan, year - 1, kind)
    opened = frozenset(Progress.columns())
    for subject in plan.projects if kind is Entity.PROJECT else plan.commitments:
        if isinstance(subject, Project):
            budget = subject.budget_absence or "" if subject.budget is None else digits(subject.budget)
            shown = {"key": str(subject.number), "name": subject.name, "content": subject.content}
            shown |= {"years": subject.years, "budget": budget, "units": subject.units}
        else:
            shown = {"key": subject.commitment_id, "name": subject.metric, "promised": promised(subject)}
            shown |= {"deadline": deadline(subject), "scope": subject.scope, "place": subject.place}
        key, group = shown["key"], subject.category if isinstance(subject, Project) else ""
        last = before.get(key)
        shown["last"] = f"{summary(last) if last else NOT_REPORTED}（{year - 1}年）"
        yield FormRow(subject, {"kind": kind, "id": key}, shown, group, known.get(key), last, opened)


def summary(report: Progress) -> str:
    """A report in a few characters: ``进行中，60%，3000万元``."""
    numbers = ((report.percent, "%"), (report.spent, "万元"))
    amounts = (f"{digits(number)}{unit}" for number, unit in numbers if number is not None)
    return "，".join([report.state.chinese, *amounts])
