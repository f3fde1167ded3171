"""The files of ``data/``: a consistent snapshot of their content, the rows parsed from it, and the cross-checks between
rows and files, which the schema of a single row cannot express.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from pathlib import Path
from typing import Any, get_args

from cixi_analysis.errors import DataError, Problem, quoted, reason
from cixi_analysis.plan import EVIDENCE, OBSERVATIONS, PROGRESS, REVISIONS, SIGNATURES, grouped, is_passed_over
from cixi_analysis.plan.csvfile import Content, CsvTable, read_table
from cixi_analysis.plan.frame import FILE, Frame, Level, Part, read_frame
from cixi_analysis.plan.journal import read_journal
from cixi_analysis.plan.quantities import BadRelation, relation, ungrouped
from cixi_analysis.plan.schema import TABLES, YEARLY, AuditRow, Indicator, Observation
from cixi_analysis.words import AuditResult, Entity

#: Name below ``data/`` and content of each file.
Files = tuple[tuple[str, Content], ...]
#: File of ``TABLES`` → the field of :class:`~cixi_analysis.plan.dataset.Plan` with its rows.
FIELDS = {name: name.removesuffix(".csv") for name in TABLES} | {"indicators.csv": "items"}


def read_files(data: Path, new: Mapping[str, bytes]) -> Files:
    """Name below ``data`` → content (of files under a journal, the content before); years in ascending order."""
    journal = {**(read_journal(data) or {}), **new}
    names = [FILE, *TABLES]
    unread: Files = ()
    for folder in YEARLY:
        try:
            there = [path.name for path in (data / folder).iterdir()]
        except FileNotFoundError:
            there = []
        except OSError as error:  # `glob` would find nothing in it, as if nobody had reported anything
            there, unread = [], (*unread, (f"{folder}/", reason(error)))
        found = {f"{folder}/{name}" for name in there if not is_passed_over(name)}
        found |= {name for name in journal if name.startswith(f"{folder}/")}
        names += sorted(name for name in found if journal.get(name, b"") is not None)
    return *((name, journal[name] if name in journal else _content(data / name)) for name in names), *unread


def _content(path: Path) -> Content:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return reason(error)


def _table(name: str, content: Content, problems: list[Problem], frame: Frame | None) -> CsvTable:
    """A table; one that the frame does not list as a part may be missing, and has only rows that the program writes."""
    part = FIELDS[name]
    optional = part in get_args(Part) or name == REVISIONS
    listed = not optional or (frame is not None and part in frame.parts)
    if content is None and not listed:
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
        elif re.fullmatch(r"20[0-9]{2}\.csv", file):
            years[folder][int(file[:4])] = read_table(name, content, YEARLY[folder], problems, frame)
        elif not file:
            problems.append(Problem(folder, None, None, f"无法打开（{content!s}）", "可以读取的文件夹"))
        else:
            problems.append(Problem(name, None, None, "不认识的文件名", "“年份.csv”，如 2023.csv"))
    unread = any(problem.file == OBSERVATIONS for problem in problems)  # nobody knows what is there
    # Alone it is no problem: the form of the base year fills it in.
    if problems and not (years[OBSERVATIONS] or unread):
        problems.append(Problem(OBSERVATIONS, None, None, "没有任何年份的数据", "至少一个“年份.csv”"))
    problems += cross_check(frame, tables, years)
    if problems or frame is None:
        raise DataError(problems)
    fields: dict[str, Any] = {FIELDS[name]: tuple(table.rows.values()) for name, table in tables.items()}
    for folder, found in years.items():
        fields[folder] = {year: tuple(table.rows.values()) for year, table in found.items()}
    return frame, fields


#: Names that a level's id must not have: other columns of tables and forms that have a column for each level.
_TAKEN = {*Indicator.columns(), *Observation.columns(), "key", "last", "status", "now"}


def cross_check(
    frame: Frame | None, tables: Mapping[str, CsvTable], years: Mapping[str, Mapping[int, CsvTable]]
) -> Iterator[Problem]:
    """The problems between rows and files; a rule is checked only where its files could be read whole."""
    for level in (level for level in (frame.levels if frame else ()) if level in _TAKEN):
        yield Problem(FILE, None, "levels", f"“{level}”", "不是表中别的栏目的编号的 id")
    indicators, requirements, targets = (tables[f"{name}.csv"] for name in ("indicators", "requirements", "targets"))
    if not indicators.complete:
        return
    items: dict[str, Indicator] = {row.item_id: row for row in indicators.rows.values()}
    order = [tuple(map(int, item_id.split("."))) for item_id in items]
    if order != sorted(order):
        yield Problem("indicators.csv", None, "item_id", "次序有误", "按序号与子项由小到大")
    heads: dict[int, Indicator] = {}
    for number, row in indicators.rows.items():
        head = heads.setdefault(row.indicator, row)
        for column in ("domain", "task"):  # counted and printed by indicator
            if (own := getattr(row, column)) != (named := getattr(head, column)):
                expected = f"与同一指标的 {head.item_id} 相同：{quoted(named)}"
                yield indicators.wrong(number, column, expected, quoted(own))
        if row.item_id.split(".")[0] != str(row.indicator):
            yield indicators.wrong(number, "indicator", f"与子项编号 {row.item_id} 一致", f"{row.indicator}")
    for table in (*tables.values(), *years[OBSERVATIONS].values()):
        for number, row in table.rows.items():
            item_id = getattr(row, "item_id", None)
            if item_id is not None and item_id not in items:
                yield table.wrong(number, "item_id", "indicators.csv 中已有的子项编号")
    if requirements.complete:
        begun = grouped((row.item_id, row.from_year) for row in requirements.rows.values())
        first = {item_id: min(years) for item_id, years in begun.items()}
        for item_id in (item_id for item_id in items if item_id not in first):
            yield Problem("requirements.csv", None, "item_id", f"没有 {item_id} 的要求", "每个子项至少一行")
        for number, row in requirements.rows.items():
            if frame and not frame.base_year <= row.from_year <= frame.last_year:
                yield requirements.wrong(number, "from_year", f"规划期内的年份，{frame.base_year} 至 {frame.last_year}")
        yield from _wordings(requirements)
        yield from _divided(requirements)
        if frame and first and frame.base_year < (earliest := min(first.values())):
            yield Problem(FILE, None, "base_year 基准年", f"{frame.base_year}", f"不早于最早的要求（{earliest} 年起）")
        planned = {(row.item_id, row.year) for row in targets.rows.values()}
        wanted = product((i for i in items if first.get(i, 0) <= frame.base_year), frame.target_years) if frame else ()
        for item_id, year in (key for key in wanted if targets.complete and key not in planned):
            found, expected = f"没有 {item_id} 的 {year} 年规划值", "基准年已有的子项，每个目标年一行（没有的写“/”）"
            yield Problem("targets.csv", None, "item_id、year", found, expected)
    for table in years[OBSERVATIONS].values():
        yield from year_problems(table)
    if all(table.complete for table in tables.values()):
        filed = [tables["responsible.csv"], tables[REVISIONS]]
        filed += [table for folder in (PROGRESS, EVIDENCE, SIGNATURES) for table in years[folder].values()]
        yield from _references(tables, filed, items)


def _wordings(table: CsvTable) -> Iterator[Problem]:
    """The wordings of an item and level follow one another: none ends after the next has begun."""
    by_question = grouped(((row.item_id, row.level), (number, row)) for number, row in table.rows.items())
    for own in by_question.values():
        for (number, row), (_, later) in pairwise(sorted(own, key=lambda pair: pair[1].from_year)):
            if row.to_year is not None and row.to_year >= later.from_year:
                expected = f"早于下一行的起始年 {later.from_year}，或空"
                yield table.wrong(number, "to_year", expected, f"{row.to_year}")


def _divided(table: CsvTable) -> Iterator[Problem]:
    """No level asks in the same year for an undivided indicator and for a part of it: the indicator would count both."""
    rows = sorted(table.rows.items(), key=lambda pair: pair[1].from_year)
    for year in dict.fromkeys(row.from_year for _, row in rows):
        latest = {(row.item_id, row.level): (number, row) for number, row in rows if row.from_year <= year}
        asked = {key: own for key, own in latest.items() if not own[1].only_ends and (own[1].to_year or year) >= year}
        for (item_id, level), (number, row) in asked.items():
            indicator, divided, _ = item_id.partition(".")
            if divided and (whole := asked.get((indicator, level))) and year in (row.from_year, whole[1].from_year):
                found = f"“{item_id}”，而不分子项的 {indicator} 在 {year} 年也有要求（第{whole[0]}行）"
                yield table.wrong(number, "item_id", f"二者取一：分成子项以后，{indicator} 加一行“/”", found)


def year_problems(table: CsvTable, levels: Iterable[Level] = ()) -> Iterator[Problem]:
    """One year's rows: an item has a row for both levels or one for each, and quotations occur in the statement.
    ``levels``: those whose names, instead of ids, are used in messages.
    """
    names = {level: level.chinese for level in levels}
    both = {row.item_id for row in table.rows.values() if row.level is None}
    for number, row in table.rows.items():
        if row.level is not None and row.item_id in both:
            found = f"{row.item_id} 既有各级通用的一行又有 {names.get(row.level, row.level)} 的一行"
            yield table.wrong(number, "level", "二者取一", found)
        yield from quotation_problems(table.file, number, row)


def quotation_problems(file: str, number: int, row: Observation) -> Iterator[Problem]:
    """Quotations in ``attests`` and ``denies`` that do not occur in the statement, or (of ``attests``) only negated."""
    statement = row.statement or ""
    for column in ("attests", "denies"):
        for clause, quote in row.clauses(column):
            if column == "attests" and _only_negated(quote, statement):
                found = f"“{clause}={quote}”，而原文中这几个字前面是否定词"
                expected = "没有被否定的字句；原文说没有做到的，写在“载明未达到”"
                yield Problem(file, number, row.named(column), found, expected)
            if quote not in statement:
                expected = "引用的字句应出现在“现状原文”中"
                yield Problem(file, number, row.named(column), f"“{clause}={quote}”", expected)


#: Words that negate the words after them (未完成, 尚未制定, 没有建立, 不达标).
_NEGATIONS = ("未", "未能", "没", "没有", "不", "非", "无", "难以")


def _only_negated(quote: str, statement: str) -> bool:
    """Whether the quotation occurs in the statement, and each time right after a negation."""
    places = [m.start() for m in re.finditer(re.escape(quote), statement)]
    return bool(places) and all(statement[:at].endswith(_NEGATIONS) for at in places)


def _references(
    tables: Mapping[str, CsvTable], filed: Iterable[CsvTable], items: Mapping[str, Indicator]
) -> Iterator[Problem]:
    """Referential integrity: the subjects that links, reports and sums refer to exist."""
    domains = dict.fromkeys(item.domain for item in items.values())
    known = {
        Entity.ITEM: items.keys(),
        Entity.DOMAIN: domains.keys(),
        Entity.PROJECT: {str(row.number) for row in tables["projects.csv"].rows.values()},
        Entity.COMMITMENT: {row.commitment_id for row in tables["commitments.csv"].rows.values()},
        Entity.FINDING: {row.audit_id for row in tables["audit.csv"].rows.values()},
    }
    for number, row in tables["commitments.csv"].rows.items():
        if row.domain is not None and row.domain not in domains:
            yield tables["commitments.csv"].wrong(number, "domain", f"{'、'.join(domains)}，或空")
    for number, row in tables["left_out.csv"].rows.items():
        if row.figure not in row.quotation:
            yield tables["left_out.csv"].wrong(number, "figure", "原文中所印的数字")
    for number in tables["audit.csv"].rows:
        yield from _sum_problems(tables["audit.csv"], number)
    for number, link in tables["links.csv"].rows.items():
        for column, kind, named in (("from_id", link.from_kind, link.from_id), ("to_id", link.to_kind, link.to_id)):
            if named not in known[kind]:
                yield Problem("links.csv", number, column, f"“{named}”", f"已有的{kind.chinese}编号")
    for table in filed:
        for number, row in table.rows.items():
            if row.kind is not None and row.id not in known[row.kind]:  # a signature may be for the whole year
                yield unknown_subject(table.file, number, row)


def unknown_subject(file: str, number: int, row: Any) -> Problem:
    """The problem of a row about an undefined item, project or commitment."""
    return Problem(file, number, "id 编号", f"“{row.id}”", f"已有的{row.kind.chinese}编号")


#: Constants that a sum may use although they are not printed: years counted inclusively, per cent, and 万.
_CONSTANTS = {"1", "100", "10000"}


def _sum_problems(table: CsvTable, number: int) -> Iterator[Problem]:
    """A sum must parse, and use only numbers and names that the quotations print."""
    row: AuditRow = table.rows[number]
    if row.check is None:
        return
    try:
        made = relation(row.check)
    except BadRelation as error:
        yield table.wrong(number, "check", str(error))
        return
    quoted = f"{row.quotation_a}\n{row.quotation_b}"
    printed = {*_CONSTANTS, *re.findall(r"\d+(?:\.\d+)?", ungrouped(quoted))}  # whole numbers: 4 is not printed in 34
    missing = [figure for figure in made.numbers if figure not in printed]
    missing += [name for name in made.names if name not in quoted]
    if missing:
        yield table.wrong(number, "check", "引文里印着的数字与名称", f"“{'、'.join(missing)}”不在引文中")
    if made.holds and row.result is AuditResult.UNCLEAR:
        yield table.wrong(number, "result", "空（由程序得出）", "“unclear”而算式成立")
