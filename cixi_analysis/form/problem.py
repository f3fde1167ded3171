"""What can be wrong with a filled-in form, and how it is told: sheet, cell, what was found, what would be right."""

from dataclasses import dataclass

from cixi_analysis.errors import CixiError


class FormError(CixiError):
    """The file is no readable form at all; the message (Chinese) says why."""


@dataclass(frozen=True)
class FormProblem:
    """One thing wrong (or, as a warning, doubtful) in the form. ``cell`` is "" where a whole sheet is meant."""

    sheet: str
    cell: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.sheet}{' ' if self.cell else ''}{self.cell}：现为{self.found}；应为{self.expected}"
