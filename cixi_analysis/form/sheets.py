"""The sheets of a year's form: their rows, with requirements, targets and last year's value or report beside the inputs.

An item that the plan names once for each level (11) has three rows: one for both levels and one for each level. People
fill in either the first or the other two.
"""

from collections.abc import Collection, Sequence

from cixi_analysis.analysis.commitments import deadline, promised
from cixi_analysis.analysis.progress import NOT_REPORTED, reports
from cixi_analysis.analysis.table1 import printed_name
from cixi_analysis.assessment import observed_level, wordings
from cixi_analysis.form.input_cells import decimal_text
from cixi_analysis.form.layout import (
    COLUMNS,
    COMMITMENT_COLUMNS,
    INPUTS,
    PROGRESS_INPUTS,
    PROJECT_COLUMNS,
    FormRow,
    FormSheet,
    prefill,
    shortened,
)
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Commitment, Indicator, Observation, Progress, Project
from cixi_analysis.requirement import tree
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, TARGET_YEARS, Entity, Level

#: Characters of last year's statement that are shown where there was no value.
_LONGEST_STATEMENT = 36
_NO_UNIT = (None, "", "-")
#: Kind of provincial average in words → whether it is an average of the level.
_BENCHMARKS = {"水平值的": True, "年变化量或年变化率的": False}


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
    asked = _asked(plan, item, (*own, *map(str, targets)), year)
    known = plan.observation(item.item_id, year, level)
    if known is not None and known.level is not level:
        known = None  # the row for both levels has it
    return FormRow(
        subject=item,
        identity={"item_id": item.item_id, "level": level or ""},
        shown={
            "key": item.item_id + {None: "", Level.NATIONAL: "国", Level.PROVINCIAL: "省"}[level],
            "name": ((level is Level.PROVINCIAL and item.provincial_name) or item.name)
            if level
            else printed_name(item),
            "level": _level(item, level, wording),
            "item_unit": item.unit or "",
            **{one.value: wording[one] if one in own else "" for one in Level},
            **{f"target_{y}": targets.get(y, "") for y in TARGET_YEARS},
            "last": _last(plan, item, level, year),
        },
        group=item.task,
        unit=item.unit or "",
        known=known,
        before=plan.observation(item.item_id, year - 1, level),
        # What the data has must be shown where it can be changed, even where no requirement asks for it.
        opened=_usable(plan, item, asked) | prefill(known, INPUTS).keys(),
        notes=_notes(item, asked),
    )


def _asked(plan: Plan, item: Indicator, levels: Collection[str], year: int) -> tuple[tree.Leaf, ...]:
    """The distinct leaves of the requirements in force in ``year`` and of the targets, in their order."""
    nodes = ([w.node for w in wordings(plan, item, level) if w.from_year <= year][-1] for level in levels)
    return tuple(dict.fromkeys(leaf for node in nodes if node is not None for leaf in tree.leaves(node)))


def _usable(plan: Plan, item: Indicator, asked: Collection[tree.Leaf]) -> frozenset[str]:
    """The input columns that can decide one of the leaves."""
    closed = set()
    if not any(isinstance(leaf, tree.AssignedTarget) for leaf in asked):
        closed |= {"comparator", "assigned_target"}
    if not any(map(_needs_benchmark, asked)):
        closed |= {"benchmark", "benchmark_kind"}
    # A State is attested by words. It needs no number, unless the data has kept one all along (22).
    has_numbers = any(
        o.value is not None for rows in plan.observations.values() for o in rows if o.item_id == item.item_id
    )
    if all(isinstance(leaf, tree.State) for leaf in asked) and not has_numbers:
        closed |= {"value", "measure", "unit", "polarity"}
    return frozenset(column.key for column in INPUTS) - closed


def _needs_benchmark(leaf: tree.Leaf) -> bool:
    return isinstance(leaf.rate if isinstance(leaf, tree.Change) else leaf, (tree.ChangeBenchmark, tree.LevelBenchmark))


def _notes(item: Indicator, asked: Collection[tree.Leaf]) -> dict[str, str]:
    """Input column → sentence about this row in its prompt."""
    value = "" if item.unit in _NO_UNIT else f"单位：{item.unit}。"
    if item.provincial_name:
        value += "国家级、省级所测相同时只填“两级合填”一行，不同时只填下面两行。"
    clauses = "、".join(str(leaf) for leaf in asked if not isinstance(leaf, (tree.Bound, tree.ClassBound)))
    clauses = clauses and f"这一行可写的条款：{clauses}。"
    of_level = {isinstance(leaf, tree.LevelBenchmark) for leaf in asked if _needs_benchmark(leaf)}
    kinds = "、".join(kind for kind, is_level in _BENCHMARKS.items() if is_level in of_level)
    benchmark = f"这一行需要{kinds}全省平均。"
    return {"value": value, "attests": clauses, "denies": clauses, "benchmark": benchmark, "benchmark_kind": benchmark}


def _level(item: Indicator, level: Level | None, wording: dict[Level, str]) -> str:
    """Whose requirement the row answers."""
    if level:
        return level.chinese
    if item.provincial_name:
        return "两级合填"
    asking = [one.chinese for one in Level if wording[one] != NOT_APPLICABLE_MARK]
    return asking[0] if len(asking) == 1 else "两级"


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
    kinds = (
        ("项目进展", PROJECT_COLUMNS, Entity.PROJECT, plan.projects),
        ("承诺进展", COMMITMENT_COLUMNS, Entity.COMMITMENT, plan.commitments),
    )
    return tuple(
        FormSheet(name, year, columns, _rows(plan, year, kind, subjects), Progress, ("note",))
        for name, columns, kind, subjects in kinds
        if subjects
    )


def _rows(plan: Plan, year: int, kind: Entity, subjects: Sequence[Project | Commitment]) -> tuple[FormRow, ...]:
    known, before = reports(plan, year, kind), reports(plan, year - 1, kind)
    rows = []
    for subject in subjects:
        shown = _project(subject) if isinstance(subject, Project) else _commitment(subject)
        key = shown["key"]
        last = summary(before[key]) if key in before else NOT_REPORTED
        rows.append(
            FormRow(
                subject=subject,
                identity={"kind": kind, "id": key},
                shown=shown | {"last": f"{last}（{year - 1}年）"},
                group=subject.category if isinstance(subject, Project) else "",
                unit="",
                known=known.get(key),
                before=before.get(key),
                opened=frozenset(column.key for column in PROGRESS_INPUTS),
            )
        )
    return tuple(rows)


def _project(project: Project) -> dict[str, str]:
    return {
        "key": str(project.number),
        "name": project.name,
        "content": project.content,
        "years": project.years,
        "budget": project.budget_absence or "" if project.budget is None else decimal_text(project.budget),
        "units": project.units,
    }


def _commitment(promise: Commitment) -> dict[str, str]:
    return {
        "key": promise.commitment_id,
        "name": promise.metric,
        "promised": promised(promise),
        "deadline": deadline(promise),
        "scope": promise.scope,
        "place": promise.place,
    }


def summary(report: Progress) -> str:
    """A report in a few characters: ``进行中，60%，3000万元``."""
    parts = [report.state.chinese]
    parts += [] if report.percent is None else [f"{decimal_text(report.percent)}%"]
    parts += [] if report.spent is None else [f"{decimal_text(report.spent)}万元"]
    return "，".join(parts)
