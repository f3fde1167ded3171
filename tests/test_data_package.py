"""The data package: what it says of a CSV file is true, and the ``frictionless`` checker finds what is not."""

import hashlib
import json
from pathlib import Path

import pytest
from frictionless import Package
from tiny import evidence, observation, revision, signature, target, tiny_plan

from cixi_analysis.export import Figures, write_package
from cixi_analysis.export.data_package import data_package
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.provenance import provenance


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of 2022; not to be changed."""
    made = tmp_path_factory.mktemp("package")
    write_package(Figures(plan, 2022), made)
    return made


def problems(folder: Path, name: str) -> list[tuple[object, ...]]:
    """What the checker says: resource, row, column and kind of each problem."""
    report = Package(str(folder / name)).validate()
    found = [tuple(one) for one in report.flatten(["name", "rowNumber", "fieldName", "type"])]
    assert report.valid == (not found)
    return found


def descriptor(folder: Path) -> dict[str, list[dict[str, object]]]:
    return json.loads((folder / "cixi-2022-datapackage.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_checker_finds_nothing(folder: Path) -> None:
    """Descriptor, hashes, types and constraints of every file of the year hold; each file is in it."""
    assert problems(folder, "cixi-2022-datapackage.json") == []
    resources = descriptor(folder)["resources"]
    assert sorted(r["path"] for r in resources) == sorted(p.name for p in folder.glob("*.csv"))  # type: ignore[type-var]
    for one in resources:
        content = (folder / str(one["path"])).read_bytes()
        assert (one["bytes"], one["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


@pytest.mark.slow
def test_all_years_in_one(plan: Plan, tmp_path: Path) -> None:
    """A package holds several years, each resource with its year, whatever folders the files lie in."""
    files = {}
    for year in (2022, 2021):  # in any order
        (tmp_path / f"x{year}").mkdir()
        for path in write_package(Figures(plan, year), tmp_path / f"x{year}")[:-1]:
            files[f"x{year}/{path.name}"] = path.read_bytes()
    package = data_package(plan, files | {"cixi-2022.json": b"", "notes.csv": b""}, "1.0")
    assert package is not None
    (tmp_path / "datapackage.json").write_text(package, encoding="utf-8")
    assert problems(tmp_path, "datapackage.json") == []
    known = json.loads(package)
    names = [(one["name"], one["year"]) for one in known["resources"]]
    assert names[:2] == [("table1-2021", 2021), ("table2-2021", 2021)]
    assert (len(names), names[-1]) == (len(files), ("dictionary-2022", 2022))
    assert (known["version"], known["sources"]) == ("1.0", [{"title": plan.frame.title}])


@pytest.mark.parametrize(
    ("table", "old", "new", "found"),
    [
        ("table1", "\n34,", "\n34号,", ("item_id", "constraint-error")),
        ("table1", "\n34,", "\n35,", (None, "primary-key")),
        ("table3", "\n2,", "\n2,", None),  # nothing is changed: nothing is found
        ("table3", "\n2,", "\nII,", ("number", "type-error")),
        ("observations", "\n34,,,,,66342,", "\n34,,,,,66 342,", ("value", "constraint-error")),
        ("assessment", ",unmet,measured,", ",failed,measured,", ("verdict", "constraint-error")),
        ("assessment", ",unmet,measured,", ",,measured,", ("verdict", "constraint-error")),
        ("assessment", ",provincial,", ",municipal,", ("level", "constraint-error")),
        ("trend", ",2022,66342,", ",2022年,66342,", ("last_year", "type-error")),
        ("trend", ",2022,66342,", ",2022,66342元,", ("last_value", "type-error")),
        ("commitments", "\nC001,", "\nC1,", ("commitment_id", "constraint-error")),
        ("audit", ",arithmetic,", ",guess,", ("method", "constraint-error")),
        ("links", ",contributes,", ",helps,", ("relation", "constraint-error")),
        ("background", "\nB002,", "\nB001,", (None, "primary-key")),
        ("reconciliation", ",explained,", ",maybe,", ("agrees", "constraint-error")),
    ],
)
def test_a_damaged_cell_is_found(
    folder: Path, plan: Plan, tmp_path: Path, table: str, old: str, new: str, found: tuple[object, str] | None
) -> None:
    """By the type and the constraints of its column, the hash being that of the damaged file; without that by the hash."""
    name = f"cixi-2022-{table}.csv"
    text = (folder / name).read_text(encoding="utf-8-sig")
    damaged = text.replace(old, new, 1).encode("utf-8-sig")
    assert (damaged != (folder / name).read_bytes()) == (found is not None)
    (tmp_path / name).write_bytes(damaged)
    (tmp_path / "new.json").write_text(data_package(plan, {name: damaged}, "1.0") or "", encoding="utf-8")
    shown = [one[2:] for one in problems(tmp_path, "new.json")]
    assert found in shown if found else shown == []
    resources = [one for one in descriptor(folder)["resources"] if one["path"] == name]
    (tmp_path / "old.json").write_text(json.dumps(descriptor(folder) | {"resources": resources}), encoding="utf-8")
    assert ("hash-count" in [one[3] for one in problems(tmp_path, "old.json")]) == (found is not None)


def test_what_a_column_says(folder: Path) -> None:
    """Types, limits and names come from the schema and from the list of computed columns."""
    fields = {
        (str(one["name"]), field["name"]): field
        for one in descriptor(folder)["resources"]
        for field in one["schema"]["fields"]  # type: ignore[index]
    }
    assert fields["table3-2022", "budget"] == {
        "name": "budget", "type": "number", "title": "投资概算",
        "description": "万元；空＝没有概算（原因见下一列），不是 0。", "constraints": {"minimum": 0},
    }  # fmt: skip
    assert fields["assessment-2022", "basis"]["constraints"] == {"enum": ["measured", "attested", "deemed"]}
    assert fields["commitments-2022", "measured_by"]["constraints"] == {"enum": ["item", "project"]}
    assert fields["trend-2022", "points"]["constraints"] == {"minimum": 0, "required": True}
    keys = {one["name"]: one["schema"].get("primaryKey") for one in descriptor(folder)["resources"]}  # type: ignore[attr-defined]
    assert keys["links-2022"] == ["from_kind", "from_id", "to_kind", "to_id"]
    assert keys["observations-2022"] is keys["assessment-2022"] is None  # a part of what identifies a row may be empty


def test_version(folder: Path, plan: Plan) -> None:
    """The version is the edition, and nothing in the file is of the clock."""
    known = descriptor(folder)
    assert known["version"] == provenance(plan.root).edition
    assert not {"created", "licenses"} & set(known)


def test_no_table_no_package() -> None:
    """A package without resources would be no package."""
    assert data_package(tiny_plan(), {"provenance.json": b"{}"}, "1.0") is None


@pytest.mark.parametrize("year", [2021, 2022])
def test_tiny_plan(year: int, tmp_path: Path) -> None:
    """Tables without rows are described too."""
    write_package(Figures(tiny_plan(), year), tmp_path)
    assert problems(tmp_path, f"cixi-{year}-datapackage.json") == []


@pytest.mark.slow
@pytest.mark.parametrize("year", [2022, 2023])
def test_what_was_handed_in(year: int, tmp_path: Path) -> None:
    """A year with evidence of each kind, signatures and corrections, before and after the plan's own year."""
    rows = (
        evidence(file="a.pdf", sha256="0" * 64, date="2024-03"),
        evidence("2.2", proves="context", figure="28", period="1–4月"),
        evidence("3"),
    )
    made = tiny_plan()
    known = {**made.observations, 2023: (observation("1", statement="已建立", attests="建立"), observation("2.1", 90))}
    corrected = revision(year, 2, "2.1", "91", "90")
    signed = {year: (signature("final", "王某", "2024-03-15"),)}
    plan = tiny_plan(observations=known, evidence={year: rows}, signatures=signed, revisions=(corrected,))
    write_package(Figures(plan, year), tmp_path)
    assert problems(tmp_path, f"cixi-{year}-datapackage.json") == []


def test_a_pace_without_a_compound_rate(tmp_path: Path) -> None:
    """A target of 0 has no compound ratio and no class of it: the empty cell is allowed, and the description says so."""
    plan = tiny_plan()
    plan = tiny_plan(targets=tuple(target("2.2", 2025, "≤0") if t.item_id == "2.2" else t for t in plan.targets[:5]))
    figures = Figures(plan, 2022)
    assert [row for row in figures.tables["trend"].to_dict("records") if row["pace"] and row["pace_compound"] is None]
    write_package(figures, tmp_path)
    assert problems(tmp_path, "cixi-2022-datapackage.json") == []


def test_descriptions_of_empty_cells_and_fractions(folder: Path) -> None:
    """A value that is the empty cell is called so, a rate may be negative, and no file is named that is not beside."""
    told = {
        (one["name"], f["name"]): f["description"]
        for one in descriptor(folder)["resources"]
        for f in one["schema"]["fields"]
    }  # type: ignore[index]
    assert told["commitments-2022", "measured_by"].endswith("project 项目进展，空＝只能填报。")
    assert told["trend-2022", "mean_rate"].startswith("复合年均变化率，小数（0.05 即 5%），上升为正；")
    assert told["observations-2022", "item_id"] == told["table1-2022", "item_id"]
