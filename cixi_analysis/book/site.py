"""Jupyter Book makes the site; the new one takes the place of the old one in one step."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cixi_analysis.book.failure import BuildError


def make_site(root: Path, scratch: Path, log: Path) -> Path:
    """Let Jupyter Book make the site in the scratch folder; a warning is an error."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    options = ["--warningiserror", "--keep-going", "--path-output", str(scratch)]
    done = subprocess.run(  # noqa: S603  (our own words and paths)
        [*command, *options, str(root)],
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    printed = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)  # colours
    log.write_text(printed, encoding="utf-8")
    if done.returncode:
        lines = printed.replace(f"{root}{os.sep}", "").splitlines()
        reasons = [line for line in lines if re.search("WARNING|ERROR", line)] or lines[-5:]
        where = f"记录：{log.relative_to(root).as_posix()}"
        raise BuildError("\n".join(["Jupyter Book 生成网站失败，网站保持原样。", *reasons, where]))
    return scratch / "_build" / "html"


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
