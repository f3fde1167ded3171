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

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from jinja2 import ChainableUndefined, StrictUndefined, TemplateSyntaxError, Undefined, meta
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from cixi_analysis.errors import marked
from cixi_analysis.report.tagged_text import BESIDE

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPENED = re.compile(r"\{[{%#]")
#: The beginning of one in the brackets of a Chinese keyboard.
_WIDE = re.compile(r"｛[{｛%％]|\{[｛％]")
#: Tags of docxtpl itself: for rows, cells, paragraphs and runs, merged and coloured cells.
_PLACED = re.compile(r"^(\{[{%#]-?)(?:tr|tc|p|r)\s")
_VALUE_OF = re.compile(r"^\{%\s*(?:colspan|cellbg)\s+(.*?)%\}$", re.DOTALL)
_MERGED = re.compile(r"^\{%\s*[vh]m\s*%\}$")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_LONGEST = 60
_TEXTS, _REMOVED = (qn("w:t"), qn("w:delText")), (qn("w:del"), qn("w:moveFrom"))


def environment(undefined: type[Undefined] = StrictUndefined) -> SandboxedEnvironment:
    """A sandbox, since a template is untrusted: it reads the names of its context and nothing else."""
    return SandboxedEnvironment(undefined=undefined, autoescape=True)


def has_placeholders(document: Document) -> bool:
    """Whether a document has any placeholder, and so is a template."""
    return any(_OPENED.search(text) or _WIDE.search(text) for _, text, _ in _paragraphs(document))


def problems(document: Document, names: Mapping[str, Any]) -> list[str]:
    """Every wrong placeholder, in the order of the document: its paragraph, what is wrong, a suggestion."""
    paragraphs = list(_paragraphs(document))
    found, lines = list[tuple[int, str]](), list[str]()
    for number, (_, text, unfilled) in enumerate(paragraphs):
        if unfilled:
            found.append((number, unfilled))
        if _WIDE.search(text):
            found.append((number, "占位符的括号和百分号要用半角的：{{ … }}、{% … %}"))
        if _OPENED.search(_TAG.sub("", text)):
            found.append((number, "占位符没有写完，缺少 }} 或 %}（一个占位符要写在同一段里）"))
        tags = [(tag, _misspelt(tag)) for tag in _TAG.findall(text)]
        found += [(number, told) for _, told in tags if told]
        lines.append("".join(_plain(tag) for tag, told in tags if not told).replace("\n", " "))
    found += _tried("\n".join(lines), names)
    return [
        f"{paragraphs[number][0]}“{_clipped(paragraphs[number][1], told)}”：{told}"
        for number, told in sorted(dict.fromkeys(found), key=lambda one: one[0])
    ]


def _paragraphs(document: Document) -> Iterator[tuple[str, str, str]]:
    """(where, text, why its placeholders cannot be filled in) of every paragraph, then of headers, footers and notes."""
    rels = ((r.reltype.rpartition("/")[2], r) for r in document.part.rels.values() if not r.is_external)
    parts = [(BESIDE[kind], one.target_part) for kind, one in rels if kind in BESIDE]
    for where, part in [("正文", document.part), *parts]:
        root = part.element if hasattr(part, "element") else parse_xml(part.blob)
        for number, paragraph in enumerate(root.iter(qn("w:p")), 1):
            texts = [t for t in paragraph.iter(*_TEXTS) if next(t.iterancestors(qn("w:p"))) is paragraph]
            shown = [t for t in texts if next(t.iterancestors(*_REMOVED), None) is None]
            text = "".join(t.text or "" for t in shown)
            yield f"{where}第{number}段", text, _unfilled(where, text, shown, texts)


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


def _tried(source: str, names: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """(line number, what is wrong) of the faults that parsing and rendering the template reveal."""
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

        def __len__(self) -> int:
            return len(self._told())

    jinja = environment(Missing)
    try:
        known = meta.find_undeclared_variables(jinja.parse(source)) - {*names, *jinja.globals}
        for name in sorted(known):  # also in a branch that this year does not take
            at = (n for n, line in enumerate(source.split("\n")) if re.search(rf"(?<![\w.]){re.escape(name)}\b", line))
            found.append((next(at, 0), _unknown(name, missing, names)))
        jinja.from_string(source).render(names)
    except TemplateSyntaxError as error:
        yield error.lineno - 1, _syntax(error, "占位符")
    except Exception as error:  # a template may compute anything
        yield _failed(error, source), "占位符不能这样用（算不出来，或不允许），应如 {{ year }}、{{ level.met }}"
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


def _unknown(name: object, owner: object, names: Mapping[str, Any]) -> str:
    """The message for an undefined name, with the closest defined one."""
    there = vars(owner) if isinstance(owner, SimpleNamespace) else names if owner is missing else {}
    near = get_close_matches(str(name), there, 1)
    return f"没有“{name}”这个名称" + (f"，是否想写 {near[0]}" if near else "")
