"""Rules for the plan's text and for progress: what links, reports and sums refer to has to be there."""

import re
from collections.abc import Iterator, Mapping

from cixi_analysis.errors import Problem
from cixi_analysis.plan.arithmetic import BadRelation, relation
from cixi_analysis.plan.schema import AuditRow, Commitment, Indicator, LeftOut, Link, Progress, Project, Row
from cixi_analysis.words import AuditResult, Entity


def reference_problems(
    tables: Mapping[str, Mapping[int, Row]], progress: Mapping[str, Mapping[int, Row]]
) -> Iterator[Problem]:
    """``tables``: file → row number → row; ``progress``: the same for the files of ``progress/``."""
    known = _known(tables)
    for number, row in tables["commitments.csv"].items():
        assert isinstance(row, Commitment)  # noqa: S101  # narrowed for the type checker
        if row.domain is not None and row.domain not in known[Entity.DOMAIN]:
            expected = f"{'、'.join(known[Entity.DOMAIN])}，或空"
            yield Problem("commitments.csv", number, "domain 领域", f"“{row.domain}”", expected)
    for number, row in tables["left_out.csv"].items():
        assert isinstance(row, LeftOut)  # noqa: S101  # narrowed for the type checker
        if row.figure not in row.quotation:
            yield Problem("left_out.csv", number, "figure 数字", f"“{row.figure}”", "原文中所印的数字")
    for number, row in tables["audit.csv"].items():
        assert isinstance(row, AuditRow)  # noqa: S101  # narrowed for the type checker
        if row.check is not None:
            yield from _sum_problems(number, row, row.check)
    for number, row in tables["links.csv"].items():
        assert isinstance(row, Link)  # noqa: S101  # narrowed for the type checker
        for end in ("from", "to"):
            kind, named = getattr(row, f"{end}_kind"), getattr(row, f"{end}_id")
            if named not in known[kind]:
                yield Problem("links.csv", number, f"{end}_id", f"“{named}”", f"已有的{kind.chinese}编号")
    for file, rows in progress.items():
        for number, row in rows.items():
            assert isinstance(row, Progress)  # noqa: S101  # narrowed for the type checker
            if row.id not in known[row.kind]:
                yield Problem(file, number, "id 编号", f"“{row.id}”", f"已有的{row.kind.chinese}编号")


def _known(tables: Mapping[str, Mapping[int, Row]]) -> dict[Entity, list[str]]:
    """The ids that a link or report may name."""
    items = [r for r in tables["indicators.csv"].values() if isinstance(r, Indicator)]
    return {
        Entity.ITEM: [r.item_id for r in items],
        Entity.DOMAIN: list(dict.fromkeys(r.domain for r in items)),
        Entity.PROJECT: [str(r.number) for r in tables["projects.csv"].values() if isinstance(r, Project)],
        Entity.COMMITMENT: [r.commitment_id for r in tables["commitments.csv"].values() if isinstance(r, Commitment)],
        Entity.FINDING: [r.audit_id for r in tables["audit.csv"].values() if isinstance(r, AuditRow)],
    }


#: What a sum may use without its being printed: years counted inclusively, per cent, and 万.
_CONSTANTS = {"1", "100", "10000"}


def _sum_problems(number: int, row: AuditRow, check: str) -> Iterator[Problem]:
    """A sum has to be one, and to be made of what the quotations print."""
    try:
        made = relation(check)
    except BadRelation as error:
        yield Problem("audit.csv", number, "check 算式", f"“{check}”", str(error))
        return
    quoted = f"{row.quotation_a}\n{row.quotation_b}"
    printed = {*_CONSTANTS, *re.findall(r"\d+(?:\.\d+)?", quoted)}  # whole numbers: 4 is not printed in 34
    missing = [number for number in made.numbers if number not in printed]
    missing += [name for name in made.names if name not in quoted]
    if missing:
        yield Problem("audit.csv", number, "check 算式", f"“{'、'.join(missing)}”不在引文中", "引文里印着的数字与名称")
    if made.holds and row.result is AuditResult.UNCLEAR:
        yield Problem("audit.csv", number, "result 结果", "“unclear”而算式成立", "空（由程序得出）")
