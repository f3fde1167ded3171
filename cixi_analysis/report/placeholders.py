"""What is wrong with a template, all at once: each placeholder by its name, and the paragraph that it stands in.

The placeholders of each paragraph become one line of a Jinja template of their own, so that a line number is a paragraph's.
That template is rendered first, with names that are not there recorded and not raised.
"""

import re
import sys
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

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPENED = re.compile(r"\{[{%#]")
#: What docxtpl does itself: rows, cells, paragraphs and runs, merged and coloured cells.
_PLACED = re.compile(r"^(\{[{%#]-?)(?:tr|tc|p|r)\s")
_VALUE_OF = re.compile(r"^\{%\s*(?:colspan|cellbg)\s+(.*?)%\}$", re.DOTALL)
_MERGED = re.compile(r"^\{%\s*[vh]m\s*%\}$")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_LONGEST = 60


def environment(undefined: type[Undefined] = StrictUndefined) -> SandboxedEnvironment:
    """A template is somebody's file: it reads the names it is given, and reaches nothing else."""
    return SandboxedEnvironment(undefined=undefined, autoescape=True)


def has_placeholders(document: Document) -> bool:
    return any(_OPENED.search(text) for _, text in _paragraphs(document))


def problems(document: Document, names: Mapping[str, Any]) -> list[str]:
    """Every wrong placeholder, in the order of the document: where it stands, what is wrong, what may be meant."""
    paragraphs = list(_paragraphs(document))
    found: dict[tuple[int, str], None] = {}
    lines = []
    for number, (_, text) in enumerate(paragraphs):
        tags = _TAG.findall(text)
        if _OPENED.search(_TAG.sub("", text)):
            found[number, "占位符没有写完，缺少 }} 或 %}（一个占位符要写在同一段里）"] = None
        line = ""
        for tag in tags:
            if told := _misspelt(tag):
                found[number, told] = None
            else:
                line += _plain(tag)
        lines.append(line.replace("\n", " "))
    for number, told in _tried("\n".join(lines), names):
        found[number, told] = None
    return [
        f"{paragraphs[number][0]}“{_clipped(paragraphs[number][1], told)}”：{told}"
        for number, told in sorted(found, key=lambda one: one[0])
    ]


def _paragraphs(document: Document) -> Iterator[tuple[str, str]]:
    """(where, text) of every paragraph, those of tables too, then of headers and footers."""
    parts = [("正文", document.part)]
    for relation in document.part.rels.values():
        for kind, where in (("header", "页眉"), ("footer", "页脚"), ("footnotes", "脚注")):
            if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                parts.append((where, relation.target_part))
    for where, part in parts:
        root = part.element if hasattr(part, "element") else parse_xml(part.blob)
        for number, paragraph in enumerate(root.iter(qn("w:p")), 1):
            texts = (t.text or "" for t in paragraph.iter(qn("w:t")) if next(t.iterancestors(qn("w:p"))) is paragraph)
            yield f"{where}第{number}段", "".join(texts)


def _clipped(text: str, told: str) -> str:
    """A paragraph's text around what is wrong in it: the first name or placeholder that ``told`` quotes."""
    named = re.search("“(.*?)”", told)
    at = max(0, text.find(named[1]) if named else 0)
    start = max(0, at - _LONGEST // 2) if len(text) > _LONGEST else 0
    cut = text[start : start + _LONGEST]
    return marked(f"{'…' * bool(start)}{cut}{'…' * (start + _LONGEST < len(text))}")


def _plain(tag: str) -> str:
    """A placeholder as Jinja reads it, without what docxtpl makes of it."""
    tag = tag.translate(_QUOTES)
    if _MERGED.match(tag):
        return ""
    if value := _VALUE_OF.match(tag):
        return f"{{{{ {value[1]} }}}}"
    return _PLACED.sub(r"\1 ", tag)


def _misspelt(tag: str) -> str:
    """What is wrong with a ``{{ … }}`` by itself; "" where nothing is, or where more than itself decides."""
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
    """(number of the line, what is wrong) of what shows when the template is read and rendered."""
    found: list[tuple[int, str]] = []

    class Missing(ChainableUndefined):
        """Records where a name that is not there is used, and is nothing."""

        __slots__ = ()

        def _told(self, *_: object) -> str:
            found.append((_line() - 1, _unknown(self._undefined_name, self._undefined_obj, names)))
            return ""

        __str__ = __html__ = _told

        def __iter__(self) -> Iterator[Any]:
            self._told()
            return iter(())

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
    frame = sys._getframe()
    while "__jinja_template__" not in frame.f_globals and frame.f_back is not None:
        frame = frame.f_back
    template = frame.f_globals.get("__jinja_template__")
    return template.get_corresponding_lineno(frame.f_lineno) if template else 1


def _failed(error: Exception, source: str) -> int:
    """The line in which rendering failed."""
    at, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>" or "__jinja_template__" in trace.tb_frame.f_globals:
            at = trace.tb_lineno - 1
        trace = trace.tb_next
    return min(at, source.count("\n"))


def _unknown(name: object, owner: object, names: Mapping[str, Any]) -> str:
    """That there is no such name, and which one it may be."""
    there = vars(owner) if isinstance(owner, SimpleNamespace) else names if owner is missing else {}
    near = get_close_matches(str(name), there, 1)
    return f"没有“{name}”这个名称" + (f"，是否想写 {near[0]}" if near else "")
