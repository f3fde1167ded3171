"""下一步: the ranked list of items to act on, and its sentences."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from cixi_analysis.analysis import grouped, records
from cixi_analysis.analysis.actions import Action, Shortfall, Urgency, actions
from cixi_analysis.analysis.flips import by_ways
from cixi_analysis.assessment import TARGET, Assessment, assess
from cixi_analysis.assessment.leaf_texts import named
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.quantities import HIGHER, apart, with_unit
from cixi_analysis.presentation import titles
from cixi_analysis.presentation.formatting import a_year, number, yi
from cixi_analysis.presentation.html import Html, explained, joined, link, paragraph, render
from cixi_analysis.presentation.looks import badge
from cixi_analysis.presentation.titles import href, short_source, unit_link
from cixi_analysis.words import Status, Verdict

#: Urgency → in words, the heading of its part of the list, its id.
URGENT = {
    Urgency.REQUIREMENT_UNMET: ("未达标", "未达标的", "unmet"),
    Urgency.TARGET_UNMET: ("没有达到规划值", "没有达到规划值的", "targets"),
    Urgency.NO_DATA: ("没有数据", "没有数据、要先查明的", "no-data"),
    Urgency.NOT_FILLED_IN: ("没有填报", "还没有填报的", "not-filled-in"),
}
#: The plan names units only of projects.
NO_PROJECT = "没有关联到项目，规划没有写明责任单位"


def action_list(plan: Plan, year: int, pages: str = "") -> Html:
    """The items to act on, ranked and numbered; ``pages``: relative path from the page to those of the year."""
    asked, planned = assess(plan, year), assess(plan, year, against=TARGET)
    own, groups, number = actions(asked.plan, year), [], 1
    for urgency, (_, head, anchor) in URGENT.items():
        told = [one for one in own if one.urgency is urgency]
        if told:
            entries = [_entry(one, asked, planned, pages) for one in told]
            groups.append((f"{head}{len(told)}项", anchor, urgency is Urgency.NOT_FILLED_IN, number, entries))
            number += len(told)
    if not groups:
        return paragraph(nothing_to_do(planned))
    return render("actions", groups=groups, pages=pages, titles=titles)


def nothing_to_do(planned: Assessment) -> str:
    """The sentence in place of the list; it names the items whose targets nothing decides, which are not on the list."""
    lacking, statuses = (Status.NO_DATA, Status.NOT_FILLED_IN), planned.statuses.items()
    undecided = {item_id for (_, item_id, _), status in statuses if item_id and status in lacking}
    if not undecided:
        return "各项要求和规划值都已达到，没有需要处理的。"
    return f"各项要求都已达到，没有未达到的规划值；{len(undecided)}个子项没有数据可以对照规划值，是否达到不能判定。"


def _entry(action: Action, asked: Assessment, planned: Assessment, pages: str) -> tuple[object, ...]:
    """(item, badges, facts, reasons, source) of an entry."""
    plan, item = asked.plan, action.item
    levels = grouped((status, level.short) for level, status in action.statuses.items())
    badges = [Markup("{} {}").format("、".join(names), badge(status)) for status, names in levels.items()]
    lacking = [level for level, status in action.statuses.items() if status in (Status.UNMET, Status.NO_DATA)]
    lacking += [plan.level(plan.frame.targets_follow)] if action.targets else []
    seen = [plan.observation(item.item_id, asked.year, level) for level in lacking or action.statuses]
    sources = dict.fromkeys(short_source(plan, row.source) for row in seen if row)
    source = "；".join(sources) or f"{asked.year}年没有这一子项的记录"
    reasons = [*_reasons(action, asked, Status.UNMET, Status.NO_DATA), *_reasons(action, planned, Status.UNMET)]
    return item, badges, facts(plan, action, pages), reasons, source


def facts(plan: Plan, action: Action, pages: str = "") -> dict[str, str | Markup]:
    """Heading → content of an entry, without empty contents."""
    told = {
        "怎样达标": joined(_ways(plan, action), Markup("<br>")),
        "离规划值": gap(plan, [one for one in action.shortfalls if one.against not in plan.levels]),
        "每年需": step(plan, action),
        "有关项目": _projects(plan, action, pages),
    }
    return {head: fact for head, fact in told.items() if fact}


def _reasons(action: Action, assessment: Assessment, *verdicts: str) -> Iterator[tuple[str, Markup]]:
    """Levels or target years with these verdicts of the item, and why; those with the same reason together."""
    table, plan = assessment.items, assessment.plan
    own = table[(table["item_id"] == action.item.item_id) & table["verdict"].isin(verdicts)]
    for _, rows in own.groupby("why", sort=False):
        names = [plan.level_name(v) if v in plan.levels else plan.questions(v) for v in rows["level"]]
        yield "、".join(names), explained(records(rows)[0].why)


def _ways(plan: Plan, action: Action) -> Iterator[str]:
    """For each level that is not met the first way to meet it, and how many others there are; the same ones together."""
    for (_, first, *others), levels in by_ways(action.flips).items():
        more = f"（另有{len(others)}种办法，见指标档案）" if others else ""
        yield f"{'、'.join(plan.level(level).chinese for level in levels)}：{first.rstrip('。')}{more}。"


def _projects(plan: Plan, action: Action, pages: str) -> Markup | str:
    """The responsible units, and the projects with their money; "" where the plan lists no projects at all."""
    if not action.projects:
        return NO_PROJECT if plan.projects else ""
    project = Markup("{}（{}）").format
    told = [project(link(titles.title(p), href(p, pages)), _money(p.budget)) for p in action.projects]
    whole = f"，共{_money(action.money.budget)}" if len(told) > 1 else ""
    return Markup("{}：{}{}").format(joined(unit_link(unit, pages) for unit in action.units), joined(told), whole)


def _money(budget: float | None) -> str:
    """万元, from 亿元 on in these."""
    if budget is None:
        return "没有概算"
    return f"{yi(budget)}亿元" if budget >= 1e4 else f"{number(budget)}万元"


def gap(plan: Plan, shortfalls: Sequence[Shortfall]) -> str:
    """The value and how far it is from each limit that it misses: “2022年40.7%，比国家级要求的50%低9.3个百分点，…”."""
    levels_first = sorted(shortfalls, key=lambda one: one.against not in plan.levels)
    limits = grouped(
        ((one.year, one.value, one.limit, one.unit, one.assigned, one.measure), one) for one in levels_first
    )
    told, before = [], ""
    for (year, now, limit, unit, assigned, measure), own in limits.items():
        names = grouped((plan.yardstick(one.against), plan.level_name(one.against)) for one in own)
        against = (f"{'、'.join(who)}{what}{'的' if what == '要求' else ''}" for what, who in names.items())
        what = f"{year}年的下达目标" if assigned else "和".join(against)
        value, by = f"{year}年{named(measure, with_unit(now, unit))}，", own[0].gap
        what += with_unit(limit, unit)
        missed = f"比{what}{apart(-by, unit, HIGHER)}" if by else f"只到{what}，而这一界限本身不算达到"
        told.append(f"{value if value != before else ''}{missed}")
        before = value
    return "，".join(told)


def shortage(assessment: Assessment, action: Action, *, targets: bool = True) -> str:
    """The gap to what the levels ask and (``targets``) to the targets; of an unmet item without a limit that it misses, such
    as one that ought to rise, why it is unmet.
    """
    plan, table = assessment.plan, assessment.items
    of_levels = [one for one in action.shortfalls if one.against in plan.levels]
    told = gap(plan, action.shortfalls if targets else of_levels)
    if of_levels or action.urgency is not Urgency.REQUIREMENT_UNMET:
        return told
    why = table[(table["item_id"] == action.item.item_id) & (table["verdict"] == Verdict.UNMET)]["why"]
    sentence = why.iloc[0].sentence.removeprefix(f"{action.item.name}：")  # it stands after the name
    return "；".join(filter(None, (sentence, told)))


def step(plan: Plan, action: Action) -> str:
    """The yearly change still needed to the next target not reached; without such a target, to the requirement that is
    farthest away. Empty where no limit lies ahead.
    """
    ahead = [one for one in action.shortfalls if one.step is not None]
    if not ahead:
        return ""
    one = next((one for one in ahead if one.against not in plan.levels), max(ahead, key=lambda one: one.share))
    if one.assigned:
        goal = f"{one.due}年的下达目标未知，按{one.year}年的{with_unit(one.limit, one.unit)}计"
    else:
        goal = f"{one.measure}到{one.due}年达到{with_unit(one.limit, one.unit)}"
    return f"{a_year(one.step, one.unit)}（{goal}）"
