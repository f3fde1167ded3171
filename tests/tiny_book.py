"""A tiny book: a project folder around the tiny plan, and templates of a few cells that a test writes itself."""

import shutil
from pathlib import Path
from typing import Any

import nbformat
from conftest import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny import tiny_plan, write

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def template(heading: str, *code: str, parameters: str = "year: int = 2022", **page: object) -> NotebookNode:
    """A heading, the parameters, a cell for each piece of code; ``page``: what the metadata say of it."""
    cells = [
        new_markdown_cell(f"# {heading}"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *(new_code_cell(source) for source in code),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "cixi": page})


def write_template(
    root: Path, name: str, *code: str, page: str, each: str, order: int = 0, heading: str | None = None, **options: Any
) -> None:
    """``heading`` defaults to the template's name and the year."""
    notebook = template(heading or f"{name} {{year}}", *code, page=page, each=each, order=order, **options)
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")


def book_at(root: Path) -> Path:
    """The project folder, with everything but templates."""
    for folder in ("book", "notebooks"):
        (root / folder).mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, root)
    write(tiny_plan(), root)  # each page says by which standard it judges
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    return root
