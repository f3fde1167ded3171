"""Text in a number cell: what the writer may have meant, and how to write it."""

import re
import unicodedata

from cixi_analysis.form.layout import FormColumn, Kind
from cixi_analysis.words import NOT_ASSIGNED, Absence

_ABSENT = "没有数值时留空，在“缺失原因”里选一项；数值是零时写 0"
_UNKNOWN = "不知道时留空；数值是零时写 0"
#: Marks that people write for "nothing", with what each may mean.
_MARKS = {
    **dict.fromkeys(("-", "--", "—", "——", "–", "一", "−"), "可指没有数据，也可指零或没有这一项"),
    **dict.fromkeys(("/", "\\", "／"), "表一里的“/”是本级没有要求，不是没有数据"),
    **dict.fromkeys(("无", "没有", "无此项"), "可指暂无数据，也可指未发现、为零"),
    **dict.fromkeys(("N/A", "NA", "n/a", "null", "None", "nan", "NaN", "?", "？", "*", "缺", "空"), "没有说明为什么没有数"),
}  # fmt: skip
_ABSENCES = {absence.value for absence in Absence} | {"无数据", "缺失", "未测算", "未统计", "未公布"}
_NOT_ASSIGNED = (
    "未下达",
    "无",
    "没有下达",
    "未下达目标",
    "无下达",
    "上级没有下达",
    "上级未下达目标",
    "上级未下达管控目标",
)
_CLASS = re.compile(r"(劣?)(?:(IV|V|I{1,3})|([一二三四五1-5])(?=类))类?(?:水质|水体|水)?")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, **{c: n for n, c in enumerate("一二三四五", 1)}}
_SHAPE = re.compile(
    r"(?P<before>[^\d.,+\-=]*?)\s*(?P<number>[+-]?\d(?:[\d, ]*\d)?(?:\.\d+)?)\s*(?P<after>(?:[^\d\s.,+\-~—–至到或/、和].*)?)"
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_POWER = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_COMPARATORS = {"≥": "≥", "≤": "≤", ">": ">", "<": "<", ">=": "≥", "<=": "≤", "不低于": "≥", "不高于": "≤", "不超过": "≤",
                "高于": ">", "超过": ">", "低于": "<", "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤"}  # fmt: skip


def numeral_complaint(text: str, column: FormColumn, unit: str, wanted: str) -> tuple[str, str]:
    """(what is wrong with ``text``, what would be right). ``text`` has no spaces around it and is neither number nor word
    of the column.
    """
    if column.kind is Kind.TARGET and text in _NOT_ASSIGNED:
        return "", f"“{NOT_ASSIGNED}”"
    if column.kind is Kind.TARGET and text.startswith("任务"):
        return "", "“任务：……”，“任务”后是全角冒号，其后写明任务"
    if text in _MARKS:
        return _MARKS[text], f"{wanted}；{_missing(column)}"
    if text in _ABSENCES and column.kind is Kind.QUANTITY:
        word = f"“{text}”" if text in {a.value for a in Absence if a is not Absence.NOT_FILLED_IN} else "一项"
        return "这是没有数值的原因", f"空；在“缺失原因”里选{word}"
    if text in ("零", "〇"):
        return "汉字", "数 0"
    normal = unicodedata.normalize("NFKC", text)
    if column.kind is not Kind.NUMBER and (found := _CLASS.fullmatch(normal.upper())):
        rank = _ROMAN.get(found[2] or found[3]) or int(found[3])
        if not found[1] or rank == 5:  # 劣Ⅴ is the only 劣
            return "水质类别的写法不同", f"“{found[1]}{'ⅠⅡⅢⅣⅤ'[rank - 1]}”，不写“类”"
    return _number(text, normal, column, unit, wanted)


def _missing(column: FormColumn) -> str:
    if column.kind is Kind.QUANTITY:
        return _ABSENT
    return f"当年没有下达写“{NOT_ASSIGNED}”，不知道时留空" if column.kind is Kind.TARGET else _UNKNOWN


def _number(text: str, normal: str, column: FormColumn, unit: str, wanted: str) -> tuple[str, str]:
    notes = ["全角字符"] if any("\uff01" <= char <= "\uff5e" for char in text) else []
    if _POWER.fullmatch(normal):
        return "，".join([*notes, "文本格式的科学计数法"]), wanted
    shape = _SHAPE.fullmatch(normal)
    if shape is None:
        return "，".join([*notes, "文字"]), wanted
    number, before, after = shape["number"], shape["before"], shape["after"].strip()
    if not _PLAIN.fullmatch(number):
        if not _THOUSANDS.fullmatch(number):
            return "，".join([*notes, "逗号或空格可有两种理解"]), wanted
        notes.append("带千位分隔符")
        number = re.sub("[, ]", "", number)
    number = _trimmed(number)
    rest = ""
    if before:
        notes.append(f"带“{before}”")
        if before not in _COMPARATORS:
            return "，".join(notes), wanted
        if column.kind is not Kind.TARGET:
            return "，".join(
                notes
            ), f"一个确定的数；{_missing(column)}" if column.kind is Kind.QUANTITY else "一个确定的数"
        rest = f"，比较符“{_COMPARATORS[before]}”选在“目标比较符”一列"
    if after:
        told = unit and unit not in ("-", "/")
        fits = told and unicodedata.normalize("NFKC", unit).startswith(after)
        notes.append("带百分号" if after == "%" else f"带{'单位' if fits else '文字'}“{after}”")
        if not fits:
            in_unit = f"按单位“{unit}”填写的" if told and column.field != "benchmark" else ""
            return "，".join(notes), f"{in_unit}数，不写单位和百分号{rest}"
        rest = f"，不写单位{rest}" if after != "%" else f"，不带百分号{rest}"
    if not notes:
        return "文本格式的数字", f"数 {number}：先把单元格格式改为“常规”，再重新键入"
    return "，".join(notes), f"{'半角的' if '全角字符' in notes else ''}数 {number}{rest}"


def _trimmed(number: str) -> str:
    """As a number cell would show it: no plus sign, no leading zeros."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number.lstrip("+"))
    whole, point, part = digits.partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{part}"
