"""The ways from page to page: to a responsible unit, from projects and commitments to indicators and back, to a finding."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import html
from playwright.sync_api import Browser, Page
from visit import Visit, pages_of

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation.titles import unit_anchor
from cixi_analysis.words import AuditResult


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    one = Visit(browser)
    yield one
    one.close()


#: Where a name is none of the text: from the element that holds it.
NO_LINK = (
    "ancestor-or-self::*[self::svg or self::h3 or self::small"
    " or contains(concat(' ', normalize-space(@class), ' '), ' cixi-data ')]"
)


@pytest.mark.slow
def test_every_name_of_a_unit_leads_to_its_place(plan: Plan, site: Path) -> None:
    """On every page a unit's name by itself is a link to the section that has it as heading, of the same year.

    Drawings, data tables of charts and the scope of a commitment (a place, although named as the unit is) have none.
    """
    units = {name for project in plan.projects for name in project.responsible}
    places = {unit_anchor(name): name for name in units}
    pages, found = {path: html.fromstring(path.read_bytes()) for path in pages_of(site)}, 0
    for path, page in pages.items():
        for text in page.xpath("//main//text()"):
            holder = text.getparent().getparent() if text.is_tail else text.getparent()
            if text.strip() not in units or holder.xpath(NO_LINK):
                continue
            found, link = found + 1, next(iter(holder.xpath("ancestor-or-self::a")), None)
            assert link is not None, (path, text)
            target = urlsplit(urljoin(path.as_uri(), str(link.get("href"))))
            goal = Path(unquote(target.path))
            assert goal.name == "units.html", target
            heading = pages[goal].get_element_by_id(unquote(target.fragment))
            assert heading.find(".//h3").text_content() == text.strip(), target
    assert len(places) == len(units) == 24
    assert found > 200


def unseen(page: Page, selector: str, width: int) -> list[str]:
    """The texts of the elements that begin or end outside of a window of this width."""
    return page.evaluate(
        """([selector, width]) => [...document.querySelectorAll(selector)]
          .filter((one) => [...one.getClientRects()].some((box) => box.left < 0 || box.right > width))
          .map((one) => one.textContent)""",
        [selector, width],
    )


@pytest.mark.parametrize(
    ("page", "rows", "links"),
    [
        ("2022/projects.html", "tr[id^=project-]", "a[href*='indicators/']"),
        ("2022/commitments.html", "tr[id^=C]", "a[href*='indicators/']"),
        ("indicators/38.html", "tr:has(a[href*='#project-'])", "a[href*='#project-']"),
        ("indicators/38.html", "tr:has(a[href*='commitments.html#'])", "a[href*='commitments.html#']"),
    ],
)
def test_indicators_projects_and_commitments_lead_to_each_other(
    site: Path, visit: Visit, page: str, rows: str, links: str
) -> None:
    """Without scrolling sideways."""
    shown = visit.open(site / "book" / page)
    assert shown.locator(f"{rows} {links}").count() > 0
    assert unseen(shown, f":is({rows}) {links}", 1280) == []


def test_findings_are_filtered_by_result_and_chapter(plan: Plan, site: Path, visit: Visit) -> None:
    """The count is shown; what holds hits is open; a link to a finding that is filtered away shows it."""
    page = visit.open(site / "book" / "audit.html")
    bar = page.locator(".cixi-tools:has([aria-label='筛选各处：对照'])")
    status, shown = bar.get_by_role("status"), page.locator(".cixi-finding:visible")
    assert status.inner_text() == f"共 {len(plan.audit)} 处"
    assert shown.count() == page.locator(f"#{AuditResult.CONTRADICTS} .cixi-finding").count()  # the others are folded
    bar.get_by_label("只看一种“章节”").select_option("三（六）")
    kept = shown.evaluate_all("all => all.map(one => one.dataset.chapters.split(' '))")
    assert 0 < len(kept) < 20 and all("三（六）" in chapters for chapters in kept)
    assert status.inner_text() == f"显示 {len(kept)} / {len(plan.audit)} 处"
    bar.get_by_label("只看一种“结果”").select_option("一致")
    grades = shown.evaluate_all("all => all.map(one => one.dataset.grade)")
    assert set(grades) == {"一致"} and len(grades) <= len(kept)
    page.evaluate("location.hash = '#A001'")
    page.locator("#A001").wait_for(state="visible")
    assert status.inner_text() == f"共 {len(plan.audit)} 处"
    assert (visit.complaints, visit.outside()) == ([], [])


def test_chapters_are_listed_in_the_order_of_the_plan(site: Path, visit: Visit) -> None:
    """一（一） before 二（三） before 三（二), not by pinyin."""
    page = visit.open(site / "book" / "audit.html")
    names = page.get_by_label("只看一种“章节”").locator("option").all_inner_texts()
    assert names[:4] == ["章节：全部", "一（一）", "一（二）", "二（三）"]
    assert names.index("三（五）") < names.index("三（六）") < names.index("四（一）")


def test_without_scripts_every_finding_is_there(plan: Plan, site: Path, browser: Browser) -> None:
    """Folds open by themselves; there is no filter."""
    visit = Visit(browser, java_script_enabled=False)
    page = visit.open(site / "book" / "audit.html")
    for fold in page.locator("details:has(> div .cixi-finding) > summary").all():
        fold.click()
    assert page.locator(".cixi-finding:visible").count() == len(plan.audit)
    assert page.locator("[aria-label^=筛选]").count() == 0
    visit.close()
