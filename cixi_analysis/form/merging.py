"""Checking the form of a year, or units' forms: a three-way merge of these with the data into the whole year.

An empty row, a row that is unchanged since the form was made, and a file that was imported before are ignored. A conflict
is reported where two forms fill in a row differently (both cells), and where a cell differs from data that have changed
since the form was made or that another unit handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from cixi_analysis.analysis import grouped
from cixi_analysis.analysis.links import NOBODY, answering
from cixi_analysis.analysis.revision_log import WRITTEN, edition_of
from cixi_analysis.assessment import check_observations
from cixi_analysis.errors import quoted
from cixi_analysis.form.checking import Checked, disagreements, having, read_rows, signature_doubts, unique
from cixi_analysis.form.filled_rows import FilledRow, FormProblem, KeptRow
from cixi_analysis.form.input_cells import or_empty
from cixi_analysis.form.layout import LAYOUT, SINCE
from cixi_analysis.form.opening import FiledForm
from cixi_analysis.form.row_changes import cell_text, fingerprint, form_value
from cixi_analysis.form.unit_forms import open_forms
from cixi_analysis.plan.csvfile import expectation, written_cells
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.plan.schema import OBSERVATIONS, SIGNATURES, YEARLY, Evidence, Row, Signature
from cixi_analysis.plan.yearly_rows import SIGNED


def check_forms(plan: Plan, paths: Sequence[Path], *, today: str | None = None) -> Checked:
    """Check the form of a whole year, or units' forms of one year together, against the plan; with ``today``
    (2024-03-15), later dates are doubtful.

    Raises :class:`FormError` with every file that is no readable form of this plan, or does not go with the others, and
    :class:`~cixi_analysis.errors.DataError` when other years' observations cannot be held against the wordings.
    """
    year, opened, sheets = open_forms(plan, paths)
    others = {y: rows for y, rows in plan.observations.items() if y != year}
    check_observations(replace(plan.as_of(year), observations=others), year)
    units = answering(plan, year)
    filled, forms, sources = list[FilledRow](), list[FiledForm](), dict[str, str]()
    problems, doubts, order = list[FormProblem](), list[FormProblem](), list[tuple[str, str]]()
    for path, book, _, _, form in opened:
        unit, file = form.unit, path.name if form.unit else ""
        before = next((one for one in plan.receipts.get(year, ()) if one.sha256 == form.sha256), None)
        if unit and before:
            forms.append(replace(form, rows=before.rows))
            continue
        rows, wrong, doubtful = read_rows(plan, year, book, sheets[unit], file, unit)
        touched = [row for row in rows if row.data is not None]
        if unit:
            foreign = plan.subjects.keys() - set(units["" if unit == NOBODY else unit])
            proofs = ((row, one) for row, one in having(rows, Evidence) if (one.kind, one.id) in foreign)
            wrong += [row.tell("id", quoted(one.id), f"{unit}填报的子项、项目或承诺") for row, one in proofs]
            touched, emptied = _edited(plan, year, rows)
            expected = "原来的内容：空着的行不删去数据；确须删去的，用全年的填报表"
            doubtful += [row.tell("key", "一行，原来填好的内容不见了", expected) for row in emptied]
        doubtful += signature_doubts(plan, year, having(rows, Signature), today)
        problems += wrong
        doubts += doubtful
        filled += touched
        order += [(file, sheet) for sheet in (*(s.name for s in sheets[unit]), *book.sheetnames)]
        forms.append(replace(form, rows=len(touched)))
        sources[file] = form.provenance
    first, merged = opened[0], dict[str, list[tuple[Any, Any]]]()
    layout = LAYOUT if first.filed.unit else first.layout
    for part in SIGNED:
        own = [row for row in filled if isinstance(row.data, YEARLY[part])]
        merged[part] = [(row, row.data) for row in own]
        if first.filed.unit:
            base = getattr(plan, part).get(year, ())
            merged[part], wrong = merge(plan, year, base, own, sources, f"data/{part}/{year}.csv")
            problems += wrong
    at = [(item.item_id, level) for item in plan.items for level in (None, *plan.levels)]
    merged[OBSERVATIONS].sort(key=lambda pair: at.index(pair[1].key))
    problems += disagreements(plan, year, merged[OBSERVATIONS])
    merged[SIGNATURES] = list(having(filled, Signature))
    observed, reports, evidence, signatures = (
        tuple(row for _, row in pairs) if layout >= SINCE[part] else None for part, pairs in merged.items()
    )
    found = unique("、".join(path.name for path in paths), problems, doubts, order)
    return Checked(year, observed or (), *found, reports, evidence, signatures, tuple(forms))


def _edited(plan: Plan, year: int, rows: Sequence[FilledRow]) -> tuple[list[FilledRow], list[FilledRow]]:
    """The rows of a form that were edited, and those whose prefilled content was deleted. Numbered rows may have moved:
    content that another row still has was not edited here, and a row whose key is in the data gets that row's stamp.
    """
    known = {one.key: fingerprint(one) for one in plan.evidence.get(year, ())}
    first, said = [row.stamp for row in rows], {fingerprint(row.data) for row in rows}
    moved = {*first} - {row.stamp for row in rows if fingerprint(row.data) == row.stamp}
    touched = [row for row in rows if row.data is not None and fingerprint(row.data) not in {row.stamp, *moved}]
    own = [known.get(row.data.key, "") for row in touched if row.data]
    elsewhere = {*own} & {*first} - said
    for row, stamp in zip(touched, own, strict=True):
        if stamp in elsewhere:
            row.stamp = stamp
        elif row.stamp in said | elsewhere:
            row.stamp = ""
    kept = {*said, *(row.stamp for row in touched), ""}
    gone = (row for row, stamp in zip(rows, first, strict=True) if stamp not in kept)
    # 填报单位 may be prefilled in all rows.
    own_inputs = ((row, [row.cell(c.key).value for c in row.form.inputs if c.key != "responsible"]) for row in gone)
    return touched, [row for row, cells in own_inputs if row.data is not None or {*cells} <= {None, ""}]


def merge(
    plan: Plan, year: int, base: Sequence[Row], said: Sequence[FilledRow], sources: Mapping[str, str], file: str
) -> tuple[list[tuple[Any, Any]], list[FormProblem]]:
    """(place, row) of every row after the import, and the conflicts. ``sources``: file → provenance."""
    known = {row.key: row for row in base}
    made_with = {fingerprint(row): key for key, row in known.items()}
    data_of = ((row, cast("Row", row.data)) for row in said)
    by_key = grouped(  # the key of evidence itself may have been edited
        (made_with.get(row.stamp, one.key) if isinstance(one, Evidence) else one.key, row) for row, one in data_of
    )
    problems, pairs = list[FormProblem](), list[tuple[Any, Any]]()
    for key in dict.fromkeys((*known, *by_key)):
        if key not in by_key:
            pairs.append((KeptRow(known[key], file), known[key]))
            continue
        at, data, wrong = _merged(plan, year, known.get(key), by_key[key], sources)
        pairs.append((at, data))
        problems += wrong
    places = grouped((data.key, at) for at, data in pairs)
    same = (at for both in places.values() if len(both) > 1 for at in both if not isinstance(at, KeptRow))
    problems += [at.tell("title", "与另一行是同一处材料", "同一对象的同一处材料只写一行") for at in same]
    return pairs, problems


def _merged(
    plan: Plan, year: int, was: Any, rows: Sequence[FilledRow], sources: Mapping[str, str]
) -> tuple[FilledRow, Row, list[FormProblem]]:
    """The first form that changes a row, the row after the import, and the conflicts: columns in which two forms differ
    and neither agrees with the data (``was``), and those in which a form differs from data that it may not change.
    """
    unmerged, now = (rows[0], cast("Row", rows[0].data)), fingerprint(was)
    problems, edits = list[FormProblem](), dict[str, FilledRow]()
    for row in rows if was is None else ():
        if row.stamp:
            problems.append(row.tell("key", "改了的一行，而这一行已从数据中删去", "重新生成的填报表中的行"))
    # Merged are the columns without metadata of an import, the unit, and hashes, which the program writes.
    for column in (c for c in unmerged[1].columns() if c not in (*WRITTEN, "responsible", "sha256")):
        old = object() if was is None else form_value(was, column)
        cells = [(row, form_value(cast("Row", row.data), column)) for row in rows]
        changed = [(row, cell) for row, cell in cells if cell != old]
        if not changed:
            continue
        one, said = changed[0]
        # Content of a form made with other data is an edit, even where it agrees with the present data.
        stated = ((r, cell) for r, cell in cells if cell != old or not (r.stamp == now or cell is None))
        if other := next((row for row, cell in stated if cell != said), None):
            for here, there in ((one, other), (other, one)):
                place = there.tell(column, "", "").place
                expected = f"与 {place} 相同（那里为{_text(there.data, column)}）"
                problems.append(here.tell(column, _text(here.data, column), expected))
        elif was is not None and (source := _kept(plan, year, was, [row for row, _ in changed])):
            same = f"与{source[0]}相同（数据中为{_text(was, column)}）"
            expected = f"{same}；确须改正的，请{source[1]}，或用全年的填报表"
            problems.append(one.tell(column, _text(one.data, column), expected))
        edits[column] = one
    # The rows in which 填报单位, as the data has it, was edited.
    renaming = [r for r in rows if was and r.stamp == now and cast(Any, r.data).responsible != was.responsible]
    handed_in = {one.unit for one in plan.receipts.get(year, ())}
    for row in renaming:
        if left := [u for u in _units(was) if u in handed_in and u not in (*_units(row.data), row.unit)]:
            expected = f"其中有{'、'.join(left)}（此前导入过填报表）；确须改正的，请用全年的填报表"
            problems.append(row.tell("responsible", _text(row.data, "responsible"), expected))
    if problems:
        return *unmerged, problems
    at = next(iter(edits.values()), rows[0])
    if was and not edits and not renaming and edition_of(plan, year):
        return at, was, []  # the rows of a closed year stay as they were signed
    data = (was or unmerged[1]).model_copy(update={c: getattr(row.data, c) for c, row in edits.items()})
    try:
        data.model_validate(written_cells(data))
    except ValidationError as error:
        found, expected = "与其他填报表中同一行的改动合不到一起", expectation(dict(error.errors()[0]), "")
        return *unmerged, [row.tell("key", found, expected) for row in rows]
    naming = [row for row in rows if row in renaming or row.stamp != now]
    named = [row.data for row in naming] if renaming else [was, *(row.data for row in rows)]
    units = {unit for one in named if one is not None for unit in _units(one)}
    ranks = {unit: n for n, unit in enumerate(answering(plan, year))}
    who = "、".join(sorted(units, key=lambda unit: (ranks.get(unit, len(ranks)), unit))) or None
    form = was.form if was and not edits and who == was.responsible else sources[at.file]
    return at, data.model_copy(update={"responsible": who, "form": form}), []


def _units(row: Any) -> tuple[str, ...]:
    return separate_units(row.responsible) if row.responsible else ()


def _kept(plan: Plan, year: int, was: Any, rows: Sequence[FilledRow]) -> tuple[str, str] | None:
    """The origin of the data's row and how else to change it, where these forms may not: it was handed in by other units,
    or has changed since the forms were made and not by the same unit.
    """
    own = {row.unit for row in rows}
    receipts = plan.receipts.get(year, ())[::-1]
    last = next((one for one in receipts if one.sha256 in (was.form or "")), None)
    by_bureau = last is not None and last.unit is None
    others = (one for one in receipts if one.unit and one.unit not in own)
    other = next((one for one in others if one.unit in _units(was) or one is last), None)
    if other and not by_bureau:
        return f"此前导入的 {other.file}（{other.unit}）", "该单位照此重交，与这一本一起导入"
    # After the bureau has imported a form of the whole year, an old form of a unit must not revert its corrections.
    since = dropwhile(lambda one: last is None or one.unit != last.unit, plan.receipts.get(year, ()))
    corrects = {last.unit} - {NOBODY} if last and all(one.unit for one in since) else set()
    if any(row.stamp == fingerprint(was) or row.unit in corrects for row in rows):
        return None
    return f"此前导入的 {last.file} " if last else "数据", "重新生成填报表再填"


def _text(row: Any, column: str) -> str:
    value = getattr(row, column)
    return or_empty(cell_text(getattr(value, "chinese", value)))
