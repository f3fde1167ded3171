"""What was done to the real report since it was issued: every edit is found, and nothing else is reported."""

import csv
import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from conftest import cixi, libreoffice
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.report.contents import issued
from cixi_analysis.report.docx_package import read_report
from cixi_analysis.report.edits import account, comparable, compare
from cixi_analysis.words import EditKind

SEED, EDITS, FILES = 14, 200, 4
TAG, CONTENT, TEXT, PARAGRAPH, ROW = map(qn, ("w:tag", "w:sdtContent", "w:t", "w:p", "w:tr"))


@pytest.fixture
def report(report2022: bytes) -> bytes:
    return report2022


@pytest.fixture(scope="module")
def today(plan: Plan) -> Mapping[str, str]:
    return issued(plan, 2022)


def edited(report: bytes, edit: Callable[[Any], object]) -> bytes:
    """The report after ``edit`` has changed the XML of its document."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(report)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                root = parse_xml(content)
                edit(root)
                content = etree.tostring(root, encoding="UTF-8")
            target.writestr(name, content)
    return made.getvalue()


def key_of(control: Any) -> str:
    return control.find(f".//{TAG}").get(qn("w:val"))


def text_of(control: Any) -> str:
    return "".join(t.text or "" for t in control.iter(TEXT))


def retype(control: Any, text: str) -> None:
    """Another text in place of all that a control holds, in its first run."""
    texts = list(control.iter(TEXT))
    for other in texts[1:]:
        other.text = ""
    texts[0].text = text


# Each edit returns the control's new text, or None where it cannot be made of this text.


def other_digit(text: str, chance: random.Random) -> str | None:
    at = [m.start() for m in re.finditer(r"\d", text)]
    if not at:
        return None
    n = chance.choice(at)
    return text[:n] + chance.choice([d for d in "0123456789" if d != text[n]]) + text[n + 1 :]


def digit_more(text: str, chance: random.Random) -> str | None:
    at = [m.end() for m in re.finditer(r"\d", text)]
    if not at:
        return None
    n = chance.choice(at)
    return text[:n] + chance.choice("123456789") + text[n:]


def digit_less(text: str, chance: random.Random) -> str | None:
    at = [m.start() for m in re.finditer(r"\d", text)]
    return text[: (n := chance.choice(at))] + text[n + 1 :] if at else None


def swapped(text: str, *pairs: tuple[str, str]) -> str | None:
    for one, other in pairs:
        if one in text:
            return text.replace(one, other, 1)
    return None


def verdict(text: str, _: random.Random) -> str | None:
    return swapped(text, ("未达标", "达标"), ("达标", "未达标"), ("无数据", "达标"), ("不适用", "达标"))


def sign(text: str, _: random.Random) -> str | None:
    return swapped(text, ("−", ""), ("≥", "≤"), ("≤", "≥"), ("+", "−"))


def unit(text: str, _: random.Random) -> str | None:
    others = {"个百分点": "%", "%": "‰", "微克": "毫克", "亿元": "万元", "天": "小时", "项": "个"}
    after = re.sub(rf"(?<=\d)({'|'.join(others)})", lambda m: others[m[1]], text, count=1)
    return after if after != text else None


def direction(text: str, _: random.Random) -> str | None:
    return swapped(text, ("不", ""), ("未", ""), ("高", "低"), ("低", "高"), ("改善", "变差"), ("下降", "上升"))


def two_numbers(text: str, _: random.Random) -> str | None:
    found = list(re.finditer(r"\d+(?:\.\d+)?", text))
    if len(found) < 2 or found[0][0] == found[1][0]:
        return None
    (a, b), (c, d) = found[0].span(), found[1].span()
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def retyped(text: str, chance: random.Random) -> str | None:
    return chance.choice(["良好", "100%", "达标。", "另见附件"])


def word_less(text: str, chance: random.Random) -> str | None:
    words = re.findall(r"[\u4e00-\u9fff]{2}", text)
    return text.replace(chance.choice(words), "", 1) if words else None


OF_TEXT = (other_digit, digit_more, digit_less, verdict, sign, unit, direction, two_numbers, retyped)

# Each of these changes what stands around a text; returns what is to be found.


def removed(control: Any) -> tuple[EditKind, ...]:
    control.getparent().remove(control)
    return (EditKind.DELETED,)


def unwrapped(control: Any) -> tuple[EditKind, ...]:
    """Word's command: remove content control."""
    parent, at = control.getparent(), control.getparent().index(control)
    for n, child in enumerate(list(control.find(CONTENT))):
        parent.insert(at + n, child)
    parent.remove(control)
    return (EditKind.UNTAGGED,)


def untagged(control: Any) -> tuple[EditKind, ...]:
    """Tag and bookmark removed: nothing tells what the text was."""
    tag = control.find(f".//{TAG}")
    tag.getparent().remove(tag)
    for mark in [e for e in control.iter() if str(e.tag).endswith(("}bookmarkStart", "}bookmarkEnd"))]:
        mark.getparent().remove(mark)
    return (EditKind.DELETED,)


def hidden(control: Any) -> tuple[EditKind, ...]:
    for run in control.iter(qn("w:r")):
        run.get_or_add_rPr().append(parse_xml(f"<w:vanish {nsdecls('w')}/>"))
    return (EditKind.DELETED,)


def negated(control: Any) -> tuple[EditKind, ...]:
    """A negation typed in front of the control."""
    control.addprevious(parse_xml(f"<w:r {nsdecls('w')}><w:t>不</w:t></w:r>"))
    return (EditKind.CHANGED,)


def digit_after(control: Any) -> tuple[EditKind, ...]:
    """A digit typed behind the control."""
    control.addnext(parse_xml(f"<w:r {nsdecls('w')}><w:t>5</w:t></w:r>"))
    return (EditKind.CHANGED,)


def struck(control: Any) -> tuple[EditKind, ...]:
    for run in control.iter(qn("w:r")):
        run.get_or_add_rPr().append(parse_xml(f"<w:strike {nsdecls('w')}/>"))
    return (EditKind.DELETED,)


def tracked_away(control: Any) -> tuple[EditKind, ...]:
    """Deleted while changes are tracked."""
    for run in list(control.iter(qn("w:r"))):
        mark = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="x"/>')
        run.getparent().replace(run, mark)
        mark.append(run)
    return (EditKind.DELETED,)


def tracked_over(control: Any) -> tuple[EditKind, ...]:
    """Another text typed while changes are tracked."""
    [*_, last] = list(control.iter(qn("w:r")))
    new = parse_xml(
        f'<w:ins {nsdecls("w")} w:id="2" w:author="x"><w:r><w:t>{"999" + text_of(control)}</w:t></w:r></w:ins>'
    )
    last.addnext(new)
    for run in [r for r in control.iter(qn("w:r")) if r.getparent() is not new]:
        mark = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="x"/>')
        run.getparent().replace(run, mark)
        mark.append(run)
    return (EditKind.CHANGED,)


def emptied(control: Any) -> tuple[EditKind, ...]:
    retype(control, "")
    return (EditKind.DELETED,)


OF_CONTROL = (removed, unwrapped, untagged, hidden, struck, tracked_away, tracked_over, emptied, negated, digit_after)
WORDED = (EditKind.CHANGED, EditKind.REWORDED)


def edit_at_random(
    controls: list[Any], done: set[Any], chance: random.Random
) -> list[tuple[str, tuple[EditKind, ...]]]:
    """Make one edit where none was made yet: (key, what it may be found as) of every text that it touches."""
    while True:
        control = chance.choice(controls)
        how = chance.choice([*OF_TEXT, word_less, *OF_CONTROL, "paragraph", "row"])
        around = next(control.iterancestors({"paragraph": PARAGRAPH, "row": ROW}.get(str(how), PARAGRAPH)), None)
        own = list(around.iter(qn("w:sdt"))) if isinstance(how, str) and around is not None else [control]
        if around is None or any(c in done for c in own):
            continue
        keys = [key_of(c) for c in own]
        if isinstance(how, str):
            if how == "paragraph" and around.getparent().tag == qn("w:tc"):
                continue
            around.getparent().remove(around)
            found = [(key, (EditKind.DELETED,)) for key in keys]
        elif how in OF_CONTROL:
            found = [(keys[0], how(control))]
        else:
            before = text_of(control)
            after = how(before, chance)
            if after is None or comparable(after) == comparable(before) or not comparable(after):
                continue
            retype(control, after)
            found = [(keys[0], WORDED if how is word_less else (EditKind.CHANGED,))]
        done.update(own)
        return found


@pytest.mark.slow
@pytest.mark.parametrize("file", range(FILES))
def test_edits_at_random(file: int, plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """Of 200 edits each is found as what it is, and nothing besides."""
    chance, expected = random.Random(f"{SEED}-{file}"), []  # noqa: S311

    def edit(root: Any) -> None:
        controls, done = list(root.iter(qn("w:sdt"))), set()
        controls = [c for c in controls if c.find(f".//{TAG}") is not None]
        for _ in range(EDITS // FILES):
            expected.extend(edit_at_random(controls, done, chance))

    found = list(compare(plan, read_report(edited(report, edit)), today))
    told, asked = {(e.key, e.finding) for e in found}, dict(expected)
    assert not [key for key, kinds in expected if not any((key, kind) in told for kind in kinds)]
    assert not [e for e in found if e.key not in asked or e.finding not in asked[e.key]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "other", "keys"),
    [
        ("项未达标、", "项达标、", {"count.national.unmet", "count.provincial.unmet"}),
        ("国家级适用指标", "省级适用指标", {"count.national.applicable"}),
        ("适用指标", "现在适用的指标一共", set()),
        ("项未达标、", "项未达标（都是约束性指标，到2025年要达标）、", set()),
    ],
)
def test_words_of_the_template(
    text: str, other: str, keys: set[str], plan: Plan, report: bytes, today: Mapping[str, str]
) -> None:
    """What stands around a number says whose it is: changed as well; other words, remarks and further sentences are not reported."""

    def edit(root: Any) -> None:
        [*_, conclusion] = [p for p in root.iter(PARAGRAPH) if text_of(p).startswith("2022年，国家级适用指标")]
        for one in [t for t in conclusion.iter(TEXT) if text in (t.text or "")]:
            one.text = one.text.replace(text, other)
        headline = next(c for c in root.iter(qn("w:sdt")) if key_of(c) == "sentence.headline")
        headline.addnext(parse_xml(f"<w:r {nsdecls('w')}><w:t>其中省级未达标的3项都已列入计划</w:t></w:r>"))

    found = list(compare(plan, read_report(edited(report, edit)), today))
    assert ({e.key for e in found}, {e.finding for e in found} <= {EditKind.CHANGED}) == (keys, True)


@pytest.mark.slow
def test_controls_in_the_place_of_one_another(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """Two numbers cut and pasted between the same words belong to another level; whole clauses may change places."""
    keys = [f"count.{level}.met" for level in plan.levels]

    def conclusion(root: Any) -> tuple[Any, list[Any]]:
        [*_, paragraph] = [p for p in root.iter(PARAGRAPH) if text_of(p).startswith("2022年，国家级适用指标")]
        return paragraph, [next(c for c in paragraph.iter(qn("w:sdt")) if key_of(c) == key) for key in keys]

    def numbers(root: Any) -> None:
        _, (one, other) = conclusion(root)
        place = one.getprevious()
        other.addprevious(one)
        place.addnext(other)

    def clauses(root: Any) -> None:
        paragraph, _ = conclusion(root)
        runs = [one for one in paragraph if one.tag != qn("w:pPr")]
        between, end = (n for n, one in enumerate(runs) if text_of(one).startswith("项无数据"))
        for run in (*runs[between + 1 : end], runs[between], *runs[1:between], runs[end]):
            paragraph.append(run)
        for run, old, new in ((runs[0], "国家级", "省级"), (runs[between], "省级", "2022年，国家级")):
            retype(run, text_of(run).replace(old, new))

    found = list(compare(plan, read_report(edited(report, numbers)), today))
    assert {(e.key, e.finding) for e in found} == {(key, EditKind.CHANGED) for key in keys}
    assert {e.found for e in found} == {"“29”处：39", "“39”处：29"}
    assert list(compare(plan, read_report(edited(report, clauses)), today)) == []


def cells_of(root: Any, key: str) -> list[Any]:
    """The cells of the row in which a text stands first."""
    control = next(c for c in root.iter(qn("w:sdt")) if key_of(c) == key)
    return next(control.iterancestors(ROW)).findall(qn("w:tc"))


def exchanged(cells: list[Any], one: int, other: int) -> None:
    row, places = cells[one].getparent(), [cells[n].getparent().index(cells[n]) for n in (one, other)]
    for n in (one, other):
        row.remove(cells[n])
    row.insert(places[0], cells[other])
    row.insert(places[1], cells[one])


@pytest.mark.slow
def test_cells_under_the_heading_of_another(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """Two verdicts of a row exchanged, or two headings; whole columns with their headings may change places."""
    keys = {f"item.38.verdict.{level}" for level in plan.levels}

    def verdicts(root: Any) -> None:
        exchanged(cells_of(root, "item.38.value.2020"), 8, 10)

    def headings(root: Any) -> None:
        table = next(cells_of(root, "item.38.value.2020")[0].iterancestors(qn("w:tbl")))
        exchanged(table.findall(ROW)[0].findall(qn("w:tc")), 8, 10)

    def columns(root: Any) -> None:
        table = next(cells_of(root, "item.38.value.2020")[0].iterancestors(qn("w:tbl")))
        for row in table.findall(ROW):
            if len(cells := row.findall(qn("w:tc"))) == 12:
                exchanged(cells, 8, 10)

    found = list(compare(plan, read_report(edited(report, verdicts)), today))
    assert {(e.key, e.finding) for e in found} == {(key, EditKind.CHANGED) for key in keys}
    assert {e.found.partition("”")[0] for e in found} == {"“国家级结论", "“省级结论"}
    found = list(compare(plan, read_report(edited(report, headings)), today))
    issued_list = read_report(report).manifest
    assert issued_list
    assert {e.key for e in found} == {one.key for one in issued_list.values if ".verdict." in one.key}
    assert list(compare(plan, read_report(edited(report, columns)), today)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "old", "new", "changed"),
    [
        ("count.national.applicable", "2022年，", "2023年，", True),
        ("count.domain.1.national.applicable", "生态制度领域", "生态经济领域", True),
        ("count.domain.1.national.applicable", "均达标", "均未达标", True),
        ("count.national.met", "项达标、", "项基本达标、", True),
        ("sentence.3.national", "国家级：", "省级：", True),
        ("names.national.no_data", "无数据的指标：", "未达标的指标：", True),
        ("figure.progress.title", "1", "4", False),  # Word's number of the figure
        ("count.national.applicable", "2022年，", "2022年,", False),
        ("item.37.value.2020", "城镇污水处理率", "农村生活污水治理率", True),
        ("item.37.value.2020", "%", "‰", True),
        ("item.37.value.2020", "37", "37.", False),
        ("change.49.after", "49 公众对生态文明建设的满意度", "50 公众对生态文明建设的参与度", True),
        ("category.1.budget", "概算（亿元）", "概算（万元）", True),
        ("change.8.before", "2021年", "2020年", True),
        ("change.8.change", "变化", "变化情况", False),
    ],
)
def test_words_that_say_whose_the_number_is(
    key: str, old: str, new: str, changed: bool, plan: Plan, report: bytes, today: Mapping[str, str]
) -> None:
    """In the sentence before and behind it, in its row and at the head of its column; other words of them are free."""

    def edit(root: Any) -> None:
        control = next(c for c in root.iter(qn("w:sdt")) if key_of(c) == key)
        for kind in ("w:p", "w:tr", "w:tbl"):  # the nearest that has the words
            around = next(control.iterancestors(qn(kind)), None)
            free = [
                t
                for t in (around.iter(TEXT) if around is not None else ())
                if next(t.iterancestors(qn("w:sdt")), None) is None
            ]
            if texts := [t for t in free if (t.text or "") == old] or [t for t in free if old in (t.text or "")]:
                texts[0].text = texts[0].text.replace(old, new, 1)
                return
        raise AssertionError(old)

    found = list(compare(plan, read_report(edited(report, edit)), today))
    assert ({e.finding for e in found}, key in {e.key for e in found}) == (
        {EditKind.CHANGED} if changed else set(),
        changed,
    )


@pytest.mark.slow
def test_columns_of_plain_text_may_move(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """A column of the plan's own words behind the computed ones may stand before them, and one may be deleted."""

    def edit(root: Any) -> None:
        table = next(cells_of(root, "project.1.budget")[0].iterancestors(qn("w:tbl")))
        for row in table.findall(ROW):
            cells = row.findall(qn("w:tc"))
            cells[2].addprevious(cells[6])
            row.remove(cells[3])

    assert list(compare(plan, read_report(edited(report, edit)), today)) == []


def test_rows_that_are_counted(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """A column 序号 that is put before the others."""

    def edit(root: Any) -> None:
        table = next(cells_of(root, "category.1.budget")[0].iterancestors(qn("w:tbl")))
        for number, row in enumerate(table.findall(ROW)):
            first = row.findall(qn("w:tc"))[0]
            first.addprevious(added := deepcopy(first))
            for text in added.iter(TEXT):
                text.text = str(number or "序号")
            for control in list(added.iter(qn("w:sdt"))):
                control.getparent().remove(control)

    assert list(compare(plan, read_report(edited(report, edit)), today)) == []


def restyled(root: Any) -> None:
    """Other fonts, runs cut in two, other marks of the spelling checker, rows coloured."""
    for run in list(root.iter(qn("w:r"))):
        texts = run.findall(TEXT)
        run.get_or_add_rPr().append(parse_xml(f'<w:highlight {nsdecls("w")} w:val="yellow"/>'))
        if len(texts) == 1 and len(text := texts[0].text or "") > 1 and len(run) == 2:
            other = deepcopy(run)
            texts[0].text, other.find(TEXT).text = text[:1], text[1:]
            for one in (texts[0], other.find(TEXT)):
                one.set(qn("xml:space"), "preserve")
            run.addnext(other)
            run.addnext(parse_xml(f'<w:proofErr {nsdecls("w")} w:type="spellStart"/>'))


def reordered(root: Any) -> None:
    """Paragraphs and tables between headings in another order, some in another chapter."""
    body = root.find(qn("w:body"))
    parts = [e for e in body if e.tag != qn("w:sectPr")]
    random.Random(SEED).shuffle(parts)  # noqa: S311
    for part in reversed(parts):
        body.insert(0, part)


def full_width(root: Any) -> None:
    """Half-width digits and signs made full-width, spaces put between."""
    for control in root.iter(qn("w:sdt")):
        for text in control.iter(TEXT):
            text.text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text.text or "").replace(
                "，", "， "
            )


def in_blocks(root: Any) -> None:
    """Paragraphs in content controls of somebody's own."""
    for paragraph in list(root.iter(PARAGRAPH)):
        block = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent/></w:sdt>")
        paragraph.getparent().replace(paragraph, block)
        block.find(CONTENT).append(paragraph)


@pytest.mark.slow
def test_a_raised_digit(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """10 with a raised 5 is another figure than 105."""
    above = f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{{}}</w:t></w:r>'

    def raised(root: Any) -> None:
        control = next(c for c in root.iter(qn("w:sdt")) if re.search(r"\d\d$", text_of(c)))
        text = text_of(control)
        retype(control, text[:-1])
        [*_, last] = control.iter(qn("w:r"))
        last.addnext(parse_xml(above.format(text[-1])))

    (edit,) = compare(plan, read_report(edited(report, raised)), today)
    assert (edit.finding, edit.found) == (EditKind.CHANGED, f"{edit.issued[:-1]}^{edit.issued[-1]}")


@pytest.mark.slow
@pytest.mark.parametrize("change", [lambda _: None, restyled, reordered, full_width, in_blocks])
def test_nothing_is_told_of_what_says_the_same(
    change: Callable[[Any], None], plan: Plan, report: bytes, today: Mapping[str, str]
) -> None:
    """An untouched, a restyled, a reordered file, and one in full-width characters."""
    assert list(compare(plan, read_report(edited(report, change)), today)) == []


@pytest.mark.slow
def test_saved_by_libreoffice(plan: Plan, report: bytes, today: Mapping[str, str], tmp_path: Path) -> None:
    """LibreOffice 7.4 drops the tags and joins controls side by side; the bookmarks tell. An edit is found as before."""

    def edit(root: Any) -> None:
        [control] = [c for c in root.iter(qn("w:sdt")) if key_of(c) == "item.38.status"][:1]
        retype(control, "41.7")

    saved = libreoffice(tmp_path, "docx", {"same.docx": report, "edited.docx": edited(report, edit)})
    same, found = (list(compare(plan, read_report(path.read_bytes()), today)) for path in saved.values())
    assert same == []
    assert [(e.finding, e.key, e.found) for e in found] == [(EditKind.CHANGED, "item.38.status", "41.7")]


@pytest.mark.slow
def test_saved_by_python_docx(plan: Plan, report: bytes, today: Mapping[str, str], tmp_path: Path) -> None:
    """A file read and written again by another program."""
    docx.Document(io.BytesIO(report)).save(str(tmp_path / "r.docx"))
    assert list(compare(plan, read_report((tmp_path / "r.docx").read_bytes()), today)) == []


@pytest.mark.slow
def test_a_report_against_changed_data(plan: Plan, report: bytes, today: Mapping[str, str]) -> None:
    """Just the texts whose data moved are reported, with both texts."""
    rows = tuple(
        row.model_copy(update={"value": "41.7", "statement": "41.7"}) if row.item_id == "38" else row
        for row in plan.observations[2022]
    )
    moved = replace(plan, observations={**plan.observations, 2022: rows})
    now = issued(moved, 2022)
    found = account(moved, report).edits
    shown = {value.key for value in read_report(report).manifest.values}  # type: ignore[union-attr]
    assert {e.finding for e in found} == {EditKind.STALE}
    assert {e.key for e in found} == {key for key in shown if now.get(key) != today[key]}
    assert ("item.38.value", "40.7", "41.7") in {(e.key, e.found, e.today) for e in found}
    assert (
        Counter(e.key for e in found)["item.38.value"]
        == Counter(v.key for v in read_report(report).manifest.values)["item.38.value"]
    )  # type: ignore[union-attr]


@pytest.mark.slow
def test_the_command(report: bytes, tmp_path: Path) -> None:
    """The findings on standard output, their number as a message; exit status 1 for all but a rewording."""
    path, sentence = tmp_path / "r.docx", "农村生活污水治理率40.7%，比要求的50%低9.3个百分点，未达标"

    def edit(root: Any, text: str, key: str) -> None:
        retype(next(c for c in root.iter(qn("w:sdt")) if key_of(c) == key), text)

    def checked(*arguments: str) -> tuple[int, str, str]:
        done = cixi("report", "--check", str(path), *arguments)
        return done.returncode, done.stdout, done.stderr

    path.write_bytes(report)
    status, out, said = checked()
    assert (status, out) == (0, "")
    assert re.fullmatch(r"r\.docx（2022 年）：检查了\d{4}处数字和文字：没有改动，与现有数据一致。\n", said)
    assert checked("--format", "csv")[1] == "finding,key,chapter,place,issued,found,today\n"
    assert json.loads(checked("--format", "json")[1]) == []

    path.write_bytes(edited(report, lambda root: edit(root, f"目前{sentence}", "sentence.38.national")))
    status, out, said = checked("--format", "csv")
    assert status == 0
    [row] = csv.DictReader(io.StringIO(out))
    assert (row["finding"], row["key"], row["issued"], row["found"]) == (
        "reworded", "sentence.38.national", sentence, f"目前{sentence}",
    )  # fmt: skip
    assert said.endswith("改了措辞（数字和结论未变）1处。\n")

    path.write_bytes(edited(report, lambda root: edit(root, sentence.replace("未", ""), "sentence.38.national")))
    status, out, said = checked()
    assert status == 1
    assert out.split()[:5] == ["结果", "章", "位置", "出具时", "文件中"]
    assert "已改动" in out
    assert said.endswith("已改动1处。\n")


@pytest.mark.parametrize(
    "other", [["-o", "a.docx"], ["--overwrite"], ["--template", "a.docx"], ["--write-template", "a.docx"]]
)
def test_the_check_makes_no_report(other: list[str], tmp_path: Path) -> None:
    """The options that make one are refused."""
    done = cixi("report", "--check", str(tmp_path / "r.docx"), *other)
    assert done.returncode == 2
    assert "--check 只能与 --format、--wide 同用" in done.stderr
