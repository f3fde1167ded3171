"""What units do to a form besides filling it in: rows moved, inserted and emptied, 填报单位 changed, old forms kept in use."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font
from test_form_units_late import EVIDENCE, ITEMS, YEAR, after, beginning, form_of, rows_of, told, typed, whole
from tiny import evidence, observation

from cixi_analysis.form.layout import FIRST_ROW
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.opening import FormError
from cixi_analysis.form.unit_forms import NOBODY
from cixi_analysis.form.writing import write_form
from cixi_analysis.plan.dataset import Plan

ROW = (ITEMS, "2.1")
TITLES = ("《甲》", "《乙》", "《丙》")


def imported(plan: Plan, path: Path, **cells: str | float | None) -> Plan:
    """The plan after an import of a form in which these cells of the row were typed."""
    typed(path, ROW, **cells)
    return after(plan, check_forms(plan, [path]))


def listed(plan: Plan) -> list[str]:
    return sorted(row.title for row in plan.evidence[YEAR])


@pytest.fixture
def start() -> Plan:
    return beginning()


@pytest.fixture
def proofs(start: Plan, tmp_path: Path) -> Plan:
    plan = whole(start, tmp_path / "w.xlsx", {ROW: 80})
    return replace(plan, evidence={YEAR: tuple(evidence(id="2.1", title=title) for title in TITLES)})


@pytest.mark.parametrize("at", range(len(TITLES)))
def test_evidence_inserted_between_other_rows(proofs: Plan, tmp_path: Path, at: int) -> None:
    """A row inserted by moving the inputs of those below: their check codes stay where they were, and no row is lost."""
    path = form_of(proofs, tmp_path / "forms", "甲")
    book = load_workbook(path, rich_text=True)
    sheet = book[EVIDENCE]
    for number in range(FIRST_ROW + len(TITLES), FIRST_ROW + at, -1):
        for column in range(2, sheet.max_column):
            sheet.cell(number, column).value = sheet.cell(number - 1, column).value
    book.save(path)
    typed(path, (EVIDENCE, str(at + 1)), 材料名称="《新》")
    checked = check_forms(proofs, [path])
    assert (checked.problems, checked.warnings, checked.forms[0].rows) == ((), (), 1)
    assert listed(after(proofs, checked)) == sorted((*TITLES, "《新》"))


def test_evidence_inserted_above_an_edited_row(proofs: Plan, tmp_path: Path) -> None:
    """A new piece in the place of one that moved down and was edited there: neither takes the words of the other."""
    path = form_of(proofs, tmp_path / "forms", "甲")
    typed(
        path,
        (EVIDENCE, "4"),
        对象="指标子项",
        编号="2.1",
        类别="来源文件",
        所证="数值",
        材料名称=TITLES[2],
        说明="已核对",
    )
    typed(path, (EVIDENCE, "3"), 材料名称="《新》")
    now = after(proofs, check_forms(proofs, [path]))
    assert {(row.title, row.note) for row in now.evidence[YEAR]} == {
        ("《新》", None), (TITLES[2], "已核对"), *((t, None) for t in TITLES[:2])
    }  # fmt: skip


def test_evidence_moved_and_edited(proofs: Plan, tmp_path: Path) -> None:
    """Rows that changed places without their check codes: what was edited in one of them is found by what it says."""
    path = form_of(proofs, tmp_path / "forms", "甲")
    typed(path, (EVIDENCE, "1"), 材料名称=TITLES[2])
    typed(path, (EVIDENCE, "3"), 材料名称=TITLES[0], 说明="已核对")
    now = after(proofs, check_forms(proofs, [path]))
    assert {(row.title, row.note) for row in now.evidence[YEAR]} == {
        (TITLES[0], "已核对"),
        *((t, None) for t in TITLES[1:]),
    }


@pytest.mark.parametrize("shift", [False, True])
def test_what_was_emptied_is_told(proofs: Plan, tmp_path: Path, shift: bool) -> None:
    """A prefilled row that was emptied stays in the data, and the row of the form is reported; so is evidence of which the
    rows below moved up.
    """
    path = form_of(proofs, tmp_path / "forms", "甲")
    typed(path, ROW, 现状值=None, 出处=None)
    if shift:
        typed(path, (EVIDENCE, "1"), 材料名称=TITLES[1])
        typed(path, (EVIDENCE, "2"), 材料名称=TITLES[2])
    gone: dict[str, Any] = dict.fromkeys(("对象", "编号", "类别", "所证", "材料名称"))
    typed(path, (EVIDENCE, "3" if shift else "1"), **gone)
    checked = check_forms(proofs, [path])
    assert [str(one) for one in checked.warnings] == [
        f"{path.name} {sheet} A3：现为一行，原来填好的内容不见了；应为原来的内容：空着的行不删去数据；确须删去的，用全年的填报表"
        for sheet in (ITEMS, EVIDENCE)
    ]
    assert (checked.problems, checked.forms[0].rows, len(checked.rows), len(checked.evidence or ())) == ((), 0, 1, 3)


@pytest.mark.slow
def test_a_unit_is_renamed(start: Plan, tmp_path: Path) -> None:
    """填报单位 is taken over as it was edited, emptied too; a unit that handed in is not left out without being asked."""
    plan = imported(start, form_of(start, tmp_path / "0", "甲"), 现状值=80, 出处="示例", 填报单位="甲局")
    plan = imported(plan, form_of(plan, tmp_path / "1", "甲"), 填报单位="甲")
    assert rows_of(plan)[ROW].responsible == "甲"
    path = form_of(plan, tmp_path / "2", "乙")
    typed(path, ROW, 填报单位="乙")
    assert told(plan, path) == [
        f"{path.name} 生态安全 W3：现为“乙”；应为其中有甲（此前导入过填报表）；确须改正的，请用全年的填报表"
    ]
    plan = imported(plan, path, 填报单位="甲、乙")
    assert rows_of(plan)[ROW].responsible == "甲、乙"
    assert (
        rows_of(imported(start, form_of(start, tmp_path / "3", "甲"), 现状值=80, 出处="示例", 填报单位=None))[
            ROW
        ].responsible
        is None
    )


@pytest.mark.slow
def test_a_statement_that_the_data_have_too(start: Plan, tmp_path: Path) -> None:
    """A form made before the data: what it says is a statement, and contradicts another form's correction."""
    old = form_of(start, tmp_path / "old", "乙")
    typed(old, ROW, 现状值=80, 出处="示例")
    plan = whole(start, tmp_path / "w.xlsx", {ROW: 80})
    new = form_of(plan, tmp_path / "new", "甲")
    typed(new, ROW, 现状值=82)
    assert told(plan, new, old) == [
        f"{new.name} 生态安全 J3：现为“82”；应为与 {old.name} 生态安全 J3 相同（那里为“80”）",
        f"{old.name} 生态安全 J3：现为“80”；应为与 {new.name} 生态安全 J3 相同（那里为“82”）",
    ]


@pytest.mark.slow
def test_an_old_form_of_the_unit_that_wrote_last(start: Plan, tmp_path: Path) -> None:
    """A correction of the bureau, a remark of the unit on top of it: the unit's first form does not undo the correction."""
    first = form_of(start, tmp_path / "first", "甲")
    plan = imported(start, first, 现状值=80, 出处="示例")
    plan = whole(plan, tmp_path / "w.xlsx", {ROW: 82})
    plan = imported(plan, form_of(plan, tmp_path / "new", "甲"), 提示说明="已核对")
    typed(first, ROW, 提示说明="已核对")
    assert told(plan, first) == [
        f"{first.name} 生态安全 J3：现为“80”；应为与此前导入的 cixi-2023-form-甲.xlsx 相同（数据中为“82”）；"
        "确须改正的，请重新生成填报表再填，或用全年的填报表"
    ]


def test_who_answers_has_changed_since(start: Plan, tmp_path: Path) -> None:
    """A form with a row that another unit answers for by now is refused with the reason, not for an unknown row."""
    path = form_of(start, tmp_path, "甲")
    typed(path, ROW, 现状值=80, 出处="示例")
    units = tuple(row.model_copy(update={"units": "乙"}) if row.id == "2.1" else row for row in start.responsible)
    with pytest.raises(FormError) as refused:
        check_forms(replace(start, responsible=units), [path])
    assert str(refused.value) == (
        f"{path.name}：由谁填报在生成以后改过，生态安全 2.1 现在不由甲填报；应为重新生成的填报表，请把数据抄过去。"
    )


def test_the_form_of_nobody_in_two_hands(start: Plan, tmp_path: Path) -> None:
    """What nobody answers for may come from anybody: a second form does not correct the first one."""
    plan = replace(start, responsible=())
    one, two = (form_of(plan, tmp_path / name, NOBODY) for name in "12")
    typed(two, ROW, 现状值=81, 出处="示例")
    assert told(imported(plan, one, 现状值=80, 出处="示例"), two) == [
        f"{two.name} 生态安全 J3：现为“81”；应为与此前导入的 {one.name} 相同（数据中为“80”）；"
        "确须改正的，请重新生成填报表再填，或用全年的填报表"
    ]


def test_a_cell_far_below(start: Plan, tmp_path: Path) -> None:
    """A formatted cell in the last row that Excel has costs nothing."""
    path = form_of(start, tmp_path, "甲")
    book = load_workbook(path, rich_text=True)
    book[ITEMS].cell(2**20, 1).font = Font(bold=True)
    book.save(path)
    tracemalloc.start()
    try:
        assert check_forms(start, [path]).problems == ()
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_a_contradiction_that_the_data_have_already(start: Plan, tmp_path: Path) -> None:
    """A form that has nothing to do with it is not refused for it, as the form of the whole year is not."""
    held = observation("2.1", "70", statement="已达到", attests="≥80=已达到", stage="定稿", form="整年.xlsx sha256:0")
    plan = replace(start, observations={**start.observations, YEAR: (held,)})
    write_form(plan, YEAR, tmp_path / "w.xlsx")
    assert check_forms(plan, [tmp_path / "w.xlsx"]).problems == ()
    path = form_of(plan, tmp_path / "forms", "甲")
    typed(path, (ITEMS, "3"), 现状值=81, 出处="示例")
    assert told(plan, path) == []
    typed(path, ROW, 提示说明="已核对")
    assert [line.partition("：")[0] for line in told(plan, path)] == [f"{path.name} 生态安全 S3"]


@pytest.mark.slow
def test_an_item_by_level_and_for_all_levels(start: Plan, tmp_path: Path) -> None:
    """Rows that exclude each other, in two units' forms, are reported of both; of a row in the data alone, in the form's cell."""
    plan = replace(start, observations={**start.observations, YEAR: (observation("2.1", "80", level="national"),)})
    joint = form_of(plan, tmp_path / "forms", "甲")
    typed(joint, ROW, 现状值=81, 出处="示例")
    (problem,) = check_forms(plan, [joint]).problems
    assert (problem.file, problem.sheet, problem.cell[:1]) == (joint.name, ITEMS, "A")
    assert problem.found == "2.1 既有各级通用的一行又有 国家级 的一行"
    other = form_of(plan, tmp_path / "more", "乙")
    other = other.rename(tmp_path / "乙.xlsx")
    typed(other, (ITEMS, "2.1国"), 提示说明="已核对")
    assert {one.file for one in check_forms(plan, [joint, other]).problems} == {joint.name, other.name}


def test_merged_rows_stand_in_the_plans_order(start: Plan, tmp_path: Path) -> None:
    """Those of the data and those that a form adds: messages and letters list them so."""
    known = replace(start, observations={**start.observations, YEAR: (observation("3", "85"),)})
    path = form_of(known, tmp_path / "forms", "甲")
    typed(path, ROW, 现状值=80, 出处="示例")
    assert [row.item_id for row in check_forms(known, [path]).rows] == ["2.1", "3"]
