"""Taking a checked form into the data: what would change, and changing it.

The form is the whole year: a row that it leaves empty is a row that the data loses. A row that says the same as
before stays as it is, to the letter, with its stage and its provenance; so importing twice changes nothing.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import pandas as pd

from cixi_analysis.assessment import Assessment, assess
from cixi_analysis.changes import REVISED, flips, shown
from cixi_analysis.dataset import Plan, load_plan
from cixi_analysis.form.invisible import is_invisible
from cixi_analysis.form.storing import clean, observations_csv, store
from cixi_analysis.problem import DataError, reason
from cixi_analysis.schema import OBSERVATIONS, Observation
from cixi_analysis.words import BASE_YEAR, NOT_APPLICABLE_MARK, Absence, Level, Stage

if TYPE_CHECKING:
    from cixi_analysis.form.checking import Checked

#: The columns of ``cixi import``.
COLUMNS = ("kind", "year", "indicator", "item_id", "level", "field", "before", "after", "why")
#: What people fill in: neither the key nor what the import itself writes.
_CONTENT = tuple(c for c in Observation.columns() if c not in ("item_id", "level", "stage", "form"))
#: Columns compared as numbers: 0.10 in the data and 0.1 from a cell are the same figure.
_NUMBERS = ("value", "assigned_target", "benchmark")
_NUMBER = re.compile(r"([≤≥<>=]?)(-?\d+(?:\.\d+)?)")


class ImportRefused(ValueError):
    """The form was not taken in and the data is as it was; the message (Chinese) says every reason."""


class Kind(StrEnum):
    """What an import does to a row."""

    NEW = "new"
    CHANGED = "changed"
    FINAL = "final"  # says the same, and is now 定稿
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True)
class RowChange:
    """What becomes of one row: ``old`` is None for a new one, ``new`` for a removed one."""

    kind: Kind
    old: Observation | None
    new: Observation | None
    #: the columns whose content differs, of a changed row
    columns: tuple[str, ...] = ()

    @property
    def row(self) -> Observation:
        row = self.new or self.old
        assert row is not None  # noqa: S101  # one of the two is given
        return row


@dataclass(frozen=True)
class Import:
    """What taking in a form would do; nothing has happened yet."""

    plan: Plan
    year: int
    final: bool
    #: the rows that the year's file will hold
    rows: tuple[Observation, ...]
    #: every row before or after, in the plan's order
    changes: tuple[RowChange, ...]
    #: year → the verdicts that flip (columns ``changes.VERDICT_COLUMNS``), for this year and those after it. A year
    #: that could not be assessed before, for want of data, is not there.
    flips: dict[int, pd.DataFrame]
    #: why the year is still a draft, an item a line; empty when it could be closed
    unfilled: tuple[str, ...]

    def count(self, kind: Kind) -> int:
        return sum(change.kind is kind for change in self.changes)

    @property
    def changes_data(self) -> bool:
        return any(change.kind is not Kind.UNCHANGED for change in self.changes)

    @property
    def reopens(self) -> bool:
        """A year that was closed (定稿) gets rows that are not."""
        old = self.plan.observations.get(self.year, ())
        return bool(old) and all(o.stage is Stage.FINAL for o in old) and any(r.stage is Stage.DRAFT for r in self.rows)

    @property
    def table(self) -> pd.DataFrame:
        """What ``cixi import`` shows, columns :data:`COLUMNS`: the rows, a changed one a line a column, then the flips."""
        table = pd.DataFrame(list(self._lines()), columns=list(COLUMNS))
        return table.astype({"year": "Int64", "indicator": "Int64"})

    def _lines(self) -> Iterator[tuple[object, ...]]:
        for change in self.changes:
            row = change.row
            key = (str(change.kind), self.year, self.plan.item(row.item_id).indicator, row.item_id, row.level or "")
            before, after = (shown(r, self.year) if r else "" for r in (change.old, change.new))
            for column in change.columns:
                cells = (getattr(r, column) for r in (change.old, change.new))
                title = Observation.columns()[column].title
                yield *key, column, *(_cell(c) for c in cells), title
            if not change.columns:
                yield *key, "", before, after, "工作簿中这一行没有填写" if change.kind is Kind.REMOVED else ""
        for year, table in self.flips.items():
            for flip in table.itertuples(index=False):
                why = f"【导入前】{flip.before_reason}【导入后】{flip.after_reason}"
                yield "verdict", year, flip.indicator, flip.item_id, flip.level, "", flip.before, flip.after, why


def plan_import(plan: Plan, checked: "Checked", path: Path, *, final: bool = False) -> Import:
    """What taking in the form at ``path`` would change in ``plan``. Writes nothing.

    ``final`` closes the year: every row becomes 定稿. Raises :class:`ImportRefused` with every reason why not: the
    form has problems, is empty, is of a year before the base year, or is to be final while something is not filled in;
    and :class:`DataError` where the data with these rows could not be assessed.
    """
    year, rows = checked.year, checked.rows
    unfilled = tuple(_unfilled(plan, year, rows))
    if reasons := list(_reasons(checked, unfilled, final)):
        raise ImportRefused("\n".join(["没有导入：", *reasons]))
    old = {(o.item_id, o.level): o for o in plan.observations.get(year, ())}
    closed = bool(old) and all(o.stage is Stage.FINAL for o in old.values())
    form = provenance(path)
    made = {(r.item_id, r.level): _taken(old.get((r.item_id, r.level)), r, form, final, closed) for r in rows}
    order = [(item.item_id, level) for item in plan.items for level in (None, *Level)]
    changes = [made.get(key) or RowChange(Kind.REMOVED, old[key], None) for key in order if key in made or key in old]
    new_rows = tuple(c.new for c in changes if c.new is not None)
    after = replace(plan, observations={**plan.observations, year: new_rows})
    moved = any(c.kind not in (Kind.UNCHANGED, Kind.FINAL) for c in changes)
    flipped = _flips(plan, after, year) if moved else {}
    return Import(plan, year, final, new_rows, tuple(changes), flipped, unfilled)


def apply_import(plan: Plan, change: Import) -> None:
    """Write ``data/observations/YEAR.csv``. A crash, a full disk or a kill at any moment leaves the old file or the new.

    What is written has been loaded from a copy of the data before. Raises :class:`ImportRefused` when the data has
    changed since ``plan`` was read or the file cannot be written; the data is then as it was.
    """
    path = plan.root / "data" / OBSERVATIONS / f"{change.year}.csv"
    content = observations_csv(change.rows)
    try:
        clean(path.parent)
        _prove(plan, change, content)
        if change.changes_data:
            store(path, content)
    except OSError as error:
        raise ImportRefused(
            f"没有导入，数据没有改动。不能写入 {path}：{reason(error)}。"
            "请检查磁盘空间、文件夹权限，以及该文件是否正被 Excel 打开。"
        ) from error


def provenance(path: Path) -> str:
    """``name sha256:…`` of a workbook: its own name without folders and without characters that do not show."""
    name = "".join(c for c in PureWindowsPath(path.name).name if c != "\n" and not is_invisible(c)).strip()
    return f"{name or '工作簿'} sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def _reasons(checked: "Checked", unfilled: Sequence[str], final: bool) -> Iterator[str]:
    if checked.problems:
        yield f"工作簿还有{len(checked.problems)}处问题（cixi check 逐格列出）。"
    if checked.year < BASE_YEAR:
        yield f"{checked.year} 年早于规划基准年 {BASE_YEAR} 年，其数据是规划所载，不由工作簿导入。"
    if not checked.rows:
        yield "工作簿里一行也没有填写。"
    elif final and unfilled:
        yield f"还不能定稿，有{len(unfilled)}处没有填报（先不加 --final 导入即为初稿）："
        yield from unfilled


def _unfilled(plan: Plan, year: int, rows: Sequence[Observation]) -> Iterator[str]:
    """What is missing for a whole year: an item without a row, at a level that asks something of it; or 未填报."""
    for item in plan.items:
        own = [row for row in rows if row.item_id == item.item_id]
        title = f"{item.item_id} {item.name}"
        if not own:
            yield f"{title}：没有填写"
        elif all(row.level for row in own):
            for level in Level:
                asks = plan.requirement(item.item_id, level, year).wording != NOT_APPLICABLE_MARK
                if asks and not any(row.level is level for row in own):
                    yield f"{title}：只填了另一级，没有填写{level.chinese}的一行"
        if any(row.absence is Absence.NOT_FILLED_IN for row in own):
            yield f"{title}：缺失原因为“{Absence.NOT_FILLED_IN}”"


def _taken(old: Observation | None, row: Observation, form: str, final: bool, closed: bool) -> RowChange:
    """A form's row beside the data's: what is equal is kept as the data has it."""
    stage = Stage.FINAL if final else Stage.DRAFT
    if old is None:
        form += f"{REVISED}新增的行" if closed else ""
        return RowChange(Kind.NEW, None, row.model_copy(update={"stage": stage, "form": form}))
    columns = tuple(c for c in _CONTENT if not _same(c, getattr(old, c), getattr(row, c)))
    if not columns:
        to_close = final and old.stage is not Stage.FINAL
        kept = old.model_copy(update={"stage": stage}) if to_close else old
        return RowChange(Kind.FINAL if to_close else Kind.UNCHANGED, old, kept)
    written = {c: getattr(row, c) for c in columns} | {"stage": stage, "form": form + _revision(old, columns)}
    return RowChange(Kind.CHANGED, old, old.model_copy(update=written), columns)


def _same(column: str, old: object, new: object) -> bool:
    if column in _NUMBERS and old is not None and new is not None:
        return _number(old) == _number(new)
    return old == new


def _number(cell: object) -> str:
    """A figure at the precision at which a form shows it, with its comparator; other text as it is."""
    match = _NUMBER.fullmatch(_cell(cell))
    return f"{match[1]}{float(match[2]) + 0.0:.12g}" if match else str(cell)


def _cell(cell: object) -> str:
    return "" if cell is None else f"{cell:.12g}" if isinstance(cell, float) else str(cell)


def _revision(old: Observation, columns: Sequence[str]) -> str:
    """What the provenance says of a row that was closed before it changed; earlier corrections are kept."""
    _, _, known = (old.form or "").partition(REVISED)
    if old.stage is not Stage.FINAL and not known:
        return ""
    figure = f"现状值（原为{old.value or old.absence or '文字说明'}）"
    entries = [figure] if {"value", "absence"} & set(columns) else []
    entries += [str(Observation.columns()[c].title) for c in columns if c not in ("value", "absence")]
    had = {entry.partition("（")[0] for entry in known.split("、")}
    entries = [entry for entry in entries if entry.partition("（")[0] not in had]
    return REVISED + "、".join([*([known] if known else []), *entries])


def _flips(plan: Plan, after: Plan, year: int) -> dict[int, pd.DataFrame]:
    """The verdicts that flip in ``year`` and in the years after it, whose changes are measured from it."""
    found = {}
    for one in (y for y in after.years if y >= year):
        now = assess(after, one)
        before = _assessed(plan, one)
        if before is not None:
            found[one] = flips(before, now)
    return found


def _assessed(plan: Plan, year: int) -> Assessment | None:
    """The year as it stood; None where it could not be assessed: what is wrong there may be what the form corrects."""
    try:
        return assess(plan, year) if year in plan.years else None
    except DataError:
        return None


def _prove(plan: Plan, change: Import, content: bytes) -> None:
    """Load a copy of the data with the new file in it, before anything is written."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "data")
        shutil.copytree(plan.root / "data", copy)
        if replace(load_plan(folder), root=plan.root) != plan:
            raise ImportRefused("没有导入：检查以后 data/ 又有改动。请重新运行 cixi import。")
        (copy / OBSERVATIONS / f"{change.year}.csv").write_bytes(content)
        if load_plan(folder).observations[change.year] != change.rows:
            raise ImportRefused("没有导入：写入的内容读回后与原来不同。请报告这个错误，并附上工作簿。")
