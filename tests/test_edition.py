"""The date of a build is that of SOURCE_DATE_EPOCH or none, wherever one is written."""

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import cixi

from cixi_analysis.export.workbook import new_workbook, save_bytes, workbook_bytes
from cixi_analysis.plan import DATE_VARIABLE, WrongDate, build_date, zip_date

NEW_YEAR = "1767225600"


@pytest.mark.parametrize(
    ("given", "date", "in_zip"),
    [
        (None, None, (1980, 1, 1, 0, 0, 0)),
        ("", None, (1980, 1, 1, 0, 0, 0)),
        (NEW_YEAR, datetime(2026, 1, 1, tzinfo=UTC), (2026, 1, 1, 0, 0, 0)),
        ("0", datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        ("9999999999", datetime(2286, 11, 20, 17, 46, 39, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_date(
    given: str | None, date: datetime | None, in_zip: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds since 1970, in UTC whatever the time zone here; a ZIP file holds what it can."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.delenv(DATE_VARIABLE, raising=False)
    if given is not None:
        monkeypatch.setenv(DATE_VARIABLE, given)
    assert build_date() == date
    assert zip_date(build_date()) == in_zip


@pytest.mark.parametrize("given", ["heute", "2026-01-01", "1e9", "9" * 30])
def test_a_wrong_date_is_told(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found and what would be right."""
    monkeypatch.setenv(DATE_VARIABLE, given)
    with pytest.raises(WrongDate) as wrong:
        build_date()
    assert str(wrong.value) == (
        f"环境变量 SOURCE_DATE_EPOCH 现为“{given}”；应为自1970年1月1日起的秒数，如 1767225600，或者不设。"
    )


def test_a_wrong_date_stops_the_build_first(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit status 1 before any page runs."""
    monkeypatch.setenv(DATE_VARIABLE, "heute")
    done = cixi("build", root=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("错误：环境变量 SOURCE_DATE_EPOCH 现为“heute”；")
    assert not (project / "_build").exists()


def test_workbooks_bear_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the properties and in every entry."""
    monkeypatch.setenv(DATE_VARIABLE, NEW_YEAR)
    book = new_workbook("试")
    book.create_sheet("表")
    save_bytes(workbook_bytes(book), tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as file:
        assert {entry.date_time for entry in file.infolist()} == {(2026, 1, 1, 0, 0, 0)}
        properties = file.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", properties)) == {"2026-01-01T00:00:00"}
