"""Jupyter Book makes the site; the new one takes the place of the old one in one step."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path

from cixi_analysis.book import workers
from cixi_analysis.book.failure import BuildError
from cixi_analysis.book.workers import Died, Prepared

#: What Jupyter Book imports when it begins; a name that is not there costs nothing.
_IMPORTS = (
    "jupyter_book.cli.main", "jupyter_book.sphinx", "sphinx.builders.html", "sphinx.search.zh", "myst_nb.sphinx_ext",
    "sphinx_book_theme", "sphinx_design", "sphinx_external_toc", "sphinx_togglebutton", "sphinx_copybutton",
    "sphinx_comments",
)  # fmt: skip


def maker() -> "AbstractContextManager[Callable[[Path, Path, Path], int | Died]]":
    """Jupyter Book, made ready in a process of its own while the pages run; called, it returns its exit status."""
    return Prepared(_prepare, _in_this_process) if workers.available() else nullcontext(_in_new_process)


def make_site(jupyter_book: Callable[[Path, Path, Path], int | Died], root: Path, scratch: Path, log: Path) -> Path:
    """Let Jupyter Book make the site in the scratch folder; a warning is an error. Returns the site's folder."""
    status = jupyter_book(root, scratch, log)
    printed = re.sub(r"\x1b\[[\d;]*m", "", log.read_text(encoding="utf-8", errors="replace"))  # colours
    log.write_text(printed, encoding="utf-8")
    if status != 0:
        lines = printed.replace(f"{root}{os.sep}", "").splitlines()
        reasons = [line for line in lines if re.search("WARNING|ERROR", line)] or lines[-5:]
        reasons += [str(status)] if isinstance(status, Died) else []
        where = f"记录：{log.relative_to(root).as_posix()}"
        raise BuildError("\n".join(["Jupyter Book 生成网站失败，网站保持原样。", *reasons, where]))
    return scratch / "_build" / "html"


def _arguments(root: Path, scratch: Path) -> list[str]:
    return ["build", "--warningiserror", "--keep-going", "--path-output", str(scratch), str(root)]


def _in_new_process(root: Path, scratch: Path, log: Path) -> int:
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", *_arguments(root, scratch)]
    with log.open("wb") as stream:
        done = subprocess.run(  # noqa: S603  (our own words and paths)
            command, env={**os.environ, "PYTHONUTF8": "1"}, stdout=stream, stderr=subprocess.STDOUT, check=False
        )
    return done.returncode


def _prepare() -> None:
    for name in _IMPORTS:
        try:
            import_module(name)
        except ImportError:
            continue  # Jupyter Book will say what it misses
    import jieba  # noqa: PLC0415  # loads at once what the search needs

    from cixi_analysis.book.website import bundle  # noqa: PLC0415  # an extension of Sphinx, so not for the build's process

    jieba.setLogLevel("WARNING")
    jieba.initialize()
    bundle()


def _in_this_process(root: Path, scratch: Path, log: Path) -> int:
    from jupyter_book.cli.main import main  # noqa: PLC0415  # the process's, not the build's

    stream = log.open("w", encoding="utf-8")
    os.dup2(stream.fileno(), 1)
    os.dup2(stream.fileno(), 2)
    sys.stdout = sys.stderr = stream
    try:
        main(args=_arguments(root, scratch), prog_name="jupyter-book")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        stream.flush()
    return 0


def swap(new: Path, site: Path) -> None:
    """Put the new site in place of the old one, which comes back if that fails."""
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if site.exists():
            site.rename(old)
        new.rename(site)
    except OSError as error:
        raise BuildError(f"新网站已生成，但不能替换 {site}，请关闭正在使用该文件夹的程序后再试（{error}）。") from error
    finally:
        if old.exists() and not site.exists():
            old.rename(site)
    shutil.rmtree(old, ignore_errors=True)
