"""What runs again after which change, and that an incremental build gives the same bytes as one from scratch."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from tiny import frame
from tiny_book import NoSite, Place, book_at, contents, write_template

from cixi_analysis.book import cache, making
from cixi_analysis.book.making import build
from cixi_analysis.book.pages import BuildError, read_pages, runs_of

#: Template → page, how often it is made.
PAGES = {"home": ("index", "once"), "overview": ("{year}/index", "assessed"), "trend": ("{year}/trend", "assessed")}
#: Writes a year's download, and a note that it did.
DOWNLOADS = """
import shutil
shutil.copy("data/figures.csv", {folder!r} + "/{year}.csv")
open("ran", "a").write("attached {year}\\n")
"""


def code(name: str) -> str:
    """What each page does: show the data, and note that it ran; `ran` reads the notes."""
    return f"print(year, open('data/figures.csv').read())\nopen('ran', 'a').write('{name} %d\\n' % year)"


def template(root: Path, name: str, *cells: str) -> None:
    page, each = PAGES[name]
    write_template(root, name, *cells, page=page, each=each)


YEARS = (2022, 2023)
BookAndSite = tuple[dict[str, str], dict[str, str]]
Build, FromScratch = Callable[..., Path], Callable[..., BookAndSite]


@pytest.fixture(scope="module")
def make(place: Place) -> Build:
    """Builds the project; ``site=False``: without Sphinx, where only what runs is asked."""
    return lambda *years, **options: place.build(*(years or YEARS), downloads=DOWNLOADS, **options)


def ran(root: Path) -> list[str]:
    """What has run since the last call."""
    notes = root / "ran"
    lines = sorted(notes.read_text().splitlines()) if notes.exists() else []
    notes.unlink(missing_ok=True)
    return lines


def up_to_date(root: Path) -> Path | None:
    return cache.up_to_date(root, cache.inputs(root))


@pytest.fixture(scope="module")
def good(place: Place, make: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a project that was built; not to be changed."""
    root = book_at(place.filled())
    (root / "book" / "manual.md").write_text("# 使用手册\n", encoding="utf-8")
    (root / "data" / "figures.csv").write_text("1\n")
    for name in PAGES:
        template(root, name, code(name))
    make()
    assert ran(root) == EVERYTHING
    assert read_again(root) == "6 added, 0 changed"
    return Path(shutil.copytree(root, tmp_path_factory.mktemp("book") / "good"))


EVERYTHING = sorted(["home 2023", *(f"{what} {year}" for year in YEARS for what in ("attached", "overview", "trend"))])


@pytest.fixture
def project(good: Path, place: Place) -> Path:
    """The project as it was built, in the same place, since what Sphinx keeps holds paths."""
    return place.filled(good)


@pytest.fixture(scope="module")
def from_scratch(tmp_path_factory: pytest.TempPathFactory) -> FromScratch:
    """Book and site of a fresh clone in another folder, built once for each state of the sources."""
    known: dict[str, BookAndSite] = {}

    def made(project: Path, *years: int) -> BookAndSite:
        clone = tmp_path_factory.mktemp("fresh") / "elsewhere"
        shutil.copytree(project, clone, ignore=shutil.ignore_patterns("_build", "20??", "index.ipynb"))
        state = repr((contents(clone), years))
        if state not in known:
            shutil.copytree(cache.drawings(project), cache.drawings(clone))  # only the charts' script
            build(clone, years or YEARS, frame(), downloads=DOWNLOADS, progress=False)
            known[state] = contents(clone / "book"), contents(clone / "_build" / "html")
        return known[state]

    return made


def change_data(root: Path) -> None:
    (root / "data" / "figures.csv").write_text("2\n")


def change_template(root: Path) -> None:
    template(root, "trend", code("trend") + "\nprint('more')")


def change_text(root: Path) -> None:
    (root / "book" / "manual.md").write_text("# 手册\n", encoding="utf-8")


def change_module(root: Path) -> None:
    (root / "notebooks" / "beside.py").write_text("x = 1\n")


def change_settings(root: Path) -> None:
    path = root / "_config.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("搜索全书", "搜索"), encoding="utf-8")


def spoil_page(root: Path) -> None:
    path = root / "book" / "2022" / "trend.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("2022", "1999"), encoding="utf-8")


def remove_page(root: Path) -> None:
    (root / "book" / "2022" / "index.ipynb").unlink()


def spoil_site(root: Path) -> None:
    (root / "_build" / "html" / "book" / "manual.html").write_text("?")


def touch(root: Path) -> None:
    """New times, the same contents."""
    for path in [*root.rglob("*.ipynb"), *root.rglob("*.csv"), *root.rglob("*.html")]:
        path.touch()


def nothing(_: Path) -> None:
    """No change."""


def read_again(root: Path) -> str:
    """What Sphinx said of the pages that it read: of how many it knew nothing, and how many were other ones."""
    log = (root / "_build" / "logs" / "jupyter-book.log").read_text(encoding="utf-8")
    return re.search(r"updating environment: (?:\[.*?\] )?(\d+ added, \d+ changed)", log)[1]


def lose_a_doctree(root: Path) -> None:
    next((root / "_build" / "cache" / "sphinx").rglob("*.doctree")).unlink()


def lose_the_manifest(root: Path) -> None:
    (root / "_build" / "cache" / "manifest").unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "runs", "read"),
    [
        (nothing, [], "0 added, 1 changed"),  # the first page, always
        # Their times are new: Sphinx looks at them, and writes the same.
        pytest.param(touch, [], "0 added, 5 changed", marks=pytest.mark.long),
        (change_data, EVERYTHING, "0 added, 5 changed"),
        # A page made once may show all inputs; a heading may stand in the contents of every page.
        pytest.param(
            change_template, ["home 2023", "trend 2022", "trend 2023"], "6 added, 0 changed", marks=pytest.mark.long
        ),
        pytest.param(change_text, ["home 2023"], "6 added, 0 changed", marks=pytest.mark.long),
        pytest.param(change_module, EVERYTHING, "6 added, 0 changed", marks=pytest.mark.long),
        pytest.param(change_settings, ["home 2023"], "6 added, 0 changed", marks=pytest.mark.long),
        (spoil_page, ["trend 2022"], "0 added, 2 changed"),
        pytest.param(remove_page, ["overview 2022"], "0 added, 2 changed", marks=pytest.mark.long),
        pytest.param(spoil_site, [], "6 added, 0 changed", marks=pytest.mark.long),
        pytest.param(lose_a_doctree, [], "6 added, 0 changed", marks=pytest.mark.long),
        (lose_the_manifest, EVERYTHING, "6 added, 0 changed"),
    ],
)
def test_only_what_a_change_can_reach_runs_and_the_book_is_as_from_scratch(
    project: Path,
    make: Build,
    from_scratch: FromScratch,
    change: Callable[[Path], None],
    runs: list[str],
    read: str,
) -> None:
    """After any change the incremental book and site are, byte for byte, those of a fresh clone. Sphinx reads only pages
    that are other ones, unless what all pages share has changed or was not left whole.
    """
    change(project)
    make()
    assert (ran(project), read_again(project)) == (runs, read)
    assert (contents(project / "book"), contents(project / "_build" / "html")) == from_scratch(project)


@pytest.mark.long
def test_a_page_with_an_older_file_is_still_another_page(project: Path, make: Build) -> None:
    """Contents count, not times: a clock that was set back hides no change."""
    change_data(project)
    times = {path: path.stat().st_mtime_ns for path in (project / "book").rglob("*.ipynb")}
    move_in = making._move_in

    def moved_in(*arguments: object) -> None:
        move_in(*arguments)
        for path, time in times.items():
            os.utime(path, ns=(time, time))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "_move_in", moved_in)
        make()
    assert read_again(project) == "0 added, 5 changed"


@pytest.mark.slow
def test_a_failed_site_leaves_nothing_to_begin_with(project: Path, make: Build) -> None:
    """Whatever state it came to, the next build begins anew."""
    (project / "_toc.yml").rename(project / "toc")
    with pytest.raises(BuildError, match="Jupyter Book 生成网站失败"):
        make()
    (project / "toc").rename(project / "_toc.yml")
    make()
    assert read_again(project) == "6 added, 0 changed"


def keys(root: Path, **own: str) -> dict[str, str]:
    """Output → cache key of each page."""
    kept = {int(name[1:]): key for name, key in own.items()} or None
    runs = runs_of(read_pages(root), [2021, 2022, 2023], frame(), {1: "甲", 2: "乙"})
    jobs = making._jobs(root, cache.inputs(root), runs, kept, 2022, None)
    return {job.run.output.as_posix(): job.key for job in jobs if job.run}


@pytest.mark.slow
def test_a_page_depends_on_no_later_year_and_an_indicator_on_its_own_rows(project: Path) -> None:
    """What changes in a year's file reaches that year, later years, and what is made once; the base year reaches all pages
    but those that say that they show nothing of it.
    """
    write_template(
        project, "indicator", page="indicators/{indicator}", each="indicator",
        parameters="year: int = 2022\nindicator: int = 1",
    )  # fmt: skip
    write_template(project, "back", page="{year}/back", each="retrospect")
    write_template(project, "apart", page="{year}/apart", each="retrospect", base_year=False)

    def changed(act: Callable[[], object], **own: str) -> set[str]:
        before = keys(project, n1="a", n2="b")
        act()
        after = keys(project, **(own or {"n1": "a", "n2": "b"}))
        return {page.removesuffix(".ipynb") for page in before if before[page] != after[page]}

    def touch_year(year: int) -> None:
        path = project / "data" / "observations" / f"{year}.csv"
        path.write_text((path.read_text(encoding="utf-8") if path.exists() else "") + "\n", encoding="utf-8")

    of_2023 = {"2023/index", "2023/trend"}
    everything = {"index", "2021/back", "2022/index", "2022/trend", *of_2023}
    assert changed(lambda: touch_year(2023)) == {"index", *of_2023}
    assert changed(lambda: touch_year(2022)) == everything
    everything.add("2021/apart")
    assert changed(lambda: touch_year(2021)) == everything
    assert changed(lambda: None, n1="a", n2="c") == {"indicators/2"}
    assert changed(lambda: change_data(project)) == {*everything, "indicators/1", "indicators/2"}


@pytest.mark.slow
def test_years_that_come_and_go_leave_no_trace(project: Path, make: Build, from_scratch: FromScratch) -> None:
    """A year more runs alone (and what is made once); a year less runs nothing; pages, sidebars, search are as fresh."""
    make(2022, 2023, 2024)
    assert ran(project) == ["attached 2024", "home 2024", "overview 2024", "trend 2024"]
    make(2022)
    assert ran(project) == ["home 2022"]
    assert contents(project / "_build" / "html") == from_scratch(project, 2022)[1]


@pytest.mark.slow
def test_nothing_changed_is_known_without_a_build(project: Path, tmp_path: Path) -> None:
    """A look at the contents is enough; anything else, the site itself included, is noticed."""
    index = project / "_build" / "html" / "index.html"
    assert up_to_date(project) == index
    for change in (change_data, change_template, change_text, change_settings, spoil_page, spoil_site):
        before = Path(shutil.copytree(project, tmp_path / change.__name__))
        change(before)
        assert up_to_date(before) is None, change


def test_force_runs_everything(project: Path, make: Build) -> None:
    """Whatever is kept, `force` does not look at it."""
    make(force=True, site=False)
    assert ran(project) == EVERYTHING


def test_a_renewed_year_runs_again_and_others_stay(project: Path, make: Build) -> None:
    """`renew` runs its years unasked, keeps the others though their data changed, and the next build brings them up."""
    change_data(project)
    make(renew=[2023], site=False)
    assert ran(project) == ["attached 2023", "home 2023", "overview 2023", "trend 2023"]
    assert "2022 1" in (project / "book" / "2022" / "trend.ipynb").read_text(encoding="utf-8")
    assert up_to_date(project) is None
    make(site=False)
    assert ran(project) == ["attached 2022", "overview 2022", "trend 2022"]
    assert "2022 2" in (project / "book" / "2022" / "trend.ipynb").read_text(encoding="utf-8")


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _overwritten(path: Path) -> None:
    path.write_bytes(b"x" * 99)


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [damage, *(pytest.param(do, marks=pytest.mark.long) for do in (Path.unlink, _emptied, _overwritten))],
)
def test_a_damaged_cache_is_as_good_as_none(project: Path, make: Build, spoil: Callable[[Path], object]) -> None:
    """Entries that are not what was written are made again; the book is the same."""
    before = contents(project / "_build" / "html")
    for entry in (p for p in (project / "_build" / "cache").rglob("*") if p.is_file()):
        spoil(entry)
    assert up_to_date(project) is None
    make()
    assert ran(project) == EVERYTHING
    assert contents(project / "_build" / "html") == before


@pytest.mark.long
def test_a_manifest_of_another_version_is_none(project: Path, make: Build) -> None:
    """What another version of the library has left, whole as it is, says nothing; the next build is from scratch."""
    cache.write_sealed(project / "_build" / "cache" / "manifest", b'{"inputs": "x", "site": "y"}')
    assert up_to_date(project) is None
    make(site=False)
    assert ran(project) == EVERYTHING


def test_another_version_is_another_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the library, of an installed version or of the interpreter makes what is kept useless."""
    known = cache.program(project)
    monkeypatch.setattr(cache, "LIBRARY", project / "data")
    other_library = cache.program(project)
    monkeypatch.undo()
    monkeypatch.setattr(cache.sys, "version", "4.0")
    other_python = cache.program(project)
    monkeypatch.undo()
    installed = project / "installed"
    (installed / "altair-7.0.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(installed))
    assert len({known, other_library, other_python, cache.program(project)}) == 4


def test_a_file_beside_the_templates_is_an_input_of_every_page(project: Path) -> None:
    """A table or a package of modules that a page reads: it would show the old one."""
    known = keys(project)
    (project / "notebooks" / "below").mkdir()
    for number, name in enumerate(("rivers.csv", "below/inside.py")):
        (project / "notebooks" / name).write_text("1\n")
        now = keys(project)
        assert not known.items() & now.items(), number
        known = now


def test_drawings_are_kept_and_the_oldest_go(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawing is read again by its content, a damaged one is made again, and the folder does not grow for ever."""
    folder = cache.drawings(project)
    kept = cache.Drawings(folder)
    for number in range(6):
        kept[f"k{number}"] = f"<svg>{number}</svg>"
        os.utime(folder / f"k{number}", (number, number))
    assert cache.Drawings(folder)["k0"] == "<svg>0</svg>"  # and is the newest now
    damage(folder / "k5")
    with pytest.raises(KeyError):
        cache.Drawings(folder)["k5"]
    monkeypatch.setattr(cache, "_MOST_DRAWINGS", 2)
    cache.prune(project)
    assert {path.name for path in folder.iterdir()} == {"k0", "k5"}


def test_data_that_change_meanwhile_are_not_published(project: Path, make: Build) -> None:
    """A book half of one figure and half of another would be wrong: the site stays, and the next build is right."""
    site = contents(project / "_build" / "html")
    template(project, "home", "open('data/figures.csv', 'w').write('3\\n')")
    with pytest.raises(BuildError, match=r"^生成期间数据、模板或程序有改动，网站保持原样，请再运行一次。$"):
        make(site=False)
    assert contents(project / "_build" / "html") == site
    template(project, "home", code("home"))
    ran(project)
    make(site=False)
    assert ran(project) == EVERYTHING


def test_a_failure_does_not_count_as_done(project: Path, make: Build) -> None:
    """After a failure the next build runs what failed, and takes what is up to date."""
    template(project, "trend", "1 / (year - 2022)")
    with pytest.raises(BuildError, match="trend 2022"):
        make(site=False)
    ran(project)
    assert up_to_date(project) is None
    template(project, "trend", code("trend"))
    make(site=False)
    assert ran(project) == []


def test_an_attachment_no_longer_made_goes(project: Path, make: Build) -> None:
    """Another version may offer other files; those of the last one do not stay beside them."""
    (project / "book" / "2022" / "old.csv").write_text("1\n")
    make(site=False)
    assert sorted(p.name for p in (project / "book" / "2022").iterdir()) == ["2022.csv", "index.ipynb", "trend.ipynb"]


def test_a_text_edited_while_the_site_is_made_is_noticed(
    project: Path, make: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site may hold the old text, so it does not count as up to date."""
    made = NoSite.build

    def edited(*arguments: Any) -> Path:
        folder = made(*arguments)
        change_text(project)
        return folder

    change_settings(project)
    monkeypatch.setattr(NoSite, "build", edited)
    make(site=False)
    assert up_to_date(project) is None


def test_one_build_at_a_time(project: Path, make: Build) -> None:
    """A second one would take away what the first has made: it is refused, and touches nothing."""
    (project / "_build" / "scratch").mkdir()
    with FileLock(project / "_build" / ".lock"), pytest.raises(BuildError, match="另一次生成正在") as refused:
        make(force=True, site=False)
    assert "请等它结束后再运行" in str(refused.value)
    assert (project / "_build" / "scratch").is_dir()
    assert up_to_date(project) is not None
    make(site=False)
    assert ran(project) == []


@pytest.mark.parametrize("name", ["~$figures.xlsx", ".~lock.figures.csv#", ".figures.csv.swp"])
def test_a_file_that_is_open_in_an_office_program_changes_nothing(tmp_path: Path, name: str) -> None:
    """Its lock file beside it is no input, and need not be readable."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "figures.csv").write_text("1\n", encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    before = cache.inputs(tmp_path), cache.undated(tmp_path)
    for folder in ("data", "notebooks"):
        (tmp_path / folder / name).write_bytes(b"x")
    assert (cache.inputs(tmp_path), cache.undated(tmp_path)) == before
