"""Killing a process before each line of what it does: helpers for the tests of atomic writes."""

import os
import pathlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import pytest


def in_a_child(act: Callable[[], None]) -> int:
    """Run in a process of its own; its exit status, negative for the signal that ended it."""
    if not hasattr(os, "fork"):
        pytest.skip("Windows has no fork")
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # the parent must not run on in the child
            os._exit(3)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(moment: int, act: Callable[[], None], modules: set[str], *, inside: CodeType | None = None) -> None:
    """Run ``act`` and kill this very process before the ``moment``-th line of the modules (by their files), and of
    the path methods that the function ``inside`` calls.
    """
    lines = iter(range(1, 10_000))

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        file = frame.f_code.co_filename
        if frame.f_code.co_name == "rows_csv":
            return None  # hundreds of lines that touch no file
        if file not in modules and not (file == pathlib.__file__ and inside in callers(frame)):
            return None
        if event == "line" and next(lines) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    act()
    sys.settrace(None)


def callers(frame: FrameType | None) -> Iterator[CodeType]:
    while frame := frame and frame.f_back:
        yield frame.f_code
