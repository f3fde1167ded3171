"""The browser that prints: the system's Chromium, Chrome or Edge, without a window, a profile or the network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pypdf import PdfReader

from cixi_analysis.errors import CixiError

#: The environment variable that names a browser in an unusual place.
VARIABLE = "CIXI_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
)
#: The first version that prints page numbers from a style sheet.
_LEAST = 131
_PATIENCE = 300  # seconds, for a busy machine


class PdfError(CixiError):
    """No PDF could be made; the message (Chinese) says why."""


def find() -> str:
    """The browser's program. Raises :class:`PdfError` where there is none."""
    if named := os.environ.get(VARIABLE):
        if program := shutil.which(named):
            return program
        raise PdfError(f"环境变量 {VARIABLE} 现为“{named}”，不是可以运行的程序；应为 Chromium、Chrome 或 Edge 的路径。")
    found = (shutil.which(name) for name in (*_NAMES, *map(os.path.expandvars, _PLACES)))
    if program := next(filter(None, found), None):
        return program
    raise PdfError(
        "没有找到 Chromium、Chrome 或 Edge，不能生成 PDF；其余已经生成。"
        f"请安装其中之一，或在环境变量 {VARIABLE} 中写明它的路径。"
    )


def print_pdf(browser: str, document: Path, target: Path) -> PdfReader:
    """Print an HTML file into a PDF and open it. Raises :class:`PdfError` with what the browser said."""
    options = [
        "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
        "--font-render-hinting=none",  # the same line breaks whatever the screen
        "--no-pdf-header-footer",
        f"--user-data-dir={document.parent / 'profile'}", f"--print-to-pdf={target}",
    ]  # fmt: skip
    if sys.platform != "win32" and os.geteuid() == 0:
        options.append("--no-sandbox")  # root has none; the page is our own and loads nothing from elsewhere
    target.unlink(missing_ok=True)
    try:
        done = subprocess.run(  # noqa: S603  # the browser found above
            [browser, *options, document.resolve().as_uri()],
            capture_output=True, encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PdfError(f"{browser} 没有印出 PDF：{error}") from error
    if not target.is_file():
        said = "\n".join(done.stderr.splitlines()[-5:])
        raise PdfError(f"{browser} 没有印出 PDF（退出码 {done.returncode}）：\n{said}".rstrip("\n"))
    reader = PdfReader(target)
    version = re.search(r"Skia/PDF m(\d+)", info(reader, "/Producer"))
    if version and int(version[1]) < _LEAST:
        raise PdfError(f"{browser} 的版本是 {version[1]}，印不出页码；应为 {_LEAST} 或更新的版本。")
    return reader


def info(reader: PdfReader, name: str) -> str:
    """A property of a PDF (``/Producer``); "" for none."""
    return str(reader.metadata.get(name, "")) if reader.metadata else ""
