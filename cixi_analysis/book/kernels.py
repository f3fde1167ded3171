"""Execution of pages: papermill in a small pool of ordinary kernels, each of which runs one page after another.

Nothing here depends on the operating system: no process is forked. A kernel's state is reset before each page
(:mod:`cixi_analysis.book.kernel_side`). A kernel that dies is replaced and its work retried once.
"""

import io
import os
import subprocess
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from cixi_analysis.book.pages import tidied
from cixi_analysis.book.site import cores, kill
from cixi_analysis.errors import place, reason
from cixi_analysis.plan.provenance import DATA, PUBLIC_EVIDENCE, provenance

#: Lock: ports are allocated to one kernel at a time; jupyter_client records its allocations, so that none collides.
_STARTING = threading.Lock()
_ATTEMPTS = 2
_PATIENCE = 300  # seconds for a kernel to start on a busy machine
_TICK = 1.0  # seconds: on Windows, Ctrl-C is noticed only between two waits
#: Settings of a user's own sessions, which would change pages, or make a warning an error.
_PERSONAL = ("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONINSPECT")
_SIDE = "__import__('cixi_analysis.book.kernel_side', fromlist=['reset'])"


@dataclass(frozen=True)
class Failure:
    """A failed execution: the lines of the message, the log, and the partially executed notebook."""

    lines: tuple[str, ...]
    log: str
    notebook: str = ""


class Kernel:
    """A kernel in the project folder ``root`` that keeps charts' drawings in the folder ``drawings``; added to ``started``.

    ``profile`` is its folder of IPython's settings: those of the user would change pages.
    """

    def __init__(self, root: Path, drawings: Path, profile: str, started: list["Kernel"]) -> None:
        self.notebook: NotebookNode | None = None
        # Without folders of kernels, "python3" is this environment's.
        self.manager = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), kernel_name="python3")
        arguments = ["--log-level=CRITICAL", "--HistoryManager.enabled=False"]
        with _STARTING:
            environment = os.environ | {"IPYTHONDIR": profile}
            run_sync(self.manager.start_kernel)(cwd=str(root), extra_arguments=arguments, env=environment)
            self._process: subprocess.Popen[bytes] = self.manager.provisioner.process  # type: ignore[union-attr]
            self.client = self.manager.client()
            started.append(self)  # can be ended before it is ready
        self.client.start_channels(stdin=False)  # nobody answers: a page that asks for input fails
        run_sync(self.client.wait_for_ready)(timeout=_PATIENCE)
        self._call(f"prepare({str(drawings)!r})")

    def _call(self, call: str) -> None:
        """Call a function of ``kernel_side``. Raises ``RuntimeError``: no page may run in a kernel where it failed."""
        if failure := self._run(f"{_SIDE}.{call}"):
            raise RuntimeError(failure.lines[0])

    def run(self, code: str) -> Failure | None:
        """Run code that is not a page; returns a failure or None. Raises ``RuntimeError`` when the kernel dies."""
        self._call("reset()")
        return self._run(code)

    def _run(self, code: str) -> Failure | None:
        cell = new_code_cell(code)  # type: ignore[no-untyped-call]
        client = NotebookClient(new_notebook(cells=[cell]), km=self.manager, timeout=None)  # type: ignore[no-untyped-call]
        client.kc = self.client
        try:
            client.execute_cell(cell, 0, store_history=False)
        except CellExecutionError as error:
            told = error.evalue if error.ename == "ExportError" else f"{error.ename}: {error.evalue}"
            return Failure((f"错误：{told}",), str(error))
        except DeadKernelError as error:
            raise RuntimeError(self._end()) from error
        return None

    def run_page(self, notebook: NotebookNode, parameters: Mapping[str, int]) -> str | Failure:
        """Run a notebook with papermill; returns the page's JSON. Raises ``RuntimeError`` when the kernel dies."""
        self._call("reset()")
        try:
            executed = papermill.execute_notebook(
                notebook, None, dict(parameters), engine_name=_ENGINE, kernel_name="python3", language="python",
                kernel=self, progress_bar=False, request_save_on_cell_execute=False, autosave_cell_every=0,
            )  # fmt: skip
        except PapermillExecutionError as error:
            cell = [f"出错的单元 In [{error.exec_count}]：", *(f"    {line}" for line in error.source.splitlines())]
            so_far: str = nbformat.writes(self.notebook)  # type: ignore[no-untyped-call]
            return Failure((*cell, f"错误：{error.ename}: {error.evalue}"), str(error), so_far)
        except DeadKernelError as error:
            raise RuntimeError(self._end()) from error
        page: str = nbformat.writes(tidied(executed))  # type: ignore[no-untyped-call]
        return page

    def _end(self) -> str:
        """How the kernel's process ended (Chinese): by a signal or an exit status."""
        code = self._process.poll()
        return f"信号 {-code}" if code is not None and code < 0 else f"退出码 {code}"

    def kill(self) -> None:
        """End the kernel's process, with those that its pages left; from any thread."""
        kill(self._process)

    def close(self) -> None:
        """End the kernel and remove its connection file; no thread may use it any more."""
        self.kill()
        self._process.wait()
        self.client.stop_channels()
        self.manager.cleanup_connection_file()


class _Engine(NBClientEngine):  # type: ignore[misc]  # papermill ships no types
    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, kernel: Kernel, **_: Any) -> Any:
        """Run the cells in ``kernel``, which keeps running: the client ends only a kernel that it started itself."""
        kernel.notebook = nb_man.nb
        client = PapermillNotebookClient(nb_man, km=kernel.manager, kernel_name=kernel_name, timeout=None)
        client.kc = kernel.client
        client.execute()
        for output in (output for cell in nb_man.nb.cells for output in cell.get("outputs", ())):
            if output.get("ename") == "SystemExit" and output.evalue in ("", "0"):
                output.evalue = "退出码 0"  # else papermill takes it for a success, without the cells that follow
        return nb_man.nb


_ENGINE = "cixi"
papermill_engines.register(_ENGINE, _Engine)

Result = str | Failure | None
Work = Callable[[Kernel], Result]


class Pool:
    """Kernels of a project, as many as there are cores, each with a thread of its own; a context manager.

    They start when there is work, or with :meth:`start`, and run until the context ends.
    """

    def __init__(self, root: Path, drawings: Path) -> None:
        self._profile = TemporaryDirectory(prefix="cixi-", ignore_cleanup_errors=True)
        self._places = root, drawings, self._profile.name
        self._started: list[Kernel] = []
        self._own, self._stopped = threading.local(), threading.Event()
        self._threads = ThreadPoolExecutor(cores())

    def __enter__(self) -> "Pool":
        for name in _PERSONAL:
            os.environ.pop(name, None)
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or kernels warn of frozen modules
        os.environ["PYTHONUTF8"] = "1"  # a page that reads a file finds the same text on every system
        warnings.filterwarnings("ignore", "Proactor event loop")  # pyzmq on Windows, of a loop that it makes fit
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for kernel in self._started:
            kernel.kill()
        self._threads.shutdown(cancel_futures=True)
        for kernel in self._started:
            kernel.close()
        self._profile.cleanup()

    def start(self) -> None:
        """Start the kernels in the background, which takes a second."""
        for _ in range(cores()):
            self.submit(lambda _: None)

    def submit(self, work: Work) -> Future[Result]:
        """Do the work in some kernel."""
        return self._threads.submit(self._do, work)

    def _do(self, work: Work) -> Result:
        """The result in this thread's kernel; retried once in a new one if the kernel dies."""
        ends: list[str] = []
        while len(ends) < _ATTEMPTS and not self._stopped.is_set():
            try:
                if getattr(self._own, "kernel", None) is None:
                    self._own.kernel = Kernel(*self._places, self._started)
                    continue  # back to the check whether the pool is closing
                return work(self._own.kernel)
            except (RuntimeError, OSError) as error:
                at = f"{place(error, self._places[0])}：{reason(error)}" if isinstance(error, OSError) else str(error)
                ends.append(at)
                self._own.kernel = None
        text = f"运行它的内核中断（{'；重新运行：'.join(ends)}）"
        return Failure((f"错误：{text}",), text)


def ended(futures: Iterable[Future[Result]]) -> Iterator[Future[Result]]:
    """Each future as it ends."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, _TICK, FIRST_COMPLETED)
        yield from done


def run_elsewhere(project: bytes, notebook: NotebookNode, parameters: Mapping[str, int]) -> Result:
    """Run one page on another machine, in a folder that holds the project's files that it reads (:func:`packed`)."""
    # On Windows the folder stays in use for a moment after the kernel has ended.
    with TemporaryDirectory(prefix="cixi-", ignore_cleanup_errors=True) as name:
        root = Path(name, "project")
        zipfile.ZipFile(io.BytesIO(project)).extractall(root)
        with Pool(root, Path(name, "drawings")) as pool:
            return pool.submit(lambda kernel: kernel.run_page(notebook, parameters)).result()


def packed(root: Path) -> bytes:
    """The files of the project folder that pages read, as a ZIP archive; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in provenance(root).inputs:
            if one.kind in (DATA, PUBLIC_EVIDENCE) or one.path == "_config.yml" or one.path.endswith(".py"):
                archive.writestr(zipfile.ZipInfo(one.path), (root / one.path).read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
