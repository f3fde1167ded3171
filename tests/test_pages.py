"""The executed pages: run again in a real kernel they give the same outputs, and they depend on the data alone."""

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import ROOT

from cixi_analysis.book import PAGES, Scope
from cixi_analysis.plan.dataset import Plan


def test_pages_of_2022_give_the_same_outputs_again(built: Path, plan: Plan) -> None:
    """Nbval runs each page of 2022, each dossier and the pages made once in a real kernel and compares all outputs."""
    pages = sorted(page for page in (built / "book").rglob("*.ipynb") if page.parent.name not in ("2020", "2021"))
    yearly = sum(Scope.ASSESSED in page.scope for page in PAGES)
    assert len(pages) == yearly + len(plan.indicators) + sum(page.scope is Scope.ONCE for page in PAGES)
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    halves = [  # most of the time a kernel starts, so two at a time
        subprocess.Popen([*nbval, *map(str, half)], cwd=built, stdout=subprocess.PIPE, encoding="utf-8")
        for half in (pages[::2], pages[1::2])
    ]
    for half in halves:
        told = half.communicate()[0]
        assert half.returncode == 0, told[-5000:]
        assert " passed" in told


def test_no_page_holds_an_error_or_a_warning(built: Path) -> None:
    """No traceback, no warning, nothing on standard error in any executed page."""
    for page in (built / "book").rglob("*.ipynb"):
        for cell in nbformat.read(page, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.output_type != "error", page
                assert output.get("name") != "stderr", (page, output.text)


def outputs(notebook: nbformat.NotebookNode) -> str:
    """All that a page shows."""
    shown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        shown += [str(o.get("data", {}).get("text/html", "")) for o in cell.get("outputs", [])]
    return "\n".join(shown)


def test_by_hand_and_a_changed_figure(project: Path, tmp_path: Path, plan: Plan) -> None:
    """A template runs with plain papermill; another value of 38 changes what the home page says of it."""
    shown = {}
    for value in ("40.7", "96"):
        path = project / "data" / "observations" / "2022.csv"
        text = (ROOT / "data" / "observations" / "2022.csv").read_text(encoding="utf-8")
        path.write_text(text.replace("38,,,,,40.7,", f"38,,,,,{value},", 1), encoding="utf-8")
        executed = papermill.execute_notebook(
            str(project / "notebooks" / "home.ipynb"),
            str(tmp_path / "out.ipynb"),
            parameters={"year": 2022},
            cwd=str(project),
            progress_bar=False,
        )
        shown[value] = outputs(executed)
    name = plan.item("38").name
    unmet = f"{name}"
    assert shown["40.7"] != shown["96"]
    assert shown["40.7"].count(unmet) > shown["96"].count(unmet)


@pytest.mark.parametrize("page", ["index", "2022/index", "2022/table1", "2021/index", "2021/table1", "2020/trend"])
def test_every_page_says_its_year(built: Path, page: str) -> None:
    """The title of a yearly page holds its year, and no placeholder is left anywhere."""
    text = (built / "_build" / "html" / "book" / f"{page}.html").read_text(encoding="utf-8")
    assert "{year}" not in text
    year = page.partition("/")[0] if "/" in page else "2022"
    assert year in text.split("</h1>")[0].rsplit("<h1", 1)[1] or page == "index"
