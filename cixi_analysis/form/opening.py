"""Opening a file as a form: the opened form, or the reason (Chinese) why it is none."""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from xml.parsers import expat

from openpyxl import Workbook

from cixi_analysis.errors import CixiError, reason
from cixi_analysis.form.layout import GUIDE, LAYOUT, LAYOUT_CELL, PLAN_CELL, SINCE, YEAR_CELL
from cixi_analysis.form.loading import load_book
from cixi_analysis.plan.frame import Frame

#: The limits of a form. One has about 75 KB, 400 KB unpacked, 5,000 cells, 250 drop-downs and hints.
MOST_BYTES, MOST_UNPACKED, MOST_XML = 32 * 2**20, 64 * 2**20, 8 * 2**20  # pictures make the first two larger
MOST_PARTS, MOST_SHEETS = 1000, 50
MOST_CELLS = 100_000  # cells, rows, runs of text: what a filled-in form has many of
MOST_OF_A_KIND = 5000  # any other XML element: styles, drop-downs, merged ranges, comments …
LONGEST_CONTENT, DEEPEST = 32_767, 100  # characters in a cell (Excel's own limit); elements in each other
#: XML elements that belong to cells.
_CELLS = {
    "row", "c", "v", "f", "is", "si", "t", "r", "rPr", "rFont", "sz", "color", "family", "charset", "scheme", "b", "i",
    "u", "strike", "vertAlign", "rPh", "phoneticPr",
}  # fmt: skip
_NAMES = {
    "sheet": "工作表", "row": "行", "c": "单元格", "f": "公式", "si": "文字", "xf": "样式", "cellStyle": "样式", "mergeCell": "合并的单元格",
    "dataValidation": "数据验证", "cfRule": "条件格式", "sqref": "条件格式或数据验证的区域", "definedName": "名称", "comment": "批注",
    "hyperlink": "超链接",
}  # fmt: skip
_FIRST_OWN_FORMAT = 164  # number formats below are built in
_CONTENTS = {"si", "is", "v", "f"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AGAIN = "请用 cixi workbook 年份 重新生成填报表"
_SAVE_AS = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”"
_DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
#: What zipfile and zlib raise for a damaged package.
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError, struct.error)
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


def open_form(path: Path, frame: Frame) -> tuple[Workbook, int, int]:
    """Open a form of the plan: its workbook (see :mod:`cixi_analysis.form.loading`), year and layout version.

    Raises :class:`FormError` for everything that is no form of this plan and of a known layout.
    """
    try:
        content = _content(path)
        _refuse_odd_packages(content)
        try:
            book = load_book(content)
        except Exception:  # openpyxl raises many types for a damaged file
            raise FormError(_DAMAGED) from None
        return book, *_year_and_layout(book, frame)
    except FormError as error:
        raise FormError(f"{path.name} 不是可以读取的填报表：{error}。") from None


def is_form(path: Path) -> bool:
    """Whether a workbook has a form's guide sheet. True for a form of any layout or state: it may have been filled in."""
    try:
        with zipfile.ZipFile(path) as package, package.open("xl/workbook.xml") as part:
            return GUIDE in part.read(MOST_XML).decode("utf-8", "replace")
    except (*_BROKEN, KeyError):
        return False


def _content(path: Path) -> bytes:
    """The bytes of an .xlsx file; other formats are refused by name."""
    try:
        _refuse(path.is_dir(), "这是一个文件夹，应为一个 .xlsx 文件")
        _refuse(path.name.startswith("~$"), "这是 Excel 打开工作簿时留下的临时文件，请选择工作簿本身")
        _refuse(not path.exists(), f"没有这个文件（{path}）")
        _refuse(not path.is_file(), "这不是普通文件（是管道或设备），应为一个 .xlsx 文件")
        size = path.stat().st_size
        _refuse(size > MOST_BYTES, f"文件有 {size / 2**20:.0f} MB，填报表不会超过 {MOST_BYTES // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise FormError(f"无法打开（{reason(error)}）") from None
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
    return content


def _refuse_odd_packages(content: bytes) -> None:
    """Check the package before openpyxl unpacks it without limits."""
    # Counted before zipfile makes an object of each entry.
    count = content.count(b"PK\1\2")
    _refuse(count > MOST_PARTS, f"有 {count} 个部分，填报表不会超过 {MOST_PARTS} 个")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            total = sum(entry.file_size for entry in entries)
            _refuse(any(entry.flag_bits & 1 for entry in entries), "压缩包加了密码")
            unpacked = f"展开后有 {total / 2**20:.0f} MB，填报表不会超过 {MOST_UNPACKED // 2**20} MB"
            _refuse(total > MOST_UNPACKED, unpacked)
            # No spreadsheet program uses another compression, whose dictionary can be of any size.
            usual = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
            _refuse(not all(entry.compress_type in usual for entry in entries) or len(names) < len(entries), _DAMAGED)
            for start, message in _OTHER_PACKAGES.items():
                _refuse(any(name.startswith(start) for name in names), message)
            is_workbook = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
            _refuse(not is_workbook, "这个压缩包里没有 Excel 工作簿")
            strict = "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in package.read("xl/workbook.xml")
            _refuse(strict, f"这是“Strict Open XML”格式的工作簿，{_SAVE_AS}")
            scan = _Scan()
            for entry in entries:
                scan.read(package.read(entry))  # reading a part also verifies its checksum
    except _BROKEN:
        raise FormError(_DAMAGED) from None


class _Scan:
    """Counts what all parts of a package hold, whatever they are called; raises FormError beyond a limit."""

    def __init__(self) -> None:
        self._size = self._depth = self._length = 0
        self._inside = False
        self._kinds: Counter[str] = Counter()

    def read(self, part: bytes) -> None:
        """Count a part as far as it is XML; a picture ends at its first byte, a broken part where openpyxl stops too."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = lambda *_: _refuse(True, "其中的 XML 定义了实体，正常的工作簿没有")
        self._depth, self._inside, self._formats = 0, False, {"numFmt": set[int](), "xf": set[int]()}
        with suppress(expat.ExpatError):
            parser.Parse(part, True)
        self._size += max(0, parser.CurrentByteIndex)
        size = f"展开后有 {self._size / 2**20:.0f} MB 的 XML，填报表不会超过 {MOST_XML // 2**20} MB"
        _refuse(self._size > MOST_XML, size)
        _refuse(not self._formats["xf"] <= self._formats["numFmt"], f"单元格用了没有定义的数字格式。{_DAMAGED}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        self._kinds[kind] += 1
        self._kinds["sqref"] += attributes.get("sqref", "").count(" ")  # ranges that a rule applies to
        for one in (kind, "sqref"):
            most = MOST_SHEETS if one == "sheet" else MOST_CELLS if one in _CELLS else MOST_OF_A_KIND
            found = f"其中的{_NAMES.get(one, f' {one} 元素')}超过 {most} 个，填报表没有这么多"
            _refuse(self._kinds[one] > most, found)
        self._depth += 1
        _refuse(self._depth > DEEPEST, f"XML 嵌套超过 {DEEPEST} 层，正常的工作簿没有")
        if kind in _CONTENTS:
            self._inside, self._length = True, 0
        number_format = attributes.get("numFmtId", "")
        if kind in ("numFmt", "xf") and number_format.isdecimal() and int(number_format) >= _FIRST_OWN_FORMAT:
            self._formats[kind].add(int(number_format))

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._inside = self._inside and name.rpartition(" ")[2] not in _CONTENTS

    def _characters(self, text: str) -> None:
        if self._inside:
            self._length += len(text)
            _refuse(self._length > LONGEST_CONTENT, f"有一格超过 {LONGEST_CONTENT} 字")


def _year_and_layout(book: Workbook, frame: Frame) -> tuple[int, int]:
    guides = [sheet for sheet in book.worksheets if sheet.title == GUIDE]
    _refuse(not guides, f"没有“{GUIDE}”这张工作表，看不出是不是本规划的填报表。{_AGAIN}，不要改动工作表的名称")
    values = (guides[0][cell].value for cell in (PLAN_CELL, LAYOUT_CELL, YEAR_CELL))
    plan, layout, year = ("空" if value is None else str(value) for value in values)
    other = f"“{GUIDE}”{PLAN_CELL} 为“{plan[:60]}”，不是“{frame.short_title}”的填报表"
    _refuse(plan != frame.short_title, other)
    other = f"“{GUIDE}”{LAYOUT_CELL} 的表式版本为“{layout[:60]}”，现在的版本是 {LAYOUT}。{_AGAIN}，把数据抄过去"
    _refuse(layout not in map(str, SINCE.values()), other)
    known = re.fullmatch(r"\d{4}", year) and frame.base_year <= int(year) <= frame.last_year
    span = f"{frame.base_year}—{frame.last_year}（规划的最后一个目标年）中的一个年份，如 {frame.base_year + 1}"
    _refuse(not known, f"“{GUIDE}”{YEAR_CELL} 的年份为“{year[:60]}”，应为 {span}")
    return int(year), int(layout)
