"""佐证材料: numbers, what is missing, reasons."""

import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from cixi_analysis.analysis.evidence import counted, evidence_list, evidence_of
from cixi_analysis.analysis.trend import trends
from cixi_analysis.assessment import assess, tally
from cixi_analysis.plan.dataset import Plan


def year_plan(*rows: dict[str, object]) -> Plan:
    """The tiny plan with a year 2023 like 2022, and this evidence for it."""
    plan = tiny.tiny_plan()
    observations = {**plan.observations, 2023: plan.observations[2022]}
    return tiny.tiny_plan(observations=observations, evidence={2023: tuple(tiny.evidence(**row) for row in rows)})


def test_numbers() -> None:
    """Subject, class, and a number within both in the order of the file; the list is in the plan's order."""
    plan = year_plan(
        {"kind": "commitment", "id": "C001", "proves": "value"},
        {"id": "2.1", "grade": "B"},
        {"id": "2.2", "grade": "C", "title": "《年鉴》"},
        {"id": "2.1", "grade": "A", "title": "《一》"},
        {"id": "2.1", "grade": "B", "title": "《二》"},
        {"kind": "project", "id": "1", "proves": "value"},
    )
    assert list(evidence_of(plan, 2023)) == ["2.1-A-1", "2.1-B-1", "2.1-B-2", "2.2-C-1", "P1-B-1", "C001-B-1"]
    assert evidence_of(plan, 2023)["2.1-B-2"].title == "《二》"
    own = plan.only(plan.indicator_items(1))
    assert (list(evidence_of(own, 2023)), evidence_of(plan, 2022)) == (["P1-B-1", "C001-B-1"], {})


_WORDS = "子项1：原文载明“已建立制度”"
_DERIVED = "。依据：要求“建立”：原文载明“已建立制度”，达标"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], f"{_WORDS}（无佐证），达标{_DERIVED}。"),
        ([{"proves": "clause"}], f"{_WORDS}，达标{_DERIVED}；佐证：1-B-1《公报》。"),
        ([{"proves": "clause", "clause": "建立", "page": "12"}], f"{_WORDS}，达标{_DERIVED}；佐证：1-B-1《公报》第12页。"),
        # The clause is not the one in question; the document is still named.
        ([{"proves": "clause", "clause": "制定实施"}], f"{_WORDS}（无佐证），达标{_DERIVED}；佐证：1-B-1《公报》。"),
        ([{"proves": "value", "page": "三（一）"}], f"{_WORDS}，达标{_DERIVED}；佐证：1-B-1《公报》（三（一））。"),
        ([{"proves": "target"}], f"{_WORDS}（无佐证），达标{_DERIVED}；佐证：1-B-1《公报》。"),
        # A partial fact, and what concerns another item, prove nothing and are not cited.
        ([{"proves": "context", "figure": "9", "period": "1–4月"}, {"id": "3", "proves": "clause"}],
         f"{_WORDS}（无佐证），达标{_DERIVED}。"),
        ([{"proves": "clause", "title": f"《{n}》"} for n in range(1, 7)],
         f"{_WORDS}，达标{_DERIVED}；佐证：1-B-1《1》、1-B-2《2》、1-B-3《3》、1-B-4《4》、1-B-5《5》等6件。"),
    ],
)  # fmt: skip
def test_words_need_evidence(rows: list[dict[str, object]], expected: str) -> None:
    """After the base year, a verdict that rests on words says 无佐证 until a document proves them; the reason cites it."""
    table = assess(year_plan(*({"id": "1"} | row for row in rows)), 2023).table
    assert [*table[(table["indicator"] == 1) & (table["level"] == "national")]["reason"]] == [expected, expected]


def test_of_the_base_year_the_plan_is_the_evidence() -> None:
    """No year up to the base year is asked for evidence; what it has is cited."""
    plan = year_plan()
    for year in (2021, 2022):
        assert not assess(plan, year).table["reason"].str.contains("佐证").any()
    own = tiny.tiny_plan(evidence={2022: (tiny.evidence("1", proves="clause"),)})
    assert assess(own, 2022).table["reason"].iloc[0] == f"{_WORDS}，达标{_DERIVED}；佐证：1-B-1《公报》。"


def test_an_indicator_names_its_items_without_evidence() -> None:
    """Of several items, those without evidence by their signs; measured verdicts rest on no words."""
    stated = tiny.observation("2.1", statement="已达到要求", attests="≥80=已达到要求；≥90=已达到要求")
    plan = tiny.tiny_plan()
    for value, expected in (("32", "2个子项中②未达标："), ("29", "2个子项都达标，其中①无佐证。")):
        rows = {2023: (stated, tiny.observation("2.2", value))}
        table = assess(tiny.tiny_plan(observations={**plan.observations, **rows}), 2023).table
        reasons = table.set_index(["indicator", "item_id", "level"])["reason"]
        assert reasons[2, "", "national"].startswith("优良比例：原文载明“已达到要求”（无佐证），达标。")
        assert reasons[2, "", "provincial"].startswith(expected)
        assert "①优良比例：原文载明“已达到要求”（无佐证），达标（" in reasons[2, "", "provincial"]


def listing(plan: Plan, year: int = 2023) -> list[tuple[str, ...]]:
    rows = evidence_list(plan, year).itertuples()
    return [(row.number, row.id, row.proves, row.title, row.state, row.detail) for row in rows]


def test_what_is_missing() -> None:
    """By indicator: what there is, then what no document proves: words that verdicts rest on, values, targets, averages."""
    assert listing(year_plan()) == [
        ("", "1", "clause", "", "unproven", "建立：国家级、省级达标"),
        ("", "2.1", "value", "", "missing", "现状值 86%"),
        ("", "2.2", "value", "", "missing", "现状值 32微克/立方米"),
    ]
    plan = year_plan(
        {"id": "2.1", "proves": "context", "figure": "88.8–95.6%", "period": "1–4月", "scope": "全市含新区"},
        {"id": "2.2"},
        {"id": "1", "proves": "clause"},
        {"kind": "project", "id": "1"},
    )
    assert listing(plan) == [
        ("1-B-1", "1", "clause", "《公报》", "paper", ""),
        ("2.1-B-1", "2.1", "context", "《公报》", "paper", "参考（1–4月，全市含新区）：88.8–95.6%"),
        ("", "2.1", "value", "", "missing", "现状值 86%"),
        ("2.2-B-1", "2.2", "value", "《公报》", "paper", ""),
        ("P1-B-1", "1", "value", "《公报》", "paper", ""),
    ]
    counts = counted(evidence_list(plan, 2023))
    assert (counts["B"], counts["context"], counts["missing"], counts["missing value"]) == (3, 1, 1, 1)


def test_targets_and_averages_need_evidence_too() -> None:
    """A target that was assigned; not that none was."""
    known = {"benchmark": "84.5", "benchmark_kind": "level"}
    rows = (
        tiny.observation("2.1", "86", assigned_target="≥85", **known),
        tiny.observation("2.2", "32", assigned_target="上级未下达"),
    )
    plan = tiny.tiny_plan()
    plan = tiny.tiny_plan(observations={**plan.observations, 2023: rows}, evidence={2023: (tiny.evidence("2.2"),)})
    assert listing(plan) == [
        ("", "2.1", "value", "", "missing", "现状值 86%"),
        ("", "2.1", "target", "", "missing", "上级下达 ≥85%"),
        ("", "2.1", "average", "", "missing", "水平值的全省平均 84.5"),
        ("2.2-B-1", "2.2", "value", "《公报》", "paper", ""),
    ]


def test_the_plan_is_the_evidence_of_its_own_year() -> None:
    """Up to the base year the sources stand in the list, and nothing is missing."""
    assert {(row.state, row.title) for row in evidence_list(tiny.tiny_plan(), 2022).itertuples()} == {
        ("plan", "《小县规划》表一")
    }
    assert [row.id for row in evidence_list(tiny.tiny_plan(), 2021).itertuples()] == ["2.1", "2.2"]


_WITHOUT = year_plan()
_CONTEXT = st.builds(
    lambda item_id, grade, title, period: tiny.evidence(
        item_id, grade=grade, proves="context", title=title, figure="99", period=period
    ),
    st.sampled_from(["1", "2.1", "2.2", "3"]), st.sampled_from("ABC"), st.sampled_from("甲乙丙"), st.sampled_from("早晚"),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=30)
@given(st.dictionaries(st.sampled_from([2021, 2022, 2023]), st.lists(_CONTEXT, max_size=6)))
def test_partial_facts_decide_nothing(rows: dict[int, list[object]]) -> None:
    """Figures of another period or area change no verdict, reason, tally or trend, and are missing nowhere."""
    plan = _WITHOUT
    other = tiny.tiny_plan(
        observations=plan.observations, evidence={year: tuple(dict.fromkeys(own)) for year, own in rows.items()}
    )
    for year in (2021, 2022, 2023):
        for against in ("requirement", "target"):
            assert assess(plan, year, against=against).table.equals(assess(other, year, against=against).table)
        assert tally(assess(plan, year)).equals(tally(assess(other, year)))
        assert trends(plan, year).equals(trends(other, year))
        assert [row for row in listing(other, year) if not row[0]] == [row for row in listing(plan, year) if not row[0]]
