"""Word files written by hand for tests: the XML of a body, and a package around it."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
STYLES = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="bt"><w:name w:val="标题 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="own"><w:basedOn w:val="1"/><w:name w:val="章"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="lvl"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    '<w:style w:type="character" w:styleId="gone"><w:name w:val="gone"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="gone2"><w:name w:val="gone2"/><w:basedOn w:val="gone"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="gonep"><w:name w:val="gonep"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def control(key: str, content: str, number: int | None = None, properties: str = "") -> str:
    """A content control in the line; ``content`` is a text, or runs."""
    inside = content if content.startswith("<") else run(content)
    if number is not None:
        inside = bookmark(number, inside)
    tag = f"<w:tag w:val={quoteattr(key)}/>" if key else ""
    return f"<w:sdt><w:sdtPr>{tag}{properties}</w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def bookmark(number: int, inside: str) -> str:
    start = f'<w:bookmarkStart w:id="{number + 500}" w:name="_issued{number}"/>'
    return f'{start}{inside}<w:bookmarkEnd w:id="{number + 500}"/>'


def paragraph(*parts: str, style: str = "", properties: str = "") -> str:
    """A paragraph of texts and of XML."""
    own = f'<w:pStyle w:val="{style}"/>' if style else ""
    content = "".join(part if part.startswith("<") else run(part) for part in parts)
    return f"<w:p><w:pPr>{own}{properties}</w:pPr>{content}</w:p>"


def table(*rows: Iterable[str]) -> str:
    """A table of cells, each the XML of its paragraphs."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def manifest(values: Iterable[tuple[str, str]], title: str, year: object = 2022, version: int = 2) -> str:
    told = "".join(f"<value key={quoteattr(key)}>{escape(text)}</value>" for key, text in values)
    return f'<report xmlns="urn:cixi-analysis:report:{version}" year="{year}" title={quoteattr(title)}>{told}</report>'


def relations(kinds: Mapping[str, str], external: Mapping[str, str] | None = None) -> str:
    """The relationships of a part: target → kind; ``external``: target → kind of what lies outside of the file."""
    told = [
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{to}"/>' for n, (to, kind) in enumerate(kinds.items())
    ]
    told += [
        f'<Relationship Id="e{n}" Type="{OFFICE}/{kind}" Target={quoteattr(to)} TargetMode="External"/>'
        for n, (to, kind) in enumerate((external or {}).items())
    ]
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(told)}</Relationships>'


def package(
    *body: str, issued: str = "", styles: str = STYLES, header: str = "", footnotes: str = "",
    external: Mapping[str, str] | None = None, more: Mapping[str, str | bytes] | None = None, main: str = MAIN,
) -> bytes:  # fmt: skip
    """A Word file; ``more`` adds parts, or takes the place of some."""
    kinds = {"styles.xml": "styles"}
    kinds |= {"../customXml/item1.xml": "customXml"} if issued else {}
    kinds |= {"header1.xml": "header"} if header else {}
    kinds |= {"footnotes.xml": "footnotes"} if footnotes else {}
    types = f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>',
        "_rels/.rels": relations({"word/document.xml": "officeDocument"}),
        "word/document.xml": f"<w:document {W}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": relations(kinds, external),
        "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
    }
    if issued:
        parts["customXml/item1.xml"] = issued
    if header:
        parts["word/header1.xml"] = f"<w:hdr {W}>{header}</w:hdr>"
    if footnotes:
        parts["word/footnotes.xml"] = f"<w:footnotes {W}>{footnotes}</w:footnotes>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in (parts | dict(more or {})).items():
            # Without the time of day: the bytes are in names of tests, which all workers must find alike.
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return made.getvalue()
