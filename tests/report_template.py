"""Makes ``cixi_analysis/report/template.docx``: ``python -m tests.report_template``. A test compares the two.

The template is a Word file like any other: what a bureau can restyle and reorder in Word is written down here once.
"""

import io
from pathlib import Path

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from cixi_analysis.report.docx_package import same_bytes

TARGET = Path(__file__).parents[1] / "cixi_analysis" / "report" / "template.docx"
SONG, FANG, HEI, ROMAN = "宋体", "仿宋", "黑体", "Times New Roman"
#: Other names of the fonts, where a system has them under these.
ALSO = {SONG: "SimSun", FANG: "FangSong", HEI: "SimHei"}
WIDE, NARROW = 241, 156  # millimetres of text across a landscape and a portrait page


def font(style: object, east: str, size: float, *, bold: bool = False) -> None:
    """Both fonts of a style, without what the theme says."""
    style.font.name, style.font.size, style.font.bold = ROMAN, Pt(size), bold
    style.font.color.rgb, style.font.italic = RGBColor(0, 0, 0), False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, of in (("ascii", ROMAN), ("hAnsi", ROMAN), ("cs", ROMAN), ("eastAsia", east)):
        fonts.set(qn(f"w:{name}"), of)


def spacing(style: object, before: float, after: float, line: float) -> None:
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line


def styles(document: Docx) -> None:
    known = document.styles
    font(known["Normal"], FANG, 12)
    spacing(known["Normal"], 0, 0, 1.5)
    language = known["Normal"].element.get_or_add_rPr()
    language.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>'))
    body = known["Body Text"]
    font(body, FANG, 12)
    spacing(body, 0, 0, 1.5)
    body.paragraph_format.first_line_indent, body.paragraph_format.alignment = Pt(24), WD_ALIGN_PARAGRAPH.JUSTIFY
    points = known["List Bullet"]
    font(points, FANG, 12)
    spacing(points, 0, 2, 1.3)
    for level, (east, size, before, after) in enumerate(((HEI, 16, 18, 12), (HEI, 14, 12, 6), (FANG, 12, 6, 3)), 1):
        heading = known[f"Heading {level}"]
        font(heading, east, size, bold=level == 3)
        spacing(heading, before, after, 1.3)
        heading.paragraph_format.keep_with_next = True
    font(known["Title"], HEI, 26)
    spacing(known["Title"], 0, 24, 1.4)
    known["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if (border := known["Title"].element.pPr.find(qn("w:pBdr"))) is not None:
        known["Title"].element.pPr.remove(border)
    font(known["Subtitle"], HEI, 18)
    known["Subtitle"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption = known["Caption"]
    font(caption, HEI, 10.5)
    spacing(caption, 10, 4, 1.2)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    cell = known.add_style("表格文字", WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = known["Normal"]
    font(cell, SONG, 9)
    spacing(cell, 0, 0, 1.0)
    head = known.add_style("表格标题行", WD_STYLE_TYPE.PARAGRAPH)
    head.base_style = cell
    font(head, HEI, 9)
    head.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    note = known.add_style("图表说明", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = known["Normal"]
    font(note, SONG, 9)
    spacing(note, 2, 8, 1.2)
    picture = known.add_style("图", WD_STYLE_TYPE.PARAGRAPH)
    picture.base_style = known["Normal"]
    spacing(picture, 6, 0, 1.0)
    picture.paragraph_format.alignment, picture.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
    for level, indent in ((1, 0), (2, 24)):
        toc = known.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        toc.base_style = known["Normal"]
        font(toc, FANG, 12)
        spacing(toc, 0, 0, 1.3)
        toc.paragraph_format.left_indent = Pt(indent)
        toc.paragraph_format.tab_stops.add_tab_stop(Mm(NARROW), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    contents = known["TOC Heading"]
    contents.base_style = known["Normal"]
    font(contents, HEI, 16)
    spacing(contents, 0, 12, 1.5)
    contents.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    known.element.append(parse_xml(
        f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="报告表格"/>'
        '<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/><w:tblPr><w:tblBorders>'
        + "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
                  for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        + '</w:tblBorders><w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="57" w:type="dxa"/><w:bottom w:w="28" w:type="dxa"/>'
        '<w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
        '</w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="E7EEF3"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    ))  # fmt: skip


def numbering(document: Docx) -> None:
    """一、 and （一） before headings, by Word itself, so that chapters can be moved."""
    part = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="Heading{n + 1}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for n, (kind, text) in enumerate((("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）")))
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    part.insert(0, abstract)
    part.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level in (0, 1):
        number(document.styles[f"Heading {level + 1}"].element.get_or_add_pPr(), level, 90)


def number(properties: object, level: int, list_: int) -> None:
    """Put a paragraph or style into a list; 0 takes it out."""
    place = properties.get_or_add_numPr()
    place.get_or_add_ilvl().val, place.get_or_add_numId().val = level, list_


def fonts_table(document: Docx) -> None:
    """The other names of the fonts."""
    part = next(p for p in document.part.package.iter_parts() if str(p.partname).endswith("fontTable.xml"))
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{also}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, also in ALSO.items()
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{entries}</w:fonts>".encode())


def field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A complex field, as Word writes it."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run()._r
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)
        else:
            element = OxmlElement("w:instrText" if not kind else "w:t")
            element.text = text
            element.set(qn("xml:space"), "preserve")
            run.append(element)


class Page:
    """The template, written from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        styles(self.document)
        numbering(self.document)
        fonts_table(self.document)
        package = self.document.part.package
        for key, relation in list(package.rels.items()):
            if relation.reltype.endswith("/thumbnail"):  # python-docx's own
                del package.rels[key]
        for key, relation in list(self.document.part.rels.items()):
            if relation.reltype.endswith("/customXml"):  # python-docx's own list of literature
                del self.document.part.rels[key]
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = "{{ title }}{{ year }}年度自评估报告", "", ""
        first = self.document.sections[0]
        self.shape(first, wide=False)

    @staticmethod
    def shape(section: object, *, wide: bool) -> None:
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
        section.left_margin, section.right_margin = (Mm(28), Mm(28)) if wide else (Mm(28), Mm(26))
        section.top_margin, section.bottom_margin = (Mm(26), Mm(22)) if wide else (Mm(30), Mm(26))
        section.header_distance = section.footer_distance = Mm(14)

    def section(self, *, wide: bool) -> object:
        new = self.document.add_section(WD_SECTION.NEW_PAGE)
        for restart in new._sectPr.findall(qn("w:pgNumType")):  # copied from the section before
            new._sectPr.remove(restart)
        self.shape(new, wide=wide)
        return new

    def text(self, text: str, style: str = "Body Text") -> Paragraph:
        return self.document.add_paragraph(text, style)

    def tag(self, tag: str) -> None:
        """A paragraph that only says what comes: ``{%p for …%}``."""
        self.document.add_paragraph(f"{{%p {tag} %}}", "Normal")

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        paragraph = self.document.add_paragraph(text, f"Heading {level}")
        if not numbered:
            number(paragraph._p.get_or_add_pPr(), 0, 0)

    def caption(self, kind: str, text: str) -> None:
        paragraph = self.document.add_paragraph(f"{kind} ", "Caption")
        field(paragraph, f" SEQ {kind} \\* ARABIC ", "1")
        paragraph.add_run(f"　{text}")
        paragraph.paragraph_format.keep_with_next = kind == "表"

    def figure(self, name: str) -> None:
        """A picture with its caption and note, where there is something to draw."""
        self.tag(f"if {name}")
        self.text(f"{{{{ {name}.picture }}}}", "图")
        self.caption("图", f"{{{{ {name}.title }}}}")
        self.tag(f"if {name}.note")
        self.text(f"{{{{ {name}.note }}}}", "图表说明")
        self.tag("endif")
        self.tag("endif")

    def table(
        self, heads: list[tuple[str, float]], loop: list[str], rows: list[list[str]], *, wide: bool = False
    ) -> None:
        """``heads``: text and width; a text ``{%tc …%}`` is a loop over columns. ``loop``: what opens, then what closes
        the rows, ``rows``: rows of cells, or one cell ``{%tr …%}``.
        """
        room, real = WIDE if wide else NARROW, [w for text, w in heads if not text.startswith("{%tc")]
        scale = room / sum(real)
        table = self.document.add_table(rows=0, cols=len(heads))
        table.autofit = False
        table._tbl.tblPr.find(qn("w:tblW")).set(qn("w:w"), str(int(Mm(room).pt * 20)))
        table._tbl.tblPr.find(qn("w:tblW")).set(qn("w:type"), "dxa")
        if (style := table._tbl.tblPr.find(qn("w:tblStyle"))) is None:
            style = OxmlElement("w:tblStyle")
            table._tbl.tblPr.insert(0, style)
        style.set(qn("w:val"), "ReportTable")
        widths = [Mm(w * scale) for _, w in heads]
        self._row(table, [text for text, _ in heads], widths, "表格标题行").append(OxmlElement("w:tblHeader"))
        opening, closing = loop
        for cells in ([opening], *rows, [closing]):
            self._row(table, cells, widths, "表格文字")

    def _row(self, table: object, texts: list[str], widths: list[int], style: str) -> object:
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        cells: list[_Cell] = list(row.cells)
        if len(texts) < len(cells):  # one cell over the whole row
            cells, style = [cells[0].merge(cells[-1])], "表格标题行"
        for cell, text, width in zip(cells, texts, widths, strict=False):
            if len(texts) == len(widths):
                cell.width = width
            cell.vertical_alignment = 1
            cell.paragraphs[0].style = style
            cell.paragraphs[0].text = text
            if len(texts) < len(widths):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT
            if text.startswith(("{{ item.label", "{{ item.indicator", "{{ one.number")):
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            if any("{{ domain.name" in one or "{{ item.group" in one for one in texts):  # heads the rows after it
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        return properties


def made() -> bytes:
    page = Page()
    cover(page)
    overview(page)
    indicators(page)
    analysis(page)
    annexes(page)
    content = io.BytesIO()
    page.document.save(content)
    return same_bytes(content.getvalue())


def cover(page: Page) -> None:
    page.text("{{ title }}", "Title").paragraph_format.space_before = Mm(55)
    page.text("{{ year }}年度自评估报告", "Subtitle")
    page.tag("if stage")
    page.text("（{{ stage }}）", "Subtitle")
    page.tag("endif")
    page.text("{{ region }}", "Subtitle").paragraph_format.space_before = Mm(75)
    for name in ("compiled_by", "date"):
        page.tag(f"if {name}")
        page.text(f"{{{{ {name} }}}}", "Subtitle")
        page.tag("endif")
    inner = page.section(wide=False)
    inner.footer.is_linked_to_previous = inner.header.is_linked_to_previous = False
    head = inner.header.paragraphs[0]
    head.text = "{{ title }}{{ year }}年度自评估报告{% if stage %}（{{ stage }}）{% endif %}"
    head.style = page.document.styles["图表说明"]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = inner.footer.paragraphs[0]
    foot.style = page.document.styles["图表说明"]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    field(foot, " PAGE ", "1")
    foot.add_run(" —")
    inner._sectPr.find(qn("w:cols")).addprevious(parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>'))
    page.text("目　录", "TOC Heading")
    field(page.text("", "toc 1"), ' TOC \\o "1-2" \\h \\z \\u ', "（在 Word 中右键单击此处，选择“更新域”）")


def counts(of: str) -> str:
    """The counts of a level in a clause; those that are 0 are left out."""
    rest = "".join(
        f"{{% if {of}.{name} %}}、{{{{ {of}.{name} }}}}项{word}{{% endif %}}"
        for name, word in (("unmet", "未达标"), ("no_data", "无数据"), ("not_filled_in", "未填报"))
    )
    all_met = f"{of}.met and {of}.met == {of}.applicable"
    return f"适用指标{{{{ {of}.applicable }}}}项，{{% if {all_met} %}}均达标{{% else %}}其中{{{{ {of}.met }}}}项达标{rest}{{% endif %}}"


LAST = "{% if not loop.last %}；{% endif %}{% endfor %}。"


#: The columns between these stand only where the plan has projects.
IF_WORKS = [("{%tc if works.projects %}", 1), ("{%tc endif %}", 1)]


def overview(page: Page) -> None:
    page.heading("概况")
    page.document.paragraphs[-1].paragraph_format.page_break_before = True
    page.text("{{ sentence.plan }}{{ sentence.scope }}")
    page.tag("if stage")
    page.text("{{ sentence.stage }}")
    page.tag("endif")
    page.text("{{ sentence.headline }}")
    page.figure("figure.progress")
    page.tag("if targets")
    page.text("对照规划值：{% for target in targets %}{{ target.year }}年规划值" + counts("target") + LAST)
    page.tag("endif")
    page.heading("评估依据与方法")
    page.heading("评估依据", 2)
    page.text("本报告依据{{ title }}及其{{ tables.indicators.name }}“{{ tables.indicators.title }}”。"
              "{{ year }}年的要求所依据的标准：{% for one in standards %}{{ one }}{% if not loop.last %}；{% endif %}{% endfor %}。")  # fmt: skip
    for name in ("last_standard", "refused"):
        page.tag(f"if sentence.{name}")
        page.text(f"{{{{ sentence.{name} }}}}")
        page.tag("endif")
    page.heading("评估方法", 2)
    page.text("逐个子项以{{ year }}年的现状对照各级指标要求的原文：有数值的以数值判定；没有数值的，看现状文字是否载明；两者都不能判定的，"
              "只有符合下列约定才视同达标，其余记为无数据。指标的各子项都达标，该指标才达标；“/”表示本级没有要求，不计入适用指标。"
              "缺失的年份不补填、不推算。")  # fmt: skip
    page.caption("表", "{{ year }}年指标结论的依据（指标数）")
    page.table(
        [("依据", 24), ("含义", 80), ("{%tc for level in levels %}", 1), ("{{ level.name }}", 20), ("{%tc endfor %}", 1)],
        ["{%tr for one in bases %}", "{%tr endfor %}"],
        [["{{ one.name }}", "{{ one.meaning }}", "{%tc for count in one.counts %}", "{{ count }}", "{%tc endfor %}"]],
    )  # fmt: skip
    page.tag("if conventions")
    page.text("按约定视同达标的情形：").paragraph_format.space_before = Pt(8)
    page.tag("for one in conventions")
    page.text("{{ one.name }}：{{ one.meaning }}。", "List Bullet")
    page.tag("endfor")
    page.tag("endif")


def indicators(page: Page) -> None:
    page.section(wide=True)
    page.heading("指标完成情况")
    page.caption("表", "{{ years[0] }}—{{ year }}年指标完成情况汇总")
    page.table(
        [("序号", 11), ("指标名称", 38), ("单位", 14), ("属性", 12), ("{%tc for y in years %}", 1), ("{{ y }}年", 20), ("{%tc endfor %}", 1),
         ("{%tc for level in levels %}", 1), ("{{ level.name }}要求", 30), ("{{ level.name }}结论", 18.5), ("{%tc endfor %}", 1), ("佐证", 17)],
        ["{%tr for domain in domains %}", "{%tr endfor %}"],
        [
            ["{% cellbg 'F3F6F4' %}{% colspan 5 + years|length + 2 * levels|length %}{{ domain.name }}"],
            ["{%tr for item in domain.items %}"],
            ["{%tr if item.group %}"],
            ["{{ item.indicator }}", "{{ item.group.name }}", "", "{{ item.attribute }}", "{%tc for y in years %}", "", "{%tc endfor %}",
             "{%tc for one in item.group.verdicts %}", "", "{% cellbg one.colour %}{{ one.verdict }}", "{%tc endfor %}", ""],
            ["{%tr endif %}"],
            ["{{ item.label }}", "{{ item.name }}", "{{ item.unit }}", "{{ item.attribute }}", "{%tc for value in item.values %}",
             "{{ value }}", "{%tc endfor %}", "{%tc for one in item.verdicts %}", "{{ one.requirement }}",
             "{% cellbg one.colour %}{{ one.verdict }}", "{%tc endfor %}", "{{ item.evidence }}"],
            ["{%tr endfor %}"],
        ],
        wide=True,
    )  # fmt: skip
    page.text(
        "“/”：本级没有要求。分有子项的指标，各子项都达标才达标，其结论在子项之上的一行。佐证一栏为“佐证材料目录”中的编号；“规划”：数据出自规划，规划即佐证。",
        "图表说明",
    )


def analysis(page: Page) -> None:
    page.section(wide=False)
    page.heading("分领域分析")
    page.tag("for domain in domains")
    page.heading("{{ domain.name }}", 2)
    page.text("{{ domain.name }}领域，{% for level in domain.levels %}{{ level.name }}" + counts("level") + LAST)
    page.figure("domain.figure")
    page.tag("for item in domain.items if item.findings")
    point = page.text("", "List Bullet")
    point.add_run("{{ item.label }}　").bold = True
    point.add_run("{% for one in item.findings %}{{ one.levels }}：{{ one.sentence }}。{% endfor %}")
    page.tag("endfor")
    page.tag("endfor")
    page.heading("未达标、无数据与整改")
    page.tag("if actions.nothing")
    page.text("{{ actions.nothing }}")
    page.tag("endif")
    works = "{% if one.works %}{{ one.works }}{% endif %}"
    gap = "{% if one.gap %}{{ one.gap }}{% else %}—{% endif %}{% if one.step %}；每年需{{ one.step }}{% endif %}"
    for name, title in (
        ("unmet", "未达标的"),
        ("short", "没有达到规划值的"),
        ("no_data", "没有数据、要先查明的"),
    ):
        page.tag(f"if actions.{name}")
        page.heading(f"{title}{{{{ actions.{name}_count }}}}个子项", 2)
        if name == "unmet":
            page.figure("figure.unmet")
        page.caption("表", f"{{{{ year }}}}年{title}子项与整改")
        heads = [("子项", 30), ("差距", 42), ("怎样达标", 46), *IF_WORKS[:1], ("有关项目与责任单位", 38), *IF_WORKS[1:]]
        cells = [
            "{{ one.title }}\n（{{ one.attribute }}，{{ one.domain }}）",
            gap,
            "{% if one.ways %}{{ one.ways }}{% endif %}",
            IF_WORKS[0][0],
            works,
            IF_WORKS[1][0],
        ]
        if name == "no_data":
            heads, cells = [heads[0], *heads[2:]], [cells[0], *cells[2:]]
        elif name == "short":
            in_words = gap.replace("—", "规划值为文字要求，见附表一")
            heads, cells = [*heads[:2], *heads[3:]], [cells[0], in_words, *cells[3:]]
        page.table(heads, [f"{{%tr for one in actions.{name} %}}", "{%tr endfor %}"], [cells])
        if name == "short":
            page.figure("figure.gaps")
        page.tag("endif")
    page.tag("if actions.not_filled_in")
    page.heading("还没有填报的{{ actions.not_filled_in_count }}个子项", 2)
    page.text("{% for one in actions.not_filled_in %}{{ one.title }}{% if not loop.last %}、{% endif %}{% endfor %}。")
    page.tag("endif")
    works_chapter(page)
    changes_chapter(page)
    conclusion(page)


def works_chapter(page: Page) -> None:
    page.tag("if works.past or works.projects")
    page.heading("重点工程进展")
    page.tag("if works.past")
    page.heading("{{ tables.past.title }}", 2)
    page.text("{{ works.outcomes }}")
    page.figure("works.figure.past")
    page.tag("endif")
    page.tag("if works.projects")
    page.heading("{{ tables.projects.title }}", 2)
    page.text(
        "{{ tables.projects.name }}列有{{ works.count }}个项目，{% if works.budget %}投资概算合计{{ works.budget }}亿元{% else %}都没有概算{% endif %}。{{ works.money }}"
    )
    page.caption("表", "{{ tables.projects.title }}按类别")
    names = ("projects", "share_of_projects", "budget", "share_of_money", "without_budget")
    page.table(
        [("类别", 34), ("项目数", 18), ("占项目数", 20), ("概算（亿元）", 24), ("占资金", 20), ("没有概算的项目数", 26)],
        ["{%tr for one in works.categories %}", "{%tr endfor %}"],
        [["{{ one.name }}", *(f"{{{{ one.{name} }}}}" for name in names)]],
    )  # fmt: skip
    page.figure("works.figure.money")
    page.text("{{ works.progress }}")
    page.tag("endif")
    page.tag("endif")


def changes_chapter(page: Page) -> None:
    page.heading("与上年变化")
    page.tag("if changes")
    page.text(
        "与{{ changes.other }}年相比：{% if changes.is_retrospect %}{{ changes.other }}年早于规划基准年，只有个别数字，不比较结论和计数。{% endif %}"
    )
    page.tag("for one in changes.points")
    page.text("{{ one }}", "List Bullet")
    page.tag("endfor")
    page.tag("if changes.verdicts")
    page.caption("表", "{{ changes.other }}年与{{ year }}年不同的指标结论")
    page.table(
        [("指标", 40), ("级别", 18), ("{{ changes.other }}年", 18), ("{{ year }}年", 18), ("{{ year }}年的理由", 62)],
        ["{%tr for one in changes.verdicts %}", "{%tr endfor %}"],
        [["{{ one.name }}", "{{ one.level }}", "{{ one.before }}", "{{ one.after }}", "{{ one.sentence }}。"]],
    )  # fmt: skip
    page.tag("endif")
    page.tag("if changes.moved")
    page.caption("表", "{{ changes.other }}年与{{ year }}年都有数值、数值不同的子项")
    page.table(
        [("子项", 54), ("{{ changes.other }}年", 28), ("{{ year }}年", 28), ("变化", 24), ("方向", 22)],
        ["{%tr for one in changes.moved %}", "{%tr endfor %}"],
        [["{{ one.title }}", "{{ one.before }}", "{{ one.after }}", "{{ one.change }}", "{{ one.direction }}"]],
    )  # fmt: skip
    page.tag("endif")
    page.tag("endif")
    page.tag("if not changes")
    page.text("此前没有任何年份的数据，无从比较。")
    page.tag("endif")


def conclusion(page: Page) -> None:
    page.heading("结论")
    page.text("{{ year }}年，{% for level in levels %}{{ level.name }}" + counts("level") + LAST)
    page.tag("for level in levels if level.unmet_names or level.no_data_names")
    page.text("{{ level.name }}{% if level.unmet_names %}未达标的指标：{{ level.unmet_names }}。{% endif %}"
              "{% if level.no_data_names %}无数据的指标：{{ level.no_data_names }}。{% endif %}")  # fmt: skip
    page.tag("endfor")
    page.tag("if actions.unmet")
    page.text("首先要整改的：")
    page.tag("for one in actions.unmet")
    page.text("{{ one.title }}：{% if one.gap %}{{ one.gap }}{% endif %}{% if one.step %}；每年需{{ one.step }}{% endif %}。"
              "{% if one.units %}有关单位：{{ one.units }}。{% endif %}", "List Bullet")  # fmt: skip
    page.tag("endfor")
    page.tag("endif")


def annexes(page: Page) -> None:
    page.section(wide=True)
    page.heading("附表一　{{ tables.indicators.title }}：{{ year }}年现状、依据与规划值", numbered=False)
    page.table(
        [("序号", 11), ("指标名称", 44), ("{{ year }}年现状", 92), ("依据", 28),
         ("{%tc for y in target_years %}", 1), ("{{ y }}年规划值", 36), ("{%tc endfor %}", 1)],
        ["{%tr for item in items %}", "{%tr endfor %}"],
        [["{{ item.label }}", "{{ item.name }}", "{{ item.status }}", "{{ item.basis }}",
          "{%tc for target in item.targets %}", "{{ target }}", "{%tc endfor %}"]],
        wide=True,
    )  # fmt: skip
    page.tag("if works.past")
    page.heading("附表二　{{ tables.past.title }}", numbered=False)
    outcomes = ("已完成", "按原计划推进", "继续推进但内容调整", "因政策调整、园区整合、上级安排等变动")
    page.table(
        [("项目类型", 40), *((name, 32) for name in outcomes), ("总数", 24), ("完成率", 24)],
        ["{%tr for one in works.past %}", "{%tr endfor %}"],
        [["{{ one.name }}", *(f"{{{{ one.counts[{n}] }}}}" for n in range(4)), "{{ one.total }}", "{{ one.rate }}"]],
        wide=True,
    )  # fmt: skip
    page.tag("endif")
    page.tag("if works.projects")
    page.heading("附表{% if works.past %}三{% else %}二{% endif %}　{{ tables.projects.title }}", numbered=False)
    page.table(
        [("序号", 10), ("类别", 20), ("项目名称", 34), ("主要内容", 78), ("实施年限", 20), ("概算（万元）", 20), ("责任单位", 30),
         ("{{ year }}年底", 24), ("进展（按填报）", 24)],
        ["{%tr for one in works.projects %}", "{%tr endfor %}"],
        [["{{ one.number }}", "{{ one.category }}", "{{ one.name }}", "{{ one.content }}", "{{ one.years }}", "{{ one.budget }}",
          "{{ one.units }}", "{{ one.schedule }}", "{{ one.progress }}"]],
        wide=True,
    )  # fmt: skip
    page.text("{{ year }}年底一栏是按实施年限的日历，不是工程进度；没有概算的项目写“/”，不计入合计。", "图表说明")
    page.tag("endif")
    page.heading("佐证材料目录", numbered=False)
    page.table(
        [("编号", 18), ("证明的子项、项目或承诺", 62), ("所证", 34), ("材料", 82), ("情况", 45)],
        ["{%tr for one in evidence %}", "{%tr endfor %}"],
        [["{{ one.number }}", "{{ one.subject }}", "{{ one.proves }}", "{{ one.document }}", "{% if one.state %}{{ one.state }}{% endif %}"]],
        wide=True,
    )  # fmt: skip


if __name__ == "__main__":
    TARGET.write_bytes(made())
