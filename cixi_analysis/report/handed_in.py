"""A report that comes back: what was issued, by the list inside the file, and the computed texts that it has now."""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from docx.document import Document

from cixi_analysis.report.docx_package import is_xml
from cixi_analysis.report.manifest import IssuedList, issued_list
from cixi_analysis.report.tagged_text import Reader, TaggedText
from cixi_analysis.report.values import ReportError
from cixi_analysis.report.word_styles import Styles

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Parts beside the body, by the end of their relationship's type, and what their texts are told to be in.
_BESIDE = {"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
_KINDS = (*_BESIDE, "styles")
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
        of_kind = {kind: [t for k, t in related if k == kind] for kind in (*_KINDS, "customXml")}
        parts = {kind: [p for n in names if (p := _part(package, n)) is not None] for kind, names in of_kind.items()}
        found = [m for part in parts["customXml"] if (m := issued_list(part))]
    if len(set(found)) > 1:
        raise ReportError("文件中有几份不同的出具清单，像是由几份报告拼成的。请分别检查原来的报告。")
    return HandedIn(found[0] if found else None, _texts(body, parts))


def texts_of(document: Document) -> tuple[TaggedText, ...]:
    """The computed texts of a document that is being made."""
    parts: dict[str, list[Element]] = {kind: [] for kind in _KINDS}
    for relation in document.part.rels.values():
        if not relation.is_external and (kind := relation.reltype.rpartition("/")[2]) in parts:
            parts[kind].append(ElementTree.fromstring(relation.target_part.blob))  # noqa: S314  # of a checked file
    return _texts(ElementTree.fromstring(document.part.blob), parts)  # noqa: S314


def _texts(body: Element, parts: Mapping[str, list[Element]]) -> tuple[TaggedText, ...]:
    reader = Reader(Styles(next(iter(parts["styles"]), None)))
    reader.read(body)
    for kind, chapter in _BESIDE.items():
        for part in parts[kind]:
            reader.read(part, chapter)
    return tuple(reader.found)


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
