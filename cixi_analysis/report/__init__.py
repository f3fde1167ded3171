"""The yearly self-assessment report (自评估报告) in Word: the template's context, rendering, and the check of an edited one.

``issue``     a computed text with its key, in the document a content control of that name; the list of all inside the file
``contents``, ``indicator_rows``   everything that the report of a year can show, from the functions of the book
``placeholders``   what is wrong with a template, all at once, by placeholder and paragraph
``document``   template + contents → document; ``controls``, ``word_fields``, ``word_styles`` finish it
``docx_package``   an untrusted Word file: refused with a reason unless it is harmless; its contents
``tagged_text``, ``edits``   the computed texts of an edited report, and the changes to them
"""

from cixi_analysis.report.contents import issued
from cixi_analysis.report.document import attach_report, report_bytes, template_bytes, write_report
from cixi_analysis.report.issue import ReportError

__all__ = ["ReportError", "attach_report", "issued", "report_bytes", "template_bytes", "write_report"]
