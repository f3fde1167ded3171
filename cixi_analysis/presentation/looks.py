"""Status → word, symbol and colours, for verdicts, paces and directions. The only such table.

Symbol and word always stand beside the colour. The colours are those of ``book/_static/cixi.css`` (a test compares them);
each pair of ink and back has a contrast of at least 4.5:1. In charts the statuses also differ in lightness (unmet is the
only dark one), so that they stay apart in print and for colour-blind readers.
"""

from dataclasses import dataclass

from markupsafe import Markup

from cixi_analysis.words import Basis, Direction, Pace, Status, Verdict


@dataclass(frozen=True)
class Look:
    """How a status is shown. ``ink`` on ``back`` are colours of the light page and of charts."""

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

VERDICTS: dict[Verdict, Look] = {
    Verdict.MET: Look(Verdict.MET.chinese, "✓", *_GOOD),
    Verdict.UNMET: Look(Verdict.UNMET.chinese, "✗", *_BAD),
    Verdict.NO_DATA: Look(Verdict.NO_DATA.chinese, "?", *_OPEN),
    Verdict.NOT_APPLICABLE: Look("不适用", "–", *_NONE),
}
#: An item of a draft year that has no row yet, as opposed to 暂无数据.
NOT_FILLED_IN = Look(Status.NOT_FILLED_IN.chinese, "·", *_OPEN)
STATUSES: dict[Status, Look] = {
    status: NOT_FILLED_IN if status is Status.NOT_FILLED_IN else VERDICTS[Verdict(status)] for status in Status
}
_PACE_SIGNS = {
    Pace.REACHED: ("✓", _GOOD), Pace.ON_TRACK: ("»", _GOOD), Pace.NEARLY: ("›", _OPEN), Pace.TOO_SLOW: ("!", _BAD),
    Pace.MOVING_AWAY: ("‹", _BAD), Pace.NO_TARGET: ("–", _NONE), Pace.TOO_LITTLE_DATA: ("?", _OPEN),
}  # fmt: skip
PACES: dict[Pace, Look] = {pace: Look(pace.chinese, sign, *colors) for pace, (sign, colors) in _PACE_SIGNS.items()}
_DIRECTIONS = {Direction.IMPROVING: "＋", Direction.WORSENING: "－", Direction.FLAT: "＝"}


def badge(look: Look) -> Markup:
    """Symbol and word on their colour."""
    return Markup('<span class="status {}">{}</span>').format(look.css, look.text)


def verdict_badge(status: str) -> Markup:
    """The badge of a verdict or a status."""
    return badge(STATUSES[Status(status)])


def pace_badge(pace: str) -> Markup:
    """The badge of a pace."""
    return badge(PACES[Pace(pace)])


def basis_word(basis: str) -> str:
    """数据判定, 文字载明 or 按约定视同; "" without a basis."""
    return Basis(basis).chinese if basis else ""


def basis_note(basis: str) -> str:
    """The basis in brackets; "" without one."""
    return f"（{basis_word(basis)}）" if basis else ""


def direction_word(direction: str) -> str:
    """改善, 变差 or 持平 with its sign."""
    word = Direction(direction)
    return f"{_DIRECTIONS[word]} {word.chinese}"
