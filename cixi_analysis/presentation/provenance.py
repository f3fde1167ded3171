"""The page 数据与版本: what this edition of the book is made of, and how to make the same bytes again."""

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd
from markupsafe import Markup

from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, stack
from cixi_analysis.provenance import FILE, Package, Provenance


def _hash(value: object) -> Markup:
    return Markup('<code style="overflow-wrap:anywhere">{}</code>').format(value)


def edition_table(known: Provenance) -> Html:
    """Version, commit, date, Python and system."""
    rows = pd.DataFrame(_edition(known), columns=["what", "value"])
    columns = {"what": tables.text("项目", "nowrap"), "value": tables.text("内容")}
    return tables.table(rows, columns, caption="版本", keyed=False)


def _edition(known: Provenance) -> Iterator[tuple[str, str | Markup]]:
    program = known.program
    yield "程序", f"cixi_analysis {program.version}"
    yield "提交（commit）", _hash(program.commit) if program.commit else "不在 Git 版本库中，没有提交号"
    if program.commit:
        told = f"有：{'、'.join(program.modified)}" if program.modified else "没有"
        yield "与该提交的差别", told
    yield f"程序文件（{program.files}个）的 SHA-256", _hash(program.sha256)
    yield (
        "日期（SOURCE_DATE_EPOCH）",
        (f"{known.date:%Y-%m-%d %H:%M:%S} UTC（{int(known.date.timestamp())}）" if known.date else "未设，不写日期"),
    )
    yield "Python", known.python
    yield "系统", known.system


def inputs_tables(known: Provenance) -> Html:
    """Every input with its size and hash, a table a kind."""
    columns = {
        "path": tables.text("文件", "nowrap"), "size": tables.number("字节"), "sha256": tables.Column("SHA-256", _hash),
    }  # fmt: skip
    frame = pd.DataFrame([asdict(one) for one in known.inputs])
    return stack(
        *(
            tables.table(own, columns, caption=f"{kind}（{len(own)}个文件）")
            for kind, own in frame.groupby("kind", sort=False)
        ),
        name="输入",
    )


def inputs_prose(known: Provenance) -> Html:
    """How many inputs there are, how many bytes, and where machines read the same."""
    size = sum(one.size for one in known.inputs)
    file = Markup('<a href="../{}">{}</a>').format(FILE, FILE)
    return tables.paragraph(f"输入共{len(known.inputs)}个文件，{size:,}字节。", "同样的内容供程序读取：", file, "。")


def packages_table(known: Provenance) -> Html:
    """The packages in the versions used, and where those are not the pinned ones."""
    frame = pd.DataFrame([(p.name, p.version, _pin(p)) for p in known.packages], columns=["name", "version", "pin"])
    columns = {
        "name": tables.text("程序包", "nowrap"), "version": tables.text("所用版本", "nowrap"),
        "pin": tables.text("与 constraints.txt"),
    }  # fmt: skip
    return tables.table(frame, columns, caption=f"程序包（{len(frame)}个）", none="没有安装记录，不能列出程序包。")


def _pin(package: Package) -> str:
    if package.pinned is None:
        return "其中没有列出"
    return "相同" if package.pinned == package.version else f"不同：其中为 {package.pinned}"


def rebuild(known: Provenance) -> Html:
    """The commands that make the same bytes again."""
    commit = known.program.commit
    lines = [f"git checkout {commit}"] if commit else []
    lines += ["python -m pip install -c constraints.txt -e ."]
    if known.date:
        lines += [f"export SOURCE_DATE_EPOCH={int(known.date.timestamp())}"]
    lines += ["cixi build --force", "cixi verify"]
    return Html(Markup("<pre>{}</pre>").format("\n".join(lines)), "重新生成的命令")
