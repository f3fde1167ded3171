"""Is it a readable form at all? Whatever the file holds, the answer is the opened form or a reason in Chinese."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from cixi_analysis.errors import reason
from cixi_analysis.form.layout import GUIDE, LAYOUT, LAYOUT_CELL, LAYOUT_WITHOUT_PROGRESS, PLAN_CELL, PLAN_ID, YEAR_CELL
from cixi_analysis.form.problem import FormError
from cixi_analysis.words import BASE_YEAR, LAST_YEAR

#: A form is some 100 KB and unpacks to some 500 KB; pictures that somebody pasted in may make it larger.
MOST_BYTES = 32 * 2**20
MOST_UNPACKED = 64 * 2**20
#: openpyxl needs some fifty times the size of a sheet's XML.
MOST_XML = 8 * 2**20
MOST_PARTS = 1000
MOST_SHEETS = 50
#: openpyxl makes a cell of each cell of a merged range; a merged column has a million.
MOST_MERGED = 100_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AGAIN = "请用 cixi workbook 年份 重新生成填报表"
_SAVE_AS = "请在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”"
_DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"


@dataclass(frozen=True)
class Opened:
    """A form as opened: its cells with formulas as written, the year it is for, and of which layout it is."""

    content: bytes
    book: Workbook
    year: int
    layout: int

    @cached_property
    def results(self) -> Workbook:
        """The same workbook with the saved results in place of the formulas."""
        return _load(self.content, data_only=True)


def open_form(path: Path) -> Opened:
    """Open a form. Raises :class:`FormError` for everything that is no form of this plan and layout."""
    try:
        content = _bytes(path)
        _refuse_other_formats(content)
        _refuse_odd_packages(content)
        book = _load(content)
        return Opened(content, book, *_identify(book))
    except FormError as error:
        raise FormError(f"{path.name} 不是可以读取的填报表：{error}。") from None


def is_form(path: Path) -> bool:
    """Whether a workbook has a form's first sheet: of whatever layout and state, somebody may have filled it in."""
    try:
        with zipfile.ZipFile(path) as package:
            return GUIDE in package.read("xl/workbook.xml").decode("utf-8", "replace")
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise FormError("这是一个文件夹，应为一个 .xlsx 文件")
        if path.name.startswith("~$"):
            raise FormError("这是 Excel 打开工作簿时留下的临时文件，请选择工作簿本身")
        if not path.exists():
            raise FormError(f"没有这个文件（{path}）")
        if path.stat().st_size > MOST_BYTES:
            raise FormError(f"文件有 {path.stat().st_size / 2**20:.0f} MB，填报表不会超过 {MOST_BYTES // 2**20} MB")
        return path.read_bytes()
    except OSError as error:
        raise FormError(f"无法打开（{reason(error)}）") from None


def _refuse_other_formats(content: bytes) -> None:
    if not content:
        raise FormError("文件是空的")
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise FormError("文件加了打开密码，请先在 Excel 或 WPS 中取消密码")
        raise FormError(f"这是旧的 .xls 格式，{_SAVE_AS}")
    if content.startswith(b"PK"):
        return
    if content.startswith(b"%PDF"):
        raise FormError("这是 PDF 文件")
    start = content[:4096]
    if b"\0" not in start:
        tags = re.search(rb"<(html|table|\?xml|!doctype)", start, re.IGNORECASE)
        raise FormError(f"这是{'网页或 XML ' if tags else '文本（如 .csv）'}文件，不是 Excel 工作簿")
    raise FormError("这不是 Excel 工作簿（.xlsx）")


def _refuse_odd_packages(content: bytes) -> None:
    """The package is looked through before openpyxl, which would unpack whatever it is given."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise FormError("压缩包加了密码")
            total = sum(entry.file_size for entry in entries)
            if total > MOST_UNPACKED:
                raise FormError(f"展开后有 {total / 2**20:.0f} MB，填报表不会超过 {MOST_UNPACKED // 2**20} MB")
            if len(entries) > MOST_PARTS:
                raise FormError(f"有 {len(entries)} 个部分，填报表不会超过 {MOST_PARTS} 个")
            _refuse_other_packages({entry.filename for entry in entries}, package)
            for entry in entries:
                _look_at(entry, package.read(entry))  # reading it whole also checks its check sum
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, FormError):
            raise
        raise FormError(_DAMAGED) from None


def _refuse_other_packages(names: set[str], package: zipfile.ZipFile) -> None:
    for start, kind in (("word/", " Word 文档"), ("ppt/", "演示文稿"), ("content.xml", " OpenDocument 文件（.ods）")):
        if any(name.startswith(start) for name in names):
            raise FormError(f"这是{kind}，{_SAVE_AS}" if kind.endswith("）") else f"这是{kind}，不是 Excel 工作簿")
    if "xl/workbook.bin" in names:
        raise FormError(f"这是二进制工作簿（.xlsb），{_SAVE_AS}")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise FormError("这个压缩包里没有 Excel 工作簿")
    if "xl/workbook.xml" in names and b"purl.oclc.org/ooxml" in package.read("xl/workbook.xml"):
        raise FormError(f"这是“Strict Open XML”格式的工作簿，{_SAVE_AS}")


def _look_at(entry: zipfile.ZipInfo, part: bytes) -> None:
    if not entry.filename.endswith((".xml", ".rels")):
        return
    if len(part) > MOST_XML:
        raise FormError(
            f"其中的 {entry.filename} 展开后有 {len(part) / 2**20:.0f} MB，填报表的一张表不会这么大（至多 {MOST_XML // 2**20} MB）"
        )
    if b"<!DOCTYPE" in part.replace(b"\0", b""):  # in UTF-16, each letter has a zero beside it
        raise FormError("其中的 XML 定义了实体，正常的工作簿没有")
    if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
        merged = sum(_cells_of_ranges(part))
        if merged > MOST_MERGED:
            raise FormError(f"合并（或成片设超链接）的单元格有 {merged} 个，请取消整行、整列的合并")


def _cells_of_ranges(part: bytes) -> Iterator[int]:
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(part)):  # noqa: S314  # see above: no entities
            if element.tag.rpartition("}")[2] in ("mergeCell", "hyperlink"):
                left, top, right, bottom = range_boundaries(element.get("ref", ""))
                yield (right - left + 1) * (bottom - top + 1)
    except (ElementTree.ParseError, ValueError, TypeError):
        raise FormError(_DAMAGED) from None


def _load(content: bytes, *, data_only: bool = False) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl does not keep is not ours to keep
            book = load_workbook(io.BytesIO(content), data_only=data_only, keep_links=False)
            sheets = len(book.sheetnames)
    except Exception:  # openpyxl says what it stumbles over in many ways; here all of them mean the same
        raise FormError(_DAMAGED) from None
    if sheets > MOST_SHEETS:
        raise FormError(f"有 {sheets} 张工作表，填报表不超过 {MOST_SHEETS} 张")
    return book


def _identify(book: Workbook) -> tuple[int, int]:
    """Year and layout, once plan and layout are known here."""
    guide = next((sheet for sheet in book.worksheets if sheet.title == GUIDE), None)
    if guide is None:
        raise FormError(f"没有“{GUIDE}”这张工作表，看不出是不是本规划的填报表。{_AGAIN}，不要改动工作表的名称")
    plan, layout, year = (guide[cell].value for cell in (PLAN_CELL, LAYOUT_CELL, YEAR_CELL))
    if plan != PLAN_ID:
        raise FormError(f"“{GUIDE}”{PLAN_CELL} 为“{_shown(plan)}”，不是“{PLAN_ID}”的填报表")
    if _shown(layout) not in (str(LAYOUT), str(LAYOUT_WITHOUT_PROGRESS)):
        raise FormError(
            f"“{GUIDE}”{LAYOUT_CELL} 的表式版本为“{_shown(layout)}”，现在的版本是 {LAYOUT}。{_AGAIN}，把数据抄过去"
        )
    digits = _shown(year)
    if not re.fullmatch(r"\d{4}", digits) or not BASE_YEAR <= int(digits) <= LAST_YEAR:
        raise FormError(
            f"“{GUIDE}”{YEAR_CELL} 的年份为“{digits}”，应为 {BASE_YEAR}—{LAST_YEAR} 中的一个年份，如 {BASE_YEAR + 1}"
        )
    return int(digits), int(_shown(layout))


def _shown(value: object) -> str:
    return "空" if value is None else str(value)[:60]
