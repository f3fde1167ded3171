"""Commands of the documents of a year: the self-assessment report in Word, and the list of evidence with its files."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

import click

import cixi_analysis as cixi
from cixi_analysis.cli.terminal import FILE, FORMAT, YEAR, command, echo, print_table
from cixi_analysis.errors import CixiError
from cixi_analysis.words import EditKind, EvidenceClass, EvidenceState, Proves

_DOCX = ".docx"


@command(
    short_help="一年的自评估报告（Word）。The yearly self-assessment report, in Word.",
    help="生成该年的自评估报告（Word）：各章、指标完成情况汇总表、图与附表；数字、结论与句子都取自评估，各是一个内容控件。"
    "Make the year's self-assessment report as a Word file; every number, verdict and sentence is a content control.\n\n"
    "本单位的式样：用 --write-template 得到模板，在 Word 里改式样、调次序、改文字，再用 --template 生成。"
    "For a style of your own: get the template with --write-template, change it in Word, use it with --template.\n\n"
    "改过的报告：用 --check 列出改动、删去了什么，哪些已与现有数据不符；有则退出码为 1。只读文件，不改动、不外传。"
    "A report that was edited: --check lists what was changed or deleted and what no longer agrees with the data; then exit status 1.",
)
@click.argument("year", type=int, metavar="[YEAR]", required=False)
@click.option(
    "-o", "--output", type=FILE,
    help="报告的文件名（.docx），默认为当前文件夹下的 cixi-YEAR.docx。File name; default: cixi-YEAR.docx here.",
)  # fmt: skip
@click.option(
    "--template", type=FILE,
    help="Word 模板（.docx），默认用自带的。The Word template; default: the one that comes with the program.",
)  # fmt: skip
@click.option(
    "--write-template", "copy", type=FILE,
    help="把自带的模板写成这个文件，供修改；不生成报告。Write the template to this file, to be changed; no report.",
)  # fmt: skip
@click.option(
    "--overwrite", is_flag=True,
    help="覆盖已有的文件，其中的修改会丢失。Replace an existing file; what was changed there is lost.",
)  # fmt: skip
@click.option(
    "--check", "edited", type=FILE, metavar="FILE",
    help="检查改过的报告；不生成报告。Check a report that was edited; no report is made.",
)  # fmt: skip
@FORMAT
def report(
    root: Path | None, year: int | None, output: Path | None, template: Path | None, copy: Path | None, overwrite: bool,
    edited: Path | None, form: str,
) -> None:  # fmt: skip
    from cixi_analysis.export.workbook import save_bytes
    from cixi_analysis.report import template_bytes, write_report

    if edited:
        if output or template or copy or overwrite:
            raise click.UsageError("--check 只能与 --format、--wide 同用。--check goes with no other option.")
        _check(root, edited, year, form)
        return
    if (copy is None) == (year is None):
        ways = "请写明年份，或用 --write-template 取得模板，或用 --check 检查报告（取其一）。"
        raise click.UsageError(f"{ways}Give YEAR, or --write-template, or --check.")
    path = copy or output or Path(f"cixi-{year}{_DOCX}")
    for given in (path, template):
        if given and given.suffix.lower() != _DOCX:
            raise click.UsageError(f"文件名应以 .docx 结尾，现为 {given.name}。The file name must end in .docx.")
    if template and path.resolve() == template.resolve():
        raise CixiError(f"报告会覆盖模板 {template}，请另取文件名。")
    if path.exists() and not overwrite:
        raise CixiError(f"{path} 已经存在，其中可能有修改。请另取文件名，或用 --overwrite 覆盖。")
    if year is None:
        save_bytes(template_bytes(), path)
        echo(f"已写入 {path}。在 Word 中修改后运行 cixi report YEAR --template {path}", err=True)
        return
    write_report(cixi.load_plan(root), year, path, template)
    echo(f"已写入 {path}", err=True)


def _check(root: Path | None, file: Path, year: int | None, form: str) -> None:
    """Print the findings, and their number as a message; exit status 1 unless all issued texts are unchanged."""
    import pandas as pd

    from cixi_analysis.report.docx_package import read_docx
    from cixi_analysis.report.edits import Edit, account

    content = read_docx(file)
    made = account(cixi.load_plan(root), content, year)
    if made.edits or form != "table":
        edits = pd.DataFrame(list(made.edits), columns=list(Edit.__dataclass_fields__)).astype("str")
        print_table(edits, form, "report")
    counts = {kind: sum(edit.finding is kind for edit in made.edits) for kind in EditKind}
    told = "，".join(f"{kind.chinese}{n}处" for kind, n in counts.items() if n) or "没有改动，与现有数据一致"
    if made.note:
        echo(made.note, err=True)
    echo(f"{file.name}（{made.year} 年）：检查了{made.checked}处数字和文字：{told}。", err=True)
    if not made.passed:
        raise click.exceptions.Exit(1)


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
    """The counts of evidence, what is missing, the problems of the files, and the next step."""
    plan = [f"{year} 年的数据出自规划，规划即佐证。"] if counts[EvidenceState.PLAN] else []
    if plan and not any(counts[kind] for kind in (*EvidenceClass, Proves.CONTEXT, EvidenceState.UNDECLARED)):
        return plan
    grades = "、".join(f"{grade.chinese}{counts[grade]}" for grade in EvidenceClass)
    own = sum(counts[grade] for grade in EvidenceClass)
    lines = [*plan, f"{year} 年的佐证材料{own}件（{grades}），参考{counts[Proves.CONTEXT]}件。"]
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
