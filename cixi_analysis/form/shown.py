"""The sheets of the domains: the texts of their locked cells, the prompt of each input cell, what is filled in."""

from cixi_analysis.analysis.table1 import printed_name
from cixi_analysis.assessment import observed_level
from cixi_analysis.form.entries import entries, number_format
from cixi_analysis.form.layout import COLUMNS, INPUTS, FormColumn, Key, asked, needs_benchmark, open_inputs, sheets
from cixi_analysis.form.table import LONGEST_PROMPT, Inputs, Table, shortened
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.requirement.tree import Bound, ClassBound, LevelBenchmark
from cixi_analysis.words import CLASS_UNIT, NOT_APPLICABLE_MARK, TARGET_YEARS, Level

#: Characters of last year's statement in its cell; the whole of it does not fit beside a value.
_LONGEST_STATEMENT = 36


def domain_tables(plan: Plan, year: int) -> tuple[Table[Key], ...]:
    """The sheets of the domains in the form of ``year``."""
    return tuple(
        Table(
            name=domain,
            year=year,
            columns=COLUMNS,
            shown={key: shown(plan, key, year) for key in keys},
            groups={key: key.item.task for key in keys},
            inputs=lambda key: _inputs(plan, key, year),
            remarks=("statement", "acknowledgment"),
        )
        for domain, keys in sheets(plan).items()
    )


def _inputs(plan: Plan, key: Key, year: int) -> Inputs:
    observation = observed_in_row(plan, key, year)
    content = entries(observation) if observation else {}
    # What the data has is shown where it can be changed, even where no requirement asks for it.
    opened = open_inputs(plan, key, year) | content.keys()
    prompts = {c.key: prompt(plan, key, year, c, is_open=c.key in opened) for c in INPUTS}
    formats = {"value": number_format(observation.value)} if observation else {}
    return Inputs(content, frozenset(opened), prompts, formats)


def shown(plan: Plan, key: Key, year: int) -> dict[str, str]:
    """Locked column → its text in the row of ``key``."""
    item = key.item
    wordings = {level: plan.requirement(item.item_id, level, year).wording for level in Level}
    targets = {t.year: t.wording for t in plan.targets if t.item_id == item.item_id}
    own = (key.level,) if key.level else tuple(Level)
    return {
        "key": str(key),
        "name": _name(key),
        "level": _level(key, wordings),
        "unit": item.unit or "",
        **{level.value: wordings[level] if level in own else "" for level in Level},
        **{f"target_{y}": targets[y] if observed_level(str(y)) in own else "" for y in TARGET_YEARS},
        "last": _last(plan, key, year),
    }


def prompt(plan: Plan, key: Key, year: int, column: FormColumn, *, is_open: bool) -> str:
    """What Excel says when the cell is selected: how to fill it in, what this row needs, what last year said."""
    if not is_open:
        return "这一行的要求用不到这一列，不必填写。"
    before = _observed(plan, key, year - 1)
    last = "" if before is None else _text(before, column)
    lines = [column.hint, _of_the_row(plan, key, year, column), f"{year - 1}年：{last}" if last else ""]
    return shortened("\n".join(line for line in lines if line), LONGEST_PROMPT)


def _text(observation: Observation, column: FormColumn) -> str:
    """Last year's content; the value stands in a cell of its own, the comparator is told with its target."""
    if column.key in ("value", "comparator"):
        return ""
    if column.key == "assigned_target":
        return observation.assigned_target or ""
    content = entries(observation).get(column.key, "")
    return content if isinstance(content, str) else f"{content:.12g}"


def _of_the_row(plan: Plan, key: Key, year: int, column: FormColumn) -> str:
    if column.key == "value":
        lines = [f"单位：{key.item.unit}。"] if _printed(key.item.unit) else []
        if key.item.provincial_name:
            lines.append("国家级、省级所测相同时只填“两级合填”一行，不同时只填下面两行。")
        return "".join(lines)
    leaves = asked(plan, key, year)
    if column.key in ("attests", "denies"):
        clauses = [str(leaf) for leaf in leaves if not isinstance(leaf, (Bound, ClassBound))]
        return f"这一行可写的条款：{'、'.join(clauses)}。" if clauses else ""
    if column.key in ("benchmark", "benchmark_kind"):
        wanted = [leaf for leaf in leaves if needs_benchmark(leaf)]
        kinds = ["水平值的"] if any(isinstance(leaf, LevelBenchmark) for leaf in wanted) else []
        kinds += ["年变化量或年变化率的"] if any(not isinstance(leaf, LevelBenchmark) for leaf in wanted) else []
        return f"这一行需要{'、'.join(kinds)}全省平均。"
    return ""


def _name(key: Key) -> str:
    if key.level is None:
        return printed_name(key.item)
    return (key.item.provincial_name if key.level is Level.PROVINCIAL else None) or key.item.name


def _level(key: Key, wordings: dict[Level, str]) -> str:
    """Whose requirement a row answers. Where each level has a row of its own, the common one says that it is common."""
    if key.level:
        return key.level.chinese
    if key.item.provincial_name:
        return "两级合填"
    asking = [level.chinese for level, wording in wordings.items() if wording != NOT_APPLICABLE_MARK]
    return asking[0] if len(asking) == 1 else "两级"


def _last(plan: Plan, key: Key, year: int) -> str:
    """Last year's value with its year and unit; where it has none, the latest one before beside the reason."""
    found = _observed(plan, key, year - 1)
    if found is None:
        if any(o.item_id == key.item.item_id for o in plan.observations.get(year - 1, ())):
            return ""  # the item's other rows have it
        lines = [f"{missing_reason(year - 1)}（{year - 1}年）"]
    else:
        lines = [_status(found, key.item, year - 1)]
    if found is None or found.value is None:
        known = ((y, _observed(plan, key, y)) for y in sorted(plan.years, reverse=True) if y < year - 1)
        lines += [_status(o, key.item, y) for y, o in known if o is not None and o.value is not None][:1]
    return "\n".join(lines)


def _status(observation: Observation, item: Indicator, year: int) -> str:
    if observation.value is None:
        text = observation.absence or shortened(observation.statement or "", _LONGEST_STATEMENT)
        return f"{text}（{year}年）"
    unit = observation.unit or item.unit
    joint = "" if unit in ("%", CLASS_UNIT) else " "
    text = f"{observation.value}{joint}{unit}" if _printed(unit) else observation.value
    return f"{text}（{year}年{'，' if observation.measure else ''}{observation.measure or ''}）"


def _observed(plan: Plan, key: Key, year: int) -> Observation | None:
    """What the row's cells would hold for a year; a level's row also knows the common one."""
    if key.level:
        return plan.observation(key.item.item_id, year, key.level)
    return observed_in_row(plan, key, year)


def observed_in_row(plan: Plan, key: Key, year: int) -> Observation | None:
    """What the data has of a row itself."""
    row = (key.item.item_id, key.level)
    return next((o for o in plan.observations.get(year, ()) if (o.item_id, o.level) == row), None)


def _printed(unit: str | None) -> bool:
    return unit not in (None, "", "-")
