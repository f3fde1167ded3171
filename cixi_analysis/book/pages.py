"""Pages are files: a notebook in ``notebooks/`` says in its metadata how often it is run and where its pages stand.

    "cixi": {"page": "{year}/trend", "each": "year", "order": 40}

``page`` is the path below ``book/`` without ending; ``{year}`` and ``{indicator}`` are filled in. ``each`` is a word of
:class:`Each`. ``order`` is the place among the pages of a folder: a page called ``index`` lists the folder's others.
``needs``, of a page or in the metadata of a cell, lists parts of the plan (``plan.toml``): without any of them there is no
such page or cell. A line of a list with a link to a page that the book does not have is left out. ``base_year``: false
if a page of a year before the base year shows nothing of the base year; else it runs again when that year's data change.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from pathlib import Path
from posixpath import normpath
from typing import Any, get_args

import nbformat
from nbformat import NotebookNode

from cixi_analysis.errors import CixiError
from cixi_analysis.plan import is_passed_over
from cixi_analysis.plan.frame import Frame, Part

#: Where the templates lie, below the project folder.
TEMPLATES = "notebooks"
_PATH = re.compile(r"(?:[\w-]|\{year\}|\{indicator\})+(?:/(?:[\w-]|\{year\}|\{indicator\})+)*")
_EXAMPLE = '{"page": "{year}/trend", "each": "year", "order": 40}'
#: A line of a list that begins with a link to a page.
_LISTED = re.compile(r"- \[[^\]]*\]\(([^)]+\.ipynb)\)")
#: Special characters inside a line of Markdown.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>&~|$#!^]")


class BuildError(CixiError):
    """The book could not be built; the message (Chinese) says where it stopped and which file to look at."""


class Each(StrEnum):
    """How often a page is made."""

    ONCE = "once"  # one page, run with the newest year
    INDICATOR = "indicator"  # a page of each indicator, run with the newest year
    YEAR = "year"  # a page of each year
    ASSESSED = "assessed"  # a page of each year from the base year on
    LATER = "later"  # a page of each year after the base year
    RETROSPECT = "retrospect"  # a page of each year before the base year

    @property
    def yearly(self) -> bool:
        """Whether it is a page of a year."""
        return self not in (Each.ONCE, Each.INDICATOR)

    def covers(self, year: int, baseline: int) -> bool:
        """Whether ``year`` has such a page."""
        of_year = {Each.ASSESSED: year >= baseline, Each.LATER: year > baseline, Each.RETROSPECT: year < baseline}
        return self is Each.YEAR or of_year.get(self, False)


@dataclass(frozen=True)
class Page:
    """A template: its file's stem, where its pages stand, and the notebook itself."""

    template: str
    output: str
    each: Each
    order: int
    notebook: NotebookNode
    needs: tuple[str, ...] = ()
    shows_base_year: bool = True

    @property
    def file(self) -> str:
        """The template's path below the project folder."""
        return f"{TEMPLATES}/{self.template}.ipynb"

    @property
    def pattern(self) -> str:
        """The regular expression for the paths of its pages, of whatever year or indicator."""
        return re.escape(self.output).replace(r"\{year\}", r"20\d\d").replace(r"\{indicator\}", r"[1-9]\d*")

    def makes(self, other: "Page") -> bool:
        """Whether a page of the other template can be one of its own; Windows knows no capitals in names of files."""
        return re.fullmatch(self.pattern, other.output.format(year=2000, indicator=1), re.IGNORECASE) is not None


def read_pages(root: Path) -> tuple[Page, ...]:
    """All templates of the project, by their order.

    Raises :class:`BuildError` with every template that is damaged, has no valid metadata or takes no parameters
    (papermill would merely warn, and the page would be about the wrong year).
    """
    pages, problems = [], []
    for path in sorted((root / TEMPLATES).glob("*.ipynb")):
        if is_passed_over(path.name):
            continue
        try:
            pages.append(_read(path))
        except BuildError as error:
            problems.append(f"{TEMPLATES}/{path.name}：{error}")
    if problems := problems or list(_clashes(root, pages)):
        raise BuildError("\n".join(problems))
    return tuple(sorted(pages, key=lambda page: (page.order, page.template)))


def _read(path: Path) -> Page:
    flaws: dict[str, Exception] = {}
    try:
        with warnings.catch_warnings(action="ignore"):  # of ids, which are not kept
            notebook: NotebookNode = nbformat.read(path, as_version=4, capture_validation_error=flaws)  # type: ignore[no-untyped-call]
    except OSError:
        raise
    except Exception as error:  # nbformat raises many types for what is no notebook
        flaws["read"] = error
    if flaws:
        flaw = next(iter(flaws.values()))
        line = str(flaw).partition("\n")[0] or type(flaw).__name__
        raise BuildError(f"不是 Jupyter 笔记本（{line}）。") from flaw
    for number, cell in enumerate(notebook.cells, start=1):
        if "id" in cell:
            cell.id = f"cell-{number}"  # a missing one is random, and would be part of the cache key
    page = _described(path.stem, notebook)
    parameters = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    if len(parameters) != 1:
        raise BuildError(f"应恰有一个带 parameters 标签的单元，现有 {len(parameters)} 个。")
    for name in ("year", "indicator") if page.each is Each.INDICATOR else ("year",):
        if not re.search(rf"^{name}\s*(:[^=\n]+)?=", parameters[0].source, re.MULTILINE):
            raise BuildError(f"带 parameters 标签的单元里没有给 {name} 赋值。")
        if name in _used(parameters[0].source):
            later = "它在这个单元之后才换成所生成的那一个"
            raise BuildError(f"带 parameters 标签的单元里又用到了 {name}，而{later}：请移到后面的单元。")
    if notebook.cells[0].cell_type != "markdown" or not notebook.cells[0].source.strip():
        raise BuildError("第一个单元应是写有页面标题的 Markdown 单元。")
    if not re.search(r"^# +\S", notebook.cells[0].source, re.MULTILINE):
        raise BuildError("第一个单元里没有页面的标题：以“# ”开头的一行。")
    return page


def _used(code: str) -> set[str]:
    """The names whose values the code uses; none where it is not all Python, but for lines like ``%matplotlib inline``."""
    try:
        nodes = ast.walk(ast.parse(re.sub("^[%!].*", "", code, flags=re.MULTILINE)))
    except SyntaxError:
        return set()
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _described(template: str, notebook: NotebookNode) -> Page:
    """The page that the notebook's metadata describes."""
    given: Any = notebook.metadata.get("cixi")
    if not isinstance(given, dict):
        raise BuildError(f"元数据中没有 cixi 一项，不知道这一页何时运行、放在哪里；应如 {_EXAMPLE}（见使用手册）。")
    output, each, order = given.get("page"), given.get("each"), given.get("order", 0)
    wrong = []
    known = each in list(Each)
    if not known:
        wrong.append(f"each 现为“{each}”，应为 {'、'.join(Each)} 之一")
    if not isinstance(output, str) or not _PATH.fullmatch(output):
        wrong.append(f"page 现为“{output}”，应为 book/ 以下不带扩展名的路径，如 {{year}}/trend")
    elif known:
        asked = {"{year}": Each(str(each)).yearly, "{indicator}": each == Each.INDICATOR}
        wrong += [
            f"page 现为“{output}”，each 为“{each}”时其中应{'有' if wanted else '没有'} {word}"
            for word, wanted in asked.items()
            if (word in output) is not wanted
        ]
    if type(order) is not int:  # true is one for Python
        wrong.append(f"order 现为“{order}”，应为一个整数")
    shows_base_year = given.get("base_year", True)
    if not isinstance(shows_base_year, bool):
        wrong.append(f"base_year 现为“{shows_base_year}”，应为 true 或 false")
    needs = given.get("needs", [])
    of_cells = ((f"第{n}个单元的 ", cell.metadata.get("needs", [])) for n, cell in enumerate(notebook.cells, start=1))
    for where, parts in (("", needs), *of_cells):
        if not isinstance(parts, list) or not all(part in get_args(Part) for part in parts):
            wrong.append(f"{where}needs 现为“{parts}”，应为列表，其中是 {'、'.join(get_args(Part))}")
    if unknown := given.keys() - {"page", "each", "order", "needs", "base_year"}:
        wrong.append(f"不认识 {'、'.join(sorted(unknown))}")
    if wrong:
        raise BuildError(f"元数据 cixi 有误：{'；'.join(wrong)}。")
    return Page(template, str(output), Each(str(each)), order, notebook, tuple(needs), shows_base_year)


def _clashes(root: Path, pages: Sequence[Page]) -> Iterator[str]:
    """Templates that would write the same page, be it of one year only, or a page that was written by hand; and pages in the
    folder of one year, of which they would bear the footer whatever year they show.
    """
    disjoint = ({Each.ASSESSED, Each.RETROSPECT}, {Each.LATER, Each.RETROSPECT})
    names = (path.relative_to(root / "book").as_posix() for path in (root / "book").rglob("*.md"))
    by_hand = {name.removesuffix(".md").lower(): name for name in names}
    for number, one in enumerate(pages):
        if re.match(r"\d{4}/", one.output):
            yield f"{one.file}：page 现为“{one.output}”，其中的年份应写作 {{year}}。"
        if name := by_hand.get(one.output.lower()):
            yield f"{one.file}：page 与 book/{name} 相同（{one.output}），应各不相同。"
        for other in pages[:number]:
            if (one.makes(other) or other.makes(one)) and {one.each, other.each} not in disjoint:
                yield f"{one.file}：page 与 {other.file} 相同（{one.output}），应各不相同。"


@dataclass(frozen=True)
class Run:
    """One execution of a template."""

    page: Page
    frame: Frame
    year: int
    indicator: int | None = None
    name: str = ""  # of the indicator
    siblings: tuple[str, ...] = ()  # pages that an index lists below itself
    pages: frozenset[str] = frozenset()  # all outputs of the book

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters for papermill."""
        return {"year": self.year} | ({} if self.indicator is None else {"indicator": self.indicator})

    @cached_property
    def output(self) -> Path:
        """Where the executed notebook goes, below ``book/``."""
        return Path(self.page.output.format(**self.parameters) + ".ipynb")

    @cached_property
    def notebook(self) -> NotebookNode:
        """The template with placeholders in its text filled in, where Sphinx takes headings from. Code is folded."""
        notebook = deepcopy(self.page.notebook)
        notebook.metadata.pop("cixi")  # a page that is opened in JupyterLab and saved elsewhere is no template
        if self.siblings:
            entries = "\n".join(self.siblings)
            notebook.cells[0].source += f"\n\n```{{toctree}}\n:hidden:\n\n{entries}\n```"
        words = {name: str(value) for name, value in self.parameters.items()}
        named = {"name": self.name} | self.frame.words
        words |= {word: _MARKUP.sub(r"\\\g<0>", text).replace("\n", " ") for word, text in named.items()}
        needed = ((cell, cell.metadata.pop("needs", ())) for cell in notebook.cells)
        notebook.cells = [cell for cell, needs in needed if self.frame.has(needs)]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                for word, text in words.items():
                    cell.source = cell.source.replace(f"{{{word}}}", text) if text else cell.source
                cell.source = "\n".join(line for line in cell.source.split("\n") if not self._is_dead(line))
            elif cell.cell_type == "code":
                _fold(cell)
        return notebook

    def _is_dead(self, line: str) -> bool:
        """Whether a line of a list links to a page that the book does not have."""
        linked = _LISTED.match(line)
        return linked is not None and normpath((self.output.parent / linked[1]).as_posix()) not in self.pages

    @property
    def label(self) -> str:
        """The page's heading, for messages and the progress bar."""
        return str(self.notebook.cells[0].source).strip().partition("\n")[0].lstrip("# ")

    def __str__(self) -> str:
        return f"{self.label}（{self.page.file}）"


def runs_of(pages: Sequence[Page], years: Iterable[int], frame: Frame, indicators: Mapping[int, str]) -> list[Run]:
    """All pages of the book: those made once, those of indicators, then year by year, the newest first. Years before the
    frame's base year are retrospects.
    """
    pages = [page for page in pages if frame.has(page.needs)]
    newest_first = sorted(set(years), reverse=True)
    newest = newest_first[0]
    runs = [Run(page, frame, newest) for page in pages if page.each is Each.ONCE]
    runs += [
        Run(p, frame, newest, n, name) for p in pages if p.each is Each.INDICATOR for n, name in indicators.items()
    ]
    runs += [Run(p, frame, year) for year in newest_first for p in pages if p.each.covers(year, frame.base_year)]
    outputs = frozenset(run.output.as_posix() for run in runs)
    for number, run in enumerate(runs):
        is_index = run.output.stem == "index" and run.output.parent != Path()
        siblings = (r.output.stem for r in runs if is_index and r.output.parent == run.output.parent and r is not run)
        runs[number] = replace(run, pages=outputs, siblings=tuple(siblings))
    return runs


def tidied(executed: NotebookNode) -> NotebookNode:
    """The executed notebook without times, file names and random ids: the same run gives the same bytes."""
    executed.metadata.pop("papermill", None)
    for number, cell in enumerate(executed.cells, start=1):
        cell.id = f"cell-{number}"
        for noted in ("papermill", "execution"):
            cell.metadata.pop(noted, None)
        if cell.cell_type == "code":
            cell.outputs = list(_joined(cell.outputs))
        if "injected-parameters" in tags(cell):
            _fold(cell)
    return executed


def _joined(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Consecutive outputs of the same stream joined into one: a busy kernel sends them in pieces."""
    for name, group in groupby(outputs, key=lambda output: output.get("name")):
        first, *rest = group
        if name is None:
            yield from (first, *rest)
        else:
            first.text = "".join([first.text, *(output.text for output in rest)])
            yield first


def tags(cell: NotebookNode) -> list[str]:
    """The cell's tags."""
    found: list[str] = cell.metadata.get("tags", [])
    return found


def _fold(cell: NotebookNode) -> None:
    """Hide the code, or the whole cell if it only sets parameters."""
    if {"parameters", "injected-parameters"}.intersection(tags(cell)):
        cell.metadata["tags"] = [*tags(cell), "remove-cell"]
    elif not any(tag.startswith(("hide-", "remove-")) for tag in tags(cell)):
        cell.metadata["tags"] = [*tags(cell), "hide-input"]
