"""Any standard, any year: rows that begin later change the later years alone; a frame of any levels and years."""

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import (
    LEVELS,
    PARTS,
    PRINTED_TABLES,
    fitting,
    item,
    link,
    observation,
    requirement,
    target,
    tiny_plan,
    toml,
    write,
)
from tiny import settings as frame_settings

from cixi_analysis.analysis.changes import changes
from cixi_analysis.analysis.commitments import ledger
from cixi_analysis.analysis.dossier import dossier, facts, readings
from cixi_analysis.analysis.links import every_link
from cixi_analysis.analysis.outputs import outputs
from cixi_analysis.analysis.reconciliation import reconcile
from cixi_analysis.analysis.table1 import coverage, standards, table1
from cixi_analysis.analysis.trend import margins, series, trends
from cixi_analysis.assessment import (
    assess,
    assess_panel,
    county_table,
    explain_region,
    measured_at,
    refusals,
    tally,
    tally_without_each_convention,
)
from cixi_analysis.errors import DataError, UnknownYear
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.schema import Observation, Requirement
from cixi_analysis.presentation.action_list import action_list
from cixi_analysis.presentation.dossier_page import wording_table

NEW = "《示例标准》（2024年）"
ATTESTED = {"statement": "已建立制度", "attests": "建立=已建立制度"}


def later(item_id: str, level: str, wording: str, **columns: Any) -> Requirement:
    """A row of the standard of 2024."""
    return requirement(item_id, level, wording, **{"from_year": 2024, "standard": NEW} | columns)


def of(item_id: str, value: float | None = None, **columns: Any) -> Observation:
    return observation(item_id, value, **columns | (ATTESTED if item_id == "1" else {}))


def standard(*rows: Requirement, ended: tuple[str, str] | None = None, new: bool = False, **last: Any) -> Plan:
    """The tiny plan with 2023 and 2024 and later rows. ``ended``: the row that ends in 2023; ``new``: there is an item 4;
    ``last``: columns of the rows of item 2.1 in 2024, where they are not one row with the number 87.
    """
    plan, own = tiny_plan(), last.pop("rows", ({"value": 87},))
    years = {
        2023: (of("1"), of("2.1", 88), of("2.2", 31), of("3", 90)),
        2024: (of("1"), *(of("2.1", **cells) for cells in own), of("2.2", 31), of("3", 91)),
    }
    if new:
        years[2024] += (of("4", 70),)
    requirements = tuple(
        row.model_copy(update={"to_year": 2023}) if (row.item_id, row.level) == ended else row
        for row in plan.requirements
    )
    return replace(
        plan,
        items=(*plan.items, item("4", domain="生态制度")) if new else plan.items,
        requirements=(*requirements, *rows),
        observations={**plan.observations, **years},
    )


@dataclass(frozen=True)
class Case:
    """A change of the standard in 2024, and what has to be reported of ``about`` (item and level) in that year."""

    plan: Plan
    verdicts: str
    cell: str
    margin: float | None
    cause: str
    sentence: str
    about: tuple[str, str] = ("2.1", "national")
    name: str = "环境质量：\n①优良比例"
    unit: str = "%"
    applicable: int = 3
    points: tuple[int, ...] = (2021, 2022, 2023, 2024)
    note: str = ""
    reason: str = ""
    asked: tuple[str, ...] = field(default=("1", "2.1", "2.2", "3"))


ONE_EACH = {"rows": ({"value": 87, "level": "provincial"}, {"value": 5, "level": "national"})}
CASES: dict[str, Case] = {
    "harder": Case(
        standard(later("2.1", "national", "≥92")), "met met unmet", "≥92", -5, "yardstick",
        "要求变了：2023年“≥80”，2024年“≥92”。只是要求变了：按2023年的要求为“达标”。",
    ),
    "softer": Case(
        standard(later("2.1", "provincial", "≥85")), "unmet unmet met", "≥85", 2, "yardstick",
        "要求变了：2023年“≥90”，2024年“≥85”。只是要求变了：按2023年的要求为“未达标”。", about=("2.1", "provincial"),
    ),
    "softer, and only so still met": Case(
        standard(later("2.1", "national", "≥60"), rows=({"value": 70},)), "met met met", "≥60", 10, "hidden",
        "要求变了：2023年“≥80”，2024年“≥60”。", reason="优良比例70%，比要求的60%高10个百分点，达标。",
    ),
    "softer while the county falls": Case(
        standard(later("2.1", "national", "≥60"), rows=({"value": 50},)), "met met unmet", "≥60", -10, "county",
        "要求变了：2023年“≥80”，2024年“≥60”。",
    ),
    "dropped by its last year": Case(
        standard(ended=("2.1", "national")), "met met not_applicable", "/", None, "yardstick",
        "要求变了：2023年“≥80”，2024年没有要求。", applicable=2, name="环境质量：\n①优良比例**",
        reason="本级自2024年起没有要求，不适用。",
    ),
    "dropped by a row": Case(
        standard(later("2.1", "national", "/")), "met met not_applicable", "/", None, "yardstick",
        "要求变了：2023年“≥80”，2024年没有要求。", applicable=2, name="环境质量：\n①优良比例**",
        reason="本级自2024年起没有要求，不适用。",
    ),
    "dropped in other words": Case(
        standard(later("2.1", "national", "—")), "met met not_applicable", "—", None, "yardstick",
        "要求变了：2023年“≥80”，2024年没有要求。", applicable=2, name="环境质量：\n①优良比例**",
        reason="本级自2024年起没有要求，不适用。",
    ),
    "dropped by all who asked": Case(
        standard(ended=("3", "national")), "no_data met not_applicable", "/", None, "yardstick",
        "要求变了：2023年“≥80”，2024年没有要求。", about=("3", "national"), applicable=2, name="满意度*",
        points=(2023, 2024), asked=("1", "2.1", "2.2"), reason="本级自2024年起没有要求，不适用。",
    ),
    "taken up by another level": Case(
        standard(later("2.2", "national", "≤35")), "not_applicable not_applicable met", "≤35", 4, "yardstick",
        "要求变了：2023年没有要求，2024年“≤35”。", about=("2.2", "national"), name="②浓度", unit="微克/立方米",
    ),
    "new": Case(
        standard(later("4", "national", "≥60"), new=True), "- - met", "≥60", 10, "yardstick",
        "要求变了：2023年没有要求，2024年“≥60”。", about=("4", "national"), name="子项4*", applicable=4, points=(2024,),
        note="只有一个年份，不足以说明趋势", asked=("1", "2.1", "2.2", "3", "4"),
    ),
    "renamed": Case(
        standard(*(later("2.1", level, "≥80", measure="优良率") for level in ("national", "provincial")),
                 rows=({"value": 87, "measure": "优良率"},)),
        "met met met", "≥80", 7, "hidden",
        "要求变了：2023年“≥80”，2024年“≥80”（优良率，%）。所测的量不同，按2023年的要求无从判定。",
        name="环境质量：\n①优良率", points=(2024,),
        note="到2023年为止另测的是优良比例（%），不与此相连；只有一个年份，不足以说明趋势；"
        "2025年规划值≥90不参与比较：实测的是优良率；2030年规划值100不参与比较：实测的是优良率",
        reason="优良率87%，比要求的80%高7个百分点，达标。",
    ),
    "in another unit": Case(
        standard(*(later("2.1", level, "≥300", unit="天") for level in ("national", "provincial")), rows=({"value": 310, "unit": "天"},)),
        "met met met", "≥300", 10, "hidden",
        "要求变了：2023年“≥80”，2024年“≥300”（优良比例，天）。所测的量不同，按2023年的要求无从判定。",
        unit="天", points=(2024,),
        note="到2023年为止另测的是优良比例（%），不与此相连；只有一个年份，不足以说明趋势；"
        "2025年规划值≥90不参与比较：其单位为“%”，实测单位为“天”；2030年规划值100不参与比较：其单位为“%”，实测单位为“天”",
    ),
    "in another unit at one level": Case(
        standard(later("2.1", "national", "≤6", unit="天", polarity="less"), rows=(ONE_EACH["rows"][0], ONE_EACH["rows"][1] | {"unit": "天"})),
        "met met met", "≤6", 1, "hidden",
        "要求变了：2023年“≥80”，2024年“≤6”（优良比例，天）。所测的量不同，按2023年的要求无从判定。",
        unit="天\n%", points=(2024,),
        note="到2023年为止另测的是优良比例（%），不与此相连；只有一个年份，不足以说明趋势；"
        "2025年规划值≥90不参与比较：规划值只与省级所测的相比；2030年规划值100不参与比较：规划值只与省级所测的相比",
    ),
    "measured still as before": Case(
        standard(later("2.1", "national", "≥80", measure="优良率"), rows=({"value": 87, "measure": "优良比例"},)),
        "met met no_data", "≥80", None, "yardstick", "要求变了：2023年“≥80”，2024年“≥80”（优良率，%）。",
        name="环境质量：\n①优良率*\n优良比例**",
        reason="优良率：实测的是优良比例（%），与要求的量或单位不同，无数据。",
    ),
    "unreadable": Case(
        standard(later("2.1", "national", "力争领先")), "met met no_data", "力争领先", None, "yardstick",
        "要求变了：2023年“≥80”，2024年“力争领先”。只是要求变了：按2023年的要求为“达标”。",
        reason="优良比例：要求的文字无法解读，无数据。依据：“【力争领先】”：",
    ),
}  # fmt: skip
BASE = standard()


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def verdicts(plan: Plan, item_id: str, level: str, years: Iterable[int] = (2022, 2023, 2024)) -> str:
    """A verdict for each year, "-" where the year does not know the item."""
    found = []
    for year in years:
        rows = assess(plan, year).items
        found += list(rows[(rows["item_id"] == item_id) & (rows["level"] == level)]["verdict"]) or ["-"]
    return " ".join(found)


# --- what a later year says --------------------------------------------------------------------------------------


def test_each_year_has_its_own_verdict(case: Case) -> None:
    """By the wording in force, with the reason."""
    assert verdicts(case.plan, *case.about) == case.verdicts
    rows = assess(case.plan, 2024).items
    (reason,) = rows[(rows["item_id"] == case.about[0]) & (rows["level"] == case.about[1])]["reason"]
    assert reason.startswith(case.reason)


def test_the_table_shows_what_is_asked_in_its_year(case: Case) -> None:
    """Wording, name with its stars, and unit of the year; in 2022 as the plan prints them."""
    item_id, level = case.about
    cells = {row.item.item_id: row.cells for row in table1(assess(case.plan, 2024))}[item_id]
    assert (cells[level].text, cells["name"].text, cells["unit"].text) == (case.cell, case.name, case.unit)
    assert table1(assess(case.plan, 2022)) == table1(assess(BASE, 2022))


def test_margins_are_those_of_the_wording_in_force(case: Case) -> None:
    table = margins(case.plan, 2024)
    own = table[(table["item_id"] == case.about[0]) & (table["level"] == case.about[1])]["margin"].tolist()
    assert own == ([] if case.margin is None else [case.margin])


def test_no_series_mixes_measures_or_units(case: Case) -> None:
    """A series is of what was measured last; the note says where something else ended."""
    own = {key: one for key, one in series(case.plan, 2024).items() if key[0] == case.about[0]}
    key = (case.about[0], case.about[1]) if (case.about[0], case.about[1]) in own else (case.about[0], None)
    assert tuple(year for year, _ in own[key].points) == case.points
    rows = trends(case.plan, 2024)
    told = rows[(rows["item_id"] == case.about[0]) & (rows["unit"].fillna("") == own[key].unit)]["note"].fillna("")
    assert told.iloc[0] == case.note or not case.note


def test_what_is_not_asked_is_not_counted(case: Case) -> None:
    """Coverage and tally of 2024; a dropped item is nobody's gap."""
    known = coverage(case.plan, 2024)
    assert tuple(sorted(known.with_data + known.without_value + known.not_entered)) == case.asked
    counts = tally(assess(case.plan, 2024)).set_index("level")
    assert counts.loc["national", "applicable"] == case.applicable
    assert (counts[["met", "unmet", "no_data", "not_filled_in"]].sum(axis=1) == counts["applicable"]).all()


def test_changes_tell_the_yardstick_from_the_county(case: Case) -> None:
    """The verdict that moved, or did not, with its cause and both wordings in a sentence."""
    found = changes(case.plan, 2024)
    table = pd.concat([found.verdicts, found.hidden])
    own = table[(table["item_id"] == case.about[0]) & (table["level"] == case.about[1])]
    assert own["cause"].tolist() == [case.cause]
    assert own["sentence"].item().startswith(case.sentence)
    # what does not concern the item has its own cause, or none
    others = table[(table["item_id"] != case.about[0]) & (table["item_id"] != "")]
    assert set(others["cause"]) <= ({"hidden", "yardstick", "county"} if "renamed" in case.sentence else {"county"})


def test_a_dossier_and_the_list_of_standards_follow(case: Case) -> None:
    """The wordings of 2024 with their standard from 2024 on; nothing of them before."""
    indicator = case.plan.item(case.about[0]).indicator
    table = facts(dossier(case.plan, indicator, 2024))
    own = table[(table["part"] == "verdict") & (table["item_id"] == case.about[0]) & (table["level"] == case.about[1])]
    assert own[own["year"] == 2024]["content"].tolist() == [case.verdicts.split()[-1]]
    begins = any(row.standard == NEW for row in case.plan.requirements)
    assert standards(case.plan, 2023) == ("未写明",)
    assert (NEW in standards(case.plan, 2024)) is begins


# --- what an earlier year says -----------------------------------------------------------------------------------


@lru_cache
def everything(plan: Plan, year: int) -> list[Any]:
    """All that is computed of a year, as comparable values."""
    frames: list[pd.DataFrame] = [assess(plan, year).table, assess(plan, year, against="target").table]
    frames += [margins(plan, year), trends(plan, year), tally(assess(plan, year)), changes(plan, year).table]
    frames += [facts(dossier(plan, number, year)) for number in (1, 2, 3)]
    if year == plan.frame.base_year:
        frames += [tally_without_each_convention(plan, year), reconcile(plan, assess(plan, year).indicators)]
    cells = [frame.astype(object).where(frame.notna(), None).to_numpy().tolist() for frame in frames]
    return [*cells, table1(assess(plan, year)), coverage(plan, year), series(plan, year), standards(plan, year)]


@pytest.mark.slow
def test_rows_of_a_later_year_change_no_earlier_one(case: Case) -> None:
    """Whole tables of the retrospect, the base year and 2023."""
    plan = replace(case.plan, observations={y: rows for y, rows in case.plan.observations.items() if y < 2024})
    before = replace(BASE, observations={y: rows for y, rows in BASE.observations.items() if y < 2024})
    for year in (2022, 2023):
        assert everything(case.plan, year) == everything(before, year)
        assert assess(plan, year).table.equals(assess(before, year).table)
    for year in (2021, 2022):
        assert assess(case.plan, year).table.equals(assess(BASE, year).table)
        assert table1(assess(case.plan, year)) == table1(assess(BASE, year))


def test_a_year_sees_the_plan_as_it_stood(case: Case) -> None:
    """``as_of`` is the plan without later wordings and what they bring, and the plan itself where nothing is cut."""
    assert BASE.as_of(2022) is BASE
    view, plain = case.plan.as_of(2022), replace(BASE, observations=case.plan.observations)
    assert case.plan.as_of(2021) is case.plan.as_of(2023) is view
    assert view.items == plain.items
    whole = tuple(row.model_copy(update={"to_year": None}) for row in view.requirements)
    assert whole == plain.requirements
    assert case.plan.as_of(2024) is case.plan


def test_rows_added_and_removed_again(case: Case, tmp_path: Path) -> None:
    """The files of a project: with the rows, 2022 is what it was; without them again, everything is."""
    first = load_plan(write(BASE, tmp_path))
    added = load_plan(write(case.plan, tmp_path))
    assert verdicts(added, *case.about) == case.verdicts
    assert assess(added, 2022).table.equals(assess(first, 2022).table)
    again = load_plan(write(BASE, tmp_path))
    assert (again, hash(again)) == (first, hash(first))
    for year in (2022, 2023, 2024):
        assert assess(again, year).table.equals(assess(BASE, year).table)


def test_a_link_to_a_new_item_is_none_before() -> None:
    """A commitment is measured by the item from the year that brings it."""
    plan = standard(later("4", "national", "≥60"), new=True)
    plan = replace(plan, links=(*plan.links, link("commitment C002", "same_quantity", "item 4")))
    found = {year: ledger(plan, year).set_index("commitment_id").loc["C002"] for year in (2022, 2023, 2024)}
    assert [own["items"] for own in found.values()] == ["", "", "4"]
    assert [own["measured_by"] for own in found.values()] == ["", "", "item"]


WORDINGS = (
    "≥85",
    "≤20",
    "/",
    "—",
    "建立",
    "力争领先",
    "保持稳定或持续改善",
    "≥300天",
    "完成上级下达的年度目标",
    "高于全省平均值",
)
rows_of_a_standard = st.lists(
    st.builds(
        lambda item_id, level, wording, year, measure, unit, polarity: requirement(
            item_id, level, wording, from_year=year, measure=measure, unit=unit, polarity=polarity, standard=NEW
        ),
        st.sampled_from(["1", "2.1", "2.2", "3", "4"]),
        st.sampled_from(["national", "provincial"]),
        st.sampled_from(WORDINGS),
        st.sampled_from([2023, 2024, 2025]),
        st.sampled_from([None, "新名"]),
        st.sampled_from([None, "天"]),
        st.sampled_from([None, "less"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: (row.item_id, row.level, row.from_year),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rows_of_a_standard)
def test_any_later_rows(rows: list[Requirement]) -> None:
    """Whatever begins later, in words that can be read or not: 2022 stays, and no series holds two measures or units."""
    rows = [*rows, later("4", "provincial", "≥50", from_year=2026)]
    plan = replace(standard(new=True), requirements=(*BASE.requirements, *rows))
    for year in (2021, 2022):
        assert assess(plan, year).table.equals(assess(BASE, year).table)
        assert coverage(plan, year) == coverage(BASE, year)
    assert (series(plan, 2022), table1(assess(plan, 2022))) == (series(BASE, 2022), table1(assess(BASE, 2022)))
    there = plan.as_of(2024)
    for (item_id, level), one in series(plan, 2024).items():
        kinds = {
            tuple(measured_at(there, there.item(item_id), level, year, row).values())
            for year, _ in one.points
            for row in there.observed(item_id, year)
            if row.level == level
        }
        assert len(kinds) == 1
        assert {(one.measure, one.unit)} == {(kind[0].name, kind[0].unit) for kind in kinds}


# --- which year's wordings ---------------------------------------------------------------------------------------


def test_a_retrospect_is_declared() -> None:
    """With it the years before the base year are judged by the base year's wordings, without it they are not."""
    plan = tiny_plan()
    assert (plan.report_years, verdicts(plan, "2.1", "national", (2021,))) == ((2021, 2022), "met")
    none = replace(plan, frame=fitting(plan, first_report_year=2022, retrospect_wordings=None))
    assert (none.report_years, none.years) == ((2022,), (2021, 2022))
    told = (
        "2021 年没有适用的要求：规划的要求自 2022 年起适用，plan.toml 没有写明以前各年怎样回看（retrospect_wordings）。"
    )
    for look in (assess, trends, margins, changes, lambda p, year: dossier(p, 2, year)):
        with pytest.raises(UnknownYear) as error:
            look(none, 2021)
        assert str(error.value) == told
    with pytest.raises(UnknownYear):  # no year before it that could be compared
        changes(none, 2022)
    assert assess(none, 2022).table.equals(assess(plan, 2022).table)
    assert series(none, 2022) == series(plan, 2022)  # its numbers still are the first points


def test_another_years_wordings_judge() -> None:
    """``by``: what was measured stays, the wordings are those of the other year."""
    plan = CASES["harder"].plan
    for year, by, verdict in ((2024, 2024, "unmet"), (2024, 2023, "met"), (2023, 2024, "unmet"), (2022, 2024, "unmet")):
        rows = assess(plan, year, by=by).items
        assert rows[(rows["item_id"] == "2.1") & (rows["level"] == "national")]["verdict"].tolist() == [verdict]


def test_one_number_in_two_units_is_refused() -> None:
    """Where the levels ask in different units, a row for both must say its unit, or there is one for each."""
    plan = standard(later("2.1", "national", "≥300", unit="天"))
    with pytest.raises(DataError) as error:
        assess(plan, 2024)
    assert [str(p) for p in error.value.problems] == [
        "observations/2024.csv 第3行 “unit 实测单位”列：现为空，而各级的单位不同（国家级 天，省级 %）；"
        "应为写明实测单位，或在“级别”列各级一行"
    ]
    assert assess(plan, 2023).table.equals(assess(BASE, 2023).table)
    said = standard(later("2.1", "national", "≥300", unit="天"), rows=({"value": 310, "unit": "天"},))
    assert (verdicts(said, "2.1", "national"), verdicts(said, "2.1", "provincial")) == (
        "met met met",
        "unmet unmet no_data",
    )


# --- wordings that cannot be read --------------------------------------------------------------------------------

REFUSED = [
    [later("2.1", "national", "力争领先")],
    [later("2.1", "national", "力争领先"), later("3", "national", "基本消除")],
    [
        later("2.1", "national", "力争领先"),
        later("2.1", "provincial", "90左右"),
        later("2.2", "provincial", "≤30或≤20且0"),
    ],
]


@pytest.mark.parametrize("rows", REFUSED, ids=["one", "two", "three"])
def test_a_refused_wording_is_a_finding_of_its_item(rows: list[Requirement]) -> None:
    """No data with the reason, counted; all else is what it would be without it."""
    plan = standard(*rows)
    assert list(refusals(plan)) == rows
    table, plain = assess(plan, 2024).table, assess(BASE, 2024).table
    refused = {(row.item_id, row.level) for row in rows}
    for row, other in zip(table.itertuples(), plain.itertuples(), strict=True):
        if (row.item_id, row.level) in refused:
            assert (row.verdict, row.basis, "要求的文字无法解读，无数据。" in row.reason) == ("no_data", "", True)
        elif row.item_id:
            assert row == other
    counts = tally(assess(plan, 2024))
    assert counts["no_data"].sum() == len(
        {(row.item_id.split(".")[0], row.level) for row in rows if row.item_id != "2.2"}
    )
    assert [row["refusal"] != "" for row in readings(plan).to_dict("records")].count(True) == len(rows)
    for look in (trends, margins, changes, coverage, lambda p, year: dossier(p, 2, year)):
        look(plan, 2024)


def test_a_refused_target_stops_nothing() -> None:
    """Neither the requirements nor the other targets."""
    tiny = tiny_plan()
    refused = target("2.1", 2025, "90左右")
    plan = tiny_plan(targets=tuple(refused if (t.item_id, t.year) == ("2.1", 2025) else t for t in tiny.targets))
    assert list(refusals(plan)) == [refused]
    assert assess(plan, 2022).table.equals(assess(tiny, 2022).table)
    table = assess(plan, 2022, against="target").items
    own = table[(table["item_id"] == "2.1")].set_index("level")
    assert own["verdict"].to_dict() == {"2025": "no_data", "2030": "unmet"}
    assert own.loc["2025", "reason"] == (
        "优良比例：规划值的文字无法解读，无数据。依据：“90【左右】”：“左右”“约”没有确定的界限。"
    )
    found = trends(plan, 2022)
    assert found[found["item_id"] == "2.1"]["target_year"].tolist() == [2030]


def test_an_unreadable_wording_with_a_reading_is_read() -> None:
    """The data may say how; then it is a wording like any other."""
    plan = standard(
        later(
            "2.1",
            "national",
            "完成考核任务，且≥90或持续提高",
            reading="完成考核任务，且（≥90或持续提高）",
            reading_reason="示例",
        )
    )
    assert (verdicts(plan, "2.1", "national"), dict(refusals(plan))) == ("met met unmet", {})


def test_a_dossier_says_from_when_to_when_each_wording_holds() -> None:
    """Of two wordings of a level both have their years; the only one of the other level needs none."""
    shown = wording_table(dossier(CASES["harder"].plan, 2, 2024))._repr_html_()
    assert shown.count("2022—2023年<") == shown.count("2024年起<") == 1
    assert not re.search("年起<|—2023年<", wording_table(dossier(CASES["harder"].plan, 2, 2022))._repr_html_())


def test_a_wording_from_after_the_plan_is_refused(tmp_path: Path) -> None:
    """A slip of the pen such as 2042 would never have an effect."""
    root = write(standard(later("2.1", "national", "≥92", from_year=2042)), tmp_path / "project")
    with pytest.raises(DataError, match=r"from_year 起始年.*“2042”；应为规划期内的年份，2022 至 2030"):
        load_plan(root)


def test_a_reading_must_be_one_of_the_wordings() -> None:
    """Where the wording has readings, another sentence in its place is refused, and named."""
    plan = standard(later("2.1", "national", "≥90", reading="≥10", reading_reason="示例"))
    (refusal,) = refusals(plan).values()
    assert "另定的读法“≥10”不是它的一种读法" in str(refusal)
    assert verdicts(plan, "2.1", "national") == "met met no_data"


def test_a_panel_judges_each_year_by_its_wordings(case: Case) -> None:
    """Every year of every region as the county's own; refusals, drops and new items included."""
    own = county_table(case.plan)
    table = pd.concat([own, own.assign(region="乙县")])
    found = assess_panel(case.plan, table).table
    for year in case.plan.years:
        alone = assess(case.plan, year).table
        for region in ("小县", "乙县"):
            rows = found[(found["region"] == region) & (found["year"] == year)]
            of_region = {
                (r.indicator, r.item_id, str(r.level)): (str(r.verdict), str(r.basis)) for r in rows.itertuples()
            }
            asked = {(r.indicator, r.item_id, str(r.level)): (r.verdict, r.basis) for r in alone.itertuples()}
            assert of_region | asked == of_region  # the panel also has the items that a later year brings
            assert {of_region[key] for key in of_region.keys() - asked.keys()} <= {("not_applicable", "")}
    county = assess(case.plan, 2024).table  # the other region is not asked for evidence
    told = county.assign(reason=[re.sub("（无佐证）", "", reason) for reason in county["reason"]])
    assert explain_region(case.plan, table, "乙县", 2024).equals(told)


# --- frames ------------------------------------------------------------------------------------------------------

CITY = {"id": "city", "name": "市级", "short": "市"}


def framed(levels: list[dict[str, str]], base: int, targets: tuple[int, ...]) -> Plan:
    """A plan of these levels and years without any optional table: each level asks a little more."""
    ids = [level["id"] for level in levels]
    plan = tiny_plan(
        items=(item("1"), item("2", polarity="less")),
        requirements=tuple(
            requirement(one, level, f"{sign}{limit + 5 * n}", from_year=base)
            for one, sign, limit in (("1", "≥", 80), ("2", "≤", 20))
            for n, level in enumerate(ids)
        ),
        targets=tuple(target(one, year, w) for one, w in (("1", "≥95"), ("2", "≤10")) for year in targets),
        observations={base: (observation("1", 84), observation("2", 20)), base + 1: (observation("1", 86),)},
        **dict.fromkeys(PARTS, ()),
        progress={},
    )
    years = {"base_year": base, "first_report_year": base, "retrospect_wordings": None, "target_years": targets}
    tables = {"indicators": {"name": "附表", "title": "指标"}}
    return replace(plan, frame=fitting(plan, levels=levels, targets_follow=ids[0], tables=tables, **years))


FRAMES = {
    "one level": framed([CITY], 2021, (2025, 2028)),
    "two levels": framed([*LEVELS], 2023, (2027,)),
    "three levels": framed([*LEVELS, CITY], 2019, (2022, 2026, 2035)),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_of_any_levels_and_years(name: str, tmp_path: Path) -> None:
    """Loaded from files; every column and count follows the frame, and nothing needs a table that is not there."""
    plan = load_plan(write(FRAMES[name], tmp_path))
    base, ids, years = plan.frame.base_year, [str(v) for v in plan.levels], plan.frame.target_years
    assert sorted(path.name for path in (tmp_path / "data").glob("*.*")) == [
        "indicators.csv", "plan.toml", "requirements.csv", "targets.csv",
    ]  # fmt: skip
    assert (plan.report_years, plan.frame.last_year) == ((base, base + 1), years[-1])
    first = assess(plan, base).items
    expected = {("1", level): "met" if n == 0 else "unmet" for n, level in enumerate(ids)} | {
        ("2", v): "met" for v in ids
    }
    assert {(r.item_id, str(r.level)): r.verdict for r in first.itertuples()} == expected
    assert assess(plan, base, against="target").items["level"].tolist() == 2 * [str(year) for year in years]
    assert tally(assess(plan, base))["level"].tolist() == ids
    (row, _) = table1(assess(plan, base))
    assert [key for key in row.cells if key.startswith(("verdict_", "target_"))] == [
        *(f"verdict_{level}" for level in ids),
        *(f"target_{year}" for year in years),
    ]
    heads = [f"verdict_{level}" for level in ids]
    assert [key for key in outputs(plan)["table1"].columns if key in heads] == heads
    assert set(outputs(plan)) == {"table1", "observations", "assessment", "evidence", "trend", "flips"}
    found = trends(plan, base + 1)
    assert found[found["item_id"] == "1"]["target_year"].tolist() == list(years)
    assert reconcile(plan, assess(plan, base).indicators).empty
    assert every_link(plan).empty
    assert changes(plan, base + 1).verdicts["level"].isin(ids).all()
    assert dossier(plan, 1, base + 1).verdicts["level"].isin(ids).all()
    assert set(margins(plan, base)["level"]) == set(ids)
    assert assess_panel(plan, county_table(plan)).verdict.shape == (1, 2, 4 * len(ids))


def told(root: Path, content: bytes) -> list[str]:
    (root / "data" / "plan.toml").write_bytes(content)
    with pytest.raises(DataError) as error:
        load_plan(root)
    return [str(problem).removeprefix("plan.toml ") for problem in error.value.problems]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tiny_plan(), tmp_path_factory.mktemp("framed"))


NATIONAL, PROVINCIAL = LEVELS
ALL_PARTS = ", ".join(f"'{part}'" for part in (*PARTS, "responsible"))
#: (settings, what is reported)
MISTAKES: list[tuple[dict[str, Any], list[str]]] = [
    ({"title": None}, ["“title”键：现为没有这一项；应为写明这一项"]),
    ({"title": 5}, ["“title”键：现为“5”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"region": " "}, ["“region”键：现为“␣”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"region": "甲县 "}, ["“region”键：现为“甲县␣”；应为首尾没有空格、空行的文字"]),
    (
        {"levels": [{**NATIONAL, "name": "国家级 "}, PROVINCIAL]},
        [f"“levels.1”键：现为“{str({**NATIONAL, 'name': '国家级 '})[:40]}……”；应为一节 [[levels]]，各项都是首尾没有空格、空行的文字"],
    ),
    ({"title": "甲\n乙"}, ["“title”键：现为“甲⏎乙”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"short_title": "甲\u200b"}, ["“short_title”键：现为“甲〔U+200B〕”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"region": "<b>甲"}, ["“region”键：现为“<b>甲”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"tables": {"indicators": {"name": "表一", "title": "</title>"}}, "parts": []}, ["“tables.indicators.title”键：现为“</title>”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"region": "长" * 2001}, [f"“region”键：现为“{'长' * 40}……”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"scope": 5}, ["“scope”键：现为“5”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"base_year": "2022"}, ["“base_year”键：现为“2022”；应为一个整数，不加引号"]),
    ({"base_year": 2022.5}, ["“base_year”键：现为“2022.5”；应为一个整数，不加引号"]),
    ({"base_year": True}, ["“base_year”键：现为“True”；应为一个整数，不加引号"]),
    ({"base_year": 202}, ["“base_year”键：现为“202”；应为不小于 2000 的数"]),
    ({"base_year": 20222}, ["“base_year”键：现为“20222”；应为不大于 2099 的数"]),
    ({"first_report_year": 2022}, ["“retrospect_wordings”键：现为“2022”；应为不写（没有回看的年份）"]),
    ({"retrospect_wordings": None}, ["“retrospect_wordings”键：现为没有写；应为2022（有回看的年份）"]),
    ({"retrospect_wordings": 2021}, ["“retrospect_wordings”键：现为“2021”；应为基准年 2022"]),
    (
        {"first_report_year": 2023, "retrospect_wordings": None},
        ["“first_report_year”键：现为“2023”；应为不晚于基准年 2022"],
    ),
    ({"target_years": []}, ["“target_years”键：现为“[]”；应为至少一个年份，由先到后"]),
    ({"target_years": [2030, 2025]}, ["“target_years”键：现为“[2030, 2025]”；应为至少一个年份，由先到后"]),
    ({"target_years": [2022, 2030]}, ["“target_years”键：现为“[2022, 2030]”；应为晚于基准年 2022 的年份"]),
    ({"target_years": 2025}, ["“target_years”键：现为“2025”；应为方括号里的几项"]),
    ({"target_years": [2025, "2030"]}, ["“target_years.2”键：现为“2030”；应为一个整数，不加引号"]),
    ({"levels": []}, ["“levels”键：现为“[]”；应为至少一级"]),
    ({"levels": "national"}, ["“levels”键：现为“national”；应为方括号里的几项"]),
    ({"levels": [NATIONAL, 5]}, ["“levels.2”键：现为“5”；应为一节 [[levels]]：id、name、short，另可有 heading"]),
    ({"targets_follow": "city"}, ["“targets_follow”键：现为“city”；应为national、provincial"]),
    ({"parts": ["audits"]}, [f"“parts.1”键：现为“audits”；应为{ALL_PARTS} 之一"]),
    ({"region_kinds": "山区"}, ["“region_kinds”键：现为“山区”；应为方括号里的几项"]),
    ({"region_kinds": ["山区", 5]}, ["“region_kinds.2”键：现为“5”；应为引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"]),
    ({"tables": None}, ["“tables”键：现为没有这一项；应为写明这一项"]),
    ({"tables": {**PRINTED_TABLES, "projects": "表三"}}, ["“tables.projects”键：现为“表三”；应为{ } 里的各项"]),
    ({"tables": {**PRINTED_TABLES, "projects": {"name": "表三"}}}, ["“tables.projects.title”键：现为没有这一项；应为写明这一项"]),
    (
        {"tables": {**PRINTED_TABLES, "table4": PRINTED_TABLES["projects"]}},
        ["“tables.table4”键：现为不认识的一项；应为以下各项：indicators、past_projects、projects"],
    ),
    # all at once
    (
        {"title": None, "base_year": "2022", "target_years": [], "region_kinds": 1},
        [
            "“title”键：现为没有这一项；应为写明这一项",
            "“base_year”键：现为“2022”；应为一个整数，不加引号",
            "“target_years”键：现为“[]”；应为至少一个年份，由先到后",
            "“region_kinds”键：现为“1”；应为方括号里的几项",
        ],
    ),
    (
        {"retrospect_wordings": 2020, "target_years": [2021], "targets_follow": "x"},
        [
            "“retrospect_wordings”键：现为“2020”；应为基准年 2022",
            "“target_years”键：现为“[2021]”；应为晚于基准年 2022 的年份",
            "“targets_follow”键：现为“x”；应为national、provincial",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes_", "lines"), MISTAKES, ids=lambda v: next(iter(v), "") if isinstance(v, dict) else ""
)
def test_a_mistake_in_the_frame_is_told(project: Path, changes_: dict[str, Any], lines: list[str]) -> None:
    """The key, what was found, what would be right; several at once."""
    assert told(project, toml(frame_settings(**changes_)).encode()) == lines


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ({"id": "provincial", "name": "省级"}, "一节 [[levels]]：id、name、short，另可有 heading"),
        ({**PROVINCIAL, "weight": 1}, "一节 [[levels]]：id、name、short，另可有 heading"),
        ({**PROVINCIAL, "id": "Provincial"}, "id 由小写字母写成的一级，如 national"),
        ({**PROVINCIAL, "id": "2025"}, "id 由小写字母写成的一级，如 national"),
        ({**PROVINCIAL, "name": ""}, "一节 [[levels]]，各项都是引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >"),
        (
            {**PROVINCIAL, "heading": "a>b"},
            "一节 [[levels]]，各项都是引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >",
        ),
        (
            {**PROVINCIAL, "short": "省\n级"},
            "一节 [[levels]]，各项都是引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >",
        ),
        (
            {**PROVINCIAL, "heading": 5},
            "一节 [[levels]]，各项都是引号里的一行看得见的文字，不超过 2000 字，不含 < 和 >",
        ),
        (NATIONAL, "各不相同的几项"),
        ({**PROVINCIAL, "name": "国家级"}, "各级的 name 互不相同，short 也互不相同"),
        ({**PROVINCIAL, "short": "国"}, "各级的 name 互不相同，short 也互不相同"),
    ],
)
def test_a_mistake_in_a_level_is_told(project: Path, level: dict[str, Any], expected: str) -> None:
    lines = told(project, toml(frame_settings(levels=[NATIONAL, level])).encode())
    assert [line.rpartition("；应为")[2] for line in lines] == [expected]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda raw: b"", None),
        (lambda raw: raw.decode().encode("gbk"), "不能解读"),
        (lambda raw: raw.decode().encode("utf-16"), "不能解读"),
        (lambda raw: b"\xef\xbb\xbf\xef\xbb\xbf" + raw, "不能解读"),
        (lambda raw: raw + b"\x00", "不能解读"),
        (lambda raw: raw + b'region = "B"\n', "不能解读"),
        (lambda raw: raw[:-5], "不能解读"),
        (lambda raw: b"a,b\n1,2\n", "不能解读"),
        (lambda raw: b"[" * 100_000, "不能解读"),
        (lambda raw: b"a = " + b"[" * 100_000, "不能解读"),
        (lambda raw: b"a = " + b"9" * 5000, "不能解读"),
    ],
    ids="empty|GBK|UTF-16|two marks|NUL|a key twice|cut off|CSV|deep|deep list|long number".split("|"),
)
def test_a_frame_that_is_none(project: Path, damage: Any, found: str | None) -> None:
    """Not TOML, or nothing in it: reported, with the place where there is one."""
    lines = told(project, damage(toml(frame_settings()).encode()))
    if found is None:
        assert len(lines) == 9
        assert all("现为没有这一项" in line for line in lines)
    else:
        assert len(lines) == 1
        assert lines[0].startswith(f"plan.toml：现为{found}（")
        assert lines[0].endswith("；应为UTF-8 编码的 TOML 文件")
        assert lines[0].isprintable()


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (lambda raw: raw.decode().encode("gbk"), r"第 \d+ 个字节起不是 UTF-8 文字"),
        (lambda raw: raw.replace(b"2025, 2030", "2025，2030".encode()), "第\\d+行第\\d+列附近：标点都用半角，.*"),
        (lambda raw: raw + b'region = "B"\n', r"第\d+行第\d+列附近：.*一项只写一次"),
    ],
    ids=["GBK", "full-width comma", "a key twice"],
)  # fmt: skip
def test_where_a_frame_cannot_be_read_is_told_in_chinese(project: Path, damage: Any, place: str) -> None:
    """Not in the words of the TOML library."""
    [line] = told(project, damage(toml(frame_settings()).encode()))
    assert re.fullmatch(rf"plan\.toml：现为不能解读（{place}）；应为UTF-8 编码的 TOML 文件", line)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_what_an_editor_writes_is_read(tmp_path: Path, mark: bytes, end: bytes) -> None:
    root = write(tiny_plan(), tmp_path)
    path = root / "data" / "plan.toml"
    path.write_bytes(mark + path.read_bytes().replace(b"\n", end))
    assert load_plan(root).frame == tiny_plan().frame


def test_the_other_files_are_checked_without_a_frame(tmp_path: Path) -> None:
    """No frame, or a folder in its place; what is wrong in the tables is reported with it."""
    root = write(tiny_plan(), tmp_path)
    frame, targets = root / "data" / "plan.toml", root / "data" / "targets.csv"
    targets.write_text(targets.read_text("utf-8").replace("\n1,2025,", "\n1,二〇二五,"), encoding="utf-8")
    frame.unlink()
    wrong = "targets.csv 第2行 “year 目标年”列：现为“二〇二五”；应为整数"
    for found in (
        "plan.toml：现为没有这个文件；应为规划的框架",
        "plan.toml：现为无法打开（这是一个文件夹）；应为可以读取的文件",
    ):
        with pytest.raises(DataError) as error:
            load_plan(root)
        assert [str(problem) for problem in error.value.problems] == [found, wrong]
        frame.mkdir(exist_ok=True)


def test_the_years_of_the_frame_are_those_of_the_rows(project: Path) -> None:
    """A base year before every requirement judges nothing; a target year that the frame does not have is reported."""
    earlier = {"base_year": 2021, "first_report_year": 2021, "retrospect_wordings": None}
    assert told(project, toml(frame_settings(**earlier)).encode()) == [
        "“base_year 基准年”键：现为2021；应为不早于最早的要求（2022 年起）"
    ]
    lines = told(project, toml(frame_settings(target_years=[2025])).encode())
    assert set(lines) == {
        f"targets.csv 第{n}行 “year 目标年”列：现为“2030”；应为2025 之一（见 plan.toml）" for n in (3, 5, 7, 9)
    }


# --- optional tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [*PARTS[:-1]])
def test_a_part_is_listed_where_it_has_rows(part: str, tmp_path: Path) -> None:
    """Listed without rows or file, and rows without being listed, are reported; neither is a plan without it."""
    plan = tiny_plan(links=()) if part in ("projects", "commitments", "audit") else tiny_plan()
    root = write(plan, tmp_path)
    path = root / "data" / f"{part}.csv"
    if not path.exists():
        pytest.skip("links go with what they join")
    whole, frame = path.read_text("utf-8"), (root / "data" / "plan.toml").read_bytes()
    path.write_text(whole.splitlines()[0] + "\n", encoding="utf-8")
    assert told(root, frame) == [
        f"{part}.csv 第2行：现为只有列名，没有一行数据；应为至少一行数据（没有数据的，从 plan.toml 的 parts 中删去）"
    ]
    path.unlink()
    assert told(root, frame) == [f"{part}.csv：现为没有这个文件；应为一个 CSV 文件"]
    path.write_text(whole, encoding="utf-8")
    unlisted = fitting(replace(plan, **{part: ()}))
    shorter = write(replace(plan, frame=unlisted), tmp_path / "unlisted")
    frame = (shorter / "data" / "plan.toml").read_bytes()
    assert told(shorter, frame) == [f"“parts 另有的数据”键：现为没有 {part}；应为列出 {part}（{part}.csv 有数据）"]
    (shorter / "data" / f"{part}.csv").unlink()
    assert not load_plan(shorter).has(part)
    (shorter / "data" / f"{part}.csv").write_text(whole.splitlines()[0] + "\n", encoding="utf-8")
    assert not load_plan(shorter).has(part)  # an empty table, as `cixi new` makes it


# --- no code knows the county ------------------------------------------------------------------------------------

#: What only the data of one plan says: its county, years, levels, tables, and the number of its indicators.
COUNTY = re.compile(
    r"慈溪|\bCixi\b(?! Metrics)|杭州湾|浙江|宁波|(?<!\d)20(?:22|25|30)(?!\d)|国家级|省级|国家要求|两级|"
    r"表[一二三]|provincial|national|\b50\b"
)
#: Allowed: the text it stands in, and why. A year that shows how years are written, and numbers that count other things.
ALLOWED = {
    "如年份 2022": "an example in a message",
    "'年份 2022'": "the same example, replaced where the number is not a year",
    "年份 2022": "the same",
    "2021-2025 或 2025": "an example of how years are written",
    "如 表一": "an example in the description of a key",
    "如 national": "an example in a message",
    "_national": "the scope of an average (全国), not a level",
    "year: int = 2022": "the parameter of a page run by hand; a build gives its own",
    "如 [2025, 2030]": "an example in the file that `cixi new` writes",
    '"order": 50': "the place of a page in the book",
}  # fmt: skip
#: Numbers in code that are no number of indicators: a column's width, limits of size.
WIDTHS = {
    ("export/assessment_sheets.py", 50),
    ("form/opening.py", 50),
    ("form/unit_forms.py", 50),
    ("requirement/reading.py", 50),
}


def code(path: Path) -> Iterable[str]:
    """The strings and numbers of a module, without its docstrings; the lines of any other file."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        for cell in json.loads(text)["cells"]:
            yield from "".join(cell["source"]).splitlines()
    elif path.suffix != ".py":
        yield from text.splitlines()
    else:
        nodes = [*ast.walk(ast.parse(text))]
        prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        place = path.relative_to(ROOT / "cixi_analysis").as_posix()
        for node in nodes:
            if isinstance(node, ast.Constant) and id(node) not in prose and (place, node.value) not in WIDTHS:
                yield str(node.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["cixi_analysis/**/*.py", "cixi_analysis/**/*.j2", "notebooks/*.ipynb", "book/_static/*.js"]
)
def test_no_code_knows_the_county(pattern: str) -> None:
    """Its name, years, levels, tables and the number of its indicators stand in ``data/`` only."""
    found = []
    for path in sorted(ROOT.glob(pattern)):
        for line in code(path):
            left = line
            for allowed in ALLOWED:
                left = left.replace(allowed, "")
            if COUNTY.search(left):
                found.append(f"{path.relative_to(ROOT)}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def split() -> Plan:
    """Item 3 of the tiny plan, which nobody asks for from 2024 on: 3.1 and 3.2 are asked instead."""
    plan = standard(later("3", "national", "/"), later("3.1", "national", "≥50"), later("3.2", "national", "≥30"))
    last = (*(row for row in plan.observations[2024] if row.item_id != "3"), of("3.1", 60), of("3.2", 20))
    items = (*plan.items, item("3.1", attribute="reference"), item("3.2", attribute="reference"))
    return replace(plan, items=items, observations={**plan.observations, 2024: last})


def test_a_split_indicator_is_judged_by_the_old_wording_of_what_it_was() -> None:
    """Item and indicator say the same, and the old wordings' counts hold it: nothing is asked by them of its new parts."""
    found = changes(split(), 2024)
    rows = found.verdicts[(found.verdicts["indicator"] == 3) & (found.verdicts["level"] == "national")]
    assert dict(zip(rows["item_id"], rows["by_old"], strict=True)) == {
        "3": "no_data", "3.1": "not_applicable", "3.2": "not_applicable", "": "no_data"
    }  # fmt: skip
    national = found.tallies[found.tallies["level"] == "national"].set_index("counted")["by_old"]
    assert national["applicable"] == 3 == national.drop("applicable").sum()
    told = found.table[found.table["why"].str.startswith("未填报的指标")]
    assert told["why"].tolist() == ["未填报的指标：按2023年的要求为 1"]  # or the lines would not add up


#: A third level, which asks nothing of item 1, and from 2024 on another wording of the first level in items 1 and 2.1.
THREE = (*LEVELS, {"id": "municipal", "name": "市级", "short": "市"})


def three(follow: str = "provincial") -> Plan:
    plan = standard(
        later("1", "national", "建立", measure="另一制度"), later("2.1", "national", ">-1", measure="变化", unit="-"),
        requirement("2.1", "municipal", "≥95"),
    )  # fmt: skip
    levels = {"national": -0.4, "provincial": 87, "municipal": 87}
    last = (
        *(of("1", level=level, source=f"{level}的出处") for level in ("national", "provincial")),
        *(
            of("2.1", value, level=level, source=f"{level}的出处", **({"measure": "变化", "unit": "-"} if value < 0 else {}))
            for level, value in levels.items()
        ),
        of("2.2", 31), of("3", 91),
    )  # fmt: skip
    frame = type(plan.frame).model_validate(frame_settings(levels=THREE, targets_follow=follow, parts=PARTS))
    return replace(plan, frame=frame, observations={**plan.observations, 2024: last})


@pytest.mark.parametrize("year", [2022, 2024])
def test_the_plans_table_has_no_column_of_a_later_level(year: int) -> None:
    """A level that a later standard brings asks nothing before, or of other items; the plan's table prints no “/” for it."""
    plan = standard(later("2.1", "municipal", "≥95"))
    frame = type(plan.frame).model_validate(frame_settings(levels=THREE, parts=PARTS))
    plan = replace(plan, frame=frame)
    table = assess(plan, year).items.query("verdict == 'not_applicable'")
    own = dossier(plan, 3, year).verdicts.query("year == @year and item_id == '3'")["reason"]
    assert own.tolist()[1:] == ["本级没有要求，不适用。依据：原表为“/”。", "本级没有要求，不适用。"]
    reasons = dict(zip(zip(table["item_id"], table["level"], strict=True), table["reason"], strict=True))
    assert reasons["2.2", "municipal"] == "本级没有要求，不适用。"
    assert all(("原表为“/”" in reason) is (level != "municipal") for (_, level), reason in reasons.items())


def test_a_level_that_never_asked_lacks_nothing() -> None:
    """Where the levels are observed apart, a level that asks nothing in either year has lost no data and has none to fill in."""
    found = changes(three(), 2024)
    assert found.missing.query("indicator == 1").empty
    assert table1(assess(three(), 2024))[0].cells["status"].text == "已建立制度"


def test_levels_that_measure_the_same_are_one_series() -> None:
    """It has the targets whichever level they follow, and its change is counted once."""
    for follow in ("provincial", "municipal"):
        plan = three(follow)
        rows = trends(plan, 2024).query("item_id == '2.1'")
        assert list(zip(rows["last_value"], rows["target_year"].fillna(0), strict=True)) == [
            (-0.4, 0),
            (87, 2025),
            (87, 2030),
        ]
        values = changes(plan, 2024).values.query("item_id == '2.1'")
        assert values["after"].tolist() == ["-0.4", "87"]


def test_an_entry_cites_the_rows_that_it_is_about() -> None:
    """Unmet by two levels and by the target: not the first level's row, which measures something else."""
    plan = three()
    text = str(action_list(plan, 2024))
    entry = text[text.index("优良比例") :]
    assert re.search(r"出处：(.*?)<", entry)[1] == "provincial的出处；municipal的出处"  # type: ignore[index]
