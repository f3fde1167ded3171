"""Code that runs inside a page kernel: importing the libraries in advance, and resetting the state between pages."""

import decimal
import gc
import os
import pkgutil
import sys
import warnings
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import altair as alt
import ipykernel.compiler
import numpy as np
import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell

from cixi_analysis.book.cache import Drawings
from cixi_analysis.requirement import read

#: The state that a page may change and that is restored for the next one; ``hidden`` are names that IPython set itself.
_clean: dict[str, Any] = {}
_A_DAY = 86_400  # seconds


def prepare(drawings: str) -> None:
    """Import the libraries of pages, cache charts' drawings in the folder ``drawings``, and save the clean state."""
    gc.disable()  # a page is short; collecting cycles takes a fifth of its time and of the imports'
    for package in map(import_module, ("cixi_analysis.analysis", "cixi_analysis.presentation")):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    read("100")  # builds the parser's tables
    from cixi_analysis.presentation import figure  # noqa: PLC0415  # as the others, after the collector is off

    figure.drawings = Drawings(Path(drawings))
    # By default a stream is sent after 0.2 s too: whether an error stream comes before the other would depend on the
    # machine's load. Both are sent, in this order, before a display and when the cell ends.
    streams: list[Any] = [sys.stdout, sys.stderr]
    for stream in streams:
        stream.flush_interval = _A_DAY
    # The default contains the process id, which a warning on a page would show.
    ipykernel.compiler.get_tmp_directory = lambda: "ipykernel"
    sys.path.append(str(Path.cwd() / "notebooks"))  # a page imports a module beside it, as in JupyterLab
    _clean.update(names=dict(_shell().user_ns), hidden=dict(_shell().user_ns_hidden), environment=dict(os.environ))
    _clean.update(folder=Path.cwd(), path=[*sys.path], filters=[*warnings.filters], modules=set(sys.modules))
    _clean.update(errors=np.geterr(), printing=np.get_printoptions(), theme=alt.theme.active)
    _clean.update(shown=vars(InteractiveShell)["ast_node_interactivity"])


def reset() -> None:
    """Restore the clean state: no names of the page, no modules of the project, the old environment and directory, and
    the settings of the libraries of pages: which pages follow in this kernel is left to chance.
    """
    shell, folder = _shell(), _clean["folder"]
    changed = {"names": shell.user_ns, "hidden": shell.user_ns_hidden, "environment": os.environ}
    for name, current in changed.items():
        current.clear()
        current.update(_clean[name])
    shell.user_ns["_oh"].clear()
    shell.user_ns["_ih"][:] = [""]
    shell.displayhook._ = shell.displayhook.__ = shell.displayhook.___ = ""
    shell.execution_count = 1
    os.chdir(folder)
    sys.path[:] = _clean["path"]
    with warnings.catch_warnings():  # resets the registry of warnings already shown
        pass
    warnings.filters[:] = _clean["filters"]  # type: ignore[index]  # a list
    decimal.setcontext(decimal.Context())
    np.seterr(**_clean["errors"])
    np.set_printoptions(**_clean["printing"])
    pd.reset_option("^(display|styler)")
    alt.theme.enable(_clean["theme"])
    alt.data_transformers.enable("default")
    InteractiveShell.ast_node_interactivity = _clean["shown"]  # notebooks set it on the class
    shell.ast_node_interactivity = _clean["shown"].default_value
    for name in sys.modules.keys() - _clean["modules"]:
        module = sys.modules[name]
        # A folder may have no file. Only then: some lazy modules have any attribute, which is no path.
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
        if file and (Path(file).parent == folder or folder / "notebooks" in Path(file).parents):
            del sys.modules[name]
    _clean["modules"].update(sys.modules)  # the libraries' own, which need no second look
    invalidate_caches()  # modules may have been added since


def _shell() -> InteractiveShell:
    shell = get_ipython()
    assert shell is not None  # noqa: S101  # this is a kernel
    return shell
