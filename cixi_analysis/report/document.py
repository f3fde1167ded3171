"""The report: a template filled with the contents of a year, every value in a content control."""

import io
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring as parse

from docx.document import Document
from docxtpl import DocxTemplate
from lxml import etree

from cixi_analysis.errors import quoted
from cixi_analysis.export.workbook import properties_date, save_bytes
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.report import controls, word_fields
from cixi_analysis.report.contents import Contents, contents
from cixi_analysis.report.docx_package import read_docx, same_bytes
from cixi_analysis.report.issue import IssuedList, IssuedText, ReportError, add_manifest
from cixi_analysis.report.placeholders import environment, free_sections, has_placeholders, problems
from cixi_analysis.report.tagged_text import PARTS, TaggedText, tagged_texts

_START = "请从 cixi report --write-template 得到的模板改起"


class _Template(DocxTemplate):  # type: ignore[misc]  # untyped
    """Docxtpl without what it does silently."""

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml)  # raises: docxtpl would mend what a block has torn, and lose text
        return super().fix_tables(xml)

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        # plain text, of which python-docx takes 255 characters
        short = {name: value[:200] if isinstance(value, str) else value for name, value in context.items()}
        super().render_properties(short, jinja_env.overlay(autoescape=False))


def template_bytes() -> bytes:
    """The default template; to be restyled and reordered in Word."""
    return files("cixi_analysis.report").joinpath("template.docx").read_bytes()


def write_report(plan: Plan, year: int, path: Path, template: Path | None = None) -> None:
    """Write the report of a year atomically. Raises :class:`ReportError`, also for every fault of the template."""
    given = (read_docx(template), template.name) if template else (None, "")
    save_bytes(report_bytes(contents(plan, year), *given), path, ReportError)


def attach_report(plan: Plan, year: int, folder: Path) -> tuple[Path, ...]:
    """Write the report that the pages of a year offer, and return it; none before the base year."""
    if year < plan.frame.base_year:
        return ()
    path = folder / f"cixi-{year}.docx"
    write_report(plan, year, path)
    return (path,)


def report_bytes(made: Contents, template: bytes | None = None, name: str = "") -> bytes:
    """The document. ``name``: the template's, for messages. Raises :class:`ReportError` for a fault of the template."""
    try:
        return _made(made, template, name)
    except Exception as error:
        if template is None or isinstance(error, ReportError):
            raise
        # docxtpl, python-docx and Jinja raise many types for a malformed file
        raise ReportError(f"模板 {name} 不能使用（{type(error).__name__}），{_START}。") from error


def _made(made: Contents, template: bytes | None, name: str) -> bytes:
    document = _rendered(made, template, name)
    controls.fit_tables(document)
    keys = controls.finish(document, made.issue)
    word_fields.renew(document)
    placed = {text.bookmark: text for text in _texts(document)}
    values = []
    for at, key in enumerate(keys):
        beside = (text.row, text.before, text.after, text.column) if (text := placed.get(at)) else ()
        values.append(IssuedText(key, str(made.issue.values[key]), *beside))
    add_manifest(document, IssuedList(made.names["year"], made.names["title"], tuple(values)))
    about = document.core_properties
    about.created = about.modified = properties_date()
    about.author = about.last_modified_by = "cixi_analysis"
    about.revision = 1
    content = io.BytesIO()
    document.save(content)
    return same_bytes(content.getvalue())


def _texts(document: Document) -> tuple[TaggedText, ...]:
    """The computed texts as they will be found in the file."""
    relations = ((r.reltype.rpartition("/")[2], r) for r in document.part.rels.values() if not r.is_external)
    parts = [(kind, parse(one.target_part.blob)) for kind, one in relations if kind in PARTS]  # noqa: S314  # our own
    return tagged_texts(parse(document.part.blob), parts)  # noqa: S314


def _rendered(made: Contents, template: bytes | None, name: str) -> Document:
    """The template filled in. Raises :class:`ReportError` with everything that is wrong with a given one."""
    filled = _Template(io.BytesIO(template or template_bytes()))
    if template and not has_placeholders(filled.get_docx()):
        raise ReportError(f"{name} 不是模板：其中没有占位符（双花括号里的名称）。也许是出具过的报告；{_START}。")
    texts = _texts(filled.get_docx()) if template else ()
    # A template may have controls of its own.
    if left := [one for one in texts if one.bookmark is not None or one.key in made.issue.values]:
        told = f"其中还有{len(left)}处出具的数字和文字（第一处：{left[0].place}的{quoted(left[0].text)}）"
        rest = f"会原样留在新的报告里，须连同内容控件换成占位符；不然{_START}。"
        raise ReportError(f"{name} 是出具过的报告：{told}，{rest}")
    if template and (found := problems(filled.get_docx(), made.names)):
        raise ReportError("\n".join([f"模板 {name} 有{len(found)}处占位符不对：", *found]))
    free_sections(filled.get_docx())
    filled.render(dict(made.names), environment())
    document: Any = filled.docx
    return document  # type: ignore[no-any-return]
