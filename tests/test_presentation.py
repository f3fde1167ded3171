"""Charts by their data and encodings, tables by their text: what people see, and that data never becomes markup."""

import html
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import altair as alt
import metrics
import pandas as pd
import pytest
from altair.utils import schemapi
from conftest import ROOT
from markupsafe import escape
from tiny import PARTS, TITLE, frame, item, observation, requirement, revision, target, tiny_plan

from cixi_analysis.analysis import trend
from cixi_analysis.analysis.reconciliation import reconcile
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.analysis.trend import series
from cixi_analysis.assessment import Assessment, assess
from cixi_analysis.book.sphinx_extension import imprint
from cixi_analysis.export import attachments
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Observation, Requirement
from cixi_analysis.presentation import (
    audit_page,
    charts,
    dictionary,
    formatting,
    method,
    project_page,
    summary,
    summary_page,
    tables,
    trend_tables,
)
from cixi_analysis.presentation import changes_page as changes
from cixi_analysis.presentation import figure as figure_module
from cixi_analysis.presentation.action_list import action_list
from cixi_analysis.presentation.board import board
from cixi_analysis.presentation.charts.bar_charts import domain_counts
from cixi_analysis.presentation.charts.series_charts import points
from cixi_analysis.presentation.html import Html, MarkdownText
from cixi_analysis.presentation.looks import FONTS, LOOKS
from cixi_analysis.presentation.table1_page import introduction, table1
from cixi_analysis.presentation.titles import item_anchor, short_source
from cixi_analysis.report import attach_report
from cixi_analysis.words import Absence, Basis, Direction, Pace, Stage, Status, Verdict, printed


@pytest.fixture(autouse=True)
def _validated() -> Iterator[None]:
    """Specifications are validated here, as they are not in a build: a wrong one fails the test that shows it."""
    with schemapi.debug_mode(True):
        yield


EVIL = '<script>alert("x")</script>'
FORMULA = "=1+1"


@pytest.fixture(scope="module")
def year2022(plan: Plan) -> Assessment:
    return assess(plan, 2022)


def shown(chart: Any) -> str:
    """A chart as a notebook shows it."""
    return str(chart._repr_mimebundle_()["text/html"])


def text(markup: Html | str) -> str:
    """What a reader reads of it."""
    html = markup if isinstance(markup, str) else markup._repr_html_()
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL))


@cache
def all_charts(plan: Plan, year: int) -> list[Any]:
    assessment = assess(plan, year)
    trends, margins = trend.trends(plan, year), trend.margins(plan, year)
    return [
        charts.progress_by_domain(assessment),
        *(one for one in charts.item_series(plan, year, margins, trends) if not isinstance(one, Html)),
        charts.bullets(plan, year, margins, trends),
        charts.gaps(plan, year, trends),
        charts.schedule(plan, year),
        charts.money_by_category(plan),
        charts.money_by_unit(plan),
        charts.yearly_budget(plan, year),
        charts.past_outcomes(plan),
    ]


@cache
def pages_of_charts(plan: Plan, year: int) -> list[str]:
    """What is shown of each of them."""
    return [shown(chart) for chart in all_charts(plan, year)]


# Status


def contrast(one: str, other: str) -> float:
    """WCAG 2: the contrast of two colours, 1 to 21."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


NOT_FILLED_IN = LOOKS[Status.NOT_FILLED_IN]


def test_every_status_has_a_look_of_its_own() -> None:
    """Every verdict and pace has a word and a symbol, and no two verdicts share either."""
    assert set(LOOKS) == {*Status, *Pace, *Direction}
    verdicts = [LOOKS[status] for status in Status]
    assert len({look.word for look in verdicts}) == len({look.symbol for look in verdicts}) == len(verdicts)


@pytest.mark.parametrize("look", LOOKS.values(), ids=lambda look: look.word)
def test_words_can_be_read_on_their_colour(look: Any) -> None:
    """Ink on back, as the badges and charts print it, and white on the ink of unmet, reach 4.5:1."""
    assert contrast(look.ink, look.back) >= 4.5
    assert contrast("#ffffff", look.ink) >= 4.5


def test_the_style_sheet_has_the_same_colours() -> None:
    """A status has one colour, in the charts and on the pages."""
    css = (ROOT / "book" / "_static" / "cixi.css").read_text(encoding="utf-8")
    light = css[css.index('[data-theme="light"]') : css.index('[data-theme="dark"]')]
    for verdict, name in ((Verdict.MET, "met"), (Verdict.UNMET, "unmet"), (Verdict.NO_DATA, "no-data")):
        look = LOOKS[verdict]
        assert (f"--{name}: {look.ink};" in light, f"--{name}-back: {look.back};" in light) == (True, True), verdict
        assert f".{look.css} " in css


# Numbers and names


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        (66342, {}, "66,342"),
        (-54.3, {}, "−54.3"),
        (0.1 + 0.2, {}, "0.3"),
        (0, {}, "0"),
        (7.0, {"signed": True}, "+7"),
        (709.9622, {"digits": 2}, "709.96"),
        (7099622.0, {}, "7,099,622"),
        (32063.3, {}, "32,063.3"),
        (-676169.8062, {}, "−676,169.8062"),
        (7099622.25, {}, "7,099,622.25"),
        (None, {}, "—"),
        (float("nan"), {}, "—"),
    ],
)
def test_numbers_as_printed(value: float | None, options: dict[str, Any], expected: str) -> None:
    """No binary noise, a real minus sign, groups of thousands, and a dash for none."""
    assert formatting.number(value, **options) == expected


def test_computed_figures_are_rounded() -> None:
    """Four significant digits, but never fewer than the whole units; a half is rounded up, as readers do it."""
    given = (1.3933333, 0.00133333, 3110.4, 66342.5, -66342.5, 2.5005, 0.0, 9999.6)
    assert [formatting.rounded(v) for v in given] == [
        "1.393",
        "0.001333",
        "3,110",
        "66,343",
        "\N{MINUS SIGN}66,343",
        "2.501",
        "0",
        "10,000",
    ]
    assert formatting.number(1e30, 2) == "1,000,000,000,000,000,000,000,000,000,000.00"
    assert [formatting.percent(v, 0) for v in (0.625, 0.375, 0.0049)] == ["63%", "38%", "0%"]


def test_no_rounding_turns_a_statement_false() -> None:
    """99.97 % is not 100 %, 30 万元 are not 0.00 亿元, and a ratio of 0.9496 is not the 0.95 that would be on track."""
    shares = (0.9997, 1, 0.00004, 0, 0.9994, -0.00004)
    assert [formatting.percent(v) for v in shares] == ["99.97%", "100.0%", "0.004%", "0.0%", "99.9%", "−0.004%"]
    assert [formatting.yi(v) for v in (0.5, 49.9, 150, 0, 2750, 7099622, None)] == [
        "0.00005", "0.00499", "0.015", "0.00", "0.28", "709.96", "—",
    ]  # fmt: skip
    ratios = (0.9496, 0.9504, 0.599, -0.001, 4.756)
    assert [trend_tables._ratio(v) for v in ratios] == ["0.9496", "0.95", "0.599", "−0.001", "4.76"]


def test_names_and_sources() -> None:
    """``9.1`` is 9①; a source of the plan itself is shown without the plan's title, another one whole."""
    assert [item(i).label for i in ("9.1", "38")] == ["9①", "38"]
    assert item_anchor("9.1") == "item-9-1"
    assert short_source(tiny_plan(), f"{TITLE}表一 序号9① 现状值") == "表一 序号9① 现状值"
    assert short_source(tiny_plan(), "《公报》第3页") == "《公报》第3页"


# Charts


def test_theme_names_fonts_of_all_systems() -> None:
    """Windows, macOS, Linux, and whatever the browser has; the chart itself says so too."""
    fonts = [font.strip() for font in FONTS.split(",")]
    assert {"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC"} < set(fonts)
    assert fonts[-1] == "sans-serif"
    assert alt.theme.active == "cixi"
    assert alt.Chart({"values": []}).mark_bar().to_dict()["config"]["font"] == FONTS


@pytest.mark.parametrize("style", ["Regular", "Bold"])
def test_charts_are_measured_with_the_widths_of_noto(style: str, tmp_path: Path) -> None:
    if not metrics.SOURCE.is_dir():
        pytest.skip("Noto Sans CJK is not installed")
    metrics.write(tmp_path / "made.ttf", metrics.SOURCE, style)
    assert (tmp_path / "made.ttf").read_bytes() == (figure_module.METRICS_FOLDER / f"{style}.ttf").read_bytes()


@pytest.mark.slow
def test_a_chart_is_laid_out_as_with_the_font_that_it_is_shown_with(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not metrics.SOURCE.is_dir():
        pytest.skip("Noto Sans CJK is not installed")
    spec = charts.money_by_unit(plan).to_dict()

    def drawn(font: str) -> str:
        monkeypatch.setattr(figure_module, "drawings", {})
        monkeypatch.setattr(figure_module, "METRICS", font)
        return figure_module.svg(spec, "board", "")

    assert drawn(figure_module.METRICS) == drawn(FONTS) != drawn("DejaVu Sans Mono")


@pytest.mark.slow
def test_charts_are_the_same_every_time(plan: Plan) -> None:
    """Two runs give the same bytes, whatever was drawn before; ids are unique on a page; nothing is fetched."""
    first = pages_of_charts(plan, 2022)
    with schemapi.debug_mode(False):
        again = [shown(chart) for chart in reversed(all_charts.__wrapped__(plan, 2022))][::-1]
    assert first == again
    ids = re.findall(r'\bid="([^"]+)"', "".join(first))
    assert len(ids) == len(set(ids))
    for figure in first:
        assert not re.search(r"<script(?! type=\"application/json\">)|https?://(?!www\.w3\.org)", figure)
        references = re.findall(r"url\(#([^)]+)\)", figure)
        assert set(references) <= set(ids)


@pytest.mark.slow
def test_a_chart_is_a_figure_with_words(year2022: Assessment) -> None:
    """Caption and a text for those who do not see the drawing."""
    progress = shown(charts.progress_by_domain(year2022))
    assert re.search(r'<figure class="cixi-figure" id="progress-by-domain-2022">', progress)
    assert "2022年各领域达标情况</strong>" in progress
    assert re.search(r'<svg role="img" aria-label="2022年各领域达标情况。格中为指标数：[^"]+"', progress)


@pytest.mark.slow
def test_a_chart_holds_its_data_once(plan: Plan) -> None:
    """The table and the specification together are the chart's data again, and no field is in both."""
    for chart, page in zip(all_charts(plan, 2022), pages_of_charts(plan, 2022), strict=True):
        whole = chart.to_dict(validate=False)  # as it was when it was shown
        spec = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
        table = re.search(r'<table[^>]*data-set="([^"]+)">(.*?)</table>', page, re.S)
        heads = re.findall(r'<th [^>]*data-field="([^"]+)"( class="number")? style="[^"]+">([^<]+)</th>', table[2])
        cells = [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr>(<td.*)</tr>", table[2])]
        assert all(re.search(r"[\u4e00-\u9fff]", head) for _, _, head in heads), whole["name"]
        for name, rows in whole["datasets"].items():
            columns = spec["datasets"][name]
            if name == table[1]:
                assert not {field for field, _, _ in heads} & columns.keys()
                for n, (field, number, _) in enumerate(heads):
                    columns[field] = [
                        None if row[n] == "" else float(row[n]) if number else html.unescape(row[n]) for row in cells
                    ]
            rebuilt = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
            assert rebuilt == [{f: None if v == "" else v for f, v in row.items()} for row in rows] or rebuilt == rows


@pytest.mark.slow
def test_every_chart_fits_a_phone(plan: Plan) -> None:
    """A drawing is at most as wide as the column of text, and has another one where it is wider than a phone; the two
    have ids of their own and the same words for those who do not see them.
    """
    for chart, page in zip(all_charts(plan, 2022), pages_of_charts(plan, 2022), strict=True):
        drawings = re.findall(r'<svg[^>]* aria-label="([^"]+)"[^>]* width="([\d.]+)"', page)
        labels, widths = zip(*((label, float(width)) for label, width in drawings), strict=True)
        assert widths[0] <= 710, chart.name
        assert widths[-1] <= 400, chart.name
        assert len(set(labels)) == 1
        assert len(widths) == 1 + (widths[0] > 400), chart.name


def test_a_chart_without_columns_is_refused() -> None:
    """Every chart has a data table; the message names the chart and what there is to choose from."""
    chart = alt.Chart(pd.DataFrame({"a": [1]}), name="x").mark_bar().encode(x="a:Q")
    with pytest.raises(ValueError, match=r"图 x：usermeta\['columns'\] 应列出数据表的列.*数据中有 a"):
        shown(chart)


def test_a_wrong_specification_fails() -> None:
    """What these tests show is validated (see the fixture); what a build shows is not."""
    chart = alt.Chart(pd.DataFrame({"a": [1]}), name="x", usermeta={"columns": {"a": "甲"}}).mark_bar().encode(x="a:Q")
    chart.encoding.x["no such property"] = 1
    with pytest.raises(schemapi.SchemaValidationError, match="no such property"):
        shown(chart)
    with schemapi.debug_mode(False):
        assert "<svg" in shown(chart)


def test_text_cannot_leave_a_charts_specification() -> None:
    """JSON in a page is data, whatever the data says."""
    rows = pd.DataFrame({"a": ["</script><script>alert(1)</script>"], "b": ["<!--"]})
    chart = alt.Chart(rows, name="x", usermeta={"columns": {"a": "甲"}}).mark_bar().encode(x="a:N", y="b:N")
    page = shown(chart)
    assert page.count("<script") == 1
    assert "alert(1)" not in re.search(r'<script type="application/json">(.*?)</script>', page, re.S)[1]


def cells(markup: Html) -> dict[str, list[tuple[str, str, list[str]]]]:
    """The board's groups in their order, with the address, the name and the signs of each cell."""
    groups = re.findall(r'<ul class="[a-z_]*[^"]*" aria-label="([^"]+)">(.*?)</ul>', markup._repr_html_(), re.S)
    parts = r'<a href="([^"]+)"><span>([^<]+)</span> <span class="signs">(.*?) </span></a>'
    signs = partial(re.findall, r'<span class="status[^"]*">([^<]+)</span>')
    return {head: [(to, name, signs(found)) for to, name, found in re.findall(parts, own)] for head, own in groups}


def test_the_board_begins_with_what_needs_action(year2022: Assessment) -> None:
    """Unmet, then no data, then the rest by domain in the plan's order; every indicator once, its cell a link."""
    found = cells(board(year2022, "2022/"))
    domains = list(dict.fromkeys(i.domain for i in year2022.plan.items))
    assert list(found) == [LOOKS[Status.UNMET].text, LOOKS[Status.NO_DATA].text, *domains]
    assert [name for _, name, _ in found[LOOKS[Status.UNMET].text]] == ["9 环境空气质量", "38 农村生活污水治理率"]
    shown = {int(name.split()[0]): (to, signs) for own in found.values() for to, name, signs in own}
    assert sorted(shown) == list(range(1, 51))
    assert shown[9][0] == "indicators/9.html"
    for n, (_, signs) in shown.items():
        looks = {level.short: LOOKS[year2022.status(n, level)].text for level in year2022.plan.levels}
        assert {
            level: look for sign in signs for levels, look in [sign.split(" ", 1)] for level in levels.split("、")
        } == looks


def test_the_board_counts_each_domain(year2022: Assessment) -> None:
    """Met of applicable at each level, those in the groups above included."""
    assert "生态经济 3项 国 2/6 省 4/7" in text(board(year2022))


def test_the_board_says_how_many_of_a_domain_stand_above(year2022: Assessment) -> None:
    """Three cells under a domain with seven indicators that apply: else the counts beside them seem to be wrong."""
    shown = text(board(year2022))
    assert "生态经济 3项 国 2/6 省 4/7（另4项列在前面）" in shown
    assert "生态安全 9项 国 6/9 省 9/13（另4项列在前面）" in shown
    assert "生态制度 8项 国 6/6 省 7/7 1 " in shown


LEVELS = [
    {"id": "county", "name": "县级", "short": "县"},
    {"id": "province", "name": "省级", "short": "省"},
    {"id": "nation", "name": "国家级", "short": "国"},
    {"id": "basin", "name": "流域", "short": "流"},
]


@pytest.mark.slow
@pytest.mark.parametrize("levels", [1, 3, 4])
def test_the_board_has_a_sign_for_each_level(levels: int) -> None:
    """In the frame's order, each with the level's short name, the same statuses in one; so have the bars by domain."""
    ids = [level["id"] for level in LEVELS[:levels]]
    plan = tiny_plan(
        frame=frame(levels=LEVELS[:levels], targets_follow=ids[-1]), published=(),
        requirements=tuple(requirement("2.1", level, f"≥{85 + 5 * n}") for n, level in enumerate(ids)),
        observations={2022: (observation("2.1", 86),)},
    )  # fmt: skip
    assessment = assess(plan, 2022)
    own = next(
        signs for group in cells(board(assessment)).values() for _, name, signs in group if name.startswith("2 ")
    )
    met, unmet = LOOKS[Status.MET].text, LOOKS[Status.UNMET].text
    assert own == [f"县 {met}", f"{'、'.join(['省', '国', '流'][: levels - 1])} {unmet}"][:levels]
    heads = re.findall(r"(县级|省级|国家级|流域)：\d / \d 项达标", shown(charts.progress_by_domain(assessment)))
    assert list(dict.fromkeys(heads)) == [level["name"] for level in LEVELS[:levels]]


def test_progress_by_domain_counts(year2022: Assessment) -> None:
    """The pieces of the bars sum to the applicable indicators, and only unmet is dark."""
    counts = domain_counts(year2022)
    sums = counts.groupby(["level", "verdict"])["count"].sum()
    assert {v: sums["national", v] for v in ("met", "unmet", "no_data")} == {"met": 29, "unmet": 2, "no_data": 6}
    assert set(counts[counts["fill"] == LOOKS[Verdict.UNMET].ink]["verdict"]) == {"unmet"}


def test_missing_years_are_dashed(plan: Plan) -> None:
    """PM2.5 of 2018 and 2022: a dashed line; three years in a row are two plain ones. The ends have labels."""
    far, near = points(series(plan, 2022)["9.3", None]), points(series(plan, 2022)["8", None])
    assert far[["year", "gap", "label", "below"]].to_numpy().tolist() == [
        [2018, True, "38", False],
        [2022, False, "26", True],
    ]
    assert far["later"][0] == 2022
    assert [list(near[column]) for column in ("gap", "label")] == [[False] * 3, ["2.92", "", "7.34"]]


def with_another_2022(plan: Plan, *ids: str) -> Plan:
    """Some items with a second year like 2022, so that each is drawn."""
    own = plan.only(tuple(plan.item(item_id) for item_id in ids))
    return replace(own, observations={**plan.observations, 2023: plan.observations[2022]})


@cache
def series_specs(plan: Plan, year: int) -> dict[str, Any]:
    trends, margins = trend.trends(plan, year), trend.margins(plan, year)
    drawn = [c for c in charts.item_series(plan, year, margins, trends) if not isinstance(c, Html)]
    return {str(c.name): c.to_dict() for c in drawn}


@pytest.mark.slow
def test_series_charts_share_their_years_and_begin_at_zero(plan: Plan) -> None:
    """All axes of years are the same, from the first number of the plan to the last target year; no axis is cut."""
    found = series_specs(plan, 2022)
    assert set(found) == {f"series-{i}-2022" for i in ("8", "9-2", "24", "28-1", "28-2", "34", "49")}
    for spec in found.values():
        x, y = ([layer["encoding"][way]["scale"] for layer in spec["layer"] if "scale" in layer["encoding"].get(way, {})]
                for way in "xy")  # fmt: skip
        assert {tuple(scale["domain"]) for scale in x} == {(2017.25, 2030.5)}
        assert {scale["domain"][0] for scale in y} == {0.0}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("9-2", "9②、9③ PM2.5浓度 38→26微克/立方米，已完成下达目标"),
        ("28-2", "28② 农田灌溉水有效利用系数 0.631→0.632，离2025年规划值0.64还差0.008"),
        ("49", "49 公众对生态文明建设的满意度 80.83→84.07，达到数值要求，已达到2025年、2030年规划值"),
        ("8", "8 绿色贷款余额占比 2.92→7.34%，改善"),
    ],
)
def test_the_title_of_a_series_is_its_message(plan: Plan, name: str, title: str) -> None:
    """The ends, and what they are held against, or the direction where there is nothing; equal series share a chart."""
    spec = series_specs(plan, 2022)[f"series-{name}-2022"]
    assert spec["title"]["text"] == title
    assert spec["description"].startswith(title)


def test_series_have_their_limits_drawn(plan: Plan) -> None:
    """A target at its year, what was assigned at the year it is for, a bound of the requirement at none."""
    found, limits = series_specs(plan, 2022), set()
    for name in ("series-9-2-2022", "series-28-1-2022", "series-49-2022"):
        rows = [row for data in found[name]["datasets"].values() for row in data]
        limits |= {(row["kind"], row["year"], row["value"], row["label"]) for row in rows if row["kind"] != "现状值"}
    assert limits == {
        ("下达目标", 2022, 31.0, "下达目标≤31"),
        ("规划值", 2025, 13.0, "规划值13"),
        ("要求", None, 80.0, "国≥80"),
        ("规划值", 2025, 80.0, "规划值80"),
        ("规划值", 2030, 80.0, "规划值80"),
    }


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("40", {("国、省≥80", False)}),  # one line
        ("31-1", {("省≥95", False), ("国≥90", True)}),  # near each other
        ("38", {("省≥95", False), ("国≥50", False)}),
    ],
)
def test_the_limits_of_a_series_can_be_told_apart(plan: Plan, name: str, labels: set[tuple[str, bool]]) -> None:
    """The labels, and whether they stand below their lines."""
    spec = series_specs(with_another_2022(plan, name.replace("-", ".")), 2023)[f"series-{name}-2023"]
    rows = [row for data in spec["datasets"].values() for row in data]
    assert {(row["label"], row["below"]) for row in rows if row["kind"] == "要求"} == labels


def test_levels_share_the_label_of_a_change_since_a_year() -> None:
    """Of both levels it stands once, the levels before it."""
    seen = {2020: (observation("1", 50),), 2022: (observation("1", 58),)}
    asked = tuple(requirement("1", level, "较2020年上升20%以上") for level in ("national", "provincial"))
    left_out = dict.fromkeys(("targets", "published", "links", "commitments", "projects", "past_projects", "audit"), ())
    plan = tiny_plan(items=(item("1", unit="吨"),), observations=seen, requirements=asked, **left_out)
    (spec,) = series_specs(plan, 2022).values()
    labels = {row["label"] for data in spec["datasets"].values() for row in data if row["kind"] == "要求"}
    assert labels == {"国、省较2020年上升≥20%（≥60吨）"}


def test_no_label_of_a_series_lies_on_its_axis(plan: Plan) -> None:
    """10③: 0%, required and planned: every label stands above."""
    (rows,) = series_specs(with_another_2022(plan, "10.3"), 2023)["series-10-3-2023"]["datasets"].values()
    assert {row["below"] for row in rows} == {False}


def test_a_level_series_is_a_sentence(plan: Plan) -> None:
    """33 was 100 twice and has no limit: a line says nothing more."""
    trends, margins = trend.trends(plan, 2022), trend.margins(plan, 2022)
    told = [text(c) for c in charts.item_series(plan, 2022, margins, trends) if isinstance(c, Html)]
    assert told == [" 33 一般工业固体废物综合利用率：2021年100，2022年100%，没有变化。 "]


def bullets(plan: Plan, *ids: str) -> Any:
    trends, margins = (
        table[table["item_id"].isin(ids) | (not ids)] for table in (trend.trends(plan, 2022), trend.margins(plan, 2022))
    )
    return charts.bullets(plan, 2022, margins, trends)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (("9.1",), "优良天数比例83.3%，比下达目标86.8%低3.5个百分点"),
        (("38",), "农村生活污水治理率40.7%，比国家级要求≥50%低9.3个百分点、比省级要求≥95%低54.3个百分点"),
        (("9.1", "9.2", "9.3"), "优良天数比例83.3%，比下达目标86.8%低3.5个百分点"),
        (("28.2",), "农田灌溉水有效利用系数0.632，离2025年规划值0.64还差0.008"),
        (("31.1", "31.2", "31.3"), "3个子项有数值可比，都达到数值要求"),
        (("5",), "生态环境信息公开率100%，达到数值要求，已达到2025年、2030年规划值。"),
        (("22.1",), "2022年没有可以比较的数值要求或规划值。"),
    ],
)
def test_bullets_say_what_is_missing(plan: Plan, ids: tuple[str, ...], told: str) -> None:
    """With unit and direction; of 100 % that keeps every limit, and of what has none, a sentence and no drawing."""
    found = bullets(plan, *ids)
    assert (text(found).strip() if isinstance(found, Html) else found.title.text) == told


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (("28.1", "28.2"), "2个子项有数值可比，2个未达到规划值：单位地区生产总值用水量、农田灌溉水有效利用系数"),
        (("28.2", "31.1", "31.2"), "3个子项有数值可比，有数值要求的都已达到"),
    ],
)
def test_bullets_call_nothing_met_that_is_not_required(plan: Plan, ids: tuple[str, ...], told: str) -> None:
    """Items with a target only: a title that speaks of requirements says nothing of them."""
    assert bullets(plan, *ids).title.text == told


def test_a_bar_of_another_year_is_excepted(plan: Plan) -> None:
    """28① ends in 2021: the note below the chart does not call its bar one of 2022."""
    notes = [figure_module.titles_of(bullets(plan, *ids))[1] for ids in (("28.1", "28.2"), ("31.1", "31.2"))]
    assert [note.partition("，")[0] for note in notes] == ["条为2022年现状值（另注年份的除外）", "条为2022年现状值"]


def test_gaps_that_are_equal_share_the_first_place() -> None:
    """Two items as far from their targets: neither is the farthest. A target of 0 has no share."""
    two = {"requirements": (), "targets": tuple(target(i, 2025, "≥90") for i in "12"), "published": ()}
    given = {"items": (item("1"), item("2")), "observations": {2022: (observation("1", 75), observation("2", 75))}}
    plan = tiny_plan(**two, **given, links=())
    title, note = figure_module.titles_of(charts.gaps(plan, 2022, trend.trends(plan, 2022)))  # type: ignore[arg-type]
    assert title == "2个数值规划值尚未达到，差得最多的之一是1 子项1（2025年）：每年需+5个百分点"
    assert "规划值为0" not in note
    plan = replace(plan, items=(item("1", polarity="less"),), targets=(target("1", 2025, "0"),))
    plan = replace(plan, observations={2022: (observation("1", 1),)})
    title, note = figure_module.titles_of(charts.gaps(plan, 2022, trend.trends(plan, 2022)))  # type: ignore[arg-type]
    assert title.startswith("1个数值规划值尚未达到，差得最多的是1 子项1")
    assert note.startswith("条为差距占规划值的百分比（规划值为0的，以1计）")


def test_a_long_name_shrinks_no_drawing() -> None:
    """Drawn in full it would scale a phone's drawing down until nothing can be read: it is cut, its value and the year of
    a target are not.
    """
    long = "农村（含撤并村、城中村、城乡结合部和渔业村）生活污水治理率" * 3
    none = dict.fromkeys(("published", "links"), ())
    seen, asked = {2022: (observation("1", 38.2),)}, (requirement("1", "national", "≥60"),)
    goal = {"targets": (target("1", 2025, "≥75"),)}
    plan = tiny_plan(items=(item("1", unit="%", name=long),), requirements=asked, observations=seen, **goal, **none)
    drawn = bullets(plan), charts.gaps(plan, 2022, trend.trends(plan, 2022))
    for chart, year in zip(drawn, ("", "（2025年）"), strict=True):
        page = shown(chart)
        widths = re.findall(r'<svg[^>]* aria-label="[^"]+"[^>]* width="([\d.]+)"', page)
        assert [float(width) <= most for width, most in zip(widths, (710, 400), strict=True)] == [True, True]
        assert re.search(rf">1 农村（含撤并村[^<]*…{year}　38.2[^<]*<", page)


def test_the_first_label_of_many_years_is_clear_of_the_axis() -> None:
    """Forty years: three quarters of one of them are six pixels, and the label would lie on the numbers of the axis."""
    seen = {year: (observation("1", 91.2 + (year - 2021) / 10),) for year in range(2021, 2061)}
    none = dict.fromkeys(("published", "links", "targets", "projects", "commitments", "past_projects", "audit"), ())
    asked = (requirement("1", "national", "≥90"),)
    plan = tiny_plan(items=(item("1", unit="%"),), requirements=asked, observations=seen, **none)
    trends, margins = trend.trends(plan, 2060), trend.margins(plan, 2060)
    (drawn,) = charts.item_series(plan, 2060, margins, trends)
    scales = [
        one["encoding"]["x"]["scale"] for one in drawn.to_dict()["layer"] if "scale" in one["encoding"].get("x", {})
    ]
    assert {330 * (2021 - low) / (high - low) > 15 for low, high in (scale["domain"] for scale in scales)} == {True}


def test_a_name_and_its_value_are_kept_apart() -> None:
    """PM2.5 of 26 is not PM2.526, as in the reasons of verdicts."""
    none, only = (
        dict.fromkeys(("published", "links", "targets"), ()),
        item("1", unit="吨", polarity="less", name="PM2.5"),
    )
    seen, asked = {2022: (observation("1", 26),)}, (requirement("1", "national", "≤25"),)
    plan = tiny_plan(items=(only,), requirements=asked, observations=seen, **none)
    assert bullets(plan).title.text == "PM2.5为26吨，比国家级要求≤25吨高1吨"


def test_an_axis_below_zero_says_so() -> None:
    """A series of negative numbers does not begin at 0."""
    seen = {2021: (observation("1", -5),), 2022: (observation("1", -3),)}
    none = dict.fromkeys(("published", "links", "targets", "projects", "commitments", "past_projects", "audit"), ())
    asked = (requirement("1", "national", "≥0"),)
    plan = tiny_plan(items=(item("1", unit="摄氏度"),), requirements=asked, observations=seen, **none)
    (spec,) = series_specs(plan, 2022).values()
    assert spec["title"]["subtitle"] == "纵轴从负值起，含0。"


def test_bullets_hold_each_value_against_its_limits(plan: Plan) -> None:
    """Every item with a number and a limit has its bar from 0, on its own scale, those not met first and in red; every
    limit lies where its number says. 9① has its assigned target, 38 two bounds and two targets.
    """
    spec = bullets(plan).to_dict()
    rows = next(data for data in spec["datasets"].values() if "at" in data[0])
    bars = [row for row in rows if row["kind"] == "现状值"]
    assert [(row["item"].split()[0], row["ink"] == LOOKS[Verdict.UNMET].ink) for row in bars[:3]] == [
        ("38", True),
        ("9①", True),
        ("3", False),
    ]
    for bar in bars:
        own = [row for row in rows if row["item"] == bar["item"]]
        scale = bar["value"] / bar["at"]
        assert {row["kind"] for row in own} > {"现状值"}
        assert all(row["at"] == pytest.approx(row["value"] / scale) and 0 <= row["at"] <= 1 for row in own)
    assert [bar["told"] for bar in bars if bar["item"].startswith("32③")] == ["0.10千克/亩"]  # as it is printed
    limits = [(row["kind"], row["told"]) for row in rows if row["item"].startswith(("38", "9① "))]
    assert limits == [
        ("现状值", "40.7%"), ("要求", "国≥50"), ("要求", "省≥95"), ("规划值", "2025年规划值100"), ("规划值", "2030年规划值100"),
        ("现状值", "83.3%"), ("下达目标", "下达目标86.8"),
    ]  # fmt: skip
    assert spec["title"]["text"] == "34个子项有数值可比，2个未达到要求：农村生活污水治理率、优良天数比例"
    assert "另有15个子项为100%或0，数值要求与规划值都已达到，不画：5、6、10②、10③" in spec["title"]["subtitle"]


@pytest.mark.parametrize(
    ("value", "wording", "title"),
    [
        ("-0.5", "≥1", "乙一-0.5件，比国家级要求≥1件低1.5件"),
        ("0", ">0", "乙一0件，只到国家级要求>0件的界限"),
        ("0", "≥0", "乙一0件，达到数值要求"),
    ],
)
def test_bullets_of_odd_numbers(value: str, wording: str, title: str) -> None:
    """Below 0, at 0, and on a limit that does not count itself."""
    plan = tiny_plan(
        items=(item("2.1", name="乙一", unit="件"),), requirements=(requirement("2.1", "national", wording),),
        targets=(), published=(), observations={2022: (observation("2.1", value),)}, commitments=(), links=(),
    )  # fmt: skip
    found = charts.bullets(plan, 2022, trend.margins(plan, 2022), trend.trends(plan, 2022))
    assert found.title.text == title.replace("-", "\N{MINUS SIGN}", 1)
    assert "<svg" in shown(found)


def test_levels_that_measure_the_same_in_other_units_are_apart() -> None:
    """Each level's values in its own row, chart and bar, held against its own limits and targets only."""
    ours = requirement("2.2", "national", "≤40"), requirement("2.2", "provincial", "≤0.05", unit="毫克/立方米")
    seen = {2021: ("35", "0.07"), 2022: ("32", "0.06")}
    plan = tiny_plan(
        items=(item("2.2", name="浓度", unit="微克/立方米", polarity="less"),), requirements=ours,
        targets=(target("2.2", 2025, "≤0.04"),), published=(), commitments=(), links=(), audit=(),
        observations={y: (observation("2.2", a, level="national"), observation("2.2", b, level="provincial"))
                      for y, (a, b) in seen.items()},
    )  # fmt: skip
    trends, margins = trend.trends(plan, 2022), trend.margins(plan, 2022)
    rows = text(trend_tables.trend_table(plan, 2022, trends))
    assert "32微克/立方米" in rows and "0.06毫克/立方米" in rows
    assert "有数值的序列2个" in text(trend_tables.evidence(trends, 2022))
    missed = "比省级要求≤0.05毫克/立方米高0.01毫克/立方米"
    assert [chart.title.text for chart in charts.item_series(plan, 2022, margins, trends)] == [
        "2② 浓度 35→32微克/立方米，达到数值要求",
        f"2② 浓度 0.07→0.06毫克/立方米，{missed}",
    ]
    bars = next(d for d in charts.bullets(plan, 2022, margins, trends).to_dict()["datasets"].values() if "at" in d[0])
    assert [(row["value"], row["words"]) for row in bars if row["kind"] == "现状值"] == [
        (0.06, "省≤0.05，2025年规划值0.04"), (32, "国≤40")
    ]  # fmt: skip


def test_unmet_items_have_a_picture_wherever_they_are_listed(plan: Plan, year2022: Assessment) -> None:
    """The two unmet items of 2022; a year without any shows nothing."""
    rows = next(data for data in charts.unmet_bullets(year2022).to_dict()["datasets"].values() if "at" in data[0])
    assert {row["item"] for row in rows} == {"9① 优良天数比例", "38 农村生活污水治理率"}
    assert text(charts.unmet_bullets(assess(plan, 2020))).strip() == ""
    own = plan.only(plan.indicator_items(28))  # 12.9 reaches the target of 2025, 13, but is more than the 12.8 of 2023
    years = {y: (observation("28.1", v),) for y, v in ((2023, 12.8), (2024, 12.9))}
    later = assess(replace(own, observations={**own.observations, **years}), 2024)
    assert "unmet" in set(later.items[later.items["item_id"] == "28.1"]["verdict"])
    assert text(charts.unmet_bullets(later)).strip() == ""


def test_gaps_tell_what_is_needed_a_year(plan: Plan) -> None:
    """The numeric targets not reached, the farthest first, each with gap and yearly change; a sentence where there is none."""
    trends = trend.trends(plan, 2022)
    spec = charts.gaps(plan, 2022, trends).to_dict()
    assert (
        spec["title"]["text"]
        == "7个数值规划值尚未达到，差得最多的是38 农村生活污水治理率（2025年）：每年需+19.77个百分点"
    )
    rows = next(iter(spec["datasets"].values()))
    assert [(row["item"], row["rate"], row["share"]) for row in rows[::5]] == [
        ("38 农村生活污水治理率（2025年）", "+19.77个百分点", 59.3),
        ("28① 单位地区生产总值用水量（2025年）", "\N{MINUS SIGN}0.025立方米/万元", 0.7692),
    ]
    reached = trends[trends["pace"] == Pace.REACHED]
    assert text(charts.gaps(plan, 2022, reached)).strip() == "截至2022年，没有未达到的数值规划值。"


@pytest.mark.parametrize(("left_out", "step"), [([], 66), (["28.1"], 46)])
def test_words_that_have_no_room_beside_the_name_stand_below_it(plan: Plan, left_out: list[str], step: int) -> None:
    """28① tells its unit three times: then each bar has two lines of words above it, otherwise one."""
    trends = trend.trends(plan, 2022)
    spec = charts.gaps(plan, 2022, trends[~trends["item_id"].isin(left_out)]).to_dict()
    assert spec["height"] == {"step": step}


def test_years_and_sums_have_room_on_a_phone(plan: Plan) -> None:
    """Sixteen columns of 19 pixels: the years stand upright, and each sum is narrower than its column."""
    narrow = charts.yearly_budget(plan, 2022).usermeta["narrow"]
    sums = [row["text"] for data in narrow["datasets"].values() for row in data if "text" in row]
    assert max(tables.ems(text) for text in sums) * 9.5 < narrow["width"] / len(sums)
    assert [layer["encoding"]["x"]["axis"] for layer in narrow["layer"]] == [{"labelAngle": -90}] * 3


def test_the_schedule_is_ordered_by_end(plan: Plan) -> None:
    """By end year, with the share of the years that has passed."""
    rows = next(data for data in charts.schedule(plan, 2022).to_dict()["datasets"].values() if "share" in data[0])
    assert [row["end_year"] for row in rows] == sorted(row["end_year"] for row in rows)
    shares = {row["number"]: row["share"] for row in rows}
    assert (shares[9], shares[7], shares[44], shares[23]) == ("67%", "73%", "20%", "0%")


def test_project_charts_say_what_they_show(plan: Plan) -> None:
    """Titles carry computed numbers; the schedule says that it is no progress, the profile its assumption."""
    specs = [c.to_dict() for c in all_charts(plan, 2022)[-5:]]
    titles = {spec["name"]: spec["title"] for spec in specs}
    assert titles["money-by-category"]["text"] == "投资与项目数按类别：生态生活体系占资金56.3%，占项目数23.4%"
    assert "最大的一项占46.5%" in titles["money-by-category"]["subtitle"]
    assert "各单位不能相加" in titles["money-by-unit"]["subtitle"]
    assert "不是工程进度" in titles["schedule-2022"]["subtitle"]
    assert "假定" in titles["yearly-budget-2022"]["subtitle"]
    assert "已完成20项，完成率40.8%" in titles["past-outcomes"]["text"]


# Tables


def evil_plan() -> Plan:
    """The tiny plan with markup and a formula wherever data holds free text."""
    bad = f"{EVIL}{FORMULA}"
    plan = tiny_plan()
    items = tuple(
        i.model_copy(update={"name": bad, "indicator_name": bad, "domain": bad, "task": bad}) for i in plan.items
    )
    rows = (
        observation("2.1", 86, statement=f"86\n{bad}", source=bad),
        observation("2.2", 32, statement=bad, source=bad),
    )
    return replace(
        plan,
        items=items,
        projects=tuple(
            p.model_copy(update={"name": bad, "content": bad, "units": bad, "category": bad}) for p in plan.projects
        ),
        observations={2021: plan.observations[2021], 2022: rows},
    )


@pytest.mark.slow
def test_data_never_becomes_markup() -> None:
    """Whatever stands in a cell is text: ``<script>`` and ``=1+1`` come out as they went in, on every page."""
    plan = evil_plan()
    assessment = assess(plan, 2022)
    trends, margins = trend.trends(plan, 2022), trend.margins(plan, 2022)
    pieces = [
        table1(assessment),
        summary_page.one_page(plan, 2022),
        action_list(plan, 2022),
        summary.tally_table(assessment, "domain"),
        summary.observed_items(plan, 2022),
        summary.decided(assessment),
        summary.verdict_counts(assessment),
        trend_tables.trend_table(plan, 2022, trends),
        trend_tables.margin_table(plan, 2022, margins),
        project_page.project_table(plan, 2022),
        project_page.category_table(plan),
        project_page.concentration_prose(plan),
    ]
    for piece in pieces:
        html = piece._repr_html_()
        assert EVIL not in html
        assert "&lt;script&gt;" in html
    assert FORMULA in text(pieces[0])
    for page in pages_of_charts(plan, 2022):
        assert page.count("<script") == 1  # its specification
        assert EVIL not in page


class Balance(HTMLParser):
    """Counts what is open; a void element never is."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "img", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_table1_is_whole(plan: Plan, year2022: Assessment) -> None:
    """Every item and indicator has its anchor, every statement stands verbatim, every printed verdict beside ours."""
    html = table1(year2022)._repr_html_()
    for one in plan.items:
        assert html.count(f'id="{item_anchor(one.item_id)}"') == 1
        assert html.count(f'id="indicator-{one.indicator}"') == 1
    read = text(html)
    for row in plan.observations[2022]:
        assert re.sub(r"\s+", " ", row.statement or "") in read
    for verdict in Verdict:
        assert LOOKS[verdict].text in read
    for basis in Basis:
        assert basis.chinese in read
    assert [html.count(f"原表：{printed(v)}<") for v in Verdict] == [68, 4, 13, 15]
    assert "表一 序号38 现状值" in read
    parser = Balance()
    parser.feed(html)
    assert parser.open == []


def test_table1_merges_cells_as_the_plan_does(year2022: Assessment) -> None:
    """9 is one number over three items; the status of 9② reaches down to 9③, whose card on a phone has it too; every row fills
    the same width.
    """
    html = table1(year2022)._repr_html_()
    assert re.search(r'id="indicator-9" data-find="环境空气质量" rowspan="3"', html)
    row = html[html.index('id="item-9-2"') : html.index('id="item-9-3"')]
    assert re.search(r'class="words" rowspan="2"', row)
    width = len(re.findall(r'<th scope="col"', html))
    reach: list[int] = [0] * width  # rows that each column is still covered for
    for cells in re.findall(r"<tr class.*?</tr>", html, re.DOTALL):
        spans = re.findall(r"<t[dh](?! class=.again)([^>]*)>", cells)
        free = [i for i in range(width) if reach[i] == 0]
        reach = [max(r - 1, 0) for r in reach]
        taken = 0
        for attributes in spans:
            across = int(m[1]) if (m := re.search(r'colspan="(\d+)"', attributes)) else 1
            down = int(m[1]) if (m := re.search(r'rowspan="(\d+)"', attributes)) else 1
            for column in free[taken : taken + across]:
                reach[column] = down - 1
            taken += across
        assert taken == len(free)


def test_empty_cells_are_explained() -> None:
    """An empty cell is a dash, and the table says what a dash means; a table without one says nothing."""
    rows, columns = [(1.0,), (None,)], {"数": "number"}
    assert text(tables.table(rows, columns, empty="没有概算")).split() == ["数", "1", "—", "“—”：没有概算。"]
    assert "—" not in text(tables.table(rows[:1], columns, empty="没有概算"))


def test_repeated_cells_are_merged_from_the_left() -> None:
    """A cell that repeats the one above is merged with it only where the merged columns before it are merged too."""
    rows = [("甲", 2022, 1.0), ("甲", 2022, 1.0), ("乙", 2022, 1.0), ("乙", 2021, 1.0)]
    html = tables.table(rows, {"名称": "name merged", "年份": "year merged", "数": "number"})._repr_html_()
    cells = re.findall(r"<td([^>]*)>([^<]*)</td>", html)
    assert [(text, (re.findall(r'rowspan="(\d)"', css) or ["1"])[0]) for css, text in cells] == [
        ("甲", "2"), ("2022", "2"), ("1", "1"), ("1", "1"), ("乙", "2"), ("2022", "1"), ("1", "1"), ("2021", "1"), ("1", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "least", "shares", "cards"),
    [
        ([(8, "数", ["1", "23"])], [3], [100], False),  # as wide as its heading and the sign that sorts
        ([(8, "名称", ["生态环境状况指数"]), (8, "数", ["1"])], [8, 3], [73, 27], False),  # the text may break at 8
        ([(15, "原文", ["字" * 90])] * 2, [15, 15], [50, 50], True),
        # Beyond the place of 60 the long texts give way, the short cells do not.
        ([(15, "原文", ["字" * 90])] * 4 + [(6, "结论", ["✓ 达标"])], [14, 14, 14, 14, 4], [23, 23, 23, 23, 7], True),
    ],
)
def test_widths_follow_the_content(
    columns: list[tuple[float, str, list[str]]], least: list[int], shares: list[int], cards: bool
) -> None:
    """Each column has what its text needs up to its room; the shares of all are the whole place, never more."""
    found, wide = tables.widths(columns)
    numbers = [[float(n) for n in re.findall(r"[\d.]+", style)] for style in found]
    assert [round(n) for n, _ in numbers] == least
    assert [round(n) for _, n in numbers] == shares
    assert wide is cards


# Sentences and coverage


def test_verdict_counts(year2022: Assessment) -> None:
    """The numbers are computed and the unmet named."""
    assert text(summary.verdict_counts(year2022)).replace(" ", "") == (
        "2022年，国家级适用指标37项，其中29项达标、2项未达标（环境空气质量、农村生活污水治理率）、6项无数据；"
        "省级适用指标48项，其中39项达标、2项未达标（环境空气质量、农村生活污水治理率）、7项无数据。"
    )


def with_standard(*rows: Requirement) -> Plan:
    """The tiny plan with a year 2023, of which these wordings are asked."""
    plan = tiny_plan()
    entered = (
        observation("1", statement="已建立制度", attests="建立=已建立制度"), observation("2.1", 86), observation("2.2", 28),
        observation("3", 81),
    )  # fmt: skip
    return replace(
        plan, requirements=(*plan.requirements, *rows), observations={**plan.observations, 2023: entered}
    ).as_of(2023)


NEW = {"from_year": 2023, "standard": "新标准"}
OF_PLAN = "规划表一的全部栏目照录，"
OTHER = "2023年适用的要求与规划所列的不尽相同：不同的，其下以小字列出规划所列的；其余各栏为规划表一的文字，"
COUNTED = (
    "2023年的要求与2022年不同。按2022年的要求，2023年国家级适用指标3项，其中3项达标、0项未达标、0项无数据或未填报；"
    "省级适用指标2项，其中1项达标、1项未达标、0项无数据或未填报。由此改变的结论见“与上年相比”。"
)
REFUSED = (
    "有1条要求或规划值的文字无法解读，所在的子项记为无数据，其余照常评估：3满意度（国家级要求，2023年起）："
    "“【力争世界领先】”，不认识这里的说法。"
)


@pytest.mark.parametrize(
    ("rows", "counted", "refused", "introduced", "standards"),
    [
        pytest.param((), "", "", OF_PLAN, "未写明", id="nothing changes"),
        pytest.param(
            (requirement("2.1", "provincial", "≥90", **NEW),), "", "", OF_PLAN, "未写明；新标准", id="the same again"
        ),
        pytest.param(
            (requirement("2.1", "provincial", "≥85", **NEW),), COUNTED, "", OTHER, "未写明；新标准", id="softer"
        ),
        pytest.param(
            (requirement("3", "national", "力争世界领先", **NEW),),
            COUNTED,
            REFUSED,
            OTHER,
            "未写明；新标准",
            id="refused",
        ),
    ],
)
def test_a_later_standard_is_told(
    rows: tuple[Requirement, ...], counted: str, refused: str, introduced: str, standards: str
) -> None:
    """What last year's standard would have given, what cannot be read, what the table shows, and the imprint's standards."""
    plan = with_standard(*rows)
    assert text(summary.by_last_standard(plan, 2023)).replace(" ", "") == counted
    assert text(summary.refused(plan, 2023)).replace(" ", "") == refused
    told = text(introduction(assess(plan, 2023))).strip()
    assert told.startswith(f"{introduced}现状文字照录")
    assert f"2023年的要求所依据的标准：{standards}。" in told
    asked, sources = "国家级、省级要求", "出处未另注明的，均为该规划，只写表、序号与栏目。"
    assert imprint(plan, 2022) == f"2022年。依据《小县规划》表一所列的{asked}；标准：未写明。范围不含新区。{sources}"
    for year, since in ((2023, "2023年（初稿）"), (None, "2021—2023年（2023年为初稿）")):
        assert imprint(plan, year) == (
            f"{since}。依据《小县规划》表一所列的{asked}；标准：{standards}。范围不含新区。{sources}"
            if standards == "未写明"
            else f"{since}。{asked}按各年适用的标准：{standards}；规划值依据《小县规划》表一。范围不含新区。{sources}"
        )


def test_a_wording_that_has_been_replaced_is_not_told_as_refused() -> None:
    """Of the year that it held for it is; of a later one, whose wording can be read, it is not. Targets always are."""
    plan = with_standard(
        requirement("2.2", "national", "力争世界领先", from_year=2022), requirement("2.2", "national", "≤30", **NEW)
    )
    found = [text(summary.refused(plan.as_of(year), year)).replace(" ", "") for year in (2022, 2023)]
    assert ("2②浓度（国家级要求，2022年起）" in found[0], found[1]) == (True, "")
    plan = replace(plan, targets=(*plan.targets[1:], target("1", 2025, "力争世界领先")))
    assert "1子项1（2025年规划值）：" in text(summary.refused(plan, 2023)).replace(" ", "")


@pytest.mark.slow
@pytest.mark.parametrize("parts", [True, False])
def test_downloads_are_those_that_are_written(parts: bool, tmp_path: Path) -> None:
    """Each link of the list leads to a file of the year, and each file has a link; so without optional tables too."""
    plan = tiny_plan() if parts else tiny_plan(**dict.fromkeys(PARTS, ()))
    links = re.findall(r"\(([^()]*\.(?:xlsx|json|csv|docx))\)", summary.downloads(plan, 2022))
    attachments(plan, 2022, tmp_path)
    attach_report(plan, 2022, tmp_path)
    assert sorted(links) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.slow
def test_a_draft_tells_not_filled_in_from_no_data(plan: Plan) -> None:
    """A later year with items missing is a draft; 未填报 is shown and counted apart from 暂无数据."""
    rows = (observation("3", 28, statement="28"), observation("12", absence="暂无数据"))
    draft = replace(plan, observations={**plan.observations, 2023: rows})
    known = coverage(draft, 2023)
    assert (len(known.with_data), len(known.without_value), len(known.not_entered)) == (1, 1, 67)
    assert (known.is_draft, coverage(draft, 2022).is_draft, coverage(draft, 2021).is_draft) == (True, False, False)
    assert "初稿" in text(summary.year_banner(draft, 2023))
    assessment = assess(draft, 2023)
    assert [str(assessment.status(n, "national")) for n in (1, 12, 3)] == ["not_filled_in", "no_data", "met"]
    assert re.search(
        r"国家级适用指标37项，其中1项达标、0项未达标、1项无数据、35项未填报；", text(summary.verdict_counts(assessment))
    )
    for by in ("domain", "attribute"):
        assert NOT_FILLED_IN.word in text(summary.tally_table(assessment, by))
    assert NOT_FILLED_IN.word in text(summary.convention_tallies(draft, 2023))
    pieces = domain_counts(assessment).groupby(["level", "verdict"])["count"].sum()
    assert (pieces["national", "no_data"], pieces["national", "not_filled_in"]) == (1, 35)
    assert NOT_FILLED_IN.text in text(table1(assessment))


@pytest.mark.slow
def test_nothing_is_said_of_not_filled_in_where_all_is(plan: Plan, plan_2023: Plan, year2022: Assessment) -> None:
    """A whole year has no column, card, sentence or sign for 未填报."""
    pieces = [
        summary.verdict_counts(year2022),
        summary_page.one_page(plan, 2022),
        summary.tally_table(year2022, "domain"),
    ]
    found = changes.since_last_year(plan_2023, 2023)
    pieces += [summary.convention_tallies(plan, 2022), changes.verdicts(plan_2023, found)]
    pieces.append(board(year2022))
    drawn = shown(charts.progress_by_domain(year2022))
    assert not [p for p in (*map(text, pieces), drawn) if NOT_FILLED_IN.word in p]


def test_a_year_is_a_draft_until_it_is_closed(plan: Plan) -> None:
    """All items filled in is not enough: the rows have to be 定稿; one row of 初稿 makes the year a draft."""
    closed = plan.observations[2022]
    reopened = (closed[0].model_copy(update={"stage": Stage.DRAFT}), *closed[1:])
    for rows, draft in ((closed, False), (reopened, True)):
        year = replace(plan, observations={**plan.observations, 2023: rows})
        assert coverage(year, 2023).is_draft == draft
        assert ("69个子项都已填报，其中1项尚未定稿" in text(summary.year_banner(year, 2023))) == draft
        assert imprint(year, 2023).startswith("2023年（初稿）。" if draft else "2023年。")
        assert imprint(year, None).startswith("2020—2023年（2023年为初稿）。" if draft else "2020—2023年。")
        assert imprint(year, 2022).startswith("2022年。")
    assert not coverage(replace(plan, observations={2022: reopened}), 2022).is_draft


def test_an_item_that_one_level_lacks_is_not_filled_in() -> None:
    """A year in which a verdict is 未填报 is a draft, although another level of the item has its number."""
    _, _, *others = tiny_plan().observations[2022]
    plan = tiny_plan(observations={2022: (*others, observation("2.1", 86, level="national"))})
    assert Status.NOT_FILLED_IN in assess(plan, 2022).statuses.values()
    assert (coverage(plan, 2022).not_entered, coverage(plan, 2022).stage) == (("1", "2.1"), Stage.DRAFT)


def test_a_retrospect_says_how_much_is_known(plan: Plan) -> None:
    """2021: 10 of 69 items; no banner for the base year."""
    assert "69个子项中有10项在规划中印有2021年的数据，其余59项原文未列" in text(summary.year_banner(plan, 2021))
    assert text(summary.year_banner(plan, 2022)).strip() == ""


# What moved since last year

SECTIONS = (changes.summary, changes.verdicts, changes.values, changes.data, changes.revisions)


def later(plan: Plan, *rows: Observation) -> Plan:
    return replace(plan, observations={**plan.observations, 2023: rows})


def as_in_2022(plan: Plan, *without: str) -> list[Observation]:
    """The figures of 2022, and its words where there is no figure, for another year."""
    figure = {"statement": None, "attests": None, "denies": None}
    rows = (row for row in plan.observations[2022] if row.item_id not in without)
    return [row.model_copy(update=figure) if row.value else row for row in rows]


def test_verdicts_that_moved_are_named_with_both_reasons(plan: Plan) -> None:
    """Each kind of change has its name, each indicator its own; what is not filled in yet is folded, by name only."""
    found = changes.since_last_year(
        draft := later(plan, observation("34", 60000, statement="60000"), observation("3", absence="暂无数据")), 2023
    )
    told = text(changes.verdicts(draft, found))
    assert re.search(
        r"由达标变为未达标的指标：1个结论 34 居民可支配收入 省级 ✓ 达标 → ✗ 未达标 "
        r"2022年 居民可支配收入：2020年59770元.*，达标。 依据 .* 2023年 居民可支配收入：.*60000元，没有稳步上升，未达标。",
        told,
    )
    assert re.search(r"由有结论变为无数据的指标：2个结论 3 生态文明建设工作占党政实绩考核的比例 国家级 ", told)
    html = changes.verdicts(draft, found)._repr_html_()
    folded = re.findall(
        r"<details>\s*<summary>(由有结论变为未填报的指标：\d+个结论)</summary>(.*?)</details>", html, re.DOTALL
    )
    assert len(folded) == 1
    assert "农村生活污水治理率</a>（国家级、省级）" in folded[0][1]
    assert "没有数值" not in folded[0][1]
    line = text(changes.summary(draft, found)).replace(" ", "")
    assert line.startswith("与2022年相比：1个结论由达标变为未达标：34居民可支配收入（省级）2个结论由有结论变为无数据")


def test_every_change_of_a_verdict_has_a_name() -> None:
    """Any two statuses that are different verdicts; what only was filled in with no data is no change of verdict."""
    pairs = [(a, b) for a, b in itertools.permutations(Status, 2) if {a, b} != {Status.NO_DATA, Status.NOT_FILLED_IN}]
    rows = pd.DataFrame(pairs, columns=["before_status", "after_status"])
    assert sum(len(own) for _, own in changes.moves(rows)) == len(pairs) == 18


def test_a_convention_of_one_year_is_no_news_of_what_is_not_filled_in(plan: Plan) -> None:
    """23 and 47 were met by a convention of 2022 alone; not filled in, they are two of those that are counted so."""
    draft = later(plan, *as_in_2022(plan, "23", "47"))
    assert "结论由“达标”变为“未填报”" not in text(changes.summary(draft, changes.since_last_year(draft, 2023)))
    known = later(plan, *as_in_2022(plan, "23", "47"), observation("47", absence="暂无数据"))
    told = text(changes.summary(known, changes.since_last_year(known, 2023)))
    assert "（省级）：只是视同的约定不同，结论由“达标”变为“无数据”。" in told


def test_values_and_data_that_moved(plan: Plan, year2022: Assessment) -> None:
    """Figures of both years with their change; what did not change is folded, a long list only names."""
    found = changes.since_last_year(plan, 2022)
    told = text(changes.values(plan, found))
    assert re.search(r"34 居民可支配收入 63,951元 66,342元 \+2,391 ＋ 改善", told)
    assert re.search(r"10① 水质达到或优于Ⅲ类比例提高幅度 实测：省控浒山东断面水质类别 Ⅳ类 Ⅲ类 — ＋ 改善", told)
    assert "没有变化的数值：2项" in told
    data = changes.data(plan, found)
    assert "<details>\n<summary>新有数据的子项：45个</summary>\n<p><a href" in data._repr_html_()
    assert re.search(r"不再有数据的子项：3个 .* 11 生态质量指数（EQI） 60.9 暂无数据", text(data))
    assert "24 水面率 7.8% 暂无数据 28① 单位地区生产总值用水量 13.1立方米/万元 暂无数据" in text(data)  # as elsewhere


def test_what_is_not_filled_in_is_counted_as_in_the_banner(plan: Plan) -> None:
    """Whether it had data the year before or not: the page has one number, and lists as many."""
    draft = later(plan, *as_in_2022(plan, "12", "38"))
    found = changes.since_last_year(draft, 2023)
    assert "还有2项未填报" in text(summary.year_banner(draft, 2023))
    assert "，2项还没有填报" in text(changes.summary(draft, found))
    assert re.search(r"2023年还没有填报的子项：2个 12 林草覆盖率 、 38 农村", text(changes.data(draft, found)))


def test_what_is_no_longer_asked_is_not_lost_data(plan: Plan) -> None:
    """The list of lost data is as long as the summary says; what ended with its requirement has a list of its own."""
    ended = [row for row in plan.requirements if row.item_id == "38"]
    rows = [row.model_copy(update={"from_year": 2023, "wording": "/"}) for row in ended]
    made = later(replace(plan, requirements=(*plan.requirements, *rows)), *as_in_2022(plan, "38"))
    found = changes.since_last_year(made, 2023)
    assert "不再有数据" not in text(changes.summary(made, found))
    assert text(changes.data(made, found)).strip().startswith("没有要求、也不再有数据的子项：1个")


def test_words_instead_of_a_figure_are_data(plan: Plan) -> None:
    """Where ``cixi diff`` says 只有文字, the page does not say 不再有数据; nor 新有数据 of a figure where there were words."""
    rows = {row.item_id: row for row in plan.observations[2022]}
    worded = rows["34"].model_copy(update={"value": None, "statement": "有所提高"})
    made = later(plan, *as_in_2022(plan, "1", "34"), worded, rows["1"].model_copy(update={"value": "5"}))
    found = changes.since_last_year(made, 2023)
    told = {kind: set(table["why"]) for kind, table in (("less", found.missing), ("more", found.available))}
    assert told == {"less": {"2022年有数值，2023年只有文字"}, "more": {"2022年只有文字，2023年有数值"}}
    assert "1项由数值改为文字，1项由文字改为数值" in text(changes.summary(made, found))
    page = text(changes.data(made, found))
    assert "由数值改为文字的子项：1个" in page and "由文字改为数值的子项：1个" in page
    assert not re.search("不再有数据|新有数据", page + text(changes.summary(made, found)))


def test_a_figure_that_cannot_be_compared_is_not_said_to_have_changed(plan: Plan) -> None:
    """90 % of one thing and 90 % of another."""
    rows = {row.item_id: row for row in plan.observations[2022]}
    made = later(plan, rows["31.3"].model_copy(update={"measure": "农膜处置率"}))
    told = text(changes.values(made, changes.since_last_year(made, 2023)))
    assert told.strip().startswith("有变化或不可比的数值：1项")


def test_the_page_of_changes_against_a_retrospect(plan: Plan) -> None:
    """No count, no "became": one sentence says why, once; the page has figures and data only."""
    found = changes.since_last_year(plan, 2022)
    assert text(changes.verdicts(plan, found)).strip() == (
        "2021年是回看，69个子项中只有10项有数据；2022年的结论和计数不能与它相比，只能比较单个数值。"
    )
    assert text(changes.summary(plan, found)).strip() == (
        "与2021年相比：6项两年都有数值（改善4项、持平2项），3项不再有数据，45项新有数据。"
    )
    page = "".join(text(section(plan, found)) for section in SECTIONS)
    assert not re.search(r"变为|转入|转出|\+27", page)
    assert len(page) < 2500


def test_counts_of_two_assessed_years(plan_2023: Plan) -> None:
    """With the verdicts that moved stand the counts, and the indicators behind their change."""
    told = text(changes.verdicts(plan_2023, changes.since_last_year(plan_2023, 2023)))
    assert re.search(r"由未达标变为达标的指标：2个结论 38 农村生活污水治理率 国家级 ", told)
    assert re.search(r"✓ 达标 29 28 −1 29 、 38 3 、 5 、 23 ", told)


def test_revisions_say_who_and_why(plan: Plan) -> None:
    """What an import changed in a closed year: before, after, who and why; all of it is text."""
    first, *_ = plan.observations[2022]
    log = (revision(2022, 2, "1", EVIL, "乙", column="statement", reason=EVIL, name=EVIL),)
    plan = later(replace(plan, revisions=log), first)
    shown = changes.revisions(plan, changes.since_last_year(plan, 2023))
    assert 'href="../indicators/1.html#item-1"' in shown._repr_html_()
    assert "定稿后的更正：1处" in text(shown)
    assert EVIL not in shown._repr_html_()


def test_what_moved_never_becomes_markup() -> None:
    """Names, statements and reasons on the page of changes are text."""
    plan = evil_plan()
    before = (observation("2.1", 95), observation("2.2", 29), observation("3", 60, statement=f"60{EVIL}"))
    plan = replace(plan, observations={2022: before, 2023: plan.observations[2022]})
    found = changes.since_last_year(plan, 2023)
    for section in (changes.summary, changes.verdicts, changes.values, changes.data):
        html = section(plan, found)._repr_html_()
        assert EVIL not in html
        assert "&lt;script&gt;" in html


def test_without_an_earlier_year_there_is_nothing_to_compare(plan: Plan) -> None:
    """Every section of the page says so; and where no closed year was corrected, that."""
    first = changes.since_last_year(plan, 2018)
    assert {text(section(plan, first)) for section in SECTIONS} == {" 此前没有任何年份的数据，无从比较。 "}
    assert "没有经导入更正过" in text(changes.revisions(plan, changes.since_last_year(plan, 2022)))


@pytest.mark.slow
@pytest.mark.parametrize("year", [2020, 2021, 2022])
def test_trend_page_of_every_year(plan: Plan, year: int) -> None:
    """The page's tables and charts can be made for retrospects as well, however little there is."""
    trends, margins = trend.trends(plan, year), trend.margins(plan, year)
    for piece in (
        trend_tables.evidence(trends, year),
        trend_tables.trend_table(plan, year, trends),
        trend_tables.water_classes(plan, year),
        trend_tables.margin_table(plan, year, margins),
        trend_tables.pace_counts(trends),
        trend_tables.pace_table(plan, year, trends),
        trend_tables.without_target(plan, trends),
    ):
        assert "没有这样的行" not in text(piece)
    for chart in (charts.bullets(plan, year, margins, trends), charts.gaps(plan, year, trends)):
        assert isinstance(chart, Html) or shown(chart)


def test_what_would_be_empty_is_left_out_with_its_reason(plan: Plan) -> None:
    """No panel with an axis alone, no table without rows: a sentence says why."""
    none = text(trend_tables.trend_table(plan, 2020, trend.trends(plan, 2020)))
    assert none.strip() == "截至2020年，没有一个子项有两个以上年份的数值，所以没有变化可列，也没有图。"
    assert text(tables.table([], {"甲": "text"}, caption="乙")).strip() == "乙：没有。"


def test_water_classes_are_told_and_not_subtracted(plan: Plan) -> None:
    """10①: Ⅳ in 2021, Ⅲ in 2022, better; it is in no series."""
    assert "2021年Ⅳ类，2022年Ⅲ类，＋ 改善" in text(trend_tables.water_classes(plan, 2022))
    assert "只有一个年份" in text(trend_tables.water_classes(plan, 2021))


def test_reconciliation_page(plan: Plan, year2022: Assessment) -> None:
    """Counts, and every row in exactly one of the three lists."""
    rows = reconcile(plan, year2022.table)
    listed = sum(
        audit_page.reconciliation_table(plan, rows, agrees)._repr_html_().count("<tr>") - 1
        for agrees in ("yes", "explained")
    )
    assert listed == len(rows)
    assert "没有“不一致”的行" in text(audit_page.reconciliation_table(plan, rows, "no"))
    assert "没有不一致的" in text(audit_page.reconciliation_conclusion(rows))


def test_the_reconciliation_in_a_sentence(plan: Plan, year2022: Assessment) -> None:
    """A verdict printed in two places is two cells; what cannot be computed is not said to differ without a word."""
    first, *others = plan.published
    again = first.model_copy(update={"source": f"{first.source}、二（六）"})
    strange = next(row for row in others if row.kind == "budget").model_copy(update={"unit": "元"})
    rows = reconcile(replace(plan, published=(first, again, *others, strange)), year2022.table)
    assert text(audit_page.reconciliation_conclusion(rows)).replace(" ", "") == (
        f"共核对{len(rows)}项，其中指标的结论101格；{len(rows) - 5}项一致，4项有说明，"
        "有1项不一致（其中1项无从复算），须先查明再使用本书的数字。"
    )


def test_method_page_shows_every_convention_and_reading(plan: Plan) -> None:
    """Conventions with their reasons and effect; every wording of the data with its meaning; the tolerance."""
    conventions = text(method.conventions(plan, 2022))
    assert all(row.reason in conventions for row in plan.conventions)
    effects = text(method.convention_effects(plan, 2022))
    assert re.search(r"上级未下达 27 36 −2 −3", effects)
    of_nation = replace(plan, requirements=tuple(row for row in plan.requirements if row.level == "national"))
    assert re.search(r"上级未下达 27 0 −2 0", text(method.convention_effects(of_nation, 2022)))
    readings = text(method.reading_table(plan))
    wordings = {re.sub(r"\s+", " ", r.wording) for r in (*plan.requirements, *plan.targets)}
    assert all(wording in readings for wording in wordings)
    assert "5%" in text(method.small_fall())


def test_dictionary_names_every_column_once(plan: Plan) -> None:
    """Every file with its number of rows, every column with its title, description and allowed words."""
    files = text(dictionary.files(plan))
    assert f"data/indicators.csv 子项：一行一个，按规划次序 {len(plan.items)}" in files
    html = text(dictionary.columns_of(plan))
    for model in {model for _, model, _ in plan.files()}:
        for column, info in model.columns().items():
            assert f"{column} {info.title} " in html
            assert str(escape(re.sub(r"\s+", " ", info.description or ""))) in html
    assert "binding（约束性）、reference（参考性）" in html
    assert "、".join(a.value for a in Absence) in html


def test_templates_escape_everything() -> None:
    """No template switches escaping off."""
    folder = ROOT / "cixi_analysis" / "presentation" / "templates"
    templates = sorted(Path(folder).glob("*.j2"))
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe|autoescape", template.read_text(encoding="utf-8")), template.name


@pytest.mark.parametrize("kind", ["text wide", "short filters", "text css"])
def test_an_unknown_option_of_a_column_is_refused(kind: str) -> None:
    """It was ignored: a table of one's own lacked its filter, and nothing said why."""
    with pytest.raises(ValueError, match=kind):
        tables.table([("甲",)], {"名称": kind})


def test_pieces_show_their_beginning_in_a_console(plan: Plan) -> None:
    assert repr(Html("<p>甲&lt;乙</p>")) == "<甲&lt;乙>"  # text of a test
    assert repr(MarkdownText("# 甲\n乙")) == "<# 甲>"
    assert repr(MarkdownText("")) == "<>"
