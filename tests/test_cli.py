"""The contract of the command line: columns, order, formats, exit statuses, messages."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, cixi

from cixi_analysis.cli import main
from cixi_analysis.dataset import Plan
from cixi_analysis.words import Verdict


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
    assert {(r["indicator"], r["level"]): Verdict(r["verdict"]).chinese for r in rows} == printed


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
        ("/", "/  本级没有要求"),
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
            "力争世界领先",
            "错误：无法解读“【力争世界领先】”：不认识这里的说法。此处可以是：数值（≥20、20%以上）；水质类别（优于Ⅲ类）；"
            "上级目标（完成上级下达的年度目标）；变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）；"
            "全省平均（高于全省平均值）；状态（制定实施、面积不减少、无黑臭水体）。\n",
        ),
    ],
)
def test_requirement_refuses(text: str, message: str) -> None:
    """A refusal is exit status 1, its reason on standard error, nothing on standard output."""
    result = run("requirement", text)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", message)


@pytest.mark.parametrize("command", ["assess", "trend", "build --year"])
def test_unknown_year(command: str) -> None:
    """A year without observations: which years exist and how to add one; exit status 1."""
    result = run(*command.split(), "2023")
    assert result.exit_code == 1
    assert "没有 2023 年的数据。已有数据的年份：2018、2019、2020、2021、2022。" in result.stderr
    assert "data/observations/ 下建立 2023.csv" in result.stderr


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
    """Results are UTF-8 even where the console's encoding is not."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = cixi("requirement", "高于全省平均值，或逐年上升")
    assert done.stdout.splitlines()[0] == "OR(高于全省平均值, 逐年上升)"


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
