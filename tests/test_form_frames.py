"""The form of years with a later standard, and of other plans: one level or three, other years, nothing optional."""

import csv
import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import cixi
from filling import NUMBERED, sheets
from openpyxl import Workbook, load_workbook
from test_export_frames import elsewhere
from tiny import fitting, item, observation, requirement, settings, target, tiny_plan, write

from cixi_analysis.assessment import assess
from cixi_analysis.errors import DataError
from cixi_analysis.form.checking import FormError
from cixi_analysis.form.layout import GUIDE, HEADER_ROW, domain_columns
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.frame import Frame
from cixi_analysis.plan.schema import Indicator, Requirement

#: What is filled in for 2024 unless a case says otherwise: key → value.
FILLED: dict[str, float] = {"2.1": 87, "2.2": 31, "3": 82, "4": 32}
#: Columns of a row as a case has them.
SEEN = ("key", "level", "item_unit", "national", "provincial", "last")


def known(*rows: Requirement, items: tuple[Indicator, ...] = (), observed: Any = ()) -> Plan:
    """The tiny plan with an item (4) that has no target, with 2023, and with the rows of a later standard."""
    tiny = tiny_plan()
    own = (*tiny.requirements, requirement("4", "national", "≥30"), *rows)
    year = (
        observation("1", statement="已建立制度", attests="建立=已建立制度"),
        *(observation(item_id, value) for item_id, value in (("2.1", 86), ("2.2", 32), ("3", 81), ("4", 31))),
        *observed,
    )
    return replace(
        tiny, items=(*tiny.items, item("4", name="绿地率"), *items), requirements=own,
        targets=(*tiny.targets, *(target("4", y, "/") for y in (2025, 2030))), observations={**tiny.observations, 2023: year},
    )  # fmt: skip


def later(item_id: str, level: str, wording: str, **columns: Any) -> Requirement:
    """A row of the standard of 2024."""
    return requirement(item_id, level, wording, from_year=2024, standard="示例标准（2024年）", **columns)


@dataclass(frozen=True)
class Case:
    """``rows`` of the standard; what is ``filled`` in; the form's rows of the item; verdicts of 2024; what is warned of."""

    rows: tuple[Requirement, ...]
    seen: list[tuple[str, ...]]
    verdicts: dict[tuple[str, str], str]
    filled: dict[str, float | None] = field(default_factory=dict)
    items: tuple[Indicator, ...] = ()
    warned: tuple[tuple[str, str], ...] = ()


CASES = {
    "harder": Case(
        (later("2.1", "national", "≥88"),), [("2.1", "两级", "%", "≥88", "≥90", "86%（2023年）")],
        {("2.1", "national"): "unmet"},
    ),
    "softer": Case(
        (later("2.1", "provincial", "≥85"),), [("2.1", "两级", "%", "≥80", "≥85", "86%（2023年）")],
        {("2.1", "provincial"): "met"},
    ),
    "dropped, a target lies ahead": Case(
        (later("3", "national", "/"),), [("3", "两级", "%", "/", "/", "81%（2023年）")],
        {("3", "national"): "not_applicable"}, {"3": None},
    ),
    "dropped, and filled in all the same": Case(
        (later("3", "national", "/"),), [("3", "两级", "%", "/", "/", "81%（2023年）")], {("3", "national"): "not_applicable"},
    ),
    "dropped, no target": Case((later("4", "national", "/"),), [], {("4", "national"): "not_applicable"}, {"4": None}),
    "new": Case(
        (later("5", "provincial", "≥30"),), [("5", "省级", "%", "/", "≥30", "没有要求（2023年）")],
        {("5", "provincial"): "met", ("5", "national"): "not_applicable"}, {"5": 35}, (item("5", name="新指标"),),
    ),
    "another measure": Case(
        (later("4", "national", "≥10", measure="人均绿地"),), [("4", "国家级", "%", "≥10", "/", "31%（2023年，绿地率）")],
        {("4", "national"): "met"}, {"4": 12},
    ),
    "another unit": Case(
        (later("4", "national", "≥10", measure="人均绿地", unit="平方米/人"),),
        [("4", "国家级", "平方米/人", "≥10", "/", "31%（2023年，绿地率）")], {("4", "national"): "met"}, {"4": 500},
    ),
    "another measure at one of two levels": Case(
        (later("2.1", "national", "≥70", measure="达标天数比例"),),
        [("2.1国", "国家级", "%", "≥70", "", "86%（2023年，优良比例）"), ("2.1省", "省级", "%", "", "≥90", "86%（2023年）")],
        {("2.1", "national"): "met", ("2.1", "provincial"): "unmet"}, {"2.1": None, "2.1国": 75, "2.1省": 87},
    ),
    "another unit at one of two levels": Case(
        (later("2.1", "national", "≥300", unit="天"),),
        [("2.1国", "国家级", "天", "≥300", "", "86%（2023年）"), ("2.1省", "省级", "%", "", "≥90", "86%（2023年）")],
        {("2.1", "national"): "met", ("2.1", "provincial"): "unmet"}, {"2.1": None, "2.1国": 310, "2.1省": 87},
    ),
    "the target stays with the old measure": Case(
        (later("2.2", "national", "≤60", measure="PM10浓度"), later("2.2", "provincial", "/")),
        [("2.2", "两级合填", "微克/立方米", "≤60", "/", "32 微克/立方米（2023年，浓度）"),
         ("2.2国", "国家级", "微克/立方米", "≤60", "", "32 微克/立方米（2023年，浓度）"),
         ("2.2省", "省级", "微克/立方米", "", "/", "32 微克/立方米（2023年）")],
        {("2.2", "national"): "met", ("2.2", "provincial"): "not_applicable"}, {"2.2": None, "2.2国": 52},
    ),
    "a level begins, with another measure": Case(
        (later("2.2", "national", "持续下降", measure="PM10浓度"),),
        [
            ("2.2国", "国家级", "微克/立方米", "持续下降", "", "32 微克/立方米（2023年，浓度）"),
            ("2.2省", "省级", "微克/立方米", "", "≤30", "32 微克/立方米（2023年）"),
        ],
        {("2.2", "national"): "no_data", ("2.2", "provincial"): "met"},
        {"2.2": None, "2.2国": 28, "2.2省": 30},
    ),
    "cannot be read": Case(
        (later("3", "national", "力争领先"),), [("3", "国家级", "%", "力争领先", "/", "81%（2023年）")],
        {("3", "national"): "no_data"}, warned=(("E5", "“力争领先”"),),
    ),
    "the same measure, out of proportion": Case(
        (later("4", "national", "≥10"),), [("4", "国家级", "%", "≥10", "/", "31%（2023年）")], {("4", "national"): "met"},
        {"4": 12}, warned=(("J6", "“12”，上年为“31”，不足其1/2"),),
    ),
}  # fmt: skip


def type_in(path: Path, filled: dict[str, float | None]) -> None:
    """Fill in a form: each key's value, the words of item 1, sources."""
    book = load_workbook(path)
    for sheet in (sheet for sheet in book.worksheets if sheet.title.startswith("生态")):
        at = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
        for row in sheet.iter_rows(min_row=HEADER_ROW + 1):
            words = {"现状原文": "已建立制度", "载明达到的条款": "建立=已建立制度"} if row[0].value == "1" else {}
            cells = words or {"现状值": filled.get(str(row[0].value))}
            if any(value is not None for value in cells.values()):
                for title, value in {**cells, "出处": "公报"}.items():
                    row[at[title] - 1].value = value
    book.save(path)


def seen(plan: Plan, item_id: str, year: int) -> list[tuple[str, ...]]:
    """The form's rows of an item, the columns :data:`SEEN`."""
    rows = (row for own in sheets(plan, year).values() for row in own)
    return [tuple(row.shown[key] for key in SEEN) for row in rows if row.identity["item_id"] == item_id]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_later_standard_from_form_to_verdict(name: str, tmp_path: Path) -> None:
    """The form of 2024 shows what is asked in 2024; filled in, it is checked, imported, closed and judged."""
    case = CASES[name]
    item_id = case.rows[0].item_id
    root = write(known(*case.rows, items=case.items), tmp_path / "project")
    plan, path = load_plan(root), tmp_path / "2024.xlsx"
    assert seen(plan, item_id, 2024) == case.seen
    assert cixi("workbook", "2024", "-o", str(path), root=root).returncode == 0
    type_in(path, FILLED | case.filled)
    done = cixi("check", str(path), "--format", "csv", root=root)
    found = [(row["severity"], row["cell"], row["found"]) for row in csv.DictReader(io.StringIO(done.stdout))]
    assert found == [("warning", *warned) for warned in case.warned]
    for options in ([], ["--final"]):  # the second time with the data of the first
        done = cixi("import", str(path), *options, root=root)
        assert done.returncode == 0, done.stderr
        assert [line[3:] for line in done.stderr.splitlines() if line.startswith("提示：")] == [
            f"生态安全 {cell}：现为{text}；应为{expected}"
            for (cell, text), expected in zip(
                case.warned, [w.expected for w in check_forms(plan, [path]).warnings], strict=True
            )
        ]
    judged = assess(load_plan(root), 2024).items.set_index(["item_id", "level"])["verdict"]
    assert {key: judged[key] for key in case.verdicts} == case.verdicts


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CASES if "another" in name])
def test_a_form_made_again_warns_of_no_measure_that_is_asked_for(name: str, tmp_path: Path) -> None:
    """An import writes what was measured; in the next form of the year that is no slip, for it is what the standard asks."""
    case = CASES[name]
    root, path = write(known(*case.rows, items=case.items), tmp_path / "project"), tmp_path / "2024.xlsx"
    for _ in range(2):
        assert cixi("workbook", "2024", "-o", str(path), "--overwrite", root=root).returncode == 0
        type_in(path, FILLED | case.filled)
        assert check_forms(load_plan(root), [path]).warnings == ()
        assert cixi("import", str(path), root=root).returncode == 0


@pytest.mark.slow
def test_a_number_stays_what_it_was_when_the_standard_comes_after_it(tmp_path: Path) -> None:
    """Imported and closed, then asked for in another unit: refused where it stands, until somebody says what it is."""
    row = later("4", "national", "≥10", measure="人均绿地", unit="平方米/人")
    root, path = write(known(), tmp_path / "project"), tmp_path / "2024.xlsx"
    assert cixi("workbook", "2024", "-o", str(path), root=root).returncode == 0
    type_in(path, FILLED)
    assert cixi("import", str(path), "--final", root=root).returncode == 0
    plain = (root / "data/requirements.csv").read_bytes()
    rows = (*load_plan(root).requirements, row)
    (root / "data/requirements.csv").write_bytes(rows_csv(Requirement, rows))
    done = cixi("assess", "2024", root=root)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    for told in ("“measure 实测对象”列：现为空", "这一年的要求所测的是“人均绿地”", "“unit 实测单位”列", "“平方米/人”"):
        assert told in done.stderr
    assert cixi("assess", "2023", root=root).returncode == 0
    path.unlink()  # the form of the new wording, with the old number in it
    assert cixi("workbook", "2024", "-o", str(path), root=root).returncode == 0
    found = csv.DictReader(io.StringIO(cixi("check", str(path), "--format", "csv", root=root).stdout))
    assert [r["severity"] for r in found if "这一年的要求所测的是" in r["found"]] == ["problem", "problem"]
    type_in(path, {"4": 500})
    why = ("--reason", "标准改了", "--by", "张某")
    assert cixi("import", str(path), "--final", *why, root=root).returncode == 0
    (new,) = load_plan(root).observed("4", 2024)
    assert (new.value, new.measure, new.unit) == ("500", "人均绿地", "平方米/人")
    (root / "data/requirements.csv").write_bytes(plain)  # and the other way round: 500 is not 500 %
    judged = assess(load_plan(root), 2024).items.set_index(["item_id", "level"])
    assert judged.loc[("4", "national"), "verdict"] == "no_data"


@pytest.mark.parametrize("name", CASES)
def test_a_later_standard_leaves_earlier_forms_alone(name: str) -> None:
    """The forms of 2022 and 2023 do not know what begins in 2024."""
    case = CASES[name]
    for year in (2022, 2023):
        assert sheets(known(*case.rows, items=case.items), year) == sheets(known(), year)


def test_what_is_asked_and_not_filled_in_blocks_the_end_of_a_year(tmp_path: Path) -> None:
    """Of two levels that ask different things both are needed; each is called by the name of the year."""
    root = write(
        known(*CASES["another measure at one of two levels"].rows, later("3", "national", "/")), tmp_path / "p"
    )
    path = tmp_path / "2024.xlsx"
    cixi("workbook", "2024", "-o", str(path), root=root)
    type_in(path, {"2.1国": 75, "2.2": 31})
    assert cixi("import", str(path), "--final", root=root).stderr.splitlines()[1:] == [
        "还不能定稿，有2处没有填报（先不加 --final 导入即为初稿）：",
        "2.1 达标天数比例：只填了国家级，没有填写省级的一行",
        "4 绿地率：没有填写",
    ]


def test_a_number_that_is_asked_later_is_not_missed_before(tmp_path: Path) -> None:
    """A row of 2023 that only has words is whole, though 2024 asks for a number; in 2024 it would not be."""
    words = {"statement": "尚未建立", "source": "公报"}
    plan = known(
        requirement("5", "national", "建立"), later("5", "national", "≥3", unit="个"), items=(item("5", unit="-"),),
        observed=(observation("5", **words),),
    )  # fmt: skip
    path = tmp_path / "2024.xlsx"
    form_workbook(plan, 2024).save(path)
    type_in(path, FILLED)
    assert check_forms(plan, [path]).problems == ()
    assert assess(plan, 2023).items.set_index(["item_id", "level"])["verdict"]["5", "national"] == "no_data"
    after = replace(plan, observations={**plan.observations, 2024: (observation("5", **words),)})
    with pytest.raises(DataError, match=r"observations/2024\.csv 第2行 “value 现状值”列：现为空"):
        assess(after, 2024)


def test_what_cannot_be_read_closes_no_cell() -> None:
    """What the wording needs is not known: every input is open, and the prompt tells why."""
    row = sheets(known(later("1", "national", "力争领先")), 2024)["生态制度"][0]
    assert row.opened == {column.key for column in domain_columns(tiny_plan().frame) if column.key not in row.shown}
    assert row.notes["value"] == "要求无法解读：力争领先。"
    assert row.notes["national"].startswith("可以解读的要求（不影响填报）。无法解读“【力争领先】”")


def test_what_the_data_has_stays_in_the_form() -> None:
    """An item that does not exist yet, or is dropped and has no target, has a row in a year that observed it."""
    new = item("5", name="新指标")
    plan = known(
        later("5", "national", "≥30"), later("4", "national", "/"), items=(new,), observed=(observation("5", 29),)
    )
    assert seen(plan, "5", 2023) == [("5", "两级", "%", "/", "/", "没有要求（2022年）")]
    assert seen(replace(plan, observations={2024: (observation("4", 29),)}), "4", 2024)[0][0] == "4"
    level = observation("3", 80, level="provincial")
    rows = sheets(known(observed=()), 2022)["生态安全"]
    apart = replace(known(), observations={2022: (level,)})
    assert [row.shown["key"] for row in sheets(apart, 2022)["生态安全"]] == [
        key for row in rows for key in ([row.shown["key"], "3省"] if row.shown["key"] == "3" else [row.shown["key"]])
    ]


#: Levels → the columns between the unit and last year's value, the texts of the column 级别.
FRAMES: dict[int, tuple[list[str], list[str]]] = {
    1: (["县级要求", "规划值2025年", "规划值2028年"], ["县级"] * 4),
    2: (["县级要求", "流域要求", "规划值2025年", "规划值2028年"], ["县级", "两级", "两级", "流域"]),
    3: (["县级要求", "流域要求", "全国要求", "规划值2025年", "规划值2028年"],
        ["县级", "三级合填", "县级", "流域", "全国", "县级、流域", "全国"]),
}  # fmt: skip


def abroad(levels: int) -> Plan:
    """A plan of other years, without anything optional; with three levels one of them measures something else."""
    plan = elsewhere(levels)
    if levels == 3:
        index = {"measure": "水质指数"}
        changed = (row.model_copy(update=index if row.level == "nation" else {}) for row in plan.requirements)
        plan = replace(plan, requirements=tuple(changed))
    tables = {"indicators": {"name": "附表1", "title": "芦川县指标体系"}}
    return replace(plan, frame=fitting(plan, tables=tables))


def guide(book: Workbook) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in book[GUIDE].iter_rows(values_only=True) if row[0]}


@pytest.mark.slow
@pytest.mark.parametrize("levels", FRAMES)
def test_the_form_of_another_plan(levels: int, tmp_path: Path) -> None:
    """Columns, rows and guide come from the frame; no sheet for what the plan does not have; no other county's name."""
    columns, texts = FRAMES[levels]
    root = write(abroad(levels), tmp_path / "project")
    path = tmp_path / "2023.xlsx"
    assert cixi("workbook", "2023", "-o", str(path), root=root).returncode == 0
    book = load_workbook(path)
    assert book.sheetnames == [GUIDE, "生态制度", "生态安全", *NUMBERED]
    own = [
        [cell.value for cell in row] for sheet in book.worksheets[1:3] for row in sheet.iter_rows(min_row=HEADER_ROW)
    ]
    assert own[0][4 : own[0].index("上年现状值")] == columns
    assert [row[2] for row in own if row[2] != "级别"] == texts
    told = guide(book)
    assert (told["规划"], told["年份"], book[GUIDE]["A1"].value) == (
        "芦川",
        "2023",
        "芦川县生态文明建设年度填报表（2023年）",
    )
    assert told.get("6", "").partition("所测")[0] == (
        "、".join(row.chinese for row in load_plan(root).levels) if levels > 1 else ""
    )
    assert "按规划附表1的次序" in told["1"]
    assert not told.keys() & {"项目进展", "承诺进展", "进展各列", "状态"}
    everything = "".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert [word for word in ("慈溪", "浒山", "表二", "表三", "国家级", "2030") if word in everything] == []
    type_in(path, {"2.1": 85, "2.2": 30, "3": 90})
    assert "问题0处，提示0处" in cixi("check", str(path), root=root).stderr
    done = cixi("import", str(path), "--final", root=root)
    assert (done.returncode, done.stderr.splitlines()[0][:11]) == (0, "2023 年：新增4行")
    assert [row.value for row in load_plan(root).observations[2023]] == [None, "85", "30", "90"]
    assert not (root / "data" / "progress").exists()


@pytest.mark.parametrize(
    ("year", "status", "message"),
    [
        (2020, 1, "错误：2020 年早于规划基准年 2021 年，其数据是规划所载，不用填报。\n"),
        (2021, 0, None),
        (2028, 0, None),
        (2029, 1, "错误：规划只到 2028 年（最后一个目标年），2029 年没有规划值可以对照，不生成填报表。\n"),
    ],
)
def test_the_years_of_another_plan(year: int, status: int, message: str | None, tmp_path: Path) -> None:
    root = write(abroad(1), tmp_path / "project")
    done = cixi("workbook", str(year), "-o", str(tmp_path / "f.xlsx"), root=root)
    assert (done.returncode, done.stderr) == (status, message or done.stderr)


def test_another_plan_refuses_this_form(tmp_path: Path) -> None:
    """A form is known by the short title, however long; its years are those of the frame."""
    path, long = tmp_path / "f.xlsx", "芦川" * 40
    named = replace(elsewhere(1), frame=elsewhere(1).frame.model_copy(update={"short_title": long}))
    form_workbook(named, 2023).save(path)
    assert check_forms(named, [path]).year == 2023
    with pytest.raises(FormError, match=f"B3 为“{long[:60]}”，不是“芦川”的填报表"):
        check_forms(elsewhere(1), [path])
    form_workbook(replace(elsewhere(1), frame=named.frame.model_copy(update={"short_title": "芦川"})), 2029).save(path)
    with pytest.raises(FormError, match="的年份为“2029”，应为 2021—2028（规划的最后一个目标年）中的一个年份，如 2022"):
        check_forms(elsewhere(1), [path])


def test_the_name_of_a_domain_need_not_be_the_name_of_a_sheet(tmp_path: Path) -> None:
    """What spreadsheet programs refuse in the name of a sheet is left out; the form is read back."""
    plan = elsewhere(1)
    items = tuple(one.model_copy(update={"domain": f"空间/格局[{'与产业' * 12}]：甲"}) for one in plan.items)
    path = tmp_path / "f.xlsx"
    form_workbook(replace(plan, items=items), 2023).save(path)
    assert load_workbook(path).sheetnames[1 : -len(NUMBERED)] == [f"空间 格局 {'与产业' * 12}"[:31]]
    assert check_forms(replace(plan, items=items), [path]).problems == ()


@pytest.mark.parametrize(("field_", "second"), [("name", {"name": "国家级"}), ("short", {"short": "国"})])
def test_levels_are_told_apart(field_: str, second: dict[str, str]) -> None:
    """Columns and keys of the form are made of the levels' names."""
    first, other = settings()["levels"]
    twice = Frame.model_validate(settings(levels=[first, other | second]))
    assert [key for key, _ in twice.contradictions()] == ["levels"]
