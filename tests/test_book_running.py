"""Running pages in warm processes: the outputs are a real kernel's, each page begins clean, and nothing is left behind."""

import hashlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from cixi_analysis.book.workers import Died, each
from conftest import copy_project
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny_book import KERNEL, book_at, write_template

from cixi_analysis.book import BuildError, Page, Scope, build

PAGES = (
    Page("first", "index", "甲", Scope.ONCE),
    Page("second", "second", "乙", Scope.ONCE),
    Page("third", "third", "丙", Scope.ONCE),
    Page("overview", "{year}/index", "年度总览", Scope.ASSESSED),
)
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


def project_at(root: Path) -> Path:
    book_at(root)
    for page in PAGES:
        write_template(root, page.template, "import warnings\nwarnings.warn('嘘')\nprint(year)")
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return project_at(tmp_path / "project")


def notebooks(root: Path) -> dict[str, str]:
    paths = sorted((root / "book").rglob("*.ipynb"))
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def executed_in_warm_process(notebook: NotebookNode, output: Path) -> None:
    from cixi_analysis.book.engine import ENGINE  # noqa: PLC0415  # the process's, not the test's

    run_with(notebook, output, ENGINE)


def run_with(notebook: NotebookNode, output: Path, engine: str | None) -> None:
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(notebook, output, {"year": 2030}, engine_name=engine, progress_bar=False)


def test_outputs_are_those_of_a_real_kernel(tmp_path: Path) -> None:
    """Every kind of output, the error's cell and its marks, counts, metadata: both ways the same notebook."""
    cells = [new_markdown_cell("# x"), new_code_cell("year = 1", metadata={"tags": ["parameters"]})]
    notebook = new_notebook(cells=cells + [new_code_cell(c) for c in ODD_CELLS], metadata={"kernelspec": KERNEL})
    [done] = each(executed_in_warm_process, [(notebook, tmp_path / "warm.ipynb")])
    assert done.result is None
    run_with(notebook, tmp_path / "kernel.ipynb", None)
    warm, kernel = (nbformat.read(tmp_path / f"{name}.ipynb", as_version=4) for name in ("warm", "kernel"))
    assert len(warm.cells) == len(kernel.cells) == len(ODD_CELLS) + 5
    for ours, theirs in zip(warm.cells, kernel.cells, strict=True):
        for cell in (ours, theirs):
            cell.pop("id")
            for times in ("papermill", "execution"):
                if times in cell.metadata:
                    cell.metadata[times] = sorted(cell.metadata[times])
        assert ours == theirs
    for whole in (warm, kernel):
        for name in ("start_time", "end_time", "duration", "output_path"):
            whole.metadata.papermill.pop(name)
    assert warm.metadata == kernel.metadata


def test_pages_are_the_same_wherever_and_however_often_they_run(tmp_path: Path) -> None:
    """No time, no number of a process, no random id: two builds give the same notebooks, warnings and all."""
    first, second = project_at(tmp_path / "甲"), project_at(tmp_path / "乙" / "deeper")
    for root in (first, second):
        build(root, [2022], pages=PAGES, progress=False)
    assert notebooks(first) == notebooks(second)
    assert len(notebooks(first)) == 4


def test_every_page_begins_clean(project: Path) -> None:
    """What a page does to modules, environment and working directory, no other page sees."""
    spoil = (
        "import os, json\nassert not hasattr(json, 'spoilt') and 'SPOILT' not in os.environ and os.path.isdir('book')\n"
    )
    spoil += "json.spoilt = os.environ['SPOILT'] = '1'\nos.chdir('/')\nprint(year)"
    for page in PAGES:
        write_template(project, page.template, spoil)
    assert build(project, [2021, 2022], baseline=2021, pages=PAGES, progress=False).is_file()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os._exit(3)", "错误：运行该页的进程中途退出，退出码 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "错误：运行该页的进程被信号 9 结束"),
    ],
)
def test_a_page_whose_process_dies_is_named(project: Path, code: str, reason: str) -> None:
    """No hang, no other page blamed, and what there is to say of it in the log."""
    write_template(project, "second", "print('so far')", code)
    with pytest.raises(BuildError) as failure:
        build(project, [2022], pages=PAGES, progress=False)
    assert str(failure.value).splitlines() == [
        "2022 年 乙（notebooks/second.ipynb）：笔记本运行失败，网站保持原样。",
        reason,
        "记录：_build/logs/2022-second.log",
    ]
    assert reason.removeprefix("错误：") in (project / "_build" / "logs" / "2022-second.log").read_text(
        encoding="utf-8"
    )


def test_exit_in_a_page_is_its_end_not_the_builds(project: Path) -> None:
    """Papermill lets a page that ends itself in good order pass, warm or not."""
    write_template(project, "second", "import sys; sys.exit(1)")
    with pytest.raises(BuildError, match="错误：SystemExit: 1"):
        build(project, [2022], pages=PAGES, progress=False)


def test_where_processes_cannot_fork_ordinary_kernels_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same pages, slower, and one sentence on standard error."""
    for page in PAGES:  # a real kernel's warning holds the number of its process
        write_template(project, page.template, "print(year)")
    other = Path(shutil.copytree(project, tmp_path / "other"))
    build(project, [2022], pages=PAGES, progress=False)
    capsys.readouterr()
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    build(other, [2022], pages=PAGES, progress=False)
    assert capsys.readouterr().err == "本系统不能复制进程，改用普通的 Jupyter 内核，生成会慢一些。\n"
    assert notebooks(project) == notebooks(other)


def die_or(number: int) -> int:
    if number == 2:
        os._exit(1)
    return number * number


def test_work_comes_back_with_its_number() -> None:
    """More calls than cores, one of which dies: the others are done all the same."""
    done = sorted(each(die_or, [(n,) for n in range(7)]), key=lambda d: d.number)
    assert [d.result for d in done] == [0, 1, Died(1), 9, 16, 25, 36]


def processes_of(root: Path) -> list[str]:
    """Command lines of processes whose working directory is the project, and of forkservers."""
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize(
    ("group", "sign"),
    [(True, signal.SIGINT), (False, signal.SIGINT), (False, signal.SIGTERM)],
    ids=["Ctrl-C in a terminal", "the build alone", "a time limit"],
)
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, group: bool, sign: signal.Signals) -> None:
    """Interrupted in the middle of a page: no process, no scratch folder, the message in Chinese, exit status 1."""
    root = copy_project(tmp_path / "project")
    path = root / "notebooks" / "method.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell("open('running', 'w').close()\nimport time\ntime.sleep(600)"))
    nbformat.write(notebook, path)
    building = subprocess.Popen(
        [sys.executable, "-c", "from cixi_analysis.cli import main; main()", "--root", str(root), "build"],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        cwd=root,
    )
    deadline = time.monotonic() + 300
    while not (root / "running").exists() and building.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    (os.killpg if group else os.kill)(building.pid, sign)
    _, printed = building.communicate(timeout=60)
    assert (building.returncode, printed.splitlines()[-1]) == (1, "已中断。")
    assert "Traceback" not in printed
    assert not (root / "_build" / "scratch").exists()
    while processes_of(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(root) == []
