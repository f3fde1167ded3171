"""Charts are drawn by the build's own process: its drawing engine starts once, not once a page.

A drawing depends on the chart's description alone, so who draws it makes no difference; a chart that several pages show
is drawn once.
"""

import json
from typing import Any

import vl_convert

from cixi_analysis.book import workers

Chart = dict[str, Any] | str
#: Drawings of this process, by the chart and the options as text.
_drawn: dict[str, str] = {}


def draw(question: tuple[Chart, dict[str, Any]]) -> str:
    """The drawing of a chart from its description and the drawing's options.

    The description goes to the engine as it came: read from a text, its numbers would differ in the last digit.
    """
    text = json.dumps(question, ensure_ascii=False)
    if text not in _drawn:
        chart, options = question
        _drawn[text] = vl_convert.vegalite_to_svg(chart, **options)
    return _drawn[text]


def begin() -> None:
    """Start the drawing engine, which takes longer than most drawings."""
    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": []}}, allowed_base_urls=[])


def drawn_above(chart: Chart, **options: Any) -> str:
    """What stands for ``vl_convert.vegalite_to_svg`` in a process that runs a page."""
    drawing: str = workers.ask((chart, options))
    return drawing
