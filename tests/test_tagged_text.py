"""The computed texts of a Word file as a reader sees them, and where they stand."""

import pytest
from word_files import STYLES, bookmark, control, package, paragraph, run, table

from cixi_analysis.report.docx_package import read_report

MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def texts(*body: str, **parts: str) -> list[tuple[str, str]]:
    """(key or number of the bookmark, text) of what is found."""
    return [(one.key or f"#{one.bookmark}", one.text) for one in read_report(package(*body, **parts)).texts]


def places(*body: str, **parts: str) -> list[str]:
    """Chapter | place of what is found."""
    return [f"{one.chapter}|{one.place}" for one in read_report(package(*body, **parts)).texts]


def hidden(element: str) -> str:
    return paragraph("共", control("k", run("29", element)))


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
BEGIN, SEPARATE, END = map(FIELD, ("begin", "separate", "end"))
ROW = "<w:tbl><w:tr><w:trPr>{}</w:trPr><w:tc>{}</w:tc></w:tr></w:tbl>".format
BOX = "<w:r><mc:AlternateContent {}><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r>".format


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (paragraph("共", control("k", "29"), "项"), "29"),
        (paragraph(control("k", run("2", "<w:b/>") + '<w:proofErr w:type="spellStart"/>' + run("9"))), "29"),
        (control("k", paragraph("29")), "29"),
        (control("k", paragraph("甲") + paragraph("乙")), "甲\n乙"),
        (control("k", table([paragraph("甲")])), "甲"),
        (paragraph(control("k", "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:noBreakHyphen/></w:r>")), "a b\n-"),
        (paragraph(control("k", '<w:r><w:sym w:font="Symbol" w:char="F0B1"/></w:r>' + run("1"))), "\uf0b11"),
        (paragraph(control("k", '<w:r><w:sym w:font="Symbol" w:char="?"/></w:r>' + run("1"))), "\ufffd1"),
        (paragraph(control("k", f'<w:ins w:id="1">{run("30")}</w:ins><w:del w:id="2"><w:r><w:delText>29</w:delText></w:r></w:del>')), "30"),
        (paragraph(control("k", f'<w:moveFrom w:id="1">{run("29")}</w:moveFrom>')), None),
        (f'<w:p><w:moveTo w:id="1">{control("k", "29")}</w:moveTo></w:p>', "29"),
        (paragraph(control("k", run("10") + run("5", '<w:vertAlign w:val="superscript"/>') + run("6"))), "10^56"),
        (paragraph("10", control("k", run("5", '<w:position w:val="6"/>'))), "^5"),
        (paragraph(run("PM") + run("2.5", '<w:vertAlign w:val="subscript"/>'), control("k", "26")), "26"),  # a template's own
        (paragraph(control("k", run("10") + run("5", '<w:vertAlign w:val="baseline"/>'))), "105"),
        (paragraph(control("k", run("PM") + run("2.5", '<w:vertAlign w:val="subscript"/>') + run("浓度"))), "PM2.5浓度"),
        (hidden('<w:vertAlign w:val="superscript"/>'), "29"),
        (hidden("<w:vanish/>"), None),
        (hidden('<w:vanish w:val="0"/>'), "29"),
        (hidden('<w:rStyle w:val="gone2"/>'), None),
        (hidden('<w:rStyle w:val="gone2"/><w:vanish w:val="false"/>'), "29"),
        (paragraph(control("k", "29"), style="gonep"), None),
        (hidden("<w:strike/>"), None),
        (hidden("<w:dstrike/>"), None),
        (paragraph(control("k", "29", properties="<w:showingPlcHdr/>")), None),
        (paragraph(control("k", "  ")), None),
        (paragraph(BEGIN, "<w:r><w:instrText>QUOTE</w:instrText></w:r>", control("k", "29"), SEPARATE, "8", END), None),
        (paragraph(BEGIN, "<w:r><w:instrText>QUOTE</w:instrText></w:r>", SEPARATE, control("k", "29"), END), "29"),
        (paragraph(BEGIN, BEGIN, SEPARATE, control("k", "29"), END, SEPARATE, "8", END), None),
        (f'<w:p><w:hyperlink w:anchor="x">{control("k", "29")}</w:hyperlink></w:p>', "29"),
        (ROW("", paragraph(control("k", "29"))), "29"),
        (f"<w:tc>{paragraph(control('k', '29'))}</w:tc>", "29"),  # a cell of no table
        (ROW('<w:del w:id="1"/>', paragraph(control("k", "29"))), None),
        (ROW("<w:hidden/>", paragraph(control("k", "29"))), None),
        (paragraph(BOX(MC, paragraph(control("k", "29")), paragraph(control("k", "29")))), "29"),
    ],
)  # fmt: skip
def test_what_a_reader_sees_of_a_control(body: str, found: str | None) -> None:
    """The text with tracked changes accepted; hidden, struck out, emptied or a field's code: nothing."""
    assert texts(body) == ([] if found is None else [("k", found)])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (paragraph("共", control("k", "29", 7)), [("k", "29")]),  # the tag comes first
        (paragraph("共", control("", "29", 7)), [("#7", "29")]),  # LibreOffice 7.4 drops the tag
        (paragraph("共", bookmark(7, run("29")), "项"), [("#7", "29")]),  # Word: remove content control
        (paragraph("共", bookmark(7, control("", "29")), "项"), [("#7", "29")]),
        (paragraph("共", bookmark(7, control("k", "29")), "项"), [("k", "29")]),
        (control("", paragraph(bookmark(7, run("29")), "项")), [("#7", "29")]),  # within somebody's own block
        (paragraph("共", bookmark(7, ""), "项"), []),
        (paragraph("共", bookmark(7, run("29")).replace("bookmarkEnd", "x"), "项"), [("#7", "29项")]),  # ends with the paragraph
        (paragraph(control("", run("+") + bookmark(7, run("29")) + bookmark(8, run("2")) + run("项"))), [("#7", "+29"), ("#8", "2项")]),
        (paragraph("共", control("", "29"), "项"), []),
    ],
)  # fmt: skip
def test_a_bookmark_tells_what_a_lost_tag_did(body: str, found: list[tuple[str, str]]) -> None:
    """Without a tag the bookmark in or around the text numbers it."""
    assert texts(body) == found


def test_whether_the_control_is_still_there() -> None:
    """A bookmark alone is the text of a control that was removed."""
    body = (
        paragraph(bookmark(7, run("29"))),
        paragraph(control("", "30", 8)),
        paragraph(bookmark(9, control("", "31"))),
    )
    assert [one.in_control for one in read_report(package(*body)).texts] == [False, True, True]


@pytest.mark.parametrize(
    "heading",
    [
        paragraph("一、概况", style="1"),
        paragraph("一、概况", style="2"),
        paragraph("一、概况", style="bt"),
        paragraph("一、概况", style="own"),
        paragraph("一、概况", style="lvl"),
        paragraph("一、概况", properties='<w:outlineLvl w:val="2"/>'),
        paragraph("一、", run("概况"), style="1"),
    ],
)
def test_what_begins_a_chapter(heading: str) -> None:
    """A heading of levels 1 to 3 by style, by what its style is based on, by its Chinese name or by its outline level."""
    found = places(
        paragraph("封面"), heading, paragraph("其一"), paragraph(" "), paragraph("其二共", control("k", "29"), "项")
    )
    assert found == ["一、概况|第2段“其二共29项”"]


@pytest.mark.parametrize(
    "other",
    [
        paragraph("一、概况", properties='<w:outlineLvl w:val="9"/>'),
        paragraph("一、概况", properties='<w:outlineLvl w:val="3"/>', style="1"),
        paragraph("一、概况", style="unknown"),
        paragraph(" ", style="1"),
    ],
)
def test_what_begins_none(other: str) -> None:
    """Body text, a heading of a deeper level, an unknown style, an empty heading."""
    [found] = places(paragraph("封面"), other, paragraph("共", control("k", "29"), "项"))
    assert found.startswith("|第")


def test_places() -> None:
    """Tables count within their chapter, rows carry the words of their first cell, columns count merged ones."""
    span = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
    body = [
        paragraph("表", style="1"),
        table([paragraph("x")]),
        table(
            [paragraph("序号"), paragraph("值")],
            [paragraph("38"), span + paragraph(control("a", "1")), paragraph(control("b", "2")) + table([paragraph(control("c", "3"))])],
        ),
        paragraph("很长很长很长很长很长很长很长的一段", control("d", "4")),
        paragraph("附", control("e", "5"), style="1"),
        paragraph('<w:ins w:id="1"><w:r><w:t>改</w:t></w:r></w:ins>', control("f", "6")),
        paragraph("见", BOX(MC, paragraph("注", control("g", "7")), ""), control("h", "8")),
    ]  # fmt: skip
    assert places(*body) == [
        "表|表2第2行“38”第2列",
        "表|表2第2行“38”第4列",
        "表|表2第2行“38”第4列",
        "表|第1段“很长很长很长很长很长很长很长……”",
        "附5|标题“附5”",
        "附5|第1段“改6”，有未接受的修订",
        "附5|文本框“注7”",
        "附5|第2段“见8”",
    ]


def test_texts_beside_the_body() -> None:
    """Headers, footers and notes are read after the body."""
    header = paragraph("报告", control("h", "2022"))
    note = f'<w:footnote w:id="2">{paragraph(control("n", "1"))}</w:footnote>'
    found = places(paragraph(control("k", "29")), header=header, footnotes=note)
    assert found == ["|第1段“29”", "页眉|第1段“报告2022”", "脚注|第1段“1”"]


def test_styles_that_are_based_on_each_other() -> None:
    """A circle of styles ends."""
    circle = STYLES.replace('"1"><w:name', '"1"><w:basedOn w:val="own"/><w:name')
    assert places(paragraph("一", style="own"), paragraph(control("k", "29")), styles=circle) == ["一|第1段“29”"]
