"""The page 表一: the plan's layout, the year's status and verdicts, the reasons below."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from cixi_analysis.analysis import grouped, records
from cixi_analysis.analysis import table1 as library
from cixi_analysis.analysis.evidence import partial_fact
from cixi_analysis.assessment import Assessment, unobserved
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import digits
from cixi_analysis.plan.schema import Indicator, Observation
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.formatting import cell_with_unit
from cixi_analysis.presentation.html import Html, explained, joined, lines, link, noted, prose, render
from cixi_analysis.presentation.looks import badge, basis_note, basis_word
from cixi_analysis.presentation.titles import indicator_href, item_anchor, item_link, short_source
from cixi_analysis.words import Entity, Proves, Status, Verdict

#: Column → CSS class and room (``tables.widths``) of its cells.
_COLUMNS = {"indicator": ("number", 3), "name": ("name", 9), "status": ("words", 12), "now": ("words", 12)}
_OTHER, _VERDICT, _TWO = ("", 7), ("verdict", 6), ("words", 9)
#: Columns of the plan that are no columns here: the first two are rows above their items, the others below the name.
_GROUP, _WITH_NAME = ("domain", "task"), ("unit", "attribute")


def table1(assessment: Assessment) -> Html:
    """Table 1 for the year of the assessment, with the ids ``item-9-1``, ``indicator-9``."""
    plan, year = assessment.plan, assessment.year
    base, printed, verdicts = plan.frame.base_year, library.headings(plan), library.verdict_columns(plan)
    columns = [column for column in printed if column not in (*_GROUP, *_WITH_NAME)]
    if year != base:  # the plan's own status stays beside the year's
        columns.insert(columns.index("status") + 1, "now")
    titles = {**printed, "status": f"{base}年现状值（照录）", "now": f"{year}年现状值"}
    titles |= {column: f"{year}年{printed[column]}" for column in verdicts}
    table, listed, asked = plan.frame.tables.indicators, len(plan.items), library.coverage(plan, year).items
    caption = f"{table.name} {table.title}，{year}年：{listed}个子项"
    if asked < listed:
        caption += f"，当年有要求的{asked}个"
    if year == base and plan.published:
        caption += "；结论下的小字为原表所印（“是”即达标，“否”即未达标，“/”即不适用）"
    known, rows = _COLUMNS | dict.fromkeys(verdicts, _VERDICT), list(_rows(assessment, columns))
    known |= dict.fromkeys(("status", "now"), _TWO) if year != base else {}
    css, room = zip(*(known.get(column, _OTHER) for column in columns), strict=True)
    texts = [[text for row in rows for name, text, _ in row[3] if name == column] for column in columns]
    named = [titles[column] for column in columns]
    least, _ = tables.widths(list(zip(room, named, texts, strict=True)))
    heads = dict(zip(columns, zip(named, css, least, strict=True), strict=True))
    return render("table1", caption=caption, heads=heads, rows=rows)


def introduction(assessment: Assessment) -> Html:
    """The introduction: the page shows the plan's table as printed and, where they differ, the wordings in force."""
    plan, year = assessment.plan, assessment.year
    changed = any(library.of_plan(plan, item, year) for item in plan.items)
    marks = [("*" * number, level.chinese) for number, level in enumerate(plan.levels, start=1)]
    shown = {"marks": marks if len(marks) > 1 else [], "standards": library.standards(plan, year)}
    return prose("table1", table=plan.frame.tables.indicators.name, year=year, changed=changed, **shown)


def _rows(assessment: Assessment, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The template's values of an item; after an indicator's last one the reasons, before a task's first its title."""
    plan = assessment.plan
    base, now = (library.table1(assessment, y) for y in (plan.frame.base_year, assessment.year))
    group, kept = "", dict[str, Markup]()
    answers = grouped((r.indicator, r) for r in records(assessment.indicators))
    asked = grouped((r.item_id, r) for r in records(assessment.items) if r.verdict != Verdict.NOT_APPLICABLE)
    for at, (printed, current) in enumerate(zip(base, now, strict=True)):
        item, cells = current.item, []
        for column in columns:
            source = printed if column == "status" else current
            if cell := source.cells.get("status" if column == "now" else column):  # else: a merged cell above covers it
                items = plan.items[at : at + cell.rowspan]
                kept[column] = _content(assessment, column, source, items)
                cells.append((column, kept[column], cell.rowspan))
            elif column not in ("indicator", *library.verdict_columns(plan)):  # the indicator's, not the item's
                cells.append((column, kept[column], 0))
        find, above = " / ".join(plan.names(item, assessment.year)), group
        group = "　".join(getattr(item, column) for column in _GROUP)
        own = plan.indicator_items(item.indicator)
        reasons = _reasons(assessment, own, answers[item.indicator], asked) if item is own[-1] else None
        yield item, item_anchor(item.item_id), find, cells, reasons, group if group != above else ""


def _content(assessment: Assessment, column: str, row: library.Table1Row, items: Sequence[Indicator]) -> Markup:
    plan, base = assessment.plan, assessment.plan.frame.base_year
    if level := library.verdict_columns(plan).get(column):
        number = row.item.indicator
        shown, cell = badge(assessment.status(number, level)), ("verdict", str(number), level)
        printed = [p.stated for p in plan.published if (p.kind, p.subject, p.level) == cell]
        note = f"原表：{'、'.join(printed) or '未印'}" if assessment.year == base and plan.published else ""
        return noted(link(shown, indicator_href(number)), note)
    if column in ("status", "now"):
        year = base if column == "status" else assessment.year
        pieces = joined([lines(row.cells["status"].text), *_notes(plan, items, year)], "\n")
        return pieces.replace("\n", Markup("<br>"))
    other, text = library.of_plan(plan, row.item, assessment.year), lines(row.cells[column].text)
    notes = [_unit_and_attribute(assessment, row)] if column == "name" else []
    notes += [lines(f"规划所列：{other[own]}") for own in (column, *(_WITH_NAME if notes else ())) if own in other]
    return noted(text, joined(notes, Markup("<br>")))


def _unit_and_attribute(assessment: Assessment, row: library.Table1Row) -> Markup:
    """The item's unit as printed and, at its first item, the indicator's attribute."""
    unit = library.asked_texts(assessment.plan, row.item, assessment.year)["unit"].replace("\n", "、")
    attribute = row.cells.get("attribute")
    return joined([f"单位：{unit or '空白'}", *([attribute.text] if attribute else [])], "；")


def _notes(plan: Plan, items: Sequence[Indicator], year: int) -> Iterator[Markup]:
    """Small print: the parts of an observation that the status text does not contain."""
    small = Markup("<small>{}{}{}</small>").format
    for item in items:
        sign = item.part_mark if len(items) > 1 else ""
        for row in plan.observed(item.item_id, year):
            level = f"{plan.level(row.level).chinese} " if row.level else ""
            yield from (small(sign, level, note) for note in _taken(plan, row, year))
        for proof in plan.evidence.get(year, ()):
            if proof.proves is Proves.CONTEXT and (proof.kind, proof.id) == (Entity.ITEM, item.item_id):
                yield small(sign, partial_fact(proof), "")


def _taken(plan: Plan, row: Observation, year: int) -> Iterator[str]:
    own = plan.unit_of(row, year)
    if row.value is not None and (row.value != row.statement or row.measure):
        shown = cell_with_unit(row.value, own)
        yield f"取值：{f'{row.measure} ' if row.measure else ''}{shown}"
    elif row.absence is not None and row.absence.value not in (row.statement or row.absence.value):
        yield f"没有数值：{row.absence.value}"
    if row.assigned_target:
        yield f"上级下达目标：{plan.assigned(row, year)}"
    if row.benchmark is not None and row.benchmark_kind is not None:
        yield f"{row.benchmark_kind.scope.chinese}平均（{row.benchmark_kind.chinese}）：{digits(row.benchmark)}"


def _reasons(
    assessment: Assessment, items: Sequence[Indicator], rows: Sequence[Any], asked: Mapping[str, Sequence[Any]]
) -> dict[str, object]:
    """Bases, reasons, sources; ``open`` where a level is unmet or, though filled in, has no data. ``rows`` and ``asked``:
    the assessment's of the indicator, and of each item.
    """
    plan, year, sources = assessment.plan, assessment.year, []
    for item in items:
        none = f"{short_source(plan, item.source)}（{year}年{unobserved(plan, item.item_id, year)}）"
        sources += [short_source(plan, row.source) for row in plan.observed(item.item_id, year)] or [none]
    return {
        "grounds": [(plan.level(row.level).chinese, basis_word(row.basis)) for row in rows if row.basis],
        "parts": [part for item in items for part in _item_reasons(assessment, item, asked.get(item.item_id, ()))],
        "sources": dict.fromkeys(sources),
        "open": any(assessment.status(r.indicator, r.level) in (Status.UNMET, Status.NO_DATA) for r in rows),
    }


def _item_reasons(assessment: Assessment, item: Indicator, asked: Sequence[Any]) -> Iterator[tuple[object, ...]]:
    """(item, levels, verdict, basis, reason); levels with the same reason share a part."""
    plan = assessment.plan
    for why, same in grouped((row.why, row) for row in asked).items():
        one, levels = same[0], [plan.level(row.level).chinese for row in same]
        shown = badge(assessment.status(item.indicator, one.level, item.item_id))
        yield item_link(plan, item, level=one.level), levels, shown, basis_note(one.basis), explained(why)
