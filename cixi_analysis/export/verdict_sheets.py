"""Why each verdict holds: 指标结论, one row an indicator, and 结论依据, one row an item and level."""

from cixi_analysis.analysis.records import records
from cixi_analysis.export.figures import Figures
from cixi_analysis.export.plan_tables import verdict_place
from cixi_analysis.export.sheet import Report, place
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.looks import basis_word
from cixi_analysis.presentation.titles import item_label
from cixi_analysis.words import Level

INDICATORS, REASONS = "指标结论", "结论依据"
_FIRST = 3
#: Level → the columns of 指标结论 with its verdict and its basis.
_COLUMNS = {Level.NATIONAL: ("E", "F"), Level.PROVINCIAL: ("H", "I")}


def indicator_sheet(report: Report, figures: Figures) -> None:
    """One row an indicator, nothing merged, so that it can be filtered; the verdicts are those of 表一."""
    plan = figures.plan
    sheet = report.sheet(INDICATORS)
    headings: dict[str, float] = {"序号": 6, "指标名称": 30, "领域": 10, "指标属性": 9}
    for level in Level:
        headings |= {f"{level.chinese}结论": 9, f"{level.chinese}依据": 12, f"{level.chinese}理由": 60}
    sheet.title(f"指标结论（{figures.year}年评估）", len(headings))
    sheet.header(headings)
    judged = {(row.indicator, row.level): row for row in records(figures.assessment.indicators)}
    first = {item.indicator: item for item in reversed(plan.items)}
    for number, indicator in enumerate(sorted(first), start=_FIRST):
        item = first[indicator]
        sheet.put(number, 1, indicator, centre=True)
        sheet.put(number, 2, item.indicator_name)
        sheet.put(number, 3, item.domain, centre=True)
        sheet.put(number, 4, item.attribute.chinese, centre=True)
        for column, level in zip((5, 8), Level, strict=True):
            row = judged[indicator, level]
            sheet.formula(
                number,
                column,
                verdict_place(plan, indicator, level),
                figures.assessment.status(indicator, level).chinese,
            )
            sheet.put(number, column + 1, basis_word(row.basis) or None, centre=True)
            sheet.put(number, column + 2, row.reason)
    sheet.finish(len(headings), freeze="C3", filter_row=2)


def verdict_and_basis_places(plan: Plan, level: Level) -> tuple[str, str]:
    """The cells of 指标结论 with the verdicts and the bases of a level."""
    last = _FIRST + len({item.indicator for item in plan.items}) - 1
    verdict, basis = (place(INDICATORS, column, _FIRST, last) for column in _COLUMNS[level])
    return verdict, basis


def reason_sheet(report: Report, figures: Figures) -> None:
    """Why each item has its verdict at each level, and where its status comes from."""
    plan, year, status = figures.plan, figures.year, figures.assessment.status
    sheet = report.sheet(REASONS)
    names = ("序号", "子项", "名称", "级别", "结论", "依据", "理由", "现状出处")
    headings = dict(zip(names, (6, 7, 30, 9, 9, 13, 80, 50), strict=True))
    sheet.title(f"结论依据（{figures.year}年评估）", len(headings))
    sheet.header(headings)
    items = {item.item_id: item for item in plan.items}
    for number, row in enumerate(records(figures.assessment.items), start=_FIRST):
        item, level = items[row.item_id], Level(row.level)
        observed = plan.observation(item.item_id, year, level)
        own_name = item.provincial_name if level is Level.PROVINCIAL else None
        cells = (
            item.indicator, item_label(item), own_name or item.name, level.chinese,
            status(item.indicator, level, item.item_id).chinese, basis_word(row.basis) or None, row.reason,
            observed.source if observed else None,
        )  # fmt: skip
        for column, value in enumerate(cells, start=1):
            sheet.put(number, column, value, centre=column in (1, 2, 4, 5, 6))
    sheet.finish(len(headings), freeze="D3", filter_row=2)
