"""The workbook: the plan's own layout, text that stays text, a file that is whole or not there."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from test_plan_data import PLAN_TEXT
from tiny import observation, project, tiny_plan

from cixi_analysis.assessment import assess, tally
from cixi_analysis.errors import UnknownYear
from cixi_analysis.export import ExportError, Figures, attachments, report, write_json, write_workbook
from cixi_analysis.export.sheet import Report
from cixi_analysis.export.workbook import workbook_bytes
from cixi_analysis.plan.dataset import Plan

#: item → cells of Table 1 in 2022: name, national, provincial, status, is it met (national, provincial), 2025
TABLE_1 = {
    "3": ("生态文明建设工作占党政实绩考核的比例", "≥20", "≥25", "27", "是", "是", "保持稳定"),
    "4": ("河长制*", "全面实施", "/", None, "是", "/", "全面实施"),
    "38": ("农村生活污水治理率", "≥50", "≥95", "40.7", "否", "否", "100"),
}
SHEETS = ["表一", "表二", "表三", "指标结论", "结论依据", "分级统计", "趋势与进度", "数据核对", "说明"]


@pytest.fixture(scope="module")
def made(plan: Plan) -> Report:
    return report(Figures(plan, 2022))


@pytest.fixture(scope="module")
def book(made: Report) -> Workbook:
    return made.book


def values(sheet: Worksheet, made: Report) -> list[list[object]]:
    """The rows as a reader sees them: what formulas give, not the formulas."""
    return [[made.computed.get((sheet.title, c.coordinate), c.value) for c in row] for row in sheet.iter_rows()]


# --- the plan's tables ---------------------------------------------------------------------------------------------


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


if PLAN_TEXT:
    from test_plan_data import TABLE_1 as PRINTED

    def test_table_1_beside_the_plan(book: Workbook) -> None:
        """All 69 × 13 cells of 2022 are the plan's: the same text, line breaks aside, and empty where it merges.

        9① and 28② print 1 and 2 where ① and ② are meant; nothing else differs.
        """
        sheet = book["表一"]
        differing = []
        for number, row in enumerate(PRINTED, start=4):
            for column, (title, text) in enumerate(row.items(), start=1):
                shown = str(sheet.cell(number, column).value or "")
                if "".join(shown.split()) != "".join(text.split()):
                    differing.append((title, shown, text))
        assert differing == [
            ("指标名称", "环境空气质量：\n①优良天数比例", "环境空气质量：\n1 优良天数比例"),
            ("指标名称", "②农田灌溉水有效利用系数**", "2 农田灌溉水有效利用系数**"),
        ]


def test_a_retrospect_and_a_draft_say_so() -> None:
    """The stage of a year stands in the title of 表一 and, whole, below it; a retrospect has no 数据核对."""
    plan = tiny_plan()
    plan = replace(plan, observations={**plan.observations, 2023: plan.observations[2022][:1]})
    past, draft = report(Figures(plan, 2021)).book, report(Figures(plan, 2023)).book
    assert past["表一"]["A1"].value == "表一 小县指标体系（2021年评估，回看）"
    assert past["表一"].cell(past["表一"].max_row, 1).value.startswith("回看：4个子项中有2项")
    assert past.sheetnames == [name for name in SHEETS if name != "数据核对"]
    assert draft["表一"]["A1"].value.endswith("（2023年评估，初稿）")
    assert draft.sheetnames == [*SHEETS[:7], "佐证材料目录", *SHEETS[7:]]


@pytest.mark.slow
def test_what_is_not_filled_in_is_told_and_counted_apart(plan: Plan) -> None:
    """A draft: 未填报 is a verdict of its own in 表一 and a column of 分级统计; applicable is the sum of the four."""
    draft = replace(plan, observations={**plan.observations, 2023: plan.observations[2022][:40]})
    made = report(Figures(draft, 2023))
    rows = {row[0]: row[1:] for row in values(made.book["分级统计"], made)[2:]}
    assert rows[None][:6] == ["适用", "达标", "未达标", "无数据", "未填报", "达标÷适用"]
    counts = tally(assess(draft, 2023)).set_index("level")
    for level, at in (("national", 0), ("provincial", 6)):
        assert rows["全部指标"][at : at + 5] == counts.loc[level].to_list()
        assert rows["全部指标"][at] == sum(rows["全部指标"][at + 1 : at + 5])
    verdicts = [c.value for c in made.book["表一"]["J"]][3:72]
    assert (verdicts.count("未填报"), verdicts.count("无数据")) == tuple(
        counts.loc["national", ["not_filled_in", "no_data"]]
    )
    assert "未填报" in {row[4] for row in values(made.book["结论依据"], made)}


def test_tables_2_and_3(made: Report) -> None:
    """Table 2 with its totals, Table 3 with 47 projects, "/" where no budget is printed, and the sum."""
    assert values(made.book["表二"], made)[6] == ["合计", 49, 20, 3, 17, 9, 20 / 49]
    sheet = made.book["表三"]
    assert [sheet.cell(2 + n, 6).value for n in (1, 46, 47)] == [5000, "/", "/"]
    assert (sheet.cell(50, 1).value, made.computed["表三", "F50"]) == ("合计", 7099622)
    categories = [c.value for c in sheet["A"][2:49]]
    merged = {str(r) for r in sheet.merged_cells.ranges if r.max_col == 1}
    assert categories[0] == "生态制度体系"
    assert len([c for c in categories if c]) == 6
    assert len(merged) == 5  # the first category has one project


# --- the other sheets ----------------------------------------------------------------------------------------------


def test_a_budget_is_shown_with_the_decimals_it_has() -> None:
    """0.5 is not shown as 1, nor the sum of it rounded."""
    plan = tiny_plan(projects=(project(1, "2021", 0.5), project(2, "2022", 1200)), links=(), published=())
    sheet = report(Figures(plan, 2022)).book["表三"]
    assert {sheet[at].number_format for at in ("F3", "F4", "F5")} == {"#,##0.0"}


def test_sheets(book: Workbook) -> None:
    """The plan's tables first, then what is made of them."""
    assert book.sheetnames == SHEETS


def test_reasons_for_every_item_and_level(book: Workbook) -> None:
    """138 rows, none without a reason; 50 indicators, each with its reasons."""
    rows = list(book["结论依据"].iter_rows(min_row=3, values_only=True))
    assert len(rows) == 138
    assert all(row[6] for row in rows)
    indicators = list(book["指标结论"].iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in indicators] == list(range(1, 51))
    assert all(row[6] and row[9] for row in indicators)


def test_tallies(made: Report) -> None:
    """By level, domain, attribute and basis, and with conventions off: the figures that the pages show."""
    rows = {row[0]: row[1:] for row in values(made.book["分级统计"], made)[3:]}
    assert rows["全部指标"] == [37, 29, 2, 6, 29 / 37, 48, 39, 2, 7, 39 / 48] == rows["各领域之和"]
    assert rows["生态经济"] == [6, 2, 0, 4, 2 / 6, 7, 4, 0, 3, 4 / 7]
    assert rows["约束性"][:4] == [23, 18, 2, 3]
    assert rows["按约定视同"][:4] == [7, 7, 0, 0]
    assert rows["不用“上级未下达”"][5:9] == [48, 36, 2, 10]
    assert rows["全部约定都不用"][:4] == [37, 22, 2, 13]


def test_trends_keep_level_gap_and_pace_apart(made: Report) -> None:
    """28②: 0.631 in 2020, 0.632 in 2022; to 0.64 in 2025 too slow. Each figure in a column of its own."""
    sheet = made.book["趋势与进度"]
    heads = [c.value for c in sheet[3]]
    row = next(dict(zip(heads, r, strict=True)) for r in values(sheet, made) if r[0] == "28②")
    assert [c.value for c in sheet[2] if c.value] == ["所测", "水平与趋势", "差距", "进度"]
    assert (row["首值"], row["末值"], row["年均变化"], row["走向"]) == (0.631, 0.632, 0.0005, "改善")
    assert (row["规划值"], row["差距"], row["进度"]) == (0.64, 0.008, "进度过慢")
    assert round(row["速度之比（线性）"], 4) == 0.2778


def test_reconciliation(made: Report, plan: Plan) -> None:
    """A row for every printed statement; figures that agree have a difference of 0; the counts stand above."""
    rows = values(made.book["数据核对"], made)
    assert rows[1][1::2] == [147, 4, 0]
    assert len(rows) == 3 + 151
    assert ["全部指标数", 50, 50, 0, "✓ 一致"] in [row[:5] for row in rows]
    assert ["表三 投资概算合计（亿元，无概算的项目不计）", 709.96, 709.96, 0, "✓ 一致"] in [row[:5] for row in rows]


# --- what it looks like --------------------------------------------------------------------------------------------


def test_no_cell_is_merged_with_itself(book: Workbook) -> None:
    """Excel offers to repair a workbook that has such a cell (the first category of 表三 is one project)."""
    assert all(r.size["rows"] * r.size["columns"] > 1 for sheet in book.worksheets for r in sheet.merged_cells.ranges)


def test_print_setup(book: Workbook) -> None:
    """A4 landscape, as wide as a page, headings on every page, and no row higher than Excel can make it."""
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert all(0 < (d.height or 15) <= 409 for d in sheet.row_dimensions.values())


# --- text that stays text ------------------------------------------------------------------------------------------

HOSTILE = {
    '=HYPERLINK("http://example.org","看")': '=HYPERLINK("http://example.org","看")',
    "+cmd|' /C calc'!A0": "+cmd|' /C calc'!A0",
    "-2+3+cmd": "-2+3+cmd",
    "@SUM(1+1)": "@SUM(1+1)",
    "#REF!": "#REF!",
    "a\x00b\x07c\x1fd\x7f": "a␀b␇c␟d␡",
    "一\ud800二\ufffe三\uffff": "一\ufffd二\ufffd三\ufffd",
    "甲\r\n乙\r丙\t丁": "甲\n乙\n丙\t丁",
    "<b>&amp;]]></b><!--": "<b>&amp;]]></b><!--",
    "_x0041_": "_x005F_x0041_",  # Excel shows _x0041_; without this, A
}


def hostile_plan(text: str) -> Plan:
    """``text`` as statement, source and what was measured, past every check of the data."""
    plan = tiny_plan()
    year = max(plan.years)
    changed = observation(item_id="1", statement="已建立制度", attests="建立=已建立制度")
    changed = changed.model_copy(update={"statement": text, "attests": None, "source": text})
    measured = observation("2.1", 86).model_copy(update={"measure": text})
    rows = tuple(o for o in plan.observations[year] if o.item_id not in ("1", "2.1"))
    items = tuple(i.model_copy(update={"name": text}) if i.item_id == "3" else i for i in plan.items)
    return tiny_plan(observations={**plan.observations, year: (changed, measured, *rows)}, items=items)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "shown"), HOSTILE.items(), ids=ascii)
def test_text_is_never_a_formula(text: str, shown: str, tmp_path: Path) -> None:
    """Whatever text begins with or holds, it reaches Excel as text, and what no file can hold is shown."""
    figures = Figures(hostile_plan(text), 2022)
    made = report(figures)
    write_workbook(figures, tmp_path / "x.xlsx")
    book = load_workbook(tmp_path / "x.xlsx")
    for sheet in ("表一", "结论依据", "趋势与进度"):
        cells = [c for row in book[sheet].iter_rows() for c in row if shown in str(c.value)]
        assert cells, sheet
        assert {c.data_type for c in cells} == {"s"}
    texts = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "s"]
    alike = [c for c in texts if c.value.startswith(("=", "+", "-", "@")) and len(c.value) > 1]
    assert [c for c in texts if c.quotePrefix] == alike  # Excel takes none of them for a formula when it is edited
    formulas = {(s.title, c.coordinate) for s in book for row in s.iter_rows() for c in row if c.data_type == "f"}
    assert formulas == set(made.computed)


def test_a_text_longer_than_a_cell_says_so(tmp_path: Path) -> None:
    """Excel holds 32,767 characters in a cell; the rest is not dropped without a word."""
    write_workbook(Figures(hostile_plan("长" * 40_000), 2022), tmp_path / "x.xlsx")
    texts = [str(c.value) for row in load_workbook(tmp_path / "x.xlsx")["结论依据"].iter_rows() for c in row]
    assert any(t.startswith("长长") and t.endswith("……（以下7273字见JSON文件）") for t in texts)


def test_nothing_leads_out_of_the_workbook(made: Report) -> None:
    """No link to another file or to the network, no macro, no connection."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(made.book, made.computed))) as package:
        assert not [n for n in package.namelist() if "external" in n.lower() or n.endswith((".bin", ".vml"))]
        parts = [package.read(n).decode() for n in package.namelist()]
    assert not any('TargetMode="External"' in part or "<hyperlink" in part for part in parts)


# --- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_whole_or_not_there(plan: Plan, tmp_path: Path) -> None:
    """A folder that does not exist: a message, no traceback, nothing left behind."""
    with pytest.raises(ExportError, match=r"^不能写入 .*missing.x\.xlsx：没有这个文件夹或文件。"):
        write_workbook(Figures(plan, 2022), tmp_path / "missing" / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_year(plan: Plan, tmp_path: Path) -> None:
    """A year without observations is refused, and nothing is written."""
    with pytest.raises(UnknownYear, match="没有 2029 年的数据"):
        attachments(plan, 2029, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_same_data_same_bytes(tmp_path: Path) -> None:
    """All files of a year, made twice from the same data, are the same to the byte."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        attachments(tiny_plan(), 2022, tmp_path / name)
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert a == b


@pytest.mark.slow
def test_an_earlier_years_files_read_no_later_year(plan: Plan, tmp_path: Path) -> None:
    """They are not made again when a later year is corrected; those of that year are."""
    later = {year: rows for year, rows in plan.observations.items() if year < 2022}
    changed = tuple(
        row.model_copy(update={"value": "27.1"}) if row.item_id == "3" else row for row in plan.observations[2022]
    )
    other = replace(plan, observations={**later, 2022: changed})
    made: list[dict[str, bytes]] = []
    for number, one in enumerate((plan, other)):
        folder = tmp_path / f"2021-{number}"
        folder.mkdir()
        made.append({path.name: path.read_bytes() for path in attachments(one, 2021, folder)})
        write_json(Figures(one, 2022), tmp_path / f"2022-{number}.json")
    assert made[0] == made[1]
    assert (tmp_path / "2022-0.json").read_bytes() != (tmp_path / "2022-1.json").read_bytes()
