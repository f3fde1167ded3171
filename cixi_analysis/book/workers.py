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
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:  # not there on Windows
    from multiprocessing.context import ForkServerContext, ForkServerProcess

T = TypeVar("T")


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
    from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415  # not for Windows

    context = multiprocessing.get_context("forkserver")
    # The command line too: every process imports again the program that started it all.
    context.set_forkserver_preload(["cixi_analysis.cli", "cixi_analysis.book.warm"])
    resource_tracker.ensure_running()  # it would unblock the signal again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # the server and its processes inherit it
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def each(
    work: Callable[..., T], calls: Sequence[tuple[object, ...]], answer: Callable[[Any], object] | None = None
) -> Iterator[Done[T]]:
    """``work(*call)`` for every call, as many at a time as keep all cores busy; yields as they finish, not in order.

    ``work`` and the calls are sent to the process and the result comes back, so all have to be picklable. What ``work``
    asks with :func:`ask` is answered here, by ``answer``. Whoever stops asking for more ends the processes that still run.
    """
    context = start()
    waiting = deque(enumerate(calls))
    running: dict[object, tuple[int, ForkServerProcess, Connection]] = {}
    try:
        while waiting or running:
            # One more than there are cores: while one waits for its answer, another runs.
            while waiting and len(running) < _cores() + 1:
                number, call = waiting.popleft()
                here, there = context.Pipe()
                process = context.Process(target=_work, args=(there, work, call), daemon=True)
                process.start()
                there.close()  # the process has the only one now: when it ends, this end knows
                running[here] = number, process, here
            for ready in wait([here for _, _, here in running.values()]):
                number, process, here = running[ready]
                try:
                    said = here.recv()
                    if isinstance(said, _Question) and answer is not None:
                        here.send(_answered(answer, said))
                        continue
                    result: T | Died = said
                    process.join()
                except (EOFError, ConnectionError):
                    process.join()
                    result = Died(process.exitcode)
                del running[ready]
                here.close()
                yield Done(number, result)
    finally:
        for _, process, _ in running.values():
            process.kill()
        for _, process, _ in running.values():
            process.join()


class Prepared(Generic[T]):
    """A process that gets ready now and does its one piece of work when it is called; as a context it ends with it."""

    def __init__(self, prepare: Callable[[], object], work: Callable[..., T]) -> None:
        context = start()
        self._here, there = context.Pipe()
        self._process = context.Process(target=_when_called, args=(there, prepare, work), daemon=True)
        self._process.start()
        there.close()

    def __call__(self, *arguments: object) -> T | Died:
        """What ``work(*arguments)`` gives there."""
        try:
            self._here.send(arguments)
            result: T = self._here.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            return Died(self._process.exitcode)
        return result

    def __enter__(self) -> "Prepared[T]":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        self._here.close()


def _when_called(above: Connection, prepare: Callable[[], object], work: Callable[..., T]) -> None:
    prepare()
    above.send(work(*above.recv()))


@dataclass(frozen=True)
class _Question:
    """What a process asks of the one that started it."""

    asked: object


def ask(question: object) -> Any:
    """In a process of :func:`each`: what its ``answer`` says to ``question``; raises what that raises."""
    assert _above is not None  # noqa: S101  # only such a process asks
    _above.send(_Question(question))
    answer, error = _above.recv()
    if error is not None:
        raise error
    return answer


def _answered(answer: Callable[[Any], object], question: _Question) -> tuple[object, Exception | None]:
    try:
        return answer(question.asked), None
    except Exception as error:  # it belongs to whoever asked
        return None, error


#: In a process of :func:`each`: the connection to the one that started it.
_above: "Connection | None" = None


def _work(above: Connection, work: Callable[..., T], call: tuple[object, ...]) -> None:
    global _above  # noqa: PLW0603  # one process, one piece of work
    _above = above
    above.send(work(*call))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
