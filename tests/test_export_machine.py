"""CSV and JSON: the same content, described, readable by Excel and by programs, and harmless."""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import ROOT
from test_export import HOSTILE, hostile_plan
from tiny import tiny_plan

from cixi_analysis.analysis import commitments, evidence, flips, links, reconciliation, trend
from cixi_analysis.analysis.outputs import outputs
from cixi_analysis.assessment import assess, judgement
from cixi_analysis.export import Figures, attachments, write_csv, write_json
from cixi_analysis.export.workbook import csv_text
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import OBSERVATIONS, Observation
from cixi_analysis.presentation.summary import downloads
from cixi_analysis.report import attach_report

OF_EVERY_YEAR = ["table1", "table2", "table3", "observations", "assessment", "trend"]
FROM_THE_BASE_YEAR = ["flips", "commitments", "progress", "audit", "links", "background", "reconciliation"]
TABLES = [*OF_EVERY_YEAR, *FROM_THE_BASE_YEAR, "dictionary"]


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All machine-readable files of 2022; not to be changed."""
    made = tmp_path_factory.mktemp("machine")
    write_csv(Figures(plan, 2022), made)
    write_json(Figures(plan, 2022), made / "cixi-2022.json")
    return made


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_files(folder: Path) -> None:
    """One CSV a table and one JSON file; each CSV begins with the mark by which Excel and WPS know UTF-8."""
    assert {p.name for p in folder.iterdir()} == {*(f"cixi-2022-{t}.csv" for t in TABLES), "cixi-2022.json"}
    assert all(p.read_bytes().startswith(b"\xef\xbb\xbf") for p in folder.glob("*.csv"))


@pytest.mark.slow
def test_a_retrospect_has_no_reconciliation(plan: Plan, tmp_path: Path) -> None:
    """The plan speaks of its base year; before it there is nothing to reconcile."""
    names = [path.name for path in write_csv(Figures(plan, 2021), tmp_path)]
    assert names == [f"cixi-2021-{t}.csv" for t in (*OF_EVERY_YEAR, "dictionary")]


def test_json_holds_the_same_as_csv(folder: Path) -> None:
    """The same names, rows and cells; null for empty, numbers as numbers."""
    content = json.loads((folder / "cixi-2022.json").read_text(encoding="utf-8"))
    assert list(content) == ["title", "region", "year", "status", *TABLES]
    assert (content["year"], content["status"]) == (2022, "本年数据已齐")
    for table in TABLES:
        rows = read(folder / f"cixi-2022-{table}.csv")
        shown = [
            {k: "" if v is None else v if isinstance(v, str) else f"{v:.12g}" for k, v in row.items()}
            for row in content[table]
        ]
        assert shown == rows, table
    assert next(r for r in content["trend"] if r["item_id"] == "34")["last_value"] == 66342


def test_every_column_is_described(folder: Path) -> None:
    """The data dictionary has a row for every column of every table, with a title and a description."""
    described = read(folder / "cixi-2022-dictionary.csv")
    named = [(row["table"], row["column"]) for row in described]
    heads = {t: (folder / f"cixi-2022-{t}.csv").read_text(encoding="utf-8-sig").splitlines()[0] for t in TABLES[:-1]}
    columns = [(table, column) for table, head in heads.items() for column in head.split(",")]
    assert named == columns
    assert all(row["title"] and row["description"] for row in described)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("assessment", judgement.COLUMNS),
        ("trend", trend.COLUMNS),
        ("evidence", evidence.COLUMNS),
        ("flips", flips.COLUMNS),
        ("reconciliation", reconciliation.COLUMNS),
        ("commitments", commitments.COLUMNS),
        ("audit", reconciliation.AUDIT_COLUMNS),
        ("links", links.COLUMNS),
    ],
)
def test_no_column_is_left_out(table: str, columns: Iterable[str]) -> None:
    """What the library computes goes out whole, in its order."""
    assert list(outputs(tiny_plan())[table].columns) == list(columns)


def test_no_description_is_typed_twice() -> None:
    """What the data has too is described by the schema."""
    fields = Observation.columns()
    assert {n: (c.title, c.description) for n, c in outputs(tiny_plan())["observations"].columns.items()} == {
        n: (f.title, f.description) for n, f in fields.items()
    }


def test_observations_are_the_data_file(folder: Path, plan: Plan) -> None:
    """What goes out is what came in, row for row."""
    with (plan.root / "data" / OBSERVATIONS / "2022.csv").open(encoding="utf-8", newline="") as stream:
        assert read(folder / "cixi-2022-observations.csv") == list(csv.DictReader(stream))


def test_assessment_is_the_commands(folder: Path, plan: Plan) -> None:
    """The columns and rows of ``cixi assess``."""
    rows = read(folder / "cixi-2022-assessment.csv")
    assert [list(row.values()) for row in rows] == assess(plan, 2022).table.astype(str).to_numpy().tolist()


def test_table_1_repeats_merged_cells(folder: Path) -> None:
    """Every row is whole: 9② has the requirement that stands in 9①'s cell, and the indicator's verdict."""
    rows = {row["item_id"]: row for row in read(folder / "cixi-2022-table1.csv")}
    assert len(rows) == 69
    assert rows["9.2"]["national"] == rows["9.1"]["national"] == "完成上级下达的年度目标；保持稳定或持续改善"
    assert (rows["9.3"]["verdict_national"], rows["47"]["unit"]) == ("否", "")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 574", "'+86 574"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("-", "-"),  # the plan's unit for none
        ("-3.5", "-3.5"),
        ("+3", "+3"),
        ("≥20", "≥20"),
        ("2020-2022年", "2020-2022年"),
        ("'已加引号", "'已加引号"),
        ("a\x00", "a␀"),
    ],
)
def test_text_is_never_a_formula(text: str, cell: str) -> None:
    """An apostrophe stands before what a spreadsheet program would compute; numbers and lone signs stay."""
    assert csv_text(text) == cell


def test_real_data_need_no_apostrophe(folder: Path) -> None:
    """None of the plan's texts is changed."""
    assert not [p for p in folder.glob("*.csv") for row in read(p) for v in row.values() if v.startswith("'")]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text(text: str, tmp_path: Path) -> None:
    """Both files can be written and read, and JSON holds the text unchanged but for what no file can hold."""
    figures = Figures(hostile_plan(text), 2022)
    write_csv(figures, tmp_path)
    write_json(figures, tmp_path / "x.json")
    held = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["observations"][0]["statement"]
    assert held == HOSTILE[text].replace("_x005F_", "_")
    assert read(tmp_path / "cixi-2022-observations.csv")[0]["statement"] == csv_text(text)


def test_tiny_plan(tmp_path: Path) -> None:
    """Empty columns and years do no harm."""
    assert len(attachments(tiny_plan(), 2022, tmp_path)) == len(TABLES) + 2


@pytest.mark.slow
@pytest.mark.parametrize(("first_page", "year"), [("overview", 2022), ("retrospect", 2021)])
@pytest.mark.parametrize("optional", [True, False])
def test_the_book_offers_every_file(first_page: str, year: int, optional: bool, tmp_path: Path) -> None:
    """The first page of a year links to every file of the year, and no page to one that is not there."""
    parts = dict.fromkeys(("published", "past_projects", "projects", "commitments", "audit", "links", "background"), ())
    plan = tiny_plan(**({} if optional else parts))
    made = {path.name for path in (*attachments(plan, year, tmp_path), *attach_report(plan, year, tmp_path))}
    pages = {
        name: (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8") for name in (first_page, "table1")
    }
    assert "summary.downloads(plan, year)" in pages[first_page]
    assert set(re.findall(r"\((cixi-[^)]*)\)", downloads(plan, year))) == made == {p.name for p in tmp_path.iterdir()}
    offered = re.findall(r"\((cixi-{year}[^)]*)\)", pages["table1"])
    assert offered
    assert {name.replace("{year}", str(year)) for name in offered} <= made
