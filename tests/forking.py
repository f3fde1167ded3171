"""A program of its own that has imported the libraries already: a fork of this process."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

#: macOS has forks too, which its own libraries do not survive.
FORKS = sys.platform.startswith("linux")
_PATIENCE = 600  # seconds


def run_forked(act: Callable[[], object]) -> int:
    """Run ``act`` as a program; its exit status, negative for the signal that ended it: SIGALRM when it hangs.

    Threads are not forked: a library that waits for one of its own (vl_convert, once it has drawn) hangs in the fork.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(_PATIENCE)
            status = _status(act)
        finally:
            os._exit(status)  # whatever happens: the tests must not run on in the fork
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _status(act: Callable[[], object]) -> int:
    """As Python ends: an exception is printed."""
    status = 0
    try:
        act()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(ValueError):  # closed
            stream.flush()
    return status
