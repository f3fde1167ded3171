"""The command that makes the book: ``cixi build``.

It stands outside ``book/``: the printed report and the cluster, which it calls too, know the book themselves.
"""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import cixi_analysis
from cixi_analysis.cli.terminal import command

if TYPE_CHECKING:
    from concurrent.futures import Executor


@command(
    short_help="运行笔记本并生成网站。Run the notebooks, build the site.",
    help="检查数据，按年运行笔记本，生成网站 _build/html/index.html。Check the data, run the notebooks for each year, build the site.\n\n"
    "默认生成 2020 年以来每个有数据的年份；出错时保留上一次生成的网站。"
    "Default: each year from 2020 on that has observations; on failure the last good site stays.",
)
@click.option(
    "--year",
    "years",
    type=int,
    multiple=True,
    help="只重新运行这些年份（可重复），其余年份保留。Run only these years again (repeatable), keep the others.",
)
@click.option(
    "--force",
    is_flag=True,
    help="不沿用此前生成的任何内容，全部重来。Take nothing from an earlier build, make everything again.",
)
@click.option(
    "--pdf",
    is_flag=True,
    help="另把 --year 的（默认最新年份的）报告印成 _build/pdf/cixi-年份.pdf，需要 Chromium、Chrome 或 Edge。"
    "Print the report of --year (default: the newest year) as a PDF too; needs Chromium, Chrome or Edge.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="在这个 Dask 调度器（tcp://主机:端口）的工作进程上运行各页；需要安装 cixi-analysis[dask]。"
    "Run the pages on the workers of this Dask scheduler (tcp://host:port).",
)
def build(root: Path | None, years: tuple[int, ...], force: bool, pdf: bool, scheduler: str | None) -> None:
    from cixi_analysis.book import cache
    from cixi_analysis.plan import edition, find_root

    folder = find_root(Path.cwd()) if root is None else root.resolve()
    edition.date()  # a wrong one is told before any page runs
    with _sigterm_as_ctrl_c():
        inputs = cache.inputs(folder)  # before anything is read: later changes are noticed
        page = None if years or force else cache.up_to_date(folder, inputs)
        if page is None:
            page = _build(folder, years, force, inputs, scheduler)
        click.echo(page)
        if pdf:
            from cixi_analysis.book.pdf import make_pdf

            plan = cixi_analysis.load_plan(folder)
            for year in years or plan.report_years[-1:]:
                click.echo(make_pdf(plan, year, page.parent, page.parents[1] / "pdf"))


def _build(root: Path, years: tuple[int, ...], force: bool, inputs: str, scheduler: str | None) -> Path:
    from cixi_analysis.analysis.dossier import read_of_years
    from cixi_analysis.assessment import assess
    from cixi_analysis.book import cache
    from cixi_analysis.book.making import build as build_book
    from cixi_analysis.errors import UnknownYear

    plan = cixi_analysis.load_plan(root)
    for year in years:
        plan.require_year(year)
        if year not in plan.report_years:
            raise UnknownYear(
                f"{year} 年只有个别数字，用于趋势，不单独成页。成页的年份：{'、'.join(map(str, plan.report_years))}。"
            )
    for year in plan.report_years:
        assess(plan, year)  # what a page would stumble over is told before any page runs
    with _executor(scheduler) as executor:
        return build_book(
            root,
            plan.report_years,
            renew=None if force or not years else years,
            force=force,
            indicators={item.indicator: item.indicator_name for item in plan.items},
            own={indicator: cache.of(read_of_years(plan, indicator)) for indicator in plan.indicators},
            inputs=inputs,
            executor=executor,
        )


@contextlib.contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """A time limit or a service that stops cleans up like Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _executor(scheduler: str | None) -> "contextlib.AbstractContextManager[Executor | None]":
    if scheduler is None:
        return contextlib.nullcontext()
    from cixi_analysis.book.scheduler import cluster

    return cluster(scheduler)
