"""The notebook templates: one typed year, no outputs, code hidden, and they run by hand."""

import re
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import ROOT

from cixi_analysis.book import PAGES

TEMPLATES = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.stem)
def template(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(request.param, as_version=4)
    nbformat.validate(notebook)
    return notebook


def test_there_is_a_template_for_every_page() -> None:
    """The templates are those that the book asks for, no more and no fewer."""
    assert {path.stem for path in TEMPLATES} == {page.template for page in PAGES}


def test_one_typed_commented_year(template: nbformat.NotebookNode) -> None:
    """Exactly one cell is tagged ``parameters``; it holds the year, its type and a comment, and nothing else."""
    cells = [cell for cell in template.cells if "parameters" in cell.metadata.get("tags", [])]
    assert [bool(re.fullmatch(r"year: int = 20\d\d  # \S.*", cell.source)) for cell in cells] == [True]


def test_no_outputs_and_a_kernel_everybody_has(template: nbformat.NotebookNode) -> None:
    """A template stores nothing of a run, and asks for the kernel ``python3``."""
    for cell in template.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert template.metadata.kernelspec.name == "python3"


def test_the_reader_sees_no_code(template: nbformat.NotebookNode) -> None:
    """Every code cell is tagged ``hide-input``."""
    for cell in template.cells:
        if cell.cell_type == "code":
            assert "hide-input" in cell.metadata.get("tags", []), cell.source


def test_a_page_is_calls_and_prose(template: nbformat.NotebookNode) -> None:
    """A notebook is a page, not a program: no definitions, loops or conditions, and it begins with its heading."""
    code = [cell.source for cell in template.cells if cell.cell_type == "code"]
    assert not [c for c in code if re.search(r"^\s*(def|class|for|while|if|with|try)\b", c, re.MULTILINE)]
    assert max(len(c.splitlines()) for c in code) <= 12
    assert template.cells[0].cell_type == "markdown"
    assert template.cells[0].source.startswith("# ")


def test_yearly_pages_say_their_year_in_the_title() -> None:
    """The heading of a page that exists once a year holds the placeholder that the build fills."""
    once = {"home", "method", "dictionary", "provenance"}
    for path in TEMPLATES:
        heading = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]
        assert ("{year}" in heading) == (path.stem not in once), path.stem


@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_runs_by_hand(folder: str, tmp_path: Path) -> None:
    """Plain papermill from the project's root and from ``notebooks/``, without the book."""
    executed = papermill.execute_notebook(
        str(ROOT / "notebooks" / ("table1.ipynb" if folder == "." else "trend.ipynb")),
        str(tmp_path / "out.ipynb"),
        parameters={"year": 2022},
        cwd=str(ROOT / folder),
        progress_bar=False,
    )
    shown = "".join(o["data"].get("text/html", "") for c in executed.cells for o in c.get("outputs", []) if "data" in o)
    assert "农村生活污水治理率" in shown


def test_an_unknown_year_says_which_there_are(tmp_path: Path) -> None:
    """A year without observations fails with the list of years that have some."""
    with pytest.raises(papermill.PapermillExecutionError, match=r"没有 2029 年的数据。已有数据的年份：.*2022"):
        papermill.execute_notebook(
            str(ROOT / "notebooks" / "overview.ipynb"),
            str(tmp_path / "out.ipynb"),
            parameters={"year": 2029},
            cwd=str(ROOT),
            progress_bar=False,
        )
