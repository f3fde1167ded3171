"""Text in a number cell: what the writer probably meant, and what to write instead."""

import re
import unicodedata
from decimal import Decimal

from cixi_analysis.form.layout import FormColumn, Kind
from cixi_analysis.words import NOT_ASSIGNED, Absence

#: Marks that people write for "nothing" → what each can mean.
_MARKS = {
    **dict.fromkeys(("-", "--", "—", "——", "–", "一", "−"), "可指没有数据，也可指零或没有这一项"),
    **dict.fromkeys(("/", "\\", "／"), "表一里的“/”是本级没有要求，不是没有数据"),
    **dict.fromkeys(("无", "没有", "无此项"), "可指暂无数据，也可指未发现、为零"),
    **dict.fromkeys(("N/A", "NA", "n/a", "null", "None", "nan", "NaN", "?", "？", "*", "缺", "空"), "没有说明为什么没有数"),
}  # fmt: skip
#: Reasons for a missing value: those of the drop-down, and words that mean one of them.
_ABSENCES = {absence.value for absence in Absence if absence is not Absence.NOT_FILLED_IN}
_LIKE_ABSENCES = {Absence.NOT_FILLED_IN.value, "无数据", "缺失", "未测算", "未统计", "未公布"}
_LIKE_NOT_ASSIGNED = (
    "未下达", "无", "没有下达", "未下达目标", "无下达", "上级没有下达", "上级未下达目标", "上级未下达管控目标",
)  # fmt: skip
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
_IF_MISSING = {
    Kind.QUANTITY: "没有数值时留空，在“缺失原因”里选一项；数值是零时写 0",
    Kind.TARGET: f"当年没有下达写“{NOT_ASSIGNED}”，不知道时留空",
    Kind.NUMBER: "不知道时留空；数值是零时写 0",
}


def numeral_complaint(text: str, column: FormColumn, unit: str, wanted: str) -> tuple[str, str]:
    """(what is wrong with ``text``, what is expected), both Chinese.

    ``text`` has no surrounding spaces and is neither a number nor a word of the column; ``wanted`` says what is.
    """
    if column.kind is Kind.TARGET and text in _LIKE_NOT_ASSIGNED:
        return "", f"“{NOT_ASSIGNED}”"
    if column.kind is Kind.TARGET and text.startswith("任务"):
        return "", "“任务：……”，“任务”后是全角冒号，其后写明任务"
    if text in _MARKS:
        return _MARKS[text], f"{wanted}；{_IF_MISSING[column.kind]}"
    if column.kind is Kind.QUANTITY and text in _ABSENCES | _LIKE_ABSENCES:
        return "这是没有数值的原因", f"空；在“缺失原因”里选{f'“{text}”' if text in _ABSENCES else '一项'}"
    if text in ("零", "〇"):
        return "汉字", "数 0"
    normal = unicodedata.normalize("NFKC", text)
    if column.kind is not Kind.NUMBER and (found := _CLASS.fullmatch(normal.upper())):
        rank = _ROMAN.get(found[2] or found[3]) or int(found[3])
        if not found[1] or rank == 5:  # 劣Ⅴ is the only 劣
            return "水质类别的写法不同", f"“{found[1]}{'ⅠⅡⅢⅣⅤ'[rank - 1]}”，不写“类”"
    notes = [_FULL_WIDTH] if any("\uff01" <= char <= "\uff5e" for char in text) else []
    expected = _number(normal, notes, column, unit, wanted)
    return "，".join(notes), expected


def _number(text: str, notes: list[str], column: FormColumn, unit: str, wanted: str) -> str:
    """What is expected instead of a number with something around it; what is around it is appended to ``notes``."""
    shape = _SHAPE.fullmatch(text)
    if shape is None or _POWER.fullmatch(text):
        notes.append("文本格式的科学计数法" if _POWER.fullmatch(text) else "文字")
        return wanted
    if not _UNAMBIGUOUS.fullmatch(shape["number"]):
        notes.append("逗号或空格可有两种理解")
        return wanted
    digits, before, after, rest = re.sub("[, ]", "", shape["number"]), shape["before"], shape["after"].strip(), ""
    if digits != shape["number"]:
        notes.append("带千位分隔符")
    if before:
        notes.append(f"带“{before}”")
        if before not in _COMPARATORS:
            return wanted
        if column.kind is not Kind.TARGET:
            return "一个确定的数" + (f"；{_IF_MISSING[column.kind]}" if column.kind is Kind.QUANTITY else "")
        rest = f"，比较符“{_COMPARATORS[before]}”选在“目标比较符”一列"
    if after:
        has_unit = unit not in ("", "-", "/")
        fits = has_unit and unicodedata.normalize("NFKC", unit).startswith(after)
        notes.append("带百分号" if after == "%" else f"带{'单位' if fits else '文字'}“{after}”")
        if not fits:
            in_unit = f"按单位“{unit}”填写的" if has_unit and column.key != "benchmark" else ""
            return f"{in_unit}数，不写单位和百分号{rest}"
        rest = f"，{'不带百分号' if after == '%' else '不写单位'}{rest}"
    number = f"数 {Decimal(digits):f}"  # without plus sign and leading zeros
    if not notes:
        notes.append("文本格式的数字")
        return f"{number}：先把单元格格式改为“常规”，再重新键入"
    return f"{'半角的' if _FULL_WIDTH in notes else ''}{number}{rest}"
