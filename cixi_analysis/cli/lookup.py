"""Commands that look something up in the plan: an indicator's dossier, the commitments, the audit."""

from pathlib import Path

import click

from cixi_analysis.cli.terminal import FORMAT, command, plan_at, print_table
from cixi_analysis.words import BASE_YEAR, LAST_YEAR, AuditResult, Due


@command(
    short_help="一项指标的档案。All there is to know about one indicator.",
    help="一项指标（1–50）的档案：要求与规划值及其读法、各年观测与结论、差距与进度、相关的承诺、项目与核对、所缺的数据；一行一个事实。"
    "The dossier of indicator N: wordings and how they are read, observations, verdicts with reasons, margins, pace, "
    "commitments, projects, audit findings and what is missing, a fact a row.",
)
@click.argument("number", type=int, metavar="N")
@click.option("--year", type=int, help="截至哪一年，默认最近一年。As of which year; default: the newest.")
@FORMAT
def indicator(root: Path | None, number: int, year: int | None, form: str) -> None:
    from cixi_analysis.analysis.dossier import dossier, facts

    plan = plan_at(root)
    print_table(facts(dossier(plan, number, plan.years[-1] if year is None else year)), form)


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

    plan = plan_at(root)
    at = plan.years[-1] if year is None else year
    if not BASE_YEAR <= at <= LAST_YEAR:
        raise click.UsageError(f"年份应在 {BASE_YEAR} 与 {LAST_YEAR} 之间，现为 {at}。YEAR is out of range.")
    table = ledger(plan, at)
    print_table(table, form)
    counts = "，".join(f"{word.chinese} {int((table['due'] == word.value).sum())}" for word in Due)
    click.echo(f"{at} 年底：共 {len(table)} 条，{counts}。", err=True)


@command(
    short_help="规划核对：原文各处是否一致。Where the plan agrees with itself and where not.",
    help="规划中说到同一件事的两处原文是否一致：agrees 一致，contradicts 不一致，unclear 不能确定。只报告，不更正规划，也不影响评估。"
    "Places of the plan that speak of the same thing, held against each other; the plan is not corrected.",
)
@FORMAT
def audit(root: Path | None, form: str) -> None:
    from cixi_analysis.analysis.reconciliation import findings

    table = findings(plan_at(root))
    print_table(table, form)
    counts = "，".join(f"{word.chinese} {int((table['result'] == word.value).sum())}" for word in AuditResult)
    click.echo(f"共 {len(table)} 条：{counts}。", err=True)
