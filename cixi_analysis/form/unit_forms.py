"""The forms of a year by unit: made, opened, and the reminders for missing ones.

Each has the rows of the subjects that the unit is responsible for and their evidence, nothing else. Signatures are for the
whole year, so a unit's form has no sheet for them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cixi_analysis.analysis import grouped
from cixi_analysis.analysis.links import NOBODY, answering
from cixi_analysis.errors import quoted
from cixi_analysis.export import workbook
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import unfilled_items
from cixi_analysis.form.input_cells import text_of
from cixi_analysis.form.layout import FIRST_ROW, GUIDE, STAMP, UNIT_CELL, FormRow, FormSheet
from cixi_analysis.form.opening import FormError, OpenedForm, open_form
from cixi_analysis.form.row_changes import fingerprint
from cixi_analysis.form.sheets import form_sheets, list_sheet
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan import EVIDENCE
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Indicator, Observation, Progress, Project
from cixi_analysis.words import Entity

_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')
_LONGEST = 50  # characters of a unit in a file's name


def subject_of(row: FormRow) -> tuple[Entity, str]:
    """The subject (kind, id) of a row of an item, a project or a commitment."""
    known = row.identity
    return (Entity.ITEM, known["item_id"]) if "item_id" in known else (Entity(known["kind"]), known["id"])


def unit_sheets(plan: Plan, year: int) -> dict[str, tuple[FormSheet, ...]]:
    """Unit → the sheets of its form, :data:`NOBODY` at the end."""
    whole, found = form_sheets(plan, year), {}
    for unit, subjects in answering(plan, year).items():
        own, given = set(subjects), dict[str, str | float](responsible=unit) if unit else {}
        parts = []
        for sheet in (one for one in whole if one.model in (Observation, Progress)):
            rows = (row for row in sheet.rows if subject_of(row) in own)
            if kept := tuple(row if row.known else replace(row, given=given) for row in rows):
                parts.append(replace(sheet, rows=kept))
        if parts:
            proofs = tuple(row for row in plan.evidence.get(year, ()) if (row.kind, row.id) in own)
            parts.append(list_sheet(EVIDENCE, proofs, year))
            for at, sheet in enumerate(parts):
                stamped = (replace(r, shown={**r.shown, STAMP.key: fingerprint(r.known)}) for r in sheet.rows)
                parts[at] = replace(sheet, columns=(*sheet.columns, STAMP), rows=tuple(stamped))
            found[unit or NOBODY] = tuple(parts)
    return found


def form_names(year: int, units: Sequence[str]) -> dict[str, str]:
    """Unit → the name of its form's file, that every system can hold; no two are the same."""
    names: dict[str, str] = {}
    for unit in units:
        stem = f"cixi-{year}-form-{_UNSAFE.sub('_', unit)[:_LONGEST].strip('. ')}"
        taken = {name.casefold() for name in names.values()}
        tries = (f"{stem}{'' if n == 1 else f'-{n}'}.xlsx" for n in range(1, len(names) + 2))
        names[unit] = next(name for name in tries if name.casefold() not in taken)
    return names


def unit_forms(plan: Plan, year: int) -> dict[str, bytes]:
    """File name → form, one a unit. Raises :class:`~cixi_analysis.export.workbook.ExportError`."""
    sheets = unit_sheets(plan, year)
    names = form_names(year, tuple(sheets))
    return {names[unit]: workbook.workbook_bytes(form_workbook(plan, year, unit, own)) for unit, own in sheets.items()}


def open_forms(plan: Plan, paths: Sequence[Path]) -> tuple[int, list[OpenedForm], Mapping[Any, tuple[FormSheet, ...]]]:
    """The year of the forms; these in the order of the units; and unit → the sheets of its form, None of the whole year's.

    Raises :class:`FormError` with every file that is no form of this plan, or does not go with the others.
    """
    found: list[OpenedForm] = []
    refused = []
    for path in paths:
        try:
            found.append(open_form(path, plan.frame))
        except FormError as error:
            refused.append(str(error))
    years = sorted({form.year for form in found})
    if len(years) > 1:
        named = "；".join(f"{y} 年的：{'、'.join(form.path.name for form in found if form.year == y)}" for y in years)
        refused.append(f"一次只能检查、导入同一年的填报表，现有 {named}。")
    whole = [form.path.name for form in found if form.filed.unit is None]
    if whole and len(paths) > 1:
        refused.append(f"全年的填报表代表整年，不能和别的填报表同时检查、导入，请单独导入：{'、'.join(whole)}。")
    if repeated := [name for name, count in Counter(path.name for path in paths).items() if count > 1]:
        refused.append(f"几个文件同名，问题无法分清，请改名：{'、'.join(repeated)}。")
    if refused:
        raise FormError("\n".join(refused))
    year = years[0]
    if whole:
        return year, found, {None: form_sheets(plan, year, found[0].layout)}
    sheets = unit_sheets(plan, year)
    keys = {unit: {(s.name, r.shown["key"]) for s in own for r in s.rows if r.subject} for unit, own in sheets.items()}
    names = {name for name, _ in set().union(*keys.values())}
    for form in found:
        unit, name = str(form.filed.unit), form.path.name
        there = {  # not by iterating over rows: that would create every cell up to the farthest one
            (sheet.title, text_of(cell))
            for sheet in form.book.worksheets
            if sheet.title in names
            for (number, column), cell in sheet._cells.items()
            if column == 1 and number >= FIRST_ROW
        }
        whose = next((one for one, own in keys.items() if own == there), None)
        where = f"{name} 的“{GUIDE}”{UNIT_CELL}（填报单位）为{quoted(unit)}"
        if unit not in sheets:
            right = whose or f"{'、'.join(sheets)} 之一"
            refused.append(f"{where}，{year} 年没有由它填报的行；应为生成时所写的单位：{right}。")
        elif whose and keys[unit] != there:
            refused.append(f"{where}，而表中是{quoted(whose)}的各行；应为生成时所写的单位。")
        elif foreign := sorted((there - keys[unit]) & set().union(*keys.values())):
            named = "、".join(map(" ".join, foreign[:5])) + ("等" if foreign[5:] else "")
            changed = f"由谁填报在生成以后改过，{named} 现在不由{unit}填报"
            refused.append(f"{name}：{changed}；应为重新生成的填报表，请把数据抄过去。")
    if refused:
        raise FormError("\n".join(refused))
    ranks = list(sheets)
    found.sort(key=lambda form: (ranks.index(str(form.filed.unit)), form.path.name))
    return year, found, sheets


@dataclass(frozen=True)
class Unanswered:
    """The missing answers of a unit."""

    unit: str
    #: the name of its form as it was made
    file: str
    #: whether a form of the unit was handed in, now or before
    came: bool
    lines: tuple[str, ...]
    #: whether items are among them
    items: bool


def unanswered(plan: Plan, checked: Checked) -> tuple[Unanswered, ...]:
    """The units with missing answers, in the plan's order; last, the subjects without a responsible unit."""
    year = checked.year
    lines = grouped(((Entity.ITEM, item_id), text) for item_id, text in unfilled_items(plan, year, checked.rows))
    reported = {(row.kind, row.id) for row in checked.reports or ()}
    for (kind, key), subject in plan.subjects.items():
        if not isinstance(subject, Indicator) and (kind, key) not in reported:
            name = subject.name if isinstance(subject, Project) else subject.metric
            lines[kind, key] = [f"{kind.chinese}{key} {name}：没有填写进展"]
    came = {one.unit for one in checked.forms} | {one.unit for one in plan.receipts.get(year, ())}
    units = {unit or NOBODY: own for unit, own in answering(plan, year).items()}
    names, found = form_names(year, tuple(units)), []
    for unit, own in units.items():
        if asked := tuple(line for subject in own for line in lines.get(subject, ())):
            items = any(kind is Entity.ITEM and (kind, key) in lines for kind, key in own)
            found.append(Unanswered(unit, names[unit], unit in came, asked, items))
    return tuple(found)


def letters(plan: Plan, year: int, missing: Sequence[Unanswered]) -> dict[str, str]:
    """File name → the text to send, one a unit."""
    texts = {}
    for one in missing:
        if one.unit == NOBODY:
            continue
        told = "我们已收到贵单位的填报表，谢谢。其中还有" if one.came else "我们还没有收到贵单位的填报表，请填报"
        listed = "\n".join(f"{n}. {line}" for n, line in enumerate(one.lines, start=1))
        reasons = "（没有数的，在“缺失原因”里选一项）" if one.items else ""
        name = one.file.replace("-form-", "-催填-", 1).removesuffix(".xlsx")
        texts[f"{name}.txt"] = (
            f"{one.unit}：\n\n您好！{plan.frame.region}{year}年生态文明建设年度填报，{told}以下{len(one.lines)}项：\n\n"
            f"{listed}\n\n请在工作簿“{one.file}”中填写{reasons}，写明出处，不要改动工作簿的结构，然后把工作簿发回。"
            "如有不属于贵单位的，也请告知应由哪个单位填报。\n\n谢谢！\n"
        )
    return texts
