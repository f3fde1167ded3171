"""The command of the yearly self-assessment report in Word."""

from pathlib import Path

import click

import cixi_analysis as cixi
from cixi_analysis.cli.terminal import FILE, FORMAT, command, echo, print_table
from cixi_analysis.errors import CixiError
from cixi_analysis.words import EditKind

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
    from cixi_analysis.report import template_bytes, write_report
    from cixi_analysis.report.document import save

    if edited:
        if output or template or copy or overwrite:
            raise click.UsageError("--check 只能与 --format、--wide 同用。--check goes with no other option.")
        _check(root, edited, year, form)
        return
    if (copy is None) == (year is None):
        raise click.UsageError(
            "请写明年份，或用 --write-template 取得模板，或用 --check 检查报告（取其一）。"
            "Give YEAR, or --write-template, or --check."
        )
    path = copy or output or Path(f"cixi-{year}{_DOCX}")
    for given in (path, template):
        if given and given.suffix.lower() != _DOCX:
            raise click.UsageError(f"文件名应以 .docx 结尾，现为 {given.name}。The file name must end in .docx.")
    if path.exists() and not overwrite:
        raise CixiError(f"{path} 已经存在，其中可能有修改。请另取文件名，或用 --overwrite 覆盖。")
    if year is None:
        save(template_bytes(), path)
        echo(f"已写入 {path}。在 Word 中修改后运行 cixi report YEAR --template {path}", err=True)
        return
    write_report(cixi.load_plan(root), year, path, template)
    echo(f"已写入 {path}", err=True)


def _check(root: Path | None, file: Path, year: int | None, form: str) -> None:
    """Print the findings, and their number as a message; exit status 1 unless all that was issued still stands."""
    import pandas as pd

    from cixi_analysis.report.docx_package import read_docx
    from cixi_analysis.report.edits import Edit, account

    content = read_docx(file)
    made = account(cixi.load_plan(root), content, year)
    columns = list(Edit.__dataclass_fields__)
    rows = [[str(getattr(edit, column)) for column in columns] for edit in made.edits]
    if rows or form != "table":
        print_table(pd.DataFrame(rows, columns=columns, dtype="str"), form, "report")
    counts = {kind: sum(edit.finding is kind for edit in made.edits) for kind in EditKind}
    told = "，".join(f"{kind.chinese}{n}处" for kind, n in counts.items() if n) or "没有改动，与现有数据一致"
    for note in (*made.notes, f"{file.name}（{made.year} 年）：检查了{made.checked}处数字和文字：{told}。"):
        echo(note, err=True)
    if not made.passed:
        raise click.exceptions.Exit(1)
