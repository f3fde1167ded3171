"""Rules between the rows and files of ``data/``: what no single row can show."""

import re
from collections.abc import Iterator, Mapping

from cixi_analysis.errors import Problem
from cixi_analysis.plan.csvfile import CsvTable
from cixi_analysis.plan.references import reference_problems
from cixi_analysis.plan.schema import Indicator, Observation, Requirement, Target
from cixi_analysis.words import NOT_APPLICABLE_MARK, TARGET_YEARS, Level


def cross_check(
    tables: Mapping[str, CsvTable], years: Mapping[int, CsvTable], progress: Mapping[int, CsvTable]
) -> Iterator[Problem]:
    """Rules between rows and files; only where the files involved could be read whole."""
    items_table = tables["indicators.csv"]
    if not items_table.complete:
        return
    items = {r.item_id: r for r in items_table.rows.values() if isinstance(r, Indicator)}
    order = [tuple(map(int, i.split("."))) for i in items]
    if order != sorted(order):
        yield Problem("indicators.csv", None, "item_id", "次序有误", "按序号与子项由小到大")
    for number, row in items_table.rows.items():
        assert isinstance(row, Indicator)  # noqa: S101  # narrowed for the type checker
        if row.item_id.split(".")[0] != str(row.indicator):
            yield Problem(
                "indicators.csv", number, "indicator 序号", f"{row.indicator}", f"与子项编号 {row.item_id} 一致"
            )
    referring = [t for n, t in tables.items() if n != "indicators.csv"] + list(years.values())
    for table in referring:
        for number, other in table.rows.items():
            item_id = getattr(other, "item_id", None)
            if item_id is not None and item_id not in items:
                yield Problem(table.file, number, "item_id 子项编号", f"“{item_id}”", "indicators.csv 中已有的子项编号")
    requirements, targets = tables["requirements.csv"], tables["targets.csv"]
    if requirements.complete:
        have = {(r.item_id, r.level) for r in requirements.rows.values() if isinstance(r, Requirement)}
        for item_id in items:
            for level in Level:
                if (item_id, level) not in have:
                    yield Problem(
                        "requirements.csv",
                        None,
                        None,
                        f"没有 {item_id} 的{level.chinese}要求",
                        "每个子项每级至少一行（无要求的写“/”）",
                    )
        yield from _marks(requirements, items)
    if targets.complete:
        have_years = {(t.item_id, t.year) for t in targets.rows.values() if isinstance(t, Target)}
        for item_id in items:
            for year in TARGET_YEARS:
                if (item_id, year) not in have_years:
                    yield Problem(
                        "targets.csv", None, None, f"没有 {item_id} 的 {year} 年规划值", "每个子项每个目标年一行"
                    )
    for table in years.values():
        yield from observation_problems(table)
    if all(table.complete for table in tables.values()):
        reports = {table.file: table.rows for table in progress.values()}
        yield from reference_problems({name: table.rows for name, table in tables.items()}, reports)


def _marks(requirements: CsvTable, items: dict[str, Indicator]) -> Iterator[Problem]:
    """“*指标为国家级特有指标，**指标为省级特有指标” (note below CsvTable 1): the other level then prints "/".

    The marks speak of CsvTable 1, the first wording of each; a later standard may take up an item or let it go.
    """
    other = {"*": Level.PROVINCIAL, "**": Level.NATIONAL}
    first: dict[tuple[str, Level], int] = {}
    for row in requirements.rows.values():
        assert isinstance(row, Requirement)  # noqa: S101  # narrowed for the type checker
        first[row.item_id, row.level] = min(row.from_year, first.get((row.item_id, row.level), row.from_year))
    for number, row in requirements.rows.items():
        assert isinstance(row, Requirement)  # noqa: S101  # narrowed for the type checker
        item = items.get(row.item_id)
        of_table_1 = row.from_year == first[row.item_id, row.level]
        if item and of_table_1 and (other.get(item.mark) == row.level) != (row.wording == NOT_APPLICABLE_MARK):
            expected = (
                f"“/”（该子项标记为“{item.mark}”）"
                if other.get(item.mark) == row.level
                else "一条要求（该子项两级或本级适用）"
            )
            yield Problem("requirements.csv", number, "wording 要求原文", f"“{row.wording}”", expected)


def observation_problems(table: CsvTable) -> Iterator[Problem]:
    """One year's rows beside each other: a row for both levels or one for each, and quotations that are quotations."""
    both = {r.item_id for r in table.rows.values() if isinstance(r, Observation) and r.level is None}
    for number, row in table.rows.items():
        assert isinstance(row, Observation)  # noqa: S101  # narrowed for the type checker
        if row.level is not None and row.item_id in both:
            yield Problem(
                table.file,
                number,
                "level 级别",
                f"{row.item_id} 既有通用的一行又有{row.level.chinese}的一行",
                "二者取一",
            )
        yield from quotation_problems(table.file, number, row)


def quotation_problems(file: str, number: int, row: Observation) -> Iterator[Problem]:
    """Quotations of a row that its statement does not hold, or holds only negated."""
    for column in ("attests", "denies"):
        for clause, quote in row.clauses(column):
            title = f"{column} {Observation.columns()[column].title}"
            if column == "attests" and _only_negated(quote, row.statement or ""):
                found = f"“{clause}={quote}”，而原文中这几个字前面是否定词"
                expected = "没有被否定的字句；原文说没有做到的，写在“载明未达到”"
                yield Problem(file, number, title, found, expected)
            if quote not in (row.statement or ""):
                yield Problem(file, number, title, f"“{clause}={quote}”", "引用的字句应出现在“现状原文”中")


#: What turns the words after it into their contrary (未完成, 尚未制定, 没有建立, 不达标).
_NEGATIONS = ("未", "未能", "没", "没有", "不", "非", "无", "难以")


def _only_negated(quote: str, statement: str) -> bool:
    """Whether the words stand in the statement, but each time behind a negation."""
    places = [m.start() for m in re.finditer(re.escape(quote), statement)]
    return bool(places) and all(statement[:at].endswith(_NEGATIONS) for at in places)
