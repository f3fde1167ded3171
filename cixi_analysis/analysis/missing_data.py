"""还缺什么: what judging an item needs and nobody knows, as the evaluator's findings name it."""

from collections.abc import Iterator

from cixi_analysis.analysis.flip_trials import Cell
from cixi_analysis.analysis.flips import lacking
from cixi_analysis.assessment import asking
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import unit_word
from cixi_analysis.plan.schema import Indicator
from cixi_analysis.words import Absence, BenchmarkKind


def missing_data(own: Plan, year: int) -> Iterator[str]:
    """What judging ``year`` by requirements and targets lacks, and what for; else what the numbers do not tell."""
    for item in own.items:
        if not asking(own, item.item_id, year) and any(own.requirements_of(item.item_id, v) for v in own.levels):
            continue  # nobody asks any more, or yet
        named, row = f"{item.label} {item.name}：", own.observation(item.item_id, year)
        needs: dict[Cell, list[str]] = {}
        for level in (*own.levels, *map(str, own.frame.target_years)):
            for cell in lacking(own, year, item.item_id, level):
                needs.setdefault(cell, []).append(level)
        for cell, used in sorted(needs.items(), key=lambda pair: (-pair[0].year, pair[0].column != "value")):
            yield f"{named}{_lack(own, item, year, cell)}；{own.questions(*used)}要用"
        known = [y for y in own.years if y <= year and any(one.value for one in own.observed(item.item_id, y))]
        if row and row.value and known == [year] and not any(cell.column == "value" for cell in needs):
            columns = {cell.column for cell in needs}
            beside = {"上级下达的目标": "assigned_target", "平均": "benchmark"}
            unused = [name for name, at in beside.items() if getattr(row, at) is None and at not in columns]
            nothing = f"，也没有{'和'.join(unused)}可以对照" if unused else ""
            yield f"{named}只有{year}年一个数值{nothing}：看不出趋势，算不出进度"


def _lack(own: Plan, item: Indicator, year: int, cell: Cell) -> str:
    """What is not known, and why."""
    rows = own.observed(item.item_id, cell.year)
    # Beside the value: the plan prints none for the years that it reports on.
    unknown = Absence.NOT_LISTED if rows and year <= own.frame.base_year else own.missing_reason(year)
    match cell.column:
        case "assigned_target":
            return f"没有{cell.year}年上级下达的目标（{unknown}）"
        case "benchmark":
            return f"没有{cell.year}年的{BenchmarkKind(cell.of).scope.chinese}平均（{unknown}）"
        case "attests":
            return f"没有载明“{cell.of}”的原文"
    if cell.year < year:
        return f"没有{cell.year}年的数值，看不出变化"
    if other := next((row for row in rows if row.value), None):
        return f"{year}年所测的是{other.measure or item.name}（{unit_word(own.unit_of(other, year)) or '无单位'}），不能与所要求的相比"
    return f"没有{year}年的现状值（{next((row.absence for row in rows if row.absence), unknown)}）"
