"""A command imports what it needs and no more: an answer that needs no Jupyter does not wait for it."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, copy_project

from cixi_analysis.book import cache

JUPYTER = {"papermill", "nbformat", "nbclient", "ipykernel", "IPython", "jupyter_book", "sphinx"}
CHARTS = {"altair", "vl_convert"}
EXCEL = {"openpyxl"}
TABLES = {"pandas", "numpy", "pydantic"}


def imported(*arguments: str, root: Path = ROOT) -> set[str]:
    """The packages that the command has imported when it ends, printed on the last line of standard error."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr))\n"
        "from cixi_analysis.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--root", str(root), *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--help"], JUPYTER | CHARTS | EXCEL | TABLES | {"lark", "rich", "jinja2", "tqdm"}),
        (["build", "--help"], JUPYTER | CHARTS | EXCEL | TABLES | {"lark", "rich", "jinja2", "tqdm"}),
        (["requirement", "≥20"], JUPYTER | CHARTS | EXCEL | {"pandas", "numpy", "rich", "jinja2", "tqdm"}),
        (["assess", "2022", "--format", "csv"], JUPYTER | CHARTS | EXCEL | {"rich", "jinja2", "tqdm"}),
        (["trend", "2022", "--format", "csv"], JUPYTER | CHARTS | EXCEL | {"rich", "jinja2", "tqdm"}),
        (["reconcile", "--format", "csv"], JUPYTER | CHARTS | EXCEL | {"rich", "jinja2", "tqdm"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_what_it_needs(arguments: list[str], needless: set[str]) -> None:
    """Help needs no data, a wording no tables, a verdict no charts, and only `build` needs Jupyter."""
    assert imported(*arguments) & needless == set()


def test_a_build_with_nothing_to_do_imports_nothing(tmp_path: Path) -> None:
    """To see that the site is up to date takes no more than a look at the files."""
    root = copy_project(tmp_path / "project")
    (root / "_build" / "html").mkdir(parents=True)
    (root / "_build" / "html" / "index.html").write_text("built")
    cache.Manifest(whole=cache.whole(root, cache.inputs(root))).write(root)
    assert imported("build", root=root) & (JUPYTER | CHARTS | EXCEL | TABLES) == set()


@pytest.mark.slow
def test_the_menu() -> None:
    """``import cixi_analysis`` imports nothing, lists the names an analyst needs, and every name is there."""
    code = (
        "import sys, cixi_analysis as c; few = set(sys.modules); "
        "print(*(n for n in dir(c) if n[0] != '_')); print([n for n in few if n.startswith('cixi_analysis.')]); "
        "print(all(callable(getattr(c, n)) or getattr(c, n).__name__.endswith(n) for n in c.__all__)); "
        "print(hasattr(c, 'nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines() == [
        "assess assess_panel changes charts dossier explain_region load_plan margins read reconcile tables trends",
        "[]",
        "True",
        "False",
    ]
