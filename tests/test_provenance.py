"""What a build is made of: true hashes, the commit, the packages, the same account in the page and for machines."""

import hashlib
import json
import re
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tiny import tiny_plan

from cixi_analysis.book.sphinx_extension import imprint, standards
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.provenance import provenance
from cixi_analysis.plan.schema import Receipt
from cixi_analysis.presentation import provenance_page


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    done = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


def test_every_input_with_its_hash(project: Path) -> None:
    """All data, templates, hand-written pages and settings; nothing that a run makes or an editor leaves."""
    (project / "book" / "2022").mkdir()
    for stray in ("book/index.ipynb", "book/2022/table1.ipynb", "data/.~lock.x", "data/~$x.csv"):
        (project / stray).write_text("x")
    known = {one.path: one for one in provenance(project).inputs}
    expected = {
        path.relative_to(project).as_posix()
        for pattern in (
            "data/**/*.csv",
            "data/plan.toml",
            "notebooks/*.ipynb",
            "book/*.md",
            "book/_static/**/*",
            "*.yml",
            "*.txt",
        )
        for path in project.glob(pattern)
        if path.is_file() and not path.name.startswith("~$")
    }
    assert set(known) == expected
    assert {"data/observations/2022.csv", "data/plan.toml"} <= expected
    for name, one in known.items():
        assert (one.size, one.sha256) == ((project / name).stat().st_size, sha256(project / name))


def test_pins_in_another_encoding(project: Path) -> None:
    """What an editor of another encoding made of the list of versions stops nothing: its bytes are an input like any."""
    pins = project / "constraints.txt"
    pins.write_bytes("# 版本\n".encode("gbk") + pins.read_bytes())
    known = provenance(project)
    assert {one.path: one.sha256 for one in known.inputs}["constraints.txt"] == sha256(pins)
    assert {package.name: package for package in known.packages}["pandas"].pinned == metadata.version("pandas")


def test_without_a_repository_it_says_so(project: Path) -> None:
    """No commit, and no invented one; nor that of a repository around the project."""
    git(project.parent, "init", "-q")
    known = provenance(project)
    assert (known.program.commit, known.program.modified) == (None, ())
    assert known.edition == known.program.version


def test_commit_and_what_differs_from_it(project: Path) -> None:
    """The commit, and the changed and new files of those that a build reads; a README does not matter."""
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    known = provenance(project)
    assert (known.program.commit, known.program.modified) == (git(project, "rev-parse", "HEAD"), ())
    assert known.edition == f"{known.program.version}（{known.program.commit[:12]}）"
    (project / "data" / "targets.csv").write_text("x")
    (project / "book" / "新页.md").write_text("x", encoding="utf-8")
    (project / "README.md").write_text("x")
    changed = provenance(project)
    assert changed.program.modified == ("book/新页.md", "data/targets.csv")
    assert changed.edition.endswith("，有改动）")
    # What Git ignores is read all the same; what is no input is not named.
    (project / ".git" / "info" / "exclude").write_text("data/progress/\n.hidden\n", encoding="utf-8")
    (project / "data" / "progress" / "2030.csv").write_text("x")
    (project / "data" / ".hidden").write_text("x")
    assert provenance(project).program.modified == (
        "book/新页.md", "data/progress/2030.csv", "data/targets.csv",
    )  # fmt: skip


def test_packages_are_those_of_a_build(project: Path) -> None:
    """What the program requires, directly or not, in the installed version; no test tool, no installer."""
    known = {package.name: package for package in provenance(project).packages}
    assert {"altair", "sphinx", "jupyter-book", "pandas", "pyzmq"} <= set(known)
    assert not {"pytest", "hypothesis", "ruff", "mypy", "pip", "setuptools"} & set(known)
    assert known["pandas"].version == known["pandas"].pinned == metadata.version("pandas")


def test_standard_of_a_year(plan: Plan) -> None:
    """The standards of the requirements in force, once each; the plan names none and the page says so."""
    (standard,) = standards(plan, 2022)
    assert standard.startswith("规划未写明标准名称")
    assert imprint(plan, 2022).startswith("2022年。依据《慈溪市生态文明建设规划（修编）（2023-2030年）》表一")
    assert imprint(plan, None).startswith("2020—2022年。")
    assert standard in imprint(plan, 2022)


def test_every_page_says_year_and_standard(built: Path, plan: Plan) -> None:
    """At its foot: a year's pages their year, the others those of the book; with the way to 数据与版本."""
    site = built / "_build" / "html"
    pages = sorted((site / "book").rglob("*.html"))
    assert len(pages) >= 17
    for page in pages:
        year = re.fullmatch(r"\d{4}", page.parent.name)
        html = page.read_text(encoding="utf-8")
        assert imprint(plan, int(year[0]) if year else None) in html, page
        about = re.search(r'<a href="([^"]*)">数据与版本</a>\s*</div>', html)
        assert about
        itself = page == site / "book" / "provenance.html"
        assert itself or (page.parent / about[1]).resolve() == (site / "book" / "provenance.html").resolve()


def test_page_and_file_tell_the_same(built: Path) -> None:
    """Every input's hash stands in the page and in provenance.json, and is that of the file."""
    site = built / "_build" / "html"
    page = (site / "book" / "provenance.html").read_text(encoding="utf-8")
    known = json.loads((site / "provenance.json").read_text(encoding="utf-8"))
    assert [one["path"] for one in known["inputs"]] == [one.path for one in provenance(built).inputs]
    for one in known["inputs"]:
        assert one["sha256"] == sha256(built / one["path"])
        assert one["path"] in page
        assert one["sha256"] in page
    assert known["program"]["sha256"] in page
    assert known["date"] is None
    for package in known["packages"]:
        assert f"{package['name']} {package['version']}" in page


@pytest.mark.parametrize("pattern", ["*.html", "*.js", "*.json", "*.csv"])
def test_no_clock_and_no_folder_in_the_site(built: Path, pattern: str) -> None:
    """No page tells when or where it was built."""
    today = datetime.now(UTC).date()
    tellers = [str(built), f"{today:%Y-%m-%d}", f"{today:%b %d, %Y}", f"{today.year}年{today.month}月{today.day}日"]
    for path in (built / "_build" / "html").rglob(pattern):
        text = path.read_text(encoding="utf-8")
        assert not [teller for teller in tellers if teller in text], path


def test_the_page_tells_who_handed_in_what_and_when() -> None:
    """The newest year first; the whole year's form by that name; nothing where no form was imported."""
    unit, whole = (
        Receipt(unit=name, file=file, sha256=digest * 64, received="2024-03-15", rows=3)
        for name, file, digest in (("市水利局", "水利.xlsx", "a"), (None, "全年.xlsx", "b"))
    )
    shown = provenance_page.receipts(tiny_plan(receipts={2022: (unit,), 2023: (whole,)}))
    cells = [[c.get_text() for c in row("td")] for row in BeautifulSoup(shown._repr_html_(), "html.parser")("tr")[1:]]
    assert cells == [
        ["2023", "全年的表", "2024-03-15", "3", "全年.xlsx", "b" * 64],
        ["2022", "市水利局", "2024-03-15", "3", "水利.xlsx", "a" * 64],
    ]
    assert provenance_page.receipts(tiny_plan()) == ""
