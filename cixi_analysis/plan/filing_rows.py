"""The rows that accompany a year's data: responsible units, evidence, and receipts of imported forms."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from cixi_analysis.plan.fields import ImportedFrom, Maybe, Row, Text, column
from cixi_analysis.words import Entity, EvidenceClass, Proves, Publish, listed

#: Kinds of subjects that are reported on and that evidence is about, in the order of the form and the lists.
SUBJECTS = (Entity.ITEM, Entity.PROJECT, Entity.COMMITMENT)
SHA256 = r"^[0-9a-f]{64}$"
FILED = listed(Entity, SUBJECTS)
#: Names that Windows does not allow, that lead out of a folder, or that look as if they did.
_NO_NAME = re.compile(
    r'[\\/:*?"<>|\n／＼∕⁄⧸⧹∖╱╲﹨]|^[. \u3000]|^~\$|[. \u3000]$|^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)',
    re.IGNORECASE,
)
#: Bytes of a name in UTF-8 that every file system can hold.
_LONGEST_NAME = 255
#: Endings of the files that the site may carry: documents and pictures, nothing that a browser would run.
PUBLISHABLE = (".pdf", ".ofd", ".png", ".jpg", ".jpeg", ".doc", ".docx", ".xls", ".xlsx", ".wps", ".et")


def _on_the_calendar(written: str) -> str:
    if not written.isascii():  # the pattern's digits are any script's; dates are compared as texts
        raise ValueError("日期，如 2024-03-15，用半角的数字")
    year, month, day = ([int(part) for part in written.split("-")] + [1, 1])[:3]
    try:
        date(year, month, day)
    except ValueError:
        raise ValueError("日历上有的日期") from None
    return written


_Date = Annotated[
    str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"), AfterValidator(_on_the_calendar)
]
Day = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"), AfterValidator(_on_the_calendar)]


def _in_its_folder(name: str) -> str:
    if _NO_NAME.search(name) or len(name.encode()) > _LONGEST_NAME:
        rule = '不带文件夹，不含 \\ / : * ? " < > | 和与之相像的字，不以 . 或空格开头结尾，不是 CON、NUL 一类的设备名'
        most = f"不超过 {_LONGEST_NAME} 字节（约 {_LONGEST_NAME // 3} 个汉字）"
        raise ValueError(f"evidence/年份/ 中的文件名，{rule}，{most}")
    return name


_FileName = Annotated[str, AfterValidator(_in_its_folder)]


#: Marks that people write between units in the place of 、 (outside brackets): two units would be read as one.
_ANOTHER_MARK = re.compile(r"[,，;；\n](?![^（(]*[）)])")


def separate_units(units: str) -> tuple[str, ...]:
    """The units that a cell names; ``、`` separates them only outside brackets, Chinese or not."""
    return tuple(filter(None, map(str.strip, re.split(r"、(?![^（(]*[）)])", units))))


class Responsible(Row):
    """``responsible.csv``: the units responsible for an item, a project or a commitment."""

    KEY = ("kind", "id")
    kind: Entity = column("类别", FILED)
    id: Text = column("编号", "子项编号、工程表的项目序号，或承诺编号。")
    units: Maybe[str] = column(
        "责任单位",
        "由谁填报，用工程表里的名称；多个单位以“、”分隔（括号内的“、”不分隔），哪一个填报都可以；空＝还不知道。",
    )
    source: Maybe[str] = column("出处", "分工出自哪里；责任单位为空时可空。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in SUBJECTS:
            yield "kind", f"{FILED[:-1]} 之一"
        if self.units is not None and self.source is None:
            yield "source", "写明了责任单位，就要写明出处"
        names = separate_units(self.units or "")
        if self.units is not None and (self.units != "、".join(names) or any(map(_ANOTHER_MARK.search, names))):
            yield "units", "各单位的名称之间只有一个“、”"


class Evidence(Row):
    """``evidence/<year>.csv``: one place in a document as evidence for an item, a project or a commitment."""

    KEY = ("kind", "id", "proves", "clause", "title", "document_number", "page", "period", "scope")
    kind: Entity = column("对象", FILED)
    id: Text = column("编号", "所证的子项编号（9.1 即 9①）、工程表的项目序号，或承诺编号。")
    grade: EvidenceClass = column("类别", listed(EvidenceClass))
    proves: Proves = column("所证", listed(Proves))
    clause: Maybe[str] = column(
        "所证条款", "所证为条款时，写要求中的那一条，如 制定实施；空＝这一年写明的各条，或所证不是条款。"
    )
    title: Text = column("材料名称", "照录，带书名号。")
    issuer: Maybe[str] = column("发文单位", "谁印发或出具的；空＝没有写明。")
    document_number: Maybe[str] = column("文号", "照录；空＝没有文号。")
    date: Maybe[_Date] = column("日期", "印发或出具的日期，写作 2024-03-15、2024-03 或 2024；空＝没有写明。")
    page: Maybe[str] = column("页码", "在材料的哪一页或哪一节；空＝全文。")
    quoted: Maybe[str] = column("原文字句", "材料中的原话，照录；空＝没有摘录。")
    figure: Maybe[str] = column("参考的数", "所证为参考时，材料所载的数，连同单位照录，如 88.8–95.6%；其他情况为空。")
    period: Maybe[str] = column("参考的时段", "这个数是什么时段的，如 1–4月、九月至八月；空＝全年。")
    scope: Maybe[str] = column("参考的范围", "这个数是什么范围的，如 全市含开发区；空＝规划的范围。")
    file: Maybe[_FileName] = column("文件名", "evidence/年份/ 中的文件；空＝没有电子文件。")
    sha256: Maybe[str] = column(
        "SHA-256", "登记时文件的 SHA-256，由程序写入；空＝没有文件，或文件还没有放进来。", pattern=SHA256
    )
    publish: Maybe[Publish] = column("公开", "yes 公开：文件随网站发布；空＝不发布。")
    responsible: Maybe[str] = column("填报单位", "谁提供的；空＝未写明。")
    note: Maybe[str] = column("说明", "空＝没有。")
    form: ImportedFrom

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in SUBJECTS:
            yield "kind", f"{FILED[:-1]} 之一"
        if self.kind is not Entity.ITEM and self.proves in (Proves.CLAUSE, Proves.TARGET, Proves.AVERAGE):
            yield "proves", "项目和承诺的材料只证 value 数值，或作 context 参考"
        if self.clause is not None and self.proves is not Proves.CLAUSE:
            yield "clause", "空：所证不是条款"
        partial = self.proves is Proves.CONTEXT
        if partial and (self.figure is None or self.period is self.scope is None):
            yield "figure", "参考的数，并写明参考的时段或范围（与全年、规划范围不同之处）"
        if not partial and not self.figure is self.period is self.scope is None:
            yield "figure", "空：参考的数、时段、范围只用于所证为 context 参考的材料"
        if self.file is not None and self.publish and not self.file.lower().endswith(PUBLISHABLE):
            yield "publish", f"空，或公开的是 {' '.join(PUBLISHABLE)} 文件"
        if self.file is None and self.publish is not None:
            yield "publish", "空：没有文件可以公开"
        if self.file is None and self.sha256 is not None:
            yield "sha256", "空：没有文件"


def numbered(rows: Iterable[Evidence]) -> dict[str, Evidence]:
    """Number → evidence: ``38-A-1`` of an item, ``P3-B-1`` of a project, ``C012-A-1`` of a commitment, counted within
    subject and class in the order of the rows.
    """
    counts: Counter[str] = Counter()
    found = {}
    for row in rows:
        stem = f"{'P' if row.kind is Entity.PROJECT else ''}{row.id}-{row.grade}"
        counts[stem] += 1
        found[f"{stem}-{counts[stem]}"] = row
    return found


class Receipt(Row):
    """``receipts/<year>.csv``: one form that was handed in and imported."""

    KEY = ("sha256",)
    unit: Maybe[str] = column("填报单位", "哪个单位的表；空＝全年的表。")
    file: Text = column("文件名", "工作簿的文件名，不带文件夹。")
    sha256: str = column("SHA-256", "工作簿的 SHA-256。", pattern=SHA256)
    received: Day = column("收到", "导入的日期，如 2024-03-15。")
    rows: int = column("行数", "其中填写了几行。", ge=0)
