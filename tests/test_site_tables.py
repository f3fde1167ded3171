"""Tables in a real browser: sorted and filtered, by mouse and by keyboard; at each width all of them is in sight."""

import re
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


def test_words_sort_as_chinese(site: Path, visit: Visit) -> None:
    """By pinyin, not by code point; by keyboard, and back to the plan's order."""
    page = visit.open(site / "book" / "indicators" / "index.html")
    table = page.locator("table:has-text('项指标的档案')")
    button = table.get_by_role("columnheader", name="领域").get_by_role("button")
    button.focus()
    page.keyboard.press("Space")
    n = 1 + [t.strip(" ↑↓↕") for t in table.locator("th").all_inner_texts()].index("领域")
    shown = column(table, n)
    assert list(dict.fromkeys(shown)) == [  # an, jing, kong, sheng, wen, zhi
        "生态安全", "生态经济", "生态空间", "生态生活", "生态文化", "生态制度",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    assert column(table, n) == sorted(shown, key=list(dict.fromkeys(shown))[::-1].index)
    page.locator(".cixi-table-tools").get_by_text("恢复原来的次序").click()
    assert column(table, 1) == [str(number) for number in range(1, 51)]
    assert table.locator("th[aria-sort]").count() == 0


def test_filters_say_how_many(projects: Page) -> None:
    """Words anywhere in a row, a list for a column, several units in a cell each by itself; the count is shown."""
    table, bar = table3(projects), projects.locator(".cixi-table-tools:has(+ .cixi-sheet #project-1)")
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
    assert not [one for one in options if "、" in re.sub(r"（[^）]*）", "", one)]
    units.select_option("市水利局")
    assert all("市水利局" in row for row in table.locator("tbody tr:not([hidden])").all_inner_texts())


@pytest.mark.parametrize("typed", ["3300000", "3,300,000", "３３０００００"])
def test_a_filter_takes_a_number_as_a_spreadsheet_has_it(projects: Page, typed: str) -> None:
    """The budget of project 40 is printed 3,300,000."""
    projects.locator(".cixi-table-tools:has(+ .cixi-sheet #project-1)").get_by_role("searchbox").fill(typed)
    assert column(table3(projects), 1) == ["40"]


def test_paper_has_the_tools_of_a_filtered_table_only(projects: Page) -> None:
    """An empty field says nothing on paper; of a table that is not whole, what is shown of it must be said."""
    bar = projects.locator(".cixi-table-tools:has(+ .cixi-sheet #project-1)")
    projects.emulate_media(media="print")
    assert [bar.is_visible() for bar in projects.locator(".cixi-table-tools").all()].count(True) == 0
    bar.locator("input").evaluate("e => { e.value = '污水'; e.dispatchEvent(new Event('input')); }")
    assert re.fullmatch(r"显示 \d+ / 47 行", bar.locator(".cixi-count").inner_text())
    assert bar.is_visible()


def test_a_link_to_a_hidden_row_shows_it(projects: Page) -> None:
    """A way to a row that is filtered away leads to it all the same."""
    bar = projects.locator(".cixi-table-tools:has(+ .cixi-sheet #project-1)")
    bar.get_by_role("searchbox").fill("没有这样的项目")
    assert not projects.locator("#project-3").is_visible()
    projects.evaluate("location.hash = '#project-3'")
    projects.locator("#project-3").wait_for()


def test_table1_keeps_its_merged_cells(site: Path, visit: Visit) -> None:
    """Table 1 is the plan's, and has no sorting."""
    page = visit.open(site / "book" / "2022" / "table1.html")
    assert page.locator(".cixi-table1 .cixi-sort").count() == 0


def test_merged_cells_come_apart_to_be_sorted_and_filtered(site: Path, visit: Visit) -> None:
    """Sorted or filtered, each row has its name and every column its cell; in the plan's order names are merged again."""
    page = visit.open(site / "book" / "2022" / "trend.html")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    table = page.locator("table:has(caption:has-text('现状值与数值要求之差'))")
    bar = page.locator(".cixi-table-tools:has(+ .cixi-sheet caption:has-text('现状值与数值要求之差'))")
    merged, width = table.locator("td[rowspan]").count(), table.locator("th").count()
    assert merged > 3
    cells = "rows => rows.filter((row) => !row.hidden).map((row) => row.cells.length)"
    table.get_by_role("columnheader", name="差值").get_by_role("button").click()
    assert set(table.locator("tbody tr").evaluate_all(cells)) == {width}
    bar.get_by_text("恢复原来的次序").click()
    assert table.locator("td[rowspan='2']").count() == merged
    bar.get_by_role("searchbox").fill("38 农村生活污水治理率")
    assert table.locator("tbody tr:visible").evaluate_all(cells) == [width, width]
    bar.get_by_role("searchbox").fill("")
    assert table.locator("td[rowspan='2']").count() == merged


def test_table1_shows_verdicts_and_targets_beside_each_other(site: Path, visit: Visit) -> None:
    """At 1280 pixels both verdicts and both targets stand in sight, their headings too when the page has moved."""
    page = visit.open(site / "book" / "2022" / "table1.html")
    page.evaluate(
        "document.documentElement.style.scrollBehavior = 'auto'; document.getElementById('item-38').scrollIntoView()"
    )
    heads = page.locator(".cixi-table1 thead th")
    for title in ("是否达到国家要求", "是否达到省级要求", "规划值2025年", "规划值2030年"):
        assert heads.filter(has_text=title).evaluate(
            "e => { const b = e.getBoundingClientRect(); return e.contains(document.elementFromPoint(b.x + 5, b.y + 5)) }"
        ), title
    row = page.locator("#item-38").inner_text()
    assert row.count("✗ 未达标") == 2


def test_a_phone_shows_a_row_as_a_card(site: Path, browser: Browser) -> None:
    """On a phone the name of a project heads its card, the name of each column stands before its cell, and the headings
    still sort.
    """
    visit = Visit(browser, 390)
    page = visit.open(site / "book" / "2022" / "projects.html")
    row = page.locator("#project-12")
    cells = row.locator("td").evaluate_all(
        "cells => cells.map((e) => [getComputedStyle(e, '::before').content, e.getBoundingClientRect().width > 300])"
    )
    assert all(wide for _, wide in cells)
    labels = [label.strip('"') for label, _ in cells]
    assert labels == [
        "序号",
        "none",
        "有关指标与承诺",
        "责任单位",
        "主要内容",
        "实施年限 到2022年底",
        "投资概算 万元",
        "2022年进展",
    ]
    tops = row.locator("td").evaluate_all("cells => cells.map((e) => e.getBoundingClientRect().top)")
    assert min(tops) == tops[1]
    table3(page).get_by_role("button", name="投资概算").click()
    assert table3(page).locator("tbody tr").first.get_attribute("id") != "project-1"
    visit.close()


def test_the_contents_list_opens_where_a_table_has_its_place(site: Path, visit: Visit) -> None:
    """Beside a table there is no contents list; a button opens it, and a way chosen in it leads there and closes it."""
    page = visit.open(site / "book" / "2022" / "trend.html")
    way = page.locator(".page-toc a").first
    assert not way.is_visible()
    page.get_by_role("button", name="本页目录").click()
    way.click()
    assert not way.is_visible()
    assert page.url.endswith(way.get_attribute("href") or "?")
