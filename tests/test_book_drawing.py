"""A chart that the build's process draws is, to the last digit, the one that the page's own process would draw."""

import altair as alt
import vl_convert
from cixi_analysis.book.drawing import draw, drawn_above
from cixi_analysis.book.workers import each

#: Numbers with all their digits: a hasty reader of text takes some for their neighbours.
VALUES = [number / 7 * 10**power for number in range(1, 200) for power in (-3, 0, 2)]


def chart() -> dict[str, object]:
    rows = [{"n": n, "value": value} for n, value in enumerate(VALUES)]
    drawn = alt.Chart(alt.InlineData(rows)).mark_text().encode(x="n:Q", y="value:Q", text="value:N")
    return drawn.to_dict()


def of_the_pages_process() -> tuple[str, str]:
    """Both ways in one process."""
    return drawn_above(chart(), allowed_base_urls=[]), vl_convert.vegalite_to_svg(chart(), allowed_base_urls=[])


def refused() -> str:
    try:
        drawn_above({"mark": {"type": "no such mark"}, "data": {"url": "https://example.org/"}}, allowed_base_urls=[])
    except ValueError as error:
        return str(error)
    return "drawn"


def test_who_draws_makes_no_difference() -> None:
    """Numbers reach the drawing as they are."""
    [done] = each(of_the_pages_process, [()], draw)
    assert isinstance(done.result, tuple)
    assert done.result[0] == done.result[1]


def test_a_chart_that_cannot_be_drawn_is_the_pages_error() -> None:
    """The build goes on; the page hears what is wrong with its chart."""
    [done] = each(refused, [()], draw)
    assert done.result != "drawn"
