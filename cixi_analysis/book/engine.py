"""Papermill's engine for a process that has the libraries imported: a kernel inside it instead of one beside it.

The kernel, its shell and its messages are ipykernel's, and nbclient makes the outputs of them as it does of a kernel's
at the other end of a socket. So a page looks as if a kernel of its own had run it, without that kernel's start.
A process runs one notebook: the kernel's state is the process's.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from types import SimpleNamespace
from typing import Any

from ipykernel import compiler
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.shellapp import InteractiveShellApp
from jupyter_core.utils import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets import default

ENGINE = "cixi-in-process"


class _Compiler(compiler.XCachingCompiler):
    """Names a cell's file without the process's number, which would show in a page that holds a warning."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        name: str = super().get_code_name(raw_code, code, number)
        return name.replace(compiler.get_tmp_directory(), "ipykernel")


class _Kernel(InProcessKernel):
    """Ipykernel's own, with the shell and the captured streams of a kernel process."""

    shell: Any
    session: Any
    shell_stream: Any

    _supports_kernel_subshells = False
    _execute_sleep = 0  # waits for messages of a thread, and here is none

    @default("iopub_thread")
    def _publisher(self) -> IOPubThread:
        """A thread that is not started publishes at once; waiting for it took a tenth of a page's time."""
        return IOPubThread(self._underlying_iopub_socket, session=self.session)

    def __init__(self, **traits: Any) -> None:
        super().__init__(shell_class=ZMQInteractiveShell, compiler_class=_Compiler, **traits)
        # A cell with `await` asks whether it runs in the main thread of a kernel with subshells.
        self.shell_channel_thread = SimpleNamespace(parent_thread=None)
        for name in ("stdout", "stderr"):  # what is written past Python, by a program that a cell calls, counts too
            setattr(self, name, OutStream(self.session, self.iopub_thread, name))
        self.shell.displayhook.get_execution_count = lambda: self.execution_count


class _Channel:
    """Messages that have arrived; whoever asks for one that has not would wait for ever."""

    def __init__(self) -> None:
        self._messages: Queue[dict[str, Any]] = Queue()
        self.call_handlers = self._messages.put

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message."""
        return self._messages.get(timeout=60)


class _Client:
    """What nbclient asks of a kernel's client, answered in this process."""

    def __init__(self, kernel: _Kernel) -> None:
        self.kernel = kernel
        self.session = kernel.session
        self.iopub_channel = _Channel()
        self.shell_channel = _Channel()
        kernel.frontends.append(self)

    async def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        content = {
            "code": code, "silent": False, "store_history": store_history, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": stop_on_error,
        }  # fmt: skip
        return await self._ask("execute_request", content)

    def kernel_info(self) -> str:
        return run_sync(self._ask)("kernel_info_request", {})  # papermill does not await it

    async def is_alive(self) -> bool:
        return True

    async def _ask(self, kind: str, content: dict[str, Any]) -> str:
        request = self.session.msg(kind, content)
        stream = self.kernel.shell_stream
        self.session.send(stream, request)
        await self.kernel.dispatch_shell(stream.recv_multipart())
        _, reply = self.session.recv(stream, copy=False)
        self.shell_channel.call_handlers(reply)
        number: str = request["header"]["msg_id"]
        return number


class _NotebookClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill ships no types
    """Papermill's client with the kernel of this process."""

    @contextmanager
    def setup_kernel(self, **_: Any) -> Iterator[None]:
        InteractiveShellApp().init_path()  # as in a kernel: modules beside the notebook can be imported
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        kernel = _Kernel()
        self.kc = _Client(kernel)
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = kernel.stdout, kernel.stderr
        try:
            yield
        finally:
            sys.stdout, sys.stderr = streams


class InProcessEngine(NBClientEngine):  # type: ignore[misc]  # papermill ships no types
    """Papermill's engine as it is, but for where the kernel lives."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: Any) -> Any:
        """Run the cells of the manager's notebook."""
        return _NotebookClient(nb_man, kernel_name=kernel_name, timeout=None).execute()


papermill_engines.register(ENGINE, InProcessEngine)
