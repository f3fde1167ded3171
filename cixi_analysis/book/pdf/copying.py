"""What a reader gets who copies or searches text of a PDF.

Chinese fonts draw 生 (U+751F) and the radical ⽣ (U+2F63) with one glyph, and Chromium notes the radical as its meaning.
It corrects that beside each use, which not every viewer heeds: there, a search for 生态 would find nothing. So the notes
themselves are corrected.
"""

import re
import unicodedata
from collections.abc import Iterator

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, StreamObject

#: Radicals of simplified characters, which Unicode does not itself declare the same as the character; and the dash.
_SIMPLIFIED = str.maketrans(
    "⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⺠―", "西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙民—"
)
_RADICALS = re.compile("[\u2e80-\u2fdf]")
#: ``<code> <character>`` or ``<first code> <last code> <character of the first>``.
_NOTE = re.compile(rb"^<([0-9A-Fa-f]+)> (?:<([0-9A-Fa-f]+)> )?<([0-9A-Fa-f]{4})>\s*$", re.MULTILINE)


def characters(text: str) -> str:
    """``text`` with characters in the place of the radicals that look like them."""
    return _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_SIMPLIFIED)


def correct(writer: PdfWriter) -> None:
    """Note characters, not radicals, as the meaning of the glyphs of all fonts."""
    notes = {id(stream): stream for page in writer.pages for stream in _notes(page, set())}
    for stream in notes.values():
        stream.set_data(_NOTE.sub(_corrected, stream.get_data()))


def _notes(owner: DictionaryObject, seen: set[int]) -> Iterator[StreamObject]:
    """The notes of the fonts that a page or a drawing on it uses."""
    resources = owner.get("/Resources", DictionaryObject()).get_object()
    for font in resources.get("/Font", DictionaryObject()).get_object().values():
        stream = font.get_object().get("/ToUnicode")
        if stream is not None:
            yield stream.get_object()
    for reference in resources.get("/XObject", DictionaryObject()).get_object().values():
        drawing = reference.get_object()
        if id(drawing) not in seen:
            seen.add(id(drawing))
            yield from _notes(drawing, seen)


def _corrected(note: re.Match[bytes]) -> bytes:
    first, last, start = note.groups()
    count = int(last, 16) - int(first, 16) + 1 if last else 1
    meant = "".join(chr(int(start, 16) + n) for n in range(count))
    if characters(meant) == meant:
        return note[0]
    codes = [b"<%04X>" % ord(character) for character in characters(meant)]
    return b"<%b> <%b> [%b]" % (first, last, b" ".join(codes)) if last else b"<%b> %b" % (first, codes[0])
