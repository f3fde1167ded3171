"""The tables in the downloads of a year; titles and descriptions of columns are the schema's, or for computed ones here."""

from dataclasses import dataclass, replace

from pydantic.fields import FieldInfo

from cixi_analysis.analysis.table1 import headings, verdict_columns
from cixi_analysis.plan import schema
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import column
from cixi_analysis.words import AuditResult, Basis, Direction, Due, MeasuredBy, Outcome, Pace, Polarity, Verdict, listed


@dataclass(frozen=True)
class Output:
    """A table of the downloads: what a row is, and its columns in order."""

    title: str
    rows: str
    columns: dict[str, FieldInfo]


def _of(model: type[schema.Row], *names: str) -> dict[str, FieldInfo]:
    """Columns as the schema describes them; without names, all of the model's."""
    return {name: model.columns()[name] for name in names or model.columns()}


#: Of what is asked, which a later standard may change.
_ASKED = "该年适用的，与规划所列不同时两者都写（现行、规划所列）；合并的单元格在每一行重复。"
_CELLS = {
    "name": f"带子项序号与级别标记（*、** 为某一级特有，或某一级所用的名称）；{_ASKED}", "unit": _ASKED,
    "status": "该年的现状：原文，或数值，或没有数值的原因。",
}  # fmt: skip
_VERDICT = "该年结论：是、否、无数据、未填报（该年还没有填写，属于无数据），或“/”（本级没有要求）；属于整个指标，各子项的行重复。"
_ASSESSMENT = {
    **_of(schema.Indicator, "indicator"),
    "item_id": column("子项编号", "空＝该行是整个指标的结论。"),
    **_of(schema.Requirement, "level"),
    "verdict": column("结论", listed(Verdict)),
    "basis": column("依据", f"结论凭什么成立：{listed(Basis)}空＝无数据或没有要求。"),
    "reason": column("理由", "为什么是这个结论：要求原文、所用的数字或文字。"),
}
_TABLE2 = {
    **_of(schema.PastProjects, "project_type"),
    **{outcome.value: column(outcome.chinese, "项目数，项。") for outcome in Outcome},
    "total": column("项目总数", "四种实施情况之和，项。"),
    "completion_rate": column("完成率", "已完成÷项目总数，0–1 的小数；空＝没有项目。"),
}
_TREND = {
    **_of(schema.Indicator, "item_id"),
    "unit": column("单位", "所测的单位；空＝原表没有单位。"),
    "first_year": column("首年", "截至该年，有数值的第一个年份。"),
    "first_value": column("首值", "首年的数值。"),
    "last_year": column("末年", "截至该年，有数值的最近一个年份。"),
    "last_value": column("末值", "末年的数值，即现在的水平。"),
    "points": column("年份数", "有数值的年份的个数；两个点只是方向，不是趋势。"),
    "mean_change": column("年均变化", "（末值－首值）÷相隔年数，按单位，上升为正；空＝只有一个年份。"),
    "mean_rate": column("年均变化率", "复合年均变化率，0–1 的小数；空＝只有一个年份，或首值、末值不大于0。"),
    "direction": column("走向", f"{listed(Direction)}空＝只有一个年份，或规划未表明方向。"),
    "target_year": column("目标年", "空＝没有可比的数值规划值。"),
    "target_value": column("规划值", "该目标年的数值规划值。"),
    "gap": column("差距", "规划值－末值。"),
    "observed_change": column("已有年均变化", "与年均变化相同，列在所需年均变化旁边。"),
    "needed_change": column("所需年均变化", "（规划值－首值）÷首年至目标年的年数。"),
    "ratio_linear": column("速度之比（线性）", "已有年均变化÷所需年均变化；进度由它决定。"),
    "ratio_compound": column("速度之比（复合）", "已有复合变化率÷所需复合变化率。"),
    "pace": column(
        "进度", f"{listed(Pace)}速度之比不小于0.95为进度足够，不小于0.60为略慢，不小于0为过慢，小于0为背离。"
    ),
    "measure": column("实测对象", "实际测得的是什么。"),
    "polarity": column("方向", listed(Polarity)),
    "pace_compound": column("进度（复合）", "按复合速度之比得出的进度，供对照。"),
    "needed_rate": column("今后每年尚需", "（规划值－末值）÷末年至目标年的年数；不决定进度；空＝已达到或目标年已到。"),
    "note": column("说明", "读这些数字时应知道的事；空＝没有。"),
}
_RECONCILIATION = {
    "check": column("核对项", "规划所印的哪一个结论、计数或合计。"),
    "stated": column("规划所印", "照录。"),
    "computed": column("复算", "由其余数据与基准年的评估得出。"),
    "agrees": column("结果", "yes 一致，explained 有说明，no 不一致。"),
    "source": column("出处（与说明）", "所印出自何处；有说明的附说明。"),
}
_IDS = {"items": "子项", "projects": "项目", "commitments": "承诺"}
_LINKED = {name: column(f"有关{kind}", "编号，以分号（；）分隔；空＝没有关联。") for name, kind in _IDS.items()}
_COMMITMENTS = {
    **_of(schema.Commitment, *(name for name in schema.Commitment.columns() if name not in ("quotation", "source"))),
    "due": column("该年底", f"期限到该年底为止的情形，只是日历：{listed(Due)}"),
    "measured_by": column("衡量办法", f"凭什么可以知道是否做到：{listed(MeasuredBy)}"),
    **{name: _LINKED[name] for name in ("items", "projects")},
    "state": column("填报的状态", "该年填报的；空＝未填报。"),
    **_of(schema.Progress, "percent", "note"),
    **_of(schema.Commitment, "quotation", "source"),
}
_RESULT = {"result": column("结果", f"{listed(AuditResult)}计算的由程序得出。")}

_OUTPUTS = {
    "observations": Output("该年的观测", "一行一个子项；各级所测不同的一级一行", _of(schema.Observation)),
    "assessment": Output("结论依据", "先是一行一个子项与级别，后是一行一个指标与级别", _ASSESSMENT),
    "trend": Output("趋势与进度", "一行一个有数值的子项与数值规划值", _TREND),
    "commitments": Output("承诺台账", "一行一条承诺，按原文次序", _COMMITMENTS),
    "progress": Output("该年填报的进展", "一行一个项目或承诺；没有行的为未填报", _of(schema.Progress)),
    "audit": Output("规划文本一致性", "一行一处对照", {**_of(schema.AuditRow), **_RESULT, **_LINKED}),
    "links": Output("关联", "一行一条关联；规划所印的责任单位与类别、承诺所在的领域也在内", _of(schema.Link)),
    "background": Output("工作基础", "一行一个数字或荣誉", _of(schema.Figure)),
    "reconciliation": Output("数据核对", "一行一个规划所印的结论、计数或合计；只附于基准年及以后", _RECONCILIATION),
}
#: The tables of the plan's text, which only the years from the base year on have.
_OF_TEXT = {"commitments", "progress", "audit", "links", "background", "reconciliation"}
#: Table → the parts of the plan (any of them) without which there is none.
_NEEDS = {
    "table2": ("past_projects",), "table3": ("projects",), "progress": ("projects", "commitments"),
    "reconciliation": ("published",), **{part: (part,) for part in ("commitments", "audit", "links", "background")},
}  # fmt: skip


def outputs(plan: Plan, year: int | None = None) -> dict[str, Output]:
    """Name of a table in the downloads (of ``year``) → what it is. The order is that of the files."""
    printed = plan.frame.tables
    told = _CELLS | dict.fromkeys(plan.levels, _ASKED) | dict.fromkeys(verdict_columns(plan), _VERDICT)
    table1 = {
        name: column(head, told.get(name, "照录；合并的单元格在每一行重复。")) for name, head in headings(plan).items()
    }
    levels = column("级别", "，".join(f"{level} {level.chinese}" for level in plan.levels) + "。")
    found = {"table1": Output(printed.indicators.name, "一行一个子项", _of(schema.Indicator, "item_id") | table1)}
    if printed.past_projects:
        found["table2"] = Output(printed.past_projects.name, "一行一个项目类型，末行合计", _TABLE2)
    if printed.projects:
        found["table3"] = Output(printed.projects.name, "一行一个项目", _of(schema.Project))
    found |= _OUTPUTS | {"assessment": replace(_OUTPUTS["assessment"], columns=_ASSESSMENT | {"level": levels})}
    left_out = _OF_TEXT if year is not None and year < plan.frame.base_year else set[str]()
    return {name: one for name, one in found.items() if name not in left_out and plan.has(*_NEEDS.get(name, ()))}
