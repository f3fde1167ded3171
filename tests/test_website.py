"""What the site has besides its pages: the names that the search knows."""

from cixi_analysis.book.sphinx_extension import _newest_first, names_of


def test_names_of_a_page() -> None:
    """Each data-find with its id, in the page's order, as text; one without an id has no place to lead to."""
    page = (
        '<tr id="item-9-1" data-find="优良天数比例"><td data-find="甲 &amp; “乙” &lt;丙&gt;" rowspan="3" id="x&quot;1">…</td>'
        '<p data-find="无处可去">data-find="不是属性"</p>'
    )
    assert list(names_of(page)) == [("优良天数比例", "item-9-1"), ("甲 & “乙” <丙>", 'x"1')]


def test_pages_made_once_come_before_years_and_new_years_before_old() -> None:
    """The order in which equally good names are listed."""
    names = ["book/2021/table1", "book/2022/table1", "book/indicators/9", "book/method"]
    assert sorted(names, key=_newest_first) == [
        "book/indicators/9",
        "book/method",
        "book/2022/table1",
        "book/2021/table1",
    ]
