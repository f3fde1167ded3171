"""A project for another plan: the frame and the tables to be filled in, and the book's pages copied from this one."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import cixi_analysis
from cixi_analysis.errors import CixiError, DataError, writing
from cixi_analysis.plan import OBSERVATIONS, find_root
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.frame import FILE, Frame, Part
from cixi_analysis.plan.provenance import provenance
from cixi_analysis.plan.schema import TABLES

#: Key of ``plan.toml`` → its lines before anybody fills them in, sections last. An empty value is refused when loading.
#: ``{plan}`` and ``{title}`` are the plan's name without and with 《》.
_KEYS = {
    "title": "title = {title}", "short_title": "short_title = {plan}", "region": 'region = ""', "scope": 'scope = ""',
    "base_year": "base_year = 0", "first_report_year": "first_report_year = 0   # 没有更早的年份时，与基准年相同",
    "retrospect_wordings": "# retrospect_wordings = 0", "target_years": "target_years = []   # 如 [2025, 2030]",
    "targets_follow": 'targets_follow = ""   # 下面所写的一个 id', "region_kinds": "region_kinds = []",
    "parts": f"# 可以写的：{'、'.join(get_args(Part))}，各是 data/ 中的同名文件。\nparts = []",
    "levels": '[[levels]]   # 每级一节\nid = ""\nname = ""\nshort = ""',
    "tables": '[tables]\nindicators = {{name = "", title = ""}}\n'
    '# past_projects = {{name = "", title = ""}}\n# projects = {{name = "", title = ""}}',
}  # fmt: skip
#: Required tables, in the order in which they are filled in.
_FIRST = ("indicators.csv", "requirements.csv", "targets.csv", "conventions.csv")
_README = """# {plan}年度评估

随时运行 `cixi build`：还缺什么、哪里不对，一次全部列出，写明文件、行、列，现为什么，应为什么。什么都不缺时，它生成网站 `_build/html/index.html`。

## 先填什么

1. `data/{file}`：规划的名称、地区、年份、级别。每一项上面有说明；空着的（`""`、`0`、`[]`）都要填，注明“没有则不写”的除外。
2. `data/indicators.csv`：指标体系表，一个子项一行。
3. `data/requirements.csv`：各级的要求，原文照录，一个子项一级一行；没有要求的不写。填好后运行 `cixi requirement --all`，逐条核对读成了什么；读不懂的会写明原因。
4. `data/targets.csv`：每个子项每个目标年的规划值，原文照录。
5. `data/conventions.csv`：规划自己的认定办法（如上级未下达目标即视同完成）；有的话，在 `{file}` 的 `parts` 中列出 `conventions`。
6. 基准年的现状：`cixi workbook 基准年` 生成填报表（Excel），填写后运行 `cixi check 文件`、`cixi import 文件 --final`。以后各年也是这样，见书中的“使用手册”。
7. 规划另有的（所印的结论与合计、工程表、承诺……）：填 `data/` 中的同名表，也在 `parts` 中列出。没有的不必管，书里也就没有那些页。
8. `_config.yml`：书名（`title` 和 `logo` 两处）；图标在 `book/_static/logo.svg`。

CSV 为 UTF-8 编码，第一行列名不改；每一行写明出处，原文照录，没有的不编。

## 各表的列
{columns}"""


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
        names = [one.path for one in provenance(source).inputs if one.kind != "数据" and one.path != "pyproject.toml"]
        if missing := [name for name in ("_config.yml", "_toc.yml", "notebooks/home.ipynb") if name not in names]:
            raise NotStarted(f"不能从 {source} 复制：其中没有 {'、'.join(missing)}。请用 --root 指明一个完整的项目。")
        with TemporaryDirectory(prefix=".cixi-new-", dir=target.parent) as scratch:
            made = Path(scratch, target.name)
            for name in names:
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, made / name)
            _fill(made, title)
            _move(made, target)
    return target


def _source() -> Path:
    for start in (Path.cwd(), Path(cixi_analysis.__file__)):
        with suppress(DataError):
            return find_root(start)
    raise NotStarted("找不到可供复制页面的项目：请在一个已有的项目中运行，或用 --root 指明。")


def _fill(made: Path, title: str) -> None:
    """Everything that is not copied as it is."""
    quoted = {"plan": json.dumps(title, ensure_ascii=False)}
    quoted["title"] = json.dumps(f"《{title}》", ensure_ascii=False) if title else quoted["plan"]
    plan = title or "生态文明建设规划"
    book = json.dumps(f"{plan}评估", ensure_ascii=False)  # as YAML too
    data, config = made / "data", made / "_config.yml"
    (data / OBSERVATIONS).mkdir(parents=True)
    texts = {
        config: _BOOK_TITLE.sub(lambda found: found[1] + book, config.read_text("utf-8")),
        data / FILE: "\n".join(_frame(quoted)),
        made / "README.md": _README.format(plan=plan, file=FILE, columns="\n".join(_columns())),
    }
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    for name, model in TABLES.items():
        (data / name).write_bytes(rows_csv(model, ()))


def _frame(names: dict[str, str]) -> Iterator[str]:
    """The lines of ``plan.toml``."""
    yield "# 规划的框架：程序不认识任何一个地区、年份或级别，都从这里读。空着的各项请填写。"
    for key, lines in _KEYS.items():
        field = Frame.model_fields[key]
        yield f"\n# {field.title}：{field.description}\n{lines.format(**names)}"
    yield ""


def _columns() -> Iterator[str]:
    for name in _FIRST:
        yield f"\n`data/{name}`：\n"
        yield from (
            f"- `{column}` {field.title}：{field.description}" for column, field in TABLES[name].columns().items()
        )
    yield ""


def _move(made: Path, target: Path) -> None:
    """Move the finished project to its place: into an empty folder that may be there, or none of it."""
    existed, moved = target.exists(), list[Path]()
    target.mkdir(exist_ok=True)
    try:
        for part in sorted(made.iterdir(), key=lambda path: path.name == "data"):  # without data it is no project yet
            moved.append(target / part.name)
            part.rename(moved[-1])
    except BaseException:
        for path in moved:
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)
        if not existed:
            target.rmdir()
        raise
