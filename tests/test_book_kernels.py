"""Running pages in kernels that are reused: outputs are those of a fresh kernel, and nothing is left behind."""

import errno
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from operator import methodcaller
from pathlib import Path

import nbformat
import papermill
import pytest
import tiny_book
from conftest import cixi
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny import frame
from tiny_book import KERNEL, Place, book_at, contents

from cixi_analysis.book import cache, making
from cixi_analysis.book.kernels import Failure, Kernel, Pool
from cixi_analysis.book.making import build
from cixi_analysis.book.pages import BuildError

#: Template → page, how often it is made.
PAGES = {
    "first": ("index", "once"),
    "second": ("second", "once"),
    "third": ("third", "once"),
    "overview": ("{year}/index", "year"),
}
#: Everything a cell can do to its outputs, and what it can learn of where it runs.
ODD_CELLS = (
    "print(1)",
    "import sys; print(2, file=sys.stderr); print(3)",
    "4;",
    "# nothing but a comment",
    "",
    "5",
    "_, _5, Out, In[5]",
    "from IPython.display import HTML, Markdown, clear_output, display",
    "display(HTML('<b>x</b>'), Markdown('y')); 6",
    "handle = display('a', display_id='q'); print('b')",
    "handle.update('z')",
    "print('gone'); clear_output(); print('kept')",
    "print('x'); clear_output(wait=True); print('y')",
    "display({'text/plain': 'p', 'application/json': {'甲': [1, None, 2.5]}}, metadata={'a': 1}, raw=True)",
    "import asyncio; await asyncio.sleep(0.01); 7",
    "import pandas as pd; pd.DataFrame({'甲': [1, 2]})",
    "class Own:\n    def _repr_mimebundle_(self, **_): return {'text/html': '<i>o</i>'}, {'text/html': {'isolated': True}}\nOwn()",
    "import pickle; pickle.loads(pickle.dumps(Own())).__class__",
    "import os; os.system('echo shell')",
    "!echo shell",
    "import subprocess; subprocess.run([sys.executable, '-c', 'print(8)'], capture_output=True).stdout",
    "%%capture caught\nprint(9)",
    "caught.stdout",
    "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as s: print(10)\ns.getvalue()",
    "import logging; logging.warning('w')",
    "import threading; t = threading.Thread(target=print, args=(11,)); t.start(); t.join()",
    "threading.current_thread() is threading.main_thread()",
    "__name__, __doc__, '__file__' in globals(), get_ipython().__class__.__name__, sys.stdout.isatty(), sys.stdout.encoding",
    "def fail():\n    raise ValueError('错')\ntry:\n    fail()\nexcept ValueError:\n    get_ipython().showtraceback()",
    "print('a\\rb\\x08c', end='')",
    "'x' * 100_000",
    "import sys; sys.displayhook(12); sys.stdout.write('13')",
    "'' in sys.path, '.' in sys.path",
    "1 / 0",
    "print('never')",
)  # fmt: skip


def write_template(root: Path, name: str, *code: str, **options: str) -> None:
    page, each = PAGES[name]
    tiny_book.write_template(root, name, *code, page=page, each=each, **options)


def project_at(root: Path) -> Path:
    book_at(root)
    for name in PAGES:
        write_template(root, name, "import warnings\nwarnings.warn('嘘')\nprint(year)")
    return root


@pytest.fixture
def project(place: Place) -> Path:
    return project_at(place.filled())


def notebook_of(*code: str) -> NotebookNode:
    cells = [new_markdown_cell("# x"), new_code_cell("year = 1", metadata={"tags": ["parameters"]})]
    return new_notebook(cells=cells + [new_code_cell(c) for c in code], metadata={"kernelspec": KERNEL})


@pytest.mark.slow
def test_outputs_are_those_of_a_fresh_kernel(place: Place, tmp_path: Path) -> None:
    """Every kind of output, the error's cell and its marks, counts, metadata: the same notebook both ways."""
    before = notebook_of("x = _ = 5; x", "import os; os.environ['SPOILT'] = '1'; print('x')")
    notebook = notebook_of(*ODD_CELLS)
    for one in (before, notebook):
        failure = place.kernels.submit(lambda kernel, one=one: kernel.run_page(one, {"year": 2030})).result()
    assert isinstance(failure, Failure)
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(notebook, tmp_path / "fresh.ipynb", {"year": 2030}, progress_bar=False)
    ours, theirs = nbformat.reads(failure.notebook, as_version=4), nbformat.read(tmp_path / "fresh.ipynb", as_version=4)
    assert len(ours.cells) == len(theirs.cells) == len(ODD_CELLS) + 5
    for one, other in zip(ours.cells, theirs.cells, strict=True):
        for cell in (one, other):
            cell.pop("id")
            for times in ("papermill", "execution"):
                if times in cell.metadata:
                    cell.metadata[times] = sorted(cell.metadata[times])
        assert normal(one) == normal(other)
    for whole in (ours, theirs):
        for name in ("start_time", "end_time", "duration", "output_path"):
            whole.metadata.papermill.pop(name)
    assert ours.metadata == theirs.metadata


def normal(cell: NotebookNode) -> str:
    """Without the folder of the cells' files, which holds the number of the process in a fresh kernel."""
    return re.sub(r"[^ \"]*ipykernel(_\d+)?/", "ipykernel/", nbformat.from_dict(cell).__repr__())


@pytest.mark.slow
def test_pages_are_the_same_wherever_and_however_often_they_run(
    project: Path, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No time, no number of a process, no random id: two builds give the same notebooks, warnings and all. Nothing forks:
    as on Windows, without ``os.fork`` the same pages come out.
    """
    place.build(2022, site=False)
    other = project_at(tmp_path / "乙" / "deeper")
    monkeypatch.delattr(os, "fork")
    build(other, [2022], frame(), downloads=None, progress=False)
    assert contents(project / "book") == contents(other / "book")
    assert len([*project.rglob("book/**/*.ipynb")]) == 4


def test_the_order_of_streams_does_not_depend_on_time(place: Place) -> None:
    """A busy machine is slow between two writes: what is printed comes first all the same, displays in their place."""
    printing = "print('e', file=sys.stderr); time.sleep({0}); print('o')"
    code = f"import sys, time\n{printing}; display(1); {printing}"
    outputs = []
    for wait in (0, 0.5):
        work = methodcaller("run_page", notebook_of(code.format(wait)), {"year": 2030})
        page = nbformat.reads(place.kernels.submit(work).result(), as_version=4)
        outputs.append([cell.get("outputs") for cell in page.cells])
    assert outputs[0] == outputs[1]
    assert [one.get("text", "display") for one in outputs[0][-1]] == ["o\n", "e\n", "display", "o\n", "e\n"]


def test_no_page_sees_what_another_left(project: Path, place: Place) -> None:
    """Names, environment, search path, working directory and the project's own modules are as in a new kernel."""
    (project / "notebooks" / "below").mkdir()
    for module in ("beside", "below/inside"):
        (project / "notebooks" / f"{module}.py").write_text("state = []\n", encoding="utf-8")
    spoil = (
        "import os, sys\n"
        "assert 'mine' not in globals() and 'SPOILT' not in os.environ and '/spoilt' not in sys.path\n"
        "assert os.path.isdir('book')\n"
        "import beside; assert beside.state == []; beside.state.append(1)\n"
        "from below import inside; assert inside.state == []; inside.state.append(1)\n"
        "mine = display = os.environ['SPOILT'] = '1'; sys.path.insert(0, '/spoilt'); os.chdir('/')\n"
        "year"
    )
    for name in PAGES:
        write_template(project, name, spoil, "_")
    place.build(2021, 2022, site=False)
    for page in ("index", "second", "2021/index"):
        notebook = nbformat.read(project / "book" / f"{page}.ipynb", as_version=4)
        year = 2021 if page.startswith("2021") else 2022
        assert [(c.execution_count, c.outputs[0].data["text/plain"]) for c in notebook.cells[-2:]] == [
            (3, str(year)), (4, str(year)),
        ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "end"),
    [
        pytest.param("import os; os._exit(3)", "退出码 3", marks=[pytest.mark.long] if os.name == "posix" else []),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "信号 9",
            marks=pytest.mark.skipif(os.name != "posix", reason="Windows has no signal that ends a process"),
        ),
    ],
)
def test_a_page_whose_kernel_dies_twice_is_named(project: Path, place: Place, code: str, end: str) -> None:
    """No hang, no other page blamed, and what there is to say of it in the log."""
    write_template(project, "second", "open('runs', 'a').write('x'); print('so far')", code)
    with pytest.raises(BuildError) as failure:
        place.build(2022, site=False)
    assert str(failure.value).splitlines() == [
        "second 2022（notebooks/second.ipynb）：笔记本运行失败，网站保持原样。",
        f"错误：运行它的内核中断（{end}；重新运行：{end}）",
        "记录：_build/logs/2022-second.log",
    ]
    assert end in (project / "_build" / "logs" / "2022-second.log").read_text(encoding="utf-8")
    assert (project / "runs").read_text() == "xx"


def test_pages_read_text_alike_on_every_system(place: Place) -> None:
    """``open`` without an encoding reads UTF-8, whatever the system's own is."""
    work = place.kernels.submit(lambda kernel: kernel.run("import sys; assert sys.flags.utf8_mode"))
    assert work.result() is None


@pytest.mark.slow
def test_a_page_whose_kernel_dies_once_is_run_again(project: Path, place: Place) -> None:
    """The kernel is replaced, and the page is as if nothing had happened."""
    once = "import os\nif not os.path.exists('died'):\n    open('died', 'w').close()\n    os._exit(1)"
    write_template(project, "second", once, "print('whole')")
    place.build(2022, site=False)
    notebook = nbformat.read(project / "book" / "second.ipynb", as_version=4)
    assert [output.text for output in notebook.cells[-1].outputs] == ["whole\n"]


@pytest.mark.parametrize(
    ("imports", "setting", "seen"),
    [
        ("import decimal", "decimal.getcontext().prec = 3", "1 / decimal.Decimal(3)"),
        ("import pandas as pd", "pd.set_option('display.precision', 1)", "pd.Series([1 / 3])"),
        ("import numpy as np", "np.set_printoptions(precision=1)", "np.array([1 / 3])"),
        ("import numpy as np", "np.seterr(all='raise')", "np.geterr()"),
        ("import altair as alt", "alt.theme.enable('dark')", "alt.theme.active"),
        ("import altair as alt", "alt.data_transformers.enable('json')", "alt.data_transformers.active"),
        ("shell = get_ipython()", "shell.ast_node_interactivity = 'all'", "1\n2"),
        (
            "from IPython.core.interactiveshell import InteractiveShell as Shell",
            "Shell.ast_node_interactivity = 'all'",
            "1\n2",
        ),
    ],
)
def test_no_page_has_the_settings_of_another(place: Place, imports: str, setting: str, seen: str) -> None:
    """A setting of a library holds for the page that makes it, each time, and for no other page of its kernel."""

    def outputs(kernel: Kernel, *code: str) -> object:
        page = kernel.run_page(notebook_of(imports, *code, seen), {"year": 2030})
        assert isinstance(page, str)
        return [output["data"] for output in nbformat.reads(page, as_version=4).cells[-1].outputs]

    def run(kernel: Kernel) -> None:
        plain, spoilt, *again = [outputs(kernel, *code) for code in 2 * [(), (setting,)]]
        assert plain != spoilt
        assert [plain, spoilt] == again

    place.kernels.submit(run).result()


def test_no_download_sees_what_a_page_left(place: Place) -> None:
    """Of a build before, in a kernel that stays: another working directory, say, where another project may lie."""
    page, downloads = (
        notebook_of("import os; os.chdir('/')"),
        "from pathlib import Path; assert Path.cwd() == Path(r'{}')",
    )
    assert isinstance(place.kernels.submit(lambda kernel: kernel.run_page(page, {"year": 1})).result(), str)
    assert place.kernels.submit(lambda kernel: kernel.run(downloads.format(place.root))).result() is None


def test_a_page_that_asks_for_input_fails(place: Place) -> None:
    """Nobody would answer, and the build would wait for ever."""
    work = methodcaller("run_page", notebook_of("input()"), {"year": 2030})
    failure = place.kernels.submit(work).result(timeout=60)
    assert isinstance(failure, Failure)
    assert "StdinNotImplementedError" in failure.lines[-1]


def test_exit_in_a_page_is_its_end_not_the_builds(project: Path, place: Place) -> None:
    """A page that ends itself is a page that failed."""
    write_template(project, "second", "import sys; sys.exit(1)")
    with pytest.raises(BuildError, match="错误：SystemExit: 1"):
        place.build(2022, site=False)


def test_a_page_that_ends_early_is_not_published(project: Path, place: Place) -> None:
    """Papermill takes ``sys.exit()`` for a success: the page would stop there, with a traceback for its reader."""
    write_template(project, "second", "import sys; sys.exit()", "print('never')")
    with pytest.raises(BuildError, match="错误：SystemExit: 退出码 0"):
        place.build(2022, site=False)


def test_a_page_knows_no_settings_of_the_users_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither IPython's start-up files and settings, nor Python's, nor another kernel called python3 make another page."""
    startup, kernel = (
        tmp_path / "ipython" / "profile_default" / "startup",
        tmp_path / "jupyter" / "kernels" / "python3",
    )
    for folder in (startup, kernel):
        folder.mkdir(parents=True)
    (startup / "own.py").write_text("OWN = 1\n")
    (startup.parent / "ipython_config.py").write_text("get_config().InteractiveShell.ast_node_interactivity = 'all'\n")
    (kernel / "kernel.json").write_text('{"argv": ["/nowhere/python"], "display_name": "x", "language": "python"}')
    given = {"IPYTHONDIR": startup.parents[1], "JUPYTER_PATH": kernel.parents[1], "PYTHONSTARTUP": startup / "own.py"}
    for name, path in given.items():
        monkeypatch.setenv(name, str(path))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setattr("cixi_analysis.book.kernels.cores", lambda: 1)
    notebook = notebook_of("import warnings; warnings.warn('w')", "1\n'OWN' in globals()")
    with Pool(tmp_path, tmp_path / "drawings") as pool:
        page = pool.submit(methodcaller("run_page", notebook, {"year": 2030})).result()
    assert isinstance(page, str)
    assert [output.data["text/plain"] for output in nbformat.reads(page, as_version=4).cells[-1].outputs] == ["False"]


def test_a_lazy_module_ends_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some libraries' modules have any attribute, also a ``__path__`` that is no list: the next page needs no new kernel."""
    monkeypatch.setattr("cixi_analysis.book.kernels.cores", lambda: 1)
    lazy = "type('Lazy', (type(os),), {'__file__': 'lazy.py', '__getattr__': lambda *_: os})('lazy')"
    work = methodcaller("run_page", notebook_of(f"import os, sys; sys.modules['lazy'] = {lazy}", "os.getpid()"), {})
    with Pool(tmp_path, tmp_path / "drawings") as pool:
        pages = [pool.submit(work).result() for _ in range(2)]
    assert len({nbformat.reads(page, as_version=4).cells[-1].outputs[0].data["text/plain"] for page in pages}) == 1


def test_a_page_needs_no_kernel_of_its_own(place: Place) -> None:
    """A notebook that was saved without one, or with one that only its author has, runs as any other."""
    for metadata in ({}, {"kernelspec": {"name": "conda-env-mine-py", "display_name": "mine"}}):
        notebook = notebook_of("print(year)")
        notebook.metadata = nbformat.from_dict(metadata)
        work = methodcaller("run_page", notebook, {"year": 2030})
        page = place.kernels.submit(work).result()
        assert isinstance(page, str)
        assert nbformat.reads(page, as_version=4).cells[-1].outputs[0].text == "2030\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_process_that_a_page_leaves_ends_with_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would keep the project folder in use."""
    monkeypatch.setattr("cixi_analysis.book.kernels.cores", lambda: 1)
    start = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    with Pool(tmp_path, tmp_path / "drawings") as pool:
        pool.submit(methodcaller("run", start)).result()
        assert any("time.sleep(600)" in line for line in processes_of(tmp_path))
    assert processes_of(tmp_path) == []


def processes_of(root: Path) -> list[str]:
    """Command lines of processes whose working directory is the project."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if str(root) in line or str((process / "cwd").readlink()).startswith(str(root)):
                    found.append(line)
            except OSError:
                continue
    return found


#: The command line. Processes that workers of pytest-xdist start would ignore Ctrl-C, as their parents do.
LISTENING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from cixi_analysis.cli import main
main()
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize(
    ("command", "group", "sign"),
    [
        pytest.param("build", True, "SIGINT", id="Ctrl-C in a terminal"),
        pytest.param("build", False, "SIGINT", id="the build alone", marks=pytest.mark.long),
        pytest.param("build", False, "SIGTERM", id="a time limit", marks=pytest.mark.long),
        pytest.param("build", True, "SIGHUP", id="a terminal that is closed", marks=pytest.mark.long),
        pytest.param("verify", True, "SIGINT", id="Ctrl-C while a site is verified"),
        pytest.param("verify", False, "SIGTERM", id="a time limit of that", marks=pytest.mark.long),
    ],
)
def test_ctrl_c_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, group: bool, sign: str
) -> None:
    """Interrupted in the middle of a page: no process, no scratch folder, the message in Chinese, exit status 1."""
    root = project_at(tmp_path / "project")
    wait = "import os, time\nif 'RUNNING' in os.environ:\n    open(os.environ['RUNNING'], 'w').close(); time.sleep(600)"
    write_template(root, "second", wait)
    program = [sys.executable, "-c", LISTENING, "--root", str(root)]
    if command == "verify":
        subprocess.run([*program, "build"], cwd=root, check=True, capture_output=True)
    running, temporary = tmp_path / "running", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("RUNNING", str(running))
    monkeypatch.setenv("TMPDIR", str(temporary))
    process = subprocess.Popen(
        [*program, command], stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True, cwd=root
    )
    deadline = time.monotonic() + 300
    while not running.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    (os.killpg if group else os.kill)(process.pid, getattr(signal, sign))
    _, printed = process.communicate(timeout=60)
    assert (process.returncode, printed.splitlines()[-1]) == (1, "已中断。")
    assert "Traceback" not in printed
    assert not (root / "_build" / "scratch").exists()
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(tmp_path) == []
    assert [*temporary.iterdir()] == []


@pytest.mark.slow
def test_workers_end_before_the_scratch_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure in one kernel, another may still write files for download into it: none of them is left."""
    writing = "[Path(r'{folder}', str(n)).write_text('') for n in range(50_000 if {year} == 2022 else 0)]"
    given = {"downloads": f"from pathlib import Path; {writing}"}
    monkeypatch.setattr(build, "__kwdefaults__", (build.__kwdefaults__ or {}) | given)
    monkeypatch.setattr("cixi_analysis.book.kernels.cores", lambda: 2)
    for name in PAGES:
        write_template(project, name, "1 / 0")
    done = cixi("build", root=project)
    assert (done.returncode, "ZeroDivisionError" in done.stderr) == (1, True)
    assert not (project / "_build" / "scratch").exists()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_watching_builds_after_each_change(tmp_path: Path) -> None:
    """A wrong figure is reported and the site stays; the right one is in the book; Ctrl-C ends all processes."""
    root = book_at(tmp_path / "project")
    tiny_book.write_template(
        root, "home", "print(open('data/observations/2022.csv').read())", page="index", each="once"
    )
    file = root / "data" / "observations" / "2022.csv"
    page, data = root / "_build" / "html" / "index.html", file.read_text("utf-8")
    assert ",86," in data

    one_kernel = "from cixi_analysis.book import kernels\nkernels.cores = lambda: 1"
    watching = subprocess.Popen(
        [sys.executable, "-c", one_kernel + LISTENING, "--root", str(root), "build", "--watch"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=root,
    )  # fmt: skip
    assert watching.stdout and watching.stderr
    assert watching.stdout.readline() == f"{page}\n"
    shown = page.parent / "book" / "index.html"
    before = shown.read_bytes()
    kernels = [line for line in processes_of(root) if "ipykernel" in line]
    assert kernels
    file.write_text(data.replace(",86,", ",1e,", 1), "utf-8")
    while "1e" not in (told := watching.stderr.readline()):
        assert told, "ended"
    assert shown.read_bytes() == before
    file.write_text(data.replace(",86,", ",87.654,", 1), "utf-8")
    assert watching.stdout.readline() == f"{page}\n"
    assert "87.654" in shown.read_text("utf-8")
    watching.send_signal(signal.SIGINT)
    assert (watching.wait(timeout=60), watching.stderr.read().splitlines()[-1]) == (1, "已中断。")
    deadline = time.monotonic() + 60
    while processes_of(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(root) == []


def test_watching_ends_when_the_program_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels and this process hold the old one."""
    hashes = iter(["before", "after"])
    monkeypatch.setattr(cache, "of_tree", lambda _folder: next(hashes))
    monkeypatch.setattr(cache, "sources", lambda _root: "changed")
    monkeypatch.setattr(making, "workers", nullcontext)
    done = cixi("build", "--watch", root=book_at(tmp_path / "project"))
    assert (done.returncode, done.stderr) == (1, "错误：程序有改动，请重新运行 cixi build --watch。\n")


def test_watching_says_which_file_it_waits_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and not of a file that is only being written."""

    def sources(_root: Path) -> str:
        if next(tries) > 12:
            raise KeyboardInterrupt
        raise PermissionError(errno.EACCES, "Permission denied", "2023.csv")

    tries = itertools.count()
    monkeypatch.setattr(cache, "sources", sources)
    monkeypatch.setattr(making, "workers", nullcontext)
    monkeypatch.setattr("cixi_analysis.cli.building._POLL", 0.0)
    done = cixi("build", "--watch", root=book_at(tmp_path / "project"))
    told = [line for line in done.stderr.splitlines() if line]
    assert told == ["错误：不能读写 2023.csv：没有权限。可以读写以后自动继续。", "已中断。"]


def test_a_page_that_fails_elsewhere_ends_the_build_at_once(place: Place) -> None:
    """Before the pages that run here: of two that fail, the one that fails first is told."""
    root = project_at(place.filled())
    write_template(root, "first", "import time\ntime.sleep(2)\nraise ValueError('这里')")

    class Elsewhere(Executor):
        def submit(self, *_: object) -> Future[Failure]:  # type: ignore[override]
            future = Future[Failure]()
            future.set_result(Failure(("错误：那里",), "那里"))
            return future

    with pytest.raises(BuildError, match="那里"):
        place.build(2022, executor=Elsewhere(), site=False)
