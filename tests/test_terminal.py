"""Tables at the terminal: the columns that answer, in Chinese, within the width; all columns by ``--wide``."""

import io
import re
from functools import cache

import pandas as pd
import pytest
from conftest import cixi
from rich.cells import cell_len

from cixi_analysis.cli.answers import answering
from cixi_analysis.plan.csvfile import packaged
from cixi_analysis.plan.dataset import Plan

COMMANDS = [
    ("assess", "2022"), ("assess", "2022", "--against", "target"), ("trend", "2022"), ("diff", "2022"), ("reconcile",),
    ("requirement", "--all"), ("commitments", "--year", "2025"), ("audit",), ("indicator", "38"), ("indicator", "28"),
]  # fmt: skip
EACH = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


@cache
def shown(*command: str) -> str:
    """What a command prints in a pipe; it is the same for each test."""
    return cixi(*command).stdout


def heads(table: str) -> list[str]:
    return table.splitlines()[0].split()


@EACH
def test_a_table_fits_into_100_columns(command: tuple[str, ...]) -> None:
    """In a pipe too, counting Chinese characters as two; the rule below the heads is no wider than the rows need."""
    lines = shown(*command).splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert len(lines) > 10
    assert cell_len(lines[1].strip()) <= max(cell_len(line) for line in [lines[0], *lines[2:]]) + 2


@pytest.mark.slow
@EACH
def test_heads_are_chinese_and_wide_has_every_column(command: tuple[str, ...]) -> None:
    """The short table has Chinese heads only; the wide one the columns of the CSV, which ``--wide`` leaves as it is."""
    csv = cixi(*command, "--format", "csv").stdout
    names = csv.splitlines()[0].split(",")
    assert heads(cixi(*command, "--wide").stdout) == names
    assert cixi(*command, "--wide", "--format", "csv").stdout == csv
    short = heads(shown(*command))
    assert 3 <= len(short) <= 9
    assert [head for head in short if head.isascii()] == []


def test_a_narrow_terminal_is_not_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal's width holds."""
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(cell_len, cixi("assess", "2022").stdout.splitlines())) <= 60


@pytest.mark.slow
@EACH
def test_a_narrow_terminal_loses_no_digit(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in short columns (years, numbers, verdicts) is never cut; the terminal breaks the line instead."""
    monkeypatch.setenv("COLUMNS", "200")
    whole = {word for line in cixi(*command).stdout.splitlines() for word in line.split() if len(word) <= 6}
    monkeypatch.setenv("COLUMNS", "20")
    narrow = {word for line in cixi(*command).stdout.splitlines() for word in line.split()}
    assert [word for word in whole if re.fullmatch(r"-?[\d.]+", word) and word not in narrow] == []


def test_a_wide_table_in_a_pipe_has_a_row_in_each_line() -> None:
    """As many lines as rows, and head and rule."""
    rows = pd.read_csv(io.StringIO(cixi("reconcile", "--format", "csv").stdout))
    assert len(cixi("reconcile", "--wide").stdout.splitlines()) == len(rows) + 2


def test_the_answer_of_an_assessment(plan: Plan) -> None:
    """An item by its number as printed, the level and the verdict in words, of the reason the first sentence."""
    table = pd.DataFrame(
        [
            (9, "9.1", "national", "unmet", "measured", "比目标低3.5，未达标。依据：要求“…”。"),
            (9, "", "provincial", "no_data", "", "缺数。"),
            (38, "38", "2025", "met", "measured", "一句没有句号"),
        ],
        columns=["indicator", "item_id", "level", "verdict", "basis", "reason"],
    )
    assert answering(table, "assess", plan).to_dict("split")["data"] == [
        ["9①", "国家级", "未达标", "比目标低3.5，未达标。"],
        ["9（整项）", "省级", "无数据", "缺数。"],
        ["38", "2025年", "达标", "一句没有句号"],
    ]


def test_a_column_that_holds_nothing_is_left_out() -> None:
    """Where no wording is refused, no column says so; an empty table keeps its heads."""
    columns = ["wording", "reading", "meaning", "explicit", "refusal", "used_by"]
    one = pd.DataFrame([("≥20", "≥20", "现状值不低于20", "", "", "3（国家级）")], columns=columns)
    assert list(answering(one, "requirement")) == ["原文", "读法", "用于"]
    assert list(answering(one[:0], "requirement")) == ["原文", "读法", "无法解读", "用于"]


def test_every_word_of_a_kind_is_told(plan: Plan) -> None:
    """The kinds of ``cixi diff`` and the parts of ``cixi indicator`` have a Chinese word each."""
    told = {(row["table"], row["column"], row["word"]) for row in packaged("cixi_analysis.cli", "answers.csv")}
    for command, column in (
        (("diff", "2022", "2020"), "kind"),
        (("indicator", "9"), "part"),
        (("indicator", "38"), "part"),
    ):
        found = pd.read_csv(io.StringIO(cixi(*command, "--format", "csv").stdout))[column].unique()
        assert {word for word in found if (command[0], column, word) not in told} == set()
