"""A computed text and its key: in a template it is a string, in the document a content control of that name.

The issued values are stored with their keys inside the report, in a custom XML part, which Word preserves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple, Self
from xml.etree.ElementTree import Element

import altair as alt
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree
from markupsafe import Markup

from cixi_analysis.errors import CixiError
from cixi_analysis.export.workbook import printable
from cixi_analysis.presentation.figure import Picture, picture, titles_of
from cixi_analysis.presentation.formatting import EMPTY
from cixi_analysis.presentation.html import Html

#: Around a key or a picture's name in the rendered document: private-use characters, which no data holds.
START, END = "\ue000", "\ue001"
#: What Word stores as a control's tag: at most 64 characters.
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class ReportError(CixiError):
    """The report cannot be made, or the template cannot be used; the message (Chinese) says why."""


class Value(str):
    """A text with its key. A template prints the key as a token, which the last pass over the document replaces."""

    key: str
    #: what it is, in Chinese
    about: str

    def __new__(cls, key: str, text: str, about: str) -> Self:
        if not _KEY.fullmatch(key):
            raise ValueError(key)
        value = super().__new__(cls, printable(text).strip() or EMPTY)
        value.key, value.about = key, about
        return value

    def __html__(self) -> Markup:
        return Markup(f"{START}{self.key}{END}")  # noqa: S704  # a key is plain ASCII

    def __bool__(self) -> bool:
        """False for 0 and for an empty text, so that ``{% if level.unmet %}`` works as expected."""
        return str(self) not in ("0", EMPTY)


class Drawn(str):
    """A picture's name; a template prints it as a token, which the picture replaces."""

    def __html__(self) -> Markup:
        return Markup(f"{START}{self}{END}")  # noqa: S704  # a name is plain ASCII, and no key


@dataclass(frozen=True)
class Issue:
    """The values and pictures of one report, by key and by name."""

    values: dict[str, Value] = field(default_factory=dict)
    pictures: dict[str, Callable[[], Picture]] = field(default_factory=dict)

    def value(self, key: str, text: object, about: str) -> Value:
        """The value of a key; a key has one text."""
        made = Value(key, str(text), about)
        if str(self.values.setdefault(key, made)) != str(made):
            raise ValueError(f"{key}: {self.values[key]!r}, {made!r}")
        return made

    def row(self, key: str, texts: Mapping[str, object], about: str) -> dict[str, Value]:
        """The values of a row, by the last part of their keys."""
        return {name: self.value(f"{key}.{name}", text, about) for name, text in texts.items()}

    def sentence(self, name: str, told: Html, about: str) -> Value:
        """A paragraph of the book as a value, which is false where it is empty."""
        return self.value(f"sentence.{name}", told.striptags(), about)

    def figure(self, name: str, chart: alt.TopLevelMixin | Html) -> SimpleNamespace | None:
        """Title, note and picture of a chart; None where a sentence stands in its place."""
        if isinstance(chart, Html):
            return None
        self.pictures[name] = partial(picture, chart)
        title, note = titles_of(chart)
        told = self.value(f"figure.{name}.title", title, "图题"), self.value(f"figure.{name}.note", note, "图注")
        return SimpleNamespace(title=told[0], note=told[1] if note else None, picture=Drawn(name))


NAMESPACE = "urn:cixi-analysis:report:2"
_ANY_VERSION = NAMESPACE.rpartition(":")[0] + ":"
_REPORT, _VALUE = f"{{{NAMESPACE}}}report", f"{{{NAMESPACE}}}value"
#: The properties that Word requires of the part: an id, the same in every report, and its schema.
_ABOUT = f"""<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<ds:datastoreItem xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml" \
ds:itemID="{{6C1F0B0E-3C5B-4C1E-9D57-5B1C7A8E2F01}}"><ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/>\
</ds:schemaRefs></ds:datastoreItem>"""


class IssuedText(NamedTuple):
    """A text as issued, with its row and column in a table and the text beside it."""

    key: str
    text: str
    row: str = ""
    before: str = ""
    after: str = ""
    column: str = ""


class IssuedList(NamedTuple):
    """The issued texts (manifest), in the order of the document."""

    year: int
    #: of the plan
    title: str
    values: tuple[IssuedText, ...]


def add_manifest(document: Document, issued: IssuedList) -> None:
    """Store the list in the document, in place of that of an earlier report."""
    package = document.part.package
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_XML and NAMESPACE.encode() in relation.target_part.blob:
            document.part.rels.pop(key)
    root = etree.Element(_REPORT, {"year": str(issued.year), "title": issued.title}, nsmap={None: NAMESPACE})
    for one in issued.values:
        about = one._asdict()
        text = about.pop("text")
        etree.SubElement(root, _VALUE, about).text = text
    content = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    part = Part(package.next_partname("/customXml/item%d.xml"), CONTENT_TYPE.XML, content, package)
    uri = PackURI(part.partname.replace("item", "itemProps"))
    properties = Part(uri, CONTENT_TYPE.OFC_CUSTOM_XML_PROPERTIES, _ABOUT.encode(), package)
    part.relate_to(properties, RELATIONSHIP_TYPE.CUSTOM_XML_PROPS)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def issued_list(part: Element) -> IssuedList | None:
    """The list that a part holds; None where it holds something else."""
    if not part.tag.startswith(f"{{{_ANY_VERSION}"):
        return None
    year = part.get("year", "")
    if part.tag != _REPORT or not (len(year) == 4 and year.isdecimal()):
        raise ReportError("这份报告的出具清单是另一种版式，请用生成它的那一版程序检查。")
    values = (
        IssuedText(one.get("key", ""), one.text or "", *(one.get(name, "") for name in IssuedText._fields[2:]))
        for one in part.iter(_VALUE)
    )
    return IssuedList(int(year), part.get("title", ""), tuple(values))
