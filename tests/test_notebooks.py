"""The notebook templates: one typed year, no outputs, code hidden, and they run by hand."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import papermill
import pytest
from conftest import ROOT
from IPython.core.formatters import DisplayFormatter

from cixi_analysis.book.pages import Each, Page, read_pages
from cixi_analysis.plan import dataset
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import YEARLY

PAGES = read_pages(ROOT)
TEMPLATES = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=TEMPLATES, ids=lambda path: path.stem)
def template(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(request.param, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.template)
def test_typed_commented_parameters(page: Page) -> None:
    """Exactly one cell is tagged ``parameters``: the page's parameters, each with its type and a comment, no more."""
    cells = [cell.source for cell in page.notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(cells) == 1
    found = [re.fullmatch(r"(\w+): int = \d+  # \S.*", line) for line in cells[0].splitlines()]
    expected = ("year", "indicator") if page.each == "indicator" else ("year",)
    assert tuple(line[1] if line else None for line in found) == expected


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
    for page in PAGES:
        heading = page.notebook.cells[0].source.splitlines()[0]
        assert ("{year}" in heading) == page.each.yearly, page.template


def shown(page: Page, plan: Plan, year: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """All that the cells of a page display."""
    monkeypatch.setattr(dataset, "load_plan", lambda: plan)
    found: list[object] = []
    names = {"display": lambda *things: found.extend(things), "year": year}
    for cell in (c for c in page.notebook.cells if c.cell_type == "code" and "parameters" not in c.metadata.tags):
        *before, last = ast.parse(cell.source).body
        exec(compile(ast.Module(before, []), "cell", "exec"), names)  # noqa: S102  # our own page
        assert isinstance(last, ast.Expr)
        found.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))  # noqa: S307
    return "\n".join(str(DisplayFormatter().format(one)[0]) for one in found if one is not None)


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if p.each in (Each.YEAR, Each.RETROSPECT)], ids=lambda p: p.template)
def test_a_page_shows_the_base_year_if_it_says_so(page: Page, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a year before the base year; what the cache key of a page leaves out changes nothing there."""
    years = {folder: dict(getattr(plan, folder)) for folder in YEARLY}
    for rows in years.values():
        rows.pop(plan.frame.base_year, None)
    without = replace(plan, **years)
    for year in (2020, 2021):
        both = [shown(page, one, year, monkeypatch) for one in (plan, without)]
        assert (both[0] != both[1]) is page.shows_base_year, year


def test_a_page_of_verdicts_says_that_they_may_change(template: nbformat.NotebookNode) -> None:
    """The verdicts of a year that is not closed stand below its banner."""
    code = "\n".join(cell.source for cell in template.cells if cell.cell_type == "code")
    assert "year_banner(" in code or not re.search(r"(assess|dossier)\(plan, (indicator, )?year", code)


@pytest.mark.slow
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


@pytest.mark.slow
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
