"""A Word file that somebody gives, a template or an edited report: refused with a reason unless it is harmless."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from cixi_analysis.errors import quoted, reason
from cixi_analysis.export.workbook import zip_entry
from cixi_analysis.plan import edition
from cixi_analysis.report.values import ReportError

#: The limits of a report. One has about 2 MB, 6 MB unpacked; pictures make it larger.
MOST_BYTES, MOST_UNPACKED, MOST_XML, MOST_PARTS = 32 * 2**20, 128 * 2**20, 32 * 2**20, 1000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError, NotImplementedError)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SAVE_AS = "请在 Word 或 WPS 中打开，另存为“Word 文档（.docx）”"
#: Start of a part's name, in lower case → what it is.
_REFUSED = {
    "word/vbaproject": "宏", "word/vbadata": "宏", "word/activex": "ActiveX 控件", "customui": "自定义的按钮",
    "word/afchunk": "嵌入的另一种文件",
}  # fmt: skip
_RELATION = re.compile(r"<[^<>]*Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(\w+)\s*=\s*["']([^"']*)["']""")


def read_docx(path: Path) -> bytes:
    """The bytes of a Word file. Raises :class:`ReportError` for what is none, is too large, or could do anything."""
    try:
        if path.is_dir():
            raise ReportError(f"{path} 是一个文件夹，应为一个 .docx 文件。")
        if path.stat().st_size > MOST_BYTES:
            found = f"{path.name} 有 {path.stat().st_size / 2**20:.0f} MB"
            raise ReportError(f"{found}，报告与模板不会超过 {MOST_BYTES // 2**20} MB。")
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"无法打开 {path}：{reason(error)}。") from None
    if problems := list(dict.fromkeys(_problems(content))):
        raise ReportError(f"{path.name} 不能使用：{'；'.join(problems)}。")
    return content


def _problems(content: bytes) -> Iterator[str]:
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        yield "文件加了打开密码，请先取消密码" if encrypted else f"这是旧的 .doc 格式，{_SAVE_AS}"
        return
    if not content.startswith(b"PK"):
        yield f"这不是 Word 文档（.docx），{_SAVE_AS}"
        return
    try:
        # Counted before zipfile makes an object of each entry.
        if content.count(b"PK\1\2") > MOST_PARTS:
            yield f"压缩包里的部分超过 {MOST_PARTS} 个"
            return
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from _package_problems(package)
    except _BROKEN:
        yield _DAMAGED


def _package_problems(package: zipfile.ZipFile) -> Iterator[str]:
    entries = package.infolist()
    total, xml = sum(e.file_size for e in entries), sum(e.file_size for e in entries if _is_xml(e.filename))
    for size, most, what in ((total, MOST_UNPACKED, ""), (xml, MOST_XML, "的 XML")):
        if size > most:
            yield f"展开后有 {size / 2**20:.0f} MB{what}，报告与模板不会超过 {most // 2**20} MB"
            return
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 1 for entry in entries) or len(set(names)) < len(names):
        yield _DAMAGED
        return
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        yield "这个压缩包里没有 Word 文档"
        return
    types = package.read("[Content_Types].xml").decode("utf-8", "replace")
    for start, what in _REFUSED.items():
        if any(name.lower().startswith(start) for name in names):
            yield f"其中有{what}，请删去后另存为不含宏的 .docx"
    if "macroEnabled" in types:
        yield "这是含宏的文档，请另存为不含宏的 .docx"
    elif _MAIN not in types:
        yield f"这不是 Word 文档（.docx），{_SAVE_AS}"
    for entry in entries:
        part = package.read(entry)  # verifies the checksum too
        if entry.filename.endswith(".rels"):
            yield from _external(part.decode("utf-8", "replace"))
        if _is_xml(entry.filename):
            yield from _doctype(part)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _external(relations: str) -> Iterator[str]:
    """The links that lead out of the file."""
    for found in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(found))
        if attributes.get("TargetMode", "").lower() == "external":
            kind = attributes.get("Type", "").rpartition("/")[2]
            what = {"hyperlink": "网址", "image": "图片", "attachedTemplate": "所附的模板"}.get(kind, kind)
            yield f"其中有指向文件以外的链接（{what}：{quoted(attributes.get('Target', ''))[1:-1]}），请取消链接"


def _doctype(part: bytes) -> Iterator[str]:
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append("其中的 XML 定义了实体，正常的文档没有")
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        found.append(_DAMAGED)
    yield from found[:1]


def same_bytes(content: bytes) -> bytes:
    """The package with the dates of the edition, not of the clock, and its parts in a fixed order."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zip_entry(name, edition.date()), source.read(name))
    return made.getvalue()
