"""A report that comes back: what was issued, by the list inside the file, and the computed texts that it has now."""

import io
import posixpath
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cixi_analysis.report.docx_package import is_xml
from cixi_analysis.report.manifest import IssuedList, issued_list
from cixi_analysis.report.tagged_text import Reader, TaggedText
from cixi_analysis.report.values import ReportError
from cixi_analysis.report.word_styles import Styles

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Parts beside the body, by the end of their relationship's type, and what their texts are told to be in.
_BESIDE = {"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
_DAMAGED = "文件已损坏（其中的 XML 不完整），请在 Word 或 WPS 中打开并重新保存"


@dataclass(frozen=True)
class HandedIn:
    """A report as it came back; without a manifest where a program has dropped it."""

    manifest: IssuedList | None
    texts: tuple[TaggedText, ...]


def read_report(content: bytes) -> HandedIn:
    """Read the bytes of a Word file that :func:`~cixi_analysis.report.docx_package.read_docx` has let pass."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        main = next((target for kind, target in _related(package, "") if kind == "officeDocument"), "")
        related = _related(package, main)
        body = _part(package, main)
        if body is None:
            raise ReportError(f"{_DAMAGED}。")
        of_kind = {kind: [t for k, t in related if k == kind] for kind in (*_BESIDE, "styles", "customXml")}
        reader = Reader(Styles(next((_part(package, name) for name in of_kind["styles"]), None)))
        reader.read(body)
        for kind, chapter in _BESIDE.items():
            for name in of_kind[kind]:
                if (part := _part(package, name)) is not None:
                    reader.read(part, chapter)
        found = [m for name in of_kind["customXml"] if (m := issued_list(_part(package, name)))]
    if len(set(found)) > 1:
        raise ReportError("文件中有几份不同的出具清单，像是由几份报告拼成的。请分别检查原来的报告。")
    return HandedIn(found[0] if found else None, tuple(reader.found))


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
    if name not in package.namelist() or not is_xml(name):  # what was not scanned
        return None
    try:
        return ElementTree.fromstring(package.read(name))  # noqa: S314  # files with entities are refused before
    except ElementTree.ParseError:
        raise ReportError(f"{_DAMAGED}。") from None
