"""The manual shows what happens: its commands exist, its outputs are real, its example figures are marked and stay out."""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import pytest
from conftest import ROOT, cixi
from filling import NUMBERED
from openpyxl import load_workbook

from cixi_analysis.cli import main

MANUAL = (ROOT / "book" / "manual.md").read_text(encoding="utf-8")
BOOK = ROOT / "book"
FORM = "cixi-2023-form.xlsx"
YEAR = 2023
MOST_BYTES = 150 * 1024
PROMPT = "> "
#: A line that stands for lines left out.
LEFT_OUT = "……"

Cells = Mapping[tuple[str, str], str | float | datetime.datetime | None]
#: Key in the form → column letter → what is typed. Made up; every row says so in its source.
EXAMPLE: dict[str, dict[str, str | float]] = {
    "1": {"S": "示例：已制定实施规划", "T": "制定实施=制定实施规划"},
    "3": {"J": 28.8},
    "5": {"J": 100},
    "8": {"J": 8.88},
    "9.1": {"J": 88.8, "P": 87.7},
    "9.2": {"J": 22.2, "L": "PM2.5浓度", "M": "微克/立方米", "N": "越少越好", "O": "≤", "P": 33.3},
    "9.3": {"J": 22.2, "O": "≤", "P": 33.3},
    "10.1": {"J": "Ⅱ", "L": "省控浒山东断面水质类别", "M": "类", "N": "越少越好", "P": "Ⅲ"},
    "10.2": {"J": 100},
    "11": {"K": "暂无数据"},
    "14.1": {"J": 100},
    "15.1": {"K": "原文未列", "P": "上级未下达"},
    "38": {"J": 44.4},
    "41": {"J": 44.44, "X": "示例：口径改变，数已核对"},
    "49": {"J": 82.22},
}
EVERY_ROW: dict[str, str | float] = {"V": "示例，数为虚构", "W": "示例单位"}
MISTAKES: Cells = {
    ("生态制度", "J5"): "28.8%",
    ("生态制度", "J7"): "１００",  # as an input method types it
    ("生态制度", "J10"): "-",
    ("生态安全", "J3"): 85.5,
    ("生态安全", "S3"): "示例：已完成上级下达的年度目标",
    ("生态安全", "T3"): "完成上级下达的年度目标=已完成上级下达的年度目标",
    ("生态安全", "J4"): "22.2微克/立方米",
    ("生态安全", "J5"): "=88.8/4",
    ("生态安全", "K7"): "暂无数据",
    ("生态安全", "V18"): None,
    ("生态生活", "J3"): "66,666",
    ("生态生活", "V3"): EVERY_ROW["V"],
    ("生态生活", "J11"): datetime.datetime(2023, 4, 4),
    ("生态生活", "X14"): None,
}
CORRECTION: Cells = {("生态安全", "J3"): 85.5}


def example() -> Cells:
    """The cells of the example, found by the keys of the form's rows."""
    book = load_workbook(FORM)
    domains = [sheet for sheet in book.worksheets[1:] if not sheet.title.endswith(("进展", *NUMBERED))]
    rows = {str(row[0].value): (sheet.title, row[0].row) for sheet in domains for row in sheet.iter_rows(3)}
    return {
        (rows[key][0], f"{letter}{rows[key][1]}"): content
        for key, typed in EXAMPLE.items()
        for letter, content in (EVERY_ROW | typed).items()
    }


def type_into(cells: Cells) -> None:
    """Type into the form's cells as a person would."""
    book = load_workbook(FORM, rich_text=True)
    for (sheet, address), content in cells.items():
        cell = book[sheet][address]
        cell.value = content
        if isinstance(content, (int, float)):
            cell.number_format = "General"  # what was a date is a number again
    book.save(FORM)


#: The typed commands of the manual, in their order, and what is typed into the form before each.
TUTORIAL: tuple[tuple[str, Callable[[], Cells]], ...] = (
    (f"cixi workbook {YEAR}", dict),
    (f"cixi check {FORM}", lambda: {**example(), **MISTAKES}),
    (f"cixi check {FORM}", lambda: {**dict.fromkeys(MISTAKES), **example()}),
    (f"cixi import {FORM} --dry-run", dict),
    (f"cixi import {FORM}", dict),
    (f"cixi diff {YEAR} --format csv", dict),
    (f"cixi import {FORM}", lambda: CORRECTION),
    (f"cixi import {FORM} --final", dict),
    (f"cixi evidence {YEAR}", dict),
)


def blocks() -> list[tuple[str, list[str]]]:
    """(caption, lines) of every block of text."""
    found = re.findall(r"^```\{code-block\} text\n(?::caption: ([^\n]*)\n)?\n?(.*?)^```$", MANUAL, re.M | re.S)
    return [(caption, body.splitlines()) for caption, body in found]


def transcripts() -> list[tuple[str, str, list[str]]]:
    """(caption, command, the output shown) of every block that begins with a typed command."""
    return [(c, lines[0][len(PROMPT) :], lines[1:]) for c, lines in blocks() if lines[0].startswith(PROMPT)]


def commands() -> Iterator[list[str]]:
    """The words of every ``cixi …`` that the manual names."""
    inline = re.findall(r"`cixi ([^`]+)`", MANUAL)
    typed = re.findall(r"^(?:> )?cixi (.+)$", MANUAL, re.M)
    for text in {*inline, *typed}:
        yield re.sub(r'"[^"]*"', "TEXT", text).split()


def shows(lines: list[str], output: list[str]) -> bool:
    """Whether ``lines`` are ``output``, with lines left out only where ``……`` says so."""
    pattern = "".join("(?:.*\n)*?" if line == LEFT_OUT else re.escape(line.rstrip()) + "\n" for line in lines)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in output)) is not None


def test_named_commands_exist() -> None:
    """Every command in the manual exists and has the options that it is shown with."""
    named = list(commands())
    assert {words[0] for words in named} >= {"workbook", "check", "import", "diff", "build"}
    wrong = []
    for words in named:
        command: click.Command = main
        while words:
            known = {option for parameter in command.params for option in parameter.opts}
            word = words.pop(0)
            if word.startswith("-") and word not in known | {"--help"}:
                wrong.append(word)
            elif word == "--root":
                words.pop(0)
            elif command is main and not word.startswith("-"):
                if word not in main.commands:
                    wrong.append(word)
                    break
                command = main.commands[word]
    assert wrong == []


@pytest.mark.slow
def test_outputs_are_real(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole tutorial in a copy of the project: what the manual shows is what each command says, line by line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # else the terminal's width
    assert [command for _, command, _ in transcripts()] == [command for command, _ in TUTORIAL]
    wrong = []
    for (_, command, lines), (_, edit) in zip(transcripts(), TUTORIAL, strict=True):
        if cells := edit():
            type_into(cells)
        done = cixi(*command.split()[1:], root=project)
        output = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        if not shows(lines, output):
            wrong.append((command, output))
        if done.returncode and "check" in command:
            found = csv.DictReader(io.StringIO(cixi("check", FORM, "--format", "csv", root=project).stdout))
            assert mistakes_shown() == [f"{r['sheet']} {r['cell']} | {r['found']} | {r['expected']}" for r in found]
    assert wrong == []


def mistakes_shown() -> list[str]:
    return re.findall(r"^\| (生态.. [A-Z]+\d+ \| .*?) \|$", MANUAL, re.M)


def test_ten_mistakes() -> None:
    """The table of mistakes lists ten, each in a cell of its own, and one warning."""
    cells = [row.partition(" | ")[0] for row in mistakes_shown()]
    assert len(cells) == len(set(cells)) == 10 + 1


def test_examples_are_marked() -> None:
    """The manual says that the figures of 2023 are examples, and so does the caption of every block and picture."""
    assert "本页中2023年和2024年的数字都是示例，为说明操作而虚构，不是真实的数据" in MANUAL
    captions = [caption for caption, _, lines in transcripts() if re.search(r"\d\.\d|新增", "\n".join(lines))]
    assert captions
    assert [c for c in captions if not c.startswith("示例")] == []
    figures = re.findall(r"^```\{figure\} .*\n(?::.*\n)+\n(.*)$", MANUAL, re.M)
    assert len(figures) == len(pictures())
    assert [c for c in figures if not c.startswith("示例")] == []


def pictures() -> list[str]:
    return re.findall(r"^```\{figure\} (\S+)$", MANUAL, re.M)


def test_pictures() -> None:
    """Each picture is there, small, and described in Chinese; no picture lies about unused."""
    names = pictures()
    assert names
    assert [n for n in names if (BOOK / n).stat().st_size > MOST_BYTES] == []
    assert {(BOOK / n).name for n in names} == {p.name for p in (BOOK / "_static" / "manual").iterdir()}
    assert len(re.findall(r"^:alt: .*[一-鿿]", MANUAL, re.M)) == len(names)


def test_examples_stay_out_of_the_data() -> None:
    """No row of the example is in data/: neither its source nor the unit that answers for it."""
    for path in (ROOT / "data").rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not any(str(mark) in text for mark in EVERY_ROW.values()), path
    if not (ROOT / "data" / "observations" / f"{YEAR}.csv").exists():
        return  # as it is today; later years bring real figures
    assert "示例" not in (ROOT / "data" / "observations" / f"{YEAR}.csv").read_text(encoding="utf-8")
