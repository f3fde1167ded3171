"""The page 规划核对: where the plan agrees with itself and where not, and what else its text states."""

import re

import pandas as pd
from markupsafe import Markup

from cixi_analysis.analysis.audit import findings
from cixi_analysis.analysis.records import records
from cixi_analysis.plan.arithmetic import relation
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, joined, link, render
from cixi_analysis.presentation.titles import commitment_href, item_href, item_title, project_href
from cixi_analysis.words import BASE_YEAR, AuditMethod, AuditResult

#: result → its sign beside the word
SIGNS = {AuditResult.CONTRADICTS: "≠", AuditResult.UNCLEAR: "?", AuditResult.AGREES: "＝"}


def counts(plan: Plan) -> Html:
    """How many findings there are of each kind."""
    table = findings(plan)
    cards = [tables.Card(str(len(table)), "处对照")]
    for result, sign in SIGNS.items():
        number = int((table["result"] == result.value).sum())
        cards.append(tables.Card(str(number), f"{sign} {result.chinese}", f"#{result.value}"))
    return tables.cards(*cards)


def conclusion(plan: Plan) -> Html:
    """The audit in a sentence."""
    table = findings(plan)
    of = table["result"].value_counts()
    sums = int((table["method"] == AuditMethod.ARITHMETIC.value).sum())
    told = "，".join(f"{result.chinese}{of.get(result.value, 0)}处" for result in SIGNS)
    return tables.paragraph(
        f"规划中说到同一件事的地方，两两对照{len(table)}处：{sums}处由程序按所印的数字计算，{len(table) - sums}处对读文字。{told}。"
        "这里只报告原文怎样写，不更正规划，也不影响评估；不一致的未必有误，可能是口径、范围或时点不同而原文没有写明。"
    )


def headline(plan: Plan, book: str = "") -> Html:
    """The audit in one sentence for another page; ``book`` leads to the folder of the pages made once."""
    of = findings(plan)["result"].value_counts()
    told = "，".join(f"{result.chinese}{of.get(result.value, 0)}处" for result in SIGNS)
    way = link("规划核对", f"{book}audit.html")
    return tables.paragraph("规划自己的说法是否前后一致：两两对照", f"{len(plan.audit)}处，{told}，见", way, "。")


def finding_list(plan: Plan, result: AuditResult, years: str = f"{BASE_YEAR}/") -> Html:
    """The findings with one result, both quotations side by side; ``years`` leads to the pages of a year."""
    entries = [_entry(plan, row, years) for row in records(findings(plan)) if row.result == result.value]
    markup = render("findings", anchor=result.value, entries=entries, none=f"没有“{result.chinese}”的。")
    return Html(markup, f"{result.chinese}：{len(entries)}处")


def agreeing(plan: Plan, years: str = f"{BASE_YEAR}/") -> Html:
    """The findings that agree, as a table."""
    own = [row for row in records(findings(plan)) if row.result == AuditResult.AGREES.value]
    quoted = Markup("“{}”<br><small>{}</small>").format
    rows = [
        (
            row.audit_id, Markup("{}<br><small>{}</small>").format(row.title, sum_text(row.check) or "对读"),
            quoted(row.quotation_a, row.place_a), quoted(row.quotation_b, row.place_b), row.reasoning, _about(plan, row, years),
        )
        for row in own
    ]  # fmt: skip
    columns = {
        "audit_id": tables.text("编号", "nowrap"), "title": tables.name("核对什么"), "a": tables.text("甲处", "long"),
        "b": tables.text("乙处", "long"), "reasoning": tables.text("说明", "long"), "about": tables.name("有关"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns))
    shown = tables.table(
        frame,
        columns,
        caption=f"一致的{len(own)}处",
        anchors=[row.audit_id for row in own],
        empty="没有关联到指标、项目或承诺",
    )
    return Html(Markup('<div id="{}">{}</div>').format(AuditResult.AGREES.value, shown), shown.name)


def _entry(plan: Plan, row: object, years: str) -> dict[str, object]:
    given = {name: getattr(row, name) for name in ("audit_id", "title", "reasoning")}
    places = [(getattr(row, f"place_{side}"), getattr(row, f"quotation_{side}")) for side in "ab"]
    result = AuditResult(getattr(row, "result"))  # noqa: B009  # a row of a table has no declared columns
    given["check"] = sum_text(getattr(row, "check"))  # noqa: B009
    return {**given, "places": places, "sign": f"{SIGNS[result]} {result.chinese}", "about": _about(plan, row, years)}


def sum_text(check: str) -> str:
    """A sum in words: ``核对式 74 = 50，不成立``, ``核对式 2 = 2个（甲、乙）``; "" without one."""
    if not check:
        return ""
    shown = re.sub(r"count\(([^)]*)\)", lambda found: _listed(found[1].split("|")), check)
    return f"核对式 {shown}" + ("" if relation(check).holds else "，不成立")


def _listed(names: list[str]) -> str:
    return f"{len(names)}个（{'、'.join(names)}）"


def _about(plan: Plan, row: object, years: str) -> Markup:
    """Links to what a finding concerns."""
    ids = {kind: [i for i in str(getattr(row, kind)).split("；") if i] for kind in ("items", "projects", "commitments")}
    pieces = [link(item_title(plan.item(i)), item_href(i, years)) for i in ids["items"]]
    pieces += [link(f"项目{i} {plan.project(int(i)).name}", project_href(int(i), years)) for i in ids["projects"]]
    pieces += [link(f"承诺{i}", commitment_href(i, years)) for i in ids["commitments"]]
    return joined(pieces, "；")


def background(plan: Plan) -> Html:
    """What section 一（一） states of 2018-2022."""
    rows = [
        (
            f.figure_id, f.subject, f"{f.value or ''}{(f.unit or '') if f.value else ''}", _span(f.start_year, f.year),
            f.award_year, f.rated_year, f.kind.chinese, Markup("“{}”<br><small>{}</small>").format(f.quotation, f.section),
        )
        for f in plan.background
    ]  # fmt: skip
    columns = {
        "id": tables.text("编号", "nowrap"), "subject": tables.name("对象"), "value": tables.text("数值", "number"),
        "year": tables.text("年份", "nowrap"), "award": tables.year("授予年"), "rated": tables.year("所评年度"),
        "kind": tables.text("类型", "nowrap"), "quotation": tables.text("原文与出处", "long"),
    }  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(columns)).astype(object)
    caption = f"规划 一（一）所述的{len(rows)}个数字与荣誉"
    anchors = [f.figure_id for f in plan.background]
    return tables.table(frame, columns, caption=caption, anchors=anchors, empty="没有数、不适用，或原文未写")


def _span(start: int | None, year: int | None) -> str:
    return f"{start}–{year}" if start and year else str(year or start or "")


def left_out(plan: Plan) -> Html:
    """The numbers of the text that are no commitment, and why."""
    rows = [(f"{x.section} {x.box or ''}".strip(), x.figure, x.quotation, x.reason) for x in plan.left_out]
    columns = {
        "place": tables.text("节", "nowrap"), "figure": tables.text("数字", "nowrap"),
        "quotation": tables.text("原文", "long"), "reason": tables.text("为何不收", "long"),
    }  # fmt: skip
    caption = f"正文中不作为承诺收录的{len(rows)}个数字"
    return tables.folded(
        caption, tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption=caption, keyed=False)
    )
