"""Corrections of closed years: the editions of a year, an earlier one rebuilt from the log, and what a signature covers.

Edition 1 of a year is the one that was closed (定稿); each import that changes it makes the next. ``revisions.csv`` holds
every cell that such an import changed, so that undoing the last edition's lines gives the one before, cell by cell.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from operator import attrgetter
from typing import Any

import pandas as pd

from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import assess
from cixi_analysis.errors import CixiError, DataError, UnknownYear
from cixi_analysis.plan.csvfile import csv_line, written_cells
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import numbered
from cixi_analysis.plan.schema import EVIDENCE, OBSERVATIONS, YEARLY, Revision, Row, Signature
from cixi_analysis.plan.yearly_rows import NUMBER, SIGNED, signer
from cixi_analysis.words import WORDS_OF, Entity, Stage, Status, Step

#: Part of :data:`SIGNED` → the year's rows.
YearRows = Mapping[str, tuple[Row, ...]]
#: The columns of a changed cell, as :class:`Revision` calls them.
CELL = ("part", "kind", "id", "place", "column", "before", "after")
#: The columns of :func:`log`; ``item_id`` is "project 3" of a project, ``what`` (Chinese) the column that was changed.
LOG_COLUMNS = [
    "year", "edition", "date", "indicator", "item_id", "level", "what", "before", "after", "who", "why", "form",
]  # fmt: skip
#: Metadata columns that an import writes by itself.
WRITTEN = ("stage", "form")
#: Columns that commands change without a log entry: by closing the year again, or by accepting a file.
UNLOGGED = (*WRITTEN, "sha256")
#: The first edition that has an earlier one.
_CORRECTED = 2
#: Why verdicts differ where the data does not.
OTHERWISE = "结论与签署时不同：要求、约定、以前各年的数或程序变了"
_Key = tuple[str, Entity, str, str]


class NoEdition(CixiError):
    """There is no such earlier edition of the year, or the log does not fit the data; the message (Chinese) says which."""


def year_rows(plan: Plan, year: int) -> YearRows:
    """The rows of a year that are signed for."""
    return {part: tuple(getattr(plan, part).get(year, ())) for part in SIGNED}


def edition_of(plan: Plan, year: int) -> int:
    """The edition of a year as it is now; 0 for one that has not been closed."""
    is_closed = bool(plan.observations.get(year)) and coverage(plan, year).stage is Stage.FINAL
    # A later wording may ask for items that are not filled in.
    is_closed |= any(one.step is Step.FINAL and one.kind is None for one in plan.signatures.get(year, ()))
    return max((row.edition for row in plan.revisions if row.year == year), default=int(is_closed))


def covered(rows: YearRows, signature: Signature) -> str:
    """The SHA-256 of what a signature covers: the content of the year's rows, or of those of one subject."""
    own = [
        [*key, *sorted((column, cell) for column, cell in cells.items() if column not in (*UNLOGGED, NUMBER))]
        for key, cells in sorted(_cells(rows).items())
        if signature.covers(key[1], key[2])
    ]
    return hashlib.sha256(json.dumps(own, ensure_ascii=False).encode()).hexdigest()


def concluded(plan: Plan, year: int, signature: Signature) -> str | None:
    """The SHA-256 of the verdicts on what a signature covers; None where it covers no item, or nothing can be assessed."""
    if signature.kind not in (None, Entity.ITEM):
        return None
    with suppress(UnknownYear, DataError):
        statuses = sorted(assess(plan, year).statuses.items())
        own = [
            [item_id, level, status]
            for (_, item_id, level), status in statuses
            if item_id and status is not Status.NOT_APPLICABLE and signature.covers(Entity.ITEM, item_id)
        ]
        return hashlib.sha256(json.dumps(own).encode()).hexdigest()
    return None


def sealed(plan: Plan, year: int, signature: Signature) -> Signature:
    """The signature with the hashes of the rows and of the verdicts that it covers."""
    content, verdicts = covered(year_rows(plan, year), signature), concluded(plan, year, signature)
    return signature.model_copy(update={"content": content, "verdicts": verdicts})


def concludes_otherwise(plan: Plan, year: int) -> tuple[Signature, ...]:
    """The signatures whose data is what was signed, while the verdicts on it are not: :data:`OTHERWISE`."""
    rows, signed = year_rows(plan, year), plan.signatures.get(year, ())
    own = (one for one in signed if one.verdicts and one.content == covered(rows, one))
    return tuple(one for one in own if one.verdicts != concluded(plan, year, one))


def cell_changes(before: YearRows, after: YearRows) -> Iterator[tuple[Any, ...]]:
    """Every cell that differs, columns :data:`CELL`; None for an empty one."""
    old, new = _cells(before), _cells(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key, {}), new.get(key, {})
        for column in dict.fromkeys((*was, *now)):
            if was.get(column) != now.get(column):
                yield *key, column, was.get(column), now.get(column)


def at_edition(plan: Plan, year: int, edition: int) -> Plan:
    """The plan with the data of a year as its ``edition`` had it, before the next was imported.

    Raises :class:`NoEdition`, also where a closing was signed for data that no edition has.
    """
    latest, rows = edition_of(plan, year), [year_rows(plan, year)]
    if latest >= _CORRECTED and not 1 <= edition < latest:
        known = "第1版" if latest == _CORRECTED else f"第1至第{latest - 1}版"
        raise NoEdition(f"{year} 年现为第{latest}版，只能与{known}比较，没有更早的第{edition}版。")
    for number in range(latest, 1, -1):
        own = [row for row in plan.revisions if (row.year, row.edition) == (year, number)]
        rows.append(undone(plan, rows[-1], own))
    for one in plan.signatures.get(year, ()):
        closing = one.step is Step.FINAL and one.kind is None
        if closing and one.content not in (None, *(covered(each, one) for each in rows)):
            why = "data/（连同 revisions.csv）后来有不是 cixi import 所作的改动"
            raise NoEdition(f"不能还原{year}年的旧版：没有一版是 {one.words}时所签的数据，{why}。")
    if latest < _CORRECTED:
        why = "定稿以后没有更正过" if latest else "还没有定稿"
        more = f"\n注意：有的{OTHERWISE}。" if concludes_otherwise(plan, year) else ""
        raise NoEdition(f"{year} 年{why}，没有更早的一版可以比较。{more}")
    return plan.with_year(year, **rows[latest - edition])


def undone(plan: Plan, rows: YearRows, lines: Iterable[Revision]) -> YearRows:
    """The rows of a year before the import that wrote these lines, in the plan's order. Raises :class:`NoEdition`."""
    found = _cells(rows)
    for line in lines:
        own = found.setdefault((line.part, line.kind, line.id, line.place or ""), {})
        if own.pop(line.column, None) != line.after and line.column not in UNLOGGED:
            place = f"{line.year} 年{SIGNED[line.part]} {line.kind.chinese}{line.id} 的 {line.column}"
            raise NoEdition(f"不能还原{line.year}年的旧版：{place} 与 revisions.csv 所记第{line.edition}版的不同。")
        if line.before is not None:
            own[line.column] = line.before
    kept: dict[str, list[tuple[Any, Row]]] = {part: [] for part in SIGNED}
    for (part, kind, key, _), cells in found.items():
        if not cells.keys() <= {*UNLOGGED}:  # a hash that was recorded later is no row
            try:
                model, at = YEARLY[part], int(cells.pop(NUMBER, "0").rpartition("-")[2])
                row: Any = model.model_validate(dict.fromkeys(model.columns(), "") | cells)
                level = plan.levels.index(row.level) + 1 if getattr(row, "level", None) else 0
                order = plan.subject_order(row), level, getattr(row, "grade", ""), at
            except (KeyError, ValueError) as error:  # no valid row, or about something that the plan does not have
                what = f"{kind.chinese}{key} 的{SIGNED[part]}"
                raise NoEdition(f"不能还原旧版：revisions.csv 中 {what}不完整。") from error
            kept[part].append((order, row))
    return {part: tuple(row for _, row in sorted(own, key=lambda pair: pair[0])) for part, own in kept.items()}


def log(plan: Plan, years: Container[int]) -> pd.DataFrame:
    """The corrected cells of these years that :func:`is_shown`, in the order of the log, columns :data:`LOG_COLUMNS`."""
    rows = [
        (row.year, row.edition, row.date, *told, signer(row), row.reason, row.form)
        for row in plan.revisions if row.year in years
        for told in cell_in_words(plan, *attrgetter(*CELL)(row))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=LOG_COLUMNS).astype({"indicator": "Int64"})


def signed_for(row: Any) -> str:
    """Of a row of :func:`log`, who corrected it, when and why: ``第2版，2024-06-01，王某（科长）：统计局更正``."""
    return f"第{row.edition}版，{row.date}，{row.who}：{row.why}"


def is_shown(part: str, column: str) -> bool:
    """Whether a changed cell is shown to readers: neither metadata that an import writes nor part of the row's key."""
    return column not in (*WRITTEN, *YEARLY[part].KEY)


def cell_in_words(
    plan: Plan, part: str, kind: Entity, key: str, place: str | None, column: str, *contents: str | None
) -> Iterator[tuple[Any, ...]]:
    """A changed cell as readers see it: indicator, subject, level, column, and the contents in Chinese. Nothing for one that
    is not shown, or of an item that the plan does not have.
    """
    if is_shown(part, column) and plan.defines(kind, key):
        title = "材料编号" if column == NUMBER else str(YEARLY[part].columns()[column].title)
        number, subject = (plan.item(key).indicator, key) if kind is Entity.ITEM else (None, f"{kind} {key}")
        level, which = ("", f"（{place or ''}）") if part == EVIDENCE else (place or "", "")
        words = {word.value: word.chinese for word in WORDS_OF.get(column, ())}
        what = title if part == OBSERVATIONS else f"{SIGNED[part]}{which}：{title}"
        yield number, subject, level, what, *(words.get(cell or "", cell or "") for cell in contents)


def _cells(rows: YearRows) -> dict[_Key, dict[str, str]]:
    """Key of a row → column → its cell as it is written; empty cells are left out."""
    found = {
        _key(part, row): {column: cell for column, cell in written_cells(row).items() if cell}
        for part, own in rows.items()
        for row in own
    }
    numbers: Any = numbered(rows[EVIDENCE])  # type: ignore[arg-type]
    for number, row in numbers.items():
        found[_key(EVIDENCE, row)][NUMBER] = number
    return found


def _key(part: str, row: Any) -> _Key:
    rest = [str(getattr(row, column) or "") for column in row.KEY if column not in ("kind", "id", "item_id")]
    return part, row.kind, row.id, csv_line(rest) if any(rest) else ""
