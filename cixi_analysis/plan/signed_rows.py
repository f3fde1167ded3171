"""The rows of the sign-off of a year: who signed for its data, and what was corrected after it was closed."""

from collections.abc import Iterator

from cixi_analysis.plan import EVIDENCE, OBSERVATIONS, PROGRESS
from cixi_analysis.plan.fields import Maybe, Row, Text, Year
from cixi_analysis.plan.fields import column as described  # a column here is called `column`
from cixi_analysis.plan.filing_rows import FILED, SHA256, SUBJECTS, Day, Evidence
from cixi_analysis.plan.yearly_rows import Observation, Progress
from cixi_analysis.words import Entity, Step, listed

#: The data of a year that is signed for and of which corrections are logged, with what the log calls it.
SIGNED = {OBSERVATIONS: "现状值", PROGRESS: "进展", EVIDENCE: "佐证材料"}
#: In the log, the number of a piece of evidence: its place in the list, which no column holds.
NUMBER = "number"
_LOGGED = {
    OBSERVATIONS: [*Observation.columns()], PROGRESS: [*Progress.columns()], EVIDENCE: [*Evidence.columns(), NUMBER],
}  # fmt: skip


class Signature(Row):
    """``signatures/<year>.csv``: one person who signed for a year's data, or for that of one item, project or commitment."""

    KEY = ("step", "kind", "id", "name", "role", "date", "reason")
    step: Step = described("环节", listed(Step))
    kind: Maybe[Entity] = described("对象", f"{FILED[:-1]}；空＝全年。")
    id: Maybe[str] = described("编号", "所签的子项编号、工程表的项目序号，或承诺编号；空＝全年。")
    name: Text = described("姓名", "谁签署。")
    role: Maybe[str] = described("职务", "签署人的单位和职务；空＝未写明。")
    date: Day = described("日期", "签署的日期，写作 2024-03-15。")
    reason: Maybe[str] = described("理由", "更正的理由，更正必填；其他环节可作说明；空＝没有。")
    content: Maybe[str] = described(
        "所签内容的 SHA-256", "签署时所签的现状值、进展与佐证材料，由程序写入；空＝没有登记。", pattern=SHA256
    )

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in (None, *SUBJECTS):
            yield "kind", f"{FILED[:-1]} 之一，或空（全年）"
        if (self.kind is None) != (self.id is None):
            yield "id kind", "对象与编号同时填写，或同时留空（全年）"
        if self.step is Step.CORRECTED and self.reason is None:
            yield "reason", "更正的理由"

    @property
    def words(self) -> str:
        """``2024-03-10 李四（科长）复核全年``."""
        of = "全年" if self.kind is None else f"{self.kind.chinese}{self.id}"
        return f"{self.date} {signer(self)}{self.step.chinese}{of}"

    def covers(self, kind: Entity, key: str) -> bool:
        """Whether it is for the whole year, or for this item, project or commitment."""
        return self.kind is None or (self.kind, self.id) == (kind, key)


class Revision(Row):
    """``revisions.csv``: one cell that an import changed after the year was closed; written by the program."""

    KEY = ("year", "edition", "part", "kind", "id", "place", "column")
    year: Year = described("年份", "哪一年的数据。")
    edition: int = described("版次", "这次更正形成的第几版；定稿的是第1版。", ge=2)
    date: Day = described("日期", "更正的日期。")
    part: str = described(
        "表", "，".join(f"{part} {word}" for part, word in SIGNED.items()) + "。", pattern=f"^({'|'.join(SIGNED)})$"
    )
    kind: Entity = described("对象", FILED)
    id: Text = described("编号", "子项编号、工程表的项目序号，或承诺编号。")
    place: Maybe[str] = described(
        "其余标识", "现状值为级别；佐证材料为所证、条款、材料名称、页码、时段，以逗号分隔；空＝没有。"
    )
    column: Text = described("列", "改动的列；增加或删去一行的，每一列一行；number＝佐证材料的编号。")
    before: Maybe[str] = described("原来", "改动以前；空＝空，或没有这一行。")
    after: Maybe[str] = described("现在", "改动以后；空＝空，或这一行已删去。")
    name: Text = described("姓名", "谁更正的。")
    role: Maybe[str] = described("职务", "更正人的单位和职务；空＝未写明。")
    reason: Text = described("理由", "为什么更正。")
    form: Text = described("填报工作簿", "由哪个工作簿导入：文件名与 SHA-256。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        if self.kind not in SUBJECTS:
            yield "kind", f"{FILED[:-1]} 之一"
        if self.column not in _LOGGED[self.part]:
            yield "column", f"{SIGNED[self.part]}的一列（{'、'.join(_LOGGED[self.part])}）"
        if self.before == self.after:
            yield "after", "与原来不同"


def signer(row: Signature | Revision) -> str:
    """``李四（科长）``."""
    return f"{row.name}（{row.role}）" if row.role else row.name
