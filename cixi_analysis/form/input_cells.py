"""Reading one input cell: its content as text of the data, or a complaint about it. Quoting of contents in messages."""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cixi_analysis.form.layout import CHOICES, FormColumn, Kind
from cixi_analysis.form.numerals import numeral_complaint
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.words import NOT_ASSIGNED, Absence

LONGEST_TEXT = 2000
_LONGEST_QUOTED = 40
#: (what was found in a cell, what is expected there), both Chinese
Complaint = tuple[str, str]
#: Numbers outside these limits are no observations; twelve digits could not tell them apart either.
_LARGEST, _SMALLEST = 1e12, 1e-9
_TASK = "任务："
#: Input column → word that its cells may hold → word of the data. 未填报 is in no drop-down, but can be prefilled.
_WORDS: Mapping[str, Mapping[str, str]] = {
    **CHOICES,
    "absence": {reason.value: reason for reason in Absence},
    "value": {word: word for word in WATER_CLASSES},
    "assigned_target": {word: word for word in (*WATER_CLASSES, NOT_ASSIGNED)},
}
_WANTED = {
    Kind.NUMBER: "数",
    Kind.QUANTITY: "数或水质类别（Ⅰ至劣Ⅴ）",
    Kind.TARGET: f"数、水质类别、“{_TASK}……”或“{NOT_ASSIGNED}”",
    Kind.TEXT: "文字",
}
_WRITTEN = (Kind.TEXT, Kind.CHOICE)
#: Fillers and variation selectors, which Unicode counts among letters and marks.
_BLANK = {*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0", *map(chr, range(0xFE00, 0xFE10))}
_BLANK |= {chr(code) for code in range(0xE0100, 0xE01F0)}
#: Formats, controls, private and unassigned code points, and every space except the two typed in Chinese texts.
_INVISIBLE_CATEGORIES = ("Cc", "Cf", "Co", "Cs", "Cn", "Zs", "Zl", "Zp")
_TYPED_SPACES = " \u3000\n"
#: How a workbook stores a character that XML cannot hold.
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_cell(cell: Any, column: FormColumn, unit: str, saved: Callable[[Any], object]) -> str | Complaint | None:
    """The content of an input cell as text of the data, a complaint, or None for an empty cell.

    ``unit`` is the unit of a number in this cell; ``saved`` returns the saved result of a formula's cell.
    """
    value, want = cell.value, wanted(column)
    is_text = column.kind in _WRITTEN
    if value is None or value == "":
        return None
    if cell.data_type == "f":
        formula, result = quoted(str(getattr(value, "text", value)))[1:-1], saved(cell)
        told = "没有保存计算结果" if result is None else f"计算结果为 {shown_value(result)}"
        return f"公式（{formula}，{told}）", f"{'文字' if is_text else '数值'}：请复制这一格，再“选择性粘贴”为“数值”"
    if cell.data_type == "e":
        return f"错误值 {value}", want
    if isinstance(value, bool):
        return f"逻辑值 {shown_value(value)}", want
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        shown, (kind, what) = str(value).removesuffix(" 00:00:00"), ("文本", "文字") if is_text else ("常规", "数")
        return f"日期或时间（{shown}）", f"{what}：先把单元格格式改为“{kind}”，再重新键入"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format, column, want)
    return _string(plain(value), column, unit, want) if isinstance(value, str) else ("不认识的内容", want)


def wanted(column: FormColumn) -> str:
    """What the cells of a column may hold, in words."""
    if column.kind is Kind.CHOICE:
        return f"下拉列表中的一项（{'、'.join(CHOICES[column.key])}）"
    return _WANTED[column.kind]


def _number(value: float, number_format: str, column: FormColumn, want: str) -> str | Complaint:
    if not math.isfinite(value) or abs(value) >= _LARGEST or 0 < abs(value) < _SMALLEST:
        return f"过大或过小的数（{value:g}）", want
    text = decimal_text(value)
    # The number format without literals, padding, colours and conditions.
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", number_format)
    if "%" in bare:
        shown = decimal_text(value * 100)
        expected = want if column.kind in _WRITTEN else f"数 {shown}：先把单元格格式改为“常规”，再键入，不带百分号"
        return f"“{shown}%”（百分比格式的单元格，存的是 {text}）", expected
    if re.search(r"[0#?],+(?![0#?,])", bare):
        return f"{text}（单元格格式缩小了所显示的数）", f"{want}，单元格格式为“常规”"
    if column.kind is Kind.CHOICE:
        return f"数 {text}", want
    if column.kind is Kind.TEXT and number_format not in ("General", "@", "0"):
        return f"数 {text}（显示的样子由单元格格式决定）", f"{want}：先把单元格格式改为“文本”，再重新键入"
    return text


def _string(text: str, column: FormColumn, unit: str, want: str) -> str | Complaint:
    clean = cleaned(text)
    codes = "、".join(dict.fromkeys(f"U+{ord(char):04X}" for char in text if is_invisible(char)))
    flaws = ["首尾有空格或空行"] if text != text.strip() else []
    flaws += [f"含有看不见的字符 {codes}"] if codes else []
    if not clean:
        return f"{quoted(text)}（只有空格或看不见的字符）", "空，或者" + want
    is_task = column.kind is Kind.TARGET and clean.startswith(_TASK) and len(clean) > len(_TASK)
    if (column.kind is Kind.TEXT or is_task) and len(text) > LONGEST_TEXT:
        return f"{quoted(text)}（共 {len(text)} 字）", f"不超过 {LONGEST_TEXT} 字的文字"
    found = f"{quoted(text)}（{'，'.join(flaws)}）" if flaws else quoted(text)
    if column.kind is Kind.TEXT:
        return (found, "没有这些字符的文字") if flaws else text
    words = {clean: clean} if is_task else _WORDS.get(column.key, {})
    if clean in words:
        return (found, quoted(clean)) if flaws else str(words[clean])
    if column.kind is Kind.CHOICE:
        return found, want
    meant, expected = numeral_complaint(unicodedata.normalize("NFC", clean), column, unit, want)
    notes = "，".join(filter(None, [*flaws, meant]))
    return f"{quoted(text)}（{notes}）" if notes else quoted(text), expected


def decimal_text(value: float) -> str:
    """The number with twelve digits and without an exponent."""
    text = f"{value:.12g}"
    return "0" if text == "-0" else f"{Decimal(text):f}" if "e" in text else text


def shown_value(value: object) -> str:
    """A cell's value about as a spreadsheet program shows it."""
    if isinstance(value, bool):
        return str(value).upper()
    return decimal_text(value) if isinstance(value, (int, float)) and math.isfinite(value) else quoted(str(value))[1:-1]


def text_of(cell: Any) -> str:
    """A cell's content as text, for comparing; "" for an empty cell."""
    if cell.value is None:
        return ""
    return plain(cell.value) if isinstance(cell.value, str) else shown_value(getattr(cell.value, "text", cell.value))


def is_invisible(char: str) -> bool:
    """Whether a character cannot be seen in a cell. The spaces typed in Chinese texts and line breaks are visible."""
    return char in _BLANK or (char not in _TYPED_SPACES and unicodedata.category(char) in _INVISIBLE_CATEGORIES)


def plain(text: str) -> str:
    """The text as a spreadsheet program shows it: escapes resolved, line breaks unified."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


def cleaned(text: str) -> str:
    """The text without invisible characters and surrounding spaces."""
    return "".join(char for char in text if not is_invisible(char)).strip()


def quoted(text: str) -> str:
    """The text for a message: in quotes, on one line, cut after 40 characters, invisible characters by their code."""
    cut = text if len(text) <= _LONGEST_QUOTED else text[:_LONGEST_QUOTED] + "……"
    start, end = len(cut) - len(cut.lstrip(" \u3000")), len(cut.rstrip(" \u3000"))
    marked = "".join(char if start <= i < end else "␣" for i, char in enumerate(cut))
    shown = "".join(f"〔U+{ord(char):04X}〕" if is_invisible(char) else char for char in marked)
    return f"“{shown.replace(chr(10), '⏎')}”"


def shortened(text: str, length: int) -> str:
    """The text, cut to ``length`` characters with …… at the end where it is longer."""
    return text if len(text) <= length else f"{text[: length - 2]}……"


def or_empty(text: str) -> str:
    """The text quoted; 空 for no text."""
    return quoted(text) if text else "空"
