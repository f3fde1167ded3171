"""Charts are drawn by the build's own process: its drawing engine starts once, not once a page.

A drawing depends on the chart's description alone, so who draws it makes no difference; a chart that several pages show
is drawn once.
"""

import json
from functools import cache
from typing import Any

import vl_convert

from cixi_analysis.book import workers


def draw(question: tuple[str, str]) -> str:
    """The drawing of a chart: its description and the drawing's options, both as JSON."""
    return _drawn(*question)


@cache
def _drawn(chart: str, options: str) -> str:
    drawing: str = vl_convert.vegalite_to_svg(chart, **json.loads(options))
    return drawing


def drawn_above(chart: dict[str, Any] | str, **options: Any) -> str:
    """What stands for ``vl_convert.vegalite_to_svg`` in a process that runs a page."""
    text = chart if isinstance(chart, str) else json.dumps(chart, ensure_ascii=False)
    drawing: str = workers.ask((text, json.dumps(options)))
    return drawing
