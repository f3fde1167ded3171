"""``progress/<year>.csv``: how far projects and commitments had come at the end of a year."""

from typing import Self

from pydantic import Field, model_validator

from cixi_analysis.plan.fields import OptionalAmount, OptionalPercent, OptionalText, Row, Text, source_field
from cixi_analysis.words import Entity, ProgressState


class Progress(Row):
    """``progress/<year>.csv``: one project or commitment a row, as an analyst reports it; without a row: 未填报."""

    kind: Entity = Field(title="类别", description="project 项目，commitment 承诺。")
    id: Text = Field(title="编号", description="表三的项目序号，或承诺编号。")
    state: ProgressState = Field(
        title="状态",
        description="该年底的状态：not_started 未开始，under_way 进行中，done 已完成，adjusted 内容调整，stopped 已终止。",
    )
    percent: OptionalPercent = Field(title="完成比例", description="%，0–100，截至该年底；空＝未填。")
    spent: OptionalAmount = Field(
        title="累计投资", description="万元，截至该年底累计完成；空＝未填，不是 0；承诺不填。"
    )
    note: OptionalText = Field(title="说明", description="进展、困难、调整的情况；空＝没有。")
    source: str = source_field()
    responsible: OptionalText = Field(title="填报单位", description="谁对这一行负责；空＝未写明。")

    @classmethod
    def key(cls) -> tuple[str, ...]:
        return ("kind", "id")

    @model_validator(mode="after")
    def _check(self) -> Self:
        problems = []
        if self.kind not in (Entity.PROJECT, Entity.COMMITMENT):
            problems.append("类别应为 project 或 commitment")
        if self.kind is Entity.COMMITMENT and self.spent is not None:
            problems.append("承诺不填累计投资（资金属于项目）")
        if self.state is ProgressState.DONE and self.percent not in (None, 100):
            problems.append("完成比例为 100 或留空（状态为已完成）")
        if self.state is ProgressState.NOT_STARTED and self.percent not in (None, 0):
            problems.append("完成比例为 0 或留空（状态为未开始）")
        if problems:
            raise ValueError("；".join(problems))
        return self
