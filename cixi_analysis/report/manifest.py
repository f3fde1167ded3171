"""What a report said when it was made: a custom XML part, which Word keeps, of every value with its key."""

from collections.abc import Mapping, Sequence

from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from cixi_analysis.report.contents import Contents

NAMESPACE = "urn:cixi-analysis:report:1"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CUSTOM, _PROPERTIES = f"{_OFFICE}/relationships/customXml", f"{_OFFICE}/relationships/customXmlProps"
_STORE = f"{_OFFICE}/customXml"
_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
#: The part's own id, the same in every report.
_ID = "{6C1F0B0E-3C5B-4C1E-9D57-5B1C7A8E2F01}"


def add_manifest(
    document: Document, contents: Contents, keys: Sequence[str], beside: Mapping[int, Mapping[str, str]]
) -> None:
    """Store the values of the document's controls, in their order, each with what stands ``beside`` it; the manifest of an
    earlier report is taken out.
    """
    package = document.part.package
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == _CUSTOM and NAMESPACE.encode() in relation.target_part.blob:
            document.part.drop_rel(key)
            del document.part.rels[key]
    about = {"year": str(contents.year), "title": contents.title, "edition": contents.edition}
    root = etree.Element(f"{{{NAMESPACE}}}report", about, nsmap={None: NAMESPACE})
    for at, key in enumerate(keys):
        value = etree.SubElement(root, f"{{{NAMESPACE}}}value", key=key, **beside.get(at, {}))
        value.text = str(contents.issue.values[key])
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
