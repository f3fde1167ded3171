"""The page 数据字典: files and columns of ``data/``, read off the schema that validates them, and of the downloads."""

import re
from collections.abc import Iterator
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from cixi_analysis.analysis.outputs import OUTPUTS
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import OBSERVATIONS, PROGRESS, TABLES, YEARLY, Row
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, stack

#: Contents of the files in Chinese; the schema's descriptions are English.
_CONTENTS = {
    "indicators.csv": "子项：一行一个，按规划次序",
    "requirements.csv": "国家级、省级指标要求的原文，自某年起适用",
    "targets.csv": "规划值的原文",
    "conventions.csv": "可把未决条款视为达到的约定",
    "published.csv": "规划所印的结论、计数与合计，只用于核对，不参与评估",
    "projects_2018_2022.csv": "表二：2018-2022年重点工程，一行一个类型与实施情况",
    "projects.csv": "表三：重点项目，一行一个",
    "commitments.csv": "承诺：正文与专栏中有数量或期限的措施，一行一条",
    "background.csv": "工作基础：一（一）所述的数字与荣誉，一行一个",
    "left_out.csv": "正文中不作为承诺收录的数字，及其理由",
    "audit.csv": "规划核对：说到同一件事的两处原文",
    "links.csv": "承诺、项目、指标与核对之间的关联，每条有理由",
    f"{OBSERVATIONS}/<年份>.csv": "一年的观测：一行一个子项（两级所测不同的一级一行）",
    f"{PROGRESS}/<年份>.csv": "一年的进展：一行一个项目或承诺，没有行的为未填报",
}
_FILES: dict[type[Row], str] = {
    **{model: name for name, model in TABLES.items()},
    **{model: f"{folder}/<年份>.csv" for folder, model in YEARLY.items()},
}


def files(plan: Plan) -> Html:
    """The files with their number of rows."""
    rows = [(f"data/{name}", _CONTENTS[_FILES[model]], len(rows)) for name, model, rows in plan.files()]
    columns = {"文件": "short", "内容": "text", "行数": "number"}
    return tables.table(rows, columns, caption="数据文件", keyed=False)


def columns_of(plan: Plan) -> Html:
    """A table for each kind of file: its columns, their contents, and what is allowed."""
    return stack(*(_columns(model, name) for model, name in _FILES.items()), name="各文件的列")


def _columns(model: type[Row], name: str) -> Html:
    key = model.KEY
    rows = [
        (column, info.title, info.description, "；".join(_allowed(info)), "可空" if _may_be_empty(info) else "必填",
         "是" if column in key else "")
        for column, info in model.columns().items()
    ]  # fmt: skip
    columns = {
        "列名": "short", "中文名": "short", "填写什么": "long", "允许的值": "long", "必填": "short", "行的标识": "short",
    }  # fmt: skip
    caption = f"data/{name}：{_CONTENTS[name]}"
    return tables.table(rows, columns, caption=caption, empty="没有另外的限制，或不是行的标识")


def columns_of_downloads() -> Html:
    """A table, folded, for each table of the downloads."""
    columns = {"列名": "short", "中文名": "short", "含义": "long"}
    pieces = []
    for name, output in OUTPUTS.items():
        rows = [(column, described.title, described.description) for column, described in output.columns.items()]
        pieces.append(tables.table(rows, columns, caption=f"{name}：{output.title}（{output.rows}）", fold=True))
    return stack(*pieces, name="下载文件的列")


def _allowed(info: FieldInfo) -> Iterator[str]:
    """The allowed values of a column: closed lists with their Chinese words, kinds of numbers, limits."""
    for kind, metadata in _kinds(info.annotation, tuple(info.metadata)):
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            yield "、".join(_member(member) for member in kind)
        elif kind in (int, float):
            yield "整数" if kind is int else "数"
        for rule in metadata:
            yield from _limits(rule)


def _member(member: StrEnum) -> str:
    chinese = getattr(member, "chinese", "")
    return f"{member.value}（{chinese}）" if chinese and chinese != member.value else member.value


def _kinds(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The plain types of an annotation with their constraints; None (an empty cell) is left out."""
    if inner := getattr(annotation, "__metadata__", ()):
        yield from _kinds(get_args(annotation)[0], (*metadata, *inner))
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part, metadata)
    elif annotation is not type(None):
        yield annotation, metadata


def _limits(rule: Any) -> Iterator[str]:
    rules = getattr(rule, "metadata", None) if isinstance(rule, FieldInfo) else [rule]
    for one in rules or []:
        for attribute, word in (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<")):
            if (limit := getattr(one, attribute, None)) is not None:
                yield f"{word}{limit}"
        if (pattern := getattr(one, "pattern", None)) is not None:
            choice = re.fullmatch(r"\^\(([\w|]+)\)\$", pattern)
            yield "、".join(choice[1].split("|")) if choice else f"格式 {pattern}"


def _may_be_empty(info: FieldInfo) -> bool:
    try:
        TypeAdapter(info.rebuild_annotation()).validate_python("")
    except ValidationError:
        return False
    return True
