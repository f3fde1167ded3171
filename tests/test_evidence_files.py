"""The files of evidence: names that cannot leave their folder, hashes, what is changed or gone."""

import os
from pathlib import Path

import pytest
import tiny
from conftest import cixi
from pydantic import ValidationError

from cixi_analysis.plan import evidence_files
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.evidence_files import WrongFolder, recorded
from cixi_analysis.plan.evidence_files import evidence_files as files_of
from cixi_analysis.plan.schema import Evidence

HOSTILE = [
    "../秘密.pdf", "..", ".", "/etc/passwd", "a/b.pdf", "a\\b.pdf", "..\\..\\boot.ini", "C:\\x.pdf", "C:x.pdf", "\\\\host\\x",
    ".隐藏.pdf", "~$报告.docx", "报告.pdf.", "报告.pdf ", " 报告.pdf", "报告\u3000", "CON", "con.pdf", "NUL.txt", "Aux.pdf", "PRN",
    "COM1.pdf", "lpt9", "COM¹.pdf", "CONIN$", "nul .pdf", "a:b", "a*", "a?", 'a"', "a<b", "a>b", "a|b", "a\nb.pdf",
    "a\x00b", "a\tb", "a\u202eb", "a\u200bb", "..／x.pdf", "a∕b", "a⁄b", "a＼b", "a⧹b", "x" * 256, "报" * 86,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_names_that_are_refused(name: str) -> None:
    """No name has a folder in it, or what looks like one, hides, or means a device."""
    with pytest.raises(ValidationError):
        tiny.evidence(file=name)


@pytest.mark.parametrize(
    "name", ["附件1：报告（定稿）.pdf", "2023 年鉴.xlsx", "console.pdf", "a..b.pdf", "报" * 85, "-x", "com10.pdf"]
)
def test_names_that_are_allowed(name: str) -> None:
    assert tiny.evidence(file=name).file == name


@pytest.mark.parametrize("name", ["页.html", "图.svg", "a.js", "run.exe", "无后缀", "a.pdf.htm"])
def test_only_documents_and_pictures_are_published(name: str) -> None:
    """The site carries nothing that a browser would run."""
    tiny.evidence(file=name)
    with pytest.raises(ValidationError, match="公开的是"):
        tiny.evidence(file=name, publish="yes")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The tiny project with a year 2023, and four files of evidence, of which three are there."""
    plan = tiny.tiny_plan()
    rows = tuple(
        tiny.evidence("2.1", title=f"《{n}》", file=name)
        for n, name in enumerate(("一.pdf", "二.pdf", "三.pdf", "四.pdf"))
    )
    made = tiny.tiny_plan(observations={**plan.observations, 2023: plan.observations[2022]}, evidence={2023: rows})
    tiny.write(made, tmp_path / "project")
    (tmp_path / "project" / "_config.yml").touch()
    folder = tmp_path / "project" / "evidence" / "2023"
    folder.mkdir(parents=True)
    for name in ("一.pdf", "二.pdf", "三.pdf"):
        (folder / name).write_bytes(name.encode())
    return tmp_path / "project"


def states(root: Path, *options: str) -> tuple[int, dict[str, str], str]:
    """Exit status, file → state, messages of ``cixi evidence 2023``."""
    done = cixi("evidence", "2023", "--format", "csv", *options, root=root)
    lines = [line.split(",") for line in done.stdout.splitlines()]
    at = [lines[0].index(name) for name in ("file", "state")] if lines else [0, 0]
    return done.returncode, {line[at[0]]: line[at[1]] for line in lines[1:] if line[at[0]]}, done.stderr


def test_recorded_changed_and_gone(root: Path) -> None:
    """One byte more or less is found, exit status 1; a hash is replaced only when a person accepts the file."""
    folder, unrecorded = root / "evidence" / "2023", dict.fromkeys(("一.pdf", "二.pdf", "三.pdf"), "unrecorded")
    assert states(root)[:2] == (0, {**unrecorded, "四.pdf": "expected"})
    present = dict.fromkeys(unrecorded, "present") | {"四.pdf": "expected"}
    code, found, told = states(root, "--record")
    assert (code, found) == (0, present)
    assert told.splitlines()[0] == "登记了3个文件。"
    written = (root / "data" / "evidence" / "2023.csv").read_bytes()
    assert states(root, "--record")[2].splitlines()[0] == "没有要登记的文件。"

    content = bytearray((folder / "二.pdf").read_bytes())
    content[3] ^= 1
    (folder / "二.pdf").write_bytes(content)
    (folder / "三.pdf").unlink()
    (folder / "别的.pdf").touch()
    expected = present | {"二.pdf": "changed", "三.pdf": "gone", "别的.pdf": "undeclared"}
    code, found, told = states(root, "--record")
    assert (code, found) == (1, expected)
    assert "文件已改动1处：与登记的不同。查明以后放回原来的文件，或用 cixi evidence 2023 --accept 文件名 认可。" in told
    assert "文件已不在1处：登记过而不在 evidence/2023/ 里。请放回，或从目录中删去这一行。" in told
    assert "未列入目录的文件1处：目录里没有写。用不着的请移走，用得着的填进目录。" in told
    assert (root / "data" / "evidence" / "2023.csv").read_bytes() == written

    assert states(root, "--accept", "二.pdf")[:2] == (1, expected | {"二.pdf": "present"})
    (folder / "三.pdf").write_bytes("三.pdf".encode())
    assert states(root)[:2] == (0, expected | {"二.pdf": "present", "三.pdf": "present"})


def test_accepting_all_that_is_not_there(root: Path) -> None:
    """All of it is reported at once, in the order in which it was given."""
    names = ("五.pdf", "四.pdf", "六.pdf", "一.pdf")
    done = cixi("evidence", "2023", *(f"--accept={name}" for name in names), root=root)
    assert (done.returncode, done.stderr) == (
        1,
        "错误：没有登记：2023 年的目录里没有“五.pdf”、“六.pdf”，有的是：一.pdf、二.pdf、三.pdf、四.pdf。\n"
        "“四.pdf”不在 evidence/2023/ 里。\n",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("没有.pdf", "没有登记：2023 年的目录里没有“没有.pdf”，有的是：一.pdf、二.pdf、三.pdf、四.pdf。"),
        ("四.pdf", "没有登记：“四.pdf”不在 evidence/2023/ 里。"),
        ("../秘密.pdf", "没有登记：2023 年的目录里没有“../秘密.pdf”，有的是：一.pdf、二.pdf、三.pdf、四.pdf。"),
    ],
)
def test_accepting_what_is_not_there(root: Path, name: str, message: str) -> None:
    """The name has to be declared, and the file to be there; nothing is written."""
    before = (root / "data" / "evidence" / "2023.csv").read_bytes()
    done = cixi("evidence", "2023", "--accept", name, root=root)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"错误：{message}\n")
    assert (root / "data" / "evidence" / "2023.csv").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipes with names, and links need a right")
def test_links_lead_nowhere(root: Path, tmp_path: Path) -> None:
    """A file that is a link, a folder or a pipe is not read; a folder that is a link is refused."""
    folder, secret = root / "evidence" / "2023", tmp_path / "秘密"
    secret.write_bytes(b"secret")
    for name in ("一.pdf", "二.pdf", "三.pdf"):
        (folder / name).unlink()
    (folder / "一.pdf").symlink_to(secret)
    (folder / "二.pdf").mkdir()
    os.mkfifo(folder / "三.pdf")
    assert states(root, "--record")[:2] == (
        0,
        dict.fromkeys(("一.pdf", "二.pdf", "三.pdf"), "unreadable") | {"四.pdf": "expected"},
    )
    assert {one.flaw for one in files_of(root, 2023, ["一.pdf"]).values()} == {"不是普通文件（是文件夹或链接）"}
    # One that was read before is not what it was.
    first = load_plan(root).evidence[2023][0].model_copy(update={"sha256": "0" * 64})
    (root / "data" / "evidence" / "2023.csv").write_bytes(rows_csv(Evidence, (first,)))
    code, found, _ = states(root)
    assert (code, found["一.pdf"]) == (1, "changed")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongFolder, match="是通往别处的链接。应为项目中的文件夹，文件直接放在里面。"):
        files_of(root, 2023, [])
    assert cixi("evidence", "2023", root=root).returncode == 1
    folder.unlink()
    folder.parent.rmdir()
    folder.parent.symlink_to(tmp_path)
    with pytest.raises(WrongFolder):
        files_of(root, 2023, [])


def test_a_file_that_is_too_large(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not hashed, and the list says why."""
    monkeypatch.setattr(evidence_files, "MOST_BYTES", 3)
    found = files_of(root, 2023, ["一.pdf"])
    assert (found["一.pdf"].sha256, found["一.pdf"].flaw, found["二.pdf"].flaw) == (None, "超过 0 MB", "")


def test_an_empty_file(root: Path) -> None:
    """It proves nothing: it is not recorded, and one that was recorded is changed; the list says why."""
    folder = root / "evidence" / "2023"
    (folder / "一.pdf").write_bytes(b"")
    code, found, told = states(root, "--record")
    assert (code, found["一.pdf"], found["二.pdf"]) == (0, "unreadable", "present")
    assert "文件不能读取1处：不能读取，原因见说明一栏。" in told
    (folder / "二.pdf").write_bytes(b"")
    assert (states(root)[0], states(root)[1]["二.pdf"]) == (1, "changed")
    done = cixi("evidence", "2023", "--accept", "二.pdf", root=root)
    assert (done.returncode, done.stderr) == (1, "错误：没有登记：“二.pdf”是空文件（0 字节）。\n")


def test_a_name_in_the_characters_of_macos(root: Path) -> None:
    """A decomposed name is the same name; another case is another."""
    folder = root / "evidence" / "2023"
    (folder / "re\u0301sume\u0301.pdf").write_bytes(b"x")
    (folder / "A.pdf").write_bytes(b"x")
    rows = [tiny.evidence(file="r\u00e9sum\u00e9.pdf"), tiny.evidence("2.2", file="a.pdf")]
    assert [bool(row.sha256) for row in recorded(root, 2023, rows, [])] == [True, False]


def test_a_recorded_hash_stays_with_its_file(root: Path) -> None:
    """A row that is written anew keeps the hash of its file; another file name begins anew; no file, no hash."""
    old = load_plan(root).evidence[2023]
    first = recorded(root, 2023, old, old)
    (root / "evidence" / "2023" / "一.pdf").write_bytes(b"altered")
    again = tiny.evidence("2.1", title="《另题》", file="一.pdf")
    moved = tiny.evidence("2.1", title="《1》", file="三.pdf")
    unfiled = first[2].model_copy(update={"file": None})
    new = recorded(root, 2023, (again, moved, unfiled), first)
    assert [row.sha256 for row in new] == [first[0].sha256, first[2].sha256, None]


def test_of_the_base_year(root: Path) -> None:
    """The list names the plan's sources; a year that nobody knows is refused."""
    done = cixi("evidence", "2022", root=root)
    assert (done.returncode, done.stderr) == (0, "2022 年的数据出自规划，规划即佐证。\n")
    assert cixi("evidence", "2027", root=root).returncode == 1
