"""Print an HTML document with the system's Chromium, Chrome or Edge, and finish the PDF: bookmarks, properties, text.

The browser runs without a window, a profile or the network. Chinese fonts draw 生 (U+751F) and the radical ⽣ (U+2F63)
with one glyph, and Chromium's ToUnicode maps give the radical as its meaning. Chromium corrects that beside each use
(ActualText), but not every viewer reads it: there, a search for 生态 would find nothing. So the maps are corrected.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, DictionaryObject, Fit, NameObject, StreamObject, TextStringObject

from cixi_analysis.errors import CixiError

#: The environment variable that names a browser in an unusual place.
VARIABLE = "CIXI_CHROMIUM"
_BROWSERS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
)  # fmt: skip
_OPTIONS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-background-networking",
    "--font-render-hinting=none",  # the same line breaks whatever the screen
    "--no-pdf-header-footer",
)  # fmt: skip
#: The first version that prints page numbers from a style sheet.
_LEAST = 131
_PATIENCE = 300  # seconds, for a busy machine
#: Radicals of simplified characters, which Unicode does not declare equivalent to the character; and the dash.
_SIMPLIFIED = str.maketrans(
    "⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺠―", "西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙民—"
)
_RADICALS = re.compile("[\u2e80-\u2fdf]")
#: ``<code> <character>`` or ``<first code> <last code> <character of the first>``.
_ENTRY = re.compile(rb"^<([0-9A-Fa-f]+)> (?:<([0-9A-Fa-f]+)> )?<([0-9A-Fa-f]{4})>\s*$", re.MULTILINE)


class PdfError(CixiError):
    """No PDF could be made; the message (Chinese) says why."""


@dataclass(frozen=True)
class Heading:
    """A line of the contents and a bookmark."""

    level: int  # 1 a page, 2 a part of it
    anchor: str
    title: str


def find_browser() -> str:
    """The browser's program. Raises :class:`PdfError` where there is none."""
    named = os.environ.get(VARIABLE)
    for name in [named] if named else map(os.path.expandvars, _BROWSERS):
        if program := shutil.which(name):
            return program
    if named:
        raise PdfError(f"环境变量 {VARIABLE} 现为“{named}”，不是可以运行的程序；应为 Chromium、Chrome 或 Edge 的路径。")
    raise PdfError(
        "没有找到 Chromium、Chrome 或 Edge，不能生成 PDF；其余已经生成。"
        f"请安装其中之一，或在环境变量 {VARIABLE} 中写明它的路径。"
    )


def print_pdf(browser: str, document: Path, target: Path) -> PdfReader:
    """Print an HTML file into a PDF and open it. Raises :class:`PdfError` with the browser's messages."""
    # root has no sandbox; the page is our own and loads nothing from elsewhere
    options = [*_OPTIONS, "--no-sandbox"] if sys.platform != "win32" and os.geteuid() == 0 else _OPTIONS
    own = (f"--user-data-dir={document.parent / 'profile'}", f"--print-to-pdf={target}", document.resolve().as_uri())
    target.unlink(missing_ok=True)
    try:
        done = subprocess.run(  # noqa: S603  # the browser found above
            [browser, *options, *own],
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", timeout=_PATIENCE,
            check=False,
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


def places(reader: PdfReader, headings: Iterable[Heading]) -> dict[str, tuple[int, Destination]]:
    """Anchor of a heading → its page, from 1, and its place there. Raises :class:`PdfError` for a missing one."""
    named, found = reader.named_destinations, {}
    for anchor in (heading.anchor for heading in headings):
        number = reader.get_destination_page_number(named[f"/{anchor}"]) if f"/{anchor}" in named else None
        if number is None:
            raise PdfError(f"PDF 的目录里找不到“{anchor}”所在的页，请换用较新的 Chromium。")
        found[anchor] = (number + 1, named[f"/{anchor}"])
    return found


def with_bookmarks(reader: PdfReader, headings: Sequence[Heading], properties: Mapping[str, str]) -> bytes:
    """The file with bookmarks, these properties instead of the browser's, and corrected text."""
    for number in range(1, cast(int, reader.trailer["/Size"])):
        font = reader.get_object(number)
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            stream = cast(StreamObject, font["/ToUnicode"])
            stream.set_data(_ENTRY.sub(_corrected, stream.get_data()))
    writer = PdfWriter(clone_from=reader)
    writer.metadata = {NameObject(name): TextStringObject(text) for name, text in properties.items()}
    found, page = places(reader, headings), None
    for heading in headings:  # Chromium's own bookmarks have a heading twice where it begins a page
        number, place = found[heading.anchor]
        parent, fit = page if heading.level > 1 else None, Fit.xyz(left=0, top=place.top)
        mark = writer.add_outline_item(title=heading.title, page_number=number - 1, parent=parent, fit=fit)
        page = mark if heading.level == 1 else page
    writer.page_mode, writer.pdf_header = "/UseOutlines", reader.pdf_header
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def characters(text: str) -> str:
    """``text`` with its radicals replaced by the characters that look like them."""
    return _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_SIMPLIFIED)


def _corrected(entry: re.Match[bytes]) -> bytes:
    """An entry of a ToUnicode map, with characters for radicals."""
    first, last, start = entry.groups()
    count = int(last, 16) - int(first, 16) + 1 if last else 1
    meant = "".join(chr(int(start, 16) + n) for n in range(count))
    if characters(meant) == meant:
        return entry[0]
    codes = [b"<%04X>" % ord(character) for character in characters(meant)]
    return b"<%b> <%b> [%b]" % (first, last, b" ".join(codes)) if last else b"<%b> %b" % (first, codes[0])
