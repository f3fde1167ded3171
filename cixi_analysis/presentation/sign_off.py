"""The signatures for a year's data, and the corrections after it was closed."""

from collections.abc import Container
from typing import Any

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.revision_log import OTHERWISE, concludes_otherwise, covered, edition_of, log, year_rows
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Signature
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, folded, stack
from cixi_analysis.presentation.titles import subject_link
from cixi_analysis.words import Entity


def sign_off(plan: Plan, year: int) -> Html:
    """The signatures and the corrections of a year, folded; empty where there are none."""
    signed, corrected = plan.signatures.get(year, ()), log(plan, [year])
    if not signed and corrected.empty:
        return Html()
    edition = edition_of(plan, year)
    counts = [f"签署{len(signed)}次"] if signed else []
    counts += [f"定稿以后更正{len(corrected)}处，现为第{edition}版"] if len(corrected) else []
    otherwise = concludes_otherwise(plan, year)
    counts += ["有的结论与签署时不同"] if otherwise else []
    pieces = [_signatures(plan, year, otherwise)] if signed else []
    pieces += [corrections(plan, corrected)] if len(corrected) else []
    return folded(f"签署与更正：{'；'.join(counts)}", stack(*pieces))


def _signatures(plan: Plan, year: int, otherwise: Container[Signature]) -> Html:
    rows = [
        (one.step.chinese, "全年" if one.kind is None else subject_link(plan, one.kind, str(one.id)), one.name, one.role,
         one.date, one.reason, _standing(plan, year, one, otherwise))
        for one in plan.signatures[year]
    ]  # fmt: skip
    columns = {
        "环节": "short", "范围": "name", "姓名": "short", "职务": "text", "日期": "short", "理由": "long", "所签的数据": "short",
    }  # fmt: skip
    return tables.table(rows, columns, caption=f"{year}年的签署", empty="没有写明，或不需要")


def _standing(plan: Plan, year: int, one: Signature, otherwise: Container[Signature]) -> str:
    """Whether the signature still covers the data, in words."""
    if one.content is None:
        return "没有登记"
    if one in otherwise:
        return f"没有再改动，而{OTHERWISE}"
    return "没有再改动" if one.content == covered(year_rows(plan, year), one) else "后来有改动"


def corrections(plan: Plan, rows: pd.DataFrame, *, other_years: bool = False) -> Html:
    """The corrected cells (:func:`cixi_analysis.analysis.revision_log.log`); ``other_years``: than the page's."""
    shown: list[tuple[Any, ...]] = [
        (r.year if other_years else None, f"第{r.edition}版", r.date, _corrected(plan, r, f"../{r.year}/" if other_years else ""),
         r.what, r.before, r.after, r.who, r.why)
        for r in records(rows)
    ]  # fmt: skip
    columns = {
        "年份": "year merged optional",
        "版次": "short merged", "日期": "short merged", "对象": "name merged", "栏目": "text", "原来": "text", "现在": "text",
        "更正人": "text merged", "理由": "long merged",
    }  # fmt: skip
    return tables.table(shown, columns, caption=f"定稿后的更正：{len(rows)}处", empty="空，或没有这一行")


def _corrected(plan: Plan, row: Any, pages: str) -> str | Markup:
    kind, _, key = row.item_id.rpartition(" ")
    return subject_link(plan, Entity(kind or Entity.ITEM), key, row.level, pages)
