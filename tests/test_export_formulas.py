"""The workbook's live formulas: each gives what the library computed, by two programs that know nothing of it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from conftest import libreoffice
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from tiny import published, tiny_plan

from cixi_analysis.export import Figures, report
from cixi_analysis.export.sheet import Report, percent_form
from cixi_analysis.export.workbook import save_bytes, workbook_bytes
from cixi_analysis.plan.dataset import Plan

_PLACE = re.compile(
    r"(?:'(?P<sheet>[^']+)'!)?\$?(?P<column>[A-Z])\$?(?P<row>\d+)(?::\$?(?P<to>[A-Z])\$?(?P<last>\d+))?"
)
_STRING = re.compile(r'("[^"]*")')


@pytest.fixture(scope="module")
def reports(plan: Plan) -> dict[str, Report]:
    """A retrospect, the base year, a year and a base year being filled in, and the made-up plan."""
    draft = replace(plan, observations={**plan.observations, 2023: plan.observations[2022][:40]})
    unfilled = replace(plan, observations={2022: plan.observations[2022][:40]})
    made = {str(year): report(Figures(draft, year)) for year in (2021, 2022, 2023)}
    return made | {"tiny": report(Figures(tiny_plan(), 2022)), "unfilled": report(Figures(unfilled, 2022))}


@pytest.fixture(params=["2021", "2022", "2023", "tiny", "unfilled"])
def made(request: pytest.FixtureRequest, reports: dict[str, Report]) -> Report:
    return reports[request.param]


class Spreadsheet:
    """Enough of a spreadsheet program for the report: COUNT, COUNTIF(S), IF, IFERROR, SUM, ROUND and arithmetic."""

    def __init__(self, made: Report) -> None:
        self.book = made.book
        self.known: dict[tuple[str, str], object] = {}

    def value(self, sheet: str, at: str) -> object:
        if (sheet, at) not in self.known:
            cell = self.book[sheet][at]
            self.known[sheet, at] = self.compute(sheet, cell.value[1:]) if cell.data_type == "f" else cell.value
        return self.known[sheet, at]

    def compute(self, sheet: str, formula: str) -> object:
        def place(found: re.Match[str]) -> str:
            name, column, row = found["sheet"] or sheet, found["column"], int(found["row"])
            if not found["to"]:
                return f"cell({name!r}, '{column}{row}')"
            letters = [get_column_letter(n) for n in range(ord(column) - 64, ord(found["to"]) - 63)]
            places = [f"{letter}{n}" for n in range(row, int(found["last"]) + 1) for letter in letters]
            return f"[cell({name!r}, at) for at in {places}]"

        parts = _STRING.split(formula)
        text = "".join(
            p if p.startswith('"') else _PLACE.sub(place, p).replace("^", "**").replace("=", "==") for p in parts
        )
        functions = {
            "cell": self.value,
            "COUNT": count,
            "COUNTIF": countifs,
            "COUNTIFS": countifs,
            "ROUND": round,
            "MIN": min,
        }
        functions["IFERROR"] = lambda value, _: value  # nothing as exported is an error
        functions["IF"] = lambda holds, then, otherwise: then if holds else otherwise
        return eval(text, {"__builtins__": {}, **functions, "SUM": lambda cells: sum(numbers(cells))})  # noqa: S307


def numbers(cells: Iterable[object]) -> list[float]:
    return [c for c in cells if isinstance(c, int | float)]


def count(*cells: object) -> int:
    return len(numbers(chain.from_iterable(one if isinstance(one, list) else [one] for one in cells)))


def countifs(*pairs: object) -> int:
    ranges, words = pairs[::2], pairs[1::2]
    return sum(all(c == w for c, w in zip(row, words, strict=True)) for row in zip(*ranges, strict=True))  # type: ignore[call-overload]


def agree(found: object, expected: str | float) -> bool:
    """The same text, or the same number up to the last of twelve digits."""
    if isinstance(expected, str) or not isinstance(found, int | float):
        return found == expected
    return found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_formulas_mean_what_the_library_computed(made: Report) -> None:
    """Every formula, taken at its word."""
    program = Spreadsheet(made)
    wrong = {at: program.value(*at) for at, value in made.computed.items() if not agree(program.value(*at), value)}
    assert wrong == {}


@pytest.mark.slow
def test_libreoffice_computes_the_same(reports: dict[str, Report], tmp_path: Path) -> None:
    """Recalculated by LibreOffice from files that hold formulas and no values."""
    files = {f"{name}.xlsx": workbook_bytes(made.book) for name, made in reports.items()}
    for path in libreoffice(tmp_path, "xlsx", files).values():
        book, computed = load_workbook(path, data_only=True), reports[path.stem].computed
        wrong = {at: book[at[0]][at[1]].value for at in computed}
        assert {at: found for at, found in wrong.items() if not agree(found, computed[at])} == {}, path.stem


@pytest.mark.slow
def test_values_are_stored_beside_the_formulas(made: Report, tmp_path: Path) -> None:
    """A preview, a phone and Excel's protected view show what is stored; Excel and WPS compute anew on opening."""
    save_bytes(workbook_bytes(made.book, made.computed), tmp_path / "x.xlsx")
    book, formulas = load_workbook(tmp_path / "x.xlsx", data_only=True), load_workbook(tmp_path / "x.xlsx")
    assert {at: book[at[0]][at[1]].value for at in made.computed} == made.computed
    assert all(formulas[sheet][at].data_type == "f" for sheet, at in made.computed)
    assert formulas.calculation.fullCalcOnLoad


@pytest.mark.parametrize("made", ["2022"], indirect=True)
def test_what_is_counted_is_exactly_the_tables(made: Report, plan: Plan) -> None:
    """The ranges cover the 69 rows of 表一, those of a domain only its own, the 47 projects, and the rows of 表二."""
    book = made.book
    tallies = {row[0].value: [c.value for c in row] for row in book["分级统计"].iter_rows(min_row=4)}
    assert tallies["全部指标"][2] == "=COUNTIF('表一'!$J$4:$J$72,\"是\")"
    assert tallies["全部指标"][9] == "=COUNTIF('表一'!$K$4:$K$72,\"无数据\")"
    rows = [n for n, item in enumerate(plan.items, start=4) if item.domain == "生态安全"]
    assert tallies["生态安全"][2] == f"=COUNTIF('表一'!$J${rows[0]}:$J${rows[-1]},\"是\")"
    assert book["表三"]["F50"].value == "=SUM(F3:F49)"
    assert [book["表二"].cell(7, n).value for n in range(2, 8)] == [
        "=SUM(C7:F7)", "=SUM(C3:C6)", "=SUM(D3:D6)", "=SUM(E3:E6)", "=SUM(F3:F6)", "=C7/B7",
    ]  # fmt: skip


def test_a_changed_verdict_changes_the_counts() -> None:
    """The counts are live: a 否 made 是 in 表一 moves one indicator in every count it is in, and nothing else."""
    made = report(Figures(tiny_plan(), 2022))
    assert made.book["表一"]["K5"].value == "否"
    made.book["表一"]["K5"].value = "是"
    program = Spreadsheet(made)
    assert [program.value("分级统计", at) for at in ("G4", "H4", "I4", "J4")] == [2, 2, 0, 0]
    changed = {at for at in made.computed if not agree(program.value(*at), made.computed[at])}
    assert {sheet for sheet, _ in changed} == {"指标结论", "分级统计", "数据核对"}


@pytest.mark.parametrize("made", ["2022", "tiny"], indirect=True)
def test_an_edited_value_that_has_reached_its_target_needs_no_change(made: Report) -> None:
    """今后每年尚需 is blank from the target on, as the library's, on the side of the item's direction."""
    sheet = made.book["趋势与进度"]
    rows = [n for n in range(4, sheet.max_row + 1) if str(sheet[f"V{n}"].value).startswith("=")]
    values = {n: sheet[f"I{n}"].value for n in rows}
    assert rows
    for beyond in (-0.5, 0, 0.5):
        for n in rows:
            way = 1 if made.computed[sheet.title, f"V{n}"] > 0 else -1
            sheet[f"I{n}"].value = sheet[f"O{n}"].value + way * beyond
        program = Spreadsheet(made)
        found = {program.value(sheet.title, f"V{n}") for n in rows}
        assert found == {""} if beyond >= 0 else "" not in found
    for n, value in values.items():
        sheet[f"I{n}"].value = value


def test_a_share_is_no_whole_that_it_is_not() -> None:
    """The cell shows what the pages say: 2999 of 3000 are 99.97%."""
    shares = {1: "0.0%", 0: "0.0%", 0.4648: "0.0%", 2999 / 3000: "0.00%", 1 / 3000: "0.00%", -0.0000123: "0.000%"}
    assert {share: percent_form(share) for share in shares} == shares


#: Cell and what is typed into it → cells that follow, as the library writes them for such data (None: blank).
_EDITS: dict[str, tuple[dict[tuple[str, str], object], dict[tuple[str, str], object]]] = {
    "another verdict": (
        {("表一", "J4"): "否"},
        {
            ("指标结论", "E3"): "未达标",
            ("数据核对", "C4"): "否",
            ("数据核对", "E4"): "✗ 不一致",
            ("数据核对", "E5"): "✓ 一致",
        },
    ),
    "no verdict": (
        {("表一", "J4"): None},
        {("指标结论", "E3"): None, ("数据核对", "C4"): None, ("数据核对", "E4"): "✗ 不一致"},
    ),
    "nothing asked": ({("表一", f"J{n}"): "/" for n in (4, 5, 7)}, {("分级统计", "B4"): 0, ("分级统计", "F4"): None}),
    "another sum": ({("表三", "F3"): 9000}, {("表三", "F7"): 11500, ("数据核对", "E21"): "✗ 不一致"}),
    "another value": ({("趋势与进度", "I4"): 88}, {("趋势与进度", "P4"): 2, ("趋势与进度", "K4"): 4}),
    "no value": (
        {("趋势与进度", "I4"): None},
        {("趋势与进度", at): None for at in ("K4", "L4", "P4", "R4", "S4", "V4")},
    ),
    "a class": ({("趋势与进度", "I4"): "Ⅲ"}, {("趋势与进度", at): None for at in ("K4", "L4", "P4", "R4", "S4", "V4")}),
    "value 0": (
        {("趋势与进度", "I4"): 0},
        {("趋势与进度", "P4"): 90, ("趋势与进度", "L4"): None, ("趋势与进度", "S4"): None},
    ),
    "target of 0": ({("趋势与进度", "O4"): 0}, {("趋势与进度", "P4"): -86, ("趋势与进度", "S4"): None}),
    "nothing needed": (
        {("趋势与进度", "O4"): 84},
        {("趋势与进度", "Q4"): 0, ("趋势与进度", "R4"): None, ("趋势与进度", "S4"): None},
    ),
}


@pytest.mark.slow
def test_an_edited_cell_leaves_nothing_that_contradicts_it(tmp_path: Path) -> None:
    """What follows from a cell that somebody changes in LibreOffice: no error value, no 一致 beside two verdicts."""
    files = {}
    for name, (edits, _) in _EDITS.items():
        made = report(Figures(tiny_plan(), 2022))
        for (sheet, at), value in edits.items():
            made.book[sheet][at].value = value
        files[f"{name}.xlsx"] = workbook_bytes(made.book)
    for path in libreoffice(tmp_path, "xlsx", files).values():
        book, expected = load_workbook(path, data_only=True), _EDITS[path.stem][1]
        found = {(sheet, at): book[sheet][at].value or None for sheet, at in expected}
        assert found == {at: value or None for at, value in expected.items()}, path.stem
        cells = [cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if str(cell).startswith("#")], path.stem


def test_verdicts_are_chosen_from_a_list() -> None:
    """Another word than those that are counted would drop out of every count."""
    (choice,) = report(Figures(tiny_plan(), 2022)).book["表一"].data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"是,否,无数据,/"', "J4:J7 K4:K7")
    assert choice.showErrorMessage  # else Excel takes any word without asking


def test_a_sum_printed_with_separators_is_compared_as_a_number() -> None:
    """The difference and 结果 of 10,500 are formulas, as of 10500; they were nothing and fixed words."""
    plan = tiny_plan(published=(published("budget", None, "10,500", unit="万元"),))
    sheet = report(Figures(plan, 2022)).book["数据核对"]
    assert [sheet[at].value for at in ("B4", "D4", "E4")] == [10500, "=C4-B4", '=IF(C4=B4,"✓ 一致","✗ 不一致")']
