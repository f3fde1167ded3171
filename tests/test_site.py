"""The site as readers open it, page by page: from the folder without the network, from a server, wide and narrow."""

import re
from pathlib import Path
from urllib.parse import unquote, urlparse

import axe_playwright_python
import pytest
from conftest import ROOT
from playwright.sync_api import Browser, Page
from visit import PAGES, WIDTHS, Pages, Visit, pages_of, some_pages_of

import cixi_analysis
from cixi_analysis.presentation import charts

#: The accessibility checker, as the file that its package brings.
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Those whose answer depends on colours or width; the others see the same page in the light and in the dark.
LOOKS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
#: Bytes of a page with all that it loads, besides the theme's own files, before the reader acts.
WEIGHT = 600_000


#: Pages that axe-core sees by default, of each kind of part that a page has; elsewhere the same parts stand again.
SEEN = {"book/index", "book/2022/table1", "book/2022/trend", "book/indicators/9", "book/manual", "search"}


def violations(page: Page, rules: list[str]) -> list[str]:
    """What axe-core finds wrong: rule, how often, and the first place."""
    page.evaluate(AXE)  # preload would read style sheets by XMLHttpRequest, which a folder does not allow
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{v['id']} ×{len(v['nodes'])}: {v['nodes'][0]['html'][:120]}" for v in found]


@pytest.mark.slow
@PAGES
@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [
        pytest.param("wide", "light", RULES, id="wide-light"),
        pytest.param("phone", "dark", LOOKS, id="phone-dark"),
    ],
)
def test_every_page_offline(
    site: Path, browser: Browser, pages: Pages, width: str, scheme: str, rules: list[str]
) -> None:
    """On every page: no request leaves, no console error, every chart drawn, nothing wider than the window, nothing that
    scrolls or is cut off even if all is unfolded, nothing heavy, a way from every status to its dossier, nothing that
    axe-core finds against WCAG 2.2 AA. Of some pages only, axe-core sees a few, and three rows of their tables.
    """
    visit = Visit(browser, WIDTHS[width], scheme)
    wrong, seen = {}, set()
    for path in pages(site):
        page = visit.open(path)
        faults = [*visit.outside(), *visit.complaints, *undrawn(page), *heavy(visit), *astray(page, path)]
        if (overflow := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
            faults.append(f"{overflow} px too wide")
        if page.locator("html").get_attribute("lang") != "zh-CN":
            faults.append("language")
        faults += page.evaluate(CUT_OFF)
        name = path.relative_to(site).with_suffix("").as_posix()
        if pages is some_pages_of:
            page.evaluate(
                "document.querySelectorAll('tbody').forEach((b) => [...b.rows].slice(3).forEach((r) => r.remove()))"
            )
        if pages is pages_of or name in SEEN:
            seen.add(name)
            faults += violations(page, rules)
        if faults:
            wrong[name] = faults
    visit.close()
    assert (wrong, SEEN - seen) == ({}, set())


#: What scrolls or hides sideways, or is wider than the page's text, with all that is folded open: nothing may.
CUT_OFF = """() => {
    const folded = [...document.querySelectorAll('main details:not([open])')];
    folded.forEach((one) => { one.open = true });
    const found = [...document.querySelectorAll('main *')]
        .filter((e) => e.checkVisibility() && e.clientWidth > 1)
        .filter((e) => (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible')
            || (e.matches('table, pre, img') && e.getBoundingClientRect().right > innerWidth - 1))
        .map((e) => `${e.tagName}.${e.className} ${e.clientWidth} < ${e.scrollWidth}: ${e.textContent.trim().slice(0, 40)}`);
    folded.forEach((one) => { one.open = false });
    return found }"""


def undrawn(page: Page) -> list[str]:
    """The charts without a drawing, its title, its description or its data."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.cixi-figure:has(> .cixi-drawing)')].filter((figure) => {
            const svg = [...figure.querySelectorAll('.cixi-drawing svg')].find((e) => e.checkVisibility()), box = svg?.getBoundingClientRect();
            return !(box?.width > 100 && box.height > 40 && svg.querySelectorAll('path, text').length > 5
                && svg.getAttribute('aria-label') && figure.querySelector('figcaption strong').textContent
                && figure.id && figure.querySelector('details table tbody td'));
        }).map((figure) => `chart ${figure.id}`)"""
    )


#: The files of ours that pages load.
OWN = {p.name for p in (ROOT / "book" / "_static").iterdir()} | {"tablesort.min.js", "passages.js"}


def heavy(visit: Visit) -> list[str]:
    """What is wrong with what the page has loaded before the reader acts: too many bytes of ours, the charts' script."""
    files = {Path(unquote(urlparse(url).path)) for url in visit.requests if url.startswith("file:")}
    weight = sum(f.stat().st_size for f in files if f.suffix == ".html" or f.name in OWN or "_images" in f.parts)
    too_much = [f"{weight} bytes"] if weight >= WEIGHT else []
    return [*too_much, *(f.name for f in files if f.name == "charts.js")]


@pytest.mark.slow
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_every_page_from_a_server(site: Path, every: int, address: str, browser: Browser) -> None:
    """Over HTTP the same: nothing is asked of anybody else, nothing is missing, nobody complains."""
    visit = Visit(browser, offline=False)
    missing: list[str] = []
    visit.page.on("response", lambda r: r.status >= 400 and missing.append(r.url))
    for path in pages_of(site) if every == 1 else some_pages_of(site)[::every]:
        visit.open(address + path.relative_to(site).as_posix())
        assert (visit.outside(address), visit.complaints, missing) == ([], [], []), path
    visit.close()


def test_no_address_outside_in_what_a_page_loads(site: Path) -> None:
    """No page names a script, style, font or picture of another host."""
    for path in pages_of(site):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:https?:)?//', text), path


def test_the_foot_of_a_page_says_once_what_a_source_names_and_holds_its_code(site: Path) -> None:
    """What stands below the content on every page stands there once."""
    for path in pages_of(site):
        text = path.read_text(encoding="utf-8")
        assert text.count("出处未另注明的") == 1, path
        assert text.index("出处未另注明的") > text.rindex('<footer class="bd-footer-content'), path
        assert text.count('<details class="admonition hide') <= 1, path


def test_the_first_file_has_a_name_and_a_link(site: Path) -> None:
    """Where a browser does not follow it by itself, and for who hears pages instead of seeing them."""
    page = (site / "index.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "<title>慈溪市生态文明建设规划评估</title>" in page
    assert '<a href="book/index.html">慈溪市生态文明建设规划评估</a>' in page


LONG = "Very_Long_" * 12  # a name without a place where it may break


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["indicators/index", "index", "api"])
def test_a_long_latin_name_breaks(site: Path, browser: Browser, name: str, width: str) -> None:
    """In a heading, a caption, the links of a table, and code in a line: the page is not wider than the window."""
    visit = Visit(browser, WIDTHS[width])
    page = visit.open(site / "book" / f"{name}.html")
    page.evaluate(
        """name => document.querySelectorAll('h1, figcaption strong, .cixi-table td.name a, code .pre')
            .forEach((one) => one.firstChild.replaceWith(name))""",
        LONG,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
    visit.close()


def test_from_unmet_to_reason_and_source_in_two_clicks(site: Path, browser: Browser) -> None:
    """From the first page's unmet indicators a reader gets to the reason and the source in two clicks: here in one."""
    visit = Visit(browser)
    page = visit.open(site / "index.html")
    page.wait_for_url("**/book/index.html")
    page.locator(".bd-article a:not(svg a)", has_text="农村生活污水治理率").first.click()
    page.wait_for_url("**/book/indicators/38.html*")
    text = page.locator(".bd-article").inner_text()
    for told in ("40.7%，比要求的95%低54.3个百分点，未达标", "表一 序号38"):
        assert told in text
    visit.close()


@pytest.mark.parametrize(("width", "height"), [("wide", 800), ("phone", 2 * 844)])
def test_the_answers_are_in_sight_at_once(site: Path, browser: Browser, width: str, height: int) -> None:
    """On the first screen of a computer and the first two of a phone: the four answers, both unmet indicators with gap,
    yearly step and units.
    """
    visit = Visit(browser, WIDTHS[width])
    tiles = visit.open(site / "book" / "index.html").locator(".cixi-tile")
    assert tiles.count() == 4
    assert max(box["y"] + box["height"] for tile in tiles.all() if (box := tile.bounding_box())) <= height
    first = tiles.first.inner_text()
    for words in (
        "农村生活污水治理率",
        "54.3个百分点",
        "每年需+19.77个百分点",
        "市住建局",
        "环境空气质量",
        "3.5个百分点",
        "+1.167",
        "市交通局",
    ):
        assert words in first, words
    visit.close()


def test_a_draft_with_every_status_fits_a_phone(site: Path, browser: Browser) -> None:
    """Each level counts four statuses while a year is filled in, each of two digits: they wrap."""
    visit = Visit(browser, WIDTHS["phone"])
    page = visit.open(site / "book" / "index.html")
    page.evaluate("""() => document.querySelectorAll('.cixi-tile .level').forEach((level) => {
        level.querySelectorAll('strong').forEach((count) => count.replaceChildren('15'));
        level.append(level.querySelector('.status-no_data').cloneNode(true));
    })""")
    assert page.locator(".cixi-tile .level").first.locator(".count").count() == 4
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS["phone"]
    visit.close()


def astray(page: Page, path: Path) -> list[str]:
    """Verdicts of an indicator or item without a way to the dossier; a dossier without one to its rows of Table 1."""
    if path.stem == "method":  # its verdicts are the legend, of no indicator
        return []
    if "indicators" in path.parts and path.stem != "index":
        return [] if page.locator(".bd-article a[href*='table1.html#item-']").count() else ["no way to Table 1"]
    return page.evaluate(LOST_STATUSES)


#: Verdicts without a link to a dossier in their row, entry or point (rows merged over several lines: in the same cell).
LOST_STATUSES = """() => [...document.querySelectorAll('.bd-article .status')]
    .filter((badge) => /[✓✗?] (达标|未达标|无数据)$/.test(badge.textContent.trim()))
    .filter((badge) => {
        for (let place = badge; place && !place.matches('.cell_output'); place = place.parentElement) {
            if (place.matches('a[href*="indicators/"]') || place.querySelector('a[href*="indicators/"]')) return false;
            if (place.matches('tbody, ul, .text_html')) break;
        }
        return true;
    })
    .map((badge) => badge.parentElement.outerHTML.slice(0, 160))
    .slice(0, 3)"""


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_status_is_never_colour_alone(site: Path, browser: Browser, medium: str) -> None:
    """In the dark and on black-and-white paper, symbol and word are there, and a line round them."""
    visit = Visit(browser, scheme="dark")
    page = visit.open(site / "book" / "2022" / "table1.html")
    page.emulate_media(media=medium)
    for kind, text in (("met", "✓ 达标"), ("unmet", "✗ 未达标"), ("no_data", "? 无数据")):
        assert page.locator(f".status-{kind}").first.inner_text() == text
    if medium == "print":
        for hidden in (".cixi-menu", ".bd-sidebar-primary", ".bd-header-article"):
            assert not [one for one in page.locator(hidden).all() if one.is_visible()], hidden
    visit.close()


def test_motion_stops_where_asked(site: Path, browser: Browser) -> None:
    """A reader who asked the system for less motion sees none."""
    visit = Visit(browser, reduced_motion="reduce")
    page = visit.open(site / "book" / "index.html")
    moving = "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0)"
    assert page.evaluate(f"{moving}.length") == 0
    visit.close()


def test_keyboard_reaches_the_text_and_shows_where_it_is(site: Path, browser: Browser) -> None:
    """Tab begins at the link that skips the menu; whatever has the focus in the text shows it."""
    visit = Visit(browser)
    page = visit.open(site / "book" / "2022" / "projects.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.outerHTML.slice(0, 90), s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 1
                || s.boxShadow !== 'none'] }"""
        )
        assert seen[1], seen[0]
    visit.close()


def test_code_is_hidden_and_can_be_shown(site: Path, browser: Browser) -> None:
    """The reader sees no code unless they ask for it."""
    visit = Visit(browser)
    page = visit.open(site / "book" / "2022" / "index.html")
    source = page.locator(".cell_input pre").first
    assert not source.is_visible()
    page.locator("details.hide summary").first.click()
    assert source.is_visible()
    visit.close()


def test_workbook_is_offered(site: Path, browser: Browser) -> None:
    """The year's workbook can be downloaded from the book."""
    visit = Visit(browser)
    page = visit.open(site / "book" / "2022" / "table1.html")
    href = page.locator("a[href$='cixi-2022.xlsx']").first.get_attribute("href")
    assert href and (site / "book" / "2022" / href).resolve().is_file()
    visit.close()


def test_without_scripts_all_is_there(site: Path, browser: Browser) -> None:
    """With JavaScript switched off: drawings, tables and the data of a chart, and no button that does nothing."""
    visit = Visit(browser, java_script_enabled=False)
    page = visit.open(site / "book" / "2022" / "projects.html")
    assert page.locator(".cixi-drawing svg").first.is_visible()
    page.locator(".cixi-data > summary").first.click()
    assert page.locator(".cixi-data td").first.is_visible()
    assert page.locator("#project-47").is_visible()
    assert page.locator(".cixi-button, .cixi-sort, .cixi-menu").count() == 0
    visit.close()


def test_the_page_of_the_python_interface_has_every_name(site: Path) -> None:
    """What ``dir(cixi_analysis)`` offers, the errors and every chart, with its docstring."""
    html = (site / "book" / "api.html").read_text("utf-8")
    functions = [name for name in cixi_analysis.__all__ if name not in ("charts", "tables")]
    errors = [f"errors.{name}" for name in ("CixiError", "DataError", "UnknownYear", "UnknownIndicator")]
    for name in (*functions, *errors, *(f"presentation.charts.{chart}" for chart in charts.__all__)):
        assert re.search(f'id="cixi_analysis.{name}">.*?</dt>\\s*<dd><p>', html, re.DOTALL), name
