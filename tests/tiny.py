"""A tiny made-up plan for unit tests: 3 indicators (4 items), 2 years, every kind of file.

``tiny_plan()`` is whole and valid (``write`` it and ``load_plan`` reads it back); ``tiny_plan(observations=…)``
replaces a field of the plan. The row makers fill in what a test does not care about; ``frame`` makes other frames.

| item | what | unit, polarity | national | provincial | 2021 | 2022 | 2025 | 2030 |
| 1 | a system, described in words | -, none | 建立 | 建立 | | attested | 持续完善 | 持续完善 |
| 2.1 | a share | %, more, binding | ≥80 | ≥90 | 84 | 86 | ≥90 | 100 |
| 2.2 | a concentration, provincial only | 微克/立方米, less, binding | / | ≤30 | 35 | 32 | ≤30 | 持续下降 |
| 3 | a satisfaction, national only | %, more, reference | ≥80 | / | | no data | 持续提高 | 持续提高 |

So 2022 is: 1 met, met; 2 met (national), unmet (provincial: 86 < 90, 32 > 30); 3 no_data, not_applicable.
"""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.frame import Frame
from cixi_analysis.plan.schema import (
    AuditRow,
    Commitment,
    ConventionRow,
    Evidence,
    Figure,
    Indicator,
    LeftOut,
    Link,
    Observation,
    PastProjects,
    Progress,
    Project,
    Published,
    Requirement,
    Revision,
    Row,
    Signature,
    Target,
)

TITLE = "《小县规划》"
SOURCE = f"{TITLE}表一"
LEVELS = (
    {"id": "national", "name": "国家级", "short": "国", "heading": "是否达到国家要求"},
    {"id": "provincial", "name": "省级", "short": "省"},
)
PRINTED_TABLES = {
    "indicators": {"name": "表一", "title": "小县指标体系"},
    "past_projects": {"name": "表二", "title": "2018-2022年重点工程实施情况"},
    "projects": {"name": "表三", "title": "重点项目"},
}
PARTS = (
    "conventions",
    "published",
    "past_projects",
    "projects",
    "commitments",
    "background",
    "left_out",
    "audit",
    "links",
    "vocabulary",
)


def settings(**changes: Any) -> dict[str, Any]:
    """The keys of ``plan.toml``: two levels, base year 2022, targets in 2025 and 2030. A key that is None is left out."""
    given = {
        "title": TITLE,
        "short_title": "小县规划2022-2030",
        "region": "小县",
        "scope": "范围不含新区。",
        "base_year": 2022,
        "first_report_year": 2020,
        "retrospect_wordings": 2022,
        "target_years": [2025, 2030],
        "targets_follow": "provincial",
        "region_kinds": [],
        "parts": list(PARTS[:-1]),
        "levels": list(LEVELS),
        "tables": PRINTED_TABLES,
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def frame(**changes: Any) -> Frame:
    """The frame of :func:`settings`."""
    return Frame.model_validate(settings(**changes))


def toml(settings: dict[str, Any]) -> str:
    """``settings`` as the text of ``plan.toml``: JSON's strings, numbers and lists are TOML's too."""

    def value(found: Any) -> str:
        if isinstance(found, dict):
            return "{" + ", ".join(f"{k} = {value(v)}" for k, v in found.items()) + "}"
        if isinstance(found, list | tuple):
            return "[" + ", ".join(map(value, found)) + "]"
        return json.dumps(found, ensure_ascii=False)

    return "".join(f"{key} = {value(found)}\n" for key, found in settings.items())


def item(item_id: str, **columns: Any) -> Indicator:
    number = int(item_id.partition(".")[0])
    given = {
        "item_id": item_id,
        "indicator": number,
        "domain": "生态安全",
        "task": "（一）任务",
        "indicator_name": f"指标{number}",
        "name": f"子项{item_id}",
        "unit": "%",
        "attribute": "binding",
        "polarity": "more",
        "merged": None,
        "source": SOURCE,
    }
    return Indicator.model_validate(given | columns)


def requirement(item_id: str, level: str, wording: str, **columns: Any) -> Requirement:
    given = dict.fromkeys(Requirement.columns()) | {"from_year": 2022, "standard": "未写明", "source": SOURCE}
    return Requirement.model_validate(given | {"item_id": item_id, "level": level, "wording": wording} | columns)


def target(item_id: str, year: int, wording: str, **columns: Any) -> Target:
    given = {"item_id": item_id, "year": year, "wording": wording, "reading": None, "reading_reason": None}
    return Target.model_validate(given | {"source": SOURCE} | columns)


def observation(item_id: str, value: float | str | None = None, **columns: Any) -> Observation:
    """A number is written as its shortest decimal; without one, ``absence`` or ``statement`` has to be given."""
    given = dict.fromkeys(Observation.columns()) | {
        "item_id": item_id,
        "value": None if value is None else str(value),
        "source": SOURCE,
    }
    return Observation.model_validate(given | columns)


def past(project_type: str, *counts: int) -> tuple[PastProjects, ...]:
    """Counts in the order of Table 2: completed, as planned, adjusted, changed."""
    names = ("completed", "as_planned", "adjusted", "changed")
    return tuple(
        PastProjects.model_validate(
            {"project_type": project_type, "outcome": o, "count": c, "source": "《小县规划》表二"}
        )
        for o, c in zip(names, counts, strict=True)
    )


def project(number: int, years: str, budget: float | None, **columns: Any) -> Project:
    given = {
        "number": number,
        "category": "生态安全体系",
        "name": f"工程{number}",
        "content": "内容",
        "years": years,
        "budget": budget,
        "budget_absence": "原文未列" if budget is None else None,
        "units": "市水利局",
        "source": "《小县规划》表三",
    }
    return Project.model_validate(given | columns)


def published(kind: str, subject: str | None, stated: str, **columns: Any) -> Published:
    given = dict.fromkeys(Published.columns()) | {"kind": kind, "subject": subject, "stated": stated, "source": SOURCE}
    return Published.model_validate(given | columns)


def evidence(item_id: str = "2.1", **columns: Any) -> Evidence:
    """A source document for the value of an item, unless said otherwise."""
    given = dict.fromkeys(Evidence.columns()) | {"kind": "item", "id": item_id, "grade": "B", "proves": "value"}
    return Evidence.model_validate(given | {"title": "《公报》"} | columns)


def commitment(commitment_id: str, **columns: Any) -> Commitment:
    """A target of ≥ 90 % by 2025, unless said otherwise."""
    given = {
        "commitment_id": commitment_id,
        "section": "三（二）1",
        "box": None,
        "domain": "生态安全",
        "metric": f"事项{commitment_id}",
        "kind": "target",
        "comparator": "≥",
        "value": "90",
        "value_to": None,
        "unit": "%",
        "stated": "stated",
        "mode": "by",
        "start_year": None,
        "end_year": 2025,
        "scope": "全市",
        "quotation": "到2025年，达到90%以上",
        "source": "《小县规划》三（二）1",
    }
    return Commitment.model_validate(given | columns)


def milestone(commitment_id: str, **columns: Any) -> Commitment:
    """A commitment without a quantity, to be done by 2023."""
    without = {"kind": "milestone", "comparator": None, "value": None, "unit": None, "stated": None}
    given = {**without, "end_year": 2023, "quotation": "到2023年底，建成平台"}
    return commitment(commitment_id, **given | columns)


def audit_row(audit_id: str, check: str | None, **columns: Any) -> AuditRow:
    given = {
        "audit_id": audit_id,
        "title": f"核对{audit_id}",
        "method": "wording" if check is None else "arithmetic",
        "check": check,
        "result": "unclear" if check is None else None,
        "place_a": "三（二）1",
        "quotation_a": "共4个，其中甲类3个、乙类1个",
        "place_b": "表三 第1行",
        "quotation_b": "建设5个",
        "reasoning": "一句话。",
    }
    return AuditRow.model_validate(given | columns)


def link(origin: str, relation: str, to: str, reason: str = "理由") -> Link:
    """Ends as ``commitment C001``."""
    ends = dict(zip(("from_kind", "from_id", "to_kind", "to_id"), (*origin.split(), *to.split()), strict=True))
    return Link.model_validate({**ends, "relation": relation, "reason": reason})


def progress(kind: str, number: str, state: str, **columns: Any) -> Progress:
    given = dict.fromkeys(Progress.columns()) | {"kind": kind, "id": number, "state": state, "source": "填报"}
    return Progress.model_validate(given | columns)


def signature(step: str, name: str, date: str, **columns: Any) -> Signature:
    """For the whole year, unless ``kind`` and ``id`` are given."""
    given = dict.fromkeys(Signature.columns()) | {"step": step, "name": name, "date": date}
    return Signature.model_validate(given | columns)


def revision(year: int, edition: int, item_id: str, before: str | None, after: str | None, **columns: Any) -> Revision:
    """A corrected value of an item, unless said otherwise."""
    given = {
        "year": year,
        "edition": edition,
        "date": "2024-06-01",
        "part": "observations",
        "kind": "item",
        "id": item_id,
        "place": None,
        "column": "value",
        "before": before,
        "after": after,
        "name": "张某",
        "role": None,
        "reason": "统计局更正",
        "form": f"表.xlsx sha256:{'0' * 64}",
    }
    return Revision.model_validate(given | columns)


def tiny_plan(**changes: Any) -> Plan:
    """The plan of this module's table, with the fields of :class:`Plan` in ``changes`` replaced.

    Unless ``changes`` has a frame, the frame lists the optional tables that have rows.
    """
    plan = Plan(
        root=Path("tiny"),
        frame=frame(),
        items=(
            item("1", unit="-", polarity="none", domain="生态制度"),
            item("2.1", indicator_name="环境质量", name="优良比例"),
            item("2.2", indicator_name="环境质量", name="浓度", unit="微克/立方米", polarity="less"),
            item("3", name="满意度", attribute="reference"),
        ),
        requirements=(
            *(requirement("1", level, "建立") for level in ("national", "provincial")),
            requirement("2.1", "national", "≥80"),
            requirement("2.1", "provincial", "≥90"),
            requirement("2.2", "provincial", "≤30"),
            requirement("3", "national", "≥80"),
        ),
        targets=(
            *(target("1", year, "持续完善") for year in (2025, 2030)),
            target("2.1", 2025, "≥90"),
            target("2.1", 2030, "100"),
            target("2.2", 2025, "≤30"),
            target("2.2", 2030, "持续下降"),
            *(target("3", year, "持续提高") for year in (2025, 2030)),
        ),
        conventions=tuple(
            ConventionRow.model_validate(
                {"convention": c, "item_id": None, "level": None, "year": None, "reason": "试用", "source": SOURCE}
            )
            for c in ("none-assigned", "full")
        ),
        published=(
            published("verdict", "1", "是", level="national"),
            published("verdict", "1", "是", level="provincial"),
            published("verdict", "2", "是", level="national"),
            published("verdict", "2", "否", level="provincial"),
            published("verdict", "3", "无数据", level="national"),
            published("verdict", "3", "/", level="provincial"),
            published("indicators", "total", "3"),
            published("indicators", "binding", "2"),
            published("tally", "applicable", "3", level="national"),
            published("tally", "met", "2", level="national"),
            published("named", "3", "无数据", level="national", name="满意度"),
            published("named", "2", "否", level="provincial", name="环境质量"),
            published("past_type", "生态经济", "7"),
            published("past_outcome", "completed", "4"),
            published("past_sum", None, "10"),
            published("projects", None, "4"),
            published("project_origin", "1", "4", explanation="推断"),
            published("budget", None, "10500", unit="万元"),
            published("budget", None, "1.1", unit="亿元", source="《小县规划》四"),
        ),
        past_projects=(*past("生态经济", 3, 1, 2, 1), *past("生态文化", 1, 0, 0, 2)),
        projects=(
            project(1, "2021-2024", 8000),
            project(2, "2022", 500, units="市水利局、各镇（街道、园区）"),
            project(3, "2024-2025", 2000, category="生态生活体系", units="市住建局"),
            project(4, "2021-2025", None, category="生态文化体系", units="市委宣传部"),
        ),
        commitments=(
            commitment("C001"),
            commitment("C002", kind="full_coverage", comparator="=", value="100", stated="implied", scope="中心城区"),
            milestone("C003", domain="生态制度"),
            milestone("C004", domain=None, mode=None, end_year=None, quotation="建设平台"),
            commitment(
                "C005", mode="during", start_year=2023, end_year=2030, value="15", unit="家", kind="yearly_rate"
            ),
        ),
        background=(
            Figure.model_validate(
                {
                    "figure_id": "B001",
                    "section": "一（一）2（2）",
                    "kind": "level",
                    "subject": "浓度",
                    "value": "38",
                    "unit": "微克/立方米",
                    "stated": "stated",
                    "start_year": None,
                    "year": "2018",
                    "award_year": None,
                    "rated_year": None,
                    "quotation": "2018年的38微克/立方米",
                    "source": "《小县规划》一（一）2（2）",
                }
            ),
        ),
        left_out=(
            LeftOut.model_validate(
                {
                    "section": "三（二）1",
                    "box": None,
                    "figure": "329",
                    "quotation": "以329国道为骨架",
                    "reason": "道路编号",
                }
            ),
        ),
        audit=(
            audit_row("A001", "4 = 3 + 1", place_b="三（二）1", quotation_b="甲类3个、乙类1个"),
            audit_row("A002", "4 = 5"),
            audit_row("A003", None),
        ),
        links=(
            link("commitment C001", "same_quantity", "item 2.1"),
            link("commitment C005", "carried_out_by", "project 1"),
            link("project 1", "contributes", "item 2.2"),
            link("finding A002", "concerns", "item 2.1"),
        ),
        vocabulary=(),
        responsible=(),
        revisions=(),
        observations={
            2021: (observation("2.1", 84), observation("2.2", 35)),
            2022: (
                observation("1", statement="已建立制度", attests="建立=已建立制度"),
                observation("2.1", 86),
                observation("2.2", 32),
                observation("3", absence="暂无数据"),
            ),
        },
        progress={2022: ()},
        evidence={},
        receipts={},
        signatures={},
    )
    plan = replace(plan, **changes)
    return plan if "frame" in changes else replace(plan, frame=fitting(plan))


def fitting(plan: Plan, **changes: Any) -> Frame:
    """The plan's frame with ``changes``; it lists the optional tables that have rows."""
    parts = [part for part in PARTS if getattr(plan, part)]
    tables = {name: v for name, v in PRINTED_TABLES.items() if name == "indicators" or name in parts}
    return Frame.model_validate(plain(plan.frame) | {"parts": parts, "tables": tables} | changes)


def plain(frame: Frame) -> dict[str, Any]:
    """The settings of a frame, without those that are None."""
    levels = [{"id": str(v), "name": v.chinese, "short": v.short, "heading": v.heading} for v in frame.levels]
    return frame.model_dump(exclude_none=True) | {"levels": levels}


def write(plan: Plan, root: Path) -> Path:
    """The plan as a project folder that ``load_plan(root)`` accepts. Returns ``root``."""
    (root / "data").mkdir(parents=True, exist_ok=True)
    (root / "_config.yml").touch()
    (root / "data" / "plan.toml").write_text(toml(plain(plan.frame)), encoding="utf-8")
    for name, model, rows in plan.files():
        (root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        _write(root / "data" / name, model, rows)
    return root


def _write(path: Path, model: type[Row], rows: tuple[Row, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(model.columns()))
        writer.writeheader()
        for row in rows:
            cells = row.model_dump(mode="json")
            writer.writerow(
                {k: "" if v is None else f"{v:.12g}" if isinstance(v, float) else v for k, v in cells.items()}
            )
