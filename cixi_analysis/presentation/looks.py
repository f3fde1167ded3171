"""The look of a status (word, symbol, colours), and the colours and fonts of charts; defined nowhere else.

Symbol and word always stand beside the colour. The colours are those of ``book/_static/cixi.css`` (a test compares them);
each pair of ink and back has a contrast of at least 4.5:1. In charts the statuses also differ in lightness (unmet is the
only dark one), so that they stay apart in print and for colour-blind readers. Sphinx imports :func:`config` from here:
this module must not load Altair or pandas.
"""

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cixi_analysis.words import Basis, Direction, Pace, Status

#: Fonts of Windows, macOS and Linux; the last one is the browser's own.
FONTS = "Microsoft YaHei, PingFang SC, Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Micro Hei, sans-serif"
INK, MUTED, LINE = "#26302c", "#5a6660", "#d9e0dc"
ACCENT, ACCENT_SOFT = "#1f6f54", "#b9d3c8"
#: Domains and categories of projects; they differ in hue and in lightness.
CATEGORIES = ["#4c5f8a", "#1f6f54", "#c99a2e", "#8a4f7d", "#5aa3a8", "#b5653a"]


@dataclass(frozen=True)
class Look:
    """The look of a status. ``ink`` on ``back`` are colours of the light page and of charts."""

    word: str
    symbol: str
    css: str
    ink: str
    back: str

    @property
    def text(self) -> str:
        """Symbol and word."""
        return f"{self.symbol} {self.word}"


_GOOD = ("status-met", "#17633a", "#e2f2e8")
_BAD = ("status-unmet", "#a11d14", "#fce8e5")
_OPEN = ("status-no_data", "#4c5460", "#e9ecf0")
_NONE = ("status-not_applicable", "#5a6660", "#ffffff")
_SIGNS = {
    Status.MET: ("✓", _GOOD), Status.UNMET: ("✗", _BAD), Status.NO_DATA: ("?", _OPEN), Status.NOT_FILLED_IN: ("·", _OPEN),
    Status.NOT_APPLICABLE: ("–", _NONE),
    Pace.REACHED: ("✓", _GOOD), Pace.ON_TRACK: ("»", _GOOD), Pace.NEARLY: ("›", _OPEN), Pace.TOO_SLOW: ("!", _BAD),
    Pace.MOVING_AWAY: ("‹", _BAD), Pace.NO_TARGET: ("–", _NONE), Pace.TOO_LITTLE_DATA: ("?", _OPEN),
    Direction.IMPROVING: ("＋", _GOOD), Direction.WORSENING: ("－", _BAD), Direction.FLAT: ("＝", _OPEN),
}  # fmt: skip
#: Verdict, status, pace or direction → its look.
LOOKS: dict[str, Look] = {key: Look(key.chinese, sign, *colors) for key, (sign, colors) in _SIGNS.items()}


def badge(status: str, word: str = "") -> Markup:
    """Symbol and word (its own, unless another is given) of a verdict, status or pace on its colour."""
    look = LOOKS[status]
    return Markup('<span class="status {}">{} {}</span>').format(look.css, look.symbol, word or look.word)


def basis_word(basis: str) -> str:
    """数据判定, 文字载明 or 按约定视同; "" without a basis."""
    return Basis(basis).chinese if basis else ""


def basis_note(basis: str) -> str:
    """The basis in brackets; "" without one."""
    return f"（{basis_word(basis)}）" if basis else ""


def config() -> Any:
    """The theme of charts as Vega-Lite's ``config``."""
    axis = {"gridColor": LINE, "domainColor": "#9aa8a1", "tickColor": "#9aa8a1"}
    words = {"labelFont": FONTS, "titleFont": FONTS, "labelColor": INK, "titleColor": MUTED, "labelLimit": 0}
    sizes = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
        "font": FONTS,
        "background": "transparent",
        "aria": False,  # the figure has one description; screen readers need not read hundreds of marks
        "padding": 4,
        "view": {"stroke": None},
        "axis": {**words, **sizes, **axis, "titleLimit": 0},
        "axisY": {"domain": False, "ticks": False},
        "legend": {**words, **sizes, "orient": "top", "title": None, "columnPadding": 18},
        "title": {"font": FONTS, "subtitleFont": FONTS, "anchor": "start", "color": INK, "limit": 0},
        "text": {"font": FONTS, "fontSize": 12, "color": INK},
        "bar": {"color": ACCENT},
        "line": {"color": ACCENT, "strokeWidth": 2},
        "point": {"color": ACCENT, "filled": True, "size": 60},
        "range": {"category": CATEGORIES},
    }
