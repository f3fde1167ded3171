"""The files of ``data/``: their content as one moment has it, and the rows read from them, all checked together."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from cixi_analysis.errors import DataError, Problem
from cixi_analysis.plan.checks import cross_check
from cixi_analysis.plan.csvfile import Content, CsvTable, read_table
from cixi_analysis.plan.frame import FILE, Frame, Part, read_frame
from cixi_analysis.plan.journal import read_journal
from cixi_analysis.plan.schema import OBSERVATIONS, REVISIONS, TABLES, YEARLY

#: Name below ``data/`` and content of each file.
Files = tuple[tuple[str, Content], ...]
#: File of ``TABLES`` → the field of :class:`~cixi_analysis.plan.dataset.Plan` with its rows.
FIELDS = {name: name.removesuffix(".csv") for name in TABLES} | {"indicators.csv": "items"}


def read_files(data: Path, new: Mapping[str, bytes]) -> Files:
    """Name below ``data`` → content, before a replacement that was cut short; years in ascending order."""
    journal = {**(read_journal(data) or {}), **new}

    def read(name: str) -> Content:
        known = journal[name] if name in journal else _content(data / name)
        return FileNotFoundError if known is None else known

    contents = {name: read(name) for name in (FILE, *TABLES)}
    for folder in YEARLY:
        found = {f"{folder}/{path.name}" for path in (data / folder).glob("*")}
        names = {name for name in found if not name.startswith((f"{folder}/.", f"{folder}/~$"))}  # or opened in Excel
        for name in sorted(names | {name for name in journal if name.startswith(f"{folder}/")}):
            if name not in journal or journal[name] is not None:
                contents[name] = read(name)
    return tuple(contents.items())


def _content(path: Path) -> Content:
    try:
        return path.read_bytes()
    except OSError as error:
        return type(error)


def _table(name: str, content: Content, problems: list[Problem], frame: Frame | None) -> CsvTable:
    """A table; one that the frame does not list among its parts may be missing, and has no rows but the program's own."""
    part = FIELDS[name]
    optional = part in get_args(Part) or name == REVISIONS
    listed = not optional or (frame is not None and part in frame.parts)
    if content is FileNotFoundError and not listed:
        return CsvTable(name, complete=True)
    table = read_table(name, content, TABLES[name], problems, frame)
    if listed and table.complete and not table.rows:
        expected = f"至少一行数据（没有数据的，从 {FILE} 的 parts 中删去）" if optional else "至少一行数据"
        problems.append(Problem(name, 2, None, "只有列名，没有一行数据", expected))
    elif table.rows and not listed and frame is not None and name != REVISIONS:
        expected = f"列出 {part}（{name} 有数据）"
        problems.append(Problem(FILE, None, "parts 另有的数据", f"没有 {part}", expected))
    return table


def parsed(files: Files) -> tuple[Frame, dict[str, Any]]:
    """The frame, and field of :class:`~cixi_analysis.plan.dataset.Plan` → its rows, those of years by year.

    Raises :class:`DataError` with every problem.
    """
    problems: list[Problem] = []
    tables: dict[str, CsvTable] = {}
    years: dict[str, dict[int, CsvTable]] = {folder: {} for folder in YEARLY}
    (_, first), *rest = files
    frame = read_frame(first, problems)
    for name, content in rest:
        folder, _, file = name.rpartition("/")
        if not folder:
            tables[name] = _table(name, content, problems, frame)
        elif re.fullmatch(r"20\d\d\.csv", file):
            years[folder][int(file[:4])] = read_table(name, content, YEARLY[folder], problems, frame)
        else:
            problems.append(Problem(name, None, None, "不认识的文件名", "“年份.csv”，如 2023.csv"))
    if not years[OBSERVATIONS] and problems:  # the only thing that is missing: the form of the base year fills it in
        problems.append(Problem(OBSERVATIONS, None, None, "没有任何年份的数据", "至少一个“年份.csv”"))
    problems += cross_check(frame, tables, years)
    if problems or frame is None:
        raise DataError(problems)
    fields: dict[str, Any] = {FIELDS[name]: tuple(table.rows.values()) for name, table in tables.items()}
    for folder, found in years.items():
        fields[folder] = {year: tuple(table.rows.values()) for year, table in found.items()}
    return frame, fields
