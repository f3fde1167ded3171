"""Commands that publish the book and verify a published one."""

from pathlib import Path

import click

import cixi_analysis
from cixi_analysis.cli.terminal import FILE, command


@command(
    short_help="把网站打成一个压缩包。Put the site into one archive.",
    help="把已生成的网站（和属于它的 PDF）打成一个压缩包：解压后打开其中的 index.html，不需要联网。"
    "The built site, with the PDFs printed from it, as one ZIP file: unpack, open its index.html.\n\n"
    "还没有网站，或数据在生成以后改动过，则拒绝。Refused without a site, or when the data have changed since.",
)
@click.option("--zip", "as_zip", is_flag=True, help="打成 ZIP 压缩包。As a ZIP file.")
@click.option("-o", "--output", type=FILE, help="文件名，默认 _build/cixi-最新年份.zip。File name.")
def publish(root: Path | None, as_zip: bool, output: Path | None) -> None:
    from cixi_analysis.book.publication import archive

    if not as_zip:
        raise click.UsageError("请写明发布成什么：cixi publish --zip。Say what to publish as: --zip.")
    if output and output.suffix.lower() != ".zip":
        raise click.UsageError(f"文件名应以 .zip 结尾，现为 {output}。The file's name should end in .zip.")
    plan = cixi_analysis.load_plan(root)
    target = archive(plan.root, output or plan.root / "_build" / f"cixi-{plan.report_years[-1]}.zip")
    click.echo(target)
    click.echo(f"{target.stat().st_size / 1e6:.1f} MB。解压后打开其中的 index.html。", err=True)


@command(
    short_help="重新生成一次，逐字节比较。Build again and compare byte by byte.",
    help="在另一个文件夹里从头重新生成，与 SITE 逐字节比较；不同时说出第一个不同的文件，退出码为 1。"
    "Build again from the start in another folder and compare with SITE byte by byte; on a difference the first file "
    "that differs is named, exit status 1.\n\n"
    "SITE 是网站的文件夹，或 cixi publish --zip 生成的压缩包；默认 _build/html 和 _build/pdf。"
    "SITE: a site's folder, or an archive made by `cixi publish --zip`; default: what was built here.",
)
@click.argument("site", type=click.Path(exists=True, path_type=Path), required=False)
def verify(root: Path | None, site: Path | None) -> None:
    from cixi_analysis.book import publication

    plan = cixi_analysis.load_plan(root)
    html, pdf = (plan.root / "_build" / name for name in ("html", "pdf"))
    if site is None and not html.is_dir():
        raise publication.NotPublished("还没有生成网站（没有 _build/html）。请先运行 cixi build。")
    found = publication.published(site) if site else publication.published(html, pdf)
    click.echo("正在另一个文件夹里从头生成……", err=True)
    click.echo(f"{publication.verify(plan.root, found)}个文件与 {found.place} 逐字节相同。")
