"""A template filled for one run, and the executed notebook without what says when and where it ran."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.pages import Run


def filled(root: Path, run: Run) -> NotebookNode:
    """The template with the run's words in its text, ready to run. Code is folded away from the reader.

    Raises :class:`BuildError` for a template that is missing, damaged, or would not take the run's parameters:
    papermill would merely warn, and the page would be about the wrong year.
    """
    path = root / run.template
    name = run.template.as_posix()
    if not path.is_file():
        raise BuildError(f"缺少页面模板 {name}（{run.page.title}）。")
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise BuildError(f"{name}：不是 Jupyter 笔记本（{error}）。") from error
    parameters = [cell for cell in notebook.cells if "parameters" in _tags(cell)]
    if len(parameters) != 1:
        raise BuildError(f"{name}：应恰有一个带 parameters 标签的单元，现有 {len(parameters)} 个。")
    for parameter in run.parameters:
        if not re.search(rf"^{parameter}\s*(:[^=\n]+)?=", parameters[0].source, re.MULTILINE):
            raise BuildError(f"{name}：带 parameters 标签的单元里没有给 {parameter} 赋值。")
    if notebook.cells[0].cell_type != "markdown":
        raise BuildError(f"{name}：第一个单元应是写有页面标题的 Markdown 单元。")
    if run.siblings:
        entries = "\n".join(run.siblings)
        notebook.cells[0].source += f"\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for word, text in run.words.items():
                cell.source = cell.source.replace(f"{{{word}}}", text)
        elif cell.cell_type == "code":
            _fold(cell)
    return notebook


def tidied(executed: NotebookNode) -> NotebookNode:
    """The executed notebook as a page: the same run gives the same bytes, whenever and wherever it ran.

    Papermill and nbclient note times and file names, and give the cell they insert a random id.
    """
    executed.metadata.pop("papermill", None)
    for number, cell in enumerate(executed.cells, start=1):
        cell.id = f"cell-{number}"
        for noted in ("papermill", "execution"):
            cell.metadata.pop(noted, None)
        if "injected-parameters" in _tags(cell):
            _fold(cell)
    return executed


def _tags(cell: NotebookNode) -> list[str]:
    tags: list[str] = cell.metadata.get("tags", [])
    return tags


def _fold(cell: NotebookNode) -> None:
    """Hide the code, or the whole cell if it does no more than set what the page is about."""
    tags = _tags(cell)
    if {"parameters", "injected-parameters"}.intersection(tags):
        cell.metadata["tags"] = [*tags, "remove-cell"]
    elif not any(tag.startswith(("hide-", "remove-")) for tag in tags):
        cell.metadata["tags"] = [*tags, "hide-input"]
