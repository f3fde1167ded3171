"""Units' forms of one year, checked together: what they say is merged with the data into the whole year.

A row left empty says nothing. A row as the data has it does not stand against a form that corrects it. Where two forms,
or a form and an earlier one of another unit, say different things of one row, both cells are told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cixi_analysis.analysis.responsibility import answering
from cixi_analysis.analysis.revision_log import WRITTEN, edition_of
from cixi_analysis.assessment import check_observations
from cixi_analysis.errors import CixiError, quoted
from cixi_analysis.form.checking import Checked, disagreements, in_order, unlistable
from cixi_analysis.form.filled_rows import FilledRow, FormProblem
from cixi_analysis.form.handed_in import HandedIn
from cixi_analysis.form.opening import FormError, open_form, unit_of
from cixi_analysis.form.row_changes import cell_text, rounded
from cixi_analysis.form.structure import find_rows
from cixi_analysis.form.unit_forms import NOBODY, unit_sheets
from cixi_analysis.plan.csvfile import expectation
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.plan.schema import Evidence, Observation, Progress, Receipt, Row

_Key = tuple[object, ...]


@dataclass(frozen=True)
class KeptRow:
    """A row that stays in the data: problems between it and a form are told of its file."""

    data: Row
    file: str

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        name = f"{getattr(self.data, 'id', '')} {column}".strip()
        return FormProblem("", "", f"{name} {found}", expected, self.file)


def check_unit_forms(plan: Plan, paths: Sequence[Path]) -> Checked:
    """Check units' forms of one year together; the rows found are those of the whole year after their import.

    Raises :class:`FormError` with every file that is no unit's form of this plan, or of another year than the first.
    """
    opened, refused = [], []
    for path in paths:
        try:
            book, year, layout = open_form(path, plan.frame)
            opened.append((path, book, year, unit_of(book, path)))
        except FormError as error:
            refused.append(str(error))
    years = sorted({year for _, _, year, _ in opened})
    if len(years) > 1:
        named = "；".join(f"{y} 年：{'、'.join(p.name for p, _, of, _ in opened if of == y)}" for y in years)
        refused.append(f"一次只能检查、导入同一年的填报表，现有{named}。")
    if whole := [path.name for path, _, _, unit in opened if unit is None]:
        refused.append(f"全年的填报表不能和别的填报表一起检查、导入：{'、'.join(whole)}。全年的表代表整年，请单独导入。")
    year = years[0] if years else plan.frame.base_year
    sheets = unit_sheets(plan, year)
    known = {unit: {(s.name, r.shown["key"]) for s in own for r in s.rows} for unit, own in sheets.items()}
    for path, book, y, unit in opened:
        if y != year or unit is None:
            continue
        if unit not in sheets:
            refused.append(
                f"{path.name} 的填报单位为{quoted(unit)}，{year} 年没有由它填报的行；"
                f"应为这些单位之一：{'、'.join(sheets)}（填报单位在生成后不能改动）。"
            )
            continue
        found = {
            (sheet.title, str(cell.value))
            for sheet in book.worksheets
            if sheet.title in {s.name for own in sheets.values() for s in own if s.model is not Evidence}
            for cell in sheet["A"][2:]
            if cell.value is not None
        }
        rows = {u: {k for k in keys if k[0] != "佐证材料"} for u, keys in known.items()}
        if found != rows[unit] and (other := next((u for u, keys in rows.items() if keys == found), None)):
            refused.append(f"{path.name} 的填报单位为{quoted(unit)}，而表中是{quoted(other)}的各行：填报单位在生成后不能改动。")
    if refused:
        raise FormError("\n".join(refused))
    others = {y: rows for y, rows in plan.observations.items() if y != year}
    check_observations(replace(plan.as_of(year), observations=others), year)
    units = answering(plan, year)
    filled: list[FilledRow] = []
    problems: list[FormProblem] = []
    doubts: list[FormProblem] = []
    forms = []
    order: list[tuple[str, str]] = []
    ranks = list(sheets)
    for path, book, _, unit in sorted(opened, key=lambda one: (ranks.index(str(one[3])), one[0].name)):
        name, own = path.name, set(units.get("" if unit == NOBODY else str(unit), ()))
        rows, wrong = find_rows(book, sheets[str(unit)])
        problems += [replace(one, file=name) for one in wrong]
        for row in rows:
            row.file, row.unit = name, unit if unit != NOBODY else None
            problems += row.read()
            if isinstance(row.data, Evidence) and (row.data.kind, row.data.id) not in own and plan.defines(
                row.data.kind, row.data.id
            ):
                problems.append(row.tell("id", quoted(row.data.id), f"{unit}所填报的子项、项目或承诺"))
                row.data = None
        doubts += [doubt for row in rows if row.form.remarks[-1] not in row.texts for doubt in row.warnings()]
        order += [(name, sheet) for sheet in (*(s.name for s in sheets[str(unit)]), *book.sheetnames)]
        filled += rows
        has = [row for row in rows if row.data is not None]
        forms.append(HandedIn.of(path, str(unit), len(has)))
        listed = [(row, row.data) for row in has if isinstance(row.data, Evidence)]
        problems += unlistable(plan, year, listed, "title")
    sources = {form.file: form.provenance for form in forms}
    merged: dict[str, tuple[Any, ...]] = {}
    for model, folder in ((Observation, "observations"), (Progress, "progress"), (Evidence, "evidence")):
        base = getattr(plan, folder).get(year, ())
        said = [row for row in filled if isinstance(row.data, model)]
        pairs, wrong = merge(plan, year, base, said, sources, f"data/{folder}/{year}.csv")
        problems += wrong
        if model is Observation:
            place = {(i.item_id, v): n for n, (i, v) in enumerate((i, v) for i in plan.items for v in (None, *plan.levels))}
            pairs.sort(key=lambda pair: place[pair[1].item_id, pair[1].level])
            problems += disagreements(plan, year, pairs)
        merged[folder] = tuple(data for _, data in pairs)
    rows, reports, evidence = merged.values()
    return Checked(
        year, rows, in_order(problems, order), in_order(doubts, order), reports, evidence, None, tuple(forms)
    )  # fmt: skip


def merge(
    plan: Plan, year: int, base: Sequence[Row], said: Sequence[FilledRow], sources: Mapping[str, str], file: str
) -> tuple[list[tuple[Any, Any]], list[FormProblem]]:
    """(where it stands, row) of every row after the import, and what is in conflict. ``sources``: file → provenance."""
    known = {_key(row): row for row in base}
    by_key: dict[_Key, list[FilledRow]] = {}
    for row in said:
        by_key.setdefault(_key(row.data), []).append(row)
    problems: list[FormProblem] = []
    pairs: list[tuple[Any, Any]] = []
    for key in dict.fromkeys((*known, *by_key)):
        rows, was = by_key.get(key, []), known.get(key)
        if not rows:
            pairs.append((KeptRow(known[key], file), was))
            continue
        wrong = [*_conflicts(plan, year, was, rows)]
        problems += wrong
        at, data = rows[0], rows[0].data
        if not wrong:
            try:
                at, data = _joined(plan, year, was, rows, sources)
            except ValidationError as error:
                detail = dict(error.errors()[0])
                problems.append(rows[-1].tell("key", "与其他填报表中同一行的改动合不到一起", expectation(detail, "")))
        pairs.append((at, data))
    return pairs, problems


def _key(row: Any) -> _Key:
    return (type(row), *(getattr(row, column) for column in row.KEY))


def _columns(row: Any) -> list[str]:
    """The columns of what is said; who says it is no statement, and hashes are the program's."""
    return [c for c in row.columns() if c not in (*WRITTEN, *row.KEY, "responsible", "sha256")]


def _cell(row: Any, column: str) -> object:
    return rounded(column, getattr(row, column))


def _conflicts(plan: Plan, year: int, was: Any, rows: Sequence[FilledRow]) -> Iterator[FormProblem]:
    """Every column in which two forms differ and neither has what the data has, and every one in which a form differs
    from what the data has of another unit's earlier form.
    """
    for column in _columns(rows[0].data):
        old = object() if was is None else _cell(was, column)
        changed = [row for row in rows if _cell(row.data, column) != old]
        other = next((row for row in changed if _cell(row.data, column) != _cell(changed[0].data, column)), None)
        if other is not None:
            for one, two in ((changed[0], other), (other, changed[0])):
                yield one.tell(
                    _shown(one, column),
                    _text(one.data, column),
                    f"与 {two.file} {two.tell(_shown(two, column), '', '').place} 相同（那里为{_text(two.data, column)}）",
                )
        elif changed and was is not None and (earlier := _earlier(plan, year, was, changed)):
            yield changed[0].tell(
                _shown(changed[0], column),
                _text(changed[0].data, column),
                f"与此前导入的 {earlier.file}（{earlier.unit}）相同（数据中为{_text(was, column)}）；"
                "确须改正的，请该单位重交，或用全年的填报表",
            )


def _earlier(plan: Plan, year: int, was: Any, rows: Sequence[FilledRow]) -> Receipt | None:
    """The latest form of another unit that says what the data has."""
    own = {row.unit for row in rows}
    named = separate_units(was.responsible) if was.responsible else ()
    for one in reversed(plan.receipts.get(year, ())):
        if one.unit and one.unit not in own and (one.unit in named or one.sha256 in (was.form or "")):
            return one
    return None


def _shown(row: FilledRow, column: str) -> str:
    return column if column in row.form.letters else "key"


def _text(row: Any, column: str) -> str:
    value = getattr(row, column)
    text = cell_text(getattr(value, "chinese", value))
    return quoted(text) if text else "空"


def _joined(
    plan: Plan, year: int, was: Any, rows: Sequence[FilledRow], sources: Mapping[str, str]
) -> tuple[FilledRow, Any]:
    """What forms that do not contradict each other say of a row together, and the form that says it first."""
    columns = _columns(rows[0].data)
    if was is None:
        at, data = rows[0], rows[0].data
    else:
        news = {c: next((r for r in rows if _cell(r.data, c) != _cell(was, c)), None) for c in columns}
        changes = {c: getattr(row.data, c) for c, row in news.items() if row is not None}
        at = next((row for row in news.values() if row is not None), rows[0])
        if not changes and edition_of(plan, year):
            return at, was  # a closed year is as it was signed
        model = type(was)
        data = was.model_copy(update=changes)
        model.model_validate({c: cell_text(getattr(data, c)) for c in model.columns()})
    names = [one.responsible for one in (was, *(row.data for row in rows)) if one is not None and one.responsible]
    units = {unit for name in names for unit in separate_units(name)}
    ranks = {unit: n for n, unit in enumerate(answering(plan, year))}
    who = "、".join(sorted(units, key=lambda unit: (ranks.get(unit, len(ranks)), unit))) or None
    data = data.model_copy(update={"responsible": who})
    moved = was is None or changes or who != was.responsible
    form = sources[at.file] if moved else was.form
    return at, data.model_copy(update={"form": form})
