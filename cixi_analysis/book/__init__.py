"""From notebook templates to the published site.

``making``    the recipe: templates → executed notebooks in ``book/`` → the site in ``_build/html``
``pages``     the table of pages, and the runs that a book needs
``template``  a template filled with a run's words, and what papermill leaves in it taken out again
``running``   the runs, several at a time, each in a process of its own
``workers``   those processes: forked from one that has the libraries imported
``engine``    papermill's engine in such a process: a kernel without a process of its own
``site``      Jupyter Book, and the new site in place of the old one
``failure``   what the build says when it stops
"""

from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.making import build
from cixi_analysis.book.pages import PAGES, Page, Scope

__all__ = ["PAGES", "BuildError", "Page", "Scope", "build"]
