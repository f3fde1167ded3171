"""No file makes the check hang or exhaust the machine: each limit is reported; what is below it is read with little work."""

import os
import re
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from filling import counted, packed, unpacked
from test_form_checking import SHEET_PART, blank, plan

from cixi_analysis.book import publication
from cixi_analysis.errors import LONGEST_TEXT
from cixi_analysis.form import checking, office_package, opening
from cixi_analysis.form.checking import FormError
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.opening import is_form

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Parts = dict[str, bytes]


def times(count: int, pattern: bytes) -> bytes:
    """The XML ``count`` times, ``%d`` being the number of each from 1000 on."""
    return b"".join(pattern.replace(b"%d", b"%d" % number) for number in range(1000, 1000 + count))


def added(part: str, before: bytes, xml: bytes) -> Callable[[Parts], Parts]:
    """The XML inserted in front of a closing tag."""

    def act(parts: Parts) -> Parts:
        assert before in parts[part]
        return {**parts, part: parts[part].replace(before, xml + before, 1)}

    return act


def in_sheet(xml: bytes, before: bytes = b"</worksheet>") -> Callable[[Parts], Parts]:
    return added(SHEET_PART, before, xml)


def strings(xml: bytes) -> Callable[[Parts], Parts]:
    return lambda parts: {**parts, "xl/strings.dat": b"<sst %s>%s</sst>" % (MAIN, xml)}


def renamed(name: str, xml: bytes) -> Callable[[Parts], Parts]:
    """The sheet in a part of another name, with XML at the end of its rows."""

    def act(parts: Parts) -> Parts:
        sheet = parts[SHEET_PART].replace(b"</sheetData>", xml + b"</sheetData>")
        old, new = SHEET_PART.encode(), f"xl/{name}".encode()
        others = {n: p.replace(b"/" + old, b"/" + new) for n, p in parts.items() if n != SHEET_PART}
        return others | {f"xl/{name}": sheet}

    return act


def same_part(parts: Parts) -> Parts:
    """Forty sheets that are one part."""
    sheet = re.search(rb"<sheet [^>]*/>", parts["xl/workbook.xml"])
    assert sheet
    more = b"".join(sheet[0].replace(b'name="', b'name="%d' % n) for n in range(40))
    return added("xl/workbook.xml", b"</sheets>", more)(parts)


def styles(begin: str, encoding: str = "utf-8", more: str = "") -> Callable[[Parts], Parts]:
    """Thousands of fonts in a part that begins in this way, and has ``more`` in front of them."""

    def act(parts: Parts) -> Parts:
        own = parts["xl/styles.xml"].decode().partition("?>")[2] or parts["xl/styles.xml"].decode()
        xml = begin + own.replace("<fonts", f"{more}<fonts", 1).replace("</fonts>", "<font/>" * 40_000 + "</fonts>", 1)
        return {**parts, "xl/styles.xml": xml.encode(encoding)}

    return act


ROWS = times(100_001, b'<row r="%d"/>')
#: (what is done to the parts of a form, the reason)
BEYOND: dict[str, tuple[Callable[[Parts], Parts], str]] = {
    "rows": (in_sheet(ROWS, b"</sheetData>"), "其中的行超过 100000 个"),
    **{name: (renamed(name, ROWS), "其中的行超过 100000 个") for name in ("ws/zz.xml", "ws/ZZ.XML", "zz.dat")},
    "cells": (
        in_sheet(times(1001, b'<row r="%d">' + b"<c/>" * 100 + b"</row>"), b"</sheetData>"),
        "其中的单元格超过 100000 个",
    ),
    "styles": (added("xl/styles.xml", b"</cellXfs>", b'<xf numFmtId="0"/>' * 5001), "其中的样式超过 5000 个"),
    "fonts": (added("xl/styles.xml", b"</fonts>", b"<font/>" * 5001), "其中的 font 元素超过 5000 个"),
    "merged": (in_sheet(times(5001, b'<mergeCell ref="A%d:B%d"/>')), "其中的合并的单元格超过 5000 个"),
    "validations": (in_sheet(times(5001, b'<dataValidation sqref="A%d"/>')), "其中的数据验证超过 5000 个"),
    "rules": (in_sheet(times(5001, b"<cfRule/>")), "其中的条件格式超过 5000 个"),
    "ranges": (
        in_sheet(b'<dataValidation sqref="%s"/>' % times(5002, b"A%d ")),
        "其中的条件格式或数据验证的区域超过 5000 个",
    ),
    "names": (added("xl/workbook.xml", b"</workbook>", b"<definedName/>" * 5001), "其中的名称超过 5000 个"),
    "comments": (
        lambda parts: {**parts, "xl/c.xml": b"<a>" + b"<comment/>" * 5001 + b"</a>"},
        "其中的批注超过 5000 个",
    ),
    "depth": (in_sheet(b"<x>" * 101), "XML 嵌套超过 100 层"),
    "text": (strings(b"<si><t>%s</t></si>" % (b"a" * 32768)), "有一格超过 32767 字"),
    "runs of text": (strings(b"<si>%s</si>" % (b"<r><t>aaaa</t></r>" * 8192)), "有一格超过 32767 字"),
    "attribute": (in_sheet(b'<x a="%s"/>' % (b"a" * 9 * 2**20)), "展开后有 9 MB 的 XML"),
    "in UTF-16": (
        lambda parts: {**parts, "xl/a.dat": f'<?xml version="1.0"?><a>{"<cfRule/>" * 5001}</a>'.encode("utf-16")},
        "其中的条件格式超过 5000 个",
    ),
    "entities": (
        lambda parts: {**parts, "xl/a.dat": b"<!DOCTYPE a [<!ENTITY b 'b'>]><a/>"},
        "其中的 XML 定义了实体",
    ),
    "a namespace that stops some parsers": (
        lambda parts: BEYOND["rows"][0](
            {**parts, SHEET_PART: parts[SHEET_PART].replace(b"<worksheet ", b'<worksheet xmlns:x="a b" ', 1)}
        ),
        "其中的行超过 100000 个",
    ),
    # lxml, with which openpyxl reads most parts, knows more of XML than the parser that counts.
    "in UTF-32": (styles('<?xml version="1.0" encoding="utf-32"?>', "utf-32"), "文件已损坏"),
    "a name of later XML": (styles('<?xml version="1.0"?>', more="<\u2c00\u218f/>"), "文件已损坏"),
    "an encoding that only some parsers know": (styles('<?xml version="1.0" encoding="HTML"?>'), "文件已损坏"),
    "no such format": (added("xl/styles.xml", b"</cellXfs>", b'<xf numFmtId="1999"/>'), "单元格用了没有定义的数字格式"),
    "sheets in one part": (same_part, "文件已损坏"),
}


@pytest.mark.parametrize("name", BEYOND)
def test_beyond_a_limit(name: str, tmp_path: Path) -> None:
    """Refused with the limit that was met, whatever the part is called, before openpyxl sees it."""
    act, reason = BEYOND[name]
    path = tmp_path / "form.xlsx"
    path.write_bytes(packed(act(unpacked(blank()))))
    with pytest.raises(FormError, match=reason):
        check_forms(plan(), [path])


CELL = b'<c r="J%d" t="s"><v>0</v></c>'
LONG = b'<row r="%d">' + CELL + b"</row>"
#: What openpyxl alone takes minutes or gigabytes for, below the limits: it is done to the parts, and read all the same.
WITHIN: dict[str, Callable[[Parts], Parts]] = {
    "merged to the end of the sheet": in_sheet(b'<mergeCells><mergeCell ref="A20:XFD1048576"/></mergeCells>'),
    "a link over the whole sheet": in_sheet(b'<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'),
    "shared formulas": in_sheet(
        b'<row r="99"><c r="A99"><f t="shared" si="0">%s1</f></c></row>' % (b"A1+" * 9000)
        + times(5000, b'<row r="%d"><c r="A%d"><f t="shared" si="0"/></c></row>'), b"</sheetData>",
    ),
    "a long attribute": in_sheet(b'<x a="%s"/>' % (b"a" * 7 * 2**20)),
    "a row at the end": in_sheet(b'<row r="1048576"><c r="A1048576" t="str"><v>x</v></c></row>', b"</sheetData>"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHIN)
def test_within_the_limits(name: str, tmp_path: Path) -> None:
    """Below the limits a form is read with little work and a few megabytes."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(packed(WITHIN[name](unpacked(blank()))))
    tracemalloc.start()
    checked, calls = counted(lambda: check_forms(plan(), [path]))
    assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    tracemalloc.stop()
    assert (checked.year, calls < 1_000_000) == (2023, True), calls


def test_too_many_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More problems than a form has cells are not listed one by one."""
    monkeypatch.setattr(checking, "MOST_PROBLEMS", 3)
    path = tmp_path / "form.xlsx"
    path.write_bytes(
        packed(in_sheet(b"<mergeCells>%s</mergeCells>" % times(4, b'<mergeCell ref="A%d:B%d"/>'))(unpacked(blank())))
    )
    with pytest.raises(
        FormError, match=r"有 4 处问题，多于 3 处，不逐一列出。.*第一处：生态安全 A1000：现为合并的单元格"
    ):
        check_forms(plan(), [path])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_only_files_are_opened(tmp_path: Path) -> None:
    """A pipe would wait for ever, a device never ends."""
    pipe = tmp_path / "form.xlsx"
    os.mkfifo(pipe)
    found: list[str] = []

    def read() -> None:
        for path in (pipe, Path("/dev/zero")):
            try:
                check_forms(plan(), [path])
            except FormError as error:
                found.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(timeout=10)
    assert [text.partition("：")[2] for text in found] == ["这不是普通文件（是管道或设备），应为一个 .xlsx 文件。"] * 2


def test_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    """A sentence, not a traceback; and in a folder it may be a form that somebody has handed in."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(packed({**unpacked(blank()), "xl/workbook.xml": b'<?xml version="1.0" encoding="utf8x"?><a/>'}))
    with pytest.raises(FormError, match="文件已损坏"):
        check_forms(plan(), [path])
    assert (is_form(path), is_form(path, unreadable=True)) == (False, True)


def test_a_large_entry_is_no_form(tmp_path: Path) -> None:
    """Looking whether a workbook is a form unpacks no bomb."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(packed({"xl/workbook.xml": bytes(100 * 2**20)}))
    tracemalloc.start()
    assert not is_form(path)
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()


def test_the_manual_lists_the_limits() -> None:
    listed = [
        f"| 文件 | {opening.MOST_BYTES // 2**20} MB |",
        f"| 展开后 | {opening.MOST_UNPACKED // 2**20} MB |",
        f"| 其中的 XML | {opening.MOST_XML // 2**20} MB，嵌套 {opening.DEEPEST} 层 |",
        f"| 压缩包中的部分 | {office_package.MOST_PARTS} 个 |",
        f"| 工作表 | {opening.MOST_SHEETS} 张 |",
        f"| 单元格、行、文字段 | 各 {opening.MOST_CELLS // 10_000} 万个 |",
        f"批注、名称等 | 各 {opening.MOST_OF_A_KIND} 个 |",
        f"| 任何一格的内容 | {opening.LONGEST_CONTENT} 字 |",
        f"| 要填的一格（`data/` 里的一格同） | {LONGEST_TEXT} 字 |",
        f"| 一次列出的问题 | {checking.MOST_PROBLEMS} 处 |",
        f"{publication.MOST_BYTES // 2**20} MB，展开后不超过 {publication.MOST_UNPACKED // 2**20} MB",
    ]
    manual = (ROOT / "book" / "manual.md").read_text(encoding="utf-8")
    assert [text for text in listed if text not in manual] == []
