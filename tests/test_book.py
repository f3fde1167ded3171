"""A tiny book, really built: what appears in it, what stays out, and what a failure leaves behind."""

import json
import re
import shutil
import sys
from contextlib import nullcontext
from html import escape
from pathlib import Path

import nbformat
import pytest
import tiny_book
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from tiny import PRINTED_TABLES, frame
from tiny_book import Place, contents

from cixi_analysis.book.making import build
from cixi_analysis.book.pages import BuildError, Each, read_pages, runs_of
from cixi_analysis.book.site import JupyterBook
from cixi_analysis.plan.frame import Frame

REPOSITORY = Path(__file__).resolve().parents[1]

TITLES = {
    "home": "首页",
    "overview": "{year} 年度总览",
    "retrospect": "{year} 年回看",
    "table1": "{year} 年表一",
    "trend": "{year} 年趋势",
    "changes": "{year} 年与上年相比",
    "projects": "{year} 年重点工程",
    "commitments": "{year} 年承诺台账",
    "units": "{year} 年责任单位",
    "evidence": "{year} 年佐证材料目录",
    "reconciliation": "{year} 年数据核对",
    "indicators": "指标档案",
    "indicator": "{indicator} {name}",
    "audit": "规划文本一致性",
    "method": "方法",
    "dictionary": "数据字典",
    "provenance": "数据与版本",
}


PAGES = {page.template: page for page in read_pages(REPOSITORY)}
#: A plan with every part, whose base year is 2022.
FRAME = frame()


def write_template(root: Path, name: str, *code: str, **options: str) -> None:
    """The project's page of that name, with other cells."""
    page = PAGES[name]
    if page.each is Each.INDICATOR:
        options.setdefault("parameters", "year = 2022\nindicator = 1")
    described = {"page": page.output, "each": str(page.each), "order": page.order}
    tiny_book.write_template(root, name, *code, heading=f"{TITLES[name]}\n\n费用 $5，合计 $6。", **described, **options)


def pages(site: Path) -> set[str]:
    found = {path.relative_to(site / "book").as_posix() for path in (site / "book").rglob("*.html")}
    return {page.removesuffix(".html") for page in found}


@pytest.fixture(scope="module")
def good(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a project built once for 2021 (a retrospect) and 2022; not to be changed."""
    root = place.filled()
    for folder in ("book", "notebooks", "tests", ".venv"):
        (root / folder).mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(REPOSITORY / "book" / "_static", root / "book" / "_static")
    shutil.copytree(REPOSITORY / "data", root / "data")
    for stray in ("README.md", "tests/notes.md", ".venv/licence.md"):
        (root / stray).write_text("# 不是页面\n", encoding="utf-8")
    (root / "book" / "manual.md").write_text("# 使用手册\n", encoding="utf-8")
    for name in TITLES:
        write_template(root, name, "import sys, warnings", "warnings.warn('嘘')\nprint(year, sys.prefix)")
    place.build(2021, 2022, frame=FRAME)
    return Path(shutil.copytree(root, tmp_path_factory.mktemp("book") / "good"))


@pytest.fixture
def project(good: Path, place: Place) -> Path:
    """A copy of the built project, to be spoilt."""
    return place.filled(good)


def test_every_kind_of_page_is_tried() -> None:
    """The tiny book has each template of the project."""
    assert PAGES.keys() == TITLES.keys()


@pytest.mark.slow
def test_the_site_holds_the_pages_and_nothing_else(good: Path) -> None:
    """README, tests, templates and environments do not become pages; a retrospect has three."""
    assert pages(good / "_build" / "html") == {
        "index", "method", "dictionary", "provenance", "manual", "audit", "indicators/index",
        "2022/index", "2022/table1", "2022/trend", "2022/changes", "2022/projects", "2022/commitments", "2022/units",
        "2022/reconciliation",
        "2021/index", "2021/table1", "2021/trend",
    }  # fmt: skip


def test_nothing_of_the_making_is_left(good: Path) -> None:
    """After a good build only the site, the log, the lock and what is kept are in `_build`."""
    assert sorted(path.name for path in (good / "_build").iterdir()) == [".lock", "cache", "html", "logs"]


def test_the_sidebar_lists_years_newest_first_with_their_pages(good: Path) -> None:
    """A year's pages are nested under it, in their order, under a heading with the year."""
    html = (good / "_build" / "html" / "book" / "2022" / "trend.html").read_text(encoding="utf-8")
    sidebar = html[html.index('<nav class="bd-links') : html.index('<main id="main-content"')]
    entries = re.findall(r"toctree-l(\d).*?<a [^>]*>\s*(.*?)\s*</a>", sidebar, re.DOTALL)
    assert entries == [
        ("1", "首页"),
        ("1", "2022 年度总览"),
        ("2", "2022 年表一"),
        ("2", "2022 年趋势"),
        ("2", "2022 年与上年相比"),
        ("2", "2022 年重点工程"),
        ("2", "2022 年承诺台账"),
        ("2", "2022 年责任单位"),
        ("2", "2022 年数据核对"),
        ("1", "2021 年回看"),
        ("2", "2021 年表一"),
        ("2", "2021 年趋势"),
        ("1", "指标档案"),
        ("1", "规划文本一致性"),
        ("1", "方法"),
        ("1", "使用手册"),
        ("1", "数据字典"),
        ("1", "数据与版本"),
    ]


def test_no_page_asks_a_network_host(good: Path) -> None:
    """Scripts, styles, pictures and frames come with the site."""
    site = good / "_build" / "html"
    tag = re.compile(r"<(?:script|link|img|iframe|source|video)\b[^>]*?(?:src|href)=\"([^\"]+)\"")
    for page in site.rglob("*.html"):
        targets = tag.findall(page.read_text(encoding="utf-8"))
        assert [target for target in targets if re.match(r"\w+:|//", target)] == [], page


def test_the_reader_sees_no_code_unless_they_ask(good: Path) -> None:
    """Code is folded, all of a page's once at its foot, the cells that set the year are left out, a warning is not shown."""
    notebook = nbformat.read(good / "book" / "2022" / "table1.ipynb", as_version=4)
    tags = [cell.metadata.tags for cell in notebook.cells if cell.cell_type == "code"]
    assert tags == [
        ["parameters", "remove-cell"],
        ["injected-parameters", "remove-cell"],
        ["hide-input"],
        ["hide-input"],
    ]
    html = (good / "_build" / "html" / "book" / "2022" / "table1.html").read_text(encoding="utf-8")
    assert html.count('<details class="admonition hide above-input">') == 1
    assert html.index("admonition hide above-input") > html.rindex("cell_output")
    assert html.count("cell_input") == 2
    assert "UserWarning" not in html


def test_a_dollar_is_a_dollar(good: Path) -> None:
    """Sums of money are not read as mathematics."""
    html = (good / "_build" / "html" / "book" / "method.html").read_text(encoding="utf-8")
    assert "费用 $5，合计 $6。" in html


def test_kernels_are_of_this_environment(good: Path) -> None:
    """Each page knows its year (single pages: the newest) and runs beside the calling interpreter."""
    for page, year in (("index", 2022), ("2022/trend", 2022), ("2021/index", 2021)):
        notebook = nbformat.read(good / "book" / f"{page}.ipynb", as_version=4)
        printed = [out.text for out in notebook.cells[-1].outputs if out.name == "stdout"]
        assert printed == [f"{year} {sys.prefix}\n"]


@pytest.mark.slow
def test_years_come_and_go(project: Path, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """A new year runs unasked and enters the contents, a dropped one vanishes, others stay as they are."""
    before = contents(project / "book" / "2022")
    index = place.build(2022, 2023, frame=FRAME, renew=[], progress=True)
    assert index == project / "_build" / "html" / "index.html"
    assert index.is_file()
    yearly = {"index", "table1", "trend", "changes", "projects", "commitments", "units", "reconciliation"}
    single = {"index", "method", "dictionary", "provenance", "manual", "audit", "indicators/index"}
    expected = single.union(f"{y}/{page}" for y in (2022, 2023) for page in yearly)
    assert pages(index.parent) == expected | {"2023/evidence"}  # of the base year the plan is the evidence
    assert not (project / "book" / "2021").exists()
    assert contents(project / "book" / "2022") == before
    home = (index.parent / "book" / "index.html").read_text(encoding="utf-8")
    assert home.index("2023 年度总览") < home.index("2022 年度总览")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "2023 年表一" in printed.err


def test_a_failing_notebook_leaves_the_site_and_says_where(project: Path, place: Place) -> None:
    """The message names page, template, cell and error; site and pages stay, the log is kept."""
    site, book = contents(project / "_build" / "html"), contents(project / "book")
    write_template(project, "method", "rows = []", "first = rows[0]\nprint(first)")
    with pytest.raises(BuildError) as failure:
        place.build(2021, 2022, frame=FRAME, renew=[], site=False)
    assert str(failure.value) == (
        "方法（notebooks/method.ipynb）：笔记本运行失败，网站保持原样。\n"
        "出错的单元 In [4]：\n"
        "    first = rows[0]\n"
        "    print(first)\n"
        "错误：IndexError: list index out of range\n"
        "记录：_build/logs/2022-method.log\n"
        "运行到出错处的笔记本：_build/logs/2022-method.ipynb"
    )
    log = (project / "_build" / "logs" / "2022-method.log").read_text(encoding="utf-8")
    assert "----> 1 first = rows[0]" in log
    assert (project / "_build" / "logs" / "2022-method.ipynb").is_file()
    assert contents(project / "_build" / "html") == site
    assert contents(project / "book") == book


@pytest.mark.slow
def test_a_warning_of_the_book_leaves_the_site(project: Path, place: Place) -> None:
    """Warnings are errors: the message says which page, and the last good site stays."""
    site = contents(project / "_build" / "html")
    (project / "book" / "manual.md").write_text("# 使用手册\n\n[哪里](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(BuildError) as failure:
        place.build(2021, 2022, frame=FRAME, renew=[])
    first, warning, *_, last = str(failure.value).splitlines()
    assert first == "Jupyter Book 生成网站失败，网站保持原样。"
    assert warning.startswith(f"{Path('book', 'manual.md')}:3: WARNING: 'myst' cross-reference target")
    assert last == "记录：_build/logs/jupyter-book.log"
    assert contents(project / "_build" / "html") == site


@pytest.mark.parametrize(
    ("parameters", "tags", "message"),
    [
        (
            "jahr = 2022",
            ["parameters"],
            "notebooks/table1.ipynb：带 parameters 标签的单元里没有给 year 赋值。",
        ),
        (
            "year = 2022",
            [],
            "notebooks/table1.ipynb：应恰有一个带 parameters 标签的单元，现有 0 个。",
        ),
    ],
)
def test_a_template_without_year_is_refused(
    project: Path, place: Place, parameters: str, tags: list[str], message: str
) -> None:
    """Papermill would merely warn, and the page would be about the wrong year; nothing runs."""
    write_template(project, "table1", parameters=parameters)
    path = project / "notebooks" / "table1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = tags
    nbformat.write(notebook, path)
    before = contents(project / "book")
    with pytest.raises(BuildError) as refusal:
        place.build(2021, 2022, frame=FRAME)
    assert str(refusal.value) == message
    assert contents(project / "book") == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "元数据中没有 cixi 一项，不知道这一页何时运行、放在哪里；应如 "),
        ("trend", "元数据中没有 cixi 一项"),
        (
            {},
            "元数据 cixi 有误：each 现为“None”，应为 once、indicator、year、assessed、later、retrospect 之一；page 现为“None”",
        ),
        ({"page": "trend", "each": "year"}, "page 现为“trend”，each 为“year”时其中应有 {year}。"),
        ({"page": "{year}/trend", "each": "once"}, "其中应没有 {year}。"),
        ({"page": "indicators/x", "each": "indicator"}, "其中应有 {indicator}。"),
        ({"page": "2022/trend", "each": "once"}, "page 现为“2022/trend”，其中的年份应写作 {year}"),
        ({"page": "../trend", "each": "once"}, "page 现为“../trend”，应为 book/ 以下不带扩展名的路径"),
        ({"page": "trend", "each": "daily"}, "each 现为“daily”"),
        ({"page": "trend", "each": "once", "order": "last"}, "order 现为“last”，应为一个整数。"),
        ({"page": "trend", "each": "once", "order": True}, "order 现为“True”，应为一个整数。"),
        ({"page": "trend", "each": "once", "base_year": 0}, "base_year 现为“0”，应为 true 或 false。"),
        ({"page": "trend", "each": "once", "ordre": 1}, "不认识 ordre。"),
        ({"page": "trend", "each": "once", "needs": "audit"}, "needs 现为“audit”，应为列表，其中是 conventions、"),
        ({"page": "trend", "each": "once", "needs": ["adit"]}, "needs 现为“['adit']”，应为列表"),
        ({"page": "trend", "each": "once", "needs": [["audit"]]}, "needs 现为“[['audit']]”，应为列表"),
        ({"page": "audit", "each": "once"}, "page 与 notebooks/audit.ipynb 相同（audit），应各不相同。"),
        ({"page": "{year}/table1", "each": "assessed"}, "page 与 notebooks/table1.ipynb 相同"),
        (
            {"page": "Audit", "each": "once"},
            "page 与 notebooks/audit.ipynb 相同（Audit），应各不相同。",
        ),  # one file on Windows
        ({"page": "Manual", "each": "once"}, "page 与 book/manual.md 相同（Manual），应各不相同。"),  # one page there
        ({"page": "guide/Start", "each": "once"}, "page 与 book/guide/start.md 相同（guide/Start），应各不相同。"),
    ],
)
def test_wrong_metadata_are_told_with_the_file(tmp_path: Path, given: object, message: str) -> None:
    """A notebook that does not say what page it is stops the build, which reads them all before it runs any."""
    for folder in ("notebooks", "book", "book/guide"):
        (tmp_path / folder).mkdir()
    for name in ("manual", "guide/start"):
        (tmp_path / "book" / f"{name}.md").write_text("# 手册\n", encoding="utf-8")
    for name in ("audit", "table1", "trend"):
        write_template(tmp_path, name)
    path = tmp_path / "notebooks" / "trend.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["cixi"] = given
    if given is None:
        del notebook.metadata["cixi"]
    nbformat.write(notebook, path)
    with pytest.raises(BuildError, match=r"^notebooks/trend\.ipynb：") as refusal:
        read_pages(tmp_path)
    assert message in str(refusal.value)


def made_of(root: Path, home: nbformat.NotebookNode, given: Frame) -> dict[str, nbformat.NotebookNode]:
    """Output → notebook before it runs, of a home page and two pages that need parts of the plan; nothing is built."""
    (root / "notebooks").mkdir()
    nbformat.write(home, root / "notebooks" / "home.ipynb")
    for name, needs in {"audit": ["audit"], "{year}/projects": ["past_projects", "projects"]}.items():
        tiny_book.write_template(root, name[-5:], page=name, each="year" if "{" in name else "once", needs=needs)
    return {run.output.as_posix(): run.notebook for run in runs_of(read_pages(root), [2022], given, {})}


@pytest.mark.parametrize(
    ("parts", "outputs", "cells"),
    [
        (["audit", "past_projects", "projects"], ["audit", "index", "2022/projects"], ["1", "2", "3"]),
        (["audit", "links"], ["audit", "index"], ["1", "2", "3"]),
        (["projects"], ["index", "2022/projects"], ["2", "3"]),
        ([], ["index"], ["3"]),
    ],
)
def test_what_the_plan_does_not_have_is_left_out(
    tmp_path: Path, parts: list[str], outputs: list[str], cells: list[str]
) -> None:
    """A page or a cell is there where the plan has one of the parts it needs; no line of a list leads to a missing page."""
    lines = {
        "- [核对](audit.ipynb)：两处。": "audit", "- [{table1}]({year}/projects.ipynb)": "2022/projects",
        "- [网](https://x.cn/audit.ipynb.html)": "index", "- [手册](manual.md)": "index", "段落 [首页](index.ipynb)": "index",
    }  # fmt: skip
    home = tiny_book.template("首页", "1", "2", "3", page="index", each="once")
    home.cells[0].source += "\n\n" + "\n".join(lines)
    for cell, needs in zip(home.cells[2:], (["audit"], ["audit", "projects"], []), strict=True):
        cell.metadata["needs"] = needs
    tables = {name: PRINTED_TABLES[name] for name in ("indicators", *(p for p in parts if p in PRINTED_TABLES))}
    made = made_of(tmp_path, home, frame(parts=parts, tables=tables))
    assert list(made) == [f"{output}.ipynb" for output in outputs]
    shown = made["index.ipynb"].cells
    assert [cell.source for cell in shown[2:]] == cells
    assert not any("needs" in cell.metadata for cell in shown)
    assert len(shown[0].source.split("\n")) == 2 + sum(page in outputs for page in lines.values())


@pytest.mark.parametrize("needs", ["audit", ["audit", "adit"], [["audit"]], {"audit": True}, 1, None])
def test_a_wrong_need_of_a_cell_is_told_with_the_file(tmp_path: Path, needs: object) -> None:
    """A misspelt part would leave the cell out of every book, silently."""
    home = tiny_book.template("首页", "1", page="index", each="once")
    home.cells[2].metadata["needs"] = needs
    told = f"notebooks/home.ipynb：元数据 cixi 有误：第3个单元的 needs 现为“{needs}”，应为列表，其中是 conventions、"
    with pytest.raises(BuildError, match=f"^{re.escape(told)}"):
        made_of(tmp_path, home, frame())


@pytest.mark.parametrize("name", ["A&B县", "*小*_县_", "[县](x)", "{year}", "$1$ 县~~", "`县`\\", "县|^1^!"])
def test_the_plans_words_are_text(tmp_path: Path, name: str) -> None:
    """Region and names of tables stand in headings and links as they are written in ``plan.toml``, never as markup."""
    home = tiny_book.template("{region} {table1}", page="index", each="once")
    home.cells[0].source += "\n\n- [{table3}]({year}/projects.ipynb)"
    tables = {key: value | {"name": name} for key, value in PRINTED_TABLES.items()}
    source = made_of(tmp_path, home, frame(region=name, tables=tables))["index.ipynb"].cells[0].source
    parsed = MdParserConfig(enable_extensions={"dollarmath", "strikethrough", "substitution", "linkify"})
    html = create_md_parser(parsed, RendererHTML).render(source)
    assert re.findall(r"<(?:h1|a href=.2022/projects.ipynb.)>(.*?)</(?:h1|a)>", html) == [
        escape(f"{name} {name}", quote=False), escape(name, quote=False)
    ]  # fmt: skip


@pytest.mark.parametrize(("output", "other"), [
    ("2022/trend", "notebooks/trend.ipynb"), ("Indicators/3", "notebooks/indicator.ipynb"), ("manual", "book/manual.md"),
])  # fmt: skip
def test_a_page_that_is_one_of_anothers_is_refused(project: Path, output: str, other: str) -> None:
    """One of the two would silently take the place of the other."""
    own = nbformat.read(project / "notebooks" / "home.ipynb", 4)
    own.metadata["cixi"] = {"page": output, "each": "once", "order": 99}
    nbformat.write(own, project / "notebooks" / "own.ipynb")
    with pytest.raises(BuildError, match="应各不相同") as told:
        read_pages(project)
    assert "notebooks/own.ipynb" in str(told.value)
    assert other in str(told.value)


@pytest.mark.slow
def test_a_notebook_dropped_in_is_a_page(project: Path, place: Place) -> None:
    """No line of Python and none of the contents list is needed, neither for a year's page nor for a single one. Taken
    out again, its pages are gone with the next build.
    """
    code = "print('嗨', year)"
    tiny_book.write_template(project, "mine", code, page="{year}/mine", each="year", order=45, heading="我的 {year}")
    tiny_book.write_template(project, "once", code, page="once", each="once", heading="一次")
    index = place.build(2021, 2022, frame=FRAME)
    assert {"2021/mine", "2022/mine", "once"} <= pages(index.parent)
    html = (index.parent / "book" / "2022" / "mine.html").read_text(encoding="utf-8")
    sidebar = html[html.index('<nav class="bd-links') : html.index('<main id="main-content"')]
    assert sidebar.index("2022 年表一") < sidebar.index("我的 2022") < sidebar.index("2022 年趋势")
    for page in ("mine", "once"):
        (project / "notebooks" / f"{page}.ipynb").unlink()
    edited = project / "book" / "2021" / "mine.ipynb"
    edited.write_text(edited.read_text("utf-8").replace("嗨", "改过"), "utf-8")
    with pytest.raises(BuildError, match=r"请先移到别处：2021/mine\.ipynb$"):
        place.build(2021, 2022, frame=FRAME)
    edited.unlink()
    index = place.build(2021, 2022, frame=FRAME)  # the others are as a build made them
    assert {"2021/mine", "2022/mine", "once"}.isdisjoint(pages(index.parent))
    assert not (project / "book" / "once.ipynb").exists()


def test_a_template_that_is_no_notebook_is_named(project: Path, place: Place) -> None:
    """A template damaged in an editor is reported by its name."""
    (project / "notebooks" / "trend.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(BuildError, match=r"^notebooks/trend\.ipynb：不是 Jupyter 笔记本（"):
        place.build(2021, 2022, frame=FRAME)


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"5", b"[" * 100_000, b"\xcf\xee", b'{"nbformat": 4}', {"cells": None}, {"cells": [5]}, {"cells": [{}]},
     {"metadata": 5}, {"nbformat": 9}, {"cells": [{"cell_type": "code", "id": "a", "metadata": {}}]},
     {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {"tags": True}, "source": "# x"}]},
     {"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": [5]}]}],
    ids=lambda damage: str(damage)[:40],
)  # fmt: skip
def test_a_damaged_template_is_named(project: Path, damage: bytes | dict[str, object]) -> None:
    """Whatever is wrong with the file: no traceback of the library that reads it, but the file's name."""
    path = project / "notebooks" / "trend.ipynb"
    known = json.loads(path.read_bytes())
    path.write_bytes(damage if isinstance(damage, bytes) else json.dumps(known | damage).encode())
    with pytest.raises(BuildError, match=r"^notebooks/trend\.ipynb：不是 Jupyter 笔记本（.+）。$"):
        read_pages(project)


def test_a_template_begins_with_a_heading(project: Path) -> None:
    """An empty first cell is none."""
    path = project / "notebooks" / "trend.ipynb"
    known = json.loads(path.read_bytes())
    known["cells"][0]["source"] = []
    path.write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(BuildError, match=r"^notebooks/trend\.ipynb：第一个单元应是写有页面标题的 Markdown 单元。$"):
        read_pages(project)


@pytest.mark.parametrize("heading", ["标题", "## 标题", "$x$"])
def test_a_page_has_a_title(project: Path, heading: str) -> None:
    """Sphinx would say so once for each page that lists it, in English."""
    path = project / "notebooks" / "trend.ipynb"
    known = json.loads(path.read_bytes())
    known["cells"][0]["source"] = [heading]
    path.write_text(json.dumps(known), encoding="utf-8")
    with pytest.raises(BuildError, match=r"^notebooks/trend\.ipynb：第一个单元里没有页面的标题：以“# ”开头的一行。$"):
        read_pages(project)


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ("year: int = 2022  # year of the page\ntop = 5", False),
        ("year = 2022\nlast = year - 1", True),
        ("year = 2022\nprint(f'{year}')", True),
        ("%matplotlib inline\nyear = 2022\nlast = year - 1", True),
    ],
)
def test_parameters_are_not_used_before_they_are_set(project: Path, parameters: str, refused: bool) -> None:
    """Papermill sets them in a cell of its own that follows: what is computed before belongs to the template's year."""
    write_template(project, "trend", parameters=parameters)
    message = (
        r"^notebooks/trend\.ipynb：带 parameters 标签的单元里又用到了 year，而它在这个单元之后才换成所生成的那一个"
    )
    with pytest.raises(BuildError, match=message) if refused else nullcontext():
        read_pages(project)


def test_what_is_no_notebook_of_ours_is_passed_over(project: Path) -> None:
    """What macOS leaves beside a file on a USB stick, lock files of editors."""
    for name in ("._trend.ipynb", ".hidden.ipynb", "~$trend.ipynb"):
        (project / "notebooks" / name).write_bytes(b"\0\5")
    assert {page.template for page in read_pages(project)} == PAGES.keys()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ids", [{}, {"id": "same"}], ids=["none", "the same"])
def test_ids_of_cells_are_ours(project: Path, ids: dict[str, str]) -> None:
    """Missing or repeated ones would be replaced by random ones: the page would be another one in each build."""
    path = project / "notebooks" / "trend.ipynb"
    known = json.loads(path.read_bytes())
    known["cells"] = [{name: value for name, value in cell.items() if name != "id"} | ids for cell in known["cells"]]
    path.write_text(json.dumps(known), encoding="utf-8")
    assert read_pages(project) == read_pages(project)


@pytest.mark.slow
def test_a_page_that_needs_the_network_is_refused(project: Path, place: Place) -> None:
    """It would be empty boxes and formulas in TeX on an intranet: the message says which page and what it asks for."""
    pictures = '<img alt="" src=//host/a.png><IMG alt="" SRC="//host/b.png"><link rel="license" href="//host/free">'
    code = f"from IPython.display import HTML, Latex, display\ndisplay(Latex('$x$'), HTML('{pictures}'))"
    write_template(project, "audit", code)
    site = contents(project / "_build" / "html")
    with pytest.raises(BuildError) as failure:
        place.build(2021, 2022, frame=FRAME)
    for host in ("https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js", "//host/a.png", "//host/b.png"):
        assert f"{Path('book', 'audit.ipynb')}: WARNING: 这一页要从网络取 {host}，" in str(failure.value)
    assert "//host/free" not in str(failure.value)  # a link, which no browser follows by itself
    assert contents(project / "_build" / "html") == site


@pytest.mark.slow
@pytest.mark.parametrize("parallel", [True, False])
def test_a_crash_of_the_book_is_told_by_its_cause(
    parallel: bool, project: Path, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by the lines around it; and the report that Sphinx, if it writes serially, makes of it in the folder of temporary
    files does not stay.
    """
    if not parallel:
        monkeypatch.delattr("os.fork", raising=False)
    write_template(project, "audit", "from IPython.display import display\ndisplay({'image/png': 'aaaaa'}, raw=True)")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with JupyterBook(project) as jupyter_book, pytest.raises(BuildError) as failure:
        build(project, (2021, 2022), FRAME, downloads=None, progress=False, using=(place.kernels, jupyter_book))
    assert re.search(r"\nERROR: .*Error: Invalid base64-encoded string", str(failure.value))
    assert [*tmp_path.iterdir()] == []


def test_a_notebook_saved_in_the_book_meanwhile_stays(project: Path, place: Place) -> None:
    """Whoever opens a page in JupyterLab and saves a copy while a build runs does not lose it."""
    write_template(project, "audit", "open('book/mine.ipynb', 'w').write('{}')")
    with pytest.raises(BuildError, match=r"请先移到别处：mine\.ipynb$"):
        place.build(2021, 2022, frame=FRAME)
    assert (project / "book" / "mine.ipynb").is_file()


def test_somebody_elses_notebook_is_neither_published_nor_deleted(project: Path, place: Place) -> None:
    """A copy an analyst left in `book/` stops the build, with its name, and stays where it is."""
    copy = project / "book" / "2022" / "table1-Copy1.ipynb"
    shutil.copy(project / "book" / "2022" / "table1.ipynb", copy)
    with pytest.raises(BuildError) as refusal:
        place.build(2021, 2022, frame=FRAME)
    assert str(refusal.value) == (
        "book/ 只放程序生成的页面，以下笔记本不是本书的页面，请先移到别处：2022/table1-Copy1.ipynb"
    )
    assert copy.is_file()


def test_a_book_of_no_years_is_refused(tmp_path: Path) -> None:
    """Without a year there is nothing to build."""
    with pytest.raises(BuildError, match=r"^没有可以生成的年份。$"):
        build(tmp_path, [], FRAME, progress=False)
