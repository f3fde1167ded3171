"""The contract of the command line: columns, order, formats, exit statuses, messages."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, cixi
from filling import sheets
from tiny import requirement, tiny_plan, write

from cixi_analysis.cli import main
from cixi_analysis.cli.terminal import PathType
from cixi_analysis.form.layout import FIRST_ROW, GUIDE, YEAR_CELL, domain_columns
from cixi_analysis.form.writing import write_form
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.words import Verdict
from cixi_analysis.words import printed as printed_word

#: The command in a process of its own.
COMMAND = [sys.executable, "-c", "from cixi_analysis.cli import main; main()"]


def run(*arguments: str, root: Path = ROOT) -> Result:
    return CliRunner().invoke(main, ["--root", str(root), *arguments])


def table(*arguments: str, root: Path = ROOT) -> list[dict[str, str]]:
    result = run(*arguments, "--format", "csv", root=root)
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_assess_rows(plan: Plan) -> None:
    """138 item rows in the plan's order, then 100 indicator rows with an empty item_id; reasons are never empty."""
    rows = table("assess", "2022")
    assert list(rows[0]) == ["indicator", "item_id", "level", "verdict", "basis", "reason"]
    expected = [(i.item_id, level) for i in plan.items for level in ("national", "provincial")]
    assert [(r["item_id"], r["level"]) for r in rows[:138]] == expected
    assert [(r["indicator"], r["item_id"]) for r in rows[138:]] == [(str(n), "") for n in range(1, 51) for _ in "np"]
    for row in rows:
        assert row["reason"]
        assert (row["basis"] == "") == (row["verdict"] in ("no_data", "not_applicable")), row


def test_assess_equals_the_print(plan: Plan) -> None:
    """The 100 indicator rows of 2022 are the verdicts that the plan prints."""
    printed = {(r.subject, r.level): r.stated for r in plan.published if r.kind == "verdict"}
    rows = table("assess", "2022")[138:]
    assert {(r["indicator"], r["level"]): printed_word(Verdict(r["verdict"])) for r in rows} == printed


def test_assess_against_targets() -> None:
    """Against the plan's targets the level column holds the target year."""
    rows = table("assess", "2022", "--against", "target")
    assert len(rows) == 238
    assert {r["level"] for r in rows} == {"2025", "2030"}


def test_trend_columns() -> None:
    """The columns of the contract, and no others."""
    assert list(table("trend", "2022")[0]) == (
        "item_id,unit,first_year,first_value,last_year,last_value,points,mean_change,mean_rate,direction,target_year,"
        "target_value,gap,observed_change,needed_change,ratio_linear,ratio_compound,pace"
    ).split(",")


def test_reconcile_agrees() -> None:
    """Exit status 0, no `no`, and each `explained` has its explanation."""
    rows = table("reconcile")
    assert list(rows[0]) == ["check", "stated", "computed", "agrees", "source"]
    assert {r["agrees"] for r in rows} == {"yes", "explained"}
    assert all("说明：" in r["source"] for r in rows if r["agrees"] == "explained")


def test_reconcile_says_no(project: Path) -> None:
    """A figure that does not fit makes exit status 1, and the row says no."""
    path = project / "data" / "published.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",7099622,万元", ",7099623,万元"), encoding="utf-8")
    result = run("reconcile", "--format", "csv", root=project)
    assert result.exit_code == 1
    assert [r["computed"] for r in csv.DictReader(io.StringIO(result.stdout)) if r["agrees"] == "no"] == ["7099622"]
    assert result.stderr == "有 1 项所印与复算不一致，见 agrees 为 no 的行。\n"


def test_indicator_is_a_fact_a_row() -> None:
    """What is asked, observed, judged and linked; N is an indicator's number."""
    rows = table("indicator", "38")
    assert list(rows[0]) == ["part", "item_id", "level", "year", "content", "basis", "detail", "source"]
    verdict = next(
        r for r in rows if (r["part"], r["level"], r["year"], r["item_id"]) == ("verdict", "provincial", "2022", "38")
    )
    assert (verdict["content"], verdict["basis"]) == ("unmet", "measured")
    assert verdict["detail"] == (
        "农村生活污水治理率40.7%，比要求的95%低54.3个百分点，未达标。依据：要求“≥95”，按2022年的数据判定，未达标。"
    )
    assert {r["year"] for r in table("indicator", "28", "--year", "2021") if r["part"] == "observation"} <= {
        "2018",
        "2019",
        "2020",
        "2021",
    }


def test_an_unknown_indicator_is_refused() -> None:
    """With the numbers there are."""
    result = run("indicator", "51")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "错误：没有序号为 51 的指标。指标序号：1–50。\n"


def test_commitments_of_a_year(plan: Plan) -> None:
    """The whole ledger as of any year, also one to come; the counts go to standard error."""
    result = run("commitments", "--year", "2025", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == len(plan.commitments)
    due = sum(row["due"] == "due" for row in rows)
    assert result.stderr.startswith(f"2025 年底：共 {len(rows)} 条，该年到期 {due}，")
    assert {row["state"] for row in rows} == {""}


@pytest.mark.parametrize("year", ["1999", "2021", "2101"])
def test_commitments_of_an_impossible_year(year: str) -> None:
    """The plan begins in its base year."""
    result = run("commitments", "--year", year)
    assert result.exit_code == 2
    assert f"年份应在 2022 与 2100 之间，现为 {year}" in result.stderr


def test_audit_reports_and_does_not_fail(plan: Plan) -> None:
    """A contradiction in the plan is a finding, not a failure of the tool."""
    result = run("audit", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert (result.exit_code, len(rows)) == (0, len(plan.audit))
    assert {row["result"] for row in rows} == {"agrees", "contradicts", "unclear"}


def test_json_is_the_csv() -> None:
    """JSON: a list of objects with the CSV's names, null for empty, numbers as numbers."""
    result = run("trend", "2022", "--format", "json")
    objects, rows = json.loads(result.stdout), table("trend", "2022")
    assert [list(o) for o in objects] == [list(r) for r in rows]
    for one, row in zip(objects, rows, strict=True):
        for name, text in row.items():
            if text == "":
                assert one[name] is None
            elif isinstance(one[name], str):
                assert one[name] == text
            else:
                assert one[name] == float(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("≤25.4或持续下降且年均下降幅度≥3.5%", "OR(≤25.4, 持续下降 with 年均下降≥3.5%)"),
        ("/", "/"),
    ],
)
def test_requirement_shows_the_tree(text: str, shown: str) -> None:
    """The first line is the canonical text."""
    result = run("requirement", text)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, shown)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "≥80且高于全省平均值，或逐年上升",
            "错误：无法解读“【≥80且高于全省平均值，或逐年上升】”：同一组里既有“且”又有“或”，有两种读法。"
            "两种读法：OR(AND(≥80, 高于全省平均值), 逐年上升)；AND(≥80, OR(高于全省平均值, 逐年上升))。"
            "请在数据的“读法”列写明取哪一种，并写明理由。\n",
        ),
        (
            "世界领先",
            "错误：无法解读“【世界领先】”：不认识这里的说法。此处可以是：数值（≥20、20%以上）；水质类别（优于Ⅲ类）；"
            "上级目标（完成上级下达的年度目标）；变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）；"
            "全省平均（高于全省平均值）；状态（制定实施、面积不减少、无黑臭水体）。\n",
        ),
    ],
)
def test_requirement_refuses(text: str, message: str) -> None:
    """A refusal is exit status 1, its reason on standard error, nothing on standard output."""
    result = run("requirement", text)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", message)


@pytest.mark.parametrize("command", ["assess", "trend", "diff", "build --year"])
def test_unknown_year(command: str) -> None:
    """A year without observations: which years exist and how to add one, where one can; exit status 1."""
    result = run(*command.split(), "2023")
    assert result.exit_code == 1
    assert "没有 2023 年的数据。已有数据的年份：2018、2019、2020、2021、2022。" in result.stderr
    assert "运行 cixi workbook 2023 得到填报工作簿，填写后依次运行 cixi check 和 cixi import。" in result.stderr
    assert "workbook" not in run(*command.split(), "2017").stderr


def test_year_too_thin_for_pages() -> None:
    """2018 and 2019 hold single figures that only feed trends: they are assessed, but get no pages."""
    assert run("assess", "2018").exit_code == 0
    result = run("build", "--year", "2018")
    assert (result.exit_code, "成页的年份：2020、2021、2022" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["assess"],
        ["assess", "twenty"],
        ["assess", "2022", "--format", "xml"],
        ["assess", "2022", "--against", "wishes"],
        ["requirement"],
        ["requirement", "≥20", "--all"],
        ["export", "2022", "-o", "table.csv"],
        ["workbook", "2023", "-o", "form.csv"],
        ["check"],
        ["import"],
        ["diff", "2022", "2022"],
        ["nonsense"],
    ],
)
def test_wrong_call(arguments: list[str]) -> None:
    """A call that is wrong is exit status 2, with usage on standard error."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_bad_data_is_told_without_traceback(project: Path) -> None:
    """All problems of all files at once, exit status 1, no traceback."""
    (project / "data" / "targets.csv").unlink()
    path = project / "data" / "observations" / "2022.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",40.7,", ",40.7%,", 1), encoding="utf-8")
    done = cixi("assess", "2022", root=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "targets.csv：现为没有这个文件" in done.stderr
    assert "observations/2022.csv 第57行 “value 现状值”列：现为“40.7%”" in done.stderr


def test_utf8_whatever_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results, help and messages are UTF-8 even where the console's encoding is not."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = cixi("requirement", "高于全省平均值，或逐年上升")
    assert done.stdout.splitlines()[0] == "OR(高于全省平均值, 逐年上升)"
    assert "显示说明。" in cixi("--help").stdout
    assert "没有 asses 这条命令" in cixi("asses").stderr


# The yearly form


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The form of 2023 made by the command, with three figures filled in."""
    path = tmp_path_factory.mktemp("filled") / "x.xlsx"
    assert run("workbook", "2023", "-o", str(path)).exit_code == 0
    return fill(path, {"3": 28, "8": 8.01, "38": 96}).read_bytes()


@pytest.fixture
def filled(filled_once: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "2023年 表.xlsx"
    path.write_bytes(filled_once)
    return path


def fill(path: Path, values: dict[str, object]) -> Path:
    book = openpyxl.load_workbook(path)
    at = {column.key: number for number, column in enumerate(domain_columns(load_plan(ROOT).frame), start=1)}
    for sheet in (book[domain] for domain in sheets(load_plan(ROOT))):
        for row in range(FIRST_ROW, sheet.max_row + 1):
            if (key := str(sheet.cell(row, at["key"]).value)) in values:
                sheet.cell(row, at["value"]).value = values[key]
                sheet.cell(row, at["statement"]).value = None
                sheet.cell(row, at["source"]).value = "2023年统计年报"
                sheet.cell(row, at["acknowledgment"]).value = "已核对"
    book.save(path)
    return path


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.slow
def test_from_form_to_changes(project: Path, filled: Path) -> None:
    """A form is checked, looked at, imported; the year is then there, and `diff` says what changed."""
    checked = run("check", str(filled), "--format", "csv", root=project)
    assert (checked.exit_code, checked.stdout) == (0, "file,severity,sheet,cell,found,expected\n")
    assert checked.stderr == "2023年 表.xlsx（2023 年）：已填3行，问题0处，提示0处。\n"
    target = project / "data" / "observations" / "2023.csv"
    for options in (["--dry-run"], []):
        assert not target.exists()
        result = run("import", str(filled), "--format", "csv", *options, root=project)
        assert result.exit_code == 0, result.stderr
        assert list(rows(result)[0]) == "kind,year,indicator,item_id,level,field,before,after,why".split(",")
        assert [(r["kind"], r["item_id"], r["after"]) for r in rows(result)] == [
            ("new", "3", "28"), ("new", "8", "8.01"), ("new", "38", "96"),
        ]  # fmt: skip
    assert "2023 年是初稿，还有66处没有填报" in result.stderr
    assert "下一步：cixi diff 2023 看变化，cixi build 更新网站。" in result.stderr
    again = run("import", str(filled), root=project)
    assert "2023 年：与现有数据相同，没有改动。" in again.stderr
    differences = table("diff", "2023", root=project)
    assert list(differences[0]) == "kind,indicator,item_id,level,before,after,cause,why".split(",")
    flipped = [r for r in differences if r["kind"] == "verdict" and r["indicator"] == "38"]
    assert [(r["item_id"], r["level"], r["before"], r["after"], r["cause"]) for r in flipped] == [
        (i, level, "unmet", "met", "county") for i in ("38", "") for level in ("national", "provincial")
    ]
    assert all("【2022年】" in r["why"] and "【2023年】" in r["why"] for r in flipped)
    assert run("assess", "2023", root=project).exit_code == 0


@pytest.mark.slow
def test_a_form_with_problems_is_listed_and_not_imported(project: Path, filled: Path) -> None:
    """`check` and `import` give the same lines, exit status 1, and nothing is written."""
    fill(filled, {"3": "28%", "8": "=1/0", "38": "约60"})
    checked = run("check", str(filled), "--format", "csv", root=project)
    result = run("import", str(filled), "--format", "csv", root=project)
    assert (checked.exit_code, result.exit_code) == (1, 1)
    assert checked.stdout == result.stdout
    assert [r["severity"] for r in rows(checked)] == ["problem"] * 3
    assert len({(r["sheet"], r["cell"]) for r in rows(checked)}) == 3
    assert "没有导入，请改正后重试。" in result.stderr
    assert not (project / "data" / "observations" / "2023.csv").exists()


@pytest.mark.slow
def test_import_final(project: Path, filled: Path) -> None:
    """A year with gaps cannot be closed: every gap is reported, nothing is written. The whole year can."""
    result = run("import", str(filled), "--final", root=project)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len([line for line in result.stderr.splitlines() if line.endswith("没有填写")]) == 66
    assert not (project / "data" / "observations" / "2023.csv").exists()
    whole = filled.with_name("2022.xlsx")
    assert run("workbook", "2022", "-o", str(whole), root=project).exit_code == 0
    why = ("--reason", "统计局更正", "--by", "张某")
    result = run("import", str(fill(whole, {"38": 41})), "--final", *why, "--format", "csv", root=project)
    assert result.exit_code == 0, result.stderr
    assert {r["kind"] for r in rows(result)} == {"changed", "unchanged"}
    assert {(r["field"], r["before"], r["after"]) for r in rows(result) if r["kind"] == "changed"} >= {
        ("value", "40.7", "41")
    }
    assert "注意：2022 年是规划的基准年，改动后请运行 cixi reconcile，与规划所印核对。" in result.stderr
    log = (project / "data" / "revisions.csv").read_text(encoding="utf-8")
    assert ",observations,item,38,,value,40.7,41,张某,,统计局更正," in log


@pytest.mark.slow
def test_workbook_does_not_overwrite(project: Path, filled: Path) -> None:
    """What people filled in is not lost by making the form again."""
    before = filled.read_bytes()
    result = run("workbook", "2023", "-o", str(filled), root=project)
    assert (result.exit_code, filled.read_bytes()) == (1, before)
    assert "已经存在，其中可能有填写的内容。请用 -o 另取文件名，或用 --overwrite 覆盖。" in result.stderr
    assert run("workbook", "2023", "-o", str(filled), "--overwrite", root=project).exit_code == 0
    assert filled.read_bytes() != before


def test_workbook_has_a_name_of_its_own(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o, the form is put into the working directory. A year of the retrospect has no form."""
    monkeypatch.chdir(tmp_path)
    assert run("workbook", "2023", root=project).exit_code == 0
    assert (tmp_path / "cixi-2023-form.xlsx").is_file()
    result = run("workbook", "2021", root=project)
    assert (result.exit_code, result.stderr) == (
        1,
        "错误：2021 年早于规划基准年 2022 年，其数据是规划所载，不用填报。\n",
    )


@pytest.mark.parametrize("command", ["check", "import"])
@pytest.mark.parametrize("name", ["nothing.xlsx", "data/targets.csv", "data"])
def test_no_form_at_all(project: Path, command: str, name: str) -> None:
    """What is no form is refused with its reason, without a traceback."""
    done = cixi(command, str(project / name), root=project)
    assert done.returncode in (1, 2)
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_diff_of_the_first_year() -> None:
    """Nothing comes before the first year with data; another year can be named, a later one too."""
    assert run("diff", "2018").stderr == "错误：2018 年以前没有数据，没有可以比较的年份。\n"
    assert run("diff", "2018", "2022").exit_code == 0


def test_every_command_has_help() -> None:
    """Each command explains itself in Chinese and English, and the README names it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        text = run(name, "--help").stdout
        assert any("\u4e00" <= c <= "\u9fff" for c in text), name
        assert any(word in text for word in ("the ", "of ", "an ")), name
        assert f"`cixi {name}" in readme, name
        for parameter in command.params:
            assert parameter.opts[-1].startswith("--") is False or parameter.opts[-1] in text


def test_readme_lists_what_exists() -> None:
    """Each file and folder named in the README's tree exists."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = readme.split("## What is where")[1].split("```")[1]
    folder = ROOT
    for line in tree.splitlines():
        names = [
            w
            for w in line.split("  ")[0 if not line.startswith("  ") else 1].split()
            if w.endswith(("/", ".py", ".yml", ".csv"))
        ]
        if not line.startswith("  "):
            folder = ROOT / names[0] if names and names[0].endswith("/") else ROOT
        for name in names:
            assert (ROOT / name if not line.startswith("  ") else folder / name).exists(), line


def test_one_figure_changes_only_what_depends_on_it(project: Path) -> None:
    """Another value of 38 (in a copy) changes the verdicts of item and indicator 38, and no other row."""
    before = table("assess", "2022")
    path = project / "data" / "observations" / "2022.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("38,,,,,40.7,", "38,,,,,96,", 1), encoding="utf-8")
    after = table("assess", "2022", root=project)
    changed = [
        (a["indicator"], a["item_id"], a["level"], a["verdict"]) for a, b in zip(after, before, strict=True) if a != b
    ]
    assert changed == [
        ("38", "38", "national", "met"),
        ("38", "38", "provincial", "met"),
        ("38", "", "national", "met"),
        ("38", "", "provincial", "met"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["assess", "abc"], "YEAR 的值不对：现为 abc，应为一个整数，如年份 2022"),
        (["indicator", "abc"], "N 的值不对：现为 abc，应为一个整数，如指标的序号 9"),
        (["verify", "nowhere"], "[SITE] 的值不对：现为 nowhere，没有这个文件或文件夹"),
        (
            ["publish", "--zip", "-o", "a.xlsx"],
            "文件名应以 .zip 结尾，现为 a.xlsx。The file's name should end in .zip.",
        ),
        (["assess"], "缺少 YEAR"),
        (["assess", "2022", "2023"], "多出了 2023"),
        (["assess", "2022", "--format", "xml"], "--format 的值不对：现为 xml，应为 table、csv、json 之一"),
        (["asses"], "没有 asses 这条命令，全部命令见 cixi --help"),
        (["export", "2022"], "缺少 -o"),
        (["export", "2022", "-o"], "-o 后面缺少它的值"),
        (["build", "--zzz"], "没有 --zzz 这个选项"),
        (["assess", "2022", "--formt", "csv"], "没有 --formt 这个选项。是否想写 --format"),
        (["assess", "2022", "2023", "2024"], "多出了 2023 2024"),
        (["indicator", "it's"], "N 的值不对：现为 it's，应为一个整数，如指标的序号 9"),
        (["--root", "nowhere", "audit"], "--root 的值不对：现为 nowhere，没有这个文件夹"),
        (["--root", "README.md", "audit"], "--root 的值不对：现为 README.md，应为一个文件夹，不是文件"),
        (["check"], "缺少 FOLDER|FILE..."),
        (["requirement", "--all=3"], "--all 后面不写值"),
    ],
)
def test_wrong_calls_are_told_in_chinese(arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a call is reported in Chinese, after the usage line."""
    monkeypatch.chdir(ROOT)
    result = run(*arguments)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, f"用法错误：{told}")


def test_without_a_command_the_help_is_printed() -> None:
    """``cixi`` alone: the help on standard error, without the word for a wrong call, and exit status 2."""
    result = CliRunner().invoke(main, [], prog_name="cixi")
    help_page = CliRunner().invoke(main, ["--help"], prog_name="cixi").stdout
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", help_page)


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
REDIRECTED = [
    pytest.param(">/dev/full", 1, "错误：不能读写 标准输出：磁盘已满\n", marks=FULL),
    (">&-", 1, "错误：标准输出已关闭，无处写出结果。\n"),
    (">&- <&-", 1, "错误：标准输出已关闭，无处写出结果。\n"),
    ("2>&- >/dev/null", 0, ""),
    (">&- 2>&-", 1, ""),
    pytest.param(">/dev/full 2>/dev/full", 1, "", marks=FULL),
]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell redirects the output")
@pytest.mark.parametrize(("redirected", "status", "told"), REDIRECTED)
@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        pytest.param(["requirement", "≥20"], marks=pytest.mark.long),
        ["commitments"],
    ],
    ids=" ".join,
)
def test_output_that_cannot_be_written(arguments: list[str], redirected: str, status: int, told: str) -> None:
    """A full disk or a closed stream is a message where one can be read, and exit status 1, in the help too."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", *COMMAND, *arguments],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stderr) == (status, told)


@pytest.mark.slow
@FULL
@pytest.mark.parametrize(
    "name",
    [
        name if name in ("assess", "export") else pytest.param(name, marks=pytest.mark.long)
        for name in sorted({*main.commands} - {"build", "verify"})
    ],
)
def test_no_command_fails_at_a_full_output(name: str, tmp_path: Path, plan: Plan) -> None:
    """Every command that answers ends with a message, whatever it prints; the two that build print by the same way."""
    if name in ("check", "import"):
        write_form(plan, 2023, tmp_path / "form.xlsx")
    given = {
        "diff": ["2022"], "assess": ["2022"], "trend": ["2022"], "indicator": ["9"], "requirement": ["--all"],
        "export": ["2022", "-o", str(tmp_path / "x.xlsx")], "workbook": ["2024", "-o", str(tmp_path / "y.xlsx")],
        "check": [str(tmp_path / "form.xlsx")], "import": [str(tmp_path / "form.xlsx"), "--dry-run"],
        "publish": ["--zip", "-o", str(tmp_path / "z.zip")], "new": [str(tmp_path / "new")],
        "evidence": ["2022"], "report": ["2022", "-o", str(tmp_path / "x.docx")],
    }  # fmt: skip
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "--root", str(ROOT), name, *given.get(name, [])],
            stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    if name in ("export", "report", "workbook"):
        assert (done.returncode, done.stderr.startswith("已写入")) == (0, True), "prints nothing there"
    else:
        assert (done.returncode, "错误：" in done.stderr) == (1, True), done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="EPIPE is POSIX")
def test_a_closed_pipe_ends_the_command_silently() -> None:
    """``cixi trend 2022 | head -1`` prints no error when ``head`` has read enough."""
    with subprocess.Popen(
        [*COMMAND, "trend", "2022"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert (process.stderr.read(), process.wait()) == (b"", 1)


EMPTY = [
    (["export", "2022", "-o", ""], "-o"), (["export", "2022", "--output="], "-o"), (["workbook", "2023", "-o", ""], "-o"),
    (["publish", "--zip", "-o", ""], "-o"), (["check", ""], "FOLDER|FILE..."), (["import", ""], "FOLDER|FILE..."),
    (["check", "x", "--letters", ""], "--letters"), (["import", "x", "--letters", ""], "--letters"), (["verify", ""], "[SITE]"),
    (["new", ""], "FOLDER"),
    (["report", "2022", "-o", ""], "-o"), (["report", "2022", "--template", ""], "--template"),
    (["report", "--write-template", ""], "--write-template"), (["report", "--check", ""], "--check"),
    (["--root", "", "audit"], "--root"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "name"), EMPTY, ids=[" ".join(arguments) for arguments, _ in EMPTY])
def test_a_name_is_not_empty(arguments: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name is not the current folder: every path of every command is refused."""
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr.splitlines()[-1] == f"用法错误：{name} 的值不对：现为空，应为一个名称"


def test_every_path_is_of_the_type_that_refuses_an_empty_one() -> None:
    """A new option cannot forget it."""
    commands: list[click.Command] = [main, *main.commands.values()]
    types = [p.type for command in commands for p in command.params if isinstance(p.type, click.Path)]
    assert len(types) == len(EMPTY) - 1, "one of them is written in two ways"
    assert {type(found) for found in types} == {PathType}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a file's name is text")
def test_a_name_that_is_no_text_is_told_all_the_same() -> None:
    """A file named in another encoding: the message stands, with the byte written out, and no traceback."""
    done = cixi("check", "\udcff.xlsx", root=ROOT)
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        [r"错误：\udcff.xlsx 不是可以读取的填报表：没有这个文件（\udcff.xlsx）。"],
    )


def test_export_does_not_overwrite_a_form(tmp_path: Path) -> None:
    """Somebody may have filled it in; another workbook of the tool's is replaced."""
    root, form, book = write(tiny_plan(), tmp_path / "tiny"), tmp_path / "form.xlsx", tmp_path / "book.xlsx"
    assert run("workbook", "2023", "-o", str(form), root=root).exit_code == 0
    spoilt = openpyxl.load_workbook(form)
    spoilt[GUIDE][YEAR_CELL] = "明年"  # no longer one that could be imported, and still somebody's work
    spoilt.save(form)
    before = form.read_bytes()
    refused = run("export", "2022", "-o", str(form), root=root)
    assert (refused.exit_code, "是填报工作簿，不覆盖" in refused.stderr, form.read_bytes()) == (2, True, before)
    assert [run("export", "2022", "-o", str(book), root=root).exit_code for _ in range(2)] == [0, 0]


def test_a_year_that_cannot_be_filled_in_is_not_offered() -> None:
    """The advice for a new year names a form that the next command would give."""
    assert "cixi workbook 2030" in run("assess", "2030").stderr
    assert "cixi workbook" not in run("assess", "2031").stderr


def test_a_year_out_of_all_range_is_an_unknown_year() -> None:
    """1999 is no wrong call but a year without data: which years exist is reported, exit status 1."""
    result = run("assess", "1999")
    assert (result.exit_code, "已有数据的年份：2018" in result.stderr) == (1, True)


def test_refused_wordings_are_listed_with_the_rest(tmp_path: Path) -> None:
    """``--all``: each wording once with its items; those that cannot be read say why, the others have their tree; exit status 1."""
    plan = tiny_plan()
    later = [
        requirement(i, "provincial", wording, from_year=2023) for i, wording in (("2.2", "提升≥1%"), ("2.1", "提升≥1%"))
    ]
    later.append(requirement("3", "national", "力争世界领先", from_year=2023))
    root = write(replace(plan, requirements=(*plan.requirements, *later)), tmp_path)
    result = run("requirement", "--all", "--format", "csv", root=root)
    found = rows(result)
    refused = {(row["wording"], row["used_by"]): row["refusal"] for row in found if row["refusal"]}
    assert list(refused) == [("提升≥1%", "2.1（省级2023年起）"), ("力争世界领先", "3（国家级2023年起）")]
    assert all("】" in why for why in refused.values())
    assert [row["reading"] == row["meaning"] == "" for row in found] == [bool(row["refusal"]) for row in found]
    assert {row["wording"] for row in found} > {"建立", "≥80", "≥90", "≤30", "持续提高", "提升≥1%"}
    told = "有 2 种要求无法解读，见 refusal 一列；所在的子项无数据，其余照常评估。\n"
    assert (result.exit_code, result.stderr) == (1, told)
    assert run("assess", "2022", root=root).exit_code == 0


@pytest.mark.parametrize("spoil", [None, "vocabulary", "frame"])
def test_a_wording_is_read_outside_of_a_project_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str | None
) -> None:
    """``cixi requirement TEXT`` needs no data: where there is none, or it is damaged, the library's own words are read."""
    if spoil:
        write(tiny_plan(), tmp_path)
        (tmp_path / "data" / {"vocabulary": "vocabulary.csv", "frame": "plan.toml"}[spoil]).write_text("?")
    monkeypatch.chdir(tmp_path)
    for text, status in (("≥20", 0), ("力争世界领先", 1), ("不涉及", 0)):
        result = CliRunner().invoke(main, ["requirement", text])
        assert (result.exit_code, "Traceback" in result.stderr) == (status, False), result.stderr
    result = CliRunner().invoke(main, ["requirement", "--all"])
    assert (result.exit_code, result.stdout, bool(result.stderr)) == (1, "", True)


def test_a_damaged_projects_own_words_are_not_left_out_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that may not be added: the refusal alone would say that nobody knows it. Outside of a project: no such hint."""
    monkeypatch.chdir(tmp_path)
    assert "提示" not in CliRunner().invoke(main, ["requirement", "高于全州平均值"]).stderr
    root = write(tiny_plan(), tmp_path)
    (root / "data" / "vocabulary.csv").write_text(
        "kind,word,stands_for,source\naverage,全州平均,,规划三\n", encoding="utf-8"
    )
    frame = root / "data" / "plan.toml"
    frame.write_text(frame.read_text("utf-8").replace('"links"', '"links", "vocabulary"'), encoding="utf-8")
    for text, status in (("高于全州平均值", 1), ("≥20", 0)):
        result = CliRunner().invoke(main, ["--root", str(root), "requirement", text])
        told = "提示：数据有1处问题，这里没有用项目自己的词和地区类型；是哪些问题，运行 cixi requirement --all。"
        assert (result.exit_code, result.stderr.splitlines()[0]) == (status, told)


def test_no_requirement_in_every_format() -> None:
    """A "/" asks nothing, in JSON too."""
    assert json.loads(run("requirement", "/", "--format", "json").stdout) == [
        {"depth": 0, "node": "/", "meaning": "本级没有要求"}
    ]
