"""The workbook: the plan's own layout, text that stays text, a file that is whole or not there."""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from tiny import observation, tiny_plan

from cixi_analysis.dataset import Plan
from cixi_analysis.export import ExportError, workbook, write_workbook

#: item → cells of Table 1 in 2022: name, national, provincial, status, is it met (national, provincial), 2025
TABLE_1 = {
    "3": ("生态文明建设工作占党政实绩考核的比例", "≥20", "≥25", "27", "是", "是", "保持稳定"),
    "4": ("河长制*", "全面实施", "/", None, "是", "/", "全面实施"),
    "38": ("农村生活污水治理率", "≥50", "≥95", "40.7", "否", "否", "100"),
}


@pytest.fixture(scope="module")
def book(plan: Plan) -> Workbook:
    return workbook(plan, 2022)


def test_table_1_as_printed(book: Workbook) -> None:
    """Thirteen columns under two header rows, the plan's wording, the computed verdicts."""
    sheet = book["表一"]
    assert [c.value for c in sheet[2]][:9] == [
        "领域", "任务", "序号", "指标名称", "单位", "国家级指标要求", "省级指标要求", "指标属性", "现状值",
    ]  # fmt: skip
    assert [c.value for c in sheet[3]][8:] == ["2022年", "是否达到国家要求", "是否达到省级要求", "2025年", "2030年"]
    rows = {str(r[2].value): r for r in sheet.iter_rows(min_row=4) if r[2].value}
    for number, (name, national, provincial, status, met, met_too, target) in TABLE_1.items():
        row = [c.value for c in rows[number]]
        assert (row[3], row[5], row[6], row[9], row[10], row[11]) == (name, national, provincial, met, met_too, target)
        assert status is None or row[8] == status


def test_table_1_is_complete(book: Workbook, plan: Plan) -> None:
    """69 item rows; every printed requirement, target and status stands in the sheet."""
    sheet = book["表一"]
    assert sum(1 for r in sheet.iter_rows(min_row=4, max_row=72) if r[3].value) == len(plan.items) == 69
    texts = {str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None}
    facts = [r.wording for r in plan.requirements] + [t.wording for t in plan.targets]
    facts += [o.statement for o in plan.observations[2022] if o.statement]
    assert [f for f in facts if f not in texts] == []


def test_merged_as_the_plan_merges(book: Workbook) -> None:
    """9: national requirement over ① and ②, provincial not; 9③'s status is part of ②'s cell; 10⑤'s of ④."""
    sheet = book["表一"]
    first = next(r[2].row for r in sheet.iter_rows(min_row=4) if r[2].value == 9)
    merged = {str(r) for r in sheet.merged_cells.ranges}
    assert {f"F{first}:F{first + 1}", f"I{first + 1}:I{first + 2}", f"J{first}:J{first + 2}"} <= merged
    assert not any(r.startswith("G") and f"G{first}:" in r for r in merged)


def test_tables_2_and_3(book: Workbook) -> None:
    """Table 2 with its totals, Table 3 with 47 projects, "/" where no budget is printed, and the sum."""
    assert [c.value for c in book["表二"][7]] == ["合计", 49, 20, 3, 17, 9]
    sheet = book["表三"]
    assert [sheet.cell(2 + n, 6).value for n in (1, 46, 47)] == [5000, "/", "/"]
    assert (sheet.cell(50, 1).value, sheet.cell(50, 6).value) == ("合计", 7099622)


def test_reasons_for_every_item_and_level(book: Workbook) -> None:
    """138 rows, none without a reason."""
    rows = list(book["结论依据"].iter_rows(min_row=3, values_only=True))
    assert len(rows) == 138
    assert all(row[6] for row in rows)


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    """A statement that begins with = + - @ reaches Excel as text."""
    evil = '=HYPERLINK("http://example.org","看")'
    plan = tiny_plan()
    year = max(plan.years)
    rows = tuple(o for o in plan.observations[year] if o.item_id != "1")
    changed = observation(item_id="1", value="90", statement=evil)
    plan = tiny_plan(observations={**plan.observations, year: (changed, *rows)})
    write_workbook(plan, year, tmp_path / "x.xlsx")
    cells = [c for row in load_workbook(tmp_path / "x.xlsx")["表一"].iter_rows() for c in row if evil in str(c.value)]
    assert cells
    assert {c.data_type for c in cells} == {"s"}


def test_whole_or_not_there(plan: Plan, tmp_path: Path) -> None:
    """A folder that does not exist: a message, no traceback, nothing left behind."""
    with pytest.raises(ExportError, match=r"^不能写入 .*missing.x\.xlsx：No such file or directory。"):
        write_workbook(plan, 2022, tmp_path / "missing" / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_same_data_same_cells(plan: Plan, tmp_path: Path) -> None:
    """Two workbooks from the same data hold the same, with the same dates."""
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(plan, 2021, tmp_path / name)
    a, b = (load_workbook(tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    assert [[c.value for c in row] for row in a["表一"].rows] == [[c.value for c in row] for row in b["表一"].rows]
    assert a.properties.created == b.properties.created
