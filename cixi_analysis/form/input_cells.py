"""One input cell → what it means as text of the data, or a complaint that says what was found and what would be right."""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cixi_analysis.form.invisible import cleaned, flaws, plain, quoted
from cixi_analysis.form.layout import CHOICES, FormColumn, Kind
from cixi_analysis.form.numerals import numeral_complaint
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.words import NOT_ASSIGNED, Absence

LONGEST_TEXT = 2000
#: Beyond these a number is no observation, and the twelve digits that are kept could not tell it from others.
_LARGEST, _SMALLEST = 1e12, 1e-9
_TASK = "任务："
#: Not offered, for an untouched row means the same; but data that says it is in the form.
_MORE = {"absence": {Absence.NOT_FILLED_IN.value: Absence.NOT_FILLED_IN}}
_WANTED = {
    Kind.NUMBER: "数",
    Kind.QUANTITY: "数或水质类别（Ⅰ至劣Ⅴ）",
    Kind.TARGET: f"数、水质类别、“{_TASK}……”或“{NOT_ASSIGNED}”",
    Kind.TEXT: "文字",
}


@dataclass(frozen=True)
class Complaint:
    """What was found in a cell and what would be right."""

    found: str
    expected: str


def read_cell(cell: Any, column: FormColumn, unit: str, result: Callable[[], object]) -> str | Complaint | None:
    """The content of an input cell as the data's text; None for an empty cell.

    ``unit`` is what a number in this row is counted in; ``result`` gives a formula's saved result.
    """
    value = cell.value
    if value is None or value == "":
        return None
    want = wanted(column)
    if cell.data_type == "f":
        return _formula(value, "文字" if column.kind in (Kind.TEXT, Kind.CHOICE) else "数值", result())
    if cell.data_type == "e":
        return Complaint(f"错误值 {value}", want)
    if isinstance(value, bool):
        return Complaint(f"逻辑值 {shown_value(value)}", want)
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        kind, wanted_kind = ("文本", "文字") if column.kind in (Kind.TEXT, Kind.CHOICE) else ("常规", "数")
        shown = str(value).removesuffix(" 00:00:00")
        return Complaint(f"日期或时间（{shown}）", f"{wanted_kind}：先把单元格格式改为“{kind}”，再重新键入")
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format, column, want)
    if isinstance(value, str):
        return _string(plain(value), column, unit, want)
    return Complaint("不认识的内容", want)


def wanted(column: FormColumn) -> str:
    """What may stand in a column's cells, in words."""
    if column.kind is Kind.CHOICE:
        return f"下拉列表中的一项（{'、'.join(CHOICES[column.key])}）"
    return _WANTED[column.kind]


def decimal_text(value: float) -> str:
    """Twelve digits, without an exponent."""
    text = f"{value:.12g}"
    return "0" if text == "-0" else f"{Decimal(text):f}" if "e" in text else text


def _formula(value: object, want: str, result: object) -> Complaint:
    written = str(getattr(value, "text", value))
    saved = "没有保存计算结果" if result is None else f"计算结果为 {shown_value(result)}"
    return Complaint(f"公式（{quoted(written)[1:-1]}，{saved}）", f"{want}：请复制这一格，再“选择性粘贴”为“数值”")


def shown_value(value: object) -> str:
    """What a reader of the cell would see, nearly."""
    if isinstance(value, bool):
        return str(value).upper()
    return decimal_text(value) if isinstance(value, (int, float)) and math.isfinite(value) else quoted(str(value))[1:-1]


def _number(value: float, number_format: str, column: FormColumn, want: str) -> str | Complaint:
    if not math.isfinite(value) or abs(value) >= _LARGEST or 0 < abs(value) < _SMALLEST:
        return Complaint(f"过大或过小的数（{value:g}）", want)
    text = decimal_text(value)
    # What the format itself says, without quoted and escaped literals, colours and conditions.
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", number_format)
    if "%" in bare:
        shown = decimal_text(value * 100)
        found = f"“{shown}%”（百分比格式的单元格，存的是 {text}）"
        if column.kind is Kind.TEXT or column.kind is Kind.CHOICE:
            return Complaint(found, want)
        return Complaint(found, f"数 {shown}：先把单元格格式改为“常规”，再键入，不带百分号")
    if re.search(r"[0#?],+(?![0#?,])", bare):
        return Complaint(f"{text}（单元格格式缩小了所显示的数）", f"{want}，单元格格式为“常规”")
    if column.kind is Kind.CHOICE:
        return Complaint(f"数 {text}", want)
    if column.kind is Kind.TEXT and number_format not in ("General", "@", "0"):
        return Complaint(f"数 {text}（显示的样子由单元格格式决定）", f"{want}：先把单元格格式改为“文本”，再重新键入")
    return text


def _string(text: str, column: FormColumn, unit: str, want: str) -> str | Complaint | None:
    clean, wrong = cleaned(text), flaws(text)
    if not clean:
        return Complaint(f"{quoted(text)}（只有空格或看不见的字符）", "空，或者" + want)
    told = f"{quoted(text)}（{'，'.join(wrong)}）" if wrong else quoted(text)
    if column.kind is Kind.TEXT:
        if len(text) > LONGEST_TEXT:
            return Complaint(f"{quoted(text)}（共 {len(text)} 字）", f"不超过 {LONGEST_TEXT} 字的文字")
        return Complaint(told, "没有这些字符的文字") if wrong else text
    if column.kind is Kind.CHOICE:
        known = {**CHOICES[column.key], **_MORE.get(column.key, {})}
        if clean in known and wrong:
            return Complaint(told, f"“{clean}”")
        return str(known[clean]) if clean in known else Complaint(told, want)
    allowed = clean in WATER_CLASSES and column.kind in (Kind.QUANTITY, Kind.TARGET)
    if column.kind is Kind.TARGET:
        task = clean.startswith(_TASK) and len(clean) > len(_TASK)
        allowed |= clean == NOT_ASSIGNED or task
        if task and len(text) > LONGEST_TEXT:
            return Complaint(f"{quoted(text)}（共 {len(text)} 字）", f"不超过 {LONGEST_TEXT} 字的文字")
    if allowed:
        return Complaint(told, quoted(clean)) if wrong else text
    found, expected = numeral_complaint(unicodedata.normalize("NFC", clean), column, unit, want)
    notes = "，".join([*wrong, *([found] if found else [])])
    return Complaint(f"{quoted(text)}（{notes}）" if notes else quoted(text), expected)
