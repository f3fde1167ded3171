"""The page 数据核对: what the plan prints beside what is recomputed."""

import pandas as pd

from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html
from cixi_analysis.presentation.titles import short_source

#: agrees → what a reader sees
WORDS = {"yes": "✓ 一致", "explained": "○ 有说明", "no": "✗ 不一致"}


def counts(rows: pd.DataFrame) -> Html:
    """How many printed figures agree, are explained, or do not agree."""
    found = rows["agrees"].value_counts()
    cards = [tables.Card(str(len(rows)), "项所印数字与结论")]
    cards += [tables.Card(str(found.get(key, 0)), word) for key, word in WORDS.items()]
    return tables.cards(*cards)


def conclusion(rows: pd.DataFrame) -> Html:
    """The result in a sentence."""
    found = rows["agrees"].value_counts()
    differing = int(found.get("no", 0))
    verdicts = rows["check"].str.fullmatch(r"指标\d+ .*结论").sum()
    end = "没有不一致的。" if differing == 0 else f"有{differing}项不一致，须先查明再使用本书的数字。"
    return tables.paragraph(
        f"共核对{len(rows)}项，其中表一的结论{verdicts}格；{found.get('yes', 0)}项一致，{found.get('explained', 0)}项有说明，{end}"
    )


def rows_table(rows: pd.DataFrame, agrees: str) -> Html:
    """The rows with one outcome; those that simply agree are folded."""
    own = rows[rows["agrees"] == agrees]
    if own.empty:
        return tables.paragraph(f"没有“{WORDS[agrees][2:]}”的行。")
    frame = own.assign(agrees=WORDS[agrees], source=[short_source(s) for s in own["source"]])
    columns = {
        "check": tables.text("核对项"), "stated": tables.text("规划所印"), "computed": tables.text("复算"),
        "agrees": tables.text("结果", "nowrap"), "source": tables.text("出处（与说明）", "long"),
    }  # fmt: skip
    caption = f"{WORDS[agrees]}：{len(own)}项"
    shown = tables.table(frame, columns, caption=caption, keyed=False)
    return tables.folded(caption, shown) if agrees == "yes" else shown
