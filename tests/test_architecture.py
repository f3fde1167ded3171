"""The shape of the code: facts flow one way, imports run the other, and the middle is pure."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "cixi_analysis"
NAME = PACKAGE.name

#: Layers from the facts outward; a module imports from its own layer and from those before it, never from a later one.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("words", "edition"),
    ("schema", "problem", "arithmetic", "files", "replacement"),
    ("references", "datafile"),
    ("consistency", "folder"),
    ("dataset",),
    ("requirement",),
    ("assessment", "trend", "pace", "projects", "links", "progress"),
    ("readings", "reconciliation", "table1", "changes", "commitments", "audit", "units"),
    ("dossier",),
    ("outputs", "repository"),
    ("provenance",),
    ("presentation",),
)
#: Everything else is an edge: it may import all of the above.
PURE = ("requirement", "assessment", "trend", "pace")
#: What only an edge touches: files, the clock, logs, processes, the network.
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


def layer(name: str) -> int:
    """The layer's number; edges come after all layers."""
    return next((n for n, names in enumerate(LAYERS) if top(name) in names), len(LAYERS))


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


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_run_towards_the_facts(path: Path) -> None:
    """No module imports from a layer after its own."""
    later = {name for name in own_imports(path) if layer(name) > layer(module(path))}
    assert not later, f"{module(path)} imports {sorted(later)}"


@pytest.mark.parametrize("path", [p for p in FILES if top(module(p)) in PURE], ids=module)
def test_the_middle_is_pure(path: Path) -> None:
    """requirement, assessment and trend open no file, read no clock and log nothing; the grammar is the one resource."""
    assert not {top(name) for name in imported(path)} & IMPURE_MODULES
    assert not any(name.startswith("pathlib") for name in imported(path))
    calls = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    names = {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, (ast.Name, ast.Attribute))}
    assert not names & IMPURE_CALLS
    reads = {"read_text", "now", "today"} & names
    assert not reads or (module(path), reads) == ("requirement.reading", {"read_text"})


def test_no_circles() -> None:
    """Between the parts of the package, imports form no circle."""
    edges = {(top(module(p)), top(name)) for p in FILES for name in own_imports(p) if module(p)}
    remaining = {(a, b) for a, b in edges if a != b}
    while leaves := {b for _, b in remaining} - {a for a, _ in remaining}:
        remaining = {(a, b) for a, b in remaining if b not in leaves}
    assert not remaining


@pytest.mark.parametrize("path", FILES, ids=lambda p: module(p) or NAME)
def test_every_module_says_what_it_is(path: Path) -> None:
    """Every module begins by saying what it holds."""
    tree = parsed(path)
    assert ast.get_docstring(tree), f"{path} has no docstring"


def test_no_module_without_a_subject() -> None:
    """The folder listing is the first page of the documentation."""
    assert not {top(module(p)).rpartition(".")[2] for p in FILES} & {"utils", "helpers", "core", "common", "misc"}
