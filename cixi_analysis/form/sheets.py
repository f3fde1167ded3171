"""The sheets of a year's form: their rows, with requirements, targets and last year's value or report beside the inputs.

An item that the plan names once for each level (11) has three rows: one for both levels and one for each level. People
fill in either the first or the other two.
"""

from collections.abc import Collection, Iterator

from cixi_analysis.analysis.commitments import NOT_REPORTED, deadline, promised, reports
from cixi_analysis.analysis.table1 import printed_name
from cixi_analysis.assessment import observed_level, wordings
from cixi_analysis.form.input_cells import decimal_text, shortened
from cixi_analysis.form.layout import COLUMNS, COMMITMENT_COLUMNS, INPUTS, PROJECT_COLUMNS, FormRow, FormSheet, prefill
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Indicator, Observation, Progress, Project
from cixi_analysis.requirement import tree
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, TARGET_YEARS, Entity, Level

#: Characters of last year's statement that are shown where there was no value.
_LONGEST_STATEMENT = 36
_NO_UNIT = (None, "", "-")


def domain_sheets(plan: Plan, year: int) -> tuple[FormSheet, ...]:
    """The sheets of the domains in the form of ``year``, in the plan's order."""
    rows: dict[str, list[FormRow]] = {}
    for item in plan.items:
        for level in (None, *Level) if item.provincial_name else (None,):
            rows.setdefault(item.domain, []).append(_row(plan, item, level, year))
    remarks = ("statement", "acknowledgment")
    return tuple(FormSheet(name, year, COLUMNS, tuple(own), Observation, remarks) for name, own in rows.items())


def _row(plan: Plan, item: Indicator, level: Level | None, year: int) -> FormRow:
    own = (level,) if level else tuple(Level)
    wording = {one: plan.requirement(item.item_id, one, year).wording for one in Level}
    targets = {t.year: t.wording for t in plan.targets if t.item_id == item.item_id}
    targets = {y: targets[y] for y in TARGET_YEARS if observed_level(str(y)) in own}
    # The distinct leaves of the requirements in force in ``year`` and of the targets, in their order.
    judged = (*own, *map(str, targets))
    nodes = ([w.node for w in wordings(plan, item, one) if w.from_year <= year][-1] for one in judged)
    asked = tuple(dict.fromkeys(leaf for node in nodes if node is not None for leaf in tree.leaves(node)))
    name = printed_name(item) if level is None else (level is Level.PROVINCIAL and item.provincial_name) or item.name
    asking = [one.chinese for one in Level if wording[one] != NOT_APPLICABLE_MARK]
    joint = "两级合填" if item.provincial_name else asking[0] if len(asking) == 1 else "两级"
    # A level's row has nothing of what the row for both levels has.
    known = next((row for row in plan.observed(item.item_id, year) if row.level is level), None)
    closed, notes = _closed_and_notes(plan, item, asked)
    identity = {"item_id": item.item_id, "level": level or ""}
    shown = {
        "key": item.item_id + (level.chinese[0] if level else ""), "name": name,
        "level": level.chinese if level else joint, "item_unit": item.unit or "",
        **{one.value: wording[one] if one in own else "" for one in Level},
        **{f"target_{y}": targets.get(y, "") for y in TARGET_YEARS}, "last": _last(plan, item, level, year),
    }  # fmt: skip
    before = plan.observation(item.item_id, year - 1, level)
    # What the data has must be shown where it can be changed, even where no requirement asks for it.
    opened = frozenset(c.key for c in INPUTS) - closed | prefill(known, INPUTS).keys()
    return FormRow(item, identity, shown, item.task, known, before, opened, notes)


def _closed_and_notes(plan: Plan, item: Indicator, asked: Collection[tree.Leaf]) -> tuple[set[str], dict[str, str]]:
    """(input columns that can decide none of the leaves, input column → sentence about this row in its prompt)."""
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
    # A State is attested by words. It needs no number, unless the data has kept one all along (22).
    observed = (o for rows in plan.observations.values() for o in rows if o.item_id == item.item_id)
    if all(isinstance(leaf, tree.State) for leaf in asked) and all(o.value is None for o in observed):
        closed |= {"value", "measure", "unit", "polarity"}
    value = "" if item.unit in _NO_UNIT else f"单位：{item.unit}。"
    if item.provincial_name:
        value += "国家级、省级所测相同时只填“两级合填”一行，不同时只填下面两行。"
    clauses = "、".join(str(leaf) for leaf in asked if not isinstance(leaf, (tree.Bound, tree.ClassBound)))
    clauses = clauses and f"这一行可写的条款：{clauses}。"
    average = f"这一行需要{'、'.join(needed)}。"
    notes = {"value": value, "attests": clauses, "denies": clauses, "benchmark": average, "benchmark_kind": average}
    return closed, notes


def _last(plan: Plan, item: Indicator, level: Level | None, year: int) -> str:
    """Last year's value with year and unit. Without a value: the reason, then the latest value before."""
    found = plan.observation(item.item_id, year - 1, level)
    if found is None and any(o.item_id == item.item_id for o in plan.observations.get(year - 1, ())):
        return ""  # the item's other rows have it
    lines = [_status(found, item, year - 1) if found else f"{missing_reason(year - 1)}（{year - 1}年）"]
    if found is None or found.value is None:
        known = ((y, plan.observation(item.item_id, y, level)) for y in reversed(plan.years) if y < year - 1)
        lines += [_status(o, item, y) for y, o in known if o is not None and o.value is not None][:1]
    return "\n".join(lines)


def _status(observation: Observation, item: Indicator, year: int) -> str:
    if observation.value is None:
        return f"{observation.absence or shortened(observation.statement or '', _LONGEST_STATEMENT)}（{year}年）"
    unit = observation.unit or item.unit
    joint = "" if unit in ("%", CLASS_UNIT) else " "
    text = observation.value + ("" if unit in _NO_UNIT else f"{joint}{unit}")
    return f"{text}（{year}年{'，' if observation.measure else ''}{observation.measure or ''}）"


def progress_sheets(plan: Plan, year: int) -> tuple[FormSheet, ...]:
    """The sheets of progress in the form of ``year``; none for a kind of which the plan has nothing."""
    kinds = ("项目进展", PROJECT_COLUMNS, Entity.PROJECT), ("承诺进展", COMMITMENT_COLUMNS, Entity.COMMITMENT)
    sheets = ((name, columns, tuple(_progress_rows(plan, year, kind))) for name, columns, kind in kinds)
    return tuple(FormSheet(name, year, columns, rows, Progress, ("note",)) for name, columns, rows in sheets if rows)


def _progress_rows(plan: Plan, year: int, kind: Entity) -> Iterator[FormRow]:
    known, before = reports(plan, year, kind), reports(plan, year - 1, kind)
    opened = frozenset(Progress.columns())
    for subject in plan.projects if kind is Entity.PROJECT else plan.commitments:
        if isinstance(subject, Project):
            budget = subject.budget_absence or "" if subject.budget is None else decimal_text(subject.budget)
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
    amounts = (f"{decimal_text(number)}{unit}" for number, unit in numbers if number is not None)
    return "，".join([report.state.chinese, *amounts])
