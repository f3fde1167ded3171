"""Characters that no text needs, text that looks like markup, and names that are no text: refused, shown, or text."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import ROOT, copy_project
from markdown_it import MarkdownIt
from tiny import frame, progress, tiny_plan, write
from tiny_book import template

from cixi_analysis.book import cache, sphinx_extension
from cixi_analysis.book.kernels import packed
from cixi_analysis.book.pages import Each, Page, Run
from cixi_analysis.cli import main, terminal
from cixi_analysis.errors import DataError, invisible, is_invisible, quoted, visible
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.provenance import WrongName, provenance
from cixi_analysis.plan.schema import TABLES, YEARLY

#: A control of each set, directions, zero widths, fillers, noncharacters, tags, private and other spaces.
HOSTILE = [
    *"\x00\x07\x08\t\x0b\x1b\x1f\x7f\x80\x85\x9b\x9f\xa0\xad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f",
    *"\u2028\u2029\u202a\u202d\u202e\u2060\u2066\u2069\u2800\u3164\ue000\ufdd0\ufe0f\ufeff\ufff9\ufffe\uffff",
    *"\U000e0041\U000e007f\U000e0100\U0010ffff",
]  # fmt: skip
#: Text that Markdown, HTML, a template engine or a spreadsheet program would read as something else.
MARKUP = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "[a](http://example.org)", "![a](b)", "$x$ $$y$$",
    "{{ x }} {% y %}", "{ref}`z`", "*a* __b__ ~~c~~ `d`", "&amp;lt;", r"\a \<", "a #", "[^1] |b| <http://c.d>", "=1+1",
    "甲\n# 乙\n\n```{eval-rst}\n```",
)  # fmt: skip
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a file's name is text")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """File of the tiny plan → its cells."""
    plan = tiny_plan(progress={2022: (progress("project", "1", "under_way"),)})
    data = write(plan, tmp_path_factory.mktemp("tables")) / "data"
    return {
        path.relative_to(data).as_posix(): list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        for path in sorted(data.rglob("*.csv"))
    }


def told(root: Path, tables: dict[str, list[list[str]]]) -> list[str]:
    write(tiny_plan(), root)
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        (root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "data" / name).write_text(text.getvalue(), "utf-8", newline="")
    with pytest.raises(DataError) as refused:
        load_plan(root)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("char", HOSTILE, ids=ascii)
def test_every_column_refuses(char: str, tables: dict[str, list[list[str]]], tmp_path: Path) -> None:
    """Every column of every file: file, row, column and code point are reported, and the character itself is not printed."""
    spoilt = {
        name: [rows[0], *[[f"{cell}{char}" for cell in row] for row in rows[1:2]], *rows[2:]]
        for name, rows in tables.items()
    }
    code = f"U+{ord(char):04X}"
    expected = [
        f"{name} 第2行 “{column} {model.columns()[column].title}”列："
        for name, rows in tables.items()
        for model in [TABLES.get(name) or YEARLY[name.partition("/")[0]]]
        for column in rows[0]
    ]
    lines = told(tmp_path, spoilt)
    for start in expected:
        [line] = [line for line in lines if line.startswith(start)]
        assert f"应为没有看不见的字符（{code}）的文字" in line
        assert line.isprintable()
    assert len(lines) == len(expected)


@pytest.mark.parametrize("char", HOSTILE, ids=ascii)
def test_headers_refuse(char: str, tables: dict[str, list[list[str]]], tmp_path: Path) -> None:
    """A column's name too is only itself."""
    lines = told(
        tmp_path,
        tables | {"targets.csv": [[f"item_id{char}", *tables["targets.csv"][0][1:]], *tables["targets.csv"][1:]]},
    )
    assert lines == [
        f"targets.csv 第1行：现为列名 缺少 item_id，多出 item_id〔U+{ord(char):04X}〕；应为"
        + ",".join(TABLES["targets.csv"].columns())
    ]


@pytest.mark.parametrize("char", [*HOSTILE, "\r", "\ud800", "\udcff"], ids=ascii)
def test_what_is_shown_instead(char: str) -> None:
    """On a terminal as JSON writes it, in a message by its code; Chinese, its spaces and line breaks stay."""
    assert is_invisible(char)
    assert invisible(f"甲{char}乙{char}") == f"U+{ord(char):04X}"
    assert quoted(f"甲{char}乙\n") == f"“甲〔U+{ord(char):04X}〕乙⏎”"
    assert visible(f"甲\u3000{char} 乙\n") == f"甲\u3000{char if char == chr(9) else json.dumps(char)[1:-1]} 乙\n"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_the_command_line_prints_no_control(form: str) -> None:
    """Text of the command line, wrong calls and names that do not exist: nothing reaches the terminal raw."""
    text = "".join(char for char in HOSTILE if char != "\x00")
    for arguments in (
        ["requirement", f"≥20{text}", "--format", form],
        ["requirement", f"开展{text}", "--format", form],
        ["--root", str(ROOT), "check", f"{text}.xlsx", "--format", form],
        ["--root", f"{ROOT}/{text}", "audit", "--format", form],
        ["--root", str(ROOT), "export", "2022", "-o", f"{text}/x.xlsx"],
        [f"audit{text}"],
        ["audit", f"--{text}"],
    ):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code in (1, 2), arguments
        assert done.stderr
        assert not [char for char in done.output if is_invisible(char) and char != "\t"]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_a_table_prints_no_control(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a table holds; JSON still means the same."""
    import pandas as pd  # noqa: PLC0415

    text = "".join(HOSTILE)
    terminal.print_table(pd.DataFrame({"a": [text]}), form)
    printed = capsys.readouterr().out
    assert not [char for char in printed if is_invisible(char) and char != "\t"]
    assert form != "json" or json.loads(printed) == [{"a": text}]


@pytest.mark.slow
def test_one_function_writes_to_the_terminal() -> None:
    """Nothing else in the package prints."""
    for path in sorted((ROOT / "cixi_analysis").rglob("*.py")):
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        names = [ast.unparse(call) for call in calls]
        found = [name for name in names if name in ("print", "click.echo", "click.secho", "rich.print")]
        assert found == (["click.echo"] if path.name == "terminal.py" else []), path


@pytest.mark.parametrize("text", MARKUP, ids=ascii)
def test_a_name_in_a_heading_is_text(text: str) -> None:
    """An indicator's name stands in the heading of its page, which Markdown reads, as it is in the data."""
    notebook = template("{indicator} {name}", page="x/{indicator}", each="indicator")
    page = Page("x", "x/{indicator}", Each.INDICATOR, 0, notebook)
    heading = Run(page, frame(), 2022, 1, text).notebook.cells[0].source
    opened, inline, closed = MarkdownIt("commonmark").enable(["strikethrough"]).parse(heading)
    assert (opened.tag, {child.type for child in inline.children or ()}, closed.tag) == ("h1", {"text"}, "h1")
    assert "".join(child.content for child in inline.children or ()) == f"1 {text}".replace("\n", " ")


def test_the_printed_title_is_text() -> None:
    """The theme prints a page's title as markup."""
    context: dict[str, Any] = {"pagetitle": "<script>1 & 2</script>", "pathto": str}
    app: Any = SimpleNamespace(config=SimpleNamespace(cixi_imprints={None: ""}, cixi_title="甲"))
    sphinx_extension._adjust(app, "book/x", "", context, None)
    assert context["pagetitle"] == "&lt;script&gt;1 &amp; 2&lt;/script&gt;"


NO_TEXT = os.fsdecode("数据".encode("gbk"))


@pytest.fixture(scope="module")
def versioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project under version control; each test leaves it as it was."""
    project = copy_project(tmp_path_factory.mktemp("versioned") / "project")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *identity, "commit", "-qm", "x", "--allow-empty"], cwd=project, check=True)
    return project


@pytest.fixture
def named(versioned: Path, place: str, name: str) -> Iterator[Path]:
    """A file of that name there, while a test runs."""
    path = versioned / place.format(name)
    made = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    yield path
    path.unlink()
    for folder in made:
        folder.rmdir()


@pytest.mark.slow
@linux
@pytest.mark.parametrize("name", [NO_TEXT, "a\x1b[31m", "a\nb", "\u202egnp"], ids=ascii)
@pytest.mark.parametrize(
    ("place", "matters"),
    [("data/{}.csv", False), ("data/{}/x.csv", False), ("notebooks/{}.txt", False), ("book/x/{}.png", False),
     ("README-{}.md", False), ("book/_static/{}.css", True), ("book/_static/{}/x.css", True), ("book/{}.md", True),
     ("notebooks/{}.ipynb", True), ("{}.py", True)],
)  # fmt: skip
def test_a_file_name_that_is_no_text(place: str, matters: bool, name: str, versioned: Path, named: Path) -> None:
    """Told where it would become part of the site, with the place; elsewhere the build goes on."""
    if matters:
        with pytest.raises(WrongName) as refused:
            cache.inputs(versioned)
        shown = re.sub(r"〔U\+(\w+)〕", lambda code: chr(int(code[1], 16)), str(refused.value)).replace("⏎", "\n")
        assert shown.endswith(f"请改名或移走：{place.format(name)}")
        assert str(refused.value).isprintable()
        return
    assert cache.inputs(versioned) == cache.inputs(versioned)
    assert cache.of_tree(named.parent)
    assert not [one for one in provenance(versioned).as_json() if is_invisible(one)]
    assert packed(versioned)
    assert load_plan(versioned).years


@linux
def test_a_project_in_a_folder_that_is_no_text(tmp_path: Path) -> None:
    """Data is read and judged there; a site cannot be built."""
    root = write(tiny_plan(), tmp_path / NO_TEXT)
    assert load_plan(root).years == (2021, 2022)
    with pytest.raises(WrongName):
        provenance(root)


@linux
def test_a_name_that_is_no_text_among_the_years(tmp_path: Path) -> None:
    """Only years are read there, so it is reported like any other."""
    root = write(tiny_plan(), tmp_path)
    (root / "data" / "observations" / f"{NO_TEXT}.csv").touch()
    done = CliRunner().invoke(main, ["--root", str(root), "audit"])
    assert done.exit_code == 1
    assert "observations/〔U+DCCA〕〔U+DCFD〕〔U+DCBE〕〔U+DCDD〕.csv：现为不认识的文件名；" in done.stderr


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "5", "NaN", "9" * 10_000, "[" * 100_000, '{"a":' * 100_000, '{"files": 5}', '{"files": {"a": 1}}',
     b"\xff\xfe\x00"],
)  # fmt: skip
def test_a_damaged_manifest(tmp_path: Path, content: str | bytes) -> None:
    """However it is damaged, it counts as missing: everything is made again."""
    path = tmp_path / "_build" / "cache" / "manifest"
    cache.write_sealed(path, content.encode() if isinstance(content, str) else content)
    assert cache.Manifest.read(tmp_path) == cache.Manifest()
