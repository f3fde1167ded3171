"""Sign-off: 初稿 → 复核稿 → 定稿 → 更正, who signed, the log of corrections, and earlier editions of a year."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import cixi
from filling import Edit, plan_import, put
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tiny import evidence, observation, progress, revision, signature, tiny_plan, write

from cixi_analysis.analysis.changes import edition_changes
from cixi_analysis.analysis.revision_log import NoEdition, at_edition, edition_of, year_rows
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.errors import DataError
from cixi_analysis.export import Figures
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import form_workbook
from cixi_analysis.plan.csvfile import csv_line
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.presentation import sign_off, summary, summary_page
from cixi_analysis.words import Stage

WHY = (signature("corrected", "张某", "2024-06-01", reason="统计局更正"),)
#: A whole year of the tiny plan, typed into its form.
FILLED = (
    put("生态制度", S3="已建立制度", T3="建立=已建立制度", V3="年报"),
    put("生态安全", J3=88, V3="年报", J4=31, V4="年报", K5="暂无数据", V5="年报"),
)


def sign(
    number: int, step: str, name: str, day: str, *, kind: str = "", key: str = "", role: str = "", reason: str = ""
) -> Edit:
    """Type a row of the sheet 签署."""
    cells = dict(zip("BCDEFGH", (step, kind, key, name, role, day, reason), strict=True))
    return put("签署", **{f"{letter}{number + 2}": text for letter, text in cells.items() if text})


class Bureau:
    """A project folder, and its form of 2023 that is fetched, filled in and imported by the command line."""

    def __init__(self, folder: Path, plan: Plan | None = None) -> None:
        self.root, self.form = write(plan or tiny_plan(), folder / "project"), folder / "f.xlsx"

    def run(self, *arguments: str) -> tuple[int, str]:
        done = cixi(*arguments, root=self.root)
        return done.returncode, done.stderr

    def fill(self, *edits: Edit) -> None:
        """A fresh form, prefilled with what the data has, with these edits."""
        assert self.run("workbook", "2023", "-o", str(self.form), "--overwrite")[0] == 0
        book = load_workbook(self.form)
        for edit in edits:
            edit(book)
        book.save(self.form)

    def hand_in(self, *edits: Edit, options: Sequence[str] = ()) -> tuple[int, list[str]]:
        """Exit status and lines of the import, without the counts and what to do next."""
        self.fill(*edits)
        status, told = self.run("import", str(self.form), *options)
        told = told.replace(str(self.form), "f.xlsx")
        return status, [
            one for one in told.splitlines() if one and not one.startswith(("2023 年：", "2023 年此前", "下一步"))
        ]

    @property
    def plan(self) -> Plan:
        return load_plan(self.root)

    @property
    def stages(self) -> str:
        return " ".join(row.stage for row in self.plan.observations[2023])


def page(bureau: Bureau) -> str:
    return sign_off.sign_off(bureau.plan, 2023)._repr_html_()


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


# The whole way, by files


@pytest.mark.slow
def test_from_draft_to_correction(bureau: Bureau) -> None:
    """Filled in, one row reviewed, changed again, reviewed whole, closed, corrected twice: what is said and what is kept."""
    filled, one = (
        sign(1, "填报", "李某", "2024-02-01", role="科员"),
        sign(2, "复核", "王某", "2024-02-10", kind="指标子项", key="2.1"),
    )
    assert bureau.hand_in(*FILLED, filled, one) == (0, [
        "签署：2024-02-01 李某（科员）填报全年。",
        "签署：2024-02-10 王某复核指标子项2.1。",
        "2023 年已填齐，仍是初稿；确认后运行 cixi import f.xlsx --final 定稿。",
    ])  # fmt: skip
    assert bureau.stages == "初稿 复核稿 初稿 初稿"
    assert bureau.hand_in(put("生态安全", J3=89)) == (0, [
        "注意：2024-02-10 王某复核指标子项2.1，签署以后又有改动，不再有效，须重新签署。",
        "注意：已复核或定稿的1行有改动，退回初稿，须重新复核。",
        "2023 年已填齐，仍是初稿；确认后运行 cixi import f.xlsx --final 定稿。",
    ])  # fmt: skip
    assert bureau.stages == "初稿 初稿 初稿 初稿"
    assert bureau.hand_in(sign(3, "复核", "王某", "2024-03-01")) == (0, [
        "签署：2024-03-01 王某复核全年。",
        "2023 年已填齐，仍是复核稿；确认后运行 cixi import f.xlsx --final 定稿。",
    ])  # fmt: skip
    assert (bureau.stages, coverage(bureau.plan, 2023).stage) == ("复核稿 复核稿 复核稿 复核稿", Stage.REVIEWED)
    assert bureau.hand_in(sign(4, "定稿", "赵某", "2024-03-05", role="局长")) == (
        0,
        ["签署：2024-03-05 赵某（局长）定稿全年。"],
    )
    assert (bureau.stages, edition_of(bureau.plan, 2023)) == ("定稿 定稿 定稿 定稿", 1)
    closed = bureau.plan

    assert bureau.hand_in(put("生态安全", J3=91, J4=29), sign(5, "更正", "王某", "2024-06-01", kind="指标子项", key="2.1", reason="统计局更正")) == (1, [
        "错误：没有导入：",
        "2023 年已经定稿，改动它要写明谁、何时、为什么更正；还没有写明的：2.2。",
        "请在工作簿的“签署”表中加一行，环节选“更正”，写明姓名、日期、理由（对象与编号留空，即为这次的全部改动）；或在命令后加 --reason 理由 --by 姓名。",
    ])  # fmt: skip
    assert bureau.plan == closed
    why = sign(5, "更正", "王某", "2024-06-01", reason="统计局更正")
    assert bureau.hand_in(put("生态安全", J3=91, J4=29), why) == (0, [
        "签署：2024-06-01 王某更正全年。",
        "注意：2024-03-01 王某复核全年，签署以后又有改动，不再有效，须重新签署。",
        "注意：2024-03-05 赵某（局长）定稿全年，签署以后又有改动，不再有效，须重新签署。",
        "注意：2023 年原已定稿，改动的行退回初稿；确认后用 --final 再次导入。",
        "2023 年形成第2版：更正2处，记入 data/revisions.csv；cixi diff 2023 --edition 与定稿时比较。",
        "2023 年已填齐，仍是初稿；确认后运行 cixi import f.xlsx --final 定稿。",
    ])  # fmt: skip
    assert bureau.stages == "定稿 初稿 初稿 定稿"
    assert bureau.hand_in(options=["--final"]) == (
        0,
        ["注意：没有人签署定稿。请在“签署”表中加一行，或在命令后加 --by 姓名。"],
    )
    today = date.today().isoformat()
    again = ["--final", "--reason", "又更正", "--by", "钱某", "--role", "市统计局"]
    assert bureau.hand_in(put("生态安全", J3=92), options=again) == (0, [
        f"签署：{today} 钱某（市统计局）更正全年。",
        f"签署：{today} 钱某（市统计局）定稿全年。",
        "2023 年形成第3版：更正1处，记入 data/revisions.csv；cixi diff 2023 --edition 与定稿时比较。",
    ])  # fmt: skip
    assert [(s.step, s.name) for s in bureau.plan.signatures[2023]][3:] == [
        ("final", "赵某"), ("corrected", "王某"), ("corrected", "钱某"), ("final", "钱某"),
    ]  # fmt: skip
    assert year_rows(at_edition(bureau.plan, 2023, 1), 2023) == year_rows(closed, 2023)

    found = cixi("diff", "2023", "--edition", "--format", "csv", root=bureau.root)
    lines = list(csv.reader(io.StringIO(found.stdout)))
    assert [line for line in lines if line[0] == "revision"] == [
        ["revision", "2", "2.1", "", "89", "92", "", f"现状值，第2版，2024-06-01，王某：统计局更正；第3版，{today}，钱某（市统计局）：又更正"],
        ["revision", "2", "2.2", "", "31", "29", "", "现状值，第2版，2024-06-01，王某：统计局更正"],
    ]  # fmt: skip
    assert [line[:6] for line in lines if line[0] in ("verdict", "tally")] == [
        ["verdict", "2", "2.1", "provincial", "unmet", "met"],
        ["verdict", "2", "2.2", "provincial", "unmet", "met"],
        ["verdict", "2", "", "provincial", "unmet", "met"],
        ["tally", "", "", "provincial", "1", "2"],
        ["tally", "", "", "provincial", "1", "0"],
    ]
    assert found.stderr == "2023 年第1版 → 今\n"
    table = cixi("diff", "2023", "--edition", "--wide", root=bureau.root).stdout  # no line is broken
    assert table.count("【第1版】") == table.count("【今】") == 3, (
        "the reason of each verdict that moved, before and after"
    )
    second = cixi("diff", "2023", "--edition", "2", "--format", "csv", root=bureau.root).stdout.splitlines()
    assert second[1:] == [f"revision,2,2.1,,91,92,,现状值，第3版，{today}，钱某（市统计局）：又更正"]


@pytest.mark.slow
def test_a_closing_signature_is_refused_as_final_is(bureau: Bureau) -> None:
    """While something is not filled in, a signature 定稿 for the whole year closes it no more than --final does."""
    closing = sign(1, "定稿", "赵某", "2024-03-05")
    status, told = bureau.hand_in(FILLED[0], closing)
    assert (status, told[:2]) == (
        1,
        ["错误：没有导入：", "还不能定稿，有3处没有填报（先删去“签署”中定稿的一行再导入，即为初稿）："],
    )
    assert not (bureau.root / "data" / "observations" / "2023.csv").exists()
    one = sign(1, "定稿", "赵某", "2024-03-05", kind="指标子项", key="1")
    assert bureau.hand_in(FILLED[0], one)[0] == 0
    assert (bureau.stages, edition_of(bureau.plan, 2023)) == ("定稿", 0), "one row is closed, the year is not"
    assert bureau.hand_in(*FILLED, sign(2, "复核", "王某", "2024-03-06"))[0] == 0
    assert bureau.stages == "定稿 复核稿 复核稿 复核稿"


@pytest.mark.slow
def test_signatures_are_only_added(bureau: Bureau) -> None:
    """A row of the sheet that was emptied stays in the data; one that was changed is another signature."""
    bureau.hand_in(*FILLED, sign(1, "填报", "李某", "2024-02-01"), sign(2, "复核", "王某", "2024-02-02"))
    emptied = put("签署", B3=None, E3=None, G3=None)
    assert bureau.hand_in(emptied, put("签署", E4="王五"))[1][0] == "签署：2024-02-02 王五复核全年。"
    assert [one.name for one in bureau.plan.signatures[2023]] == ["李某", "王某", "王五"]
    bureau.fill()
    before = (bureau.root / "data" / "signatures" / "2023.csv").read_bytes()
    assert bureau.run("import", str(bureau.form))[1].startswith("2023 年：与现有数据相同，没有改动。\n")
    assert (bureau.root / "data" / "signatures" / "2023.csv").read_bytes() == before


@pytest.mark.slow
def test_signed_again_on_the_same_day(bureau: Bureau) -> None:
    """Closed, corrected and closed again by one person within a day: the last closing covers what it closed, and is kept
    once; the same command once more changes nothing.
    """
    closing, why = ["--final", "--by", "赵某"], ["--reason", "错了", "--by", "赵某"]
    assert bureau.hand_in(*FILLED, options=closing)[0] == 0
    assert bureau.hand_in(put("生态安全", J3=89), options=why)[0] == 0
    today = date.today().isoformat()
    signed = f"签署：{today} 赵某定稿全年。"
    assert bureau.hand_in(options=closing) == (0, [signed])
    assert bureau.hand_in(put("生态安全", J3=91), options=[*closing, "--reason", "又错了"])[1] == [
        f"签署：{today} 赵某更正全年。", signed,
        "2023 年形成第3版：更正1处，记入 data/revisions.csv；cixi diff 2023 --edition 与定稿时比较。",
    ]  # fmt: skip
    steps = [one.step for one in bureau.plan.signatures[2023]]
    assert steps == ["corrected", "corrected", "final"]
    before = (bureau.root / "data" / "signatures" / "2023.csv").read_bytes()
    assert bureau.run("import", str(bureau.form), *closing)[1].startswith("2023 年：与现有数据相同，没有改动。\n")
    assert (bureau.root / "data" / "signatures" / "2023.csv").read_bytes() == before


@pytest.mark.slow
def test_a_correction_of_nothing(bureau: Bureau) -> None:
    """A reason that explains no change of closed data is kept, and that is said: in an open year, and without a change."""
    why, note = ["--reason", "错了", "--by", "张某"], "注意：签署了更正，而没有改动已定稿的数据。"
    for edits, options in ((FILLED, why), ((), [*why, "--final"])):
        status, told = bureau.hand_in(*edits, options=options)
        assert (status, note in told, bureau.plan.revisions) == (0, True, ())


@pytest.mark.slow
def test_a_form_without_signatures(bureau: Bureau) -> None:
    """A form of an earlier layout corrects a closed year with the reason of the command line; signatures stay."""
    assert bureau.hand_in(*FILLED, sign(1, "定稿", "赵某", "2024-03-05"))[0] == 0
    bureau.fill(put("生态安全", J3=89))
    book = load_workbook(bureau.form)
    for sheet in ("佐证材料", "签署"):
        del book[sheet]
    book["填表说明"]["B5"] = 2
    book.save(bureau.form)
    assert bureau.run("import", str(bureau.form))[0] == 1
    assert bureau.run("import", str(bureau.form), "--reason", "错了 ", "--by", " 张某")[0] == 0
    assert [(one.name, one.reason) for one in bureau.plan.signatures[2023]] == [("赵某", None), ("张某", "错了")]
    assert edition_of(bureau.plan, 2023) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--reason", "错了"], "--reason 和 --role 要与 --by 一起写：谁更正的。"),
        (["--role", "局长"], "--reason 和 --role 要与 --by 一起写：谁更正的。"),
        (["--by", "张某"], "--by 要与 --reason（更正）或 --final（定稿）一起写。"),
        (["--by", " ", "--final"], "应为看得见的文字，现为“␣”。"),
        (["--by", "/", "--final"], "应为签署人的姓名；没有人签署就不写这一行，现为“/”。"),
        (["--by", "张\u200b", "--reason", "错了"], "应为没有看不见的字符（U+200B）的文字，现为“张〔U+200B〕”。"),
        (["--by", "张某", "--reason", "错" * 2001], "应为不超过 2000 字的文字，现为“错错"),
    ],
)
def test_a_wrong_call(bureau: Bureau, options: list[str], told: str) -> None:
    """A reason needs a name, and a name something that it signs for; both can be seen."""
    status, said = bureau.run("import", "f.xlsx", *options)
    assert (status, told in said) == (2, True), said


def test_the_base_year_is_closed(bureau: Bureau) -> None:
    """What the plan prints of its base year is corrected with a reason too; a report that was missing is a correction."""
    path = bureau.form
    bureau.run("workbook", "2022", "-o", str(path))
    book = load_workbook(path)
    put("项目进展", H3="进行中", L3="年报")(book)
    put("生态安全", J3=87)(book)
    book.save(path)
    assert bureau.run("import", str(path))[0] == 1
    assert bureau.run("import", str(path), "--reason", "规划误印", "--by", "张某")[0] == 0
    assert [(r.part, r.id, r.column, r.before, r.after) for r in bureau.plan.revisions if r.column != "form"] == [
        ("observations", "2.1", "value", "86", "87"),
        ("progress", "1", "kind", None, "project"),
        ("progress", "1", "id", None, "1"),
        ("progress", "1", "state", None, "under_way"),
        ("progress", "1", "source", None, "年报"),
    ]
    found = edition_changes(bureau.plan, 2022)
    assert found[["kind", "item_id", "before", "after"]].to_numpy().tolist()[:2] == [
        ["revision", "2.1", "86", "87"], ["revision", "project 1", "", "进行中"],
    ]  # fmt: skip


# What a sheet of signatures may hold


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "problems", "warnings"),
    [
        ([sign(1, "复核", "王某", "2024-03-01")], [], []),
        ([sign(1, "更正", "王某", "2024-03-01")], ["签署 H3：现为空；应为更正的理由"], []),
        ([sign(1, "复核", "王某", "2024年3月")], ["签署 G3：现为“2024年3月”；应为日期，如 2024-03-15"], []),
        ([sign(1, "复核", "王某", "2024-02-30")], ["签署 G3：现为“2024-02-30”；应为日历上有的日期"], []),
        ([sign(1, "复核", "", "2024-03-01")], ["签署 E3：现为空；应为非空的文字"], []),
        ([sign(1, "", "王某", "2024-03-01")], ["签署 B3：现为空；应为下拉列表中的一项（填报、复核、定稿、更正）"], []),
        ([sign(1, "审核", "王某", "2024-03-01")], ["签署 B3：现为“审核”；应为下拉列表中的一项（填报、复核、定稿、更正）"], []),
        ([sign(1, "复核", "王某", "2024-03-01", key="38")], ["签署 D3：现为“38”；应为对象与编号同时填写，或同时留空（全年）"], []),
        ([sign(1, "复核", "王某", "2024-03-01", kind="项目", key="99")], ["签署 D3：现为“99”；应为已有的项目编号"], []),
        (
            [sign(1, "复核", "王某", "2024-03-01"), sign(2, "复核", "王某", "2024-03-01")],
            ["签署 E4：现为与第3行相同；应为同一人的同一次签署只写一行；改动以后当天又签的，在“理由”里说明"],
            [],
        ),
        ([sign(1, "复核", "王某", "2024-03-16")], [], ["签署 G3：现为“2024-03-16”；应为不晚于今天（2024-03-15）的日期"]),
        ([sign(1, "复核", "无", "2024-03-01")], ["签署 E3：现为“无”；应为签署人的姓名；没有人签署就不写这一行"], []),
        ([sign(1, "复核", "——", "2024-03-01")], ["签署 E3：现为“——”；应为签署人的姓名；没有人签署就不写这一行"], []),
        ([sign(1, "复核", "Ng", "2024-03-01"), sign(2, "复核", "一 无", "2024-03-01")], [], []),
        (
            [sign(1, "填报", "王某", "2022-12-31"), sign(2, "复核", "李某", "2023-12-31"), sign(3, "定稿", "赵某", "2023-12-31", reason="年底")],
            [],
            [
                "签署 G3：现为“2022-12-31”；应为不早于 2023-01-01 的日期；无误时在“理由”里说明",
                "签署 G4：现为“2023-12-31”；应为不早于 2024-01-01 的日期；无误时在“理由”里说明",
            ],
        ),
        (
            [sign(1, "填报", "王 某", "2024-03-01"), sign(2, "复核", "王\u3000某", "2024-03-02")],
            [],
            ["签署 E4：现为“王　某”，也是填报的人；应为另一个人复核；无误时在“理由”里说明"],
        ),
        (
            [sign(1, "填报", "王某", "2024-03-02"), sign(2, "复核", "王某", "2024-03-01", kind="项目", key="1")],
            [],
            [
                "签署 E4：现为“王某”，也是填报的人；应为另一个人复核；无误时在“理由”里说明",
                "签署 G4：现为“2024-03-01”；应为不早于填报（2024-03-02）的日期；无误时在“理由”里说明",
            ],
        ),
        (
            [sign(1, "填报", "王某", "2024-03-02"), sign(2, "复核", "王某", "2024-03-01", reason="只有一人")],
            [],
            [],
        ),
        (
            [sign(1, "更正", "王某", "2024-03-01", reason="错了")],
            [],
            ["签署 B3：现为“更正”，而2023年还没有定稿；应为定稿以后才有更正；定稿以前直接改正"],
        ),
    ],
)  # fmt: skip
def test_the_sheet_is_checked(tmp_path: Path, edits: list[Edit], problems: list[str], warnings: list[str]) -> None:
    """Each cell by itself, then the rows against the plan, each other and the calendar; messy life is a warning."""
    book, path = form_workbook(tiny_plan(), 2023), tmp_path / "f.xlsx"
    for edit in edits:
        edit(book)
    book.save(path)
    checked = check_forms(tiny_plan(), [path], today="2024-03-15")
    assert ([str(p) for p in checked.problems], [str(w) for w in checked.warnings]) == (problems, warnings)


# Editions


def closed(book: Path, *, evidence: Sequence[Any] = ()) -> Plan:
    """The tiny plan with a whole 2023 that was closed."""
    rows = (
        observation("1", statement="已建立制度", attests="建立=已建立制度"),
        observation("2.1", 88), observation("2.2", 31), observation("3", absence="暂无数据"),
    )  # fmt: skip
    checked = Checked(2023, rows, (), (), (), tuple(evidence), ())
    return plan_import(tiny_plan(), checked, book, final=True).after


def test_the_evidence_of_a_form_is_behind_its_verdicts(book: Path) -> None:
    """The reason of a verdict that an import moves is the one that the pages will show: with the form's own evidence."""
    before = replace(
        tiny_plan(), observations={**tiny_plan().observations, 2023: (observation("1", absence="暂无数据"),)}
    )
    stated = observation("1", statement="已建立制度", attests="建立=已建立制度")
    checked = Checked(2023, (stated,), (), (), (), (evidence("1", proves="clause"),), ())
    change = plan_import(before, checked, book)
    flips = change.table.query("kind == 'verdict'")
    assert (
        len(flips)
        and flips["why"].str.contains("佐证：1-B-1《公报》").all()
        and not flips["why"].str.contains("无佐证").any()
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "f.xlsx"
    path.write_bytes(b"a workbook")
    return path


_OBSERVATIONS = st.tuples(
    st.sampled_from([None, observation("1", statement="甲,\n乙"), observation("1", absence="未填报", source="年报")]),
    st.sampled_from([
        (), (observation("2.1", "0.10"),), (observation("2.1", 88, responsible="甲"),),
        (observation("2.1", 1, level="national"), observation("2.1", 2, level="provincial")),
    ]),
    st.sampled_from([None, observation("2.2", 31), observation("2.2", 30, unit="毫克", statement="30")]),
)  # fmt: skip
_PROGRESS = st.sets(st.sampled_from([
    progress("project", "1", "under_way", percent="33.3333333333333"), progress("project", "3", "done", spent="1000000"),
    progress("commitment", "C001", "done", note='甲"'), progress("commitment", "C004", "stopped"),
]))  # fmt: skip
_EVIDENCE = st.lists(st.sampled_from([
    evidence("2.1"), evidence("2.1", page="2"), evidence("2.1", page="2，3", note="甲"), evidence("2.1", title="《甲,乙》", grade="A"),
    evidence("3", proves="clause", clause="建立"), evidence("1", title="《丙》", kind="project", grade="A"),
]), unique_by=lambda row: tuple(getattr(row, column) for column in row.KEY))  # fmt: skip


@pytest.mark.slow
@given(years=st.lists(st.tuples(_OBSERVATIONS, _PROGRESS, _EVIDENCE, st.booleans()), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_edition_is_rebuilt(years: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever imports changed, added, removed and moved after the year was closed: undoing the log gives each state."""
    book = tmp_path_factory.mktemp("form") / "f.xlsx"
    book.write_bytes(b"0")
    plan = closed(book, evidence=[evidence("2.1", page="2"), evidence("2.1")])
    states = {}
    for number, ((first, second, third), reports, proofs, again) in enumerate(years):
        book.write_bytes(bytes([number]))
        rows = tuple(row for row in (first, *second, third) if row is not None) or (observation("3", 70),)
        before = plan
        for final in (False, True) if again else (False,):  # closed again in between, or not
            checked = Checked(2023, rows, (), (), tuple(reports), tuple(proofs), ())
            whole = {row.item_id for row in rows} >= {"1", "2.1", "2.2", "3"}
            change = plan_import(plan, checked, book, final=final and whole, signed=WHY)
            if change.revisions:
                states[change.revisions[0].edition - 1] = before
            before = plan = change.after
    assert edition_of(plan, 2023) == len(states) + 1
    for edition, state in states.items():
        assert year_rows(at_edition(plan, 2023, edition), 2023) == year_rows(state, 2023)
    assert load_plan(write(plan, tmp_path_factory.mktemp("plan"))).revisions == plan.revisions


@pytest.mark.parametrize(
    ("log", "edition", "told"),
    [
        ((), 1, "2023 年定稿以后没有更正过，没有更早的一版可以比较。"),
        ((revision(2023, 2, "2.1", "84", "88"),), 2, "2023 年现为第2版，只能与第1版比较，没有更早的第2版。"),
        ((revision(2023, 4, "2.1", "84", "88"),), 0, "2023 年现为第4版，只能与第1至第3版比较，没有更早的第0版。"),
        ((revision(2023, 2, "2.1", "84", "85"),), 1,
         "不能还原2023年的旧版：2023 年现状值 指标子项2.1 的 value 与 revisions.csv 所记第2版的不同。"),
        ((revision(2023, 2, "2.2", None, "毫克", column="unit"),), 1,
         "不能还原2023年的旧版：2023 年现状值 指标子项2.2 的 unit 与 revisions.csv 所记第2版的不同。"),
        ((revision(2023, 2, "2.1", "二", "88"),), 1, "不能还原旧版：revisions.csv 中 指标子项2.1 的现状值不完整。"),
        ((revision(2023, 2, "2.1", "9.9", "2.1", column="item_id"),), 1,
         "不能还原旧版：revisions.csv 中 指标子项2.1 的现状值不完整。"),
        ((revision(2023, 2, "2.1", "municipal", None, column="level"),), 1,
         "不能还原旧版：revisions.csv 中 指标子项2.1 的现状值不完整。"),
        ((revision(2023, 2, "2.1", "二", None, column="number", part="evidence"),), 1,
         "不能还原旧版：revisions.csv 中 指标子项2.1 的佐证材料不完整。"),
    ],
)  # fmt: skip
def test_no_such_edition(book: Path, log: tuple[Any, ...], edition: int, told: str) -> None:
    """A year without corrections, a number out of range, data or a log that were changed by hand."""
    with pytest.raises(NoEdition) as refused:
        at_edition(replace(closed(book), revisions=log), 2023, edition)
    assert str(refused.value) == told


def test_on_the_command_line_there_is_no_edition(bureau: Bureau) -> None:
    """Exit status 1 with a sentence; a year with an edition beside another year is a wrong call."""
    assert bureau.run("diff", "2022", "--edition") == (1, "错误：2022 年定稿以后没有更正过，没有更早的一版可以比较。\n")
    assert bureau.run("diff", "2022", "2021", "--edition")[0] == 2


@pytest.mark.slow
def test_a_change_past_the_log_is_no_edition(bureau: Bureau) -> None:
    """Data that was edited by hand after its closing was signed: neither "never corrected" nor an edition 1 that nobody
    signed.
    """
    path = bureau.root / "data" / "observations" / "2023.csv"
    bureau.hand_in(*FILLED, sign(1, "定稿", "赵某", "2024-03-05"))
    path.write_text(path.read_text(encoding="utf-8").replace(",88,", ",89,"), encoding="utf-8")
    told = (
        "错误：不能还原2023年的旧版：没有一版是 2024-03-05 赵某定稿全年时所签的数据，"
        "data/（连同 revisions.csv）后来有不是 cixi import 所作的改动。\n"
    )
    assert bureau.run("diff", "2023", "--edition") == (1, told)
    bureau.hand_in(put("生态安全", J4=29), sign(2, "更正", "王某", "2024-06-01", reason="错了"))
    assert bureau.run("diff", "2023", "--edition") == (1, told)
    path.write_text(path.read_text(encoding="utf-8").replace(",89,", ",88,"), encoding="utf-8")
    assert bureau.run("diff", "2023", "--edition") == (0, "2023 年第1版 → 今\n")


@pytest.mark.slow
def test_a_file_that_comes_after_the_closing(bureau: Bureau) -> None:
    """Its hash, recorded by the same form or by the command, is no correction, and does not hide earlier editions."""
    bureau.hand_in(*FILLED, options=["--final"])
    proof = put("佐证材料", B3="指标子项", C3="2.1", D3="来源文件", E3="数值", G3="《公报》", P3="一.pdf")
    assert bureau.hand_in(proof, options=["--final", "--reason", "补", "--by", "张某"])[0] == 0
    folder = bureau.root / "evidence" / "2023"
    folder.mkdir(parents=True)
    (folder / "一.pdf").write_bytes(b"one")
    assert bureau.hand_in() == (0, ["2023 年的佐证材料：新增0行、改动1行、不变0行、删除0行。"])
    assert (bureau.plan.evidence[2023][0].sha256 or "").startswith("7692c3ad")
    found = cixi("diff", "2023", "--edition", "--format", "csv", root=bureau.root)
    assert (found.returncode, found.stdout.count("佐证材料（value,,《公报》")) == (0, 4), found.stderr
    assert at_edition(bureau.plan, 2023, 1).evidence[2023] == ()


@pytest.mark.slow
def test_a_wording_backdated_into_a_closed_year(bureau: Bureau) -> None:
    """The data is what was signed, the verdicts are not: the page and ``cixi diff --edition`` say so, until it is undone."""
    path, otherwise = bureau.root / "data" / "requirements.csv", "结论与签署时不同：要求、约定、以前各年的数或程序变了"
    signed = sign(1, "定稿", "赵某", "2024-03-05"), sign(2, "复核", "王某", "2024-03-01", kind="指标子项", key="3")
    bureau.hand_in(*FILLED, *signed)
    as_signed = path.read_bytes()
    never = "错误：2023 年定稿以后没有更正过，没有更早的一版可以比较。\n"
    assert (bureau.run("diff", "2023", "--edition"), otherwise in page(bureau)) == ((1, never), False)
    path.write_text(as_signed.decode().replace("≥80", "≥88.5", 1), encoding="utf-8")
    assert bureau.run("diff", "2023", "--edition") == (1, f"{never}注意：有的{otherwise}。\n")
    assert "签署2次；有的结论与签署时不同" in page(bureau)
    assert page(bureau).count(f"没有再改动，而{otherwise}") == 1, "item 3 is judged as it was"
    bureau.hand_in(put("生态安全", J4=29), sign(3, "更正", "王某", "2024-06-01", reason="错了"))
    assert bureau.run("diff", "2023", "--edition") == (0, f"2023 年第1版 → 今\n注意：第1版的有些{otherwise}。\n")
    path.write_bytes(as_signed)
    assert bureau.run("diff", "2023", "--edition") == (0, "2023 年第1版 → 今\n")


def test_signatures_of_an_earlier_version(bureau: Bureau) -> None:
    """A file without the hash of the verdicts is read, and stays silent about them; the next signature brings the column."""
    path = bureau.root / "data" / "signatures" / "2023.csv"
    path.parent.mkdir()
    path.write_text("step,kind,id,name,role,date,reason,content\nfilled,item,3,王某,,2024-03-01,,\n", encoding="utf-8")
    bureau.hand_in(*FILLED, sign(1, "复核", "李某", "2024-03-02", kind="指标子项", key="3"))
    old, new = bureau.plan.signatures[2023]
    assert (old.name, old.verdicts, new.name, len(new.verdicts or "")) == ("王某", None, "李某", 64)
    assert path.read_text(encoding="utf-8").splitlines()[:2] == [
        "step,kind,id,name,role,date,reason,content,verdicts", "filled,item,3,王某,,2024-03-01,,,",
    ]  # fmt: skip
    path.write_text("step,kind,id,name,role,date,reason\n", encoding="utf-8")
    with pytest.raises(DataError, match="缺少 content、verdicts"):
        load_plan(bureau.root)


@pytest.mark.slow
def test_the_check_names_what_the_import_refuses(bureau: Bureau) -> None:
    """A change of a closed year without a reason is no mistake in a cell (the reason may come at the command line), but the
    check says it; also that a year cannot be closed yet.
    """
    bureau.fill(FILLED[0], sign(1, "定稿", "赵某", "2024-03-05"))
    status, told = bureau.run("check", str(bureau.form))
    assert (status, "注意：还不能导入：还不能定稿，有3处没有填报" in told) == (0, True)
    bureau.hand_in(*FILLED, sign(1, "定稿", "赵某", "2024-03-05"))
    bureau.fill(put("生态安全", J3=89))
    status, told = bureau.run("check", str(bureau.form))
    assert (status, told.splitlines()[1]) == (
        0, "注意：还不能导入：2023 年已经定稿，改动它要写明谁、何时、为什么更正；还没有写明的：2.1。",
    )  # fmt: skip
    bureau.fill(put("生态安全", J3=89), sign(2, "更正", "王某", "2024-03-04", reason="错了"))
    done = cixi("check", str(bureau.form), "--format", "csv", root=bureau.root)
    assert "还不能导入" not in done.stderr
    assert done.stdout.splitlines()[1:] == ["f.xlsx,warning,签署,G4,“2024-03-04”,不早于定稿（2024-03-05）的日期"]


def test_the_log_is_checked(bureau: Bureau) -> None:
    """A log that names what the plan does not have, or a reason that is missing, is reported as any other data."""
    path = bureau.root / "data" / "revisions.csv"
    head = "year,edition,date,part,kind,id,place,column,before,after,name,role,reason,form\n"
    path.write_text(f"{head}2023,2,2024-06-01,observations,item,9.9,,value,1,2,张某,,,f\n", encoding="utf-8")
    with pytest.raises(DataError) as wrong:
        load_plan(bureau.root)
    assert str(wrong.value) == "数据有1处问题：\nrevisions.csv 第2行 “reason 理由”列：现为空；应为非空的文字"
    path.write_text(f"{head}2023,2,2024-06-01,projects,item,2.1,,value,1,2,张某,,错,f\n", encoding="utf-8")
    with pytest.raises(DataError, match="第2行 “part 表”列：现为“projects”；应为数据字典所列的表之一"):
        load_plan(bureau.root)
    path.write_text(f"{head}2023,2,2024-06-01,observations,item,2.1,,sum,1,2,张某,,错,f\n", encoding="utf-8")
    with pytest.raises(DataError, match="第2行 “column 列”列：现为“sum”；应为现状值的一列（item_id、level、"):
        load_plan(bureau.root)
    path.write_text(f"{head}2023,2,2024-06-01,observations,item,9.9,,value,1,2,张某,,错,f\n", encoding="utf-8")
    with pytest.raises(
        DataError, match="revisions.csv 第2行 “id 编号”列：现为“9.9”；应为已有的指标子项编号".replace(".", r"\.")
    ):
        load_plan(bureau.root)


# What readers see


def test_the_page(book: Path) -> None:
    """Signatures with what became of the data, corrections with who and why; nothing where there is neither."""
    plan = closed(book)
    assert sign_off.sign_off(plan, 2023)._repr_html_() == ""
    checked = Checked(2023, plan.observations[2023], (), (), (), (), (signature("reviewed", "<b>", "2024-03-01"),))
    plan = plan_import(plan, checked, book).after
    rows = (*plan.observations[2023][:1], observation("2.1", 91), *plan.observations[2023][2:])
    reports = (progress("project", "1", "done"),)
    plan = plan_import(plan, replace(checked, rows=rows, reports=reports), book, signed=WHY).after
    text = re.sub(r"<[^>]*>|\s+", " ", sign_off.sign_off(plan, 2023)._repr_html_())
    text = re.sub(" +", " ", text)
    assert "签署与更正：签署2次；定稿以后更正3处，现为第2版" in text
    assert "复核 全年 &lt;b&gt; — 2024-03-01 — 后来有改动 更正 全年 张某 — 2024-06-01 统计局更正 没有再改动" in text
    assert "第2版 2024-06-01 2① 优良比例 现状值 88 91 张某 统计局更正" in text
    assert "项目1 工程1 进展：状态 — 已完成" in text
    tables = Figures(plan, 2023).tables
    assert [len(tables[name]) for name in ("signatures", "revisions")] == [2, 7]
    assert not {"signatures", "revisions"} & Figures(plan, 2022).tables.keys()


@pytest.mark.parametrize(
    ("stages", "stage", "told"),
    [
        ("定稿 定稿 定稿 定稿", "定稿", ""),
        ("复核稿 定稿 定稿 定稿", "复核稿", "复核稿：4个子项都已填报，其中1项已复核、尚未定稿；定稿以前，下列数字都可能变。"),
        ("初稿 定稿 定稿 定稿", "初稿", "初稿：4个子项都已填报，其中1项尚未定稿；定稿以前，下列数字都可能变。"),
        ("初稿 复核稿 定稿 定稿", "初稿",
         "初稿：4个子项都已填报，其中2项尚未定稿（初稿1项、复核稿1项、定稿2项）；定稿以前，下列数字都可能变。"),
        ("复核稿 复核稿", "初稿",
         "初稿：4个子项中已填报2项，还有2项未填报（初稿0项、复核稿2项、定稿0项）。“未填报”是还没有填写，“无数据”是已查明没有数据；填齐以前，下列数字都会变。"),
    ],
)  # fmt: skip
def test_the_stage_of_a_year(book: Path, stages: str, stage: str, told: str) -> None:
    """The least of its rows': on the banner, with the counts where some are reviewed, and beside the present state."""
    plan = closed(book)
    pairs = zip(plan.observations[2023], stages.split(), strict=False)
    rows = tuple(row.model_copy(update={"stage": Stage(word)}) for row, word in pairs)
    plan = replace(plan, observations={**plan.observations, 2023: rows})
    assert coverage(plan, 2023).stage == stage
    banner = summary.year_banner(plan, 2023)
    assert re.sub(r"<[^>]*>|\n", "", banner._repr_html_()) == told
    question = f"2023年的现状{'' if stage == '定稿' else f'（{stage}）'}"
    assert f'<p class="question">{question}</p>' in summary_page.tiles(plan, 2023)


@pytest.mark.slow
def test_a_change_of_an_undivided_indicator_is_shown_once(bureau: Bureau) -> None:
    """Its item and it are one line of the tables; csv has both."""
    bureau.hand_in(*FILLED, options=("--final",))
    bureau.fill(put("生态安全", J5=70, K5=None))
    shown, listed = (
        cixi("import", str(bureau.form), "--reason", "错了", "--by", "张某", *more, root=bureau.root)
        for more in (("--dry-run", "--format", "csv"), ())
    )
    flips = [line for line in listed.stdout.splitlines() if line.strip().startswith("结论")]
    assert (shown.stdout.count("verdict,2023,3,"), len(flips)) == (2, 1)
    assert "结论改变1处" in listed.stderr
    edition = cixi("diff", "2023", "--edition", "1", root=bureau.root).stdout.splitlines()
    assert len([line for line in edition if line.strip().startswith("结论")]) == 1


def test_the_place_of_a_cell_is_written_alike_by_every_python() -> None:
    """It is hashed by signatures, and must be found again in the log."""
    assert csv_line(["甲", "乙\n丙", '"丁"', "戊,己", ""]) == '甲,乙\n丙,"""丁""","戊,己",'
