"""The executed pages: run again in a fresh kernel they give the same outputs, and they depend on the data alone."""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import nbformat
import papermill
import pytest

from cixi_analysis.book.kernels import Kernel, Pool, Result
from cixi_analysis.book.pages import Run, read_pages, runs_of
from cixi_analysis.plan.dataset import Plan


def run_again(root: Path, pages: Sequence[Path]) -> None:
    """Nbval runs each page in a fresh kernel of its own and compares all outputs."""
    nbval = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    done = subprocess.run([*nbval, *map(str, pages)], cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout


def pages_below(root: Path, *folders: str) -> list[Path]:
    """The executed pages in folders of ``book/``."""
    return [page for folder in folders for page in sorted((root / "book" / folder).glob("*.ipynb"))]


@pytest.mark.slow
def test_pages_give_the_same_outputs_in_fresh_kernels(built: Path) -> None:
    """A dossier; the build ran it in a kernel that it reused."""
    run_again(built, [built / "book" / "indicators" / "9.ipynb"])


@pytest.mark.long
def test_all_pages_give_the_same_outputs_in_fresh_kernels(built: Path) -> None:
    """Every page of every year, every page made once, every dossier."""
    pages = pages_below(built, ".", "2022", "indicators", "2021", "2020")
    assert {page.stem for page in pages} >= {"index", "audit", "table1", "changes", "trend", "50"}
    run_again(built, pages)


@pytest.mark.slow
def test_pages_give_the_same_outputs_in_another_order(built: Path, plan: Plan, tmp_path: Path) -> None:
    """The pages of 2022, those made once and some dossiers, last first, in kernels that are reused."""
    indicators = {item.indicator: item.indicator_name for item in plan.items}
    runs = runs_of(read_pages(built), (2020, 2021, 2022), plan.frame, indicators)
    left_out = {"provenance", *(str(number) for number in plan.indicators if number % 10)}
    runs = [run for run in runs if run.year == 2022 and run.output.stem not in left_out][::-1]

    def work(run: Run, kernel: Kernel) -> Result:
        return kernel.run_page(run.notebook, run.parameters)

    with Pool(built, tmp_path) as kernels:
        for run, page in [(run, kernels.submit(partial(work, run))) for run in runs]:
            assert f"{page.result()}\n" == (built / "book" / run.output).read_text("utf-8"), run.output


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


@pytest.mark.slow
def test_by_hand_and_a_changed_figure(built: Path, project: Path, tmp_path: Path, plan: Plan) -> None:
    """A template runs with plain papermill; another value of 38 changes what the home page says of it."""
    path = project / "data" / "observations" / "2022.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("38,,,,,40.7,", "38,,,,,96,", 1), encoding="utf-8")
    executed = papermill.execute_notebook(
        str(project / "notebooks" / "home.ipynb"),
        str(tmp_path / "out.ipynb"),
        parameters={"year": 2022},
        cwd=str(project),
        progress_bar=False,
    )
    name = plan.item("38").name
    before = outputs(nbformat.read(built / "book" / "index.ipynb", as_version=4))
    assert before.count(name) > outputs(executed).count(name)


@pytest.mark.parametrize("page", ["index", "2022/index", "2022/table1", "2021/index", "2021/table1", "2020/trend"])
def test_every_page_says_its_year(built: Path, page: str) -> None:
    """The title of a yearly page holds its year, and no placeholder is left anywhere."""
    text = (built / "_build" / "html" / "book" / f"{page}.html").read_text(encoding="utf-8")
    assert "{year}" not in text
    year = page.partition("/")[0] if "/" in page else "2022"
    assert year in text.split("</h1>")[0].rsplit("<h1", 1)[1] or page == "index"
