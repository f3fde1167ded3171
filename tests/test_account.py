"""A report held to account, on files written by hand: findings, places, refusals."""

from collections.abc import Mapping

import pytest
from tiny import TITLE, tiny_plan
from word_files import bookmark, control, manifest, package, paragraph, relations, run, table

from cixi_analysis.errors import UnknownYear
from cixi_analysis.report.contents import issued
from cixi_analysis.report.edits import account
from cixi_analysis.report.issue import ReportError

PLAN = tiny_plan()
TODAY = issued(PLAN, 2022)
VALUE, VERDICT, SENTENCE = "item.2.1.value", "indicator.2.verdict.national", "sentence.2.2.provincial"
KEYS = [VALUE, VERDICT, SENTENCE, VALUE]


def text(key: str) -> str:
    return TODAY[key]


def body(texts: Mapping[int, str] | None = None, left_out: tuple[int, ...] = ()) -> list[str]:
    """A chapter with the values of ``KEYS``; ``texts``: other content, by number."""
    content = [(texts or {}).get(n, text(key)) for n, key in enumerate(KEYS)]
    shown = ["" if n in left_out else control(key, content[n], n) for n, key in enumerate(KEYS)]
    return [
        paragraph("一、概况", style="1"),
        paragraph("现状为", shown[0], "，", shown[1]),
        paragraph(shown[2]),
        table([paragraph("序号"), paragraph("值")], [paragraph("2①"), paragraph(shown[3])]),
    ]


def found(content: bytes, year: int | None = None) -> list[tuple[str, str, str]]:
    """Finding, key, place of each."""
    return [(str(e.finding), e.key, e.place) for e in account(PLAN, content, year).edits]


def report(*parts: str, title: str = PLAN.frame.title, year: object = 2022, version: int = 2) -> bytes:
    return package(*parts, issued=manifest([(key, text(key)) for key in KEYS], title, year, version))


def test_nothing_was_done() -> None:
    """An untouched report passes; the number of texts is reported."""
    made = account(PLAN, report(*body()))
    assert (made.edits, made.passed, made.checked, made.year, made.note) == ((), True, 4, 2022, "")


def test_an_edit_has_the_text_issued_found_and_of_today() -> None:
    """All that a reader needs to put it right."""
    [edit] = account(PLAN, report(*body({0: "85"}))).edits
    assert edit.__dict__ == {
        "finding": "changed", "key": VALUE, "chapter": "一、概况", "place": "第1段“现状为85，达标”",
        "issued": "86", "found": "85", "today": "86",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (body({1: "未达标"}), [("changed", VERDICT, "第1段“现状为86，未达标”")]),
        (body({3: "8.6"}), [("changed", VALUE, "表1第2行“2①”第2列")]),
        (body({2: text(SENTENCE).replace("，", "；")}), [("reworded", SENTENCE, f"第2段“{text(SENTENCE)[:14].replace('，', '；')}……”")]),
        (body(left_out=(0,)), [("deleted", VALUE, "原在开头")]),
        (body(left_out=(3,)), [("deleted", VALUE, f"原在第2段“{text(SENTENCE)[:14]}……”之后")]),
        (body(left_out=(0, 3)), [("deleted", VALUE, "原在开头"), ("deleted", VALUE, f"原在第2段“{text(SENTENCE)[:14]}……”之后")]),
        ([*body(left_out=(3,)), paragraph("值", bookmark(3, run("86")))], [("untagged", VALUE, "第3段“值86”")]),
        ([*body(left_out=(3,)), paragraph("值", bookmark(3, run("85")))], [("untagged", VALUE, "第3段“值85”"), ("changed", VALUE, "第3段“值85”")]),
        ([*body(), paragraph("又", control("item.99.value", "1"))], [("added", "item.99.value", "第3段“又1”")]),
        ([*body(), paragraph("又", control(VALUE, "86"))], []),  # copied
        ([*body(), paragraph("又", control(VALUE, "68"))], [("changed", VALUE, "第3段“又68”")]),
        ([*body(), paragraph("又", control("bureau", "某局"))], []),  # somebody's own control
        ([*body(left_out=(3,)), paragraph("又", control("x", "86", 3))], []),  # the bookmark tells
    ],
)  # fmt: skip
def test_findings(parts: list[str], expected: list[tuple[str, str, str]]) -> None:
    """Each kind of finding, with its place."""
    assert found(report(*parts)) == expected


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("为", "，", None), ("共计", "；", None), ("", "", None), ("不是", "，", "现状不是达标"), ("为未", "，", "现状为未达标"), ("为未 ", "，", "现状为未 达标"),
        ("为约", "", "现状为约达标"), ("3", "", "现状3达标"), ("为", "%", "现状为达标%"), ("为", "5，", "现状为达标5"),
        ("未变，为", "，", None), ("为", "（升3项）", None), ("在省级为", "", "现状在省级为达标"), ("为", "或未达标", "现状为达标或未达标"),
    ],
)  # fmt: skip
def test_what_is_typed_beside_a_control(before: str, after: str, shown: str | None) -> None:
    """A negation, number, verdict or level in its clause changes what it says; another clause does not."""
    listed = manifest([(VERDICT, "达标")], PLAN.frame.title).replace("<value ", '<value before="现状" ')
    made = package(paragraph("现状", before, control(VERDICT, "达标", 0), after), issued=listed)
    assert [e.found for e in account(PLAN, made).edits] == ([shown] if shown else [])


def test_what_stood_beside_a_control_when_it_was_issued() -> None:
    """A template may put a sign in front of a value."""
    listed = manifest([(VALUE, "86")], PLAN.frame.title).replace("<value ", '<value before="值≥" after="%" ')
    made = [
        package(paragraph(sign, control(VALUE, "86", 0), "%"), issued=listed) for sign in ("现值≥", "≥", "≤", "比≥")
    ]
    assert [[e.found for e in account(PLAN, one).edits] for one in made] == [[], [], ["≤86%"], []]


def test_a_text_in_the_row_of_another() -> None:
    """Two texts put in each other's place are reported, a row moved, renamed or numbered as a whole is not."""
    keys = ("item.2.1.value", "item.2.2.value")
    listed = manifest([(key, TODAY[key]) for key in keys], PLAN.frame.title)
    for key, label in zip(keys, ("2①", "2②"), strict=True):
        listed = listed.replace(f'"{key}"', f'"{key}" row="{label}"')

    def rows(*rows: tuple[str, int]) -> list[tuple[str, str]]:
        cells = [[paragraph(label), paragraph(control(keys[n], TODAY[keys[n]], n))] for label, n in rows]
        return [(e.key, e.found) for e in account(PLAN, package(table(*cells), issued=listed)).edits]

    assert rows(("2①", 0), ("2②", 1)) == rows(("2②", 1), ("2①", 0)) == rows(("一", 0), ("二", 1)) == []
    assert rows(("2①", 1), ("2②", 0)) == [
        (key, f"“{label}”：{TODAY[key]}") for key, label in zip(keys[::-1], ("2①", "2②"), strict=True)
    ]


def test_only_a_rewording_passes() -> None:
    """A sentence that keeps what it states is noted and does not fail; all else does."""
    worded = text(SENTENCE).replace("，", "；")
    assert [account(PLAN, report(*body({2: t}))).passed for t in (worded, "达标。")] == [True, False]
    assert not account(PLAN, report(*body(left_out=(1,)))).passed


def test_what_is_typed_behind_a_sentence_is_shown() -> None:
    """A digit right behind a text that ends in 。 changes it; the rest of that sentence does not."""
    listed = manifest([(VERDICT, "达标。")], PLAN.frame.title)
    for after, shown in (("5", ["达标。5"]), ("未完待续", [])):
        made = package(paragraph(control(VERDICT, "达标。", 0), after), issued=listed)
        assert [e.found for e in account(PLAN, made).edits if str(e.finding) == "changed"] == shown


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("86", "86", []),
        ("84", "84", ["stale"]),  # issued from other data, and left
        ("84", "86", ["changed"]),  # brought up to date by hand
        ("84", "85", ["changed", "stale"]),
        ("86", "85", ["changed"]),  # the data did not move
    ],
)
def test_stale(was: str, now: str, expected: list[str]) -> None:
    """A text that is not that of today's data, and not only because it was edited."""
    made = package(paragraph(control(VALUE, now)), issued=manifest([(VALUE, was)], PLAN.frame.title))
    assert [str(e.finding) for e in account(PLAN, made).edits] == expected


def test_a_key_that_today_does_not_have() -> None:
    """What cannot be shown any more agrees with nothing."""
    made = package(
        paragraph(control("item.99.value", "1")), issued=manifest([("item.99.value", "1")], PLAN.frame.title)
    )
    assert [(str(e.finding), e.today) for e in account(PLAN, made).edits] == [("stale", "")]


def test_without_a_manifest() -> None:
    """Compared with today's data only, if the year is named."""
    made = account(PLAN, package(*body({0: "85"}, left_out=(3,))), 2022)
    assert [(str(e.finding), e.key, e.issued, e.found, e.today) for e in made.edits] == [
        ("stale", VALUE, "", "85", "86")
    ]
    assert made.note == "其中没有出具时的清单（可能被保存它的程序丢掉）：只与现有数据比较，看不出改动和删去了什么。"


@pytest.mark.parametrize(
    ("content", "year", "message"),
    [
        (report(*body(), title="《大县规划》"), None, f"这是《大县规划》的报告，不是{TITLE}的。"),
        (report(*body()), 2021, "这是 2022 年的报告，不是 2021 年的。"),
        (report(*body(), version=1), None, "这份报告的出具清单是另一种版式，请用生成它的那一版程序检查。"),
        (report(*body(), year="²"), None, "这份报告的出具清单是另一种版式，请用生成它的那一版程序检查。"),
        (package(*body()), None, "其中没有出具时的清单，看不出是哪一年的报告。请写明年份，只与现有数据比较：cixi report 年份 --check 文件名"),
        (
            package(paragraph("别的文件", bookmark(1, run("2")))), 2022,
            "这不是 cixi report 生成的报告：其中没有出具清单，也没有带标记的数字和文字。也可能它曾另存为别的格式（如 .odt、.doc），标记因此丢失。",
        ),
        (package(more={"_rels/.rels": "<a/>"}), None, "文件已损坏（其中的 XML 不完整），请在 Word 或 WPS 中打开并重新保存。"),
    ],
)  # fmt: skip
def test_what_is_no_report_of_this_plan(content: bytes, year: int | None, message: str) -> None:
    """Refused with the reason."""
    with pytest.raises(ReportError) as refused:
        account(PLAN, content, year)
    assert str(refused.value) == message


def test_a_year_without_data() -> None:
    """As everywhere."""
    with pytest.raises(UnknownYear):
        account(PLAN, report(*body(), year=2024))


def test_two_manifests() -> None:
    """The same one twice is one; two different ones are refused."""
    one, other = (manifest([(VALUE, t)], PLAN.frame.title) for t in ("86", "84"))
    rels = relations(
        {"styles.xml": "styles", "../customXml/item1.xml": "customXml", "../customXml/item2.xml": "customXml"}
    )
    made = [
        package(paragraph(control(VALUE, "86")), issued=one, more={"customXml/item2.xml": second, "word/_rels/document.xml.rels": rels})
        for second in (one, other)
    ]  # fmt: skip
    assert account(PLAN, made[0]).edits == ()
    with pytest.raises(ReportError, match="有几份不同的出具清单"):
        account(PLAN, made[1])
