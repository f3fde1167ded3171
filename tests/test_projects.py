"""Tables 2 and 3: counts, money, schedule and concentration, on made-up projects, then on the plan's own."""

from pathlib import Path

import pandas as pd
import pytest
from tiny import past, project, tiny_plan

from cixi_analysis.analysis.links import units
from cixi_analysis.analysis.projects import (
    ASSUMPTION,
    Totals,
    by_category,
    concentration,
    outcomes,
    schedule,
    totals,
    yearly_budget,
)
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.presentation import charts
from cixi_analysis.presentation.figure import titles_of
from cixi_analysis.presentation.project_page import concentration_prose, money_cards, outcomes_prose, unit_table


def cells(frame: pd.DataFrame) -> list[list[object]]:
    """The rows with an empty cell as ``None``."""
    return [[None if pd.isna(v) else v for v in row] for row in frame.itertuples(index=False)]


# --- Table 2 ----------------------------------------------------------------------------------------------------


def test_outcomes_sum_by_type_and_in_all() -> None:
    assert cells(outcomes(tiny_plan())) == [
        ["生态经济", 3, 1, 2, 1, 7, 3 / 7],
        ["生态文化", 1, 0, 0, 2, 3, 1 / 3],
        ["合计", 4, 1, 2, 3, 10, 0.4],
    ]


def test_a_type_without_projects_has_no_completion_rate() -> None:
    assert cells(outcomes(tiny_plan(past_projects=past("生态文化", 0, 0, 0, 0))))[0] == [
        "生态文化",
        0,
        0,
        0,
        0,
        0,
        None,
    ]


def test_a_type_without_projects_is_neither_the_best_nor_the_worst() -> None:
    """Whatever its place in the table; where there are no projects at all, nothing is compared but nothing fails."""
    none, half, whole = past("甲", 0, 0, 0, 0), past("乙", 1, 1, 0, 0), past("丙", 1, 0, 0, 0)
    told = outcomes_prose(tiny_plan(past_projects=(*none, *half, *whole)))
    assert "最高的是丙（100.0%），最低的是乙（50.0%，共2项）" in told
    assert "完成率—。" in outcomes_prose(tiny_plan(past_projects=none))
    assert "最高" not in outcomes_prose(tiny_plan(past_projects=half)), "one type is not the best of several"
    both = outcomes_prose(tiny_plan(past_projects=(*half, *whole, *past("丁", 2, 0, 0, 0))))
    assert "最高的是丙、丁（100.0%），最低的是乙（50.0%，共2项）" in both


# --- Table 3 ----------------------------------------------------------------------------------------------------


def test_by_category_tells_none_from_nothing() -> None:
    assert cells(by_category(tiny_plan())) == [
        ["生态安全体系", 2, 0, 8500, 8500 / 10500, 0.5],
        ["生态生活体系", 1, 0, 2000, 2000 / 10500, 0.25],
        ["生态文化体系", 1, 1, None, None, 0.25],
    ]


def test_a_project_with_two_units_belongs_to_both() -> None:
    """Its 500 stand under both units, and once in the total."""
    plan = tiny_plan()
    assert [(u.name, len(u.sole), *u.money) for u in units(plan)] == [
        ("市水利局", 1, 2, 0, 8500),
        ("各镇（街道、园区）", 0, 1, 0, 500),
        ("市住建局", 1, 1, 0, 2000),
        ("市委宣传部", 1, 1, 1, None),
    ]
    assert totals(plan.projects) == Totals(projects=4, without_budget=1, budget=10500)


def test_totals_of_nothing_and_of_unknown() -> None:
    assert totals(()) == Totals(0, 0, 0)
    assert totals([project(1, "2021", None)]) == Totals(1, 1, None)


@pytest.mark.parametrize(
    ("years", "year", "share", "state"),
    [
        ("2021-2024", 2020, 0, "未开始"),
        ("2021-2024", 2021, 0.25, "实施期内"),
        ("2021-2024", 2023, 0.75, "实施期内"),
        ("2021-2024", 2024, 1, "已到期"),
        ("2021-2024", 2030, 1, "已到期"),
        ("2025", 2024, 0, "未开始"),
        ("2025", 2025, 1, "已到期"),
    ],
)
def test_schedule_at_the_end_of_a_year(years: str, year: int, share: float, state: str) -> None:
    (row,) = schedule(tiny_plan(projects=(project(7, years, None),)), year).to_dict("records")
    assert (row["number"], row["elapsed_share"], row["state"]) == (7, share, state)
    assert pd.isna(row["budget"])


def test_yearly_budget_spreads_evenly() -> None:
    """8000 over 2021-2024, 500 in 2022, 2000 over 2024-2025; the project without a budget is counted, not added."""
    frame = yearly_budget(tiny_plan())
    assert cells(frame[frame["category"] == "生态安全体系"]) == [
        [2021, "生态安全体系", 1, 0, 2000],
        [2022, "生态安全体系", 2, 0, 2500],
        [2023, "生态安全体系", 1, 0, 2000],
        [2024, "生态安全体系", 1, 0, 2000],
        [2025, "生态安全体系", 0, 0, 0],
    ]
    assert cells(frame[frame["category"] == "生态文化体系"])[0] == [2021, "生态文化体系", 1, 1, None]
    assert frame["budget"].sum() == 10500
    assert "平均" in ASSUMPTION


def test_concentration() -> None:
    found = concentration(tiny_plan())
    assert found.largest is not None
    assert (found.largest.number, found.largest_share, found.top5_share) == (1, 8000 / 10500, 1)


@pytest.mark.parametrize("projects", [(), (project(1, "2021", None),), (project(1, "2021", 0),)])
def test_without_money_there_are_no_shares(projects: tuple[object, ...]) -> None:
    plan = tiny_plan(projects=projects)
    found = concentration(plan)
    assert (found.largest_share, found.top5_share) == (None, None)
    assert by_category(plan)["share_of_money"].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("projects", "told", "titles"),
    [
        (  # nobody is alone with the most
            (project(1, "2021-2025", 5e6), project(2, "2021-2025", None, category="生态文化体系")),
            ["按资金看，生态安全体系最多（100.0%）；按项目数看，生态安全体系、生态文化体系最多（各50.0%）。"],
            ["生态安全体系占资金100.0%，占项目数50.0%", "市水利局参与2项、500.00亿元", "2021年等5年最多，各约100.0亿元"],
        ),
        (
            (project(1, "2021", None), project(2, "2022", None)),
            ["按项目数看，生态安全体系最多（100.0%）。"],
            ["生态安全体系占项目数100.0%", "市水利局参与2项", "概算按年分摊"],
        ),
        (
            (project(1, "2021", 0),),
            ["按项目数看，生态安全体系最多（100.0%）。"],
            ["生态安全体系占项目数100.0%", "市水利局参与1项、0.00亿元", "概算按年分摊"],
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_the_most(projects: tuple[object, ...], told: list[str], titles: list[str]) -> None:
    """Of several with the most each is named; without money nothing is said of it. The five largest are of six or more."""
    plan = tiny_plan(projects=projects)
    assert [concentration_prose(plan).striptags()] == told
    drawn = (charts.money_by_category(plan), charts.money_by_unit(plan), charts.yearly_budget(plan, 2022))
    assert [titles_of(chart)[0].rpartition("：")[2] for chart in drawn] == titles
    assert "最大五项" not in money_cards(plan, 2022)
    text = "".join(titles_of(drawn[0])[1] + concentration_prose(plan) + money_cards(plan, 2022))
    assert ("最大" in text) is bool(plan.projects[0].budget)


def test_of_two_largest_none_is_the_largest() -> None:
    """Projects with the same money: none of them is named, coloured or left out as the largest."""
    plan = tiny_plan(projects=(project(1, "2021", 5000), project(2, "2022", 5000), project(3, "2022", 100)))
    assert concentration(plan).largest is None
    note = titles_of(charts.money_by_category(plan))[1]
    assert "最大" not in note + concentration_prose(plan) + money_cards(plan, 2022)


def test_no_project_has_a_budget() -> None:
    """Neither a card nor a caption shows a sum."""
    plan = tiny_plan(projects=(project(1, "2021", None),))
    assert "—" not in money_cards(plan, 2022)
    assert "（各项都没有概算）" in unit_table(plan)


@pytest.mark.slow
def test_little_money_is_not_none() -> None:
    """30 万元 in two years: every figure in 亿元 has digits left."""
    plan = tiny_plan(projects=(project(1, "2021-2022", 30),))
    drawn = (charts.money_by_category(plan), charts.money_by_unit(plan), charts.yearly_budget(plan, 2022))
    told = "".join("".join(titles_of(one)) for one in drawn)
    assert "0.00亿元" not in told
    assert "0.0亿元" not in told
    labels = [row["label"] for rows in drawn[0].to_dict()["datasets"].values() for row in rows if "label" in row]
    assert labels == ["0.003（100.0%）", "1（100.0%）"]
    drawn = charts.money_by_category(tiny_plan(projects=(project(1, "2021", 0.4),)))
    labels = [row["label"] for rows in drawn.to_dict()["datasets"].values() for row in rows if "label" in row]
    assert labels == ["0.00004（100.0%）", "1（100.0%）"]


def test_a_table_of_past_projects_without_any_is_drawn() -> None:
    """Each type with 0 projects: the page shows a chart without bars, no error."""
    plan = tiny_plan(past_projects=past("生态经济", 0, 0, 0, 0), published=())
    assert "0项中已完成0项" in charts.past_outcomes(plan)._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("table", [by_category, yearly_budget])
def test_no_projects_is_an_empty_table(table: object) -> None:
    assert callable(table)
    assert table(tiny_plan(projects=())).empty


# --- the plan itself --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).parents[1])


def test_table_2(plan: Plan) -> None:
    found = outcomes(plan)
    assert cells(found.drop(columns="completion_rate")) == [
        ["生态经济", 4, 3, 3, 4, 14],
        ["生态环境", 13, 0, 7, 0, 20],
        ["生态生活", 3, 0, 6, 4, 13],
        ["生态文化", 0, 0, 1, 1, 2],
        ["合计", 20, 3, 17, 9, 49],
    ]
    assert found["completion_rate"].round(3).tolist() == [0.286, 0.65, 0.231, 0, 0.408]


def test_table_3_totals(plan: Plan) -> None:
    assert totals(plan.projects) == Totals(projects=47, without_budget=2, budget=7099622)
    by = by_category(plan)
    assert (by["projects"].sum(), by["budget"].sum(), by["without_budget"].tolist()) == (
        47,
        7099622,
        [0, 0, 0, 0, 0, 2],
    )


def test_one_project_is_46_percent_of_the_money(plan: Plan) -> None:
    found = concentration(plan)
    assert found.largest is not None
    assert (found.largest.number, found.largest.name) == (40, "城中村（厂）改造工程")
    assert found.largest_share == pytest.approx(3300000 / 7099622)
    assert found.top5_share == pytest.approx((3300000 + 655600 + 520000 + 400000 + 300000) / 7099622)


def test_units_split_only_outside_brackets(plan: Plan) -> None:
    found = {unit.name: unit.money for unit in units(plan)}
    assert "各镇（街道、园区）" in found
    assert not [name for name in found if name.count("（") != name.count("）")]
    assert found["市水利局"] == Totals(projects=11, without_budget=0, budget=854800)
    assert sum(money.budget or 0 for money in found.values()) > 7099622  # which is why nobody may sum it


def test_schedule_of_2022(plan: Plan) -> None:
    found = schedule(plan, 2022)
    assert found["state"].value_counts().to_dict() == {"实施期内": 41, "未开始": 6}
    assert schedule(plan, 2030)["state"].unique().tolist() == ["已到期"]


def test_the_yearly_budget_adds_up_to_the_total(plan: Plan) -> None:
    found = yearly_budget(plan)
    assert found["budget"].sum() == pytest.approx(7099622)
    assert (found["year"].min(), found["year"].max()) == (2015, 2030)
