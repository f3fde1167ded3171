"""Work on a real Dask cluster: a scheduler and two workers, each a process of its own."""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from nbformat import NotebookNode
from tiny_book import Place, template, write_template

from benchmarks.generated import generated_panel
from cixi_analysis.assessment import assess_panel
from cixi_analysis.book import scheduler
from cixi_analysis.book.kernels import packed, run_elsewhere
from cixi_analysis.book.pages import BuildError
from cixi_analysis.book.scheduler import SchedulerError, cluster
from cixi_analysis.errors import DataError
from cixi_analysis.plan.dataset import Plan

pytestmark = pytest.mark.slow


class Cluster:
    """Processes as `dask scheduler` and `dask worker` start them on machines of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{_free_port()}"
        self.processes: list[subprocess.Popen[bytes]] = []
        port = self.address.rpartition(":")[2]
        self.start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")

    def worker(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        arguments = f"--name {name} --nthreads 1 --no-nanny --no-dashboard --local-directory".split()
        return self.start("worker", self.address, *arguments, str(self.folder), **environment)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command], env=env, cwd=self.folder, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    for name in ("one", "two"):
        running.worker(name)
    yield running
    running.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers yet, for tests that spoil theirs."""
    running = Cluster(tmp_path)
    yield running
    running.stop()


class Killing(Executor):
    """Kills a worker as soon as the first piece of work is done, while the others wait or run."""

    def __init__(self, inner: Executor, worker: subprocess.Popen[bytes]) -> None:
        self.inner, self.worker = inner, worker
        self.futures: list[Future[Any]] = []
        self.waiting_then = 0

    def submit(self, *call: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = self.inner.submit(*call, **named)
        self.futures.append(future)
        if len(self.futures) == 1:
            future.add_done_callback(self._kill)
        return future

    def _kill(self, _: Future[Any]) -> None:
        self.worker.kill()
        self.waiting_then = sum(not future.done() for future in self.futures)


# --- panels ------------------------------------------------------------------------------------------------------


def test_a_panel_is_the_same_on_a_cluster(two_workers: Cluster, plan: Plan) -> None:
    """Order, values and types are those of one machine."""
    table = generated_panel(plan, 12)
    with cluster(two_workers.address, timeout=60) as executor:
        there = assess_panel(plan, table, executor=executor, block=5)
    here = assess_panel(plan, table)
    assert there.regions == here.regions
    pd.testing.assert_frame_equal(there.table, here.table)


def test_a_worker_that_dies_halfway_costs_time_only(own: Cluster, plan: Plan) -> None:
    """What it had begun or finished and not handed over is done again by the other one."""
    table = generated_panel(plan, 20)  # many blocks: some still wait when a busy machine notices the first
    victim, _ = own.worker("victim"), own.worker("survivor")
    with cluster(own.address, timeout=60) as executor:
        _wait_for(executor, 2)
        killing = Killing(executor, victim)
        there = assess_panel(plan, table, executor=killing, block=1)
    assert killing.waiting_then > 1
    assert victim.wait(10) == (-signal.SIGKILL if os.name == "posix" else 1)
    pd.testing.assert_frame_equal(there.table, assess_panel(plan, table).table)


def test_faults_come_back_as_from_one_machine(two_workers: Cluster, plan: Plan) -> None:
    """What is wrong with a table is reported in the same words."""
    table = generated_panel(plan, 4).assign(value="约86", absence=None)
    with cluster(two_workers.address, timeout=60) as executor, pytest.raises(DataError, match="约86") as there:
        assess_panel(plan, table, executor=executor, block=2)
    with pytest.raises(DataError, match="约86") as here:
        assess_panel(plan, table)
    assert str(there.value) == str(here.value)


# --- pages -------------------------------------------------------------------------------------------------------


def submitted(executor: Executor, *codes: str) -> list[Future[Any]]:
    """A page of each code, run with the years from 2020 on."""
    project = packed(ROOT)
    notebooks = enumerate((template("页", code) for code in codes), start=2020)
    return [executor.submit(run_elsewhere, project, notebook, {"year": year}) for year, notebook in notebooks]


COUNT = "from cixi_analysis.plan.dataset import load_plan\nprint(year, len(load_plan().items))"


def project_at(place: Place) -> Path:
    """A project of the real data without templates."""
    root = place.filled()
    for name in ("book", "notebooks"):
        (root / name).mkdir()
    shutil.copytree(ROOT / "data", root / "data")
    return Path(shutil.copy(ROOT / "_config.yml", root)).parent


def outputs(page: str) -> list[list[NotebookNode]]:
    return [cell.outputs for cell in nbformat.reads(page, as_version=4).cells if cell.cell_type == "code"]


def test_pages_are_the_same_on_a_cluster(two_workers: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page brings its data along: workers in another folder make the page that this machine makes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with cluster(two_workers.address, timeout=60) as executor:
        there = [future.result() for future in submitted(executor, COUNT)]
    with ThreadPoolExecutor(1) as alone:
        here = [future.result() for future in submitted(alone, COUNT)]
    assert outputs(there[0])[-1][0].text == "2020 69\n"
    assert there == here


@pytest.mark.long  # by default test_pages_are_the_same_on_a_cluster
def test_a_book_is_the_same_on_a_cluster(two_workers: Cluster, built: Path, place: Place) -> None:
    """A page of the book, charts and all, is that of this machine, byte for byte."""
    root = project_at(place)
    shutil.copy(ROOT / "notebooks" / "trend.ipynb", root / "notebooks")
    write_template(root, "home", page="index", each="once")
    with cluster(two_workers.address, timeout=60) as executor:
        place.build(2022, executor=executor, site=False)
    made = {path.relative_to(root).as_posix() for path in (root / "book").rglob("*.ipynb")}
    assert made == {"book/index.ipynb", "book/2022/trend.ipynb"}
    trend = Path("book", "2022", "trend.ipynb")
    assert (root / trend).read_bytes() == (built / trend).read_bytes()


def test_a_page_that_fails_there_is_told_as_one_here(two_workers: Cluster, place: Place) -> None:
    """Which page, which cell, what it said; the log and what there is of the page are kept."""
    root = project_at(place)
    write_template(root, "overview", "print('前')\n1 / 0", page="{year}/index", each="assessed")
    with cluster(two_workers.address, timeout=60) as executor, pytest.raises(BuildError) as told:
        place.build(2022, executor=executor, site=False)
    first, *lines, log, kept = str(told.value).splitlines()
    assert first == "overview 2022（notebooks/overview.ipynb）：笔记本运行失败，网站保持原样。"
    assert lines == ["出错的单元 In [3]：", "    print('前')", "    1 / 0", "错误：ZeroDivisionError: division by zero"]
    assert "ZeroDivisionError" in (root / log.removeprefix("记录：")).read_text("utf-8")
    assert "前" in (root / kept.removeprefix("运行到出错处的笔记本：")).read_text("utf-8")


@pytest.mark.long  # by default test_a_worker_that_dies_halfway_costs_time_only
def test_pages_outlive_a_worker(own: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is killed while pages run; every page comes back, once."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    victim, _ = own.worker("victim"), own.worker("survivor")
    with cluster(own.address, timeout=60) as executor:
        _wait_for(executor, 2)
        pages = submitted(executor, *["import time; time.sleep(1); print(year)"] * 3)
        for number, page in enumerate(as_completed(pages)):
            if number == 0:
                victim.kill()
            assert isinstance(page.result(), str)
    assert [outputs(page.result())[-1][0].text for page in pages] == [f"{year}\n" for year in range(2020, 2023)]


def test_what_a_page_brings_along_is_the_data_and_nothing_else() -> None:
    """The same files give the same bytes; no site, no notebook, no hidden file travels."""
    assert packed(ROOT) == packed(ROOT)

    names = zipfile.ZipFile(io.BytesIO(packed(ROOT))).namelist()
    assert names[-1] == "_config.yml"
    assert {name.partition("/")[0] for name in names[:-1]} == {"data"}


# --- what can be wrong with a cluster ----------------------------------------------------------------------------


def test_a_scheduler_that_dies(own: Cluster) -> None:
    """The work is not done, and the message says so."""
    own.worker("one")
    told = "的连接中断，工作没有做完"
    with pytest.raises(SchedulerError, match=told), cluster(own.address, timeout=60) as executor:
        waiting = executor.submit(time.sleep, 60)
        own.processes[0].kill()
        waiting.result()


@pytest.mark.parametrize(
    "address",
    ["", "cluster", "10.0.0.5", "tcp://10.0.0.5", "http://10.0.0.5:8786", "tcp://h:0", "tcp://h:70000", "tcp://h:1:2"],
)
def test_an_address_that_is_none(address: str) -> None:
    """Told before anything is tried, with an example."""
    with pytest.raises(SchedulerError) as raised, cluster(address):
        pass
    assert str(raised.value) == f"调度器地址“{address}”不对；应为“tcp://主机:端口”，如 tcp://10.0.0.5:8786。"


def test_nobody_answers() -> None:
    """After the time allowed, the address and what to look at."""
    address = f"tcp://127.0.0.1:{_free_port()}"
    with pytest.raises(SchedulerError, match=f"1 秒内连不上调度器 {address}") as raised, cluster(address, timeout=1):
        pass
    assert "dask scheduler" in str(raised.value)


def test_a_scheduler_without_workers(own: Cluster) -> None:
    """Nobody would do the work: reported, with the command that starts a worker."""
    with (
        pytest.raises(SchedulerError, match="没有工作进程（等了 8 秒）") as raised,
        cluster(own.address, timeout=8),
    ):
        pass
    assert f"dask worker {own.address}" in str(raised.value)


def test_a_worker_with_another_version(own: Cluster, tmp_path: Path) -> None:
    """A worker whose library differs could give other results: it is named, with both versions."""
    other = Path(
        shutil.copytree(
            ROOT / "cixi_analysis", tmp_path / "other" / "cixi_analysis", ignore=shutil.ignore_patterns("__pycache__")
        )
    )
    (other / "__init__.py").write_text('"""Another one."""\n\n__version__ = "0.0.1"\n', encoding="utf-8")
    own.worker("other", PYTHONPATH=str(other.parent))
    with pytest.raises(SchedulerError) as raised, cluster(own.address, timeout=60):
        pass
    first, second = str(raised.value).splitlines()
    assert first == "工作进程与本机的版本不同，结果可能不同，请先装成一样："
    here = scheduler.versions()["cixi_analysis"]
    assert second.startswith("tcp://127.0.0.1:")
    assert "：cixi_analysis 为 0.0.1（内容 " in second
    assert second.endswith(f"本机为 {here}")


def test_a_worker_without_the_library(own: Cluster, tmp_path: Path) -> None:
    """A worker that cannot import the library is named."""
    (tmp_path / "none" / "cixi_analysis").mkdir(parents=True)
    (tmp_path / "none" / "cixi_analysis" / "__init__.py").touch()
    own.worker("none", PYTHONPATH=str(tmp_path / "none"))
    with pytest.raises(SchedulerError, match="不能载入与本机相同的 cixi_analysis"), cluster(own.address, timeout=60):
        pass


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which command installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SchedulerError) as raised, cluster("tcp://127.0.0.1:8786"):
        pass
    assert str(raised.value) == (
        '--scheduler 需要 Dask，本机没有安装（缺少 distributed）。请运行：python -m pip install "cixi-analysis[dask]"'
    )


def _wait_for(executor: Executor, workers: int) -> None:
    executor._client.wait_for_workers(workers, timeout=60)  # type: ignore[attr-defined]  # distributed's executor
