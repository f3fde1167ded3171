"""The yearly self-assessment report (自评估报告) in Word: what a template may name, the document made from one, its check.

``values``    a computed text with its key; in the document it stands in a content control of that name
``contents``, ``chapters``, ``…_rows``   everything that the report of a year can show, from the functions of the book
``docx_package``   a Word file that somebody gives: refused with a reason unless it is harmless
``placeholders``   what is wrong with a template, all at once, by placeholder and paragraph
``document``   template + contents → document; ``controls``, ``table_widths``, ``word_fields``, ``manifest`` finish it
``handed_in``, ``tagged_text``   the texts of a report that comes back; ``edits``, ``statement`` say what was done to them
"""

from cixi_analysis.report.contents import issued
from cixi_analysis.report.document import attach_report, report_bytes, template_bytes, write_report
from cixi_analysis.report.values import ReportError

__all__ = ["ReportError", "attach_report", "issued", "report_bytes", "template_bytes", "write_report"]
