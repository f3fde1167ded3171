"""Whether an edited text still states what was issued: the same, another wording, or another statement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import tiny_plan

from cixi_analysis.report.edits import comparable, edited
from cixi_analysis.words import EditKind

PLAN = tiny_plan()
SAME, REWORDED, OTHER = None, EditKind.REWORDED, EditKind.CHANGED
BELOW = "优良天数比例83.3%，比下达目标86.8%低3.5个百分点，未达标。"


@pytest.mark.parametrize(
    ("issued", "found", "expected"),
    [
        # Figures and verdicts: the same characters, in any width and with any spaces.
        ("83.3%", "83.3%", SAME),
        ("83.3%", "８３．３％", SAME),
        ("83.3%", " 83.3 %", SAME),
        ("83.3%", "83.30%", OTHER),
        ("66,342", "66342", SAME),
        ("66,342", "66，342", SAME),
        ("66,342", "6634", OTHER),
        ("−54.3", "-54.3", SAME),
        ("−54.3", "－54.3", SAME),
        ("−54.3", "54.3", OTHER),
        ("29", "29项", OTHER),
        ("Ⅲ类", "Ⅳ类", OTHER),
        ("Ⅲ类", "III类", OTHER),
        ("10²", "102", OTHER),
        ("未达标", "达标", OTHER),
        ("9 环境空气质量、38 农村生活污水治理率", "9 环境空气质量", OTHER),
        ("≥80且高于全省平均", "≤80且高于全省平均", OTHER),
        ("实施期内，已过40%", "实施期外，已过40%", OTHER),  # too short for a sentence
        # Sentences: other words, the same statement.
        (BELOW, BELOW.replace("，", ",").replace("%", "％"), SAME),
        (BELOW, "优良天数比例为83.3%，与下达的目标86.8%相比低了3.5个百分点，仍未达标。", REWORDED),
        (BELOW, BELOW + "请继续努力。", REWORDED),
        (BELOW, "优良天数比例83.3%；比下达目标86.8%，低3.5个百分点；未达标", REWORDED),
        (BELOW, "83.3%；86.8%低3.5个百分点；未达标", OTHER),
        ("该市共有生态环境项目47个，已经全部实施。", "该市共有47个生态环境项目，均已实施。", REWORDED),
        ("PM2.5浓度26微克/立方米，比要求低，达标。", "PM2.5年均浓度26微克/立方米，比要求低，达标。", REWORDED),
        ("政府统一部署，进一步推进，共三年。", "政府部署，推进，共三年。", REWORDED),
        ("PM2.5浓度26微克/立方米，比上年上升。", "PM2.5浓度26微克/立方米，比上年提高。", REWORDED),
        ("须由40.7%提高到50.0%。", "应由40.7%上升到50.0%。", REWORDED),
        ("浓度26微克/立方米，比上年下降3.8。", "浓度26微克/立方米，比上年减少3.8。", REWORDED),
        # Sentences: another statement.
        ("浓度26微克/立方米，比上年上升。", "浓度26微克/立方米，比上年降低。", OTHER),
        ("比上年没有上升，达标。", "比上年提高，达标。", OTHER),
        ("须由40.7%提高到50.0%。", "拟由40.7%提高到50.0%。", OTHER),
        (BELOW, BELOW.replace("83.3", "88.3"), OTHER),
        (BELOW, BELOW.replace("83.3%", "83.3‰"), OTHER),
        (BELOW, BELOW.replace("个百分点", "%"), OTHER),
        (BELOW, BELOW.replace("未", ""), OTHER),
        (BELOW, BELOW.replace("低", "高"), OTHER),
        (BELOW, BELOW.replace("，未达标", ""), OTHER),
        (BELOW, BELOW + "其余均达标。", OTHER),
        (BELOW, BELOW.replace("83.3", "x").replace("86.8", "83.3").replace("x", "86.8"), OTHER),
        (BELOW, BELOW.replace("83.3", "约83.3"), OTHER),
        (BELOW, BELOW.replace("下达目标", "规划目标"), OTHER),
        ("比例98%，比要求的85%高13个百分点，达标。", "比例98%，比上年的85%高13个百分点，达标。", OTHER),
        ("比例98%，达标。", "比例98%，基本达标。", OTHER),
        ("比例98%，达标。", "比例98%，预计达标。", OTHER),
        ("其中29项达标。", "其中仅29项达标。", OTHER),
        ("须由40.7%提高到50.0%。", "须由40.7%提高50.0%。", OTHER),
        ("约束性28项、参考性22项。", "参考性28项、约束性22项。", OTHER),
        ("规划值定在2025、2030年。", "规划值定在2025-2030年。", OTHER),
        ("缺全省平均，无数据。", "有全省平均，无数据。", OTHER),
        ("20项已完成。", "20项按原计划推进。", OTHER),
        ("比例98%，达标。", "比例\uf0b398%，达标。", OTHER),  # ≥ of Word's font Symbol
        ("原文载明“严格遵守”，达标。", "原文载明「严格遵守」，达标。", SAME),
        (BELOW, "", OTHER),
        ("离规划值−9.3个百分点，未达标。", "离规划值9.3个百分点，未达标。", OTHER),
        ("浓度26微克/立方米，达标。", "浓度26毫克/立方米，达标。", OTHER),
        ("浓度26微克/立方米，达标。", "浓度26微克/升，达标。", OTHER),
        ("投资709.96亿元，已完成。", "投资709.96万元，已完成。", OTHER),
        ("要求不少于80%以上，达标。", "要求不少于80%以下，达标。", OTHER),
        ("近三年逐年上升，达标。", "近两年逐年上升，达标。", OTHER),
        ("占三分之一，达标。", "占三分之二，达标。", OTHER),
        ("断面水质为Ⅲ类，达标。", "断面水质为Ⅱ类，达标。", OTHER),
        ("9①未达标，9②达标。", "9②未达标，9①达标。", OTHER),
        ("国家级达标，省级未达标。", "省级达标，国家级未达标。", OTHER),
        ("原文载明“严格遵守”，达标。", "原文载明“基本遵守”，达标。", OTHER),
        ("较上年持平，达标。", "较上年改善，达标。", OTHER),
        ("面积不减少，达标。", "面积减少，达标。", OTHER),
        ("2项未达标（环境质量、满意度）。", "2项未达标（浓度、满意度）。", OTHER),
        ("2项未达标（环境质量、满意度）。", "2项未达标（满意度）。", OTHER),
        ("有关单位：市水利局、各镇（街道、园区），工程2。", "有关单位：市住建局、各镇（街道、园区），工程2。", OTHER),
        ("按资金看，生态生活体系最多。", "按资金看，生态安全体系最多。", OTHER),
        ("按资金看，生态生活体系最多。", "按资金看，生态生活体系最少。", OTHER),
        ("断面水质为Ⅲ类，优于上年的Ⅳ类，达标。", "断面水质为Ⅲ类，劣于上年的Ⅳ类，达标。", OTHER),
    ],
)  # fmt: skip
def test_cases(issued: str, found: str, expected: EditKind | None) -> None:
    """A figure or verdict is the same or another; a sentence may keep what it states in other words."""
    assert edited(issued, found, PLAN) is expected


def test_what_is_known_to_be_a_sentence_or_none() -> None:
    """A wording that the plan prints is a fact, however long; a reason is a sentence, however short."""
    assert edited("比例100%，达标", "比例为100%，达标", PLAN) is OTHER
    assert edited("比例100%，达标", "比例为100%，达标", PLAN, sentence=True) is REWORDED
    wording = "≥80且高于全省平均值，或逐年上升；完成上级下达的年度目标任务"
    assert edited(wording, wording.replace("值", ""), PLAN) is REWORDED
    assert edited(wording, wording.replace("值", ""), PLAN, sentence=False) is OTHER
    assert edited(wording, wording.replace("；", ";"), PLAN, sentence=False) is SAME


@given(
    st.text("0123456789.%，。未达标低高 ％８"),
    st.sampled_from([" ", "\n", "\u3000", "\u200b", "\xa0"]),
    st.integers(0, 30),
)
def test_spaces_say_nothing(text: str, space: str, at: int) -> None:
    """A space anywhere leaves a text the same."""
    assert comparable(text[:at] + space + text[at:]) == comparable(text)
