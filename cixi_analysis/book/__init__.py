"""From notebook templates to the published site.

``making``       the recipe: templates → executed notebooks in ``book/`` → the site in ``_build/html``
``pages``        the table of pages, and the runs that a book needs
``template``     a template filled with a run's words, and what papermill leaves in it taken out again
``jobs``         pages to run and files to attach, each under a key made of all it depends on
``fingerprint``, ``store``   those keys, and what is kept under them; whether anything is to be done at all
``running``      the jobs, several at a time, each in a process of its own
``notebook``     one notebook, run by papermill
``errands``      a page run on another machine, with what it reads sent along
``workers``      those processes: forked from one that has the libraries imported (``warm``)
``engine``       papermill's engine in such a process: a kernel without a process of its own
``drawing``      charts, drawn by the build's own process
``site``, ``leftovers``   Jupyter Book, the new site in place of the old one, and what the next one begins with
``failure``      what the build says when it stops
"""

from typing import TYPE_CHECKING, Any

from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.pages import PAGES, Page, Scope

if TYPE_CHECKING:
    from cixi_analysis.book.making import build

__all__ = ["PAGES", "BuildError", "Page", "Scope", "build"]


def __getattr__(name: str) -> Any:
    """``build``, imported when it is asked for: to see that nothing is to be done needs no Jupyter."""
    if name != "build":
        raise AttributeError(name)
    from cixi_analysis.book.making import build  # noqa: PLC0415

    return build
