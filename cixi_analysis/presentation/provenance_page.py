"""The page 数据与版本: inputs and versions of this edition, and how to rebuild it."""

from markupsafe import Markup

from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.provenance import FILE, Provenance
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, paragraph, prose, stack


def _hash(value: object) -> Markup:
    return Markup('<code style="overflow-wrap:anywhere">{}</code>').format(value)


def edition_table(known: Provenance) -> Html:
    """Version, commit, date, Python and system."""
    program, date = known.program, known.date
    dated = f"{date:%Y-%m-%d %H:%M:%S} UTC（{int(date.timestamp())}）" if date else "未设，不写日期"
    rows = [
        ("程序", f"cixi_analysis {program.version}"),
        ("提交（commit）", _hash(program.commit) if program.commit else "没有（不在 Git 版本库中，或 Git 不能读取它）"),
        ("与该提交的差别", f"有：{'、'.join(program.modified)}" if program.modified else "没有"),
        (f"程序文件（{program.files}个）的 SHA-256", _hash(program.sha256)),
        ("日期（SOURCE_DATE_EPOCH）", dated),
        ("Python", known.python),
        ("系统", known.system),
    ]
    if not program.commit:
        del rows[2]
    return tables.table(rows, {"项目": "short", "内容": "text"}, caption="版本")


def inputs_tables(known: Provenance) -> Html:
    """Every input file with size and hash, a table for each kind."""
    columns = {"文件": "short", "字节": "number", "SHA-256": "text"}
    pieces = []
    for kind in dict.fromkeys(one.kind for one in known.inputs):
        rows = [(one.path, one.size, _hash(one.sha256)) for one in known.inputs if one.kind == kind]
        pieces.append(tables.table(rows, columns, caption=f"{kind}（{len(rows)}个文件）"))
    return stack(*pieces)


def receipts(plan: Plan) -> Html:
    """The receipts of forms (unit, file, day), a row a form; empty where no form was imported."""
    rows = [
        (year, one.unit or "全年的表", one.received, one.rows, one.file, _hash(one.sha256))
        for year, forms in sorted(plan.receipts.items(), reverse=True)
        for one in forms
    ]
    if not rows:
        return Html()
    columns = {"年份": "short", "填报单位": "text", "收到": "short", "行数": "number"}
    columns |= {"文件": "text", "SHA-256": "text"}
    return tables.table(rows, columns, caption=f"收到的填报表（{len(rows)}个）")


def inputs_prose(known: Provenance) -> Html:
    """Number and size of the inputs, and the address of the same list for programs."""
    return prose("inputs", inputs=known.inputs, file=FILE)


def packages_prose(known: Provenance) -> Html:
    """The packages with their versions, and those that differ from ``constraints.txt``."""
    if not known.packages:
        return paragraph("程序没有安装记录，不能列出程序包。")
    strays = [p for p in known.packages if p.pinned != p.version]
    return stack(prose("versions", packages=known.packages, strays=strays), prose("packages", packages=known.packages))


def rebuild(known: Provenance) -> Html:
    """The commands that build the same bytes again."""
    commands = [f"git checkout {known.program.commit}"] if known.program.commit else []
    commands += ["python -m pip install -c constraints.txt -e ."]
    if known.date:
        commands += [f"export SOURCE_DATE_EPOCH={int(known.date.timestamp())}"]
    commands += ["cixi build --force", "cixi verify"]
    return Html("<pre>{}</pre>").format("\n".join(commands))
