"""The search: whole names and parts of them, best hit first, from the folder and from a server, and its keys."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser
from visit import Visit

from cixi_analysis.plan.dataset import Plan

Hits = Callable[[str], list[tuple[str, str]]]


#: Searches again on the page that is open, which costs a third of loading it with the query in its address.
AGAIN = """query => {
    history.replaceState(null, '', `?q=${query}`);
    document.getElementById('search-results').replaceChildren();
    document.dispatchEvent(new Event('DOMContentLoaded')) }"""


@pytest.fixture(scope="module")
def hits(address: str, browser: Browser) -> Iterator[Hits]:
    """Types a query and gives address and text of the hits."""
    visit = Visit(browser, offline=False)
    page = visit.open(f"{address}search.html")

    def ask(query: str) -> list[tuple[str, str]]:
        page.evaluate(AGAIN, quote(query))
        counted = page.locator(".search-summary").inner_text()
        assert (visit.outside(address), visit.complaints) == ([], [])
        found = page.evaluate(
            "[...document.querySelectorAll('#search-results li')]"
            ".map((e) => [e.querySelector('a').getAttribute('href'), e.textContent])"
        )
        told = re.search(r"找到 (\d+) 处(?:，列出最相近的 (\d+) 处)?", counted)
        assert len(found) == int(told[2] or told[1] if told else 0), counted
        return found

    yield ask
    visit.close()


def places(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Every indicator and project by its whole name: the ways that lead to its own place."""
    found = {}
    for item in plan.items:
        number = item.indicator
        ways = (f"indicators/{number}.html", f"#indicator-{number}", f"#item-{item.item_id.replace('.', '-')}")
        found[item.indicator_name] = ways
    for project in plan.projects:
        found[project.name.replace("\n", "")] = (f"projects/{project.number}.html", f"#project-{project.number}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.long)])
def test_whole_names_find_their_place(plan: Plan, hits: Hits, every: int) -> None:
    """97 of 97 names, typed whole, have their place among the first three hits; by default one name in twelve."""
    wanted = places(plan)
    assert len(wanted) == 97
    missed = {}
    for name, ways in list(wanted.items())[::every]:
        first = [href for href, _ in hits(name)[:3]]
        if not any(href.endswith(way) for href in first for way in ways):
            missed[name] = first
    assert missed == {}


@pytest.mark.slow
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.long)])
def test_items_and_units_come_first(plan: Plan, hits: Hits, every: int) -> None:
    """The name of an item, at either level, and of a responsible unit is the first hit."""
    names = {name for item in plan.items for name in plan.names(item)}
    names |= {unit for project in plan.projects for unit in project.responsible}
    assert {
        name: found[:1] for name in sorted(names)[::every] if not (found := hits(name)) or name not in found[0][1]
    } == {}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("化肥利用率", "化肥利用率"),
        ("占比", "占比"),
        ("治理率", "治理率"),
        ("农村生活污水 治理", "农村生活污水治理"),
        ("水利局", "水利局"),
        ("ＰＭ２．５", "PM2.5"),
        ("pm2.5", "PM2.5"),
        ("eqi", "EQI"),
        ("劣Ⅴ类水体", "劣V类水体"),
        ("7099622", "7099622"),
        ("40.7", "40.7"),
        ("Excel", "使用手册"),
        ("数据字典", "数据字典"),
    ],
)
def test_parts_words_and_numbers(hits: Hits, query: str, first: str) -> None:
    """Parts of names, spaces between, letters of any width and case, English words, numbers."""
    assert first in hits(query)[0][1]


@pytest.mark.parametrize(
    ("query", "pages"),
    [
        ("pm25", ["indicators/9.html#item-9-3"]),
        ("PM25", ["indicators/9.html#item-9-3"]),
        ("怎么判定", ["method.html"]),
        ("水利", ["units.html#unit-市水利局"]),
        ("水利局有哪些项目", ["units.html#unit-市水利局"]),
        ("2025年要完成什么", ["trend.html#", "index.html#"]),
        ("未达标", ["index.html#"]),
        ("没达标", ["index.html#"]),
        ("谁负责", ["units.html"]),
        ("还差多少", ["trend.html"]),
        ("化肥利用率怎么样", ["indicators/32.html#item-32-2"]),
        ("CO2", ["indicators/30.html"]),
        # as the book names a project, and as the forms and the tables of the console name items
        ("项目37", ["projects.html#project-37"]),
        ("项目 3", ["projects.html#project-3"]),
        ("指标38", ["indicators/38.html"]),
        ("9.1", ["indicators/9.html#item-9-1"]),
        ("9①", ["indicators/9.html#item-9-1"]),
        ("４０．７", ["index.html#"]),
    ],
)
def test_what_people_type_finds_what_they_mean(hits: Hits, query: str, pages: list[str]) -> None:
    """Words that stand for others, questions, and names run together with other words: the first hit is the place meant."""
    assert [page for page in pages if page in unquote(hits(query)[0][0])], hits(query)[:3]


def test_a_circled_number_is_no_digit(hits: Hits) -> None:
    """28① is not 281, and 8① is not in 28①."""
    assert [hits("281"), hits("8①")] == [[], []]


@pytest.mark.slow
def test_hits_show_the_words_and_jump_to_the_passage(site: Path, browser: Browser) -> None:
    """Each of the first hits has its words marked, in the name or the excerpt; its link leads to the passage, in sight."""
    visit = Visit(browser)
    for n in (0, 1, 5):
        page = visit.open(site / "search.html", f"?q={quote('化肥利用率')}")
        hit = page.locator("#search-results li").nth(n)
        assert "化肥利用率" in hit.locator("mark").all_inner_texts()
        assert "化肥利用率" in hit.inner_text()
        link = hit.locator("a")
        anchor = unquote(link.get_attribute("href") or "").partition("#")[2]
        link.click()
        page.wait_for_load_state("load")
        place = page.locator(f"[id='{anchor}']")
        assert "化肥利用率" in re.sub(r"\s", "", place.text_content() or "")
        page.wait_for_function("id => { const top = document.getElementById(id).getBoundingClientRect().top;"
                               " return -5 <= top && top < innerHeight; }", arg=anchor)  # fmt: skip
    visit.close()


def test_a_number_is_found_whole_and_no_word_spans_two_cells(hits: Hits) -> None:
    """0.7 is not in 40.7; the end of one cell and the beginning of the next are no word."""
    assert all("40.7" in text for _, text in hits("40.7"))
    assert [text for _, text in hits("0.7") if re.search(r"(?<![\d.])0\.7(?!\d)", text) is None] == []
    assert hits("未填报6") == [] or "未填报6" not in hits("未填报6")[0][1]


def test_nothing_found_is_said(hits: Hits, site: Path, browser: Browser) -> None:
    """A word that is nowhere has no hit, and the page says so; of several words, those with hits are distinguished."""
    assert hits("qqxxzz") == []
    visit = Visit(browser)
    page = visit.open(site / "search.html", f"?q={quote('化肥利用率qqxxzz')}")
    assert (
        page.locator(".search-summary").inner_text().startswith("没有找到“化肥利用率qqxxzz”。含有“化肥利用率”的：找到")
    )
    assert "没有找到“qqxxzz”。" in visit.open(site / "search.html", "?q=qqxxzz").locator(".search-summary").inner_text()
    visit.close()


@pytest.mark.parametrize("query", ["66342", "66,342", "66342元"])
def test_thousands_separators_make_no_difference(hits: Hits, query: str) -> None:
    """Sentences have 66342元 and tables 66,342元, as a spreadsheet may have either: both are found, the number still whole."""
    found = hits(query)
    assert any("66,342" in text for _, text in found)
    assert any("66342" in text for _, text in found)
    assert hits("342") == []


def test_a_page_of_text_as_query(site: Path, browser: Browser) -> None:
    """What was copied from elsewhere, a thousand characters that are nowhere together: an answer, each word named once."""
    visit = Visit(browser)
    page = visit.open(site / "search.html", f"?q={quote('化肥利用率qqxxzz' * 100)}")
    told = page.locator(".search-summary").inner_text()
    assert told.count("“化肥利用率”") == 1
    assert "含有“化肥利用率”的：找到" in told
    visit.open(site / "search.html", f"?q={quote('污水治理' * 250)}").locator("#search-results li").first.wait_for()
    visit.close()


def test_a_query_is_text(site: Path, browser: Browser) -> None:
    """What is typed never becomes markup."""
    visit = Visit(browser)
    page = visit.open(site / "search.html", f"?q={quote('<img src=x onerror=document.title=1>')}")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent")
    assert page.title() != "1"
    visit.close()


def test_search_from_a_server(address: str, browser: Browser) -> None:
    """Over HTTP too, with an excerpt of the page."""
    visit = Visit(browser, offline=False)
    page = visit.open(f"{address}search.html", f"?q={quote('农村生活污水治理率')}")
    page.locator("#search-results li p.context").first.wait_for()
    assert "农村生活污水治理率" in page.locator("#search-results li").first.inner_text()
    assert (visit.outside(address), visit.complaints) == ([], [])
    visit.close()


@pytest.mark.parametrize(
    ("key", "width"),
    [
        ("/", 390),
        ("Control+k", 1280),
        pytest.param("/", 1280, marks=pytest.mark.slow),
        pytest.param("Control+k", 390, marks=pytest.mark.slow),
    ],
)
def test_a_key_leads_to_the_search(site: Path, browser: Browser, key: str, width: int) -> None:
    """Either key puts the cursor into a search field, wherever that is at this width; Enter searches."""
    visit = Visit(browser, width)
    page = visit.open(site / "book" / "2022" / "trend.html")
    page.keyboard.press(key)
    page.wait_for_function("document.activeElement.name === 'q'")
    page.keyboard.type("化肥利用率")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=*")
    page.locator("#search-results li", has_text="化肥利用率").first.wait_for()
    visit.close()


def test_the_key_is_a_character_where_one_types(site: Path, browser: Browser) -> None:
    """In a field, “/” is a character."""
    visit = Visit(browser)
    page = visit.open(site / "search.html")
    field = page.locator("input[name='q']").locator("visible=true").first
    field.fill("")
    field.press("/")
    assert field.input_value() == "/"
    visit.close()
