"""The requirement language: wording → tree → canonical text, and every refusal with its whole message."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cixi_analysis.analysis.dossier import readings
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.requirement import Refusal, Terms, in_words, meaning, nothing_asked, read, vocabulary_problems
from cixi_analysis.requirement.tree import (
    AllOf,
    AmountUnit,
    AnyOf,
    AssignedTarget,
    Bound,
    Change,
    ChangeBenchmark,
    ClassBound,
    Comparator,
    LevelBenchmark,
    Move,
    Node,
    Rate,
    State,
    Window,
)
from cixi_analysis.requirement.vocabulary import unit_name, vocabulary
from cixi_analysis.words import AverageScope, Polarity

ROOT = Path(__file__).parent.parent
LIST = ROOT / "data" / "readings.csv"

#: wording → canonical text, beyond the plan's own wordings (those are in data/readings.csv).
UNDERSTOOD = {
    # bounds; 以上, 以下, 以内 include the number, 超过, 低于, 不满 exclude it
    "20%以上": "≥20%",
    "20及以上": "≥20",
    "13以下": "≤13",
    "13以内": "≤13",
    "控制在13.0立方米/万元以内": "≤13立方米/万元",
    "超过60": ">60",
    "高于60": ">60",
    "低于60": "<60",
    "不满60": "<60",
    "不低于60": "≥60",
    "达到或超过60%": "≥60%",
    "不少于60": "≥60",
    "不小于60": "≥60",
    "大于或等于60": "≥60",
    "大于等于60": "≥60",
    ">=60": "≥60",
    "不超过60": "≤60",
    "不高于60": "≤60",
    "小于或等于60": "≤60",
    "比例为100%": "100%",
    "比例≥90": "≥90",
    "比例达到100%": "100%",
    "达到90": "90",
    "达到90%以上": "≥90%",
    "-5": "-5",
    "≥-5": "≥-5",
    "1.50": "1.5",
    "≥0.00001": "≥0.00001",
    "≥1234567.89": "≥1234567.89",
    # water classes: ordered, 达到 is as good as
    "优于Ⅲ类": "优于Ⅲ类",
    "Ⅲ类": "达到或优于Ⅲ类",
    "达到Ⅲ类": "达到或优于Ⅲ类",
    "达到或优于Ⅲ类": "达到或优于Ⅲ类",
    "Ⅲ类以上": "达到或优于Ⅲ类",
    "不劣于Ⅲ类": "达到或优于Ⅲ类",
    "不低于Ⅲ类": "达到或优于Ⅲ类",
    "III类水质标准": "达到或优于Ⅲ类",
    "优于劣V类": "优于劣Ⅴ类",
    # assigned targets
    "完成上级下达的年度目标": "完成上级下达目标",
    "完成考核任务": "完成上级下达目标",
    "完成任务": "完成上级下达目标",
    "完成上级下达的年度考核任务": "完成上级下达目标",
    "不超过控制目标值": "不超过控制目标值",
    "不超过上级下达的年度控制目标": "不超过控制目标值",
    "低于控制目标值": "低于控制目标值",
    # changes; 较上年 looks at the year before, 逐年 at three years, 近N年 at N
    "高于上年": "较上年上升",
    "低于上年水平": "较上年下降",
    "不低于上年": "较上年不下降",
    "不高于上年": "较上年不上升",
    "优于上年": "较上年改善",
    "较上年提高": "较上年上升",
    "同比持续提高": "较上年上升",
    "不降低": "较上年不下降",
    "不上升": "较上年不上升",
    "不恶化": "较上年保持稳定或改善",
    "保持稳定或持续下降": "较上年不上升",
    "近三年逐年下降": "近3年逐年下降",
    "近两年持续改善": "近2年持续改善",
    "近10年稳步增长": "近10年稳步上升",
    # amounts of change
    "提高幅度≥1个百分点": "上升≥1个百分点",
    "较上年提高1个百分点以上": "上升≥1个百分点",
    "年均下降3.5%以上": "年均下降≥3.5%",
    "增长幅度达到全省平均": "上升幅度不低于全省平均值",
    "下降幅度低于全省平均": "下降幅度低于全省平均值",
    # the provincial average
    "优于全省平均": "优于全省平均值",
    "达到或高于全省平均": "不低于全省平均值",
    "达到或超过全省平均水平": "不低于全省平均值",
    "达到或优于全省平均": "达到全省平均水平",
    # joints: ；and line breaks separate groups, an empty group is dropped; 或 inside a fixed phrase is no OR
    "≥90或持续提高": "OR(≥90, 持续上升)",
    "≤25.4或≥30": "OR(≤25.4, ≥30)",
    "≥90或者持续提高": "OR(≥90, 持续上升)",
    "≥90，或持续提高": "OR(≥90, 持续上升)",
    "≥90，且持续提高": "AND(≥90, 持续上升)",
    "≥90并持续提高": "AND(≥90, 持续上升)",
    "≥90、持续提高": "AND(≥90, 持续上升)",
    "≥90；持续提高；": "AND(≥90, 持续上升)",
    "≥90\r\n持续提高\n": "AND(≥90, 持续上升)",
    "≥90\u2028持续提高": "AND(≥90, 持续上升)",
    "≥90，\n持续提高": "AND(≥90, 持续上升)",
    "≥90，\r\n持续提高": "AND(≥90, 持续上升)",
    "≥90或\n持续提高": "OR(≥90, 持续上升)",
    "≥90且\n持续提高\n建立": "AND(≥90, 持续上升, 建立)",
    "保持稳定或\n持续改善": "较上年保持稳定或改善",
    "≥35；≤80；△EQI≥90": "AND(≥35, ≤80, △EQI≥90)",
    "高于2020年；持续下降": "AND(较2020年上升, 持续下降)",
    "≥20；≥30或100": "AND(≥20, OR(≥30, 100))",
    "保持稳定或持续改善或≥80": "OR(较上年保持稳定或改善, ≥80)",
    "保持稳定或持续改善且≥80": "AND(较上年保持稳定或改善, ≥80)",
    "大于或等于60或不下降": "OR(≥60, 较上年不下降)",
    # a rate right after the change it measures qualifies it, whatever else the group holds
    "≤25.4或持续下降且年均下降幅度≥3.5%": "OR(≤25.4, 持续下降 with 年均下降≥3.5%)",
    "持续下降，年均下降幅度≥3.5%": "持续下降 with 年均下降≥3.5%",
    "近三年逐年提高且较上年提高2个百分点以上": "近3年逐年上升 with 上升≥2个百分点",
    "近三年持续下降且年均下降幅度≥3.5%": "近3年持续下降 with 年均下降≥3.5%",
    "≥90且持续提高且提高幅度大于全省平均": "AND(≥90, 持续上升 with 上升幅度高于全省平均值)",
    "持续下降；年均下降幅度≥3.5%": "AND(持续下降, 年均下降≥3.5%)",
    "高于2020年，提高2个百分点以上": "较2020年上升 with 较2020年上升≥2个百分点",
    "高于2020年，且较上年提高1个百分点以上": "AND(较2020年上升, 上升≥1个百分点)",
    "不低于2020年；较上年提高1个百分点以上": "AND(较2020年不下降, 上升≥1个百分点)",
    "持续提高，达到90%以上": "AND(持续上升, ≥90%)",
    "高于全省平均或增长幅度≥1个百分点": "OR(高于全省平均值, 上升≥1个百分点)",
    "持续提高或100%": "OR(持续上升, 100%)",
    "高于全省平均，提高幅度≥1个百分点": "AND(高于全省平均值, 上升≥1个百分点)",
    "AND(较2020年改善, 上升≥1个百分点)": "AND(较2020年改善, 上升≥1个百分点)",
    # states; a subject makes 不降低 a state, 面积、功能 share their predicate
    "面积不缩小": "面积不减少",
    "功能和强度不降低": "AND(功能不降低, 强度不降低)",
    "面积、功能不减少": "AND(面积不减少, 功能不减少)",
    "面积、\n功能不减少": "AND(面积不减少, 功能不减少)",
    "面积不减少或功能不降低": "OR(面积不减少, 功能不降低)",
    "生态功能不降低、面积不减少、性质不改变": "AND(生态功能不降低, 面积不减少, 性质不改变)",
    "生态、功能不降低": "AND(生态不降低, 功能不降低)",
    "无劣V类水体": "无劣Ⅴ类水体",
    # as other plans print them: small signs, negated signs, ；且, what is kept in a class, names of the share itself
    "﹤全省平均水平﹐且近三年逐年下降": "AND(低于全省平均值, 近3年逐年下降)",
    "﹥80﹔﹤90": "AND(>80, <90)",
    "≯25": "≤25",
    "≮85%": "≥85%",
    "高于或等于85且低于或等于全省平均": "AND(≥85, 不高于全省平均值)",
    "≥85；且逐年提高": "AND(≥85, 逐年上升)",
    "≥85\n；\n并且\n逐年提高": "AND(≥85, 逐年上升)",
    "持续下降；且年均下降幅度≥3.5%": "持续下降 with 年均下降≥3.5%",
    "保持在Ⅱ类以上": "达到或优于Ⅱ类",
    # a project may not add these: 亿千瓦 begins 亿千瓦时, 劣Ⅴ类 is a class
    "达到12亿千瓦以上": "≥12亿千瓦",
    "≥3亿千瓦时": "≥3亿千瓦时",
    "≥85，无劣V类": "AND(≥85, 无劣Ⅴ类)",
    "维持Ⅱ类水质": "达到或优于Ⅱ类",
    "好于Ⅲ类": "优于Ⅲ类",
    "比例控制在5%以内": "≤5%",
    "比例在85%以上": "≥85%",
    "比例保持在90%以上": "≥90%",
    "稳定提高": "稳定上升",
    "近三年稳定下降": "近3年稳定下降",
    "稳定达到85%以上": "≥85%",
    "稳定运行": "稳定运行",
    "完成上级下达指标": "完成上级下达目标",
    "完成年度考核指标": "完成上级下达目标",
    "达到上级下达的年度目标": "完成上级下达目标",
    "全面完成上级下达的目标值": "完成上级下达目标",
    "不高于上年同期": "较上年不上升",
    "与上年同期相比提高1个百分点": "上升≥1个百分点",
    "与2020年同期相比提高1个百分点": "较2020年上升≥1个百分点",
    "近三年逐年下降；较上年下降1个百分点以上": "AND(近3年逐年下降, 下降≥1个百分点)",
    # explicit readings
    "AND(近5年持续下降, 年均下降≥3.5%)": "AND(近5年持续下降, 年均下降≥3.5%)",
    "AND(≥80, OR(高于全省平均值, 逐年上升))": "AND(≥80, OR(高于全省平均值, 逐年上升))",
    "AND(≥20, 100)": "AND(≥20, 100)",
    "AND（≥20，≤30）": "AND(≥20, ≤30)",
}

#: What a clause may begin with, as a refusal lists it.
CLAUSES = (
    "数值（≥20、20%以上）；水质类别（优于Ⅲ类）；上级目标（完成上级下达的年度目标）；"
    "变化（逐年上升、保持稳定或持续改善、高于上年、年均下降幅度≥3.5%）；全省平均（高于全省平均值）；"
    "状态（制定实施、面积不减少、无黑臭水体）。"
)
AFTER_NUMBER = "此处可以是：以上；以下、以内；至（范围）；%；单位；且、并、逗号、顿号；或；分号、换行。"
AFTER_CLAUSE = "此处可以是：且、并、逗号、顿号；或；分号、换行。"
TWO_WAYS = "同一组里既有“且”又有“或”，有两种读法。两种读法："
CHOOSE = "。请在数据的“读法”列写明取哪一种，并写明理由。"
PERCENT = "指标本身若是百分比，变化的“%”可指百分之几，也可指几个百分点。"
REGION = "按地区类型分别提出的要求，本地区须恰好属于其中一类，而规划写明的类型："
BRACKETS = "要求语言不认识这里的括号，括号里的条件可能改变含义。"
ASSIGNED = "这里的目标、任务不一定是下达给本地的；确是“下达目标”一列所填的，请在“读法”列写"
NO_YEAR = "有的写明了与哪一年相比，有的幅度没有写明，请写“较20XX年……”或“较上年……”。"
BEHIND = "变化或平均值之后的数、平均值可指变化的幅度，也可指现状值；请把指现状值的写在前面。"
TWO_NUMBERS = "两个数字之间的逗号、顿号、空格或换行可有两种理解（一个数，或两个数）。"
LISTED = "并列的两项可指两件事，而不是同一件事的两个条件。"

BROKEN = "换行断开了一句话：同一句里的换行请删去，另起一句的请写“；”。"
NAMED = "数前面的名称可指另一个量；就是这一指标的，请在“读法”列写“≥85%”“≤25”一类，并写明理由；几个量各有要求的，请分为几个子项。"

#: wording → the whole message.
REFUSED = {
    "≥80且高于全省平均值，或逐年上升": "无法解读“【≥80且高于全省平均值，或逐年上升】”："
    + TWO_WAYS
    + "OR(AND(≥80, 高于全省平均值), 逐年上升)；AND(≥80, OR(高于全省平均值, 逐年上升))"
    + CHOOSE,
    "完成考核任务，且≥90或持续提高": "无法解读“【完成考核任务，且≥90或持续提高】”："
    + TWO_WAYS
    + "OR(AND(完成上级下达目标, ≥90), 持续上升)；AND(完成上级下达目标, OR(≥90, 持续上升))"
    + CHOOSE,
    "建立；≥1且≥2或≥3": "无法解读“建立；【≥1且≥2或≥3】”："
    + TWO_WAYS
    + "OR(AND(≥1, ≥2), ≥3)；AND(≥1, OR(≥2, ≥3))"
    + CHOOSE,
    "力争世界领先": "无法解读“【力争世界领先】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "≤25.4或力争领先，≥3": "无法解读“≤25.4或【力争领先】，≥3”：不认识这里的说法。此处可以是：" + CLAUSES,
    "基本建立": "无法解读“【基本建立】”：“基本”没有确定的界限。",
    "显著改善": "无法解读“【显著改善】”：“显著”“明显”“大幅”没有确定的界限。",
    "趋零增长": "无法解读“【趋零增长】”：“趋零”没有确定的界限。",
    "趋零填埋": "无法解读“【趋零填埋】”：“趋零”没有确定的界限。",
    "累计下降≥18%": "无法解读“【累计下降≥18%】”：“累计”须写明自哪一年起：“较20XX年累计……”。",
    # what to write instead of phrases that plans use and that say too little
    "≥80。": "无法解读“≥80【。】”：句号不是要求语言的一部分：句末的请删去，句中的请写“；”。",
    "完成国家/省下达任务": "无法解读“【完成国家/省下达任务】”：" + ASSIGNED + "“完成上级下达的目标”，并写明理由。",
    "不降低且达到考核要求": "无法解读“不降低且达到【考核要求】”：" + ASSIGNED + "“完成上级下达的目标”，并写明理由。",
    "≥12，且不超过国家总量控制指标": "无法解读“≥12，且不超过【国家总量控制指标】”："
    + ASSIGNED.replace("目标、任务", "指标")
    + "“不超过控制目标值”，并写明理由。",
    # the other way round, 不超过 would be proposed for 不低于; 超额 is more than 完成; a sentence without its comma is no target
    "不低于上级下达指标": "无法解读“不低于【上级下达指标】”："
    + ASSIGNED.replace("目标、任务", "指标").removesuffix("写")
    + "按原文的方向写“不低于控制目标值”“低于控制目标值”一类，并写明理由。",
    "超额完成上级下达任务": "无法解读“【超额完成上级下达任务】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "完成上级规定的考核任务 保持稳定": "无法解读“完成上级规定的考核任务 【保持稳定】”：不认识这里的说法。"
    + AFTER_CLAUSE,
    "满足考核要求": "无法解读“【满足考核要求】”：" + ASSIGNED + "“完成上级下达的目标”，并写明理由。",
    "达到省要求": "无法解读“达到【省要求】”：这里的要求可指下达的目标，也可指文字载明的标准；"
    "请在“读法”列写“完成上级下达的目标”或“达到省级要求”一类，并写明理由。",
    "未发生较大及以上环境事件": "无法解读“未发生【较大及以上环境事件】”：不认识这里的说法。" + AFTER_CLAUSE,
    "较大提升": "无法解读“【较大提升】”：“较大”没有确定的界限。",
    "近五年持续下降；年均下降≥3.5%": "无法解读“【近五年持续下降；年均下降≥3.5%】”：有的写明看近5年，有的幅度没有写明看哪几年，"
    "请写“近5年逐年下降且年均下降……”或“较上年……”。",
    # the advice keeps the direction, and makes no 且 of 或
    "近五年持续上升；年均上升≥3.5%": "无法解读“【近五年持续上升；年均上升≥3.5%】”：有的写明看近5年，有的幅度没有写明看哪几年，"
    "请写“近5年逐年上升且年均上升……”或“较上年……”。",
    "近五年持续下降或年均下降≥3.5%": "无法解读“【近五年持续下降或年均下降≥3.5%】”：有的写明看近5年，有的幅度没有写明看哪几年，"
    "请写“较上年……”。",
    "≥80；且高于全省平均值，或逐年上升": "无法解读“【≥80；且高于全省平均值，或逐年上升】”："
    + TWO_WAYS
    + "OR(AND(≥80, 高于全省平均值), 逐年上升)；AND(≥80, OR(高于全省平均值, 逐年上升))"
    + CHOOSE,
    "≥80；且": "无法解读“≥80；且【】”：没有写完。此处可以是：" + CLAUSES,
    "；且≥80": "无法解读“；【且≥80】”：不认识这里的说法。此处可以是：" + CLAUSES,
    # as the cells of the national standard of 2024 are printed
    "完成上级规定的\n考核任务，且≥90\n或持续提高": "无法解读“【完成上级规定的⏎考核任务，且≥90⏎或持续提高】”：" + BROKEN,
    "≥80或建立\n且持续提高": "无法解读“【≥80或建立⏎且持续提高】”：" + BROKEN,
    "与上年持平": "无法解读“【与上年持平】”：“持平”可指相等，也可指不变差；不变差的，请在“读法”列写“较上年保持稳定”一类，并写明理由。",
    "高于全省平均5个百分点": "无法解读“高于全省平均【5个百分点】”：要求语言只把数值与平均值比高低，高出多少、是它的几成不解读。",
    "不低于全国平均水平的1.5倍": "无法解读“不低于全国平均水平【的1.5倍】”：要求语言只把数值与平均值比高低，高出多少、是它的几成不解读。",
    "到2025年≥80": "无法解读“【到2025年≥80】”：要求的文字里不写到哪一年：各年的规划值各占一行，年份写在“年份”列。",
    "年均增速≥5%": "无法解读“年均【增速≥5%】”：请写“年均增长≥5%”“增长幅度高于全省平均”一类；"
    "指标本身就是增长率、下降率的，请在“读法”列写“≥5%”一类，并写明理由。",
    "建立；下降5%": "无法解读“建立；下降5%【】”：没有写明与哪一年相比，请写“较20XX年……”或“较上年……”。",
    "每年≥80": "无法解读“【每年≥80】”：“每年≥80”即“≥80”，“每年提高1个百分点”即“较上年提高≥1个百分点”：请写在“读法”列，并写明理由。",
    "≥90（约束性）": "无法解读“≥90【（约束性）】”：“约束性”“参考性”写在指标的“指标属性”列，请从这里删去。",
    "①≥85；②≥90": "无法解读“【①≥85】；②≥90”：①②指几个量的，请分为几个子项；只是脚注、编号的，"
    "请在“读法”列写不带它的文字，并写明理由。",
    "面积≥120km²": "无法解读“面积【≥120km²】”：" + NAMED,  # no footnote
    "≥90＊": "无法解读“≥90【＊】”：脚注可能改变含义；不改变的，请在“读法”列写不带它的文字，并写明理由。",
    "每年开展": "无法解读“【每年开展】”：“每年开展”即“开展”：请写在“读法”列，并写明理由。",
    "水质达到Ⅲ类": "无法解读“水质【达到Ⅲ类】”：水质就是这一指标的，请在“读法”列写“达到或优于Ⅲ类”“优于Ⅲ类”一类，并写明理由。",
    "完成上级下达的目标，且力争领先": "无法解读“完成上级下达的目标，且【力争领先】”：不认识这里的说法。此处可以是："
    + CLAUSES,
    "符合要求": "无法解读“【符合要求】”：没有说达到哪一级的要求，请写“达到国家要求”一类。",
    "国控断面≥80%，省控断面≥90%": "无法解读“【国控断面≥80%】，省控断面≥90%”：数前面的名称可指另一个量，或只指其中一部分；"
    "几个量各有要求的，请分为几个子项。",
    "水质达标率保持在95%以上": "无法解读“水质【达标率保持在95%以上】”：" + NAMED,
    "PM2.5浓度降至25以下": "无法解读“【PM2.5浓度降至25以下】”：" + NAMED,
    "不低于现状": "无法解读“不低于【现状】”：“现状”“基准年”是哪一年，须由规划写明。",
    "较2020年下降，年均下降幅度≥3%": "无法解读“【较2020年下降，年均下降幅度≥3%】”：这里的幅度与“较2020年”的变化不在同一段年份。",
    "优于2020年，提高2个百分点以上": "无法解读“【优于2020年，提高2个百分点以上】”：" + NO_YEAR,
    "优于2020年或提高2个百分点以上": "无法解读“【优于2020年或提高2个百分点以上】”：" + NO_YEAR,
    "建立；提高2个百分点以上\n不低于2020年": "无法解读“【建立；提高2个百分点以上⏎不低于2020年】”：" + NO_YEAR,
    "不低于2020年；年均提高1个百分点以上": "无法解读“【不低于2020年；年均提高1个百分点以上】”：" + NO_YEAR,
    "近三年逐年提高，提高2个百分点以上": "无法解读“【近三年逐年提高，提高2个百分点以上】”："
    "这里的幅度可指近3年的，也可指比上一年的，请写“年均……”或“较上年……”。",
    "较2020年下降\n15%": "无法解读“【较2020年下降⏎15%】”：" + BEHIND,
    "建立；高于上年，5%以上": "无法解读“建立；【高于上年，5%以上】”：" + BEHIND,
    "提高幅度≥1个百分点且高于全省平均": "无法解读“【提高幅度≥1个百分点且高于全省平均】”：" + BEHIND,
    "逐年提高且提高幅度大于全省平均，高于全国平均": "无法解读“【逐年提高且提高幅度大于全省平均，高于全国平均】”："
    + BEHIND,
    "增长幅度≥1个百分点或高于全省平均": "无法解读“【增长幅度≥1个百分点或高于全省平均】”：" + BEHIND,
    "年均下降3%以上、5%以下": "无法解读“【年均下降3%以上、5%以下】”：" + BEHIND,
    "较2020年下降；15%~20%": "无法解读“【较2020年下降；15%~20%】”：" + BEHIND,
    "较2020年下降-18%": "无法解读“【较2020年下降-18%】”：变化的幅度不写负号：“下降-18%”可指下降18%。",
    "年均下降幅度≥-3.5%": "无法解读“【年均下降幅度≥-3.5%】”：变化的幅度不写负号：“下降-18%”可指下降18%。",
    "高于全省平均水平\n5": "无法解读“【高于全省平均水平⏎5】”：" + BEHIND,
    "建立；1、持续提高": "无法解读“建立；【1、持续提高】”：“1、”可指编号，也可指数值；数值请写“≥1”一类。",
    "≤1，\n200以下": "无法解读“≤【1，⏎200】以下”：" + TWO_NUMBERS,
    "": "无法解读“【】”：没有内容。此处可以是：" + CLAUSES,
    "；；": "无法解读“；；【】”：没有内容。此处可以是：" + CLAUSES,
    "/": "无法解读“【/】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "≥80且": "无法解读“≥80且【】”：没有写完。此处可以是：" + CLAUSES,
    "且≥80": "无法解读“【且≥80】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "≥80或或≥90": "无法解读“≥80或【或≥90】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "提升≥1%": "无法解读“【提升≥1%】”：" + PERCENT,
    "持续改善且改善幅度≥5%": "无法解读“持续改善且【改善幅度≥5%】”：" + PERCENT,
    "90左右": "无法解读“90【左右】”：“左右”“约”没有确定的界限。",
    "约90": "无法解读“【约90】”：“左右”“约”没有确定的界限。",
    "稳中有升": "无法解读“【稳中有升】”：“稳中有升”可指保持稳定，也可指必须上升。",
    "连续三年上升": "无法解读“【连续三年上升】”：“连续N年”可指N个年份，也可指N次变化；变化请写“近N年逐年……”。",
    "连续三年≥95%": "无法解读“【连续三年≥95%】”：“连续N年”可指N个年份，也可指N次变化；变化请写“近N年逐年……”。",
    "山区≥60，丘陵≥40": "无法解读“【山区≥60，丘陵≥40】”：" + REGION + "没有写明。两种读法：≥60；≥40" + CHOOSE,
    "≥80或建立，山区≥60，丘陵≥40": "无法解读“≥80或建立【，】山区≥60，丘陵≥40”：按地区类型分别提出的要求，请写“山区≥60；丘陵≥40”一类。",
    "平原≥60": "无法解读“【平原≥60】”：按地区类型分别提出的要求须写在一处，写出两类以上，每类一次。",
    "山区≥60且丘陵≥40": "无法解读“山区≥60【且丘陵≥40】”：按地区类型分别提出的要求，请写“山区≥60；丘陵≥40”一类。",
    "山区≥60；建立；丘陵≥40": "无法解读“【山区≥60】；建立；丘陵≥40”：按地区类型分别提出的要求须写在一处，写出两类以上，每类一次。",
    "≥60（山区）": "无法解读“≥60【（山区）】”：按地区类型分别提出的要求，请写“山区≥60；丘陵≥40”一类。",
    "≥80(不含湿地)": "无法解读“≥80【(不含湿地)】”：" + BRACKETS,
    "（≥80）": "无法解读“【（≥80）】”：" + BRACKETS,
    "〔18%〕": "无法解读“【〔18%〕】”：" + BRACKETS,
    "较2020年下降[18%]": "无法解读“较2020年下降【[18%]】”：" + BRACKETS,
    "下降18%［累计］": "无法解读“下降18%【［累计］】”：“累计”须写明自哪一年起：“较20XX年累计……”。",
    "AND(≥80)": "无法解读“AND(≥80【)】”：" + BRACKETS,
    "AND(≥20、≤30)": "无法解读“AND(≥20【、】≤30)”：AND( ) 与 OR( ) 的各项只能以逗号分隔。",
    "≥1,000": "无法解读“≥【1,000】”：" + TWO_NUMBERS,
    "≥1，000": "无法解读“≥【1，000】”：" + TWO_NUMBERS,
    "≥1, 000": "无法解读“≥【1, 000】”：" + TWO_NUMBERS,
    "≥1 000": "无法解读“≥【1 000】”：" + TWO_NUMBERS,
    "≥1  000": "无法解读“≥【1  000】”：" + TWO_NUMBERS,
    "≥1 \u3000\t000": "无法解读“≥【1 \u3000\t000】”：" + TWO_NUMBERS,
    "AND(≥1,000, ≤3)": "无法解读“AND(≥【1,000】, ≤3)”：" + TWO_NUMBERS,
    "80、90": "无法解读“【80、90】”：" + TWO_NUMBERS,
    "80%、90%": "无法解读“【80%、90%】”：" + LISTED,
    "80\n90": "无法解读“【80⏎90】”：" + TWO_NUMBERS,
    "≤2\n5.4或持续下降": "无法解读“≤【2⏎5.4】或持续下降”：" + TWO_NUMBERS,
    "建立；≥80%，90%": "无法解读“建立；【≥80%，90%】”：" + LISTED,
    "≥80、≥90": "无法解读“【≥80、≥90】”：" + LISTED,
    "年均下降≥3%，年均下降≥5%": "无法解读“【年均下降≥3%，年均下降≥5%】”：" + LISTED,
    "逐年下降，年均下降≥3%，年均下降≥5%": "无法解读“【逐年下降，年均下降≥3%，年均下降≥5%】”：" + LISTED,
    "逐年下降且年均下降≥3%；年均下降≥5%": "无法解读“【逐年下降且年均下降≥3%；年均下降≥5%】”：" + LISTED,
    "80%以上；建立，超过90": "无法解读“【80%以上；建立，超过90】”：" + LISTED,
    "≤10且建立且<8": "无法解读“【≤10且建立且<8】”：" + LISTED,
    "6.5–8.5；≥7": "无法解读“【6.5–8.5；≥7】”：" + LISTED,
    "△EQI>-1、△EQI≥0": "无法解读“【△EQI>-1、△EQI≥0】”：" + LISTED,
    "≥80\n≤35": "无法解读“【≥80⏎≤35】”：" + LISTED,
    "<35且建立且不低于80": "无法解读“【<35且建立且不低于80】”：" + LISTED,
    "持续提高\n建立\n持续下降": "无法解读“【持续提高⏎建立⏎持续下降】”：" + LISTED,
    "Ⅱ类、Ⅲ类": "无法解读“【Ⅱ类、Ⅲ类】”：" + LISTED,
    "达到Ⅱ类；优于Ⅲ类": "无法解读“【达到Ⅱ类；优于Ⅲ类】”：" + LISTED,
    "90-80": "无法解读“【90-80】”：范围的两端须由小到大。",
    "-90--80": "无法解读“【-90--80】”：范围里的负号可被看作“至”。",
    "80%～90": "无法解读“【80%～90】”：范围两端的单位不同。",
    "5–10%以上": "无法解读“5–10%【以上】”：不认识这里的说法。此处可以是：且、并、逗号、顿号；或；分号、换行。",
    "60秒": "无法解读“60【秒】”：不认识这里的说法。" + AFTER_NUMBER,
    "5.": "无法解读“5【.】”：不认识这里的说法。" + AFTER_NUMBER,
    "007": "无法解读“0【07】”：不认识这里的说法。" + AFTER_NUMBER,
    "≥80以上": "无法解读“≥80【以上】”：不认识这里的说法。" + AFTER_CLAUSE,
    "50以上60以下": "无法解读“50以上【60以下】”：不认识这里的说法。" + AFTER_CLAUSE,
    "达到80以下": "无法解读“【达到80以下】”：“达到”与“以下”不能连用。",
    "优于Ⅲ类以上": "无法解读“【优于Ⅲ类以上】”：“优于”与“以上”不能连用。",
    "≥6.5或≤8.5": "无法解读“【≥6.5或≤8.5】”：任何数都满足“或”的其中一项，不成为要求；指范围的请写“且”。",
    "≥Ⅲ类": "无法解读“【≥Ⅲ类】”：水质类别请写“达到或优于”“优于”，不用大小符号。",
    "劣Ⅴ类": "无法解读“【劣Ⅴ类】”：劣Ⅴ类是最差的一类，任何水体都“达到”，不成为要求。",
    "劣Ⅲ类": "无法解读“【劣Ⅲ类】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "保持稳定或持续下降且年均下降幅度≥3.5%": "无法解读“【保持稳定或持续下降且年均下降幅度≥3.5%】”：“保持稳定”没有幅度：这里的幅度可只指变化，也可指两者。",
    "持续下降且年均上升幅度≥3.5%": "无法解读“【持续下降且年均上升幅度≥3.5%】”：“下降”之后的幅度却是“上升”。",
    "近五年持续改善且年均下降幅度≥3.5%": "无法解读“【近五年持续改善且年均下降幅度≥3.5%】”：“改善”之后的幅度是“下降”，看不出是否也看近5年。",
    "较上年逐年提高": "无法解读“【较上年逐年提高】”：“较上年”与“逐年”所看的年份不同。",
    "逐年上升5%": "无法解读“逐年上升【5%】”：不认识这里的说法。" + AFTER_CLAUSE,
    "近三年上升": "无法解读“近三年【上升】”：不认识这里的说法。此处可以是：逐年、持续、稳步。",
    "面积，功能不减少": "无法解读“【面积，】功能不减少”：这一主语后面缺少“不减小”“不改变”一类的说法。",
    "强度不上升": "无法解读“【强度不上升】”：“强度不上升”不是要求语言里的说法。",
    "0.64\n力争": "无法解读“0.64⏎【力争】”：不认识这里的说法。此处可以是：" + CLAUSES,
    "OR(≥1, " * 60 + "≥2": "无法解读“【" + "OR(≥1, " * 60 + "≥2】”：括号超过50层。",
}


@pytest.mark.parametrize(("wording", "canonical"), UNDERSTOOD.items())
def test_understood(wording: str, canonical: str) -> None:
    """A wording is read as this tree, and the tree's canonical text is read as the same tree."""
    assert str(read(wording)) == canonical
    assert read(canonical) == read(wording)


@pytest.mark.parametrize(("wording", "message"), REFUSED.items())
def test_refused(wording: str, message: str) -> None:
    """What the language does not hold is refused, and the message marks the place and says what would be right."""
    with pytest.raises(Refusal) as refusal:
        read(wording)
    assert str(refusal.value) == message


@pytest.mark.parametrize("phrase", vocabulary()["advice"])
def test_what_a_refusal_proposes_is_read(phrase: str) -> None:
    """A message proposes no wording that is refused itself."""
    advice = vocabulary()["advice"][phrase].replace("20XX", "2020").replace("……", "下降")
    for proposed in re.findall("写(“.+?”(?:或?“.+?”)*)", advice):
        for wording in re.findall("“(.+?)”", proposed):
            assert wording == "；" or read(wording, unit="吨")


@pytest.mark.parametrize(
    "wording",
    [
        "（≥80，≥1, 200）或建立", "AND(≥1, （≥80，≥1, 200）或建立)", "达到标准", "完成", "≥80；或持续提高", "≥80。", "≥80和持续提高", "≥80或，持续提高", "保持稳定\n或持续改善", "80%以上持续提高", "多于60", "=60",
        "三类", "优于Ⅵ类", "无Ⅴ类水体", "基本无黑臭水体", "不开展", "未建立", "明显", "不严格遵守", "面积不增加", "面积≥20", "面积稳步提升",
        "完成任务的80%", "完成指标", "完成目标值", "全面完成", "完成国家下达的目标", "达到控制目标值", "到2025年≥80", "逐年提高至90", "下降到5以上", "提高到10个百分点", "高于上年5个百分点", "增幅高于全省平均",
        "高于全省平均5个百分点", "年均下降3.5%", "近一年逐年上升", "逐年下降幅度≥1个百分点", "不减少", "比例比例为100", "≥1e5", "≥80‰", "九成",
        "≤60≥50", "保持稳定或", "≥" + "9" * 400,
    ],
)  # fmt: skip
def test_refused_too(wording: str) -> None:
    """More that could be misread if it were read at all."""
    with pytest.raises(Refusal):
        read(wording)


@pytest.mark.parametrize(
    ("wording", "unit", "read_as"),
    [
        ("提升≥1%", "吨", "上升≥1%"),
        ("提升≥1%", "%", None),
        ("年均下降幅度≥3.5%", None, "年均下降≥3.5%"),
        ("年均下降幅度≥3.5%", "立方米/万元", "年均下降≥3.5%"),
        ("年均下降幅度≥3.5%", "%", None),
        ("年均下降幅度≥3.5%", "-", None),
        ("提升≥1个百分点", "%", "上升≥1个百分点"),
        ("提升≥1个百分点", None, "上升≥1个百分点"),
        ("提升≥1个百分点", "吨", None),
        ("较2020年下降15%", "吨", "较2020年下降≥15%"),
        ("较2020年下降15%", None, "较2020年下降≥15%"),
        ("较2020年下降15%", "%", None),
        ("较2020年下降15%", "-", None),
        ("较2020年下降15%", "无", None),
        ("较2020年下降15%", "百分比", None),
        ("年均下降幅度≥3.5%", "百分率", None),
        ("提升≥1个百分点", "百分比", "上升≥1个百分点"),
        ("较上年下降15%", None, None),
        ("较2020年下降2个百分点", "%", "较2020年下降≥2个百分点"),
    ],
)
def test_percent_or_points(wording: str, unit: str | None, read_as: str | None) -> None:
    """A percentage of change is read only of what is no percentage itself, points only of what is one."""
    if read_as is None:
        with pytest.raises(Refusal):
            read(wording, unit=unit)
    else:
        assert str(read(wording, unit=unit)) == read_as


def test_the_years_of_a_mean_are_told() -> None:
    """A yearly mean that stands alone names its years: 同期 would point at nothing. Behind a change it is of the same ones."""
    years = "近三年（数据只有两年时看两年）"
    assert in_words(read("年均下降≥3%")) == f"{years}年均下降幅度（复合）不低于3%"
    qualified = in_words(read("持续下降且年均下降≥3%；≥80"))
    assert qualified == f"（{years}逐年下降，且同期年均下降幅度（复合）不低于3%），并且现状值不低于80"


def test_normalised_with_nfc() -> None:
    """Ⅲ is one character and stays one: NFC, not NFKC; a Latin V in 劣V is understood, as are full-width forms."""
    assert unicodedata.normalize("NFKC", "Ⅲ") == "III"
    assert str(read("优于Ⅲ类")) == "优于Ⅲ类"
    assert str(read("无劣Ⅴ类水体")) == str(read("无劣V类水体")) == str(read("无劣Ｖ类水体")) == "无劣Ⅴ类水体"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("≥20", "＞＝２０"),
        ("≥90%，且持续提高", "≥９０％ , 且 持续提高"),
        ("≥20；≤30", "≥ 20 ; ≤\u300030"),
        ("≥1.5", "≥１．５"),
        ("AND(≥20, ≤30)", "ＡＮＤ（≥20，≤30）"),
    ],
)
def test_forms_make_no_difference(one: str, other: str) -> None:
    """Full-width forms and spaces make no difference."""
    assert read(one) == read(other)


def test_mark_is_inside_the_text_as_written() -> None:
    """The place is marked in the wording as it was given, spaces and full-width forms included."""
    with pytest.raises(Refusal) as refusal:
        read("≥ ８０ 且 力争 领先 ，建立")
    assert refusal.value.marked == "≥ ８０ 且 【力争 领先】 ，建立"


def test_same_group_same_tree() -> None:
    """The order of canonical parts is the wording's; nested ANDs are one AND."""
    parts = Bound(Comparator.GE, 1), Bound(Comparator.LE, 2), State("建立")
    assert read("≥1；≤2且建立") == read("AND(≥1, AND(≤2, 建立))") == AllOf(parts)


# --- other standards, other words --------------------------------------------------------------------------------

#: A county of two kinds: 平原, 沿海.
COUNTY = Terms(region_kinds=("平原", "沿海"), base_year=2022)
with (ROOT / "tests" / "wordings.csv").open(encoding="utf-8", newline="") as wordings:
    #: wordings of other standards as public texts have them, with what is right: a reading, or "" for a refusal
    OTHERS = list(csv.DictReader(wordings))


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: row["wording"])
def test_other_standards(row: dict[str, str]) -> None:
    """A wording of another standard is read as the table says, or refused where it can be read two ways."""
    try:
        tree = read(row["wording"], unit=row["unit"] or None, terms=COUNTY)
    except Refusal:
        tree = None
    assert str(tree or "") == row["read_as"]
    if tree:
        assert read(str(tree), unit=row["unit"] or None) == tree, "the canonical text needs no terms of the county"


@pytest.mark.parametrize(
    ("kind", "wording", "read_as"),
    [
        ("unit", "≥1{}", "≥1{}"), ("rise", "逐年{}", "逐年上升"), ("fall", "逐年{}", "逐年下降"), ("improve", "逐年{}", "逐年改善"),
        ("fallen", "{}", "较上年下降"), ("not_fall", "{}", "较上年不下降"), ("not_rise", "{}", "较上年不上升"),
        ("not_worsen", "{}", "较上年保持稳定或改善"), ("steady", "{}", "较上年保持稳定或改善"), ("adverb", "{}上升", "{}上升"),
        ("reach", "{}1%", "1%"), ("stay", "{}1%以上", "≥1%"), ("deed", "{}", "{}"), ("manner", "{}开展", "{}开展"),
        ("managed", "全面{}", "全面{}"), ("state", "{}", "{}"), ("standard", "满足{}", "达到{}"), ("subject", "{}不改变", "{}不改变"),
        ("subject_state", "面积{}", "面积{}"), ("per", "≥1次/{}", "≥1次/{}"), ("average", "高于{}", "高于{}平均值"),
        ("region", "{}≥1；外≥2", "≥1"),
    ],
)  # fmt: skip
def test_every_word_of_the_vocabulary(kind: str, wording: str, read_as: str) -> None:
    """No word hides another: each of the list is read, where its kind stands, as what it stands for."""
    for word, stands_for in vocabulary()[kind].items():
        terms = Terms((("region", "外"),), (word,)) if kind == "region" else Terms()
        assert str(read(wording.format(word), terms=terms)) == read_as.format(stands_for)


def test_the_vocabulary_is_a_plain_list() -> None:
    """Kinds as the grammar names them, no word twice in a kind; what a word stands for is a word of its kind."""
    lines = (ROOT / "cixi_analysis/requirement/vocabulary.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    assert len({(row["kind"], row["word"]) for row in rows}) == len(rows)
    for row in rows:
        assert (
            row["stands_for"] in ("", "%", *vocabulary()[row["kind"]], *vocabulary()["unit"])
            or row["kind"] == "average"
        )
        assert not row["stands_for"] or row["kind"] != "refused"


@pytest.mark.parametrize(
    ("terms", "read_as"),
    [
        (Terms(), None), (Terms(region_kinds=("沿海",)), None), (Terms(region_kinds=("山区", "平原")), None),
        (Terms(region_kinds=("山区",)), "≥60"), (Terms(region_kinds=("平原", "沿海")), "≥15"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "wording",
    [
        "山区≥60；丘陵≥40；平原≥15",
        "山区≥60，\n丘陵≥40，\n平原≥15",
        "山区≥60，丘陵≥40、平原≥15",
        "山区：≥60\n丘陵地区 ≥40\n平原区 ≥15",
    ],
)
def test_the_case_of_the_region(wording: str, terms: Terms, read_as: str | None) -> None:
    """Exactly one of the kinds that a wording names is the region's: that case holds, else both readings are named."""
    if read_as:
        assert str(read(wording, terms=terms)) == read_as
        assert str(read(f"完成任务；{wording}；建立", terms=terms)) == f"AND(完成上级下达目标, {read_as}, 建立)"
    else:
        with pytest.raises(Refusal) as refusal:
            read(wording, terms=terms)
        assert [str(one) for one in refusal.value.readings] == ["≥60", "≥40", "≥15"]


def test_nothing_asked() -> None:
    """The marks for "nothing is asked", with forms and spaces; a project may add its own."""
    for mark in ("/", "／", "—", "——", "－", "-", "--", "－－", " 不涉及 ", "无要求"):
        assert nothing_asked(mark)
    assert not any(map(nothing_asked, ("", "无", "0", "不下降", "不涉及耕地")))
    assert nothing_asked("免考", Terms((("nothing_asked", "免考"),)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "word",
    [
        ("unit", "头"), ("unit", "只/亩"), ("state", "消除劣Ⅴ类水体"), ("unit", "平方千公尺", "平方公里"), ("state", "完成改造"), ("state", "上墙", "建立"), ("rise", "攀升"),
        ("fall", "压减"), ("improve", "转好"), ("subject", "岸线"), ("average", "全区平均", "全市"), ("region", "库区"), ("nothing_asked", "*"),
    ],
)  # fmt: skip
def test_a_project_adds_words(word: tuple[str, ...]) -> None:
    """An added word is read where its kind stands, and every other wording as before."""
    terms = Terms((word,), base_year=2022)
    assert vocabulary_problems(terms) == []
    wording = {
        "unit": "≥1{}", "rise": "逐年{}", "fall": "逐年{}", "improve": "逐年{}", "subject": "{}不减少", "average": "高于{}",
        "region": "{}≥1；山区≥2", "state": "{}", "nothing_asked": "100",
    }[word[0]].format(word[1])  # fmt: skip
    with_word = terms._replace(region_kinds=(word[1],)) if word[0] == "region" else terms
    tree = read(wording, terms=with_word)
    assert read(str(tree), terms=with_word) == tree
    for other, canonical in UNDERSTOOD.items():
        assert str(read(other, terms=terms)) == canonical
    for other in REFUSED:
        if word[1] not in other and "现状" not in other:
            with pytest.raises(Refusal):
                read(other, terms=terms)


@pytest.mark.parametrize(
    ("word", "right"),
    [
        (("verb", "做"), "类别是 unit、"), (("adverb", "渐渐"), "类别是 unit、"), (("state", ""), "一个词："), (("state", "建立且运行"), "一个词："),
        (("state", "建立，运行"), "一个词："), (("state", "建立（含）"), "一个词："), (("unit", "m4"), "一个词："), (("state", "≥好"), "一个词："),
        (("state", "ok"), "一个词："), (("state", "达到Ⅲ类或好"), "一个词："), (("state", "建立"), "一个新词："), (("state", "持续改善"), "一个新词："),
        (("state", "持续改"), "一个新词："), (("state", "持"), "一个新词："), (("state", "年均下降"), "一个新词："), (("state", "完成"), "一个新词："),
        (("state", "完成任务"), "一个新词："), (("rise", "下降"), "一个新词："), (("unit", "以上"), "一个新词："), (("unit", "亩以"), "一个新词："),
        (("unit", "个百分点"), "一个新词："), (("standard", "Ⅲ类标准"), "一个新词："), (("standard", "IV类水"), "一个新词："), (("nothing_asked", "劣Ⅴ类"), "一个新词："), (("unit", "公里"), "一个新词："), (("nothing_asked", "不下降"), "一个新词："),
        (("state", "世界左右"), "不含“左右”一类"), (("state", "基本建立"), "不含“"), (("rise", "稳中有升"), "不含“"), (("state", "较大改观"), "不含“较大”一类"),
        (("fall", "连续下跌"), "不含“"), (("average", "全区平均"), "所指的词：全省、全国、全市之一"), (("unit", "华里", "里"), "所指的词："),
        (("rise", "攀升", "上升"), "所指的词："),
    ],
)  # fmt: skip
def test_words_that_a_project_may_not_add(word: tuple[str, ...], right: str) -> None:
    """What could be read otherwise, or would change the base language, is reported with what would be right."""
    [(kind, text, column, told)] = vocabulary_problems(Terms((word,)))
    assert (kind, text) == word[:2] and told.startswith(right)
    assert column == {"类别是": "kind", "所指的": "stands_for"}.get(right[:3], "word")


def test_problems_of_terms_come_together() -> None:
    """All of them at once: a word twice, a kind of region that nobody knows."""
    terms = Terms((("state", "上墙"), ("unit", "上墙"), ("region", "库区"), ("rise", "下降")), ("平原", "库区", "月球"))
    assert [(kind, word) for kind, word, *_ in vocabulary_problems(terms)] == [
        ("unit", "上墙"), ("rise", "下降"), ("region", "月球"),
    ]  # fmt: skip


def test_units_written_in_several_ways() -> None:
    """Only what is truly the same unit has one name; a power of ten makes another."""
    same = {
        "km": "公里",
        "千米": "公里",
        "μg/m³": "微克/立方米",
        "µg/m3": "微克/立方米",
        "m²/人": "平方米/人",
        "吨/日": "吨/天",
        "%": "%",
        "百分比": "%",
        "mg / l": "毫克/升",
        "万m3": "万立方米",
        "㎥": "立方米",
        "t/a": "吨/年",
        "dB（A）": "分贝(A)",
        "无量纲": "-",
        "-": "-",
        "": "",
    }
    assert {unit: unit_name(unit) for unit in same} == same
    different = (
        "吨",
        "万吨",
        "千克",
        "亩",
        "公顷",
        "亿立方米",
        "万立方米",
        "立方米",
        "万平方米",
        "平方米",
        "分贝",
        "dB(A)",
    )
    assert len({*map(unit_name, different)}) == len(different)


# --- the committed list ------------------------------------------------------------------------------------------


def test_committed_list_is_current() -> None:
    """data/readings.csv is what the code reads today; a difference is shown line by line."""
    stream = io.StringIO()
    readings(load_plan(ROOT)).to_csv(stream, index=False, lineterminator="\n")
    now = list(csv.reader(io.StringIO(stream.getvalue())))
    committed = list(csv.reader(io.StringIO(LIST.read_text(encoding="utf-8"))))
    differing = [
        f"line {n}: committed {old}, now {new}"
        for n, (old, new) in enumerate(zip(committed, now, strict=False), start=1)
        if old != new
    ]
    assert not differing, "\n".join(differing)
    assert len(committed) == len(now)
    assert LIST.read_text(encoding="utf-8") == stream.getvalue()


def test_committed_list_is_complete() -> None:
    """Every wording of requirements and targets is in the list, once for each reading and direction, and each is read."""
    plan = load_plan(ROOT)
    asked = {(row.wording, row.reading) for row in (*plan.requirements, *plan.targets)}
    table = readings(plan)
    assert not table.duplicated(["wording", "explicit", "meaning"]).any()
    twice = table[table.duplicated(["wording", "explicit"], keep=False)]["meaning"].tolist()
    assert len(table) - len(twice) // 2 == len(asked)
    assert [text.rpartition("（")[2] for text in twice] == ["没有下降）", "没有上升）"]
    assert set(table["wording"]) == {wording for wording, _ in asked}
    assert not len(table[table["reading"] == ""])
    assert table.loc[table["explicit"] != "", "wording"].tolist() == ["≥80且高于全省平均值，或逐年上升"]


def test_canonical_texts_of_the_plan_are_read_back() -> None:
    """The canonical text of every wording is itself a wording with the same reading."""
    for text in readings(load_plan(ROOT))["reading"]:
        assert text == "" or str(read(text)) == text


# --- properties --------------------------------------------------------------------------------------------------

years = st.sampled_from([0, 0, 2015, 2020])
scopes = st.sampled_from(AverageScope)
numbers = st.integers(-(10**6), 10**9).map(lambda n: n / 1000)
moves = st.sampled_from(Move)
comparators = st.sampled_from([Comparator.GE, Comparator.LE, Comparator.GT, Comparator.LT])
rates = st.builds(
    Rate, moves, comparators, st.integers(0, 100000).map(lambda n: n / 100), st.just(AmountUnit.PERCENT), st.just(True)
) | st.builds(
    Rate, moves, comparators, st.integers(0, 10000).map(lambda n: n / 100), st.just(AmountUnit.POINTS), st.booleans()
) | st.builds(
    Rate, moves, comparators, st.integers(0, 10000).map(lambda n: n / 100), st.sampled_from(AmountUnit), st.just(False),
    st.sampled_from([2015, 2020]),
)  # fmt: skip
benchmarks = st.builds(ChangeBenchmark, moves, comparators, scopes)
adverbs = st.sampled_from(["逐年", "持续", "稳步", "逐步"])
bare_changes = (
    st.builds(Change, moves, st.just(True), st.just(Window.YEARLY), st.sampled_from([0, 2, 3, 10]), adverb=adverbs)
    | st.builds(Change, moves, st.booleans(), st.just(Window.PREVIOUS), since=years)
)  # fmt: skip


@st.composite
def changes(draw: st.DrawFn) -> Change:
    change = draw(bare_changes)
    rate = draw(st.none() | rates | benchmarks)
    if rate is None:
        return change
    if getattr(rate, "since", 0) != change.since:
        return change
    own = type(rate)(**{**rate.__dict__, "move": change.move})
    return Change(change.move, change.strict, change.window, change.years, own, change.adverb, change.since)


leaves = (
    st.builds(Bound, st.sampled_from(Comparator), numbers, st.sampled_from(["", "%", "公里", "立方米/万元", "件/万人"]))
    | st.builds(Bound, comparators, numbers, st.sampled_from(["", "%", "公里"]), st.sampled_from(["△EQI", "PM2.5"]))
    | st.builds(ClassBound, st.integers(1, 5), st.booleans())
    | st.builds(AssignedTarget, st.sampled_from(Comparator))
    | rates
    | benchmarks
    | st.builds(LevelBenchmark, st.sampled_from(Comparator), scope=scopes)
    | st.builds(LevelBenchmark, st.just(Comparator.REACH), st.just(True), scopes)
    | changes()
    | st.builds(
        State, st.sampled_from(["制定实施", "建立", "面积不减少", "功能不降低", "无黑臭水体", "不明显", "达到国家标准"])
    )
)


def _joined(kind: type[AllOf] | type[AnyOf], parts: list[Node]) -> Node:
    """Parts joined as the language does it: no AND directly inside an AND."""
    flat = [leaf for part in parts for leaf in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat))


trees = st.recursive(
    leaves,
    lambda nodes: st.builds(_joined, st.sampled_from([AllOf, AnyOf]), st.lists(nodes, min_size=2, max_size=4)),
    max_leaves=12,
)


@pytest.mark.slow
@given(trees)
@example(AllOf((Bound(Comparator.REACH, 20), Bound(Comparator.REACH, 100))))
@example(Bound(Comparator.GE, 1e-06))
def test_canonical_text_reads_as_the_same_tree(tree: Node) -> None:
    """From tree to canonical text to tree is the identity; everything has a meaning in words, without the program's own,
    and which way it goes where the item's is known.
    """
    assert read(str(tree)) == tree
    assert meaning(tree)
    for polarity in Polarity:
        told = in_words(tree, polarity, "公里")
        assert told.count("（") == told.count("）")
        assert not re.search(r"AND|OR\(|with|方向随指标", told)
        assert polarity is Polarity.NONE or "没有说明方向" not in told


FRAGMENTS = (
    "≥ ≤ > < 20 0 100 3.5 7. - % 以上 以内 达到 优于 或 且 并 ， 、 ； \n 。 （ ） AND( OR( ) with 逐年 持续 稳步 较上年 近三年 近 年均 上升 下降 "
    "改善 提高 幅度 全省平均值 全省平均 控制目标值 上年 不 无 完成 上级 下达的 年度 目标 任务 保持稳定 保持稳定或持续改善 不下降 面积 功能 和 不减少 "
    "不改变 Ⅲ类 劣V类 劣Ⅲ类 水质 个百分点 公里 比例 比例为 控制在 建立 开展 实施 制定实施 左右 山区 平原 ： 高于 不低于 不超过 力争 较2020年 较现状 累计 有所 零增长 现状 "
    "2020年水平 全国平均 - ～ 至 介于 之间 △EQI 保持 保持在 达 个 亿立方米 km /万人 编制 有效 遵守 达到国家标准 ％ ２ 　 , \u2028 \x00"
).split(" ")  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=10).map("".join), st.sampled_from([None, "%", "吨"]))
def test_read_or_refused_and_nothing_else(text: str, unit: str | None) -> None:
    """Whatever is put together from the vocabulary is read or refused; what is read, its canonical text says again."""
    try:
        tree = read(text, unit=unit, terms=COUNTY)
    except Refusal as refusal:
        assert str(refusal).startswith("无法解读“")
        assert refusal.marked.count("【") == 1
        return
    assert read(str(tree), unit=unit) == tree


@pytest.mark.slow
@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in any other way."""
    try:
        read(text)
    except Refusal as refusal:
        assert str(refusal)


@given(
    st.sampled_from([*UNDERSTOOD, *(row["wording"] for row in OTHERS if row["read_as"])]),
    st.integers(0, 60),
    st.sampled_from(
        [*"领先约争率些各秒均?！。·：…a％ 　", *"左右 力争 基本 显著 大幅 较大幅度 连续 稳中 （含）".split()]
    ),
)
def test_nothing_is_skipped(wording: str, place: int, char: str) -> None:
    """A character more, or a word that blurs, is refused, or it is a space and makes no difference, or a % and makes a
    percentage.
    """
    place %= len(wording) + 1
    longer = wording[:place] + char + wording[place:]
    try:
        tree = read(longer, terms=COUNTY)
    except Refusal:
        return
    if re.search("E[QI]*a", longer):  # EaI is the name of another quantity than EI
        assert str(tree) != str(read(wording, terms=COUNTY)) == str(tree).replace("a", "")
        return
    assert char.isspace() or char in "％：", f"{longer!r} was read as {tree}"
    assert str(tree).replace("%", "") == str(read(wording, terms=COUNTY)).replace("%", "")
