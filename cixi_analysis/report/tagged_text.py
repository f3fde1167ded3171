"""The computed texts of a Word file as a reader sees them, each with its place; nothing is compared here.

A computed text is inside a content control whose tag is its key, around a bookmark that numbers it in the order of
issue. The bookmark identifies it where the control was removed, or where LibreOffice before 7.5 dropped its tag.

Tracked changes count as accepted. Hidden or struck-out text and field codes are skipped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from cixi_analysis.report.word_styles import HIDDEN, RAISED, Styles, W, count, value_of

#: The bookmark of the nth text that was issued, counted from 0. Word hides bookmarks that begin with ``_``.
BOOKMARK = "_issued{}"
_BOOKMARK = re.compile(BOOKMARK.format(r"(\d+)"))
#: Levels of headings that begin a chapter, counted from 0.
_CHAPTERS = range(3)
#: Not a comma or colon: what stands before one says whose the number is.
_SENTENCE_END = re.compile("[。；、？！（）;?!()\n]")
#: Word numbers captions anew when chapters change places.
_CAPTION = re.compile(r"^[图表]\s*\d+\s*")
_FIRST_WORDS = 14  # characters of a paragraph that identify it
_REMOVED = {"del", "moveFrom"}
_TRACKED = {*_REMOVED, "ins", "moveTo"}
#: Parts beside the body: end of their relationship's type → their chapter in findings.
BESIDE = {"header": "页眉", "footer": "页脚", "footnotes": "脚注", "endnotes": "尾注"}
#: Kinds of parts that are read.
PARTS = (*BESIDE, "styles")
_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(frozen=True)
class TaggedText:
    """A computed text in the document."""

    #: "" where only a bookmark identifies it
    key: str
    bookmark: int | None
    in_control: bool
    text: str
    chapter: str
    place: str
    #: the words of its row's cells without computed texts; "" outside of tables
    row: str
    #: the text beside it in its sentence, up to the next computed text
    before: str
    after: str
    #: the words at the head of its column; "" outside of tables, and where computed texts stand there
    column: str


@dataclass
class _Place:
    """A paragraph or a cell; its words are known when it has been read."""

    name: str = ""
    row: "_Place | None" = None
    words: list[str] = field(default_factory=list)
    tracked: bool = False
    head: "_Place | None" = None
    is_computed: bool = False

    def __str__(self) -> str:
        name, _, column = self.name.partition("|")  # of a cell: the label of its row goes between them
        tracked = "，有未接受的修订" if self.tracked else ""
        return f"{name}{(self.row or self)._quoted()}{column}{tracked}"

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def label(self) -> str:
        """The words of its row's cells without computed texts."""
        return self.row.text if self.row else ""

    @property
    def column(self) -> str:
        """The words of the first cell of its column."""
        return self.head.text if self.head and not self.head.is_computed else ""

    def _quoted(self) -> str:
        cut = f"{self.text[:_FIRST_WORDS]}……" if len(self.text) > _FIRST_WORDS else self.text
        return f"“{cut}”" if cut else ""


@dataclass
class _Open:
    """A control or bookmark that is being read."""

    key: str = ""
    bookmark: int | None = None
    in_control: bool = True
    #: whether it stands within one paragraph
    inline: bool = True
    words: list[str] = field(default_factory=list)
    place: _Place | None = None
    before: str = ""
    after: str = ""

    @property
    def is_computed(self) -> bool:
        """Whether it holds a computed text; else it is a control of another origin."""
        return bool(self.key) or self.bookmark is not None


def tagged_texts(body: Element, parts: Sequence[tuple[str, Element]]) -> tuple[TaggedText, ...]:
    """The texts that a reader sees. ``parts``: what the body refers to, with the kind of each (see :data:`PARTS`)."""
    styles = Styles(next((part for kind, part in parts if kind == "styles"), None))
    beside = ((part, chapter) for told, chapter in BESIDE.items() for kind, part in parts if kind == told)
    ended = (one for part, chapter in ((body, ""), *beside) for one in _Reader(styles, chapter).read(part))
    return tuple(
        TaggedText(*own, chapter.text, str(place), place.label, _CAPTION.sub("", one.before), one.after, place.column)
        for one, chapter in ended
        if one.is_computed and (text := "".join(one.words).strip()) and (place := one.place)
        for own in [(one.key, one.bookmark, one.in_control, text)]
    )


class _Reader:
    """Reads a part of a document; ``chapter`` names one that has no headings of its own, such as 页脚."""

    def __init__(self, styles: Styles, chapter: str) -> None:
        self._styles = styles
        self._ended: list[tuple[_Open, _Place]] = []
        self._chapter, self._has_chapters = _Place(words=[chapter]), not chapter
        self._paragraphs = self._tables = self._row = self._column = self._depth = self._hidden = 0
        self._place, self._first, self._cell, self._in_paragraph = _Place(), _Place(), False, False
        self._style: str | None = None
        self._raised = self._was_raised = False
        self._clause, self._awaiting = "", list[_Open]()
        self._open: list[_Open] = []
        self._bookmarks: dict[str, _Open] = {}
        self._fields: list[bool] = []  # whether each open field has come to its result

    def read(self, part: Element) -> list[tuple[_Open, _Place]]:
        """The controls and bookmarks of the part, each with its chapter."""
        self._inside(part)
        return self._ended

    def _inside(self, element: Element) -> None:
        for child in element:
            self._element(child)

    def _element(self, element: Element) -> None:
        kind = element.tag.rpartition("}")[2]
        if kind in _TRACKED:
            self._place.tracked = True
        if kind.endswith("Pr") or kind in _REMOVED:
            return
        if kind in _SPECIAL:
            _SPECIAL[kind](self, element)
        elif kind == "t":
            self._text(element.text or "")
        elif kind in _CHARACTERS:
            self._text(_CHARACTERS[kind])
        elif kind == "sym":
            code = element.get(f"{W}char", "")
            self._text(chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else "\ufffd")
        else:
            self._inside(element)

    def _text(self, text: str) -> None:
        if self._hidden or not all(self._fields) or not text:
            return
        if not self._place.name and text.strip():
            self._paragraphs += 1
            self._place.name = f"第{self._paragraphs}段"
        beside = re.search(r"\d$", "".join(self._place.words[-1:])) and text[0].isdecimal()
        if beside and self._raised and not self._was_raised:  # 10 with a raised 5 is not 105
            text = f"^{text}"
        self._was_raised = self._raised
        self._place.words.append(text)
        around = (*self._open, *self._bookmarks.values())
        for one in around:
            one.words.append(text)
            one.place = one.place or self._place
        if any(one.is_computed for one in around):
            return
        first, *others = _SENTENCE_END.split(text)
        for one in self._awaiting:
            one.after += first
        if others:
            self._awaiting.clear()
        self._clause = others[-1] if others else self._clause + first

    def _paragraph(self, paragraph: Element) -> None:
        before = self._place, self._style, self._bookmarks, self._in_paragraph, self._clause, self._awaiting
        self._clause, self._awaiting = "", []
        self._style, self._bookmarks = value_of(paragraph.find(f"{W}pPr/{W}pStyle")), {}
        if self._in_paragraph:
            self._place = _Place("文本框")
        elif not self._cell:
            self._place = _Place()
            is_heading = self._has_chapters and self._styles.heading(paragraph) in _CHAPTERS
            if is_heading and any((text.text or "").strip() for text in paragraph.iter(f"{W}t")):
                self._place.name, self._chapter = "标题", self._place
                self._paragraphs = self._tables = 0
        self._in_paragraph = True
        for one in self._open:
            one.words.append("\n")
        self._inside(paragraph)
        for one in self._bookmarks.values():
            self._end(one)
        self._place, self._style, self._bookmarks, self._in_paragraph, self._clause, self._awaiting = before

    def _end(self, one: _Open) -> None:
        self._ended.append((one, self._chapter))
        if one.is_computed:
            self._clause, self._awaiting = "", [one]
            if one.place:
                one.place.is_computed = True

    def _table(self, table: Element) -> None:
        self._depth += 1
        if self._depth == 1:
            self._tables, self._row, self._heads = self._tables + 1, 0, dict[int, _Place]()
        self._inside(table)
        self._depth -= 1

    def _table_row(self, row: Element) -> None:
        if any(row.find(f"{W}trPr/{W}{kind}") is not None for kind in ("del", "hidden")):
            return
        if self._depth == 1:
            self._row, self._first = self._row + 1, _Place()
            self._column = count(row.find(f"{W}trPr/{W}gridBefore"), 0)
        self._inside(row)

    def _table_cell(self, cell: Element) -> None:
        if cell.find(f"{W}tcPr/{W}cellDel") is not None:
            return
        if self._depth != 1:
            self._inside(cell)
            return
        before = self._place
        name = f"表{self._tables}第{self._row}行|第{self._column + 1}列"
        self._place, self._cell = _Place(name, self._first, head=self._heads.get(self._column)), True
        columns = range(self._column, self._column + count(cell.find(f"{W}tcPr/{W}gridSpan"), 1))
        if self._row == 1:
            self._heads.update(dict.fromkeys(columns, self._place))
        self._inside(cell)
        if not self._place.is_computed:
            self._first.words += [" ", *self._place.words]
        self._column = columns.stop
        self._place, self._cell = before, False

    def _control(self, control: Element) -> None:
        key = value_of(control.find(f"{W}sdtPr/{W}tag")) or ""
        own = _Open(key, inline=self._in_paragraph, before=self._clause)
        for name in [name for name, one in self._bookmarks.items() if not one.words]:  # begins just before the control
            own.bookmark = self._bookmarks.pop(name).bookmark
        placeholder = control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None
        self._hidden += placeholder
        self._open.append(own)
        self._inside(control)
        self._open.remove(own)
        self._hidden -= placeholder
        self._end(own)

    def _run(self, run: Element) -> None:
        hidden = self._styles.give(run, self._style, HIDDEN)
        self._hidden += hidden
        self._raised = self._styles.give(run, self._style, RAISED)
        self._inside(run)
        self._hidden -= hidden

    def _alternative(self, element: Element) -> None:
        """The first of several alternative contents; text boxes are stored twice."""
        for one in list(element)[:1]:
            self._inside(one)

    def _field(self, mark: Element) -> None:
        match mark.get(f"{W}fldCharType"):
            case "begin":
                self._fields.append(False)
            case "separate" if self._fields:
                self._fields[-1] = True
            case "end" if self._fields:
                self._fields.pop()

    def _bookmark_start(self, mark: Element) -> None:
        if not (named := _BOOKMARK.fullmatch(mark.get(f"{W}name", ""))):
            return
        around = next((one for one in reversed(self._open) if one.key or one.inline), None)
        if around is None:
            one = _Open(bookmark=int(named[1]), in_control=False, before=self._clause)
            self._bookmarks[mark.get(f"{W}id", "")] = one
        elif around.bookmark is None:
            around.bookmark = int(named[1])
        elif not around.key:  # LibreOffice joins controls without a tag
            self._end(replace(around))
            around.bookmark, around.words, around.place, around.before = int(named[1]), [], None, ""

    def _bookmark_end(self, mark: Element) -> None:
        if one := self._bookmarks.pop(mark.get(f"{W}id", ""), None):
            self._end(one)


#: Kind of element → its reader.
_SPECIAL = {
    "p": _Reader._paragraph, "tbl": _Reader._table, "tr": _Reader._table_row, "tc": _Reader._table_cell,
    "sdt": _Reader._control, "r": _Reader._run, "AlternateContent": _Reader._alternative, "fldChar": _Reader._field,
    "bookmarkStart": _Reader._bookmark_start, "bookmarkEnd": _Reader._bookmark_end,
}  # fmt: skip
