"""The self-assessment report in Word: what it says, that each value is tagged, and that nothing else decides its bytes."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import vl_convert
from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from report_template import TARGET, made
from tiny import frame, observation, tiny_plan

from cixi_analysis.analysis.actions import Urgency, actions
from cixi_analysis.assessment import tally
from cixi_analysis.export import Figures
from cixi_analysis.plan import DATE_VARIABLE
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.report import ReportError, attach_report, issued, report_bytes, write_report
from cixi_analysis.report.contents import changes_of, contents
from cixi_analysis.report.issue import NAMESPACE
from cixi_analysis.words import Stage, Status, Verdict


def controls(content: bytes) -> list[tuple[str, str]]:
    """(key, text) of every content control, in the document's order."""
    found = []
    for control in Document(io.BytesIO(content)).element.body.iter(qn("w:sdt")):
        texts = [t.text if t.tag == qn("w:t") else "\n" for t in control.iter(qn("w:t"), qn("w:br"))]
        found.append((control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")), "".join(texts)))
    return found


def text_of(content: bytes) -> str:
    return "\n".join(
        "".join(t.text or "" for t in p.iter(qn("w:t")))
        for p in Document(io.BytesIO(content)).element.body.iter(qn("w:p"))
    )


@pytest.mark.slow
def test_the_template_is_the_one_that_is_made() -> None:
    """``python -m tests.report_template`` has been run since the last change."""
    parts = []
    for content in (TARGET.read_bytes(), made()):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts.append({name: package.read(name) for name in package.namelist()})
    assert parts[0] == parts[1]


def test_everything_is_in_the_report(plan: Plan, report2022: bytes) -> None:
    """69 items with their statuses, 47 projects with contents and units, all chapters, no placeholder."""
    text = text_of(report2022)
    missing = [i.item_id for i in plan.items if not all(name in text for name in (i.label, i.name))]
    missing += [p.number for p in plan.projects if not all(t in text for t in (p.name, p.content, p.units, p.years))]
    assert (len(plan.items), len(plan.projects), missing) == (69, 47, [])
    chapters = [
        "概况",
        "评估依据与方法",
        "指标完成情况",
        "分领域分析",
        "未达标、无数据与整改",
        "重点工程进展",
        "与上年变化",
        "结论",
    ]
    chapters += ["附表一　", "附表二　", "附表三　", "佐证材料目录"]
    headings = [p.text for p in Document(io.BytesIO(report2022)).paragraphs if p.style.name == "Heading 1"]
    assert [h[: len(c)] for h, c in zip(headings, chapters, strict=True)] == chapters
    assert not re.search("[{}\ue000-\ue003]", text)


def test_values_are_those_of_the_workbook(plan: Plan, report2022: bytes) -> None:
    """Counts and verdicts are those of the exported figures, wherever they stand."""
    figures, shown = Figures(plan, 2022), dict(controls(report2022))
    for row in tally(figures.assessment).itertuples():
        counts = {name: str(getattr(row, name)) for name in ("applicable", "met", "unmet", "no_data")}
        assert {name: shown[f"count.{row.level}.{name}"] for name in counts} == counts
    for row in figures.assessment.items.itertuples():
        word = "/" if row.verdict == Verdict.NOT_APPLICABLE else Verdict(row.verdict).chinese
        assert shown[f"item.{row.item_id}.verdict.{row.level}"] == word
    for row in plan.observations[2022]:
        if row.value is not None and row.level is None:
            assert row.value in shown[f"item.{row.item_id}.value"].replace(",", "")


@pytest.mark.slow
def test_every_value_is_tagged_as_issued(plan: Plan, report2022: bytes) -> None:
    """A control's text is the value of its key, and the manifest has the same, in the same order."""
    known, shown = issued(plan, 2022), controls(report2022)
    assert [(key, known[key]) for key, _ in shown] == shown
    with zipfile.ZipFile(io.BytesIO(report2022)) as package:
        parts = [package.read(n) for n in package.namelist() if re.fullmatch(r"customXml/item\d+\.xml", n)]
    [manifest] = [etree.fromstring(part) for part in parts if NAMESPACE.encode() in part]
    assert dict(manifest.attrib) == {"year": "2022", "title": plan.frame.title}
    assert [(value.get("key"), value.text) for value in manifest] == shown


def test_captions_are_numbered_and_the_contents_list_is_filled(report2022: bytes) -> None:
    """Tables and figures count on through the loops; the list has the headings with Word's own numbers."""
    document = Document(io.BytesIO(report2022))
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    for kind in ("表", "图"):
        own = [text for text in captions if text.startswith(kind)]
        assert [text.split("　")[0] for text in own] == [f"{kind} {n}" for n in range(1, len(own) + 1)]
    listed = [
        "".join(t.text for t in p._p.iter(qn("w:t"))) for p in document.paragraphs if p.style.name.startswith("toc")
    ]
    assert listed[:4] == ["一、概况", "二、评估依据与方法", "（一）评估依据", "（二）评估方法"]
    assert listed[-1] == "佐证材料目录"


def test_counts_read_as_a_person_writes_them(report2022: bytes) -> None:
    """What is 0 is not counted, and where all are met, this is said."""
    text = text_of(report2022)
    assert "生态制度领域，国家级适用指标6项，均达标；省级适用指标7项，均达标。" in text
    assert "生态经济领域，国家级适用指标6项，其中2项达标、4项无数据；" in text
    assert not re.search("[，、中]0项", text)


def test_what_has_no_data_is_not_called_met(plan: Plan, report2022: bytes) -> None:
    """28② misses its target and has no data for its requirement: its heading began 达标而."""
    [short] = [a for a in actions(plan, 2022) if a.item.item_id == "28.2"]
    assert (short.urgency, set(short.statuses.values())) == (Urgency.TARGET_UNMET, {Status.NO_DATA})
    text = text_of(report2022)
    assert ("没有达到规划值的3个子项" in text, "达标而" in text) == (True, False)


@pytest.mark.slow
def test_targets_without_data_are_not_called_reached() -> None:
    """Where nothing is unmet, the report said 规划值都已达到 below counts of targets without data."""
    done = {
        **tiny_plan().observations,
        2022: (
            observation("1", statement="已建立制度", attests="建立=已建立制度"),
            *(observation(*one) for one in (("2.1", 100), ("2.2", 20), ("3", 85))),
        ),
    }
    text = text_of(report_bytes(contents(tiny_plan(observations=done), 2022)))
    assert "2025年规划值适用指标3项，其中1项达标、2项无数据" in text
    assert "没有未达到的规划值；2个子项没有数据可以对照规划值，是否达到不能判定。" in text


@pytest.mark.slow
def test_the_title_of_the_file() -> None:
    """It had ``&amp;``, and a long one ended in a traceback."""
    for title in ("《甲&“乙”规划》", f"《{'长' * 300}》"):
        made = report_bytes(contents(tiny_plan(frame=frame(title=title)), 2022))
        assert Document(io.BytesIO(made)).core_properties.title == f"{title[:200]}2022年度自评估报告"


def test_rows_that_head_others_stay_with_them(plan: Plan, report2022: bytes) -> None:
    """No page ends in the name of a domain, or in an indicator whose items follow."""
    table = next(t for t in Document(io.BytesIO(report2022)).tables if t.cell(0, 0).text == "序号")
    rows = [[paragraph for cell in row.cells for paragraph in cell.paragraphs] for row in table.rows]
    kept = {row[0].text for row in rows if all(p.paragraph_format.keep_with_next for p in row)}
    split = {str(i.indicator) for i in plan.items if i.label != str(i.indicator)}
    assert kept == {i.domain for i in plan.items} | split


@pytest.mark.slow
def test_the_same_data_give_the_same_bytes(plan: Plan, report2022: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the clock nor the run decides anything; the date is that of SOURCE_DATE_EPOCH."""
    vl_convert.svg_to_png.cache_clear()
    assert report_bytes(contents(plan, 2022)) == report2022
    monkeypatch.setenv(DATE_VARIABLE, "1767225600")
    dated = report_bytes(contents(tiny_plan(), 2022))
    assert "2026年1月1日" in text_of(dated)
    assert Document(io.BytesIO(dated)).core_properties.created.isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.slow
def test_a_plan_without_optional_tables(tmp_path: Path) -> None:
    """Sections without data disappear, and so do their captions."""
    whole = text_of(report_bytes(contents(tiny_plan(), 2022)))
    parts = dict.fromkeys(("published", "past_projects", "projects", "commitments", "audit", "links", "background"), ())
    bare = text_of(report_bytes(contents(tiny_plan(**parts), 2022)))
    for heading in ("重点工程进展", "附表二", "附表三"):
        assert (heading in whole, heading in bare) == (True, False)
    frame = tiny_plan().frame
    tables = frame.tables.model_copy(update={"past_projects": None})
    frame = frame.model_copy(update={"tables": tables, "parts": tuple(p for p in frame.parts if p != "past_projects")})
    text = text_of(report_bytes(contents(tiny_plan(frame=frame, past_projects=()), 2022)))
    # In the list of contents and above the annexes, none is skipped.
    assert re.findall("附表[一二三]　", text) == ["附表一　", "附表二　"] * 2


@pytest.mark.slow
def test_a_draft_says_so(report2022: bytes) -> None:
    """On the cover, on each page and in the text; what is not filled in is counted apart and named."""
    plan = tiny_plan()
    draft = replace(plan, observations={**plan.observations, 2023: plan.observations[2022][:1]})
    made = report_bytes(contents(draft, 2023))
    text, shown = text_of(made), dict(controls(made))
    assert text.count("（初稿）") == 1
    assert shown["sentence.stage"].startswith("初稿：4个子项中已填报1项，还有3项未填报。")
    assert (shown["count.national.not_filled_in"], shown["item.2.1.verdict.national"]) == ("2", "未填报")
    [header] = {
        "".join(t.text for t in s.header._element.iter(qn("w:t"))) for s in Document(io.BytesIO(made)).sections[1:]
    }
    assert header == f"{plan.frame.title}2023年度自评估报告（初稿）"
    assert "（初稿）" not in text_of(report2022)


@pytest.mark.slow
def test_a_reviewed_year_says_so() -> None:
    """Reviewed and not closed yet: 复核稿 where a draft has 初稿."""
    plan = tiny_plan()
    rows = tuple(row.model_copy(update={"stage": Stage.REVIEWED, "form": "表"}) for row in plan.observations[2022])
    reviewed = replace(plan, observations={**plan.observations, 2022: rows})
    text = text_of(report_bytes(contents(reviewed, 2022)))
    assert (text.count("（复核稿）"), text.count("（初稿）")) == (1, 0)


@pytest.mark.slow
def test_an_unmet_item_without_a_limit_says_why(plan: Plan) -> None:
    """8 ought to rise: no limit tells how far it is from that, the reason does, and in its place nothing is empty."""
    own = plan.only(plan.indicator_items(8))
    made = report_bytes(contents(replace(own, observations={**own.observations, 2023: (observation("8", 7.2),)}), 2023))
    why = "绿色贷款余额占比7.2%，比上年的7.34%下降0.14个百分点，未达标"
    assert dict(controls(made))["action.8.gap"] == why
    assert f"8 绿色贷款余额占比：{why}。" in text_of(made)


def test_no_report_before_the_base_year(plan: Plan, tmp_path: Path) -> None:
    """A retrospect is no assessment of its year: refused by name, and not offered for download."""
    with pytest.raises(ReportError) as raised:
        write_report(plan, 2021, tmp_path / "r.docx")
    assert str(raised.value) == (
        "2021 年早于规划的基准年 2022 年，规划只印有当年的个别数字，不出自评估报告。"
        "已知的数字见 cixi assess 2021 和 cixi export 2021。"
    )
    assert attach_report(plan, 2021, tmp_path) == ()
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_verdict_and_a_figure_of_one_level_that_change_have_keys_of_their_own() -> None:
    """An undivided item with a row for each level in both years."""
    years = {
        year: tuple(observation("3", value, level=level) for level in ("national", "provincial"))
        for year, value in ((2022, 90), (2023, 70))
    }
    keys = contents(tiny_plan(observations=years), 2023).issue.values
    assert str(keys["change.3.national.after"]) == "未达标"
    assert str(keys["change.3.value.national.after"]) == "70%"


@pytest.mark.slow
def test_a_figure_written_with_another_digit_has_not_moved() -> None:
    """28.0 is 28, as the page of changes and ``cixi diff`` have it."""
    years = {2022: (observation("3", "28"),), 2023: (observation("3", "28.0"),)}
    found = changes_of(plan := tiny_plan(observations=years), 2023, contents(plan, 2023).issue)
    assert found and len(found.values) == 1 and found.moved == []
