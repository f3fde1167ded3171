"""The forms of a year by unit: each has the rows that the unit answers for and the evidence of them, nothing else.

The whole year is signed for, so a unit's form has no sheet for that.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cixi_analysis.analysis.responsibility import answering
from cixi_analysis.export import workbook
from cixi_analysis.form.layout import LAYOUT, STAMP, FormRow, FormSheet
from cixi_analysis.form.row_changes import fingerprint
from cixi_analysis.form.sheets import evidence_sheets, form_sheets
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation, Progress
from cixi_analysis.words import Entity

#: Whose form has what nobody answers for.
NOBODY = "未定单位"
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')
_LONGEST = 50  # characters of a unit in a file's name


def subject_of(row: FormRow) -> tuple[Entity, str]:
    """What a row of an item, a project or a commitment is about."""
    known = row.identity
    return (Entity.ITEM, known["item_id"]) if "item_id" in known else (Entity(known["kind"]), known["id"])


def unit_sheets(plan: Plan, year: int, sheets: Sequence[FormSheet] | None = None) -> dict[str, tuple[FormSheet, ...]]:
    """Unit → the sheets of its form, :data:`NOBODY` at the end; ``sheets``: those of the whole year, if they are at hand."""
    whole = form_sheets(plan, year, LAYOUT) if sheets is None else sheets
    found = {}
    for unit, subjects in answering(plan, year).items():
        own, given = set(subjects), dict[str, str | float](responsible=unit) if unit else {}
        parts = []
        for sheet in (one for one in whole if one.model in (Observation, Progress)):
            rows = (row for row in sheet.rows if subject_of(row) in own)
            if kept := tuple(row if row.known else replace(row, given=given) for row in rows):
                parts.append(replace(sheet, rows=kept))
        if parts:
            proofs = tuple(row for row in plan.evidence.get(year, ()) if (row.kind, row.id) in own)
            parts += evidence_sheets(replace(plan, evidence={**plan.evidence, year: proofs}), year)
            found[unit or NOBODY] = tuple(map(_stamped, parts))
    return found


def _stamped(sheet: FormSheet) -> FormSheet:
    rows = tuple(replace(row, shown={**row.shown, STAMP.key: fingerprint(row.known)}) for row in sheet.rows)
    return replace(sheet, columns=(*sheet.columns, STAMP), rows=rows)


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


def write_unit_forms(forms: dict[str, bytes], folder: Path) -> None:
    """Write the forms into the folder, each whole. Raises :class:`~cixi_analysis.export.workbook.ExportError`."""
    for name, content in forms.items():
        workbook.save_bytes(content, folder / name)
