"""Commands of the yearly form: make it, check it, import it into the data."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

import cixi_analysis as cixi
from cixi_analysis.cli.several_forms import FORMS, LETTERS, form_paths, missing_report, some, write_by_unit
from cixi_analysis.cli.terminal import FORMAT, YEAR, PathType, command, echo, print_table
from cixi_analysis.errors import CixiError, clear_text, quoted
from cixi_analysis.plan import EVIDENCE, OBSERVATIONS, PROGRESS, RECEIPTS, build_date
from cixi_analysis.words import RowFate, Stage, Step

if TYPE_CHECKING:
    from cixi_analysis.form.checking import Checked
    from cixi_analysis.form.importing import Import
    from cixi_analysis.plan.dataset import Plan
    from cixi_analysis.plan.schema import Signature


@command(
    short_help="生成一年的填报工作簿。Make the form for a year.",
    help="生成该年的填报工作簿（Excel）；该年已有的数据预先填好。"
    "Make the year's form, an Excel workbook to fill in; what the data holds already is filled in.\n\n"
    "填写后依次运行 cixi check 和 cixi import。When filled in, run `cixi check`, then `cixi import`.",
)
@YEAR
@click.option(
    "-o", "--output", type=PathType(path_type=Path),
    help="工作簿的文件名（.xlsx），默认为当前文件夹下的 cixi-YEAR-form.xlsx；分单位时是文件夹，默认 cixi-YEAR-forms。"
    "File name, default: cixi-YEAR-form.xlsx here; by unit a folder, default: cixi-YEAR-forms.",
)  # fmt: skip
@click.option(
    "--by-unit", is_flag=True,
    help="每个填报单位一本，只有它的行；没有单位的另为一本。One form a unit, with its rows only.",
)  # fmt: skip
@click.option(
    "--overwrite", is_flag=True,
    help="覆盖已有的文件，其中填写的内容会丢失。Replace an existing file; what was filled in there is lost.",
)  # fmt: skip
def workbook(root: Path | None, year: int, output: Path | None, by_unit: bool, overwrite: bool) -> None:
    from cixi_analysis.form.writing import write_form

    path = output or Path(f"cixi-{year}-forms" if by_unit else f"cixi-{year}-form.xlsx")
    if by_unit and path.is_file():
        raise CixiError(f"{path} 是一个文件；分单位的填报表写入文件夹，请用 -o 另取名称。")
    if not by_unit and path.suffix.lower() != ".xlsx":
        raise click.UsageError(f"文件名应以 .xlsx 结尾，现为 {path.name}。The file name must end in .xlsx.")
    plan = cixi.load_plan(root)
    if year > (last := plan.frame.last_year):
        raise CixiError(f"规划只到 {last} 年（最后一个目标年），{year} 年没有规划值可以对照，不生成填报表。")
    if year < (base := plan.frame.base_year):
        raise CixiError(f"{year} 年早于规划基准年 {base} 年，其数据是规划所载，不用填报。")
    if by_unit:
        write_by_unit(plan, year, path, overwrite)
        return
    if path.is_dir():
        raise CixiError(f"{path} 是文件夹，应为工作簿的文件名。")
    if path.exists() and not overwrite:
        raise CixiError(f"{path} 已经存在，其中可能有填写的内容。请用 -o 另取文件名，或用 --overwrite 覆盖。")
    write_form(plan, year, path)
    echo(f"已写入 {path}。填写后运行 cixi check {path}", err=True)


@command(
    short_help="检查填报工作簿。Check a filled-in form.",
    help="逐格检查填报工作簿，一次列出全部问题（problem，必须改正）和提示（warning，请核对或在“提示说明”中说明）。"
    "Check a form cell by cell and list all of its problems (to be corrected) and warnings (to be looked at) at once. "
    "不改动任何文件；有问题时退出码为 1。Changes nothing; exit status 1 when there are problems.\n\n"
    "写文件夹即其中的各个填报表（不看其中的文件夹）。A folder stands for the forms in it, not for those in its folders.",
)
@FORMS
@LETTERS
@FORMAT
def check(root: Path | None, files: tuple[Path, ...], letters: Path | None, form: str) -> None:
    from cixi_analysis.form.importing import plan_import

    plan, checked = _checked(root, files, letters)
    _print_findings(checked, form, "没有写催填的文字，请改正后重试。" if letters and checked.problems else "")
    try:
        plan_import(plan, checked)
    except CixiError as refused:
        echo(f"注意：还不能导入：{str(refused).removeprefix('没有导入：').strip()}", err=True)
    for line in missing_report(plan, checked, letters):
        echo(line, err=True)


def _checked(root: Path | None, files: tuple[Path, ...], letters: Path | None) -> "tuple[Plan, Checked]":
    """The forms, checked against the plan. Letters that no form is about are refused before anything is written."""
    from cixi_analysis.form.merging import check_forms

    plan = cixi.load_plan(root)
    checked = check_forms(plan, form_paths(files), today=_today())
    if letters and not any(one.unit for one in checked.forms):
        raise click.UsageError("--letters 只用于各单位的填报表。--letters is for forms by unit.")
    return plan, checked


def _seen(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Callback of an option: the text without surrounding spaces; refuse one with invisible characters. The data can hold
    neither.
    """
    if text is not None and ((wrong := clear_text(text.strip())) or not text.strip()):
        raise click.BadParameter(f"应为{wrong or '看得见的文字'}，现为{quoted(text)}。Visible text, please.")
    return text and text.strip()


def _signer(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
    """Callback of an option: :func:`_seen`; refuse what is no name."""
    from cixi_analysis.plan.yearly_rows import name_of_a_person

    seen = _seen(context, parameter, text) or ""
    try:
        return name_of_a_person(seen) if seen else None
    except ValueError as refused:
        raise click.BadParameter(f"应为{refused}，现为{quoted(seen)}。A person's name, please.") from None


@command(
    "import",
    short_help="把填报工作簿导入数据。Take a filled-in form into the data.",
    help="检查填报工作簿，列出将有的改动和因此改变的结论，然后写入 data/ 中该年的现状值、进展和佐证材料。有问题时什么也不写。"
    "Check a form, show what changes and which verdicts flip, then write the year's observations, progress and evidence in data/; with problems, nothing is written.\n\n"
    "全年的工作簿代表全年：其中没有填写的行会从数据中删除；单位的工作簿只改动它填写的行。"
    "The form of the whole year is the year: a row left empty there is removed from the data; a unit's form changes only the rows filled in there. "
    "表格形式不列出没有变化的行，csv 和 json 都列出。The table leaves out rows that stay; csv and json have them.",
)
@FORMS
@LETTERS
@click.option("--dry-run", is_flag=True, help="只显示改动，不写入。Show what would change and write nothing.")
@click.option(
    "--final", is_flag=True,
    help="该年定稿；还有子项未填报时拒绝。Close the year; refused while items are not filled in.",
)  # fmt: skip
@click.option("--reason", callback=_seen, help="更正已定稿的年份：理由。Correct a closed year: the reason.")
@click.option("--by", callback=_signer, help="谁更正或定稿（姓名）。Who corrects or closes the year.")
@click.option("--role", callback=_seen, help="其单位和职务。Their unit and post.")
@FORMAT
def import_(
    root: Path | None, files: tuple[Path, ...], letters: Path | None, dry_run: bool, final: bool, reason: str | None,
    by: str | None, role: str | None, form: str,
) -> None:  # fmt: skip
    from cixi_analysis.form.importing import apply_import, plan_import

    signed = _signed(final, reason, by, role)
    plan, checked = _checked(root, files, letters)
    if checked.problems:
        _print_findings(checked, form, "没有导入，请改正后重试。")
    received = f"{given:%Y-%m-%d}" if (given := build_date()) else _today()
    change = plan_import(plan, checked, final=final, signed=signed, received=received)
    # Before the import: letters may not be writable.
    units_lack = [*missing_report(plan, checked, letters, dry_run=dry_run)]
    if not dry_run:
        apply_import(plan, change)
    shown = change.table
    if form == "table":
        shown = shown[~shown["kind"].isin([RowFate.UNCHANGED, RowFate.FINAL, RowFate.REVIEWED])]
    print_table(shown, form, "import", plan)
    for warning in checked.warnings:
        echo(f"提示：{warning}", err=True)
    options = f"{' --final' * final}{' --reason …' if reason else ''}{' --by …' if by else ''}"
    for line in (*_import_report(change, files, options if dry_run else None), *units_lack):
        echo(line, err=True)


def _today() -> str:
    return date.today().isoformat()  # the day where the bureau is


def _signed(final: bool, reason: str | None, by: str | None, role: str | None) -> "list[Signature]":
    """The signatures that the command line gives."""
    from cixi_analysis.plan.schema import Signature

    if not by and (reason or role):
        raise click.UsageError("--reason 和 --role 要与 --by 一起写：谁更正的。They need --by.")
    if by and not (reason or final):
        raise click.UsageError("--by 要与 --reason（更正）或 --final（定稿）一起写。--by needs --reason or --final.")
    steps = [*([(Step.CORRECTED, reason)] if reason else []), *([(Step.FINAL, None)] if final and by else [])]
    given = {"kind": None, "id": None, "name": by, "role": role, "date": _today(), "content": None, "verdicts": None}
    return [Signature.model_validate(given | {"step": step, "reason": why}) for step, why in steps]


def _print_findings(checked: "Checked", form: str, advice: str = "") -> None:
    """Print problems and warnings as a table and their number as a message; exit status 1 if there is a problem."""
    import pandas as pd

    files = [one.file for one in checked.forms]
    own = files[0] if len(files) == 1 else ""
    found = [*(("problem", p) for p in checked.problems), *(("warning", w) for w in checked.warnings)]
    rows = [(one.file or own, what, one.sheet, one.cell, one.found, one.expected) for what, one in found]
    columns = ["file", "severity", "sheet", "cell", "found", "expected"]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    # Below the table of one file stands its name.
    print_table(table.assign(file="") if own and form == "table" else table, form, "check")
    beside = ("进展", checked.reports), ("佐证材料", checked.evidence)
    more = "".join(f"，{what}{len(rows)}行" for what, rows in beside if rows)
    filled = "" if checked.problems else f"已填{len(checked.rows)}行{more}，"
    if any(one.unit for one in checked.forms):  # of these, what was found is the whole year
        filled = f"填写了{sum(one.rows for one in checked.forms)}行，"
    counts = f"{filled}问题{len(checked.problems)}处，提示{len(checked.warnings)}处。"
    echo(f"{own or f'{len(files)}个填报表'}（{checked.year} 年）：{counts}{advice}", err=True)
    if checked.problems:
        raise click.exceptions.Exit(1)


def _import_report(change: "Import", files: tuple[Path, ...], dry_run: str | None) -> Iterator[str]:
    """The result of an import, notes on it, and the next step; ``dry_run``: the options of a trial."""
    from cixi_analysis.cli.answers import without_repeats
    from cixi_analysis.plan.yearly_rows import SIGNED

    year, name = change.year, " ".join(f'"{file}"' if " " in str(file) else str(file) for file in files)
    rows = Counter(row.kind for row in change.changes[OBSERVATIONS])
    if set(change.files) - {f"{RECEIPTS}/{year}.csv"}:
        told = (fate for fate in RowFate if fate is not RowFate.REVIEWED or rows[fate])
        counts = "、".join(f"{fate.chinese}{rows[fate]}行" for fate in told)
        flips = without_repeats(change.plan, change.table)["kind"].eq("verdict").sum()
        yield f"{year} 年：{counts}；结论改变{flips}处。"
        for part in (PROGRESS, EVIDENCE):
            fates = Counter(row.kind for row in change.changes[part])
            if fates:  # without stages, so none of it is only closed or reviewed
                told = (fate for fate in RowFate if fate not in (RowFate.FINAL, RowFate.REVIEWED))
                counts = "、".join(f"{fate.chinese}{fates[fate]}行" for fate in told)
                yield f"{year} 年的{SIGNED[part]}：{counts}。"
        # A form of the whole year that was made before these rows were handed in.
        gone = [c.old for part in (OBSERVATIONS, PROGRESS) for c in change.changes[part] if c.kind is RowFate.REMOVED]
        units = [one for one in change.plan.receipts.get(year, ()) if one.unit]
        from_units = [[one.file for one in units if one.sha256 in (getattr(row, "form", None) or "")] for row in gone]
        if lost := [files for files in from_units if files]:
            named = some(list(dict.fromkeys(chain(*lost))), "个填报表")
            yield f"注意：删除的{len(lost)}行是各单位交来的（{named}）；不该删去的，重新生成全年的填报表再填。"
        if year not in change.plan.years and change.rows:
            yield f"{year} 年此前没有数据，没有可比的结论。"
        if year == change.plan.frame.base_year and change.plan.has("published"):
            yield f"注意：{year} 年是规划的基准年，改动后请运行 cixi reconcile，与规划所印核对。"
    else:
        yield f"{year} 年：与现有数据相同，没有改动。"
    yield from _signing_report(change)
    if dry_run is not None:
        yield f"没有写入。去掉 --dry-run 即写入：cixi import {name}{dry_run}"
    elif not change.rows:
        ledger = change.plan.has("commitments")
        yield f"下一步：{f'cixi commitments --year {year} 看承诺台账' if ledger else 'cixi build 更新网站'}。"
    else:
        if change.unfilled:
            yield f"{year} 年是初稿，还有{len(change.unfilled)}处没有填报；继续填写后可以再次导入。"
        elif stages := {row.stage for row in change.rows} - {Stage.FINAL}:
            stage = Stage.DRAFT if Stage.DRAFT in stages else Stage.REVIEWED
            yield f"{year} 年已填齐，仍是{stage}；确认后运行 cixi import {name} --final 定稿。"
        changes = f"cixi diff {year} 看变化，" if any(y < year for y in change.plan.years) else ""
        yield f"下一步：{changes}cixi build 更新网站。"


def _signing_report(change: "Import") -> Iterator[str]:
    """The signatures, those that lapsed, and the edition that a correction makes."""
    from cixi_analysis.analysis.revision_log import is_shown

    year, signing, new = change.year, change.sign_off, change.sign_off.new
    for one in new:
        yield f"签署：{one.words}。"
    for one in change.lapsed:
        yield f"注意：{one.words}，签署以后又有改动，不再有效，须重新签署。"
    stages = ([getattr(row, "stage", None) for row in (c.old, c.new)] for c in change.changes[OBSERVATIONS])
    fallen = [1 for was, now in stages if was and now is Stage.DRAFT is not was]
    if change.reopens:
        yield f"注意：{year} 年原已定稿，改动的行退回初稿；确认后用 --final 再次导入。"
    elif fallen:
        yield f"注意：已复核或定稿的{len(fallen)}行有改动，退回初稿，须重新复核。"
    if change.revisions:
        cells = len([one for one in change.revisions if is_shown(one.part, one.column)])
        yield f"{year} 年形成第{change.revisions[0].edition}版：更正{cells}处，记入 data/revisions.csv；cixi diff {year} --edition 与定稿时比较。"
    elif signing.corrections:
        yield "注意：签署了更正，而没有改动已定稿的数据。"
    if signing.final and change.files and not any(one.step in (Step.FINAL, Step.CORRECTED) for one in new):
        yield "注意：没有人签署定稿。请在“签署”表中加一行，或在命令后加 --by 姓名。"
