"""What moved since the year before: verdicts that changed, and numbers of both years side by side."""

import pandas as pd

from cixi_analysis.assessment import Assessment, assess
from cixi_analysis.dataset import Plan
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.coverage import coverage
from cixi_analysis.presentation.html import Html, link, stack
from cixi_analysis.presentation.numbers import with_unit
from cixi_analysis.presentation.status import VERDICTS
from cixi_analysis.presentation.titles import item_href, item_label
from cixi_analysis.trend import Series, series
from cixi_analysis.words import Level, Verdict

_DECIDED = (Verdict.MET, Verdict.UNMET)


def since_last_year(assessment: Assessment) -> Html:
    """Changed verdicts and numbers, or that there is no year before to compare with."""
    plan, year = assessment.plan, assessment.year
    if year - 1 not in plan.years:
        return tables.paragraph(f"没有{year - 1}年的数据，无从比较。")
    moves = verdict_moves(assess(plan, year - 1), assessment)
    return stack(_told(plan, year, moves), _turned(plan, year, moves), value_changes(plan, year), name="与上一年相比")


def verdict_moves(before: Assessment, after: Assessment) -> pd.DataFrame:
    """One row an indicator and level asked in both years: ``indicator, level, before, after, reason``."""
    keys = ["indicator", "level"]
    both = before.indicators[[*keys, "verdict"]].merge(after.indicators, on=keys, suffixes=("_before", ""))
    asked = (both["verdict_before"] != Verdict.NOT_APPLICABLE) & (both["verdict"] != Verdict.NOT_APPLICABLE)
    names = {"verdict_before": "before", "verdict": "after"}
    return both[asked].rename(columns=names)[[*keys, "before", "after", "reason"]].reset_index(drop=True)


def _told(plan: Plan, year: int, moves: pd.DataFrame) -> Html:
    counts = {
        word: int((moves["before"].isin(first) & moves["after"].isin(second)).sum())
        for word, first, second in (
            ("由未达标变为达标", (Verdict.UNMET,), (Verdict.MET,)),
            ("由达标变为未达标", (Verdict.MET,), (Verdict.UNMET,)),
            ("由无数据变为有结论", (Verdict.NO_DATA,), _DECIDED),
            ("由有结论变为无数据", _DECIDED, (Verdict.NO_DATA,)),
        )
    }
    same = int((moves["before"] == moves["after"]).sum())
    told = "、".join(f"{word}{count}个" for word, count in counts.items())
    known = coverage(plan, year - 1)
    note = (
        f"{year - 1}年是回看，{known.items}个子项中只有{len(known.with_data)}项有数据，“由无数据变为有结论”多由此而来。"
    )
    text = f"与{year - 1}年相比（每项指标在每一级算一个结论，共{len(moves)}个）：{told}，不变{same}个。"
    return tables.paragraph(text, note if known.is_retrospect else "")


def _turned(plan: Plan, year: int, moves: pd.DataFrame) -> Html:
    """The verdicts that turned between met and unmet."""
    own = moves[moves["before"].isin(_DECIDED) & moves["after"].isin(_DECIDED) & (moves["before"] != moves["after"])]
    first = {item.indicator: item for item in reversed(plan.items)}
    frame = own.assign(
        name=[link(f"{n} {first[n].indicator_name}", item_href(first[n].item_id)) for n in own["indicator"]],
        level=[Level(level).chinese for level in own["level"]],
    )
    columns = {
        "name": tables.name("指标"), "level": tables.text("级别", "nowrap"), "before": tables.verdict(f"{year - 1}年"),
        "after": tables.verdict(f"{year}年"), "reason": tables.text(f"{year}年的理由", "long"),
    }  # fmt: skip
    signs = f"{VERDICTS[Verdict.MET].text}与{VERDICTS[Verdict.UNMET].text}"
    return tables.table(frame, columns, caption=f"结论在“{signs}”之间变化的指标：{len(own)}个")


def value_changes(plan: Plan, year: int) -> Html:
    """The items with a number in both years, measured alike; water classes are on the page of the trends."""
    rows = []
    for one in series(plan, year).values():
        values = dict(one.points)
        if year in values and year - 1 in values:
            pair = Series(one.item_id, one.level, one.measure, one.unit, one.polarity, one.points[-2:])
            item = plan.item(one.item_id)
            name = link(f"{item_label(item)} {one.measure}", item_href(one.item_id))
            shown = (with_unit(values[y], one.unit) for y in (year - 1, year))
            rows.append((name, *shown, pair.mean_change, pair.direction))
    columns = {
        "name": tables.name("子项（实测对象）"), "before": tables.text(f"{year - 1}年", "number"),
        "after": tables.text(f"{year}年", "number"), "change": tables.rate("变化（按单位）"),
        "direction": tables.direction("方向"),
    }  # fmt: skip
    caption = f"{year - 1}年与{year}年都有数值的子项：{len(rows)}个"
    return tables.table(pd.DataFrame(rows, columns=list(columns)), columns, caption=caption, empty="规划未表明方向")
