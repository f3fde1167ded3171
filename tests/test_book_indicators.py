"""A page of each indicator: its parameters, its words, its place in the book, and what goes when an indicator does."""

import re
from pathlib import Path

import nbformat
import pytest
import tiny_book
from tiny_book import Place, book_at

from cixi_analysis.book.pages import BuildError

#: Template → heading, page, how often it is made.
PAGES = {
    "home": ("首页", "index", "once"),
    "indicators": ("指标一览", "indicators/index", "once"),
    "indicator": ("指标 {indicator} {name}（{year} 年）", "indicators/{indicator}", "indicator"),
    "overview": ("{year} 年", "{year}/index", "assessed"),
}
BOTH = "year: int = 2022\nindicator: int = 1"


def write_template(root: Path, name: str, *code: str, **options: str) -> None:
    heading, page, each = PAGES[name]
    tiny_book.write_template(root, name, *code, heading=heading, page=page, each=each, **options)


@pytest.fixture
def project(place: Place) -> Path:
    root = book_at(place.filled())
    for name in PAGES:
        if name == "indicator":
            write_template(root, name, "print(year, indicator)", parameters=BOTH)
        else:
            write_template(root, name, "print(year)")
    return root


@pytest.mark.slow
def test_each_indicator_has_a_page_below_the_list(project: Path, place: Place) -> None:
    """Made once, with the newest year, the number and the name; listed in the order given; gone with its indicator."""
    indicators = {2: "空气质量", 10: "水质", 1: "规划"}
    index = place.build(2022, 2023, indicators=indicators)
    for number in indicators:
        notebook = nbformat.read(project / "book" / "indicators" / f"{number}.ipynb", as_version=4)
        assert notebook.cells[-1].outputs[0].text == f"2023 {number}\n"
    html = (index.parent / "book" / "indicators" / "10.html").read_text(encoding="utf-8")
    assert re.findall(r"<h1>(.*?)<", html)[0] == "指标 10 水质（2023 年）"
    sidebar = html[html.index('<nav class="bd-links') : html.index('<main id="main-content"')]
    entries = re.findall(r"toctree-l(\d).*?<a [^>]*>\s*(.*?)\s*</a>", sidebar, re.DOTALL)
    assert entries == [
        ("1", "首页"),
        ("1", "2023 年"),
        ("1", "2022 年"),
        ("1", "指标一览"),
        ("2", "指标 2 空气质量（2023 年）"),
        ("2", "指标 10 水质（2023 年）"),
        ("2", "指标 1 规划（2023 年）"),
    ]
    place.build(2022, 2023, indicators={10: "水质"})
    assert sorted(path.name for path in (project / "book" / "indicators").iterdir()) == ["10.ipynb", "index.ipynb"]
    assert not (index.parent / "book" / "indicators" / "2.html").exists()


def test_a_failing_page_says_which_indicator(project: Path, place: Place) -> None:
    """The message and the kept log name the indicator."""
    write_template(project, "indicator", "1 / (indicator - 2)", parameters=BOTH)
    with pytest.raises(BuildError) as failure:
        place.build(2022, indicators={1: "规划", 2: "空气质量"}, site=False)
    assert str(failure.value) == (
        "指标 2 空气质量（2022 年）（notebooks/indicator.ipynb）：笔记本运行失败，网站保持原样。\n"
        "出错的单元 In [3]：\n"
        "    1 / (indicator - 2)\n"
        "错误：ZeroDivisionError: division by zero\n"
        "记录：_build/logs/2022-indicator-2.log\n"
        "运行到出错处的笔记本：_build/logs/2022-indicator-2.ipynb"
    )


def test_a_template_must_take_every_parameter(project: Path, place: Place) -> None:
    """Papermill would merely warn of one that the template does not know."""
    write_template(project, "indicator", "print(year)")
    with pytest.raises(BuildError) as refusal:
        place.build(2022, indicators={1: "规划"}, site=False)
    assert str(refusal.value) == "notebooks/indicator.ipynb：带 parameters 标签的单元里没有给 indicator 赋值。"


@pytest.mark.parametrize("name", ["2022/1", "indicators/one", "indicators/01", "indicators/1/2", "2022"])
def test_a_notebook_elsewhere_is_a_stranger(project: Path, place: Place, name: str) -> None:
    """Only numbers below `indicators/`, only years' pages below years."""
    path = project / "book" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(BuildError, match=rf"请先移到别处：{name}\.ipynb$"):
        place.build(2022, site=False)
