"""Commands that answer: assess, trend, reconcile, diff, indicator, commitments, audit, requirement, export."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import cixi_analysis as cixi
from cixi_analysis.cli.terminal import FORMAT, YEAR, PathType, command, echo, print_table
from cixi_analysis.errors import DataError
from cixi_analysis.plan import find_root
from cixi_analysis.words import LAST_YEAR, AuditResult, Convention, Due

if TYPE_CHECKING:
    from cixi_analysis.requirement.tree import Node


@command(
    short_help="各子项与指标的结论、依据和理由。Verdict, basis and reason of each item and indicator.",
    help="评估一年：每个子项、每个指标在每一级的结论（verdict）、依据（basis）和理由（reason）。"
    "Assess a year: item rows first, then indicator rows (item_id empty).",
)
@YEAR
@click.option(
    "--against", type=click.Choice(["requirement", "target"]), default="requirement",
    help="对照各级要求，或规划值。Against the requirements, or the plan's targets.",
)  # fmt: skip
@click.option(
    "--without", type=click.Choice(["none-assigned", "nothing-there", "full", "plan-concludes"]), multiple=True,
    help="不用某一约定（可重复）。Switch a convention off (repeatable).",
)  # fmt: skip
@FORMAT
def assess(root: Path | None, year: int, against: str, without: tuple[str, ...], form: str) -> None:
    left_out = [Convention(word) for word in without]
    plan = cixi.load_plan(root)
    print_table(cixi.assess(plan, year, against=against, without=left_out).table, form, "assess", plan)


@command(
    short_help="趋势、差距和进度。Trend, gap and pace.",
    help="截至该年，每个有数值的子项的趋势、与规划值的差距和进度；每个数值目标一行。"
    "Trend, gap and pace of each item with numbers up to that year, one row per numeric target.",
)
@YEAR
@FORMAT
def trend(root: Path | None, year: int, form: str) -> None:
    from cixi_analysis.analysis.trend import CONTRACT_COLUMNS

    plan = cixi.load_plan(root)
    print_table(cixi.trends(plan, year)[list(CONTRACT_COLUMNS)], form, "trend", plan)


@command(
    short_help="规划所印与复算的核对。The plan's printed figures against recomputed ones.",
    help="核对规划所印的结论、计数与合计。agrees：yes 一致，explained 有说明，no 不一致（此时退出码为 1）。"
    "Compare what the plan prints with what is recomputed; exit status 1 on any `no`.",
)
@FORMAT
def reconcile(root: Path | None, form: str) -> None:
    from cixi_analysis.analysis.reconciliation import NOT_COMPUTABLE

    plan = cixi.load_plan(root)
    table = cixi.reconcile(plan, cixi.assess(plan, plan.frame.base_year).table)
    print_table(table, form, "reconcile")
    if (differing := int((table["agrees"] == "no").sum())) > 0:
        unknown = int((table["computed"] == NOT_COMPUTABLE).sum())
        aside = f"（其中 {unknown} 项无从复算）" if unknown else ""
        echo(f"有 {differing} 项所印与复算不一致{aside}，见 agrees 为 no 的行。", err=True)
        raise click.exceptions.Exit(1)


@command(
    short_help="两年之间的变化。What changed between two years.",
    help="该年与另一年（默认为此前最近一个有数据的年份）相比：改变的结论及理由、数值的变化、新有的和不再有的数据、计数的变化、对以前年份的更正；"
    "与回看的年份相比，不比结论和计数。"
    "What changed from OTHER (default: the latest year with data before YEAR) to YEAR: verdicts with both reasons, values, "
    "data newly available or missing, tallies, and corrections that imports made to closed years; against a retrospect "
    "neither verdicts nor tallies.",
)
@YEAR
@click.argument("other", type=int, metavar="[OTHER]", required=False)
@click.option(
    "--edition", type=int, is_flag=False, flag_value=1, metavar="[N]",
    help="与该年定稿以后更正以前的第 N 版（默认第1版，即定稿时）相比：更正了什么，谁、为什么。"
    "Compare with edition N of YEAR, before it was corrected (default: 1, as it was closed).",
)  # fmt: skip
@FORMAT
def diff(root: Path | None, year: int, other: int | None, edition: int | None, form: str) -> None:
    if edition is not None:
        from cixi_analysis.analysis.changes import edition_changes
        from cixi_analysis.analysis.revision_log import OTHERWISE, at_edition, concludes_otherwise

        if other is not None:
            raise click.UsageError("--edition 与另一年只能用一个。Give OTHER or --edition, not both.")
        plan = cixi.load_plan(root)
        print_table(edition_changes(plan, year, edition), form, "diff", plan)
        echo(f"{year} 年第{edition}版 → 今", err=True)
        if concludes_otherwise(at_edition(plan, year, edition), year):
            echo(f"注意：第{edition}版的有些{OTHERWISE}。", err=True)
        return
    if year == other:
        raise click.UsageError("请给出两个不同的年份。Give two different years.")
    plan = cixi.load_plan(root)
    found = cixi.changes(plan, year, other)
    print_table(found.table, form, "diff", plan)
    echo(f"{found.other} 年 → {found.year} 年", err=True)


@command(
    short_help="一项指标的档案。All there is to know about one indicator.",
    help="一项指标的档案：要求与规划值及其读法、各年观测与结论、差距与进度、怎样才能达标、相关的承诺、项目与核对、所缺的数据；一行一个事实。"
    "The dossier of indicator N: wordings and how they are read, observations, verdicts with reasons, margins, pace, "
    "what would turn a verdict, commitments, projects, audit findings and what is missing, a fact a row.",
)
@click.argument("number", type=int, metavar="N")
@click.option("--year", type=int, help="截至哪一年，默认最近一年。As of which year; default: the newest.")
@FORMAT
def indicator(root: Path | None, number: int, year: int | None, form: str) -> None:
    from cixi_analysis.analysis.dossier import facts

    plan = cixi.load_plan(root)
    print_table(facts(cixi.dossier(plan, number, plan.require_year(year))), form, "indicator", plan)


@command(
    short_help="承诺台账。The dated or quantified promises of the plan's text.",
    help="规划正文与专栏中有数量或期限的措施，一行一条；due 说明到该年底为止的期限，state 等为该年填报的进展，没有填报的为空。"
    "One row a commitment; `due` is the calendar at the end of the year, `state` and the like what was reported for it.",
)
@click.option(
    "--year", type=int, help="以哪一年底为准，默认最近一年；可以是将来的年份。As of which year; default: the newest."
)
@FORMAT
def commitments(root: Path | None, year: int | None, form: str) -> None:
    from cixi_analysis.analysis.commitments import ledger

    plan = cixi.load_plan(root)
    at = plan.require_year() if year is None else year
    if not (base := plan.frame.base_year) <= at <= LAST_YEAR:
        raise click.UsageError(f"年份应在 {base} 与 {LAST_YEAR} 之间，现为 {at}。YEAR is out of range.")
    table = ledger(plan, at)
    print_table(table, form, "commitments", plan)
    counts = "，".join(f"{word.chinese} {(table['due'] == word.value).sum()}" for word in Due)
    echo(f"{at} 年底：共 {len(table)} 条，{counts}。", err=True)


@command(
    short_help="规划文本一致性：原文各处是否一致。Where the plan agrees with itself and where not.",
    help="规划中说到同一件事的两处原文是否一致：agrees 一致，contradicts 不一致，unclear 不能确定。只报告，不更正规划，也不影响评估。"
    "Places of the plan that speak of the same thing, held against each other; the plan is not corrected.",
)
@FORMAT
def audit(root: Path | None, form: str) -> None:
    from cixi_analysis.analysis.reconciliation import findings

    table = findings(cixi.load_plan(root))
    print_table(table, form, "audit")
    counts = "，".join(f"{word.chinese} {(table['result'] == word.value).sum()}" for word in AuditResult)
    echo(f"共 {len(table)} 条：{counts}。", err=True)


@command(
    short_help="一条要求被解读成什么。What a requirement wording is read as.",
    help="显示一条要求文字被解读成的语法树；不能确定的文字会被拒绝，并指出位置。"
    "Show the tree a wording is read as; what cannot be read for certain is refused, with the place marked.\n\n"
    '例 Example: cixi requirement "≤25.4或持续下降且年均下降幅度≥3.5%"',
)
@click.argument("text", required=False)
@click.option("--unit", help="指标的单位（影响“提升≥1%”一类）。The item's unit, where it matters.")
@click.option("--all", "everything", is_flag=True, help="列出数据中的全部要求与规划值。List every wording in the data.")
@FORMAT
def requirement(root: Path | None, text: str | None, unit: str | None, everything: bool, form: str) -> None:
    if everything == (text is not None):
        raise click.UsageError("请给出一条要求文字，或用 --all（二者取一）。Give one TEXT, or --all.")
    if text is None:
        from cixi_analysis.analysis.dossier import readings

        table = readings(cixi.load_plan(root))
        print_table(table, form, "requirement")
        if refused := int((table["refusal"] != "").sum()):
            echo(f"有 {refused} 种要求无法解读，见 refusal 一列；所在的子项无数据，其余照常评估。", err=True)
            raise click.exceptions.Exit(1)
        return
    from cixi_analysis.requirement import meaning, nothing_asked, terms
    from cixi_analysis.requirement.vocabulary import NO_TERMS

    def tree_rows(node: "Node", depth: int = 0) -> Iterator[tuple[int, str, str]]:
        """Depth, name (AND, OR or the leaf) and meaning of the node and of all below it."""
        parts = getattr(node, "parts", ())
        yield depth, str(node).partition("(")[0] if parts else str(node), meaning(node)
        for part in parts:
            yield from tree_rows(part, depth + 1)

    known = NO_TERMS
    try:
        known = terms(cixi.load_plan(root))
    except DataError as error:
        with contextlib.suppress(DataError):  # outside of a project there are no words of its own
            _ = root or find_root(Path.cwd())
            told = "这里没有用项目自己的词和地区类型；是哪些问题，运行 cixi requirement --all"
            echo(f"提示：数据有{len(error.problems)}处问题，{told}。", err=True)
    tree = None if nothing_asked(text, known) else cixi.read(text, unit=unit, terms=known)
    rows = list(tree_rows(tree)) if tree else [(0, text, "本级没有要求")]
    if form == "table":
        echo(tree or text)
        for depth, name, words in rows:
            echo(f"{'  ' * (depth + 1)}{name}  {words}")
    else:
        import pandas as pd

        print_table(pd.DataFrame(rows, columns=["depth", "node", "meaning"]), form)


@command(
    short_help="导出 Excel 工作簿等。Export an Excel workbook, JSON or CSV.",
    help="导出该年的指标表（含现状与结论）、工程各表、理由、计数、趋势与核对。"
    "Export Tables 1-3 with the year's status and verdicts, reasons, tallies, trend and reconciliation.\n\n"
    "-o 以 .xlsx 结尾得到一个工作簿，以 .json 结尾得到一个 JSON，是已有的文件夹则得到各表的 CSV，和供程序读取的说明 cixi-年份-datapackage.json（Frictionless）。"
    "The output's name decides: .xlsx a workbook, .json one JSON file, an existing folder the tables as CSV, "
    "with a Frictionless data package that describes them.",
)
@YEAR
@click.option(
    "-o", "--output", type=PathType(path_type=Path), required=True,
    help="文件名（.xlsx、.json）或已有的文件夹。File name, or an existing folder.",
)  # fmt: skip
def export(root: Path | None, year: int, output: Path) -> None:
    from cixi_analysis.export import Figures, write_json, write_package, write_workbook
    from cixi_analysis.form.opening import is_form

    writers = {".xlsx": write_workbook, ".json": write_json}
    write = write_package if output.is_dir() else writers.get(output.suffix.lower())
    if write is None:
        message = f"文件名应以 .xlsx 或 .json 结尾，或是已有的文件夹，现为 {output}。A file name or a folder."
        raise click.UsageError(message)
    if output.is_file() and is_form(output):
        raise click.UsageError(f"{output} 是填报工作簿，不覆盖。请换一个文件名。A form is not overwritten.")
    plan = cixi.load_plan(root)
    write(Figures(plan, plan.require_year(year)), output)
    echo(f"已写入 {output}", err=True)
