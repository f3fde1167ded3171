"""The words of the book: explained on one page, and linked from where a page first uses them."""

import re
from pathlib import Path

import pytest

from cixi_analysis.presentation.glossary import TERMS, anchor, linked

SIDES = '<a class="cixi-term" href="m.html#{}" title="{}">{}</a>'


def to(term: str) -> str:
    return SIDES.format(anchor(term), TERMS[term], term)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>各子项，子项</p><p>子项</p>", f"<p>各{to('子项')}，子项</p><p>子项</p>"),
        ("<h2>子项</h2><p>子项</p>", f"<h2>子项</h2><p>{to('子项')}</p>"),
        ('<a href="x"><b>无数据</b></a> 无数据', f'<a href="x"><b>无数据</b></a> {to("无数据")}'),
        ('<td data-label="子项">1</td><abbr>子项</abbr>', f'<td data-label="子项">1</td><abbr>{to("子项")}</abbr>'),
        ("<code>子项</code><svg><text>子项</text></svg>", "<code>子项</code><svg><text>子项</text></svg>"),
        ("<address>子项</address>", f"<address>{to('子项')}</address>"),
        ("<p>暂无数据，无数据</p>", f"<p>{to('暂无数据')}，{to('无数据')}</p>"),
        ("<p>指标</p>", "<p>指标</p>"),
    ],
)
def test_the_first_use_leads_to_its_meaning(body: str, shown: str) -> None:
    """Once a page, and not where the word is a link, a heading, code or part of a drawing."""
    assert linked(body, "m.html") == shown


def test_every_link_has_its_place(built: Path) -> None:
    """Pages link each word once at most, to a place that the method page has; words the page explains are all there."""
    site = built / "_build" / "html" / "book"
    places = set(re.findall(r'id="(term-\d+)"', (site / "method.html").read_text(encoding="utf-8")))
    assert places == {anchor(term) for term in TERMS}
    used = {}
    for page in site.rglob("*.html"):
        used[page.stem] = re.findall(r'class="cixi-term" href="[^"]*method\.html#(term-\d+)"', page.read_text("utf-8"))
        assert len(used[page.stem]) == len(set(used[page.stem])), page
        assert set(used[page.stem]) <= places
    assert anchor("约束性") in used["38"]
    assert used["method"] == used["api"] == []
