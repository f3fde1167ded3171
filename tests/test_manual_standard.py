"""The manual's example of a new standard, applied to a copy of the project: each row gives the cause that the page names."""

import csv
import io
import re
from pathlib import Path

import pytest
from conftest import ROOT, cixi

from cixi_analysis.plan.schema import Observation

PAGE = (ROOT / "book" / "manual.md").read_text(encoding="utf-8")
BLOCK = re.search(r"^```\{code-block\} text\n:caption: 示例：在副本[^\n]*\n\n(.*?)^```$", PAGE, re.M | re.S)
#: sub-item as the page writes it → item_id
MARKS = {"①": ".1", "②": ".2", "③": ".3", "④": ".4", "⑤": ".5"}
VERDICTS = {"达标": "met", "未达标": "unmet", "无数据": "no_data", "不适用": "not_applicable", "": ""}
#: (year, item, level) → the cells of the observation; made up. As the page's table says; the words of 4 and 21 attest.
FIGURES: dict[tuple[int, str, str], dict[str, str]] = {
    (2023, "31.3", ""): {"value": "90.9"}, (2024, "31.3", ""): {"value": "90.9"},
    (2023, "46", ""): {"value": "85.5"}, (2024, "46", ""): {"value": "78.8"},
    (2023, "40", ""): {"absence": "暂无数据"}, (2024, "40", ""): {"value": "77.7"},
    (2023, "11", "national"): {"value": "60.4"}, (2024, "11", "national"): {"value": "-0.5", "measure": "△EQI", "unit": "-"},
    (2023, "21", ""): {"statement": "示例：已建立", "attests": "建立=已建立"},
    (2024, "21", "national"): {"statement": "示例：已建立", "attests": "建立=已建立"},
    (2023, "19", ""): {"value": "95.5"}, (2024, "19", ""): {"value": "95.5"},
    (2024, "51", ""): {"value": "88.8"},
    (2023, "4", ""): {"statement": "示例：全面实施", "attests": "全面实施"},
    (2023, "9.1", ""): {"value": "88.8", "assigned_target": "87.7"},
    (2024, "9.1", ""): {"value": "89.9", "assigned_target": "88.8"},
}  # fmt: skip


def added() -> dict[str, str]:
    """File → the lines that the block adds to it."""
    assert BLOCK
    parts = re.split(r"^== (\S+)\n", BLOCK[1], flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def promised() -> dict[str, tuple[str, str, str]]:
    """item_id → (before, after, cause) at the national level, as the page's table says."""
    found = {}
    for row in re.findall(r"^\| (\d+[①-⑤]?) \|.*?\|.*?\| ([^|]*?→[^|]*?) \| (\w*) *\|", PAGE, re.M):
        item = re.sub("[①-⑤]", lambda m: MARKS[m[0]], row[0])
        before, after = (VERDICTS[part.strip()] for part in row[1].split("→"))
        found[item] = (before, after, row[2])
    return found


def write_figures(root: Path) -> None:
    for year in (2023, 2024):
        with (root / "data" / "observations" / f"{year}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, Observation.columns(), restval="", lineterminator="\n")
            writer.writeheader()
            for (of, item, level), cells in FIGURES.items():
                if of == year:
                    writer.writerow(
                        {"item_id": item, "level": level, "source": "示例，数为虚构", "stage": "初稿", **cells}
                    )


def verdicts(root: Path, year: int) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(cixi("assess", str(year), "--format", "csv", root=root).stdout))
    return {r["item_id"]: r["verdict"] for r in rows if r["level"] == "national" and r["item_id"]}


@pytest.fixture
def standard(project: Path) -> Path:
    for name, lines in added().items():
        path = project / name
        path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    write_figures(project)
    return project


def test_each_row_has_the_cause_the_page_names(standard: Path) -> None:
    before, after = (verdicts(standard, year) for year in (2023, 2024))
    changes = list(csv.DictReader(io.StringIO(cixi("diff", "2024", "--format", "csv", root=standard).stdout)))
    causes = {(r["item_id"], r["level"]): r["cause"] for r in changes if r["kind"] == "verdict"}
    told = {i: (before.get(i, ""), after.get(i, ""), causes.get((i, "national"), "")) for i in promised()}
    assert told == promised()
    assert set(promised()) == {row.split(",")[0] for row in added()["data/requirements.csv"].splitlines()}
    assert causes["46", "provincial"] == "county"
    assert "51" not in before


@pytest.mark.slow
def test_the_base_year_does_not_move(project: Path) -> None:
    """2022 is what it was, byte for byte, with the rows and after they are taken away."""
    commands = (["assess", "2022", "--format", "csv"], ["reconcile", "--format", "csv"])
    was = [cixi(*c, root=project).stdout for c in commands]
    kept = {name: (project / name).read_bytes() for name in added()}
    for name, lines in added().items():
        (project / name).write_bytes(kept[name] + lines.encode())
    assert [cixi(*c, root=project).stdout for c in commands] == was
