"""Each chart of the book alone: a page of its own, embedded in another, offered by the chart's menu."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from test_site import LOOKS, RULES, violations
from visit import WIDTHS, Visit, pages_of


def test_every_chart_has_its_page(site: Path) -> None:
    """One file for each chart of each page, and none besides; every link in it leads to its chart."""
    charts = {}
    for page in pages_of(site):
        for place in re.findall(r'class="cixi-figure" id="[^"]+" data-alone="([^"]+)"', page.read_text("utf-8")):
            charts[(page.parent / place).resolve()] = page
    assert sorted(charts) == sorted(p.resolve() for p in (site / "figures").iterdir())
    assert len(charts) > 40
    for file, page in charts.items():
        [link] = re.findall(r'href="([^"]+)"', file.read_text("utf-8"))
        path, anchor = link.split("#")
        assert (file.parent / path).resolve() == page.resolve()
        assert f'id="{anchor}"' in page.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme", "rules"), [("wide", "light", RULES), ("phone", "dark", LOOKS)], ids=["wide-light", "phone-dark"]
)
def test_alone_and_embedded(
    site: Path, browser: Browser, tmp_path: Path, width: str, scheme: str, rules: list[str]
) -> None:
    """From the folder without the network, alone and in another page: one drawing in sight, nothing too wide, nothing
    that axe-core finds, nothing asked for but the page itself.
    """
    visit = Visit(browser, WIDTHS[width], scheme)
    for name in ("2022-trend-gaps-2022", "2022-projects-schedule-2022", "indicators-9-series-9-2-2022"):
        file = site / "figures" / f"{name}.html"
        page = visit.open(file)
        assert [svg.is_visible() for svg in page.locator("svg").all()].count(True) == 1, name
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
        assert violations(page, rules) == [], name
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        assert dark == (scheme == "dark")
        host = tmp_path / "host.html"
        host.write_text(f'<iframe src="{file.as_uri()}" width="100%" height="600"></iframe>', encoding="utf-8")
        page = visit.open(host)
        frame = page.frame_locator("iframe")
        assert frame.locator("h1").inner_text() and frame.locator("svg:visible").count() == 1
        assert (visit.outside(), visit.complaints) == ([], [])
    visit.close()


def test_the_menu_offers_it(site: Path, browser: Browser) -> None:
    """The chart's menu opens a panel with address, code and link; Escape closes it and gives the focus back."""
    visit = Visit(browser)
    page = visit.open(site / "book" / "2022" / "trend.html")
    figure, alone = page.locator("#gaps-2022"), (site / "figures" / "2022-trend-gaps-2022.html").resolve().as_uri()
    figure.locator(".cixi-menu > summary").click()
    figure.get_by_role("button", name="单独一页与嵌入").click()
    panel = page.get_by_role("dialog", name="单独一页与嵌入")
    given = [box.input_value() for box in panel.locator("input").all()]
    title = figure.locator("figcaption strong").inner_text()
    assert given[0] == panel.get_by_role("link", name="打开").get_attribute("href") == alone
    assert re.fullmatch(
        rf'<iframe src="{re.escape(alone)}" title="{re.escape(title)}" width="100%" height="\d+" style="border:0"></iframe>',
        given[1],
    )
    page.keyboard.press("Escape")
    assert panel.count() == 0
    assert page.evaluate("document.activeElement.matches('#gaps-2022 .cixi-menu > summary')")
    visit.close()


@pytest.mark.slow
def test_the_data_package_of_the_site(site: Path) -> None:
    """Its paths lead to files that pages offer, and it is linked from the pages of each year."""
    from frictionless import Package  # noqa: PLC0415  # slow

    report = Package(str(site / "datapackage.json")).validate()
    assert (report.valid, len(report.tasks)) == (True, 28)
    for year in (2020, 2021, 2022):
        page = (site / "book" / str(year) / "index.html").read_text("utf-8")
        assert page.count('href="../../datapackage.json"') == 1
