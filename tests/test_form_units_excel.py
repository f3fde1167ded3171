"""Twenty units' forms as Excel files, filled in at random: merged, they are the one form of the whole year."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_project
from openpyxl import load_workbook

from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import apply_import, plan_import
from cixi_analysis.form.layout import FIRST_ROW, FormRow, FormSheet
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.sheets import form_sheets
from cixi_analysis.form.unit_forms import NOBODY, form_names, subject_of, unit_forms, unit_sheets
from cixi_analysis.form.writing import write_form
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.schema import Observation, Progress, Responsible
from cixi_analysis.words import Entity

YEAR = 2023
UNITS = tuple(f"{n}号单位" for n in range(1, 21))
Cells = Mapping[str, str | float]


def key(row: FormRow) -> tuple[object, ...]:
    return (*subject_of(row), row.identity.get("level"))


@pytest.fixture(scope="module")
def chance() -> random.Random:
    return random.Random(14)  # noqa: S311  # a seeded choice, no secret


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, chance: random.Random) -> Plan:
    """The real plan, whose items, projects and commitments are given to one or two of twenty units; some to none."""
    root = copy_project(tmp_path_factory.mktemp("units") / "plan")
    known = load_plan(root).responsible
    several = {Entity.PROJECT: (1, 2)}  # one that is given to none would be of its units in Table 3
    given = [(row, chance.sample(UNITS, chance.choice(several.get(row.kind, (0, 1, 1, 1, 2))))) for row in known]
    rows = [
        Responsible(kind=r.kind, id=r.id, units="、".join(u) or None, source="示例" if u else None) for r, u in given
    ]
    (root / "data" / "responsible.csv").write_bytes(rows_csv(Responsible, rows))
    return load_plan(root)


@pytest.fixture(scope="module")
def truth(plan: Plan, chance: random.Random) -> dict[tuple[object, ...], Cells]:
    """What is known of each row of the whole form; of some nothing."""
    found: dict[tuple[object, ...], Cells] = {}
    for sheet in form_sheets(plan, YEAR):
        for row in sheet.rows if sheet.model in (Observation, Progress) else ():
            if row.identity.get("level") or chance.random() < 0.2:
                continue  # the joint row says it for all levels; a fifth is not filled in
            source = {"source": f"示例{chance.randrange(1000)}"}
            if sheet.model is Progress:
                found[key(row)] = {"state": "进行中", "percent": chance.randrange(1, 100), **source}
            elif "value" in row.opened:
                found[key(row)] = {"absence": chance.choice(("暂无数据", "未开展测算")), **source}
            else:
                found[key(row)] = {"statement": f"示例{chance.randrange(1000)}", **source}
    return found


def fill(path: Path, sheets: tuple[FormSheet, ...], said: Mapping[tuple[object, ...], Cells]) -> None:
    book = load_workbook(path, rich_text=True)
    for sheet in (one for one in sheets if one.model in (Observation, Progress)):
        for number, row in enumerate(sheet.rows, FIRST_ROW):
            for column, content in said.get(key(row), {}).items():
                book[sheet.name][f"{sheet.letters[column]}{number}"].value = content
    book.save(path)


def told(checked: Checked) -> tuple[list[dict[str, Any]], ...]:
    """The rows in one order, without who said them and in which file."""
    without = {"responsible", "form"}
    found = ([row.model_dump(exclude=without) for row in rows] for rows in (checked.rows, checked.reports or ()))
    return tuple(sorted(rows, key=lambda row: (row.get("kind", ""), row.get("id") or row["item_id"])) for rows in found)


@pytest.mark.slow
def test_twenty_forms_are_one(
    plan: Plan, truth: dict[tuple[object, ...], Cells], chance: random.Random, tmp_path: Path
) -> None:
    """A row of two units is filled in by one of them or by both alike. All at once, and in two lots of which the second comes
    late, the data is that of the one form of the whole year.
    """
    whole = tmp_path / "whole.xlsx"
    write_form(plan, YEAR, whole)
    fill(whole, form_sheets(plan, YEAR), truth)
    expected = check_forms(plan, [whole])
    assert expected.problems == () and len(expected.rows) > 30 and len(expected.reports or ()) > 100

    sheets = unit_sheets(plan, YEAR)
    assert {*sheets} == {*UNITS, NOBODY}
    said: dict[str, dict[tuple[object, ...], Cells]] = {unit: {} for unit in sheets}
    shared: list[tuple[tuple[object, ...], list[str]]] = []
    for one, cells in truth.items():
        asked = [
            unit
            for unit, own in sheets.items()
            if any(key(row) == one for sheet in own for row in sheet.rows if row.identity)
        ]
        who = asked if len(asked) == 1 or chance.random() < 0.5 else [chance.choice(asked)]
        shared += [(one, who)] if len(who) > 1 else []
        for unit in who:
            said[unit][one] = cells
    paths = {unit: tmp_path / name for unit, name in form_names(YEAR, tuple(sheets)).items()}
    for name, content in unit_forms(plan, YEAR).items():
        (tmp_path / name).write_bytes(content)
    for unit, path in paths.items():
        fill(path, sheets[unit], said[unit])
    together = check_forms(plan, [*paths.values()])
    assert together.problems == () and len(shared) > 5
    assert told(together) == told(expected)

    lots = [*paths.values()]
    chance.shuffle(lots)
    for lot in (lots[:12], lots[12:]):
        now = load_plan(plan.root)
        apply_import(now, plan_import(now, check_forms(now, lot), received="2024-03-15"))
    after = load_plan(plan.root)
    done = Checked(YEAR, after.observations[YEAR], (), (), after.progress[YEAR])
    assert told(done) == told(expected)
    assert len(after.receipts[YEAR]) == sum(map(bool, said.values()))

    # Three of the rows that two units share are changed in one of the two forms: each is named in both, by file and cell.
    wrong = [(one, who) for one, who in shared if "percent" in truth[one]][:3]
    named = set()
    for one, who in wrong:
        fill(paths[who[1]], sheets[who[1]], {one: {"percent": float(truth[one]["percent"]) + 0.5}})
        for unit in who:
            sheet, number = next(
                (sheet, number)
                for sheet in sheets[unit]
                if sheet.model is Progress
                for number, row in enumerate(sheet.rows, FIRST_ROW)
                if key(row) == one
            )
            named.add((paths[unit].name, sheet.name, f"{sheet.letters['percent']}{number}"))
    problems = check_forms(plan, [*paths.values()]).problems
    assert len(wrong) == 3 and {(p.file, p.sheet, p.cell) for p in problems} == named
