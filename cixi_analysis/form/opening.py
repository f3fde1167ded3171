"""Opening a file as a form: the opened form, or the reason (Chinese) why it is not one."""

import hashlib
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import NamedTuple
from xml.etree import ElementTree

from openpyxl import Workbook

from cixi_analysis.errors import CixiError, is_invisible
from cixi_analysis.form.layout import GUIDE, LAYOUT, LAYOUT_CELL, PLAN_CELL, SINCE, UNIT_CELL, YEAR_CELL
from cixi_analysis.form.loading import load_book
from cixi_analysis.form.office_package import BROKEN, DAMAGED, OfficeFile
from cixi_analysis.plan.frame import Frame

#: The limits of a form. One has about 100 KB, 700 KB unpacked, 8,000 cells, 400 drop-downs and hints.
MOST_BYTES, MOST_UNPACKED, MOST_XML = 32 * 2**20, 64 * 2**20, 8 * 2**20  # pictures make the first two larger
MOST_SHEETS = 50
MOST_CELLS = 100_000  # cells, rows, runs of text: what a filled-in form has many of
MOST_OF_A_KIND = 5000  # any other XML element: styles, drop-downs, merged ranges, comments …
LONGEST_CONTENT, DEEPEST = 32_767, 100  # characters in a cell (Excel's own limit); elements in each other
_MOST_BROKEN = 2**18  # bytes of a part that is no whole XML, as drawings may be: the cells stay readable
#: In any encoding, which may give a character several bytes; last, that of mainframes.
_BEGINS_AS_XML = re.compile(rb"[\xef\xbb\xbf\xfe\xff\0\s]*<|Lo\xa7\x94")


class FormError(CixiError):
    """The file is no readable form; the message (Chinese) gives the reason."""


_FORM = OfficeFile("填报表", "Excel", "工作簿", ".xlsx", ".xls 或 .et", MOST_BYTES, MOST_UNPACKED, FormError)
_refuse = _FORM.refuse
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
_AGAIN = "请用 cixi workbook 年份 重新生成填报表"
#: Prefix of a part's name → the kind of package.
_OTHER_PACKAGES = {
    "word/": "这是 Word 文档，不是 Excel 工作簿",
    "ppt/": "这是演示文稿，不是 Excel 工作簿",
    "content.xml": f"这是 OpenDocument 文件（.ods），{_FORM.save_as}",
    "xl/workbook.bin": f"这是二进制工作簿（.xlsb），{_FORM.save_as}",
}


@dataclass(frozen=True)
class FiledForm:
    """A form that was handed in."""

    #: None for that of the whole year
    unit: str | None
    file: str
    sha256: str
    #: how many rows are filled in
    rows: int = 0

    @classmethod
    def of(cls, path: Path, content: bytes, unit: str | None = None) -> "FiledForm":
        name = "".join(c for c in PureWindowsPath(path.name).name if c != "\n" and not is_invisible(c)).strip()
        return cls(unit, name or "工作簿", hashlib.sha256(content).hexdigest())

    @property
    def provenance(self) -> str:
        """``name sha256:…``."""
        return f"{self.file} sha256:{self.sha256}"


class OpenedForm(NamedTuple):
    """A form of the plan: its path, workbook (see :mod:`cixi_analysis.form.loading`), year, layout version, and file."""

    path: Path
    book: Workbook
    year: int
    layout: int
    filed: FiledForm


def open_form(path: Path, frame: Frame) -> OpenedForm:
    """Open a form of the plan.

    Raises :class:`FormError` for everything that is no form of this plan and of a known layout.
    """
    try:
        content = _FORM.content(path)
        _refuse_odd_packages(content)
        try:
            book = load_book(content)
        except Exception:  # openpyxl raises many types for a damaged file, and for some styles that Excel and WPS read
            raise FormError(f"{DAMAGED}；能在 Excel 或 WPS 中打开的，打开并重新保存") from None
        year, layout, unit = _facts(book, frame)
        return OpenedForm(path, book, year, layout, FiledForm.of(path, content, unit))
    except FormError as error:
        raise FormError(f"{path.name} 不是可以读取的填报表：{error}。") from None


def is_form(path: Path, *, unreadable: bool = False) -> bool:
    """Whether a workbook has a form's guide sheet. True for a form of any layout or state: it may have been filled in.
    ``unreadable``: the answer for a file that is damaged, encrypted or in another format, which may be a form that was
    handed in.
    """
    try:
        with zipfile.ZipFile(path) as package, package.open("xl/workbook.xml") as part:
            book = ElementTree.fromstring(part.read(MOST_XML))  # noqa: S314  # expat limits entities
        return any(sheet.get("name") == GUIDE for sheet in book.iterfind(".//{*}sheet"))
    except (*BROKEN, LookupError, ElementTree.ParseError):
        return unreadable


def _refuse_odd_packages(content: bytes) -> None:
    """Check the package before openpyxl unpacks it without limits."""
    with _FORM.opened(content) as package:
        names = set(package.namelist())
        for start, message in _OTHER_PACKAGES.items():
            _refuse(any(name.startswith(start) for name in names), message)
        is_workbook = "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)
        _refuse(not is_workbook, "这个压缩包里没有 Excel 工作簿")
        strict = "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in package.read("xl/workbook.xml")
        _refuse(strict, f"这是“Strict Open XML”格式的工作簿，{_FORM.save_as}")
        scan = _PartCounts()
        for entry in package.infolist():
            scan.read(package.read(entry))  # reading a part also verifies its checksum


class _PartCounts:
    """Counts the contents of all parts of a package, whatever their names; raises FormError beyond a limit."""

    def __init__(self) -> None:
        self._size = self._depth = self._length = 0
        self._inside = False
        self._kinds: Counter[str] = Counter()

    def read(self, part: bytes) -> None:
        """Count a part as far as it is XML; a picture ends at its first byte."""
        self._depth, self._inside, self._formats = 0, False, {"numFmt": set[int](), "xf": set[int]()}
        read, is_whole = _FORM.scan(part, self._start, self._end, self._characters)
        # openpyxl parses most parts with lxml, which knows more encodings and names.
        _refuse(not is_whole and len(part) > _MOST_BROKEN and _BEGINS_AS_XML.match(part) is not None, DAMAGED)
        self._size += read
        size = f"展开后有 {self._size / 2**20:.0f} MB 的 XML，填报表不会超过 {MOST_XML // 2**20} MB"
        _refuse(self._size > MOST_XML, size)
        _refuse(not self._formats["xf"] <= self._formats["numFmt"], f"单元格用了没有定义的数字格式。{DAMAGED}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition("}")[2]
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
        self._inside = self._inside and name.rpartition("}")[2] not in _CONTENTS

    def _characters(self, text: str) -> None:
        if self._inside:
            self._length += len(text)
            _refuse(self._length > LONGEST_CONTENT, f"有一格超过 {LONGEST_CONTENT} 字")


def _facts(book: Workbook, frame: Frame) -> tuple[int, int, str | None]:
    """The year, the layout's version and the unit (None of the whole year's form), of which the guide sheet tells."""
    guide = next((sheet for sheet in book.worksheets if sheet.title == GUIDE), None)
    if guide is None:
        raise FormError(f"没有“{GUIDE}”这张工作表，看不出是不是本规划的填报表。{_AGAIN}，不要改动工作表的名称")
    values = [guide[cell].value for cell in (PLAN_CELL, LAYOUT_CELL, YEAR_CELL)]
    plan, layout, year = ("空" if value is None else str(value) for value in values)
    other = f"“{GUIDE}”{PLAN_CELL} 为“{plan[:60]}”，不是“{frame.short_title}”的填报表"
    _refuse(plan != frame.short_title, other)
    other = f"“{GUIDE}”{LAYOUT_CELL} 的表式版本为“{layout[:60]}”，现在的版本是 {LAYOUT}。{_AGAIN}，把数据抄过去"
    _refuse(layout not in map(str, SINCE.values()), other)
    known = re.fullmatch(r"\d{4}", year) and frame.base_year <= int(year) <= frame.last_year
    span = f"{frame.base_year}—{frame.last_year}（规划的最后一个目标年）中的一个年份，如 {frame.base_year + 1}"
    _refuse(not known, f"“{GUIDE}”{YEAR_CELL} 的年份为“{year[:60]}”，应为 {span}")
    unit = guide[UNIT_CELL]
    if unit.value is None and unit.offset(column=-1).value is None:
        return int(year), int(layout), None
    erased = unit.value is None or not str(unit.value).strip()
    _refuse(erased, f"“{GUIDE}”{UNIT_CELL} 的填报单位为空，应为生成时所写的单位")
    return int(year), int(layout), str(unit.value)
