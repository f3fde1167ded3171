"""Validation of a template: all wrong placeholders at once, each with its name and paragraph.

The placeholders of each paragraph become one line of a Jinja template of their own, so that a line number identifies
the paragraph. That template is rendered first; undefined names are recorded instead of raised.
"""

import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from jinja2 import ChainableUndefined, StrictUndefined, TemplateSyntaxError, Undefined, meta
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing
from lxml import etree

from cixi_analysis.errors import marked
from cixi_analysis.presentation.formatting import EMPTY
from cixi_analysis.report.tagged_text import BESIDE

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPENED, _CLOSED = re.compile(r"\{[{%#]"), re.compile(r"[}%]\}")
#: A name in single braces.
_SINGLE = re.compile(r"(?<!\{)\{\s*([A-Za-z_]\w*)[\w.\[\]]*\s*\}(?!\})")
#: The beginning of one in the brackets of a Chinese keyboard.
_WIDE = re.compile(r"｛[{｛%％]|\{[｛％]")
#: Tags of docxtpl itself: for rows, cells, paragraphs and runs, merged and coloured cells.
_PLACED = re.compile(r"^(\{[{%#]-?)(tr|tc|p|r)\s")
#: Of these the paragraph, row or cell becomes the tag.
_WHOLE = {"p": "段", "tr": "行", "tc": "格"}
#: A tag that begins or ends a block.
_BLOCK = re.compile(r"^\{%-?\s*(end)?(for|if)\b")
_VALUE_OF = re.compile(r"^\{%\s*(?:colspan|cellbg)\s+(.*?)%\}$", re.DOTALL)
_MERGED = re.compile(r"^\{%\s*[vh]m\s*%\}$")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_LONGEST = 60
_UNUSABLE = "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}"
_TEXTS, _REMOVED = (qn("w:t"), qn("w:delText")), (qn("w:del"), qn("w:moveFrom"))
#: What else than text would be lost with a paragraph, row or cell.
_LOSABLE = [
    qn(f"w:{name}")
    for name in ("drawing", "pict", "object", "footnoteReference", "endnoteReference", "fldChar", "fldSimple")
]
#: Parts that docxtpl does not fill in: end of their relationship's type → what a reader calls it.
_LEFT = {
    "endnotes": "尾注", "comments": "批注", "chart": "图表", "diagramData": "SmartArt 图形", "customXml": "内容控件绑定的数据",
    "core-properties": "文件属性", "extended-properties": "文件属性", "custom-properties": "文件属性",
}  # fmt: skip
#: The core properties that docxtpl fills in.
_PROPERTIES = {"creator", "description", "identifier", "language", "subject", "title"}
_WRITTEN = re.compile(r"\{\{\s*[A-Za-z_]|\{%")


def environment(undefined: type[Undefined] = StrictUndefined) -> SandboxedEnvironment:
    """A sandbox, since a template is untrusted: it reads the names of its context and nothing else."""
    return SandboxedEnvironment(undefined=undefined, autoescape=True, finalize=_printed)


def _printed(value: Any) -> Any:
    """What a placeholder prints: a text or number as it is, nothing as in the tables. No report shows a Python object."""
    if value is None:
        return EMPTY
    if isinstance(value, Undefined | str | int | float) and not isinstance(value, bool):
        return value
    raise TypeError(value)


def has_placeholders(document: Document) -> bool:
    """Whether a document has any placeholder, and so is a template."""
    return any(_OPENED.search(text) or _WIDE.search(text) for _, text, *_ in _paragraphs(document))


def problems(document: Document, names: Mapping[str, Any]) -> list[str]:
    """Every wrong placeholder, in the order of the document: its paragraph, what is wrong, a suggestion."""
    paragraphs = list(_paragraphs(document))
    found, lines = list[tuple[int, str]](), list[str]()
    blocks = list[tuple[int, str, Any]]()
    for number, (_, text, unfilled, paragraph) in enumerate(paragraphs):
        if unfilled:
            found.append((number, unfilled))
        if _WIDE.search(text):
            found.append((number, "占位符的括号和百分号要用半角的：{{ … }}、{% … %}"))
        if _OPENED.search(_TAG.sub("", text)):
            found.append((number, "占位符没有写完，缺少 }} 或 %}（一个占位符要写在同一段里）"))
        elif _CLOSED.search(_TAG.sub("", text)):
            found.append((number, "占位符没有写完，缺少 {{ 或 {%（一个占位符要写在同一段里）"))
        if any(one[1] in names for one in _SINGLE.finditer(_TAG.sub("", text))):
            found.append((number, "占位符要用两重花括号，中间没有空格：{{ … }}、{% … %}"))
        tags = [(tag, _misspelt(tag)) for tag in _TAG.findall(text)]
        found += [(number, told) for _, told in tags if told]
        lines.append("".join(_plain(tag) for tag, told in tags if not told).replace("\n", " "))
        blocks += [(number, tag, paragraph) for tag, _ in tags if paragraph is not None]
    torn, opened = _unpaired(blocks)
    found += [*torn, *_tried("\n".join(lines), names, opened)]
    return [
        f"{paragraphs[number][0]}“{_clipped(paragraphs[number][1], told)}”：{told}"
        for number, told in sorted(dict.fromkeys(found), key=lambda one: one[0])
    ]


def _paragraphs(document: Document) -> Iterator[tuple[str, str, str, Any]]:
    """(where, text, why its placeholders cannot be filled in, element) of every paragraph, then of headers, footers and
    notes; without an element, of what cannot be filled in anywhere else.
    """
    rels = ((r.reltype.rpartition("/")[2], r) for r in document.part.rels.values() if not r.is_external)
    parts = [(BESIDE[kind], one.target_part) for kind, one in rels if kind in BESIDE]
    for where, part in [("正文", document.part), *parts]:
        root = part.element if hasattr(part, "element") else parse_xml(part.blob)
        for number, paragraph in enumerate(root.iter(qn("w:p")), 1):
            texts = [t for t in paragraph.iter(*_TEXTS) if next(t.iterancestors(qn("w:p"))) is paragraph]
            shown = [t for t in texts if next(t.iterancestors(*_REMOVED), None) is None]
            text = "".join(t.text or "" for t in shown)
            told = _unfilled(where, text, shown, texts) or _lost(text, paragraph)
            yield f"{where}第{number}段", text, told, paragraph
    yield from _left(document, [document.part, *(part for _, part in parts)])


def free_sections(document: Document) -> None:
    """Move a section break out of the paragraph of a tag, which goes: LibreOffice puts it there."""
    for section in list(document.element.body.iter(qn("w:sectPr"))):
        paragraph: Any = next(section.iterancestors(qn("w:p")), None)
        text = "" if paragraph is None else "".join(t.text or "" for t in paragraph.iter(qn("w:t"))).strip()
        if _PLACED.match(text) and (block := _BLOCK.match(_plain(text))):
            own = OxmlElement("w:p")
            own.get_or_add_pPr().append(section)
            (paragraph.addnext if block[1] else paragraph.addprevious)(own)


def _left(document: Document, filled: list[Any]) -> Iterator[tuple[str, str, str, None]]:
    """The texts of other parts that have a placeholder, and the addresses of links."""
    package = document.part.package
    relations = [r for rels in (package.rels, *(part.rels for part in package.iter_parts())) for r in rels.values()]
    seen: list[Any] = list(filled)
    for relation in relations:
        kind = relation.reltype.rpartition("/")[2]
        if relation.is_external:
            where, texts = "网址", [unquote(relation.target_ref)]
        elif (part := relation.target_part) in seen or not str(part.partname).endswith(".xml"):
            continue
        else:
            seen.append(part)
            root = parse_xml(part.blob)
            blocks = root.xpath("//*[local-name()='p']") or [
                e for e in root if etree.QName(e).localname not in _PROPERTIES
            ]
            where, texts = _LEFT.get(kind, str(part.partname)), [block.xpath("string()") for block in blocks]
        for text in filter(_WRITTEN.search, texts):
            yield where, text, f"{where}里的占位符不会填写，请移到正文或脚注", None


def _unpaired(tags: list[tuple[int, str, Any]]) -> tuple[list[tuple[int, str]], int | None]:
    """The blocks that end in another place than they began, by paragraph; the paragraph of the last one that nothing ends.

    ``tags``: the number of each tag's paragraph, the tag, the paragraph.
    """
    found, opened = list[tuple[int, str]](), list[tuple[str, int, object]]()
    for number, tag, paragraph in tags:
        if not (block := _BLOCK.match(_plain(tag))):
            continue
        kind = placed[2] if (placed := _PLACED.match(tag)) and placed[2] in _WHOLE else ""
        at = kind, None if (held := _held(paragraph, kind)) is None else held.getparent()
        if not block[1]:
            opened.append((block[2], number, at))
        elif opened and opened[-1][0] == block[2] and opened.pop()[2] != at:
            told = f"{tag}与它的 {block[2]} 不在同一处：要同是段、行或格，在同一个单元格、文本框或正文里"
            found.append((number, told))
    return found, opened[-1][1] if opened else None


def _held(paragraph: Any, kind: str) -> Any:
    """The row, cell or paragraph that a tag takes the place of, or the paragraph that it is in."""
    return next(paragraph.iterancestors(qn(f"w:{kind}")), None) if kind in ("tr", "tc") else paragraph


def _lost(text: str, paragraph: Any) -> str:
    """Why docxtpl would drop what stands beside a tag that takes the place of its paragraph, row or cell; else ""."""
    for tag in _TAG.findall(text):
        if not (placed := _PLACED.match(tag)) or (kind := placed[2]) not in _WHOLE or tag.startswith("{{"):
            continue
        if (holder := _held(paragraph, kind)) is None:
            return f"{tag}要写在表格里；段落用 {{%p … %}}"
        beside = "".join(t.text or "" for t in holder.iter(qn("w:t"))).replace(tag, "", 1).strip()
        losable = _LOSABLE if _BLOCK.match(_plain(tag)) else [*_LOSABLE, qn("w:sectPr")]
        if beside or next(holder.iter(*losable), None) is not None or holder.xpath(".//w:br[@w:type]"):
            what = _WHOLE[kind]
            return f"{tag}要独占一{what}：同一{what}里别的文字、图、脚注、域、分页符和分节符会丢失，请移到别的{what}"
    return ""


def _unfilled(where: str, text: str, shown: list[Any], texts: list[Any]) -> str:
    """Why docxtpl would leave a placeholder, fill in one that Word shows as deleted, or break the file; else ""."""
    if where == "尾注" and _OPENED.search(text):
        return "尾注里的占位符不会填写，请移到正文或脚注"
    if any(re.search("[{}]", t.text or "") for t in texts if t not in shown):
        return "占位符在未接受的修订里，请先接受或拒绝修订"
    around = [t.getparent().getparent().tag for t in shown for _ in t.text or ""]
    if any(around[m.start()] != around[m.end() - 1] for m in _TAG.finditer(text) if not _PLACED.match(m[0])):
        return "占位符只有一部分在修订、超链接或智能标记里，请先接受修订、取消链接，或删去后重新输入"
    return ""


def _clipped(text: str, told: str) -> str:
    """A paragraph's text around its fault: the first name or placeholder that the message ``told`` quotes."""
    named = re.search("“(.*?)”", told)
    at = max(0, text.find(named[1]) if named else 0)
    start = max(0, at - _LONGEST // 2) if len(text) > _LONGEST else 0
    cut = text[start : start + _LONGEST]
    return marked(f"{'…' * bool(start)}{cut}{'…' * (start + _LONGEST < len(text))}")


def _plain(tag: str) -> str:
    """A placeholder as Jinja parses it, without docxtpl's own tags."""
    tag = tag.translate(_QUOTES)
    if _MERGED.match(tag):
        return ""
    if value := _VALUE_OF.match(tag):
        return f"{{{{ {value[1]} }}}}"
    return _PLACED.sub(r"\1 ", tag)


def _misspelt(tag: str) -> str:
    """What is wrong with a ``{{ … }}`` by itself; "" where nothing is, or where that depends on its context."""
    if not (plain := _plain(tag)).startswith("{{"):
        return ""
    try:
        environment().from_string(plain)
    except TemplateSyntaxError as error:
        return _syntax(error, f"“{tag}”")
    return ""


def _syntax(error: TemplateSyntaxError, what: str) -> str:
    message = error.message or ""
    if named := re.match(r"No (filter|test) named '(.*?)'", message):
        return f"{what}里没有“{named[2]}”这个{'过滤器' if named[1] == 'filter' else '判断'}"
    if "unknown tag" in message or "end of template" in message or "Unexpected end" in message:
        named = re.search(r"unknown tag '(\w+)'", message)
        tag = f"“{named[1]}”" if named else "for 或 if"
        return f"{tag}不成对，或不认识：应如 {{%p for … %}} … {{%p endfor %}}，{{%p if … %}} … {{%p endif %}}"
    return f"{what}的写法不对，应如 {{{{ year }}}}、{{{{ level.met }}}}"


def _tried(source: str, names: Mapping[str, Any], opened: int | None) -> Iterator[tuple[int, str]]:
    """(line number, what is wrong) of the faults that parsing and rendering the template reveal.

    ``opened``: the line of the last block that nothing ends.
    """
    found: list[tuple[int, str]] = []

    class Missing(ChainableUndefined):
        """Records where an undefined name is used, and renders as nothing."""

        __slots__ = ()

        def _told(self, *_: object) -> str:
            found.append((_line() - 1, _unknown(self._undefined_name, self._undefined_obj, names)))
            return ""

        __str__ = __html__ = _told

        def __iter__(self) -> Iterator[Any]:
            return iter(self._told())

        def __bool__(self) -> bool:
            return bool(self._told())

        __len__ = __bool__

    def printed(value: Any) -> Any:
        """Records what is no text or number, and prints nothing."""
        try:
            return _printed(value)
        except TypeError:
            found.append((_line() - 1, _no_text(value)))
            return ""

    jinja = environment(Missing)
    jinja.finalize = printed
    try:
        known = meta.find_undeclared_variables(jinja.parse(source)) - {*names, *jinja.globals}
        for name in sorted(known):  # also in a branch that this year does not take
            at = (n for n, line in enumerate(source.split("\n")) if re.search(rf"(?<![\w.]){re.escape(name)}\b", line))
            found.append((next(at, 0), _unknown(name, missing, names)))
        jinja.from_string(source).render(names)
    except TemplateSyntaxError as error:
        is_open = opened is not None and "end of template" in (error.message or "")
        yield opened if opened is not None and is_open else error.lineno - 1, _syntax(error, "占位符")
    except Exception as error:  # a template may compute anything
        yield _failed(error, source), _UNUSABLE
    yield from found


def _line() -> int:
    """The template's line that is being rendered."""
    for frame, line in traceback.walk_stack(sys._getframe()):
        if template := frame.f_globals.get("__jinja_template__"):
            return int(template.get_corresponding_lineno(line))
    return 1


def _failed(error: Exception, source: str) -> int:
    """The line in which rendering failed."""
    lines = [at.lineno or 1 for at in traceback.extract_tb(error.__traceback__) if at.filename == "<template>"]
    return min(lines[-1] - 1 if lines else 0, source.count("\n"))


def _no_text(value: object) -> str:
    """The message for a placeholder that stands for several values."""
    if isinstance(value, list):
        return "这是一列，要用 for 逐个写出：{%p for one in … %} … {%p endfor %}"
    if isinstance(value, SimpleNamespace):
        return f"这不是一个值，要写到其中的一项（{'、'.join(vars(value))}），如 {{{{ level.met }}}}"
    return _UNUSABLE


def _unknown(name: object, owner: object, names: Mapping[str, Any]) -> str:
    """The message for an undefined name, with the closest defined one."""
    if owner is None:
        return f"今年没有“{name}”可写：前后要加 {{%p if … %}} 和 {{%p endif %}}"
    there = vars(owner) if isinstance(owner, SimpleNamespace) else names if owner is missing else {}
    near = get_close_matches(str(name), there, 1)
    return f"没有“{name}”这个名称" + (f"，是否想写 {near[0]}" if near else "")
