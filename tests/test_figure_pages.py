"""Each chart of the book has a page of its own, at a stable address, made of what the chart's page shows."""

import re

from bs4 import BeautifulSoup

from cixi_analysis.book.figure_pages import address, addressed, figure_pages

PAGE = """<p>before</p>
<figure class="cixi-figure" id="gaps-2022" data-title="x">
<figcaption><strong>两项&lt;未达到</strong><br>条为<a href="table1.html">2022年</a>现状值</figcaption>
<div class="cixi-drawing" data-chart="c"><svg class="wide" height="80"><text>38</text></svg></div>
<details class="cixi-data"><summary>数据</summary><table></table></details>
</figure>
<figure class="picture"><img src="x.png"></figure>"""


def test_a_page_for_each_chart() -> None:
    """Title, note, drawing and where it is from, with a link back to the chart; no script, and links of the page stay out."""
    [(file, content)] = figure_pages("book/2022/trend", PAGE, "趋势（2022年）", "某规划<评估>", "某市 2022")
    assert file == "figures/2022-trend-gaps-2022.html"
    soup = BeautifulSoup(content, "html.parser")
    assert (soup.h1.get_text(), soup.main.p.get_text()) == ("两项<未达到", "条为2022年现状值")
    assert soup.main.svg.get_text() == "38"
    assert [(a["href"], a.get_text()) for a in soup("a")] == [("../book/2022/trend.html#gaps-2022", "趋势（2022年）")]
    assert soup.footer.get_text(" ", strip=True) == "来源：某规划<评估>， 趋势（2022年） （数据与说明） 某市 2022"
    assert not soup("script") and not re.search(r'(?:src|href)="(?:https?:)?//', content)


def test_the_chart_tells_its_address() -> None:
    """Relative to its page, so that it holds in a folder too; what is no chart has none."""
    told = BeautifulSoup(addressed(PAGE, "book/2022/trend"), "html.parser")
    assert [figure.get("data-alone") for figure in told("figure")] == ["../../figures/2022-trend-gaps-2022.html", None]


def test_addresses_differ() -> None:
    """The same chart on two pages, and the same name in two years."""
    pages = ("book/index", "book/2022/index", "book/2021/index", "book/indicators/9")
    assert len({address(page, "bullets-2022") for page in pages}) == len(pages)
