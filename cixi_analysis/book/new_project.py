"""A project for another plan: the frame and the tables to be filled in, and the book's pages copied from this one."""

import json
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

import cixi_analysis
from cixi_analysis.errors import CixiError, DataError, place, writing
from cixi_analysis.plan import OBSERVATIONS, find_root
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.frame import FILE, Frame, Part
from cixi_analysis.plan.provenance import DATA, PUBLIC_EVIDENCE, provenance
from cixi_analysis.plan.schema import TABLES

#: Required tables, in the order in which they are filled in.
_FIRST = ("indicators.csv", "requirements.csv", "targets.csv", "conventions.csv")
_TEMPLATES = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)  # noqa: S701  # no HTML
_TEMPLATES.loader = PackageLoader("cixi_analysis.book", "")
_SCRATCH = ".cixi-new-"
#: What is made, and files of evidence, which may be confidential.
_IGNORED = "/_build/\n/book/**/*.ipynb\n/book/20[0-9][0-9]/\n/book/indicators/\n/evidence/\n/data/.before-import.json*\n.importing-*\n"
#: Without it Git on Windows changes the line ends, and so every hash that ``cixi verify`` compares.
_LINE_ENDS = "* text=auto eol=lf\n*.png binary\n"
#: The book's title in ``_config.yml``, in two places: as it is, or quoted.
_BOOK_TITLE = re.compile(r"""(?m)^(title: |\s+logo: \{text: )(?:"(?:[^"\\]|\\.)*"|[^#}\n]*?)(?=\s*(?:[#}]|$))""")


class NotStarted(CixiError):
    """The new project could not be made; the message (Chinese) says why. Nothing of it is left."""


def start_project(root: Path | None, target: Path, title: str = "") -> Path:
    """Make a project folder for the plan called ``title`` (without 《》) at ``target``; returns it.

    Pages, styles and settings are copied from ``root``: by default from the project around the working directory, else
    from the checkout that the library lies in. Raises :class:`NotStarted` when there is none, ``target`` holds something
    or cannot be written.
    """
    source = root or _source()
    target = target.absolute()
    with writing(target, NotStarted, kept="没有留下任何文件"):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise NotStarted(f"{target} 已经存在，不是空文件夹。请换一个名称，或先把其中的文件移到别处。")
        if not target.parent.is_dir():
            raise NotStarted(f"没有 {target.parent} 这个文件夹。请先建立，或换一个位置。")
        names = [
            one.path
            for one in provenance(source).inputs
            if one.kind not in (DATA, PUBLIC_EVIDENCE) and one.path != "pyproject.toml"
        ]
        if missing := [name for name in ("_config.yml", "_toc.yml", "notebooks/home.ipynb") if name not in names]:
            raise NotStarted(f"不能从 {source} 复制：其中没有 {'、'.join(missing)}。请用 --root 指明一个完整的项目。")
        try:
            _make(source, names, target, title)
        except OSError as error:
            if _SCRATCH in place(error, ""):
                error.filename, error.filename2 = str(target), None  # messages name no scratch folder
            raise
    return target


def _make(source: Path, names: list[str], target: Path, title: str) -> None:
    """Copy and fill in beside ``target``, then rename to it."""
    with TemporaryDirectory(prefix=_SCRATCH, dir=target.parent) as scratch:
        made = Path(scratch, target.name)
        for name in names:
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, made / name)
        _fill(made, title)
        if sys.platform == "win32" and target.exists():
            target.rmdir()  # Windows renames nothing to an existing folder, not even to an empty one
        made.rename(target)


def _source() -> Path:
    for start in (Path.cwd(), Path(cixi_analysis.__file__)):
        with suppress(DataError):
            return find_root(start)
    raise NotStarted("找不到可供复制页面的项目：请在一个已有的项目中运行，或用 --root 指明。")


def _fill(made: Path, title: str) -> None:
    """Everything that is not copied as it is."""
    plan = title or "生态文明建设规划"
    words = {"plan": plan, "file": FILE, "keys": Frame.model_fields, "parts": get_args(Part)}
    words |= {"short": _quoted(title), "title": _quoted(f"《{title}》" if title else "")}
    words["tables"] = {name: TABLES[name].columns() for name in _FIRST}
    data, config = made / "data", made / "_config.yml"
    (data / OBSERVATIONS).mkdir(parents=True)
    texts = {
        config: _BOOK_TITLE.sub(
            lambda found: found[1] + _quoted(f"{plan}评估"), config.read_text("utf-8", "surrogateescape")
        ),
        data / FILE: _TEMPLATES.get_template("plan.toml.j2").render(words),
        made / ".gitignore": _IGNORED,
        made / ".gitattributes": _LINE_ENDS,
        made / "README.md": _TEMPLATES.get_template("readme.md.j2").render(words),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    for name, model in TABLES.items():
        (data / name).write_bytes(rows_csv(model, ()))


def _quoted(text: str) -> str:
    """The text as TOML and YAML write it."""
    return json.dumps(text, ensure_ascii=False)
