"""Sentences from findings. Nothing is judged here: every word is read off a finding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cixi_analysis.assessment import numbers
from cixi_analysis.assessment.evaluation import Finding, LeafFinding
from cixi_analysis.assessment.leaf_texts import (
    NAME,
    STATED,
    UNSTATED,
    Place,
    clipped,
    comparison,
    grounds,
    lacking,
    named,
)
from cixi_analysis.assessment.proofs import NO_PROOFS, UNPROVEN, Proofs
from cixi_analysis.assessment.yardstick import Wording
from cixi_analysis.plan.schema import Indicator, Target
from cixi_analysis.requirement import tree
from cixi_analysis.words import CELL_BREAK, NOT_APPLICABLE_MARK, Convention, Verdict

#: Characters of a first sentence, and of a quotation in it.
LONGEST, _QUOTE = 80, 40
#: Convention → its ground, in a sentence that ends in 视同达标.
_BY_CONVENTION = {
    Convention.NONE_ASSIGNED: "上级未下达目标",
    Convention.NOTHING_THERE: "没有这类对象",
    Convention.FULL: "已达100%的最高值",
    Convention.PLAN_CONCLUDES: "依规划的结论",
}


@dataclass(frozen=True)
class Explanation:
    """The reason of a verdict: a sentence that ends in the verdict, and its derivation. ``str`` is both as one text, the
    sentence first.
    """

    sentence: str
    verdict: Verdict
    parts: tuple["Explanation", ...] = ()
    #: the clauses of an item that are attested without evidence (无佐证)
    unproven: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.sentence + (f"。依据：{_joined(self.parts)}。" if self.parts else "。")

    @property
    def derivation(self) -> str:
        """The sentence, and its parts in brackets."""
        return self.sentence + (f"（{_joined(self.parts)}）" if self.parts else "")


def _joined(parts: Sequence[Explanation]) -> str:
    return "；".join(part.derivation for part in parts)


def explain(wording: Wording, finding: Finding | None, at: Place, proofs: Proofs = NO_PROOFS) -> Explanation:
    """Why an item has its verdict: the answer; then the wording's parts, each with its verdict, or its refusal, and the
    evidence.
    """
    asked = "规划值" if isinstance(wording.row, Target) else "要求"
    if finding is None:
        refused = str(wording.refusal).removeprefix("无法解读").rstrip("。")
        told = f"{clipped(wording.asked.name, NAME)}：{asked}的文字无法解读"
        return _ending(told, Verdict.NO_DATA, (Explanation(refused, Verdict.NO_DATA),))
    shown = wording.row.wording.rstrip("；").replace("\n", CELL_BREAK)
    unproven = proofs.lacking(leaf for leaf in _deciding(finding, at) if leaf.basis[at] == numbers.ATTESTED)
    note, verdict = f"（{UNPROVEN}）" if unproven else "", numbers.VERDICTS[int(finding.verdict[at])]
    answer = _answer(wording.asked.name, asked, finding, at, note)
    ending = f"{answer}，{'视同' if finding.basis[at] == numbers.DEEMED else ''}{verdict.chinese}"
    parts = [_derived(finding, at, asked, f"{asked}“{shown}”", told=not answer.endswith("…"))]
    parts += [Explanation(proofs.cited, verdict)] if proofs.cited else []
    return Explanation(ending, verdict, tuple(parts), unproven)


def explain_nothing(is_level: bool, printed: bool, merged: bool, since: int) -> Explanation:
    """Why nothing is asked of an item: the plan's table has "/" (possibly in the cell above, merged with this one), or
    the requirement ended before the year ``since``.
    """
    if not is_level:
        return _ending("规划没有定规划值", Verdict.NOT_APPLICABLE)
    cell = f"原表空白，与上一行的“{NOT_APPLICABLE_MARK}”合并" if merged else f"原表为“{NOT_APPLICABLE_MARK}”"
    origin = (Explanation(cell, Verdict.NOT_APPLICABLE),) if printed and not since else ()
    return _ending(f"本级{f'自{since}年起' if since else ''}没有要求", Verdict.NOT_APPLICABLE, origin)


def explain_indicator(
    verdict: Verdict, parts: Sequence[tuple[Indicator, Explanation]], deemed: Sequence[str] = ()
) -> Explanation:
    """Why an indicator has its verdict: its own item's reason, or the items that decide it. ``deemed``: the signs of the
    items that only a convention counts as met.
    """
    asked = [(item.part_mark, one) for item, one in parts if one.verdict is not Verdict.NOT_APPLICABLE]
    if len(asked) <= 1:
        return asked[0][1] if asked else parts[0][1]
    own = tuple(Explanation(sign + one.sentence, one.verdict, one.parts) for sign, one in asked)
    if verdict is Verdict.MET:
        unproven = "".join(sign for sign, one in asked if one.unproven)
        notes = ((deemed, f"{''.join(deemed)}按约定视同达标"), (unproven, f"{unproven}{UNPROVEN}"))
        told = "，".join(text for signs, text in notes if signs)
        more = f"，其中{told}" if told else ""
        return Explanation(f"{len(asked)}个子项都{verdict.chinese}{more}", verdict, own)
    deciding = [
        (sign, one.sentence.removesuffix(f"，{verdict.chinese}")) for sign, one in asked if one.verdict is verdict
    ]
    summary = f"{len(asked)}个子项中{''.join(sign for sign, _ in deciding)}{verdict.chinese}："
    listed = [text if len(deciding) == 1 else sign + text for sign, text in deciding]
    return Explanation(summary + _fitting(listed, LONGEST - len(summary), "；"), verdict, own)


def _ending(text: str, verdict: Verdict, parts: tuple[Explanation, ...] = ()) -> Explanation:
    return Explanation(f"{text}，{verdict.chinese}", verdict, parts)


def _fitting(texts: Sequence[str], room: int, between: str) -> str:
    """As many of the texts as fit into ``room`` characters, at least the beginning of the first."""
    told = clipped(texts[0], room)
    for text in texts[1:]:
        if len(told) + len(between) + len(text) > room:
            break
        told += between + text
    return told


def _answer(name: str, asked: str, finding: Finding, at: Place, note: str) -> str:
    """The measured, stated or missing facts that decide, the strongest first; without the verdict. The ``note`` follows
    the quotations.
    """
    opening, told = "", list[str]()
    for leaf in sorted(_deciding(finding, at), key=lambda leaf: -int(leaf.basis[at])):
        match leaf.basis[at]:
            case numbers.MEASURED:
                value, text = comparison(leaf, at, asked)
                opening = opening or named(leaf.series.measured(at).name, value) + ("，" if value else "：")
            case numbers.ATTESTED:
                text = f"{STATED}“{clipped(leaf.series.quote(leaf.node, at) or '', _QUOTE)}”"
            case numbers.DEEMED:
                text = _BY_CONVENTION[leaf.conventions[leaf.convention[at]].convention]
            case _:
                text = lacking(leaf, at)
        for start in (STATED, UNSTATED):  # quotations one after the other
            if told and told[-1].startswith(start) and text.startswith(start):
                told[-1], text = told[-1] + text.removeprefix(start), ""
        if text:
            told.append(text)
    opening = opening or f"{clipped(name, NAME)}："
    told = [one for one in dict.fromkeys(told) if not any(one != other and one in other for other in told)]
    room = LONGEST - len(opening) - len("，视同达标")
    told = [clipped(one, room - len(note)) + note if one.startswith(STATED) else one for one in told]
    return opening + _fitting(told, room, "，")


def _deciding(finding: Finding, at: Place) -> Iterator[LeafFinding]:
    """The leaves that decide the verdict: where one part suffices, the strongest alone."""
    if isinstance(finding, LeafFinding) and (not finding.parts or _is_stated(finding, at)):
        yield finding
        return
    same = [part for part in finding.parts if part.verdict[at] == finding.verdict[at]]
    if finding.verdict[at] == (numbers.MET if isinstance(finding.node, tree.AnyOf) else numbers.UNMET):
        same = [part for part in same if part.basis[at] == finding.basis[at]][
            : 1 if finding.verdict[at] == numbers.MET else None
        ]
    for part in same:
        yield from _deciding(part, at)


def _is_stated(finding: LeafFinding, at: Place) -> bool:
    """Whether the statement attests or denies the leaf as a whole, including a change together with its rate."""
    return bool(finding.basis[at] == numbers.ATTESTED and finding.series.quote(finding.node, at))


def _derived(finding: Finding, at: Place, asked: str, label: str, told: bool = False) -> Explanation:
    """The derivation of a node's verdict; ``label`` quotes its wording; ``told``: the answer has its figures, uncut."""
    verdict = numbers.VERDICTS[int(finding.verdict[at])]
    if isinstance(finding, LeafFinding) and (not finding.parts or _is_stated(finding, at)):
        year = int(finding.series.years[at[1]])
        if told and finding.basis[at] == numbers.MEASURED:
            return _ending(f"{label}，按{year}年的数据判定", verdict)
        between = "" if finding.basis[at] == numbers.DEEMED else "，"
        return Explanation(f"{label}：{grounds(finding, at, asked, year)}{between}{verdict.chinese}", verdict)
    rule = "满足一项即可" if isinstance(finding.node, tree.AnyOf) else "各项须同时满足"
    parts = []
    for part in finding.parts:
        # " with " is a word of the canonical text, not of a sentence.
        named = f"“{str(part.node).replace(' with ', '，且')}”" if isinstance(part, LeafFinding) else "其中"
        parts.append(_derived(part, at, asked, named))
    return _ending(f"{label}，{rule}", verdict, tuple(parts))
