"""The values of a report's formulas, written beside them.

openpyxl writes a formula without its value. Excel, WPS and LibreOffice compute it on opening, but a preview, a phone
and Excel's protected view of a downloaded file show what is stored, and would show nothing.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from html import escape

from cixi_analysis.export.saving import workbook_bytes
from cixi_analysis.export.sheet import Report

_FORMULA = re.compile(
    r'<c r="(?P<at>[A-Z]+\d+)"(?P<rest>[^>]*)>(?P<formula><f>[^<]*</f>)<v ?(?:/>|></v>)|(?P<lone><f>)'
)


def report_bytes(report: Report) -> bytes:
    """The workbook's file with the value of every formula in it."""
    filled = io.BytesIO()
    files = {f"xl/worksheets/sheet{n}.xml": sheet.title for n, sheet in enumerate(report.book.worksheets, start=1)}
    with (
        zipfile.ZipFile(io.BytesIO(workbook_bytes(report.book))) as source,
        zipfile.ZipFile(filled, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in files:
                own = {at: value for (sheet, at), value in report.computed.items() if sheet == files[entry.filename]}
                content = _filled(content.decode(), own).encode()
            target.writestr(entry, content)
    return filled.getvalue()


def _filled(xml: str, values: Mapping[str, str | float]) -> str:
    def fill(found: re.Match[str]) -> str:
        if found["lone"]:
            raise AssertionError(f"a formula in another form than openpyxl's: {xml[found.start() :][:200]}")
        value = values[found["at"]]
        kind, shown = (' t="str"', escape(value)) if isinstance(value, str) else ("", repr(value))
        return f'<c r="{found["at"]}"{found["rest"]}{kind}>{found["formula"]}<v>{shown}</v>'

    return _FORMULA.sub(fill, xml)
