"""Saving what is made for others: the file is whole or not there, and the same workbook gives the same bytes."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from cixi_analysis.errors import CixiError, reason
from cixi_analysis.plan import edition
from cixi_analysis.plan.journal import write_whole

_UNIX = 3  # as ZIP counts systems


class ExportError(CixiError):
    """The file could not be written; the message (Chinese) says why."""


def save_workbook(book: Workbook, path: Path) -> None:
    """Write ``book`` to ``path``; see :func:`save_bytes`."""
    save_bytes(workbook_bytes(book), path)


def save_bytes(content: bytes, path: Path) -> None:
    """Write ``content`` to ``path``, beside its place first and then into it.

    Raises :class:`ExportError` when the place cannot be written; what stood there before is then untouched.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise ExportError(f"不能写入 {path}：{reason(error)}。请检查文件夹是否存在、文件是否正被打开。") from error


def workbook_bytes(book: Workbook) -> bytes:
    """The file's bytes. ``Workbook.save`` would put the clock into the properties and into every entry."""
    written, same = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zip_entry(name, edition.date()), source.read(name))
    return same.getvalue()


def zip_entry(name: str, date: datetime | None) -> zipfile.ZipInfo:
    """An entry of a ZIP file that tells neither when nor on what system it was written."""
    entry = zipfile.ZipInfo(name, edition.zip_date(date))
    entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, _UNIX
    return entry
