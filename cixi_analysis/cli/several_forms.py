"""Forms by unit at the command line: making them, resolving folders to forms, and reporting what is still missing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cixi_analysis.cli.terminal import PathType, echo
from cixi_analysis.errors import CixiError, reason
from cixi_analysis.plan import is_left

if TYPE_CHECKING:
    from cixi_analysis.form.checking import Checked
    from cixi_analysis.plan.dataset import Plan

_MOST_NAMED = 5  # units or files in a message; the letters have all of them
#: The endings under which a unit may hand in its form; those that cannot be read are refused with what to do.
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
#: Files that a unit may hand in instead of its form.
_INSTEAD = (".csv", ".txt", ".pdf", ".doc", ".docx", ".wps", ".zip", ".rar")
FORMS = click.argument("files", type=PathType(path_type=Path), metavar="FOLDER|FILE...", nargs=-1, required=True)
LETTERS = click.option(
    "--letters", type=PathType(file_okay=False, path_type=Path), metavar="FOLDER",
    help="没有问题时，把发给各单位的催填文字写入这个文件夹。Without problems, write a text to each unit of what is missing.",
)  # fmt: skip


def write_by_unit(plan: "Plan", year: int, folder: Path, overwrite: bool) -> None:
    """Write the forms of all units into a folder. Raises :class:`CixiError` where files exist, unless ``overwrite``."""
    from cixi_analysis.analysis.links import strange_units
    from cixi_analysis.form.unit_forms import unit_forms

    forms = unit_forms(plan, year)
    if (there := [name for name in forms if (folder / name).exists()]) and not overwrite:
        named = f"{'、'.join(there[:3])}{'等' if there[3:] else ''}"
        raise CixiError(
            f"{folder} 中已有{len(there)}个填报表（{named}），其中可能有填写的内容，一个也没有写。"
            "请用 -o 另取文件夹，或用 --overwrite 覆盖。"
        )
    _write(folder, forms)
    echo(f"已写入 {folder}：{len(forms)}个填报表。收回后运行 cixi check {folder}", err=True)
    printed = plan.frame.tables.projects
    if printed and (strange := strange_units(plan, year)):
        named = "、".join(f"{unit}（是否 {near}？）" if near else unit for unit, near in strange.items())
        echo(f"注意：{printed.name}中没有这些单位：{named}。", err=True)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if it is not there."""
    from cixi_analysis.export.workbook import save_bytes

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CixiError(f"不能建立文件夹 {folder}：{reason(error)}。") from error
    for name, content in files.items():
        save_bytes(content, folder / name)


def form_paths(given: tuple[Path, ...]) -> list[Path]:
    """The paths of forms: files as given, and in folders the forms and the workbooks that cannot be read and may be forms;
    other files there are reported.
    """
    from cixi_analysis.form.opening import is_form

    paths: list[Path] = []
    for one in given:
        if not one.is_dir():
            paths.append(one)
            continue
        there = sorted(path for path in one.iterdir() if path.is_file())
        books = (path for path in there if path.suffix.lower() in _WORKBOOKS and not is_left(path.name))
        forms = [path for path in books if is_form(path, unreadable=True)]
        if left := [path.name for path in there if path not in forms]:
            echo(f"{one} 中不是填报表的文件，没有读取：{'、'.join(left)}", err=True)
        if instead := [name for name in left if name.lower().endswith(_INSTEAD)]:
            advice = "如有单位用来代替填报表的，请其填在发去的工作簿里，交回 .xlsx 文件"
            echo(f"{'、'.join(instead)}：{advice}", err=True)
        if folders := sorted(path.name for path in one.iterdir() if path.is_dir()):
            echo(f"{one} 中的文件夹，没有读取：{'、'.join(folders)}", err=True)
        if not forms:
            raise CixiError(f"{one} 中没有填报表；应有 cixi workbook 生成的 .xlsx 文件。")
        paths += forms
    return list({path.resolve(): path for path in paths}.values())


def some(names: list[str], counted: str) -> str:
    """The first few names, with the number of all where there are more."""
    return f"{'、'.join(names[:_MOST_NAMED])}{f'等{len(names)}{counted}' if names[_MOST_NAMED:] else ''}"


def missing_report(plan: "Plan", checked: "Checked", folder: Path | None, *, dry_run: bool = False) -> Iterator[str]:
    """The units with missing answers; writes the letters to them where a folder is given, but not in a trial."""
    from cixi_analysis.form.unit_forms import letters, unanswered

    if not any(one.unit for one in checked.forms):
        return
    had = {one.sha256 for one in plan.receipts.get(checked.year, ())}
    if again := [one.file for one in checked.forms if one.sha256 in had]:
        yield f"此前已经导入过，没有再读取：{some(again, '个填报表')}。"
    found = unanswered(plan, checked)
    for what, came in (("填报表还没有交来", False), ("交来而还没有填齐", True)):
        if units := [f"{one.unit}（{len(one.lines)}处）" for one in found if one.came is came]:
            yield f"{what}：{some(units, '个单位')}。"
    if not found:
        yield "各单位都已填齐。"
    elif folder is None:
        yield "加 --letters 文件夹，得到发给各单位的催填文字，其中逐项列出。"
    else:
        texts = letters(plan, checked.year, found)
        if not dry_run:
            _write(folder, {name: text.encode() for name, text in texts.items()})
        yield f"{'没有写入' if dry_run else '已写入'} {folder}：{len(texts)}份催填文字。"
