"""Charts come to life in a real browser, from the folder: once asked, from beside the page, with the page's own data."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page
from visit import PAGES, WIDTHS, Pages, Visit


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    one = Visit(browser, accept_downloads=True)
    yield one
    one.close()


def start(page: Page, figure: Locator) -> None:
    figure.locator(".cixi-drawing").focus()
    page.wait_for_function("id => document.getElementById(id).dataset.state === 'live'", arg=figure.get_attribute("id"))


@pytest.mark.slow
@PAGES
def test_every_chart_comes_to_life(site: Path, pages: Pages, visit: Visit) -> None:
    """Drawn by the script, a chart has the same size and the same words as its drawing; nothing is fetched or said."""
    describe = """e => { const svg = e.querySelector('.cixi-drawing svg');
        return [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height, [...svg.querySelectorAll('text')].map((t) => t.textContent).sort(),
                svg.getAttribute('role'), svg.getAttribute('aria-label')] }"""
    ids: list[str] = []
    for path in pages(site):
        if 'class="cixi-drawing"' not in path.read_text(encoding="utf-8"):
            continue
        page = visit.open(path)
        for figure in page.locator(".cixi-figure:has(> .cixi-drawing)").all():
            ids.append(figure.get_attribute("id") or "")
            still = figure.evaluate(describe)
            start(page, figure)
            alive = figure.evaluate(describe)
            assert alive[2:] == still[2:], ids[-1]
            assert alive[:2] == pytest.approx(still[:2], abs=4), ids[-1]  # letters are as wide as each measures them
        assert (visit.outside(), visit.complaints) == ([], []), path
        assert len([url for url in visit.requests if url.endswith("charts.js")]) <= 1
    assert len(ids) >= 16


def test_pointer_tells_and_highlights(site: Path, visit: Visit) -> None:
    """The pointer on a chart brings it to life; on a bar it shows what the bar is, and the others step back."""
    page = visit.open(site / "book" / "2022" / "projects.html")
    figure = page.locator("#schedule-2022")
    figure.locator(".cixi-drawing").hover(position={"x": 5, "y": 40})
    page.wait_for_function("document.getElementById('schedule-2022').dataset.state === 'live'")
    figure.locator(".mark-rect path").nth(0).hover(position={"x": 70, "y": 5})  # beyond the part that has passed
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.get_by_text("邵岙水库分洪联调工程").wait_for()
    assert "2021-2023" in tooltip.inner_text()
    shown = [
        float(o)
        for o in figure.locator(".mark-rect path").evaluate_all("e => e.map(x => x.getAttribute('opacity') ?? 1)")
    ]
    assert shown[0] == 0.3
    assert set(shown[1:47]) == {0.06}


def test_keyboard_filters(site: Path, visit: Visit) -> None:
    """By keyboard: the focus on the drawing brings the chart to life, its list keeps one category."""
    page = visit.open(site / "book" / "2022" / "projects.html")
    figure = page.locator("#schedule-2022")
    figure.locator(".cixi-drawing").focus()
    chosen = figure.get_by_label("类别：")
    chosen.wait_for()
    chosen.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "document.querySelector('#schedule-2022 .mark-rect path:nth-child(2)').getAttribute('opacity') < 0.1"
    )
    faded = (
        figure.locator(".mark-rect")
        .first.locator("path")
        .evaluate_all("e => e.filter(x => x.getAttribute('opacity') < 0.1).length")
    )
    assert faded == 46  # the first category has one project of 47


def test_legend_filters(site: Path, visit: Visit) -> None:
    """A click on an entry of the legend keeps its marks."""
    page = visit.open(site / "book" / "2022" / "projects.html")
    figure = page.locator("#past-outcomes")
    start(page, figure)
    figure.locator(".role-legend-symbol path").first.click()
    page.wait_for_function("document.querySelectorAll('#past-outcomes .mark-rect path[opacity=\"0.15\"]').length > 0")


def test_the_board_is_in_sight_on_a_phone(site: Path, browser: Browser) -> None:
    """Every sign of every indicator lies within 390 pixels, and nothing of the board scrolls; a cell leads to its dossier."""
    visit = Visit(browser, WIDTHS["phone"])
    page = visit.open(site / "book" / "index.html")
    signs = page.locator(".cixi-board .status")
    boxes = signs.evaluate_all(
        "all => all.map((e) => { const b = e.getBoundingClientRect(); return [b.left, b.right] })"
    )
    assert page.locator(".cixi-board a").count() == 50
    assert len(boxes) >= 50
    assert all(0 < left < right <= 390 for left, right in boxes)
    page.locator(".cixi-board").get_by_role("link", name="38 农村生活污水治理率").first.click()
    page.wait_for_url("**/indicators/38.html")
    visit.close()


@pytest.mark.parametrize("alive", [False, True])
def test_downloads(site: Path, visit: Visit, alive: bool) -> None:
    """PNG, SVG and CSV of what is shown, also before the script of the charts was ever loaded."""
    page = visit.open(site / "book" / "2022" / "projects.html")
    figure = page.locator("#money-by-category")
    if alive:
        start(page, figure)
    files = {}
    for kind in ("PNG", "SVG", "CSV"):
        with page.expect_download() as download:
            figure.locator(".cixi-menu > summary").evaluate("e => e.click()")  # the pointer would reach the chart
            figure.get_by_role("button", name=f"下载 {kind}").evaluate("e => e.click()")
        assert download.value.suggested_filename == f"money-by-category.{kind.lower()}"
        files[kind] = Path(download.value.path()).read_bytes()
    assert files["PNG"].startswith(b"\x89PNG")
    assert len(files["PNG"]) > 10_000
    drawing = files["SVG"].decode()
    assert "投资与项目数按类别" in drawing
    assert "399.62（56.3%）" in drawing
    rows = list(csv.reader(io.StringIO(files["CSV"].decode("utf-8-sig"))))
    assert rows[0] == ["类别", "序号", "项目", "概算（亿元）"]
    assert len(rows) == 48
    assert (len([u for u in visit.requests if u.endswith("charts.js")]) == 1) is alive


def test_a_picture_says_its_year(site: Path, visit: Visit) -> None:
    """Below the picture: the first page and its title are one, and name no year."""
    page = visit.open(site / "book" / "index.html")
    with page.expect_download() as download:
        page.locator(".cixi-menu > summary").first.evaluate("e => e.click()")
        page.get_by_role("button", name="下载 SVG").first.evaluate("e => e.click()")
    drawing = Path(download.value.path()).read_text(encoding="utf-8")
    assert ">2022年，慈溪市生态文明建设规划评估</text>" in drawing


@pytest.mark.slow
def test_a_phone_has_drawings_of_its_own(site: Path, browser: Browser) -> None:
    """On a phone the narrow drawing stands there, is not drawn again, and is what a download holds; on paper the wide one."""
    visit = Visit(browser, WIDTHS["phone"], accept_downloads=True)
    page = visit.open(site / "book" / "2022" / "projects.html")
    figure = page.locator("#schedule-2022")
    seen = figure.locator("svg").evaluate_all("all => all.map((e) => e.checkVisibility())")
    assert seen == [False, True]
    figure.locator(".cixi-drawing").focus()
    assert figure.get_attribute("data-state") is None
    with page.expect_download() as download:
        figure.locator(".cixi-menu > summary").click()
        figure.get_by_role("button", name="下载 SVG").click()
    assert "9 邵岙水库分洪联调工程" in Path(download.value.path()).read_text(encoding="utf-8")
    page.emulate_media(media="print")
    assert figure.locator("svg").evaluate_all("all => all.map((e) => e.checkVisibility())") == [True, False]
    page.emulate_media(media="screen")
    visit.close()


def test_a_missing_script_leaves_the_drawing(site: Path, visit: Visit) -> None:
    """Where the charts' script is not there, the drawing stays as it was."""
    visit.page.route("**/charts.js", lambda route: route.abort())
    page = visit.open(site / "book" / "2022" / "index.html")
    figure = page.locator(".cixi-figure:has(> .cixi-drawing)").first
    figure.locator(".cixi-drawing").focus()
    page.wait_for_function("!document.querySelector('.cixi-figure').dataset.state")
    assert figure.locator(".cixi-drawing svg").first.is_visible()
