"""The report of a year as one PDF: whole, in order, with working contents, and nothing that paper cannot do."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, cixi
from filelock import FileLock
from playwright.sync_api import Browser
from pypdf import PdfReader
from pypdf.generic import Destination

from cixi_analysis.book.pdf import PrintedPage, belongs_to, document, make_pdf, sections
from cixi_analysis.book.pdf.printing import VARIABLE, PdfError, characters, find_browser, print_pdf
from cixi_analysis.plan import DATE_VARIABLE
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.presentation import summary_page
from cixi_analysis.presentation.html import stack

#: Points of an A4 page.
A4 = (595, 842)

PAGE = """<html><body><nav>目录</nav><article class="bd-article"><section id="id1">
<h1>{title}<a class="headerlink" href="#id1">#</a></h1>
<p>见<a href="{other}#id1">另一页</a>、<a href="#row">一行</a>、<a href="../dictionary.html">字典</a>、<a href="https://example.org/">外</a></p>
<details class="admonition hide"><summary>代码</summary><div class="cell_input">x = 1</div></details>
<details><summary>明细</summary><p>折叠的</p></details>
<p>可下载<a class="reference download internal" href="../_downloads/x.csv">表</a>。</p>
<svg><clipPath id="clip"></clipPath><g clip-path="url(#clip)" aria-labelledby="row clip"></g></svg>
<table><tr id="row"><td>格</td></tr></table>
<section id="id2"><h2>下载</h2><ul><li><p><a class="download" href="../x.xlsx">表</a></p></li></ul></section>
<section id="id3"><h2>第二节</h2><script>x</script><button>点</button></section>
</section></article></body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "book" / "2022").mkdir(parents=True)
    for name, title, other in (("index", "总览", "table1.html"), ("table1", "表一", "index.html")):
        page = PAGE.format(title=title, other=other)
        (tmp_path / "book" / "2022" / f"{name}.html").write_text(page, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_sections_in_the_order_of_the_book(pages: Path) -> None:
    """The pages that are there, with the headings of the contents; the widest table across."""
    found = sections(load_plan(ROOT), pages, 2022)
    assert [(s.name, s.across) for s in found] == [("summary", False), ("index", False), ("table1", True)]
    assert [(h.level, h.anchor, h.title) for h in found[2].headings] == [
        (1, "table1--id1", "表一"),
        (2, "table1--id3", "第二节"),
    ]


@pytest.mark.slow
def test_only_what_paper_can_do(pages: Path) -> None:
    """No navigation, code, buttons, downloads; what was folded is open."""
    html = sections(load_plan(ROOT), pages, 2022)[1].html
    assert not re.search("目录|代码|x = 1|<script|<button|headerlink|下载", html)
    assert '<details open=""><summary>明细</summary><p>折叠的</p></details>' in html


def test_ids_are_unique_and_links_stay_inside(pages: Path) -> None:
    """A link leads to a place in the document or out into the world; a page that is not in it is no link."""
    html = "".join(section.html for section in sections(load_plan(ROOT), pages, 2022)[1:])
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 8
    assert re.findall(r'href="([^"]+)"', html) == [
        "#table1--id1", "#index--row", "https://example.org/", "#index--id1", "#table1--row", "https://example.org/",
    ]  # fmt: skip
    assert "<a>字典</a>" in html
    assert 'clip-path="url(#index--clip)"' in html
    assert 'aria-labelledby="index--row index--clip"' in html


@pytest.mark.parametrize(
    ("radicals", "text"), [("⽣态⽂明", "生态文明"), ("⻚⻛⻋", "页风车"), ("Ⅲ类①", "Ⅲ类①"), ("2018―2022", "2018—2022")]
)
def test_characters_in_the_place_of_radicals(radicals: str, text: str) -> None:
    """What looks like 生 is 生; what is no radical stays as it is."""
    assert characters(radicals) == text


def test_without_a_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is missing, that the rest is done, and what to do."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(PdfError) as missing:
        find_browser()
    assert str(missing.value) == (
        "没有找到 Chromium、Chrome 或 Edge，不能生成 PDF；其余已经生成。"
        "请安装其中之一，或在环境变量 CIXI_CHROMIUM 中写明它的路径。"
    )


def test_a_browser_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A named program that is not there, and one that prints nothing."""
    monkeypatch.setenv(VARIABLE, "/nirgends/chrome")
    with pytest.raises(PdfError, match="环境变量 CIXI_CHROMIUM 现为“/nirgends/chrome”，不是可以运行的程序"):
        find_browser()


@pytest.mark.long
def test_site_is_built_without_a_browser(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit status 1 for the PDF; the site is there all the same, and nothing half-printed."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    monkeypatch.setenv(VARIABLE, "true")  # runs, and prints nothing
    done = cixi("build", "--pdf", "--year", "2022", root=project)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [str(project / "_build" / "html" / "index.html")]
    assert "没有印出 PDF（退出码 0）" in done.stderr
    assert list((project / "_build" / "pdf").iterdir()) == []


@pytest.fixture(scope="module")
def browser_is_there() -> None:
    try:
        find_browser()
    except PdfError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def report(built: Path, browser_is_there: None) -> Path:
    """Of 2022; printed once for all workers."""
    folder = built.parent / "pdf"
    with FileLock(built.parent / "pdf.lock"):
        printed = folder / "cixi-2022.pdf"
        return printed if printed.is_file() else make_pdf(load_plan(built), 2022, built / "_build" / "html", folder)


@pytest.fixture(scope="module")
def parts(built: Path, plan: Plan) -> tuple[PrintedPage, ...]:
    """The pages of 2022, ready to be printed."""
    return sections(plan, built / "_build" / "html", 2022)


@pytest.fixture(scope="module")
def texts(report: Path) -> list[str]:
    """The text of each page, extracted once for all workers."""
    known = report.with_suffix(".json")
    with FileLock(report.with_suffix(".lock")):
        if not known.is_file():
            known.write_text(json.dumps([page.extract_text() for page in PdfReader(report).pages]), encoding="utf-8")
    return json.loads(known.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def text(texts: list[str]) -> str:
    return re.sub(r"\s+", "", "".join(texts))


@pytest.mark.slow
def test_every_name_is_in_its_text(text: str, plan: Plan) -> None:
    """All 69 items, the names that they have at a level, and all 47 projects, whole, as characters."""
    names = [name for item in plan.items for name in plan.names(item)]
    names += [project.name for project in plan.projects]
    assert (len(plan.items), len(plan.projects)) == (69, 47)
    assert [name for name in names if re.sub(r"\s+", "", name) not in text] == []


@pytest.mark.slow
def test_no_code_and_no_navigation(text: str) -> None:
    """Neither what a button says nor the code that made a page."""
    for word in ("importload_plan", "display(", "复制到剪贴板", "上一页", "收起代码", "数据表（"):
        assert word not in text


@pytest.mark.slow
def test_folded_reasons_are_open(text: str) -> None:
    """The reason of an indicator that is met, folded on the screen."""
    assert "原文载明“全面实施河长制”" in text


def entries(outline: list[Destination | list[object]], level: int = 1) -> Iterator[tuple[int, str, Destination]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from entries(entry, level + 1)
        else:
            yield level, str(entry.title), entry


@pytest.mark.slow
def test_bookmarks_and_contents_agree(report: Path, texts: list[str], parts: tuple[PrintedPage, ...]) -> None:
    """Every page and part has a bookmark, and the contents name the page where it is."""
    reader = PdfReader(report)
    headings = [h for s in parts for h in s.headings]
    marks = [mark for mark in entries(reader.outline) if mark[0] <= 2]
    assert [(level, re.sub(r"\s", "", title)) for level, title, _ in marks] == [
        (h.level, re.sub(r"\s", "", h.title)) for h in headings
    ]
    first = min(reader.get_destination_page_number(mark) or 0 for _, _, mark in marks[1:])  # after the summary
    contents = re.sub(r"\s+", "", "".join(texts[1:first]))
    for _, title, mark in marks:
        number = reader.get_destination_page_number(mark)
        assert number is not None
        assert f"{re.sub(chr(92) + 's', '', title)}{number + 1}" in contents, title
        assert re.sub(r"\s", "", title) in re.sub(r"\s", "", texts[number])


@pytest.mark.slow
def test_pages_are_a4_and_numbered(report: Path, texts: list[str]) -> None:
    """Upright or across, every page but the cover with its number."""
    pages = PdfReader(report).pages
    shapes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages]
    assert set(shapes) == {A4, A4[::-1]}
    for number, content in enumerate(texts, start=1):
        shown = re.sub(r" +", " ", content)
        assert (f"{number} / {len(pages)}" in shown) == (number > 1), number


@pytest.mark.slow
def test_table1_is_across_and_repeats_its_header(report: Path, texts: list[str]) -> None:
    """On each of its pages."""
    reader = PdfReader(report)
    starts = {
        str(title): reader.get_destination_page_number(mark)
        for level, title, mark in entries(reader.outline)
        if level == 1
    }
    (first,) = (page for title, page in starts.items() if title.startswith("表一"))
    (end,) = (page for title, page in starts.items() if title.startswith("趋势"))
    assert first is not None
    assert end is not None
    assert end - first > 5
    for page, content in zip(reader.pages[first:end], texts[first:end], strict=True):
        assert page.mediabox.width > page.mediabox.height
        assert "指标名称" in re.sub(r"\s", "", content)


@pytest.mark.slow
def test_nothing_is_wider_than_the_paper(
    built: Path, plan: Plan, parts: tuple[PrintedPage, ...], tmp_path: Path, browser: Browser
) -> None:
    """At the width of the paper between its margins, no table and no drawing is cut off."""
    site = built / "_build" / "html"
    page = tmp_path / "report.html"
    page.write_text(document(plan, 2022, site, parts, {}), encoding="utf-8")
    for kind, millimetres in (("article.across", 297 - 24), ("article:not(.across)", 210 - 34)):
        tab = browser.new_page(viewport={"width": int(millimetres / 25.4 * 96), "height": 900})
        tab.emulate_media(media="print")
        tab.goto(page.as_uri())
        wide = tab.evaluate(
            "kind => [...document.querySelectorAll(`${kind} :is(table, svg, pre)`)]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 200))",
            kind,
        )
        assert wide == []
        tab.close()


@pytest.mark.long
def test_the_same_bytes_again(report: Path, built: Path, tmp_path: Path) -> None:
    """Printed from a copy of the site in another folder; and it knows which site it belongs to."""
    site = Path(shutil.copytree(built / "_build" / "html", tmp_path / "a" / "html"))
    again = make_pdf(load_plan(built), 2022, site, tmp_path / "b" / "pdf")
    assert again.read_bytes() == report.read_bytes()
    assert belongs_to(again, site)
    (site / "provenance.json").write_text("{}")
    assert not belongs_to(again, site)


@pytest.mark.long
def test_its_date_is_the_given_one(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_is_there: None
) -> None:
    """On the cover and in the properties; without one, in neither. A year before the base year is a retrospect."""
    monkeypatch.setenv(DATE_VARIABLE, "1767225600")
    reader = PdfReader(make_pdf(load_plan(built), 2021, built / "_build" / "html", tmp_path))
    assert reader.metadata is not None
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20260101000000Z"
    assert reader.metadata.title == "《慈溪市生态文明建设规划（修编）（2023-2030年）》评估报告书 2021年回看"
    cover = reader.pages[0].extract_text()
    assert "2026年1月1日" in cover
    assert "2021年回看" in cover


def test_the_cover_says_how_final_it_is_and_who_made_it(built: Path, plan: Plan) -> None:
    """初稿 or 定稿, and the compiling unit where the plan's frame names one; a retrospect has no stage."""
    site = built / "_build" / "html"
    cover = document(plan, 2022, site, (), {})
    assert '<p class="stage">定　稿</p>' in cover
    assert 'class="unit"' not in cover
    named = replace(plan, frame=plan.frame.model_copy(update={"compiled_by": "某某市环境<科>学研究院"}))
    assert '<p class="unit">某某市环境&lt;科&gt;学研究院</p>' in document(named, 2022, site, (), {})
    assert 'class="stage"' not in document(plan, 2021, site, (), {})


@pytest.mark.slow
def test_it_begins_with_the_summary_on_one_page(texts: list[str], plan: Plan) -> None:
    """After the cover: both unmet indicators with gap, yearly step and units, and the board of all indicators. What it
    says is not said again in the overview; a retrospect has none.
    """
    summary, after = (re.sub(r"\s", "", characters(text)) for text in texts[1:3])
    assert re.match(r"2022年度评估报告（定稿）2/\d+2022年一页摘要", summary)
    assert "比国家级要求的50%低9.3个百分点" in summary
    assert "每年需+19.77个百分点" in summary
    assert "市住建局" in summary
    names = {item.indicator: re.sub(r"\s", "", item.indicator_name) for item in plan.items}
    assert [name for number, name in names.items() if f"{number}{name}" not in summary] == []
    assert "目录2022年一页摘要" in after
    assert sum("比国家级要求的50%低9.3个百分点；" in re.sub(r"\s", "", text) for text in texts) <= 1


@pytest.mark.slow
def test_a_long_summary_fits_on_its_page(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_is_there: None
) -> None:
    """A year with more groups and sentences than the base year's: smaller, since it is called one page."""
    shutil.copytree(ROOT / "book" / "_static", pages / "_static")
    (pages / "provenance.json").write_text('{"edition": "1"}', encoding="utf-8")
    plan = load_plan(ROOT)
    twice = stack(*[summary_page.one_page(plan, 2022)] * 2)
    monkeypatch.setattr(summary_page, "one_page", lambda *_: twice)
    texts = [characters(one.extract_text()) for one in PdfReader(make_pdf(plan, 2022, pages, tmp_path / "pdf")).pages]
    assert texts[1].count("能否按时达到规划值") == 2
    assert re.search(r"^目录$", texts[2], re.MULTILINE)


@pytest.mark.slow
def test_dossiers_of_what_is_open_and_the_annex(built: Path, plan: Plan, parts: tuple[PrintedPage, ...]) -> None:
    """What is unmet, then what has no data; registers, hashes and package lists at the end. An older year has no dossiers:
    they speak of the newest.
    """
    site = built / "_build" / "html"
    named: dict[str, list[str]] = {}
    for section in parts:
        named.setdefault(section.part, []).append(section.name)
    assert list(named) == ["摘要", "", "未达标与无数据指标的档案", "附件"]
    assert named["未达标与无数据指标的档案"] == ["9", "38", "11", "12", "13", "24", "27", "28", "29", "32"]
    assert named["附件"] == ["commitments", "units", "reconciliation", "method", "provenance"]
    assert {section.part for section in sections(plan, site, 2021)} == {"", "附件"}


@pytest.mark.slow
def test_a_printed_dossier_begins_with_its_content(built: Path, tmp_path: Path, browser_is_there: None) -> None:
    """Printed from the browser: the heading, and no list of the page's parts."""
    site, page = built / "_build" / "html", tmp_path / "page.html"
    text = (site / "book" / "indicators" / "38.html").read_text(encoding="utf-8")
    page.write_text(text.replace("../../_static", (site / "_static").as_uri()), encoding="utf-8")
    text = print_pdf(find_browser(), page, tmp_path / "page.pdf").pages[0].extract_text()
    shown = characters(text)
    assert shown.strip().startswith("38 农村生活污水治理率")
    assert "本页目录" not in shown


@pytest.mark.slow
def test_undated_without_one(report: Path) -> None:
    """The clock is not asked."""
    known = PdfReader(report).metadata
    assert known is not None
    assert not {"/CreationDate", "/ModDate"} & set(known)
