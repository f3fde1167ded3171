"""The command line of the contract that scripts rely on. It reads, calls the library and prints; it computes nothing.

Results go to standard output in UTF-8, messages to standard error. Exit status 0 done, 1 the data or a check says no,
2 the call is wrong. A command imports what it needs when it runs, so that ``--help`` answers at once.
"""

from cixi_analysis.cli import building, publishing, results, yearly_form  # noqa: F401  # each declares its commands
from cixi_analysis.cli.terminal import main

__all__ = ["main"]
