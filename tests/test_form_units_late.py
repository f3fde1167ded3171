"""Units' forms that come late: made before the data changed, sent again, returned as they were made, edited twice."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tiny import evidence, tiny_plan

from cixi_analysis.analysis.links import answering
from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import ImportRefused, plan_import
from cixi_analysis.form.layout import FIRST_ROW, HEADER_ROW
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.unit_forms import form_names, unit_sheets
from cixi_analysis.form.writing import form_workbook, write_form
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.plan.schema import Responsible
from cixi_analysis.words import Entity

YEAR = 2023
ITEMS, PROJECTS, EVIDENCE = "生态安全", "项目进展", "佐证材料"
#: Sheet and key of a row → the column that is edited.
EDITED = {(ITEMS, "2.1"): "现状值", (ITEMS, "2.2"): "现状值", (ITEMS, "3"): "现状值", (PROJECTS, "1"): "完成比例（%）"}
_Key = tuple[str, str]


@cache
def beginning() -> Plan:
    """The tiny plan without data of the year; 甲 and 乙 share rows, 丙 has the project with them."""
    units = {"2.1": "甲、乙", "2.2": "乙", "3": "甲", "1": "甲、乙、丙"}
    rows = [
        Responsible(kind=Entity.PROJECT if key == "1" else Entity.ITEM, id=key, units=named, source="示例")
        for key, named in units.items()
    ]
    plan = tiny_plan()
    return replace(plan, responsible=tuple(rows), observations={y: o for y, o in plan.observations.items() if y < YEAR})


@pytest.fixture
def start() -> Plan:
    return beginning()


@cache
def first_form(unit: str) -> bytes:
    return workbook_bytes(form_workbook(beginning(), YEAR, unit, unit_sheets(beginning(), YEAR)[unit]))


def rows_of(plan: Plan) -> dict[_Key, Any]:
    """Sheet and key → the data's row."""
    return {(ITEMS, row.item_id): row for row in plan.observations.get(YEAR, ())} | {
        (PROJECTS, row.id): row for row in plan.progress.get(YEAR, ()) if row.kind is Entity.PROJECT
    }


def number_of(row: Any) -> float | None:
    found = getattr(row, "value", None) or getattr(row, "percent", None)
    return None if found is None else float(found)


def content(row: Any) -> Any:
    return row and row.model_dump(exclude={"form", "responsible", "stage"})


def typed(path: Path, key: _Key, **cells: str | float | None) -> int:
    """Type into a row of a form; the row's number."""
    book = load_workbook(path, rich_text=True)
    sheet = book[key[0]]
    heads = {str(cell.value): cell.column for cell in sheet[HEADER_ROW]}
    number = next(n for n in range(FIRST_ROW, sheet.max_row + 1) if str(sheet.cell(n, 1).value) == key[1])
    for title, content in cells.items():
        sheet.cell(number, heads[title]).value = content
    book.save(path)
    return number


def fill(path: Path, key: _Key, number: float) -> int:
    words = {"出处": "示例"} | ({"状态": "进行中"} if key[0] == PROJECTS else {})
    return typed(path, key, **{EDITED[key]: number}, **words)


def form_of(plan: Plan, folder: Path, unit: str) -> Path:
    """A unit's form, as all forms of the year are made."""
    folder.mkdir(exist_ok=True)
    sheets = unit_sheets(plan, YEAR)
    path = folder / form_names(YEAR, tuple(sheets))[unit]
    again = plan is beginning()
    path.write_bytes(first_form(unit) if again else workbook_bytes(form_workbook(plan, YEAR, unit, sheets[unit])))
    return path


def made(plan: Plan, folder: Path) -> dict[str, Path]:
    """Unit → its form, of the units that matter."""
    return {unit: form_of(plan, folder, unit) for unit in "甲乙丙"}


def whole(plan: Plan, path: Path, said: Mapping[_Key, float]) -> Plan:
    """The data after a correction by the form of the whole year."""
    write_form(plan, YEAR, path)
    for key, number in said.items():
        fill(path, key, number)
    return after(plan, check_forms(plan, [path]))


def after(plan: Plan, checked: Checked) -> Plan:
    return plan_import(plan, checked, received="2024-03-15").after


def told(plan: Plan, *paths: Path) -> list[str]:
    return [str(one) for one in check_forms(plan, paths).problems]


PROJECT = (PROJECTS, "1")


@pytest.mark.slow
def test_a_late_form_undoes_no_correction(start: Plan, tmp_path: Path) -> None:
    """A form made before a correction: rows that it leaves alone stay corrected, and one that it edits is refused."""
    plan = whole(start, tmp_path / "w1.xlsx", {PROJECT: 60})
    forms = made(plan, tmp_path / "forms")
    plan = whole(plan, tmp_path / "w2.xlsx", {PROJECT: 75})
    number = fill(forms["甲"], (ITEMS, "3"), 81)
    checked = check_forms(plan, [forms["甲"]])
    assert [one.rows for one in checked.forms] == [1]
    now = after(plan, checked)
    assert {key: number_of(row) for key, row in rows_of(now).items()} == {PROJECT: 75, (ITEMS, "3"): 81}
    number = typed(forms["乙"], PROJECT, **{"说明": "已核对"})
    found = check_forms(now, [forms["乙"]]).problems
    assert {(one.file, one.sheet, one.cell[1:]) for one in found} == {(forms["乙"].name, PROJECTS, str(number))}
    assert "与此前导入的 w2.xlsx 相同（数据中为“75”）；确须改正的，请重新生成填报表再填" in found[0].expected
    fresh = made(now, tmp_path / "fresh")
    typed(fresh["乙"], PROJECT, **{"说明": "已核对"})
    assert [(row.percent, row.note) for row in after(now, check_forms(now, [fresh["乙"]])).progress[YEAR]] == [
        (75, "已核对")
    ]


@pytest.mark.slow
def test_a_form_that_was_imported_before_says_nothing_new(start: Plan, tmp_path: Path) -> None:
    """The same file again, after a correction, with another unit's form beside it: only that one counts."""
    forms = made(start, tmp_path / "forms")
    fill(forms["甲"], PROJECT, 60)
    plan = after(start, check_forms(start, [forms["甲"]]))
    plan = whole(plan, tmp_path / "w.xlsx", {PROJECT: 75})
    fill(forms["乙"], (ITEMS, "2.2"), 31)
    now = after(plan, check_forms(plan, [forms["甲"], forms["乙"]]))
    assert {key: number_of(row) for key, row in rows_of(now).items()} == {PROJECT: 75, (ITEMS, "2.2"): 31}
    assert [(one.unit, one.rows) for one in now.receipts[YEAR]] == [("甲", 1), (None, 1), ("乙", 1)]


@pytest.mark.slow
def test_a_form_as_it_was_made_says_nothing(start: Plan, tmp_path: Path) -> None:
    """Returned without a word, with prefilled rows in it: not imported, whatever the data has become; removed stays removed."""
    plan = whole(start, tmp_path / "w1.xlsx", {PROJECT: 60, (ITEMS, "3"): 80})
    forms = made(plan, tmp_path / "forms")
    path = tmp_path / "w2.xlsx"
    write_form(plan, YEAR, path)
    typed(path, PROJECT, **dict.fromkeys(("状态", "完成比例（%）", "出处"), None))
    plan = after(plan, check_forms(plan, [path]))
    checked = check_forms(plan, [*forms.values()])
    assert [one.rows for one in checked.forms] == [0] * len(forms)
    with pytest.raises(ImportRefused, match="一行也没有填写或改动"):
        plan_import(plan, checked)
    fill(forms["丙"], PROJECT, 61)
    assert told(plan, forms["丙"]) == [
        f"{forms['丙'].name} 项目进展 A3：现为改了的一行，而这一行已从数据中删去；应为重新生成的填报表中的行"
    ]


@pytest.mark.slow
def test_evidence_is_corrected_by_its_title(start: Plan, tmp_path: Path) -> None:
    """A title that was mistyped is corrected in the row that has it; the same piece twice, and two that differ, are reported."""
    rows = (evidence(id="2.1", title="《公抱》"), evidence(id="2.1", title="《年鉴》"))
    plan = whole(start, tmp_path / "w.xlsx", {(ITEMS, "2.1"): 80})
    plan = replace(plan, evidence={YEAR: rows})
    forms = made(plan, tmp_path / "forms")
    typed(forms["甲"], (EVIDENCE, "1"), 材料名称="《公报》")
    now = after(plan, check_forms(plan, [forms["甲"]]))
    assert sorted(row.title for row in now.evidence[YEAR]) == ["《公报》", "《年鉴》"]
    typed(forms["乙"], (EVIDENCE, "1"), 材料名称="《通报》")
    both = told(plan, forms["甲"], forms["乙"])
    assert [line.partition("：")[0] for line in both] == [f"{forms[u].name} 佐证材料 G3" for u in "甲乙"]
    typed(forms["甲"], (EVIDENCE, "1"), 材料名称="《年鉴》")
    assert "佐证材料 G3：现为与另一行是同一处材料" in "".join(told(plan, forms["甲"]))


@pytest.mark.slow
def test_a_corrected_title_is_not_called_an_empty_row(start: Plan, tmp_path: Path) -> None:
    """Evidence with another title is listed as a new and a removed row; the form's row was edited, not left empty."""
    plan = whole(start, tmp_path / "w.xlsx", {(ITEMS, "2.1"): 80})
    plan = replace(plan, evidence={YEAR: (evidence(id="2.1", title="《公抱》"),)})
    form = made(plan, tmp_path / "forms")["甲"]
    typed(form, (EVIDENCE, "1"), 材料名称="《公报》")
    table = plan_import(plan, check_forms(plan, [form])).table
    changed = table[table["kind"].isin(["new", "removed"])]
    assert [*changed["why"]] == ["", "工作簿中没有这样的一行"]


@pytest.mark.slow
def test_what_two_units_said_alike_they_correct_together(start: Plan, tmp_path: Path) -> None:
    """Each alone is refused for the other's word, however often it is handed in; the message says to import both at once."""
    plan = start
    for unit, form in made(start, tmp_path / "first").items():
        if unit in "甲乙":
            fill(form, (ITEMS, "2.1"), 80)
            plan = after(plan, check_forms(plan, [form]))
    forms = made(plan, tmp_path / "forms")
    both = [forms["甲"], forms["乙"]]
    for form in both:
        typed(form, (ITEMS, "2.1"), 现状值=81)
    for form in both:
        (refused,) = told(plan, form)
        assert refused.endswith("确须改正的，请该单位照此重交，与这一本一起导入，或用全年的填报表")
    assert number_of(rows_of(after(plan, check_forms(plan, both)))[ITEMS, "2.1"]) == 81


@dataclass
class Handed:
    """A form in the hands of a unit: what the data had when it was made, and the rows edited since."""

    unit: str
    path: Path
    had: dict[_Key, Any]
    edits: dict[_Key, tuple[int, float]] = field(default_factory=dict)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=pytest.mark.long) for n in range(3, 40))])
def test_edits_come_in_or_are_refused_with_their_cell(start: Plan, tmp_path: Path, seed: int) -> None:
    """Forms of every age, edited, imported in any order between corrections of the whole year: what was not edited never
    changes, what was comes in, or is refused in its row for a reason that is true.
    """
    chance = random.Random(seed)  # noqa: S311
    plan, handed = (
        start,
        [Handed(u, p, rows_of(start)) for u, p in made(start, tmp_path / "0").items()],
    )
    of = {unit: [key for key in EDITED if (Entity.PROJECT if key[0] == PROJECTS else Entity.ITEM, key[1]) in own]
          for unit, own in answering(start, YEAR).items()}  # fmt: skip
    imported = refused = 0
    for step in range(1, 12):
        what = chance.choice(("make", "correct", "hand in", "hand in", "hand in"))
        if what == "make":
            new = made(plan, tmp_path / str(step)).items()
            handed += [Handed(unit, path, rows_of(plan)) for unit, path in new]
            continue
        if what == "correct":
            some = chance.sample(sorted(EDITED), chance.randint(1, 2))
            plan = whole(plan, tmp_path / f"w{step}.xlsx", {key: chance.randint(1, 90) for key in some})
            continue
        by_unit = {one.unit: one for one in chance.sample(handed, min(len(handed), 2))}
        for n, one in enumerate(by_unit.values()):
            one.path = one.path.rename(tmp_path / f"{step}-{n}.xlsx")
            for key in chance.sample(of[one.unit], chance.randint(0, 1)):
                number = chance.randint(1, 90)
                one.edits[key] = (fill(one.path, key, number), number)
        before = rows_of(plan)
        checked = check_forms(plan, [one.path for one in by_unit.values()])
        edited = {key for one in by_unit.values() for key in one.edits}

        def may_fail(one: Handed, key: _Key, now: dict[_Key, Any] = before, forms: Any = by_unit) -> bool:
            row = now.get(key)
            others = {*separate_units(row.responsible or "")} - {one.unit} if row is not None else set()
            together = [1 for form in forms.values() if key in form.edits]
            return bool(content(row) != content(one.had.get(key)) or others or len(together) > 1)

        if checked.problems:
            refused += 1
            for problem in checked.problems:
                one = next(o for o in by_unit.values() if o.path.name == problem.file)
                at = {(key[0], number): key for key, (number, _) in one.edits.items()}
                assert may_fail(one, at[problem.sheet, int(problem.cell[1:])]), problem
            continue
        had = {receipt.sha256 for receipt in plan.receipts.get(YEAR, ())}
        news = [one for one, form in zip(by_unit.values(), checked.forms, strict=True) if form.sha256 not in had]
        if not any(form.rows for form in checked.forms):
            continue
        plan = after(plan, checked)
        now = rows_of(plan)
        assert all(content(now.get(key)) == content(before.get(key)) for key in EDITED if key not in edited)
        for one in news:
            imported += len(one.edits)
            for key, (_, number) in one.edits.items():
                row, alone = before.get(key), sum(key in form.edits for form in by_unit.values()) == 1
                if row and alone and number_of(row) != number and content(row) != content(one.had.get(key)):
                    writer = next(r.unit for r in plan.receipts[YEAR] if r.sha256 in row.form)
                    assert writer == one.unit, "what another form has changed since was undone"
            assert {key: number_of(now[key]) for key in one.edits} == {key: n for key, (_, n) in one.edits.items()}
    assert imported + refused
