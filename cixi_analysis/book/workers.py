"""Processes that have the libraries imported before they begin: each does one piece of work and ends.

They are forked from a server that has imported what pages need and has run nothing, so each begins clean and at once.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:  # not there on Windows
    from multiprocessing.context import ForkServerContext, ForkServerProcess

T = TypeVar("T")

#: What the server imports before the first page: nothing of it may start a thread or open a file.
WARM = (
    "cixi_analysis.book.engine",
    "cixi_analysis.changes",
    "cixi_analysis.export",
    "cixi_analysis.presentation.charts",
    "cixi_analysis.presentation.changes",
    "cixi_analysis.presentation.dictionary",
    "cixi_analysis.presentation.method",
    "cixi_analysis.presentation.project_tables",
    "cixi_analysis.presentation.prose",
    "cixi_analysis.presentation.reconciliation_tables",
    "cixi_analysis.presentation.summary",
    "cixi_analysis.presentation.table1",
    "cixi_analysis.presentation.trend_tables",
)


@dataclass(frozen=True)
class Died:
    """A process ended without a result."""

    exitcode: int | None  # negative: the signal that ended it

    def __str__(self) -> str:
        if self.exitcode is not None and self.exitcode < 0:
            return f"运行该页的进程被信号 {-self.exitcode} 结束"
        return f"运行该页的进程中途退出，退出码 {self.exitcode}"


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a piece of work came to; ``number`` is its place among all."""

    number: int
    result: T | Died


def available() -> bool:
    """Whether this platform can fork: Windows cannot."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def start() -> "ForkServerContext":
    """Begin to import what pages need, in the background. Ctrl-C is the calling process's alone to handle."""
    from multiprocessing import forkserver  # noqa: PLC0415  # not for Windows

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(WARM))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # the server and its processes inherit it
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def each(work: Callable[..., T], calls: Sequence[tuple[object, ...]]) -> Iterator[Done[T]]:
    """``work(*call)`` for every call, as many at a time as there are cores; yields as they finish, not in order.

    ``work`` and the calls are sent to the process and the result comes back, so all have to be picklable. Whoever stops
    asking for more ends the processes that still run.
    """
    context = start()
    waiting = deque(enumerate(calls))
    running: dict[object, tuple[int, ForkServerProcess, Connection]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < _cores():
                number, call = waiting.popleft()
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(sender, work, call), daemon=True)
                process.start()
                sender.close()  # the process's end is now the only one: when it ends, the receiver knows
                running[receiver] = number, process, receiver
            for ready in wait([receiver for _, _, receiver in running.values()]):
                number, process, receiver = running[ready]
                try:
                    result: T | Died = receiver.recv()
                    process.join()
                except EOFError:
                    process.join()
                    result = Died(process.exitcode)
                del running[ready]
                receiver.close()
                yield Done(number, result)
    finally:
        for _, process, _ in running.values():
            process.kill()
        for _, process, _ in running.values():
            process.join()


def _work(sender: Connection, work: Callable[..., T], call: tuple[object, ...]) -> None:
    sender.send(work(*call))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
