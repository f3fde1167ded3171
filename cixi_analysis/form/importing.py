"""Importing a checked form into ``data/``: the changes it would make, and writing them.

A form holds the whole year: rows left empty are removed from the data. Its sheets of progress and of evidence replace the
year's; a form of an earlier layout, without them, leaves these unchanged. Signatures are only added. What changes in a
year that was closed needs a correction that is signed for with its reason, and is logged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import pandas as pd

from cixi_analysis.analysis.causes import verdict_changes
from cixi_analysis.analysis.changes import shown
from cixi_analysis.analysis.revision_log import year_rows
from cixi_analysis.analysis.table1 import coverage
from cixi_analysis.assessment import asked_in, asking, assess
from cixi_analysis.errors import CixiError, DataError, UnknownYear, reason
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.row_changes import RowChange, SignOff, cell_text, row_changes
from cixi_analysis.form.sheets import summary
from cixi_analysis.plan import EVIDENCE, OBSERVATIONS, PROGRESS
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import Plan, load_plan
from cixi_analysis.plan.evidence_files import recorded
from cixi_analysis.plan.journal import recover, replace_files
from cixi_analysis.plan.schema import Evidence, Observation, Progress, Receipt, Revision, Row, Signature
from cixi_analysis.words import Absence, Entity, RowFate, Stage

COLUMNS = ("kind", "year", "indicator", "item_id", "level", "field", "before", "after", "why")


class ImportRefused(CixiError):
    """The form was not imported and the data is unchanged; the message (Chinese) gives every reason."""


@dataclass(frozen=True)
class Import:
    """The changes that importing a form would make."""

    plan: Plan
    after: Plan
    year: int
    sign_off: SignOff
    #: the year's signatures that no longer cover its data
    lapsed: tuple[Signature, ...]
    #: the new lines of the log of corrections
    revisions: tuple[Revision, ...]
    #: whether a closed year (定稿) gets rows that are drafts
    reopens: bool
    #: part of :data:`~cixi_analysis.plan.yearly_rows.SIGNED` → every row before or after, in the plan's order; none of a
    #: part for which the form has no sheets
    changes: Mapping[str, tuple[RowChange, ...]]
    #: year → the verdicts that flip (columns ``causes.COLUMNS``), for this year and later ones. A year that
    #: could not be assessed before, for missing data, is left out.
    flips: dict[int, pd.DataFrame]
    #: why the year cannot be closed yet, one line an item; empty when it can
    unfilled: tuple[str, ...]

    @property
    def rows(self) -> tuple[Observation, ...]:
        """The year's observations after the import."""
        return self.after.observations.get(self.year, ())

    @property
    def files(self) -> dict[str, bytes]:
        """Name below ``data/`` → new content, of the files that change; empty when the data has all of it already."""
        before = {name: rows for name, _, rows in self.plan.files()}
        changed = ((name, model, rows) for name, model, rows in self.after.files() if rows != before.get(name))
        return {name: rows_csv(model, rows) for name, model, rows in changed}

    @property
    def table(self) -> pd.DataFrame:
        """The output of ``cixi import``, columns :data:`COLUMNS`: the rows, changed ones a line a column; then the flips."""
        lines = [line for change in chain(*self.changes.values()) for line in self._row_lines(change)]
        for year, table in self.flips.items():
            for flip in table.itertuples(index=False):
                why = f"【导入前】{flip.before_reason}【导入后】{flip.after_reason}"
                key = "verdict", year, flip.indicator, flip.item_id, flip.level, ""
                lines.append((*key, flip.before, flip.after, why))
        return pd.DataFrame(lines, columns=list(COLUMNS)).astype({"year": "Int64", "indicator": "Int64"})

    def _row_lines(self, change: RowChange) -> Iterator[tuple[object, ...]]:
        row: Any = change.new or change.old
        if isinstance(row, Observation):
            key: tuple[object, ...] = (self.plan.item(row.item_id).indicator, row.item_id, row.level or "")
        else:
            key = (None, f"{row.kind} {row.id}", "")
        for column in change.columns:
            cells = (cell_text(getattr(one, column)) for one in (change.old, change.new))
            yield str(change.kind), self.year, *key, column, *cells, row.columns()[column].title
        if not change.columns:
            words = (self._in_words(one) for one in (change.old, change.new))
            why = ""
            if change.kind is RowFate.REMOVED:  # evidence with another title or page may be the same row of the form
                why = "工作簿中没有这样的一行" if isinstance(row, Evidence) else "工作簿中这一行没有填写"
            yield str(change.kind), self.year, *key, "", *words, why

    def _in_words(self, row: Any) -> str:
        if isinstance(row, Observation):
            return shown(row)
        return summary(row) if isinstance(row, Progress) else f"{row.proves.chinese}：{row.title}" if row else ""


def plan_import(
    plan: Plan, checked: Checked, *, final: bool = False, signed: Sequence[Signature] = (), received: str | None = None
) -> Import:
    """The changes that importing the form or the units' forms in ``checked`` would make in ``plan``. Writes nothing. With
    ``received`` (a day), each form gets a receipt.

    ``final`` closes the year: every row becomes 定稿; so does a new signature of that step for the whole year. ``signed``:
    signatures beside those of the form. Raises :class:`ImportRefused` with every reason: the form has problems, is empty,
    is of a year before the base year, is to be final while something is not filled in, or changes a closed year without
    a correction that says why; and :class:`DataError` where the data with these rows could not be assessed.
    """
    year = checked.year
    signing = SignOff(plan, year, checked.signatures or (), signed, final=final)
    unfilled = tuple(text for _, text in unfilled_items(plan, year, checked.rows))
    reasons = []
    if checked.problems:
        reasons.append(f"工作簿还有{len(checked.problems)}处问题（cixi check 逐格列出）。")
    if year < (base := plan.frame.base_year):
        reasons.append(f"{year} 年早于规划基准年 {base} 年，其数据是规划所载，不由工作簿导入。")
    forms = [one for one in checked.forms if one.rows]
    if not forms or not (checked.rows or checked.reports or checked.evidence):
        reasons.append("工作簿里一行也没有填写或改动。")
    elif not checked.rows and plan.observations.get(year):
        reasons.append(f"工作簿里没有填写现状值，而数据中有 {year} 年的现状值：导入会把它们全部删除。")
    elif signing.final and unfilled:
        how = "先不加 --final 导入" if final else "先删去“签署”中定稿的一行再导入，"
        reasons += [f"还不能定稿，有{len(unfilled)}处没有填报（{how}即为初稿）：", *unfilled]
    if reasons:
        raise ImportRefused("\n".join(["没有导入：", *reasons]))
    known = year_rows(plan, year)
    form = "；".join(one.provenance for one in forms)
    proofs = checked.evidence and sorted(checked.evidence, key=lambda row: (plan.subject_order(row), row.grade))
    filled: dict[str, tuple[Iterable[tuple[object, ...]], Sequence[Row] | None]] = {
        OBSERVATIONS: ([(item.item_id, level) for item in plan.items for level in (None, *plan.levels)], checked.rows),
        PROGRESS: (plan.subjects, checked.reports),
        EVIDENCE: ((), proofs and recorded(plan.root, year, proofs, plan.evidence.get(year, ()))),
    }
    changes = {
        part: () if rows is None else row_changes(order, known[part], rows, form=form, signed=signing.stage)
        for part, (order, rows) in filled.items()
    }
    fates = {part: {change.kind for change in own} - {RowFate.UNCHANGED} for part, own in changes.items()}
    data = {  # as they are, in their own order, where none changes
        part: tuple(change.new for change in own if change.new is not None) if fates[part] else known[part]
        for part, own in changes.items()
    }
    after = plan.with_year(year, **data)
    moved = fates[OBSERVATIONS] - {RowFate.FINAL, RowFate.REVIEWED}
    flipped = {}
    for y in (y for y in after.years if moved and y >= year):  # the changes of later years are measured from this one
        now = assess(after, y)
        with suppress(UnknownYear, DataError):  # a new year, or data that the form may correct
            flipped[y] = verdict_changes(assess(plan, y), now)
    revisions, unexplained = signing.corrected(data, form)
    if unexplained:
        named = "、".join(key if kind is Entity.ITEM else f"{kind.chinese}{key}" for kind, key in unexplained)
        raise ImportRefused(
            f"没有导入：\n{year} 年已经定稿，改动它要写明谁、何时、为什么更正；还没有写明的：{named}。\n"
            "请在工作簿的“签署”表中加一行，环节选“更正”，写明姓名、日期、理由（对象与编号留空，即为这次的全部改动）；"
            "或在命令后加 --reason 理由 --by 姓名。"
        )
    was_closed = bool(known[OBSERVATIONS]) and coverage(plan, year).stage is Stage.FINAL
    reopens = was_closed and coverage(after, year).stage is not Stage.FINAL
    receipts = {one.sha256: one for one in plan.receipts.get(year, ())}
    for one in forms if received else ():
        receipts.setdefault(one.sha256, Receipt.model_validate(asdict(one) | {"received": received}))
    after = replace(after, revisions=(*plan.revisions, *revisions))
    after = after.with_year(year, signatures=signing.signatures(data), receipts=tuple(receipts.values()))
    return Import(plan, after, year, signing, signing.lapsed(data), revisions, reopens, changes, flipped, unfilled)


def apply_import(plan: Plan, change: Import) -> None:
    """Write the files of ``data/`` that change.

    The write is atomic: a crash, a full disk or a kill at any moment leaves either the old data or the new (several files
    by the journal of :mod:`cixi_analysis.plan.journal`). The new content is first loaded and compared.
    Raises :class:`ImportRefused` when the data has changed since ``plan`` was loaded or a file cannot be written; the
    data is then unchanged.
    """
    data, files = plan.root / "data", change.files
    try:
        recover(data)
        if load_plan(plan.root) != plan:
            raise ImportRefused("没有导入：检查以后 data/ 又有改动。请重新运行 cixi import。")
        if load_plan(plan.root, files) != change.after:
            raise ImportRefused("没有导入：写入的内容读回后与原来不同。请报告这个错误，并附上工作簿。")
        replace_files(data, files)
    except OSError as error:
        places = "、".join(str(data / name) for name in files or (f"{OBSERVATIONS}/{change.year}.csv",))
        raise ImportRefused(
            f"没有导入，数据没有改动。不能写入 {places}：{reason(error)}。"
            "请检查磁盘空间、文件夹权限，以及该文件是否正被 Excel 打开。"
        ) from error


def unfilled_items(plan: Plan, year: int, rows: Sequence[Observation]) -> Iterator[tuple[str, str]]:
    """(item, what is missing) of the year: an item without a row at a level that asks something of it; or 未填报."""
    for item in asked_in(plan, year):
        own = [row for row in rows if row.item_id == item.item_id]
        title = f"{item.item_id} {plan.asked(item, asking(plan, item.item_id, year)[0], year).name}"
        if not own:
            yield item.item_id, f"{title}：没有填写"
        elif filled := [plan.level(row.level).chinese for row in own if row.level]:
            for level in (one for one in asking(plan, item.item_id, year) if one.chinese not in filled):
                yield item.item_id, f"{title}：只填了{'、'.join(filled)}，没有填写{level.chinese}的一行"
        if any(row.absence is Absence.NOT_FILLED_IN for row in own):
            yield item.item_id, f"{title}：缺失原因为“{Absence.NOT_FILLED_IN}”"
