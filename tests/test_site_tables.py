"""Tables in a real browser: sorted, filtered, scrolled, by mouse and by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page
from visit import Visit


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    one = Visit(browser)
    yield one
    one.close()


@pytest.fixture
def projects(site: Path, visit: Visit) -> Page:
    """The page with Table 3."""
    return visit.open(site / "book" / "2022" / "projects.html")


def table3(page: Page) -> Locator:
    return page.locator("table:has(#project-1)")


def column(table: Locator, n: int) -> list[str]:
    return table.locator(f"tbody tr:not([hidden]) td:nth-child({n})").all_inner_texts()


def test_numbers_sort_as_numbers_and_none_comes_last(projects: Page) -> None:
    """The budget both ways; the two projects without one are last either way."""
    table = table3(projects)
    button = table.get_by_role("columnheader", name="投资概算").get_by_role("button")
    n = table.locator("th").all_inner_texts().index(button.inner_text()) + 1
    for direction, reverse in (("ascending", False), ("descending", True)):
        button.click()
        assert table.locator("th[aria-sort]").evaluate_all("e => e.map(x => x.getAttribute('aria-sort'))") == [
            direction
        ]
        shown = column(table, n)
        assert shown[-2:] == ["—", "—"]
        values = [float(text.replace(",", "")) for text in shown[:-2]]
        assert values == sorted(values, reverse=reverse)
        assert len(values) == 45


def test_words_sort_as_chinese(projects: Page) -> None:
    """By pinyin, not by code point; by keyboard, and back to the plan's order."""
    table = table3(projects)
    button = table.get_by_role("columnheader", name="类别").get_by_role("button")
    button.focus()
    projects.keyboard.press("Space")
    n = 1 + [t.strip(" ↑↓↕") for t in table.locator("th").all_inner_texts()].index("类别")
    shown = column(table, n)
    assert list(dict.fromkeys(shown)) == [  # an, jing, kong, sheng, wen, zhi
        "生态安全体系", "生态经济体系", "生态空间体系", "生态生活体系", "生态文化体系", "生态制度体系",
    ]  # fmt: skip
    projects.keyboard.press("Enter")
    assert column(table, n) == sorted(shown, key=list(dict.fromkeys(shown))[::-1].index)
    projects.locator(".cixi-table-tools:has(+ .cixi-scroll #project-1)").get_by_text("恢复原来的次序").click()
    assert column(table, 1) == [str(number) for number in range(1, 48)]
    assert table.locator("th[aria-sort]").count() == 0


def test_filters_say_how_many(projects: Page) -> None:
    """Words anywhere in a row, a list for a column, several units in a cell each by itself; the count is told."""
    table, bar = table3(projects), projects.locator(".cixi-table-tools:has(+ .cixi-scroll #project-1)")
    status = bar.get_by_role("status")
    assert status.inner_text() == "共 47 行"
    bar.get_by_role("searchbox").fill("污水")
    shown = table.locator("tbody tr:not([hidden])").all_inner_texts()
    assert 0 < len(shown) < 47
    assert all("污水" in row for row in shown)
    assert status.inner_text() == f"显示 {len(shown)} / 47 行"
    bar.get_by_role("searchbox").fill("")
    bar.get_by_label("只看一种“类别”").select_option("生态文化体系")
    assert column(table, 1) == ["46", "47"]
    bar.get_by_label("只看一种“类别”").select_option("")
    units = bar.get_by_label("只看一种“责任单位”")
    options = units.locator("option").all_inner_texts()
    assert not [one for one in options if "、" in one]
    units.select_option("市水利局")
    assert all("市水利局" in row for row in table.locator("tbody tr:not([hidden])").all_inner_texts())


def test_a_link_to_a_hidden_row_shows_it(projects: Page) -> None:
    """A way to a row that is filtered away, or in something folded, leads to it all the same."""
    bar = projects.locator(".cixi-table-tools:has(+ .cixi-scroll #project-1)")
    bar.get_by_role("searchbox").fill("没有这样的项目")
    assert not projects.locator("#project-3").is_visible()
    projects.evaluate("location.hash = '#project-3'")
    projects.locator("#project-3").wait_for()
    projects.evaluate("location.hash = '#unit-1'")
    projects.locator("#unit-1").wait_for()


def test_table1_keeps_its_merged_cells(site: Path, visit: Visit) -> None:
    """Merged cells are not torn apart: Table 1 has no sorting."""
    page = visit.open(site / "book" / "2022" / "table1.html")
    assert page.locator(".cixi-table1 .cixi-sort").count() == 0


def test_header_stays_in_sight_and_a_phone_scrolls_the_table(site: Path, browser: Browser) -> None:
    """On a phone the table scrolls inside its frame, both ways; heading and 序号 stay."""
    visit = Visit(browser, 390)
    page = visit.open(site / "book" / "2022" / "projects.html")
    frame = page.locator(".cixi-scroll:has(#project-1)")
    assert frame.evaluate("e => e.scrollWidth > e.clientWidth && e.scrollHeight > e.clientHeight")
    frame.evaluate("e => e.scrollTo(300, 2000)")
    heading, key = frame.locator("thead th").first, frame.locator("#project-12 td").first
    top, left = frame.evaluate("e => [e.getBoundingClientRect().top, e.getBoundingClientRect().left]")
    assert abs(heading.evaluate("e => e.getBoundingClientRect().top") - top) < 3
    assert abs(key.evaluate("e => e.getBoundingClientRect().left") - left) < 3
    visit.close()
