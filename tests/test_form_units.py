"""Forms by unit: who answers for what, a form each, and many forms merged into one year."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import cixi, copy_project
from filling import packed
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName
from tiny import observation, tiny_plan, write

from cixi_analysis.analysis.links import NOBODY, answering, responsible_units, strange_units
from cixi_analysis.form.filled_rows import FormProblem
from cixi_analysis.form.layout import GUIDE, STAMP
from cixi_analysis.form.merging import KeptRow, merge
from cixi_analysis.form.row_changes import fingerprint
from cixi_analysis.form.unit_forms import form_names, unit_sheets
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.schema import Observation, Receipt, Responsible
from cixi_analysis.words import Entity

UNITS = tuple("甲乙丙丁戊")


class Said:
    """A filled-in row as the merge sees it: what it says, where, and the data's row that it was ``made`` with."""

    def __init__(self, unit: str, data: Any, file: str = "", made: Any = None) -> None:
        self.unit, self.data, self.file = unit, data, file or f"{unit}.xlsx"
        self.stamp = fingerprint(made)
        self.form = type("Form", (), {"letters": dict.fromkeys(data.columns(), "X")})

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        return FormProblem("表", f"{column}:{self.data.item_id}", found, expected, self.file)


def merged(plan: Plan, said: Sequence[Any]) -> tuple[tuple[Observation, ...], list[FormProblem]]:
    base = plan.observations.get(2023, ())
    sources = {one.file: f"{one.file} sha256:{one.unit * 3}" for one in said}
    pairs, problems = merge(plan, 2023, base, said, sources, "data/observations/2023.csv")
    return tuple(sorted((row for _, row in pairs), key=lambda row: row.item_id)), problems


def imported(plan: Plan, said: Sequence[Any]) -> tuple[Plan, list[FormProblem]]:
    """The plan after an import of these forms; as it was, with problems."""
    rows, problems = merged(plan, said)
    if problems:
        return plan, problems
    had = plan.receipts.get(2023, ())
    new = {
        one.unit: Receipt.model_construct(
            unit=one.unit, file=one.file, sha256=one.unit * 3, received="2024-03-01", rows=1
        )
        for one in said
    }
    receipts = (*had, *(one for one in new.values() if one not in had))
    return replace(plan, observations={**plan.observations, 2023: rows}, receipts={2023: receipts}), []


def content(plan: Plan) -> list[dict[str, Any]]:
    return [row.model_dump(exclude={"form"}) for row in plan.observations.get(2023, ())]


@pytest.mark.parametrize("block", range(4))
def test_random_splits(block: int) -> None:
    """However rows are split over units' forms, some in two, in whatever order and number at a time they are imported:
    the data are those of one form with everything.
    """
    for seed in range(block * 50, block * 50 + 50):
        chance = random.Random(seed)  # noqa: S311
        items = ["1", "2.1", "2.2", "3"]
        truth = {
            i: observation(i, statement="已建立") if i == "1" else observation(i, str(chance.randint(1, 90)))
            for i in items
        }
        who = {i: sorted(chance.sample(UNITS, chance.choice((1, 1, 2, 3)))) for i in items}
        said = [Said(u, truth[i].model_copy(update={"responsible": u})) for i in items for u in who[i]]
        whole = [truth[i].model_copy(update={"responsible": "、".join(sorted(who[i]))}) for i in items]
        plan, wrong = tiny_plan(), []
        forms = list({one.unit for one in said})
        chance.shuffle(forms)
        while forms:
            now = {forms.pop() for _ in range(min(len(forms), chance.randint(1, 3)))}
            plan, wrong = imported(plan, [one for one in said if one.unit in now])
            assert wrong == []
        assert content(plan) == [row.model_dump(exclude={"form"}) for row in whole], seed
        again, wrong = imported(plan, [one for one in said if one.unit == said[0].unit])
        assert (again.observations, wrong) == (plan.observations, [])


@pytest.mark.parametrize("at_once", [True, False])
def test_every_conflict_is_found(at_once: bool) -> None:
    """Two units that say different values of one row are reported, together or one after the other; nothing changes."""
    for seed in range(100):
        chance = random.Random(seed)  # noqa: S311
        one, two = chance.sample(range(1, 90), 2)
        a = Said("甲", observation("2.1", str(one), responsible="甲"))
        b = Said("乙", observation("2.1", str(two), responsible="乙"))
        if at_once:
            _, problems = merged(tiny_plan(), [a, b])
            assert {(p.file, p.cell) for p in problems} == {("甲.xlsx", "value:2.1"), ("乙.xlsx", "value:2.1")}
            assert all(other in p.expected for p, other in zip(problems, ("乙.xlsx", "甲.xlsx"), strict=True))
            continue
        plan, _ = imported(tiny_plan(), [a])
        after, problems = imported(plan, [b])
        assert after is plan
        assert [(p.file, p.cell, "甲.xlsx（甲）" in p.expected) for p in problems] == [("乙.xlsx", "value:2.1", True)]


def with_data(**columns: Any) -> Plan:
    return replace(tiny_plan(), observations={2023: (observation("2.1", "80", **columns),)})


def test_what_is_unchanged_stands_against_no_correction() -> None:
    """The data's own value in one form and its correction in another: the correction counts. Different columns join."""
    plan = with_data()
    made = plan.observations[2023][0]
    right, noted = observation("2.1", "81"), observation("2.1", "80", acknowledgment="已核对")
    rows, problems = merged(plan, [Said("甲", made, made=made), Said("乙", right, made=made)])
    assert ([row.value for row in rows], problems) == (["81"], [])
    rows, problems = merged(plan, [Said("甲", right, made=made), Said("乙", noted, made=made)])
    assert ([(row.value, row.acknowledgment) for row in rows], problems) == ([("81", "已核对")], [])


@pytest.mark.parametrize("made", [None, observation("2.1", "79")])
def test_what_has_changed_since_is_not_undone(made: Observation | None) -> None:
    """A form that says something else than data which it was not made with is refused; one that says the same is fine."""
    plan = with_data(form="整年.xlsx sha256:0")
    _, problems = merged(plan, [Said("甲", observation("2.1", "81"), made=made)])
    assert [str(one) for one in problems] == [
        "甲.xlsx 表 value:2.1：现为“81”；应为与数据相同（数据中为“80”）；确须改正的，请重新生成填报表再填，或用全年的填报表"
    ]
    same, problems = merged(plan, [Said("甲", observation("2.1", "80"), made=made)])
    assert (same[0].value, problems) == ("80", [])
    receipt = Receipt.model_construct(unit=None, file="整年.xlsx", sha256="0", received="2024-03-01", rows=1)
    _, problems = merged(replace(plan, receipts={2023: (receipt,)}), [Said("甲", observation("2.1", "81"), made=made)])
    assert "与此前导入的 整年.xlsx 相同" in problems[0].expected


def test_what_no_form_says_stays() -> None:
    """A row of the data without a word in the forms stays as it is, with where it stands for messages."""
    pairs, problems = merge(with_data(), 2023, with_data().observations[2023], [], {}, "data/observations/2023.csv")
    ((place, row),) = pairs
    assert isinstance(place, KeptRow)
    assert (row, problems) == (with_data().observations[2023][0], [])
    assert str(place.tell("value", "现状", "x")) == "data/observations/2023.csv：现为2.1 value 现状；应为x"


def test_a_unit_may_correct_itself() -> None:
    """A unit's newer form replaces what its earlier one said, as long as no other unit said the same."""
    first = Said("甲", observation("2.1", "80", responsible="甲"))
    plan, _ = imported(tiny_plan(), [first])
    newer = Said("甲", observation("2.1", "81", responsible="甲"), "甲-改.xlsx")
    after, problems = imported(plan, [newer])
    assert ([row.value for row in after.observations[2023]], problems) == (["81"], [])
    both, _ = imported(plan, [Said("乙", observation("2.1", "80", responsible="乙"))])
    _, problems = imported(both, [newer])
    assert ["乙.xlsx（乙）" in p.expected for p in problems] == [True]


def test_who_answers() -> None:
    """The file, else last year's answers, else Table 3, else nobody; a name that looks like a slip is reported."""
    plan = tiny_plan()
    assert responsible_units(plan, Entity.ITEM, "2.1", 2023) == ()
    printed = plan.projects[0].responsible
    assert responsible_units(plan, Entity.PROJECT, "1", 2023) == printed
    last = replace(plan, observations={**plan.observations, 2022: (observation("2.1", "86", responsible="市水利局"),)})
    assert responsible_units(last, Entity.ITEM, "2.1", 2023) == ("市水利局",)
    assert responsible_units(last, Entity.ITEM, "2.1", 2022) == ()
    row = Responsible(kind="item", id="2.1", units="市统计局、各镇（街道、园区）", source="分工方案")
    filed = replace(last, responsible=(row,))
    assert responsible_units(filed, Entity.ITEM, "2.1", 2023) == ("市统计局", "各镇（街道、园区）")
    slip = row.model_copy(update={"units": f"{printed[0]}局"})
    assert strange_units(replace(plan, responsible=(slip,)), 2023) == {f"{printed[0]}局": printed[0]}


def test_undecided_is_no_unit() -> None:
    """The name of the form of nobody in ``responsible.csv``: its rows stand in that form, with those that have no unit.
    They were in no form at all.
    """
    row = Responsible(kind=Entity.ITEM, id="2.1", units=NOBODY, source="分工方案")
    plan = replace(tiny_plan(), responsible=(row,))
    assert answering(plan, 2023) == answering(tiny_plan(), 2023)
    rows = {known.shown["key"] for sheet in unit_sheets(plan, 2023)[NOBODY] for known in sheet.rows}
    assert {"2.1", "2.2"} <= rows
    assert strange_units(plan, 2023) == {}


def test_names_of_files() -> None:
    """Names hold no character that Windows refuses, are short enough, and differ."""
    names = form_names(2023, ("市/局", "市:局", "甲" * 80, "A局", "a局"))
    assert list(names.values()) == [
        "cixi-2023-form-市_局.xlsx",
        "cixi-2023-form-市_局-2.xlsx",
        f"cixi-2023-form-{'甲' * 50}.xlsx",
        "cixi-2023-form-A局.xlsx",
        "cixi-2023-form-a局-2.xlsx",
    ]


def test_the_real_plan_lists_everything(plan: Plan) -> None:
    """``responsible.csv`` has a row for every item, project and commitment; projects as Table 3 prints them."""
    ids = [*(i.item_id for i in plan.items), *(str(p.number) for p in plan.projects)]
    ids += [c.commitment_id for c in plan.commitments]
    assert [row.id for row in plan.responsible] == ids
    of = {row.id: row for row in plan.responsible if row.kind is Entity.PROJECT}
    assert {p.number: of[str(p.number)].units for p in plan.projects} == {p.number: p.units for p in plan.projects}
    assert strange_units(plan, 2023) == {}
    assert list(answering(plan, 2023))[-1] == ""


def test_the_guide_of_a_unit(plan: Plan) -> None:
    """The guide of a unit with projects only says nothing of items, numbers its lines, and has no empty box."""
    sheets = unit_sheets(plan, 2023)["市水利局"]
    guide = form_workbook(plan, 2023, "市水利局", sheets)[GUIDE]
    lines = [(row[0].value, str(row[1].value)) for row in guide.iter_rows(min_row=7) if row[0].value]
    assert [first for first, _ in lines if str(first).isdigit()] == ["1", "2", "3", "4"]
    assert lines[1][0] == "本表" and lines[2][0] == STAMP.title
    assert not any("现状值" in text or "缺失原因" in text for _, text in lines)
    boxed = [row[0] for row in guide.iter_rows() if row[0].border.left.style]
    assert all(cell.value for cell in boxed)


def typed(path: Path, sheet: str, **cells: Any) -> None:
    book = load_workbook(path, rich_text=True)
    for address, value in cells.items():
        book[sheet][address].value = value
    book.save(path)


@pytest.mark.slow
def test_forms_of_the_real_plan(tmp_path: Path) -> None:
    """Made, filled in, checked and imported: two that differ are reported with file and cell, the others come in, and who
    handed in what is recorded; what is no unit's form of this year is refused with the reason.
    """
    root = copy_project(tmp_path / "plan")
    forms, stem = tmp_path / "forms", "cixi-2023-form-"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    again = cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root)
    assert (again.returncode, "一个也没有写" in again.stderr) == (1, True)
    eco, money, water = (forms / f"{stem}{unit}.xlsx" for unit in ("宁波生态环境局慈溪分局", "市财政局", "市水利局"))
    typed(eco, "项目进展", H3="进行中", I3=60, L3="进展表")
    typed(money, "项目进展", H3="进行中", I3=70, L3="进展表")
    typed(water, "项目进展", H3="进行中", L3="进展表")
    Workbook().save(forms / "附.xlsx")
    (forms / "上年").mkdir()
    checked = cixi("check", str(forms), "--format", "csv", "--letters", str(tmp_path / "letters"), root=root)
    assert checked.stdout.splitlines()[1:] == [
        f"{eco.name},problem,项目进展,I3,“60”,与 {money.name} 项目进展 I3 相同（那里为“70”）",
        f"{money.name},problem,项目进展,I3,“70”,与 {eco.name} 项目进展 I3 相同（那里为“60”）",
    ]
    assert f"{forms} 中不是填报表的文件，没有读取：附.xlsx\n{forms} 中的文件夹，没有读取：上年\n" in checked.stderr
    assert (checked.stderr.strip().endswith("没有写催填的文字，请改正后重试。"), (tmp_path / "letters").exists()) == (
        True,
        False,
    )
    assert cixi("import", str(forms), root=root).returncode == 1
    nowhere = cixi("import", str(water), "--letters", str(water / "letters"), root=root)
    assert (nowhere.returncode, "不能建立文件夹" in nowhere.stderr) == (1, True)
    assert load_plan(root).receipts == {}, "nothing is imported where the letters cannot be written"
    done = cixi("import", str(water), str(money), "--letters", str(tmp_path / "letters"), root=root)
    assert done.returncode == 0, done.stderr
    plan = load_plan(root)
    assert [(row.id, row.responsible, row.percent) for row in plan.progress[2023]] == [
        ("1", "市财政局", 70), ("5", "市水利局", None),
    ]  # fmt: skip
    assert [(one.unit, one.file, one.rows) for one in plan.receipts[2023]] == [
        ("市财政局", money.name, 1), ("市水利局", water.name, 1),
    ]  # fmt: skip
    letter = (tmp_path / "letters" / "cixi-2023-催填-市水利局.txt").read_text(encoding="utf-8")
    assert "其中还有以下10项：\n\n1. 项目6 中心城区防洪排涝工程（二期）：没有填写进展\n" in letter
    late = cixi("import", str(eco), "--format", "csv", root=root)
    assert (late.returncode, f"与此前导入的 {money.name}（市财政局）相同" in late.stdout) == (1, True)
    assert cixi("import", str(money), root=root).returncode == 0
    assert load_plan(root) == plan
    typed(water, "填表说明", B6="市财政局")
    moved = cixi("check", str(water), root=root).stderr
    assert "（填报单位）为“市财政局”，而表中是“市水利局”的各行" in moved
    typed(water, "填表说明", B6=None)
    assert "的填报单位为空，应为生成时所写的单位" in cixi("check", str(water), root=root).stderr
    assert cixi("workbook", "2023", "-o", str(tmp_path / "whole.xlsx"), root=root).returncode == 0
    mixed = cixi("check", str(tmp_path / "whole.xlsx"), str(money), root=root).stderr
    assert "不能和别的填报表同时检查、导入，请单独导入：whole.xlsx" in mixed
    (tmp_path / "empty").mkdir()
    assert "中没有填报表" in cixi("check", str(tmp_path / "empty"), root=root).stderr


@pytest.mark.slow
def test_a_damaged_form_in_a_folder_is_refused(tmp_path: Path) -> None:
    """It may be what a unit handed in: it is not passed over as one of the other files of the folder."""
    root, forms = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    cut, locked = sorted(forms.iterdir())[:2]
    cut.write_bytes(cut.read_bytes()[:3000])
    locked.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"))
    done = cixi("import", str(forms), root=root)
    assert (done.returncode, done.stderr) == (
        1,
        f"错误：{cut.name} 不是可以读取的填报表：文件已损坏（可能没有传输或保存完整），请重新取得这个文件。\n"
        f"{locked.name} 不是可以读取的填报表：文件加了打开密码，请先在 Excel 或 WPS 中取消密码。\n",
    )


@pytest.mark.slow
def test_what_a_mac_leaves_beside_a_form_is_none(tmp_path: Path) -> None:
    """On a stick, macOS puts ``._NAME.xlsx`` beside each workbook: named among what was not read, nothing to hand back."""
    root, forms = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    beside = forms / f"._{min(forms.iterdir()).name}"
    beside.write_bytes(b"\0\x05\x16\7")
    done = cixi("check", str(forms), root=root)
    assert (done.returncode, f"{forms} 中不是填报表的文件，没有读取：{beside.name}\n" in done.stderr) == (0, True)


@pytest.mark.slow
def test_what_a_unit_hands_in_instead_of_its_form(tmp_path: Path) -> None:
    """A .csv or .pdf holds no form; the message says what to ask the unit for."""
    root, forms = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    for name in ("甲局.csv", "乙局.PDF", "目录"):
        (forms / name).write_bytes(b"a,b")
    done = cixi("check", str(forms), root=root)
    advice = "乙局.PDF、甲局.csv：如有单位用来代替填报表的，请其填在发去的工作簿里，交回 .xlsx 文件\n"
    told = f"{forms} 中不是填报表的文件，没有读取：乙局.PDF、甲局.csv、目录\n"
    assert (done.returncode, told + advice in done.stderr) == (0, True)


@pytest.mark.slow
def test_a_form_in_another_format_is_not_passed_over(tmp_path: Path) -> None:
    """A unit saved its form as .xls, .et or .ods: the folder is refused, with what to do. One with macros is read. A
    workbook that only mentions the guide sheet in a name is none.
    """
    root, forms = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    first = min(forms.iterdir())
    first.rename(first.with_suffix(".xlsm"))
    other = Workbook()
    other.defined_names["来源"] = DefinedName("来源", attr_text="'填表说明'!$A$1")
    other.save(forms / "附.xlsx")
    done = cixi("check", str(forms), root=root)
    assert done.returncode == 0
    assert f"{len(list(forms.iterdir())) - 1}个填报表" in done.stderr
    assert f"{forms} 中不是填报表的文件，没有读取：附.xlsx\n" in done.stderr
    for name in ("甲.xls", "乙.ET"):
        (forms / name).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    (forms / "丙.ods").write_bytes(packed({"mimetype": b"", "content.xml": b"<a/>"}))
    for command in ("check", "import"):
        done = cixi(command, str(forms), root=root)
        told = [line.partition("，请在")[0] for line in done.stderr.splitlines() if "填报表：这是" in line]
        assert (done.returncode, told) == (
            1,
            [
                "错误：丙.ods 不是可以读取的填报表：这是 OpenDocument 文件（.ods）",
                "乙.ET 不是可以读取的填报表：这是旧的 .xls 或 .et 格式",
                "甲.xls 不是可以读取的填报表：这是旧的 .xls 或 .et 格式",
            ],
        )


def test_letters_of_the_whole_year_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    root, form = write(tiny_plan(), tmp_path / "plan"), tmp_path / "whole.xlsx"
    assert cixi("workbook", "2023", "-o", str(form), root=root).returncode == 0
    typed(form, "生态安全", J3=88, V3="年报")
    for folder, told in (("letters", "--letters 只用于各单位的填报表"), ("whole.xlsx", "应为一个文件夹，不是文件")):
        done = cixi("import", str(form), "--letters", str(tmp_path / folder), root=root)
        assert (done.returncode, told in done.stderr) == (2, True)
    assert not (root / "data" / "observations" / "2023.csv").exists()


@pytest.mark.slow
def test_a_form_without_a_word_is_said_not_to_be_importable(tmp_path: Path) -> None:
    """The check of it finds no problem, and says what the import would refuse; of a form that can be imported, nothing."""
    root, forms = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    checked, done = (cixi(command, str(forms), root=root) for command in ("check", "import"))
    assert (checked.returncode, done.returncode) == (0, 1)
    refused = "工作簿里一行也没有填写或改动。\n"
    assert (f"注意：还不能导入：{refused}" in checked.stderr, refused in done.stderr) == (True, True)
    typed(forms / f"cixi-2023-form-{NOBODY}.xlsx", "生态安全", J3=88, V3="年报")
    assert "还不能导入" not in cixi("check", str(forms), root=root).stderr


@pytest.mark.slow
def test_a_trial_writes_no_letters(tmp_path: Path) -> None:
    """``--dry-run`` writes nothing at all: it only says how many letters there would be."""
    root, forms, letters = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms", tmp_path / "letters"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    form = forms / f"cixi-2023-form-{NOBODY}.xlsx"
    typed(form, "生态安全", J3=88, V3="年报")
    trial = cixi("import", str(form), "--dry-run", "--letters", str(letters), root=root)
    assert (trial.returncode, letters.exists(), f"没有写入 {letters}：" in trial.stderr) == (0, False, True), (
        trial.stderr
    )
    assert cixi("import", str(form), "--letters", str(letters), root=root).returncode == 0
    assert letters.exists()


@pytest.mark.slow
def test_a_stale_form_of_the_year_says_whose_rows_it_deletes(tmp_path: Path) -> None:
    """It was made before a unit handed in its rows: the import replaces the year, as it always does, and names that form."""
    root, forms, whole = write(tiny_plan(), tmp_path / "plan"), tmp_path / "forms", tmp_path / "whole.xlsx"
    assert cixi("workbook", "2023", "--by-unit", "-o", str(forms), root=root).returncode == 0
    assert cixi("workbook", "2023", "-o", str(whole), root=root).returncode == 0
    form = forms / f"cixi-2023-form-{NOBODY}.xlsx"
    typed(form, "生态安全", J3=88, V3="年报")
    typed(whole, "生态安全", J5=80, V5="年报")
    assert cixi("import", str(form), root=root).returncode == 0
    note = f"注意：删除的1行是各单位交来的（{form.name}）；不该删去的，重新生成全年的填报表再填。"
    for options in (["--dry-run"], []):
        done = cixi("import", str(whole), *options, root=root)
        assert (done.returncode, note in done.stderr) == (0, True), done.stderr
    assert cixi("workbook", "2023", "-o", str(whole), "--overwrite", root=root).returncode == 0
    typed(whole, "生态安全", J5=None, K5="暂无数据")
    assert "各单位交来的" not in cixi("import", str(whole), root=root).stderr
