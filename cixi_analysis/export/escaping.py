"""Text from data as a cell of Excel or CSV may hold it: what cannot be written is shown, nothing becomes a formula."""

import re

#: What XML cannot hold: control characters, half surrogate pairs, the two non-characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Excel reads ``_x0041_`` in a cell as the character of that code; ``_x005F_`` stands for the underscore itself.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: What a spreadsheet program takes for the beginning of a formula in a CSV cell, half or full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
#: Characters that a cell of Excel holds, less the room for the note that some are missing.
_LONGEST = 32_767 - 40


def printable(text: str) -> str:
    """``text`` with what no file can hold made visible: ``␀`` for a NUL and so on, ``�`` for half a character."""
    return _UNWRITABLE.sub(_shown, text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "\ufffd"


def excel_text(text: str) -> str:
    """``text`` as an Excel cell holds it: printable, no longer than a cell, read back as it was."""
    text = printable(text)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}……（以下{len(text) - _LONGEST}字见JSON文件）"
    return _ESCAPE.sub("_x005F_", text)


def csv_text(text: str) -> str:
    """``text`` as a CSV cell holds it.

    An apostrophe stands before what a spreadsheet program would take for a formula. It is seen, so nothing changes
    silently, and a reader can drop it; the JSON file holds the text without it. Numbers and single signs (the unit
    ``-``) are no formulas and stay.
    """
    text = printable(text)
    plain = len(text.strip()) == 1 or _NUMBER.fullmatch(text)
    return f"'{text}" if _FORMULA.match(text) and not plain else text
