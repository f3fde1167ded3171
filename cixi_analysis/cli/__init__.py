"""The command line of the contract that scripts rely on. It reads, calls the library and prints; it computes nothing.

Results go to standard output in UTF-8, messages to standard error. Exit status 0 done, 1 the data or a check says no,
2 the call is wrong. What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cixi_analysis import __version__
from cixi_analysis.cli.building import build
from cixi_analysis.cli.lookup import audit, commitments, indicator
from cixi_analysis.cli.publishing import publish, verify
from cixi_analysis.cli.terminal import FORMAT, YEAR, Message, plan_at, print_table
from cixi_analysis.cli.usage import ChineseGroup
from cixi_analysis.cli.yearly_form import check, import_, workbook
from cixi_analysis.errors import CixiError, reason

if TYPE_CHECKING:
    from cixi_analysis.requirement.tree import Node


@contextlib.contextmanager
def _user_errors() -> Iterator[None]:
    """Turn what a user can cause into a message and exit status 1."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
        raise
    except OSError as error:
        raise Message(CixiError(f"不能读写 {error.filename or '文件'}：{reason(error)}")) from None
    except CixiError as error:
        raise Message(error) from None


class _Group(ChineseGroup):
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
            # A file's name need not be text; it is told all the same.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


for _command in (build, workbook, check, import_, indicator, commitments, audit, publish, verify):
    main.add_command(_command)


@main.command(
    short_help="各子项与指标的结论、依据和理由。Verdict, basis and reason of each item and indicator.",
    help="评估一年：每个子项、每个指标在每一级的结论（verdict）、依据（basis）和理由（reason）。"
    "Assess a year: item rows first, then indicator rows (item_id empty).",
)
@YEAR
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
@FORMAT
@click.pass_obj
def assess(root: Path | None, year: int, against: str, without: tuple[str, ...], form: str) -> None:
    from cixi_analysis.assessment import assess as judge
    from cixi_analysis.words import Convention

    result = judge(plan_at(root), year, against=against, without=[Convention(w) for w in without])
    print_table(result.table, form)


@main.command(
    short_help="趋势、差距和进度。Trend, gap and pace.",
    help="截至该年，每个有数值的子项的趋势、与规划值的差距和进度；每个数值目标一行。"
    "Trend, gap and pace of each item with numbers up to that year, one row per numeric target.",
)
@YEAR
@FORMAT
@click.pass_obj
def trend(root: Path | None, year: int, form: str) -> None:
    from cixi_analysis.analysis.trend import CONTRACT_COLUMNS, trends

    print_table(trends(plan_at(root), year)[list(CONTRACT_COLUMNS)], form)


@main.command(
    short_help="规划所印与复算的核对。The plan's printed figures against recomputed ones.",
    help="核对规划所印的结论、计数与合计。agrees：yes 一致，explained 有说明，no 不一致（此时退出码为 1）。"
    "Compare what the plan prints with what is recomputed; exit status 1 on any `no`.",
)
@FORMAT
@click.pass_obj
def reconcile(root: Path | None, form: str) -> None:
    from cixi_analysis.analysis.reconciliation import reconcile as compare
    from cixi_analysis.assessment import assess as judge
    from cixi_analysis.words import BASE_YEAR

    plan = plan_at(root)
    table = compare(plan, judge(plan, BASE_YEAR).table)
    print_table(table, form)
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
@FORMAT
@click.pass_obj
def requirement(root: Path | None, text: str | None, unit: str | None, everything: bool, form: str) -> None:
    from cixi_analysis.requirement import read
    from cixi_analysis.words import NOT_APPLICABLE_MARK

    if everything == (text is not None):
        raise click.UsageError("请给出一条要求文字，或用 --all（二者取一）。Give one TEXT, or --all.")
    if everything:
        from cixi_analysis.analysis.readings import readings

        print_table(readings(plan_at(root)), form)
        return
    nothing = text == NOT_APPLICABLE_MARK
    canonical = text if nothing else str(read(text or "", unit=unit))
    rows = [(0, text, "本级没有要求")] if nothing else list(_tree_rows(read(text or "", unit=unit)))
    if form == "table":
        click.echo(canonical)
        for depth, node, meaning in rows:
            click.echo(f"{'  ' * (depth + 1)}{node}  {meaning}")
    else:
        import pandas as pd

        print_table(pd.DataFrame(rows, columns=["depth", "node", "meaning"]), form)


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
    short_help="导出 Excel 工作簿等。Export an Excel workbook, JSON or CSV.",
    help="导出该年的表一（含现状与结论）、表二、表三、理由、计数、趋势与核对。"
    "Export Tables 1-3 with the year's status and verdicts, reasons, tallies, trend and reconciliation.\n\n"
    "-o 以 .xlsx 结尾得到一个工作簿，以 .json 结尾得到一个 JSON，是已有的文件夹则得到各表的 CSV。"
    "The output's name decides: .xlsx a workbook, .json one JSON file, an existing folder the tables as CSV.",
)
@YEAR
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="文件名（.xlsx、.json）或已有的文件夹。File name, or an existing folder.",
)
@click.pass_obj
def export(root: Path | None, year: int, output: Path) -> None:
    from cixi_analysis.export import write_csv, write_json, write_workbook
    from cixi_analysis.form.opening import is_form

    writers = {".xlsx": write_workbook, ".json": write_json}
    write = write_csv if output.is_dir() else writers.get(output.suffix.lower())
    if write is None:
        raise click.UsageError(
            f"文件名应以 .xlsx 或 .json 结尾，或是已有的文件夹，现为 {output}。A file name or a folder."
        )
    if output.is_file() and is_form(output):
        raise click.UsageError(f"{output} 是填报工作簿，不覆盖。请换一个文件名。A form is not overwritten.")
    plan = plan_at(root)
    write(plan, plan.require_year(year), output)
    click.echo(f"已写入 {output}", err=True)


@main.command(
    short_help="两年之间的变化。What changed between two years.",
    help="该年与另一年（默认为此前最近一个有数据的年份）相比：改变的结论及理由、数值的变化、新有的和不再有的数据、计数的变化、对以前年份的更正。"
    "What changed from OTHER (default: the latest year with data before YEAR) to YEAR: verdicts with both reasons, values, "
    "data newly available or missing, tallies, and corrections that imports made to closed years.",
)
@YEAR
@click.argument("other", type=int, metavar="[OTHER]", required=False)
@FORMAT
@click.pass_obj
def diff(root: Path | None, year: int, other: int | None, form: str) -> None:
    from cixi_analysis.analysis.changes import changes

    if year == other:
        raise click.UsageError("请给出两个不同的年份。Give two different years.")
    found = changes(plan_at(root), year, other)
    print_table(found.table, form)
    click.echo(f"{found.other} 年 → {found.year} 年", err=True)
