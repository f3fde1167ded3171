"""一页摘要: the four answers and what to do next, on the home page, in the overview and for the PDF."""

import json
import re
from dataclasses import replace

import pytest
from conftest import ROOT
from test_flips import alone
from tiny import fitting, item, observation, requirement, tiny_plan

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation
from cixi_analysis.presentation.action_list import action_list
from cixi_analysis.presentation.changes_page import data, since_last_year
from cixi_analysis.presentation.html import Html
from cixi_analysis.presentation.looks import LOOKS
from cixi_analysis.presentation.summary_page import one_page, tiles
from cixi_analysis.words import Stage, Status

MET, UNMET, NO_DATA, EMPTY = (LOOKS[s].word for s in (Status.MET, Status.UNMET, Status.NO_DATA, Status.NOT_FILLED_IN))


def told(shown: Html) -> list[str]:
    """The lines that a reader sees, without spaces."""
    text = re.sub(r"<br>|</(p|div|li|section|summary)>", "\n", shown._repr_html_())
    lines = (re.sub(r"<[^>]*>|\s", "", line) for line in text.split("\n"))
    return [line for line in lines if line]


def answers(plan: Plan, year: int) -> list[list[str]]:
    """Each tile's lines: the question, the answer, what it rests on."""
    pieces = re.findall(r"<section.*?</section>", tiles(plan, year)._repr_html_(), re.DOTALL)
    return [told(Html(piece)) for piece in pieces]  # noqa: S704  # pieces of a page


@pytest.mark.slow
def test_the_four_answers_of_the_base_year(plan: Plan) -> None:
    """Both unmet indicators with gap, yearly step and units; what can be compared; the targets; what is no longer known."""
    now, better, in_time, changed = answers(plan, 2022)
    assert now == [
        "2022年的现状",
        f"✗2{UNMET}约束性2项",
        f"国家级37项✗2{UNMET}✓29{MET}?6{NO_DATA}省级48项✗2{UNMET}✓39{MET}?7{NO_DATA}",
        "✗38农村生活污水治理率：2022年40.7%，比国家级要求的50%低9.3个百分点，比省级要求的95%低54.3个百分点；"
        "每年需+19.77个百分点（到2025年达到100%）；有关单位：市住建局。",
        "✗9①优良天数比例（环境空气质量）：2022年83.3%，比2022年的下达目标86.8%低3.5个百分点；"
        "每年需+1.167个百分点（2025年的下达目标未知，按2022年的86.8%计）；"
        "有关单位：宁波生态环境局慈溪分局、市交通局、慈溪交通集团。",
        "下一步还有：3个子项没有达到规划值，9个子项没有数据",
    ]
    assert better == [
        "是否在变好",
        "＋4改善＝2持平",
        "2021年和2022年都有数值、可以比较的6项",
        "改善的：8绿色贷款余额占比、10①省控浒山东断面水质类别、34居民可支配收入、49公众对生态文明建设的满意度",
    ]
    assert in_time == [
        "能否按时达到规划值",
        f"2025年✗4{UNMET}✓27{MET}?19{NO_DATA}",
        f"2030年✗4{UNMET}✓27{MET}?19{NO_DATA}",
        "2025年的数值规划值中还没有达到的，照已有的速度：!进度过慢1个、»进度足够1个、?数据不足3个",
        "目标年没有到，没有达到只说明还有距离",
    ]
    assert changed == [
        "与2021年相比",
        "?3项不再有数据：11生态质量指数（EQI）、24水面率、28①单位地区生产总值用水量",
        "＋45项新有数据",
        "2021年是回看，规划只印有个别数字，不比较结论和计数",
    ]


@pytest.mark.slow
def test_red_leads(plan: Plan) -> None:
    """What is bad makes its tile red and comes first in it; nothing got worse, so that tile is not."""
    bad = re.findall(r'class="cixi-tile( bad)?"', tiles(plan, 2022)._repr_html_())
    assert bad == [" bad", "", " bad", " bad"]
    assert 'class="count status-unmet">✗ <strong>2</strong>' in tiles(plan, 2022)._repr_html_()


@pytest.mark.parametrize(
    ("year", "note"),
    [
        (2024, "目标年没有到，没有达到只说明还有距离"),
        (2025, "2030年没有到，没有达到只说明还有距离"),
        (2026, "2025年已过，这里对照的是2026年的现状；2030年没有到，没有达到只说明还有距离"),
        (2030, "2025年已过，这里对照的是2030年的现状"),
    ],
)
def test_a_target_year_that_is_over_is_not_said_to_be_ahead(plan: Plan, year: int, note: str) -> None:
    """The figures are those of the year of the page, also against targets of a year before it."""
    own = alone(plan, "38")
    later = replace(own, observations={**own.observations, year: own.observations[2022]})
    assert answers(later, year)[2][-1] == note


@pytest.mark.slow
def test_a_made_up_year_tells_what_changed(plan_2023: Plan) -> None:
    """2023: 3 turned to unmet, 38 to met, 5 is not known any more; named, the bad first."""
    now, better, _, changed = answers(plan_2023, 2023)
    assert now[1] == f"✗2{UNMET}约束性2项"
    assert changed == [
        "与2022年相比",
        "✗2个结论由达标变为未达标：3生态文明建设工作占党政实绩考核的比例（国家级、省级）",
        "✓2个结论由未达标变为达标：38农村生活污水治理率（国家级、省级）",
        *changed[3:],
    ]
    assert any(line.startswith("?1项不再有数据：5") for line in changed)
    assert "－1变差" in better[1]
    assert "变差的：3生态文明建设工作占党政实绩考核的比例" in better


def test_figures_that_moved_are_a_change(plan: Plan) -> None:
    """No verdict turned and nothing was lost: the tile says so, not that nothing changed."""
    own = alone(plan, "3")
    years = {2022: own.observations[2022], 2023: (observation("3", 28, stage=Stage.FINAL),)}
    _, better, _, changed = answers(replace(own, observations=years), 2023)
    assert (better[1], changed) == ("＋1改善", ["与2022年相比", "结论没有变化，有数据的子项相同"])


@pytest.mark.slow
def test_what_is_measured_of_several_items_is_told_apart(plan: Plan) -> None:
    """Of each line of 22 the area is measured: one has shrunk, another has grown."""
    rows = {row.item_id: row for row in plan.observations[2022]}
    moved = {"22.1": "64.8", "22.2": "38.7"}
    later = tuple(
        rows[key].model_copy(update={"value": value, "statement": None, "attests": None})
        for key, value in moved.items()
    )
    better = answers(replace(plan, observations={**plan.observations, 2023: later}), 2023)[1]
    assert better[-2:] == ["变差的：22①划定面积", "改善的：22②划定面积"]


@pytest.mark.slow
def test_a_draft_says_so(plan: Plan) -> None:
    """A year being filled in: 初稿 in the first tile, 未填报 counted apart, those items folded at the end of the list."""
    draft = replace(plan, observations={**plan.observations, 2023: (observation("3", 28, statement="28"),)})
    now, *_, changed = answers(draft, 2023)
    assert now[0] == "2023年的现状（初稿）"
    assert f"国家级37项✓1{MET}·36{EMPTY}" in now[2]
    assert any(re.fullmatch(r"·\d+项还没有填报", line) for line in changed)
    shown = action_list(draft, 2023)._repr_html_()
    assert re.search(r'<details id="not-filled-in"[^>]*>\s*<summary>还没有填报的\d+项</summary>', shown)
    assert "初稿" not in answers(plan, 2022)[0][0]


def test_the_list_has_reason_source_unit_and_money(plan: Plan) -> None:
    """An entry leads to the dossier, the projects and the units; its reasons and its source are folded."""
    shown = action_list(plan, 2022, "2022/")._repr_html_()
    entry = shown[shown.index('id="next-item-38"') : shown.index('id="next-item-9-1"')]
    assert 'href="indicators/38.html#item-38"' in entry
    assert 'href="2022/units.html#unit-市住建局"' in entry
    assert "项目37 农村生活污水治理扩面和提升改造工程</a>（18.50亿元）" in entry
    assert "比2025年、2030年规划值100%低59.3个百分点" in entry
    assert "<summary>理由与出处</summary>" in entry
    assert "出处：表一 序号38 现状值" in entry
    lines = told(action_list(plan, 2022))
    assert lines[0] == "未达标的2项"
    assert [line for line in lines if re.fullmatch(r".*的\d+项", line)] == [
        "未达标的2项",
        "没有达到规划值的3项",
        "没有数据、要先查明的9项",
    ]
    assert "怎样达标国家级、省级：补上2022年的数值，须不低于4.5%（另有1种办法，见指标档案）。" in lines


def test_a_plan_with_little_in_it() -> None:
    """No earlier year, no targets, no projects, one level: each tile says what cannot be said."""
    plan = tiny_plan(projects=(), links=(), targets=(), commitments=(), audit=())
    plan = replace(plan, observations={2022: plan.observations[2022]})
    plan = replace(
        plan,
        frame=fitting(plan, levels=[{"id": "national", "name": "国家级", "short": "国"}], targets_follow="national"),
    )
    plan = replace(plan, requirements=tuple(r for r in plan.requirements if r.level == "national"))
    assert answers(plan, 2022) == [
        ["2022年的现状", "没有未达标的指标", f"国家级3项✓2{MET}?1{NO_DATA}", "下一步：1个子项没有数据"],
        ["是否在变好", "没有可比的年份"],
        ["能否按时达到规划值", "没有规划值"],
        ["与上年相比", "没有可比的年份"],
    ]
    assert "没有关联到项目" not in action_list(plan, 2022)._repr_html_()


@pytest.mark.slow
def test_a_year_without_any_verdict_is_not_called_good(plan: Plan) -> None:
    """Every number missing: nothing is unmet, and nothing is met either."""
    empty = tuple(
        row.model_copy(
            update=dict.fromkeys(("value", "statement", "attests", "denies", "assigned_target"))
            | {"absence": "暂无数据"}
        )
        for row in plan.observations[2022]
    )
    state = answers(replace(plan, observations={**plan.observations, 2023: empty}), 2023)[0]
    assert state[1] == "还没有一项指标有结论"


def test_no_change_says_of_what() -> None:
    """84 became 86: only verdicts and the presence of data are the same, and of a retrospect not even verdicts are compared."""
    rows = tuple(observation("2.1", 86) if row.item_id == "2.1" else row for row in tiny_plan().observations[2022])
    more = tuple(observation("2.1", 87) if row.item_id == "2.1" else row for row in rows)
    plan = tiny_plan(observations={2021: rows, 2022: more, 2023: rows})
    assert answers(plan, 2022)[3][1] == "有数据的子项相同"
    assert answers(plan, 2023)[3][1:] == ["结论没有变化，有数据的子项相同"]


@pytest.mark.parametrize("rows", [(), (observation("2.2", absence="未填报"),)])
def test_data_that_ended_with_the_requirement_are_not_the_same(rows: tuple[Observation, ...]) -> None:
    """One of two items of an indicator is asked no more: the verdict stays, its data are gone, also where a row says so."""
    asked = [requirement(one, "national", "≥80") for one in ("2.1", "2.2")]
    known = (observation("2.1", 86), observation("2.2", 90))
    plan = tiny_plan(
        items=(item("2.1"), item("2.2")), requirements=(*asked, requirement("2.2", "national", "/", from_year=2023)),
        targets=(), observations={2022: known, 2023: (*known[:1], *rows)}, published=(), links=(), projects=(),
    )  # fmt: skip
    assert answers(plan, 2023)[3][1] == "结论没有变化，1项没有要求、也不再有数据"
    assert data(plan, since_last_year(plan, 2023)).striptags().startswith("没有要求、也不再有数据的子项：1个")


def test_an_unmet_item_is_named_once() -> None:
    """Where the reason stands for the gap, it does not repeat the item before its colon."""
    seen = {year: (observation("1", value),) for year, value in ((2020, 80), (2021, 82), (2022, 81))}
    asked = (requirement("1", "national", "逐年上升"),)
    plan = tiny_plan(items=(item("1"),), requirements=asked, targets=(), observations=seen, projects=(), links=())
    assert answers(plan, 2022)[0][3].startswith("✗1子项1：2020年80%、2021年82%、2022年81%，没有逐年上升，未达标")


def test_an_item_without_a_project_says_so_where_the_plan_has_projects(plan: Plan) -> None:
    """The plan names units only of projects: of an item that none bears on nobody is named."""
    assert "有关项目没有关联到项目，规划没有写明责任单位" in told(action_list(plan, 2022))


def test_a_figure_without_a_direction_is_neither_better_nor_worse() -> None:
    """It is counted among those that can be compared, and said to have none."""
    _, *rest = tiny_plan().observations[2022]
    plan = tiny_plan(observations={2022: (observation("1", 5), *rest), 2023: (observation("1", 6), *rest)})
    assert answers(plan, 2023)[1] == [
        "是否在变好",
        "＝2持平",
        "2022年和2023年都有数值、可以比较的3项（其中1项规划没有表明方向）",
    ]


def test_the_page_for_the_pdf_is_made_of_the_same_pieces(plan: Plan) -> None:
    """Tiles, then the board."""
    shown = one_page(plan, 2022)._repr_html_()
    assert shown.index('class="cixi-tiles"') < shown.index('class="cixi-board"')
    assert tiles(plan, 2022)._repr_html_() in shown


@pytest.mark.parametrize("page", ["home", "overview"])
def test_home_and_overview_show_the_summary(page: str) -> None:
    """Both pages call the same functions, and none of the cells says the same again."""
    cells = json.loads((ROOT / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert (code.count("summary_page.tiles("), code.count(" action_list(plan, year")) == (1, 1)
    assert not re.search(r"verdict_counts|count_cards|changes_page", code)
