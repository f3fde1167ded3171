"""Number formats: a value is taken where the cell shows the number alone; otherwise the cell is refused."""

import random
from functools import partial
from pathlib import Path
from typing import Any

import filling
import pytest
from filling import Edit, edited, packed, told, unpacked, with_shared_strings
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import DataBarRule, Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from test_form_checking import RIGHT, SHEET_PART, blank, plan

from cixi_analysis.form.checking import Checked
from cixi_analysis.form.merging import check_forms
from cixi_analysis.form.number_formats import reads_as, shown_number, shown_text

SHEET = "生态安全"
put, formatted, on = (partial(act, SHEET) for act in (filling.put, filling.formatted, filling.on))

#: (format, value, what is seen or None where it is not one run of digits, whether that is the number alone)
FORMATS: list[tuple[str, float, str | None, bool]] = [
    ('General', 83.3, '83.3', True),
    ('General', 0.3333333333333333, '0.333333333', True),
    ('General', 123456789012, '1.23457E+11', True),
    ('General', 1e-05, '1E-5', True),
    ('0', 83.3, '83', True),
    ('0', -0.3, '-0', True),
    ('0.0', 83.35, '83.4', True),
    ('0.00', -5, '-5.00', True),
    ('#,##0', 1234567, '1,234,567', True),
    ('#,##0.00', 83.3, '83.30', True),
    ('#,##0.00', 1234.5, '1,234.50', True),
    ('0.' + 28 * '0', 5, '5.' + 28 * '0', True),
    ('#', 0, '', False),
    ('#', 5, '5', True),
    ('#.##', 0, '.', False),
    ('.00', 0.5, '.50', True),
    ('0.', 5, '5.', True),
    ('000', 5, '005', True),
    ('0,000', 5, '0,005', False),
    ('??0.0?', 5, '5.0', True),
    ('0.00_ ', 83.3, '83.30 ', True),
    ('0.00_);[Red]\\(0.00\\)', 83.3, '83.30 ', True),
    ('0.00_);[Red]\\(0.00\\)', -83.3, '(83.30)', False),
    ('0_ ;[Red]\\-0\\ ', -83, '-83 ', True),
    ('0.00_ ;[Red]0.00', -83.3, '83.30', False),
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 83.3, '  83.30 ', True),
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', -83.3, '  -83.30 ', True),
    ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', 0, '  - ', False),
    ('_-* #,##0.00_-', -5, '-  5.00 ', True),
    ('@', 83.3, '83.3', True),
    ('@"个"', 83.3, None, False),
    ('0.0;@', 83.3, '83.3', True),
    ('0.0%', 0.833, '83.3%', False),
    ('0%', 83.3, '8330%', False),
    ('%0', 0.5, '%50', False),
    ('0.0"%"', 83.3, '83.3%', False),
    ('0.0\\%', 83.3, '83.3%', False),
    ('0.0‰', 83.3, '83.3‰', False),
    ('0.0"万"', 83.3, '83.3万', False),
    ('0.0万', 83.3, '83.3万', False),
    ('"约"0.0', 83.3, '约83.3', False),
    ('General"约"', 83.3, '83.3约', False),
    ('"≥"0.0', 83.3, '≥83.3', False),
    ('-0.0', 83.3, '-83.3', False),
    ('-0.0', -83.3, '--83.3', False),
    ('+0.0', 83.3, '+83.3', True),
    ('\\+0.0;\\-0.0;0', -83.3, '-83.3', True),
    ('0.0"亿元"', 83.3, '83.3亿元', False),
    ('"暂无数据"', 83.3, '暂无数据', False),
    ('0.0"（初步核算）"', 83.3, '83.3（初步核算）', False),
    (';;;', 83.3, '', False),
    ('0.0;', -5, '', False),
    ('0.0;;', 0, '', False),
    ('0.0;-0.0;', 0, '', False),
    ('0.0;-0.0;"—"', 0, '—', False),
    ('0.0;0.0', -83.3, '83.3', False),
    ('0.0;(0.0)', -83.3, '(83.3)', False),
    ('General;General', -5, '5', False),
    ('0,', 83300, '83', False),
    ('0.0,,', 83300000, '83.3', False),
    ('#,##0,', 83300000, '83,300', False),
    ('0.0,', 83.3, '0.1', False),
    ('0.,', 5, None, False),
    ('0!.0,"万"', 66342, None, False),
    ('0\\.0,"万"', 66342, None, False),
    ('0.00E+00', 83.3, None, False),
    ('##0.0E+0', 83.3, None, False),
    ('# ?/?', 83.5, None, False),
    ('# ??/100', 83.5, None, False),
    ('00-00', 8330, None, False),
    ('0 000', 83300, None, False),
    ('0"."0', 83, None, False),
    ('[Red]0.0', 83.3, '83.3', True),
    ('[Color3]0.0', 83.3, '83.3', True),
    ('[White]0.0', 83.3, None, False),
    ('[Color2]0.0', 83.3, None, False),
    ('[红色]0.0', 83.3, '83.3', True),
    ('[>100]0.0;0.00', 83.3, '83.30', True),
    ('[>100]0.0;0.00', -83.3, None, False),
    ('[>100]0.0', 83.3, None, False),
    ('[>80]"高";0.0', 83.3, '高', False),
    ('[<80]"低";[<100]0.0;"高"', 83.3, '83.3', True),
    ('[=0]"";General', 83.3, '83.3', True),
    ('[=0]"";0.0;-0.0', 83.3, None, False),
    ('[$-804]0.0', 83.3, '83.3', True),
    ('0.0[$-804]', 83.3, None, False),
    ('[$-1E000804]0.0', 83.3, None, False),
    ('[$-407]0.0', 83.3, None, False),
    ('[$¥-804]0.0', 83.3, '¥83.3', False),
    ('¥0.0', 83.3, '¥83.3', False),
    ('$0.0', 83.3, '$83.3', False),
    ('[$-411]0.0', 83.3, '83.3', True),
    ('[DBNum1]0', 83, None, False),
    ('[DBNum2][$-804]General', 83, None, False),
    ('[NatNum1]0', 83, None, False),
    ('e"年"', 45291, None, False),
    ('ggge', 45291, None, False),
    ('aaaa', 45291, None, False),
    ('bbbb', 45291, None, False),
    ('[h]:mm', 1.5, None, False),
    ('yyyy-mm-dd', 45291, None, False),
    ('[$-F800]dddd', 45291, None, False),
    ('* 0.0', 83.3, ' 83.3', True),
    ('*-0.0', 83.3, None, False),
    ('_00.0', 83.3, ' 83.3', True),
    ('\\50', 3, None, False),
    ('0;0;0;0;0', 5, None, False),
    ('', 83.3, '', False),
    ('0.0"', 83.3, None, False),
    ('0.0x', 83.3, None, False),
    ('(0.0)', 83.3, '(83.3)', False),
    ('0.0 ', 83.3, '83.3 ', True),
]  # fmt: skip
#: (format, whether a text is seen as it is)
TEXT_FORMATS = {
    "General": True, "@": True, "0.00": True, "0.00;-0.00": True, '0;-0;"—"': True, "_ @_ ": True, "0;-0;0;@": True,
    '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ': True, ";;": False, ";;;": False, '0;-0;0;"无"': False, "@@": False,
    '@"（初步核算）"': False, '"约"@': False, "@;0": False, "0;[Red]@": True, '0;[Red]@"x"': False, "@年": False,
}  # fmt: skip


@pytest.mark.parametrize(("number_format", "value", "shown", "alone"), FORMATS)
def test_what_a_number_shows(number_format: str, value: float, shown: str | None, alone: bool) -> None:
    """Compared with LibreOffice's own display when this table was made."""
    assert shown_number(float(value), number_format) == shown
    assert (shown is not None and reads_as(shown, float(value))) is alone


@pytest.mark.parametrize("number_format", TEXT_FORMATS)
def test_what_a_text_shows(number_format: str) -> None:
    """Words around a text, its repetition, or nothing instead of it are noticed."""
    assert (shown_text("优良", number_format) == "优良") is TEXT_FORMATS[number_format]


def test_random_formats() -> None:
    """A second, much simpler reading: what is left without padding and colours is digits, or the number is refused."""
    chance = random.Random(11)  # noqa: S311  # no secrets here
    plain = ["0", "0.0", "0.00", "#,##0", "#,##0.0", "General", "??0.0"]
    around = ["_ ", "_)", "\\ ", "[Red]", "[Blue]", "* "]
    odd = '"万" ‰ - ≥ \\5 年 E+00 / e , % @ [DBNum1] [h] [White] $ ! x'.split()
    for _ in range(3000):
        before, middle, after = (chance.choices(around, k=chance.choice((0, 0, 1, 2))) for _ in range(3))
        number_format = "".join([*before, chance.choice(plain), *middle])
        value = chance.choice([5.0, 83.35, 1234.5])
        shown = shown_number(value, number_format)
        assert shown is not None, number_format
        assert reads_as(shown, value), number_format
        spoilt = "".join([*before, chance.choice(odd), number_format, *after])
        shown = shown_number(value, spoilt)
        assert shown is None or not reads_as(shown, value), spoilt


def check(folder: Path, *edits: Edit) -> Checked:
    path = folder / "form.xlsx"
    path.write_bytes(edited(blank(), *edits))
    return check_forms(plan(), [path])


def text_formatted(address: str, text: str, number_format: str) -> Edit:
    def edit(book: Any) -> None:
        book[SHEET][address].value, book[SHEET][address].number_format = text, number_format

    return edit


def rule(**attributes: Any) -> Edit:
    """A conditional format of J3."""
    one = Rule(type="expression", formula=["TRUE"], dxf=DifferentialStyle(**attributes))
    return on(lambda sheet: sheet.conditional_formatting.add("J3:J9", one))


STRUCK = CellRichText("甲", TextBlock(InlineFont(strike=True), "乙"))
BAR = DataBarRule("min", None, "max", None, "638EC6", showValue=False)
_OTHERWISE = "应为数或水质类别（Ⅰ至劣Ⅴ）：先把单元格格式改为“常规”，再重新键入"
_TEXT = "应为文字：先把单元格格式改为“文本”，再重新键入"
_UNSTRUCK = "没有删除线：划掉的删去，不划掉的取消删除线"
_NO_RULE = "条件格式 J3:J9，改变所显示的数或加删除线；应为没有这样的条件格式"
#: (what is done to a form whose row 3 is right, the problems reported)
SEEN: list[tuple[Edit, list[str]]] = [
    (formatted("J3", 83.3, '0.0"万"'), [f"生态安全 J3：现为数 83.3（显示为“83.3万”）；{_OTHERWISE}"]),
    (formatted("J3", 83.3, ";;;"), [f"生态安全 J3：现为数 83.3（显示为空）；{_OTHERWISE}"]),
    (formatted("J3", 83.3, "0.0E+0"), [f"生态安全 J3：现为数 83.3（单元格格式“0.0E+0”改变了显示）；{_OTHERWISE}"]),
    (formatted("J3", 83.3, '0.0"%"'), []),  # the unit is %
    (formatted("J3", 83.3, "#,##0.0_ ;[Red]\\-#,##0.0\\ "), []),
    (lambda book: (put(J4=26, V4="年报")(book), formatted("J4", 26, '0"%"')(book)),
     [f"生态安全 J4：现为数 26（显示为“26%”）；{_OTHERWISE}"]),
    (formatted("W3", 12.5, "0.0"), []),
    (formatted("S3", 12.5, "0"), [f"生态安全 S3：现为数 12.5（显示为“13”）；{_TEXT}"]),
    (formatted("S3", 1 / 3, "General"), [f"生态安全 S3：现为数 0.333333333333（显示为“0.333333333”）；{_TEXT}"]),
    (text_formatted("S3", "优良", '@"（初步核算）"'), [f"生态安全 S3：现为“优良”（显示为“优良（初步核算）”）；{_TEXT}"]),
    (text_formatted("S3", "优良", ";;;"), [f"生态安全 S3：现为“优良”（单元格格式“;;;”改变了显示）；{_TEXT}"]),
    (on(lambda s: (s.__setitem__("J3", 0), setattr(s.sheet_view, "showZeros", False))),
     [f"生态安全 J3：现为数 0（显示为空）；{_OTHERWISE}"]),
    (put(S3=STRUCK), [f"生态安全 S3：现为“甲乙”（其中有字加了删除线）；应为文字，{_UNSTRUCK}"]),
    (put(S3=CellRichText("甲", TextBlock(InlineFont(strike=False), "乙"))), []),
    # A figure raised beside a figure would be read with it; one beside a letter (m³) stays.
    (put(S3=CellRichText("10", TextBlock(InlineFont(vertAlign="superscript"), "5"))),
     ["生态安全 S3：现为“105”（其中有字排成上标或下标）；应为文字，没有上下标，如 10的5次方"]),
    (put(S3=CellRichText("克/m", TextBlock(InlineFont(vertAlign="superscript"), "3"))), []),
    # Refused for their size before what a format of fixed decimals shows is worked out.
    *((formatted("J3", value, "0.00"), [f"生态安全 J3：现为过大或过小的数（{value:g}）；应为数或水质类别（Ⅰ至劣Ⅴ）"]) for value in (1.2e27, 1e300)),
    (on(lambda s: setattr(s["J3"], "font", Font(strike=True))),
     [f"生态安全 J3：现为“83.3”（加了删除线）；应为数或水质类别（Ⅰ至劣Ⅴ），{_UNSTRUCK}"]),
    (on(lambda s: setattr(s["V3"], "font", Font(strike=True))), [f"生态安全 V3：现为“年报”（加了删除线）；应为文字，{_UNSTRUCK}"]),
    (rule(numFmt=NumberFormat(200, '0"万"')), [f"生态安全 J3：现为{_NO_RULE}"]),
    (rule(font=Font(strike=True)), [f"生态安全 J3：现为{_NO_RULE}"]),
    (rule(font=Font(bold=True)), []),
    (on(lambda s: s.conditional_formatting.add("J3:J9", BAR)), [f"生态安全 J3：现为{_NO_RULE}"]),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "problems"), SEEN)
def test_a_cell_that_shows_something_else(edit: Edit, problems: list[str], tmp_path: Path) -> None:
    """Words, signs, nothing, a line through it: the message has both the display and the content of the cell."""
    assert told(check(tmp_path, RIGHT, edit)) == problems


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59), 71])
def test_date_formats_of_east_asian_excel(number: int, tmp_path: Path) -> None:
    """Built-in ids that have no code in the file."""
    parts = unpacked(edited(blank(), RIGHT, formatted("J3", 45291, "0.00%")))
    assert b'numFmtId="10"' in parts["xl/styles.xml"]
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b'numFmtId="10"', b'numFmtId="%d"' % number)
    path = tmp_path / "form.xlsx"
    path.write_bytes(packed(parts))
    expected = "应为数：先把单元格格式改为“常规”，再重新键入"
    assert told(check_forms(plan(), [path])) == [f"生态安全 J3：现为日期或时间（2023-12-31）；{expected}"]


#: (XML of an inline string, the text read from it or None where it is refused)
STRINGS = {
    "<t>优良</t><rPh sb='0' eb='1'><t>ユウ</t></rPh>": "优良",
    "<r><t>优</t></r><r><rPr><b/></rPr><t>良</t></r>": "优良",
    "<r><t>优</t></r><r><rPr><strike val='0'/></rPr><t>良</t></r>": "优良",
    "<r><t>优</t></r><r><rPr><strike/></rPr><t>良</t></r>": None,
    "<r><t>优</t></r><r><rPr><strike val='1'/></rPr><t>良</t></r>": None,
    "<t>_x4F18_良</t>": "优良",
    "<t>_x005F_x4F18_良</t>": "_x4F18_良",
}


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("string", STRINGS)
def test_the_text_of_a_string(string: str, shared: bool, tmp_path: Path) -> None:
    """Phonetic guides are no text; escapes are resolved once; struck runs are refused, shared or in the cell."""
    parts = unpacked(edited(blank(), RIGHT, put(S3="MARK")))
    sheet = parts[SHEET_PART].decode()
    assert "<is><t>MARK</t></is>" in sheet
    parts[SHEET_PART] = sheet.replace("<is><t>MARK</t></is>", f"<is>{string}</is>").encode()
    path = tmp_path / "form.xlsx"
    path.write_bytes(packed(with_shared_strings(parts) if shared else parts))
    checked = check_forms(plan(), [path])
    if STRINGS[string] is None:
        assert [problem.cell for problem in checked.problems] == ["S3"]
        assert "删除线" in checked.problems[0].found
    else:
        assert [(row.statement, told(checked)) for row in checked.rows] == [(STRINGS[string], [])]
