"""The real data: what the plan prints is reproduced, and every cell is as printed.

The comparison with the plan's own text exists only where ``CIXI_PLAN_TEXT`` names it: the text is not part of the
repository. Its form: one paragraph a line; of a table, one block a row, blocks separated by blank lines, each cell
begins with a tab, its further lines do not; a cell merged with the one above is a lone tab.
"""

import itertools
import os
import re
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cixi_analysis.analysis.table1 import asked_texts, printed_name
from cixi_analysis.analysis.trend import margins
from cixi_analysis.assessment import assess, tally, tally_without_each_convention
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.schema import Published
from cixi_analysis.words import NOT_APPLICABLE_MARK, WATER_CLASSES, Attribute, Outcome, Verdict
from cixi_analysis.words import printed as printed_word

PLAN_TEXT = os.environ.get("CIXI_PLAN_TEXT")


# --- what the plan prints is reproduced ----------------------------------------------------------------------------


def test_indicators_and_items(plan: Plan) -> None:
    """50 indicators, 69 items, 6 domains, 10 tasks; 28 indicators are binding and 22 for reference."""
    indicators = {i.indicator: i for i in plan.items}
    assert list(indicators) == list(range(1, 51))
    assert len(plan.items) == 69
    assert len({i.domain for i in plan.items}) == 6
    assert len({i.task for i in plan.items}) == 10
    assert [sum(i.attribute == a for i in indicators.values()) for a in Attribute] == [28, 22]
    # 138 cells of Table 1 without the 32 that print "/"
    assert [sum(row.level == level for row in plan.requirements) for level in plan.levels] == [45, 61]
    assert len(plan.targets) == 2 * 69
    assert len(plan.projects) == 47


def test_the_verdicts_of_2022_are_the_printed_ones(plan: Plan) -> None:
    """From observations and wording alone, all 50 × 2 printed cells."""
    printed = {(int(p.subject or 0), str(p.level)): p.stated for p in plan.published if p.kind == "verdict"}
    computed = {
        (row.indicator, str(row.level)): printed_word(Verdict(row.verdict))
        for row in assess(plan, 2022).indicators.itertuples()
    }
    assert len(printed) == 100
    assert computed == printed


def test_published_is_no_input(plan: Plan) -> None:
    """Without what the plan printed, the verdicts are the same."""
    assert assess(replace(plan, published=()), 2022).table.equals(assess(plan, 2022).table)


def test_tallies_of_2022(plan: Plan) -> None:
    """国家 37 = 29 是 + 2 否 + 6 无数据 + 0 未填报, 省 48 = 39 + 2 + 7 + 0; both 否 are binding."""
    assessment = assess(plan, 2022)
    assert tally(assessment).to_numpy().tolist() == [["national", 37, 29, 2, 6, 0], ["provincial", 48, 39, 2, 7, 0]]
    unmet = assessment.indicators.query("verdict == 'unmet'")
    assert set(unmet["indicator"]) == {9, 38}
    assert {i.attribute for i in plan.items if i.indicator in {9, 38}} == {Attribute.BINDING}


def test_tallies_by_basis(plan: Plan) -> None:
    """How many of the verdicts rest on numbers, on words and on a convention."""
    indicators = assess(plan, 2022).indicators
    met = indicators[indicators["verdict"] == "met"]
    assert {key: rows.tolist() for key, rows in met.groupby(["basis", "level"])["indicator"]} == {
        ("measured", "national"): [3, 5, 16, 31, 33, 35, 36, 37, 39, 40, 46, 48, 49, 50],
        ("measured", "provincial"): [
            3, 5, 6, 8, 10, 16, 17, 19, 31, 32, 33, 34, 35, 36, 37, 39, 40, 41, 42, 43, 44, 46, 48, 49, 50
        ],
        ("attested", "national"): [1, 2, 4, 18, 21, 22, 25, 45],
        ("attested", "provincial"): [1, 2, 7, 18, 20, 21, 22, 23, 25],
        ("deemed", "national"): [6, 10, 14, 15, 23, 26, 42],
        ("deemed", "provincial"): [14, 15, 26, 30, 47],
    }  # fmt: skip
    assert tally(assess(plan, 2022), by="basis")[["basis", "level", "met", "unmet"]].to_numpy().tolist() == [
        ["measured", "national", 14, 2],
        ["measured", "provincial", 25, 2],
        ["attested", "national", 8, 0],
        ["attested", "provincial", 9, 0],
        ["deemed", "national", 7, 0],
        ["deemed", "provincial", 5, 0],
    ]


def test_tallies_without_conventions(plan: Plan) -> None:
    """Each convention switched off turns exactly what it carried into 无数据, and never into 否."""
    table = tally_without_each_convention(plan, 2022)
    assert table[["convention", "level", "met", "unmet", "no_data"]].to_numpy().tolist() == [
        ["", "national", 29, 2, 6],
        ["", "provincial", 39, 2, 7],
        ["none-assigned", "national", 27, 2, 8],  # 15, 26
        ["none-assigned", "provincial", 36, 2, 10],  # 15, 26, 30; 27 has no data anyway
        ["nothing-there", "national", 27, 2, 8],  # 10, 14
        ["nothing-there", "provincial", 38, 2, 8],  # 14
        ["full", "national", 27, 2, 8],  # 6, 42
        ["full", "provincial", 39, 2, 7],
        ["plan-concludes", "national", 28, 2, 7],  # 23
        ["plan-concludes", "provincial", 38, 2, 8],  # 47
        ["all", "national", 22, 2, 13],
        ["all", "provincial", 34, 2, 12],
    ]


@pytest.mark.parametrize(
    ("item_id", "level", "verdict", "basis", "reason"),
    [
        ("3", "national", "met", "measured", "生态文明建设工作占党政实绩考核的比例27%，比要求的20%高7个百分点，达标。依据：要求“≥20”，按2022年的数据判定，达标。"),
        ("6", "national", "met", "deemed", None),
        ("9.1", "provincial", "unmet", "measured", "优良天数比例83.3%，比下达目标86.8%低3.5个百分点，未达标。依据：要求“完成上级下达的年度目标”，按2022年的数据判定，未达标。"),
        ("11", "provincial", "no_data", "", "生态质量指数（EQI）：缺上级下达的目标，也缺2022年的数值（暂无数据），无数据。"
         "依据：要求“完成上级考核任务”：缺上级下达的目标，也缺2022年的数值（暂无数据），现状原文也没有写明，无数据。"),
        ("22.1", "national", "met", "attested", None),
        ("28.1", "provincial", "no_data", "", None),
        (
            "31.3",
            "provincial",
            "met",
            "measured",
            "农膜回收利用率90%，达到要求的90%，达标。依据：要求“≥90”，按2022年的数据判定，达标。",
        ),
        ("38", "national", "unmet", "measured", "农村生活污水治理率40.7%，比要求的50%低9.3个百分点，未达标。依据：要求“≥50”，按2022年的数据判定，未达标。"),
        ("38", "provincial", "unmet", "measured", "农村生活污水治理率40.7%，比要求的95%低54.3个百分点，未达标。依据：要求“≥95”，按2022年的数据判定，未达标。"),
    ],
)  # fmt: skip
def test_single_findings(plan: Plan, item_id: str, level: str, verdict: str, basis: str, reason: str | None) -> None:
    """Items that a careless rule or transcription gets wrong."""
    table = assess(plan, 2022).items
    row = table[(table["item_id"] == item_id) & (table["level"] == level)].iloc[0]
    assert (row["verdict"], row["basis"]) == (verdict, basis)
    assert reason is None or row["reason"] == reason


#: Whatever can be decided of the years before the base year. The plan prints nothing to compare with.
EARLIER = {
    2020: "1 national met attested, 1 provincial met attested, 28.1 provincial met measured, 49 national met measured, "
    "1 2025 met attested, 1 2030 met attested, 28.1 2025 unmet measured, 28.2 2025 unmet measured",
    2021: "1 national met attested, 1 provincial met attested, 8 provincial met measured, 28.1 provincial met measured, "
    "28.2 provincial met measured, 33 national met deemed, 33 provincial met deemed, 34 provincial met measured, "
    "49 national met measured, 49 provincial met measured, "
    "1 2025 met attested, 1 2030 met attested, 8 2025 met measured, 8 2030 met measured, 28.1 2025 unmet measured, "
    "28.2 2025 unmet measured, 28.2 2030 met measured, 33 2025 met deemed, 33 2030 met deemed, "
    "34 2025 met measured, 34 2030 met measured, 49 2025 met measured, 49 2030 met measured",
}


@pytest.mark.parametrize("year", EARLIER)
def test_the_verdicts_of_earlier_years(plan: Plan, year: int) -> None:
    """33 was 100 % of another quantity than its name: no limit's, but that satisfies 保持稳定或持续改善."""
    found = []
    for against in ("requirement", "target"):
        rows = assess(plan, year, against=against).items
        rows = rows[rows["verdict"].isin([Verdict.MET, Verdict.UNMET])]
        found += [" ".join(row) for row in rows[["item_id", "level", "verdict", "basis"]].itertuples(index=False)]
    assert ", ".join(found) == EARLIER[year]


def test_first_sentences_are_short(plan: Plan) -> None:
    """Of items and of indicators: at most 40 characters in the median, never above 80; each ends in its verdict or says
    which items have it, and opens the reason of the contract.
    """
    for whole in (False, True):
        lengths = []
        for year, against in itertools.product((2020, 2021, 2022), ("requirement", "target")):
            for row in getattr(assess(plan, year, against=against), "indicators" if whole else "items").itertuples():
                sentence, word = row.why.sentence, Verdict(row.verdict).chinese
                assert row.reason.startswith(f"{sentence}。")
                of_items = f"子项中[①-⑤]+{word}：" if row.verdict != Verdict.MET else "^[2-5]个子项都达标"
                assert sentence.endswith((f"，{word}", f"，视同{word}")) or (whole and re.search(of_items, sentence))
                lengths.append(len(sentence))
        assert statistics.median(lengths) <= 40
        assert max(lengths) <= 80


def test_a_reason_tells_what_is_absent_in_the_plan_s_words(plan: Plan) -> None:
    """无数据 names the reason of absence wherever there is one, and of a cell that speaks of two things, which."""
    table = assess(plan, 2022).items
    seen = {row.item_id: row for row in plan.observations[2022]}
    assert seen["32.1"].why_absent == "农药利用率因无技术方法未开展测算"
    assert {row.why_absent for row in seen.values() if row.item_id != "32.1"} == {
        "",
        "暂无数据",
        "原文未列",
        "未发现",
    } | {"未发现特有性或指示性水生物种"}
    for row in table[table["verdict"] == "no_data"].itertuples():
        assert seen[row.item_id].why_absent in row.reason, row


def test_a_reason_keeps_the_printed_digits(plan: Plan) -> None:
    """A value that decides is shown with its printed digits (0.10), in reasons and in margins."""
    told = assess(plan, 2022).items.set_index(["item_id", "level"])["reason"]
    known = {row.item_id: row.value for row in plan.observations[2022] if row.value not in (None, *WATER_CLASSES)}
    assert known["32.3"] == "0.10"
    rows = margins(plan, 2022)
    for row in rows.itertuples():
        value = known[row.item_id]
        assert value is not None
        assert re.search(rf"(?<![\d.]){re.escape(value)}(?![\d.])", told[row.item_id, row.level]), row
        assert plan.printed(row.item_id, 2022, row.value) == value


def test_a_convention_names_printed_verdicts(plan: Plan) -> None:
    """Where a reason says that Table 1 judges 是, the plan prints 是 for that indicator, at every level that asks it."""
    printed = {(p.subject, p.level): p.stated for p in plan.published if p.kind == "verdict"}
    named = 0
    for row in plan.conventions:
        if told := re.search(r"表一[^“]*判[^“]*“是”", row.reason):
            numbers = re.findall(r"\d+", told[0]) or [str(plan.item(row.item_id or "").indicator)]
            named += len(numbers)
            assert not re.search("[①-⑨]", told[0]), row  # verdicts are printed once an indicator
            for number in numbers:
                assert {printed[number, v] for v in plan.levels if row.level in (None, v)} <= {"是", "/"}, (row, number)
    assert named >= 6


def test_a_percentage_is_printed_as_one(plan: Plan) -> None:
    """A value with the unit % stands alone in its cell, or the text prints the % behind it (60.9（EQI） does not)."""
    for year, rows in plan.observations.items():
        for row in rows:
            if row.value is not None and plan.unit_of(row, year) == "%":
                alone = row.value in (row.statement or "").split("\n")
                assert alone or f"{row.value}%" in (row.statement or ""), (year, row.item_id)


#: (item, year) that a statement of 2022 speaks of without a figure: PM2.5 is said to be level with 2021.
UNPRINTED = {("9.2", 2021), ("9.3", 2021)}


def test_every_earlier_year_of_a_statement_has_a_row(plan: Plan) -> None:
    """A text of 2022 that speaks of earlier years, by itself or as a span (2018-2025年), is in the data of those years."""
    for row in plan.observations[2022]:
        text = row.statement or ""
        named = {int(year) for year in re.findall(r"(20\d\d)年", text)}
        for first, last in re.findall(r"(20\d\d)-(20\d\d)年", text):
            named |= set(range(int(first), int(last) + 1))
        for year in (y for y in named if y < 2022 and (row.item_id, y) not in UNPRINTED):
            assert any(o.item_id == row.item_id for o in plan.observations.get(year, ())), (row.item_id, year)


def test_rows_of_an_assessment(plan: Plan) -> None:
    """138 item rows and 100 indicator rows for each yardstick and year; basis empty exactly where nothing decides."""
    for year in plan.years:
        for against in ("requirement", "target"):
            table = assess(plan, year, against=against).table
            assert len(table) == 238
            assert (table["reason"].str.len() > 0).all()
            assert ((table["basis"] == "") == table["verdict"].isin(["no_data", "not_applicable"])).all()


def test_years_with_observations(plan: Plan) -> None:
    """2018 to 2022; 2018 and 2019 hold single figures and get no pages."""
    assert plan.years == (2018, 2019, 2020, 2021, 2022)
    assert plan.report_years == (2020, 2021, 2022)


# --- every cell as printed -----------------------------------------------------------------------------------------

if PLAN_TEXT:
    TEXT = re.sub(r"\[bookmark: [^\]]*\]", "", Path(PLAN_TEXT).read_text(encoding="utf-8"))
    CIRCLED = "①②③④⑤"

    def _between(start: str, end: str) -> str:
        """The text after the line that begins with ``start`` and before the line that begins with ``end``."""
        lines = TEXT.split("\n")
        first = next(n for n, line in enumerate(lines) if line.startswith(start))
        last = next(n for n, line in enumerate(lines) if n > first and line.startswith(end))
        return "\n".join(lines[first + 1 : last])

    def _rows(table: str) -> Iterator[list[str]]:
        for block in re.split(r"\n\n+", table):
            if block.strip("\n"):
                yield [cell.strip() for cell in ("\n" + block.strip("\n")).split("\n\t")[1:]]

    def _table_1() -> list[dict[str, str]]:
        """69 rows of 13 cells; "" where the cell is merged with the one above or truly blank."""
        columns = (
            "领域", "任务", "序号", "指标名称", "单位", "国家级指标要求", "省级指标要求", "指标属性", "现状值",
            "是否达到国家要求", "是否达到省级要求", "规划值2025年", "规划值2030年",
        )  # fmt: skip
        head, years, *rows = _rows(_between("表一 慈溪市", "注：*指标"))
        assert [c.replace("\n", "") for c in head] == [*columns[:9], "规划值"]
        assert years == ["", "", "", "", "", "", "", "", "2022年", *columns[9:11], "2025年", "2030年"]
        assert {len(row) for row in rows} == {13}
        return [dict(zip(columns, row, strict=True)) for row in rows]

    TABLE_1 = _table_1()

    def _resolved(column: str) -> list[str]:
        """The column with merged cells filled from above."""
        filled: list[str] = []
        for row in TABLE_1:
            filled.append(row[column] or filled[-1])
        return filled

    def _names(cell: str) -> tuple[str | None, list[tuple[str, str]]]:
        """Indicator's name or None, and the item's names, each with its mark, of a name cell."""
        indicator, colon, rest = cell.partition("：\n")
        rest = rest if colon else cell
        rest = re.sub(rf"^([{CIRCLED}]|[12](?= ?\D))\s*", "", rest)
        marked = re.findall(r"(?s)(.+?)(\*{1,2}|$)\n?", rest)
        return indicator if colon else None, [(name.replace("\n", ""), mark) for name, mark in marked]

    def test_table_1_has_a_row_for_each_item(plan: Plan) -> None:
        """69 rows; the number stands in the first row of each indicator, and the parts count from ①."""
        assert len(TABLE_1) == len(plan.items) == 69
        assert [row["序号"] for row in TABLE_1 if row["序号"]] == [str(n) for n in range(1, 51)]
        assert _resolved("序号") == [str(item.indicator) for item in plan.items]
        for item, before in zip(plan.items, [None, *plan.items], strict=False):
            part = item.item_id.partition(".")[2]
            first = before is None or before.indicator != item.indicator
            assert part == "" or part == ("1" if first else str(int(before.item_id.partition(".")[2]) + 1))  # type: ignore[union-attr]

    def test_names_and_marks(plan: Plan) -> None:
        """Indicator names, item names, the second name of 11, 12, 16, 35, 36, and * and **."""
        indicator_name = ""
        for item, row in zip(plan.items, TABLE_1, strict=True):
            heading, names = _names(row["指标名称"])
            indicator_name = heading if heading else names[0][0] if row["序号"] else indicator_name
            assert (item.indicator_name, item.name) == (indicator_name, names[0][0])
            assert _names(printed_name(plan, item, 2022)) == (heading, names)

    @pytest.mark.parametrize(("column", "field"), [("领域", "domain"), ("任务", "task")])
    def test_domains_and_tasks(plan: Plan, column: str, field: str) -> None:
        """As printed, line breaks of the cell aside."""
        assert [cell.replace("\n", "") for cell in _resolved(column)] == [getattr(item, field) for item in plan.items]

    def test_units(plan: Plan) -> None:
        """As printed; the unit of 47 is truly blank, those of 10②, 27② and 32② are merged with the cell above."""
        filled = [cell.replace("\n", "") for cell in _resolved("单位")]
        shown = [asked_texts(plan, item, 2022)["unit"] for item in plan.items]
        assert shown == ["" if item.item_id == "47" else cell for item, cell in zip(plan.items, filled, strict=True)]
        for item, cell, row in zip(plan.items, filled, TABLE_1, strict=True):
            assert item.unit == (None if item.item_id == "47" else cell)
            assert row["单位"] or item.item_id in {"47", "10.2", "27.2", "32.2"}

    def test_attributes(plan: Plan) -> None:
        """约束性 or 参考性, once an indicator."""
        assert _resolved("指标属性") == [item.attribute.chinese for item in plan.items]

    def test_blank_cells_are_declared_merged(plan: Plan) -> None:
        """A cell of an item is blank exactly where the data says that it is merged with the one above (and 47's unit)."""
        for item, row in zip(plan.items, TABLE_1, strict=True):
            blank = [c for c, cell in row.items() if not cell and c not in ("领域", "任务", "序号")]
            declared = (item.merged or "").split(";") if item.merged else []
            assert blank == (["单位"] if item.item_id == "47" else declared)

    @pytest.mark.parametrize(("column", "level"), [("国家级指标要求", "national"), ("省级指标要求", "provincial")])
    def test_requirements(plan: Plan, column: str, level: str) -> None:
        """Both requirement columns, verbatim; no row where the cell is "/"."""
        rows = [plan.requirement(item.item_id, level, 2022) for item in plan.items]
        assert [row.wording if row else NOT_APPLICABLE_MARK for row in rows] == _resolved(column)

    def test_the_reason_for_no_requirement_is_the_printed_cell(plan: Plan) -> None:
        """“/” where the plan prints it, blank and merged where it does not (10⑤)."""
        table = assess(plan, 2022).items
        for column, level in (("国家级指标要求", "national"), ("省级指标要求", "provincial")):
            own = table[table["level"] == level].set_index("item_id")["reason"]
            for item, row in zip(plan.items, TABLE_1, strict=True):
                if plan.requirement(item.item_id, level, 2022) is None:
                    cell = "原表为“/”" if row[column] == NOT_APPLICABLE_MARK else "原表空白，与上一行的“/”合并"
                    assert f"依据：{cell}" in own[item.item_id]

    @pytest.mark.parametrize("year", [2025, 2030])
    def test_targets(plan: Plan, year: int) -> None:
        """Both target columns, verbatim."""
        assert [t.wording for t in plan.targets if t.year == year] == _resolved(f"规划值{year}年")

    def test_status_texts(plan: Plan) -> None:
        """The status column, verbatim, for every item of 2022."""
        statements = [o.statement for o in plan.observations[2022]]
        assert [o.item_id for o in plan.observations[2022]] == [i.item_id for i in plan.items]
        expected = _resolved("现状值")
        assert statements == expected

    def test_printed_verdicts(plan: Plan) -> None:
        """All 100, one a level in the first row of each indicator."""
        for column, level in (("是否达到国家要求", "national"), ("是否达到省级要求", "provincial")):
            printed = [row[column] for row in TABLE_1 if row["序号"]]
            rows = [p for p in plan.published if p.kind == "verdict" and p.level == level]
            assert [p.subject for p in rows] == [str(n) for n in range(1, 51)]
            assert [p.stated for p in rows] == printed

    def test_table_2(plan: Plan) -> None:
        """4 types × 4 outcomes, and the printed totals of rows and columns."""
        head, *rows = _rows(_between("表二 2018-2022", "表三 重点项目"))
        assert head[2:] == [o.chinese for o in Outcome]
        *types, total = rows
        counts = [(p.project_type, p.outcome.chinese, p.count) for p in plan.past_projects]
        assert counts == [(row[0], o, int(n)) for row in types for o, n in zip(head[2:], row[2:], strict=True)]
        printed = _stated(plan, "past_type", "表二")
        assert printed == {row[0]: row[1] for row in rows}
        assert _stated(plan, "past_outcome", "表二") == dict(zip(Outcome, total[2:], strict=True))

    def test_table_3(plan: Plan) -> None:
        """All 47 × 7 cells, and the printed sum; the wrapped name of 20 is one name."""
        head, *rows, total, _rest = [*_rows(_between("表三 重点项目", "（二）效益分析")), []]
        assert [c.replace("\n", "") for c in head] == [
            "类别", "序号", "项目名称", "主要内容", "实施年限", "投资概算（万元）", "责任单位"
        ]  # fmt: skip
        assert len(rows) == 47
        category = ""
        for project, row in zip(plan.projects, rows, strict=True):
            category = row[0] or category
            budget = "/" if project.budget is None else f"{project.budget:.12g}"
            assert [
                project.category, str(project.number), project.name, project.content, project.years, budget, project.units
            ] == [category, row[1], row[2].replace("\n", ""), *row[3:]]  # fmt: skip
        assert total[0] == "合计"
        assert total[1] in {p.stated for p in plan.published if p.kind == "budget" and "表三" in p.source}

    def _stated(plan: Plan, kind: str, place: str, level: str | None = None) -> dict[str | None, str]:
        rows: list[Published] = [p for p in plan.published if p.kind == kind and place in p.source and p.level == level]
        return {p.subject: p.stated for p in rows}

    def test_counts_stated_in_section_2_6(plan: Plan) -> None:
        """The counts and the indicators named are the section's own sentences."""
        section = _between("（六）建设指标", "表一 慈溪市")
        counts = _stated(plan, "indicators", "二（六）")
        assert (
            f"共{counts['total']}项指标，其中约束性指标{counts['binding']}项，参考性指标{counts['reference']}项"
            in section
        )
        for level, words in (("national", "国家指标"), ("provincial", "省级指标")):
            n = _stated(plan, "tally", "二（六）", level)
            named = [p for p in plan.published if p.kind == "named" and p.level == level]
            names = {v: "、".join(p.name or "" for p in named if p.stated == v) for v in ("否", "无数据")}
            assert (
                f"涉及{words}{n['applicable']}项，其中已达标指标{n['met']}项，未达标指标{n['unmet']}项（{names['否']}），"
                f"无数据指标{n['no_data']}项（{names['无数据']}）"
            ) in section

    def test_counts_stated_in_section_4_1(plan: Plan) -> None:
        """Projects of 2018-2022 and of this plan, and the money, as the section's own sentences."""
        section = _between("（一）重点项目", "表二 2018-2022")
        n = _stated(plan, "past_outcome", "四（一）")
        assert f"原规划共提出{_stated(plan, 'past_type', '四（一）')['合计']}项重点工程" in section
        assert f"{n['completed']}项已完成，{n['changed']}项因政策调整" in section
        assert f"{n['as_planned']}项按照原计划安排持续推进，其余项目继续推进但内容有所调整" in section
        origin = next(p for p in plan.published if p.kind == "project_origin")
        assert f"同时新增了{origin.subject}项重点项目" in section
        assert f"共计{_stated(plan, 'projects', '四（一）')[None]}项" in section
        assert f"总投资约{_stated(plan, 'budget', '四（一）')[None]}亿元" in section

    def test_every_statement_is_in_the_text(plan: Plan) -> None:
        """What is quoted was written, in every year's file."""
        for year, rows in plan.observations.items():
            for row in rows:
                assert row.statement is not None, (year, row.item_id)
                assert row.statement in TEXT, (year, row.item_id)

    def test_every_number_is_in_its_statement(plan: Plan) -> None:
        """No figure is invented: values, assigned targets and averages stand in the statement, as written."""
        for year, rows in plan.observations.items():
            for row in rows:
                benchmark = None if row.benchmark is None else f"{row.benchmark:.12g}"
                target = row.assigned_target if row.assigned_target != "上级未下达" else None
                for figure in (row.value, target, benchmark):
                    if figure is not None:
                        number = figure.lstrip("≤≥<>")
                        assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", row.statement or ""), (
                            year, row.item_id, figure
                        )  # fmt: skip

    def test_the_years_of_older_values_are_in_their_statement(plan: Plan) -> None:
        """A value of a year before 2022 comes from a statement that names the year, or a span that holds it."""
        for year, rows in plan.observations.items():
            for row in rows:
                spans = [(int(a), int(b)) for a, b in re.findall(r"(20\d\d)-(20\d\d)年", row.statement or "")]
                named = [int(y) for y in re.findall(r"(20\d\d)年", row.statement or "")]
                assert year == 2022 or year in named or any(a <= year <= b for a, b in spans), (year, row.item_id)
