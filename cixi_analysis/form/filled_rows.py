"""One row of a filled-in form: its input cells are read, checked together, and validated as a row of ``data/``."""

import unicodedata
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from cixi_analysis.form.input_cells import or_empty, quoted, read_cell, text_of, wanted
from cixi_analysis.form.layout import FormRow, FormSheet
from cixi_analysis.plan.csvfile import expectation
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.schema import WATER_CLASSES, Observation, Row
from cixi_analysis.words import CLASS_UNIT, ProgressState

#: Stand in for required cells of a progress row that are missing or wrong, so that its other cells are validated too.
_STAND_IN = {"state": ProgressState.UNDER_WAY, "source": "？"}
#: (input column, what was found, what is expected)
Finding = tuple[str, str, str]


@dataclass(frozen=True)
class FormProblem:
    """An error in the form, or a warning about it. ``cell`` is "" where a whole sheet is meant."""

    sheet: str
    cell: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.sheet}{' ' if self.cell else ''}{self.cell}：现为{self.found}；应为{self.expected}"


@dataclass
class FilledRow:
    """A row of the form where it stands in a workbook. :meth:`read` fills ``texts``, ``problems`` and ``data``."""

    sheet: Worksheet
    form: FormSheet
    spec: FormRow
    number: int
    #: input column → text of the data, of the cells that are right by themselves
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[FormProblem] = field(default_factory=list)
    #: the row of data; None where something is wrong or nothing filled in
    data: Row | None = None

    def address(self, column: str) -> str:
        """The address of a cell of this row."""
        return f"{self.form.letters[column]}{self.number}"

    def cell(self, column: str) -> Any:
        """A cell of this row."""
        return self.sheet[self.address(column)]

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        """A problem in a cell of this row."""
        return FormProblem(name_of(self.sheet.title), self.address(column), found, expected)

    def read(self, saved: Callable[[Any], object]) -> bool:
        """Read the input cells; False where nobody has filled in the row. ``saved``: cell → a formula's saved result."""
        typed = self.cell("unit").value if "unit" in self.form.letters else None
        unit = typed if isinstance(typed, str) and typed else self.spec.shown.get("item_unit", "")
        cells = {c.key: read_cell(self.cell(c.key), c, c.unit or unit, saved) for c in self.form.inputs}
        contents = {key: content for key, content in cells.items() if content is not None}
        # 填报单位 may be entered for all rows beforehand; alone it does not fill in a row.
        if not contents or (contents.keys() == {"responsible"} and isinstance(contents["responsible"], str)):
            return False
        findings: list[Finding] = []
        for key, content in contents.items():
            if key not in self.spec.opened:
                title = self.form.column(key).title
                findings.append((key, quoted(text_of(self.cell(key))), f"空：这一行的要求用不到“{title}”"))
            elif isinstance(content, str):
                self.texts[key] = content
            else:
                findings.append((key, *content))
        if has := contents.keys() & self.spec.opened:
            findings += _missing(self, has)
            if self.form.model is Observation:
                findings += _conflicts(self, has)
        # The conflicts cover what Observation's own validator would refuse.
        if not findings or self.form.model is not Observation:
            findings += self._validate(keep=not findings)
        self.problems = [self.tell(*finding) for finding in findings]
        return True

    def _validate(self, *, keep: bool) -> Iterator[Finding]:
        """Validate the texts as a row of data, which becomes ``data`` if ``keep``."""
        cells = {c: _STAND_IN.get(c, "") for c in self.form.model.columns()} | self.texts | dict(self.spec.identity)
        if comparator := cells.pop("comparator", ""):
            cells["assigned_target"] = comparator + cells["assigned_target"]
        try:
            data = self.form.model.model_validate(cells)
            self.data = data if keep else None
        except ValidationError as error:
            for detail in error.errors():
                # An error of the whole row is about the percentage and the state of a progress report together.
                column = str(detail["loc"][0]) if detail["loc"] else "percent"
                found = or_empty(self.texts.get(column, ""))
                if not detail["loc"]:
                    found += f"，而状态为“{ProgressState(self.texts['state']).chinese}”"
                yield column, found, expectation(dict(detail), column)


def _missing(row: FilledRow, has: Set[str]) -> Iterator[Finding]:
    """Cells that a filled-in row must have. ``has``: the open columns with content, right or wrong."""
    others = "、".join(f"“{column.title}”" for column in row.form.inputs if column.key in has)
    if row.form.model is not Observation and "state" not in has:
        yield "state", f"空，而这一行填了{others}", wanted(row.form.column("state"))
    elif row.form.model is Observation and not has & {"value", "absence", "statement"}:
        expected = "现状值；或在“缺失原因”里选一项；或在“现状原文”里照录文字"
        yield "value", f"空，而这一行填了{others}", expected
    if "source" not in has:
        yield "source", "空", "文件名称、章节、表、行：填了一行，就要写明出处"


def _conflicts(row: FilledRow, has: Set[str]) -> Iterator[Finding]:
    """Cells of an observation that contradict each other. A cell that is wrong by itself has its own problem."""
    texts, own = row.texts, row.spec.shown["item_unit"]
    value, unit = texts.get("value"), texts.get("unit")
    if "value" in texts and "absence" in texts:
        found = f"“{texts['absence']}”，而现状值为“{value}”"
        yield "absence", found, "二者取一：有数值时缺失原因留空，没有数值时现状值留空"
    if value in WATER_CLASSES and unit != CLASS_UNIT and ("unit" in texts) == ("unit" in has):
        yield "unit", or_empty(unit or ""), f"“{CLASS_UNIT}”：现状值“{value}”是水质类别"
    if value is not None and value not in WATER_CLASSES and unit == CLASS_UNIT:
        yield "value", f"“{value}”，而实测单位为“{CLASS_UNIT}”", "水质类别（Ⅰ至劣Ⅴ），或改正实测单位"
    if unit and own and unit != own and _folded(unit) == _folded(own):
        yield "unit", quoted(unit), f"空，或与“单位”一列写法相同的{quoted(own)}"
    if "benchmark" in has and "benchmark_kind" not in has:
        yield "benchmark_kind", "空，而填了“全省平均”", wanted(row.form.column("benchmark_kind"))
    if "benchmark_kind" in has and "benchmark" not in has:
        yield "benchmark", "空，而填了“平均的含义”", "数；不知道全省平均时，“平均的含义”也留空"
    if "comparator" in texts and "assigned_target" not in has:
        yield "assigned_target", f"空，而目标比较符为“{texts['comparator']}”", "数；没有下达目标时，“目标比较符”也留空"
    elif "comparator" in texts and "assigned_target" in texts and not is_number(texts["assigned_target"]):
        found = f"“{texts['comparator']}”，而下达目标为{quoted(texts['assigned_target'])}"
        yield "comparator", found, "空：比较符只用于数"


def _folded(unit: str) -> str:
    return unicodedata.normalize("NFKC", unit).casefold()


def name_of(title: str) -> str:
    """A sheet's name in a message."""
    return quoted(title)[1:-1]
