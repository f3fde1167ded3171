"""The glossary: words that a reader may not know, and links to them from their first use on a page.

Sphinx imports this module: it must not load Altair or pandas.
"""

import re
from typing import Any

from markupsafe import Markup

from cixi_analysis.words import NOT_ASSIGNED, Absence, Attribute, Basis, Stage, Verdict

#: Verdict or basis → its meaning.
MEANINGS: dict[Any, str] = {
    Verdict.MET: "要求已经达到（规划原表印作“是”）",
    Verdict.UNMET: "要求没有达到（规划原表印作“否”）",
    Verdict.NO_DATA: "数据和文字都不足以判定；不等于没有达到",
    Verdict.NOT_APPLICABLE: "本级没有要求（规划原表印作“/”），不计入指标数",
    Basis.MEASURED: "有可比的数据，以数据判定",
    Basis.ATTESTED: "数据不能判定，而现状原文写明做到（或没有做到）；理由中引用原文",
    Basis.DEEMED: "数据与原文都不能判定，按写明理由的约定视同达标",
}


#: Word → its meaning, in the order of the page.
TERMS = {
    "子项": "一项指标里分别提要求的各个部分（①②③）；不分的指标自成一个子项",
    Attribute.BINDING.chinese: "规划规定必须完成的指标",
    Attribute.REFERENCE.chinese: "规划期望达到、不作硬性规定的指标",
    "规划值": "规划为目标年定的值，与各级的要求分别对照",
    "下达目标": "上级为某一年给本地定的目标",
    NOT_ASSIGNED: "上级当年没有给本地定目标，不等于没有达到",
    **{word.chinese: text for word, text in MEANINGS.items()},
    Absence.NO_DATA: "规划或填报表写明还没有数据；属于无数据",  # its last three characters are a word of their own
    Absence.NOT_FILLED_IN: "当年的填报表里还没有写；属于无数据",
    Stage.DRAFT: "当年的数据还没有填完或还可能改",
    Stage.REVIEWED: "当年的数据都已填报并有人复核，还没有定稿",
    "回看": "按基准年的要求回看更早年份的个别数字；数字太少，计数不与基准年相比",
}
_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"<(/?)(?:a|h[1-6]|code|pre|script|style|svg|button|summary|label|th)\b", re.IGNORECASE)
_WORD = re.compile("|".join(sorted(map(re.escape, TERMS), key=len, reverse=True)))


def anchor(term: str) -> str:
    """The id of a word's explanation."""
    return f"term-{list(TERMS).index(term) + 1}"


def linked(body: str, page: str) -> str:
    """The HTML of a page in which the first use of each word, outside links and headings (also of tables), leads to ``page``."""
    pieces, inside, seen = _TAG.split(body), 0, set[str]()

    def told(found: re.Match[str]) -> str:
        term = found[0]
        if term in seen:
            return term
        seen.add(term)
        markup = Markup('<a class="cixi-term" href="{}#{}" title="{}">{}</a>')
        return str(markup.format(page, anchor(term), TERMS[term], term))

    for at, piece in enumerate(pieces):
        if at % 2:
            if name := _NAME.match(piece):
                inside += -1 if name[1] else 1
        elif not inside:
            pieces[at] = _WORD.sub(told, piece)
    return "".join(pieces)
