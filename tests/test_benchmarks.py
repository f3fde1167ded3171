"""The benchmarks measure what they say: the build's own pages, one changed value, tables that can be read."""

import csv
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import report
from benchmarks.library import notebooks
from benchmarks.measure import REPOSITORY, Cost, Failed, command, median
from benchmarks.workspace import change_one_observation, fresh_copy
from cixi_analysis.assessment import check_observations
from cixi_analysis.plan.dataset import load_plan


def cells(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_the_notebooks_are_those_that_the_build_makes(built: Path) -> None:
    """Every page of all years, none forgotten and none too many."""
    made = {path.relative_to(built / "book") for path in (built / "book").rglob("*.ipynb")}
    assert {notebook.output for notebook in notebooks(REPOSITORY)} == made


def test_a_fresh_copy_is_what_a_clone_has(tmp_path: Path) -> None:
    """Sources and hand-written pages, nothing that a run or a build left."""
    copy = fresh_copy(tmp_path / "copy")
    assert (copy / "notebooks" / "table1.ipynb").is_file()
    assert (copy / "book" / "_static").is_dir()
    assert not list((copy / "book").rglob("*.ipynb"))
    assert not (copy / "_build").exists()


def test_one_value_changes_and_nothing_else(tmp_path: Path) -> None:
    """The edit is what it is called, and the data stays valid; a second one changes it again."""
    copy = fresh_copy(tmp_path / "copy")
    file = REPOSITORY / "data" / "observations" / "2022.csv"
    before, texts = cells(file), file.read_bytes()
    edit = change_one_observation(copy)
    assert edit.file == copy / "data" / "observations" / "2022.csv"
    differing = [
        (old[0], header, old_cell, new_cell)
        for old, new in zip(before, cells(edit.file), strict=True)
        for header, old_cell, new_cell in zip(before[0], old, new, strict=True)
        if old_cell != new_cell
    ]
    assert differing == [(edit.item_id, "value", edit.before, edit.after)]
    assert float(edit.after) == pytest.approx(float(edit.before) + 0.1)
    assert file.read_bytes() == texts
    check_observations(load_plan(copy), 2022)
    assert change_one_observation(copy).before == edit.after


def test_a_command_that_fails_has_no_time() -> None:
    """A measured command that did not do its work stops the benchmark, with what it printed last."""
    with pytest.raises(Failed, match=r"exit status 3\n看这里"):
        command(["sh", "-c", "echo 看这里; exit 3"], REPOSITORY)
    assert command(["true"], REPOSITORY).megabytes > 0


def test_medians_and_ratios() -> None:
    """Baseline over ours, both medians; what was not measured has no line."""
    results = {
        "our runs": [Cost(2, 90), Cost(1, 80), Cost(9, 70)],
        "papermill command": [Cost(40, 50), Cost(30, 60), Cost(20, 70)],
    }
    assert median(results["our runs"]) == Cost(2, 80)
    assert report.ratios(results) == [
        "| | ours | against | | ratio | asked |",
        "| --- | --- | --- | --- | --- | --- |",
        "| all notebook runs | 2.00 s (1.00–9.00) | `papermill` command per page | 30.00 s (20.00–40.00) | **15.0 ×** | ≥ 20 × |",
    ]
    assert report.ratios({}) == report.panels({}) == report.starts({}) == []


def test_growth_of_panels() -> None:
    """Ten times the regions: how many times the time and the memory."""
    run = {"regions": 284, "verdicts": 391_920, "seconds": 0.2, "cpu": 0.1, "table": 5.0, "megabytes": 40.0}
    larger = run | {"regions": 2844, "verdicts": 3_924_720, "seconds": 2.0, "cpu": 1.0, "megabytes": 300.0}
    assert report.panels({284: [run], 2844: [larger]})[2:] == [
        "| 284 | 391,920 | 0.20 s | 0.10 s | 3.92 million | 40 MB | 5 MB |  |  |",
        "| 2,844 | 3,924,720 | 2.00 s | 1.00 s | 3.92 million | 300 MB | 5 MB | 10.0 × (≤ 11) | 7.5 × (≤ 11) |",
    ]


def test_results_are_written_between_the_marks() -> None:
    """The page keeps its text; a page without marks is reported."""
    page = (REPOSITORY / "benchmarks" / "README.md").read_text(encoding="utf-8")
    written = report.written(page, "| 1 |\n")
    assert written.startswith(page.partition(report.BEGIN)[0])
    assert f"{report.BEGIN}\n\n| 1 |\n\n{report.END}" in written
    assert report.written(written, "| 1 |\n") == written
    with pytest.raises(LookupError):
        report.written("nothing", "| 1 |")


@pytest.mark.slow
def test_start_up_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """The command runs, prints machine and medians, and leaves the page alone."""
    page = REPOSITORY / "benchmarks" / "README.md"
    before = page.read_bytes()
    assert benchmarks.main(["--quick", "--only", "start"]) == 0
    printed = capsys.readouterr().out
    assert "Medians of 1 rounds" in printed
    assert "| `cixi assess` | " in printed
    assert page.read_bytes() == before
