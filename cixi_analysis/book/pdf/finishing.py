"""A printed PDF made ready for readers: page numbers, bookmarks, properties, text that can be copied and searched.

Chinese fonts draw 生 (U+751F) and the radical ⽣ (U+2F63) with one glyph, and Chromium's ToUnicode maps give the radical
as its meaning. Chromium corrects that beside each use (ActualText), but not every viewer heeds it: there, a search for
生态 would find nothing. So the ToUnicode maps themselves are corrected.
"""

import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import cast

from pypdf import PdfReader, PdfWriter
from pypdf.generic import Destination, DictionaryObject, Fit, NameObject, StreamObject, TextStringObject

from cixi_analysis.book.pdf.assembly import Section
from cixi_analysis.book.pdf.chromium import PdfError

#: Radicals of simplified characters, which Unicode does not declare equivalent to the character; and the dash.
_SIMPLIFIED = str.maketrans(
    "⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺠―", "西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙民—"
)
_RADICALS = re.compile("[\u2e80-\u2fdf]")
#: ``<code> <character>`` or ``<first code> <last code> <character of the first>``.
_ENTRY = re.compile(rb"^<([0-9A-Fa-f]+)> (?:<([0-9A-Fa-f]+)> )?<([0-9A-Fa-f]{4})>\s*$", re.MULTILINE)


def places(reader: PdfReader, sections: Sequence[Section]) -> dict[str, tuple[int, Destination]]:
    """Anchor of a heading → its page, from 1, and its place there. Raises :class:`PdfError` for a missing one."""
    named, found = reader.named_destinations, {}
    for anchor in (heading.anchor for section in sections for heading in section.headings):
        number = reader.get_destination_page_number(named[f"/{anchor}"]) if f"/{anchor}" in named else None
        if number is None:
            raise PdfError(f"PDF 的目录里找不到“{anchor}”所在的页，请换用较新的 Chromium。")
        found[anchor] = (number + 1, named[f"/{anchor}"])
    return found


def finished(reader: PdfReader, sections: Sequence[Section], properties: Mapping[str, str]) -> bytes:
    """The file with bookmarks, these properties instead of the browser's, and corrected text."""
    for number in range(1, cast(int, reader.trailer["/Size"])):
        font = reader.get_object(number)
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            stream = cast(StreamObject, font["/ToUnicode"])
            stream.set_data(_ENTRY.sub(_corrected, stream.get_data()))
    writer = PdfWriter(clone_from=reader)
    writer.metadata = {NameObject(name): TextStringObject(text) for name, text in properties.items()}
    found = places(reader, sections)
    for section in sections:  # Chromium's own bookmarks have a heading twice where it begins a page
        above = None
        for heading in section.headings:
            number, place = found[heading.anchor]
            fit = Fit.xyz(left=0, top=place.top)
            mark = writer.add_outline_item(
                title=heading.title, page_number=number - 1, parent=above if heading.level > 1 else None, fit=fit
            )
            above = above or mark
    writer.page_mode, writer.pdf_header = "/UseOutlines", reader.pdf_header
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def characters(text: str) -> str:
    """``text`` with its radicals replaced by the characters that look like them."""
    return _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_SIMPLIFIED)


def _corrected(entry: re.Match[bytes]) -> bytes:
    first, last, start = entry.groups()
    count = int(last, 16) - int(first, 16) + 1 if last else 1
    meant = "".join(chr(int(start, 16) + n) for n in range(count))
    if characters(meant) == meant:
        return entry[0]
    codes = [b"<%04X>" % ord(character) for character in characters(meant)]
    return b"<%b> <%b> [%b]" % (first, last, b" ".join(codes)) if last else b"<%b> %b" % (first, codes[0])
