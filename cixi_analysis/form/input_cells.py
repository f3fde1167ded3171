"""Parsing of one input cell: its content as text of the data, or a complaint about it."""

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cixi_analysis.errors import LONGEST_TEXT, invisible, is_invisible, quoted
from cixi_analysis.form.layout import CHOICES, FormColumn, Kind
from cixi_analysis.form.loading import RAISED, STRUCK, AlteredText, TypedFormula
from cixi_analysis.form.number_formats import reads_as, shown_number, shown_text
from cixi_analysis.plan.fields import LARGEST
from cixi_analysis.plan.quantities import NO_UNIT, digits
from cixi_analysis.plan.schema import WATER_CLASSES
from cixi_analysis.words import NOT_ASSIGNED, Absence

#: (what was found in a cell, what is expected there), both Chinese
Complaint = tuple[str, str]
#: Smaller numbers are no observations.
_SMALLEST = 1e-9
_TASK = "任务："
#: Input column → word that its cells may hold → word of the data. 未填报 is in no drop-down, but can be prefilled.
_WORDS: Mapping[str, Mapping[str, str]] = {
    **CHOICES,
    "absence": {reason.value: reason for reason in Absence},
    "value": {word: word for word in WATER_CLASSES},
    "assigned_target": {word: word for word in (*WATER_CLASSES, NOT_ASSIGNED)},
}
#: Kind → the content that its cells may have; the correct entry where nothing is known.
_WANTED = {
    Kind.NUMBER: ("数", "不知道时留空；数值是零时写 0"), Kind.TEXT: ("文字", ""),
    Kind.QUANTITY: ("数或水质类别（Ⅰ至劣Ⅴ）", "没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"),
    Kind.TARGET: (f"数、水质类别、“{_TASK}……”或“{NOT_ASSIGNED}”", f"当年没有下达写“{NOT_ASSIGNED}”，不知道时留空"),
}  # fmt: skip
_WRITTEN = (Kind.TEXT, Kind.CHOICE)
#: Marks that are ambiguous for "nothing" → their possible meanings.
_MARKS = {
    **dict.fromkeys(("-", "--", "—", "——", "–", "一", "−"), "可指没有数据，也可指零或没有这一项"),
    **dict.fromkeys(("/", "\\", "／"), "要求里的“/”是本级没有要求，不是没有数据"),
    **dict.fromkeys(("无", "没有", "无此项"), "可指暂无数据，也可指未发现、为零"),
    **dict.fromkeys(("N/A", "NA", "n/a", "null", "None", "nan", "NaN", "?", "？", "*", "缺", "空"), "没有说明为什么没有数"),
}  # fmt: skip
#: Synonyms of the reasons of absence in the drop-down.
_LIKE_ABSENCES = {Absence.NOT_FILLED_IN.value, "无数据", "缺失", "未测算", "未统计", "未公布"}
_LIKE_NOT_ASSIGNED = {"未下达", "无", "没有下达", "未下达目标", "无下达", "上级没有下达", "上级未下达目标", "上级未下达管控目标"}  # fmt: skip
_CLASS = re.compile(r"(劣?)(?:(IV|V|I{1,3})|([一二三四五1-5])(?=类))类?(?:水质|水体|水)?")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, **{c: n for n, c in enumerate("一二三四五", 1)}}
_SHAPE = re.compile(
    r"(?P<before>[^\d.,+\-=]*?)\s*(?P<number>[+-]?\d(?:[\d, ]*\d)?(?:\.\d+)?)\s*(?P<after>(?:[^\d\s.,+\-~—–至到或/、和].*)?)"
)
_UNAMBIGUOUS = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[, ]\d{3})+)(?:\.\d+)?")
_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_COMPARATORS = {"≥": "≥", "≤": "≤", ">": ">", "<": "<", ">=": "≥", "<=": "≤", "不低于": "≥", "不高于": "≤", "不超过": "≤",
                "高于": ">", "超过": ">", "低于": "<", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤"}  # fmt: skip
_FULL_WIDTH = "全角字符"


def read_cell(cell: Any, column: FormColumn, unit: str) -> str | Complaint | None:
    """The content of an input cell as text of the data, a complaint, or None for an empty cell.

    ``unit`` is the unit of a number in this cell.
    """
    value, want = cell.value, wanted(column)
    kind, what = ("文本", "文字") if column.kind in _WRITTEN else ("常规", "数")
    if value is None or value == "":
        return None
    if isinstance(value, TypedFormula):
        outcome = "没有保存计算结果" if value.saved is None else f"计算结果为 {shown_value(value.saved)}"
        found = f"公式（{quoted(value)[1:-1]}，{outcome}）"
        return found, f"{what.replace('数', '数值')}：请复制这一格，再“选择性粘贴”为“数值”"
    if isinstance(value, AlteredText) or cell.font.strike:
        where, (flaw, right) = ("其中有字", value.flaw) if isinstance(value, AlteredText) else ("", STRUCK)
        return f"{quoted(text_of(cell))}（{where}{flaw}）", f"{want}，{right}"
    if cell.data_type == "e" or isinstance(value, bool):
        return f"{'逻辑' if isinstance(value, bool) else '错误'}值 {shown_value(value)}", want
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        shown = str(value).removesuffix(" 00:00:00")
        return f"日期或时间（{shown}）", f"{what}：先把单元格格式改为“{kind}”，再重新键入"
    if isinstance(value, (int, float)):
        return _number(cell, column, unit, want)
    seen = shown_text(value, cell.number_format)
    if seen is None or seen.strip(" ") != value.strip(" "):
        return f"{quoted(value)}（{_display(seen, cell)}）", f"{want}：先把单元格格式改为“文本”，再重新键入"
    return _string(value, column, unit, want)


def _display(seen: str | None, cell: Any) -> str:
    """The displayed content of a cell in words; ``seen``: None where it is not known."""
    return f"单元格格式{quoted(cell.number_format)}改变了显示" if seen is None else f"显示为{or_empty(seen.strip())}"


def wanted(column: FormColumn) -> str:
    """The allowed content of a column's cells, in words."""
    if column.kind is Kind.CHOICE:
        return f"下拉列表中的一项（{'、'.join(CHOICES[column.key])}）"
    return _WANTED[column.kind][0]


def _number(cell: Any, column: FormColumn, unit: str, want: str) -> str | Complaint:
    """A number, refused where the display differs from it."""
    value = cell.value
    if not math.isfinite(value) or abs(value) >= LARGEST or 0 < abs(value) < _SMALLEST:
        return f"过大或过小的数（{value:g}）", want
    shown = shown_number(value, cell.number_format)
    if value == 0 and any(view.showZeros is False for view in cell.parent.views.sheetView):
        shown = ""
    text, seen = digits(value), (shown or "").strip()
    without_sign = seen.removesuffix("%")
    if without_sign != seen and reads_as(without_sign, value * 100):
        percent = digits(value * 100)
        expected = want if column.kind in _WRITTEN else f"数 {percent}：先把单元格格式改为“常规”，再键入，不带百分号"
        return f"“{percent}%”（百分比格式的单元格，存的是 {text}）", expected
    if column.kind is Kind.CHOICE:
        return f"数 {text}", want
    # A format that only repeats the unit's own per cent sign changes nothing.
    is_text = column.kind is Kind.TEXT
    if shown == text if is_text else reads_as(without_sign if unit == "%" else seen, value):
        return text
    name = "文本" if is_text else "常规"
    return f"数 {text}（{_display(shown, cell)}）", f"{want}：先把单元格格式改为“{name}”，再重新键入"


def _string(text: str, column: FormColumn, unit: str, want: str) -> str | Complaint:
    is_text, clean, codes = column.kind is Kind.TEXT, cleaned(text), invisible(text)
    if len(text) > LONGEST_TEXT:
        return f"{quoted(text)}（共 {len(text)} 字）", f"不超过 {LONGEST_TEXT} 字的文字" if is_text else want
    flaws = ["首尾有空格或空行"] if text != text.strip() else []
    flaws += [f"含有看不见的字符 {codes}"] if codes else []
    if not clean:
        return f"{quoted(text)}（只有空格或看不见的字符）", "空，或者" + want
    is_task = column.kind is Kind.TARGET and clean.startswith(_TASK) and len(clean) > len(_TASK)
    words = {clean: clean} if is_task or is_text else _WORDS.get(column.key, {})
    if clean in words and not flaws:
        return str(words[clean])
    if clean in words or column.kind is Kind.CHOICE:
        meant, expected = "", "没有这些字符的文字" if is_text else quoted(clean) if clean in words else want
    else:
        meant, expected = _complaint_about(unicodedata.normalize("NFC", clean), column, unit, want)
    notes = "，".join(filter(None, [*flaws, meant]))
    return f"{quoted(text)}（{notes}）" if notes else quoted(text), expected


def _complaint_about(text: str, column: FormColumn, unit: str, wanted: str) -> Complaint:
    """(what is wrong with ``text``, what is expected), both Chinese.

    ``text`` has no surrounding spaces and is neither a number nor a word of the column; ``wanted`` says what is.
    """
    if column.kind is Kind.TARGET and text in _LIKE_NOT_ASSIGNED:
        return "", f"“{NOT_ASSIGNED}”"
    if column.kind is Kind.TARGET and text.startswith("任务"):
        return "", "“任务：……”，“任务”后是全角冒号，其后写明任务"
    if text in _MARKS:
        return _MARKS[text], f"{wanted}；{_WANTED[column.kind][1]}"
    if column.kind is Kind.QUANTITY and (text in CHOICES["absence"] or text in _LIKE_ABSENCES):
        return "这是没有数值的原因", f"空；在“缺失原因”里选{f'“{text}”' if text in CHOICES['absence'] else '一项'}"
    if text in ("零", "〇"):
        return "汉字", "数 0"
    if re.search(r"\d[⁰¹²³⁴-⁹₀-₉]", text):  # NFKC would make 105 of 10⁵
        return RAISED[0], f"{wanted}，{RAISED[1]}"
    normal = unicodedata.normalize("NFKC", text)
    if column.kind is not Kind.NUMBER and (found := _CLASS.fullmatch(normal.upper())):
        rank = _ROMAN.get(found[2] or found[3]) or int(found[3])
        if not found[1] or rank == 5:  # 劣Ⅴ is the only 劣
            return "水质类别的写法不同", f"“{found[1]}{'ⅠⅡⅢⅣⅤ'[rank - 1]}”，不写“类”"
    if marks := [char for char in text if char.isdigit() and not char.isdecimal()]:  # NFKC would make 951 of 95①
        return f"带“{marks[0]}”", wanted
    notes = [_FULL_WIDTH] if any("\uff01" <= char <= "\uff5e" for char in text) else []
    expected = _around_number(normal, notes, column, unit, wanted)
    return "，".join(notes), expected


def _around_number(text: str, notes: list[str], column: FormColumn, unit: str, wanted: str) -> str:
    """The expectation for a number with text around it; that text is described in ``notes``, which is appended to."""
    shape = _SHAPE.fullmatch(text)
    power = _POWER.fullmatch(text)
    if power or shape is None or not _UNAMBIGUOUS.fullmatch(shape["number"]):
        notes.append("文本格式的科学计数法" if power else "文字" if shape is None else "逗号或空格可有两种理解")
        return wanted
    plain, before, after, rest = re.sub("[, ]", "", shape["number"]), shape["before"], shape["after"].strip(), ""
    if plain != shape["number"]:
        notes.append("带千位分隔符")
    if before:
        notes.append(f"带“{before}”")
        if before not in _COMPARATORS:
            return wanted
        if column.kind is not Kind.TARGET:
            return "一个确定的数" + (f"；{_WANTED[column.kind][1]}" if column.kind is Kind.QUANTITY else "")
        rest = f"，比较符“{_COMPARATORS[before]}”选在“目标比较符”一列"
    if after:
        has_unit = unit not in NO_UNIT
        fits = has_unit and unicodedata.normalize("NFKC", unit).startswith(after)
        notes.append("带百分号" if after == "%" else f"带{'单位' if fits else '文字'}“{after}”")
        if not fits:
            in_unit = f"按单位“{unit}”填写的" if has_unit and column.key != "benchmark" else ""
            return f"{in_unit}数，不写单位和百分号{rest}"
        rest = f"，{'不带百分号' if after == '%' else '不写单位'}{rest}"
    number = f"数 {Decimal(plain):f}"  # without plus sign and leading zeros
    if not notes:
        notes.append("文本格式的数字")
        return f"{number}：先把单元格格式改为“常规”，再重新键入"
    return f"{'半角的' if _FULL_WIDTH in notes else ''}{number}{rest}"


def shown_value(value: object) -> str:
    """A cell's value about as a spreadsheet program shows it."""
    if isinstance(value, bool):
        return str(value).upper()
    return digits(value) if isinstance(value, (int, float)) and math.isfinite(value) else quoted(str(value))[1:-1]


def text_of(cell: Any) -> str:
    """A cell's content as text, for comparing; "" for an empty cell."""
    value = "" if cell.value is None else cell.value
    return str(value) if isinstance(value, str) else shown_value(value)


def cleaned(text: str) -> str:
    """The text without invisible characters and surrounding spaces."""
    return "".join(char for char in text if not is_invisible(char)).strip()


def shortened(text: str, length: int) -> str:
    """The text, cut to ``length`` characters with …… at the end where it is longer."""
    return text if len(text) <= length else f"{text[: length - 2]}……"


def or_empty(text: str) -> str:
    """The text quoted; 空 for no text."""
    return quoted(text) if text else "空"
