"""Text from data as a cell of Excel or CSV can hold it: unwritable characters are shown, nothing becomes a formula."""

import re

#: Characters that XML cannot hold → what is shown instead: ``␀`` for NUL and so on, ``�`` for half a surrogate pair and
#: for the two non-characters.
_SHOWN = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: ord("␡")}
_SHOWN |= dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), ord("\ufffd"))
#: Excel reads ``_x0041_`` in a cell as the character of that code; ``_x005F_`` stands for the underscore itself.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: The beginning of a formula for a spreadsheet program that opens a CSV file, half or full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
#: Characters that a cell of Excel holds, less the room for the note that some are missing.
_LONGEST = 32_767 - 40


def printable(text: str) -> str:
    """``text`` with visible characters for those that no file can hold, and line feeds as line breaks."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_SHOWN)


def excel_text(text: str) -> str:
    """``text`` as an Excel cell holds it: printable, cut off with a note where it is too long, read back as it was."""
    text = printable(text)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}……（以下{len(text) - _LONGEST}字见JSON文件）"
    return _ESCAPE.sub("_x005F_", text)


def csv_text(text: str) -> str:
    """``text`` as a CSV cell holds it.

    An apostrophe is put before text that a spreadsheet program would take for a formula. It is visible, so nothing
    changes silently, and a reader can drop it; the JSON file has the text without it. Numbers and single signs (the unit
    ``-``) are no formulas and stay.
    """
    text = printable(text)
    plain = len(text.strip()) == 1 or _NUMBER.fullmatch(text)
    return f"'{text}" if _FORMULA.match(text) and not plain else text
