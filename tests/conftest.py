"""Shared fixtures: a copy of the project, the site built from it; and the rule that CI skips nothing."""

import gc
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import vl_convert
from click.testing import CliRunner
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from tiny_book import Place
from visit import QUIET

from cixi_analysis.book import kernels, making
from cixi_analysis.book import site as book_site
from cixi_analysis.book.pdf.printing import PdfError, find_browser
from cixi_analysis.cli import main
from cixi_analysis.form import sheets as form_sheets
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.report import write_report

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """One seed of the long mutation test for all workers. Properties are tried on the same examples in every run, so that
    nobody's change fails by chance, on others with ``--hypothesis-profile=random``; none fails because the machine is busy.
    """
    settings.register_profile("fixed", deadline=None, derandomize=True)
    settings.register_profile("random", deadline=None)
    settings.load_profile("fixed")
    os.environ.setdefault("CIXI_MUTATION_SEED", str(int(time.time())))


def pytest_collection_finish() -> None:
    """Exclude what was imported from garbage collection: its collections would take time in every test."""
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> str:
    seed = f"long mutation test: CIXI_MUTATION_SEED={os.environ['CIXI_MUTATION_SEED']}"
    return seed if config.option.markexpr == "long" else ""


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The real data."""
    return load_plan(ROOT)


@pytest.fixture(scope="session")
def plan_2023(plan: Plan) -> Plan:
    """The real data with a made-up year 2023: as 2022, but 38 is met, 3 is unmet, 5 is not known any more, 29 is known,
    34 and 49 go on rising.
    """
    moved = {"38": "96", "3": "18", "29": "4.6", "34": "67000", "49": "84.5"}
    known = {i: {"value": v, "statement": v, "attests": None, "absence": None} for i, v in moved.items()}
    lost = {"5": {"value": None, "statement": None, "absence": "暂无数据"}}
    rows = tuple(row.model_copy(update=(known | lost).get(row.item_id, {})) for row in plan.observations[2022])
    return replace(plan, observations={**plan.observations, 2023: rows})


#: The lists of evidence and signatures as a form has them.
LISTS = form_sheets._LISTS


@pytest.fixture(scope="module", autouse=True)
def _short_lists(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forms to be filled in have eight rows for evidence and for signatures, not 130: most of what a small form costs."""
    short = {kind: (*own[:2], 8, 4) for kind, own in LISTS.items()}
    with pytest.MonkeyPatch.context() as patch:
        if request.module.__name__ != "test_form_writing":
            patch.setattr(form_sheets, "_LISTS", short)
        yield


def copy_project(target: Path) -> Path:
    """Copy the project's own files, without the products of a build or a run."""
    names = ["_config.yml", "_toc.yml", "constraints.txt", "data", "notebooks", "book"]
    made = shutil.ignore_patterns("*.ipynb_checkpoints", "20[0-9][0-9]", "indicators")
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=made)
        else:
            shutil.copy(source, target / name)
    for page in (target / "book").glob("*.ipynb"):
        page.unlink()
    return target


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> Iterator[None]:
    """Builds in a test's own process use one kernel: the other cores belong to the other workers of pytest."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (kernels, book_site):
            patch.setattr(module, "cores", lambda: 1)
        yield


@pytest.fixture(scope="session", autouse=True)
def _pictures_once() -> Iterator[None]:
    """The picture of a drawing is made once in a process: reports show the same charts, at 0.1 s each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vl_convert, "svg_to_png", cache(vl_convert.svg_to_png))
        yield


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The folder and the warm kernels for tiny books that need neither a folder of their own nor fresh kernels. Its name
    is not a tame one.
    """
    root = tmp_path_factory.mktemp("place") / "慈溪 {项目}"
    root.mkdir()
    with making.workers(root) as workers:
        yield Place(root, *workers)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project to change at will."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the book built by the command line, once for all tests; not to be changed."""
    return built_once(tmp_path_factory, "built", copy_project)


@pytest.fixture(scope="session")
def report2022(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of 2022 in Word, made once for all tests."""
    folder = once(
        tmp_path_factory, "report", lambda folder: (folder.mkdir(), write_report(plan, 2022, folder / "r.docx"))
    )
    return (folder / "r.docx").read_bytes()


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder that ``make`` fills, once for all workers; not to be changed."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.made"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            make(folder)
            done.touch()
    return folder


#: The command as a user runs it; and with one kernel, which costs less processor time.
PROGRAM = "from cixi_analysis.cli import main; main()"
ONE_KERNEL = f"from cixi_analysis.book import kernels; kernels.cores = lambda: 1; {PROGRAM}"
COMMAND = [sys.executable, "-c", PROGRAM]


def built_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path], program: str = PROGRAM
) -> Path:
    """The project that ``make`` puts into a folder, with its book built by the command line: one for all workers."""

    def build(folder: Path) -> None:
        folder.mkdir()
        command = [sys.executable, "-c", program, "--root", str(make(folder / "project")), "build"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr

    return once(factory, name, build) / "project"


@pytest.fixture(scope="session")
def site(built: Path) -> Path:
    """The built site's folder."""
    return built / "_build" / "html"


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The built site on a web server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each visit has a window of its own."""
    try:
        path = find_browser()
    except PdfError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def libreoffice(folder: Path, kind: str, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Files (name → content) saved by LibreOffice as ``kind``, in one process, which takes seconds to start."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no LibreOffice (soffice) on this machine")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    target, profile = folder / "saved", f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", kind, "--outdir", str(target)]
    subprocess.run([*command, *(str(folder / name) for name in files)], check=True, capture_output=True, timeout=300)
    return {name: (target / name).with_suffix(f".{kind}") for name in files}


def cixi(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command line in this process, which has imported the library already."""
    done = CliRunner().invoke(main, ["--root", str(root), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return subprocess.CompletedProcess(["cixi", *arguments], done.exit_code, done.stdout, done.stderr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a skipped test is a failed one: what cannot run there must be installed there."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped in CI: {report.longrepr}"
    return report
