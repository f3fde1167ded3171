"""Shared by the commands: declaration, common arguments, tables, and error messages in Chinese."""

import atexit
import contextlib
import gc
import io
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cixi_analysis.errors import CixiError, place, reason, visible

if TYPE_CHECKING:
    import pandas as pd

    from cixi_analysis.plan.dataset import Plan

HELP = "显示说明。Show this message."


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., None]], click.Command]:
    """Declare a command; its function gets the folder of ``--root`` first, None if the option was not given."""
    with_help = click.help_option("-h", "--help", help=HELP)
    return lambda function: with_help(click.command(name, click.Command, **attributes)(click.pass_obj(function)))


YEAR = click.argument("year", type=int, metavar="YEAR")

_WIDE = f"{__name__}.wide"


def FORMAT(function: Callable[..., None]) -> Callable[..., None]:  # noqa: N802  # a decorator like YEAR
    """The options ``--format`` and ``--wide``; the latter is for :func:`print_table` alone."""
    forms = click.Choice(["table", "csv", "json"])
    form = click.option("--format", "form", type=forms, default="table", help="输出格式。Output format.")
    wide = click.option(
        "--wide", is_flag=True, expose_value=False, callback=lambda context, _, value: context.meta.update({_WIDE: value}),
        help="表格列出全部各列，同 csv。All columns in the table, as in csv.",
    )  # fmt: skip
    return form(wide(function))


#: A column at most as wide as this is not broken into lines.
_SHORT = 14
#: The minimum width of a wider one in a narrow terminal.
_LEAST = 10


class PathType(click.Path):
    """A path; not an empty one, which would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("现为空，应为一个名称", param, ctx)
        return super().convert(value, param, ctx)


#: The type of a path that must not be a folder.
FILE = PathType(dir_okay=False, path_type=Path)


def echo(message: object, *, err: bool = False, nl: bool = True) -> None:
    """Write to the terminal with invisible characters escaped; no other function writes to it."""
    click.echo(visible(str(message)), err=err, nl=nl)


def print_table(table: "pd.DataFrame", form: str, name: str = "", plan: "Plan | None" = None) -> None:
    """Print in the format ``form``; JSON is a list of objects with the CSV's names, null for empty.

    A table shows the essential columns of the command ``name`` (see :mod:`cixi_analysis.cli.answers`), within the
    terminal's width, or 100 in a file or a pipe; with ``--wide`` all columns, in a file or pipe each row in one line.
    """
    if form == "csv":
        echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        rows = table.astype(object).where(table.notna() & (table != ""), None).to_dict(orient="records")
        echo(json.dumps(rows, ensure_ascii=False, indent=1, default=lambda number: number.item()))
    else:
        from rich.box import SIMPLE_HEAD
        from rich.cells import cell_len
        from rich.console import Console
        from rich.table import Column, Table

        from cixi_analysis.cli.answers import answering

        wide = not name or click.get_current_context().meta.get(_WIDE, False)
        table = table if wide else answering(table, name, plan)
        whole = table.astype(object).where(table.notna(), "")
        cells = whole.map(lambda value: f"{value:.12g}" if isinstance(value, float) else str(value))
        # A short column never wraps, and a longer one has a minimum width; rich would make all narrower.
        widths = [max(map(cell_len, (head, *cells[head])), default=0) for head in cells.columns]
        heads = (
            Column(head, overflow="fold", no_wrap=own <= _SHORT and not wide, min_width=min(own, _LEAST))
            for head, own in zip(cells.columns, widths, strict=True)
        )
        shown = Table(*heads, box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        for row in cells.itertuples(index=False):
            shown.add_row(*row)
        text = io.StringIO()
        least = sum((own if own <= _SHORT else _LEAST) + 2 for own in widths) + 2
        own = max(shutil.get_terminal_size((100, 24)).columns, least)  # else numbers would lose their last digits
        width = 10_000 if wide and not sys.stdout.isatty() else own
        Console(file=text, force_terminal=False, markup=False, highlight=False, emoji=False, width=width).print(shown)
        echo("\n".join(line.rstrip() for line in text.getvalue().split("\n")).strip("\n"))


class ChineseGroup(click.Group):
    """The group of all commands: an error of the user's ends as a message on standard error and an exit status."""

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        while (number := os.open(os.devnull, os.O_RDWR)) < 3:  # a file opened later is no standard stream by accident
            os.set_inheritable(number, True)  # nor in a process that this one starts
        os.close(number)
        sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115  # closed by the caller
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                # UTF-8 whatever the console's code page; undecodable bytes of a file name are escaped.
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        for name in ("SIGTERM", "SIGHUP"):  # a time limit, a service that stops, a terminal that is closed
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
                signal.signal(getattr(signal, name), signal.default_int_handler)  # cleans up like Ctrl-C
        atexit.register(gc.freeze)  # else the interpreter's last collection takes 0.2 s
        try:
            if sys.stdout is None:
                raise CixiError("标准输出已关闭，无处写出结果。")
            # When the reader of a pipe has gone (EPIPE), click exits silently by itself.
            sys.exit(super().main(*args, **kwargs | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            message, status = error.message, error.exit_code
        except click.UsageError as error:
            message, status = f"用法错误：{_in_chinese(error)}", error.exit_code
            if (context := error.ctx) is not None:
                usage = context.get_usage().replace("Usage: ", "用法：", 1)
                message = f"{usage}\n说明见 {context.command_path} --help\n{message}"
        except click.Abort:
            message, status = "已中断。", 1
        except CixiError as error:
            message, status = f"错误：{error}", error.exit_status
        except OSError as error:
            # An error of a file has its name; only those of standard streams have none.
            message, status = f"错误：不能读写 {place(error, '标准输出')}：{reason(error)}", 1
        with contextlib.suppress(OSError):
            echo(message, err=True)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, AttributeError):  # the interpreter would flush it at exit, and fail again
                with contextlib.suppress(OSError, AttributeError):
                    stream.close()
        sys.exit(status)


def _in_chinese(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        near = f"。是否想写 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有 {error.option_name} 这个选项{near}"
    text = error.message
    for pattern, chinese in _SENTENCES.items():
        if found := re.match(pattern, error.message):
            text = found.expand(chinese).replace("', '", "、").replace("现为 ，", "现为空，")
    if not isinstance(error, click.BadParameter) or error.param is None:
        return text
    name = error.param.get_error_hint(error.ctx).split(" / ")[0].strip("'")
    if isinstance(error, click.MissingParameter):
        return f"缺少 {name}"
    return f"{name} 的值不对：{text.replace('年份 2022', '指标的序号 9') if name == 'N' else text}"


#: click's sentence → ours. A ``.`` beside a group is a quotation mark; which of the two depends on the value.
_SENTENCES = {
    r"No such command .(.*?).(\.|$)": r"没有 \1 这条命令，全部命令见 cixi --help",
    r"Missing command": "缺少命令，全部命令见 cixi --help",
    r"Got unexpected extra arguments? \((.*)\)": r"多出了 \1",
    r"Option .(.*). requires an argument": r"\1 后面缺少它的值",
    r"Option .(.*). does not take a value": r"\1 后面不写值",
    r".(.*). is not a valid integer": r"现为 \1，应为一个整数，如年份 2022",
    r".(.*). is not one of '(.*)'": r"现为 \1，应为 \2 之一",
    r"Directory .(.*). does not exist": r"现为 \1，没有这个文件夹",
    r"Path .(.*). does not exist": r"现为 \1，没有这个文件或文件夹",
    r"Directory .(.*). is a file": r"现为 \1，应为一个文件夹，不是文件",
    r"File .(.*). is a directory": r"现为 \1，应为一个文件，不是文件夹",
    r"\w+ .(.*). is not (readable|writable)": r"现为 \1，没有权限",
}
