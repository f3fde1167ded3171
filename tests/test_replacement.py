"""Several files of the data replaced: all or none, also when what was cut short is found by the next loading."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from killing import in_a_child, killed_at
from tiny import tiny_plan, write

from cixi_analysis.errors import DataError
from cixi_analysis.plan import files
from cixi_analysis.plan import journal as replacement
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.journal import NOTE, clean, replace_files, restore

FIRST = "旧\r\n一"
OLD = {"a/1.csv": FIRST, "b/1.csv": None}
NEW = {"a/1.csv": b"new", "b/1.csv": b"new too"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one of the two files."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.csv").write_bytes(FIRST.encode())
    return tmp_path


def held(data: Path) -> dict[str, str | None]:
    """What the two files hold."""
    paths = {name: data / name for name in OLD}
    return {name: path.read_bytes().decode() if path.exists() else None for name, path in paths.items()}


def test_all_are_new(data: Path) -> None:
    """Nothing but the new files is left; a missing folder is made."""
    replace_files(data, NEW)
    assert held(data) == {"a/1.csv": "new", "b/1.csv": "new too"}
    assert not list(data.rglob(".*"))


def test_restoring_nothing(data: Path) -> None:
    """Without a note, loading changes nothing."""
    restore(data)
    assert held(data) == OLD


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_at_any_moment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed without warning before each line: once restored, both files are old or both are new, and once new, new."""
    monkeypatch.setattr(files.os, "fsync", lambda _: None)  # for power failures, which no test brings about
    own, found = {replacement.__file__, files.__file__}, []
    for moment in range(1, 1000):
        status = in_a_child(lambda n=moment: killed_at(n, lambda: replace_files(data, NEW), own))  # type: ignore[misc]
        mixed = sorted(name for name in OLD if held(data)[name] != OLD[name])
        restore(data)
        assert held(data) in (OLD, {"a/1.csv": "new", "b/1.csv": "new too"})
        found.append((held(data) != OLD, len(mixed)))
        if status == 0:
            break
        assert status == -signal.SIGKILL
        clean(data)
        assert not list(data.rglob(".*"))
        replace_files(data, {"a/1.csv": FIRST.encode()})
        (data / "b" / "1.csv").unlink(missing_ok=True)
    assert found == sorted(found), "one file after the other, then both for good"
    assert set(found) == {(False, 0), (False, 1), (False, 2), (True, 2)}


@pytest.mark.parametrize("replaced", [0, 1, 2])
def test_what_was_cut_short_is_undone(data: Path, replaced: int) -> None:
    """After the note, before its removal: the old files, byte by byte; and again, should that be cut short too."""
    for _ in range(2):
        (data / NOTE).write_text(json.dumps(OLD), "utf-8")
        (data / "b").mkdir(exist_ok=True)
        for name, content in list(NEW.items())[:replaced]:
            (data / name).write_bytes(content)
        restore(data)
        assert held(data) == OLD
        assert not (data / NOTE).exists()


def test_an_undoing_that_fails_is_done_by_the_next_loading(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note stays until everything is back."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "没有权限")

    real: Callable[[Path, bytes], None] = replacement._replace
    with monkeypatch.context() as patched, pytest.raises(PermissionError):
        patched.setattr(
            replacement, "_replace", lambda path, text: refuse() if path.parent.name == "b" else real(path, text)
        )
        patched.setattr(replacement, "_put_back", refuse)
        replace_files(data, NEW)
    assert held(data) == {"a/1.csv": "new", "b/1.csv": None}
    restore(data)
    assert held(data) == OLD


@pytest.mark.parametrize(
    ("owner", "act", "then"),
    [
        (replacement, "_replace", lambda path, _: path.parent.name == "b"),
        (Path, "unlink", lambda path, options: path.name == NOTE and not options),
    ],
    ids=["in the middle", "at the very end"],
)
def test_somebody_else_restores(
    data: Path, owner: object, act: str, then: Callable[[Path, object], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the note first decides: a loading that has it undoes the replacement, which then gives up whole."""
    real = getattr(owner, act)

    def with_a_loading_before(path: Path, *arguments: object, **options: object) -> None:
        if then(path, options):
            restore(data)
        real(path, *arguments, **options)

    with monkeypatch.context() as patched, pytest.raises(FileNotFoundError):
        patched.setattr(owner, act, with_a_loading_before)
        replace_files(data, NEW)
    assert held(data) == OLD


def test_a_loading_that_comes_too_late_undoes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loading that has seen the note, but finds it gone when it reaches for it, leaves the new files."""
    real = Path.replace

    def after_the_end(path: Path, target: Path) -> Path:
        if path.name == NOTE:
            (data / NOTE).unlink()
        return real(path, target)

    for name, content in NEW.items():
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_bytes(content)
    (data / NOTE).write_text(json.dumps(OLD), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", after_the_end)
        restore(data)
    assert held(data) == {"a/1.csv": "new", "b/1.csv": "new too"}


def test_clean(data: Path) -> None:
    """Half-written files go, whatever folder they are in; the note stays."""
    for name in (f"{replacement.SCRATCH}x", f"a/{replacement.SCRATCH}y", NOTE):
        (data / name).touch()
    clean(data)
    assert [p.name for p in data.rglob(".*")] == [NOTE]


def test_loading_restores_first(tmp_path: Path) -> None:
    """Whoever loads the data next sees the old files."""
    root = write(tiny_plan(), tmp_path)
    (root / "data" / NOTE).write_text(json.dumps({"observations/2023.csv": None}), "utf-8")
    (root / "data" / "observations" / "2023.csv").write_text("half", "utf-8")
    assert load_plan(root) == tiny_plan(root=root)
    assert not (root / "data" / NOTE).exists()


def test_loading_says_why_it_cannot_restore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mixture is never loaded: where the old file cannot be put back, loading is refused and says what to do."""
    root = write(tiny_plan(), tmp_path)
    (root / "data" / NOTE).write_text(json.dumps({"observations/2022.csv": "旧"}), "utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "没有权限")

    with monkeypatch.context() as patched, pytest.raises(DataError) as refused:
        patched.setattr(Path, "replace", refuse)
        load_plan(root)
    assert str(refused.value.problems[0]) == (
        ".before-import.json：现为上一次导入中断，还不能恢复原来的数据（没有权限）；"
        "应为data/ 可以写入，其中的文件没有正被 Excel 打开；然后再运行一次"
    )


@pytest.mark.parametrize("content", ["not JSON", "[1]", '{"a": 1}', '{"../a.csv": "x"}', '"x"'])
def test_a_note_that_nobody_here_has_written(tmp_path: Path, content: str) -> None:
    """Told, and nothing is written by it."""
    root = write(tiny_plan(), tmp_path / "project")
    (root / "data" / NOTE).write_text(content, "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=r"^数据有1处问题：\n.before-import.json：现为无法读取的中断记录；"):
        load_plan(root)
    assert sorted(tmp_path.rglob("*")) == before
