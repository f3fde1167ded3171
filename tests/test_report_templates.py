"""A bureau's own template: restyled and reordered it works; what is wrong with one is reported, all at once."""

import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from conftest import cixi, libreoffice
from docx import Document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from report_template import field
from test_report import controls, text_of
from tiny import tiny_plan, write

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.formatting import number
from cixi_analysis.report import ReportError, issued, report_bytes, template_bytes
from cixi_analysis.report.contents import Contents, contents
from cixi_analysis.report.docx_package import read_report
from cixi_analysis.report.edits import account


@cache
def tiny_contents() -> Contents:
    """What the report of the tiny plan says: most of what making one costs."""
    return contents(tiny_plan(), 2022)


def template(*paragraphs: str) -> bytes:
    """A Word file of these paragraphs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document: Docx) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def refused(*paragraphs: str) -> list[str]:
    """What is said of a template of these paragraphs."""
    with pytest.raises(ReportError) as raised:
        report_bytes(tiny_contents(), template(*paragraphs), "样式.docx")
    first, *lines = str(raised.value).split("\n")
    assert first == f"模板 样式.docx 有{len(lines)}处占位符不对："
    return lines


MISSING = "占位符没有写完，缺少 }} 或 %}（一个占位符要写在同一段里）"
CASES = {
    "misspelt": ("共{{ yaer }}年", "没有“yaer”这个名称，是否想写 year"),
    "misspelt attribute": (
        "{% for l in levels %}{{ l.aplicable }}{% endfor %}",
        "没有“aplicable”这个名称，是否想写 applicable",
    ),
    "attribute of nothing": ("{{ tables.nothing.at.all }}", "没有“nothing”这个名称"),
    "in a branch not taken": ("{% if 0 %}{{ nowhere }}{% endif %}", "没有“nowhere”这个名称"),
    "not closed": ("{{ year", MISSING),
    "no expression": (
        "{{ year year }}",
        "“{{ year year }}”的写法不对，应如 {{ year }}、{{ level.met }}",
    ),
    "unknown filter": ("{{ year|gross }}", "“{{ year|gross }}”里没有“gross”这个过滤器"),
    "for without end": (
        "{%p for l in levels %}",
        "for 或 if不成对，或不认识：应如 {%p for … %} … {%p endfor %}，{%p if … %} … {%p endif %}",
    ),
    "end without for": (
        "{%p endfor %}",
        "“endfor”不成对，或不认识：应如 {%p for … %} … {%p endfor %}，{%p if … %} … {%p endif %}",
    ),
    "unknown tag": (
        "{% fro l in levels %}",
        "“fro”不成对，或不认识：应如 {%p for … %} … {%p endfor %}，{%p if … %} … {%p endif %}",
    ),
    "arithmetic with a text": (
        "{{ title + 1 }}",
        "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}",
    ),
    "by zero": ("{{ year / 0 }}", "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}"),
    "brackets of a Chinese keyboard": ("｛｛ year ｝｝", "占位符的括号和百分号要用半角的：{{ … }}、{% … %}"),
    "brackets that end nothing": ("{{ year }}year }}年", "占位符没有写完，缺少 {{ 或 {%（一个占位符要写在同一段里）"),
    "single brackets": ("{{ year }}{ year }年", "占位符要用两重花括号，中间没有空格：{{ … }}、{% … %}"),
    "a list": ("{{ levels }}", "这是一列，要用 for 逐个写出：{%p for one in … %} … {%p endfor %}"),
    "several values": (
        "{{ figure.progress }}",
        "这不是一个值，要写到其中的一项（title、note、picture），如 {{ level.met }}",
    ),
    "a function": ("{{ title.upper }}", "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}"),
    "what this year has not": ("{{ tables.past.title.x.y }}", "没有“x”这个名称"),
    "of a year that has none": (
        "{% set without = none %}{{ without.title }}",
        "今年没有“title”可写：前后要加 {%p if … %} 和 {%p endif %}",
    ),
    "beside a tag of its paragraph": (
        "各级：{%p if stage %}{%p endif %}",
        "{%p if stage %}要独占一段：同一段里别的文字、图、脚注、域、分页符和分节符会丢失，请移到别的段",
    ),
    "another file": ("{% include 'x' %}", "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_wrong_placeholder_is_told_with_its_paragraph(case: str) -> None:
    """The paragraph by number and text, what is wrong, and what may be meant."""
    text, told = CASES[case]
    assert refused("前言", text) == [f"正文第2段“{text}”：{told}"]


@pytest.mark.slow
def test_all_wrong_placeholders_are_told_at_once() -> None:
    """Of every paragraph, in its order, whatever is wrong with each."""
    assert refused("{{ yaer }}和{{ tilte }}", "{{ year }}", "{{ a b }}", "{{ year") == [
        "正文第1段“{{ yaer }}和{{ tilte }}”：没有“tilte”这个名称，是否想写 title",
        "正文第1段“{{ yaer }}和{{ tilte }}”：没有“yaer”这个名称，是否想写 year",
        "正文第3段“{{ a b }}”：“{{ a b }}”的写法不对，应如 {{ year }}、{{ level.met }}",
        f"正文第4段“{{{{ year”：{MISSING}",
    ]


def test_a_block_that_nothing_ends_is_told_where_it_begins() -> None:
    """It was told of the last placeholder of the file."""
    texts = "{%p for l in levels %}", "{%p if l.met %}", "{{ l.name }}", "{%p endif %}", "{{ year }}"
    [told] = refused(*texts)
    assert told.startswith("正文第1段“{%p for l in levels %}”：for 或 if不成对")


def rows(*cells: tuple[str, ...], more: str = "") -> bytes:
    """A template with a table of these cells, and a paragraph."""
    document = Document()
    table = document.add_table(0, len(cells[0]))
    for texts in cells:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    document.add_paragraph(more)
    return saved(document)


ALONE = "要独占一{0}：同一{0}里别的文字、图、脚注、域、分页符和分节符会丢失，请移到别的{0}"
APART = "与它的 for 不在同一处：要同是段、行或格，在同一个单元格、文本框或正文里"
ROW = (("{%tr for l in levels %}", ""), ("{{ l.name }}", ""))
#: Docxtpl would lose what stands beside a tag, or tear or repair the file.
TORN = {
    "text in the row of a tag": (rows(("{%tr for l in levels %}", "名称"), *ROW[1:], ("{%tr endfor %}", "")), ALONE.format("行")),
    "text in the cell of a tag": (rows(("甲{%tc for l in levels %}", "{{ l.name }}", "{%tc endfor %}")), ALONE.format("格")),
    "begun in a row, ended in a paragraph": (rows(*ROW, more="{%p endfor %}"), APART),
    "from a cell to another": (rows(("{% for l in levels %}", "{{ l.name }}{% endfor %}")), APART),
    "a row outside of a table": (template("{%tr if year %}", "{%tr endif %}"), "要写在表格里；段落用 {%p … %}"),
}  # fmt: skip


@pytest.mark.parametrize("case", TORN)
def test_a_tag_that_would_tear_the_file(case: str) -> None:
    """A lost heading was not told, and torn XML had neither place nor reason, or was repaired without its text."""
    content, told = TORN[case]
    with pytest.raises(ReportError, match=re.escape(told)) as raised:
        report_bytes(tiny_contents(), content, "样式.docx")
    assert str(raised.value).startswith("模板 样式.docx 有")


LOSABLE = {
    "page break": '<w:r><w:br w:type="page"/></w:r>',
    "footnote": '<w:r><w:footnoteReference w:id="1"/></w:r>',
    "drawing": "<w:r><w:drawing/></w:r>",
}


@pytest.mark.parametrize("case", LOSABLE)
def test_what_would_go_with_the_paragraph_of_a_tag(case: str) -> None:
    """It was lost with the paragraph."""
    document = Document(io.BytesIO(template("{%p if year %}", "{{ year }}")))
    end = f"<w:p {nsdecls('w')}>{LOSABLE[case]}{typed('{%p endif %}')}</w:p>"
    document.paragraphs[-1]._p.addnext(parse_xml(end))
    with pytest.raises(ReportError, match=r"\n正文第3段“\{%p endif %\}”：\{%p endif %\}要独占一段"):
        report_bytes(tiny_contents(), saved(document), "样式.docx")


@pytest.mark.parametrize("at", [0, 2])
def test_a_section_that_ends_in_the_paragraph_of_a_tag(at: int) -> None:
    """Where LibreOffice puts the break, and Word where it is inserted there: the landscape pages were lost."""
    document = Document(io.BytesIO(template("{%p if year %}", "{{ year }}", "{%p endif %}", "甲")))
    break_ = f'<w:sectPr {nsdecls("w")}><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    document.paragraphs[at]._p.get_or_add_pPr().append(parse_xml(break_))
    made = Document(io.BytesIO(report_bytes(tiny_contents(), saved(document))))
    assert [section.orientation for section in made.sections] == [1, 0]
    assert [p.text for p in made.paragraphs] == (["2022", "", "甲"] if at else ["", "2022", "甲"])


def test_a_torn_body_is_not_repaired() -> None:
    """Docxtpl parses with recovery, which dropped what followed."""
    given = holding(typed("{{ year }}{% if not year %}") + f"<w:hyperlink>{typed('甲{% endif %}乙')}</w:hyperlink>")
    with pytest.raises(ReportError, match=r"^模板 样式\.docx 不能使用（XMLSyntaxError）"):
        report_bytes(tiny_contents(), given, "样式.docx")


#: Part → (its relationship's type, its XML around a text, what a message calls it).
ELSEWHERE = {
    "/word/comments.xml": (
        RELATIONSHIP_TYPE.COMMENTS,
        f"<w:comments {nsdecls('w')}><w:comment w:id='1'><w:p><w:r><w:t>此处{{}}</w:t></w:r></w:p></w:comment></w:comments>",
        "批注“此处{{ year }}”：批注里",
    ),
    "/word/charts/chart1.xml": (
        RELATIONSHIP_TYPE.CHART,
        f"<c:chartSpace {nsdecls('c', 'a')}><a:p><a:r><a:t>{{}}</a:t></a:r></a:p></c:chartSpace>",
        "图表“{{ year }}”：图表里",
    ),
    "/docProps/app.xml": (
        RELATIONSHIP_TYPE.EXTENDED_PROPERTIES,
        "<Properties><Company>{}</Company></Properties>",
        "文件属性“{{ year }}”：文件属性里",
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_placeholder_that_nothing_fills_in(name: str) -> None:
    """Word shows it: in a comment, in a chart, in the control of a cover page that is bound to a property."""
    kind, around, told = ELSEWHERE[name]
    document = Document(io.BytesIO(template("{{ year }}")))
    if old := [key for key, one in document.part.package.rels.items() if one.reltype == kind]:
        document.part.package.rels.pop(old[0])
    part = Part(PackURI(name), "application/xml", around.format("{{ year }}").encode(), document.part.package)
    document.part.relate_to(part, kind)
    with pytest.raises(ReportError) as raised:
        report_bytes(tiny_contents(), saved(document), "样式.docx")
    assert str(raised.value) == f"模板 样式.docx 有1处占位符不对：\n{told}的占位符不会填写，请移到正文或脚注"


def test_a_placeholder_in_an_address() -> None:
    """Word encodes its brackets."""
    document = Document(io.BytesIO(template("{{ year }}")))
    document.part.relate_to("http://a.cn/%7B%7Byear%7D%7D", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    with pytest.raises(ReportError, match=r"\n网址“http://a\.cn/\{\{year\}\}”：网址里的占位符不会填写"):
        report_bytes(tiny_contents(), saved(document), "样式.docx")


@pytest.mark.parametrize(("text", "told"), [("{{p year }}", "“2022”"), ("{{p region }}", "“小县”")])
def test_a_text_outside_of_paragraphs(text: str, told: str) -> None:
    """It replaced its paragraph, and Word does not show it."""
    with pytest.raises(ReportError, match=f"看不见的占位符（{told}）"):
        report_bytes(tiny_contents(), template("甲", text), "样式.docx")


def test_a_picture_beside_the_body() -> None:
    """The reason was an ``AttributeError``."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ figure.progress.picture }}"
    with pytest.raises(ReportError, match="图只能放在正文里"):
        report_bytes(tiny_contents(), saved(document), "样式.docx")


def test_nothing_prints_as_in_the_tables() -> None:
    """It was ``None``."""
    assert text_of(report_bytes(tiny_contents(), template("{% set x = none %}{{ year }}{{ x }}"))) == "2022—"


def test_a_condition_that_leaves_a_cell_or_a_table_empty() -> None:
    """Word opens no file with a cell without a paragraph, or a table without rows."""
    document = Document()
    document.add_paragraph("{{ year }}")
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "{%p if not year %}"
    for text in ("甲", "{%p endif %}"):
        cell.add_paragraph(text)
    document.add_paragraph()
    table = document.add_table(3, 1)
    for row, text in zip(table.rows, ("{%tr if not year %}", "乙", "{%tr endif %}"), strict=True):
        row.cells[0].text = text
    header = document.sections[0].header
    header.paragraphs[0].text = "{%p if not year %}"
    for text in ("丙", "{%p endif %}"):
        header.add_paragraph(text)
    made = Document(io.BytesIO(report_bytes(tiny_contents(), saved(document))))
    [left] = made.tables
    assert [len(cell.paragraphs) for row in left.rows for cell in row.cells] == [1]
    assert len(made.sections[0].header.paragraphs) == 1


def test_rows_that_end_elsewhere_keep_their_widths() -> None:
    """The first row's widths were given to the table, and the cells beyond it had none."""
    document = Document()
    document.add_paragraph("{{ year }}")
    table = document.add_table(2, 3)
    table.rows[0]._tr.remove(table.rows[0]._tr.tc_lst[2])
    table.rows[0].cells[0].width = Pt(200)
    before = [[cell.width for cell in row._tr.tc_lst] for row in table.rows]
    [made] = Document(io.BytesIO(report_bytes(tiny_contents(), saved(document)))).tables
    assert [[cell.width for cell in row._tr.tc_lst] for row in made.rows] == before


def test_of_a_long_paragraph_the_wrong_place_is_shown() -> None:
    """The text around it, and that there is more."""
    [told] = refused(f"{'甲' * 90}{{{{ yaer }}}}{'乙' * 90}")
    assert told.startswith(f"正文第1段“…{'甲' * 27}{{{{ yaer }}}}{'乙' * 23}…”：没有“yaer”")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ sentence.plan.__class__.__init__.__globals__ }}",
        "{{ issue }}",
        "{% for c in [].__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
        "{{ '{0.__class__}'.format(year) }}",
    ],
)
def test_a_template_reaches_nothing_but_its_names(text: str) -> None:
    """Neither Python's own attributes nor anything beside the contents."""
    assert len(refused(text)) >= 1


@pytest.mark.slow
def test_a_template_in_another_style_and_order(plan: Plan) -> None:
    """Chapters moved, fonts changed, a sentence of one's own: the values are the same, in the template's format."""
    document = Document()
    big = document.add_paragraph().add_run("{{ levels[0].met }}")
    big.font.size, big.font.bold = Pt(22), True
    document.add_paragraph("本县{% for level in levels %}{{ level.name }}达标{{ level.met }}项，{% endfor %}特此报告。")
    document.add_table(3, 2)
    table = document.tables[0]
    for row, texts in enumerate(
        ("{%tr for item in items %}|", "{{ item.label }}|{{ item.value_of_year }}", "{%tr endfor %}|")
    ):
        for cell, text in zip(table.rows[row].cells, texts.split("|"), strict=True):
            cell.text = text.replace("item.value_of_year", "item.values[2]")
    document.sections[0].header.paragraphs[0].text = "{{ region }}{{ levels[0].unmet }}"
    made = report_bytes(contents(plan, 2022), saved(document))
    known = issued(plan, 2022)
    assert [(key, known[key]) for key, _ in controls(made)] == controls(made)
    keys = [key for key, _ in controls(made)]
    assert keys[:3] == ["count.national.met", "count.national.met", "count.provincial.met"]
    assert keys[3:] == [f"item.{item.item_id}.value" for item in plan.items]
    result = Document(io.BytesIO(made))
    run = next(result.element.body.iter(qn("w:sdt"))).find(f"{qn('w:sdtContent')}/{qn('w:r')}")
    assert (run.rPr.sz.val, run.rPr.b.val) == (Pt(22), True)
    assert "本县国家级达标29项，省级达标39项，特此报告。" in text_of(made)
    header = "".join(t.text for t in result.sections[0].header._element.iter(qn("w:t")))
    assert header == "慈溪市2"


def test_lists_and_captions_of_a_template() -> None:
    """Captions count in the document's order however Word writes their fields; a list of tables is no contents list, and
    a style based on a heading is one.
    """
    document = Document()
    document.styles.add_style("章", WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Heading 1"]
    field(document.add_paragraph(), r' TOC \h \z \c "表" ', "表目录")
    field(document.add_paragraph(), r' TOC \o "1-2" ', "目录")
    document.add_paragraph("概况", "章")
    document.add_paragraph()._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" SEQ 表 "><w:r><w:t>9</w:t></w:r></w:fldSimple>')
    )
    field(document.add_paragraph(), " SEQ 表 ", "9")
    document.add_paragraph("{{ year }}年")
    lines = text_of(report_bytes(tiny_contents(), saved(document))).split("\n")
    assert lines == ["表目录", "概况", "（页码：在 Word 中右键单击目录，选择“更新域”。）", "概况", "1", "2", "2022年"]


@pytest.mark.slow
def test_headings_numbered_as_libreoffice_writes_it() -> None:
    """It saves Chinese numbers as ``taiwaneseCountingThousand``: the contents list had 1、 above a heading 一、."""
    with zipfile.ZipFile(io.BytesIO(template_bytes())) as own:
        numbers = own.read("word/numbering.xml").replace(b'"chineseCounting', b'"taiwaneseCounting')
    given = with_part("word/numbering.xml", numbers)(template_bytes())
    assert "\n一、概况\n二、评估依据与方法\n（一）评估依据\n" in text_of(
        report_bytes(tiny_contents(), given, "样式.docx")
    )


@pytest.mark.slow
def test_placeholders_that_word_has_split_are_one(plan: Plan) -> None:
    """Word cuts a placeholder into runs where it was corrected or checked for spelling."""
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("{", "{ lev", "els[0].m", "et }", "}项"):
        paragraph.add_run(piece)
    assert "29项" in text_of(report_bytes(contents(plan, 2022), saved(document)))


def typed(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def inserted(text: str) -> str:
    return f'<w:ins w:id="1" w:author="a">{typed(text)}</w:ins>'


def deleted(text: str) -> str:
    return f'<w:del w:id="2" w:author="a">{typed(text).replace("w:t", "w:delText")}</w:del>'


def holding(body: str) -> bytes:
    """A template of one paragraph's XML."""
    document = Document()
    spaces = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    document.add_paragraph()._p.append(parse_xml(f"<w:r {nsdecls('w')} {spaces}>{body}</w:r>"))
    run = document.paragraphs[0].runs[0]._r
    for child in list(run):
        run.addprevious(child)
    run.getparent().remove(run)
    return saved(document)


UNACCEPTED = "占位符在未接受的修订里，请先接受或拒绝修订"
CUT = "占位符只有一部分在修订、超链接或智能标记里，请先接受修订、取消链接，或删去后重新输入"
#: Of a placeholder that Word has marked → what it becomes, or why it is refused.
MARKED = {
    "inserted within": (typed("{{ ye") + inserted("a") + typed("r }}年"), "2022年"),
    "deleted within": (typed("{{ ye") + deleted("e") + typed("ar }}年"), "2022年"),
    "inserted in two pieces": (inserted("{{ ye") + inserted("ar }}年"), "2022年"),
    "inserted at its end": (typed("{{ ye") + inserted("ar }}") + typed("年"), CUT),
    "within a smart tag in part": (typed("{{ ") + f'<w:smartTag w:element="x">{typed("year }}")}</w:smartTag>', CUT),
    "within a smart tag": (f'<w:smartTag w:element="x">{typed("{{ year }}")}</w:smartTag>', "2022"),
    "deleted, another inserted": (deleted("{{ yaer }}") + inserted("{{ year }}") + typed("年"), UNACCEPTED),
    "moved away": (f'<w:moveFrom w:id="3" w:author="a">{typed("{{ year }}")}</w:moveFrom>' + typed("{{ year }}"), UNACCEPTED),
}  # fmt: skip


@pytest.mark.parametrize("case", MARKED)
def test_a_placeholder_that_word_has_marked(case: str) -> None:
    """Tracked changes and smart tags around a part of it would break the file; a deleted one would be filled in."""
    body, told = MARKED[case]
    try:
        assert text_of(report_bytes(tiny_contents(), holding(body), "样式.docx")) == told
    except ReportError as error:
        assert str(error).endswith(f"：{told}"), error


@pytest.mark.parametrize(
    "body",
    [
        typed("{{p levels[0].met }}"),
        typed("共{{r levels[0].met }}项"),
        '<w:r><w:pict><v:shape><v:textpath string="{{ levels[0].met }}"/></v:shape></w:pict></w:r>',
    ],
)
def test_a_value_that_would_not_be_seen(body: str) -> None:
    """Outside of a text, where Word shows nothing or another mark: as docxtpl's own tags, or in a watermark."""
    with pytest.raises(ReportError, match=r"^模板里有不能填写的占位符（国家级达标的指标数）"):
        report_bytes(tiny_contents(), holding(body + typed("{{ year }}")), "样式.docx")


def test_a_text_box_is_stored_twice_and_issued_once() -> None:
    """Word keeps a copy for older programs: a report nobody has touched has no text that is missing."""
    inside = f"<w:txbxContent><w:p>{typed('{{ levels[0].met }}')}</w:p></w:txbxContent>"
    box = f"<w:r><mc:AlternateContent><mc:Choice>{inside}</mc:Choice><mc:Fallback>{inside}</mc:Fallback></mc:AlternateContent></w:r>"
    made = report_bytes(tiny_contents(), holding(box), "样式.docx")
    assert [key for key, _ in controls(made)] == ["count.national.met"]
    found = account(tiny_plan(), made)
    assert (found.checked, found.edits) == (1, ())
    copy = Document(io.BytesIO(made)).element.body.xpath("//*[local-name()='Fallback']//w:t")
    assert [text.text for text in copy] == [controls(made)[0][1]]


def test_a_placeholder_in_an_endnote() -> None:
    """Docxtpl fills in footnotes and no endnotes."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml"
    document = Document(io.BytesIO(template("{{ year }}")))
    notes = f"<w:endnotes {nsdecls('w')}><w:endnote w:id='1'><w:p>{typed('{{ year }}')}</w:p></w:endnote></w:endnotes>"
    part = Part(PackURI("/word/endnotes.xml"), kind, notes.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.ENDNOTES)
    with pytest.raises(ReportError, match=r"\n尾注第1段“\{\{ year \}\}”：尾注里的占位符不会填写，请移到正文或脚注$"):
        report_bytes(tiny_contents(), saved(document), "样式.docx")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("word/_rels/document.xml.rels", b"header1.xml", b"header9.xml"),
        ("docProps/core.xml", b"{{ title }}", b"{{ title"),
    ],
)
def test_a_damaged_template_is_refused_and_never_a_traceback(part: str, old: bytes, new: bytes) -> None:
    """Docxtpl, python-docx, Jinja and this package may raise anything for what is odd in a file."""
    with zipfile.ZipFile(io.BytesIO(template_bytes())) as package:
        content = package.read(part)
    assert old in content
    given = with_part(part, content.replace(old, new))(template_bytes())
    with pytest.raises(ReportError) as raised:
        report_bytes(tiny_contents(), given, "样式.docx")
    assert str(raised.value).startswith("模板 样式.docx 不能使用（")


def with_part(name: str, content: bytes) -> Callable[[bytes], bytes]:
    """Adds a part to a package, or puts another content in its place."""

    def changed(package: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(made, "w") as target:
            for entry in source.namelist():
                if entry != name:
                    target.writestr(entry, source.read(entry))
            target.writestr(name, content)
        return made.getvalue()

    return changed


def test_what_is_no_harmless_word_file_is_refused(tmp_path: Path) -> None:
    """With its reason, and nothing is written; ``test_docx_package`` knows the reasons."""
    write(tiny_plan(), tmp_path / "project")
    given = tmp_path / "t.docx"
    given.write_bytes(template_bytes()[:-40])
    done = cixi("report", "2022", "-o", str(tmp_path / "r.docx"), "--template", str(given), root=tmp_path / "project")
    assert (done.returncode, done.stdout, (tmp_path / "r.docx").exists()) == (1, "", False)
    assert done.stderr.startswith("错误：t.docx 不能使用：文件已损坏")


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    """The template comes out, is used, and neither file is overwritten without the option."""
    root = write(tiny_plan(), tmp_path / "project")
    given, made = tmp_path / "t.docx", tmp_path / "r.docx"
    done = cixi("report", "--write-template", str(given), root=root)
    assert (done.returncode, given.read_bytes()) == (0, template_bytes())
    calls = [["report", "2022", "-o", str(made), "--template", str(given)], ["report", "--write-template", str(given)]]
    assert cixi(*calls[0], root=root).returncode == 0
    before = made.read_bytes()
    for call, path in zip(calls, (made, given), strict=True):
        done = cixi(*call, root=root)
        assert (done.returncode, done.stderr) == (
            1,
            f"错误：{path} 已经存在，其中可能有修改。请另取文件名，或用 --overwrite 覆盖。\n",
        )
        assert cixi(*call, "--overwrite", root=root).returncode == 0
    assert made.read_bytes() == before
    done = cixi("report", "2022", "-o", str(given), "--template", str(given), "--overwrite", root=root)
    assert (done.returncode, done.stderr) == (1, f"错误：报告会覆盖模板 {given}，请另取文件名。\n")
    for call in (["report"], ["report", "2022", "--write-template", "x.docx"], ["report", "2022", "-o", "r.pdf"]):
        assert cixi(*call, root=root).returncode == 2
    done = cixi("report", "2022", "-o", str(tmp_path / "nowhere" / "r.docx"), root=root)
    assert (done.returncode, "没有这个文件夹或文件" in done.stderr) == (1, True)


@pytest.mark.slow
def test_of_a_report_that_became_a_template_the_old_list_goes() -> None:
    """An issued report with a placeholder added is refused while any of its figures is left, which would be last year's
    for ever; without them it is filled in, and only the new report's list is in the file.
    """
    made = tiny_contents()
    document = Document(io.BytesIO(report_bytes(made)))
    document.add_paragraph("{{ sentence.headline }}")
    told = r"^去年\.docx 是出具过的报告：其中还有\d+处出具的数字和文字（第一处：.*），会原样留在新的报告里，须连同内容控件换成占位符；"
    with pytest.raises(ReportError, match=told):
        report_bytes(made, saved(document), "去年.docx")
    controls = list(document.element.body.iter(qn("w:sdt")))
    for control in controls[1:]:
        control.getparent().remove(control)
    (of_control,) = controls[0].iter(qn("w:sdtContent"))
    for child in list(of_control):  # "remove content control" in Word leaves text and bookmark
        controls[0].addprevious(child)
    controls[0].getparent().remove(controls[0])
    with pytest.raises(ReportError, match="其中还有1处"):
        report_bytes(made, saved(document), "去年.docx")
    for mark in list(document.element.body.iter(qn("w:bookmarkStart"))):
        mark.getparent().remove(mark)
    listed = read_report(report_bytes(made, saved(document), "样式.docx")).manifest
    assert listed
    assert [value.key for value in listed.values] == ["sentence.headline"]


@pytest.mark.slow
def test_a_report_is_no_template() -> None:
    """A file without any placeholder, last year's report or a letter, would be written as a report without a number."""
    made = report_bytes(tiny_contents())
    for content in (made, template("各位领导：")):
        with pytest.raises(ReportError, match=r"^去年\.docx 不是模板：其中没有占位符"):
            report_bytes(tiny_contents(), content, "去年.docx")


@pytest.mark.slow
def test_libreoffice_prints_it(plan: Plan, report2022: bytes, tmp_path: Path) -> None:
    """It opens and becomes a PDF: no page without text or picture, every item and project on paper."""
    from pypdf import PdfReader  # noqa: PLC0415

    [printed] = libreoffice(tmp_path, "pdf", {"r.docx": report2022}).values()
    pages = [page.extract_text() for page in PdfReader(printed).pages]
    assert min(len(text.strip()) for text in pages) > 20
    text = "".join("".join(pages).split())
    assert [i.item_id for i in plan.items if "".join(i.name.split()) not in text] == []
    assert [p.number for p in plan.projects if p.budget is not None and number(p.budget) not in text] == []
