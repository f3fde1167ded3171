"""Taking a form into the data: what changes and what stays, when it is refused, and that no crash leaves a mixture."""

import errno
import hashlib
import json
import os
import random
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filling import plan_import, provenance
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from killing import in_a_child, killed_at
from tiny import observation, progress, signature, tiny_plan, write

from cixi_analysis.analysis.changes import changes
from cixi_analysis.errors import DataError, is_invisible
from cixi_analysis.form import importing
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.filled_rows import FormProblem
from cixi_analysis.form.importing import Import, ImportRefused, apply_import
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.writing import write_form
from cixi_analysis.plan import OBSERVATIONS, PROGRESS, journal
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.journal import JOURNAL, SCRATCH
from cixi_analysis.plan.schema import Observation, Progress, Signature
from cixi_analysis.words import RowFate, Stage

#: Why a closed year is corrected.
WHY = (signature("corrected", "张某", "2024-06-01", reason="统计局更正"),)
PROBLEM = FormProblem("生态安全", "J5", "“83.3%”", "83.3")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """The tiny plan, read from files of its own."""
    return load_plan(write(tiny_plan(), tmp_path / "project"))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A file to take the name and hash of; what it says is handed over as ``Checked``."""
    path = tmp_path / "2023年.xlsx"
    path.write_bytes(b"a workbook")
    return path


def form(
    *rows: Observation,
    year: int = 2023,
    problems: tuple[FormProblem, ...] = (),
    reports: tuple[Progress, ...] | None = (),
) -> Checked:
    return Checked(year=year, rows=rows, problems=problems, warnings=(), reports=reports)


def full(**values: Any) -> tuple[Observation, ...]:
    """A whole year of the tiny plan; ``values`` are those of 2.1 and 2.2."""
    return (
        observation("1", statement="已建立制度", attests="建立=已建立制度"),
        observation("2.1", values.get("share", 88)),
        observation("2.2", values.get("concentration", 31)),
        observation("3", absence="暂无数据"),
    )


def kinds(change: Import) -> list[tuple[str, str]]:
    return [((c.new or c.old).item_id, str(c.kind)) for c in change.changes[OBSERVATIONS]]


def imported(
    plan: Plan, checked: Checked, book: Path, *, final: bool = False, signed: tuple[Signature, ...] = ()
) -> Plan:
    apply_import(plan, plan_import(plan, checked, book, final=final, signed=signed))
    return load_plan(plan.root)


def file_of(plan: Plan, year: int = 2023) -> Path:
    return plan.root / "data" / "observations" / f"{year}.csv"


# What changes


def test_a_new_year(plan: Plan, book: Path) -> None:
    """Every row is new, 初稿, and says which workbook it is from; nothing is written before it is applied."""
    change = plan_import(plan, form(*full()), book)
    assert kinds(change) == [("1", "new"), ("2.1", "new"), ("2.2", "new"), ("3", "new")]
    assert change.flips == {}
    assert not file_of(plan).exists()
    apply_import(plan, change)
    after = load_plan(plan.root)
    assert after.observations[2023] == change.rows
    assert {(r.stage, r.form) for r in change.rows} == {
        (Stage.DRAFT, f"2023年.xlsx sha256:{hashlib.sha256(b'a workbook').hexdigest()}")
    }
    assert replace(after, observations=plan.observations) == plan


def test_the_file_is_readable_in_a_diff(plan: Plan, book: Path) -> None:
    """UTF-8, LF, the schema's columns, quotes only where needed."""
    imported(plan, form(observation("2.1", "0.10", benchmark="80", benchmark_kind="level", statement="甲,\n乙")), book)
    digest = hashlib.sha256(b"a workbook").hexdigest()
    assert file_of(plan).read_bytes().decode("utf-8") == (
        ",".join(Observation.columns())
        + f'\n2.1,,,,,0.10,,,80,level,"甲,\n乙",,,《小县规划》表一,,,初稿,2023年.xlsx sha256:{digest}\n'
    )


def test_importing_twice_changes_nothing(plan: Plan, book: Path) -> None:
    """Not a byte, not even when the same figures come in a workbook of another name and hash."""
    plan = imported(plan, form(*full()), book)
    before, written = file_of(plan).read_bytes(), file_of(plan).stat().st_mtime_ns
    other = book.with_name("另一个.xlsx")
    other.write_bytes(b"another workbook")
    for path in (book, other):
        change = plan_import(plan, form(*full()), path)
        assert [kind for _, kind in kinds(change)] == ["unchanged"] * 4
        assert not change.files
        apply_import(plan, change)
        assert (file_of(plan).read_bytes(), file_of(plan).stat().st_mtime_ns) == (before, written)


def test_a_corrected_workbook_changes_only_what_was_corrected(plan: Plan, book: Path) -> None:
    """One line of the file differs, and in it the value and the provenance."""
    plan = imported(plan, form(*full(share="88.0")), book)
    before = file_of(plan).read_text(encoding="utf-8").splitlines()
    book.write_bytes(b"corrected")
    change = plan_import(plan, form(*full(share=88, concentration=29)), book)
    assert kinds(change) == [("1", "unchanged"), ("2.1", "unchanged"), ("2.2", "changed"), ("3", "unchanged")]
    assert change.changes[OBSERVATIONS][2].columns == ("value",)
    apply_import(plan, change)
    after = file_of(plan).read_text(encoding="utf-8").splitlines()
    assert [n for n, (a, b) in enumerate(zip(after, before, strict=True)) if a != b] == [3]
    assert after[3] == before[3].replace(",31,", ",29,").replace(
        hashlib.sha256(b"a workbook").hexdigest(), hashlib.sha256(b"corrected").hexdigest()
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"value": "0.10"}, {"value": "0.1"}),
        ({"value": "86.000"}, {"value": "86"}),
        ({"value": "-0"}, {"value": "0"}),
        ({"value": "1234567890.12345"}, {"value": "1234567890.12"}),  # a form shows 12 digits
        ({"value": "1", "assigned_target": "≤31.0"}, {"value": "1", "assigned_target": "≤31"}),
        ({"value": "1", "benchmark": "80.0", "benchmark_kind": "level"},
         {"value": "1", "benchmark": "80", "benchmark_kind": "level"}),
    ],
)  # fmt: skip
def test_an_equal_number_keeps_its_writing(plan: Plan, book: Path, old: dict[str, str], new: dict[str, str]) -> None:
    """A row that says the same keeps its text; a row that changes elsewhere keeps the text of its number."""
    given = observation("2.1", **old)  # type: ignore[arg-type]
    plan = replace(plan, observations={**plan.observations, 2023: (given,)})
    assert plan_import(plan, form(observation("2.1", **new)), book).rows == (given,)  # type: ignore[arg-type]
    moved = plan_import(plan, form(observation("2.1", **new, source="年报")), book)  # type: ignore[arg-type]
    assert moved.changes[OBSERVATIONS][0].columns == ("source",)
    assert moved.rows[0].value == given.value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"value": "1", "assigned_target": "≤31"}, {"value": "1", "assigned_target": "≥31"}),
        ({"value": "1", "assigned_target": "≤31"}, {"value": "1", "assigned_target": "31"}),
        ({"value": "1", "statement": "27.0"}, {"value": "1", "statement": "27"}),
        ({"value": "0.1"}, {"value": "-0.1"}),
        ({"value": "1"}, {"absence": "暂无数据", "statement": "1"}),
    ],
)
def test_another_meaning_is_a_change(plan: Plan, book: Path, old: dict[str, str], new: dict[str, str]) -> None:
    """Comparators count, and words are words even where they look like numbers."""
    plan = replace(plan, observations={**plan.observations, 2023: (observation("2.1", **old),)})  # type: ignore[arg-type]
    change = plan_import(plan, form(observation("2.1", **new)), book)  # type: ignore[arg-type]
    assert kinds(change) == [("2.1", "changed")]


def test_a_row_left_empty_is_removed(plan: Plan, book: Path) -> None:
    """The form is the whole year; the table says what is lost."""
    plan = imported(plan, form(*full()), book)
    change = plan_import(plan, form(*full()[:3]), book)
    assert kinds(change)[-1] == ("3", "removed")
    assert change.table.iloc[-1 - change.flips[2023].shape[0]].to_list() == [
        "removed", 2023, 3, "3", "", "", "暂无数据", "", "工作簿中这一行没有填写",
    ]  # fmt: skip
    assert [o.item_id for o in imported(plan, form(*full()[:3]), book).observations[2023]] == ["1", "2.1", "2.2"]


def test_the_plans_order(plan: Plan, book: Path) -> None:
    """Whatever the order of the rows in hand, the file is in the plan's order, the common row before the levels'."""
    rows = (
        observation("2.1", 5, level="provincial"),
        observation("1", statement="有"),
        observation("2.1", 4, level="national"),
    )
    assert [(r.item_id, r.level) for r in plan_import(plan, form(*rows), book).rows] == [
        ("1", None), ("2.1", "national"), ("2.1", "provincial"),
    ]  # fmt: skip


# Verdicts


def test_flipped_verdicts(plan: Plan, book: Path) -> None:
    """Items and indicators, with the reasons of before and after."""
    plan = imported(plan, form(*full()), book)
    flips = plan_import(plan, form(*full(concentration=29)), book).flips[2023]
    assert flips[["item_id", "level", "before", "after"]].to_numpy().tolist() == [
        ["2.2", "provincial", "unmet", "met"]
    ]  # indicator 2 stays unmet: 2.1 is 88 < 90
    told = [flips[column][0].sentence for column in ("before_reason", "after_reason")]
    assert told == [
        "浓度31微克/立方米，比要求的上限30微克/立方米高1微克/立方米，未达标",
        "浓度29微克/立方米，优于要求的上限30微克/立方米，低1微克/立方米，达标",
    ]


def test_verdicts_of_later_years_flip_too(plan: Plan, book: Path) -> None:
    """A correction of 2022 moves what 2023 is compared with."""
    plan = tiny_requirement(plan)
    plan = imported(plan, form(*full(share=88)), book)
    change = plan_import(plan, form(*full(share=89, concentration=32), year=2022), book, signed=WHY)
    assert set(change.flips) == {2022, 2023}
    assert change.flips[2023][["item_id", "level", "before", "after"]].to_numpy().tolist() == [
        ["2.1", "national", "met", "unmet"], ["", "national", "met", "unmet"],
    ]  # fmt: skip


def tiny_requirement(plan: Plan) -> Plan:
    """The tiny plan with 2.1 asked, at the national level, not to fall."""
    path = plan.root / "data" / "requirements.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("2.1,national,2022,,≥80", "2.1,national,2022,,不下降"), "utf-8"
    )
    return load_plan(plan.root)


def test_a_year_that_could_not_be_assessed_has_no_before(plan: Plan, book: Path) -> None:
    """What is wrong in the data may be what the form corrects; but the new data must be assessable."""
    wrong = observation("2.1", 70, statement="达到", attests="≥80=达到")
    broken = replace(plan, observations={**plan.observations, 2023: (wrong,)})
    assert plan_import(broken, form(*full()), book).flips == {}
    with pytest.raises(DataError, match="文字与数字矛盾"):
        plan_import(plan, form(wrong), book)


# 初稿 and 定稿


def test_final_closes_the_year(plan: Plan, book: Path) -> None:
    """Every row becomes 定稿 and keeps its provenance; then a correction alone goes back to 初稿."""
    plan = imported(plan, form(*full()), book)
    first = [r.form for r in plan.observations[2023]]
    book.write_bytes(b"same figures, other bytes")
    change = plan_import(plan, form(*full()), book, final=True)
    assert [kind for _, kind in kinds(change)] == ["final"] * 4
    apply_import(plan, change)
    closed = load_plan(plan.root)
    assert [(r.stage, r.form) for r in closed.observations[2023]] == [(Stage.FINAL, f) for f in first]
    again = plan_import(closed, form(*full()), book, final=True)
    assert not again.files
    assert not plan_import(closed, form(*full()), book).files
    corrected = plan_import(closed, form(*full(share=91)), book, signed=WHY)
    assert corrected.reopens
    assert [r.stage for r in corrected.rows] == [Stage.FINAL, Stage.DRAFT, Stage.FINAL, Stage.FINAL]


def test_final_is_refused_while_something_is_not_filled_in(plan: Plan, book: Path) -> None:
    """All reasons at once; as a draft the same form is welcome."""
    rows = (
        observation("2.1", 88, level="provincial"),
        observation("3", absence="未填报"),
    )
    with pytest.raises(ImportRefused) as refused:
        plan_import(plan, form(*rows), book, final=True)
    assert str(refused.value).splitlines() == [
        "没有导入：",
        "还不能定稿，有4处没有填报（先不加 --final 导入即为初稿）：",
        "1 子项1：没有填写",
        "2.1 优良比例：只填了省级，没有填写国家级的一行",
        "2.2 浓度：没有填写",
        "3 满意度：缺失原因为“未填报”",
    ]
    assert len(plan_import(plan, form(*rows), book).unfilled) == 4


def test_every_reason_at_once(plan: Plan, book: Path) -> None:
    """Problems, an early year and an empty form are reported together, and nothing is written."""
    with pytest.raises(ImportRefused) as refused:
        plan_import(plan, form(year=2021, problems=(PROBLEM,)), book, final=True)
    assert str(refused.value).splitlines() == [
        "没有导入：",
        "工作簿还有1处问题（cixi check 逐格列出）。",
        "2021 年早于规划基准年 2022 年，其数据是规划所载，不由工作簿导入。",
        "工作簿里一行也没有填写或改动。",
    ]


# Provenance and corrections of closed years


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("2023年 终稿.xlsx", "2023年 终稿.xlsx"),
        ("a\nb\t\x7f\u202ec\u200b.xlsx", "abc.xlsx"),
        ("C:\\Users\\某人\\表.xlsx", "表.xlsx"),
        ("\u200b\u2060", "工作簿"),
    ],
)
def test_provenance_is_a_name_and_a_hash(tmp_path: Path, name: str, shown: str) -> None:
    """Never a path, never a character that does not show."""
    path = tmp_path / name
    path.write_bytes(b"x")
    assert provenance(path) == f"{shown} sha256:{hashlib.sha256(b'x').hexdigest()}"


def test_a_correction_of_a_closed_year_is_a_revision(plan: Plan, book: Path) -> None:
    """The log has each change, and `changes` of a later year lists it; the row itself says only where it is from."""
    plan = imported(plan, form(*full()), book, final=True)
    plan = imported(plan, form(*full(share=91)), book, signed=WHY)
    more = form(full()[0], observation("2.1", 92, source="年报"), *full()[2:])
    plan = imported(plan, more, book, final=True, signed=WHY)
    assert plan.observations[2023][1].form == provenance(book)
    plan = imported(plan, form(*full(share=93), year=2024), book)
    found = changes(plan, 2024).revisions
    assert found[["year", "edition", "item_id", "what", "before", "after", "who"]].to_numpy().tolist() == [
        [2023, 2, "2.1", "现状值", "88", "91", "张某"],
        [2023, 3, "2.1", "现状值", "91", "92", "张某"],
        [2023, 3, "2.1", "出处", "《小县规划》表一", "年报", "张某"],
    ]
    assert changes(plan, 2023).revisions.empty


def test_filling_in_a_draft_is_no_revision(plan: Plan, book: Path) -> None:
    """Only a closed year can be revised."""
    plan = imported(plan, form(*full()[:2]), book)
    plan = imported(plan, form(*full(share=91)), book, final=True)
    assert plan.revisions == ()


# Nothing but the old data or the new


def test_a_change_in_between_is_not_overwritten(plan: Plan, book: Path) -> None:
    """What somebody else changed since the data was read is refused, not lost."""
    change = plan_import(plan, form(*full()), book)
    (plan.root / "data" / "observations" / "2023.csv").write_bytes(rows_csv(Observation, full(share=77)))
    with pytest.raises(ImportRefused, match="检查以后 data/ 又有改动"):
        apply_import(plan, change)
    assert load_plan(plan.root).observations[2023] == full(share=77)


def test_leftovers_are_ignored_and_removed(plan: Plan, book: Path) -> None:
    """What a killed import leaves does not stop loading, and the next import removes it, even one without changes."""
    leftover = plan.root / "data" / "observations" / f"{SCRATCH}abc"
    leftover.write_bytes(b"half of a fi")
    assert load_plan(plan.root) == plan
    apply_import(plan, plan_import(plan, form(*full()), book))
    assert not leftover.exists()
    leftover.touch()
    plan = load_plan(plan.root)
    apply_import(plan, plan_import(plan, form(*full()), book))
    assert sorted(p.name for p in leftover.parent.iterdir()) == ["2021.csv", "2022.csv", "2023.csv"]


#: Two reports of the tiny plan, and one of them changed.
REPORTS = (progress("project", "1", "under_way", percent="40"), progress("commitment", "C003", "not_started"))
LATER = (progress("project", "1", "under_way", percent="55.5", spent="5000.25"), REPORTS[1])


@pytest.fixture(
    params=["new year", "existing year", "new year, two files", "existing year, two files", "closed year, four files"]
)
def import_at_hand(plan: Plan, book: Path, request: pytest.FixtureRequest) -> tuple[Plan, Import]:
    """An import about to be applied, of a year without and with files, of observations and of progress too; a correction
    of a closed year, with its signature and its lines of the log.
    """
    more, closed = request.param.endswith("files"), request.param.startswith("closed year")
    if not request.param.startswith("new year"):
        plan = imported(plan, form(*full(), reports=REPORTS if more else ()), book, final=closed)
    rows = full(share=91, concentration=25)
    change = plan_import(plan, form(*rows, reports=LATER if more else ()), book, signed=WHY if closed else ())
    assert len(change.files) == (4 if closed else 1 + more)
    return plan, change


def state(plan: Plan, change: Import) -> str:
    """Old or new; anything else, even one file old and one new or a year that no longer loads, fails."""
    now = load_plan(plan.root)
    assert now in (plan, change.after)
    return "new" if now == change.after else "old"


def files_of(plan: Plan) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (plan.root / "data").rglob("*.csv")}


def unfinished(plan: Plan) -> list[Path]:
    """What an import writes on its way and should not leave."""
    return list((plan.root / "data").rglob(".*"))


FAILING = ("open", "write", "fsync", "replace")


@pytest.mark.parametrize("step", FAILING)
def test_a_full_disk_leaves_the_old_data(
    import_at_hand: tuple[Plan, Import], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the system refuses, it is reported in Chinese, the old data stays, and no scratch file does."""
    plan, change = import_at_hand

    def full_disk(*_args: Any, **_options: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class HalfWritten:
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def write(self, content: bytes) -> None:
            self.stream.write(content[: len(content) // 2])
            full_disk()

    targets: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "open": (journal.os, "open", full_disk),
        "write": (journal, "open", lambda *args, **options: HalfWritten(open(*args, **options))),  # noqa: PTH123, SIM115  # as the journal opens it
        "fsync": (journal.os, "fsync", full_disk),
        "replace": (journal.Path, "replace", full_disk),
    }
    with monkeypatch.context() as patched, pytest.raises(ImportRefused, match="没有导入，数据没有改动。不能写入"):
        patched.setattr(*targets[step], raising=False)
        apply_import(plan, change)
    assert not unfinished(plan)
    assert state(plan, change) == "old"
    apply_import(plan, change)
    assert state(plan, change) == "new"


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_file_that_cannot_be_replaced(
    import_at_hand: tuple[Plan, Import], failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file is open in Excel, whichever: what was replaced before it is put back at once."""
    plan, change = import_at_hand
    real, count = Path.replace, iter(range(1, 100))

    def replace_but_one(path: Path, target: Path) -> Path:
        if next(count) == failing:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, target)

    before = files_of(plan)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace_but_one)
        if failing > 1 and len(change.files) == 1:
            apply_import(plan, change)
            assert state(plan, change) == "new"
            return
        with pytest.raises(ImportRefused) as refused:
            apply_import(plan, change)
    places = "、".join(str(plan.root / "data" / name) for name in change.files)
    assert str(refused.value).startswith(f"没有导入，数据没有改动。不能写入 {places}：没有权限。")
    assert (files_of(plan), unfinished(plan)) == (before, [])


@pytest.mark.parametrize(
    "import_at_hand", ["new year, two files", "existing year, two files", "closed year, four files"], indirect=True
)
def test_a_kill_between_two_files(import_at_hand: tuple[Plan, Import]) -> None:
    """One file is new and the other is old: loading gives the old data and writes nothing; the next import is whole."""
    plan, change = import_at_hand
    before, real = files_of(plan), Path.replace

    def killed(path: Path, target: Path) -> Path:
        if target.parent.name == "progress":
            os.kill(os.getpid(), signal.SIGKILL)
        return real(path, target)

    def act() -> None:
        Path.replace = killed  # type: ignore[assignment, method-assign]
        apply_import(plan, change)

    assert in_a_child(act) == -signal.SIGKILL
    assert file_of(plan).read_bytes() == change.files["observations/2023.csv"]
    mixed = files_of(plan), unfinished(plan)
    assert mixed[0] != before
    assert plan.root / "data" / JOURNAL in mixed[1]
    assert state(plan, change) == "old"
    assert (files_of(plan), unfinished(plan)) == mixed
    apply_import(plan, change)
    assert (state(plan, change), unfinished(plan)) == ("new", [])


def test_a_rollback_that_cannot_be_written(plan: Plan, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that was cut short can be read, but an import that cannot roll it back is refused and says why."""
    path = plan.root / "data" / "observations" / "2022.csv"
    (plan.root / "data" / JOURNAL).write_text(json.dumps({"observations/2022.csv": path.read_text("utf-8")}), "utf-8")
    path.write_text("half", "utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    assert load_plan(plan.root) == plan
    change = plan_import(plan, form(*full()), book)
    with monkeypatch.context() as patched, pytest.raises(ImportRefused, match=r"没有导入，数据没有改动。.*没有权限。"):
        patched.setattr(Path, "replace", refuse)
        apply_import(plan, change)
    assert load_plan(plan.root) == plan
    apply_import(plan, change)
    assert (state(plan, change), unfinished(plan)) == ("new", [])


def test_an_interrupt_between_two_files(plan: Plan, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's Ctrl-C leaves the old data too."""
    change, before = plan_import(plan, form(*full(), reports=REPORTS), book), files_of(plan)
    real = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if target.parent.name == "progress":
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "replace", interrupted)
        apply_import(plan, change)
    assert (files_of(plan), unfinished(plan)) == (before, [])


@pytest.mark.parametrize("limit", [0, 1, 300, 700])
def test_a_disk_that_fills_up_while_writing(import_at_hand: tuple[Plan, Import], limit: int) -> None:
    """The system itself stops the write in the middle of the file: the old data stays."""
    resource = pytest.importorskip("resource")  # not on Windows
    plan, change = import_at_hand

    def act() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with pytest.raises(ImportRefused):
            apply_import(plan, change)

    assert in_a_child(act) == 0
    assert state(plan, change) == "old"


# What two files go through is killed line by line in test_replacement.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("import_at_hand", "every"),
    [
        ("existing year", 8),
        ("closed year, four files", 16),
        pytest.param("closed year, four files", 1, marks=pytest.mark.long),
        pytest.param("existing year", 1, marks=pytest.mark.long),
        pytest.param("new year", 1, marks=pytest.mark.long),
    ],
    indirect=["import_at_hand"],
)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_at_any_moment(import_at_hand: tuple[Plan, Import], every: int) -> None:
    """Killed without warning before each line that the import runs (by default each eighth or sixteenth): the old data or the new,
    and once new, new.
    """
    plan, change = import_at_hand
    own, inside = {importing.__file__, journal.__file__}, journal._replace.__code__
    before, states = files_of(plan), []
    for moment in range(1, 5000, every):
        status = in_a_child(lambda n=moment: killed_at(n, lambda: apply_import(plan, change), own, inside=inside))  # type: ignore[misc]
        states.append(state(plan, change))
        if status == 0:
            break
        assert status == -signal.SIGKILL
        for path in [*(files_of(plan).keys() - before.keys()), *unfinished(plan)]:
            path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
    assert states == sorted(states, reverse=True), "once replaced, the data is new at every later moment"
    assert states[0] == "old"
    assert states[-2:] == ["new", "new"], "killed after the replacement, and not killed at all"
    assert states.count("old") > 40 / every


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_kills_at_random_moments(import_at_hand: tuple[Plan, Import]) -> None:
    """Fifty kills from outside, whatever the process is at: the old data or the new, and both occur."""
    plan, change = import_at_hand
    seed, before, states = secrets.randbelow(2**32), files_of(plan), []
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails
    chance, started = random.Random(seed), time.monotonic()  # noqa: S311  # no secrets here
    assert in_a_child(lambda: apply_import(plan, change)) == 0
    whole = time.monotonic() - started
    for _ in range(50):
        for path in [*(files_of(plan).keys() - before.keys()), *unfinished(plan)]:
            path.unlink()
        for path, content in before.items():
            path.write_bytes(content)
        child = os.fork()
        if child == 0:
            apply_import(plan, change)
            os._exit(0)
        time.sleep(chance.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        states.append(state(plan, change))
    assert set(states) == {"old", "new"}


# Progress


def handed_in(rows: Sequence[Progress], book: Path) -> tuple[Progress, ...]:
    """The rows as the data has them, with the form that they come from."""
    return tuple(row.model_copy(update={"form": provenance(book)}) for row in rows)


def test_progress_comes_with_the_observations(plan: Plan, book: Path) -> None:
    """Both files are written, in the plan's order; the table tells of both, and importing again changes nothing."""
    change = plan_import(plan, form(*full(), reports=(REPORTS[1], REPORTS[0])), book)
    apply_import(plan, change)
    after = load_plan(plan.root)
    assert (after.observations[2023], after.progress[2023]) == (change.rows, handed_in(REPORTS, book))
    path = plan.root / "data" / "progress" / "2023.csv"
    assert path.read_text("utf-8") == (
        "kind,id,state,percent,spent,note,source,responsible,form\n"
        f"project,1,under_way,40,,,填报,,{provenance(book)}\ncommitment,C003,not_started,,,,填报,,{provenance(book)}\n"
    )
    assert change.table.iloc[-2:].drop(columns=["year", "indicator"]).to_numpy().tolist() == [
        ["new", "project 1", "", "", "", "进行中，40%", ""],
        ["new", "commitment C003", "", "", "", "未开始", ""],
    ]
    assert not plan_import(after, form(*full(), reports=REPORTS), book).files


def test_progress_is_replaced(plan: Plan, book: Path) -> None:
    """A changed row is reported a line a column, a row left empty is removed; the observations' file is not touched."""
    plan = imported(plan, form(*full(), reports=REPORTS), book)
    observed, written = file_of(plan), file_of(plan).stat().st_mtime_ns
    change = plan_import(plan, form(*full(), reports=LATER[:1]), book)
    assert list(change.files) == ["progress/2023.csv"]
    assert change.table.iloc[-3:].drop(columns=["year", "indicator"]).to_numpy().tolist() == [
        ["changed", "project 1", "", "percent", "40", "55.5", "完成比例"],
        ["changed", "project 1", "", "spent", "", "5000.25", "累计投资"],
        ["removed", "commitment C003", "", "", "未开始", "", "工作簿中这一行没有填写"],
    ]
    apply_import(plan, change)
    assert (load_plan(plan.root).progress[2023], observed.stat().st_mtime_ns) == (handed_in(LATER[:1], book), written)


def test_a_number_keeps_its_writing_in_progress(plan: Plan, book: Path) -> None:
    """What a form can show with twelve digits only is no change."""
    known = (progress("project", "1", "under_way", percent="33.333333333333333"),)
    plan = replace(plan, progress={2023: known})
    shown = (progress("project", "1", "under_way", percent="33.3333333333"),)
    assert plan_import(plan, form(*full(), reports=shown), book).after.progress[2023] == known


def test_a_form_without_sheets_of_progress_leaves_it(plan: Plan, book: Path) -> None:
    """None is not the same as nothing filled in."""
    plan = imported(plan, form(*full(), reports=REPORTS), book)
    change = plan_import(plan, form(*full(share=91), reports=None), book)
    known = handed_in(REPORTS, book)
    assert (change.changes[PROGRESS], change.after.progress[2023], list(change.files)) == (
        (),
        known,
        ["observations/2023.csv"],
    )
    apply_import(plan, change)
    assert load_plan(plan.root).progress[2023] == known
    assert [c.kind for c in plan_import(plan, form(*full()), book).changes[PROGRESS]] == [RowFate.REMOVED] * 2


def test_progress_alone(plan: Plan, book: Path) -> None:
    """It may come before any figure of the year, but not in a form that would remove all of them."""
    change = plan_import(plan, form(reports=REPORTS), book)
    assert list(change.files) == ["progress/2023.csv"]
    apply_import(plan, change)
    assert not file_of(plan).exists()
    assert load_plan(plan.root).progress[2023] == handed_in(REPORTS, book)
    with pytest.raises(ImportRefused, match="没有填写现状值，而数据中有 2022 年的现状值：导入会把它们全部删除"):
        plan_import(plan, form(year=2022, reports=REPORTS), book)


def test_final_asks_nothing_of_progress(plan: Plan, book: Path) -> None:
    """A year without any report can be closed; progress has no stage that closing would change."""
    assert plan_import(plan, form(*full()), book, final=True).unfilled == ()
    plan = imported(plan, form(*full(), reports=REPORTS), book, final=True)
    change = plan_import(plan, form(*full(), reports=LATER), book, final=True, signed=WHY)
    assert (sorted(change.files), change.reopens) == (
        ["progress/2023.csv", "revisions.csv", "signatures/2023.csv"], False,
    )  # fmt: skip


# Round trips

_TEXT = st.text(st.characters().filter(lambda c: not is_invisible(c)), min_size=1, max_size=8).filter(
    lambda text: text == text.strip()
)
_WORDS = _TEXT.map(lambda text: f"{text}年报")  # a form refuses a number alone that is not the value
_BROKEN = st.sampled_from(["甲\n乙", ",", '"', '"甲",'])
_FIGURE = st.decimals(-1000, 100000, allow_nan=False, places=3).map(lambda d: f"{d:.12f}".rstrip("0").rstrip("."))


def _rows() -> st.SearchStrategy[tuple[Observation, ...]]:
    """Years of the tiny plan as people fill them in: any of the items, with a figure, a reason, or words."""

    def row(item_id: str) -> st.SearchStrategy[Observation]:
        # Only item 1 has no limit: words alone are enough there.
        words = [st.fixed_dictionaries({"statement": _TEXT})] if item_id == "1" else []
        content = st.one_of(
            *words,
            st.fixed_dictionaries({"value": _FIGURE}),
            st.fixed_dictionaries({"value": _FIGURE, "statement": _WORDS}),
            st.fixed_dictionaries({"absence": st.sampled_from(["暂无数据", "未开展测算", "未发现"])}),
        )
        optional = {
            "responsible": _TEXT,
            "acknowledgment": _TEXT,
            "polarity": st.sampled_from(["more", "less", "none"]),
            "assigned_target": st.sampled_from(["≤31", "-2.5", "上级未下达", "任务：减排"]),
        }
        more = st.fixed_dictionaries({"source": _TEXT}, optional=optional)
        return st.builds(lambda a, b: observation(item_id, **a, **b), content, more)

    each = [st.one_of(st.none(), row(i)) for i in ("1", "2.1", "2.2", "3")]
    return st.tuples(*each).map(lambda rows: tuple(r for r in rows if r is not None)).filter(bool)


@pytest.mark.slow
@given(rows=_rows(), statement=_BROKEN)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(
    rows: tuple[Observation, ...], statement: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any rows, line breaks and quotes among them: written, loaded, equal; and written again, the same bytes."""
    rows = (*rows[:-1], rows[-1].model_copy(update={"statement": statement}))
    root = write(tiny_plan(), tmp_path_factory.mktemp("rows"))
    (root / "data" / "observations" / "2023.csv").write_bytes(rows_csv(Observation, rows))
    read = load_plan(root).observations[2023]
    assert read == rows
    assert rows_csv(Observation, read) == rows_csv(Observation, rows)


@pytest.mark.slow
@given(rows=_rows())
# Four rows are small enough to read; making them smaller takes minutes.
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_from_data_to_form_and_back(rows: tuple[Observation, ...], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Data → form → check → import: nothing changes; into an empty year: the same data, but for stage and form."""
    folder = tmp_path_factory.mktemp("round")
    root = write(tiny_plan(observations={**tiny_plan().observations, 2023: rows}), folder / "a")
    plan, path = load_plan(root), folder / "form.xlsx"
    write_form(plan, 2023, path)
    checked = check_forms(plan, [path])
    assert checked.problems == ()
    assert not plan_import(plan, checked, path).files
    empty = load_plan(write(tiny_plan(), folder / "b"))
    apply_import(empty, plan_import(empty, checked, path))
    taken = load_plan(empty.root).observations[2023]
    assert tuple(r.model_copy(update={"form": None}) for r in taken) == rows


def test_what_looks_like_an_escape_comes_back(plan: Plan, tmp_path: Path) -> None:
    """Excel shows the character A for ``_x0041_`` in a cell: a form holds it so that it is read as it stands in the data."""
    row = observation("2.1", 86, statement="见_x0041_号文，为86", source="_x0041_")
    plan = replace(plan, observations={**plan.observations, 2023: (row,)})
    write_form(plan, 2023, tmp_path / "form.xlsx")
    checked = check_forms(plan, [tmp_path / "form.xlsx"])
    assert (checked.problems, checked.rows) == ((), (row,))


@pytest.mark.slow
def test_the_real_year_through_a_form(plan_2022: Plan, tmp_path: Path) -> None:
    """The plan's own 2022, written as a form and read back, changes nothing; its file is what `rows_csv` writes."""
    path = tmp_path / "2022.xlsx"
    write_form(plan_2022, 2022, path)
    checked = check_forms(plan_2022, [path])
    assert checked.problems == ()
    change = plan_import(plan_2022, checked, path)
    assert [c for c in change.changes[OBSERVATIONS] if c.kind is not RowFate.UNCHANGED] == []
    for year, rows in plan_2022.observations.items():
        assert rows_csv(Observation, rows) == file_of(plan_2022, year).read_bytes()


@pytest.fixture
def plan_2022() -> Plan:
    """The real data."""
    return load_plan(Path(__file__).parent.parent)
