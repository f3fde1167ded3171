"""What the site has besides its pages: the passages that the search knows, and the words that stand for others."""

from cixi_analysis.book.passages import newest_first, passages_of, synonyms

PAGE = """
<nav>目录</nav><article class="bd-article">
<section id="id1"><h1>题目<a class="headerlink" href="#id1">#</a></h1><p>开头的话，
第二行。</p><details class="hide"><pre>code()</pre></details>
<section id="id2"><h2>一节</h2><p>一节的<b>话</b><br>换行</p>
<table><thead><tr><th>序号</th></tr></thead>
<tr id="item-9-1" data-find="优良天数比例"><td data-find="甲 &amp; “乙” &lt;丙&gt;" rowspan="3" id="x&quot;1">九</td><td>83.3</td><td>86.8</td></tr>
<tr class="reasons"><td>理由</td></tr></table><p data-find="无处可去">表后</p></section></section>
<script>data-find="不是属性"</script></article><footer>页脚</footer>
"""


def test_passages_of_a_page() -> None:
    """The page's beginning, sections under their headings, and what has a name and an id; code and menus are left out.

    A row without an id belongs to the row above it; a name without an id has no place to lead to.
    """
    assert passages_of(PAGE) == [
        ("", "题目", "开头的话， 第二行。"),
        ("id2", "一节", "一节的话\n换行\n序号\n表后"),
        ("item-9-1", "优良天数比例", "83.3\n86.8\n理由"),
        ('x"1', "甲 & “乙” <丙>", "九"),
    ]


def test_pages_made_once_come_before_years_and_new_years_before_old() -> None:
    """The order in which equally good hits are listed."""
    names = ["book/2021/table1", "book/2022/table1", "book/indicators/9", "book/method"]
    assert sorted(names, key=newest_first) == [
        "book/indicators/9",
        "book/method",
        "book/2022/table1",
        "book/2021/table1",
    ]


def test_the_synonyms_are_a_plain_list() -> None:
    """Each once, in small letters without spaces, as the search compares them; none stands for itself."""
    typed = [word for word, _ in synonyms()]
    assert len(set(typed)) == len(typed) > 30
    assert [word for word in typed if word != word.lower().replace(" ", "") or not word] == []
    assert [word for word, meant in synonyms() if word in meant.split()] == []
