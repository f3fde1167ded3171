"""The page of Table 1: the plan's layout, the year's status and verdicts beside, and why each verdict holds below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cixi_analysis.analysis.records import records
from cixi_analysis.analysis.table1 import HEADINGS, Table1Row
from cixi_analysis.analysis.table1 import table1 as layout
from cixi_analysis.assessment import Assessment
from cixi_analysis.plan.dataset import Plan, missing_reason
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation
from cixi_analysis.presentation.formatting import with_unit
from cixi_analysis.presentation.html import Html, joined, lines, link, render
from cixi_analysis.presentation.looks import basis_word, verdict_badge
from cixi_analysis.presentation.tables import Column
from cixi_analysis.presentation.titles import indicator_href, item_anchor, item_href, item_title, short_source
from cixi_analysis.words import BASE_YEAR, CLASS_UNIT, Level, Status, Verdict

#: Column → the class of its cells.
_CSS = {
    "domain": "vertical", "task": "vertical", "indicator": "number", "name": "name", "unit": "narrow",
    "attribute": "narrow", "status": "words", "now": "words",
    "verdict_national": "narrow verdict", "verdict_provincial": "narrow verdict",
}  # fmt: skip
_VERDICT = {"verdict_national": Level.NATIONAL, "verdict_provincial": Level.PROVINCIAL}


@dataclass(frozen=True)
class PageCell:
    """A cell of the page; ``id`` where something links to it."""

    content: Markup
    css: str
    span: int
    id: str = ""
    find: str = ""


@dataclass(frozen=True)
class Reasons:
    """Why an indicator has its verdicts; ``open`` (not folded) where it is unmet, or without data though entered."""

    summary: Markup
    parts: tuple[Markup, ...]
    open: bool


@dataclass(frozen=True)
class PageRow:
    """An item's row, and after an indicator's last item its reasons."""

    anchor: str
    find: str
    cells: tuple[PageCell, ...]
    reasons: Reasons | None


def table1(assessment: Assessment) -> Html:
    """Table 1 for the year of the assessment. Each row is ``#item-9-1``, each indicator's number ``#indicator-9``."""
    heads = _heads(assessment.year)
    caption = f"表一 慈溪市生态文明建设示范区指标体系，{assessment.year}年：{len(assessment.plan.items)}个子项"
    caption += "；结论下的小字为原表所印" if assessment.year == BASE_YEAR else ""
    rows = list(_rows(assessment))
    return Html(render("table1", caption=caption, heads=heads, rows=rows, width=len(heads) - 2), caption)


def _columns(year: int) -> list[str]:
    """The plan's columns; in another year than the base year its status beside the plan's."""
    return [
        c for column in HEADINGS for c in ([column, "now"] if column == "status" and year != BASE_YEAR else [column])
    ]


def _heads(year: int) -> list[Column]:
    titles = {**HEADINGS, "status": f"{BASE_YEAR}年现状值（照录）", "now": f"{year}年现状值"}
    for column in _VERDICT:
        titles[column] = f"{year}年{HEADINGS[column]}"
    return [Column(titles[column], css=_CSS.get(column, "")) for column in _columns(year)]


def _rows(assessment: Assessment) -> Iterator[PageRow]:
    plan, year = assessment.plan, assessment.year
    base, now = (layout(assessment, y) for y in (BASE_YEAR, year))
    last = {item.indicator: item.item_id for item in plan.items}
    for at, (printed, current) in enumerate(zip(base, now, strict=True)):
        item = current.item
        cells = []
        for column in _columns(year):
            source = {"status": printed}.get(column, current)
            cell = source.cells.get("status" if column == "now" else column)
            if cell is None:
                continue
            items = plan.items[at : at + cell.rowspan]
            anchor = f"indicator-{item.indicator}" if column == "indicator" else ""
            span = cell.rowspan + (sum(last[i.indicator] == i.item_id for i in items) if _spans_reasons(column) else 0)
            content = _content(assessment, column, source, items)
            cells.append(PageCell(content, _CSS.get(column, ""), span, anchor, item.indicator_name if anchor else ""))
        own = [i for i in plan.items if i.indicator == item.indicator]
        reasons = _reasons(assessment, own) if last[item.indicator] == item.item_id else None
        yield PageRow(item_anchor(item.item_id), _names(item), tuple(cells), reasons)


def _names(item: Indicator) -> str:
    """What a reader may search for: the item's name, and the province's where it has another."""
    return " / ".join(dict.fromkeys(name for name in (item.name, item.provincial_name) if name))


def _spans_reasons(column: str) -> bool:
    return column in ("domain", "task")


def _content(assessment: Assessment, column: str, row: Table1Row, items: Sequence[Indicator]) -> Markup:
    if column in _VERDICT:
        return _verdict(assessment, row.item.indicator, _VERDICT[column])
    if column in ("status", "now"):
        year = BASE_YEAR if column == "status" else assessment.year
        return joined([lines(row.cells["status"].text), *_notes(assessment.plan, items, year)], "\n").replace(
            "\n", Markup("<br>")
        )
    text = lines(row.cells[column].text)
    return Markup("<span>{}</span>").format(text) if _spans_reasons(column) else text


def _notes(plan: Plan, items: Sequence[Indicator], year: int) -> Iterator[Markup]:
    """In small, what was taken from the text of a status cell and the text does not show by itself."""
    for item in items:
        sign = item.part_mark if len(items) > 1 else ""
        for row in (o for o in plan.observations.get(year, ()) if o.item_id == item.item_id):
            for note in _taken(item, row):
                yield Markup("<small>{}{}</small>").format(sign, note)


def _taken(item: Indicator, row: Observation) -> Iterator[str]:
    level = f"{row.level.chinese} " if row.level else ""
    if row.value is not None and (row.value != row.statement or row.measure):
        shown = f"{row.value}类" if row.value in WATER_CLASSES else with_unit(float(row.value), row.unit or item.unit)
        yield f"{level}取值：{row.measure or ''}{' ' if row.measure else ''}{shown}"
    elif row.absence is not None and row.absence.value not in (row.statement or row.absence.value):
        yield f"{level}没有数值：{row.absence.value}"
    if row.assigned_target:
        unit = "" if row.unit == CLASS_UNIT or not row.assigned_target[-1].isdigit() else (row.unit or item.unit or "")
        yield f"{level}上级下达目标：{row.assigned_target}{unit}"
    if row.benchmark is not None and row.benchmark_kind is not None:
        yield f"{level}全省平均（{row.benchmark_kind.chinese}）：{row.benchmark:.12g}"


def _verdict(assessment: Assessment, number: int, level: Level) -> Markup:
    shown = link(verdict_badge(assessment.status(number, level)), indicator_href(number))
    if assessment.year != BASE_YEAR:
        return shown
    printed = [
        p.stated for p in assessment.plan.published
        if p.kind == "verdict" and p.subject == str(number) and p.level == level
    ]  # fmt: skip
    return shown + Markup("<br><small>原表：{}</small>").format("、".join(printed) or "未印")


def _reasons(assessment: Assessment, items: Sequence[Indicator]) -> Reasons:
    number = items[0].indicator
    table = assessment.indicators
    words, told = [], False
    for row in records(table[table["indicator"] == number]):
        status = assessment.status(number, row.level)
        basis = f"（{basis_word(row.basis)}）" if row.basis else ""
        words.append(Markup("{} {}{}").format(Level(row.level).chinese, verdict_badge(status), basis))
        told |= status in (Status.UNMET, Status.NO_DATA)
    summary = Markup("{} {}：{}　<small>理由与出处</small>")
    parts = [part for item in items for part in _item_reasons(assessment, item)]
    parts.append(Markup("出处：{}").format("；".join(dict.fromkeys(_sources(assessment.plan, items, assessment.year)))))
    return Reasons(summary.format(number, items[0].indicator_name, joined(words, "，")), tuple(parts), told)


def _item_reasons(assessment: Assessment, item: Indicator) -> Iterator[Markup]:
    """An item's verdict and reason, the levels together where they are the same."""
    table = assessment.items
    asked = table[(table["item_id"] == item.item_id) & (table["verdict"] != Verdict.NOT_APPLICABLE)]
    for reason, same in asked.groupby("reason", sort=False):
        one = records(same)[0]
        basis = f"（{basis_word(one.basis)}）" if one.basis else ""
        levels = "、".join(Level(level).chinese for level in same["level"])
        badge = verdict_badge(assessment.status(item.indicator, one.level, item.item_id))
        title = link(item_title(item), item_href(item.item_id))
        yield Markup("<strong>{}</strong>　{} {}{}　{}").format(title, levels, badge, basis, reason)


def _sources(plan: Plan, items: Sequence[Indicator], year: int) -> Iterator[str]:
    for item in items:
        rows = [o for o in plan.observations.get(year, ()) if o.item_id == item.item_id]
        for row in rows:
            yield short_source(row.source)
        if not rows:
            yield f"{short_source(item.source)}（{year}年{missing_reason(year).value}）"
