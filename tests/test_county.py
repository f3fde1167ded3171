"""Another county: a project made by ``cixi new`` and filled in through files and forms works with data alone."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import county
import pytest
from conftest import ONE_KERNEL, built_once, cixi, once
from docx import Document
from filling import NUMBERED
from openpyxl import load_workbook
from tiny import target, tiny_plan

from cixi_analysis.analysis import trend
from cixi_analysis.assessment import unobserved
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.presentation import audit_page, charts
from cixi_analysis.presentation.action_list import action_list
from cixi_analysis.report import report_bytes
from cixi_analysis.report.contents import contents
from cixi_analysis.words import AuditResult

YEARS = (2021, 2022, 2023)
LEVELS = {"one": county.ONE, "three": county.THREE}


def made(folder: Path, levels: str = "one") -> Path:
    """The county's project, every step by the command line."""
    done = cixi("new", str(folder), "--title", county.NAME)
    assert done.returncode == 0, done.stderr
    county.fill(folder, LEVELS[levels])
    for year in YEARS:
        form = folder.parent / f"{folder.name}-{year}.xlsx"
        assert cixi("workbook", str(year), "-o", str(form), root=folder).returncode == 0
        county.type_in(form, year, LEVELS[levels])
        done = cixi("check", str(form), root=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "问题0处，提示0处" in done.stderr
        done = cixi("import", str(form), "--final", root=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session", params=LEVELS)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county with one level, and with three."""
    return once(tmp_path_factory, request.param, partial(made, levels=request.param))


@pytest.fixture(scope="session")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county with one level."""
    return once(tmp_path_factory, "one", made)


@pytest.fixture(scope="session")
def book(one: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the county with one level, with its book."""
    return built_once(tmp_path_factory, "county", lambda folder: Path(shutil.copytree(one, folder)), ONE_KERNEL)


@pytest.fixture(scope="session")
def pages(book: Path) -> dict[Path, str]:
    site = book / "_build" / "html"
    return {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}


def rows(root: Path, *command: str) -> list[dict[str, str]]:
    done = cixi(*command, "--format", "csv", root=root)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def levels_of(root: Path) -> list[str]:
    return [level for level, _, _ in LEVELS[root.name]]


def test_each_year_is_judged(filled: Path) -> None:
    """Every item and indicator at each level of the frame; an item that begins later is not there before."""
    for year, items in zip(YEARS, (15, 15, 16), strict=True):
        found = rows(filled, "assess", str(year))
        assert Counter(row["level"] for row in found) == dict.fromkeys(levels_of(filled), items + 12)
        assert ("11.3" in {row["item_id"] for row in found}) is (year == 2023)


@pytest.mark.parametrize(
    ("year", "met", "unmet", "no_data", "none"), [(2021, 3, 3, 6, 0), (2022, 9, 3, 0, 0), (2023, 8, 2, 1, 1)]
)
def test_the_tallies_of_one_level(one: Path, year: int, met: int, unmet: int, no_data: int, none: int) -> None:
    """Counted by hand from the table of the made-up county."""
    found = Counter(row["verdict"] for row in rows(one, "assess", str(year)) if not row["item_id"])
    assert found == Counter(met=met, unmet=unmet, no_data=no_data, not_applicable=none)


def test_the_targets_are_the_plans(filled: Path) -> None:
    """Targets are judged, and paced, for the frame's target years."""
    assert {row["level"] for row in rows(filled, "assess", "2023", "--against", "target")} == {"2025", "2028"}
    assert {row["target_year"] for row in rows(filled, "trend", "2023")} == {"2025", "2028", ""}


def test_no_series_mixes_two_measures(filled: Path) -> None:
    """Of 9, tonnes are followed to 2022 where the standard of 2023 asks for kilograms a hectare."""
    (row,) = (row for row in rows(filled, "trend", "2022") if row["item_id"] == "9" and row["target_year"] == "2025")
    assert (row["unit"], row["first_value"], row["last_value"]) == ("吨", "6120.0", "6010.0")
    for row in rows(filled, "trend", "2023"):
        if row["item_id"] == "9":
            assert {row["first_value"], row["last_value"]} in ({"187.0"}, {"6120.0", "5930.0"})


@pytest.mark.slow
def test_levels_with_the_same_series_share_a_chart(filled: Path) -> None:
    """Of 9, two of three levels follow the tonnes to 2023; the chart names the item once, with the limits of both."""
    plan = load_plan(filled)
    shown = charts.item_series(plan, 2023, trend.margins(plan, 2023), trend.trends(plan, 2023))
    titles = [chart.title.text for chart in shown if hasattr(chart, "title")]
    several = len(levels_of(filled)) > 1
    assert [t for t in titles if "化肥施用量" in t] == ["9 化肥施用量 6,120→5,930吨，改善"] * several


def test_changes_are_told_by_cause(one: Path) -> None:
    """The standard of 2023: 5 harder, 10 softer, 11 with a new item, 6 dropped, 9 measured otherwise; the rest is the county."""
    found = {
        row["indicator"]: row["cause"]
        for row in rows(one, "diff", "2023")
        if row["kind"] == "verdict" and not row["item_id"]
    }
    yardstick = dict.fromkeys(("5", "6", "10", "11"), "yardstick")
    assert found == yardstick | dict.fromkeys(("4", "8", "12"), "county") | {"9": "hidden"}


def test_a_dropped_item_is_not_missing(one: Path) -> None:
    """6 is not asked any more: nobody has failed to fill it in, and nobody had failed to fill in 11③ before it was asked."""
    found = {
        row["item_id"]: (row["before"], row["after"])
        for row in rows(one, "diff", "2023")
        if row["kind"] in ("available", "missing")
    }
    assert found == {"6": ("开展首次调查", "没有要求"), "11.3": ("没有要求", "76"), "12": ("84.9", "暂无数据")}
    assert "missing" not in {row["part"] for row in rows(one, "indicator", "6")}


def test_nothing_printed_nothing_promised(filled: Path) -> None:
    """What the plan does not have is an empty table, and no fault."""
    for command in (("reconcile",), ("audit",), ("commitments",)):
        assert rows(filled, *command) == []


@pytest.mark.slow
def test_every_indicator_has_a_dossier(filled: Path) -> None:
    """Its facts name the frame's levels only; a value has the unit that was asked in its year."""
    for number in range(1, 13):
        found = rows(filled, "indicator", str(number))
        assert {row["level"] for row in found} <= {*levels_of(filled), "2025", "2028", ""}
        if number == 9:
            seen = [row["content"] for row in found if row["part"] == "observation"]
            assert seen[:3] == ["6120吨", "6010吨", "187千克/公顷"]


def test_every_wording_is_read(filled: Path) -> None:
    assert {row["refusal"] for row in rows(filled, "requirement", "--all")} == {""}


@pytest.mark.slow
def test_exports(filled: Path, tmp_path: Path) -> None:
    """Workbook, JSON and CSV for each year: the frame's levels, target years and tables, nothing of what is not there."""
    for year in YEARS:
        for name in ("x.xlsx", "x.json", ""):
            done = cixi("export", str(year), "-o", str(tmp_path / name), root=filled)
            assert done.returncode == 0, done.stderr
        known = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
        text = json.dumps(known, ensure_ascii=False)
        assert all((f'"{level}' in text) is (level in levels_of(filled)) for level, _, _ in county.THREE)
        with zipfile.ZipFile(tmp_path / "x.xlsx") as workbook:
            sheets = re.findall('<sheet [^>]*name="([^"]*)"', workbook.read("xl/workbook.xml").decode())
        assert "附表1" in sheets
        assert not {"数据核对", "承诺台账", "表一", "表二", "表三"} & set(sheets)
        assert not re.search("table2|table3|commitments|reconciliation", " ".join(p.name for p in tmp_path.iterdir()))


@pytest.mark.slow
def test_the_word_report(filled: Path) -> None:
    """A column of requirements and one of verdicts for each level, within the page; no chapter of projects."""
    plan = load_plan(filled)
    document = Document(io.BytesIO(report_bytes(contents(plan, 2023))))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert [h for h in headings if "工程" in h or h.startswith(("附表二", "附表三"))] == []
    table = document.tables[1]
    heads = [cell.text for cell in table.rows[0].cells]
    named = [f"{level.chinese}{word}" for level in plan.levels for word in ("要求", "结论")]
    assert heads == ["序号", "指标名称", "单位", "属性", "2021年", "2022年", "2023年", *named, "佐证"]
    widths = [column.width for column in table.columns]
    section = document.sections[2]
    assert len(widths) == len(heads)
    assert sum(widths) <= section.page_width - section.left_margin - section.right_margin
    assert {i.label for i in plan.items} <= {row.cells[0].text for row in table.rows}
    # Of a year before the base year nothing is known; not that nothing was asked, but of what a later standard brings.
    assert contents(plan, 2022).issue.values["item.10.value.2020"] == "原文未列"
    assert unobserved(plan, "11.3", 2020) == "没有要求"


@pytest.mark.parametrize(("year", "status"), [(2020, 1), (2021, 0), (2024, 0), (2028, 0), (2029, 1)])
def test_forms_for_the_years_of_the_plan(filled: Path, tmp_path: Path, year: int, status: int) -> None:
    """From the base year to the last target year; the form of 2024 has no row for an item that nobody asks for any more."""
    done = cixi("workbook", str(year), "-o", str(tmp_path / "f.xlsx"), root=filled)
    assert done.returncode == status, done.stderr


def test_the_first_form_speaks_of_no_year_before(filled: Path, tmp_path: Path) -> None:
    """Last year's column is empty where nothing at all is known of that year; later it tells what was not asked."""
    last = {}
    for year in (2021, 2023):
        assert cixi("workbook", str(year), "-o", str(tmp_path / f"{year}.xlsx"), root=filled).returncode == 0
        sheets = [
            list(sheet.values) for sheet in load_workbook(tmp_path / f"{year}.xlsx").worksheets[1 : -len(NUMBERED)]
        ]
        last[year] = {str(row[0]): row[rows[1].index("上年现状值")] for rows in sheets for row in rows[2:]}
    assert set(last[2021].values()) == {None}
    assert last[2023]["11.3"] == "没有要求（2022年）"


# --- the book -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_its_pages(book: Path, pages: dict[Path, str]) -> None:
    """A page for each year and indicator, and none for what the plan does not have."""
    found = {
        path.relative_to(book / "_build" / "html" / "book").as_posix() for path in pages if "book" in path.parts[-4:-1]
    }
    yearly = {f"{year}/{name}.html" for year in YEARS for name in ("index", "table1", "trend", "changes")}
    yearly |= {
        f"{year}/evidence.html" for year in YEARS if year > min(YEARS)
    }  # of the base year the plan is the evidence
    own = {f"indicators/{number}.html" for number in range(1, 13)}
    once = {
        f"{name}.html" for name in ("index", "manual", "method", "dictionary", "api", "provenance", "indicators/index")
    }
    assert found == yearly | own | once


@pytest.mark.slow
def test_no_dead_link(pages: dict[Path, str]) -> None:
    """Every address leads to a file of the site, and every anchor to an element of that page."""
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    dead = set()
    for path, text in pages.items():
        for address in map(unescape, re.findall(r'\b(?:href|src)="([^"]*)"', text)):
            if re.match("[a-z]+:", address):
                continue
            file, _, anchor = address.partition("#")
            target = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            if not target.is_file() or (anchor and target in anchors and unquote(anchor) not in anchors[target]):
                dead.add((path.name, address))
    assert dead == set()


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of the site: pages, scripts, data, and the parts of workbooks and reports."""
    for path in folder.rglob("*"):
        if path.suffix in (".xlsx", ".docx"):
            with zipfile.ZipFile(path) as office:
                names = (name for name in office.namelist() if not name.endswith(".png"))
                yield from ((f"{path.name}/{name}", office.read(name).decode()) for name in names)
        elif path.is_file() and path.suffix not in (".png", ".woff2", ".ttf", ".inv", ".mo"):
            yield path.name, path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_names_no_other_county(book: Path) -> None:
    """Neither the county whose project the pages were copied from, nor its plan."""
    found = dict(texts(book / "_build" / "html"))
    assert len(found) > 100
    assert {Path(name).suffix for name in found} >= {".html", ".js", ".json", ".csv", ".xml", ".svg"}
    assert [name for name, text in found.items() if re.search(r"慈溪|\bCixi\b|杭州湾", text)] == []


@pytest.mark.slow
def test_its_words_are_the_frames(book: Path, pages: dict[Path, str]) -> None:
    """Levels, tables and years of another plan occur on no page but the manual, whose examples are examples."""
    other = re.compile("国家级|省级|两级|表[一二三](?![。…])|2030")
    shown = {
        path.name: re.sub(r"<svg.*?</svg>|<[^>]*>", "", text, flags=re.DOTALL)
        for path, text in pages.items()
        if path.stem not in ("manual", "api", "dictionary")
    }
    assert {name: found for name, text in shown.items() if (found := other.findall(text))} == {}


@pytest.mark.slow
def test_values_have_the_unit_of_their_year(pages: dict[Path, str]) -> None:
    """9 is shown in tonnes to 2022 and in kilograms a hectare from 2023, on every page."""
    text = "".join(re.sub(r"<svg.*?</svg>|<[^>]*>", "", text, flags=re.DOTALL) for text in pages.values())
    assert "187千克/公顷" in text
    assert not re.search("187吨|\\bnan\\b|\\d年?2022\\.0", text)


def test_nothing_to_tell_is_said() -> None:
    """Where nothing is left to do, and no finding has a result, a sentence says so."""
    plan = tiny_plan(audit=())
    own = plan.only(plan.items[:1])
    assert action_list(replace(own, targets=()), 2022) == "<p>各项要求和规划值都已达到，没有需要处理的。</p>"
    told = "<p>各项要求都已达到，没有未达到的规划值；1个子项没有数据可以对照规划值，是否达到不能判定。</p>"
    undecided = (target("1", 2025, "≥90"), target("1", 2030, "持续完善"))
    assert action_list(replace(own, targets=undecided), 2022) == told  # it was 规划值都已达到
    assert "<p>没有“不一致”的。</p>" in audit_page.finding_list(plan, AuditResult.CONTRADICTS)


@pytest.mark.slow
def test_it_is_published(book: Path, tmp_path: Path) -> None:
    """The archive's start page has the plan's title."""
    done = cixi("publish", "--zip", "-o", str(tmp_path / "x.zip"), root=book)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert county.NAME in archive.read("index.html").decode()
