"""A Word file that somebody gives: what could do anything, or is none, is refused by its name; the rest is read."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from word_files import MAIN, OFFICE, W, package, paragraph, relations, run

from cixi_analysis.report import docx_package
from cixi_analysis.report.docx_package import read_docx
from cixi_analysis.report.issue import ReportError

SAVE_AS = "请在 Word 或 WPS 中打开，另存为“Word 文档（.docx）”"
DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RELS = "word/_rels/document.xml.rels"
BEGIN, END = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
CODE = "<w:r><w:instrText>{}</w:instrText></w:r>".format


def zipped(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return made.getvalue()


def related(kind: str, target: str) -> bytes:
    return package(more={RELS: relations({"styles.xml": "styles", target: kind})})


def outside(kind: str, target: str) -> bytes:
    return package(external={target: kind})


def refused(content: bytes, folder: Path) -> str:
    path = folder / "r.docx"
    path.write_bytes(content)
    with pytest.raises(ReportError) as error:
        read_docx(path)
    return str(error.value).removeprefix("r.docx 不能使用：")


UTF16 = relations({}, {"http://x.cn/a.dotm": "attachedTemplate"}).encode("utf-16")
LINK = "其中有指向文件以外的链接（{}，见 word/_rels/document.xml.rels），请取消链接。".format
FIELD = "其中有读取别的文件或运行程序的域（{}，见 word/document.xml），请选中后按 Ctrl+Shift+F9 取消链接。".format
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/><Default Extension="svg" ContentType="image/svg+xml"/>'
    f'<Override PartName="/word/footer1.bin" ContentType="{MAIN.replace("document.main", "footer")}"/></Types>'
)
REFUSED = {
    "empty": (b"", "文件是空的。"),
    "doc": (OLE + b"\0" * 99, f"这是旧的 .doc 或 .wps 格式，{SAVE_AS}。"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "文件加了打开密码，请先在 Word 或 WPS 中取消密码。"),
    "pdf": (b"%PDF-1.7", "这是 PDF 文件。"),
    "rtf": (b"{\\rtf1 a}", "这是文本（如 .csv）文件，不是 Word 文档。"),
    "flat xml": (b'<?xml version="1.0"?><pkg:package/>', "这是网页或 XML 文件，不是 Word 文档。"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "这不是 Word 文档（.docx）。"),
    "odt": (zipped({"mimetype": b"", "content.xml": b""}), f"这是 OpenDocument 文件（.odt），{SAVE_AS}。"),
    "xlsx": (zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "这是 Excel 工作簿，不是 Word 文档。"),
    "zip": (zipped({"a.txt": b""}), "这个压缩包里没有 Word 文档。"),
    "cut off": (package()[:-40], f"{DAMAGED}。"),
    "template": (package(main=MAIN.replace("document", "template", 1).replace("wordprocessingml.document", "wordprocessingml.template")),
                 f"这不是 Word 文档（.docx），{SAVE_AS}。"),
    "docm": (package(main="application/vnd.ms-word.document.macroEnabled.main+xml"), "这是含宏的文档，请另存为不含宏的 .docx。"),
    "macros": (related("vbaProject", "vbaProject.bin"), "其中有宏（vbaProject.bin），请删去后另存为不含宏的 .docx。"),
    "macros, elsewhere": (related("vbaProject", "media/p.png"), "其中有宏（media/p.png），请删去后另存为不含宏的 .docx。"),
    "ole": (related("oleObject", "embeddings/o.bin"), "其中有嵌入的对象（OLE）（embeddings/o.bin），请删去后另存为不含宏的 .docx。"),
    "workbook inside": (package(paragraph("<w:r><w:object><w:OLEObject/></w:object></w:r>")), "其中有嵌入的对象（OLE）（见 word/document.xml），请删去后另存为不含宏的 .docx。"),
    "add-in": (related("webextensiontaskpanes", "t.xml"), "其中有加载项（t.xml），请删去后另存为不含宏的 .docx。"),
    "XML by another name": (package(more={"[Content_Types].xml": TYPES}), "其中有不以 .xml 结尾的 XML（/word/footer1.bin），正常的文档没有。"),
    "activex": (related("control", "activeX/1.xml"), "其中有ActiveX 控件（activeX/1.xml），请删去后另存为不含宏的 .docx。"),
    "another document": (related("aFChunk", "a.mht"), "其中有嵌入的另一份文档（a.mht），请删去后另存为不含宏的 .docx。"),
    "remote template": (outside("attachedTemplate", "http://x.cn/t.dotm"), LINK("所附的模板：http://x.cn/t.dotm")),
    "linked picture": (outside("image", "http://x.cn/p.png"), LINK("图片：http://x.cn/p.png")),
    "picture of a footer": (package(more={"word/_rels/footer9.xml.rels": relations({}, {"http://x.cn/p.png": "image"})}),
                            LINK("图片：http://x.cn/p.png").replace("document", "footer9")),
    "linked object": (outside("oleObject", "file:///c:/a.xlsx"), LINK("对象：file:///c:/a.xlsx")),
    "frame": (outside("frame", "http://x.cn/"), LINK("frame：http://x.cn/")),
    "link to a program": (outside("hyperlink", "file:///c:/a.exe"), LINK("文件或程序：file:///c:/a.exe")),
    "link to a share": (outside("hyperlink", "\\\\host\\a"), LINK("文件或程序：\\\\host\\a")),
    "script": (outside("hyperlink", "javascript:x"), LINK("文件或程序：javascript:x")),
    "no address": (outside("hyperlink", "http://[x"), LINK("文件或程序：http://[x")),
    "utf-16": (package(more={RELS: UTF16}), LINK("所附的模板：http://x.cn/a.dotm")),
    "two": (package(external={"http://a.cn/": "image", "http://b.cn/": "image"}), LINK("图片：http://a.cn/")[:-1] + "；" + LINK("图片：http://b.cn/")),
    "entities": (package(more={"word/styles.xml": f'<!DOCTYPE a [<!ENTITY b "c">]><w:styles {W}/>'}), "其中的 XML 定义了实体，正常的文档没有。"),
    "broken part": (package(more={"word/styles.xml": "<w:"}), f"{DAMAGED}（word/styles.xml）。"),
    "a name of a namespace that no XML library takes": (
        package(more={"word/styles.xml": '<w:styles xmlns:w="http://x}y"/>'}), f"{DAMAGED}（word/styles.xml）。",
    ),
    "an encoding that does not exist": (
        package(more={"word/styles.xml": '<?xml version="1.0" encoding="utf8x"?><a/>'}), f"{DAMAGED}（word/styles.xml）。",
    ),
    "broken body": (package(more={"word/document.xml": "<w:"}), f"{DAMAGED}（word/document.xml）。"),
    "dde": (package(paragraph(BEGIN, CODE(" DDEAUTO c:\\\\cmd.exe x"), END)), FIELD("DDEAUTO")),
    "dde in pieces": (package(paragraph(BEGIN, CODE(" d"), CODE("de"), CODE(" x"), END)), FIELD("DDE")),
    "nested": (package(paragraph(BEGIN, CODE("IF "), BEGIN, CODE("INCLUDETEXT x"), END, END)), FIELD("INCLUDETEXT")),
    "never ended": (package(paragraph(BEGIN, CODE("LINK x"))), FIELD("LINK")),
    "simple": (package('<w:p><w:fldSimple w:instr=" INCLUDEPICTURE x"/></w:p>'), FIELD("INCLUDEPICTURE")),
    "strict": (package(more={"_rels/.rels": relations({"word/document.xml": "officeDocument"}).replace(OFFICE, "http://purl.oclc.org/ooxml/x")}),
               f"这是“Strict Open XML”格式的文档，{SAVE_AS}。"),
    "nested elements": (package("<w:x>" * 200 + "</w:x>" * 200), "XML 嵌套超过 120 层，正常的文档没有。"),
    "many elements": (package(more={"word/a.xml": "<a>" + "<b/>" * 1_000_001 + "</a>"}), "其中的 XML 元素超过 100 万个，报告或模板没有这么多。"),
    "many bookmarks": (package('<w:bookmarkStart w:name="_issued1"/>' * 20_001), "其中的内容控件和书签超过 2 万个，报告或模板没有这么多。"),
    "bomb": (package(more={"word/media/a.png": bytes(257 * 2**20)}), "展开后有 257 MB，报告或模板不会超过 256 MB。"),
    "bomb of XML": (package(more={"word/a.xml": bytes(33 * 2**20)}), "展开后有 33 MB 的 XML，报告或模板不会超过 32 MB。"),
    "parts": (zipped({f"{n}": b"" for n in range(1001)}), "有 1001 个部分，报告或模板不会超过 1000 个。"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, tmp_path: Path) -> None:
    """What is wrong, where, and what to do."""
    content, message = REFUSED[name]
    assert refused(content, tmp_path) == message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_no_file(tmp_path: Path) -> None:
    """A folder, nothing, a pipe, a large file, what Word leaves while it has a file open."""
    (tmp_path / "~$r.docx").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.docx")
    with (tmp_path / "large.docx").open("wb") as stream:
        stream.truncate(docx_package.MOST_BYTES + 1)
    told = {}
    for path in (
        tmp_path,
        tmp_path / "no.docx",
        tmp_path / "pipe.docx",
        tmp_path / "large.docx",
        tmp_path / "~$r.docx",
    ):
        with pytest.raises(ReportError) as error:
            read_docx(path)
        told[path.name] = str(error.value).partition("：")[2]
    assert told == {
        tmp_path.name: "这是一个文件夹，应为一个 .docx 文件。",
        "no.docx": f"没有这个文件（{tmp_path / 'no.docx'}）。",
        "pipe.docx": "这不是普通文件（是管道或设备），应为一个 .docx 文件。",
        "large.docx": "文件有 64 MB，报告或模板不会超过 64 MB。",
        "~$r.docx": "这是 Word 打开文档时留下的临时文件，请选择文档本身。",
    }


@pytest.mark.parametrize(
    "content",
    [
        package(),
        outside("hyperlink", "https://www.example.cn/a?b=c#d"),
        outside("hyperlink", "mailto:a@example.cn"),
        outside("hyperlink", "evidence/2022/a.pdf"),
        outside("hyperlink", "#概况"),
        package(paragraph(BEGIN, CODE(' HYPERLINK "https://example.cn" '), END, run("DDE"))),
        package(paragraph(BEGIN, CODE(" PAGEREF _Toc1 "), END)),
    ],
    ids=[
        "plain",
        "web",
        "mail",
        "file beside",
        "anchor",
        "field of a link",
        "field of a page",
    ],  # the bytes hold the time
)
def test_harmless(content: bytes, tmp_path: Path) -> None:
    """A web address does nothing until a reader clicks it; Word's own fields read the document alone."""
    (tmp_path / "r.docx").write_bytes(content)
    assert read_docx(tmp_path / "r.docx") == content
