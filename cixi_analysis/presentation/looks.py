"""The one table from a status to how it looks: verdict, basis, pace and direction → word, symbol and colours.

A colour is never alone: the symbol and the word stand beside it. The colours are those of ``book/_static/cixi.css``
(a test compares them); each pair of ink and back has a contrast of 4.5:1 and more. In charts the statuses also differ
in lightness (unmet is the only dark one), so they stay apart for colour-blind readers and in print.
"""

from dataclasses import dataclass

from markupsafe import Markup

from cixi_analysis.words import Basis, Direction, Pace, Status, Verdict


@dataclass(frozen=True)
class Look:
    """How a status is shown. ``ink`` on ``back``: colours of the light page and of charts."""

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
#: A year being filled in: nobody has entered the item yet, which is not the plan's 暂无数据.
NOT_FILLED_IN = Look(Status.NOT_FILLED_IN.chinese, "·", *_OPEN)
STATUSES: dict[Status, Look] = {
    status: NOT_FILLED_IN if status is Status.NOT_FILLED_IN else VERDICTS[Verdict(status)] for status in Status
}

PACES: dict[Pace, Look] = {
    Pace.REACHED: Look(Pace.REACHED.chinese, "✓", *_GOOD),
    Pace.ON_TRACK: Look(Pace.ON_TRACK.chinese, "»", *_GOOD),
    Pace.NEARLY: Look(Pace.NEARLY.chinese, "›", *_OPEN),
    Pace.TOO_SLOW: Look(Pace.TOO_SLOW.chinese, "!", *_BAD),
    Pace.MOVING_AWAY: Look(Pace.MOVING_AWAY.chinese, "‹", *_BAD),
    Pace.NO_TARGET: Look(Pace.NO_TARGET.chinese, "–", *_NONE),
    Pace.TOO_LITTLE_DATA: Look(Pace.TOO_LITTLE_DATA.chinese, "?", *_OPEN),
}
_DIRECTIONS = {Direction.IMPROVING: "＋", Direction.WORSENING: "－", Direction.FLAT: "＝"}


def badge(look: Look) -> Markup:
    """The status as a small label: symbol and word on its colour."""
    return Markup('<span class="status {}">{}</span>').format(look.css, look.text)


def verdict_badge(status: str) -> Markup:
    """The label of a verdict, or of a status that tells 未填报 from 无数据."""
    return badge(STATUSES[Status(status)])


def pace_badge(pace: str) -> Markup:
    """The label of a pace."""
    return badge(PACES[Pace(pace)])


def basis_word(basis: str) -> str:
    """数据判定, 文字载明 or 按约定视同; "" where there is none."""
    return Basis(basis).chinese if basis else ""


def direction_word(direction: str) -> str:
    """改善, 变差 or 持平 with its sign."""
    word = Direction(direction)
    return f"{_DIRECTIONS[word]} {word.chinese}"
