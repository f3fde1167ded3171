"""All there is to know about one indicator."""

import ast
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from conftest import ROOT

from cixi_analysis.analysis.dossier import FACT_COLUMNS, dossier, facts, read_of_years
from cixi_analysis.assessment import assess
from cixi_analysis.errors import UnknownIndicator, UnknownYear
from cixi_analysis.plan.dataset import Plan
from tests.tiny import observation, requirement, target, tiny_plan


def test_a_dossier_says_what_the_assessment_says() -> None:
    """The verdicts, bases and reasons of the whole plan's assessment, for every year with pages."""
    plan = tiny_plan()
    for indicator in plan.indicators:
        table = dossier(plan, indicator, 2022).verdicts
        for year in plan.report_years:
            whole = assess(plan, year).table
            own = whole[whole["indicator"] == indicator].reset_index(drop=True)
            found = table[table["year"] == year].reset_index(drop=True)
            assert found[own.columns].equals(own)


def test_wordings_come_with_the_tree_they_were_read_as() -> None:
    """Every level, "/" where it asks nothing, and both target years of every item, verbatim."""
    table = dossier(tiny_plan(), 2, 2022).wordings
    told = (
        table[["item_id", "level", "wording", "tree"]].astype(object).where(table["tree"].notna(), None).values.tolist()
    )
    assert told[:4] == [
        ["2.1", "national", "≥80", "≥80"],
        ["2.1", "provincial", "≥90", "≥90"],
        ["2.1", "2025", "≥90", "≥90"],
        ["2.1", "2030", "100", "100"],
    ]
    assert [row[2] for row in table[table["item_id"] == "2.2"].values.tolist()] == [None, 2022, 2025, 2030]


def test_observations_links_and_findings() -> None:
    """Oldest first, with their sources; what is linked, once for each item it bears on."""
    found = dossier(tiny_plan(), 2, 2022)
    assert [(year, o.item_id, o.value) for year, o in found.observations] == [
        (2021, "2.1", "84"), (2021, "2.2", "35"), (2022, "2.1", "86"), (2022, "2.2", "32"),
    ]  # fmt: skip
    assert [c.commitment_id for c, _ in found.commitments] == ["C001"]
    assert [p.number for p, _ in found.projects] == [1]
    assert [row.audit_id for row in found.findings] == ["A002"]


def test_a_dossier_of_an_earlier_year_knows_nothing_later() -> None:
    """Neither observations nor verdicts of a year that was yet to come."""
    found = dossier(tiny_plan(), 2, 2021)
    assert {year for year, _ in found.observations} == {2021}
    assert found.verdicts["year"].unique().tolist() == [2021]


ONE_NUMBER = "只有2022年一个数值，也没有上级下达的目标和平均可以对照：看不出趋势，算不出进度"


def test_what_the_targets_need_is_missing_too() -> None:
    """The targets are judged from the same observations: 持续提高 needs last year's number."""
    rows = tuple(o for o in tiny_plan().observations[2022] if o.item_id != "3")
    plan = tiny_plan(observations={2021: (), 2022: (*rows, observation("3", 86))})
    assert list(dossier(plan, 3, 2022).missing) == ["3 满意度：没有2021年的数值，看不出变化；2025年、2030年规划值要用"]


@pytest.mark.parametrize(
    ("wording", "columns", "expected"),
    [
        (
            "≥80",
            {"value": 86},
            ONE_NUMBER,
        ),
        ("≥80", {"absence": "未开展测算"}, "没有2022年的现状值（未开展测算）；国家级要求要用"),
        ("≥80", None, "没有2022年的现状值（未填报）；国家级要求要用"),
        ("≥80", {"value": 86, "unit": "吨"}, "2022年所测的是满意度（吨），不能与所要求的相比；国家级要求要用"),
        (
            "完成上级下达的年度目标",
            {"value": 86},
            f"没有2022年上级下达的目标（原文未列）；国家级要求要用|{ONE_NUMBER.replace('上级下达的目标和', '')}",
        ),
        (
            "完成上级下达的年度目标",
            {"value": 86, "assigned_target": "85", "benchmark": "85", "benchmark_kind": "level"},
            "只有2022年一个数值：看不出趋势，算不出进度",
        ),
        (
            "高于全省平均值",
            {"value": 86},
            f"没有2022年的全省平均（原文未列）；国家级要求要用|{ONE_NUMBER.replace('和平均', '')}",
        ),
        (
            "增长幅度高于全省平均或逐年上升",
            {"value": 86},
            "没有2022年的全省平均（原文未列）；国家级要求要用|没有2021年的数值，看不出变化；国家级要求要用",
        ),
        ("保持稳定或持续改善", {"value": 86}, "没有2021年的数值，看不出变化；国家级要求要用"),
        (
            "高于全省平均值",
            {"value": 86, "benchmark": "85", "benchmark_kind": "level"},
            ONE_NUMBER.replace("和平均", ""),
        ),
        ("建立", {"statement": "没有说"}, "没有载明“建立”的原文；国家级要求要用"),
        ("建立", {"statement": "已建立", "attests": "建立"}, ""),
    ],
)
def test_what_is_missing(wording: str, columns: dict[str, object] | None, expected: str) -> None:
    """What a judgement would need and nobody entered, and what for; where nothing, what the number does not tell."""
    plan = tiny_plan()
    rows = () if columns is None else (observation("3", **columns),)  # type: ignore[arg-type]
    others = tuple(o for o in plan.observations[2022] if o.item_id != "3")
    asked = tuple(r for r in plan.requirements if (r.item_id, r.level) != ("3", "national"))
    plan = tiny_plan(
        requirements=(*asked, requirement("3", "national", wording)),
        targets=(),
        observations={2021: plan.observations[2021], 2022: (*others, *rows)},
    )
    assert list(dossier(plan, 3, 2022).missing) == [f"3 满意度：{told}" for told in expected.split("|") if told]


@pytest.mark.parametrize(
    ("year", "filled_in", "expected"),
    [
        (2021, False, ["没有2021年的现状值（原文未列）", "没有2021年上级下达的目标（原文未列）"]),
        (2021, True, ["没有2021年上级下达的目标（原文未列）"]),
        (2022, True, ["没有2022年上级下达的目标（原文未列）"]),
        (2023, False, ["没有2023年的现状值（未填报）", "没有2023年上级下达的目标（未填报）"]),
        (2023, True, ["没有2023年上级下达的目标（未填报）"]),  # the plan prints nothing of 2023
    ],
)
def test_why_it_is_missing(year: int, filled_in: bool, expected: list[str]) -> None:
    """Of the years that the plan prints it is 原文未列, of a later one 未填报, beside a value too."""
    plan = tiny_plan()
    asked = tuple(r for r in plan.requirements if (r.item_id, r.level) != ("3", "national"))
    own = (observation("3", 86),) if filled_in else ()
    others = tuple(o for o in plan.observations[2021] if o.item_id != "3")
    plan = tiny_plan(
        requirements=(*asked, requirement("3", "national", "完成上级下达的年度目标")),
        targets=(),
        observations={**plan.observations, year: (*others, *own)},
    )
    needed = [told for told in dossier(plan, 3, year).missing if told.endswith("要用")]
    assert needed == [f"3 满意度：{told}；国家级要求要用" for told in expected]


def test_facts_are_one_tidy_table() -> None:
    """A fact a row, every part in its turn, the verdict and its basis apart."""
    table = facts(dossier(tiny_plan(), 2, 2022))
    assert list(table.columns) == list(FACT_COLUMNS)
    assert list(dict.fromkeys(table["part"])) == [
        "name", "wording", "observation", "verdict", "target", "margin", "pace", "flip", "commitment", "project",
        "audit",
    ]  # fmt: skip
    own = table[(table["part"] == "verdict") & (table["year"] == 2022) & table["item_id"].eq("2.1")]
    assert own[["level", "content", "basis"]].values.tolist() == [
        ["national", "met", "measured"],
        ["provincial", "unmet", "measured"],
    ]
    assert table.loc[table["part"] == "commitment", "detail"].tolist() == ["2025年；同一数量：理由"]
    assert table.loc[table["part"] == "flip", ["level", "content", "detail"]].values.tolist()[0] == [
        "provincial", "2022年的数值须由86%提高到90%，相差4个百分点。", "2022 value 86 → ≥90%",
    ]  # fmt: skip


def test_an_unknown_indicator_or_year_is_refused() -> None:
    """With what there is."""
    with pytest.raises(UnknownIndicator, match="没有序号为 9 的指标。指标序号：1–3。"):
        dossier(tiny_plan(), 9, 2022)
    with pytest.raises(UnknownYear, match="没有 2023 年的数据"):
        dossier(tiny_plan(), 1, 2023)
    gaps = tiny_plan()
    gaps = gaps.only(tuple(item for item in gaps.items if item.indicator != 2))
    with pytest.raises(UnknownIndicator, match="没有序号为 2 的指标。指标序号：1、3。"):
        dossier(gaps, 2, 2022)


@pytest.mark.parametrize("given", [("1", 2022), (1.0, 2022), (1, "2022"), (1, 2022.0)])
def test_numbers_and_years_are_integers(given: tuple[Any, Any]) -> None:
    """A text is not said to be missing among 1–3."""
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        dossier(tiny_plan(), *given)


def test_an_explicit_reading_is_shown_with_its_reason() -> None:
    """Where the data says how a wording is read, so does the dossier."""
    plan = tiny_plan()
    rest = tuple(t for t in plan.targets if (t.item_id, t.year) != ("3", 2025))
    own = target(
        "3",
        2025,
        "≥80且高于全省平均值，或逐年上升",
        reading="OR(AND(≥80, 高于全省平均值), 逐年上升)",
        reading_reason="按标点",
    )
    table = dossier(tiny_plan(targets=(*rest, own)), 3, 2022).wordings
    assert table.loc[table["level"] == "2025", ["tree", "explicit"]].values.tolist() == [
        ["OR(AND(≥80, 高于全省平均值), 逐年上升)", "按标点"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.long)])
def test_of_the_years_a_dossier_reads_its_own_rows_only(
    plan: Plan, every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A book runs it again when these change (`read_of_years`): other rows may hold anything, and the page is the same."""
    year = plan.report_years[-1]
    for indicator in plan.indicators[::every]:
        ids = {item.item_id for item in plan.indicator_items(indicator)}
        others = {
            y: tuple(o if o.item_id in ids else observation(o.item_id, level=o.level, absence="未发现") for o in rows)
            for y, rows in plan.observations.items()
        }  # fmt: skip
        other = replace(plan, observations=others, progress={})
        assert read_of_years(other, indicator) == read_of_years(plan, indicator)
        known = page(plan, indicator, year, monkeypatch)
        assert len(known) > 10
        assert page(other, indicator, year, monkeypatch) == known


def page(plan: Plan, indicator: int, year: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that the dossier's own template shows of a plan, cell by cell."""
    monkeypatch.setattr("cixi_analysis.plan.dataset.load_plan", lambda: plan)
    pieces: list[object] = []
    names: dict[str, object] = {"display": lambda *shown: pieces.extend(shown)}
    for cell in nbformat.read(ROOT / "notebooks" / "indicator.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            if isinstance(last := tree.body[-1], ast.Expr):  # shown, as a notebook does
                last.value = ast.Call(ast.Name("display", ast.Load()), [last.value], [])
            exec(compile(ast.fix_missing_locations(tree), "cell", "exec"), names)  # noqa: S102  # our own template
            names |= {"year": year, "indicator": indicator}
    return [piece._repr_html_() for piece in pieces if piece is not None]


@pytest.mark.parametrize(("changed", "same"), [("2.1", False), ("1", True)])
def test_what_a_dossier_reads_changes_with_its_rows(changed: str, same: bool) -> None:
    """Its own row changes it, and the year that a row stands in; another's does not."""
    plan = tiny_plan()
    known = read_of_years(plan, 2)
    rows = tuple(o for o in plan.observations[2022] if o.item_id != changed)
    one = replace(plan, observations={**plan.observations, 2022: (*rows, observation(changed, 77))})
    assert (read_of_years(one, 2) == known) is same
    moved = {2020: plan.observations[2021], 2022: plan.observations[2022]}
    assert read_of_years(replace(plan, observations=moved), 2) != known


def test_a_change_that_is_seen_lacks_nothing(plan: Plan) -> None:
    """逐年 alone does with last year where there is no more: what the verdict does not miss is not missing."""
    found = dossier(plan, 34, 2021)
    assert plan.observation("34", 2019) is None
    assert "met" in found.verdicts.query("year == 2021")["verdict"].tolist()
    assert found.missing == ()
