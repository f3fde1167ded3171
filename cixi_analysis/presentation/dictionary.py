"""The page 数据字典: the files of ``data/``, from the schema that validates them, and the downloads."""

import re
from collections.abc import Iterator
from typing import Any

from cixi_analysis import words
from cixi_analysis.analysis.outputs import outputs
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import allowed
from cixi_analysis.plan.frame import FILE, Frame, PrintedTable, PrintedTables
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, stack

#: Contents of the files in Chinese; the schema's descriptions are English.
_CONTENTS = {
    "indicators.csv": "子项：一行一个，按规划次序",
    "requirements.csv": "各级指标要求的原文，自某年起适用",
    "targets.csv": "规划值的原文",
    "conventions.csv": "可使未决条款视同达标的约定",
    "published.csv": "规划所印的结论、计数与合计，只用于核对，不参与评估",
    "past_projects.csv": "以往的重点工程，一行一个类型与实施情况",
    "projects.csv": "重点项目，一行一个",
    "commitments.csv": "承诺：正文与专栏中有数量或期限的措施，一行一条",
    "background.csv": "工作基础：规划所述的数字与荣誉，一行一个",
    "left_out.csv": "正文中不作为承诺收录的数字，及其理由",
    "audit.csv": "规划文本一致性：说到同一件事的两处原文",
    "vocabulary.csv": "要求语言里本项目另加的词",
    "responsible.csv": "各子项、项目、承诺由谁填报",
    "links.csv": "承诺、项目、指标与核对之间的关联，每条有理由",
    "observations/<年份>.csv": "一年的观测：一行一个子项（各级所测不同的一级一行）",
    "progress/<年份>.csv": "一年的进展：一行一个项目或承诺，没有行的为未填报",
    "evidence/<年份>.csv": "一年的佐证材料：一行一处材料",
    "receipts/<年份>.csv": "一年收到的填报工作簿",
    "signatures/<年份>.csv": "一年的签署：谁填报、复核、定稿、更正，一行一次",
    "revisions.csv": "定稿以后的更正：一行一格，由 cixi import 写入",
}


def _of_any_year(name: str) -> str:
    return re.sub(r"/\d+", "/<年份>", name)


#: Limits in JSON Schema (pydantic's own names where a validator runs before) → sign.
_LIMITS = {"minimum": "≥", "ge": "≥", "exclusiveMinimum": ">", "gt": ">"}
_LIMITS |= {"maximum": "≤", "le": "≤", "exclusiveMaximum": "<", "lt": "<"}


def files(plan: Plan) -> Html:
    """The files with their number of rows."""
    rows = [(f"data/{name}", _CONTENTS[_of_any_year(name)], len(rows)) for name, _, rows in plan.files()]
    return tables.table(rows, {"文件": "short", "内容": "text", "行数": "number"}, caption="数据文件")


def settings() -> Html:
    """The keys of ``plan.toml``."""
    rows = [
        (f"{prefix}{key}", info.title, info.description, "" if info.is_required() else "可以不写")
        for prefix, model in (("", Frame), ("tables.", PrintedTables), ("tables.….", PrintedTable))
        for key, info in model.model_fields.items()
    ]
    columns = {"键": "short", "中文名": "short", "填写什么": "long", "必填": "short"}
    return tables.table(rows, columns, caption=f"data/{FILE}：规划的框架", empty="必填")


def columns_of(plan: Plan) -> Html:
    """A table for each kind of file: its columns, their contents, and what is allowed."""
    columns = {"列名": "short", "中文名": "short", "填写什么": "long", "允许的值": "long"}
    columns |= {"必填": "short", "行的标识": "short"}
    pieces = []
    for name, model in {_of_any_year(name): model for name, model, _ in plan.files()}.items():
        rows = []
        for column, info in model.columns().items():
            kind, may_be_empty = allowed(info)
            needed, key = "可空" if may_be_empty else "必填", "是" if column in model.KEY else ""
            rows.append((column, info.title, info.description, "；".join(_limits(kind)), needed, key))
        caption, empty = f"data/{name}：{_CONTENTS[name]}", "没有另外的限制，或不是行的标识"
        pieces.append(tables.table(rows, columns, caption=caption, empty=empty))
    return stack(*pieces)


def columns_of_downloads(plan: Plan) -> Html:
    """A table, folded, for each table of the downloads."""
    columns = {"列名": "short", "中文名": "short", "含义": "long"}
    pieces = []
    for name, output in outputs(plan).items():
        rows = [(column, described.title, described.description) for column, described in output.columns.items()]
        pieces.append(tables.table(rows, columns, caption=f"{name}：{output.title}（{output.rows}）", fold=True))
    return stack(*pieces)


def _limits(kind: dict[str, Any]) -> Iterator[str]:
    """What a column's JSON Schema allows: closed lists with Chinese words, numbers, limits."""
    if "enum" in kind:
        members = ((value, getattr(getattr(words, kind["title"])(value), "chinese", value)) for value in kind["enum"])
        yield "、".join(value if chinese == value else f"{value}（{chinese}）" for value, chinese in members)
    if word := {"integer": "整数", "number": "数"}.get(kind["type"]):
        yield word
    yield from (f"{sign}{kind[name]}" for name, sign in _LIMITS.items() if name in kind)
    if pattern := kind.get("pattern"):
        choice = re.fullmatch(r"\^\(([\w|]+)\)\$", pattern)
        yield "、".join(choice[1].split("|")) if choice else f"格式 {pattern}"
