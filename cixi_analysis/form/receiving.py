"""Forms as they were handed in: whose each is, of which year, its file and hash, and the receipt for it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from openpyxl import Workbook

from cixi_analysis.errors import is_invisible, quoted
from cixi_analysis.form.input_cells import text_of
from cixi_analysis.form.layout import FIRST_ROW, GUIDE, UNIT_CELL, FormSheet
from cixi_analysis.form.opening import FormError, open_form, unit_of
from cixi_analysis.form.unit_forms import unit_sheets
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Receipt


@dataclass(frozen=True)
class FiledForm:
    """A form that was handed in."""

    #: None for that of the whole year
    unit: str | None
    file: str
    sha256: str
    #: how many rows are filled in
    rows: int

    @classmethod
    def of(cls, path: Path, unit: str | None, rows: int) -> "FiledForm":
        name = "".join(c for c in PureWindowsPath(path.name).name if c != "\n" and not is_invisible(c)).strip()
        return cls(unit, name or "工作簿", hashlib.sha256(path.read_bytes()).hexdigest(), rows)

    @property
    def provenance(self) -> str:
        """``name sha256:…``."""
        return f"{self.file} sha256:{self.sha256}"

    def receipt(self, received: str) -> Receipt:
        """The receipt, of the day."""
        known = {"unit": self.unit, "file": self.file, "sha256": self.sha256, "received": received, "rows": self.rows}
        return Receipt.model_validate(known)


def open_unit_forms(
    plan: Plan, paths: Sequence[Path]
) -> tuple[int, list[tuple[Path, Workbook, str]], dict[str, tuple[FormSheet, ...]]]:
    """The year of the forms; file, workbook and unit of each; and the sheets of every unit's form.

    Raises :class:`FormError` with every file that is no unit's form of this plan, or of another year than the others.
    """
    found: list[tuple[Path, Workbook, int, str | None]] = []
    refused = []
    for path in paths:
        try:
            book, year, _ = open_form(path, plan.frame)
            found.append((path, book, year, unit_of(book, path)))
        except FormError as error:
            refused.append(str(error))
    years = sorted({year for _, _, year, _ in found})
    if len(years) > 1:
        named = "；".join(f"{y} 年的：{'、'.join(p.name for p, _, of, _ in found if of == y)}" for y in years)
        refused.append(f"一次只能检查、导入同一年的填报表，现有 {named}。")
    if whole := [path.name for path, _, _, unit in found if unit is None]:
        refused.append(f"全年的填报表代表整年，不能和别的填报表同时检查、导入，请单独导入：{'、'.join(whole)}。")
    if repeated := [name for name, count in Counter(path.name for path in paths).items() if count > 1]:
        refused.append(f"几个文件同名，问题无法分清，请改名：{'、'.join(repeated)}。")
    if refused:
        raise FormError("\n".join(refused))
    year = years[0]
    sheets = unit_sheets(plan, year)
    keys = {unit: {(s.name, r.shown["key"]) for s in own for r in s.rows if r.subject} for unit, own in sheets.items()}
    names = {name for own in keys.values() for name, _ in own}
    for path, book, _, unit in found:
        there = {  # not by iterating over rows: that would create every cell up to the farthest one
            (sheet.title, text_of(cell))
            for sheet in book.worksheets
            if sheet.title in names
            for (number, column), cell in sheet._cells.items()
            if column == 1 and number >= FIRST_ROW
        }
        whose = next((one for one, own in keys.items() if own == there), None)
        if unit not in sheets:
            all_units = "、".join(sheets)
            told = f"{year} 年没有由它填报的行；应为生成时所写的单位：{whose or f'{all_units} 之一'}"
            refused.append(f"{path.name} 的“{GUIDE}”{UNIT_CELL}（填报单位）为{quoted(str(unit))}，{told}。")
        elif whose and keys[unit] != there:
            told = f"而表中是{quoted(whose)}的各行；应为生成时所写的单位"
            refused.append(f"{path.name} 的“{GUIDE}”{UNIT_CELL}（填报单位）为{quoted(unit)}，{told}。")
        elif foreign := sorted((there - keys[unit]) & {one for own in keys.values() for one in own}):
            named = "、".join(map(" ".join, foreign[:5])) + ("等" if foreign[5:] else "")
            told = f"由谁填报在生成以后改过，{named} 现在不由{unit}填报；应为重新生成的填报表，请把数据抄过去"
            refused.append(f"{path.name}：{told}。")
    if refused:
        raise FormError("\n".join(refused))
    return year, [(path, book, str(unit)) for path, book, _, unit in found], sheets
