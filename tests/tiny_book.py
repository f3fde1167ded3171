"""A tiny book: a project folder around the tiny plan, templates of a few cells that a test writes itself, its place."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny import frame, tiny_plan, write

from cixi_analysis.book.cache import drawings
from cixi_analysis.book.kernels import Pool
from cixi_analysis.book.making import build
from cixi_analysis.book.site import JupyterBook

ROOT = Path(__file__).resolve().parents[1]
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
    """The project folder, new or empty, with everything but templates."""
    for folder in ("book", "notebooks"):
        (root / folder).mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, root)
    write(tiny_plan(), root)  # each page says by which standard it judges
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    return root


def contents(folder: Path) -> dict[str, str]:
    """File below the folder → its hash."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


class NoSite(JupyterBook):
    """Makes a site of one page without Sphinx, for tests that look at notebooks and at what runs again."""

    def start(self) -> None:
        """Nothing has to start."""

    def build(self, scratch: Path, log: Path) -> Path:
        page = scratch / "_build" / "html" / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)  # the last site may be there
        page.write_text("no site")
        return page.parent


class Place:
    """A folder for one tiny book after the other and the processes that make them all, which take seconds to start."""

    def __init__(self, root: Path, kernels: Pool, jupyter_book: JupyterBook) -> None:
        self.root, self.kernels, self.jupyter_book = root, kernels, jupyter_book

    def filled(self, book: Path | None = None) -> Path:
        """The folder, the same one, in which a kernel works, with a copy of the book in place of what was there."""
        kept = drawings(self.root)  # of them the charts' script takes two seconds to make
        for path in sorted(self.root.rglob("*"), reverse=True):
            if kept != path and kept not in path.parents and path not in kept.parents:
                path.rmdir() if path.is_dir() else path.unlink()
        return self.root if book is None else Path(shutil.copytree(book, self.root, dirs_exist_ok=True))

    def build(self, *years: int, site: bool = True, **options: Any) -> Path:
        """Without ``site`` the pages are made, and :class:`NoSite`'s."""
        using = self.kernels, self.jupyter_book if site else NoSite(self.root)
        try:
            given = {"frame": frame(), "downloads": None, "progress": False} | options
            return build(self.root, years, using=using, **given)
        finally:
            self.kernels.submit(lambda kernel: kernel.run("")).result()  # after a failure another page may still run
