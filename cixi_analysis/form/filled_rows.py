"""One row of a filled-in form: its input cells are read, cross-checked and validated as a row of ``data/``.

A warning is about a possible but implausible content; a remark in the row's own column answers it.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from cixi_analysis.analysis.commitments import deadline, due
from cixi_analysis.assessment import measured
from cixi_analysis.errors import quoted
from cixi_analysis.form.input_cells import or_empty, read_cell, text_of, wanted
from cixi_analysis.form.layout import CHOICES, FormRow, FormSheet, Kind
from cixi_analysis.plan.csvfile import expectation
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.quantities import digits, figures
from cixi_analysis.plan.schema import WATER_CLASSES, Indicator, Observation, Progress, Project, Row
from cixi_analysis.words import CLASS_UNIT, BenchmarkKind, Due, ProgressState

#: A value is out of proportion to last year's when it is more than so many times as large or as small, or when it
#: moved by more than so many points (per cent) or by as many classes (water classes).
TIMES, POINTS, CLASSES = 2, 30, 2
#: Columns in which an observation says what its value measures.
_MEASURED = ("measure", "unit", "polarity")
#: The number of an item as it is printed, 9① for 9.1.
_PART = re.compile(r"^(\d+)([①-⑨])$")
#: Placeholders for required cells of a progress row that are missing or wrong, so that its other cells are validated too.
_STAND_IN = {"state": ProgressState.UNDER_WAY, "source": "？"}


@dataclass(frozen=True)
class FormProblem:
    """An error in the form, or a warning about it. ``cell`` is "" where a whole sheet is meant."""

    sheet: str
    cell: str
    found: str
    expected: str
    #: the form's file, where several are checked together
    file: str = ""

    @property
    def place(self) -> str:
        return " ".join(filter(None, (self.file, self.sheet, self.cell)))

    def __str__(self) -> str:
        return f"{self.place}：现为{self.found}；应为{self.expected}"


@dataclass
class FilledRow:
    """A row of the form where it stands in a workbook. :meth:`read` fills ``texts`` and ``data``."""

    sheet: Worksheet
    form: FormSheet
    spec: FormRow
    number: int
    #: input column → text of the data, of the cells that are valid by themselves
    texts: dict[str, str] = field(default_factory=dict)
    #: the row of data; None where it is invalid or empty
    data: Row | None = None
    #: the file and, of a unit's form, the unit, where several forms are checked together
    file: str = ""
    unit: str | None = None
    #: of a unit's form, the fingerprint of the data's row when the form was made
    stamp: str = ""

    def cell(self, column: str) -> Any:
        return self.sheet[f"{self.form.letters[column]}{self.number}"]

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        """A problem in a cell of this row: its first one for a column that the sheet does not have."""
        at = self.cell(column if column in self.form.letters else "key").coordinate
        return FormProblem(quoted(self.sheet.title)[1:-1], at, found, expected, self.file)

    def read(self) -> list[FormProblem]:
        """Read the input cells; return the problems in them."""
        typed = self.cell("unit").value if "unit" in self.form.letters else None
        unit = typed if isinstance(typed, str) and typed else self.spec.shown.get("item_unit", "")
        cells = ((c.key, read_cell(self.cell(c.key), c, c.unit or unit)) for c in self.form.inputs)
        contents = {key: content for key, content in cells if content is not None}
        # 填报单位 may be prefilled in all rows; alone it does not fill in a row.
        if contents.keys() == {"responsible"} and isinstance(contents["responsible"], str):
            return []
        problems: list[FormProblem] = []
        for key, content in contents.items():
            if key not in self.spec.opened:
                expected = f"空：这一行的要求用不到“{self.form.column(key).title}”"
                problems.append(self.tell(key, quoted(text_of(self.cell(key))), expected))
            elif isinstance(content, str):
                self.texts[key] = content
            else:
                problems.append(self.tell(key, *content))
        if has := contents.keys() & self.spec.opened:
            problems += self._conflicts(has)
        # The conflicts cover what Observation's own validator would refuse.
        if contents and not (problems and self.form.model is Observation):
            problems += self._validate(contents.keys() - self.texts.keys(), keep=not problems)
        return problems

    def _validate(self, refused: Set[str], *, keep: bool) -> Iterator[FormProblem]:
        """Validate the texts as a row of data, which becomes ``data`` if ``keep``. ``refused``: the columns of which a
        problem is known already.
        """
        cells = {c: _STAND_IN.get(c, "") for c in self.form.model.columns()} | self.texts | dict(self.spec.identity)
        known = self.spec.known
        # A number that the data has without them is older than the wording; a person must say what it measures.
        entered = isinstance(known, Observation) and not (known.measure or known.unit) and known.value
        if cells.get("value") not in ("", None, entered):
            cells |= {column: text for column, text in self.spec.stated.items() if not cells[column]}
        if "id" in self.form.letters:  # a row whose inputs name its subject
            cells["id"] = _PART.sub(lambda found: f"{found[1]}.{'①②③④⑤⑥⑦⑧⑨'.index(found[2]) + 1}", cells["id"])
        if comparator := cells.pop("comparator", ""):
            cells["assigned_target"] = comparator + cells["assigned_target"]
        try:
            data = self.form.model.model_validate(cells)
            self.data = data if keep else None
        except ValidationError as error:
            for detail in error.errors():
                # An error of the whole row names its columns: the first is the cell to look at.
                column = str(detail["loc"][0] if detail["loc"] else detail["ctx"]["error"].args[1][0])
                if column in refused:
                    continue
                choice = column in self.form.letters and self.form.column(column).kind is Kind.CHOICE
                found = or_empty(text_of(self.cell(column)) if choice else self.texts.get(column, ""))
                if not detail["loc"] and self.form.model is Progress:
                    found += f"，而状态为“{ProgressState(self.texts['state']).chinese}”"
                missing = choice and column not in self.texts
                expected = wanted(self.form.column(column)) if missing else expectation(dict(detail), column)
                yield self.tell(column, found, expected)

    def _conflicts(self, has: Set[str]) -> Iterator[FormProblem]:
        """Cells that a filled-in row lacks, and cells of an observation that contradict each other.

        ``has``: the open columns with content, right or wrong. A cell that is wrong by itself has its own problem.
        """
        tell, texts, observed = self.tell, self.texts, self.form.model is Observation
        others = f"空，而这一行填了{'、'.join(f'“{column.title}”' for column in self.form.inputs if column.key in has)}"
        if self.form.model is Progress and "state" not in has:
            yield tell("state", others, wanted(self.form.column("state")))
        if observed and not has & {"value", "absence", "statement"}:
            yield tell("value", others, "现状值；或在“缺失原因”里选一项；或在“现状原文”里照录文字")
        if "source" not in has and "source" in self.form.letters:
            yield tell("source", "空", "文件名称、章节、表、行：填了一行，就要写明出处")
        if not observed:
            return
        value, unit = texts.get("value"), texts.get("unit")
        if value is not None and (absence := texts.get("absence")):
            expected = "二者取一：有数值时缺失原因留空，没有数值时现状值留空"
            yield tell("absence", f"“{absence}”，而现状值为“{value}”", expected)
        if value in WATER_CLASSES and unit != CLASS_UNIT and ("unit" in texts) == ("unit" in has):
            yield tell("unit", or_empty(unit or ""), f"“{CLASS_UNIT}”：现状值“{value}”是水质类别")
        if value is not None and value not in WATER_CLASSES and unit == CLASS_UNIT:
            yield tell("value", f"“{value}”，而实测单位为“{CLASS_UNIT}”", "水质类别（Ⅰ至劣Ⅴ），或改正实测单位")
        if "benchmark" in has and "benchmark_kind" not in has:
            yield tell("benchmark_kind", "空，而填了“全省平均”", wanted(self.form.column("benchmark_kind")))
        if "benchmark_kind" in has and "benchmark" not in has:
            yield tell("benchmark", "空，而填了“平均的含义”", "数；不知道全省平均时，“平均的含义”也留空")
        if "comparator" in texts and "assigned_target" not in has:
            expected = "数；没有下达目标时，“目标比较符”也留空"
            yield tell("assigned_target", f"空，而目标比较符为“{texts['comparator']}”", expected)
        elif "comparator" in texts and not is_number(texts.get("assigned_target", "0")):
            found = f"“{texts['comparator']}”，而下达目标为{quoted(texts['assigned_target'])}"
            yield tell("comparator", found, "空：比较符只用于数")

    def warnings(self) -> Iterator[FormProblem]:
        """The warnings of a row, filled in or not: changed context, comments that get lost, implausible content."""
        remark = self.form.column(self.form.remarks[-1]).title
        # Last year's data may have been revised since the form was written. No input depends on it: no problem.
        if "last" in self.spec.shown and (was := text_of(self.cell("last"))) != (now := self.spec.shown["last"]):
            yield self.tell("last", or_empty(was), f"{or_empty(now)}（数据中的{self.form.column('last').title}）")
        for key, refused in ((key, text) for key, text in self.spec.notes.items() if key in self.spec.shown):
            yield self.tell(key, quoted(self.spec.shown[key]), refused)
        for column in self.form.columns:
            if comment := self.cell(column.key).comment:
                expected = f"没有批注：批注不随数据保存，要留的写在“{remark}”里"
                yield self.tell(column.key, f"批注{quoted(str(comment.text))}", expected)
        note = f"无误时在“{remark}”里说明"
        if isinstance(self.data, Observation):
            yield from self._doubtful_figure(self.data, note)
        elif isinstance(self.data, Progress):
            yield from self._doubtful_report(self.data, note)

    def _doubtful_figure(self, observed: Observation, note: str) -> Iterator[FormProblem]:
        """A value against last year's, its unit, what it is held against and its statement."""
        before, was, value, last = self.spec.before, self.spec.asked_before, observed.value, None
        if value is None or self.spec.asked is None:
            return
        now = measured(self.spec.terms, self.spec.asked, observed.measure, observed.unit, observed.polarity)
        if isinstance(before, Observation) and was and before.value is not None:
            if was == now:
                last = before.value
                if reason := _disproportion(last, value, now.unit):
                    yield self.tell("value", f"“{value}”，上年为“{last}”，{reason}", f"核对过的数；{note}")
            elif now != measured(self.spec.terms, self.spec.asked) or any(
                getattr(before, column) for column in _MEASURED
            ):  # else another wording is in force
                ways = ("", "") if now.polarity is was.polarity else (f"，{one.polarity.chinese}" for one in (now, was))
                told = (f"“{one.name}（{one.unit}{way}）”" for one, way in zip((now, was), ways, strict=True))
                found = "，上年为".join(told)
                yield self.tell("measure", found, f"与上年相同的实测对象和单位；{note}")
        if now.unit == "%" and last is None and 0 < float(value) < 1:
            expected = "百分数（83.3%写83.3，不写0.833）；确是百分之零点几时在“提示说明”里说明"
            yield self.tell("value", f"“{value}”，单位为%", expected)
        if now.unit == "%" and not 0 <= float(value) <= 100:
            yield self.tell("value", f"“{value}”，单位为%", f"0至100之间的数；{note}")
        is_level = (observed.benchmark_kind or "").startswith(BenchmarkKind.LEVEL)
        for column in ("assigned_target", *(["benchmark"] if is_level else [])):
            other = self.texts.get(column, "")
            alike = other in WATER_CLASSES if now.unit == CLASS_UNIT else is_number(other)
            if alike and (reason := _disproportion(value, other, now.unit)):
                yield self.tell(column, f"“{other}”，现状值为“{value}”，{reason}", f"核对过的数；{note}")
        if observed.statement and _contradicts(observed.statement, value, now.unit, self.form.year):
            found = f"“{observed.statement}”，其中没有现状值“{value}”"
            yield self.tell("statement", found, f"含有现状值的原文；{note}")

    def _doubtful_report(self, report: Progress, note: str) -> Iterator[FormProblem]:
        """A report against the plan (budget, percentage, years) and against last year's: progress does not go back."""
        subject, before, year, texts = self.spec.subject, self.spec.before, self.form.year, self.texts
        if subject is None or isinstance(subject, Indicator):
            return
        starts = subject.start_year if isinstance(subject, Project) else subject.first_year
        if isinstance(subject, Project):
            over, when = subject.end_year <= year, f"实施年限为“{subject.years}”"
            if report.spent is not None and (most := subject.budget) is not None and report.spent > most:
                yield self.tell(
                    "spent", f"“{texts['spent']}”，投资概算为“{digits(most)}”", f"不超过投资概算的数；{note}"
                )
        else:
            over, when = due(subject, year) in (Due.DUE, Due.PAST), f"期限为“{deadline(subject)}”"
        early = report.state is ProgressState.DONE and starts is not None and year < starts
        if early or (report.state is ProgressState.NOT_STARTED and over):
            yield self.tell("state", f"“{report.state.chinese}”，而{when}", f"核对过的状态；{note}")
        if report.percent is not None and 0 < report.percent < 1:
            yield self.tell("percent", f"“{texts['percent']}”，单位为%", f"百分数（60%写60，不写0.6）；{note}")
        for column in ("percent", "spent"):
            now, was = getattr(report, column), getattr(before, column, None)
            if now is not None and was is not None and now < was:
                yield self.tell(column, f"“{texts[column]}”，上年为“{digits(was)}”", f"不低于上年的数；{note}")
        if getattr(before, "state", None) is ProgressState.DONE and report.state is not ProgressState.DONE:
            found = f"“{report.state.chinese}”，上年为“{ProgressState.DONE.chinese}”"
            yield self.tell("state", found, f"核对过的状态；{note}")


@dataclass(frozen=True)
class KeptRow:
    """A row that stays in the data: conflicts between it and a form are reported for its file."""

    data: Row
    file: str

    def tell(self, column: str, found: str, expected: str) -> FormProblem:
        name = f"{getattr(self.data, 'id', '')} {column}".strip()
        return FormProblem("", "", f"{name} {found}", expected, self.file)


def _contradicts(statement: str, value: str, unit: str, year: int) -> bool:
    """Whether a statement has figures (or water classes), but not the value; of the year itself where it says which are.
    Also where it only says that there is no value.
    """
    # 2022年95%，2023年96%; in “2023年较2022年提高3个百分点，达到96%” all are of 2023.
    parts = re.split(r"(?<![较比与同于由从自])(?=\d{4}年)", statement)
    for text in ("".join(part for part in parts if part.startswith(f"{year}年")), statement):
        if unit == CLASS_UNIT and (classes := re.findall("劣?[Ⅰ-Ⅴ]", text)):
            return value not in classes
        if unit != CLASS_UNIT and (numbers := figures(text)):
            return float(value) not in numbers
    return statement in CHOICES["absence"]


def _disproportion(before: str, now: str, unit: str) -> str:
    if unit == CLASS_UNIT:
        apart = abs(WATER_CLASSES.index(before) - WATER_CLASSES.index(now))
        return f"相差{apart}类" if apart >= CLASSES else ""
    old, new = float(before), float(now)
    if old * new < 0:
        return "正负不同"
    small, large = sorted((abs(old), abs(new)))
    if small and large > TIMES * small:
        return f"超过其{TIMES}倍" if large == abs(new) else f"不足其1/{TIMES}"
    return f"相差{POINTS}个百分点以上" if unit == "%" and abs(new - old) > POINTS else ""
