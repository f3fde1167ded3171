"""The plan's text outside Tables 1-3: every quotation is there, and every number of it is accounted for.

The comparison with the text exists only where ``CIXI_PLAN_TEXT`` names it (see ``test_plan_data``).
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from cixi_analysis.analysis.commitments import ledger
from cixi_analysis.analysis.links import every_link
from cixi_analysis.analysis.reconciliation import findings
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Figure
from cixi_analysis.words import AuditResult, Deadline, Entity, Relation, Stated

PLAN_TEXT = os.environ.get("CIXI_PLAN_TEXT")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CHINESE = dict(zip("零一二两三四五六七八九十", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10), strict=True)) | {"消除": 0}


# --- without the text ------------------------------------------------------------------------------------------------


def test_well_over_a_hundred_commitments(plan: Plan) -> None:
    """Every section from 二（五） to 四（二） and the boxes with figures are there."""
    assert len(plan.commitments) > 150
    chapters = {re.split(r"(?<=）)", c.section)[0] for c in plan.commitments}
    assert chapters == {"二（五）", "三（一）", "三（二）", "三（三）", "三（四）", "三（五）", "四（二）"}
    assert {c.box for c in plan.commitments if c.box} >= {f"专栏{n}" for n in (1, 2, 3, 6, 7, 10, 11)}


#: Ids of rows that were no promises; never given again.
WITHDRAWN = {f"C{n:03d}" for n in range(80, 86)}  # management units that exist: they stand in left_out.csv


def test_no_commitment_is_missing(plan: Plan) -> None:
    """Each id once, without a gap but for those withdrawn, so that a missing row is seen. (The order is the text's.)"""
    last = len(plan.commitments) + len(WITHDRAWN)
    ids = sorted(c.commitment_id for c in plan.commitments)
    assert ids == [one for one in (f"C{n:03d}" for n in range(1, last + 1)) if one not in WITHDRAWN]


def test_a_promise_is_no_state_of_affairs(plan: Plan) -> None:
    """What the text tells as done (划定…34个, 已, 现有) is not promised."""
    done = re.compile(r"划定[^，。；]*\d|已[^，。；]*\d|现有|目前|共计1个")
    assert not [c.commitment_id for c in plan.commitments if done.search(c.quotation)]


def _printed(value: str, text: str) -> bool:
    """Whether a number stands in the text as digits, with 万 multiplied out, or as a Chinese numeral."""
    figures = {Decimal(m) for m in _NUMBER.findall(text)}
    figures |= {Decimal(m) * 10000 for m in re.findall(r"(\d+(?:\.\d+)?)万", text)}
    words = {Decimal(number) for word, number in _CHINESE.items() if word in text}
    return Decimal(value) in figures | words


def test_every_stated_figure_stands_in_its_quotation(plan: Plan) -> None:
    """Nothing that is called stated or approximate was worked out by us."""
    rows: list[Commitment | Figure] = [*plan.commitments, *plan.background]
    for row in rows:
        for value in (row.value, getattr(row, "value_to", None)):
            if value is not None and row.stated is not Stated.IMPLIED:
                assert _printed(value, row.quotation), row


def test_what_is_implied(plan: Plan) -> None:
    """An implied figure follows from words: all of it (100), no growth (0), the one thing that is named (1); a slogan in
    quotation marks (“动态清零”) gives none.
    """
    words = {
        "100": "全覆盖|覆盖全|全|均|所有|应接尽接|应改尽改|全域",
        "0": "不再增长|负增长",
        "1": "做强商贸服务千亿级产业",
    }
    for row in plan.commitments:
        if row.stated in (Stated.IMPLIED, Stated.APPROXIMATE) and row.value in words:
            bare = re.sub("“[^”]*”", "", row.quotation)
            assert re.search(words[row.value] if row.stated is Stated.IMPLIED else "消除", bare), row


def test_what_the_plan_calls_approximate(plan: Plan) -> None:
    """左右 and 约 stay approximate, and nothing else is."""
    for row in plan.commitments:
        if row.stated is Stated.APPROXIMATE:
            assert re.search("左右|约|近|基本|趋", row.quotation), row
    approximate = {c.metric for c in plan.commitments if c.stated is Stated.APPROXIMATE}
    assert any("典范村" in metric for metric in approximate)
    assert any("特色村" in metric for metric in approximate)


@pytest.mark.parametrize(
    "label", ["12113", "1115N", "3+N", "135", "科技创新2025", "329国道", "九个100%", "2.0版", "8号炉", "P≤1年"]
)
def test_labels_are_no_numbers(plan: Plan, label: str) -> None:
    """What looks like a number and is a name is on the list of what was left out, and no commitment has it as its value."""
    assert any(label in row.quotation for row in plan.left_out), label
    digits = _NUMBER.findall(label)
    for row in plan.commitments:
        if label in row.quotation:
            assert row.value not in digits, row


#: metric words → (comparator, value, unit, end year), as a careful reader would read the plan
KNOWN = [
    ("调水量", "全市", "≥", "2.4", "亿方/年", 2025),
    ("修复措施覆盖率", "全市", "≥", "80", "%", 2025),
    ("修复措施覆盖率", "中心城区", "≥", "85", "%", 2025),
    ("水面率", "围垦区", "≥", "12", "%", None),
    ("氢燃料电池汽车", "全市", ">", "50", "台", 2025),
    ("天然气中压管道", "全市", ">", "900", "公里", 2025),
    ("用水总量", "全市", "≤", "3.55", "亿立方米", 2025),
    ("农田灌溉水有效利用系数", "全市", "≥", "0.64", None, 2025),
    ("M站", "全市", "=", "18", "个", 2030),
    ("接户率", None, "≥", "80", "%", 2025),
    ("低价值可回收物回收率", "全市", "≥", "40", "%", 2023),
    ("低价值可回收物回收率", "全市", "≥", "90", "%", 2025),
    ("现代化美丽城镇", "全市", "=", "14", "个", 2027),
    ("海绵城市", "中心城区", "≥", "80", "%", 2030),
    ("病死动物无害化处理率", "全市", "≥", "98", "%", 2025),
]


@pytest.mark.parametrize(("words", "scope", "comparator", "value", "unit", "end"), KNOWN)
def test_known_commitments(
    plan: Plan, words: str, scope: str | None, comparator: str, value: str, unit: str | None, end: int | None
) -> None:
    """Some of the promises, typed from the text a third time."""
    found = [
        c for c in plan.commitments
        if words in c.metric and (scope is None or scope in c.scope) and (c.comparator, c.value, c.end_year) == (comparator, value, end)
    ]  # fmt: skip
    assert found, [c for c in plan.commitments if words in c.metric]
    assert unit is None or any(c.unit == unit for c in found), found


def test_every_finding_has_a_reason_and_two_places(plan: Plan) -> None:
    """The audit's three results all occur, and the well-known sums agree by computing."""
    table = findings(plan)
    assert set(table["result"]) == {result.value for result in AuditResult}
    sums = dict(zip(table["check"], table["result"], strict=True))
    for check in (
        "34 = 7 + 26 + 1",
        "230 = 130 + 100",
        "393 = 244 + 79 + 70",
        "1.17 = 0.85 + 0.32",
        "8.50 = 4.5 + 4.0",
    ):
        assert sums.get(check) == "agrees", check


def test_a_finding_has_the_grade_of_its_words(plan: Plan) -> None:
    """不一致 only where both places cannot hold as written: not where one counts what is new (新培育, 安装) and the other
    all there is. Two deadlines are the same year only where both say 到, or both 以前, or both 以后.
    """
    for row in findings(plan).itertuples():
        places = row.quotation_a, row.quotation_b
        if row.result == AuditResult.CONTRADICTS:
            assert len({bool(re.search("新(培育|建|增)|安装", text)) for text in places}) == 1, row.audit_id
        if years := re.fullmatch(r"(20\d\d) = \1", row.check):
            said = {m[1] for text in places for m in re.finditer(rf"{years[1]}年?(前|以前|后|以后)?", text)}
            assert len({(word or "").removeprefix("以") for word in said}) == 1, row.audit_id


def test_one_value_for_two_rates_is_a_finding(plan: Plan) -> None:
    """Where the levels measure different things and one value is printed for both, the audit says so."""
    found = {link.to_id for link in plan.links if link.from_kind is Entity.FINDING}
    texts = {row.audit_id: row.quotation_a + row.quotation_b for row in plan.audit}
    for item in plan.items:
        names, row = plan.names(item), plan.observation(item.item_id, 2022, plan.levels[0])
        if len(names) > 1 and row is not None and row.value is not None:
            assert item.item_id in found
            assert any(all(name in text for name in names) for text in texts.values()), item.item_id


def test_links_say_no_more_than_the_plan(plan: Plan) -> None:
    """The same quantity of two commitments has one value and one scope; a link to a project quotes the project's words,
    and is no same quantity where the project only begins what is promised; no reason guesses.
    """
    for link in plan.links:
        assert not re.search("才算|之名|想必|大概|应当是", link.reason), link
        if link.from_kind is not Entity.COMMITMENT:
            continue
        promise = plan.commitment(link.from_id)
        if link.to_kind is Entity.COMMITMENT:
            other = plan.commitment(link.to_id)
            assert (promise.value, promise.unit) == (other.value, other.unit)
            assert promise.scope in other.scope or other.scope in promise.scope, link
        elif link.to_kind is Entity.PROJECT:
            project = plan.project(int(link.to_id))
            assert any(words in project.name + project.content for words in _quoted(link.reason)), link
            only_begun = re.search("启动|适时", project.content) and not re.search("启动|适时", promise.quotation)
            assert link.relation is not Relation.SAME_QUANTITY or not only_begun, link


def _quoted(reason: str) -> list[str]:
    """The quotations of a sentence; one may hold another."""
    return re.findall("“((?:[^“”]|“[^“”]*”)*)”", reason)


def test_links_name_each_side_and_a_reason(plan: Plan) -> None:
    """No link without a sentence; no project is linked to everything."""
    assert all(len(link.reason) >= 6 for link in plan.links)
    table = every_link(plan)
    judged = table[(table["from_kind"] == Entity.PROJECT) & (table["to_kind"] == Entity.ITEM)]
    assert judged.groupby("from_id").size().max() <= 6


def test_the_ledger_of_the_real_plan(plan: Plan) -> None:
    """Every commitment has one place in the calendar; most of those with a deadline fall due in 2025."""
    table = ledger(plan, 2025)
    assert len(table) == len(plan.commitments)
    assert (table["due"] == "due").sum() > 60
    assert (ledger(plan, 2022)["state"].isna()).all()


# --- with the text ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text with the section and box it stands in."""

    section: str
    box: str
    text: str
    #: below the title of Table 1, 2 or 3, which ends its section
    of_a_table: bool


def paragraphs(lines: list[str]) -> Iterator[Paragraph]:
    """The text's paragraphs; headings and titles of boxes are no paragraphs. A box ends at a blank line after its body."""
    parts = ["", "", "", ""]
    box, begun, table = "", False, False
    headings = (r"([一二三四五])、.{2,14}", r"(（[一二三四五六]）).{2,20}", r"(\d)\.\D[^。]{1,24}", r"(（\d）).{2,24}")
    for line in lines:
        bare = re.sub(r"\[bookmark: [^\]]*\]", "", line).rstrip("\r")
        text = bare.replace("\t", "").strip()
        level = next((n for n, form in enumerate(headings) if re.fullmatch(form, text)), None)
        if not text:
            box, begun = ("", False) if begun else (box, begun)
        elif level is not None and (level == 3 or not bare.startswith("\t")):
            parts[level] = re.fullmatch(headings[level], text)[1]  # type: ignore[index]  # it matched above
            parts[level + 1 :] = [""] * (3 - level)
            table = False
        elif title := re.fullmatch(r"(专栏\d+)\s*\D.*", text):
            box, begun = title[1], False
        else:
            begun = bool(box)
            table |= re.match(r"表[一二三]\s", text) is not None
            yield Paragraph("".join(parts), box, text, table)


@pytest.fixture(scope="module")
def text() -> list[Paragraph]:
    assert PLAN_TEXT is not None
    return list(paragraphs(Path(PLAN_TEXT).read_text(encoding="utf-8-sig").splitlines()))


if PLAN_TEXT is not None:

    def test_quotations_stand_in_their_section(plan: Plan, text: list[Paragraph]) -> None:
        """Commitments, background figures and what was left out are quoted from the section and box they name."""
        for row in (*plan.commitments, *plan.background, *plan.left_out):
            place = row.section, getattr(row, "box", None) or ""
            assert any((p.section, p.box) == place and row.quotation in p.text for p in text), row

    def test_commitments_are_in_the_order_of_the_text(plan: Plan, text: list[Paragraph]) -> None:
        """A commitment stands where its quotation ends, or later."""
        last = (0, 0)
        for row in plan.commitments:
            at, paragraph = next(
                (n, p) for n, p in enumerate(text)
                if (p.section, p.box) == (row.section, row.box or "") and row.quotation in p.text
            )  # fmt: skip
            here = at, paragraph.text.index(row.quotation) + len(row.quotation)
            assert here >= last, row
            last = here

    def test_a_deadline_governs_its_sentence(plan: Plan, text: list[Paragraph]) -> None:
        """The last year of a sentence up to the promise is its deadline, with its 到, 起, 前 or 后; a paragraph that begins
        with a year is under it as a whole, the near-term objectives (近期目标) under the first target year.
        """
        form = re.compile(r"(20\d\d)年(底|以前|前|以后|后|起)?")
        modes = {"前": Deadline.BEFORE, "后": Deadline.AFTER, "起": Deadline.FROM}
        for row in plan.commitments:
            place = next(
                p for p in text if (p.section, p.box) == (row.section, row.box or "") and row.quotation in p.text
            )
            end = place.text.index(row.quotation) + len(row.quotation)
            found = [*form.finditer(place.text, place.text.rfind("。", 0, end - 1) + 1, end)]
            found = found or [m for m in form.finditer(place.text) if m.start() < 2]
            near = plan.frame.target_years[0] if row.section == "二（五）2（1）" else None
            mode, year = (Deadline.BY, near) if near else (None, None)
            if found:
                mode, year = modes.get((found[-1][2] or "底")[-1], Deadline.BY), int(found[-1][1])
            assert (row.mode, row.end_year or row.start_year) == (mode, year), row

    def test_the_near_term_objectives_are_complete(plan: Plan, text: list[Paragraph]) -> None:
        """Every indicator of Table 1, and every pattern in quotation marks to be formed, that 近期目标 names is promised."""
        section = "二（五）2（1）"
        whole = "".join(p.text for p in text if p.section == section)
        promised = "".join(c.quotation for c in plan.commitments if c.section == section)
        names = {n for item in plan.items for n in (item.indicator_name, item.name)} | set(
            re.findall("形成(“[^”]+”)", whole)
        )
        named = [name for name in names if name in whole]
        assert len(named) > 10
        assert [name for name in named if name not in promised] == []

    def test_reasons_of_links_quote_the_plan(plan: Plan) -> None:
        """What stands in quotation marks in a link's reason are the plan's words."""
        assert PLAN_TEXT is not None
        whole = re.sub(r"\[bookmark: [^\]]*\]|\s", "", Path(PLAN_TEXT).read_text(encoding="utf-8-sig"))
        for link in plan.links:
            for words in _quoted(link.reason):
                assert re.sub(r"\s", "", words) in whole, link

    def test_counts_in_chinese_numerals_are_accounted_for(plan: Plan, text: list[Paragraph]) -> None:
        """两大产业, 三条红线, 四、五期, 二级: quoted by a commitment or left out with a reason. (一 mostly counts nothing.)"""
        form = re.compile("[二三四五六七八九十两]+(?:、[二三四五六七八九十]+)?(?=大|个|条|座|期|级|类|家)")
        own = [p for p in text if re.match(r"二（五）|三|四（二）", p.section) and not p.of_a_table]
        missing = []
        for paragraph in own:
            for found in form.finditer(paragraph.text):
                rows = [
                    row for row in (*plan.commitments, *plan.left_out)
                    if (row.section, row.box or "") == (paragraph.section, paragraph.box)
                    and any(q.start() <= found.start() and found.end() <= q.end()
                            for q in re.finditer(re.escape(row.quotation), paragraph.text))
                ]  # fmt: skip
                if not rows:
                    missing.append(
                        f"{paragraph.section} {paragraph.box} {paragraph.text[found.start() - 6 : found.end() + 6]}"
                    )
        assert not missing, "\n".join(missing)

    def test_every_number_of_the_text_is_accounted_for(plan: Plan, text: list[Paragraph]) -> None:
        """二（五） to 四: a figure of a commitment, a figure the plan printed of its tables, or left out with a reason."""
        printed = {Decimal(m) for row in plan.published for m in _NUMBER.findall(row.stated)}
        narrative = [p for p in text if re.match(r"二（五）|二（六）|三|四（", p.section) and not p.of_a_table]
        assert len(narrative) > 100
        of_the_tables = [p for p in narrative if re.match(r"二（六）|四（一）", p.section)]
        others = [p for p in narrative if p not in of_the_tables]
        missing = [*_unaccounted(plan, others, set()), *_unaccounted(plan, of_the_tables, printed)]
        assert not missing, "\n".join(missing)

    def test_every_number_of_the_background_is_accounted_for(plan: Plan, text: list[Paragraph]) -> None:
        """一（一）: a value or year of a background figure, or left out with a reason."""
        missing = list(_unaccounted(plan, [p for p in text if p.section.startswith("一（一）")], set()))
        assert not missing, "\n".join(missing)

    def test_the_audit_quotes_the_plan(plan: Plan) -> None:
        """Both quotations of every finding are the plan's words, with the line breaks of a table's cell."""
        assert PLAN_TEXT is not None
        whole = Path(PLAN_TEXT).read_text(encoding="utf-8-sig")
        flat = re.sub(r"\[bookmark: [^\]]*\]|\r", "", whole)
        for row in plan.audit:
            for quotation in (row.quotation_a, row.quotation_b):
                assert quotation in flat, row

    def _unaccounted(plan: Plan, own: list[Paragraph], printed: set[Decimal]) -> Iterator[str]:
        for paragraph in own:
            for found in _NUMBER.finditer(paragraph.text):
                if Decimal(found[0]) not in printed and not _accounted(plan, paragraph, found):
                    around = paragraph.text[max(0, found.start() - 12) : found.end() + 12]
                    yield f"{paragraph.section} {paragraph.box} {found[0]}：{around}"

    def _accounted(plan: Plan, paragraph: Paragraph, found: re.Match[str]) -> bool:
        """Whether a row quotes this very place, and has this very number."""
        value = Decimal(found[0]) * (10000 if paragraph.text[found.end() : found.end() + 1] == "万" else 1)
        for row in (*plan.commitments, *plan.background, *plan.left_out):
            if (row.section, getattr(row, "box", None) or "") != (paragraph.section, paragraph.box):
                continue
            own = [getattr(row, name, None) for name in ("value", "value_to", "figure")]
            own += [getattr(row, name, None) for name in ("start_year", "end_year", "year", "award_year", "rated_year")]
            numbers = {Decimal(m) for cell in own if cell is not None for m in _NUMBER.findall(str(cell))}
            if numbers & {value, Decimal(found[0])} and any(
                q.start() <= found.start() and found.end() <= q.end()
                for q in re.finditer(re.escape(row.quotation), paragraph.text)
            ):
                return True
        return False
