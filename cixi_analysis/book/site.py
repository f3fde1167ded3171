"""Jupyter Book builds the site in a subprocess; the new site then replaces the old one by renaming."""

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from cixi_analysis.book.pages import BuildError
from cixi_analysis.errors import NUMBER, reason


class JupyterBook:
    """``jupyter-book build`` in a process that imports its libraries while the pages run; a context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "JupyterBook":
        return self

    def start(self) -> subprocess.Popen[str]:
        """The process of the next build, started unless it runs already."""
        jobs = cores() + 1 if hasattr(os, "fork") else 1  # Sphinx writes with one process less than it may use
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", "cixi_analysis.book.sphinx_side", str(self._root), str(jobs)],
                stdin=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
                env={**os.environ, "PYTHONUTF8": "1"}, start_new_session=True,
            )  # fmt: skip
        return self._process

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        kill(self._process)
        self._process.communicate()

    def build(self, scratch: Path, log: Path) -> Path:
        """Build the site in the scratch folder and return its folder. A warning is an error (:class:`BuildError`)."""
        root, process = self._root, self.start()
        assert process.stdin and process.stderr  # noqa: S101  # both are pipes
        with suppress(OSError):  # it may have ended already
            process.stdin.write(f"{log}\n{scratch}\n")
            process.stdin.flush()  # and stays open: the process ends when it is closed
        told, status = process.stderr.read(), process.wait()
        process.stderr.close()
        with suppress(OSError):
            process.stdin.close()
        self._process = None
        printed = (log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "") + told
        printed = re.sub(r"\x1b\[[\d;]*m", "", printed)  # colours
        log.write_text(printed, encoding="utf-8")
        if status != 0:
            lines = printed.replace(f"{root}{os.sep}", "").splitlines()
            reasons = [*dict.fromkeys(line for line in lines if re.search("WARNING|ERROR", line))] or lines[-5:]
            number = NUMBER.search(printed)
            code = int(number[1]) if number else 0
            if code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                reasons = [f"不能读写 {scratch}：{reason(OSError(code, os.strerror(code)))}。"]
            where = f"记录：{log.relative_to(root).as_posix()}"
            raise BuildError("\n".join(["Jupyter Book 生成网站失败，网站保持原样。", *reasons, where]))
        return scratch / "_build" / "html"


def kill(process: subprocess.Popen[Any]) -> None:
    """End a process that began a session, with all that it started there; on Windows, which has none, it alone."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def swap(new: Path, site: Path) -> None:
    """Replace the old site with the new one; rolls back if that fails."""
    old = site.with_name("html.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if site.exists():
            site.rename(old)
        new.rename(site)
    except OSError as error:
        message = f"新网站已生成，但不能替换 {site}，请关闭正在使用该文件夹的程序后再试（{reason(error)}）。"
        raise BuildError(message) from error
    finally:
        recover_site(site.parents[1])
    shutil.rmtree(old, ignore_errors=True)


def recover_site(root: Path) -> None:
    """Roll back where a build was killed between moving the old site away and moving the new one in."""
    site = root / "_build" / "html"
    old = site.with_name("html.old")
    if old.exists() and not site.exists():
        old.rename(site)
