"""Saving files: an atomic write, and the same bytes for the same workbook."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from html import escape
from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from cixi_analysis.errors import CixiError, reason
from cixi_analysis.plan import edition
from cixi_analysis.plan.journal import write_whole

_UNIX = 3  # `create_system` of a ZIP entry
#: A formula as openpyxl writes it: without a value.
_FORMULA = re.compile(r'<c r="([A-Z]+\d+)"([^>]*)>(<f>[^<]*</f>)<v ?(?:/>|></v>)')


class ExportError(CixiError):
    """The file could not be written; the message (Chinese) says why."""


def save_workbook(book: Workbook, path: Path) -> None:
    """Write ``book`` to ``path``; raises as :func:`save_bytes` does."""
    save_bytes(workbook_bytes(book), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Write ``content`` to ``path`` atomically.

    Raises :class:`ExportError` when the file cannot be written; an older file there is then untouched.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise ExportError(f"不能写入 {path}：{reason(error)}。请检查文件夹是否存在、文件是否正被打开。") from error


def workbook_bytes(book: Workbook, values: Mapping[tuple[str, str], str | float] | None = None) -> bytes:
    """The file's bytes, without the clock that ``Workbook.save`` puts into the properties and every ZIP entry.

    ``values``: (sheet, cell) → the value to store beside the formula there, for every formula of the workbook. Excel,
    WPS and LibreOffice recalculate on opening, but a preview, a phone and Excel's protected view show stored values.
    """
    written, same = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    sheets = {f"xl/worksheets/sheet{n}.xml": sheet.title for n, sheet in enumerate(book.worksheets, start=1)}
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if values and name in sheets:
                content = _with_values(content.decode(), sheets[name], values).encode()
            target.writestr(zip_entry(name, edition.date()), content)
    return same.getvalue()


def _with_values(xml: str, sheet: str, values: Mapping[tuple[str, str], str | float]) -> str:
    def store(found: re.Match[str]) -> str:
        at, attributes, formula = found.groups()
        value = values[sheet, at]
        kind, shown = (' t="str"', escape(value)) if isinstance(value, str) else ("", repr(value))
        return f'<c r="{at}"{attributes}{kind}>{formula}<v>{shown}</v>'

    filled, count = _FORMULA.subn(store, xml)
    if count != xml.count("<f>"):
        raise AssertionError(f"{sheet}: openpyxl writes formulas in another form than {_FORMULA.pattern}")
    return filled


def zip_entry(name: str, date: datetime | None) -> zipfile.ZipInfo:
    """A ZIP entry that depends on neither the clock nor the operating system."""
    entry = zipfile.ZipInfo(name, edition.zip_date(date))
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, _UNIX
    return entry
