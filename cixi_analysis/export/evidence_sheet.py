"""The sheet 佐证材料目录: the evidence of the year by indicator, and what is missing."""

from typing import Any

from cixi_analysis.analysis.evidence import proven
from cixi_analysis.analysis.records import records
from cixi_analysis.export.sheet import Header, Report, Sheet
from cixi_analysis.export.workbook import WRAP
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Commitment, Indicator
from cixi_analysis.words import Entity, EvidenceClass, EvidenceState

NAME = "佐证材料目录"
_COLUMNS = [
    Header("编号", 11), Header("对象", 10), Header("名称", 26, WRAP), Header("类别", 11), Header("所证", 10),
    Header("条款", 16, WRAP), Header("材料名称", 34, WRAP), Header("发文单位", 18, WRAP), Header("文号", 16, WRAP),
    Header("日期", 11), Header("页码", 9), Header("原文字句", 34, WRAP), Header("文件名", 22, WRAP),
    Header("状态", 11), Header("说明", 30, WRAP),
]  # fmt: skip


def evidence_sheet(report: Report) -> None:
    """A row a piece of evidence, and one for each that is missing; for a year with a list."""
    if "evidence" not in report.figures.outputs:
        return
    sheet = Sheet(report, NAME, f"{NAME}（{report.figures.year}年）", _COLUMNS, freeze="C")
    for number, row in enumerate(records(report.figures.tables["evidence"]), start=sheet.first):
        sheet.row(number, _cells(report.plan, row))
    sheet.finish(
        "编号由对象、类别（A 自有材料，B 来源文件，C 年鉴与统计）和序号组成。参考的数不作判定。", filtered=True
    )


def _cells(plan: Plan, row: Any) -> tuple[str | None, ...]:
    subject = plan.subjects[row.kind, row.id]
    label = subject.label if isinstance(subject, Indicator) else f"{Entity(row.kind).chinese}{row.id}"
    name = subject.metric if isinstance(subject, Commitment) else subject.name
    grade = EvidenceClass(row.grade).chinese if row.grade else None
    state = EvidenceState(row.state).chinese if row.state else "有电子文件"
    told = (row.clause, row.title, row.issuer, row.document_number, row.date, row.page, row.quoted, row.file)
    return (row.number, label, name, grade, proven(row.proves), *told, state, row.detail or row.note)
