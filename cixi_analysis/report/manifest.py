"""What a report said when it was made: a custom XML part, which Word keeps, of every value with its key."""

from typing import NamedTuple
from xml.etree.ElementTree import Element

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from cixi_analysis.report.values import ReportError

NAMESPACE = "urn:cixi-analysis:report:1"
_ANY_VERSION = NAMESPACE.rpartition(":")[0] + ":"
_REPORT, _VALUE = f"{{{NAMESPACE}}}report", f"{{{NAMESPACE}}}value"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM, _PROPERTIES = f"{_OFFICE}/relationships/customXml", f"{_OFFICE}/relationships/customXmlProps"
_STORE = f"{_OFFICE}/customXml"
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
#: The part's own id, the same in every report.
_ID = "{6C1F0B0E-3C5B-4C1E-9D57-5B1C7A8E2F01}"


class IssuedText(NamedTuple):
    """A text as it was issued, the row that it stood in, and what stood beside it."""

    key: str
    text: str
    row: str = ""
    before: str = ""
    after: str = ""


class IssuedList(NamedTuple):
    """What was issued, in the order of the document."""

    year: int
    #: of the plan
    title: str
    values: tuple[IssuedText, ...]


def add_manifest(document: Document, issued: IssuedList) -> None:
    """Store the list; that of an earlier report is taken out."""
    package = document.part.package
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == _CUSTOM and NAMESPACE.encode() in relation.target_part.blob:
            document.part.drop_rel(key)
            del document.part.rels[key]
    root = etree.Element(_REPORT, {"year": str(issued.year), "title": issued.title}, nsmap={None: NAMESPACE})
    for one in issued.values:
        about = one._asdict()
        text = about.pop("text")
        etree.SubElement(root, _VALUE, about).text = text
    taken = {str(part.partname) for part in package.iter_parts()}
    number = next(n for n in range(1, 1000) if f"/customXml/item{n}.xml" not in taken)
    part = Part(PackURI(f"/customXml/item{number}.xml"), "application/xml", _xml(root), package)
    store = etree.Element(f"{{{_STORE}}}datastoreItem", {f"{{{_STORE}}}itemID": _ID}, nsmap={"ds": _STORE})
    schemas = etree.SubElement(store, f"{{{_STORE}}}schemaRefs")
    etree.SubElement(schemas, f"{{{_STORE}}}schemaRef", {f"{{{_STORE}}}uri": NAMESPACE})
    uri = PackURI(f"/customXml/itemProps{number}.xml")
    part.relate_to(Part(uri, _PROPERTIES_TYPE, _xml(store), package), _PROPERTIES)
    document.part.relate_to(part, _CUSTOM)


def _xml(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def issued_list(part: Element | None) -> IssuedList | None:
    """The list that a part holds; None where it holds something else."""
    if part is None or not part.tag.startswith(f"{{{_ANY_VERSION}"):
        return None
    year = part.get("year", "")
    if part.tag != _REPORT or not (len(year) == 4 and year.isdecimal()):
        raise ReportError("这份报告的出具清单是另一种版式，请用生成它的那一版程序检查。")
    values = (
        IssuedText(one.get("key", ""), one.text or "", *(one.get(name, "") for name in ("row", "before", "after")))
        for one in part.iter(_VALUE)
    )
    return IssuedList(int(year), part.get("title", ""), tuple(values))
