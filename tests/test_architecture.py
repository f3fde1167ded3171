"""The architecture: facts flow one way, imports run the other, in topological order; the middle rooms are pure."""

import ast
import json
import sys
import tomllib
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PACKAGE = Path(__file__).parent.parent / "cixi_analysis"
NAME = PACKAGE.name

#: The rooms from the facts outward; a module imports from its own room and from those before it, never from a later one.
ROOMS = (
    "words", "errors", "plan", "requirement", "assessment", "analysis", "presentation", "export", "form", "report", "book", "cli",
)  # fmt: skip
#: Neither files nor the clock: results depend on their arguments alone.
PURE = ("requirement", "assessment", "analysis")
#: Modules for side effects, only for the edges: files, the clock, logs, processes, the network.
IMPURE_MODULES = {
    "time",
    "datetime",
    "logging",
    "os",
    "io",
    "shutil",
    "subprocess",
    "tempfile",
    "socket",
    "urllib",
    "random",
    "csv",
}
IMPURE_CALLS = {
    "open",
    "print",
    "input",
    "read_csv",
    "to_csv",
    "read_excel",
    "to_excel",
    "read_bytes",
    "write_text",
    "write_bytes",
}

FILES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    """``requirement.tree`` for ``cixi_analysis/requirement/tree.py``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top(name: str) -> str:
    return name.partition(".")[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Modules that ``path`` imports, inside functions too, with their full names."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == NAME else {node.module or ""}
            )
    return names


def own_imports(path: Path) -> set[str]:
    return {name.removeprefix(f"{NAME}.") for name in imported(path) if name.startswith(f"{NAME}.")}


def defined(tree: ast.Module) -> list[str]:
    """The functions, classes and types of a module; constants (``COLUMNS``) are their module's own."""
    known = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    targets = (node.targets[0] for node in tree.body if isinstance(node, ast.Assign))
    return known + [t.id for t in targets if isinstance(t, ast.Name) and len(t.id) > 1 and not t.id.isupper()]


def test_the_rooms_are_these() -> None:
    """Every module lies in a room; beside the rooms stand the vocabulary and the errors."""
    assert {top(module(p)) for p in FILES if module(p)} == set(ROOMS)
    assert {p.name for p in PACKAGE.glob("*.py")} == {"__init__.py", "words.py", "errors.py"}


@pytest.mark.slow
def test_imports_run_towards_the_facts() -> None:
    """No module imports from a room after its own."""
    wrong = {}
    for path in (p for p in FILES if module(p)):
        own = ROOMS.index(top(module(path)))
        if later := {name for name in own_imports(path) if top(name) in ROOMS and ROOMS.index(top(name)) > own}:
            wrong[module(path)] = sorted(later)
    assert wrong == {}


@pytest.mark.parametrize("path", [p for p in FILES if top(module(p)) in PURE], ids=module)
def test_the_middle_is_pure(path: Path) -> None:
    """requirement, assessment and analysis open no file, read no clock and log nothing; grammar and vocabulary are the resources."""
    assert not {top(name) for name in imported(path)} & IMPURE_MODULES
    assert not any(name.startswith("pathlib") for name in imported(path))
    calls = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    names = {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, (ast.Name, ast.Attribute))}
    assert not names & IMPURE_CALLS
    reads = {"read_text", "now", "today"} & names
    assert not reads or (module(path), reads) == ("requirement.vocabulary", {"read_text"})


def test_what_is_no_code_is_packaged() -> None:
    """Grammar, vocabulary, templates and fonts reach an installed library."""
    root = Path(__file__).parent.parent
    [patterns] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ].values()
    files = [p for p in (root / "cixi_analysis").rglob("*.*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    assert {f"*{p.suffix}" for p in files} <= {*patterns}


#: Package → the distributions that bring it; it reads the files of every one that is installed.
distributions = cache(packages_distributions)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "extras"),
    [("cixi_analysis", ["dask"]), ("notebooks", []), ("benchmarks", []), ("tests", ["dask", "test"])],
)
def test_every_import_is_declared(folder: str, extras: list[str]) -> None:
    """What is imported stands in ``pyproject.toml`` itself, not only behind something that stands there."""
    root = Path(__file__).parent.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    own = {NAME, "benchmarks", "tests", *(path.stem for path in (root / "tests").glob("*.py"))}
    codes = [path.read_text(encoding="utf-8") for path in (root / folder).rglob("*.py")]
    for path in (root / folder).glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        codes += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    nodes = [node for code in codes for node in ast.walk(ast.parse(code))]
    names = {top(alias.name) for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {top(node.module or "") for node in nodes if isinstance(node, ast.ImportFrom)}
    known = distributions()
    others = names - own - sys.stdlib_module_names
    assert [n for n in others if declared.isdisjoint(map(canonicalize_name, known.get(n, [])))] == []


@pytest.mark.slow
def test_no_process_inherits_the_standard_input() -> None:
    """On Windows one does not start while a thread of its parent reads there, as that of Jupyter Book does."""
    calls = [node for path in FILES for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    started = [call for call in calls if ast.unparse(call.func) in ("subprocess.run", "subprocess.Popen")]
    assert len(started) > 3
    assert [ast.unparse(call) for call in started if "stdin" not in {word.arg for word in call.keywords}] == []


@pytest.mark.slow
def test_no_circles() -> None:
    """Imports are acyclic, between rooms and between modules: there is a topological order."""
    names = {module(p): p for p in FILES}
    graph = {
        name: {found if found in names else found.rpartition(".")[0] for found in own_imports(path)} - {name}
        for name, path in names.items()
        if path.name != "__init__.py"
    }
    TopologicalSorter(graph).prepare()  # raises CycleError


#: Modules whose functions are sections of a page or of the report, and commands: named after what they show or call.
LAID_OUT = {"presentation", "cli", "report.indicator_rows"}
#: Modules of presentation that others build on.
PARTS_OF_PAGES = {f"presentation.{name}" for name in ("figure", "formatting", "html", "looks", "tables", "titles")}


@pytest.mark.slow
def test_no_name_stands_for_two_things() -> None:
    """Neither a module's name is given twice, nor a class's, nor that of a function or type that others may use."""
    modules = [p.stem for p in FILES if p.stem != "__init__"]
    classes = [node.name for p in FILES for node in ast.walk(parsed(p)) if isinstance(node, ast.ClassDef)]
    assert not [name for name, times in Counter(modules).items() if times > 1]
    assert not [name for name, times in Counter(classes).items() if times > 1]
    shared = [p for p in FILES if not {module(p), top(module(p))} & LAID_OUT or module(p) in PARTS_OF_PAGES]
    names = [name for p in shared for name in defined(parsed(p)) if not name.startswith("_")]
    assert not [name for name, times in Counter(names).items() if times > 1]


def test_every_module_says_what_it_is() -> None:
    """Every module begins by saying what it holds."""
    assert [path for path in FILES if not ast.get_docstring(parsed(path))] == []


def test_no_module_without_a_subject() -> None:
    """The folder listing is the first page of the documentation."""
    assert not {top(module(p)).rpartition(".")[2] for p in FILES} & {"utils", "helpers", "core", "common", "misc"}
