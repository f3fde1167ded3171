"""Makes the font files that charts are measured with: ``python tests/metrics.py``.

vl-convert parses the whole font for each label that it measures, and Noto Sans CJK has 65,535 glyphs: 5 ms a label. The
files in ``cixi_analysis/presentation/metrics`` hold what measuring needs, the widths of Noto Sans CJK SC (1,000 units to
the em), and nothing to look at. So charts are measured five times as fast, and alike whatever fonts a machine has.
"""

import sys
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

from cixi_analysis.presentation import figure

SOURCE = Path("/usr/share/fonts/opentype/noto")
#: Characters: up to the Chinese symbols and punctuation, Chinese characters, compatibility and full-width forms.
_RANGES = (range(0x20, 0xA000), range(0xF900, 0xFB00), range(0xFE30, 0xFFF0))
_WEIGHTS = {"Regular": 400, "Bold": 700}


def widths(source: Path, style: str) -> dict[int, int]:
    """Code point → width of Noto Sans CJK SC."""
    fonts = TTCollection(source / f"NotoSansCJK-{style}.ttc").fonts
    font = next(f for f in fonts if f["name"].getDebugName(1).startswith("Noto Sans CJK SC"))
    known = font.getBestCmap()
    return {code: font["hmtx"][known[code]][0] for codes in _RANGES for code in codes if code in known}


def _dot() -> Any:
    """An outline; a glyph without one is left out of a label's extent."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 1))
    pen.lineTo((1, 1))
    pen.closePath()
    return pen.glyph()


def write(target: Path, source: Path, style: str) -> None:
    """Write the font file of a style: one glyph for each width."""
    of = widths(source, style)
    names = {width: f"w{width}" for width in sorted({*of.values(), 1000})}
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({})
    many_to_one = CmapSubtable.newSubtable(13)
    many_to_one.platformID, many_to_one.platEncID, many_to_one.language, many_to_one.reserved = 3, 10, 0, 0
    many_to_one.cmap = {code: names[width] for code, width in of.items()}
    builder.font["cmap"].tables = [many_to_one]
    builder.setupGlyf(dict.fromkeys(builder.font.getGlyphOrder(), _dot()))
    builder.setupHorizontalMetrics({".notdef": (1000, 0), **{name: (width, 0) for width, name in names.items()}})
    builder.setupHorizontalHeader(ascent=1160, descent=-288)
    family = figure.METRICS
    builder.setupNameTable({"familyName": family, "styleName": style, "psName": f"{family.replace(' ', '')}-{style}"})
    builder.setupOS2(usWeightClass=_WEIGHTS[style], sTypoAscender=1160, sTypoDescender=-288)
    builder.setupPost()
    builder.updateHead(created=0, modified=0)
    builder.save(target)


if __name__ == "__main__":
    for style in _WEIGHTS:
        write(figure.METRICS_FOLDER / f"{style}.ttf", Path(*sys.argv[1:]) if sys.argv[1:] else SOURCE, style)
