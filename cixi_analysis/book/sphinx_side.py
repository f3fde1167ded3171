"""The subprocess that runs ``jupyter-book build``: imports in advance, then one build when standard input asks for it.

The arguments are the project folder and the number of processes that Sphinx may use; two lines of standard input name
the log file and the folder to work in. The exit status is Jupyter Book's. When standard input ends, so does the process.
"""

import atexit
import gc
import os
import signal
import sys
import tempfile
import threading
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path

#: Modules that Jupyter Book imports at its start.
_IMPORTS = (
    "jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx.builders.html", "myst_nb.sphinx_ext",
    "sphinx_book_theme", "sphinx_design", "sphinx_external_toc", "sphinx_togglebutton", "sphinx_copybutton",
    "sphinx_comments", "cixi_analysis.book.sphinx_extension",
)  # fmt: skip


def main() -> None:
    """Import, wait for the two lines, build."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the build, which ends this process
    gc.disable()  # the process ends after one build; collecting cycles takes a fifth of its time
    atexit.register(gc.freeze)  # else the interpreter collects at exit
    for name in _IMPORTS:
        import_module(name)
    import jupyter_book.sphinx  # noqa: PLC0415
    from jupyter_book.cli.main import main as command  # noqa: PLC0415

    from cixi_analysis.book.sphinx_extension import bundle  # noqa: PLC0415

    root, jobs = sys.argv[1:]
    # The command has no option for it.
    jupyter_book.sphinx.build_sphinx = partial(jupyter_book.sphinx.build_sphinx, jobs=int(jobs))
    bundle(Path(root))
    log, scratch = (sys.stdin.readline().strip("\n") for _ in range(2))
    if not scratch:
        return  # the build stopped before the site
    threading.Thread(target=_end_with_the_build, daemon=True).start()
    tempfile.tempdir = scratch  # where Sphinx leaves the report of a crash
    with Path(log).open("w", encoding="utf-8") as sys.stdout:
        sys.stderr = sys.stdout
        options = ["--warningiserror", "--keep-going", "--path-output", scratch]
        try:
            command(args=["build", *options, root], prog_name="jupyter-book")
        except Exception as error:
            traceback.print_exc()  # into the log, which closes before the interpreter would print it
            if cause := error.__cause__:
                sys.stdout.write(f"ERROR: {type(cause).__name__}: {cause}\n")
            raise SystemExit(1) from None


def _end_with_the_build() -> None:
    """End this process and those that Sphinx forked when the build closes the pipe or is killed."""
    while os.read(0, 1):
        pass
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
