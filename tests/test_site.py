"""The site as readers open it: from the folder, without the network, in a real browser, wide and at phone width."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from cixi_analysis.dataset import Plan

#: What browsers are called on various systems; the first that is there is used.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": 1280, "phone": 390}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CIXI_BROWSER") or next((p for n in NAMES if (p := shutil.which(n))), None)
    if path is None:
        pytest.skip("no Chromium or Chrome on this machine (name one in CIXI_BROWSER)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(built: Path) -> Path:
    return built / "_build" / "html"


class Visit:
    """A page that records what it asks for and complains of."""

    def __init__(self, browser: Browser, width: int, scheme: str = "light") -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def open(self, path: Path, query: str = "") -> Page:
        self.page.goto(path.as_uri() + query)
        self.page.wait_for_load_state("networkidle")
        return self.page

    @property
    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith(("file:", "data:", "about:"))]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_offline(site: Path, browser: Browser, width: str) -> None:
    """No request leaves, no console error, every chart drawn, nothing wider than the window; on every page."""
    pages = sorted(p for p in site.rglob("*.html") if "_static" not in p.parts)
    assert len(pages) >= 17
    for path in pages:
        visit = Visit(browser, WIDTHS[width])
        page = visit.open(path)
        assert (visit.outside, visit.complaints) == ([], []), path
        charts = page.locator(".cixi-figure svg")
        for n in range(charts.count()):
            box = charts.nth(n).bounding_box()
            assert box and box["width"] > 100 and box["height"] > 40, path
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, (path, overflow)
        page.context.close()


def test_from_unmet_to_reason_and_source_in_two_clicks(site: Path, browser: Browser) -> None:
    """From the first page's unmet indicators a reader gets to the reason and the source in two clicks."""
    visit = Visit(browser, 1280)
    page = visit.open(site / "index.html")
    page.wait_for_url("**/book/index.html")
    page.locator("a[href*='table1.html#']", has_text="农村生活污水治理率").first.click()
    page.wait_for_url("**/book/2022/table1.html#*")
    target = page.locator(f"[id='{page.url.split('#')[1]}']")
    closed = page.locator("details:not([open]) > summary", has_text="理由")
    text = target.evaluate("e => e.closest('tbody, section, div').innerText")
    if "要求“≥95”" not in text and closed.count():
        target.locator("details > summary").first.click()
        text = target.evaluate("e => e.closest('tbody, section, div').innerText")
    assert "40.7" in text
    assert "要求“≥95”" in text
    assert "表一 序号38" in text


def test_search_lists_hits(site: Path, browser: Browser, plan: Plan) -> None:
    """search.html?q=… lists its hits as #search-results li, from the folder, for every full name and for parts."""
    names = {item.name for item in plan.items} | {item.indicator_name for item in plan.items}
    names |= {project.name.replace("\n", "") for project in plan.projects}
    visit = Visit(browser, 1280)
    for query in (*sorted(names), "污水治理", "化肥利用率", "PM2.5", "劣Ⅴ类水体"):
        page = visit.open(site / "search.html", f"?q={quote(query)}")
        page.locator("#search-results li").first.wait_for(timeout=10_000)
    assert (visit.outside, visit.complaints) == ([], [])


def test_dark_mode_keeps_status_words(site: Path, browser: Browser) -> None:
    """Status is never colour alone: symbol and word are there in the dark too."""
    page = Visit(browser, 1280, "dark").open(site / "book" / "2022" / "table1.html")
    for kind, word in (("met", "是"), ("unmet", "否"), ("no_data", "无数据")):
        assert word in page.locator(f".status-{kind}").first.inner_text()


def test_code_is_hidden_and_can_be_shown(site: Path, browser: Browser) -> None:
    """The reader sees no code unless they ask for it."""
    page = Visit(browser, 1280).open(site / "book" / "2022" / "index.html")
    source = page.locator(".cell_input pre").first
    assert not source.is_visible()
    page.locator("details.hide summary").first.click()
    assert source.is_visible()


def test_workbook_is_offered(site: Path, browser: Browser) -> None:
    """The year's workbook can be downloaded from the book."""
    page = Visit(browser, 1280).open(site / "book" / "2022" / "table1.html")
    href = page.locator("a[href$='cixi-2022.xlsx']").first.get_attribute("href")
    assert href and (site / "book" / "2022" / href).resolve().is_file()
