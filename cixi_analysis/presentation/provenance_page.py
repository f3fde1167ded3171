"""The page 数据与版本: what this edition of the book is made of, and how to make the same bytes again."""

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd
from markupsafe import Markup

from cixi_analysis.plan.provenance import FILE, Package, Provenance
from cixi_analysis.presentation import tables
from cixi_analysis.presentation.html import Html, joined, stack


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


def packages_prose(known: Provenance) -> Html:
    """The packages in the versions used, and which of them are not as pinned."""
    if not known.packages:
        return tables.paragraph("程序没有安装记录，不能列出程序包。")
    used = joined(
        Markup("<span style='white-space:nowrap'>{} {}</span>").format(p.name, p.version) for p in known.packages
    )
    strays = [p for p in known.packages if p.pinned != p.version]
    told = (
        "版本都与 constraints.txt 相同。"
        if not strays
        else f"与 constraints.txt 不同的：{'、'.join(map(_stray, strays))}。"
    )
    return stack(
        tables.paragraph(f"程序及其依赖的程序包共{len(known.packages)}个，{told}"), tables.paragraph(used, "。")
    )


def _stray(package: Package) -> str:
    pinned = f"其中为 {package.pinned}" if package.pinned else "其中没有"
    return f"{package.name} {package.version}（{pinned}）"


def rebuild(known: Provenance) -> Html:
    """The commands that make the same bytes again."""
    commit = known.program.commit
    lines = [f"git checkout {commit}"] if commit else []
    lines += ["python -m pip install -c constraints.txt -e ."]
    if known.date:
        lines += [f"export SOURCE_DATE_EPOCH={int(known.date.timestamp())}"]
    lines += ["cixi build --force", "cixi verify"]
    return Html(Markup("<pre>{}</pre>").format("\n".join(lines)), "重新生成的命令")
