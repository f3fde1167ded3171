"""Commands that start a project, build its book, publish it and verify a published one."""

import gc
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

import cixi_analysis as cixi
from cixi_analysis.cli.several_forms import some
from cixi_analysis.cli.terminal import FILE, PathType, command, echo
from cixi_analysis.errors import CixiError, UnknownYear, place, reason

if TYPE_CHECKING:
    from cixi_analysis.book.making import Workers

#: Polling interval for changes of the project's files: seconds.
_POLL = 0.5
#: Attempts to read a file before it is reported.
_TRIES = 5
#: Builds by the same workers: a kernel keeps what it has computed, about 12 MB a build.
_BUILDS = 20


@command(
    short_help="为另一个规划新建项目。Start a project for another plan.",
    help="在 FOLDER（还不存在，或是空文件夹）中新建另一个规划的项目：规划的框架、只有列名的数据表、书的各页，和说明先填什么的 README.md。"
    "Start a project for another plan in FOLDER, which must not exist or be empty: the plan's frame, tables with headers, "
    "the book's pages, and a README that says what to fill in first.\n\n"
    "各页复制自当前（或 --root 指明的）项目。The pages are copied from the current project (or that of --root).",
)
@click.argument("folder", type=PathType(path_type=Path), metavar="FOLDER")
@click.option("--title", default="", help="规划的名称，不带书名号。The plan's name, without 《》.")
def new(root: Path | None, folder: Path, title: str) -> None:
    from cixi_analysis.book.new_project import start_project
    from cixi_analysis.errors import quoted
    from cixi_analysis.plan.frame import LINE, is_line

    if (title := title.strip()) and not is_line(title):
        raise click.UsageError(f"--title 现为{quoted(title)}，应为{LINE}。TITLE must be one line of visible text.")
    place = start_project(root, folder, title.removeprefix("《").removesuffix("》"))
    echo(place)
    name = f'"{folder}"' if " " in str(folder) else folder
    echo(f"先填什么，见其中的 README.md；还缺什么，运行 cixi --root {name} build。", err=True)


@command(
    short_help="运行笔记本并生成网站。Run the notebooks, build the site.",
    help="检查数据，按年运行笔记本，生成网站 _build/html/index.html。Check the data, run the notebooks for each year, build the site.\n\n"
    "默认生成每个有数据、成页的年份；出错时保留上一次生成的网站。"
    "Default: each year with observations from the first report year on; on failure the last good site stays.",
)
@click.option(
    "--year", "years", type=int, multiple=True,
    help="只重新运行这些年份（可重复），其余年份保留。Run only these years again (repeatable), keep the others.",
)  # fmt: skip
@click.option(
    "--force", is_flag=True,
    help="不沿用此前生成的任何内容，全部重来。Take nothing from an earlier build, make everything again.",
)  # fmt: skip
@click.option(
    "--pdf", is_flag=True,
    help="另把 --year 的（默认最新年份的）报告印成 _build/pdf/cixi-年份.pdf，需要 Chromium、Chrome 或 Edge。"
    "Print the report of --year (default: the newest year) as a PDF too; needs Chromium, Chrome or Edge.",
)  # fmt: skip
@click.option(
    "--scheduler", metavar="ADDRESS",
    help="在这个 Dask 调度器（tcp://主机:端口）的工作进程上运行各页；需要安装 cixi-analysis[dask]。"
    "Run the pages on the workers of this Dask scheduler (tcp://host:port).",
)  # fmt: skip
@click.option(
    "--watch", is_flag=True,
    help="生成后继续等待，数据或模板一有改动就重新生成，直到按 Ctrl-C。"
    "Stay, and build again whenever data or templates change, until Ctrl-C.",
)  # fmt: skip
def build(
    root: Path | None, years: tuple[int, ...], force: bool, pdf: bool, scheduler: str | None, watch: bool
) -> None:
    from cixi_analysis.plan import build_date, find_root

    if watch and (years or force or pdf or scheduler):
        raise click.UsageError("--watch 不能与其他选项同用。--watch goes with no other option.")
    folder = find_root(Path.cwd()) if root is None else root.resolve()
    build_date()  # raises for an invalid one before any page runs
    try:
        if watch:
            _watch(folder)
        gc.disable()  # this process ends soon; collecting cycles takes a tenth of its time
        page = _up_to_date(folder, years, force, scheduler)
        if pdf:
            from cixi_analysis.book.pdf import make_pdf

            plan = cixi.load_plan(folder)
            for year in years or plan.report_years[-1:]:
                echo(make_pdf(plan, year, page.parent, page.parents[1] / "pdf"))
    finally:
        gc.enable()


def _up_to_date(
    root: Path,
    years: tuple[int, ...] = (),
    force: bool = False,
    scheduler: str | None = None,
    using: "Workers | None" = None,
) -> Path:
    """Build the book unless it is up to date; prints and returns the path of its first page."""
    from cixi_analysis.book import cache

    inputs = cache.inputs(root)  # before anything is read, so that later changes are noticed
    page = None if years or force else cache.up_to_date(root, inputs)
    if page is None:
        from cixi_analysis.book.making import build as build_book
        from cixi_analysis.book.making import workers
        from cixi_analysis.book.scheduler import cluster
        from cixi_analysis.plan.evidence_files import left_out

        plan = cixi.load_plan(root)
        for year in years or (plan.require_year(),):
            plan.require_year(year)
            if year not in plan.report_years:
                known = "、".join(map(str, plan.report_years))
                raise UnknownYear(f"{year} 年只有个别数字，用于趋势，不单独成页。成页的年份：{known}。")
        with ExitStack() as ending:
            own = using or ending.enter_context(workers(root))  # they start while the years are judged
            from cixi_analysis.analysis.dossier import read_of_years

            for year in plan.report_years:
                cixi.assess(plan, year)  # raises before any page runs what a page would raise
            with nullcontext() if scheduler is None else cluster(scheduler) as executor:
                now = plan.as_of(plan.report_years[-1])
                page = build_book(
                    root, plan.report_years, plan.frame, renew=None if force or not years else years,
                    force=force, indicators={item.indicator: item.indicator_name for item in now.items},
                    own={indicator: cache.of(read_of_years(plan, indicator)) for indicator in now.indicators},
                    inputs=inputs, executor=executor, using=own, ending=ending,
                )  # fmt: skip
        for line in left_out(root):
            echo(f"提示：{line}", err=True)
    echo(page)
    return page


def _watch(root: Path) -> NoReturn:
    """Build after each change of the project's files, reusing the workers; after a failed build, wait for the next."""
    from cixi_analysis.book import cache
    from cixi_analysis.book.making import workers

    library, built, tries = cache.of_tree(cache.LIBRARY), "", 0
    while True:
        try:
            with workers(root) as using:
                for _ in range(_BUILDS):
                    while (sources := cache.sources(root)) == built:
                        time.sleep(_POLL)
                    if cache.of_tree(cache.LIBRARY) != library:
                        echo("错误：程序有改动，请重新运行 cixi build --watch。", err=True)
                        raise click.exceptions.Exit(1)
                    built = sources
                    _up_to_date(root, using=using)
                    tries = 0
                    using[1].start()
                    echo("等待改动，按 Ctrl-C 结束。", err=True)
        except CixiError as error:
            echo(f"错误：{error}", err=True)
        except (PermissionError, FileNotFoundError) as error:  # a file that another program is writing, or keeps
            built, tries = "", tries + 1
            if tries == _TRIES:
                echo(f"错误：不能读写 {place(error, root)}：{reason(error)}。可以读写以后自动继续。", err=True)
            time.sleep(_POLL)


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
    plan = cixi.load_plan(root)
    target = output or plan.root / "_build" / f"cixi-{plan.require_year()}.zip"
    archive(plan.root, target)
    echo(target)
    echo(f"{target.stat().st_size / 1e6:.1f} MB。解压后打开其中的 index.html。", err=True)


@command(
    short_help="重新生成一次，逐字节比较。Build again and compare byte by byte.",
    help="在另一个文件夹里从头重新生成，与 SITE 逐字节比较；不同时说出第一个不同的文件，退出码为 1。"
    "Build again from the start in another folder and compare with SITE byte by byte; on a difference the first file "
    "that differs is named, exit status 1.\n\n"
    "SITE 是网站的文件夹，或 cixi publish --zip 生成的压缩包；默认 _build/html 和 _build/pdf。"
    "SITE: a site's folder, or an archive made by `cixi publish --zip`; default: what was built here.",
)
@click.argument("site", type=PathType(exists=True, path_type=Path), required=False)
def verify(root: Path | None, site: Path | None) -> None:
    from cixi_analysis.book import publication

    plan = cixi.load_plan(root)
    built = plan.root / "_build"
    if site is None and not (built / "html").is_dir():
        raise publication.NotPublished("还没有生成网站（没有 _build/html）。请先运行 cixi build。")
    found = publication.published(site) if site else publication.published(built / "html", built / "pdf")
    echo("正在另一个文件夹里从头生成……", err=True)
    count = publication.verify(plan.root, found)
    echo(f"{count}个文件与 {found.place} 逐字节相同。")
    if found.left:
        echo(f"别的程序留下的文件，不属于网站，没有核对：{some([*found.left], '个')}。", err=True)
    if any(name.endswith(".docx") for name in found.files):
        echo("Word 报告里的图用各自机器的字体画成，不比较。", err=True)
