"""The process that runs ``jupyter-book build``: imports first, then one build as standard input says.

Three lines of standard input: the log file, the folder to work in, the project folder. The exit status is Jupyter Book's.
"""

import gc
import signal
import sys
from importlib import import_module
from pathlib import Path

#: What Jupyter Book imports when it begins.
_IMPORTS = (
    "jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx.builders.html", "sphinx.search.zh", "myst_nb.sphinx_ext",
    "sphinx_book_theme", "sphinx_design", "sphinx_external_toc", "sphinx_togglebutton", "sphinx_copybutton",
    "sphinx_comments", "cixi_analysis.book.sphinx_extension",
)  # fmt: skip


def main() -> None:
    """Import, wait for the three lines, build."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the build, which ends this process
    for name in _IMPORTS:
        import_module(name)
    import jieba  # noqa: PLC0415  # after its importers
    from jupyter_book.cli.main import main as jupyter_book  # noqa: PLC0415

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    gc.freeze()
    gc.disable()  # one build and the process ends; searching for cycles takes a fifth of its time
    given = sys.stdin.read().splitlines()
    if not given:
        return  # the build stopped before the site
    log, scratch, root = given
    with Path(log).open("w", encoding="utf-8") as sys.stdout:
        sys.stderr = sys.stdout
        options = ["--warningiserror", "--keep-going", "--path-output", scratch]
        jupyter_book(args=["build", *options, root], prog_name="jupyter-book")


if __name__ == "__main__":
    main()
