"""``cixi new``: a project for another plan, of which nothing is left when it cannot be made, and which tells what it lacks."""

import errno
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT, cixi
from test_manual import commands

from cixi_analysis.book import new_project
from cixi_analysis.cli import main
from cixi_analysis.plan.frame import Frame
from cixi_analysis.plan.schema import TABLES

TITLE = "芦川县“生态”规划：{2022} & 2028"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "芦川"
    done = cixi("new", str(folder), "--title", f"《{TITLE}》")
    assert (done.returncode, done.stdout) == (0, f"{folder}\n"), done.stderr
    return folder


def test_what_it_holds(made: Path) -> None:
    """The frame, every table with its header alone, the book's own files as they are, and nothing else."""
    data = {f"data/{name}" for name in (*TABLES, "plan.toml")}
    copied = {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    copied |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "book" / "_static").rglob("*") if path.is_file()}
    copied |= {"_toc.yml", "constraints.txt", "book/manual.md", "book/api.md"}
    found = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert found == data | copied | {".gitignore", ".gitattributes", "README.md", "_config.yml"}
    assert (made / "data" / "observations").is_dir()
    rules = [(folder / ".gitattributes").read_text(encoding="utf-8").splitlines() for folder in (made, ROOT)]
    assert rules[0] == rules[1][1:]  # without its comment; the hashes of the files depend on it
    for name, model in TABLES.items():
        assert (made / "data" / name).read_text(encoding="utf-8") == ",".join(model.columns()) + "\n"
    assert [name for name in copied if (made / name).read_bytes() != (ROOT / name).read_bytes()] == []


def test_it_names_no_other_county(made: Path) -> None:
    """Neither name nor title of the plan that it was copied from is left; its own title stands in the settings, quoted."""
    texts = {
        p: p.read_bytes().decode("utf-8", "replace") for p in made.rglob("*") if p.is_file() and p.suffix != ".png"
    }
    assert [path for path, text in texts.items() if re.search(r"慈溪|\bCixi\b", text)] == []
    config = texts[made / "_config.yml"]
    assert config.count(f'"{TITLE}评估"') == 2
    assert tomllib.loads(texts[made / "data" / "plan.toml"])["title"] == f"《{TITLE}》"


@pytest.mark.parametrize("title", [TITLE, 'a"b\\c # d', "甲", ""])
def test_the_books_title(made: Path, tmp_path: Path, title: str) -> None:
    """Whatever is in it, and whatever was in that of the project that was copied."""
    for number, source in enumerate((ROOT, made)):
        assert cixi("new", str(tmp_path / f"{number}"), "--title", title, root=source).returncode == 0
        config = yaml.safe_load((tmp_path / f"{number}" / "_config.yml").read_text(encoding="utf-8"))
        titles = (config["title"], config["sphinx"]["config"]["html_theme_options"]["logo"]["text"])
        assert set(titles) == {f"{title or '生态文明建设规划'}评估"}
        frame = tomllib.loads((tmp_path / f"{number}" / "data" / "plan.toml").read_text(encoding="utf-8"))
        assert (frame["title"], frame["short_title"]) == (f"《{title}》" if title else "", title)


def test_every_key_is_explained(made: Path) -> None:
    """Each key of the frame stands under its own description; what must be filled in is empty."""
    text = (made / "data" / "plan.toml").read_text(encoding="utf-8")
    for key, field in Frame.model_fields.items():
        told = re.escape(f"# {field.title}：{field.description}\n")
        assert re.search(rf"\n{told}(# .*\n)*(# )?\[*{key}\b", text), key
    required = {key for key, field in Frame.model_fields.items() if field.is_required()}
    assert required <= tomllib.loads(text).keys()


def test_the_manual_speaks_of_no_plan_but_its_example(made: Path) -> None:
    """It says whose its examples are; outside them it names no levels, tables or numbers of one plan."""
    text = (made / "book" / "manual.md").read_text(encoding="utf-8")
    assert "例子取自程序所附的一个规划" in text
    examples = re.compile(r"^```.*?^```$|^## 标准更新$.*?(?=^## )|`[^`\n]*`|（如.*?）|例如.*$", re.M | re.S)
    assert re.findall("国家级|省级|两级|表[一二三](?![。…])|69|2030", examples.sub("", text)) == []


def test_the_readme_leads(made: Path) -> None:
    """It names each table that has to be filled in, in order, explains its columns, and names commands that exist."""
    text = (made / "README.md").read_text(encoding="utf-8")
    names = ("plan.toml", "indicators.csv", "requirements.csv", "targets.csv", "conventions.csv")
    assert sorted(names, key=lambda name: text.index(f"`data/{name}`")) == list(names)
    for name in names[1:]:
        for column, field in TABLES[name].columns().items():
            assert f"- `{column}` {field.title}：{field.description}" in text
    assert set(re.findall(r"`cixi (\w+)", text)) <= main.commands.keys()


@pytest.mark.parametrize("command", ["build", "assess 2022", "workbook 2022", "requirement --all", "reconcile"])
def test_it_tells_all_that_is_missing(made: Path, command: str) -> None:
    """Any command names everything at once: each empty setting, each empty table that must have rows, no optional one."""
    done = cixi(*command.split(), root=made)
    told = [line.partition("：")[0] for line in done.stderr.splitlines()]
    keys = ("region", "base_year", "first_report_year", "target_years", "levels.1", "targets_follow")
    settings = [f"plan.toml “{key}”键" for key in (*keys, "tables.indicators.name", "tables.indicators.title")]
    tables = [f"{name} 第2行" for name in ("indicators.csv", "requirements.csv", "targets.csv")]
    assert (done.returncode, told) == (1, ["错误", *settings, *tables, "observations"])


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and message of a call that names no ``--root``."""
    done = CliRunner().invoke(main, [*arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return done.exit_code, done.stderr


def test_an_empty_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the one that the command runs in; there, outside any project, the pages come from the library's checkout."""
    monkeypatch.chdir(tmp_path)
    assert run("new", ".")[0] == 0
    assert (tmp_path / "data" / "plan.toml").is_file()
    hidden = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("."))
    assert hidden == [".gitattributes", ".gitignore"]


def test_it_copies_the_project_that_it_runs_in(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or that of ``--root``: a page that somebody added is in the new project too, what a build left is not."""
    shutil.copy(project / "notebooks" / "trend.ipynb", project / "notebooks" / "own.ipynb")
    shutil.copy(project / "notebooks" / "trend.ipynb", project / "book" / "index.ipynb")
    monkeypatch.chdir(project / "data")
    assert run("new", "../../one")[0] == 0
    assert cixi("new", str(project.parent / "two"), root=project).returncode == 0
    for name in ("one", "two"):
        made = project.parent / name
        assert (made / "notebooks" / "own.ipynb").is_file()
        assert list((made / "book").glob("*.ipynb")) == []


@pytest.mark.parametrize(
    ("target", "options", "status", "told"),
    [
        ("full", (), 1, f"{{at}}{os.sep}full 已经存在，不是空文件夹。请换一个名称，或先把其中的文件移到别处。"),
        ("file", (), 1, f"{{at}}{os.sep}file 已经存在，不是空文件夹。请换一个名称，或先把其中的文件移到别处。"),
        ("none/new", (), 1, f"没有 {{at}}{os.sep}none 这个文件夹。请先建立，或换一个位置。"),
        ("new", ("--title", "一\n二"), 2, "--title 现为“一⏎二”，应为一行看得见的文字，不超过 2000 字，不含 < 和 >。TITLE must be one line of visible text."),
        ("new", ("--title", "<b>芦"), 2, "--title 现为“<b>芦”，应为一行看得见的文字，不超过 2000 字，不含 < 和 >。TITLE must be one line of visible text."),
        ("new", ("--title", "芦\u200b川"), 2, "--title 现为“芦〔U+200B〕川”，应为一行看得见的文字，不超过 2000 字，不含 < 和 >。TITLE must be one line of visible text."),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, target: str, options: tuple[str, ...], status: int, told: str) -> None:
    """Nothing is written where the folder cannot be taken or the title is none."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    code, message = run("new", str(tmp_path / target), *options)
    assert (code, message.splitlines()[-1].partition("错误：")[2]) == (status, told.format(at=tmp_path))
    assert sorted(tmp_path.rglob("*")) == before


def test_settings_in_another_encoding(project: Path, tmp_path: Path) -> None:
    """They are copied as they are but for the title; what is wrong with them, the first build says."""
    config = project / "_config.yml"
    config.write_bytes("# 设置\n".encode("gbk") + config.read_bytes())
    done = cixi("new", str(tmp_path / "new"), "--title", "甲", root=project)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "new" / "_config.yml").read_bytes()
    assert made.startswith("# 设置\n".encode("gbk"))
    assert "甲评估".encode() in made


def test_no_project_to_copy(tmp_path: Path) -> None:
    """The folder of ``--root`` must be a whole project."""
    (tmp_path / "other").mkdir()
    done = cixi("new", str(tmp_path / "new"), root=tmp_path / "other")
    assert (done.returncode, done.stderr) == (
        1, f"错误：不能从 {tmp_path / 'other'} 复制：其中没有 _config.yml、_toc.yml、notebooks/home.ipynb。请用 --root 指明一个完整的项目。\n"
    )  # fmt: skip
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder in which not even root can make another one")
def test_the_folder_that_cannot_be_made_is_named() -> None:
    """Not the scratch folder beside it."""
    code, message = run("new", "/proc/x")
    assert (code, message) == (1, "错误：不能读写 /proc/x：没有这个文件夹或文件。没有留下任何文件。\n")


@pytest.mark.parametrize("existed", [False, True])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["copyfile", "_fill", "rename"])
def test_half_written_never_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException, existed: bool
) -> None:
    """A full disk or Ctrl-C at any step leaves the place as it was."""
    if existed:
        (tmp_path / "new").mkdir()
    before, done = sorted(tmp_path.rglob("*")), 0

    def fail(*arguments: object) -> object:
        nonlocal done
        done += 1
        if step != "copyfile" or done == 3:
            if isinstance(error, OSError):  # as copyfile does
                error.filename, error.filename2 = map(str, arguments[:2]) if step == "copyfile" else (None, None)
            raise error
        return right(*arguments)

    owner: object = {"copyfile": shutil, "_fill": new_project, "rename": Path}[step]
    right = getattr(owner, step)
    monkeypatch.setattr(owner, step, fail)
    code, message = run("new", str(tmp_path / "new"))
    monkeypatch.undo()
    told = (
        "已中断。\n"
        if isinstance(error, KeyboardInterrupt)
        else f"错误：不能读写 {tmp_path / 'new'}：磁盘已满。没有留下任何文件。\n"
    )
    assert (code, message.lstrip("\n")) == (1, told)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_manual_names_the_command() -> None:
    """A county that begins finds it there."""
    assert any(words[0] == "new" for words in commands())
