"""The pages 规划文本一致性 (does the plan agree with itself) and 数据核对 (printed figures against recomputed ones)."""

import re

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis import records
from cixi_analysis.analysis.reconciliation import NOT_COMPUTABLE, findings
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import is_number
from cixi_analysis.plan.quantities import relation
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, cards, folded, joined, link, noted, paragraph, prose, render
from cixi_analysis.presentation.titles import href, in_quotes, item_link, short_source, title
from cixi_analysis.words import AuditMethod, AuditResult

#: Result of a finding → its sign beside the word.
SIGNS = {AuditResult.CONTRADICTS: "≠", AuditResult.UNCLEAR: "?", AuditResult.AGREES: "＝"}
#: Column ``agrees`` of the reconciliation → its sign and word on the page.
AGREEMENT = {"yes": "✓ 一致", "explained": "○ 有说明", "no": "✗ 不一致"}


def counts(plan: Plan) -> Html:
    """The number of findings with each result."""
    of = findings(plan)["result"].value_counts()
    shown = [(of.get(result, 0), f"{sign} {result.chinese}", f"#{result.value}") for result, sign in SIGNS.items()]
    return cards((of.sum(), "处对照"), *shown)


def _told(plan: Plan) -> str:
    of = findings(plan)["result"].value_counts()
    return "，".join(f"{result.chinese}{of.get(result, 0)}处" for result in SIGNS)


def conclusion(plan: Plan) -> Html:
    """The audit in a sentence."""
    table = findings(plan)
    sums = (table["method"] == AuditMethod.ARITHMETIC).sum()
    return prose("audit", total=len(table), sums=sums, told=_told(plan))


def in_brief(plan: Plan) -> Html:
    """The audit in one sentence for the home page; empty without one."""
    if not plan.audit:
        return Html()
    told = f"规划自己的说法是否前后一致：两两对照{len(plan.audit)}处，{_told(plan)}，见"
    return paragraph(told, link("规划文本一致性", "audit.html"), "。")


def finding_list(plan: Plan, result: AuditResult) -> Html:
    """The findings with one result, both quotations side by side; folded unless they contradict."""
    rows = [
        (r, sum_text(r.check), {chapter(r.place_a), chapter(r.place_b)}, _about(plan, r))
        for r in records(findings(plan))
        if r.result == result
    ]
    known = {"grade": result.chinese, "sign": SIGNS[result], "nothing": f"没有“{result.chinese}”的。"}
    shown = render("findings", anchor=result.value, rows=rows, quoted=in_quotes, **known)
    is_open = not rows or result is AuditResult.CONTRADICTS
    return shown if is_open else folded(f"{result.chinese}：{len(rows)}处", shown)


def chapter(place: str) -> str:
    """The chapter or table of a place in the plan: ``三（五）``, ``表一``, ``前言``; of a box, the chapter it stands in."""
    within = re.sub(r"^专栏\d+（(.*)）$", r"\1", place)
    return re.match(r"[一二三四五六七八九十]+（[一二三四五六七八九十]+）|[^\s“（]*", within)[0]  # type: ignore[index]


#: Sign of a relation → its words where it holds, and where it does not.
_RELATIONS = {
    "=": ("等于", "不等于"), "≠": ("不等于", "等于"), "<": ("小于", "不小于"), "≤": ("不大于", "大于"),
    ">": ("大于", "不大于"), "≥": ("不小于", "小于"),
}  # fmt: skip


def sum_text(check: str) -> str:
    """A relation in words: ``一处为74，另一处为50``, ``2等于所列的2个（甲、乙）``; "" without one."""
    if not check:
        return ""

    def listed(found: re.Match[str]) -> str:
        names = found[1].split("|")
        return f"所列的{len(names)}个（{'、'.join(names)}）"

    left, sign, right = re.split(r"\s*([=≠<≤>≥])\s*", check, maxsplit=1)
    made = relation(check)
    if sign == "=" and is_number(left) and is_number(right):
        return f"两处均为{left}" if left == right else f"一处为{left}，另一处为{right}"
    left, right = (re.sub(r"count\(([^)]*)\)", listed, side) for side in (left, right))
    rounded = "" if made.holds == made.exactly else "（按所印精度）"
    return f"{left}{_RELATIONS[sign][not made.holds]}{right}{rounded}"


def _about(plan: Plan, row: object) -> Markup:
    """Links from the folder of the pages made once to the items, projects and commitments of a finding."""
    years = f"{plan.frame.base_year}/"
    ids = {kind: [i for i in str(getattr(row, kind)).split("；") if i] for kind in ("items", "projects", "commitments")}
    pieces = [item_link(plan, plan.item(i), pages=years) for i in ids["items"]]
    pieces += [link(title(p), href(p, years)) for p in (plan.project(int(i)) for i in ids["projects"])]
    pieces += [link(f"承诺{i}", href(plan.commitment(i), years)) for i in ids["commitments"]]
    return joined(pieces, "；")


def background(plan: Plan) -> Html:
    """The figures and honours of the years before the plan, as its text states them."""
    rows = [
        (noted(f.subject, f.figure_id), f"{f.value}{f.unit or ''}" if f.value else "",
         "–".join(str(y) for y in (f.start_year, f.year) if y), f.award_year, f.rated_year, f.kind.chinese,
         noted(f"“{f.quotation}”", f.section))
        for f in plan.background
    ]  # fmt: skip
    columns = {"对象": "name", "数值": "right", "年份": "short", "授予年": "year", "所评年度": "year"}
    columns |= {"类型": "short", "原文与出处": "long"}
    sections = "、".join(dict.fromkeys(f.section[:4] for f in plan.background))
    caption, empty = f"规划 {sections}所述的{len(rows)}个数字与荣誉", "没有数、不适用，或原文未写"
    return tables.table(rows, columns, caption=caption, anchors=[f.figure_id for f in plan.background], empty=empty)


def left_out(plan: Plan) -> Html:
    """The numbers of the text that are not commitments, with the reason; folded."""
    rows = [(f"{x.section} {x.box or ''}".strip(), x.figure, x.quotation, x.reason) for x in plan.left_out]
    columns = {"节": "short", "数字": "short", "原文": "long", "为何不收": "long"}
    return tables.table(rows, columns, caption=f"正文中不作为承诺收录的{len(rows)}个数字", fold=True)


def reconciliation_counts(rows: pd.DataFrame) -> Html:
    """How many printed figures agree, are explained, or do not agree."""
    found = rows["agrees"].value_counts()
    return cards((len(rows), "项所印数字与结论"), *((found.get(key, 0), word) for key, word in AGREEMENT.items()))


def reconciliation_conclusion(rows: pd.DataFrame) -> Html:
    """The reconciliation in a sentence."""
    counts = {key: int((rows["agrees"] == key).sum()) for key in AGREEMENT}
    verdicts = rows["check"].str.fullmatch(r"指标\d+ .*结论(（.*）)?").sum()
    unknown = (rows["computed"] == NOT_COMPUTABLE).sum()
    return prose("reconciliation", total=len(rows), verdicts=verdicts, unknown=unknown, **counts)


def reconciliation_table(plan: Plan, rows: pd.DataFrame, agrees: str) -> Html:
    """The rows with one value of ``agrees``; those that agree are folded."""
    word = AGREEMENT[agrees]
    own = [
        (r.check, r.stated, r.computed, word, short_source(plan, r.source)) for r in records(rows) if r.agrees == agrees
    ]
    columns = {"核对项": "text", "规划所印": "text", "复算": "text", "结果": "short", "出处（与说明）": "long"}
    none = f"没有“{word[2:]}”的行。"
    return tables.table(own, columns, caption=f"{word}：{len(own)}项", none=none, fold=agrees == "yes")
