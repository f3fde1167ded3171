"""Several files of the data replaced: all or none, also for readers and writers that come after a kill."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from killing import in_a_child, killed_at
from tiny import progress, tiny_plan, write

from cixi_analysis.errors import DataError, reason
from cixi_analysis.plan import journal
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.journal import JOURNAL, TAKEN, read_journal, recover, replace_files, write_whole

FIRST = "旧\r\n一"
OLD = {"a/1.csv": FIRST, "b/1.csv": None}
NEW = {"a/1.csv": b"new", "b/1.csv": b"new too"}
REPORT = progress("project", "1", "done")
AFTER = {"a/1.csv": "new", "b/1.csv": "new too"}


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


def loaded(data: Path) -> dict[str, str | None]:
    """What a reader takes the two files to hold."""
    before = {name: text and text.decode() for name, text in (read_journal(data) or {}).items()}
    return {**held(data), **before}


def test_all_are_new(data: Path) -> None:
    """Nothing but the new files is left; a missing folder is made."""
    replace_files(data, NEW)
    assert held(data) == AFTER
    assert not list(data.rglob(".*"))


def test_recovering_nothing(data: Path) -> None:
    """Without a journal, nothing is rolled back."""
    assert read_journal(data) is None
    recover(data)
    assert held(data) == OLD


@pytest.mark.slow
def test_a_kill_at_any_moment(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before each line: readers see both files old or both new, once new, new; and recovering agrees."""
    monkeypatch.setattr(journal.os, "fsync", lambda _: None)  # for power failures, which no test brings about
    found = []
    for moment in range(1, 1000):
        act = lambda n=moment: killed_at(n, lambda: replace_files(data, NEW), {journal.__file__})  # noqa: E731
        status = in_a_child(act)
        mixed, seen = [name for name in OLD if held(data)[name] != OLD[name]], loaded(data)
        assert seen in (OLD, AFTER)
        recover(data)
        assert held(data) == seen
        found.append((held(data) != OLD, len(mixed)))
        if status == 0:
            break
        assert status == -signal.SIGKILL
        assert not list(data.rglob(".*"))
        replace_files(data, {"a/1.csv": FIRST.encode()})
        (data / "b" / "1.csv").unlink(missing_ok=True)
    assert found == sorted(found), "one file after the other, then both for good"
    assert set(found) == {(False, 0), (False, 1), (False, 2), (True, 2)}


@pytest.mark.slow
def test_a_kill_at_any_moment_of_a_rollback(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback that is killed is continued by the next one; readers see the old files all the time."""
    monkeypatch.setattr(journal.os, "fsync", lambda _: None)
    for moment in range(1, 1000):
        (data / JOURNAL).write_text(json.dumps(OLD), "utf-8")
        for name, content in NEW.items():
            (data / name).parent.mkdir(exist_ok=True)
            (data / name).write_bytes(content)
        act = lambda n=moment: killed_at(n, lambda: recover(data), {journal.__file__})  # noqa: E731
        status = in_a_child(act)
        assert loaded(data) == OLD
        recover(data)
        assert (held(data), list(data.rglob(".*"))) == (OLD, [])
        if status == 0:
            break
    assert moment > 30


@pytest.mark.parametrize("name", [JOURNAL, TAKEN])
@pytest.mark.parametrize("replaced", [0, 1, 2])
def test_what_was_cut_short_is_rolled_back(data: Path, replaced: int, name: str) -> None:
    """After the journal, before its removal: the old files, byte by byte; and again, should that be cut short too."""
    for _ in range(2):
        (data / name).write_text(json.dumps(OLD), "utf-8")
        (data / "b").mkdir(exist_ok=True)
        for file, content in list(NEW.items())[:replaced]:
            (data / file).write_bytes(content)
        assert loaded(data) == OLD
        recover(data)
        assert (held(data), list(data.rglob(".*"))) == (OLD, [])


def test_a_rollback_that_fails_is_done_later(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal stays until everything is back."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "没有权限")

    real: Callable[[Path, bytes], None] = journal._replace
    with monkeypatch.context() as patched, pytest.raises(PermissionError):
        patched.setattr(
            journal, "_replace", lambda path, text: refuse() if path.parent.name == "b" else real(path, text)
        )
        patched.setattr(journal, "_put_back", refuse)
        replace_files(data, NEW)
    assert held(data) == {"a/1.csv": "new", "b/1.csv": None}
    assert loaded(data) == OLD
    recover(data)
    assert held(data) == OLD


@pytest.mark.parametrize(
    ("owner", "act", "then"),
    [
        (journal, "_replace", lambda path, _: path.parent.name == "b"),
        (Path, "unlink", lambda path, options: path.name == JOURNAL and not options),
    ],
    ids=["in the middle", "at the very end"],
)
def test_another_process_rolls_back(
    data: Path, owner: object, act: str, then: Callable[[Path, object], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes the journal first decides: a replacement that is rolled back by another process gives up whole."""
    real = getattr(owner, act)

    def with_a_rollback_before(path: Path, *arguments: object, **options: object) -> None:
        if then(path, options):
            recover(data)
        real(path, *arguments, **options)

    with monkeypatch.context() as patched, pytest.raises(FileNotFoundError):
        patched.setattr(owner, act, with_a_rollback_before)
        replace_files(data, NEW)
    assert held(data) == OLD


def test_a_rollback_that_comes_too_late_undoes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rollback that has read the journal, but finds it gone when it reaches for it, leaves the new files."""
    real = Path.replace

    def after_the_commit(path: Path, target: Path) -> Path:
        if path.name == JOURNAL:
            (data / JOURNAL).unlink()
        return real(path, target)

    for name, content in NEW.items():
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_bytes(content)
    (data / JOURNAL).write_text(json.dumps(OLD), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", after_the_commit)
        recover(data)
    assert held(data) == AFTER


def test_scratch_files_are_removed(data: Path) -> None:
    """Half-written files go, whatever folder they are in."""
    for name in (f"{journal.SCRATCH}x", f"a/{journal.SCRATCH}y"):
        (data / name).touch()
    recover(data)
    assert not list(data.rglob(".*"))


def test_loading_reads_through_the_journal_and_writes_nothing(tmp_path: Path) -> None:
    """The old files are seen, a file that was not there is not, and what lies in the folder stays as it is."""
    root = write(tiny_plan(), tmp_path)
    old = (root / "data" / "observations" / "2022.csv").read_text("utf-8")
    before = {"observations/2022.csv": old, "observations/2023.csv": None, "progress/2022.csv": None}
    (root / "data" / JOURNAL).write_text(json.dumps(before), "utf-8")
    (root / "data" / "observations" / "2022.csv").unlink()
    (root / "data" / "observations" / "2023.csv").write_text("half", "utf-8")
    files = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert load_plan(root) == tiny_plan(root=root, progress={})
    assert files == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_loading_does_not_mix_what_is_replaced_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files are replaced after the first was read: loading reads again and sees both new."""
    root = write(tiny_plan(), tmp_path)
    changed = tmp_path / "changed"
    write(tiny_plan(observations={**tiny_plan().observations, 2021: ()}, progress={2022: (REPORT,)}), changed)
    names = ["observations/2021.csv", "progress/2022.csv"]
    real, contents = Path.read_bytes, {name: (changed / "data" / name).read_bytes() for name in names}

    def then_replaced(path: Path) -> bytes:
        content = real(path)
        if path == root / "data" / names[0] and contents:
            (new := dict(contents), contents.clear())
            replace_files(root / "data", new)
        return content

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", then_replaced)
        plan = load_plan(root)
    assert (plan.observations[2021], plan.progress[2022]) == ((), (REPORT,))


def test_a_journal_that_cannot_be_read(tmp_path: Path) -> None:
    """A mixture is never loaded: loading is refused and says what to do."""
    root = write(tiny_plan(), tmp_path)
    (root / "data" / JOURNAL).mkdir()
    with pytest.raises(DataError) as refused:
        load_plan(root)
    assert str(refused.value.problems[0]) == (
        ".before-import.json：现为上一次导入中断，还不能恢复原来的数据（这是一个文件夹）；"
        "应为data/ 可以写入，其中的文件没有正被 Excel 打开；然后再运行一次"
    )


@pytest.mark.parametrize(
    "content",
    ["not JSON", "[1]", "[]", "null", "7", '{"a": 1}', '{"a/b.csv": 1}', '{"../a.csv": "x"}', '"x"', '{"a/b.csv": "\\ud800"}',
     "[" * 100_000, '{"a/b.csv":' * 100_000, "NaN", '{"a/b.csv": NaN}', '{"a/b.csv": %s}' % ("9" * 10_000), "", b"\xff", b"\0"],
)  # fmt: skip
def test_a_damaged_journal(tmp_path: Path, content: str | bytes) -> None:
    """Told, and nothing is written because of it, neither by loading nor by an import."""
    root = write(tiny_plan(), tmp_path / "project")
    (root / "data" / JOURNAL).write_bytes(content.encode() if isinstance(content, str) else content)
    before = sorted(tmp_path.rglob("*"))
    for act in (load_plan, lambda root: recover(root / "data")):
        with pytest.raises(DataError, match=r"^数据有1处问题：\n.before-import.json：现为无法读取的中断记录；"):
            act(root)
    assert sorted(tmp_path.rglob("*")) == before


POSIX = pytest.mark.skipif(
    os.name != "posix", reason="Windows has neither modes nor owners nor devices, and links need a right"
)


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077, 0o002])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o664, 0o644, 0o444, 0o666])
def test_a_replaced_file_keeps_its_mode(data: Path, mode: int, umask: int) -> None:
    """An import takes nobody's permissions away and gives nobody any; a new file gets what the umask leaves."""
    (data / "a" / "1.csv").chmod(mode)
    before = os.umask(umask)
    try:
        replace_files(data, NEW)
    finally:
        os.umask(before)
    assert [(data / name).stat().st_mode & 0o777 for name in NEW] == [mode, 0o666 & ~umask]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="Linux keeps access lists as extended attributes")
def test_a_replaced_file_keeps_its_access_list(data: Path) -> None:
    """What Linux keeps beside the mode (access lists, labels) is copied; the time of the old file is not."""
    path = data / "a" / "1.csv"
    try:
        os.setxattr(path, "user.note", b"x")
    except OSError:
        pytest.skip("this file system has no attributes")
    os.utime(path, (0, 0))
    write_whole(path, b"new")
    assert (os.getxattr(path, "user.note"), path.stat().st_mtime > 0) == (b"x", True)


@POSIX
def test_a_private_file_is_never_open_to_others(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the scratch file has the mode of the old file, only its owner can read it."""
    (data / "a" / "1.csv").chmod(0o600)
    seen = []
    monkeypatch.setattr(journal.os, "fsync", lambda number: seen.append(os.fstat(number).st_mode & 0o077))
    write_whole(data / "a" / "1.csv", b"new")
    assert seen == [0]


@POSIX
@pytest.mark.parametrize("chain", [1, 2])
def test_a_link_stays_a_link(data: Path, chain: int) -> None:
    """A data file that lies elsewhere is replaced there, also where it does not exist yet."""
    (data / "b").mkdir()
    for name, target in (("a/1.csv", "there.csv"), ("b/1.csv", "new.csv")):
        (data / "else").mkdir(exist_ok=True)
        (data / name).unlink(missing_ok=True)
        if chain == 2:
            (data / "else" / f"link-{target}").symlink_to(target)
        (data / name).symlink_to(data / "else" / f"{'link-' if chain == 2 else ''}{target}")
    (data / "else" / "there.csv").write_bytes(FIRST.encode())
    replace_files(data, NEW)
    assert held(data) == AFTER
    assert all((data / name).is_symlink() for name in NEW)
    assert (data / "else" / "new.csv").read_bytes() == NEW["b/1.csv"]
    assert {p.name for p in (data / "else").iterdir() if p.is_file() and not p.is_symlink()} == {"there.csv", "new.csv"}


@POSIX
@pytest.mark.parametrize("kind", ["folder", "pipe", "link to a pipe"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    """A folder or a pipe (as a device would be) behind the name: refused with the name, and it is still there."""
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "x.xlsx"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        os.mkfifo(tmp_path / "pipe")
        path.symlink_to(tmp_path / "pipe")
    before = path.stat().st_mode
    with pytest.raises(OSError, match=r".") as refused:
        write_whole(path, b"new")
    assert reason(refused.value) == ("这是一个文件夹" if kind == "folder" else "这不是普通的文件")
    assert (path.stat().st_mode, list(path.parent.iterdir())) == (before, [path])


@pytest.mark.parametrize("step", ["open", "fsync", "replace", "copystat"])
def test_a_failure_names_the_file(data: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system refuses (a failed write names no file by itself), the error says which file was meant."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    owner = {"open": journal.os, "fsync": journal.os, "replace": Path, "copystat": journal.shutil}[step]
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left") as failed:
        patched.setattr(owner, step, full)
        write_whole(data / "a" / "1.csv", b"new")
    assert (failed.value.filename, held(data)) == (str(data / "a" / "1.csv"), OLD)


@POSIX
def test_a_replaced_file_keeps_its_owner(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the user may not give the file away, the group is kept at least."""
    path, given = data / "a" / "1.csv", []

    def only_the_group(_: Path, user: int, group: int) -> None:
        given.append((user, group))
        if user != -1:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(journal.os, "chown", only_the_group)
    owner = path.stat()
    write_whole(path, b"new")
    assert given == [(owner.st_uid, owner.st_gid), (-1, owner.st_gid)]
    assert path.read_bytes() == b"new"
