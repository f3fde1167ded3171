"""An untrusted Word file, a template or an edited report: refused with a reason unless it is harmless.

From an edited report it reads the list of issued texts inside the file, and the computed texts in the document.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cixi_analysis.errors import quoted
from cixi_analysis.export.workbook import zipped
from cixi_analysis.form.office_package import DAMAGED, OfficeFile
from cixi_analysis.plan import build_date
from cixi_analysis.report.issue import IssuedList, ReportError, issued_list
from cixi_analysis.report.tagged_text import PARTS, TaggedText, tagged_texts

#: The limits of a report. One has 1 MB, 4 MB unpacked, 2 MB of XML, 60,000 elements; pictures make it larger.
MOST_BYTES, MOST_UNPACKED, MOST_XML = 64 * 2**20, 256 * 2**20, 32 * 2**20
MOST_ELEMENTS, DEEPEST = 1_000_000, 120
MOST_MARKED = 20_000  # controls and bookmarks: a report has 3,000
_WORD = OfficeFile("报告或模板", "Word", "文档", ".docx", ".doc 或 .wps", MOST_BYTES, MOST_UNPACKED, ReportError)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_PACKAGES = {
    "xl/": "这是 Excel 工作簿，不是 Word 文档",
    "ppt/": "这是演示文稿，不是 Word 文档",
    "content.xml": f"这是 OpenDocument 文件（.odt），{_WORD.save_as}",
}
#: The end of a relationship's type, in lower case → the kind of part, which is found by it and not by its name.
_REFUSED = {
    "vbaproject": "宏", "wordvbadata": "宏", "oleobject": "嵌入的对象（OLE）", "control": "ActiveX 控件", "afchunk": "嵌入的另一份文档",
    "extensibility": "自定义的按钮", "keymapcustomizations": "自定义的按键", "attachedtoolbars": "自定义的工具栏",
    "webextension": "加载项", "webextensiontaskpanes": "加载项",
}  # fmt: skip
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OUTSIDE = {"image": "图片", "attachedtemplate": "所附的模板", "oleobject": "对象", "hyperlink": "文件或程序"}
#: Addresses that a reader follows by a click, and nothing else does.
_HARMLESS = ("http", "https", "mailto")
#: Fields that read another file, or run something.
_FIELDS = {
    "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "DATABASE", "RD", "MACROBUTTON",
}  # fmt: skip


def read_docx(path: Path) -> bytes:
    """The bytes of a Word file. Raises :class:`ReportError` for another format, an oversized one, or active content."""
    try:
        content = _WORD.content(path)
        with _WORD.opened(content) as package:
            problems = list(dict.fromkeys(_problems(package)))
    except ReportError as error:
        problems = [str(error)]
    if problems:
        raise ReportError(f"{path.name} 不能使用：{'；'.join(problems)}。")
    return content


def _problems(package: zipfile.ZipFile) -> Iterator[str]:
    names = package.namelist()
    for start, message in _OTHER_PACKAGES.items():
        _WORD.refuse(any(name.startswith(start) for name in names), message)
    _WORD.refuse("[Content_Types].xml" not in names or "_rels/.rels" not in names, "这个压缩包里没有 Word 文档")
    xml = sum(entry.file_size for entry in package.infolist() if is_xml(entry.filename))
    most = f"展开后有 {xml / 2**20:.0f} MB 的 XML，{_WORD.name}不会超过 {MOST_XML // 2**20} MB"
    _WORD.refuse(xml > MOST_XML, most)
    scan = _Scan()
    for name in names:
        part = package.read(name)  # verifies the checksum too
        if is_xml(name):
            yield from scan.problems(name, part)
        if name.lower().endswith(".rels"):
            yield from _relations(name, part)
    types = ElementTree.fromstring(package.read("[Content_Types].xml"))  # noqa: S314  # scanned above
    kinds = {one.get("PartName") or f".{one.get('Extension')}": one.get("ContentType", "").lower() for one in types}
    for name, kind in kinds.items():
        if kind.endswith("+xml") and not kind.startswith("image/") and not is_xml(name):
            yield f"其中有不以 .xml 结尾的 XML（{quoted(name)[1:-1]}），正常的文档没有"
    if any("macroenabled" in kind or "vbaproject" in kind for kind in kinds.values()):
        yield "这是含宏的文档，请另存为不含宏的 .docx"
    elif _MAIN not in kinds.values():
        yield f"这不是 Word 文档（.docx），{_WORD.save_as}"
    beginnings = {"_rels/.rels", "word/document.xml"}.intersection(names)
    if any(b"purl.oclc.org/ooxml" in package.read(name) for name in beginnings):
        yield f"这是“Strict Open XML”格式的文档，{_WORD.save_as}"


def is_xml(name: str) -> bool:
    """Whether a part is read as XML: no other is scanned."""
    return name.lower().endswith((".xml", ".rels"))


def _relations(name: str, part: bytes) -> Iterator[str]:
    """Problems of a part's relationships: targets, inside or outside, that a package must not have."""
    for one in ElementTree.fromstring(part):  # noqa: S314  # scanned before
        kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
        if one.get("TargetMode", "").lower() == "external":
            if kind == "hyperlink" and _is_harmless(target):
                continue
            where = f"{_OUTSIDE.get(kind.lower(), kind)}：{quoted(target)[1:-1]}，见 {name}"
            yield f"其中有指向文件以外的链接（{where}），请取消链接"
        elif what := _REFUSED.get(kind.lower()):
            yield f"其中有{what}（{quoted(target)[1:-1]}），请删去后另存为不含宏的 .docx"


def _is_harmless(address: str) -> bool:
    """Whether it is an address on the web, or within this document or beside it."""
    try:
        scheme, host = urlsplit(address.replace("\\", "/"))[:2]
    except ValueError:
        return False
    return scheme.lower() in _HARMLESS or not (scheme or host)


class _Scan:
    """Scans all parts of a package; raises beyond a limit."""

    def __init__(self) -> None:
        self._elements = self._marked = self._depth = 0

    def problems(self, name: str, part: bytes) -> list[str]:
        """The problems of a part: entity definitions, objects, fields that read another file or run something."""
        self._depth, self._codes, self._in_code, self._object = 0, [""], False, False
        self._ended: list[str] = []
        _, is_whole = _WORD.scan(part, self._start, self._end, self._characters)
        _WORD.refuse(not is_whole, f"{DAMAGED}（{name}）")
        words = [(code.split() or [""])[0].upper() for code in (*self._ended, *self._codes)]
        found = [
            f"其中有读取别的文件或运行程序的域（{word}，见 {name}），请选中后按 Ctrl+Shift+F9 取消链接"
            for word in words if word in _FIELDS
        ]  # fmt: skip
        if self._object:  # its relationship may be that of the figures of a chart
            found.append(f"其中有{_REFUSED['oleobject']}（见 {name}），请删去后另存为不含宏的 .docx")
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements, self._depth = self._elements + 1, self._depth + 1
        space, _, kind = name.rpartition("}")
        self._in_code = kind == "instrText"
        self._object |= kind == "OLEObject"
        self._marked += kind in ("sdt", "bookmarkStart")
        many = (" XML 元素", self._elements, MOST_ELEMENTS), ("内容控件和书签", self._marked, MOST_MARKED)
        for what, count, most in many:
            _WORD.refuse(count > most, f"其中的{what}超过 {most // 10_000} 万个，{_WORD.name}没有这么多")
        _WORD.refuse(self._depth > DEEPEST, f"XML 嵌套超过 {DEEPEST} 层，正常的文档没有")
        if kind == "fldSimple":
            self._ended.append(attributes.get(f"{space}}}instr", ""))
        elif kind == "fldChar" and attributes.get(f"{space}}}fldCharType") == "begin":
            self._codes.append("")
        elif kind == "fldChar" and attributes.get(f"{space}}}fldCharType") == "end" and len(self._codes) > 1:
            self._ended.append(self._codes.pop())

    def _end(self, _: str) -> None:
        self._depth -= 1
        self._in_code = False

    def _characters(self, text: str) -> None:
        if self._in_code:
            self._codes[-1] += text


def same_bytes(content: bytes) -> bytes:
    """The package with the date of the build, not of the clock, and its parts in a fixed order."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        return zipped({name: source.read(name) for name in names}, build_date())


@dataclass(frozen=True)
class HandedIn:
    """A report as it came back; without a manifest where a program has dropped it."""

    manifest: IssuedList | None
    texts: tuple[TaggedText, ...]


def read_report(content: bytes) -> HandedIn:
    """Read the bytes of a Word file that :func:`read_docx` has let pass."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        main = next((target for kind, target in _related(package, "") if kind == "officeDocument"), "")
        if (body := _part(package, main)) is None:
            raise ReportError("文件已损坏（其中的 XML 不完整），请在 Word 或 WPS 中打开并重新保存。")
        names = [(kind, name) for kind, name in _related(package, main) if kind in (*PARTS, "customXml")]
        parts = [(kind, part) for kind, name in names if (part := _part(package, name)) is not None]
    lists = {found for kind, part in parts if kind == "customXml" and (found := issued_list(part))}
    if len(lists) > 1:
        raise ReportError("文件中有几份不同的出具清单，像是由几份报告拼成的。请分别检查原来的报告。")
    return HandedIn(next(iter(lists), None), tagged_texts(body, parts))


def _related(package: zipfile.ZipFile, part: str) -> list[tuple[str, str]]:
    """(end of the type, name) of the parts that a part refers to."""
    folder, name = posixpath.split(part)
    relations = _part(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    return [
        (one.get("Type", "").rpartition("/")[2], posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[1:])
        for one in (() if relations is None else relations.iter(_RELATION))
        if one.get("TargetMode") != "External"
    ]  # fmt: skip


def _part(package: zipfile.ZipFile, name: str) -> Element | None:
    """A part as XML; None where there is none, or it was not scanned."""
    known = is_xml(name) and name in package.namelist()
    return ElementTree.fromstring(package.read(name)) if known else None  # noqa: S314  # scanned before
