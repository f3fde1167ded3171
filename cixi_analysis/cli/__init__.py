"""The command line, an interface that scripts rely on. It reads, calls the library and prints; it computes nothing.

Results go to standard output in UTF-8, messages to standard error. Exit status 0 done, 1 the data or a check says no,
2 the call is wrong. A command imports what it needs when it runs, so that ``--help`` answers at once.
"""

from pathlib import Path

import click

from cixi_analysis import __version__
from cixi_analysis.cli import building, documents, results, yearly_form
from cixi_analysis.cli.terminal import HELP, ChineseGroup, PathType


@click.group(
    cls=ChineseGroup,
    context_settings={"max_content_width": 100, "show_default": True},
    help="生态文明建设规划年度评估。Yearly assessment of an ecological-civilization plan.",
    epilog="第一次使用：cixi build，然后打开 _build/html/index.html。First time: run `cixi build`, open that page.",
)
@click.option(
    "--root",
    type=PathType(exists=True, file_okay=False, path_type=Path),
    help="项目文件夹，默认由当前位置向上寻找。Project folder; default: the nearest one upward with _config.yml and data/.",
)
@click.version_option(__version__, "-V", "--version", prog_name="cixi", help="显示版本。Show the version.")
@click.help_option("-h", "--help", help=HELP)
@click.pass_context
def main(ctx: click.Context, root: Path | None) -> None:
    ctx.obj = root


for _command in (one for module in (building, results, documents, yearly_form) for one in vars(module).values()):
    if isinstance(_command, click.Command):
        main.add_command(_command)
