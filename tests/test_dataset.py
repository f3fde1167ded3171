"""Loading ``data/``: every problem of every file at once, each with place, what was found and what would be right."""

import errno
import os
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from tiny import evidence, observation, requirement, signature, tiny_plan, write

from cixi_analysis.errors import DataError, marked
from cixi_analysis.plan import dataset
from cixi_analysis.plan.dataset import Plan, find_root, load_plan
from cixi_analysis.plan.schema import TABLES, Observation, Project, Responsible

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny plan as files."""
    return write(tiny_plan(), tmp_path)


def messages(folder: Path) -> list[str]:
    with pytest.raises(DataError) as error:
        load_plan(folder)
    first, *lines = str(error.value).split("\n")
    assert first == f"数据有{len(lines)}处问题："
    assert lines == [str(p) for p in error.value.problems]
    return lines


def changed(folder: Path, name: str, change: Callable[[str], str]) -> Path:
    """The file with its text changed; a change that changes nothing is a mistake of the test."""
    path = folder / "data" / name
    old = path.read_text(encoding="utf-8")
    new = change(old)
    assert new != old
    path.write_text(new, encoding="utf-8")
    return folder


def line(number: int, change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    """Change the cells of one line (no quoted commas in it)."""

    def apply(text: str) -> str:
        lines = text.splitlines()
        lines[number - 1] = ",".join(change(lines[number - 1].split(",")))
        return "\n".join(lines) + "\n"

    return apply


def cell(number: int, column: int, value: str) -> Callable[[str], str]:
    return line(number, lambda cells: [*cells[:column], value, *cells[column + 1 :]])


def test_the_tiny_plan_is_read_back(folder: Path) -> None:
    """Written and read, the plan is the same."""
    plan, tiny = load_plan(folder), tiny_plan()
    assert plan.items == tiny.items
    assert plan.requirements == tiny.requirements
    assert plan.targets == tiny.targets
    assert plan.observations == tiny.observations
    assert plan.projects == tiny.projects


def test_a_plan_is_loaded_once_while_its_files_are_the_same(folder: Path) -> None:
    """The same object for the same bytes; a change is seen even where size and time of the file say nothing."""
    plan = load_plan(folder)
    assert load_plan(folder) is plan
    path = folder / "data" / "observations" / "2022.csv"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b",86,", b",87,"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    found = load_plan(folder).observation("2.1", 2022)
    assert found is not None
    assert found.value == "87"
    assert plan == tiny_plan(root=folder)


def test_a_plan_cannot_be_changed() -> None:
    """So it may be shared and results may be cached by it; a changed copy is another key."""
    plan = tiny_plan()
    with pytest.raises(TypeError):
        plan.observations[2023] = ()  # type: ignore[index]
    other = replace(plan, observations={2022: plan.observations[2022]})
    assert {plan: 1, other: 2}[tiny_plan()] == 1
    assert (plan.years, other.years) == ((2021, 2022), (2022,))


def test_lookups() -> None:
    """By id, number, item and year; what is not there is a KeyError, or no observation."""
    levels = (observation("3", 1, level="national"), observation("3", 2, level="provincial"))
    plan = tiny_plan(observations={2022: levels})
    assert plan.observed("3", 2022) == list(levels)
    assert [plan.observation("3", 2022, level) for level in (*plan.levels, None)] == [*levels, None]
    assert (plan.observed("1", 2022), plan.observation("1", 2021)) == ((), None)
    for lookup in (plan.item, plan.project, plan.commitment):
        with pytest.raises(KeyError):
            lookup("99")  # type: ignore[operator]


COLUMNS = ",".join(Observation.columns())

#: (file, change, the problems reported)
DAMAGED: list[tuple[str, Callable[[str], str], list[str]]] = [
    (
        "targets.csv",
        line(1, lambda c: [*c[:2], "text", *c[3:]]),
        ["targets.csv 第1行：现为列名 缺少 wording，多出 text；应为item_id,year,wording,reading,reading_reason,source"],
    ),
    (
        "targets.csv",
        line(1, lambda c: c[:-1]),
        ["targets.csv 第1行：现为列名 缺少 source；应为item_id,year,wording,reading,reading_reason,source"],
    ),
    (
        "targets.csv",
        line(1, lambda c: [*c, "note"]),
        ["targets.csv 第1行：现为列名 多出 note；应为item_id,year,wording,reading,reading_reason,source"],
    ),
    (
        "targets.csv",
        line(1, lambda c: [c[1], c[0], *c[2:]]),
        [
            "targets.csv 第1行：现为列名 顺序或重复有误，第1列为“year”；应为item_id,year,wording,reading,reading_reason,source"
        ],
    ),
    (
        "targets.csv",
        lambda _: "",
        ["targets.csv：现为空文件；应为一个 CSV 文件，第1行为列名 item_id,year,wording,reading,reading_reason,source"],
    ),
    ("targets.csv", line(3, lambda c: c[:-1]), ["targets.csv 第3行 “source 出处”列：现为5 个单元格；应为6 个单元格"]),
    (
        "targets.csv",
        line(3, lambda c: [*c, ""]),
        ["targets.csv 第3行 “source 出处”列：现为7 个单元格，其后多出“”；应为6 个单元格"],
    ),
    (
        "targets.csv",
        cell(3, 1, "2026"),
        ["targets.csv 第3行 “year 目标年”列：现为“2026”；应为2025、2030 之一（见 plan.toml）"],
    ),
    ("targets.csv", cell(3, 1, "二〇三〇"), ["targets.csv 第3行 “year 目标年”列：现为“二〇三〇”；应为整数"]),
    ("targets.csv", cell(3, 2, ""), ["targets.csv 第3行 “wording 规划值原文”列：现为空；应为非空的文字"]),
    (
        "targets.csv",
        line(1, lambda c: [*c[:-1], "source ", "", ""]),  # columns that Excel once had content in
        [
            "targets.csv 第1行：现为列名 缺少 source，多出 source␣、空、空；应为item_id,year,wording,reading,reading_reason,source"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 3, "% "),
        ["observations/2022.csv 第3行 “unit 实测单位”列：现为“%␣”；应为首尾没有空格、空行的文字"],
    ),
    (
        "observations/2022.csv",
        cell(3, 10, "字" * 2001),
        [f"observations/2022.csv 第3行 “statement 现状原文”列：现为“{'字' * 40}……”；应为不超过 2000 字的文字"],
    ),
    (
        "indicators.csv",
        cell(2, 2, "　生态安全"),
        ["indicators.csv 第2行 “domain 领域”列：现为“␣生态安全”；应为首尾没有空格、空行的文字"],
    ),
    (
        "targets.csv",
        cell(3, 3, "≥80"),
        [
            "targets.csv 第3行 “reading 读法、reading_reason 读法理由”列：现为“≥80”、空；应为“读法”与“读法理由”应同时填写或同时留空"
        ],
    ),
    (
        "targets.csv",
        lambda text: text + text.splitlines()[3] + "\n",
        ["targets.csv 第10行 “item_id、year”列：现为与第4行重复；应为各行互不相同"],
    ),
    (
        "targets.csv",
        lambda text: "\n".join(text.splitlines()[:-1]) + "\n",
        [
            "targets.csv “item_id、year”列：现为没有 3 的 2030 年规划值；应为基准年已有的子项，每个目标年一行（没有的写“/”）"
        ],
    ),
    (
        "targets.csv",
        cell(3, 0, "105"),
        ["targets.csv 第3行 “item_id 子项编号”列：现为“105”；应为子项编号，如 38 或 9.1（序号至多 99，子项至多 9）"],
    ),
    (
        "targets.csv",
        cell(3, 0, "7"),
        [
            "targets.csv 第3行 “item_id 子项编号”列：现为“7”；应为indicators.csv 中已有的子项编号",
            "targets.csv “item_id、year”列：现为没有 1 的 2030 年规划值；应为基准年已有的子项，每个目标年一行（没有的写“/”）",
        ],
    ),
    (
        "requirements.csv",
        lambda text: "\n".join(text.splitlines()[:-1]) + "\n",
        ["requirements.csv “item_id”列：现为没有 3 的要求；应为每个子项至少一行"],
    ),
    (
        "requirements.csv",
        cell(2, 1, "county"),
        ["requirements.csv 第2行 “level 级别”列：现为“county”；应为national、provincial 之一（见 plan.toml）"],
    ),
    (
        "requirements.csv",
        cell(2, 2, "20222"),
        ["requirements.csv 第2行 “from_year 起始年”列：现为“20222”；应为不大于 2100 的数"],
    ),
    (
        "requirements.csv",
        cell(2, 3, "2021"),
        ["requirements.csv 第2行 “from_year 起始年、to_year 终止年”列：现为“2022”、“2021”；应为终止年不早于起始年"],
    ),
    (
        "requirements.csv",
        cell(2, 9, "up"),
        ["requirements.csv 第2行 “polarity 方向”列：现为“up”；应为'more', 'less', 'none' 之一"],
    ),
    (
        "requirements.csv",
        lambda text: cell(2, 3, "2024")(text) + "1,national,2024,,全面建立,,,,,,未写明,表一\n",
        ["requirements.csv 第2行 “to_year 终止年”列：现为2024；应为早于下一行的起始年 2024，或空"],
    ),
    (
        "indicators.csv",
        cell(2, 8, "up"),
        ["indicators.csv 第2行 “polarity 方向”列：现为“up”；应为'more', 'less', 'none' 之一"],
    ),
    (
        "indicators.csv",
        lambda text: cell(4, 3, "（二）任务")(cell(4, 2, "生态 安全")(text)),
        [
            "indicators.csv 第4行 “domain 领域”列：现为“生态 安全”；应为与同一指标的 2.1 相同：“生态安全”",
            "indicators.csv 第4行 “task 任务”列：现为“（二）任务”；应为与同一指标的 2.1 相同：“（一）任务”",
        ],
    ),
    ("indicators.csv", cell(3, 1, "4"), ["indicators.csv 第3行 “indicator 序号”列：现为4；应为与子项编号 2.1 一致"]),
    (
        "indicators.csv",
        lambda text: "\n".join([*(lines := text.splitlines())[:2], lines[3], lines[2], *lines[4:]]) + "\n",
        ["indicators.csv “item_id”列：现为次序有误；应为按序号与子项由小到大"],
    ),
    (
        "observations/2022.csv",
        cell(3, 5, "约86"),
        [
            "observations/2022.csv 第3行 “value 现状值”列：现为“约86”；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 6, "暂无数据"),
        [
            "observations/2022.csv 第3行 “value 现状值、absence 缺失原因”列：现为“86”、“暂无数据”；应为现状值与缺失原因只能有一个"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 5, ""),
        [
            "observations/2022.csv 第3行 “value 现状值、absence 缺失原因、statement 现状原文”列：现为空、空、空；应为没有现状值时，应给出缺失原因或原文"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 5, "Ⅲ"),
        [
            "observations/2022.csv 第3行 “value 现状值、unit 实测单位”列：现为“Ⅲ”、空；应为水质类别的单位应为“类”，数的单位不应为“类”"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 3, "类"),
        [
            "observations/2022.csv 第3行 “value 现状值、unit 实测单位”列：现为“86”、“类”；应为水质类别的单位应为“类”，数的单位不应为“类”"
        ],
    ),
    (
        "observations/2022.csv",
        cell(3, 8, "80"),
        [
            "observations/2022.csv 第3行 “benchmark 全省平均、benchmark_kind 平均的含义”列：现为“80”、空；应为全省平均与其含义应同时填写或同时留空"
        ],
    ),
    (
        "observations/2022.csv",
        cell(2, 11, "建立=已经建立"),
        ["observations/2022.csv 第2行 “attests 载明达到”列：现为“建立=已经建立”；应为引用的字句应出现在“现状原文”中"],
    ),
    (
        "observations/2022.csv",
        cell(5, 6, "上级未下达"),
        [
            "observations/2022.csv 第5行 “absence 缺失原因”列：现为“上级未下达”；"
            "应为'暂无数据', '未开展测算', '未发现', '原文未列', '未填报' 之一"
        ],
    ),
    (
        "observations/2022.csv",
        lambda text: text + "2.1,national,,,,86,,,,,,,,表一,,,,\n",
        ["observations/2022.csv 第6行 “level 级别”列：现为2.1 既有各级通用的一行又有 national 的一行；应为二者取一"],
    ),
    (
        "observations/2022.csv",
        lambda text: text + "2.1,,,,,86,,,,,,,,表一,,,,\n",
        ["observations/2022.csv 第6行 “item_id、level”列：现为与第3行重复；应为各行互不相同"],
    ),
    (
        "observations/2022.csv",
        lambda text: text + '"2.2',
        [
            "observations/2022.csv 第6行：现为引号不成对，或一格的文字过长；应为CSV 文件：含逗号、引号或换行的单元格用双引号括起"
        ],
    ),
    (
        "projects.csv",
        cell(2, 5, ""),
        [
            "projects.csv 第2行 “budget 投资概算、budget_absence 概算缺失原因”列：现为空、空；应为投资概算与概算缺失原因应恰有一个"
        ],
    ),
    (
        "projects.csv",
        cell(2, 5, "-5"),
        ["projects.csv 第2行 “budget 投资概算”列：现为“-5”；应为不小于 0 的数"],
    ),
    (  # it was printed as 1234567890120
        "observations/2022.csv",
        cell(3, 5, "1234567890123"),
        ["observations/2022.csv 第3行 “value 现状值”列：现为“1234567890123”；应为不这样大的数"],
    ),
    (
        "observations/2022.csv",
        cell(3, 5, "9" * 400),
        [f"observations/2022.csv 第3行 “value 现状值”列：现为“{'9' * 40}……”；应为不这样大的数"],
    ),
    (
        "projects.csv",
        cell(2, 4, "2025-2021"),
        ["projects.csv 第2行 “years 实施年限”列：现为“2025-2021”；应为实施年限的起始年不应晚于结束年"],
    ),
    (
        "published.csv",
        cell(2, 4, "达到"),
        ["published.csv 第2行 “stated 所印”列：现为“达到”；应为/、否、无数据、是 之一"],
    ),
    (
        "conventions.csv",
        cell(2, 0, "plan-concludes"),
        [
            "conventions.csv 第2行 “item_id 子项编号、year 年份”列：现为空、空；"
            "应为“依规划结论”须写明子项编号和年份：规划只对它所判的那一年作了结论"
        ],
    ),
    (  # 05.5 may be 5.5 or 0.55; it was computed as 5.5 and printed as 05.5
        "observations/2022.csv",
        cell(3, 5, "05.5"),
        ["observations/2022.csv 第3行 “value 现状值”列：现为“05.5”；应为前面没有多余的 0 的数"],
    ),
    (  # digits of other scripts look like a second C001, item 38 or 2025
        "projects.csv",
        cell(2, 4, "2021-202５"),
        ["projects.csv 第2行 “years 实施年限”列：现为“2021-202５”；应为实施年限，如 2021-2025 或 2025"],
    ),
    (
        "observations/2022.csv",
        cell(3, 0, "1２"),
        [
            "observations/2022.csv 第3行 “item_id 子项编号”列：现为“1２”；应为子项编号，如 38 或 9.1（序号至多 99，子项至多 9）"
        ],
    ),
    (
        "commitments.csv",
        lambda text: text.replace("\nC001,", "\nC00１,"),
        ["commitments.csv 第2行 “commitment_id 承诺编号”列：现为“C00１”；应为承诺编号，如 C001"],
    ),
    (
        "audit.csv",
        lambda text: text.replace("\nA001,", "\na1,"),
        ["audit.csv 第2行 “audit_id 核对编号”列：现为“a1”；应为核对编号，如 A001"],
    ),
    (
        "links.csv",
        lambda text: text + "commitment,C001,commitment,C001,same_quantity,同一数量\n",
        ["links.csv 第6行 “from_id 由（编号）、to_id 至（编号）”列：现为“C001”、“C001”；应为两个不同的编号"],
    ),
    (
        "conventions.csv",
        cell(2, 0, "wishful"),
        [
            "conventions.csv 第2行 “convention 约定”列：现为“wishful”；"
            "应为'none-assigned', 'nothing-there', 'full', 'plan-concludes' 之一"
        ],
    ),
]


@pytest.mark.parametrize(("name", "change", "told"), DAMAGED)
def test_damage_is_told(folder: Path, name: str, change: Callable[[str], str], told: list[str]) -> None:
    """One thing damaged, one message: file, row, column, what was found, what would be right."""
    assert messages(changed(folder, name, change)) == told


def test_no_level_asks_for_an_indicator_and_for_its_parts(tmp_path: Path) -> None:
    """An indicator is split, and the row “/” of the undivided one is forgotten: it was counted beside its own parts."""
    plan = tiny_plan()
    parts = [
        requirement("1", "national", "制定实施"),
        requirement("1.1", "national", "制定实施", from_year=2024),
        requirement("1.1", "provincial", "≥80", from_year=2025),
    ]
    ended = requirement("1", "national", "/", from_year=2024)
    one = plan.item("1")
    items = (one, one.model_copy(update={"item_id": "1.1"}), *plan.items[1:])
    others = tuple(row for row in plan.requirements if row.item_id != "1")
    split = replace(plan, items=items, requirements=(*parts, *others))
    told = "requirements.csv 第3行 “item_id 子项编号”列：现为“1.1”，而不分子项的 1 在 2024 年也有要求（第2行）；"
    assert messages(write(split, tmp_path / "both")) == [told + "应为二者取一：分成子项以后，1 加一行“/”"]
    # The other level may ask for the whole a while longer.
    load_plan(write(replace(split, requirements=(*parts, ended, *others)), tmp_path / "ended"))


@pytest.mark.parametrize("mark", [",", "，", "；", "\n"])
def test_units_with_another_mark_between_them(tmp_path: Path, mark: str) -> None:
    """They were one unit of a long name, which got a form of its own; marks in brackets belong to the name."""
    row = {"kind": "item", "id": "1", "source": "分工方案"}
    with pytest.raises(ValidationError, match="各单位的名称之间只有一个"):
        Responsible.model_validate(row | {"units": f"市水利局{mark}市财政局"})
    Responsible.model_validate(row | {"units": f"各镇（街道{mark}园区）、市财政局"})


def test_a_year_in_other_digits_is_no_second_file_of_the_year(folder: Path) -> None:
    """It took the place of the year's own file, whose rows nobody saw any more."""
    (folder / "data" / "observations" / "202２.csv").write_bytes(
        (folder / "data" / "observations" / "2021.csv").read_bytes()
    )
    assert messages(folder) == ["observations/202２.csv：现为不认识的文件名；应为“年份.csv”，如 2023.csv"]


def test_all_problems_of_all_files_at_once(folder: Path) -> None:
    """Nothing is hidden behind the first problem, not even by a file that cannot be read."""
    changed(folder, "targets.csv", lambda t: cell(4, 2, "")(cell(3, 1, "2026")(t)))
    changed(folder, "observations/2021.csv", cell(2, 5, "?"))
    changed(folder, "observations/2022.csv", cell(2, 11, "建立=没有的话"))
    (folder / "data" / "projects.csv").unlink()
    (folder / "data" / "published.csv").write_bytes("类别,值\n结论,是\n".encode("gb18030"))
    (folder / "data" / "observations" / "备注.txt").write_text("", encoding="utf-8")
    assert messages(folder) == [
        "targets.csv 第3行 “year 目标年”列：现为“2026”；应为2025、2030 之一（见 plan.toml）",
        "targets.csv 第4行 “wording 规划值原文”列：现为空；应为非空的文字",
        "published.csv 第1行：现为第 1 个字节起不是 UTF-8 文字；应为UTF-8 编码的 CSV 文件（在 Excel 中另存为“CSV UTF-8”）",
        "projects.csv：现为没有这个文件；应为一个 CSV 文件",
        "observations/2021.csv 第2行 “value 现状值”列：现为“?”；应为阿拉伯数字写成的数，如 83.3（不带单位、%、千位分隔符）",
        "observations/备注.txt：现为不认识的文件名；应为“年份.csv”，如 2023.csv",
        "observations/2022.csv 第2行 “attests 载明达到”列：现为“建立=没有的话”；应为引用的字句应出现在“现状原文”中",
    ]


def test_a_disk_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is that of the error itself, also where Python has no class for it."""
    real = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path.name == "targets.csv":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", failing)
    assert messages(folder) == ["targets.csv：现为无法打开（磁盘读写出错）；应为可以读取的文件"]


@pytest.mark.parametrize("name", ["observations", "progress", "signatures"])
def test_a_folder_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """It was taken for an empty one: what was reported or signed counted as not reported, not signed."""
    real = Path.iterdir

    def failing(path: Path) -> Iterator[Path]:
        if path.name == name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path)

    monkeypatch.setattr(Path, "iterdir", failing)
    told = messages(folder)
    assert f"{name}：现为无法打开（没有权限）；应为可以读取的文件夹" in told
    assert not any("没有任何年份的数据" in line for line in told)  # nobody could look


def test_a_folder_without_data(tmp_path: Path) -> None:
    """Every file that a plan must have is missing, and all of them are named. The folder data itself is no project."""
    (tmp_path / "data").mkdir()
    (told,) = messages(tmp_path / "data")
    assert told.endswith("data：现为其中没有 data/；应为项目文件夹，其中有 data/")
    assert messages(tmp_path) == [
        "plan.toml：现为没有这个文件；应为规划的框架",
        *(f"{name}：现为没有这个文件；应为一个 CSV 文件" for name in list(TABLES)[:3]),
        "observations：现为没有任何年份的数据；应为至少一个“年份.csv”",
    ]


@pytest.mark.parametrize("name", ["none", "file", "a\0b"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    """A path that is wrong, or leads to a file, is no import that was cut short."""
    (tmp_path / "file").touch()
    (told,) = messages(tmp_path / name)
    assert told.endswith(f"{marked(name)}：现为没有这个文件夹；应为项目文件夹，其中有 data/")


@pytest.mark.parametrize("name", ["20222.csv", "1999.csv", "2022年.csv", "2022.CSV.bak"])
def test_a_stray_file_among_the_years(folder: Path, name: str) -> None:
    """Only files named after a year are observations; another is reported, not skipped."""
    shutil.copy(folder / "data" / "observations" / "2022.csv", folder / "data" / "observations" / name)
    assert messages(folder) == [f"observations/{name}：现为不认识的文件名；应为“年份.csv”，如 2023.csv"]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    ],
    ids=["byte order mark", "CRLF", "both"],
)
def test_what_excel_writes_is_read(folder: Path, rewrite: Callable[[bytes], bytes]) -> None:
    """A byte order mark and Windows line ends make no difference."""
    for path in (folder / "data").rglob("*.csv"):
        path.write_bytes(rewrite(path.read_bytes()))
    assert load_plan(folder).requirements == tiny_plan().requirements


def test_a_year_file_without_rows_is_no_year(folder: Path) -> None:
    """A form that nobody has filled in yet is valid and makes no year."""
    (folder / "data" / "observations" / "2023.csv").write_text(COLUMNS + "\n", encoding="utf-8")
    plan = load_plan(folder)
    assert plan.years == (2021, 2022)
    assert plan.observations[2023] == ()


def test_other_files_in_data_are_left_alone(folder: Path) -> None:
    """The list of readings lies beside the tables and is not read."""
    (folder / "data" / "readings.csv").write_text("anything", encoding="utf-8")
    assert load_plan(folder).years == (2021, 2022)


def test_a_wording_nobody_can_parse_does_not_stop_loading(folder: Path) -> None:
    """Requirement wording is text; it is parsed later."""
    changed(folder, "requirements.csv", cell(2, 4, "力争领先"))
    assert load_plan(folder).requirement("1", "national", 2022).wording == "力争领先"


def test_wordings_follow_one_another(tmp_path: Path) -> None:
    """A row holds until the next one of its item and level, or to its last year; before the base year, as in it."""
    tiny = tiny_plan()
    later = (
        requirement("2.2", "national", "≤25", from_year=2026),
        requirement("2.1", "national", "/", from_year=2026),
        requirement("2.1", "national", "≥85", from_year=2028, to_year=2029),
    )
    plan = load_plan(write(tiny_plan(requirements=(*tiny.requirements, *later)), tmp_path))
    found = {
        (item_id, year): row and row.wording
        for item_id in ("2.1", "2.2")
        for year in (2018, 2022, 2025, 2026, 2028, 2029, 2030)
        for row in [plan.requirement(item_id, "national", year)]
    }
    assert [found["2.1", y] for y in (2018, 2022, 2025)] == ["≥80"] * 3
    assert [found["2.1", y] for y in (2026, 2028, 2029, 2030)] == ["/", "≥85", "≥85", None]
    assert [found["2.2", y] for y in (2018, 2022, 2025, 2026, 2030)] == [None, None, None, "≤25", "≤25"]


def test_a_plan_that_is_sent_twice_arrives_as_one() -> None:
    """What is remembered by plan is found for the second task of a worker without comparing plans."""
    first, second = (pickle.dumps(tiny_plan()) for _ in range(2))
    assert pickle.loads(first) is pickle.loads(second) == tiny_plan()  # noqa: S301  # our own
    other = pickle.dumps(tiny_plan(projects=()))
    assert pickle.loads(other) == tiny_plan(projects=()) != pickle.loads(first)  # noqa: S301


def test_a_plan_that_is_read_again_is_the_same_object(folder: Path) -> None:
    """However many others were read in between, what is remembered by plan is found without comparing plans."""
    first = load_plan(folder)
    dataset._parse.cache_clear()
    assert load_plan(folder) is first


def test_the_root_is_found_upward(folder: Path) -> None:
    """The nearest folder with ``_config.yml`` and ``data/``; without one, the message says what to give."""
    assert find_root(folder / "data" / "observations") == folder.resolve()
    (folder / "_config.yml").unlink()
    with pytest.raises(DataError, match=re.escape("应为含有 _config.yml 和 data/ 的文件夹（或用 --root 指明）")):
        find_root(folder)


def test_units_split_outside_brackets_only() -> None:
    """“各镇（街道、园区）” is one unit."""
    one = Project.model_validate(
        {
            "number": 1, "category": "一", "name": "一", "content": "一", "years": "2021-2025", "budget": "1",
            "budget_absence": "", "units": "市水利局、各镇（街道、园区）、市财政局", "source": "表三",
        }
    )  # fmt: skip
    assert one.responsible == ("市水利局", "各镇（街道、园区）", "市财政局")
    other = one.model_copy(update={"units": "市水利局、 各镇(街道、园区)、各村（一）、市财政局(一、二)、"})
    assert other.responsible == ("市水利局", "各镇(街道、园区)", "各村（一）", "市财政局(一、二)")


def test_the_real_data_is_valid() -> None:
    """The committed data loads without a problem, and every row of facts has a source."""
    plan = load_plan(ROOT)
    rows = [*plan.items, *plan.requirements, *plan.targets, *plan.conventions, *plan.published, *plan.projects]
    assert all(row.source.startswith("《慈溪市生态文明建设规划（修编）（2023-2030年）》") for row in rows)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("item_id", "target", "told"),
    [
        ("9.1", "86.8", "86.8%"),
        ("9.3", "≤31", "≤31微克/立方米"),
        ("10.1", "Ⅲ", "Ⅲ类"),
        ("26", "上级未下达", "上级未下达"),
        ("9.1", "任务：淘汰锅炉10", "任务：淘汰锅炉10"),
    ],
)
def test_what_was_assigned_has_its_unit(plan: Plan, item_id: str, target: str, told: str) -> None:
    """A limit has the unit of the value that it is for; a task, and that nothing was assigned, have none."""
    (row,) = plan.observed(item_id, 2022)
    assert plan.assigned(row.model_copy(update={"assigned_target": target}), 2022) == told


def test_what_the_program_joins_may_be_long() -> None:
    """The forms of sixty units that one import names are more than a text that a person writes."""
    form = "；".join([f"某局.xlsx sha256:{'0' * 64}"] * 60)
    assert observation("1", 5, form=form).form == form
    with pytest.raises(ValidationError, match="没有看不见的字符"):
        observation("1", 5, form=form + "\u200b")


def test_dates_are_written_in_ascii() -> None:
    """They are compared as texts: ２０２４ would be later than every year."""
    for made in (lambda day: signature("filled", "张某", day), lambda day: evidence(date=day)):
        assert made("2024-03-15").date == "2024-03-15"
        with pytest.raises(ValidationError, match="用半角的数字"):
            made("２０２４-03-15")
