"""Builds without waiting for imports: kernels and Jupyter Book's libraries are kept from one build to the next.

For tests of what a build does. How a kernel and Jupyter Book start in processes of their own is tested by
``test_book_kernels`` and by the whole book (``built``).
"""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import vl_convert
from forking import FORKS, run_forked

from cixi_analysis.book import kernels, making, site, sphinx_extension, sphinx_side
from cixi_analysis.book.kernels import Failure, Kernel
from cixi_analysis.book.site import JupyterBook

_idle: list["KeptKernel"] = []
_bundle = cache(vl_convert.javascript_bundle)


class KeptKernel(Kernel):
    """A kernel that a later build takes over, unless it is killed while it works."""

    busy = False

    def run(self, code: str) -> Failure | None:
        return self._working(lambda: super(KeptKernel, self).run(code))

    def run_page(self, *arguments: Any) -> str | Failure:
        return self._working(lambda: super(KeptKernel, self).run_page(*arguments))

    def _working(self, act: Callable[[], Any]) -> Any:
        before, self.busy = self.busy, True
        result = act()
        self.busy = before  # not after an exception: the kernel is dead or unknown
        return result

    def take_over(self, root: Path, drawings: Path) -> None:
        """As a new one in another folder."""
        self.client = self.manager.client()
        self.client.start_channels()
        self.run(f"{kernels._SIDE}.reset(); __import__('os').chdir({str(root)!r})")
        self.run(f"{kernels._SIDE}.prepare({str(drawings)!r})")

    def kill(self) -> None:
        if self.busy:
            super().kill()

    def close(self) -> None:
        if self.busy or self._process.poll() is not None:
            super().close()
        else:
            self.client.stop_channels()
            _idle.append(self)


def _kernel(root: Path, drawings: Path) -> Kernel:
    if not _idle:
        return KeptKernel(root, drawings)
    kernel = _idle.pop()
    kernel.take_over(root, drawings)
    return kernel


class _Fork:
    """What :class:`JupyterBook` asks of its process."""

    def __init__(self, root: Path) -> None:
        self.root, self.returncode = root, 0

    def communicate(self, given: str) -> None:
        sphinx_extension.bundle(self.root)  # here, since vl_convert cannot be used in a fork

        def act() -> None:
            sys.argv, sys.stdin = ["sphinx_side", str(self.root), "1"], io.StringIO(given)
            sphinx_side.main()

        self.returncode = run_forked(act)


class ForkedJupyterBook(JupyterBook):
    """Builds the site in a fork of this process, which has imported the libraries already."""

    def __enter__(self) -> "ForkedJupyterBook":
        self._process = _Fork(self._root)  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        """The fork has ended."""


@contextmanager
def warm_builds() -> Iterator[None]:
    """Kept kernels, one at a time; Jupyter Book in a fork where forks are safe."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "Kernel", _kernel)
        for module in (kernels, site):
            patch.setattr(module, "cores", lambda: 1)
        if FORKS:
            for name in sphinx_side._IMPORTS:
                import_module(name)
            jieba = import_module("jieba")
            jieba.setLogLevel("WARNING")
            jieba.initialize()
            patch.setattr(making, "JupyterBook", ForkedJupyterBook)
            patch.setattr(sphinx_extension, "vl_convert", SimpleNamespace(javascript_bundle=_bundle))
        yield
