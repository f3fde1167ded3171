"""What is still missing of a year when units' forms came in, and the text to send to each unit."""

from dataclasses import dataclass

from cixi_analysis.analysis.responsibility import answering
from cixi_analysis.form.checking import Checked
from cixi_analysis.form.importing import unfilled_items
from cixi_analysis.form.unit_forms import NOBODY, form_names
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Indicator, Project
from cixi_analysis.words import Entity


@dataclass(frozen=True)
class Unanswered:
    """What a unit has not answered yet."""

    unit: str
    #: the name of its form as it was made
    file: str
    #: whether a form of the unit came, now or before
    came: bool
    #: one line a subject
    lines: tuple[str, ...]
    #: whether items are among them
    items: bool

    def letter(self, region: str, year: int) -> str:
        """A text to send to the unit."""
        told = "我们已收到贵单位的填报表，谢谢。其中还有" if self.came else "我们还没有收到贵单位的填报表，请填报"
        listed = "\n".join(f"{n}. {line}" for n, line in enumerate(self.lines, start=1))
        reasons = "（没有数的，在“缺失原因”里选一项）" if self.items else ""
        return (
            f"{self.unit}：\n\n您好！{region}{year}年生态文明建设年度填报，{told}以下{len(self.lines)}项：\n\n{listed}\n\n"
            f"请在工作簿“{self.file}”中填写{reasons}，写明出处，不要改动工作簿的结构，然后把工作簿发回。"
            "如有不属于贵单位的，也请告知应由哪个单位填报。\n\n谢谢！\n"
        )


def missing(plan: Plan, checked: Checked) -> tuple[Unanswered, ...]:
    """The units that have not answered everything, in the plan's order; what nobody answers for last."""
    year = checked.year
    lines: dict[tuple[Entity, str], list[str]] = {}
    for item_id, text in unfilled_items(plan, year, checked.rows):
        lines.setdefault((Entity.ITEM, item_id), []).append(text)
    reported = {(row.kind, row.id) for row in checked.reports or ()}
    for (kind, key), subject in plan.subjects.items():
        if not isinstance(subject, Indicator) and (kind, key) not in reported:
            name = subject.name if isinstance(subject, Project) else subject.metric
            lines[kind, key] = [f"{kind.chinese}{key} {name}：没有填写进展"]
    came = {one.unit for one in checked.forms} | {one.unit for one in plan.receipts.get(year, ())}
    units = {unit or NOBODY: own for unit, own in answering(plan, year).items()}
    names, found = form_names(year, tuple(units)), []
    for unit, own in units.items():
        if asked := tuple(line for subject in own for line in lines.get(subject, ())):
            items = any(kind is Entity.ITEM and (kind, key) in lines for kind, key in own)
            found.append(Unanswered(unit, names[unit], unit in came, asked, items))
    return tuple(found)


def letters(plan: Plan, checked: Checked) -> dict[str, str]:
    """File name → the text to send, one a unit."""
    texts = {}
    for one in missing(plan, checked):
        if one.unit != NOBODY:
            name = one.file.replace("-form-", "-催填-", 1).removesuffix(".xlsx")
            texts[f"{name}.txt"] = one.letter(plan.frame.region, checked.year)
    return texts
