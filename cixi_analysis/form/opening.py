"""Opening a file as a form: the opened form, or the reason (Chinese) why it is none."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from cixi_analysis.errors import CixiError, reason
from cixi_analysis.form.layout import GUIDE, LAYOUT, LAYOUT_CELL, LAYOUT_WITHOUT_PROGRESS, PLAN_CELL, PLAN_ID, YEAR_CELL
from cixi_analysis.words import BASE_YEAR, LAST_YEAR

MOST_BYTES, MOST_UNPACKED = 32 * 2**20, 64 * 2**20  # a form has about 100 and 500 KB; pictures make it larger
MOST_XML = 8 * 2**20  # openpyxl needs about fifty times as much memory
MOST_MERGED = 100_000  # openpyxl creates every cell of a merged range; a merged column has a million
MOST_PARTS, MOST_SHEETS = 1000, 50
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AGAIN = "请用 cixi workbook 年份 重新生成填报表"
_SAVE_AS = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”"
_DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
#: Start of a part's name → what the package is.
_OTHER_PACKAGES = {
    "word/": "这是 Word 文档，不是 Excel 工作簿",
    "ppt/": "这是演示文稿，不是 Excel 工作簿",
    "content.xml": f"这是 OpenDocument 文件（.ods），{_SAVE_AS}",
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb），{_SAVE_AS}",
}


class FormError(CixiError):
    """The file is no readable form; the message (Chinese) gives the reason."""


def _refuse(wrong: bool, message: str) -> None:
    if wrong:
        raise FormError(message)


@dataclass(frozen=True)
class Opened:
    """An opened form: its workbook with formulas as written, its year and its layout version."""

    content: bytes
    book: Workbook
    year: int
    layout: int

    @cached_property
    def _results(self) -> Workbook:
        return _load(self.content, data_only=True)

    def saved_result(self, cell: Any) -> object:
        """The saved result of a formula's cell; None without one."""
        return self._results[cell.parent.title][cell.coordinate].value


def open_form(path: Path) -> Opened:
    """Open a form. Raises :class:`FormError` for everything that is no form of this plan and of a known layout."""
    try:
        content = _read(path)
        _refuse_other_formats(content)
        _refuse_odd_packages(content)
        book = _load(content)
        return Opened(content, book, *_year_and_layout(book))
    except FormError as error:
        raise FormError(f"{path.name} 不是可以读取的填报表：{error}。") from None


def is_form(path: Path) -> bool:
    """Whether a workbook has a form's guide sheet. True for a form of any layout or state: it may have been filled in."""
    try:
        with zipfile.ZipFile(path) as package:
            return GUIDE in package.read("xl/workbook.xml").decode("utf-8", "replace")
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


def _read(path: Path) -> bytes:
    try:
        _refuse(path.is_dir(), "这是一个文件夹，应为一个 .xlsx 文件")
        _refuse(path.name.startswith("~$"), "这是 Excel 打开工作簿时留下的临时文件，请选择工作簿本身")
        _refuse(not path.exists(), f"没有这个文件（{path}）")
        size = path.stat().st_size
        _refuse(size > MOST_BYTES, f"文件有 {size / 2**20:.0f} MB，填报表不会超过 {MOST_BYTES // 2**20} MB")
        return path.read_bytes()
    except OSError as error:
        raise FormError(f"无法打开（{reason(error)}）") from None


def _refuse_other_formats(content: bytes) -> None:
    _refuse(not content, "文件是空的")
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        _refuse(encrypted, "文件加了打开密码，请先在 Excel 或 WPS 中取消密码")
        raise FormError(f"这是旧的 .xls 格式，{_SAVE_AS}")
    _refuse(content.startswith(b"%PDF"), "这是 PDF 文件")
    if not content.startswith(b"PK"):
        start = content[:4096]
        _refuse(b"\0" in start, "这不是 Excel 工作簿（.xlsx）")
        tags = re.search(rb"<(html|table|\?xml|!doctype)", start, re.IGNORECASE)
        raise FormError(f"这是{'网页或 XML ' if tags else '文本（如 .csv）'}文件，不是 Excel 工作簿")


def _refuse_odd_packages(content: bytes) -> None:
    """Check the package before openpyxl unpacks it without limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            total = sum(entry.file_size for entry in entries)
            _refuse(any(entry.flag_bits & 1 for entry in entries), "压缩包加了密码")
            unpacked = f"展开后有 {total / 2**20:.0f} MB，填报表不会超过 {MOST_UNPACKED // 2**20} MB"
            _refuse(total > MOST_UNPACKED, unpacked)
            _refuse(len(entries) > MOST_PARTS, f"有 {len(entries)} 个部分，填报表不会超过 {MOST_PARTS} 个")
            for start, message in _OTHER_PACKAGES.items():
                _refuse(any(name.startswith(start) for name in names), message)
            is_workbook = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
            _refuse(not is_workbook, "这个压缩包里没有 Excel 工作簿")
            strict = "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in package.read("xl/workbook.xml")
            _refuse(strict, f"这是“Strict Open XML”格式的工作簿，{_SAVE_AS}")
            for entry in entries:
                _refuse_odd_parts(entry.filename, package.read(entry))  # reading a part also verifies its checksum
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise FormError(_DAMAGED) from None


def _refuse_odd_parts(name: str, part: bytes) -> None:
    if not name.endswith((".xml", ".rels")):
        return
    size = f"{len(part) / 2**20:.0f} MB，填报表的一张表不会这么大（至多 {MOST_XML // 2**20} MB）"
    _refuse(len(part) > MOST_XML, f"其中的 {name} 展开后有 {size}")
    # In UTF-16 every letter has a zero byte beside it.
    _refuse(b"<!DOCTYPE" in part.replace(b"\0", b""), "其中的 XML 定义了实体，正常的工作簿没有")
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        merged = sum(_range_sizes(part))
        _refuse(merged > MOST_MERGED, f"合并（或成片设超链接）的单元格有 {merged} 个，请取消整行、整列的合并")


def _range_sizes(part: bytes) -> Iterator[int]:
    """The number of cells of each merged range and each hyperlink's range in a sheet's XML."""
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(part)):  # noqa: S314  # entities are refused before
            if element.tag.rpartition("}")[2] in ("mergeCell", "hyperlink"):
                left, top, right, bottom = range_boundaries(element.get("ref", ""))
                yield (right - left + 1) * (bottom - top + 1)
    except (ElementTree.ParseError, ValueError, TypeError):
        raise FormError(_DAMAGED) from None


def _load(content: bytes, *, data_only: bool = False) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about contents that openpyxl drops; the form needs none of them
            book = load_workbook(io.BytesIO(content), data_only=data_only, keep_links=False)
            sheets = len(book.sheetnames)
    except Exception:  # openpyxl raises many types for a damaged file
        raise FormError(_DAMAGED) from None
    _refuse(sheets > MOST_SHEETS, f"有 {sheets} 张工作表，填报表不超过 {MOST_SHEETS} 张")
    return book


def _year_and_layout(book: Workbook) -> tuple[int, int]:
    guide = next((sheet for sheet in book.worksheets if sheet.title == GUIDE), None)
    if guide is None:
        raise FormError(f"没有“{GUIDE}”这张工作表，看不出是不是本规划的填报表。{_AGAIN}，不要改动工作表的名称")
    values = (guide[cell].value for cell in (PLAN_CELL, LAYOUT_CELL, YEAR_CELL))
    plan, layout, year = ("空" if value is None else str(value)[:60] for value in values)
    _refuse(plan != PLAN_ID, f"“{GUIDE}”{PLAN_CELL} 为“{plan}”，不是“{PLAN_ID}”的填报表")
    other = f"“{GUIDE}”{LAYOUT_CELL} 的表式版本为“{layout}”，现在的版本是 {LAYOUT}。{_AGAIN}，把数据抄过去"
    _refuse(layout not in (str(LAYOUT), str(LAYOUT_WITHOUT_PROGRESS)), other)
    known = re.fullmatch(r"\d{4}", year) and BASE_YEAR <= int(year) <= LAST_YEAR
    span = f"{BASE_YEAR}—{LAST_YEAR} 中的一个年份，如 {BASE_YEAR + 1}"
    _refuse(not known, f"“{GUIDE}”{YEAR_CELL} 的年份为“{year}”，应为 {span}")
    return int(year), int(layout)
