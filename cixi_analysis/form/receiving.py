"""One form as it was handed in: whose it is, its file and hash, and the receipt for it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from cixi_analysis.errors import is_invisible
from cixi_analysis.plan.schema import Receipt


@dataclass(frozen=True)
class FiledForm:
    """A form that was handed in."""

    #: None for that of the whole year
    unit: str | None
    file: str
    sha256: str
    #: how many rows are filled in
    rows: int

    @classmethod
    def of(cls, path: Path, unit: str | None, rows: int) -> "FiledForm":
        name = "".join(c for c in PureWindowsPath(path.name).name if c != "\n" and not is_invisible(c)).strip()
        return cls(unit, name or "工作簿", hashlib.sha256(path.read_bytes()).hexdigest(), rows)

    @property
    def provenance(self) -> str:
        """``name sha256:…``."""
        return f"{self.file} sha256:{self.sha256}"

    def receipt(self, received: str) -> Receipt:
        """The receipt, of the day."""
        known = {"unit": self.unit, "file": self.file, "sha256": self.sha256, "received": received, "rows": self.rows}
        return Receipt.model_validate(known)
