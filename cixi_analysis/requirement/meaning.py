"""The meaning of a node in plain Chinese, for reviewers who check a reading and for the reasons of verdicts."""

from cixi_analysis.requirement import tree
from cixi_analysis.requirement.tree import Comparator, Move, Node, Window

_COMPARATOR = {
    Comparator.GE: "不小于", Comparator.LE: "不大于", Comparator.GT: "大于", Comparator.LT: "小于",
    Comparator.REACH: "达到（方向随指标）",
}  # fmt: skip


def meaning(node: Node) -> str:
    """One node as a sentence; the caller adds those of the parts of AND and OR."""
    match node:
        case tree.AllOf():
            return "以下各项都要满足"
        case tree.AnyOf():
            return "以下各项满足一项即可"
        case tree.Bound():
            return f"现状值{_COMPARATOR[node.comparator]} {str(node).lstrip('≥≤<>')}"
        case tree.ClassBound():
            return f"水质类别{node}" + ("（不含该类）" if node.strict else "")
        case tree.AssignedTarget():
            return f"现状值与上级下达的当年目标相比：{node}"
        case tree.Rate():
            per, how = "同期年均" if node.yearly else "比上一年", "（复合）" if node.yearly and node.unit == "%" else ""
            asked = f"{_COMPARATOR[node.comparator]} {node.amount:.12g}{node.unit}"
            return f"{per}{node.move.value}幅度{how}{asked}"
        case tree.ChangeBenchmark():
            return f"{node.move.value}的幅度{_COMPARATOR[node.comparator]}全省平均{node.move.value}幅度"
        case tree.LevelBenchmark():
            if node.better:
                return "现状值优于全省平均值（方向随指标）"
            return f"现状值{_COMPARATOR[node.comparator]}全省平均值"
        case tree.Change():
            return _change(node) + (f"，且{meaning(node.rate)}" if node.rate else "")
        case _:
            return f"原文载明“{node}”"


def _change(node: tree.Change) -> str:
    if node.window is Window.YEARLY:
        span = f"近{node.years}年（{node.years}个年份都须有数据）" if node.years else "近三年（数据只有两年时看两年）"
        return f"{span}逐年{'都有' if node.move is Move.IMPROVE else ''}{node.move.value}"
    if node.strict:
        return f"比上一年{node.move.value}"
    return {Move.IMPROVE: "比上一年没有变差", Move.RISE: "比上一年没有下降", Move.FALL: "比上一年没有上升"}[node.move]
