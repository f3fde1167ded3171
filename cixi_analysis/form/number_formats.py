"""The displayed text of a cell: its number format applied to its number or text.

Only what can be shown as one run of digits between literals is applied; everything else (dates, fractions, exponents,
Chinese numerals, unknown codes) is None, and the caller refuses the cell.
"""

import operator
import re
from decimal import Decimal

from cixi_analysis.plan.quantities import at_precision

_TOKENS = re.compile(
    r"""(?P<end>;) | "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | (?P<blank>_.|\*\ ) | \[(?P<bracket>[^\]]*)\]
    | (?P<digits>[0\#?][0\#?.,]*|\.[0\#?][0\#?.,]*) | (?P<percent>%) | (?P<general>General) | (?P<text>@)
    | (?P<literal>[-+$()^&'~{}<>=:\ /]|[^\x00-\x7f]) | (?P<other>\*.|.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
#: White is left out: on white paper nothing would be seen.
_COLOURS = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|yellow|[黑蓝青绿红黄洋]色?|洋红|(?:color|颜色) ?(?!2$)\d+)", re.I
)
#: Languages whose digits and separators are those of Chinese; more than four digits ask for other numerals.
_LANGUAGES = re.compile(r"\$-(?:0*(?:[04]?804|404|c04|1004|1404|409|809|411|412)|zh-\w+|en-us|en-gb|ja-jp)", re.I)
_CURRENCY = re.compile(r"\$([^-]+)(?:-\w*)?")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=) ?(-?\d+(?:\.\d+)?)")
_HOLDS = {"<=": operator.le, ">=": operator.ge, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq}
_RUN = re.compile(r"(?P<whole>[0#?]*(?:,[0#?]+)*)(?P<scale>,*)(?:(?P<point>\.)(?:(?P<decimals>[0#?]+)(?P<more>,*))?)?")
_PLAIN = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:,\d{3})+|(?=\.\d))(?:\.\d*)?(?:E[+-]\d+)?")
_WIDTH = 11  # characters of a number in the format General, without its sign
_Section = list[tuple[str, str]]


def shown_number(value: float, number_format: str) -> str | None:
    """The display of a number with literals, sign and padding; "" where it is hidden; None where it is not known."""
    number, sections = Decimal(f"{value:.15g}"), _sections(number_format)
    if any(kind == "text" for kind, _ in sections[-1]):
        if number_format.strip() == "@":
            return _general(number)
        sections = sections[:-1]
    if not 1 <= len(sections) <= 4 or any(kind == "text" for section in sections for kind, _ in section):
        return None
    sections = sections[:3]
    if not any(kind == "condition" for section in sections for kind, _ in section):
        signed = len(sections) == 1
        at = 0 if signed or number > 0 else 1 if number < 0 else 2
        return _rendered(sections[at if at < len(sections) else 0], number, signed=signed)
    if number < 0:  # programs differ in where they put the sign
        return None
    open_ones = []
    for section in sections:
        condition = next((_CONDITION.fullmatch(text) for kind, text in section if kind == "condition"), None)
        if condition is None:
            open_ones.append(_rendered(section, number, signed=False))
        elif _HOLDS[condition[1]](number, Decimal(condition[2])) and not open_ones:
            return _rendered(section, number, signed=False)
    # Which of several sections without a condition applies depends on the program: only if they agree.
    return open_ones[0] if len(set(open_ones)) == 1 else None


def shown_text(text: str, number_format: str) -> str | None:
    """The display of a text, without padding; None where it is not known."""
    *others, last = sections = _sections(number_format)
    if any(kind == "text" for section in others for kind, _ in section):
        return None
    if not any(kind == "text" for kind, _ in last):
        # Programs differ in whether a blank third section hides texts; a fourth one does.
        is_shown = len(sections) < 3 or (len(sections) == 3 and any(part.strip() for _, part in last))
        return text if is_shown else None
    shown = "".join(text if kind == "text" else part for kind, part in last)
    known = {"text", "literal", "blank"}
    return shown.strip(" ") if all(kind in known for kind, _ in last) and len(sections) <= 4 else None


def reads_as(shown: str, value: float) -> bool:
    """Whether the display is the number alone, apart from rounding and thousands separators."""
    digits = shown.strip()
    digits = digits[:1] + digits[1:].lstrip(" ")  # accounting formats put the sign at the cell's left edge
    if not _PLAIN.fullmatch(digits):
        return False
    number = Decimal(digits.replace(",", ""))
    _, _, exponent = number.as_tuple()
    half = Decimal((0, (5,), int(exponent) - 1))
    return abs(number - Decimal(f"{value:.15g}")) <= half


def _sections(number_format: str) -> list[_Section]:
    """The tokens (kind, text) of each section. Quoted and escaped characters, signs and currencies are literals."""
    sections: list[_Section] = [[]]
    for found in _TOKENS.finditer(number_format):
        kind, text = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "end":
            sections.append([])
            continue
        if kind == "bracket":
            currency = _CURRENCY.fullmatch(text)
            # LibreOffice shows a language that is not in front.
            is_first = all(token == ("blank", "") for token in sections[-1])
            known = _COLOURS.fullmatch(text) or (is_first and _LANGUAGES.fullmatch(text))
            cases = {"blank": known, "condition": _CONDITION.fullmatch(text), "literal": currency}
            kind = next((kind for kind, applies in cases.items() if applies), "other")
            text = currency[1] if currency and not known else text if kind == "condition" else ""
        elif kind == "blank":
            text = " "
        sections[-1].append(({"quoted": "literal", "escaped": "literal"}.get(kind, kind), text))
    return sections


def _rendered(section: _Section, number: Decimal, *, signed: bool) -> str | None:
    """The number as this section shows it; ``signed``: a minus sign is put before a negative one."""
    kinds = [kind for kind, _ in section]
    more_digits = any(kind == "literal" and re.search(r"\d", text) for kind, text in section)
    if "other" in kinds or kinds.count("digits") + kinds.count("general") > 1 or more_digits:
        return None
    scaled = abs(number) * 100 ** kinds.count("percent")
    shown = "-" if signed and number < 0 else ""
    for kind, text in section:
        part: str | None = "" if kind == "condition" else text
        if kind in ("general", "digits"):
            part = _general(scaled) if kind == "general" else _digits(text, scaled)
        if part is None:
            return None
        shown += part
    return shown


def _general(number: Decimal) -> str:
    """The number in the format General: as many digits as fit."""
    size = abs(number)
    if size and not Decimal("1E-4") <= size < Decimal("1E11"):
        mantissa, _, power = f"{number:.5E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{power}"
    room = max(0, _WIDTH - 1 - len(f"{int(size)}"))
    text = f"{number:.{room}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(placeholders: str, number: Decimal) -> str | None:
    run = _RUN.fullmatch(placeholders)
    if run is None:
        return None
    whole, decimals = run["whole"].replace(",", ""), run["decimals"] or ""
    number /= 1000 ** len(run["scale"] + (run["more"] or ""))
    units, _, rest = f"{at_precision(number, len(decimals)):f}".partition(".")
    least = len(whole) - whole.index("0") if "0" in whole else 0
    units = ("" if units == "0" and not least else units).zfill(least)
    if "," in run["whole"]:
        units = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", units)
    kept = max(decimals.rfind("0") + 1, len(rest.rstrip("0")))
    return units + (run["point"] or "") + rest[:kept]
