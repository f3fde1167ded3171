"""Characters that nobody sees in a cell: finding them, and showing them in a message."""

import re
import unicodedata

#: Fillers and selectors that Unicode counts among letters and marks.
_BLANK = {*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0", *map(chr, range(0xFE00, 0xFE10))}
_BLANK |= {chr(code) for code in range(0xE0100, 0xE01F0)}
#: Formats, controls, private and unassigned code points, and every space but the two that are typed in Chinese texts.
_CATEGORIES = ("Cc", "Cf", "Co", "Cs", "Cn", "Zs", "Zl", "Zp")
_SEEN = " \u3000\n"
#: How a workbook writes a character that XML cannot hold.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LONGEST_SHOWN = 40


def is_invisible(char: str) -> bool:
    return char in _BLANK or (char not in _SEEN and unicodedata.category(char) in _CATEGORIES)


def plain(text: str) -> str:
    """The text as the spreadsheet program shows it: escapes undone, one kind of line break."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


def cleaned(text: str) -> str:
    """The text without invisible characters and without spaces around it."""
    return "".join(char for char in text if not is_invisible(char)).strip()


def flaws(text: str) -> list[str]:
    """What nobody sees in the text, in words."""
    found = ["首尾有空格或空行"] if text != text.strip() else []
    codes = dict.fromkeys(f"U+{ord(char):04X}" for char in text if is_invisible(char))
    return [*found, *([f"含有看不见的字符 {'、'.join(codes)}"] if codes else [])]


def quoted(text: str) -> str:
    """The text in a message: in quotes, on one line, not too long, everything in it visible."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "……"
    start, end = len(cut) - len(cut.lstrip(" \u3000")), len(cut.rstrip(" \u3000"))
    marked = "".join("␣" if not start <= i < end else char for i, char in enumerate(cut))
    shown = "".join(f"〔U+{ord(char):04X}〕" if is_invisible(char) else char for char in marked)
    return f"“{shown.replace(chr(10), '⏎')}”"
