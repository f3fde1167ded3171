"""The sheets of results: 指标结论, 结论依据, 分级统计, 趋势与进度, 佐证材料目录."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count
from types import EllipsisType
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from cixi_analysis.analysis import records, trend
from cixi_analysis.analysis.evidence import proven
from cixi_analysis.assessment import tally
from cixi_analysis.export.sheet import (
    CellContent,
    Formula,
    Header,
    Report,
    Sheet,
    computed_or_blank,
    emphasise,
    percent_form,
)
from cixi_analysis.export.workbook import CENTRE, WRAP
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Level
from cixi_analysis.plan.schema import Commitment, Indicator
from cixi_analysis.presentation.formatting import missing
from cixi_analysis.presentation.looks import basis_word
from cixi_analysis.words import (
    Attribute,
    Basis,
    Convention,
    Direction,
    Entity,
    EvidenceClass,
    EvidenceState,
    Pace,
    Polarity,
    Status,
    Verdict,
    printed,
)


def indicator_sheet(report: Report) -> None:
    """One row an indicator, without merged cells so that it can be filtered; the verdicts refer to Table 1."""
    assessment, levels = report.figures.assessment, report.plan.levels
    columns = [Header("序号", 6), Header("指标名称", 30, WRAP), Header("领域", 10), Header("指标属性", 9)]
    for name in (level.chinese for level in levels):
        columns += [Header(f"{name}结论", 9), Header(f"{name}依据", 12), Header(f"{name}理由", 60, WRAP)]
    sheet = Sheet(report, "指标结论", f"指标结论（{report.figures.year}年评估）", columns, freeze="C")
    judged = {(row.indicator, row.level): row for row in records(assessment.indicators)}
    first = {item.indicator: item for item in reversed(report.plan.items)}
    for number, (indicator, item) in enumerate(sorted(first.items()), start=sheet.first):
        cells: list[CellContent] = [indicator, item.indicator_name, item.domain, item.attribute.chinese]
        for level in levels:
            row, place = judged[indicator, level], report.places["verdict", indicator, level][0]
            status = assessment.status(indicator, level).chinese
            shown = {"": "", **{printed(v): v.chinese for v in Verdict if printed(v) != v.chinese}}
            words = "".join(f'IF({place}="{text}","{word}",' for text, word in shown.items())
            cells += [
                Formula(f"{words}{place}{')' * words.count('IF(')}", status),
                basis_word(row.basis) or None,
                row.reason,
            ]
        sheet.row(number, cells)
    last = sheet.first + len(first) - 1
    for verdict, level in zip(count(5, 3), levels, strict=False):  # the first of a level's three columns
        report.places[Basis, level] = [sheet.place(column, sheet.first, last) for column in (verdict + 1, verdict)]
    sheet.finish(filtered=True)


def reason_sheet(report: Report) -> None:
    """The reason of each item's verdict at each level, and the source of its status."""
    plan, assessment, year = report.plan, report.figures.assessment, report.figures.year
    columns = [
        Header("序号", 6), Header("子项", 7), Header("名称", 30, WRAP), Header("级别", 9), Header("结论", 9),
        Header("依据", 13), Header("理由", 80, WRAP), Header("现状出处", 50, WRAP),
    ]  # fmt: skip
    sheet = Sheet(report, "结论依据", f"结论依据（{year}年评估）", columns, freeze="D")
    for number, row in enumerate(records(assessment.items), start=sheet.first):
        item, level = plan.item(row.item_id), plan.level(row.level)
        observed = plan.observation(item.item_id, year, level)
        cells = (
            item.indicator, item.label, plan.asked(item, level, year).name, level.chinese,
            assessment.status(item.indicator, level, item.item_id).chinese, basis_word(row.basis) or None, row.reason,
            observed.source if observed else None,
        )  # fmt: skip
        sheet.row(number, cells)
    sheet.finish(filtered=True)


#: A section of 分级统计: heading (or ""), tally, its column of groups ("" for one group, the whole), group → label, and
#: group, level and status → the formula that counts the indicators; without a formula the counts are numbers.
_Section = tuple[str, pd.DataFrame, str, Mapping[Any, str], Callable[[Any, Level, Status], str] | None]


def tally_sheet(report: Report) -> None:
    """A row a group, the levels side by side (适用, the statuses, the share of 达标), in sections."""
    counted, levels = report.figures.counted, report.plan.levels
    titles = ("适用", *(status.chinese for status in counted), "达标÷适用")
    columns = [Header("分组", 34, WRAP)]
    columns += [Header(title, 9, group=level.chinese) for level in levels for title in titles]
    title = f"分级统计（{report.figures.year}年，指标数）"
    sheet = Sheet(report, "分级统计", title, columns, freeze="B")
    letters: dict[tuple[Level, Status | None], str] = {}
    for start, level in zip(count(2, len(titles)), levels, strict=False):
        for column, status in enumerate((None, *counted), start=start):
            letters[level, status] = get_column_letter(column)
            report.places["tally", level, status] = [sheet.place(column, sheet.first)]
    rows = count(sheet.first)
    for heading, table, by, labels, formula in _sections(report, letters):
        if heading:
            emphasise(sheet.put(next(rows), 1, heading, WRAP, columns=len(columns)))
        for group, label in labels.items():
            number, found = next(rows), records(table[table[by] == group] if by else table)
            counts = {(row.level, status): int(getattr(row, status)) for row in found for status in counted}
            cells: list[CellContent | EllipsisType] = [label]
            for level in levels:
                values = [counts.get((level, status), 0) for status in counted]
                total, first, *_, last = (f"{letters[level, status]}{number}" for status in (None, *counted))
                cells.append(Formula(f"SUM({first}:{last})", sum(values)))
                for status, value in zip(counted, values, strict=True):
                    cells.append(Formula(formula(group, level, status), value) if formula else value)
                share = computed_or_blank(f"{first}/{total}")
                met = values[0] / sum(values) if sum(values) else 0
                cells.append(Formula(share, met, percent_form(met)) if sum(values) else ...)
            sheet.row(number, cells)
    sheet.finish()


def _sections(report: Report, letters: Mapping[tuple[Level, Status | None], str]) -> Iterator[_Section]:
    places, assessment = report.places, report.figures.assessment
    whole, domains = tally(assessment), {item.domain: item.domain for item in report.plan.items}

    def in_domain(domain: str | None, level: Level, status: Status) -> str:
        return "+".join(f'COUNTIF({verdicts},"{printed(status)}")' for verdicts in places["verdicts", level, domain])

    def of_all_domains(_: None, level: Level, status: Status) -> str:
        letter, first = letters[level, status], 6  # below the title, two header rows, the whole, a heading
        return f"SUM({letter}{first}:{letter}{first + len(domains) - 1})"

    def having(value: Attribute | Basis, level: Level, status: Status) -> str:
        values, verdicts = places[type(value), level]
        word = status.chinese if isinstance(value, Basis) else printed(status)  # of 指标结论, or of Table 1
        return f'COUNTIFS({values},"{value.chinese}",{verdicts},"{word}")'

    yield "", whole, "", {None: "全部指标"}, in_domain
    yield "按领域", tally(assessment, "domain"), "domain", domains, in_domain
    yield "", whole, "", {None: "各领域之和"}, of_all_domains
    by_attribute, by_basis = tally(assessment, "attribute"), tally(assessment, "basis")
    yield "按指标属性", by_attribute, "attribute", {word: word.chinese for word in Attribute}, having
    heading = "按依据（“无数据”没有依据，不在其内）"
    yield heading, by_basis, "basis", {word: word.chinese for word in Basis}, having
    heading = "约定的作用：不用某一约定时的指标数（由程序重新评估，计数不是公式）"
    cases = {"": "全部约定都用", **{c.value: f"不用“{c.chinese}”" for c in Convention}, "all": "全部约定都不用"}
    yield heading, report.figures.tallies_without_conventions, "convention", cases, None


#: Group → its columns with their widths.
_GROUPS: dict[str, dict[str, float]] = {
    "所测": {"item_id": 7, "name": 30, "measure": 16, "unit": 10, "polarity": 9},
    "水平与趋势": {
        "first_year": 7, "first_value": 10, "last_year": 7, "last_value": 10, "points": 7,
        "mean_change": 11, "mean_rate": 10, "direction": 7,
    },
    "差距": {"target_year": 7, "target_value": 10, "gap": 10},
    "进度": {
        "needed_change": 11, "ratio_linear": 9, "ratio_compound": 9, "pace": 10, "pace_compound": 10,
        "needed_rate": 11, "note": 34,
    },
}  # fmt: skip
_LETTERS = {name: get_column_letter(at) for at, name in enumerate(chain(*_GROUPS.values()), start=1)}
#: Column → its formula, in the names of the other columns; written only where the library has a value.
_FORMULAS = {
    "mean_change": "({last_value}-{first_value})/({last_year}-{first_year})",
    "mean_rate": "IF(MIN({first_value},{last_value})>0,"
    '({last_value}/{first_value})^(1/({last_year}-{first_year}))-1,"")',
    "gap": "{target_value}-{last_value}",
    "needed_change": "({target_value}-{first_value})/({target_year}-{first_year})",
    "ratio_linear": "{mean_change}/{needed_change}",
    "ratio_compound": "IF(MIN({first_value},{target_value})>0,"
    '{mean_rate}/(({target_value}/{first_value})^(1/({target_year}-{first_year}))-1),"")',
    "needed_rate": "({target_value}-{last_value})/({target_year}-{last_year})",
}
_RATIOS = "ratio_linear", "ratio_compound"
_WORDS = {"polarity": Polarity, "direction": Direction, "pace": Pace, "pace_compound": Pace}
_LEFT = ("name", "measure", "note")


def trend_sheet(report: Report) -> None:
    """A row a series and target; what can be computed from its cells is a formula."""
    titles = {name: str(column.title) for name, column in report.figures.outputs["trend"].columns.items()}
    titles["name"] = str(Indicator.columns()["name"].title)
    columns = [
        Header(titles[name], width, WRAP if name in _LEFT else CENTRE, group=group)
        for group, widths in _GROUPS.items()
        for name, width in widths.items()
    ]
    sheet = Sheet(report, "趋势与进度", f"趋势与进度（截至{report.figures.year}年）", columns, freeze="D")
    for number, row in enumerate(records(report.figures.trends), start=sheet.first):
        places = {name: f"{letter}{number}" for name, letter in _LETTERS.items()}
        sheet.row(number, (_cell(name, row, report.plan.item(row.item_id), places) for name in _LETTERS))
    note = "水平、差距、进度各列一栏，互不合并。两个点只是方向，不是趋势；缺的年份就是缺的，不补、不推。空格的含义见数据字典。"
    sheet.finish(note, "走向、进度与说明不是公式：改了数它们不变，导出时为空的格也不会补上。", filtered=True)


def _cell(name: str, row: Any, item: Indicator, places: Mapping[str, str]) -> CellContent:
    """A cell; what was measured only where it is not the item itself."""
    if name in ("item_id", "name"):
        return item.name if name == "name" else item.label
    value = getattr(row, name)
    if missing(value) or (name == "measure" and value == item.name):
        return None
    if name not in _FORMULAS:
        return _WORDS[name](value).chinese if name in _WORDS else value
    form = "General"  # as written where that is short, else four significant digits
    if name in _RATIOS:
        form = "0." + "0" * trend.ratio_digits(value)
    elif name == "mean_rate":
        form = percent_form(value)
    elif float(f"{value:.6g}") != value:
        form = "0." + "0" * max(1, 3 - math.floor(math.log10(abs(value))))
    formula = _FORMULAS[name].format_map(places)
    if name == "needed_rate" and value:  # blank, as the library's, where an edited value has reached the target
        formula = f'IF({places["target_value"]}{">" if value > 0 else "<"}{places["last_value"]},{formula},"")'
    return Formula(computed_or_blank(formula), value, form)


EVIDENCE_SHEET = "佐证材料目录"
_COLUMNS = [
    Header("编号", 11), Header("对象", 10), Header("名称", 26, WRAP), Header("类别", 11), Header("所证", 10),
    Header("条款", 16, WRAP), Header("材料名称", 34, WRAP), Header("发文单位", 18, WRAP), Header("文号", 16, WRAP),
    Header("日期", 11), Header("页码", 9), Header("原文字句", 34, WRAP), Header("文件名", 22, WRAP),
    Header("状态", 11), Header("说明", 30, WRAP),
]  # fmt: skip


def evidence_sheet(report: Report) -> None:
    """A row a piece of evidence, and one for each that is missing; for a year with a list."""
    if "evidence" not in report.figures.outputs:
        return
    sheet = Sheet(report, EVIDENCE_SHEET, f"{EVIDENCE_SHEET}（{report.figures.year}年）", _COLUMNS, freeze="C")
    for number, row in enumerate(records(report.figures.tables["evidence"]), start=sheet.first):
        sheet.row(number, _cells(report.plan, row))
    sheet.finish(
        "编号由对象、类别（A 自有材料，B 来源文件，C 年鉴与统计）和序号组成。参考的数不作判定。", filtered=True
    )


def _cells(plan: Plan, row: Any) -> tuple[str | None, ...]:
    subject = plan.subjects[row.kind, row.id]
    label = subject.label if isinstance(subject, Indicator) else f"{Entity(row.kind).chinese}{row.id}"
    name = subject.metric if isinstance(subject, Commitment) else subject.name
    grade = EvidenceClass(row.grade).chinese if row.grade else None
    state = EvidenceState(row.state).chinese if row.state else "有电子文件"
    told = (row.clause, row.title, row.issuer, row.document_number, row.date, row.page, row.quoted, row.file)
    return (row.number, label, name, grade, proven(row.proves), *told, state, row.detail or row.note)


#: In the order of the workbook.
RESULTS = (indicator_sheet, reason_sheet, tally_sheet, trend_sheet, evidence_sheet)
