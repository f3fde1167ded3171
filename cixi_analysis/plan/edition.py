"""The date of everything that is built: that of ``SOURCE_DATE_EPOCH``, or none. The clock is never read.

The variable is the convention of reproducible-builds.org: seconds since 1970. The same commit built with the same value
gives the same bytes.
"""

import os
from datetime import UTC, datetime

from cixi_analysis.errors import CixiError

VARIABLE = "SOURCE_DATE_EPOCH"
#: The date of a ZIP entry where none is given: the earliest possible one.
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_LATEST_YEAR = 2107


class WrongDate(CixiError):
    """``SOURCE_DATE_EPOCH`` is no number of seconds."""


def date() -> datetime | None:
    """The date in UTC, or None where none is given. Raises :class:`WrongDate`."""
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return None
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        example = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
        expected = f"自1970年1月1日起的秒数，如 {example}，或者不设"
        raise WrongDate(f"环境变量 {VARIABLE} 现为“{given}”；应为{expected}。") from None


def zip_date(given: datetime | None) -> tuple[int, int, int, int, int, int]:
    """A date as a ZIP entry holds it: without a time zone, here UTC; from 1980 on."""
    if given is None or given.year < _EARLIEST[0]:
        return _EARLIEST
    given = min(given, datetime(_LATEST_YEAR, 12, 31, 23, 59, 58, tzinfo=UTC))
    return (given.year, given.month, given.day, given.hour, given.minute, given.second)
