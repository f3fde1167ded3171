"""What links, reports and sums refer to has to be there: reported by file, row and column, all at once."""

from pathlib import Path

import pytest
from tiny import audit_row, commitment, link, progress, tiny_plan, write

from cixi_analysis.errors import DataError
from cixi_analysis.plan.dataset import load_plan

LINK = link("project 1", "contributes", "item 3")  # no table may be empty


def problems(tmp_path: Path, **changes: object) -> list[str]:
    """What loading says of the tiny plan with some of its fields replaced; nothing where it loads."""
    write(tiny_plan(**changes), tmp_path)
    try:
        load_plan(tmp_path)
    except DataError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("4 = 3 + 1", []),
        ("4 = 5", []),  # it does not hold, which is a finding and no fault
        ("100 = 1 × 100", []),  # constants need not be printed
        ("4 = 3 + 2", ["audit.csv 第2行 “check 算式”列：现为“2”不在引文中；应为引文里印着的数字与名称"]),
        ("4 = 0", ["audit.csv 第2行 “check 算式”列：现为“0”不在引文中；应为引文里印着的数字与名称"]),
        ("4 = count(甲类|丙类)", ["audit.csv 第2行 “check 算式”列：现为“丙类”不在引文中；应为引文里印着的数字与名称"]),
        (
            "4 == 3",
            ["audit.csv 第2行 “check 算式”列：现为“4 == 3”；应为由数字、+ - × ÷、括号与 count(甲|乙) 写成的算式，如 34 = 7 + 26 + 1"],
        ),
    ],
)  # fmt: skip
def test_a_sum_is_made_of_what_is_printed(tmp_path: Path, check: str, expected: list[str]) -> None:
    """Every number and name of a sum stands in one of the two quotations."""
    assert problems(tmp_path, audit=(audit_row("A001", check),), links=(LINK,)) == expected


def test_a_number_may_be_printed_in_groups_of_thousands(tmp_path: Path) -> None:
    """The sum has its digits; 622 of it is no printed number."""
    quoted = {"quotation_a": "共709.96亿元", "quotation_b": "7,099,622"}
    row = audit_row("A001", "709.96 = 7099622 ÷ 10000", **quoted)
    assert problems(tmp_path, audit=(row,), links=(LINK,)) == []
    row = audit_row("A001", "709.96 = 622 ÷ 10000", **quoted)
    assert len(problems(tmp_path, audit=(row,), links=(LINK,))) == 1


def test_a_number_is_printed_as_a_whole(tmp_path: Path) -> None:
    """The 4 of 34 is no printed 4."""
    row = audit_row("A001", "4 = 4", quotation_a="共34个", quotation_b="34个")
    assert problems(tmp_path, audit=(row,), links=(LINK,)) == [
        "audit.csv 第2行 “check 算式”列：现为“4、4”不在引文中；应为引文里印着的数字与名称"
    ]


def test_a_sum_that_holds_is_not_open(tmp_path: Path) -> None:
    """Open is what does not hold and may still be right."""
    assert problems(tmp_path, audit=(audit_row("A001", "4 = 3 + 1", result="unclear"),), links=(LINK,)) == [
        "audit.csv 第2行 “result 结果”列：现为“unclear”而算式成立；应为空（由程序得出）"
    ]


def test_all_that_is_named_exists(tmp_path: Path) -> None:
    """Links, reports and domains, all faults in one go."""
    told = problems(
        tmp_path,
        commitments=(commitment("C001", domain="生态旅游"),),
        links=(link("commitment C009", "same_quantity", "item 9.9"), link("project 1", "contributes", "item 3")),
        progress={2022: (progress("project", "99", "done"), progress("commitment", "C001", "done"))},
    )
    assert told == [
        "commitments.csv 第2行 “domain 领域”列：现为“生态旅游”；应为生态制度、生态安全，或空",
        "links.csv 第2行 “from_id”列：现为“C009”；应为已有的承诺编号",
        "links.csv 第2行 “to_id”列：现为“9.9”；应为已有的指标子项编号",
        "progress/2022.csv 第2行 “id 编号”列：现为“99”；应为已有的项目编号",
    ]
