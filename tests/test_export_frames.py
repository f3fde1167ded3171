"""The files of other plans: one level or three, other years, nothing optional; and of years with a later standard."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from test_export_formulas import Spreadsheet, agree
from tiny import SOURCE, fitting, frame, item, observation, published, requirement, target, tiny_plan

from cixi_analysis.export import Figures, attachments, report
from cixi_analysis.export.sheet import Report
from cixi_analysis.plan.dataset import Plan

LEVELS = [
    {"id": "county", "name": "县级", "short": "县"},
    {"id": "basin", "name": "流域", "short": "流", "heading": "流域达标"},
    {"id": "nation", "name": "全国", "short": "全"},
]
NOTHING_OPTIONAL: dict[str, Any] = dict.fromkeys(
    ("published", "past_projects", "projects", "commitments", "background", "left_out", "audit", "links"), ()
)


def elsewhere(levels: int, *, table: str = "附表1") -> Plan:
    """A plan with the first of these levels, base year 2021, targets in 2025 and 2028, without any optional table."""
    ids = [level["id"] for level in LEVELS[:levels]]
    own = frame(
        title="《芦川县规划》", short_title="芦川", region="芦川县", scope=None, levels=LEVELS[:levels], targets_follow=ids[0],
        base_year=2021, first_report_year=2021, retrospect_wordings=None, target_years=[2025, 2028], parts=[],
        tables={"indicators": {"name": table, "title": "芦川县指标体系"}},
    )  # fmt: skip
    asked = [("1", "建立", ids[:1]), ("2.1", "≥80", ids), ("2.2", "≤30", ids[:2]), ("3", "≥80", ids[-1:])]
    return tiny_plan(
        frame=own,
        requirements=tuple(requirement(i, v, w, from_year=2021) for i, w, those in asked for v in those),
        targets=tuple(target(i, y, w) for i, w, _ in asked for y in (2025, 2028)),
        observations={
            2021: (observation("2.1", 84), observation("2.2", 35)),
            2022: (
                observation("1", statement="已建立制度", attests="建立=已建立制度"),
                observation("2.1", 86),
                observation("2.2", 32),
            ),
        },
        progress={},
        **NOTHING_OPTIONAL,
    )


def texts(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def wrong(made: Report) -> dict[tuple[str, str], object]:
    """The formulas that do not give the value stored beside them."""
    program = Spreadsheet(made)
    return {at: program.value(*at) for at, value in made.computed.items() if not agree(program.value(*at), value)}


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_columns_are_the_frames(levels: int) -> None:
    """Each level has its columns in each sheet, each target year its column; the formulas find them."""
    made, names = report(Figures(elsewhere(levels), 2022)), [level["name"] for level in LEVELS[:levels]]
    assert made.book.sheetnames == ["附表1", "指标结论", "结论依据", "分级统计", "趋势与进度", "佐证材料目录", "说明"]
    table = texts(made.book["附表1"])
    assert table[0][0] == "附表1 芦川县指标体系（2022年评估，初稿）"
    assert table[1][5 : 5 + levels] == [f"{name}指标要求" for name in names]
    heads = [level.get("heading", f"是否达到{level['name']}要求") for level in LEVELS[:levels]]
    assert table[2][6 + levels :] == ["2022年", *heads, "2025年", "2028年"]
    marks = {2: "*指标为县级特有指标，**指标为流域特有指标，未标注的为县级、流域共有指标。"}
    note = (
        ""
        if levels == 1
        else f"注：{marks.get(levels, '*指标为县级特有指标，**指标为流域特有指标，***指标为全国特有指标，')}"
    )
    assert str(table[7][0]).startswith(note or "结论由现状与要求原文计算得出")
    verdicts = texts(made.book["指标结论"])[1]
    assert verdicts == [
        "序号",
        "指标名称",
        "领域",
        "指标属性",
        *(f"{n}{w}" for n in names for w in ("结论", "依据", "理由")),
    ]
    assert len(texts(made.book["结论依据"])) == 2 + 4 * levels
    assert [name for name in texts(made.book["分级统计"])[1] if name] == ["分组", *names]
    assert wrong(made) == {}
    assert made.computed  # or nothing was compared


def test_marks_tell_which_levels_ask() -> None:
    """With three levels, of which some ask: each of them has its mark; with one there is none to tell."""
    names = [row[3] for row in texts(report(Figures(elsewhere(3), 2022)).book["附表1"])[3:7]]
    assert names == ["子项1*", "指标2：\n①优良比例".replace("指标2", "环境质量"), "②浓度*、**", "满意度***"]
    assert [row[3] for row in texts(report(Figures(elsewhere(1), 2022)).book["附表1"])[3:7]][2:] == ["②浓度", "满意度"]


def test_nothing_of_what_the_plan_does_not_have(tmp_path: Path) -> None:
    """No file, sheet or line for an optional table without rows, and no word of another plan's tables or levels."""
    files = attachments(elsewhere(1), 2022, tmp_path)
    tables = ["table1", "observations", "assessment", "evidence", "trend", "flips", "dictionary"]
    assert [path.name for path in files] == [
        "cixi-2022.xlsx",
        *(f"cixi-2022-{t}.csv" for t in tables),
        "cixi-2022.json",
    ]
    content = json.loads(files[-1].read_text(encoding="utf-8"))
    assert list(content) == ["title", "region", "year", "status", *tables]
    assert (content["title"], content["region"]) == ("《芦川县规划》", "芦川县")
    cells = [str(cell) for sheet in report(Figures(elsewhere(1), 2022)).book for row in texts(sheet) for cell in row]
    everything = "\n".join([*cells, *(path.read_text(encoding="utf-8") for path in files[1:])]).replace(SOURCE, "")
    strangers = ("慈溪", "国家级", "省级", "两级", "表一", "表二", "表三", "重点工程", "2030", "所印", "承诺台账")
    assert [word for word in strangers if word in everything] == []


def test_what_is_printed_of_a_table_that_is_missing(tmp_path: Path) -> None:
    """A printed sum of projects without the table of projects: nothing to compute it from, no formula, no crash."""
    rows = (
        published("verdict", "1", "是", level="county"), published("indicators", "total", "3"),
        published("past_outcome", "completed", "4"), published("past_sum", None, "4"), published("projects", None, "2"),
        published("budget", None, "10", unit="万元"), published("project_origin", "1", "4"),
    )  # fmt: skip
    plan = elsewhere(1)
    plan = replace(
        plan,
        published=rows,
        frame=fitting(plan, parts=["published"], tables=plan.frame.tables.model_dump(exclude_none=True)),
    )
    made = report(Figures(plan, 2021))
    shown = texts(made.book["数据核对"])[3:]
    assert [row[2] for row in shown[2:7]] == ["无从复算"] * 5
    assert wrong(made) == {}
    assert "所印的结论" in dict(texts(made.book["说明"])[2:])["数据核对"]


@pytest.mark.parametrize("name", ["附表1/甲", "[表]*?:\\", "'指标'", "指标结论", "表" * 40, "A&B '1'"])
def test_any_name_of_a_table_is_a_sheet(name: str) -> None:
    """What the plan calls its table may be no name of a sheet; formulas find it all the same."""
    made = report(Figures(elsewhere(2, table=name), 2022))
    assert len({sheet.lower() for sheet in made.book.sheetnames}) == 7
    assert max(len(sheet) for sheet in made.book.sheetnames) <= 31
    assert wrong(made) == {}


# --- a later standard ----------------------------------------------------------------------------------------------

NEW = "新标准（2024）"
#: Rows that begin in 2024, and for each the cells of Table 1 that year (column → text).
LATER = {
    "hardens": (
        (requirement("2.1", "provincial", "≥95", from_year=2024, standard=NEW),),
        {"2.1": {"provincial": "现行：≥95\n规划所列：≥90", "national": "≥80", "unit": "%"}},
    ),
    "dropped": (
        (requirement("1", "national", "/", from_year=2024, standard=NEW),),
        {"1": {"national": "现行：/\n规划所列：建立", "provincial": "建立", "name": "现行：子项1**\n规划所列：子项1"}},
    ),
    "dropped by all": (
        (requirement("3", "national", "/", from_year=2024, standard=NEW),),
        {"3": {"national": "现行：/\n规划所列：≥80", "provincial": "/", "name": "满意度*"}},
    ),
    "asked by another level too": (
        (requirement("3", "provincial", "≥70", from_year=2024, standard=NEW),),
        {"3": {"national": "≥80", "provincial": "现行：≥70\n规划所列：/", "name": "现行：满意度\n规划所列：满意度*"}},
    ),
    "new": (
        (requirement("2.3", "national", "≥5", from_year=2024, standard=NEW),),
        {"2.3": {"name": "③新项*", "national": "现行：≥5\n规划所列：（没有这一子项）", "provincial": "/", "target_2025": "/"}},
    ),
    "renamed": (
        (requirement("2.2", "provincial", "≤28", from_year=2024, measure="细颗粒物", standard=NEW),),
        {"2.2": {"name": "现行：②细颗粒物**\n规划所列：②浓度**", "provincial": "现行：≤28\n规划所列：≤30"}},
    ),
    "another unit": (
        (requirement("2.2", "provincial", "≤0.03", from_year=2024, unit="毫克/立方米", standard=NEW),),
        {"2.2": {"unit": "现行：毫克/立方米\n规划所列：微克/立方米", "name": "②浓度**"}},
    ),
    "cannot be read": (
        (requirement("2.1", "national", "左右摇摆", from_year=2024, standard=NEW),),
        {"2.1": {"national": "现行：左右摇摆\n规划所列：≥80", "verdict_national": "无数据"}},
    ),
}  # fmt: skip


def with_later(*cases: str) -> Plan:
    """The tiny plan with observations of 2024 like those of 2022, and the rows of these cases."""
    plan = tiny_plan()
    rows = tuple(row for case in cases for row in LATER[case][0])
    items = plan.items
    if any(row.item_id == "2.3" for row in rows):
        items = (*items[:3], item("2.3", indicator_name="环境质量", name="新项"), items[3])
    stated = {row.item_id: {"measure": row.measure, "unit": row.unit} for row in rows}
    latest = tuple(row.model_copy(update=stated.get(row.item_id, {})) for row in plan.observations[2022])
    observations = {**plan.observations, 2023: plan.observations[2022], 2024: latest}
    return replace(plan, items=items, requirements=(*plan.requirements, *rows), observations=observations)


@pytest.mark.slow
@pytest.mark.parametrize("case", LATER)
def test_a_later_wording_stands_beside_the_plans_own(case: str, tmp_path: Path) -> None:
    """Sheet, CSV and JSON show what is in force and, where it differs, what the plan itself says; the guide says so."""
    figures = Figures(with_later(case), 2024)
    rows = {row["item_id"]: row for row in figures.tables["table1"].to_dict("records")}
    made = report(figures)
    sheet = {str(cell) for row in texts(made.book["表一"]) for cell in row}
    for item_id, cells in LATER[case][1].items():
        assert {name: rows[item_id][name] for name in cells} == cells
        assert set(cells.values()) <= sheet
    untouched = tiny_plan().items
    assert not any(
        "现行" in str(v) for i in untouched if i.item_id not in LATER[case][1] for v in rows[i.item_id].values()
    )
    guide = dict(texts(made.book["说明"])[2:])
    assert set(str(guide["标准"]).split("；")) == {"未写明", NEW}
    assert "要求与规划值照录" not in str(guide["表一"])
    assert "现行、规划所列" in str(guide["表一"])
    assert wrong(made) == {}
    attachments(with_later(case), 2024, tmp_path)
    with (tmp_path / "cixi-2024-table1.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == [row["name"] for row in rows.values()]


@pytest.mark.slow
def test_later_rows_change_no_earlier_file(tmp_path: Path) -> None:
    """All cases at once that can stand together: every file up to 2023 is the same to the byte as without them."""
    plan, years = with_later("hardens", "dropped", "new", "renamed"), (2021, 2022, 2023)
    made: list[dict[str, bytes]] = []
    for name, one in (("a", with_later()), ("b", plan)):
        (tmp_path / name).mkdir()
        made.append({p.name: p.read_bytes() for year in years for p in attachments(one, year, tmp_path / name)})
    assert made[0] == made[1]
    guide = dict(texts(report(Figures(plan, 2023)).book["说明"])[2:])
    assert guide["标准"] == "未写明"
    assert "要求与规划值照录" in str(guide["表一"])


def test_a_new_indicator_is_not_counted_as_printed() -> None:
    """51 indicators in a later year's Table 1 are not the 50 that the plan prints: the comparison stays that of its year."""
    plan = with_later()
    added = item("4", name="新指标", domain="新领域")
    rows = (*plan.requirements, requirement("4", "provincial", "≥5", from_year=2024))
    made = report(Figures(replace(plan, items=(*plan.items, added), requirements=rows), 2024))
    shown = {row[0]: row[1:5] for row in texts(made.book["数据核对"])}
    assert shown["全部指标数"][:2] == [3, 3]
    assert wrong(made) == {}
    assert [row[0] for row in texts(made.book["指标结论"])[2:]] == [1, 2, 3, 4]
