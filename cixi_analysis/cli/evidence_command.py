"""The command ``cixi evidence``: the list of evidence of a year, how its files stand, and recording their hashes."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

import click

import cixi_analysis as cixi
from cixi_analysis.cli.terminal import FORMAT, YEAR, command, echo, print_table
from cixi_analysis.words import EvidenceClass, EvidenceState, Proves


@command(
    short_help="佐证材料目录：有什么、缺什么、文件是否还是原来的。The list of evidence, and what its files are now.",
    help="按指标列出该年的佐证材料：编号、类别、所证、材料、文件的状态，和还缺的；无佐证＝结论依据文字而没有材料证明。"
    "The year's evidence by indicator: number, class, what it proves, the document, the state of its file, and what is missing.\n\n"
    "文件放在项目文件夹的 evidence/YEAR/。登记过的文件已改动或已不在时，退出码为 1。"
    "The files lie in evidence/YEAR/; exit status 1 when one that was recorded has changed or gone.",
)
@YEAR
@click.option(
    "--record", is_flag=True,
    help="登记已放入而未登记的文件（写入其 SHA-256）。Record the hash of files that have none recorded.",
)  # fmt: skip
@click.option(
    "--accept", metavar="FILE", multiple=True,
    help="认可这个已改动的文件，重新登记（可重复）。Record a changed file anew (repeatable).",
)  # fmt: skip
@FORMAT
def evidence(root: Path | None, year: int, record: bool, accept: tuple[str, ...], form: str) -> None:
    from cixi_analysis.analysis.evidence import WRONG, counted, evidence_list
    from cixi_analysis.plan.evidence_files import FOLDER, evidence_files, record_files

    plan = cixi.load_plan(root)
    if not plan.evidence.get(year):
        plan.require_year(year)
    if record or accept:
        plan, count = record_files(plan, year, accept)
        echo(f"登记了{count}个文件。" if count else "没有要登记的文件。", err=True)
    declared = [row.file for row in plan.evidence.get(year, ()) if row.file]
    table = evidence_list(plan, year, evidence_files(plan.root, year, declared))
    print_table(table, form, "evidence", plan)
    counts = counted(table)
    for line in _report(year, counts, f"{FOLDER}/{year}/"):
        echo(line, err=True)
    if any(counts[state] for state in WRONG):
        raise click.exceptions.Exit(1)


def _report(year: int, counts: Counter[str], folder: str) -> Collection[str]:
    """How much there is, what is missing, what is wrong with the files, and what to do next."""
    plan = [f"{year} 年的数据出自规划，规划即佐证。"] if counts[EvidenceState.PLAN] else []
    if plan and not any(counts[kind] for kind in (*EvidenceClass, Proves.CONTEXT, EvidenceState.UNDECLARED)):
        return plan
    grades = "、".join(f"{grade.chinese}{counts[grade]}" for grade in EvidenceClass)
    lines = [
        *plan,
        f"{year} 年的佐证材料{sum(counts[grade] for grade in EvidenceClass)}件（{grades}），参考{counts[Proves.CONTEXT]}件。",
    ]
    lacks = [f"结论依据文字而无佐证的子项{n}个"] if (n := counts[EvidenceState.UNPROVEN]) else []
    lacks += [f"{what.chinese}{n}处" for what in Proves if (n := counts[f"{EvidenceState.MISSING} {what}"])]
    lines += [f"还缺：{'，'.join(lacks)}。有了材料，填在填报表的“佐证材料”里。"] if lacks else []
    advice = {
        EvidenceState.CHANGED: f"与登记的不同。查明以后放回原来的文件，或用 cixi evidence {year} --accept 文件名 认可。",
        EvidenceState.GONE: f"登记过而不在 {folder} 里。请放回，或从目录中删去这一行。",
        EvidenceState.UNREADABLE: "不能读取，原因见说明一栏。",
        EvidenceState.EXPECTED: f"还没有放进 {folder}。放入后运行 cixi evidence {year} --record。",
        EvidenceState.UNRECORDED: f"没有登记。运行 cixi evidence {year} --record。",
        EvidenceState.UNDECLARED: "目录里没有写。用不着的请移走，用得着的填进目录。",
    }  # fmt: skip
    return [*lines, *(f"{state.chinese}{counts[state]}处：{text}" for state, text in advice.items() if counts[state])]
