"""The command line of the contract that scripts rely on. It reads, calls the library and prints; it computes nothing.

Results go to standard output in UTF-8, messages to standard error. Exit status 0 done, 1 the data or a check says no,
2 the call is wrong. What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cixi_analysis import __version__

if TYPE_CHECKING:
    import pandas as pd

    from cixi_analysis.dataset import Plan
    from cixi_analysis.requirement.tree import Node


class _Message(click.ClickException):
    """What is wrong, on standard error; exit status 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"错误：{self.message}", err=True)


@contextlib.contextmanager
def _user_errors() -> Iterator[None]:
    """Turn what a user can cause into a message and exit status 1."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except OSError as error:
        raise _Message(f"不能读写 {error.filename or '文件'}：{error.strerror or error}") from None
    except Exception as error:
        if not isinstance(error, _refusals()):
            raise
        raise _Message(str(error)) from None


def _refusals() -> tuple[type[Exception], ...]:
    from cixi_analysis.book import BuildError
    from cixi_analysis.export import ExportError
    from cixi_analysis.problem import DataError, UnknownYear
    from cixi_analysis.requirement import Refusal

    return (BuildError, DataError, UnknownYear, ExportError, Refusal)


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        with _user_errors():
            return super().invoke(ctx)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="慈溪市生态文明建设规划年度评估。Yearly assessment of Cixi's ecological-civilization plan.",
    epilog="第一次使用：cixi build，然后打开 _build/html/index.html。First time: run `cixi build`, open that page.",
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="项目文件夹，默认由当前位置向上寻找。Project folder; default: the nearest one upward with _config.yml and data/.",
)
@click.version_option(__version__, "-V", "--version", prog_name="cixi", help="显示版本。Show the version.")
@click.pass_context
def main(ctx: click.Context, root: Path | None) -> None:
    ctx.obj = root
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", newline="\n")


_YEAR = click.argument("year", type=click.IntRange(2000, 2100), metavar="YEAR")
_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="输出格式。Output format.",
)


@main.command(
    short_help="运行笔记本并生成网站。Run the notebooks, build the site.",
    help="检查数据，按年运行笔记本，生成网站 _build/html/index.html。Check the data, run the notebooks for each year, build the site.\n\n"
    "默认生成 2020 年以来每个有数据的年份；出错时保留上一次生成的网站。"
    "Default: each year from 2020 on that has observations; on failure the last good site stays.",
)
@click.option(
    "--year",
    "years",
    type=click.IntRange(2000, 2100),
    multiple=True,
    help="只重新运行这些年份（可重复），其余年份保留。Run only these years again (repeatable), keep the others.",
)
@click.option(
    "--force",
    is_flag=True,
    help="不沿用任何已有的页面，所有年份全部重来。Keep no page of an earlier build, run every year again.",
)
@click.pass_obj
def build(root: Path | None, years: tuple[int, ...], force: bool) -> None:
    from cixi_analysis.assessment import assess
    from cixi_analysis.book import build as build_book
    from cixi_analysis.export import workbook_name, write_workbook
    from cixi_analysis.problem import UnknownYear

    plan = _plan(root)
    for year in years:
        plan.require_year(year)
        if year not in plan.report_years:
            raise UnknownYear(
                f"{year} 年只有个别数字，用于趋势，不单独成页。成页的年份：{'、'.join(map(str, plan.report_years))}。"
            )
    for year in plan.report_years:
        assess(plan, year)  # what a page would stumble over is told before any page runs
    page = build_book(
        plan.root,
        plan.report_years,
        renew=None if force or not years else years,
        attach=lambda year, folder: write_workbook(plan, year, folder / workbook_name(year)),
    )
    click.echo(page)


@main.command(
    short_help="各子项与指标的结论、依据和理由。Verdict, basis and reason of each item and indicator.",
    help="评估一年：每个子项、每个指标在每一级的结论（verdict）、依据（basis）和理由（reason）。"
    "Assess a year: item rows first, then indicator rows (item_id empty).",
)
@_YEAR
@click.option(
    "--against",
    type=click.Choice(["requirement", "target"]),
    default="requirement",
    show_default=True,
    help="对照国家、省级要求，或规划值 2025、2030。Against the requirements, or the plan's targets.",
)
@click.option(
    "--without",
    type=click.Choice(["none-assigned", "nothing-there", "full", "plan-concludes"]),
    multiple=True,
    help="不用某一约定（可重复）。Switch a convention off (repeatable).",
)
@_FORMAT
@click.pass_obj
def assess(root: Path | None, year: int, against: str, without: tuple[str, ...], form: str) -> None:
    from cixi_analysis.assessment import assess as judge
    from cixi_analysis.words import Convention

    result = judge(_plan(root), year, against=against, without=[Convention(w) for w in without])
    _print(result.table, form)


@main.command(
    short_help="趋势、差距和进度。Trend, gap and pace.",
    help="截至该年，每个有数值的子项的趋势、与规划值的差距和进度；每个数值目标一行。"
    "Trend, gap and pace of each item with numbers up to that year, one row per numeric target.",
)
@_YEAR
@_FORMAT
@click.pass_obj
def trend(root: Path | None, year: int, form: str) -> None:
    from cixi_analysis.assessment import reader
    from cixi_analysis.trend import CONTRACT_COLUMNS, trends

    plan = _plan(root)
    table = trends(plan, year, reader(plan))
    _print(table[list(CONTRACT_COLUMNS)], form)


@main.command(
    short_help="规划所印与复算的核对。The plan's printed figures against recomputed ones.",
    help="核对规划所印的结论、计数与合计。agrees：yes 一致，explained 有说明，no 不一致（此时退出码为 1）。"
    "Compare what the plan prints with what is recomputed; exit status 1 on any `no`.",
)
@_FORMAT
@click.pass_obj
def reconcile(root: Path | None, form: str) -> None:
    from cixi_analysis.assessment import assess as judge
    from cixi_analysis.reconciliation import reconcile as compare
    from cixi_analysis.words import BASE_YEAR

    plan = _plan(root)
    table = compare(plan, judge(plan, BASE_YEAR).table)
    _print(table, form)
    if (differing := int((table["agrees"] == "no").sum())) > 0:
        click.echo(f"有 {differing} 项所印与复算不一致，见 agrees 为 no 的行。", err=True)
        raise click.exceptions.Exit(1)


@main.command(
    short_help="一条要求被解读成什么。What a requirement wording is read as.",
    help="显示一条要求文字被解读成的语法树；不能确定的文字会被拒绝，并指出位置。"
    "Show the tree a wording is read as; what cannot be read for certain is refused, with the place marked.\n\n"
    '例 Example: cixi requirement "≤25.4或持续下降且年均下降幅度≥3.5%"',
)
@click.argument("text", required=False)
@click.option("--unit", help="指标的单位（影响“提升≥1%”一类）。The item's unit, where it matters.")
@click.option("--all", "everything", is_flag=True, help="列出数据中的全部要求与规划值。List every wording in the data.")
@_FORMAT
@click.pass_obj
def requirement(root: Path | None, text: str | None, unit: str | None, everything: bool, form: str) -> None:
    import pandas as pd

    from cixi_analysis.requirement import read
    from cixi_analysis.words import NOT_APPLICABLE_MARK

    if everything == (text is not None):
        raise click.UsageError("请给出一条要求文字，或用 --all（二者取一）。Give one TEXT, or --all.")
    if everything:
        from cixi_analysis.readings import readings

        _print(readings(_plan(root)), form)
        return
    if text == NOT_APPLICABLE_MARK:
        click.echo("/  本级没有要求")
        return
    tree = read(text or "", unit=unit)
    rows = list(_tree_rows(tree))
    if form == "table":
        click.echo(str(tree))
        for depth, node, meaning in rows:
            click.echo(f"{'  ' * (depth + 1)}{node}  {meaning}")
    else:
        _print(pd.DataFrame(rows, columns=["depth", "node", "meaning"]), form)


def _tree_rows(node: "Node", depth: int = 0) -> Iterator[tuple[int, str, str]]:
    from cixi_analysis.requirement import meaning
    from cixi_analysis.requirement.tree import AllOf, AnyOf

    compound = isinstance(node, (AllOf, AnyOf))
    name = ("AND" if isinstance(node, AllOf) else "OR") if compound else str(node)
    yield depth, name, meaning(node)
    if isinstance(node, (AllOf, AnyOf)):
        for part in node.parts:
            yield from _tree_rows(part, depth + 1)


@main.command(
    short_help="导出 Excel 工作簿。Export an Excel workbook.",
    help="导出该年的表一（含现状、结论、依据）、表二、表三为一个 Excel 工作簿。"
    "Export Tables 1-3 with the year's status and verdicts as one workbook.",
)
@_YEAR
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="工作簿的文件名（.xlsx）。File name of the workbook.",
)
@click.pass_obj
def export(root: Path | None, year: int, output: Path) -> None:
    from cixi_analysis.export import write_workbook

    if output.suffix.lower() != ".xlsx":
        raise click.UsageError(f"文件名应以 .xlsx 结尾，现为 {output.name}。The file name must end in .xlsx.")
    plan = _plan(root)
    write_workbook(plan, plan.require_year(year), output)
    click.echo(f"已写入 {output}", err=True)


def _plan(root: Path | None) -> "Plan":
    from cixi_analysis.dataset import load_plan

    return load_plan(root)


def _print(table: "pd.DataFrame", form: str) -> None:
    printers: dict[str, Callable[[pd.DataFrame], None]] = {"csv": _csv, "json": _json, "table": _table}
    printers[form](table)


def _csv(table: "pd.DataFrame") -> None:
    click.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)


def _json(table: "pd.DataFrame") -> None:
    """A list of objects with the CSV's names; null for empty."""
    plain = table.astype(object).where(table.notna() & (table != ""), None)
    click.echo(json.dumps(plain.to_dict(orient="records"), ensure_ascii=False, indent=1, default=lambda v: v.item()))


def _table(table: "pd.DataFrame") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        shown.add_column(str(column), overflow="fold")
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        shown.add_row(*(f"{v:.12g}" if isinstance(v, float) else str(v) for v in row))
    # A file or a pipe has no width of its own: nothing is wrapped there.
    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else 10_000)
    console.print(shown)
